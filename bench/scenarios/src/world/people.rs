//! Accounts: one person at one provider.

use postern_signals::Provider;

use super::{Client, Network, OrganisationProfile, Origin, Place};
use crate::{
    event::Proof,
    seeded::{Seeded, guid_of},
    time::{DAY, HOUR},
};

/// Where somebody sits, and at what.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seat {
    /// The network.
    pub from: Origin,
    /// The device.
    pub client: Client,
}

/// What answers prompts and shows codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    /// The provider's key of it.
    pub key: String,
    /// Its number.
    pub number: String,
}

impl Phone {
    /// The account's own. No country has the code 999.
    fn of(number: usize, random: &mut Seeded) -> Self {
        Self { key: format!("DP{}", random.capitals(18)), number: format!("+999100{number:06}") }
    }

    /// One that nobody in the organisation has.
    pub fn unknown(random: &mut Seeded) -> Self {
        let digits = random.below(100_000_000);
        Self { key: format!("DP{}", random.capitals(18)), number: format!("+9992{digits:08}") }
    }
}

/// One person's account at one provider.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// Its number among all accounts of the log.
    pub number: usize,
    /// Whose log it is in.
    pub provider: Provider,
    /// Name to sign in with.
    pub login: String,
    /// Name to show.
    pub display: String,
    /// Two numbers that vendors' ids are made of.
    pub key: (u64, u64),
    /// What the second factor usually is.
    pub proof: Proof,
    /// Where prompts go.
    pub phone: Phone,
    /// The city of work.
    pub city: Place,
    office: Origin,
    home: Origin,
    mobile: Origin,
    laptop: (Client, Client),
    handset: Client,
    /// The browser's update reaches this laptop then.
    updated_at: i64,
}

/// The organisation's account at AWS.
pub const AWS_ACCOUNT: &str = "123456789012";

const FIRST_NAMES: [&str; 16] = [
    "mia", "jonas", "aiko", "leila", "tomas", "ines", "ravi", "nora", "sven", "chidi", "zoe", "bela", "omar",
    "greta", "luca", "hana",
];
const LAST_NAMES: [&str; 14] = [
    "berger", "okafor", "tanaka", "haddad", "novak", "silva", "patel", "lund", "eze", "oneill", "moreau",
    "kaya", "costa", "weber",
];

impl Account {
    /// The account of that number. `begins`: the first moment of the log.
    pub fn new(
        provider: Provider,
        number: usize,
        profile: &OrganisationProfile,
        begins: i64,
        random: &mut Seeded,
    ) -> Self {
        let city = if random.chance(70) { profile.main_office } else { profile.branch };
        Self::at(provider, number, city, begins, random)
    }

    /// The same, working in that city.
    pub fn at(provider: Provider, number: usize, city: Place, begins: i64, random: &mut Seeded) -> Self {
        let name = format!("{}.{}{number}", random.pick(&FIRST_NAMES), random.pick(&LAST_NAMES));
        let laptop = Client::laptops(random);
        Self {
            number,
            provider,
            login: login_at(provider, &name),
            display: name.replace('.', " "),
            key: (random.number(), random.number()),
            proof: random.weighted(&[(60, Proof::Push), (30, Proof::Totp), (10, Proof::Sms)]),
            phone: Phone::of(number, random),
            city,
            office: Origin::office(city, random.below(2)),
            home: Origin::household(city, random),
            mobile: Origin::carrier(city, random),
            laptop,
            handset: Client::phone(random),
            updated_at: begins + random.between(6 * 24, 24 * 24) * HOUR,
        }
    }

    /// An id that looks random.
    pub fn guid(&self) -> String {
        guid_of(self.key.0, self.key.1)
    }

    /// An id of so many letters that begins like this: `00u…`.
    pub fn id(&self, head: &str, digits: usize) -> String {
        let all = format!("{:016x}{:016x}", self.key.0, self.key.1);
        head.chars().chain(all.chars().take(digits)).collect()
    }

    /// At the office's desk.
    pub fn at_work(&self, at: i64) -> Seat {
        Seat { from: self.office, client: self.laptop_at(at) }
    }

    /// At the kitchen table.
    pub fn at_home(&self, at: i64) -> Seat {
        Seat { from: self.home, client: self.laptop_at(at) }
    }

    /// On the phone, over its carrier.
    pub fn on_the_way(&self) -> Seat {
        Seat { from: self.mobile, client: self.handset }
    }

    /// With the laptop, somewhere.
    pub fn visiting(&self, from: Origin, at: i64) -> Seat {
        Seat { from, client: self.laptop_at(at) }
    }

    /// Where the phone is that answers a prompt from this seat: with its owner, on Wi-Fi or on its carrier.
    pub fn phone_beside(&self, seat: &Seat) -> Origin {
        let owned = [self.laptop.0.device, self.handset.device].contains(&seat.client.device);
        if owned && seat.from.network == Network::Fixed { seat.from } else { self.mobile }
    }

    /// The same household, and the same office, for another person.
    pub fn moves_in_with(&mut self, other: &Self) {
        self.city = other.city;
        self.office = other.office;
        self.home = other.home;
        self.mobile = other.mobile;
    }

    /// The same name as at the other provider.
    pub fn is_also(&mut self, other: &Self) {
        self.login.clone_from(&other.login);
        self.display.clone_from(&other.display);
        self.moves_in_with(other);
        self.laptop = other.laptop;
        self.handset = other.handset;
    }

    /// Under this name the diagnosis lists the person: two accounts of AWS may have users of one name.
    pub fn person(&self) -> String {
        let name = self.login.to_lowercase();
        if self.provider == Provider::CloudTrail { format!("{name}@{AWS_ACCOUNT}") } else { name }
    }

    /// Midnight before, where the person lives.
    pub fn midnight(&self, at: i64) -> i64 {
        let local = at + self.city.ahead * 60_000;
        local - local.rem_euclid(DAY) - self.city.ahead * 60_000
    }

    fn laptop_at(&self, at: i64) -> Client {
        if at < self.updated_at { self.laptop.0 } else { self.laptop.1 }
    }
}

/// Providers differ in what a login looks like.
fn login_at(provider: Provider, name: &str) -> String {
    match provider {
        Provider::Duo | Provider::Keycloak | Provider::CloudTrail | Provider::Postern => name.to_owned(),
        _ => format!("{name}@corp.example"),
    }
}
