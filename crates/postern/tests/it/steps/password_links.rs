//! A forgotten password, replaced by a mailed link and a code, over HTTP.

use jiff::{SignedDuration, Timestamp};
use postern::actions::end_waiting_password::set_due_passwords;
use postern::actions::set_tenant_settings::set_tenant_settings;
use postern::config::Config;
use serde_json::Value;
use sqlx::Row as _;

use super::PLACEHOLDER_REASON;
use crate::browser::{Answer, Browser};
use crate::test_app::{TestApp, eventually};

/// A password that is certain to do.
pub const NEW_PASSWORD: &str = "gravel-otter-91-lamp-violet";

impl TestApp {
    /// Switches links by mail on or off.
    pub async fn set_password_by_mail(&self, value: &str) {
        self.secrets.saw(NEW_PASSWORD);
        let named = [("password_by_mail".to_owned(), value.to_owned())];
        set_tenant_settings(&self.scope(), &named, PLACEHOLDER_REASON).await.unwrap();
    }

    /// Whoever it is asks for a link.
    pub async fn ask_for_link(&self, login: &str) -> Answer {
        self.browser().post("/forgotten-password", &[("login", login)]).await
    }

    /// The codes of all links that were mailed to somebody, newest first.
    pub async fn mailed_links(&self, login: &str) -> Vec<String> {
        let recipient = format!("{login}@demo.postern.invalid");
        let messages = self.messages().await.into_iter().filter(|message| message.recipient == recipient);
        let links = messages.filter_map(|message| {
            let (_, rest) = message.body.split_once("/forgotten-password/link#")?;
            Some(rest.split_whitespace().next().unwrap().to_owned())
        });
        let links: Vec<_> = links.collect();
        for link in &links {
            self.secrets.saw_contest(link);
        }
        links
    }

    /// Somebody asks, and reads the link in their mailbox.
    pub async fn password_link(&self, login: &str) -> String {
        self.ask_for_link(login).await.ok();
        self.mailed_links(login).await.remove(0)
    }

    /// What somebody's code app shows next.
    pub async fn next_code(&self, login: &str) -> String {
        self.code_proof(login).await["code"].as_str().unwrap().to_owned()
    }

    /// Sends the form behind a link, from a browser that nobody knows.
    pub async fn use_link(&self, link: &str, code: &str) -> Answer {
        use_link_in(&self.browser(), link, code).await
    }

    /// Somebody's new password waits, and they were told. The answer: when it counts.
    pub async fn with_waiting_password(&self, login: &str) -> Timestamp {
        self.set_password_by_mail("on").await;
        let link = self.password_link(login).await;
        let code = self.next_code(login).await;
        self.use_link(&link, &code).await.ok();
        self.end_of_wait().await
    }

    /// When the password that waits counts: a day after its notice went out.
    pub async fn end_of_wait(&self) -> Timestamp {
        let told = "SELECT CASE WHEN COUNT(*) = COUNT(delivered_at) THEN MAX(delivered_at) END \
                    FROM outbox WHERE notice = 'password_waits'";
        let told_at = async || -> Option<i64> {
            sqlx::query(self.own(told)).fetch_one(self.db.reader()).await.unwrap().get(0)
        };
        eventually("the notice is out", async || told_at().await.is_some()).await;
        Timestamp::from_microsecond(told_at().await.unwrap()).unwrap() + Config::PASSWORD_WAIT
    }

    /// What the job does at that time.
    pub async fn set_passwords_at(&self, at: Timestamp) {
        set_due_passwords(&self.scope().at(at)).await.unwrap();
    }

    /// The passwords that waited have had their time, and nothing of them is kept.
    pub async fn no_password_waits(&self, until: Timestamp) {
        self.set_passwords_at(until + SignedDuration::from_hours(48)).await;
        let kept =
            "SELECT COUNT(*) FROM forgotten_passwords WHERE ended_at IS NULL OR password_hash IS NOT NULL";
        assert_eq!(self.count(kept).await, 0, "something waits, or is kept");
    }

    /// Why passwords that waited were stopped, newest first.
    pub async fn stopped_passwords(&self) -> Vec<String> {
        let stopped: Vec<Value> = self.events("user.password_stopped").await;
        stopped.iter().map(|event| event["detail"]["why"].as_str().unwrap().to_owned()).collect()
    }
}

/// The same from a certain browser.
pub async fn use_link_in(browser: &Browser, link: &str, code: &str) -> Answer {
    let form = [("token", link), ("code", code), ("new_password", NEW_PASSWORD)];
    browser.post("/forgotten-password/link", &form).await
}
