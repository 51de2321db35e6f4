//! Trusted contacts: chosen, accepted, bounded, reminded of; and what nobody learns by choosing.

use jiff::{SignedDuration, Timestamp};
use postern::actions::ActionError;
use postern::actions::answer_trusted_contact::{TrustAnswer, answer_trusted_contact};
use postern::actions::choose_trusted_contact::{TypedColleague, choose_trusted_contact};
use postern::actions::import_people::{import_people, preview_import};
use postern::actions::remove_trusted_contact::remove_trusted_contact;
use postern::actions::suspend_person::suspend_person;
use postern::config::Config;
use postern::store::trusted_contacts::{self, NewTrustedContact, TrustedContact};
use postern_core::id::PersonId;
use postern_core::trusted_contact::{ASK_LIFE, MOST_ASKED, MOST_CHOSEN, MOST_SERVED, REMINDED_EVERY};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{assert_invalid, assert_refused, assert_throttled};
use crate::browser::{Answer, Browser};
use crate::on_both::on_both;
use crate::steps::PLACEHOLDER_REASON;
use crate::test_app::{TestApp, eventually};

const NEW: &str = "/account/trusted-contacts/new";
const API: &str = "/api/v1/account/trusted-contacts";
const ASKED: &str = "asks you to be their trusted contact";

async fn signed_in(app: &TestApp, login: &str) -> Browser {
    let browser = app.browser();
    app.advance_seconds(30);
    app.sign_in_by_hand(&browser, login).await;
    browser
}

async fn code(app: &TestApp, login: &str) -> String {
    app.code_proof(login).await["code"].as_str().unwrap().to_owned()
}

/// What somebody sees of both lists.
async fn lists(browser: &Browser) -> (Vec<Value>, Vec<Value>) {
    let said = browser.get(API).await.ok().json();
    let list = |name: &str| said[name].as_array().unwrap().clone();
    (list("chosen"), list("chosen_by"))
}

async fn answer(browser: &Browser, id: &Value, verb: &str) -> Answer {
    browser.post(&format!("/account/trusted-contacts/{}/{verb}", id.as_str().unwrap()), &[]).await
}

impl TestApp {
    /// Somebody who has just touched a passkey chooses.
    pub async fn choose_trusted(&self, login: &str, who: &str) -> Result<(), ActionError> {
        let caller = self.caller(login).await;
        let typed = TypedColleague { who, proof: None };
        choose_trusted_contact(&self.scope(), &caller, "", typed).await
    }

    /// The same, an hour later: asking often makes one wait.
    async fn choose_trusted_later(&self, login: &str, who: &str) {
        self.advance(SignedDuration::from_hours(1));
        self.choose_trusted(login, who).await.unwrap();
    }

    async fn trust_of(&self, login: &str) -> Vec<TrustedContact> {
        let scope = self.scope();
        let person = self.person(login).await.id;
        trusted_contacts::list_around(&self.db, &self.tenant, &person, scope.now).await.unwrap()
    }

    /// The newest of somebody's, that a colleague was asked by.
    async fn newest_trust(&self, login: &str) -> String {
        self.trust_of(login).await.pop().unwrap().id
    }

    pub async fn accept_trust(&self, login: &str) -> Result<(), ActionError> {
        let (caller, id) = (self.caller(login).await, self.newest_trust(login).await);
        answer_trusted_contact(&self.scope(), &caller, &id, TrustAnswer::Accept).await
    }

    async fn mails_to(&self, login: &str, subject: &str) -> Vec<String> {
        let recipient = format!("{login}@demo.postern.invalid");
        let sent = self.messages().await.into_iter();
        sent.filter(|m| m.recipient == recipient && m.subject.contains(subject)).map(|m| m.body).collect()
    }

    /// How many of somebody's count, as the desk reads it.
    async fn counting(&self, login: &str) -> i64 {
        let id = self.person(login).await.id;
        let ben = self.browser_with_planted_session("ben").await;
        let seen = ben.get(&format!("/api/v1/people/{id}")).await.ok().json();
        seen["trusted_contacts"].as_i64().unwrap()
    }

    /// So many more people.
    async fn add_people(&self, count: usize) -> Vec<PersonId> {
        let rows: Vec<String> =
            (0..count).map(|n| format!("p{n},Person {n},p{n}@halden.example\n")).collect();
        let rows = rows.concat();
        let csv = format!("login,name,email\n{rows}").into_bytes();
        let (scope, ada) = (self.scope(), self.caller("ada").await);
        let plan = preview_import(&scope, &ada, &csv).await.unwrap();
        import_people(&scope, &ada, &csv, &plan.plan_hash()).await.unwrap();
        let mut ids = Vec::new();
        for n in 0..count {
            ids.push(self.person(&format!("p{n}")).await.id);
        }
        ids
    }

    /// Rows behind the program's back, each accepted or not.
    async fn plant_trust(&self, pairs: &[(&PersonId, Option<&PersonId>)], is_accepted: bool) {
        let scope = self.scope();
        let mut change = scope.begin().await.unwrap();
        for (number, (person, trusted)) in pairs.iter().enumerate() {
            let typed = format!("planted {number}");
            let new = NewTrustedContact { person, trusted: *trusted, typed: &typed };
            let id = trusted_contacts::insert(&mut change, &new).await.unwrap();
            if is_accepted {
                trusted_contacts::accept(&mut change, &id, trusted.unwrap()).await.unwrap();
            }
        }
        change.commit_unrecorded("planted by a test").await.unwrap();
    }
}

on_both! {
    async fn a_session_alone_chooses_and_removes_nobody(db) {
        let app = TestApp::start(db).await;
        let gus = signed_in(&app, "gus").await;
        let before = app.messages().await.len();
        gus.get("/account").await.ok().shows("Trusted contacts").shows("You have chosen nobody").shows("The help desk does not ask them yet");
        gus.get(NEW).await.ok().shows("Show a way in that you have");
        gus.post(NEW, &[("who", "fay")]).await.status(422).shows("Show a way in that you have once more");
        let wrong = app.phone("gus").await.wrong_code(app.seconds());
        gus.post(NEW, &[("who", "fay"), ("code", &wrong)]).await.status(422);
        gus.post_json(API, &json!({ "who": "fay" })).await.status(422);
        assert_eq!((lists(&gus).await, app.messages().await.len()), ((vec![], vec![]), before));
        let right = code(&app, "gus").await;
        gus.post(NEW, &[("who", "fay"), ("code", &right)]).await.leads_to("/account");
        app.advance_seconds(301);
        let id = lists(&gus).await.0[0]["id"].clone();
        answer(&gus, &id, "remove").await.status(422).shows("Show a way in that you have once more");
        gus.post_json(&format!("{API}/{}/remove", id.as_str().unwrap()), &json!({})).await.status(422);
        assert_eq!(lists(&gus).await.0.len(), 1);
    }

    async fn a_colleague_is_asked_accepts_and_gives_it_up_and_the_owner_hears_of_each(db) {
        let app = TestApp::start(db).await;
        let (gus, fay) = (signed_in(&app, "gus").await, signed_in(&app, "fay").await);
        let right = code(&app, "gus").await;
        gus.post(NEW, &[("who", " FAY "), ("code", &right)]).await.leads_to("/account");
        gus.get("/account").await.ok().shows("If somebody here has that login or address, they are asked").shows("asked").does_not_show("Fay Delgado");
        let asked = app.mails_to("fay", ASKED).await;
        assert!(asked.len() == 1 && asked[0].contains("Gus Petrov") && asked[0].contains("/account#trusted-contacts"), "{asked:?}");
        assert!(!asked[0].contains("/not-me#"), "it is not hers to stop");
        assert_eq!((app.mails_to("gus", "was asked to be your").await.len(), app.counting("gus").await), (1, 0));
        fay.get("/account").await.ok().shows("Who trusts you").shows("asks you").shows("Yes, be a trusted contact of Gus Petrov");
        let (chosen, asks) = (lists(&gus).await.0, lists(&fay).await.1);
        assert_eq!((&chosen[0]["typed"], &chosen[0]["name"], &chosen[0]["counts"]), (&json!("FAY"), &Value::Null, &json!(false)));
        assert_eq!((&asks[0]["name"], &asks[0]["id"]), (&json!("Gus Petrov"), &chosen[0]["id"]));
        let id = asks[0]["id"].clone();
        answer(&fay, &id, "accept").await.leads_to("/account");
        answer(&fay, &id, "accept").await.status(409);
        answer(&fay, &id, "decline").await.status(409);
        assert_eq!((app.mails_to("gus", "new trusted contact").await.len(), app.counting("gus").await), (1, 1));
        gus.get("/account").await.ok().shows("Fay Delgado").shows("A colleague became your trusted contact").shows("by that colleague");
        let page = format!("/desk/people/{}", app.person("gus").await.id);
        app.browser_with_planted_session("ben").await.get(&page).await.ok().shows("1 accepted").does_not_show("Fay Delgado");
        answer(&fay, &id, "resign").await.leads_to("/account");
        assert_eq!((lists(&gus).await.0.len(), lists(&fay).await.1.len(), app.counting("gus").await), (0, 0, 0));
        assert_eq!(app.mails_to("gus", "one trusted contact less").await.len(), 1);
        let ended = &app.events("trusted_contact.ended").await[0];
        assert_eq!((&ended["detail"]["how"], &ended["person"]), (&json!("resigned"), &json!(app.person("gus").await.id)));
        assert!(ended["before"]["accepted_at"].is_string());
        let accepted = &app.events("trusted_contact.accepted").await[0];
        assert_eq!((&accepted["actor"]["id"], &accepted["person"]), (&json!(app.person("fay").await.id), &json!(app.person("gus").await.id)));
    }

    async fn by_a_mail_address_and_the_api_declined_and_removed(db) {
        let app = TestApp::start(db).await;
        let (gus, fay) = (signed_in(&app, "gus").await, signed_in(&app, "fay").await);
        let proof = app.code_proof("gus").await;
        gus.post_json(API, &json!({ "who": "Fay@demo.postern.invalid", "proof": proof })).await.status(204);
        let id = lists(&fay).await.1[0]["id"].as_str().unwrap().to_owned();
        fay.post_json(&format!("{API}/{id}/decline"), &json!({})).await.status(204);
        assert_eq!((lists(&gus).await.0.len(), app.mails_to("gus", "does not want").await.len()), (0, 1));
        // Within five minutes no other proof is wanted.
        gus.post_json(API, &json!({ "who": "mona" })).await.status(204);
        let id = lists(&gus).await.0[0]["id"].as_str().unwrap().to_owned();
        let mona = app.browser_with_planted_session("mona").await;
        mona.post_json(&format!("{API}/{id}/accept"), &json!({})).await.status(204);
        gus.get(&format!("/account/trusted-contacts/{id}/remove")).await.ok().shows("Remove Mona Okafor").shows("no more");
        gus.post(&format!("/account/trusted-contacts/{id}/remove"), &[]).await.leads_to("/account");
        gus.get("/account").await.ok().shows("It is removed").does_not_show("Mona Okafor");
        assert_eq!((lists(&mona).await.1.len(), app.mails_to("gus", "was removed").await.len()), (0, 1));
        gus.post_json(&format!("{API}/{id}/remove"), &json!({})).await.status(404);
    }

    /// It is no directory of logins: whoever asks sees no difference, whatever they type.
    async fn what_means_nobody_answers_like_somebody(db) {
        let app = TestApp::start(db).await;
        app.to_the_next_hour();
        let (ben, emil) = (app.caller("ben").await, app.person("emil").await.id);
        suspend_person(&app.scope(), &ben, &emil, PLACEHOLDER_REASON).await.unwrap();
        let gus = signed_in(&app, "gus").await;
        let right = code(&app, "gus").await;
        gus.post(NEW, &[("who", "fay"), ("code", &right)]).await.leads_to("/account");
        let mut answers = Vec::new();
        for who in ["mona", "nobody.here", "emil", "fay@demo.postern.invalid", "emil@demo.postern.invalid"] {
            app.advance_seconds(40);
            let sent = app.messages().await.len();
            let answer = gus.post(NEW, &[("who", who)]).await;
            let page = gus.get("/account").await.ok().visible();
            let line = page.split_once(&format!("{who} asked")).unwrap().1.split_once(&format!("Remove {who}")).unwrap().0;
            let line = line.replace(|c: char| c.is_ascii_digit(), "0");
            let shown = lists(&gus).await.0.pop().unwrap();
            let fields: Vec<String> = shown.as_object().unwrap().iter().filter(|(name, _)| !["id", "typed", "asked_at", "lapses_at"].contains(&name.as_str())).map(|(name, value)| format!("{name}={value}")).collect();
            let told = app.messages().await;
            let told = told[..told.len() - sent].iter().filter(|m| !m.subject.contains(ASKED)).count();
            answers.push((answer.status, answer.location().to_owned(), line, fields, told));
        }
        for other in &answers[1..] {
            assert_eq!(*other, answers[0]);
        }
        let asked: Vec<Value> = app.events("trusted_contact.asked").await.iter().map(|entry| entry["detail"]["colleague"].clone()).collect();
        let mona = app.person("mona").await.id;
        assert_eq!(asked.iter().filter(|colleague| **colleague == json!(mona)).count(), 1);
        assert_eq!(asked.iter().filter(|colleague| colleague.is_null()).count(), 4, "{asked:?}");
        // Taking one back is the same too.
        for listed in lists(&gus).await.0 {
            answer(&gus, &listed["id"], "remove").await.leads_to("/account");
        }
        // What the list shows, and who one is oneself, is no secret.
        for who in ["gus", "GUS@demo.postern.invalid", "", "a\u{202e}b"] {
            app.advance(SignedDuration::from_hours(1));
            assert_invalid(app.choose_trusted("gus", who).await, "who");
        }
        app.choose_trusted_later("gus", "carl").await;
        app.advance(SignedDuration::from_hours(1));
        assert_invalid(app.choose_trusted("gus", "CARL").await, "who");
    }

    /// Taking an ask back buys no other: or one account could write to the whole house.
    async fn in_fourteen_days_one_asks_so_many_times(db) {
        let app = TestApp::start(db).await;
        for n in 0..MOST_ASKED {
            app.choose_trusted_later("gus", if n % 2 == 0 { "fay" } else { "nobody" }).await;
            let (gus, id) = (app.caller("gus").await, app.newest_trust("gus").await);
            remove_trusted_contact(&app.scope(), &gus, &id, ("", None)).await.unwrap();
        }
        app.advance(SignedDuration::from_hours(1));
        assert_refused(app.choose_trusted("gus", "mona").await, "asked 20 times");
        app.choose_trusted_later("fay", "mona").await;
        app.advance(ASK_LIFE);
        app.choose_trusted_later("gus", "mona").await;
    }

    async fn somebody_of_another_organisation_is_nobody_here(db) {
        let (app, other) = TestApp::start_two(db).await;
        app.choose_trusted("gus", "fay@quay.postern.invalid").await.unwrap();
        assert!(other.trust_of("fay").await.is_empty());
        assert!(!other.messages().await.iter().any(|m| m.subject.contains(ASKED)));
        app.choose_trusted("gus", "fay").await.unwrap();
        assert!(other.trust_of("fay").await.is_empty() && app.trust_of("fay").await.len() == 1);
        // Nor does the colleague of the same name there answer.
        let (fay, id) = (other.caller("fay").await, app.newest_trust("fay").await);
        let answered = answer_trusted_contact(&other.scope(), &fay, &id, TrustAnswer::Accept).await;
        assert!(matches!(answered, Err(ActionError::NotFound)), "{answered:?}");
    }

    /// An address that two people have says of neither that it is them; nor does one of which nobody is sure. A login is somebody's
    /// before it is another one's address.
    async fn an_address_of_several_means_nobody_and_a_login_its_own_person(db) {
        let app = TestApp::start(db).await;
        for (unsure, who) in [("confirmed_at = NULL", "emil@demo.postern.invalid"), ("lost_at = 1", "bea@demo.postern.invalid")] {
            let sql = format!("UPDATE contacts SET {unsure} WHERE kind = 'email' AND value = '{who}'");
            sqlx::query(app.own(&sql)).execute(app.db.reader()).await.unwrap();
            app.choose_trusted("gus", who).await.unwrap();
        }
        assert!(app.trust_of("emil").await.is_empty() && app.trust_of("bea").await.is_empty());
        let sql = app.own("UPDATE contacts SET value = 'team@halden.example', value_key = 'team@halden.example' WHERE kind = 'email' AND value IN ('fay@demo.postern.invalid', 'carl@demo.postern.invalid')");
        sqlx::query(sql).execute(app.db.reader()).await.unwrap();
        app.choose_trusted("gus", "team@halden.example").await.unwrap();
        assert!(app.trust_of("fay").await.is_empty() && app.trust_of("carl").await.is_empty());
        let sql = app.own("UPDATE contacts SET value = 'dina', value_key = 'dina' WHERE kind = 'email' AND value = 'mona@demo.postern.invalid'");
        sqlx::query(sql).execute(app.db.reader()).await.unwrap();
        app.choose_trusted("gus", "dina").await.unwrap();
        assert!(app.trust_of("mona").await.is_empty() && app.trust_of("dina").await.len() == 1);
    }

    async fn nobody_answers_or_ends_what_is_anothers(db) {
        let app = TestApp::start(db).await;
        app.choose_trusted("gus", "fay").await.unwrap();
        let id = json!(app.newest_trust("fay").await);
        let (gus, fay, carl) = (app.browser_with_planted_session("gus").await, app.browser_with_planted_session("fay").await, app.browser_with_planted_session("carl").await);
        for verb in ["accept", "decline", "resign"] {
            answer(&gus, &id, verb).await.status(404);
            answer(&carl, &id, verb).await.status(404);
        }
        for other in ["fay", "carl"] {
            let caller = app.caller(other).await;
            let removed = remove_trusted_contact(&app.scope(), &caller, id.as_str().unwrap(), ("", None)).await;
            assert!(matches!(removed, Err(ActionError::NotFound)));
        }
        answer(&fay, &id, "resign").await.status(409);
        answer(&fay, &id, "accept").await.leads_to("/account");
        answer(&fay, &id, "decline").await.status(409);
        assert_eq!((app.counting("gus").await, app.events("trusted_contact.ended").await.len()), (1, 0));
    }

    async fn a_person_chooses_ten_at_most_also_at_once(db) {
        let app = TestApp::start(db).await;
        let gus = app.person("gus").await.id;
        let nine = vec![(&gus, None); usize::try_from(MOST_CHOSEN).unwrap() - 1];
        app.plant_trust(&nine, false).await;
        let mut tasks = JoinSet::new();
        for who in ["fay", "mona", "carl", "nobody.here"] {
            let (scope, caller) = (app.scope(), app.caller("gus").await);
            tasks.spawn(async move { choose_trusted_contact(&scope, &caller, "", TypedColleague { who, proof: None }).await });
        }
        let outcomes = tasks.join_all().await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
        assert_eq!(app.trust_of("gus").await.len(), 10);
        app.advance(SignedDuration::from_hours(1));
        assert_refused(app.choose_trusted("gus", "dina").await, "10 are the most");
        app.browser_with_planted_session("gus").await.get("/account").await.ok().shows("10 are the most").does_not_show("Choose a trusted contact");
    }

    async fn one_person_serves_25_at_most_also_at_once(db) {
        let app = TestApp::start(db).await;
        let (people, fay) = (app.add_people(28).await, app.person("fay").await.id);
        let pairs: Vec<_> = people.iter().map(|person| (person, Some(&fay))).collect();
        app.plant_trust(&pairs[..24], true).await;
        app.plant_trust(&pairs[24..], false).await;
        let waiting: Vec<String> = app.trust_of("fay").await.into_iter().filter(|row| row.accepted_at.is_none()).map(|row| row.id).collect();
        let mut tasks = JoinSet::new();
        for id in waiting {
            let (scope, caller) = (app.scope(), app.caller("fay").await);
            tasks.spawn(async move { answer_trusted_contact(&scope, &caller, &id, TrustAnswer::Accept).await });
        }
        let outcomes = tasks.join_all().await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
        let served = app.trust_of("fay").await.iter().filter(|row| row.accepted_at.is_some()).count();
        assert_eq!(i64::try_from(served).unwrap(), MOST_SERVED);
        assert_refused(app.accept_trust("fay").await, "25 people");
    }

    /// Whoever has many accounts fills nobody's page, and a colleague gets one mail in fourteen days from one person.
    async fn nobody_is_flooded_with_asks(db) {
        let app = TestApp::start(db).await;
        let (people, mona) = (app.add_people(25).await, app.person("mona").await.id);
        let pairs: Vec<_> = people.iter().map(|person| (person, Some(&mona))).collect();
        app.plant_trust(&pairs, false).await;
        app.choose_trusted("gus", "mona").await.unwrap();
        assert_eq!((app.trust_of("mona").await.len(), app.trust_of("gus").await.len()), (25, 1));
        assert!(app.mails_to("mona", ASKED).await.is_empty());
        for round in 0..3 {
            app.choose_trusted_later("gus", "fay").await;
            assert_eq!((app.trust_of("fay").await.len(), app.mails_to("fay", ASKED).await.len()), (1, 1), "round {round}");
            let (gus, id) = (app.caller("gus").await, app.newest_trust("fay").await);
            remove_trusted_contact(&app.scope(), &gus, &id, ("", None)).await.unwrap();
        }
        app.advance(ASK_LIFE);
        app.choose_trusted("gus", "fay").await.unwrap();
        assert_eq!(app.mails_to("fay", ASKED).await.len(), 2);
        for who in ["a", "b", "c", "d"] {
            app.choose_trusted("gus", who).await.unwrap();
        }
        assert!((20..=30).contains(&assert_throttled(app.choose_trusted("gus", "e").await)));
    }

    async fn an_ask_lapses_after_fourteen_days_and_its_owner_hears_of_it(db) {
        let app = TestApp::start(db).await;
        app.choose_trusted("gus", "fay").await.unwrap();
        app.choose_trusted("carl", "nobody.here").await.unwrap();
        let asked = app.trust_of("gus").await.remove(0);
        let until = Timestamp::from_microsecond(asked.asked_at).unwrap() + ASK_LIFE;
        let fay = app.caller("fay").await;
        for (second, takes) in [(0, false), (1, false), (-1, true)] {
            let scope = app.scope().at(until + SignedDuration::from_secs(second));
            let mut change = scope.begin().await.unwrap();
            let taken = trusted_contacts::accept(&mut change, &asked.id, &fay.person.id).await;
            assert_eq!(taken.is_ok(), takes, "{second}");
            let answered = answer_trusted_contact(&scope, &fay, &asked.id, TrustAnswer::Decline);
            if !takes {
                drop(change);
                assert!(answered.await.is_err(), "{second}");
            }
        }
        app.advance(ASK_LIFE);
        eventually("both lapse", async || app.events("trusted_contact.ended").await.len() == 2).await;
        assert!(app.trust_of("gus").await.is_empty());
        for owner in ["gus", "carl"] {
            assert_eq!(app.mails_to(owner, "Nobody answered").await.len(), 1, "{owner}");
        }
        assert!(app.events("trusted_contact.ended").await.iter().all(|entry| entry["detail"]["how"] == "lapsed"));
        // And may be asked again.
        app.choose_trusted("gus", "fay").await.unwrap();
        assert_eq!(app.trust_of("fay").await.len(), 1);
    }

    async fn owners_are_reminded_once_a_year_of_whom_they_have_chosen(db) {
        const STILL: &str = "still your trusted contacts";
        let app = TestApp::start(db).await;
        for who in ["fay", "mona"] {
            app.choose_trusted("gus", who).await.unwrap();
            app.accept_trust(who).await.unwrap();
            app.advance(SignedDuration::from_hours(24 * 30));
        }
        app.choose_trusted("carl", "fay").await.unwrap();
        app.accept_trust("fay").await.unwrap();
        app.advance(Config::CONTEST_LIFE);
        suspend_person(&app.scope(), &app.caller("ben").await, &app.person("carl").await.id, PLACEHOLDER_REASON).await.unwrap();
        app.advance(SignedDuration::from_hours(24 * 259));
        assert!(app.events("trusted_contact.reminded").await.is_empty());
        app.advance(SignedDuration::from_hours(24 * 2));
        eventually("the owner is reminded", async || app.mails_to("gus", STILL).await.len() == 1).await;
        let said = app.mails_to("gus", STILL).await.remove(0);
        assert!(["2 trusted contacts", "- Fay Delgado\n- Mona Okafor\n", "/account#trusted-contacts"].iter().all(|part| said.contains(part)), "{said}");
        let reminded = app.events("trusted_contact.reminded").await;
        assert_eq!((reminded.len(), reminded[0]["detail"]["trusted_contacts"].as_array().unwrap().len()), (1, 2));
        // Nor is Mona's own day another reminder, nor that of whom nobody lets in.
        app.advance(SignedDuration::from_hours(24 * 200));
        let is_put_off = "SELECT COUNT(*) FROM trusted_contacts WHERE ended_at IS NULL AND accepted_at IS NOT NULL";
        assert_eq!(app.count(is_put_off).await, 3);
        app.jobs.due.notify_one();
        eventually("the suspended one is put off", async || app.trust_of("carl").await[0].due_at > app.clock.now().as_microsecond()).await;
        assert_eq!((app.mails_to("gus", STILL).await.len(), app.mails_to("carl", STILL).await.len()), (1, 0));
        app.advance(REMINDED_EVERY);
        eventually("again a year later", async || app.mails_to("gus", STILL).await.len() == 2).await;
    }

    async fn a_suspended_contact_counts_no_more_and_does_again(db) {
        let app = TestApp::start(db).await;
        for who in ["fay", "mona"] {
            app.choose_trusted("gus", who).await.unwrap();
            app.accept_trust(who).await.unwrap();
        }
        assert_eq!(app.counting("gus").await, 2);
        suspend_person(&app.scope(), &app.caller("ben").await, &app.person("fay").await.id, PLACEHOLDER_REASON).await.unwrap();
        assert_eq!((app.counting("gus").await, app.trust_of("gus").await.iter().filter(|row| row.counts()).count()), (1, 1));
        let gus = app.browser_with_planted_session("gus").await;
        gus.get("/account").await.ok().shows("does not count now");
        app.set_person("fay", "suspended_at = NULL").await;
        assert_eq!(app.counting("gus").await, 2);
        // Planted: the record of it stands above.
        app.set_person("fay", "suspended_at = 1").await;
    }

    /// Whoever had the account may have asked: no yes counts after its owner said so.
    async fn asks_end_with_the_owners_access_and_those_from_before_stay(db) {
        let app = TestApp::start(db).await;
        app.choose_trusted("gus", "fay").await.unwrap();
        app.accept_trust("fay").await.unwrap();
        app.advance(Config::CONTEST_LIFE);
        // An accomplice is quick to say yes.
        app.choose_trusted_later("gus", "emil").await;
        app.accept_trust("emil").await.unwrap();
        app.choose_trusted_later("gus", "carl").await;
        let id = app.newest_trust("carl").await;
        suspend_person(&app.scope(), &app.caller("ben").await, &app.person("gus").await.id, PLACEHOLDER_REASON).await.unwrap();
        let answered = answer_trusted_contact(&app.scope(), &app.caller("carl").await, &id, TrustAnswer::Accept).await;
        assert!(matches!(answered, Err(ActionError::NotFound)));
        let left = app.trust_of("gus").await;
        assert!(left.len() == 1 && left[0].trusted_name.as_deref() == Some("Fay Delgado"));
        assert!(app.trust_of("emil").await.is_empty());
        assert_eq!(app.events("trusted_contact.ended").await[0]["detail"]["how"], "access_ended");
    }

    async fn of_a_yes_and_a_removal_at_once_one_counts(db) {
        let app = TestApp::start(db).await;
        for _ in 0..3 {
            app.choose_trusted_later("gus", "fay").await;
            let id = app.newest_trust("fay").await;
            let (scope, gus, fay) = (app.scope(), app.caller("gus").await, app.caller("fay").await);
            let (yes, removed) = tokio::join!(
                answer_trusted_contact(&scope, &fay, &id, TrustAnswer::Accept),
                remove_trusted_contact(&scope, &gus, &id, ("", None)),
            );
            for error in [yes.as_ref().err(), removed.as_ref().err()].into_iter().flatten() {
                assert!(matches!(error, ActionError::Conflict | ActionError::NotFound), "{error:?}");
            }
            match (yes, removed) {
                (Ok(()) | Err(_), Ok(())) => assert!(app.trust_of("gus").await.is_empty()),
                (Ok(()), Err(_)) => {
                    assert_eq!(app.counting("gus").await, 1);
                    let gus = app.caller("gus").await;
                    remove_trusted_contact(&app.scope(), &gus, &id, ("", None)).await.unwrap();
                }
                (Err(yes), Err(removed)) => panic!("neither: {yes:?}, {removed:?}"),
            }
        }
    }

    /// What ended a month ago is deleted; the records stay.
    async fn what_has_ended_is_swept_after_a_month(db) {
        let app = TestApp::start(db).await;
        app.choose_trusted("gus", "fay").await.unwrap();
        let (gus, id) = (app.caller("gus").await, app.newest_trust("fay").await);
        remove_trusted_contact(&app.scope(), &gus, &id, ("", None)).await.unwrap();
        let rows = "SELECT COUNT(*) FROM trusted_contacts";
        for (days, left) in [(29, 1), (31, 0)] {
            let scope = app.scope().at(app.clock.now() + SignedDuration::from_hours(24 * days));
            let mut change = scope.begin().await.unwrap();
            trusted_contacts::delete_ended(&mut change, scope.now).await.unwrap();
            change.commit_unrecorded("a sweep of a test").await.unwrap();
            assert_eq!(app.count(rows).await, left, "{days}");
        }
        assert_eq!(app.events("trusted_contact.ended").await.len(), 1);
    }
}
