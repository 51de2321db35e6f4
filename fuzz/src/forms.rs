//! Forms, queries and JSON bodies: what is let in holds no character that no field takes, and reads as it was written.

use std::borrow::Cow;

use libfuzzer_sys::Corpus;
use postern_core::sent_text::{has_refused, refused_field, refused_member};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::form_urlencoded;

/// A form as the pages have them: a field that is wanted, one that may be left out.
#[derive(Debug, PartialEq, Deserialize, Serialize)]
struct PlainForm {
    login: String,
    #[serde(default)]
    then: String,
}

/// Reads a body as a form, and as JSON.
pub fn check(bytes: &[u8]) -> Corpus {
    check_form(bytes);
    if let Ok(value) = serde_json::from_slice::<Value>(bytes) {
        let refused = refused_member("body", &value);
        assert_eq!(refused.is_some(), holds_refused(&value), "{value}");
    }
    Corpus::Keep
}

fn check_form(bytes: &[u8]) {
    let pairs: Vec<(Cow<'_, str>, Cow<'_, str>)> = form_urlencoded::parse(bytes).collect();
    // What is no UTF-8 is read as a character of three bytes.
    let size: usize = pairs.iter().map(|(name, value)| name.len() + value.len()).sum();
    assert!(size <= 3 * bytes.len() && pairs.len() <= bytes.len().max(1));
    let refused = refused_field(form_urlencoded::parse(bytes));
    let has_any = |(name, value): &(Cow<'_, str>, Cow<'_, str>)| has_refused(name) || has_refused(value);
    assert_eq!(refused, pairs.iter().find(|pair| has_any(pair)).map(|(name, _)| name.clone()));
    if refused.is_some() {
        return;
    }
    assert!(pairs.iter().all(|(name, value)| !format!("{name}{value}").contains(['\0', '\u{1b}', '\u{7f}', '\u{9b}'])));
    // As the pages' handlers read it, by the same crate.
    let read: Vec<(String, String)> = serde_urlencoded::from_bytes(bytes).unwrap_or_default();
    let same = read.iter().map(|(name, value)| (Cow::from(name), Cow::from(value)));
    assert!(same.eq(pairs.iter().cloned()), "what was looked at is not what is read");
    let Ok(form) = serde_urlencoded::from_bytes::<PlainForm>(bytes) else { return };
    let named = |name: &str| pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_ref()).collect::<Vec<_>>();
    assert_eq!(named("login"), [form.login.as_str()], "a field that stands there twice is no field");
    let written = serde_urlencoded::to_string(&form).expect("a form can be written");
    assert_eq!(serde_urlencoded::from_str::<PlainForm>(&written), Ok(form));
}

fn holds_refused(value: &Value) -> bool {
    match value {
        Value::String(text) => has_refused(text),
        Value::Array(values) => values.iter().any(holds_refused),
        Value::Object(members) => members.iter().any(|(name, value)| has_refused(name) || holds_refused(value)),
        _ => false,
    }
}
