//! What the values that programs send may hold: said once for every body and parameter that has them, so that the document
//! allows nothing that is refused whatever the case.

use postern_core::event::EventKind;
use postern_core::evidence::{EvidenceOutcome, Kind};
use postern_core::factor::push::PushAnswer;
use postern_core::person::Role;
use postern_core::reason::Reason;
use postern_core::remedy::Remedy;
use postern_core::text::HIDDEN;
use postern_core::tier::Tier;
use serde_json::{Map, Value, json};

use crate::actions::create_service_token::SCOPES;
use crate::scope::Scope;
use crate::store::contacts::KINDS;
use crate::web::desk::incidents::SEVERITIES;

/// Control characters, but for the tab and the line breaks: no text holds them (`web/plain.rs`).
const CONTROL: &str = r"\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F";
/// Bytes in base64url, without padding.
const BASE64: &str = "^([A-Za-z0-9_-]{4})*([A-Za-z0-9_-]{2}[AEIMQUYcgkosw048]|[A-Za-z0-9_-][AQgw])?$";

/// Narrows the bodies and the parameters of all operations.
pub(super) fn narrow(document: &mut Value, scope: &Scope) {
    let mut bodies = Vec::new();
    for item in members(document, "/paths") {
        for operation in item.as_object_mut().into_iter().flat_map(Map::values_mut) {
            for parameter in list(operation, "/parameters") {
                let (place, name) = (text(parameter, "in"), text(parameter, "name"));
                let owner = if place == "path" { "path" } else { "" };
                if let Some(schema) = parameter.get_mut("schema") {
                    add(schema, bounds(owner, &name, scope));
                }
            }
            let body = operation.pointer("/requestBody/content/application~1json/schema/$ref");
            bodies
                .extend(body.and_then(Value::as_str).and_then(|at| at.rsplit('/').next()).map(str::to_owned));
        }
    }
    for owner in bodies {
        let properties = document.pointer_mut(&format!("/components/schemas/{owner}/properties"));
        for (name, schema) in properties.and_then(Value::as_object_mut).into_iter().flatten() {
            add(schema, bounds(&owner, name, scope));
        }
    }
    if let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        schemas.extend(shared_shapes());
    }
}

/// What holds for a field of a body (`owner` is the body's name) or for a parameter.
fn bounds(owner: &str, name: &str, scope: &Scope) -> Value {
    let most = Reason::MAX_CHARS;
    match (owner, name) {
        ("path", "provider") => json!({ "pattern": "^[a-z0-9-]{1,30}$" }),
        ("path", _) | ("OpenCaseAtDesk", "person") | (_, "contact") => json!({ "format": "uuid" }),
        (_, "reason" | "note") | ("AddEvidence", "reference") | ("Vouch", "how") => {
            json!({ "minLength": 3, "maxLength": most, "pattern": visible(r"([\p{L}\p{N}]{VISIBLE}*){3}") })
        }
        ("AddEvidence", "kind") => words(Kind::ALL.map(Kind::as_str)),
        // That a kind never counts is said by the server.
        ("AddEvidence", "outcome") => {
            let said =
                EvidenceOutcome::ALL.into_iter().filter(|outcome| *outcome != EvidenceOutcome::Rejected);
            words(said.map(EvidenceOutcome::as_str))
        }
        ("Vouch", "outcome") => words(Kind::ManagerVouch.outcomes().iter().map(|outcome| outcome.as_str())),
        ("NewContactOfPerson" | "NewOwnContact", "kind") => words(KINDS),
        (_, "role") => words(Role::ALL.map(Role::as_str)),
        (_, "remedy") => words(Remedy::ALL.iter().map(|remedy| remedy.as_str())),
        (_, "tier") => words(scope.tenant.settings.tiers.iter().map(Tier::as_str)),
        (_, "scopes") => json!({ "minItems": 1, "items": { "type": "string", "enum": SCOPES } }),
        ("", "event") => words(std::iter::once("").chain(EventKind::ALL.iter().map(|kind| kind.as_str()))),
        ("", "severity") => words(std::iter::once("").chain(SEVERITIES)),
        ("", "list") => words(["", "queue", "strangers", "closed"]),
        ("", "from" | "until") => json!({ "format": "date-time" }),
        ("AddPerson", "login" | "name") | ("CreateServiceToken", "label") | ("PersonChanges", "name") => {
            json!({ "minLength": 1, "maxLength": 100, "pattern": visible(r"[\p{L}\p{N}\p{P}\p{S}]{VISIBLE}*") })
        }
        ("NameFactor", "label") => {
            json!({ "minLength": 1, "maxLength": 60, "pattern": visible(r"[\p{L}\p{N}]{VISIBLE}*") })
        }
        (_, "label") => json!({ "maxLength": 60, "pattern": visible("") }),
        (_, "email") => json!({ "format": "email", "maxLength": 254, "pattern": r"\.[A-Za-z]+$" }),
        ("OpenCase" | "JoinCaseBody", "login") => {
            json!({ "pattern": format!(r"^[^{CONTROL}]*[^\s{CONTROL}][^{CONTROL}]*$") })
        }
        (_, "proof") => shape("FactorProof"),
        (_, "created") => shape("NewPasskey"),
        (_, "assertion") => shape("PasskeyAnswer"),
        ("AnswerPushRequest", "answer") => words(PushAnswer::ALL.map(PushAnswer::as_str)),
        _ => json!({ "pattern": format!("^[^{CONTROL}]*$") }),
    }
}

/// A text in which everything is seen, and nothing turns the direction of writing.
fn visible(then: &str) -> String {
    let hidden: String = HIDDEN.iter().flat_map(|(first, last)| [*first, '-', *last]).collect();
    let visible = format!("[^{CONTROL}{hidden}]");
    format!("^{visible}*{}$", then.replace("{VISIBLE}", &visible))
}

fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> Value {
    json!({ "enum": words.into_iter().collect::<Vec<_>>() })
}

fn shape(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// Of text: the patterns say nothing of numbers and flags. Where nothing may stand, nothing still may.
fn add(schema: &mut Value, bounds: Value) {
    let kinds = schema.get("type").cloned().unwrap_or_default();
    let is = |kind: &str| {
        kinds == kind || kinds.as_array().is_some_and(|kinds| kinds.iter().any(|one| one == kind))
    };
    let may_be_null = is("null");
    let (Some(schema), Value::Object(mut bounds)) = (schema.as_object_mut(), bounds) else { return };
    if bounds.contains_key("pattern") && !is("string") {
        return;
    }
    // A field that says its own knows better.
    if schema.contains_key("pattern") {
        bounds.remove("pattern");
    }
    if let Some(shape) = bounds.remove("$ref") {
        schema.remove("type");
        if may_be_null {
            bounds.insert("anyOf".to_owned(), json!([{ "$ref": shape }, { "type": "null" }]));
        } else {
            bounds.insert("$ref".to_owned(), shape);
        }
    }
    if let (true, Some(Value::Array(words))) = (is("null"), bounds.get_mut("enum")) {
        words.push(Value::Null);
    }
    schema.append(&mut bounds);
}

/// What webauthn takes and gives has no description of its own.
fn shared_shapes() -> Map<String, Value> {
    let bytes = json!({ "type": "string", "pattern": BASE64 });
    let credential = |response: Value, required: &[&str]| {
        json!({
            "type": "object", "required": ["id", "rawId", "response", "type"],
            "properties": {
                "id": { "type": "string" }, "rawId": bytes, "type": { "type": "string" },
                "response": { "type": "object", "required": required, "properties": response },
            },
        })
    };
    let mut answer = credential(
        json!({ "authenticatorData": bytes, "clientDataJSON": bytes, "signature": bytes }),
        &["authenticatorData", "clientDataJSON", "signature"],
    );
    let mut created = credential(
        json!({ "attestationObject": bytes, "clientDataJSON": bytes }),
        &["attestationObject", "clientDataJSON"],
    );
    describe(&mut answer, "What a passkey answers, as `toJSON()` gives it.");
    describe(&mut created, "A new passkey, as `toJSON()` gives it.");
    let one = |name: &str, schema: Value| json!({ "type": "object", "required": [name], "properties": { name: schema }, "additionalProperties": false });
    let code = json!({ "type": "string", "pattern": format!("^[^{CONTROL}]*$") });
    let mut proof = json!({ "oneOf": [one("code", code), one("assertion", shape("PasskeyAnswer"))] });
    describe(
        &mut proof,
        "Proof by a factor that the person has: a code of their app, or an answer of a passkey.",
    );
    [("PasskeyAnswer", answer), ("NewPasskey", created), ("FactorProof", proof)]
        .map(|(name, schema)| (name.to_owned(), schema))
        .into_iter()
        .collect()
}

fn describe(schema: &mut Value, words: &str) {
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("description".to_owned(), words.into());
    }
}

fn members<'a>(value: &'a mut Value, pointer: &str) -> impl Iterator<Item = &'a mut Value> + use<'a> {
    value.pointer_mut(pointer).and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut)
}

fn list<'a>(value: &'a mut Value, pointer: &str) -> impl Iterator<Item = &'a mut Value> + use<'a> {
    value.pointer_mut(pointer).and_then(Value::as_array_mut).into_iter().flatten()
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}
