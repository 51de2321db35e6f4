//! What the records that back a finding say.

use postern_signals::{Position, SignIn};
use serde::Serialize;

use crate::actions::diagnose_person::AttemptLine;
use crate::actions::names::DirectoryMatches;
use crate::scope::Scope;
use crate::store::{StoreError, imported_sign_ins, sign_ins};
use crate::web::api::diagnosis::AttemptView;
use crate::web::finding_view::EvidenceView;

/// A piece of evidence, with what it says as long as it is kept.
#[derive(Serialize)]
pub struct EvidenceLine {
    #[serde(flatten)]
    piece: EvidenceView,
    attempts: Vec<AttemptView>,
}

impl EvidenceLine {
    pub async fn load(scope: &Scope, piece: EvidenceView) -> Result<Self, StoreError> {
        let says = |record: SignIn<'_>| AttemptLine::of(&record);
        let lines: Vec<AttemptLine> = match (&piece.sign_in, &piece.import, piece.line) {
            (Some(id), ..) => {
                let row = sign_ins::find(&scope.app.db, &scope.tenant.id, id).await?;
                row.and_then(|row| says(row.record(Position::default()))).into_iter().collect()
            }
            (None, Some(import), Some(line)) => {
                let line = i64::try_from(line).unwrap_or(i64::MAX);
                let rows =
                    imported_sign_ins::list_of_line(&scope.app.db, &scope.tenant.id, import, line).await?;
                rows.iter().filter_map(|row| says(row.record(Position::default())?)).collect()
            }
            _ => Vec::new(),
        };
        let meant =
            DirectoryMatches::by(scope, lines.iter().filter_map(|line| line.login.as_deref())).await?;
        let attempts = lines.into_iter().map(|line| with_name(scope, line, &meant).into()).collect();
        Ok(Self { piece, attempts })
    }
}

/// The same, without a name that nobody in the directory has. Words of the log that hold it are left out with it.
fn with_name(scope: &Scope, line: AttemptLine, meant: &DirectoryMatches) -> AttemptLine {
    let Some(login) = line.login.filter(|login| !login.is_empty()) else {
        return AttemptLine { login: None, ..line };
    };
    let shown = meant.shown(scope, &login);
    let (is_known, name) = (shown == login, login.to_lowercase());
    let detail = line.detail.filter(|detail| is_known || !detail.to_lowercase().contains(&name));
    AttemptLine { login: Some(shown), detail, ..line }
}
