//! A question to the policies: who wants to do what, to what, under which circumstances.

use std::collections::{BTreeSet, HashSet};
use std::marker::PhantomData;
use std::str::FromStr as _;

use cedar_policy::{
    Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, RestrictedExpression, Schema,
};

use super::{Action, CloseFinding, Verify};
use crate::case::{Case, ClaimantPage, Proof, Subject};
use crate::evidence::{Evidence, Kind};
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

/// What the schema calls them. Parsed once: reading a name costs more than answering a question.
pub(super) struct EntityNames {
    action: EntityTypeName,
    case: EntityTypeName,
    desk: EntityTypeName,
    finding: EntityTypeName,
    person: EntityTypeName,
    tenant: EntityTypeName,
}

impl EntityNames {
    /// Err: what is no name, in words.
    pub(super) fn new() -> Result<Self, String> {
        let name = |of: &str| EntityTypeName::from_str(&format!("Postern::{of}")).map_err(|e| e.to_string());
        Ok(Self {
            action: name("Action")?,
            case: name("Case")?,
            desk: name("Desk")?,
            finding: name("Finding")?,
            person: name("Person")?,
            tenant: name("Tenant")?,
        })
    }
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

    /// What Cedar is told. Err: what does not fit the schema, in words.
    pub(super) fn facts(&self, schema: &Schema, names: &EntityNames) -> Result<Facts, String> {
        let resource_type = match self.resource {
            Resource::Case(_) => &names.case,
            Resource::Tenant(_) => &names.tenant,
            Resource::Person(_) => &names.person,
            Resource::Finding(_) => &names.finding,
        };
        let (principal_type, principal_id) = match &self.principal {
            Principal::Staff(staff) => (&names.person, staff.id.as_str()),
            Principal::Desk(_) => (&names.desk, "desk"),
        };
        let principal = uid(principal_type, principal_id);
        let resource = uid(resource_type, self.resource_id());
        let mut entities = vec![entity(&principal, self.principal_attributes())?];
        // Oneself is one entity, not two.
        if resource != principal {
            entities.push(entity(&resource, self.resource_attributes())?);
        }
        let entities = Entities::from_entities(entities, checked_by(schema)).map_err(|e| e.to_string())?;
        let context = Context::from_pairs(owned(self.context())).map_err(|e| e.to_string())?;
        Ok(Facts { principal, resource, entities, context })
    }

    fn context(&self) -> Vec<Attribute> {
        match &self.principal {
            Principal::Staff(staff) => vec![
                ("phishing_resistant", flag(staff.phishing_resistant)),
                ("by_token", flag(staff.by_token)),
            ],
            Principal::Desk(proof) => vec![
                ("claimant_page_bound", flag(proof.claimant_page_bound)),
                ("kinds", texts(proof.kinds().into_iter().map(Kind::as_str))),
                ("channels", number(proof.channels())),
                ("attesting_people", number(proof.attesting_people())),
                ("risk", number(proof.risk)),
                ("escalated", flag(proof.escalated)),
            ],
        }
    }

    /// The one whom somebody counts as in this case.
    fn counts_as(&self, who: &PersonId) -> PersonId {
        match self.resource {
            Resource::Case(case) => case.made_by().counts_as(who),
            Resource::Tenant(_) | Resource::Finding(_) | Resource::Person(_) => who.clone(),
        }
    }

    fn principal_attributes(&self) -> Vec<Attribute> {
        match &self.principal {
            Principal::Staff(staff) => {
                person_attributes((&staff.tenant, &staff.id), &self.counts_as(&staff.id), staff.role)
            }
            Principal::Desk(_) => Vec::new(),
        }
    }

    fn resource_attributes(&self) -> Vec<Attribute> {
        match self.resource {
            Resource::Case(case) => case_attributes(case),
            Resource::Tenant(tenant) => vec![("tenant", text(tenant.as_str()))],
            Resource::Person(subject) => {
                person_attributes((&subject.tenant, &subject.person), &subject.person, subject.role)
            }
            Resource::Finding(finding) => vec![
                ("tenant", text(finding.tenant.as_str())),
                ("severity", text(finding.severity)),
                ("people", texts(finding.people.iter().map(PersonId::as_str))),
            ],
        }
    }
}

/// What Cedar is told, whatever the action: putting it together costs as much as an answer.
pub(super) struct Facts {
    principal: EntityUid,
    resource: EntityUid,
    pub(super) entities: Entities,
    context: Context,
}

impl Facts {
    /// What Cedar is asked. Err: what does not fit the schema, in words.
    pub(super) fn query<A: Action>(
        &self,
        schema: &Schema,
        names: &EntityNames,
    ) -> Result<cedar_policy::Request, String> {
        let (principal, resource) = (self.principal.clone(), self.resource.clone());
        let (action, context) = (uid(&names.action, A::NAME), self.context.clone());
        cedar_policy::Request::new(principal, action, resource, context, checked_by(schema))
            .map_err(|e| e.to_string())
    }
}

/// Attributes are the schema's by construction, as every test sees; looking again takes a third of the time of an answer. One
/// that did not fit would be an error of the policy that reads it, and an error denies.
fn checked_by(schema: &Schema) -> Option<&Schema> {
    cfg!(debug_assertions).then_some(schema)
}

/// An attribute of an entity, or a fact of the context. The schema says which there are.
type Attribute = (&'static str, RestrictedExpression);

fn text(value: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(value.to_owned())
}

fn flag(value: bool) -> RestrictedExpression {
    RestrictedExpression::new_bool(value)
}

/// More than Cedar counts to is as much as it counts to.
fn number(value: impl TryInto<i64>) -> RestrictedExpression {
    RestrictedExpression::new_long(value.try_into().unwrap_or(i64::MAX))
}

fn texts<'a>(values: impl IntoIterator<Item = &'a str>) -> RestrictedExpression {
    RestrictedExpression::new_set(values.into_iter().map(text))
}

fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}

fn owned(attributes: Vec<Attribute>) -> impl Iterator<Item = (String, RestrictedExpression)> {
    attributes.into_iter().map(|(name, value)| (name.to_owned(), value))
}

fn entity(uid: &EntityUid, attributes: Vec<Attribute>) -> Result<Entity, String> {
    Entity::new(uid.clone(), owned(attributes).collect(), HashSet::new()).map_err(|e| e.to_string())
}

fn person_attributes(
    (tenant, id): (&TenantId, &PersonId),
    counts_as: &PersonId,
    role: Role,
) -> Vec<Attribute> {
    vec![
        ("tenant", text(tenant.as_str())),
        ("id", text(id.as_str())),
        ("counts_as", text(counts_as.as_str())),
        ("role", text(role.as_str())),
        ("rank", number(role.rank())),
    ]
}

fn case_attributes(case: &Case) -> Vec<Attribute> {
    let subject = case.subject();
    let people = |who: &BTreeSet<PersonId>| texts(who.iter().map(PersonId::as_str));
    vec![
        ("tenant", text(subject.tenant.as_str())),
        ("person", text(subject.person.as_str())),
        ("manager", text(subject.manager.as_ref().map_or("", PersonId::as_str))),
        ("tier", text(subject.tier.as_str())),
        ("floor", text(subject.tier.floor().as_str())),
        ("remedy", text(case.remedy().as_str())),
        ("suspended", flag(subject.suspended)),
        ("target_rank", number(subject.role.rank())),
        ("handler_rank", number(case.handler_rank())),
        ("attested_by", people(&attested_by(case, |_| true))),
        ("attested_but_for_manager", people(&attested_by(case, |piece| !case.is_managers_word(piece)))),
        ("yes_by", people(&yes_by(case))),
    ]
}

/// Who has approved the case, reported a contact of its person lost, or wants its hold to begin, as whom they count.
fn yes_by(case: &Case) -> BTreeSet<PersonId> {
    let approved_by = case.stage().approvals().iter().map(|approval| &approval.by);
    let wanted_by = case.stage().wanted_by();
    case.made_by().independent(approved_by.chain(wanted_by).chain(case.contact_reporters()))
}

/// Everybody whose word is in the case already, as whom they count: who confirmed that it was the person, by a piece that is asked
/// about, and who heard the phrase.
fn attested_by(case: &Case, is_asked_about: impl Fn(&Evidence) -> bool) -> BTreeSet<PersonId> {
    let bound_by = match case.claimant_page() {
        ClaimantPage::Bound { by, .. } => Some(by),
        ClaimantPage::Unbound => None,
    };
    let confirmed = case.evidence_for_page().filter(|piece| piece.is_confirmed() && is_asked_about(piece));
    case.made_by().independent(confirmed.map(|piece| &piece.attested_by).chain(bound_by))
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
            tier: crate::tier::TierFloor::Standard.into(),
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
