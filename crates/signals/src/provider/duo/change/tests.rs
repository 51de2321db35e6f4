//! Of both logs that tell of changes.

use super::super::tests::read;
use crate::{
    cause::Cause,
    read::Parsed,
    record::{
        AttemptResult::{self, Failure, Success},
        Lifecycle, Method,
    },
};

fn admin(action: &str, object: &str, description: &str) -> Parsed<'static> {
    let description = description.replace('"', "\\\"");
    read(&format!(
        r#"{{"action":"{action}","description":"{description}","isotimestamp":"2026-03-02T08:14:11+00:00","object":{object},"timestamp":1772439251,"username":"Ada Admin"}}"#
    ))
}

#[test]
fn an_administrator_changes_an_account() {
    for (action, description, change) in [
        ("bypass_create", r#"{"count": 1}"#, Lifecycle::BypassCreated),
        ("user_update", r#"{"status": "Bypass"}"#, Lifecycle::BypassCreated),
        ("user_update", r#"{"status": "Disabled"}"#, Lifecycle::Disabled),
        ("user_update", r#"{"status": "Active"}"#, Lifecycle::Enabled),
        ("user_lockout_cleared", "", Lifecycle::Unlock),
        ("user_adminapi_lockout", "", Lifecycle::Lockout),
        ("user_delete", "", Lifecycle::Disabled),
        ("user_restore", "", Lifecycle::Enabled),
        ("deregister_devices", "", Lifecycle::FactorReset),
    ] {
        let Parsed::Attempt(record) = admin(action, r#""Mia""#, description) else { panic!("{action}") };
        assert_eq!(record.result, AttemptResult::Lifecycle(change), "{action} {description}");
        assert_eq!((record.person.as_deref(), record.code.as_deref()), (Some("mia"), Some(action)));
        assert_eq!(record.at.unwrap().to_string(), "2026-03-02T08:14:11Z");
        let by = (change != Lifecycle::Lockout).then_some("Ada Admin");
        assert_eq!(record.actor.as_deref(), by, "{action}");
    }
    for action in ["policy_update", "update_admin_factor_restrictions", "admin_single_sign_on_update"] {
        let Parsed::Attempt(policy) = admin(action, r#""Global Policy""#, "") else { panic!("{action}") };
        assert_eq!(
            (policy.result, policy.person),
            (AttemptResult::Lifecycle(Lifecycle::PolicyChanged), None),
            "{action}"
        );
    }
    let Parsed::Attempt(locked) = admin("admin_lockout", "null", r#"{"message": "x"}"#) else { panic!() };
    assert_eq!(
        (locked.result, locked.person.as_deref()),
        (AttemptResult::Lifecycle(Lifecycle::Lockout), Some("ada admin"))
    );
}

#[test]
fn other_actions_are_foreign() {
    for (action, object, description) in [
        ("user_update", r#""mia""#, r#"{"notes": "x"}"#),
        ("bypass_view", r#""mia""#, ""),
        ("admin_create", r#""ada""#, ""),
        // Whose phone it is, the entry does not say.
        ("phone_associate", r#""+33 1 00 00 00 00""#, ""),
        ("integration_update", r#""VPN""#, "{}"),
    ] {
        assert_eq!(admin(action, object, description), Parsed::Unrecognised(format!("duo {action}").into()));
    }
}

#[test]
fn an_administrator_signs_in() {
    let sign_in = |action: &str, description: &str| match admin(action, "null", description) {
        Parsed::Attempt(record) => record,
        other => panic!("{action}: {other:?}"),
    };
    let description = r#"{"ip_address": "198.51.100.7", "email": "Ada@corp.example", "factor": "push", "error": "Login request reported as fraudulent."}"#;
    let fraud = sign_in("admin_2fa_error", description);
    assert_eq!((fraud.result, fraud.method), (Failure(Cause::MfaFraudReported), Method::Push));
    assert_eq!(
        (fraud.person.as_deref(), fraud.display.as_deref()),
        (Some("ada@corp.example"), Some("Ada Admin"))
    );
    assert_eq!(fraud.ip, "198.51.100.7".parse().ok());
    let done = sign_in("admin_login", r#"{"primary_auth_method": "Password", "ip_address": "198.51.100.7"}"#);
    assert_eq!((done.result, done.method), (Success, Method::Password));
    for (error, cause) in [
        ("SAML login is disabled", Cause::PolicyBlock),
        ("Incorrect password", Cause::BadPassword),
        ("Invalid passcode", Cause::MfaWrongCode),
        ("Something new", Cause::Unknown),
    ] {
        let record = sign_in("admin_login_error", &format!(r#"{{"error": "{error}"}}"#));
        assert_eq!((record.result, record.detail.as_deref()), (Failure(cause), Some(error)));
    }
}

fn activity(action: &str, actor: &str, target: &str, result: &str) -> Parsed<'static> {
    read(&format!(
        r#"{{"access_device":{{"browser":"Chrome","ip":{{"address":"198.51.100.7"}},"location":{{"city":"Lyon","country":"France"}}}},"action":{{"details":null,"name":"{action}"}},"activity_id":"a-1","akey":"DA1","actor":{actor},"application":null,"old_target":null,"outcome":{result},"target":{target},"ts":"2026-03-02T08:14:11.5+00:00"}}"#
    ))
}

const ADA: &str = r#"{"details":null,"key":"DE1","name":"ada","type":"admin"}"#;
const MIA: &str = r#"{"details":"{\"status\": \"Active\"}","key":"DU1","name":"mia","type":"user"}"#;

#[test]
fn the_activity_log_tells_actor_and_target_apart() {
    let bypass = r#"{"details":"{\"count\": 1}","key":"DU1","name":"mia","type":"user_bypass"}"#;
    let Parsed::Attempt(record) = activity("bypass_create", ADA, bypass, "null") else { panic!() };
    assert_eq!(record.result, AttemptResult::Lifecycle(Lifecycle::BypassCreated));
    assert_eq!((record.person.as_deref(), record.actor.as_deref()), (Some("mia"), Some("ada")));
    assert_eq!((record.person_id.as_deref(), record.ip), (Some("DU1"), "198.51.100.7".parse().ok()));
    assert_eq!((record.city.as_deref(), record.record_id.as_deref()), (Some("Lyon"), Some("a-1")));
    let key = r#"{"details":"{}","key":"WA1","name":"WA1","type":"webauthn_credential"}"#;
    let Parsed::Attempt(own) = activity("webauthncredential_create", MIA, key, r#"{"result":"SUCCESS"}"#)
    else {
        panic!()
    };
    assert_eq!(own.result, AttemptResult::Lifecycle(Lifecycle::FactorEnrolled));
    assert_eq!((own.person.as_deref(), own.actor), (Some("mia"), None));
    let failed = activity("webauthncredential_create", MIA, key, r#"{"result":"FAILURE"}"#);
    assert_eq!(failed, Parsed::Unrecognised("duo webauthncredential_create".into()));
    let Parsed::Attempt(status) = activity("user_update", ADA, MIA, "null") else { panic!() };
    assert_eq!(status.result, AttemptResult::Lifecycle(Lifecycle::Enabled));
    assert!(matches!(activity("group_create", ADA, "null", "null"), Parsed::Unrecognised(_)));
    let Parsed::Attempt(admin) = activity("admin_login", ADA, "null", "null") else { panic!() };
    assert_eq!((admin.result, admin.person.as_deref()), (Success, Some("ada")));
}
