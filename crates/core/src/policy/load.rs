//! Reading policies, and refusing the ones that would break a promise.

use std::fmt::Write as _;
use std::str::FromStr as _;

use cedar_policy::{Authorizer, PolicyId, PolicySet, Schema, ValidationMode, Validator};
use jiff::Timestamp;

use super::{Demands, Policies};
use crate::case::{Case, Subject};
use crate::evidence::{EvidenceClass, Kind};
use crate::id::{CaseId, PersonId, TenantId};
use crate::person::{Role, Tier};
use crate::remedy::Remedy;

/// Why policies were not loaded.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// A file is not Cedar.
    #[error("{file} is not valid Cedar: {why}")]
    Syntax {
        /// The file.
        file: String,
        /// What the parser said.
        why: String,
    },
    /// A policy names things that do not exist, or mixes types.
    #[error("the policies do not fit the schema:\n{0}")]
    Schema(String),
    /// A policy has no `@id`, or one that another has.
    #[error("{file}: every policy needs an @id of its own; {id:?} will not do")]
    Id {
        /// The file.
        file: String,
        /// The id, empty when missing.
        id: String,
    },
    /// A policy that lets proof suffice does not say what it demands beside.
    #[error("{file}: the policy {id:?}: {why}")]
    Demands {
        /// The file.
        file: String,
        /// The policy.
        id: String,
        /// What is missing, or is none.
        why: String,
    },
    /// One piece of evidence would open an account.
    #[error(
        "one is never enough (P1): on tier {tier}, {kind} alone would open an account to whoever can fake it"
    )]
    OneIsEnough {
        /// The tier.
        tier: &'static str,
        /// The kind of evidence that suffices alone.
        kind: &'static str,
    },
}

pub(super) fn load(files: &[(&str, &str)]) -> Result<Policies, PolicyError> {
    let schema = Schema::from_cedarschema_str(include_str!("../../../../policy/postern.cedarschema"))
        .map_err(|e| PolicyError::Schema(e.to_string()))?
        .0;
    let mut set = PolicySet::new();
    for (file, text) in files {
        add_file(&mut set, file, text)?;
    }
    let found = Validator::new(schema.clone()).validate(&set, ValidationMode::Strict);
    if !found.validation_passed() {
        let mut lines = String::new();
        for error in found.validation_errors() {
            let _ = writeln!(lines, "{error}");
        }
        return Err(PolicyError::Schema(lines));
    }
    let policies = Policies { set, schema, authorizer: Authorizer::new() };
    refuse_single_proof(&policies)?;
    Ok(policies)
}

fn add_file(set: &mut PolicySet, file: &str, text: &str) -> Result<(), PolicyError> {
    let parsed = PolicySet::from_str(text)
        .map_err(|e| PolicyError::Syntax { file: file.to_owned(), why: e.to_string() })?;
    for policy in parsed.policies() {
        let id = policy.annotation("id").unwrap_or_default().to_owned();
        let refused = || PolicyError::Id { file: file.to_owned(), id: id.clone() };
        if id.is_empty() {
            return Err(refused());
        }
        if Demands::are_wanted_of(policy) {
            let refused = |why| PolicyError::Demands { file: file.to_owned(), id: id.clone(), why };
            Demands::of(policy).map_err(refused)?;
        }
        set.add(policy.new_id(PolicyId::new(&id))).map_err(|_| refused())?;
    }
    Ok(())
}

/// P1 at the door: on no tier may a bound page and one kind of evidence from one person suffice.
fn refuse_single_proof(policies: &Policies) -> Result<(), PolicyError> {
    let accepted = || Kind::ALL.into_iter().filter(|k| k.class() == EvidenceClass::Accepted);
    let remedies =
        || Tier::ALL.into_iter().flat_map(|tier| Remedy::ALL.iter().map(move |remedy| (tier, *remedy)));
    for ((tier, remedy), kind) in remedies().flat_map(|way| accepted().map(move |kind| (way, kind))) {
        let case = imagined_case(tier).with_remedy(remedy);
        let proof = case
            .proof(Timestamp::UNIX_EPOCH)
            .with_claimant_page_bound()
            .with(kind, &PersonId::new("attester"));
        if policies.verify(&case, proof).is_ok() {
            return Err(PolicyError::OneIsEnough { tier: tier.as_str(), kind: kind.as_str() });
        }
    }
    Ok(())
}

fn imagined_case(tier: Tier) -> Case {
    let subject = Subject {
        tenant: TenantId::new("t"),
        person: PersonId::new("owner"),
        tier,
        role: Role::Person,
        manager: Some(PersonId::new("manager")),
        suspended: false,
    };
    Case::open(CaseId::new("imagined"), subject, Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped_with(extra: &str) -> Result<Policies, PolicyError> {
        let [staff, recovery] = Policies::SHIPPED;
        load(&[staff, recovery, ("extra.cedar", extra)])
    }

    #[test]
    fn a_policy_under_which_one_call_suffices_is_refused_with_the_path() {
        let error = shipped_with(
            r#"@id("lazy") @hold("0h") @approvals("0") @fresh("24h") permit (principal is Postern::Desk, action == Postern::Action::"Verify", resource is Postern::Case)
               when { context.kinds.contains("call_placed") };"#,
        )
        .err()
        .unwrap();
        assert!(
            matches!(error, PolicyError::OneIsEnough { kind: "call_placed", tier: "standard" }),
            "{error}"
        );
    }

    #[test]
    fn a_policy_that_misspells_is_refused_by_the_schema() {
        let error = shipped_with(
            r#"@id("typo") @hold("0h") @approvals("0") @fresh("24h") permit (principal is Postern::Desk, action == Postern::Action::"Verify", resource is Postern::Case)
               when { context.witneses >= 2 };"#,
        )
        .err()
        .unwrap();
        assert!(error.to_string().contains("witneses"), "{error}");
    }

    #[test]
    fn a_policy_that_does_not_show_what_it_demands_is_refused_by_name() {
        let with = |annotations: &str| {
            let text = format!(
                r#"@id("loose") {annotations} permit (principal is Postern::Desk, action, resource is Postern::Case)
                   when {{ context.attesting_people >= 4 }};"#
            );
            shipped_with(&text).err().unwrap().to_string()
        };
        for (annotations, says) in [
            ("", "@hold is missing"),
            (r#"@hold("24h") @fresh("60m")"#, "@approvals is missing"),
            (r#"@hold("a day") @approvals("1") @fresh("60m")"#, "@hold wants hours or minutes"),
            (r#"@hold("90m") @approvals("1") @fresh("60m")"#, "@hold wants whole hours"),
            (r#"@hold("-1h") @approvals("1") @fresh("60m")"#, "@hold wants hours or minutes"),
            (r#"@hold("24h") @approvals("9") @fresh("60m")"#, "@approvals wants a number"),
            (r#"@hold("24h") @approvals("1") @fresh("0m")"#, "@fresh wants"),
            (r#"@hold("24h") @approvals("1") @fresh("25h")"#, "@fresh wants"),
        ] {
            let error = with(annotations);
            assert!(error.contains("\"loose\"") && error.contains(says), "{annotations}: {error}");
        }
    }

    #[test]
    fn what_the_policies_that_decided_demand_holds_together_and_old_proof_is_left_out() {
        let strict = shipped_with(
            r#"@id("strict") @hold("48h") @approvals("2") @fresh("60m")
               permit (principal is Postern::Desk, action == Postern::Action::"Verify", resource is Postern::Case)
               when { resource.tier == "standard" && context.attesting_people >= 2 && context.channels >= 2 };"#,
        )
        .unwrap();
        let case = imagined_case(Tier::Standard);
        let proof = case.proof(Timestamp::UNIX_EPOCH).with_claimant_page_bound();
        let proof = proof
            .with(Kind::CallPlaced, &PersonId::new("ben"))
            .with(Kind::ManagerVouch, &PersonId::new("mona"));
        let permit = strict.verify(&case, proof.clone()).unwrap();
        let wanted = Demands { hold_hours: 48, approvals: 2, fresh_minutes: 60 };
        assert_eq!((permit.demands(), permit.policies().len()), (wanted, 2));
        let old = proof.aged(jiff::SignedDuration::from_mins(61));
        assert!(
            Policies::shipped().unwrap().verify(&case, old.clone()).is_ok(),
            "a day is fresh enough there"
        );
        assert!(strict.verify(&case, old).is_err());
    }

    #[test]
    fn broken_text_and_missing_ids_name_the_file() {
        assert!(shipped_with("permit (").err().unwrap().to_string().starts_with("extra.cedar"));
        let nameless = r#"forbid (principal, action == Postern::Action::"Verify", resource);"#;
        assert!(matches!(shipped_with(nameless).err().unwrap(), PolicyError::Id { .. }));
        let twice =
            r#"@id("staff.approve") forbid (principal, action == Postern::Action::"Verify", resource);"#;
        assert!(matches!(shipped_with(twice).err().unwrap(), PolicyError::Id { .. }));
    }
}
