//! Addresses that anybody may be sent to. What a browser names as the address of its push service is whatever a stranger
//! likes: without this, it would be a way into the network that the server stands in.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::LazyLock;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

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

/// Finds addresses of the internet at large alone: looked at after the name was resolved, and it is these that are connected
/// to, so that a name cannot mean another address a moment later.
pub struct PublicResolver;

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|found| is_public(found.ip())).collect();
            if public.is_empty() {
                return Err("no address of it is of the internet at large".into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}
