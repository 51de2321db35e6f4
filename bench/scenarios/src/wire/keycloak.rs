//! Keycloak events: the server log's lines, or the admin REST interface's JSON.

use serde_json::{Map, Value, json};

use super::Line;
use crate::{
    event::{Change, EventContext, Pause, Proof, ScenarioEvent},
    seeded::Seeded,
    time::with_comma,
    world::{KeycloakLog, OrganisationProfile},
};

/// The entry's type, its error, one more detail.
type KeycloakEntry = (&'static str, Option<&'static str>, Option<(&'static str, &'static str)>);

pub(super) fn lines(
    context: &EventContext<'_>,
    profile: &OrganisationProfile,
    random: &mut Seeded,
) -> Option<Vec<Line>> {
    let entry = entry(context.event)?;
    let code = random.guid();
    let text = match profile.keycloak {
        KeycloakLog::Json => json_entry(context, entry, &code),
        KeycloakLog::Quoted => line(context, entry, &code, "\""),
        KeycloakLog::Plain => line(context, entry, &code, ""),
    };
    Some(vec![Line { at: context.at, text }])
}

fn entry(event: ScenarioEvent) -> Option<KeycloakEntry> {
    let login_error = |error| Some(("LOGIN_ERROR", Some(error), None));
    let plain = |kind| Some((kind, None, None));
    match event {
        ScenarioEvent::In(Proof::Totp | Proof::None) => plain("LOGIN"),
        ScenarioEvent::BadPassword => login_error("invalid_user_credentials"),
        ScenarioEvent::NoSuchUser => login_error("user_not_found"),
        ScenarioEvent::Locked => login_error("user_temporarily_disabled"),
        ScenarioEvent::Disabled => login_error("user_disabled"),
        ScenarioEvent::SessionExpired => login_error("expired_code"),
        ScenarioEvent::ExternalIdp => {
            Some(("IDENTITY_PROVIDER_LOGIN_ERROR", Some("identity_provider_login_failure"), None))
        }
        ScenarioEvent::Paused(Pause::Enrol) => login_error("resolve_required_actions"),
        ScenarioEvent::Changed(Change::Lockout) => plain("USER_DISABLED_BY_TEMPORARY_LOCKOUT"),
        ScenarioEvent::Changed(Change::Enrolled) => {
            Some(("UPDATE_CREDENTIAL", None, Some(("credential_type", "otp"))))
        }
        ScenarioEvent::Changed(Change::FactorRemoved) => {
            Some(("REMOVE_CREDENTIAL", None, Some(("credential_type", "otp"))))
        }
        ScenarioEvent::Changed(Change::PasswordChanged) => {
            Some(("UPDATE_CREDENTIAL", None, Some(("credential_type", "password"))))
        }
        _ => None,
    }
}

/// Keycloak knows no id of somebody who is not there.
fn user_id(context: &EventContext<'_>) -> Option<String> {
    (context.event != ScenarioEvent::NoSuchUser).then(|| context.who.guid())
}

fn json_entry(context: &EventContext<'_>, (kind, error, extra): KeycloakEntry, code: &str) -> String {
    let mut details = Map::new();
    let members = [
        ("auth_method", "openid-connect"),
        ("auth_type", "code"),
        ("code_id", code),
        ("username", &context.who.login),
    ];
    for (name, value) in members.into_iter().chain(extra) {
        details.insert(name.to_owned(), value.into());
    }
    let mut entry = json!({
        "time": context.at,
        "type": kind,
        "realmId": "7fb34d1f-ea30-4f13-ab20-f6910f191f59",
        "clientId": "portal",
        "userId": user_id(context),
        "sessionId": if error.is_none() { Some(code) } else { None },
        "ipAddress": context.seat.from.ip.to_string(),
        "details": Value::Object(details),
    });
    if let (Some(error), Some(entry)) = (error, entry.as_object_mut()) {
        entry.insert("error".to_owned(), error.into());
    }
    entry.to_string()
}

fn line(context: &EventContext<'_>, (kind, error, extra): KeycloakEntry, code: &str, quote: &str) -> String {
    let user = user_id(context).unwrap_or_else(|| "null".to_owned());
    let ip = context.seat.from.ip.to_string();
    let level = if error.is_some() { "WARN " } else { "DEBUG" };
    let head = [
        ("type", kind),
        ("realmId", "7fb34d1f-ea30-4f13-ab20-f6910f191f59"),
        ("clientId", "portal"),
        ("userId", user.as_str()),
        ("ipAddress", ip.as_str()),
    ];
    let tail = [
        ("auth_method", "openid-connect"),
        ("auth_type", "code"),
        ("redirect_uri", "https://portal.corp.example/callback"),
        ("code_id", code),
        ("username", context.who.login.as_str()),
    ];
    let members = head.into_iter().chain(error.map(|error| ("error", error))).chain(extra).chain(tail);
    let pairs: Vec<_> = members.map(|(name, value)| format!("{name}={quote}{value}{quote}")).collect();
    format!(
        "{} {level} [org.keycloak.events] (executor-thread-3) {}",
        with_comma(context.at),
        pairs.join(", ")
    )
}
