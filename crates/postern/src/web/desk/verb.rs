//! What staff do with nothing but a reason: one table, one page. A row says what stands on the page, and which action it is.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use postern_core::case::Stage;
use postern_core::id::{CaseId, PersonId};
use postern_core::policy::{self, Action};
use serde::Serialize;

use crate::actions::{
    ActionError, Caller, case_for, end_sessions, escalate_case, permit_on_case, permit_on_person,
    refuse_case, start_hold,
};
use crate::scope::Scope;
use crate::store::persons;
use crate::web::desk::ReasonForm;
use crate::web::extract::{Form, Signed};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_error, render_with};
use crate::web::toast::Toast;

/// What it is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerbObject {
    /// A case.
    Case,
    /// Somebody in the directory.
    Person,
}

/// A row of the table.
pub trait Verb: Send + Sync + 'static {
    /// What it is done to.
    const OBJECT: VerbObject;
    /// What the policies are asked before its page is shown.
    type Permit: Action;
    /// The last part of its address.
    const PATH: &'static str;
    /// The head of its page.
    const TITLE: &'static str;
    /// What it does, and what it does not.
    const DESCRIPTION: &'static str;
    /// The same once the remedy of a case was applied, where it is something else then.
    const AFTER_REMEDY: &'static str = Self::DESCRIPTION;
    /// What its button says.
    const BUTTON: &'static str;
    /// Whether the button is red: it is an attack, or can't be taken back.
    const IS_GRAVE: bool;
    /// What the next page says.
    const DONE: Toast;

    /// Does it.
    fn act(
        scope: &Scope,
        caller: &Caller,
        id: &str,
        reason: &str,
    ) -> impl Future<Output = Result<(), ActionError>> + Send;
}

macro_rules! verbs {
    ($($(#[$doc:meta])* $name:ident of $object:ident for $permit:ident $path:literal $(($grave:ident))?: $title:literal, $description:literal,
        $(after its remedy $after:literal,)? $button:literal, $done:ident => |$scope:ident, $caller:ident, $id:ident, $reason:ident| $act:expr;)+) => {$(
        $(#[$doc])*
        pub struct $name;

        impl Verb for $name {
            const OBJECT: VerbObject = VerbObject::$object;
            type Permit = policy::$permit;
            const PATH: &'static str = $path;
            const TITLE: &'static str = $title;
            const DESCRIPTION: &'static str = $description;
            $(const AFTER_REMEDY: &'static str = $after;)?
            const BUTTON: &'static str = $button;
            const IS_GRAVE: bool = verbs!(@grave $($grave)?);
            const DONE: Toast = Toast::$done;

            async fn act(
                $scope: &Scope,
                $caller: &Caller,
                $id: &str,
                $reason: &str,
            ) -> Result<(), ActionError> {
                $act.await.map(drop)
            }
        }
    )+};
    (@grave grave) => { true };
    (@grave) => { false };
}

verbs! {
    /// Say no.
    Refuse of Case for ViewCase "refuse" (grave): "Refuse this case",
        "Nothing is changed on the account. The claimant's page says that the request was closed and how to reach you. A refusal \
         is a good outcome: if you are not sure, refuse.",
        after its remedy "The remedy was applied, and they are not back in yet. What they were given stops working at once: passes, new codes, \
         what was enrolled, and sessions. The owner and the seniors are told, and a senior closes the case. The owner is not locked \
         out: they ask anew.",
        "Refuse the case", CaseRefused
        => |scope, caller, id, reason| refuse_case::refuse_case(scope, caller, &CaseId::new(id), reason);
    /// Hand it to a senior.
    Escalate of Case for ViewCase "escalate": "Escalate to a senior",
        "A senior or an admin takes over. You can still look, but no longer act on it.",
        after its remedy "The remedy was applied, and they are not back in yet. What they were given stops working at once: passes, new codes, \
         what was enrolled, and sessions. A senior who gave no proof here decides within a day whether it goes on; else it is over, and \
         they ask anew. The owner is told.",
        "Hand to a senior", CaseEscalated
        => |scope, caller, id, reason| escalate_case::escalate_case(scope, caller, &CaseId::new(id), reason);
    /// Begin a hold although the owner was not reached.
    StartHold of Case for ViewCase "start-hold": "Begin the waiting period",
        "No message about the verification went out to a contact that counts. You say that the waiting period shall begin all the \
         same. It begins when a second senior from outside the case says so too, and lasts twice as long. Try first to reach the \
         owner yourself.",
        "Begin it", HoldWanted
        => |scope, caller, id, reason| start_hold::want_hold(scope, caller, &CaseId::new(id), reason);
    /// Whoever is signed in as them is out.
    EndSessions of Person for EndSessions "end-sessions": "End every session",
        "Whoever is signed in as this person, on whatever device, is signed out at once, and signs in again with everything that \
         their account wants. Nothing else is changed.",
        "End every session", SessionsEnded
        => |scope, caller, id, reason| end_sessions::end_sessions(scope, caller, &PersonId::new(id), reason);
}

/// What the page asks, with what came back.
#[derive(Default, Serialize)]
pub struct Question {
    /// Where the answer goes.
    pub action: String,
    /// The page that it is asked from, and what that is called.
    pub back: String,
    pub back_label: String,
    /// The list which that page is in.
    pub section: &'static str,
    pub section_href: &'static str,
    pub title: &'static str,
    pub description: String,
    pub button: &'static str,
    pub is_grave: bool,
    /// Why nothing can be decided any more.
    pub over: Option<&'static str>,
    pub reason: String,
    pub field: Option<&'static str>,
    pub error: Option<String>,
}

impl PageView for Question {
    const TEMPLATE: &'static str = "desk/verb.html";
}

impl Question {
    /// The page. What failed, if anything did, stands on it beside what was typed.
    pub(super) fn page(
        mut self,
        scope: &Scope,
        caller: &Caller,
        failed: Option<(ActionError, String)>,
    ) -> Result<Response, Problem> {
        let mut status = StatusCode::OK;
        if let Some((error, reason)) = failed {
            let (answer, field, message) = form_error(error)?;
            (status, self.field, self.error, self.reason) = (answer, field, Some(message), reason);
        }
        render_with(scope, Some(caller), status, self)
    }
}

/// `GET /desk/cases/{id}/…` and `GET /desk/people/{id}/…`
pub async fn show<V: Verb>(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    question::<V>(&scope, &caller, &id).await?.page(&scope, &caller, None)
}

/// `POST` of the same.
pub async fn submit<V: Verb>(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
    Form(form): Form<ReasonForm>,
) -> Result<Response, Problem> {
    match V::act(&scope, &caller, &id, &form.reason).await {
        Ok(()) => Ok(V::DONE.redirect(&address::<V>(&id))),
        Err(error) => {
            question::<V>(&scope, &caller, &id).await?.page(&scope, &caller, Some((error, form.reason)))
        }
    }
}

fn address<V: Verb>(id: &str) -> String {
    match V::OBJECT {
        VerbObject::Case => format!("/desk/cases/{id}"),
        VerbObject::Person => format!("/desk/people/{id}"),
    }
}

async fn question<V: Verb>(scope: &Scope, caller: &Caller, id: &str) -> Result<Question, Problem> {
    let (back_label, section, section_href, over, after_remedy) = match V::OBJECT {
        VerbObject::Case => {
            let (row, case, _) = case_for(scope, caller, &CaseId::new(id)).await?;
            permit_on_case::<V::Permit>(scope, caller, &case).await?;
            let over = "The case is closed. There is nothing to decide in it any more.";
            let after_remedy = matches!(case.stage(), Stage::Remedied { .. });
            (row.reference, "Cases", "/desk", row.closed_at.map(|_| over), after_remedy)
        }
        VerbObject::Person => {
            let person = persons::load(&scope.app.db, &scope.tenant.id, &PersonId::new(id)).await?;
            permit_on_person::<V::Permit>(scope, caller, &person).await?;
            (person.name, "People", "/desk/people", None, false)
        }
    };
    let back = address::<V>(id);
    Ok(Question {
        action: format!("{back}/{}", V::PATH),
        back,
        back_label,
        section,
        section_href,
        title: V::TITLE,
        description: if after_remedy { V::AFTER_REMEDY } else { V::DESCRIPTION }.to_owned(),
        button: V::BUTTON,
        is_grave: V::IS_GRAVE,
        over,
        ..Question::default()
    })
}
