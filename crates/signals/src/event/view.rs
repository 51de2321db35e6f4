//! An event under the names that rules use.

use std::sync::Arc;

use super::{Event, TextId, Texts};
use crate::{
    cause::Cause,
    record::{AttemptResult, Flag, Lifecycle, Method, Network},
};

/// Has this been seen before, with a sign-in that succeeded?
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Familiarity {
    /// Too little is known to say.
    #[default]
    Unsure,
    /// Seen before.
    Known,
    /// Never seen, though there was enough to see.
    New,
}

impl Familiarity {
    pub(super) fn of(bits: u8) -> Self {
        match bits & 0b11 {
            1 => Self::Known,
            2 => Self::New,
            _ => Self::Unsure,
        }
    }

    pub(super) fn bits(self) -> u8 {
        match self {
            Self::Unsure => 0,
            Self::Known => 1,
            Self::New => 2,
        }
    }

    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unsure => "unsure",
            Self::Known => "known",
            Self::New => "new",
        }
    }
}

/// The value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// A word of a closed vocabulary: the number of different events that rules can tell apart by these is small.
    Word(&'static str),
    /// Free text.
    Text(Arc<str>),
    /// Yes or no.
    Truth(bool),
    /// A number.
    Number(i64),
}

/// An event with its texts.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The event.
    pub event: &'a Event,
    /// What its numbers stand for.
    pub texts: &'a Texts,
}

impl View<'_> {
    /// Fields with closed vocabularies.
    pub const WORDS: [&'static str; 15] = [
        "provider",
        "method",
        "result",
        "cause",
        "change",
        "flag",
        "network",
        "network_seen",
        "device_seen",
        "country_seen",
        "address_seen",
        "interactive",
        "legacy",
        "proves",
        "recent_reset",
    ];
    /// Fields with free texts or numbers.
    pub const TEXTS: [&'static str; 14] = [
        "person",
        "ip",
        "asn",
        "country",
        "city",
        "app",
        "policy",
        "code",
        "user_agent",
        "device",
        "phone",
        "session",
        "actor",
        "detail",
    ];

    /// The value of a field by its name; `None` where the record has none, or there is no such field.
    pub fn field(&self, name: &str) -> Option<Field> {
        let event = self.event;
        let (network, device, country) = event.familiarity();
        Some(match name {
            "provider" => Field::Word(event.provider().as_str()),
            "method" => Field::Word(event.method().as_str()),
            "result" => Field::Word(result_word(event.result())),
            "cause" => Field::Word(cause(event.result())?.as_str()),
            "change" => Field::Word(change(event.result())?.as_str()),
            "flag" => Field::Word(event.flag().map(Flag::as_str)?),
            "network" => Field::Word(Network::as_str(event.network())),
            "network_seen" => Field::Word(network.as_str()),
            "device_seen" => Field::Word(device.as_str()),
            "country_seen" => Field::Word(country.as_str()),
            "address_seen" => Field::Word(event.address_familiarity().as_str()),
            "interactive" => Field::Truth(event.interactive()),
            "legacy" => Field::Truth(event.legacy()),
            "proves" => Field::Truth(event.proves()),
            "recent_reset" => Field::Truth(event.recent_reset()),
            _ => return self.text_field(name),
        })
    }

    fn text_field(&self, name: &str) -> Option<Field> {
        let event = self.event;
        let text = |id: TextId| self.texts.get(id).map(Field::Text);
        let hash = |hash: u64| (hash != 0).then(|| Field::Text(format!("{hash:016x}").into()));
        match name {
            "person" => {
                let name = self.texts.people().name(event.person)?;
                Some(Field::Text(Arc::from(name.login)))
            }
            "ip" => event.ip().map(|ip| Field::Text(ip.to_string().into())),
            "asn" => (event.asn != 0).then_some(Field::Number(i64::from(event.asn))),
            "country" => text(event.country),
            "city" => text(event.city),
            "app" => text(event.app),
            "policy" => text(event.policy),
            "code" => text(event.code),
            "user_agent" => text(event.agent),
            "detail" => text(event.detail),
            "actor" => text(event.actor),
            "device" => hash(event.device),
            "phone" => hash(event.phone),
            "session" => hash(event.session),
            _ => None,
        }
    }

    /// The method, for those who need no words.
    pub fn method(&self) -> Method {
        self.event.method()
    }
}

fn result_word(result: AttemptResult) -> &'static str {
    match result {
        AttemptResult::Success => "success",
        AttemptResult::Failure(_) => "failure",
        AttemptResult::Interrupt(_) => "interrupt",
        AttemptResult::PushSent => "push_sent",
        AttemptResult::Lifecycle(_) => "change",
    }
}

fn cause(result: AttemptResult) -> Option<Cause> {
    match result {
        AttemptResult::Failure(cause) => Some(cause),
        AttemptResult::Interrupt(cause) => cause,
        _ => None,
    }
}

fn change(result: AttemptResult) -> Option<Lifecycle> {
    if let AttemptResult::Lifecycle(change) = result { Some(change) } else { None }
}
