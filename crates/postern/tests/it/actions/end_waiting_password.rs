//! A new password that waits is stopped by its owner, by whatever ends their access, and by what lets it wait no more; or its time comes.

use jiff::{SignedDuration, Timestamp};
use postern::actions::contest::contest;
use postern::actions::end_waiting_password::{set_due_passwords, stop_own};
use postern::actions::suspend_person::suspend_person;
use postern::actions::suspend_tenant::{enable_tenant, suspend_tenant};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::browser::Browser;
use crate::on_both::on_both;
use crate::steps::{NEW_PASSWORD, PLACEHOLDER_REASON, a_day};
use crate::test_app::{TestApp, eventually};

const STOP: &str = "/account/waiting-password/stop";
const MAIL: &str = "gus@demo.postern.invalid";
const ANAS_MAIL: &str = "ana@demo.postern.invalid";
const WAITS: &str = "A new password waits";

async fn signed_in(app: &TestApp, login: &str) -> Browser {
    let browser = app.browser();
    app.advance_seconds(30);
    app.sign_in_by_hand(&browser, login).await;
    browser
}

async fn changes(app: &TestApp) -> usize {
    app.events("user.password_changed").await.len()
}

/// Its time has come, and the password from before goes on.
async fn never_counts(app: &TestApp, login: &str, until: Timestamp) {
    let hash = app.person(login).await.password_hash;
    app.no_password_waits(until).await;
    assert_eq!((changes(app).await, app.person(login).await.password_hash), (0, hash));
}

on_both! {
    async fn its_owner_stops_it_on_the_account_page(db) {
        let app = TestApp::start(db).await;
        let gus = signed_in(&app, "gus").await;
        gus.get("/account").await.ok().does_not_show(WAITS);
        gus.post(STOP, &[]).await.status(409).shows("No new password waits");
        let until = app.with_waiting_password("gus").await;
        gus.get("/account").await.ok().shows(WAITS).shows("This wasn’t me: stop it");
        gus.get(STOP).await.status(405);
        // Nobody stops another one's.
        signed_in(&app, "fay").await.post(STOP, &[]).await.status(409);
        gus.post(STOP, &[]).await.leads_to("/account");
        gus.get("/account").await.ok().shows("The new password is stopped").does_not_show("Somebody set it with a link");
        gus.post(STOP, &[]).await.status(409);
        assert_eq!(app.stopped_passwords().await, ["the owner"]);
        let finding = app.finding("disowned_activity").await;
        assert!(finding.description.contains("set a new password, which counts in 24 hours"), "{}", finding.description);
        gus.get("/account/activity").await.ok().shows("A new password that waited was stopped");
        never_counts(&app, "gus", until).await;
        // And asks for another one.
        app.advance_seconds(3600);
        app.password_link("gus").await;
    }

    async fn its_owner_stops_it_over_the_api(db) {
        let app = TestApp::start(db).await;
        let gus = signed_in(&app, "gus").await;
        let path = "/api/v1/account/waiting-password";
        assert_eq!(gus.get(path).await.ok().json(), json!({ "counts_from": null }));
        let until = app.with_waiting_password("gus").await;
        let said = gus.get(path).await.ok().json();
        let counts_from: Timestamp = said["counts_from"].as_str().unwrap().parse().unwrap();
        assert!(counts_from <= until && until - counts_from < SignedDuration::from_secs(30));
        gus.post_json(&format!("{path}/stop"), &json!({})).await.status(204);
        gus.post_json(&format!("{path}/stop"), &json!({})).await.status(409);
        never_counts(&app, "gus", until).await;
    }

    /// Nothing was changed yet: what is under way ends, and the account stays open.
    async fn the_link_in_its_notice_stops_it_and_not_the_account(db) {
        let app = TestApp::start(db).await;
        let ana = signed_in(&app, "ana").await;
        let until = app.with_waiting_password("ana").await;
        let (mail, text) = (app.not_me(ANAS_MAIL, WAITS).await, app.not_me("+44 7700 900120", WAITS).await);
        let body = app.messages().await.into_iter().find(|m| m.recipient == ANAS_MAIL && m.subject.contains(WAITS)).unwrap().body;
        assert!(body.contains("That page stops the new password") && !body.contains("suspends your account at once"), "{body}");
        let anybody = app.browser();
        anybody.get("/not-me").await.ok();
        ana.get("/account").await.ok().shows(WAITS);
        anybody.post("/not-me", &[("code", &mail)]).await.ok().shows("The new password never works").does_not_show("suspended");
        ana.get("/account").await.leads_to("/sign-in");
        assert!(app.person("ana").await.suspended_at.is_none());
        assert_eq!(app.stopped_passwords().await, ["a link in a notice"]);
        let finding = app.finding("disowned_activity").await;
        assert!(finding.description.starts_with("By the link in a message"), "{}", finding.description);
        // The link that another contact got does no harm, even weeks later.
        app.advance(a_day() * 25);
        postern::jobs::sweep::sweep(&app.scope()).await.unwrap();
        anybody.post("/not-me", &[("code", &text)]).await.ok().shows("The new password never works");
        anybody.post("/not-me", &[("code", &text)]).await.status(422);
        assert!(app.person("ana").await.suspended_at.is_none());
        assert_eq!(app.stopped_passwords().await.len(), 1);
        never_counts(&app, "ana", until).await;
        signed_in(&app, "ana").await;
    }

    /// Two such notices look alike: an older one stops what waits now, and ends what somebody has opened since.
    async fn the_link_in_an_older_notice_stops_a_later_one(db) {
        let app = TestApp::start(db).await;
        app.with_waiting_password("ana").await;
        let older = app.not_me(ANAS_MAIL, WAITS).await;
        signed_in(&app, "ana").await.post(STOP, &[]).await.leads_to("/account");
        app.advance_seconds(3600);
        let until = app.with_waiting_password("ana").await;
        let ana = signed_in(&app, "ana").await;
        app.browser().post("/not-me", &[("code", &older)]).await.ok().shows("The new password never works");
        ana.get("/account").await.leads_to("/sign-in");
        assert_eq!(app.stopped_passwords().await, ["a link in a notice", "the owner"]);
        never_counts(&app, "ana", until).await;
    }

    /// Whoever says so of a request says so of what waits beside it.
    async fn the_link_in_the_notice_of_a_request_stops_it_too(db) {
        let app = TestApp::start(db).await;
        let until = app.with_waiting_password("ana").await;
        app.ready_case_of_ana().await;
        let code = app.not_me(ANAS_MAIL, "asked to recover").await;
        app.browser().post("/not-me", &[("code", &code)]).await.ok().shows("The new password never works").shows("the recovery is stopped");
        assert_eq!(app.stopped_passwords().await, ["a link in a notice"]);
        never_counts(&app, "ana", until).await;
    }

    /// The mailbox whose link was used may be somebody else's: that it was told begins no day where another contact was written to.
    async fn its_day_begins_when_another_contact_was_told(db) {
        let app = TestApp::start(db).await;
        let until = app.with_waiting_password("ana").await;
        let sql = app.own("UPDATE outbox SET delivered_at = NULL WHERE notice = 'password_waits' AND channel <> 'email'");
        sqlx::query(sql).execute(app.db.reader()).await.unwrap();
        app.set_passwords_at(until + a_day()).await;
        assert_eq!(changes(&app).await, 0, "the phone was not told");
    }

    /// Then something was changed: it does what such a link does for anything else.
    async fn once_it_counts_that_link_suspends_the_account(db) {
        let app = TestApp::start(db).await;
        let until = app.with_waiting_password("gus").await;
        let (mail, counted) = (app.not_me(MAIL, WAITS).await, until + SignedDuration::from_secs(1));
        app.set_passwords_at(counted).await;
        assert_eq!(changes(&app).await, 1);
        app.advance(a_day() * 25);
        postern::jobs::sweep::sweep(&app.scope()).await.unwrap();
        app.browser().post("/not-me", &[("code", &mail)]).await.ok().shows("Your account is suspended");
        assert!(app.person("gus").await.suspended_at.is_some());
        app.finding("disowned_activity").await;
    }

    async fn a_suspension_a_reset_and_another_password_stop_it(db) {
        let app = TestApp::start(db).await;
        let gus = app.with_waiting_password("gus").await;
        let ben = app.caller("ben").await;
        suspend_person(&app.scope(), &ben, &app.person("gus").await.id, PLACEHOLDER_REASON).await.unwrap();
        app.with_waiting_password("ana").await;
        app.reset_case_of_ana().await;
        let fay = signed_in(&app, "fay").await;
        app.with_waiting_password("fay").await;
        let (old, code) = (app.password_of("fay"), app.next_code("fay").await);
        app.secrets.saw("violet-lamp-91-otter-gravel");
        let form = [("current_password", &*old), ("new_password", "violet-lamp-91-otter-gravel"), ("code", &code)];
        fay.post("/account/password", &form).await.leads_to("/account");
        assert_eq!(app.stopped_passwords().await, ["the password was changed", "access ended", "access ended"]);
        let hashes = [app.person("gus").await.password_hash, app.person("fay").await.password_hash];
        app.no_password_waits(gus + a_day()).await;
        assert_eq!(changes(&app).await, 1, "Fay's own");
        assert_eq!(hashes, [app.person("gus").await.password_hash, app.person("fay").await.password_hash]);
    }

    /// The one who is signed in says of the line on the account page that it was not them.
    async fn this_was_not_me_beside_what_happened_stops_it(db) {
        let app = TestApp::start(db).await;
        let gus = signed_in(&app, "gus").await;
        let until = app.with_waiting_password("gus").await;
        let listed = gus.get("/api/v1/account/activity").await.ok().json();
        let entries = listed["entries"].as_array().unwrap();
        let entry = entries.iter().find(|entry| entry["message_id"] == "activity-password-waits").unwrap();
        let path = format!("/account/activity/{}/not-me", entry["id"].as_str().unwrap());
        gus.post(&path, &[]).await;
        assert_eq!(app.stopped_passwords().await, ["access ended"]);
        assert!(app.person("gus").await.suspended_at.is_none());
        never_counts(&app, "gus", until).await;
    }

    /// Looked at when its time has come: the factor, the mailbox, the tier, the switch.
    async fn it_never_counts_when_what_it_rests_on_is_gone(db) {
        let app = TestApp::start(db).await;
        let fay = signed_in(&app, "fay").await;
        let mut device = app.move_to_passkey(&fay, "fay").await;
        let mut until = Timestamp::MIN;
        for login in ["fay", "emil", "gus", "ana"] {
            until = until.max(app.with_waiting_password(login).await);
        }
        let listed = fay.get("/api/v1/account/factors").await.ok().json();
        let totp = listed["factors"].as_array().unwrap().iter().find(|factor| factor["kind"] == "totp").unwrap().clone();
        let path = format!("/account/factors/{}/remove", totp["id"].as_str().unwrap());
        let options = fay.post_json(&format!("{path}/start"), &json!({})).await.ok().json();
        let proof = json!({ "proof": { "assertion": device.touch(options) } });
        fay.post_json(&format!("{path}/finish"), &proof).await.ok();
        let lost = app.own("UPDATE contacts SET lost_at = 1 WHERE value = 'emil@demo.postern.invalid'");
        sqlx::query(lost).execute(app.db.reader()).await.unwrap();
        app.set_person("gus", "tier = 'privileged'").await;
        app.set_person("ana", "password_hash = NULL").await;
        // That of the last one may have gone out late.
        app.set_passwords_at(until + a_day()).await;
        let mut why = app.stopped_passwords().await;
        why.sort();
        let closed = "this way is not open to the person any more";
        assert_eq!(why, ["the factor that proved it is gone", "the mailbox that its link went to is gone", closed, closed]);
        assert_eq!(changes(&app).await, 0);
        app.no_password_waits(until).await;
    }

    async fn the_switch_stops_it_too(db) {
        let app = TestApp::start(db).await;
        let until = app.with_waiting_password("gus").await;
        app.set_password_by_mail("off").await;
        never_counts(&app, "gus", until).await;
        assert_eq!(app.stopped_passwords().await, ["this way is not open to the person any more"]);
    }

    /// A day in which nobody could object is none.
    async fn it_waits_a_day_from_when_its_notice_went_out(db) {
        let app = TestApp::start(db).await;
        let until = app.with_waiting_password("gus").await;
        let told_at = async |at: Option<i64>| {
            let sql = app.own("UPDATE outbox SET delivered_at = $1 WHERE notice = 'password_waits'");
            sqlx::query(sql).bind(at).execute(app.db.reader()).await.unwrap();
        };
        told_at(None).await;
        app.set_passwords_at(until + a_day()).await;
        assert_eq!(changes(&app).await, 0, "nobody was told");
        let told = until + SignedDuration::from_hours(20);
        told_at(Some(told.as_microsecond())).await;
        // It waits until a day after it was looked at last.
        app.set_passwords_at(until + a_day() * 2).await;
        assert_eq!(changes(&app).await, 1);
        let changed: Timestamp = app.events("user.password_changed").await[0]["at"].as_str().unwrap().parse().unwrap();
        assert!(changed >= told + a_day());
    }

    async fn it_waits_as_much_longer_as_the_organisation_was_suspended(db) {
        let app = TestApp::start(db).await;
        let until = app.with_waiting_password("gus").await;
        suspend_tenant(&app.scope(), PLACEHOLDER_REASON).await.unwrap();
        app.advance(a_day() * 3);
        enable_tenant(&app.scope(), PLACEHOLDER_REASON).await.unwrap();
        app.set_passwords_at(until + a_day() * 3 - SignedDuration::from_mins(1)).await;
        assert_eq!(changes(&app).await, 0);
        app.set_passwords_at(until + a_day() * 3 + SignedDuration::from_mins(1)).await;
        assert_eq!(changes(&app).await, 1);
    }

    async fn the_job_lets_it_count_when_its_time_has_come(db) {
        let app = TestApp::start(db).await;
        app.with_waiting_password("gus").await;
        app.advance_seconds(24 * 3600 + 1);
        eventually("it counts", async || changes(&app).await == 1).await;
        let form = [("login", "gus"), ("password", NEW_PASSWORD)];
        app.browser().post("/sign-in", &form).await.leads_to("/sign-in/second-step");
    }

    /// Its notices go out once, and its record is one.
    async fn on_two_servers_it_counts_once(db) {
        let app = TestApp::start(db).await;
        let until = app.with_waiting_password("gus").await;
        let node = app.second_node().await;
        let mut tasks = JoinSet::new();
        for scope in [app.scope(), node.scope(), app.scope(), node.scope()] {
            let scope = scope.at(until);
            tasks.spawn(async move { set_due_passwords(&scope).await.unwrap() });
        }
        tasks.join_all().await;
        assert_eq!(changes(&app).await, 1);
        let notices = app.messages().await.into_iter().filter(|message| message.subject == "Your new password works now");
        assert_eq!(notices.count(), 2, "mailbox and office");
        node.stop().await;
    }

    async fn of_the_owner_and_the_job_in_one_moment_one_wins(db) {
        let app = TestApp::start(db).await;
        let (mut counted, mut stopped) = (0, 0);
        for login in ["gus", "fay", "emil", "ana"] {
            let until = app.with_waiting_password(login).await + a_day();
            let (caller, scope) = (app.caller(login).await, app.scope().at(until));
            let (one, other) = tokio::join!(stop_own(&scope, &caller), set_due_passwords(&scope));
            other.unwrap();
            let (now_counted, now_stopped) = (changes(&app).await, app.stopped_passwords().await.len());
            assert_eq!((now_counted + now_stopped) - (counted + stopped), 1, "{login}: {one:?}");
            assert_eq!(one.is_ok(), now_stopped > stopped, "{login}: {one:?}");
            (counted, stopped) = (now_counted, now_stopped);
        }
    }
}

/// What somebody does next.
#[derive(Clone, Copy, Debug)]
enum Step {
    Ask,
    UseRight,
    UseWrongCode,
    UseWrongLink,
    StopOnPage,
    StopByNotice,
    Wait,
}

const STEPS: [Step; 13] = [
    Step::Ask,
    Step::Ask,
    Step::UseRight,
    Step::UseRight,
    Step::UseRight,
    Step::UseWrongCode,
    Step::UseWrongLink,
    Step::StopOnPage,
    Step::StopByNotice,
    Step::Wait,
    Step::Wait,
    Step::Wait,
    Step::Wait,
];

/// Which steps come is the same in each run.
struct StepOrder(u64);

impl StepOrder {
    fn next(&mut self) -> Step {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        STEPS[usize::try_from(self.0 >> 33).unwrap() % STEPS.len()]
    }
}

/// What was really done, kept beside what the program says.
#[derive(Default)]
struct Truth {
    /// The newest link, if it was mailed and not used.
    link: Option<String>,
    /// Since when somebody who had shown a mailed link and a right code waits, unstopped.
    since: Option<Timestamp>,
    changes: usize,
    stops: usize,
}

impl Truth {
    async fn take(&mut self, app: &TestApp, step: Step) {
        let junk = "nobody-was-mailed-this";
        match step {
            Step::Ask => {
                app.ask_for_link("gus").await;
                self.link = app.mailed_links("gus").await.into_iter().next().or(self.link.take());
            }
            Step::UseRight | Step::UseWrongCode | Step::UseWrongLink => {
                let right = app.next_code("gus").await;
                let code = if matches!(step, Step::UseWrongCode) {
                    app.phone("gus").await.wrong_code(app.seconds())
                } else {
                    right
                };
                let link = if matches!(step, Step::UseWrongLink) { None } else { self.link.clone() };
                let used = app.use_link(link.as_deref().unwrap_or(junk), &code).await.status == 200;
                assert!(
                    !used || (matches!(step, Step::UseRight) && link.is_some() && self.since.is_none()),
                    "{step:?}"
                );
                if used {
                    self.since = Some(app.end_of_latest_wait().await - a_day());
                }
            }
            Step::StopOnPage => {
                let caller = app.caller("gus").await;
                let stopped = stop_own(&app.scope(), &caller).await.is_ok();
                assert_eq!(stopped, self.since.take().is_some());
                self.stops += usize::from(stopped);
            }
            Step::StopByNotice if self.since.take().is_some() => {
                let code = app.not_me(MAIL, WAITS).await;
                assert!(contest(&app.scope(), &code).await.unwrap().password_stopped);
                self.stops += 1;
            }
            Step::StopByNotice => {}
            Step::Wait => app.advance(SignedDuration::from_hours(9)),
        }
        app.set_passwords_at(app.clock.now()).await;
        if self.since.is_some_and(|since| since + a_day() <= app.clock.now()) {
            (self.since, self.changes) = (None, self.changes + 1);
        }
    }
}

impl TestApp {
    /// The same where several waited one after the other.
    async fn end_of_latest_wait(&self) -> Timestamp {
        let latest = "SELECT COUNT(*) FROM outbox WHERE notice = 'password_waits' AND delivered_at IS NULL";
        eventually("the notices are out", async || self.count(latest).await == 0).await;
        let sql = "SELECT MIN(delivered_at) FROM outbox WHERE notice = 'password_waits' \
                   AND created_at = (SELECT MAX(created_at) FROM outbox WHERE notice = 'password_waits')";
        Timestamp::from_microsecond(self.count(sql).await).unwrap() + a_day()
    }
}

on_both! {
    /// Link, code and a day unstopped: after each step of many orders, the password is another one when all of them were there, and only
    /// then.
    async fn no_order_of_steps_sets_a_password_without_link_code_and_day(db) {
        let app = TestApp::start(db).await;
        app.set_password_by_mail("on").await;
        let (mut order, mut truth, mut taken) = (StepOrder(11), Truth::default(), Vec::new());
        let mut hash = app.person("gus").await.password_hash;
        for _ in 0..240 {
            let step = order.next();
            taken.push(step);
            let before = truth.changes;
            truth.take(&app, step).await;
            let now = app.person("gus").await.password_hash;
            assert_eq!(now != hash, truth.changes > before, "{taken:?}");
            hash = now;
        }
        let said: (usize, usize) = (changes(&app).await, app.stopped_passwords().await.len());
        assert_eq!(said, (truth.changes, truth.stops));
        assert!(truth.changes > 1 && truth.stops > 1, "too little came to pass: {said:?}");
        let waits: Vec<Value> = app.events("user.password_waits").await;
        assert!(waits.len() >= truth.changes + truth.stops);
    }
}
