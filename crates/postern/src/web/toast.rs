//! What a page says of the act that led to it, once: carried from the form's answer to the next page by a cookie.

use axum::response::{IntoResponse as _, Redirect, Response};

use super::cookies;

macro_rules! toasts {
    ($($name:ident => $word:literal, $text:literal;)+) => {
        /// What was done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Toast {
            $(#[doc = $text] $name,)+
        }

        impl Toast {
            const ALL: &[Self] = &[$(Self::$name),+];

            /// The cookie's word.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// What the page says.
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

toasts! {
    CaseOpened => "opened", "The case is open, and the owner is told. The reference is on it.";
    BackIn => "back-in", "You are back in. Your recovery is closed, and every contact on file is told.";
    NoRequestHere => "no-request", "No request is open in this browser.";
    RequestGone => "request-gone", "The request that this browser had open is over, or was continued in another browser. If that was not you, call the help desk.";
    CallRecorded => "call", "The call is recorded.";
    EvidenceRecorded => "evidence", "The proof is recorded.";
    RemedyProposed => "remedy", "The remedy is changed.";
    CaseTaken => "taken", "You have this case.";
    CaseHandedBack => "handed-back", "The case is handed back.";
    CaseHandedOver => "handed-over", "Your colleague has the case now, and is told.";
    ViewSaved => "view-saved", "The view is kept.";
    ViewRemoved => "view-removed", "The view is removed.";
    ContactReportedLost => "contact-lost", "The contact is reported lost. Nobody calls it any more.";
    CaseRefused => "refused", "The case is refused. Nothing was changed on the account.";
    CaseEscalated => "escalated", "A senior has the case now.";
    CaseApproved => "approved", "Your yes is recorded.";
    HoldWanted => "hold-wanted", "Your word for the waiting period is recorded.";
    RemedyApplied => "applied", "Done. The person goes on by themselves, on their own page.";
    FindingClosed => "finding-closed", "It is closed.";
    SecondYesGiven => "decided", "Your decision is recorded.";
    JobRunsAgain => "job", "It runs again.";
    TokenRevoked => "token-revoked", "The token opens nothing any more.";
    StoryBegun => "story", "The records are in. What they show is at the desk within a second or two.";
    Imported => "imported", "The log was read. The first line says what was new in it, and what was not.";
    Vouched => "vouched", "Thank you. Your word is recorded.";
    VouchDenied => "vouch-denied", "Thank you. Nobody goes on until the help desk has looked again.";
    VouchUnsure => "vouch-unsure", "Thank you. The help desk asks for another proof.";
    SessionsEnded => "sessions-ended", "Every session of theirs is ended.";
    PersonChanged => "person-changed", "It is saved: they are told of what changed, and a role waits for a second admin.";
    PeopleImported => "people-imported", "They are in the directory. Each gets a set-up code on their own page.";
    ContactAdded => "contact-added", "The contact is on file, and they are told.";
    ContactAttested => "contact-attested", "The contact counts from now on, and they are told.";
    ContactRemoved => "contact-removed", "The contact is off the file. Messages go there for 30 days more.";
    NoticesChosen => "notices", "Your choice is saved.";
    NoteAdded => "note", "The note is kept.";
    SessionEnded => "session-ended", "That session is ended.";
    FactorNamed => "factor-named", "The name is saved.";
    FactorRemoved => "factor-removed", "It is removed.";
    CodeAppAdded => "code-app", "The code app works from now on.";
    CodesKept => "codes-kept", "The new backup codes count from now on.";
}

impl Toast {
    /// Reads the cookie's word back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|toast| toast.as_str() == word)
    }

    /// On to a page that says it.
    pub fn redirect(self, to: &str) -> Response {
        let mut response = Redirect::to(to).into_response();
        cookies::TOAST.set(response.headers_mut(), self.as_str());
        response
    }
}
