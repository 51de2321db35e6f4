//! `/api/openapi.json` held against the running server: schemathesis sends what the document allows and what it rules out, and
//! compares each answer with it. What it is told and what it may not complain of stands in `openapi/`.

use std::fs;
use std::io::Write as _;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::process::Command;

use postern::actions::bind_claimant_page::callable_numbers;
use postern::actions::create_service_token::{SCOPES, create_service_token};
use postern::actions::open_case::open_case;
use postern::store::{factors, power_grants, service_tokens};
use postern_core::id::CaseId;

use crate::browser::SESSION;
use crate::steps::fatigue;
use crate::test_app::{Database, TestApp, captured_errors};

/// On one database: what an answer looks like is the same on both.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_answer_is_as_the_description_says() {
    let Some(program) = schemathesis() else { return };
    let app =
        TestApp::start_with(Database::Sqlite, |config| config.requests_per_minute = NonZeroU32::MAX).await;
    let (session, page) = (stepped_up_session(&app).await, claimant_page_token(&app).await);
    let token = app.token(&SCOPES).await;
    let folder = write_dictionaries(&app).await;
    let mut command = Command::new(program);
    command.args(["run", &format!("{}/api/openapi.json", app.origin())]).current_dir(&folder);
    command.env("SCHEMATHESIS_HOOKS", "hooks").env("PYTHONPATH", &folder).env("PYTHONDONTWRITEBYTECODE", "1");
    command.env("SESSION", session).env("SERVICE_TOKEN", token).env("CLAIMANT_PAGE_TOKEN", page);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let _ = fs::remove_dir_all(&folder);
    let says =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{says}\n{}", captured_errors());
}

/// Where `./test` has put the program. If it has not, says so where the runner counts it.
fn schemathesis() -> Option<PathBuf> {
    let program = std::env::var_os("POSTERN_SCHEMATHESIS").map(PathBuf::from);
    if program.is_none() {
        let _ = writeln!(std::io::stderr(), "SKIPPED web::openapi: POSTERN_SCHEMATHESIS is not set");
    }
    program
}

/// An admin's, just after a passkey touch.
async fn stepped_up_session(app: &TestApp) -> String {
    let ada = app.browser_with_planted_session("ada").await;
    let now = app.clock.now().as_microsecond();
    sqlx::query(app.own(&format!("UPDATE sessions SET stepped_up_at = {now}")))
        .execute(app.db.reader())
        .await
        .unwrap();
    ada.cookie(SESSION).unwrap()
}

/// Of a case whose remedy was applied: its page shows a pass.
async fn claimant_page_token(app: &TestApp) -> String {
    let opened = open_case(&app.scope(), "fay", None).await.unwrap();
    app.secrets.saw(&opened.claimant_page_token);
    app.prove_for_ana(&opened.id).await;
    app.reset("ben", &opened.id).await;
    opened.claimant_page_token.to_string()
}

/// A folder with the settings, and with the ids that are there to be asked for.
async fn write_dictionaries(app: &TestApp) -> PathBuf {
    let folder = std::env::temp_dir().join("postern-it").join(format!("openapi-{}", app.address().port()));
    fs::create_dir_all(&folder).unwrap();
    let settings = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/web/openapi");
    for file in ["schemathesis.toml", "hooks.py"] {
        fs::copy(settings.join(file), folder.join(file)).unwrap();
    }
    for (name, ids) in ids(app).await {
        let lines: Vec<String> = ids.iter().map(|id| format!("\"{id}\"\n")).collect();
        fs::write(folder.join(format!("{name}.dict")), lines.concat()).unwrap();
    }
    folder
}

async fn ids(app: &TestApp) -> Vec<(&'static str, Vec<String>)> {
    let ready: CaseId = app.ready_case_of_ana().await;
    let new = app.open("gus").await;
    let number = callable_numbers(&app.scope(), &app.case(&ready).await).await.unwrap().remove(0).id;
    app.import("okta.jsonl", fatigue("carl", 5, app.clock.now())).await;
    let finding = app.finding("mfa_fatigue").await.id;
    // Nobody has said yes to this one.
    let (ada, scopes) = (app.caller("ada").await, ["audit:read".to_owned()]);
    create_service_token(&app.scope(), &ada, "one that waits", &scopes, 1).await.unwrap();
    let waiting = service_tokens::list(&app.db, &app.tenant).await.unwrap().remove(0).id;
    let grant = power_grants::list_waiting(&app.db, &app.tenant).await.unwrap().remove(0).id;
    let factors = factors::list(&app.db, &app.tenant, &ada.person.id).await.unwrap();
    let people = vec![app.person("ana").await.id.to_string(), app.person("gus").await.id.to_string()];
    vec![
        ("cases", vec![ready.to_string(), new.to_string()]),
        ("people", people),
        ("contacts", vec![number]),
        ("factors", factors.into_iter().map(|factor| factor.id).collect()),
        ("findings", vec![finding]),
        ("tokens", vec![waiting]),
        ("grants", vec![grant]),
    ]
}
