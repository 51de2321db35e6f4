//! From rules that were read to rules that run: references are followed, and everybody gets a number.

use std::{collections::HashMap, sync::Arc, sync::LazyLock};

use super::{
    RuleSet,
    correlator::Correlator,
    error::{RuleError, RuleProblem},
    info::{RuleId, RuleInfo},
    load::{Loaded, RuleBody},
    matcher::{Detection, Detections, MOST_DETECTIONS, Matcher},
    plan::{Plan, PlanContext},
};
use crate::finding::{Confidence, RuleSource, Severity};

/// Firings of a rule about single records that are at most a day apart are about the same thing.
const A_DAY: i64 = 86_400;

/// Rules that are ready to run. Shared by the threads that run them.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    detections: Arc<Detections>,
    by_person: Arc<Plan>,
    other: Arc<Plan>,
    infos: Arc<[RuleInfo]>,
}

/// Which correlations: each is counted in one place only, so that people and addresses can be analysed side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// Those that group by person; and rules about single records of a person.
    ByPerson,
    /// All others; and rules about single records without a person.
    Other,
}

static UNKNOWN: LazyLock<RuleInfo> = LazyLock::new(|| RuleInfo {
    name: "unknown".into(),
    title: "unknown".into(),
    source: RuleSource::Own,
    severity: Severity::Notice,
    confidence: Confidence::Low,
    threshold: "".into(),
    remediation: "".into(),
    runbook: "".into(),
    description: "".into(),
    within: 0,
    message: "".into(),
});

impl Rules {
    /// The rules that ship with Postern, with their own thresholds.
    pub fn shipped() -> Self {
        let rules = RuleSet::shipped().compile();
        debug_assert!(rules.is_ok(), "{rules:?}");
        rules.unwrap_or_default()
    }

    /// For one thread.
    pub fn matcher(&self) -> Matcher {
        Matcher::new(&self.detections)
    }

    /// With nothing seen yet.
    pub fn correlator(&self, grouping: Grouping) -> Correlator {
        Correlator::new(match grouping {
            Grouping::ByPerson => &self.by_person,
            Grouping::Other => &self.other,
        })
    }

    /// What a rule says of itself. The id must be of these rules.
    pub fn info(&self, rule: RuleId) -> &RuleInfo {
        self.infos.get(usize::from(rule.0)).unwrap_or(&UNKNOWN)
    }

    /// All that can find something.
    pub fn infos(&self) -> &[RuleInfo] {
        &self.infos
    }
}

pub(super) fn rules(set: &RuleSet) -> Result<Rules, RuleError> {
    let index = set.index();
    let references = references(set, &index)?;
    refuse_circles(set, &references)?;
    refuse_crossings(set, &references)?;
    let (ids, infos) = findings(set, &index)?;
    let (bits, detections) = detections(set)?;
    let context =
        PlanContext { rules: &set.rules, index: &index, references: &references, ids: &ids, bits: &bits };
    Ok(Rules {
        detections: Arc::new(detections),
        by_person: Arc::new(Plan::new(&context, Grouping::ByPerson)?),
        other: Arc::new(Plan::new(&context, Grouping::Other)?),
        infos: infos.into(),
    })
}

pub(super) fn wrong(rule: &Loaded, problem: RuleProblem) -> RuleError {
    RuleError::Rule { place: rule.place.clone(), problem }
}

/// For each rule those that it refers to.
fn references(set: &RuleSet, index: &HashMap<&str, usize>) -> Result<Vec<Vec<usize>>, RuleError> {
    let of = |rule: &Loaded| match &rule.body {
        RuleBody::Detection { .. } => Ok(Vec::new()),
        RuleBody::Correlation(correlation) if correlation.rules.is_empty() => Err(wrong(
            rule,
            RuleProblem::Unsupported("it refers to no rules. Name some under `rules`".into()),
        )),
        RuleBody::Correlation(correlation) => {
            let find = |name: &String| {
                index
                    .get(name.as_str())
                    .copied()
                    .ok_or_else(|| wrong(rule, RuleProblem::UnknownReference(name.clone())))
            };
            correlation.rules.iter().map(find).collect()
        }
    };
    set.rules.iter().map(of).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Visit {
    Not,
    Under,
    Done,
}

fn refuse_circles(set: &RuleSet, references: &[Vec<usize>]) -> Result<(), RuleError> {
    let mut visits = vec![Visit::Not; references.len()];
    for (rule, loaded) in set.rules.iter().enumerate() {
        if let Some(by) = circle(rule, references, &mut visits) {
            let by = set.rules.get(by).map_or_else(String::new, |rule| rule.name.clone());
            return Err(wrong(loaded, RuleProblem::Circle(by)));
        }
    }
    Ok(())
}

/// The rule that closes a circle, if there is one below this.
fn circle(rule: usize, references: &[Vec<usize>], visits: &mut [Visit]) -> Option<usize> {
    match visits.get(rule)? {
        Visit::Under => return Some(rule),
        Visit::Done => return None,
        Visit::Not => {}
    }
    *visits.get_mut(rule)? = Visit::Under;
    let closes = references.get(rule)?.iter().find_map(|below| circle(*below, references, visits));
    *visits.get_mut(rule)? = Visit::Done;
    closes
}

pub(super) fn is_by_person(rule: &Loaded) -> bool {
    matches!(&rule.body, RuleBody::Correlation(correlation) if correlation.group_by.iter().any(|field| field == "person"))
}

/// People and addresses are analysed apart; what is found on one side is not seen on the other.
fn refuse_crossings(set: &RuleSet, references: &[Vec<usize>]) -> Result<(), RuleError> {
    for (rule, below) in set.rules.iter().zip(references) {
        let below = below.iter().filter_map(|below| set.rules.get(*below));
        let mut chained = below.filter(|below| matches!(below.body, RuleBody::Correlation(_)));
        if let Some(other) = chained.find(|below| is_by_person(below) != is_by_person(rule)) {
            return Err(wrong(rule, RuleProblem::Crosses(other.name.clone())));
        }
    }
    Ok(())
}

type CompiledRules = (Vec<Option<RuleId>>, Vec<RuleInfo>);

/// For each rule the number under which it fires, if it does, and what is said of the numbers.
fn findings(set: &RuleSet, index: &HashMap<&str, usize>) -> Result<CompiledRules, RuleError> {
    let (blocks, thresholds) = (set.building_blocks(), set.thresholds());
    let mut ids = vec![None; set.rules.len()];
    let mut infos = Vec::new();
    for (((rule, threshold), is_block), id) in set.rules.iter().zip(&thresholds).zip(&blocks).zip(&mut ids) {
        if !is_block && rule.extras.finding.is_none() {
            let next =
                u16::try_from(infos.len()).map_err(|_| wrong(rule, RuleProblem::TooMany(infos.len())))?;
            *id = Some(RuleId(next));
            infos.push(info(rule, threshold));
        }
    }
    for (rule, (loaded, threshold)) in set.rules.iter().zip(&thresholds).enumerate() {
        let Some(of) = loaded.extras.finding.as_deref() else { continue };
        let id = index.get(of).and_then(|of| ids.get(*of).copied().flatten());
        let info = id.and_then(|id| infos.get_mut(usize::from(id.0)));
        let (Some(info), Some(place)) = (info, ids.get_mut(rule)) else {
            return Err(wrong(loaded, RuleProblem::UnknownReference(of.to_owned())));
        };
        info.threshold = format!("{}; or {threshold}", info.threshold).into();
        info.within = info.within.max(within(loaded));
        *place = id;
    }
    Ok((ids, infos))
}

fn info(rule: &Loaded, threshold: &str) -> RuleInfo {
    let extras = &rule.extras;
    let title = rule.title.as_ref();
    let message = match (&extras.message, &extras.counts) {
        (Some(message), _) => message.clone(),
        (None, Some(counts)) => format!("{{count}} {counts}").into(),
        (None, None) => title.into(),
    };
    let text = |text: &Option<Arc<str>>, otherwise: &str| text.clone().unwrap_or_else(|| otherwise.into());
    RuleInfo {
        name: rule.name.as_str().into(),
        title: title.into(),
        source: rule.source,
        severity: rule.severity,
        confidence: extras.confidence.unwrap_or(Confidence::Medium),
        threshold: threshold.into(),
        remediation: text(
            &extras.remediation,
            "Look at the records behind it, and at what the rule says of itself.",
        ),
        runbook: text(&extras.runbook, "agent-runbook.md"),
        description: rule.description.clone(),
        within: within(rule),
        message,
    }
}

fn within(rule: &Loaded) -> i64 {
    let seconds = match &rule.body {
        RuleBody::Detection { .. } => A_DAY,
        RuleBody::Correlation(correlation) => i64::try_from(correlation.timespan.seconds).unwrap_or(i64::MAX),
    };
    seconds.saturating_mul(1_000_000)
}

/// For each detection its bit.
fn detections(set: &RuleSet) -> Result<(Vec<Option<usize>>, Detections), RuleError> {
    let mut detections = Detections::default();
    let mut bits = Vec::with_capacity(set.rules.len());
    let mut next = 0;
    for rule in &set.rules {
        let RuleBody::Detection { compiled, is_free } = &rule.body else {
            bits.push(None);
            continue;
        };
        if next == MOST_DETECTIONS {
            return Err(wrong(rule, RuleProblem::TooMany(MOST_DETECTIONS)));
        }
        let detection = Detection { bit: next, rule: compiled.as_ref().clone() };
        if *is_free { &mut detections.free } else { &mut detections.by_values }.push(detection);
        bits.push(Some(next));
        next += 1;
    }
    Ok((bits, detections))
}
