//! OneLogin events, of the Events API and of webhooks.

mod events;

use std::borrow::Cow;

use crate::{
    read::{Parsed, RecordDefect},
    record::{AttemptResult, Flag, Lifecycle, Position, Provider, SignIn},
    time::time_in,
    wire::{Field, Scalar, wire},
};
use events::OneLoginOutcome;

wire! {
    struct OneLoginEvent<'a> {
        "id" | "uuid" => id: Scalar<'a>,
        "event_type_id" => kind: Scalar<'a>,
        "created_at" | "event_timestamp" => at: Scalar<'a>,
        "user_id" => user_id: Scalar<'a>,
        "user_name" => user_name: Scalar<'a>,
        "user_email" | "email" => email: Scalar<'a>,
        "actor_user_id" => actor_id: Scalar<'a>,
        "actor_user_name" => actor_name: Scalar<'a>,
        "actor_system" => actor_system: Scalar<'a>,
        "account_id" => account: Scalar<'a>,
        "ipaddr" => ip: Scalar<'a>,
        "user_agent" => user_agent: Scalar<'a>,
        "app_name" => app: Scalar<'a>,
        "policy_name" => policy: Scalar<'a>,
        "otp_device_id" => device_id: Scalar<'a>,
        "otp_device_name" => device_name: Scalar<'a>,
        "authentication_factor_description" => factor: Scalar<'a>,
        "notes" => notes: Scalar<'a>,
        "custom_message" => message: Scalar<'a>,
        "error_description" => error: Scalar<'a>,
        "risk_score" => risk: Scalar<'a>,
    }
}

impl<'a> OneLoginEvent<'a> {
    /// Its type is a number, which alone could be anybody's.
    fn is_ours(&self) -> bool {
        let own_fields = [
            &self.user_id,
            &self.user_name,
            &self.actor_id,
            &self.actor_name,
            &self.account,
            &self.actor_system,
        ];
        self.kind.int().is_some() && own_fields.into_iter().any(|field| !field.is_absent())
    }

    /// What the event says in words.
    fn messages(&self) -> impl Iterator<Item = &Scalar<'a>> {
        [&self.error, &self.notes, &self.message].into_iter().filter(|message| !message.is_absent())
    }

    /// Did somebody else do it to the person? By id where there is one: names are not unique.
    fn is_by_another(&self) -> bool {
        let (user, actor) = (self.user_id.int(), self.actor_id.int());
        match (user, actor) {
            (Some(user), Some(actor)) => user != actor,
            _ => !self.actor_name.is_absent() && self.actor_name != self.user_name,
        }
    }
}

/// `None`: valid JSON, but no event of OneLogin.
pub(crate) fn parse(line: &str, position: Position) -> Result<Option<Parsed<'_>>, serde_json::Error> {
    let event: OneLoginEvent<'_> = serde_json::from_str(line)?;
    if !event.is_ours() {
        return Ok(None);
    }
    let kind = event.kind.int().unwrap_or_default();
    Ok(Some(match events::outcome(kind, &event) {
        Some(outcome) => normalise(&event, outcome, position),
        None => Parsed::Unrecognised(format!("onelogin {kind}").into()),
    }))
}

fn normalise<'a>(event: &OneLoginEvent<'a>, outcome: OneLoginOutcome, position: Position) -> Parsed<'a> {
    // Some exports carry no time; one that cannot be read is another matter.
    let Ok(at) = time_in(&event.at) else {
        return Parsed::Malformed(RecordDefect::BadTime);
    };
    let mut sign_in = SignIn::new(Provider::OneLogin, outcome.result);
    sign_in.at = at;
    sign_in.position = position;
    sign_in.method = outcome.method;
    sign_in.interactive = outcome.interactive;
    sign_in.legacy = outcome.legacy;
    sign_in.flag = is_risky(event).then_some(Flag::Risk);
    let is_change = matches!(outcome.result, AttemptResult::Lifecycle(_));
    let is_everybodys = outcome.result == AttemptResult::Lifecycle(Lifecycle::PolicyChanged);
    if !is_everybodys {
        sign_in.display = event.user_name.cow();
        // OneLogin names people by first and last name, and by nothing else unless that is missing.
        let name = event.email.cow().or_else(|| event.user_name.cow());
        sign_in.set_person(name.or_else(|| event.actor_name.cow().filter(|_| !is_change)));
        sign_in.person_id = event.user_id.cow();
    }
    sign_in.record_id = event.id.cow();
    sign_in.set_ip(event.ip.text());
    sign_in.user_agent = event.user_agent.cow();
    sign_in.app = event.app.cow();
    sign_in.policy = event.policy.cow();
    sign_in.phone = event.device_name.cow().or_else(|| event.device_id.cow());
    sign_in.code = event.kind.cow();
    if is_everybodys || (is_change && event.is_by_another()) {
        sign_in.actor = event.actor_name.cow();
    }
    let message = event.messages().find_map(Scalar::cow);
    sign_in.detail = message.or_else(|| sign_in.actor.as_ref().map(|by| Cow::Owned(format!("by {by}"))));
    Parsed::Attempt(sign_in)
}

/// The score runs from 0 to 100. Above 50 is what public rules call high.
fn is_risky(event: &OneLoginEvent<'_>) -> bool {
    event.risk.int().is_some_and(|score| score > 50)
}

#[cfg(test)]
mod tests;
