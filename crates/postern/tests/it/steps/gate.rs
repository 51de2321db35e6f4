//! A sign-in, by calling actions.

use postern::actions::show_pass::{ShownEnrolmentPass, show_pass};
use postern::actions::sign_in::{Begun, Credentials, sign_in};
use postern::actions::use_totp::use_totp;
use postern::actions::{ActionError, SignedIn};
use postern::rng::token_hash;
use postern::store::backup_codes::{self, NewCodeSet};
use postern::store::flows::{self, FlowRow};
use postern_core::event::payload::MfaBackupCodesGenerated;
use postern_core::event::{Actor, Event};
use postern_core::factor::code::{BackupCode, PlainCode};
use postern_core::id::CaseId;
use postern_core::signin::Flow;
use zeroize::Zeroizing;

use crate::test_app::TestApp;

/// What the password led to.
pub struct PasswordStep {
    pub flow: Flow,
    pub row: FlowRow,
}

/// At the front gate.
impl TestApp {
    /// Login and a password, from no device in particular.
    pub async fn try_password(&self, login: &str, password: &str) -> Result<Begun, ActionError> {
        let password = Zeroizing::new(password.to_owned());
        sign_in(&self.scope(), Credentials { login, password, device: None }).await
    }

    /// As long as the next guess has to wait, of four wrong ones and fewer.
    pub fn wait_for_next_try(&self) {
        self.advance_seconds(9);
    }

    /// Somebody guesses at a password so often, and waits after each guess as long as it takes.
    pub async fn guess_passwords(&self, login: &str, times: usize) {
        for n in 0..times {
            let guess = self.try_password(login, &format!("guess number {n}")).await;
            assert!(matches!(guess, Err(ActionError::Wrong(_))), "guess {n} was not compared");
            self.advance_seconds(3601);
        }
    }

    /// The right password.
    pub async fn password(&self, login: &str) -> PasswordStep {
        let begun = self.try_password(login, &self.password_of(login)).await.unwrap();
        self.secrets.saw(&begun.token);
        let row = self.flow(&begun.token).await.expect("a flow that is under way");
        PasswordStep { flow: begun.flow, row }
    }

    /// The right password, shortly before it is that late.
    pub async fn password_later(&self, login: &str, at: jiff::Timestamp) -> PasswordStep {
        // Checking the password takes its time: a flow lives five minutes, so it can begin a minute before.
        let minute = jiff::SignedDuration::from_mins(1);
        self.advance(at.duration_since(self.clock.now()) - minute);
        let step = self.password(login).await;
        self.advance(at.duration_since(self.clock.now()));
        step
    }

    /// The flow of a token, if it is still going.
    pub async fn flow(&self, token: &str) -> Option<FlowRow> {
        flows::find_live(&self.db, &self.tenant, &token_hash(token), self.clock.now()).await.unwrap()
    }

    /// The flow of this id, if it is still going.
    pub async fn flow_row(&self, id: &str) -> Option<FlowRow> {
        flows::find_live(&self.db, &self.tenant, id, self.clock.now()).await.unwrap()
    }

    /// Three new backup codes of somebody's, in place of the set that was: those of the demo nobody has seen.
    pub async fn backup_codes_of(&self, login: &str) -> Vec<String> {
        let (person, salt) = (self.person(login).await, self.rng.bytes::<16>().unwrap().to_vec());
        let (mut shown, mut hashes) = (Vec::new(), Vec::new());
        for _ in 0..3 {
            let code = PlainCode::<BackupCode>::from_random(&self.rng.bytes::<16>().unwrap());
            let input = Zeroizing::new(code.hash_input(&person.id));
            hashes.push(self.hashing.digest(input, salt.clone()).await.unwrap());
            self.secrets.saw(&code.reveal());
            shown.push(code.reveal());
        }
        let scope = self.scope();
        let mut change = scope.begin().await.unwrap();
        let new = NewCodeSet { salt: &salt, hashes: &hashes, of_case: None };
        let set = backup_codes::insert(&mut change, &person.id, &new).await.unwrap();
        backup_codes::confirm(&mut change, &person.id, &set).await.unwrap();
        let generated = MfaBackupCodesGenerated { count: shown.len(), proven_by: None, shown_on: None };
        change.commit(&Event::new(Actor::System, generated).person(&person.id)).await.unwrap();
        shown
    }

    /// Password and the code that the app shows.
    pub async fn sign_in(&self, login: &str) -> SignedIn {
        let step = self.password(login).await;
        let code = self.phone(login).await.code(self.seconds());
        self.secrets.saw(&code);
        let signed_in = use_totp(&self.scope(), &step.row, &code, None).await.unwrap();
        self.secrets.saw(&signed_in.session);
        self.secrets.saw(&signed_in.device);
        signed_in
    }

    /// A pass, as the claimant page shows it.
    pub async fn show_pass(&self, id: &CaseId) -> ShownEnrolmentPass {
        let pass = show_pass(&self.scope(), &self.row(id).await).await.unwrap();
        self.secrets.saw(&pass.code);
        pass
    }
}
