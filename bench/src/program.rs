//! The program as users run it, in a process of its own.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::time::sleep;

use crate::http::Connection;
use crate::measure::as_f64;
use crate::{Args, Outcome};

/// `postern serve`; killed when dropped.
pub struct Served {
    child: Child,
    /// Where it listens.
    pub at: SocketAddr,
}

impl Served {
    /// Starts it on the data in `folder`, and returns when it is ready.
    pub async fn start(args: &Args, folder: &Path, url: Option<&str>) -> Outcome<Self> {
        let at = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
        let mut command = Command::new(&args.options.postern);
        command.args(["serve", "--log", "error", "--listen", &at.to_string(), "--data"]).arg(folder);
        if let Some(url) = url {
            command.args(["--database-url", url]);
        }
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit()).spawn()?;
        let served = Self { child, at };
        for _ in 0..1_000 {
            if let Ok(mut connection) = Connection::open("127.0.0.1", at).await
                && connection.get("/readyz").await.is_ok_and(|answer| answer.status == 200)
            {
                return Ok(served);
            }
            sleep(Duration::from_millis(20)).await;
        }
        Err("postern serve was not ready within 20 s".into())
    }

    /// Its processor time so far.
    pub fn busy(&self) -> Outcome<Duration> {
        busy(&self.child.id().to_string())
    }

    /// The same to the nanosecond, of the threads that run now: for what takes less than the kernel's hundredth of a second.
    pub fn busy_exactly(&self) -> Outcome<Duration> {
        let mut nanos = 0;
        for thread in fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            // One that ends meanwhile is left out.
            if let Ok(about) = fs::read_to_string(thread?.path().join("schedstat")) {
                nanos += about.split_whitespace().next().unwrap_or("0").parse::<u64>()?;
            }
        }
        Ok(Duration::from_nanos(nanos))
    }

    /// What of it is in memory. Unit: MiB.
    pub fn resident(&self) -> Outcome<f64> {
        Ok(memory(self.child.id())?.resident)
    }

    /// The most of it that was ever in memory. Unit: MiB.
    pub fn resident_at_most(&self) -> Outcome<f64> {
        Ok(memory(self.child.id())?.at_most)
    }

    /// Ends it at once.
    pub fn stop(mut self) -> Outcome<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Of one that has ended already, neither matters.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Processor time of a process and all its threads, those that have ended too: of this one with `self`. The kernel counts it
/// in hundredths of a second.
pub fn busy(process: &str) -> Outcome<Duration> {
    let about = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // After the name in brackets: state, and from the twelfth on, user and system time.
    let after_name = about.rsplit(')').next().unwrap_or("");
    let ticks =
        after_name.split_whitespace().skip(11).take(2).map(str::parse::<u64>).sum::<Result<u64, _>>()?;
    Ok(Duration::from_millis(10 * ticks))
}

/// What of a process is in memory. Unit: MiB.
pub struct ResidentMemory {
    /// All of it.
    pub resident: f64,
    /// The most that it ever was.
    pub at_most: f64,
    /// The part that no file backs.
    pub anonymous: f64,
}

/// Of a running process.
pub fn memory(process: u32) -> Outcome<ResidentMemory> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let of = |name: &str| -> Outcome<f64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kibibytes = line.and_then(|rest| rest.split_whitespace().next());
        let kibibytes: usize = kibibytes.ok_or("no such line in /proc/…/status")?.parse()?;
        Ok(as_f64(kibibytes) / 1024.0)
    };
    Ok(ResidentMemory { resident: of("VmRSS:")?, at_most: of("VmHWM:")?, anonymous: of("RssAnon:")? })
}

/// Runs a part on SQLite, and on a PostgreSQL database made for it where `--postgres` names a server.
pub async fn on_both(
    args: &Args,
    mut part: impl AsyncFnMut(&'static str, Option<String>) -> Outcome<()>,
) -> Outcome<()> {
    part("SQLite", None).await?;
    let Some(server) = &args.postgres else {
        crate::say("no --postgres, so SQLite alone");
        return Ok(());
    };
    with_database(server, "", async |url| part("PostgreSQL", Some(url)).await).await
}

/// Runs a part on a PostgreSQL database that is made for it and dropped afterwards. `suffix`: its name's end, for a second one.
pub async fn with_database(
    server: &str,
    suffix: &str,
    part: impl AsyncFnOnce(String) -> Outcome<()>,
) -> Outcome<()> {
    let name = format!("postern_bench_{}{suffix}", std::process::id());
    let mut admin = PgConnection::connect(server).await?;
    sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut admin).await?;
    let mut url: url::Url = server.parse()?;
    url.set_path(&name);
    let done = part(url.to_string()).await;
    sqlx::raw_sql(AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).execute(&mut admin).await?;
    done
}
