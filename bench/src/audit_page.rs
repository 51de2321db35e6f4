//! The first page of a long audit log, as the desk shows it, with each filter and without one, over HTTP.

use std::path::Path;

use jiff::SignedDuration;
use postern_core::event::payload::{CaseOpened, OpeningNotice, SessionEnded, SignInFailed};
use postern_core::event::{Actor, Event};
use postern_core::id::{CaseId, PersonId};
use postern_core::person::Role;

use crate::page_times::{PageClient, PageTarget};
use crate::people;
use crate::program::on_both;
use crate::report::Report;
use crate::server::{Server, runtime};
use crate::{Args, Outcome, say};

/// Records in one change: its ids are made at one moment.
const BATCH: usize = 2_000;
/// Whom they are about.
const PEOPLE: usize = 2_000;

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
    (database, url): (&'static str, Option<String>),
    report: &mut Report,
) -> Outcome<()> {
    let server = Server::start_on(folder, url.clone()).await?;
    let people = people::add(&server.scope()?, PEOPLE, None).await?;
    fill(&server, args.entries, &people::ids(&server.scope()?, &people).await?).await?;
    say(&format!("audit page: the {} entries get their places", args.entries));
    server.settle().await?;
    people::caller(&server.scope()?, "auditor", Role::Auditor).await?;
    server.stop().await?;
    let mut client = PageClient::start(args, folder, (database, url.as_deref())).await?;
    client.sign_in("auditor");
    for (filter, query) in FILTERS {
        let page = format!("audit page of {}, {filter}", args.entries);
        let path = format!("/desk/audit{query}");
        client.measure(args, (&page, &path), PageTarget::p99(50.0), report).await?;
    }
    client.stop()
}

/// A year in the life of an organisation: mostly sign-ins that failed, each person's sessions, a few cases.
pub async fn fill(server: &Server, entries: usize, people: &[PersonId]) -> Outcome<()> {
    let scope = server.scope()?;
    let batches = entries / BATCH;
    let year = SignedDuration::from_hours(24 * 365);
    for batch in 0..batches {
        let left = year * i32::try_from(batches - batch)? / i32::try_from(batches)?;
        let scope = scope.at(scope.now - left);
        let mut change = scope.begin().await?;
        for index in 0..BATCH {
            change.record(event(batch * BATCH + index, people)?);
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
