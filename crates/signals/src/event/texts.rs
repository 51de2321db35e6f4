//! Texts that repeat, each with a number; and the keyed hashes that stand for what is only compared.

use std::{
    borrow::Borrow,
    collections::{HashMap, HashSet},
    hash::{BuildHasher, RandomState},
    sync::{Arc, PoisonError, RwLock},
};

use bytemuck::{Pod, Zeroable};
use siphasher::sip::SipHasher13;

use super::people::{People, PersonKey};
use crate::record::SignIn;

/// Texts kept; any further one becomes [`TextId::OTHER`]. A log full of invented user agents must not fill the memory.
const MOST_TEXTS: usize = 400_000;
/// A longer text is cut here.
const LONGEST_TEXT: usize = 300;

/// A text that repeats, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Pod, Zeroable)]
#[repr(transparent)]
pub struct TextId(u32);

impl TextId {
    /// The record does not say.
    pub const NONE: Self = Self(0);
    /// One text too many.
    pub const OTHER: Self = Self(1);

    pub(crate) fn number(self) -> u64 {
        u64::from(self.0)
    }

    /// Is there a text?
    pub fn is_some(self) -> bool {
        self != Self::NONE
    }
}

/// The texts of one diagnosis. Shared by the threads that read.
#[derive(Debug, Default)]
pub struct Texts {
    inner: RwLock<TextsTable>,
    hasher: RandomState,
    people: People,
}

#[derive(Debug, Default)]
struct TextsTable {
    ids: HashMap<Arc<str>, TextId>,
    texts: Vec<Arc<str>>,
}

impl Texts {
    /// The text of a number; `None` for none.
    pub fn get(&self, id: TextId) -> Option<Arc<str>> {
        let index = usize::try_from(id.0).ok()?.checked_sub(2);
        match index {
            Some(index) => {
                self.inner.read().unwrap_or_else(PoisonError::into_inner).texts.get(index).cloned()
            }
            None => (id == TextId::OTHER).then(|| "(other)".into()),
        }
    }

    /// The people of this diagnosis.
    pub fn people(&self) -> &People {
        &self.people
    }

    /// The number of a text, new or not.
    pub fn id(&self, text: &str) -> TextId {
        let known = self.inner.read().unwrap_or_else(PoisonError::into_inner).ids.get(text).copied();
        known.unwrap_or_else(|| self.add(text))
    }

    fn add(&self, text: &str) -> TextId {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = inner.ids.get(text) {
            return *id;
        }
        let number = u32::try_from(inner.texts.len() + 2).ok().filter(|_| inner.texts.len() < MOST_TEXTS);
        let Some(number) = number else { return TextId::OTHER };
        let text: Arc<str> = text.into();
        inner.texts.push(text.clone());
        inner.ids.insert(text, TextId(number));
        TextId(number)
    }

    /// A hash that nobody outside can steer. Never 0.
    pub(crate) fn hash(&self, value: impl std::hash::Hash) -> u64 {
        self.hasher.hash_one(value).max(1)
    }
}

/// Gives numbers, for one thread: what it has seen before it looks up without asking the others.
#[derive(Debug)]
pub struct Writer<'t> {
    texts: &'t Texts,
    cache: Cache,
}

/// What one thread has seen before.
#[derive(Debug, Default)]
pub struct Cache {
    known: HashMap<InternedText, TextId>,
    people: HashSet<u64>,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct InternedText(Box<str>);

impl Borrow<str> for InternedText {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl<'t> Writer<'t> {
    /// A writer into these texts.
    pub fn new(texts: &'t Texts) -> Self {
        Self::resume(texts, Cache::default())
    }

    /// A writer that goes on where another stopped.
    pub fn resume(texts: &'t Texts, cache: Cache) -> Self {
        Self { texts, cache }
    }

    /// What it has seen, for [`Writer::resume`] with the same texts.
    pub fn stop(self) -> Cache {
        self.cache
    }

    pub(super) fn text(&mut self, text: Option<&str>) -> TextId {
        let Some(text) = text.map(cut) else { return TextId::NONE };
        if let Some(id) = self.cache.known.get(text) {
            return *id;
        }
        let id = self.texts.id(text);
        if id != TextId::OTHER {
            self.cache.known.insert(InternedText(text.into()), id);
        }
        id
    }

    /// For what is only compared, and shown as it is. A finding keeps it, so it is `SipHash-1-3` under the key 0 of the
    /// text's bytes, in every version and on every node. 0 for none.
    pub(super) fn stable_hash(text: Option<&str>) -> u64 {
        text.map_or(0, |text| SipHasher13::new().hash(text.as_bytes()).max(1))
    }

    /// An export may repeat a record. Anonymised exports also give one id to many records, so that only a record that
    /// says the same counts as a repeat. The lines of a log have no ids: there, what says all the same in the same
    /// instant is the same line, kept twice when the log was rotated. 0: the record is no repeat of another, for all
    /// that can be told: within a second, two tries may look the same.
    pub(super) fn fingerprint(&self, record: &SignIn<'_>) -> u64 {
        let content = (record.provider, &record.person, record.at, record.result, record.method, record.ip);
        if let Some(id) = &record.record_id {
            return self.texts.hash((id, content));
        }
        if record.at.is_none_or(|at| at.subsec_nanosecond() == 0) {
            return 0;
        }
        let more =
            (&record.person_id, &record.session, &record.code, &record.app, &record.phone, &record.detail);
        self.texts.hash(("line", content, more))
    }

    pub(super) fn person(&mut self, record: &SignIn<'_>) -> PersonKey {
        let Self { texts, cache } = self;
        texts.people.key(record, texts, |key| cache.people.insert(key))
    }
}

fn cut(text: &str) -> &str {
    let end = text.floor_char_boundary(LONGEST_TEXT);
    text.get(..end).unwrap_or(text)
}
