//! Somebody writes into the database. What they do to the log is never signed, or is missed, or is named by whoever
//! checks an export; and the way back after a restored backup is on the record.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use postern::actions::ActionError;
use postern::actions::accept_restore::accept_restore;
use postern::actions::check_audit::check_every_entry;
use postern::app::App;
use postern::audit_log::AuditLogError;
use postern::jobs::sequence_audit::sequence_audit;
use postern::scope::Scope;
use postern::store::audit::{find_checkpoint, last_numbers};
use postern_audit::{Finding, Problem, verify_folder};
use postern_core::event::payload::AccessDenied;
use postern_core::event::{Actor, Event};
use sqlx::AssertSqlSafe;

use crate::on_both::on_both;
use crate::test_app::{Database, Place, own_rows};

/// A program without jobs: nothing is sequenced unless the test says so.
struct Quiet {
    app: Arc<App>,
    place: Place,
}

impl Quiet {
    async fn start(db: Database) -> Self {
        let place = Place::with_people(db).await;
        let app = start_on(&place).await;
        let quiet = Self { app, place };
        sequence_audit(&quiet.scope()).await.unwrap();
        quiet
    }

    fn scope(&self) -> Scope {
        let [scope] = Scope::of_served(&self.app).try_into().ok().unwrap();
        scope
    }

    /// The same data, after a restart.
    async fn restart(self) -> Self {
        self.app.db.close().await;
        Self { app: start_on(&self.place).await, place: self.place }
    }

    async fn write(&self, records: usize) {
        for _ in 0..records {
            let event = Event::new(Actor::System, AccessDenied::default());
            self.scope().begin().await.unwrap().commit(&event).await.unwrap();
        }
    }

    /// What somebody with a shell on the database does.
    async fn tamper(&self, sql: &str) {
        let sql = sql.replace("WHERE ", &format!("WHERE tenant_id = '{}' AND ", self.scope().tenant.id));
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(self.app.db.reader()).await.unwrap();
    }

    /// `postern audit export`, then the verifier.
    async fn findings(&self, name: &str) -> Vec<Finding> {
        let folder = self.place.folder().join(name);
        let data = self.place.folder().to_owned();
        let url = self.place.database_url().to_owned();
        let out = folder.clone();
        let export = move || {
            let mut postern = Command::new(env!("CARGO_BIN_EXE_postern"));
            postern
                .args(["audit", "export", "--tenant", "halden-works", "--database-url", &url])
                .arg("--data")
                .arg(&data)
                .arg("--out")
                .arg(&out);
            postern.env_clear().output().unwrap()
        };
        let output = tokio::task::spawn_blocking(export).await.unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        verify_folder(&folder, vkey(&folder).trim(), None).unwrap_err()
    }

    async fn end(self) {
        self.app.db.close().await;
        self.place.throw_away().await;
    }
}

async fn start_on(place: &Place) -> Arc<App> {
    App::start(place.config("127.0.0.1:1".parse().unwrap())).await.unwrap()
}

fn vkey(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("key")).unwrap()
}

fn has_problem(findings: &[Finding], message: &str) -> bool {
    findings.iter().any(|finding| finding.problem.to_string().contains(message))
}

const NEWEST: &str = "(SELECT MAX(number) FROM audit_entries WHERE stream = 'main')";

on_both! {
    async fn a_row_that_this_program_did_not_write_is_never_signed(db) {
        let quiet = Quiet::start(db).await;
        quiet.write(1).await;
        // A copy of a real row under the next number: nonce and mark are those of another text.
        quiet.tamper(&format!(
            "INSERT INTO audit_entries (tenant_id, id, body, nonce, mac) SELECT tenant_id, 'forged', \
             replace(replace(body, id, 'forged'), '\"number\":' || number, '\"number\":' || (number + 1)), nonce, mac \
             FROM audit_entries WHERE stream = 'main' AND number = {NEWEST}"
        )).await;
        let refused = sequence_audit(&quiet.scope()).await;
        assert!(matches!(&refused, Err(AuditLogError::Tampered(why)) if why.contains("forged")), "{refused:?}");
        assert!(quiet.scope().tenant.activity.audit_health.is_refusing());
        assert!(has_problem(&quiet.findings("forged").await, "the row forged has no place yet, and it does not bear"));
        quiet.tamper("DELETE FROM audit_entries WHERE id = 'forged'").await;
        sequence_audit(&quiet.scope()).await.unwrap();
        assert!(!quiet.scope().tenant.activity.audit_health.is_refusing());
        quiet.end().await;
    }

    async fn a_look_at_every_entry_finds_what_was_changed_and_what_is_gone(db) {
        let quiet = Quiet::start(db).await;
        // More than are looked at together.
        quiet.write(250).await;
        sequence_audit(&quiet.scope()).await.unwrap();
        let sound = check_every_entry(&quiet.scope()).await.unwrap();
        assert!(sound.problems.is_empty() && sound.entries > 250, "{sound:?}");
        quiet.tamper("UPDATE audit_entries SET body = replace(body, 'access.denied', 'access.allowed') WHERE seq = 230").await;
        let changed = check_every_entry(&quiet.scope()).await.unwrap();
        assert!(changed.problems[0].starts_with("entry 230: it does not bear this installation's mark"), "{changed:?}");
        quiet.tamper("DELETE FROM audit_entries WHERE seq = 240").await;
        let gone = check_every_entry(&quiet.scope()).await.unwrap();
        assert!(gone.problems.contains(&"entry 240 is gone".to_owned()), "{gone:?}");
        quiet.end().await;
    }

    async fn no_update_hides_a_record_from_a_filter(db) {
        let quiet = Quiet::start(db).await;
        for column in ["event", "actor_id", "person_id", "case_id", "at", "stream"] {
            let sql = format!("UPDATE audit_entries SET {column} = 'user.spared'");
            let refused = sqlx::raw_sql(AssertSqlSafe(sql)).execute(quiet.app.db.reader()).await;
            assert!(refused.is_err(), "{column} can be changed beside the record");
        }
        quiet.end().await;
    }

    /// Who may change the schema makes plain columns of them. The export names every row that says something else.
    async fn a_column_that_says_something_else_than_its_record_is_named(db) {
        let quiet = Quiet::start(db).await;
        quiet.tamper(match db {
            Database::Sqlite => "ALTER TABLE audit_entries RENAME TO genuine; \
                                 CREATE TABLE audit_entries AS SELECT * FROM genuine; \
                                 UPDATE audit_entries SET event = 'user.spared', person_id = NULL WHERE seq = 3",
            Database::Postgres => "ALTER TABLE audit_entries ALTER COLUMN event DROP EXPRESSION; \
                                   ALTER TABLE audit_entries ALTER COLUMN person_id DROP EXPRESSION; \
                                   UPDATE audit_entries SET event = 'user.spared', person_id = NULL WHERE seq = 3",
        }).await;
        let findings = quiet.findings("columns").await;
        let named: Vec<_> = findings.iter().map(|finding| finding.seq).collect();
        assert_eq!(named, [Some(3)], "{findings:?}");
        assert!(has_problem(&findings, "the column event says Some(\"user.spared\"), and the record Some(\"user.added\")"));
        quiet.end().await;
    }

    async fn a_record_deleted_before_it_has_its_place_is_missed(db) {
        let quiet = Quiet::start(db).await;
        quiet.write(3).await;
        quiet.tamper(&format!("DELETE FROM audit_entries WHERE number = {NEWEST} - 1 AND stream = 'main'")).await;
        let refused = sequence_audit(&quiet.scope()).await;
        assert!(matches!(&refused, Err(AuditLogError::Tampered(why)) if why.contains("before they had")), "{refused:?}");

        // The operator accepts the loss. The log goes on, and a verifier names the gap for ever.
        let lost = accept_restore(&quiet.scope(), "a test deleted it, HD-4711").await.unwrap();
        let notified = "SELECT COUNT(*) FROM outbox WHERE subject = 'A loss in the audit log was accepted'";
        let notified: i64 = sqlx::query_scalar(own_rows(&quiet.app.db, &quiet.scope().tenant.id, notified)).fetch_one(quiet.app.db.reader()).await.unwrap();
        assert_eq!(notified, 2, "the admin and the auditor");
        assert_eq!(lost.iter().map(|range| range.to - range.from).collect::<Vec<_>>(), [0]);
        sequence_audit(&quiet.scope()).await.unwrap();
        let again = accept_restore(&quiet.scope(), "nothing to accept").await;
        assert!(matches!(again, Err(ActionError::Refused(_))), "{again:?}");
        let folder = quiet.place.folder().join("gap");
        export_whole(&quiet, &folder).await;
        let findings = verify_folder(&folder, vkey(&folder).trim(), None).unwrap_err();
        assert!(matches!(&findings[..], [Finding { problem: Problem::NumbersMissing { from, to, .. }, .. }] if from == to));
        quiet.end().await;
    }

    async fn the_newest_record_is_missed_too_and_so_is_its_number(db) {
        let quiet = Quiet::start(db).await;
        quiet.write(2).await;
        quiet.tamper(&format!("DELETE FROM audit_entries WHERE number = {NEWEST} AND stream = 'main'")).await;
        let refused = sequence_audit(&quiet.scope()).await;
        assert!(matches!(&refused, Err(AuditLogError::Lost(why)) if why.contains("are gone")), "{refused:?}");
        // The count is set back with it: the node that wrote the record remembers.
        quiet.tamper("UPDATE audit_streams SET last_number = last_number - 1 WHERE stream = 'main'").await;
        let refused = sequence_audit(&quiet.scope()).await;
        assert!(matches!(&refused, Err(AuditLogError::Lost(_))), "{refused:?}");
        assert!(has_problem(&quiet.findings("newest").await, "of the stream main are gone"));
        quiet.end().await;
    }

    /// Nothing that is accepted brings back what is signed and gone.
    async fn a_signed_entry_that_is_gone_is_accepted_by_nobody(db) {
        let quiet = Quiet::start(db).await;
        quiet.write(1).await;
        sequence_audit(&quiet.scope()).await.unwrap();
        let (size, _) = find_checkpoint(&quiet.app.db, &quiet.scope().tenant.id).await.unwrap().unwrap();
        quiet.tamper(&format!("DELETE FROM audit_entries WHERE seq = {}", size - 1)).await;
        let refused = accept_restore(&quiet.scope(), "nobody knows where it went, HD-4713").await;
        assert!(matches!(&refused, Err(ActionError::Refused(why)) if why.to_string().contains("restore a whole backup")), "{refused:?}");
        quiet.end().await;
    }

    async fn a_cut_tail_is_noticed_by_the_node_that_signed_it_and_after_its_restart(db) {
        let quiet = Quiet::start(db).await;
        let (size, _) = find_checkpoint(&quiet.app.db, &quiet.scope().tenant.id).await.unwrap().unwrap();
        quiet.write(3).await;
        sequence_audit(&quiet.scope()).await.unwrap();
        cut_to(&quiet, size).await;
        let refused = sequence_audit(&quiet.scope()).await;
        assert!(matches!(&refused, Err(AuditLogError::Lost(_))), "{refused:?}");
        let quiet = quiet.restart().await;
        let refused = sequence_audit(&quiet.scope()).await;
        assert!(matches!(&refused, Err(AuditLogError::Lost(_))), "{refused:?}");
        assert!(has_problem(&quiet.findings("cut").await, "the store was tampered with"));

        // It was a restored backup: that is said, and stands in the log.
        let before = last_numbers(&quiet.app.db, &quiet.scope().tenant.id).await.unwrap();
        accept_restore(&quiet.scope(), "restored the backup of Monday, HD-4712").await.unwrap();
        sequence_audit(&quiet.scope()).await.unwrap();
        let accepted = quiet.app.audit_memory.recall(&quiet.scope().tenant.id).unwrap();
        assert_eq!(accepted.numbers["main"], before["main"] + 1);
        quiet.end().await;
    }
}

/// Everything after the first `size` entries goes, as in a backup of that moment.
async fn cut_to(quiet: &Quiet, size: i64) {
    let positions = postern_audit::needed_hashes(u64::try_from(size).unwrap());
    let last = positions.iter().max().unwrap();
    quiet
        .tamper(&format!(
            "DELETE FROM audit_entries WHERE seq >= {size}; DELETE FROM audit_checkpoints WHERE size > {size}; \
             DELETE FROM audit_hashes WHERE position > {last}; \
             UPDATE audit_streams SET last_number = {NEWEST} WHERE stream = 'main'"
        ))
        .await;
}

/// An export of a log whose store is in order: exit 0.
async fn export_whole(quiet: &Quiet, folder: &Path) {
    let (data, url) = (quiet.place.folder().to_owned(), quiet.place.database_url().to_owned());
    let out = folder.to_owned();
    let export = move || {
        let mut postern = Command::new(env!("CARGO_BIN_EXE_postern"));
        postern
            .args(["audit", "export", "--tenant", "halden-works", "--database-url", &url])
            .arg("--data")
            .arg(&data)
            .arg("--out")
            .arg(&out);
        postern.env_clear().status().unwrap()
    };
    assert!(tokio::task::spawn_blocking(export).await.unwrap().success());
}

/// A second server on one data folder would forget what the first one remembers.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn only_one_server_runs_on_a_data_folder() {
    let quiet = Quiet::start(Database::Sqlite).await;
    let other = start_on(&quiet.place).await;
    assert!(quiet.app.audit_memory.lock_running().unwrap());
    assert!(!other.audit_memory.lock_running().unwrap());
    other.db.close().await;
    quiet.end().await;
}
