//! Where the form of an address is that takes nothing else, and a form that no handler saw, to be sent again.

use serde::Serialize;
use url::form_urlencoded;

use crate::texts::{ErrorText, MessageId};

/// Fields that are shown again. No form has more.
const MOST_FIELDS: usize = 100;

/// The page with the form that sends to `path`.
pub(super) fn page_of_form(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    match parts.as_slice() {
        ["sign-in", "second-step" | "backup-code" | "hardware-token", ..] => {
            "/sign-in/second-step".to_owned()
        }
        ["sign-in", "push", ..] => "/sign-in/push".to_owned(),
        ["sign-in", "sent-code", ..] => "/sign-in/sent-code".to_owned(),
        ["recover", "case", ..] => "/recover/case".to_owned(),
        ["account", "factors", id, page @ ("remove" | "resync"), _, ..] => {
            format!("/account/factors/{id}/{page}")
        }
        [
            "account",
            page @ ("backup-codes" | "hardware-token" | "push" | "sent-codes" | "password"
            | "replace-password"),
            _,
            ..,
        ] => {
            format!("/account/{page}")
        }
        ["account", "linked-accounts", provider, _, ..] => format!("/account/linked-accounts/{provider}"),
        ["sign-out"] => "/account".to_owned(),
        ["desk", list @ ("people" | "cases" | "incidents" | "power-grants" | "passkeys"), id, _, ..] => {
            format!("/desk/{list}/{id}")
        }
        ["desk", "views", ..] => "/desk".to_owned(),
        ["desk", list, ..] => format!("/desk/{list}"),
        ["forgotten-password", ..] => "/forgotten-password".to_owned(),
        [place @ ("sign-in" | "enrol" | "not-me" | "account"), ..] => format!("/{place}"),
        _ => "/".to_owned(),
    }
}

/// A form that was sent with what no field takes: without it, and without secrets, which no page shows again.
#[derive(Clone, Debug, Serialize)]
pub struct FormAgain {
    pub action: String,
    pub fields: Vec<FieldAgain>,
}

#[derive(Clone, Debug, Serialize)]
pub struct FieldAgain {
    pub name: String,
    pub label: ErrorText,
    pub value: String,
    /// `kept`, `typed` or `secret`.
    pub kind: &'static str,
}

impl FormAgain {
    /// Of an encoded body. `is_refused`: what no text holds.
    pub(super) fn of(action: &str, body: &[u8], is_refused: impl Fn(char) -> bool) -> Self {
        let field = |(name, value): (std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)| {
            let clean: String = value.chars().filter(|c| !is_refused(*c)).collect();
            let kind = match name.as_ref() {
                name if is_secret(name) => "secret",
                _ if clean.len() != value.len() => "typed",
                _ => "kept",
            };
            let value = if kind == "secret" { String::new() } else { clean };
            FieldAgain { label: label(&name), name: name.into_owned(), value, kind }
        };
        let pairs = form_urlencoded::parse(body).filter(|(name, _)| !name.chars().any(&is_refused));
        Self { action: action.to_owned(), fields: pairs.take(MOST_FIELDS).map(field).collect() }
    }
}

/// What the form calls it; of the desk's forms, its name.
fn label(field: &str) -> ErrorText {
    let known = match field {
        "login" => MessageId("login"),
        "password" => MessageId("password"),
        "current_password" => MessageId("current-password"),
        "new_password" => MessageId("new-password"),
        "code" => MessageId("code"),
        "token_code" => MessageId("code-from-your-token"),
        "second_code" => MessageId("code-shown-next"),
        "first_code" => MessageId("code-of-new-app"),
        "backup_code" => MessageId("backup-code"),
        "serial" => MessageId("token-serial"),
        "pass" => MessageId("pass-title"),
        "reference" => MessageId("reference"),
        "phrase" => MessageId("words-on-their-page"),
        "how" => MessageId("how-do-you-know"),
        "kind" => MessageId("kind-of-contact"),
        "value" => MessageId("number-or-address"),
        "who" => MessageId("trusted-contact-who"),
        "label" | "name" => MessageId("name"),
        "email" => MessageId("mail-address-for-notices"),
        _ => return capitalised(&field.replace(['_', '-'], " ")).into(),
    };
    known.into()
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
}

fn is_secret(name: &str) -> bool {
    name.contains("password") || name.contains("code") || name == "pass"
}
