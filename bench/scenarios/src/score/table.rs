//! The scores, for people.

use std::io::{self, Write};

use super::{Count, KindScore, Scores, share};
use crate::{rules::Weight, scenarios::kinds};

/// Prints everything.
/// Err: the writer's own.
pub fn print(scores: &Scores, to: &mut impl Write) -> io::Result<()> {
    by_kind(scores, to)?;
    by_rule(scores, to)?;
    let total = scores.total();
    writeln!(to)?;
    writeln!(
        to,
        "{} stories in {} lines; everything together: precision {}, recall {}",
        total.scenarios,
        scores.lines,
        percent(total.count.precision()),
        percent(total.count.recall()),
    )?;
    writeln!(to, "false findings of the very rules that a story was made to tempt: {}", scores.trapped)?;
    let of = |weight| scores.wrong_of(Some(weight));
    writeln!(
        to,
        "background: {:.2} false findings per 1,000 people-days ({}): {} notices, {} warnings, {} incidents, {} breaches",
        scores.wrong_per_thousand_days(),
        scores.people_days,
        of(Weight::Notice),
        of(Weight::Warning),
        of(Weight::Incident),
        of(Weight::LikelyBreach),
    )?;
    let people = total.people;
    writeln!(
        to,
        "{} people asked about: state right {}, cause {}, whether a reset helps {}, rung {}",
        people.asked,
        percent(share(people.state, people.asked)),
        percent(share(people.cause, people.asked)),
        percent(share(people.reset, people.asked_reset)),
        percent(share(people.rung, people.asked_rung)),
    )
}

fn by_kind(scores: &Scores, to: &mut impl Write) -> io::Result<()> {
    writeln!(
        to,
        "{:<17}{:<31}{:>8}{:>8}{:>7}{:>8}{:>7}{:>11}{:>8}{:>8}{:>8}",
        "family",
        "kind",
        "stories",
        "silent",
        "found",
        "missed",
        "false",
        "precision",
        "recall",
        "state",
        "cause",
    )?;
    for (kind, score) in kinds().iter().zip(&scores.kinds) {
        writeln!(to, "{:<17}{:<31}{}", kind.family, kind.name, columns(score))?;
    }
    writeln!(to, "{:<48}{}", "all", columns(&scores.total()))
}

fn columns(score: &KindScore) -> String {
    let Count { right, wrong, missed } = score.count;
    format!(
        "{:>8}{:>8}{right:>7}{missed:>8}{wrong:>7}{:>11}{:>8}{:>8}{:>8}",
        score.scenarios,
        format!("{}/{}", score.kept_silent, score.silent),
        percent(score.count.precision()),
        percent(score.count.recall()),
        percent(share(score.people.state, score.people.asked)),
        percent(share(score.people.cause, score.people.asked)),
    )
}

fn by_rule(scores: &Scores, to: &mut impl Write) -> io::Result<()> {
    writeln!(to)?;
    writeln!(
        to,
        "{:<34}{:>7}{:>8}{:>7}{:>11}{:>8}",
        "rule", "true", "missed", "false", "precision", "recall"
    )?;
    for (rule, count) in &scores.rules {
        let Count { right, wrong, missed } = *count;
        let (precision, recall) = (percent(count.precision()), percent(count.recall()));
        writeln!(to, "{rule:<34}{right:>7}{missed:>8}{wrong:>7}{precision:>11}{recall:>8}")?;
    }
    Ok(())
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{:.1} %", share * 100.0))
}
