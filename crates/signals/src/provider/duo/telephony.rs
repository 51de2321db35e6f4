//! Duo's telephony log: a message or call that went out. It names a number, and nobody.

use super::DuoRecord;
use crate::{
    read::{Parsed, RecordDefect},
    record::{AttemptResult, Method, Position, Provider, SignIn},
};

pub(super) fn read<'a>(record: &DuoRecord<'a>, position: Position) -> Parsed<'a> {
    let Ok(at) = record.time() else {
        return Parsed::Malformed(RecordDefect::BadTime);
    };
    let mut sign_in = SignIn::new(Provider::Duo, AttemptResult::PushSent);
    sign_in.at = at;
    sign_in.position = position;
    sign_in.method = match record.kind.text() {
        Some("sms") => Method::Sms,
        Some("phone") => Method::Voice,
        _ => Method::Unknown,
    };
    sign_in.phone = record.phone.cow();
    sign_in.record_id = record.telephony_id.cow();
    sign_in.session = record.txid.cow();
    sign_in.code = record.kind.cow();
    // Enrolment, authentication, an administrator's sign-in …
    sign_in.detail = record.context.cow();
    Parsed::Attempt(sign_in)
}
