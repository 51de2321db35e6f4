#![allow(clippy::all, clippy::pedantic, clippy::restriction, clippy::allow_attributes)]
use postern_signals::{
    event::{Event, Texts, Writer},
    settings::Settings,
    tenant::Tenant,
    *,
};
use std::time::Instant;
fn cpu() -> u64 {
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap()
        .parse()
        .unwrap()
}
fn hwm() -> u64 {
    std::fs::read_to_string("/proc/self/status")
        .unwrap()
        .lines()
        .find(|l| l.starts_with("VmHWM"))
        .unwrap()
        .split_whitespace()
        .nth(1)
        .unwrap()
        .parse()
        .unwrap()
}
struct R(u64);
impl R {
    fn n(&mut self, m: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % m
    }
}
fn main() {
    let people: u64 = std::env::args().nth(1).map_or(100_000, |a| a.parse().unwrap());
    let total: u64 = std::env::args().nth(2).map_or(10_000_000, |a| a.parse().unwrap());
    let attack = std::env::args().nth(3).is_some();
    let texts = Texts::default();
    let mut w = Writer::new(&texts);
    let names: Vec<String> = (0..people).map(|n| format!("person{n}@corp.example")).collect();
    for pass in 0..2 {
        let mut r = R(7);
        let mut t = Tenant::new(&Settings::default());
        let mut took = std::time::Duration::ZERO;
        let mut per = vec![];
        let mut chunk = Vec::with_capacity(65536);
        // rate follows the hour
        let mut at = 1_772_409_600_000_000f64;
        let mut made = 0u64;
        let base = 30.0 * 86400e6 / total as f64;
        while made < total {
            chunk.clear();
            for _ in 0..65536.min(total - made) {
                made += 1;
                let hour = ((at / 3_600e6) as u64) % 24;
                let k = match hour {
                    8 | 9 => 0.25,
                    7 | 10..=17 => 0.6,
                    _ => 4.0,
                };
                at += base * k * (r.n(1000) as f64 / 500.0);
                let who = r.n(people) as usize;
                let x = r.n(1000);
                let day = ((at as u64 - 1_772_409_600_000_000) / 86_400_000_000) as u64;
                let struck = day % 7 == 3 && hour == 9 && x % 10 < 7;
                let res = if struck {
                    AttemptResult::Failure(Cause::ProviderOutage)
                } else {
                    match x {
                        0..80 => AttemptResult::Failure(Cause::BadPassword),
                        80..110 => AttemptResult::Failure(Cause::MfaNoResponse),
                        110..120 => AttemptResult::Failure(Cause::PolicyBlock),
                        120..320 => AttemptResult::Interrupt(None),
                        _ => AttemptResult::Success,
                    }
                };
                let mut s = SignIn::new(Provider::Entra, res);
                s.at = jiff::Timestamp::from_microsecond(at as i64).ok();
                s.person = Some(names[who].as_str().into());
                s.method = match x % 7 {
                    0 => Method::Sms,
                    1 => Method::Totp,
                    _ => Method::Push,
                };
                s.interactive = x % 3 != 0;
                if let AttemptResult::Failure(c) = res {
                    s.code = Some(
                        match c {
                            Cause::BadPassword => "50126",
                            Cause::PolicyBlock => "53003",
                            Cause::ProviderOutage => "50087",
                            _ => "500121",
                        }
                        .into(),
                    );
                    if c == Cause::PolicyBlock {
                        s.policy = Some("Managed".into());
                    }
                }
                let net = if attack { r.n(1 << 20) as u32 } else { who as u32 / 4 };
                s.ip = Some(std::net::IpAddr::V6(std::net::Ipv6Addr::from(
                    (0x2001_0db8u128 << 96) | ((net as u128) << 76) | 7,
                )));
                s.position = Position { file: 0, line: made };
                chunk.push(Event::of(&s, &mut w));
            }
            if pass == 1 {
                let n = cpu();
                for e in &chunk {
                    t.take(e);
                }
                let d = std::time::Duration::from_nanos(cpu() - n);
                took += d;
                per.push(d.as_nanos() / chunk.len() as u128);
            }
        }
        println!(
            "pass {pass}: hwm {} KiB, {:.1} ns/event, chunks min/median/p90 {:?}",
            hwm(),
            took.as_nanos() as f64 / total as f64,
            (per.first(), per.get(per.len() / 2), per.get(per.len() * 9 / 10))
        );
        if pass == 1 {
            let n = Instant::now();
            let f = t.findings(&texts);
            println!("{} findings in {:?}, {} buckets", f.len(), n.elapsed(), t.chart().len());
            for f in f.iter().take(12) {
                println!("{}: {}", f.rule, f.words);
            }
            println!("hwm {}", hwm());
        }
    }
}
