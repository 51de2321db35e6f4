//! The operator gives an organisation another name. What commands call it, and where it is served, stay.

use postern_core::event::payload::TenantRenamed;
use postern_core::event::{Actor, Event};
use serde_json::json;

use super::ActionError;
use super::add_tenant::check_name;
use crate::scope::Scope;
use crate::store::tenants;

/// Gives the organisation this name.
pub async fn rename_tenant(scope: &Scope, name: &str) -> Result<(), ActionError> {
    check_name(name)?;
    let name = name.trim();
    let mut change = scope.begin().await?;
    tenants::save_name(&mut change, name).await?;
    let event =
        Event::new(Actor::System, TenantRenamed { name }).before(json!({ "name": scope.tenant.name }));
    change.commit(&event).await?;
    Ok(scope.app.tenants.reload(&scope.app.db, scope.now).await?)
}
