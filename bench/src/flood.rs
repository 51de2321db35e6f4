//! An attacker floods the sign-in from one address, with 300 connections and 100 guesses a second at other people's names,
//! while owners sign in: one each second on a known device that shares the attacker's address, and one from elsewhere.
//! And the worst that each open route takes, from many addresses, beside what `/healthz` takes meanwhile.

mod attacker;
mod owners;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::http::Connection;
use crate::measure::Samples;
use crate::program::{Served, on_both};
use crate::report::Report;
use crate::server::runtime;
use crate::{Args, Outcome};
use owners::{Cast, Owners};

/// The server without an attacker, before.
const IDLE: Duration = Duration::from_secs(10);
/// The worst of each route.
const WORST: Duration = Duration::from_secs(10);

/// Measures it on SQLite, and on PostgreSQL where `--postgres` names a server.
pub fn measure(args: &Args, folder: &Path, report: &mut Report) -> Outcome<()> {
    let part =
        async |database: &'static str, url| on(args, &folder.join(database), (database, url), report).await;
    runtime()?.block_on(on_both(args, part))
}

/// How long owners and watchers waited. Unit: seconds, and milliseconds for `/healthz`.
#[derive(Default)]
struct Waits {
    known: Owners,
    elsewhere: Owners,
    healthz: Samples,
}

async fn on(
    args: &Args,
    folder: &Path,
    (database, url): (&str, Option<String>),
    report: &mut Report,
) -> Outcome<()> {
    let time = Duration::from_secs(args.flood_seconds);
    let seconds = usize::try_from(IDLE.as_secs() + args.flood_seconds)?;
    let cast = Arc::new(Cast::prepare(folder, url.clone(), seconds).await?);
    let server = Served::start(args, folder, url.as_deref()).await?;
    let idle = waits(server.at, (&cast, 0), IDLE).await?;
    let flood = attacker::flood(server.at, time);
    let first = usize::try_from(IDLE.as_secs())?;
    let (flooded, guesses) = tokio::join!(waits(server.at, (&cast, first), time), flood);
    let flooded = flooded?;
    let worst = attacker::worst(server.at, WORST);
    let (healthz, sent) = tokio::join!(healthz(server.at, WORST), worst);
    let note =
        format!("{} guesses a second, {} of {} answered 429", guesses.rate, guesses.refused, guesses.sent);
    for (what, idle, flooded, target) in [
        ("on a known device, same address", &idle.known, &flooded.known, "< 1.5 s"),
        ("from elsewhere", &idle.elsewhere, &flooded.elsewhere, "< 5 s"),
    ] {
        let line = format!("{database}: sign-in {what}, in a flood");
        report.line(
            &line,
            "s",
            &flooded.took,
            &format!("target {target}; {} failed; {note}", flooded.failed),
        );
        report.line("  without it", "s", &idle.took, &format!("{} failed", idle.failed));
    }
    report.line(&format!("{database}: /healthz in the flood"), "ms", &flooded.healthz, "");
    report.line("  under the worst input of every open route", "ms", &healthz?, &format!("{sent} requests"));
    report.line("  idle", "ms", &idle.healthz, "");
    server.stop()
}

async fn waits(at: SocketAddr, (cast, first): (&Arc<Cast>, usize), time: Duration) -> Outcome<Waits> {
    let count = usize::try_from(time.as_secs())?;
    let people = first..first + count;
    let (known, elsewhere, healthz) = tokio::join!(
        owners::sign_in(at, cast, people.clone(), true),
        owners::sign_in(at, cast, people, false),
        healthz(at, time),
    );
    Ok(Waits { known: known?, elsewhere: elsewhere?, healthz: healthz? })
}

async fn healthz(at: SocketAddr, time: Duration) -> Outcome<Samples> {
    let (began, mut samples) = (Instant::now(), Samples::default());
    while began.elapsed() < time {
        let asked = Instant::now();
        Connection::open("127.0.40.1", at).await?.get("/healthz").await?;
        samples.push(asked.elapsed().as_secs_f64() * 1000.0);
        sleep(Duration::from_millis(100)).await;
    }
    Ok(samples)
}
