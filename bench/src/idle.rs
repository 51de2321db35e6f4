//! What a server costs that nobody asks anything: with one organisation, and with a thousand.

use std::path::Path;
use std::time::Duration;

use postern::actions::add_tenant::add_tenant;

use crate::measure::Samples;
use crate::program::Served;
use crate::report::Report;
use crate::server::{Server, cause, runtime};
use crate::{Args, Outcome, say};

/// Until what the start took is given back: the memory of its hashes goes after a minute without one.
const SETTLED: Duration = Duration::from_secs(75);
const WATCHED: Duration = Duration::from_mins(1);

/// Both wait at the same time: an idle server disturbs nobody.
pub fn measure(args: &Args, folder: &Path, report: &mut Report) -> Outcome<()> {
    runtime()?.block_on(async {
        let (one, many) = (folder.join("one"), folder.join("many"));
        prepare(&one, 1).await?;
        say(&format!("idle: adding {} organisations", args.tenants));
        prepare(&many, args.tenants).await?;
        let (one, many) = (Served::start(args, &one, None).await?, Served::start(args, &many, None).await?);
        say("idle: two minutes and a quarter");
        tokio::time::sleep(SETTLED).await;
        let before = (one.busy()?, many.busy()?);
        tokio::time::sleep(WATCHED).await;
        let of_one = Idle::new(&one, before.0)?;
        let of_many = Idle::new(&many, before.1)?;
        let tenants = args.tenants;
        for (name, idle, targets) in [
            ("idle, one organisation".to_owned(), &of_one, ["target ≤ 0.2", "target ≤ 40"]),
            (format!("idle, {tenants} organisations"), &of_many, ["", ""]),
            ("  more than one".to_owned(), &of_many.beside(&of_one), ["target ≤ 1", "target ≤ 40"]),
        ] {
            let [busy, resident] = targets;
            report.line(&format!("{name}: of a core"), "%", &Samples::from_iter([idle.busy]), busy);
            report.line(&format!("{name}: resident"), "MiB", &Samples::from_iter([idle.resident]), resident);
        }
        one.stop()?;
        many.stop()
    })
}

/// `busy`: per cent of a core. `resident`: MiB.
struct Idle {
    busy: f64,
    resident: f64,
}

impl Idle {
    fn new(served: &Served, before: Duration) -> Outcome<Self> {
        let busy = served.busy()?.saturating_sub(before).as_secs_f64() * 100.0 / WATCHED.as_secs_f64();
        Ok(Self { busy, resident: served.resident()? })
    }

    fn beside(&self, that: &Self) -> Self {
        Self { busy: self.busy - that.busy, resident: self.resident - that.resident }
    }
}

async fn prepare(folder: &Path, tenants: usize) -> Outcome<()> {
    let server = Server::start(folder).await?;
    for number in 1..tenants {
        let (slug, origin) = (format!("tenant-{number}"), format!("https://tenant-{number}.bench.invalid"));
        add_tenant(&server.app, &slug, &format!("Tenant {number}"), &origin.parse()?).await.map_err(cause)?;
    }
    server.stop().await
}
