//! The owners: each signs in once, with password and code, so that no code is used twice.

use std::net::SocketAddr;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use postern::rng::token_hash;
use postern::store::{known_devices, persons};
use tokio::task::JoinSet;

use crate::http::Connection;
use crate::measure::Samples;
use crate::people::{self, Somebody};
use crate::server::Server;
use crate::{Outcome, say};

const DEVICE: &str = "__Host-postern-device";

/// Those who will sign in on a known device, and those who will from elsewhere.
pub struct Cast {
    known: Vec<Somebody>,
    elsewhere: Vec<Somebody>,
}

/// How they fared. Unit: seconds, for those who got in.
#[derive(Default)]
pub struct Owners {
    pub took: Samples,
    pub failed: usize,
}

impl Cast {
    /// Puts them into fresh data.
    pub async fn prepare(folder: &Path, database_url: Option<String>, count: usize) -> Outcome<Self> {
        let server = Server::start_on(folder, database_url).await?;
        let scope = &server.scope()?;
        let mut known = people::add(scope, 2 * count, None).await?;
        let elsewhere = known.split_off(count);
        for somebody in &known {
            let person = persons::find_by_login(&scope.app.db, &scope.tenant.id, &somebody.login)
                .await?
                .ok_or("nobody")?;
            let mut change = scope.begin().await?;
            known_devices::insert(&mut change, &person.id, &token_hash(&device_of(somebody))).await?;
            change.commit_unrecorded("known devices for the bench").await?;
        }
        server.stop().await?;
        Ok(Self { known, elsewhere })
    }
}

fn device_of(somebody: &Somebody) -> String {
    format!("the device of {}", somebody.login).replace(' ', "-")
}

/// One begins each second, whether or not the one before is done.
pub async fn sign_in(
    at: SocketAddr,
    cast: &Arc<Cast>,
    people: Range<usize>,
    is_known: bool,
) -> Outcome<Owners> {
    let (mut ticks, mut running) = (tokio::time::interval(Duration::from_secs(1)), JoinSet::new());
    for index in people {
        ticks.tick().await;
        let cast = Arc::clone(cast);
        running.spawn(async move {
            let began = Instant::now();
            let done = one(at, &cast, index, is_known).await;
            done.map(|()| began.elapsed().as_secs_f64())
        });
    }
    let mut owners = Owners::default();
    while let Some(done) = running.join_next().await {
        match done? {
            Ok(seconds) => owners.took.push(seconds),
            Err(error) => {
                say(&format!("flood: an owner was not let in: {error}"));
                owners.failed += 1;
            }
        }
    }
    Ok(owners)
}

async fn one(at: SocketAddr, cast: &Cast, index: usize, is_known: bool) -> Outcome<()> {
    let people = if is_known { &cast.known } else { &cast.elsewhere };
    let somebody = people.get(index).ok_or("too few people")?;
    // The known device is behind the same address as the attacker.
    let from = if is_known { super::attacker::ADDRESS } else { "127.0.30.1" };
    let device = if is_known { format!("{DEVICE}={}", device_of(somebody)) } else { String::new() };
    let mut connection = Connection::open(from, at).await?;
    somebody.sign_in_over(&mut connection, &device).await
}
