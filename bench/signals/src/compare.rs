//! What Postern is compared with: programs from PyPI, at pinned versions, in an environment of their own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::de::DeserializeOwned;

use crate::program::{on, output_of};
use crate::{Options, Outcome, say};

/// Python, with what `requirements.txt` lists.
pub struct Python {
    program: PathBuf,
    scripts: PathBuf,
}

impl Python {
    /// Made at the first run, and when the list changes. Err: there is no Python, or no package index.
    pub fn prepared(options: &Options) -> Outcome<Self> {
        let folder = std::path::absolute(options.out.join("venv"))?;
        let wanted = fs::read_to_string(options.compare.join("requirements.txt"))?;
        let mark = folder.join("installed.txt");
        if fs::read_to_string(&mark).is_ok_and(|installed| installed == wanted) {
            return Ok(Self::in_folder(&folder, options));
        }
        say("  installing what Postern is compared with (bench/compare/requirements.txt)");
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
        let list = options.compare.join("requirements.txt");
        run(Command::new(folder.join("bin/pip"))
            .args(["install", "--quiet", "--disable-pip-version-check", "--requirement"])
            .arg(list))?;
        fs::write(mark, wanted)?;
        Ok(Self::in_folder(&folder, options))
    }

    fn in_folder(folder: &Path, options: &Options) -> Self {
        Self { program: folder.join("bin/python"), scripts: options.compare.clone() }
    }

    /// Runs a script on these cores; what it prints is JSON.
    pub fn run<T: DeserializeOwned>(&self, cores: &str, script: &str, args: &[&str]) -> Outcome<T> {
        let mut command = on(cores, &self.program);
        command.arg(self.scripts.join(script)).args(args);
        let printed = output_of(&mut command, script)?;
        serde_json::from_slice(&printed).map_err(|error| format!("{script}: {error}").into())
    }
}

fn run(command: &mut Command) -> Outcome<()> {
    let status = command.stdout(Stdio::null()).status()?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} ended with {status}").into()) }
}
