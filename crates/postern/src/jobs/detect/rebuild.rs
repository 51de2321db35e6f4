//! Analyses the last weeks anew, from the tables, in the order of time.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::analysed_records::{AnalysedRecords, AnyRecord, PAGE, horizon_of};
use crate::scope::Scope;
use crate::store::imported_sign_ins::{ImportedRow, RecordRange};
use crate::store::sign_ins::SignInRow;
use crate::store::{StoreError, first_id_of, imported_sign_ins, micros, sign_ins};

/// Reads both tables side by side. What is committed meanwhile is left to the watch: imported records by their ids,
/// our own by those of the last minute.
pub(super) async fn rebuild(scope: Scope) -> Result<AnalysedRecords, StoreError> {
    let now = scope.now;
    let newest_id = imported_sign_ins::newest_id(&scope.app.db, &scope.tenant.id).await?;
    let mut watch = AnalysedRecords::new(&scope, now, newest_id.clone());
    let from = micros(watch.since());
    let until = horizon_of(now);
    let mut own = OwnRecords {
        rows: VecDeque::new(),
        after: (from, String::new()),
        newest_id: first_id_of(now),
        is_over: false,
    };
    let mut imported = ImportedRecords {
        rows: VecDeque::new(),
        after: (from, String::new()),
        newest_id,
        until,
        is_over: false,
    };
    loop {
        own.fill(&scope).await?;
        imported.fill(&scope).await?;
        // It takes a core for a while, which other tasks are moved off.
        tokio::task::block_in_place(|| merge(&mut watch, &mut own, &mut imported, now));
        if own.is_done() && imported.is_done() {
            break;
        }
    }
    watch.look_ahead(&scope).await?;
    scope.app.jobs.records.notify_one();
    Ok(watch)
}

/// Takes rows in the order of time until one of the two has to be filled. Both have rows, or have none left.
fn merge(watch: &mut AnalysedRecords, own: &mut OwnRecords, imported: &mut ImportedRecords, now: Timestamp) {
    loop {
        let row = match (own.rows.front(), imported.rows.front()) {
            (Some(one), Some(other)) if one.at <= other.at => own.rows.pop_front().map(AnyRecord::Own),
            (_, Some(_)) if own.is_over || !own.rows.is_empty() => {
                imported.rows.pop_front().map(AnyRecord::Imported)
            }
            (Some(_), None) if imported.is_over => own.rows.pop_front().map(AnyRecord::Own),
            _ => None,
        };
        let Some(row) = row else { break };
        watch.observe(&row, now);
    }
}

struct OwnRecords {
    rows: VecDeque<SignInRow>,
    after: (i64, String),
    newest_id: String,
    is_over: bool,
}

impl OwnRecords {
    async fn fill(&mut self, scope: &Scope) -> Result<(), StoreError> {
        if !self.rows.is_empty() || self.is_over {
            return Ok(());
        }
        let after = (self.after.0, self.after.1.as_str());
        let page =
            sign_ins::list_by_time(&scope.app.db, &scope.tenant.id, after, &self.newest_id, PAGE).await?;
        self.is_over = i64::try_from(page.len()).unwrap_or(PAGE) < PAGE;
        if let Some(last) = page.last() {
            self.after = (last.at, last.id.clone());
        }
        self.rows.extend(page);
        Ok(())
    }

    fn is_done(&self) -> bool {
        self.is_over && self.rows.is_empty()
    }
}

struct ImportedRecords {
    rows: VecDeque<ImportedRow>,
    after: (i64, String),
    newest_id: String,
    until: i64,
    is_over: bool,
}

impl ImportedRecords {
    async fn fill(&mut self, scope: &Scope) -> Result<(), StoreError> {
        if !self.rows.is_empty() || self.is_over {
            return Ok(());
        }
        let stretch = RecordRange {
            after: (self.after.0, &self.after.1),
            until: self.until,
            newest_id: &self.newest_id,
        };
        let page = imported_sign_ins::list_by_time(&scope.app.db, &scope.tenant.id, &stretch, PAGE).await?;
        self.is_over = page.is_empty();
        if let Some(last) = page.last() {
            self.after = (last.at, last.id.clone());
        }
        self.rows.extend(page);
        Ok(())
    }

    fn is_done(&self) -> bool {
        self.is_over && self.rows.is_empty()
    }
}
