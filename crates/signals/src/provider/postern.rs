//! Postern's own sign-in line, one JSON object per line:
//! `{"postern":"signin/v1","at":"2026-03-02T08:14:11Z","person":"ana","method":"totp","result":"failure",
//! "cause":"mfa_wrong_code","detail":"clock 240 s slow"}`
//!
//! `result` is `success`, `failure`, `interrupt`, `push_sent`, or a [`Lifecycle`] word. A record of another provider
//! names it in `provider`, and is read back as that provider's.

use std::{borrow::Cow, net::IpAddr};

use serde::{Deserialize, Serialize, de::value::StrDeserializer};

use crate::{
    cause::Cause,
    read::{Parsed, RecordDefect},
    record::{AttemptResult, Flag, Lifecycle, Method, Network, Point, Position, Provider, SignIn},
    time::{from_unix, parse_time},
    wire::{Scalar, wire},
};

/// The version that this program writes and reads.
pub const FORMAT: &str = "signin/v1";

wire! {
    struct PosternLogLine<'a> {
        "postern" => format: Scalar<'a>,
        "provider" => provider: Scalar<'a>,
        "id" => id: Scalar<'a>,
        "at" => at: Scalar<'a>,
        "person" => person: Scalar<'a>,
        "display" => display: Scalar<'a>,
        "person_id" => person_id: Scalar<'a>,
        "ip" => ip: Scalar<'a>,
        "user_agent" => user_agent: Scalar<'a>,
        "device" => device: Scalar<'a>,
        "phone" => phone: Scalar<'a>,
        "country" => country: Scalar<'a>,
        "city" => city: Scalar<'a>,
        "latitude" => latitude: Scalar<'a>,
        "longitude" => longitude: Scalar<'a>,
        "phone_country" => phone_country: Scalar<'a>,
        "phone_latitude" => phone_latitude: Scalar<'a>,
        "phone_longitude" => phone_longitude: Scalar<'a>,
        "asn" => asn: Scalar<'a>,
        "network" => network: Scalar<'a>,
        "app" => app: Scalar<'a>,
        "legacy" => legacy: Scalar<'a>,
        "method" => method: Scalar<'a>,
        "result" => result: Scalar<'a>,
        "cause" => cause: Scalar<'a>,
        "code" => code: Scalar<'a>,
        "flag" => flag: Scalar<'a>,
        "interactive" => interactive: Scalar<'a>,
        "session" => session: Scalar<'a>,
        "policy" => policy: Scalar<'a>,
        "actor" => actor: Scalar<'a>,
        "detail" => detail: Scalar<'a>,
    }
}

/// `None`: valid JSON, but no line of Postern.
pub(crate) fn parse(text: &str, position: Position) -> Result<Option<Parsed<'_>>, serde_json::Error> {
    let line: PosternLogLine<'_> = serde_json::from_str(text)?;
    let Some(format) = line.format.text() else {
        return Ok(None);
    };
    if format != FORMAT {
        return Ok(Some(Parsed::Unrecognised(format!("postern {format}").into())));
    }
    Ok(Some(normalise(&line, position)))
}

fn normalise<'a>(line: &PosternLogLine<'a>, position: Position) -> Parsed<'a> {
    let at = match &line.at {
        Scalar::Int(number) => from_unix(*number),
        Scalar::Text(text) => parse_time(text),
        Scalar::Absent | Scalar::Float(_) | Scalar::Bool(_) => None,
    };
    if at.is_none() {
        return Parsed::Malformed(RecordDefect::BadTime);
    }
    let Some(result) = result_of(line) else {
        return Parsed::Malformed(RecordDefect::NoResult);
    };
    let provider = word::<Provider>(&line.provider).unwrap_or(Provider::Postern);
    let mut sign_in = SignIn::new(provider, result);
    sign_in.at = at;
    sign_in.position = position;
    sign_in.display = line.display.cow();
    // Our own logins may be all digits, which an exporter may have written as a number.
    sign_in.set_person(line.person.cow());
    sign_in.person_id = line.person_id.cow();
    sign_in.record_id = line.id.cow();
    sign_in.set_ip(line.ip.text());
    sign_in.user_agent = line.user_agent.cow();
    sign_in.device = line.device.cow();
    sign_in.phone = line.phone.cow();
    sign_in.country = line.country.cow();
    sign_in.city = line.city.cow();
    sign_in.place = point(&line.latitude, &line.longitude);
    sign_in.phone_country = line.phone_country.cow();
    sign_in.phone_place = point(&line.phone_latitude, &line.phone_longitude);
    sign_in.asn = line.asn.int().and_then(|number| number.try_into().ok());
    sign_in.network = word::<Network>(&line.network).unwrap_or_default();
    sign_in.app = line.app.cow();
    sign_in.legacy = line.legacy.truth().unwrap_or_default();
    sign_in.method = word::<Method>(&line.method).unwrap_or_default();
    // The provider's own, or a cause that a later version may have added.
    let newer = |word: &Cow<'_, str>| word.parse::<Cause>().is_err();
    sign_in.code = line.code.cow().or_else(|| line.cause.cow().filter(newer));
    sign_in.flag = word::<Flag>(&line.flag);
    sign_in.interactive = line.interactive.truth().unwrap_or(true);
    sign_in.session = line.session.cow();
    sign_in.policy = line.policy.cow();
    sign_in.actor = line.actor.cow();
    sign_in.detail = line.detail.cow();
    Parsed::Attempt(sign_in)
}

fn point(latitude: &Scalar<'_>, longitude: &Scalar<'_>) -> Option<Point> {
    Point::new(latitude.float()?, longitude.float()?)
}

/// A word of a closed vocabulary; `None` for one that a later version may have added.
pub(super) fn word<'a, T: Deserialize<'a>>(scalar: &'a Scalar<'_>) -> Option<T> {
    let text = StrDeserializer::<serde::de::value::Error>::new(scalar.text()?);
    T::deserialize(text).ok()
}

fn result_of(line: &PosternLogLine<'_>) -> Option<AttemptResult> {
    let cause = line.cause.text().map(|word| word.parse().unwrap_or(Cause::Unknown));
    match line.result.text()? {
        "success" => Some(AttemptResult::Success),
        "failure" => Some(AttemptResult::Failure(cause.unwrap_or(Cause::Unknown))),
        "interrupt" => Some(AttemptResult::Interrupt(cause)),
        "push_sent" => Some(AttemptResult::PushSent),
        _ => word::<Lifecycle>(&line.result).map(AttemptResult::Lifecycle),
    }
}

/// The line that [`crate::parse_line`] reads back as the same record, whatever its provider; without a line break.
/// `None`: the record has no time, without which a Postern line is damaged.
pub fn to_line(record: &SignIn<'_>) -> Option<String> {
    let (result, cause) = match record.result {
        AttemptResult::Success => (Word::Plain("success"), None),
        AttemptResult::Failure(cause) => (Word::Plain("failure"), Some(cause)),
        AttemptResult::Interrupt(cause) => (Word::Plain("interrupt"), cause),
        AttemptResult::PushSent => (Word::Plain("push_sent"), None),
        AttemptResult::Lifecycle(change) => (Word::Lifecycle(change), None),
    };
    let line = LineOut {
        postern: FORMAT,
        provider: Some(record.provider).filter(|provider| *provider != Provider::Postern),
        id: record.record_id.as_deref(),
        at: record.at?,
        person: record.person.as_deref(),
        display: record.display.as_deref(),
        person_id: record.person_id.as_deref(),
        ip: record.ip,
        user_agent: record.user_agent.as_deref(),
        device: record.device.as_deref(),
        phone: record.phone.as_deref(),
        country: record.country.as_deref(),
        city: record.city.as_deref(),
        latitude: record.place.map(|place| place.latitude),
        longitude: record.place.map(|place| place.longitude),
        phone_country: record.phone_country.as_deref(),
        phone_latitude: record.phone_place.map(|place| place.latitude),
        phone_longitude: record.phone_place.map(|place| place.longitude),
        asn: record.asn,
        network: Some(record.network).filter(|network| *network != Network::Unknown),
        app: record.app.as_deref(),
        legacy: record.legacy.then_some(true),
        method: record.method,
        result,
        cause,
        code: record.code.as_deref(),
        flag: record.flag,
        interactive: record.interactive,
        session: record.session.as_deref(),
        policy: record.policy.as_deref(),
        actor: record.actor.as_deref(),
        detail: record.detail.as_deref(),
    };
    serde_json::to_string(&line).ok()
}

#[derive(Serialize)]
#[serde(untagged)]
enum Word {
    Plain(&'static str),
    Lifecycle(Lifecycle),
}

#[derive(Serialize)]
struct LineOut<'a> {
    postern: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<Provider>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    at: jiff::Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    person_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latitude: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    longitude: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_country: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_latitude: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_longitude: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    asn: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<Network>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    legacy: Option<bool>,
    method: Method,
    result: Word,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<Cause>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flag: Option<Flag>,
    interactive: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse_line;

    const TOTP: &str = r#"{"postern":"signin/v1","at":"2026-03-02T08:14:11Z","person":"Ana","ip":"198.51.100.7","method":"totp","result":"failure","cause":"mfa_clock_drift","detail":"clock 240 s slow"}"#;

    fn attempt(line: &str) -> SignIn<'_> {
        match parse_line(line, None, Position::default()) {
            Parsed::Attempt(record) => record,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn our_own_line_is_read() {
        let record = attempt(TOTP);
        assert_eq!(record.person.as_deref(), Some("ana"));
        assert_eq!(record.display.as_deref(), Some("Ana"));
        assert_eq!(record.method, Method::Totp);
        assert_eq!(record.result, AttemptResult::Failure(Cause::MfaClockDrift));
        assert_eq!(record.detail.as_deref(), Some("clock 240 s slow"));
    }

    #[test]
    fn what_we_write_is_what_we_read() {
        let mut record = attempt(TOTP);
        for result in [
            AttemptResult::Success,
            AttemptResult::Failure(Cause::MfaDenied),
            AttemptResult::Interrupt(None),
            AttemptResult::Interrupt(Some(Cause::MfaNotEnrolled)),
            AttemptResult::PushSent,
            AttemptResult::Lifecycle(Lifecycle::FactorReset),
        ] {
            record.result = result;
            record.flag = Some(Flag::NumberChallengeFailed);
            assert_eq!(attempt(&to_line(&record).unwrap()), record);
        }
    }

    #[test]
    fn a_record_of_another_provider_keeps_everything() {
        let mut record = SignIn::new(Provider::Okta, AttemptResult::Failure(Cause::PolicyBlock));
        record.at = "2026-03-02T08:14:11.204Z".parse().ok();
        record.set_person(Some("Mia@Corp.Example".into()));
        record.set_ip(Some("198.51.100.7"));
        let text = |text: &'static str| Some(text.into());
        (record.person_id, record.record_id) = (text("00u1"), text("e-1"));
        (record.user_agent, record.device, record.phone) =
            (text("agent"), text("d1"), text("+44 7700 900120"));
        (record.country, record.city, record.app) = (text("FR"), text("Lyon"), text("Mail"));
        record.place = Point::new(45.76, 4.83);
        record.phone_place = Point::new(-33.5, 0.0);
        (record.asn, record.network, record.legacy) = (Some(64_500), Network::Proxy, true);
        (record.method, record.flag, record.interactive) = (Method::Push, Some(Flag::Risk), false);
        (record.code, record.session, record.policy) = (text("DENY"), text("s1"), text("Office only"));
        (record.actor, record.detail) = (text("ada"), text("FastPass \u{0} denied"));
        assert_eq!(attempt(&to_line(&record).unwrap()), record);
    }

    #[test]
    fn a_later_version_is_foreign_and_a_new_cause_unknown() {
        let later = TOTP.replace("signin/v1", "signin/v2");
        assert!(
            matches!(parse_line(&later, None, Position::default()), Parsed::Unrecognised(why) if why == "postern signin/v2")
        );
        let newer = TOTP.replace("mfa_clock_drift", "mfa_moon_phase");
        assert_eq!(attempt(&newer).result, AttemptResult::Failure(Cause::Unknown));
        assert_eq!(attempt(&newer).code.as_deref(), Some("mfa_moon_phase"));
        let undated = TOTP.replace("2026-03-02T08:14:11Z", "soon");
        assert!(matches!(
            parse_line(&undated, None, Position::default()),
            Parsed::Malformed(RecordDefect::BadTime)
        ));
    }
}
