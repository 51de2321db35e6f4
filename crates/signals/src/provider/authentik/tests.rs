use super::*;
use crate::{
    cause::Cause,
    record::{AttemptResult, Flag, Lifecycle, Method},
};
use AttemptResult::{Failure, Success};

fn attempt(line: &str) -> SignIn<'static> {
    match parse(line, Position::default()).unwrap() {
        Some(Parsed::Attempt(record)) => record.into_owned(),
        other => panic!("{line}: {other:?}"),
    }
}

fn kind(line: &str) -> Option<Parsed<'static>> {
    parse(line, Position::default()).unwrap().map(Parsed::into_owned)
}

const MIA: &str = r#"{"pk":6,"email":"mia@corp.example","username":"Mia"}"#;
const NOBODY: &str = r#"{"pk":2,"email":"","username":"AnonymousUser"}"#;

/// An event of the API, in the documented shape.
fn event(action: &str, user: &str, context: &str) -> String {
    format!(
        r#"{{"pk":"f00f54e7-2b38","user":{user},"action":"{action}","app":"authentik.events.signals","context":{{{context}}},"client_ip":"198.51.100.7","created":"2026-03-02T08:14:11.204Z","expires":"2027-03-02T08:14:11Z","brand":{{"pk":"b","app":"authentik_brands","name":"Default brand","model_name":"brand"}}}}"#
    )
}

const AROUND: &str = r#","geo":{"city":"Lyon","continent":"EU","country":"FR","lat":45.76,"long":4.83},"asn":{"asn":64500,"as_org":"Example","network":"198.51.100.0/24"},"http_request":{"args":{},"path":"/api/v3/flows/executor/default-authentication-flow/","method":"POST","user_agent":"Mozilla/5.0"}"#;

#[test]
fn a_sign_in_and_where_it_came_from() {
    let proof = r#""auth_method":"auth_mfa","auth_method_args":{"known_device":false,"mfa_devices":[{"pk":3,"app":"authentik_stages_authenticator_totp","name":"Phone","model_name":"totpdevice"}]}"#;
    let record = attempt(&event("login", MIA, &format!("{proof}{AROUND}")));
    assert_eq!((record.result, record.method), (Success, Method::Totp));
    assert_eq!((record.person.as_deref(), record.display.as_deref()), (Some("mia"), Some("Mia")));
    assert_eq!(
        (record.person_id.as_deref(), record.record_id.as_deref()),
        (Some("6"), Some("f00f54e7-2b38"))
    );
    assert_eq!(
        (record.city.as_deref(), record.country.as_deref(), record.asn),
        (Some("Lyon"), Some("FR"), Some(64500))
    );
    assert_eq!((record.place, record.user_agent.as_deref()), (Point::new(45.76, 4.83), Some("Mozilla/5.0")));
    assert_eq!(
        (record.ip, record.at.unwrap().to_string()),
        ("198.51.100.7".parse().ok(), "2026-03-02T08:14:11.204Z".to_owned())
    );
}

#[test]
fn the_method_is_found_even_if_its_name_is_masked() {
    let with = |context: &str| attempt(&event("login", MIA, context)).method;
    assert_eq!(with(r#""auth_method":"password","auth_method_args":{}"#), Method::Password);
    assert_eq!(with(r#""auth_method":"auth_webauthn_pwl""#), Method::Webauthn);
    let masked = r#""auth_method":"********************","auth_method_args":"#;
    assert_eq!(with(&format!(r#"{masked}{{"mfa_devices":[{{"model_name":"duodevice"}}]}}"#)), Method::Push);
    assert_eq!(with(&format!(r#"{masked}{{"device":{{"model_name":"webauthndevice"}}}}"#)), Method::Webauthn);
    assert_eq!(with(&format!("{masked}{{}}")), Method::Unknown);
    assert_eq!(
        with(r#""source":{"app":"authentik_sources_oauth","model_name":"oauthsource","name":"Hub"}"#),
        Method::Federated
    );
}

#[test]
fn failures_by_stage_and_device() {
    let stage = |kind: &str| {
        format!(r#""username":"mia","stage":{{"app":"authentik_stages_x","model_name":"{kind}"}}"#)
    };
    let validate = stage("authenticatorvalidatestage");
    let device = |proof: &str| format!(r#"{validate},"context":{{"auth_method_args":{{{proof}}}}}"#);
    let duo = |status: &str| {
        device(&format!(
            r#""device_class":"duo","duo_response":{{"result":"deny","status":"{status}","status_msg":"Login request denied."}}"#
        ))
    };
    for (context, cause, method) in [
        (stage("passwordstage"), Cause::BadPassword, Method::Password),
        (stage("identificationstage"), Cause::BadPassword, Method::Password),
        (
            r#""username":"mia","password":"********************""#.to_owned(),
            Cause::BadPassword,
            Method::Password,
        ),
        (device(r#""device_class":"totp""#), Cause::MfaWrongCode, Method::Totp),
        (device(r#""device_class":"sms""#), Cause::MfaWrongCode, Method::Sms),
        (device(r#""device_class":"webauthn""#), Cause::Unknown, Method::Webauthn),
        (duo("deny"), Cause::MfaDenied, Method::Push),
        (duo("timeout"), Cause::MfaNoResponse, Method::Push),
        (duo("fraud"), Cause::MfaFraudReported, Method::Push),
        (duo("something"), Cause::Unknown, Method::Push),
        (format!(r#"{validate},"device_class":"totp""#), Cause::MfaWrongCode, Method::Totp),
        (stage("userloginstage"), Cause::Unknown, Method::Unknown),
    ] {
        let record = attempt(&event("login_failed", NOBODY, &context));
        assert_eq!((record.result, record.method), (Failure(cause), method), "{context}");
        assert_eq!((record.person.as_deref(), record.person_id), (Some("mia"), None), "{context}");
    }
    let denied = attempt(&event("login_failed", MIA, &duo("deny").replace("\"mia\"", "\"Mia\"")));
    assert_eq!(
        (denied.code.as_deref(), denied.detail.as_deref()),
        (Some("deny"), Some("Login request denied."))
    );
    assert_eq!(denied.person_id.as_deref(), Some("6"));
}

#[test]
fn a_typed_name_sets_nothing_but_the_name() {
    let typed = r#""username":"eve\",\"client_ip\":\"203.0.113.9\",\"action\":\"login","stage":{"model_name":"passwordstage"}"#;
    let record = attempt(&event("login_failed", NOBODY, typed));
    assert_eq!((record.ip, record.result), ("198.51.100.7".parse().ok(), Failure(Cause::BadPassword)));
    assert!(record.person.unwrap().contains("203.0.113.9"));
}

/// A line of the server, values invented.
const LINE: &str = r#"{"action":"login_failed","auth_via":"unauthenticated","client_ip":"198.51.100.7","context":{"stage":{"app":"authentik_stages_password","model_name":"passwordstage","name":"default","pk":"a"},"username":"mia"},"event":"Created Event","host":"id.corp.example","level":"info","logger":"authentik.events.models","pid":29,"request_id":"a60c","timestamp":"2026-03-02T08:14:11.598288","user":{"email":"","pk":2,"username":"AnonymousUser"}}"#;

#[test]
fn the_same_in_the_servers_log() {
    let record = attempt(LINE);
    assert_eq!((record.result, record.person.as_deref()), (Failure(Cause::BadPassword), Some("mia")));
    assert_eq!(record.at.unwrap().to_string(), "2026-03-02T08:14:11.598288Z");
    let unknown = r#"{"action":"invalid_identifier","client_ip":"198.51.100.7","context":{"stage":"<authentik.stages…>"},"event":"invalid_login","identifier":"Nobody","level":"info","logger":"authentik.flows.stage","stage":"default","timestamp":"2026-03-02T08:14:11.598288"}"#;
    let record = attempt(unknown);
    assert_eq!((record.result, record.person.as_deref()), (Failure(Cause::BadPassword), Some("nobody")));
    let request = r#"{"auth_via":"session","event":"/api/v3/core/","level":"info","logger":"authentik.asgi","timestamp":"2026-03-02T08:14:11"}"#;
    assert_eq!(kind(request), Some(Parsed::Unrecognised("authentik asgi".into())));
    assert_eq!(
        kind(&LINE.replace("2026-03-02T08:14:11.598288", "soon")),
        Some(Parsed::Malformed(RecordDefect::BadTime))
    );
}

#[test]
fn changes_to_passwords_and_accounts() {
    let path = |path: &str| format!(r#""http_request":{{"path":"{path}","method":"POST"}}"#);
    let change = |action: &str, context: &str| attempt(&event(action, MIA, context)).result;
    let own = change("password_set", &path("/api/v3/flows/executor/default-password-change/"));
    assert_eq!(own, AttemptResult::Lifecycle(Lifecycle::PasswordChanged));
    let admins = change("password_set", &path("/api/v3/core/users/6/set_password/"));
    assert_eq!(admins, AttemptResult::Lifecycle(Lifecycle::PasswordReset));
    let risk = attempt(&event("suspicious_request", MIA, r#""message":"revoked token was used""#));
    assert_eq!(
        (risk.result, risk.flag),
        (AttemptResult::Lifecycle(Lifecycle::RiskDetected), Some(Flag::Risk))
    );
    let lockdown =
        attempt(&event("user_lockdown_triggered", MIA, r#""affected_user":{"pk":9,"username":"eve"}"#));
    assert_eq!((lockdown.person.as_deref(), lockdown.actor.as_deref()), (Some("eve"), Some("Mia")));
    let outage = change("configuration_error", r#""message":"Failed to DUO authenticate user: timed out""#);
    assert_eq!(outage, Failure(Cause::ProviderOutage));
    let app = attempt(&event(
        "authorize_application",
        MIA,
        r#""authorized_application":{"name":"Wiki","model_name":"application"}"#,
    ));
    assert_eq!((app.result, app.app.as_deref(), app.interactive), (Success, Some("Wiki"), false));
}

#[test]
fn an_account_is_a_model_that_is_active_or_not() {
    let model = r#""model":{"pk":7,"app":"authentik_core","name":"Lea","model_name":"user"}"#;
    let switched = |old: bool, new: bool| {
        let diff = format!(r#""diff":{{"is_active":{{"new_value":{new},"previous_value":{old}}}}}"#);
        event("model_updated", MIA, &format!("{model},{diff}"))
    };
    for (line, change) in [
        (switched(true, false), Lifecycle::Disabled),
        (switched(false, true), Lifecycle::Enabled),
        (event("model_deleted", MIA, model), Lifecycle::Disabled),
    ] {
        let record = attempt(&line);
        assert_eq!(record.result, AttemptResult::Lifecycle(change), "{line}");
        assert_eq!((record.person.as_deref(), record.person_id.as_deref()), (None, Some("7")));
        assert_eq!((record.display.as_deref(), record.actor.as_deref()), (Some("Lea"), Some("Mia")));
    }
    let own = attempt(&switched(true, false).replace(r#""pk":7"#, r#""pk":6"#));
    assert_eq!((own.person_id.as_deref(), own.actor), (Some("6"), None));
    for other in [
        event("model_created", MIA, model),
        switched(false, false),
        event("model_updated", MIA, model),
        event("model_updated", MIA, &format!(r#"{model},"diff":{{"name":{{"new_value":"x"}}}}"#)),
        event("model_deleted", MIA, &model.replace("\"user\"", "\"group\"")),
    ] {
        assert!(matches!(kind(&other), Some(Parsed::Unrecognised(_))), "{other}");
    }
}

#[test]
fn a_task_that_sets_a_password_resets_it() {
    let task = |line: String| attempt(&line.replace("198.51.100.7", "255.255.255.255"));
    let record = task(event("password_set", MIA, ""));
    assert_eq!(record.result, AttemptResult::Lifecycle(Lifecycle::PasswordReset));
    assert_eq!((record.person.as_deref(), record.ip), (Some("mia"), None));
    let path = r#""http_request":{"path":"/api/v3/flows/executor/default-password-change/"}"#;
    let asked_for = task(event("password_set", MIA, path));
    assert_eq!(asked_for.result, AttemptResult::Lifecycle(Lifecycle::PasswordChanged));
    let elsewhere = attempt(&event("password_set", MIA, ""));
    assert_eq!(elsewhere.result, AttemptResult::Lifecycle(Lifecycle::PasswordChanged));
}

#[test]
fn saved_codes_that_are_switched_off() {
    let message = r#""message":"User disabled Static OTP Tokens.""#;
    let record = attempt(&event("custom_static_authenticator_disable", MIA, message));
    assert_eq!(
        (record.result, record.method),
        (AttemptResult::Lifecycle(Lifecycle::FactorRemoved), Method::BackupCode)
    );
    assert_eq!((record.person.as_deref(), record.actor), (Some("mia"), None));
    assert_eq!(record.detail.as_deref(), Some("User disabled Static OTP Tokens."));
}

#[test]
fn factors_and_policies_are_models() {
    let model = |action: &str, app: &str, kind: &str, path: &str| {
        let context = format!(
            r#""model":{{"pk":3,"app":"{app}","name":"Phone","model_name":"{kind}"}},"http_request":{{"path":"{path}"}}"#
        );
        event(action, MIA, &context)
    };
    let totp = "authentik_stages_authenticator_totp";
    let flow = "/api/v3/flows/executor/default-authenticator-totp-setup/";
    let enrolled = attempt(&model("model_created", totp, "totpdevice", flow));
    assert_eq!(
        (enrolled.result, enrolled.method),
        (AttemptResult::Lifecycle(Lifecycle::FactorEnrolled), Method::Totp)
    );
    assert_eq!((enrolled.person.as_deref(), enrolled.actor), (Some("mia"), None));
    let admin = "/api/v3/authenticators/admin/totp/3/";
    let removed = attempt(&model("model_deleted", totp, "totpdevice", admin));
    assert_eq!(removed.result, AttemptResult::Lifecycle(Lifecycle::FactorRemoved));
    assert_eq!((removed.person, removed.actor.as_deref()), (None, Some("Mia")));
    let codes = attempt(&model(
        "model_created",
        "authentik_stages_authenticator_static",
        "staticdevice",
        &admin.replace("totp", "static"),
    ));
    assert_eq!(
        (codes.result, codes.method),
        (AttemptResult::Lifecycle(Lifecycle::BypassCreated), Method::BackupCode)
    );
    for (app, kind) in [
        ("authentik_policies_expression", "expressionpolicy"),
        ("authentik_policies", "policybinding"),
        ("authentik_flows", "flowstagebinding"),
        ("authentik_stages_authenticator_validate", "authenticatorvalidatestage"),
    ] {
        let record = attempt(&model("model_updated", app, kind, "/api/v3/"));
        assert_eq!(record.result, AttemptResult::Lifecycle(Lifecycle::PolicyChanged), "{app}");
        assert_eq!(
            (record.policy.as_deref(), record.person, record.actor.as_deref()),
            (Some("Phone"), None, Some("Mia"))
        );
    }
    for (app, name) in [
        ("authentik_core", "application"),
        ("authentik_policies_reputation", "reputation"),
        ("authentik_flows", "flowtoken"),
    ] {
        assert_eq!(
            kind(&model("model_updated", app, name, "")),
            Some(Parsed::Unrecognised("authentik model_updated".into()))
        );
    }
}

#[test]
fn other_events_are_foreign_and_other_records_nobodys() {
    for action in [
        "logout",
        "impersonation_started",
        "policy_exception",
        "configuration_error",
        "custom_x",
        "email_sent",
    ] {
        assert_eq!(
            kind(&event(action, MIA, "")),
            Some(Parsed::Unrecognised(format!("authentik {action}").into()))
        );
    }
    assert_eq!(
        kind(&event("suspicious_request", NOBODY, "")),
        Some(Parsed::Unrecognised("authentik suspicious_request".into()))
    );
    for other in [
        "{}",
        r#"{"action":"login","app":"other","user":{"username":"mia"}}"#,
        r#"{"logger":"django","event":"x"}"#,
        r#"{"app":"authentik.x"}"#,
    ] {
        assert_eq!(kind(other), None, "{other}");
    }
    assert!(parse(r#"{"action":"lo"#, Position::default()).is_err());
    let nowhere = event("login", MIA, "").replace("198.51.100.7", "255.255.255.255");
    assert_eq!(attempt(&nowhere).ip, None);
}
