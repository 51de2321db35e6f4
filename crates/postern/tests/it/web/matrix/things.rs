//! What routes name by an id.

use jiff::SignedDuration;
use postern::actions::add_person::{Details, add_person};
use postern::actions::import_hardware_tokens::{SentTokenFile, import_hardware_tokens};
use postern::actions::set_tenant_settings::set_tenant_settings;
use postern::job::Job;
use postern::store::contacts;
use postern::store::factors::{self, NewFactor};
use postern::store::hardware_tokens;
use postern::store::power_grants::{self, NewGrant};
use postern::store::sign_ins::{self, NewSignIn};
use postern::store::trusted_contacts::{self, NewTrustedContact};
use postern::store::{jobs, service_tokens};
use postern_core::factor::FactorKind;
use postern_core::factor::totp::PhoneClock;
use postern_core::person::Role;
use postern_testkit::SoftPasskey;

use crate::steps::fatigue;
use crate::test_app::{TestApp, eventually};

/// What one organisation has that routes name by an id.
pub struct Things {
    case: String,
    /// In which nobody has done anything: a second yes comes from outside.
    untouched_case: String,
    person: String,
    finding: String,
    grant: String,
    passkey: String,
    token: String,
    hardware_token: String,
    dead_job: String,
    code_app: String,
    mail: String,
    office: String,
}

impl Things {
    pub async fn of(app: &TestApp) -> Self {
        let now = app.clock.now();
        // Nobody listens there: how far somebody comes is seen without.
        let provider = "[[provider]]\nname = \"staff\"\ntitle = \"Staff\"\nissuer = \"http://127.0.0.1:9\"\nclient_id = \"a\"\nclient_secret = \"b\"";
        let named = [("identity_providers".to_owned(), provider.to_owned())];
        set_tenant_settings(&app.scope(), &named, "a test wants it so").await.unwrap();
        app.import("okta.jsonl", fatigue("gus", 5, now)).await;
        let finding = app.finding("mfa_fatigue").await.id;
        let ada = app.caller("ada").await;
        let nell = Details {
            login: "nell",
            name: "Nell Quinn",
            tier: "sensitive",
            role: Role::Agent,
            manager: "",
            email: "nell@demo.postern.invalid",
            office_phone: "",
        };
        app.secrets.saw(&add_person(&app.scope(), &ada, &nell).await.unwrap().set_up_code);
        let on_file = contacts::list(&app.db, &app.tenant, &app.person("gus").await.id).await.unwrap();
        let grants = power_grants::list_waiting(&app.db, &app.tenant).await.unwrap();
        Self {
            case: app.open("ana").await.to_string(),
            untouched_case: app.open("emil").await.to_string(),
            person: app.person("gus").await.id.to_string(),
            finding,
            grant: grants[0].id.clone(),
            passkey: waiting_passkey(app).await,
            token: newest_token(app).await,
            hardware_token: hardware_token(app).await,
            dead_job: dead_job(app).await,
            code_app: code_app(app, "gus").await,
            mail: on_file[0].id.clone(),
            office: on_file[1].id.clone(),
        }
    }

    /// The address of a route, with an id of the kind that it wants.
    pub fn path(&self, route: &str) -> String {
        let id = match route {
            _ if route.ends_with("/start-hold") => &self.untouched_case,
            _ if route.contains("/cases/") && route.ends_with("/approve") => &self.untouched_case,
            _ if route.contains("/cases/") || route.contains("/vouches/") => &self.case,
            _ if route.contains("/people/") => &self.person,
            _ if route.contains("/incidents/") || route.contains("/findings/") => &self.finding,
            _ if route.contains("/power-grants/") => &self.grant,
            _ if route.contains("passkeys/") => &self.passkey,
            _ if route.contains("/hardware-tokens/") => &self.hardware_token,
            _ if route.contains("/tokens/") => &self.token,
            _ if route.contains("/jobs/") => &self.dead_job,
            _ => &self.code_app,
        };
        // The page removes it; the API is refused the only mail address.
        let contact = if route.starts_with("/api/") { &self.mail } else { &self.office };
        route
            .replace("{id}", id)
            .replace("{contact}", contact)
            .replace("{provider}", "staff")
            .replace("{version}/{file}", "x/postern.css")
    }
}

async fn newest_token(app: &TestApp) -> String {
    let tokens = service_tokens::list(&app.db, &app.tenant).await.unwrap();
    tokens.iter().map(|token| token.id.clone()).max().unwrap()
}

/// One that is nobody's.
async fn hardware_token(app: &TestApp) -> String {
    let (ada, seed) = (app.caller("ada").await, b"matrix-of-the-routes");
    app.secrets.saw_seed(seed);
    let csv = format!("serial,seed,type\nFT-1,{},hotp\n", data_encoding::HEXLOWER.encode(seed));
    import_hardware_tokens(&app.scope(), &ada, SentTokenFile { bytes: csv.into_bytes().into(), key: None })
        .await
        .unwrap();
    let (tokens, _) = hardware_tokens::list(&app.db, &app.tenant).await.unwrap();
    tokens[0].id.clone()
}

/// A mail that can never go out.
async fn dead_job(app: &TestApp) -> String {
    let scope = app.scope();
    let were_dead = jobs::list_dead(&app.db, &app.tenant).await.unwrap().len();
    let mut change = scope.begin().await.unwrap();
    let message = change.id().unwrap();
    change.enqueue(Job::DeliverMail { message }, change.at());
    change.commit_unrecorded(PLANTED).await.unwrap();
    let mut dead = None;
    eventually("it was given up", async || {
        let all = jobs::list_dead(&app.db, &app.tenant).await.unwrap();
        let has_died = all.len() > were_dead;
        dead = all.into_iter().next();
        has_died
    })
    .await;
    dead.unwrap().id
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

/// A sign-in of somebody's, on record.
async fn sign_in_of(app: &TestApp, login: &str) -> String {
    let person = app.person(login).await;
    let scope = app.scope();
    let mut change = scope.begin().await.unwrap();
    let new = NewSignIn {
        person: Some(&person.id),
        login,
        ip: "127.0.0.1",
        user_agent: PLANTED,
        method: "totp",
        result: "failure",
        cause: Some("mfa_wrong_code"),
        detail: None,
        clock_steps: None,
    };
    sign_ins::insert(&mut change, &new).await.unwrap();
    change.commit_unrecorded(PLANTED).await.unwrap();
    let rows = sign_ins::list_of_person(&app.db, &app.tenant, &person.id, 1).await.unwrap();
    rows.first().unwrap().id.clone()
}

pub const PLANTED: &str = "planted by a test";

/// A thing of one's own that an account page names.
async fn own_thing(app: &TestApp, route: &str, login: &str) -> Option<String> {
    if route.contains("/account/factors/") {
        return Some(code_app(app, login).await);
    }
    if route.contains("/account/contacts/") {
        let person = app.person(login).await.id;
        let on_file = contacts::list(&app.db, &app.tenant, &person).await.unwrap();
        return on_file.first().map(|contact| contact.id.clone());
    }
    if route.contains("/trusted-contacts/") {
        return Some(trusted_contact(app, route, login).await);
    }
    if route.contains("/activity/") {
        return Some(sign_in_of(app, login).await);
    }
    if route.contains("/sessions/") {
        // Another one than that which asks.
        app.browser_with_planted_session(login).await;
        let person = app.person(login).await.id;
        let sql = "SELECT id FROM sessions WHERE person_id = $1 ORDER BY id DESC LIMIT 1";
        let own: (String,) =
            sqlx::query_as(app.own(sql)).bind(person.as_str()).fetch_one(app.db.reader()).await.unwrap();
        return Some(own.0);
    }
    None
}

/// What Emil has asked of somebody, accepted where they are to give it up; of their own, what nobody answers.
async fn trusted_contact(app: &TestApp, route: &str, login: &str) -> String {
    let (own, emil) = (app.person(login).await.id, app.person("emil").await.id);
    let before = sqlx::query(app.own("DELETE FROM trusted_contacts WHERE person_id = $1 OR trusted_id = $1"));
    before.bind(own.as_str()).execute(app.db.reader()).await.unwrap();
    let is_own = route.ends_with("/remove");
    let (person, trusted) = if is_own { (&own, None) } else { (&emil, Some(&own)) };
    let scope = app.scope();
    let mut change = scope.begin().await.unwrap();
    let new = NewTrustedContact { person, trusted, typed: PLANTED };
    let id = trusted_contacts::insert(&mut change, &new).await.unwrap();
    if route.ends_with("/resign") {
        trusted_contacts::accept(&mut change, &id, &own).await.unwrap();
    }
    change.commit_unrecorded(PLANTED).await.unwrap();
    id
}

/// What one request uses up, made anew for each.
pub async fn plant(app: &TestApp, route: &str, login: &str) -> Option<String> {
    if !login.is_empty()
        && let Some(own) = own_thing(app, route, login).await
    {
        return Some(own);
    }
    if route.contains("/jobs/") {
        return Some(dead_job(app).await);
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
            clock: PhoneClock::default(),
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
