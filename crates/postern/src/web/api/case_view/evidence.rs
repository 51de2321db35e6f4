//! What was recorded in a case.

use std::collections::BTreeSet;

use jiff::Timestamp;
use postern_core::case::Case;
use postern_core::evidence::EvidenceClass;
use serde::Serialize;
use utoipa::ToSchema;

use crate::scope::Scope;
use crate::store::persons;
use crate::web::problem::Problem;

/// A verification that was recorded.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is the answer to a question of its own")]
pub struct RecordedEvidence {
    /// The kind's word.
    pub kind: &'static str,
    /// What the desk calls it.
    pub title: &'static str,
    /// `confirmed`, `nobody_answered`, `wrong_person`, `coached`, `unsure` or `rejected`. Only what is confirmed counts.
    pub outcome: &'static str,
    /// The same in the desk's words.
    pub outcome_title: &'static str,
    /// Whether it was confirmed.
    pub is_confirmed: bool,
    /// Whether it counts: confirmed, of an accepted kind, fresh, and by whoever may still give it.
    pub counts: bool,
    /// Whether it raised the case's risk: somebody tried something.
    pub raises_risk: bool,
    /// `phone`, `video`, `presence`, `colleague` or `none`. Two proofs through one channel are one proof.
    pub channel: &'static str,
    /// Whose word it is.
    pub attested_by: String,
    /// Ticket, recording or type of document.
    pub reference: String,
    /// Whether it only supports and never suffices.
    pub supports_only: bool,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

impl RecordedEvidence {
    /// Of a case, oldest first: also what failed or was rejected.
    pub async fn list(scope: &Scope, case: &Case, now: Timestamp) -> Result<Vec<Self>, Problem> {
        let ids: BTreeSet<&str> = case.evidence().iter().map(|piece| piece.attested_by.as_str()).collect();
        let names = persons::list_names(&scope.app.db, &scope.tenant.id, &ids).await?;
        let view = |piece: &postern_core::evidence::Evidence| Self {
            kind: piece.kind().as_str(),
            title: piece.kind().title(),
            outcome: piece.outcome.as_str(),
            outcome_title: piece.outcome.title(),
            is_confirmed: piece.is_confirmed(),
            counts: case.counts(piece, now),
            raises_risk: piece.outcome.raises_risk(),
            channel: piece.kind().channel(),
            attested_by: names
                .get(piece.attested_by.as_str())
                .cloned()
                .unwrap_or_else(|| piece.attested_by.to_string()),
            reference: piece.reference().to_owned(),
            supports_only: piece.kind().class() == EvidenceClass::Supporting,
            at: piece.at,
        };
        Ok(case.evidence().iter().map(view).collect())
    }
}
