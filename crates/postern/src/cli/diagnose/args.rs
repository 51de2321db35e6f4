//! What `postern diagnose` is asked.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use postern_signals::Provider;

const EXIT_CODES: &str = "\
Exit codes:
  0    read and reported
  1    a file could not be read, or holds nothing about sign-ins; the others are reported
  2    wrong usage: also settings or rules that cannot be used, and a file to write that is a log
  130  stopped by Ctrl-C; the report is over what had been read";

/// Say what in exported sign-in logs locks people out.
///
/// For every person: whether they are locked out, since when, why, what to do, whether an MFA reset would help, and
/// whether it looks like an attack. For the organisation: whether it is an outage, a policy or an attack on many.
///
/// Reads Microsoft Entra ID, Okta, Auth0, Keycloak, AWS CloudTrail, Duo, Google Workspace, OneLogin, Microsoft 365,
/// authentik, Authelia, Vaultwarden, privacyIDEA, OCSF and Postern's own lines: as JSON Lines, JSON documents, CSV or
/// log lines, plain or compressed (gzip, zstd). Nothing is sent anywhere and nothing is changed.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct DiagnoseArgs {
    /// Files, folders or patterns such as 'logs/*.jsonl.gz'; a lone '-' is standard input.
    #[arg(required_unless_present = "list_rules", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Print JSON for programs instead of tables.
    #[arg(long)]
    pub json: bool,
    /// Also write the report as one HTML file with pictures, which opens without a network.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Whose log it is; by default each record is looked at.
    #[arg(long, value_enum, default_value_t = Format::Auto)]
    pub format: Format,
    /// A folder with Sigma rules of your own, beside the shipped ones.
    #[arg(long, value_name = "DIR")]
    pub rules: Option<PathBuf>,
    /// A TOML file with other thresholds.
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
    /// Analyse only what happened from this time on, such as 2026-03-02 (all of that day, UTC) or 2026-03-02T08:30:00Z.
    /// Earlier records still teach what is usual for a person.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub since: Option<Timestamp>,
    /// Report as of this time, such as 2026-03-02 (when that day began, UTC) or 2026-03-02T08:30:00Z: later records are
    /// left out.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub as_of: Option<Timestamp>,
    /// Threads that read [default: one for each core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// List the rules with their thresholds, and stop; as JSON with --json.
    #[arg(long)]
    pub list_rules: bool,
}

/// Whose log a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Format {
    /// Look at each record.
    Auto,
    Entra,
    Okta,
    Auth0,
    Keycloak,
    #[value(name = "cloudtrail")]
    CloudTrail,
    Duo,
    Google,
    #[value(name = "onelogin")]
    OneLogin,
    M365,
    Authentik,
    Authelia,
    Vaultwarden,
    #[value(name = "privacyidea")]
    PrivacyIdea,
    Ocsf,
    Postern,
}

/// A time, or a date for the moment that it begins.
fn moment(text: &str) -> Result<Timestamp, String> {
    // A date is read from the front of a time too, and the time forgotten.
    let is_date = text.len() == "2026-03-02".len();
    let date = text.parse::<Date>().ok().filter(|_| is_date);
    let begins =
        date.and_then(|date| date.to_zoned_datetime(TimeZone::UTC).ok()).map(|begins| begins.timestamp());
    begins.or_else(|| text.parse().ok()).ok_or_else(|| {
        "give a date, such as 2026-03-02, or a time with its offset, such as 2026-03-02T08:30:00Z".to_owned()
    })
}

impl Format {
    /// What to try if nothing in a file fits. `None`: everything was tried.
    pub(in crate::cli) fn advice(self) -> Option<String> {
        let name = self.provider()?.as_str();
        Some(format!(
            "`--format {name}` reads nothing else: leave it out, or name the provider whose log it is."
        ))
    }

    pub(in crate::cli) fn provider(self) -> Option<Provider> {
        Some(match self {
            Self::Auto => return None,
            Self::Entra => Provider::Entra,
            Self::Okta => Provider::Okta,
            Self::Auth0 => Provider::Auth0,
            Self::Keycloak => Provider::Keycloak,
            Self::CloudTrail => Provider::CloudTrail,
            Self::Duo => Provider::Duo,
            Self::Google => Provider::Google,
            Self::OneLogin => Provider::OneLogin,
            Self::M365 => Provider::M365,
            Self::Authentik => Provider::Authentik,
            Self::Authelia => Provider::Authelia,
            Self::Vaultwarden => Provider::Vaultwarden,
            Self::PrivacyIdea => Provider::PrivacyIdea,
            Self::Ocsf => Provider::Ocsf,
            Self::Postern => Provider::Postern,
        })
    }
}
