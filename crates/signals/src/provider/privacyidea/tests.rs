use super::*;
use crate::{
    cause::Cause,
    record::{Lifecycle, Method},
};
use AttemptResult::{Failure, Interrupt, PushSent, Success};

/// An element of the API's `auditdata`.
fn entry(action: &str, success: u8, token: &str, info: &str, more: &str) -> String {
    format!(
        r#"{{"number":12,"date":"2026-03-02T08:14:11.204000","sig_check":"OK","missing_line":"OK","action":"{action}","success":{success},"serial":"TOTP0001","token_type":"{token}","user":"Mia","realm":"corp","resolver":"ldap","administrator":null,"action_detail":"","info":"{info}","privacyidea_server":"pi.corp.example","client":"198.51.100.7","log_level":"default","clearance_level":"default"{more}}}"#
    )
}

fn attempt(line: &str) -> SignIn<'_> {
    let parsed = if line.starts_with('{') {
        parse(line, Position::default()).unwrap()
    } else {
        parse_text(line, Position::default())
    };
    match parsed {
        Some(Parsed::Attempt(record)) => record,
        other => panic!("{line}: {other:?}"),
    }
}

fn change(line: &str) -> Lifecycle {
    let AttemptResult::Lifecycle(change) = attempt(line).result else { panic!("{line}") };
    change
}

const CHECK: &str = "POST /validate/check";

#[test]
fn an_entry_of_the_api() {
    let line = entry(CHECK, 0, "totp", "wrong otp value", r#","authentication":"REJECT""#);
    let record = attempt(&line);
    assert_eq!((record.result, record.method), (Failure(Cause::MfaWrongCode), Method::Totp));
    assert_eq!((record.person.as_deref(), record.phone.as_deref()), (Some("mia"), Some("TOTP0001")));
    assert_eq!((record.record_id.as_deref(), record.code.as_deref()), (Some("12"), Some("REJECT")));
    assert_eq!(
        (record.ip, record.at.unwrap().to_string()),
        ("198.51.100.7".parse().ok(), "2026-03-02T08:14:11.204Z".to_owned())
    );
    assert_eq!(record.detail.as_deref(), Some("wrong otp value"));
}

#[test]
fn what_the_words_mean() {
    for (token, info, cause) in [
        ("totp", "wrong otp value. previous otp used again", Cause::MfaCodeReused),
        ("totp", "wrong otp pin", Cause::MfaWrongCode),
        ("totp", "matching 1 tokens, Failcounter exceeded", Cause::AccountLocked),
        ("totp", "matching 1 tokens, Token is disabled", Cause::FactorDisabled),
        ("totp", "matching 1 tokens, Outside validity period", Cause::FactorDisabled),
        ("", "The user has no tokens assigned", Cause::MfaNotEnrolled),
        ("", "No suitable token found for authentication.", Cause::MfaNotEnrolled),
        ("", "ERR904: The user can not be found in any resolver in this realm!", Cause::BadPassword),
        ("hotp", "Response did not match the challenge.", Cause::MfaWrongCode),
        ("push", "Response did not match the challenge.", Cause::MfaNoResponse),
        ("sms", "Failed to send SMS.", Cause::MfaDeliveryFailed),
        ("totp", "Something new", Cause::Unknown),
    ] {
        let line = entry(CHECK, 0, token, info, "");
        assert_eq!(attempt(&line).result, Failure(cause), "{info}");
    }
}

#[test]
fn the_verdict_counts_before_the_words() {
    let with = |success: u8, token: &str, info: &str, verdict: &str| {
        let more = format!(r#","authentication":"{verdict}""#);
        attempt(&entry(CHECK, success, token, info, &more)).into_owned()
    };
    assert_eq!(with(1, "totp", "matching 1 tokens", "ACCEPT").result, Success);
    assert_eq!(with(0, "push", "Please confirm", "CHALLENGE").result, PushSent);
    assert_eq!(with(0, "sms", "Enter the OTP", "CHALLENGE").result, PushSent);
    assert_eq!(with(0, "hotp", "please enter otp:", "CHALLENGE").result, Interrupt(None));
    assert_eq!(with(0, "push", "", "DECLINED").result, Failure(Cause::MfaDenied));
    assert_eq!(with(0, "push", "Please enter", "REJECT").result, Failure(Cause::Unknown));
    // Before the column was there.
    assert_eq!(attempt(&entry(CHECK, 0, "hotp", "please enter otp: ", "")).result, Interrupt(None));
    assert_eq!(
        attempt(&entry("POST /validate/triggerchallenge", 1, "push", "triggered 1 challenges", "")).result,
        PushSent
    );
    assert_eq!(
        attempt(&entry("POST /validate/triggerchallenge", 0, "", "triggered 0 challenges", "")).result,
        Interrupt(None)
    );
    assert_eq!(
        attempt(&entry("POST /validate/triggerchallenge", 0, "", "The user has no tokens assigned", ""))
            .result,
        Failure(Cause::MfaNotEnrolled)
    );
    assert_eq!(
        attempt(&entry("GET /validate/polltransaction", 0, "push", "challenge declined", "")).result,
        Failure(Cause::MfaDenied)
    );
}

#[test]
fn a_row_of_the_download_is_quoted_text() {
    let row = r#"{"number":"'12'","date":"'2026-03-02T08:14:11.204000'","sig_check":"'OK'","action":"'POST /validate/check'","success":"'1'","serial":"'TOTP0001'","token_type":"'totp'","user":"'mia'","realm":"'corp'","administrator":"'None'","info":"'matching 1 tokens'","privacyidea_server":"'pi'","client":"'198.51.100.7'"}"#;
    let record = attempt(row);
    assert_eq!((record.result, record.person.as_deref()), (Success, Some("mia")));
    assert_eq!((record.record_id.as_deref(), record.ip), (Some("12"), "198.51.100.7".parse().ok()));
    assert!(matches!(record.phone, Some(Cow::Borrowed("TOTP0001"))));
    let plain = row.replace("\"'", "\"").replace("'\"", "\"");
    assert_eq!(attempt(&plain).result, Success);
    assert_eq!(attempt(&plain.replace("\"1\"", "\"0\"")).result, Failure(Cause::Unknown));
    assert_eq!(attempt(&plain.replace("\"1\"", "\"True\"")).result, Success);
}

#[test]
fn a_line_of_the_logger() {
    let line = r#"[2026-03-02 08:14:11,204][1234][139][INFO][privacyidea.lib.auditmodules.loggeraudit:70] {"action": "POST /validate/check", "authentication": "REJECT", "client": "198.51.100.7", "client_user_agent": "privacyidea-cp", "info": "wrong otp value", "policies": "", "privacyidea_server": "pi", "realm": "corp", "serial": "TOTP0001", "success": false, "timestamp": "2026-03-02T08:14:11.204000", "token_type": "totp", "user": "mia"}"#;
    let record = attempt(line);
    assert_eq!((record.result, record.person.as_deref()), (Failure(Cause::MfaWrongCode), Some("mia")));
    assert_eq!(
        (record.user_agent.as_deref(), record.at.unwrap().to_string()),
        (Some("privacyidea-cp"), "2026-03-02T08:14:11.204Z".to_owned())
    );
    for other in [
        "",
        "privacyidea_server",
        "x {\"privacyidea_server\":",
        "[2026-03-02 08:14:11,204][INFO] {\"action\": \"x\"}",
    ] {
        assert_eq!(parse_text(other, Position::default()), None, "{other}");
    }
}

#[test]
fn who_signs_in_to_privacyidea_itself() {
    let wrong = entry("POST /auth", 0, "", "Authentication failure. Wrong credentials", "");
    assert_eq!(
        (attempt(&wrong).result, attempt(&wrong).method),
        (Failure(Cause::BadPassword), Method::Password)
    );
    let admin = entry("POST /auth", 1, "", "internal admin", "")
        .replace("\"user\":\"Mia\"", "\"user\":\"\"")
        .replace("\"administrator\":null", "\"administrator\":\"root\"");
    let record = attempt(&admin);
    assert_eq!((record.result, record.person.as_deref(), record.actor), (Success, Some("root"), None));
    // A program asks for a challenge; it does not sign in.
    let program = admin.replace("POST /auth", "POST /validate/triggerchallenge");
    assert_eq!(attempt(&program).person, None);
}

#[test]
fn changes_to_tokens_and_policies() {
    let by_desk = |line: &str| line.replace("\"administrator\":null", "\"administrator\":\"desk\"");
    for (action, token, what) in [
        ("POST /token/init", "totp", Lifecycle::FactorEnrolled),
        ("POST /token/init", "registration", Lifecycle::BypassCreated),
        ("POST /token/init", "paper", Lifecycle::FactorEnrolled),
        ("POST /token/disable", "totp", Lifecycle::FactorRemoved),
        ("POST /token/disable/<serial>", "totp", Lifecycle::FactorRemoved),
        ("DELETE /token/<serial>", "totp", Lifecycle::FactorRemoved),
        ("POST /token/enable/<serial>", "totp", Lifecycle::FactorEnrolled),
        ("POST /token/reset/<serial>", "totp", Lifecycle::Unlock),
        ("POST /token/lost/<serial>", "totp", Lifecycle::BypassCreated),
        ("POST /recover/reset", "", Lifecycle::PasswordChanged),
    ] {
        assert_eq!(change(&entry(action, 1, token, "", "")), what, "{action} {token}");
    }
    assert_eq!(change(&by_desk(&entry("POST /token/init", 1, "paper", "", ""))), Lifecycle::BypassCreated);
    let removed = by_desk(&entry("DELETE /token/<serial>", 1, "totp", "", ""));
    assert_eq!(
        (attempt(&removed).person.as_deref(), attempt(&removed).actor.as_deref()),
        (Some("mia"), Some("desk"))
    );
    let policy = entry("POST /policy/<name>", 1, "", "", "")
        .replace("\"action_detail\":\"\"", "\"action_detail\":\"mfa\"")
        .replace("\"Mia\"", "\"\"");
    assert_eq!(
        (change(&policy), attempt(&policy).policy.as_deref()),
        (Lifecycle::PolicyChanged, Some("mfa"))
    );
}

#[test]
fn the_download_has_no_header_and_grew_with_the_versions() {
    let oldest = "'12','2026-03-02T08:14:11.204000','OK','FAIL','POST /validate/check','0','TOTP0001','totp','Mia','corp','ldap','None','','wrong otp pin','pi.corp.example','None','198.51.100.7','default','default'";
    let newer = oldest.replace("check','0'", "check','REJECT','0'") + ",'2026-03-02T08:14:11','0.1','140'";
    let program = newer.replace("198.51.100.7'", "198.51.100.7','privacyidea-cp','3.5'");
    let newest = program.replace("'totp'", "'totp','SMPH01','smartphone'");
    for (line, verdict, agent) in [
        (oldest, None, None),
        (&format!("{oldest},'None','0.1','140'"), None, None),
        (&newer, Some("REJECT"), None),
        (&program, Some("REJECT"), Some("privacyidea-cp")),
        (&newest, Some("REJECT"), Some("privacyidea-cp")),
    ] {
        let record = attempt(line);
        assert_eq!((record.result, record.method), (Failure(Cause::MfaWrongCode), Method::Totp), "{line}");
        assert_eq!(
            (record.person.as_deref(), record.ip),
            (Some("mia"), "198.51.100.7".parse().ok()),
            "{line}"
        );
        assert_eq!((record.code.as_deref(), record.user_agent.as_deref()), (verdict, agent), "{line}");
    }
    for (name, put) in [("Mia", "a','b"), ("Mia", "a','b','c"), ("'OK','FAIL'", "'x','y'")] {
        assert_eq!(parse_text(&newer.replace(name, put), Position::default()), None, "{put}");
    }
}

#[test]
fn a_policy_that_refuses_is_named() {
    let line =
        entry(CHECK, 0, "totp", "Tokentype not allowed for authentication!", r#","policies":"only push""#);
    assert_eq!(
        (attempt(&line).result, attempt(&line).policy.as_deref()),
        (Failure(Cause::PolicyBlock), Some("only push"))
    );
}

#[test]
fn a_name_does_not_choose_the_cause() {
    let line = entry(CHECK, 0, "totp", "wrong otp value for Declined", "").replace("\"Mia\"", "\"declined\"");
    assert_eq!(attempt(&line).result, Failure(Cause::MfaWrongCode));
    let quoted = entry(CHECK, 0, "totp", "wrong otp value", "")
        .replace("\"Mia\"", r#""x\",\"client\":\"203.0.113.9""#);
    assert_eq!(attempt(&quoted).ip, "198.51.100.7".parse().ok());
}

#[test]
fn other_entries_and_records() {
    let kind = |line: &str| parse(line, Position::default()).unwrap().map(Parsed::into_owned);
    for (action, success) in [
        ("GET /token/", 1),
        ("POST /token/resync", 1),
        ("POST /token/init", 0),
        ("GET /policy/<name>", 1),
        ("GET /validate/polltransaction", 1),
    ] {
        let line = entry(action, success, "totp", "", "");
        assert_eq!(
            kind(&line),
            Some(Parsed::Unrecognised(format!("privacyidea {action}").into())),
            "{action}"
        );
    }
    assert_eq!(
        kind(&entry(CHECK, 1, "", "", "").replace("2026-03-02T08:14:11.204000", "soon")),
        Some(Parsed::Malformed(RecordDefect::BadTime))
    );
    for other in [
        "{}",
        r#"{"action":"POST /validate/check","success":1}"#,
        r#"{"privacyidea_server":"x","action":"login"}"#,
        r#"{"a":"sig_check"}"#,
    ] {
        assert_eq!(kind(other), None, "{other}");
    }
    assert!(parse(r#"{"sig_check":"#, Position::default()).is_err());
}
