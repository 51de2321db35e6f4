//! A large directory as an admin sees it, over HTTP: the list of people, and searches for what many have, few, and nobody.

use std::path::Path;

use postern::scope::Scope;
use postern::store::contacts::{self, NewContact};
use postern::store::persons::{self, NewPerson};
use postern_core::id::PersonId;
use postern_core::person::Role;

use crate::page_times::{PageClient, PageTarget};
use crate::people;
use crate::program::on_both;
use crate::report::Report;
use crate::server::{Server, runtime};
use crate::{Args, Outcome, say};

/// People in the directory, where `--people` does not say.
const PEOPLE: u32 = 100_000;
/// People in one change.
const BATCH: usize = 4_000;
/// People with one manager.
const REPORTS: usize = 10;
/// What is wanted of a list and of a search, however many people there are.
const TARGET: PageTarget = PageTarget { p99: 20.0, busy: None };

const FIRST: [&str; 16] = [
    "Ana", "Björn", "Chidi", "Dora", "Élise", "Farid", "Grete", "Hiro", "Ines", "Jonas", "Kamala", "Lars",
    "Mona", "Noor", "Olga", "Pavel",
];
const SYLLABLES: [&str; 16] = [
    "ba", "cel", "dor", "fin", "gar", "hol", "jan", "kov", "lund", "mer", "nes", "ost", "pal", "ri", "sen",
    "tov",
];

/// What is asked for.
const PAGES: [(&str, &str); 10] = [
    ("the list", "/desk/people"),
    ("a login", "/desk/people?q=login77777"),
    ("the beginning of logins", "/desk/people?q=login7"),
    ("a first name of one in sixteen", "/desk/people?q=grete"),
    ("one letter", "/desk/people?q=g"),
    ("a surname", "/desk/people?q=dorkovmer"),
    ("a first name and a surname", "/desk/people?q=grete+dorkov"),
    ("two that are common and nobody's", "/desk/people?q=ana+bjorn"),
    ("a mail address", "/desk/people?q=login4242%40bench"),
    ("a name that nobody has", "/desk/people?q=zzyzx"),
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
    let count = usize::try_from(args.options.people.unwrap_or(PEOPLE))?;
    say(&format!("people: {database} gets {count} of them"));
    fill(&server, count).await?;
    people::caller(&server.scope()?, "admin", Role::Admin).await?;
    server.stop().await?;
    let mut client = PageClient::start(args, folder, (database, url.as_deref())).await?;
    client.sign_in("admin");
    let mut pages: Vec<(&str, String)> =
        PAGES.iter().map(|(name, path)| (*name, (*path).to_owned())).collect();
    pages.push(("the 40th page of the list", client.nth_page("/desk/people", 40).await?));
    pages.push(("the 40th page of a first name", client.nth_page("/desk/people?q=grete", 40).await?));
    pages.push(("the set-up page", "/desk/set-up".to_owned()));
    pages.push(("home", "/desk/home".to_owned()));
    for (name, path) in pages {
        let name = format!("people, {count}: {name}");
        client.measure(args, (&name, &path), TARGET, report).await?;
    }
    client.stop()
}

/// A directory of so many people.
pub async fn fill(server: &Server, count: usize) -> Outcome<()> {
    for first in (0..count).step_by(BATCH) {
        add(&server.scope()?, first, BATCH.min(count - first)).await?;
    }
    Ok(())
}

/// Adds `count` people from the `first` on, each with a mail address.
async fn add(scope: &Scope, first: usize, count: usize) -> Outcome<()> {
    let ids = (0..count).map(|_| Ok(PersonId::new(scope.app.rng.id(scope.now)?)));
    let ids = ids.collect::<Outcome<Vec<_>>>()?;
    let texts: Vec<_> = (first..first + count)
        .map(|number| {
            (format!("login{number}"), name(number), format!("login{number}@bench.postern.invalid"))
        })
        .collect();
    let rows: Vec<_> = ids
        .iter()
        .zip(&texts)
        .enumerate()
        .map(|(at, (id, (login, name, _)))| NewPerson {
            id,
            login,
            name,
            tier: "standard",
            role: Role::Person,
            manager: ids.get(at / REPORTS * REPORTS),
            password_hash: None,
        })
        .collect();
    let addresses: Vec<_> = ids
        .iter()
        .zip(&texts)
        .map(|(id, (.., address))| (id, NewContact::of_nobody("email", address, scope.now)))
        .collect();
    let mut change = scope.begin().await?;
    persons::insert_all(&mut change, &rows).await?;
    contacts::insert_all(&mut change, &addresses).await?;
    Ok(change.commit_unrecorded("people for the bench").await?)
}

/// One of sixteen first names, and one of 4,096 surnames.
fn name(number: usize) -> String {
    let pick = |list: &[&'static str; 16], at: usize| list.get(at % 16).copied().unwrap_or_default();
    let mixed = number.wrapping_mul(2_654_435_761);
    let surname: String = [8, 12, 16].map(|shift| pick(&SYLLABLES, mixed >> shift)).concat();
    format!("{} {surname}", pick(&FIRST, mixed >> 20))
}
