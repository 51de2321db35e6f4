//! The first page of a long audit log, as the desk shows it, with each filter and without one, over HTTP.

use std::path::Path;
use std::time::Instant;

use jiff::SignedDuration;
use postern_core::event::payload::{CaseOpened, OpeningNotice, SessionEnded, SignInFailed};
use postern_core::event::{Actor, Event};
use postern_core::id::{CaseId, PersonId};
use postern_core::person::Role;

use crate::http::Connection;
use crate::measure::Samples;
use crate::people::{self, SESSION};
use crate::program::{Served, on_both};
use crate::report::Report;
use crate::server::{Server, runtime};
use crate::{Args, Outcome, say};

/// Records in one change: its ids are made at one moment.
const BATCH: usize = 2_000;
/// Whom they are about.
const PEOPLE: usize = 2_000;
/// Each page is asked for so often.
const LOOKS: usize = 20;
/// The first asker warms statements and pages up.
const WARM_UP: usize = 2;

/// Each filter by itself, the pairs whose parts are common and whose whole is rare or nothing, and the cursor's page.
const FILTERS: [(&str, &str); 9] = [
    ("no filter", ""),
    ("a common event", "?event=signin.failed"),
    ("an event that never was", "?event=case.contested"),
    ("a person", "?person=person7"),
    ("an actor", "?actor=person7"),
    ("an event of a person", "?person=person7&event=session.ended"),
    ("an event that a person never had", "?person=person7&event=case.opened"),
    ("a week", "?from=2000-01-01&until=2999-01-01"),
    ("before there was anything", "?until=2000-01-01"),
];

/// Measures it on SQLite, and on PostgreSQL where `--postgres` names a server.
pub fn measure(args: &Args, folder: &Path, report: &mut Report) -> Outcome<()> {
    let part =
        async |database: &'static str, url| on(args, &folder.join(database), (database, url), report).await;
    runtime()?.block_on(on_both(args, part))
}

async fn on(
    args: &Args,
    folder: &Path,
    (database, url): (&str, Option<String>),
    report: &mut Report,
) -> Outcome<()> {
    let server = Server::start_on(folder, url.clone()).await?;
    people::caller(&server.scope()?, "auditor", Role::Auditor).await?;
    fill(&server, args.entries).await?;
    say(&format!("audit page: the {} entries get their places", args.entries));
    server.settle().await?;
    server.stop().await?;
    let program = Served::start(args, folder, url.as_deref()).await?;
    let cookie = format!("{SESSION}=auditor");
    let mut connection = Connection::open("127.0.0.1", program.at).await?;
    for (filter, query) in FILTERS {
        let (path, mut took) = (format!("/desk/audit{query}"), Samples::default());
        for look in 0..LOOKS + WARM_UP {
            let began = Instant::now();
            let answer = connection.get_with(&path, &cookie).await?;
            if answer.status != 200 {
                return Err(format!("{path} led to {}", answer.status).into());
            }
            if look >= WARM_UP {
                took.push(began.elapsed().as_secs_f64() * 1000.0);
            }
        }
        report.line(
            &format!("{database}: audit page of {}, {filter}", args.entries),
            "ms",
            &took,
            "target ≤ 50",
        );
    }
    program.stop()
}

/// A year in the life of an organisation: mostly sign-ins that failed, each person's sessions, a few cases.
async fn fill(server: &Server, entries: usize) -> Outcome<()> {
    let people: Vec<_> = people::add(&server.scope()?, PEOPLE, None).await?;
    let ids = people::ids(&server.scope()?, &people).await?;
    let scope = server.scope()?;
    let batches = entries / BATCH;
    let year = SignedDuration::from_hours(24 * 365);
    for batch in 0..batches {
        let left = year * i32::try_from(batches - batch)? / i32::try_from(batches)?;
        let scope = scope.at(scope.now - left);
        let mut change = scope.begin().await?;
        for index in 0..BATCH {
            change.record(event(batch * BATCH + index, &ids)?);
        }
        change.commit_unrecorded("records for the bench").await?;
    }
    Ok(())
}

fn event(number: usize, people: &[PersonId]) -> Outcome<Event> {
    // What it is goes by the last digit; whom it is about does not, so that everybody has some of each kind.
    let who = people.get((number + number / 10 * 16) % people.len()).ok_or("nobody")?;
    let by_them = Actor::Person { id: who.clone() };
    Ok(match number % 10 {
        0..7 => {
            let failed = SignInFailed { method: "password", cause: "bad_password", detail: None };
            Event::new(Actor::Anonymous, failed).person(who)
        }
        7..9 => Event::new(by_them, SessionEnded { session: "of the bench" }).person(who),
        _ => {
            let case = CaseId::new(format!("case-{number}"));
            let opened = CaseOpened {
                claimed: "somebody",
                reference: "C-BENCH",
                known: false,
                opened_with: "login",
                told: OpeningNotice::AtOnce,
            };
            Event::new(Actor::Anonymous, opened).case(&case)
        }
    })
}
