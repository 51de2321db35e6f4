//! Secrets that a test has seen, and where they must not be (P6).

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use postern::demo::{PEOPLE, TENANTS};

use super::Place;

/// What a test has seen. Clones share one list.
#[derive(Clone, Default)]
pub struct Secrets {
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    /// Passwords, passes, backup codes, session and page tokens.
    texts: BTreeSet<String>,
    /// Six digits: looked for as a word, because they occur inside longer numbers by chance.
    codes: BTreeSet<String>,
    /// Codes of "this was not me" links: in the outbox they must stand, nowhere else.
    contests: BTreeSet<String>,
    /// Codes that a message brings to their owner: the same.
    sent: BTreeSet<String>,
    /// Seeds of code apps.
    seeds: BTreeSet<Vec<u8>>,
}

impl Secrets {
    /// The demo's passwords.
    pub fn of_demo() -> Self {
        let secrets = Self::default();
        for tenant in &TENANTS {
            for person in &PEOPLE {
                secrets.saw(&tenant.password(person.login));
            }
        }
        secrets
    }

    /// Keeps a secret.
    pub fn saw(&self, secret: &str) {
        let mut kept = self.kept.lock().unwrap();
        if secret.len() == 6 && secret.bytes().all(|b| b.is_ascii_digit()) {
            kept.codes.insert(secret.to_owned());
        } else if secret.len() >= 8 {
            kept.texts.insert(secret.to_owned());
            kept.texts.insert(secret.replace('-', ""));
        }
    }

    /// Keeps all of them.
    pub fn saw_all(&self, secrets: &[String]) {
        for secret in secrets {
            self.saw(secret);
        }
    }

    /// Keeps the code of a "this was not me" link.
    pub fn saw_contest(&self, code: &str) {
        self.kept.lock().unwrap().contests.insert(code.to_owned());
    }

    /// Keeps a code that was sent.
    pub fn saw_sent(&self, code: &str) {
        self.kept.lock().unwrap().sent.insert(code.to_owned());
    }

    /// Keeps the seed of a code app.
    pub fn saw_seed(&self, seed: &[u8]) {
        let mut kept = self.kept.lock().unwrap();
        kept.texts.insert(data_encoding::BASE32_NOPAD.encode(seed));
        kept.seeds.insert(seed.to_vec());
    }

    /// None of them is in `text`, which is an audit entry or a log.
    pub fn assert_not_in(&self, place: &str, text: &str) {
        self.assert_not_in_message(place, text);
        let kept = self.kept.lock().unwrap();
        for code in &kept.sent {
            assert!(!has_word(text, code), "the code {code}, which was sent, is in {place}");
        }
        for contest in &kept.contests {
            assert!(
                !holds(text.as_bytes(), contest.as_bytes()),
                "the code of a \"not me\" link is in {place}"
            );
        }
    }

    /// None of them is in `text`, which is a message to a person and may hold a link.
    pub fn assert_not_in_message(&self, place: &str, text: &str) {
        let kept = self.kept.lock().unwrap();
        for secret in &kept.texts {
            assert!(!holds(text.as_bytes(), secret.as_bytes()), "the secret {secret:?} is in {place}");
        }
        for code in kept.codes.difference(&kept.sent) {
            assert!(!has_word(text, code), "the code {code} is in {place}");
        }
    }

    /// None of them lies in the clear in the files of the database.
    pub fn assert_not_at_rest(&self, place: &Place) {
        let kept = self.kept.lock().unwrap();
        for file in std::fs::read_dir(place.folder()).unwrap() {
            let file = file.unwrap().path();
            let bytes = std::fs::read(&file).unwrap_or_default();
            let secrets = kept.texts.iter().map(String::as_bytes).chain(kept.seeds.iter().map(Vec::as_slice));
            for secret in secrets {
                assert!(
                    !holds(&bytes, secret),
                    "{:?} lies in the clear in {}",
                    String::from_utf8_lossy(secret),
                    file.display()
                );
            }
        }
    }
}

/// `contains`, which is slow where it is not optimised.
pub fn holds(text: &[u8], secret: &[u8]) -> bool {
    memchr::memmem::find(text, secret).is_some()
}

/// Whether `word` stands in `text` with nothing but punctuation around it.
fn has_word(text: &str, word: &str) -> bool {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '.');
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|head| head.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|tail| tail.chars().next());
        !part(before) && !part(after)
    })
}
