//! The words under which people are found, kept by whatever writes a name, a login or an address.

use std::collections::BTreeSet;

use postern_core::id::PersonId;
use postern_core::search_words::{name_words, whole_words};
use sqlx::AssertSqlSafe;

use super::super::{Change, Result, in_pieces, value_rows};
use super::NewPerson;

/// Where a word stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum WordSource {
    /// In the name.
    Name,
    /// It is the login.
    Login,
    /// It is an address on file.
    Email,
}

impl WordSource {
    fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Login => "login",
            Self::Email => "email",
        }
    }
}

/// A word of somebody's.
pub(in crate::store) struct NewWord<'a> {
    person: &'a PersonId,
    source: WordSource,
    word: String,
}

/// Those of people who are added: of their names and logins.
pub(super) fn of_newcomers<'a>(new: &[NewPerson<'a>]) -> Vec<NewWord<'a>> {
    let of_one = |new: &NewPerson<'a>| {
        let person = new.id;
        let name = of_name(new.name).into_iter().map(|word| (WordSource::Name, word));
        let login = whole_words(new.login).into_iter().map(|word| (WordSource::Login, word));
        name.chain(login).map(move |(source, word)| NewWord { person, source, word })
    };
    new.iter().flat_map(of_one).collect()
}

/// Those of a name.
pub(super) fn of_name(name: &str) -> BTreeSet<String> {
    name_words(name)
}

/// Those of an address.
pub(in crate::store) fn of_address<'a>(person: &'a PersonId, address: &str) -> Vec<NewWord<'a>> {
    let words = whole_words(address).into_iter();
    words.map(|word| NewWord { person, source: WordSource::Email, word }).collect()
}

/// Keeps them; one that is there already stays.
pub(in crate::store) async fn insert_all(change: &mut Change<'_>, new: &[NewWord<'_>]) -> Result<()> {
    let tenant = change.tenant().clone();
    for new in in_pieces(new) {
        let sql = format!(
            "INSERT INTO person_words (tenant_id, person_id, source, word) VALUES {} ON CONFLICT DO NOTHING",
            value_rows("$1", 2, 3, new.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(tenant.as_str());
        for new in new {
            query = query.bind(new.person.as_str()).bind(new.source.as_str()).bind(&new.word);
        }
        query.execute(change.conn()).await?;
    }
    Ok(())
}

/// Puts these in the place of all that somebody has from there.
pub(in crate::store) async fn replace(
    change: &mut Change<'_>,
    person: &PersonId,
    source: WordSource,
    words: BTreeSet<String>,
) -> Result<()> {
    let tenant = change.tenant().clone();
    sqlx::query("DELETE FROM person_words WHERE tenant_id = $1 AND person_id = $2 AND source = $3")
        .bind(tenant.as_str())
        .bind(person.as_str())
        .bind(source.as_str())
        .execute(change.conn())
        .await?;
    let new: Vec<NewWord<'_>> = words.into_iter().map(|word| NewWord { person, source, word }).collect();
    insert_all(change, &new).await
}
