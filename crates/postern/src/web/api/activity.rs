//! What happened on one's own account, of what is on record, for its owner: sign-ins, ways in that came and went, contacts,
//! requests. Who at the desk did something, and from where, is not theirs to read.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::Path;
use jiff::Timestamp;
use postern_core::event::EventKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::errors::{ReadErrors, StepErrors};
use super::input::{Body, Params, PersonOnly};
use crate::actions::Caller;
use crate::actions::disown_activity::{DisownedActivity, disown_activity};
use crate::actions::factor_proof::FactorProof;
use crate::config::Config;
use crate::scope::Scope;
use crate::store::audit::{self, HistoryRow};
use crate::store::sign_ins::{self, SignInRow};
use crate::store::{micros, time};
use crate::texts::MessageId;
use crate::web::problem::Problem;

/// Entries of a page.
const MOST: i64 = 30;

/// What is shown beside sign-ins, and what each says.
const SHOWN: &[(EventKind, MessageId)] = &[
    (EventKind::SignInCodeSent, MessageId("activity-code-sent")),
    (EventKind::MfaFactorEnrolled, MessageId("activity-factor-added")),
    (EventKind::MfaFactorRemoved, MessageId("activity-factor-removed")),
    (EventKind::MfaFactorNamed, MessageId("activity-factor-named")),
    (EventKind::MfaFactorResynced, MessageId("activity-clock-set")),
    (EventKind::MfaPushDisowned, MessageId("activity-push-disowned")),
    (EventKind::MfaFactorApproved, MessageId("activity-passkey-approved")),
    (EventKind::MfaFactorDisabled, MessageId("activity-factor-disabled")),
    (EventKind::MfaFactorAdminReset, MessageId("activity-factors-reset")),
    (EventKind::MfaBackupCodesConfirmed, MessageId("activity-codes-kept")),
    (EventKind::MfaBackupCodesAdminGenerated, MessageId("activity-codes-given")),
    (EventKind::MfaBackupCodeUsed, MessageId("activity-code-used")),
    (EventKind::UserChanged, MessageId("activity-record-changed")),
    (EventKind::UserSetUpCodeIssued, MessageId("activity-set-up-code")),
    (EventKind::ContactAdded, MessageId("activity-contact-added")),
    (EventKind::ContactAttested, MessageId("activity-contact-attested")),
    (EventKind::ContactRemoved, MessageId("activity-contact-removed")),
    (EventKind::ContactReportedLost, MessageId("activity-contact-lost")),
    (EventKind::TrustedContactAsked, MessageId("activity-trusted-asked")),
    (EventKind::TrustedContactAccepted, MessageId("activity-trusted-accepted")),
    (EventKind::TrustedContactEnded, MessageId("activity-trusted-ended")),
    (EventKind::UserActivityDisowned, MessageId("activity-disowned")),
    (EventKind::UserPasswordForgotten, MessageId("activity-password-link")),
    (EventKind::UserPasswordWaits, MessageId("activity-password-waits")),
    (EventKind::UserPasswordStopped, MessageId("activity-password-stopped")),
    (EventKind::UserPasswordChanged, MessageId("activity-password-changed")),
    (EventKind::UserSuspended, MessageId("activity-suspended")),
    (EventKind::UserEnabled, MessageId("activity-enabled")),
    (EventKind::UserLockLifted, MessageId("activity-lock-lifted")),
    (EventKind::SessionRevoked, MessageId("activity-sessions-ended")),
    (EventKind::SessionEnded, MessageId("activity-session-ended")),
    (EventKind::PassIssued, MessageId("activity-pass-shown")),
    (EventKind::PassUsed, MessageId("activity-pass-used")),
    (EventKind::CaseOpened, MessageId("activity-request-opened")),
    (EventKind::CaseJoined, MessageId("activity-request-joined")),
    (EventKind::CaseVerified, MessageId("activity-request-verified")),
    (EventKind::CaseRefused, MessageId("activity-request-refused")),
    (EventKind::CaseContested, MessageId("activity-request-stopped")),
    (EventKind::CaseClosed, MessageId("activity-request-closed")),
];

/// What happened, a page of it.
#[derive(Serialize, ToSchema)]
pub struct ActivityView {
    /// Newest first, at most 30.
    pub entries: Vec<ActivityEntry>,
    /// The cursor of the next page; `null` at the end.
    pub next: Option<String>,
}

/// Something that happened.
#[derive(Clone, Serialize, ToSchema)]
pub struct ActivityEntry {
    pub id: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The kind of event: `signin.succeeded`.
    pub event: String,
    /// What it says, by its message.
    #[schema(value_type = String)]
    pub message_id: MessageId,
    /// The same in English.
    pub text: String,
    /// Who did it: `you`, `colleague` (a trusted contact), `desk`, `server`, or `anybody`, who was not signed in.
    pub by: &'static str,
    /// From where, unless it was the desk or the server.
    pub ip: Option<String>,
    /// Of a sign-in: the browser, as it says itself.
    pub user_agent: Option<String>,
    /// Whether it was said of it that it was not them.
    pub disowned: bool,
    /// Whether that can be said.
    pub can_disown: bool,
}

/// Where to go on.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub struct ActivityQuery {
    /// The cursor: the `next` of the answer before.
    #[param(required = false, pattern = r"^([0-9]{1,17}\.[0-9a-f-]+)?$")]
    pub before: String,
}

/// An entry in the path.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ActivityPath {
    /// The entry's `id`, as `GET /api/v1/account/activity` gives it.
    id: String,
}

/// A code, to stay signed in.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DisownActivity {
    /// A code of the person's app. Without one, and without a factor shown in this session within the last five minutes, the
    /// session that asks ends too.
    code: Option<String>,
}

/// What has ended.
#[derive(Serialize, ToSchema)]
pub struct DisownedView {
    /// How many sessions.
    pub sessions: u64,
    /// The references of the requests that are stopped.
    pub requests: Vec<String>,
    /// Whether the account is suspended: a reset was done already.
    pub account_suspended: bool,
    /// Whether this session goes on.
    pub stays: bool,
}

impl From<DisownedActivity> for DisownedView {
    fn from(done: DisownedActivity) -> Self {
        let DisownedActivity { sessions, references: requests, account_suspended, stays } = done;
        Self { sessions, requests, account_suspended, stays }
    }
}

/// `GET /api/v1/account/activity`
#[utoipa::path(get, path = "/api/v1/account/activity", tag = "account", operation_id = "list_own_activity",
    summary = "List what happened on one's own account", description = "Newest first. What the page of recent activity shows.",
    params(ActivityQuery), security(("session" = [])),
    responses((status = 200, description = "A page of it.", body = ActivityView), ReadErrors))]
pub async fn list(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Params(query): Params<ActivityQuery>,
) -> Result<Json<ActivityView>, Problem> {
    Ok(Json(ActivityView::load(&scope, &caller, &query.before, MOST).await?))
}

/// `POST /api/v1/account/activity/{id}/not-me`
#[utoipa::path(post, path = "/api/v1/account/activity/{id}/not-me", tag = "account", operation_id = "disown_activity",
    summary = "Say that it was not you",
    description = "Sessions, sign-ins under way and open requests to recover the account end, an incident is opened, and all contacts are told. The session that asks ends too, unless a factor was shown in it.",
    params(ActivityPath), request_body = DisownActivity, security(("session" = [])),
    responses((status = 200, description = "What has ended.", body = DisownedView), StepErrors))]
pub async fn not_me(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Path(path): Path<ActivityPath>,
    Body(sent): Body<DisownActivity>,
) -> Result<Json<DisownedView>, Problem> {
    let proof = sent.code.map(FactorProof::Code);
    Ok(Json(disown_activity(&scope, &caller, &path.id, proof.as_ref()).await?.into()))
}

impl ActivityView {
    /// A page, as `GET /account/activity` shows it.
    pub async fn load_page(scope: &Scope, caller: &Caller, before: &str) -> Result<Self, Problem> {
        Self::load(scope, caller, before, MOST).await
    }

    /// One entry of the caller's own.
    pub async fn find(scope: &Scope, caller: &Caller, id: &str) -> Result<Option<ActivityEntry>, Problem> {
        let (db, tenant, person) = (&scope.app.db, &scope.tenant.id, &caller.person.id);
        if let Some(row) = sign_ins::find_of_person(db, tenant, person, id).await? {
            return Ok(Some(ActivityEntry::of_sign_in(row)));
        }
        let row = audit::find_about(db, tenant, person, id).await?;
        Ok(row.and_then(|row| ActivityEntry::of_record(row, caller)))
    }

    /// The newest few.
    pub async fn load_latest(scope: &Scope, caller: &Caller) -> Result<Vec<ActivityEntry>, Problem> {
        Ok(Self::load(scope, caller, "", 3).await?.entries)
    }

    async fn load(scope: &Scope, caller: &Caller, before: &str, most: i64) -> Result<Self, Problem> {
        let (db, tenant, person) = (&scope.app.db, &scope.tenant.id, &caller.person.id);
        let from = if before.is_empty() { None } else { Some(cursor(before)?) };
        let kinds: Vec<EventKind> = SHOWN.iter().map(|(kind, _)| *kind).collect();
        let records = audit::list_about(db, tenant, (person, &kinds), from, most + 1).await?;
        let attempts = sign_ins::list_of_person_before(db, tenant, person, from, most + 1).await?;
        let disowned = list_disowned(scope, caller).await?;
        let records = records.into_iter().filter_map(|row| ActivityEntry::of_record(row, caller));
        let mut entries: Vec<_> =
            records.chain(attempts.into_iter().map(ActivityEntry::of_sign_in)).collect();
        entries.sort_by(|one, other| (other.at, &other.id).cmp(&(one.at, &one.id)));
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let has_more = entries.len() > most;
        entries.truncate(most);
        for entry in &mut entries {
            entry.disowned = disowned.contains(&entry.id);
            let is_late = scope.now.duration_since(entry.at) > Config::CONTEST_LIFE;
            entry.can_disown &= !entry.disowned && !is_late;
        }
        let next = entries.last().filter(|_| has_more);
        let next = next.map(|last| format!("{}.{}", micros(last.at), last.id));
        Ok(Self { entries, next })
    }
}

fn is_of_trusted_contact(event: &str) -> bool {
    [EventKind::TrustedContactAccepted, EventKind::TrustedContactEnded]
        .iter()
        .any(|kind| kind.as_str() == event)
}

/// A place in the list: a moment and an id.
fn cursor(typed: &str) -> Result<(Timestamp, &str), Problem> {
    let parts = typed
        .split_once('.')
        .and_then(|(at, id)| Some((Timestamp::from_microsecond(at.parse().ok()?).ok()?, id)));
    parts.ok_or_else(|| Problem::bad_request("before must be the next of an answer.".to_owned()))
}

/// Of what the person said that it was not them.
async fn list_disowned(scope: &Scope, caller: &Caller) -> Result<BTreeSet<String>, Problem> {
    let kinds = [EventKind::UserActivityDisowned];
    let about = (&caller.person.id, kinds.as_slice());
    let rows = audit::list_about(&scope.app.db, &scope.tenant.id, about, None, 100).await?;
    let entry = |row: HistoryRow| {
        let body: Value = serde_json::from_str(&row.body).unwrap_or_default();
        body.pointer("/detail/entry").and_then(Value::as_str).map(str::to_owned)
    };
    Ok(rows.into_iter().filter_map(entry).collect())
}

impl ActivityEntry {
    fn of_record(row: HistoryRow, caller: &Caller) -> Option<Self> {
        let (_, message_id) = SHOWN.iter().find(|(kind, _)| kind.as_str() == row.event)?;
        let body: Value = serde_json::from_str(&row.body).unwrap_or_default();
        let word = |pointer: &str| body.pointer(pointer).and_then(Value::as_str);
        let by = match word("/actor/type") {
            Some("anonymous") => "anybody",
            Some("person" | "token") if row.actor_id.as_deref() == Some(caller.person.id.as_str()) => "you",
            // The only ones beside the owner who are not of the desk: whom the owner has chosen.
            Some("person" | "token") if is_of_trusted_contact(&row.event) => "colleague",
            Some("person" | "token") => "desk",
            _ => "server",
        };
        let is_ended_by_colleague = by == "colleague" && row.event == EventKind::TrustedContactEnded.as_str();
        let is_own = ["you", "anybody"].contains(&by);
        Some(Self {
            at: row.at.parse().unwrap_or(Timestamp::UNIX_EPOCH),
            message_id: *message_id,
            text: message_id.english(),
            ip: word("/request/ip").filter(|ip| is_own && !ip.is_empty()).map(str::to_owned),
            user_agent: None,
            disowned: false,
            // What the desk did for a caller may have been done for somebody else.
            // A colleague who says no or gives it up did so in their own name.
            can_disown: by != "server"
                && !is_ended_by_colleague
                && row.event != EventKind::UserActivityDisowned.as_str(),
            id: row.id,
            event: row.event,
            by,
        })
    }

    fn of_sign_in(row: SignInRow) -> Self {
        let is_success = row.result == "success";
        let message_id = if is_success { signed_in(&row.method) } else { failed(&row) };
        let event = if is_success { EventKind::SignInSucceeded } else { EventKind::SignInFailed };
        Self {
            at: time(row.at),
            event: event.as_str().to_owned(),
            message_id,
            text: message_id.english(),
            by: if is_success { "you" } else { "anybody" },
            ip: Some(row.ip).filter(|ip| !ip.is_empty()),
            user_agent: Some(row.user_agent),
            disowned: false,
            can_disown: true,
            id: row.id,
        }
    }
}

fn signed_in(method: &str) -> MessageId {
    match method {
        "webauthn" => MessageId("activity-signed-in-by-passkey"),
        "backup_code" => MessageId("activity-signed-in-by-backup-code"),
        "push" => MessageId("activity-signed-in-by-phone"),
        "hardware_token" => MessageId("activity-signed-in-by-token"),
        "sms" | "voice" | "email" => MessageId("activity-signed-in-by-sent-code"),
        _ => MessageId("activity-signed-in-by-code"),
    }
}

/// What a failed sign-in says. Whether the password was right is what its owner wants to know.
fn failed(row: &SignInRow) -> MessageId {
    match (row.method.as_str(), row.cause.as_deref()) {
        (_, Some("account_disabled")) => MessageId("activity-account-was-shut"),
        ("federated", _) => MessageId("activity-linked-account-failed"),
        ("password", Some("account_locked")) => MessageId("activity-password-put-off"),
        ("password", Some("mfa_not_enrolled")) => MessageId("activity-password-led-nowhere"),
        ("password", _) => MessageId("activity-wrong-password"),
        ("push", Some("mfa_denied" | "mfa_fraud_reported")) => MessageId("activity-phone-refused"),
        ("push", Some("mfa_no_response")) => MessageId("activity-phone-silent"),
        ("totp" | "hardware_token" | "backup_code" | "push" | "sms" | "voice" | "email", _) => {
            MessageId("activity-second-step-failed")
        }
        ("webauthn", _) if row.detail.as_deref() == Some(sign_ins::AFTER_PASSWORD) => {
            MessageId("activity-second-step-failed")
        }
        ("webauthn", _) => MessageId("activity-passkey-failed"),
        _ => MessageId("activity-pass-failed"),
    }
}
