//! The part of the bench that needs no server: speed and memory of `postern diagnose`, and the generated log.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use postern_bench_signals::export::{Export, Size};
use postern_bench_signals::report::Report;
use postern_bench_signals::{Options, Outcome, diagnose, memory, say};

/// Measures `postern diagnose`. Prints a table, and writes the same as JSON beside it.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    options: Options,
    /// What to measure.
    #[arg(long, value_enum, default_value_t = Part::Diagnose)]
    only: Part,
}

#[derive(Subcommand)]
enum Command {
    /// Write the generated log to standard output.
    Generate {
        #[command(flatten)]
        size: Size,
        /// Also write its answer key, as JSON.
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Speed beside parsing, DuckDB and a Sigma engine.
    Diagnose,
    /// Peak memory over a long log.
    Memory,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let done = match &args.command {
        Some(Command::Generate { size, key }) => generate(*size, key.as_ref()),
        None => measure(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("bench: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn generate(size: Size, key: Option<&PathBuf>) -> Outcome<()> {
    let answers = match Export::new(size).write(io::stdout().lock()) {
        // The reader has seen enough (`| head`).
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
        written => written?,
    };
    if let Some(path) = key {
        serde_json::to_writer_pretty(File::create(path)?, &answers)?;
    }
    Ok(())
}

fn measure(args: &Args) -> Outcome<()> {
    let options = &args.options;
    std::fs::create_dir_all(&options.out)?;
    let report = match args.only {
        Part::Diagnose => {
            let mut report = Report::new(options.rounds)?;
            diagnose::measure(options, &mut report)?;
            report
        }
        Part::Memory => {
            let mut report = Report::new(1)?;
            memory::measure(options, &mut report)?;
            report
        }
    };
    report.publish(&options.out)
}
