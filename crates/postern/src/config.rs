//! Settings: as typed in the file and on the command line, and as the program needs them.

mod geoip;
mod hash_cost;
mod mistake;
mod proxies;
mod signals;
mod typed;

pub use geoip::TypedGeoip;
pub use hash_cost::TypedHashCost;
pub use signals::{Signals, TypedSignals};
pub use typed::{ConfigProblems, Typed, parse_origin};

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;

use ipnet::IpNet;
use jiff::SignedDuration;
use url::Url;

use crate::hashing::HashCost;
use crate::leaked_passwords;
use crate::places::AddressPlaces;
use crate::smtp::Smtp;

/// How honest the program has to be with outsiders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Real people, real mail.
    Production,
    /// Loopback only, a banner on every page, and `/dev`.
    Development,
}

/// Settings as the program needs them.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Where the operator's monitoring asks for `/metrics`; without it nobody can.
    pub metrics_listen: Option<SocketAddr>,
    /// What people of the first organisation type into the browser: read at the first start, when its row is made.
    pub origin: Url,
    /// Whether the settings say it. If so, some organisation must be served there.
    pub has_origin: bool,
    /// Folder of the key file and the SQLite file.
    pub data: PathBuf,
    /// `sqlite:PATH` or `postgres://…`.
    pub database_url: String,
    /// Production or development.
    pub mode: Mode,
    /// Name of the first organisation, likewise.
    pub organisation: String,
    /// Where mail goes; without it notices wait in the outbox.
    pub smtp: Option<Smtp>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// What one address may send in a minute without being signed in; its network may send four times as much.
    pub requests_per_minute: NonZeroU32,
    /// Where signed checkpoints of the audit log are kept beside the database.
    pub checkpoint_folder: Option<PathBuf>,
    /// The list of leaked passwords, where the settings name one.
    pub leaked_passwords: Option<PathBuf>,
    /// What the hash of a password costs.
    pub argon2: HashCost,
    /// Sign-in records: what is taken in, and how it is analysed.
    pub signals: Signals,
    /// Identity providers may be at these hosts though they are in a network of one's own.
    pub private_identity_hosts: Vec<String>,
    /// Network and place of addresses.
    pub places: Arc<AddressPlaces>,
}

impl Config {
    /// Where the list of leaked passwords is, or would be.
    pub fn leaked_passwords_file(&self) -> PathBuf {
        self.leaked_passwords.clone().unwrap_or_else(|| self.data.join(leaked_passwords::FILE))
    }

    /// Time from the password to the end of the second step.
    pub const FLOW_LIFE: SignedDuration = SignedDuration::from_mins(5);
    /// A passkey of staff that no passkey proved waits for so long, or for a second yes.
    pub const STAFF_PASSKEY_WAIT: SignedDuration = SignedDuration::from_hours(24);
    /// Who was let in by more than themself adds a first passkey without that wait, for so long.
    pub const FIRST_PASSKEY_LIFE: SignedDuration = SignedDuration::from_hours(24);
    /// A passkey touch is fresh enough for what is sensitive for so long.
    pub const STEP_UP_LIFE: SignedDuration = SignedDuration::from_mins(5);
    /// A passkey stands in for a forgotten password so long after it was added.
    pub const STAND_IN_WAIT: SignedDuration = SignedDuration::from_hours(24);
    /// A link by mail, for who has forgotten their password, can be used for so long.
    pub const PASSWORD_LINK_LIFE: SignedDuration = SignedDuration::from_mins(30);
    /// What was set by one counts after so long, unless somebody stops it.
    pub const PASSWORD_WAIT: SignedDuration = SignedDuration::from_hours(24);
    /// A "this was not me" link works for so long.
    pub const CONTEST_LIFE: SignedDuration = SignedDuration::from_hours(24 * 30);
    /// The question that follows one, whether other requests are yours, can be answered for so long.
    pub const FOLLOW_UP_LIFE: SignedDuration = SignedDuration::from_hours(1);
    /// So long after one opening the next of the same person is gathered for a digest; and so often one goes out.
    pub const OPENINGS_GATHERED: SignedDuration = SignedDuration::from_hours(24);
    /// What is gathered waits so long for more before the first digest goes out.
    pub const DIGEST_AFTER: SignedDuration = SignedDuration::from_hours(1);
    /// A set-up code works for so long.
    pub const SET_UP_LIFE: SignedDuration = SignedDuration::from_hours(24);
    /// A desk role or a service token waits so long for a second admin.
    pub const POWER_WAIT: SignedDuration = SignedDuration::from_hours(72);
    /// Passes that one case may show.
    pub const ENROLMENT_PASSES_PER_CASE: i64 = 5;
}
