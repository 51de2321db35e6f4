//! The program itself, run as people run it.

mod demo;
mod diagnose;
mod guide;
mod help;
mod interrupt;
mod output_file;
mod passwords;
mod private_files;
mod serve;
mod signins_convert;
mod tenant;
mod terminal;
mod usage;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// A folder of its own for a test, gone when it ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("postern-cli-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// A path in it, as it is typed.
    fn at(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, content: &str) -> String {
        let path = self.at(name);
        fs::create_dir_all(Path::new(&path).parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// The names of everything in it, hidden files too.
    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

fn denied(minute: usize) -> String {
    format!(
        r#"{{"postern":"signin/v1","at":"2026-03-02T08:{minute:02}:00Z","person":"<b>mia</b>","method":"push","result":"failure","cause":"mfa_denied"}}"#
    )
}

/// Five refused prompts: a person locked out, and under attack.
fn bombed() -> String {
    (0..5).map(denied).collect::<Vec<_>>().join("\n")
}

/// Runs `postern` to its end.
fn postern(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postern"));
    command.args(arguments).env_clear().output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Starts `postern` with a pipe to it and one from it.
fn started(arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postern"));
    command.args(arguments).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}
