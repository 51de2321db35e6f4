//! The person's own page shows a one-use enrolment pass. It is made when it is asked for, lives ten minutes, and a newer one
//! kills the older. While it lives it is kept sealed, so that the page shows the same one after a reload.

use jiff::Timestamp;
use postern_core::case::{Case, ClaimantPage, Stage};
use postern_core::event::payload::PassIssued;
use postern_core::event::{Actor, Event};
use postern_core::factor::FactorKind;
use postern_core::factor::code::{CodeKind as _, EnrolmentPass, PlainCode};
use postern_core::remedy::Remedy;
use zeroize::Zeroizing;

use super::ActionError;
use super::on_record::Attempt;
use super::signed_in::account_status;
use crate::config::Config;
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::cases::CaseRow;
use crate::store::enrolment_passes::{NewEnrolmentPass, ShownPassRow};
use crate::store::persons::Person;
use crate::store::throttles::RateLimitKey;
use crate::store::{StoreError, cases, enrolment_passes, flows, known_devices, persons, throttles, time};
use crate::texts::MessageId;

/// A pass for the person's eyes.
pub struct ShownEnrolmentPass {
    /// The pass.
    pub code: String,
    /// When it stops working.
    pub expires_at: Timestamp,
    /// Marks this browser as the person's: a stranger's wrong guesses must not use up the minutes of the pass.
    pub device: Zeroizing<String>,
}

/// A pass that the page has shown, and that still works.
pub struct LiveEnrolmentPass {
    /// The pass.
    pub code: Zeroizing<String>,
    /// When it stops working.
    pub expires_at: Timestamp,
    /// How many more the case may show.
    pub left: i64,
}

/// The pass that the page shows: the newest one, while it works and the page is the person's. Asking makes none.
pub async fn find_shown(scope: &Scope, row: &CaseRow) -> Result<Option<LiveEnrolmentPass>, ActionError> {
    let (db, tenant) = (&scope.app.db, &scope.tenant.id);
    let Some(case) = row.case(scope.now)?.filter(|case| can_show(case, Remedy::FactorReset)) else {
        return Ok(None);
    };
    let Some(pass) = enrolment_passes::find_shown(db, tenant, case.id(), scope.now).await? else {
        return Ok(None);
    };
    let person = persons::load(db, tenant, &case.subject().person).await?;
    if account_status(scope, &person).await?.has_factor {
        return Ok(None);
    }
    let plain = scope.tenant.keys.unseal(&ShownPassRow::place(tenant, case.id(), &pass.id), &pass.sealed)?;
    let code = std::str::from_utf8(&plain).map_err(|_| StoreError::Corrupt("pass"))?;
    let shown = enrolment_passes::count_for_case(db, tenant, case.id()).await?;
    Ok(Some(LiveEnrolmentPass {
        code: Zeroizing::new(code.to_owned()),
        expires_at: time(pass.expires_at),
        left: Config::ENROLMENT_PASSES_PER_CASE - shown,
    }))
}

/// Makes a pass for the page's holder.
pub async fn show_pass(scope: &Scope, row: &CaseRow) -> Result<ShownEnrolmentPass, ActionError> {
    let id = row.case_id();
    let attempt = Attempt { actor: Actor::Anonymous, step: "show_pass", case: Some(&id), person: None };
    attempt.run(scope, || make(scope, row)).await
}

/// Marks a browser as the person's that shows a pass which another press has made, or whose answer got lost.
pub async fn know_browser(
    scope: &Scope,
    row: &CaseRow,
    shown: &LiveEnrolmentPass,
) -> Result<Zeroizing<String>, ActionError> {
    let case = row.case(scope.now)?.ok_or_else(not_yet)?;
    let person = load_open(scope, &case).await?;
    let device = scope.app.rng.token()?;
    let mut change = scope.begin().await?;
    known_devices::insert_until(&mut change, &person.id, &token_hash(&device), shown.expires_at).await?;
    change.commit_unrecorded("which browser shows a pass; that it was shown is recorded").await?;
    Ok(device)
}

async fn make(scope: &Scope, row: &CaseRow) -> Result<ShownEnrolmentPass, ActionError> {
    let now = scope.now;
    let case = row.case(now)?.ok_or_else(not_yet)?;
    if !can_show(&case, Remedy::FactorReset) {
        return Err(not_yet());
    }
    let person = load_open(scope, &case).await?;
    if account_status(scope, &person).await?.has_factor {
        return Err(ActionError::refused(MessageId("pass-not-wanted")));
    }
    if enrolment_passes::count_for_case(&scope.app.db, &scope.tenant.id, case.id()).await?
        >= Config::ENROLMENT_PASSES_PER_CASE
    {
        return Err(ActionError::refused(MessageId("passes-shown-often-enough")));
    }
    let code = PlainCode::<EnrolmentPass>::from_random(&*scope.app.rng.bytes::<16>()?);
    let hash = scope
        .app
        .hashing
        .hash(Zeroizing::new(code.hash_input(&person.id)), *scope.app.rng.bytes::<16>()?)
        .await?;
    let device = scope.app.rng.token()?;
    let mut change = scope.begin_for(&person.id).await?;
    // Moves the version on: of two parallel requests one shows a pass, and none does once the case was contested.
    cases::save(&mut change, row, &case).await?;
    // An enrolment that an earlier pass opened is over: only one can be going on.
    flows::end_all(&mut change, &person.id).await?;
    // No pass outlives the day in which the person may come back.
    let longest = change.at() + scope.tenant.settings.enrolment_pass_life;
    let expires_at = case.lapses_at().map_or(longest, |lapses_at| lapses_at.min(longest));
    // For as long as the pass works: nobody has signed in there yet.
    known_devices::insert_until(&mut change, &person.id, &token_hash(&device), expires_at).await?;
    let pass = NewEnrolmentPass {
        purpose: EnrolmentPass::PURPOSE,
        person: &person.id,
        case: Some(case.id()),
        hash: &hash,
        expires_at,
    };
    let id = enrolment_passes::replace(&mut change, &pass).await?;
    let plain = Zeroizing::new(code.reveal());
    let place = ShownPassRow::place(&scope.tenant.id, case.id(), &id);
    let sealed = scope.tenant.keys.seal(&scope.app.rng, &place, plain.as_bytes())?;
    enrolment_passes::save_sealed(&mut change, &id, &sealed).await?;
    // A new pass is bound anew: wrong guesses at earlier ones must not keep its owner out.
    throttles::forget(&mut change, &RateLimitKey::of_person(&person.id, FactorKind::EnrolmentPass)).await?;
    let issued = PassIssued::ToPerson { expires_at, shown_on: "the bound claimant page" };
    let event = Event::new(Actor::Anonymous, issued).person(&person.id).case(case.id());
    change.commit(&event).await?;
    Ok(ShownEnrolmentPass { code: code.reveal(), expires_at, device })
}

/// Whether the claimant page shows what the remedy gives: it was applied, and the page is the person's.
pub(super) fn can_show(case: &Case, remedy: Remedy) -> bool {
    matches!(case.stage(), Stage::Remedied { .. })
        && matches!(case.claimant_page(), ClaimantPage::Bound { .. })
        && case.remedy() == remedy
}

/// The person of a case, whose account is open.
pub(super) async fn load_open(scope: &Scope, case: &Case) -> Result<Person, ActionError> {
    let person = persons::load(&scope.app.db, &scope.tenant.id, &case.subject().person).await?;
    if person.suspended_at.is_some() {
        return Err(ActionError::refused(MessageId("suspended-call-the-desk")));
    }
    Ok(person)
}

fn not_yet() -> ActionError {
    ActionError::refused(MessageId("pass-not-yet"))
}
