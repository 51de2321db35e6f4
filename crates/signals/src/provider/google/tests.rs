use super::*;
use crate::cause::Cause;
use AttemptResult::{Failure, Interrupt, Success};

fn activity(application: &str, events: &str) -> Parsed<'static> {
    let line = format!(
        r#"{{"kind":"admin#reports#activity","id":{{"time":"2026-03-02T08:14:11.204Z","uniqueQualifier":"12345","applicationName":"{application}","customerId":"C0"}},"actor":{{"callerType":"USER","email":"Mia@corp.example","profileId":"104729385610473829156"}},"ownerDomain":"corp.example","ipAddress":"198.51.100.7","networkInfo":{{"ipAsn":[64500],"regionCode":"FR"}},"events":{events}}}"#
    );
    parse(&line, Position::default()).unwrap().unwrap().into_owned()
}

fn one(application: &str, name: &str, parameters: &str) -> SignIn<'static> {
    let events = format!(r#"[{{"type":"login","name":"{name}","parameters":[{parameters}]}}]"#);
    match activity(application, &events) {
        Parsed::Attempt(record) => record,
        other => panic!("{name} {parameters}: {other:?}"),
    }
}

fn asked(methods: &str, status: &str) -> String {
    format!(
        r#"{{"name":"login_type","value":"google_password"}},{{"name":"login_challenge_method","multiValue":[{methods}]}},{{"name":"login_challenge_status","value":"{status}"}}"#
    )
}

#[test]
fn a_challenge_is_a_step_or_a_failure() {
    for (methods, status, result, method) in [
        (r#""google_authenticator""#, "Challenge Failed", Failure(Cause::MfaWrongCode), Method::Totp),
        (r#""google_authenticator""#, "Challenge Passed.", Interrupt(None), Method::Totp),
        (
            r#""idv_preregistered_phone""#,
            "incorrect_answer_entered",
            Failure(Cause::MfaWrongCode),
            Method::Sms,
        ),
        (r#""google_prompt""#, "failed", Failure(Cause::MfaDenied), Method::Push),
        (r#""security_key""#, "passed", Interrupt(None), Method::Webauthn),
        (r#""security_key""#, "failed", Failure(Cause::Unknown), Method::Webauthn),
        (r#""backup_code""#, "passed", Interrupt(None), Method::BackupCode),
        (r#""password","captcha""#, "", Interrupt(None), Method::Password),
    ] {
        for name in ["login_challenge", "login_verification"] {
            let record = one("login", name, &asked(methods, status));
            assert_eq!((record.result, record.method), (result, method), "{name} {methods} {status}");
        }
    }
    let record = one("login", "login_challenge", &asked(r#""google_authenticator""#, "Challenge Failed"));
    assert_eq!(record.person.as_deref(), Some("mia@corp.example"));
    assert_eq!(record.person_id.as_deref(), Some("104729385610473829156"));
    assert_eq!((record.asn, record.country.as_deref()), (Some(64500), Some("FR")));
    assert_eq!(record.code.as_deref(), Some("Challenge Failed"));
}

#[test]
fn why_a_sign_in_failed() {
    let failed = |parameters: &str| one("login", "login_failure", parameters).result;
    for (kind, cause) in [
        ("login_failure_invalid_password", Cause::BadPassword),
        ("login_failure_account_disabled", Cause::AccountDisabled),
        ("login_failure_access_code_disallowed", Cause::PolicyBlock),
        ("login_failure_moon_phase", Cause::Unknown),
    ] {
        let parameter = format!(r#"{{"name":"login_failure_type","value":"{kind}"}}"#);
        assert_eq!(failed(&parameter), Failure(cause), "{kind}");
    }
    // The type is no longer filled: what was asked for last tells.
    for (methods, cause) in [
        (r#""password""#, Cause::BadPassword),
        (r#""password","google_authenticator""#, Cause::MfaWrongCode),
        (r#""password","google_prompt""#, Cause::MfaDenied),
        (r#""password","security_key""#, Cause::Unknown),
        ("", Cause::BadPassword),
    ] {
        assert_eq!(failed(&asked(methods, "")), Failure(cause), "{methods}");
    }
    assert_eq!(failed(r#"{"name":"login_type","value":"saml"}"#), Failure(Cause::ExternalIdp));
    assert_eq!(failed(r#"{"name":"login_type","value":"reauth"}"#), Failure(Cause::Unknown));
}

#[test]
fn a_saved_code_and_a_suspicious_success() {
    let parameters = r#"{"name":"login_challenge_method","value":"backup_code"},{"name":"is_suspicious","boolValue":true},{"name":"login_type","value":"google_password"}"#;
    let record = one("login", "login_success", parameters);
    assert_eq!((record.result, record.method, record.flag), (Success, Method::BackupCode, Some(Flag::Risk)));
}

const AFFECTED: &str = r#"{"name":"affected_email_address","value":"lea@corp.example"}"#;

#[test]
fn a_warning_belongs_to_the_account_that_it_warns_of() {
    for (name, change, flag) in [
        ("suspicious_login", Lifecycle::RiskDetected, Some(Flag::Risk)),
        ("suspicious_login_less_secure_app", Lifecycle::RiskDetected, Some(Flag::Risk)),
        ("account_disabled_password_leak", Lifecycle::Disabled, Some(Flag::Risk)),
        ("account_disabled_hijacked", Lifecycle::Disabled, Some(Flag::Risk)),
        ("account_disabled_spamming_through_relay", Lifecycle::Disabled, Some(Flag::Risk)),
        ("account_disabled_generic", Lifecycle::Disabled, None),
    ] {
        let record = one("login", name, AFFECTED);
        assert_eq!((record.result, record.flag), (AttemptResult::Lifecycle(change), flag), "{name}");
        assert_eq!(record.person.as_deref(), Some("lea@corp.example"), "{name}");
        assert_eq!((record.person_id, record.actor.as_deref()), (None, Some("Mia@corp.example")), "{name}");
        assert_eq!(record.legacy, name.ends_with("less_secure_app"));
        // No administrator did it, whatever the cause's own words are.
        let by_google = record.detail.is_some_and(|detail| detail.starts_with("disabled by Google"));
        assert_eq!(by_google, change == Lifecycle::Disabled, "{name}");
    }
    let warned = one("login", "gov_attack_warning", "");
    assert_eq!((warned.person.as_deref(), warned.actor), (Some("mia@corp.example"), None));
    assert_eq!(warned.flag, Some(Flag::Risk));
}

#[test]
fn changes_of_ones_own() {
    for (name, change) in [
        ("2sv_enroll", Lifecycle::FactorEnrolled),
        ("2sv_disable", Lifecycle::FactorReset),
        ("passkey_removed", Lifecycle::FactorRemoved),
        ("password_edit", Lifecycle::PasswordChanged),
        ("recovery_phone_edit", Lifecycle::FactorEnrolled),
    ] {
        for application in ["login", "user_accounts"] {
            let record = one(application, name, "");
            assert_eq!(record.result, AttemptResult::Lifecycle(change), "{name}");
            assert_eq!((record.person.as_deref(), record.actor), (Some("mia@corp.example"), None));
        }
    }
}

#[test]
fn what_administrators_do_is_booked_to_the_account() {
    for (name, change) in [
        ("CHANGE_PASSWORD", Lifecycle::PasswordReset),
        ("TURN_OFF_2_STEP_VERIFICATION", Lifecycle::FactorReset),
        ("GENERATE_2SV_SCRATCH_CODES", Lifecycle::BypassCreated),
        ("CHANGE_RECOVERY_PHONE", Lifecycle::FactorEnrolled),
        ("CHANGE_RECOVERY_EMAIL", Lifecycle::FactorEnrolled),
        ("SUSPEND_USER", Lifecycle::Disabled),
        ("UNSUSPEND_USER", Lifecycle::Enabled),
    ] {
        let record = one("admin", name, r#"{"name":"USER_EMAIL","value":"lea@corp.example"}"#);
        assert_eq!(record.result, AttemptResult::Lifecycle(change), "{name}");
        assert_eq!(record.person.as_deref(), Some("lea@corp.example"));
        assert_eq!(record.actor.as_deref(), Some("Mia@corp.example"));
        assert_eq!(record.detail.as_deref(), Some("by Mia@corp.example"));
    }
    let policy = one("admin", "ENFORCE_STRONG_AUTHENTICATION", r#"{"name":"NEW_VALUE","value":"true"}"#);
    assert_eq!(policy.result, AttemptResult::Lifecycle(Lifecycle::PolicyChanged));
    assert_eq!((policy.person, policy.policy.as_deref()), (None, Some("ENFORCE_STRONG_AUTHENTICATION")));
}

#[test]
fn sign_ins_to_other_services() {
    let record = one(
        "saml",
        "login_failure",
        r#"{"name":"application_name","value":"Payroll"},{"name":"failure_type","value":"failure_app_not_enabled_for_user"}"#,
    );
    assert_eq!((record.result, record.app.as_deref()), (Failure(Cause::PolicyBlock), Some("Payroll")));
    assert_eq!(record.code.as_deref(), Some("failure_app_not_enabled_for_user"));
    let denied = one(
        "context_aware_access",
        "ACCESS_DENY_EVENT",
        r#"{"name":"CAA_APPLICATION","value":"GMAIL"},{"name":"CAA_ACCESS_LEVEL_UNSATISFIED","multiValue":["Managed devices"]}"#,
    );
    assert_eq!(
        (denied.result, denied.policy.as_deref()),
        (Failure(Cause::PolicyBlock), Some("Managed devices"))
    );
}

#[test]
fn several_events_of_one_record_are_told_one_by_one() {
    let events = r#"[{"type":"login","name":"logout"},{"type":"login","name":"login_challenge","parameters":[{"name":"login_challenge_method","multiValue":["google_prompt"]},{"name":"login_challenge_status","value":"Challenge Failed."}]},{"type":"login","name":"login_failure","parameters":[{"name":"login_type","value":"google_password"}]}]"#;
    let Parsed::Several(records) = activity("login", events) else { panic!() };
    let results: Vec<_> = records.iter().map(|record| record.result).collect();
    assert_eq!(results, [Failure(Cause::MfaDenied), Failure(Cause::BadPassword)]);
    // Some exports unfold the list.
    let alone = r#"{"type":"login","name":"login_success","parameters":{"login_type":"saml"}}"#;
    let Parsed::Attempt(record) = activity("login", alone) else { panic!() };
    assert_eq!((record.result, record.method), (Success, Method::Federated));
}

#[test]
fn cloud_logging_carries_the_same_events() {
    let line = r#"{"protoPayload":{"@type":"type.googleapis.com/google.cloud.audit.AuditLog","authenticationInfo":{"principalEmail":"mia@corp.example"},"requestMetadata":{"callerIp":"2001:db8::7"},"serviceName":"login.googleapis.com","methodName":"google.login.LoginService.2svDisable","metadata":{"event":[{"eventName":"2sv_disable","eventType":"2sv_change","parameter":[{"name":"dusi","value":"abc"}]}],"activityId":{"uniqQualifier":"1","timeUsec":"1772439251204000"}}},"insertId":"i-1","timestamp":"2026-03-02T08:14:11.204Z"}"#;
    let Some(Parsed::Attempt(record)) = parse(line, Position::default()).unwrap() else { panic!() };
    assert_eq!(record.result, AttemptResult::Lifecycle(Lifecycle::FactorReset));
    assert_eq!((record.person.as_deref(), record.ip), (Some("mia@corp.example"), "2001:db8::7".parse().ok()));
    assert_eq!((record.session.as_deref(), record.record_id.as_deref()), (Some("abc"), Some("i-1")));
    let other = line.replace("login.googleapis.com", "bigquery.googleapis.com");
    assert!(
        matches!(parse(&other, Position::default()).unwrap(), Some(Parsed::Unrecognised(kind)) if kind == "google bigquery 2sv_disable")
    );
}

#[test]
fn other_activities_are_foreign_and_others_records_nobodys() {
    let drive = activity("drive", r#"[{"type":"access","name":"download","parameters":[]}]"#);
    assert_eq!(drive, Parsed::Unrecognised("google drive download".into()));
    assert_eq!(activity("login", "[]"), Parsed::Unrecognised("google login activity".into()));
    for other in [
        r#"{"id":"x","type":"login","name":"login_success"}"#,
        r#"{"id":{"applicationName":"login"},"name":"login_success"}"#,
        r#"{"protoPayload":{"serviceName":"login.corp.example","methodName":"x"}}"#,
        r#"{"events":[{"name":"login_success"}]}"#,
    ] {
        assert_eq!(parse(other, Position::default()).unwrap(), None, "{other}");
    }
}
