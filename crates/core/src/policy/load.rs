//! Reading policies, and refusing the ones that would break a promise.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::str::FromStr as _;

use cedar_policy::{
    ActionConstraint, Authorizer, EntityUid, Policy, PolicyId, PolicySet, PrincipalConstraint,
    ResourceConstraint, Schema, ValidationMode, Validator,
};

use super::promises::{refuse_below_floor, refuse_dead_ends, refuse_single_proof, refuse_unseen};
use super::request::EntityNames;
use super::{Action as _, Demands, Policies, Verify};
use crate::tier::Tiers;

/// What holds for every organisation: names and texts.
const FIXED: [(&str, &str); 2] = [
    ("staff.cedar", include_str!("../../../../policy/staff.cedar")),
    ("limits.cedar", include_str!("../../../../policy/limits.cedar")),
];
const SCHEMA: &str = include_str!("../../../../policy/postern.cedarschema");
const RECOVERY_SCHEMA: &str = include_str!("../../../../policy/recovery.cedarschema");
/// Brackets in one another.
const DEEPEST: usize = 32;
/// Operators and spaces in one policy, which bound how deep it can be without brackets.
const MOST_OPERATORS: usize = 1_000;
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
        "{RECOVERY}: the policy {0:?} must say `action == Postern::Action::\"Verify\"` and name no single person, case or desk: \
         this text says which proof suffices, for everybody"
    )]
    NotAboutProof(String),
    /// It is written so that reading it could stop the server.
    #[error(
        "{RECOVERY}: more than {DEEPEST} brackets in one another, or more than {MOST_OPERATORS} operators in one policy"
    )]
    TooDeep,
    /// An account above the standard tier would be opened by a voice (P2).
    #[error(
        "never weaker than the front gate (P2): on tier {0}, a call and a vouch would open an account that nobody has seen the owner for"
    )]
    NobodySeen(String),
    /// It would open an account to whoever holds one thing (P1).
    #[error("one is never enough (P1): on tier {tier}, {path} would open an account")]
    OneIsEnough {
        /// The tier.
        tier: String,
        /// What the attacker needs, in words.
        path: String,
    },
    /// A tier of the organisation's own would be opened more easily than what it stands on (P2).
    #[error(
        "never weaker than what it stands on (P2): on tier {tier} some proof would suffice that does not on {floor}, or with a \
         shorter wait, fewer approvals or older proof. Say {tier} wherever the text says {floor}, or `resource.floor` in place of \
         `resource.tier`"
    )]
    BelowFloor {
        /// The tier.
        tier: String,
        /// What it stands on.
        floor: &'static str,
    },
    /// Somebody on this tier would never come back (P5).
    #[error("never a dead end (P5): on tier {tier}, no proof would ever suffice for a reset {when}")]
    DeadEnd {
        /// The tier.
        tier: String,
        /// For whom, in words.
        when: String,
    },
}

/// The policies that hold for everybody, and this text; what it must not break is tried out first.
pub(super) fn load(recovery: &str, tiers: &Tiers) -> Result<Policies, PolicyError> {
    expect_shallow(recovery)?;
    let own = parse(RECOVERY, recovery)?;
    for policy in own.policies() {
        if !is_about_proof(policy) {
            return Err(PolicyError::NotAboutProof(policy.annotation("id").unwrap_or_default().to_owned()));
        }
    }
    let (narrow, mut alone) = (schema(RECOVERY_SCHEMA)?, PolicySet::new());
    add_all(&mut alone, RECOVERY, &own)?;
    validate(&narrow, &alone)?;
    // The limits would hide what the text alone lets through. Whoever wrote it is to know.
    let alone = policies_of(alone, schema(SCHEMA)?)?;
    refuse_single_proof(&alone, tiers)?;
    refuse_unseen(&alone, tiers)?;
    let policies = assemble(recovery)?;
    refuse_below_floor(&policies, tiers)?;
    refuse_dead_ends(&policies, tiers)?;
    Ok(policies)
}

/// The same for a text of ours: a test tries it out.
pub(super) fn assemble(recovery: &str) -> Result<Policies, PolicyError> {
    let (schema, mut set) = (schema(SCHEMA)?, PolicySet::new());
    for (file, text) in FIXED.into_iter().chain([(RECOVERY, recovery)]) {
        add_all(&mut set, file, &parse(file, text)?)?;
    }
    validate(&schema, &set)?;
    policies_of(set, schema)
}

fn policies_of(set: PolicySet, schema: Schema) -> Result<Policies, PolicyError> {
    let names = EntityNames::new().map_err(PolicyError::Schema)?;
    let by_action = by_action(&set, &schema)?;
    Ok(Policies { set, by_action, schema, names, authorizer: Authorizer::new() })
}

/// The policies whose scope an action is in. Of an action that stood for others, whoever names those would be among them too.
fn by_action(set: &PolicySet, schema: &Schema) -> Result<HashMap<String, PolicySet>, PolicyError> {
    let has_groups = schema.action_groups().next().is_some();
    let of_one = |action: &EntityUid| {
        let concerns = |policy: &&Policy| match policy.action_constraint() {
            ActionConstraint::Any => true,
            ActionConstraint::Eq(only) => only == *action,
            ActionConstraint::In(list) => has_groups || list.contains(action),
        };
        let policies = PolicySet::from_policies(set.policies().filter(concerns).cloned());
        let policies = policies.map_err(|e| PolicyError::Schema(e.to_string()))?;
        Ok((action.id().unescaped().to_owned(), policies))
    };
    schema.actions().map(of_one).collect()
}

fn schema(text: &str) -> Result<Schema, PolicyError> {
    Ok(Schema::from_cedarschema_str(text).map_err(|e| PolicyError::Schema(e.to_string()))?.0)
}

fn validate(schema: &Schema, set: &PolicySet) -> Result<(), PolicyError> {
    let found = Validator::new(schema.clone()).validate(set, ValidationMode::Strict);
    if found.validation_passed() {
        return Ok(());
    }
    let mut lines = String::new();
    for error in found.validation_errors() {
        let _ = writeln!(lines, "{error}");
    }
    Err(PolicyError::Schema(lines))
}

fn is_about_proof(policy: &Policy) -> bool {
    let is_verify = matches!(policy.action_constraint(), ActionConstraint::Eq(uid) if uid.id().unescaped() == Verify::NAME);
    let is_anybody =
        matches!(policy.principal_constraint(), PrincipalConstraint::Any | PrincipalConstraint::Is(_));
    let is_any_case =
        matches!(policy.resource_constraint(), ResourceConstraint::Any | ResourceConstraint::Is(_));
    let names_nobody = policy.entity_literals().iter().all(|uid| uid.type_name().basename() == "Action");
    is_verify && is_anybody && is_any_case && names_nobody
}

/// Cedar's parser goes as deep as the text does, on whatever stack it has: too deep a text would end the process.
fn expect_shallow(text: &str) -> Result<(), PolicyError> {
    let (mut depth, mut operators) = (0_usize, 0_usize);
    let (mut is_text, mut is_escaped) = (false, false);
    for line in text.lines() {
        let mut before = ' ';
        for c in line.chars() {
            if is_text {
                is_text = is_escaped || c != '"';
                is_escaped = !is_escaped && c == '\\';
                continue;
            }
            match c {
                '"' => is_text = true,
                '/' if before == '/' => break,
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth = depth.saturating_sub(1),
                '&' | '|' | '+' | '-' | '*' | '!' | '.' | '?' => operators += 1,
                // Words such as `if`, `has` and `like`.
                ' ' if before != ' ' => operators += 1,
                ';' => operators = 0,
                _ => {}
            }
            before = c;
            if depth > DEEPEST || operators > MOST_OPERATORS {
                return Err(PolicyError::TooDeep);
            }
        }
    }
    Ok(())
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
