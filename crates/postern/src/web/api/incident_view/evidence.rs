//! What the records that back a finding say.

use std::collections::HashMap;

use postern_signals::{Position, SignIn};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::diagnose_person::AttemptLine;
use crate::actions::names::DirectoryMatches;
use crate::scope::Scope;
use crate::store::{StoreError, imported_sign_ins, sign_ins};
use crate::web::api::diagnosis::AttemptView;
use crate::web::finding_view::EvidenceView;

/// A piece of evidence, with what it says as long as it is kept.
#[derive(Serialize, ToSchema)]
pub struct EvidenceLine {
    /// Where it stands.
    #[serde(flatten)]
    pub piece: EvidenceView,
    /// What it says: one attempt, of some providers several; empty when it is no longer kept.
    pub attempts: Vec<AttemptView>,
}

impl EvidenceLine {
    /// All pieces of a finding, looked up together.
    pub async fn list(scope: &Scope, pieces: &[EvidenceView]) -> Result<Vec<Self>, StoreError> {
        let kept = KeptRecords::of(scope, pieces).await?;
        let mut found: Vec<Vec<AttemptLine>> = pieces.iter().map(|piece| kept.attempts(piece)).collect();
        let logins = found.iter().flatten().filter_map(|line| line.login.as_deref());
        let meant = DirectoryMatches::by(scope, logins).await?;
        let mut lines = Vec::with_capacity(pieces.len());
        for (piece, attempts) in pieces.iter().zip(found.drain(..)) {
            let attempts = attempts.into_iter().map(|line| with_name(scope, line, &meant).into()).collect();
            lines.push(Self { piece: piece.clone(), attempts });
        }
        Ok(lines)
    }
}

/// The records that are still there.
struct KeptRecords {
    /// Our own, by id.
    own: HashMap<String, sign_ins::SignInRow>,
    /// Those of imports, by import and line.
    imported: HashMap<(String, i64), Vec<imported_sign_ins::ImportedRow>>,
}

impl KeptRecords {
    async fn of(scope: &Scope, pieces: &[EvidenceView]) -> Result<Self, StoreError> {
        let (db, tenant) = (&scope.app.db, &scope.tenant.id);
        let ids: Vec<&str> = pieces.iter().filter_map(|piece| piece.sign_in.as_deref()).collect();
        let lines: Vec<(&str, i64)> = pieces.iter().filter_map(line_of).collect();
        let own = sign_ins::list_by_id(db, tenant, &ids).await?;
        let mut imported: HashMap<_, Vec<_>> = HashMap::new();
        for row in imported_sign_ins::list_of_lines(db, tenant, &lines).await? {
            imported.entry((row.import_id.clone(), row.line)).or_default().push(row);
        }
        Ok(Self { own: own.into_iter().map(|row| (row.id.clone(), row)).collect(), imported })
    }

    fn attempts(&self, piece: &EvidenceView) -> Vec<AttemptLine> {
        let says = |record: SignIn<'_>| AttemptLine::of(&record);
        if let Some(id) = &piece.sign_in {
            let row = self.own.get(id);
            return row.and_then(|row| says(row.record(Position::default()))).into_iter().collect();
        }
        let rows = line_of(piece).and_then(|(import, line)| self.imported.get(&(import.to_owned(), line)));
        let rows = rows.into_iter().flatten();
        rows.filter_map(|row| says(row.record(Position::default())?)).collect()
    }
}

/// The line of an import, of a record that was taken in.
fn line_of(piece: &EvidenceView) -> Option<(&str, i64)> {
    let (import, line) = (piece.import.as_deref()?, piece.line?);
    piece.sign_in.is_none().then(|| (import, i64::try_from(line).unwrap_or(i64::MAX)))
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
