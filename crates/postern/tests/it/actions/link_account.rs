//! An account is linked by whoever proves that both are theirs, in the session that asked for it, and by nothing else.

use serde_json::json;

use crate::browser::SESSION;
use crate::on_both::on_both;
use crate::steps::providers::FEDERATED;
use crate::test_app::TestApp;

const LINKED: &str = "SELECT COUNT(*) FROM factors WHERE kind = 'federated' AND removed_at IS NULL";

on_both! {
    async fn an_account_is_linked_and_unlinked(db) {
        let app = TestApp::start(db).await;
        let provider = app.with_provider().await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        gus.get("/account").await.ok().shows("Link your quay account");
        gus.get("/account/linked-accounts/quay").await.ok().shows("Show a way in that you have already");
        gus.get("/account/linked-accounts/other").await.status(404);
        let told = app.messages().await.len();
        app.link(&gus, "gus", &provider, "gus-at-quay").await;
        let enrolled = &app.events("mfa.factor_enrolled").await[0];
        assert_eq!((&enrolled["detail"]["kind"], &enrolled["detail"]["proven_by"]["kind"]), (&json!("federated"), &json!("totp")));
        assert!(!enrolled.to_string().contains("gus-at-quay"), "the record names people of another house");
        assert!(app.messages().await.len() > told, "no contact was told");
        // It is no proof, and saves nobody who loses their phone.
        gus.get("/account").await.ok().shows("quay account");
        let listed = gus.get("/api/v1/account/factors").await.ok().json();
        let linked = listed["factors"].as_array().unwrap().iter().find(|factor| factor["kind"] == "federated").unwrap();
        assert_eq!((&linked["title"], &linked["label"]), (&json!("Linked account"), &json!("quay account")));
        let remove = format!("/api/v1/account/factors/{}/remove/finish", linked["id"].as_str().unwrap());
        let between = app.browser();
        app.come_from(&between, &provider, |_| {}).await.leads_to("/sign-in/second-step");
        let proof = json!({ "proof": app.code_proof("gus").await });
        assert!(gus.post_json(&remove, &proof).await.status < 300);
        assert_eq!(app.count(LINKED).await, 0);
        // Whoever came with it, and was between the two steps, comes no further.
        between.get("/sign-in/second-step").await.leads_to("/sign-in");
        let back = app.come_from(&app.browser(), &provider, |_| {}).await;
        back.status(422).shows("This account lets nobody in here");
    }

    async fn a_program_gets_the_way_there(db) {
        let app = TestApp::start(db).await;
        let provider = app.with_provider().await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        let listed = gus.get("/api/v1/account/linked-accounts").await.ok().json();
        assert_eq!(listed, json!([{ "name": "quay", "title": "quay account" }]));
        let finish = "/api/v1/account/linked-accounts/quay/finish";
        let wrong = app.phone("gus").await.wrong_code(app.seconds());
        gus.post_json(finish, &json!({ "proof": { "code": wrong } })).await.status(422);
        gus.post_json("/api/v1/account/linked-accounts/other/finish", &json!({ "proof": { "code": wrong } })).await.status(404);
        let link = gus.post_json(finish, &json!({ "proof": app.code_proof("gus").await })).await.ok().json();
        let back = provider.sign_in(link["url"].as_str().unwrap(), &app.at_provider("gus-at-quay"));
        gus.get(&back).await.leads_to("/account");
        assert_eq!(app.count(LINKED).await, 1);
    }

    async fn a_session_alone_links_nothing(db) {
        let app = TestApp::start(db).await;
        let provider = app.with_provider().await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        let wrong = app.phone("gus").await.wrong_code(app.seconds());
        for form in [&[("code", wrong.as_str())][..], &[]] {
            gus.post("/account/linked-accounts/quay", form).await.status(422);
        }
        // A sign-in that was begun without a proof is not heard as one with it.
        let to = app.go_to_provider(&gus, "quay").await;
        gus.get(&provider.sign_in(&to, &app.at_provider("gus-at-quay"))).await.status(422);
        assert_eq!(app.count(LINKED).await, 0);
        assert_eq!(app.count("SELECT COUNT(*) FROM ceremonies WHERE kind = 'link_account'").await, 0);
    }

    /// An intruder who sends their own answer to somebody links their account to nobody.
    async fn the_answer_belongs_to_the_session_that_asked(db) {
        let app = TestApp::start(db).await;
        let provider = app.with_provider().await;
        let (gus, fay) = (app.browser(), app.browser());
        app.sign_in_by_hand(&gus, "gus").await;
        app.sign_in_by_hand(&fay, "fay").await;
        let to = app.go_and_link(&fay, "fay", "quay").await;
        let back = provider.sign_in(&to, &app.at_provider("fay-at-quay"));
        gus.get(&back).await.status(422).shows("was begun in another browser");
        // With the cookie too, in another person's session, in another one of one's own, and in none.
        let cookie = fay.cookie(FEDERATED);
        gus.set_cookie(FEDERATED, cookie.as_deref());
        gus.get(&back).await.status(422);
        let nobody = app.browser();
        nobody.set_cookie(FEDERATED, cookie.as_deref());
        nobody.get(&back).await.status(422);
        app.advance_seconds(30);
        let elsewhere = app.browser();
        app.sign_in_by_hand(&elsewhere, "fay").await;
        elsewhere.set_cookie(FEDERATED, cookie.as_deref());
        elsewhere.get(&back).await.status(422);
        assert_eq!(app.count(LINKED).await, 0);
        // The session that asked is over.
        let to = app.go_and_link(&fay, "fay", "quay").await;
        let (back, session) = (provider.sign_in(&to, &app.at_provider("fay-at-quay")), fay.cookie(SESSION));
        fay.post("/sign-out", &[]).await.leads_to("/sign-in");
        fay.set_cookie(SESSION, session.as_deref());
        fay.get(&back).await.status(422);
        assert_eq!(app.count(LINKED).await, 0);
    }

    /// Whoever sits at a browser does not link the account that somebody else left signed in there.
    async fn the_person_signs_in_there_anew(db) {
        let app = TestApp::start(db).await;
        let provider = app.with_provider().await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        let long_ago = app.seconds() - 3600;
        for claims in [json!({ "auth_time": long_ago }), json!({ "auth_time": null }), json!({ "auth_time": app.seconds() + 600 })] {
            let to = app.go_and_link(&gus, "gus", "quay").await;
            assert!(to.contains("max_age=0") && to.contains("prompt=login"), "{to}");
            let mut who = app.at_provider("gus-at-quay");
            who.claims = claims;
            gus.get(&provider.sign_in(&to, &who)).await.status(422).shows("does not prove who you are");
        }
        assert_eq!(app.count(LINKED).await, 0);
        let refused = app.events("step.refused").await;
        assert_eq!((refused.len(), &refused[0]["detail"]["step"]), (3, &json!("link_account")));
        // In a sign-in it may be some hours old, and nobody has to type it again.
        let to = app.go_to_provider(&app.browser(), "quay").await;
        assert!(to.contains("max_age=43200") && !to.contains("prompt"), "{to}");
    }

    async fn an_account_has_one_owner(db) {
        let app = TestApp::start(db).await;
        let provider = app.with_provider().await;
        let (gus, fay) = (app.browser(), app.browser());
        app.sign_in_by_hand(&gus, "gus").await;
        app.sign_in_by_hand(&fay, "fay").await;
        app.link(&gus, "gus", &provider, "gus-at-quay").await;
        let to = app.go_and_link(&fay, "fay", "quay").await;
        let back = provider.sign_in(&to, &app.at_provider("gus-at-quay"));
        fay.get(&back).await.status(409).shows("This account is linked already");
        assert_eq!(app.count(LINKED).await, 1);
    }

    async fn what_proved_it_must_still_be_there(db) {
        let app = TestApp::start(db).await;
        let provider = app.with_provider().await;
        let gus = app.browser();
        app.sign_in_by_hand(&gus, "gus").await;
        let to = app.go_and_link(&gus, "gus", "quay").await;
        let back = provider.sign_in(&to, &app.at_provider("gus-at-quay"));
        let phone = "UPDATE factors SET removed_at = $1 WHERE kind = 'totp' AND person_id IN (SELECT id FROM persons WHERE login = 'gus')";
        let set = async |at: Option<i64>| sqlx::query(app.own(phone)).bind(at).execute(app.db.reader()).await.unwrap();
        set(Some(1)).await;
        gus.get(&back).await.status(422);
        assert_eq!(app.count(LINKED).await, 0);
        // Nothing on the record says that it went.
        set(None).await;
    }
}
