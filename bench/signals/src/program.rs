//! Running what is measured, on cores of its own.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::measure::{Took, busy_programs, timed};
use crate::{Options, Outcome, say};

/// Two cores that this process may run on, as `taskset` wants them.
#[derive(Debug, Clone)]
pub struct Cores {
    /// `0`.
    pub one: String,
    /// `0,1`.
    pub two: String,
}

impl Cores {
    /// Err: there is one only, and a comparison of one with two would say nothing; or there is no `taskset`.
    pub fn allowed() -> Outcome<Self> {
        let there = Command::new("taskset").arg("--version").stdout(Stdio::null()).status();
        there.map_err(|error| format!("this needs taskset, of util-linux: {error}"))?;
        let status = fs::read_to_string("/proc/self/status")?;
        let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap_or("");
        let mut allowed = list.split(',').flat_map(numbers);
        let (Some(one), Some(other)) = (allowed.next(), allowed.next()) else {
            return Err("this needs two cores, and this process may use one only".into());
        };
        Ok(Self { one: one.to_string(), two: format!("{one},{other}") })
    }

    /// Keeps the calling thread on the first of them.
    pub fn pin_this_thread(&self) -> Outcome<()> {
        let task = fs::read_link("/proc/thread-self")?;
        let id = task.file_name().ok_or("no thread id in /proc/thread-self")?;
        let pinned =
            Command::new("taskset").args(["-cp", &self.one]).arg(id).stdout(Stdio::null()).status()?;
        if pinned.success() { Ok(()) } else { Err(format!("taskset ended with {pinned}").into()) }
    }
}

/// `0-3` → 0, 1, 2, 3.
fn numbers(range: &str) -> Vec<u32> {
    let (first, last) = range.trim().split_once('-').unwrap_or((range.trim(), range.trim()));
    match (first.parse(), last.parse()) {
        (Ok(first), Ok(last)) => (first..=last).collect(),
        _ => Vec::new(),
    }
}

/// The program, to be run on these cores only.
pub fn on(cores: &str, program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", cores]).arg(program);
    command
}

/// Runs `postern diagnose --json` from start to end, with the report going to a file. One rule is added to the shipped
/// ones: the question that DuckDB is asked.
pub fn diagnose(options: &Options, cores: &str, threads: u32, log: &Path, printed: &Path) -> Outcome<Took> {
    let mut command = on(cores, &options.postern);
    command.args(["diagnose", "--json", "--threads", &threads.to_string()]).arg(log);
    command.arg("--rules").arg(options.compare.join("rules"));
    command.stdout(File::create(printed)?).stderr(Stdio::inherit());
    let before = busy_programs()?;
    let (clock, status) = timed(|| Ok(command.status()?))?;
    let busy = busy_programs()?.saturating_sub(before);
    if status.success() {
        Ok(Took { clock, busy })
    } else {
        Err(format!("postern diagnose ended with {status}").into())
    }
}

/// What the command printed. Err: it failed.
pub fn output_of(command: &mut Command, what: &str) -> Outcome<Vec<u8>> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| format!("{what}: {error}"))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    say(&String::from_utf8_lossy(&output.stdout));
    Err(format!("{what} ended with {}", output.status).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_cores_is_read() {
        let read = |list: &str| list.split(',').flat_map(numbers).collect::<Vec<_>>();
        assert_eq!(read("0-2,5"), [0, 1, 2, 5]);
        assert_eq!(read("\t3"), [3]);
        assert_eq!(read(""), [0; 0]);
    }
}
