//! The program itself, run as people run it.

mod demo;
mod diagnose;
mod serve;

use std::process::{Command, Output};

/// Runs `postern` to its end.
fn postern(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postern"));
    command.args(arguments).env_clear().output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
