//! Entra sign-in rows: Graph `signIn`, or the same in the envelope of diagnostic settings.

use serde_json::{Value, json};

use super::{Line, entra_audit, one};
use crate::{
    event::{Change, EventContext, Fault, Pause, Proof, ScenarioEvent},
    seeded::Seeded,
    time::{rfc3339, to_the_second, with_offset},
    world::{ClientKind, Network, OrganisationProfile},
};

/// How a row ends.
#[derive(Debug, Clone, Copy)]
struct Ending {
    code: u32,
    reason: &'static str,
    /// What the second step, or else the status, says.
    detail: &'static str,
    second: Option<Proof>,
    password: bool,
}

const fn ends(code: u32, reason: &'static str) -> Ending {
    Ending { code, reason, detail: "", second: None, password: true }
}

const fn refused(reason: &'static str, code: u32) -> Ending {
    Ending { password: false, ..ends(code, reason) }
}

const fn mfa(proof: Proof, detail: &'static str) -> Ending {
    const REASON: &str = "Authentication failed during strong authentication request.";
    Ending { detail, second: Some(proof), ..ends(500_121, REASON) }
}

const POLICY: &str = "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.";

pub(super) fn lines(
    context: &EventContext<'_>,
    profile: &OrganisationProfile,
    random: &mut Seeded,
) -> Option<Vec<Line>> {
    if let ScenarioEvent::Changed(change) = context.event {
        // Smart lockout is only ever seen in what it refuses.
        return if change == Change::Lockout {
            Some(Vec::new())
        } else {
            entra_audit::lines(context, profile, random)
        };
    }
    let ending = ending(context.event)?;
    let record = row(context, ending, profile, random);
    let record = if profile.entra_graph { record } else { envelope(record, context, ending, profile) };
    Some(one(context.at, &record))
}

fn ending(event: ScenarioEvent) -> Option<Ending> {
    const CLAIM: &str = "MFA requirement satisfied by claim in the token";
    Some(match event {
        ScenarioEvent::In(Proof::None) => ends(0, "Other."),
        ScenarioEvent::In(proof) => {
            Ending { second: Some(proof), detail: "MFA completed in Azure AD", ..ends(0, "Other.") }
        }
        ScenarioEvent::InWithTwoPhones => ending(ScenarioEvent::In(Proof::Push))?,
        ScenarioEvent::Token => Ending { detail: CLAIM, ..ends(0, "Other.") },
        ScenarioEvent::Paused(pause) => paused(pause),
        ScenarioEvent::BadPassword => {
            refused("Error validating credentials due to invalid username or password.", 50_126)
        }
        ScenarioEvent::NoSuchUser => refused("The user account does not exist in the directory.", 50_034),
        ScenarioEvent::PasswordExpired => ends(50_055, "The password is expired."),
        ScenarioEvent::Locked => refused(
            "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
            50_053,
        ),
        ScenarioEvent::BadAddress => {
            refused("Sign-in was blocked because it came from an IP address with malicious activity.", 50_053)
        }
        ScenarioEvent::Disabled => refused("The user account is disabled.", 50_057),
        ScenarioEvent::NotEnrolled => paused(Pause::Enrol),
        ScenarioEvent::RateLimited => ends(50_088, "Limit on telecom MFA calls reached."),
        ScenarioEvent::PolicyBlock => ends(53_003, POLICY),
        ScenarioEvent::DeviceBlock => ends(53_000, "Device is not in required device state: compliant."),
        ScenarioEvent::NotAssigned => {
            ends(50_105, "The signed in user is not assigned to a role for the application.")
        }
        ScenarioEvent::ExternalIdp | ScenarioEvent::Outage(Fault::ExternalMfa) => {
            ends(50_166, "Request to External OIDC endpoint failed.")
        }
        ScenarioEvent::UnknownGuest => {
            refused("User account does not exist in the tenant and cannot access the application.", 90_072)
        }
        ScenarioEvent::SessionExpired => ends(700_082, "The refresh token has expired due to inactivity."),
        ScenarioEvent::Outage(Fault::Service) => {
            refused("A transient error has occurred. Please try again.", 90_033)
        }
        ScenarioEvent::Outage(Fault::Agent) => {
            refused("The pass-through authentication agent did not respond in time.", 80_014)
        }
        ScenarioEvent::AtRisk => ends(50_135, "Password change is required due to account risk."),
        ScenarioEvent::RiskyEnrolment => ends(
            53_004,
            "User needs to complete multi-factor authentication registration process before accessing this content.",
        ),
        ScenarioEvent::Unheard => ends(900_777, "Something that is not in the list of codes."),
        _ => return second_factor_failure(event),
    })
}

/// What went wrong with the second factor.
fn second_factor_failure(event: ScenarioEvent) -> Option<Ending> {
    Some(match event {
        ScenarioEvent::WrongCode(proof) => mfa(proof, "MFA denied; user entered incorrect code"),
        ScenarioEvent::CodeReused => mfa(Proof::Totp, "MFA denied; verification code already used once"),
        ScenarioEvent::Denied => mfa(Proof::Push, "MFA denied; user declined the authentication"),
        ScenarioEvent::NoAnswer(Proof::Voice) => {
            mfa(Proof::Voice, "MFA denied; phone call went to voicemail")
        }
        ScenarioEvent::NoAnswer(Proof::Sms) => {
            mfa(Proof::Sms, "MFA denied; user never entered the verification code")
        }
        ScenarioEvent::NoAnswer(_) => {
            mfa(Proof::Push, "MFA denied; user did not respond to mobile app notification")
        }
        ScenarioEvent::Fraud => mfa(Proof::Push, "MFA denied; Phone App Reported Fraud"),
        ScenarioEvent::Undelivered(Proof::Push) | ScenarioEvent::Outage(Fault::Prompts) => {
            mfa(Proof::Push, "MFA denied; unable to send the mobile app notification to the device")
        }
        ScenarioEvent::Undelivered(proof) => mfa(proof, "MFA denied; unable to reach the user's phone"),
        _ => return None,
    })
}

fn paused(pause: Pause) -> Ending {
    match pause {
        Pause::Mfa => ends(
            50_076,
            "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access the resource.",
        ),
        Pause::KeepSignedIn => {
            ends(50_140, "This occurred due to 'Keep me signed in' interrupt when the user was signing-in.")
        }
        Pause::NoSession => refused("Session information is not sufficient for single-sign-on.", 50_058),
        Pause::WhichAccount => refused("The user has more than one session; one must be chosen.", 16_000),
        Pause::Enrol => ends(
            50_079,
            "Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication.",
        ),
    }
}

fn is_background(context: &EventContext<'_>) -> bool {
    matches!(context.event, ScenarioEvent::Token | ScenarioEvent::SessionExpired)
}

fn row(
    context: &EventContext<'_>,
    ending: Ending,
    profile: &OrganisationProfile,
    random: &mut Seeded,
) -> Value {
    let (who, from, client) = (context.who, &context.seat.from, &context.seat.client);
    let created =
        if profile.entra_graph { to_the_second(context.at) } else { with_offset(context.at, "1234") };
    let second = ending.second.map(method);
    json!({
        "id": random.guid(),
        "createdDateTime": &created,
        "userDisplayName": who.display,
        "userPrincipalName": who.login,
        "userId": who.guid(),
        "appId": random.guid(),
        "appDisplayName": random.pick(&["Office 365 Exchange Online", "Microsoft Teams", "Azure Portal", "SharePoint Online"]),
        "ipAddress": from.ip.to_string(),
        "clientAppUsed": client_app(client.kind),
        "userAgent": client.agent,
        "correlationId": random.guid(),
        "conditionalAccessStatus": if matches!(ending.code, 53_000..=53_004) { "failure" } else { "success" },
        "appliedConditionalAccessPolicies": policies(context),
        "isInteractive": !is_background(context),
        "riskLevelDuringSignIn": "none",
        "riskState": "none",
        "authenticationRequirement":
            if second.is_some() { "multiFactorAuthentication" } else { "singleFactorAuthentication" },
        "authenticationDetails": steps(context, ending, &created),
        "mfaDetail": second.map(|method| json!({"authMethod": method, "authDetail": null})),
        "autonomousSystemNumber": from.asn,
        "userType": if context.event == ScenarioEvent::UnknownGuest { "guest" } else { "member" },
        "networkLocationDetails": if from.network == Network::Office {
            json!([{"networkType": "trustedNamedLocation", "networkNames": ["Offices"]}])
        } else {
            json!([])
        },
        "status": {
            "errorCode": ending.code,
            "failureReason": ending.reason,
            "additionalDetails": if ending.detail.is_empty() { Value::Null } else { ending.detail.into() },
        },
        "deviceDetail": {
            "deviceId": if client.managed { crate::seeded::guid_of(client.device, 7) } else { String::new() },
            "displayName": "",
            "operatingSystem": client.system,
            "browser": client.browser,
            "isCompliant": client.managed,
            "isManaged": client.managed,
            "trustType": if client.managed { "Azure AD joined" } else { "" },
        },
        "location": {
            "city": from.place.city,
            "state": from.place.state,
            "countryOrRegion": from.place.country,
            "geoCoordinates": {"altitude": null, "latitude": from.place.latitude, "longitude": from.place.longitude},
        },
    })
}

fn client_app(kind: ClientKind) -> &'static str {
    match kind {
        ClientKind::Browser => "Browser",
        ClientKind::ActiveSync => "Exchange ActiveSync",
        ClientKind::Imap => "IMAP4",
        ClientKind::Script => "Mobile Apps and Desktop clients",
    }
}

fn method(proof: Proof) -> &'static str {
    match proof {
        Proof::Push => "Mobile app notification",
        Proof::Totp => "Mobile app verification code",
        Proof::Sms => "Text message",
        Proof::Voice => "Phone call",
        Proof::Bypass => "Temporary Access Pass",
        Proof::None => "Password",
    }
}

fn steps(context: &EventContext<'_>, ending: Ending, at: &str) -> Value {
    if is_background(context) {
        return json!([{
            "authenticationStepDateTime": at,
            "authenticationMethod": "Previously satisfied",
            "succeeded": ending.code == 0,
            "authenticationStepResultDetail": ending.detail,
        }]);
    }
    let result_detail = if ending.password { "Correct password" } else { "Incorrect password" };
    let password = json!({
        "authenticationStepDateTime": at,
        "authenticationMethod": "Password",
        "authenticationMethodDetail": "Password in the cloud",
        "succeeded": ending.password,
        "authenticationStepResultDetail": result_detail,
        "authenticationStepRequirement": "Primary authentication",
    });
    let second = ending.second.map(|proof| {
        json!({
            "authenticationStepDateTime": at,
            "authenticationMethod": method(proof),
            "succeeded": ending.code == 0,
            "authenticationStepResultDetail": ending.detail,
            "authenticationStepRequirement": "Multifactor authentication",
        })
    });
    std::iter::once(password).chain(second).collect()
}

fn policies(context: &EventContext<'_>) -> Value {
    let always = json!({"id": "p-1", "displayName": "Require MFA for everybody", "enforcedGrantControls": ["Mfa"], "result": "success"});
    let other = json!({"id": "p-2", "displayName": "Trial of compliant devices", "enforcedGrantControls": ["RequireCompliantDevice"], "result": "reportOnlyFailure"});
    let blocking = context.policy.map(|name| {
        let control =
            if context.event == ScenarioEvent::DeviceBlock { "RequireCompliantDevice" } else { "Block" };
        json!({"id": "p-3", "displayName": name, "enforcedGrantControls": [control], "result": "failure"})
    });
    [always, other].into_iter().chain(blocking).collect()
}

fn envelope(
    properties: Value,
    context: &EventContext<'_>,
    ending: Ending,
    profile: &OrganisationProfile,
) -> Value {
    let logged = rfc3339(context.at + 90_000);
    json!({
        "time": logged.replace('Z', "1234Z"),
        "resourceId": format!("/tenants/{}/providers/Microsoft.aadiam", profile.tenant),
        "operationName": "Sign-in activity",
        "operationVersion": "1.0",
        "category": if is_background(context) { "NonInteractiveUserSignInLogs" } else { "SignInLogs" },
        "tenantId": profile.tenant,
        "resultType": ending.code.to_string(),
        "resultSignature": "None",
        "resultDescription": ending.reason,
        "durationMs": 0,
        "callerIpAddress": context.seat.from.ip.to_string(),
        "correlationId": properties.get("correlationId").cloned(),
        "identity": context.who.display,
        "Level": 4,
        "location": context.seat.from.place.country,
        "properties": properties,
    })
}
