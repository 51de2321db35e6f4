//! A message as code names it, with what stands in it; and what an error says, which is one, or the desk's English.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;

use fluent_templates::fluent_bundle::FluentValue;
use serde::{Deserialize, Serialize};

use super::{Language, MessageId, argument, format_message};

/// A message and its arguments. Its id is what it means; its words are the reader's language's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FilledMessage {
    id: MessageId,
    arguments: BTreeMap<&'static str, MessageValue>,
}

/// What stands in a message: a number chooses the form of a word, a text is shown as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum MessageValue {
    /// How many.
    Number(i64),
    /// A name, a link, another whole sentence.
    Text(String),
}

impl From<i64> for MessageValue {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<usize> for MessageValue {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<&str> for MessageValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for MessageValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl MessageId {
    /// The message with something in it.
    pub fn with(self, name: &'static str, value: impl Into<MessageValue>) -> FilledMessage {
        FilledMessage::from(self).with(name, value)
    }
}

impl From<MessageId> for FilledMessage {
    fn from(id: MessageId) -> Self {
        Self { id, arguments: BTreeMap::new() }
    }
}

impl FilledMessage {
    /// One argument more.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<MessageValue>) -> Self {
        self.arguments.insert(name, value.into());
        self
    }

    /// Which message it is.
    pub fn id(&self) -> MessageId {
        self.id
    }

    /// What the reader reads.
    pub fn in_language(&self, language: Language) -> String {
        let values = self.arguments.iter().map(|(name, value)| (*name, value));
        // A test looks for every id.
        fill(language, self.id.0, values).unwrap_or_else(|| self.id.0.to_owned())
    }
}

/// English: what programs, records and the desk read.
impl fmt::Display for FilledMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(Language::English))
    }
}

fn fill<'a>(
    language: Language,
    id: &str,
    values: impl Iterator<Item = (&'a str, &'a MessageValue)>,
) -> Option<String> {
    let fluent = |value: &MessageValue| match value {
        MessageValue::Number(number) => FluentValue::from(*number),
        MessageValue::Text(text) => argument(language, text.clone()),
    };
    let values: HashMap<Cow<'static, str>, FluentValue<'static>> =
        values.map(|(name, value)| (Cow::Owned(name.to_owned()), fluent(value))).collect();
    format_message(language, id, &values)
}

/// What an error says. Pages of people outside the desk show its message in their language; everybody else reads English.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum ErrorText {
    /// Of the desk, and of what only programs and operators do.
    English(Cow<'static, str>),
    /// Of whatever people outside the desk do too.
    Message(FilledMessage),
}

impl ErrorText {
    /// The id of its message, where it has one: it stays when the words change.
    pub fn id(&self) -> Option<MessageId> {
        match self {
            Self::English(_) => None,
            Self::Message(message) => Some(message.id()),
        }
    }

    /// What the reader reads.
    pub fn in_language(&self, language: Language) -> String {
        match self {
            Self::English(text) => text.clone().into_owned(),
            Self::Message(message) => message.in_language(language),
        }
    }
}

impl fmt::Display for ErrorText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(Language::English))
    }
}

impl From<&'static str> for ErrorText {
    fn from(english: &'static str) -> Self {
        Self::English(Cow::Borrowed(english))
    }
}

impl From<String> for ErrorText {
    fn from(english: String) -> Self {
        Self::English(Cow::Owned(english))
    }
}

impl From<MessageId> for ErrorText {
    fn from(id: MessageId) -> Self {
        Self::Message(id.into())
    }
}

impl From<FilledMessage> for ErrorText {
    fn from(message: FilledMessage) -> Self {
        Self::Message(message)
    }
}

/// An [`ErrorText`] as a template holds it.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum TemplateText {
    English(String),
    Message { id: String, arguments: BTreeMap<String, MessageValue> },
}

impl TemplateText {
    /// What the reader reads; nothing where there is no such message.
    pub(super) fn in_language(&self, language: Language) -> Option<String> {
        match self {
            Self::English(text) => Some(text.clone()),
            Self::Message { id, arguments } => {
                fill(language, id, arguments.iter().map(|(name, value)| (name.as_str(), value)))
            }
        }
    }
}
