//! `postern serve`

use std::io::IsTerminal as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;

use super::{Outcome, SettingsArgs, block_on, demo, say};
use crate::actions::add_tenant::add_first_tenant;
use crate::actions::set_up::{code_file, forget_code_file, offer_first_admin};
use crate::app::App;
use crate::config::Mode;
use crate::private_files;
use crate::scope::Scope;
use crate::web::serve::serve;

/// Starts the server for real people.
pub fn run(settings: SettingsArgs) -> Outcome {
    let config = settings.into_config(Mode::Production)?;
    refuse_demo(&config.data)?;
    block_on(async move {
        let app = App::start(config).await?;
        // Before anything is written: another server may run on this data.
        run_alone(&app)?;
        let listener = TcpListener::bind(app.config.listen).await?;
        say::line(format_args!("Postern listens on {}", app.config.listen));
        if app.config.smtp.is_none() {
            tracing::warn!("no smtp_url: notices to people wait in the outbox until there is one");
        }
        add_first_tenant(&app).await?;
        expect_someone_at_origin(&app)?;
        for scope in Scope::of_served(&app) {
            match offer_first_admin(&scope).await? {
                Some(code) => hand_over(&scope, &code)?,
                None => forget_code_file(&scope),
            }
        }
        until_stopped(app, listener).await?;
        Ok(ExitCode::SUCCESS)
    })
}

/// The passwords of a demo's people are printed in its source.
fn refuse_demo(folder: &Path) -> Outcome<()> {
    if folder.join(demo::MARK).exists() {
        let folder = folder.display();
        return Err(format!(
            "{folder} holds a demo's data: everybody knows its people's passwords. Name another folder with --data, or start \
             it with `postern demo`"
        )
        .into());
    }
    Ok(())
}

/// Settings that name an address where nobody is served were changed by mistake, or the organisation was to move.
fn expect_someone_at_origin(app: &App) -> Outcome<()> {
    let origin = &app.config.origin;
    let tenants = app.tenants.list();
    if !app.config.has_origin || tenants.iter().any(|tenant| tenant.origin == *origin) {
        return Ok(());
    }
    let first = tenants.first().map_or("SLUG", |tenant| tenant.slug.as_str());
    Err(format!(
        "the settings say {origin}, but no organisation is served there (`postern tenant list` says where). To move one: \
         `postern tenant set-host {first} {origin} --reason …`; otherwise correct or leave out `origin`"
    )
    .into())
}

/// To whoever looks at the terminal; else to a file, because what a service prints stays in a journal that others read.
fn hand_over(scope: &Scope, code: &str) -> std::io::Result<()> {
    let name = &scope.tenant.name;
    say::line(format_args!(
        "Nobody is in the directory of {name} yet. Make the first admin within 24 hours:"
    ));
    // The code stands in the fragment, which browsers keep to themselves.
    let link = scope.tenant.link(&format!("/set-up#{code}"));
    let page = scope.tenant.link("/set-up");
    if std::io::stdout().is_terminal() {
        say::line(format_args!("  {link}"));
        say::line(format_args!("  or open {page} and type {code}"));
        return Ok(());
    }
    forget_code_file(scope);
    let file = code_file(scope);
    private_files::create(&file, &format!("{link}\nor open {page} and type {code}\n"))?;
    say::line(format_args!("  the link is in {}, which is deleted when it was used", file.display()));
    Ok(())
}

/// Says to others that a server runs on this data folder. Err: another one does.
pub(super) fn run_alone(app: &App) -> std::io::Result<()> {
    if app.audit_memory.lock_running()? {
        return Ok(());
    }
    Err(std::io::Error::other("another server runs on this data folder"))
}

/// Serves until Ctrl-C or SIGTERM.
pub(super) async fn until_stopped(app: Arc<App>, listener: TcpListener) -> std::io::Result<()> {
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        asked_to_stop().await;
        tracing::info!("stopping: running requests end first");
        let _ = stop.send(true);
    });
    serve(app, listener, stopped).await
}

async fn asked_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}
