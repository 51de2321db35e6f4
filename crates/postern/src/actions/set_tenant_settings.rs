//! The operator changes what an organisation decides for itself. A version that does not do is never kept, so that none
//! ever takes the place of a good one.

use postern_core::event::payload::{PolicyChanged, TenantSettingsChanged};
use postern_core::event::{Actor, Event};
use postern_core::reason::Reason;
use postern_core::tier::Tiers;
use serde_json::{Map, Value, json};

use super::ActionError;
use crate::notify;
use crate::scope::Scope;
use crate::store::tenant_settings::{self, TenantSettingsRow};
use crate::store::{Change, persons};
use crate::tenants::settings::{SettingError, TypedSettings};

/// Sets some settings by name; an empty value gives the default back. Answers all of them as they are then.
pub async fn set_tenant_settings(
    scope: &Scope,
    named: &[(String, String)],
    reason: &str,
) -> Result<TypedSettings, ActionError> {
    let reason = Reason::parse(reason)?;
    let mut change = scope.begin().await?;
    // Read inside the change: of two at once, the second one sees what the first one set, or is told of it.
    let versions = tenant_settings::list_versions(&mut change).await?;
    let before = newest_that_opens(scope, &versions);
    let mut after = before.clone();
    for (name, typed) in named {
        after.set(name, typed.trim())?;
    }
    let needed = after.needed()?;
    after.own_policies()?;
    let tiers_before = before.needed().map(|before| before.tiers).unwrap_or_default();
    expect_nobody_lost(&mut change, (&tiers_before, &needed.tiers)).await?;
    let version = versions.first().map_or(0, |row| row.version) + 1;
    let place = TenantSettingsRow::place(&scope.tenant.id, version);
    let sealed = scope.tenant.keys.seal(&scope.app.rng, &place, &serde_json::to_vec(&after)?)?;
    let now = change.at();
    tenant_settings::insert(&mut change, version, &sealed, now).await?;
    let changed = TenantSettingsChanged { version, settings: on_record(&after) };
    let event = Event::new(Actor::System, changed).reason(&reason).before(on_record(&before));
    if after.recovery_policy() != before.recovery_policy() {
        record_policy(scope, &mut change, (&before, &after), &reason).await?;
    } else if needed.tiers != tiers_before {
        tell_of_proof(scope, &mut change, &reason).await?;
    }
    change.commit(&event).await?;
    scope.app.tenants.reload(&scope.app.db, now).await?;
    Ok(after)
}

/// A tier that people are on does not go.
async fn expect_nobody_lost(
    change: &mut Change<'_>,
    (before, after): (&Tiers, &Tiers),
) -> Result<(), ActionError> {
    for (name, people) in persons::count_by_tier(change).await? {
        if before.find(&name).is_some() && after.find(&name).is_none() {
            let message = format!("tiers: {people} people are on the tier {name}, so it can't go");
            return Err(ActionError::invalid("settings", message));
        }
    }
    Ok(())
}

/// Which proof suffices stands on the record as a whole, before and after, and whoever watches over the desk is told.
async fn record_policy(
    scope: &Scope,
    change: &mut Change<'_>,
    (before, after): (&TypedSettings, &TypedSettings),
    reason: &Reason,
) -> Result<(), ActionError> {
    tell_of_proof(scope, change, reason).await?;
    let changed = PolicyChanged { recovery: after.recovery_policy() };
    let event = Event::new(Actor::System, changed).reason(reason);
    change.record(event.before(json!({ "recovery": before.recovery_policy() })));
    Ok(())
}

/// Whoever watches over the desk hears that another proof suffices: by another policy, or by other tiers.
async fn tell_of_proof(scope: &Scope, change: &mut Change<'_>, reason: &Reason) -> Result<(), ActionError> {
    let text = format!("The operator changed which proof suffices for a recovery: {}", reason.as_str());
    let about = ("Which proof suffices was changed", text.as_str(), "/desk/audit");
    Ok(notify::notify_overseers(scope, change, about).await?)
}

/// The newest version, as it was typed.
pub async fn find_tenant_settings(scope: &Scope) -> Result<TypedSettings, ActionError> {
    let mut change = scope.begin().await?;
    Ok(newest_that_opens(scope, &tenant_settings::list_versions(&mut change).await?))
}

/// One that was broken behind the program's back is passed over, so that the next one replaces it.
fn newest_that_opens(scope: &Scope, versions: &[TenantSettingsRow]) -> TypedSettings {
    let opened = versions.iter().find_map(|row| {
        let settings = scope.tenant.open_settings(row);
        let settings = settings.and_then(|settings| settings.needed().map(|_| settings).map_err(Into::into));
        settings.inspect_err(|error| tracing::warn!(version = row.version, %error, "a version of the settings is passed over")).ok()
    });
    opened.unwrap_or_default()
}

fn on_record(settings: &TypedSettings) -> Value {
    let shown = settings.shown().into_iter().map(|(name, value)| (name.to_owned(), Value::from(value)));
    Value::Object(shown.collect::<Map<_, _>>())
}

impl From<SettingError> for ActionError {
    fn from(error: SettingError) -> Self {
        Self::invalid("settings", error.to_string())
    }
}
