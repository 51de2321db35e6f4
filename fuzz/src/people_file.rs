//! A file of people: what it would do in a directory is sound, and the same each time.

use std::collections::HashSet;

use libfuzzer_sys::Corpus;
use postern_core::contact::parse_number;
use postern_core::login::normalise;
use postern_core::people_file::{DirectoryFacts, MAX_ROWS, PeopleFile, PeopleImport, decode};
use postern_core::tier::Tiers;

/// Reads a file, and says what it would do where `ana` and `mona` are.
pub fn check(bytes: &[u8]) -> Corpus {
    let Ok(text) = decode(bytes) else { return Corpus::Keep };
    assert!(!text.contains('\r') && !text.starts_with('\u{feff}') || bytes.starts_with("\u{feff}\u{feff}".as_bytes()));
    assert_eq!(decode(text.trim_start_matches('\u{feff}').as_bytes()).as_deref(), Ok(text.trim_start_matches('\u{feff}')));
    let Ok(file) = PeopleFile::parse(&text) else { return Corpus::Keep };
    for key in file.login_keys() {
        assert_eq!(normalise(&key), key, "a login is looked for in its normal form");
    }
    let tiers = Tiers::parse("finance=sensitive").expect("tiers");
    let logins: HashSet<String> = ["ana", "mona"].map(str::to_owned).into();
    let is_mail_address = |text: &str| text.split('@').count() == 2 && !text.starts_with('@');
    let facts = DirectoryFacts { logins: &logins, tiers: &tiers, is_mail_address };
    let import = file.check(&facts);
    check_import(&import, &text, &logins);
    assert_eq!(file.check(&facts).plan_hash(), import.plan_hash(), "asked again, it does the same");
    Corpus::Keep
}

fn check_import(import: &PeopleImport, text: &str, logins: &HashSet<String>) {
    let lines = text.lines().count() as u64 + 1;
    assert!(import.newcomers.len() + import.known.len() <= MAX_ROWS);
    assert!(import.problems.is_sorted_by_key(|problem| problem.line));
    for problem in &import.problems {
        assert!((1..=lines).contains(&problem.line), "line {} of {lines}", problem.line);
        assert!(!problem.message.is_empty());
    }
    for known in &import.known {
        assert!(logins.contains(&normalise(&known.login)));
    }
    // With a problem it does nothing, and what it would have done may be anything.
    if !import.problems.is_empty() {
        return;
    }
    let mut seen = HashSet::new();
    for person in &import.newcomers {
        let login = normalise(&person.login);
        assert!(!login.is_empty() && !logins.contains(&login) && seen.insert(login), "{:?}", person.login);
        assert!(!person.name.is_empty() && !person.name.chars().any(char::is_control));
        for number in person.mobile.iter().chain(&person.office_phone) {
            assert_eq!(parse_number(number).as_ref(), Ok(number));
        }
    }
    for manager in import.newcomers.iter().filter_map(|person| person.manager.as_ref()) {
        assert!(logins.contains(manager) || seen.contains(manager), "nobody is {manager:?}");
    }
}
