//! Bodies that read: a route must refuse who asks, and not what was sent.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// A body that reads, so that it is not for its form that it is refused.
pub fn with_body(request: RequestBuilder, (method, route): (&Method, &str), api: &Value) -> RequestBuilder {
    if *method == Method::GET {
        return request;
    }
    let words = |name: &str| match name {
        "reason" | "why" | "how" => "HD-4711, a test",
        "kind" => "in_person",
        "login" => "nobody.here",
        "name" | "label" => "A test",
        "tier" => "standard",
        "role" => "person",
        "email" => "a.test@demo.postern.invalid",
        "days" | "version" => "1",
        "manager" | "office_phone" => "",
        "reference" => "Ticket 4711",
        "code" => "000000",
        _ => "x",
    };
    if route.ends_with("/import") || route == "/desk/imports" {
        return request.body("no log");
    }
    let by_script = route.ends_with("/start") || route.ends_with("/finish");
    if !route.starts_with("/api/") && !by_script {
        let fields = [
            "reason",
            "how",
            "kind",
            "login",
            "name",
            "label",
            "tier",
            "role",
            "email",
            "days",
            "version",
            "manager",
            "office_phone",
            "phrase",
            "contact",
            "reference",
            "code",
            "first_code",
            "second_code",
            "password",
            "current_password",
            "new_password",
            "pass",
            "backup_code",
        ];
        return request.form(&fields.map(|name| (name, words(name))));
    }
    if route.ends_with("/remove/finish") {
        return request.json(&json!({ "proof": { "code": "000000" } }));
    }
    let schema = &api["paths"]
        [route.replacen("/account/", "/api/v1/account/", usize::from(!route.starts_with("/api/")))]
        [method.as_str().to_lowercase()]["requestBody"]["content"]["application/json"]["schema"];
    request.json(&sample(schema, api, "", &words))
}

/// Something that fits a schema.
fn sample<'a>(schema: &Value, api: &Value, name: &str, words: &impl Fn(&str) -> &'a str) -> Value {
    if let Some(at) = schema["$ref"].as_str() {
        return sample(api.pointer(at.trim_start_matches('#')).unwrap(), api, name, words);
    }
    for many in ["oneOf", "anyOf", "allOf"] {
        if let Some(first) =
            schema[many].as_array().and_then(|all| all.iter().find(|one| one["type"] != "null"))
        {
            return sample(first, api, name, words);
        }
    }
    if !schema["example"].is_null() {
        return schema["example"].clone();
    }
    if let Some(one) = schema["enum"].as_array() {
        let wanted = json!(words(name));
        return if one.contains(&wanted) { wanted } else { one[0].clone() };
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str());
    match kind {
        Some("string") => json!(words(name)),
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(false),
        Some("array") => json!([]),
        _ => {
            let none = serde_json::Map::new();
            let fields = schema["properties"].as_object().unwrap_or(&none);
            fields.iter().map(|(name, schema)| (name.clone(), sample(schema, api, name, words))).collect()
        }
    }
}
