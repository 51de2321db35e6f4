//! The compact record: what the analysis needs of a sign-in, in a fixed number of bytes, so that millions can be sorted by
//! time without keeping their lines.
//!
//! Texts that repeat (applications, policies, codes …) are numbers of a shared [`Texts`]; people are keyed hashes with
//! their names in [`People`]. An address is kept whole.

mod people;
mod texts;
mod view;

use std::net::{IpAddr, Ipv6Addr};

use bytemuck::{Pod, Zeroable};
use jiff::Timestamp;

use crate::{
    cause::Cause,
    record::{AttemptResult, Flag, Lifecycle, Method, Network, Point, Position, Provider, SignIn},
};
pub use people::{People, PersonKey, PersonName};
pub use texts::{Cache, TextId, Texts, Writer};
pub use view::{Familiarity, Field, View};

/// One sign-in record, cut down to what the analysis needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Event {
    at: i64,
    /// Who; [`PersonKey::NOBODY`] where the log does not say.
    pub person: PersonKey,
    /// The same for records that say the same.
    pub(crate) fingerprint: u64,
    ip: [u8; 16],
    position: u64,
    /// The phone or token: a hash, 0 for none.
    pub phone: u64,
    /// Ties the rows of one sign-in together: a hash, 0 for none.
    pub session: u64,
    /// The device that signed in: a hash, 0 for none.
    pub device: u64,
    /// Autonomous system of the address, 0 for none.
    pub asn: u32,
    /// User agent.
    pub agent: TextId,
    /// Application.
    pub app: TextId,
    /// Policy that blocked or asked.
    pub policy: TextId,
    /// The provider's own code.
    pub code: TextId,
    /// Country.
    pub country: TextId,
    /// City.
    pub city: TextId,
    /// The provider's words.
    pub detail: TextId,
    /// Who made the change.
    pub actor: TextId,
    /// Country of the phone that answered.
    pub phone_country: TextId,
    place: [i16; 2],
    phone_place: [i16; 2],
    provider: u8,
    method: u8,
    kind: u8,
    word: u8,
    flag: u8,
    network: u8,
    bits: u8,
    familiarity: u8,
}

const INTERACTIVE: u8 = 1;
const LEGACY: u8 = 2;
const PROVES: u8 = 4;
const RECENT_RESET: u8 = 8;
const DERIVED: u8 = 16;
const NOWHERE: [i16; 2] = [i16::MIN; 2];
const FILE_BITS: u32 = 20;

impl Event {
    /// Cuts a record down. `writer` gives its texts their numbers.
    pub fn of(record: &SignIn<'_>, writer: &mut Writer<'_>) -> Self {
        let (kind, word) = packed(record.result);
        let proves = record.result == AttemptResult::Success
            && (record.interactive || !matches!(record.method, Method::Session | Method::Unknown));
        let mut bits = 0;
        bits |= if record.interactive { INTERACTIVE } else { 0 };
        bits |= if record.legacy { LEGACY } else { 0 };
        bits |= if proves { PROVES } else { 0 };
        Self {
            at: record.at.map_or(i64::MIN, Timestamp::as_microsecond),
            person: writer.person(record),
            fingerprint: writer.fingerprint(record),
            ip: record.ip.map_or([0; 16], octets),
            position: packed_position(record.position),
            phone: Writer::stable_hash(record.phone.as_deref().filter(|phone| !is_masked(phone))),
            session: Writer::stable_hash(record.session.as_deref()),
            device: Writer::stable_hash(record.device.as_deref()),
            asn: record.asn.unwrap_or(0),
            agent: writer.text(record.user_agent.as_deref()),
            app: writer.text(record.app.as_deref()),
            policy: writer.text(record.policy.as_deref()),
            code: writer.text(record.code.as_deref()),
            country: writer.text(record.country.as_deref()),
            city: writer.text(record.city.as_deref()),
            detail: writer.text(record.detail.as_deref()),
            actor: writer.text(record.actor.as_deref()),
            phone_country: writer.text(record.phone_country.as_deref()),
            place: record.place.map_or(NOWHERE, packed_point),
            phone_place: record.phone_place.map_or(NOWHERE, packed_point),
            provider: index_in(&Provider::ALL, record.provider),
            method: index_in(&Method::ALL, record.method),
            kind,
            word,
            flag: record.flag.map_or(NONE, |flag| index_in(&Flag::ALL, flag)),
            network: index_in(&Network::ALL, record.network),
            bits,
            familiarity: 0,
        }
    }

    /// When, to the microsecond; `None` where the record carries no time.
    pub fn at(&self) -> Option<Timestamp> {
        (self.at != i64::MIN).then(|| Timestamp::from_microsecond(self.at).unwrap_or_default())
    }

    /// When, in microseconds; the smallest number for "not known".
    pub fn micros(&self) -> i64 {
        self.at
    }

    /// Where it was read.
    pub fn position(&self) -> Position {
        unpacked_position(self.position)
    }

    pub(crate) fn raw_position(&self) -> u64 {
        self.position
    }

    /// Everything that a rule can know of the event's words, as one number: what differs in any [`View::WORDS`]
    /// differs here.
    pub(crate) fn packed_values(&self) -> u64 {
        let Self { provider, method, kind, word, flag, network, bits, familiarity, .. } = *self;
        u64::from_le_bytes([provider, method, kind, word, flag, network, bits, familiarity])
    }

    /// Address the attempt came from.
    pub fn ip(&self) -> Option<IpAddr> {
        let ip = Ipv6Addr::from(self.ip);
        (!ip.is_unspecified()).then(|| IpAddr::V6(ip).to_canonical())
    }

    pub(crate) fn raw_ip(&self) -> Option<[u8; 16]> {
        (self.ip != [0; 16]).then_some(self.ip)
    }

    /// The network of the address: /24 or /48. 0 for none.
    pub fn network_key(&self) -> u64 {
        let Some(ip) = self.ip() else { return 0 };
        let prefix = match ip {
            IpAddr::V4(ip) => u64::from(ip.to_bits() >> 8),
            IpAddr::V6(ip) => u64::try_from(ip.to_bits() >> 80).unwrap_or_default(),
        };
        // So that no network of the one kind is one of the other.
        prefix | if ip.is_ipv4() { 4 << 56 } else { 6 << 56 }
    }

    /// Where on the globe, to about a kilometre.
    pub fn place(&self) -> Option<Point> {
        unpacked_point(self.place)
    }

    /// Where the phone that answered is.
    pub fn phone_place(&self) -> Option<Point> {
        unpacked_point(self.phone_place)
    }

    /// Whose log.
    pub fn provider(&self) -> Provider {
        at_index(&Provider::ALL, self.provider).unwrap_or(Provider::Postern)
    }

    /// What was shown as proof.
    pub fn method(&self) -> Method {
        at_index(&Method::ALL, self.method).unwrap_or_default()
    }

    /// What became of it.
    pub fn result(&self) -> AttemptResult {
        let cause = at_index(&Cause::ALL, self.word);
        match self.kind {
            0 => AttemptResult::Success,
            1 => AttemptResult::Failure(cause.unwrap_or(Cause::Unknown)),
            2 => AttemptResult::Interrupt(cause),
            3 => AttemptResult::PushSent,
            _ => AttemptResult::Lifecycle(
                at_index(&Lifecycle::ALL, self.word).unwrap_or(Lifecycle::RiskDetected),
            ),
        }
    }

    /// The provider's own verdict.
    pub fn flag(&self) -> Option<Flag> {
        at_index(&Flag::ALL, self.flag)
    }

    /// What is known of the network.
    pub fn network(&self) -> Network {
        at_index(&Network::ALL, self.network).unwrap_or_default()
    }

    /// Not background use of a token.
    pub fn interactive(&self) -> bool {
        self.bits & INTERACTIVE != 0
    }

    /// A client that cannot do MFA.
    pub fn legacy(&self) -> bool {
        self.bits & LEGACY != 0
    }

    /// A success that shows that the person can sign in, not that an old token still works.
    pub fn proves(&self) -> bool {
        self.bits & PROVES != 0
    }

    /// Made by Postern from the absence of a record: a prompt that nobody answered.
    pub fn derived(&self) -> bool {
        self.bits & DERIVED != 0
    }

    /// Within a day after the person's password or factors were reset.
    pub fn recent_reset(&self) -> bool {
        self.bits & RECENT_RESET != 0
    }

    /// Has this person been seen from this network, on this device, in this country before?
    pub fn familiarity(&self) -> (Familiarity, Familiarity, Familiarity) {
        (
            Familiarity::of(self.familiarity),
            Familiarity::of(self.familiarity >> 2),
            Familiarity::of(self.familiarity >> 4),
        )
    }

    /// Has anybody signed in from this address before?
    pub fn address_familiarity(&self) -> Familiarity {
        Familiarity::of(self.familiarity >> 6)
    }

    pub(crate) fn set_familiarity(
        &mut self,
        network: Familiarity,
        device: Familiarity,
        country: Familiarity,
    ) {
        self.familiarity =
            (self.familiarity & 0b1100_0000) | network.bits() | device.bits() << 2 | country.bits() << 4;
    }

    pub(crate) fn set_address_familiarity(&mut self, address: Familiarity) {
        self.familiarity = (self.familiarity & 0b0011_1111) | address.bits() << 6;
    }

    pub(crate) fn set_recent_reset(&mut self) {
        self.bits |= RECENT_RESET;
    }

    /// The prompt that this event sent out, once it is known that nobody answered it by `at`.
    pub(crate) fn unanswered(&self, at: i64) -> Self {
        let (kind, word) = packed(AttemptResult::Failure(Cause::MfaNoResponse));
        Self { at, kind, word, bits: (self.bits | DERIVED) & !PROVES, ..*self }
    }

    /// The order in which records count. Providers log the steps of one sign-in with one time: a factor that failed,
    /// then the sign-in that succeeded with another; but a policy decides after the factors.
    pub(crate) fn order(&self) -> impl Ord + use<> {
        let rank = match self.result() {
            AttemptResult::PushSent => 0,
            AttemptResult::Interrupt(_) => 1,
            AttemptResult::Failure(Cause::PolicyBlock | Cause::DeviceBlock) => 4,
            AttemptResult::Failure(_) => 2,
            AttemptResult::Success => 3,
            AttemptResult::Lifecycle(_) => 5,
        };
        (self.at, rank, self.kind, self.word, self.flag, self.position, self.fingerprint)
    }
}

const NONE: u8 = u8::MAX;

fn packed(result: AttemptResult) -> (u8, u8) {
    match result {
        AttemptResult::Success => (0, NONE),
        AttemptResult::Failure(cause) => (1, index_in(&Cause::ALL, cause)),
        AttemptResult::Interrupt(cause) => (2, cause.map_or(NONE, |cause| index_in(&Cause::ALL, cause))),
        AttemptResult::PushSent => (3, NONE),
        AttemptResult::Lifecycle(change) => (4, index_in(&Lifecycle::ALL, change)),
    }
}

fn index_in<T: PartialEq>(all: &[T], one: T) -> u8 {
    all.iter().position(|other| *other == one).and_then(|index| u8::try_from(index).ok()).unwrap_or(NONE)
}

fn at_index<T: Copy>(all: &[T], index: u8) -> Option<T> {
    all.get(usize::from(index)).copied()
}

/// The address as it is kept: IPv4 within IPv6.
pub(crate) fn octets(ip: IpAddr) -> [u8; 16] {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().octets(),
        IpAddr::V6(ip) => ip.octets(),
    }
}

fn packed_position(position: Position) -> u64 {
    let file = u64::from(position.file).min((1 << FILE_BITS) - 1);
    file << (64 - FILE_BITS) | (position.line & (u64::MAX >> FILE_BITS))
}

pub(crate) fn unpacked_position(packed: u64) -> Position {
    let file = u32::try_from(packed >> (64 - FILE_BITS)).unwrap_or(u32::MAX);
    Position { file, line: packed & (u64::MAX >> FILE_BITS) }
}

/// `+XX XXXXXXX42`: many people's phones look like this.
fn is_masked(phone: &str) -> bool {
    ["XX", "xx", "**", "••"].iter().any(|mask| phone.contains(mask))
}

/// In hundredths of a degree.
fn packed_point(point: Point) -> [i16; 2] {
    #[expect(clippy::cast_possible_truncation, reason = "at most 18,000 in size")]
    let hundredths = |degrees: f32| (degrees * 100.0).round() as i16;
    [hundredths(point.latitude), hundredths(point.longitude)]
}

fn unpacked_point(packed: [i16; 2]) -> Option<Point> {
    let [latitude, longitude] = packed.map(|hundredths| f32::from(hundredths) / 100.0);
    (packed != NOWHERE).then_some(Point { latitude, longitude })
}

#[cfg(test)]
mod tests;
