use jiff::SignedDuration;
use postern::actions::bind_claimant_page::{bind_claimant_page, callable_numbers};
use postern::store::contacts::{self, NewContact};
use postern_core::case::ClaimantPage;

use super::{assert_invalid, assert_throttled};
use crate::on_both::on_both;
use crate::test_app::TestApp;

on_both! {
    async fn only_numbers_that_are_old_enough_to_the_second_can_be_called(db) {
        let app = TestApp::start(db).await;
        let fay = app.person("fay").await;
        let min_age = app.scope().tenant.settings.contact_min_age;
        let scope = app.scope();
        let mut change = scope.begin().await.unwrap();
        // The case is opened a moment after this; a minute is more than that moment.
        let (old, young) = (change.at() - min_age, change.at() - min_age + SignedDuration::from_mins(1));
        let old = contacts::insert(&mut change, &fay.id, &NewContact::of_nobody("mobile", "+44 7700 900001", old)).await.unwrap();
        let young = contacts::insert(&mut change, &fay.id, &NewContact::of_nobody("mobile", "+44 7700 900002", young)).await.unwrap();
        change.commit_unrecorded("planted by a test").await.unwrap();
        let id = app.open("fay").await;
        let numbers = callable_numbers(&app.scope(), &app.case(&id).await).await.unwrap();
        let ids: Vec<&str> = numbers.iter().map(|n| n.id.as_str()).collect();
        assert!(ids.contains(&old.as_str()) && !ids.contains(&young.as_str()));
        assert!(numbers.iter().all(|n| n.kind != "email"), "mail is no call");

        let page = app.browser_with_planted_session("ben").await.get(&format!("/desk/cases/{id}")).await;
        let offered = |id: &str| page.body.contains(&format!(r#"type="radio" name="contact" value="{id}""#));
        assert!(offered(old.as_str()), "{}", page.ok().body);
        assert!(!offered(young.as_str()), "too fresh, and offered");
        let (ben, phrase) = (app.caller("ben").await, app.row(&id).await.phrase);
        assert_invalid(bind_claimant_page(&app.scope(), &ben, &id, young.as_str(), &phrase).await, "contact");
        // Waiting does not help: the age is that at the opening of the case.
        app.advance(SignedDuration::from_hours(2));
        assert_invalid(bind_claimant_page(&app.scope(), &ben, &id, young.as_str(), &phrase).await, "contact");
        bind_claimant_page(&app.scope(), &ben, &id, old.as_str(), &phrase).await.unwrap();
    }

    async fn the_edge_of_the_age_is_exact(db) {
        let app = TestApp::start(db).await;
        let (fay, id) = (app.person("fay").await, app.open("fay").await);
        let opened_at = app.case(&id).await.opened_at();
        let second = SignedDuration::from_secs(1);
        let scope = app.scope();
        let mut change = scope.begin().await.unwrap();
        let edge = opened_at - app.scope().tenant.settings.contact_min_age;
        for (value, filed_at) in [("at the edge", edge), ("a second over", edge - second), ("a second short", edge + second)] {
            contacts::insert(&mut change, &fay.id, &NewContact::of_nobody("mobile", value, filed_at)).await.unwrap();
        }
        change.commit_unrecorded("planted by a test").await.unwrap();
        let numbers = callable_numbers(&app.scope(), &app.case(&id).await).await.unwrap();
        let values: Vec<&str> = numbers.iter().map(|n| n.value.as_str()).collect();
        assert!(values.contains(&"at the edge") && values.contains(&"a second over"));
        assert!(!values.contains(&"a second short"));
    }

    async fn no_number_can_be_typed_and_no_foreign_one_chosen(db) {
        let app = TestApp::start(db).await;
        let ben = app.caller("ben").await;
        let (ana, gus) = (app.person("ana").await, app.person("gus").await);
        let id = app.open("ana").await;
        let phrase = app.row(&id).await.phrase;
        let unrecognised = contacts::list(&app.db, &app.tenant, &gus.id).await.unwrap();
        let own = contacts::list(&app.db, &app.tenant, &ana.id).await.unwrap();
        let mail = own.iter().find(|c| c.kind == "email").unwrap();
        let fresh = own.iter().find(|c| c.kind == "mobile").unwrap();
        for contact in ["+44 7700 900999", "", "1", &unrecognised[1].id, &mail.id, &fresh.id] {
            assert_invalid(bind_claimant_page(&app.scope(), &ben, &id, contact, &phrase).await, "contact");
        }
        assert_eq!(*app.case(&id).await.claimant_page(), ClaimantPage::Unbound);
        let browser = app.browser_with_planted_session("ben").await;
        let form = [("outcome", "confirmed"), ("began_it", "yes"), ("reference", "HD-1"),
            ("contact", unrecognised[1].id.as_str()), ("phrase", &phrase)];
        let page = browser.post(&format!("/desk/cases/{id}/call"), &form).await;
        page.status(422).shows("Choose one of the numbers shown");
    }

    async fn a_wrong_phrase_is_counted_and_recorded(db) {
        let app = TestApp::start(db).await;
        let ben = app.caller("ben").await;
        let id = app.open("ana").await;
        let number = callable_numbers(&app.scope(), &app.case(&id).await).await.unwrap().remove(0).id;
        let phrase = app.row(&id).await.phrase;
        let other_page = app.open("gus").await;
        let others = app.row(&other_page).await.phrase;
        for wrong in ["", "apple apple apple", &others, phrase.strip_suffix(|_| true).unwrap(), "%"] {
            assert_invalid(bind_claimant_page(&app.scope(), &ben, &id, &number, wrong).await, "phrase");
        }
        let recorded = app.events("case.phrase_rejected").await;
        assert_eq!(recorded.len(), 5);
        assert_eq!(recorded[0]["actor"]["id"], ben.person.id.as_str());
        assert_eq!(recorded[0]["case"], id.as_str());
        // Five wrong ones: now even the right one waits, to the second.
        let wait = assert_throttled(bind_claimant_page(&app.scope(), &ben, &id, &number, &phrase).await);
        assert!((25..=30).contains(&wait), "{wait}");
        app.advance_seconds(wait + 1);
        bind_claimant_page(&app.scope(), &ben, &id, &number, &phrase).await.unwrap();
        assert!(matches!(app.case(&id).await.claimant_page(), ClaimantPage::Bound { .. }));
    }
}
