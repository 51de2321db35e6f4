//! One seed: an organisation, its stories, and its log.

use crate::{
    answer::About,
    cast::Cast,
    log::{Log, LogFile},
    seeded::Seeded,
    stage::{Stage, Story},
    stories::{Kind, kinds},
};

/// Stories of each kind in one log.
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
    /// What was told.
    pub stories: Vec<Story>,
    /// The log, one file per provider.
    pub files: Vec<LogFile>,
    /// Acts that a vendor had no words for: always empty, or a story is wrong.
    pub unsaid: Vec<String>,
}

impl Organisation {
    /// The organisation of this seed, of 300 to 3,000 people.
    pub fn of(seed: u64) -> Self {
        let mut drawn = Seeded::named(seed, "size");
        // Small organisations are more common than large ones.
        let people = 300 * (1 << drawn.below(3)) + drawn.below(600) + drawn.below(1_201);
        Self::with_people(seed, people, TIMES)
    }

    /// The same of so many people, with so many stories of each kind.
    pub fn with_people(seed: u64, people: usize, times: usize) -> Self {
        let Told { cast, mut log, stories } = Told::of(seed, people, times);
        cast.live(&mut log);
        let unsaid = log.unsaid().to_vec();
        Self { seed, people, people_days: cast.people_days(), stories, files: log.into_files(), unsaid }
    }
}

/// The stories, before everyday life is written around them.
#[derive(Debug)]
pub struct Told {
    cast: Cast,
    log: Log,
    /// What was told.
    pub stories: Vec<Story>,
}

impl Told {
    /// The stories of this seed.
    pub fn of(seed: u64, people: usize, times: usize) -> Self {
        let mut told = Self { cast: Cast::new(seed, people), log: Log::new(seed), stories: Vec::new() };
        for (index, kind) in kinds().iter().enumerate() {
            for time in 0..times {
                let drawn = Seeded::named(seed, &format!("{} {time}", kind.name));
                told.tell(index, kind, drawn);
            }
        }
        told.excuse();
        told
    }

    /// Who fails beside a whole organisation may be taken for one of it, and what follows from that is not asked.
    fn excuse(&mut self) {
        for story in &mut self.stories {
            for person in &mut story.answer.people {
                let beside = self.cast.is_reserved(person.provider, story.since, story.until);
                if beside && !story.things.contains(&About::Tenant(person.provider)) {
                    (person.rung, person.reset_helps) = (None, None);
                }
            }
        }
    }

    fn tell(&mut self, index: usize, kind: &Kind, drawn: Seeded) {
        let number = u32::try_from(self.stories.len()).unwrap_or(u32::MAX);
        let mut stage = Stage::new(&mut self.cast, &mut self.log, drawn, (index, number));
        let answer = (kind.tell)(&mut stage);
        let story = stage.close(answer);
        // Where everybody is busy with other stories there may be nobody left for a crowd.
        if story.since <= story.until {
            self.stories.push(story);
        }
    }

    /// Acts that a vendor had no words for: always empty, or a story is wrong.
    pub fn unsaid(&self) -> &[String] {
        self.log.unsaid()
    }
}
