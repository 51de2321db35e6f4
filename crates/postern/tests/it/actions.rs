//! What the product does, use case by use case: what it lets through, and what it refuses.

mod add_evidence;
mod add_passkey;
mod add_person;
mod add_push;
mod add_sent_code;
mod add_totp;
mod announce_openings;
mod answer_push;

mod apply_remedy;
mod approve_case;
mod ask_push;
mod bind_claimant_page;
mod caller;
mod ceremony;
mod change_password;
mod change_person;
mod close_finding;
mod contacts;
mod contest;
mod decide_on_passkey;
mod decide_on_power;
mod disown_activity;
mod earlier_cases;
mod end_session;
mod end_waiting_password;
mod enrol_passkey;
mod enrol_totp;
mod escalate_case;
mod forgotten_password;
mod hand_over_case;
mod hardware_tokens;
mod hear_logout;
mod import_people;
mod import_sign_ins;
mod join_case;
mod lapse_case;
mod link_account;
mod lock_order;
mod made_by;
mod move_tenant;
mod new_password;
mod notify_seniors;
mod open_case;
mod own_contacts;
mod propose_remedy;
mod rate_limit;
mod recover_person;
mod refuse_case;
mod remove_factor;
pub mod renew_backup_codes;
mod replace_password;
mod resync_totp;
mod saved_views;
mod send_code;
mod server_clock;
mod set_tenant_settings;
mod set_up;
mod show_pass;
mod sign_in;
mod sign_in_with_provider;
#[cfg(feature = "saml")]
mod sign_in_with_saml;
mod staff_notices;
mod step_up;
mod stop_remedy;
mod suspend_person;
mod suspend_tenant;
mod suspended_account;
mod take_case;
mod tier_of_today;
pub mod trusted_contacts;
mod use_backup_code;
mod use_pass;
mod use_passkey;
mod use_password_link;
mod use_push;
mod use_sent_code;
mod use_totp;
mod vouch;

use postern::actions::ActionError;

/// The policies said no.
#[track_caller]
fn assert_denied<T>(outcome: Result<T, ActionError>, policy: &str) {
    match outcome {
        Err(ActionError::Denied(denied)) => {
            assert!(denied.policies.iter().any(|id| id == policy), "{:?} and not {policy}", denied.policies);
        }
        Err(other) => panic!("not denied, but: {other}"),
        Ok(_) => panic!("it was let through"),
    }
}

/// It does not fit the state of things.
#[track_caller]
fn assert_refused<T>(outcome: Result<T, ActionError>, words: &str) {
    match outcome {
        Err(ActionError::Refused(why)) => assert!(why.to_string().contains(words), "refused, but: {why}"),
        Err(other) => panic!("not refused, but: {other}"),
        Ok(_) => panic!("it was let through"),
    }
}

/// Something typed is wrong.
#[track_caller]
fn assert_invalid<T>(outcome: Result<T, ActionError>, wanted: &str) {
    match outcome {
        Err(ActionError::Invalid { field, .. }) => assert_eq!(field, wanted),
        Err(other) => panic!("not invalid, but: {other}"),
        Ok(_) => panic!("it was let through"),
    }
}

/// Too many guesses; answers with the wait. Unit: seconds.
#[track_caller]
fn assert_throttled<T>(outcome: Result<T, ActionError>) -> i64 {
    match outcome {
        Err(ActionError::Throttled(wait)) => wait.as_secs(),
        Err(other) => panic!("not throttled, but: {other}"),
        Ok(_) => panic!("it was let through"),
    }
}
