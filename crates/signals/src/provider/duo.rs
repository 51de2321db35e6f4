//! Duo: authentication log (v2 and v1), administrator log (v1), telephony log (v2 and v1), activity log (v2).

mod activity;
mod admin;
mod authentication;
mod change;
mod reasons;
mod telephony;

use jiff::Timestamp;

use crate::{
    read::{Parsed, RecordDefect},
    record::Position,
    time::time_in,
    wire::{Field, List, Scalar, wire},
};

wire! {
    struct DuoRecord<'a> {
        "event_type" | "eventtype" => event_type: Scalar<'a>,
        "timestamp" => timestamp: Scalar<'a>,
        "isotimestamp" => isotimestamp: Scalar<'a>,
        "ts" => ts: Scalar<'a>,
        "txid" => txid: Scalar<'a>,
        "user" => user: DuoParty<'a>,
        "username" => username: Scalar<'a>,
        "email" => email: Scalar<'a>,
        "alias" => alias: Scalar<'a>,
        "application" => application: DuoParty<'a>,
        "integration" => integration: Scalar<'a>,
        "factor" => factor: Scalar<'a>,
        "result" => result: Scalar<'a>,
        "reason" => reason: Scalar<'a>,
        "ip" => ip: Scalar<'a>,
        "location" => location: DuoLocation<'a>,
        "new_enrollment" => new_enrollment: Scalar<'a>,
        "access_device" => access_device: DuoDevice<'a>,
        "auth_device" => auth_device: DuoDevice<'a>,
        "device" => device: Scalar<'a>,
        "adaptive_trust_assessments" => trust: Trust<'a>,
        // Marks of the other logs.
        "action" => action: Scalar<'a>,
        "object" => object: Scalar<'a>,
        "description" => description: Scalar<'a>,
        "host" => host: Scalar<'a>,
        "telephony_id" => telephony_id: Scalar<'a>,
        "credits" => credits: Scalar<'a>,
        "context" => context: Scalar<'a>,
        "phone" => phone: Scalar<'a>,
        "type" => kind: Scalar<'a>,
        "activity_id" => activity_id: Scalar<'a>,
        "akey" => account: Scalar<'a>,
    }
}
wire! {
    struct DuoParty<'a> { "key" => key: Scalar<'a>, "name" => name: Scalar<'a>, }
}
wire! {
    struct DuoDevice<'a> {
        "ip" => ip: Scalar<'a>,
        "key" => key: Scalar<'a>,
        "epkey" => endpoint: Scalar<'a>,
        "name" => name: Scalar<'a>,
        "browser" => browser: Scalar<'a>,
        "location" => location: DuoLocation<'a>,
    }
}
wire! {
    struct DuoLocation<'a> {
        "city" => city: Scalar<'a>,
        "country" => country: Scalar<'a>,
        // Duo itself writes none; what enriches its logs may.
        "lat" | "latitude" => latitude: Scalar<'a>,
        "lon" | "lng" | "longitude" => longitude: Scalar<'a>,
    }
}
wire! {
    struct Trust<'a> { "more_secure_auth" => sign_in: DuoAssessment<'a>, }
}
wire! {
    struct DuoAssessment<'a> {
        "trust_level" => level: Scalar<'a>,
        "detected_attack_detectors" => detectors: List<DuoDetector<'a>>,
    }
}
wire! {
    /// Detectors are bare names; that there is one is all that is read.
    struct DuoDetector<'a> { "name" => name: Scalar<'a>, }
}

/// Which of Duo's logs a record is from.
enum Log {
    Authentication,
    Administrator,
    Telephony,
    Activity,
}

impl DuoRecord<'_> {
    /// `None`: not Duo's.
    fn log(&self) -> Option<Log> {
        let of_kind = |word: &str| self.event_type.text() == Some(word);
        let has_device = !self.access_device.is_absent() || !self.auth_device.is_absent();
        if !self.activity_id.is_absent() && !self.account.is_absent() {
            return Some(Log::Activity);
        }
        if !self.telephony_id.is_absent()
            || (!self.credits.is_absent() && !self.phone.is_absent() && !self.context.is_absent())
        {
            return Some(Log::Telephony);
        }
        if (of_kind("authentication") || of_kind("enrollment")) && (has_device || !self.factor.is_absent()) {
            return Some(Log::Authentication);
        }
        // The first version told its kind only through the client that fetched it.
        let is_first_version =
            !self.username.is_absent() && !self.factor.is_absent() && !self.result.is_absent();
        if is_first_version
            && (has_device || !self.integration.is_absent() || !self.new_enrollment.is_absent())
        {
            return Some(Log::Authentication);
        }
        let is_change =
            !self.action.is_absent() && (!self.username.is_absent() || !self.description.is_absent());
        let is_duos = self.host.text().is_some_and(|host| host.ends_with(".duosecurity.com"))
            || of_kind("administrator")
            || (!self.isotimestamp.is_absent() && !self.timestamp.is_absent());
        (is_change && is_duos).then_some(Log::Administrator)
    }

    /// The text with its fraction of a second counts before the bare seconds.
    fn time(&self) -> Result<Option<Timestamp>, RecordDefect> {
        let written = [&self.isotimestamp, &self.ts].into_iter().find(|time| !time.is_absent());
        time_in(written.unwrap_or(&self.timestamp))
    }
}

/// `None`: valid JSON, but no record of Duo.
pub(crate) fn parse(line: &str, position: Position) -> Result<Option<Parsed<'_>>, serde_json::Error> {
    let record: DuoRecord<'_> = serde_json::from_str(line)?;
    Ok(match record.log() {
        Some(Log::Authentication) => Some(authentication::read(&record, position)),
        Some(Log::Telephony) => Some(telephony::read(&record, position)),
        Some(Log::Administrator) => Some(admin::read(line, position)?),
        Some(Log::Activity) => Some(activity::read(line, position)?),
        None => None,
    })
}

#[cfg(test)]
mod tests;
