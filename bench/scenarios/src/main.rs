//! Measures how well the diagnosis answers labelled logs. A measurement, not a test: it fails only when a record that
//! was written could not be read.

use std::{
    error::Error,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::SystemTime,
};

use clap::Parser;
use postern_scenarios::{
    Organisation, Scores,
    analysis::analyse,
    scenarios::kinds,
    score::{compare, print},
};
use serde_json::{Value, json};

/// Unread lines that are listed.
const LISTED: usize = 20;

/// Analyses labelled sign-in logs, and prints precision and recall per kind of story.
#[derive(Parser)]
struct Args {
    /// How many organisations.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,
    /// The first seed; the others follow it. By default a fresh one of the clock. The same seed gives the same logs.
    #[arg(long)]
    first_seed: Option<u64>,
    /// Also write the figures as JSON, there.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Also print every miss, every false finding, and every person with a wrong answer.
    #[arg(long)]
    explain: bool,
    /// Also keep the logs and their answers, a folder per seed.
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

fn main() -> ExitCode {
    match measure(&Args::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(io::stderr(), "scenarios: {error}");
            ExitCode::FAILURE
        }
    }
}

/// False: something written was not read.
fn measure(args: &Args) -> Result<bool, Box<dyn Error>> {
    let first = args.first_seed.unwrap_or_else(fresh_seed);
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "seeds {first} to {}; again with --first-seed {first} --seeds {}",
        first + args.seeds - 1,
        args.seeds
    )?;
    writeln!(out)?;
    let mut scores = Scores::default();
    for seed in first..first + args.seeds {
        let organisation = Organisation::of(seed);
        if let Some(folder) = &args.keep {
            keep(&organisation, folder)?;
        }
        let analysed = analyse(&organisation.files)?;
        let (people, lines) = (organisation.people, analysed.lines);
        let _ = writeln!(
            io::stderr(),
            "seed {seed}: {people} people, {lines} lines, {} stories",
            organisation.scenarios.len()
        );
        compare(&mut scores, &organisation, analysed);
    }
    print(&scores, &mut out)?;
    if args.explain {
        writeln!(out)?;
        for remark in &scores.remarks {
            writeln!(out, "{remark}")?;
        }
    }
    if let Some(path) = &args.json {
        fs::write(path, format!("{:#}\n", scores.as_json()))?;
    }
    unread(&scores, &mut out)?;
    Ok(scores.unread.is_empty())
}

#[expect(clippy::disallowed_methods, reason = "the one draw that must not repeat")]
fn fresh_seed() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    // Short enough to be typed again, and never the same twice in a row.
    (since.as_millis() % 1_000_000_000) as u64
}

fn unread(scores: &Scores, out: &mut impl Write) -> io::Result<()> {
    if scores.unread.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    writeln!(out, "{} lines were not read as what they are:", scores.unread.len())?;
    for (seed, line) in scores.unread.iter().take(LISTED) {
        let whose = line.owner.map_or_else(|| "background".to_owned(), |number| format!("story {number}"));
        writeln!(out, "seed {seed}, {} line {}, {whose}: {}", line.file, line.line, line.why)?;
    }
    let mut by_kind = std::collections::BTreeMap::<_, u64>::new();
    for (_, line) in &scores.unread {
        *by_kind.entry((&line.file, &line.why)).or_default() += 1;
    }
    for ((file, why), count) in by_kind {
        writeln!(out, "{count:>8} in {file}: {why}")?;
    }
    Ok(())
}

fn keep(organisation: &Organisation, folder: &Path) -> io::Result<()> {
    let folder = folder.join(organisation.seed.to_string());
    fs::create_dir_all(&folder)?;
    for file in &organisation.files {
        fs::write(folder.join(file.name()), &file.bytes)?;
    }
    let kinds = kinds();
    let answers: Value = organisation
        .scenarios
        .iter()
        .map(|scenario| {
            json!({
                "story": scenario.number,
                "kind": kinds.get(scenario.kind).map(|kind| kind.name),
                "since": postern_scenarios::time::rfc3339(scenario.since),
                "until": postern_scenarios::time::rfc3339(scenario.until),
                "people": scenario.people.iter().map(|(_, login)| login).collect::<Vec<_>>(),
                "answer": scenario.answer.as_json(),
            })
        })
        .collect();
    fs::write(folder.join("answers.json"), format!("{answers:#}\n"))
}
