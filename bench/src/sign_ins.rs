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
use postern::store::flows;
use postern_core::factor::totp;
use zeroize::Zeroizing;

use crate::http::Connection;
use crate::measure::{Samples, as_f64, by_clients, rate};
use crate::people::{self, PASSWORD, Somebody};
use crate::program::{Served, busy};
use crate::report::Report;
use crate::server::{Server, cause, runtime};
use crate::{Args, Outcome};

/// Addresses of this machine that sign-ins come from: each of its own, because one may fail only so often.
const FROM: u8 = 60;

/// Measures the hash alone, the actions and the pages, in turns.
pub fn measure(args: &Args, folder: &Path, report: &mut Report) -> Outcome<()> {
    let cores = thread::available_parallelism()?.get();
    let (mut ours, mut over_http, mut bare) = (Samples::default(), Samples::default(), Samples::default());
    let mut beside = Samples::default();
    runtime()?.block_on(async {
        let rounds = usize::try_from(args.options.rounds)?;
        // Each person signs in once, so that no code's time step is used twice.
        let count = args.sign_ins * rounds;
        let of_pages = folder.join("pages");
        let server = Server::start(&of_pages).await?;
        let signers = Arc::new(people::add(&server.scope()?, count, None).await?);
        server.stop().await?;
        let program = Served::start(args, &of_pages, None).await?;
        let server = Server::start(&folder.join("actions")).await?;
        let people = Arc::new(people::add(&server.scope()?, count, None).await?);
        server.settle().await?;
        for round in 0..rounds {
            let busy_before = busy("self")?;
            bare.push(rate(args.sign_ins, hash_alone(cores, args.sign_ins)?));
            let hashes = busy("self")?.saturating_sub(busy_before);
            let took = round_of(args, &server.scope()?, &people, round).await?;
            ours.push(rate(args.sign_ins, took));
            server.settle().await?;
            let busy_before = program.busy()?;
            let took = round_over_http(args, &program, &signers, round).await?;
            over_http.push(rate(args.sign_ins, took));
            // The records get their place, and whatever else the sign-ins left to do is done.
            tokio::time::sleep(Duration::from_secs(2)).await;
            let all = program.busy()?.saturating_sub(busy_before);
            beside.push((all.as_secs_f64() - hashes.as_secs_f64()) * 1000.0 / as_f64(args.sign_ins));
        }
        program.stop()?;
        server.stop().await
    })?;
    let clients = args.clients;
    let at_once = format!("{clients} at once");
    report.line("sign-ins: password and code", "1/s", &ours, &at_once);
    let as_many = format!("{cores} at once, as many as Postern hashes");
    report.line("  bare Argon2id, same parameters", "1/s", &bare, &as_many);
    report.line("  ratio", "", &ours.over(&bare), "1: a sign-in costs its hash alone");
    report.line("sign-ins over HTTP: both pages", "1/s", &over_http, &at_once);
    report.line("  ratio", "", &over_http.over(&bare), "target ≥ 0.85");
    report.line(
        "  processor time beside the hash",
        "ms",
        &beside,
        "target ≤ 5; both steps and what they leave to do",
    );
    Ok(())
}

async fn round_over_http(
    args: &Args,
    served: &Served,
    people: &Arc<Vec<Somebody>>,
    round: usize,
) -> Outcome<Duration> {
    let (at, people, offset) = (served.at, Arc::clone(people), round * args.sign_ins);
    by_clients(args.clients, args.sign_ins, move |index| {
        let people = Arc::clone(&people);
        async move {
            let index = offset + index;
            let somebody = people.get(index).ok_or("too few people")?;
            let from = format!("127.{FROM}.{}.{}", index / 250, 1 + index % 250);
            somebody.sign_in_over(&mut Connection::open(&from, at).await?, "").await
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
