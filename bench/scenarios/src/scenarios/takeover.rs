//! Somebody else is in, or has made a way in.

use postern_signals::Provider::{Auth0, CloudTrail, Duo, Entra, Okta, Postern};

use super::{ScenarioKind, kind};
use crate::{
    answer::{About, Answer, Person},
    builder::ScenarioBuilder,
    event::{Change, EventContext, Proof, ScenarioEvent},
    time::{DAY, HOUR, MINUTE},
    windows::reached_by,
    world::{Account, Client, Origin, Phone, Seat},
};

pub(super) const KINDS: [ScenarioKind; 6] = [
    kind("takeover", "new_device_and_network", new_device_and_network),
    kind("takeover", "desk_resets_for_a_stranger", desk_resets_for_a_stranger),
    kind("takeover", "enrolled_abroad_after_reset", enrolled_abroad_after_reset),
    kind("takeover", "shared_phone", shared_phone),
    kind("takeover", "bypass_code", bypass_code),
    kind("takeover", "phone_far_away", phone_far_away),
];

fn is_in(answer: &mut Answer, who: &Account) {
    answer.may("new_device_and_network", About::person(who));
    answer.may("impossible_travel", About::person(who));
}

/// In the same city, so that only device and network are new.
fn new_device_and_network(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Entra, Okta, Auth0, Duo, Postern]);
    let start = builder.any_hour(&who);
    let seat = builder.attacker_in(who.city);
    builder.signs_in(&who, start, seat);
    builder.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.must("new_device_and_network", About::person(&who));
    answer.must_not(&["impossible_travel", "sign_in_after_reset_abroad"]);
    answer.person(Person::fine(&who));
    answer
}

/// A caller persuades the desk of a reset of everything, and enrols their own phone.
fn desk_resets_for_a_stranger(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Entra, Okta, Postern, CloudTrail]);
    let start = builder.working_hours(&who);
    let gap = if builder.random.chance(20) {
        builder.random.between(75, 300)
    } else {
        builder.random.between(1, 50)
    } * MINUTE;
    let password_first = builder.random.chance(50);
    let (first, second) = if password_first {
        (Change::PasswordReset, Change::FactorsReset)
    } else {
        (Change::FactorsReset, Change::PasswordReset)
    };
    builder.admin(&who, start, first);
    builder.admin(&who, start + gap, second);
    let mut answer = Answer::nothing();
    answer.as_reached(
        reached_by(&[(start, 1), (start + gap, 2)], HOUR, 2),
        "reset_pair",
        About::person(&who),
    );
    let seat = builder.attacker_away_from(&who);
    let mut at = start + gap + builder.random.between(2, 40) * MINUTE;
    enrols_and_signs_in(builder, &mut answer, &who, (&mut at, seat));
    builder.leaves(&who, start);
    answer.person(Person::fine(&who));
    answer
}

fn enrols_and_signs_in(
    builder: &mut ScenarioBuilder<'_>,
    answer: &mut Answer,
    who: &Account,
    (at, seat): (&mut i64, Seat),
) {
    builder.write_event(who, *at, seat, ScenarioEvent::Changed(Change::Enrolled));
    *at += builder.random.between(1, 30) * MINUTE;
    builder.signs_in(who, *at, seat);
    // Only these say where an enrolment was made, and where a sign-in.
    match who.provider {
        Okta | Postern => answer.must("enrolled_after_reset_abroad", About::person(who)),
        _ => answer.may("enrolled_after_reset_abroad", About::person(who)),
    };
    match who.provider {
        CloudTrail => answer.may("sign_in_after_reset_abroad", About::person(who)),
        _ => answer.must("sign_in_after_reset_abroad", About::person(who)),
    };
    is_in(answer, who);
}

/// Only the factors were reset: soon after, or so long after that it has nothing to do with it.
fn enrolled_abroad_after_reset(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Okta, Postern]);
    let start = builder.working_hours(&who);
    builder.admin(&who, start, Change::FactorsReset);
    let seat = builder.attacker_away_from(&who);
    let mut answer = Answer::nothing();
    if builder.random.chance(25) {
        let at = start + builder.random.between(26, 60) * HOUR;
        builder.write_event(&who, at, seat, ScenarioEvent::Changed(Change::Enrolled));
    } else {
        let mut at = start + builder.random.between(5, 20 * 60) * MINUTE;
        enrols_and_signs_in(builder, &mut answer, &who, (&mut at, seat));
    }
    answer.must_not(&["reset_pair"]);
    builder.leaves(&who, start);
    answer.person(Person::fine(&who));
    answer
}

/// One phone is enrolled for several people.
fn shared_phone(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let provider = builder.provider(&[Duo, Auth0]);
    let phone = Phone::unknown(&mut builder.random);
    let first = builder.account(&[provider]);
    let seat = builder.attacker_away_from(&first);
    let start = builder.working_hours(&first);
    let (mut at, mut enrolled) = (start, Vec::new());
    for turn in 0..builder.random.between(1, 4) {
        let who = if turn == 0 { first.clone() } else { builder.account(&[provider]) };
        builder.write_in_context(
            &EventContext::new(&who, at, seat, ScenarioEvent::Changed(Change::Enrolled)).with_phone(&phone),
        );
        builder.leaves(&who, start);
        enrolled.push((at, who.login.clone()));
        at += builder.random.between(2, 9 * 60) * MINUTE;
    }
    let mut answer = Answer::nothing();
    let logins: Vec<_> = enrolled.iter().map(|(_, login)| login.as_str()).collect();
    answer.as_reached(reached_by(&enrolled, DAY, 2), "shared_phone", About::group(logins));
    for (_, login) in &enrolled {
        answer.may("shared_phone", About::Person(provider, login.to_lowercase()));
    }
    answer
}

fn bypass_code(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Duo, Entra, Postern]);
    let start = builder.working_hours(&who);
    builder.admin(&who, start, Change::Bypass);
    let mut answer = Answer::nothing();
    answer.must("bypass_created", About::person(&who));
    let at = start + builder.random.between(2, 50) * MINUTE;
    if builder.random.chance(60) {
        let seat = builder.attacker_away_from(&who);
        builder.write_event(&who, at, seat, ScenarioEvent::In(Proof::Bypass));
        is_in(&mut answer, &who);
        // A way around the second factor is as good as its reset.
        answer.may("sign_in_after_reset_abroad", About::person(&who));
    } else {
        builder.write_event(&who, at, who.at_work(at), ScenarioEvent::In(Proof::Bypass));
    }
    builder.leaves(&who, start);
    answer.person(Person::fine(&who));
    answer
}

/// The password is stolen, and the person is talked into approving: the asker is abroad, the phone at home.
fn phone_far_away(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Duo]);
    let start = builder.any_hour(&who);
    let mut answer = Answer::nothing();
    if builder.random.chance(25) {
        // Abroad with laptop and phone.
        let place = who.city.far_away(1_500.0, &mut builder.random);
        let seat = who.visiting(Origin::visiting(place, &mut builder.random), start);
        builder.leaves(&who, start - 30 * HOUR);
        builder.write_event(&who, start, seat, ScenarioEvent::In(Proof::Push));
    } else {
        let from = builder.attacker_away_from(&who);
        let seat = Seat { client: Client::attacker(&mut builder.random), ..from };
        builder.leaves(&who, start);
        builder.write_event(&who, start, seat, ScenarioEvent::In(Proof::Push));
        answer.must("phone_far_away", About::person(&who));
        is_in(&mut answer, &who);
    }
    answer.person(Person::fine(&who));
    answer
}
