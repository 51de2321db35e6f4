//! Audit logs and risk detections.

use super::*;
use crate::record::Lifecycle;

/// Graph's `directoryAudit`, in the documented shape.
fn graph(activity: &str, reason: &str, more: &str) -> String {
    format!(
        r#"{{"id":"a-1","category":"UserManagement","correlationId":"c-1","result":"success","resultReason":"{reason}","activityDisplayName":"{activity}","activityDateTime":"2026-03-02T08:14:11.2041234Z","loggedByService":"Authentication Methods","operationType":"Update","initiatedBy":{{"app":null,"user":{{"id":"u-9","displayName":null,"userPrincipalName":"Desk@Corp.Example","ipAddress":"198.51.100.9"}}}},"targetResources":[{{"id":"u-1","displayName":"Mia B","type":"User","userPrincipalName":"Mia@Corp.Example","groupType":null,"modifiedProperties":[]}}]{more}}}"#
    )
}

fn change(line: &str) -> (Lifecycle, SignIn<'static>) {
    let record = attempt(line);
    let AttemptResult::Lifecycle(change) = record.result else { panic!("{line}") };
    (change, record)
}

fn kind(line: &str) -> Parsed<'static> {
    parse(line, Position::default()).unwrap().unwrap().into_owned()
}

fn unrecognised_kind(kind: &'static str) -> Parsed<'static> {
    Parsed::Unrecognised(kind.into())
}

#[test]
fn a_change_belongs_to_the_one_it_is_done_to() {
    let (what, record) = change(&graph("Reset user password", "", ""));
    assert_eq!(what, Lifecycle::PasswordReset);
    assert_eq!(
        (record.person.as_deref(), record.person_id.as_deref()),
        (Some("mia@corp.example"), Some("u-1"))
    );
    assert_eq!(record.actor.as_deref(), Some("Desk@Corp.Example"));
    assert_eq!(
        (record.ip, record.at.unwrap().to_string()),
        ("198.51.100.9".parse().ok(), "2026-03-02T08:14:11.2041234Z".to_owned())
    );
    assert_eq!((record.record_id.as_deref(), record.session.as_deref()), (Some("a-1"), Some("c-1")));
    assert_eq!(record.detail.as_deref(), Some("Reset user password"));
}

#[test]
fn what_people_do_to_themselves_has_no_actor() {
    let own = |activity: &str, reason: &str| {
        change(
            &graph(activity, reason, "")
                .replace("u-9", "u-1")
                .replace("Desk@Corp.Example", "mia@corp.example"),
        )
    };
    for (activity, reason, what, method) in [
        (
            "Reset password (self-service)",
            "Successfully completed reset.",
            Lifecycle::PasswordChanged,
            Method::Unknown,
        ),
        ("Change user password", "", Lifecycle::PasswordChanged, Method::Unknown),
        (
            "User registered security info",
            "User registered Authenticator App with Notification and Code",
            Lifecycle::FactorEnrolled,
            Method::Push,
        ),
        (
            "User registered security info",
            "User registered Authenticator App with Code",
            Lifecycle::FactorEnrolled,
            Method::Totp,
        ),
        (
            "User registered security info",
            "User registered Mobile Phone SMS",
            Lifecycle::FactorEnrolled,
            Method::Sms,
        ),
        (
            "User registered security info",
            "User registered Fido",
            Lifecycle::FactorEnrolled,
            Method::Webauthn,
        ),
        ("User deleted security info", "User deleted phone method", Lifecycle::FactorRemoved, Method::Sms),
        ("User changed default security info", "", Lifecycle::FactorEnrolled, Method::Unknown),
        (
            "Fraud reported - user is blocked for MFA",
            "Successfully reported fraud",
            Lifecycle::SuspiciousReported,
            Method::Unknown,
        ),
        ("Suspicious activity reported", "", Lifecycle::SuspiciousReported, Method::Unknown),
    ] {
        let (seen, record) = own(activity, reason);
        assert_eq!((seen, record.method, record.actor), (what, method, None), "{activity} {reason}");
    }
}

#[test]
fn a_password_that_somebody_else_changed_is_reset() {
    assert_eq!(change(&graph("Change user password", "", "")).0, Lifecycle::PasswordReset);
}

#[test]
fn a_pass_and_mfa_switched_off_are_ways_around() {
    let reason = "Admin registered temporary access pass method for user";
    let (what, record) = change(&graph("Admin registered security info", reason, ""));
    assert_eq!((what, record.method), (Lifecycle::BypassCreated, Method::Pass));
    assert_eq!(change(&graph("Disable Strong Authentication", "", "")).0, Lifecycle::BypassCreated);
    assert_eq!(
        change(&graph("Admin registered security info", "Admin registered phone method for user", "")).0,
        Lifecycle::FactorEnrolled
    );
    assert_eq!(change(&graph("Admin deleted security info", "", "")).0, Lifecycle::FactorRemoved);
    assert_eq!(change(&graph("Disable account", "", "")).0, Lifecycle::Disabled);
    assert_eq!(change(&graph("Enable account", "", "")).0, Lifecycle::Enabled);
}

#[test]
fn an_update_of_a_person_keeps_the_new_number() {
    let property = r#"[{"displayName":"StrongAuthenticationUserDetails","oldValue":"[]","newValue":"[{\"PhoneNumber\":\"+33 600000027\",\"Email\":null}]"}]"#;
    let line = graph("Update user", "", "")
        .replace("\"modifiedProperties\":[]", &format!("\"modifiedProperties\":{property}"));
    let (what, record) = change(&line);
    assert_eq!((what, record.phone.as_deref()), (Lifecycle::FactorEnrolled, Some("+33 600000027")));
    assert_eq!(kind(&graph("Update user", "", "")), unrecognised_kind("entra AuditLogs"));
}

/// The envelope of the diagnostic settings; an access policy is nobody's.
const POLICY: &str = r#"{"time":"2026-03-02T08:14:31.9Z","operationName":"Update conditional access policy","category":"AuditLogs","resultSignature":"None","correlationId":"c-2","properties":{"id":"a-2","category":"Policy","result":"success","resultReason":null,"activityDisplayName":"Update conditional access policy","activityDateTime":"2026-03-02T08:14:11Z","initiatedBy":{"user":{"id":"u-9","userPrincipalName":"admin@corp.example","ipAddress":null}},"targetResources":[{"id":"p-1","displayName":"Require MFA","type":"Policy","modifiedProperties":[{"displayName":"ConditionalAccessPolicy","oldValue":"{}","newValue":"{}"}]}]}}"#;

#[test]
fn a_policy_is_named_and_belongs_to_nobody() {
    let (what, record) = change(POLICY);
    assert_eq!((what, record.policy.as_deref()), (Lifecycle::PolicyChanged, Some("Require MFA")));
    assert_eq!(
        (record.person, record.person_id, record.actor.as_deref()),
        (None, None, Some("admin@corp.example"))
    );
    assert_eq!(record.at.unwrap().to_string(), "2026-03-02T08:14:11Z");
    assert_eq!(
        kind(&POLICY.replace("\"result\":\"success\"", "\"result\":\"failure\"")),
        unrecognised_kind("entra AuditLogs")
    );
    assert_eq!(
        kind(&POLICY.replace("Update conditional access policy", "Add group")),
        unrecognised_kind("entra AuditLogs")
    );
}

#[test]
fn a_row_of_the_workspace_holds_its_parts_as_text() {
    let row = r#"{"TimeGenerated [UTC]":"3/2/2026, 8:14:12.000 AM","ActivityDateTime [UTC]":"3/2/2026, 8:14:11.204 AM","OperationName":"Reset user password","ActivityDisplayName":"Reset user password","Category":"UserManagement","Result":"success","ResultType":"","InitiatedBy":"{\"user\":{\"id\":\"u-9\",\"userPrincipalName\":\"desk@corp.example\",\"ipAddress\":\"198.51.100.9\"}}","TargetResources":"[{\"id\":\"u-1\",\"type\":\"User\",\"userPrincipalName\":\"mia@corp.example\",\"modifiedProperties\":[]}]","Type":"AuditLogs"}"#;
    let (what, record) = change(row);
    assert_eq!((what, record.person.as_deref()), (Lifecycle::PasswordReset, Some("mia@corp.example")));
    assert_eq!(
        (record.actor.as_deref(), record.at.unwrap().to_string()),
        (Some("desk@corp.example"), "2026-03-02T08:14:11.204Z".to_owned())
    );
}

#[test]
fn a_change_without_a_person_or_a_time_is_not_counted() {
    let nobody = graph("Reset user password", "", "")
        .replace("\"userPrincipalName\":\"Mia@Corp.Example\"", "\"x\":1")
        .replace("\"id\":\"u-1\"", "\"x\":2");
    assert_eq!(kind(&nobody), unrecognised_kind("entra AuditLogs"));
    let undated = graph("Reset user password", "", "").replace("2026-03-02T08:14:11.2041234Z", "soon");
    assert_eq!(kind(&undated), Parsed::Malformed(RecordDefect::BadTime));
}

const DETECTION: &str = r#"{"id":"r-1","requestId":"s-1","correlationId":"c-1","riskEventType":"anonymizedIPAddress","riskState":"atRisk","riskLevel":"medium","riskDetail":"none","source":"IdentityProtection","activity":"signin","ipAddress":"203.0.113.9","activityDateTime":"2026-03-02T08:14:11Z","detectedDateTime":"2026-03-02T09:00:00Z","userId":"u-1","userDisplayName":"Mia B","userPrincipalName":"mia@corp.example","location":{"city":"Oslo","countryOrRegion":"NO","geoCoordinates":{"latitude":59.9,"longitude":10.7}}}"#;

#[test]
fn a_detection_counts_if_it_names_a_person_and_a_sign_in() {
    let (what, record) = change(DETECTION);
    assert_eq!(
        (what, record.flag, record.network),
        (Lifecycle::RiskDetected, Some(Flag::Risk), Network::Proxy)
    );
    assert_eq!(
        (record.person.as_deref(), record.code.as_deref()),
        (Some("mia@corp.example"), Some("anonymizedIPAddress"))
    );
    assert_eq!(
        (record.at.unwrap().to_string(), record.city.as_deref()),
        ("2026-03-02T08:14:11Z".to_owned(), Some("Oslo"))
    );
    assert_eq!(change(&DETECTION.replace("medium", "low")).1.flag, None);
    assert_eq!(
        change(&DETECTION.replace("anonymizedIPAddress", "maliciousIPAddress")).1.flag,
        Some(Flag::MaliciousAddress)
    );
    let envelope = format!(
        r#"{{"category":"UserRiskEvents","operationName":"User Risk Detection","properties":{DETECTION}}}"#
    );
    assert_eq!(change(&envelope).1.city.as_deref(), Some("Oslo"));
}

#[test]
fn other_detections_stay_foreign() {
    for line in [
        DETECTION.replace("\"requestId\":\"s-1\",", ""),
        DETECTION.replace("\"activity\":\"signin\"", "\"activity\":\"user\""),
        DETECTION.replace("atRisk", "dismissed"),
        DETECTION
            .replace("\"userPrincipalName\":\"mia@corp.example\",", "")
            .replace("\"userId\":\"u-1\",", ""),
    ] {
        assert_eq!(kind(&line), unrecognised_kind("entra risk detection"), "{line}");
    }
    let user = r#"{"category":"RiskyUsers","operationName":"Risky user","properties":{"userPrincipalName":"mia@corp.example","riskState":"atRisk"}}"#;
    assert_eq!(kind(user), unrecognised_kind("entra RiskyUsers"));
}

proptest::proptest! {
    #[test]
    fn a_record_with_one_byte_changed_never_panics(which in 0_usize..4, at in 0_usize..900, byte in 0_u8..128) {
        let lines = [POLICY.to_owned(), DETECTION.to_owned(), graph("Reset user password", "", ""), DECLINED.to_owned()];
        let mut line = lines[which].clone().into_bytes();
        let at = at % line.len();
        line[at] = byte;
        if let Ok(line) = std::str::from_utf8(&line) {
            drop(parse(line, Position::default()));
        }
    }
}
