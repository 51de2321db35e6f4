//! The one table of events. A new event is a row here and a struct of the same name in `payload/`.
//!
//! A row says, in this order: the name of the event and of its payload, the dotted name, what it means, and how a list of
//! entries says it, with `{person}` for whom it concerns; then, where there is something to say:
//!
//! - `wants(…)`: what a record of it must carry: `reason`, `reason_of_people` (where a person or a program does it), `before`;
//! - `tells(…)`: whom it is announced to, with a condition on its detail in brackets: `owner(told = "at once")`,
//!   `owner(why != "contested")`, `admins(has waits_until)`, or, where the record does not say, `owner(sometimes "in words")`;
//! - `ocsf(…)`: its class and activity in OCSF, where one fits;
//! - `ssf(…)`: its event type in CAEP or RISC, where one fits.

use super::announcement::{AnnouncedWhen, Announcement, Audience};
use super::formats::{OcsfActivity, SecurityEventType};
use super::{EventPayload, ReasonWanted, payload, sealed};

macro_rules! events {
    ($(
        $variant:ident $(<$life:lifetime>)? = $name:literal: $doc:literal as $phrase:literal
        $(wants($($carries:ident),+))?
        $(tells($($audience:ident $(($($when:tt)+))?),+))?
        $(ocsf($ocsf:ident))?
        $(ssf($ssf:ident))?;
    )+) => {
        /// The name of an event, dotted and stable. Integrators match on these words.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum EventKind {
            $(#[doc = $doc] $variant,)+
        }

        impl EventKind {
            /// Every event, in the order of the book.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            fn row(self) -> &'static EventRow {
                match self {
                    $(Self::$variant => &EventRow {
                        name: $name,
                        meaning: $doc,
                        phrase: $phrase,
                        carries: &[$($(events!(@carries $carries)),+)?],
                        announcements: &[$($(Announcement {
                            to: events!(@audience $audience),
                            when: events!(@when $($($when)+)?),
                        }),+)?],
                        ocsf: events!(@optional OcsfActivity $($ocsf)?),
                        security_event: events!(@optional SecurityEventType $($ssf)?),
                    },)+
                }
            }
        }

        $(
            impl sealed::InTable for payload::$variant $(<$life>)? {}
            impl EventPayload for payload::$variant $(<$life>)? {
                const KIND: EventKind = EventKind::$variant;
            }
        )+
    };
    (@carries reason) => { Carried::Reason };
    (@carries reason_of_people) => { Carried::ReasonOfPeople };
    (@carries before) => { Carried::StateBefore };
    (@audience owner) => { Audience::Owner };
    (@audience admins) => { Audience::Admins };
    (@audience overseers) => { Audience::Overseers };
    (@audience seniors) => { Audience::Seniors };
    (@when) => { AnnouncedWhen::Always };
    (@when has $field:ident) => { AnnouncedWhen::DetailHas(stringify!($field)) };
    (@when sometimes $words:literal) => { AnnouncedWhen::Circumstances($words) };
    (@when $field:ident = $word:literal) => { AnnouncedWhen::DetailIs(stringify!($field), $word) };
    (@when $field:ident != $word:literal) => { AnnouncedWhen::DetailIsNot(stringify!($field), $word) };
    (@optional $kind:ident) => { None };
    (@optional $kind:ident $value:ident) => { Some($kind::$value) };
}

/// A row of the table.
struct EventRow {
    name: &'static str,
    meaning: &'static str,
    phrase: &'static str,
    carries: &'static [Carried],
    announcements: &'static [Announcement],
    ocsf: Option<OcsfActivity>,
    security_event: Option<SecurityEventType>,
}

/// What a record must carry, beside who and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Carried {
    /// Why.
    Reason,
    /// Why, where a person did it.
    ReasonOfPeople,
    /// How it was before.
    StateBefore,
}

events! {
    SignInSucceeded<'_> = "signin.succeeded":
        "Somebody signed in, all steps passed."
        as "signed in"
        ocsf(Logon) ssf(SessionEstablished);
    SignInFailed<'_> = "signin.failed":
        "A sign-in attempt failed; the cause says why."
        as "could not sign in"
        tells(owner(sometimes "of the third failed second step in a day, since the last sign-in")) ocsf(Logon);
    SignInCodeSent<'_> = "signin.code_sent":
        "A code for the second step was sent to a number or an address, after the right password."
        as "was sent a code to sign in";
    SignInFederated<'_> = "signin.federated":
        "A linked account at an identity provider was shown as the first step of a sign-in."
        as "came from an identity provider";
    MfaFactorEnrolled<'_> = "mfa.factor_enrolled":
        "A person enrolled a factor."
        as "enrolled a factor"
        tells(owner, admins(has waits_until)) ocsf(FactorEnable) ssf(CredentialChange);
    MfaFactorRemoved<'_> = "mfa.factor_removed":
        "A factor was removed: by its owner, with the contact that its codes went to, before it worked by staff or a contest, or with a hardware token that was retired."
        as "removed a factor of {person}"
        wants(before) tells(owner(why != "contested")) ocsf(FactorDisable) ssf(CredentialChange);
    MfaFactorNamed<'_> = "mfa.factor_named":
        "A person gave a factor of theirs a name."
        as "named a factor"
        wants(before);
    MfaFactorResynced<'_> = "mfa.factor_resynced":
        "A person set the clock of a code app, or a hardware token, right, with two of its codes and proof by another factor."
        as "set a code app or a hardware token right"
        wants(before) tells(owner);
    MfaHardwareTokensImported<'_> = "mfa.hardware_tokens_imported":
        "An admin imported the seeds of hardware tokens by a file. None is in the record."
        as "imported hardware tokens"
        tells(overseers);
    MfaHardwareTokenRetired<'_> = "mfa.hardware_token_retired":
        "An admin retired a hardware token: it is dead for good. Whose it was loses it, with a `mfa.factor_removed` beside."
        as "retired a hardware token";
    MfaFactorApproved<'_> = "mfa.factor_approved":
        "A second staff member let a waiting passkey work before its time."
        as "let a waiting passkey of {person} work"
        wants(reason, before) tells(owner);
    MfaFactorDisabled<'_> = "mfa.factor_disabled":
        "A factor reached the lifetime cap of failures and stopped working."
        as "switched off a factor of {person} after too many failures"
        tells(owner) ocsf(FactorDisable) ssf(CredentialChange);
    MfaPushDisowned<'_> = "mfa.push_disowned":
        "A person said on their phone that somebody else had asked: every sign-in under way ended."
        as "said on the phone that somebody else was signing in"
        tells(owner);
    MfaFactorAdminReset<'_> = "mfa.factor_admin_reset":
        "The desk, or the operator, removed all of a person's factors."
        as "reset all factors of {person}"
        wants(reason, before) tells(owner) ocsf(FactorDisable) ssf(CredentialChange);
    MfaBackupCodesGenerated<'_> = "mfa.backup_codes_generated":
        "A new set of backup codes was shown to a person; it counts once they confirm that it is kept."
        as "was shown new backup codes";
    MfaBackupCodesConfirmed = "mfa.backup_codes_confirmed":
        "A person said that the new backup codes are kept: they are good now, and those from before are not."
        as "kept new backup codes"
        tells(owner(announced != "true")) ocsf(FactorEnable) ssf(RecoveryInformationChanged);
    MfaBackupCodesAdminGenerated<'_> = "mfa.backup_codes_admin_generated":
        "The desk let a person have new backup codes; those from before are dead."
        as "let {person} have new backup codes"
        wants(reason, before) tells(owner) ssf(RecoveryInformationChanged);
    MfaBackupCodeUsed = "mfa.backup_code_used":
        "A backup code was used to sign in."
        as "used a backup code"
        tells(owner);
    UserAdded<'_> = "user.added":
        "A person was added to the directory."
        as "added {person} to the directory"
        tells(overseers(sometimes "if it came with a desk role, by the `power.requested` beside it")) ocsf(AccountCreate);
    UserImported<'_> = "user.imported":
        "An admin added people by a file; each has a `user.added` beside it."
        as "added people by a file"
        tells(overseers);
    UserExported = "user.exported":
        "The directory was read out as a file."
        as "read the directory out as a file"
        tells(overseers(sometimes "of each by a person, and of one a day by each service token"));
    UserChanged<'_> = "user.changed":
        "An admin changed a person's name, manager, tier or desk role."
        as "changed the record of {person}"
        wants(reason, before) tells(owner, overseers(lowers_tier = "true"), overseers(has role)) ocsf(EntityUpdate);
    UserSetUpCodeIssued = "user.set_up_code_issued":
        "An admin made a new set-up code for somebody who never enrolled; an earlier one is dead."
        as "made a new set-up code for {person}"
        wants(reason) tells(owner);
    UserNoticesChosen<'_> = "user.notices_chosen":
        "A member of staff or a manager chose what they are mailed about."
        as "chose what to be mailed about"
        wants(before);
    UserViewSaved<'_> = "user.view_saved":
        "A member of staff kept a view of the list of cases under a name."
        as "kept a view of the cases";
    UserViewRemoved<'_> = "user.view_removed":
        "A member of staff removed a view of the list of cases that they had kept."
        as "removed a kept view of the cases";
    UserNoteAdded = "user.note_added":
        "A staff member wrote a note about a person; the note is the reason."
        as "wrote a note about {person}"
        wants(reason);
    ContactAdded<'_> = "contact.added":
        "A number or an address of a person was filed, by an admin or by its owner, who typed the code sent there; everybody on file before was told."
        as "filed a contact of {person}"
        wants(reason) tells(owner) ssf(RecoveryInformationChanged);
    ContactAttested<'_> = "contact.attested":
        "An admin said that an imported number or address is the person's."
        as "attested a contact of {person}"
        wants(reason, before) tells(owner) ssf(RecoveryInformationChanged);
    ContactRemoved<'_> = "contact.removed":
        "A number or an address of a person was taken off the file, by an admin or by its owner; messages go there for 30 days more."
        as "took a contact of {person} off the file"
        wants(reason, before) tells(owner) ssf(RecoveryInformationChanged);
    TrustedContactAsked<'_> = "trusted_contact.asked":
        "A person asked a colleague to be a trusted contact of theirs. `colleague` is null where what they typed means nobody who can be asked."
        as "asked for a trusted contact"
        tells(owner) ssf(RecoveryInformationChanged);
    TrustedContactAccepted<'_> = "trusted_contact.accepted":
        "A colleague accepted to be a trusted contact of a person."
        as "became a trusted contact of {person}"
        tells(owner) ssf(RecoveryInformationChanged);
    TrustedContactEnded<'_> = "trusted_contact.ended":
        "Somebody is a trusted contact no more, or was asked and never will be: removed by the owner, declined, given up, lapsed after 14 days, or not answered when the owner's access ended."
        as "ended a trusted contact of {person}"
        wants(before) tells(owner(how = "removed"), owner(sometimes "in writing, where it was declined, given up or lapsed")) ssf(RecoveryInformationChanged);
    TrustedContactsReminded<'_> = "trusted_contact.reminded":
        "A person was reminded, as once a year, of whom they have chosen as trusted contacts."
        as "reminded {person} of their trusted contacts";
    UserActivityDisowned<'_> = "user.activity_disowned":
        "A person said of something on their account: this wasn't me. What was under way has ended."
        as "said that something on their account was not them"
        tells(owner, seniors(sometimes "of the incident beside it"));
    UserPasswordChanged<'_> = "user.password_changed":
        "A person set a password, changed it with proof by a factor, or replaced a forgotten one: by a passkey, or by a link and a code after a day."
        as "set a password"
        tells(owner(removed != "true")) ocsf(PasswordChange) ssf(CredentialChange);
    UserPasswordForgotten = "user.password_forgotten":
        "Somebody asked for a link to replace the forgotten password of a person."
        as "asked for a link to replace the password of {person}";
    UserPasswordWaits<'_> = "user.password_waits":
        "Somebody with a link from a mailbox and a code of a person set a new password, which counts in 24 hours unless it is stopped."
        as "set a password of {person} that waits"
        tells(owner);
    UserPasswordStopped<'_> = "user.password_stopped":
        "A new password that waited was stopped, and never counts."
        as "stopped the new password of {person} that waited"
        tells(owner(sometimes "unless what stopped it tells them"));
    UserSuspended<'_> = "user.suspended":
        "An account was suspended."
        as "suspended the account of {person}"
        wants(reason_of_people, before) tells(owner(why = "contested"), owner(why = "the desk")) ocsf(AccountDisable) ssf(AccountDisabled);
    UserEnabled = "user.enabled":
        "An account was enabled again."
        as "enabled the account of {person} again"
        wants(reason, before) tells(owner) ocsf(AccountEnable) ssf(AccountEnabled);
    UserLockLifted<'_> = "user.lock_lifted":
        "The desk let somebody try again before their time, after wrong guesses; the counts stay."
        as "let {person} try again after wrong guesses"
        wants(reason, before) tells(owner);
    SessionRevoked<'_> = "session.revoked":
        "Sessions ended before their time."
        as "ended sessions of {person}"
        tells(owner(why = "the owner ended them")) ocsf(Logoff) ssf(SessionRevoked);
    SessionSteppedUp<'_> = "session.stepped_up":
        "A passkey was touched in a session, for what is sensitive."
        as "touched the passkey for something sensitive";
    SessionEnded<'_> = "session.ended":
        "A person signed out, or signed in anew in the same browser."
        as "signed out"
        ocsf(Logoff);
    PassIssued<'_> = "pass.issued":
        "A one-use pass was shown to the person it is for."
        as "showed {person} a one-use pass";
    PassUsed = "pass.used":
        "A pass was used and led to enrolment."
        as "used a pass, which led to enrolment";
    PassRejected<'_> = "pass.rejected":
        "A wrong, used, expired or foreign pass was tried."
        as "tried a pass that does not work";
    CaseOpened<'_> = "case.opened":
        "Somebody asked to be let back in, or the desk opened it for a caller."
        as "asked that {person} be let back in"
        tells(owner(told = "at once")) ocsf(EntityCreate) ssf(RecoveryActivated);
    CaseJoined<'_> = "case.joined":
        "Somebody holds the case's page from now on who came by its reference; what was proven before counts nothing."
        as "joined the case of {person} by its reference"
        tells(owner(told = "at once")) ocsf(EntityUpdate);
    CaseOpeningsAnnounced<'_> = "case.openings_announced":
        "The owner was told of requests that had been gathered."
        as "told {person} of requests that had been gathered"
        tells(owner);
    CaseTaken<'_> = "case.taken":
        "A staff member took a case up; it is no stranger's any more."
        as "took the case of {person}"
        ocsf(EntityUpdate);
    CaseExported<'_> = "case.exported":
        "A list of cases was read out as a file."
        as "read a list of cases out as a file"
        tells(overseers(sometimes "of each by a person, and of one a day by each service token"));
    CaseHandedBack<'_> = "case.handed_back":
        "Who had taken a case gave it back to the queue."
        as "handed back the case of {person}"
        ocsf(EntityUpdate);
    CaseHandedOver<'_> = "case.handed_over":
        "The case was handed to a colleague."
        as "handed over the case of {person}"
        wants(reason, before) ocsf(EntityUpdate);
    CaseClaimantPageBound<'_> = "case.claimant_page_bound":
        "The claimant page was bound to a verified channel by its phrase."
        as "bound the page of {person} to a call"
        ocsf(EntityUpdate);
    CasePhraseRejected = "case.phrase_rejected":
        "A phrase was typed that is not the page's."
        as "typed a phrase that is not that of {person}'s page";
    CaseEvidenceAdded = "case.evidence_added":
        "A verification was recorded."
        as "recorded proof for {person}"
        wants(reason) ocsf(EntityUpdate);
    CaseEvidenceFailed = "case.evidence_failed":
        "A verification did not show that it is the person: nobody answered, or the risk went up."
        as "recorded proof that failed, for {person}"
        wants(reason) ocsf(EntityUpdate);
    CaseEvidenceRejected = "case.evidence_rejected":
        "Proof of a kind that is never accepted was offered; the risk went up."
        as "recorded proof that is never accepted, for {person}"
        wants(reason) ocsf(EntityUpdate);
    CaseRemedyProposed = "case.remedy_proposed":
        "Something else is to be done for the person; the proof is looked at anew."
        as "changed what is to be done for {person}"
        wants(reason, before) ocsf(EntityUpdate);
    CaseVerified<'_> = "case.verified":
        "The evidence suffices for the person's tier."
        as "found the proof for {person} sufficient"
        tells(owner) ocsf(EntityUpdate) ssf(RecoveryActivated);
    CaseApproved<'_> = "case.approved":
        "A second staff member said yes."
        as "approved the plan for {person}"
        wants(reason) tells(owner) ocsf(EntityUpdate);
    CaseNoticeOverdue = "case.notice_overdue":
        "No message about the verification went out for a day; seniors were told."
        as "told seniors that no message to {person} went out for a day"
        tells(seniors);
    CaseHoldWanted = "case.hold_wanted":
        "A senior wants the waiting period to begin although the owner was not reached; a second one must too."
        as "wants the waiting period of {person} to begin"
        wants(reason) tells(overseers) ocsf(EntityUpdate);
    ContactReportedLost<'_> = "contact.reported_lost":
        "Somebody at the desk noted that a contact on file is not the person's any more; the person was told."
        as "noted that {person} lost a contact"
        wants(reason, before) tells(owner) ssf(RecoveryInformationChanged);
    CaseHoldStarted<'_> = "case.hold_started":
        "The waiting period began; the owner can object."
        as "began the waiting period of {person}"
        tells(owner(doubled = "true"), overseers(doubled = "true")) ocsf(EntityUpdate);
    CaseRefused = "case.refused":
        "A staff member refused the case."
        as "refused the case of {person}"
        wants(reason) tells(owner) ocsf(EntityUpdate);
    CaseEscalated<'_> = "case.escalated":
        "The case was handed to a senior."
        as "handed the case of {person} to a senior"
        wants(reason) ocsf(EntityUpdate);
    CaseContested<'_> = "case.contested":
        "The owner said: this was not me; or, after the remedy, the manager or the desk stopped the case."
        as "stopped the case of {person}"
        wants(reason_of_people)
        tells(owner(by = "the manager, after the remedy"), owner(by = "the desk, after the remedy"),
            owner(by = "the desk, until a senior decides"),
            seniors(sometimes "but whoever it was, and who switched that off"))
        ocsf(EntityUpdate);
    CaseClosed<'_> = "case.closed":
        "The case ended."
        as "closed the case of {person}"
        tells(owner(outcome = "proven"), owner(has remedied_at),
            owner(sometimes "if it was withdrawn, and its opening had been told by itself")) ocsf(EntityUpdate);
    SignInsImported<'_> = "signins.imported":
        "Sign-in records of another provider were taken in."
        as "took in sign-in records of another provider";
    IncidentOpened<'_> = "incident.opened":
        "Sign-in records show an attack; or one that was closed goes on."
        as "found an attack in the sign-in records"
        tells(seniors(sometimes "one by one up to ten an hour, the others as a number; of an old log not at all")) ocsf(FindingCreate);
    IncidentClosed<'_> = "incident.closed":
        "A finding about sign-ins was closed, with a reason."
        as "closed a finding"
        wants(reason, before) ocsf(FindingClose);
    AccessDenied<'_> = "access.denied":
        "The policy refused something a signed-in caller tried."
        as "was refused by the policy";
    StepRefused<'_> = "step.refused":
        "Something that does not fit was tried: a step out of order, no reason given, or what is not there."
        as "tried something that does not fit";
    PowerRequested<'_> = "power.requested":
        "An admin wants somebody to have a desk role, or made a service token: it waits."
        as "asked for power for {person}"
        tells(overseers);
    PowerGranted<'_> = "power.granted":
        "A desk role or a service token works from now on: a second admin said yes, or the time has passed."
        as "gave power to {person}"
        wants(reason_of_people, before) tells(overseers);
    PowerStopped<'_> = "power.stopped":
        "A desk role or a service token was stopped before it worked."
        as "stopped power for {person}"
        wants(before) tells(overseers);
    ServiceTokenCreated<'_> = "service_token.created":
        "An API token was made."
        as "made an API token"
        tells(overseers);
    ServiceTokenRevoked<'_> = "service_token.revoked":
        "An API token was revoked."
        as "revoked an API token";
    JobRunAgain<'_> = "job.run_again":
        "A job that had been given up was let run again."
        as "let a job run again that had been given up"
        wants(reason, before);
    AuditExported<'_> = "audit.exported":
        "The audit log was read out."
        as "read the audit log out"
        tells(overseers(sometimes "of each by a person, and of one a day by each service token"));
    TenantAdded<'_> = "tenant.added":
        "The operator added the organisation."
        as "added the organisation"
        ocsf(EntityCreate);
    TenantRenamed<'_> = "tenant.renamed":
        "The operator gave the organisation another name."
        as "renamed the organisation"
        wants(before) ocsf(EntityUpdate);
    TenantSettingsChanged = "tenant.settings_changed":
        "The operator changed what the organisation decides for itself."
        as "changed the settings of the organisation"
        wants(reason, before) tells(overseers(sometimes "of other tiers")) ocsf(EntityUpdate);
    PolicyChanged<'_> = "policy.changed":
        "The operator changed which proof suffices for which remedy."
        as "changed which proof suffices"
        wants(reason, before) tells(overseers) ocsf(EntityUpdate);
    TenantMoved<'_> = "tenant.moved":
        "The operator moved the organisation to another address."
        as "moved the organisation to another address"
        wants(reason, before) ocsf(EntityUpdate);
    TenantSuspended = "tenant.suspended":
        "The operator suspended the organisation: it is not served."
        as "suspended the organisation"
        wants(reason, before) ocsf(EntitySuspend);
    TenantEnabled = "tenant.enabled":
        "The operator let the organisation be served again."
        as "let the organisation be served again"
        wants(reason, before) ocsf(EntityResume);
    AuditRestoreAccepted<'_> = "audit.restore_accepted":
        "The operator accepted that the log has less than it had: a backup was restored, or records were lost."
        as "accepted that the log has less than it had"
        wants(reason, before) tells(overseers);
}

impl EventKind {
    /// The dotted name.
    pub fn as_str(self) -> &'static str {
        self.row().name
    }

    /// What it says, for the audit page and the book.
    pub fn meaning(self) -> &'static str {
        self.row().meaning
    }

    /// How a list of entries says it, after who did it: `{person}` stands for whom it concerns.
    pub fn phrase(self) -> &'static str {
        self.row().phrase
    }

    /// Whether its record says why: always, or where a person did it. `None`: it may.
    pub fn reason_wanted(self) -> Option<ReasonWanted> {
        self.row().carries.iter().find_map(|carried| match carried {
            Carried::Reason => Some(ReasonWanted::Always),
            Carried::ReasonOfPeople => Some(ReasonWanted::OfPeople),
            Carried::StateBefore => None,
        })
    }

    /// Whether its record says how it was before.
    pub fn is_with_state_before(self) -> bool {
        self.row().carries.contains(&Carried::StateBefore)
    }

    /// Whom it is announced to, and when; empty for nobody.
    pub fn announcements(self) -> &'static [Announcement] {
        self.row().announcements
    }

    /// Whom a record with this detail is announced to, as far as the record says.
    pub fn announced_to(self, detail: &serde_json::Value) -> impl Iterator<Item = Audience> {
        let due = self.announcements().iter().filter(|announced| announced.when.holds(detail) == Some(true));
        due.map(|announced| announced.to)
    }

    /// Its class and activity in OCSF, where one fits.
    pub fn ocsf(self) -> Option<OcsfActivity> {
        self.row().ocsf
    }

    /// Its event type in CAEP or RISC, where one fits.
    pub fn security_event(self) -> Option<SecurityEventType> {
        self.row().security_event
    }

    /// Reads a dotted name back; `None` for anything else.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }
}
