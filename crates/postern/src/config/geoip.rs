//! Where addresses are: databases that the operator brings.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;

use crate::places::AddressPlaces;

/// As typed, in the table `[geoip]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TypedGeoip {
    /// A database of cities, or of countries.
    pub city: Option<PathBuf>,
    /// A database of networks (ASN).
    pub asn: Option<PathBuf>,
}

impl TypedGeoip {
    pub(super) fn into_places(self, problems: &mut Vec<String>) -> Arc<AddressPlaces> {
        let places = AddressPlaces::read(self.city.as_deref(), self.asn.as_deref());
        Arc::new(places.unwrap_or_else(|wrong| {
            problems.extend(wrong);
            AddressPlaces::default()
        }))
    }
}
