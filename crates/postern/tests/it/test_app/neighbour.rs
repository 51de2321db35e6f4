//! Another organisation in the same database, with something in every table. No test is about it: when a test ends, its
//! rows are what they were, and nothing of it was in any answer.
//!
//! It is suspended, so that no job of its own moves a row. A statement that forgets whose rows it wants finds it all the
//! same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use postern::actions::add_tenant::add_tenant;
use postern::actions::suspend_tenant::suspend_tenant;
use postern::app::App;
use postern::demo;
use postern::jobs::sequence_audit::sequence_audit;
use postern::scope::Scope;
use postern::store::{Db, Engine};
use postern_core::id::TenantId;
use sqlx::{AssertSqlSafe, Row as _};

use super::secrets::holds;

/// What it is called.
const SLUG: &str = "quay-clinic";

/// Its rows, by table, as text.
type Rows = BTreeMap<String, BTreeSet<String>>;

/// The neighbour, as it was when the test began.
pub struct Neighbour {
    tenant: TenantId,
    rows: Rows,
    marks: Vec<String>,
}

/// A column of a table.
struct SchemaColumn {
    name: String,
    kind: String,
    is_generated: bool,
}

/// Adds it, with something in every table.
pub async fn add(app: &Arc<App>) {
    let tenant = &demo::TENANTS[1];
    let origin = format!("http://{}:1", tenant.host).parse().unwrap();
    let scope = add_tenant(app, SLUG, tenant.name, &origin).await.unwrap();
    demo::fill(&scope, tenant).await.unwrap();
    suspend_tenant(&scope, "it is only there to be left alone").await.unwrap();
    sequence_audit(&scope.later()).await.unwrap();
    // It sweeps while it is suspended too. That is its own doing: what is looked for here is what others do to it.
    let sweep = sqlx::query("DELETE FROM jobs WHERE tenant_id = $1 AND kind = 'sweep'");
    sweep.bind(scope.tenant.id.as_str()).execute(app.db.reader()).await.unwrap();
    let schema = schema(&app.db).await;
    for (table, columns) in &schema {
        if rows_of(&app.db, &scope.tenant.id, table, columns).await.is_empty() {
            plant(&app.db, &scope, table, columns).await;
        }
    }
    for (table, columns) in &schema {
        assert!(!rows_of(&app.db, &scope.tenant.id, table, columns).await.is_empty(), "{table} has nothing");
    }
}

/// A row of made-up values: nobody ever reads it.
async fn plant(db: &Db, scope: &Scope, table: &str, columns: &[SchemaColumn]) {
    let ana = first_id(db, scope, "persons").await;
    let mut values = Vec::new();
    for column in columns {
        values.push(match (column.name.as_str(), column.kind.as_str()) {
            ("tenant_id", _) => format!("'{}'", scope.tenant.id),
            ("person_id" | "trusted_id" | "owner_id" | "requested_by" | "imported_by", _) => {
                format!("'{ana}'")
            }
            ("factor_id", _) => format!("'{}'", first_id(db, scope, "factors").await),
            ("finding_id", _) => format!("'{}'", first_id(db, scope, "findings").await),
            ("import_id", _) => format!("'{}'", first_id(db, scope, "imports").await),
            ("contest_id", _) => format!("'{}'", first_id(db, scope, "contests").await),
            (name, "text") => format!("'quay-{table}-{name}'"),
            // As a time this is in the year 2100: nothing of it has run out.
            (_, "bigint") => "4102444800000000".to_owned(),
            (_, "blob") => "x'01'".to_owned(),
            (_, "bytea") => "'\\x01'".to_owned(),
            (name, kind) => panic!("{table}.{name} is of a kind that is not planted: {kind}"),
        });
    }
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let sql = format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), values.join(", "));
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(db.reader()).await.unwrap();
}

/// Takes the made-up rows away again, where a test wants to use the organisation.
pub async fn remove_planted(db: &Db, tenant: &TenantId) {
    for (table, columns) in schema(db).await.iter().rev() {
        let texts = columns.iter().filter(|column| column.kind == "text");
        let is_planted: Vec<String> =
            texts.map(|column| format!("{0} = 'quay-{table}-{0}'", column.name)).collect();
        let sql =
            format!("DELETE FROM {table} WHERE tenant_id = '{tenant}' AND ({})", is_planted.join(" OR "));
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(db.reader()).await.unwrap();
    }
}

async fn first_id(db: &Db, scope: &Scope, table: &str) -> String {
    let sql = format!("SELECT id FROM {table} WHERE tenant_id = $1 ORDER BY id LIMIT 1");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(scope.tenant.id.as_str());
    row.fetch_one(db.reader()).await.unwrap().get(0)
}

/// Every table whose rows are an organisation's, parents first, with its columns.
async fn schema(db: &Db) -> Vec<(String, Vec<SchemaColumn>)> {
    let sql = match db.engine() {
        Engine::Sqlite => {
            "SELECT m.name AS t, c.name AS c, lower(c.type) AS k, CASE WHEN c.hidden > 1 THEN 1 ELSE 0 END AS g \
             FROM sqlite_master m JOIN pragma_table_xinfo(m.name) c WHERE m.type = 'table' ORDER BY m.rowid, c.cid"
        }
        Engine::Postgres => {
            "SELECT c.table_name::text AS t, c.column_name::text AS c, c.data_type::text AS k, \
             CASE WHEN c.is_generated = 'ALWAYS' THEN 1::bigint ELSE 0::bigint END AS g \
             FROM information_schema.columns c JOIN pg_class p ON p.relname = c.table_name \
             WHERE c.table_schema = 'public' ORDER BY p.oid, c.ordinal_position"
        }
    };
    let mut tables: Vec<(String, Vec<SchemaColumn>)> = Vec::new();
    for row in sqlx::query(sql).fetch_all(db.reader()).await.unwrap() {
        let table: String = row.get("t");
        let column = SchemaColumn {
            name: row.get("c"),
            kind: row.get("k"),
            is_generated: row.get::<i64, _>("g") == 1,
        };
        match tables.last_mut() {
            Some((last, columns)) if *last == table => columns.push(column),
            _ => tables.push((table, vec![column])),
        }
    }
    tables.retain(|(_, columns)| columns.iter().any(|column| column.name == "tenant_id"));
    for (_, columns) in &mut tables {
        columns.retain(|column| !column.is_generated);
    }
    assert!(tables.len() > 25, "the schema was not read");
    tables
}

async fn rows_of(db: &Db, tenant: &TenantId, table: &str, columns: &[SchemaColumn]) -> BTreeSet<String> {
    let text = |column: &SchemaColumn| match column.kind.as_str() {
        "blob" => format!("COALESCE(hex({}), '-')", column.name),
        _ => format!("COALESCE(CAST({} AS TEXT), '-')", column.name),
    };
    let row: Vec<String> = columns.iter().map(text).collect();
    let sql = format!("SELECT {} AS r FROM {table} WHERE tenant_id = $1", row.join(" || '|' || "));
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(tenant.as_str()).fetch_all(db.reader()).await.unwrap();
    rows.iter().map(|row| row.get("r")).collect()
}

async fn all_rows(db: &Db, tenant: &TenantId) -> Rows {
    let mut rows = Rows::new();
    for (table, columns) in schema(db).await {
        let of_table = rows_of(db, tenant, &table, &columns).await;
        rows.insert(table, of_table);
    }
    rows
}

impl Neighbour {
    /// The one in this app's database, where there is one.
    pub async fn of(app: &App) -> Option<Self> {
        let tenant = app.tenants.of_slug(SLUG)?.id.clone();
        let rows = all_rows(&app.db, &tenant).await;
        let fields = rows.values().flatten().flat_map(|row| row.split('|'));
        // Ids, addresses, tokens and references: long enough to stand nowhere by chance.
        let is_mark = |field: &&str| {
            let is_word = !field.contains([' ', '{', '[']) && field.len() >= 12;
            (is_word && field.contains(['-', '@', '+']) && !field.starts_with("Mozilla"))
                || field.starts_with("+44 161")
        };
        let mut marks: BTreeSet<String> = fields.filter(is_mark).map(str::to_owned).collect();
        marks.extend(["Quay Clinic", "quay.localhost", SLUG].map(str::to_owned));
        Some(Self { tenant, rows, marks: marks.into_iter().collect() })
    }

    /// What must stand in no answer.
    pub fn marks(&self) -> &[String] {
        &self.marks
    }

    /// Nothing of it was touched.
    pub async fn assert_left_alone(&self, app: &App) {
        let now = all_rows(&app.db, &self.tenant).await;
        for (table, before) in &self.rows {
            let after = &now[table];
            let changed: Vec<_> = before.symmetric_difference(after).collect();
            assert!(changed.is_empty(), "rows of another organisation changed in {table}: {changed:#?}");
        }
    }
}

/// Fails where an answer, a message or a record of one organisation holds something of the other.
pub fn assert_nothing_of(marks: &[String], place: &str, text: &str) {
    for mark in marks {
        assert!(
            !holds(text.as_bytes(), mark.as_bytes()),
            "{place} holds {mark:?}, which is another organisation's"
        );
    }
}
