//! Thresholds in plain words.

use std::borrow::Cow;

use rsigma_parser::{ConditionOperator, CorrelationCondition, CorrelationRule, CorrelationType};

use super::load::{Loaded, RuleBody};

/// What has to be reached: "5 or more prompts refused within 10 minutes". `rules` are those that `rule` refers to.
pub(super) fn threshold(rule: &Loaded, parts: &[String]) -> String {
    let RuleBody::Correlation(correlation) = &rule.body else { return "one record is enough".to_owned() };
    let within = span(correlation.timespan.seconds);
    match &correlation.condition {
        CorrelationCondition::Extended(condition) => format!("{condition}, within {within}"),
        CorrelationCondition::Threshold { predicates, field, .. } => match correlation.correlation_type {
            CorrelationType::TemporalOrdered => format!("{}, within {within}", parts.join(", then ")),
            CorrelationType::Temporal => {
                format!("{}, in any order within {within}", parts.join(" and "))
            }
            _ => {
                let counts = counts(rule, correlation, field.as_deref());
                format!("{} {counts} within {within}", numbers(predicates))
            }
        },
    }
}

/// What a rule is called within the threshold of another.
pub(super) fn part(rule: &Loaded, threshold: &str) -> String {
    match (&rule.body, &rule.extras.message) {
        (RuleBody::Detection { .. }, Some(message)) => message.as_ref().to_owned(),
        (RuleBody::Detection { .. }, None) => format!("“{}”", rule.title),
        (RuleBody::Correlation(_), _) => threshold.to_owned(),
    }
}

fn counts<'r>(rule: &'r Loaded, correlation: &CorrelationRule, fields: Option<&[String]>) -> Cow<'r, str> {
    match (&rule.extras.counts, fields) {
        (Some(counts), _) => Cow::Borrowed(counts.as_ref()),
        (None, Some(fields)) => Cow::Owned(format!("different values of {}", fields.join(" with "))),
        (None, None) => Cow::Owned(format!("records of {}", correlation.rules.join(" or "))),
    }
}

fn numbers(predicates: &[(ConditionOperator, u64)]) -> String {
    let one = |(operator, number): &(ConditionOperator, u64)| match operator {
        ConditionOperator::Gte => format!("{number} or more"),
        ConditionOperator::Gt => format!("more than {number}"),
        ConditionOperator::Lte => format!("{number} or fewer"),
        ConditionOperator::Lt => format!("fewer than {number}"),
        ConditionOperator::Eq => format!("exactly {number}"),
        ConditionOperator::Neq => format!("not exactly {number}"),
    };
    predicates.iter().map(one).collect::<Vec<_>>().join(", but ")
}

/// "10 minutes".
pub(super) fn span(seconds: u64) -> String {
    const DAY: u64 = 86_400;
    let (number, unit) = match seconds {
        0 => (0, "second"),
        _ if seconds.is_multiple_of(DAY) && seconds > DAY => (seconds / DAY, "day"),
        _ if seconds.is_multiple_of(3_600) => (seconds / 3_600, "hour"),
        _ if seconds.is_multiple_of(60) => (seconds / 60, "minute"),
        _ => (seconds, "second"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_in_words() {
        let spans = [1, 90, 600, 5_400, 3_600, 86_400, 172_800].map(span);
        assert_eq!(
            spans,
            ["1 second", "90 seconds", "10 minutes", "90 minutes", "1 hour", "24 hours", "2 days"]
        );
    }
}
