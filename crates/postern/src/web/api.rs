//! `/api/v1`: what the pages can do, for programs. Each handler parses, calls the action that the page calls, and
//! answers in JSON. `/api/openapi.json` describes it, `/api` shows that description to people.

pub mod activity;
pub mod audit;
pub mod audit_view;
pub mod backup_codes;
pub mod bulk_people;
pub mod case_steps;
pub mod case_view;
pub mod cases;
pub mod code_apps;
pub mod contacts;
pub mod diagnosis;
pub mod errors;
pub mod factors;
pub mod findings;
pub mod hardware_tokens;
pub mod home;
pub mod import_sign_ins;
pub mod imports;
pub mod incident_view;
pub mod input;
pub mod jobs;
pub mod linked_accounts;
pub mod openapi;
pub mod password;
pub mod people;
pub mod person_steps;
pub mod person_view;
pub mod portal;
pub mod power_grants;
pub mod push;
pub mod readiness;
pub mod reference;
pub mod replace_password;
pub mod resync;
pub mod runbook;
pub mod saved_views;
pub mod search_view;
pub mod sent_codes;
pub mod sessions;
pub mod set_up;
pub mod sign_ins;
pub mod tokens;
pub mod trusted_contacts;
pub mod verb;
pub mod waiting_passkeys;
pub mod waiting_password;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing::{delete, get, post};
use postern_core::token_file::MAX_PSKC_BYTES;

use super::account::{passkeys, step_up};
use super::desk::verb as verbs;
use super::read_out::read_out;
use crate::app::App;

/// Most bytes of a request that brings a file of people: the file, with a form around it and its line ends as browsers write them.
pub const MAX_IMPORT_BODY: usize = 3 << 20;

/// Most bytes of a request that brings a file of hardware tokens.
pub const MAX_TOKENS_BODY: usize = MAX_PSKC_BYTES + (1 << 20);

/// The routes.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api", get(reference::show))
        .route("/api/openapi.json", get(openapi::show))
        .merge(account())
        .merge(people_import())
        .merge(desk())
        .merge(verbs::endpoints())
}

/// With room for a file of people.
fn people_import() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/people/import", post(bulk_people::import_people))
        .layer(DefaultBodyLimit::max(MAX_IMPORT_BODY))
        .merge(tokens_import())
        .layer(from_fn(read_out))
}

/// With room for a file of hardware tokens.
fn tokens_import() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/hardware-tokens/import", post(hardware_tokens::import))
        .layer(DefaultBodyLimit::max(MAX_TOKENS_BODY))
}

/// What a large upload needs more time for.
pub fn uploads() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/sign-ins/import", post(import_sign_ins::import_sign_ins))
        .layer(from_fn(read_out))
}

/// Reachable by anybody: for the locked-out person the login, then the token of the claimant page; for a phone that approves
/// sign-ins what its key has signed.
pub fn open() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/portal/cases", post(portal::open_case))
        .route("/api/v1/portal/cases/join", post(portal::join_case))
        .route("/api/v1/portal/case", get(portal::show_case))
        .route("/api/v1/portal/case/pass", post(portal::show_pass))
        .route("/api/v1/portal/case/backup-codes", post(portal::show_backup_codes))
        .route("/api/v1/portal/case/backup-codes/confirm", post(portal::confirm_backup_codes))
        .route("/api/v1/portal/case/withdraw", post(portal::withdraw_case))
        .route("/api/v1/portal/contest", post(portal::contest))
        .route("/api/v1/portal/contest/others", post(portal::contest_others))
        .route("/api/v1/push/enrol", post(push::enrol))
        .route("/api/v1/push/requests", post(push::list))
        .route("/api/v1/push/answer", post(push::answer))
        .route("/api/v1/push/subscribe", post(push::subscribe))
}

/// A person's own account: their session only.
fn account() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/account/readiness", get(readiness::show))
        .route("/api/v1/account/activity", get(activity::list))
        .route("/api/v1/account/activity/{id}/not-me", post(activity::not_me))
        .route("/api/v1/account/contacts", get(contacts::list).post(contacts::add))
        .route("/api/v1/account/contacts/start", post(contacts::start))
        .route("/api/v1/account/contacts/confirm", post(contacts::confirm))
        .route("/api/v1/account/contacts/{id}/remove", post(contacts::remove))
        .route("/api/v1/account/trusted-contacts", get(trusted_contacts::list).post(trusted_contacts::choose))
        .route("/api/v1/account/trusted-contacts/start", post(trusted_contacts::start))
        .route("/api/v1/account/trusted-contacts/{id}/remove", post(trusted_contacts::remove))
        .route("/api/v1/account/trusted-contacts/{id}/accept", post(trusted_contacts::accept))
        .route("/api/v1/account/trusted-contacts/{id}/decline", post(trusted_contacts::decline))
        .route("/api/v1/account/trusted-contacts/{id}/resign", post(trusted_contacts::resign))
        .route("/api/v1/account/sessions", get(sessions::list))
        .route("/api/v1/account/sessions/end/start", post(sessions::start_end))
        .route("/api/v1/account/sessions/{id}/end", post(sessions::end_one))
        .route("/api/v1/account/sessions/end-others", post(sessions::end_others))
        .route("/api/v1/account/factors", get(factors::list))
        .route("/api/v1/account/factors/{id}/name", post(factors::name))
        .route("/api/v1/account/factors/{id}/resync/start", post(resync::start))
        .route("/api/v1/account/factors/{id}/resync/finish", post(resync::finish))
        .route("/api/v1/account/factors/{id}/remove/start", post(factors::start_remove))
        .route("/api/v1/account/factors/{id}/remove/finish", post(factors::finish_remove))
        .route("/api/v1/account/code-apps/start", post(code_apps::start))
        .route("/api/v1/account/code-apps/finish", post(code_apps::finish))
        .route("/api/v1/account/hardware-token/start", post(hardware_tokens::start))
        .route("/api/v1/account/hardware-token/finish", post(hardware_tokens::finish))
        .route("/api/v1/account/linked-accounts", get(linked_accounts::list))
        .route("/api/v1/account/linked-accounts/{provider}/start", post(linked_accounts::start))
        .route("/api/v1/account/linked-accounts/{provider}/finish", post(linked_accounts::finish))
        .route("/api/v1/account/push/start", post(push::start))
        .route("/api/v1/account/push/finish", post(push::finish))
        .route("/api/v1/account/sent-codes", get(sent_codes::list))
        .route("/api/v1/account/sent-codes/start", post(sent_codes::start))
        .route("/api/v1/account/sent-codes/finish", post(sent_codes::finish))
        .route("/api/v1/account/backup-codes/start", post(backup_codes::start))
        .route("/api/v1/account/backup-codes/finish", post(backup_codes::finish))
        .route("/api/v1/account/backup-codes/confirm", post(backup_codes::confirm))
        .route("/api/v1/account/password/start", post(password::start))
        .route("/api/v1/account/password/finish", post(password::finish))
        .route("/api/v1/account/replace-password/start", post(replace_password::start))
        .route("/api/v1/account/replace-password/finish", post(replace_password::finish))
        .route("/api/v1/account/waiting-password", get(waiting_password::show))
        .route("/api/v1/account/waiting-password/stop", post(waiting_password::stop))
        .route("/api/v1/account/passkeys/start", post(passkeys::start))
        .route("/api/v1/account/passkeys/finish", post(passkeys::finish))
        .route("/api/v1/account/step-up/start", post(step_up::start))
        .route("/api/v1/account/step-up/finish", post(step_up::finish))
}

/// For the desk: a service token with its scopes, or a session. The policies are asked on top.
fn desk() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/home", get(home::show))
        .route("/api/v1/runbook", get(runbook::show))
        .route("/api/v1/search", get(search_view::show))
        .route("/api/v1/set-up", get(set_up::show))
        .route("/api/v1/cases", get(cases::list).post(cases::open_at_desk))
        .route("/api/v1/saved-views", get(saved_views::list).post(saved_views::save_view))
        .route("/api/v1/saved-views/remove", post(saved_views::remove_view))
        .route("/api/v1/cases/{id}", get(cases::show))
        .route("/api/v1/cases/{id}/take", post(case_steps::take_case))
        .route("/api/v1/cases/{id}/hand-back", post(case_steps::hand_back_case))
        .route("/api/v1/cases/{id}/hand-over", post(case_steps::hand_over_case))
        .route("/api/v1/cases/{id}/contact-lost", post(case_steps::report_contact_lost))
        .route("/api/v1/cases/{id}/bind-claimant-page", post(case_steps::bind_claimant_page))
        .route("/api/v1/cases/{id}/evidence", post(case_steps::add_evidence))
        .route("/api/v1/cases/{id}/vouch", post(case_steps::vouch))
        .route("/api/v1/cases/{id}/propose-remedy", post(case_steps::propose_remedy))
        .route("/api/v1/cases/{id}/apply-remedy", post(case_steps::apply_remedy))
        .route("/api/v1/cases/{id}/approve", post(case_steps::approve_case))
        .route("/api/v1/people", get(people::list).post(people::add_person))
        .route("/api/v1/cases/export", get(cases::export))
        .route("/api/v1/people/export", get(bulk_people::export_people))
        .route("/api/v1/people/{id}", get(people::show).patch(person_steps::change_person))
        .route("/api/v1/people/{id}/note", post(person_steps::add_note))
        .route("/api/v1/people/{id}/set-up-code", post(person_steps::issue_set_up_code))
        .route("/api/v1/people/{id}/contacts", post(person_steps::add_contact))
        .route("/api/v1/people/{id}/contacts/{contact}/attest", post(person_steps::attest_contact))
        .route("/api/v1/people/{id}/contacts/{contact}/remove", post(person_steps::remove_contact))
        .route("/api/v1/power-grants", get(power_grants::list))
        .route("/api/v1/power-grants/{id}/approve", post(power_grants::approve))
        .route("/api/v1/power-grants/{id}/stop", post(power_grants::stop))
        .route("/api/v1/waiting-passkeys", get(waiting_passkeys::list))
        .route("/api/v1/waiting-passkeys/{id}/approve", post(waiting_passkeys::approve))
        .route("/api/v1/waiting-passkeys/{id}/stop", post(waiting_passkeys::stop))
        .route("/api/v1/audit", get(audit::list))
        .route("/api/v1/audit/export", get(audit::export))
        .route("/api/v1/people/{id}/diagnosis", get(diagnosis::show))
        .route("/api/v1/sign-ins", get(sign_ins::list))
        .route("/api/v1/sign-ins/imports", get(imports::list))
        .route("/api/v1/findings", get(findings::list))
        .route("/api/v1/findings/{id}", get(findings::show))
        .route("/api/v1/findings/{id}/close", post(findings::close))
        .route("/api/v1/jobs", get(jobs::list))
        .route("/api/v1/jobs/{id}/run-again", post(jobs::run_again))
        .route("/api/v1/hardware-tokens", get(hardware_tokens::list))
        .route("/api/v1/hardware-tokens/{id}/retire", post(hardware_tokens::retire))
        .route("/api/v1/tokens", get(tokens::list).post(tokens::create_service_token))
        .route("/api/v1/tokens/{id}", delete(tokens::revoke_service_token))
}
