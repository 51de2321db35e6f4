//! What an authentik event means for somebody's sign-in.

use std::borrow::Cow;

use super::{AuthentikContext, AuthentikEvent, AuthentikProof, DuoAnswer, Model, NO_ADDRESS};
use crate::{
    cause::Cause,
    record::{AttemptResult, Flag, Lifecycle, Method},
    wire::{Field, Scalar},
};

/// Whom the event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// The person who made the request.
    Requesters,
    /// The person whose name was typed.
    Named,
    /// Somebody else, whom the event names.
    Affected,
    /// The account that the event is about.
    Models,
    /// Nobody in particular, or somebody whom the event does not name.
    Nobodys,
}

pub(super) struct AuthentikOutcome<'a> {
    pub(super) result: AttemptResult,
    pub(super) whose: Whose,
    pub(super) method: Method,
    pub(super) flag: Option<Flag>,
    pub(super) code: Option<Cow<'a, str>>,
    pub(super) detail: Option<Cow<'a, str>>,
    pub(super) policy: Option<Cow<'a, str>>,
    pub(super) interactive: bool,
}

impl AuthentikOutcome<'_> {
    fn new(result: AttemptResult, whose: Whose, method: Method) -> Self {
        Self { result, whose, method, flag: None, code: None, detail: None, policy: None, interactive: true }
    }

    fn change(change: Lifecycle, whose: Whose) -> Self {
        Self::new(AttemptResult::Lifecycle(change), whose, Method::Unknown)
    }
}

/// `None`: not about a sign-in.
pub(super) fn outcome<'a>(event: &AuthentikEvent<'a>) -> Option<AuthentikOutcome<'a>> {
    let context = &event.context;
    match event.action.text()? {
        "login" => Some(AuthentikOutcome::new(AttemptResult::Success, Whose::Requesters, method_of(context))),
        "login_failed" => Some(failure(context)),
        "invalid_identifier" => Some(AuthentikOutcome {
            code: event.action.cow(),
            ..AuthentikOutcome::new(AttemptResult::Failure(Cause::BadPassword), Whose::Named, Method::Unknown)
        }),
        // Already signed in: the application takes authentik's word for it.
        "authorize_application" => Some(AuthentikOutcome {
            interactive: false,
            ..AuthentikOutcome::new(AttemptResult::Success, Whose::Requesters, Method::Session)
        }),
        "password_set" => Some(AuthentikOutcome::change(password_change(event), Whose::Requesters)),
        // The saved codes go.
        "custom_static_authenticator_disable" => event.requester().map(|_| AuthentikOutcome {
            method: Method::BackupCode,
            detail: context.message.cow(),
            ..AuthentikOutcome::change(Lifecycle::FactorRemoved, Whose::Requesters)
        }),
        "user_lockdown_triggered" if context.affected.is_absent() => {
            Some(AuthentikOutcome::change(Lifecycle::Disabled, Whose::Requesters))
        }
        "user_lockdown_triggered" => Some(AuthentikOutcome::change(Lifecycle::Disabled, Whose::Affected)),
        "suspicious_request" => event.requester().map(|_| AuthentikOutcome {
            flag: Some(Flag::Risk),
            detail: context.message.cow(),
            ..AuthentikOutcome::change(Lifecycle::RiskDetected, Whose::Requesters)
        }),
        "configuration_error" => duo_outage(context),
        "model_created" => model_change(context, AuthentikChange::Created),
        "model_updated" => model_change(context, AuthentikChange::Updated),
        "model_deleted" => model_change(context, AuthentikChange::Deleted),
        _ => None,
    }
}

/// Django may hide `auth_method` as if it were a secret; what it went with still tells.
fn method_of(context: &AuthentikContext<'_>) -> Method {
    let proof = &context.proof;
    let device = proof.devices.0.last().map_or(Method::Unknown, device_method);
    match context.method.text().unwrap_or("") {
        _ if device != Method::Unknown => device,
        "auth_webauthn_pwl" => Method::Webauthn,
        "password" | "app_password" | "ldap" | "kerberos" | "token" => Method::Password,
        "jwt" => Method::Federated,
        _ if !context.source.is_absent() => Method::Federated,
        _ => device_method(&proof.device),
    }
}

fn device_method(device: &Model<'_>) -> Method {
    class_method(device.kind.text().unwrap_or("").trim_end_matches("device"))
}

fn class_method(class: &str) -> Method {
    match class {
        "totp" => Method::Totp,
        "static" => Method::BackupCode,
        "webauthn" => Method::Webauthn,
        "duo" => Method::Push,
        "sms" => Method::Sms,
        "email" => Method::Email,
        _ => Method::Unknown,
    }
}

fn failure<'a>(context: &AuthentikContext<'a>) -> AuthentikOutcome<'a> {
    let proof: &AuthentikProof<'a> = &context.nested.proof;
    let class = [&proof.class, &context.proof.class, &context.class];
    let class = class.into_iter().find(|class| !class.is_absent()).unwrap_or(&Scalar::Absent);
    let duo = [&proof.duo, &context.proof.duo, &context.duo];
    let duo = duo.into_iter().find(|duo| !duo.is_absent());
    let method = class.text().map_or(Method::Unknown, class_method);
    let (cause, method, code) = match (method, duo) {
        (Method::Push, _) | (_, Some(_)) => (duo_cause(duo), Method::Push, duo.map(|duo| &duo.status)),
        // A key that does not fit is no wrong code: nothing was typed.
        (Method::Webauthn, _) => (Cause::Unknown, method, Some(class)),
        (Method::Unknown, _) => {
            let (cause, method) = by_stage(context);
            (cause, method, Some(&context.stage.kind))
        }
        // Any code is tried on all devices, so that "totp" may be a code of another kind.
        _ => (Cause::MfaWrongCode, method, Some(class)),
    };
    let words = duo.and_then(|duo| duo.message.cow()).or_else(|| context.message.cow());
    AuthentikOutcome {
        code: code.and_then(Scalar::cow),
        detail: words
            .or_else(|| (method == Method::Webauthn).then_some("the key's answer did not verify".into())),
        ..AuthentikOutcome::new(AttemptResult::Failure(cause), Whose::Named, method)
    }
}

fn by_stage(context: &AuthentikContext<'_>) -> (Cause, Method) {
    match context.stage.kind.text().unwrap_or("") {
        "passwordstage" | "identificationstage" => (Cause::BadPassword, Method::Password),
        "authenticatorvalidatestage" => (Cause::MfaWrongCode, Method::Unknown),
        // Old versions name no stage, but the password is there, masked.
        "" if !context.password.is_absent() => (Cause::BadPassword, Method::Password),
        _ => (Cause::Unknown, Method::Unknown),
    }
}

/// Duo's own words for the end of a request.
fn duo_cause(duo: Option<&DuoAnswer<'_>>) -> Cause {
    match duo.and_then(|duo| duo.status.text()).unwrap_or("") {
        "fraud" => Cause::MfaFraudReported,
        "timeout" => Cause::MfaNoResponse,
        "locked_out" => Cause::AccountLocked,
        "push_failed" => Cause::MfaDeliveryFailed,
        "deny" => Cause::MfaDenied,
        _ => Cause::Unknown,
    }
}

/// authentik books the call to Duo that broke down as an error of its configuration.
fn duo_outage<'a>(context: &AuthentikContext<'a>) -> Option<AuthentikOutcome<'a>> {
    context.message.text().filter(|message| message.starts_with("Failed to DUO authenticate user"))?;
    Some(AuthentikOutcome {
        detail: context.message.cow(),
        ..AuthentikOutcome::new(
            AttemptResult::Failure(Cause::ProviderOutage),
            Whose::Requesters,
            Method::Push,
        )
    })
}

/// The event names the person whose password it is, not who set it; the path tells that. Without a request it was a
/// task, a sync with a directory or the command line.
fn password_change(event: &AuthentikEvent<'_>) -> Lifecycle {
    let request = &event.context.request;
    let by_admin =
        request.path.text().is_some_and(|path| path.trim_end_matches('/').ends_with("/set_password"));
    let by_no_request = request.is_absent() && event.ip.text() == Some(NO_ADDRESS);
    if by_admin || by_no_request { Lifecycle::PasswordReset } else { Lifecycle::PasswordChanged }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AuthentikChange {
    Created,
    Updated,
    Deleted,
}

fn model_change<'a>(context: &AuthentikContext<'a>, change: AuthentikChange) -> Option<AuthentikOutcome<'a>> {
    let model = &context.model;
    let (app, kind) = (model.app.text()?, model.kind.text()?);
    if app.starts_with("authentik_stages_authenticator") && kind.ends_with("device") {
        return device_change(context, change);
    }
    if app == "authentik_core" && kind == "user" {
        return account_change(context, change).map(|change| AuthentikOutcome::change(change, Whose::Models));
    }
    let decides = match app {
        "authentik_flows" => kind == "flow" || kind == "flowstagebinding",
        _ if app.starts_with("authentik_policies") => kind.ends_with("policy") || kind == "policybinding",
        _ => app.starts_with("authentik_stages") && kind.ends_with("stage"),
    };
    decides.then(|| AuthentikOutcome {
        policy: model.name.cow(),
        ..AuthentikOutcome::change(Lifecycle::PolicyChanged, Whose::Nobodys)
    })
}

fn account_change(context: &AuthentikContext<'_>, change: AuthentikChange) -> Option<Lifecycle> {
    let active = &context.diff.is_active;
    let (was, is) = (active.old.truth(), active.new.truth());
    match (change, is) {
        (AuthentikChange::Deleted, _) => Some(Lifecycle::Disabled),
        (AuthentikChange::Updated, Some(false)) if was != is => Some(Lifecycle::Disabled),
        (AuthentikChange::Updated, Some(true)) if was != is => Some(Lifecycle::Enabled),
        _ => None,
    }
}

fn device_change<'a>(
    context: &AuthentikContext<'a>,
    change: AuthentikChange,
) -> Option<AuthentikOutcome<'a>> {
    let by_admin = context.request.path.text().is_some_and(|path| path.contains("/authenticators/admin/"));
    let method = device_method(&context.model);
    let what = match change {
        AuthentikChange::Updated => return None,
        AuthentikChange::Deleted => Lifecycle::FactorRemoved,
        // Backup codes that somebody else has.
        AuthentikChange::Created if by_admin && method == Method::BackupCode => Lifecycle::BypassCreated,
        AuthentikChange::Created => Lifecycle::FactorEnrolled,
    };
    // The event has the device, and not whose it is: the requester's, unless an administrator's page was used.
    let whose = if by_admin { Whose::Nobodys } else { Whose::Requesters };
    let detail = context.model.name.cow();
    Some(AuthentikOutcome { method, detail, ..AuthentikOutcome::change(what, whose) })
}
