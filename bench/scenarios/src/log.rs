//! The organisation's log: one file per provider, out of order and with repeats as exports are.

use postern_signals::Provider;

use crate::{
    act::Scene,
    seeded::Seeded,
    wire::{self, Line},
    world::House,
};

/// Of a thousand rows, so many come twice.
const REPEATS: i64 = 15;

/// Collects what is told.
#[derive(Debug)]
pub struct Log {
    entries: Vec<Entry>,
    drawn: Seeded,
    unsaid: Vec<String>,
}

#[derive(Debug)]
struct Entry {
    /// When it got into the export.
    exported: i64,
    provider: Provider,
    owner: Owner,
    text: String,
}

/// Whose line it is: the story's of this number, or nobody's in particular.
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
        Self { entries: Vec::new(), drawn: Seeded::named(seed, "log"), unsaid: Vec::new() }
    }

    /// Writes what the vendor says about it.
    pub fn tell(&mut self, scene: &Scene<'_>, house: &House, drawn: &mut Seeded, owner: Owner) -> Vec<Line> {
        let provider = scene.who.provider;
        let Some(lines) = wire::lines(scene, house, drawn) else {
            self.unsaid.push(format!("{} cannot say {:?}", provider.as_str(), scene.act));
            return Vec::new();
        };
        for line in &lines {
            self.write(provider, line, owner);
        }
        lines
    }

    /// Writes a line once, or, as it happens, twice.
    pub fn write(&mut self, provider: Provider, line: &Line, owner: Owner) {
        let twice = self.drawn.between(0, 999) < REPEATS;
        for _ in 0..=usize::from(twice) {
            let exported = line.at + self.delay(provider);
            self.entries.push(Entry { exported, provider, owner, text: line.text.clone() });
        }
    }

    /// Acts that no vendor has words for: a mistake in a story.
    pub fn unsaid(&self) -> &[String] {
        &self.unsaid
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
            Provider::Entra => self.drawn.between(0, 240_000),
            Provider::Keycloak | Provider::Postern => self.drawn.between(0, 50),
            _ => self.drawn.between(0, 20_000),
        }
    }
}
