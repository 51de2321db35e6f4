//! Names that a log holds. Those that nobody in the directory has may be passwords in the wrong field: they are neither
//! kept in findings nor shown, but for a keyed hash, by which repeats still show.

use std::collections::HashMap;

use postern_core::login::normalise;

use crate::scope::Scope;
use crate::store::StoreError;
use crate::store::persons::{self, Person};

/// People in one look-up.
const AT_ONCE: usize = 100;
const PREFIX: &str = "unknown-";
const DIGITS: usize = 12;

/// What stands for a name that nobody has.
pub fn pseudonym(scope: &Scope, name: &str) -> String {
    let name = normalise(name);
    // Our own records hold it instead of the name already.
    if is_pseudonym(&name) {
        return name;
    }
    let hash = scope.tenant.keys.hash_of_name(&name);
    format!("{PREFIX}{}", hash.get(..DIGITS).unwrap_or_default())
}

fn is_pseudonym(name: &str) -> bool {
    name.strip_prefix(PREFIX)
        .is_some_and(|hash| hash.len() == DIGITS && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Those in the directory whom some names mean.
#[derive(Default)]
pub struct DirectoryMatches(HashMap<String, Person>);

impl DirectoryMatches {
    /// Looks names up: a login here, or a mail address on file.
    pub async fn by(scope: &Scope, names: impl IntoIterator<Item = &str>) -> Result<Self, StoreError> {
        let mut keys: Vec<String> = names.into_iter().map(normalise).filter(|key| !key.is_empty()).collect();
        keys.sort();
        keys.dedup();
        let mut meant = HashMap::new();
        for some in keys.chunks(AT_ONCE) {
            meant.extend(persons::list_meant_by(&scope.app.db, &scope.tenant.id, some).await?);
        }
        Ok(Self(meant))
    }

    /// The name itself, where somebody has it; otherwise what stands for it.
    pub fn shown(&self, scope: &Scope, name: &str) -> String {
        if self.0.contains_key(&normalise(name)) { name.to_owned() } else { pseudonym(scope, name) }
    }

    /// Who they are.
    pub fn people(&self) -> impl ExactSizeIterator<Item = &Person> {
        self.0.values()
    }
}
