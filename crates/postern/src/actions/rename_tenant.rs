//! The operator gives an organisation another name. What commands call it, and where it is served, stay.

use postern_core::event::{Actor, Event, EventKind};
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
    let event = Event::new(EventKind::TenantRenamed, Actor::System)
        .before(json!({ "name": scope.tenant.name }))
        .detail(json!({ "name": name }));
    change.commit(&event).await?;
    Ok(scope.app.tenants.reload(&scope.app.db, scope.now).await?)
}
