//! What staff do with nothing but a reason: one table. A row says what stands on the page and in the API's description, what is said when
//! it is done, and which action it is; page, routes and description are made from it.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use postern_core::case::Subject;
use postern_core::id::{CaseId, PersonId};
use postern_core::policy::{self, Action, AllowedActions};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::{
    ActionError, Caller, case_for, end_sessions, escalate_case, lift_lock, lift_suspension, permit_on_case,
    permit_on_person, refuse_case, start_hold, suspend_person,
};
use crate::app::App;
use crate::scope::Scope;
use crate::store::persons;
use crate::web::api::verb as api;
use crate::web::desk::ReasonForm;
use crate::web::extract::{Form, Signed};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_error, render_with};
use crate::web::toast::{DoneText, Toast};

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
    /// What its page and the API say of it.
    const ROW: VerbRow;
    /// What the policies are asked before its page is shown.
    type Permit: Action;

    /// Does it.
    fn act(
        scope: &Scope,
        caller: &Caller,
        id: &str,
        reason: &str,
    ) -> impl Future<Output = Result<(), ActionError>> + Send;
}

/// What is said of it.
#[derive(Clone, Copy, Debug)]
pub struct VerbRow {
    /// What it is done to.
    pub object: VerbObject,
    /// The last part of its address, and what the page after it says.
    pub done: DoneText,
    /// The head of its page.
    pub title: &'static str,
    /// What it does, and what it does not.
    pub description: &'static str,
    /// The same once the remedy of a case was applied, where it is something else then.
    pub after_remedy: &'static str,
    /// What its button says, and the link to its page.
    pub button: &'static str,
    /// Whether the page that it is asked from has a place of its own for the link; else it stands with the others.
    pub is_placed: bool,
    /// Whether the button is red: it is an attack, or can't be taken back.
    pub is_grave: bool,
    /// Of somebody: what their account must be like; `None`: it does not matter.
    pub only_while: Option<AccountCondition>,
    /// Its name in the API, and what is said of it there.
    pub operation: (&'static str, &'static str),
    /// The scope with which a token may do it; `None`: no token may.
    pub token_scope: Option<&'static str>,
}

/// What the caller may do here with nothing but a reason, besides what has a place of its own.
#[derive(Serialize, ToSchema)]
pub struct VerbOffer {
    /// The last part of its address.
    pub word: &'static str,
    /// What its button says.
    pub label: &'static str,
}

/// What an account is like.
#[derive(Clone, Copy, Debug)]
pub enum AccountCondition {
    /// Not suspended.
    Open,
    /// Suspended.
    Suspended,
    /// Not suspended, and the next try waits after wrong guesses.
    Waiting,
}

impl AccountCondition {
    fn holds(self, person: &Subject, waits: bool) -> bool {
        match self {
            Self::Open => !person.suspended,
            Self::Suspended => person.suspended,
            Self::Waiting => !person.suspended && waits,
        }
    }
}

impl VerbOffer {
    /// Of what is done to such a thing, where its link has no place of its own.
    fn beside_others(row: &VerbRow, object: VerbObject) -> Option<Self> {
        let is_here = row.object == object && !row.is_placed;
        is_here.then_some(Self { word: row.done.word, label: row.button })
    }
}

impl VerbRow {
    /// The address of its page.
    pub fn page(&self) -> String {
        match self.object {
            VerbObject::Case => format!("/desk/cases/{{id}}/{}", self.done.word),
            VerbObject::Person => format!("/desk/people/{{id}}/{}", self.done.word),
        }
    }

    /// Its address in the API.
    pub fn endpoint(&self) -> String {
        self.page().replacen("/desk", "/api/v1", 1)
    }
}

macro_rules! verbs {
    ($($(#[$doc:meta])* $name:ident of $object:ident $(while $state:ident)? for $permit:ident $path:literal $(($grave:ident))? $($placed:ident)?: $title:literal, $description:literal,
        $(after its remedy $after:literal,)? $button:literal, done $done:literal, api $operation:ident $(by $token_scope:literal)?: $api:literal
        => |$scope:ident, $caller:ident, $id:ident, $reason:ident| $act:expr;)+) => {
        /// The table.
        pub const VERBS: &[VerbRow] = &[$($name::ROW),+];

        /// Their pages.
        pub fn routes() -> Router<Arc<App>> {
            Router::new()$(.route(&$name::ROW.page(), get(show::<$name>).post(submit::<$name>)))+
        }

        /// Those that the caller may use on a case, and that stand with the others.
        pub fn offers_on_case(allowed: &AllowedActions<'_>) -> Vec<VerbOffer> {
            let mut offers = Vec::new();
            $(if let Some(offer) = VerbOffer::beside_others(&$name::ROW, VerbObject::Case)
                && allowed.contains::<policy::$permit>()
            {
                offers.push(offer);
            })+
            offers
        }

        /// The same of somebody in the directory. `waits`: whether a try of theirs has to wait after wrong guesses.
        pub fn offers_on_person(
            allowed: &AllowedActions<'_>,
            (person, waits): (&Subject, bool),
        ) -> Vec<VerbOffer> {
            let mut offers = Vec::new();
            $(if let Some(offer) = VerbOffer::beside_others(&$name::ROW, VerbObject::Person)
                && $name::ROW.only_while.is_none_or(|condition| condition.holds(person, waits))
                && allowed.contains::<policy::$permit>()
            {
                offers.push(offer);
            })+
            offers
        }

        /// The same for programs.
        pub fn endpoints() -> Router<Arc<App>> {
            Router::new()$(.route(&$name::ROW.endpoint(), post(api::submit::<$name>)))+
        }

        $(
        $(#[$doc])*
        pub struct $name;

        impl Verb for $name {
            const ROW: VerbRow = VerbRow {
                object: VerbObject::$object,
                done: DoneText { word: $path, text: $done },
                title: $title,
                description: $description,
                after_remedy: verbs!(@after $description $(, $after)?),
                button: $button,
                is_placed: verbs!(@placed $($placed)?),
                is_grave: verbs!(@grave $($grave)?),
                only_while: verbs!(@state $($state)?),
                operation: (stringify!($operation), $api),
                token_scope: verbs!(@scope $($token_scope)?),
            };
            type Permit = policy::$permit;

            async fn act(
                $scope: &Scope,
                $caller: &Caller,
                $id: &str,
                $reason: &str,
            ) -> Result<(), ActionError> {
                $act.await.map(drop)
            }
        }
        )+
    };
    (@after $description:literal, $after:literal) => { $after };
    (@after $description:literal) => { $description };
    (@grave grave) => { true };
    (@grave) => { false };
    (@state open) => { Some(AccountCondition::Open) };
    (@state suspended) => { Some(AccountCondition::Suspended) };
    (@state waiting) => { Some(AccountCondition::Waiting) };
    (@state) => { None };
    (@placed placed) => { true };
    (@placed) => { false };
    (@scope $token_scope:literal) => { Some($token_scope) };
    (@scope) => { None };
}

verbs! {
    /// Say no.
    Refuse of Case for ViewCase "refuse" (grave) placed: "Refuse this case",
        "Nothing is changed on the account. The claimant's page says that the request was closed and how to reach you. A refusal \
         is a good outcome: if you are not sure, refuse.",
        after its remedy "The remedy was applied, and they are not back in yet. What they were given stops working at once: passes, new codes, \
         what was enrolled, and sessions. The owner and the seniors are told, and a senior closes the case. The owner is not locked \
         out: they ask anew.",
        "Refuse the case",
        done "The case is refused.",
        api refuse_case by "cases:act": "Before the remedy nothing is changed on the account; after it, until the person is back in, what they were given stops \
         working at once. A refusal is a good outcome."
        => |scope, caller, id, reason| refuse_case::refuse_case(scope, caller, &CaseId::new(id), reason);
    /// Hand it to a senior.
    Escalate of Case for ViewCase "escalate" placed: "Escalate to a senior",
        "A senior or an admin takes over. You can still look, but no longer act on it.",
        after its remedy "The remedy was applied, and they are not back in yet. What they were given stops working at once: passes, new codes, \
         what was enrolled, and sessions. A senior who gave no proof here decides within a day whether it goes on; else it is over, and \
         they ask anew. The owner is told.",
        "Hand to a senior",
        done "A senior has the case now.",
        api escalate_case by "cases:act": "Agents can only look from then on. After the remedy, until the person is back in, what they were given stops working at \
         once, until a senior decides."
        => |scope, caller, id, reason| escalate_case::escalate_case(scope, caller, &CaseId::new(id), reason);
    /// Begin a hold although the owner was not reached.
    StartHold of Case for ViewCase "start-hold" placed: "Begin the waiting period",
        "No message about the verification went out to a contact that counts. You say that the waiting period shall begin all the \
         same. It begins when a second senior from outside the case says so too, and lasts twice as long. Try first to reach the \
         owner yourself.",
        "Begin it",
        done "Your word for the waiting period is recorded.",
        api start_hold: "When for a day no message about the verification went out to a contact that counts. Two seniors from \
         outside the case must say so; the second one's word begins it, and it lasts twice as long."
        => |scope, caller, id, reason| start_hold::want_hold(scope, caller, &CaseId::new(id), reason);
    /// Whoever is signed in as them is out.
    EndSessions of Person for EndSessions "end-sessions": "End every session",
        "Whoever is signed in as this person, on whatever device, is signed out at once, and signs in again with everything that \
         their account wants. Nothing else is changed.",
        "End every session",
        done "Every session of theirs is ended.",
        api end_sessions: "Whoever is signed in as this person is signed out at once."
        => |scope, caller, id, reason| end_sessions::end_sessions(scope, caller, &PersonId::new(id), reason);
    /// Nobody signs in until it is lifted.
    Suspend of Person while open for SuspendPerson "suspend" (grave): "Suspend the account",
        "Use it when a factor or a device is lost or stolen, or somebody else is in. Every session ends at once, nobody signs in, and no recovery goes on. Their \
         contacts are told. Another senior or admin than you lifts it, once the person was spoken with.",
        "Suspend the account",
        done "The account is suspended, and they are told.",
        api suspend_person: "All access of the person ends at once, and nobody signs in until a senior or an admin, other than who suspended it, lifts that."
        => |scope, caller, id, reason| suspend_person::suspend_person(scope, caller, &PersonId::new(id), reason);
    /// Open again what the desk has shut.
    Lift of Person while suspended for LiftSuspension "lift-suspension": "Lift the suspension",
        "They can sign in again with what they had. Speak with them first, on a number on file, and have what was lost or stolen removed: what opened the \
         account before opens it again. Who suspended it cannot lift it, and their contacts are told. What the owner shut by \u{201c}this was not me\u{201d} \
         only the operator opens.",
        "Lift the suspension",
        done "The account is open again, and they are told.",
        api lift_suspension: "Of an account that the desk has suspended. It wants another senior or admin than who did, and a passkey touch of the last five minutes."
        => |scope, caller, id, reason| lift_suspension::lift_suspension(scope, caller, &PersonId::new(id), reason);
    /// One try before its time.
    TryAgain of Person while waiting for LiftLock "lift-lock": "Let them try again",
        "After wrong guesses the next try waits. This ends the waiting: they can try once at once, and after a wrong guess it is as long as before. What was \
         switched off after a hundred wrong guesses stays off until it is bound anew. Look first whether it is an attack. Their contacts are told.",
        "Let them try again",
        done "They can try again now, and are told.",
        api lift_lock: "Ends the waiting after wrong guesses; the counts stay, and what was switched off at the cap stays off."
        => |scope, caller, id, reason| lift_lock::lift_lock(scope, caller, &PersonId::new(id), reason);
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
        Ok(()) => Ok(Toast::Verb(V::ROW.done).redirect(&address::<V>(&id))),
        Err(error) => {
            question::<V>(&scope, &caller, &id).await?.page(&scope, &caller, Some((error, form.reason)))
        }
    }
}

fn address<V: Verb>(id: &str) -> String {
    match V::ROW.object {
        VerbObject::Case => format!("/desk/cases/{id}"),
        VerbObject::Person => format!("/desk/people/{id}"),
    }
}

async fn question<V: Verb>(scope: &Scope, caller: &Caller, id: &str) -> Result<Question, Problem> {
    let (back_label, section, section_href, over, after_remedy) = match V::ROW.object {
        VerbObject::Case => {
            let (row, case, _) = case_for(scope, caller, &CaseId::new(id)).await?;
            permit_on_case::<V::Permit>(scope, caller, &case).await?;
            let over = "The case is closed. There is nothing to decide in it any more.";
            let after_remedy = case.remedied_at().is_some();
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
        action: format!("{back}/{}", V::ROW.done.word),
        back,
        back_label,
        section,
        section_href,
        title: V::ROW.title,
        description: if after_remedy { V::ROW.after_remedy } else { V::ROW.description }.to_owned(),
        button: V::ROW.button,
        is_grave: V::ROW.is_grave,
        over,
        ..Question::default()
    })
}
