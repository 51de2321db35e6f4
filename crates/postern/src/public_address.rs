//! Addresses that anybody may be sent to. What a browser names as the address of its push service is whatever a stranger
//! likes: without this, it would be a way into the network that the server stands in.
//!
//! Nothing of the program is used here: the fuzz target of what phones send reads this very file.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use ipnet::IpNet;
use url::{Host, Url};

/// Networks that are not of the internet at large (the registries of RFC 6890), or that hold an address of the other kind.
static SPECIAL: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    let networks = [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
    ];
    networks.iter().filter_map(|network| network.parse().ok()).collect()
});

/// Whether it is an address of the internet at large.
pub fn is_public(address: IpAddr) -> bool {
    let address = address.to_canonical();
    if SPECIAL.iter().any(|network| network.contains(&address)) {
        return false;
    }
    match address {
        IpAddr::V4(_) => true,
        IpAddr::V6(address) => {
            embedded(address).map_or_else(|| is_global_unicast(address), |v4| is_public(v4.into()))
        }
    }
}

/// `2000::/3` is all that was given out.
fn is_global_unicast(address: Ipv6Addr) -> bool {
    address.segments()[0] & 0xe000 == 0x2000
}

/// What stands behind a translator, RFC 6052.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [0x64, 0xff9b, 0, 0, 0, 0, high, low] = address.segments() else { return None };
    Some(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)))
}

/// Longest address of a push service. Those of today have some 200 letters.
const LONGEST_ENDPOINT: usize = 1000;

/// An address that something may be sent to: by https, to the usual port, without a name or a password in it, and to no address
/// that is not of the internet at large. What a name stands for is looked at when it is sent.
pub fn public_endpoint(typed: &str) -> Option<Url> {
    let url = plain_endpoint(typed)?;
    let is_public = match url.host() {
        Some(Host::Ipv4(address)) => is_public(address.into()),
        Some(Host::Ipv6(address)) => is_public(address.into()),
        Some(Host::Domain(name)) => name.contains('.'),
        None => false,
    };
    (is_public && url.scheme() == "https" && url.port().is_none()).then_some(url)
}

/// An address of any kind, for development: on this machine anything goes.
pub fn plain_endpoint(typed: &str) -> Option<Url> {
    let url: Url = typed.parse().ok().filter(|_| typed.len() <= LONGEST_ENDPOINT)?;
    (url.username().is_empty() && url.password().is_none()).then_some(url)
}
