//! Sends a code during a sign-in, after the password, to a contact that its owner made a second step of. The one before it is dead from
//! then on; the count of wrong ones goes on. How many go out in an hour is limited: each costs, and each is a text that somebody
//! else may be reading.

use jiff::SignedDuration;
use postern_core::event::payload::SignInCodeSent;
use postern_core::event::{Actor, Event};
use postern_core::factor::FactorKind;
use postern_core::id::TenantId;
use postern_core::signin::FlowError;
use zeroize::Zeroizing;

use super::ActionError;
use super::on_record::Attempt;
use super::sent_code_rules::load_usable;
use super::signed_in::{Failed, account_status, begin_completion, failed};
use crate::notify;
use crate::scope::Scope;
use crate::store::flows::FlowRow;
use crate::store::outbox::Message;
use crate::store::persons::Person;
use crate::store::sent_codes::{self, CodeContact, NewSentCode, SentCode};
use crate::store::{Change, StoreError, flows, locks, outbox, persons, time};

/// A code can be typed for so long, SP 800-63B-4 §3.1.3.2.
pub const CODE_LIFE: SignedDuration = SignedDuration::from_mins(10);
/// A sign-in waits for codes no longer than this, from its password on.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(20);
/// So many in an hour, to a person and to a number or an address.
pub const MOST_CODES: i64 = 10;
const WINDOW: SignedDuration = SignedDuration::from_hours(1);
/// A code that takes longer is late.
const LATE_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// How far the last code of a sign-in has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeDelivery {
    /// On its way, for less than a minute.
    OnItsWay,
    /// The gateway or the mail server took it.
    Sent,
    /// It takes longer than a minute.
    Late,
    /// It was tried, and did not go out yet, or never will.
    Failed,
}

/// The last code of a sign-in, as its page shows it.
pub struct CodeProgress {
    pub code: SentCode,
    pub delivery: CodeDelivery,
}

/// Sends one to the contact of this factor.
pub async fn send_code(scope: &Scope, row: &FlowRow, factor: &str) -> Result<(), ActionError> {
    Attempt::of_flow("send_code", &row.flow).run(scope, || send(scope, row, factor)).await
}

/// The last code of this sign-in. `None`: none was sent.
pub async fn progress(scope: &Scope, row: &FlowRow) -> Result<Option<CodeProgress>, ActionError> {
    let (db, tenant) = (&scope.app.db, &scope.tenant.id);
    let Some(code) = sent_codes::find_of_flow(db, tenant, &row.id).await? else { return Ok(None) };
    let message = outbox::find(db, tenant, &code.message_id).await?;
    let delivery = message.map_or(CodeDelivery::Failed, |message| delivery(scope, &message));
    Ok(Some(CodeProgress { code, delivery }))
}

fn delivery(scope: &Scope, message: &Message) -> CodeDelivery {
    match message.delivered_at {
        Some(_) => CodeDelivery::Sent,
        None if message.last_error.is_some() => CodeDelivery::Failed,
        None if scope.now.duration_since(time(message.created_at)) > LATE_AFTER => CodeDelivery::Late,
        None => CodeDelivery::OnItsWay,
    }
}

/// Where the hash of a code counts: in another row it is another.
pub(super) fn place(tenant: &TenantId, id: &str) -> String {
    format!("sent_codes/{tenant}/{id}/code_hash")
}

async fn send(scope: &Scope, row: &FlowRow, factor: &str) -> Result<(), ActionError> {
    let person = persons::load(&scope.app.db, &scope.tenant.id, row.flow.person()).await?;
    let (kind, contact) = load_usable(scope, &person, factor).await?;
    row.flow.clone().show(kind, account_status(scope, &person).await?)?.signed_in()?;
    let recipient = scope.tenant.keys.hash_of_code("sent_codes/recipient_hash", &contact.value);
    // The person's row is held from here on, and then the lock: of two requests at once the second one counts the first one's code.
    let mut change = begin_completion(scope, &person).await?;
    locks::acquire(&mut change, "sent_codes").await?;
    let limits = (MOST_CODES, WINDOW);
    if let Some(next_at) = sent_codes::find_next_at(&mut change, (&person.id, &recipient), limits).await? {
        let wait = next_at.duration_since(change.at());
        // On SQLite the open change holds the one writer.
        drop(change);
        refuse(scope, &person, kind).await?;
        return Err(ActionError::Throttled(wait));
    }
    write(scope, &mut change, row, (&person, &contact, &recipient)).await?;
    let sent = SignInCodeSent { kind, factor, contact: &contact.contact_id };
    change.commit(&Event::new(Actor::Anonymous, sent).person(&person.id)).await?;
    Ok(())
}

async fn write(
    scope: &Scope,
    change: &mut Change<'_>,
    row: &FlowRow,
    (person, contact, recipient): (&Person, &CodeContact, &str),
) -> Result<(), ActionError> {
    let wanted = change.at() + CODE_LIFE;
    let flow_ends_at = match flows::extend(change, &row.id, (wanted, LONGEST_WAIT)).await {
        Err(StoreError::Conflict) => return Err(FlowError::OutOfOrder.into()),
        other => other?,
    };
    let (id, code) = (change.id()?, new_code(scope)?);
    let to = (contact.kind.as_str(), contact.value.as_str());
    let message = notify::send_sign_in_code(scope, change, to, &code).await?;
    let new = NewSentCode {
        id: &id,
        flow: &row.id,
        person: &person.id,
        factor: &contact.factor_id,
        recipient_hash: recipient,
        code_hash: &scope.tenant.keys.hash_of_code(&place(&scope.tenant.id, &id), &code),
        message: &message,
        expires_at: wanted.min(flow_ends_at),
    };
    Ok(sent_codes::insert(change, &new).await?)
}

async fn refuse(scope: &Scope, person: &Person, kind: FactorKind) -> Result<(), ActionError> {
    let attempt = Failed { method: kind.as_str(), cause: "mfa_rate_limited", detail: None };
    failed(scope, Some(person), &person.login, attempt).await
}

/// Six digits.
fn new_code(scope: &Scope) -> Result<Zeroizing<String>, ActionError> {
    let bytes = scope.app.rng.bytes::<8>()?;
    Ok(Zeroizing::new(format!("{:06}", u64::from_be_bytes(*bytes) % 1_000_000)))
}
