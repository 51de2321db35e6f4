//! What a correlator has to do for a record, worked out once.
//!
//! The judge of every correlation is the Sigma engine. Asking it costs some microseconds and half a kilobyte, so most
//! records are only noted: a correlation with a lower limit cannot fire before the limit is reached, and an order not
//! before its first step. [`Watch`] says how a correlation is noted.

use std::collections::HashMap;

use rsigma_parser::{
    ConditionExpr, ConditionOperator, CorrelationCondition, CorrelationRule, CorrelationType, WindowMode,
};

use super::{
    compile::{Grouping, is_by_person, wrong},
    correlator::Court,
    error::{Problem, RuleError},
    fields::Group,
    info::RuleId,
    load::{Body, Loaded},
    matcher::Matches,
};

/// Correlations over correlations that a threshold in words goes down.
pub(super) const LONGEST_CHAIN: usize = 8;
/// A correlation must not need more records than this.
const MOST_NEEDED: u64 = 10_000;
/// Entries that the engine keeps for one group of a correlation that is not noted.
const MOST_KEPT: &str = "4096";

/// What is worked out from.
pub(super) struct Given<'g> {
    pub(super) rules: &'g [Loaded],
    pub(super) index: &'g HashMap<&'g str, usize>,
    pub(super) references: &'g [Vec<usize>],
    pub(super) ids: &'g [Option<RuleId>],
    pub(super) bits: &'g [Option<usize>],
}

/// For one half of the correlations.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Detections that anything here is about.
    pub(super) mask: Matches,
    /// By detection: steps after the first. They are taken first, so that one record is never two steps.
    pub(super) later: Vec<Vec<Target>>,
    /// By detection: everything else.
    pub(super) targets: Vec<Vec<Target>>,
    /// By detection: the rule that fires by itself.
    pub(super) alone: Vec<Option<RuleId>>,
    /// Does it fire for records with a person, or for those without?
    pub(super) is_by_person: bool,
    pub(super) tallies: Vec<Tally>,
    pub(super) watches: Vec<Watch>,
    /// The correlations as the engine is asked.
    pub(super) questions: Vec<CorrelationRule>,
}

/// Where a record, or the firing of a correlation, counts, and as which of the rules referred to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Tally { tally: usize, part: usize },
    Order { watch: usize, part: usize },
    Open { watch: usize, part: usize },
}

/// A correlation.
#[derive(Debug)]
pub(super) struct Watch {
    /// The rule it fires as, if it is not for others only.
    pub(super) rule: Option<RuleId>,
    pub(super) group: Group,
    /// In seconds.
    pub(super) span: i64,
    /// How many it needs: records, values or parts.
    pub(super) least: usize,
    /// What is counted, where the engine looks at values.
    pub(super) counted: Option<Group>,
    /// What its parts are called before the engine.
    pub(super) labels: Vec<String>,
    /// Correlations over this one.
    pub(super) parents: Vec<Target>,
}

/// Correlations that count the same of the same records, with different limits.
#[derive(Debug)]
pub(super) struct Tally {
    pub(super) group: Group,
    pub(super) counts: Counts,
    /// The longest span, in seconds.
    pub(super) span: i64,
    /// The most that one of them needs, and the fewest.
    pub(super) most: usize,
    pub(super) fewest: usize,
    pub(super) watches: Vec<usize>,
    /// It counts firings of correlations, which bring their evidence along.
    pub(super) is_backed: bool,
}

/// What a tally counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Counts {
    /// Records.
    Records,
    /// Different values.
    Values(Group),
    /// How many of the rules referred to are there.
    Parts,
}

/// How a correlation is noted before the engine is asked.
enum Manner {
    Tally(Counts, usize),
    Order,
    Open,
}

type SameTally = (Group, Counts, Vec<usize>);

impl Plan {
    pub(super) fn new(given: &Given<'_>, grouping: Grouping) -> Result<Self, RuleError> {
        let detections = given.bits.iter().flatten().count();
        let mut plan = Self {
            later: vec![Vec::new(); detections],
            targets: vec![Vec::new(); detections],
            alone: vec![None; detections],
            is_by_person: grouping == Grouping::ByPerson,
            ..Self::default()
        };
        let mut same: Vec<(SameTally, usize)> = Vec::new();
        let mut watch_of: HashMap<usize, usize> = HashMap::new();
        let mut wanted: Vec<(usize, Vec<Target>)> = Vec::new();
        for (rule, loaded) in given.rules.iter().enumerate() {
            if let Some(bit) = given.bits.get(rule).copied().flatten() {
                plan.fire_alone(bit, given.ids.get(rule).copied().flatten());
            }
            let Body::Correlation(correlation) = &loaded.body else { continue };
            if is_by_person(loaded) != plan.is_by_person {
                continue;
            }
            let references = given.references.get(rule).map(Vec::as_slice).unwrap_or_default();
            let id = given.ids.get(rule).copied().flatten();
            let targets = plan
                .add_watch(given, correlation, (references, id), &mut same)
                .map_err(|problem| wrong(loaded, problem))?;
            watch_of.insert(rule, plan.watches.len() - 1);
            wanted.push((rule, targets));
        }
        for (rule, targets) in wanted {
            let references = given.references.get(rule).map(Vec::as_slice).unwrap_or_default();
            for (reference, target) in references.iter().zip(targets) {
                plan.direct(given.bits.get(*reference).copied().flatten(), watch_of.get(reference), target);
            }
        }
        Ok(plan)
    }

    fn fire_alone(&mut self, bit: usize, id: Option<RuleId>) {
        if let (Some(place), Some(id)) = (self.alone.get_mut(bit), id) {
            *place = Some(id);
            self.mask.add(bit);
        }
    }

    /// Sees to it that a detection or a correlation leads to a target.
    fn direct(&mut self, bit: Option<usize>, watch: Option<&usize>, target: Target) {
        if let Some(bit) = bit {
            self.mask.add(bit);
            let is_later = matches!(target, Target::Order { part: 1.., .. });
            let targets = if is_later { &mut self.later } else { &mut self.targets };
            targets
                .get_mut(bit)
                .into_iter()
                .filter(|all| !all.contains(&target))
                .for_each(|all| all.push(target));
        } else if let Some(watch) = watch.and_then(|watch| self.watches.get_mut(*watch)) {
            if !watch.parents.contains(&target) {
                watch.parents.push(target);
            }
            if let Target::Tally { tally, .. } = target
                && let Some(tally) = self.tallies.get_mut(tally)
            {
                tally.is_backed = true;
            }
        }
    }

    /// The targets for the rules that it refers to.
    fn add_watch(
        &mut self,
        given: &Given<'_>,
        rule: &CorrelationRule,
        (references, id): (&[usize], Option<RuleId>),
        same: &mut Vec<(SameTally, usize)>,
    ) -> Result<Vec<Target>, Problem> {
        let group = Group::of(&rule.group_by).map_err(Problem::UnknownField)?;
        let span = i64::try_from(rule.timespan.seconds).unwrap_or(i64::MAX / 2_000_000);
        if span == 0 {
            return Err(Problem::Unsupported("`timespan` must be at least 1s".into()));
        }
        let manner = manner(rule)?;
        let watch = self.watches.len();
        let labels: Vec<_> = (0..references.len()).map(|part| format!("{watch}.{part}")).collect();
        let question = question(watch, rule, &labels, matches!(manner, Manner::Open), |name| {
            let referred = given.index.get(name)?;
            labels.get(references.iter().position(|reference| reference == referred)?).cloned()
        })?;
        Court::check(&question).map_err(Problem::Syntax)?;
        self.questions.push(question);
        let counted = counted(rule).map_err(Problem::UnknownField)?;
        let least = match &manner {
            Manner::Tally(_, least) => *least,
            Manner::Order | Manner::Open => references.len(),
        };
        self.watches.push(Watch {
            rule: id,
            group: group.clone(),
            span,
            least,
            counted,
            labels,
            parents: Vec::new(),
        });
        let parts = 0..references.len();
        Ok(match manner {
            Manner::Open => parts.map(|part| Target::Open { watch, part }).collect(),
            Manner::Order => parts.map(|part| Target::Order { watch, part }).collect(),
            Manner::Tally(counts, _) => {
                let tally = self.tally(watch, (group, counts, references.to_vec()), same);
                parts.map(|part| Target::Tally { tally, part }).collect()
            }
        })
    }

    fn tally(&mut self, watch: usize, key: SameTally, same: &mut Vec<(SameTally, usize)>) -> usize {
        let (span, least) = self.watches.get(watch).map_or((0, 1), |watch| (watch.span, watch.least));
        if let Some((_, tally)) = same.iter().find(|(other, _)| *other == key)
            && let Some(known) = self.tallies.get_mut(*tally)
        {
            known.span = known.span.max(span);
            known.most = known.most.max(least);
            known.fewest = known.fewest.min(least);
            known.watches.push(watch);
            return *tally;
        }
        let (group, counts, _) = key.clone();
        self.tallies.push(Tally {
            group,
            counts,
            span,
            most: least,
            fewest: least,
            watches: vec![watch],
            is_backed: false,
        });
        same.push((key, self.tallies.len() - 1));
        self.tallies.len() - 1
    }
}

fn counted(rule: &CorrelationRule) -> Result<Option<Group>, String> {
    match &rule.condition {
        CorrelationCondition::Threshold { field: Some(fields), .. } => Group::of(fields).map(Some),
        _ => Ok(None),
    }
}

fn manner(rule: &CorrelationRule) -> Result<Manner, Problem> {
    let unsupported = |why: &str| Err(Problem::Unsupported(why.into()));
    let least = lower_limit(&rule.condition);
    if least.is_some_and(|least| least > MOST_NEEDED) {
        return unsupported("it needs more than 10,000 records. Ask for fewer");
    }
    let is_sliding = rule.window == WindowMode::Sliding;
    let parts = rule.rules.len();
    let least = least.and_then(|least| usize::try_from(least).ok()).map(|least| least.max(1));
    Ok(match (rule.correlation_type, least.filter(|_| is_sliding)) {
        (CorrelationType::EventCount, Some(least)) => Manner::Tally(Counts::Records, least),
        (CorrelationType::ValueCount, least) => match (counted(rule), least) {
            (Ok(Some(fields)), Some(least)) => Manner::Tally(Counts::Values(fields), least),
            (Ok(Some(_)), None) => Manner::Open,
            _ => return unsupported("it counts no values. Name the `field` in its condition"),
        },
        (CorrelationType::Temporal | CorrelationType::TemporalOrdered, least) if least > Some(parts) => {
            return unsupported("it asks for more rules than it names");
        }
        (CorrelationType::Temporal, Some(least)) => {
            Manner::Tally(Counts::Parts, if least == 1 { parts } else { least })
        }
        (CorrelationType::TemporalOrdered, _) if parts < 2 => {
            return unsupported("an order needs two rules or more");
        }
        (CorrelationType::TemporalOrdered, _) if is_sliding => Manner::Order,
        (CorrelationType::EventCount | CorrelationType::Temporal | CorrelationType::TemporalOrdered, _) => {
            Manner::Open
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
fn question(
    watch: usize,
    rule: &CorrelationRule,
    labels: &[String],
    is_open: bool,
    label_of: impl Fn(&str) -> Option<String>,
) -> Result<CorrelationRule, Problem> {
    let mut question = rule.clone();
    question.id = Some(watch.to_string());
    question.name = None;
    question.rules = labels.to_vec();
    question.group_by = vec!["group".to_owned()];
    question.generate = false;
    question.custom_attributes.clear();
    // What is noted is told anew each time the engine is asked. Unless each says what it wants, the engine takes what
    // one of them says for all.
    let action = if is_open { "alert" } else { "reset" };
    question.custom_attributes.insert("rsigma.action".to_owned(), action.into());
    if is_open {
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
) -> Result<ConditionExpr, Problem> {
    let all = |parts: &[ConditionExpr]| -> Result<Vec<_>, Problem> {
        parts.iter().map(|part| relabelled(part, label_of)).collect()
    };
    Ok(match condition {
        ConditionExpr::And(parts) => ConditionExpr::And(all(parts)?),
        ConditionExpr::Or(parts) => ConditionExpr::Or(all(parts)?),
        ConditionExpr::Not(part) => ConditionExpr::Not(Box::new(relabelled(part, label_of)?)),
        ConditionExpr::Identifier(name) => {
            let label = label_of(name).ok_or_else(|| Problem::UnknownReference(name.clone()))?;
            ConditionExpr::Identifier(label)
        }
        ConditionExpr::Selector { .. } => {
            return Err(Problem::Unsupported(
                "`of` is not supported in a correlation. Name the rules".into(),
            ));
        }
    })
}
