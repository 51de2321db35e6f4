//! Whose record may it be? A look at the names of its members, which keeps nothing: a reader that is asked looks at all
//! of the record, and most logs of other programs are nobody's.

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::{
    record::Provider,
    wire::{Key, tag},
};

/// The names that the readers look for first, each with its bit. Two with one bit mean the same.
const NAMES: [(&str, u32); 42] = [
    ("postern", POSTERN),
    ("eventtype", EVENT_TYPE),
    ("event_type", EVENT_TYPE),
    ("eventsource", CLOUDTRAIL),
    ("cloudtrailevent", CLOUDTRAIL),
    ("log_id", AUTH0),
    ("data", AUTH0),
    ("loggername", KEYCLOAK),
    ("log.logger", KEYCLOAK),
    ("realmid", KEYCLOAK),
    ("authdetails", KEYCLOAK),
    ("factor", DUO),
    ("action", DUO),
    ("activity_id", DUO),
    ("telephony_id", DUO),
    ("credits", DUO),
    ("protopayload", GOOGLE),
    ("id", ID),
    ("kind", ACTIVITY),
    ("actor", ACTIVITY),
    ("event_type_id", ONELOGIN),
    ("operation", M365),
    ("operations", M365),
    ("auditdata", M365),
    ("logger", AUTHENTIK),
    ("app", AUTHENTIK),
    ("msg", AUTHELIA),
    ("privacyidea_server", PRIVACYIDEA),
    ("sig_check", PRIVACYIDEA),
    ("class_uid", OCSF),
    ("type_uid", OCSF),
    ("properties", ENTRA),
    ("category", ENTRA),
    ("type", ENTRA),
    ("operationname", ENTRA),
    ("date (utc)", ENTRA),
    ("activitydisplayname", ENTRA),
    ("riskeventtype", ENTRA),
    ("userprincipalname", PERSON),
    ("userid", PERSON),
    ("status", ENDED),
    ("resulttype", ENDED),
];

const POSTERN: u32 = 1;
const EVENT_TYPE: u32 = 1 << 1;
const CLOUDTRAIL: u32 = 1 << 2;
const AUTH0: u32 = 1 << 3;
const KEYCLOAK: u32 = 1 << 4;
const DUO: u32 = 1 << 5;
const GOOGLE: u32 = 1 << 6;
const ID: u32 = 1 << 7;
const ACTIVITY: u32 = 1 << 8;
const ONELOGIN: u32 = 1 << 9;
const M365: u32 = 1 << 10;
const AUTHENTIK: u32 = 1 << 11;
const AUTHELIA: u32 = 1 << 12;
const PRIVACYIDEA: u32 = 1 << 13;
const OCSF: u32 = 1 << 14;
const ENTRA: u32 = 1 << 15;
const PERSON: u32 = 1 << 16;
const ENDED: u32 = 1 << 17;

/// Which of the names a record has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct NameFlags(u32);

impl NameFlags {
    /// Err: the line is damaged.
    pub(super) fn of(line: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(line)
    }

    /// False: its reader would say that it is not one of its records.
    pub(super) fn may_be(self, provider: Provider) -> bool {
        let any = |flags: u32| self.0 & flags != 0;
        match provider {
            Provider::Postern => any(POSTERN),
            Provider::Okta => any(EVENT_TYPE),
            Provider::CloudTrail => any(CLOUDTRAIL),
            Provider::Auth0 => any(AUTH0),
            Provider::Keycloak => any(KEYCLOAK),
            Provider::Duo => any(DUO | EVENT_TYPE),
            Provider::Google => any(GOOGLE) || (any(ID) && any(ACTIVITY)),
            Provider::OneLogin => any(ONELOGIN),
            Provider::M365 => any(M365),
            Provider::Authentik => any(AUTHENTIK),
            Provider::Authelia => any(AUTHELIA),
            Provider::PrivacyIdea => any(PRIVACYIDEA),
            Provider::Ocsf => any(OCSF),
            Provider::Entra => any(ENTRA) || (any(PERSON) && any(ENDED)),
            Provider::Vaultwarden => false,
        }
    }
}

/// Compared before the names are: nearly all differ in it.
const TAGS: [u32; NAMES.len()] = {
    let mut tags = [0; NAMES.len()];
    let mut at = 0;
    while at < NAMES.len() {
        #[expect(clippy::indexing_slicing, reason = "worked out by the compiler")]
        {
            tags[at] = tag(NAMES[at].0);
        }
        at += 1;
    }
    tags
};

fn bit_of(key: &Key<'_>) -> u32 {
    let wanted = key.tag();
    let found = TAGS.iter().zip(&NAMES).filter(|(tag, _)| **tag == wanted).map(|(_, name)| name);
    found.filter(|(name, _)| key.is(name)).map(|(_, bit)| *bit).sum()
}

impl<'de> Deserialize<'de> for NameFlags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(NameFlagsVisitor)
    }
}

struct NameFlagsVisitor;

impl<'de> Visitor<'de> for NameFlagsVisitor {
    type Value = NameFlags;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<NameFlags, A::Error> {
        let mut flags = 0;
        while let Some(key) = map.next_key::<Key<'_>>()? {
            flags |= bit_of(&key);
            map.next_value::<IgnoredAny>()?;
        }
        Ok(NameFlags(flags))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whose(line: &str) -> Vec<Provider> {
        let flags = NameFlags::of(line).unwrap();
        Provider::ALL.into_iter().filter(|provider| flags.may_be(*provider)).collect()
    }

    #[test]
    fn names_tell_in_any_case_and_wherever_they_stand() {
        assert_eq!(whose(r#"{"x":{"postern":1},"POSTERN":2}"#), [Provider::Postern]);
        assert_eq!(
            whose(r#"{"UserPrincipalName_s":"mia","x":[1,{"y":2}],"Status_dynamic":{}}"#),
            [Provider::Entra]
        );
        assert_eq!(whose(r#"{"event\u005ftype":"x"}"#), [Provider::Okta, Provider::Duo]);
        assert_eq!(whose(r#"{"id":{},"actor":{}}"#), [Provider::Google]);
        for nobodys in ["{}", r#"{"userId":1}"#, r#"{"id":1}"#, r#"{"time":"x","request":{"properties":1}}"#]
        {
            assert_eq!(whose(nobodys), [], "{nobodys}");
        }
        assert!(NameFlags::of(r#"{"a":"#).is_err() && NameFlags::of("[]").is_err());
    }

    #[test]
    fn no_two_names_are_the_same() {
        for (at, (name, _)) in NAMES.iter().enumerate() {
            assert!(NAMES.iter().skip(at + 1).all(|(other, _)| other != name), "{name}");
            assert_eq!(*name, name.to_ascii_lowercase());
        }
    }
}
