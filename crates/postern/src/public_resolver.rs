//! Names that stand for addresses that anybody may be sent to.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::public_address::is_public;

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
