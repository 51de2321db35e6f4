//! Somebody else is in, or has made a way in.

use postern_signals::Provider::{Auth0, CloudTrail, Duo, Entra, Okta, Postern};

use super::{Kind, kind};
use crate::{
    act::{Act, Change, Proof, Scene},
    answer::{About, Answer, Person},
    stage::Stage,
    time::{DAY, HOUR, MINUTE},
    windows::reached_by,
    world::{Account, Client, Origin, Phone, Seat},
};

pub(super) const KINDS: [Kind; 6] = [
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
fn new_device_and_network(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&[Entra, Okta, Auth0, Duo, Postern]);
    let start = stage.any_hour(&who);
    let seat = stage.stranger_in(who.city);
    stage.signs_in(&who, start, seat);
    stage.leaves(&who, start);
    let mut answer = Answer::nothing();
    answer.must("new_device_and_network", About::person(&who));
    answer.must_not(&["impossible_travel", "sign_in_after_reset_abroad"]);
    answer.person(Person::fine(&who));
    answer
}

/// A caller persuades the desk of a reset of everything, and enrols their own phone.
fn desk_resets_for_a_stranger(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&[Entra, Okta, Postern, CloudTrail]);
    let start = stage.working_hours(&who);
    let gap = if stage.drawn.chance(20) { stage.drawn.between(75, 300) } else { stage.drawn.between(1, 50) }
        * MINUTE;
    let password_first = stage.drawn.chance(50);
    let (first, second) = if password_first {
        (Change::PasswordReset, Change::FactorsReset)
    } else {
        (Change::FactorsReset, Change::PasswordReset)
    };
    stage.admin(&who, start, first);
    stage.admin(&who, start + gap, second);
    let mut answer = Answer::nothing();
    answer.as_reached(
        reached_by(&[(start, 1), (start + gap, 2)], HOUR, 2),
        "reset_pair",
        About::person(&who),
    );
    let seat = stage.stranger_to(&who);
    let mut at = start + gap + stage.drawn.between(2, 40) * MINUTE;
    enrols_and_signs_in(stage, &mut answer, &who, (&mut at, seat));
    stage.leaves(&who, start);
    answer.person(Person::fine(&who));
    answer
}

fn enrols_and_signs_in(
    stage: &mut Stage<'_>,
    answer: &mut Answer,
    who: &Account,
    (at, seat): (&mut i64, Seat),
) {
    stage.say(who, *at, seat, Act::Changed(Change::Enrolled));
    *at += stage.drawn.between(1, 30) * MINUTE;
    stage.signs_in(who, *at, seat);
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
fn enrolled_abroad_after_reset(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&[Okta, Postern]);
    let start = stage.working_hours(&who);
    stage.admin(&who, start, Change::FactorsReset);
    let seat = stage.stranger_to(&who);
    let mut answer = Answer::nothing();
    if stage.drawn.chance(25) {
        let at = start + stage.drawn.between(26, 60) * HOUR;
        stage.say(&who, at, seat, Act::Changed(Change::Enrolled));
    } else {
        let mut at = start + stage.drawn.between(5, 20 * 60) * MINUTE;
        enrols_and_signs_in(stage, &mut answer, &who, (&mut at, seat));
    }
    answer.must_not(&["reset_pair"]);
    stage.leaves(&who, start);
    answer.person(Person::fine(&who));
    answer
}

/// One phone is enrolled for several people.
fn shared_phone(stage: &mut Stage<'_>) -> Answer {
    let provider = stage.provider(&[Duo, Auth0]);
    let phone = Phone::strange(&mut stage.drawn);
    let first = stage.actor(&[provider]);
    let seat = stage.stranger_to(&first);
    let start = stage.working_hours(&first);
    let (mut at, mut enrolled) = (start, Vec::new());
    for turn in 0..stage.drawn.between(1, 4) {
        let who = if turn == 0 { first.clone() } else { stage.actor(&[provider]) };
        stage.tell(&Scene::new(&who, at, seat, Act::Changed(Change::Enrolled)).with_phone(&phone));
        stage.leaves(&who, start);
        enrolled.push((at, who.login.clone()));
        at += stage.drawn.between(2, 9 * 60) * MINUTE;
    }
    let mut answer = Answer::nothing();
    let logins: Vec<_> = enrolled.iter().map(|(_, login)| login.as_str()).collect();
    answer.as_reached(reached_by(&enrolled, DAY, 2), "shared_phone", About::group(logins));
    for (_, login) in &enrolled {
        answer.may("shared_phone", About::Person(provider, login.to_lowercase()));
    }
    answer
}

fn bypass_code(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&[Duo, Entra, Postern]);
    let start = stage.working_hours(&who);
    stage.admin(&who, start, Change::Bypass);
    let mut answer = Answer::nothing();
    answer.must("bypass_created", About::person(&who));
    let at = start + stage.drawn.between(2, 50) * MINUTE;
    if stage.drawn.chance(60) {
        let seat = stage.stranger_to(&who);
        stage.say(&who, at, seat, Act::In(Proof::Bypass));
        is_in(&mut answer, &who);
        // A way around the second factor is as good as its reset.
        answer.may("sign_in_after_reset_abroad", About::person(&who));
    } else {
        stage.say(&who, at, who.at_work(at), Act::In(Proof::Bypass));
    }
    stage.leaves(&who, start);
    answer.person(Person::fine(&who));
    answer
}

/// The password is stolen, and the person is talked into approving: the asker is abroad, the phone at home.
fn phone_far_away(stage: &mut Stage<'_>) -> Answer {
    let who = stage.actor(&[Duo]);
    let start = stage.any_hour(&who);
    let mut answer = Answer::nothing();
    if stage.drawn.chance(25) {
        // Abroad with laptop and phone.
        let place = who.city.far_away(1_500.0, &mut stage.drawn);
        let seat = who.visiting(Origin::visiting(place, &mut stage.drawn), start);
        stage.leaves(&who, start - 30 * HOUR);
        stage.say(&who, start, seat, Act::In(Proof::Push));
    } else {
        let from = stage.stranger_to(&who);
        let seat = Seat { client: Client::stranger(&mut stage.drawn), ..from };
        stage.leaves(&who, start);
        stage.say(&who, start, seat, Act::In(Proof::Push));
        answer.must("phone_far_away", About::person(&who));
        is_in(&mut answer, &who);
    }
    answer.person(Person::fine(&who));
    answer
}
