//! What a scenario is built with: accounts, attackers, times, and a log that remembers whose lines are whose.

use std::{collections::BTreeSet, rc::Rc};

use postern_signals::{Cause, Provider};

use crate::{
    answer::{About, Answer, Person},
    background::usual_proof,
    event::{Change, EventContext, ScenarioEvent},
    log::Log,
    seeded::Seeded,
    time::{DAY, HOUR, MINUTE, weekday},
    users::LogUsers,
    world::{Account, Client, Origin, Place, Seat},
};

/// A scenario that was written to the log.
#[derive(Debug)]
pub struct Scenario {
    /// Index of its kind.
    pub kind: usize,
    /// Its number in the log.
    pub number: u32,
    /// Its first moment.
    pub since: i64,
    /// Its last.
    pub until: i64,
    /// What is true about it.
    pub answer: Answer,
    /// People who take part in it.
    pub people: BTreeSet<(Provider, String)>,
    /// Whom or what else it is about.
    pub things: BTreeSet<About>,
}

/// Writes one scenario to the log.
#[derive(Debug)]
pub struct ScenarioBuilder<'o> {
    /// This scenario's random generator.
    pub random: Seeded,
    users: &'o mut LogUsers,
    log: &'o mut Log,
    scenario: Scenario,
}

/// Before a scenario its people fail at nothing else, so that only the scenario's own failures count.
const BEFORE: i64 = 45 * MINUTE;

/// An administrator, who is nobody's suspect.
pub const ADMIN: &str = "desk.admin@corp.example";

impl<'o> ScenarioBuilder<'o> {
    /// A builder for the scenario of that number. Nothing is written yet.
    pub fn new(
        users: &'o mut LogUsers,
        log: &'o mut Log,
        random: Seeded,
        (kind, number): (usize, u32),
    ) -> Self {
        let scenario = Scenario {
            kind,
            number,
            since: i64::MAX,
            until: i64::MIN,
            answer: Answer::nothing(),
            people: BTreeSet::new(),
            things: BTreeSet::new(),
        };
        Self { random, users, log, scenario }
    }

    /// The end: what was written, with its answer.
    pub fn build(mut self, answer: Answer) -> Scenario {
        for claim in &answer.claims {
            self.scenario.things.insert(claim.about.clone());
        }
        self.scenario.answer = answer.settle();
        self.scenario
    }

    // Accounts

    /// Somebody with an account at one of these, who has been there for weeks.
    pub fn account(&mut self, at: &[Provider]) -> Rc<Account> {
        let provider = self.provider(at);
        let who = self.users.account(provider, None);
        self.users.add_scenario_account(who)
    }

    /// The same, working in that city.
    pub fn account_in(&mut self, at: &[Provider], city: Place) -> Rc<Account> {
        let provider = self.provider(at);
        let who = self.users.account(provider, Some(city));
        self.users.add_scenario_account(who)
    }

    /// Somebody whom the log has never seen.
    pub fn newcomer(&mut self, at: &[Provider]) -> Rc<Account> {
        let provider = self.provider(at);
        self.users.account(provider, None)
    }

    /// Somebody with an account there, changed before anything is written.
    pub fn account_with(&mut self, provider: Provider, change: impl FnOnce(&mut Account)) -> Rc<Account> {
        let mut who = Rc::unwrap_or_clone(self.users.account(provider, None));
        change(&mut who);
        self.users.add_scenario_account(Rc::new(who))
    }

    /// Up to so many background accounts at a provider, whose everyday life pauses meanwhile.
    pub fn background_accounts(
        &mut self,
        provider: Provider,
        count: usize,
        (from, until): (i64, i64),
    ) -> Vec<Rc<Account>> {
        let all: Vec<_> =
            self.users.background_accounts.iter().filter(|who| who.provider == provider).cloned().collect();
        let order = self.random.shuffled(all.len());
        let free = order
            .into_iter()
            .filter_map(|index| all.get(index))
            .filter(|who| self.users.is_at_hand(who, from, until));
        let chosen: Vec<_> = free.take(count).cloned().collect();
        for who in &chosen {
            self.users.absent(who, from, until);
        }
        chosen
    }

    /// How many background accounts that provider has.
    pub fn background_account_count(&self, provider: Provider) -> usize {
        self.users.background_accounts.iter().filter(|who| who.provider == provider).count()
    }

    /// One of these.
    pub fn provider(&mut self, of: &[Provider]) -> Provider {
        of.get(self.random.below(of.len())).copied().unwrap_or(Provider::Entra)
    }

    /// Background accounts of the larger office.
    pub fn main_office_accounts(
        &mut self,
        provider: Provider,
        count: usize,
        window: (i64, i64),
    ) -> Vec<Rc<Account>> {
        let city = self.main_office().city;
        let mut chosen = self.background_accounts(provider, count * 2, window);
        chosen.retain(|who| who.city.city == city);
        chosen.truncate(count);
        chosen
    }

    /// Desk, home or phone of that person.
    pub fn own_seat(&mut self, who: &Account, at: i64) -> Seat {
        match self.random.below(5) {
            0 => who.on_the_way(),
            1 | 2 => who.at_home(at),
            _ => who.at_work(at),
        }
    }

    /// An attacker far from that person, in a network of their own.
    pub fn attacker_away_from(&mut self, who: &Account) -> Seat {
        let place = who.city.far_away(1_500.0, &mut self.random);
        self.attacker_in(place)
    }

    /// An attacker in that place.
    pub fn attacker_in(&mut self, place: Place) -> Seat {
        let number = self.users.next_attacker();
        let from = Origin::attacker(place, number, &mut self.random);
        self.is_about(About::Address(from.ip));
        Seat { from, client: Client::attacker(&mut self.random) }
    }

    /// That address, once more from another network of the same owner and with the same program.
    pub fn another_like(&mut self, seat: &Seat) -> Seat {
        let other = self.attacker_in(seat.from.place);
        Seat {
            from: Origin { asn: seat.from.asn, owner: seat.from.owner, ..other.from },
            client: seat.client,
        }
    }

    // Times

    /// During the hours of a workday, where that person lives, late enough that the person is known.
    pub fn working_hours(&mut self, who: &Account) -> i64 {
        let hour = self.random.between(8, 16);
        self.workday(who.city) + hour * HOUR + self.random.between(0, HOUR)
    }

    /// That hour of the so-manyeth day of the log, where that person lives.
    pub fn day(&mut self, who: &Account, day: i64, hour: i64) -> i64 {
        who.midnight(self.users.begins + day * DAY) + hour * HOUR + self.random.between(0, HOUR)
    }

    /// At any hour of any day, late enough that the person is known.
    pub fn any_hour(&mut self, who: &Account) -> i64 {
        let day = self.random.between(10, 25);
        who.midnight(self.users.begins + day * DAY) + self.random.between(0, DAY)
    }

    /// Midnight before a workday.
    pub fn workday(&mut self, city: Place) -> i64 {
        loop {
            let day = self.random.between(10, 25);
            let midnight = self.users.begins + day * DAY - city.ahead * MINUTE;
            if weekday(midnight + city.ahead * MINUTE) < 5 {
                return midnight;
            }
        }
    }

    /// A workday's moment that no other scenario of this provider's whole organisation touches. `before` and `after`:
    /// how much is needed around it.
    pub fn reserved(&mut self, provider: Provider, hours: (i64, i64), (before, after): (i64, i64)) -> i64 {
        let mut at = 0;
        for _ in 0..200 {
            at = self.workday(self.users.profile.main_office)
                + self.random.between(hours.0 * HOUR, hours.1 * HOUR);
            if self.users.reserve(provider, at - before, at + after) {
                break;
            }
        }
        self.is_about(About::Tenant(provider));
        at
    }

    /// The city of the larger office.
    pub fn main_office(&self) -> Place {
        self.users.profile.main_office
    }

    /// The last moment of the log.
    pub fn ends(&self) -> i64 {
        self.users.ends() - MINUTE
    }

    /// So many milliseconds, at random between so many seconds.
    pub fn seconds(&mut self, low: i64, high: i64) -> i64 {
        self.random.between(low * 1_000, high * 1_000)
    }

    /// Is this Okta an Identity Engine org?
    pub fn okta_identity_engine(&self) -> bool {
        self.users.profile.okta_identity_engine
    }

    // Writing

    /// Writes one event.
    pub fn write_event(&mut self, who: &Account, at: i64, seat: Seat, event: ScenarioEvent) {
        self.write_in_context(&EventContext::new(who, at, seat, event));
    }

    /// Writes one event with everything around it.
    pub fn write_in_context(&mut self, context: &EventContext<'_>) {
        if !matches!(context.event, ScenarioEvent::Changed(Change::Policy)) {
            self.scenario.people.insert((context.who.provider, context.who.person()));
        }
        if let Some(policy) = context.policy {
            self.is_about(About::Policy(context.who.provider, policy.to_owned()));
        }
        let owner = Some(self.scenario.number);
        for line in self.log.write_event(context, &self.users.profile, &mut self.random, owner) {
            self.scenario.since = self.scenario.since.min(line.at);
            self.scenario.until = self.scenario.until.max(line.at);
        }
    }

    /// Writes an event of the weeks before, which is no part of what is to be found.
    pub fn write_earlier_event(&mut self, who: &Account, at: i64, seat: Seat, event: ScenarioEvent) {
        self.log.write_event(
            &EventContext::new(who, at, seat, event),
            &self.users.profile,
            &mut self.random,
            None,
        );
    }

    /// Writes what an administrator does to somebody's account, from the office.
    pub fn admin(&mut self, who: &Account, at: i64, change: Change) {
        let seat = self.desk(at);
        self.write_in_context(&EventContext::new(who, at, seat, ScenarioEvent::Changed(change)).by(ADMIN));
    }

    /// Writes that an administrator changed a policy.
    pub fn policy_changed(&mut self, who: &Account, at: i64, policy: &str) {
        let seat = self.desk(at);
        self.write_in_context(
            &EventContext::new(who, at, seat, ScenarioEvent::Changed(Change::Policy))
                .by(ADMIN)
                .because_of(policy),
        );
    }

    fn desk(&self, at: i64) -> Seat {
        let admin = Account::at(Provider::Entra, 0, self.main_office(), at, &mut Seeded::named(1, "admin"));
        admin.at_work(at)
    }

    /// Writes one event in these very bytes so many times.
    pub fn repeat(&mut self, context: &EventContext<'_>, times: usize) {
        let owner = Some(self.scenario.number);
        self.scenario.people.insert((context.who.provider, context.who.person()));
        let lines = self.log.write_event(context, &self.users.profile, &mut self.random, owner);
        for line in lines {
            self.scenario.since = self.scenario.since.min(line.at);
            self.scenario.until = self.scenario.until.max(line.at);
            for _ in 1..times {
                self.log.write_line(context.who.provider, &line, owner);
            }
        }
    }

    /// The usual sign-in of that person.
    pub fn signs_in(&mut self, who: &Account, at: i64, seat: Seat) {
        self.write_event(who, at, seat, ScenarioEvent::In(usual_proof(who)));
    }

    /// Other findings about this belong to the scenario too.
    pub fn is_about(&mut self, about: About) {
        self.scenario.things.insert(about);
    }

    /// Nothing else is written about this person from then on.
    pub fn leaves(&mut self, who: &Account, at: i64) {
        self.users.absent(who, at - BEFORE, self.users.ends() + DAY);
    }

    /// For what counts over a day, the days before and after are quiet too.
    pub fn rests(&mut self, who: &Account, (from, until): (i64, i64)) {
        self.users.absent(who, from - DAY - HOUR, until + DAY + HOUR);
    }

    /// The person comes to the office the next working morning, signs in, and life goes on.
    pub fn comes_back(&mut self, who: &Account, left: i64, at: i64) -> Person {
        let mut morning = who.midnight(at) + DAY + 9 * HOUR + self.random.between(0, 2 * HOUR);
        while weekday(morning + who.city.ahead * MINUTE) >= 5 {
            morning += DAY;
        }
        self.users.absent(who, left - BEFORE, morning + 20 * MINUTE);
        let until = self.scenario.until;
        self.signs_in(who, morning, who.at_work(morning));
        // The morning after is no part of what is to be found.
        self.scenario.until = until;
        Person::fine(who)
    }

    /// Either the person is back the next day, or the log ends with how it was left.
    pub fn aftermath(&mut self, who: &Account, (left, at): (i64, i64), stayed_out: Option<Cause>) -> Person {
        match stayed_out {
            Some(cause) if self.random.chance(40) => {
                self.leaves(who, left);
                Person::locked_out(who, cause)
            }
            _ => self.comes_back(who, left, at),
        }
    }
}
