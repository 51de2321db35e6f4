//! A member of staff or a manager chooses what they are mailed about. What gives somebody power is told to admins and auditors
//! whatever they choose.

use std::collections::BTreeSet;

use postern_core::event::Event;
use postern_core::event::payload::UserNoticesChosen;
use serde_json::json;

use super::{ActionError, Caller};
use crate::notify::StaffNotice;
use crate::scope::Scope;
use crate::store::{muted_notices, persons};

/// A kind of mail that can come to somebody, and whether they want it.
pub struct NoticeChoice {
    /// Which.
    pub notice: StaffNotice,
    /// Whether it is mailed.
    pub on: bool,
}

/// What can come to the caller.
pub async fn list_choices(scope: &Scope, caller: &Caller) -> Result<Vec<NoticeChoice>, ActionError> {
    let leads = persons::leads_somebody(&scope.app.db, &scope.tenant.id, &caller.person.id).await?;
    list_choices_of(scope, caller, leads).await
}

/// The same, where it is known whether they lead somebody.
pub async fn list_choices_of(
    scope: &Scope,
    caller: &Caller,
    leads: bool,
) -> Result<Vec<NoticeChoice>, ActionError> {
    let all: Vec<StaffNotice> = StaffNotice::of(caller.person.role, leads).collect();
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let off = muted_notices::list_of(&scope.app.db, &scope.tenant.id, &caller.person.id).await?;
    let choice = |notice: StaffNotice| NoticeChoice { notice, on: !off.contains(notice.as_str()) };
    Ok(all.into_iter().map(choice).collect())
}

/// From now on the caller is mailed about these alone. Words of no kind, and of kinds that never come to them, change nothing.
pub async fn choose_notices(
    scope: &Scope,
    caller: &Caller,
    wanted: &BTreeSet<String>,
) -> Result<(), ActionError> {
    let choices = list_choices(scope, caller).await?;
    let words =
        |on: bool| choices.iter().filter(move |choice| choice.on == on).map(|choice| choice.notice.as_str());
    let before: Vec<&str> = words(false).collect();
    let off: Vec<&str> =
        choices.iter().map(|choice| choice.notice.as_str()).filter(|word| !wanted.contains(*word)).collect();
    if off == before {
        return Ok(());
    }
    let mut change = caller.change(scope).await?;
    muted_notices::save(&mut change, &caller.person.id, &off).await?;
    let event = Event::new(caller.actor(), UserNoticesChosen { off: &off })
        .person(&caller.person.id)
        .before(json!({ "off": before }));
    Ok(change.commit(&event).await?)
}
