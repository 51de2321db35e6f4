//! One person in two places.

use postern_signals::Provider::{Auth0, Entra, Okta};

use super::{Kind, kind};
use crate::{
    act::Act,
    answer::{About, Answer, Person},
    background::usual_proof,
    stage::Stage,
    time::{HOUR, MINUTE},
    world::{Origin, Seat},
};

pub(super) const KINDS: [Kind; 1] = [kind("takeover", "impossible_travel", impossible_travel)];

/// At the desk, and minutes later on another continent; or hours later, as a flight takes.
fn impossible_travel(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&[Entra, Okta, Auth0]);
    let start = stage.working_hours(&who);
    stage.signs_in(&who, start, who.at_work(start));
    stage.leaves(&who, start);
    let mut answer = Answer::nothing();
    let place = who.city.far_away(1_500.0, &mut stage.drawn);
    if stage.drawn.chance(20) {
        #[expect(clippy::cast_possible_truncation, reason = "at most 20,000 km")]
        let hours = (who.city.kilometres_to(&place) / 550.0).ceil() as i64;
        let at = start + hours * HOUR + stage.drawn.between(5, 300) * MINUTE;
        let seat = who.visiting(Origin::visiting(place, &mut stage.drawn), at);
        stage.say(&who, at, seat, Act::In(usual_proof(&who)));
    } else {
        let at = start + stage.drawn.between(4, 80) * MINUTE;
        let stranger = stage.stranger_in(place);
        // A stolen session brings the browser's own name along; a stolen password does not.
        let seat = if stage.drawn.chance(40) {
            Seat { client: who.at_work(at).client, ..stranger }
        } else {
            stranger
        };
        stage.say(&who, at, seat, Act::In(usual_proof(&who)));
        answer.must("impossible_travel", About::person(&who));
        answer.may("new_device_and_network", About::person(&who));
    }
    // With a new device it is an incident, without one a warning.
    answer.person(Person { rung: None, reset_helps: None, ..Person::fine(&who) });
    answer
}
