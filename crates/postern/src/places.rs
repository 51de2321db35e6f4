//! Network and place of an address, from databases that the operator brings: `GeoLite2`, DB-IP, or what is of their form. Without
//! them nothing is said, and nothing is guessed. They are for people to read: no rule looks at them.

use std::fmt;
use std::net::IpAddr;
use std::path::Path;

use maxminddb::Reader;
use maxminddb::geoip2::{Asn, City};

type Database = Reader<Vec<u8>>;

/// What is known of addresses.
#[derive(Default)]
pub struct AddressPlaces {
    city: Option<Database>,
    asn: Option<Database>,
}

impl AddressPlaces {
    /// From what the files hold. Err, as a line each: which setting, and what is wrong with its file.
    pub fn read(city: Option<&Path>, asn: Option<&Path>) -> Result<Self, Vec<String>> {
        let city = city.map(|path| open("geoip.city", path, &["City", "Country"])).transpose();
        let asn = asn.map(|path| open("geoip.asn", path, &["ASN", "ISP"])).transpose();
        match (city, asn) {
            (Ok(city), Ok(asn)) => Ok(Self { city, asn }),
            (city, asn) => Err([city.err(), asn.err()].into_iter().flatten().collect()),
        }
    }

    /// "Berlin, DE", or "Germany" where the city is not known.
    pub fn place(&self, ip: &str) -> Option<String> {
        let found = self.city.as_ref()?.lookup(ip.parse().ok()?).ok()?;
        let found: City<'_> = found.decode().ok()??;
        let (city, country) = (found.city.names.english, found.country);
        match (city, country.iso_code) {
            (Some(city), Some(code)) => Some(format!("{city}, {code}")),
            (Some(only), None) => Some(only.to_owned()),
            (None, code) => country.names.english.or(code).map(str::to_owned),
        }
    }

    /// "Deutsche Telekom AG".
    pub fn network(&self, ip: &str) -> Option<String> {
        let found = self.asn.as_ref()?.lookup(ip.parse().ok()?).ok()?;
        let found: Asn<'_> = found.decode().ok()??;
        found.autonomous_system_organization.map(str::to_owned)
    }

    /// "Berlin, DE, Deutsche Telekom AG": what is known of both.
    pub fn origin(&self, ip: &str) -> Option<String> {
        let known: Vec<String> = [self.place(ip), self.network(ip)].into_iter().flatten().collect();
        (!known.is_empty()).then(|| known.join(", "))
    }

    /// Whether it is of a network that is nobody's on the internet. Without a database nothing is said of any address.
    pub fn is_private(&self, ip: &str) -> bool {
        if self.city.is_none() && self.asn.is_none() {
            return false;
        }
        match ip.parse() {
            Ok(IpAddr::V4(ip)) => ip.is_private() || ip.is_loopback() || ip.is_link_local(),
            Ok(IpAddr::V6(ip)) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
            Err(_) => false,
        }
    }

    /// For a line of text: "192.0.2.44 (Berlin, DE)", or the address alone.
    pub fn address_label(&self, ip: &str) -> String {
        match self.origin(ip) {
            _ if self.is_private(ip) => format!("{ip} (private network)"),
            Some(origin) => format!("{ip} ({origin})"),
            None => ip.to_owned(),
        }
    }
}

/// It stands in the settings, which can be printed.
impl fmt::Debug for AddressPlaces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = |database: &Option<Database>| {
            database.as_ref().map(|database| database.metadata().database_type.clone())
        };
        f.debug_struct("AddressPlaces")
            .field("city", &kind(&self.city))
            .field("asn", &kind(&self.asn))
            .finish()
    }
}

/// Read whole: a file that is replaced under a running server changes nothing until the next start.
fn open(setting: &str, path: &Path, kinds: &[&str]) -> Result<Database, String> {
    let wrong = |why: &dyn fmt::Display| format!("{setting}: {}: {why}", path.display());
    let bytes = std::fs::read(path).map_err(|why| wrong(&why))?;
    let database = Reader::from_source(bytes).map_err(|why| wrong(&why))?;
    let kind = &database.metadata().database_type;
    if !kinds.iter().any(|known| kind.contains(known)) {
        return Err(wrong(&format!("is a database of {kind:?}, and this wants {}", kinds.join(" or "))));
    }
    Ok(database)
}
