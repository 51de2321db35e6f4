use postern::actions::vouch::{ManagersWord, vouch};
use postern_core::case::ClaimantPage;
use postern_core::evidence::Kind;

use super::{assert_denied, assert_invalid, assert_throttled};
use crate::on_both::on_both;
use crate::test_app::TestApp;

const HOW: &str = "I spoke with them at their desk";

on_both! {
    async fn one_person_is_never_agent_and_vouching_manager(db) {
        let app = TestApp::start(db).await;
        let sol = app.caller("sol").await;
        // Sol is Ben's manager, and of a rank that may work on Ben's case.
        let id = app.open("ben").await;
        let phrase = app.row(&id).await.phrase;
        app.bind("sol", &id).await;
        app.record("sol", &id, Kind::LiveVideo).await;
        assert_denied(vouch(&app.scope(), &sol, &id, ManagersWord::yes(&phrase, HOW)).await, "vouch.not-the-agent");
        assert_eq!(app.events("access.denied").await.len(), 1);
        assert_eq!(app.stage(&id).await, "verifying");

        // Who heard the phrase is a source already.
        app.advance_seconds(3600);
        let id = app.open("ben").await;
        let phrase = app.row(&id).await.phrase;
        app.bind("sol", &id).await;
        assert_denied(vouch(&app.scope(), &sol, &id, ManagersWord::yes(&phrase, HOW)).await, "vouch.not-the-agent");
        // The other way round the second piece is recorded, but one person stays one person.
        let id = app.open("ben").await;
        app.bind("ada", &id).await;
        app.vouch("sol", &id).await;
        app.record("sol", &id, Kind::LiveVideo).await;
        app.record("sol", &id, Kind::CallPlaced).await;
        assert_eq!(app.stage(&id).await, "verifying");
    }

    async fn only_the_manager_on_file_vouches(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        let (phrase, reference) = (app.row(&id).await.phrase, app.row(&id).await.reference);
        for login in ["fay", "ben", "sol", "ada", "ana"] {
            let caller = app.caller(login).await;
            let outcome = vouch(&app.scope(), &caller, &id, ManagersWord::yes(&phrase, HOW)).await;
            assert!(matches!(outcome, Err(postern::actions::ActionError::Denied(_))), "{login}");
            let browser = app.browser_with_planted_session(login).await;
            browser.get(&format!("/account/vouches/{id}")).await.status(403).does_not_show("needs your word").does_not_show(&reference);
        }
        assert!(app.case(&id).await.evidence().is_empty());
    }

    async fn a_session_without_a_passkey_gives_no_word(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        let phrase = app.row(&id).await.phrase;
        let mut mona = app.caller("mona").await;
        mona.phishing_resistant = false;
        assert_denied(vouch(&app.scope(), &mona, &id, ManagersWord::yes(&phrase, HOW)).await, "staff.passkey-only");
        let browser = app.browser_with_planted_weak_session("mona").await;
        let form = [("phrase", phrase.as_str()), ("how", HOW)];
        browser.post(&format!("/account/vouches/{id}"), &form).await.status(403);
    }

    async fn a_manager_vouches_for_the_page_whose_phrase_she_heard(db) {
        let app = TestApp::start(db).await;
        let mona = app.caller("mona").await;
        // A stranger asked first; the manager hears the phrase from the real Ana, who has a page of her own.
        let strangers = app.open("ana").await;
        let anas = app.open("ana").await;
        let heard = app.row(&anas).await.phrase;
        assert_invalid(vouch(&app.scope(), &mona, &strangers, ManagersWord::yes(&heard, HOW)).await, "phrase");
        assert!(app.case(&strangers).await.evidence().is_empty());
        assert_invalid(vouch(&app.scope(), &mona, &anas, ManagersWord::yes(&heard, "")).await, "how");
        vouch(&app.scope(), &mona, &anas, ManagersWord::yes(&heard, HOW)).await.unwrap();
    }

    async fn guesses_at_the_phrase_are_counted_with_the_agents(db) {
        let app = TestApp::start(db).await;
        let mona = app.caller("mona").await;
        let id = app.open("ana").await;
        for _ in 0..5 {
            assert_invalid(vouch(&app.scope(), &mona, &id, ManagersWord::yes("apple apple apple", HOW)).await, "phrase");
        }
        assert_eq!(app.events("case.phrase_rejected").await.len(), 5);
        let phrase = app.row(&id).await.phrase;
        assert!(assert_throttled(vouch(&app.scope(), &mona, &id, ManagersWord::yes(&phrase, HOW)).await) > 20);
    }

    /// "It is not them" stops what rests on the page, raises the risk and is told; "I can't tell" is recorded. Both want nothing typed.
    async fn no_is_as_easy_as_yes(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        app.bind("ben", &id).await;
        app.record("ben", &id, Kind::CallPlaced).await;
        let mona = app.browser_with_planted_session("mona").await;
        let page = format!("/account/vouches/{id}");
        mona.get(&page).await.ok().shows("No, it is not them").shows("I can't tell");
        // What is left out is no yes.
        mona.post(&page, &[("phrase", &app.row(&id).await.phrase), ("how", HOW)]).await.status(422);
        mona.post(&page, &[("outcome", "unsure")]).await.leads_to("/account");
        mona.get(&page).await.ok().shows("You said that you can't tell");
        assert_eq!(app.case(&id).await.risk(), 0);
        mona.post(&page, &[("outcome", "wrong_person")]).await.leads_to("/account");
        let case = app.case(&id).await;
        assert_eq!(case.risk(), 1);
        assert_eq!(*case.claimant_page(), ClaimantPage::Unbound);
        let seniors: Vec<_> = app.messages().await.into_iter().filter(|m| m.subject.contains("it is not them")).collect();
        assert!(seniors.iter().any(|mail| mail.recipient.starts_with("sol@")), "a senior is told");
        let failed = app.events("case.evidence_failed").await;
        assert_eq!(failed.len(), 2);
        // Whoever knows better now says so; the page has to be bound anew all the same.
        let phrase = app.row(&id).await.phrase;
        mona.post(&page, &[("outcome", "confirmed"), ("phrase", &phrase), ("how", HOW)]).await.leads_to("/account");
        mona.get(&page).await.ok().shows("Your word for Ana Ferreira is recorded");
        assert_eq!(app.stage(&id).await, "verifying");
    }

    /// Until the remedy a manager takes back what they said: what was verified on it is looked at anew.
    async fn a_yes_can_be_taken_back_until_the_remedy(db) {
        let app = TestApp::start(db).await;
        let id = app.case_of_carl_on_hold().await;
        let mona = app.browser_with_planted_session("mona").await;
        let page = format!("/account/vouches/{id}");
        mona.get(&page).await.ok().shows("Your word for Carl Brandt is recorded").shows("I can't tell");
        mona.post(&page, &[("outcome", "unsure"), ("reference", "C-222222")]).await.status(409).shows("changed");
        mona.post(&page, &[("outcome", "unsure")]).await.leads_to("/account");
        assert_eq!(app.stage(&id).await, "verifying");
        mona.post(&page, &[("outcome", "unsure")]).await.status(409).shows("You have said so already");
        // Its page stays bound: she did not say that it is not him. Her yes counts no more, and a new one does.
        let phrase = app.row(&id).await.phrase;
        mona.post(&page, &[("outcome", "confirmed"), ("phrase", &phrase), ("how", HOW)]).await.leads_to("/account");
        app.wait_for_hold(&id).await;
        mona.post(&page, &[("outcome", "wrong_person")]).await.leads_to("/account");
        assert_eq!(app.stage(&id).await, "verifying");
        assert_eq!(*app.case(&id).await.claimant_page(), ClaimantPage::Unbound);
    }
}
