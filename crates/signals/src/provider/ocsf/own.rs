//! Events that Postern wrote: what OCSF has no place for stands under `unmapped.postern`.

use super::{Event, place_of};
use crate::{
    provider::postern::word,
    read::Damage,
    record::{Network, Provider, SignIn},
    time::time_in,
    wire::{Scalar, wire},
};

wire! {
    /// Postern's own words.
    struct Words<'a> {
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
        "place" => place: Place<'a>,
        "phone_place" => phone_place: Place<'a>,
    }
}
wire! {
    struct Place<'a> { "latitude" => latitude: Scalar<'a>, "longitude" => longitude: Scalar<'a>, }
}

/// Makes the record the one that was written, if the whole of it was: then it says whose it is. What is read out of
/// other people's events was no part of it.
/// Err: there is something where the time was written, and that is no time.
pub(super) fn restore<'a>(event: &Event<'a>, found: &mut SignIn<'a>) -> Result<(), Damage> {
    let words = &event.unmapped.postern;
    let Some(provider) = word::<Provider>(&words.provider) else { return Ok(()) };
    found.provider = provider;
    // `time` has milliseconds, and may look like seconds.
    found.at = time_in(&event.metadata.time)?.or(found.at);
    found.display = event.user.display_name.cow();
    found.person = None;
    found.set_person(event.user.name.cow());
    found.person_id = event.user.id.cow();
    found.actor = event.actor.user.name.cow();
    found.session = event.session.id.cow().or_else(|| event.actor.session.id.cow());
    let service = event.service.name.cow().filter(|name| name != provider.as_str());
    found.app = service.or_else(|| event.actor.app.cow());
    found.code = event.status_code.cow();
    found.policy = words.policy.cow();
    found.phone = words.phone.cow();
    found.detail = words.detail.cow();
    found.legacy = words.legacy.truth().unwrap_or_default();
    found.interactive = words.interactive.truth().unwrap_or(found.interactive);
    found.network = word::<Network>(&words.network).unwrap_or_default();
    found.place = found.place.or_else(|| place_of(&words.place.latitude, &words.place.longitude));
    found.phone_place = place_of(&words.phone_place.latitude, &words.phone_place.longitude);
    Ok(())
}
