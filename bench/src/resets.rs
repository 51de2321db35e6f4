//! Forced resets through the action, beside bare durable commits.
//!
//! A reset is one transaction that must be on the disk before the agent hears of it, and SQLite has one writer: no
//! program can do more of them in a second than single-row commits with an fsync. The ratio says what the policies,
//! the removals, the notices, the audit records and their sequencing take of that.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use postern::actions::Caller;
use postern::actions::add_evidence::{Verification, add_evidence};
use postern::actions::apply_remedy::apply_remedy;
use postern::actions::bind_claimant_page::bind_claimant_page;
use postern::actions::open_case::open_case;
use postern::actions::vouch::{ManagersWord, vouch};
use postern::request::RequestInfo;
use postern::scope::Scope;
use postern::store::cases;
use postern_core::case::Stage;
use postern_core::evidence::Kind;
use postern_core::id::CaseId;
use postern_core::person::Role;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use tokio::sync::Mutex;

use crate::measure::{Samples, as_f64, by_clients, rate};
use crate::people::{self, Somebody};
use crate::program::busy;
use crate::report::Report;
use crate::server::{Server, cause, runtime};
use crate::{Args, Outcome};

/// A single-row commit is short; so many per reset make its side long enough to measure.
const COMMITS_PER_RESET: usize = 10;
/// Cases that are prepared at the same time, outside the clock.
const SET_UP_AT_ONCE: usize = 32;

/// Measures both sides, in turns.
pub fn measure(args: &Args, folder: &Path, report: &mut Report) -> Outcome<()> {
    let (mut ours, mut bare, mut cost) = (Samples::default(), Samples::default(), Samples::default());
    let level = runtime()?.block_on(async {
        let desk = Arc::new(Desk::open(&folder.join("postern"), args).await?);
        let mut file = bare_file(&folder.join("bare.sqlite3")).await?;
        for round in 0..usize::try_from(args.options.rounds)? {
            let cases = ready_cases(&desk, args.resets, round).await?;
            let commits = args.resets * COMMITS_PER_RESET;
            bare.push(rate(commits, commit_alone(&mut file, commits).await?));
            let busy_before = busy("self")?;
            ours.push(rate(args.resets, desk.reset_all(args.clients, cases).await?));
            desk.server.settle().await?;
            // The jobs that the resets woke.
            tokio::time::sleep(Duration::from_secs(2)).await;
            let spent = busy("self")?.saturating_sub(busy_before);
            cost.push(spent.as_secs_f64() * 1000.0 / as_f64(args.resets));
        }
        file.close().await?;
        let level = desk.server.synchronous().await?;
        let desk = Arc::into_inner(desk).ok_or("somebody still works at the desk")?;
        desk.server.stop().await?;
        Outcome::Ok(level)
    })?;
    if level != 2 {
        return Err(format!("the product's SQLite says synchronous={level}, not 2 (FULL)").into());
    }
    let ratio = ours.over(&bare);
    let clients = args.clients;
    report.line("forced resets, durable", "1/s", &ours, &format!("{clients} at once; one commit each"));
    report.line("  bare single-row commits", "1/s", &bare, "one by one; same folder and pragmas");
    report.line("  ratio", "", &ratio, "1: a reset costs one commit alone");
    report.line("  processor time of one", "ms", &cost, "target ≤ 3; with the jobs that it wakes");
    Ok(())
}

/// An agent, a manager who vouches, and people who lost their phones.
struct Desk {
    server: Server,
    agent: Caller,
    manager: Caller,
    people: Vec<Somebody>,
}

impl Desk {
    async fn open(folder: &Path, args: &Args) -> Outcome<Self> {
        let server = Server::start(folder).await?;
        let agent = people::caller(&server.scope()?, "agent", Role::Agent).await?;
        let manager = people::caller(&server.scope()?, "manager", Role::Person).await?;
        let count = args.resets * usize::try_from(args.options.rounds)?;
        let people = people::add(&server.scope()?, count, Some(&manager.person.id)).await?;
        Ok(Self { server, agent, manager, people })
    }

    /// A case in which everything is done but the reset.
    async fn ready_case(&self, scope: &Scope, somebody: &Somebody) -> Outcome<CaseId> {
        let id = open_case(&scope.later(), &somebody.login, None).await.map_err(cause)?.id;
        let phrase = cases::load(&scope.app.db, &scope.tenant.id, &id).await?.phrase;
        bind_claimant_page(&scope.later(), &self.agent, &id, &somebody.office_phone, &phrase)
            .await
            .map_err(cause)?;
        add_evidence(
            &scope.later(),
            &self.agent,
            &id,
            Verification::confirmed(Kind::CallPlaced, "HD-1, recorded"),
        )
        .await
        .map_err(cause)?;
        vouch(
            &scope.later(),
            &self.manager,
            &id,
            ManagersWord::yes(&phrase, "I know the voice and saw them today"),
        )
        .await
        .map_err(cause)?;
        expect_stage(scope, &id, |stage| matches!(stage, Stage::Ready { .. })).await?;
        Ok(id)
    }

    /// The timed part: nothing but resets.
    async fn reset_all(&self, clients: usize, ready: Arc<Vec<CaseId>>) -> Outcome<Duration> {
        let (scope, agent) = (self.server.scope()?, self.agent.clone());
        let cases = Arc::clone(&ready);
        let took = by_clients(clients, ready.len(), move |index| {
            let (scope, agent, cases) = (scope.clone(), agent.clone(), Arc::clone(&cases));
            async move {
                let id = cases.get(index).ok_or("too few cases")?;
                apply_remedy(&scope.later(), &agent, id, (None, "lost phone, verified by call and manager"))
                    .await
                    .map_err(cause)
            }
        })
        .await?;
        for id in ready.iter() {
            expect_stage(&self.server.scope()?, id, |stage| matches!(stage, Stage::Remedied { .. })).await?;
        }
        Ok(took)
    }
}

/// Cases of this round's people, each brought to where the reset is open. Many at once, because opening a case takes its
/// time on purpose.
async fn ready_cases(desk: &Arc<Desk>, count: usize, round: usize) -> Outcome<Arc<Vec<CaseId>>> {
    let ready = Arc::new(Mutex::new(Vec::with_capacity(count)));
    let (desk_of_all, ready_of_all) = (Arc::clone(desk), Arc::clone(&ready));
    by_clients(SET_UP_AT_ONCE, count, move |index| {
        let (desk, ready) = (Arc::clone(&desk_of_all), Arc::clone(&ready_of_all));
        async move {
            let somebody = desk.people.get(round * count + index).ok_or("too few people")?;
            // Each from an address of its own: one address may open a handful of cases an hour.
            let request = RequestInfo {
                id: "bench".to_owned(),
                path: "/desk".to_owned(),
                ip: format!("2001:db8:{round:x}:{index:x}::1"),
                user_agent: "bench".to_owned(),
                device: None,
                session: None,
                factor_shown: None,
                toast: None,
            };
            let Scope { app, tenant, .. } = desk.server.scope()?;
            let scope = Scope::of_request(app, tenant, request);
            let id = Box::pin(desk.ready_case(&scope, somebody)).await?;
            ready.lock().await.push(id);
            Ok(())
        }
    })
    .await?;
    desk.server.settle().await?;
    let ready = Arc::into_inner(ready).ok_or("somebody still opens cases")?;
    Ok(Arc::new(ready.into_inner()))
}

async fn expect_stage(scope: &Scope, id: &CaseId, is: impl Fn(&Stage) -> bool) -> Outcome<()> {
    let row = cases::load(&scope.app.db, &scope.tenant.id, id).await?;
    let case = row.case(scope.app.clock.now())?.ok_or("a case of an unknown login")?;
    if is(case.stage()) {
        Ok(())
    } else {
        Err(format!("the case is {}, which the bench did not expect", case.stage().as_str()).into())
    }
}

async fn bare_file(path: &Path) -> Outcome<SqliteConnection> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut file = options.connect().await?;
    sqlx::query("CREATE TABLE entries (id INTEGER PRIMARY KEY, body TEXT NOT NULL)")
        .execute(&mut file)
        .await?;
    Ok(file)
}

/// Each insert commits by itself, and returns when it is on the disk.
async fn commit_alone(file: &mut SqliteConnection, commits: usize) -> Outcome<Duration> {
    let body = "x".repeat(100);
    let began = Instant::now();
    for _ in 0..commits {
        sqlx::query("INSERT INTO entries (body) VALUES ($1)").bind(&body).execute(&mut *file).await?;
    }
    Ok(began.elapsed())
}
