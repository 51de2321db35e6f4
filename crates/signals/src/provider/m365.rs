//! Microsoft 365 unified audit log: records of the Management API and of Purview's export, where one cell holds the
//! record as text. It sees the same sign-ins as Entra's own log, with less in each record.

mod change;
mod logon;

use std::borrow::Cow;

use super::entra::audit::Property;
use crate::{
    read::{Parsed, RecordDefect},
    record::{AttemptResult, Lifecycle, Method, Position, Provider, SignIn},
    time::time_in,
    wire::{Field, List, Scalar, wire},
};

wire! {
    struct Pair<'a> { "name" => name: Scalar<'a>, "value" => value: Scalar<'a>, }
}
wire! {
    struct M365Party<'a> { "id" => id: Scalar<'a>, "type" => kind: Scalar<'a>, }
}
wire! {
    struct M365Record<'a> {
        "operation" | "operations" => operation: Scalar<'a>,
        "workload" => workload: Scalar<'a>,
        "recordtype" => kind: Scalar<'a>,
        "creationtime" | "creationdate" | "createddatetime" => created: Scalar<'a>,
        "id" | "recordid" => id: Scalar<'a>,
        "userid" | "userids" => user: Scalar<'a>,
        "userkey" => user_key: Scalar<'a>,
        "usertype" => user_type: Scalar<'a>,
        "actoripaddress" => actor_ip: Scalar<'a>,
        "clientip" => client_ip: Scalar<'a>,
        "resultstatus" => result_status: Scalar<'a>,
        "logonerror" => logon_error: Scalar<'a>,
        "errornumber" => error_number: Scalar<'a>,
        "applicationid" => application: Scalar<'a>,
        "objectid" => object: Scalar<'a>,
        "intersystemsid" => correlation: Scalar<'a>,
        "extendedproperties" => extended: List<Pair<'a>>,
        "deviceproperties" => device: List<Pair<'a>>,
        "modifiedproperties" => modified: List<Property<'a>>,
        "target" => targets: List<M365Party<'a>>,
    }
}
wire! {
    struct M365Export<'a> { "auditdata" => audit: M365Record<'a>, }
}

impl<'a> M365Record<'a> {
    /// What was done, without the full stop that the directory's events end in. `None`: no record of Microsoft 365.
    fn operation(&self) -> Option<&str> {
        let has_workload_or_kind = !self.workload.is_absent() || !self.kind.is_absent();
        let dated = !self.created.is_absent();
        self.operation.text().filter(|_| has_workload_or_kind && dated).map(|name| name.trim_end_matches('.'))
    }

    fn extended(&self, name: &str) -> &Scalar<'a> {
        value_of(&self.extended, name)
    }

    fn has_failed(&self) -> bool {
        self.result_status.text().is_some_and(|word| word.to_ascii_lowercase().starts_with("fail"))
    }

    fn acting(&self) -> Option<Cow<'a, str>> {
        self.user.cow().filter(|name| is_a_login(name))
    }
}

fn value_of<'r, 'a>(pairs: &'r List<Pair<'a>>, name: &str) -> &'r Scalar<'a> {
    const NONE: &Scalar<'_> = &Scalar::Absent;
    let named = |pair: &&Pair<'_>| pair.name.text().is_some_and(|text| text.eq_ignore_ascii_case(name));
    pairs.0.iter().find(named).map_or(NONE, |pair| &pair.value)
}

/// Programs act under words of their own.
fn is_a_login(name: &str) -> bool {
    const WORDS: [&str; 2] = ["Not Available", "Unknown"];
    !WORDS.iter().any(|word| name.eq_ignore_ascii_case(word)) && !name.starts_with("ServicePrincipal_")
}

/// `None`: valid JSON, but no record of Microsoft 365.
pub(crate) fn parse(line: &str, position: Position) -> Result<Option<Parsed<'_>>, serde_json::Error> {
    let record = read(line)?;
    let Some(operation) = record.operation() else {
        return Ok(None);
    };
    let found = match operation {
        "UserLoggedIn" | "UserLoginFailed" => signed_in(&record, operation),
        _ => changed(&record, operation),
    };
    Ok(Some(match found {
        Ok(Some(mut found)) => {
            found.position = position;
            Parsed::Attempt(found)
        }
        Ok(None) => Parsed::Unrecognised(format!("m365 {operation}").into()),
        Err(defect) => Parsed::Malformed(defect),
    }))
}

/// The record itself, or the one in the cell `AuditData`.
fn read(line: &str) -> Result<M365Record<'_>, serde_json::Error> {
    if memchr::memmem::find(line.as_bytes(), b"uditData\"").is_some() {
        let export: M365Export<'_> = serde_json::from_str(line)?;
        if !export.audit.is_absent() {
            return Ok(export.audit);
        }
    }
    serde_json::from_str(line)
}

fn signed_in<'a>(record: &M365Record<'a>, operation: &str) -> Result<Option<SignIn<'a>>, RecordDefect> {
    // Applications and service principals sign in too; they are no people.
    if matches!(record.user_type.int(), Some(5 | 6)) {
        return Ok(None);
    }
    let (result, flag) = logon::result(record, operation);
    let mut found = common(record, result, record.acting())?;
    found.person_id = record.user_key.cow().filter(|id| is_a_login(id));
    found.flag = flag;
    found.method = logon::method(record);
    found.legacy = logon::is_legacy(record);
    found.interactive = found.method != Method::Session;
    found.app = record.application.cow();
    if result != AttemptResult::Success {
        found.detail = record.logon_error.cow();
    }
    Ok(Some(found))
}

fn changed<'a>(record: &M365Record<'a>, operation: &str) -> Result<Option<SignIn<'a>>, RecordDefect> {
    // What was refused changed nothing.
    if record.has_failed() {
        return Ok(None);
    }
    let actor = record.acting();
    let affected = change::affected(record);
    let by_self = match (&actor, &affected) {
        (Some(actor), Some(affected)) => actor.eq_ignore_ascii_case(affected),
        (_, affected) => affected.is_none(),
    };
    let Some(result) = change::result(operation, record, by_self) else {
        return Ok(None);
    };
    let is_policy = result == AttemptResult::Lifecycle(Lifecycle::PolicyChanged);
    let person = if is_policy { None } else { affected.or_else(|| actor.clone()) };
    if person.is_none() && !is_policy {
        return Ok(None);
    }
    let mut found = common(record, result, person)?;
    if is_policy {
        found.policy = change::policy(record);
    }
    if is_policy || !by_self {
        found.detail = actor.as_ref().map(|actor| format!("by {actor}").into());
        found.actor = actor;
    }
    // A revoked session is nothing that the person did.
    found.interactive = matches!(result, AttemptResult::Lifecycle(_));
    Ok(Some(found))
}

fn common<'a>(
    record: &M365Record<'a>,
    result: AttemptResult,
    person: Option<Cow<'a, str>>,
) -> Result<SignIn<'a>, RecordDefect> {
    let mut found = SignIn::new(Provider::M365, result);
    found.at = time_in(&record.created)?;
    found.set_person(person);
    found.record_id = record.id.cow();
    found.set_ip(record.actor_ip.text());
    if found.ip.is_none() {
        found.set_ip(record.client_ip.text());
    }
    found.user_agent = record.extended("UserAgent").cow();
    found.device = value_of(&record.device, "Id").cow();
    found.session = record.correlation.cow().or_else(|| value_of(&record.device, "SessionId").cow());
    let error = record.error_number.cow().filter(|number| number != "0");
    found.code = error.or_else(|| record.logon_error.cow()).or_else(|| record.operation.cow());
    Ok(found)
}

#[cfg(test)]
mod tests;
