//! Every page and the lists of the API, over HTTP, in an organisation of 100,000 people with 10,000 open cases and 100,000 closed ones.

mod fill;
mod samples;
mod visits;

use std::path::Path;

use postern::rng::token_hash;
use postern::store::service_tokens::{self, NewToken};
use postern::store::{persons, saved_views};
use postern_core::id::PersonId;
use postern_core::person::Role;

use self::samples::{CLOSED, OPEN, SampleCase, SampleStaff};
use crate::findings::ImportDesk;
use crate::page_times::PageClient;
use crate::people::{self, Somebody};
use crate::program::on_both;
use crate::report::Report;
use crate::server::{Server, runtime};
use crate::{Args, Outcome, audit_page, directory, say};

/// People in the directory, where `--people` does not say.
const PEOPLE: u32 = 100_000;
/// Entries of the log beside those that the rest leaves.
const AUDIT_ENTRIES: usize = 100_000;
/// Logins that are bombed with prompts, and how often each incident is copied: open ones, closed ones.
const INCIDENTS: (usize, usize, usize) = (10, 20, 200);
/// Between two open cases of a kind, and two closed ones. Unit: seconds.
const BETWEEN: (usize, usize) = (100, 2_000);
/// Who looks at the desk, and with which session.
const ADMIN: &str = "admin";
const DESK_SESSION: &str = "desk";
/// What the API's token is.
const TOKEN: &str = "pst_bench";

/// What pages are about.
pub struct FilledDesk {
    people: Vec<Somebody>,
    samples: Vec<SampleCase>,
    /// Somebody of the directory, and somebody who leads others.
    person: PersonId,
    manager: PersonId,
}

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
    let filled = fill_all(args, &server, folder).await?;
    // Planned as a database plans that has had time to look at itself; SQLite looks when it is told to, and nobody tells it.
    if url.is_some() {
        fill::run(&server, "ANALYZE").await?;
    }
    sign_in(&server, &filled).await?;
    server.stop().await?;
    say(&format!("pages: {database} is filled; the program starts"));
    let mut client = PageClient::start(args, folder, (database, url.as_deref())).await?;
    visits::visit_all(args, &mut client, &filled, report).await?;
    client.stop()
}

async fn fill_all(args: &Args, server: &Server, folder: &Path) -> Outcome<FilledDesk> {
    let count = usize::try_from(args.options.people.unwrap_or(PEOPLE))?;
    say(&format!("pages: {count} people"));
    directory::fill(server, count).await?;
    let scope = server.scope()?;
    let find = async |number: usize| -> Outcome<PersonId> {
        let person =
            persons::find_by_login(&scope.app.db, &scope.tenant.id, &format!("login{number}")).await?;
        Ok(person.ok_or("nobody")?.id)
    };
    let staff = SampleStaff {
        agent: people::caller(&server.scope()?, "agent", Role::Agent).await?,
        manager: people::caller(&server.scope()?, "manager", Role::Person).await?,
    };
    people::caller(&server.scope()?, ADMIN, Role::Admin).await?;
    let samples = OPEN.len() + CLOSED.len();
    let people = people::add(&server.scope()?, samples + 1, Some(&staff.manager.person.id)).await?;
    let strict = people.get(5).ok_or("nobody")?;
    fill::run(server, &format!("UPDATE persons SET tier = 'privileged' WHERE login = '{}'", strict.login))
        .await?;
    say("pages: what everybody has");
    fill::enrol_everybody(server, "person0").await?;
    let samples = staff.sample_cases(server, &people).await?;
    let named = |names: &[&str]| -> Vec<&SampleCase> {
        samples.iter().filter(|sample| names.contains(&sample.name)).collect()
    };
    samples::copy(server, &named(&OPEN), (1, args.cases), (count, BETWEEN.0)).await?;
    let closed = (1 + args.cases, 10 * args.cases);
    samples::copy(server, &named(&CLOSED), closed, (count, BETWEEN.1)).await?;
    say("pages: sign-ins of elsewhere, incidents and the log");
    let desk = ImportDesk::open(server, folder).await?;
    desk.import_history().await?;
    let bombed: Vec<String> = (0..INCIDENTS.0).map(|number| format!("login{number}")).collect();
    desk.incidents(&bombed).await?;
    fill::copy_findings(server, INCIDENTS.1, INCIDENTS.2).await?;
    let ids = [find(count / 2).await?, find(count / 3).await?, find(0).await?];
    audit_page::fill(server, AUDIT_ENTRIES, &ids).await?;
    server.settle().await?;
    let (person, manager) = (find(count / 2 + 3).await?, find(count / 20 * 10).await?);
    Ok(FilledDesk { people, samples, person, manager })
}

/// Those who ask have just signed in.
async fn sign_in(server: &Server, filled: &FilledDesk) -> Outcome<()> {
    let scope = server.scope()?;
    let admin = persons::find_by_login(&scope.app.db, &scope.tenant.id, ADMIN).await?.ok_or("nobody")?.id;
    let mut change = scope.begin().await?;
    for (session, person) in
        [(DESK_SESSION, &admin), ("somebody", &filled.person), ("leader", &filled.manager)]
    {
        people::add_session(&mut change, session, person).await?;
    }
    for number in 0..5 {
        saved_views::save(&mut change, &admin, &format!("View {number}"), "tier=privileged").await?;
    }
    for number in 0..20 {
        let token = if number == 0 { TOKEN.to_owned() } else { format!("{TOKEN}{number}") };
        let new = NewToken {
            label: "Bench",
            owner: &admin,
            scopes: &postern::actions::create_service_token::SCOPES.join(" "),
            token_hash: &token_hash(&token),
            expires_at: change.at() + jiff::SignedDuration::from_hours(8),
        };
        let id = service_tokens::insert(&mut change, &new).await?;
        service_tokens::grant(&mut change, &id).await?;
    }
    Ok(change.commit_unrecorded("who asks in the bench").await?)
}
