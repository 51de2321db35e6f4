//! `postern diagnose --list-rules`.

use std::io::{self, BufWriter, Write};

use postern_signals::{
    RuleSource,
    report::printable,
    rules::{Listed, RuleSet},
};
use serde::Serialize;

use super::{DiagnoseError, table::table};

/// A rule, for programs.
#[derive(Serialize)]
struct Rule<'r> {
    name: &'r str,
    /// The name that its findings have.
    finding: &'r str,
    title: &'r str,
    description: &'r str,
    severity: &'static str,
    threshold: &'r str,
    source: RuleSource,
    file: &'r str,
    line: u64,
    /// It never fires by itself; others refer to it.
    building_block: bool,
}

/// Every rule with its threshold.
pub(super) fn print(rules: &RuleSet, as_json: bool) -> Result<(), DiagnoseError> {
    let mut out = BufWriter::new(io::stdout().lock());
    if as_json {
        let listed: Vec<_> = rules.list().collect();
        let rules: Vec<_> = listed.iter().map(Rule::of).collect();
        serde_json::to_writer_pretty(&mut out, &rules).map_err(DiagnoseError::Json)?;
        writeln!(out).map_err(DiagnoseError::Unwritable)?;
    } else {
        let mut table = table(&["Rule", "Severity", "Threshold", "Title"]);
        for rule in rules.list() {
            let title = printable(rule.title);
            table.add_row([rule.name, rule.severity.as_str(), &rule.threshold, &title]);
        }
        writeln!(out, "{table}").map_err(DiagnoseError::Unwritable)?;
    }
    out.flush().map_err(DiagnoseError::Unwritable)
}

impl<'r> Rule<'r> {
    fn of(rule: &'r Listed<'_>) -> Self {
        Self {
            name: rule.name,
            finding: rule.finding,
            title: rule.title,
            description: rule.description,
            severity: rule.severity.as_str(),
            threshold: &rule.threshold,
            source: rule.source,
            file: &rule.place.file,
            line: rule.place.line,
            building_block: rule.is_building_block,
        }
    }
}
