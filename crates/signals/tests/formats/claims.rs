//! Whose record it is hangs on the record: not on what came before it, nor on who is asked.

use postern_signals::{Parsed, Provider, ReadOptions};
use proptest::{prelude::*, sample::select};
use serde_json::{Value, json};

use crate::{
    samples::{all, look, read_as},
    wrapped::records,
};

#[test]
fn no_other_reader_claims_it() {
    for sample in all() {
        for other in Provider::ALL.into_iter().filter(|other| *other != sample.provider) {
            let parsed = read_as(&sample.record(), other);
            let is_line = !sample.is_json() && sample.header().is_none();
            let is_refused = matches!(parsed, Parsed::Unrecognised(_))
                || (is_line && matches!(parsed, Parsed::Malformed(_)));
            assert!(is_refused, "{} as {other:?}: {parsed:?}", sample.shape);
        }
    }
}

/// The reader of the last record is asked first.
#[test]
fn what_came_before_changes_nothing() {
    let lines: Vec<_> = all().filter(|sample| sample.header().is_none()).collect();
    for first in &lines {
        for second in &lines {
            let file = format!("{}\n{}\n{{\"x\":1}}\nplain\n", first.text, second.text);
            let found = records(file.as_bytes(), ReadOptions::default());
            let expected = [first.text, second.text, "{\"x\":1}", "plain"].map(look);
            assert_eq!(found, expected, "{first:?}, {second:?}");
        }
    }
}

/// Every way to a value of the record.
fn paths(value: &Value, path: &str, found: &mut Vec<String>) {
    let key = |key: &str| format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
    found.push(path.to_owned());
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| paths(value, &key(name), found)),
        Value::Array(values) => {
            values.iter().enumerate().for_each(|(at, value)| paths(value, &key(&at.to_string()), found));
        }
        _ => {}
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        select(vec![
            json!(null),
            json!(""),
            json!(0),
            json!(-1),
            json!(true),
            json!([]),
            json!({}),
            json!(1.5)
        ]),
        select(vec![
            json!("success"),
            json!("LOGIN"),
            json!("authentik"),
            json!("admin"),
            json!(3002),
            json!(u64::MAX)
        ]),
        any::<String>().prop_map(Value::String),
        any::<i64>().prop_map(Into::into),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_bent_record_is_claimed_by_one_reader_at_most(
        sample in select(all().collect::<Vec<_>>()),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), proptest::option::of(any_value())), 1..4),
    ) {
        let Ok(mut record) = serde_json::from_str::<Value>(&sample.record()) else { return Ok(()) };
        for (at, value) in changes {
            let mut found = Vec::new();
            paths(&record, "", &mut found);
            let path = at.get(&found).clone();
            match (value, path.rsplit_once('/')) {
                (Some(value), Some(_)) => *record.pointer_mut(&path).unwrap() = value,
                (None, Some((parent, key))) => {
                    if let Some(members) = record.pointer_mut(parent).unwrap().as_object_mut() {
                        members.remove(&key.replace("~1", "/").replace("~0", "~"));
                    }
                }
                (_, None) => {}
            }
        }
        let text = record.to_string();
        let is_claim = |parsed: &Parsed<'_>| matches!(parsed, Parsed::Attempt(_) | Parsed::Several(_));
        let claims: Vec<_> = Provider::ALL.into_iter().filter(|provider| is_claim(&read_as(&text, *provider))).collect();
        prop_assert!(claims.len() <= 1, "{:?}: {}", claims, text);
        // And who looks for the reader finds it.
        let found = look(&text);
        let expected = claims.first().map(|provider| read_as(&text, *provider));
        prop_assert_eq!(is_claim(&found), expected.is_some(), "{}", text);
        prop_assert!(expected.is_none_or(|expected| expected == found), "{}", text);
        for provider in Provider::ALL {
            let file = all().find(|other| other.provider == provider && other.header().is_none()).unwrap();
            let after = records(format!("{}\n{text}\n", file.text).as_bytes(), ReadOptions::default());
            prop_assert_eq!(after.last(), Some(&found), "after {:?}: {}", provider, text);
        }
    }
}
