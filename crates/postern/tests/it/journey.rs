//! The main job, end to end, over HTTP: a locked-out person gets back in, without letting anybody else in.

use postern::demo;
use postern_testkit::TestPhone;

use crate::browser::{Browser, CASE};
use crate::on_both::on_both;
use crate::test_app::TestApp;

const ANA_MAIL: &str = "ana@demo.postern.invalid";

on_both! {
    /// Ana lost her phone. Ben calls her, Mona vouches, Ben resets, Ana enrols and signs in; the case closes.
    async fn a_locked_out_person_gets_back_in(db) {
        let app = TestApp::start(db).await;
        let (ana, ben, mona) = (app.browser(), app.browser(), app.browser());
        for (browser, login) in [(&ben, "ben"), (&mona, "mona")] {
            app.sign_in_by_hand(browser, login).await;
            app.move_to_passkey(browser, login).await;
        }
        let case = ask_to_be_let_in(&app, &ana, &ben).await;
        let phrase = ana.get("/recover/case").await.ok().marked("data-phrase");
        verify(&ben, &mona, &case, &phrase).await;
        reset(&ben, &case).await;
        let phone = enrol(&app, &ana).await;
        sign_in_fully(&app, &ana, &ben, &case, &phone).await;
        everybody_was_told(&app).await;
        the_log_has_the_story(&app).await;
    }
}

/// From the sign-in page to an open case; answers with the path of the case at the desk.
async fn ask_to_be_let_in(app: &TestApp, ana: &Browser, ben: &Browser) -> String {
    let form = [("login", "ana"), ("password", &demo::password("ana"))];
    ana.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
    ana.get("/sign-in/second-step").await.ok().shows("I can't use my second step");
    ana.get("/recover/options").await.ok().shows("10 left").shows("Your account has these ways in");
    ana.post("/recover/case", &[("login", "ana")]).await.leads_to("/recover/case");
    assert!(ana.cookie(CASE).is_some());
    ana.get("/recover/case").await.ok().shows("We have your request").shows("Request received");

    let queue = ben.get("/desk").await;
    queue.ok().shows("Ana Ferreira");
    let (_, rest) = queue.body.split_once("/desk/cases/").unwrap();
    let id = rest.split('"').next().unwrap().to_owned();
    let path = format!("/desk/cases/{id}");
    let page = ben.get(&path).await;
    page.ok().shows("Standard").shows("10 codes remaining").shows("The policy wants more proof");
    page.shows("+44 20 7946 0120").shows("too fresh to call").does_not_show("Force MFA reset for");
    // Locked is locked: the page says why, and so does the button's target.
    let early = ben.post(&format!("{path}/apply-remedy"), &[("reason", "she is waiting")]).await;
    early.status(409).shows("The evidence does not suffice yet");
    assert_eq!(app.events("access.denied").await.len(), 1);
    path
}

/// The call, the evidence and the manager's word.
async fn verify(ben: &Browser, mona: &Browser, case: &str, phrase: &str) {
    let page = ben.get(case).await;
    let (_, rest) = page.body.split_once("name=\"contact\" value=\"").expect("a number to choose");
    let contact = rest.split('"').next().unwrap();
    let heard = phrase.to_uppercase();
    let call = [
        ("outcome", "confirmed"),
        ("began_it", "yes"),
        ("contact", contact),
        ("phrase", &heard),
        ("reference", "HD-4711, recorded"),
    ];
    ben.post(&format!("{case}/call"), &call).await.leads_to(case);
    ben.get(case).await.ok().shows("Vouch by the person's manager").shows("HD-4711, recorded");

    let account = mona.get("/account").await;
    account.ok().shows("Vouch for Ana Ferreira");
    let vouch = case.replace("/desk/cases/", "/account/vouches/");
    mona.get(&vouch).await.ok().shows("Ana Ferreira needs your word");
    let form = [("outcome", "confirmed"), ("phrase", phrase), ("how", "I stood next to her")];
    mona.post(&vouch, &form).await.leads_to("/account");
}

/// What will be removed, the reason, and done.
async fn reset(ben: &Browser, case: &str) {
    ben.get(case)
        .await
        .ok()
        .shows("Your move")
        .shows("What ends at once")
        .shows("On their own bound page, for 10 minutes");
    let path = format!("{case}/apply-remedy");
    let page = ben.get(&path).await;
    page.ok().shows("Code app").shows("10 backup codes").shows("By a voice message");
    let plan = page.body.split(r#"name="plan" value=""#).nth(1).unwrap().split('"').next().unwrap();
    let reason = ("reason", "phone lost on the train, HD-4711");
    ben.post(&path, &[reason]).await.status(409).shows("has changed since you looked");
    ben.post(&path, &[("plan", plan), reason]).await.leads_to(case);
    let page = ben.get(case).await;
    page.ok().shows("Done, waiting for sign-in").shows("0 codes remaining").shows("None enrolled");
    // The agent never sees a pass.
    assert!(!page.body.contains("data-pass"));
}

/// Password and pass lead to enrolment and nowhere else.
async fn enrol(app: &TestApp, ana: &Browser) -> TestPhone {
    ana.post("/recover/case/pass", &[]).await.leads_to("/recover/case");
    let pass = ana.get("/recover/case").await.ok().marked("data-pass");
    app.secrets.saw(&pass);
    let form = [("login", "ana"), ("password", &demo::password("ana"))];
    ana.post("/sign-in", &form).await.leads_to("/sign-in/pass");
    ana.get("/account").await.leads_to("/sign-in");
    ana.get("/sign-in/pass").await.ok().shows("The password alone is not enough");
    ana.post("/sign-in/pass", &[("pass", &pass.to_lowercase())]).await.leads_to("/enrol");
    ana.get("/account").await.leads_to("/sign-in");
    ana.get("/enrol").await.ok().shows("Create a passkey").shows("Use a code app instead");
    let page = ana.get("/enrol/code-app").await;
    assert!(page.ok().body.contains("<svg"), "a QR code");
    let phone = TestPhone::from_key(&page.marked("data-key"));
    app.secrets.saw_seed(phone.secret());
    // A phone that is four minutes slow is told so, and may try again.
    let slow = ana.post("/enrol/code-app", &[("code", &phone.code(app.seconds() - 240))]).await;
    slow.status(422).shows("about 4 minutes slow");
    let codes = ana.post("/enrol/code-app", &[("code", &phone.code(app.seconds()))]).await;
    let codes = codes.ok().items("data-codes");
    assert_eq!(codes.len(), 10);
    app.secrets.saw_all(&codes);
    ana.post("/enrol/done", &[]).await.status(409);
    ana.post("/enrol/done", &[("kept", "yes")]).await.leads_to("/enrol/done");
    ana.get("/enrol/done").await.ok().shows("Your new way to sign in is set up");
    // Enrolled is not signed in.
    ana.get("/account").await.leads_to("/sign-in");
    phone
}

/// A full sign-in closes the case by itself.
async fn sign_in_fully(app: &TestApp, ana: &Browser, ben: &Browser, case: &str, phone: &TestPhone) {
    ana.get("/recover/case").await.ok().shows("Your old sign-in methods are gone");
    app.advance_seconds(30);
    let form = [("login", "ana"), ("password", &demo::password("ana"))];
    ana.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
    ana.post("/sign-in/second-step", &[("code", &phone.code(app.seconds()))]).await.leads_to("/");
    ana.get("/").await.leads_to("/account");
    ana.get("/account")
        .await
        .ok()
        .shows("You are back in. Your recovery is closed")
        .shows("10 codes remaining");
    ana.get("/recover/case").await.ok().shows("You are back in.");
    ben.get(case).await.ok().shows("Closed");
    ben.get("/desk").await.ok().shows("Nobody is waiting");
    ben.get("/desk?list=closed").await.ok().shows("Ana Ferreira");
}

/// Each of the five notices went to each contact, with a way to stop it.
async fn everybody_was_told(app: &TestApp) {
    let messages = app.messages().await;
    for subject in ["asked to recover", "about to be reset", "were removed", "was added", "You are back in"] {
        for recipient in [ANA_MAIL, "+44 20 7946 0120", "+44 7700 900120"] {
            let notified = messages.iter().find(|m| m.recipient == recipient && m.subject.contains(subject));
            let message = notified.unwrap_or_else(|| panic!("{subject:?} was not told to {recipient}"));
            let way_out = if message.channel == "voice" { "call the help desk" } else { "/not-me#" };
            assert!(message.body.contains(way_out), "{subject:?} to {recipient} has no way to stop it");
        }
    }
}

/// Who, why, and what was there before.
async fn the_log_has_the_story(app: &TestApp) {
    let (ana, ben, mona) = (app.person("ana").await, app.person("ben").await, app.person("mona").await);
    let resets = app.events("mfa.factor_admin_reset").await;
    let [reset] = resets.as_slice() else { panic!("one reset, not {}", resets.len()) };
    assert_eq!(reset["actor"]["id"], ben.id.as_str());
    assert_eq!(reset["person"], ana.id.as_str());
    assert_eq!(reset["reason"], "phone lost on the train, HD-4711");
    assert_eq!(reset["before"]["factors"][0]["kind"], "totp");
    assert_eq!(reset["before"]["backup_codes_left"], 10);
    assert_eq!(reset["request"]["ip"], "127.0.0.1");
    let policies = reset["policies"].as_array().unwrap();
    assert!(policies.contains(&"recovery.standard".into()) && policies.contains(&"staff.case-work".into()));
    let evidence = app.events("case.evidence_added").await;
    let attested_by: Vec<&str> = evidence.iter().map(|e| e["actor"]["id"].as_str().unwrap()).collect();
    assert_eq!(attested_by, [mona.id.as_str(), ben.id.as_str()]);
    for event in [
        "case.opened",
        "case.claimant_page_bound",
        "case.verified",
        "pass.issued",
        "pass.used",
        "case.closed",
    ] {
        let notified = app.events(event).await;
        assert_eq!(notified.len(), 1, "{event}");
        assert_eq!(notified[0]["case"], reset["case"], "{event}");
    }
}
