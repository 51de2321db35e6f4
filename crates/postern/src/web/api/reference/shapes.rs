//! JSON schemas as lists of fields.

use serde::Serialize;
use serde_json::Value;

use super::{entries, list, text};

/// A named schema.
#[derive(Serialize)]
pub struct DocumentedShape {
    pub name: String,
    pub description: String,
    pub fields: Vec<DocumentedField>,
}

/// A field of an object.
#[derive(Serialize)]
pub struct DocumentedField {
    pub name: String,
    pub kind: ShapeKind,
    pub required: bool,
    pub description: String,
    /// What an example would hold.
    #[serde(skip)]
    pub example: Option<Value>,
}

/// A type as it is shown; `shape` names the schema that it refers to.
#[derive(Serialize)]
pub struct ShapeKind {
    pub label: String,
    pub shape: Option<String>,
}

impl DocumentedShape {
    pub(super) fn of(document: &Value, name: &str, schema: &Value) -> Self {
        Self {
            name: name.to_owned(),
            description: text(schema, "/description"),
            fields: fields(document, schema),
        }
    }
}

/// The fields of a schema: its own, and those of the schemas that it refers to or is put together from.
pub(super) fn fields(document: &Value, schema: &Value) -> Vec<DocumentedField> {
    if let Some(target) = target(document, schema) {
        return fields(document, target);
    }
    let of_parts = list(schema, "/allOf").iter().flat_map(|part| fields(document, part));
    let required: Vec<&str> = list(schema, "/required").iter().filter_map(Value::as_str).collect();
    let own = entries(schema, "/properties").map(|(name, property)| DocumentedField {
        name: name.clone(),
        kind: ShapeKind::of(property),
        required: required.contains(&name.as_str()),
        description: described(property),
        example: property.get("example").cloned(),
    });
    of_parts.chain(own).collect()
}

/// What a field says of itself; where it may be null, the description stands at the other choice.
fn described(property: &Value) -> String {
    let choices = list(property, "/oneOf").iter();
    let texts = std::iter::once(property).chain(choices).map(|schema| text(schema, "/description"));
    texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
}

fn target<'a>(document: &'a Value, schema: &Value) -> Option<&'a Value> {
    document.pointer(schema.get("$ref")?.as_str()?.trim_start_matches('#'))
}

impl ShapeKind {
    pub(super) fn of(schema: &Value) -> Self {
        if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|at| at.rsplit('/').next()) {
            return Self { label: name.to_owned(), shape: Some(name.to_owned()) };
        }
        let choices: Vec<Self> = list(schema, "/oneOf").iter().map(Self::of).collect();
        if !choices.is_empty() {
            let labels: Vec<&str> = choices.iter().map(|choice| choice.label.as_str()).collect();
            return Self {
                label: labels.join(" or "),
                shape: choices.iter().find_map(|choice| choice.shape.clone()),
            };
        }
        let kinds = match schema.get("type") {
            Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
            Some(kind) => kind.as_str().into_iter().collect(),
            None => vec!["anything"],
        };
        if let (true, Some(items)) = (kinds.contains(&"array"), schema.get("items")) {
            let each = Self::of(items);
            return Self { label: format!("list of {}", each.label), shape: each.shape };
        }
        let label = kinds.join(" or ");
        let is_time = text(schema, "/format") == "date-time";
        Self { label: if is_time { label.replace("string", "time") } else { label }, shape: None }
    }
}
