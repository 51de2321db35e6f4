use super::*;
use crate::{
    cause::Cause,
    record::{AttemptResult, Lifecycle, Method, Provider, SignIn},
};
use AttemptResult::{Failure, Interrupt, Success};

fn attempt(line: &str) -> SignIn<'static> {
    let parsed = if line.starts_with('{') {
        parse(line, Position::default()).unwrap()
    } else {
        parse_text(line, Position::default())
    };
    match parsed.map(Parsed::into_owned) {
        Some(Parsed::Attempt(record)) => record,
        other => panic!("{line}: {other:?}"),
    }
}

fn event(kind: &str, error: &str, details: &str) -> SignIn<'static> {
    attempt(&event_line(kind, error, details))
}

fn event_line(kind: &str, error: &str, details: &str) -> String {
    format!(
        r#"{{"time":1772439251204,"type":"{kind}","realmId":"r-1","clientId":"portal","userId":"u-1","sessionId":null,"ipAddress":"198.51.100.7","error":"{error}","details":{{"username":"Mia",{details}"code_id":"k-1"}}}}"#
    )
}

/// The reference's two shapes.
const LINE: &str = r#"2026-03-02 08:14:11,204 WARN  [org.keycloak.events] (executor-thread-3) type="LOGIN_ERROR", realmId="r-1", clientId="portal", userId="u-1", ipAddress="198.51.100.7", error="user_temporarily_disabled", auth_method="openid-connect", code_id="k-1", username="Mia""#;

#[test]
fn a_line_and_a_record_say_the_same() {
    let line = attempt(LINE);
    assert_eq!(
        (line.provider, line.person.as_deref(), line.display.as_deref()),
        (Provider::Keycloak, Some("mia"), Some("Mia"))
    );
    assert_eq!(line.at.unwrap().to_string(), "2026-03-02T08:14:11.204Z");
    assert_eq!((line.ip, line.person_id.as_deref()), ("198.51.100.7".parse().ok(), Some("u-1")));
    assert_eq!((line.app.as_deref(), line.session.as_deref()), (Some("portal"), Some("k-1")));
    assert_eq!(
        (line.result, line.code.as_deref()),
        (Failure(Cause::AccountLocked), Some("user_temporarily_disabled"))
    );
    assert_eq!(event("LOGIN_ERROR", "user_temporarily_disabled", ""), line);
    let unquoted = LINE.replace('"', "");
    assert_eq!(attempt(&unquoted), line);
    assert_eq!(attempt(&unquoted.replace("org.keycloak.events", "org.key.events")), line);
}

#[test]
fn a_json_console_log_wraps_the_line() {
    let message = LINE.split_once(") ").unwrap().1;
    let line = serde_json::json!({
        "timestamp": "2026-03-02T09:14:11.204+01:00", "sequence": 7, "loggerName": "org.keycloak.events",
        "level": "WARN", "message": message, "threadName": "executor-thread-3",
    });
    assert_eq!(attempt(&line.to_string()), attempt(LINE));
    let start = r#"{"timestamp":"2026-03-02T09:14:11Z","loggerName":"org.keycloak.services","message":"KC-SERVICES0009: Added user"}"#;
    let unrecognised = Parsed::Unrecognised("keycloak log of org.keycloak.services".into());
    assert_eq!(parse(start, Position::default()).unwrap(), Some(unrecognised));
}

#[test]
fn what_is_not_keycloak_is_left_to_others() {
    for line in [
        "{}",
        r#"{"type":"LOGIN","userId":"u"}"#,
        r#"{"type":"login","realmId":"r"}"#,
        r#"{"loggerName":"io.quarkus","message":"type=LOGIN, userId=u"}"#,
        r#"{"operationType":"CREATE","resourceType":"USER"}"#,
    ] {
        assert_eq!(parse(line, Position::default()).unwrap(), None, "{line}");
    }
    for line in [
        "",
        "type=LOGIN_ERROR, realmId=r",
        "2026-03-02 08:14:11 INFO  [io.quarkus] (main) type=LOGIN, realmId=r",
        "[2026-03-02 08:14:11][org.keycloak.events] type=LOGIN",
    ] {
        assert_eq!(parse_text(line, Position::default()), None, "{line}");
    }
    for (line, kind) in [
        (
            "2026-03-02 08:14:11,204 INFO  [org.keycloak.services] (main) KC-SERVICES0050: Initializing master realm",
            "keycloak log of org.keycloak.services",
        ),
        // No event, whatever it says: only Keycloak's own loggers tell events.
        (
            "2026-03-02 08:14:11,204 INFO  [io.quarkus] (main) type=LOGIN, realmId=r",
            "keycloak log of io.quarkus",
        ),
        ("at org.keycloak.services.Xy.run(Xy.java:12)", "keycloak stack trace"),
    ] {
        assert_eq!(parse_text(line, Position::default()), Some(Parsed::Unrecognised(kind.into())), "{line}");
    }
}

const ERRORS: [(&str, AttemptResult); 30] = [
    ("invalid_user_credentials", Failure(Cause::BadPassword)),
    ("user_not_found", Failure(Cause::BadPassword)),
    ("password_rejected", Failure(Cause::BadPassword)),
    ("user_disabled", Failure(Cause::AccountDisabled)),
    ("user_temporarily_disabled", Failure(Cause::AccountLocked)),
    ("expired_code", Failure(Cause::SessionExpired)),
    ("invalid_code", Failure(Cause::SessionExpired)),
    ("session_expired", Failure(Cause::SessionExpired)),
    ("cookie_not_found", Failure(Cause::SessionExpired)),
    ("different_user_authenticated", Failure(Cause::SessionExpired)),
    ("reset_credential_disabled", Failure(Cause::PolicyBlock)),
    ("access_denied", Failure(Cause::PolicyBlock)),
    ("not_allowed", Failure(Cause::PolicyBlock)),
    ("invalid_redirect_uri", Failure(Cause::PolicyBlock)),
    ("client_not_found", Failure(Cause::PolicyBlock)),
    ("client_disabled", Failure(Cause::PolicyBlock)),
    ("invalid_client_credentials", Failure(Cause::PolicyBlock)),
    ("ssl_required", Failure(Cause::PolicyBlock)),
    ("realm_disabled", Failure(Cause::PolicyBlock)),
    ("identity_provider_login_failure", Failure(Cause::ExternalIdp)),
    ("identity_provider_error", Failure(Cause::ExternalIdp)),
    ("invalid_saml_response", Failure(Cause::ExternalIdp)),
    ("federated_identity_account_exists", Failure(Cause::ExternalIdp)),
    ("email_send_failed", Failure(Cause::MfaDeliveryFailed)),
    ("generic_authentication_error", Failure(Cause::Unknown)),
    ("brand_new_error", Failure(Cause::Unknown)),
    ("rejected_by_user", Interrupt(None)),
    ("consent_denied", Interrupt(None)),
    ("resolve_required_actions", Interrupt(None)),
    ("slow_down", Interrupt(None)),
];

#[test]
fn every_error_of_a_sign_in() {
    for (error, result) in ERRORS {
        let record = event("LOGIN_ERROR", error, "");
        assert_eq!((record.result, record.code.as_deref()), (result, Some(error)), "{error}");
        let by_password = result == Failure(Cause::BadPassword);
        assert_eq!(record.method == Method::Password, by_password, "{error}");
    }
    assert_eq!(event("LOGIN_ERROR", "", "").result, Failure(Cause::Unknown));
}

#[test]
fn a_wrong_code_has_the_error_of_a_wrong_password() {
    for (details, cause, method) in [
        ("", Cause::BadPassword, Method::Password),
        (r#""credential_type":"password","#, Cause::BadPassword, Method::Password),
        (r#""selected_credential_id":"c-1","#, Cause::MfaWrongCode, Method::Totp),
        (r#""credential_type":"otp","#, Cause::MfaWrongCode, Method::Totp),
        (r#""credential_type":"webauthn","#, Cause::MfaWrongCode, Method::Webauthn),
        (r#""credential_type":"recovery-authn-codes","#, Cause::MfaWrongCode, Method::BackupCode),
    ] {
        let record = event("LOGIN_ERROR", "invalid_user_credentials", details);
        assert_eq!((record.result, record.method), (Failure(cause), method), "{details}");
    }
}

#[test]
fn types_beside_the_sign_in() {
    for (kind, error, result, method) in [
        ("LOGIN", "null", Success, Method::Unknown),
        ("CODE_TO_TOKEN", "null", Success, Method::Session),
        ("REFRESH_TOKEN", "null", Success, Method::Session),
        ("REFRESH_TOKEN_ERROR", "invalid_token", Failure(Cause::SessionExpired), Method::Session),
        ("CODE_TO_TOKEN_ERROR", "invalid_code", Failure(Cause::SessionExpired), Method::Session),
        ("RESTART_AUTHENTICATION", "null", Interrupt(None), Method::Unknown),
        ("IDENTITY_PROVIDER_LOGIN", "null", Interrupt(None), Method::Federated),
        ("IDENTITY_PROVIDER_LOGIN_ERROR", "brand_new", Failure(Cause::ExternalIdp), Method::Federated),
        ("OAUTH2_DEVICE_CODE_TO_TOKEN", "null", Success, Method::DeviceCode),
        ("OAUTH2_DEVICE_CODE_TO_TOKEN_ERROR", "slow_down", Interrupt(None), Method::DeviceCode),
        (
            "OAUTH2_DEVICE_VERIFY_USER_CODE_ERROR",
            "access_denied",
            Failure(Cause::MfaDenied),
            Method::DeviceCode,
        ),
        ("RESET_PASSWORD_ERROR", "user_not_found", Failure(Cause::BadPassword), Method::Password),
        (
            "SEND_RESET_PASSWORD_ERROR",
            "email_send_failed",
            Failure(Cause::MfaDeliveryFailed),
            Method::Unknown,
        ),
        ("UPDATE_PASSWORD_ERROR", "password_rejected", Failure(Cause::BadPassword), Method::Password),
        ("EXECUTE_ACTION_TOKEN_ERROR", "expired_code", Failure(Cause::SessionExpired), Method::Unknown),
    ] {
        let record = event(kind, error, "");
        assert_eq!((record.result, record.method), (result, method), "{kind}");
        assert_eq!(record.interactive, method != Method::Session, "{kind}");
    }
    let grant = event("LOGIN", "null", r#""grant_type":"password","#);
    assert_eq!((grant.method, grant.legacy), (Method::Password, true));
    assert_eq!(event("LOGIN", "null", r#""identity_provider":"corp","#).method, Method::Federated);
    assert_eq!(event("LOGIN", "null", r#""credential_type":"webauthn","#).method, Method::Webauthn);
    for kind in [
        "LOGOUT",
        "REGISTER",
        "CLIENT_LOGIN",
        "INTROSPECT_TOKEN",
        "UPDATE_TOTP_ERROR",
        "IMPERSONATE",
        "BRAND_NEW",
    ] {
        let unrecognised = Parsed::Unrecognised(format!("keycloak {kind}").into());
        assert_eq!(parse(&event_line(kind, "null", ""), Position::default()).unwrap(), Some(unrecognised));
    }
}

#[test]
fn what_happens_to_an_account() {
    for (kind, credential, change, method) in [
        ("UPDATE_PASSWORD", "", Lifecycle::PasswordChanged, Method::Password),
        ("RESET_PASSWORD", "", Lifecycle::PasswordReset, Method::Unknown),
        ("SEND_RESET_PASSWORD", "", Lifecycle::PasswordReset, Method::Email),
        ("UPDATE_TOTP", "", Lifecycle::FactorEnrolled, Method::Totp),
        ("REMOVE_TOTP", "", Lifecycle::FactorRemoved, Method::Totp),
        ("UPDATE_CREDENTIAL", "password", Lifecycle::PasswordChanged, Method::Password),
        ("UPDATE_CREDENTIAL", "otp", Lifecycle::FactorEnrolled, Method::Totp),
        ("UPDATE_CREDENTIAL", "webauthn-passwordless", Lifecycle::FactorEnrolled, Method::Webauthn),
        ("REMOVE_CREDENTIAL", "recovery-authn-codes", Lifecycle::FactorRemoved, Method::BackupCode),
        ("USER_DISABLED_BY_PERMANENT_LOCKOUT", "", Lifecycle::Lockout, Method::Unknown),
        ("USER_DISABLED_BY_TEMPORARY_LOCKOUT", "", Lifecycle::Lockout, Method::Unknown),
        ("DELETE_ACCOUNT", "", Lifecycle::Disabled, Method::Unknown),
    ] {
        let record = event(kind, "null", &format!(r#""credential_type":"{credential}","#));
        assert_eq!(
            (record.result, record.method),
            (AttemptResult::Lifecycle(change), method),
            "{kind} {credential}"
        );
    }
}

fn admin(operation: &str, resource: &str, path: &str, more: &str) -> Option<Parsed<'static>> {
    let line = format!(
        r#"{{"id":"a-1","time":1772439251204,"realmId":"r-1","authDetails":{{"realmId":"m","clientId":"c","userId":"admin-1","ipAddress":"198.51.100.9"}},"operationType":"{operation}","resourceType":"{resource}","resourcePath":"{path}"{more}}}"#
    );
    parse(&line, Position::default()).unwrap().map(Parsed::into_owned)
}

#[test]
fn an_administrator_changes_an_account() {
    let with =
        |enabled: &str| format!(r#","representation":"{{\"username\":\"Mia\",\"enabled\":{enabled}}}""#);
    for (operation, resource, path, more, change) in [
        ("ACTION", "USER", "users/u-1/reset-password", String::new(), Lifecycle::PasswordReset),
        ("ACTION", "USER", "users/u-1/credentials/c-1", String::new(), Lifecycle::FactorRemoved),
        ("ACTION", "USER", "users/u-1/disable-credential-types", String::new(), Lifecycle::FactorRemoved),
        ("UPDATE", "USER", "users/u-1", with("false"), Lifecycle::Disabled),
        ("UPDATE", "USER", "users/u-1", with("true"), Lifecycle::Enabled),
        ("DELETE", "USER", "users/u-1", String::new(), Lifecycle::Disabled),
        (
            "DELETE",
            "USER_LOGIN_FAILURE",
            "attack-detection/brute-force/users/u-1",
            String::new(),
            Lifecycle::Unlock,
        ),
    ] {
        let Some(Parsed::Attempt(record)) = admin(operation, resource, path, &more) else { panic!("{path}") };
        assert_eq!(record.result, AttemptResult::Lifecycle(change), "{operation} {path}");
        assert_eq!((record.person_id.as_deref(), record.actor.as_deref()), (Some("u-1"), Some("admin-1")));
        assert_eq!((record.ip, record.detail.as_deref()), ("198.51.100.9".parse().ok(), Some("by admin-1")));
        assert_eq!(record.person.as_deref(), (!more.is_empty()).then_some("mia"));
    }
    let Some(Parsed::Attempt(policy)) = admin("UPDATE", "AUTH_EXECUTION", "authentication/flows/browser", "")
    else {
        panic!()
    };
    assert_eq!(policy.result, AttemptResult::Lifecycle(Lifecycle::PolicyChanged));
    assert_eq!((policy.person, policy.person_id), (None, None));
}

#[test]
fn other_calls_of_an_administrator_are_foreign() {
    for (operation, resource, path, more) in [
        ("CREATE", "CLIENT", "clients/c-1", ""),
        ("CREATE", "USER", "users/u-1", ""),
        ("ACTION", "USER", "users/u-1/logout", ""),
        ("ACTION", "USER", "users/u-1/credentials/c-1/moveToFirst", ""),
        ("ACTION", "REALM", "clear-user-cache", ""),
        ("ACTION", "USER", "users/u-1/reset-password", r#","error":"not_allowed""#),
    ] {
        let unrecognised = Parsed::Unrecognised(format!("keycloak {operation} {resource}").into());
        assert_eq!(admin(operation, resource, path, more), Some(unrecognised), "{path}");
    }
}

#[test]
fn an_administrators_line_names_the_person_in_its_path() {
    let line = r#"2026-03-02 08:14:11,204 INFO  [org.keycloak.events] (executor-thread-3) operationType="ACTION", realmId="r-1", clientId="c", userId="admin-1", ipAddress="198.51.100.9", resourceType="USER", resourcePath="users/u-1/reset-password""#;
    let record = attempt(line);
    assert_eq!(record.result, AttemptResult::Lifecycle(Lifecycle::PasswordReset));
    assert_eq!((record.person_id.as_deref(), record.actor.as_deref()), (Some("u-1"), Some("admin-1")));
    let failed = format!(r#"{line}, error="x""#);
    assert!(matches!(parse_text(&failed, Position::default()), Some(Parsed::Unrecognised(_))));
}

#[test]
fn a_time_that_cannot_be_read() {
    let line = event_line("LOGIN", "null", "").replace("1772439251204", r#""soon""#);
    assert_eq!(parse(&line, Position::default()).unwrap(), Some(Parsed::Malformed(RecordDefect::BadTime)));
    // WildFly's console has no date, which is no time at all.
    let line = LINE.replace("2026-03-02 ", "");
    assert_eq!(attempt(&line).at, None);
    let line = LINE.replace("2026-03-02 08:14:11,204", "2026-03-02T09:14:11.204+01:00");
    assert_eq!(attempt(&line), attempt(LINE));
    // A container may put its own words first.
    let line = format!("keycloak-1  | {LINE}");
    assert_eq!(attempt(&line), attempt(LINE));
}

#[test]
fn blanks_around_a_value_and_the_word_null_say_nothing() {
    for line in [LINE.to_owned(), LINE.replace('"', "")] {
        let wide = line.replace("Mia", "  Mia ").replace("portal", " portal ").replace("k-1", " k-1");
        assert_eq!(attempt(&wide), attempt(&line), "{wide}");
        let unknown = line.replace("Mia", "null").replace("k-1", " null ").replace("portal", " ");
        let record = attempt(&unknown);
        assert_eq!((record.app, record.session), (None, None), "{unknown}");
        // The id is what is left to tell the person by.
        assert_eq!((record.person, record.person_id.as_deref()), (None, Some("u-1")), "{unknown}");
    }
}
