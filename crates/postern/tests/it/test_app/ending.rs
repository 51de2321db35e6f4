//! What holds at the end of every test, whatever the test was about.

use postern::jobs::sequence_audit::{sequence_audit, signer};
use postern::store::audit::{find_checkpoint, has_unsequenced, list_sequenced};
use postern_audit::{ExportEntry, LineContent, verify_folder, write_folder};
use sqlx::Row as _;

use super::{TestApp, assert_nothing_of, eventually, log, story};

/// Checks all of it.
pub async fn check(app: &TestApp) {
    audit_is_whole(app).await;
    nothing_secret_was_written(app).await;
    the_neighbour_was_left_alone(app).await;
    story::every_change_has_its_event(app).await;
    story::every_change_was_announced(app).await;
}

/// Every entry gets its place, and an auditor with nothing but the key finds the log whole.
async fn audit_is_whole(app: &TestApp) {
    eventually("every audit entry has its place", async || {
        app.jobs.audit.notify_one();
        !has_unsequenced(&app.db, &app.tenant).await.unwrap()
    })
    .await;
    // The server's own job may be at it in this moment; either of the two is right.
    let _ = sequence_audit(&app.scope()).await;
    let (size, note) = find_checkpoint(&app.db, &app.tenant).await.unwrap().expect("a signed checkpoint");
    let rows = list_sequenced(&app.db, &app.tenant, 0, i64::MAX).await.unwrap();
    assert_eq!(i64::try_from(rows.len()).unwrap(), size, "the checkpoint covers every entry");
    let entries = rows.into_iter().map(|row| ExportEntry {
        seq: u64::try_from(row.seq.unwrap()).unwrap(),
        commitment: row.commitment.unwrap().try_into().unwrap(),
        content: Some(LineContent { nonce: row.nonce.try_into().unwrap(), json: row.body }),
    });
    let folder = app.config.data.join("audit-export");
    let vkey = signer(&app.scope()).unwrap().vkey();
    write_folder(&folder, &note, &vkey, entries).unwrap();
    let verified = verify_folder(&folder, &vkey, None).unwrap_or_else(|findings| panic!("{findings:?}"));
    assert_eq!(i64::try_from(verified.size).unwrap(), size);
}

/// Another organisation's rows are what they were, and none of its ids and addresses stands in a record or a message.
async fn the_neighbour_was_left_alone(app: &TestApp) {
    let Some(neighbour) = app.neighbour() else { return };
    neighbour.assert_left_alone(app).await;
    let own = "SELECT body FROM audit_entries WHERE tenant_id = $1 UNION ALL \
               SELECT recipient || subject || body FROM outbox WHERE tenant_id = $1 UNION ALL \
               SELECT payload || COALESCE(last_error, '') FROM jobs WHERE tenant_id = $1";
    for row in sqlx::query(own).bind(app.tenant.as_str()).fetch_all(app.db.reader()).await.unwrap() {
        assert_nothing_of(neighbour.marks(), "a record or a message", row.get(0));
    }
}

/// No secret that the test saw is in an audit entry, in a message or in the log.
async fn nothing_secret_was_written(app: &TestApp) {
    for row in
        sqlx::query(app.own("SELECT body FROM audit_entries")).fetch_all(app.db.reader()).await.unwrap()
    {
        app.secrets.assert_not_in("an audit entry", row.get("body"));
    }
    let messages = sqlx::query(app.own("SELECT recipient, subject, body FROM outbox"));
    for row in messages.fetch_all(app.db.reader()).await.unwrap() {
        app.secrets.assert_not_in_message("a message", row.get("body"));
        for field in ["recipient", "subject"] {
            app.secrets.assert_not_in("a message's head", row.get(field));
        }
    }
    let jobs = sqlx::query(app.own("SELECT payload, last_error FROM jobs"));
    for row in jobs.fetch_all(app.db.reader()).await.unwrap() {
        let error: Option<String> = row.get("last_error");
        app.secrets.assert_not_in("a job's error", &error.unwrap_or_default());
        app.secrets.assert_not_in("a job", row.get("payload"));
    }
    app.secrets.assert_not_in("the log", &log::since(app.log_from));
}
