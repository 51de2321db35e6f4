//! Records to write: one with every field, and any.

use postern_signals::{
    AttemptResult, Cause, Flag, Lifecycle, Method, Network, Point, Position, Provider, SignIn,
};
use proptest::{option::of, prelude::*, sample::select};

/// A record with every field set.
pub fn full(result: AttemptResult, method: Method, flag: Option<Flag>) -> SignIn<'static> {
    let mut record = SignIn::new(Provider::Duo, result);
    record.at = Some("2026-03-02T08:14:11.2041234Z".parse().unwrap());
    record.display = Some("Mia B".into());
    record.set_person(Some("Mia@Corp.Example".into()));
    record.person_id = Some("DU1".into());
    record.record_id = Some("tx-1".into());
    record.set_ip(Some("198.51.100.7"));
    record.user_agent = Some("Mozilla/5.0 (X11; Linux x86_64)".into());
    record.device = Some("dev-1".into());
    record.phone = Some("+33 6 00 00 00 01".into());
    record.country = Some("FR".into());
    record.city = Some("Lyon".into());
    record.place = Point::new(45.76, 4.83);
    record.phone_place = Point::new(43.7, 7.26);
    record.asn = Some(64500);
    record.network = Network::Proxy;
    record.app = Some("VPN".into());
    record.legacy = true;
    record.method = method;
    record.code = Some("user_marked_fraud".into());
    record.interactive = false;
    record.flag = flag;
    record.session = Some("s-1".into());
    record.policy = Some("Require MFA".into());
    record.actor = Some("ops@corp.example".into());
    record.detail = Some("the provider's own words".into());
    record
}

/// As a reader takes it from a log: without white space around it; nothing, and the word for nothing, are no text.
fn text() -> impl Strategy<Value = Option<std::borrow::Cow<'static, str>>> {
    of(prop_oneof![
        "[a-zA-Z0-9 ./:@-]{0,20}",
        Just("\"quoted\" \\ \n\t\u{0}\u{1f600} ünïcode".to_owned()),
        any::<String>(),
    ])
    .prop_map(|text| {
        let text = text.map(|text| text.trim().to_owned());
        text.filter(|text| !text.is_empty() && !text.eq_ignore_ascii_case("null")).map(Into::into)
    })
}

fn result() -> impl Strategy<Value = AttemptResult> {
    prop_oneof![
        Just(AttemptResult::Success),
        Just(AttemptResult::PushSent),
        select(&Cause::ALL[..]).prop_map(AttemptResult::Failure),
        of(select(&Cause::ALL[..])).prop_map(AttemptResult::Interrupt),
        select(&Lifecycle::ALL[..]).prop_map(AttemptResult::Lifecycle),
    ]
}

fn point() -> impl Strategy<Value = Option<Point>> {
    of((-90.0..=90.0, -180.0..=180.0)).prop_map(|point| point.and_then(|(lat, long)| Point::new(lat, long)))
}

/// The words of a closed vocabulary, and the numbers.
fn bare() -> impl Strategy<Value = SignIn<'static>> {
    (
        (select(&Provider::ALL[..]), result(), select(&Method::ALL[..]), of(select(&Flag::ALL[..]))),
        (select(&Network::ALL[..]), any::<bool>(), any::<bool>(), of(any::<u32>())),
        (of(0_i64..4_102_444_800_000_000_000), of(any::<std::net::IpAddr>()), point(), point()),
    )
        .prop_map(|((provider, result, method, flag), (network, legacy, interactive, asn), rest)| {
            let (nanosecond, ip, place, phone_place) = rest;
            let mut record = SignIn::new(provider, result);
            record.at = nanosecond.map(|at| jiff::Timestamp::from_nanosecond(at.into()).unwrap());
            record.set_ip(ip.map(|ip| ip.to_string()).as_deref());
            (record.method, record.flag, record.network) = (method, flag, network);
            (record.legacy, record.interactive, record.asn) = (legacy, interactive, asn);
            (record.place, record.phone_place) = (place, phone_place);
            record
        })
}

/// Any record that a reader could have made, but for its place in a file.
pub fn any_record() -> impl Strategy<Value = SignIn<'static>> {
    let who = (text(), text(), text(), text(), text());
    let whence = (text(), text(), text(), text(), text());
    let what = (text(), text(), text(), text(), text());
    (bare(), who, whence, what).prop_map(|(mut record, who, whence, what)| {
        (record.display, record.person_id, record.record_id, record.actor) = (who.1, who.2, who.3, who.4);
        record.set_person(who.0);
        (record.user_agent, record.device, record.phone, record.country, record.city) = whence;
        (record.app, record.code, record.session, record.policy, record.detail) = what;
        record.position = Position::default();
        record
    })
}
