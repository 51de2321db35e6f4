use postern::actions::set_up::offer_first_admin;
use postern::leaked_passwords;
use postern_testkit::TestPhone;
use sha1::{Digest as _, Sha1};

use crate::browser::Browser;
use crate::on_both::on_both;
use crate::test_app::{Place, TestApp};

const PASSWORD: &str = "gravel-otter-91-lamp-violet";

async fn try_code(browser: &Browser, code: &str, password: &str) -> crate::browser::Answer {
    let form = [
        ("code", code),
        ("login", "root.admin"),
        ("name", "Rosa Admin"),
        ("email", "rosa@demo.postern.invalid"),
        ("password", password),
    ];
    browser.post("/set-up", &form).await
}

on_both! {
    async fn the_first_admin_is_made_with_the_printed_code_and_no_default_account_exists(db) {
        let app = TestApp::start_at(Place::empty(db).await, |_| {}).await;
        assert_eq!(app.count("SELECT COUNT(*) FROM persons").await, 0);
        let code = offer_first_admin(&app.scope()).await.unwrap().unwrap();
        app.secrets.saw(&code);
        let browser = app.browser();
        browser.get("/set-up").await.ok().shows("Make the first admin");
        try_code(&browser, &code, "password1234").await.status(422).shows("easy to guess");
        // Looked at as far as 64 characters: what comes after them costs nothing, and saves nothing.
        let tail = format!("{}vR7!kq-Zt4%wPx", "a".repeat(64));
        try_code(&browser, &code, &tail).await.status(422).shows("easy to guess");
        try_code(&browser, &code, "short").await.status(422).shows("12 characters or more");
        try_code(&browser, "0000-0000-0000-0000", PASSWORD).await.status(422).shows("Code or login is wrong");
        assert_eq!(app.count("SELECT COUNT(*) FROM persons").await, 0);
        try_code(&browser, &code, PASSWORD).await.leads_to("/enrol");
        let phone = TestPhone::from_key(&browser.get("/enrol/code-app").await.ok().marked("data-key"));
        app.secrets.saw_seed(phone.secret());
        let codes = browser.post("/enrol/code-app", &[("code", &phone.code(app.seconds()))]).await;
        app.secrets.saw_all(&codes.ok().items("data-codes"));
        // Once: neither the code nor the offer comes again.
        assert!(offer_first_admin(&app.scope()).await.unwrap().is_none());
        try_code(&app.browser(), &code, PASSWORD).await.status(422);
        app.advance_seconds(30);
        let form = [("login", "Root.Admin"), ("password", PASSWORD)];
        browser.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        browser.post("/sign-in/second-step", &[("code", &phone.code(app.seconds()))]).await.leads_to("/");
        app.move_to_passkey(&browser, "root.admin").await;
        browser.get("/desk/people/new").await.ok();
    }

    async fn a_first_password_that_leaked_is_refused_and_costs_no_code(db) {
        let place = Place::empty(db).await;
        let list = data_encoding::HEXUPPER.encode(&Sha1::digest(PASSWORD));
        leaked_passwords::import(list.as_bytes(), &place.folder().join(leaked_passwords::FILE)).unwrap();
        let app = TestApp::start_at(place, |_| {}).await;
        let code = offer_first_admin(&app.scope()).await.unwrap().unwrap();
        app.secrets.saw(&code);
        try_code(&app.browser(), &code, PASSWORD).await.status(422).shows("on a list of leaked ones");
        assert_eq!(app.count("SELECT COUNT(*) FROM persons").await, 0);
        try_code(&app.browser(), &code, &format!("{PASSWORD}-2")).await.leads_to("/enrol");
    }

    async fn the_printed_code_lives_a_day(db) {
        let app = TestApp::start_at(Place::empty(db).await, |_| {}).await;
        let code = offer_first_admin(&app.scope()).await.unwrap().unwrap();
        app.advance_seconds(24 * 3600 + 1);
        try_code(&app.browser(), &code, PASSWORD).await.status(422);
        assert_eq!(app.count("SELECT COUNT(*) FROM persons").await, 0);
    }

    async fn a_person_whom_the_admin_added_sets_up_and_signs_in(db) {
        let app = TestApp::start(db).await;
        let ada = app.browser_with_planted_session("ada").await;
        let form = [
            ("login", "ivy"), ("name", "Ivy Moreau"), ("tier", "standard"), ("role", "person"), ("manager", "mona"),
            ("email", "ivy@demo.postern.invalid"), ("office_phone", "+44 20 7946 0199"),
        ];
        let added = ada.post("/desk/people/new", &form).await;
        let text = added.ok().visible();
        let code = text.split_whitespace().find(|word| word.len() == 19 && word.matches('-').count() == 3);
        let code = code.expect("a set-up code on the page").to_owned();
        app.secrets.saw(&code);
        // Until then there is no password, and so no way in.
        let ivy = app.browser();
        ivy.post("/sign-in", &[("login", "ivy"), ("password", "")]).await.status(422);
        let form = [("code", code.as_str()), ("login", "ivy"), ("password", PASSWORD)];
        ivy.post("/set-up", &form).await.leads_to("/enrol");
        ivy.post("/sign-in", &[("login", "ivy"), ("password", PASSWORD)]).await.leads_to("/sign-in/pass");
        app.browser().post("/set-up", &form).await.status(422);
    }
}
