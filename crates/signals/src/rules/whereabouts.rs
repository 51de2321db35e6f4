//! The line of a rule's file that a problem is about: the parser keeps none, so it is looked for.

use super::error::RuleProblem;

/// `None`: the problem is about the rule as a whole, or is not to be found.
pub(super) fn line_of(document: &str, problem: &RuleProblem) -> Option<u64> {
    let lines: Vec<_> = document.lines().collect();
    let found = match problem {
        RuleProblem::Syntax(message) => return line_in(message),
        RuleProblem::UnknownField(field) => {
            let from = body(&lines)?;
            key(&lines, from, field).or_else(|| value(&lines, from, field))
        }
        RuleProblem::Hashed(field) => key(&lines, body(&lines)?, field),
        RuleProblem::UnknownWord { field, word, .. } => {
            let from = key(&lines, body(&lines)?, field)?;
            value(&lines, from, word).or(Some(from))
        }
        RuleProblem::Unsupported(why) => key(&lines, 0, why.split('`').nth(1)?),
        RuleProblem::Logsource => key(&lines, 0, "logsource"),
        RuleProblem::Name(_) => key(&lines, 0, "name"),
        RuleProblem::Extra(name) => key(&lines, key(&lines, 0, "postern")?, name),
        RuleProblem::Empty(name) => key(&lines, 0, name.strip_prefix("postern: ").unwrap_or(name)),
        _ => None,
    };
    Some(u64::try_from(found?).ok()? + 1)
}

/// The parser has its line numbers in the text of its messages only.
fn line_in(message: &str) -> Option<u64> {
    let (_, after) = message.split_once(" line ")?;
    after.split(|char: char| !char.is_ascii_digit()).next()?.parse().ok()
}

/// Where the rule begins to speak of fields.
fn body(lines: &[&str]) -> Option<usize> {
    lines.iter().position(|line| line.starts_with("detection:") || line.starts_with("correlation:"))
}

/// The first line from this one on that gives `name` a value: `name:`, `- name|contains:`.
fn key(lines: &[&str], from: usize, name: &str) -> Option<usize> {
    let is_here = |line: &&str| {
        let bare = line.trim_start_matches([' ', '-', '"', '\'']);
        let rest = bare.strip_prefix(name).map(|rest| rest.trim_start_matches(['"', '\'', ' ']));
        rest.is_some_and(|rest| rest.starts_with([':', '|']))
    };
    Some(from + lines.get(from..)?.iter().position(is_here)?)
}

/// The first line from this one on that has it as a word in a value.
fn value(lines: &[&str], from: usize, word: &str) -> Option<usize> {
    let is_part = |char: char| char.is_alphanumeric() || char == '_';
    let is_here = |line: &&str| {
        line.match_indices(word).any(|(at, _)| {
            let (before, rest) = line.split_at(at);
            let after = rest.strip_prefix(word).unwrap_or_default();
            !before.ends_with(is_part) && !after.starts_with(is_part)
        })
    };
    Some(from + lines.get(from..)?.iter().position(is_here)?)
}
