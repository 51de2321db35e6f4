//! The envelopes that providers and their tools put records in.

use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;

/// A member of an envelope, by the name of its key.
#[derive(Debug)]
pub(super) struct Member {
    key: &'static str,
    /// Its array holds records.
    pub(super) holds_records: bool,
    /// What is known inside its object.
    pub(super) members: &'static [Member],
}

const fn array(key: &'static str) -> Member {
    Member { key, holds_records: true, members: &[] }
}

const fn object(key: &'static str, members: &'static [Member]) -> Member {
    Member { key, holds_records: false, members }
}

/// At the top of an envelope. No record of a known provider has an array of objects under one of these keys.
pub(super) const MEMBERS: &[Member] = &[
    // Microsoft Graph; Azure's exports to storage and Event Hub.
    array("value"),
    array("records"),
    // CloudTrail's files, and what `lookup-events` prints.
    array("Records"),
    array("Events"),
    // Google: the Reports API, and Cloud Logging's `entries:list`. Duo v2, inside of `response`.
    array("items"),
    array("entries"),
    // OneLogin. Okta's event hooks have an object there.
    Member { key: "data", holds_records: true, members: &[array("events")] },
    // authentik.
    array("results"),
    // Duo: v1 has the array, v2 an object. Its client library returns what is inside.
    Member { key: "response", holds_records: true, members: &[array("authlogs"), array("items")] },
    array("authlogs"),
    // privacyIDEA.
    object("result", &[object("value", &[array("auditdata")])]),
    // Auth0.
    array("logs"),
    // Azure's query API. Its rows are no objects: `Answer` has made some of them before.
    array("tables"),
];

/// An event of Amazon's bus (`EventBridge`), by which CloudTrail, Okta and Auth0 send one record each.
#[derive(Deserialize)]
struct BusEvent<'t> {
    #[serde(rename = "detail-type")]
    _kind: IgnoredAny,
    #[serde(borrow)]
    detail: &'t RawValue,
}

/// The record in an event of a bus.
pub(super) fn carried(text: &str) -> Option<&str> {
    memchr::memmem::find(text.as_bytes(), b"\"detail-type\"")?;
    let event: BusEvent<'_> = serde_json::from_str(text).ok()?;
    Some(event.detail.get())
}

/// The member whose value begins where `before` ends.
pub(super) fn member_at_end_of(before: &[u8], members: &'static [Member]) -> Option<&'static Member> {
    let quoted = before.trim_ascii_end().strip_suffix(b":")?.trim_ascii_end().strip_suffix(b"\"")?;
    members.iter().find(|member| {
        let open = quoted.strip_suffix(member.key.as_bytes()).and_then(|open| open.strip_suffix(b"\""));
        // A quote within a text is escaped: it never has one of these before it.
        open.is_some_and(|open| matches!(open.trim_ascii_end().last(), Some(b'{' | b',')))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_of_a_bus_carries_a_record() {
        let event = r#"{"version":"0","detail-type":"x","detail":{"a":[1]},"resources":[]}"#;
        assert_eq!(carried(event), Some(r#"{"a":[1]}"#));
        for text in [r#"{"detail":{}}"#, r#"{"detail-type":"x"}"#, r#"{"detail-type":"x","detail":{}"#, ""] {
            assert_eq!(carried(text), None, "{text}");
        }
    }

    #[test]
    fn a_member_is_known_by_its_whole_key() {
        for (before, known) in [
            (r#"{"value":"#, true),
            (r#"{"a":1 , "value" : "#, true),
            (r#"{"xvalue":"#, false),
            (r#"{"a":"x,\"value":"#, false),
            (r#"{"value""#, false),
            (r#"{"value":""#, false),
            (r#""value":"#, false),
            ("[", false),
            ("", false),
        ] {
            assert_eq!(member_at_end_of(before.as_bytes(), MEMBERS).is_some(), known, "{before}");
        }
    }
}
