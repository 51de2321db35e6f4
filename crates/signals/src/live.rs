//! The same analysis for a server: records as they happen, findings within the same call.

use std::{collections::HashMap, sync::Arc};

use jiff::Timestamp;

use crate::{
    analysis::{AnalysedEvent, AnalysisContext, OrganizationAnalyzer, UserAnalyzer},
    diagnose::Options,
    event::{Cache, Event, Texts, Writer},
    finding::{Finding, Subject},
    record::SignIn,
};

/// Watches records as they come.
///
/// They must come in the order of time. A record from before [`Live::newest`] may be late by a few minutes and costs
/// no more than a little exactness; for older ones, begin anew and feed the whole range again.
#[derive(Debug)]
pub struct Live {
    context: AnalysisContext,
    cache: Cache,
    people: UserAnalyzer,
    company: OrganizationAnalyzer,
    analysed: Vec<AnalysedEvent>,
    newest: Option<Timestamp>,
    /// Findings about the organisation as last reported.
    reported: HashMap<(Arc<str>, Subject, Timestamp), Finding>,
}

impl Live {
    /// With these rules and settings. Records before `options.since` only teach what is usual, those after
    /// `options.as_of` are taken like any other.
    pub fn new(options: Options) -> Self {
        let since = options.since.map_or(i64::MIN, Timestamp::as_microsecond);
        let Options { settings, rules, .. } = options;
        let context = AnalysisContext { texts: Arc::new(Texts::default()), settings, rules, since };
        Self {
            cache: Cache::default(),
            people: UserAnalyzer::new(&context),
            company: OrganizationAnalyzer::new(&context),
            analysed: Vec::new(),
            newest: None,
            reported: HashMap::new(),
            context,
        }
    }

    /// Takes one record. One without a time is left out: it decides nothing.
    pub fn observe(&mut self, record: &SignIn<'_>) {
        let Some(at) = record.at else { return };
        let mut writer = Writer::resume(&self.context.texts, std::mem::take(&mut self.cache));
        let event = Event::of(record, &mut writer);
        self.cache = writer.stop();
        self.people.take(event, &mut self.analysed);
        self.pass_on();
        self.newest = self.newest.max(Some(at));
    }

    /// Lets time pass without a record, so that what nobody answered is noticed.
    pub fn tick(&mut self, now: Timestamp) {
        self.people.expire_prompts(now.as_microsecond(), &mut self.analysed);
        self.pass_on();
    }

    /// The time of the newest record.
    pub fn newest(&self) -> Option<Timestamp> {
        self.newest
    }

    /// Findings that are new, or have grown, since this was last asked.
    pub fn findings(&mut self) -> Vec<Finding> {
        self.people.learn_owners();
        let (rules, texts) = (&self.context.rules, &self.context.texts);
        let (company, tenant) = self.company.parts();
        let touched = self.people.aggregator().touched().into_iter().chain(company.touched());
        let mut found: Vec<_> = touched.map(|entry| entry.finding(rules, texts)).collect();
        for finding in tenant.findings(texts) {
            let key = (finding.rule.clone(), finding.subject.clone(), finding.since);
            if self.reported.get(&key) != Some(&finding) {
                self.reported.insert(key, finding.clone());
                found.push(finding);
            }
        }
        found
    }

    fn pass_on(&mut self) {
        self.analysed.drain(..).for_each(|analysed| self.company.take(&analysed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cause::Cause,
        record::{AttemptResult, Method, Provider},
    };

    fn record(second: i64, result: AttemptResult) -> SignIn<'static> {
        let mut record = SignIn::new(Provider::Postern, result);
        record.at = Timestamp::from_second(1_772_439_251 + second).ok();
        record.set_person(Some("mia".into()));
        record.method = Method::Push;
        record.position.line = u64::try_from(second).unwrap();
        record
    }

    #[test]
    fn a_finding_is_told_when_it_is_made_and_when_it_grows() {
        let mut live = Live::new(Options::shipped());
        for second in [0, 60] {
            live.observe(&record(second, AttemptResult::Failure(Cause::MfaDenied)));
        }
        assert_eq!(live.findings(), []);
        live.observe(&record(120, AttemptResult::Failure(Cause::MfaDenied)));
        let findings = live.findings();
        assert_eq!((findings.len(), &*findings[0].rule), (1, "mfa_fatigue_warning"));
        assert_eq!(live.findings(), []);
        live.observe(&record(180, AttemptResult::Failure(Cause::MfaDenied)));
        assert_eq!(live.findings()[0].evidence.len(), 4);
    }

    #[test]
    fn silence_is_noticed_when_time_passes() {
        let mut live = Live::new(Options::shipped());
        for second in [0, 60, 120] {
            live.observe(&record(second, AttemptResult::PushSent));
        }
        assert_eq!(live.findings(), []);
        live.tick(Timestamp::from_second(1_772_439_251 + 120 + 301).unwrap());
        assert_eq!(live.findings().len(), 1);
    }
}
