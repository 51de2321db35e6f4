//! AWS CloudTrail: sign-ins to the console and to the access portal, and changes to what people sign in with.

mod change;
mod identity;
mod sign_in;

use std::borrow::Cow;

use super::one_or_several;
use crate::{
    read::{Parsed, RecordDefect},
    record::{AttemptResult, Lifecycle, Method, Position, Provider, SignIn},
    time::time_in,
    wire::{Field, Scalar, wire},
};
use identity::{Identity, Who};

wire! {
    struct CloudTrailRequest<'a> {
        "username" => user: Scalar<'a>,
        "userid" => user_id: Scalar<'a>,
        "serialnumber" => serial: Scalar<'a>,
    }
}
wire! {
    /// How it ended, under the event's own name.
    struct CloudTrailResponse<'a> {
        "consolelogin" | "checkmfa" | "switchrole" | "credentialchallenge" | "credentialverification"
            | "userauthentication" | "passwordupdated" | "passwordrecoveryrequested"
            | "passwordrecoverycompleted" => word: Scalar<'a>,
        "virtualmfadevice" => mfa_device: MfaDevice<'a>,
    }
}
wire! {
    struct MfaDevice<'a> { "serialnumber" => serial: Scalar<'a>, }
}
wire! {
    struct Additional<'a> {
        "mfaused" => mfa_used: Scalar<'a>,
        "mfaidentifier" => mfa_identifier: Scalar<'a>,
        "mfatype" => mfa_type: Scalar<'a>,
        "credentialtype" => credential: Scalar<'a>,
        "deviceenrollmentrequired" => enrolled: Scalar<'a>,
        "authworkflowid" => workflow: Scalar<'a>,
        "loginto" => login_to: Scalar<'a>,
        "switchfrom" => switched_from: Scalar<'a>,
        "samlproviderarn" => saml_provider: Scalar<'a>,
    }
}
wire! {
    struct CloudTrailRecord<'a> {
        "eventsource" => source: Scalar<'a>,
        "eventname" => event: Scalar<'a>,
        "eventtime" => time: Scalar<'a>,
        "eventid" => id: Scalar<'a>,
        "useridentity" => identity: Identity<'a>,
        "recipientaccountid" => recipient: Scalar<'a>,
        "sourceipaddress" => ip: Scalar<'a>,
        "useragent" => user_agent: Scalar<'a>,
        "errorcode" => error_code: Scalar<'a>,
        "errormessage" => error_message: Scalar<'a>,
        "requestparameters" => request: CloudTrailRequest<'a>,
        "responseelements" => response: CloudTrailResponse<'a>,
        "serviceeventdetails" => details: CloudTrailResponse<'a>,
        "additionaleventdata" => additional: Additional<'a>,
        // `lookup-events` prints the record as text, with some of its fields beside it.
        "cloudtrailevent" => looked_up: Scalar<'a>,
    }
}

impl CloudTrailRecord<'_> {
    /// The service, without its domain, and what it was asked to do.
    fn event(&self) -> Option<(&str, &str)> {
        let (service, domain) = self.source.text()?.split_once('.')?;
        let event = self.event.text()?;
        domain.starts_with("amazonaws.com").then_some((service, event))
    }

    /// Whether it worked, where the record says so.
    fn succeeded(&self) -> Option<bool> {
        let word = self.response.word.text().or_else(|| self.details.word.text());
        match word {
            Some(word) if word.eq_ignore_ascii_case("Success") => Some(true),
            Some(word) if word.eq_ignore_ascii_case("Failure") => Some(false),
            _ => self.has_failed().then_some(false),
        }
    }

    fn has_failed(&self) -> bool {
        !self.error_code.is_absent() || !self.error_message.is_absent()
    }
}

/// `None`: valid JSON, but no record of CloudTrail.
pub(crate) fn parse(line: &str, position: Position) -> Result<Option<Parsed<'_>>, serde_json::Error> {
    let record: CloudTrailRecord<'_> = serde_json::from_str(line)?;
    match record.looked_up.text() {
        Some(text) => Ok(read(&serde_json::from_str(text)?, position).map(Parsed::into_owned)),
        None => Ok(read(&record, position)),
    }
}

fn read<'a>(record: &CloudTrailRecord<'a>, position: Position) -> Option<Parsed<'a>> {
    let (service, event) = record.event()?;
    let read = match change::affected(service, event, record) {
        Some(who) => changed(record, (service, event), &who),
        None => signed_in(record, service, event),
    };
    Some(match read {
        Ok(mut records) => {
            for found in &mut records {
                found.position = position;
            }
            one_or_several(records, || format!("cloudtrail {event}"))
        }
        Err(defect) => Parsed::Malformed(defect),
    })
}

fn signed_in<'a>(
    record: &CloudTrailRecord<'a>,
    service: &str,
    event: &str,
) -> Result<Vec<SignIn<'a>>, RecordDefect> {
    let Some((result, method)) = sign_in::outcome(service, event, record)? else {
        return Ok(Vec::new());
    };
    let who = if event == "SwitchRole" { identity::switched(record) } else { identity::acting(record) };
    let mut found = common(record, result, &who)?;
    let more = &record.additional;
    found.method = method;
    found.interactive = method != Method::Session;
    found.session = more.workflow.cow();
    found.phone = more.mfa_identifier.cow();
    found.app = more.login_to.cow().map(without_query);
    if result != AttemptResult::Success {
        found.detail = record.error_message.cow();
    }
    if result != AttemptResult::Success || more.enrolled.truth() != Some(true) {
        return Ok(vec![found]);
    }
    // Identity Center had the person enrol on the way in, and writes no event of its own for it.
    let mut enrolment = common(record, AttemptResult::Lifecycle(Lifecycle::FactorEnrolled), &who)?;
    enrolment.detail = Some("at sign-in".into());
    Ok(vec![enrolment, found])
}

fn changed<'a>(
    record: &CloudTrailRecord<'a>,
    (service, event): (&str, &str),
    who: &Who<'a>,
) -> Result<Vec<SignIn<'a>>, RecordDefect> {
    // What was refused changed nothing.
    if record.succeeded() == Some(false) {
        return Ok(Vec::new());
    }
    let actor = identity::acting(record);
    let by_self = actor.is(who);
    let serial = &record.request.serial;
    let one = |what: &Lifecycle| {
        let mut found = common(record, AttemptResult::Lifecycle(*what), who)?;
        found.phone = serial.cow().or_else(|| record.response.mfa_device.serial.cow());
        if !by_self {
            found.actor = actor.login.clone().or_else(|| actor.id.clone());
        }
        found.detail = change::detail(event)
            .map(Cow::Borrowed)
            .or_else(|| found.actor.as_ref().map(|actor| format!("by {actor}").into()));
        if *what == Lifecycle::PolicyChanged {
            found.policy = record.event.cow();
        }
        Ok(found)
    };
    change::changes(service, event, by_self).iter().map(one).collect()
}

fn common<'a>(
    record: &CloudTrailRecord<'a>,
    result: AttemptResult,
    who: &Who<'a>,
) -> Result<SignIn<'a>, RecordDefect> {
    let mut found = SignIn::new(Provider::CloudTrail, result);
    found.at = time_in(&record.time)?;
    found.display.clone_from(&who.display);
    found.set_person(who.login.clone());
    found.person_id.clone_from(&who.id);
    found.record_id = record.id.cow();
    found.set_ip(record.ip.text());
    found.user_agent = record.user_agent.cow();
    found.code =
        record.error_code.cow().or_else(|| record.error_message.cow()).or_else(|| record.event.cow());
    Ok(found)
}

/// Portal addresses carry codes of the sign-in behind the question mark.
fn without_query(url: Cow<'_, str>) -> Cow<'_, str> {
    match url {
        Cow::Borrowed(url) => Cow::Borrowed(url.split('?').next().unwrap_or(url)),
        Cow::Owned(mut url) => {
            url.truncate(url.find('?').unwrap_or(url.len()));
            Cow::Owned(url)
        }
    }
}

#[cfg(test)]
mod tests;
