//! A case that the desk opened for a caller, and one whose browser was lost.

use jiff::SignedDuration;
use postern::actions::ActionError;
use postern::actions::join_case::join_case;
use postern::actions::open_case_at_desk::open_case_at_desk;
use postern_core::evidence::Kind;
use postern_core::id::CaseId;

use super::assert_denied;
use crate::on_both::on_both;
use crate::steps::PLACEHOLDER_REASON;
use crate::test_app::TestApp;

impl TestApp {
    async fn join(&self, login: &str, reference: &str) -> Result<CaseId, ActionError> {
        join_case(&self.scope(), login, reference, None).await.map(|joined| joined.id)
    }

    async fn told_of(&self, subject: &str) -> usize {
        self.messages().await.iter().filter(|message| message.subject.contains(subject)).count()
    }
}

on_both! {
    async fn the_desk_opens_a_case_and_the_caller_joins_by_its_reference(db) {
        let app = TestApp::start(db).await;
        let ben = app.browser_with_planted_session("ben").await;
        let ana = app.person("ana").await.id;
        let page = format!("/desk/people/{ana}/open-case");
        ben.get(&page).await.ok().shows("You get a reference");
        ben.post(&page, &[("reason", "")]).await.status(422);
        let answer = ben.post(&page, &[("reason", "Rang from a borrowed phone")]).await;
        let case = answer.location().to_owned();
        let id = CaseId::new(case.trim_start_matches("/desk/cases/"));
        let row = app.row(&id).await;
        ben.get(&case).await.ok().shows("give the caller the reference").shows(&row.reference).does_not_show(&row.phrase);
        assert!(app.told_of("Somebody asked to recover").await > 0, "the owner is told at once");
        ben.post(&page, &[("reason", "Rang again")]).await.status(409).shows(&row.reference);
        let own = ben.post("/recover/join", &[("login", "ana"), ("reference", &row.reference)]).await;
        own.status(409).shows("You are signed in at the desk");
        let claimant = app.browser();
        claimant.get("/recover").await.ok().shows("I have a reference");
        claimant.get("/recover/join").await.ok();
        claimant.post("/recover/join", &[("login", "fay"), ("reference", &row.reference)]).await.status(422).shows("no open request");
        claimant.post("/recover/join", &[("login", "ana"), ("reference", "C-222222")]).await.status(422).shows("no open request");
        let spoken = row.reference.to_lowercase().replace('-', " ");
        claimant.post("/recover/join", &[("login", "Ana"), ("reference", &spoken)]).await.leads_to("/recover/case");
        let joined = app.row(&id).await;
        assert_ne!(joined.phrase, row.phrase, "the words are the page's");
        assert_ne!(joined.reference, row.reference, "one that was overheard is good once");
        claimant.get("/recover/case").await.ok().shows(&joined.phrase);
        ben.get(&case).await.ok().does_not_show("give the caller the reference").does_not_show(&joined.phrase);
        assert!(app.told_of("Somebody goes on with your recovery").await > 0);
        assert_eq!(app.events("case.joined").await[0]["detail"]["with"], "nothing");
        app.bind("ben", &id).await;
    }

    async fn what_was_proven_for_another_page_counts_nothing(db) {
        let app = TestApp::start(db).await;
        let id = app.ready_case_of_ana().await;
        let reference = app.row(&id).await.reference;
        assert_eq!(app.join("ana", &reference).await.unwrap(), id);
        assert_eq!(app.stage(&id).await, "verifying");
        let case = app.case(&id).await;
        assert!(case.evidence().iter().all(|piece| !case.counts(piece, app.clock.now())));
        app.bind("ben", &id).await;
        assert_eq!(app.stage(&id).await, "verifying", "the manager's word was for the other page");
        // Whoever proved the first page can prove this one.
        app.record("ben", &id, Kind::CallPlaced).await;
        app.vouch("mona", &id).await;
        assert_eq!(app.stage(&id).await, "ready");
    }

    async fn the_page_of_before_ends_and_says_so(db) {
        let app = TestApp::start(db).await;
        let first = app.browser();
        first.post("/recover/case", &[("login", "ana")]).await.leads_to("/recover/case");
        let page = first.get("/recover/case").await.ok().marked("data-reference");
        let second = app.browser();
        second.post("/recover/join", &[("login", "ana"), ("reference", &page)]).await.leads_to("/recover/case");
        first.get("/recover/case").await.leads_to("/recover");
        first.get("/recover").await.ok().shows("was continued in another browser");
        first.get("/recover/case").await.leads_to("/recover");
        first.get("/recover").await.ok().shows("No request is open in this browser");
        second.get("/recover/case").await.ok();
    }

    async fn what_is_done_or_over_is_not_joined_and_strangers_answer_alike(db) {
        let app = TestApp::start(db).await;
        let id = app.reset_case_of_ana().await;
        let reference = app.row(&id).await.reference;
        assert!(matches!(app.join("ana", &reference).await, Err(ActionError::Wrong(_))), "its pass is for the page that was bound");
        let stranger = app.browser();
        stranger.post("/recover/case", &[("login", "nobody.here")]).await.leads_to("/recover/case");
        let reference = stranger.get("/recover/case").await.ok().marked("data-reference");
        let other = app.browser();
        other.post("/recover/join", &[("login", "nobody.here"), ("reference", &reference)]).await.leads_to("/recover/case");
        let reference = other.get("/recover/case").await.ok().marked("data-reference");
        stranger.get("/recover/case").await.leads_to("/recover");
        other.post("/recover/case/withdraw", &[]).await.leads_to("/recover/case");
        assert!(matches!(app.join("nobody.here", &reference).await, Err(ActionError::Wrong(_))));
    }

    async fn a_reference_that_was_overheard_rings_nobody_all_day(db) {
        let app = TestApp::start(db).await;
        let id = app.open("fay").await;
        let reference = app.row(&id).await.reference;
        let mut joined = 0;
        for knock in 2..22 {
            let browser = app.browser_from(&format!("127.0.0.{knock}"));
            let answer = browser.post("/recover/join", &[("login", "fay"), ("reference", &reference)]).await;
            joined += usize::from(answer.status == 303);
        }
        assert_eq!(joined, 1, "each join gives the case another reference");
        app.advance(SignedDuration::from_hours(24));
        app.join("fay", &reference).await.unwrap_err();
        let reference = app.row(&id).await.reference;
        app.join("fay", &reference).await.unwrap();
    }

    async fn who_may_open_one_for_whom(db) {
        let app = TestApp::start(db).await;
        let ben = app.person("ben").await.id;
        let own = open_case_at_desk(&app.scope(), &app.caller("ben").await, &ben, PLACEHOLDER_REASON).await;
        assert_denied(own, "staff.open-case-never-for-oneself");
        let by_auditor = open_case_at_desk(&app.scope(), &app.caller("otto").await, &ben, PLACEHOLDER_REASON).await;
        assert!(matches!(by_auditor, Err(ActionError::Denied(_))));
        // A program may: it gets a reference, and whoever joins is as unknown as anybody.
        let token = app.token(&["cases:act", "cases:read"]).await;
        let sent = serde_json::json!({ "person": app.person("ana").await.id.as_str(), "reason": "Asked in the chat, HW-4711" });
        let program = app.browser();
        let request = program.request(reqwest::Method::POST, "/api/v1/cases").bearer_auth(&token).json(&sent);
        let view = program.send(request).await;
        view.status(201);
        assert_eq!(view.json()["opened_with"], "desk");
    }
}
