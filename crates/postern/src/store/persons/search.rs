//! Lists of people, a page at a time: everybody by name, or those who have each of the typed words. Each page is a walk along an
//! index from where the one before ended, however many people there are.

use std::collections::HashMap;
use std::fmt;

use jiff::Timestamp;
use postern_core::id::{PersonId, TenantId};
use postern_core::person::Role;
use postern_core::search_words::{fold, range_end, typed_words};
use sqlx::AssertSqlSafe;

use super::super::row::row;
use super::super::{Db, Result, StoreError, parameters, time};

/// So many that have a word are counted, to walk along the rarest of several.
const COUNTED: i64 = 1000;
/// So many that have the rarest word are looked at for the others before the page ends, whoever was found.
const LOOKED_AT: i64 = 1000;

row! {
    struct ListedRow {
        id: String,
        login: String,
        name: String,
        tier: String,
        role: String,
        suspended_at: Option<i64>,
    }
}

/// What a list is made of: of a hundred people, each column counts.
const COLUMNS: &str = "id, login, name, tier, role, suspended_at";

/// Somebody as lists show them.
pub struct ListedPerson {
    pub id: PersonId,
    pub login: String,
    pub name: String,
    pub tier: String,
    pub role: Role,
    pub suspended_at: Option<Timestamp>,
}

impl ListedPerson {
    fn from_row(row: ListedRow) -> Result<Self> {
        Ok(Self {
            id: PersonId::new(row.id),
            login: row.login,
            name: row.name,
            tier: row.tier,
            role: Role::parse(&row.role).ok_or(StoreError::Corrupt("role"))?,
            suspended_at: row.suspended_at.map(time),
        })
    }
}

/// Some people of a list.
pub struct PersonPage {
    /// Who, in the list's order.
    pub people: Vec<ListedPerson>,
    /// Where the list goes on; `None` at its end. It may go on behind a page on which nobody was found yet.
    pub next: Option<PersonCursor>,
}

/// A place in a list: behind somebody, at a name or a word of theirs. As a text it is opaque to whoever carries it.
#[derive(Clone, Debug)]
pub struct PersonCursor {
    id: String,
    key: String,
}

impl PersonCursor {
    /// Reads what [`ToString`] wrote; of anything else it makes some place in the list.
    pub fn parse(text: &str) -> Self {
        let (id, key) = text.split_once(' ').unwrap_or((text, ""));
        Self { id: id.to_owned(), key: key.to_owned() }
    }

    /// Before everybody whose key is this or more.
    fn before(key: &str) -> Self {
        Self { id: String::new(), key: key.to_owned() }
    }
}

impl fmt::Display for PersonCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.id, self.key)
    }
}

/// `most` people from behind `after` on. Without a word: everybody, by name. With words: who has each of them at the beginning of a
/// word of the name, of the login or of an address on file; by the word that was found, the shortest first.
pub async fn list(
    db: &Db,
    tenant: &TenantId,
    typed: &str,
    (after, most): (Option<&PersonCursor>, i64),
) -> Result<PersonPage> {
    let words = typed_words(typed);
    if words.is_empty() {
        return list_by_name(db, tenant, after, most).await;
    }
    let Some(walk) = WordWalk::plan(db, tenant, words, after).await? else {
        return Ok(PersonPage { people: Vec::new(), next: None });
    };
    // One more than asked for says whether there are others.
    let mut found = walk.list(db, tenant, most + 1).await?;
    let next = cut(&mut found, most).or(walk.ends_early.then_some(walk.until));
    let ids: Vec<String> = found.into_iter().map(|place| place.id).collect();
    Ok(PersonPage { people: load_in_order(db, tenant, &ids).await?, next })
}

/// Leaves `most` places, and says where the others begin.
fn cut(places: &mut Vec<PersonCursor>, most: i64) -> Option<PersonCursor> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let has_more = places.len() > most;
    places.truncate(most);
    places.last().filter(|_| has_more).cloned()
}

async fn list_by_name(
    db: &Db,
    tenant: &TenantId,
    after: Option<&PersonCursor>,
    most: i64,
) -> Result<PersonPage> {
    let rows: Vec<ListedRow> = sqlx::query_as(AssertSqlSafe(by_name_sql()))
        .bind(tenant.as_str())
        .bind(after.map_or("", |after| &after.key))
        .bind(after.map_or("", |after| &after.id))
        .bind(most + 1)
        .fetch_all(db.reader())
        .await?;
    let mut places: Vec<_> =
        rows.iter().map(|row| PersonCursor { id: row.id.clone(), key: fold(&row.name) }).collect();
    let next = cut(&mut places, most);
    let people = rows.into_iter().take(places.len()).map(ListedPerson::from_row);
    Ok(PersonPage { people: people.collect::<Result<_>>()?, next })
}

/// A walk along those who have one word, with a look at each for the others.
struct WordWalk {
    word: String,
    others: Vec<String>,
    from: PersonCursor,
    /// The last who is looked at.
    until: PersonCursor,
    /// Whether others have the word, behind `until`.
    ends_early: bool,
}

impl WordWalk {
    /// Along the rarest of the words; `None` where nobody has one of them.
    async fn plan(
        db: &Db,
        tenant: &TenantId,
        mut words: Vec<String>,
        after: Option<&PersonCursor>,
    ) -> Result<Option<Self>> {
        let Some(rarest) = find_rarest(db, tenant, &words).await? else { return Ok(None) };
        let word = words.swap_remove(rarest);
        let begin = PersonCursor::before(&word);
        let from = after.filter(|after| after.key >= word).cloned().unwrap_or(begin);
        let end = PersonCursor::before(&range_end(&word));
        let mut walk = Self { word, others: words, from, until: end, ends_early: false };
        // Who has one word alone is found at once.
        if !walk.others.is_empty()
            && let Some(last) = walk.find_last(db, tenant).await?
        {
            walk.until = last;
            walk.ends_early = true;
        }
        Ok(Some(walk))
    }

    /// The last of those whom one page looks at; `None` where there are fewer.
    async fn find_last(&self, db: &Db, tenant: &TenantId) -> Result<Option<PersonCursor>> {
        let row: Option<(String, String)> = sqlx::query_as(
            "SELECT person_id, word FROM person_words WHERE tenant_id = $1 AND (word, person_id) > ($2, $3) AND word < $4 \
             ORDER BY word, person_id LIMIT 1 OFFSET $5",
        )
        .bind(tenant.as_str())
        .bind(&self.from.key)
        .bind(&self.from.id)
        .bind(&self.until.key)
        .bind(LOOKED_AT)
        .fetch_optional(db.reader())
        .await?;
        Ok(row.map(|(id, key)| PersonCursor { id, key }))
    }

    async fn list(&self, db: &Db, tenant: &TenantId, most: i64) -> Result<Vec<PersonCursor>> {
        let sql = walk_sql(self.others.len());
        let mut query = sqlx::query_as::<_, (String, String)>(AssertSqlSafe(sql))
            .bind(tenant.as_str())
            .bind(&self.from.key)
            .bind(&self.from.id)
            .bind(&self.until.key)
            .bind(&self.until.id)
            .bind(&self.word)
            .bind(most);
        for word in &self.others {
            query = query.bind(word).bind(range_end(word));
        }
        let rows = query.fetch_all(db.reader()).await?;
        Ok(rows.into_iter().map(|(id, key)| PersonCursor { id, key }).collect())
    }
}

/// The statements behind [`list`], of everybody and of one to three words: so that a test sees that none reads what it does not show.
pub fn list_statements() -> Vec<String> {
    [by_name_sql()].into_iter().chain((0..3).map(walk_sql)).collect()
}

fn by_name_sql() -> String {
    format!(
        "SELECT {COLUMNS} FROM persons WHERE tenant_id = $1 AND (name_key, id) > ($2, $3) ORDER BY name_key, id LIMIT $4"
    )
}

/// Somebody whom two words of theirs bring is taken at the first. `OFFSET` keeps PostgreSQL from making a join over the whole table
/// of a look at one person.
fn walk_sql(others: usize) -> String {
    let look = |other: usize| {
        let (word, end) = (8 + 2 * other, 9 + 2 * other);
        format!(
            " AND EXISTS (SELECT 1 FROM person_words o WHERE o.tenant_id = $1 AND o.person_id = w.person_id \
             AND o.word >= ${word} AND o.word < ${end} LIMIT 1 OFFSET 0)"
        )
    };
    let looks: Vec<String> = (0..others).map(look).collect();
    format!(
        "SELECT w.person_id, w.word FROM person_words w WHERE w.tenant_id = $1 AND (w.word, w.person_id) > ($2, $3) \
         AND (w.word, w.person_id) <= ($4, $5) AND NOT EXISTS (SELECT 1 FROM person_words e WHERE e.tenant_id = $1 \
         AND e.person_id = w.person_id AND e.word >= $6 AND e.word <= w.word \
         AND (e.word < w.word OR e.source < w.source) LIMIT 1 OFFSET 0){} ORDER BY w.word, w.person_id LIMIT $7",
        looks.concat()
    )
}

/// Which of the words the fewest have; `None` where nobody has one of them.
async fn find_rarest(db: &Db, tenant: &TenantId, words: &[String]) -> Result<Option<usize>> {
    if words.len() == 1 {
        return Ok(Some(0));
    }
    let mut rarest = None;
    for (index, word) in words.iter().enumerate() {
        let (count,): (i64,) = sqlx::query_as(
            "SELECT COUNT(*) FROM (SELECT 1 FROM person_words WHERE tenant_id = $1 AND word >= $2 AND word < $3 LIMIT $4) w",
        )
        .bind(tenant.as_str())
        .bind(word)
        .bind(range_end(word))
        .bind(COUNTED)
        .fetch_one(db.reader())
        .await?;
        if count == 0 {
            return Ok(None);
        }
        // Of words that are as common, the longer one.
        let rank = (count, usize::MAX - word.len());
        if rarest.is_none_or(|(least, _)| rank < least) {
            rarest = Some((rank, index));
        }
    }
    Ok(rarest.map(|(_, index)| index))
}

async fn load_in_order(db: &Db, tenant: &TenantId, ids: &[String]) -> Result<Vec<ListedPerson>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM persons WHERE tenant_id = $1 AND id IN ({})",
        parameters(2, ids.len())
    );
    let mut query = sqlx::query_as::<_, ListedRow>(AssertSqlSafe(sql)).bind(tenant.as_str().to_owned());
    for id in ids {
        query = query.bind(id.clone());
    }
    let rows = query.fetch_all(db.reader()).await?;
    let mut rows: HashMap<String, ListedRow> = rows.into_iter().map(|row| (row.id.clone(), row)).collect();
    let in_order = ids.iter().map(|id| {
        let row = rows.remove(id).ok_or(StoreError::Corrupt("word of a person"))?;
        ListedPerson::from_row(row)
    });
    in_order.collect()
}
