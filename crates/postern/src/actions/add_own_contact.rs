//! A person adds a number or an address of their own. A factor proves that it is them; the code that goes there proves that it is
//! theirs; everybody on file before is told. It counts from when the code was typed, and is called by the desk only once it is as
//! old as any other has to be.

use data_encoding::BASE64;
use jiff::SignedDuration;
use postern_core::event::Event;
use postern_core::event::payload::{ContactAdded, StepRefused};
use postern_core::id::ContactId;
use postern_core::reason::Reason;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::add_contact::{file_contact, read_contact};
use super::ceremony::{self, Challenge};
use super::factor_proof::{self, FactorProof};
use super::on_record::Attempt;
use super::{ActionError, Caller, CountedTry, RateLimit};
use crate::notify;
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::ceremonies::{CeremonyKey, CeremonyKind};
use crate::store::{ceremonies, contacts};
use crate::texts::MessageId;

const STEP: &str = "add_own_contact";
/// As the record says it.
const WHY: &str = "Its owner added it on the account page, and typed the code that was sent there";

/// What was typed, with what proves that it is its owner who types.
#[derive(Clone, Copy)]
pub struct OwnContact<'a> {
    /// `email`, `mobile` or `office_phone`.
    pub kind: &'a str,
    /// The address or number.
    pub value: &'a str,
    /// Where none was shown within the last five minutes.
    pub proof: Option<&'a FactorProof>,
}

/// What is kept until the code is typed.
#[derive(Serialize, Deserialize)]
struct PendingContact {
    kind: String,
    value: String,
    /// The code, sealed for this person: Base64.
    sealed: String,
}

/// Asks a passkey for the proof that a change of contacts wants.
pub async fn start(scope: &Scope, caller: &Caller) -> Result<Challenge, ActionError> {
    factor_proof::ask(scope, caller, CeremonyKind::ChangeContacts).await
}

/// Sends a code there. The answer names what waits for it. `token` names the ceremony, where a passkey proves it.
pub async fn send_code(
    scope: &Scope,
    caller: &Caller,
    token: &str,
    typed: OwnContact<'_>,
) -> Result<Zeroizing<String>, ActionError> {
    let person = Some(&caller.person.id);
    let attempt = Attempt { actor: caller.actor(), step: STEP, case: None, person };
    attempt.run(scope, || send(scope, caller, token, typed)).await
}

async fn send(
    scope: &Scope,
    caller: &Caller,
    token: &str,
    typed: OwnContact<'_>,
) -> Result<Zeroizing<String>, ActionError> {
    let person = &caller.person.id;
    let kind = contacts::KINDS.into_iter().find(|kind| *kind == typed.kind);
    let kind = kind.ok_or_else(|| ActionError::invalid("kind", MessageId("choose-a-kind")))?;
    let value = read_contact("value", kind, typed.value)?;
    let id = token_hash(token);
    let key = CeremonyKey { id: &id, kind: CeremonyKind::ChangeContacts, person: Some(person) };
    let fresh = factor_proof::check_unless_fresh(scope, caller, STEP, (key, typed.proof)).await?;
    // What goes out to whoever is named costs: a few are free, then each waits longer.
    sent(scope, caller).await?.acquire(scope).await?;
    let code = new_code(scope)?;
    let sealed = scope.tenant.keys.seal(&scope.app.rng, &place(scope, caller), code.as_bytes())?;
    let pending =
        PendingContact { kind: kind.to_owned(), value: value.clone(), sealed: BASE64.encode(&sealed) };
    let token = scope.app.rng.token()?;
    let mut change = caller.change(scope).await?;
    if let Some(fresh) = fresh {
        fresh.use_up(scope, &mut change, key).await?;
    }
    let id = token_hash(&token);
    let key = CeremonyKey { id: &id, kind: CeremonyKind::ConfirmContact, person: Some(person) };
    let expires_at = change.at() + ceremony::life(CeremonyKind::ConfirmContact);
    ceremonies::insert(&mut change, key, &serde_json::to_string(&pending)?, expires_at).await?;
    notify::send_contact_code(scope, &mut change, (kind, &value), &code).await?;
    change.commit_unrecorded("a code to a new contact; that it was typed is recorded").await?;
    Ok(token)
}

/// Files the contact to which the code went. The answer names it.
pub async fn confirm(
    scope: &Scope,
    caller: &Caller,
    token: &str,
    typed: &str,
) -> Result<ContactId, ActionError> {
    let person = Some(&caller.person.id);
    let attempt = Attempt { actor: caller.actor(), step: STEP, case: None, person };
    attempt.run(scope, || check_and_file(scope, caller, token, typed)).await
}

async fn check_and_file(
    scope: &Scope,
    caller: &Caller,
    token: &str,
    typed: &str,
) -> Result<ContactId, ActionError> {
    let person = &caller.person;
    let id = token_hash(token);
    let key = CeremonyKey { id: &id, kind: CeremonyKind::ConfirmContact, person: Some(&person.id) };
    let pending: PendingContact = match ceremony::load_state(scope, key).await {
        Err(ActionError::Wrong(_)) => return Err(ActionError::refused(MessageId("no-contact-code-waits"))),
        other => other?,
    };
    let limit = guesses(scope, caller).await?;
    limit.acquire(scope).await?;
    let sealed = BASE64
        .decode(pending.sealed.as_bytes())
        .map_err(|_| ActionError::Internal("the code in a ceremony".to_owned()))?;
    let code = scope.tenant.keys.unseal(&place(scope, caller), &sealed)?;
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    if typed.as_bytes() != code.as_slice() {
        let refused = StepRefused { step: STEP, why: "a wrong code for a new contact" };
        let event = Event::new(caller.actor(), refused).person(&person.id);
        scope.begin().await?.commit(&event).await?;
        return Err(ActionError::invalid("code", MessageId("wrong-contact-code")));
    }
    let kind = contacts::KINDS.into_iter().find(|kind| *kind == pending.kind).ok_or(ActionError::NotFound)?;
    let reason = Reason::parse(WHY)?;
    let mut change = caller.change(scope).await?;
    ceremonies::consume(&mut change, key).await?;
    limit.clear(&mut change).await?;
    let contact = file_contact(scope, &mut change, person, (kind, &pending.value, caller)).await?;
    let added = ContactAdded { contact: contact.as_str(), kind };
    change.commit(&Event::new(caller.actor(), added).person(&person.id).reason(&reason)).await?;
    Ok(contact)
}

async fn sent(scope: &Scope, caller: &Caller) -> Result<RateLimit, ActionError> {
    let day = CountedTry::in_window("contact_code_sent", scope.now, SignedDuration::from_hours(24));
    Ok(RateLimit::of_person(scope, &caller.person.id, day, None).await?)
}

async fn guesses(scope: &Scope, caller: &Caller) -> Result<RateLimit, ActionError> {
    let day = CountedTry::in_window("contact_code", scope.now, SignedDuration::from_hours(24));
    Ok(RateLimit::of_person(scope, &caller.person.id, day, None).await?)
}

/// Six digits.
fn new_code(scope: &Scope) -> Result<Zeroizing<String>, ActionError> {
    let bytes = scope.app.rng.bytes::<8>()?;
    Ok(Zeroizing::new(format!("{:06}", u64::from_be_bytes(*bytes) % 1_000_000)))
}

/// Where the code is sealed for: in another person's ceremony it does not open.
fn place(scope: &Scope, caller: &Caller) -> String {
    format!("ceremonies/{}/{}/confirm_contact", scope.tenant.id, caller.person.id)
}
