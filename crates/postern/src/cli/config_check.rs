//! `postern config check`

use std::process::ExitCode;

use super::{Outcome, SettingsArgs, say};
use crate::config::Mode;

/// Says everything that is wrong, or what would be used.
pub fn run(settings: SettingsArgs) -> Outcome {
    let config = settings.into_config(Mode::Production)?;
    say::line("the settings are fine");
    say::line(format_args!("  listen         {}", config.listen));
    let metrics = config.metrics_listen.map_or_else(|| "none".to_owned(), |address| address.to_string());
    say::line(format_args!("  metrics        {metrics}"));
    say::line(format_args!("  origin         {}", config.origin));
    say::line(format_args!("  data           {}", config.data.display()));
    let database = config.database_url.split(':').next().unwrap_or_default();
    say::line(format_args!("  database       {database}"));
    say::line(format_args!(
        "  mail           {}",
        if config.smtp.is_some() { "smtp" } else { "none: notices wait" }
    ));
    say::line("  texts          by each organisation's own gateway: see `postern tenant settings`");
    let proxies: Vec<String> = config.trusted_proxies.iter().map(ToString::to_string).collect();
    say::line(format_args!(
        "  proxies        {}",
        if proxies.is_empty() { "none believed".to_owned() } else { proxies.join(", ") }
    ));
    let checkpoints = config.checkpoint_folder.as_ref().map(|folder| folder.display().to_string());
    say::line(format_args!(
        "  checkpoints    {}",
        checkpoints.as_deref().unwrap_or("to the log and to auditors only")
    ));
    let list = config.leaked_passwords_file();
    let list = if list.exists() {
        list.display().to_string()
    } else {
        "none: see `postern passwords import`".to_owned()
    };
    say::line(format_args!("  leaked         {list}"));
    let (memory, passes) = (config.argon2.memory >> 10, config.argon2.passes);
    say::line(format_args!("  hashing        Argon2id, {memory} MiB for each core, {passes} passes"));
    let signals = &config.signals;
    let folder = signals.import_folder.as_ref().map(|folder| folder.display().to_string());
    say::line(format_args!("  watched folder {}", folder.as_deref().unwrap_or("none")));
    Ok(ExitCode::SUCCESS)
}
