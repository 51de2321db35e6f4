//! The command line: one file per command. Exit codes: 0 done, 1 it could not be done, 2 wrong usage.

pub mod audit_accept_restore;
pub mod audit_export;
pub mod config_check;
pub mod demo;
pub mod diagnose;
pub mod output_file;
pub mod passwords_import;
pub mod person_recover;
pub mod say;
pub mod serve;
pub mod signins_convert;
pub mod tenant;

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use tracing_subscriber::EnvFilter;

use crate::app::App;
use crate::config::{Config, ConfigProblems, Mode, Typed};
use crate::scope::Scope;

/// Postern lets a locked-out person back in without letting anyone else in.
#[derive(Parser)]
#[command(
    version,
    after_help = "Exit codes: 0 done, 1 it could not be done (the message says why), 2 wrong usage."
)]
pub struct Cli {
    /// How the log on stderr is written.
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, env = "POSTERN_LOG_FORMAT")]
    log_format: LogFormat,
    /// What is logged: error, warn, info, debug, or a tracing filter.
    #[arg(long, global = true, default_value = "info", env = "POSTERN_LOG")]
    log: String,
    #[command(subcommand)]
    command: Command,
}

/// How the log is written.
#[derive(Clone, Copy, ValueEnum)]
enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object per line.
    Json,
}

#[derive(Subcommand)]
enum Command {
    /// Start the server. The first start prints a set-up link for the first admin.
    Serve(SettingsArgs),
    /// Start a demo on this machine, with a dozen people and everything to try.
    Demo(demo::DemoArgs),
    Diagnose(diagnose::DiagnoseArgs),
    /// Sign-in logs.
    #[command(subcommand)]
    Signins(SigninsCommand),
    /// Look at the settings.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// The audit log.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Organisations.
    #[command(subcommand)]
    Tenant(tenant::TenantCommand),
    /// Passwords that nobody may choose.
    #[command(subcommand)]
    Passwords(PasswordsCommand),
    /// People, from the operator's side.
    #[command(subcommand)]
    Person(PersonCommand),
}

#[derive(Subcommand)]
enum SigninsCommand {
    Convert(signins_convert::ConvertArgs),
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Say everything that is wrong with the settings, without starting.
    Check(SettingsArgs),
}

#[derive(Subcommand)]
enum AuditCommand {
    /// Write the log, its tree and its checkpoint to a folder that postern-verify can check.
    Export(audit_export::ExportArgs),
    /// Accept that the log has less than it had, after a backup was restored. Each node remembers how far the log got, and
    /// signs nothing until this was said. Stop the server first.
    AcceptRestore(audit_accept_restore::AcceptRestoreArgs),
}

#[derive(Subcommand)]
enum PasswordsCommand {
    /// Read a list of leaked passwords, as "Have I Been Pwned" gives it, and refuse them from the next start on.
    Import(passwords_import::PasswordsImportArgs),
}

#[derive(Subcommand)]
enum PersonCommand {
    /// Let somebody back in whom nobody at the desk may help: an admin, somebody whose password is shut, or the owner
    /// of an account that "this was not me" suspended.
    Recover(person_recover::RecoverArgs),
}

const DATA_HELP: &str = "Folder of the key file and the SQLite file [default: postern-data]";
const DATABASE_HELP: &str =
    "postgres://… instead of the embedded SQLite file [default: postern.sqlite3 in the data folder]";

/// Settings that every server command takes. Flags win over the file.
#[derive(Args, Clone, Debug, Default)]
pub struct SettingsArgs {
    /// Settings file, TOML; without it, flags and defaults count.
    #[arg(long, value_name = "FILE", env = "POSTERN_CONFIG")]
    pub config: Option<PathBuf>,
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "POSTERN_LISTEN",
        help = "Address to listen on [default: 127.0.0.1:8787]"
    )]
    pub listen: Option<String>,
    #[arg(
        long,
        value_name = "URL",
        env = "POSTERN_ORIGIN",
        help = "What people type into the browser, such as https://postern.example.com [default: http://localhost, with the port listened on]"
    )]
    pub origin: Option<String>,
    #[arg(long, value_name = "DIR", env = "POSTERN_DATA", help = DATA_HELP)]
    pub data: Option<PathBuf>,
    #[arg(
        long,
        value_name = "URL",
        env = "POSTERN_DATABASE_URL",
        hide_env_values = true,
        help = DATABASE_HELP
    )]
    pub database_url: Option<String>,
    /// Trust proxies in networks that may hold clients too: whoever is there can say that they are anybody.
    #[arg(long, env = "POSTERN_FORCE")]
    pub force: bool,
}

/// What a command takes that looks at the data and serves nothing.
#[derive(Args, Clone, Debug, Default)]
pub struct DataArgs {
    /// Settings file, TOML; without it, flags and defaults count.
    #[arg(long, value_name = "FILE", env = "POSTERN_CONFIG")]
    config: Option<PathBuf>,
    #[arg(long, value_name = "DIR", env = "POSTERN_DATA", help = DATA_HELP)]
    data: Option<PathBuf>,
    #[arg(
        long,
        value_name = "URL",
        env = "POSTERN_DATABASE_URL",
        hide_env_values = true,
        help = DATABASE_HELP
    )]
    database_url: Option<String>,
}

impl DataArgs {
    /// The settings that the program needs. Whom a server would believe does not matter here.
    pub fn into_config(self) -> Result<Config, ConfigProblems> {
        let settings = SettingsArgs {
            config: self.config,
            data: self.data,
            database_url: self.database_url,
            force: true,
            ..SettingsArgs::default()
        };
        settings.into_config(Mode::Production)
    }
}

impl SettingsArgs {
    /// The settings that the program needs.
    pub fn into_config(self, mode: Mode) -> Result<Config, ConfigProblems> {
        let mut typed = match &self.config {
            Some(path) => Typed::read(path)?,
            None => Typed::default(),
        };
        typed.listen = self.listen.or(typed.listen);
        typed.origin = self.origin.or(typed.origin);
        typed.data = self.data.or(typed.data);
        typed.database_url = self.database_url.or(typed.database_url);
        typed.force = self.force;
        typed.into_config(mode)
    }
}

/// Which organisation a command is about.
#[derive(Args, Clone, Debug, Default)]
pub struct TenantArg {
    /// Which organisation, where there are several: see 'postern tenant list'.
    #[arg(long, value_name = "SLUG", env = "POSTERN_TENANT")]
    pub tenant: Option<String>,
}

/// The organisation that a command is about: the one that was named, or the only one.
pub fn pick_tenant(app: &Arc<App>, slug: Option<&str>) -> Outcome<Scope> {
    let all = app.tenants.list();
    let listed = || all.iter().map(|tenant| tenant.slug.as_str()).collect::<Vec<_>>().join(", ");
    let tenant = match (slug, all.as_slice()) {
        (_, []) => {
            return Err(
                "there is no organisation yet: `postern serve` makes the first, or `postern tenant add`"
                    .into(),
            );
        }
        (None, [only]) => Arc::clone(only),
        (None, _) => return Err(format!("which organisation? Name one with --tenant: {}", listed()).into()),
        (Some(slug), _) => app
            .tenants
            .of_slug(slug)
            .ok_or_else(|| format!("no organisation is called {slug:?}; there are: {}", listed()))?,
    };
    Ok(Scope::of_job(app, tenant))
}

/// The command line. The demo's data lies elsewhere than a server's.
fn command() -> clap::Command {
    Cli::command().mut_subcommand("demo", |demo| {
        demo.mut_arg("data", |data| data.help(DATA_HELP.replace("postern-data", demo::FOLDER)))
    })
}

/// Reads the command line and does what it says.
pub fn run() -> ExitCode {
    let cli = Cli::from_arg_matches(&command().get_matches()).unwrap_or_else(|error| error.exit());
    if let Err(error) = start_log(&cli) {
        return say::fail(&*error);
    }
    // Two TLS providers in one process would make the first handshake panic; this names the one.
    if rustls::crypto::aws_lc_rs::default_provider().install_default().is_err() {
        tracing::debug!("the TLS provider was installed before");
    }
    let outcome = match cli.command {
        Command::Serve(settings) => serve::run(settings),
        Command::Demo(args) => demo::run(args),
        Command::Diagnose(args) => diagnose::run(&args),
        Command::Signins(SigninsCommand::Convert(args)) => signins_convert::run(&args),
        Command::Config(ConfigCommand::Check(settings)) => config_check::run(settings),
        Command::Audit(AuditCommand::Export(args)) => audit_export::run(args),
        Command::Audit(AuditCommand::AcceptRestore(args)) => audit_accept_restore::run(args),
        Command::Tenant(command) => tenant::run(command),
        Command::Passwords(PasswordsCommand::Import(args)) => passwords_import::run(args),
        Command::Person(PersonCommand::Recover(args)) => person_recover::run(args),
    };
    outcome.unwrap_or_else(|error| say::fail(&*error))
}

/// What commands return: an exit code, or why it could not be done.
pub type Outcome<T = ExitCode> = Result<T, Box<dyn std::error::Error>>;

fn start_log(cli: &Cli) -> Result<(), Box<dyn std::error::Error>> {
    let filter = EnvFilter::try_new(format!("{},sqlx=warn,hyper=warn", cli.log))?;
    // Codes for colours are for eyes: a file or a journal would keep them as noise.
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match cli.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    Ok(())
}

/// An async runtime for commands that need one.
pub(crate) fn block_on<T>(
    work: impl Future<Output = Result<T, Box<dyn std::error::Error>>>,
) -> Result<T, Box<dyn std::error::Error>> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}
