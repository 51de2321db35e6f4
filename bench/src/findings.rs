//! From a record to the finding that it makes: an import of five refused prompts, until the incident stands in the
//! queue. The import alone, until it answers, is the bare side.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use postern::actions::import_sign_ins::{Upload, Via, admit_import, import_sign_ins};
use postern::actions::names::pseudonym;
use postern::actions::{Caller, permit_on_tenant};
use postern::scope::Scope;
use postern::store::findings::{self, Filter};
use postern_core::person::Role;
use postern_core::policy::ImportSignIns;
use serde_json::json;

use crate::measure::Samples;
use crate::people;
use crate::report::Report;
use crate::server::{Server, cause, runtime};
use crate::{Args, Outcome};

/// Records that are there before the clock starts.
const HISTORY: usize = 20_000;
/// Incidents in a round.
const INCIDENTS: u32 = 10;
/// Between two looks at the queue.
const POLL: Duration = Duration::from_millis(2);
/// A finding that takes longer is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// Measures both in the same breath.
pub fn measure(args: &Args, folder: &Path, report: &mut Report) -> Outcome<()> {
    let (mut found, mut answered) = (Samples::default(), Samples::default());
    runtime()?.block_on(async {
        let server = Server::start(&folder.join("postern")).await?;
        let desk = ImportDesk::open(&server, folder).await?;
        desk.import_history().await?;
        // The first incident waits for the history to be analysed.
        desk.incident("first").await?;
        for round in 0..args.options.rounds {
            for turn in 0..INCIDENTS {
                let (answer, finding) = desk.incident(&format!("person{round}.{turn}")).await?;
                answered.push(answer.as_secs_f64() * 1000.0);
                found.push(finding.as_secs_f64() * 1000.0);
            }
        }
        server.settle().await?;
        server.stop().await
    })?;
    report.line("record to finding", "ms", &found, "import of 5 prompts, until the incident is in the queue");
    report.line("  of it until the import answers", "ms", &answered, "durable; read, normalised and kept");
    Ok(())
}

/// An admin who brings logs.
pub struct ImportDesk<'a> {
    admin: Caller,
    scope: Scope,
    folder: &'a Path,
}

impl<'a> ImportDesk<'a> {
    /// With a folder for the logs.
    pub async fn open(server: &Server, folder: &'a Path) -> Outcome<Self> {
        let admin = people::caller(&server.scope()?, "importer", Role::Admin).await?;
        Ok(Self { admin, scope: server.scope()?, folder })
    }

    /// Imports many sign-ins that nothing is wrong with.
    pub async fn import_history(&self) -> Outcome<()> {
        self.import("history", &self.history()).await
    }

    /// Imports refused prompts of all of these, and returns when as many incidents are in the queue.
    pub async fn incidents(&self, logins: &[String]) -> Outcome<()> {
        let log: String = logins.iter().map(|login| self.prompts(login)).collect();
        self.import("prompts", &log).await?;
        let began = Instant::now();
        let open = Filter { closed: false, severity: "incident".to_owned() };
        while findings::list(&self.scope.app.db, &self.scope.tenant.id, &open).await?.len() < logins.len() {
            if began.elapsed() > PATIENCE * 4 {
                return Err("not every incident was found".into());
            }
            tokio::time::sleep(POLL * 50).await;
        }
        Ok(())
    }

    fn history(&self) -> String {
        let now = self.scope.app.clock.now();
        let line = |number: usize| {
            let ago = SignedDuration::from_secs(i64::try_from(number).unwrap_or(0) + 3600);
            record(&format!("p{}", number % 1_000), now - ago, "success", None)
        };
        (0..HISTORY).map(line).collect()
    }

    /// How long until the import had answered, and until the incident was in the queue.
    async fn incident(&self, login: &str) -> Outcome<(Duration, Duration)> {
        let log = self.prompts(login);
        let began = Instant::now();
        self.import(login, &log).await?;
        let answered = began.elapsed();
        while !self.is_in_the_queue(login).await? {
            if began.elapsed() > PATIENCE {
                return Err(format!("no incident within {} s", PATIENCE.as_secs()).into());
            }
            tokio::time::sleep(POLL).await;
        }
        Ok((answered, began.elapsed()))
    }

    /// Five that were refused, just now.
    fn prompts(&self, login: &str) -> String {
        let now = self.scope.app.clock.now();
        let ago = |prompt: i64| now - SignedDuration::from_secs(prompt * 30);
        (0..5).rev().map(|prompt| record(login, ago(prompt), "failure", Some("mfa_denied"))).collect()
    }

    async fn is_in_the_queue(&self, login: &str) -> Outcome<bool> {
        let incidents = Filter { closed: false, severity: "incident".to_owned() };
        let open = findings::list(&self.scope.app.db, &self.scope.tenant.id, &incidents).await?;
        // Nobody in the directory has the name.
        let shown = pseudonym(&self.scope.later(), login);
        Ok(open.iter().any(|row| row.rule == "mfa_fatigue" && row.subject_label == shown))
    }

    async fn import(&self, name: &str, log: &str) -> Outcome<()> {
        let path = self.folder.join(name);
        fs::write(&path, log)?;
        let permit =
            permit_on_tenant::<ImportSignIns>(&self.scope.later(), &self.admin).await.map_err(cause)?;
        let admission = admit_import(&self.scope.later(), &self.admin, permit).await.map_err(cause)?;
        let upload = Upload::new(name, Via::Api, path);
        import_sign_ins(&self.scope.later(), &self.admin, admission, &upload).await.map_err(cause)?;
        Ok(())
    }
}

fn record(login: &str, at: jiff::Timestamp, result: &str, failed: Option<&str>) -> String {
    let record = json!({
        "postern": "signin/v1", "provider": "okta", "at": at, "person": login, "ip": "198.51.100.7", "method": "push",
        "result": result, "cause": failed,
    });
    format!("{record}\n")
}
