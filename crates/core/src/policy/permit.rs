//! Permission as a value: one action, on one thing, once.

use std::marker::PhantomData;

use super::Demands;

/// Something that policies decide.
pub trait Action {
    /// Its name in the schema.
    const NAME: &'static str;
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl Action for $name {
            const NAME: &'static str = stringify!($name);
        }
    )+};
}

actions! {
    /// See a case and its person.
    ViewCase,
    /// Bind the claimant's page to a verified call.
    BindClaimantPage,
    /// Take a case up, and hand it back.
    TakeCase,
    /// Record a verification.
    RecordEvidence,
    /// Give one's word for a report.
    Vouch,
    /// Say what is to be done for the person.
    ProposeRemedy,
    /// Do what the plan says.
    ApplyRemedy,
    /// Be the second yes.
    Approve,
    /// Begin a hold although the owner was not reached.
    StartHold,
    /// Report that a contact is lost.
    ReportContact,
    /// Say no.
    Refuse,
    /// Hand to a senior.
    Escalate,
    /// Hold the evidence to be enough.
    Verify,
    /// Enter the desk.
    ViewDesk,
    /// Take a list of cases away as a file.
    ExportCases,
    /// Read and export the log.
    ReadAudit,
    /// Add people.
    ManagePeople,
    /// Change a person's name, manager, tier, role or contacts, or let them set up anew.
    ChangePerson,
    /// Open a case for a person who asks in another way than on the page.
    OpenCaseForCaller,
    /// End the sessions of a person.
    EndSessions,
    /// Shut an account at once.
    SuspendPerson,
    /// Open an account again that the desk has shut.
    LiftSuspension,
    /// Let a person try again before their time, after wrong guesses.
    LiftLock,
    /// Write a note about a person.
    AddNote,
    /// Let a passkey of staff work before its time.
    ApprovePasskey,
    /// Remove a passkey of staff before it works.
    StopPasskey,
    /// Be the second yes to a desk role or a service token.
    ApprovePower,
    /// Stop a desk role or a service token before it works.
    StopPower,
    /// Make and revoke service tokens.
    ManageTokens,
    /// See what work was given up, and let it run again.
    ManageJobs,
    /// Take in sign-in records of other providers.
    ImportSignIns,
    /// Close a finding about sign-ins.
    CloseFinding,
}

/// The policies' yes to action `A` on one resource. Only [`super::Policies::authorize`] makes one; it cannot be
/// copied, and a transition takes it by value.
#[derive(Debug)]
pub struct Permit<A> {
    resource: String,
    policies: Vec<String>,
    demands: Demands,
    action: PhantomData<A>,
}

impl<A> Permit<A> {
    /// The same yes, which demands that too.
    #[must_use]
    pub(super) fn demanding(mut self, least: Demands) -> Self {
        self.demands = self.demands.stricter(least);
        self
    }

    pub(super) fn new(resource: String, policies: Vec<String>, demands: Demands) -> Self {
        Self { resource, policies, demands, action: PhantomData }
    }

    /// What the policies that decided demand beside it: the strictest of each.
    pub fn demands(&self) -> Demands {
        self.demands
    }

    /// The ids of the policies that decided.
    pub fn policies(&self) -> &[String] {
        &self.policies
    }

    /// Whether it was given for this resource.
    pub fn covers(&self, resource: &str) -> bool {
        self.resource == resource
    }
}

/// The policies' no.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub struct Denied {
    /// The ids of the policies that forbade it; empty when none permitted it.
    pub policies: Vec<String>,
    /// What those policies say to the one who was refused.
    pub messages: Vec<String>,
    /// Policies that could not be evaluated. They deny.
    pub errors: Vec<String>,
}

impl Denied {
    pub(super) fn broken(why: String) -> Self {
        Self { policies: Vec::new(), messages: Vec::new(), errors: vec![why] }
    }

    /// The refusal in plain words.
    pub fn message(&self) -> String {
        if !self.errors.is_empty() {
            return "A policy could not be evaluated, so the answer is no. Tell your admin.".to_owned();
        }
        if self.messages.is_empty() {
            return "Your role does not allow this.".to_owned();
        }
        self.messages.join(" ")
    }
}
