//! Each record is read by the reader of its provider and by no other, however it is bent.

use postern_signals::{Parsed, Position, Provider, parse_line};

const RECORDS: [(Provider, &str); 8] = [
    (
        Provider::Okta,
        r#"{"uuid":"u-1","published":"2026-03-02T08:14:11.204Z","eventType":"user.authentication.auth_via_mfa","actor":{"type":"User","alternateId":"mia@corp.example"},"client":{"ipAddress":"198.51.100.7","geographicalContext":{"geolocation":{"lat":45.76,"lon":4.83}}},"outcome":{"result":"FAILURE","reason":"INVALID_CREDENTIALS"},"debugContext":{"debugData":{"factor":"OKTA_VERIFY_PUSH"}},"target":[{"id":"opf1","type":"AuthenticatorEnrollment","displayName":"Okta Verify"}]}"#,
    ),
    (
        Provider::CloudTrail,
        r#"{"eventTime":"2026-03-02T08:14:11Z","eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","sourceIPAddress":"198.51.100.7","userIdentity":{"type":"IAMUser","userName":"mia","accountId":"123456789012"},"responseElements":{"ConsoleLogin":"Failure"},"errorMessage":"Failed authentication","additionalEventData":{"MFAUsed":"Yes"},"eventID":"e-1"}"#,
    ),
    (
        Provider::CloudTrail,
        r#"{"eventTime":"2026-03-02T08:14:11Z","eventSource":"signin.amazonaws.com","eventName":"SwitchRole","userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::123456789012:assumed-role/Dev/mia"},"responseElements":{"SwitchRole":"Success"},"additionalEventData":{"SwitchFrom":"arn:aws:iam::999999999999:user/team/mia"}}"#,
    ),
    (
        Provider::Google,
        r#"{"kind":"admin#reports#activity","id":{"time":"2026-03-02T08:14:11.204Z","applicationName":"login"},"actor":{"email":"mia@corp.example"},"ipAddress":"198.51.100.7","networkInfo":{"ipAsn":[64500]},"events":[{"name":"login_challenge","parameters":[{"name":"login_challenge_method","multiValue":["google_authenticator"]},{"name":"login_challenge_status","value":"Challenge Failed"},{"name":"is_suspicious","boolValue":false}]}]}"#,
    ),
    (
        Provider::Google,
        r#"{"protoPayload":{"serviceName":"login.googleapis.com","methodName":"google.login.LoginService.loginSuccess","authenticationInfo":{"principalEmail":"mia@corp.example"},"metadata":{"event":[{"eventName":"login_success","parameter":[{"name":"login_type","value":"google_password"}]}]}},"timestamp":"2026-03-02T08:14:11Z"}"#,
    ),
    (
        Provider::M365,
        r#"{"CreationTime":"2026-03-02T08:14:11","Operation":"UserLoginFailed","RecordType":15,"Workload":"AzureActiveDirectory","UserId":"mia@corp.example","ClientIP":"198.51.100.7:52100","LogonError":"IdsLocked","ErrorNumber":"50053","ExtendedProperties":[{"Name":"UserAuthenticationMethod","Value":"16"}],"Status":"x"}"#,
    ),
    (
        Provider::M365,
        r#"{"RecordId":"r-1","CreationDate":"2026-03-02T08:14:11Z","RecordType":"15","Operation":"UserLoggedIn","UserId":"mia@corp.example","AuditData":"{\"CreationTime\":\"2026-03-02T08:14:11\",\"Operation\":\"UserLoggedIn\",\"Workload\":\"AzureActiveDirectory\",\"UserId\":\"mia@corp.example\"}"}"#,
    ),
    (
        Provider::Ocsf,
        r#"{"class_uid":3002,"type_uid":300201,"activity_id":1,"status_id":2,"status":"Failure","status_detail":"INVALID_CREDENTIALS","time":1772439251204,"metadata":{"version":"1.8.0"},"user":{"name":"mia@corp.example","uid":"u-1"},"src_endpoint":{"ip":"198.51.100.7","location":{"coordinates":[4.83,45.76]}},"auth_factors":[{"factor_type_id":7}],"unmapped":{"postern":{"result":"failure","cause":"mfa_wrong_code"}}}"#,
    ),
];

fn read(line: &str, format: Option<Provider>) -> Parsed<'_> {
    parse_line(line, format, Position::default())
}

#[test]
fn a_record_is_claimed_by_its_own_reader_and_no_other() {
    for (provider, line) in RECORDS {
        let Parsed::Attempt(found) = read(line, None) else { panic!("{line}") };
        assert_eq!(found.provider, provider, "{line}");
        assert!(found.at.is_some() && found.person.is_some(), "{line}");
        for other in Provider::ALL.into_iter().filter(|other| *other != provider) {
            let parsed = read(line, Some(other));
            let words = format!("not a record of {}", other.as_str());
            assert_eq!(parsed, Parsed::Unrecognised(words.into()), "{line}");
        }
    }
}

#[test]
fn a_record_cut_or_bent_anywhere_is_read_or_refused() {
    for (provider, line) in RECORDS {
        for at in 0..line.len() {
            let (before, after) = (line.get(..at).unwrap(), line.get(at + 1..).unwrap());
            let Parsed::Malformed(_) = read(before, Some(provider)) else { panic!("{at} of {line}") };
            for byte in ["\"", "}", "[", "0", "\\", "\u{e9}", ""] {
                let bent = format!("{before}{byte}{after}");
                drop(read(&bent, Some(provider)).into_owned());
            }
        }
    }
}
