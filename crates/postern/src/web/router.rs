//! Every URL. What can be reached without sign-in is listed first, and a test holds this list to it.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;

use super::{
    account, api, assets, desk, dev, health, page, plain, portal, problem, read_out, security, signin,
};
use crate::actions::whole_seconds;
use crate::app::App;
use crate::texts::ErrorText;
use desk::verb;

/// All of it, with the layers that hold for every answer.
pub fn router(app: Arc<App>) -> Router {
    let open = open().merge(api::open());
    let open = open.route_layer(from_fn(security::limit_senders));
    let mut routes = open.merge(signed_by_providers()).merge(signed_in()).merge(api::routes());
    if app.is_development() {
        routes = routes.merge(dev::routes());
    }
    let within = |time| TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, time);
    routes
        .fallback(|| async { problem::Problem::not_found() })
        .method_not_allowed_fallback(|| async { problem::Problem::method_not_allowed() })
        .layer(within(Duration::from_secs(30)))
        .merge(uploads().merge(api::uploads()).layer(within(Duration::from_mins(10))))
        .layer(from_fn(plain::refuse_control_characters))
        .layer(from_fn(security::same_site_only))
        .merge(from_other_sites())
        .layer(from_fn(problem::render_problems))
        .merge(of_the_process())
        .layer(CatchPanicLayer::new())
        .layer(from_fn_with_state(Arc::clone(&app), security::name_request))
        .layer(from_fn(security::headers))
        .layer(CompressionLayer::new())
        .layer(DefaultBodyLimit::max(64 * 1024))
        .with_state(app)
}

/// For whoever watches the process, at any host: no organisation is known here.
fn of_the_process() -> Router<Arc<App>> {
    Router::new().route("/healthz", get(health::healthz)).route("/readyz", get(health::readyz))
}

/// What the server of an identity provider signs, and sends many of at once. A right one is not held up; a wrong one is counted by
/// the action.
fn signed_by_providers() -> Router<Arc<App>> {
    Router::new()
        .route("/sign-in/federated/{provider}/backchannel-logout", post(signin::backchannel_logout::receive))
}

/// What other sites send people here with, by POST. Nothing is done here for whoever sends it: no cookie is read, and nothing
/// is written.
fn from_other_sites() -> Router<Arc<App>> {
    Router::new()
        .route("/sign-in/federated/{provider}/acs", post(signin::saml::receive))
        .route_layer(from_fn(security::limit_senders))
        .method_not_allowed_fallback(|| async { problem::Problem::method_not_allowed() })
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::from_secs(30)))
        .layer(from_fn(plain::refuse_control_characters))
}

/// Reachable by anybody: what is sent here is limited by sender, and each handler that checks a secret goes through the
/// limiter besides.
fn open() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(signin::home::show))
        .route("/static/{version}/{file}", get(assets::asset))
        .route("/sign-in", get(signin::sign_in::show).post(signin::sign_in::submit))
        .route("/sign-in/passkey/start", post(signin::passkey::start))
        .route("/sign-in/passkey/finish", post(signin::passkey::finish))
        .route("/sign-in/second-step", get(signin::second_step::show).post(signin::second_step::submit))
        .route("/sign-in/second-step/passkey/start", post(signin::second_step_passkey::start))
        .route("/sign-in/second-step/passkey/finish", post(signin::second_step_passkey::finish))
        .route("/sign-in/with/{provider}", post(signin::federated::start))
        .route("/sign-in/federated/{provider}", get(signin::federated::finish))
        .route("/sign-in/federated/{provider}/answer", post(signin::saml::answer))
        .route("/sign-in/federated/{provider}/metadata", get(signin::saml::metadata))
        .route("/sign-in/backup-code", post(signin::second_step::submit_backup_code))
        .route("/sign-in/hardware-token", post(signin::second_step::submit_token_code))
        .route("/sign-in/push", get(signin::push::show).post(signin::push::submit))
        .route("/sign-in/push/finish", post(signin::push::finish))
        .route("/sign-in/sent-code", get(signin::sent_code::show).post(signin::sent_code::submit))
        .route("/sign-in/sent-code/finish", post(signin::sent_code::finish))
        .route("/phone", get(signin::phone::show))
        .route("/phone/manifest.json", get(signin::phone::manifest))
        .route("/phone/worker.js", get(signin::phone::worker))
        .route("/sign-in/pass", get(signin::pass::show).post(signin::pass::submit))
        .route("/sign-in/with-pass", get(signin::with_pass::show))
        .route(
            "/forgotten-password",
            get(signin::forgotten_password::show).post(signin::forgotten_password::submit),
        )
        .route(
            "/forgotten-password/link",
            get(signin::password_link::show).post(signin::password_link::submit),
        )
        .route("/enrol", get(signin::enrol::show))
        .route("/enrol/passkey", post(signin::enrol_passkey::submit))
        .route("/enrol/passkey/start", post(signin::enrol_passkey::start))
        .route("/enrol/code-app", get(signin::enrol_code_app::show).post(signin::enrol_code_app::submit))
        .route("/enrol/done", get(signin::enrolled::show).post(signin::enrolled::submit))
        .route("/set-up", get(signin::set_up::show).post(signin::set_up::submit))
        .route("/recover", get(portal::recover::show).post(portal::recover::submit))
        .route("/recover/join", get(portal::join::show).post(portal::join::submit))
        .route("/recover/options", get(portal::options::show))
        .route("/recover/case", get(portal::case::show).post(portal::case::open))
        .route("/recover/case/pass", post(portal::case::show_pass))
        .route("/recover/case/backup-codes", post(portal::case::show_backup_codes))
        .route("/recover/case/backup-codes/confirm", post(portal::case::confirm_backup_codes))
        .route("/recover/case/withdraw", post(portal::case::withdraw))
        .route("/not-me", get(portal::not_me::show).post(portal::not_me::submit))
        .route("/not-me/others", post(portal::not_me::submit_others))
}

/// A person's own account: reachable with their session.
fn own_account() -> Router<Arc<App>> {
    Router::new()
        .route("/account", get(account::overview::show))
        .route("/account/activity", get(account::activity::show))
        .route("/account/activity/{id}/not-me", get(account::not_me::show).post(account::not_me::submit))
        .route("/account/contacts/new", get(account::add_contact::show).post(account::add_contact::submit))
        .route("/account/contacts/start", post(api::contacts::start))
        .route(
            "/account/contacts/confirm",
            get(account::confirm_contact::show).post(account::confirm_contact::submit),
        )
        .route(
            "/account/contacts/{id}/remove",
            get(account::remove_contact::show).post(account::remove_contact::submit),
        )
        .route("/account/factors/{id}/name", post(account::factors::name))
        .route(
            "/account/factors/{id}/remove",
            get(account::factors::show_remove).post(account::factors::remove),
        )
        .route("/account/factors/{id}/resync", get(account::resync::show).post(account::resync::submit))
        .route("/account/factors/{id}/resync/start", post(api::resync::start))
        .route("/account/factors/{id}/remove/start", post(api::factors::start_remove))
        .route("/account/factors/{id}/remove/finish", post(api::factors::finish_remove))
        .route("/account/password", get(account::password::show).post(account::password::submit))
        .route("/account/password/start", post(api::password::start))
        .route(
            "/account/replace-password",
            get(account::replace_password::show).post(account::replace_password::submit),
        )
        .route("/account/replace-password/start", post(api::replace_password::start))
        .route("/account/waiting-password/stop", post(account::waiting_password::stop))
        .route("/account/passkeys/start", post(account::passkeys::start))
        .route("/account/passkeys/finish", post(account::passkeys::finish))
        .route("/account/step-up/start", post(account::step_up::start))
        .route("/account/step-up/finish", post(account::step_up::finish))
        .route("/account/notices", post(account::notices::choose))
        .route(
            "/account/sessions/{id}/end",
            get(account::end_session::show).post(account::end_session::submit),
        )
        .route("/account/sessions/end/start", post(api::sessions::start_end))
        .route(
            "/account/sessions/end-others",
            get(account::end_session::show_others).post(account::end_session::submit_others),
        )
        .route("/account/vouches/{id}", get(account::vouch::show).post(account::vouch::submit))
}

/// Whom a person trusts to confirm that it is them, and who trusts them.
fn own_trusted_contacts() -> Router<Arc<App>> {
    Router::new()
        .route(
            "/account/trusted-contacts/new",
            get(account::choose_trusted_contact::show).post(account::choose_trusted_contact::submit),
        )
        .route("/account/trusted-contacts/start", post(api::trusted_contacts::start))
        .route(
            "/account/trusted-contacts/{id}/remove",
            get(account::remove_trusted_contact::show).post(account::remove_trusted_contact::submit),
        )
        .route("/account/trusted-contacts/{id}/accept", post(account::trusted_contacts::accept))
        .route("/account/trusted-contacts/{id}/decline", post(account::trusted_contacts::decline))
        .route("/account/trusted-contacts/{id}/resign", post(account::trusted_contacts::resign))
}

/// What a person adds to get in by.
fn own_ways_in() -> Router<Arc<App>> {
    Router::new()
        .route("/account/code-apps/start", post(account::code_apps::start))
        .route("/account/code-apps/new", get(account::code_apps::show).post(account::code_apps::submit))
        .route(
            "/account/hardware-token",
            get(account::hardware_token::show).post(account::hardware_token::submit),
        )
        .route("/account/hardware-token/start", post(api::hardware_tokens::start))
        .route("/account/push", get(account::push::show).post(account::push::submit))
        .route("/account/push/start", post(api::push::start))
        .route("/account/sent-codes", get(account::sent_codes::show).post(account::sent_codes::submit))
        .route("/account/sent-codes/start", post(api::sent_codes::start))
        .route(
            "/account/linked-accounts/{provider}",
            get(account::linked_accounts::show).post(account::linked_accounts::submit),
        )
        .route("/account/linked-accounts/{provider}/start", post(api::linked_accounts::start))
        .route("/account/backup-codes", get(account::backup_codes::show).post(account::backup_codes::submit))
        .route("/account/backup-codes/start", post(api::backup_codes::start))
        .route("/account/backup-codes/confirm", post(account::backup_codes::confirm))
}

/// The list of cases, and whose each is.
fn case_list() -> Router<Arc<App>> {
    Router::new()
        .route("/desk/search", get(desk::search::show))
        .route("/desk", get(desk::queue::show))
        .route("/desk/live", get(desk::live::list))
        .route("/desk/cases/export.csv", get(desk::export_cases::export))
        .route("/desk/cases/{id}/live", get(desk::live::case))
        .route("/desk/views", post(desk::saved_views::save))
        .route("/desk/views/remove", post(desk::saved_views::remove))
        .route("/desk/cases/{id}/hand-over", get(desk::hand_over::show).post(desk::hand_over::submit))
}

/// Reachable with a session. Desk handlers ask the policies on top.
fn signed_in() -> Router<Arc<App>> {
    own_account()
        .merge(own_ways_in())
        .merge(own_trusted_contacts())
        .merge(people_in_bulk())
        .merge(case_list())
        .merge(verb::routes())
        .route("/sign-out", post(account::overview::sign_out))
        .route("/desk/home", get(desk::home::show))
        .route("/desk/set-up", get(desk::set_up::show))
        .route("/desk/people", get(desk::people::show))
        .route("/desk/people/{id}", get(desk::person::show))
        .route("/desk/people/new", get(desk::add_person::show).post(desk::add_person::submit))
        .route("/desk/people/{id}/edit", get(desk::edit_person::show).post(desk::edit_person::submit))
        .route("/desk/people/{id}/note", post(desk::add_note::submit))
        .route("/desk/people/{id}/open-case", get(desk::open_case::show).post(desk::open_case::submit))
        .route("/desk/people/{id}/set-up-code", get(desk::set_up_code::show).post(desk::set_up_code::submit))
        .route("/desk/people/{id}/contacts/new", get(desk::add_contact::show).post(desk::add_contact::submit))
        .route(
            "/desk/people/{id}/contacts/{contact}/attest",
            get(desk::contact::show_attest).post(desk::contact::attest),
        )
        .route(
            "/desk/people/{id}/contacts/{contact}/remove",
            get(desk::contact::show_remove).post(desk::contact::remove),
        )
        .route("/desk/power-grants", get(desk::power_grants::show_all))
        .route("/desk/power-grants/{id}", get(desk::power_grants::show))
        .route("/desk/power-grants/{id}/approve", post(desk::power_grants::approve))
        .route("/desk/power-grants/{id}/stop", post(desk::power_grants::stop))
        .route("/desk/passkeys", get(desk::passkeys::show_all))
        .route("/desk/passkeys/{id}", get(desk::passkeys::show))
        .route("/desk/passkeys/{id}/approve", post(desk::passkeys::approve))
        .route("/desk/passkeys/{id}/stop", post(desk::passkeys::stop))
        .route("/desk/cases/{id}", get(desk::case::show))
        .route("/desk/cases/{id}/take", post(desk::take_case::take))
        .route("/desk/cases/{id}/hand-back", post(desk::take_case::hand_back))
        .route("/desk/cases/{id}/contact-lost", post(desk::take_case::contact_lost))
        .route("/desk/cases/{id}/propose-remedy", post(desk::case::propose_remedy))
        .route("/desk/cases/{id}/call", post(desk::case::record_call))
        .route("/desk/cases/{id}/evidence", post(desk::case::add_evidence))
        .route(
            "/desk/cases/{id}/apply-remedy",
            get(desk::apply_remedy::show).post(desk::apply_remedy::submit),
        )
        .route("/desk/cases/{id}/approve", get(desk::approve::show).post(desk::approve::submit))
        .route("/desk/cases/{id}/note", post(desk::add_note::submit_in_case))
        .route("/desk/incidents", get(desk::incidents::show))
        .route("/desk/incidents/{id}", get(desk::incident::show))
        .route("/desk/incidents/{id}/close", post(desk::incident::close))
        .route("/desk/runbook", get(desk::runbook::show))
        .route("/desk/audit", get(desk::audit::show))
        .route("/desk/audit/export", get(desk::audit::export))
        .route("/desk/jobs", get(desk::jobs::show))
        .route("/desk/jobs/{id}/run-again", post(desk::jobs::run_again))
        .route("/desk/tokens", get(desk::tokens::show).post(desk::tokens::create))
        .route("/desk/tokens/{id}/revoke", post(desk::tokens::revoke))
        .route("/desk/hardware-tokens/{id}/retire", post(desk::hardware_tokens::retire))
}

/// Reachable with a session, with room for a file of people.
fn people_in_bulk() -> Router<Arc<App>> {
    Router::new()
        .route("/desk/people/export.csv", get(desk::export_people::export))
        .route("/desk/people/import", get(desk::import_people::show).post(desk::import_people::submit))
        .layer(DefaultBodyLimit::max(api::MAX_IMPORT_BODY))
        .merge(tokens_in_bulk())
        .layer(from_fn(read_out::read_out))
}

/// Reachable with a session, with room for a file of hardware tokens.
fn tokens_in_bulk() -> Router<Arc<App>> {
    Router::new()
        .route("/desk/hardware-tokens", get(desk::hardware_tokens::show).post(desk::hardware_tokens::submit))
        .layer(DefaultBodyLimit::max(api::MAX_TOKENS_BODY))
}

/// Reachable with a session, and given more time and room: a large file is on its way.
fn uploads() -> Router<Arc<App>> {
    Router::new()
        .route("/desk/imports", get(desk::imports::show).post(desk::imports::submit))
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn(read_out::read_out))
}

/// A form of the desk that came back: the page again, with what is wrong, or the problem page for what no form can put right.
pub(super) fn form_error(
    error: crate::actions::ActionError,
) -> Result<(StatusCode, Option<&'static str>, String), problem::Problem> {
    form_message(error).map(|(status, field, message)| (status, field, message.to_string()))
}

/// A form that people outside the desk fill in, shown for the first time or with what came back: its status, the field, and what is said.
pub(super) fn form_outcome(
    error: Option<crate::actions::ActionError>,
) -> Result<(StatusCode, Option<&'static str>, Option<ErrorText>), problem::Problem> {
    let Some(error) = error else { return Ok((StatusCode::OK, None, None)) };
    let (status, field, message) = form_message(error)?;
    Ok((status, field, Some(message)))
}

/// The same, of a form that people outside the desk fill in: the page says it in their language.
pub(super) fn form_message(
    error: crate::actions::ActionError,
) -> Result<(StatusCode, Option<&'static str>, ErrorText), problem::Problem> {
    use crate::actions::ActionError as E;
    let message = error.text();
    match error {
        E::Invalid { field, .. } => Ok((StatusCode::UNPROCESSABLE_ENTITY, Some(field), message)),
        E::Wrong(_) => Ok((StatusCode::UNPROCESSABLE_ENTITY, None, message)),
        // `parts.step_up` offers the touch in the form, which then sends itself again.
        E::StepUp => Ok((StatusCode::FORBIDDEN, Some("step_up"), message)),
        E::Throttled(wait) => {
            problem::note_wait(whole_seconds(wait));
            Ok((StatusCode::TOO_MANY_REQUESTS, None, message))
        }
        E::Busy(_) => {
            problem::note_wait(problem::BUSY_SECONDS);
            Ok((StatusCode::TOO_MANY_REQUESTS, None, message))
        }
        // The page comes back as things are now, with what was typed.
        E::Refused(_) | E::Conflict | E::Contended => Ok((StatusCode::CONFLICT, None, message)),
        other => Err(other.into()),
    }
}

pub(super) use page::{page as render, page_with as render_with};
