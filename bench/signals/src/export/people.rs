//! The people of the log, and what they sign in with.

use super::seeded::Seeded;

const FIRST_NAMES: [&str; 12] =
    ["Mia", "Jonas", "Aiko", "Leila", "Tomás", "Inês", "Ravi", "Nora", "Sven", "Chidi", "Zoë", "Björk"];
const LAST_NAMES: [&str; 10] =
    ["Berger", "Okafor", "Tanaka", "Haddad", "Novák", "Silva", "Patel", "Lund", "Eze", "O'Neill"];

/// Where people live and work.
pub(super) struct Place {
    pub(super) city: &'static str,
    pub(super) state: &'static str,
    pub(super) country: &'static str,
    pub(super) coordinates: &'static str,
    /// Number of the autonomous system: from the range kept free for documents (RFC 5398).
    pub(super) network: &'static str,
}

const fn place(texts: [&'static str; 5]) -> Place {
    let [city, state, country, coordinates, network] = texts;
    Place { city, state, country, coordinates, network }
}

static PLACES: [Place; 8] = [
    place(["Lyon", "Auvergne-Rhône-Alpes", "FR", r#""latitude":45.76,"longitude":4.83"#, "64496"]),
    place(["München", "Bayern", "DE", r#""latitude":48.13,"longitude":11.58"#, "64497"]),
    place(["Leeds", "England", "GB", r#""latitude":53.79,"longitude":-1.54"#, "64498"]),
    place(["Porto", "Porto", "PT", r#""latitude":41.15,"longitude":-8.61"#, "64499"]),
    place(["Malmö", "Skåne", "SE", r#""latitude":55.6,"longitude":13.0"#, "64500"]),
    place(["Brno", "Jihomoravský kraj", "CZ", r#""latitude":49.19,"longitude":16.61"#, "64501"]),
    place(["Springfield", "Illinois", "US", r#""latitude":39.78,"longitude":-89.65"#, "64502"]),
    place(["Pune", "Maharashtra", "IN", r#""latitude":18.52,"longitude":73.85"#, "64503"]),
];
/// Where attackers come from.
pub(super) static ELSEWHERE: Place =
    place(["Wellington", "Wellington", "NZ", r#""latitude":-41.29,"longitude":174.78"#, "64511"]);

/// One person.
pub(super) struct Person {
    pub(super) login: String,
    pub(super) shown: String,
    pub(super) id: Vec<u8>,
    pub(super) place: &'static Place,
    /// Nobody else's: from the range kept free for benchmarks (RFC 2544).
    pub(super) home: String,
    /// The address that everybody in the same office has.
    pub(super) office: String,
    /// Which of [`Agent::all`].
    pub(super) desktop: usize,
    pub(super) phone: usize,
}

/// Homes that there are: `198.18.0.0/15`.
pub(crate) const MOST_PEOPLE: u32 = 1 << 17;

/// All of them. Person N of one size is person N of every other.
pub(super) fn people(count: u32) -> Vec<Person> {
    let offices = (count / 500).clamp(1, 200);
    (0..count).map(|index| person(index, offices)).collect()
}

fn person(index: u32, offices: u32) -> Person {
    let mut own = Seeded::new(1_000_000 + u64::from(index));
    let (first, last) = (own.pick(&FIRST_NAMES), own.pick(&LAST_NAMES));
    let mut id = Vec::new();
    own.guid(&mut id);
    // An odd factor gives every person another address.
    let home = index.wrapping_mul(40_503) % MOST_PEOPLE;
    let [_, high, middle, low] = home.to_be_bytes();
    Person {
        login: format!("{}.{}{index}@contoso.example", plain(first), plain(last)),
        shown: format!("{first} {last}"),
        id,
        place: PLACES.get(own.below(PLACES.len())).unwrap_or(&ELSEWHERE),
        home: format!("198.{}.{middle}.{low}", 18 + high),
        office: format!("203.0.113.{}", 1 + own.small(offices)),
        desktop: own.below(DESKTOPS),
        phone: DESKTOPS + own.below(PHONES),
    }
}

/// As a login writes it.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(|letter| *letter != '\'');
    letters
        .map(|letter| match letter.to_ascii_lowercase() {
            'á' => 'a',
            'ê' | 'ë' => 'e',
            'ö' => 'o',
            letter => letter,
        })
        .collect()
}

/// A browser on a system.
pub(super) struct Agent {
    pub(super) header: String,
    pub(super) system: &'static str,
    pub(super) browser: String,
}

const DESKTOPS: usize = 192;
const PHONES: usize = 24;

impl Agent {
    /// First those of desktops, then those of phones.
    pub(super) fn all() -> Vec<Self> {
        (0..DESKTOPS).map(desktop).chain((0..PHONES).map(phone)).collect()
    }
}

fn desktop(index: usize) -> Agent {
    let (version, build) = (138 + index % 8, index / 16);
    if index % 16 < 12 {
        let chrome =
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome";
        let agent = format!("{chrome}/{version}.0.0.0 Safari/537.36 Edg/{version}.0.3{build:03}.{index}");
        return Agent {
            header: agent,
            system: "Windows10",
            browser: format!("Edge {version}.0.3{build:03}"),
        };
    }
    let mac =
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version";
    let agent = format!("{mac}/18.{} Safari/605.1.{index}", index % 7);
    Agent { header: agent, system: "MacOs", browser: format!("Safari 18.{}", index % 7) }
}

fn phone(index: usize) -> Agent {
    let (minor, patch) = (index % 8, index / 8);
    let agent = format!(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_{minor}_{patch} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
         Version/18.{minor} Mobile/15E148 Safari/604.1"
    );
    Agent { header: agent, system: "Ios 18", browser: format!("Mobile Safari 18.{minor}") }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn nobody_shares_a_login_or_a_home() {
        let people = people(5_000);
        assert_eq!(people.iter().map(|person| &person.login).collect::<HashSet<_>>().len(), 5_000);
        assert_eq!(people.iter().map(|person| &person.home).collect::<HashSet<_>>().len(), 5_000);
        assert!(people.iter().all(|person| person.login.is_ascii()));
    }
}
