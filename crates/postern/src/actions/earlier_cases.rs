//! What other cases of a person mean for this one: a caller who was refused opens the next request and tries the next
//! agent.

use jiff::Timestamp;
use postern_core::case::{Case, CaseMark, CaseMarkKind, StopSource};
use postern_core::event::payload::CaseEscalated;
use postern_core::event::{Actor, Event};
use postern_core::id::{CaseId, PersonId};
use postern_core::reason::Reason;

use super::ActionError;
use crate::scope::Scope;
use crate::store::cases::{self, CaseRow, OpenedWith};

/// Something that happened in another case of the person.
pub struct EarlierMark {
    /// The other case.
    pub case: CaseId,
    /// Its name in talk.
    pub reference: String,
    /// What happened there.
    pub mark: CaseMark,
}

/// What the other cases of the last 30 days add to the risk of this one. To one that was opened on a known device, those that
/// were not add 1 in all: strangers must not push the owner to the seniors.
pub(super) async fn risk_left_behind(
    scope: &Scope,
    person: &PersonId,
    own: &CaseRow,
    now: Timestamp,
) -> Result<i64, ActionError> {
    let (mut risk, mut of_strangers) = (0, 0);
    for row in cases::list_marked(&scope.app.db, &scope.tenant.id, person, CaseMark::since(now)).await? {
        let left = row.case(now)?.filter(|_| row.id != own.id).map_or(0, |case| case.risk_left_behind(now));
        if own.is_from_known_device() && !row.is_from_known_device() {
            of_strangers = (of_strangers + left).min(1);
        } else {
            risk += left;
        }
    }
    Ok(risk + of_strangers)
}

/// What to show on top of a case, newest first. Withdrawn ones are among it, though they count nothing.
pub async fn earlier_marks(
    scope: &Scope,
    case: &Case,
    now: Timestamp,
) -> Result<Vec<EarlierMark>, ActionError> {
    let (person, since) = (&case.subject().person, CaseMark::since(now));
    let mut rows = cases::list_marked(&scope.app.db, &scope.tenant.id, person, since).await?;
    rows.extend(cases::list_closed_unmarked(&scope.app.db, &scope.tenant.id, person, since).await?);
    let mut found = Vec::new();
    for row in rows.iter().filter(|row| row.id != case.id().as_str()) {
        let marks = row.case(now)?.map(|other| other.marks()).unwrap_or_default();
        let recent = marks.into_iter().filter(|mark| mark.at >= since);
        found.extend(recent.map(|mark| EarlierMark {
            case: row.case_id(),
            reference: row.reference.clone(),
            mark,
        }));
    }
    found.sort_by_key(|earlier| std::cmp::Reverse(earlier.mark.at));
    Ok(found)
}

/// The case as it begins: with a senior, if one of the last 30 days was refused or contested; and the record of that. What
/// was opened on a device that is not known puts off only those who come from such a device too, so that strangers do not push
/// the owner to the seniors.
pub(super) async fn begin(
    scope: &Scope,
    case: Case,
    opened_with: OpenedWith,
) -> Result<(Case, Option<Event>), ActionError> {
    let (person, now) = (case.subject().person.clone(), case.opened_at());
    let from_known_device = opened_with == OpenedWith::KnownDevice;
    for row in cases::list_marked(&scope.app.db, &scope.tenant.id, &person, CaseMark::since(now)).await? {
        if from_known_device && !row.is_from_known_device() {
            continue;
        }
        if let Some(mark) = newest_stop(&row, now)? {
            let event = escalated(&case, &row, mark)?;
            return Ok((case.begin_escalated(), Some(event)));
        }
    }
    Ok((case, None))
}

fn newest_stop(row: &CaseRow, now: Timestamp) -> Result<Option<CaseMark>, ActionError> {
    let marks = row.case(now)?.map(|case| case.marks()).unwrap_or_default();
    let since = CaseMark::since(now);
    Ok(marks.into_iter().rev().find(|mark| mark.kind.escalates() && mark.at >= since))
}

fn escalated(case: &Case, because: &CaseRow, mark: CaseMark) -> Result<Event, ActionError> {
    let what = match mark.kind {
        CaseMarkKind::Contested(StopSource::Owner) => "The owner said \"this was not me\" to",
        CaseMarkKind::Contested(StopSource::Manager) => "The manager said \"it is not them\" to",
        CaseMarkKind::Contested(_) => "A staff member stopped",
        _ => "A staff member refused",
    };
    let reason = Reason::parse(&format!("{what} request {} in the last 30 days", because.reference))?;
    let escalated = CaseEscalated::FromTheStart { because: mark.kind.as_str(), of: &because.id };
    Ok(Event::new(Actor::System, escalated).person(&case.subject().person).case(case.id()).reason(&reason))
}
