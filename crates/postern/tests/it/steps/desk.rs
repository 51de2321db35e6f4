//! A case from request to reset, by calling actions.

use jiff::SignedDuration;
use postern::actions::add_evidence::{Verification, add_evidence};
use postern::actions::apply_remedy::apply_remedy;
use postern::actions::approve_case::approve_case;
use postern::actions::bind_claimant_page::{bind_claimant_page, callable_numbers};
use postern::actions::open_case::open_case;
use postern::actions::refuse_case::refuse_case;
use postern::actions::vouch::{ManagersWord, vouch};
use postern_core::evidence::Kind;
use postern_core::id::CaseId;

use crate::test_app::{TestApp, eventually};

/// A reason for tests that are about something else.
pub const PLACEHOLDER_REASON: &str = "HD-4711, phone lost on the train";

/// 24 hours.
pub fn a_day() -> SignedDuration {
    SignedDuration::from_hours(24)
}

/// At the desk.
impl TestApp {
    /// Somebody asks to be let back in.
    pub async fn open(&self, login: &str) -> CaseId {
        let opened = open_case(&self.scope(), login, None).await.unwrap();
        self.secrets.saw(&opened.claimant_page_token);
        opened.id
    }

    /// An agent calls a filed number and types the page's phrase.
    pub async fn bind(&self, agent: &str, id: &CaseId) {
        let caller = self.caller(agent).await;
        let numbers = callable_numbers(&self.scope(), &self.case(id).await).await.unwrap();
        let phrase = self.row(id).await.phrase;
        bind_claimant_page(&self.scope(), &caller, id, &numbers[0].id, &phrase).await.unwrap();
    }

    /// An agent records a verification.
    pub async fn record(&self, agent: &str, id: &CaseId, kind: Kind) {
        let caller = self.caller(agent).await;
        add_evidence(&self.scope(), &caller, id, Verification::confirmed(kind, "HD-4711")).await.unwrap();
    }

    /// The manager gives her word.
    pub async fn vouch(&self, manager: &str, id: &CaseId) {
        let caller = self.caller(manager).await;
        let phrase = self.row(id).await.phrase;
        vouch(&self.scope(), &caller, id, ManagersWord::yes(&phrase, "I spoke with them at their desk"))
            .await
            .unwrap();
    }

    /// A second staff member says yes.
    pub async fn approve(&self, senior: &str, id: &CaseId) {
        approve_case(
            &self.scope(),
            &self.caller(senior).await,
            id,
            (&self.plan_hash(id).await, PLACEHOLDER_REASON),
        )
        .await
        .unwrap();
    }

    /// A case with all the proof that the standard tier wants.
    pub async fn ready_case_of(&self, login: &str) -> CaseId {
        let id = self.open(login).await;
        self.prove_for_ana(&id).await;
        id
    }

    /// All the proof that the standard tier wants: for Ana, and whoever else has Mona as manager.
    pub async fn prove_for_ana(&self, id: &CaseId) {
        self.bind("ben", id).await;
        self.record("ben", id, Kind::CallPlaced).await;
        self.vouch("mona", id).await;
        assert_eq!(self.stage(id).await, "ready");
    }

    /// A staff member says no.
    pub async fn refuse(&self, agent: &str, id: &CaseId) {
        refuse_case(&self.scope(), &self.caller(agent).await, id, PLACEHOLDER_REASON).await.unwrap();
    }

    /// Ana's.
    pub async fn ready_case_of_ana(&self) -> CaseId {
        self.ready_case_of("ana").await
    }

    /// All factors go.
    pub async fn reset(&self, agent: &str, id: &CaseId) {
        apply_remedy(&self.scope(), &self.caller(agent).await, id, (None, PLACEHOLDER_REASON)).await.unwrap();
    }

    /// A case of Ana's after the reset.
    pub async fn reset_case_of_ana(&self) -> CaseId {
        let id = self.ready_case_of_ana().await;
        self.reset("ben", &id).await;
        id
    }

    /// A sensitive case up to the start of its hold.
    pub async fn case_of_carl_on_hold(&self) -> CaseId {
        let id = self.open("carl").await;
        self.bind("ben", &id).await;
        self.record("ben", &id, Kind::LiveVideo).await;
        self.vouch("mona", &id).await;
        self.wait_for_hold(&id).await;
        id
    }

    /// The hold begins by itself when its notice was accepted.
    pub async fn wait_for_hold(&self, id: &CaseId) {
        eventually("the hold begins", async || self.stage(id).await == "on_hold").await;
    }

    /// A privileged case that waits for the second yes.
    pub async fn case_of_dina_awaiting_approval(&self) -> CaseId {
        let id = self.open("dina").await;
        self.bind("ben", &id).await;
        self.record("ben", &id, Kind::CallPlaced).await;
        self.record("ben", &id, Kind::LiveVideo).await;
        self.vouch("mona", &id).await;
        assert_eq!(self.stage(&id).await, "awaiting_approval");
        id
    }
}
