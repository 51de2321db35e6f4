//! Who is who: keyed hashes for people, and the names behind them.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use bytemuck::{Pod, Zeroable};

use super::texts::Texts;
use crate::record::{Provider, SignIn};

/// A person of one provider. Success with one provider does not undo a lockout at another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Pod, Zeroable)]
#[repr(transparent)]
pub struct PersonKey(u64);

impl PersonKey {
    /// The log hides or omits who it was.
    pub const NOBODY: Self = Self(0);

    /// Is there a person?
    pub fn is_somebody(self) -> bool {
        self != Self::NOBODY
    }

    pub(crate) fn number(self) -> u64 {
        self.0
    }
}

/// A person's names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PersonName {
    /// Whose log.
    pub provider: Provider,
    /// Login in lower case; the provider's id where the log has no login.
    pub login: Box<str>,
    /// Name to show.
    pub display: Box<str>,
}

/// The people of one diagnosis.
#[derive(Debug, Default)]
pub struct People {
    inner: Mutex<PeopleTable>,
}

#[derive(Debug, Default)]
struct PeopleTable {
    names: HashMap<PersonKey, PersonName>,
    /// Whose id this is: by the key of the id. `None`: several people's.
    owners: HashMap<PersonKey, Option<PersonKey>>,
}

impl People {
    /// The key of the record's person. `is_new` is asked first, so that most records lock nothing.
    pub(super) fn key(
        &self,
        record: &SignIn<'_>,
        texts: &Texts,
        mut is_new: impl FnMut(u64) -> bool,
    ) -> PersonKey {
        let id = record.person_id.as_deref().filter(|id| is_an_id(id));
        // Background rows may have the id where the login belongs.
        let login =
            record.person.as_deref().filter(|login| id.is_none_or(|id| !id.eq_ignore_ascii_case(login)));
        let by_id = id.map(|id| PersonKey(texts.hash(("id", record.provider, id.to_lowercase()))));
        let by_login = login.map(|login| PersonKey(texts.hash((record.provider, login))));
        let Some(key) = by_login.or(by_id) else { return PersonKey::NOBODY };
        let link = by_login.zip(by_id);
        let written = record.display.as_deref().or(login).or(id).unwrap_or_default();
        if is_new(texts.hash((key.0, written)))
            || link.is_some_and(|(login, id)| is_new(login.0 ^ id.0.rotate_left(1)))
        {
            let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
            let login = login.or(id).unwrap_or_default();
            let name = PersonName { provider: record.provider, login: login.into(), display: written.into() };
            let known = inner.names.entry(key).or_insert_with(|| name.clone());
            // Of several ways to write it always the same one, whatever the order of the records.
            if name.display < known.display {
                known.display = name.display;
            }
            if let Some((login, id)) = link {
                let owner = inner.owners.entry(id).or_insert(Some(login));
                *owner = owner.filter(|owner| *owner == login);
            }
        }
        key
    }

    /// Rows that name only an id belong to the one person whose other rows have that id.
    pub fn resolve(&self, key: PersonKey) -> PersonKey {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.owners.get(&key).copied().flatten().unwrap_or(key)
    }

    /// All who are somebody else's id, at once.
    pub(crate) fn owners(&self) -> HashMap<PersonKey, PersonKey> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.owners.iter().filter_map(|(id, owner)| owner.map(|owner| (*id, owner))).collect()
    }

    /// The person's names.
    pub fn name(&self, key: PersonKey) -> Option<PersonName> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).names.get(&key).cloned()
    }
}

/// Anonymised exports write zeros or one short number for everybody.
fn is_an_id(id: &str) -> bool {
    id.len() > 3
        && !id.bytes().all(|byte| byte == b'0' || byte == b'-')
        && !id.eq_ignore_ascii_case("unknown")
}
