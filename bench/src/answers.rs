//! How long the sign-in takes to say no: to a wrong password, to a name that nobody has, to somebody whose account is suspended;
//! and, after too many wrong ones, to a name that somebody has and to one that nobody has. Whoever could tell them apart by the
//! clock would learn who has an account.
//!
//! All are asked in turns, each time from an address of its own, over a new connection. Each median stands beside that of a wrong
//! password, or of a locked name that somebody has; and beside it how far two halves of the same kind are apart, which is the noise.

use std::path::Path;
use std::time::Instant;

use jiff::SignedDuration;
use postern::actions::sign_in::{Credentials, sign_in};
use postern::scope::Scope;
use postern::store::persons;
use zeroize::Zeroizing;

use crate::http::Connection;
use crate::measure::Samples;
use crate::people::{self, PASSWORD, Somebody};
use crate::program::{Served, on_both};
use crate::report::Report;
use crate::server::{Server, cause, runtime};
use crate::sign_ins::address_of;
use crate::{Args, Outcome};

/// What is never right.
const WRONG: &str = "not the battery staple";
/// As many wrong ones lock a name until somebody lifts it.
const LOCKED_AFTER: i32 = 100;
/// Whom nobody knows, and whose name was guessed at all the same.
const STRANGER: &str = "nobody-guessed-at";

/// Whom the sign-in says no to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Refused {
    WrongPassword,
    UnknownName,
    Suspended,
    Locked,
    LockedUnknownName,
}

impl Refused {
    const ALL: [Self; 5] =
        [Self::WrongPassword, Self::UnknownName, Self::Suspended, Self::Locked, Self::LockedUnknownName];

    fn title(self) -> &'static str {
        match self {
            Self::WrongPassword => "a wrong password",
            Self::UnknownName => "a name that nobody has",
            Self::Suspended => "a suspended account",
            Self::Locked => "a locked account",
            Self::LockedUnknownName => "a locked name that nobody has",
        }
    }

    /// What a stranger must not tell it from.
    fn beside(self) -> Self {
        match self {
            Self::Locked | Self::LockedUnknownName => Self::Locked,
            _ => Self::WrongPassword,
        }
    }

    /// What it is answered.
    fn status(self) -> u16 {
        if self.beside() == Self::Locked { 429 } else { 422 }
    }
}

/// Measures them on both databases.
pub fn measure(args: &Args, folder: &Path, report: &mut Report) -> Outcome<()> {
    let part = async |database: &'static str, url: Option<String>| {
        on(args, &folder.join(database), (database, url), report).await
    };
    runtime()?.block_on(on_both(args, part))
}

async fn on(
    args: &Args,
    folder: &Path,
    (database, url): (&str, Option<String>),
    report: &mut Report,
) -> Outcome<()> {
    let server = Server::start_on(folder, url.clone()).await?;
    let scope = server.scope()?;
    // Half of them are suspended, and the last one is locked.
    let people = people::add(&scope, 2 * args.looks + 1, None).await?;
    suspend(&scope, people.get(args.looks..2 * args.looks).unwrap_or_default()).await?;
    let locked = people.last().ok_or("nobody")?;
    for login in [locked.login.as_str(), STRANGER] {
        lock(&scope, login).await?;
    }
    server.settle().await?;
    server.stop().await?;
    let program = Served::start(args, folder, url.as_deref()).await?;
    let mut took: [Samples; 5] = Default::default();
    for round in 0..args.looks {
        // In another order each time: whoever comes after a hash finds a warmer processor.
        for turn in 0..Refused::ALL.len() {
            let which = (round + turn) % Refused::ALL.len();
            let (Some(kind), Some(samples)) = (Refused::ALL.get(which), took.get_mut(which)) else {
                continue;
            };
            let login = login_of(*kind, (&people, args.looks), round)?;
            let from = address_of(round * Refused::ALL.len() + turn);
            samples.push(ask(&program, &from, &login, kind.status()).await?);
        }
    }
    program.stop()?;
    for (kind, samples) in Refused::ALL.into_iter().zip(&took) {
        let beside = Refused::ALL.iter().position(|other| *other == kind.beside());
        let beside = beside.and_then(|at| took.get(at)).ok_or("no such kind")?;
        let note = format!(
            "{:.3} of {}; one half of them over the other: {:.3}",
            samples.median() / beside.median(),
            kind.beside().title(),
            of_halves(samples)
        );
        report.line(&format!("{database}: no to {}", kind.title()), "ms", samples, &note);
    }
    Ok(())
}

fn login_of(kind: Refused, (people, looks): (&[Somebody], usize), round: usize) -> Outcome<String> {
    let of = |index: usize| people.get(index).map(|somebody| somebody.login.clone()).ok_or("too few people");
    Ok(match kind {
        Refused::WrongPassword => of(round)?,
        Refused::UnknownName => format!("nobody{round}"),
        Refused::Suspended => of(looks + round)?,
        Refused::Locked => of(2 * looks)?,
        Refused::LockedUnknownName => STRANGER.to_owned(),
    })
}

/// How long an answer takes, over a new connection. Unit: milliseconds.
async fn ask(program: &Served, from: &str, login: &str, status: u16) -> Outcome<f64> {
    let mut connection = Connection::open(from, program.at).await?;
    let began = Instant::now();
    let answer = connection.post("/sign-in", &[("login", login), ("password", WRONG)], "").await?;
    let took = began.elapsed().as_secs_f64() * 1000.0;
    if answer.status != status {
        return Err(format!("{login} was answered {}, not {status}", answer.status).into());
    }
    Ok(took)
}

/// The median of every second one over that of the others.
fn of_halves(samples: &Samples) -> f64 {
    let half = |which: usize| samples.values().skip(which).step_by(2).collect::<Samples>().median();
    half(0) / half(1)
}

async fn suspend(scope: &Scope, people: &[Somebody]) -> Outcome<()> {
    let ids = people::ids(scope, people).await?;
    let mut change = scope.begin().await?;
    for id in &ids {
        persons::suspend(&mut change, id, ("for the bench", None)).await?;
    }
    Ok(change.commit_unrecorded("suspended for the bench").await?)
}

/// Guesses at a name, an hour apart and until now, as often as locks it.
async fn lock(scope: &Scope, login: &str) -> Outcome<()> {
    for left in (1..=LOCKED_AFTER).rev() {
        let scope = scope.at(scope.now - SignedDuration::from_hours(1) * left);
        let password = Zeroizing::new(WRONG.to_owned());
        if sign_in(&scope, Credentials { login, password, device: None }).await.is_ok() {
            return Err(cause(format!("{PASSWORD} is not {WRONG}")));
        }
    }
    Ok(())
}
