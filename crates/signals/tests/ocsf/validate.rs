//! Checks an event against the rules of its class.

use std::net::IpAddr;

use serde_json::{Map, Value};

use super::schema::{
    Kind::{self, Address, Bool, Coded, Free, Integer, Mail, Number, Object, Objects, Text, Texts},
    Schema,
};

/// Every breach of the rules.
pub fn faults(event: &Value, class: &'static Schema) -> Vec<String> {
    let mut faults = Vec::new();
    check_object(event, class, "", &mut faults);
    let number = |name: &str| event[name].as_i64().unwrap_or(-1);
    let expected = number("class_uid") * 100 + number("activity_id");
    if number("type_uid") != expected {
        faults.push(format!("type_uid: not {expected}"));
    }
    let names = ["class_name", "activity_name"].map(|name| event[name].as_str().unwrap_or("?"));
    if event["type_name"] != names.join(": ") {
        faults.push(format!("type_name: not {}", names.join(": ")));
    }
    if (number("category_uid"), number("class_uid") / 1000) != (3, 3) {
        faults.push("category_uid: not that of the class".to_owned());
    }
    let profiles = event["metadata"]["profiles"].as_array();
    if event.get("device").is_some() && !profiles.is_some_and(|names| names.contains(&"host".into())) {
        faults.push("device: its profile host is not named".to_owned());
    }
    faults
}

fn check_object(value: &Value, schema: &'static Schema, path: &str, faults: &mut Vec<String>) {
    let Some(object) = value.as_object() else {
        faults.push(format!("{path}: not an object"));
        return;
    };
    let at = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    for name in schema.required.iter().filter(|name| !object.contains_key(**name)) {
        faults.push(format!("{}: required", at(name)));
    }
    let one_of = schema.at_least_one;
    if !one_of.is_empty() && !one_of.iter().any(|name| object.contains_key(*name)) {
        let path = if path.is_empty() { String::new() } else { format!("{path}: ") };
        faults.push(format!("{path}at least one of {}", one_of.join(", ")));
    }
    for (name, value) in object {
        match schema.attributes.iter().find(|(known, _)| known == name) {
            Some((_, kind)) => check(value, kind, object, &at(name), faults),
            None => faults.push(format!("{}: not in the schema", at(name))),
        }
    }
}

fn check(value: &Value, kind: &Kind, parent: &Map<String, Value>, path: &str, faults: &mut Vec<String>) {
    let mut expect = |sound: bool, what: &str| {
        if !sound {
            faults.push(format!("{path}: {what}"));
        }
    };
    match kind {
        Text => expect(value.is_string(), "not a text"),
        Integer => expect(value.is_i64(), "not an integer"),
        Number => expect(value.is_number(), "not a number"),
        Bool => expect(value.is_boolean(), "not true or false"),
        Free => expect(value.is_object(), "not an object"),
        Address => {
            let text = value.as_str().filter(|text| text.len() <= 40);
            expect(text.is_some_and(|text| text.parse::<IpAddr>().is_ok()), "no address");
        }
        Mail => expect(value.as_str().is_some_and(is_mail), "no mail address"),
        Texts => {
            let texts = value.as_array().is_some_and(|texts| texts.iter().all(Value::is_string));
            expect(texts, "not a list of texts");
        }
        Coded(sibling, values) => check_code(value, values, parent.get(*sibling), (path, sibling), faults),
        Object(schema) => check_object(value, schema, path, faults),
        Objects(schema) => match value.as_array() {
            Some(list) => list.iter().for_each(|item| check_object(item, schema, path, faults)),
            None => expect(false, "not a list"),
        },
    }
}

/// The caption of 99 is the source's own word, and must be there; any other caption must be the published one.
fn check_code(
    value: &Value,
    values: &[(i64, &str)],
    caption: Option<&Value>,
    (path, sibling): (&str, &str),
    faults: &mut Vec<String>,
) {
    let Some(code) = value.as_i64() else {
        faults.push(format!("{path}: not an integer"));
        return;
    };
    let caption = caption.and_then(Value::as_str);
    let published = values.iter().find(|(known, _)| *known == code);
    match published {
        Some((_, name)) if caption.is_none_or(|caption| caption == *name) => {}
        Some(_) => faults.push(format!("{sibling}: not the caption of {code}")),
        None if code != 99 => faults.push(format!("{path}: {code} is no value")),
        None => match caption {
            None => faults.push(format!("{sibling}: required with 99")),
            Some(caption) if values.iter().any(|(_, name)| *name == caption) => {
                faults.push(format!("{sibling}: the caption of 99 belongs to a value of its own"));
            }
            Some(_) => {}
        },
    }
}

// email_t: ^[a-zA-Z0-9!#$%&'*+-/=?^_`{|}~.]+@[a-zA-Z0-9-]+\.[a-zA-Z0-9-.]+$
fn is_mail(text: &str) -> bool {
    let name = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+,-./=?^_`{|}~".contains(c);
    let label = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let Some((local, (first, rest))) =
        text.split_once('@').and_then(|(local, domain)| Some((local, domain.split_once('.')?)))
    else {
        return false;
    };
    [local, first, rest].iter().all(|part| !part.is_empty())
        && local.chars().all(name)
        && first.chars().all(label)
        && rest.chars().all(|c| label(c) || c == '.')
}
