//! A link from a mailbox and a code of a device set a password that waits. Neither does so alone, and nothing else in their place.

use jiff::SignedDuration;
use postern::actions::set_tenant_settings::set_tenant_settings;
use postern::actions::use_password_link::{LinkUse, use_password_link};
use postern::config::Config;
use postern::store::factors;
use postern_core::event::payload::MfaFactorRemoved;
use postern_core::event::{Actor, Event};
use postern_core::factor::FactorKind;
use serde_json::json;
use tokio::task::JoinSet;
use zeroize::Zeroizing;

use super::hardware_tokens::code as token_code;
use crate::browser::{Browser, DEVICE};
use crate::on_both::on_both;
use crate::steps::{NEW_PASSWORD, PLACEHOLDER_REASON, use_link_in};
use crate::test_app::TestApp;

const PAGE: &str = "/forgotten-password/link";
const WAITING: &str =
    "SELECT COUNT(*) FROM forgotten_passwords WHERE used_at IS NOT NULL AND ended_at IS NULL";
const OVER: &str = "This link was used, or it is too old";

impl TestApp {
    /// Whether a password gets as far as the second step, from a browser that nobody knows.
    async fn opens(&self, login: &str, password: &str) -> bool {
        self.wait_for_next_try();
        self.browser().post("/sign-in", &[("login", login), ("password", password)]).await.status == 303
    }

    async fn wrong_code(&self, login: &str) -> String {
        self.wait_for_next_try();
        self.phone(login).await.wrong_code(self.seconds())
    }

    /// Put in through the store: somebody has none any more.
    async fn take_devices(&self, login: &str) {
        let person = self.person(login).await.id;
        let scope = self.scope();
        let mut change = scope.begin_for(&person).await.unwrap();
        factors::remove_all(&mut change, &person).await.unwrap();
        let gone = MfaFactorRemoved::Waiting { kind: FactorKind::Totp, why: "planted by a test" };
        let event = Event::new(Actor::System, gone).person(&person).before(json!({ "planted": true }));
        change.commit(&event).await.unwrap();
    }

    async fn has_changed_nothing(&self) {
        assert_eq!((self.count(WAITING).await, self.events("user.password_waits").await.len()), (0, 0));
    }
}

on_both! {
    async fn it_counts_after_a_day_in_which_everybody_was_told(db) {
        let app = TestApp::start(db).await;
        app.set_password_by_mail("on").await;
        let before = app.browser();
        app.sign_in_by_hand(&before, "gus").await;
        assert!(before.cookie(DEVICE).is_some());
        app.ask_for_link("gus").await.ok().shows("a link is on its way to your mailbox");
        let link = app.mailed_links("gus").await.remove(0);
        let code = app.next_code("gus").await;
        app.use_link(&link, &code).await.ok().shows("Your new password works in 24 hours").shows("Until then your old password works");
        let until = app.end_of_wait().await;
        // Whoever is signed in sees it, and goes on.
        before.get("/account").await.ok().shows("A new password waits for your account");
        for (seconds, counts) in [(-1, false), (0, true)] {
            app.set_passwords_at(until + SignedDuration::from_secs(seconds)).await;
            assert_eq!(app.opens("gus", NEW_PASSWORD).await, counts, "{seconds} s");
            assert_eq!(app.opens("gus", &app.password_of("gus")).await, !counts, "{seconds} s");
        }
        before.get("/account").await.leads_to("/sign-in");
        assert_eq!(app.count("SELECT COUNT(*) FROM known_devices WHERE revoked_at IS NULL").await, 0);
        // The password is another one, and no more than that.
        let anew = app.browser();
        app.wait_for_next_try();
        anew.post("/sign-in", &[("login", "gus"), ("password", NEW_PASSWORD)]).await.leads_to("/sign-in/second-step");
        anew.get("/account").await.leads_to("/sign-in");
        let code = app.next_code("gus").await;
        anew.post("/sign-in/second-step", &[("code", &code)]).await.leads_to("/");
        anew.get("/account/activity").await.ok().shows("A new password was set that waits for 24 hours");
        let changed = &app.events("user.password_changed").await[0];
        assert_eq!((&changed["detail"]["after_hold"], &changed["detail"]["proven_by"]["kind"]), (&json!(true), &json!("totp")));
        for subject in ["A new password waits for your account", "Your new password works now"] {
            let told: Vec<_> = app.messages().await.into_iter().filter(|message| message.subject == subject).collect();
            assert_eq!(told.len(), 2, "mailbox and office: {subject}");
        }
        app.no_password_waits(until).await;
    }

    async fn a_hardware_token_proves_it_too(db) {
        let app = TestApp::start(db).await;
        app.gus_with_a_token().await;
        app.set_password_by_mail("on").await;
        let link = app.password_link("gus").await;
        // A code that was shown before is none.
        app.use_link(&link, &token_code(1)).await.status(422).shows("was used already");
        app.wait_for_next_try();
        app.use_link(&link, &token_code(2)).await.ok();
        assert_eq!(app.events("user.password_waits").await[0]["detail"]["proven_by"]["kind"], "hardware_token");
        let until = app.end_of_wait().await;
        app.set_passwords_at(until).await;
        assert!(app.opens("gus", NEW_PASSWORD).await);
    }

    /// What comes to the mailbox or a number, what is for a lost factor, and nothing at all.
    async fn no_other_proof_counts_beside_the_link(db) {
        let app = TestApp::start(db).await;
        app.set_password_by_mail("on").await;
        let mut codes = Vec::new();
        for kind in ["sms", "email"] {
            app.advance_seconds(30);
            let (_, factor) = app.with_codes("ana", kind).await;
            let asks = app.password_by_hand("ana").await;
            codes.push(app.have_code_sent(&asks, &factor).await);
        }
        // With codes by mail on there are no links.
        let off = [("mail_codes".to_owned(), "off".to_owned())];
        set_tenant_settings(&app.scope(), &off, PLACEHOLDER_REASON).await.unwrap();
        codes.push(app.backup_codes_of("ana").await.remove(0));
        codes.push(app.password_of("ana"));
        let link = app.password_link("ana").await;
        for code in &codes {
            app.wait_for_next_try();
            app.use_link(&link, code).await.status(422).shows("This code is wrong");
        }
        app.has_changed_nothing().await;
        assert_eq!(app.events("step.refused").await.len(), 4);
        // Fay's code behind Ana's link.
        app.wait_for_next_try();
        let code = app.next_code("fay").await;
        app.use_link(&link, &code).await.status(422);
        app.has_changed_nothing().await;
    }

    async fn a_code_without_a_link_of_their_own_is_nothing(db) {
        let app = TestApp::start(db).await;
        app.set_password_by_mail("on").await;
        let fays = app.password_link("fay").await;
        let code = app.next_code("gus").await;
        for link in ["", "not-a-link", &"x".repeat(5000)] {
            app.use_link(link, &code).await.status(422).shows(OVER);
        }
        app.use_link(&fays, &code).await.status(422).shows("This code is wrong");
        app.has_changed_nothing().await;
        // And guesses at links are limited.
        let guesses = app.browser_from("127.0.0.9");
        let mut last = 0;
        for _ in 0..8 {
            last = use_link_in(&guesses, "not-a-link", &code).await.status;
        }
        assert_eq!(last, 429);
    }

    async fn five_wrong_codes_end_a_link_and_count_at_the_sign_in(db) {
        let app = TestApp::start(db).await;
        app.set_password_by_mail("on").await;
        let link = app.password_link("gus").await;
        for n in 0..5 {
            let code = app.wrong_code("gus").await;
            let page = app.use_link(&link, &code).await;
            page.status(422).shows("This code is wrong");
            assert!(page.body.contains(&link), "the form has lost its link at try {n}");
            assert!(!page.body.contains(NEW_PASSWORD));
        }
        let code = app.next_code("gus").await;
        app.use_link(&link, &code).await.status(422).shows(OVER);
        // As five at the sign-in would.
        let asks = app.password_by_hand("gus").await;
        asks.post("/sign-in/second-step", &[("code", &code)]).await.status(429);
        // Nor does another link help before the half hour is over.
        let link = app.password_link("gus").await;
        let code = app.next_code("gus").await;
        app.use_link(&link, &code).await.status(429);
        app.advance_seconds(1801);
        app.has_changed_nothing().await;
        let link = app.password_link("gus").await;
        let code = app.next_code("gus").await;
        app.use_link(&link, &code).await.ok();
    }

    /// A hundred wrong codes in a row switch an app off: whoever reads the mail does not come so far.
    async fn ten_wrong_codes_a_day_and_no_more(db) {
        let app = TestApp::start(db).await;
        app.set_password_by_mail("on").await;
        let mut spare = String::new();
        for _ in 0..2 {
            let link = app.password_link("gus").await;
            app.advance_seconds(31);
            for _ in 0..5 {
                app.advance_seconds(130);
                let code = app.wrong_code("gus").await;
                app.use_link(&link, &code).await.status(422);
            }
            app.advance_seconds(1801);
            spare = link;
        }
        let before = app.mailed_links("gus").await.len();
        app.ask_for_link("gus").await.ok();
        assert_eq!(app.mailed_links("gus").await.len(), before, "a link was mailed");
        app.use_link(&spare, "123456").await.status(422).shows(OVER);
        assert_eq!(app.count("SELECT COUNT(*) FROM factors WHERE disabled_at IS NOT NULL").await, 0);
        app.advance(SignedDuration::from_hours(24));
        let link = app.password_link("gus").await;
        let code = app.next_code("gus").await;
        app.use_link(&link, &code).await.ok();
    }

    async fn a_link_works_once_for_half_an_hour_and_in_its_organisation(db) {
        let (app, other) = TestApp::start_two(db).await;
        for app in [&app, &other] {
            app.set_password_by_mail("on").await;
        }
        let link = app.password_link("gus").await;
        let code = other.next_code("gus").await;
        other.use_link(&link, &code).await.status(422).shows(OVER);
        let sql = app.own("SELECT expires_at FROM forgotten_passwords");
        let (expires_at,): (i64,) = sqlx::query_as(sql).fetch_one(app.db.reader()).await.unwrap();
        let end = jiff::Timestamp::from_microsecond(expires_at).unwrap();
        assert!((end - Config::PASSWORD_LINK_LIFE) <= app.scope().now);
        let new = Zeroizing::new(NEW_PASSWORD.to_owned());
        for (micros, alive) in [(0, false), (-1_000_000, true)] {
            let at = end + SignedDuration::from_micros(micros);
            let code = app.phone("gus").await.code(at.as_second());
            let used = use_password_link(&app.scope().at(at), &LinkUse { token: &link, code: &code, new: &new }).await;
            assert_eq!(used.is_ok(), alive, "{micros}: {used:?}");
        }
        let code = app.next_code("gus").await;
        app.use_link(&link, &code).await.status(422).shows(OVER);
        assert_eq!(app.count(WAITING).await, 1);
    }

    async fn of_eight_at_once_with_one_link_one_counts(db) {
        let app = TestApp::start(db).await;
        app.set_password_by_mail("on").await;
        let link = app.password_link("gus").await;
        let code = app.next_code("gus").await;
        let mut tasks = JoinSet::new();
        for _ in 0..8 {
            let (browser, link, code) = (app.browser(), link.clone(), code.clone());
            tasks.spawn(async move { use_link_in(&browser, &link, &code).await.status });
        }
        let statuses = tasks.join_all().await;
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| [200, 409, 422].contains(status)), "{statuses:?}");
        assert_eq!((app.count(WAITING).await, app.events("user.password_waits").await.len()), (1, 1));
    }

    /// Two links, and two devices: a code each.
    async fn of_two_links_at_once_one_counts(db) {
        let app = TestApp::start(db).await;
        app.gus_with_a_token().await;
        app.set_password_by_mail("on").await;
        app.password_link("gus").await;
        app.password_link("gus").await;
        let links = app.mailed_links("gus").await;
        let codes = [app.next_code("gus").await, token_code(2)];
        let (one, two) = (app.browser(), app.browser());
        let (one, two) =
            tokio::join!(use_link_in(&one, &links[0], &codes[0]), use_link_in(&two, &links[1], &codes[1]));
        let statuses = [one.status, two.status];
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert_eq!(app.count(WAITING).await, 1);
        // The other one is over with it, or was refused because one waits.
        let over = app.use_link(&links[usize::from(one.status == 200)], "123456").await;
        assert!([409, 422].contains(&over.status));
    }

    /// Mail scanners look at links. A browser without scripts shows a field for what stands behind the `#`.
    async fn looking_changes_nothing_and_no_script_is_wanted(db) {
        let app = TestApp::start(db).await;
        app.set_password_by_mail("on").await;
        let link = app.password_link("gus").await;
        let scanner = app.browser();
        for path in [PAGE.to_owned(), format!("{PAGE}?token={link}"), format!("{PAGE}?{link}")] {
            let page = scanner.get(&path).await;
            page.ok().shows("The end of the link");
            assert!(page.body.contains("data-from-fragment") && !page.body.contains(&link));
        }
        scanner.post(PAGE, &[("token", &link)]).await.status(400);
        app.has_changed_nothing().await;
        // A mistake costs no code, and the form is shown again with the link in it.
        let code = app.next_code("gus").await;
        let form = [("token", &*format!(" {link}\n")), ("code", &code), ("new_password", "short")];
        let again = scanner.post(PAGE, &form).await;
        again.status(422).shows("Use 12 characters or more");
        assert!(again.body.contains(&link) && !again.body.contains("\"short\""));
        let form = [("token", &*format!(" {link}\n")), ("code", &code), ("new_password", NEW_PASSWORD)];
        scanner.post(PAGE, &form).await.ok().shows("Your new password works in 24 hours");
    }

    /// Whoever reads the mail only learns nothing of what else there is.
    async fn who_has_no_device_hears_what_the_others_hear(db) {
        let app = TestApp::start(db).await;
        app.set_password_by_mail("on").await;
        app.take_devices("fay").await;
        let (gus, fay) = (app.password_link("gus").await, app.password_link("fay").await);
        let story = async |link: &str| {
            let mut seen = Vec::new();
            for wait in [0, 0, 9, 9, 9, 9, 9] {
                app.advance_seconds(wait);
                let page = app.use_link(link, "000000").await;
                let text = page.visible().replace(link, "LINK");
                seen.push((page.status, text.split("second").next().unwrap().to_owned()));
            }
            seen
        };
        assert_eq!(story(&gus).await, story(&fay).await);
        assert!(app.events("mfa.factor_disabled").await.is_empty());
    }

    /// What let a link go out must still be so.
    async fn a_link_opens_nothing_once_its_reason_is_gone(db) {
        let app = TestApp::start(db).await;
        app.set_password_by_mail("on").await;
        let logins = ["gus", "fay", "emil", "ana"];
        let mut links = Vec::new();
        for login in logins {
            links.push(app.password_link(login).await);
        }
        app.set_person("fay", "tier = 'sensitive'").await;
        app.suspend("emil").await;
        let lost = app.own("UPDATE contacts SET lost_at = 1 WHERE value = 'ana@demo.postern.invalid'");
        sqlx::query(lost).execute(app.db.reader()).await.unwrap();
        for (login, link) in logins.iter().zip(&links).skip(1) {
            let code = app.next_code(login).await;
            app.use_link(link, &code).await.status(409).shows("This link opens nothing any more");
        }
        app.set_password_by_mail("off").await;
        let code = app.next_code("gus").await;
        app.use_link(&links[0], &code).await.status(409).shows("This link opens nothing any more");
        app.has_changed_nothing().await;
    }
}

/// The same rules as for any new password, and none of them uses up a code.
mod new_password {
    use super::*;

    async fn tries(browser: &Browser, link: &str, code: &str, new: &str) -> u16 {
        browser.post(PAGE, &[("token", link), ("code", code), ("new_password", new)]).await.status
    }

    on_both! {
        async fn it_has_to_do_as_any_other(db) {
            let app = TestApp::start(db).await;
            app.set_password_by_mail("on").await;
            let link = app.password_link("gus").await;
            let (browser, code) = (app.browser(), app.next_code("gus").await);
            for new in ["", "short", "password1234", "passwordpassword", &"x".repeat(2000)] {
                assert_eq!(tries(&browser, &link, &code, new).await, 422, "{new}");
            }
            assert_eq!(tries(&browser, &link, &code, NEW_PASSWORD).await, 200);
        }
    }
}
