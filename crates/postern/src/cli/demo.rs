//! `postern demo`

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;

use super::serve::{run_alone, until_stopped};
use super::{Outcome, SettingsArgs, block_on, pick_tenant, say};
use crate::actions::add_tenant::{add_first_tenant, add_tenant};
use crate::actions::begin_story::fill_past;
use crate::actions::move_tenant::move_tenant;
use crate::app::App;
use crate::config::{Config, Mode, parse_origin};
use crate::demo::{DemoTenant, PEOPLE, TENANTS, fill, say_where_the_desk_is};
use crate::private_files;
use crate::scope::Scope;
use crate::store::persons;

/// Where its data lies if nothing else is said.
pub const FOLDER: &str = "postern-demo";

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
    settings.data = settings.data.or_else(|| Some(PathBuf::from(FOLDER)));
    let mut config = settings.into_config(Mode::Development)?;
    let [first, _] = &TENANTS;
    first.name.clone_into(&mut config.organisation);
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
        // Before anything is moved: another demo may run on this data, or at this port.
        run_alone(&app)?;
        let listener = TcpListener::bind(app.config.listen).await?;
        add_first_tenant(&app).await?;
        for tenant in &TENANTS {
            let scope = at_this_port(&app, tenant).await?;
            let is_new = persons::is_empty(&app.db, &scope.tenant.id).await?;
            fill(&scope, tenant).await?;
            if is_new {
                fill_past(&scope.later()).await?;
                say_where_the_desk_is(&scope.later(), tenant).await?;
            }
        }
        greet(&app);
        until_stopped(app, listener).await?;
        Ok(ExitCode::SUCCESS)
    })
}

/// The organisation, made where it is not there yet, and moved to the port that the demo listens on.
async fn at_this_port(app: &Arc<App>, tenant: &DemoTenant) -> Outcome<Scope> {
    let origin =
        parse_origin(&format!("http://{}:{}", tenant.host, app.config.listen.port()), Mode::Development)?;
    let Some(known) = app.tenants.of_slug(tenant.slug) else {
        return Ok(add_tenant(app, tenant.slug, tenant.name, &origin).await?);
    };
    let scope = Scope::of_job(app, known);
    if scope.tenant.origin.port_or_known_default() != origin.port_or_known_default() {
        move_tenant(&scope, &origin, "the demo was started at another port").await?;
    }
    pick_tenant(app, Some(tenant.slug))
}

fn greet(app: &App) {
    say::line(format_args!("Postern's demo listens on {}. It has two organisations.", app.config.listen));
    for demo in &TENANTS {
        let Some(tenant) = app.tenants.of_slug(demo.slug) else { continue };
        say::line(format_args!("\n{}, {}", tenant.name, tenant.link("/")));
        say::line(format_args!("  sign in            {}", tenant.link("/sign-in")));
        say::line(format_args!("  everybody's phone  {}", tenant.link("/dev/phone")));
        say::line(format_args!("  every message      {}", tenant.link("/dev/outbox")));
        say::line(format_args!("  the clock          {}", tenant.link("/dev/clock")));
        say::line(format_args!("  attack, outage     {}", tenant.link("/dev/stories")));
        say::line(format_args!("Accounts of {} (login, password):", tenant.name));
        for person in &PEOPLE {
            say::line(format_args!(
                "  {:<6} {:<34} {}",
                person.login,
                demo.password(person.login),
                person.about
            ));
        }
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
