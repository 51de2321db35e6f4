//! Events that Postern wrote: [`crate::ocsf`] says what stands where.

use super::{OcsfLogEvent, outcome::OcsfLogOutcome};
use crate::{
    cause::Cause,
    provider::postern::word,
    record::{AttemptResult, Flag, Lifecycle, Method, Network, Point, Provider, SignIn},
    wire::{Field, Scalar, wire},
};

wire! {
    struct OcsfLogOwnFields<'a> {
        "provider" => provider: Scalar<'a>,
        "result" => result: Scalar<'a>,
        "cause" => cause: Scalar<'a>,
        "method" => method: Scalar<'a>,
        "flag" => flag: Scalar<'a>,
        "interactive" => interactive: Scalar<'a>,
        "policy" => policy: Scalar<'a>,
        "phone" => phone: Scalar<'a>,
        "detail" => detail: Scalar<'a>,
        "legacy" => legacy: Scalar<'a>,
        "network" => network: Scalar<'a>,
        "place" => place: Degrees<'a>,
        "phone_country" => phone_country: Scalar<'a>,
        "phone_place" => phone_place: Degrees<'a>,
    }
}
wire! {
    struct Degrees<'a> { "latitude" => latitude: Scalar<'a>, "longitude" => longitude: Scalar<'a>, }
}

impl OcsfLogOwnFields<'_> {
    /// What Postern wrote is read back as it was. `None`: not there, or a word in it is none of ours.
    pub(super) fn outcome(&self, worked: Option<bool>) -> Option<OcsfLogOutcome> {
        let cause = sound::<Cause>(&self.cause).ok()?;
        let result = match self.result.text() {
            Some("success") => AttemptResult::Success,
            Some("failure") => AttemptResult::Failure(cause?),
            Some("interrupt") => AttemptResult::Interrupt(cause),
            Some("push_sent") => AttemptResult::PushSent,
            Some(_) => AttemptResult::Lifecycle(word::<Lifecycle>(&self.result)?),
            // Left out where the status says the same.
            None if worked == Some(false) => AttemptResult::Failure(cause?),
            None => return None,
        };
        let method = sound::<Method>(&self.method).ok()?.unwrap_or_default();
        Some(OcsfLogOutcome { result, method, flag: sound::<Flag>(&self.flag).ok()?, is_own: true })
    }
}

/// Err: there is something, and it is no word of ours.
fn sound<'a, T: serde::Deserialize<'a>>(scalar: &'a Scalar<'_>) -> Result<Option<T>, ()> {
    if scalar.is_absent() { Ok(None) } else { word(scalar).map(Some).ok_or(()) }
}

impl Degrees<'_> {
    fn point(&self) -> Option<Point> {
        Point::new(self.latitude.float()?, self.longitude.float()?)
    }
}

/// The rest of the record. The name is the user's alone: where the log hid it, nobody else's may take its place.
pub(super) fn complete<'a>(event: &OcsfLogEvent<'a>, found: &mut SignIn<'a>) {
    let own = &event.unmapped.postern;
    // Back to the provider that it came from: people are told apart by provider and login, so that only then a
    // converted log gives the same people and findings, also beside the original.
    found.provider = word::<Provider>(&own.provider).unwrap_or(Provider::Ocsf);
    found.display = event.user.display.cow();
    found.set_person(event.user.name.cow());
    found.person_id = event.user.id.cow();
    found.actor = event.actor.user.name.cow();
    // Where no application is known, OCSF wants a service all the same.
    let app = found.app.take().filter(|app| app != found.provider.as_str());
    found.app = app.or_else(|| event.actor.app.cow());
    found.interactive = own.interactive.truth().unwrap_or(found.method != Method::Session);
    found.legacy = own.legacy.truth().unwrap_or(false);
    found.network = word::<Network>(&own.network).unwrap_or_default();
    found.policy = own.policy.cow();
    found.phone = own.phone.cow();
    found.detail = own.detail.cow();
    found.place = found.place.or_else(|| own.place.point());
    found.phone_country = own.phone_country.cow();
    found.phone_place = own.phone_place.point();
}
