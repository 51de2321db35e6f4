//! Pages of the program as users run it, each asked for many times over one connection: how long they take, and how much
//! processor time.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::http::Connection;
use crate::measure::{Samples, as_f64};
use crate::people::SESSION;
use crate::program::Served;
use crate::report::Report;
use crate::{Args, Outcome};

/// The first requests warm statements and pages up.
const WARM_UP: usize = 5;
/// A page that takes long is not asked for as often: until so much time has gone, and so often at least.
const PATIENCE: (Duration, usize) = (Duration::from_secs(4), 20);
/// Between two looks at what the program does by itself.
const PAUSE: Duration = Duration::from_millis(500);

/// A program that is asked for pages.
pub struct PageClient {
    program: Served,
    connection: Connection,
    /// What is sent with each request: who asks.
    headers: String,
    /// The status of a page.
    status: u16,
    /// Which database is behind it, for the table.
    database: &'static str,
}

/// What is wanted of a page. Unit: milliseconds.
#[derive(Clone, Copy)]
pub struct PageTarget {
    /// Of ninety-nine requests in a hundred, by the clock.
    pub p99: f64,
    /// Of processor time for one request, where that is wanted.
    pub busy: Option<f64>,
}

impl PageClient {
    /// Starts the program on what is in `folder`, and waits until it does nothing by itself.
    pub async fn start(
        args: &Args,
        folder: &Path,
        (database, url): (&'static str, Option<&str>),
    ) -> Outcome<Self> {
        let program = Served::start(args, folder, url).await?;
        let connection = Connection::open("127.0.0.1", program.at).await?;
        let client = Self { program, connection, headers: String::new(), status: 200, database };
        client.wait_until_idle().await?;
        Ok(client)
    }

    /// From now on somebody asks who has this session.
    pub fn sign_in(&mut self, session: &str) {
        self.send_cookie(SESSION, session);
    }

    /// From now on somebody asks who has this cookie.
    pub fn send_cookie(&mut self, name: &str, value: &str) {
        self.headers = format!("cookie: {name}={value}\r\n");
    }

    /// From now on a program asks that has this token.
    pub fn send_token(&mut self, token: &str) {
        self.headers = format!("authorization: Bearer {token}\r\n");
    }

    /// From now on nobody asks whom it knows.
    pub fn sign_out(&mut self) {
        self.headers.clear();
    }

    /// From now on an answer with this status is a page: a redirect has no more to it than who asks.
    pub fn expect_status(&mut self, status: u16) {
        self.status = status;
    }

    /// Sends a form, as nobody it knows.
    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Outcome<crate::http::Answer> {
        self.connection.post(path, form, "").await
    }

    /// The page. Err: it is none.
    pub async fn get(&mut self, path: &str) -> Outcome<String> {
        let answer = self.connection.get_with_headers(path, &self.headers).await?;
        if answer.status == self.status {
            Ok(answer.body)
        } else {
            Err(format!("{path} led to {}", answer.status).into())
        }
    }

    /// Where the `nth` page of a list is, by the link to the next on each page before. The last, where there are fewer.
    pub async fn nth_page(&mut self, first: &str, nth: usize) -> Outcome<String> {
        let mut path = first.to_owned();
        for _ in 1..nth {
            let body = self.get(&path).await?;
            let links = body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
            let Some(next) = links.filter(|link| link.contains("after=")).last() else { break };
            path = next.replace("&amp;", "&");
        }
        Ok(path)
    }

    /// Asks for a page as often as `--looks` says, and writes a line of the table: the median, and what target was missed.
    pub async fn measure(
        &mut self,
        args: &Args,
        (name, path): (&str, &str),
        target: PageTarget,
        report: &mut Report,
    ) -> Outcome<()> {
        for _ in 0..WARM_UP {
            self.get(path).await?;
        }
        let (began, busy_before) = (Instant::now(), self.program.busy_exactly()?);
        let mut took = Vec::with_capacity(args.looks);
        while took.len() < args.looks && (began.elapsed() < PATIENCE.0 || took.len() < PATIENCE.1) {
            let began = Instant::now();
            self.get(path).await?;
            took.push(began.elapsed().as_secs_f64() * 1000.0);
        }
        let busy = self.program.busy_exactly()?.saturating_sub(busy_before);
        let busy = busy.as_secs_f64() * 1000.0 / as_f64(took.len());
        took.sort_by(f64::total_cmp);
        let p99 = took.get(took.len() * 99 / 100).copied().unwrap_or(f64::NAN);
        let name = format!("{}: {name}", self.database);
        report.line(&name, "ms", &Samples::from_iter(took), &target.note(p99, busy));
        Ok(())
    }

    /// Ends the program.
    pub fn stop(self) -> Outcome<()> {
        self.program.stop()
    }

    /// What it read at its start is analysed first.
    async fn wait_until_idle(&self) -> Outcome<()> {
        for _ in 0..600 {
            let before = self.program.busy_exactly()?;
            tokio::time::sleep(PAUSE).await;
            if self.program.busy_exactly()?.saturating_sub(before) < PAUSE / 50 {
                return Ok(());
            }
        }
        Err("the program is busy by itself, after five minutes".into())
    }
}

impl PageTarget {
    /// By the clock alone.
    pub fn p99(p99: f64) -> Self {
        Self { p99, busy: None }
    }

    fn note(self, p99: f64, busy: f64) -> String {
        let processor = self.busy.map_or_else(String::new, |most| format!(", processor ≤ {most}"));
        let targets = format!("p99 ≤ {}{processor}", self.p99);
        let mut missed = Vec::new();
        if p99 > self.p99 {
            missed.push("p99");
        }
        if self.busy.is_some_and(|most| busy > most) {
            missed.push("processor");
        }
        let missed =
            if missed.is_empty() { String::new() } else { format!(" — MISSED: {}", missed.join(", ")) };
        format!("p99 {p99:.1}, processor {busy:.2}; target {targets}{missed}")
    }
}
