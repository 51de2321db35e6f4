use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::browser::{Browser, CEREMONY, SESSION};
use crate::on_both::on_both;
use crate::test_app::TestApp;

const NEW: &str = "/account/contacts/new";
const CONFIRM: &str = "/account/contacts/confirm";
const NUMBER: &str = "+44 7700 900155";

async fn signed_in(app: &TestApp, login: &str) -> Browser {
    let browser = app.browser();
    app.advance_seconds(30);
    app.sign_in_by_hand(&browser, login).await;
    browser
}

async fn code(app: &TestApp, login: &str) -> String {
    app.code_proof(login).await["code"].as_str().unwrap().to_owned()
}

/// The code that was sent there last.
async fn sent_to(app: &TestApp, recipient: &str) -> String {
    let messages = app.messages().await;
    let newest = messages
        .iter()
        .filter(|message| message.recipient == recipient)
        .max_by_key(|message| message.id.clone());
    let body = &newest.expect("a message").body;
    let digits: Vec<&str> =
        body.split(|c: char| !c.is_ascii_digit()).filter(|part| part.len() == 6).collect();
    digits.first().expect("a code").to_string()
}

async fn ask_for_code(app: &TestApp, browser: &Browser, login: &str, (kind, value): (&str, &str)) {
    let code = code(app, login).await;
    browser.post(NEW, &[("kind", kind), ("value", value), ("code", &code)]).await.leads_to(CONFIRM);
}

async fn on_file(browser: &Browser) -> Vec<Value> {
    browser.get("/api/v1/account/contacts").await.ok().json()["contacts"].as_array().unwrap().clone()
}

on_both! {
    async fn a_session_alone_adds_and_removes_nothing_and_sees_little(db) {
        let app = TestApp::start(db).await;
        let gus = signed_in(&app, "gus").await;
        let before = app.messages().await.len();
        gus.get("/account").await.ok().shows("Where we reach you").shows("g…@demo.postern.invalid").does_not_show("gus@demo.postern.invalid");
        gus.get(NEW).await.ok().shows("Show a way in that you have");
        gus.post(NEW, &[("kind", "mobile"), ("value", NUMBER)]).await.status(422).shows("Show a way in that you have once more");
        let wrong = app.phone("gus").await.wrong_code(app.seconds());
        gus.post(NEW, &[("kind", "mobile"), ("value", NUMBER), ("code", &wrong)]).await.status(422);
        let mail = on_file(&gus).await.remove(0);
        let path = format!("/account/contacts/{}/remove", mail["id"].as_str().unwrap());
        gus.post(&path, &[]).await.status(422);
        gus.post_json(&format!("/api/v1{path}"), &json!({})).await.status(422);
        gus.post(CONFIRM, &[("code", "123456")]).await.status(409).shows("No code waits");
        assert_eq!(app.messages().await.len(), before, "something went out");
        assert!(app.events("contact.added").await.is_empty() && app.events("contact.removed").await.is_empty());
    }

    async fn it_counts_once_its_code_was_typed_and_those_from_before_are_told(db) {
        let app = TestApp::start(db).await;
        let gus = signed_in(&app, "gus").await;
        let before = on_file(&gus).await.len();
        ask_for_code(&app, &gus, "gus", ("mobile", "+44 (7700) 900-155")).await;
        assert_eq!(on_file(&gus).await.len(), before, "it counts before its code");
        let right = sent_to(&app, NUMBER).await;
        let wrong = if right == "111111" { "222222" } else { "111111" };
        gus.post(CONFIRM, &[("code", wrong)]).await.status(422).shows("not the code that we sent");
        gus.post(CONFIRM, &[("code", &right)]).await.leads_to("/account");
        gus.get("/account").await.ok().shows("It counts from now on").shows(NUMBER).shows("added by you");
        // Once is once.
        gus.post(CONFIRM, &[("code", &right)]).await.status(409);
        let added = &app.events("contact.added").await[0];
        assert_eq!((&added["detail"]["kind"], &added["actor"]["id"]), (&json!("mobile"), &added["person"]));
        let told = app.messages().await;
        let told = |recipient: &str| told.iter().any(|m| m.recipient == recipient && m.body.contains("/not-me#"));
        assert!(told("gus@demo.postern.invalid") && !told(NUMBER));
        // The same again is there already.
        gus.post(NEW, &[("kind", "mobile"), ("value", NUMBER)]).await.leads_to(CONFIRM);
        let again = sent_to(&app, NUMBER).await;
        gus.post(CONFIRM, &[("code", &again)]).await.status(422).shows("on file");
    }

    /// A number of one's own is no sooner called than any other.
    async fn the_desk_calls_it_only_once_it_is_old_enough(db) {
        let app = TestApp::start(db).await;
        let gus = signed_in(&app, "gus").await;
        ask_for_code(&app, &gus, "gus", ("mobile", NUMBER)).await;
        let right = sent_to(&app, NUMBER).await;
        gus.post(CONFIRM, &[("code", &right)]).await.leads_to("/account");
        let ben = app.browser_with_planted_session("ben").await;
        let id = app.person("gus").await.id;
        let seen = ben.get(&format!("/api/v1/people/{id}")).await.ok().json();
        let new = seen["contacts"].as_array().unwrap().iter().find(|contact| contact["value"] == NUMBER).unwrap().clone();
        assert_eq!((&new["desk_may"], &new["filed_by"]), (&json!("too_fresh"), &json!("Gus Petrov")));
        assert!(new["callable_from"].is_string());
    }

    async fn a_code_is_of_one_person_one_session_and_fifteen_minutes(db) {
        let app = TestApp::start(db).await;
        let (gus, fay) = (signed_in(&app, "gus").await, signed_in(&app, "fay").await);
        ask_for_code(&app, &gus, "gus", ("mobile", NUMBER)).await;
        let right = sent_to(&app, NUMBER).await;
        fay.set_cookie(CEREMONY, gus.cookie(CEREMONY).as_deref());
        fay.post(CONFIRM, &[("code", &right)]).await.status(409);
        app.advance_seconds(15 * 60);
        gus.post(CONFIRM, &[("code", &right)]).await.status(409);
        assert!(app.events("contact.added").await.is_empty());
    }

    async fn guessing_and_sending_are_throttled(db) {
        let app = TestApp::start(db).await;
        let gus = signed_in(&app, "gus").await;
        ask_for_code(&app, &gus, "gus", ("mobile", NUMBER)).await;
        let right = sent_to(&app, NUMBER).await;
        let wrong = if right == "111111" { "222222" } else { "111111" };
        let mut statuses = Vec::new();
        for _ in 0..6 {
            statuses.push(gus.post(CONFIRM, &[("code", wrong)]).await.status);
        }
        assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
        gus.post(CONFIRM, &[("code", &right)]).await.status(429);
        let mut sent = 1;
        for _ in 0..6 {
            sent += usize::from(gus.post(NEW, &[("kind", "mobile"), ("value", NUMBER)]).await.status == 303);
        }
        assert!(sent <= 5, "{sent} codes went out at once");
    }

    async fn of_two_with_one_code_one_files_it(db) {
        let app = TestApp::start(db).await;
        let gus = signed_in(&app, "gus").await;
        ask_for_code(&app, &gus, "gus", ("mobile", NUMBER)).await;
        let right = sent_to(&app, NUMBER).await;
        let mut tasks = JoinSet::new();
        for _ in 0..4 {
            let browser = app.browser();
            for name in [SESSION, CEREMONY] {
                browser.set_cookie(name, gus.cookie(name).as_deref());
            }
            let right = right.clone();
            tasks.spawn(async move { browser.post_json("/api/v1/account/contacts/confirm", &json!({ "code": right })).await.status });
        }
        let statuses = tasks.join_all().await;
        assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1, "{statuses:?}");
        assert_eq!(app.events("contact.added").await.len(), 1);
    }

    async fn one_is_removed_with_a_factor_and_still_told_and_the_only_address_stays(db) {
        let app = TestApp::start(db).await;
        let (gus, fay) = (signed_in(&app, "gus").await, signed_in(&app, "fay").await);
        ask_for_code(&app, &gus, "gus", ("mobile", NUMBER)).await;
        let right = sent_to(&app, NUMBER).await;
        gus.post(CONFIRM, &[("code", &right)]).await.leads_to("/account");
        app.advance_seconds(301);
        let listed = on_file(&gus).await;
        let path_of = |own: bool, kind: &str| {
            let found = listed.iter().find(|contact| contact["own"] == own && contact["kind"] == kind).unwrap();
            format!("/account/contacts/{}/remove", found["id"].as_str().unwrap())
        };
        let (new, mail) = (path_of(true, "mobile"), path_of(false, "email"));
        let proof = code(&app, "fay").await;
        fay.post(&new, &[("code", &proof)]).await.status(404);
        fay.get(&new).await.status(404);
        let proof = code(&app, "gus").await;
        gus.post(&new, &[("code", &proof)]).await.leads_to("/account");
        gus.get("/account").await.ok().shows("It is off the file").does_not_show(NUMBER);
        gus.post(&mail, &[]).await.status(409).shows("only mail address that is sure");
        // One that was filed a minute ago does not take its place: it may be a thief's.
        ask_for_code(&app, &gus, "gus", ("email", "other@elsewhere.example")).await;
        let right = sent_to(&app, "other@elsewhere.example").await;
        gus.post_json("/api/v1/account/contacts/confirm", &json!({ "code": right })).await.status(204);
        gus.post(&mail, &[]).await.status(409).shows("only mail address that is sure");
        let listed = on_file(&gus).await;
        let fresh = listed.iter().find(|contact| contact["own"] == true).unwrap();
        let fresh = format!("/account/contacts/{}/remove", fresh["id"].as_str().unwrap());
        gus.post(&fresh, &[]).await.leads_to("/account");
        let removed = &app.events("contact.removed").await[0];
        assert_eq!(removed["detail"]["kind"], "email");
        let told = app.messages().await;
        let told: Vec<_> = told.iter().filter(|message| message.subject.contains("removed")).map(|message| message.recipient.as_str()).collect();
        assert!(told.contains(&NUMBER) && told.contains(&"gus@demo.postern.invalid"), "{told:?}");
    }
}
