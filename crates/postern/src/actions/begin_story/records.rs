//! What another provider would have logged of the demo's people: invented, and made for the present moment. The same person and
//! day give the same records, so that what was taken in before is known again.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use postern_signals::cause::Cause;
use postern_signals::postern::to_line;
use postern_signals::{AttemptResult, Method, Provider, SignIn};
use sha2::{Digest as _, Sha256};

/// Days of history.
const DAYS: i64 = 14;
/// The history ends so long before now: what a story adds comes after it.
const QUIET: SignedDuration = SignedDuration::from_mins(20);
/// Addresses for documentation: nobody has them.
const OFFICE: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 20));
/// Where the attacker sits. No demo person was ever there.
pub(super) const STRANGER: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 77));

/// Somebody whom the provider knows.
pub(super) struct RecordedPerson {
    /// What they sign in with here.
    pub(super) login: String,
    /// What they sign in with there.
    pub(super) mail: String,
}

/// One attempt to sign in.
struct DemoAttempt<'p> {
    person: &'p RecordedPerson,
    at: Timestamp,
    from: IpAddr,
    method: Method,
    result: AttemptResult,
    /// The provider's own word for it.
    code: Option<&'static str>,
}

/// Two weeks of people at work, with a mistyped password now and then.
pub(super) fn history(tenant: &str, people: &[RecordedPerson], now: Timestamp) -> String {
    let today = TimeZone::UTC.to_datetime(now).date();
    let days = (0..=DAYS).rev().filter_map(|ago| today.checked_sub(ago.days()).ok());
    let at_work = days.filter(|day| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday));
    let attempts = at_work.flat_map(|day| people.iter().flat_map(move |person| day_of(tenant, person, day)));
    lines(attempts.filter(|attempt| attempt.at < now - QUIET))
}

fn day_of<'p>(tenant: &str, person: &'p RecordedPerson, day: Date) -> Vec<DemoAttempt<'p>> {
    let Ok(midnight) = day.to_zoned_datetime(TimeZone::UTC) else { return Vec::new() };
    let [early, typo, back, late, ..] = dice(&format!("{tenant} {} {day}", person.login));
    let is_home = matches!(day.weekday(), Weekday::Wednesday | Weekday::Friday);
    let from = if is_home { home_of(person) } else { OFFICE };
    let minutes = |minutes: i64| midnight.timestamp() + SignedDuration::from_mins(minutes);
    let begins = minutes(7 * 60 + 30 + i64::from(early) / 2);
    let signed_in = |at| DemoAttempt {
        person,
        at,
        from,
        method: Method::Push,
        result: AttemptResult::Success,
        code: None,
    };
    let mut attempts = Vec::new();
    if typo % 16 == 0 {
        attempts.push(DemoAttempt {
            at: begins - SignedDuration::from_secs(40),
            method: Method::Password,
            result: AttemptResult::Failure(Cause::BadPassword),
            code: Some("50126"),
            ..signed_in(begins)
        });
    }
    attempts.push(signed_in(begins));
    if back % 2 == 0 {
        attempts.push(signed_in(minutes(13 * 60 + i64::from(late))));
    }
    attempts
}

/// A network of their own for each.
fn home_of(person: &RecordedPerson) -> IpAddr {
    let [high, low, ..] = dice(&person.login);
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, u16::from_be_bytes([high, low]), 0, 0, 0, 0, 0x10))
}

/// The same throw for the same text.
fn dice(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// Somebody has this person's password, and sends prompt after prompt until they give in.
pub(super) fn attack(victim: &RecordedPerson, now: Timestamp) -> String {
    let prompts = (0..7).map(|number| DemoAttempt {
        person: victim,
        at: now - SignedDuration::from_secs(200 - 30 * number),
        from: STRANGER,
        method: Method::Push,
        result: AttemptResult::Failure(if number == 2 { Cause::MfaNoResponse } else { Cause::MfaDenied }),
        code: Some("500121"),
    });
    lines(prompts)
}

/// The provider itself fails, for everybody who tries, wherever they are.
pub(super) fn outage(people: &[RecordedPerson], now: Timestamp) -> String {
    let tries = [240, 110].into_iter().flat_map(|ago| {
        people.iter().zip(0..).map(move |(person, number)| DemoAttempt {
            person,
            at: now - SignedDuration::from_secs(ago - 8 * (number % 12)),
            from: if number % 3 == 0 { OFFICE } else { home_of(person) },
            method: Method::Password,
            result: AttemptResult::Failure(Cause::ProviderOutage),
            code: Some("90033"),
        })
    });
    lines(tries)
}

/// In the form that any log of another provider is kept in.
fn lines<'p>(attempts: impl Iterator<Item = DemoAttempt<'p>>) -> String {
    let line = |attempt: DemoAttempt<'_>| {
        let mut record = SignIn::new(Provider::Entra, attempt.result);
        record.at = Some(attempt.at);
        record.set_person(Some(attempt.person.mail.as_str().into()));
        record.record_id = Some(format!("demo-{}-{}", attempt.person.login, attempt.at.as_second()).into());
        record.set_ip(Some(&attempt.from.to_string()));
        record.user_agent = Some("Mozilla/5.0 (X11; Linux x86_64) Chrome/131.0.0.0".into());
        record.app = Some("Mail".into());
        (record.method, record.code) = (attempt.method, attempt.code.map(Into::into));
        to_line(&record).map(|line| line + "\n")
    };
    attempts.filter_map(line).collect()
}
