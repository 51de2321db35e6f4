//! `postern tenant`: organisations, from the operator's side. A server that runs notices each change within a second.

use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};

use super::{DataArgs, Outcome, block_on, pick_tenant, say};
use crate::actions::add_tenant::add_tenant;
use crate::actions::move_tenant::{count_dying_passkeys, move_tenant};
use crate::actions::rename_tenant::rename_tenant;
use crate::actions::set_tenant_settings::{find_tenant_settings, set_tenant_settings};
use crate::actions::set_up::offer_first_admin;
use crate::actions::suspend_tenant::{enable_tenant, suspend_tenant};
use crate::app::App;
use crate::config::{Mode, parse_origin};
use crate::store::persons;

/// What can be done.
#[derive(Subcommand)]
pub enum TenantCommand {
    /// Add an organisation, and print the set-up link for its first admin.
    Add(AddArgs),
    /// List the organisations.
    List(DataArgs),
    /// Give an organisation another name.
    Rename(RenameArgs),
    /// Move an organisation to another address. Its passkeys are good for the old name alone.
    SetHost(SetHostArgs),
    /// Show what an organisation decides for itself, and change it.
    Settings(SettingArgs),
    /// Print which proof suffices for which remedy: a text in Cedar, to change and to set.
    RecoveryPolicy(NamedArgs),
    /// Serve an organisation no more, until it is enabled. Its data stays.
    Suspend(ReasonArgs),
    /// Serve a suspended organisation again.
    Enable(ReasonArgs),
}

/// What it takes to add one.
#[derive(Args)]
pub struct AddArgs {
    #[command(flatten)]
    data: DataArgs,
    /// What commands and folders call it, such as quay-clinic. It stays.
    slug: String,
    /// What people call it.
    #[arg(long)]
    name: String,
    #[arg(long, value_name = "URL", help = "Where its people reach it, such as https://quay.example.com")]
    host: String,
}

/// What it takes to rename one.
#[derive(Args)]
pub struct RenameArgs {
    #[command(flatten)]
    data: DataArgs,
    /// Which: see 'postern tenant list'.
    slug: String,
    /// What people call it from now on.
    name: String,
}

/// What it takes to move one.
#[derive(Args)]
pub struct SetHostArgs {
    #[command(flatten)]
    data: DataArgs,
    /// Which: see 'postern tenant list'.
    slug: String,
    #[arg(
        value_name = "URL",
        help = "Where its people reach it from now on, such as https://quay.example.com"
    )]
    host: String,
    /// Why; goes on the record.
    #[arg(long)]
    reason: String,
    /// Do it although passkeys die.
    #[arg(long)]
    force: bool,
}

/// What it takes to look at settings, or to change them.
#[derive(Args)]
pub struct SettingArgs {
    #[command(flatten)]
    data: DataArgs,
    /// Which: see 'postern tenant list'.
    slug: String,
    #[arg(
        long,
        value_name = "NAME=VALUE",
        requires = "reason",
        help = "Another value, such as enrolment_pass_minutes=5; without a value the default again; recovery_policy=@FILE takes \
                the value from a file. May be given several times. There are: code_contact_min_age_hours, \
                contact_min_age_days, desk_hours, desk_phone, enrolment_pass_minutes, gateway_account, gateway_from, gateway_kind, \
                gateway_token, gateway_url, identity_providers, keep_days, look_back_days, mail_codes, password_by_mail, recovery_policy, smtp_from, smtp_url, text_codes, \
                tiers"
    )]
    set: Vec<String>,
    /// Why; goes on the record.
    #[arg(long, requires = "set")]
    reason: Option<String>,
}

/// What it takes to look at one.
#[derive(Args)]
pub struct NamedArgs {
    #[command(flatten)]
    data: DataArgs,
    /// Which: see 'postern tenant list'.
    slug: String,
}

/// What it takes to suspend or to enable one.
#[derive(Args)]
pub struct ReasonArgs {
    #[command(flatten)]
    data: DataArgs,
    /// Which: see 'postern tenant list'.
    slug: String,
    /// Why; goes on the record.
    #[arg(long)]
    reason: String,
}

/// Does it.
pub fn run(command: TenantCommand) -> Outcome {
    match command {
        TenantCommand::Add(args) => on_app(args.data.clone(), async |app| add(app, &args).await),
        TenantCommand::List(data) => on_app(data, async |app| list(app).await),
        TenantCommand::Rename(args) => on_app(args.data.clone(), async |app| rename(app, &args).await),
        TenantCommand::SetHost(args) => on_app(args.data.clone(), async |app| set_host(app, &args).await),
        TenantCommand::Settings(args) => on_app(args.data.clone(), async |app| settings(app, &args).await),
        TenantCommand::RecoveryPolicy(args) => {
            on_app(args.data.clone(), async |app| recovery_policy(app, &args).await)
        }
        TenantCommand::Suspend(args) => on_app(args.data.clone(), async |app| suspend(app, &args).await),
        TenantCommand::Enable(args) => on_app(args.data.clone(), async |app| enable(app, &args).await),
    }
}

fn on_app(data: DataArgs, work: impl AsyncFnOnce(&Arc<App>) -> Outcome<()>) -> Outcome {
    let config = data.into_config()?;
    block_on(async move {
        let app = App::start(config).await?;
        let done = work(&app).await;
        app.audit_memory.save()?;
        done.map(|()| ExitCode::SUCCESS)
    })
}

async fn add(app: &Arc<App>, args: &AddArgs) -> Outcome<()> {
    let origin = parse_origin(&args.host, Mode::Production).map_err(|why| format!("--host: {why}"))?;
    let scope = add_tenant(app, &args.slug, &args.name, &origin).await?;
    let code = offer_first_admin(&scope).await?.ok_or("somebody is in it already")?;
    say::line(format_args!("{} is served at {} from now on.", scope.tenant.name, scope.tenant.link("/")));
    say::line("Nobody is in it yet. Make its first admin within 24 hours:");
    // The code stands in the fragment, which browsers keep to themselves.
    say::line(format_args!("  {}", scope.tenant.link(&format!("/set-up#{code}"))));
    Ok(())
}

async fn list(app: &Arc<App>) -> Outcome<()> {
    let tenants = app.tenants.list();
    if tenants.is_empty() {
        say::line("There is no organisation yet: `postern serve` makes the first, or `postern tenant add`.");
    }
    for tenant in tenants {
        let people = persons::count(&app.db, &tenant.id).await?;
        let state = tenant.suspended_at.map_or_else(String::new, |at| format!("  suspended since {at}"));
        let (slug, origin) = (&tenant.slug, tenant.origin.as_str().trim_end_matches('/'));
        say::line(format_args!("{slug:<20} {origin:<40} {people:>6} people  {}{state}", tenant.name));
    }
    Ok(())
}

async fn rename(app: &Arc<App>, args: &RenameArgs) -> Outcome<()> {
    let scope = pick_tenant(app, Some(&args.slug))?;
    rename_tenant(&scope, &args.name).await?;
    say::line(format_args!("{} is called {} from now on.", scope.tenant.name, args.name.trim()));
    Ok(())
}

async fn set_host(app: &Arc<App>, args: &SetHostArgs) -> Outcome<()> {
    let scope = pick_tenant(app, Some(&args.slug))?;
    let origin = parse_origin(&args.host, Mode::Production)?;
    let dying = count_dying_passkeys(&scope, &origin).await?;
    if dying > 0 && !args.force {
        let host = scope.tenant.origin.host_str().unwrap_or_default();
        return Err(format!(
            "{} good for {host} alone and dies with it; whoever has it needs another way in. Nothing was changed; say --force \
             if that is wanted",
            if dying == 1 { "1 passkey is".to_owned() } else { format!("{dying} passkeys: each is") }
        )
        .into());
    }
    let removed = move_tenant(&scope, &origin, &args.reason).await?;
    say::line(format_args!("{} is served at {origin} from now on.", scope.tenant.name));
    if removed > 0 {
        say::line(format_args!("Passkeys removed, and their owners told: {removed}."));
    }
    say::line("Links in mails that went out before lead to the old address.");
    Ok(())
}

async fn settings(app: &Arc<App>, args: &SettingArgs) -> Outcome<()> {
    let scope = pick_tenant(app, Some(&args.slug))?;
    let named = args.set.iter().map(|typed| {
        // What was typed is not said again: a password may stand in it.
        let (name, value) =
            typed.split_once('=').ok_or("--set: say NAME=VALUE, such as enrolment_pass_minutes=5")?;
        let name = name.trim();
        let value = match value.strip_prefix('@') {
            None => value.to_owned(),
            Some(file) => {
                std::fs::read_to_string(file).map_err(|why| format!("--set {name}=@{file}: {why}"))?
            }
        };
        Ok((name.to_owned(), value))
    });
    let named: Vec<_> = named.collect::<Outcome<_>>()?;
    let settings = match &args.reason {
        Some(reason) => set_tenant_settings(&scope, &named, reason).await?,
        None => find_tenant_settings(&scope).await?,
    };
    for (name, value) in settings.shown() {
        say::line(format_args!("{name:<22} {value}"));
    }
    Ok(())
}

async fn recovery_policy(app: &Arc<App>, args: &NamedArgs) -> Outcome<()> {
    let scope = pick_tenant(app, Some(&args.slug))?;
    say::line(find_tenant_settings(&scope).await?.recovery_policy().trim_end());
    Ok(())
}

async fn suspend(app: &Arc<App>, args: &ReasonArgs) -> Outcome<()> {
    let scope = pick_tenant(app, Some(&args.slug))?;
    suspend_tenant(&scope, &args.reason).await?;
    say::line(format_args!("{} is not served any more. Its data stays.", scope.tenant.name));
    Ok(())
}

async fn enable(app: &Arc<App>, args: &ReasonArgs) -> Outcome<()> {
    let scope = pick_tenant(app, Some(&args.slug))?;
    enable_tenant(&scope, &args.reason).await?;
    say::line(format_args!("{} is served at {} again.", scope.tenant.name, scope.tenant.link("/")));
    Ok(())
}
