//! The organisation's log: one file per provider, out of order and with repeats as exports are.

use postern_signals::Provider;

use crate::{
    event::EventContext,
    seeded::Seeded,
    wire::{self, Line},
    world::OrganisationProfile,
};

/// Of a thousand rows, so many come twice.
const REPEATS: i64 = 15;

/// Collects what is written.
#[derive(Debug)]
pub struct Log {
    entries: Vec<Entry>,
    random: Seeded,
    unsupported_events: Vec<String>,
}

#[derive(Debug)]
struct Entry {
    /// When it got into the export.
    exported: i64,
    provider: Provider,
    owner: Owner,
    text: String,
}

/// Whose line it is: the scenario's of this number, or nobody's in particular.
pub type Owner = Option<u32>;

/// One provider's file.
#[derive(Debug)]
pub struct LogFile {
    /// Whose.
    pub provider: Provider,
    /// Its lines.
    pub bytes: Vec<u8>,
    /// Whose each line is.
    pub owners: Vec<Owner>,
}

impl LogFile {
    /// Name of the file.
    pub fn name(&self) -> String {
        format!("{}.log", self.provider.as_str())
    }
}

impl Log {
    /// An empty one.
    pub fn new(seed: u64) -> Self {
        Self { entries: Vec::new(), random: Seeded::named(seed, "log"), unsupported_events: Vec::new() }
    }

    /// Writes the vendor's lines about this event.
    pub fn write_event(
        &mut self,
        context: &EventContext<'_>,
        profile: &OrganisationProfile,
        random: &mut Seeded,
        owner: Owner,
    ) -> Vec<Line> {
        let provider = context.who.provider;
        let Some(lines) = wire::lines(context, profile, random) else {
            self.unsupported_events.push(format!("{} cannot say {:?}", provider.as_str(), context.event));
            return Vec::new();
        };
        for line in &lines {
            self.write_line(provider, line, owner);
        }
        lines
    }

    /// Writes a line once, or, as it happens, twice.
    pub fn write_line(&mut self, provider: Provider, line: &Line, owner: Owner) {
        let twice = self.random.between(0, 999) < REPEATS;
        for _ in 0..=usize::from(twice) {
            let exported = line.at + self.delay(provider);
            self.entries.push(Entry { exported, provider, owner, text: line.text.clone() });
        }
    }

    /// Events that the vendor's log cannot describe: a mistake in a scenario.
    pub fn unsupported_events(&self) -> &[String] {
        &self.unsupported_events
    }

    /// The files, each in the order of its export.
    pub fn into_files(mut self) -> Vec<LogFile> {
        self.entries.sort_by_key(|entry| (entry.provider, entry.exported));
        let mut files: Vec<LogFile> = Vec::new();
        for entry in self.entries {
            if files.last().is_none_or(|file| file.provider != entry.provider) {
                files.push(LogFile { provider: entry.provider, bytes: Vec::new(), owners: Vec::new() });
            }
            if let Some(file) = files.last_mut() {
                file.bytes.extend_from_slice(entry.text.as_bytes());
                file.bytes.push(b'\n');
                file.owners.push(entry.owner);
            }
        }
        files
    }

    /// A cloud collects from many machines; a server writes as it happens.
    fn delay(&mut self, provider: Provider) -> i64 {
        match provider {
            Provider::Entra => self.random.between(0, 240_000),
            Provider::Keycloak | Provider::Postern => self.random.between(0, 50),
            _ => self.random.between(0, 20_000),
        }
    }
}
