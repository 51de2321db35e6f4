//! `postern demo`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use tokio::net::TcpListener;

use super::serve::until_stopped;
use super::{Outcome, SettingsArgs, block_on, say};
use crate::app::App;
use crate::config::{Config, Mode};
use crate::demo::{PEOPLE, fill, password};
use crate::private_files;

/// What the demo takes.
#[derive(Args)]
pub struct DemoArgs {
    #[command(flatten)]
    settings: SettingsArgs,
    /// Throw the demo's data away and start over.
    #[arg(long)]
    reset: bool,
}

/// Starts the demo.
pub fn run(args: DemoArgs) -> Outcome {
    let mut settings = args.settings;
    settings.data = settings.data.or_else(|| Some(PathBuf::from("postern-demo")));
    let mut config = settings.into_config(Mode::Development)?;
    "Harbour Works".clone_into(&mut config.tenant_name);
    claim(&config.data)?;
    if args.reset {
        if !config.database_url.starts_with("sqlite:") {
            return Err(
                "--reset empties the embedded database only: drop and make the PostgreSQL one yourself"
                    .into(),
            );
        }
        reset(&config)?;
    }
    block_on(async move {
        let app = App::start(config).await?;
        fill(&app).await.map_err(|e| e.to_string())?;
        let listener = TcpListener::bind(app.config.listen).await?;
        greet(&app.config);
        until_stopped(app, listener).await?;
        Ok(ExitCode::SUCCESS)
    })
}

fn greet(config: &Config) {
    say::line(format_args!("Postern's demo listens on {}", config.link("/")));
    say::line(format_args!("  sign in            {}", config.link("/sign-in")));
    say::line(format_args!("  everybody's phone  {}", config.link("/dev/phone")));
    say::line(format_args!("  every message      {}", config.link("/dev/outbox")));
    say::line(format_args!("  the clock          {}", config.link("/dev/clock")));
    say::line("\nAccounts (login, password):");
    for person in &PEOPLE {
        say::line(format_args!("  {:<6} {:<34} {}", person.login, password(person.login), person.about));
    }
    say::line(
        "\nThe desk wants a passkey: sign in as ben with a code from /dev/phone, add a passkey, sign in with it.",
    );
    say::line("Data stays in the folder between runs; --reset starts over. Ctrl-C stops.");
}

/// Says that a folder is a demo's. Without it, the demo would open the data of real people to everybody on the machine,
/// or throw it away.
pub const MARK: &str = "made-by-postern-demo";

/// Takes a folder that is a demo's, or empty, or not there yet.
fn claim(folder: &Path) -> Outcome<()> {
    let mark = folder.join(MARK);
    if mark.exists() {
        return Ok(());
    }
    private_files::create_folder(folder)?;
    if std::fs::read_dir(folder)?.next().is_some() {
        let folder = folder.display();
        return Err(format!("{folder} holds data that no demo made. Name another folder with --data").into());
    }
    Ok(private_files::create(
        &mark,
        "Invented people. `postern demo --reset` throws this folder's data away.\n",
    )?)
}

/// Only what the demo itself made: its own `SQLite` files and key.
fn reset(config: &Config) -> std::io::Result<()> {
    for name in ["postern.sqlite3", "postern.sqlite3-wal", "postern.sqlite3-shm", "postern.key"] {
        match std::fs::remove_file(config.data.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
