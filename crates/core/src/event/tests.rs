//! The table, and what every payload says.

mod payloads;

use std::collections::HashSet;

use serde_json::Value;

use super::payload::{MfaFactorAdminReset, PowerGranted, SessionRevoked, SignInFailed, UserEnabled};
use super::*;

fn failed() -> Event {
    Event::new(Actor::Anonymous, SignInFailed { method: "totp", cause: "mfa_wrong_code", detail: None })
}

#[test]
fn only_changes_that_are_all_anonymous_are_numbered_apart() {
    let system = Event::new(Actor::System, SessionRevoked { sessions: 1, why: None });
    assert_eq!(RecordStream::of(&[failed(), failed()]), RecordStream::Anonymous);
    assert_eq!(RecordStream::of(&[failed(), system]), RecordStream::Main);
    for stream in RecordStream::ALL {
        assert_eq!(RecordStream::parse(stream.as_str()), Some(stream));
    }
}

#[test]
fn a_record_without_its_reason_or_its_state_before_is_not_whole() {
    let person = Actor::Person { id: PersonId::new("ben") };
    let by_operator = MfaFactorAdminReset::ByOperator { by: "a test", new_password: false };
    let reset = Event::new(person.clone(), by_operator);
    assert_eq!(reset.missing(), Some("a reason"));
    let reset = reset.reason(&Reason::parse("lost phone, HD-1").unwrap());
    assert_eq!(reset.missing(), Some("the state before"));
    assert_eq!(reset.before(Value::Bool(true)).missing(), None);
    let granted = PowerGranted { grant: "g", outcome: "approved" };
    let granted = |actor| Event::new(actor, granted).before(Value::Bool(true)).missing();
    assert_eq!((granted(person), granted(Actor::System)), (Some("a reason"), None));
    assert_eq!(failed().missing(), None);
}

/// A payload that says that it stands for an event, and can't be written.
#[derive(Clone, Copy)]
struct Unwritable;

impl Serialize for Unwritable {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("never"))
    }
}

impl sealed::InTable for Unwritable {}
impl EventPayload for Unwritable {
    const KIND: EventKind = UserEnabled::KIND;
}

#[test]
fn a_record_whose_detail_was_not_written_is_not_whole() {
    assert_eq!(Event::new(Actor::System, Unwritable).missing(), Some("a detail that can be written"));
}

#[test]
fn names_are_dotted_distinct_and_read_back() {
    let names: HashSet<_> = EventKind::ALL.iter().map(|k| k.as_str()).collect();
    assert_eq!(names.len(), EventKind::ALL.len());
    for kind in EventKind::ALL {
        assert!(kind.as_str().contains('.'));
        assert_eq!(EventKind::parse(kind.as_str()), Some(*kind));
    }
}

/// No audience twice without a condition, and whoever is told of each record has no condition beside it.
#[test]
fn a_row_says_once_whom_it_tells() {
    for kind in EventKind::ALL {
        for told in kind.announcements() {
            let same = kind.announcements().iter().filter(|other| other.to == told.to).count();
            assert!(told.when != AnnouncedWhen::Always || same == 1, "{kind:?} tells {:?} twice", told.to);
        }
    }
    let told = |kind: EventKind, detail: Value| kind.announced_to(&detail).collect::<Vec<_>>();
    let at = "2026-03-02T08:14:11Z";
    assert_eq!(told(EventKind::CaseVerified, Value::Null), [Audience::Owner]);
    assert_eq!(told(EventKind::SignInFailed, Value::Null), []);
    assert_eq!(told(EventKind::CaseClosed, serde_json::json!({ "outcome": "withdrawn" })), []);
    let waits = serde_json::json!({ "waits_until": at });
    assert_eq!(told(EventKind::MfaFactorEnrolled, waits), [Audience::Owner, Audience::Admins]);
}

#[test]
fn every_foreign_name_is_used() {
    let ocsf: HashSet<_> = EventKind::ALL.iter().filter_map(|kind| kind.ocsf()).collect();
    let types: HashSet<_> = EventKind::ALL.iter().filter_map(|kind| kind.security_event()).collect();
    assert_eq!((ocsf.len(), types.len()), (OcsfActivity::ALL.len(), SecurityEventType::ALL.len()));
}
