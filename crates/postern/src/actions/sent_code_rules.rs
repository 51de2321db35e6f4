//! Where codes may be sent for the second step of a sign-in. They are the weakest one, so that an organisation switches them on; by
//! mail they are for those alone for whom the least is at stake.

use jiff::Timestamp;
use postern_core::factor::FactorKind;
use postern_core::tier::TierFloor;

use super::ActionError;
use crate::scope::Scope;
use crate::store::persons::Person;
use crate::store::sent_codes::{self, CodeContact};
use crate::store::{StoreError, contacts::Contact, time};
use crate::texts::MessageId;

/// Why no code goes to a contact of somebody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeRefusal {
    /// The organisation sends none of this kind.
    Off,
    /// Not by mail: a desk role, or more at stake than for most.
    NotByMail,
    /// Nobody is certain that it is theirs, or somebody said that it is no more.
    Unsure,
    /// It is not on file for long enough; until when.
    TooNew(Timestamp),
}

impl CodeRefusal {
    /// What its owner is told.
    pub fn message(self) -> MessageId {
        match self {
            Self::Off => MessageId("codes-are-not-sent-here"),
            Self::NotByMail => MessageId("codes-not-by-mail-for-you"),
            Self::Unsure => MessageId("codes-want-a-sure-contact"),
            Self::TooNew(_) => MessageId("codes-want-an-older-contact"),
        }
    }
}

/// Whether codes of this kind may go to a person's contact that is known since then.
pub(super) fn check(
    scope: &Scope,
    person: &Person,
    (kind, known_since): (FactorKind, Timestamp),
) -> Result<(), CodeRefusal> {
    let rules = scope.tenant.settings.sent_codes;
    let is_on = if kind == FactorKind::Email { rules.by_mail } else { rules.by_text };
    if !kind.is_sent() || !is_on {
        return Err(CodeRefusal::Off);
    }
    if kind == FactorKind::Email && !is_low(scope, person) {
        return Err(CodeRefusal::NotByMail);
    }
    let old_enough = known_since.saturating_add(rules.contact_min_age).unwrap_or(Timestamp::MAX);
    if old_enough > scope.now { Err(CodeRefusal::TooNew(old_enough)) } else { Ok(()) }
}

/// Whether codes may go to a contact on file.
pub fn check_contact(scope: &Scope, person: &Person, contact: &Contact) -> Result<(), CodeRefusal> {
    let kind = FactorKind::of_contact(&contact.kind);
    let confirmed_at = contact.confirmed_at.filter(|_| contact.lost_at.is_none());
    // What can't be had at all is said first.
    let Some(confirmed_at) = confirmed_at else {
        check(scope, person, (kind, Timestamp::MIN))?;
        return Err(CodeRefusal::Unsure);
    };
    check(scope, person, (kind, time(contact.filed_at.max(confirmed_at))))
}

/// Where a code of somebody's may go now.
pub async fn list_usable(scope: &Scope, person: &Person) -> Result<Vec<CodeContact>, StoreError> {
    let rules = scope.tenant.settings.sent_codes;
    if !rules.by_text && !rules.by_mail {
        return Ok(Vec::new());
    }
    let mut found = sent_codes::list_contacts(&scope.app.db, &scope.tenant.id, &person.id).await?;
    found.retain(|contact| {
        FactorKind::parse(&contact.kind)
            .is_some_and(|kind| check(scope, person, (kind, contact.known_since())).is_ok())
    });
    Ok(found)
}

/// One of them, by its factor. Err: it is none.
pub(super) async fn load_usable(
    scope: &Scope,
    person: &Person,
    factor: &str,
) -> Result<(FactorKind, CodeContact), ActionError> {
    let found = list_usable(scope, person).await?.into_iter().find(|contact| contact.factor_id == factor);
    found
        .and_then(|contact| Some((FactorKind::parse(&contact.kind)?, contact)))
        .ok_or_else(|| ActionError::refused(MessageId("no-code-goes-there")))
}

/// No desk role, and on the lowest floor: of a tier that was just lowered, the one from before counts too.
pub(super) fn is_low(scope: &Scope, person: &Person) -> bool {
    let is_standard = |tier: &str| scope.tenant.settings.tiers.of(tier).floor() == TierFloor::Standard;
    let before = person.tier_before.as_ref().filter(|(_, until)| *until > scope.now);
    !person.role.is_staff() && is_standard(&person.tier) && before.is_none_or(|(tier, _)| is_standard(tier))
}
