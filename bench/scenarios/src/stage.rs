//! What a story is told with: actors, strangers, times, and a log that remembers whose lines are whose.

use std::{collections::BTreeSet, rc::Rc};

use postern_signals::{Cause, Provider};

use crate::{
    act::{Act, Change, Scene},
    answer::{About, Answer, Person},
    background::usual_proof,
    cast::Cast,
    log::Log,
    seeded::Seeded,
    time::{DAY, HOUR, MINUTE, weekday},
    world::{Account, Client, Origin, Place, Seat},
};

/// A story that was told.
#[derive(Debug)]
pub struct Story {
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
    /// People who act in it.
    pub people: BTreeSet<(Provider, String)>,
    /// Whom or what else it is about.
    pub things: BTreeSet<About>,
}

/// Tells one story.
#[derive(Debug)]
pub struct Stage<'o> {
    /// This story's draws.
    pub drawn: Seeded,
    cast: &'o mut Cast,
    log: &'o mut Log,
    story: Story,
}

/// Before a story its people fail at nothing else, so that only the story's own failures count.
const BEFORE: i64 = 45 * MINUTE;

/// An administrator, who is nobody's suspect.
pub const ADMIN: &str = "desk.admin@corp.example";

impl<'o> Stage<'o> {
    /// An empty stage for the story of that number.
    pub fn new(cast: &'o mut Cast, log: &'o mut Log, drawn: Seeded, (kind, number): (usize, u32)) -> Self {
        let story = Story {
            kind,
            number,
            since: i64::MAX,
            until: i64::MIN,
            answer: Answer::nothing(),
            people: BTreeSet::new(),
            things: BTreeSet::new(),
        };
        Self { drawn, cast, log, story }
    }

    /// The end: what was told, with its answer.
    pub fn close(mut self, answer: Answer) -> Story {
        for claim in &answer.claims {
            self.story.things.insert(claim.about.clone());
        }
        self.story.answer = answer.settle();
        self.story
    }

    // Actors

    /// Somebody with an account at one of these, who has been there for weeks.
    pub fn actor(&mut self, at: &[Provider]) -> Rc<Account> {
        let provider = self.provider(at);
        let who = self.cast.account(provider, None);
        self.cast.engage(who)
    }

    /// The same, working in that city.
    pub fn actor_in(&mut self, at: &[Provider], city: Place) -> Rc<Account> {
        let provider = self.provider(at);
        let who = self.cast.account(provider, Some(city));
        self.cast.engage(who)
    }

    /// Somebody whom the log has never seen.
    pub fn newcomer(&mut self, at: &[Provider]) -> Rc<Account> {
        let provider = self.provider(at);
        self.cast.account(provider, None)
    }

    /// Somebody with an account there, changed before anything is told.
    pub fn actor_who(&mut self, provider: Provider, change: impl FnOnce(&mut Account)) -> Rc<Account> {
        let mut who = Rc::unwrap_or_clone(self.cast.account(provider, None));
        change(&mut who);
        self.cast.engage(Rc::new(who))
    }

    /// Up to so many of the crowd at a provider, whose everyday life pauses meanwhile.
    pub fn crowd(&mut self, provider: Provider, count: usize, (from, until): (i64, i64)) -> Vec<Rc<Account>> {
        let all: Vec<_> = self.cast.crowd.iter().filter(|who| who.provider == provider).cloned().collect();
        let order = self.drawn.shuffled(all.len());
        let free = order
            .into_iter()
            .filter_map(|index| all.get(index))
            .filter(|who| self.cast.is_at_hand(who, from, until));
        let chosen: Vec<_> = free.take(count).cloned().collect();
        for who in &chosen {
            self.cast.absent(who, from, until);
        }
        chosen
    }

    /// How many of the crowd have an account there.
    pub fn crowd_size(&self, provider: Provider) -> usize {
        self.cast.crowd.iter().filter(|who| who.provider == provider).count()
    }

    /// One of these.
    pub fn provider(&mut self, of: &[Provider]) -> Provider {
        of.get(self.drawn.below(of.len())).copied().unwrap_or(Provider::Entra)
    }

    /// The crowd's people of the larger office.
    pub fn office_crowd(&mut self, provider: Provider, count: usize, window: (i64, i64)) -> Vec<Rc<Account>> {
        let city = self.main_office().city;
        let mut chosen = self.crowd(provider, count * 2, window);
        chosen.retain(|who| who.city.city == city);
        chosen.truncate(count);
        chosen
    }

    /// Desk, home or phone of that person.
    pub fn own_seat(&mut self, who: &Account, at: i64) -> Seat {
        match self.drawn.below(5) {
            0 => who.on_the_way(),
            1 | 2 => who.at_home(at),
            _ => who.at_work(at),
        }
    }

    /// A stranger far from that person, in a network of their own.
    pub fn stranger_to(&mut self, who: &Account) -> Seat {
        let place = who.city.far_away(1_500.0, &mut self.drawn);
        self.stranger_in(place)
    }

    /// A stranger in that place.
    pub fn stranger_in(&mut self, place: Place) -> Seat {
        let number = self.cast.next_stranger();
        let from = Origin::stranger(place, number, &mut self.drawn);
        self.is_about(About::Address(from.ip));
        Seat { from, client: Client::stranger(&mut self.drawn) }
    }

    /// That address, once more from another network of the same owner and with the same program.
    pub fn another_like(&mut self, seat: &Seat) -> Seat {
        let other = self.stranger_in(seat.from.place);
        Seat {
            from: Origin { asn: seat.from.asn, owner: seat.from.owner, ..other.from },
            client: seat.client,
        }
    }

    // Times

    /// During the hours of a workday, where that person lives, late enough that the person is known.
    pub fn working_hours(&mut self, who: &Account) -> i64 {
        let hour = self.drawn.between(8, 16);
        self.workday(who.city) + hour * HOUR + self.drawn.between(0, HOUR)
    }

    /// That hour of the so-manyeth day of the log, where that person lives.
    pub fn day(&mut self, who: &Account, day: i64, hour: i64) -> i64 {
        who.midnight(self.cast.begins + day * DAY) + hour * HOUR + self.drawn.between(0, HOUR)
    }

    /// At any hour of any day, late enough that the person is known.
    pub fn any_hour(&mut self, who: &Account) -> i64 {
        let day = self.drawn.between(10, 25);
        who.midnight(self.cast.begins + day * DAY) + self.drawn.between(0, DAY)
    }

    /// Midnight before a workday.
    pub fn workday(&mut self, city: Place) -> i64 {
        loop {
            let day = self.drawn.between(10, 25);
            let midnight = self.cast.begins + day * DAY - city.ahead * MINUTE;
            if weekday(midnight + city.ahead * MINUTE) < 5 {
                return midnight;
            }
        }
    }

    /// A workday's moment that no other story of this provider's whole organisation touches. `before` and `after`: how
    /// much is needed around it.
    pub fn reserved(&mut self, provider: Provider, hours: (i64, i64), (before, after): (i64, i64)) -> i64 {
        let mut at = 0;
        for _ in 0..200 {
            at = self.workday(self.cast.house.main_office)
                + self.drawn.between(hours.0 * HOUR, hours.1 * HOUR);
            if self.cast.reserve(provider, at - before, at + after) {
                break;
            }
        }
        self.is_about(About::Tenant(provider));
        at
    }

    /// The city of the larger office.
    pub fn main_office(&self) -> Place {
        self.cast.house.main_office
    }

    /// The last moment of the log.
    pub fn ends(&self) -> i64 {
        self.cast.ends() - MINUTE
    }

    /// So many milliseconds, drawn between so many seconds.
    pub fn seconds(&mut self, low: i64, high: i64) -> i64 {
        self.drawn.between(low * 1_000, high * 1_000)
    }

    /// Is this Okta an Identity Engine org?
    pub fn okta_identity_engine(&self) -> bool {
        self.cast.house.okta_identity_engine
    }

    // Telling

    /// Writes one act.
    pub fn say(&mut self, who: &Account, at: i64, seat: Seat, act: Act) {
        self.tell(&Scene::new(who, at, seat, act));
    }

    /// Writes one act with everything around it.
    pub fn tell(&mut self, scene: &Scene<'_>) {
        if !matches!(scene.act, Act::Changed(Change::Policy)) {
            self.story.people.insert((scene.who.provider, scene.who.person()));
        }
        if let Some(policy) = scene.policy {
            self.is_about(About::Policy(scene.who.provider, policy.to_owned()));
        }
        let owner = Some(self.story.number);
        for line in self.log.tell(scene, &self.cast.house, &mut self.drawn, owner) {
            self.story.since = self.story.since.min(line.at);
            self.story.until = self.story.until.max(line.at);
        }
    }

    /// Writes an act of the weeks before, which is no part of what is to be found.
    pub fn before(&mut self, who: &Account, at: i64, seat: Seat, act: Act) {
        self.log.tell(&Scene::new(who, at, seat, act), &self.cast.house, &mut self.drawn, None);
    }

    /// Writes what an administrator does to somebody's account, from the office.
    pub fn admin(&mut self, who: &Account, at: i64, change: Change) {
        let seat = self.desk(at);
        self.tell(&Scene::new(who, at, seat, Act::Changed(change)).by(ADMIN));
    }

    /// Writes that an administrator changed a policy.
    pub fn policy_changed(&mut self, who: &Account, at: i64, policy: &str) {
        let seat = self.desk(at);
        self.tell(&Scene::new(who, at, seat, Act::Changed(Change::Policy)).by(ADMIN).because_of(policy));
    }

    fn desk(&self, at: i64) -> Seat {
        let admin = Account::at(Provider::Entra, 0, self.main_office(), at, &mut Seeded::named(1, "admin"));
        admin.at_work(at)
    }

    /// Writes one act in these very bytes so many times.
    pub fn repeat(&mut self, scene: &Scene<'_>, times: usize) {
        let owner = Some(self.story.number);
        self.story.people.insert((scene.who.provider, scene.who.person()));
        let lines = self.log.tell(scene, &self.cast.house, &mut self.drawn, owner);
        for line in lines {
            self.story.since = self.story.since.min(line.at);
            self.story.until = self.story.until.max(line.at);
            for _ in 1..times {
                self.log.write(scene.who.provider, &line, owner);
            }
        }
    }

    /// The usual sign-in of that person.
    pub fn signs_in(&mut self, who: &Account, at: i64, seat: Seat) {
        self.say(who, at, seat, Act::In(usual_proof(who)));
    }

    /// Other findings about this belong to the story too.
    pub fn is_about(&mut self, about: About) {
        self.story.things.insert(about);
    }

    /// Of this person nothing else is told from then on.
    pub fn leaves(&mut self, who: &Account, at: i64) {
        self.cast.absent(who, at - BEFORE, self.cast.ends() + DAY);
    }

    /// For what counts over a day, the days before and after are quiet too.
    pub fn rests(&mut self, who: &Account, (from, until): (i64, i64)) {
        self.cast.absent(who, from - DAY - HOUR, until + DAY + HOUR);
    }

    /// The person comes to the office the next working morning, signs in, and life goes on.
    pub fn comes_back(&mut self, who: &Account, left: i64, at: i64) -> Person {
        let mut morning = who.midnight(at) + DAY + 9 * HOUR + self.drawn.between(0, 2 * HOUR);
        while weekday(morning + who.city.ahead * MINUTE) >= 5 {
            morning += DAY;
        }
        self.cast.absent(who, left - BEFORE, morning + 20 * MINUTE);
        let until = self.story.until;
        self.signs_in(who, morning, who.at_work(morning));
        // The morning after is no part of what is to be found.
        self.story.until = until;
        Person::fine(who)
    }

    /// Either the person is back the next day, or the log ends with how it was left.
    pub fn aftermath(&mut self, who: &Account, (left, at): (i64, i64), stayed_out: Option<Cause>) -> Person {
        match stayed_out {
            Some(cause) if self.drawn.chance(40) => {
                self.leaves(who, left);
                Person::locked_out(who, cause)
            }
            _ => self.comes_back(who, left, at),
        }
    }
}
