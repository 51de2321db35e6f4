//! How a correlation is noted, and how the Sigma engine is asked about it.

use rsigma_parser::{
    ConditionExpr, ConditionOperator, CorrelationCondition, CorrelationRule, CorrelationType, WindowMode,
};

use super::{error::RuleProblem, fields::Group, plan::Counted};

/// A correlation must not need more records than this.
const MOST_NEEDED: u64 = 10_000;
/// Entries that the engine keeps for one group, where it keeps any.
const MOST_KEPT: &str = "4096";

/// How a correlation is noted before the engine is asked.
pub(super) enum CountStrategy {
    Counter(Counted, usize),
    Order,
    Open,
}

pub(super) fn counted(rule: &CorrelationRule) -> Result<Option<Group>, String> {
    match &rule.condition {
        CorrelationCondition::Threshold { field: Some(fields), .. } => Group::of(fields).map(Some),
        _ => Ok(None),
    }
}

pub(super) fn strategy(rule: &CorrelationRule) -> Result<CountStrategy, RuleProblem> {
    let unsupported = |why: &str| Err(RuleProblem::Unsupported(why.into()));
    let least = lower_limit(&rule.condition);
    if least.is_some_and(|least| least > MOST_NEEDED) {
        return unsupported("it needs more than 10,000 records. Ask for fewer");
    }
    let is_sliding = rule.window == WindowMode::Sliding;
    let parts = rule.rules.len();
    let least = least.and_then(|least| usize::try_from(least).ok()).map(|least| least.max(1));
    Ok(match (rule.correlation_type, least.filter(|_| is_sliding)) {
        (CorrelationType::EventCount, Some(least)) => CountStrategy::Counter(Counted::Records, least),
        (CorrelationType::ValueCount, least) => match (counted(rule), least) {
            (Ok(Some(fields)), Some(least)) => CountStrategy::Counter(Counted::Values(fields), least),
            (Ok(Some(_)), None) => CountStrategy::Open,
            _ => return unsupported("it counts no values. Name the `field` in its condition"),
        },
        (CorrelationType::Temporal | CorrelationType::TemporalOrdered, least) if least > Some(parts) => {
            return unsupported("it asks for more rules than it names");
        }
        (CorrelationType::Temporal, Some(least)) => {
            CountStrategy::Counter(Counted::Parts, if least == 1 { parts } else { least })
        }
        (CorrelationType::TemporalOrdered, _) if parts < 2 => {
            return unsupported("an order needs two rules or more");
        }
        (CorrelationType::TemporalOrdered, _) if is_sliding => CountStrategy::Order,
        (CorrelationType::EventCount | CorrelationType::Temporal | CorrelationType::TemporalOrdered, _) => {
            CountStrategy::Open
        }
        _ => return unsupported("sums and averages are not supported: records have no quantities"),
    })
}

/// What must at least be reached, if that is all that must.
fn lower_limit(condition: &CorrelationCondition) -> Option<u64> {
    let CorrelationCondition::Threshold { predicates, .. } = condition else { return None };
    match predicates.as_slice() {
        [(ConditionOperator::Gte, least)] => Some(*least),
        [(ConditionOperator::Gt, less)] => Some(less.saturating_add(1)),
        _ => None,
    }
}

/// The correlation as the engine is asked: by numbers in place of names, one group field, one value.
pub(super) fn question(
    correlation: usize,
    rule: &CorrelationRule,
    labels: &[String],
    strategy: &CountStrategy,
    label_of: impl Fn(&str) -> Option<String>,
) -> Result<CorrelationRule, RuleProblem> {
    let mut question = rule.clone();
    question.id = Some(correlation.to_string());
    question.name = None;
    question.rules = labels.to_vec();
    question.group_by = vec!["group".to_owned()];
    question.generate = false;
    question.custom_attributes.clear();
    // What is noted is told anew each time the engine is asked. Unless each says what it wants, the engine takes what
    // one of them says for all.
    let action = if matches!(strategy, CountStrategy::Open) { "alert" } else { "reset" };
    question.custom_attributes.insert("rsigma.action".to_owned(), action.into());
    if !matches!(strategy, CountStrategy::Counter(..)) {
        question.custom_attributes.insert("rsigma.max_group_entries".to_owned(), MOST_KEPT.into());
    }
    match &mut question.condition {
        CorrelationCondition::Extended(condition) => *condition = relabelled(condition, &label_of)?,
        CorrelationCondition::Threshold { predicates, field, .. } => {
            if field.is_some() {
                *field = Some(vec!["value".to_owned()]);
            }
            // Without a condition Sigma means all; the engine reads it as any.
            let parts = u64::try_from(labels.len()).unwrap_or(u64::MAX);
            if rule.correlation_type == CorrelationType::Temporal
                && lower_limit(&rule.condition).is_some_and(|least| least <= 1)
            {
                *predicates = vec![(ConditionOperator::Gte, parts)];
            }
        }
    }
    Ok(question)
}

fn relabelled(
    condition: &ConditionExpr,
    label_of: &impl Fn(&str) -> Option<String>,
) -> Result<ConditionExpr, RuleProblem> {
    let all = |parts: &[ConditionExpr]| -> Result<Vec<_>, RuleProblem> {
        parts.iter().map(|part| relabelled(part, label_of)).collect()
    };
    Ok(match condition {
        ConditionExpr::And(parts) => ConditionExpr::And(all(parts)?),
        ConditionExpr::Or(parts) => ConditionExpr::Or(all(parts)?),
        ConditionExpr::Not(part) => ConditionExpr::Not(Box::new(relabelled(part, label_of)?)),
        ConditionExpr::Identifier(name) => {
            let label = label_of(name).ok_or_else(|| RuleProblem::UnknownReference(name.clone()))?;
            ConditionExpr::Identifier(label)
        }
        ConditionExpr::Selector { .. } => {
            return Err(RuleProblem::Unsupported(
                "`of` is not supported in a correlation. Name the rules".into(),
            ));
        }
    })
}
