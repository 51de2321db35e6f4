//! Records of the providers, damaged: whatever is changed in them, reading goes on.
#![expect(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

use postern_signals::{Parsed, Position, Provider, RecordDefect, parse_line};
use proptest::{prelude::*, sample::select};

const SAMPLES: [(Provider, &str); 8] = [
    (
        Provider::Auth0,
        r#"{"log_id":"900","data":{"date":"2026-03-02T08:14:11.204Z","type":"gd_auth_failed","description":"x","ip":"198.51.100.7","user_id":"auth0|1","user_name":"mia@corp.example","location_info":{"latitude":45.76,"longitude":4.83},"details":{"session_id":"x","authenticator":{"type":"sms","phone_number":"+33"}}}}"#,
    ),
    (
        Provider::Auth0,
        r#"{"log_id":"900","date":"2026-03-02T08:14:11.204Z","type":"sapi","client_id":"c","details":{"request":{"method":"patch","path":"/api/v2/users/auth0%7C1","body":{"blocked":true}},"response":{"statusCode":200}}}"#,
    ),
    (
        Provider::Keycloak,
        r#"2026-03-02 08:14:11,204 WARN  [org.keycloak.events] (executor-thread-3) type="LOGIN_ERROR", realmId="r-1", clientId="portal", userId="u-1", ipAddress="198.51.100.7", error="invalid_user_credentials", code_id="k-1", username="mia""#,
    ),
    (
        Provider::Keycloak,
        "2026-03-02 08:14:11,204 INFO  [org.keycloak.events] (t) operationType=ACTION, realmId=r-1, userId=a-1, ipAddress=198.51.100.7, resourceType=USER, resourcePath=users/u-1/reset-password",
    ),
    (
        Provider::Keycloak,
        r#"{"time":1772439251204,"type":"LOGIN_ERROR","realmId":"r-1","userId":"u-1","ipAddress":"198.51.100.7","error":"user_disabled","details":{"username":"mia","code_id":"k-1"}}"#,
    ),
    (
        Provider::Duo,
        r#"{"event_type":"authentication","isotimestamp":"2026-03-02T08:14:11.204567+00:00","txid":"tx-1","user":{"key":"DU1","name":"mia"},"factor":"duo_push","result":"denied","reason":"no_response","access_device":{"ip":"198.51.100.7"},"auth_device":{"name":"+33"}}"#,
    ),
    (
        Provider::Duo,
        r#"{"action":"user_update","description":"{\"status\": \"Bypass\"}","isotimestamp":"2026-03-02T08:14:11+00:00","object":"mia","timestamp":1772439251,"username":"ada"}"#,
    ),
    (
        Provider::OneLogin,
        r#"{"id":81,"created_at":"2026-03-02T08:14:11.204Z","event_type_id":6,"user_id":1234,"user_name":"Mia B","ipaddr":"198.51.100.7","notes":"x","risk_score":20}"#,
    ),
];

fn read(line: &str) {
    for format in
        [None, Some(Provider::Auth0), Some(Provider::Keycloak), Some(Provider::Duo), Some(Provider::OneLogin)]
    {
        let parsed = parse_line(line, format, Position::default());
        if let Parsed::Attempt(record) = parsed {
            serde_json::to_string(&record).unwrap();
        }
    }
}

proptest! {
    #[test]
    fn a_changed_character_never_panics(sample in select(&SAMPLES[..]), at in 0_usize..500, put in any::<char>()) {
        let mut characters: Vec<_> = sample.1.chars().collect();
        let at = at % characters.len();
        characters[at] = put;
        read(&characters.into_iter().collect::<String>());
    }

    #[test]
    fn a_piece_cut_out_never_panics(sample in select(&SAMPLES[..]), from in 0_usize..500, len in 1_usize..60) {
        let kept = sample.1.chars().enumerate().filter(|(at, _)| !(from..from + len).contains(at));
        read(&kept.map(|(_, character)| character).collect::<String>());
    }

    #[test]
    fn a_value_of_another_kind_never_panics(sample in select(&SAMPLES[..]), put in select(&["null", "7", "[]", "{}", "true", "\"\"", "1e99"][..]), which in 0_usize..20) {
        // The text of the line is split at its quotes, so that every second piece is a key or a value.
        let pieces: Vec<_> = sample.1.split('"').collect();
        let at = (which * 2 + 1) % pieces.len();
        let line: String = pieces.iter().enumerate().map(|(index, piece)| if index == at { put } else { piece }).collect::<Vec<_>>().join("\"");
        read(&line.replace(&format!("\"{put}\""), put));
    }
}

#[test]
fn the_samples_are_sound_and_each_its_providers() {
    for (provider, line) in SAMPLES {
        let Parsed::Attempt(record) = parse_line(line, None, Position::default()) else { panic!("{line}") };
        assert_eq!(record.provider, provider);
        assert_eq!(record.at.unwrap().as_second(), 1_772_439_251, "{line}");
        assert_eq!(parse_line(line, Some(provider), Position::default()), Parsed::Attempt(record));
    }
}

#[test]
fn a_record_cut_off_is_damaged_for_its_provider_too() {
    for (provider, line) in SAMPLES.into_iter().filter(|(_, line)| line.starts_with('{')) {
        let half = line.get(..line.len() / 2).unwrap();
        let cut = Parsed::Malformed(RecordDefect::CutOff);
        assert_eq!(parse_line(half, Some(provider), Position::default()), cut, "{line}");
        assert_eq!(parse_line(half, None, Position::default()), cut, "{line}");
    }
}
