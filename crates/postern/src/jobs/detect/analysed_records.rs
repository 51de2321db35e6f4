//! The records of the last weeks, analysed, and which of them were analysed.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use postern_signals::{Live, Position, SignIn};
use tokio::time::Instant;
use uuid::Uuid;

use crate::actions::import_sign_ins::WAITS_FROM;
use crate::actions::record_finding::{Evidence, Found};
use crate::scope::Scope;
use crate::store::imported_sign_ins::{ImportedRow, RecordRange};
use crate::store::sign_ins::SignInRow;
use crate::store::{StoreError, first_id_of, imported_sign_ins, micros, sign_ins, time};

/// Rows in one read.
pub(super) const PAGE: i64 = 2_000;
/// A record may be so late and still be taken in turn. Longer than what may lie ahead: else one that does would make
/// those of this moment late.
const LATE: SignedDuration = SignedDuration::from_mins(5);
/// An attempt of our own is committed within so long of the moment that its id names. A request ends after 30 seconds.
pub(super) const COMMITTED_WITHIN: SignedDuration = SignedDuration::from_secs(60);
/// Nearly all are committed within so long; the others are looked for now and then.
const MOSTLY_WITHIN: SignedDuration = SignedDuration::from_secs(3);
const STRAGGLERS_EVERY: Duration = Duration::from_secs(5);
/// Records of our own have this number as their file; imports count from 1.
const OWN: u32 = 0;

/// Analysed records.
pub(super) struct AnalysedRecords {
    live: Live,
    /// Records from before are left out.
    since: Timestamp,
    imports: Imports,
    /// The last imported record that was looked at: their ids sort as they were committed.
    imported_after: String,
    /// Our own ids sort by when the attempt was, not by when it was committed: those of the last minute are looked at
    /// again and again, and each is taken once.
    own_after: String,
    own_taken: BTreeSet<String>,
    /// When stragglers were last looked for.
    looked_back: Option<Instant>,
    /// How late the records of the last day came. What was not answered is only known so long after it.
    lag: SignedDuration,
    /// Some rows belonged before what was analysed already.
    is_stale: bool,
    /// Up to when records are taken; those from further ahead wait. Unit: microseconds.
    horizon: i64,
    /// When the first of those that wait is.
    waiting: Option<i64>,
    /// Those that waited were taken up to this time and id.
    waited_until: (i64, String),
}

/// Imports by the numbers that positions have for them.
#[derive(Default)]
struct Imports {
    ids: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Imports {
    fn number(&mut self, id: &str) -> u32 {
        if let Some(number) = self.numbers.get(id) {
            return *number;
        }
        self.ids.push(id.to_owned());
        let number = u32::try_from(self.ids.len()).unwrap_or(u32::MAX);
        self.numbers.insert(id.to_owned(), number);
        number
    }

    fn id(&self, number: u32) -> Option<&String> {
        self.ids.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }
}

/// A row of either kind.
pub(super) enum AnyRecord {
    Own(SignInRow),
    Imported(ImportedRow),
}

impl AnyRecord {
    pub(super) fn at(&self) -> i64 {
        match self {
            Self::Own(row) => row.at,
            Self::Imported(row) => row.at,
        }
    }
}

impl AnalysedRecords {
    /// Nothing analysed yet. `imported_after`: imported records up to this one will be brought by the caller; so will our
    /// own up to now.
    pub(super) fn new(scope: &Scope, now: Timestamp, imported_after: String) -> Self {
        let since = now.saturating_sub(scope.tenant.settings.look_back).unwrap_or(Timestamp::MIN);
        Self {
            live: Live::new(scope.app.config.signals.engine.clone()),
            since,
            imports: Imports::default(),
            imported_after,
            own_after: first_id_of(now - COMMITTED_WITHIN),
            own_taken: BTreeSet::new(),
            looked_back: None,
            lag: SignedDuration::ZERO,
            is_stale: false,
            horizon: horizon_of(now),
            waiting: None,
            waited_until: (horizon_of(now).saturating_add(1), String::new()),
        }
    }

    /// Whether records from further ahead wait for their time.
    pub(super) fn waits_for_time(&self) -> bool {
        self.waiting.is_some()
    }

    /// The time from which on records are analysed.
    pub(super) fn since(&self) -> Timestamp {
        self.since
    }

    /// Takes a row, in the order of time.
    pub(super) fn observe(&mut self, row: &AnyRecord, now: Timestamp) {
        match row {
            AnyRecord::Own(row) => {
                if row.id.as_str() > self.own_after.as_str() {
                    self.own_taken.insert(row.id.clone());
                }
                let position = Position { file: OWN, line: self.line_of(time(row.at)) };
                self.live.observe(&row.record(position));
            }
            AnyRecord::Imported(row) => {
                let file = self.imports.number(&row.import_id);
                let position = Position { file, line: u64::try_from(row.line).unwrap_or(0) };
                let Some(record) = row.record(position) else { return };
                self.note_lag(row, &record, now);
                self.live.observe(&record);
            }
        }
    }

    /// A position has 44 bits for the line: microseconds since the first day, for 200 days. The attempt is looked up by
    /// its time when it is evidence.
    fn line_of(&self, at: Timestamp) -> u64 {
        u64::try_from(at.as_microsecond().saturating_sub(self.since.as_microsecond())).unwrap_or(0)
    }

    fn note_lag(&mut self, row: &ImportedRow, record: &SignIn<'_>, now: Timestamp) {
        let day = SignedDuration::from_hours(24);
        let arrived = arrival(&row.id).filter(|arrived| now.duration_since(*arrived) < day);
        if let Some((arrived, at)) = arrived.zip(record.at) {
            self.lag = self.lag.max(arrived.duration_since(at)).min(day);
        }
    }

    /// Notes that records wait that were committed before this one began.
    pub(super) async fn look_ahead(&mut self, scope: &Scope) -> Result<(), StoreError> {
        self.waiting = imported_sign_ins::find_next_time(
            &scope.app.db,
            &scope.tenant.id,
            self.horizon,
            &self.imported_after,
        )
        .await?;
        Ok(())
    }

    /// Takes what was committed since the last time, and what waited for its time, a page at a time.
    pub(super) async fn take_new(&mut self, scope: &Scope) -> Result<(), StoreError> {
        let now = scope.now;
        self.take_waiting(scope, now).await?;
        let mut page = self.next_page(scope).await?;
        let mut rows = self.new_of_our_own(scope, now).await?;
        while let Some(last) = page.last() {
            self.imported_after.clone_from(&last.id);
            rows.extend(page.into_iter().map(AnyRecord::Imported));
            self.analyse(std::mem::take(&mut rows), now);
            page = self.next_page(scope).await?;
        }
        self.analyse(rows, now);
        self.live.tick(now.saturating_sub(self.lag).unwrap_or(now));
        Ok(())
    }

    async fn next_page(&self, scope: &Scope) -> Result<Vec<ImportedRow>, StoreError> {
        imported_sign_ins::list_after(&scope.app.db, &scope.tenant.id, &self.imported_after, PAGE).await
    }

    /// Whether some rows belonged before what was analysed already, and were left out.
    pub(super) fn is_stale(&self) -> bool {
        self.is_stale
    }

    /// Those from further ahead whose time has come.
    async fn take_waiting(&mut self, scope: &Scope, now: Timestamp) -> Result<(), StoreError> {
        let before = self.horizon;
        let horizon = horizon_of(now).max(before);
        while self.waiting.is_some_and(|waiting| waiting <= horizon) {
            let (after, newest_id) =
                ((self.waited_until.0, self.waited_until.1.as_str()), self.imported_after.as_str());
            let stretch = RecordRange { after, until: horizon, newest_id };
            let page =
                imported_sign_ins::list_by_time(&scope.app.db, &scope.tenant.id, &stretch, PAGE).await?;
            let Some(last) = page.last() else {
                self.waiting =
                    imported_sign_ins::find_next_time(&scope.app.db, &scope.tenant.id, horizon, newest_id)
                        .await?;
                break;
            };
            self.waited_until = (last.at, last.id.clone());
            self.horizon = horizon;
            self.analyse(page.into_iter().map(AnyRecord::Imported).collect(), now);
            self.horizon = before;
        }
        self.horizon = horizon;
        self.waited_until = (horizon.saturating_add(1), String::new());
        Ok(())
    }

    /// Analyses rows in the order of time. It takes a core for a while, which other tasks are moved off.
    fn analyse(&mut self, rows: Vec<AnyRecord>, now: Timestamp) {
        if !rows.is_empty() {
            tokio::task::block_in_place(|| self.analyse_in_place(rows, now));
        }
    }

    fn analyse_in_place(&mut self, mut rows: Vec<AnyRecord>, now: Timestamp) {
        rows.sort_by_key(AnyRecord::at);
        let since = self.since.as_microsecond();
        for row in rows.iter().filter(|row| row.at() >= since) {
            let analysed = self.live.newest().and_then(|newest| newest.checked_sub(LATE).ok());
            if row.at() > self.horizon {
                self.waiting = Some(self.waiting.map_or(row.at(), |waiting| waiting.min(row.at())));
            } else if analysed.is_some_and(|analysed| row.at() < analysed.as_microsecond()) {
                self.is_stale = true;
            } else {
                self.observe(row, now);
            }
        }
    }

    async fn new_of_our_own(&mut self, scope: &Scope, now: Timestamp) -> Result<Vec<AnyRecord>, StoreError> {
        let mut rows = Vec::new();
        let looks_back = self.looked_back.is_none_or(|last| last.elapsed() >= STRAGGLERS_EVERY);
        let recent = first_id_of(now - MOSTLY_WITHIN);
        let mut after = if looks_back { self.own_after.clone() } else { recent.max(self.own_after.clone()) };
        loop {
            let page = sign_ins::list_after(&scope.app.db, &scope.tenant.id, &after, i64::MIN, PAGE).await?;
            let is_last = i64::try_from(page.len()).unwrap_or(PAGE) < PAGE;
            if let Some(last) = page.last() {
                after.clone_from(&last.id);
            }
            rows.extend(page.into_iter().filter(|row| !self.own_taken.contains(&row.id)).map(AnyRecord::Own));
            if is_last {
                break;
            }
        }
        for row in &rows {
            if let AnyRecord::Own(row) = row {
                self.own_taken.insert(row.id.clone());
            }
        }
        let from = first_id_of(now - COMMITTED_WITHIN);
        if looks_back {
            self.looked_back = Some(Instant::now());
            if from > self.own_after {
                self.own_taken = self.own_taken.split_off(&from);
                self.own_after = from;
            }
        }
        Ok(rows)
    }

    /// What is new since this was last asked.
    pub(super) fn found(&mut self) -> Vec<Found> {
        let findings = self.live.findings();
        findings
            .into_iter()
            .map(|finding| {
                let evidence =
                    finding.evidence.iter().filter_map(|position| self.evidence(*position)).collect();
                Found { finding, evidence }
            })
            .collect()
    }

    fn evidence(&self, position: Position) -> Option<Evidence> {
        if position.file != OWN {
            let import = self.imports.id(position.file)?.clone();
            return Some(Evidence::Imported { import, line: position.line });
        }
        let micros = i64::try_from(position.line).ok()?;
        let at = Timestamp::from_microsecond(self.since.as_microsecond().checked_add(micros)?).ok()?;
        Some(Evidence::Own { at })
    }
}

/// Up to when records are taken now. Unit: microseconds.
pub(super) fn horizon_of(now: Timestamp) -> i64 {
    micros(now.saturating_add(WAITS_FROM).unwrap_or(now))
}

/// When a row was made, by its id.
fn arrival(id: &str) -> Option<Timestamp> {
    let (seconds, nanos) = Uuid::try_parse(id).ok()?.get_timestamp()?.to_unix();
    Timestamp::new(i64::try_from(seconds).ok()?, i32::try_from(nanos).ok()?).ok()
}
