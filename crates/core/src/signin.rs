//! The sign-in flow: what has been shown so far, and what may be shown next.
//!
//! ```text
//!            goal SignIn: the account has a factor that works
//!  First ──▶ password, or a linked account ──▶ Second ──▶ second step, or what stands in for it ──▶ SignedIn
//!     └────▶ passkey that verified its user ────────────────────────────────────────────────▶ SignedIn
//!
//!            goal Enrol: it has none
//!  First ──▶ password, or a linked account ──▶ Pass ──▶ enrolment pass ──▶ Enrolment (factor enrolled, codes kept: sign in again)
//! ```
//!
//! Every arrow is the one transition, [`Flow::show`]. What a kind may follow stands in the table of [`crate::factor`]: a new
//! kind of second step is a row there. No arrow leads from a first step alone to enrolment or to a session (P1), and none
//! from [`FlowStep::Enrolment`] to a session. A flow knows what was shown, never what was chosen or tried: whoever takes
//! another factor stands where they stood, and the next right answer is held to the same rule. `signin/model.rs` checks all
//! orders of steps.
//!
//! A step-up is no flow: it is one touch in a session that lives, and moves nothing but that session's time.

#[cfg(test)]
mod model;

use serde::{Deserialize, Serialize};

use crate::factor::{FactorKind, FactorUse};
use crate::id::PersonId;

/// What the directory says about a person at this very step. Read anew for every step, never carried along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountStatus {
    /// Suspended: by the owner, or because it is under attack.
    pub suspended: bool,
    /// Whether any factor (not counting backup codes) is enrolled and works.
    pub has_factor: bool,
}

/// How sure we are.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Assurance {
    /// NIST authenticator assurance level.
    pub aal: i64,
    /// Whether the session was opened with a passkey.
    pub phishing_resistant: bool,
    /// Methods used, RFC 8176 words where they exist.
    pub amr: Vec<String>,
    /// What began it at an identity provider, so that a logout there ends it.
    pub provider_session: Option<ProviderSession>,
}

/// A session at an identity provider, as far as a logout there names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProviderSession {
    /// The account there: the hash of its names.
    pub account: String,
    /// The session there: the hash of what the provider calls it (`sid`), where it has a name.
    pub session: Option<String>,
}

/// A sign-in under way. Kept in the database, named by a cookie.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Flow {
    person: PersonId,
    goal: FlowGoal,
    shown: Vec<ShownFactor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    provider_session: Option<ProviderSession>,
}

/// Where a flow leads. The account decides, not the person: without a factor there is nothing but enrolment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum FlowGoal {
    SignIn,
    Enrol,
}

/// A kind of factor that was shown, and what it proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ShownFactor {
    /// Which kind.
    pub kind: FactorKind,
    /// Whether it made sure, this time, who holds it: by a PIN or a finger. Counts for a kind that can open alone.
    pub user_verified: bool,
}

/// What a right answer leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlowProgress {
    /// More is wanted.
    Next(Flow),
    /// A session may be opened.
    SignedIn(Assurance),
}

/// What a flow waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowStep {
    /// The password, a linked account, or a passkey that verifies its user.
    First,
    /// The first step was right; a factor is wanted.
    Second,
    /// The first step was right; there is no factor, so a pass is wanted.
    Pass,
    /// First step and pass were right: enrolment, and nothing else.
    Enrolment,
}

/// Why a step was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FlowError {
    /// Suspended: by the owner, or because it is under attack.
    #[error("This account is suspended. Call the help desk, at the number on your organisation's own pages.")]
    Closed,
    /// The step does not fit what came before.
    #[error("This step does not fit what came before. Start again.")]
    OutOfOrder,
}

impl AccountStatus {
    /// Of an account that is made in this moment.
    pub const NEW: Self = Self { suspended: false, has_factor: false };
}

impl Flow {
    /// Nothing is shown yet.
    pub fn begin(person: PersonId, status: AccountStatus) -> Self {
        let goal = if status.has_factor { FlowGoal::SignIn } else { FlowGoal::Enrol };
        Self { person, goal, shown: Vec::new(), provider_session: None }
    }

    /// The same, begun by a sign-in at an identity provider.
    #[must_use]
    pub fn at_provider(self, session: ProviderSession) -> Self {
        Self { provider_session: Some(session), ..self }
    }

    /// A right answer: the only way on.
    pub fn show(
        mut self,
        shown: impl Into<ShownFactor>,
        status: AccountStatus,
    ) -> Result<FlowProgress, FlowError> {
        use FactorUse::{
            Approval, Enrolment, FirstStep, MailedCode, SecondStep, SecondStepOrAlone, SentCode, StandIn,
        };

        self.expect_unchanged(status)?;
        let shown = shown.into();
        let is_complete = match (self.step(), shown.kind.factor_use()) {
            (FlowStep::First, FirstStep) | (FlowStep::Pass, Enrolment) => false,
            (FlowStep::First, SecondStepOrAlone) if self.goal == FlowGoal::SignIn && shown.user_verified => {
                true
            }
            (
                FlowStep::Second,
                SecondStep | SecondStepOrAlone | Approval | SentCode | MailedCode | StandIn,
            ) => true,
            _ => return Err(FlowError::OutOfOrder),
        };
        self.shown.push(shown);
        Ok(if is_complete {
            FlowProgress::SignedIn(Assurance {
                provider_session: self.provider_session,
                ..Assurance::of(&self.shown)
            })
        } else {
            FlowProgress::Next(self)
        })
    }

    /// What it waits for.
    pub fn step(&self) -> FlowStep {
        let was_shown = |of: FactorUse| self.shown.iter().any(|shown| shown.kind.factor_use() == of);
        match self.goal {
            _ if !was_shown(FactorUse::FirstStep) => FlowStep::First,
            FlowGoal::SignIn => FlowStep::Second,
            FlowGoal::Enrol if !was_shown(FactorUse::Enrolment) => FlowStep::Pass,
            FlowGoal::Enrol => FlowStep::Enrolment,
        }
    }

    /// Whether a factor may be enrolled now.
    pub fn expect_enrolment(&self, status: AccountStatus) -> Result<(), FlowError> {
        self.expect_unchanged(status)?;
        if self.step() == FlowStep::Enrolment { Ok(()) } else { Err(FlowError::OutOfOrder) }
    }

    /// Who.
    pub fn person(&self) -> &PersonId {
        &self.person
    }

    /// What began it at an identity provider.
    pub fn provider_session(&self) -> Option<&ProviderSession> {
        self.provider_session.as_ref()
    }

    /// A factor that came meanwhile ends an enrolment, and the loss of the last one a sign-in: a backup code that a reset
    /// left over opens nothing.
    fn expect_unchanged(&self, status: AccountStatus) -> Result<(), FlowError> {
        if status.suspended {
            return Err(FlowError::Closed);
        }
        if status.has_factor == (self.goal == FlowGoal::SignIn) { Ok(()) } else { Err(FlowError::OutOfOrder) }
    }
}

impl FlowProgress {
    /// The flow, where more is wanted.
    pub fn going_on(self) -> Result<Flow, FlowError> {
        match self {
            Self::Next(flow) => Ok(flow),
            Self::SignedIn(_) => Err(FlowError::OutOfOrder),
        }
    }

    /// What a session may be opened with.
    pub fn signed_in(self) -> Result<Assurance, FlowError> {
        match self {
            Self::SignedIn(assurance) => Ok(assurance),
            Self::Next(_) => Err(FlowError::OutOfOrder),
        }
    }
}

impl From<FactorKind> for ShownFactor {
    fn from(kind: FactorKind) -> Self {
        Self { kind, user_verified: false }
    }
}

impl ShownFactor {
    /// A passkey that verified its user is two factors in one gesture: what one has, and what one knows or is.
    fn counts_twice(self) -> bool {
        self.user_verified && self.kind.factor_use() == FactorUse::SecondStepOrAlone
    }
}

impl Assurance {
    /// Two factors are AAL 2 and `mfa`; a code by mail is none. No kind is shown twice: the flow takes none again.
    fn of(shown: &[ShownFactor]) -> Self {
        let mut amr: Vec<&str> = shown.iter().flat_map(|shown| shown.kind.amr()).copied().collect();
        let verified = shown.iter().any(|shown| shown.counts_twice());
        let is_multi_factor = verified || shown.iter().filter(|shown| shown.kind.counts()).count() > 1;
        amr.extend(verified.then_some("user"));
        amr.extend(is_multi_factor.then_some("mfa"));
        Self {
            aal: if is_multi_factor { 2 } else { 1 },
            phishing_resistant: shown.iter().any(|shown| shown.kind.is_phishing_resistant()),
            amr: amr.into_iter().map(str::to_owned).collect(),
            provider_session: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use FactorKind::{
        BackupCode, Email, EnrolmentPass, Federated, HardwareToken, Password, Push, Sms, Totp, Voice,
        Webauthn,
    };

    const WITH: AccountStatus = AccountStatus { suspended: false, has_factor: true };
    const WITHOUT: AccountStatus = AccountStatus { suspended: false, has_factor: false };

    /// What one can show: each kind, as it is and with its user verified.
    fn answers() -> impl Iterator<Item = ShownFactor> {
        let each =
            |kind: &FactorKind| [false, true].map(|user_verified| ShownFactor { kind: *kind, user_verified });
        FactorKind::ALL.iter().flat_map(each)
    }

    fn after(shown: &[FactorKind], status: AccountStatus) -> Flow {
        let begun = Flow::begin(PersonId::new("ana"), status);
        shown.iter().fold(begun, |flow, kind| flow.show(*kind, status).unwrap().going_on().unwrap())
    }

    /// Where every allowed step leads; what is not here leads nowhere.
    fn expected(step: FlowStep, shown: ShownFactor, first: &'static str) -> Option<Vec<&'static str>> {
        let second = match (step, shown.kind, shown.user_verified) {
            (FlowStep::First, Webauthn, true) => return Some(vec!["swk", "user", "mfa"]),
            (FlowStep::Second, Totp | HardwareToken, _) => &["otp", "mfa"][..],
            (FlowStep::Second, Webauthn, false) => &["swk", "mfa"],
            (FlowStep::Second, Webauthn, true) => &["swk", "user", "mfa"],
            (FlowStep::Second, Push, _) => &["swk", "mca", "mfa"],
            (FlowStep::Second, Sms, _) => &["sms", "mfa"],
            (FlowStep::Second, Voice, _) => &["tel", "mfa"],
            (FlowStep::Second, Email, _) => &["email_code"],
            (FlowStep::Second, BackupCode, _) => &["backup_code", "mfa"],
            _ => return None,
        };
        Some([&[first], second].concat())
    }

    #[test]
    fn every_step_from_every_state() {
        let states: [(FlowStep, AccountStatus, &[FactorKind]); 8] = [
            (FlowStep::First, WITH, &[]),
            (FlowStep::First, WITHOUT, &[]),
            (FlowStep::Second, WITH, &[Password]),
            (FlowStep::Pass, WITHOUT, &[Password]),
            (FlowStep::Enrolment, WITHOUT, &[Password, EnrolmentPass]),
            (FlowStep::Second, WITH, &[Federated]),
            (FlowStep::Pass, WITHOUT, &[Federated]),
            (FlowStep::Enrolment, WITHOUT, &[Federated, EnrolmentPass]),
        ];
        for (step, status, so_far) in states {
            let flow = after(so_far, status);
            assert_eq!(flow.step(), step);
            let changed = AccountStatus { has_factor: !status.has_factor, ..status };
            let suspended = AccountStatus { suspended: true, ..status };
            for shown in answers() {
                let next = match (step, shown.kind) {
                    (FlowStep::First, Password | Federated) if status.has_factor => Some(FlowStep::Second),
                    (FlowStep::First, Password | Federated) => Some(FlowStep::Pass),
                    (FlowStep::Pass, EnrolmentPass) => Some(FlowStep::Enrolment),
                    _ => None,
                };
                let first = so_far.first().map_or("", |kind| kind.amr()[0]);
                let session = expected(step, shown, first).filter(|_| status.has_factor);
                match flow.clone().show(shown, status) {
                    Ok(FlowProgress::Next(flow)) => assert_eq!((Some(flow.step()), session), (next, None)),
                    Ok(FlowProgress::SignedIn(assurance)) => {
                        assert_eq!(Some(assurance.amr.as_slice()), session.as_deref().map(owned).as_deref());
                        let aal = if shown.kind == Email { 1 } else { 2 };
                        assert_eq!((assurance.aal, next), (aal, None));
                        assert_eq!(assurance.phishing_resistant, shown.kind == Webauthn);
                    }
                    Err(error) => {
                        assert_eq!(
                            (error, next, session),
                            (FlowError::OutOfOrder, None, None),
                            "{step:?}, {shown:?}"
                        );
                    }
                }
                assert_eq!(
                    flow.clone().show(shown, changed),
                    Err(FlowError::OutOfOrder),
                    "{step:?}, {shown:?}"
                );
                assert_eq!(
                    flow.clone().show(shown, suspended),
                    Err(FlowError::Closed),
                    "{step:?}, {shown:?}"
                );
            }
            let may_enrol = if step == FlowStep::Enrolment { Ok(()) } else { Err(FlowError::OutOfOrder) };
            assert_eq!(flow.expect_enrolment(status), may_enrol);
            assert_eq!(flow.expect_enrolment(changed), Err(FlowError::OutOfOrder));
            assert_eq!(flow.expect_enrolment(suspended), Err(FlowError::Closed));
        }
    }

    fn owned(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn a_flow_reads_back_and_one_of_another_shape_does_not() {
        let flow = after(&[Password], WITH);
        let text = serde_json::to_string(&flow).unwrap();
        assert_eq!(
            text,
            r#"{"person":"ana","goal":"sign_in","shown":[{"kind":"password","user_verified":false}]}"#
        );
        assert_eq!(serde_json::from_str::<Flow>(&text).unwrap(), flow);
        let session = ProviderSession { account: "a".to_owned(), session: None };
        let flow = after(&[Federated], WITH).at_provider(session.clone());
        let flow: Flow = serde_json::from_str(&serde_json::to_string(&flow).unwrap()).unwrap();
        let assurance = flow.show(Totp, WITH).unwrap().signed_in().unwrap();
        assert_eq!(assurance.provider_session, Some(session));
        assert!(serde_json::from_str::<Flow>(r#"{"step":"second_step","person":"ana"}"#).is_err());
    }
}
