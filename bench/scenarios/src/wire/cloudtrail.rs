//! AWS CloudTrail: console sign-ins, and what is done to passwords and MFA devices.

use serde_json::{Value, json};

use super::{Line, one};
use crate::{
    act::{Act, Change, Proof, Scene},
    seeded::Seeded,
    time::to_the_second,
    world::AWS_ACCOUNT as ACCOUNT,
};

pub(super) fn lines(scene: &Scene<'_>, drawn: &mut Seeded) -> Option<Vec<Line>> {
    let record = match scene.act {
        Act::In(proof) => console(scene, true, proof != Proof::None, drawn),
        Act::BadPassword | Act::NoSuchUser => console(scene, false, false, drawn),
        Act::WrongCode(_) => console(scene, false, true, drawn),
        Act::Changed(change) => changed(scene, call(change)?, drawn),
        _ => return None,
    };
    Some(one(scene.at, &record))
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

fn identity(scene: &Scene<'_>) -> Value {
    if scene.act == Act::NoSuchUser {
        return json!({"type": "IAMUser", "accountId": ACCOUNT, "accessKeyId": "", "userName": "HIDDEN_DUE_TO_SECURITY_REASONS"});
    }
    user(scene.by.unwrap_or(&scene.who.login), &scene.who.id("AIDA", 17).to_uppercase())
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

fn console(scene: &Scene<'_>, passed: bool, mfa: bool, drawn: &mut Seeded) -> Value {
    let mut record = json!({
        "eventVersion": "1.09",
        "userIdentity": identity(scene),
        "eventTime": to_the_second(scene.at),
        "eventSource": "signin.amazonaws.com",
        "eventName": "ConsoleLogin",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": scene.seat.from.ip.to_string(),
        "userAgent": scene.seat.client.agent,
        "requestParameters": null,
        "responseElements": {"ConsoleLogin": if passed { "Success" } else { "Failure" }},
        "additionalEventData": {
            "LoginTo": "https://console.aws.amazon.com/console/home",
            "MobileVersion": "No",
            "MFAUsed": if mfa { "Yes" } else { "No" },
        },
        "eventID": drawn.guid(),
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

fn changed(scene: &Scene<'_>, call: &str, drawn: &mut Seeded) -> Value {
    json!({
        "eventVersion": "1.09",
        "userIdentity": identity(scene),
        "eventTime": to_the_second(scene.at),
        "eventSource": "iam.amazonaws.com",
        "eventName": call,
        "awsRegion": "us-east-1",
        "sourceIPAddress": scene.seat.from.ip.to_string(),
        "userAgent": scene.seat.client.agent,
        "requestParameters": if call == "ChangePassword" { Value::Null } else {
            json!({
                "userName": scene.who.login,
                "serialNumber": format!("arn:aws:iam::{ACCOUNT}:mfa/{}", scene.who.login),
            })
        },
        "responseElements": null,
        "requestID": drawn.guid(),
        "eventID": drawn.guid(),
        "readOnly": false,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    })
}
