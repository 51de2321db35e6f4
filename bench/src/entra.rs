//! An invented Entra sign-in export: the diagnostic-settings envelope, one record of about 3.5 kB per line.
//!
//! Modelled on what exports look like, not on what is easy to parse: most of a record is nothing that a diagnosis
//! wants; about half the rows are failures; people try again; some rows come twice. Names, addresses and tenants are
//! from the ranges kept free for examples. The same seed gives the same bytes.

mod endings;
mod seeded;
mod template;

use jiff::{SignedDuration, Timestamp};

use endings::{Ending, ending};
use seeded::Seeded;
use template::Template;

/// People in the log.
const PEOPLE: usize = 2_000;
/// Of a hundred rows, so many are the row before once more.
const REPEATS: usize = 2;

const FIRST_NAMES: [&str; 12] =
    ["mia", "jonas", "aiko", "leila", "tomas", "ines", "ravi", "nora", "sven", "chidi", "zoe", "björk"];
const LAST_NAMES: [&str; 10] =
    ["berger", "okafor", "tanaka", "haddad", "novak", "silva", "patel", "lund", "eze", "o'neill"];
const PLACES: [(&str, &str, &str, &str); 5] = [
    ("Lyon", "Auvergne-Rhône-Alpes", "FR", r#""latitude":45.76,"longitude":4.83"#),
    ("Springfield", "Illinois", "US", r#""latitude":39.78,"longitude":-89.65"#),
    ("München", "Bayern", "DE", r#""latitude":48.13,"longitude":11.58"#),
    ("Leeds", "England", "GB", r#""latitude":53.79,"longitude":-1.54"#),
    ("Pune", "Maharashtra", "IN", r#""latitude":18.52,"longitude":73.85"#),
];
const APPS: [&str; 6] = [
    "Office 365 Exchange Online",
    "Microsoft Teams",
    "Azure Portal",
    "SharePoint Online",
    "One Outlook Web",
    "Contoso Expenses",
];
const AGENTS: [(&str, &str, &str); 3] = [
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Safari/537.36 \
         Edg/144.0.0.0",
        "Windows10",
        "Edge 144.0.0",
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 \
         Mobile/15E148 Safari/604.1",
        "Ios 18.3",
        "Mobile Safari 18.3",
    ),
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Safari/605.1.15",
        "MacOs",
        "Safari 18.3",
    ),
];

/// The export: an endless line of records, in the order of time.
pub struct Export {
    seeded: Seeded,
    template: Template,
    tenant: String,
    now: Timestamp,
    run: Run,
    last: Option<String>,
}

/// One person, trying once or again.
#[derive(Default)]
struct Run {
    person: Person,
    ending: Ending,
    correlation: String,
    left: usize,
}

#[derive(Default)]
struct Person {
    login: String,
    id: String,
    ip: String,
    place: (&'static str, &'static str, &'static str, &'static str),
    agent: (&'static str, &'static str, &'static str),
}

impl Export {
    /// The export of this seed.
    pub fn new(seed: u64) -> Self {
        let mut seeded = Seeded::new(seed);
        Self {
            tenant: seeded.guid(),
            seeded,
            template: Template::of_record(),
            now: Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * 20_514),
            run: Run::default(),
            last: None,
        }
    }

    fn begin_run(&mut self) -> Run {
        // The lower of two draws: some people sign in far more often than others.
        let index = self.seeded.below(PEOPLE).min(self.seeded.below(PEOPLE));
        Run {
            person: person(index),
            ending: ending(&mut self.seeded),
            correlation: self.seeded.guid(),
            left: 1 + self.seeded.below(4),
        }
    }

    fn record(&mut self) -> String {
        let Self { seeded, run, now, tenant, .. } = self;
        let app = seeded.pick(&APPS);
        let began = *now + SignedDuration::from_nanos(i64::from(seeded.small(1_000_000_000)));
        // Entra writes the row minutes after the attempt.
        let logged = *now + SignedDuration::from_secs(1 + i64::from(seeded.small(240)));
        let began = format!("{began:.7}");
        self.template.fill(|slot| match slot {
            "logged" => format!("{logged:.7}"),
            "created" => began.replace('Z', "+00:00"),
            "steps" => run.ending.steps(&began),
            "policies" => run.ending.policies(),
            "code" => run.ending.code.to_string(),
            "reason" => run.ending.reason.to_owned(),
            "detail" => run.ending.detail.to_owned(),
            "method" => run.ending.method.to_owned(),
            "correlation" => run.correlation.clone(),
            "tenant" => tenant.clone(),
            "guid" => seeded.guid(),
            "app" => app.to_owned(),
            of_person => run.person.value(of_person).to_owned(),
        })
    }
}

impl Person {
    fn value(&self, slot: &str) -> &str {
        let (city, state, country, coordinates) = self.place;
        let (agent, system, browser) = self.agent;
        match slot {
            "login" => &self.login,
            "person" => &self.id,
            "ip" => &self.ip,
            "city" => city,
            "state" => state,
            "country" => country,
            "coordinates" => coordinates,
            "agent" => agent,
            "system" => system,
            "browser" => browser,
            _ => "",
        }
    }
}

impl Iterator for Export {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        if let Some(last) = &self.last
            && self.seeded.below(100) < REPEATS
        {
            return Some(last.clone());
        }
        if self.run.left == 0 {
            self.run = self.begin_run();
        }
        self.run.left -= 1;
        self.now += SignedDuration::from_secs(1 + i64::from(self.seeded.small(15)));
        let record = self.record();
        self.last = Some(record.clone());
        Some(record)
    }
}

/// Always the same for the same index.
fn person(index: usize) -> Person {
    let mut own = Seeded::new(1_000_000 + index as u64);
    let (first, last) = (own.pick(&FIRST_NAMES), own.pick(&LAST_NAMES));
    Person {
        login: format!("{first}.{last}{index}@contoso.example"),
        id: own.guid(),
        ip: format!("198.51.100.{}", own.below(254) + 1),
        place: own.pick(&PLACES),
        agent: own.pick(&AGENTS),
    }
}
