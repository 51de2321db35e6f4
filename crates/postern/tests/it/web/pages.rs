//! Every page in every state that has its own words: templates are strict, so a name that is not there answers 500,
//! which the test browser takes for a failure.

use postern::actions::escalate_case::escalate_case;
use postern::actions::open_case::open_case;
use postern_core::evidence::Kind;
use postern_core::id::CaseId;

use crate::browser::{Answer, Browser};
use crate::on_both::on_both;
use crate::steps::PLACEHOLDER_REASON;
use crate::test_app::TestApp;

/// A page that a person can use: one heading, a title, each field with a label.
#[track_caller]
fn whole(page: &Answer) {
    assert_eq!(page.body.matches("<h1").count(), 1, "one heading: {}", page.visible());
    assert!(!page.body.contains("<title> ·"), "no title");
    for field in page.body.split("<input").skip(1).map(|rest| rest.split('>').next().unwrap()) {
        let attribute =
            |name: &str| field.split(&format!(" {name}=\"")).nth(1).map(|v| v.split('"').next().unwrap());
        if matches!(attribute("type"), Some("hidden" | "checkbox" | "radio")) {
            continue;
        }
        let label = attribute("id").is_some_and(|id| page.body.contains(&format!("for=\"{id}\"")));
        assert!(label || attribute("aria-label").is_some(), "a field without a label: <input{field}>");
    }
    for form in page.body.split("<form").skip(1) {
        assert!(
            form.contains("method=\"post\"") || form.contains("method=\"get\""),
            "a form without a method"
        );
    }
}

async fn look(browser: &Browser, paths: &[&str]) {
    for path in paths {
        whole(browser.get(path).await.ok());
    }
}

/// Each form of a case with something wrong in it.
async fn forms_that_come_back(ben: &Browser, mona: &Browser, id: &CaseId) {
    let case = format!("/desk/cases/{id}");
    for (path, form) in [
        ("call", vec![("outcome", "confirmed"), ("contact", "x"), ("phrase", "x")]),
        ("call", vec![("outcome", "confirmed"), ("began_it", "yes"), ("reference", "HD-1"), ("phrase", "x")]),
        ("call", vec![("outcome", "confirmed"), ("began_it", "yes"), ("contact", "x"), ("phrase", "x")]),
        ("call", vec![("outcome", "wrong_person")]),
        ("evidence", vec![("kind", "live_video"), ("reference", "")]),
        ("evidence", vec![("kind", "call_placed"), ("reference", "HD-1")]),
        ("evidence", vec![("kind", "urgency"), ("reference", "HD-1")]),
    ] {
        whole(ben.post(&format!("{case}/{path}"), &form).await.status(422));
    }
    let vouch = format!("/account/vouches/{id}");
    look(mona, &["/account", &vouch]).await;
    whole(
        mona.post(&vouch, &[("outcome", "confirmed"), ("phrase", "x"), ("how", "I saw her")])
            .await
            .status(422),
    );
    whole(mona.post(&vouch, &[("outcome", "confirmed"), ("phrase", "x"), ("how", "")]).await.status(422));
}

on_both! {
    async fn pages_for_everybody(db) {
        let app = TestApp::start(db).await;
        let browser = app.browser();
        look(&browser, &["/sign-in", "/recover", "/recover/options", "/not-me", "/set-up", "/dev/outbox", "/dev/phone",
            "/dev/clock"]).await;
        whole(&browser.get("/nowhere").await);
        whole(&browser.post("/sign-in", &[("login", "ana"), ("password", "wrong, all of it")]).await);
        whole(browser.post("/recover", &[("login", "ana")]).await.ok());
        whole(&browser.post("/not-me", &[("code", "wrong")]).await);
        whole(&browser.post("/enrol/done", &[]).await);
        let form = [("code", "x"), ("login", "ana"), ("password", "gravel-otter-91-lamp-violet")];
        whole(&browser.post("/set-up", &form).await);
        let form = [("login", "ana"), ("password", "ana-has-a-long-demo-password")];
        browser.post("/sign-in", &form).await.leads_to("/sign-in/second-step");
        look(&browser, &["/sign-in/second-step", "/recover/options"]).await;
        whole(&browser.post("/sign-in/second-step", &[("code", "000")]).await);
        whole(&browser.post("/sign-in/backup-code", &[("backup_code", "000")]).await);
    }

    async fn the_desk_and_the_case_page_in_every_stage(db) {
        let app = TestApp::start(db).await;
        let claimant = app.browser();
        claimant.post("/recover/case", &[("login", "dina")]).await.leads_to("/recover/case");
        let id = app.newest_case().await;
        let (ben, ada) = (app.browser_with_planted_session("ben").await, app.browser_with_planted_session("ada").await);
        let otto = app.browser_with_planted_session("otto").await;
        let case = format!("/desk/cases/{id}");
        let in_stage = async |stage: &str| {
            assert_eq!(app.stage(&id).await, stage);
            look(&claimant, &["/recover/case"]).await;
            for browser in [&ben, &ada, &otto] {
                look(browser, &[&case, "/desk"]).await;
            }
            look(&ben, &[&format!("{case}/hand-over")]).await;
            for step in ["refuse", "escalate", "approve"] {
                look(&ben, &[&format!("{case}/{step}")]).await;
                whole(&ada.post(&format!("{case}/{step}"), &[("reason", " ")]).await);
            }
            whole(&ben.get(&format!("{case}/apply-remedy")).await);
            whole(&ben.post(&format!("{case}/apply-remedy"), &[("reason", " ")]).await);
        };
        in_stage("verifying").await;
        let mona = app.browser_with_planted_session("mona").await;
        forms_that_come_back(&ben, &mona, &id).await;
        app.bind("ben", &id).await;
        in_stage("verifying").await;
        app.record("ben", &id, Kind::CallPlaced).await;
        app.record("ben", &id, Kind::LiveVideo).await;
        app.vouch("mona", &id).await;
        in_stage("awaiting_approval").await;
        look(&mona, &["/account"]).await;
        app.approve("sol", &id).await;
        app.wait_for_hold(&id).await;
        in_stage("on_hold").await;
        app.advance_seconds(72 * 3600 + 1);
        let (ben, ada) = (app.browser_with_planted_session("ben").await, app.browser_with_planted_session("ada").await);
        look(&claimant, &["/recover/case"]).await;
        look(&ben, &[&case, &format!("{case}/apply-remedy")]).await;
        ben.get(&case).await.ok().shows("Ready").shows("nobody objected").does_not_show("On hold");
        ben.get(&format!("{case}/apply-remedy")).await.ok().shows("Remove all factors now");
        app.reset("ben", &id).await;
        look(&claimant, &["/recover/case"]).await;
        claimant.post("/recover/case/pass", &[]).await.leads_to("/recover/case");
        let pass = claimant.get("/recover/case").await;
        whole(pass.ok());
        app.secrets.saw(&pass.marked("data-pass"));
        look(&ada, &[&case, "/desk", "/desk?list=closed"]).await;
        let code = app.not_me("dina@demo.postern.invalid", "were removed").await;
        whole(app.browser().post("/not-me", &[("code", &code)]).await.ok());
        look(&claimant, &["/recover/case"]).await;
        look(&ada, &[&case, "/desk"]).await;
        claimant.get("/recover/case").await.shows("this was not me");
    }

    async fn what_cannot_be_done_has_no_form(db) {
        let app = TestApp::start(db).await;
        let (id, ben) = (app.open("ana").await, app.browser_with_planted_session("ben").await);
        let page = ben.get(&format!("/desk/cases/{id}/apply-remedy")).await;
        page.ok().shows("The policy wants more proof").does_not_show("Remove all factors now");
        let refuse = format!("/desk/cases/{id}/refuse");
        ben.post(&refuse, &[("reason", PLACEHOLDER_REASON)]).await.leads_to(&format!("/desk/cases/{id}"));
        ben.get(&refuse).await.ok().shows("The case is closed").does_not_show("Refuse the case</button>");
    }

    /// Strangers' requests stand behind the others.
    async fn a_flood_pushes_no_report_out_of_the_managers_list(db) {
        let app = TestApp::start(db).await;
        let device = app.sign_in("ana").await.device;
        for _ in 0..60 {
            app.open("fay").await;
            app.advance_seconds(3600);
        }
        let opened = open_case(&app.scope(), "ana", Some(&device)).await.unwrap();
        app.secrets.saw(&opened.claimant_page_token);
        let mona = app.browser_with_planted_session("mona").await;
        mona.get("/account").await.ok().shows("Vouch for Ana Ferreira");
    }

    async fn a_manager_who_gave_her_word_is_thanked_and_not_asked_again(db) {
        let app = TestApp::start(db).await;
        let (id, mona) = (app.open("ana").await, app.browser_with_planted_session("mona").await);
        app.vouch("mona", &id).await;
        mona.get("/account").await.ok().does_not_show("Vouch for Ana Ferreira");
        mona.get(&format!("/account/vouches/{id}")).await.ok().shows("Your word for Ana Ferreira is recorded");
    }

    async fn pages_of_staff_and_of_persons(db) {
        let app = TestApp::start(db).await;
        let id = app.ready_case_of_ana().await;
        escalate_case(&app.scope(), &app.caller("ben").await, &id, PLACEHOLDER_REASON).await.unwrap();
        app.open("nobody-here-either").await;
        let ada = app.browser_with_planted_session("ada").await;
        look(&ada, &["/desk?sort=risk&who=nobody&tier=standard", "/desk?step=others", "/desk?list=closed&outcome=refused", "/desk?q=nobody",
            "/desk?list=strangers&sort=newest"]).await;
        whole(ada.post("/desk/views", &[("name", " "), ("query", "who=me")]).await.status(422));
        look(&ada, &["/desk/home", "/desk", "/desk?list=closed", "/desk/people", "/desk/people?q=ana", "/desk/people?q=%25",
            "/desk/people/new", "/desk/people/import", "/desk/tokens", "/account"]).await;
        whole(ada.post("/desk/people/new", &[("tier", "standard"), ("role", "person")]).await.status(422));
        whole(ada.post("/desk/tokens", &[("label", ""), ("days", "many")]).await.status(422));
        let made = ada.post("/desk/tokens", &[("label", "x"), ("days", "7"), ("cases:read", "on")]).await;
        whole(made.ok());
        let (_, rest) = made.body.split_once("pst_").expect("the token, once");
        app.secrets.saw(&format!("pst_{}", rest.split('<').next().unwrap().trim()));
        ada.get("/desk/tokens").await.ok().does_not_show("pst_");
        for login in ["fay", "ben", "mona"] {
            look(&app.browser_with_planted_weak_session(login).await, &["/account"]).await;
        }
        look(&app.browser_with_planted_weak_session("ben").await, &["/desk"]).await;
        for login in ["emil", "ana"] {
            let browser = app.browser_with_planted_session(login).await;
            whole(&browser.get("/desk").await);
        }
    }

    async fn the_audit_page_filters_and_exports(db) {
        let app = TestApp::start(db).await;
        let id = app.reset_case_of_ana().await;
        let otto = app.browser_with_planted_session("otto").await;
        let reference = app.row(&id).await.reference;
        let all = otto.get("/desk/audit").await;
        whole(all.ok());
        all.shows("mfa.factor_admin_reset").shows("case.opened").shows(PLACEHOLDER_REASON);
        all.shows("Announced to the owner").shows("Account Change, MFA Factor Disable (300111)").shows("CAEP credential-change");
        let filters = ["event=mfa.factor_admin_reset", "person=ana", "actor=ben", &format!("case={reference}"),
            "from=2020-01-01", "until=2099-01-01"];
        for filter in filters {
            otto.get(&format!("/desk/audit?{filter}")).await.ok().shows(PLACEHOLDER_REASON);
        }
        for filter in ["event=case.contested", "person=gus", "actor=mona&event=case.opened", "until=2020-01-01", "person=who"] {
            otto.get(&format!("/desk/audit?{filter}")).await.ok().does_not_show(PLACEHOLDER_REASON);
        }
        let lines = otto.get("/desk/audit/export?event=mfa.factor_admin_reset").await;
        let line: serde_json::Value = serde_json::from_str(lines.ok().body.lines().next().unwrap()).unwrap();
        assert_eq!((&line["case"], &line["reason"]), (&id.as_str().into(), &PLACEHOLDER_REASON.into()));
        let csv = otto.get("/desk/audit/export?person=ana&format=csv").await;
        assert!(csv.ok().body.starts_with("seq,at,event,actor"));
        assert!(csv.body.contains("mfa.factor_admin_reset"));
        assert_eq!(app.events("audit.exported").await.len(), 2);
    }

    async fn a_risk_says_what_it_is_made_of(db) {
        let app = TestApp::start(db).await;
        let (id, ben) = (app.open("ana").await, app.browser_with_planted_session("ben").await);
        let path = format!("/desk/cases/{id}");
        ben.get(&path).await.ok().does_not_show("risk 1");
        ben.post(&format!("{path}/evidence"), &[("kind", "security_question"), ("reference", "HD-1")]).await.status(422);
        for page in [path.as_str(), "/desk", "/desk/home"] {
            ben.get(page).await.ok().shows("risk 1 of 3").shows("one proof was not theirs or never counts");
        }
    }

    async fn empty_places_and_the_first_page_say_what_to_do(db) {
        let app = TestApp::start(db).await;
        let ben = app.browser_with_planted_session("ben").await;
        ben.get("/desk").await.ok().shows("Nobody is waiting").shows("at /recover");
        ben.get("/desk?q=zzz").await.ok().shows("No case matches").shows("a whole reference");
        ben.get("/desk?list=strangers").await.ok().shows("No stranger").shows("neither a known device nor a password");
        ben.get("/desk?list=closed").await.ok().shows("No case has been closed yet").shows("back in");
        app.browser().get("/sign-in").await.ok().shows("gave you for signing in");
    }
}

/// Labels say what happens, in the words that everybody uses.
#[test]
fn labels_are_plain() {
    for file in walk(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates")) {
        let text = std::fs::read_to_string(&file).unwrap();
        for quaint in ["Take it in", "Who calls", ">Signs<", "\"signs\""] {
            assert!(!text.contains(quaint), "{}: {quaint}", file.display());
        }
    }
}

/// A filter by time says whose time it is.
#[test]
fn fields_for_times_name_their_zone() {
    let mut fields = 0;
    for file in walk(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates")) {
        let text = std::fs::read_to_string(&file).unwrap();
        for input in text.split("<input").skip(1).map(|rest| rest.split('>').next().unwrap()) {
            let is_time = ["date", "time", "datetime-local"]
                .iter()
                .any(|kind| input.contains(&format!("type=\"{kind}\"")));
            if !is_time {
                continue;
            }
            let id = input.split("id=\"").nth(1).unwrap().split('"').next().unwrap();
            let label = text.split(&format!("for=\"{id}\">")).nth(1).unwrap().split('<').next().unwrap();
            assert!(label.contains("UTC"), "{}: {label}", file.display());
            fields += 1;
        }
    }
    assert!(fields >= 2, "no field for a time was found");
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}
