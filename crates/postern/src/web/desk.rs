//! The help desk's pages.

pub mod add_contact;
pub mod add_note;
pub mod add_person;
pub mod apply_remedy;
pub mod approve;
pub mod audit;
pub mod case;
pub mod contact;
pub mod edit_person;
pub mod export_cases;
pub mod export_people;
pub mod hand_over;
pub mod hardware_tokens;
pub mod home;
pub mod import_people;
pub mod imports;
pub mod incident;
pub mod incidents;
pub mod jobs;
pub mod live;
pub mod open_case;
pub mod passkeys;
pub mod people;
pub mod person;
pub mod power_grants;
pub mod queue;
pub mod runbook;
pub mod saved_views;
pub mod search;
pub mod second_yes;
pub mod set_up;
pub mod set_up_code;
pub mod take_case;
pub mod tokens;
pub mod verb;

use jiff::Timestamp;
use postern_core::case::{Case, CaseRisk, Stage, StopSource};
use serde::Deserialize;

/// A form that asks for nothing but the reason.
#[derive(Deserialize)]
pub struct ReasonForm {
    #[serde(default)]
    reason: String,
}

/// A form that says yes to a plan, with the reason.
#[derive(Deserialize)]
pub struct PlanForm {
    /// The hash of the plan that the page showed.
    #[serde(default)]
    plan: String,
    #[serde(default)]
    reason: String,
}

/// Why a case's risk is what it is, in the desk's words.
pub(super) fn risk_reasons(case: &Case) -> Vec<String> {
    let CaseRisk { suspect_proof, incidents, earlier_cases } = case.risk_parts();
    let counted = |count: i64, one: &str, many: &str| match count {
        0 => None,
        1 => Some(one.to_owned()),
        count => Some(format!("{count} {many}")),
    };
    [
        counted(
            suspect_proof,
            "one proof was not theirs or never counts",
            "proofs were not theirs or never count",
        ),
        counted(incidents, "an open incident concerns them", "open incidents concern them"),
        counted(
            earlier_cases,
            "one mark from other requests in their name",
            "marks from other requests in their name",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A case's stage in the desk's words.
pub(super) fn stage_label(stage: &str) -> &'static str {
    match stage {
        "verifying" => "Gathering proof",
        "awaiting_approval" => "Wants another yes",
        "awaiting_notice" => "Waits for a message to go out",
        "on_hold" => "On hold",
        "ready" => "Ready",
        "remedied" => "Done, waiting for sign-in",
        "contested" => "Contested",
        _ => "Closed",
    }
}

/// How a case ended, in the desk's words.
pub(super) fn outcome_label(outcome: &str) -> &'static str {
    match outcome {
        "proven" => "Recovered",
        "refused" => "Refused",
        "withdrawn" => "Taken back",
        "lapsed" => "Ran out",
        "superseded" => "Another one went on",
        _ => "Closed",
    }
}

/// A known person's case, as it stands at `now`, in the desk's words.
pub(super) fn case_label(case: &Case, now: Timestamp) -> &'static str {
    match case.stage() {
        Stage::OnHold { until, .. } if now >= *until => stage_label("ready"),
        Stage::Contested { by: StopSource::Owner, .. } => "Contested: \"this was not me\"",
        Stage::Contested { by: StopSource::Manager, .. } => "Contested: \"it is not them\"",
        Stage::Contested { by: StopSource::Desk, .. } => "Stopped after the remedy",
        Stage::Contested { by: StopSource::Escalation, .. } => "Stopped: a senior decides",
        stage => stage_label(stage.as_str()),
    }
}

/// Whether the case waits for the desk, rather than for the person.
pub(super) fn waits_for_desk(case: &Case, now: Timestamp) -> bool {
    match case.stage() {
        Stage::AwaitingNotice { reported_at, .. } => reported_at.is_some(),
        Stage::OnHold { until, .. } => now >= *until,
        Stage::Remedied { .. } | Stage::Closed { .. } => false,
        _ => true,
    }
}
