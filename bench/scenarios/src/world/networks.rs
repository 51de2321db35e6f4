//! Addresses, and whose they are. All from ranges that are kept free for documentation and measurement, so that no
//! record ever points at a real household; the numbers of mobile carriers and of resold VPN networks are real, because
//! knowing those is part of the task.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::places::{self, Place};
use crate::seeded::Seeded;

/// What kind of network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Network {
    /// A household, a hotel, a shop.
    #[default]
    Fixed,
    /// The organisation's own.
    Office,
    /// A mobile carrier: its addresses are placed at its gateway.
    Mobile,
    /// A VPN or relay.
    Proxy,
}

/// Where an attempt comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Origin {
    /// Address.
    pub ip: IpAddr,
    /// Where location services place it.
    pub place: Place,
    /// Autonomous system.
    pub asn: u32,
    /// Its name.
    pub owner: &'static str,
    /// Kind.
    pub network: Network,
}

/// Private use, RFC 6996: no carrier or VPN has one of these.
const HOUSEHOLDS: [(u32, &str); 4] = [
    (64_512, "northline telecom"),
    (64_513, "valley cable"),
    (64_514, "harbour fibre"),
    (64_515, "lowland net"),
];
const OFFICE: (u32, &str) = (64_520, "example corp");
/// Country, system, name.
const CARRIERS: [(&str, u32, &str); 5] = [
    ("FR", 51_207, "free mobile sas"),
    ("DE", 3_320, "deutsche telekom ag"),
    ("GB", 12_576, "ee limited"),
    ("US", 21_928, "t-mobile usa inc."),
    ("IN", 55_836, "reliance jio infocomm limited"),
];
const VPNS: [(u32, &str); 3] =
    [(9_009, "m247 europe srl"), (212_238, "datacamp limited"), (60_068, "datacamp limited")];

impl Origin {
    /// One of the office's two addresses.
    pub fn office(place: Place, door: usize) -> Self {
        let site = places::OFFICES.iter().position(|office| office.city == place.city).unwrap_or(0);
        let ip = v4(19, 10 + site, 5 + door);
        Self::new(ip, place, OFFICE, Network::Office)
    }

    /// A household around that place.
    pub fn household(place: Place, random: &mut Seeded) -> Self {
        let ip = if random.chance(40) {
            v6(0x1000 + random.below(0x7000), 1 + random.below(0xFFFE))
        } else {
            v4(18, random.below(256), 1 + random.below(254))
        };
        Self::new(ip, place.nearby(18, random), random.pick(&HOUSEHOLDS), Network::Fixed)
    }

    /// A phone on the carrier of that place's country, placed at a gateway near by.
    pub fn carrier(place: Place, random: &mut Seeded) -> Self {
        let gateway = place.nearby(90, random);
        Self::carrier_at(place.country, gateway, random)
    }

    /// The same, placed at this gateway.
    pub fn carrier_at(country: &str, gateway: Place, random: &mut Seeded) -> Self {
        let index = CARRIERS.iter().position(|carrier| carrier.0 == country).unwrap_or(0);
        let (_, asn, owner) = CARRIERS.get(index).copied().unwrap_or_default();
        let ip = v4(19, 64 + index * 4 + random.below(4), 1 + random.below(60));
        Self::new(ip, gateway, (asn, owner), Network::Mobile)
    }

    /// A VPN's exit at that place.
    pub fn vpn(place: Place, random: &mut Seeded) -> Self {
        let ip = v4(19, 96 + random.below(16), 1 + random.below(254));
        Self::new(ip, place, random.pick(&VPNS), Network::Proxy)
    }

    /// A hotel, a train, a conference.
    pub fn visiting(place: Place, random: &mut Seeded) -> Self {
        let ip = v4(19, 112 + random.below(16), 1 + random.below(254));
        Self::new(ip, place, random.pick(&HOUSEHOLDS), Network::Fixed)
    }

    /// An attacker's own, each in another network.
    pub fn attacker(place: Place, number: usize, random: &mut Seeded) -> Self {
        let ip = if random.chance(20) {
            v6(0x9000 + number % 0x6000, 1 + random.below(0xFFFE))
        } else {
            v4(19, 128 + number % 128, 1 + (number / 128 + random.below(2) * 120) % 254)
        };
        // Private use, RFC 6996: each attacker with a provider of their own.
        let asn = 4_200_000_000 + u32::try_from(number).unwrap_or(0);
        Self::new(ip, place, (asn, "hosting far away"), Network::Fixed)
    }

    fn new(ip: IpAddr, place: Place, (asn, owner): (u32, &'static str), network: Network) -> Self {
        Self { ip, place, asn, owner, network }
    }
}

/// In 198.18.0.0/15, which RFC 2544 keeps for measurement.
fn v4(half: u8, net: usize, host: usize) -> IpAddr {
    let byte = |number: usize| u8::try_from(number).unwrap_or(u8::MAX);
    IpAddr::V4(Ipv4Addr::new(198, half, byte(net), byte(host)))
}

/// In `2001:db8::/32`, which RFC 3849 keeps for documentation.
fn v6(net: usize, host: usize) -> IpAddr {
    let part = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, part(net), 0, 0, 0, 0, part(host)))
}
