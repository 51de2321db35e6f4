//! What happened in an organisation: sign-ins in any order, analysed at once and as they come.

use std::{
    ops::RangeInclusive,
    sync::{Arc, LazyLock},
};

use arbitrary::{Arbitrary, Result, Unstructured};
use jiff::{SignedDuration, Timestamp};
use libfuzzer_sys::Corpus;
use postern_signals::{
    AttemptResult, Cause, Diagnosis, Finding, Flag, Lifecycle, Live, Method, Network, Options, Point,
    Position, Provider, Report, SignIn, Subject, finding, settings::Settings,
};

use crate::mutate::Random;

/// 2026-03-02T08:14:11Z, a Monday.
const BEGIN: i64 = 1_772_439_251;

/// Diagnoses a history that follows from `bytes`.
pub fn check(bytes: &[u8]) -> Corpus {
    let Ok(history) = History::arbitrary(&mut Unstructured::new(bytes)) else { return Corpus::Reject };
    let (records, options) = (history.records(), history.options());
    check_shuffled(&records, &options, history.order);
    live(records, options);
    Corpus::Keep
}

/// Diagnoses records.
pub fn check_records(records: &[SignIn<'static>], options: Options) {
    check_shuffled(records, &options, 7);
    live(records.to_vec(), options);
}

/// The shipped rules, which take a while to make ready.
pub fn shipped() -> Options {
    static SHIPPED: LazyLock<Options> = LazyLock::new(Options::shipped);
    SHIPPED.clone()
}

/// What happened somewhere once.
pub fn example() -> &'static [SignIn<'static>] {
    static EXAMPLE: LazyLock<Vec<SignIn<'static>>> = LazyLock::new(|| {
        let mut random = Random::new(3);
        let mut byte = || u8::try_from(random.below(256)).unwrap_or(0);
        let mut second = BEGIN;
        let steps = (1..=120).map(|line| {
            let later = if byte() < 16 { Later::Hours(byte()) } else { Later::Seconds(byte()) };
            let step = Step {
                later,
                // A few people, from a few places.
                who: byte() & 3,
                result: byte(),
                word: byte(),
                method: byte(),
                whence: byte() | 0x40,
                what: byte(),
                bits: byte() & 0x1f,
            };
            step.record(&mut second, Position { file: 0, line })
        });
        steps.collect()
    });
    &EXAMPLE
}

fn check_shuffled(records: &[SignIn<'static>], options: &Options, order: u32) {
    let report = diagnose(records.iter(), options.clone());
    check_report(&report, records.len(), options);
    let mut shuffled: Vec<_> = records.iter().collect();
    let mut random = Random::new(order);
    for last in (1..shuffled.len()).rev() {
        shuffled.swap(last, random.below(last + 1));
    }
    let again = diagnose(shuffled.into_iter(), Options { parallel: !options.parallel, ..options.clone() });
    assert_eq!(unkeyed(again), unkeyed(report), "the order of records does not matter");
}

/// Phones, devices and sessions are known by hashes that are others in each run, and findings about them are sorted by
/// those.
fn unkeyed(mut report: Report) -> Report {
    for finding in &mut report.findings {
        if let Subject::Group { group } = &mut finding.subject {
            let fields = group.split(", ").map(|field| match field.split_once('=') {
                Some((name @ ("phone" | "device" | "session"), _)) => name,
                _ => field,
            });
            *group = fields.collect::<Vec<_>>().join(", ").into();
        }
    }
    let debug_text = |finding: &Finding| format!("{finding:?}");
    report.findings.sort_by_cached_key(debug_text);
    report.people.iter_mut().for_each(|person| person.findings.clear());
    report
}

fn diagnose<'r>(records: impl Iterator<Item = &'r SignIn<'static>>, options: Options) -> Report {
    let mut diagnosis = Diagnosis::new(options);
    records.for_each(|record| diagnosis.observe(record.clone()));
    diagnosis.finish().unwrap()
}

fn check_report(report: &Report, records: usize, options: &Options) {
    let totals = report.totals;
    assert_eq!(totals.records, records as u64);
    assert_eq!(totals.attempts + totals.repeated + totals.later, totals.records, "{totals:?}");
    assert!(totals.failures <= totals.attempts && totals.undated <= totals.attempts, "{totals:?}");
    assert_eq!(report.causes.values().sum::<u64>(), totals.failures);
    assert_eq!(totals.people, report.people.len() as u64);
    assert_eq!(report.table_rows().count(), report.people.len());
    let locked_out = report.people.iter().filter(|person| person.is_locked_out()).count();
    assert_eq!(totals.locked_out, locked_out as u64);
    for person in &report.people {
        assert!(person.failures <= person.attempts && person.attempts <= totals.attempts, "{person:?}");
        assert!(person.findings.iter().all(|index| *index < report.findings.len()), "{person:?}");
        assert!(person.organisation_wide.is_none_or(|index| index < report.findings.len()), "{person:?}");
        assert!(person.timeline.is_sorted_by_key(|moment| moment.at), "{person:?}");
        let last =
            |at: Option<Timestamp>| at.into_iter().all(|at| options.as_of.is_none_or(|as_of| at <= as_of));
        assert!(last(person.last_attempt) && last(person.last_success), "{person:?}");
    }
    report.findings.iter().for_each(check_finding);
    serde_json::to_string(report).unwrap();
    drop(report.in_numbers());
}

fn check_finding(finding: &Finding) {
    assert!(finding.since <= finding.until, "{finding:?}");
    assert!(
        finding.count >= 1 && !finding.evidence.is_empty(),
        "nothing is found without evidence: {finding:?}"
    );
    assert!(finding.evidence.len() <= finding::EVIDENCE_LISTED, "{finding:?}");
    assert!(finding.people.len() <= finding::PEOPLE_NAMED, "{finding:?}");
    assert!(finding.people.len() as u64 <= finding.people_count, "{finding:?}");
    assert!(!finding.rule.is_empty() && !finding.title.is_empty() && !finding.remediation.is_empty(), "{finding:?}");
}

fn live(mut records: Vec<SignIn<'static>>, options: Options) {
    records.sort_by_key(|record| record.at);
    let mut live = Live::new(options);
    for (index, record) in records.iter().enumerate() {
        live.observe(record);
        if index % 4 == 3 {
            live.findings().iter().for_each(check_finding);
        }
        if let (true, Some(at)) = (index % 8 == 7, record.at) {
            live.tick(at.saturating_add(SignedDuration::from_mins(6)).unwrap_or(at));
        }
    }
    assert_eq!(live.newest(), records.iter().filter_map(|record| record.at).max());
    live.tick(Timestamp::MAX);
    live.findings().iter().for_each(check_finding);
    assert_eq!(live.findings(), [], "what was told is not told again");
}

#[derive(Debug, Arbitrary)]
struct History {
    order: u32,
    is_parallel: bool,
    since: Option<u16>,
    as_of: Option<u16>,
    thresholds: Option<Thresholds>,
    steps: Vec<Step>,
}

/// Numbers for settings, large and small.
#[derive(Debug, Clone, Copy, Arbitrary)]
struct Thresholds {
    count: u8,
    minutes: u16,
    share: u8,
    kilometres: u16,
}

/// One record, by what makes it differ from the one before.
#[derive(Debug, Clone, Arbitrary)]
struct Step {
    later: Later,
    who: u8,
    result: u8,
    word: u8,
    method: u8,
    whence: u8,
    what: u8,
    bits: u8,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Later {
    Seconds(u8),
    Minutes(u8),
    Hours(u8),
    Days(u8),
    /// The same time again.
    AtOnce,
    /// No time at all.
    Undated,
    /// Any time that can be written.
    Anywhen(#[arbitrary(with = any_second)] i64),
}

fn any_second(bytes: &mut Unstructured<'_>) -> Result<i64> {
    const ALL: RangeInclusive<i64> = -377_705_023_201..=253_402_207_200;
    bytes.int_in_range(ALL)
}

impl History {
    fn records(&self) -> Vec<SignIn<'static>> {
        let mut second = BEGIN;
        let steps = self.steps.iter().take(400).zip(1..);
        steps.map(|(step, line)| step.record(&mut second, Position { file: 0, line })).collect()
    }

    fn options(&self) -> Options {
        let minute = |minute: Option<u16>| {
            minute.and_then(|minute| Timestamp::from_second(BEGIN + i64::from(minute) * 60).ok())
        };
        let settings =
            self.thresholds.map(Thresholds::settings).filter(|settings| settings.validate().is_ok());
        Options {
            settings: Arc::new(settings.unwrap_or_default()),
            since: minute(self.since),
            as_of: minute(self.as_of),
            parallel: self.is_parallel,
            ..shipped()
        }
    }
}

impl Thresholds {
    fn settings(self) -> Settings {
        let mut settings = Settings::default();
        let (count, span) = (u32::from(self.count), SignedDuration::from_mins(self.minutes.into()));
        let (share, distance) = (f64::from(self.share) / 255.0, f64::from(self.kilometres));
        settings.impossible_travel.distance_km = distance;
        settings.impossible_travel.error_km = f64::from(self.count);
        settings.phone_far_away.distance_km = distance;
        settings.stale_password.failures = count;
        settings.stale_password.within = span;
        settings.stale_password.unevenness = share;
        settings.lockout_by_stranger.failures = count;
        settings.lockout_by_stranger.within = span;
        settings.clock_drift.codes = count;
        settings.clock_drift.within = span;
        (settings.outage.people, settings.outage.networks) = (count, count);
        (settings.outage.share, settings.outage.fall, settings.outage.window) = (share, share, span);
        settings.policy.people = count;
        (settings.policy.signed_in_before, settings.policy.window) = (share, span);
        settings.sms.people = count;
        (settings.sms.rate_left, settings.sms.window) = (share, span);
        settings
    }
}

impl Step {
    fn record(&self, second: &mut i64, position: Position) -> SignIn<'static> {
        let result = self.result();
        let mut record = SignIn::new(one_of(&Provider::ALL, self.bits >> 5), result);
        record.position = position;
        record.at = self.at(second);
        self.name(&mut record);
        self.place(&mut record);
        record.method = one_of(&Method::ALL, self.method);
        record.interactive = self.bits & 1 == 0;
        record.legacy = self.bits & 2 != 0;
        record.network = one_of(&Network::ALL, self.bits >> 2);
        record.flag = (self.what & 0xf0 == 0xf0).then(|| one_of(&Flag::ALL, self.what));
        record.app = Some(format!("app {}", self.what & 3).into());
        record.code = (self.what & 4 != 0).then(|| format!("{}", self.word).into());
        record.policy = (self.what & 8 != 0).then(|| format!("policy {}", self.word & 1).into());
        record.session = (self.what & 16 != 0).then(|| format!("session {}", self.word & 7).into());
        record.detail = (self.what & 32 != 0).then(|| "said the provider".into());
        record
    }

    fn at(&self, second: &mut i64) -> Option<Timestamp> {
        let (count, unit) = match self.later {
            Later::Seconds(count) => (count, 1),
            Later::Minutes(count) => (count, 60),
            Later::Hours(count) => (count, 3600),
            Later::Days(count) => (count, 86_400),
            Later::AtOnce => (0, 0),
            Later::Undated => return None,
            Later::Anywhen(second) => return Timestamp::from_second(second).ok(),
        };
        *second += i64::from(count) * unit;
        Timestamp::from_second(*second).ok()
    }

    fn result(&self) -> AttemptResult {
        match self.result % 8 {
            0 | 1 => AttemptResult::Success,
            2..=4 => AttemptResult::Failure(one_of(&Cause::ALL, self.word)),
            5 => AttemptResult::PushSent,
            6 => AttemptResult::Interrupt((self.word & 1 == 0).then(|| one_of(&Cause::ALL, self.word >> 1))),
            _ => AttemptResult::Lifecycle(one_of(&Lifecycle::ALL, self.word)),
        }
    }

    fn name(&self, record: &mut SignIn<'static>) {
        let number = self.who & 0x3f;
        if self.who & 0x40 == 0 {
            record.set_person(Some(format!("Person{number}@corp.example").into()));
        }
        if self.who & 0x80 == 0 {
            record.person_id = Some(format!("id-{number}").into());
        }
        if self.what & 64 != 0 {
            record.actor = Some(format!("person{}@corp.example", self.word & 3).into());
        }
        if self.what & 128 != 0 {
            record.phone = Some(format!("+33 {}", self.word & 3).into());
        }
    }

    fn place(&self, record: &mut SignIn<'static>) {
        const PLACES: [(f64, f64); 4] = [(45.76, 4.83), (-33.87, 151.21), (90.0, -180.0), (-0.004, 0.004)];
        let number = self.whence & 0x1f;
        match self.whence >> 5 {
            0 => return,
            1 => record.set_ip(Some(&format!("2001:db8:{number}::1"))),
            _ => record.set_ip(Some(&format!("198.51.{}.{number}", number & 7))),
        }
        let point = |at: u8| {
            let (latitude, longitude) = one_of(&PLACES, at);
            Point::new(latitude, longitude)
        };
        record.place = point(number);
        record.phone_place = point(self.word);
        record.country = Some(format!("C{}", number & 3).into());
        record.asn = Some(64_500 + u32::from(number & 3));
        record.user_agent = Some(format!("agent {}", number & 1).into());
        record.device = (self.what & 2 != 0).then(|| format!("device {number}").into());
    }
}

fn one_of<T: Copy>(all: &[T], index: u8) -> T {
    all[usize::from(index) % all.len()]
}
