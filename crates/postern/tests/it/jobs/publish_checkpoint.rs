use postern::actions::publish_checkpoint::publish_checkpoint;
use postern::audit_log::signer;
use postern::jobs::sequence_audit::sequence_audit;
use postern_audit::verify_checkpoint;

use crate::on_both::on_both;
use crate::steps::a_day;
use crate::test_app::TestApp;

on_both! {
    async fn a_checkpoint_goes_to_the_folder_and_once_a_day_to_the_auditors(db) {
        let folder = tempfile::tempdir().unwrap();
        let app = TestApp::start_with(db, |config| config.checkpoint_folder = Some(folder.path().to_owned())).await;
        let _ = sequence_audit(&app.scope()).await;
        for _ in 0..2 {
            publish_checkpoint(&app.scope()).await.unwrap();
        }
        let vkey = signer(&app.scope()).unwrap().vkey();
        let kept: Vec<_> = std::fs::read_dir(folder.path().join("halden-works")).unwrap().map(|file| file.unwrap().path()).collect();
        assert!(!kept.is_empty());
        for file in &kept {
            let note = std::fs::read_to_string(file).unwrap();
            let size = verify_checkpoint(&note, &vkey).unwrap().size;
            assert!(file.ends_with(format!("checkpoint-{size:012}")), "{}", file.display());
        }
        assert_eq!(mailed(&app).await, 1);
        app.advance(a_day());
        publish_checkpoint(&app.scope()).await.unwrap();
        assert_eq!(mailed(&app).await, 2);
    }
}

/// Mails with a checkpoint; each went to the auditor, and holds one that verifies.
async fn mailed(app: &TestApp) -> usize {
    let vkey = signer(&app.scope()).unwrap().vkey();
    let messages = app.messages().await;
    let mails: Vec<_> = messages.iter().filter(|m| m.subject.contains("Checkpoint")).collect();
    for mail in &mails {
        assert_eq!(mail.recipient, "otto@demo.postern.invalid");
        let (_, rest) = mail.body.split_once("change it.\n\n").unwrap();
        let (note, _) = rest.split_once("\nThe log's").unwrap();
        verify_checkpoint(note, &vkey).unwrap();
    }
    mails.len()
}
