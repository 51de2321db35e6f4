//! A question to the policies: who wants to do what, to what, under which circumstances.

use std::collections::BTreeSet;
use std::marker::PhantomData;

use cedar_policy::{Context, EntityUid, Schema};
use serde_json::{Value, json};

use super::{Action, CloseFinding, Verify};
use crate::case::{Case, ClaimantPage, Proof, Subject};
use crate::evidence::Kind;
use crate::id::{PersonId, TenantId};
use crate::person::Role;

/// A signed-in person who asks.
#[derive(Clone, Debug)]
pub struct Staff {
    /// Who.
    pub id: PersonId,
    /// Their organisation.
    pub tenant: TenantId,
    /// Their role now, read from the directory for this request.
    pub role: Role,
    /// Whether this session was opened with a passkey.
    pub phishing_resistant: bool,
    /// Whether a service token acts for them.
    pub by_token: bool,
}

/// A finding about sign-ins, as far as policies care.
#[derive(Clone, Debug)]
pub struct FindingFacts {
    /// Its id.
    pub id: String,
    /// Whose.
    pub tenant: TenantId,
    /// `notice`, `warning`, `incident` or `likely_breach`.
    pub severity: &'static str,
    /// Those in the directory whom it is about, and not merely names.
    pub people: Vec<PersonId>,
}

enum Resource<'a> {
    Case(&'a Case),
    Tenant(&'a TenantId),
    Person(&'a Subject),
    Finding(&'a FindingFacts),
}

enum Principal<'a> {
    Staff(&'a Staff),
    Desk(Proof),
}

/// One question. Made by the constructor that fits its action.
pub struct Request<'a, A> {
    principal: Principal<'a>,
    resource: Resource<'a>,
    action: PhantomData<A>,
}

impl<'a> Request<'a, Verify> {
    /// Does this proof suffice for the remedy of this case? Asked by [`super::Policies::verify`], which looks at how fresh
    /// it is.
    pub(super) fn verify(case: &'a Case, proof: Proof) -> Self {
        Self { principal: Principal::Desk(proof), resource: Resource::Case(case), action: PhantomData }
    }
}

impl<'a> Request<'a, CloseFinding> {
    /// May this person close this finding?
    pub fn on_finding(who: &'a Staff, finding: &'a FindingFacts) -> Self {
        Self { principal: Principal::Staff(who), resource: Resource::Finding(finding), action: PhantomData }
    }
}

impl<'a, A: Action> Request<'a, A> {
    /// May this person do it to this case?
    pub fn on_case(who: &'a Staff, case: &'a Case) -> Self {
        Self { principal: Principal::Staff(who), resource: Resource::Case(case), action: PhantomData }
    }

    /// May this person do it in this organisation?
    pub fn on_tenant(who: &'a Staff, tenant: &'a TenantId) -> Self {
        Self { principal: Principal::Staff(who), resource: Resource::Tenant(tenant), action: PhantomData }
    }

    /// May this person do it to this person?
    pub fn on_person(who: &'a Staff, subject: &'a Subject) -> Self {
        Self { principal: Principal::Staff(who), resource: Resource::Person(subject), action: PhantomData }
    }

    pub(super) fn resource_id(&self) -> &str {
        match self.resource {
            Resource::Case(case) => case.id().as_str(),
            Resource::Tenant(tenant) => tenant.as_str(),
            Resource::Person(subject) => subject.person.as_str(),
            Resource::Finding(finding) => &finding.id,
        }
    }

    pub(super) fn query(&self, schema: &Schema) -> Result<cedar_policy::Request, String> {
        let uid = |kind: &str, id: &str| -> Result<EntityUid, String> {
            EntityUid::from_json(json!({ "__entity": { "type": format!("Postern::{kind}"), "id": id } }))
                .map_err(|e| e.to_string())
        };
        let principal = match &self.principal {
            Principal::Staff(staff) => uid("Person", staff.id.as_str())?,
            Principal::Desk(_) => uid("Desk", "desk")?,
        };
        let resource = match self.resource {
            Resource::Case(case) => uid("Case", case.id().as_str())?,
            Resource::Tenant(tenant) => uid("Tenant", tenant.as_str())?,
            Resource::Person(subject) => uid("Person", subject.person.as_str())?,
            Resource::Finding(finding) => uid("Finding", &finding.id)?,
        };
        let action = uid("Action", A::NAME)?;
        let context =
            Context::from_json_value(self.context(), Some((schema, &action))).map_err(|e| e.to_string())?;
        cedar_policy::Request::new(principal, action, resource, context, Some(schema))
            .map_err(|e| e.to_string())
    }

    fn is_oneself(&self, subject: &Subject) -> bool {
        matches!(self.principal, Principal::Staff(staff) if staff.id == subject.person)
    }

    fn context(&self) -> Value {
        match &self.principal {
            Principal::Staff(staff) => {
                json!({ "phishing_resistant": staff.phishing_resistant, "by_token": staff.by_token })
            }
            Principal::Desk(proof) => json!({
                "claimant_page_bound": proof.claimant_page_bound,
                "kinds": proof.kinds().into_iter().map(Kind::as_str).collect::<Vec<_>>(),
                "channels": proof.channels(),
                "attesting_people": proof.attesting_people(),
                "risk": proof.risk,
                "escalated": proof.escalated,
            }),
        }
    }

    /// The one whom somebody counts as in this case.
    fn counts_as(&self, who: &PersonId) -> PersonId {
        match self.resource {
            Resource::Case(case) => case.made_by().counts_as(who),
            Resource::Tenant(_) | Resource::Finding(_) | Resource::Person(_) => who.clone(),
        }
    }

    pub(super) fn entities(&self) -> Value {
        let entity = |kind: &str, id: &str, attrs: Value| json!({ "uid": { "type": format!("Postern::{kind}"), "id": id }, "attrs": attrs, "parents": [] });
        let principal = match &self.principal {
            Principal::Staff(staff) => {
                let counts_as = self.counts_as(&staff.id);
                let attributes = person_attributes((&staff.tenant, &staff.id), &counts_as, staff.role);
                entity("Person", staff.id.as_str(), attributes)
            }
            Principal::Desk(_) => entity("Desk", "desk", json!({})),
        };
        let resource = match self.resource {
            Resource::Case(case) => entity("Case", case.id().as_str(), case_attributes(case)),
            Resource::Tenant(tenant) => {
                entity("Tenant", tenant.as_str(), json!({ "tenant": tenant.as_str() }))
            }
            // Oneself is one entity, not two.
            Resource::Person(subject) if self.is_oneself(subject) => return json!([principal]),
            Resource::Person(subject) => {
                let who = (&subject.tenant, &subject.person);
                let attributes = person_attributes(who, &subject.person, subject.role);
                entity("Person", subject.person.as_str(), attributes)
            }
            Resource::Finding(finding) => {
                let people: Vec<&str> = finding.people.iter().map(PersonId::as_str).collect();
                let facts = json!({
                    "tenant": finding.tenant.as_str(), "severity": finding.severity, "people": people,
                });
                entity("Finding", &finding.id, facts)
            }
        };
        json!([principal, resource])
    }
}

fn person_attributes((tenant, id): (&TenantId, &PersonId), counts_as: &PersonId, role: Role) -> Value {
    json!({
        "tenant": tenant.as_str(),
        "id": id.as_str(),
        "counts_as": counts_as.as_str(),
        "role": role.as_str(),
        "rank": role.rank(),
    })
}

fn case_attributes(case: &Case) -> Value {
    let subject = case.subject();
    json!({
        "tenant": subject.tenant.as_str(),
        "person": subject.person.as_str(),
        "manager": subject.manager.as_ref().map_or("", PersonId::as_str),
        "tier": subject.tier.as_str(),
        "remedy": case.remedy().as_str(),
        "suspended": subject.suspended,
        "target_rank": subject.role.rank(),
        "handler_rank": case.handler_rank(),
        "attested_by": attested_by(case),
        "yes_by": yes_by(case),
    })
}

/// Who has approved the case, reported a contact of its person lost, or wants its hold to begin, as whom they count.
fn yes_by(case: &Case) -> BTreeSet<PersonId> {
    let approved_by = case.stage().approvals().iter().map(|approval| &approval.by);
    let wanted_by = case.stage().wanted_by();
    case.made_by().independent(approved_by.chain(wanted_by).chain(case.contact_reporters()))
}

/// Everybody whose word is in the case already, as whom they count: who recorded evidence, and who heard the phrase.
fn attested_by(case: &Case) -> BTreeSet<PersonId> {
    let bound_by = match case.claimant_page() {
        ClaimantPage::Bound { by, .. } => Some(by),
        ClaimantPage::Unbound => None,
    };
    case.made_by().independent(case.evidence().iter().map(|e| &e.attested_by).chain(bound_by))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{ApprovePasskey, Policies, StopPasskey};

    fn may_close(role: Role, severity: &'static str, about: &str, tenant: &str) -> bool {
        let who = Staff {
            id: PersonId::new("sol"),
            tenant: TenantId::new("t"),
            role,
            phishing_resistant: true,
            by_token: false,
        };
        let (tenant, people) = (TenantId::new(tenant), vec![PersonId::new("ana"), PersonId::new(about)]);
        let facts = FindingFacts { id: "f".into(), tenant, severity, people };
        Policies::shipped().unwrap().authorize(&Request::on_finding(&who, &facts)).is_ok()
    }

    fn person(id: &str, role: Role, tenant: &str) -> Subject {
        Subject {
            tenant: TenantId::new(tenant),
            person: PersonId::new(id),
            tier: crate::person::Tier::Standard,
            role,
            manager: None,
            suspended: false,
        }
    }

    #[test]
    fn a_waiting_passkey_wants_the_yes_of_somebody_of_the_same_rank_or_above() {
        let policies = Policies::shipped().unwrap();
        let who = |role, phishing_resistant, by_token| Staff {
            id: PersonId::new("sol"),
            tenant: TenantId::new("t"),
            role,
            phishing_resistant,
            by_token,
        };
        let may = |staff: &Staff, subject: &Subject| {
            policies.authorize::<ApprovePasskey>(&Request::on_person(staff, subject)).is_ok()
        };
        let ranks = [Role::Agent, Role::Auditor, Role::Senior, Role::Admin];
        let allowed = |role| ranks.map(|of| may(&who(role, true, false), &person("ben", of, "t")));
        assert_eq!(allowed(Role::Admin), [true, true, true, true]);
        assert_eq!(allowed(Role::Senior), [true, true, true, false]);
        for role in [Role::Person, Role::Auditor, Role::Agent] {
            assert_eq!(allowed(role), [false; 4], "{role:?}");
        }
        let ben = person("ben", Role::Agent, "t");
        assert!(!may(&who(Role::Admin, true, false), &person("sol", Role::Admin, "t")), "oneself");
        assert!(!may(&who(Role::Admin, false, false), &ben), "without a passkey");
        assert!(!may(&who(Role::Admin, true, true), &ben), "by token");
        assert!(
            !may(&who(Role::Admin, true, false), &person("ben", Role::Agent, "other")),
            "another tenant's"
        );
        // To stop one takes power away: a senior may, at any rank.
        let stop = |role, of| {
            let (staff, subject) = (who(role, true, false), person("ben", of, "t"));
            policies.authorize::<StopPasskey>(&Request::on_person(&staff, &subject)).is_ok()
        };
        assert!(stop(Role::Senior, Role::Admin) && !stop(Role::Agent, Role::Agent));
    }

    #[test]
    fn an_incident_is_closed_by_a_senior_who_is_not_concerned() {
        let roles = [Role::Person, Role::Auditor, Role::Agent, Role::Senior, Role::Admin];
        for severity in ["notice", "warning"] {
            assert_eq!(
                roles.map(|role| may_close(role, severity, "gus", "t")),
                [false, false, true, true, true]
            );
        }
        for severity in ["incident", "likely_breach"] {
            assert_eq!(
                roles.map(|role| may_close(role, severity, "gus", "t")),
                [false, false, false, true, true]
            );
        }
        assert!(!may_close(Role::Admin, "warning", "sol", "t"), "about oneself");
        assert!(!may_close(Role::Admin, "warning", "gus", "other"), "of another organisation");
    }
}
