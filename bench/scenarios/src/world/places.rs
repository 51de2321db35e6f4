//! Cities, where they are, and what time it is there.

use crate::seeded::Seeded;

/// A city.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Place {
    /// City.
    pub city: &'static str,
    /// Region or state.
    pub state: &'static str,
    /// Two letters.
    pub country: &'static str,
    /// In words.
    pub country_name: &'static str,
    /// North of the equator.
    pub latitude: f64,
    /// East of Greenwich.
    pub longitude: f64,
    /// Minutes ahead of UTC, in winter.
    pub ahead: i64,
}

const fn city(names: [&'static str; 4], point: (f64, f64), ahead: i64) -> Place {
    let [city, state, country, country_name] = names;
    Place { city, state, country, country_name, latitude: point.0, longitude: point.1, ahead }
}

/// Where the organisation may have offices.
pub const OFFICES: [Place; 6] = [
    city(["Lyon", "Auvergne-Rhone-Alpes", "FR", "France"], (45.76, 4.83), 60),
    city(["Munich", "Bavaria", "DE", "Germany"], (48.14, 11.58), 60),
    city(["Edinburgh", "Scotland", "GB", "United Kingdom"], (55.95, -3.19), 0),
    city(["Springfield", "Illinois", "US", "United States"], (39.78, -89.65), -360),
    city(["Boston", "Massachusetts", "US", "United States"], (42.36, -71.06), -300),
    city(["Pune", "Maharashtra", "IN", "India"], (18.52, 73.86), 330),
];

/// Everywhere else, where people travel to and attackers sit.
pub const ELSEWHERE: [Place; 10] = [
    city(["Oslo", "Oslo County", "NO", "Norway"], (59.91, 10.75), 60),
    city(["Porto", "Porto", "PT", "Portugal"], (41.15, -8.61), 0),
    city(["Warsaw", "Mazovia", "PL", "Poland"], (52.23, 21.01), 60),
    city(["Toronto", "Ontario", "CA", "Canada"], (43.65, -79.38), -300),
    city(["Sao Paulo", "Sao Paulo", "BR", "Brazil"], (-23.55, -46.63), -180),
    city(["Nairobi", "Nairobi", "KE", "Kenya"], (-1.29, 36.82), 180),
    city(["Singapore", "Singapore", "SG", "Singapore"], (1.35, 103.82), 480),
    city(["Sydney", "New South Wales", "AU", "Australia"], (-33.87, 151.21), 600),
    city(["Osaka", "Osaka", "JP", "Japan"], (34.69, 135.50), 540),
    city(["Santiago", "Santiago Metropolitan", "CL", "Chile"], (-33.45, -70.67), -180),
];

impl Place {
    /// As the crow flies, in kilometres.
    pub fn kilometres_to(&self, other: &Self) -> f64 {
        let (from, to) = (self.latitude.to_radians(), other.latitude.to_radians());
        let across = ((to - from) / 2.0).sin().powi(2);
        let along = ((other.longitude - self.longitude).to_radians() / 2.0).sin().powi(2);
        2.0 * 6_371.0 * (across + from.cos() * to.cos() * along).sqrt().asin()
    }

    /// What a location service says of a neighbour: off by up to so many kilometres each way.
    #[must_use]
    pub fn nearby(self, kilometres: i64, random: &mut Seeded) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
        let mut off = || random.between(-kilometres, kilometres) as f64 / 111.0;
        let (north, east) = (off(), off());
        Self {
            latitude: hundredths(self.latitude + north),
            longitude: hundredths(self.longitude + east),
            ..self
        }
    }

    /// Another country, at least so far away.
    #[must_use]
    pub fn far_away(&self, kilometres: f64, random: &mut Seeded) -> Self {
        loop {
            let other = random.pick(&ELSEWHERE);
            if self.kilometres_to(&other) >= kilometres {
                return other;
            }
        }
    }
}

fn hundredths(degrees: f64) -> f64 {
    (degrees * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_the_globe() {
        let [lyon, munich, ..] = OFFICES;
        let kilometres = lyon.kilometres_to(&munich);
        assert!((560.0..600.0).contains(&kilometres), "{kilometres}");
        for place in OFFICES {
            assert!(ELSEWHERE.iter().any(|other| place.kilometres_to(other) > 5_000.0), "{}", place.city);
        }
    }
}
