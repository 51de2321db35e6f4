//! What a page says of the act that led to it, once: carried from the form's answer to the next page by a cookie.

use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Serialize;

use super::cookies;
use super::desk::verb::VERBS;

/// What a page says of an act.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ToastText {
    /// At the desk.
    English(&'static str),
    /// To people outside it: the id of a message.
    Message(&'static str),
}

/// What is said when a verb of the table is done, and the word for it: the last part of the verb's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoneText {
    pub word: &'static str,
    pub text: &'static str,
}

macro_rules! toasts {
    ($($name:ident => $word:literal, $kind:ident($text:literal);)+) => {
        /// What was done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Toast {
            $(#[doc = $text] $name,)+
            /// A verb of the table, by its row.
            Verb(DoneText),
        }

        impl Toast {
            const ALL: &[Self] = &[$(Self::$name),+];

            /// The cookie's word.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                    Self::Verb(done) => done.word,
                }
            }

            /// What the page says.
            pub fn text(self) -> ToastText {
                match self {
                    $(Self::$name => ToastText::$kind($text),)+
                    Self::Verb(done) => ToastText::English(done.text),
                }
            }
        }
    };
}

toasts! {
    CaseOpened => "opened", English("The case is open, and the owner is told. The reference is on it.");
    BackIn => "back-in", Message("toast-back-in");
    OthersFailed => "others-failed", Message("toast-others-failed");
    AccountLinked => "linked", Message("toast-account-linked");
    NoRequestHere => "no-request", Message("toast-no-request");
    RequestGone => "request-gone", Message("toast-request-gone");
    CallRecorded => "call", English("The call is recorded.");
    EvidenceRecorded => "evidence", English("The proof is recorded.");
    RemedyProposed => "remedy", English("The remedy is changed.");
    CaseTaken => "taken", English("You have this case.");
    CaseHandedBack => "handed-back", English("The case is handed back.");
    CaseHandedOver => "handed-over", English("Your colleague has the case now, and is told.");
    ViewSaved => "view-saved", English("The view is kept.");
    ViewRemoved => "view-removed", English("The view is removed.");
    ContactReportedLost => "contact-lost", English("The contact is reported lost. Nobody calls it any more.");
    CaseApproved => "approved", English("Your yes is recorded.");
    RemedyApplied => "applied", English("Done. The person goes on by themselves, on their own page.");
    FindingClosed => "finding-closed", English("It is closed.");
    SecondYesGiven => "decided", English("Your decision is recorded.");
    JobRunsAgain => "job", English("It runs again.");
    TokenRevoked => "token-revoked", English("The token opens nothing any more.");
    StoryBegun => "story", English("The records are in. What they show is at the desk within a second or two.");
    Imported => "imported", English("The log was read. The first line says what was new in it, and what was not.");
    Vouched => "vouched", Message("toast-vouched");
    VouchDenied => "vouch-denied", Message("toast-vouch-denied");
    VouchUnsure => "vouch-unsure", Message("toast-vouch-unsure");
    PersonChanged => "person-changed", English("It is saved: they are told of what changed, and a role waits for a second admin.");
    PeopleImported => "people-imported", English("They are in the directory. Each gets a set-up code on their own page.");
    HardwareTokensImported => "hardware-tokens", English("They are imported. Whoever has one adds it on their account page.");
    HardwareTokenRetired => "hardware-token-retired", English("The token is dead.");
    ContactAdded => "contact-added", English("The contact is on file, and they are told.");
    ContactAttested => "contact-attested", English("The contact counts from now on, and they are told.");
    ContactRemoved => "contact-removed", English("The contact is off the file. Messages go there for 30 days more.");
    NoticesChosen => "notices", Message("toast-notices");
    NoteAdded => "note", English("The note is kept.");
    SessionEnded => "session-ended", Message("toast-session-ended");
    ClockSet => "clock-set", Message("toast-clock-set");
    OwnContactAdded => "own-contact-added", Message("toast-own-contact-added");
    OwnContactRemoved => "own-contact-removed", Message("toast-own-contact-removed");
    TrustedContactAsked => "trusted-asked", Message("toast-trusted-contact-asked");
    TrustedContactAccepted => "trusted-accepted", Message("toast-trusted-contact-accepted");
    TrustedContactDeclined => "trusted-declined", Message("toast-trusted-contact-declined");
    TrustedContactRemoved => "trusted-removed", Message("toast-trusted-contact-removed");
    TrustedContactResigned => "trusted-resigned", Message("toast-trusted-contact-resigned");
    HardwareTokenAdded => "hardware-token", Message("toast-hardware-token");
    OtherSessionsEnded => "others-ended", Message("toast-other-sessions-ended");
    SentCodeAdded => "sent-code-added", Message("toast-sent-code-added");
    FactorNamed => "factor-named", Message("toast-factor-named");
    FactorRemoved => "factor-removed", Message("toast-factor-removed");
    CodeAppAdded => "code-app", Message("toast-code-app");
    PasswordChanged => "password-changed", Message("toast-password-changed");
    WaitingPasswordStopped => "password-stopped", Message("toast-password-stopped");
    CodesKept => "codes-kept", Message("toast-codes-kept");
}

impl Toast {
    /// Reads the cookie's word back.
    pub fn parse(word: &str) -> Option<Self> {
        let verbs = VERBS.iter().map(|verb| Self::Verb(verb.done));
        Self::ALL.iter().copied().chain(verbs).find(|toast| toast.as_str() == word)
    }

    /// On to a page that says it.
    pub fn redirect(self, to: &str) -> Response {
        let mut response = Redirect::to(to).into_response();
        cookies::TOAST.set(response.headers_mut(), self.as_str());
        response
    }
}
