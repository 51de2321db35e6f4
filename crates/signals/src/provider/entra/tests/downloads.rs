//! Rows of the portal's and the workspace's downloads.

use super::*;
use crate::record::Lifecycle;

fn row(code: &str, status: &str, more: &str) -> String {
    format!(
        r#"{{"Date (UTC)":"2026-03-02T08:13:58Z","Request ID":"s-1","User agent":"Mozilla/5.0","Correlation ID":"c-1","User ID":"u-1","User":"Mia B","Username":"Mia@Corp.Example","User type":"Member","Cross tenant access type":"none","Incoming token type":"none","Authentication Protocol":"none","Application":"Office 365","Application ID ":"x","IP address":"198.51.100.7","Location":"Lyon, Auvergne, FR","Status":"{status}","Sign-in error code":"{code}","Failure reason":"Other.","Client app":"Browser","Device ID":"d-1","Browser":"Edge 120","Operating System":"Windows","Multifactor authentication result":"","Autonomous system  number":"64500","Conditional Access":"Success"{more}}}"#
    )
}

#[test]
fn a_row_of_the_portal_is_the_same_sign_in() {
    let record = attempt(&row("50126", "Failure", ""));
    assert_eq!((record.result, record.method), (Failure(Cause::BadPassword), Method::Password));
    assert_eq!(
        (record.person.as_deref(), record.person_id.as_deref()),
        (Some("mia@corp.example"), Some("u-1"))
    );
    assert_eq!((record.record_id.as_deref(), record.session.as_deref()), (Some("s-1"), Some("c-1")));
    assert_eq!((record.city.as_deref(), record.country.as_deref()), (Some("Lyon"), Some("FR")));
    assert_eq!((record.asn, record.device.as_deref()), (Some(64500), Some("d-1")));
    assert_eq!(
        (record.app.as_deref(), record.user_agent.as_deref()),
        (Some("Office 365"), Some("Mozilla/5.0"))
    );
    assert_eq!((record.code.as_deref(), record.ip), (Some("50126"), "198.51.100.7".parse().ok()));
    assert_eq!(
        (record.at.unwrap().to_string(), record.interactive),
        ("2026-03-02T08:13:58Z".to_owned(), true)
    );
}

#[test]
fn the_status_counts_where_the_code_is_empty_or_new() {
    assert_eq!(attempt(&row("", "Success", "")).result, Success);
    assert_eq!(attempt(&row("0", "Success", "")).result, Success);
    assert_eq!(attempt(&row("", "Failure", "")).result, Failure(Cause::Unknown));
    assert_eq!(attempt(&row("", "Interrupted", "")).result, Interrupt(None));
    assert_eq!(attempt(&row("987654", "Interrupted", "")).result, Interrupt(None));
    assert_eq!(attempt(&row("987654", "Failure", "")).result, Failure(Cause::Unknown));
    assert_eq!(
        parse(&row("", "", ""), Position::default()).unwrap(),
        Some(Parsed::Malformed(RecordDefect::NoResult))
    );
}

#[test]
fn the_result_of_the_second_factor_has_columns_of_its_own() {
    let more = r#","Multifactor authentication auth method":"Text message","Multifactor authentication auth detail":"+XX XXXXXXXX27","Multifactor authentication result ":"""#;
    let record = attempt(&row("500121", "Failure", more).replace(
        r#""Multifactor authentication result":"""#,
        r#""Multifactor authentication result":"MFA denied; user declined the authentication""#,
    ));
    assert_eq!((record.result, record.method), (Failure(Cause::MfaDenied), Method::Sms));
    assert_eq!(record.phone.as_deref(), Some("+XX XXXXXXXX27"));
}

#[test]
fn places_are_written_with_gaps() {
    for (written, city, country) in [
        (", , FR", None, Some("FR")),
        ("FR", None, Some("FR")),
        ("Lyon, FR", Some("Lyon"), Some("FR")),
        ("", None, None),
        (", ,", None, None),
        ("Saint-\\u00c9tienne, Auvergne, FR", Some("Saint-Étienne"), Some("FR")),
    ] {
        let record = attempt(&row("0", "Success", "").replace("Lyon, Auvergne, FR", written));
        assert_eq!((record.city.as_deref(), record.country.as_deref()), (city, country), "{written}");
    }
}

#[test]
fn background_rows_and_machines_are_told_apart() {
    let refresh = row("0", "Success", "")
        .replace("\"Incoming token type\":\"none\"", "\"Incoming token type\":\"Refresh token\"");
    assert!(!attempt(&refresh).interactive);
    let primary = row("0", "Success", "")
        .replace("\"Incoming token type\":\"none\"", "\"Incoming token type\":\"Primary refresh token\"");
    assert!(attempt(&primary).interactive);
    let machine = row("0", "Success", r#","Service principal ID":"sp-1""#)
        .replace("Mia@Corp.Example", "")
        .replace("\"u-1\"", "\"\"");
    assert!(matches!(parse(&machine, Position::default()).unwrap(), Some(Parsed::Unrecognised(_))));
    assert_eq!(parse(r#"{"Date (UTC)":"2026-03-02","Amount":"7"}"#, Position::default()).unwrap(), None);
}

#[test]
fn a_change_from_the_portal() {
    let line = r#"{"Date (UTC)":"2026-03-02T08:14:11Z","CorrelationId":"c-1","Service":"Core Directory","Category":"UserManagement","Activity":"Reset user password","Result":"success","ResultReason":"","ActorType":"User","ActorDisplayName":"","ActorObjectId":"u-9","ActorUserPrincipalName":"desk@corp.example","IPAddress":"198.51.100.9","Target1Type":"User","Target1DisplayName":"Mia B","Target1ObjectId":"u-1","Target1UserPrincipalName":"Mia@Corp.Example"}"#;
    let record = attempt(line);
    assert_eq!(record.result, AttemptResult::Lifecycle(Lifecycle::PasswordReset));
    assert_eq!(
        (record.person.as_deref(), record.actor.as_deref()),
        (Some("mia@corp.example"), Some("desk@corp.example"))
    );
    assert_eq!(record.ip, "198.51.100.9".parse().ok());
}
