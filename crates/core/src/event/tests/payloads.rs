//! What stands in the log, word for word: integrators read it.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use serde_json::json;

use crate::event::payload::*;
use crate::event::{Actor, Event, EventKind, EventPayload};
use crate::evidence::{EvidenceOutcome, Kind};
use crate::factor::FactorKind;
use crate::id::{CaseId, ContactId, PersonId};
use crate::person::Role;
use crate::remedy::{PlanHash, Remedy, RemedyPlan};
use crate::trusted_contact::TrustEnd;

const AT: &str = "2026-03-02T08:14:11.20431Z";

fn at() -> Timestamp {
    AT.parse().unwrap()
}

fn proven_by() -> ProvingFactor<'static> {
    ProvingFactor { kind: FactorKind::Totp, factor: "f0" }
}

fn plan() -> PlanHash {
    RemedyPlan::new(CaseId::new("case1"), PersonId::new("p1"), Remedy::FactorReset).hash()
}

/// Looks at samples, and notes whose they are.
#[derive(Default)]
struct WrittenKinds(HashSet<EventKind>);

impl WrittenKinds {
    fn check<P: EventPayload>(&mut self, payload: P, expected: serde_json::Value) {
        let event = Event::new(Actor::System, payload);
        assert_eq!(*event.detail(), expected, "{}", event.kind().as_str());
        assert!(expected.is_object() || expected.is_null(), "{}", event.kind().as_str());
        self.0.insert(event.kind());
    }
}

#[test]
fn every_payload_is_written_as_integrators_read_it() {
    let mut written = WrittenKinds::default();
    accounts(&mut written);
    owners_of_accounts(&mut written);
    directory(&mut written);
    factors(&mut written);
    hardware_tokens(&mut written);
    removed_factors(&mut written);
    cases(&mut written);
    ends_of_cases(&mut written);
    desk(&mut written);
    power(&mut written);
    organisation(&mut written);
    for kind in EventKind::ALL {
        assert!(written.0.contains(kind), "{} has no sample", kind.as_str());
    }
}

fn directory(written: &mut WrittenKinds) {
    written.check(
        UserChanged {
            name: Some("Ana Brandt"),
            manager: Some("p2"),
            tier: Some("standard"),
            lowers_tier: Some(AlwaysTrue),
            role: Some(Role::Person),
        },
        json!({
            "name": "Ana Brandt", "manager": "p2", "tier": "standard", "lowers_tier": true, "role": "person",
        }),
    );
    written.check(UserChanged { name: Some("Ana"), ..UserChanged::default() }, json!({ "name": "Ana" }));
    written.check(
        UserImported { people: 2, left_alone: 1, file_sha256: "9f86" },
        json!({ "people": 2, "left_alone": 1, "file_sha256": "9f86" }),
    );
    written.check(UserExported { people: 12 }, json!({ "people": 12 }));
    written.check(UserSetUpCodeIssued, json!(null));
    written.check(UserNoteAdded, json!(null));
    written.check(UserNoticesChosen { off: &["vouch_asked"] }, json!({ "off": ["vouch_asked"] }));
    written.check(
        UserViewSaved { name: "Old and risky", query: "risk=1" },
        json!({ "name": "Old and risky", "query": "risk=1" }),
    );
    written.check(UserViewRemoved { name: "Old and risky" }, json!({ "name": "Old and risky" }));
    written
        .check(ContactAdded { contact: "c1", kind: "mobile" }, json!({ "contact": "c1", "kind": "mobile" }));
    written.check(ContactAttested { contact: "c1" }, json!({ "contact": "c1" }));
    written
        .check(ContactRemoved { contact: "c1", kind: "email" }, json!({ "contact": "c1", "kind": "email" }));
    trusted_contacts(written);
}

fn trusted_contacts(written: &mut WrittenKinds) {
    written.check(
        TrustedContactAsked { trusted_contact: "t1", colleague: Some("p2") },
        json!({ "trusted_contact": "t1", "colleague": "p2" }),
    );
    written.check(
        TrustedContactAsked { trusted_contact: "t1", colleague: None },
        json!({ "trusted_contact": "t1", "colleague": null }),
    );
    written.check(TrustedContactAccepted { trusted_contact: "t1" }, json!({ "trusted_contact": "t1" }));
    written.check(
        TrustedContactEnded { trusted_contact: "t1", how: TrustEnd::Resigned },
        json!({ "trusted_contact": "t1", "how": "resigned" }),
    );
    written.check(
        TrustedContactsReminded { trusted_contacts: &["t1".to_owned()] },
        json!({ "trusted_contacts": ["t1"] }),
    );
}

fn accounts(written: &mut WrittenKinds) {
    let amr = ["pwd".to_owned(), "otp".to_owned()];
    written.check(
        SignInSucceeded { method: "totp", aal: 2, amr: &amr },
        json!({ "method": "totp", "aal": 2, "amr": ["pwd", "otp"] }),
    );
    written.check(
        SignInFailed { method: "totp", cause: "mfa_wrong_code", detail: None },
        json!({ "method": "totp", "cause": "mfa_wrong_code", "detail": null }),
    );
    written.check(
        SignInCodeSent { kind: FactorKind::Sms, factor: "f1", contact: "k1" },
        json!({ "kind": "sms", "factor": "f1", "contact": "k1" }),
    );
    let amr = ["pwd".to_owned(), "otp".to_owned()];
    written.check(
        SignInFederated { provider: "quay", factor: "f1", amr: &amr, acr: Some("2"), auth_time: Some(at()) },
        json!({ "provider": "quay", "factor": "f1", "amr": ["pwd", "otp"], "acr": "2", "auth_time": AT }),
    );
    written.check(SessionRevoked { sessions: 2, why: None }, json!({ "sessions": 2 }));
    written.check(
        SessionRevoked { sessions: 2, why: Some("contested") },
        json!({ "sessions": 2, "why": "contested" }),
    );
    written.check(SessionSteppedUp { factor: "f1" }, json!({ "factor": "f1" }));
    written.check(
        SessionRevoked { sessions: 0, why: Some("the owner ended them") },
        json!({ "sessions": 0, "why": "the owner ended them" }),
    );
    written.check(SessionEnded { session: "s1" }, json!({ "session": "s1" }));
    written.check(PassIssued::FirstAdmin, json!(null));
    written.check(
        PassIssued::ToPerson { expires_at: at(), shown_on: "the bound claimant page" },
        json!({ "expires_at": AT, "shown_on": "the bound claimant page" }),
    );
    written.check(PassUsed, json!(null));
    written.check(PassRejected::SetUpCode, json!(null));
    written
        .check(PassRejected::EnrolmentPass { cause: "mfa_wrong_code" }, json!({ "cause": "mfa_wrong_code" }));
    written.check(UserAdded::FirstAdmin, json!(null));
    written.check(
        UserAdded::InDirectory { login: "ana", role: Role::Senior, tier: "privileged", by: None },
        json!({ "login": "ana", "role": "senior", "tier": "privileged" }),
    );
    written.check(
        UserAdded::InDirectory { login: "ana", role: Role::Person, tier: "standard", by: Some("demo") },
        json!({ "login": "ana", "role": "person", "tier": "standard", "by": "demo" }),
    );
}

fn owners_of_accounts(written: &mut WrittenKinds) {
    written.check(UserPasswordChanged::Set, json!(null));
    written.check(
        UserPasswordChanged::ByOwner { proven_by: proven_by() },
        json!({ "proven_by": { "kind": "totp", "factor": "f0" } }),
    );
    written.check(
        UserPasswordChanged::Forgotten { forgotten: AlwaysTrue, proven_by: proven_by() },
        json!({ "forgotten": true, "proven_by": { "kind": "totp", "factor": "f0" } }),
    );
    written.check(
        UserPasswordChanged::AfterHold { after_hold: AlwaysTrue, proven_by: proven_by() },
        json!({ "after_hold": true, "proven_by": { "kind": "totp", "factor": "f0" } }),
    );
    written.check(UserPasswordForgotten { links: 2 }, json!({ "links": 2 }));
    written.check(
        UserPasswordWaits { contact: "k0", proven_by: proven_by(), takes_effect_at: Timestamp::UNIX_EPOCH },
        json!({
            "contact": "k0",
            "proven_by": { "kind": "totp", "factor": "f0" },
            "takes_effect_at": "1970-01-01T00:00:00Z",
        }),
    );
    written.check(UserPasswordStopped { why: "the owner" }, json!({ "why": "the owner" }));
    written.check(UserPasswordChanged::Removed { removed: AlwaysTrue }, json!({ "removed": true }));
    written.check(
        UserActivityDisowned {
            entry: "e1",
            event: "signin.succeeded",
            sessions: 2,
            stays: false,
            requests: &["C-7K3M9Q".to_owned()],
        },
        json!({ "entry": "e1", "event": "signin.succeeded", "sessions": 2, "stays": false, "requests": ["C-7K3M9Q"] }),
    );
    written.check(UserSuspended { why: "contested" }, json!({ "why": "contested" }));
    written.check(UserSuspended { why: "the desk" }, json!({ "why": "the desk" }));
    written.check(UserEnabled, json!(null));
    written.check(UserLockLifted { kinds: &["password", "totp"] }, json!({ "kinds": ["password", "totp"] }));
}

fn factors(written: &mut WrittenKinds) {
    let enrolled = |kind| MfaFactorEnrolled { kind, factor: "f1", proven_by: None, passkey: None };
    written.check(enrolled(FactorKind::Totp), json!({ "kind": "totp", "factor": "f1" }));
    written.check(
        MfaFactorEnrolled { proven_by: Some(proven_by()), ..enrolled(FactorKind::Totp) },
        json!({ "kind": "totp", "factor": "f1", "proven_by": { "kind": "totp", "factor": "f0" } }),
    );
    for (waits_until, text) in [(None, json!(null)), (Some(at()), json!(AT))] {
        let passkey = Some(EnrolledPasskey { second_step_only: false, waits_until });
        written.check(
            MfaFactorEnrolled { proven_by: Some(proven_by()), passkey, ..enrolled(FactorKind::Webauthn) },
            json!({
                "kind": "webauthn", "factor": "f1", "second_step_only": false,
                "proven_by": { "kind": "totp", "factor": "f0" }, "waits_until": text,
            }),
        );
    }
    written.check(
        MfaFactorResynced {
            kind: FactorKind::Totp,
            factor: "f1",
            clock_steps: -8,
            proven_by: ProvingFactor { kind: FactorKind::Webauthn, factor: "f2" },
        },
        json!({
            "kind": "totp", "factor": "f1", "clock_steps": -8,
            "proven_by": { "kind": "webauthn", "factor": "f2" },
        }),
    );
    written.check(
        MfaFactorNamed { kind: "totp", factor: "f1", label: "Work phone" },
        json!({ "kind": "totp", "factor": "f1", "label": "Work phone" }),
    );
    written.check(
        MfaFactorApproved { kind: FactorKind::Webauthn, factor: "f1" },
        json!({ "kind": "webauthn", "factor": "f1" }),
    );
    written.check(
        MfaBackupCodesGenerated { count: 10, proven_by: None, shown_on: None },
        json!({ "count": 10 }),
    );
    written.check(
        MfaBackupCodesGenerated { count: 10, proven_by: Some(proven_by()), shown_on: None },
        json!({ "count": 10, "proven_by": { "kind": "totp", "factor": "f0" } }),
    );
    let shown_on = "the bound claimant page";
    written.check(
        MfaBackupCodesGenerated { count: 10, proven_by: None, shown_on: Some(shown_on) },
        json!({ "count": 10, "shown_on": shown_on }),
    );
    written.check(
        MfaBackupCodesConfirmed { count: 10, announced: true },
        json!({ "count": 10, "announced": true }),
    );
    written.check(MfaBackupCodeUsed { left: 7 }, json!({ "left": 7 }));
}

fn hardware_tokens(written: &mut WrittenKinds) {
    written.check(
        MfaHardwareTokensImported { tokens: 200, file_sha256: "9f86" },
        json!({ "tokens": 200, "file_sha256": "9f86" }),
    );
    written.check(
        MfaHardwareTokenRetired { token: "t1", serial: "FT-0042" },
        json!({ "token": "t1", "serial": "FT-0042" }),
    );
}

fn removed_factors(written: &mut WrittenKinds) {
    written.check(
        MfaFactorRemoved::ByOwner { kind: "totp", factor: "f1", label: "Old", proven_by: proven_by() },
        json!({
            "kind": "totp", "factor": "f1", "label": "Old",
            "proven_by": { "kind": "totp", "factor": "f0" },
        }),
    );
    written.check(
        MfaFactorRemoved::ByOthers { kind: "webauthn", factor: "f1", why: "stopped before it worked" },
        json!({ "kind": "webauthn", "factor": "f1", "why": "stopped before it worked" }),
    );
    written.check(
        MfaFactorRemoved::WithContact { kind: "sms", factor: "f1", contact: "k1" },
        json!({ "kind": "sms", "factor": "f1", "contact": "k1" }),
    );
    written.check(
        MfaFactorRemoved::Waiting { kind: FactorKind::Webauthn, why: "contested" },
        json!({ "kind": "webauthn", "why": "contested" }),
    );
    written.check(
        MfaPushDisowned { factor: "f1", address: "192.0.2.7" },
        json!({ "factor": "f1", "address": "192.0.2.7" }),
    );
    written.check(
        MfaFactorDisabled { kind: "password", why: "lifetime cap of consecutive failures" },
        json!({ "kind": "password", "why": "lifetime cap of consecutive failures" }),
    );
    let plan = &plan();
    written.check(MfaFactorAdminReset::InCase { plan }, json!({ "plan": plan.as_str() }));
    written.check(MfaBackupCodesAdminGenerated { plan }, json!({ "plan": plan.as_str() }));
    written.check(
        MfaFactorAdminReset::ByOperator { by: "the operator, on the command line", new_password: true },
        json!({ "by": "the operator, on the command line", "new_password": true }),
    );
}

fn cases(written: &mut WrittenKinds) {
    for (told, word) in [(OpeningNotice::AtOnce, "at once"), (OpeningNotice::Gathered, "gathered")] {
        let opened =
            CaseOpened { claimed: "ana", reference: "C-7K3M9Q", known: true, opened_with: "nothing", told };
        written.check(
            opened,
            json!({
                "claimed": "ana", "reference": "C-7K3M9Q", "known": true,
                "opened_with": "nothing", "told": word,
            }),
        );
    }
    written.check(
        CaseOpeningsAnnounced { references: &["C-7K3M9Q"], why: "the digest of the day" },
        json!({ "references": ["C-7K3M9Q"], "why": "the digest of the day" }),
    );
    written.check(
        CaseTaken { from_strangers: true, opened_with: "nothing" },
        json!({ "from_strangers": true, "opened_with": "nothing" }),
    );
    written.check(
        CaseExported { cases: Some(3), query: "list=closed" },
        json!({ "cases": 3, "query": "list=closed" }),
    );
    written.check(
        CaseHandedBack { taken_by: "p1", to_strangers: false },
        json!({ "taken_by": "p1", "to_strangers": false }),
    );
    written.check(
        CaseHandedOver { to: "p1", from_strangers: false },
        json!({ "to": "p1", "from_strangers": false }),
    );
    written.check(
        CaseClaimantPageBound { contact: "c1", contact_kind: "mobile", filed_at: at() },
        json!({ "contact": "c1", "contact_kind": "mobile", "filed_at": AT }),
    );
    written.check(CasePhraseRejected, json!(null));
    for kind in Kind::ALL {
        let (added, rejected) =
            (CaseEvidenceAdded { kind, risk: Some(1) }, CaseEvidenceRejected { kind, risk: 1 });
        written.check(added, json!({ "kind": kind.as_str(), "risk": 1 }));
        written.check(rejected, json!({ "kind": kind.as_str(), "risk": 1 }));
    }
    for outcome in EvidenceOutcome::ALL {
        let failed = CaseEvidenceFailed { kind: Kind::CallPlaced, outcome, risk: 1 };
        written.check(failed, json!({ "kind": "call_placed", "outcome": outcome.as_str(), "risk": 1 }));
    }
    let vouch = CaseEvidenceAdded { kind: Kind::ManagerVouch, risk: None };
    written.check(vouch, json!({ "kind": "manager_vouch" }));
    cases_move_on(written);
}

fn cases_move_on(written: &mut WrittenKinds) {
    written.check(
        CaseJoined { with: "nothing", reference: "C-222222", was: "C-333333", told: OpeningNotice::AtOnce },
        json!({ "with": "nothing", "reference": "C-222222", "was": "C-333333", "told": "at once" }),
    );
    for remedy in Remedy::ALL.iter().copied() {
        let (word, plan) = (remedy.as_str(), &plan());
        let proposed = CaseRemedyProposed { remedy, rung: remedy.rung() };
        written.check(proposed, json!({ "remedy": word, "rung": remedy.rung() }));
        let verified = CaseVerified { next: "on_hold", remedy };
        written.check(verified, json!({ "next": "on_hold", "remedy": word }));
        written.check(CaseApproved { remedy, plan }, json!({ "remedy": word, "plan": plan.as_str() }));
    }
    written.check(CaseNoticeOverdue, json!(null));
    written.check(CaseHoldWanted, json!(null));
    written.check(
        CaseHoldStarted::AfterNotice { contact: &ContactId::new("c1"), accepted_at: at(), until: Some(at()) },
        json!({ "contact": "c1", "accepted_at": AT, "until": AT }),
    );
    written.check(
        CaseHoldStarted::Doubled {
            doubled: AlwaysTrue,
            wanted_by: [None, Some(PersonId::new("p2"))],
            until: Some(at()),
        },
        json!({ "doubled": true, "wanted_by": [null, "p2"], "until": AT }),
    );
    written.check(ContactReportedLost { contact: "c1" }, json!({ "contact": "c1" }));
}

fn ends_of_cases(written: &mut WrittenKinds) {
    written.check(CaseRefused, json!(null));
    written.check(CaseEscalated::ByStaff, json!(null));
    written.check(
        CaseEscalated::FromTheStart { because: "refused", of: "case1" },
        json!({ "because": "refused", "of": "case1" }),
    );
    written.check(
        CaseContested { account_suspended: false, stopped: true, by: "a link in a notice" },
        json!({ "account_suspended": false, "stopped": true, "by": "a link in a notice" }),
    );
    written.check(
        CaseClosed::Proven { by: "a full sign-in with the new factor" },
        json!({ "outcome": "proven", "by": "a full sign-in with the new factor" }),
    );
    written.check(CaseClosed::Superseded { by: "case2" }, json!({ "outcome": "superseded", "by": "case2" }));
    written
        .check(CaseClosed::Lapsed { remedied_at: None }, json!({ "outcome": "lapsed", "remedied_at": null }));
    written.check(
        CaseClosed::Lapsed { remedied_at: Some(at()) },
        json!({ "outcome": "lapsed", "remedied_at": AT }),
    );
    written.check(CaseClosed::LapsedUnknown, json!({ "outcome": "lapsed" }));
    written.check(CaseClosed::Withdrawn, json!({ "outcome": "withdrawn" }));
}

fn desk(written: &mut WrittenKinds) {
    let imported = SignInsImported {
        import: "i1",
        source: "okta.jsonl",
        via: "folder",
        finished: false,
        records: 9,
        attempts: 8,
        stored: 7,
        left_out: None,
    };
    written.check(
        imported,
        json!({
            "import": "i1", "source": "okta.jsonl", "via": "folder", "finished": false,
            "records": 9, "attempts": 8, "stored": 7,
        }),
    );
    let left_out = ImportLeftOut { repeated: 1, out_of_time: 2, ahead: 3, of_other_kinds: 4, malformed: 5 };
    written.check(
        SignInsImported { left_out: Some(left_out), finished: true, via: "upload", ..imported },
        json!({
            "import": "i1", "source": "okta.jsonl", "via": "upload", "finished": true,
            "records": 9, "attempts": 8, "stored": 7, "repeated": 1,
            "out_of_time": 2, "ahead": 3, "of_other_kinds": 4, "malformed": 5,
        }),
    );
    written.check(
        IncidentOpened {
            finding: "d1",
            rule: "spray",
            title: "Password spray",
            severity: "incident",
            confidence: "high",
            about: "address",
            provider: None,
            address: Some("192.0.2.44"),
            people: 12,
            again: false,
        },
        json!({
            "finding": "d1", "rule": "spray", "title": "Password spray", "severity": "incident",
            "confidence": "high", "about": "address", "provider": null,
            "address": "192.0.2.44", "people": 12, "again": false,
        }),
    );
    written.check(
        IncidentClosed { finding: "d1", rule: "spray", title: "Password spray", severity: "incident" },
        json!({ "finding": "d1", "rule": "spray", "title": "Password spray", "severity": "incident" }),
    );
    written.check(
        StepRefused { step: "approve_case", why: "somebody else was faster" },
        json!({ "step": "approve_case", "why": "somebody else was faster" }),
    );
    written.check(
        JobRunAgain { job: "j1", kind: "deliver_message", key: "m1" },
        json!({ "job": "j1", "kind": "deliver_message", "key": "m1" }),
    );
}

fn power(written: &mut WrittenKinds) {
    let denied = AccessDenied { action: "ForceReset", message: "no", ..AccessDenied::default() };
    written.check(denied, json!({ "action": "ForceReset", "message": "no" }));
    written.check(
        AccessDenied { errors: Some(&[]), ..denied },
        json!({ "action": "ForceReset", "message": "no", "errors": [] }),
    );
    written.check(
        AccessDenied { case: Some("case1"), ..denied },
        json!({ "action": "ForceReset", "case": "case1", "message": "no" }),
    );
    let asked = |role, token| PowerRequested { grant: "g1", role, token, takes_effect_at: at() };
    written.check(
        asked(Some(Role::Agent), None),
        json!({ "grant": "g1", "role": "agent", "token": null, "takes_effect_at": AT }),
    );
    written.check(
        asked(None, Some("t1")),
        json!({ "grant": "g1", "role": null, "token": "t1", "takes_effect_at": AT }),
    );
    written.check(
        PowerGranted { grant: "g1", outcome: "elapsed" },
        json!({ "grant": "g1", "outcome": "elapsed" }),
    );
    written.check(
        PowerStopped { grant: "g1", outcome: "stopped" },
        json!({ "grant": "g1", "outcome": "stopped" }),
    );
    let scopes = ["audit:read".to_owned()];
    written.check(
        ServiceTokenCreated { token: "t1", label: "SIEM", scopes: &scopes, days: 90 },
        json!({ "token": "t1", "label": "SIEM", "scopes": ["audit:read"], "days": 90 }),
    );
    written.check(ServiceTokenRevoked::One { token: "t1" }, json!({ "token": "t1" }));
    written.check(
        ServiceTokenRevoked::AllOfOwner { tokens: 2, why: "suspended" },
        json!({ "tokens": 2, "why": "suspended" }),
    );
}

fn organisation(written: &mut WrittenKinds) {
    written.check(
        AuditExported { entries: 3, event: "", person: "p1", case: "" },
        json!({ "entries": 3, "event": "", "person": "p1", "case": "" }),
    );
    written.check(
        TenantAdded { slug: "halden", name: "Halden", origin: "https://halden.example/" },
        json!({ "slug": "halden", "name": "Halden", "origin": "https://halden.example/" }),
    );
    written.check(TenantRenamed { name: "Halden" }, json!({ "name": "Halden" }));
    written.check(
        TenantSettingsChanged { version: 2, settings: json!({ "contact_min_age_days": "30" }) },
        json!({ "version": 2, "settings": { "contact_min_age_days": "30" } }),
    );
    written.check(
        PolicyChanged { recovery: "forbid (principal, action, resource);" },
        json!({ "recovery": "forbid (principal, action, resource);" }),
    );
    written.check(
        TenantMoved { origin: "https://halden.example/", passkeys_removed: 4 },
        json!({ "origin": "https://halden.example/", "passkeys_removed": 4 }),
    );
    written.check(TenantSuspended, json!(null));
    written.check(TenantEnabled, json!(null));
    let numbers = BTreeMap::from([("main".to_owned(), 41)]);
    let lost = [LostNumbers { stream: "main".to_owned(), from: 42, to: 44 }];
    written.check(
        AuditRestoreAccepted {
            there: LogReach { numbers: &numbers, size: 41, root: "00ff" },
            lost: &lost,
            by: "the operator, on the command line",
        },
        json!({
            "there": { "numbers": { "main": 41 }, "size": 41, "root": "00ff" },
            "lost": [{ "stream": "main", "from": 42, "to": 44 }],
            "by": "the operator, on the command line",
        }),
    );
}
