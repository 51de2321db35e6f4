//! A large directory as an admin sees it, over HTTP: the list of people, and searches for what many have, few, and nobody.

use std::path::Path;
use std::time::Instant;

use postern::scope::Scope;
use postern::store::contacts::{self, NewContact};
use postern::store::persons::{self, NewPerson};
use postern_core::id::PersonId;
use postern_core::person::Role;

use crate::http::Connection;
use crate::measure::Samples;
use crate::people::{self, SESSION};
use crate::program::{Served, on_both};
use crate::report::Report;
use crate::server::{Server, runtime};
use crate::{Args, Outcome, say};

/// People in the directory, where `--people` does not say.
const PEOPLE: u32 = 100_000;
/// People in one change.
const BATCH: usize = 4_000;
/// Each page is asked for so often.
const LOOKS: usize = 200;
/// The first askers warm statements and pages up.
const WARM_UP: usize = 5;

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
    (database, url): (&str, Option<String>),
    report: &mut Report,
) -> Outcome<()> {
    let server = Server::start_on(folder, url.clone()).await?;
    people::caller(&server.scope()?, "admin", Role::Admin).await?;
    let count = usize::try_from(args.options.people.unwrap_or(PEOPLE))?;
    say(&format!("people: {database} gets {count} of them"));
    for first in (0..count).step_by(BATCH) {
        fill(&server.scope()?, first, BATCH.min(count - first)).await?;
    }
    server.stop().await?;
    let program = Served::start(args, folder, url.as_deref()).await?;
    let cookie = format!("{SESSION}=admin");
    let mut connection = Connection::open("127.0.0.1", program.at).await?;
    let mut pages: Vec<(&str, String)> =
        PAGES.iter().map(|(name, path)| (*name, (*path).to_owned())).collect();
    pages.push(("the 40th page of the list", nth_page(&mut connection, "/desk/people", &cookie).await?));
    let named = "/desk/people?q=grete";
    pages.push(("the 40th page of a first name", nth_page(&mut connection, named, &cookie).await?));
    pages.push(("the set-up page", "/desk/set-up".to_owned()));
    pages.push(("home", "/desk/home".to_owned()));
    for (name, path) in pages {
        let mut took = Vec::with_capacity(LOOKS);
        let busy_before = program.busy()?;
        for look in 0..LOOKS + WARM_UP {
            let began = Instant::now();
            expect_page(&mut connection, &path, &cookie).await?;
            if look >= WARM_UP {
                took.push(began.elapsed().as_secs_f64() * 1000.0);
            }
        }
        let busy = program.busy()?.saturating_sub(busy_before).as_secs_f64() * 1000.0;
        let busy = busy / crate::measure::as_f64(LOOKS + WARM_UP);
        took.sort_by(f64::total_cmp);
        let p99 = took.get(LOOKS * 99 / 100).copied().unwrap_or_default();
        let mut samples = Samples::default();
        for time in took {
            samples.push(time);
        }
        let note = format!("p99 {p99:.1} ms, {busy:.1} ms of processor; target ≤ 20");
        report.line(&format!("{database}: people, {count}: {name}"), "ms", &samples, &note);
    }
    program.stop()
}

/// Where the fortieth page is, by its link on the one before.
async fn nth_page(connection: &mut Connection, first: &str, cookie: &str) -> Outcome<String> {
    let mut path = first.to_owned();
    for _ in 1..40 {
        let body = expect_page(connection, &path, cookie).await?;
        let link = body.split("<p><a href=\"").nth(1).and_then(|rest| rest.split('"').next());
        let Some(link) = link.filter(|link| link.contains("after=")) else { break };
        path = link.replace("&amp;", "&");
    }
    Ok(path)
}

async fn expect_page(connection: &mut Connection, path: &str, cookie: &str) -> Outcome<String> {
    let answer = connection.get_with(path, cookie).await?;
    if answer.status == 200 {
        Ok(answer.body)
    } else {
        Err(format!("{path} led to {}", answer.status).into())
    }
}

/// Adds `count` people from the `first` on, each with a mail address.
async fn fill(scope: &Scope, first: usize, count: usize) -> Outcome<()> {
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
        .map(|(id, (login, name, _))| NewPerson {
            id,
            login,
            name,
            tier: "standard",
            role: Role::Person,
            manager: ids.first(),
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
