//! Two servers on one PostgreSQL, under load, one of them killed with -9 every minute. Nothing is timed against anything here:
//! it is a check that nothing is lost, done twice, forked or stale, and it fails where something is.

use std::collections::HashMap;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use postern_testkit::FakeSmtp;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::time::sleep;

use crate::http::Connection;
use crate::measure::{Samples, as_f64};
use crate::report::Report;
use crate::server::{Server, runtime};
use crate::{Args, Outcome, people, say};

/// Between two requests to be let back in.
const EVERY: Duration = Duration::from_millis(200);
const KILL_EVERY: Duration = Duration::from_mins(1);
/// What a killed node had leased is leased anew after five minutes.
const DRAINED_WITHIN: Duration = Duration::from_mins(8);
/// What an organisation decides counts on every node within so long.
const NOTICED_WITHIN: Duration = Duration::from_secs(2);

/// Runs it for `--nodes-minutes`, where `--postgres` names a server.
pub fn measure(args: &Args, folder: &Path, report: &mut Report) -> Outcome<()> {
    let Some(server) = &args.postgres else {
        say("nodes: wants --postgres");
        return Ok(());
    };
    runtime()?.block_on(async {
        let name = format!("postern_nodes_{}", std::process::id());
        let mut admin = PgConnection::connect(server).await?;
        sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut admin).await?;
        let mut url: url::Url = server.parse()?;
        url.set_path(&name);
        let done = run(args, folder, url.as_str(), report).await;
        sqlx::raw_sql(AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)")))
            .execute(&mut admin)
            .await?;
        done
    })
}

/// What was done to the servers, and what came of it.
#[derive(Default)]
struct Tally {
    opened: usize,
    unanswered: usize,
    kills: usize,
    noticed: Samples,
}

async fn run(args: &Args, folder: &Path, url: &str, report: &mut Report) -> Outcome<()> {
    let time = Duration::from_secs(args.nodes_minutes * 60);
    let count = usize::try_from(time.as_millis() / EVERY.as_millis())?;
    let first = folder.join("first");
    let server = Server::start_on(&first, Some(url.to_owned())).await?;
    let slug = server.scope()?.tenant.slug.clone();
    people::add(&server.scope()?, count, None).await?;
    server.stop().await?;
    let second = folder.join("second");
    std::fs::create_dir_all(&second)?;
    std::fs::copy(first.join("postern.key"), second.join("postern.key"))?;
    let smtp = FakeSmtp::start().await;
    let settings = folder.join("postern.toml");
    let text = format!("smtp_url = \"{}\"\nsmtp_from = \"Postern <postern@bench.invalid>\"\n", smtp.url());
    std::fs::write(&settings, text)?;
    let node = |data: PathBuf| NodeProcess::new(args, data, settings.clone(), url.to_owned());
    let mut nodes = [node(first)?, node(second)?];
    for node in &mut nodes {
        node.start().await?;
    }
    let tally = load(&mut nodes, (time, count), &slug).await?;
    let mut db = PgConnection::connect(url).await?;
    let drained = drain(&mut db).await?;
    check(&mut db, &smtp, &tally).await?;
    verify(&nodes, args, folder)?;
    let done = format!(
        "{} minutes, {} requests ({} sent again), {} kills; nothing lost, doubled or forked",
        args.nodes_minutes, tally.opened, tally.unanswered, tally.kills
    );
    report.line("two nodes, one killed each minute: a new name is noticed", "s", &tally.noticed, &done);
    report.line(
        "  after the load, until the last mail",
        "s",
        &Samples::from_iter([drained]),
        "leases end after 5 min",
    );
    let repeated = smtp.mails().len().saturating_sub(delivered(&mut db).await?);
    let repeated = Samples::from_iter([as_f64(repeated)]);
    report.line("  mails that came twice, with their Message-ID", "mails", &repeated, "");
    Ok(())
}

/// People ask to be let back in, at the two servers in turn; meanwhile the one or the other dies.
async fn load(nodes: &mut [NodeProcess; 2], (time, count): (Duration, usize), slug: &str) -> Outcome<Tally> {
    let (began, mut tally) = (Instant::now(), Tally::default());
    let (mut killed_at, mut renamed_at) = (Instant::now(), Instant::now());
    for index in 0..count {
        if began.elapsed() >= time {
            break;
        }
        nodes.rotate_left(1);
        let [first, second] = &*nodes;
        if open(first.at, index).await.is_err() {
            // Whoever gets no answer asks again, elsewhere.
            tally.unanswered += 1;
            open(second.at, index).await?;
        }
        tally.opened += 1;
        if killed_at.elapsed() >= KILL_EVERY {
            if let Some(victim) = nodes.iter_mut().min_by_key(|node| node.kills) {
                victim.kill()?;
                victim.kills += 1;
                sleep(Duration::from_secs(1)).await;
                victim.start().await?;
                tally.kills += 1;
            }
            killed_at = Instant::now();
        }
        if renamed_at.elapsed() >= KILL_EVERY / 3 {
            tally.noticed.push(rename(nodes, slug, &format!("Name number {index}")).await?);
            renamed_at = Instant::now();
        }
        sleep(EVERY).await;
    }
    Ok(tally)
}

async fn open(at: SocketAddr, index: usize) -> Outcome<()> {
    // A handful of addresses may ask only so often: each comes from one of its own.
    let from = format!("127.{}.{}.{}", 50 + index / 62_500, (index / 250) % 250, 1 + index % 250);
    let login = format!("person{index}");
    let answer = Connection::open(&from, at).await?.post("/recover/case", &[("login", &login)], "").await?;
    if answer.status == 303 {
        Ok(())
    } else {
        Err(format!("asking for {login} led to {}", answer.status).into())
    }
}

/// How long it takes until both servers know the new name. Unit: seconds.
async fn rename(nodes: &[NodeProcess; 2], slug: &str, name: &str) -> Outcome<f64> {
    let [first, _] = nodes;
    first.command(&["tenant", "rename", slug, name])?;
    let began = Instant::now();
    for node in nodes {
        while !Connection::open("127.0.0.1", node.at).await?.get("/sign-in").await?.body.contains(name) {
            if began.elapsed() > NOTICED_WITHIN {
                return Err(format!("{name:?} was not noticed within {} s", NOTICED_WITHIN.as_secs()).into());
            }
            sleep(Duration::from_millis(20)).await;
        }
    }
    Ok(began.elapsed().as_secs_f64())
}

/// Waits for the last mail. Unit of the answer: seconds.
async fn drain(db: &mut PgConnection) -> Outcome<f64> {
    let began = Instant::now();
    loop {
        let sql = "SELECT COUNT(*) FROM outbox WHERE channel = 'email' AND delivered_at IS NULL";
        let (left,): (i64,) = sqlx::query_as(sql).fetch_one(&mut *db).await?;
        if left == 0 {
            return Ok(began.elapsed().as_secs_f64());
        }
        if began.elapsed() > DRAINED_WITHIN {
            return Err(
                format!("{left} mails were still waiting after {} s", DRAINED_WITHIN.as_secs()).into()
            );
        }
        sleep(Duration::from_millis(500)).await;
    }
}

async fn delivered(db: &mut PgConnection) -> Outcome<usize> {
    let sql = "SELECT COUNT(*) FROM outbox WHERE channel = 'email' AND delivered_at IS NOT NULL";
    let (count,): (i64,) = sqlx::query_as(sql).fetch_one(db).await?;
    Ok(usize::try_from(count)?)
}

/// Every request is there once, every notice was written once and arrived, and whatever came twice is the same mail.
async fn check(db: &mut PgConnection, smtp: &FakeSmtp, tally: &Tally) -> Outcome<()> {
    let number = async |db: &mut PgConnection, sql: &'static str| -> Outcome<i64> {
        let (count,): (i64,) = sqlx::query_as(sql).fetch_one(db).await?;
        Ok(count)
    };
    let people = number(db, "SELECT COUNT(DISTINCT person_id) FROM cases").await?;
    expect(usize::try_from(people)? == tally.opened, "a request that was answered is not there")?;
    let doubled = "SELECT COUNT(*) FROM (SELECT 1 FROM outbox GROUP BY case_id, notice, contact_id HAVING COUNT(*) > 1) d";
    expect(number(db, doubled).await? == 0, "a notice was written twice")?;
    let records = "SELECT COUNT(*) FROM audit_entries WHERE event = 'case.opened'";
    expect(
        number(db, records).await? == number(db, "SELECT COUNT(*) FROM cases").await?,
        "a case without its record, or with two",
    )?;
    expect(
        number(db, "SELECT COUNT(*) FROM jobs WHERE kind = 'deliver_mail'").await? == 0,
        "a job was left over",
    )?;
    let mut came: HashMap<String, Vec<String>> = HashMap::new();
    for mail in smtp.mails() {
        let id = mail.header("Message-ID").unwrap_or_default().trim_start_matches('<').to_owned();
        came.entry(id.split('@').next().unwrap_or_default().to_owned()).or_default().push(mail.text());
    }
    let rows: Vec<(String,)> =
        sqlx::query_as("SELECT id FROM outbox WHERE channel = 'email'").fetch_all(db).await?;
    for (id,) in &rows {
        let Some(texts) = came.remove(id) else { return Err(format!("the mail {id} never came").into()) };
        expect(
            texts.windows(2).all(|pair| pair.first() == pair.last()),
            "a mail came twice, with two texts",
        )?;
    }
    expect(came.is_empty(), "a mail came that nobody wrote")
}

fn expect(is_so: bool, otherwise: &str) -> Outcome<()> {
    if is_so { Ok(()) } else { Err(otherwise.into()) }
}

/// The log has no fork: an auditor with nothing but the key finds it whole.
fn verify(nodes: &[NodeProcess; 2], args: &Args, folder: &Path) -> Outcome<()> {
    let export = folder.join("audit-export");
    let [first, _] = nodes;
    let said = first.command(&["audit", "export", "--out", &export.to_string_lossy()])?;
    let key = said.split("--key ").nth(1).and_then(|rest| rest.split_whitespace().next());
    let verifier = args.options.postern.with_file_name("postern-verify");
    let status = Command::new(verifier)
        .arg(&export)
        .args(["--key", key.ok_or("no key")?])
        .stdout(Stdio::null())
        .status()?;
    expect(status.success(), "the exported log does not verify")
}

/// One server.
struct NodeProcess {
    program: PathBuf,
    data: PathBuf,
    settings: PathBuf,
    url: String,
    at: SocketAddr,
    child: Option<Child>,
    kills: usize,
}

impl NodeProcess {
    fn new(args: &Args, data: PathBuf, settings: PathBuf, url: String) -> Outcome<Self> {
        let at = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
        Ok(Self { program: args.options.postern.clone(), data, settings, url, at, child: None, kills: 0 })
    }

    async fn start(&mut self) -> Outcome<()> {
        let mut command = Command::new(&self.program);
        command.args(["serve", "--log", "error", "--listen", &self.at.to_string(), "--data"]).arg(&self.data);
        command.args(["--database-url", &self.url, "--config"]).arg(&self.settings);
        self.child =
            Some(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit()).spawn()?);
        for _ in 0..1_000 {
            if let Ok(mut connection) = Connection::open("127.0.0.1", self.at).await
                && connection.get("/readyz").await.is_ok_and(|answer| answer.status == 200)
            {
                return Ok(());
            }
            sleep(Duration::from_millis(20)).await;
        }
        Err("a node was not ready within 20 s".into())
    }

    /// With -9: it has no moment for anything.
    fn kill(&mut self) -> Outcome<()> {
        if let Some(mut child) = self.child.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    /// A command on its data. The answer: what it printed.
    fn command(&self, args: &[&str]) -> Outcome<String> {
        let mut command = Command::new(&self.program);
        command.args(args).arg("--data").arg(&self.data).args(["--database-url", &self.url]);
        let output = command.output()?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned());
        }
        Err(format!("postern {}: {}", args.join(" "), String::from_utf8_lossy(&output.stderr)).into())
    }
}

impl Drop for NodeProcess {
    fn drop(&mut self) {
        // Of one that has ended already, it does not matter.
        let _ = self.kill();
    }
}
