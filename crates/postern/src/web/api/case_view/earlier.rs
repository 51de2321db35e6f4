//! What happened in other requests in the person's name.

use jiff::Timestamp;
use postern_core::case::{Case, CaseMark, CaseMarkKind, StopSource};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::earlier_cases::{EarlierMark, earlier_marks};
use crate::scope::Scope;
use crate::store::persons;
use crate::web::problem::Problem;

/// Something that happened in another request in the person's name, in the last 30 days.
#[derive(Serialize, ToSchema)]
pub struct EarlierMarkView {
    /// The other case.
    pub case: String,
    /// Its name in talk: `C-7K3M9Q`.
    pub reference: String,
    /// `refused`, `contested`, `proof_rejected`, `proof_failed` or `withdrawn`.
    pub kind: &'static str,
    /// The same in the desk's words.
    pub title: String,
    /// Who: the staff member's or the manager's name, `the owner` or `the claimant`.
    pub by: String,
    /// What they wrote, if anything.
    pub reason: Option<String>,
    /// Whether it raises the risk of this case. What the claimant withdrew does not.
    pub counts: bool,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

impl EarlierMarkView {
    /// What stands on top of this case, newest first.
    pub async fn list(scope: &Scope, case: &Case, now: Timestamp) -> Result<Vec<Self>, Problem> {
        let mut views = Vec::new();
        for earlier in earlier_marks(scope, case, now).await? {
            let by = who(scope, &earlier.mark).await?;
            views.push(Self::of(earlier, by));
        }
        Ok(views)
    }

    fn of(EarlierMark { case, reference, mark }: EarlierMark, by: String) -> Self {
        Self {
            case: case.to_string(),
            reference,
            kind: mark.kind.as_str(),
            title: title(mark.kind),
            by,
            reason: mark.reason,
            counts: mark.kind.counts(),
            at: mark.at,
        }
    }
}

async fn who(scope: &Scope, mark: &CaseMark) -> Result<String, Problem> {
    let Some(id) = &mark.by else {
        let by = if matches!(mark.kind, CaseMarkKind::Contested(_)) { "the owner" } else { "the claimant" };
        return Ok(by.to_owned());
    };
    let found = persons::find(&scope.app.db, &scope.tenant.id, id).await?;
    Ok(found.map_or_else(|| id.to_string(), |person| person.name))
}

fn title(kind: CaseMarkKind) -> String {
    match kind {
        CaseMarkKind::Refused => "Refused".to_owned(),
        CaseMarkKind::Contested(StopSource::Owner) => "Contested: \"this was not me\"".to_owned(),
        CaseMarkKind::Contested(StopSource::Manager) => {
            "Stopped after its remedy: \"it is not them\"".to_owned()
        }
        CaseMarkKind::Contested(_) => "Stopped after its remedy".to_owned(),
        CaseMarkKind::ProofRejected(kind) => format!("Proof that never counts: {}", kind.title()),
        CaseMarkKind::ProofFailed(kind, outcome) => format!("{}: {}", outcome.title(), kind.title()),
        CaseMarkKind::Withdrawn => "Withdrawn".to_owned(),
    }
}
