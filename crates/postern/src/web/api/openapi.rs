//! The OpenAPI document, generated from the handlers.

mod bounds;

use std::sync::LazyLock;

use axum::Json;
use serde_json::{Value, json};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{self, Server};
use utoipa::{Modify, OpenApi};

use super::verb::DescribeVerbs;
use super::{
    activity, audit, backup_codes, bulk_people, case_steps, cases, code_apps, contacts, diagnosis, factors,
    findings, hardware_tokens, home, import_sign_ins, imports, jobs, linked_accounts, password, people,
    person_steps, portal, power_grants, push, readiness, replace_password, resync, runbook, saved_views,
    search_view, sent_codes, sessions, set_up, sign_ins, tokens, trusted_contacts, waiting_passkeys,
    waiting_password,
};
use crate::scope::Scope;
use crate::web::account::{passkeys, step_up};
use crate::web::problem::{Problem, ProblemBody};

const ABOUT: &str = "Everything that Postern's pages can do, for programs. Times are RFC 3339 in UTC. Errors are \
                     `application/problem+json` (RFC 9457): match on `type`, show `detail`, name `request_id` when you \
                     report one. A client that sends cookies must send `Origin` or `Sec-Fetch-Site` with every write.";

/// The document, before it is known where the server stands.
#[derive(OpenApi)]
#[openapi(
    info(title = "Postern", description = ABOUT),
    paths(
        portal::open_case, portal::join_case, portal::show_case, portal::show_pass, portal::show_backup_codes, portal::confirm_backup_codes, portal::withdraw_case, portal::contest, portal::contest_others,
        home::show, runbook::show, set_up::show, search_view::show, cases::list, cases::export, cases::open_at_desk, cases::show,
        saved_views::list, saved_views::save_view, saved_views::remove_view,
        case_steps::report_contact_lost,
        case_steps::take_case, case_steps::hand_back_case, case_steps::hand_over_case,
        case_steps::bind_claimant_page, case_steps::add_evidence, case_steps::vouch, case_steps::approve_case,
        case_steps::propose_remedy, case_steps::apply_remedy,
        factors::list, factors::name, factors::start_remove, factors::finish_remove,
        readiness::show,
        resync::start, resync::finish,
        activity::list, activity::not_me,
        trusted_contacts::list, trusted_contacts::start, trusted_contacts::choose, trusted_contacts::remove,
        trusted_contacts::accept, trusted_contacts::decline, trusted_contacts::resign,
        contacts::list, contacts::start, contacts::add, contacts::confirm, contacts::remove,
        sessions::list, sessions::start_end, sessions::end_one, sessions::end_others,
        code_apps::start, code_apps::finish,
        hardware_tokens::start, hardware_tokens::finish, hardware_tokens::list, hardware_tokens::import, hardware_tokens::retire,
        linked_accounts::list, linked_accounts::start, linked_accounts::finish,
        push::start, push::finish, push::enrol, push::list, push::answer, push::subscribe,
        sent_codes::list, sent_codes::start, sent_codes::finish,
        backup_codes::start, backup_codes::finish, backup_codes::confirm,
        password::start, password::finish, replace_password::start, replace_password::finish,
        waiting_password::show, waiting_password::stop,
        passkeys::start, passkeys::finish, step_up::start, step_up::finish,
        waiting_passkeys::list, waiting_passkeys::approve, waiting_passkeys::stop,
        power_grants::list, power_grants::approve, power_grants::stop,
        people::list, people::show, people::add_person, bulk_people::import_people, bulk_people::export_people,
        person_steps::change_person, person_steps::add_note, person_steps::issue_set_up_code,
        person_steps::add_contact, person_steps::attest_contact, person_steps::remove_contact,
        findings::list, findings::show, findings::close, diagnosis::show,
        import_sign_ins::import_sign_ins, imports::list,
        audit::list, audit::export, sign_ins::list,
        jobs::list, jobs::run_again,
        tokens::list, tokens::create_service_token, tokens::revoke_service_token,
    ),
    components(schemas(ProblemBody)),
    modifiers(&Schemes, &DescribeVerbs),
    tags(
        (name = "portal", description = "The locked-out person's own steps. Answers are alike for friends and strangers."),
        (name = "cases", description = "The help desk's steps on a case. A policy decides each; the answer says why not."),
        (name = "account", description = "A person's own account, from their own browser's session."),
        (name = "push", description = "What a phone says that approves sign-ins. It has no session: it signs each statement with its own key."),
        (name = "people", description = "The directory."),
        (name = "sign-ins", description = "What sign-in records show, of ours and of other providers."),
        (name = "audit", description = "What happened, in a log that shows if it was rewritten."),
        (name = "jobs", description = "What Postern does by itself, where it did not go well."),
        (name = "tokens", description = "Access for programs."),
    ),
)]
struct Document;

/// How a caller says who they are.
struct Schemes;

impl Modify for Schemes {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let service =
            "A service token with scopes, made by an admin at `/desk/tokens`. It acts for that admin.";
        components.add_security_scheme("service_token", bearer("pst_…", service));
        let page = "The `claimant_page_token` of a case, given to whoever opened it.";
        components.add_security_scheme("claimant_page_token", bearer("CLAIMANT_PAGE_TOKEN", page));
        components.add_security_scheme("session", cookie("__Host-postern-session", "A signed-in browser."));
        let claimant = "The claimant's browser: the same page token.";
        components.add_security_scheme("case_cookie", cookie("__Host-postern-case", claimant));
    }
}

/// `GET /api/openapi.json`
pub async fn show(scope: Scope) -> Result<Json<Value>, Problem> {
    document(&scope).map(Json)
}

/// What is the same for every organisation: made once, because it is most of the work.
static SHARED: LazyLock<Result<Value, String>> =
    LazyLock::new(|| serde_json::to_value(Document::openapi()).map_err(|error| error.to_string()));

/// The document of this server.
pub(super) fn document(scope: &Scope) -> Result<Value, Problem> {
    let mut document = SHARED.clone().map_err(Problem::internal)?;
    if let Some(members) = document.as_object_mut() {
        members.insert("servers".to_owned(), json!([Server::new(scope.tenant.link(""))]));
    }
    bounds::narrow(&mut document, scope);
    Ok(document)
}

fn bearer(format: &str, description: &str) -> SecurityScheme {
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format(format);
    SecurityScheme::Http(scheme.description(Some(description)).build())
}

fn cookie(name: &str, description: &str) -> SecurityScheme {
    SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(name, description)))
}
