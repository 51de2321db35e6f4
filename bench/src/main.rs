//! Measures Postern, each figure beside the bare work that it cannot do without, in the same run.
//!
//! One part per file: [`start`], [`sign_ins`] with [`parallel_sign_ins`], [`answers`], [`resets`], [`findings`], [`flood`], [`idle`], [`audit_page`], [`directory`], [`pages`], [`nodes`]; and [`diagnose`], [`memory`], which need no server and have
//! a crate of their own. The two sides of a ratio take turns ([`measure`]), because the machine is never ours alone.

mod answers;
mod audit_page;
mod directory;
mod findings;
mod flood;
mod http;
mod idle;
mod measure;
mod nodes;
mod page_times;
mod pages;
mod parallel_sign_ins;
mod people;
mod program;
mod resets;
mod server;
mod sign_ins;
mod start;

use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use postern_bench_signals::report::{self, Report};
use postern_bench_signals::{Error, Options, Outcome, diagnose, in_scratch, memory, say};

/// Measures Postern. Prints a table, and writes the same as JSON beside it.
#[derive(Parser)]
pub struct Args {
    #[command(flatten)]
    pub options: Options,
    /// Measure this part only.
    #[arg(long, value_enum)]
    pub only: Option<Part>,
    /// Sign-ins in a round, each by another person.
    #[arg(long, default_value_t = 200)]
    pub sign_ins: usize,
    /// Forced resets in a round, each in a case of its own.
    #[arg(long, default_value_t = 300)]
    pub resets: usize,
    /// People who sign in, and agents who reset, at the same time.
    #[arg(long, default_value_t = 8)]
    pub clients: usize,
    /// How long the flood lasts. Unit: seconds.
    #[arg(long, default_value_t = 60)]
    pub flood_seconds: u64,
    /// How long two nodes run, one of them killed every minute. Unit: minutes.
    #[arg(long, default_value_t = 10)]
    pub nodes_minutes: u64,
    /// Entries of the audit log whose page is asked for.
    #[arg(long, default_value_t = 1_000_000)]
    pub entries: usize,
    /// How often each page is asked for.
    #[arg(long, default_value_t = 200)]
    pub looks: usize,
    /// Open cases while every page is asked for; ten times as many are closed.
    #[arg(long, default_value_t = 10_000)]
    pub cases: usize,
    /// Organisations of a server that is idle.
    #[arg(long, default_value_t = 1_000)]
    pub tenants: usize,
    /// A PostgreSQL server on which a database for the sign-ins, the flood, the pages, the people or two nodes may be made: postgres://…
    #[arg(long, value_name = "URL")]
    pub postgres: Option<String>,
}

/// What can be measured by itself.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Cold start, idle memory, binary size.
    Start,
    /// Sign-ins against Argon2id; the check of a session and the account page; two hundred sign-ins at once.
    SignIns,
    /// How long the sign-in takes to say no, to whom somebody knows and whom nobody knows.
    Answers,
    /// Forced resets against fsync'd commits.
    Resets,
    /// From an import to the incident in the queue.
    Findings,
    /// Owners who sign in while an attacker floods the sign-in.
    Flood,
    /// An idle server with one organisation, and with many: processor time and memory.
    Idle,
    /// The first page of a long audit log: minutes, and only when asked for.
    AuditPage,
    /// The list of people and its search: minutes, and only when asked for.
    People,
    /// Every page among many people and cases: minutes, and only when asked for.
    Pages,
    /// Two nodes on one PostgreSQL, one of them killed every minute: ten minutes, and only when asked for.
    Nodes,
    /// `postern diagnose` against parsing, DuckDB and a Sigma engine.
    Diagnose,
    /// Peak memory of `postern diagnose` over a long log: minutes, and only when asked for.
    Memory,
}

fn main() -> ExitCode {
    let args = Args::parse();
    match measure_all(&args).and_then(|report| report.publish(&args.options.out)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("bench: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn measure_all(args: &Args) -> Outcome<Report> {
    let out = &args.options.out;
    std::fs::create_dir_all(out)?;
    let mut report = Report::new(args.options.rounds)?;
    let wanted = |part| args.only.is_none_or(|only| only == part);
    if wanted(Part::Start) {
        say("start: demo, fresh and again");
        start::measure(args, &mut report)?;
    }
    if wanted(Part::SignIns) {
        say("sign-ins: beside bare Argon2id");
        in_scratch(out, |folder| sign_ins::measure(args, folder, &mut report))?;
    }
    if wanted(Part::Answers) {
        say("answers: to a wrong password, an unknown name, a suspended account and a locked one");
        in_scratch(out, |folder| answers::measure(args, folder, &mut report))?;
    }
    if wanted(Part::Resets) {
        say("resets: beside bare commits (bringing the cases to ready takes a while)");
        in_scratch(out, |folder| resets::measure(args, folder, &mut report))?;
    }
    if wanted(Part::Findings) {
        say("findings: from an import to the incident in the queue");
        in_scratch(out, |folder| findings::measure(args, folder, &mut report))?;
    }
    if wanted(Part::Flood) {
        say("flood: owners sign in while an attacker floods the sign-in (two minutes)");
        in_scratch(out, |folder| flood::measure(args, folder, &mut report))?;
    }
    if wanted(Part::Idle) {
        in_scratch(out, |folder| idle::measure(args, folder, &mut report))?;
    }
    if wanted(Part::Diagnose) {
        say("diagnose: beside bare parsing, DuckDB and a Sigma engine");
        diagnose::measure(&args.options, &mut report)?;
    }
    if args.only == Some(Part::AuditPage) {
        say("audit page: writing the log");
        in_scratch(out, |folder| audit_page::measure(args, folder, &mut report))?;
    }
    if args.only == Some(Part::People) {
        in_scratch(out, |folder| directory::measure(args, folder, &mut report))?;
    }
    if args.only == Some(Part::Pages) {
        in_scratch(out, |folder| pages::measure(args, folder, &mut report))?;
    }
    if args.only == Some(Part::Nodes) {
        say("nodes: two on one PostgreSQL, one killed every minute");
        in_scratch(out, |folder| nodes::measure(args, folder, &mut report))?;
    }
    if args.only == Some(Part::Memory) {
        say("memory: streams millions of records");
        memory::measure(&args.options, &mut report)?;
    }
    Ok(report)
}
