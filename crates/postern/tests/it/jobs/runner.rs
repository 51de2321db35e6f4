//! What the table of jobs promises, whatever the work is.

use jiff::{SignedDuration, Timestamp};
use postern::job::{Job, JobKind};
use postern::smtp::Smtp;
use postern::store::jobs::{self, FailedAttempt, JobRow, Lease};
use postern::store::{Change, audit};
use postern_testkit::{FakeGateway, FakeSmtp};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::on_both::on_both;
use crate::test_app::{Place, TestApp, eventually};

/// Work of no time yet: the runner leaves it alone until the clock of the test says otherwise.
const JOB: Job = Job::PublishCheckpoint;

/// In a year.
fn far(change: &Change<'_>) -> Timestamp {
    change.at() + SignedDuration::from_hours(24 * 365)
}

impl TestApp {
    /// One job, as it is now.
    async fn job(&self, kind: &str) -> (i64, i64, Option<String>) {
        let sql = "SELECT run_at, attempts, last_error FROM jobs WHERE kind = $1";
        sqlx::query_as(self.own(sql)).bind(kind).fetch_one(self.db.reader()).await.unwrap()
    }

    /// Leases the job at a moment a year from now, as a process of this name.
    async fn lease_as(&self, by: &str, later: SignedDuration) -> Vec<JobRow> {
        let scope = self.scope().at(self.clock.now() + SignedDuration::from_hours(24 * 365) + later);
        let mut change = scope.begin().await.unwrap();
        let lease = Lease { by, until: scope.now + SignedDuration::from_mins(5) };
        let rows = jobs::lease(&mut change, JobKind::PublishCheckpoint, lease, 10).await.unwrap();
        change.commit_unrecorded("a test's lease").await.unwrap();
        rows
    }
}

on_both! {
    async fn a_job_is_leased_once_and_again_when_its_lease_has_ended(db) {
        let app = TestApp::start(db).await;
        let mut tasks = JoinSet::new();
        for n in 0..8 {
            let scope = app.scope().at(app.clock.now() + SignedDuration::from_hours(24 * 365));
            tasks.spawn(async move {
                let mut change = scope.begin().await.unwrap();
                let by = format!("node {n}");
                let lease = Lease { by: &by, until: scope.now + SignedDuration::from_mins(5) };
                let rows = jobs::lease(&mut change, JobKind::PublishCheckpoint, lease, 10).await.unwrap();
                change.commit_unrecorded("a test's lease").await.unwrap();
                rows.len()
            });
        }
        assert_eq!(tasks.join_all().await.into_iter().sum::<usize>(), 1);
        assert!(app.lease_as("late", SignedDuration::from_mins(4)).await.is_empty());
        let taken_over = app.lease_as("late", SignedDuration::from_mins(6)).await;
        assert_eq!((taken_over.len(), taken_over[0].attempts), (1, 2));
    }

    /// What was woken while it was being done is done once more: the wake may have come after the work had looked.
    async fn what_is_woken_meanwhile_is_done_once_more(db) {
        let app = TestApp::start(db).await;
        let leased = app.lease_as("here", SignedDuration::ZERO).await.remove(0);
        let scope = app.scope();
        let mut change = scope.begin().await.unwrap();
        let far_off = far(&change);
        change.enqueue(JOB, far_off);
        change.commit_unrecorded("a test wakes it").await.unwrap();
        let mut change = scope.begin().await.unwrap();
        let far = far(&change);
        assert!(!jobs::finish(&mut change, &leased).await.unwrap());
        assert!(!jobs::reschedule(&mut change, &leased, far).await.unwrap());
        jobs::run_again(&mut change, &leased, "somebody else").await.unwrap();
        drop(change);
        let mut change = scope.begin().await.unwrap();
        jobs::run_again(&mut change, &leased, "here").await.unwrap();
        change.commit_unrecorded("a test's work is done").await.unwrap();
        eventually("it is done again, and waits for tomorrow", async || {
            let (run_at, attempts, _) = app.job("publish_checkpoint").await;
            attempts == 0 && run_at > (app.clock.now() + SignedDuration::from_hours(23)).as_microsecond()
        })
        .await;
    }

    async fn who_lost_the_lease_settles_nothing(db) {
        let app = TestApp::start(db).await;
        let lost = app.lease_as("slow", SignedDuration::ZERO).await.remove(0);
        let held = app.lease_as("quick", SignedDuration::from_mins(6)).await.remove(0);
        let scope = app.scope();
        let mut change = scope.begin().await.unwrap();
        assert!(!jobs::finish(&mut change, &lost).await.unwrap());
        jobs::save_failure(&mut change, &lost, "slow", &FailedAttempt::Dead("too late")).await.unwrap();
        assert!(jobs::list_dead(&app.db, &app.tenant).await.unwrap().is_empty());
        assert!(jobs::finish(&mut change, &held).await.unwrap());
    }

    async fn asked_for_twice_it_is_there_once_at_the_earlier_moment(db) {
        let app = TestApp::start(db).await;
        let scope = app.scope();
        for hours in [20, 2, 30] {
            let mut change = scope.begin().await.unwrap();
            change.enqueue(JOB, change.at() + SignedDuration::from_hours(hours));
            change.commit_unrecorded("a test asks for it").await.unwrap();
        }
        let (run_at, ..) = app.job("publish_checkpoint").await;
        assert_eq!(run_at, (scope.now + SignedDuration::from_hours(2)).as_microsecond());
    }

    /// A mail server that takes the call and never answers keeps nothing else waiting, and the desk says so.
    async fn a_mail_server_that_hangs_delays_mail_alone(db) {
        let (hanging, gateway) = (TcpListener::bind("127.0.0.1:0").await.unwrap(), FakeGateway::start().await);
        let place = Place::with_people(db).await;
        place.set("gateway_url", gateway.url().as_str()).await;
        let url = format!("smtp://{}", hanging.local_addr().unwrap()).parse().unwrap();
        let from = "postern@halden.invalid".parse().unwrap();
        let app = TestApp::start_at(place, |config| config.smtp = Some(Smtp { url, from })).await;
        let began = std::time::Instant::now();
        app.open("ana").await;
        eventually("text and call go out", async || gateway.texts().len() == 2).await;
        eventually("every record has its place", async || {
            !audit::has_unsequenced(&app.db, &app.tenant).await.unwrap()
        })
        .await;
        assert!(began.elapsed().as_secs() < 15, "the mail's twenty seconds have not passed");
        let desk = app.browser_with_planted_session("ada").await;
        assert!(!desk.get("/desk").await.body.contains("have not gone out"));
        app.advance_seconds(121);
        eventually("the desk says that mail is stuck", async || {
            desk.get("/desk").await.body.contains("Messages to people have not gone out")
        })
        .await;
        desk.get("/desk/jobs").await.ok().shows("1 × Send a mail");
        let stuck = desk.get("/api/v1/jobs").await.ok().json();
        assert_eq!((&stuck["stuck"][0]["kind"], &stuck["stuck"][0]["count"]), (&"deliver_mail".into(), &1.into()));
        // It is not waited for without end: its slot is free again, and what comes next is told why it waits.
        eventually("the attempt ends", async || {
            let messages = app.messages().await;
            messages.iter().any(|m| m.last_error.as_deref() == Some("The mail server did not answer in time."))
        })
        .await;
    }

    /// What went out counts as gone out soon after, whatever the next message of its batch waits for.
    async fn what_went_out_is_kept_while_the_next_one_hangs(db) {
        let gateway = FakeGateway::start().await;
        gateway.hang_after(1);
        let place = Place::with_people(db).await;
        place.set("gateway_url", gateway.url().as_str()).await;
        let app = TestApp::start_at(place, |_| {}).await;
        let began = std::time::Instant::now();
        app.open("ana").await;
        eventually("the first is kept as delivered", async || {
            let texts: Vec<_> = app.messages().await.into_iter().filter(|m| m.channel != "email").collect();
            texts.len() == 2 && texts.iter().filter(|m| m.delivered_at.is_some()).count() == 1
        })
        .await;
        assert!(began.elapsed().as_secs() < 15, "the second one's twenty seconds have not passed");
        assert_eq!(gateway.texts().len(), 1);
    }

    /// A carrier that did not answer is not asked for every message, and costs none of them an attempt.
    async fn behind_a_server_that_is_gone_messages_wait_together(db) {
        let smtp = FakeSmtp::start().await;
        let (address, url) = (smtp.address(), smtp.url());
        drop(smtp);
        let from = "postern@halden.invalid".parse().unwrap();
        let app = TestApp::start_with(db, |config| config.smtp = Some(Smtp { url, from })).await;
        app.open("gus").await;
        eventually("the first attempt failed", async || app.messages().await.iter().any(|m| m.attempts == 1)).await;
        app.open("fay").await;
        eventually("the next one is put off without an attempt", async || {
            let messages = app.messages().await;
            messages.iter().any(|m| m.attempts == 0 && m.last_error.as_deref().is_some_and(|e| e.contains("does not answer")))
        })
        .await;
        let smtp = FakeSmtp::start_on(address).await;
        app.advance_seconds(31);
        eventually("both arrive", async || smtp.mails().len() == 2).await;
    }

    async fn what_was_given_up_is_shown_and_runs_again(db) {
        let smtp = FakeSmtp::start().await;
        let (url, from) = (smtp.url(), "postern@halden.invalid".parse().unwrap());
        let app = TestApp::start_with(db, |config| config.smtp = Some(Smtp { url, from })).await;
        let spoil = "UPDATE contacts SET value = 'no address' WHERE value = 'gus@demo.postern.invalid'";
        sqlx::query(app.own(spoil)).execute(app.db.reader()).await.unwrap();
        app.open("gus").await;
        let mut dead = Vec::new();
        eventually("it is given up at once", async || {
            dead = jobs::list_dead(&app.db, &app.tenant).await.unwrap();
            dead.len() == 1
        })
        .await;
        let ada = app.browser_with_planted_session("ada").await;
        let page = ada.get("/desk/jobs").await;
        page.ok().shows("to no address").shows("The address on file is not one");
        eventually("the head of each page says so", async || {
            ada.get("/account").await.body.contains("1<span class=\"sr\"> given up")
        })
        .await;
        let again = format!("/desk/jobs/{}/run-again", dead[0].id);
        ada.post(&again, &[]).await.status(422).shows("reason");
        // What was typed stays, though it can't be a reason: the mark in it turns the direction of writing.
        let turned = ada.post(&again, &[("reason", "put right\u{202e} now")]).await;
        assert!(turned.status(422).body.contains("value=\"put right"), "what was typed is lost");
        let put_right = [("reason", "the address is another one now")];
        ada.post(&again, &put_right).await.leads_to("/desk/jobs");
        eventually("it was tried again, in vain", async || {
            let now = jobs::list_dead(&app.db, &app.tenant).await.unwrap();
            now.len() == 1 && now[0].dead_at > dead[0].dead_at
        })
        .await;
        let repair = "UPDATE outbox SET recipient = 'gus@demo.postern.invalid' WHERE recipient = 'no address'";
        sqlx::query(app.own(repair)).execute(app.db.reader()).await.unwrap();
        let repair = "UPDATE contacts SET value = 'gus@demo.postern.invalid' WHERE value = 'no address'";
        sqlx::query(app.own(repair)).execute(app.db.reader()).await.unwrap();
        ada.post(&again, &put_right).await.leads_to("/desk/jobs");
        eventually("it arrives", async || smtp.mails().len() == 1).await;
        eventually("it is gone", async || jobs::list_dead(&app.db, &app.tenant).await.unwrap().is_empty()).await;
        ada.post(&again, &put_right).await.status(404);
        let refused = app.events("step.refused").await;
        assert_eq!(refused[0]["detail"]["why"], "it is not here, or not any more", "who names what is not there is on the record");
        let runs = app.events("job.run_again").await;
        assert_eq!((runs.len(), &runs[0]["detail"]["kind"]), (2, &"deliver_mail".into()));
        // An agent sees none of it.
        let ben = app.browser_with_planted_session("ben").await;
        ben.get("/desk/jobs").await.status(403);
        for nobody in [&ben, &app.browser_with_planted_session("fay").await] {
            for form in [&[][..], &put_right] {
                nobody.post(&again, form).await.status(403).does_not_show("gus@");
            }
        }
    }
}
