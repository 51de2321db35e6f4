//! The fields that correlations group by and count.

use std::hash::{BuildHasher, RandomState};

use crate::event::{Field, TextId, View};

/// How records are told apart by a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum FieldKey {
    Person,
    Provider,
    Ip,
    Asn,
    Country,
    City,
    App,
    Policy,
    Code,
    Agent,
    Actor,
    Detail,
    Device,
    Phone,
    Session,
    Word(&'static str),
}

/// Some fields, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Group(Vec<(&'static str, FieldKey)>);

impl Group {
    /// Err: the name that is no field's.
    pub(super) fn of(names: &[String]) -> Result<Self, String> {
        names.iter().map(|name| key(name).ok_or_else(|| name.clone())).collect::<Result<_, _>>().map(Self)
    }

    /// A number that is the same for records that say the same, and for no others. `None`: the record does not say.
    /// Records without a person are not all of one person without a name.
    pub(super) fn number(&self, view: View<'_>, hasher: &RandomState) -> Option<u64> {
        if let [(_, key)] = self.0.as_slice() {
            return key.number(view, hasher);
        }
        self.0.iter().try_fold(0, |all, (_, key)| Some(hasher.hash_one((all, key.number(view, hasher)?))))
    }

    /// Names and values, as people read them.
    pub(super) fn pairs(&self, view: View<'_>) -> Vec<(String, String)> {
        let value = |name| match view.field(name) {
            Some(Field::Word(word)) => word.to_owned(),
            Some(Field::Text(text)) => text.as_ref().to_owned(),
            Some(Field::Truth(truth)) => truth.to_string(),
            Some(Field::Number(number)) => number.to_string(),
            None => String::new(),
        };
        self.0.iter().map(|(name, _)| ((*name).to_owned(), value(name))).collect()
    }
}

fn key(name: &str) -> Option<(&'static str, FieldKey)> {
    let name = View::WORDS.into_iter().chain(View::TEXTS).find(|field| *field == name)?;
    let key = match name {
        "person" => FieldKey::Person,
        "provider" => FieldKey::Provider,
        "ip" => FieldKey::Ip,
        "asn" => FieldKey::Asn,
        "country" => FieldKey::Country,
        "city" => FieldKey::City,
        "app" => FieldKey::App,
        "policy" => FieldKey::Policy,
        "code" => FieldKey::Code,
        "user_agent" => FieldKey::Agent,
        "actor" => FieldKey::Actor,
        "detail" => FieldKey::Detail,
        "device" => FieldKey::Device,
        "phone" => FieldKey::Phone,
        "session" => FieldKey::Session,
        word => FieldKey::Word(word),
    };
    Some((name, key))
}

impl FieldKey {
    fn number(self, view: View<'_>, hasher: &RandomState) -> Option<u64> {
        let event = view.event;
        let some = |number: u64| (number != 0).then_some(number);
        // What stands for one text too many is not one text.
        let text =
            |text: TextId| (text.is_some() && text != TextId::OTHER).then(|| hasher.hash_one(text.number()));
        match self {
            // Somebody at one provider; the same login elsewhere may be somebody else's.
            Self::Person => some(event.person.number()),
            Self::Provider => Some(event.packed_values() & 0xff),
            Self::Device => some(event.device),
            Self::Phone => some(event.phone),
            Self::Session => some(event.session),
            Self::Ip => event.raw_ip().map(|ip| hasher.hash_one(ip)),
            Self::Asn => some(event.asn.into()).map(|asn| hasher.hash_one(asn)),
            Self::Country => text(event.country),
            Self::City => text(event.city),
            Self::App => text(event.app),
            Self::Policy => text(event.policy),
            Self::Code => text(event.code),
            Self::Agent => text(event.agent),
            Self::Actor => text(event.actor),
            Self::Detail => text(event.detail),
            Self::Word(name) => match view.field(name)? {
                Field::Word(word) => Some(hasher.hash_one(word)),
                Field::Truth(truth) => Some(hasher.hash_one(truth)),
                Field::Text(_) | Field::Number(_) => None,
            },
        }
    }
}
