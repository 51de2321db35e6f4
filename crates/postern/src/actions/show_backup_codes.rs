//! The person's own page shows backup codes. They are made when it is looked at, and count once the person says that they are
//! kept: so they never have to be stored in the clear, and a lost answer leaves none that nobody saw.

use postern_core::event::payload::MfaBackupCodesGenerated;
use postern_core::event::{Actor, Event};
use postern_core::remedy::Remedy;

use super::ActionError;
use super::on_record::Attempt;
use super::renew_backup_codes::{self, CodePage, ShownCodes, new_codes};
use super::show_pass::{can_show, load_open};
use crate::config::Config;
use crate::scope::Scope;
use crate::store::cases::CaseRow;
use crate::store::{backup_codes, cases};
use crate::texts::MessageId;

/// Makes codes for the page's holder.
pub async fn show_backup_codes(scope: &Scope, row: &CaseRow) -> Result<ShownCodes, ActionError> {
    let id = row.case_id();
    let attempt =
        Attempt { actor: Actor::Anonymous, step: "show_backup_codes", case: Some(&id), person: None };
    attempt.run(scope, || make(scope, row)).await
}

async fn make(scope: &Scope, row: &CaseRow) -> Result<ShownCodes, ActionError> {
    let case = row.case(scope.now)?.filter(|case| can_show(case, Remedy::FreshBackupCodes));
    let case = case.ok_or_else(|| ActionError::refused(MessageId("codes-not-yet")))?;
    let person = load_open(scope, &case).await?;
    let made = backup_codes::count_of_case(&scope.app.db, &scope.tenant.id, case.id()).await?;
    if made.confirmed > 0 {
        return Err(ActionError::refused(MessageId("codes-kept-already")));
    }
    if made.sets >= Config::ENROLMENT_PASSES_PER_CASE {
        return Err(ActionError::refused(MessageId("codes-shown-often-enough")));
    }
    let new = new_codes(scope, &person.id).await?;
    let mut change = scope.begin_for(&person.id).await?;
    // Moves the version on: of two parallel requests one shows codes, and none does once the case was contested.
    cases::save(&mut change, row, &case).await?;
    let page = CodePage::Claimant { case: case.id().clone() };
    let of_case = Some((case.id(), case.lapses_at().unwrap_or(scope.now)));
    let shown = renew_backup_codes::show(scope, &mut change, &person.id, (new, page), of_case).await?;
    let generated = MfaBackupCodesGenerated {
        count: shown.codes.len(),
        proven_by: None,
        shown_on: Some("the bound claimant page"),
    };
    let event = Event::new(Actor::Anonymous, generated).person(&person.id).case(case.id());
    change.commit(&event).await?;
    Ok(shown)
}
