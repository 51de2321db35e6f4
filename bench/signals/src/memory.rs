//! Memory of `postern diagnose` over a log that is never written to disk: records stream through a pipe while the
//! program's own count of its peak is read.
//!
//! Three lengths of the same people, to show what the memory follows: people, not input.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::answers::check_report;
use crate::export::{Export, Key, Size};
use crate::measure::{Samples, as_f64, rate, timed};
use crate::report::Report;
use crate::{Options, Outcome, in_scratch, say};

/// How often the peak is read: what rises after the last look is missed.
const LOOK_EVERY: Duration = Duration::from_millis(2);
/// Looks at the peak for one at the open files.
const LOOKS_PER_LIST: u32 = 50;
/// Lengths, in hundredths of the whole.
const LENGTHS: [u64; 3] = [10, 30, 100];

/// Measures all three.
pub fn measure(options: &Options, report: &mut Report) -> Outcome<()> {
    let whole = options.size(10_000_000, 100_000)?;
    for hundredths in LENGTHS {
        let size = Size { records: whole.records * hundredths / 100, ..whole };
        say(&format!("  {} records of {} people", size.records, size.people));
        let streamed = in_scratch(&options.out, |scratch| stream(options, size, scratch))?;
        streamed.report(size, report);
    }
    report.about(
        "memory",
        &format!(
            "seed {}; generated and read at once, on {} cores; every answer was compared with the answer key",
            whole.seed,
            thread::available_parallelism()?
        ),
    );
    Ok(())
}

/// What was seen of one run.
struct Streamed {
    took: Duration,
    seen: Seen,
}

#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    /// `VmHWM`, in bytes.
    peak: usize,
    /// All unnamed files together, in bytes.
    files: usize,
}

fn stream(options: &Options, size: Size, scratch: &Path) -> Outcome<Streamed> {
    let printed = scratch.join("report.json");
    let mut program = start(options, scratch, &printed)?;
    let pipe = program.stdin.take().ok_or("no pipe to the program")?;
    let (took, (seen, key)) = timed(|| {
        let writing = thread::spawn(move || Export::new(size).write(pipe));
        let seen = observe(&mut program);
        let key = writing.join().map_err(|_| "the generator panicked")?;
        Ok((seen?, key?))
    })?;
    check(&printed, &key)?;
    Ok(Streamed { took, seen })
}

fn start(options: &Options, scratch: &Path, printed: &Path) -> Outcome<Child> {
    let mut command = Command::new(&options.postern);
    command.args(["diagnose", "--json", "-", "--rules"]).arg(options.compare.join("rules"));
    // Unnamed files go to the disk that is measured; /tmp may be memory.
    command.env("TMPDIR", fs::canonicalize(scratch)?);
    command.stdin(Stdio::piped()).stdout(File::create(printed)?).stderr(Stdio::inherit());
    let program = options.postern.display();
    command.spawn().map_err(|error| format!("cannot start {program}: {error}").into())
}

/// Looks until the program ends. Err: it failed.
fn observe(program: &mut Child) -> Outcome<Seen> {
    let about = PathBuf::from(format!("/proc/{}", program.id()));
    let (mut seen, mut looks) = (Seen::default(), 0_u32);
    loop {
        if let Some(status) = program.try_wait()? {
            if status.success() && seen.peak > 0 {
                return Ok(seen);
            }
            return Err(format!("postern diagnose ended with {status}").into());
        }
        seen.peak = seen.peak.max(peak(&about).unwrap_or_default());
        if looks.is_multiple_of(LOOKS_PER_LIST) {
            seen.files = seen.files.max(unnamed_files(&about).unwrap_or_default());
        }
        looks = looks.wrapping_add(1);
        thread::sleep(LOOK_EVERY);
    }
}

/// The most that was ever in memory, as the kernel counts it. Units: bytes.
fn peak(about: &Path) -> Option<usize> {
    let mut status = String::new();
    File::open(about.join("status")).ok()?.read_to_string(&mut status).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: usize = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kib * 1_024)
}

fn unnamed_files(about: &Path) -> Option<usize> {
    let open = fs::read_dir(about.join("fd")).ok()?;
    let sizes = open.filter_map(Result::ok).filter_map(|entry| {
        let to = fs::read_link(entry.path()).ok()?;
        let unnamed = to.to_string_lossy().ends_with("(deleted)");
        let metadata = fs::metadata(entry.path()).ok()?;
        (unnamed && metadata.is_file()).then(|| usize::try_from(metadata.len()).unwrap_or(usize::MAX))
    });
    Some(sizes.sum())
}

fn check(printed: &Path, key: &Key) -> Outcome<()> {
    check_report(printed, key)?;
    Ok(())
}

impl Streamed {
    fn report(&self, size: Size, report: &mut Report) {
        let one = |value: f64| [value].into_iter().collect::<Samples>();
        let records = usize::try_from(size.records).unwrap_or(usize::MAX);
        let name =
            format!("memory, {} records, {} people", grouped(size.records), grouped(size.people.into()));
        report.line(&name, "MB", &one(as_f64(self.seen.peak) / 1e6), "peak (VmHWM); 1 MB = 1,000,000 bytes");
        report.line(
            "  temporary files",
            "MB",
            &one(as_f64(self.seen.files) / 1e6),
            "unnamed, gone when it ends",
        );
        report.line("  records", "records/s", &one(rate(records, self.took)), "the generator is at work too");
    }
}

/// 10,000,000.
fn grouped(number: u64) -> String {
    let rest = number % 1_000;
    if number < 1_000 { rest.to_string() } else { format!("{},{rest:03}", grouped(number / 1_000)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([7, 1_000, 10_020_003].map(grouped), ["7", "1,000", "10,020,003"]);
    }
}
