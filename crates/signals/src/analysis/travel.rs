//! Sign-ins too far apart for the time between them.

use super::detector::{Detected, Detector};
use crate::{
    event::{Event, Familiarity, TextId},
    finding::{Confidence, Severity},
    record::{Method, Network, Point, Position},
    settings::{ImpossibleTravel, PhoneFarAway},
};

const HOUR: f64 = 3_600_000_000.0;
/// Half an hour: two countries within it are noticed even where the log has no coordinates.
const SOON: i64 = 1_800_000_000;
const EARTH_RADIUS_KM: f64 = 6_371.0;

/// Where the person last signed in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KnownPlace {
    at: i64,
    point: Option<Point>,
    country: TextId,
    network: u64,
    position: Position,
}

/// Compares a success with the one before, and remembers it. Proxies and carriers say nothing about where a person is.
pub(crate) fn analyse(
    last: &mut Option<KnownPlace>,
    event: &Event,
    settings: &ImpossibleTravel,
) -> Option<Detected> {
    if !event.proves() || !event.interactive() || has_no_place(event) {
        return None;
    }
    let here = KnownPlace {
        at: event.micros(),
        point: event.place(),
        country: event.country,
        network: event.network_key(),
        position: event.position(),
    };
    if here.point.is_none() && !here.country.is_some() {
        return None;
    }
    let before = last.replace(here)?;
    if before.network == here.network {
        return None;
    }
    match before.point.zip(here.point) {
        Some((from, to)) => by_distance(&before, &here, distance_km(from, to), event, settings),
        None => by_country(&before, &here),
    }
}

fn has_no_place(event: &Event) -> bool {
    matches!(event.network(), Network::Proxy | Network::Mobile) || is_shared_exit(event.asn)
}

/// Networks whose addresses say nothing about the place: relays of browsers and phones (Cloudflare, also WARP and private
/// relay; Akamai, Fastly), security gateways (Zscaler, Netskope), what the big VPN services run on (M247, Datacamp,
/// Mullvad, Proton), and the big mobile carriers (T-Mobile US, Verizon Wireless, AT&T Mobility, Reliance Jio, EE).
fn is_shared_exit(asn: u32) -> bool {
    const RELAYS: [u32; 3] = [13335, 36183, 54113];
    const GATEWAYS: [u32; 5] = [22616, 53813, 62044, 55256, 394_089];
    const VPNS: [u32; 6] = [9009, 60068, 212_238, 39351, 62371, 209_103];
    const CARRIERS: [u32; 6] = [21928, 6167, 22394, 20057, 55836, 12576];
    [&RELAYS[..], &GATEWAYS, &VPNS, &CARRIERS].iter().any(|known| known.contains(&asn))
}

fn by_distance(
    before: &KnownPlace,
    here: &KnownPlace,
    distance: f64,
    event: &Event,
    settings: &ImpossibleTravel,
) -> Option<Detected> {
    let least = distance - settings.error_km;
    if least < settings.distance_km {
        return None;
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a span of microseconds; a rough number of hours is meant"
    )]
    let hours = ((here.at - before.at) as f64 / HOUR).max(1.0 / 60.0);
    let speed = least / hours;
    if speed < settings.speed_kmh {
        return None;
    }
    let (_, device, _) = event.familiarity();
    let (severity, confidence) = match device {
        Familiarity::New => (Severity::Incident, Confidence::High),
        Familiarity::Unsure => (Severity::Warning, Confidence::Medium),
        Familiarity::Known => (Severity::Warning, Confidence::Low),
    };
    let description = format!("Two sign-ins {distance:.0} km apart, which would take {speed:.0} km/h.");
    Some(Detected {
        severity,
        confidence,
        ..Detected::new(
            Detector::ImpossibleTravel,
            &[before.at, here.at],
            [before.position, here.position],
            description,
        )
    })
}

fn by_country(before: &KnownPlace, here: &KnownPlace) -> Option<Detected> {
    let differ = before.country.is_some() && here.country.is_some() && before.country != here.country;
    if !differ || here.at - before.at > SOON {
        return None;
    }
    let description =
        "Two sign-ins from different countries within half an hour; the log has no coordinates.".to_owned();
    Some(Detected {
        confidence: Confidence::Low,
        ..Detected::new(
            Detector::ImpossibleTravel,
            &[before.at, here.at],
            [before.position, here.position],
            description,
        )
    })
}

/// A prompt approved on a phone far from where the sign-in came from: a stolen password, or a relayed prompt.
pub(crate) fn analyse_phone(event: &Event, settings: &PhoneFarAway) -> Option<Detected> {
    if event.method() != Method::Push || !event.proves() || event.network() == Network::Proxy {
        return None;
    }
    let Some((asker, phone)) = event.place().zip(event.phone_place()) else {
        return analyse_phone_by_country(event);
    };
    let distance = distance_km(asker, phone);
    if distance < settings.distance_km {
        return None;
    }
    let description =
        format!("A prompt was approved on a phone {distance:.0} km from where the sign-in came from.");
    Some(Detected::new(Detector::PhoneFarAway, &[event.micros()], [event.position()], description))
}

/// Where the log has no coordinates. A border may be near, so this is no more than a reason to ask.
fn analyse_phone_by_country(event: &Event) -> Option<Detected> {
    let differ =
        event.country.is_some() && event.phone_country.is_some() && event.country != event.phone_country;
    let description = "A prompt was approved on a phone in another country than the sign-in came from.";
    differ.then(|| Detected {
        confidence: Confidence::Low,
        ..Detected::new(Detector::PhoneFarAway, &[event.micros()], [event.position()], description.to_owned())
    })
}

/// Along the surface, by the haversine formula.
fn distance_km(from: Point, to: Point) -> f64 {
    let radians = |degrees: f32| f64::from(degrees).to_radians();
    let (lat1, lat2) = (radians(from.latitude), radians(to.latitude));
    let (dlat, dlon) = (lat2 - lat1, radians(to.longitude) - radians(from.longitude));
    let a = (dlat / 2.0).sin().powi(2) + lat1.cos() * lat2.cos() * (dlon / 2.0).sin().powi(2);
    2.0 * EARTH_RADIUS_KM * a.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_the_map() {
        let lyon = Point::new(45.76, 4.83).unwrap();
        let sydney = Point::new(-33.87, 151.21).unwrap();
        assert!((distance_km(lyon, sydney) - 16_700.0).abs() < 200.0);
        assert!(distance_km(lyon, lyon) < 0.001);
        let (east, west) = (Point::new(0.0, 179.9).unwrap(), Point::new(0.0, -179.9).unwrap());
        assert!(distance_km(east, west) < 25.0, "the date line is no wall");
    }
}
