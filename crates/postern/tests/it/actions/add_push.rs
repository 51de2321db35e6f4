//! A phone that approves sign-ins is added by a link, once, by whoever proves that the account is theirs.

use postern::actions::contest::contest;
use serde_json::json;
use tokio::task::JoinSet;

use crate::browser::SESSION;
use crate::on_both::on_both;
use crate::test_app::TestApp;

const PHONES: &str = "SELECT COUNT(*) FROM factors WHERE kind = 'push' AND removed_at IS NULL";

on_both! {
    /// Without a script, from the page: the proof, the link, the phone.
    async fn a_phone_is_added_from_the_account_page(db) {
        let app = TestApp::start(db).await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        gus.get("/account").await.ok().shows("Add a phone that approves");
        gus.get("/account/push").await.ok().shows("Show a way in that you have already");
        let code = app.code_proof("gus").await;
        let page = gus.post("/account/push", &[("code", code["code"].as_str().unwrap())]).await;
        page.ok().shows("Point the phone's camera at this picture");
        assert!(page.body.contains("<svg"), "no picture");
        let secret = page.body.replace("&#x2f;", "/").split("/phone#enrol=").nth(1).unwrap().split(['"', '<']).next().unwrap().to_owned();
        app.secrets.saw(&secret);
        let before = app.messages().await.len();
        let phone = app.push_phone(1);
        let added = app.phone_says("enrol", &phone.enrol(&secret, "Work phone")).await.ok().json();
        assert_eq!(added["device"], phone.device());
        assert_eq!((&added["organisation"], &added["login"]), (&json!("Halden Works"), &json!("gus")));
        let event = &app.events("mfa.factor_enrolled").await[0];
        assert_eq!((&event["detail"]["kind"], &event["detail"]["proven_by"]["kind"]), (&json!("push"), &json!("totp")));
        assert!(app.messages().await.len() > before, "no contact was told");
        gus.get("/account").await.ok().shows("Work phone").shows("If you lose the phone with phone app “Work phone”");
        let listed = gus.get("/api/v1/account/factors").await.ok().json();
        assert_eq!((&listed["factors"][1]["kind"], &listed["factors"][1]["title"]), (&json!("push"), &json!("Phone app")));
        // The page itself knows nobody, and does nothing when it is opened.
        app.browser().get("/phone").await.ok().shows("Approve sign-ins");
        let manifest = app.browser().get("/phone/manifest.json").await;
        assert_eq!(manifest.ok().json()["start_url"], "/phone");
    }

    async fn a_session_alone_gives_no_link(db) {
        let app = TestApp::start(db).await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        let wrong = app.phone("gus").await.wrong_code(app.seconds());
        gus.post("/account/push", &[("code", &wrong)]).await.status(422);
        gus.post_json("/api/v1/account/push/finish", &json!({ "proof": { "code": wrong } })).await.status(422);
        app.wait_for_next_try();
        gus.post("/account/push", &[]).await.status(422);
        app.browser().get("/account/push").await.leads_to("/sign-in");
        assert_eq!(app.count("SELECT COUNT(*) FROM ceremonies WHERE kind = 'enrol_push'").await, 0);
    }

    async fn a_passkey_proves_it_too(db) {
        let app = TestApp::start(db).await;
        let fay = app.browser();
        app.sign_in_by_hand(&fay, "fay").await;
        let mut device = app.move_to_passkey(&fay, "fay").await;
        let options = fay.post_json("/account/push/start", &json!({})).await.ok().json();
        let proof = json!({ "proof": { "assertion": device.touch(options) } });
        let link = fay.post_json("/api/v1/account/push/finish", &proof).await.ok().json();
        assert!(link["link"].as_str().unwrap().contains("/phone#enrol="));
        // A touch is for one link.
        fay.post_json("/api/v1/account/push/finish", &proof).await.status(401);
    }

    /// Whatever throws an intruder out ends the link that they asked for; the owner's own goes on.
    async fn a_link_ends_with_the_session_that_asked_for_it(db) {
        let app = TestApp::start(db).await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        let intruder_link = async || {
            let intruder = app.browser();
            app.advance_seconds(30);
            app.sign_in_by_hand(&intruder, "gus").await;
            app.push_link(&intruder, "gus").await
        };
        let (phone, own) = (app.push_phone(1), app.push_link(&gus, "gus").await);
        let secret = intruder_link().await;
        let proof = app.code_proof("gus").await;
        gus.post_json("/api/v1/account/sessions/end-others", &json!({ "proof": proof })).await.status(204);
        app.phone_says("enrol", &phone.enrol(&secret, "Phone")).await.status(401);
        let secret = intruder_link().await;
        let proof = app.code_proof("gus").await;
        let new = "correct horse battery staple nine";
        app.secrets.saw(new);
        let sent = json!({ "current_password": app.password_of("gus"), "new_password": new, "proof": proof });
        gus.post_json("/api/v1/account/password/finish", &sent).await.status(204);
        app.phone_says("enrol", &phone.enrol(&secret, "Phone")).await.status(401);
        assert_eq!(app.count(PHONES).await, 0);
        app.phone_says("enrol", &phone.enrol(&own, "Phone")).await.status(200);
        assert_eq!(app.count(PHONES).await, 1);
    }

    async fn a_link_ends_with_the_factor_that_proved_it(db) {
        let app = TestApp::start(db).await;
        let fay = app.browser();
        app.sign_in_by_hand(&fay, "fay").await;
        let mut device = app.move_to_passkey(&fay, "fay").await;
        let secret = app.push_link(&fay, "fay").await;
        let listed = fay.get("/api/v1/account/factors").await.ok().json();
        let code_app = listed["factors"][0]["id"].as_str().unwrap();
        let path = format!("/api/v1/account/factors/{code_app}/remove");
        let options = fay.post_json(&format!("{path}/start"), &json!({})).await.ok().json();
        let proof = json!({ "proof": { "assertion": device.touch(options) } });
        fay.post_json(&format!("{path}/finish"), &proof).await.ok();
        app.phone_says("enrol", &app.push_phone(1).enrol(&secret, "Phone")).await.status(401);
        assert_eq!(app.count(PHONES).await, 0);
    }

    async fn of_eight_phones_that_follow_one_link_one_is_added(db) {
        let app = TestApp::start(db).await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        let secret = app.push_link(&gus, "gus").await;
        let mut tasks = JoinSet::new();
        for number in 1..=8 {
            let (browser, said) = (app.browser(), app.push_phone(number).enrol(&secret, ""));
            tasks.spawn(async move {
                let request = browser.request(reqwest::Method::POST, "/api/v1/push/enrol").json(&said);
                browser.send(request).await.status
            });
        }
        let mut statuses = tasks.join_all().await;
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 401, 401, 401, 401, 401, 401, 401]);
        assert_eq!(app.count(PHONES).await, 1);
    }

    async fn a_link_is_over_after_ten_minutes(db) {
        let app = TestApp::start(db).await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        let secret = app.push_link(&gus, "gus").await;
        app.advance_seconds(10 * 60);
        let late = app.phone_says("enrol", &app.push_phone(1).enrol(&secret, "")).await;
        assert_eq!(late.status(401).json()["message_id"], "phone-link-is-over");
        let secret = app.push_link(&gus, "gus").await;
        app.advance_seconds(10 * 60 - 2);
        app.phone_says("enrol", &app.push_phone(1).enrol(&secret, "")).await.ok();
    }

    /// The key that signs is the key that is kept, at this address, with this name.
    async fn what_does_not_fit_together_adds_nothing(db) {
        let app = TestApp::start(db).await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        let secret = app.push_link(&gus, "gus").await;
        let (phone, other) = (app.push_phone(1), app.push_phone(2));
        let right = phone.enrol(&secret, "Phone");
        let with = |name: &str, value: serde_json::Value| {
            let mut changed = right.clone();
            changed[name] = value;
            changed
        };
        let elsewhere = phone.at("https://elsewhere.example").enrol(&secret, "Phone");
        let wrong = [
            with("signature", other.enrol(&secret, "Phone")["signature"].clone()),
            with("public_key", other.public_key().into()),
            with("label", "Another name".into()),
            with("secret", "x".into()),
            with("signature", "".into()),
            elsewhere,
        ];
        for said in &wrong {
            assert_eq!(app.phone_says("enrol", said).await.status(401).json()["message_id"], "phone-link-is-over", "{said}");
        }
        for key in ["", "AAAA", &"A".repeat(5_000)] {
            app.phone_says("enrol", &with("public_key", key.into())).await.status(422);
        }
        app.phone_says("enrol", &with("label", "a\u{202e}b".into())).await.status(422);
        assert_eq!(app.count(PHONES).await, 0);
        app.phone_says("enrol", &right).await.ok();
    }

    async fn one_key_is_one_factor(db) {
        let app = TestApp::start(db).await;
        let (gus, phone) = app.with_phone("gus", 1).await;
        let secret = app.push_link(&gus, "gus").await;
        app.phone_says("enrol", &phone.enrol(&secret, "Again")).await.status(409);
        assert_eq!(app.count(PHONES).await, 1);
    }

    /// A phone's name is no passkey's id.
    async fn a_phone_is_no_passkey(db) {
        let app = TestApp::start(db).await;
        let (_, phone) = app.with_phone("gus", 1).await;
        let stranger = app.browser();
        for id in [phone.device(), app.push_phone(2).device()] {
            stranger.post_json("/sign-in/passkey/start", &json!({})).await.ok();
            let response = json!({ "authenticatorData": "AAAA", "clientDataJSON": "AAAA", "signature": "AAAA" });
            let answer = json!({ "id": id, "rawId": id, "type": "public-key", "response": response });
            stranger.post_json("/sign-in/passkey/finish", &answer).await.status(401);
        }
    }

    /// A link that an intruder asked for dies with their access.
    async fn a_suspension_ends_the_link(db) {
        let app = TestApp::start(db).await;
        let (gus, _) = app.with_phone("gus", 1).await;
        let secret = app.push_link(&gus, "gus").await;
        let code = app.not_me("gus@demo.postern.invalid", "sign-in method was added").await;
        assert!(contest(&app.scope(), &code).await.unwrap().account_suspended);
        app.phone_says("enrol", &app.push_phone(2).enrol(&secret, "")).await.status(401);
        assert_eq!(app.count(PHONES).await, 1, "the one that worked is its owner's again once the account is opened");
    }

    /// What is left must be able to prove a change: or its owner could add and remove nothing any more.
    async fn a_phone_can_be_named_and_removed_and_is_not_all_that_is_left(db) {
        let app = TestApp::start(db).await;
        let (gus, phone) = app.with_phone("gus", 1).await;
        let listed = gus.get("/api/v1/account/factors").await.ok().json();
        let id = |n: usize| listed["factors"][n]["id"].as_str().unwrap().to_owned();
        let (code_app, phone_app) = (id(0), id(1));
        gus.post(&format!("/account/factors/{phone_app}/name"), &[("label", "Red phone")]).await.leads_to("/account");
        gus.get("/account").await.ok().shows("Red phone");
        let code = app.code_proof("gus").await["code"].as_str().unwrap().to_owned();
        gus.post(&format!("/account/factors/{code_app}/remove"), &[("code", &code)]).await.status(409);
        let code = app.code_proof("gus").await["code"].as_str().unwrap().to_owned();
        gus.post(&format!("/account/factors/{phone_app}/remove"), &[("code", &code)]).await.leads_to("/account");
        let said = phone.list(app.clock.now().as_millisecond());
        app.phone_says("requests", &said).await.status(401);
        // The key is free again.
        assert!(gus.cookie(SESSION).is_some());
        app.add_phone(&gus, "gus", 1).await;
    }
}
