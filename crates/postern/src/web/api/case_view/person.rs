//! The person a case is about.

use jiff::Timestamp;
use postern_core::case::Case;
use postern_signals::cause::Cause;
use serde::Serialize;
use utoipa::ToSchema;

use crate::scope::Scope;
use crate::store::contacts::Contact;
use crate::store::persons::Person;
use crate::store::sign_ins::SignInRow;
use crate::store::{backup_codes, contacts, factors, persons, sign_ins, time};
use crate::web::factor_view::FactorView;
use crate::web::problem::Problem;

/// The desk has no way to lift a suspension: it may be the only thing that keeps an attacker out.
const LIFTED_BY: &str = "where the desk did it, a senior or an admin other than who did; else the operator, with `postern person recover`, \
                         once they are sure of the person";

/// Attempts that are shown.
const ATTEMPTS: i64 = 10;

/// The person a case is about.
#[derive(Serialize, ToSchema)]
pub struct CasePerson {
    pub id: String,
    pub name: String,
    pub login: String,
    /// `standard`, `sensitive`, `privileged`, or one of the organisation's own.
    pub tier: String,
    /// What the tier stands on: `standard`, `sensitive` or `privileged`.
    pub tier_floor: &'static str,
    /// `person`, `auditor`, `agent`, `senior` or `admin`.
    pub role: &'static str,
    /// The manager's name, if one is on file.
    pub manager: Option<String>,
    /// Since when the account is suspended. Nothing is verified and nothing is reset then.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub suspended_at: Option<Timestamp>,
    /// Why it is suspended.
    pub suspended_why: Option<String>,
    /// What lifts the suspension.
    pub suspension_lifted_by: Option<&'static str>,
    pub factors: Vec<FactorView>,
    /// Backup codes that can still be used.
    pub backup_codes_left: i64,
    pub contacts: Vec<FiledContact>,
    /// The latest ten attempts, newest first.
    pub sign_ins: Vec<SignInAttempt>,
}

/// An address or number on file.
#[derive(Serialize, ToSchema)]
pub struct FiledContact {
    /// Its id: send it to `contact-lost`.
    pub id: String,
    /// `email`, `mobile` or `office_phone`.
    pub kind: String,
    pub value: String,
    #[schema(value_type = String, format = DateTime)]
    pub filed_at: Timestamp,
    /// Whole days on file before the case was opened.
    pub days_before_case: i64,
    /// Since when it is said that they no longer have it.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub lost_at: Option<Timestamp>,
}

/// A sign-in attempt.
#[derive(Serialize, ToSchema)]
pub struct SignInAttempt {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// `password`, `totp`, `webauthn`, `backup_code` or `pass`.
    pub method: String,
    pub ip: String,
    pub user_agent: String,
    pub success: bool,
    /// One word of the vocabulary that `postern diagnose` uses.
    pub cause: Option<String>,
    /// The cause in plain words.
    pub cause_description: Option<&'static str>,
    /// What to do, gentlest first.
    pub remediation: Option<&'static str>,
    /// What else is known: `clock 240 s slow`.
    pub detail: Option<String>,
}

impl CasePerson {
    /// As the directory has them now.
    pub async fn load(scope: &Scope, case: &Case, person: &Person) -> Result<Self, Problem> {
        let (db, tenant) = (&scope.app.db, &scope.tenant.id);
        let manager = match &person.manager {
            Some(manager) => persons::find(db, tenant, manager).await?.map(|manager| manager.name),
            None => None,
        };
        let held = factors::list(db, tenant, &person.id).await?;
        let filed = contacts::list(db, tenant, &person.id).await?;
        let attempts = sign_ins::list_of_person(db, tenant, &person.id, ATTEMPTS).await?;
        Ok(Self {
            id: person.id.to_string(),
            name: person.name.clone(),
            login: person.login.clone(),
            tier: person.tier.clone(),
            tier_floor: scope.tenant.settings.tiers.of(&person.tier).floor().as_str(),
            role: person.role.as_str(),
            manager,
            suspended_at: person.suspended_at,
            suspension_lifted_by: person.suspended_at.map(|_| LIFTED_BY),
            suspended_why: person.suspended_why.clone(),
            factors: held.iter().map(|factor| FactorView::of(factor, scope.now)).collect(),
            backup_codes_left: backup_codes::count_left(db, tenant, &person.id, scope.now).await?,
            contacts: filed.into_iter().map(|contact| FiledContact::of(contact, case)).collect(),
            sign_ins: attempts.into_iter().map(SignInAttempt::from).collect(),
        })
    }
}

impl FiledContact {
    fn of(contact: Contact, case: &Case) -> Self {
        let filed_at = time(contact.filed_at);
        let days_before_case = case.opened_at().duration_since(filed_at).as_hours().div_euclid(24);
        Self {
            id: contact.id,
            kind: contact.kind,
            value: contact.value,
            filed_at,
            days_before_case,
            lost_at: contact.lost_at.map(time),
        }
    }
}

impl From<SignInRow> for SignInAttempt {
    fn from(row: SignInRow) -> Self {
        let cause = row.cause.as_deref().and_then(|word| word.parse::<Cause>().ok());
        let method = sign_ins::method(&row.method);
        Self {
            at: time(row.at),
            method: row.method,
            ip: row.ip,
            user_agent: row.user_agent,
            success: row.result == "success",
            cause: row.cause,
            cause_description: cause.map(|cause| cause.description_for(method)),
            remediation: cause.map(|cause| cause.remediation_for(method)),
            detail: row.detail,
        }
    }
}
