//! The organisation: where it is, which networks there are, who has which accounts and devices.

pub mod clients;
pub mod networks;
pub mod people;
pub mod places;

pub use clients::{Client, ClientKind};
pub use networks::{Network, Origin};
pub use people::{AWS_ACCOUNT, Account, Phone, Seat};
pub use places::Place;

use crate::seeded::{Seeded, guid_of};

/// What holds for the whole organisation: which products it has, and in which shape their logs come out.
#[derive(Debug, Clone)]
pub struct OrganisationProfile {
    /// Directory id.
    pub tenant: String,
    /// Entra rows come from Graph; else from diagnostic settings, in an envelope.
    pub entra_graph: bool,
    /// Okta is an Identity Engine org; else Classic.
    pub okta_identity_engine: bool,
    /// Where Keycloak's events come from.
    pub keycloak: KeycloakLog,
    /// The larger office, where most people work.
    pub main_office: Place,
    /// The smaller one.
    pub branch: Place,
}

/// Where Keycloak's events come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeycloakLog {
    /// The admin REST interface.
    #[default]
    Json,
    /// The server log of a newer version: values in quotation marks.
    Quoted,
    /// The server log of an older version: bare values.
    Plain,
}

impl OrganisationProfile {
    /// The organisation of this seed.
    pub fn of(seed: u64) -> Self {
        let mut random = Seeded::named(seed, "house");
        let main_office = random.pick(&places::OFFICES);
        let branch = loop {
            let other = random.pick(&places::OFFICES);
            if other.city != main_office.city {
                break other;
            }
        };
        Self {
            tenant: guid_of(random.number(), random.number()),
            entra_graph: random.chance(50),
            okta_identity_engine: random.chance(50),
            keycloak: random.weighted(&[
                (50, KeycloakLog::Json),
                (35, KeycloakLog::Quoted),
                (15, KeycloakLog::Plain),
            ]),
            main_office,
            branch,
        }
    }
}
