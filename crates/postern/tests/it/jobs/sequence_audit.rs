use postern::jobs::sequence_audit::{sequence_audit, signer};
use postern::store::audit::{find_checkpoint, has_unsequenced, list_sequenced};
use postern_audit::{ExportEntry, LineContent, verify_checkpoint, verify_folder, write_folder};
use postern_core::event::payload::AccessDenied;
use postern_core::event::{Actor, Event};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::on_both::on_both;
use crate::test_app::TestApp;

on_both! {
    async fn sequencers_at_once_under_parallel_writes_make_one_whole_log(db) {
        let app = TestApp::start(db).await;
        let mut tasks = JoinSet::new();
        for n in 0..8 {
            let app = app.scope();
            tasks.spawn(async move {
                for k in 0..25 {
                    let (action, message) = (format!("writer {n}"), format!("entry {k}"));
                    let denied = AccessDenied { action: &action, message: &message, ..AccessDenied::default() };
                    app.begin().await.unwrap().commit(&Event::new(Actor::System, denied)).await.unwrap();
                }
            });
        }
        // Two nodes sequence at the same time, beside the server's own job; each loses now and then, none forks.
        for _ in 0..2 {
            let app = app.scope();
            tasks.spawn(async move {
                for _ in 0..20 {
                    let _ = sequence_audit(&app).await;
                }
            });
        }
        tasks.join_all().await;
        while has_unsequenced(&app.db, &app.tenant).await.unwrap() {
            let _ = sequence_audit(&app.scope()).await;
        }
        let rows = list_sequenced(&app.db, &app.tenant, 0, i64::MAX).await.unwrap();
        let places: Vec<i64> = rows.iter().map(|row| row.seq.unwrap()).collect();
        assert_eq!(places, (0..i64::try_from(rows.len()).unwrap()).collect::<Vec<_>>());
        assert!(rows.len() >= 200);
        for writer in 0..8 {
            let action = format!("writer {writer}");
            let by_writer = |body: &str| serde_json::from_str::<Value>(body).unwrap()["detail"]["action"] == action.as_str();
            let entries = rows.iter().filter(|row| by_writer(&row.body)).count();
            assert_eq!(entries, 25, "entries of writer {writer}");
        }
    }

    async fn an_earlier_checkpoint_shows_that_the_log_only_grew(db) {
        let app = TestApp::start(db).await;
        settle(&app).await;
        let (_, earlier) = find_checkpoint(&app.db, &app.tenant).await.unwrap().unwrap();
        app.open("ana").await;
        settle(&app).await;
        let folder = app.config.data.join("grown");
        let vkey = export(&app, &folder, |_| {}).await;
        let verified = verify_folder(&folder, &vkey, Some(&earlier)).unwrap();
        assert!(verified.continues.is_some());
        assert!(verify_checkpoint(&earlier, &vkey).is_ok());
    }

    async fn a_changed_word_in_the_database_is_named_by_its_entry(db) {
        let app = TestApp::start(db).await;
        app.open("ana").await;
        settle(&app).await;
        let folder = app.config.data.join("edited");
        let vkey = export(&app, &folder, |entry| {
            if entry.seq == 3 {
                let content = entry.content.as_mut().unwrap();
                content.json = content.json.replacen("user.added", "user.spared", 1);
            }
        })
        .await;
        let findings = verify_folder(&folder, &vkey, None).unwrap_err();
        let named: Vec<_> = findings.iter().map(|finding| (finding.seq, finding.last)).collect();
        assert_eq!(named, [(Some(3), Some(3))], "{findings:?}");
    }
}

async fn settle(app: &TestApp) {
    while has_unsequenced(&app.db, &app.tenant).await.unwrap() {
        let _ = sequence_audit(&app.scope()).await;
    }
}

async fn export(app: &TestApp, folder: &std::path::Path, edit: impl Fn(&mut ExportEntry)) -> String {
    let (_, note) = find_checkpoint(&app.db, &app.tenant).await.unwrap().unwrap();
    let rows = list_sequenced(&app.db, &app.tenant, 0, i64::MAX).await.unwrap();
    let entries = rows.into_iter().map(|row| {
        let mut entry = ExportEntry {
            seq: u64::try_from(row.seq.unwrap()).unwrap(),
            commitment: row.commitment.unwrap().try_into().unwrap(),
            content: Some(LineContent { nonce: row.nonce.try_into().unwrap(), json: row.body }),
        };
        edit(&mut entry);
        entry
    });
    let vkey = signer(&app.scope()).unwrap().vkey();
    write_folder(folder, &note, &vkey, entries).unwrap();
    vkey
}
