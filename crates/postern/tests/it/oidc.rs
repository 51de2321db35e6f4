//! Identity providers, as they are typed: those of an organisation, and where the operator lets them be.

use jiff::SignedDuration;
use postern::config::{Mode, Typed};
use postern::identity_provider::{OidcProvider, ProviderMistake, ProviderProtocol, parse_providers};
use postern::oidc::hosts::parse_private_host;

const QUAY: &str = r#"
[[provider]]
name = "quay"
title = "Quay Clinic account"
issuer = "https://login.example.com/realms/quay"
client_id = "postern"
client_secret = "hunter2"
scopes = ["openid", "profile"]
max_age = 3600
"#;

#[test]
fn a_provider_reads_and_its_secret_does_not_print() {
    let read = parse_providers(QUAY).unwrap();
    let ProviderProtocol::Oidc(OidcProvider { scopes, max_age, .. }) = &read[0].protocol else { panic!() };
    assert_eq!((read[0].name.as_str(), scopes.as_slice()), ("quay", &["profile".to_owned()][..]));
    assert_eq!(*max_age, Some(SignedDuration::from_hours(1)));
    assert!(!format!("{read:?}").contains("hunter2"));
}

#[test]
fn what_does_not_do_says_where_and_repeats_no_secret() {
    let changed = |from: &str, to: &str| parse_providers(&QUAY.replace(from, to)).unwrap_err();
    assert!(matches!(parse_providers(&QUAY.repeat(2)), Err(ProviderMistake::Name(_))));
    assert!(matches!(changed("\"quay\"", "\"Quay/\""), ProviderMistake::Name(_)));
    for issuer in ["javascript:", "http:", "https://u:p@x", "https:?"] {
        let mistake = changed("https:", issuer);
        assert!(mistake.to_string().starts_with("quay: issuer: an https:// URL"), "{issuer}: {mistake}");
    }
    assert!(matches!(changed("\"postern\"", "\"\""), ProviderMistake::Field(..)));
    assert_eq!(changed("client_secret", "secret"), ProviderMistake::Unreadable(7));
    assert!(!changed("\"hunter2\"", "hunter2").to_string().contains("hunter2"));
}

#[test]
fn a_host_in_ones_own_network_is_named_by_itself() {
    for (typed, host) in [
        ("Login.Internal.example", "login.internal.example"),
        ("10.0.3.7", "10.0.3.7"),
        ("[fd00::1]", "fd00::1"),
    ] {
        assert_eq!(parse_private_host(typed).as_deref(), Ok(host));
    }
    let wrong = [
        "https://login.internal.example",
        "login.internal.example:443",
        "*.internal.example",
        "10.0.0.0/8",
        "",
    ];
    let private_identity_hosts = wrong.map(str::to_owned).to_vec();
    let typed = Typed { private_identity_hosts, ..Typed::default() };
    let problems = typed.into_config(Mode::Development).unwrap_err().to_string();
    assert_eq!(problems.matches("private_identity_hosts: ").count(), wrong.len(), "{problems}");
}
