//! The pictures of the report: numbers into places.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use postern_signals::{Report, Subject, tenant::Bucket};
use serde::Serialize;

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 165.0;
const BASE: f64 = 170.0;
/// Bars in the picture; narrower ones cannot be told apart.
const BARS: usize = 160;
const TICKS: usize = 6;
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Records over time.
#[derive(Debug, Default, Serialize)]
pub(super) struct HourChart {
    bars: Vec<Bar>,
    marks: Vec<Mark>,
    ticks: Vec<Tick>,
    most: u64,
    width: String,
}

#[derive(Debug, Serialize)]
struct Bar {
    x: f64,
    width: f64,
    y_fine: f64,
    h_fine: f64,
    y_fail: f64,
    h_fail: f64,
    title: String,
}

/// A stretch in which something was wrong with the whole organisation.
#[derive(Debug, Serialize)]
struct Mark {
    x: f64,
    width: f64,
    class: &'static str,
    title: String,
}

#[derive(Debug, Serialize)]
struct Tick {
    x: f64,
    text: String,
}

/// One weekday of the heat map.
#[derive(Debug, Serialize)]
pub(super) struct Heat {
    day: &'static str,
    cells: Vec<Cell>,
}

#[derive(Debug, Serialize)]
struct Cell {
    count: u64,
    strength: f64,
}

/// All providers together.
pub(super) fn chart(report: &Report) -> HourChart {
    let Some((first, last)) = report.span else { return HourChart::default() };
    let step = step_of(&report.chart, first, last);
    let mut counts: BTreeMap<i64, (u64, u64)> = BTreeMap::new();
    for bucket in &report.chart {
        let index = bucket.from.duration_since(first).as_secs().div_euclid(step);
        let count = counts.entry(index).or_default();
        count.0 += bucket.attempts;
        count.1 += bucket.failures;
    }
    let from = counts.keys().next().copied().unwrap_or(0);
    let slots = counts.keys().next_back().map_or(1, |last| last - from + 1);
    let most = counts.values().map(|(attempts, _)| *attempts).max().unwrap_or(0);
    let slot = WIDTH / float(slots);
    let begin = |index: i64| first + SignedDuration::from_secs(index * step);
    let bars = counts
        .iter()
        .map(|(index, count)| bar(float(index - from) * slot, slot, *count, most, &begin(*index)));
    let scale = Scale { first: begin(from), seconds: float(slots * step) };
    HourChart {
        bars: bars.collect(),
        marks: report
            .findings
            .iter()
            .filter_map(|finding| {
                let wide = matches!(finding.subject, Subject::Tenant { .. } | Subject::Policy { .. });
                let (x, end) = (scale.x(finding.since), scale.x(finding.until));
                let title = format!("{}: {}", finding.title, minute(&finding.since));
                wide.then_some(Mark { x, width: (end - x).max(3.0), class: "wide", title })
            })
            .collect(),
        ticks: (0..TICKS)
            .map(|tick| {
                let share = width_of(tick) / width_of(TICKS);
                let at = scale.first + SignedDuration::from_secs_f64(share * scale.seconds);
                Tick { x: tenth(share * WIDTH), text: minute(&at) }
            })
            .collect(),
        most,
        width: width_label(step),
    }
}

/// Failures by weekday and hour, and the most of one cell.
pub(super) fn heat(week: &[u64]) -> (Vec<Heat>, u64) {
    let most = week.iter().copied().max().unwrap_or(0);
    let cell = |count: &u64| {
        let strength = if most == 0 { 0.0 } else { tenth(float_of(*count) / float_of(most) * 100.0) / 100.0 };
        Cell { count: *count, strength }
    };
    let rows = DAYS.into_iter().zip(week.chunks(24));
    (rows.map(|(day, hours)| Heat { day, cells: hours.iter().map(cell).collect() }).collect(), most)
}

struct Scale {
    first: Timestamp,
    seconds: f64,
}

impl Scale {
    fn x(&self, at: Timestamp) -> f64 {
        let share = at.duration_since(self.first).as_secs_f64() / self.seconds.max(1.0);
        tenth(share.clamp(0.0, 1.0) * WIDTH)
    }
}

fn bar(x: f64, slot: f64, (attempts, failures): (u64, u64), most: u64, at: &Timestamp) -> Bar {
    let height = |count: u64| tenth(float_of(count) / float_of(most.max(1)) * HEIGHT);
    let (h_fine, h_fail) = (height(attempts.saturating_sub(failures)), height(failures));
    Bar {
        x: tenth(x),
        width: tenth((slot - 1.0).max(slot * 0.7)),
        y_fine: tenth(BASE - h_fine),
        h_fine,
        y_fail: tenth(BASE - h_fine - h_fail),
        h_fail,
        title: format!("{}: {attempts} records, {failures} failed", minute(at)),
    }
}

/// Seconds per bar: a multiple of the buckets' own width that gives few enough bars.
fn step_of(buckets: &[Bucket], first: Timestamp, last: Timestamp) -> i64 {
    let own = buckets.iter().map(|bucket| bucket.length.as_secs()).max().unwrap_or(60).max(1);
    let span = last.duration_since(first).as_secs().max(1);
    let bars = i64::try_from(BARS).unwrap_or(i64::MAX);
    let mut step = own;
    while span / step > bars {
        step *= 2;
    }
    step
}

fn minute(at: &Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

fn width_label(seconds: i64) -> String {
    match seconds {
        ..3_600 => format!("{} minutes", (seconds / 60).max(1)),
        3_600..86_400 => format!("{:.1} hours", float(seconds) / 3_600.0),
        _ => format!("{:.1} days", float(seconds) / 86_400.0),
    }
}

fn tenth(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

#[expect(clippy::cast_precision_loss, reason = "places in a picture")]
fn float(number: i64) -> f64 {
    number as f64
}

#[expect(clippy::cast_precision_loss, reason = "places in a picture")]
fn float_of(number: u64) -> f64 {
    number as f64
}

#[expect(clippy::cast_precision_loss, reason = "places in a picture")]
pub(super) fn width_of(number: usize) -> f64 {
    number as f64
}
