//! `postern serve`

use std::process::ExitCode;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;

use super::{Outcome, Settings, block_on, say};
use crate::actions::set_up::offer_first_admin;
use crate::app::App;
use crate::config::Mode;
use crate::web::serve::serve;

/// Starts the server for real people.
pub fn run(settings: Settings) -> Outcome {
    let config = settings.into_config(Mode::Production)?;
    block_on(async move {
        let app = App::start(config).await?;
        let listener = TcpListener::bind(app.config.listen).await?;
        say::line(format_args!("Postern listens on {}", app.config.listen));
        if app.config.smtp.is_none() {
            tracing::warn!("no smtp_url: notices to people wait in the outbox until there is one");
        }
        if let Some(code) = offer_first_admin(&app).await.map_err(|e| e.to_string())? {
            // The code stands in the fragment, which browsers keep to themselves.
            say::line("Nobody is in the directory yet. Make the first admin within 24 hours:");
            say::line(format_args!("  {}", app.config.link(&format!("/set-up#{code}"))));
            say::line(format_args!("  or open {} and type {code}", app.config.link("/set-up")));
        }
        until_stopped(app, listener).await?;
        Ok(ExitCode::SUCCESS)
    })
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
