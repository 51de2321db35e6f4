use super::*;
use std::time::Instant;

fn rss() -> u64 {
    let s = fs::read_to_string("/proc/self/statm").unwrap();
    s.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096
}

struct Rng(u64);
impl Rng {
    fn next(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % n
    }
}

fn events(
    texts: &Texts,
    n: usize,
    people: u64,
    per_second: u64,
    what: impl Fn(&mut Rng) -> (AttemptResult, Method, u64),
) -> Vec<Event> {
    let mut rng = Rng(88172645463325252);
    let mut writer = Writer::new(texts);
    let names: Vec<String> = (0..people).map(|p| format!("p{p}@corp.example")).collect();
    let ips: Vec<String> = (0..65536).map(|p| format!("10.{}.{}.7", p / 256, p % 256)).collect();
    let mut out = Vec::with_capacity(n);
    for i in 0..n {
        let (result, method, hot) = what(&mut rng);
        let mut record = SignIn::new(Provider::Okta, result);
        record.at = Some(
            Timestamp::from_microsecond(START * 1_000_000 + i as i64 * 1_000_000 / per_second as i64)
                .unwrap(),
        );
        record.method = method;
        let p = if hot > 0 { rng.next(hot) } else { rng.next(people) } as usize;
        record.set_person(Some(names[p].as_str().into()));
        let ip = if hot > 0 { 60000 + rng.next(20) as usize } else { p % 50000 };
        record.set_ip(Some(&ips[ip]));
        record.asn = Some(64500 + (ip % 100) as u32);
        record.user_agent = Some(if p % 3 == 0 { "Firefox" } else { "Chrome" }.into());
        if method == Method::Push {
            record.phone = Some(names[p].as_str().into());
        }
        record.position = Position { file: 0, line: i as u64 + 1 };
        let mut e = Event::of(&record, &mut writer);
        let s = if hot > 0 { Seen::New } else { Seen::Known };
        e.set_seen(s, Seen::Known, Seen::Known);
        e.set_address_seen(s);
        out.push(e);
    }
    out
}

fn measure(name: &str, texts: &Texts, events: &[Event]) {
    let rules = Rules::shipped();
    let mut matcher = rules.matcher();
    let t = Instant::now();
    let matches: Vec<Matches> = events.iter().map(|event| matcher.matches(View { event, texts })).collect();
    let m = t.elapsed().as_nanos() as f64 / events.len() as f64;
    let mut line = format!("{name}: matcher {m:.0} ns");
    for grouping in [Grouping::ByPerson, Grouping::Other] {
        let before = rss();
        let mut c = rules.correlator(grouping);
        let mut out = Vec::new();
        let mut fired = 0;
        let t = Instant::now();
        for (event, matches) in events.iter().zip(&matches) {
            c.take(View { event, texts }, matches, &mut out);
            fired += out.len();
            out.clear();
        }
        let e = t.elapsed().as_nanos() as f64 / events.len() as f64;
        line += &format!(
            "; {grouping:?} {e:.0} ns, fired {fired}, {} MB counted, {} MB rss",
            c.bytes() >> 20,
            (rss().saturating_sub(before)) >> 20
        );
    }
    println!("{line}");
}

#[test]
#[ignore = "measures"]
fn speed() {
    let t = Instant::now();
    let rules = Rules::shipped();
    println!("shipped rules in {:?}, {} infos", t.elapsed(), rules.infos().len());
    let mixed = |rng: &mut Rng| match rng.next(100) {
        0..50 => (Success, if rng.next(2) == 0 { Method::Push } else { Method::Password }, 0),
        50..80 => (Failure(Cause::BadPassword), Method::Password, 0),
        80..85 => (Failure(Cause::MfaWrongCode), Method::Totp, 0),
        85..90 => (Failure(Cause::MfaDenied), Method::Push, 0),
        90..95 => (Interrupt(None), Method::Password, 0),
        95..98 => (AttemptResult::PushSent, Method::Push, 0),
        _ => (Failure(Cause::PolicyBlock), Method::Password, 0),
    };
    {
        let texts = Texts::default();
        let e = events(&texts, 3_000_000, 100_000, 1, mixed);
        measure("ordinary, 1/s, 100k people", &texts, &e);
    }
    {
        let texts = Texts::default();
        let e = events(&texts, 3_000_000, 100_000, 300, mixed);
        measure("ordinary, 300/s, 100k people", &texts, &e);
    }
    {
        let texts = Texts::default();
        let e = events(&texts, 1_000_000, 100_000, 100, |rng| {
            if rng.next(2) == 0 { (Failure(Cause::BadPassword), Method::Password, 2_000) } else { mixed(rng) }
        });
        measure("half of it an attack on 2,000 from 20 addresses", &texts, &e);
    }
    {
        let texts = Texts::default();
        let e = events(&texts, 2_000_000, 100_000, 20_000, |rng| match rng.next(4) {
            0 => (Failure(Cause::BadPassword), Method::Password, 100_000),
            1 => (Failure(Cause::MfaWrongCode), Method::Totp, 100_000),
            2 => (Failure(Cause::MfaDenied), Method::Push, 100_000),
            _ => (Failure(Cause::BadPassword), Method::Password, 0),
        });
        measure("worst: everybody attacked at once", &texts, &e);
    }
}
