//! One seed: an organisation, its scenarios, and its log.

use crate::{
    answer::About,
    builder::{Scenario, ScenarioBuilder},
    log::{Log, LogFile},
    scenarios::{ScenarioKind, kinds},
    seeded::Seeded,
    users::LogUsers,
};

/// Scenarios of each kind in one log.
const TIMES: usize = 3;

/// A log with its answers.
#[derive(Debug)]
pub struct Organisation {
    /// Its seed.
    pub seed: u64,
    /// Its people.
    pub people: usize,
    /// Days of everyday life, over all accounts.
    pub people_days: u64,
    /// The scenarios in its log.
    pub scenarios: Vec<Scenario>,
    /// The log, one file per provider.
    pub files: Vec<LogFile>,
    /// Events that the vendor's log cannot describe: always empty, or a scenario is wrong.
    pub unsupported_events: Vec<String>,
}

impl Organisation {
    /// The organisation of this seed, of 300 to 3,000 people.
    pub fn of(seed: u64) -> Self {
        let mut random = Seeded::named(seed, "size");
        // Small organisations are more common than large ones.
        let people = 300 * (1 << random.below(3)) + random.below(600) + random.below(1_201);
        Self::with_people(seed, people, TIMES)
    }

    /// The same of so many people, with so many scenarios of each kind.
    pub fn with_people(seed: u64, people: usize, times: usize) -> Self {
        let RecordedScenarios { users, mut log, scenarios } = RecordedScenarios::of(seed, people, times);
        users.live(&mut log);
        let unsupported_events = log.unsupported_events().to_vec();
        Self {
            seed,
            people,
            people_days: users.people_days(),
            scenarios,
            files: log.into_files(),
            unsupported_events,
        }
    }
}

/// The scenarios, before everyday life is written around them.
#[derive(Debug)]
pub struct RecordedScenarios {
    users: LogUsers,
    log: Log,
    /// What was recorded.
    pub scenarios: Vec<Scenario>,
}

impl RecordedScenarios {
    /// The scenarios of this seed.
    pub fn of(seed: u64, people: usize, times: usize) -> Self {
        let mut recorded =
            Self { users: LogUsers::new(seed, people), log: Log::new(seed), scenarios: Vec::new() };
        for (index, kind) in kinds().iter().enumerate() {
            for time in 0..times {
                let random = Seeded::named(seed, &format!("{} {time}", kind.name));
                recorded.record(index, kind, random);
            }
        }
        recorded.excuse();
        recorded
    }

    /// Who fails beside a whole organisation may be taken for one of it, and what follows from that is not asked.
    fn excuse(&mut self) {
        for scenario in &mut self.scenarios {
            for person in &mut scenario.answer.people {
                let beside = self.users.is_reserved(person.provider, scenario.since, scenario.until);
                if beside && !scenario.things.contains(&About::Tenant(person.provider)) {
                    (person.rung, person.reset_helps) = (None, None);
                }
            }
        }
    }

    fn record(&mut self, index: usize, kind: &ScenarioKind, random: Seeded) {
        let number = u32::try_from(self.scenarios.len()).unwrap_or(u32::MAX);
        let mut builder = ScenarioBuilder::new(&mut self.users, &mut self.log, random, (index, number));
        let answer = (kind.write)(&mut builder);
        let scenario = builder.build(answer);
        // Where everybody is busy with other scenarios there may be no background account left.
        if scenario.since <= scenario.until {
            self.scenarios.push(scenario);
        }
    }

    /// Events that the vendor's log cannot describe: always empty, or a scenario is wrong.
    pub fn unsupported_events(&self) -> &[String] {
        self.log.unsupported_events()
    }
}
