//! Duo's activity log (v2): the same actions as the administrator log, with actor and target told apart.

use std::borrow::Cow;

use super::change;
use crate::{
    read::{Parsed, RecordDefect},
    record::{AttemptResult, Position, Provider, SignIn},
    time::time_in,
    wire::{Scalar, wire},
};

wire! {
    struct DuoActivityEntry<'a> {
        "activity_id" => id: Scalar<'a>,
        "ts" => at: Scalar<'a>,
        "action" => action: DuoActivityAction<'a>,
        "actor" => actor: DuoActivityParty<'a>,
        "target" => target: DuoActivityParty<'a>,
        "outcome" => outcome: DuoActivityOutcome<'a>,
        "application" => application: Application<'a>,
        "access_device" => device: DuoActivityDevice<'a>,
    }
}
wire! {
    struct DuoActivityAction<'a> { "name" => name: Scalar<'a>, "details" => details: DuoActivityDetails<'a>, }
}
wire! {
    struct DuoActivityParty<'a> {
        "key" => key: Scalar<'a>,
        "name" => name: Scalar<'a>,
        "type" => kind: Scalar<'a>,
        "details" => details: DuoActivityDetails<'a>,
    }
}
wire! {
    /// JSON in a text.
    struct DuoActivityDetails<'a> { "status" => status: Scalar<'a>, }
}
wire! {
    struct DuoActivityOutcome<'a> { "result" => result: Scalar<'a>, }
}
wire! {
    struct Application<'a> { "name" => name: Scalar<'a>, }
}
wire! {
    struct DuoActivityDevice<'a> {
        "ip" => ip: DuoActivityAddress<'a>,
        "epkey" => endpoint: Scalar<'a>,
        "browser" => browser: Scalar<'a>,
        "location" => location: super::DuoLocation<'a>,
    }
}
wire! {
    struct DuoActivityAddress<'a> { "address" => address: Scalar<'a>, }
}

impl<'a> DuoActivityEntry<'a> {
    fn failed(&self) -> bool {
        self.outcome.result.text().is_some_and(|result| result.eq_ignore_ascii_case("FAILURE"))
    }

    /// The one it was done to; a person may have done it to themselves, with a token or key as the target.
    fn person(&self) -> Option<&DuoActivityParty<'a>> {
        let is_user =
            |party: &DuoActivityParty<'_>| party.kind.text().is_some_and(|kind| kind.starts_with("user"));
        if is_user(&self.target) {
            return Some(&self.target);
        }
        let is_admins = self.action.name.text().is_some_and(|name| name.starts_with("admin_"));
        (is_user(&self.actor) || is_admins).then_some(&self.actor)
    }
}

pub(super) fn read(line: &str, position: Position) -> Result<Parsed<'_>, serde_json::Error> {
    let entry: DuoActivityEntry<'_> = serde_json::from_str(line)?;
    let Some(mut sign_in) = changed(&entry) else {
        let action = entry.action.name.text().unwrap_or("activity");
        return Ok(Parsed::Unrecognised(format!("duo {action}").into()));
    };
    let Ok(at) = time_in(&entry.at) else {
        return Ok(Parsed::Malformed(RecordDefect::BadTime));
    };
    sign_in.at = at;
    sign_in.position = position;
    sign_in.record_id = entry.id.cow();
    sign_in.code = entry.action.name.cow();
    sign_in.set_ip(entry.device.ip.address.text());
    sign_in.device = entry.device.endpoint.cow();
    sign_in.user_agent = entry.device.browser.cow();
    sign_in.country = entry.device.location.country.cow();
    sign_in.city = entry.device.location.city.cow();
    sign_in.app = entry.application.name.cow();
    Ok(Parsed::Attempt(sign_in))
}

fn changed<'a>(entry: &DuoActivityEntry<'a>) -> Option<SignIn<'a>> {
    let action = entry.action.name.text()?;
    let status = entry.target.details.status.text().or_else(|| entry.action.details.status.text());
    // An administrator's sign-in changes nothing, but tells that they can.
    let result = match action {
        "admin_login" if entry.failed() => AttemptResult::Failure(crate::cause::Cause::Unknown),
        "admin_login" => AttemptResult::Success,
        // What failed changed nothing.
        _ if entry.failed() => return None,
        _ => AttemptResult::Lifecycle(change::change_of(action, status)?),
    };
    let mut sign_in = SignIn::new(Provider::Duo, result);
    let person = entry.person();
    match (result, person) {
        (AttemptResult::Lifecycle(change), _) if !change::needs_person(change) => {}
        (_, Some(person)) => {
            sign_in.set_person(person.name.cow());
            sign_in.person_id = person.key.cow();
        }
        (_, None) => return None,
    }
    if person.is_none_or(|person| person.key.text() != entry.actor.key.text()) {
        sign_in.detail = entry.actor.name.text().map(|by| Cow::Owned(format!("by {by}")));
        sign_in.actor = entry.actor.name.cow();
    }
    Some(sign_in)
}
