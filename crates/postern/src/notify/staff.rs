//! What staff and managers are mailed about: what waits for them. One table; each row has a switch on their account page.

use std::collections::BTreeSet;

use postern_core::case::Case;
use postern_core::id::{CaseId, PersonId};
use postern_core::person::Role;

use super::mail;
use super::notice_body::{opening, paragraphs, say};
use crate::scope::Scope;
use crate::store::persons::{self, Person};
use crate::store::{Change, StoreError, cases, muted_notices};
use crate::texts::MessageId;

macro_rules! staff_notices {
    ($($(#[$doc:meta])* $name:ident => $word:literal, $id:literal, $page:literal;)+) => {
        /// What waits for somebody at the desk, or for a manager.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum StaffNotice {
            $($(#[$doc])* $name,)+
        }

        impl StaffNotice {
            /// Every one, in the order of the account page.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The word used in the database and the API.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// What its switch says.
            pub fn label(self) -> MessageId {
                match self { $(Self::$name => MessageId(concat!("staff-", $id, "-label")),)+ }
            }

            /// The head of the mail.
            pub fn subject(self) -> MessageId {
                match self { $(Self::$name => MessageId(concat!("staff-", $id, "-subject")),)+ }
            }

            /// What waits, with the person's `name`.
            pub fn text(self) -> MessageId {
                match self { $(Self::$name => MessageId(concat!("staff-", $id, "-text")),)+ }
            }

            /// Where to go, without the case's id.
            fn page(self) -> &'static str {
                match self { $(Self::$name => $page,)+ }
            }
        }
    };
}

staff_notices! {
    /// The page of a report is bound, and the policy wants the manager's word.
    VouchAsked => "vouch_asked", "vouch-asked", "/account/vouches/";
    /// A case was handed to a senior.
    CaseEscalated => "case_escalated", "case-escalated", "/desk/cases/";
    /// A colleague handed a case over.
    CaseHandedOver => "case_handed_over", "case-handed-over", "/desk/cases/";
    /// The proof suffices, and the policy wants another yes.
    SecondYesWanted => "second_yes_wanted", "second-yes-wanted", "/desk/cases/";
    /// The owner said that somebody told them what to say.
    TrickReported => "trick_reported", "trick-reported", "/desk/cases/";
    /// The manager said: it is not them.
    VouchDenied => "vouch_denied", "vouch-denied", "/desk/cases/";
    /// Somebody at the desk refused a case after its remedy.
    CaseStopped => "case_stopped", "case-stopped", "/desk/cases/";
    /// The owner said: this was not me.
    CaseContested => "case_contested", "case-contested", "/desk/cases/";
}

impl StaffNotice {
    /// Those that can come to somebody of this role.
    pub fn of(role: Role, leads_somebody: bool) -> impl Iterator<Item = Self> {
        let is_senior = matches!(role, Role::Senior | Role::Admin);
        Self::ALL.iter().copied().filter(move |notice| match notice {
            Self::VouchAsked => leads_somebody,
            // An agent hears of the case that they have taken up.
            Self::CaseContested | Self::CaseStopped | Self::VouchDenied | Self::CaseHandedOver => {
                is_senior || role == Role::Agent
            }
            _ => is_senior,
        })
    }
}

/// Mails the manager of a case's person, if the policy still wants their word for it.
pub async fn ask_for_vouch(
    scope: &Scope,
    change: &mut Change<'_>,
    case: &Case,
    agent: &PersonId,
) -> Result<(), StoreError> {
    let missing = scope.tenant.policies.missing(case, agent, change.at());
    let wanted = missing.all_of.iter().chain(&missing.one_of);
    if !wanted.into_iter().any(|kind| *kind == postern_core::evidence::Kind::ManagerVouch) {
        return Ok(());
    }
    let Some(manager) = &case.subject().manager else { return Ok(()) };
    let manager = persons::load(&scope.app.db, &scope.tenant.id, manager).await?;
    if manager.suspended_at.is_some() {
        return Ok(());
    }
    tell(scope, change, (StaffNotice::VouchAsked, case.id()), vec![manager]).await
}

/// Mails every senior and admin whom it does not concern.
pub async fn tell_seniors(
    scope: &Scope,
    change: &mut Change<'_>,
    (notice, case): (StaffNotice, &Case),
    but: &[&PersonId],
) -> Result<(), StoreError> {
    let (db, tenant) = (&scope.app.db, &scope.tenant.id);
    let mut seniors = persons::list_with_roles(db, tenant, &[Role::Senior, Role::Admin]).await?;
    let subject = &case.subject().person;
    seniors.retain(|senior| senior.id != *subject && !but.contains(&&senior.id));
    tell(scope, change, (notice, case.id()), seniors).await
}

/// The same, and whoever has taken the case up.
pub async fn tell_seniors_and_agent(
    scope: &Scope,
    change: &mut Change<'_>,
    (notice, case): (StaffNotice, &Case),
    agent: Option<&str>,
    but: &[&PersonId],
) -> Result<(), StoreError> {
    tell_seniors(scope, change, (notice, case), but).await?;
    let Some(agent) = agent.filter(|agent| !but.iter().any(|id| id.as_str() == *agent)) else {
        return Ok(());
    };
    let agent = persons::load(&scope.app.db, &scope.tenant.id, &PersonId::new(agent)).await?;
    if agent.role != Role::Agent || agent.suspended_at.is_some() {
        return Ok(());
    }
    tell(scope, change, (notice, case.id()), vec![agent]).await
}

/// Mails the colleague who has a case from now on.
pub async fn tell_colleague(
    scope: &Scope,
    change: &mut Change<'_>,
    case: &CaseId,
    colleague: Person,
) -> Result<(), StoreError> {
    tell(scope, change, (StaffNotice::CaseHandedOver, case), vec![colleague]).await
}

async fn tell(
    scope: &Scope,
    change: &mut Change<'_>,
    (notice, case): (StaffNotice, &CaseId),
    mut to: Vec<Person>,
) -> Result<(), StoreError> {
    let (db, tenant) = (&scope.app.db, &scope.tenant.id);
    let muted: BTreeSet<PersonId> = muted_notices::list_who(db, tenant, notice.as_str()).await?;
    to.retain(|person| !muted.contains(&person.id));
    if to.is_empty() {
        return Ok(());
    }
    let row = cases::load(db, tenant, case).await?;
    let name = match &row.person_id {
        Some(id) => persons::load(db, tenant, &PersonId::new(id)).await?.name,
        None => row.claimed_login,
    };
    let link = scope.tenant.link(&format!("{}{case}", notice.page()));
    let body = paragraphs(&[
        opening(scope, &say(scope, notice.text().with("name", name))),
        format!("{}\n{link}", say(scope, MessageId("staff-look"))),
        say(scope, MessageId("staff-choose")),
    ]);
    mail(scope, change, &to, (&say(scope, notice.subject()), &body)).await
}
