//! Cedar decides; this module asks. [`Policies::authorize`] is the only place in the program that makes a [`Permit`].

mod allowed_actions;
mod demands;
mod load;
mod missing;
mod permit;
mod promises;
mod request;

pub use allowed_actions::AllowedActions;
pub use demands::Demands;
pub use load::PolicyError;
pub use missing::Missing;
pub use permit::*;
pub use request::{FindingFacts, Request, Staff};

use std::collections::HashMap;
use std::fmt;

use cedar_policy::{Authorizer, Decision, PolicySet, Response, Schema};
use jiff::Timestamp;

use self::request::Facts;
use crate::case::{Case, Proof};
use crate::tier::Tiers;

/// The policies in force.
pub struct Policies {
    set: PolicySet,
    /// Those of them that can say anything of an action, by its name: the others would be asked, and never answer.
    by_action: HashMap<String, PolicySet>,
    schema: Schema,
    names: request::EntityNames,
    authorizer: Authorizer,
}

impl fmt::Debug for Policies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Policies").field(&self.set.policies().count()).finish()
    }
}

impl Policies {
    /// Which proof suffices, as Postern ships it: `policy/recovery.cedar`.
    pub const RECOVERY: &str = include_str!("../../../policy/recovery.cedar");

    /// The policies that Postern ships.
    pub fn shipped() -> Result<Self, PolicyError> {
        load::assemble(Self::RECOVERY)
    }

    /// In place of a text that can't be read any more: no proof suffices, and the desk is told who can help.
    pub fn without_recovery() -> Result<Self, PolicyError> {
        load::assemble(
            r#"@id("recovery.unreadable")
               @message("This organisation's recovery policy can't be read, so nothing is verified. The operator sets another: postern tenant settings NAME --set recovery_policy=@FILE")
               forbid (principal is Postern::Desk, action == Postern::Action::"Verify", resource is Postern::Case);"#,
        )
    }

    /// The policies that hold for everybody, and this text in place of [`Policies::RECOVERY`]. Refuses a text that does not
    /// parse or does not fit the schema, that says anything but which proof suffices, that is weaker than P1 allows, or
    /// under which nobody on one of these tiers would ever come back (P5).
    pub fn with_recovery(text: &str, tiers: &Tiers) -> Result<Self, PolicyError> {
        load::load(text, tiers)
    }

    /// Asks the policies. A policy that errors denies, and says so: Cedar itself would skip it.
    pub fn authorize<A: Action>(&self, request: &Request<'_, A>) -> Result<Permit<A>, Denied> {
        let facts = request.facts(&self.schema, &self.names).map_err(Denied::broken)?;
        let response = self.ask::<A>(&facts).map_err(Denied::broken)?;
        let errors: Vec<String> = response.diagnostics().errors().map(ToString::to_string).collect();
        let reasons: Vec<_> = response.diagnostics().reason().collect();
        let named = |annotation: &str| -> Vec<String> {
            let mut found: Vec<String> = reasons
                .iter()
                .filter_map(|id| self.set.policy(id)?.annotation(annotation).map(str::to_owned))
                .collect();
            found.sort();
            found
        };
        if response.decision() == Decision::Allow && errors.is_empty() {
            let permits = reasons.iter().filter_map(|id| self.set.policy(id));
            let wanted = permits.filter(|policy| Demands::are_wanted_of(policy)).map(Demands::of);
            // Loading has refused policies that don't say what they demand.
            let demands = wanted.collect::<Result<Vec<_>, _>>().map_err(Denied::broken)?;
            let demands = demands.into_iter().reduce(Demands::stricter).unwrap_or_default();
            return Ok(Permit::new(request.resource_id().to_owned(), named("id"), demands));
        }
        Err(Denied { policies: named("id"), messages: named("message"), errors })
    }

    /// Cedar's answer. Err: what does not fit the schema, in words.
    fn ask<A: Action>(&self, facts: &Facts) -> Result<Response, String> {
        let query = facts.query::<A>(&self.schema, &self.names)?;
        let set = self.by_action.get(A::NAME).unwrap_or(&self.set);
        Ok(self.authorizer.is_authorized(&query, set, &facts.entities))
    }

    /// Does the proof of a case suffice, as fresh as the policies that let it suffice demand?
    pub fn verify(&self, case: &Case, proof: Proof) -> Result<Permit<Verify>, Denied> {
        let permit = self.authorize(&Request::verify(case, proof.clone()))?;
        let permit = permit.demanding(Demands::least_on(case.subject().tier.floor()));
        let permit = permit.demanding(Demands::least_for(case));
        let fresh = proof.clone().within(permit.demands().fresh());
        // Without what is too old it may suffice no more, or suffice under another policy. Each round has less proof.
        if fresh == proof { Ok(permit) } else { self.verify(case, fresh) }
    }

    /// Does the proof of a case still let the remedy go on that was stopped? The person and the risk are those of now, the proof is as old
    /// as it was when the remedy was applied.
    pub fn verify_to_resume(&self, case: &Case, now: Timestamp) -> Result<Permit<Verify>, Denied> {
        self.verify(case, case.proof_at(case.remedied_at().unwrap_or(now)))
    }

    /// The case, after its person was read anew: what the policies demand for the stricter of then and now holds, and where
    /// proof that sufficed suffices no more, it is gathered anew. The risk is left out; whoever applies the remedy is asked about it.
    pub fn look_again(&self, case: Case, now: Timestamp) -> Case {
        // Nobody moves the case of a suspended account.
        if case.stage().verified_at().is_none() || case.subject().suspended {
            return case;
        }
        match self.verify(&case, case.proof(now).without_risk()) {
            Ok(permit) => case.under(permit.demands()),
            Err(_) => case.verify_anew(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Subject;
    use crate::id::{CaseId, PersonId, TenantId};
    use crate::person::Role;
    use crate::tier::TierFloor;

    /// Whether all the policies together answer as those do that the action names.
    fn expect_alike<A: Action>(policies: &Policies, request: &Request<'_, A>) {
        let facts = request.facts(&policies.schema, &policies.names).unwrap();
        let query = facts.query::<A>(&policies.schema, &policies.names).unwrap();
        let answer = |set: &PolicySet| {
            let response = policies.authorizer.is_authorized(&query, set, &facts.entities);
            let mut reasons: Vec<_> = response.diagnostics().reason().map(ToString::to_string).collect();
            reasons.sort();
            let errors: Vec<_> = response.diagnostics().errors().map(ToString::to_string).collect();
            (response.decision(), reasons, errors)
        };
        assert_eq!(answer(&policies.by_action[A::NAME]), answer(&policies.set), "{}", A::NAME);
    }

    #[test]
    fn policies_of_other_actions_say_nothing() {
        let policies = Policies::shipped().unwrap();
        let tenant = TenantId::new("t");
        let subject = |id: &str, role| Subject {
            tenant: tenant.clone(),
            person: PersonId::new(id),
            tier: TierFloor::Privileged.into(),
            role,
            manager: Some(PersonId::new("mona")),
            suspended: false,
        };
        for role in [Role::Person, Role::Auditor, Role::Agent, Role::Senior, Role::Admin] {
            for phishing_resistant in [false, true] {
                let (id, tenant) = (PersonId::new("sol"), tenant.clone());
                let who = Staff { id, tenant, role, phishing_resistant, by_token: !phishing_resistant };
                expect_alike::<ViewDesk>(&policies, &Request::on_tenant(&who, &who.tenant));
                expect_alike::<ManageTokens>(&policies, &Request::on_tenant(&who, &who.tenant));
                for of in [subject("sol", role), subject("ana", Role::Person), subject("ben", Role::Senior)] {
                    expect_alike::<ApprovePasskey>(&policies, &Request::on_person(&who, &of));
                    expect_alike::<ChangePerson>(&policies, &Request::on_person(&who, &of));
                    expect_alike::<EndSessions>(&policies, &Request::on_person(&who, &of));
                    let case = Case::open(CaseId::new("c"), of, Timestamp::UNIX_EPOCH);
                    expect_alike::<ViewCase>(&policies, &Request::on_case(&who, &case));
                    expect_alike::<Approve>(&policies, &Request::on_case(&who, &case));
                    expect_alike::<ApplyRemedy>(&policies, &Request::on_case(&who, &case));
                    let proof = case.proof(Timestamp::UNIX_EPOCH);
                    expect_alike::<Verify>(&policies, &Request::verify(&case, proof));
                }
            }
        }
    }
}
