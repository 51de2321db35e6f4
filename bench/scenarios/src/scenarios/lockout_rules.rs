//! Somebody is out, and nothing is wrong with password or factor.

use postern_signals::{
    Cause,
    Provider::{self, Duo, Entra, Keycloak, Okta, Postern},
};

use super::{ScenarioKind, kind};
use crate::{
    answer::{About, Answer, Person},
    builder::ScenarioBuilder,
    event::{EventContext, ScenarioEvent},
    time::MINUTE,
    world::{Client, Origin, Seat},
};

pub(super) const KINDS: [ScenarioKind; 7] = [
    kind("lockout", "device_not_compliant", device_not_compliant),
    kind("lockout", "blocked_by_place", blocked_by_place),
    kind("lockout", "legacy_client_blocked", legacy_client_blocked),
    kind("lockout", "external_idp_missing", external_idp_missing),
    kind("lockout", "guest_in_the_wrong_tenant", guest_in_the_wrong_tenant),
    kind("lockout", "session_expired_only", session_expired_only),
    kind("lockout", "unheard_code", unheard_code),
];

/// One to four refusals of one person.
fn refused(builder: &mut ScenarioBuilder<'_>, context: &EventContext<'_>, cause: Cause) -> Answer {
    let mut at = context.at;
    for _ in 0..builder.random.between(1, 4) {
        builder.write_in_context(&EventContext { at, ..*context });
        at += builder.seconds(20, 1_800);
    }
    builder.leaves(context.who, context.at);
    let mut answer = Answer::nothing();
    answer.must_not(&["policy_misconfiguration", "outage"]);
    answer.person(Person::locked_out(context.who, cause));
    answer
}

fn device_not_compliant(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Entra, Duo]);
    let start = builder.working_hours(&who);
    let context = EventContext::new(&who, start, who.on_the_way(), ScenarioEvent::DeviceBlock);
    let context = if who.provider == Entra { context.because_of("Compliant devices only") } else { context };
    refused(builder, &context, Cause::DeviceBlock)
}

fn blocked_by_place(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Entra, Okta, Duo, Postern]);
    let start = builder.working_hours(&who);
    let place = who.city.far_away(1_500.0, &mut builder.random);
    let seat = who.visiting(Origin::visiting(place, &mut builder.random), start);
    let context = EventContext::new(&who, start, seat, ScenarioEvent::PolicyBlock);
    let context =
        if who.provider == Duo { context } else { context.because_of("No countries without an office") };
    refused(builder, &context, Cause::PolicyBlock)
}

/// An old mail program that never could do MFA, and a policy that has been there for long.
fn legacy_client_blocked(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Entra]);
    let start = builder.working_hours(&who);
    let seat = Seat { client: Client::old_mail(&mut builder.random), ..who.at_home(start) };
    let context =
        EventContext::new(&who, start, seat, ScenarioEvent::PolicyBlock).because_of("No old protocols");
    let mut answer = refused(builder, &context, Cause::PolicyBlock);
    answer.must("legacy_protocol", About::person(&who));
    answer
}

fn plain(
    builder: &mut ScenarioBuilder<'_>,
    at_provider: &[Provider],
    event: ScenarioEvent,
    cause: Cause,
) -> Answer {
    let who = builder.account(at_provider);
    let start = builder.working_hours(&who);
    let seat = builder.own_seat(&who, start);
    refused(builder, &EventContext::new(&who, start, seat, event), cause)
}

fn external_idp_missing(builder: &mut ScenarioBuilder<'_>) -> Answer {
    plain(builder, &[Entra, Okta, Keycloak, Postern], ScenarioEvent::ExternalIdp, Cause::ExternalIdp)
}

fn guest_in_the_wrong_tenant(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.newcomer(&[Entra]);
    let start = builder.working_hours(&who);
    let place = who.city.far_away(500.0, &mut builder.random);
    let seat = who.visiting(Origin::visiting(place, &mut builder.random), start);
    refused(builder, &EventContext::new(&who, start, seat, ScenarioEvent::UnknownGuest), Cause::ExternalIdp)
}

fn unheard_code(builder: &mut ScenarioBuilder<'_>) -> Answer {
    plain(builder, &[Entra], ScenarioEvent::Unheard, Cause::Unknown)
}

/// Old tokens run out in the background. The person has only to sign in again, so nobody is locked out.
fn session_expired_only(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Entra, Postern]);
    let start = builder.any_hour(&who);
    let mut at = start;
    for _ in 0..builder.random.between(1, 12) {
        builder.write_event(&who, at, who.at_work(at), ScenarioEvent::SessionExpired);
        at += builder.random.between(1, 120) * MINUTE;
    }
    builder.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.must_not(&["outage"]);
    answer.person(Person::fine(&who));
    answer
}
