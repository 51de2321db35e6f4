//! Values as exports bend them: times, numbers as text, `null` in every field, addresses in every form.

use postern_signals::{Parsed, SignIn};
use serde_json::{Value, json};

use crate::samples::{Form, IP, NAME, Sample, all, attempt, look, person};

#[test]
fn times_with_seven_digits_and_offsets() {
    for sample in all().filter(|sample| !sample.time.starts_with("177")) {
        for (written, at) in [
            ("2026-03-02T08:14:11.2041234Z", "2026-03-02T08:14:11.2041234Z"),
            ("2026-03-02T09:14:11.2041234+01:00", "2026-03-02T08:14:11.2041234Z"),
            ("2026-03-02T08:14:11.204123456+00:00", "2026-03-02T08:14:11.204123456Z"),
            ("2026-03-01T23:14:11-0900", "2026-03-02T08:14:11Z"),
            ("2026-03-02T08:14:11", "2026-03-02T08:14:11Z"),
            ("2026-03-02 08:14:11.204000000", "2026-03-02T08:14:11.204Z"),
        ] {
            // A cell of JSON in a table: the sample's time ends with the quote behind it.
            let (old, new) = match sample.time.strip_suffix('"') {
                Some(time) => (time, written),
                None => (sample.time, written),
            };
            let text = sample.as_record(&sample.text.replace(old, new));
            let expected = SignIn { at: Some(at.parse().unwrap()), ..sample.read() };
            assert_eq!(attempt(&text), expected, "{} {written}", sample.shape);
        }
    }
}

#[test]
fn times_as_numbers_and_numbers_as_text() {
    for sample in all().filter(|sample| sample.time == "1772439251204") {
        for (written, at) in [
            ("1772439251204", "2026-03-02T08:14:11.204Z"),
            ("\"1772439251204\"", "2026-03-02T08:14:11.204Z"),
            ("1772439251", "2026-03-02T08:14:11Z"),
            ("1772439251.0", "2026-03-02T08:14:11Z"),
        ] {
            let expected = SignIn { at: Some(at.parse().unwrap()), ..sample.read() };
            let text = sample.text.replace(sample.time, written);
            assert_eq!(attempt(&text), expected, "{} {written}", sample.shape);
        }
    }
}

#[test]
fn a_time_that_is_none_is_damage_and_never_another_time() {
    for sample in all() {
        for none in ["soon", "2026-13-02T08:14:11Z", "99999999999999999999", "-"] {
            let quoted = if sample.time.starts_with("177") { format!("\"{none}\"") } else { none.to_owned() };
            let time = sample.time.trim_end_matches('"');
            let text = sample.as_record(&sample.text.replace(time, &quoted));
            // Of a line, the time may be what tells that it is one.
            match look(&text) {
                Parsed::Malformed(_) => {}
                Parsed::Attempt(record) => {
                    let undated = SignIn { at: None, ..sample.read() };
                    assert!(
                        sample.form != Form::Json && record == undated,
                        "{} {none}: {record:?}",
                        sample.shape
                    );
                }
                other => panic!("{} {none}: {other:?}", sample.shape),
            }
        }
    }
}

/// Where each value is, with the value.
fn leaves(value: &Value) -> Vec<String> {
    fn walk(value: &Value, path: &str, found: &mut Vec<String>) {
        let key = |key: &str| format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
        if !path.is_empty() {
            found.push(path.to_owned());
        }
        match value {
            Value::Object(members) => members.iter().for_each(|(name, value)| walk(value, &key(name), found)),
            Value::Array(values) => {
                values
                    .iter()
                    .enumerate()
                    .for_each(|(index, value)| walk(value, &key(&index.to_string()), found));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(value, "", &mut found);
    found
}

/// The record without the member; `None`: it is an element of a list.
fn without(record: &Value, path: &str) -> Option<Value> {
    let mut record = record.clone();
    let (parent, key) = path.rsplit_once('/')?;
    record.pointer_mut(parent)?.as_object_mut()?.remove(&key.replace("~1", "/").replace("~0", "~"))?;
    Some(record)
}

fn with(record: &Value, path: &str, value: Value) -> String {
    let mut record = record.clone();
    *record.pointer_mut(path).unwrap() = value;
    record.to_string()
}

#[test]
fn null_in_any_field_is_as_if_it_were_not_there() {
    for sample in all() {
        let record: Value = match serde_json::from_str(&sample.record()) {
            Ok(record) => record,
            Err(_) => continue,
        };
        for path in leaves(&record) {
            let Some(without) = without(&record, &path) else { continue };
            let expected = look(&without.to_string());
            for null in [Value::Null, json!("null"), json!("NULL"), json!(""), json!(" ")] {
                let found = look(&with(&record, &path, null.clone()));
                assert_eq!(found, expected, "{} {path} {null:?}", sample.shape);
            }
            // What is of another kind is no value either.
            if !record.pointer(&path).unwrap().is_object() {
                let object = look(&with(&record, &path, json!({"x": {"y": [1, null]}})));
                assert_eq!(object, expected, "{} {path}", sample.shape);
                continue;
            }
            for other in [json!(7), json!(true), json!(1.5), json!("text"), json!("{cut"), json!([1, [2]])] {
                let found = look(&with(&record, &path, other.clone()));
                assert_eq!(found, expected, "{} {path} {other}", sample.shape);
            }
        }
    }
}

#[test]
fn numbers_and_truths_may_be_text_and_text_numbers() {
    for sample in all() {
        let Ok(record) = serde_json::from_str::<Value>(&sample.record()) else { continue };
        let expected = look(&sample.record());
        for path in leaves(&record) {
            let other = match record.pointer(&path).unwrap() {
                Value::Number(number) => json!(number.to_string()),
                Value::Bool(truth) => json!(if *truth { "True" } else { "FALSE" }),
                Value::String(text) => match text.parse::<i64>() {
                    Ok(number) if number.to_string() == *text => json!(number),
                    _ => continue,
                },
                _ => continue,
            };
            assert_eq!(
                look(&with(&record, &path, other.clone())),
                expected,
                "{} {path} {other}",
                sample.shape
            );
        }
    }
}

#[test]
fn addresses_in_every_form() {
    for sample in all() {
        for (written, ip) in [
            ("2001:db8::7", "2001:db8::7"),
            ("2001:DB8:0:0:0:0:0:7", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("[2001:db8::7]:443", "2001:db8::7"),
            ("2001:db8::7%eth0", "2001:db8::7"),
            ("203.0.113.9:52100", "203.0.113.9"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
        ] {
            let text = sample.as_record(&sample.with(IP, written));
            let expected = SignIn { ip: Some(ip.parse().unwrap()), ..sample.read() };
            assert_eq!(attempt(&text), expected, "{} {written}", sample.shape);
        }
        for none in ["0.0.0.0", "::", "unknown", "corp.example", "198.51.100"] {
            let text = sample.as_record(&sample.with(IP, none));
            let Parsed::Attempt(found) = look(&text) else {
                assert_eq!(sample.form, Form::SingleQuotes, "{}", sample.shape);
                continue;
            };
            assert_eq!(found, SignIn { ip: None, ..sample.read() }, "{} {none}", sample.shape);
        }
    }
}

#[test]
fn a_person_is_the_same_in_any_case_and_nobody_where_the_log_hides_them() {
    for sample in all() {
        let shouted = attempt(&sample.as_record(&sample.with(NAME, "MIA@Corp.Example")));
        assert_eq!(person(&shouted), Some(&*sample.login(NAME)), "{}", sample.shape);
        for hidden in ["null", "***", "unknown", "N/A", "HIDDEN_DUE_TO_SECURITY_REASONS"] {
            let parsed = look(&sample.as_record(&sample.with(NAME, hidden)));
            let Parsed::Attempt(found) = parsed else { panic!("{} {hidden}: {parsed:?}", sample.shape) };
            // An alias or an address may stand beside the name.
            let beside =
                matches!(person(&found), None | Some("x@corp.example" | "mia b" | "null@123456789012"));
            assert!(beside, "{} {hidden}: {:?}", sample.shape, found.person);
            assert_eq!(
                (found.ip, found.result),
                (sample.read().ip, sample.result()),
                "{} {hidden}",
                sample.shape
            );
        }
    }
}

/// A sample whose text nobody replaces anything in tests nothing.
#[test]
fn every_sample_holds_what_is_put_into_it() {
    let holds = |sample: &Sample, part: &str| assert!(sample.text.contains(part), "{}: {part}", sample.shape);
    for sample in all() {
        holds(sample, NAME);
        holds(sample, IP);
        holds(sample, sample.time);
        sample.unknown.0.iter().for_each(|(old, _)| holds(sample, old));
    }
}
