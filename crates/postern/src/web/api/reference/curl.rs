//! One call, ready for a shell.

use serde_json::{Map, Value};

use super::{BODY, list, shapes};

const FILE: &str = "/requestBody/content/application~1octet-stream";

/// The call of an operation, with the first way to say who calls.
pub(super) fn example(document: &Value, method: &str, url: &str, operation: &Value) -> String {
    let mut lines = vec![match method {
        "GET" => format!("curl \"{}\"", in_shell(url)),
        _ => format!("curl -X {method} \"{}\"", in_shell(url)),
    }];
    lines.extend(credential(operation, method));
    if operation.pointer(FILE).is_some() {
        lines.push("-H \"Content-Type: application/octet-stream\"".to_owned());
        lines.push("--data-binary @FILE".to_owned());
    }
    if let Some(schema) = operation.pointer(BODY) {
        lines.push("-H \"Content-Type: application/json\"".to_owned());
        lines.push(format!("-d '{}'", body(document, schema)));
    }
    lines.join(" \\\n  ")
}

fn credential(operation: &Value, method: &str) -> Vec<String> {
    let first =
        list(operation, "/security").first().and_then(Value::as_object).and_then(|one| one.keys().next());
    match first.map(String::as_str) {
        Some("service_token") => vec!["-H \"Authorization: Bearer $POSTERN_TOKEN\"".to_owned()],
        Some("claimant_page_token") => vec!["-H \"Authorization: Bearer $CLAIMANT_PAGE_TOKEN\"".to_owned()],
        Some("session") => {
            let cookie = "-b \"__Host-postern-session=$POSTERN_SESSION\"".to_owned();
            let site = (method != "GET").then(|| "-H \"Sec-Fetch-Site: same-origin\"".to_owned());
            std::iter::once(cookie).chain(site).collect()
        }
        _ => Vec::new(),
    }
}

/// `{id}` as a shell's `$ID`.
fn in_shell(url: &str) -> String {
    url.replace("{id}", "$ID")
}

fn body(document: &Value, schema: &Value) -> Value {
    let fields = shapes::fields(document, schema).into_iter();
    let shown: Map<String, Value> =
        fields.map(|field| (field.name, field.example.unwrap_or_else(|| "…".into()))).collect();
    Value::Object(shown)
}
