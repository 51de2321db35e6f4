//! The rules, with the thresholds that they are to have.

use std::{fs, path::Path};

use postern_signals::{
    rules::{RuleError, RuleSet},
    settings::Settings,
};

use super::{DiagnoseArgs, DiagnoseError};

/// Letters that a misspelt name has in common with the right one, from the front.
const ALIKE: usize = 3;
/// Names to choose from.
const OFFERED: usize = 3;

/// The settings, and the rules as they say. Err: with everything that is wrong in the settings, also the rules that
/// they name.
pub(super) fn of(args: &DiagnoseArgs) -> Result<(Settings, RuleSet), DiagnoseError> {
    let mut rules = RuleSet::shipped();
    if let Some(folder) = &args.rules {
        rules.add_dir(folder)?;
    }
    let Some(path) = &args.settings else { return Ok((Settings::default(), rules)) };
    let (settings, mut problems) = read(path)?;
    for (rule, limits) in &settings.rules {
        let field = format!("settings.rules.{rule}");
        let is_wrong = problems.iter().any(|problem| problem.starts_with(&format!("{field}.")));
        match rules.set_threshold(rule, limits.count, limits.within) {
            Err(RuleError::NoSuchRule { name, .. }) => {
                problems.push(format!("{field}: no rule has this name{}", offer(&rules, &name)));
            }
            // Of numbers that no rule could take, that has been said.
            Err(error) if !is_wrong => problems.push(format!("{field}: {error}")),
            Ok(()) | Err(_) => {}
        }
    }
    if problems.is_empty() {
        Ok((settings, rules))
    } else {
        Err(DiagnoseError::Settings { path: path.clone(), problems })
    }
}

fn read(path: &Path) -> Result<(Settings, Vec<String>), DiagnoseError> {
    let unreadable = |why| DiagnoseError::Unreadable { path: path.to_owned(), why };
    fs::read_to_string(path).map(|text| Settings::read(&text)).map_err(unreadable)
}

fn offer(rules: &RuleSet, misspelt: &str) -> String {
    let alike = |name: &&str| name.bytes().zip(misspelt.bytes()).take_while(|(a, b)| a == b).count();
    let mut near: Vec<_> = rules.names().filter(|name| alike(name) >= ALIKE).collect();
    near.sort_by_key(|name| (std::cmp::Reverse(alike(name)), name.len()));
    near.truncate(OFFERED);
    let near = if near.is_empty() { String::new() } else { format!(" (is it {}?)", near.join(", ")) };
    format!("{near}. `postern diagnose --list-rules` names them all")
}
