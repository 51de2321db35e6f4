//! Entra's audit log: what was done to accounts and policies.

use serde_json::{Value, json};

use super::{Line, one};
use crate::{
    event::{Change, EventContext, ScenarioEvent},
    seeded::Seeded,
    time::{rfc3339, with_offset},
    world::OrganisationProfile,
};

/// What the log calls a change: activity, service, category, reason.
type Activity = (&'static str, &'static str, &'static str, &'static str);

pub(super) fn lines(
    context: &EventContext<'_>,
    profile: &OrganisationProfile,
    random: &mut Seeded,
) -> Option<Vec<Line>> {
    let ScenarioEvent::Changed(change) = context.event else { return None };
    let activity = activity(change)?;
    let record = audit(context, activity, random);
    Some(one(
        context.at,
        &if profile.entra_graph { record } else { envelope(record, context, activity, profile) },
    ))
}

fn activity(change: Change) -> Option<Activity> {
    const METHODS: &str = "Authentication Methods";
    const DIRECTORY: &str = "Core Directory";
    const USERS: &str = "UserManagement";
    Some(match change {
        Change::Enrolled => (
            "User registered security info",
            METHODS,
            USERS,
            "User registered Authenticator App with Notification and Code",
        ),
        Change::FactorRemoved => {
            ("Admin deleted security info", METHODS, USERS, "Admin deleted phone method for user")
        }
        Change::FactorsReset => (
            "Admin deleted security info",
            METHODS,
            USERS,
            "Admin deleted Authenticator App with Notification and Code for user",
        ),
        Change::Bypass => (
            "Admin registered security info",
            METHODS,
            USERS,
            "Admin registered temporary access pass method for user",
        ),
        Change::PasswordReset => ("Reset password (by admin)", "Self-service Password Management", USERS, ""),
        Change::PasswordChanged => {
            ("Change password (self-service)", "Self-service Password Management", USERS, "")
        }
        Change::SwitchedOff => ("Disable account", DIRECTORY, USERS, ""),
        Change::Policy => ("Update conditional access policy", "Conditional Access", "Policy", ""),
        Change::Suspicious => {
            ("Suspicious activity reported", METHODS, USERS, "Suspicious activity was reported by the user.")
        }
        Change::Lockout | Change::Unlock | Change::Risk => return None,
    })
}

fn audit(
    context: &EventContext<'_>,
    (activity, service, category, reason): Activity,
    random: &mut Seeded,
) -> Value {
    let who = context.who;
    let (actor, actor_id) = match context.by {
        Some(admin) => (admin, random.guid()),
        None => (who.login.as_str(), who.guid()),
    };
    let target = match context.policy {
        Some(policy) => {
            json!({"id": random.guid(), "displayName": policy, "type": "Policy", "modifiedProperties": []})
        }
        None => json!({
            "id": who.guid(),
            "displayName": who.display,
            "type": "User",
            "userPrincipalName": who.login,
            "modifiedProperties": [],
        }),
    };
    let id = random.guid();
    json!({
        "id": format!("{}_{id}", service.replace(' ', "")),
        "category": category,
        "correlationId": id,
        "result": "success",
        "resultReason": reason,
        "activityDisplayName": activity,
        "activityDateTime": with_offset(context.at, "1234"),
        "loggedByService": service,
        "operationType": "Update",
        "initiatedBy": {"user": {
            "id": actor_id,
            "displayName": null,
            "userPrincipalName": actor,
            "ipAddress": context.seat.from.ip.to_string(),
        }},
        "targetResources": [target],
        "additionalDetails": [{"key": "User-Agent", "value": context.seat.client.agent}],
    })
}

fn envelope(
    properties: Value,
    context: &EventContext<'_>,
    activity: Activity,
    profile: &OrganisationProfile,
) -> Value {
    json!({
        "time": rfc3339(context.at).replace('Z', "1234Z"),
        "resourceId": format!("/tenants/{}/providers/Microsoft.aadiam", profile.tenant),
        "operationName": activity.0,
        "operationVersion": "1.0",
        "category": "AuditLogs",
        "tenantId": profile.tenant,
        "resultSignature": "None",
        "durationMs": 0,
        "callerIpAddress": context.seat.from.ip.to_string(),
        "correlationId": properties.get("correlationId").cloned(),
        "Level": 4,
        "properties": properties,
    })
}
