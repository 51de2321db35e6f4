//! Role × route × organisation: who is let in where. Whoever adds a route adds a line.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use postern::actions::add_person::{Details, add_person};
use postern::store::factors::{self, NewFactor};
use postern::store::power_grants::{self, NewGrant};
use postern::store::service_tokens;
use postern_core::factor::FactorKind;
use postern_core::person::{Role, Tier};
use postern_testkit::SoftPasskey;
use reqwest::header::ORIGIN;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::router::routes;
use crate::browser::{Answer, Browser, SESSION};
use crate::on_both::on_both;
use crate::steps::fatigue;
use crate::test_app::TestApp;

/// n: nobody. p: a person. m: Ana's manager. a: agent. s: senior. d: admin. u: auditor.
const ROLES: [(char, &str); 7] =
    [('n', ""), ('p', "fay"), ('m', "mona"), ('a', "ben"), ('s', "sol"), ('d', "ada"), ('u', "otto")];

/// Who is let in, by route. `*`: everybody, and what is asked for is a secret, or nothing. A refusal by the state of
/// things, or of what was typed, is no refusal of who asked.
const LET_IN: &str = include_str!("matrix.txt");

/// What one organisation has that routes name by an id.
struct Things {
    case: String,
    /// In which nobody has done anything: a second yes comes from outside.
    untouched_case: String,
    person: String,
    finding: String,
    grant: String,
    passkey: String,
    token: String,
    code_app: String,
}

impl Things {
    async fn of(app: &TestApp) -> Self {
        let now = app.clock.now();
        app.import("okta.jsonl", fatigue("gus", 5, now)).await;
        let finding = app.finding("mfa_fatigue").await.id;
        let ada = app.caller("ada").await;
        let nell = Details {
            login: "nell",
            name: "Nell Quinn",
            tier: Tier::Sensitive,
            role: Role::Agent,
            manager: "",
            email: "nell@demo.postern.invalid",
            office_phone: "",
        };
        app.secrets.saw(&add_person(&app.scope(), &ada, &nell).await.unwrap().set_up_code);
        let grants = power_grants::list_waiting(&app.db, &app.tenant).await.unwrap();
        Self {
            case: app.open("ana").await.to_string(),
            untouched_case: app.open("emil").await.to_string(),
            person: app.person("gus").await.id.to_string(),
            finding,
            grant: grants[0].id.clone(),
            passkey: waiting_passkey(app).await,
            token: newest_token(app).await,
            code_app: code_app(app, "gus").await,
        }
    }

    /// The address of a route, with an id of the kind that it wants.
    fn path(&self, route: &str) -> String {
        let id = match route {
            _ if route.ends_with("/start-hold") => &self.untouched_case,
            _ if route.contains("/cases/") && route.ends_with("/approve") => &self.untouched_case,
            _ if route.contains("/cases/") || route.contains("/vouches/") => &self.case,
            _ if route.contains("/people/") => &self.person,
            _ if route.contains("/incidents/") || route.contains("/findings/") => &self.finding,
            _ if route.contains("/power-grants/") => &self.grant,
            _ if route.contains("passkeys/") => &self.passkey,
            _ if route.contains("/tokens/") => &self.token,
            _ => &self.code_app,
        };
        route.replace("{id}", id).replace("{version}/{file}", "x/postern.css")
    }
}

async fn newest_token(app: &TestApp) -> String {
    let tokens = service_tokens::list(&app.db, &app.tenant).await.unwrap();
    tokens.iter().map(|token| token.id.clone()).max().unwrap()
}

async fn code_app(app: &TestApp, login: &str) -> String {
    let person = app.person(login).await.id;
    factors::list(&app.db, &app.tenant, &person).await.unwrap()[0].id.clone()
}

/// A passkey of Bea's that waits. The software passkey knows no other host without TLS than localhost: elsewhere her code app
/// stands in, of which only the id matters.
async fn waiting_passkey(app: &TestApp) -> String {
    if app.scope().tenant.origin.host_str() != Some("localhost") {
        return code_app(app, "bea").await;
    }
    let ended = sqlx::query(app.own("UPDATE persons SET first_passkey_until = NULL WHERE login = 'bea'"));
    ended.execute(app.db.reader()).await.unwrap();
    let (bea, mut device) = (app.browser(), SoftPasskey::new(app.scope().tenant.origin.clone()));
    app.sign_in_by_hand(&bea, "bea").await;
    let proof = app.code_proof("bea").await;
    app.add_key(&bea, &mut device, proof).await.ok();
    let listed = bea.get("/api/v1/account/factors").await.ok().json();
    listed["factors"][1]["id"].as_str().unwrap().to_owned()
}

const PLANTED: &str = "planted by a test";

/// What one request uses up, made anew for each.
async fn plant(app: &TestApp, route: &str, login: &str) -> Option<String> {
    if route.contains("/account/factors/") && !login.is_empty() {
        return Some(code_app(app, login).await);
    }
    if route.contains("/sessions/") && !login.is_empty() {
        // Another one than that which asks.
        app.browser_with_planted_session(login).await;
        let person = app.person(login).await.id;
        let sql = "SELECT id FROM sessions WHERE person_id = $1 ORDER BY id DESC LIMIT 1";
        let own: (String,) =
            sqlx::query_as(app.own(sql)).bind(person.as_str()).fetch_one(app.db.reader()).await.unwrap();
        return Some(own.0);
    }
    if route.contains("/tokens/") {
        app.token(&["cases:read"]).await;
        return Some(newest_token(app).await);
    }
    let (bea, ada) = (app.person("bea").await.id, app.person("ada").await.id);
    let scope = app.scope();
    let mut change = scope.begin().await.unwrap();
    let later = change.at() + SignedDuration::from_hours(24);
    let id = if route.contains("/power-grants/") {
        let new = NewGrant {
            person: &bea,
            role: Some("agent"),
            token: None,
            requested_by: &ada,
            takes_effect_at: later,
        };
        power_grants::insert(&mut change, &new).await.unwrap()
    } else if route.contains("passkeys/{id}") {
        let id = change.id().unwrap();
        let new = NewFactor {
            id: &id,
            person: &bea,
            kind: FactorKind::Webauthn,
            label: PLANTED,
            sealed: b"-",
            credential_id: Some(&id),
            last_step: None,
            second_step_only: false,
            usable_at: Some(later),
        };
        factors::insert(&mut change, &new).await.unwrap();
        id
    } else {
        return None;
    };
    change.commit_unrecorded(PLANTED).await.unwrap();
    Some(id)
}

/// A body that reads, so that it is not for its form that it is refused.
fn with_body(request: RequestBuilder, (method, route): (&Method, &str), api: &Value) -> RequestBuilder {
    if *method == Method::GET {
        return request;
    }
    let words = |name: &str| match name {
        "reason" | "why" | "how" => "HD-4711, a test",
        "kind" => "in_person",
        "login" => "nobody.here",
        "name" | "label" => "A test",
        "tier" => "standard",
        "role" => "person",
        "email" => "a.test@demo.postern.invalid",
        "days" | "version" => "1",
        "manager" | "office_phone" => "",
        "reference" => "Ticket 4711",
        "code" => "000000",
        _ => "x",
    };
    if route.ends_with("/import") || route == "/desk/imports" {
        return request.body("no log");
    }
    let by_script = route.ends_with("/start") || route.ends_with("/finish");
    if !route.starts_with("/api/") && !by_script {
        let fields = [
            "reason",
            "how",
            "kind",
            "login",
            "name",
            "label",
            "tier",
            "role",
            "email",
            "days",
            "version",
            "manager",
            "office_phone",
            "phrase",
            "contact",
            "reference",
            "code",
            "password",
            "pass",
            "backup_code",
        ];
        return request.form(&fields.map(|name| (name, words(name))));
    }
    if route.ends_with("/remove/finish") {
        return request.json(&json!({ "proof": { "code": "000000" } }));
    }
    let schema = &api["paths"]
        [route.replacen("/account/", "/api/v1/account/", usize::from(!route.starts_with("/api/")))]
        [method.as_str().to_lowercase()]["requestBody"]["content"]["application/json"]["schema"];
    request.json(&sample(schema, api, "", &words))
}

/// Something that fits a schema.
fn sample<'a>(schema: &Value, api: &Value, name: &str, words: &impl Fn(&str) -> &'a str) -> Value {
    if let Some(at) = schema["$ref"].as_str() {
        return sample(api.pointer(at.trim_start_matches('#')).unwrap(), api, name, words);
    }
    for many in ["oneOf", "anyOf", "allOf"] {
        if let Some(first) =
            schema[many].as_array().and_then(|all| all.iter().find(|one| one["type"] != "null"))
        {
            return sample(first, api, name, words);
        }
    }
    if !schema["example"].is_null() {
        return schema["example"].clone();
    }
    if let Some(one) = schema["enum"].as_array() {
        let wanted = json!(words(name));
        return if one.contains(&wanted) { wanted } else { one[0].clone() };
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str());
    match kind {
        Some("string") => json!(words(name)),
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(false),
        Some("array") => json!([]),
        _ => {
            let none = serde_json::Map::new();
            let fields = schema["properties"].as_object().unwrap_or(&none);
            fields.iter().map(|(name, schema)| (name.clone(), sample(schema, api, name, words))).collect()
        }
    }
}

/// Whether who asks was let in.
fn is_let_in(answer: &Answer) -> bool {
    let sent_away = answer.status == 303 && ["/sign-in", "/recover"].contains(&answer.location());
    !sent_away && ![401, 403, 404].contains(&answer.status)
}

struct Walk<'a> {
    halden: &'a TestApp,
    api: Value,
}

impl Walk<'_> {
    async fn ask(&self, at: &TestApp, browser: &Browser, method: &Method, route: &str, path: &str) -> Answer {
        let request = browser.request(method.clone(), path).header(ORIGIN, at.origin());
        browser.send(with_body(request, (method, route), &self.api)).await
    }

    async fn browser_of(&self, login: &str) -> Browser {
        if login.is_empty() {
            self.halden.browser()
        } else {
            self.halden.browser_with_planted_session(login).await
        }
    }
}

fn table() -> BTreeMap<String, String> {
    let rows = LET_IN.lines().filter(|line| !line.starts_with('#'));
    let row = |line: &str| {
        let (route, who) = line.rsplit_once(' ').unwrap();
        (route.trim().to_owned(), who.to_owned())
    };
    rows.map(row).collect()
}

on_both! {
    async fn who_is_let_in_where(db) {
        let (halden, quay) = TestApp::start_two(db).await;
        let (own, others) = (Things::of(&halden).await, Things::of(&quay).await);
        let api = halden.browser().get("/api/openapi.json").await.ok().json();
        let walk = Walk { halden: &halden, api };
        let table = table();
        let (mut wrong, mut seen) = (Vec::new(), Vec::new());
        for (route, methods) in routes() {
            for method in methods {
                let name = format!("{method} {route}");
                let Some(who) = table.get(&name) else {
                    wrong.push(format!("{name} is not in the matrix"));
                    continue;
                };
                let mut let_in = String::new();
                for (role, login) in ROLES {
                    let browser = walk.browser_of(login).await;
                    let path = match plant(&halden, &route, login).await {
                        Some(id) => route.replace("{id}", &id),
                        None => own.path(&route),
                    };
                    let answer = walk.ask(&halden, &browser, &method, &route, &path).await;
                    if is_let_in(&answer) {
                        let_in.push(role);
                    }
                    // Whoever is not let in at home is nobody elsewhere.
                    if who == "*" || !(role == 'n' || who.contains(role)) {
                        continue;
                    }
                    // With the other one's id nobody gets anywhere.
                    if route.contains("{id}") {
                        let browser = walk.browser_of(login).await;
                        let answer = walk.ask(&halden, &browser, &method, &route, &others.path(&route)).await;
                        if is_let_in(&answer) {
                            wrong.push(format!("{name}: {role} was let in with an id of the other one: {}", answer.status));
                        }
                    }
                    // At the other one everybody is nobody.
                    let browser = walk.browser_of(login).await;
                    let carried = quay.browser();
                    carried.set_cookie(SESSION, browser.cookie(SESSION).as_deref());
                    let answer = walk.ask(&quay, &carried, &method, &route, &others.path(&route)).await;
                    if is_let_in(&answer) {
                        wrong.push(format!("{name}: {role} was let in at the other one: {}", answer.status));
                    }
                }
                if who != "*" && who.trim_matches('-') != let_in {
                    wrong.push(format!("{name}: {let_in} and not {who}"));
                }
                seen.push(format!("{name} {let_in}"));
            }
        }
        for name in table.keys().filter(|name| !seen.iter().any(|line| line.starts_with(&format!("{name} ")))) {
            wrong.push(format!("{name} is in the matrix and in no router"));
        }
        let planted = format!("DELETE FROM factors WHERE label = '{PLANTED}'");
        sqlx::query(halden.own(&planted)).execute(halden.db.reader()).await.unwrap();
        assert!(wrong.is_empty(), "{}\n\nas it is:\n{}", wrong.join("\n"), seen.join("\n"));
    }
}
