//! One person in two places.

use postern_signals::Provider::{Auth0, Entra, Okta};

use super::{ScenarioKind, kind};
use crate::{
    answer::{About, Answer, Person},
    background::usual_proof,
    builder::ScenarioBuilder,
    event::ScenarioEvent,
    time::{HOUR, MINUTE},
    world::{Origin, Seat},
};

pub(super) const KINDS: [ScenarioKind; 1] = [kind("takeover", "impossible_travel", impossible_travel)];

/// At the desk, and minutes later on another continent; or hours later, as a flight takes.
fn impossible_travel(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Entra, Okta, Auth0]);
    let start = builder.working_hours(&who);
    builder.signs_in(&who, start, who.at_work(start));
    builder.leaves(&who, start);
    let mut answer = Answer::nothing();
    let place = who.city.far_away(1_500.0, &mut builder.random);
    if builder.random.chance(20) {
        #[expect(clippy::cast_possible_truncation, reason = "at most 20,000 km")]
        let hours = (who.city.kilometres_to(&place) / 550.0).ceil() as i64;
        let at = start + hours * HOUR + builder.random.between(5, 300) * MINUTE;
        let seat = who.visiting(Origin::visiting(place, &mut builder.random), at);
        builder.write_event(&who, at, seat, ScenarioEvent::In(usual_proof(&who)));
    } else {
        let at = start + builder.random.between(4, 80) * MINUTE;
        let seat = builder.attacker_in(place);
        // A stolen session brings the browser's own name along; a stolen password does not.
        let seat =
            if builder.random.chance(40) { Seat { client: who.at_work(at).client, ..seat } } else { seat };
        builder.write_event(&who, at, seat, ScenarioEvent::In(usual_proof(&who)));
        answer.must("impossible_travel", About::person(&who));
        answer.may("new_device_and_network", About::person(&who));
    }
    // With a new device it is an incident, without one a warning.
    answer.person(Person { rung: None, reset_helps: None, ..Person::fine(&who) });
    answer
}
