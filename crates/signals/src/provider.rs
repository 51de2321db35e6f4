//! The providers: one module each, and who is asked about a line.

mod auth0;
mod authelia;
mod authentik;
mod cloudtrail;
mod duo;
mod entra;
mod google;
mod head;
mod keycloak;
mod m365;
mod ocsf;
mod okta;
mod onelogin;
pub mod postern;
mod privacyidea;
mod sniff;
mod text_search;
mod vaultwarden;

use std::borrow::Cow;

pub(crate) use entra::parse_only as parse_entra_only;
pub(crate) use head::without_container;

use crate::{
    read::{Parsed, RecordDefect, defect_of},
    record::{Position, Provider, SignIn},
};
use sniff::NameFlags;

/// The kind of a record that no provider knows.
pub(crate) const UNKNOWN: &str = "unknown kind of record";

/// Tries the likely provider first, then those that it may be of. `likely` becomes the one that knows the record: logs
/// are rarely mixed.
pub(crate) fn parse_any<'t>(line: &'t str, likely: &mut Provider, position: Position) -> Parsed<'t> {
    match parse_as(*likely, line, position) {
        // Damage in a field that only this reader looks at: what is read must not hang on who is asked first.
        Some(Parsed::Malformed(_)) | None => {}
        Some(parsed) => return parsed,
    }
    let flags = match line.starts_with('{').then(|| NameFlags::of(line)).transpose() {
        Ok(flags) => flags,
        Err(error) => return Parsed::Malformed(defect_of(&error)),
    };
    let may_be = |provider: &Provider| flags.is_none_or(|flags| flags.may_be(*provider));
    for provider in Provider::ALL.into_iter().filter(may_be) {
        if let Some(parsed) = parse_as(provider, line, position) {
            *likely = provider;
            return parsed;
        }
    }
    nobodys(line)
}

/// `None`: sound, but not this provider's.
pub(crate) fn parse_as(provider: Provider, line: &str, position: Position) -> Option<Parsed<'_>> {
    if !line.starts_with('{') {
        return parse_text(provider, line, position);
    }
    let parsed = match provider {
        Provider::Postern => postern::parse(line, position),
        Provider::Okta => okta::parse(line, position),
        Provider::CloudTrail => cloudtrail::parse(line, position),
        Provider::Auth0 => auth0::parse(line, position),
        Provider::Keycloak => keycloak::parse(line, position),
        Provider::Duo => duo::parse(line, position),
        Provider::Google => google::parse(line, position),
        Provider::OneLogin => onelogin::parse(line, position),
        Provider::M365 => m365::parse(line, position),
        Provider::Authentik => authentik::parse(line, position),
        Provider::Authelia => authelia::parse(line, position),
        Provider::PrivacyIdea => privacyidea::parse(line, position),
        Provider::Ocsf => ocsf::parse(line, position),
        Provider::Entra => entra::parse(line, position),
        Provider::Vaultwarden => return None,
    };
    // A reader whose names are not all listed would never be asked.
    debug_assert!(
        !matches!(parsed, Ok(Some(_))) || NameFlags::of(line).is_ok_and(|flags| flags.may_be(provider))
    );
    parsed.unwrap_or_else(|error| Some(Parsed::Malformed(defect_of(&error))))
}

/// The providers that write plain lines.
fn parse_text(provider: Provider, line: &str, position: Position) -> Option<Parsed<'_>> {
    match provider {
        Provider::Keycloak => keycloak::parse_text(line, position),
        Provider::Authelia => authelia::parse_text(line, position),
        Provider::Authentik => authentik::parse_text(line, position),
        Provider::Vaultwarden => vaultwarden::parse_text(line, position),
        Provider::PrivacyIdea => privacyidea::parse_text(line, position),
        _ => None,
    }
}

/// What came of a record that may hold several events. `unrecognised` names its kind, if none of them is about a sign-in.
fn one_or_several(mut records: Vec<SignIn<'_>>, unrecognised: impl FnOnce() -> String) -> Parsed<'_> {
    if records.len() > 1 {
        return Parsed::Several(records);
    }
    records.pop().map_or_else(|| Parsed::Unrecognised(unrecognised().into()), Parsed::Attempt)
}

/// What to call a line that no provider knows.
pub(crate) fn nobodys(line: &str) -> Parsed<'static> {
    if line.starts_with('{') {
        return Parsed::Unrecognised(Cow::Borrowed(UNKNOWN));
    }
    Parsed::Malformed(match serde_json::from_str::<serde::de::IgnoredAny>(line) {
        Ok(_) => RecordDefect::NotAnObject,
        Err(error) => defect_of(&error),
    })
}
