//! What a page of the desk shows, the API answers: from the same view, which one loader makes.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use reqwest::Method;
use serde_json::Value;

use super::router::routes;
use crate::on_both::on_both;
use crate::test_app::TestApp;

/// A page, its handler, what the API has in its place, and the view that both are made from.
const TWINS: [(&str, &str, &str, &str); 17] = [
    ("/desk", "queue", "/api/v1/cases", "CaseLine"),
    ("/desk/audit", "audit", "/api/v1/audit", "AuditPage"),
    ("/desk/cases/{id}", "case", "/api/v1/cases/{id}", "CaseDetail"),
    ("/desk/home", "home", "/api/v1/home", "HomeView"),
    ("/desk/hardware-tokens", "hardware_tokens", "/api/v1/hardware-tokens", "HardwareTokenList"),
    ("/desk/imports", "imports", "/api/v1/sign-ins/imports", "ImportLine"),
    ("/desk/incidents", "incidents", "/api/v1/findings", "FindingList"),
    ("/desk/incidents/{id}", "incident", "/api/v1/findings/{id}", "IncidentDetail"),
    ("/desk/jobs", "jobs", "/api/v1/jobs", "JobList"),
    ("/desk/passkeys", "passkeys", "/api/v1/waiting-passkeys", "WaitingPasskeyView"),
    ("/desk/people", "people", "/api/v1/people", "PeopleList"),
    ("/desk/people/{id}", "person", "/api/v1/people/{id}", "PersonDetail"),
    ("/desk/power-grants", "power_grants", "/api/v1/power-grants", "PowerGrantView"),
    ("/desk/runbook", "runbook", "/api/v1/runbook", "Runbook"),
    ("/desk/search", "search", "/api/v1/search", "SearchResults"),
    ("/desk/set-up", "set_up", "/api/v1/set-up", "SetUpView"),
    ("/desk/tokens", "tokens", "/api/v1/tokens", "TokenList"),
];

/// What the API has no such answer for, and why.
const WITHOUT: [(&str, &str); 24] = [
    ("/desk/live", "tells an open page that something has changed, and nothing else"),
    ("/desk/cases/{id}/live", "the same of one case"),
    ("/desk/cases/export.csv", "a file: /api/v1/cases/export"),
    ("/desk/audit/export", "a file: /api/v1/audit/export"),
    ("/desk/people/export.csv", "a file: /api/v1/people/export"),
    ("/desk/passkeys/{id}", "a form about a line of the list"),
    ("/desk/power-grants/{id}", "a form about a line of the list"),
    ("/desk/cases/{id}/apply-remedy", "a form: plan and effects are in the case"),
    ("/desk/cases/{id}/approve", "a form: plan, effects and evidence are in the case"),
    ("/desk/cases/{id}/hand-over", "a form"),
    ("/desk/cases/{id}/refuse", "a form"),
    ("/desk/cases/{id}/escalate", "a form"),
    ("/desk/cases/{id}/start-hold", "a form"),
    ("/desk/people/new", "a form"),
    ("/desk/people/import", "a form"),
    ("/desk/people/{id}/edit", "a form"),
    ("/desk/people/{id}/open-case", "a form"),
    ("/desk/people/{id}/end-sessions", "a form"),
    ("/desk/people/{id}/suspend", "a form"),
    ("/desk/people/{id}/lift-suspension", "a form"),
    ("/desk/people/{id}/lift-lock", "a form"),
    ("/desk/people/{id}/set-up-code", "a form"),
    ("/desk/people/{id}/contacts/new", "a form"),
    // Two: to attest, and to remove.
    ("/desk/people/{id}/contacts/{contact}/", "a form about one contact"),
];

fn is_without(path: &str) -> bool {
    WITHOUT
        .iter()
        .any(|(without, _)| path == *without || (without.ends_with('/') && path.starts_with(without)))
}

/// Whoever adds a page of the desk says what the API answers in its place.
#[test]
fn every_page_of_the_desk_has_a_twin_or_a_reason() {
    let pages: BTreeSet<String> = routes()
        .into_iter()
        .filter(|(path, methods)| path.starts_with("/desk") && methods.contains(&Method::GET))
        .map(|(path, _)| path)
        .collect();
    let has_twin = |path: &str| TWINS.iter().any(|(page, ..)| *page == path);
    for page in &pages {
        assert!(
            has_twin(page) != is_without(page),
            "{page}: one of a twin in the API, or a reason why there is none"
        );
    }
    for page in TWINS.iter().map(|(page, ..)| *page).chain(WITHOUT.iter().map(|(page, _)| *page)) {
        assert!(pages.iter().any(|path| path.starts_with(page)), "{page} is no page any more");
    }
}

/// All schemas that an answer is made of.
fn schemas<'a>(document: &'a Value, schema: &'a Value, found: &mut BTreeSet<&'a str>) {
    match schema {
        Value::Object(members) => {
            let name = members.get("$ref").and_then(Value::as_str).and_then(|at| at.rsplit('/').next());
            if let Some(name) = name.filter(|name| found.insert(name)) {
                schemas(document, &document["components"]["schemas"][name], found);
            }
            members.values().for_each(|member| schemas(document, member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| schemas(document, item, found)),
        _ => {}
    }
}

on_both! {
    async fn a_page_and_its_twin_are_made_from_one_view(db) {
        let app = TestApp::start(db).await;
        let document = app.browser().get("/api/openapi.json").await.ok().json();
        for (page, handler, twin, view) in TWINS {
            let answer = &document["paths"][twin]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
            let mut found = BTreeSet::new();
            schemas(&document, answer, &mut found);
            assert!(found.contains(view), "{twin} answers {found:?}, not with {view}");
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/web/desk/{handler}.rs"));
            let text = fs::read_to_string(file).unwrap();
            let is_made_of_it = [format!("{view}::"), format!("&*{}", view.to_uppercase()), format!("Vec<{view}>")]
                .iter()
                .any(|use_of_it| text.contains(use_of_it));
            assert!(is_made_of_it, "{page} is not made from {view}");
        }
    }
}
