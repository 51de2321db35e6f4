//! The attacker.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::http::Connection;

/// Where the flood comes from.
pub const ADDRESS: &str = "127.0.20.1";
const CONNECTIONS: u64 = 300;
const GUESSES_A_SECOND: u64 = 100;

/// What the attacker got done.
#[derive(Default)]
pub struct Guesses {
    pub sent: u64,
    pub refused: u64,
    pub rate: u64,
}

/// Guesses at names, each time another one, over connections that stay open.
pub async fn flood(at: SocketAddr, time: Duration) -> Guesses {
    let (began, mut running) = (Instant::now(), JoinSet::new());
    for number in 0..CONNECTIONS {
        running.spawn(async move { guess(at, number, began, time).await });
    }
    let mut all = Guesses::default();
    while let Some(done) = running.join_next().await {
        let Ok(some) = done else { continue };
        all.sent += some.sent;
        all.refused += some.refused;
    }
    all.rate = all.sent / time.as_secs().max(1);
    all
}

/// One connection, which takes its share of the guesses.
async fn guess(at: SocketAddr, number: u64, began: Instant, time: Duration) -> Guesses {
    let pause = Duration::from_millis(1000 * CONNECTIONS / GUESSES_A_SECOND);
    sleep(Duration::from_millis(1000 * number / GUESSES_A_SECOND)).await;
    let mut ticks = interval(pause);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut guesses, mut connection) = (Guesses::default(), None);
    while began.elapsed() < time {
        ticks.tick().await;
        if connection.is_none() {
            connection = Connection::open(ADDRESS, at).await.ok();
        }
        let Some(open) = &mut connection else { continue };
        let login = format!("name{number}-{}", guesses.sent);
        match open.post("/sign-in", &[("login", &login), ("password", "Winter2026! and more")], "").await {
            Ok(answer) => {
                guesses.sent += 1;
                guesses.refused += u64::from(answer.status == 429);
            }
            Err(_) => connection = None,
        }
    }
    guesses
}

/// Routes that anybody may send to, and what each takes longest over.
const ROUTES: [&str; 9] = [
    "/set-up",
    "/sign-in",
    "/sign-in/second-step",
    "/sign-in/backup-code",
    "/sign-in/pass",
    "/enrol/codes",
    "/recover",
    "/recover/case",
    "/not-me",
];

/// Thirty requests a second, each route in turn with its longest fields, from ever other addresses. How many.
pub async fn worst(at: SocketAddr, time: Duration) -> u64 {
    let (began, mut running, mut sent) = (Instant::now(), JoinSet::new(), 0_u64);
    let mut ticks = interval(Duration::from_millis(33));
    while began.elapsed() < time {
        ticks.tick().await;
        for route in ROUTES.iter().cycle().skip(usize::try_from(sent).unwrap_or(0) % ROUTES.len()).take(1) {
            let from = format!("127.{}.{}.1", 50 + sent / 200, sent % 200 + 1);
            running.spawn(async move { send_worst(at, &from, route).await });
        }
        sent += 1;
    }
    while running.join_next().await.is_some() {}
    sent
}

async fn send_worst(at: SocketAddr, from: &str, route: &str) {
    let long = |text: &str, length: usize| text.repeat(length / text.len() + 1);
    let (name, password) = (long("ﬃ", 2_000), long("aA1!zxcvbn2026pass", 10_000));
    let code = format!("{}0000-0000-0000-0000", "-".repeat(1_000));
    let form = [
        ("login", name.as_str()),
        ("name", &name),
        ("email", &name),
        ("password", &password),
        ("code", &code),
        ("pass", &code),
        ("backup_code", &code),
    ];
    if let Ok(mut connection) = Connection::open(from, at).await {
        // What it answers is another part's business.
        let _ = connection.post(route, &form, "").await;
    }
}
