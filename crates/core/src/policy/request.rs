//! A question to the policies: who wants to do what, to what, under which circumstances.

use std::marker::PhantomData;

use cedar_policy::{Context, EntityUid, Schema};
use serde_json::{Value, json};

use super::{Action, Verify};
use crate::case::{Case, Page, Proof};
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

enum Resource<'a> {
    Case(&'a Case),
    Tenant(&'a TenantId),
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
    /// Does this proof suffice for this case?
    pub fn verify(case: &'a Case, proof: Proof) -> Self {
        Self { principal: Principal::Desk(proof), resource: Resource::Case(case), action: PhantomData }
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

    pub(super) fn resource_id(&self) -> &str {
        match self.resource {
            Resource::Case(case) => case.id().as_str(),
            Resource::Tenant(tenant) => tenant.as_str(),
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
        };
        let action = uid("Action", A::NAME)?;
        let context =
            Context::from_json_value(self.context(), Some((schema, &action))).map_err(|e| e.to_string())?;
        cedar_policy::Request::new(principal, action, resource, context, Some(schema))
            .map_err(|e| e.to_string())
    }

    fn context(&self) -> Value {
        match &self.principal {
            Principal::Staff(staff) => {
                json!({ "phishing_resistant": staff.phishing_resistant, "by_token": staff.by_token })
            }
            Principal::Desk(proof) => json!({
                "page_bound": proof.page_bound,
                "kinds": proof.kinds.iter().map(|k| k.as_str()).collect::<Vec<_>>(),
                "channels": proof.channels(),
                "witnesses": proof.witnesses.len(),
                "risk": proof.risk,
                "escalated": proof.escalated,
            }),
        }
    }

    pub(super) fn entities(&self) -> Value {
        let entity = |kind: &str, id: &str, attrs: Value| json!({ "uid": { "type": format!("Postern::{kind}"), "id": id }, "attrs": attrs, "parents": [] });
        let principal = match &self.principal {
            Principal::Staff(staff) => entity(
                "Person",
                staff.id.as_str(),
                json!({
                    "tenant": staff.tenant.as_str(),
                    "id": staff.id.as_str(),
                    "role": staff.role.as_str(),
                    "rank": staff.role.rank(),
                }),
            ),
            Principal::Desk(_) => entity("Desk", "desk", json!({})),
        };
        let resource = match self.resource {
            Resource::Case(case) => entity("Case", case.id().as_str(), case_attributes(case)),
            Resource::Tenant(tenant) => {
                entity("Tenant", tenant.as_str(), json!({ "tenant": tenant.as_str() }))
            }
        };
        json!([principal, resource])
    }
}

fn case_attributes(case: &Case) -> Value {
    let subject = case.subject();
    json!({
        "tenant": subject.tenant.as_str(),
        "person": subject.person.as_str(),
        "manager": subject.manager.as_ref().map_or("", PersonId::as_str),
        "tier": subject.tier.as_str(),
        "target_rank": subject.role.rank(),
        "handler_rank": case.handler_rank(),
        "witnesses": witnesses(case),
    })
}

/// Everybody whose word is in the case already: who recorded evidence, and who heard the phrase.
fn witnesses(case: &Case) -> Vec<&str> {
    let bound_by = match case.page() {
        Page::Bound { by, .. } => Some(by.as_str()),
        Page::Unbound => None,
    };
    case.evidence().iter().map(|e| e.witness.as_str()).chain(bound_by).collect()
}
