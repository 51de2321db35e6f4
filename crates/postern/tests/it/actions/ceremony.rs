//! What a browser is asked to sign: NIST SP 800-63B-4 §3.1.6.2.

use std::collections::HashSet;

use data_encoding::BASE64URL_NOPAD;
use postern::actions::use_pass::use_pass;
use postern_testkit::SoftPasskey;
use serde_json::{Value, json};

use crate::browser::{Browser, FLOW};
use crate::on_both::on_both;
use crate::test_app::TestApp;

/// How often each page is asked. A random bit is the same in all of them once in 5 × 10^11.
const TIMES: usize = 40;
const BYTES: usize = 32;

/// Every challenge in an answer: an addition asks for a new key and for one that is there.
fn challenges(answer: &Value) -> Vec<Vec<u8>> {
    match answer {
        Value::Object(fields) => {
            let own = fields.get("challenge").and_then(Value::as_str);
            let own = own.map(|text| BASE64URL_NOPAD.decode(text.as_bytes()).unwrap());
            own.into_iter().chain(fields.values().flat_map(challenges)).collect()
        }
        _ => Vec::new(),
    }
}

/// Asks a page so often: each challenge is long enough, every bit of it differs between them, and none was there before.
async fn ask(browser: &Browser, path: &str, seen: &mut HashSet<Vec<u8>>) {
    let (mut ones, mut zeros) = ([0_u8; BYTES], [0_u8; BYTES]);
    for _ in 0..TIMES {
        let asked = challenges(&browser.post_json(path, &json!({})).await.ok().json());
        assert!(!asked.is_empty(), "{path} asks for nothing");
        for challenge in asked {
            let bytes: [u8; BYTES] = challenge.as_slice().try_into().expect(path);
            for (at, byte) in bytes.iter().enumerate() {
                ones[at] |= byte;
                zeros[at] |= !byte;
            }
            assert!(seen.insert(challenge), "{path} asks the same twice");
        }
    }
    assert_eq!((ones, zeros), ([255; BYTES], [255; BYTES]), "{path}: bits that are always the same");
}

on_both! {
    async fn each_challenge_has_256_random_bits_and_none_comes_twice(db) {
        let app = TestApp::start(db).await;
        let seen = &mut HashSet::new();
        // After a recovery, where a passkey is enrolled.
        let id = app.reset_case_of_ana().await;
        let pass = app.show_pass(&id).await.code;
        let begun = use_pass(&app.scope(), &app.password("ana").await.row, &pass).await.unwrap();
        app.secrets.saw(&begun.token);
        let ana = app.browser();
        ana.set_cookie(FLOW, Some(&begun.token));
        ask(&ana, "/enrol/passkey/start", seen).await;
        // In a session of somebody who has a passkey, which is old enough to stand in for a password.
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        let mut device: SoftPasskey = app.move_to_passkey(&gus, "gus").await;
        app.advance_seconds(24 * 3600);
        app.sign_in_with_passkey(&gus, &mut device).await.ok();
        for path in [
            "/account/passkeys/start",
            "/account/step-up/start",
            "/account/password/start",
            "/account/replace-password/start",
        ] {
            ask(&gus, path, seen).await;
        }
        // At sign-in, after the password and without one.
        let browser = app.browser();
        let form = [("login", "gus"), ("password", &*app.password_of("gus"))];
        browser.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        ask(&browser, "/sign-in/second-step/passkey/start", seen).await;
        ask(&app.browser_from("127.0.11.1"), "/sign-in/passkey/start", seen).await;
    }
}
