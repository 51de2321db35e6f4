//! What a plan does to the account as it is now: what goes, what ends, what comes, and who is told.

use jiff::Timestamp;
use postern_core::case::Case;
use postern_core::remedy::PlanStep;
use serde::Serialize;
use utoipa::ToSchema;

use crate::scope::Scope;
use crate::store::{backup_codes, contacts, factors, sessions, time};
use crate::web::factor_view;
use crate::web::problem::Problem;

/// What carrying out the plan will do. The desk shows it before the remedy and before an approval.
#[derive(Default, Serialize, ToSchema)]
pub struct PlanEffects {
    /// What is removed for good.
    pub goes: Vec<Effect>,
    /// What ends at once.
    pub ends: Vec<Effect>,
    /// What the person gets.
    pub comes: Vec<Effect>,
    /// Where a message goes.
    pub notified: Vec<Effect>,
    /// Whether anything is removed that cannot be brought back.
    pub is_irreversible: bool,
}

/// One thing that happens.
#[derive(Serialize, ToSchema)]
pub struct Effect {
    /// To what.
    #[schema(example = "Code app")]
    pub what: String,
    /// What there is to say of it.
    #[schema(example = "All of them, used or not")]
    pub detail: Option<String>,
    /// Since when it has been there.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub since: Option<Timestamp>,
}

impl Effect {
    fn new(what: impl Into<String>, detail: &str) -> Self {
        Self { what: what.into(), detail: Some(detail.to_owned()), since: None }
    }
}

impl PlanEffects {
    /// Reads the account.
    pub async fn load(scope: &Scope, case: &Case) -> Result<Self, Problem> {
        let mut effects = Self::default();
        for step in case.plan().steps() {
            effects.add(scope, case, *step).await?;
        }
        effects.ends.push(Effect::new("Every other open case of theirs", "The same person needs one"));
        Ok(effects)
    }

    async fn add(&mut self, scope: &Scope, case: &Case, step: PlanStep) -> Result<(), Problem> {
        let (db, tenant, person) = (&scope.app.db, &scope.tenant.id, &case.subject().person);
        match step {
            PlanStep::RemoveFactors => {
                self.is_irreversible = true;
                for factor in factors::list(db, tenant, person).await? {
                    let what = factor_view::title(&factor).to_owned();
                    self.goes.push(Effect { what, detail: None, since: Some(time(factor.created_at)) });
                }
            }
            PlanStep::RevokeBackupCodes => {
                let left = backup_codes::count_left(db, tenant, person, scope.now).await?;
                self.goes.push(Effect::new(
                    counted(left, "backup code"),
                    "Those from before open nothing any more",
                ));
            }
            PlanStep::EndSessions => {
                let live = sessions::list(db, tenant, person, scope.now).await?.len();
                self.ends.push(Effect::new(counted(live, "signed-in session"), "At once, everywhere"));
                let what = "Every sign-in under way and known device";
                self.ends.push(Effect::new(what, "No browser is known any more"));
            }
            PlanStep::RevokePower => {
                self.ends.push(Effect::new("Service tokens", "And desk roles that wait"));
            }
            PlanStep::ShowEnrolmentPass => {
                let minutes = scope.tenant.settings.enrolment_pass_life.as_mins();
                let where_shown = format!("On their own bound page, for {minutes} minutes. You never see it");
                self.comes.push(Effect::new("A one-use enrolment pass", &where_shown));
                let nowhere = "And nowhere else. The password alone leads nowhere";
                self.comes.push(Effect::new("Password and pass lead to enrolment", nowhere));
                self.comes.push(Effect::new("A new passkey or code app", "And ten fresh backup codes"));
            }
            PlanStep::ShowBackupCodes => {
                let each = "On their own bound page. You never see them. Each opens the account once, after the password";
                self.comes.push(Effect::new("Ten new backup codes", each));
                self.comes.push(Effect::new(
                    "Nothing else changes",
                    "Sign-in methods and sessions stay as they are",
                ));
            }
            PlanStep::TellContacts => {
                for contact in contacts::list_told(db, tenant, person, scope.now).await? {
                    self.notified.push(Effect::new(contact.value, told_by(&contact.kind)));
                }
            }
        }
        Ok(())
    }
}

fn counted(count: impl TryInto<i64>, thing: &str) -> String {
    let count = count.try_into().unwrap_or(i64::MAX);
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

fn told_by(kind: &str) -> &'static str {
    match kind {
        "email" => "By mail, with a way to stop it",
        "mobile" => "By text message, with a way to stop it",
        _ => "By a voice message that says whom to call",
    }
}
