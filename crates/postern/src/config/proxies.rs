//! Whose `X-Forwarded-For` is believed. Whoever is on the list can say that they are anybody: a client in a trusted
//! network escapes every limit by address, and writes false addresses into records.

use std::net::IpAddr;

use ipnet::IpNet;

/// Longest prefixes that may hold more than proxies: more than sixteen addresses.
const WIDEST: (u8, u8) = (28, 124);

/// The networks as typed: an address alone is that address. Wide ones are a mistake, or wanted by force.
pub(super) fn trusted(typed: &[String], force: bool, problems: &mut Vec<String>) -> Vec<IpNet> {
    let mut nets = Vec::with_capacity(typed.len());
    for text in typed {
        let address = text.parse::<IpAddr>().map(IpNet::from);
        let Ok(net) = address.or_else(|_| text.parse::<IpNet>()) else {
            problems.push(format!("trusted_proxies: {text:?} is not an address such as 10.0.3.7"));
            continue;
        };
        if may_hold_clients(&net) && !force {
            problems.push(format!(
                "trusted_proxies: {net} may hold clients, and whoever is in it can say that they are anybody. Name the \
                 proxies one by one, such as 10.0.3.7; or, if nothing but proxies can ever be there, start with --force"
            ));
        }
        nets.push(net);
    }
    nets
}

fn may_hold_clients(net: &IpNet) -> bool {
    let is_loopback = net.network().is_loopback() && net.broadcast().is_loopback();
    let widest = if net.addr().is_ipv4() { WIDEST.0 } else { WIDEST.1 };
    !is_loopback && net.prefix_len() < widest
}
