//! From exec of the program to its first "ready", its memory when nobody asks anything, and its size on the disk.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::measure::{Samples, as_f64};
use crate::program::{ResidentMemory, memory};
use crate::report::Report;
use crate::{Args, Outcome, in_scratch};

/// Between two attempts to reach it: the resolution of the start times.
const POLL: Duration = Duration::from_millis(1);
/// A start that takes longer is given up.
const PATIENCE: Duration = Duration::from_mins(1);
/// Idle means: ready for so long.
const IDLE: Duration = Duration::from_secs(2);

#[derive(Default)]
struct Starts {
    took: Samples,
    resident: Samples,
    anonymous: Samples,
}

/// Measures starts on no data and on the data of the start before, in turns.
pub fn measure(args: &Args, report: &mut Report) -> Outcome<()> {
    let (mut fresh, mut again) = (Starts::default(), Starts::default());
    for _ in 0..args.options.rounds {
        in_scratch(&args.options.out, |folder| {
            let data = folder.join("demo");
            start_once(&args.options.postern, &data, &mut fresh)?;
            start_once(&args.options.postern, &data, &mut again)
        })?;
    }
    let size = mebibytes(fs::metadata(&args.options.postern)?.len())?;
    report.line("start on no data, to ready", "ms", &fresh.took, "schema, demo people: 23 Argon2id hashes");
    report.line("start on existing data, to ready", "ms", &again.took, "one hash");
    report.line("idle memory after the first start", "MiB", &fresh.resident, "resident, 2 s after ready");
    report.line("idle memory after the second start", "MiB", &again.resident, "resident, 2 s after ready");
    report.line("  of it backed by no file", "MiB", &again.anonymous, "RssAnon: heap and stacks");
    report.line("size of the program", "MiB", &Samples::from_iter([size]), "release, stripped");
    Ok(())
}

fn start_once(program: &Path, data: &Path, starts: &mut Starts) -> Outcome<()> {
    let port = free_port()?;
    let began = Instant::now();
    let child = Command::new(program)
        .arg("demo")
        .arg("--data")
        .arg(data)
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("cannot start {}: {error}", program.display()))?;
    let mut running = Running(child);
    running.wait_until_ready(port, began)?;
    starts.took.push(began.elapsed().as_secs_f64() * 1000.0);
    sleep(IDLE);
    let ResidentMemory { resident, anonymous, .. } = memory(running.0.id())?;
    starts.resident.push(resident);
    starts.anonymous.push(anonymous);
    running.stop()
}

/// A started program; killed when dropped.
struct Running(Child);

impl Running {
    fn wait_until_ready(&mut self, port: u16, began: Instant) -> Outcome<()> {
        while began.elapsed() < PATIENCE {
            if let Some(status) = self.0.try_wait()? {
                return Err(format!("postern demo ended before it was ready: {status}").into());
            }
            if is_ready(port) {
                return Ok(());
            }
            sleep(POLL);
        }
        Err(format!("postern demo was not ready within {} s", PATIENCE.as_secs()).into())
    }

    /// Stops it as an operator would.
    fn stop(mut self) -> Outcome<()> {
        let id = self.0.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status()?;
        let status = self.0.wait()?;
        if asked.success() && status.success() {
            Ok(())
        } else {
            Err(format!("postern demo did not stop as asked: {status}").into())
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Of one that has ended already, neither matters.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn is_ready(port: u16) -> bool {
    ask_ready(port).is_ok_and(|answer| answer.starts_with(b"HTTP/1.1 200"))
}

fn ask_ready(port: u16) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(stream, "GET /readyz HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}

fn free_port() -> Outcome<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn mebibytes(bytes: u64) -> Outcome<f64> {
    Ok(as_f64(usize::try_from(bytes / 1024)?) / 1024.0)
}
