//! An event as detection rules see it.

use std::borrow::Cow;

use rsigma_eval::{Event, EventValue};
use serde_json::Value;

use crate::event::{Field, View};

/// A view, for the evaluator of detections.
pub(super) struct Sight<'v>(pub(super) View<'v>);

impl Event for Sight<'_> {
    fn get_field(&self, path: &str) -> Option<EventValue<'_>> {
        Some(match self.0.field(path)? {
            Field::Word(word) => EventValue::Str(Cow::Borrowed(word)),
            Field::Text(text) => EventValue::Str(Cow::Owned(text.as_ref().to_owned())),
            Field::Truth(truth) => EventValue::Bool(truth),
            Field::Number(number) => EventValue::Int(number),
        })
    }

    fn any_string_value(&self, pred: &dyn Fn(&str) -> bool) -> bool {
        self.all_string_values().iter().any(|value| pred(value))
    }

    fn all_string_values(&self) -> Vec<Cow<'_, str>> {
        let names = View::WORDS.into_iter().chain(View::TEXTS);
        let text = |name| match self.0.field(name)? {
            Field::Word(word) => Some(Cow::Borrowed(word)),
            Field::Text(text) => Some(Cow::Owned(text.as_ref().to_owned())),
            Field::Truth(_) | Field::Number(_) => None,
        };
        names.filter_map(text).collect()
    }

    fn to_json(&self) -> Value {
        Value::Null
    }
}
