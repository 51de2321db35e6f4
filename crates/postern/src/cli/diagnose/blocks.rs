//! The report on a narrow terminal: a block of lines for each finding and each person, where a table would squeeze its
//! columns to a word each.

use std::io::{self, Write};

use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width, presets::NOTHING};
use postern_signals::{
    Finding, PersonReport, Report,
    report::{TABLE_HEADS, counted, printable},
};

use super::{
    html::subject,
    table::{evidence, width},
};

/// As wide as the longest of the names before the values, with a space on either side.
const NAMES: u16 = 17;
const PLACES: usize = 8;

pub(super) fn finding(out: &mut impl Write, finding: &Finding, report: &Report) -> io::Result<()> {
    let severity = finding.severity.label();
    writeln!(out, "{severity}: {} ({})", printable(&finding.title), printable(&finding.rule))?;
    let records = counted(finding.count, "record", "records");
    let sure = format!("confidence: {}", finding.confidence.as_str());
    let threshold = match printable(&finding.threshold) {
        text if text.is_empty() => sure,
        text => format!("{text}; {sure}"),
    };
    block(
        out,
        &[
            ("About", subject(&finding.subject)),
            ("Since", finding.since.strftime("%Y-%m-%d %H:%M:%SZ").to_string()),
            ("What happened", printable(&finding.description)),
            ("What to do", printable(&finding.remediation)),
            ("Threshold", threshold),
            ("Evidence", format!("{records}: {}", evidence(finding, report, PLACES))),
        ],
    )
}

pub(super) fn person(out: &mut impl Write, person: &PersonReport, report: &Report) -> io::Result<()> {
    let mut named = TABLE_HEADS.into_iter().zip(report.table_row(person));
    if let Some((_, name)) = named.next() {
        writeln!(out, "{name}")?;
    }
    block(out, &named.filter(|(_, text)| !text.is_empty()).collect::<Vec<_>>())
}

fn block(out: &mut impl Write, named: &[(&str, String)]) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(width());
    table.add_rows(named.iter().map(|(name, text)| [*name, text]));
    if let Some(names) = table.column_mut(0) {
        names.set_constraint(ColumnConstraint::Absolute(Width::Fixed(NAMES)));
    }
    writeln!(out, "{}\n", table.trim_fmt())
}
