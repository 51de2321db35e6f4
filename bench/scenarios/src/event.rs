//! What happens, before it is written in any vendor's format.

use crate::world::{Account, Phone, Seat};

/// What is shown as proof beside the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Proof {
    /// A prompt on a phone app.
    #[default]
    Push,
    /// A code of an app.
    Totp,
    /// A text message.
    Sms,
    /// A call.
    Voice,
    /// A code that an administrator handed out, or a saved one.
    Bypass,
    /// Nothing: the password is enough.
    None,
}

/// Why more is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// The second factor.
    Mfa,
    /// "Stay signed in?"
    KeepSignedIn,
    /// The browser has no session yet.
    NoSession,
    /// Which of several accounts?
    WhichAccount,
    /// A second factor must be set up first.
    Enrol,
}

/// What is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The sign-in service.
    Service,
    /// The agent between it and the directory.
    Agent,
    /// The way to the phones.
    Prompts,
    /// The other company's second factor.
    ExternalMfa,
}

/// What was done to an account, or to all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The account was locked.
    Lockout,
    /// It was unlocked.
    Unlock,
    /// A factor was enrolled, with the phone of the context.
    Enrolled,
    /// A factor was removed or suspended.
    FactorRemoved,
    /// All factors were removed by an administrator.
    FactorsReset,
    /// The password was reset by an administrator.
    PasswordReset,
    /// The person changed it.
    PasswordChanged,
    /// The account was switched off.
    SwitchedOff,
    /// The person reported something suspicious.
    Suspicious,
    /// The provider sees a risk.
    Risk,
    /// A way around the second factor was made.
    Bypass,
    /// A policy was changed.
    Policy,
}

/// What happens at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScenarioEvent {
    /// Signed in, with the password and this.
    In(Proof),
    /// Signed in by a prompt that went to two devices.
    InWithTwoPhones,
    /// An old token was used once more, in the background.
    Token,
    /// More is asked for.
    Paused(Pause),
    /// Wrong password.
    BadPassword,
    /// Right, but expired.
    PasswordExpired,
    /// No account of this name.
    NoSuchUser,
    /// Refused because the account is locked.
    Locked,
    /// Refused because the account is switched off.
    Disabled,
    /// Refused because there is no second factor.
    NotEnrolled,
    /// Wrong code.
    WrongCode(Proof),
    /// Right code, but used before.
    CodeReused,
    /// Right code of another time.
    ClockDrift,
    /// The prompt was declined.
    Denied,
    /// The prompt, message or call was not answered.
    NoAnswer(Proof),
    /// The prompt was reported as fraud.
    Fraud,
    /// The wrong number was chosen.
    WrongNumber,
    /// The authenticator saw a phishing site.
    Phishing,
    /// The prompt, message or call did not get through.
    Undelivered(Proof),
    /// Too many messages.
    RateLimited,
    /// The factor is suspended.
    FactorDisabled,
    /// The policy of the context refuses.
    PolicyBlock,
    /// The policy of the context refuses because of the device.
    DeviceBlock,
    /// Nobody gave the person this application.
    NotAssigned,
    /// Another identity provider did not confirm.
    ExternalIdp,
    /// A guest whom this directory does not know.
    UnknownGuest,
    /// The session ran out.
    SessionExpired,
    /// Something is broken.
    Outage(Fault),
    /// The account is at risk, and shut until its password changes.
    AtRisk,
    /// The sign-in is at risk, and a second factor may not be set up from there.
    RiskyEnrolment,
    /// The address is known for attacks.
    BadAddress,
    /// A code that nobody has documented.
    Unheard,
    /// Something was done to the account.
    Changed(Change),
}

/// An event with everything around it.
#[derive(Debug, Clone, Copy)]
pub struct EventContext<'a> {
    /// When.
    pub at: i64,
    /// Whose account.
    pub who: &'a Account,
    /// From where and with what.
    pub seat: Seat,
    /// What.
    pub event: ScenarioEvent,
    /// By whom, where that is somebody else.
    pub by: Option<&'a str>,
    /// The policy, by its name.
    pub policy: Option<&'a str>,
    /// Another phone than the usual.
    pub phone: Option<&'a Phone>,
}

impl<'a> EventContext<'a> {
    /// A plain one.
    pub fn new(who: &'a Account, at: i64, seat: Seat, event: ScenarioEvent) -> Self {
        Self { at, who, seat, event, by: None, policy: None, phone: None }
    }

    /// Done by an administrator.
    #[must_use]
    pub fn by(self, login: &'a str) -> Self {
        Self { by: Some(login), ..self }
    }

    /// Because of this policy.
    #[must_use]
    pub fn because_of(self, policy: &'a str) -> Self {
        Self { policy: Some(policy), ..self }
    }

    /// Answered or enrolled with this phone.
    #[must_use]
    pub fn with_phone(self, phone: &'a Phone) -> Self {
        Self { phone: Some(phone), ..self }
    }

    /// The phone that answers.
    pub fn phone(&self) -> &Phone {
        self.phone.unwrap_or(&self.who.phone)
    }
}
