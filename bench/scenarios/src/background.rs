//! What goes on every day: people who sign in, mistype, forget their phone, travel, and get in at last.
//!
//! The curve of day and night, weekends, and about half of all attempts failing are those of the RBA data set
//! (Wiefling et al., doi 10.1145/3546069). Nothing here is an attack or an outage, and everybody gets in in the end.

use postern_signals::Provider;

use crate::{
    event::{Pause, Proof, ScenarioEvent},
    seeded::Seeded,
    time::{HOUR, MINUTE, weekday},
    world::{Account, Origin, Seat, places},
};

/// How often people sign in, of a hundred hours of the day.
const HOURS: [(usize, i64); 24] = [
    (1, 0),
    (1, 1),
    (1, 2),
    (1, 3),
    (1, 4),
    (2, 5),
    (6, 6),
    (22, 7),
    (60, 8),
    (70, 9),
    (50, 10),
    (40, 11),
    (25, 12),
    (40, 13),
    (45, 14),
    (40, 15),
    (35, 16),
    (25, 17),
    (12, 18),
    (10, 19),
    (10, 20),
    (8, 21),
    (5, 22),
    (3, 23),
];

/// One step of one sign-in.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// When.
    pub at: i64,
    /// From where.
    pub seat: Seat,
    /// What.
    pub event: ScenarioEvent,
    /// The policy that says no.
    pub policy: Option<&'static str>,
}

/// The life of one account.
#[derive(Debug)]
pub struct Life<'a> {
    who: &'a Account,
    random: Seeded,
    /// Percent of workdays on which this account is used.
    busy: u32,
    trip: Option<Trip>,
}

/// Some days elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Trip {
    /// The day of the flight there.
    pub first: i64,
    /// Days until the flight back.
    pub days: i64,
    from: Origin,
}

impl<'a> Life<'a> {
    /// Somebody whom no scenario has made.
    pub fn of(who: &'a Account, trip: Option<Trip>, mut random: Seeded) -> Self {
        let primary = matches!(who.provider, Provider::Entra | Provider::Okta);
        let busy = if primary { random.between(45, 92) } else { random.between(15, 60) };
        Self { who, random, busy: u32::try_from(busy).unwrap_or(50), trip }
    }

    /// Somebody who is in a scenario: at work nearly every day, and never elsewhere.
    pub fn settled(who: &'a Account, random: Seeded) -> Self {
        Self { who, random, busy: 85, trip: None }
    }

    /// What happens on the day that begins at this midnight; one list per sign-in.
    pub fn day(&mut self, day: i64, midnight: i64) -> Vec<Vec<Step>> {
        let weekend = weekday(midnight + self.who.city.ahead * MINUTE) >= 5;
        let busy = if weekend { self.busy / 9 } else { self.busy };
        if !self.random.chance(busy) {
            return Vec::new();
        }
        let count = 1 + usize::from(self.random.chance(30)) + usize::from(self.random.chance(8));
        let mut times: Vec<_> = (0..count).map(|_| midnight + self.moment()).collect();
        times.sort_unstable();
        // Whoever has just signed in does not do it again at once.
        times.dedup_by(|next, before| *next - *before < 40 * MINUTE);
        let at_home = self.random.chance(if weekend { 90 } else { 35 });
        let flying = self.trip.is_some_and(|trip| day == trip.first || day == trip.first + trip.days);
        times.retain(|at| !flying || at - midnight > 15 * HOUR);
        times.into_iter().map(|at| self.sign_in(at, day, at_home)).collect()
    }

    fn moment(&mut self) -> i64 {
        self.random.weighted(&HOURS) * HOUR + self.random.between(0, HOUR - 1)
    }

    fn sign_in(&mut self, mut at: i64, day: i64, at_home: bool) -> Vec<Step> {
        let seat = self.seat(at, day, at_home);
        let mut steps = Vec::new();
        for (event, policy) in self.failures(&seat) {
            steps.push(Step { at, seat, event, policy });
            // Whoever waits for a prompt that does not come waits for more than a minute.
            let waits = if matches!(event, ScenarioEvent::NoAnswer(_)) { 70_000 } else { 0 };
            at += waits + self.random.between(12_000, 75_000);
        }
        // A phone that no policy lets in is put away, and the laptop taken.
        let blocked = steps.iter().any(|step| step.policy.is_some());
        let seat = if blocked { Seat { client: self.who.at_home(at).client, ..seat } } else { seat };
        let step = |at, event| Step { at, seat, event, policy: None };
        let entra = self.who.provider == Provider::Entra;
        if entra && self.random.chance(45) {
            let pause = self.random.chance(25);
            steps.push(step(at, ScenarioEvent::Paused(if pause { Pause::NoSession } else { Pause::Mfa })));
            at += self.random.between(2_000, 9_000);
        }
        steps.push(step(at, ScenarioEvent::In(usual_proof(self.who))));
        if entra && self.random.chance(20) {
            steps.push(step(at + 4_000, ScenarioEvent::Paused(Pause::KeepSignedIn)));
        }
        if entra && self.random.chance(35) {
            let later = self.random.between(20, 55) * MINUTE;
            let event =
                if self.random.chance(12) { ScenarioEvent::SessionExpired } else { ScenarioEvent::Token };
            steps.push(step(at + later, event));
        }
        steps
    }

    fn seat(&mut self, at: i64, day: i64, at_home: bool) -> Seat {
        if let Some(trip) = self.trip
            && (trip.first..trip.first + trip.days).contains(&day)
        {
            return self.who.visiting(trip.from, at);
        }
        if self.random.chance(14) {
            let phone = self.who.on_the_way();
            // At home a phone is on Wi-Fi; elsewhere its carrier gives it another address each time.
            let from = if self.random.chance(45) {
                self.who.at_home(at).from
            } else {
                Origin::carrier(self.who.city, &mut self.random)
            };
            Seat { from, ..phone }
        } else if at_home {
            self.who.at_home(at)
        } else {
            self.who.at_work(at)
        }
    }

    /// `None`: this provider's log would not show it.
    fn event_for(&mut self, trouble: Trouble) -> Option<ScenarioEvent> {
        let provider = self.who.provider;
        match trouble {
            Trouble::Password => return Some(ScenarioEvent::BadPassword),
            Trouble::Device => return Some(ScenarioEvent::DeviceBlock),
            Trouble::Policy => return Some(ScenarioEvent::PolicyBlock),
            Trouble::Factor => {}
        }
        let reused = self.random.chance(22) && matches!(provider, Provider::Entra | Provider::Postern);
        match usual_proof(self.who) {
            Proof::Push if matches!(provider, Provider::Google | Provider::Postern) => {
                Some(ScenarioEvent::WrongCode(Proof::Totp))
            }
            Proof::Push => Some(if self.random.chance(25) {
                ScenarioEvent::Denied
            } else {
                ScenarioEvent::NoAnswer(Proof::Push)
            }),
            Proof::Sms
                if self.random.chance(45) && !matches!(provider, Provider::Google | Provider::Postern) =>
            {
                Some(ScenarioEvent::Undelivered(Proof::Sms))
            }
            Proof::Totp if reused => Some(ScenarioEvent::CodeReused),
            proof @ (Proof::Totp | Proof::Sms) => Some(ScenarioEvent::WrongCode(proof)),
            Proof::Voice | Proof::Bypass | Proof::None => None,
        }
    }

    /// Nothing, or one kind of trouble: people repeat the mistake that they make.
    fn failures(&mut self, seat: &Seat) -> Vec<(ScenarioEvent, Option<&'static str>)> {
        if self.random.chance(46) {
            return Vec::new();
        }
        let trouble = self.random.weighted(troubles(self.who.provider));
        let Some(event) = self.event_for(trouble) else { return Vec::new() };
        let policy = match event {
            ScenarioEvent::DeviceBlock | ScenarioEvent::PolicyBlock if seat.client.managed => {
                return Vec::new();
            }
            ScenarioEvent::DeviceBlock => Some("Compliant devices only"),
            ScenarioEvent::PolicyBlock => Some("Browsers that are known"),
            _ => None,
        };
        let most = match event {
            ScenarioEvent::BadPassword => self.random.weighted(&[(30, 1), (35, 2), (22, 3), (13, 4)]),
            ScenarioEvent::WrongCode(_) => self.random.weighted(&[(60, 1), (40, 2)]),
            _ => 1,
        };
        vec![(event, policy); most]
    }
}

impl Trip {
    /// Where one in seven goes within the month. `days`: length of the log.
    pub fn random(who: &Account, days: i64, random: &mut Seeded) -> Option<Self> {
        if !random.chance(15) {
            return None;
        }
        let place = loop {
            let place = if random.chance(60) {
                random.pick(&places::OFFICES)
            } else {
                random.pick(&places::ELSEWHERE)
            };
            // What an ordinary flight does overnight.
            if place.city != who.city.city && who.city.kilometres_to(&place) < 9_000.0 {
                break place;
            }
        };
        let first = random.between(4, days - 6);
        Some(Self { first, days: random.between(2, 4), from: Origin::visiting(place, random) })
    }
}

/// The second factor that this account has, among those that its provider knows.
pub fn usual_proof(who: &Account) -> Proof {
    match (who.provider, who.proof) {
        (Provider::Keycloak | Provider::CloudTrail, _) => Proof::Totp,
        (Provider::Duo, Proof::Sms) => Proof::Push,
        (_, proof) => proof,
    }
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, Default)]
enum Trouble {
    /// The password.
    #[default]
    Password,
    /// The second factor, whichever it is.
    Factor,
    /// The device.
    Device,
    /// A policy about it.
    Policy,
}

/// About as often as it is met.
fn troubles(provider: Provider) -> &'static [(usize, Trouble)] {
    match provider {
        Provider::Entra => {
            &[(62, Trouble::Password), (29, Trouble::Factor), (6, Trouble::Device), (3, Trouble::Policy)]
        }
        Provider::Okta => &[(70, Trouble::Password), (26, Trouble::Factor), (4, Trouble::Policy)],
        Provider::Duo => &[(91, Trouble::Factor), (9, Trouble::Device)],
        Provider::Keycloak => &[(1, Trouble::Password)],
        _ => &[(76, Trouble::Password), (24, Trouble::Factor)],
    }
}
