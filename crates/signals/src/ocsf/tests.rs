use super::*;
use crate::{
    cause::Cause,
    record::{AttemptResult, Flag, Lifecycle, Method, Provider},
};

fn denied() -> SignIn<'static> {
    let mut record = SignIn::new(Provider::Okta, AttemptResult::Failure(Cause::MfaDenied));
    record.at = Some("2026-03-02T08:14:11.2041234Z".parse().unwrap());
    record.set_person(Some("Mia@corp.example".into()));
    record.set_ip(Some("198.51.100.7"));
    record.method = Method::Push;
    record.code = Some("INVALID_CREDENTIALS".into());
    record
}

#[test]
fn a_declined_push_in_full() {
    let expected = concat!(
        r#"{"class_uid":3002,"class_name":"Authentication","category_uid":3,"#,
        r#""category_name":"Identity & Access Management","activity_id":1,"activity_name":"Logon","#,
        r#""type_uid":300201,"type_name":"Authentication: Logon","time":1772439251204,"#,
        r#""severity_id":3,"severity":"Medium","status_id":2,"status":"Failure","#,
        r#""status_code":"INVALID_CREDENTIALS","status_detail":"mfa_denied","message":"The MFA prompt was declined.","#,
        r#""user":{"name":"mia@corp.example","email_addr":"mia@corp.example","display_name":"Mia@corp.example"},"#,
        r#""src_endpoint":{"ip":"198.51.100.7"},"service":{"name":"okta"},"is_mfa":true,"#,
        r#""auth_factors":[{"factor_type_id":5,"factor_type":"Push Notification"}],"#,
        r#""metadata":{"version":"1.8.0","product":{"name":"Okta","vendor_name":"Okta"},"log_provider":"okta","#,
        r#""original_time":"2026-03-02T08:14:11.2041234Z"},"#,
        r#""observables":[{"name":"user.name","type_id":4,"type":"User Name","value":"mia@corp.example"},"#,
        r#"{"name":"src_endpoint.ip","type_id":2,"type":"IP Address","value":"198.51.100.7"}],"#,
        r#""unmapped":{"postern":{"provider":"okta","result":"failure","cause":"mfa_denied","method":"push","#,
        r#""interactive":true}}}"#,
    );
    assert_eq!(to_line(&denied()).unwrap(), expected);
}

#[test]
fn a_line_ends_and_an_undated_record_is_none() {
    let mut out = Vec::new();
    assert!(write_line(&mut out, &denied()).unwrap());
    let mut undated = denied();
    undated.at = None;
    assert!(!write_line(&mut out, &undated).unwrap());
    assert_eq!(String::from_utf8(out).unwrap(), to_line(&denied()).unwrap() + "\n");
    assert_eq!(to_line(&undated), None);
}

#[test]
fn a_writer_that_is_full_says_so() {
    let mut small = [0_u8; 40];
    let error = write_line(&mut small.as_mut_slice(), &denied()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::WriteZero);
}

#[test]
fn a_wrong_password_is_told_in_the_words_of_the_schema() {
    let mut record = denied();
    record.result = AttemptResult::Failure(Cause::BadPassword);
    record.detail = Some("Error validating credentials".into());
    for (code, expected) in [
        ("50126", "INVALID_CREDENTIALS"),
        ("50055", "PASSWORD_EXPIRED"),
        ("50034", "USER_DOES_NOT_EXIST"),
        ("fu", "USER_DOES_NOT_EXIST"),
    ] {
        record.code = Some(code.into());
        assert_eq!(codes::status_detail(&record), Some(expected), "{code}");
    }
    record.result = AttemptResult::Failure(Cause::PolicyBlock);
    assert_eq!(codes::status_detail(&record), Some("Error validating credentials"));
    record.detail = None;
    assert_eq!(codes::status_detail(&record), Some("policy_block"));
}

#[test]
fn mfa_is_told_by_the_cause_before_the_method() {
    let mut record = denied();
    assert_eq!(codes::is_mfa(&record), Some(true));
    record.method = Method::Unknown;
    assert_eq!(codes::is_mfa(&record), Some(true));
    record.result = AttemptResult::Failure(Cause::PolicyBlock);
    assert_eq!(codes::is_mfa(&record), None);
    record.method = Method::Password;
    assert_eq!(codes::is_mfa(&record), Some(false));
}

#[test]
fn a_verdict_of_the_provider_makes_it_graver_and_never_milder() {
    let mut record = denied();
    for (result, flag, expected) in [
        (AttemptResult::Success, None, 1),
        (AttemptResult::Success, Some(Flag::Risk), 3),
        (AttemptResult::Failure(Cause::BadPassword), None, 2),
        (AttemptResult::Failure(Cause::BadPassword), Some(Flag::NumberChallengeFailed), 4),
        (AttemptResult::Failure(Cause::MfaFraudReported), Some(Flag::Risk), 4),
        (AttemptResult::Lifecycle(Lifecycle::Lockout), None, 3),
    ] {
        (record.result, record.flag) = (result, flag);
        assert_eq!(codes::severity(&record).id, expected, "{result:?} {flag:?}");
    }
}

#[test]
fn a_change_is_of_the_other_class() {
    let mut record = denied();
    record.result = AttemptResult::Lifecycle(Lifecycle::FactorReset);
    record.actor = Some("ops@corp.example".into());
    record.policy = Some("Reset policy".into());
    record.session = Some("s-1".into());
    let event: serde_json::Value = serde_json::from_str(&to_line(&record).unwrap()).unwrap();
    assert_eq!(event["type_uid"], 300_111);
    assert_eq!(event["type_name"], "Account Change: MFA Factor Disable");
    assert_eq!(event["actor"]["user"]["email_addr"], "ops@corp.example");
    assert_eq!(event["actor"]["session"]["uid"], "s-1");
    assert_eq!(event["policies"][0]["name"], "Reset policy");
    assert_eq!(event["unmapped"]["postern"]["result"], "factor_reset");
    for absent in ["service", "session", "is_mfa"] {
        assert_eq!(event.get(absent), None, "{absent}");
    }
}
