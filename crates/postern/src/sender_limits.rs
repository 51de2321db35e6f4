//! How much a sender may send: a bucket that leaks for each owner of a known device, each address and each network. In the
//! memory of this node, because this node's time is what a flood takes. Guesses at secrets are counted in the database, for
//! all nodes together (`store/throttles.rs`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use governor::clock::{Clock as GovernorClock, Reference as _};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use jiff::SignedDuration;
use postern_core::id::{PersonId, TenantId};

use crate::clock::Clock;

/// A network may send so many times as much as an address.
const NETWORK_FACTOR: NonZeroU32 = NonZeroU32::new(4).expect("four");
/// Buckets that are empty again are forgotten when there are so many of a kind, and twice as many as were left the last time.
const SWEPT_FROM: usize = 10_000;

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
}

/// What each sender has sent to each organisation of late.
#[derive(Debug)]
pub struct SenderLimits {
    /// Owners by id, and addresses: no id reads as an address.
    nearest: Buckets,
    networks: Buckets,
}

impl SenderLimits {
    /// `per_minute` for an owner or an address, four times as much for a network.
    pub fn new(per_minute: NonZeroU32, clock: &Clock) -> Self {
        let of = |per_minute| Buckets::new(Quota::per_minute(per_minute), clock);
        Self { nearest: of(per_minute), networks: of(per_minute.saturating_mul(NETWORK_FACTOR)) }
    }

    /// How many senders are remembered: so that a test sees that they are forgotten.
    pub fn remembered(&self) -> usize {
        self.nearest.limiter.len() + self.networks.limiter.len()
    }

    /// Counts one request more. Err: how long its sender has to wait.
    pub fn admit(&self, tenant: &TenantId, sender: &RequestSender) -> Result<(), SignedDuration> {
        // The address first: what one machine sends too much is not taken from its neighbours. What the network has no room
        // for has been counted for the address by then.
        self.nearest.admit(tenant, sender.nearest())?;
        match sender {
            RequestSender::Owner(_) => Ok(()),
            RequestSender::Unknown { network, .. } => self.networks.admit(tenant, network),
        }
    }
}

type SenderKey = (TenantId, String);

/// Buckets of one size.
#[derive(Debug)]
struct Buckets {
    limiter: RateLimiter<SenderKey, HashMapStateStore<SenderKey>, RunTime, NoOpMiddleware<Duration>>,
    clock: RunTime,
    swept_from: AtomicUsize,
}

impl Buckets {
    fn new(quota: Quota, clock: &Clock) -> Self {
        let clock = RunTime(clock.clone());
        let limiter = RateLimiter::hashmap_with_clock(quota, clock.clone());
        Self { limiter, clock, swept_from: AtomicUsize::new(SWEPT_FROM) }
    }

    fn admit(&self, tenant: &TenantId, name: &str) -> Result<(), SignedDuration> {
        self.sweep();
        let full = self.limiter.check_key(&(tenant.clone(), name.to_owned()));
        full.map_err(|until| {
            let wait = until.earliest_possible().duration_since(self.clock.now());
            SignedDuration::try_from(Duration::from(wait)).unwrap_or(SignedDuration::MAX)
        })
    }

    /// A bucket that is empty again says nothing. Looked through when their number has doubled: each request pays for two.
    fn sweep(&self) {
        if self.limiter.len() < self.swept_from.load(Ordering::Relaxed) {
            return;
        }
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
        self.swept_from.store(SWEPT_FROM.max(self.limiter.len() * 2), Ordering::Relaxed);
    }
}

/// How long our clock has run, as the limiter reads it.
#[derive(Clone, Debug)]
struct RunTime(Clock);

impl GovernorClock for RunTime {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.run_time()
    }
}
