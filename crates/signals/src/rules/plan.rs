//! What a correlator has to do for a record, worked out once.
//!
//! What decides on every correlation is the Sigma engine. Asking it costs some microseconds and half a kilobyte, so most
//! records are only noted: a correlation with a lower limit cannot fire before the limit is reached, and an order not
//! before its first step. [`PlannedCorrelation`] says how a correlation is noted.

use std::collections::HashMap;

use rsigma_parser::CorrelationRule;

use super::{
    compile::{Grouping, is_by_person, wrong},
    correlator::SigmaAdapter,
    error::{RuleError, RuleProblem},
    fields::Group,
    info::RuleId,
    load::{Loaded, RuleBody},
    matcher::Matches,
    question::{CountStrategy, counted, question, strategy},
};

/// Correlations over correlations that a threshold in words goes down.
pub(super) const LONGEST_CHAIN: usize = 8;
/// In seconds.
const LONGEST_SPAN: i64 = 366 * 86_400;
/// Correlations that share a counter: they are told apart by the bits of a number.
const MOST_CORRELATIONS: usize = 64;

/// What is worked out from.
pub(super) struct PlanContext<'g> {
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
    pub(super) counters: Vec<Counter>,
    pub(super) correlations: Vec<PlannedCorrelation>,
    /// The correlations as the engine is asked.
    pub(super) questions: Vec<CorrelationRule>,
}

/// Where a record, or the firing of a correlation, counts, and as which of the rules referred to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Counter { counter: usize, part: usize },
    Order { correlation: usize, part: usize },
    Open { correlation: usize, part: usize },
}

/// A correlation.
#[derive(Debug)]
pub(super) struct PlannedCorrelation {
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
    /// Correlations over this one that must hear of it each time.
    pub(super) parents: Vec<Target>,
    /// The count that is its first step, if both are about the same group: what is kept of the count will do.
    pub(super) armed_by: Option<usize>,
    /// Others build on its evidence, for so many seconds.
    pub(super) remembered: i64,
}

/// Correlations that count the same of the same records, with different limits.
#[derive(Debug)]
pub(super) struct Counter {
    pub(super) group: Group,
    pub(super) counts: Counted,
    /// The longest span, in seconds.
    pub(super) span: i64,
    /// The most that one of them needs, and the fewest.
    pub(super) most: usize,
    pub(super) fewest: usize,
    pub(super) correlations: Vec<usize>,
    /// It counts firings of correlations, which bring their evidence along.
    pub(super) is_backed: bool,
}

/// What a counter counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Counted {
    /// Records.
    Records,
    /// Different values.
    Values(Group),
    /// How many of the rules referred to are there.
    Parts,
}

type SameCounter = (Group, Counted, Vec<usize>);

impl Plan {
    pub(super) fn new(context: &PlanContext<'_>, grouping: Grouping) -> Result<Self, RuleError> {
        let detections = context.bits.iter().flatten().count();
        let mut plan = Self {
            later: vec![Vec::new(); detections],
            targets: vec![Vec::new(); detections],
            alone: vec![None; detections],
            is_by_person: grouping == Grouping::ByPerson,
            ..Self::default()
        };
        let mut same: Vec<(SameCounter, usize)> = Vec::new();
        let mut correlation_of: HashMap<usize, usize> = HashMap::new();
        let mut wanted: Vec<(usize, Vec<Target>)> = Vec::new();
        for (rule, loaded) in context.rules.iter().enumerate() {
            if let Some(bit) = context.bits.get(rule).copied().flatten() {
                plan.fire_alone(bit, context.ids.get(rule).copied().flatten());
            }
            let RuleBody::Correlation(correlation) = &loaded.body else { continue };
            if is_by_person(loaded) != plan.is_by_person {
                continue;
            }
            let references = context.references.get(rule).map(Vec::as_slice).unwrap_or_default();
            let id = context.ids.get(rule).copied().flatten();
            let targets = plan
                .add_correlation(context, correlation, (references, id), &mut same)
                .map_err(|problem| wrong(loaded, problem))?;
            correlation_of.insert(rule, plan.correlations.len() - 1);
            wanted.push((rule, targets));
        }
        for (rule, targets) in wanted {
            let references = context.references.get(rule).map(Vec::as_slice).unwrap_or_default();
            for (reference, target) in references.iter().zip(targets) {
                let correlation = correlation_of.get(reference).copied();
                plan.direct(context.bits.get(*reference).copied().flatten(), correlation, target);
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
    fn direct(&mut self, bit: Option<usize>, correlation: Option<usize>, target: Target) {
        if let Some(bit) = bit {
            self.mask.add(bit);
            let is_later = matches!(target, Target::Order { part: 1.., .. });
            let targets = if is_later { &mut self.later } else { &mut self.targets };
            add_once(targets.get_mut(bit), target);
        } else if let Some(correlation) = correlation {
            self.chain(correlation, target);
        }
    }

    fn chain(&mut self, child: usize, target: Target) {
        let is_counted = self.counters.iter().any(|counter| counter.correlations.contains(&child));
        match target {
            Target::Order { correlation, .. } | Target::Open { correlation, .. } => {
                let span = self.correlations.get(correlation).map_or(0, |parent| parent.span);
                let group = self.correlations.get(correlation).map(|parent| parent.group.clone());
                let Some(below) = self.correlations.get_mut(child) else { return };
                below.remembered = below.remembered.max(span);
                if is_counted
                    && matches!(target, Target::Order { part: 0, .. })
                    && Some(&below.group) == group.as_ref()
                {
                    self.correlations
                        .get_mut(correlation)
                        .into_iter()
                        .for_each(|parent| parent.armed_by = Some(child));
                    return;
                }
            }
            Target::Counter { counter, .. } => {
                self.counters.get_mut(counter).into_iter().for_each(|counter| counter.is_backed = true);
            }
        }
        add_once(self.correlations.get_mut(child).map(|child| &mut child.parents), target);
    }

    /// The targets for the rules that it refers to.
    fn add_correlation(
        &mut self,
        context: &PlanContext<'_>,
        rule: &CorrelationRule,
        (references, id): (&[usize], Option<RuleId>),
        same: &mut Vec<(SameCounter, usize)>,
    ) -> Result<Vec<Target>, RuleProblem> {
        let group = Group::of(&rule.group_by).map_err(RuleProblem::UnknownField)?;
        let span = i64::try_from(rule.timespan.seconds).ok().filter(|span| (1..=LONGEST_SPAN).contains(span));
        let span =
            span.ok_or_else(|| RuleProblem::Unsupported("`timespan` must be from 1s to 366d".into()))?;
        let strategy = strategy(rule)?;
        let correlation = self.correlations.len();
        let labels: Vec<_> = (0..references.len()).map(|part| format!("{correlation}.{part}")).collect();
        let question = question(correlation, rule, &labels, &strategy, |name| {
            let referred = context.index.get(name)?;
            labels.get(references.iter().position(|reference| reference == referred)?).cloned()
        })?;
        SigmaAdapter::check(&question).map_err(RuleProblem::Syntax)?;
        self.questions.push(question);
        let counted = counted(rule).map_err(RuleProblem::UnknownField)?;
        let least = match &strategy {
            CountStrategy::Counter(_, least) => *least,
            CountStrategy::Order | CountStrategy::Open => references.len(),
        };
        self.correlations.push(PlannedCorrelation {
            rule: id,
            group: group.clone(),
            span,
            least,
            counted,
            labels,
            parents: Vec::new(),
            armed_by: None,
            remembered: 0,
        });
        let parts = 0..references.len();
        Ok(match strategy {
            CountStrategy::Open => parts.map(|part| Target::Open { correlation, part }).collect(),
            CountStrategy::Order => parts.map(|part| Target::Order { correlation, part }).collect(),
            CountStrategy::Counter(counts, _) => {
                let at = self.counter(correlation, (group, counts, references.to_vec()), same);
                parts.map(|part| Target::Counter { counter: at, part }).collect()
            }
        })
    }

    fn counter(
        &mut self,
        correlation: usize,
        key: SameCounter,
        same: &mut Vec<(SameCounter, usize)>,
    ) -> usize {
        let (span, least) = self
            .correlations
            .get(correlation)
            .map_or((0, 1), |correlation| (correlation.span, correlation.least));
        if let Some((_, counter)) = same.iter().rfind(|(other, _)| *other == key)
            && let Some(known) =
                self.counters.get_mut(*counter).filter(|known| known.correlations.len() < MOST_CORRELATIONS)
        {
            known.span = known.span.max(span);
            known.most = known.most.max(least);
            known.fewest = known.fewest.min(least);
            known.correlations.push(correlation);
            return *counter;
        }
        let (group, counts, _) = key.clone();
        self.counters.push(Counter {
            group,
            counts,
            span,
            most: least,
            fewest: least,
            correlations: vec![correlation],
            is_backed: false,
        });
        same.push((key, self.counters.len() - 1));
        self.counters.len() - 1
    }
}

fn add_once(targets: Option<&mut Vec<Target>>, target: Target) {
    targets.into_iter().filter(|targets| !targets.contains(&target)).for_each(|targets| targets.push(target));
}
