//! Rules, from text to what can be run: one YAML document at a time, so that an error can say where.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use rsigma_eval::{CompiledRule, compile_rule};
use rsigma_parser::{
    CorrelationCondition, CorrelationRule, Level, SigmaCollection, SigmaRule, Status, parse_sigma_yaml,
};

use super::{
    check,
    error::{Place, RuleError, RuleProblem},
    extras::Extras,
    whereabouts::line_of,
};
use crate::finding::{RuleSource, Severity};

const LONGEST_NAME: usize = 64;
/// Folders within folders.
const DEEPEST: usize = 16;

/// A rule that was read and is sound in itself.
#[derive(Debug, Clone)]
pub(super) struct Loaded {
    pub(super) name: String,
    pub(super) id: Option<String>,
    pub(super) title: Arc<str>,
    pub(super) description: Arc<str>,
    pub(super) severity: Severity,
    pub(super) source: RuleSource,
    pub(super) place: Place,
    pub(super) extras: Extras,
    pub(super) body: RuleBody,
}

/// The two kinds of rules.
#[derive(Debug, Clone)]
pub(super) enum RuleBody {
    /// About one record. `is_free`: free texts must be read.
    Detection { compiled: Box<CompiledRule>, is_free: bool },
    /// About several.
    Correlation(Box<CorrelationRule>),
}

/// The files with rules in a folder and those below it, in the order of their names.
pub(super) fn files_below(folder: &Path) -> Result<Vec<PathBuf>, RuleError> {
    let mut files = Vec::new();
    walk(folder, DEEPEST, &mut files).map_err(|(path, why)| RuleError::Unreadable { path, why })?;
    if files.is_empty() {
        return Err(RuleError::NothingThere { path: folder.to_owned() });
    }
    files.sort_unstable();
    Ok(files)
}

fn walk(folder: &Path, deeper: usize, files: &mut Vec<PathBuf>) -> Result<(), (PathBuf, io::Error)> {
    let here = |error| (folder.to_owned(), error);
    for entry in fs::read_dir(folder).map_err(here)? {
        let entry = entry.map_err(here)?;
        let path = entry.path();
        // A link to a folder is not followed: it may lead back up.
        if entry.file_type().map_err(here)?.is_dir() {
            if deeper > 0 {
                walk(&path, deeper - 1, files)?;
            }
        } else if path.extension().is_some_and(|end| end == "yml" || end == "yaml") {
            files.push(path);
        }
    }
    Ok(())
}

/// The rules of one file.
pub(super) fn file(name: &str, text: &str, source: RuleSource) -> Result<Vec<Loaded>, RuleError> {
    let file: Arc<str> = name.into();
    let mut rules = Vec::new();
    for (line, document) in documents(text) {
        let place = Place { file: Arc::clone(&file), line };
        let rule = read(&document, source, place.clone()).map_err(|problem| {
            let line = line_of(&document, &problem).unwrap_or(line);
            RuleError::Rule { place: Place { line, ..place }, problem }
        })?;
        rules.push(rule);
    }
    Ok(rules)
}

/// The documents of a text, each with the line of its beginning, and behind as many empty lines as stand before it, so
/// that the parser counts lines as the reader does.
fn documents(text: &str) -> Vec<(u64, String)> {
    let mut documents = vec![String::new()];
    for (before, line) in text.lines().enumerate() {
        let rest =
            line.strip_prefix("---").filter(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r']));
        if let Some(rest) = rest {
            documents.push("\n".repeat(before) + rest);
        } else if let Some(document) = documents.last_mut() {
            document.push_str(line);
        }
        if let Some(document) = documents.last_mut() {
            document.push('\n');
        }
    }
    let has_content = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let begins = |document: &String| document.lines().position(has_content);
    documents
        .into_iter()
        .filter_map(|document| Some((u64::try_from(begins(&document)?).unwrap_or(u64::MAX) + 1, document)))
        .collect()
}

fn read(document: &str, source: RuleSource, place: Place) -> Result<Loaded, RuleProblem> {
    let collection = parse_sigma_yaml(document).map_err(|error| RuleProblem::Syntax(error.to_string()))?;
    if let Some(error) = collection.errors.first() {
        return Err(RuleProblem::Syntax(error.clone()));
    }
    let SigmaCollection { mut rules, mut correlations, filters, .. } = collection;
    if !filters.is_empty() {
        return Err(RuleProblem::Unsupported(
            "filters are not supported. Write what is to be left out into a rule of your own".into(),
        ));
    }
    match (rules.pop(), correlations.pop()) {
        (Some(rule), None) => detection(&rule, source, place),
        (None, Some(rule)) => correlation(rule, source, place),
        _ => Err(RuleProblem::Unsupported("`action` is not supported. Write each rule out in full".into())),
    }
}

/// `postern:`, and nothing that is meant to change the engine behind our back.
macro_rules! extras {
    ($attributes:expr) => {{
        let mut extras = Extras::default();
        for (key, value) in $attributes {
            if key.starts_with("rsigma.") && !["rsigma.window", "rsigma.gap"].contains(&key.as_str()) {
                return Err(RuleProblem::Unsupported(format!("`{key}` is not supported. Leave it out")));
            }
            if key != "postern" {
                continue;
            }
            let Some(mapping) = value.as_mapping() else {
                return Err(RuleProblem::Extra("(no keys)".to_owned()));
            };
            for (key, value) in mapping {
                extras.set(key.as_str().unwrap_or("?"), value.as_str(), value.as_bool())?;
            }
        }
        extras
    }};
}

fn detection(rule: &SigmaRule, source: RuleSource, place: Place) -> Result<Loaded, RuleProblem> {
    status(rule.status, rule.sigma_version)?;
    let extras = extras!(&rule.custom_attributes);
    let is_free = check::detection(rule)?;
    let compiled = compile_rule(rule).map_err(|error| RuleProblem::Syntax(error.to_string()))?;
    Ok(Loaded {
        name: name(rule.name.as_deref(), &rule.title)?,
        id: rule.id.clone(),
        title: rule.title.as_str().into(),
        description: rule.description.as_deref().unwrap_or_default().trim().into(),
        severity: severity(rule.level),
        source,
        place,
        extras,
        body: RuleBody::Detection { compiled: Box::new(compiled), is_free },
    })
}

fn correlation(rule: CorrelationRule, source: RuleSource, place: Place) -> Result<Loaded, RuleProblem> {
    status(rule.status, rule.sigma_version)?;
    let extras = extras!(&rule.custom_attributes);
    let counted = match &rule.condition {
        CorrelationCondition::Threshold { field, .. } => field.as_deref().unwrap_or_default(),
        CorrelationCondition::Extended(_) => &[],
    };
    rule.group_by.iter().chain(counted).try_for_each(|field| check::field(field))?;
    if rule.group_by.is_empty() {
        return Err(RuleProblem::Unsupported(
            "without `group-by` it would count everybody together. Group by person, ip or provider".into(),
        ));
    }
    if !rule.aliases.is_empty() {
        return Err(RuleProblem::Unsupported(
            "`aliases` are not supported, for all records have the same fields. Group by the field itself"
                .into(),
        ));
    }
    Ok(Loaded {
        name: name(rule.name.as_deref(), &rule.title)?,
        id: rule.id.clone(),
        title: rule.title.as_str().into(),
        description: rule.description.as_deref().unwrap_or_default().trim().into(),
        severity: severity(rule.level),
        source,
        place,
        extras,
        body: RuleBody::Correlation(Box::new(rule)),
    })
}

fn status(status: Option<Status>, version: Option<u32>) -> Result<(), RuleProblem> {
    if rsigma_parser::is_unsupported(version) {
        return Err(RuleProblem::Unsupported("its sigma-version is newer than Postern knows".into()));
    }
    match status {
        Some(Status::Deprecated | Status::Unsupported) => Err(RuleProblem::Unsupported(
            "its own status says that it is not to be used. Change the status, or leave it out".into(),
        )),
        _ => Ok(()),
    }
}

/// The rule's name; without one, its title in the letters of a name.
fn name(name: Option<&str>, title: &str) -> Result<String, RuleProblem> {
    if title.trim().is_empty() {
        return Err(RuleProblem::Empty("title".to_owned()));
    }
    let name = name.map_or_else(|| name_of_title(title), ToOwned::to_owned);
    let is_good = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '_';
    if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(is_good) {
        return Err(RuleProblem::Name(name));
    }
    Ok(name)
}

fn name_of_title(title: &str) -> String {
    let letters = title.to_ascii_lowercase();
    let words = letters.split(|char: char| !char.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_").chars().take(LONGEST_NAME).collect()
}

fn severity(level: Option<Level>) -> Severity {
    match level {
        Some(Level::Informational | Level::Low) => Severity::Notice,
        None | Some(Level::Medium) => Severity::Warning,
        Some(Level::High) => Severity::Incident,
        Some(Level::Critical) => Severity::LikelyBreach,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_keep_their_lines() {
        let text = "# head\n---\ntitle: a\n--- \n\n# note\ntitle: b\n---\n";
        let found = documents(text);
        assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 7]);
        assert_eq!(found[1].1.lines().nth(6), Some("title: b"));
    }

    #[test]
    fn a_title_makes_a_name() {
        assert_eq!(name(None, "Sign-in from TOR (any)").unwrap(), "sign_in_from_tor_any");
        assert_eq!(name(Some("Tor"), "x"), Err(RuleProblem::Name("Tor".into())));
        assert_eq!(name(None, "…"), Err(RuleProblem::Name(String::new())));
        assert_eq!(name(Some("tor"), " "), Err(RuleProblem::Empty("title".into())));
    }
}
