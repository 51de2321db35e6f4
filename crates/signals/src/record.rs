//! The sign-in record: one log line of any provider, in Postern's words.

mod values;

use std::{
    borrow::Cow,
    net::{IpAddr, SocketAddr},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cause::Cause;
pub use values::{AttemptResult, Flag, Lifecycle, Method, Network, Provider};

/// Where a record was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Position {
    /// Index of the file among those read, from 0.
    pub file: u32,
    /// Line, from 1.
    pub line: u64,
}

/// A point on the globe, in degrees.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Point {
    /// North of the equator.
    pub latitude: f32,
    /// East of Greenwich.
    pub longitude: f32,
}

impl Point {
    /// `None`: no point on the globe. Exact 0, 0 is what trackers write for "unknown".
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let on_globe = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        #[expect(clippy::cast_possible_truncation, reason = "a metre is more than any log knows")]
        let point = Self { latitude: latitude as f32, longitude: longitude as f32 };
        (on_globe && point != Self { latitude: 0.0, longitude: 0.0 }).then_some(point)
    }
}

/// One log line, normalised. Its texts are borrowed from the line wherever they stand there as they are.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SignIn<'a> {
    /// Whose log.
    pub provider: Provider,
    /// When; `None` where the record carries no time at all.
    pub at: Option<Timestamp>,
    /// The login in lower case, for grouping; `None` where the log hides or omits it.
    pub person: Option<Cow<'a, str>>,
    /// The name to show: as the provider writes it.
    pub display: Option<Cow<'a, str>>,
    /// The provider's id of the person. Not unique in anonymised exports.
    pub person_id: Option<Cow<'a, str>>,
    /// The provider's id of the record. Not unique in anonymised exports.
    pub record_id: Option<Cow<'a, str>>,
    /// Address the attempt came from.
    pub ip: Option<IpAddr>,
    /// User agent, as written.
    pub user_agent: Option<Cow<'a, str>>,
    /// The provider's id of the device that signed in.
    pub device: Option<Cow<'a, str>>,
    /// The phone, token or app that answered, or was enrolled: its number or id.
    pub phone: Option<Cow<'a, str>>,
    /// Country or region, as written.
    pub country: Option<Cow<'a, str>>,
    /// City, as written.
    pub city: Option<Cow<'a, str>>,
    /// Where on the globe the provider places the address.
    pub place: Option<Point>,
    /// The country that the provider places the phone in that answered, as written.
    pub phone_country: Option<Cow<'a, str>>,
    /// Where the provider places the phone that answered, if it knows.
    pub phone_place: Option<Point>,
    /// Number of the autonomous system of the address.
    pub asn: Option<u32>,
    /// What is known of the network.
    pub network: Network,
    /// Application that was signed in to.
    pub app: Option<Cow<'a, str>>,
    /// A client or protocol that cannot do MFA (IMAP, POP, SMTP, password grant …).
    pub legacy: bool,
    /// What was shown as proof.
    pub method: Method,
    /// What became of it.
    pub result: AttemptResult,
    /// The provider's own short code or word for the result: `50126`, `INVALID_CREDENTIALS`.
    pub code: Option<Cow<'a, str>>,
    /// False for background token use, which proves nothing about the person's ability to sign in.
    pub interactive: bool,
    /// The provider's own verdict.
    pub flag: Option<Flag>,
    /// Ties the rows of one sign-in together.
    pub session: Option<Cow<'a, str>>,
    /// The policy that blocked or asked for more.
    pub policy: Option<Cow<'a, str>>,
    /// Who made the change, if that was not the person.
    pub actor: Option<Cow<'a, str>>,
    /// The provider's own words, or ours where it has none.
    pub detail: Option<Cow<'a, str>>,
    /// Where it was read.
    pub position: Position,
}

impl<'a> SignIn<'a> {
    /// A record with nothing but what every record has.
    pub fn new(provider: Provider, result: AttemptResult) -> Self {
        Self {
            provider,
            at: None,
            person: None,
            display: None,
            person_id: None,
            record_id: None,
            ip: None,
            user_agent: None,
            device: None,
            phone: None,
            country: None,
            city: None,
            place: None,
            phone_country: None,
            phone_place: None,
            asn: None,
            network: Network::Unknown,
            app: None,
            legacy: false,
            method: Method::Unknown,
            result,
            code: None,
            interactive: true,
            flag: None,
            session: None,
            policy: None,
            actor: None,
            detail: None,
            position: Position::default(),
        }
    }

    /// Sets the login, and the display form if there is none yet. Hidden and empty names are dropped.
    pub fn set_person(&mut self, login: Option<Cow<'a, str>>) {
        let Some(login) = login.map(trimmed) else { return };
        let person = lower(login.clone());
        if !is_a_name(&person) {
            return;
        }
        if self.display.is_none() {
            self.display = Some(login);
        }
        self.person = Some(person);
    }

    /// Sets the address, without a port, brackets or an IPv6 zone. What is no address is kept out, so that a forged
    /// field cannot pose as one; so are `0.0.0.0`, `::` and the empty text, which logs write for "unknown".
    pub fn set_ip(&mut self, written: Option<&str>) {
        self.ip = written.and_then(address);
    }

    /// The same record, for keeping after its line is gone.
    pub fn into_owned(self) -> SignIn<'static> {
        SignIn {
            person: owned(self.person),
            display: owned(self.display),
            person_id: owned(self.person_id),
            record_id: owned(self.record_id),
            user_agent: owned(self.user_agent),
            device: owned(self.device),
            phone: owned(self.phone),
            country: owned(self.country),
            city: owned(self.city),
            app: owned(self.app),
            code: owned(self.code),
            session: owned(self.session),
            policy: owned(self.policy),
            actor: owned(self.actor),
            phone_country: owned(self.phone_country),
            detail: owned(self.detail),
            provider: self.provider,
            at: self.at,
            ip: self.ip,
            place: self.place,
            phone_place: self.phone_place,
            asn: self.asn,
            network: self.network,
            legacy: self.legacy,
            method: self.method,
            result: self.result,
            interactive: self.interactive,
            flag: self.flag,
            position: self.position,
        }
    }

    /// The cause of a failure, or what an interrupt was waiting for.
    pub fn cause(&self) -> Option<Cause> {
        match self.result {
            AttemptResult::Failure(cause) => Some(cause),
            AttemptResult::Interrupt(cause) => cause,
            _ => None,
        }
    }
}

/// The address in what a log wrote: `198.51.100.7`, `198.51.100.7:52100`, `[2001:db8::1]:443`, `fe80::1%eth0`,
/// `::ffff:198.51.100.7`. `None`: no address, or one that stands for none.
pub fn address(written: &str) -> Option<IpAddr> {
    let written = written.trim();
    let bare = written.strip_prefix('[').and_then(|rest| rest.split(']').next()).unwrap_or(written);
    let bare = bare.split('%').next().unwrap_or(bare);
    let ip = bare.parse().ok().or_else(|| written.parse::<SocketAddr>().ok().map(|socket| socket.ip()))?;
    let ip = IpAddr::to_canonical(&ip);
    (!ip.is_unspecified()).then_some(ip)
}

fn owned(text: Option<Cow<'_, str>>) -> Option<Cow<'static, str>> {
    text.map(|text| Cow::Owned(text.into_owned()))
}

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

fn lower(text: Cow<'_, str>) -> Cow<'_, str> {
    let is_lower = text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    if is_lower { text } else { Cow::Owned(text.to_lowercase()) }
}

/// Providers write placeholders where they hide a mistyped or unknown login. Grouping those would make
/// one person of many. `login`: in lower case, which makes a plain letter of some that are none.
pub(crate) fn is_a_name(login: &str) -> bool {
    const PLACEHOLDERS: [&str; 8] =
        ["null", "none", "unknown", "n/a", "-", "hidden", "redacted", "anonymous"];
    !login.starts_with("hidden_due_to")
        && !PLACEHOLDERS.contains(&login)
        && !login.bytes().all(|byte| byte == b'*' || byte == b'0' || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_no_person() {
        for hidden in [
            "",
            " ",
            "null",
            "Unknown",
            "HIDDEN_DUE_TO_SECURITY_REASONS",
            "un\u{212a}nown",
            "***",
            "00000000-0000-0000-0000-000000000000",
        ] {
            let mut record = SignIn::new(Provider::Entra, AttemptResult::Success);
            record.set_person(Some(hidden.into()));
            assert_eq!(record.person, None, "{hidden:?}");
        }
        let mut record = SignIn::new(Provider::Entra, AttemptResult::Success);
        record.set_person(Some("Mia@Corp.Example".into()));
        assert_eq!(record.person.as_deref(), Some("mia@corp.example"));
        assert_eq!(record.display.as_deref(), Some("Mia@Corp.Example"));
    }

    #[test]
    fn a_point_is_on_the_globe_and_not_where_trackers_write_unknown() {
        for (latitude, longitude) in [(45.76, 4.83), (90.0, -180.0), (0.0, 4.83), (-0.001, 0.0)] {
            assert!(Point::new(latitude, longitude).is_some(), "{latitude}, {longitude}");
        }
        for (latitude, longitude) in
            [(0.0, 0.0), (-0.0, 0.0), (1e-60, -1e-60), (90.1, 0.0), (0.0, 180.1), (f64::NAN, 1.0)]
        {
            assert_eq!(Point::new(latitude, longitude), None, "{latitude}, {longitude}");
        }
    }

    #[test]
    fn an_address_however_it_is_written() {
        for (written, expected) in [
            ("198.51.100.7", "198.51.100.7"),
            (" 198.51.100.7:52100", "198.51.100.7"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("2001:DB8:0:0::1", "2001:db8::1"),
            ("fe80::1%eth0", "fe80::1"),
            ("::ffff:198.51.100.7", "198.51.100.7"),
        ] {
            assert_eq!(address(written).map(|ip| ip.to_string()).as_deref(), Some(expected), "{written}");
        }
        for none in ["", "null", "0.0.0.0", "::", "198.51.100", "AWS Internal", "x, ipAddress=198.51.100.7"] {
            assert_eq!(address(none), None, "{none}");
        }
    }
}
