//! Numbers and addresses: filed, attested, removed, and what they prove.

use jiff::SignedDuration;
use postern::actions::add_contact::{TypedContact, add_contact};
use postern::actions::approve_case::approve_case;
use postern::actions::bind_claimant_page::callable_numbers;
use postern::actions::record_call::{RecordedCall, record_call};
use postern::actions::remove_contact::remove_contact;
use postern::actions::vouch::{ManagersWord, vouch};
use postern::actions::{ActionError, attest_contact::attest_contact};
use postern::store::contacts::{self, NewContact};
use postern_core::evidence::{EvidenceOutcome, Kind};
use postern_core::id::{CaseId, ContactId, PersonId};

use super::assert_denied;
use crate::on_both::on_both;
use crate::steps::{PLACEHOLDER_REASON, a_day};
use crate::test_app::TestApp;

impl TestApp {
    async fn file(&self, by: &str, login: &str, value: &str) -> Result<ContactId, ActionError> {
        let (caller, id) = (self.caller(by).await, self.person(login).await.id);
        let typed = TypedContact { kind: "mobile", value, reason: PLACEHOLDER_REASON };
        add_contact(&self.scope(), &caller, &id, typed).await
    }

    async fn is_callable(&self, case: &CaseId, contact: &ContactId) -> bool {
        let numbers = callable_numbers(&self.scope(), &self.case(case).await).await.unwrap();
        numbers.iter().any(|number| number.id == contact.as_str())
    }

    async fn rings(&self, agent: &str, case: &CaseId, contact: &ContactId) {
        let phrase = self.row(case).await.phrase;
        let call = RecordedCall {
            contact: contact.as_str(),
            outcome: Some(EvidenceOutcome::Confirmed),
            began_it: Some(true),
            phrase: &phrase,
            reference: PLACEHOLDER_REASON,
        };
        record_call(&self.scope(), &self.caller(agent).await, case, call).await.unwrap();
    }

    async fn recipients(&self, subject: &str) -> Vec<String> {
        let all = self.messages().await.into_iter().filter(|message| message.subject.contains(subject));
        let mut all: Vec<String> = all.map(|message| message.recipient).collect();
        all.sort();
        all
    }
}

on_both! {
    async fn whoever_is_on_file_hears_of_a_new_contact_and_the_new_one_does_not(db) {
        let app = TestApp::start(db).await;
        let ada = app.browser_with_planted_session("ada").await;
        let id = app.person("fay").await.id;
        let page = format!("/desk/people/{id}/contacts/new");
        ada.get(&page).await.ok().shows("Never one that was given to you during a request");
        let form = |kind, value| [("kind", kind), ("value", value), ("reason", "HR form of 30 November")];
        for wrong in ["12", "+44 20", "020 7946 0102", "ask Mona", "+999 20 7946 0102"] {
            ada.post(&page, &form("mobile", wrong)).await.status(422).shows("number");
        }
        ada.post(&page, &form("pigeon", "+44 7700 900138")).await.status(422).shows("from the list");
        ada.post(&page, &form("mobile", "+447700900138")).await.leads_to(&format!("/desk/people/{id}"));
        ada.post(&page, &form("mobile", "+44 (7700) 900-138")).await.status(422).shows("on file for them already");
        ada.get(&format!("/desk/people/{id}")).await.ok().shows("+44 7700 900138").shows("Ada Lindqvist").shows("Notify only");
        let told = app.recipients("was added to your account").await;
        assert_eq!(told.len(), 2, "mail and office: {told:?}");
        assert!(!told.contains(&"+44 7700 900138".to_owned()));
    }

    async fn a_filed_number_is_called_when_it_is_old_enough(db) {
        let app = TestApp::start(db).await;
        let number = app.file("ada", "fay", "+44 7700 900138").await.unwrap();
        let early = app.open("fay").await;
        assert!(!app.is_callable(&early, &number).await);
        app.advance(app.scope().tenant.settings.contact_min_age);
        assert!(!app.is_callable(&early, &number).await, "it counts back from the opening");
        let late = app.open("fay").await;
        assert!(app.is_callable(&late, &number).await);
    }

    /// Whoever put the number there may hold it: an agent who rings it hears what they want to say.
    async fn whoever_filed_the_number_is_no_second_person(db) {
        let app = TestApp::start(db).await;
        let ada = app.person("ada").await.id;
        let sql = "UPDATE persons SET manager_id = $1 WHERE login_key = 'ana'";
        sqlx::query(app.own(sql)).bind(ada.as_str()).execute(app.db.reader()).await.unwrap();
        let number = app.file("ada", "ana", "+44 7700 900138").await.unwrap();
        app.advance(a_day() * 40);
        let id = app.open("ana").await;
        app.rings("ben", &id, &number).await;
        let (caller, phrase) = (app.caller("ada").await, app.row(&id).await.phrase);
        assert_denied(vouch(&app.scope(), &caller, &id, ManagersWord::yes(&phrase, "I know her")).await, "vouch.not-the-agent");
        app.record("ada", &id, Kind::InPerson).await;
        assert_eq!(app.stage(&id).await, "verifying", "her word and a call to her number are one");
        app.record("sol", &id, Kind::InPerson).await;
        assert_eq!(app.stage(&id).await, "ready", "sol is a second person");
    }

    async fn nor_is_who_attested_it_and_the_other_way_round(db) {
        let app = TestApp::start(db).await;
        let dina = app.person("dina").await.id;
        let number = app.imported(&dina, "+44 7700 900138").await;
        app.advance(a_day() * 40);
        let case = app.open("dina").await;
        assert!(!app.is_callable(&case, &number).await, "nobody attested it");
        let ada = app.caller("ada").await;
        attest_contact(&app.scope(), &ada, &dina, (number.as_str(), PLACEHOLDER_REASON)).await.unwrap();
        assert!(!app.is_callable(&case, &number).await, "its age counts from then");
        app.advance(a_day() * 40);
        let id = app.open("dina").await;
        assert!(app.is_callable(&id, &number).await);
        app.rings("ben", &id, &number).await;
        app.record("bea", &id, Kind::LiveVideo).await;
        app.vouch("mona", &id).await;
        assert_eq!(app.stage(&id).await, "awaiting_approval");
        let yes = approve_case(&app.scope(), &app.caller("ada").await, &id, (&app.plan_hash(&id).await, PLACEHOLDER_REASON)).await;
        assert_denied(yes, "staff.second-person");
        let again = attest_contact(&app.scope(), &app.caller("ada").await, &dina, (number.as_str(), PLACEHOLDER_REASON)).await;
        assert!(matches!(again, Err(ActionError::Refused(_))));
    }

    async fn a_removed_contact_is_told_for_thirty_days_and_called_no_more(db) {
        let app = TestApp::start(db).await;
        let fay = app.person("fay").await.id;
        let on_file = contacts::list(&app.db, &app.tenant, &fay).await.unwrap();
        let of = |kind: &str| on_file.iter().find(|contact| contact.kind == kind).unwrap();
        let (mail, office) = (of("email"), of("office_phone"));
        let case = app.open("fay").await;
        assert!(app.is_callable(&case, &ContactId::new(&office.id)).await);
        let only = remove_contact(&app.scope(), &app.caller("ada").await, &fay, (&mail.id, PLACEHOLDER_REASON)).await;
        assert!(matches!(only, Err(ActionError::Refused(_))), "messages must reach them");
        remove_contact(&app.scope(), &app.caller("ada").await, &fay, (&office.id, PLACEHOLDER_REASON)).await.unwrap();
        assert!(!app.is_callable(&case, &ContactId::new(&office.id)).await);
        assert!(app.recipients("was removed").await.contains(&office.value), "whom it takes away hears of it");
        let again = remove_contact(&app.scope(), &app.caller("ada").await, &fay, (&office.id, PLACEHOLDER_REASON)).await;
        assert!(matches!(again, Err(ActionError::NotFound)));
        app.advance(a_day() * 30 - SignedDuration::from_mins(1));
        app.file("ada", "fay", "+44 7700 900138").await.unwrap();
        assert!(app.recipients("was added").await.contains(&office.value), "on the thirtieth day still");
        app.advance(SignedDuration::from_mins(2));
        app.file("ada", "fay", "+44 7700 900139").await.unwrap();
        let told = app.recipients("was added").await.iter().filter(|who| **who == office.value).count();
        assert_eq!(told, 1, "and then no more");
    }
}

impl TestApp {
    /// A number that came from somewhere else, and that nobody attested.
    async fn imported(&self, person: &PersonId, value: &str) -> ContactId {
        let scope = self.scope();
        let mut change = scope.begin().await.unwrap();
        let new = NewContact { kind: "mobile", value, filed_at: change.at(), by: None, is_confirmed: false };
        let id = contacts::insert(&mut change, person, &new).await.unwrap();
        change.commit_unrecorded("planted by the test").await.unwrap();
        id
    }
}
