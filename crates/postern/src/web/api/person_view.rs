//! A person as the desk sees them: the page and the API's answer are made of it.

mod load;

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::case_view::TimelineEntry;
use super::diagnosis::DiagnosisView;
use crate::web::desk::verb::VerbOffer;
use crate::web::factor_view::FactorView;

/// Somebody in the directory.
#[derive(Serialize, ToSchema)]
pub struct PersonDetail {
    pub id: String,
    pub name: String,
    /// What they sign in with.
    pub login: String,
    /// `standard`, `sensitive`, `privileged`, or one of the organisation's own.
    pub tier: String,
    /// What the tier stands on: `standard`, `sensitive` or `privileged`.
    pub tier_floor: &'static str,
    /// A tier that was lowered less than seven days ago: until then the stricter of the two counts.
    pub tier_before: Option<TierBefore>,
    /// `person`, `auditor`, `agent`, `senior` or `admin`.
    pub role: &'static str,
    /// A higher desk role that was asked for and waits.
    pub role_that_waits: Option<&'static str>,
    /// Their manager, if one is on file.
    pub manager: Option<ManagerOfPerson>,
    /// Since when the account is suspended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub suspended_at: Option<Timestamp>,
    /// Why it is suspended.
    pub suspended_why: Option<String>,
    /// Who at the desk suspended it, by name; null where its owner or the operator did.
    pub suspended_by: Option<String>,
    /// Whether they ever had a factor, signed in, or were recovered: who never did can have a new set-up code.
    pub is_enrolled: bool,
    pub factors: Vec<FactorView>,
    /// Secrets that take no try now, after wrong guesses.
    pub locks: Vec<LockOfPerson>,
    /// Backup codes that can still be used.
    pub backup_codes_left: i64,
    /// Where they are signed in, newest first.
    pub sessions: Vec<SessionOfPerson>,
    /// Addresses and numbers, oldest first; those removed less than 30 days ago too.
    pub contacts: Vec<ContactOnFile>,
    /// How many colleagues have accepted to confirm one day that it is them, and are not suspended. Who they are is not for the
    /// desk to tell anybody.
    pub trusted_contacts: i64,
    /// Their cases, newest first, at most 20.
    pub cases: Vec<CaseOfPerson>,
    /// Whether they can sign in, and why not.
    pub diagnosis: DiagnosisView,
    /// What happened, newest first, at most 30 records.
    pub timeline: Vec<TimelineEntry>,
    /// What the caller may do here.
    pub may: MayOnPerson,
    /// What else the caller may do with nothing but a reason.
    pub verbs: Vec<VerbOffer>,
}

/// Who may vouch for them.
#[derive(Serialize, ToSchema)]
pub struct ManagerOfPerson {
    pub id: String,
    pub name: String,
}

/// The stricter tier of before.
#[derive(Serialize, ToSchema)]
pub struct TierBefore {
    pub tier: String,
    #[schema(value_type = String, format = DateTime)]
    pub counts_until: Timestamp,
}

/// A secret that takes no try now.
#[derive(Serialize, ToSchema)]
pub struct LockOfPerson {
    /// `password`, `totp`, `backup_code` and so on.
    pub kind: &'static str,
    /// What it is, in words.
    pub title: &'static str,
    /// Until when. `null`: until it is bound anew.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
}

/// A live session.
#[derive(Serialize, ToSchema)]
pub struct SessionOfPerson {
    /// The browser in a few words: "Chrome on Windows".
    pub browser: String,
    pub ip: String,
    /// Whether a passkey opened it.
    pub by_passkey: bool,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub last_seen_at: Timestamp,
}

/// An address or number, and where it is from.
#[derive(Serialize, ToSchema)]
pub struct ContactOnFile {
    pub id: String,
    /// `email`, `mobile` or `office_phone`.
    pub kind: String,
    pub value: String,
    #[schema(value_type = String, format = DateTime)]
    pub filed_at: Timestamp,
    /// Whole days on file.
    pub days: i64,
    /// Who filed it, by name; null for the operator and the first start.
    pub filed_by: Option<String>,
    /// Since when it is certain that it is theirs; null for an imported one that nobody attested.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub confirmed_at: Option<Timestamp>,
    /// Whose word that is, by name, if it is another's than who filed it.
    pub attested_by: Option<String>,
    /// Since when it is said that they no longer have it.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub lost_at: Option<Timestamp>,
    /// When it was taken off the file; messages go there for 30 days more.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub removed_at: Option<Timestamp>,
    /// `call_and_notify`, `notify` (a mail address), `too_fresh`, `unattested`, `lost` or `removed`.
    pub desk_may: &'static str,
    /// Of a number that is too fresh: from when on it may be called, in cases opened then.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub callable_from: Option<Timestamp>,
}

/// A case of the person.
#[derive(Serialize, ToSchema)]
pub struct CaseOfPerson {
    pub id: String,
    /// Its name in talk: `C-7K3M9Q`.
    pub reference: String,
    /// `verifying`, `awaiting_approval`, `awaiting_notice`, `on_hold`, `ready`, `remedied`, `contested` or `closed`.
    pub stage: String,
    /// The stage, or how it ended, in the desk's words.
    pub stage_label: &'static str,
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closed_at: Option<Timestamp>,
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
pub struct MayOnPerson {
    /// Change name, manager, tier, role and contacts.
    pub change: bool,
    /// Open a case for them.
    pub open_case: bool,
    /// Write a note.
    pub add_note: bool,
}
