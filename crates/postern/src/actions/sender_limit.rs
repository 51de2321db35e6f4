//! What anybody may send is limited by sender, before anything is looked at: by address, and by network, which may send
//! more. Whoever comes with a known device of somebody's is counted by that person instead, so that a flood from the
//! address that they share shuts no owner out.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use jiff::SignedDuration;
use postern_core::id::PersonId;

use super::ActionError;
use super::retry::retry;
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::throttles::{SenderLimit, admit, find_wait};
use crate::store::{StoreError, known_devices};

/// A network may send so many times as much as an address.
const NETWORK_FACTOR: i64 = 4;
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// Who sent a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestSender {
    /// A known device of theirs came with it.
    Owner(PersonId),
    /// Nobody that is known.
    Unknown {
        /// An IPv4 address, or an IPv6 network of /64: what one machine can have.
        address: String,
        /// The /24 or the /48 that it is in.
        network: String,
    },
}

impl RequestSender {
    /// Of the request at hand.
    pub async fn of_request(scope: &Scope) -> Result<Self, StoreError> {
        let request = &scope.request;
        if let Some(device) = request.device.as_deref().map(token_hash)
            && let Some(owner) =
                known_devices::find_owner(&scope.app.db, &scope.tenant.id, &device, scope.now).await?
        {
            return Ok(Self::Owner(owner));
        }
        Ok(Self::at(&request.ip))
    }

    /// By the address alone.
    pub fn at(ip: &str) -> Self {
        let (address, network) = match ip.parse() {
            Ok(IpAddr::V4(v4)) => {
                let net = Ipv4Addr::from_bits(v4.to_bits() & (u32::MAX << 8));
                (v4.to_string(), format!("{net}/24"))
            }
            Ok(IpAddr::V6(v6)) => {
                let cut = |bits: u32| Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << (128 - bits)));
                (format!("{}/64", cut(64)), format!("{}/48", cut(48)))
            }
            Err(_) => (ip.to_owned(), ip.to_owned()),
        };
        Self::Unknown { address, network }
    }

    /// The narrowest name of it.
    pub fn nearest(&self) -> &str {
        match self {
            Self::Owner(person) => person.as_str(),
            Self::Unknown { address, .. } => address,
        }
    }

    fn limits(&self, per_minute: i64) -> Vec<SenderLimit> {
        let limit = |sender: String, per_minute: i64| SenderLimit {
            sender,
            interval: MINUTE / i32::try_from(per_minute).unwrap_or(i32::MAX).max(1),
            burst: i32::try_from(per_minute).unwrap_or(i32::MAX),
        };
        match self {
            Self::Owner(person) => vec![limit(format!("owner of a device:{person}"), per_minute)],
            Self::Unknown { address, network } => vec![
                limit(format!("address:{address}"), per_minute),
                limit(format!("network:{network}"), per_minute.saturating_mul(NETWORK_FACTOR)),
            ],
        }
    }
}

/// Counts the request at hand, or says how long its sender has to wait. A sender that was told to wait and asks again at
/// once costs nothing; one that shows a device costs the look whose it is.
pub async fn admit_request(scope: &Scope) -> Result<(), ActionError> {
    let (request, now) = (&scope.request, scope.now);
    let address = RequestSender::at(&request.ip);
    if request.device.is_none()
        && let Some(wait) = scope.app.refused_senders.wait_of((&scope.tenant.id, address.nearest()), now)
    {
        return Err(ActionError::Throttled(wait));
    }
    let sender = RequestSender::of_request(scope).await?;
    let limits = sender.limits(scope.app.config.requests_per_minute);
    if let Some(wait) = find_wait(&scope.app.db, &scope.tenant.id, &limits, now).await? {
        scope.app.refused_senders.remember((&scope.tenant.id, sender.nearest()), now, wait);
        return Err(ActionError::Throttled(wait));
    }
    retry(|| count(scope, &limits)).await
}

async fn count(scope: &Scope, limits: &[SenderLimit]) -> Result<(), ActionError> {
    let mut change = scope.begin().await?;
    if !admit(&mut change, limits).await? {
        return Err(ActionError::Throttled(SignedDuration::from_secs(1)));
    }
    Ok(change.commit_unrecorded("a request was counted; what comes of it is recorded").await?)
}
