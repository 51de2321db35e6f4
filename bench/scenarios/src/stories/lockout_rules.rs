//! Somebody is out, and nothing is wrong with password or factor.

use postern_signals::{
    Cause,
    Provider::{self, Duo, Entra, Keycloak, Okta, Postern},
};

use super::{Kind, kind};
use crate::{
    act::{Act, Scene},
    answer::{About, Answer, Person},
    stage::Stage,
    time::MINUTE,
    world::{Client, Origin, Seat},
};

pub(super) const KINDS: [Kind; 7] = [
    kind("lockout", "device_not_compliant", device_not_compliant),
    kind("lockout", "blocked_by_place", blocked_by_place),
    kind("lockout", "legacy_client_blocked", legacy_client_blocked),
    kind("lockout", "external_idp_missing", external_idp_missing),
    kind("lockout", "guest_in_the_wrong_tenant", guest_in_the_wrong_tenant),
    kind("lockout", "session_expired_only", session_expired_only),
    kind("lockout", "unheard_code", unheard_code),
];

/// One to four refusals of one person.
fn refused(stage: &mut Stage<'_>, scene: &Scene<'_>, cause: Cause) -> Answer {
    let mut at = scene.at;
    for _ in 0..stage.drawn.between(1, 4) {
        stage.tell(&Scene { at, ..*scene });
        at += stage.seconds(20, 1_800);
    }
    stage.leaves(scene.who, scene.at);
    let mut answer = Answer::nothing();
    answer.must_not(&["policy_misconfiguration", "outage"]);
    answer.person(Person::locked_out(scene.who, cause));
    answer
}

fn device_not_compliant(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&[Entra, Duo]);
    let start = stage.working_hours(&who);
    let scene = Scene::new(&who, start, who.on_the_way(), Act::DeviceBlock);
    let scene = if who.provider == Entra { scene.because_of("Compliant devices only") } else { scene };
    refused(stage, &scene, Cause::DeviceBlock)
}

fn blocked_by_place(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&[Entra, Okta, Duo, Postern]);
    let start = stage.working_hours(&who);
    let place = who.city.far_away(1_500.0, &mut stage.drawn);
    let seat = who.visiting(Origin::visiting(place, &mut stage.drawn), start);
    let scene = Scene::new(&who, start, seat, Act::PolicyBlock);
    let scene = if who.provider == Duo { scene } else { scene.because_of("No countries without an office") };
    refused(stage, &scene, Cause::PolicyBlock)
}

/// An old mail program that never could do MFA, and a policy that has been there for long.
fn legacy_client_blocked(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&[Entra]);
    let start = stage.working_hours(&who);
    let seat = Seat { client: Client::old_mail(&mut stage.drawn), ..who.at_home(start) };
    let scene = Scene::new(&who, start, seat, Act::PolicyBlock).because_of("No old protocols");
    let mut answer = refused(stage, &scene, Cause::PolicyBlock);
    answer.must("legacy_protocol", About::person(&who));
    answer
}

fn plain(stage: &mut Stage<'_>, at_provider: &[Provider], act: Act, cause: Cause) -> Answer {
    let who = stage.actor(at_provider);
    let start = stage.working_hours(&who);
    let seat = stage.own_seat(&who, start);
    refused(stage, &Scene::new(&who, start, seat, act), cause)
}

fn external_idp_missing(stage: &mut Stage<'_>) -> Answer {
    plain(stage, &[Entra, Okta, Keycloak, Postern], Act::ExternalIdp, Cause::ExternalIdp)
}

fn guest_in_the_wrong_tenant(stage: &mut Stage<'_>) -> Answer {
    let who = stage.newcomer(&[Entra]);
    let start = stage.working_hours(&who);
    let place = who.city.far_away(500.0, &mut stage.drawn);
    let seat = who.visiting(Origin::visiting(place, &mut stage.drawn), start);
    refused(stage, &Scene::new(&who, start, seat, Act::UnknownGuest), Cause::ExternalIdp)
}

fn unheard_code(stage: &mut Stage<'_>) -> Answer {
    plain(stage, &[Entra], Act::Unheard, Cause::Unknown)
}

/// Old tokens run out in the background. The person has only to sign in again, so nobody is locked out.
fn session_expired_only(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&[Entra, Postern]);
    let start = stage.any_hour(&who);
    let mut at = start;
    for _ in 0..stage.drawn.between(1, 12) {
        stage.say(&who, at, who.at_work(at), Act::SessionExpired);
        at += stage.drawn.between(1, 120) * MINUTE;
    }
    stage.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.must_not(&["outage"]);
    answer.person(Person::fine(&who));
    answer
}
