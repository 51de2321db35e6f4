//! The page on which a case is handed to a colleague.

use serde_json::json;

use crate::on_both::on_both;
use crate::steps::PLACEHOLDER_REASON;
use crate::test_app::TestApp;

on_both! {
    async fn the_page_offers_who_may_have_it_and_keeps_what_was_typed(db) {
        let app = TestApp::start(db).await;
        let (ben, id) = (app.browser_with_planted_session("ben").await, app.open("ana").await);
        let (case, bea) = (format!("/desk/cases/{id}"), app.person("bea").await.id);
        let page = ben.get(&format!("{case}/hand-over")).await;
        page.ok().shows("Bea Novak (agent)").shows("Sol Marchetti (senior)").does_not_show("Otto").shows("Nobody has it yet");
        page.does_not_show("Ben Adeyemi (agent)");
        let form = [("to", bea.as_str()), ("from", ""), ("reason", " ")];
        let back = ben.post(&format!("{case}/hand-over"), &form).await;
        back.status(422).shows("Bea Novak (agent)");
        assert!(back.body.contains(&format!("value=\"{bea}\" selected")), "the choice is kept");
        let back = ben.post(&format!("{case}/hand-over"), &[("to", "x"), ("from", ""), ("reason", "call at three")]).await;
        back.status(422).shows("Choose a colleague");
        assert!(back.body.contains("value=\"call at three\""), "the note is kept");
        let form = [("to", bea.as_str()), ("from", ""), ("reason", PLACEHOLDER_REASON)];
        ben.post(&format!("{case}/hand-over"), &form).await.leads_to(&case);
        ben.get(&case).await.ok().shows("Bea Novak has this case").does_not_show("Hand over");
        ben.get(&format!("{case}/hand-over")).await.ok().shows("A colleague has this case");
        // Who had the form open when a colleague took it gets the note back, and reads who has it.
        let late = [("to", bea.as_str()), ("from", ""), ("reason", "Ana calls back at three")];
        let back = ben.post(&format!("{case}/hand-over"), &late).await;
        back.status(409).shows("Bea Novak has the case by now").shows("Keep the note");
        assert!(back.body.contains("value=\"Ana calls back at three\""), "the note is kept");
        ben.post(&format!("{case}/note"), &[("note", "Ana calls back at three")]).await.leads_to(&case);
        // Whoever saw it with somebody else decides anew.
        let sol = app.browser_with_planted_session("sol").await;
        let form = [("to", app.person("ben").await.id.to_string()), ("from", String::new()), ("reason", PLACEHOLDER_REASON.to_owned())];
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        sol.post(&format!("{case}/hand-over"), &form).await.status(409).shows("Bea Novak has the case by now").shows("Hand it over");
        app.refuse("bea", &id).await;
        sol.get(&format!("{case}/hand-over")).await.ok().shows("There is nothing to hand over");
    }

    async fn a_program_of_a_person_does_the_same(db) {
        let app = TestApp::start(db).await;
        let (ben, id) = (app.browser_with_planted_session("ben").await, app.open("ana").await);
        let (path, bea) = (format!("/api/v1/cases/{id}/hand-over"), app.person("bea").await.id);
        let wrong = json!({ "to": bea.as_str(), "from": "somebody", "reason": PLACEHOLDER_REASON });
        ben.post_json(&path, &wrong).await.status(409);
        let body = json!({ "to": bea.as_str(), "from": "", "reason": PLACEHOLDER_REASON });
        ben.post_json(&path, &body).await.ok();
        let listed = ben.get("/api/v1/cases").await.ok().json();
        assert_eq!((&listed["cases"][0]["taken_by"], &listed["cases"][0]["holder"]), (&json!("Bea Novak"), &json!("colleague")));
        assert_eq!(listed["cases"][0]["may"], json!([]), "it is hers");
    }
}
