//! What people do, as steps of a story: at the desk and at the front gate by calling actions, and over HTTP in a
//! browser.

mod by_hand;
mod desk;
mod gate;
mod password_links;
mod phones;
pub mod providers;
mod sent_codes;
mod signs;

pub use by_hand::{LIVE_SESSIONS, passkey_alone};
pub use password_links::{NEW_PASSWORD, use_link_in};

pub use phones::wrong_number;
pub use sent_codes::code_in;

pub use desk::{PLACEHOLDER_REASON, a_day};
pub use signs::{declined, fatigue, jsonl, send_log, signed_in};

use jiff::SignedDuration;
use postern::actions::{Caller, case_now};
use postern::store::cases::{self, CaseRow};
use postern::store::factors;
use postern::store::outbox::{self, Message};
use postern::store::persons::{self, Person};
use postern_core::case::Case;
use postern_core::event::payload::UserSuspended;
use postern_core::event::{Actor, Event};
use postern_core::id::CaseId;
use postern_core::remedy::PlanHash;
use postern_testkit::TestPhone;
use serde_json::Value;
use sqlx::Row as _;

use crate::test_app::TestApp;

/// What a test looks up.
impl TestApp {
    /// Somebody by login.
    pub async fn person(&self, login: &str) -> Person {
        persons::find_by_login(&self.db, &self.tenant, login).await.unwrap().unwrap()
    }

    /// Somebody signed in with a passkey, for calling actions with.
    pub async fn caller(&self, login: &str) -> Caller {
        let person = self.person(login).await;
        // It begins in a year or so, which a caller that is there already does not notice: tests that let weeks pass by are not
        // about sessions that nobody uses.
        let begins = self.clock.now() + SignedDuration::from_hours(24 * 400);
        let session = self.plant_row(&person, &passkey_alone(), begins).await.1;
        let now = self.clock.now();
        Caller {
            person,
            session,
            phishing_resistant: true,
            stepped_up_at: Some(now),
            factor_shown_at: None,
            session_ends_at: None,
            waiting_cases: 0,
            scopes: None,
        }
    }

    /// A case's row.
    pub async fn row(&self, id: &CaseId) -> CaseRow {
        cases::load(&self.db, &self.tenant, id).await.unwrap()
    }

    /// A case as it stands, with its person as they are now.
    pub async fn case(&self, id: &CaseId) -> Case {
        case_now(&self.scope(), &self.row(id).await, self.clock.now()).await.unwrap().unwrap().0
    }

    /// What an approval signs: the plan of a case as it is now. A stranger's has none, nor has one that is not here.
    pub async fn plan_hash(&self, id: &CaseId) -> PlanHash {
        let Ok(row) = cases::load(&self.db, &self.tenant, id).await else { return PlanHash::claimed("none") };
        let case = case_now(&self.scope(), &row, self.clock.now()).await.unwrap();
        case.map_or_else(|| PlanHash::claimed("none"), |(case, _)| case.plan().hash())
    }

    /// What the directory says of somebody, set behind the program's back: nothing in it changes tier, role or manager yet.
    pub async fn set_person(&self, login: &str, assignment: &'static str) {
        let sql = format!("UPDATE persons SET {assignment} WHERE login_key = $1");
        let done = sqlx::query(self.own(&sql)).bind(login).execute(self.db.reader()).await.unwrap();
        assert_eq!(done.rows_affected(), 1);
    }

    /// An account is suspended, as the owner's "this was not me" does it, and nothing else happens.
    pub async fn suspend(&self, login: &str) {
        let person = self.person(login).await;
        let scope = self.scope();
        let mut change = scope.begin().await.unwrap();
        persons::suspend(&mut change, &person.id, ("the owner said: this was not me", None)).await.unwrap();
        change
            .commit(
                &Event::new(Actor::System, UserSuspended { why: "planted by a test" })
                    .person(&person.id)
                    .before(serde_json::json!({ "planted": true })),
            )
            .await
            .unwrap();
    }

    /// The word for where a case stands.
    pub async fn stage(&self, id: &CaseId) -> &'static str {
        self.case(id).await.stage().as_str()
    }

    /// Records of this event, newest first.
    pub async fn events(&self, event: &str) -> Vec<Value> {
        let sql = "SELECT body FROM audit_entries WHERE event = $1 ORDER BY at DESC";
        let rows = sqlx::query(self.own(sql)).bind(event).fetch_all(self.db.reader()).await.unwrap();
        rows.iter().map(|row| serde_json::from_str(row.get("body")).unwrap()).collect()
    }

    /// The one number that a query answers with.
    pub async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query(self.own(sql)).fetch_one(self.db.reader()).await.unwrap().get(0)
    }

    /// Messages, newest first.
    pub async fn messages(&self) -> Vec<Message> {
        outbox::list_newest(&self.db, &self.tenant).await.unwrap()
    }

    /// The code in the newest "this was not me" link that went to this address under this subject.
    pub async fn not_me(&self, recipient: &str, subject: &str) -> String {
        let messages = self.messages().await;
        let message = messages.iter().find(|m| m.recipient == recipient && m.subject.contains(subject));
        let body = &message.expect("a notice").body;
        let (_, rest) = body.split_once("/not-me#").expect("a link in the notice");
        let code = rest.split_whitespace().next().unwrap().to_owned();
        self.secrets.saw_contest(&code);
        code
    }

    /// The phone with somebody's code app.
    pub async fn phone(&self, login: &str) -> TestPhone {
        let person = self.person(login).await;
        let factors = factors::list(&self.db, &self.tenant, &person.id).await.unwrap();
        let factor = factors.iter().find(|f| f.kind == "totp").expect("a code app");
        let place = factors::Factor::place(&self.tenant, &person.id, &factor.id);
        let phone = TestPhone::from_secret(&self.scope().tenant.keys.unseal(&place, &factor.sealed).unwrap());
        self.secrets.saw_seed(phone.secret());
        phone
    }

    /// The server's time. Unit: seconds since 1970.
    pub fn seconds(&self) -> i64 {
        self.clock.now().as_second()
    }
}
