//! Complete sign-ins (password, then code) through the actions and over HTTP, beside bare Argon2id.
//!
//! A sign-in cannot be had for less than the one hash of its password. The ratio says how much of the machine's hashing
//! rate is left after the rest: four durable commits, the sealed secret, the audit record and its sequencing.

use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use postern::actions::sign_in::{Credentials, sign_in};
use postern::actions::use_totp::use_totp;
use postern::rng::token_hash;
use postern::scope::Scope;
use postern::store::{flows, persons};
use postern_core::factor::totp;
use zeroize::Zeroizing;

use crate::http::Connection;
use crate::measure::{Samples, as_f64, by_clients, rate};
use crate::page_times::{PageClient, PageTarget};
use crate::people::{self, PASSWORD, Somebody};
use crate::program::{Served, busy, on_both, with_database};
use crate::report::Report;
use crate::server::{Server, cause, runtime};
use crate::{Args, Outcome, parallel_sign_ins};

/// Addresses of this machine that sign-ins come from: each of its own, because one may fail only so often.
pub fn address_of(index: usize) -> String {
    format!("127.60.{}.{}", index / 250, 1 + index % 250)
}

/// Whose session is asked about.
const LOOKER: &str = "looker";
/// What is wanted of the check of a session, and of the account page.
const COMMON: PageTarget = PageTarget { p99: 100.0, busy: Some(0.8) };

/// Measures the hash alone, the actions and the pages, in turns; then what a session costs, and many sign-ins at once.
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
    let of_pages = folder.join("pages");
    let server = Server::start_on(&of_pages, url.clone()).await?;
    // Each person signs in once, so that no code's time step is used twice.
    let count = args.sign_ins * usize::try_from(args.options.rounds)?;
    let signers = people::add(&server.scope()?, count + parallel_sign_ins::AT_ONCE, None).await?;
    add_looker(&server, &signers).await?;
    server.stop().await?;
    let signers = Arc::new(signers);
    let program = Served::start(args, &of_pages, url.as_deref()).await?;
    let pages = Signers { program, people: Arc::clone(&signers) };
    match &args.postgres {
        Some(server) if url.is_some() => {
            let rounds = async |other| {
                take_turns(args, (database, &folder.join("actions"), Some(other)), &pages, report).await
            };
            with_database(server, "_actions", rounds).await?;
        }
        _ => take_turns(args, (database, &folder.join("actions"), None), &pages, report).await?,
    }
    pages.program.stop()?;
    measure_session(args, &of_pages, (database, url.as_deref()), report).await?;
    let program = Served::start(args, &of_pages, url.as_deref()).await?;
    parallel_sign_ins::measure(database, &program, (&signers, count), report).await?;
    program.stop()
}

/// Somebody who has signed in.
async fn add_looker(server: &Server, signers: &[Somebody]) -> Outcome<()> {
    let scope = server.scope()?;
    let somebody = signers.last().ok_or("nobody")?;
    let person = persons::find_by_login(&scope.app.db, &scope.tenant.id, &somebody.login).await?;
    let mut change = scope.begin().await?;
    people::add_session(&mut change, LOOKER, &person.ok_or("nobody")?.id).await?;
    Ok(change.commit_unrecorded("who looks in the bench").await?)
}

/// A page that is nothing but the check of the session, and the one on which everybody lands.
async fn measure_session(
    args: &Args,
    folder: &Path,
    database: (&'static str, Option<&str>),
    report: &mut Report,
) -> Outcome<()> {
    let mut client = PageClient::start(args, folder, database).await?;
    client.sign_in(LOOKER);
    client.expect_status(303);
    client.measure(args, ("check of a session", "/"), COMMON, report).await?;
    client.expect_status(200);
    client.measure(args, ("account", "/account"), COMMON, report).await?;
    client.stop()
}

/// The program, and who signs in at its pages.
struct Signers {
    program: Served,
    people: Arc<Vec<Somebody>>,
}

async fn take_turns(
    args: &Args,
    (database, folder, url): (&str, &Path, Option<String>),
    pages: &Signers,
    report: &mut Report,
) -> Outcome<()> {
    let cores = thread::available_parallelism()?.get();
    let (mut ours, mut over_http, mut bare) = (Samples::default(), Samples::default(), Samples::default());
    let (mut beside, mut by_processor) = (Samples::default(), Samples::default());
    let server = Server::start_on(folder, url).await?;
    let rounds = usize::try_from(args.options.rounds)?;
    let people = Arc::new(people::add(&server.scope()?, args.sign_ins * rounds, None).await?);
    server.settle().await?;
    for round in 0..rounds {
        let busy_before = busy("self")?;
        bare.push(rate(args.sign_ins, hash_alone(cores, args.sign_ins)?));
        let hashes = busy("self")?.saturating_sub(busy_before);
        let took = round_of(args, &server.scope()?, &people, round).await?;
        ours.push(rate(args.sign_ins, took));
        server.settle().await?;
        let busy_before = pages.program.busy()?;
        let took = round_over_http(args, pages, round).await?;
        over_http.push(rate(args.sign_ins, took));
        // The records get their place, and whatever else the sign-ins left to do is done.
        tokio::time::sleep(Duration::from_secs(2)).await;
        let all = pages.program.busy()?.saturating_sub(busy_before);
        let (hashes, all) = (hashes.as_secs_f64(), all.as_secs_f64());
        beside.push((all - hashes) * 1000.0 / as_f64(args.sign_ins));
        by_processor.push(hashes / all);
    }
    server.stop().await?;
    let at_once = format!("{} at once", args.clients);
    report.line(&format!("{database}: sign-ins: password and code"), "1/s", &ours, &at_once);
    let as_many = format!("{cores} at once, as many as Postern hashes");
    report.line("  bare Argon2id, same parameters", "1/s", &bare, &as_many);
    report.line("  ratio", "", &ours.over(&bare), "target ≥ 0.85; 1: a sign-in costs its hash alone");
    report.line(&format!("{database}: sign-ins over HTTP: both pages"), "1/s", &over_http, &at_once);
    report.line("  ratio", "", &over_http.over(&bare), "target ≥ 0.85");
    report.line(
        "  ratio by processor time",
        "",
        &by_processor,
        "of the hashes alone, over all that the program took",
    );
    let note = "target ≤ 5; both steps and what they leave to do";
    report.line("  processor time beside the hash", "ms", &beside, note);
    Ok(())
}

async fn round_over_http(args: &Args, pages: &Signers, round: usize) -> Outcome<Duration> {
    let (at, people, offset) = (pages.program.at, Arc::clone(&pages.people), round * args.sign_ins);
    by_clients(args.clients, args.sign_ins, move |index| {
        let people = Arc::clone(&people);
        async move {
            let index = offset + index;
            let somebody = people.get(index).ok_or("too few people")?;
            somebody.sign_in_over(&mut Connection::open(&address_of(index), at).await?, "").await
        }
    })
    .await
}

async fn round_of(
    args: &Args,
    scope: &Scope,
    people: &Arc<Vec<Somebody>>,
    round: usize,
) -> Outcome<Duration> {
    let (scope, people, offset) = (scope.clone(), Arc::clone(people), round * args.sign_ins);
    by_clients(args.clients, args.sign_ins, move |index| {
        let (scope, people) = (scope.clone(), Arc::clone(&people));
        async move {
            let somebody = people.get(offset + index).ok_or("too few people")?;
            sign_in_fully(&scope, somebody).await
        }
    })
    .await
}

/// What the two pages do: the password, then the code that the phone shows now.
async fn sign_in_fully(scope: &Scope, somebody: &Somebody) -> Outcome<()> {
    let typed =
        Credentials { login: &somebody.login, password: Zeroizing::new(PASSWORD.to_owned()), device: None };
    let begun = sign_in(&scope.later(), typed).await.map_err(cause)?;
    let now = scope.app.clock.now();
    let flow = flows::find_live(&scope.app.db, &scope.tenant.id, &token_hash(&begun.token), now)
        .await?
        .ok_or("the flow is gone")?;
    let code = totp::code_at(&*somebody.secret, now.as_second()).ok_or("no code")?;
    use_totp(&scope.later(), &flow, &code, None).await.map_err(cause)?;
    Ok(())
}

/// The hashes alone, on as many threads as the product lets hash at once.
fn hash_alone(threads: usize, count: usize) -> Outcome<Duration> {
    let phc = hasher()?.hash_password_with_salt(PASSWORD.as_bytes(), &[7; 16])?.to_string();
    let began = Instant::now();
    thread::scope(|scope| {
        let share = |index: usize| count / threads + usize::from(index < count % threads);
        let running: Vec<_> = (0..threads)
            .map(|index| {
                let (phc, share) = (&phc, share(index));
                scope.spawn(move || (0..share).try_for_each(|_| verify(phc)))
            })
            .collect();
        running.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a hashing thread panicked")?)
    })?;
    Ok(began.elapsed())
}

/// The parameters of `postern::hashing`: 19 MiB, two passes, one lane.
fn hasher() -> Outcome<Argon2<'static>> {
    let params = Params::new(19 * 1024, 2, 1, Some(32)).map_err(cause)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn verify(phc: &str) -> Outcome<()> {
    let hash = PasswordHash::new(phc).map_err(cause)?;
    hasher()?.verify_password(PASSWORD.as_bytes(), &hash).map_err(cause)
}
