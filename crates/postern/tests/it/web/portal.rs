//! The locked-out person's pages: alike for friends and strangers.

use postern::actions::set_tenant_settings::set_tenant_settings;

use super::signin::{assert_alike, plain};
use crate::browser::{Answer, Browser};
use crate::on_both::on_both;
use crate::test_app::TestApp;

/// Without the reference and the phrase, which are random.
fn plain_case(page: &Answer, name: &str) -> String {
    let (reference, phrase) = (page.marked("data-reference"), page.marked("data-phrase"));
    let body = page.body.replace(&reference, "REFERENCE").replace(&phrase, "PHRASE");
    plain(&Answer { body, ..page.clone() }, name)
}

async fn story(browser: &Browser, login: &str) -> Vec<(u16, String)> {
    let mut seen = Vec::new();
    let page = browser.post("/recover", &[("login", login)]).await;
    seen.push((page.status, plain(&page, login)));
    let page = browser.post("/recover/case", &[("login", login)]).await;
    seen.push((page.status, page.location().to_owned()));
    let page = browser.get("/recover/case").await;
    seen.push((page.status, plain_case(&page, login)));
    let page = browser.post("/recover/case/pass", &[]).await;
    seen.push((page.status, plain_case(&page, login)));
    let page = browser.get("/recover/case?seen=1").await;
    seen.push((page.status, page.body));
    let page = browser.post("/recover/case/withdraw", &[]).await;
    seen.push((page.status, page.location().to_owned()));
    let page = browser.get("/recover/case").await;
    let body = page.body.replace(&page.marked("data-reference"), "REFERENCE");
    seen.push((page.status, plain(&Answer { body, ..page }, login)));
    seen
}

on_both! {
    async fn friends_and_strangers_see_the_same_pages(db) {
        let app = TestApp::start(db).await;
        let known = story(&app.browser(), "gus").await;
        let unknown = story(&app.browser_from("127.0.0.2"), "nob").await;
        assert_alike(&known, &unknown);
    }

    async fn both_are_throttled_alike(db) {
        let app = TestApp::start(db).await;
        let mut seen = Vec::new();
        for (login, from) in [("gus", "127.0.0.2"), ("nob", "127.0.0.3")] {
            let browser = app.browser_from(from);
            let mut statuses = Vec::new();
            for _ in 0..7 {
                statuses.push(browser.post("/recover/case", &[("login", login)]).await.status);
            }
            seen.push(statuses);
        }
        assert_eq!(seen[0], seen[1]);
        assert_eq!(seen[0][5..], [429, 429]);
    }

    async fn what_the_account_has_is_told_to_who_knows_the_password_only(db) {
        let app = TestApp::start(db).await;
        let guess = app.browser().post("/recover", &[("login", "fay")]).await;
        guess.ok().shows("An account can have these ways in").does_not_show("left)");
        // Fay has no backup codes; only her password shows that.
        assert!(guess.visible().contains("backup code"));
        let fay = app.browser();
        let form = [("login", "fay"), ("password", "fay-has-a-long-demo-password")];
        fay.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        fay.get("/recover/options").await.ok().does_not_show("A backup code").shows("Your code app on another device");
    }

    async fn which_number_is_called_is_told_to_who_knows_the_password_only(db) {
        const NUMBER: &str = "Office number ending in 20";
        let app = TestApp::start(db).await;
        let hours = [("desk_hours".to_owned(), "Mon to Fri 07:00 to 19:00 UTC".to_owned())];
        set_tenant_settings(&app.scope(), &hours, "a test wants it so").await.unwrap();
        let ana = app.browser();
        let form = [("login", "ana"), ("password", "ana-has-a-long-demo-password")];
        ana.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        ana.get("/recover/options").await.ok().shows(NUMBER);
        ana.post("/recover/case", &[]).await.leads_to("/recover/case");
        let page = ana.get("/recover/case").await;
        // Her mobile is on file for three days only, and is not called.
        page.ok().shows("calls this number of yours").shows(NUMBER).does_not_show("Mobile number");
        page.shows("The help desk is there Mon to Fri 07:00 to 19:00 UTC.");
        let stranger = app.browser_from("127.0.0.2");
        stranger.post("/recover", &[("login", "ana")]).await.ok().does_not_show("ending in");
        stranger.post("/recover/case", &[("login", "ana")]).await.leads_to("/recover/case");
        let page = stranger.get("/recover/case").await;
        page.ok().does_not_show("ending in").shows("The help desk is there");
        // Whoever goes on with the request by its reference has shown no password.
        let reference = ana.get("/recover/case").await.marked("data-reference");
        let other = app.browser_from("127.0.0.3");
        other.post("/recover/join", &[("login", "ana"), ("reference", &reference)]).await.leads_to("/recover/case");
        other.get("/recover/case").await.ok().does_not_show("ending in");
        for browser in [&ana, &stranger, &other] {
            if let Some(token) = browser.cookie("__Host-postern-case") {
                app.secrets.saw(&token);
            }
        }
    }

    async fn a_known_device_takes_nothing_from_a_password(db) {
        let app = TestApp::start(db).await;
        let ana = app.browser();
        app.sign_in_by_hand(&ana, "ana").await;
        ana.post("/sign-out", &[]).await;
        ana.post("/recover/case", &[("login", "ana")]).await.leads_to("/recover/case");
        ana.get("/recover/case").await.ok().does_not_show("ending in");
        let form = [("login", "ana"), ("password", "ana-has-a-long-demo-password")];
        ana.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        ana.post("/recover/case", &[]).await.leads_to("/recover/case");
        ana.get("/recover/case").await.ok().shows("Office number ending in 20");
        assert_eq!(app.count("SELECT COUNT(*) FROM cases WHERE opened_with = 'known_device'").await, 2);
    }

    async fn steps_without_a_page_lead_nowhere(db) {
        let app = TestApp::start(db).await;
        let browser = app.browser();
        browser.get("/recover/case").await.leads_to("/recover");
        for path in ["/recover/case/pass", "/recover/case/withdraw"] {
            browser.post(path, &[]).await.status(404);
        }
        browser.post("/recover/case", &[("login", " ")]).await.status(422);
        browser.post("/not-me", &[("code", "made-up")]).await.status(422);
        assert_eq!(app.count("SELECT COUNT(*) FROM cases").await, 0);
    }

    async fn a_page_survives_a_reload_and_a_closed_browser_and_can_be_withdrawn(db) {
        let app = TestApp::start(db).await;
        let browser = app.browser();
        let opened = browser.post("/recover/case", &[("login", "ana")]).await;
        assert!(opened.headers["set-cookie"].to_str().unwrap().contains("Max-Age=2592000"));
        let phrase = browser.get("/recover/case").await.ok().marked("data-phrase");
        assert_eq!(browser.get("/recover/case").await.ok().marked("data-phrase"), phrase);
        browser.get("/recover/case?seen=1").await.status(204);
        browser.post("/recover/case/withdraw", &[]).await.leads_to("/recover/case");
        browser.get("/recover/case").await.ok().shows("You withdrew this request");
        browser.post("/recover/case/withdraw", &[]).await.status(409);
        assert_eq!(app.events("case.closed").await[0]["detail"]["outcome"], "withdrawn");
    }
}
