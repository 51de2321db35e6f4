//! The report on a terminal.

use std::io::{self, Write};

use comfy_table::{ContentArrangement, Table, presets::UTF8_HORIZONTAL_ONLY};
use postern_signals::{
    Finding, PersonReport, Report,
    report::{TABLE_HEADS, printable},
    rules::RuleSet,
};

use super::html::subject;

/// People who need nothing are listed one by one up to this many.
const WELL_LISTED: usize = 50;
/// People who need care are listed up to this many; `--json` and `--html` have more.
const CARE_LISTED: usize = 1_000;
const FINDINGS_LISTED: usize = 100;
/// Columns of the table when it goes to a file or another program.
const WIDTH_WITHOUT_TERMINAL: u16 = 160;
const FINDING_HEADS: [&str; 6] = ["Grade", "Finding", "About", "Since", "What happened", "Evidence"];

pub(super) fn print(out: &mut impl Write, report: &Report) -> io::Result<()> {
    print_findings(out, report)?;
    print_people(out, report)?;
    let totals = &report.totals;
    writeln!(
        out,
        "{} people, {} locked out, {} under attack.",
        totals.people, totals.locked_out, totals.attacked
    )?;
    if report.stopped {
        writeln!(out, "Stopped before the end: this is what had been found by then.")?;
    }
    writeln!(out, "{}.", report.in_numbers())?;
    for (kind, count) in &report.foreign {
        writeln!(out, "  other: {count} × {}", printable(kind))?;
    }
    for line in &report.damaged {
        writeln!(out, "  damaged: {}: {}", report.place(line.position), line.why)?;
    }
    if report.damaged_more > 0 {
        writeln!(out, "  and {} more damaged lines", report.damaged_more)?;
    }
    Ok(())
}

fn print_findings(out: &mut impl Write, report: &Report) -> io::Result<()> {
    if report.findings.is_empty() {
        return Ok(());
    }
    let mut table = table(&FINDING_HEADS);
    table.add_rows(report.findings.iter().take(FINDINGS_LISTED).map(|finding| row(finding, report)));
    writeln!(out, "{table}")?;
    let more = report.findings.len().saturating_sub(FINDINGS_LISTED);
    if more > 0 {
        writeln!(out, "And {more} more findings; --json or --html has them.")?;
    }
    writeln!(out)
}

fn row(finding: &Finding, report: &Report) -> [String; 6] {
    let evidence: Vec<_> = finding.evidence.iter().take(3).map(|position| report.place(*position)).collect();
    let more = if finding.count > 3 { " …" } else { "" };
    [
        finding.grade.plain_words().to_owned(),
        printable(&finding.rule),
        subject(&finding.subject),
        finding.since.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
        printable(&finding.words),
        evidence.join(", ") + more,
    ]
}

fn print_people(out: &mut impl Write, report: &Report) -> io::Result<()> {
    let well = report.people.iter().filter(|person| !person.needs_care()).count();
    let care = report.people.len() - well;
    let listed = |person: &&PersonReport| well <= WELL_LISTED || person.needs_care();
    let mut table = table(&TABLE_HEADS);
    let people = report.people.iter().filter(listed).take(CARE_LISTED);
    table.add_rows(people.map(|person| report.table_row(person)));
    writeln!(out, "{table}")?;
    if care > CARE_LISTED {
        writeln!(out, "And {} more who need attention; --json lists them.", care - CARE_LISTED)?;
    }
    if well > WELL_LISTED {
        writeln!(out, "And {well} people who need nothing; --json lists them.")?;
    }
    Ok(())
}

fn table(heads: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    if table.width().is_none() {
        table.set_width(WIDTH_WITHOUT_TERMINAL);
    }
    table.set_header(heads);
    table
}

/// Every rule with its threshold.
pub(super) fn print_rules(out: &mut impl Write, rules: &RuleSet) -> io::Result<()> {
    let mut table = table(&["Rule", "Grade", "Threshold", "Title"]);
    for rule in rules.list() {
        table.add_row([rule.name, rule.grade.as_str(), &*rule.threshold, rule.title]);
    }
    writeln!(out, "{table}")
}
