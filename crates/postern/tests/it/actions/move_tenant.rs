use postern::actions::move_tenant::{count_dying_passkeys, move_tenant};
use postern_testkit::SoftPasskey;

use super::assert_invalid;
use crate::on_both::on_both;
use crate::test_app::TestApp;

on_both! {
    async fn passkeys_die_with_the_old_name_and_their_owners_are_told(db) {
        let app = TestApp::start(db).await;
        let fay = app.browser();
        app.sign_in_by_hand(&fay, "fay").await;
        let mut device = SoftPasskey::new(app.scope().tenant.origin.clone());
        let proof = app.code_proof("fay").await;
        app.add_key(&fay, &mut device, proof).await.ok();
        // Another port is the same name.
        let scope = app.scope();
        let other_port = "http://localhost:1".parse().unwrap();
        assert_eq!(count_dying_passkeys(&scope, &other_port).await.unwrap(), 0);
        let elsewhere = "http://halden.localhost:1".parse().unwrap();
        assert_eq!(count_dying_passkeys(&scope, &elsewhere).await.unwrap(), 1);
        assert_eq!(move_tenant(&scope, &elsewhere, "the name changed, HD-2").await.unwrap(), 1);
        assert_eq!(app.count("SELECT COUNT(*) FROM factors WHERE kind = 'webauthn' AND removed_at IS NULL").await, 0);
        let removed = app.events("mfa.factor_removed").await;
        assert_eq!(removed[0]["detail"]["why"], "the organisation moved to another name");
        let moved = app.events("tenant.moved").await;
        assert_eq!((&moved[0]["detail"]["passkeys_removed"], &moved[0]["reason"]), (&1.into(), &"the name changed, HD-2".into()));
        let notified = app.messages().await.into_iter().filter(|m| m.subject == "A sign-in method was removed from your account").count();
        assert_eq!(notified, 2, "mail and office number");
        // The link that stops it leads to where it is served now.
        let mail = app.messages().await.into_iter().find(|m| m.channel == "email" && m.subject.contains("removed")).unwrap();
        assert!(mail.body.contains("http://halden.localhost:1/not-me#"), "{}", mail.body);
        fay.get("/account").await.status(404);
        assert_eq!(app.count("SELECT COUNT(*) FROM sessions WHERE ended_at IS NULL").await, 0);
        assert_invalid(move_tenant(&app.scope(), &elsewhere, "once more, HD-2").await, "origin");
        assert_eq!(app.scope().tenant.link("/"), "http://halden.localhost:1/");
    }
}
