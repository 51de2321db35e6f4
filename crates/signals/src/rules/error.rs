//! What can be wrong with rules, said to the one who wrote them.

use std::{fmt, io, path::PathBuf, sync::Arc};

use crate::event::View;

/// Rules that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    /// A file or folder cannot be read.
    #[error("cannot read {}: {why}. Give a folder of rules that can be read", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
    /// There are no rules.
    #[error("{}: no file here ends in .yml or .yaml. Give the folder that holds the rules", path.display())]
    NothingThere {
        /// Where.
        path: PathBuf,
    },
    /// One rule is wrong.
    #[error("{place}: {problem}")]
    Rule {
        /// Where it stands.
        place: Place,
        /// What is wrong with it, and what to do.
        problem: RuleProblem,
    },
    /// A setting names no rule.
    #[error("no rule is named `{name}`. The rules are: {names}")]
    NoSuchRule {
        /// The name.
        name: String,
        /// Those that there are.
        names: String,
    },
    /// A setting does not fit its rule.
    #[error("rule `{rule}` {why}")]
    Setting {
        /// The rule.
        rule: String,
        /// Why not.
        why: &'static str,
    },
}

/// Where a rule stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, as it was given.
    pub file: Arc<str>,
    /// The line of the trouble where it is known, else the rule's first; from 1.
    pub line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// What is wrong with a rule.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleProblem {
    /// No YAML, or no Sigma.
    #[error("{0}")]
    Syntax(String),
    /// Sigma, but not what Postern can do.
    #[error("{0}")]
    Unsupported(String),
    /// It is about other logs.
    #[error(
        "its logsource is not Postern's sign-in record. Write `category: authentication` and `product: postern`, and no service"
    )]
    Logsource,
    /// It asks for a field that records do not have.
    #[error("no field is named `{0}`. The fields are: {fields}", fields = fields())]
    UnknownField(String),
    /// It compares a field with a word that it never holds.
    #[error("`{field}` is never `{word}`. It is one of: {allowed}")]
    UnknownWord {
        /// The field.
        field: String,
        /// The word.
        word: String,
        /// What the field holds.
        allowed: String,
    },
    /// It compares a field that holds another value in every run.
    #[error("`{0}` holds a keyed hash. Group by it or test it with |exists, but do not compare it")]
    Hashed(String),
    /// Two rules of one name or id.
    #[error("`{name}` is a rule already, at {first}. Give this one another name and id")]
    Duplicate {
        /// The name or id.
        name: String,
        /// Where the first one stands.
        first: Place,
    },
    /// A name that settings could not write.
    #[error("`{0}` is no name for a rule. Use a to z, 0 to 9 and _, at most 64 of them")]
    Name(String),
    /// It refers to a rule that is not there.
    #[error("it refers to `{0}`, which is no rule's name or id")]
    UnknownReference(String),
    /// Correlations that refer to each other in a circle.
    #[error("it refers to itself by way of `{0}`")]
    Circle(String),
    /// A chain over rules that are analysed apart.
    #[error("it and `{0}` must both group by person, or neither")]
    Crosses(String),
    /// A key under `postern:` that means nothing.
    #[error(
        "`postern: {0}` means nothing. The keys are: confidence (low, medium, high), remediation, runbook, message, counts, finding (a rule's name), building_block (true, false)"
    )]
    Extra(String),
    /// A text that says nothing.
    #[error("`{0}` is empty. Write what a reader of the finding should know, or leave it out")]
    Empty(String),
    /// Too many rules.
    #[error("at most {0} detections fit")]
    TooMany(usize),
}

fn fields() -> String {
    let mut fields: Vec<_> = View::WORDS.into_iter().chain(View::TEXTS).collect();
    fields.sort_unstable();
    fields.join(", ")
}
