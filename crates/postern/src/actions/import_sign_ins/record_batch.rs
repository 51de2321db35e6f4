//! One batch of an import: rows, the import's own row, and its record, in one change.

use postern_core::event::Event;
use postern_core::event::payload::{ImportLeftOut, SignInsImported};

use super::reading::ReadingEnd;
use super::{By, Imported, RecordBatch, Upload};
use crate::actions::ActionError;
use crate::scope::Scope;
use crate::store::Change;
use crate::store::imported_sign_ins::insert_new;
use crate::store::imports::{self, ImportCounts};

/// Writes a batch. The first one and the last one are on record: who brings what, and what came of it.
pub(crate) async fn write_batch(
    scope: &Scope,
    by: &By<'_>,
    upload: &Upload,
    import: Option<Imported>,
    (batch, end): (RecordBatch, Option<ReadingEnd>),
) -> Result<Imported, ActionError> {
    let mut change = by.change(scope).await?;
    let is_first = import.is_none();
    let mut import = match import {
        Some(import) => import,
        None => begin(&mut change, by, upload).await?,
    };
    let added = insert_new(&mut change, &import.id, &batch.rows).await?;
    let (added, tried) = (i64::try_from(added).unwrap_or(0), i64::try_from(batch.rows.len()).unwrap_or(0));
    import.counts.stored += added;
    import.counts.repeated += tried - added;
    import.counts.is_finished = end.is_some();
    import.counts.problem = end.and_then(|end| end.problem);
    batch.counts.write(&mut import.counts)?;
    imports::save(&mut change, &import.id, &import.counts).await?;
    if is_first || import.counts.is_finished {
        change.commit(&event(by, upload, &import)).await?;
    } else {
        change.commit_unrecorded("more of an import whose beginning and end are on record").await?;
    }
    scope.app.jobs.records.notify_one();
    Ok(import)
}

async fn begin(change: &mut Change<'_>, by: &By<'_>, upload: &Upload) -> Result<Imported, ActionError> {
    let person = by.actor().person().cloned();
    let id = imports::insert(change, &upload.source, upload.via.as_str(), person.as_ref()).await?;
    Ok(Imported { id, counts: ImportCounts::default() })
}

fn event(by: &By<'_>, upload: &Upload, import: &Imported) -> Event {
    let totals = &import.counts;
    let imported = SignInsImported {
        import: &import.id,
        source: &upload.source,
        via: upload.via.as_str(),
        finished: totals.is_finished,
        records: totals.records,
        attempts: totals.attempts,
        stored: totals.stored,
        left_out: Some(ImportLeftOut {
            repeated: totals.repeated,
            out_of_time: totals.out_of_time,
            ahead: totals.ahead,
            of_other_kinds: totals.unrecognised_records,
            malformed: totals.malformed_records,
        }),
    };
    let event = Event::new(by.actor(), imported);
    match by {
        By::Caller(_, policies) => event.policies(policies),
        By::System => event,
    }
}
