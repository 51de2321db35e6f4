//! Placeholder until the real one lands.
#![allow(missing_docs, clippy::all, dead_code)]
use crate::{
    event::View,
    finding::{Confidence, Grade, RuleSource},
    record::Position,
};
use jiff::Timestamp;
use std::sync::Arc;
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RuleId(u16);
#[derive(Debug, Default)]
pub struct Rules;
#[derive(Debug)]
pub struct Matcher;
#[derive(Debug)]
pub struct Correlator;
#[derive(Debug, Clone, Default)]
pub struct Matches;
impl Matches {
    pub fn is_empty(&self) -> bool {
        true
    }
}
#[derive(Debug, Clone, Copy)]
pub enum Grouping {
    ByPerson,
    Other,
}
#[derive(Debug)]
pub struct Fired {
    pub rule: RuleId,
    pub group: Vec<(String, String)>,
    pub value: f64,
    pub evidence: Vec<Position>,
    pub since: Timestamp,
    pub until: Timestamp,
}
#[derive(Debug)]
pub struct RuleInfo {
    pub name: Arc<str>,
    pub title: Arc<str>,
    pub source: RuleSource,
    pub grade: Grade,
    pub confidence: Confidence,
    pub threshold: Arc<str>,
    pub mend: Arc<str>,
    pub runbook: Arc<str>,
    pub description: Arc<str>,
    pub within: i64,
}
impl Rules {
    pub fn shipped() -> Self {
        Self
    }
    pub fn matcher(&self) -> Matcher {
        Matcher
    }
    pub fn correlator(&self, _: Grouping) -> Correlator {
        Correlator
    }
    pub fn info(&self, _: RuleId) -> &RuleInfo {
        unreachable!()
    }
}
impl Matcher {
    pub fn matches(&mut self, _: View<'_>) -> Matches {
        Matches
    }
}
impl Correlator {
    pub fn take(&mut self, _: View<'_>, _: &Matches, _: &mut Vec<Fired>) {}
}
impl RuleInfo {
    pub fn in_words(&self, _count: u64) -> String {
        String::new()
    }
}
