//! A finding as the desk works on it, and the list of them: the pages and the API's answers are made of these.

pub mod chart;
pub mod evidence;
pub mod steps;

use std::collections::BTreeSet;

use postern_core::id::PersonId;
use postern_core::login::normalise;
use postern_core::policy::Request;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use self::chart::AttemptChart;
use self::evidence::EvidenceLine;
use self::steps::IncidentStep;
use super::diagnosis::AttemptView;
use super::person_view::{CaseOfPerson, ContactOnFile};
use crate::actions::{Caller, finding_facts};
use crate::scope::Scope;
use crate::store::findings::{self, Filter, FindingRow};
use crate::store::persons::{self, Person};
use crate::store::sessions;
use crate::web::desk::verb::{VerbOffer, offers_on_person};
use crate::web::finding_view::{FindingView, full_view, views};
use crate::web::problem::Problem;

/// Other findings of the person that are shown.
const OTHERS: usize = 20;

/// A page of findings.
#[derive(Serialize, ToSchema)]
pub struct FindingList {
    /// The findings.
    pub findings: Vec<FindingView>,
    /// Send it as `after` for those that follow; null on the last page.
    pub next: Option<String>,
    /// How far back sign-in records are analysed together. Unit: days.
    pub look_back_days: i64,
}

/// A finding, with what its records say and what can be done.
#[derive(Serialize, ToSchema)]
pub struct IncidentDetail {
    /// What was found, and about whom.
    pub headline: String,
    /// What was found.
    pub finding: FindingView,
    /// What to do, in this order; empty for what is no attack, and once it is closed.
    pub steps: Vec<IncidentStep>,
    /// When its records were; null for fewer than three that are kept.
    pub chart: Option<AttemptChart>,
    /// Logins that one of these records lets in.
    pub let_in: BTreeSet<String>,
    /// Those of its records that are kept by number and match what was asked for, newest first: of the first twenty.
    pub evidence: Vec<EvidenceLine>,
    /// Addresses that its records name: each can be asked for.
    pub addresses: BTreeSet<String>,
    /// How its records ended: each can be asked for.
    pub outcomes: BTreeSet<&'static str>,
    /// Whom it is about, where that is one person of the directory.
    pub subject: Option<IncidentSubject>,
    /// Why the caller may not close it; null for whoever may.
    pub may_not_close: Option<String>,
}

/// Whom a finding is about.
#[derive(Serialize, ToSchema)]
pub struct IncidentSubject {
    pub id: String,
    pub name: String,
    pub login: String,
    /// `standard`, `sensitive`, `privileged`, or one of the organisation's own.
    pub tier: String,
    /// What the tier stands on: `standard`, `sensitive` or `privileged`.
    pub tier_floor: &'static str,
    /// Whether the account is suspended.
    pub suspended: bool,
    /// How many sessions are live.
    pub sessions: usize,
    /// Numbers that were on file long enough to be rung; null for a program that may not read people.
    pub numbers: Option<Vec<String>>,
    /// Their open cases, newest first.
    pub cases: Vec<CaseOfPerson>,
    /// Their other open findings, worst first, at most twenty.
    pub other_findings: Vec<FindingView>,
    /// What the caller may do about them with nothing but a reason.
    pub verbs: Vec<VerbOffer>,
}

/// Which of its records.
#[derive(Clone, Default, Deserialize, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub struct EvidenceQuery {
    /// From this address; empty for every one.
    #[param(required = false, example = "192.0.2.44")]
    pub address: String,
    /// That ended like this, as `result` says it; empty for every one.
    #[param(required = false, example = "success")]
    pub outcome: String,
}

impl FindingList {
    /// Those that follow the finding `after`, at most `most`.
    pub async fn load(scope: &Scope, filter: &Filter, (after, most): (&str, i64)) -> Result<Self, Problem> {
        let rows = findings::list_page(&scope.app.db, &scope.tenant.id, filter, (after, most)).await?;
        let is_full = i64::try_from(rows.len()).unwrap_or(0) == most;
        let next = rows.last().filter(|_| is_full).map(|row| row.id.clone());
        let look_back_days = scope.tenant.settings.look_back.as_hours() / 24;
        Ok(Self { findings: views(scope, rows).await?, next, look_back_days })
    }
}

impl IncidentDetail {
    /// One finding, for this caller.
    pub async fn load(
        scope: &Scope,
        caller: &Caller,
        id: &str,
        wanted: &EvidenceQuery,
    ) -> Result<Self, Problem> {
        let row =
            findings::find(&scope.app.db, &scope.tenant.id, id).await?.ok_or_else(Problem::not_found)?;
        let (facts, staff) = (finding_facts(scope, caller, &row).await?, caller.staff());
        let refusal = scope.tenant.policies.authorize(&Request::on_finding(&staff, &facts)).err();
        let is_about_one = row.subject_kind == "person";
        let finding = full_view(scope, row).await?.ok_or_else(Problem::not_found)?;
        let mut evidence = EvidenceLine::list(scope, &finding.evidence).await?;
        let attempts = || evidence.iter().flat_map(|line| &line.attempts);
        let addresses = attempts().filter_map(|attempt| attempt.ip.clone()).collect();
        let outcomes = attempts().map(|attempt| attempt.result).collect();
        let let_in = attempts()
            .filter(|attempt| attempt.result == "success")
            .filter_map(|attempt| attempt.login.clone())
            .collect();
        let chart = AttemptChart::of(&evidence);
        evidence.sort_by_key(|line| std::cmp::Reverse(line.attempts.iter().map(|attempt| attempt.at).max()));
        evidence.retain(|line| wanted.is_open() || line.attempts.iter().any(|attempt| wanted.fits(attempt)));
        let subject = if is_about_one { IncidentSubject::load(scope, caller, &finding).await? } else { None };
        let may_not_close = refusal.map(|denied| denied.message());
        let may_close = may_not_close.is_none() && has_scope(caller, "findings:close");
        Ok(Self {
            headline: headline(&finding, subject.as_ref()),
            steps: IncidentStep::list(&finding, subject.as_ref(), may_close),
            chart,
            let_in,
            finding,
            evidence,
            addresses,
            outcomes,
            subject,
            may_not_close,
        })
    }
}

/// What was found, and about whom: by name, where the directory has one.
fn headline(finding: &FindingView, subject: Option<&IncidentSubject>) -> String {
    let about = match (subject, finding.about.kind.as_str()) {
        (Some(subject), _) => &subject.name,
        (None, "person" | "address") => &finding.about.name,
        (None, _) => return finding.title.clone(),
    };
    format!("{}: {about}", finding.title)
}

/// A person has every scope; a program, those of its token.
fn has_scope(caller: &Caller, wanted: &str) -> bool {
    caller.scopes.as_ref().is_none_or(|scopes| scopes.iter().any(|scope| scope == wanted))
}

impl EvidenceQuery {
    fn is_open(&self) -> bool {
        self.address.is_empty() && self.outcome.is_empty()
    }

    fn fits(&self, attempt: &AttemptView) -> bool {
        let is = |wanted: &str, there: Option<&str>| wanted.is_empty() || there == Some(wanted);
        is(&self.address, attempt.ip.as_deref()) && is(&self.outcome, Some(attempt.result))
    }
}

impl IncidentSubject {
    async fn load(scope: &Scope, caller: &Caller, finding: &FindingView) -> Result<Option<Self>, Problem> {
        let (db, tenant) = (&scope.app.db, &scope.tenant.id);
        let named = finding.people.iter().find_map(|one| one.person.as_ref());
        let Some(named) = named else { return Ok(None) };
        let Some(person) = persons::find(db, tenant, &PersonId::new(&named.id)).await? else {
            return Ok(None);
        };
        let mut keys = persons::list_login_keys(db, &person).await?;
        keys.push(normalise(&finding.about.name));
        let about = findings::list_open_of(db, tenant, &keys).await?.into_iter();
        let others: Vec<FindingRow> =
            about.filter(|row| row.id != finding.id && row.is_about_those_named()).take(OTHERS).collect();
        Ok(Some(Self::of(scope, caller, person, views(scope, others).await?).await?))
    }

    async fn of(
        scope: &Scope,
        caller: &Caller,
        person: Person,
        other_findings: Vec<FindingView>,
    ) -> Result<Self, Problem> {
        // A program may be let to read findings, and neither cases nor people.
        let numbers = if has_scope(caller, "people:read") {
            Some(ContactOnFile::list_callable(scope, &person.id).await?)
        } else {
            None
        };
        let cases = if has_scope(caller, "cases:read") {
            CaseOfPerson::list(scope, &person.id).await?
        } else {
            Vec::new()
        };
        let open = sessions::list(&scope.app.db, &scope.tenant.id, &person.id, scope.now).await?;
        let subject = person.subject(&scope.tenant.settings.tiers, scope.now);
        let allowed = scope.tenant.policies.allowed_on_person(&caller.staff(), &subject);
        Ok(Self {
            sessions: open.len(),
            numbers,
            tier_floor: scope.tenant.settings.tiers.of(&person.tier).floor().as_str(),
            cases: cases.into_iter().filter(CaseOfPerson::is_open).collect(),
            other_findings,
            verbs: offers_on_person(&allowed, (&subject, false)),
            suspended: person.suspended_at.is_some(),
            id: person.id.to_string(),
            name: person.name,
            login: person.login,
            tier: person.tier,
        })
    }
}
