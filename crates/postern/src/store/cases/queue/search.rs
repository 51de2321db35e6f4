//! The search for cases: by reference, by the login that was given, and by the words of whoever they are about. The newest come
//! first, so there are two ways to go about it: where few have what was typed, all of their cases are looked up and put in order;
//! where many do, the newest cases are gone through until the page is full, and no further than to a limit.

use postern_core::id::TenantId;
use postern_core::search_words::{fold, range_end, typed_words};
use sqlx::AssertSqlSafe;

use super::listing::CasePlace;
use crate::store::{Db, Result};

/// So many have a word that are few.
const FEW: i64 = 3000;
/// So many cases are gone through before a page ends, whatever was found.
const LOOKED_AT: i64 = 5000;

/// Places of cases that were found, the newest first.
pub(super) struct FoundPlaces {
    pub places: Vec<CasePlace>,
    /// Where the search goes on; it may do so behind a page on which nothing was found yet.
    pub next: Option<CasePlace>,
}

/// What a case has one of: a reference that begins so, a login that was given and begins so, or a person who has each of the words.
struct CaseSearch {
    tenant: String,
    reference: String,
    login: String,
    /// The rarest first, once they were counted.
    words: Vec<String>,
}

/// At most `most` of those behind a place, or of all.
pub(super) async fn find(
    db: &Db,
    tenant: &TenantId,
    typed: &str,
    (after, most): (Option<&CasePlace>, i64),
) -> Result<FoundPlaces> {
    let mut search = CaseSearch::read(tenant, typed);
    let first = CasePlace::before_all();
    let after = after.unwrap_or(&first);
    let is_rare = search.is_rare(db).await?;
    let sql = if is_rare { search.lookup_sql() } else { search.walk_sql() };
    // One more than asked for says whether there are others.
    let mut places = search.list(db, sql, (after, most.saturating_add(1))).await?;
    let has_more = i64::try_from(places.len()).unwrap_or(i64::MAX) > most;
    places.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    let next = match places.last() {
        Some(last) if has_more => Some(last.clone()),
        _ if is_rare => None,
        _ => search.end_of_walk(db, after).await?,
    };
    Ok(FoundPlaces { places, next })
}

impl CaseSearch {
    fn read(tenant: &TenantId, typed: &str) -> Self {
        // What people say to each other is "C-7K3M9Q", or its end.
        let reference = typed.trim().to_uppercase();
        Self {
            tenant: tenant.as_str().to_owned(),
            reference: format!("C-{}", reference.strip_prefix("C-").unwrap_or(&reference)),
            login: fold(typed.trim()),
            words: typed_words(typed),
        }
    }

    /// Whether only few cases can be meant. Puts the rarest word first.
    async fn is_rare(&mut self, db: &Db) -> Result<bool> {
        for (table, column, text) in
            [("cases", "reference", &self.reference), ("cases", "claimed_key", &self.login)]
        {
            if self.count(db, (table, column), text).await? >= FEW {
                return Ok(false);
            }
        }
        let mut least = FEW;
        for at in 0..self.words.len() {
            let Some(word) = self.words.get(at) else { continue };
            let count = self.count(db, ("person_words", "word"), word).await?;
            if count < least {
                least = count;
                self.words.swap(0, at);
            }
        }
        Ok(least < FEW)
    }

    async fn count(&self, db: &Db, (table, column): (&str, &str), text: &str) -> Result<i64> {
        let sql = format!(
            "SELECT COUNT(*) FROM (SELECT 1 AS one FROM {table} WHERE tenant_id = $1 AND {column} >= $2 AND {column} < $3 \
             LIMIT {FEW}) AS counted"
        );
        let (count,): (i64,) = sqlx::query_as(AssertSqlSafe(sql))
            .bind(&self.tenant)
            .bind(text)
            .bind(range_end(text))
            .fetch_one(db.reader())
            .await?;
        Ok(count)
    }

    /// The places that `sql` finds. It takes the tenant, a place, how many, and the ranges of reference, login and words.
    async fn list(&self, db: &Db, sql: String, (after, most): (&CasePlace, i64)) -> Result<Vec<CasePlace>> {
        let (at, id) = after.time_and_id();
        let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(&self.tenant).bind(at).bind(id).bind(most);
        for text in [&self.reference, &self.login].into_iter().chain(&self.words) {
            query = query.bind(text).bind(range_end(text));
        }
        let rows: Vec<(i64, String)> = query.fetch_all(db.reader()).await?;
        Ok(rows.into_iter().map(|(at, id)| CasePlace::at(at, id)).collect())
    }

    /// All that can be meant, from the index of each: none of it is looked at in the cases themselves.
    fn lookup_sql(&self) -> String {
        let others = (1..self.words.len()).map(|word| has_word("w.person_id", word));
        let wanted: Vec<String> = [in_range("w.word", 9)].into_iter().chain(others).collect();
        let of_people = if self.words.is_empty() {
            String::new()
        } else {
            format!(
                " UNION SELECT c.opened_at, c.id FROM (SELECT DISTINCT w.person_id FROM person_words w \
                 WHERE w.tenant_id = $1 AND {}) AS who CROSS JOIN cases c \
                 WHERE c.tenant_id = $1 AND c.person_id = who.person_id",
                wanted.join(" AND ")
            )
        };
        format!(
            "SELECT opened_at, id FROM (SELECT opened_at, id FROM cases WHERE tenant_id = $1 AND {} \
             UNION SELECT opened_at, id FROM cases WHERE tenant_id = $1 AND {}{of_people}) AS found \
             WHERE (opened_at, id) < ($2, $3) ORDER BY opened_at DESC, id DESC LIMIT $4",
            in_range("reference", 5),
            in_range("claimed_key", 7)
        )
    }

    /// A walk along the newest, with a look at each.
    fn walk_sql(&self) -> String {
        let words: Vec<String> = (0..self.words.len()).map(|word| has_word("c.person_id", word)).collect();
        let of_people =
            if words.is_empty() { String::new() } else { format!(" OR ({})", words.join(" AND ")) };
        format!(
            "SELECT c.opened_at, c.id FROM (SELECT opened_at, id, person_id, reference, claimed_key {NEWEST} LIMIT {LOOKED_AT}) \
             AS c WHERE ({}) OR ({}){of_people} ORDER BY c.opened_at DESC, c.id DESC LIMIT $4",
            in_range("c.reference", 5),
            in_range("c.claimed_key", 7)
        )
    }

    /// The last case that a walk looks at. `None`: there are no others.
    async fn end_of_walk(&self, db: &Db, after: &CasePlace) -> Result<Option<CasePlace>> {
        let (at, id) = after.time_and_id();
        let sql = format!("SELECT opened_at, id {NEWEST} LIMIT 1 OFFSET {}", LOOKED_AT - 1);
        let last: Option<(i64, String)> = sqlx::query_as(AssertSqlSafe(sql))
            .bind(&self.tenant)
            .bind(at)
            .bind(id)
            .fetch_optional(db.reader())
            .await?;
        Ok(last.map(|(at, id)| CasePlace::at(at, id)))
    }
}

const NEWEST: &str =
    "FROM cases WHERE tenant_id = $1 AND (opened_at, id) < ($2, $3) ORDER BY opened_at DESC, id DESC";

/// Whether a text begins as the one does that is bound at `first`; behind it stands the end of its range.
fn in_range(column: &str, first: usize) -> String {
    format!("{column} >= ${first} AND {column} < ${}", first + 1)
}

/// Whether somebody has a word. `OFFSET` keeps PostgreSQL from making a join over the whole table of a look at one person.
fn has_word(person: &str, word: usize) -> String {
    format!(
        "EXISTS (SELECT 1 FROM person_words o WHERE o.tenant_id = $1 AND o.person_id = {person} AND {} LIMIT 1 OFFSET 0)",
        in_range("o.word", 9 + 2 * word)
    )
}
