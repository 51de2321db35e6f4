//! Reading policies, and refusing the ones that would break a promise.

use std::fmt::Write as _;
use std::str::FromStr as _;

use cedar_policy::{Authorizer, PolicyId, PolicySet, Schema, ValidationMode, Validator};
use jiff::Timestamp;

use super::{Policies, Request};
use crate::case::{Case, Subject};
use crate::evidence::{EvidenceClass, Kind};
use crate::id::{CaseId, PersonId, TenantId};
use crate::person::{Role, Tier};

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
        set.add(policy.new_id(PolicyId::new(&id))).map_err(|_| refused())?;
    }
    Ok(())
}

/// P1 at the door: on no tier may a bound page and one kind of evidence from one witness suffice.
fn refuse_single_proof(policies: &Policies) -> Result<(), PolicyError> {
    let accepted = || Kind::ALL.into_iter().filter(|k| k.class() == EvidenceClass::Accepted);
    for (tier, kind) in Tier::ALL.into_iter().flat_map(|tier| accepted().map(move |kind| (tier, kind))) {
        let case = imagined_case(tier);
        let proof = case
            .proof(Timestamp::UNIX_EPOCH)
            .with_claimant_page_bound()
            .with(kind, &PersonId::new("witness"));
        if policies.authorize(&Request::verify(&case, proof)).is_ok() {
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
        let staff = include_str!("../../../../policy/staff.cedar");
        let recovery = include_str!("../../../../policy/recovery.cedar");
        load(&[("staff.cedar", staff), ("recovery.cedar", recovery), ("extra.cedar", extra)])
    }

    #[test]
    fn a_policy_under_which_one_call_suffices_is_refused_with_the_path() {
        let error = shipped_with(
            r#"@id("lazy") permit (principal is Postern::Desk, action == Postern::Action::"Verify", resource is Postern::Case)
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
            r#"@id("typo") permit (principal is Postern::Desk, action == Postern::Action::"Verify", resource is Postern::Case)
               when { context.witneses >= 2 };"#,
        )
        .err()
        .unwrap();
        assert!(error.to_string().contains("witneses"), "{error}");
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
