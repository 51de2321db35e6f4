//! Places and networks that look like somebody else's and are not.

use postern_signals::Provider::{Auth0, Entra, Keycloak, Okta, Postern};

use super::{ScenarioKind, kind};
use crate::{
    answer::{Answer, Person},
    builder::ScenarioBuilder,
    event::ScenarioEvent,
    time::{DAY, HOUR, MINUTE},
    world::{Client, Origin, Place, Seat, places},
};

pub(super) const KINDS: [ScenarioKind; 8] = [
    kind("innocent", "commuter", commuter),
    kind("innocent", "vpn_in_many_countries", vpn_in_many_countries),
    kind("innocent", "wobbling_location", wobbling_location),
    kind("innocent", "family_at_one_address", family_at_one_address),
    kind("innocent", "reception_computer", reception_computer),
    kind("innocent", "new_laptop_at_the_office", new_laptop_at_the_office),
    kind("innocent", "real_flight", real_flight),
    kind("innocent", "conference", conference),
];

/// Country, and the far end of it where a carrier's gateway stands.
const FAR_GATEWAYS: [(&str, f64, f64); 2] = [("US", 32.78, -96.80), ("IN", 28.61, 77.21)];

/// Laptop on the train's Wi-Fi, phone on a carrier whose gateway is at the other end of the country.
fn commuter(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let (country, latitude, longitude) = builder.random.pick(&FAR_GATEWAYS);
    let cities: Vec<Place> = places::OFFICES.into_iter().filter(|place| place.country == country).collect();
    let city = builder.random.pick(&cities);
    let who = builder.account_in(&[Entra, Okta], city);
    let start = builder.working_hours(&who);
    let train = Origin::visiting(city, &mut builder.random);
    let gateway = Place { city: "Gateway", state: "", latitude, longitude, ..city };
    let carrier = Origin::carrier_at(country, gateway, &mut builder.random);
    let mut at = start;
    for turn in 0..builder.random.between(3, 7) {
        let seat =
            if turn % 2 == 0 { who.visiting(train, at) } else { Seat { from: carrier, ..who.on_the_way() } };
        builder.signs_in(&who, at, seat);
        at += builder.random.between(2, 25) * MINUTE;
    }
    builder.leaves(&who, start);
    quiet(&who, &["impossible_travel", "new_device_and_network"])
}

fn quiet(who: &crate::world::Account, traps: &[&'static str]) -> Answer {
    let mut answer = Answer::nothing();
    answer.must_not(traps);
    answer.person(Person::fine(who));
    answer
}

fn vpn_in_many_countries(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Entra, Okta]);
    let start = builder.working_hours(&who);
    let mut at = start;
    for _ in 0..builder.random.between(2, 6) {
        let place = who.city.far_away(1_000.0, &mut builder.random);
        let exit = Origin::vpn(place, &mut builder.random);
        builder.signs_in(&who, at, who.visiting(exit, at));
        at += builder.random.between(5, 90) * MINUTE;
    }
    builder.signs_in(&who, at, who.at_home(at));
    builder.leaves(&who, start);
    quiet(&who, &["impossible_travel", "new_device_and_network"])
}

/// The location service moves a household by up to 40 km between two minutes.
fn wobbling_location(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Entra, Okta, Auth0]);
    let start = builder.working_hours(&who);
    let mut at = start;
    for _ in 0..builder.random.between(3, 8) {
        let seat = who.at_home(at);
        let from = Origin { place: who.city.nearby(20, &mut builder.random), ..seat.from };
        builder.signs_in(&who, at, Seat { from, ..seat });
        at += builder.seconds(60, 900);
    }
    builder.leaves(&who, start);
    quiet(&who, &["impossible_travel"])
}

fn family_at_one_address(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let one = builder.account(&[Entra, Okta, Keycloak, Auth0]);
    let other = builder.account_with(one.provider, |who| who.moves_in_with(&one));
    let start = builder.working_hours(&one);
    let mut answer = Answer::nothing();
    let mut at = start;
    for turn in 0..builder.random.between(4, 8) {
        let who = if turn % 2 == 0 { &one } else { &other };
        for _ in 0..builder.random.below(4) {
            builder.write_event(who, at, who.at_home(at), ScenarioEvent::BadPassword);
            at += builder.seconds(10, 60);
        }
        builder.signs_in(who, at, who.at_home(at));
        at += builder.random.between(5, 60) * MINUTE;
    }
    for who in [&one, &other] {
        builder.leaves(who, start);
        answer.person(Person::fine(who));
    }
    answer.must_not(&["password_spray", "shared_phone"]);
    answer
}

/// One computer in the hall, on which everybody signs in once.
fn reception_computer(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let provider = builder.provider(&[Entra, Okta, Keycloak, Auth0]);
    let start = builder.workday(builder.main_office()) + 8 * HOUR;
    let count = 6 + builder.random.below(9);
    let people = builder.main_office_accounts(provider, count, (start - 30 * MINUTE, start + 11 * HOUR));
    let client = Client::laptops(&mut builder.random).0;
    let mut at = start;
    for who in &people {
        let seat = Seat { client, ..who.at_work(at) };
        for _ in 0..builder.random.below(3) {
            builder.write_event(who, at, seat, ScenarioEvent::BadPassword);
            at += builder.seconds(10, 60);
        }
        builder.signs_in(who, at, seat);
        at += builder.random.between(5, 40) * MINUTE;
    }
    let mut answer = Answer::nothing();
    answer.must_not(&["shared_phone", "password_spray", "new_device_and_network", "spray_success"]);
    answer
}

fn new_laptop_at_the_office(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Entra, Okta, Auth0, Postern]);
    let start = builder.working_hours(&who);
    let seat = Seat { client: Client::laptops(&mut builder.random).0, ..who.at_work(start) };
    let mut at = start;
    for _ in 0..builder.random.below(3) {
        builder.write_event(&who, at, seat, ScenarioEvent::BadPassword);
        at += builder.seconds(10, 90);
    }
    builder.signs_in(&who, at, seat);
    builder.leaves(&who, start);
    quiet(&who, &["new_device_and_network", "brute_force_success"])
}

/// As fast as an airliner with its way to and from the airport: 250 to 600 km/h.
fn real_flight(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let who = builder.account(&[Entra, Okta, Auth0]);
    let start = builder.working_hours(&who);
    builder.signs_in(&who, start, who.at_home(start));
    let place = who.city.far_away(650.0, &mut builder.random);
    let speed = builder.random.between(250, 600);
    #[expect(clippy::cast_possible_truncation, reason = "at most 20,000 km")]
    let kilometres = who.city.kilometres_to(&place) as i64;
    let at = start + kilometres * HOUR / speed;
    let hotel = Origin::visiting(place, &mut builder.random);
    builder.signs_in(&who, at, who.visiting(hotel, at));
    builder.leaves(&who, start);
    quiet(&who, &["impossible_travel", "new_device_and_network"])
}

/// Many of one organisation at one hotel abroad. Those who prepare it came the day before.
fn conference(builder: &mut ScenarioBuilder<'_>) -> Answer {
    let provider = builder.provider(&[Entra, Okta, Auth0]);
    let start = builder.workday(builder.main_office()) + 8 * HOUR;
    let count = 8 + builder.random.below(18);
    let people = builder.background_accounts(provider, count, (start - 2 * DAY, start + 2 * DAY));
    let place = builder.main_office().far_away(600.0, &mut builder.random);
    let hotel = Origin::visiting(place, &mut builder.random);
    for (turn, who) in people.iter().enumerate() {
        let early = turn < 4;
        let mut at = if early {
            start - builder.seconds(20 * 3_600, 24 * 3_600)
        } else {
            start + builder.seconds(0, 9 * 3_600)
        };
        if !early && builder.random.chance(40) {
            builder.write_event(who, at, who.visiting(hotel, at), ScenarioEvent::BadPassword);
            at += builder.seconds(10, 60);
        }
        builder.signs_in(who, at, who.visiting(hotel, at));
    }
    let mut answer = Answer::nothing();
    answer.must_not(&["password_spray", "spray_success", "impossible_travel", "new_device_and_network"]);
    answer
}
