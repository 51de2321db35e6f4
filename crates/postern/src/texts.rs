//! What people outside the desk read: Fluent messages in `locales/`, by their ids. The desk itself is English.

mod filled_message;

pub use filled_message::{ErrorText, FilledMessage, MessageValue};

use std::borrow::Cow;
use std::collections::HashMap;
use std::iter::repeat_n;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader as _, langid, static_loader};
use minijinja::value::{Kwargs, Serde};
use minijinja::{Environment, Error, ErrorKind, HtmlEscape, Value};
use serde::Serialize;

use filled_message::TemplateText;

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "en",
        // Pages are of one direction, and marks for another would stand in what people copy.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

const ENGLISH: LanguageIdentifier = langid!("en");

/// What the pages are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// As it is written.
    English,
    /// English in [`pseudo`]: what stands there plainly is no message. Tests only.
    Pseudo,
}

/// A message without arguments, by its id: code names it, and the page says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MessageId(pub &'static str);

impl MessageId {
    /// For the API, which is English.
    pub fn english(self) -> String {
        self.in_language(Language::English)
    }

    /// What the reader reads.
    pub fn in_language(self, language: Language) -> String {
        FilledMessage::from(self).in_language(language)
    }
}

/// Gives templates `text("id", name=value)`, `rich(…)` for messages with markup, and `said(error)` for what an error says. A
/// message that is not there stops the page: a test looks for all of them.
pub fn add_to(environment: &mut Environment<'_>, language: Language) {
    environment.add_function("text", move |id: String, arguments: Kwargs| {
        message(language, &id, &arguments, Value::to_string)
    });
    environment.add_function("rich", move |id: String, arguments: Kwargs| {
        message(language, &id, &arguments, as_html).map(Value::from_safe_string)
    });
    environment.add_function("said", move |Serde(text): Serde<TemplateText>| {
        text.in_language(language).ok_or_else(|| {
            Error::new(ErrorKind::InvalidOperation, "an error names a message that is not there")
        })
    });
}

fn message(
    language: Language,
    id: &str,
    arguments: &Kwargs,
    show: fn(&Value) -> String,
) -> Result<String, Error> {
    let mut values = HashMap::new();
    for name in arguments.args().map(str::to_owned).collect::<Vec<_>>() {
        let value: Value = arguments.get(&name)?;
        values.insert(Cow::Owned(name), fluent_value(language, &value, show));
    }
    format_message(language, id, &values).ok_or_else(|| {
        Error::new(ErrorKind::InvalidOperation, format!("there is no message {id:?} in locales/"))
    })
}

fn format_message(
    language: Language,
    id: &str,
    values: &HashMap<Cow<'static, str>, FluentValue<'static>>,
) -> Option<String> {
    let found = LOCALES.try_lookup_with_args(&ENGLISH, id, values)?;
    Some(match language {
        Language::English => found,
        Language::Pseudo => pseudo(&found),
    })
}

/// A number chooses the form of a word; anything else is shown as it is.
fn fluent_value(language: Language, value: &Value, show: fn(&Value) -> String) -> FluentValue<'static> {
    match i64::try_from(value.clone()) {
        Ok(number) if value.is_number() => FluentValue::from(number),
        _ => argument(language, show(value)),
    }
}

/// A text inside a message. The pseudo language leaves it as it is.
fn argument(language: Language, text: String) -> FluentValue<'static> {
    match language {
        Language::English => FluentValue::from(text),
        Language::Pseudo => FluentValue::from(format!("{ARGUMENT_BEGINS}{text}{ARGUMENT_ENDS}")),
    }
}

/// The message's own markup is what a test allows; what comes into it is text, unless a template has made markup of it.
fn as_html(value: &Value) -> String {
    if value.is_safe() { value.to_string() } else { HtmlEscape(&value.to_string()).to_string() }
}

// Of the private use area: no message and no name has them.
const ARGUMENT_BEGINS: char = '\u{E000}';
const ARGUMENT_ENDS: char = '\u{E001}';

const PLAIN: &str = "ABCDEGHIJKLNORSTUWYZabcdeghijklnorstuwyz";
const ACCENTED: &str = "ÀƁĈĎÊĜĤÎĴĶĻÑÔŔŠŢÛŴÝŽàƀĉďêĝĥîĵķļñôŕšţûŵýž";

/// "Sign in" as "[Šîĝñ îñ…]": in brackets, in letters that show, a third longer. Markup and arguments stay.
pub fn pseudo(message: &str) -> String {
    let mut shown = String::from("[");
    let (mut letters, mut in_tag, mut in_argument) = (0_usize, false, false);
    for c in message.chars() {
        match c {
            ARGUMENT_BEGINS => in_argument = true,
            ARGUMENT_ENDS => in_argument = false,
            _ if in_argument => shown.push(c),
            '<' | '>' => {
                in_tag = c == '<';
                shown.push(c);
            }
            _ if in_tag => shown.push(c),
            _ => {
                letters += usize::from(c.is_alphabetic());
                shown.push(
                    PLAIN.chars().zip(ACCENTED.chars()).find(|(plain, _)| *plain == c).map_or(c, |(_, a)| a),
                );
            }
        }
    }
    shown.extend(repeat_n('…', letters.div_ceil(3)));
    shown.push(']');
    shown
}
