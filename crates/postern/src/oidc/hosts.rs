//! Where identity providers may be. An organisation's settings name them, and what a provider answers names more addresses:
//! without this they would be a way into the network that the server stands in.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::public_address::is_public;
use crate::public_resolver::PublicResolver;

/// Hosts that may be called.
#[derive(Clone, Debug)]
pub struct ProviderHosts {
    is_development: bool,
    /// Those that may be in the server's own network, by name or address, in small letters.
    private: Arc<[String]>,
}

impl ProviderHosts {
    /// All of the internet at large, and of others only those that the operator names. In development, any.
    pub fn new(is_development: bool, private: &[String]) -> Self {
        Self { is_development, private: private.into() }
    }

    /// Whether `http://` does.
    pub fn is_development(&self) -> bool {
        self.is_development
    }

    /// Whether it may be called as far as it says. Where a name leads is for the resolver to see.
    pub(super) fn may_be_called(&self, host: &str) -> bool {
        self.may_be_private(host) || host.parse::<IpAddr>().map_or(true, is_public)
    }

    fn may_be_private(&self, host: &str) -> bool {
        self.is_development || self.private.iter().any(|private| private.eq_ignore_ascii_case(host))
    }
}

impl Resolve for ProviderHosts {
    fn resolve(&self, name: Name) -> Resolving {
        if !self.may_be_private(name.as_str()) {
            return PublicResolver.resolve(name);
        }
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// A host as the operator types it: a name or an address alone. Err: what is wrong with it.
pub fn parse_private_host(text: &str) -> Result<String, &'static str> {
    let host = url::Host::parse(text).map_err(|_| "is no name of a host, such as login.example.com")?;
    match host {
        url::Host::Domain(name) if name.contains('*') => {
            Err("is no name of a host: each is named on its own")
        }
        url::Host::Domain(name) => Ok(name.trim_end_matches('.').to_owned()),
        url::Host::Ipv4(address) => Ok(address.to_string()),
        url::Host::Ipv6(address) => Ok(address.to_string()),
    }
}
