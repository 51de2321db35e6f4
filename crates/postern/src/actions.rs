//! What the product does: one file per use case, each the whole story.

pub mod accept_restore;
pub mod add_contact;
pub mod add_evidence;
pub mod add_hardware_token;
pub mod add_note;
pub mod add_own_contact;
pub mod add_passkey;
pub mod add_person;
pub mod add_push;
pub mod add_sent_code;
pub mod add_tenant;
pub mod add_totp;
pub mod announce_openings;
pub mod answer_push;
pub mod answer_trusted_contact;
pub mod apply_remedy;
pub mod approve_case;
pub mod ask_push;
pub mod attest_contact;
pub mod begin_story;
pub mod bind_claimant_page;
pub mod change_password;
pub mod change_person;
pub mod check_audit;
pub mod choose_notices;
pub mod choose_trusted_contact;
pub mod close_finding;
pub mod confirm_backup_codes;
pub mod contest;
pub mod create_service_token;
pub mod decide_on_passkey;
pub mod decide_on_power;
pub mod diagnose_person;
pub mod disown_activity;
pub mod earlier_cases;
pub mod end_access;
pub mod end_session;
pub mod end_sessions;
pub mod end_waiting_password;
pub mod enrol_passkey;
pub mod enrol_totp;
pub mod escalate_case;
pub mod export_audit;
pub mod export_cases;
pub mod export_people;
pub mod factor_proof;
pub mod forgotten_password;
pub mod hand_over_case;
pub mod hear_logout;
pub mod import_hardware_tokens;
pub mod import_people;
pub mod import_sign_ins;
pub mod import_watched_file;
pub mod issue_set_up_code;
pub mod join_case;
pub mod lapse_case;
pub mod lift_lock;
pub mod lift_suspension;
pub mod like_time;
pub mod link_account;
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
pub mod remove_own_contact;
pub mod remove_trusted_contact;
pub mod remove_view;
pub mod rename_tenant;
pub mod renew_backup_codes;
pub mod replace_password;
pub mod report_contact_lost;
pub mod resign_trusted_contact;
pub mod retire_hardware_token;
pub mod review_trusted_contacts;
pub mod revoke_service_token;
pub mod run_job_again;
pub mod save_view;
pub mod send_code;
pub mod sender_limit;
pub mod sent_code_rules;
pub mod server_clock;
pub mod set_tenant_settings;
pub mod set_up;
pub mod show_backup_codes;
pub mod show_pass;
pub mod sign_in;
pub mod sign_in_with_passkey;
pub mod sign_in_with_provider;
pub mod start_hold;
pub mod step_up;
mod stop_remedy;
pub mod subscribe_push;
pub mod suspend_person;
pub mod suspend_tenant;
pub mod take_case;
pub mod use_backup_code;
pub mod use_hardware_token;
pub mod use_pass;
pub mod use_passkey;
pub mod use_password_link;
pub mod use_push;
pub mod use_sent_code;
pub mod use_totp;
pub mod vouch;
pub mod withdraw_case;

mod advance;
mod caller;
mod ceremony;
mod federation;
mod hardware_tokens;
mod new_password;
mod on_record;
pub mod passkeys;
mod push_devices;
mod rate_limit;
mod request_power;
pub mod resync_totp;
mod retry;
mod revoke_tokens_of;
mod signed_in;
mod trusted_contacts;

pub use crate::store::throttles::CountedTry;
pub use caller::{
    Caller, case_for, case_now, expect_other_than, finding_facts, permit_on_case, permit_on_finding,
    permit_on_person, permit_on_tenant, record_missing_scope,
};
pub use ceremony::Challenge;
pub use federation::{
    OidcSaid, ProviderAnswer, ProviderSaid, ToProvider, begins_sign_in, find_saml, saml_metadata,
};
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
use crate::texts::{ErrorText, FilledMessage, MessageId};

/// What an action can tell the caller.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.text())]
pub enum ActionError {
    /// The policies said no.
    Denied(Denied),
    /// Something typed is wrong; says which field and what to do.
    Invalid {
        /// The field.
        field: &'static str,
        /// What to do.
        message: ErrorText,
    },
    /// It does not fit the state of things.
    Refused(ErrorText),
    /// The secret was wrong. One message for every way of being wrong.
    Wrong(MessageId),
    /// What is sensitive wants a passkey touch of the last five minutes.
    StepUp,
    /// Too many guesses.
    Throttled(SignedDuration),
    /// There is no room for it now. Nothing was read.
    Busy(&'static str),
    /// It is not there, or not for this caller.
    NotFound,
    /// It ran into another change again and again. Nothing was changed.
    Contended,
    /// Somebody else was faster.
    Conflict,
    /// Our fault; the cause goes to the log.
    Internal(String),
}

impl ActionError {
    /// A field is wrong.
    pub fn invalid(field: &'static str, message: impl Into<ErrorText>) -> Self {
        Self::Invalid { field, message: message.into() }
    }

    /// It does not fit the state of things.
    pub fn refused(message: impl Into<ErrorText>) -> Self {
        Self::Refused(message.into())
    }

    /// What it says.
    pub fn text(&self) -> ErrorText {
        match self {
            // An organisation writes its policies, and what they say, in its own language.
            Self::Denied(denied) => denied.to_string().into(),
            Self::Invalid { message, .. } | Self::Refused(message) => message.clone(),
            Self::Wrong(id) => (*id).into(),
            Self::StepUp => MessageId("passkey-touch-wanted").into(),
            Self::Throttled(wait) => throttled(*wait).into(),
            Self::Busy(english) => (*english).into(),
            Self::NotFound => MessageId("nothing-here").into(),
            Self::Contended => MessageId("too-much-going-on").into(),
            Self::Conflict => MessageId("somebody-was-faster").into(),
            Self::Internal(_) => MessageId("internal-error").into(),
        }
    }
}

/// A name or an address that would look like another one on a page.
pub(crate) fn refuse_hidden(field: &'static str, text: &str) -> Result<(), ActionError> {
    if has_hidden(text) || text.chars().any(char::is_control) {
        return Err(ActionError::invalid(field, MessageId("hidden-characters")));
    }
    Ok(())
}

/// Whole seconds after which a wait is over.
pub fn whole_seconds(wait: SignedDuration) -> i64 {
    let begun = i64::from(wait.subsec_nanos() > 0);
    wait.as_secs().saturating_add(begun).max(1)
}

fn throttled(wait: SignedDuration) -> FilledMessage {
    let seconds = whole_seconds(wait);
    match seconds {
        ..=90 => MessageId("throttled-for-seconds").with("count", seconds),
        91..=5400 => MessageId("throttled-for-minutes").with("count", (seconds + 59) / 60),
        _ => MessageId("throttled-for-hours").with("count", (seconds + 3599) / 3600),
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
        Self::Refused(match error {
            CaseError::OutOfOrder { stage } => MessageId("step-out-of-order").with("stage", stage).into(),
            CaseError::OnHold { until } => {
                MessageId("waiting-period-runs").with("until", until.to_string()).into()
            }
            CaseError::NoticeMayCome { from } => {
                MessageId("notice-may-still-go").with("from", from.to_string()).into()
            }
            CaseError::PlanChanged => MessageId("plan-has-changed").into(),
            CaseError::OwnDoubt => MessageId("look-of-another-wanted").into(),
            CaseError::DemandsMore => MessageId("proof-no-longer-suffices").into(),
            CaseError::ForeignPermit => MessageId("permission-for-another").into(),
        })
    }
}

impl From<FlowError> for ActionError {
    fn from(error: FlowError) -> Self {
        Self::refused(match error {
            FlowError::Closed => MessageId("account-suspended"),
            FlowError::OutOfOrder => MessageId("start-sign-in-again"),
        })
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
