//! AWS CloudTrail: console sign-ins, and what is done to passwords and MFA devices.

use serde_json::{Value, json};

use super::{Line, one};
use crate::{
    event::{Change, EventContext, Proof, ScenarioEvent},
    seeded::Seeded,
    time::to_the_second,
    world::AWS_ACCOUNT as ACCOUNT,
};

pub(super) fn lines(context: &EventContext<'_>, random: &mut Seeded) -> Option<Vec<Line>> {
    let record = match context.event {
        ScenarioEvent::In(proof) => console(context, true, proof != Proof::None, random),
        ScenarioEvent::BadPassword | ScenarioEvent::NoSuchUser => console(context, false, false, random),
        ScenarioEvent::WrongCode(_) => console(context, false, true, random),
        ScenarioEvent::Changed(change) => changed(context, call(change)?, random),
        _ => return None,
    };
    Some(one(context.at, &record))
}

fn call(change: Change) -> Option<&'static str> {
    match change {
        Change::PasswordReset => Some("UpdateLoginProfile"),
        Change::PasswordChanged => Some("ChangePassword"),
        Change::FactorRemoved | Change::FactorsReset => Some("DeactivateMFADevice"),
        Change::Enrolled => Some("EnableMFADevice"),
        _ => None,
    }
}

fn identity(context: &EventContext<'_>) -> Value {
    if context.event == ScenarioEvent::NoSuchUser {
        return json!({"type": "IAMUser", "accountId": ACCOUNT, "accessKeyId": "", "userName": "HIDDEN_DUE_TO_SECURITY_REASONS"});
    }
    user(context.by.unwrap_or(&context.who.login), &context.who.id("AIDA", 17).to_uppercase())
}

fn user(name: &str, id: &str) -> Value {
    json!({
        "type": "IAMUser",
        "principalId": id,
        "arn": format!("arn:aws:iam::{ACCOUNT}:user/{name}"),
        "accountId": ACCOUNT,
        "userName": name,
    })
}

fn console(context: &EventContext<'_>, passed: bool, mfa: bool, random: &mut Seeded) -> Value {
    let mut record = json!({
        "eventVersion": "1.09",
        "userIdentity": identity(context),
        "eventTime": to_the_second(context.at),
        "eventSource": "signin.amazonaws.com",
        "eventName": "ConsoleLogin",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": context.seat.from.ip.to_string(),
        "userAgent": context.seat.client.agent,
        "requestParameters": null,
        "responseElements": {"ConsoleLogin": if passed { "Success" } else { "Failure" }},
        "additionalEventData": {
            "LoginTo": "https://console.aws.amazon.com/console/home",
            "MobileVersion": "No",
            "MFAUsed": if mfa { "Yes" } else { "No" },
        },
        "eventID": random.guid(),
        "readOnly": false,
        "eventType": "AwsConsoleSignIn",
        "managementEvent": true,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    });
    if let (false, Some(record)) = (passed, record.as_object_mut()) {
        record.insert("errorMessage".to_owned(), "Failed authentication".into());
    }
    record
}

fn changed(context: &EventContext<'_>, call: &str, random: &mut Seeded) -> Value {
    json!({
        "eventVersion": "1.09",
        "userIdentity": identity(context),
        "eventTime": to_the_second(context.at),
        "eventSource": "iam.amazonaws.com",
        "eventName": call,
        "awsRegion": "us-east-1",
        "sourceIPAddress": context.seat.from.ip.to_string(),
        "userAgent": context.seat.client.agent,
        "requestParameters": if call == "ChangePassword" { Value::Null } else {
            json!({
                "userName": context.who.login,
                "serialNumber": format!("arn:aws:iam::{ACCOUNT}:mfa/{}", context.who.login),
            })
        },
        "responseElements": null,
        "requestID": random.guid(),
        "eventID": random.guid(),
        "readOnly": false,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    })
}
