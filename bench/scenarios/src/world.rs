//! The organisation: where it is, which networks there are, who has which accounts and devices.

pub mod clients;
pub mod networks;
pub mod people;
pub mod places;

pub use clients::{Client, ClientKind};
pub use networks::{Network, Origin};
pub use people::{Account, Phone, Seat};
pub use places::Place;

use crate::seeded::{Seeded, guid_of};

/// What holds for the whole organisation: which products it has, and in which shape their logs come out.
#[derive(Debug, Clone)]
pub struct House {
    /// Directory id.
    pub tenant: String,
    /// Entra rows come from Graph; else from diagnostic settings, in an envelope.
    pub entra_graph: bool,
    /// Okta is an Identity Engine org; else Classic.
    pub okta_identity_engine: bool,
    /// Keycloak events come from the admin REST interface, as JSON; else from the server log, as lines.
    pub keycloak_json: bool,
    /// Values of Keycloak's lines are in quotation marks, as newer versions write them.
    pub keycloak_quotes: bool,
    /// The larger office, where most people work.
    pub main_office: Place,
    /// The smaller one.
    pub branch: Place,
}

impl House {
    /// The organisation of this seed.
    pub fn of(seed: u64) -> Self {
        let mut drawn = Seeded::named(seed, "house");
        let main_office = drawn.pick(&places::OFFICES);
        let branch = loop {
            let other = drawn.pick(&places::OFFICES);
            if other.city != main_office.city {
                break other;
            }
        };
        Self {
            tenant: guid_of(drawn.number(), drawn.number()),
            entra_graph: drawn.chance(50),
            okta_identity_engine: drawn.chance(50),
            keycloak_json: drawn.chance(50),
            keycloak_quotes: drawn.chance(70),
            main_office,
            branch,
        }
    }
}
