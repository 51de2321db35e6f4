//! What an administrator did, as Keycloak's admin events tell it.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::{
    read::Parsed,
    record::{AttemptResult, Lifecycle, Position, Provider, SignIn},
};

type KeycloakAdminText<'a> = Option<Cow<'a, str>>;

#[derive(Debug, Default)]
pub(super) struct KeycloakAdminOperation<'a> {
    pub(super) id: KeycloakAdminText<'a>,
    pub(super) verb: Cow<'a, str>,
    pub(super) resource: KeycloakAdminText<'a>,
    pub(super) path: KeycloakAdminText<'a>,
    pub(super) error: KeycloakAdminText<'a>,
    /// The administrator.
    pub(super) by: KeycloakAdminText<'a>,
    pub(super) ip: KeycloakAdminText<'a>,
    /// Of the person changed, as the administrator sent it.
    pub(super) username: KeycloakAdminText<'a>,
    pub(super) enabled: Option<bool>,
}

impl<'a> KeycloakAdminOperation<'a> {
    pub(super) fn read(self, at: Option<Timestamp>, position: Position) -> Parsed<'a> {
        let Some(change) = self.change() else {
            let resource = self.resource.as_deref().unwrap_or("resource");
            return Parsed::Unrecognised(format!("keycloak {} {resource}", self.verb).into());
        };
        let mut sign_in = SignIn::new(Provider::Keycloak, AttemptResult::Lifecycle(change));
        sign_in.at = at;
        sign_in.position = position;
        sign_in.set_ip(self.ip.as_deref());
        if change != Lifecycle::PolicyChanged {
            sign_in.person_id =
                person_in(self.path.as_deref().unwrap_or("")).map(|id| Cow::Owned(id.to_owned()));
            sign_in.set_person(self.username);
        }
        sign_in.detail = self.by.as_deref().map(|by| format!("by {by}").into());
        sign_in.actor = self.by;
        sign_in.record_id = self.id;
        sign_in.code = Some(self.verb);
        Parsed::Attempt(sign_in)
    }

    fn change(&self) -> Option<Lifecycle> {
        // A call that was refused changed nothing.
        if self.error.is_some() {
            return None;
        }
        let path = self.path.as_deref()?;
        let resource = self.resource.as_deref().unwrap_or("");
        if is_sign_in_policy(resource) && self.verb != "ACTION" {
            return Some(Lifecycle::PolicyChanged);
        }
        person_in(path)?;
        let (path, failures) = without_failures(path);
        let mut rest = path.split('/').skip(2);
        match (&*self.verb, rest.next(), rest.next(), rest.next()) {
            ("DELETE", None, ..) if failures => Some(Lifecycle::Unlock),
            ("DELETE", None, ..) => Some(Lifecycle::Disabled),
            ("UPDATE", None, ..) => {
                Some(if self.enabled? { Lifecycle::Enabled } else { Lifecycle::Disabled })
            }
            (_, Some("reset-password"), ..) => Some(Lifecycle::PasswordReset),
            (_, Some("disable-credential-types"), ..)
            | ("ACTION" | "DELETE", Some("credentials"), Some(_), None) => Some(Lifecycle::FactorRemoved),
            _ => None,
        }
    }
}

/// The id in `users/<id>/…`.
fn person_in(path: &str) -> Option<&str> {
    without_failures(path).0.strip_prefix("users/")?.split('/').next().filter(|id| !id.is_empty())
}

/// Is it about a person's counted failures, which is what locks them out?
fn without_failures(path: &str) -> (&str, bool) {
    path.strip_prefix("attack-detection/brute-force/").map_or((path, false), |path| (path, true))
}

/// What every sign-in passes through.
fn is_sign_in_policy(resource: &str) -> bool {
    const POLICIES: [&str; 9] = [
        "REALM",
        "AUTH_FLOW",
        "AUTH_EXECUTION",
        "AUTH_EXECUTION_FLOW",
        "AUTHENTICATOR_CONFIG",
        "REQUIRED_ACTION",
        "REQUIRED_ACTION_CONFIG",
        "IDENTITY_PROVIDER",
        "CLIENT_POLICY",
    ];
    POLICIES.contains(&resource)
}
