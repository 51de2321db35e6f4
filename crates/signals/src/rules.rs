//! Detection as content: Sigma rules, those that ship with Postern and the user's own, run over events.
//!
//! A detection rule says something about one record, a correlation about several. Rules see a record by the names of
//! [`View::WORDS`] and [`View::TEXTS`].
//!
//! - [`RuleSet`] reads rules and changes thresholds; [`RuleSet::compile`] makes [`Rules`] of it.
//! - A [`Matcher`], one for each thread, says which detections a record matches.
//! - A [`Correlator`] takes records in the order of time, with what they match, and says what was [`Fired`].
//!
//! [`View::WORDS`]: crate::event::View::WORDS
//! [`View::TEXTS`]: crate::event::View::TEXTS

mod check;
mod compile;
mod correlator;
mod error;
mod extras;
mod fields;
mod info;
mod load;
mod matcher;
mod plan;
mod question;
mod shipped;
mod sight;
#[cfg(test)]
mod tests;
mod threshold;
mod whereabouts;

use std::{collections::HashMap, fs, path::Path};

use jiff::SignedDuration;
use rsigma_parser::{ConditionOperator, CorrelationCondition, CorrelationRule, Timespan};

use crate::finding::{RuleSource, Severity};
pub use compile::{Grouping, Rules};
pub use correlator::{Correlator, Fired};
pub use error::{Place, RuleError, RuleProblem};
pub use info::{RuleId, RuleInfo};
use load::{Loaded, RuleBody};
pub use matcher::{Matcher, Matches};

/// Rules that were read.
#[derive(Debug, Clone, Default)]
pub struct RuleSet {
    rules: Vec<Loaded>,
}

/// A rule, for lists and documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed<'r> {
    /// Its name, as settings write it.
    pub name: &'r str,
    /// The name that its findings have.
    pub finding: &'r str,
    /// Its title.
    pub title: &'r str,
    /// What it looks for and why.
    pub description: &'r str,
    /// How bad it is when it fires.
    pub severity: Severity,
    /// What has to be reached, in plain words.
    pub threshold: String,
    /// Shipped, or the user's own.
    pub source: RuleSource,
    /// Where it stands.
    pub place: &'r Place,
    /// It never fires by itself; others refer to it.
    pub is_building_block: bool,
}

impl RuleSet {
    /// The rules that ship with Postern.
    pub fn shipped() -> Self {
        let mut set = Self::default();
        for (name, text) in shipped::FILES {
            let added = set.add(name, text, RuleSource::Shipped);
            debug_assert!(added.is_ok(), "{added:?}");
        }
        set
    }

    /// Adds the rules in the `.yml` and `.yaml` files of a folder and those below it. Err: the first that cannot be
    /// used; none is added then.
    pub fn add_dir(&mut self, folder: &Path) -> Result<(), RuleError> {
        let mut more = self.clone();
        for path in load::files_below(folder)? {
            let text =
                fs::read_to_string(&path).map_err(|why| RuleError::Unreadable { path: path.clone(), why })?;
            more.add(&path.display().to_string(), &text, RuleSource::Own)?;
        }
        *self = more;
        Ok(())
    }

    fn add(&mut self, file: &str, text: &str, source: RuleSource) -> Result<(), RuleError> {
        for rule in load::file(file, text, source)? {
            let same = |other: &&Loaded| other.name == rule.name || rule.id.is_some() && other.id == rule.id;
            if let Some(other) = self.rules.iter().find(same) {
                let name = if other.name == rule.name { Some(rule.name) } else { rule.id };
                let problem =
                    RuleProblem::Duplicate { name: name.unwrap_or_default(), first: other.place.clone() };
                return Err(RuleError::Rule { place: rule.place, problem });
            }
            self.rules.push(rule);
        }
        Ok(())
    }

    /// Changes what a correlation counts to, and within how long.
    pub fn set_threshold(
        &mut self,
        rule: &str,
        count: Option<u64>,
        within: Option<SignedDuration>,
    ) -> Result<(), RuleError> {
        let Some(loaded) = self.rules.iter_mut().find(|loaded| loaded.name == rule) else {
            let names = self.names().collect::<Vec<_>>().join(", ");
            return Err(RuleError::NoSuchRule { name: rule.to_owned(), names });
        };
        let set = match &mut loaded.body {
            RuleBody::Detection { .. } => Err("is about one record; it has no threshold"),
            RuleBody::Correlation(correlation) => set_threshold(correlation, count, within),
        };
        set.map_err(|why| RuleError::Setting { rule: rule.to_owned(), why })
    }

    /// The names of all rules, in the order in which they were read.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| rule.name.as_str())
    }

    /// All rules, in the order in which they were read.
    pub fn list(&self) -> impl Iterator<Item = Listed<'_>> {
        let thresholds = self.thresholds();
        let blocks = self.building_blocks();
        self.rules.iter().zip(thresholds).zip(blocks).map(|((rule, threshold), is_building_block)| Listed {
            name: &rule.name,
            finding: rule.extras.finding.as_deref().unwrap_or(&rule.name),
            title: &rule.title,
            description: &rule.description,
            severity: rule.severity,
            threshold,
            source: rule.source,
            place: &rule.place,
            is_building_block,
        })
    }

    /// Rules that are ready to run. Err: a rule refers to one that is not there, or in a way that cannot be followed.
    pub fn compile(&self) -> Result<Rules, RuleError> {
        compile::rules(self)
    }

    /// By name and by id.
    fn index(&self) -> HashMap<&str, usize> {
        let names = self.rules.iter().enumerate().map(|(index, rule)| (rule.name.as_str(), index));
        let ids =
            self.rules.iter().enumerate().filter_map(|(index, rule)| Some((rule.id.as_deref()?, index)));
        ids.chain(names).collect()
    }

    fn correlations(&self) -> impl Iterator<Item = &CorrelationRule> {
        self.rules.iter().filter_map(|rule| match &rule.body {
            RuleBody::Correlation(correlation) => Some(correlation.as_ref()),
            RuleBody::Detection { .. } => None,
        })
    }

    /// A detection that a correlation refers to is there for it; a correlation that another refers to stands for
    /// itself as well. Both may say otherwise.
    fn building_blocks(&self) -> Vec<bool> {
        let index = self.index();
        let mut blocks = vec![false; self.rules.len()];
        let references = self.correlations().filter(|rule| !rule.generate).flat_map(|rule| &rule.rules);
        for referred in references.filter_map(|reference| index.get(reference.as_str())) {
            let is_detection =
                self.rules.get(*referred).is_some_and(|rule| matches!(rule.body, RuleBody::Detection { .. }));
            if let Some(block) = blocks.get_mut(*referred) {
                *block = is_detection;
            }
        }
        let chosen = self.rules.iter().map(|rule| rule.extras.building_block);
        blocks.into_iter().zip(chosen).map(|(block, chosen)| chosen.unwrap_or(block)).collect()
    }

    /// In words, for every rule.
    fn thresholds(&self) -> Vec<String> {
        let index = self.index();
        // Chains are short; going down anew for each costs nothing. The depth is for circles, which are refused later.
        (0..self.rules.len()).map(|rule| self.threshold(rule, &index, plan::LONGEST_CHAIN)).collect()
    }

    fn threshold(&self, rule: usize, index: &HashMap<&str, usize>, depth: usize) -> String {
        let Some(loaded) = self.rules.get(rule) else { return String::new() };
        let RuleBody::Correlation(correlation) = &loaded.body else {
            return threshold::threshold(loaded, &[]);
        };
        let part = |name: &String| match index
            .get(name.as_str())
            .and_then(|of| self.rules.get(*of).zip(Some(*of)))
        {
            Some((part, of)) if depth > 0 => threshold::part(part, &self.threshold(of, index, depth - 1)),
            _ => name.clone(),
        };
        threshold::threshold(loaded, &correlation.rules.iter().map(part).collect::<Vec<_>>())
    }
}

fn set_threshold(
    rule: &mut CorrelationRule,
    count: Option<u64>,
    within: Option<SignedDuration>,
) -> Result<(), &'static str> {
    let counts = !matches!(rule.correlation_type.as_str(), "temporal" | "temporal_ordered");
    if let Some(count) = count {
        let CorrelationCondition::Threshold { predicates, .. } = &mut rule.condition else {
            return Err("counts nothing itself. Set the count of a rule that it refers to");
        };
        match predicates.as_mut_slice() {
            _ if !counts => return Err("counts nothing itself. Set the count of a rule that it refers to"),
            _ if count == 0 => return Err("needs a count of at least 1"),
            [only @ (ConditionOperator::Gt | ConditionOperator::Gte, _)] => {
                *only = (ConditionOperator::Gte, count);
            }
            _ => return Err("has no lower limit alone. Change its condition in its file"),
        }
    }
    if let Some(within) = within {
        let seconds = u64::try_from(within.as_secs()).ok().filter(|seconds| *seconds > 0);
        let span = seconds.and_then(|seconds| Timespan::parse(&format!("{seconds}s")).ok());
        rule.timespan = span.ok_or("needs a time of at least a second")?;
    }
    Ok(())
}
