//! What Identity Protection says: in a sign-in, and as a detection of its own.

use super::{
    contains,
    row::{EntraLocation, EntraRecord, Enveloped},
    set_place, time_of,
};
use crate::{
    read::{Parsed, RecordDefect},
    record::{AttemptResult, Flag, Lifecycle, Network, Position, Provider, SignIn},
    wire::{Field, Scalar, wire},
};

wire! {
    struct EntraDetection<'a> {
        "id" => id: Scalar<'a>,
        "requestid" => request: Scalar<'a>,
        "correlationid" => correlation: Scalar<'a>,
        "activity" => activity: Scalar<'a>,
        "activitydatetime" => happened: Scalar<'a>,
        "detecteddatetime" => detected: Scalar<'a>,
        "riskeventtype" | "risktype" => kind: Scalar<'a>,
        "risklevel" => level: Scalar<'a>,
        "riskstate" => state: Scalar<'a>,
        "userprincipalname" => login: Scalar<'a>,
        "userid" => user_id: Scalar<'a>,
        "ipaddress" => ip: Scalar<'a>,
        "location" => location: EntraLocation<'a>,
    }
}

/// `None`: it names no person or no sign-in, or is settled as harmless.
pub(super) fn parse(line: &str, position: Position) -> Result<Option<Parsed<'_>>, serde_json::Error> {
    let record: Enveloped<EntraDetection<'_>> = serde_json::from_str(line)?;
    let is_of_a_sign_in = !record.pick(|found| &found.request).is_absent()
        && record.pick(|found| &found.activity).text().is_none_or(|activity| contains(activity, "signin"));
    let is_harmless = record.pick(|found| &found.state).text().is_some_and(is_cleared);
    let kind = record.pick(|found| &found.kind);
    if !is_of_a_sign_in || is_harmless || kind.is_absent() {
        return Ok(None);
    }
    let Ok(at) = time_of(record.pick(|found| &found.happened), record.pick(|found| &found.detected)) else {
        return Ok(Some(Parsed::Malformed(RecordDefect::BadTime)));
    };
    let mut sign_in = SignIn::new(Provider::Entra, AttemptResult::Lifecycle(Lifecycle::RiskDetected));
    sign_in.set_person(record.pick(|found| &found.login).cow());
    sign_in.person_id = record.pick(|found| &found.user_id).cow();
    if sign_in.person.is_none() && sign_in.person_id.is_none() {
        return Ok(None);
    }
    sign_in.at = at;
    sign_in.position = position;
    sign_in.record_id = record.pick(|found| &found.id).cow();
    sign_in.session = record.pick(|found| &found.correlation).cow();
    sign_in.set_ip(record.pick(|found| &found.ip).text());
    sign_in.code = kind.cow();
    sign_in.detail = kind.cow();
    let is = |word: &str| kind.text().is_some_and(|kind| contains(kind, word));
    sign_in.network = if is("anonymizedIPAddress") { Network::Proxy } else { Network::Unknown };
    sign_in.flag = match record.pick(|found| &found.level).text().unwrap_or("") {
        _ if is("maliciousIPAddress") => Some(Flag::MaliciousAddress),
        level if is_slight(level) || level.eq_ignore_ascii_case("none") => None,
        _ => Some(Flag::Risk),
    };
    set_place(&mut sign_in, &record.layer_with(|found| &found.location).location);
    Ok(Some(Parsed::Attempt(sign_in)))
}

/// The rating of a sign-in. Entra rates one only after the right password, so that a rated failure is more than a
/// guess. `medium` alone is daily noise; `hidden` is what tenants without the licence see of every rating.
pub(super) fn flag_of(record: &EntraRecord<'_>) -> Option<Flag> {
    let level = record.pick(|row| &row.risk_level).text().unwrap_or("");
    let state = record.pick(|row| &row.risk_state).text().unwrap_or("");
    let rated = (level.eq_ignore_ascii_case("high") && !is_cleared(state))
        || (state.eq_ignore_ascii_case("atRisk") && !is_slight(level))
        || state.eq_ignore_ascii_case("confirmedCompromised");
    rated.then_some(Flag::Risk)
}

/// An administrator has looked at it.
fn is_cleared(state: &str) -> bool {
    state.eq_ignore_ascii_case("dismissed") || state.eq_ignore_ascii_case("confirmedSafe")
}

fn is_slight(level: &str) -> bool {
    level.eq_ignore_ascii_case("low") || level.eq_ignore_ascii_case("hidden")
}
