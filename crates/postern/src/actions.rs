//! What the product does: one file per use case, each the whole story.

pub mod accept_restore;
pub mod add_contact;
pub mod add_evidence;
pub mod add_note;
pub mod add_passkey;
pub mod add_person;
pub mod add_tenant;
pub mod add_totp;
pub mod announce_openings;
pub mod apply_remedy;
pub mod approve_case;
pub mod attest_contact;
pub mod begin_story;
pub mod bind_claimant_page;
pub mod change_person;
pub mod check_audit;
pub mod choose_notices;
pub mod close_finding;
pub mod confirm_backup_codes;
pub mod contest;
pub mod create_service_token;
pub mod decide_on_passkey;
pub mod decide_on_power;
pub mod diagnose_person;
pub mod earlier_cases;
pub mod end_access;
pub mod end_session;
pub mod end_sessions;
pub mod enrol_passkey;
pub mod enrol_totp;
pub mod escalate_case;
pub mod export_audit;
pub mod export_people;
pub mod factor_proof;
pub mod hand_over_case;
pub mod import_people;
pub mod import_sign_ins;
pub mod import_watched_file;
pub mod issue_set_up_code;
pub mod join_case;
pub mod lapse_case;
pub mod like_time;
pub mod move_tenant;
pub mod name_factor;
pub mod names;
pub mod notify_seniors;
pub mod open_case;
pub mod open_case_at_desk;
pub mod propose_remedy;
pub mod publish_checkpoint;
pub mod record_call;
pub mod record_finding;
pub mod recover_person;
pub mod refuse_case;
pub mod remedies;
pub mod remove_contact;
pub mod remove_factor;
pub mod remove_view;
pub mod rename_tenant;
pub mod renew_backup_codes;
pub mod report_contact_lost;
pub mod revoke_service_token;
pub mod run_job_again;
pub mod save_view;
pub mod sender_limit;
pub mod set_tenant_settings;
pub mod set_up;
pub mod show_backup_codes;
pub mod show_pass;
pub mod sign_in;
pub mod sign_in_with_passkey;
pub mod start_hold;
pub mod step_up;
pub mod suspend_tenant;
pub mod take_case;
pub mod use_backup_code;
pub mod use_pass;
pub mod use_passkey;
pub mod use_totp;
pub mod vouch;
pub mod withdraw_case;

mod advance;
mod caller;
mod ceremony;
mod on_record;
mod passkeys;
mod rate_limit;
mod request_power;
mod retry;
mod revoke_tokens_of;
mod signed_in;

pub use crate::store::throttles::CountedTry;
pub use caller::{
    Caller, case_for, case_now, expect_other_than, finding_facts, permit_on_case, permit_on_finding,
    permit_on_person, permit_on_tenant, record_missing_scope,
};
pub use ceremony::Challenge;
pub use rate_limit::RateLimit;
pub use signed_in::SignedIn;

use jiff::SignedDuration;
use postern_core::case::CaseError;
use postern_core::policy::Denied;
use postern_core::reason::ReasonError;
use postern_core::signin::FlowError;
use postern_core::text::has_hidden;

use crate::audit_log::AuditLogError;
use crate::hashing::HashingError;
use crate::keys::KeyError;
use crate::rng::RngError;
use crate::store::StoreError;
use crate::tenants::TenantsError;

/// What an action can tell the caller.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    /// The policies said no.
    #[error("{0}")]
    Denied(Denied),
    /// Something typed is wrong; says which field and what to do.
    #[error("{message}")]
    Invalid {
        /// The field.
        field: &'static str,
        /// What to do.
        message: String,
    },
    /// It does not fit the state of things.
    #[error("{0}")]
    Refused(String),
    /// The secret was wrong. One text for every way of being wrong.
    #[error("{0}")]
    Wrong(&'static str),
    /// What is sensitive wants a passkey touch of the last five minutes.
    #[error("This wants a touch of your passkey first: the last one was more than five minutes ago.")]
    StepUp,
    /// Too many guesses.
    #[error("Too many attempts. Wait {} and try again.", wait_label(*.0))]
    Throttled(SignedDuration),
    /// There is no room for it now. Nothing was read.
    #[error("{0}")]
    Busy(&'static str),
    /// It is not there, or not for this caller.
    #[error("There is nothing here.")]
    NotFound,
    /// It ran into another change again and again. Nothing was changed.
    #[error("Too much is going on with this account at the moment. Nothing was changed; try again.")]
    Contended,
    /// Somebody else was faster.
    #[error("Somebody else changed this in the meantime. Reload and look again.")]
    Conflict,
    /// Our fault; the cause goes to the log.
    #[error("Something went wrong on our side.")]
    Internal(String),
}

impl ActionError {
    /// A field is wrong.
    pub fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid { field, message: message.into() }
    }
}

/// A name or an address that would look like another one on a page.
pub(crate) fn refuse_hidden(field: &'static str, text: &str) -> Result<(), ActionError> {
    if has_hidden(text) || text.chars().any(char::is_control) {
        let message =
            "Type it anew: it holds characters that can't be seen, or that turn the direction of writing.";
        return Err(ActionError::invalid(field, message));
    }
    Ok(())
}

/// Whole seconds after which a wait is over.
pub fn whole_seconds(wait: SignedDuration) -> i64 {
    let begun = i64::from(wait.subsec_nanos() > 0);
    wait.as_secs().saturating_add(begun).max(1)
}

fn wait_label(wait: SignedDuration) -> String {
    let seconds = whole_seconds(wait);
    match seconds {
        1 => "a second".to_owned(),
        2..=90 => format!("{seconds} seconds"),
        91..=5400 => format!("{} minutes", (seconds + 59) / 60),
        _ => format!("{} hours", (seconds + 3599) / 3600),
    }
}

impl From<StoreError> for ActionError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict => Self::Conflict,
            StoreError::NotFound => Self::NotFound,
            StoreError::Contended(_) => Self::Contended,
            other => Self::Internal(format!("{other:?}")),
        }
    }
}

impl From<CaseError> for ActionError {
    fn from(error: CaseError) -> Self {
        Self::Refused(error.to_string())
    }
}

impl From<FlowError> for ActionError {
    fn from(error: FlowError) -> Self {
        Self::Refused(error.to_string())
    }
}

impl From<ReasonError> for ActionError {
    fn from(error: ReasonError) -> Self {
        Self::invalid("reason", error.to_string())
    }
}

impl From<AuditLogError> for ActionError {
    fn from(error: AuditLogError) -> Self {
        match error {
            AuditLogError::Store(error) => error.into(),
            other => Self::Internal(other.to_string()),
        }
    }
}

impl From<TenantsError> for ActionError {
    fn from(error: TenantsError) -> Self {
        match error {
            TenantsError::Store(error) => error.into(),
            other => Self::Internal(other.to_string()),
        }
    }
}

macro_rules! internal {
    ($($error:ty),+) => {$(
        impl From<$error> for ActionError {
            fn from(error: $error) -> Self {
                Self::Internal(error.to_string())
            }
        }
    )+};
}

internal!(HashingError, KeyError, RngError, webauthn_rs::prelude::WebauthnError, serde_json::Error);
