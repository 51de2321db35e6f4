//! Two hundred people sign in at the same moment: what of the program is in memory then, and how long they wait.
//!
//! A hash takes 19 MiB. As many run at once as there are cores; the others wait, and hold nothing meanwhile but their
//! connection. Who waits longer than a request may take is answered 504.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crate::Outcome;
use crate::http::Connection;
use crate::measure::{Samples, as_f64, by_clients};
use crate::people::Somebody;
use crate::program::Served;
use crate::report::Report;
use crate::sign_ins::address_of;

/// People who sign in at once.
pub const AT_ONCE: usize = 200;

/// How they fared.
#[derive(Default)]
struct Arrivals {
    /// Of those who got in. Unit: milliseconds.
    took: Vec<f64>,
    /// Of those who did not: what they were answered, and how many were.
    answers: BTreeMap<String, usize>,
}

/// Measures it on a program that nobody has signed in at yet. `offset`: the first of the people who did not sign in elsewhere.
pub async fn measure(
    database: &str,
    program: &Served,
    (people, offset): (&Arc<Vec<Somebody>>, usize),
    report: &mut Report,
) -> Outcome<()> {
    let before = program.resident()?;
    let arrivals: Arc<Mutex<Arrivals>> = Arc::default();
    let (at, people, theirs) = (program.at, Arc::clone(people), Arc::clone(&arrivals));
    by_clients(AT_ONCE, AT_ONCE, move |index| {
        let (people, theirs) = (Arc::clone(&people), Arc::clone(&theirs));
        async move {
            let index = offset + index;
            let somebody = people.get(index).ok_or("too few people")?;
            let began = Instant::now();
            let done = async {
                somebody.sign_in_over(&mut Connection::open(&address_of(index), at).await?, "").await
            };
            let done = done.await;
            let took = began.elapsed().as_secs_f64() * 1000.0;
            let mut theirs = theirs.lock().unwrap_or_else(PoisonError::into_inner);
            match done {
                Ok(()) => theirs.took.push(took),
                Err(why) => *theirs.answers.entry(why.to_string()).or_default() += 1,
            }
            Ok(())
        }
    })
    .await?;
    let after = program.resident_at_most()?;
    let mut arrivals = arrivals.lock().unwrap_or_else(PoisonError::into_inner);
    arrivals.took.sort_by(f64::total_cmp);
    arrivals.report(database, report);
    report.line("  resident before", "MiB", &Samples::from_iter([before]), "");
    report.line(
        "  resident at most",
        "MiB",
        &Samples::from_iter([after]),
        "one hash for each core, not for each sign-in",
    );
    Ok(())
}

impl Arrivals {
    fn report(&self, database: &str, report: &mut Report) {
        let at = |hundredths: usize| {
            let place = self.took.len().saturating_sub(1) * hundredths / 100;
            self.took.get(place).copied().unwrap_or(f64::NAN)
        };
        let note = format!(
            "p50 {:.0}, p99 {:.0}, at most {:.0}; password and code over HTTP",
            at(50),
            at(99),
            at(100)
        );
        let took = self.took.iter().copied().collect();
        report.line(&format!("{database}: {AT_ONCE} sign-ins at once: how long"), "ms", &took, &note);
        let failed = as_f64(self.answers.values().sum());
        let answers: Vec<String> =
            self.answers.iter().map(|(answer, count)| format!("{count}: {answer}")).collect();
        report.line("  not let in", "", &Samples::from_iter([failed]), &answers.join("; "));
    }
}
