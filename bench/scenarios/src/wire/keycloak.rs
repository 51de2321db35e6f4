//! Keycloak events: the server log's lines, or the admin REST interface's JSON.

use serde_json::{Map, Value, json};

use super::Line;
use crate::{
    act::{Act, Change, Pause, Proof, Scene},
    seeded::Seeded,
    time::with_comma,
    world::{House, KeycloakLog},
};

/// Kind of event, its error, one more detail.
type Event = (&'static str, Option<&'static str>, Option<(&'static str, &'static str)>);

pub(super) fn lines(scene: &Scene<'_>, house: &House, drawn: &mut Seeded) -> Option<Vec<Line>> {
    let event = event(scene.act)?;
    let code = drawn.guid();
    let text = match house.keycloak {
        KeycloakLog::Json => json_event(scene, event, &code),
        KeycloakLog::Quoted => line(scene, event, &code, "\""),
        KeycloakLog::Plain => line(scene, event, &code, ""),
    };
    Some(vec![Line { at: scene.at, text }])
}

fn event(act: Act) -> Option<Event> {
    let login_error = |error| Some(("LOGIN_ERROR", Some(error), None));
    let plain = |kind| Some((kind, None, None));
    match act {
        Act::In(Proof::Totp | Proof::None) => plain("LOGIN"),
        Act::BadPassword => login_error("invalid_user_credentials"),
        Act::NoSuchUser => login_error("user_not_found"),
        Act::Locked => login_error("user_temporarily_disabled"),
        Act::Disabled => login_error("user_disabled"),
        Act::SessionExpired => login_error("expired_code"),
        Act::ExternalIdp => {
            Some(("IDENTITY_PROVIDER_LOGIN_ERROR", Some("identity_provider_login_failure"), None))
        }
        Act::Paused(Pause::Enrol) => login_error("resolve_required_actions"),
        Act::Changed(Change::Lockout) => plain("USER_DISABLED_BY_TEMPORARY_LOCKOUT"),
        Act::Changed(Change::Enrolled) => Some(("UPDATE_CREDENTIAL", None, Some(("credential_type", "otp")))),
        Act::Changed(Change::FactorRemoved) => {
            Some(("REMOVE_CREDENTIAL", None, Some(("credential_type", "otp"))))
        }
        Act::Changed(Change::PasswordChanged) => {
            Some(("UPDATE_CREDENTIAL", None, Some(("credential_type", "password"))))
        }
        _ => None,
    }
}

/// Keycloak knows no id of somebody who is not there.
fn user_id(scene: &Scene<'_>) -> Option<String> {
    (scene.act != Act::NoSuchUser).then(|| scene.who.guid())
}

fn json_event(scene: &Scene<'_>, (kind, error, extra): Event, code: &str) -> String {
    let mut details = Map::new();
    let told = [
        ("auth_method", "openid-connect"),
        ("auth_type", "code"),
        ("code_id", code),
        ("username", &scene.who.login),
    ];
    for (name, value) in told.into_iter().chain(extra) {
        details.insert(name.to_owned(), value.into());
    }
    let mut event = json!({
        "time": scene.at,
        "type": kind,
        "realmId": "7fb34d1f-ea30-4f13-ab20-f6910f191f59",
        "clientId": "portal",
        "userId": user_id(scene),
        "sessionId": if error.is_none() { Some(code) } else { None },
        "ipAddress": scene.seat.from.ip.to_string(),
        "details": Value::Object(details),
    });
    if let (Some(error), Some(event)) = (error, event.as_object_mut()) {
        event.insert("error".to_owned(), error.into());
    }
    event.to_string()
}

fn line(scene: &Scene<'_>, (kind, error, extra): Event, code: &str, quote: &str) -> String {
    let user = user_id(scene).unwrap_or_else(|| "null".to_owned());
    let ip = scene.seat.from.ip.to_string();
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
        ("username", scene.who.login.as_str()),
    ];
    let members = head.into_iter().chain(error.map(|error| ("error", error))).chain(extra).chain(tail);
    let told: Vec<_> = members.map(|(name, value)| format!("{name}={quote}{value}{quote}")).collect();
    format!("{} {level} [org.keycloak.events] (executor-thread-3) {}", with_comma(scene.at), told.join(", "))
}
