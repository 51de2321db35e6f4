//! `/api`: the OpenAPI document for people to read, on our own page: a third party's would need scripts that the content
//! security policy refuses.

mod curl;
pub mod shapes;

use axum::response::Response;
use serde::Serialize;
use serde_json::{Map, Value};

use self::shapes::{DocumentedField, DocumentedShape, ShapeKind};
use crate::scope::Scope;
use crate::web::extract::MaybeSigned;
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::render;

/// What the page shows.
#[derive(Serialize)]
pub struct Reference {
    pub about: String,
    pub groups: Vec<DocumentedGroup>,
    pub schemes: Vec<Scheme>,
    pub shapes: Vec<DocumentedShape>,
}

/// Operations on one kind of thing.
#[derive(Serialize)]
pub struct DocumentedGroup {
    pub name: String,
    pub description: String,
    pub operations: Vec<Operation>,
}

#[derive(Serialize)]
pub struct Operation {
    pub id: String,
    pub method: String,
    pub path: String,
    pub summary: String,
    pub description: String,
    pub callers: Vec<String>,
    pub parameters: Vec<Parameter>,
    pub fields: Vec<DocumentedField>,
    pub answers: Vec<DocumentedAnswer>,
    pub curl: String,
}

#[derive(Serialize)]
pub struct Parameter {
    pub name: String,
    pub place: String,
    pub required: bool,
    pub description: String,
}

#[derive(Serialize)]
pub struct DocumentedAnswer {
    pub status: String,
    pub is_error: bool,
    pub description: String,
    pub body: Option<ShapeKind>,
}

/// A way to say who calls.
#[derive(Serialize)]
pub struct Scheme {
    pub name: String,
    pub description: String,
    pub header: String,
}

impl PageView for Reference {
    const TEMPLATE: &'static str = "api.html";
}

/// `GET /api`
pub async fn show(scope: Scope, MaybeSigned(caller): MaybeSigned) -> Result<Response, Problem> {
    let document = super::openapi::document(&scope)?;
    render(&scope, caller.as_ref(), reference(&document, &scope.tenant.link("")))
}

fn reference(document: &Value, server: &str) -> Reference {
    Reference {
        about: text(document, "/info/description"),
        groups: list(document, "/tags").iter().map(|tag| group(document, tag, server)).collect(),
        schemes: entries(document, "/components/securitySchemes")
            .map(|(name, scheme)| scheme_of(name, scheme))
            .collect(),
        shapes: entries(document, "/components/schemas")
            .map(|(name, schema)| DocumentedShape::of(document, name, schema))
            .collect(),
    }
}

fn group(document: &Value, tag: &Value, server: &str) -> DocumentedGroup {
    let name = text(tag, "/name");
    let operations = entries(document, "/paths")
        .flat_map(|(path, item)| {
            item.as_object().into_iter().flatten().map(move |(method, sent)| (path, method, sent))
        })
        .filter(|(_, _, sent)| text(sent, "/tags/0") == name)
        .map(|(path, method, sent)| operation(document, &method.to_uppercase(), path, sent, server))
        .collect();
    DocumentedGroup { description: text(tag, "/description"), name, operations }
}

fn operation(document: &Value, method: &str, path: &str, sent: &Value, server: &str) -> Operation {
    Operation {
        id: text(sent, "/operationId"),
        method: method.to_owned(),
        path: path.to_owned(),
        summary: text(sent, "/summary"),
        description: text(sent, "/description"),
        callers: list(sent, "/security").iter().flat_map(callers).collect(),
        parameters: list(sent, "/parameters").iter().map(parameter).collect(),
        fields: sent.pointer(BODY).map_or_else(Vec::new, |schema| shapes::fields(document, schema)),
        answers: entries(sent, "/responses").map(|(status, answer)| answer_of(status, answer)).collect(),
        curl: curl::example(document, method, &format!("{server}{path}"), sent),
    }
}

const BODY: &str = "/requestBody/content/application~1json/schema";

/// `service token with cases:read`
fn callers(requirement: &Value) -> Vec<String> {
    let named = requirement.as_object().into_iter().flatten();
    named
        .map(|(scheme, scopes)| {
            let scopes: Vec<&str> =
                scopes.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let scheme = scheme.replace('_', " ");
            if scopes.is_empty() { scheme } else { format!("{scheme} with {}", scopes.join(", ")) }
        })
        .collect()
}

fn parameter(sent: &Value) -> Parameter {
    Parameter {
        name: text(sent, "/name"),
        place: text(sent, "/in"),
        required: sent.get("required").and_then(Value::as_bool).unwrap_or(false),
        description: text(sent, "/description"),
    }
}

fn answer_of(status: &str, answer: &Value) -> DocumentedAnswer {
    let content = answer.get("content").and_then(Value::as_object).and_then(|content| content.iter().next());
    // A line of JSON Lines has no schema of its own here; the description says what it is.
    let json = content.filter(|(kind, _)| kind.ends_with("json")).and_then(|(_, body)| body.get("schema"));
    DocumentedAnswer {
        status: status.to_owned(),
        is_error: !status.starts_with('2'),
        description: text(answer, "/description"),
        body: json.map(ShapeKind::of),
    }
}

fn scheme_of(name: &str, scheme: &Value) -> Scheme {
    let header = match text(scheme, "/type").as_str() {
        "http" => format!("Authorization: Bearer {}", text(scheme, "/bearerFormat")),
        _ => format!("Cookie: {}", text(scheme, "/name")),
    };
    Scheme { name: name.replace('_', " "), description: text(scheme, "/description"), header }
}

fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn entries<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
    value.pointer(pointer).and_then(Value::as_object).into_iter().flat_map(Map::iter)
}
