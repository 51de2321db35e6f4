//! The report on a terminal: as tables, or as blocks of lines where it is too narrow for them.

use std::io::{self, Write};

use comfy_table::{ContentArrangement, Table, presets::UTF8_HORIZONTAL_ONLY};
use postern_signals::{
    Finding, PersonReport, Report,
    report::{TABLE_HEADS, counted, printable},
};

use super::{blocks, html::subject};

/// People who need nothing are listed one by one up to this many.
const WELL_LISTED: usize = 50;
/// People who need care are listed up to this many; `--json` and `--html` have more.
const CARE_LISTED: usize = 1_000;
const FINDINGS_LISTED: usize = 100;
/// Columns of the table when it goes to a file or another program that does not say how many it has.
const WIDTH_WITHOUT_TERMINAL: u16 = 160;
/// Below so many columns there are blocks instead of tables.
const WIDTH_OF_A_TABLE: u16 = 110;
/// Nothing readable fits into less.
const NARROWEST: u16 = 40;
const PLACES: usize = 3;
const FINDING_HEADS: [&str; 6] = ["Severity", "Finding", "About", "Since", "What happened", "Evidence"];

pub(super) fn print(out: &mut impl Write, report: &Report) -> io::Result<()> {
    print_findings(out, report)?;
    print_people(out, report)?;
    let totals = &report.totals;
    let people = counted(totals.people, "person", "people");
    writeln!(out, "{people}, {} locked out, {} under attack.", totals.locked_out, totals.attacked)?;
    if report.stopped {
        writeln!(out, "Stopped before the end: this is what had been found by then.")?;
    }
    writeln!(out, "{}.", report.in_numbers())?;
    for (kind, count) in &report.unrecognised {
        writeln!(out, "  other: {count} × {}", printable(kind))?;
    }
    for line in &report.malformed {
        writeln!(out, "  malformed: {}: {}", report.place(line.position), line.why)?;
    }
    if report.malformed_more > 0 {
        writeln!(out, "  and {} more", counted(report.malformed_more, "malformed line", "malformed lines"))?;
    }
    Ok(())
}

fn print_findings(out: &mut impl Write, report: &Report) -> io::Result<()> {
    if report.findings.is_empty() {
        return Ok(());
    }
    let listed = report.findings.iter().take(FINDINGS_LISTED);
    if is_narrow() {
        listed.clone().try_for_each(|finding| blocks::finding(out, finding, report))?;
    } else {
        let mut table = table(&FINDING_HEADS);
        table.add_rows(listed.map(|finding| row(finding, report)));
        writeln!(out, "{table}")?;
        writeln!(out, "--html and --json say for each what to do, its threshold and how sure it is.")?;
    }
    let more = report.findings.len().saturating_sub(FINDINGS_LISTED) as u64;
    if more > 0 {
        let more = counted(more, "more finding", "more findings");
        writeln!(out, "And {more}; --json lists them all.")?;
    }
    if is_narrow() { Ok(()) } else { writeln!(out) }
}

fn row(finding: &Finding, report: &Report) -> [String; 6] {
    [
        finding.severity.label().to_owned(),
        printable(&finding.rule),
        subject(&finding.subject),
        finding.since.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
        printable(&finding.description),
        evidence(finding, report, PLACES),
    ]
}

/// Where the first of its records are.
pub(super) fn evidence(finding: &Finding, report: &Report, most: usize) -> String {
    let places = finding.evidence.iter().take(most).map(|position| report.place(*position));
    let more = if finding.count > most as u64 { " …" } else { "" };
    places.collect::<Vec<_>>().join(", ") + more
}

fn print_people(out: &mut impl Write, report: &Report) -> io::Result<()> {
    let well = report.people.iter().filter(|person| !person.needs_care()).count();
    let care = report.people.len() - well;
    let listed = |person: &&PersonReport| well <= WELL_LISTED || person.needs_care();
    let mut people = report.people.iter().filter(listed).take(CARE_LISTED);
    if is_narrow() {
        people.try_for_each(|person| blocks::person(out, person, report))?;
    } else {
        let mut table = table(&TABLE_HEADS);
        table.add_rows(people.map(|person| report.table_row(person)));
        writeln!(out, "{table}")?;
    }
    if care > CARE_LISTED {
        writeln!(out, "And {} more who need attention; --json lists them.", care - CARE_LISTED)?;
    }
    if well > WELL_LISTED {
        writeln!(out, "And {well} people who need nothing; --json lists them.")?;
    }
    Ok(())
}

fn is_narrow() -> bool {
    width() < WIDTH_OF_A_TABLE
}

/// Columns: of the terminal, or as `COLUMNS` says.
pub(super) fn width() -> u16 {
    let columns = || std::env::var("COLUMNS").ok()?.parse().ok();
    Table::new().width().or_else(columns).unwrap_or(WIDTH_WITHOUT_TERMINAL).max(NARROWEST)
}

pub(super) fn table(heads: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(width()).set_header(heads);
    table
}
