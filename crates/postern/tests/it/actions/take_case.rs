use postern::actions::ActionError;
use postern::actions::add_evidence::{Verification, add_evidence};
use postern::actions::contest::contest;
use postern::actions::escalate_case::escalate_case;
use postern::actions::lapse_case::lapse_case;
use postern::actions::take_case::{hand_back_case, take_case};
use postern::jobs::lapse_cases::lapse_cases;
use postern::store::StoreError;
use postern::store::cases::queue;
use postern_core::evidence::Kind;
use postern_core::id::CaseId;
use reqwest::Method;
use tokio::task::JoinSet;

use super::{assert_denied, assert_refused};
use crate::on_both::on_both;
use crate::steps::PLACEHOLDER_REASON;
use crate::test_app::{TestApp, eventually};

async fn is_strangers(app: &TestApp, id: &CaseId) -> bool {
    app.row(id).await.stranger_since.is_some()
}

on_both! {
    async fn a_taken_case_stands_in_the_queue_and_handed_back_it_is_a_strangers_again(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        let (ben, bea) = (app.browser_with_planted_session("ben").await, app.browser_with_planted_session("bea").await);
        let case = format!("/desk/cases/{id}");
        ben.get("/desk").await.ok().does_not_show("Ana Ferreira");
        ben.get("/desk?list=strangers").await.ok().shows("Ana Ferreira");
        ben.get(&case).await.ok().shows("stands with the strangers");
        ben.post(&format!("{case}/take"), &[]).await.leads_to(&case);
        ben.get("/desk").await.ok().shows("Ana Ferreira").shows("You have it");
        ben.get("/desk?list=strangers").await.ok().does_not_show("Ana Ferreira");
        // A colleague's case is neither taken nor given away by another agent; a senior may give it back.
        bea.post(&format!("{case}/take"), &[]).await.status(409).shows("Somebody has taken");
        bea.post(&format!("{case}/hand-back"), &[]).await.status(409).shows("A colleague has this case");
        app.advance_seconds(3600);
        hand_back_case(&app.scope(), &app.caller("sol").await, &id).await.unwrap();
        // It has its 72 hours from now on, not from its opening.
        let left = app.row(&id).await.lapses_at().unwrap().duration_since(app.clock.now());
        assert!(left > jiff::SignedDuration::from_hours(71) && left <= jiff::SignedDuration::from_hours(72));
        assert_refused(hand_back_case(&app.scope(), &app.caller("sol").await, &id).await, "Nobody has");
        assert_eq!((app.events("case.taken").await.len(), app.events("case.handed_back").await.len()), (1, 1));
    }

    async fn what_somebody_worked_on_is_no_strangers(db) {
        let app = TestApp::start(db).await;
        let (ben, bound, seen, offered, handed_on) =
            (app.caller("ben").await, app.open("ana").await, app.open("carl").await, app.open("fay").await, app.open("gus").await);
        app.bind("ben", &bound).await;
        app.record("ben", &seen, Kind::InPerson).await;
        add_evidence(&app.scope(), &ben, &offered, Verification::confirmed(Kind::Urgency, "HD-1")).await.unwrap();
        escalate_case(&app.scope(), &ben, &handed_on, PLACEHOLDER_REASON).await.unwrap();
        for id in [&bound, &seen, &offered, &handed_on] {
            assert!(!is_strangers(&app, id).await);
        }
        // Taken and handed back, one with proof in it stays in the queue.
        take_case(&app.scope(), &ben, &seen).await.unwrap();
        hand_back_case(&app.scope(), &ben, &seen).await.unwrap();
        assert!(!is_strangers(&app, &seen).await);
    }

    /// A row that was read before somebody took the case, or worked on it, moves it no more.
    async fn what_moved_since_it_was_read_is_neither_closed_nor_given_to_strangers(db) {
        let app = TestApp::start(db).await;
        let (ben, id) = (app.caller("ben").await, app.open("ana").await);
        // The server's own job would close it first.
        let later = sqlx::query(app.own("UPDATE jobs SET run_at = run_at * 2 WHERE kind = 'lapse_cases'"));
        later.execute(app.db.reader()).await.unwrap();
        app.advance(jiff::SignedDuration::from_hours(73));
        let nobodys = app.row(&id).await;
        take_case(&app.scope(), &ben, &id).await.unwrap_err();
        let scope = app.scope().at(app.clock.now() - jiff::SignedDuration::from_hours(48));
        let mut change = scope.begin().await.unwrap();
        queue::take(&mut change, &nobodys, &ben.person.id).await.unwrap();
        change.commit_unrecorded("planted by a test").await.unwrap();
        assert!(matches!(lapse_case(&app.scope(), &nobodys).await, Err(ActionError::Conflict)));
        let taken = app.row(&id).await;
        assert!(taken.closed_at.is_none());
        app.record("ben", &id, Kind::InPerson).await;
        let scope = app.scope();
        let mut change = scope.begin().await.unwrap();
        let stale = queue::hand_back(&mut change, &taken, ben.person.id.as_str(), true).await;
        assert!(matches!(stale, Err(StoreError::Conflict)));
    }

    /// What the owner contested is a senior's, however long ago it was opened.
    async fn what_was_contested_is_no_strangers_and_can_still_be_taken(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        contest(&app.scope(), &app.not_me("ana@demo.postern.invalid", "asked").await).await.unwrap();
        assert!(!is_strangers(&app, &id).await);
        app.advance(jiff::SignedDuration::from_hours(73));
        take_case(&app.scope(), &app.caller("sol").await, &id).await.unwrap();
    }

    async fn a_name_that_nobody_has_can_be_taken_too(db) {
        let app = TestApp::start(db).await;
        let id = app.open("nobody-here").await;
        take_case(&app.scope(), &app.caller("ben").await, &id).await.unwrap();
        assert!(!is_strangers(&app, &id).await);
    }

    async fn nobody_takes_their_own_and_no_program_takes_any(db) {
        let app = TestApp::start(db).await;
        let (own, other) = (app.open("ben").await, app.open("ana").await);
        assert_denied(take_case(&app.scope(), &app.caller("ben").await, &own).await, "staff.never-oneself");
        let mut program = app.caller("ada").await;
        program.scopes = Some(vec!["cases:act".to_owned()]);
        assert_denied(take_case(&app.scope(), &program, &other).await, "staff.no-token-takes-a-case");
        let token = app.token(&["cases:read", "cases:act"]).await;
        let request = app.browser().request(Method::POST, &format!("/api/v1/cases/{other}/take"));
        app.browser().send(request.bearer_auth(token)).await.status(403);
        assert!(matches!(take_case(&app.scope(), &app.caller("otto").await, &other).await, Err(ActionError::Denied(_))));
        assert!(is_strangers(&app, &other).await);
    }

    async fn what_nobody_takes_up_runs_out_after_three_days(db) {
        let app = TestApp::start(db).await;
        let (id, nobodys, taken) = (app.open("ana").await, app.open("nobody-here").await, app.open("gus").await);
        take_case(&app.scope(), &app.caller("ben").await, &taken).await.unwrap();
        let lapses_at = app.row(&id).await.lapses_at().unwrap();
        app.advance(lapses_at.duration_since(app.clock.now()) - jiff::SignedDuration::from_secs(60));
        assert_eq!(app.stage(&id).await, "verifying");
        app.advance_seconds(61);
        // When it is read, whether the job came or not; and the job puts it on record.
        assert_eq!(app.stage(&id).await, "closed");
        lapse_cases(&app.scope()).await.unwrap();
        for case in [&id, &nobodys] {
            assert!(app.row(case).await.closed_at.is_some());
        }
        assert_eq!(app.row(&nobodys).await.stage, "lapsed");
        assert_eq!(app.stage(&taken).await, "verifying");
        let closed = app.events("case.closed").await;
        assert!(closed.len() == 2 && closed.iter().all(|event| event["detail"]["outcome"] == "lapsed"));
    }

    /// The job that was to close it came while somebody had it.
    async fn what_was_handed_back_late_runs_out_too(db) {
        let app = TestApp::start(db).await;
        let (ben, id) = (app.caller("ben").await, app.open("ana").await);
        take_case(&app.scope(), &ben, &id).await.unwrap();
        let seventy_three_hours = jiff::SignedDuration::from_hours(73);
        app.advance(seventy_three_hours);
        let due = format!("SELECT id FROM jobs WHERE kind = 'lapse_cases' AND run_at <= {}", app.clock.now().as_microsecond());
        eventually("the job comes in vain", async || {
            sqlx::query(app.own(&due)).fetch_all(app.db.reader()).await.unwrap().is_empty()
        })
        .await;
        assert_eq!(app.stage(&id).await, "verifying");
        hand_back_case(&app.scope(), &ben, &id).await.unwrap();
        app.advance(seventy_three_hours);
        eventually("the case is closed", async || app.row(&id).await.closed_at.is_some()).await;
    }

    async fn of_sixteen_at_once_one_has_it(db) {
        let app = TestApp::start(db).await;
        let (id, ben) = (app.open("ana").await, app.caller("ben").await);
        let mut tasks = JoinSet::new();
        for _ in 0..16 {
            let (app, id, ben) = (app.scope(), id.clone(), ben.clone());
            tasks.spawn(async move { take_case(&app, &ben, &id).await.is_ok() });
        }
        assert_eq!(tasks.join_all().await.into_iter().filter(|won| *won).count(), 1);
        assert_eq!(app.events("case.taken").await.len(), 1);
    }
}
