//! Reading policies, and refusing the ones that would break a promise.

use std::fmt::Write as _;
use std::str::FromStr as _;

use cedar_policy::{ActionConstraint, Authorizer, PolicyId, PolicySet, Schema, ValidationMode, Validator};

use super::promises::{refuse_dead_ends, refuse_single_proof};
use super::{Action as _, Demands, Policies, Verify};

/// What holds for every organisation: names and texts.
const FIXED: [(&str, &str); 2] = [
    ("staff.cedar", include_str!("../../../../policy/staff.cedar")),
    ("limits.cedar", include_str!("../../../../policy/limits.cedar")),
];
/// What the text is called that an organisation may replace.
const RECOVERY: &str = "recovery.cedar";

/// Why policies were not loaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
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
    /// It is about something that an organisation does not decide.
    #[error(
        "{RECOVERY}: the policy {0:?} must say `action == Postern::Action::\"Verify\"`, and no more: this text says which proof suffices"
    )]
    NotAboutProof(String),
    /// It would open an account to whoever holds one thing (P1).
    #[error("one is never enough (P1): on tier {tier}, {path} would open an account")]
    OneIsEnough {
        /// The tier.
        tier: &'static str,
        /// What the attacker needs, in words.
        path: String,
    },
    /// Nobody on this tier would ever come back (P5).
    #[error("never a dead end (P5): on tier {0} no proof would ever suffice for a reset")]
    DeadEnd(&'static str),
}

pub(super) fn load(recovery: &str) -> Result<Policies, PolicyError> {
    let schema = Schema::from_cedarschema_str(include_str!("../../../../policy/postern.cedarschema"))
        .map_err(|e| PolicyError::Schema(e.to_string()))?
        .0;
    let own = parse(RECOVERY, recovery)?;
    for policy in own.policies() {
        let is_about_proof = matches!(policy.action_constraint(), ActionConstraint::Eq(uid) if uid.id().unescaped() == Verify::NAME);
        if !is_about_proof {
            return Err(PolicyError::NotAboutProof(policy.annotation("id").unwrap_or_default().to_owned()));
        }
    }
    let mut all = PolicySet::new();
    for (file, text) in FIXED {
        add_all(&mut all, file, &parse(file, text)?)?;
    }
    add_all(&mut all, RECOVERY, &own)?;
    let found = Validator::new(schema.clone()).validate(&all, ValidationMode::Strict);
    if !found.validation_passed() {
        let mut lines = String::new();
        for error in found.validation_errors() {
            let _ = writeln!(lines, "{error}");
        }
        return Err(PolicyError::Schema(lines));
    }
    // The limits would hide what the text alone lets through. Whoever wrote it is to know.
    let mut alone = PolicySet::new();
    add_all(&mut alone, RECOVERY, &own)?;
    let alone = Policies { set: alone, schema: schema.clone(), authorizer: Authorizer::new() };
    refuse_single_proof(&alone)?;
    let policies = Policies { set: all, schema, authorizer: Authorizer::new() };
    refuse_dead_ends(&policies)?;
    Ok(policies)
}

fn parse(file: &str, text: &str) -> Result<PolicySet, PolicyError> {
    let wrong = |why: String| PolicyError::Syntax { file: file.to_owned(), why };
    let parsed = PolicySet::from_str(text).map_err(|e| wrong(e.to_string()))?;
    if parsed.templates().next().is_some() {
        return Err(wrong("a policy with a slot (?principal, ?resource) is of no use here".to_owned()));
    }
    Ok(parsed)
}

/// Under the names that their `@id` gives them.
fn add_all(set: &mut PolicySet, file: &str, parsed: &PolicySet) -> Result<(), PolicyError> {
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

#[cfg(test)]
mod tests;
