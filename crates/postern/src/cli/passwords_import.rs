//! `postern passwords import`

use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{DataArgs, Outcome, say};
use crate::leaked_passwords::import;

/// What it takes.
#[derive(Args)]
pub struct PasswordsImportArgs {
    #[command(flatten)]
    data: DataArgs,
    /// The list: a SHA-1 hash in hexadecimal on each line, with or without :COUNT, in any order.
    file: PathBuf,
}

/// Makes the file that a server reads.
pub fn run(args: PasswordsImportArgs) -> Outcome {
    let place = args.data.into_config()?.leaked_passwords_file();
    let name = args.file.display();
    let list = File::open(&args.file).map_err(|error| format!("{name}: {error}"))?;
    let count = import(list, &place).map_err(|error| format!("{name}: {error}"))?;
    say::line(format_args!("{count} leaked passwords are in {}.", place.display()));
    say::line("Servers refuse them from their next start on. Copy the file to each server.");
    Ok(ExitCode::SUCCESS)
}
