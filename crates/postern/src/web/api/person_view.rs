//! A person as the desk sees them: the page and the API's answer are made of it.

mod load;

pub use load::may;

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::case_view::TimelineEntry;
use super::diagnosis::DiagnosisView;
use crate::web::factor_view::FactorView;

/// Somebody in the directory.
#[derive(Serialize, ToSchema)]
pub struct PersonDetail {
    id: String,
    name: String,
    /// What they sign in with.
    login: String,
    /// `standard`, `sensitive`, `privileged`, or one of the organisation's own.
    tier: String,
    /// What the tier stands on: `standard`, `sensitive` or `privileged`.
    tier_floor: &'static str,
    /// A tier that was lowered less than seven days ago: until then the stricter of the two counts.
    tier_before: Option<TierBefore>,
    /// `person`, `auditor`, `agent`, `senior` or `admin`.
    role: &'static str,
    /// A higher desk role that was asked for and waits.
    role_that_waits: Option<&'static str>,
    /// Their manager, if one is on file.
    manager: Option<ManagerOfPerson>,
    /// Since when the account is suspended.
    #[schema(value_type = Option<String>, format = DateTime)]
    suspended_at: Option<Timestamp>,
    /// Why it is suspended.
    suspended_why: Option<String>,
    /// Whether they have a password or a factor: who never enrolled can have a new set-up code.
    is_enrolled: bool,
    factors: Vec<FactorView>,
    /// Backup codes that can still be used.
    backup_codes_left: i64,
    /// Where they are signed in, newest first.
    sessions: Vec<SessionOfPerson>,
    /// Addresses and numbers, oldest first; those removed less than 30 days ago too.
    contacts: Vec<ContactOnFile>,
    /// Their cases, newest first, at most 20.
    cases: Vec<CaseOfPerson>,
    /// Whether they can sign in, and why not.
    diagnosis: DiagnosisView,
    /// What happened, newest first, at most 30 records.
    timeline: Vec<TimelineEntry>,
    /// What the caller may do here.
    may: MayOnPerson,
}

/// Who may vouch for them.
#[derive(Serialize, ToSchema)]
pub struct ManagerOfPerson {
    id: String,
    name: String,
}

/// The stricter tier of before.
#[derive(Serialize, ToSchema)]
pub struct TierBefore {
    tier: String,
    #[schema(value_type = String, format = DateTime)]
    counts_until: Timestamp,
}

/// A live session.
#[derive(Serialize, ToSchema)]
pub struct SessionOfPerson {
    /// The browser in a few words: "Chrome on Windows".
    browser: String,
    ip: String,
    /// Whether a passkey opened it.
    by_passkey: bool,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    last_seen_at: Timestamp,
}

/// An address or number, and where it is from.
#[derive(Serialize, ToSchema)]
pub struct ContactOnFile {
    id: String,
    /// `email`, `mobile` or `office_phone`.
    kind: String,
    value: String,
    #[schema(value_type = String, format = DateTime)]
    filed_at: Timestamp,
    /// Whole days on file.
    days: i64,
    /// Who filed it, by name; null for the operator and the first start.
    filed_by: Option<String>,
    /// Since when it is certain that it is theirs; null for an imported one that nobody attested.
    #[schema(value_type = Option<String>, format = DateTime)]
    confirmed_at: Option<Timestamp>,
    /// Whose word that is, by name, if it is another's than who filed it.
    attested_by: Option<String>,
    /// Since when it is said that they no longer have it.
    #[schema(value_type = Option<String>, format = DateTime)]
    lost_at: Option<Timestamp>,
    /// When it was taken off the file; messages go there for 30 days more.
    #[schema(value_type = Option<String>, format = DateTime)]
    removed_at: Option<Timestamp>,
    /// `call_and_notify`, `notify` (a mail address), `too_fresh`, `unattested`, `lost` or `removed`.
    desk_may: &'static str,
    /// Of a number that is too fresh: from when on it may be called, in cases opened then.
    #[schema(value_type = Option<String>, format = DateTime)]
    callable_from: Option<Timestamp>,
}

/// A case of the person.
#[derive(Serialize, ToSchema)]
pub struct CaseOfPerson {
    id: String,
    /// Its name in talk: `C-7K3M9Q`.
    reference: String,
    /// `verifying`, `awaiting_approval`, `awaiting_notice`, `on_hold`, `ready`, `remedied`, `contested` or `closed`.
    stage: String,
    /// The stage, or how it ended, in the desk's words.
    stage_label: &'static str,
    #[schema(value_type = String, format = DateTime)]
    opened_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<Timestamp>,
}

impl CaseOfPerson {
    /// What its page is found by.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its name in talk.
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// Whether it goes on.
    pub fn is_open(&self) -> bool {
        self.closed_at.is_none()
    }
}

/// What the policies let the caller do with somebody.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is the answer to a question of its own")]
pub struct MayOnPerson {
    /// Change name, manager, tier, role and contacts.
    change: bool,
    /// Open a case for them.
    open_case: bool,
    /// End every session.
    end_sessions: bool,
    /// Write a note.
    add_note: bool,
}
