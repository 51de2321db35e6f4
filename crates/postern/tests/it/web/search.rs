use reqwest::Method;

use crate::on_both::on_both;
use crate::test_app::TestApp;

on_both! {
    async fn people_cases_and_pages_are_found_and_nothing_by_nothing(db) {
        let app = TestApp::start(db).await;
        let id = app.open("ana").await;
        let reference = app.row(&id).await.reference;
        let ben = app.browser_with_planted_session("ben").await;
        ben.get("/desk/search?q=ferr").await.ok().shows("People Ana Ferreira").shows("Cases Ana Ferreira");
        ben.get(&format!("/desk/search?q={reference}")).await.ok().shows("Cases Ana Ferreira").does_not_show("People Ana");
        ben.get("/desk/search?q=runb").await.ok().shows("Pages Runbook");
        // What is not in somebody's menu is not found by them either.
        ben.get("/desk/search?q=settings").await.ok().shows("Nothing is called that");
        let ada = app.browser_with_planted_session("ada").await;
        ada.get("/desk/search?q=settings").await.ok().shows("Pages Set-up and settings");
        // U+202E and U+3164 can't be seen; the second counts as a letter.
        for nothing in ["", "%20", "%25", "zzz%25_", "%E2%80%AE", "%E3%85%A4", "%E3%85%A4%E2%80%AE"] {
            ben.get(&format!("/desk/search?q={nothing}")).await.ok().does_not_show("Ferreira");
        }
        // The list of cases takes it for no search: what is closed is not in it.
        app.refuse("ben", &id).await;
        for nothing in ["", "%E2%80%AE", "%E3%85%A4"] {
            ben.get(&format!("/desk?q={nothing}")).await.ok().does_not_show(&reference);
        }
        ben.get("/desk?q=ferr").await.ok().shows(&reference);
        // A token that reads cases reads neither the directory nor findings by this way.
        let token = app.token(&["cases:read"]).await;
        let browser = app.browser();
        browser.send(browser.request(Method::GET, "/api/v1/search?q=ana").bearer_auth(token)).await.status(403);
        let found = ben.get("/api/v1/search?q=ana").await.ok().json();
        assert_eq!(found["people"][0]["login"], "ana");
        assert_eq!(found["cases"][0]["reference"], reference.as_str());
    }
}
