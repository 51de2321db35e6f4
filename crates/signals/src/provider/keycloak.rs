//! Keycloak events: server log lines, the same in JSON console logs, and the records of the admin REST interface
//! and of listeners.

mod admin;
mod errors;
mod event;
mod line;
mod other;

use std::borrow::Cow;

use crate::{
    read::{Parsed, RecordDefect},
    record::Position,
    time::time_in,
    wire::{Field, Scalar, wire},
};
use event::KeycloakEvent;

wire! {
    struct KeycloakRecord<'a> {
        "id" => id: Scalar<'a>,
        "time" => time: Scalar<'a>,
        "timestamp" => logged: Scalar<'a>,
        // Keycloak's own in one of its forms; beside the above, of whatever has carried the line.
        "@timestamp" => carried: Scalar<'a>,
        "loggername" | "log.logger" => logger: Scalar<'a>,
        "message" => message: Scalar<'a>,
        "type" => kind: Scalar<'a>,
        "realmid" => realm: Scalar<'a>,
        "clientid" => client: Scalar<'a>,
        "userid" => user: Scalar<'a>,
        "sessionid" => session: Scalar<'a>,
        "ipaddress" => ip: Scalar<'a>,
        "error" => error: Scalar<'a>,
        "details" => details: KeycloakDetails<'a>,
        "operationtype" => operation: Scalar<'a>,
        "resourcetype" => resource: Scalar<'a>,
        "resourcepath" => path: Scalar<'a>,
        "representation" => representation: Representation<'a>,
        "authdetails" => administrator: Administrator<'a>,
    }
}
wire! {
    struct KeycloakDetails<'a> {
        "username" => username: Scalar<'a>,
        "code_id" => code_id: Scalar<'a>,
        "credential_type" => credential_type: Scalar<'a>,
        "selected_credential_id" => selected_credential: Scalar<'a>,
        "grant_type" => grant_type: Scalar<'a>,
        "identity_provider" => identity_provider: Scalar<'a>,
        "reason" => reason: Scalar<'a>,
    }
}
wire! {
    /// Who called the admin interface, and from where.
    struct Administrator<'a> {
        "userid" => user: Scalar<'a>,
        "username" => username: Scalar<'a>,
        "ipaddress" => ip: Scalar<'a>,
    }
}
wire! {
    /// What an administrator sent: JSON in a text.
    struct Representation<'a> { "username" => username: Scalar<'a>, "enabled" => enabled: Scalar<'a>, }
}

/// `None`: valid JSON, but no record of Keycloak.
pub(crate) fn parse(line: &str, position: Position) -> Result<Option<Parsed<'_>>, serde_json::Error> {
    let record: KeycloakRecord<'_> = serde_json::from_str(line)?;
    if let Some(logger) = record.logger.text() {
        return Ok(line::is_keycloaks(logger).then(|| wrapped(&record, position)));
    }
    if record.realm.is_absent() && record.administrator.is_absent() {
        return Ok(None);
    }
    Ok(match (record.kind.text(), record.operation.text()) {
        (_, Some(operation)) if is_constant(operation) && !record.path.is_absent() => {
            Some(admin_record(&record, position))
        }
        (Some(kind), None) if is_constant(kind) => Some(event_record(&record, position)),
        _ => None,
    })
}

/// `None`: no line of Keycloak.
pub(crate) fn parse_text(text: &str, position: Position) -> Option<Parsed<'_>> {
    let Some(line) = line::parse(text).filter(|line| line::is_keycloaks(line.logger)) else {
        return other::kind_of(text).map(Parsed::Unrecognised);
    };
    Some(line::message(line.message, line.at, position).unwrap_or_else(|| line::other(line.logger)))
}

/// Keycloak writes its types and operations as constants: `LOGIN_ERROR`.
fn is_constant(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// A line of the server log in a JSON console log.
fn wrapped<'a>(record: &KeycloakRecord<'a>, position: Position) -> Parsed<'a> {
    let Ok(at) = time_in(if record.logged.is_absent() { &record.carried } else { &record.logged }) else {
        return Parsed::Malformed(RecordDefect::BadTime);
    };
    let parsed = match &record.message {
        Scalar::Text(Cow::Borrowed(message)) => line::message(message, at, position),
        Scalar::Text(Cow::Owned(message)) => line::message(message, at, position).map(Parsed::into_owned),
        _ => None,
    };
    parsed.unwrap_or_else(|| line::other(record.logger.text().unwrap_or("")))
}

fn event_record<'a>(record: &KeycloakRecord<'a>, position: Position) -> Parsed<'a> {
    let Ok(at) = time_in(&record.time) else {
        return Parsed::Malformed(RecordDefect::BadTime);
    };
    let details = &record.details;
    let event = KeycloakEvent {
        id: record.id.cow(),
        kind: record.kind.cow().unwrap_or_default(),
        client: record.client.cow(),
        user: record.user.cow(),
        session: record.session.cow(),
        ip: record.ip.cow(),
        error: record.error.cow(),
        username: details.username.cow(),
        code_id: details.code_id.cow(),
        credential_type: details.credential_type.cow(),
        selected_credential: details.selected_credential.cow(),
        grant_type: details.grant_type.cow(),
        identity_provider: details.identity_provider.cow(),
        reason: details.reason.cow(),
    };
    event.read(at, position)
}

fn admin_record<'a>(record: &KeycloakRecord<'a>, position: Position) -> Parsed<'a> {
    let Ok(at) = time_in(&record.time) else {
        return Parsed::Malformed(RecordDefect::BadTime);
    };
    let by = &record.administrator;
    let operation = admin::KeycloakAdminOperation {
        id: record.id.cow(),
        verb: record.operation.cow().unwrap_or_default(),
        resource: record.resource.cow(),
        path: record.path.cow(),
        error: record.error.cow(),
        // Some listeners write the administrator where an event has its person.
        by: by.username.cow().or_else(|| by.user.cow()).or_else(|| record.user.cow()),
        ip: by.ip.cow().or_else(|| record.ip.cow()),
        username: record.representation.username.cow(),
        enabled: record.representation.enabled.truth(),
    };
    operation.read(at, position)
}

#[cfg(test)]
mod tests;
