//! What an Authelia message says. A name stands in it between quotes that nobody escapes, so that it is found from
//! what Authelia writes around it, and the rest is never read out of it.

use crate::{
    cause::Cause,
    record::{AttemptResult, Lifecycle, Method},
};

pub(super) struct Sentence<'t> {
    pub(super) result: AttemptResult,
    pub(super) method: Method,
    pub(super) name: &'t str,
    pub(super) code: Option<&'t str>,
    pub(super) detail: Option<&'t str>,
}

impl<'t> Sentence<'t> {
    fn new(result: AttemptResult, method: Method, name: &'t str) -> Self {
        Self { result, method, name, code: None, detail: None }
    }

    /// `None`: not about a sign-in, or about one that another line tells in full.
    pub(super) fn read(message: &'t str, error: &'t str) -> Option<Self> {
        if let Some(rest) = message.strip_prefix("Unsuccessful ") {
            let (kind, rest) = rest.split_once(" authentication attempt by user '")?;
            return Self::failure(kind, rest, error);
        }
        if let Some(rest) = message.strip_prefix("Successful ") {
            let (kind, rest) = rest.split_once(" authentication attempt made by user '")?;
            return Some(Self::new(passed(kind), method(kind), rest.strip_suffix('\'')?));
        }
        let middle = |start: &str, end: &str| message.strip_prefix(start)?.strip_suffix(end);
        let failed = |cause, method, name| {
            let detail = Some(error).filter(|error| !error.is_empty());
            Some(Self { detail, ..Self::new(AttemptResult::Failure(cause), method, name) })
        };
        if let Some(name) = middle(
            "Error occurred getting details for user with username input '",
            "' which usually indicates they do not exist",
        ) {
            return failed(Cause::BadPassword, Method::Password, name);
        }
        // The one failure of a code that is not also told as "Unsuccessful".
        if let Some(name) = middle(
            "Error occurred validating a TOTP authentication for user '",
            "': error occurred satisfying security policies",
        ) {
            return failed(Cause::MfaCodeReused, Method::Totp, name);
        }
        if let Some(rest) = message.strip_prefix("Failed to perform Duo ") {
            let (_, rest) = rest.split_once(" for user '")?;
            let (name, error) = rest.split_once("': ")?;
            let result = AttemptResult::Failure(Cause::ProviderOutage);
            return Some(Self { detail: Some(error), ..Self::new(result, Method::Push, name) });
        }
        if let Some(rest) = message.strip_prefix("Starting Duo Auth attempt for ") {
            let (name, _) = rest.rsplit_once(" with device ")?;
            return Some(Self::new(AttemptResult::PushSent, Method::Push, name));
        }
        let name = middle("Password of user ", " has been reset")?;
        Some(Self::new(AttemptResult::Lifecycle(Lifecycle::PasswordChanged), Method::Unknown, name))
    }

    /// `rest`: `mia'`, `mia' and they are banned until …` or, before 4.38, `mia': the error`. A quote at the end is
    /// Authelia's own, whatever the name pretends.
    fn failure(kind: &str, rest: &'t str, error: &'t str) -> Option<Self> {
        let fails = |cause, name| Self::new(AttemptResult::Failure(cause), method(kind), name);
        if let Some(name) = rest.strip_suffix('\'') {
            let is_duplicate = name.is_empty() && kind == "1FA" && error == "user not found";
            return (!is_duplicate).then(|| fails(cause(kind, error), name).explained(error));
        }
        // Behind a quote it would be a part of the name.
        if let Some((name, until)) =
            rest.rsplit_once("' and they are banned until ").filter(|(_, until)| !until.contains('\''))
        {
            return Some(Self { code: Some("banned"), ..fails(Cause::AccountLocked, name) }.explained(until));
        }
        let (name, error) = rest.rsplit_once("': ")?;
        Some(fails(cause(kind, error), name).explained(error))
    }

    fn explained(self, words: &'t str) -> Self {
        let code = words.split_once("status: ").and_then(|(_, rest)| rest.split(',').next());
        Self { code: self.code.or(code), detail: Some(words).filter(|words| !words.is_empty()), ..self }
    }
}

/// The first factor alone: it may be all that a page asks for, but the line does not tell, and to take a stranger with
/// the right password for the person who signed in would be the worse mistake.
fn passed(kind: &str) -> AttemptResult {
    if is_first_factor(kind) { AttemptResult::Interrupt(None) } else { AttemptResult::Success }
}

fn is_first_factor(kind: &str) -> bool {
    matches!(kind, "1FA" | "Kerberos")
}

fn method(kind: &str) -> Method {
    match kind {
        "1FA" | "Password" => Method::Password,
        "TOTP" => Method::Totp,
        "WebAuthn" | "Webauthn" | "U2F" | "Passkey" => Method::Webauthn,
        "Duo" => Method::Push,
        _ => Method::Unknown,
    }
}

/// The words of errors that say more than that it failed. Those of Active Directory come by number.
const ERRORS: [(&str, Cause); 9] = [
    ("dial tcp", Cause::ProviderOutage),
    ("i/o timeout", Cause::ProviderOutage),
    ("connection refused", Cause::ProviderOutage),
    ("Network Error", Cause::ProviderOutage),
    ("data 775", Cause::AccountLocked),
    ("data 533", Cause::AccountDisabled),
    ("data 701", Cause::AccountDisabled),
    ("already used", Cause::MfaCodeReused),
    ("user is banned", Cause::AccountLocked),
];

fn cause(kind: &str, error: &str) -> Cause {
    if let Some((_, cause)) = ERRORS.iter().find(|(words, _)| error.contains(words)) {
        return *cause;
    }
    match method(kind) {
        Method::Push => duo_cause(error),
        Method::Totp => Cause::MfaWrongCode,
        Method::Password => Cause::BadPassword,
        // A key that does not fit is no wrong code: nothing was typed.
        _ => Cause::Unknown,
    }
}

/// "duo auth result: deny, status: timeout, message: Login timed out."
fn duo_cause(error: &str) -> Cause {
    let status = error.split_once("status: ").and_then(|(_, rest)| rest.split(',').next());
    match status.unwrap_or("") {
        "deny" => Cause::MfaDenied,
        "fraud" => Cause::MfaFraudReported,
        "timeout" => Cause::MfaNoResponse,
        "locked_out" => Cause::AccountLocked,
        "push_failed" => Cause::MfaDeliveryFailed,
        _ => Cause::Unknown,
    }
}
