//! Whose word stopped a case, and whose yes came after their own no.

use jiff::Timestamp;
use postern_core::case::{Case, Stage, YesAfterNo};
use serde::Serialize;
use utoipa::ToSchema;

use crate::scope::Scope;
use crate::store::persons;
use crate::web::problem::Problem;

/// Whose word stopped a case.
#[derive(Serialize, ToSchema)]
pub struct StopView {
    /// `owner`: "this was not me". After the remedy also `manager`: "it is not them"; `desk`: refused; `escalation`: a senior decides
    /// whether it goes on.
    pub source: &'static str,
    /// The name of the manager or the staff member.
    pub by: Option<String>,
    /// What they wrote.
    pub reason: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Of `escalation`: the last moment for a senior's yes.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub decide_by: Option<Timestamp>,
}

impl StopView {
    /// Of a case that is stopped.
    pub async fn of(scope: &Scope, case: &Case) -> Result<Option<Self>, Problem> {
        let Some(stop) = case.stop().filter(|_| matches!(case.stage(), Stage::Contested { .. })) else {
            return Ok(None);
        };
        let by = match &stop.by {
            Some(id) => persons::find(&scope.app.db, &scope.tenant.id, id).await?,
            None => None,
        };
        Ok(Some(Self {
            source: stop.source.as_str(),
            by: by.map(|person| person.name),
            reason: stop.reason.as_ref().map(|reason| reason.as_str().to_owned()),
            at: stop.at,
            decide_by: case.lapses_at(),
        }))
    }
}

/// Why somebody else has to look, where a yes came after the same person's no.
pub fn second_look(case: &Case) -> Option<&'static str> {
    case.yes_after_no().map(|whose| match whose {
        YesAfterNo::Manager => {
            "The manager first said that it is not them, and later that it is. Somebody may have talked them round: a senior or an \
             admin who gave no proof here rings the manager, and says yes or no."
        }
        YesAfterNo::Owner => {
            "The owner first said that they had not begun this, or that somebody told them what to say, and later yes. Somebody may have \
             talked them round: a senior or an admin who gave no proof here speaks with them, and says yes or no."
        }
    })
}
