//! Proof by a factor that the person has, inside a session: what adds or removes a way in wants one in the same act, so
//! that a stolen cookie adds and removes nothing. Backup codes and passes are none: they are for a lost factor.

use postern_core::event::Event;
use postern_core::event::payload::{ProvingFactor, StepRefused};
use postern_core::factor::FactorKind;
use postern_core::factor::totp::PhoneClock;
use serde::Deserialize;
use webauthn_rs::prelude::{AuthenticationResult, PublicKeyCredential, SecurityKeyAuthentication};

use super::ceremony::{self, Challenge};
use super::passkeys::{self, HeldPasskey};
use super::rate_limit::PAID;
use super::server_clock;
use super::use_totp::{CodeCheck, WrongCode, check_kind, reused};
use super::{ActionError, Caller, RateLimit};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::ceremonies::{CeremonyKey, CeremonyKind};
use crate::store::factors::Factor;
use crate::store::{Change, StoreError, ceremonies, factors, sessions};
use crate::texts::MessageId;

/// What somebody shows.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactorProof {
    /// A code from their app, or from their hardware token.
    Code(String),
    /// The answer of one of their passkeys or security keys to the ceremony's challenge.
    Assertion(Box<PublicKeyCredential>),
}

impl FactorProof {
    /// From a form: the code that was typed, or the answer of a passkey that a script put into a hidden field.
    pub fn of_form(code: &str, assertion: &str) -> Result<Self, ActionError> {
        if assertion.is_empty() {
            return Ok(Self::Code(code.to_owned()));
        }
        serde_json::from_str(assertion)
            .map(|answer| Self::Assertion(Box::new(answer)))
            .map_err(|_| ActionError::invalid("proof", MessageId("not-a-passkey-answer")))
    }
}

impl FactorProof {
    /// From a form that has no field for a code where a factor was shown a moment ago.
    pub fn of_optional(code: Option<&str>, assertion: &str) -> Result<Option<Self>, ActionError> {
        match code {
            None if assertion.is_empty() => Ok(None),
            code => Self::of_form(code.unwrap_or_default(), assertion).map(Some),
        }
    }
}

/// A proof that was right. It counts once it is used up, in the change that it was given for.
pub(super) struct RightProof {
    /// In which it was shown.
    session: String,
    limit: Option<RateLimit>,
    shown: Shown,
}

enum Shown {
    Code { factor: String, kind: FactorKind, step: i64, clock: PhoneClock },
    Touch { held: Box<HeldPasskey>, result: Box<AuthenticationResult> },
}

/// Which factor proved it.
pub(super) struct ProvenBy {
    pub factor: String,
    pub kind: FactorKind,
    /// Whether it was a passkey that verifies its user.
    pub is_passkey: bool,
}

impl ProvenBy {
    /// As it stands in a record.
    pub(super) fn on_record(&self) -> ProvingFactor<'_> {
        ProvingFactor { kind: self.kind, factor: &self.factor }
    }
}

/// What ends something of the caller's own, or changes where they are reached, wants a factor that was shown within the last five minutes, or one now. The
/// answer: the proof to use up, where one has to be.
pub(super) async fn check_unless_fresh(
    scope: &Scope,
    caller: &Caller,
    step: &'static str,
    (key, proof): (CeremonyKey<'_>, Option<&FactorProof>),
) -> Result<Option<FreshProof>, ActionError> {
    let Some(proof) = proof else {
        if caller.has_just_shown_factor(scope.now) {
            return Ok(None);
        }
        return Err(ActionError::invalid("proof", MessageId("show-a-factor-first")));
    };
    let asked = load_asked(scope, key, proof).await?;
    let right = check(scope, caller, step, (proof, asked.as_ref())).await?;
    Ok(Some(FreshProof { right, is_ceremony: asked.is_some() }))
}

/// A proof that was right, and whether a ceremony asked for it.
pub(super) struct FreshProof {
    right: RightProof,
    is_ceremony: bool,
}

impl FreshProof {
    /// Uses it up, and the ceremony with it.
    pub(super) async fn use_up(
        self,
        scope: &Scope,
        change: &mut Change<'_>,
        key: CeremonyKey<'_>,
    ) -> Result<ProvenBy, ActionError> {
        if self.is_ceremony {
            ceremonies::consume(change, key).await?;
        }
        self.right.use_up(scope, change).await
    }
}

/// Asks a passkey of the caller for a proof, in a ceremony that is for nothing else.
pub(super) async fn ask(
    scope: &Scope,
    caller: &Caller,
    kind: CeremonyKind,
) -> Result<Challenge, ActionError> {
    let person = &caller.person.id;
    let held = passkeys::list_working(scope, person).await?;
    if held.is_empty() {
        return Err(ActionError::refused(MessageId("use-the-app-instead")));
    }
    let (options, asked) = passkeys::ask_any(scope, &held)?;
    let token = ceremony::begin(scope, kind, Some(person), &asked).await?;
    Ok(Challenge { token, options })
}

/// What was asked in the ceremony, where it is a passkey that proves it.
pub(super) async fn load_asked(
    scope: &Scope,
    key: CeremonyKey<'_>,
    proof: &FactorProof,
) -> Result<Option<SecurityKeyAuthentication>, ActionError> {
    match proof {
        FactorProof::Code(_) => Ok(None),
        FactorProof::Assertion(_) => Ok(Some(ceremony::load_state(scope, key).await?)),
    }
}

/// Pays for a code, then looks at it; or checks a signature. `step` is what it is for, in the record.
pub(super) async fn check(
    scope: &Scope,
    caller: &Caller,
    step: &'static str,
    (proof, asked): (&FactorProof, Option<&SecurityKeyAuthentication>),
) -> Result<RightProof, ActionError> {
    match (proof, asked) {
        (FactorProof::Code(code), _) => check_code(scope, caller, step, code).await,
        (FactorProof::Assertion(answer), Some(asked)) => {
            let held = passkeys::list_working(scope, &caller.person.id).await?;
            if let Some((held, result)) = passkeys::answered(scope, held, (asked, answer)) {
                let shown = Shown::Touch { held: Box::new(held), result: Box::new(result) };
                return Ok(RightProof { session: caller.session.clone(), limit: None, shown });
            }
            refuse(scope, caller, step, "an answer that is not from a key of this person").await?;
            Err(ActionError::Wrong(MessageId("not-your-passkey-or-code")))
        }
        (FactorProof::Assertion(_), None) => {
            Err(ActionError::invalid("proof", MessageId("no-passkey-asked")))
        }
    }
}

async fn check_code(
    scope: &Scope,
    caller: &Caller,
    step: &'static str,
    code: &str,
) -> Result<RightProof, ActionError> {
    let person = &caller.person.id;
    let held = factors::list(&scope.app.db, &scope.tenant.id, person).await?;
    let mut limits = Vec::new();
    for kind in kinds_with_codes(scope, &held) {
        limits.push((kind, RateLimit::of_person(scope, person, kind, None).await?));
    }
    let mut change = scope.begin().await?;
    let (mut compared, mut throttled, mut wrong) = (Vec::new(), None, None::<WrongCode>);
    for (kind, limit) in limits {
        match limit.acquire_within(&mut change).await {
            Err(error @ ActionError::Throttled(_)) => {
                throttled = throttled.or(Some(error));
                continue;
            }
            paid => paid?,
        }
        match check_kind(scope, person, kind, (&held, code)) {
            Ok((factor, CodeCheck::Accepted { step, clock })) => {
                // Nothing is paid for a right one, with no count: the change is dropped.
                let shown = Shown::Code { factor, kind, step, clock };
                return Ok(RightProof { session: caller.session.clone(), limit: Some(limit), shown });
            }
            Ok((factor, CodeCheck::Refused(refused))) => {
                if refused.is_out_of_step {
                    factors::save_out_of_step(&mut change, &factor).await?;
                }
                // What says more than "wrong" is the better word.
                if wrong.as_ref().is_none_or(WrongCode::is_plain) {
                    wrong = Some(refused);
                }
            }
            // What can't be compared was a guess too.
            Err(error) => {
                change.commit_unrecorded(PAID).await?;
                return Err(error);
            }
        }
        compared.push((kind, limit));
    }
    change.commit_unrecorded(PAID).await?;
    if let (None, Some(throttled)) = (&wrong, throttled) {
        refuse(scope, caller, step, "too many codes").await?;
        return Err(throttled);
    }
    let wrong = wrong.unwrap_or_else(WrongCode::plain);
    let wrong = server_clock::blame(scope, person, wrong).await?;
    refuse(scope, caller, step, wrong.cause).await?;
    for (kind, limit) in compared {
        limit.disable_at_limit(scope, person, kind).await?;
    }
    Err(ActionError::invalid("code", wrong.message))
}

/// What of theirs shows codes, the app first: one field takes the codes of either, and each that a code is compared with pays with its
/// own count, the one of the sign-in. Who guesses here has no guesses more. Whoever has neither pays with the app's.
fn kinds_with_codes(scope: &Scope, held: &[Factor]) -> Vec<FactorKind> {
    let works = |kind: &FactorKind| held.iter().any(|factor| factor.is(*kind) && factor.works(scope.now));
    let kinds: Vec<_> = [FactorKind::Totp, FactorKind::HardwareToken].into_iter().filter(works).collect();
    if kinds.is_empty() { vec![FactorKind::Totp] } else { kinds }
}

impl RightProof {
    /// Uses it up. Its factor must still be there and work, and a code's time step must still be free: of two acts with
    /// one code, one wins.
    pub(super) async fn use_up(
        self,
        scope: &Scope,
        change: &mut Change<'_>,
    ) -> Result<ProvenBy, ActionError> {
        if let Some(limit) = &self.limit {
            limit.clear(change).await?;
        }
        let token = scope.app.rng.token()?;
        sessions::save_factor_shown(change, &self.session, &token_hash(&token)).await?;
        scope.factor_shown.give(token);
        match self.shown {
            Shown::Code { factor, kind, step, clock } => {
                match factors::save_step(change, &factor, (step, clock)).await {
                    Ok(()) => Ok(ProvenBy { factor, kind, is_passkey: false }),
                    Err(StoreError::Conflict) => Err(ActionError::invalid("code", reused(kind))),
                    Err(other) => Err(other.into()),
                }
            }
            Shown::Touch { held, result } => {
                let factor = held.factor.id.clone();
                let is_passkey = held.factor.opens_alone();
                held.save_used(scope, change, &result).await?;
                Ok(ProvenBy { factor, kind: FactorKind::Webauthn, is_passkey })
            }
        }
    }
}

async fn refuse(scope: &Scope, caller: &Caller, step: &'static str, why: &str) -> Result<(), ActionError> {
    let event = Event::new(caller.actor(), StepRefused { step, why }).person(&caller.person.id);
    Ok(scope.begin().await?.commit(&event).await?)
}
