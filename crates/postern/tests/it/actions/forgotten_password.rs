//! Who has forgotten their password asks for a link by mail: few get one, and nobody learns who.

use jiff::{SignedDuration, Timestamp};
use postern::actions::forgotten_password::ask_for_link;
use postern::actions::set_tenant_settings::set_tenant_settings;
use tokio::task::JoinSet;

use crate::on_both::on_both;
use crate::steps::PLACEHOLDER_REASON;
use crate::test_app::TestApp;
use crate::web::signin::{assert_alike, plain};

const PAGE: &str = "/forgotten-password";

impl TestApp {
    /// When the address of somebody was filed and confirmed, set behind the program's back.
    async fn file_mailbox_at(&self, login: &str, at: Timestamp) {
        let sql = self.own("UPDATE contacts SET filed_at = $2, confirmed_at = $2 WHERE value = $1");
        let mailbox = format!("{login}@demo.postern.invalid");
        sqlx::query(sql).bind(mailbox).bind(at.as_microsecond()).execute(self.db.reader()).await.unwrap();
    }
}

on_both! {
    async fn it_is_off_until_the_organisation_wants_it(db) {
        let app = TestApp::start(db).await;
        app.browser().get(PAGE).await.ok().does_not_show("Have a link mailed to you").shows("sign in with it");
        for login in ["gus", "nob"] {
            app.ask_for_link(login).await.status(409).shows("does not replace passwords by mail");
        }
        assert!(app.mailed_links("gus").await.is_empty() && app.events("user.password_forgotten").await.is_empty());
        app.set_password_by_mail("on").await;
        app.browser().get(PAGE).await.ok().shows("Have a link mailed to you").shows("works after 24 hours");
        // Looking asks for nothing.
        assert!(app.mailed_links("gus").await.is_empty());
    }

    /// Unknown, suspended, without a password, with a desk role, of a higher tier now or lately, and who has one that waits.
    async fn whoever_gets_none_hears_what_the_others_hear(db) {
        let app = TestApp::start(db).await;
        app.with_waiting_password("ana").await;
        app.suspend("emil").await;
        app.set_person("fay", "password_hash = NULL").await;
        app.set_person("mona", "tier = 'standard', tier_before = 'sensitive', tier_before_until = 9000000000000000").await;
        app.to_the_next_hour();
        let logins = ["gus", "nob", "emil", "fay", "ben", "carl", "dina", "ada", "mona", "ana"];
        let mut seen = Vec::new();
        for (n, login) in logins.iter().enumerate() {
            let browser = app.browser_from(&format!("127.0.0.{}", n + 20));
            let mut answers = Vec::new();
            for _ in 0..6 {
                let page = browser.post(PAGE, &[("login", login)]).await;
                answers.push((page.status, plain(&page, login)));
            }
            seen.push(answers);
        }
        for other in &seen[1..] {
            assert_alike(&seen[0], other);
        }
        let statuses: Vec<u16> = seen[0].iter().map(|(status, _)| *status).collect();
        assert_eq!(statuses, [200, 200, 200, 200, 200, 429], "asking is limited");
        assert_eq!(app.mailed_links("gus").await.len(), 5);
        for login in &logins[1..9] {
            assert!(app.mailed_links(login).await.is_empty(), "{login} got a link");
        }
        assert_eq!(app.mailed_links("ana").await.len(), 1, "the one whose password waits");
        app.ask_for_link(" ").await.status(422);
    }

    /// A mailbox that was filed a moment ago may be anybody's; one that is lost, or that nobody confirmed, too.
    async fn only_a_mailbox_that_is_theirs_for_a_day_gets_a_link(db) {
        let app = TestApp::start(db).await;
        app.set_password_by_mail("on").await;
        let filed_at = app.scope().now;
        app.file_mailbox_at("gus", filed_at).await;
        for (seconds, links) in [(24 * 3600 - 1, 0), (24 * 3600, 1)] {
            let at = filed_at + SignedDuration::from_secs(seconds);
            ask_for_link(&app.scope().at(at), "gus").await.unwrap();
            assert_eq!(app.mailed_links("gus").await.len(), links, "after {seconds} s");
        }
        for (login, why) in [("fay", "lost_at = 1"), ("ana", "confirmed_at = NULL"), ("emil", "removed_at = 1")] {
            let sql = format!("UPDATE contacts SET {why} WHERE value = '{login}@demo.postern.invalid'");
            sqlx::query(app.own(&sql)).execute(app.db.reader()).await.unwrap();
            ask_for_link(&app.scope(), login).await.unwrap();
            assert!(app.mailed_links(login).await.is_empty(), "{why}");
        }
        assert_eq!(app.events("user.password_forgotten").await.iter().filter(|event| event["detail"]["links"] == 1).count(), 1);
    }

    async fn the_mail_says_what_it_is_for_and_the_link_stands_in_no_log(db) {
        let app = TestApp::start(db).await;
        app.set_password_by_mail("on").await;
        let link = app.password_link("gus").await;
        let mail = app.messages().await.into_iter().find(|message| message.subject == "Your link to set a new password").unwrap();
        assert_eq!((mail.channel.as_str(), mail.recipient.as_str()), ("email", "gus@demo.postern.invalid"));
        for words in ["within 30 minutes", "with the link alone nobody gets any further", "the help desk neither"] {
            assert!(mail.body.contains(words), "{}", mail.body);
        }
        assert!(mail.body.contains(&format!("{}{PAGE}/link#{link}", app.origin())), "{}", mail.body);
        let long = "SELECT COUNT(*) FROM forgotten_passwords WHERE length(token_hash) = 64";
        assert_eq!(app.count(long).await, 1, "a hash is kept");
    }

    /// With codes by mail as the second step, a mailbox alone would open what one code of the device once began.
    async fn it_is_off_where_codes_come_by_mail(db) {
        let app = TestApp::start(db).await;
        app.set_password_by_mail("on").await;
        let link = app.password_link("gus").await;
        let code = app.next_code("gus").await;
        let by_mail = [("mail_codes".to_owned(), "on".to_owned())];
        set_tenant_settings(&app.scope(), &by_mail, PLACEHOLDER_REASON).await.unwrap();
        app.browser().get(PAGE).await.ok().does_not_show("Have a link mailed to you");
        app.ask_for_link("gus").await.status(409).shows("does not replace passwords by mail");
        app.use_link(&link, &code).await.status(409).shows("opens nothing any more");
    }

    async fn at_most_ten_links_a_day_go_to_somebody(db) {
        let app = TestApp::start(db).await;
        app.set_password_by_mail("on").await;
        let begin = app.scope().now;
        for hour in 0..12 {
            ask_for_link(&app.scope().at(begin + SignedDuration::from_hours(hour)), "gus").await.unwrap();
        }
        assert_eq!(app.mailed_links("gus").await.len(), 10);
        ask_for_link(&app.scope().at(begin + SignedDuration::from_hours(25)), "gus").await.unwrap();
        assert_eq!(app.mailed_links("gus").await.len(), 11);
    }

    /// Twelve at once, from many addresses: no more mails than four, and one for each wait.
    async fn a_mailbox_is_not_flooded(db) {
        let app = TestApp::start(db).await;
        app.set_password_by_mail("on").await;
        app.to_the_next_hour();
        let mut tasks = JoinSet::new();
        for n in 0..12 {
            let browser = app.browser_from(&format!("127.0.0.{}", n + 20));
            tasks.spawn(async move { browser.post(PAGE, &[("login", "gus")]).await.status });
        }
        let statuses = tasks.join_all().await;
        let sent = statuses.iter().filter(|status| **status == 200).count();
        assert_eq!((sent, app.mailed_links("gus").await.len()), (5, 5), "{statuses:?}");
    }
}
