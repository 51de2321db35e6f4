//! The front gate over HTTP: steps in order, and no word about who exists.

use postern_core::evidence::Kind;
use postern_testkit::SoftPasskey;
use reqwest::Method;
use serde_json::json;

use crate::browser::{Browser, CEREMONY, FLOW, SESSION};
use crate::on_both::on_both;
use crate::test_app::TestApp;

/// A page as two people can compare it: without what differs by nature, which is the name and every number.
pub fn plain(page: &crate::browser::Answer, name: &str) -> String {
    let without_name = page.body.replace(name, "NAME");
    let mut text = String::with_capacity(without_name.len());
    for c in without_name.chars() {
        match c {
            '0'..='9' if text.ends_with('#') => {}
            '0'..='9' => text.push('#'),
            c => text.push(c),
        }
    }
    text
}

/// Fails at the first line in which two answers differ.
#[track_caller]
pub fn assert_alike(known: &[(u16, String)], unknown: &[(u16, String)]) {
    assert_eq!(known.len(), unknown.len());
    for ((status, page), (other_status, other_page)) in known.iter().zip(unknown) {
        assert_eq!(status, other_status);
        for (line, other) in page.lines().zip(other_page.lines()) {
            assert_eq!(line, other);
        }
        assert_eq!(page.lines().count(), other_page.lines().count());
    }
}

async fn answers(browser: &Browser, login: &str) -> Vec<(u16, String)> {
    let mut seen = Vec::new();
    for n in 0..8 {
        let page = browser
            .post("/sign-in", &[("login", login), ("password", &format!("a wrong password {n}"))])
            .await;
        seen.push((page.status, plain(&page, login)));
    }
    seen
}

on_both! {
    async fn friends_and_strangers_get_the_same_answers(db) {
        let app = TestApp::start(db).await;
        let (known, unknown) = (answers(&app.browser(), "gus").await, answers(&app.browser(), "nob").await);
        let statuses: Vec<u16> = known.iter().map(|(status, _)| *status).collect();
        assert_eq!(statuses, [422, 422, 429, 429, 429, 429, 429, 429]);
        assert_alike(&known, &unknown);
    }

    async fn passkey_options_are_the_same_for_everybody(db) {
        let app = TestApp::start(db).await;
        let ben = app.browser();
        app.sign_in_by_hand(&ben, "ben").await;
        app.move_to_passkey(&ben, "ben").await;
        let options = app.browser().post_json("/sign-in/passkey/start", &json!({ "login": "ben" })).await.ok().json();
        assert_eq!(options["publicKey"]["allowCredentials"], json!([]));
        assert_eq!(options["publicKey"]["userVerification"], "required");
    }

    async fn steps_out_of_order_lead_nowhere(db) {
        let app = TestApp::start(db).await;
        let code = app.phone("ana").await.code(app.seconds());
        let posts: [(&str, &[(&str, &str)]); 4] = [
            ("/sign-in/second-step", &[("code", &code)]),
            ("/sign-in/backup-code", &[("backup_code", "0000-0000-0000-0000")]),
            ("/sign-in/pass", &[("pass", "0000-0000-0000")]),
            ("/enrol/code-app", &[("code", &code)]),
        ];
        // Without any sign-in, and with one that is made up.
        for flow in [None, Some("made-up-by-somebody")] {
            let browser = app.browser();
            browser.set_cookie(FLOW, flow);
            for (path, form) in posts {
                browser.post(path, form).await.leads_to("/sign-in");
            }
            for path in ["/sign-in/second-step", "/sign-in/pass", "/enrol", "/enrol/code-app"] {
                browser.get(path).await.leads_to("/sign-in");
            }
            assert!(browser.cookie(SESSION).is_none());
        }
        // After the password of somebody who has a factor: only the second step.
        let browser = app.browser();
        let form = [("login", "ana"), ("password", "ana-has-a-long-demo-password")];
        browser.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        browser.get("/sign-in/pass").await.leads_to("/sign-in");
        browser.get("/enrol").await.status(409);
        browser.post("/sign-in/pass", &[("pass", "0000-0000-0000")]).await.status(409);
        browser.post("/enrol/code-app", &[("code", &code)]).await.status(409);
        browser.get("/account").await.leads_to("/sign-in");
        assert!(app.session_ids("ana").await.is_empty());
        // A finished sign-in is over: its cookie opens no second session.
        let flow = browser.cookie(FLOW).unwrap();
        browser.post("/sign-in/second-step", &[("code", &code)]).await.leads_to("/");
        let again = app.browser();
        again.set_cookie(FLOW, Some(&flow));
        app.advance_seconds(30);
        let code = app.phone("ana").await.code(app.seconds());
        again.post("/sign-in/second-step", &[("code", &code)]).await.leads_to("/sign-in");
    }

    async fn a_sign_in_that_another_version_began_starts_again(db) {
        let app = TestApp::start(db).await;
        let browser = app.browser();
        let form = [("login", "ana"), ("password", &app.password_of("ana"))];
        browser.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        let older = r#"UPDATE flows SET state = '{"step":"second_step","person":"ana"}'"#;
        let changed = sqlx::query(app.own(older)).execute(app.db.reader()).await.unwrap();
        assert_eq!(changed.rows_affected(), 1);
        let code = app.phone("ana").await.code(app.seconds());
        browser.get("/sign-in/second-step").await.leads_to("/sign-in");
        browser.post("/sign-in/second-step", &[("code", &code)]).await.leads_to("/sign-in");
        browser.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        browser.post("/sign-in/second-step", &[("code", &code)]).await.leads_to("/");
    }

    async fn a_passkey_signs_in_and_its_answer_only_once(db) {
        let app = TestApp::start(db).await;
        let ben = app.browser();
        app.sign_in_by_hand(&ben, "ben").await;
        ben.get("/desk").await.ok().shows("passkey");
        let mut device = app.move_to_passkey(&ben, "ben").await;
        ben.get("/desk").await.ok().shows("Nobody is waiting");
        let signed_in = app.events("signin.succeeded").await;
        assert_eq!(signed_in[0]["detail"]["method"], "webauthn");
        // The answer to one challenge is no answer to another, nor to the same one twice.
        let other = app.browser();
        let options = other.post_json("/sign-in/passkey/start", &json!({})).await.ok().json();
        let ceremony = other.cookie(CEREMONY).unwrap();
        let answer = device.get(options);
        let third = app.browser();
        third.post_json("/sign-in/passkey/start", &json!({})).await.ok();
        third.post_json("/sign-in/passkey/finish", &answer).await.status(401);
        other.post_json("/sign-in/passkey/finish", &answer).await.ok();
        let replay = app.browser();
        replay.set_cookie(CEREMONY, Some(&ceremony));
        replay.post_json("/sign-in/passkey/finish", &answer).await.status(401);
        replay.get("/account").await.leads_to("/sign-in");
    }

    async fn the_passkey_of_a_suspended_account_opens_nothing(db) {
        let app = TestApp::start(db).await;
        let ben = app.browser();
        app.sign_in_by_hand(&ben, "ben").await;
        let mut device = app.move_to_passkey(&ben, "ben").await;
        let set = async |suspended_at: &str| {
            let sql = app.own(&format!("UPDATE persons SET suspended_at = {suspended_at} WHERE login = 'ben'"));
            assert_eq!(sqlx::query(sql).execute(app.db.reader()).await.unwrap().rows_affected(), 1);
        };
        set("1").await;
        let other = app.browser();
        app.sign_in_with_passkey(&other, &mut device).await.status(409);
        assert!(other.cookie(SESSION).is_none());
        assert_eq!(app.causes().await, ["account_disabled"]);
        set("NULL").await;
        app.sign_in_with_passkey(&other, &mut device).await.ok();
    }

    async fn a_passkey_of_before_the_reset_is_a_stranger(db) {
        let app = TestApp::start(db).await;
        let ana = app.browser();
        app.sign_in_by_hand(&ana, "ana").await;
        let mut device = app.move_to_passkey(&ana, "ana").await;
        app.reset_case_of_ana().await;
        let options = ana.post_json("/sign-in/passkey/start", &json!({})).await.ok().json();
        ana.post_json("/sign-in/passkey/finish", &device.get(options)).await.status(401);
        assert_eq!(app.causes().await, ["factor_disabled"]);
        ana.get("/account").await.leads_to("/sign-in");
    }

    async fn a_passkey_made_for_one_person_is_not_enrolled_by_another(db) {
        let app = TestApp::start(db).await;
        let (ana, fay) = (app.browser(), app.browser());
        app.sign_in_by_hand(&ana, "ana").await;
        app.sign_in_by_hand(&fay, "fay").await;
        let mut device = SoftPasskey::new(app.config.origin.clone());
        let options = ana.post_json("/account/passkeys/start", &json!({})).await.ok().json();
        let created = device.create(options["create"].clone());
        let proof = app.code_proof("fay").await;
        fay.set_cookie(CEREMONY, ana.cookie(CEREMONY).as_deref());
        let answer = json!({ "created": created, "proof": proof });
        fay.post_json("/account/passkeys/finish", &answer).await.status(401);
        let proof = app.code_proof("ana").await;
        let (answer, ceremony) = (json!({ "created": created, "proof": proof }), ana.cookie(CEREMONY));
        ana.post_json("/account/passkeys/finish", &answer).await.ok();
        // The ceremony was used up.
        let answer = json!({ "created": created, "proof": app.code_proof("ana").await });
        ana.set_cookie(CEREMONY, ceremony.as_deref());
        ana.post_json("/account/passkeys/finish", &answer).await.status(401);
        assert_eq!(app.events("mfa.factor_enrolled").await.len(), 1);
    }

    /// A challenge is good for what it was made for: with another one's cookie the answer is refused, not an error.
    async fn a_ceremony_of_one_kind_is_not_found_by_another(db) {
        let app = TestApp::start(db).await;
        let (ben, mona) = (app.browser(), app.browser());
        app.sign_in_by_hand(&ben, "ben").await;
        let mut device = app.move_to_passkey(&ben, "ben").await;
        app.sign_in_by_hand(&mona, "mona").await;
        mona.post_json("/account/passkeys/start", &json!({})).await.ok();
        let adding = mona.cookie(CEREMONY);
        let options = mona.post_json("/sign-in/passkey/start", &json!({})).await.ok().json();
        let (answer, signing_in) = (device.get(options), mona.cookie(CEREMONY));
        mona.set_cookie(CEREMONY, adding.as_deref());
        mona.post_json("/sign-in/passkey/finish", &answer).await.status(401).shows("Try again");
        let options = mona.post_json("/account/passkeys/start", &json!({})).await.ok().json();
        let created = SoftPasskey::new(app.config.origin.clone()).create(options["create"].clone());
        let adding = json!({ "created": created, "proof": app.code_proof("mona").await });
        mona.set_cookie(CEREMONY, signing_in.as_deref());
        mona.post_json("/account/passkeys/finish", &adding).await.status(401);
        // What a browser makes when it adds a passkey is no sign-in either.
        mona.post_json("/sign-in/passkey/finish", &created).await.status(400);
        assert_eq!(app.events("mfa.factor_enrolled").await.len(), 1);
    }

    async fn the_desk_never_gives_out_a_pass_before_the_person_is_bound(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        app.record("ben", &id, Kind::InPerson).await;
        app.vouch("mona", &id).await;
        assert_eq!(app.stage(&id).await, "verifying", "without a bound page there is nowhere to show a pass");
    }

    async fn whoever_was_signed_out_comes_back_to_the_page_they_asked_for(db) {
        let app = TestApp::start(db).await;
        let ana = app.browser();
        ana.get("/account/backup-codes?x=1").await.leads_to("/sign-in");
        app.sign_in_by_hand(&ana, "ana").await;
        ana.get("/").await.leads_to("/account/backup-codes?x=1");
        ana.get("/").await.leads_to("/account");
        // A file is no page to come back to.
        for file in ["/desk/people/export.csv", "/desk/audit/export?format=csv"] {
            let nobody = app.browser();
            nobody.get(file).await.leads_to("/sign-in");
            assert!(nobody.cookie("__Host-postern-return").is_none(), "{file}");
        }
        // A form that came back stands at an address which answers no GET: whoever signs in goes on at its page.
        let id = app.open("ana").await;
        for (shown, to) in [
            (format!("/desk/cases/{id}/evidence"), format!("/desk/cases/{id}")),
            (format!("/desk/cases/{id}"), format!("/desk/cases/{id}")),
            ("/desk".to_owned(), "/desk".to_owned()),
        ] {
            let nobody = app.browser();
            let asked = nobody.request(Method::GET, &format!("/desk/cases/{id}?seen=1")).header("hx-request", "true");
            let answer = nobody.send(asked.header("hx-current-url", format!("{}{shown}", app.origin()))).await;
            assert_eq!(answer.status(204).headers["hx-redirect"], to.as_str());
        }
        // A form is not sent again by an address, and no other site is come back to.
        app.browser().post("/account/code-apps/start", &[]).await.leads_to("/sign-in");
        for planted in ["/desk", "//evil.example/desk", "https://evil.example", "/sign-in", "/desk/\\evil"] {
            ana.set_cookie("__Host-postern-return", Some(planted));
            ana.get("/").await.leads_to("/account");
        }
    }
}
