//! Settings as typed. All problems are gathered before the program stops.

use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use url::Url;

use super::{Config, Mode, TypedGeoip, TypedHashCost, TypedSignals, mistake, proxies};
use crate::oidc::hosts::parse_private_host;
use crate::smtp::Smtp;

/// The settings file, and the flags laid over it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Typed {
    /// `127.0.0.1:8787`
    pub listen: Option<String>,
    /// `127.0.0.1:9787`: where `/metrics` is, for the operator alone.
    pub metrics_listen: Option<String>,
    /// `https://postern.example.com`
    pub origin: Option<String>,
    /// Folder for the key file and the SQLite file.
    pub data: Option<PathBuf>,
    /// `sqlite:PATH` or `postgres://…`
    pub database_url: Option<String>,
    /// Name of the organisation.
    pub organisation: Option<String>,
    /// `smtp://user:password@host:25`
    pub smtp_url: Option<String>,
    /// `Postern <postern@example.com>`
    pub smtp_from: Option<String>,
    /// Addresses of the proxies in front, such as `127.0.0.1` or `10.0.3.7`, or small networks of nothing but proxies.
    pub trusted_proxies: Vec<String>,
    /// What one address may send in a minute without being signed in.
    pub requests_per_minute: Option<i64>,
    /// A folder on other media, for a signed checkpoint of the audit log at each start and every day.
    pub checkpoint_folder: Option<PathBuf>,
    /// The list that `postern passwords import` made, if it is not in the data folder.
    pub leaked_passwords: Option<PathBuf>,
    /// Hosts of identity providers that may be in the server's own network, such as `login.intranet.example.com`.
    pub private_identity_hosts: Vec<String>,
    /// What hashing a password costs.
    pub argon2: TypedHashCost,
    /// Sign-in records.
    pub signals: TypedSignals,
    /// Where addresses are.
    pub geoip: TypedGeoip,
    /// `--force`: trusted proxies may be in networks that hold clients too. Not a setting of the file.
    #[serde(skip)]
    pub force: bool,
}

/// Everything that is wrong with the settings.
#[derive(Debug)]
pub struct ConfigProblems(Vec<String>);

impl fmt::Display for ConfigProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the settings have {} problem(s):", self.0.len())?;
        self.0.iter().try_for_each(|problem| writeln!(f, "  - {problem}"))
    }
}

impl std::error::Error for ConfigProblems {}

impl Typed {
    /// Reads a settings file.
    pub fn read(path: &Path) -> Result<Self, ConfigProblems> {
        let problem = |why: String| ConfigProblems(vec![format!("{}: {why}", path.display())]);
        let text = std::fs::read_to_string(path).map_err(|e| problem(e.to_string()))?;
        toml::from_str(&text).map_err(|error| problem(mistake::message(&text, &error)))
    }

    /// The settings that the program needs, or everything that stands in the way.
    pub fn into_config(self, mode: Mode) -> Result<Config, ConfigProblems> {
        let mut problems = Vec::new();
        let listen = self.listen(mode, &mut problems);
        let metrics_listen = self.metrics_listen(mode, listen, &mut problems);
        let origin = self.origin(mode, listen, &mut problems);
        let data = self.data.clone().unwrap_or_else(|| PathBuf::from("postern-data"));
        let database_url = self.database(&data, &mut problems);
        let smtp = self.smtp(&mut problems);
        let trusted_proxies = proxies::trusted(&self.trusted_proxies, self.force, &mut problems);
        let requests = self.requests_per_minute.unwrap_or(120);
        let requests = within("requests_per_minute", requests, 10, 100_000, &mut problems);
        let requests_per_minute =
            u32::try_from(requests).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN);
        let signals = self.signals.clone().into_signals(&data, &mut problems);
        let places = self.geoip.clone().into_places(&mut problems);
        let checkpoint_folder = self.checkpoint_folder(&data, &mut problems);
        let argon2 = self.argon2.clone().into_cost(&mut problems);
        let private_identity_hosts = self.private_identity_hosts(&mut problems);
        let (Some(origin), true) = (origin, problems.is_empty()) else {
            return Err(ConfigProblems(problems));
        };
        Ok(Config {
            listen,
            metrics_listen,
            origin,
            has_origin: self.origin.is_some(),
            data,
            database_url,
            mode,
            organisation: self.organisation.unwrap_or_else(|| "Your organisation".to_owned()),
            smtp,
            trusted_proxies,
            requests_per_minute,
            checkpoint_folder,
            leaked_passwords: self.leaked_passwords,
            argon2,
            signals,
            private_identity_hosts,
            places,
        })
    }

    fn listen(&self, mode: Mode, problems: &mut Vec<String>) -> SocketAddr {
        let default = SocketAddr::from(([127, 0, 0, 1], 8787));
        let Some(text) = &self.listen else { return default };
        let Ok(listen) = text.parse::<SocketAddr>() else {
            problems.push(format!("listen: {text:?} is not ADDRESS:PORT, such as 127.0.0.1:8787"));
            return default;
        };
        if mode == Mode::Development && !listen.ip().is_loopback() {
            problems.push(format!(
                "listen: {listen} can be reached from outside. The demo shows secrets to everybody who can open it, so \
                 it stays on 127.0.0.1; use `postern serve` for anything else"
            ));
        }
        listen
    }

    fn metrics_listen(
        &self,
        mode: Mode,
        listen: SocketAddr,
        problems: &mut Vec<String>,
    ) -> Option<SocketAddr> {
        let text = self.metrics_listen.as_ref()?;
        let Ok(address) = text.parse::<SocketAddr>() else {
            problems.push(format!("metrics_listen: {text:?} is not ADDRESS:PORT, such as 127.0.0.1:9787"));
            return None;
        };
        if address.port() == listen.port() {
            problems.push("metrics_listen: people reach that port; choose one of its own".to_owned());
        }
        if mode == Mode::Development && !address.ip().is_loopback() {
            problems.push(format!(
                "metrics_listen: {address} can be reached from outside; the demo stays on 127.0.0.1"
            ));
        }
        Some(address)
    }

    fn origin(&self, mode: Mode, listen: SocketAddr, problems: &mut Vec<String>) -> Option<Url> {
        // Passkeys want a name, not an address; browsers trust this one without TLS.
        let text = self.origin.clone().unwrap_or_else(|| format!("http://localhost:{}", listen.port()));
        parse_origin(&text, mode).map_err(|why| problems.push(format!("origin: {why}"))).ok()
    }

    fn database(&self, data: &Path, problems: &mut Vec<String>) -> String {
        let Some(text) = &self.database_url else {
            return format!("sqlite:{}", data.join("postern.sqlite3").display());
        };
        if !["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| text.starts_with(scheme)) {
            // Not echoed: it may hold a password.
            problems.push("database_url: must start with sqlite: or postgres://".to_owned());
        }
        text.clone()
    }

    fn checkpoint_folder(&self, data: &Path, problems: &mut Vec<String>) -> Option<PathBuf> {
        let typed = self.checkpoint_folder.as_ref()?;
        match typed.canonicalize() {
            Ok(folder) if data.canonicalize().is_ok_and(|data| folder.starts_with(data)) => {
                let why =
                    "lies in the data folder; choose a place that whoever can change the database cannot";
                problems.push(format!("checkpoint_folder: {} {why}", typed.display()));
            }
            Ok(folder) if folder.is_dir() => return Some(folder),
            Ok(_) => problems.push(format!("checkpoint_folder: {} is no folder", typed.display())),
            Err(why) => problems.push(format!("checkpoint_folder: {}: {why}", typed.display())),
        }
        None
    }

    fn private_identity_hosts(&self, problems: &mut Vec<String>) -> Vec<String> {
        let parsed = self.private_identity_hosts.iter().map(|typed| {
            parse_private_host(typed).map_err(|why| format!("private_identity_hosts: {typed:?} {why}"))
        });
        let (hosts, wrong): (Vec<_>, Vec<_>) = parsed.partition(Result::is_ok);
        problems.extend(wrong.into_iter().filter_map(Result::err));
        hosts.into_iter().filter_map(Result::ok).collect()
    }

    fn smtp(&self, problems: &mut Vec<String>) -> Option<Smtp> {
        let from = self.smtp_from.as_deref().unwrap_or_default();
        Smtp::parse(self.smtp_url.as_deref()?, from)
            .map_err(|mistake| problems.push(mistake.to_string()))
            .ok()
    }
}

pub(super) fn within(name: &str, value: i64, least: i64, most: i64, problems: &mut Vec<String>) -> i64 {
    if !(least..=most).contains(&value) {
        problems.push(format!("{name}: {value} is not between {least} and {most}"));
    }
    value
}

/// The address of an organisation: scheme, host and port alone. Err: what is wrong with it.
pub fn parse_origin(text: &str, mode: Mode) -> Result<Url, String> {
    if !text.contains("://") {
        return Err("must be a whole address, such as https://postern.example.com".to_owned());
    }
    let origin: Url = text.parse().map_err(|why: url::ParseError| why.to_string())?;
    let host = origin.host_str().unwrap_or_default();
    // Browsers take these to the loopback, and trust them without TLS.
    let is_local = host == "localhost" || host.ends_with(".localhost");
    if mode == Mode::Production && origin.scheme() != "https" && !is_local {
        return Err("must start with https:// (only localhost may go without)".to_owned());
    }
    let bare = origin.username().is_empty() && origin.password().is_none() && origin.fragment().is_none();
    if !bare || origin.path() != "/" || origin.query().is_some() {
        return Err("must be scheme, host and port alone".to_owned());
    }
    if host.ends_with('.') {
        return Err("must have no dot at the end: browsers send the name without it".to_owned());
    }
    if origin.domain().is_none() {
        return Err("must have a name, not an address: passkeys are for names alone".to_owned());
    }
    Ok(origin)
}
