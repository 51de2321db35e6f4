//! Everybody in the log: the accounts of everyday life, and those that scenarios have made.

use std::rc::Rc;

use postern_signals::Provider;

use crate::{
    background::{Life, Trip, usual_proof},
    event::{EventContext, ScenarioEvent},
    log::Log,
    seeded::Seeded,
    time::{DAY, HOUR, MINUTE},
    world::{Account, OrganisationProfile, Place},
};

/// Length of the log, in days.
pub const DAYS: i64 = 30;

/// Of a hundred people, so many have an account there. Everybody has one of the first two.
const ACCOUNTS: [(Provider, usize); 8] = [
    (Provider::Entra, 55),
    (Provider::Okta, 45),
    (Provider::Duo, 25),
    (Provider::Keycloak, 20),
    (Provider::Auth0, 20),
    (Provider::Google, 15),
    (Provider::CloudTrail, 5),
    (Provider::Postern, 15),
];

/// Everybody in the log.
#[derive(Debug)]
pub struct LogUsers {
    /// What holds for all.
    pub profile: OrganisationProfile,
    /// The first moment.
    pub begins: i64,
    /// Accounts of everyday life. A scenario about many people borrows some of them.
    pub background_accounts: Vec<Rc<Account>>,
    scenario_accounts: Vec<Rc<Account>>,
    /// By account: when its everyday life pauses, because a scenario writes what happens then.
    absences: Vec<Vec<(i64, i64)>>,
    /// By account, of the background alone: some days elsewhere.
    trips: Vec<Option<Trip>>,
    /// When one provider's whole organisation is in a scenario.
    reserved: Vec<(Provider, i64, i64)>,
    attackers: usize,
    seed: u64,
}

impl LogUsers {
    /// An organisation of so many people.
    pub fn new(seed: u64, people: usize) -> Self {
        let profile = OrganisationProfile::of(seed);
        // A Monday to Sunday in the first half of 2026.
        let first_day = 20_458 + Seeded::named(seed, "begins").between(0, 170);
        let mut users = Self {
            profile,
            begins: first_day * DAY,
            background_accounts: Vec::new(),
            scenario_accounts: Vec::new(),
            absences: Vec::new(),
            trips: Vec::new(),
            reserved: Vec::new(),
            attackers: 0,
            seed,
        };
        for (provider, percent) in ACCOUNTS {
            for _ in 0..people * percent / 100 {
                let who = users.account(provider, None);
                let mut random = Seeded::named(seed, &format!("trip {}", who.number));
                users.trips.push(Trip::random(&who, DAYS, &mut random));
                users.background_accounts.push(who);
            }
        }
        users
    }

    /// The moment after the last.
    pub fn ends(&self) -> i64 {
        self.begins + DAYS * DAY
    }

    /// A new account, of which nothing is in the log yet.
    pub fn account(&mut self, provider: Provider, city: Option<Place>) -> Rc<Account> {
        let number = self.absences.len();
        let mut random = Seeded::named(self.seed, &format!("account {number}"));
        let who = match city {
            Some(city) => Account::at(provider, number, city, self.begins, &mut random),
            None => Account::new(provider, number, &self.profile, self.begins, &mut random),
        };
        self.absences.push(Vec::new());
        Rc::new(who)
    }

    /// Gives an everyday life in the log to an account that a scenario has made.
    pub fn add_scenario_account(&mut self, who: Rc<Account>) -> Rc<Account> {
        self.scenario_accounts.push(Rc::clone(&who));
        who
    }

    /// Pauses somebody's everyday life.
    pub fn absent(&mut self, who: &Account, from: i64, until: i64) {
        if let Some(absences) = self.absences.get_mut(who.number) {
            absences.push((from, until));
        }
    }

    /// This background account is at home, and nothing else is written about it then.
    pub fn is_at_hand(&self, who: &Account, from: i64, until: i64) -> bool {
        let trip = self.trips.get(who.number).copied().flatten();
        let away = trip.map(|trip| {
            let begins = self.begins + (trip.first - 1) * DAY;
            (begins, begins + (trip.days + 3) * DAY)
        });
        self.is_free(who, from, until) && !away.is_some_and(|away| away.0 < until && from < away.1)
    }

    /// Nothing else is written about this person then.
    pub fn is_free(&self, who: &Account, from: i64, until: i64) -> bool {
        let absences = self.absences.get(who.number).map(Vec::as_slice).unwrap_or_default();
        !overlaps(absences, from, until)
    }

    /// Takes the provider's whole organisation for one scenario. False: another has it then.
    pub fn reserve(&mut self, provider: Provider, from: i64, until: i64) -> bool {
        if self.is_reserved(provider, from, until) {
            return false;
        }
        self.reserved.push((provider, from, until));
        true
    }

    /// Is the provider's whole organisation in a scenario then?
    pub fn is_reserved(&self, provider: Provider, from: i64, until: i64) -> bool {
        self.reserved.iter().any(|other| other.0 == provider && other.1 < until && from < other.2)
    }

    /// The next attacker's number: no two share an address.
    pub fn next_attacker(&mut self) -> usize {
        self.attackers += 1;
        self.attackers
    }

    /// Days of everyday life over all accounts, those of scenario accounts until their scenario begins.
    pub fn people_days(&self) -> u64 {
        let of_scenario_accounts: i64 =
            self.scenario_accounts.iter().map(|who| self.days_before_scenario(who)).sum();
        self.background_accounts.len() as u64 * DAYS.unsigned_abs() + of_scenario_accounts.unsigned_abs()
    }

    fn days_before_scenario(&self, who: &Account) -> i64 {
        let absences = self.absences.get(who.number).map(Vec::as_slice).unwrap_or_default();
        let first = absences.iter().map(|absence| absence.0).min().unwrap_or(self.ends());
        ((first - self.begins) / DAY).max(0)
    }

    /// Writes everybody's everyday life around the scenarios.
    pub fn live(&self, log: &mut Log) {
        for who in &self.background_accounts {
            let trip = self.trips.get(who.number).copied().flatten();
            self.live_one(who, Life::of(who, trip, self.stream(who)), log);
        }
        for who in &self.scenario_accounts {
            self.introduce(who, log);
            self.live_one(who, Life::settled(who, self.stream(who)), log);
        }
    }

    fn stream(&self, who: &Account) -> Seeded {
        Seeded::named(self.seed, &format!("life {}", who.number))
    }

    /// Enough sign-ins in the first week that desk, home and phone of a scenario account are known.
    fn introduce(&self, who: &Account, log: &mut Log) {
        let mut random = Seeded::named(self.seed, &format!("introduction {}", who.number));
        for day in 0..8 {
            let at =
                who.midnight(self.begins + (day + 1) * DAY) + 10 * HOUR + random.between(0, 600) * MINUTE / 2;
            let seat = match day % 4 {
                0 | 3 => who.at_work(at),
                1 => who.at_home(at),
                _ => who.on_the_way(),
            };
            if self.is_free(who, at - HOUR, at + HOUR) {
                let context = EventContext::new(who, at, seat, ScenarioEvent::In(usual_proof(who)));
                log.write_event(&context, &self.profile, &mut random, None);
            }
        }
    }

    fn live_one(&self, who: &Account, mut life: Life<'_>, log: &mut Log) {
        let mut random = Seeded::named(self.seed, &format!("words {}", who.number));
        for day in 0..DAYS {
            for sign_in in life.day(day, self.begins + day * DAY - who.city.ahead * MINUTE) {
                let (Some(first), Some(last)) = (sign_in.first(), sign_in.last()) else { continue };
                let inside = first.at >= self.begins && last.at < self.ends();
                if !inside || !self.is_free(who, first.at - 10 * MINUTE, last.at + 10 * MINUTE) {
                    continue;
                }
                for step in &sign_in {
                    let context = EventContext {
                        policy: step.policy,
                        ..EventContext::new(who, step.at, step.seat, step.event)
                    };
                    log.write_event(&context, &self.profile, &mut random, None);
                }
            }
        }
    }
}

fn overlaps(windows: &[(i64, i64)], from: i64, until: i64) -> bool {
    windows.iter().any(|window| window.0 < until && from < window.1)
}
