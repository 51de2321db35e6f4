//! Is a detection about sign-in records? Whatever can never match is an error, so that nobody relies on it.

use rsigma_parser::{Detection, DetectionItem, LogSource, Modifier, SigmaRule, SigmaValue};

use super::error::RuleProblem;
use crate::{
    cause::Cause,
    event::{Familiarity, View},
    record::{Flag, Lifecycle, Method, Network, Provider},
};

const TRUTHS: [&str; 4] = ["interactive", "legacy", "proves", "recent_reset"];
const HASHES: [&str; 3] = ["device", "phone", "session"];

/// True: what it says can only be found by reading free texts.
pub(super) fn detection(rule: &SigmaRule) -> Result<bool, RuleProblem> {
    logsource(&rule.logsource)?;
    if rule.detection.timeframe.is_some() {
        return Err(RuleProblem::Unsupported("`timeframe` is not supported. Write a correlation".into()));
    }
    let mut is_free = false;
    for detection in rule.detection.named.values() {
        is_free |= part(detection)?;
    }
    Ok(is_free)
}

/// A field that correlations group by or count.
pub(super) fn field(name: &str) -> Result<(), RuleProblem> {
    let known = View::WORDS.contains(&name) || View::TEXTS.contains(&name);
    if known { Ok(()) } else { Err(RuleProblem::UnknownField(name.to_owned())) }
}

fn logsource(source: &LogSource) -> Result<(), RuleProblem> {
    let is_ours = source.category.as_deref() == Some("authentication")
        && source.product.as_deref() == Some("postern")
        && source.service.is_none();
    if is_ours { Ok(()) } else { Err(RuleProblem::Logsource) }
}

fn part(detection: &Detection) -> Result<bool, RuleProblem> {
    match detection {
        Detection::AllOf(items) => items.iter().try_fold(false, |is_free, one| Ok(item(one)? || is_free)),
        Detection::AnyOf(parts) | Detection::And(parts) => {
            parts.iter().try_fold(false, |is_free, one| Ok(part(one)? || is_free))
        }
        Detection::Keywords(_) => Ok(true),
        Detection::ArrayMatch { field, .. } => {
            Err(RuleProblem::Unsupported(format!("`{field}` is not a list. Leave out the part in []")))
        }
        Detection::Conditional { .. } => Err(RuleProblem::Unsupported(
            "a condition within a selection is for lists, of which records have none".into(),
        )),
    }
}

fn item(item: &DetectionItem) -> Result<bool, RuleProblem> {
    let Some(name) = item.field.name.as_deref() else { return Ok(true) };
    field(name)?;
    let mut is_free = !View::WORDS.contains(&name);
    let modifiers = item.field.modifiers.as_slice();
    if modifiers.contains(&Modifier::Expand) {
        return Err(RuleProblem::Unsupported(
            "|expand is not supported: there is nothing to expand. Write the values".into(),
        ));
    }
    if HASHES.contains(&name) && modifiers != [Modifier::Exists] {
        return Err(RuleProblem::Hashed(name.to_owned()));
    }
    if modifiers.contains(&Modifier::FieldRef) {
        for value in &item.values {
            let other = value.to_string();
            field(&other)?;
            is_free |= !View::WORDS.contains(&other.as_str());
        }
    }
    if modifiers.iter().all(|modifier| *modifier == Modifier::Cased) {
        item.values.iter().try_for_each(|value| word(name, value))?;
    }
    Ok(is_free)
}

/// Can the field hold this?
fn word(field: &str, value: &SigmaValue) -> Result<(), RuleProblem> {
    let allowed = if TRUTHS.contains(&field) { vec!["true", "false"] } else { values_of(field) };
    let is_pattern = matches!(value, SigmaValue::String(text) if text.contains_wildcards());
    let written = value.to_string();
    if allowed.is_empty() || is_pattern || allowed.iter().any(|word| word.eq_ignore_ascii_case(&written)) {
        return Ok(());
    }
    if matches!(value, SigmaValue::Null) {
        return Ok(());
    }
    Err(RuleProblem::UnknownWord { field: field.to_owned(), word: written, allowed: allowed.join(", ") })
}

fn values_of(field: &str) -> Vec<&'static str> {
    match field {
        "provider" => Provider::ALL.map(Provider::as_str).to_vec(),
        "method" => Method::ALL.map(Method::as_str).to_vec(),
        "result" => vec!["success", "failure", "interrupt", "push_sent", "change"],
        "cause" => Cause::ALL.map(Cause::as_str).to_vec(),
        "change" => Lifecycle::ALL.map(Lifecycle::as_str).to_vec(),
        "flag" => Flag::ALL.map(Flag::as_str).to_vec(),
        "network" => Network::ALL.map(Network::as_str).to_vec(),
        "network_seen" | "device_seen" | "country_seen" | "address_seen" => {
            [Familiarity::Unsure, Familiarity::Known, Familiarity::New].map(Familiarity::as_str).to_vec()
        }
        _ => Vec::new(),
    }
}
