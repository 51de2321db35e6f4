//! Duo's authentication log: the only log of all providers with two places, the asker's and the phone's.

use std::borrow::Cow;

use super::{DuoLocation, DuoRecord, reasons};
use crate::{
    cause::Cause,
    read::{Parsed, RecordDefect},
    record::{
        AttemptResult::{self, Failure, Interrupt, PushSent, Success},
        Flag, Lifecycle, Method, Point, Position, Provider, SignIn,
    },
    wire::{Field, Scalar},
};

pub(super) fn read<'a>(record: &DuoRecord<'a>, position: Position) -> Parsed<'a> {
    let Ok(at) = record.time() else {
        return Parsed::Malformed(RecordDefect::BadTime);
    };
    let Some(result) = result_of(record) else {
        return Parsed::Malformed(RecordDefect::NoResult);
    };
    let reason = record.reason.text().unwrap_or("");
    let mut sign_in = SignIn::new(Provider::Duo, result);
    sign_in.at = at;
    sign_in.position = position;
    sign_in.method = method_of(record, result);
    // A report of fraud says more than a detector.
    sign_in.flag = reasons::flag_of(reason)
        .or_else(|| detected(record))
        .filter(|_| result != Failure(Cause::MfaFraudReported));
    sign_in.network = reasons::network_of(reason);
    let login = [&record.user.name, &record.username, &record.email, &record.alias];
    sign_in.set_person(login.into_iter().find_map(Scalar::cow));
    sign_in.person_id = record.user.key.cow();
    sign_in.record_id = record.txid.cow();
    sign_in.session = record.txid.cow();
    sign_in.app = record.application.name.cow().or_else(|| record.integration.cow());
    sign_in.code = record.reason.cow().or_else(|| record.result.cow());
    sign_in.detail = detail(record, result);
    set_devices(&mut sign_in, record);
    Parsed::Attempt(sign_in)
}

fn set_devices<'a>(sign_in: &mut SignIn<'a>, record: &DuoRecord<'a>) {
    let (asker, phone) = (&record.access_device, &record.auth_device);
    let place = if asker.location.is_absent() { &record.location } else { &asker.location };
    sign_in.set_ip(asker.ip.text().or_else(|| record.ip.text()));
    sign_in.user_agent = asker.browser.cow();
    sign_in.device = asker.endpoint.cow();
    sign_in.country = place.country.cow();
    sign_in.city = place.city.cow();
    sign_in.place = point_of(place);
    sign_in.phone = phone.name.cow().or_else(|| phone.key.cow()).or_else(|| record.device.cow());
    sign_in.phone_country = phone.location.country.cow();
    sign_in.phone_place = point_of(&phone.location);
}

fn point_of(place: &DuoLocation<'_>) -> Option<Point> {
    Point::new(place.latitude.float()?, place.longitude.float()?)
}

/// `None`: the record does not say how it ended.
fn result_of(record: &DuoRecord<'_>) -> Option<AttemptResult> {
    let reason = record.reason.text().unwrap_or("");
    let failure = |otherwise| Failure(reasons::cause_of(reason).unwrap_or(otherwise));
    let is_enrolment = record.event_type.text() == Some("enrollment");
    Some(match record.result.text()?.to_ascii_lowercase().as_str() {
        "fraud" => Failure(Cause::MfaFraudReported),
        _ if reasons::is_given_up(reason) => Interrupt(None),
        "error" => failure(Cause::ProviderOutage),
        "success" | "allow" if is_enrolment => AttemptResult::Lifecycle(Lifecycle::FactorEnrolled),
        // New codes went out by text message; nobody was let in.
        _ if is_refresh(record) && reasons::cause_of(reason).is_none() => PushSent,
        "success" | "allow" => Success,
        _ if is_enrolment => failure(Cause::MfaNotEnrolled),
        _ => failure(Cause::Unknown),
    })
}

fn is_refresh(record: &DuoRecord<'_>) -> bool {
    record.factor.text().is_some_and(|factor| reasons::same(factor, "sms_refresh"))
}

fn method_of(record: &DuoRecord<'_>, result: AttemptResult) -> Method {
    let reason = record.reason.text().unwrap_or("");
    if result == Success && reasons::asked_nothing(reason) {
        return Method::Session;
    }
    record.factor.text().map(reasons::method_of).unwrap_or_default()
}

/// An attack detector that fired. A low level of trust alone is only an address that Duo has not seen before.
fn detected(record: &DuoRecord<'_>) -> Option<Flag> {
    let assessment = &record.trust.sign_in;
    let is_low = assessment.level.text().is_some_and(|level| level.eq_ignore_ascii_case("LOW"));
    (is_low && !assessment.detectors.is_absent()).then_some(Flag::Risk)
}

/// Elsewhere a lock tells of wrong passwords, of which Duo sees none.
const LOCKED: &str = "locked_out: after too many failed second factors, or by an administrator of Duo";

fn detail<'a>(record: &DuoRecord<'a>, result: AttemptResult) -> Option<Cow<'a, str>> {
    let reason = record.reason.text().unwrap_or("");
    if reasons::same(reason, "user_mistake") {
        return Some(Cow::Borrowed("user_mistake: declined by mistake, not reported as fraud"));
    }
    if reasons::same(reason, "locked_out") {
        return Some(Cow::Borrowed(LOCKED));
    }
    if result == Success && !reasons::asked_nothing(reason) {
        return None;
    }
    record.reason.cow()
}
