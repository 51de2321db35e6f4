//! The same over HTTP, in browsers, and what tests put in by hand where doing it properly is not their subject.

use jiff::Timestamp;
use postern::rng::token_hash;
use postern::store::persons::{self, Person};
use postern::store::power_grants::{self, GrantOutcome};
use postern::store::service_tokens;
use postern::store::sessions::{self, NewSession};
use postern_core::event::payload::PowerGranted;
use postern_core::event::{Actor, Event};
use postern_core::factor::FactorKind;
use postern_core::id::{CaseId, PersonId};
use postern_core::person::Role;
use postern_core::session_limits::SessionLimits;
use postern_core::signin::{AccountStatus, Assurance, Flow, ShownFactor};
use postern_testkit::{SoftPasskey, TestPhone};
use serde_json::{Value, json};

use crate::browser::{Answer, Browser, SESSION};
use crate::test_app::{Database, TestApp};

/// Live sessions that the product made.
pub const LIVE_SESSIONS: &str =
    "SELECT COUNT(*) FROM sessions WHERE ended_at IS NULL AND user_agent <> 'planted by a test'";

impl TestApp {
    /// A browser with a session that a passkey opened, put in through the store: no ceremony, no event.
    pub async fn browser_with_planted_session(&self, login: &str) -> Browser {
        self.plant_session(login, &passkey_alone()).await
    }

    /// A browser with a session of password and code, put in through the store.
    pub async fn browser_with_planted_weak_session(&self, login: &str) -> Browser {
        let amr = ["pwd", "otp", "mfa"].map(str::to_owned).to_vec();
        self.plant_session(
            login,
            &Assurance { aal: 2, phishing_resistant: false, amr, provider_session: None },
        )
        .await
    }

    async fn plant_session(&self, login: &str, assurance: &Assurance) -> Browser {
        let token = self.plant_row(&self.person(login).await, assurance, self.clock.now()).await.0;
        let browser = self.browser();
        browser.set_cookie(SESSION, Some(&token));
        browser
    }

    /// A session that begins then, through the store: its token and its id.
    pub(super) async fn plant_row(
        &self,
        person: &Person,
        assurance: &Assurance,
        at: Timestamp,
    ) -> (String, String) {
        let token = self.rng.token().unwrap();
        self.secrets.saw(&token);
        let scope = self.scope().at(at);
        let mut change = scope.begin().await.unwrap();
        let new = NewSession {
            token_hash: &token_hash(&token),
            person: &person.id,
            assurance,
            ip: "127.0.0.1",
            user_agent: "planted by a test",
            expires_at: at + SessionLimits::of(person.role, assurance.aal).overall,
        };
        let id = sessions::insert(&mut change, &new).await.unwrap();
        change.commit_unrecorded("planted by a test").await.unwrap();
        (token.to_string(), id)
    }

    /// Makes the database refuse every message from now on.
    pub async fn refuse_messages(&self, db: Database) {
        let sql = match db {
            Database::Sqlite => {
                "CREATE TRIGGER refuse BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'refused by a test'); END"
            }
            Database::Postgres => {
                "ALTER TABLE outbox ADD CONSTRAINT refused_by_a_test CHECK (false) NOT VALID"
            }
        };
        sqlx::raw_sql(sql).execute(self.db.reader()).await.unwrap();
    }

    /// Signs in over HTTP with password and code.
    pub async fn sign_in_by_hand(&self, browser: &Browser, login: &str) {
        let form = [("login", login), ("password", &self.password_of(login))];
        browser.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        let code = self.phone(login).await.code(self.seconds());
        browser.post("/sign-in/second-step", &[("code", &code)]).await.leads_to("/");
    }

    /// From a pass to a full sign-in, over HTTP: whoever holds the claimant page of Ana's.
    pub async fn enrol_by_hand(&self, id: &CaseId) -> Browser {
        let (browser, password) = (self.browser(), self.password_of("ana"));
        let form = [("login", "ana"), ("password", password.as_str())];
        let pass = self.show_pass(id).await.code;
        browser.post("/sign-in", &form).await.leads_to("/sign-in/pass");
        browser.post("/sign-in/pass", &[("pass", &pass)]).await.leads_to("/enrol");
        let phone = TestPhone::from_key(&browser.get("/enrol/code-app").await.ok().marked("data-key"));
        self.secrets.saw_seed(phone.secret());
        let codes = browser.post("/enrol/code-app", &[("code", &phone.code(self.seconds()))]).await;
        self.secrets.saw_all(&codes.ok().items("data-codes"));
        self.advance_seconds(30);
        browser.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        let code = phone.code(self.seconds());
        browser.post("/sign-in/second-step", &[("code", &code)]).await.leads_to("/");
        browser
    }

    /// Adds a passkey over HTTP, from a session, signs out, and signs in with it.
    pub async fn move_to_passkey(&self, browser: &Browser, login: &str) -> SoftPasskey {
        let mut device = SoftPasskey::new(self.config.origin.clone());
        let proof = self.code_proof(login).await;
        self.add_key(browser, &mut device, proof).await.ok();
        browser.post("/sign-out", &[]).await.leads_to("/sign-in");
        self.sign_in_with_passkey(browser, &mut device).await.ok();
        device
    }

    /// Signs in over HTTP with a passkey alone.
    pub async fn sign_in_with_passkey(&self, browser: &Browser, device: &mut SoftPasskey) -> Answer {
        let options = browser.post_json("/sign-in/passkey/start", &json!({})).await.ok().json();
        browser.post_json("/sign-in/passkey/finish", &device.get(options)).await
    }

    /// The code that somebody's app shows in half a minute, when that time has come: a code is good once.
    pub async fn code_proof(&self, login: &str) -> Value {
        self.advance_seconds(30);
        let code = self.phone(login).await.code(self.seconds());
        self.secrets.saw(&code);
        json!({ "code": code })
    }

    /// Adds a passkey, or a plain security key for after the password, with this proof.
    pub async fn add_key(&self, browser: &Browser, device: &mut SoftPasskey, proof: Value) -> Answer {
        let start = json!({ "second_step_only": !device.verifies_user() });
        let options = browser.post_json("/account/passkeys/start", &start).await.ok().json();
        let created = device.create(options["create"].clone());
        browser.post_json("/account/passkeys/finish", &json!({ "created": created, "proof": proof })).await
    }

    /// The same with a passkey that is there already as proof.
    pub async fn add_key_with(
        &self,
        browser: &Browser,
        device: &mut SoftPasskey,
        old: &mut SoftPasskey,
    ) -> Answer {
        let start = json!({ "second_step_only": !device.verifies_user() });
        let options = browser.post_json("/account/passkeys/start", &start).await.ok().json();
        let proof = json!({ "assertion": old.touch(options["get"].clone()) });
        let created = device.create(options["create"].clone());
        browser.post_json("/account/passkeys/finish", &json!({ "created": created, "proof": proof })).await
    }
}

impl TestApp {
    /// Whatever power waits is given, as if there were a second admin: put in through the store.
    pub async fn plant_second_yes(&self) {
        for grant in power_grants::list_waiting(&self.db, &self.tenant).await.unwrap() {
            let scope = self.scope();
            let mut change = scope.begin().await.unwrap();
            power_grants::decide(&mut change, &grant.id, None, GrantOutcome::Approved).await.unwrap();
            if let Some(role) = grant.role.as_deref().and_then(Role::parse) {
                let (person, by) = (PersonId::new(&grant.person_id), PersonId::new(&grant.requested_by));
                persons::save_role(&mut change, &person, role, &by).await.unwrap();
            }
            if let Some(token) = &grant.token_id {
                service_tokens::grant(&mut change, token).await.unwrap();
            }
            let outcome = GrantOutcome::Approved.as_str();
            let event = Event::new(Actor::System, PowerGranted { grant: &grant.id, outcome })
                .before(serde_json::json!({ "planted": true }));
            change.commit(&event).await.unwrap();
        }
    }
}

/// What a passkey with user verification is worth.
pub fn passkey_alone() -> Assurance {
    let status = AccountStatus { suspended: false, has_factor: true };
    let shown = ShownFactor { kind: FactorKind::Webauthn, user_verified: true };
    Flow::begin(PersonId::new("anybody"), status).show(shown, status).unwrap().signed_in().unwrap()
}
