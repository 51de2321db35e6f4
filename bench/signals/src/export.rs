//! An invented Entra sign-in export: the diagnostic-settings envelope, one record of about 3.5 kB per line.
//!
//! Modelled on what exports look like, not on what is easy to parse: most of a record is nothing that a diagnosis
//! wants; about half the rows are failures; people try again; some rows come twice; rows are written when they are
//! logged, minutes after the attempt and not in its order. Names, addresses and tenants are from the ranges kept free
//! for examples. The same seed and sizes give the same bytes.

mod attempts;
mod endings;
mod key;
mod load;
mod people;
mod seeded;
mod template;
mod times;

use std::io::{self, Write};

use attempts::{Attempt, Attempts, Device, From};
use endings::{Endings, Texts};
pub use key::{Key, Set};
pub(crate) use people::MOST_PEOPLE;
use people::{Agent, ELSEWHERE, Person, people};
use seeded::Seeded;
use serde::Serialize;
use template::{Slot, Template};
use times::Calendar;

/// Of a hundred rows, so many are the row before once more.
const REPEATS: usize = 2;
/// Written at a time.
const BLOCK: usize = 1 << 18;

const APPS: [&str; 12] = [
    "Office 365 Exchange Online",
    "Microsoft Teams",
    "Azure Portal",
    "SharePoint Online",
    "One Outlook Web",
    "Contoso Expenses",
    "Contoso Travel",
    "Contoso Wiki",
    "Microsoft Office",
    "Windows Sign In",
    "My Apps",
    "Power BI Service",
];

/// How much, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, clap::Args)]
pub struct Size {
    /// Records.
    #[arg(long, default_value_t = 100_000)]
    pub records: u64,
    /// People.
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_PEOPLE)))]
    pub people: u32,
    /// The same seed and sizes give the same bytes.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// The export: record by record, in the order in which they are logged.
pub struct Export {
    size: Size,
    seeded: Seeded,
    template: Template,
    tenant: Vec<u8>,
    people: Vec<Person>,
    agents: Vec<Agent>,
    endings: Endings,
    attempts: Attempts,
    calendar: Calendar,
    key: key::KeyBuilder,
    line: Vec<u8>,
}

impl Export {
    /// The export of this size and seed.
    pub fn new(size: Size) -> Self {
        let mut seeded = Seeded::new(!size.seed);
        let mut tenant = Vec::new();
        seeded.guid(&mut tenant);
        let (people, endings) = (people(size.people), Endings::new());
        Self {
            key: key::KeyBuilder::new(people.len(), endings.len()),
            attempts: Attempts::new(size.seed, size.records, size.people),
            template: Template::of_record(),
            agents: Agent::all(),
            calendar: Calendar::new(),
            line: Vec::with_capacity(8_192),
            size,
            seeded,
            tenant,
            people,
            endings,
        }
    }

    /// Writes all records, one per line. The answer key comes back.
    pub fn write(mut self, mut to: impl Write) -> io::Result<Key> {
        let mut block = Vec::with_capacity(2 * BLOCK);
        for record in 0..self.size.records {
            if record > 0 && self.seeded.below(100) < REPEATS {
                self.key.repeat();
            } else {
                self.next_line();
            }
            block.extend_from_slice(&self.line);
            if block.len() >= BLOCK {
                to.write_all(&block)?;
                block.clear();
            }
        }
        to.write_all(&block)?;
        to.flush()?;
        Ok(self.key.key(&self.people, &self.endings))
    }

    fn next_line(&mut self) {
        let attempt = self.attempts.next(&self.endings);
        self.line.clear();
        let known = self.people.get(attempt.person as usize).zip(self.endings.get(attempt.ending));
        let Some((person, texts)) = known else { return };
        self.key.take(&attempt, texts.ending.code, texts.ending.cause);
        let of_device = match attempt.device {
            Device::Desktop => person.desktop,
            Device::Phone => person.phone,
        };
        let row = Row {
            attempt: &attempt,
            texts,
            person,
            agent: self.agents.get(of_device),
            place: if matches!(attempt.from, From::Attacker(_)) { &ELSEWHERE } else { person.place },
            app: self.seeded.pick(&APPS),
            calendar: &self.calendar,
        };
        let (tenant, seeded) = (&self.tenant, &mut self.seeded);
        self.template.fill(&mut self.line, |slot, out| match slot {
            Slot::Tenant => out.extend_from_slice(tenant),
            Slot::Guid => seeded.guid(out),
            slot => row.write(slot, out),
        });
        self.line.push(b'\n');
    }
}

/// What fills the gaps of one record.
struct Row<'e> {
    attempt: &'e Attempt,
    texts: &'e Texts,
    person: &'e Person,
    agent: Option<&'e Agent>,
    place: &'static people::Place,
    app: &'static str,
    calendar: &'e Calendar,
}

impl Row<'_> {
    fn write(&self, slot: Slot, out: &mut Vec<u8>) {
        match slot {
            Slot::Logged => self.write_time(self.attempt.logged, "Z", out),
            Slot::Created => self.write_time(self.attempt.created, "+00:00", out),
            Slot::Correlation => Seeded::new(self.attempt.correlation).guid(out),
            Slot::Steps => self.write_steps(out),
            Slot::Person => out.extend_from_slice(&self.person.id),
            Slot::Ip => self.write_address(out),
            text => out.extend_from_slice(self.text(text).as_bytes()),
        }
    }

    fn text(&self, slot: Slot) -> &str {
        match slot {
            Slot::Code => &self.texts.code,
            Slot::Reason => self.texts.ending.reason,
            Slot::Detail => self.texts.ending.detail,
            Slot::Method => self.texts.ending.method,
            Slot::Policies => &self.texts.policies,
            Slot::App => self.app,
            Slot::Login => &self.person.login,
            Slot::Shown => &self.person.shown,
            Slot::Network => self.place.network,
            Slot::City => self.place.city,
            Slot::State => self.place.state,
            Slot::Country => self.place.country,
            Slot::Coordinates => self.place.coordinates,
            Slot::Agent => self.agent.map_or("", |agent| &agent.header),
            Slot::System => self.agent.map_or("", |agent| agent.system),
            Slot::Browser => self.agent.map_or("", |agent| &agent.browser),
            _ => "",
        }
    }

    fn write_time(&self, nanos: u64, offset: &str, out: &mut Vec<u8>) {
        self.calendar.write(nanos, out);
        out.extend_from_slice(offset.as_bytes());
    }

    fn write_steps(&self, out: &mut Vec<u8>) {
        for (index, piece) in self.texts.steps.iter().enumerate() {
            if index > 0 {
                self.write_time(self.attempt.created, "Z", out);
            }
            out.extend_from_slice(piece.as_bytes());
        }
    }

    fn write_address(&self, out: &mut Vec<u8>) {
        let of_attacker;
        let address = match self.attempt.from {
            From::Home => &self.person.home,
            From::Office => &self.person.office,
            From::Attacker(number) => {
                of_attacker = format!("192.0.2.{number}");
                &of_attacker
            }
        };
        out.extend_from_slice(address.as_bytes());
    }
}

#[cfg(test)]
mod tests;
