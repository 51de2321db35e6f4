//! Behind a link from a mailbox: a code of a device, and a new password, which waits for a day in which every contact on file can
//! stop it. The mailbox alone leads nowhere, and neither does the device.

use jiff::SignedDuration;
use jiff::Timestamp;
use postern_core::event::payload::{ProvingFactor, StepRefused, UserPasswordWaits};
use postern_core::event::{Actor, Event};
use postern_core::factor::FactorKind;
use postern_core::factor::totp::PhoneClock;
use postern_core::id::PersonId;
use zeroize::Zeroizing;

use super::forgotten_password::{has_used_up_tries, list_mailboxes, may_replace};
use super::new_password::check_new_password;
use super::on_record::Attempt;
use super::rate_limit::PAID;
use super::sender_limit::admit_request;
use super::use_totp::{CodeCheck, WrongCode, check_kind, reused};
use super::{ActionError, CountedTry, RateLimit};
use crate::config::Config;
use crate::notify::{self, Notice};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::factors::{self, Factor};
use crate::store::forgotten_passwords::{self, NewWaitingPassword, PasswordLink};
use crate::store::persons::{self, Person};
use crate::store::{Change, StoreError, micros, time};
use crate::texts::MessageId;

const STEP: &str = "use_password_link";

/// What was typed behind a link.
pub struct LinkUse<'a> {
    /// From the mail.
    pub token: &'a str,
    /// Of their app, or of their hardware token.
    pub code: &'a str,
    /// The password that is to count.
    pub new: &'a Zeroizing<String>,
}

/// Sets a password that waits. The answer: when it counts, unless it is stopped.
pub async fn use_password_link(scope: &Scope, typed: &LinkUse<'_>) -> Result<Timestamp, ActionError> {
    let attempt = Attempt { actor: Actor::Anonymous, step: STEP, case: None, person: None };
    attempt.run(scope, || check_and_wait(scope, typed)).await
}

async fn check_and_wait(scope: &Scope, typed: &LinkUse<'_>) -> Result<Timestamp, ActionError> {
    let link = find(scope, typed.token).await?;
    let id = PersonId::new(&link.person_id);
    let person = persons::load(&scope.app.db, &scope.tenant.id, &id).await?;
    let called = [person.login.as_str(), person.name.as_str(), scope.tenant.name.as_str()];
    // The code comes last: a slip of the finger in the password uses up none.
    check_new_password(scope, "new_password", (typed.new, &called)).await?;
    let shown = check_code(scope, (&person, &link), typed.code).await?;
    // Behind the code, for it costs: guesses are limited.
    let hash = scope.app.hashing.hash(typed.new.clone(), *scope.app.rng.bytes::<16>()?).await?;
    let mut change = begin(scope, &link).await?;
    shown.limit.clear(&mut change).await?;
    match factors::save_step(&mut change, &shown.factor, (shown.step, shown.clock)).await {
        Err(StoreError::Conflict) => return Err(ActionError::invalid("code", reused(shown.kind))),
        other => other?,
    }
    let takes_effect_at = time(micros(change.at() + Config::PASSWORD_WAIT));
    let new = NewWaitingPassword {
        link: &link,
        factor: &shown.factor,
        factor_kind: shown.kind.as_str(),
        password_hash: &hash,
        takes_effect_at,
    };
    forgotten_passwords::wait(&mut change, &new).await?;
    notify::announce(scope, &mut change, &id, None, Notice::PasswordWaits).await?;
    let proven_by = ProvingFactor { kind: shown.kind, factor: &shown.factor };
    let waits = UserPasswordWaits { contact: &link.contact_id, proven_by, takes_effect_at };
    change.commit(&Event::new(Actor::Anonymous, waits).person(&id)).await?;
    Ok(takes_effect_at)
}

async fn find(scope: &Scope, token: &str) -> Result<PasswordLink, ActionError> {
    let (db, tenant, hash) = (&scope.app.db, &scope.tenant.id, token_hash(token.trim()));
    if let Some(link) = forgotten_passwords::find_link(db, tenant, &hash, scope.now).await? {
        return Ok(link);
    }
    admit_request(scope).await?;
    let hour = CountedTry::in_window("password_link", scope.now, SignedDuration::from_hours(1));
    RateLimit::of_sender(scope, hour).await?.acquire(scope).await?;
    Err(ActionError::invalid("token", MessageId("wrong-password-link")))
}

/// The change, with the person's row held, and what let the link go out looked at again.
async fn begin<'a>(scope: &'a Scope, link: &PasswordLink) -> Result<Change<'a>, ActionError> {
    let id = PersonId::new(&link.person_id);
    let mut change = scope.begin_for(&id).await?;
    let person = persons::load(&scope.app.db, &scope.tenant.id, &id).await?;
    let mailboxes = list_mailboxes(scope, &id).await?;
    if !may_replace(scope, &person) || !mailboxes.iter().any(|mailbox| mailbox.id == link.contact_id) {
        return Err(ActionError::refused(MessageId("password-link-is-over")));
    }
    // A burst that found it before it ended has no answer more.
    if !forgotten_passwords::is_live(&mut change, &link.id).await? {
        return Err(ActionError::invalid("token", MessageId("wrong-password-link")));
    }
    if has_used_up_tries(&mut change, &id).await? {
        return Err(ActionError::refused(MessageId("password-link-is-over")));
    }
    if forgotten_passwords::find_waiting_locked(&mut change, &id).await?.is_some() {
        return Err(ActionError::refused(MessageId("new-password-waits-already")));
    }
    Ok(change)
}

/// A code that was right.
struct ShownCode {
    factor: String,
    kind: FactorKind,
    step: i64,
    clock: PhoneClock,
    limit: RateLimit,
}

/// What guesses at the codes of one kind of device are counted by.
struct DeviceLimit {
    kind: FactorKind,
    limit: RateLimit,
    /// Whether the person has such a device.
    is_held: bool,
}

/// Counted with guesses at sign-in: who guesses here has no guesses more.
async fn limits(scope: &Scope, person: &PersonId, held: &[Factor]) -> Result<Vec<DeviceLimit>, StoreError> {
    let proves = |kind: &FactorKind| {
        kind.proves_beside_mail() && held.iter().any(|factor| factor.is(*kind) && factor.works(scope.now))
    };
    let kinds: Vec<FactorKind> = FactorKind::ALL.iter().copied().filter(proves).collect();
    let is_held = !kinds.is_empty();
    // Who has no such device pays too: how guesses are slowed tells whoever reads the mail only nothing of the rest.
    let kinds = if is_held { kinds } else { vec![FactorKind::Totp] };
    let mut limits = Vec::new();
    for kind in kinds {
        let limit = RateLimit::of_person(scope, person, kind, None).await?;
        limits.push(DeviceLimit { kind, limit, is_held });
    }
    Ok(limits)
}

/// Pays for a guess, then looks at it. A link is good for few.
async fn check_code(
    scope: &Scope,
    (person, link): (&Person, &PasswordLink),
    code: &str,
) -> Result<ShownCode, ActionError> {
    let held = factors::list(&scope.app.db, &scope.tenant.id, &person.id).await?;
    let limits = limits(scope, &person.id, &held).await?;
    let mut change = begin(scope, link).await?;
    let (mut compared, mut throttled, mut wrong) = (Vec::new(), None, None::<WrongCode>);
    for DeviceLimit { kind, limit, is_held } in limits {
        match limit.acquire_within(&mut change).await {
            Err(error @ ActionError::Throttled(_)) => {
                throttled.get_or_insert(error);
                continue;
            }
            paid => paid?,
        }
        match check_kind(scope, &person.id, kind, (&held, code)) {
            // Nothing is paid for a right one: the change is dropped.
            Ok((factor, CodeCheck::Accepted { step, clock })) => {
                return Ok(ShownCode { factor, kind, step, clock, limit });
            }
            Ok((_, CodeCheck::Refused(refused))) => {
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
        compared.push(DeviceLimit { kind, limit, is_held });
    }
    // What was not looked at uses up no link: a stranger may have guessed at the same device.
    if let (true, Some(throttled)) = (compared.is_empty(), throttled) {
        return Err(throttled);
    }
    forgotten_passwords::count_try(&mut change, &link.id).await?;
    let refused = StepRefused { step: STEP, why: "a wrong code behind a link" };
    change.commit(&Event::new(Actor::Anonymous, refused).person(&person.id)).await?;
    for compared in compared.iter().filter(|compared| compared.is_held) {
        compared.limit.disable_at_limit(scope, &person.id, compared.kind).await?;
    }
    Err(said_of(wrong))
}

/// A wrong code is wrong in the same words for an app, a token, and nothing. Only what is right for another time says so.
fn said_of(wrong: Option<WrongCode>) -> ActionError {
    let more = wrong.filter(|wrong| !wrong.is_plain()).map(|wrong| wrong.message);
    ActionError::invalid("code", more.unwrap_or_else(|| MessageId("wrong-device-code").into()))
}
