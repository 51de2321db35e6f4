//! What people outside the desk read: Fluent messages in `locales/`, by their ids. The desk itself is English.

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader as _, langid, static_loader};
use minijinja::value::Kwargs;
use minijinja::{Environment, Error, ErrorKind, Value};

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "en",
        // Pages are of one direction, and marks for another would stand in what people copy.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

const ENGLISH: LanguageIdentifier = langid!("en");

/// Gives templates `text("id", name=value)`. A message that is not there stops the page: a test looks for all of them.
pub fn add_to(environment: &mut Environment<'_>) {
    environment.add_function("text", text);
}

fn text(id: &str, arguments: Kwargs) -> Result<String, Error> {
    let mut values = HashMap::new();
    for name in arguments.args().map(str::to_owned).collect::<Vec<_>>() {
        let value: Value = arguments.get(&name)?;
        values.insert(Cow::Owned(name), fluent_value(&value));
    }
    let found = LOCALES.try_lookup_with_args(&ENGLISH, id, &values);
    found.ok_or_else(|| {
        Error::new(ErrorKind::InvalidOperation, format!("there is no message {id:?} in locales/"))
    })
}

/// A number chooses the form of a word; anything else is shown as it is.
fn fluent_value(value: &Value) -> FluentValue<'static> {
    match i64::try_from(value.clone()) {
        Ok(number) if value.is_number() => FluentValue::from(number),
        _ => FluentValue::from(value.to_string()),
    }
}
