//! Vaultwarden: its log lines, `[2026-03-02 08:14:11.204][vaultwarden::api::identity][ERROR] …`.

mod message;

use crate::{
    provider::head::without_carrier,
    read::{Parsed, RecordDefect},
    record::{Position, Provider, SignIn},
    time::parse_time,
    wire::Scalar,
};
use message::VaultwardenMessage;

/// `None`: no line of this provider.
pub(crate) fn parse_text(line: &str, position: Position) -> Option<Parsed<'_>> {
    let bare = without_carrier(line);
    // A journal names the program, and another one may write what somebody typed.
    if line
        .strip_suffix(bare)
        .is_some_and(|carrier| carrier.ends_with(": ") && !carrier.contains("vaultwarden"))
    {
        return None;
    }
    let line = VaultwardenLine::read(bare)?;
    let Some(message) = VaultwardenMessage::read(line.module, line.message) else {
        return Some(Parsed::Unrecognised(format!("vaultwarden {}", line.module).into()));
    };
    // Without an offset it is the server's own time, which is UTC unless somebody set it.
    let at = parse_time(line.time);
    if at.is_none() && !line.time.is_empty() {
        return Some(Parsed::Malformed(RecordDefect::BadTime));
    }
    let mut sign_in = SignIn::new(Provider::Vaultwarden, message.result);
    sign_in.at = at;
    sign_in.position = position;
    sign_in.set_person(message.name.map(Into::into));
    sign_in.set_ip(message.ip);
    sign_in.method = message.method;
    sign_in.app = message.app.map(Into::into);
    sign_in.interactive = !message.by_key;
    // A key of the API is asked for nothing else.
    sign_in.legacy = message.by_key;
    sign_in.detail = message.text.and_then(|text| Scalar::of(text.into()).cow());
    Some(Parsed::Attempt(sign_in))
}

struct VaultwardenLine<'t> {
    time: &'t str,
    module: &'t str,
    message: &'t str,
}

impl<'t> VaultwardenLine<'t> {
    /// `None`: not Vaultwarden's. Its parts that are not its own code write under one word.
    fn read(line: &'t str) -> Option<Self> {
        const LEVELS: [&str; 5] = ["ERROR", "WARN", "INFO", "DEBUG", "TRACE"];
        const OTHERS: [&str; 8] =
            ["request", "response", "start", "auth", "panic", "launch", "error", "rocket"];
        let (time, rest) = line.strip_prefix('[')?.split_once("][")?;
        let (module, rest) = rest.split_once("][")?;
        let (level, message) = rest.split_once("] ")?;
        let crate_name = module.split("::").next()?;
        let own = matches!(crate_name, "vaultwarden" | "bitwarden_rs" | "rocket") || OTHERS.contains(&module);
        let dated = time.is_empty() || (time.len() >= "2026-03-02 08:14:11".len() && time.starts_with('2'));
        (own && dated && LEVELS.contains(&level)).then_some(Self { time, module, message })
    }
}

#[cfg(test)]
mod tests;
