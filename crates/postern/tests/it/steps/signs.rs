//! Logs of other providers, and what they show.

use jiff::{SignedDuration, Timestamp};
use postern::actions::create_service_token::create_service_token;
use postern::store::findings::{self, Filter, FindingRow};
use reqwest::Method;
use serde_json::{Value, json};

use crate::browser::{Answer, Browser};
use crate::test_app::{TestApp, eventually};

/// One prompt of Okta's that somebody declined.
pub fn declined(person: &str, at: Timestamp) -> Value {
    json!({
        "postern": "signin/v1", "provider": "okta", "at": at.to_string(), "person": person, "ip": "198.51.100.7",
        "method": "push", "result": "failure", "cause": "mfa_denied",
    })
}

/// One sign-in at Okta that went well.
pub fn signed_in(person: &str, at: Timestamp) -> Value {
    json!({
        "postern": "signin/v1", "provider": "okta", "at": at.to_string(), "person": person, "ip": "203.0.113.5",
        "method": "totp", "result": "success",
    })
}

/// As many declined prompts, half a minute apart, the last one some seconds ago: five are fatigue.
pub fn fatigue(person: &str, prompts: i64, newest: Timestamp) -> String {
    let at = |n: i64| newest - SignedDuration::from_secs(30 * (prompts - 1 - n) + 5);
    jsonl(&(0..prompts).map(|n| declined(person, at(n))).collect::<Vec<_>>())
}

/// JSON Lines.
pub fn jsonl(records: &[Value]) -> String {
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    lines.join("\n") + "\n"
}

/// Sends a log with a token.
pub async fn send_log(program: &Browser, token: &str, source: &str, log: impl Into<reqwest::Body>) -> Answer {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("source", source).finish();
    let request = program.request(Method::POST, &format!("/api/v1/sign-ins/import?{query}"));
    program.send(request.bearer_auth(token).body(log)).await
}

impl TestApp {
    /// A service token of Ada's.
    pub async fn token(&self, scopes: &[&str]) -> String {
        let ada = self.caller("ada").await;
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let secret = create_service_token(&self.scope(), &ada, "a test", &scopes, 1).await.unwrap().secret;
        self.plant_second_yes().await;
        self.secrets.saw(&secret);
        secret
    }

    /// Brings a log, as a program would.
    pub async fn import(&self, source: &str, log: impl Into<reqwest::Body>) -> Value {
        let token = self.token(&["signins:import"]).await;
        send_log(&self.browser(), &token, source, log).await.status(201).json()
    }

    /// Gives the rows of these tables to another organisation, as if they had always been its own.
    pub async fn move_to_another_tenant(&self, tables: &[&str]) {
        let tenant = &self.tenant;
        let mut sql = vec![
            "INSERT INTO tenants (id, slug, name, origin, host, created_at, version) VALUES \
             ('another', 'another', 'Another', 'http://another.localhost', 'another.localhost', 9223372036854775807, 1)"
                .to_owned(),
        ];
        // Parents first where rows are copied, children first where they go.
        for table in tables.iter().rev() {
            let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
                "SELECT * FROM {table} WHERE tenant_id = '{tenant}' LIMIT 1"
            )));
            let row = rows.fetch_one(self.db.reader()).await.unwrap();
            let columns: Vec<&str> = sqlx::Row::columns(&row).iter().map(sqlx::Column::name).collect();
            let columns =
                columns.into_iter().filter(|column| *column != "tenant_id").collect::<Vec<_>>().join(", ");
            sql.push(format!(
                "INSERT INTO {table} (tenant_id, {columns}) SELECT 'another', {columns} FROM {table} WHERE tenant_id = '{tenant}'"
            ));
        }
        sql.extend(tables.iter().map(|table| format!("DELETE FROM {table} WHERE tenant_id = '{tenant}'")));
        let sql = sql.join("; ");
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(self.db.reader()).await.unwrap();
    }

    /// A stranger at one address tries one password on everybody.
    pub async fn spray_from(&self, address: &str) {
        let stranger = self.browser_from(address);
        for person in &postern::demo::PEOPLE {
            let form = [("login", person.login), ("password", "Winter2026!")];
            stranger.post("/sign-in", &form).await.status(422);
        }
        self.wait_for_next_try();
    }

    /// Open findings, worst first.
    pub async fn open_findings(&self) -> Vec<FindingRow> {
        findings::list(&self.db, &self.tenant, &Filter::default()).await.unwrap()
    }

    /// Waits for an open finding of this rule.
    pub async fn finding(&self, rule: &str) -> FindingRow {
        self.finding_where(rule, |_| true).await
    }

    /// Waits for an open finding of this rule that is like this.
    pub async fn finding_where(&self, rule: &str, is: impl Fn(&FindingRow) -> bool) -> FindingRow {
        let mut found = None;
        eventually(&format!("the finding {rule}"), async || {
            let open = self.open_findings().await;
            found = open.into_iter().find(|row| row.rule == rule && is(row));
            found.is_some()
        })
        .await;
        found.unwrap()
    }
}
