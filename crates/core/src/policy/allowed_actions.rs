//! What somebody may do to one thing, for a page that offers it.

use cedar_policy::Decision;

use super::request::{Facts, Request, Staff};
use super::{Action, Policies, ViewCase, ViewDesk};
use crate::case::{Case, Subject};

/// What the policies say of many actions on one thing. It gives no permit: whoever acts is asked about it then.
pub struct AllowedActions<'a> {
    policies: &'a Policies,
    /// The same for each action. `None`: Cedar can't be told, and nothing is allowed.
    facts: Option<Facts>,
}

impl Policies {
    /// What this person may do to this case.
    pub fn allowed_on_case(&self, who: &Staff, case: &Case) -> AllowedActions<'_> {
        self.allowed(&Request::<ViewCase>::on_case(who, case))
    }

    /// What this person may do to this person.
    pub fn allowed_on_person(&self, who: &Staff, subject: &Subject) -> AllowedActions<'_> {
        self.allowed(&Request::<ViewDesk>::on_person(who, subject))
    }

    fn allowed<A: Action>(&self, request: &Request<'_, A>) -> AllowedActions<'_> {
        AllowedActions { policies: self, facts: request.facts(&self.schema, &self.names).ok() }
    }
}

impl AllowedActions<'_> {
    /// Whether this action is among them. A policy that errors denies, as in [`Policies::authorize`].
    pub fn contains<A: Action>(&self) -> bool {
        let response = self.facts.as_ref().map(|facts| self.policies.ask::<A>(facts));
        let Some(Ok(response)) = response else { return false };
        response.decision() == Decision::Allow && response.diagnostics().errors().next().is_none()
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::id::{CaseId, PersonId, TenantId};
    use crate::person::Role;
    use crate::policy::{AddNote, ApplyRemedy, ChangePerson, RecordEvidence};
    use crate::tier::TierFloor;

    const ROLES: [Role; 5] = [Role::Person, Role::Auditor, Role::Agent, Role::Senior, Role::Admin];

    fn staff(role: Role, phishing_resistant: bool) -> Staff {
        let (id, tenant) = (PersonId::new("sol"), TenantId::new("t"));
        Staff { id, tenant, role, phishing_resistant, by_token: false }
    }

    fn subject(id: &str, role: Role) -> Subject {
        Subject {
            tenant: TenantId::new("t"),
            person: PersonId::new(id),
            tier: TierFloor::Standard.into(),
            role,
            manager: None,
            suspended: false,
        }
    }

    #[test]
    fn a_page_offers_exactly_what_a_permit_is_given_for() {
        let policies = Policies::shipped().unwrap();
        let mut yes = 0;
        for (role, passkey) in ROLES.into_iter().flat_map(|role| [(role, true), (role, false)]) {
            let who = staff(role, passkey);
            for of in [subject("sol", role), subject("ana", Role::Person), subject("mia", Role::Admin)] {
                let case = Case::open(CaseId::new("c"), of.clone(), Timestamp::UNIX_EPOCH);
                let (on_person, on_case) =
                    (policies.allowed_on_person(&who, &of), policies.allowed_on_case(&who, &case));
                let permitted = policies.authorize::<ChangePerson>(&Request::on_person(&who, &of)).is_ok();
                assert_eq!(on_person.contains::<ChangePerson>(), permitted);
                let permitted = policies.authorize::<AddNote>(&Request::on_person(&who, &of)).is_ok();
                assert_eq!(on_person.contains::<AddNote>(), permitted);
                let permitted = policies.authorize::<ApplyRemedy>(&Request::on_case(&who, &case)).is_ok();
                assert_eq!(on_case.contains::<ApplyRemedy>(), permitted);
                let permitted = policies.authorize::<RecordEvidence>(&Request::on_case(&who, &case)).is_ok();
                assert_eq!(on_case.contains::<RecordEvidence>(), permitted);
                yes += usize::from(permitted);
            }
        }
        assert!(yes > 0, "nobody may do anything");
    }
}
