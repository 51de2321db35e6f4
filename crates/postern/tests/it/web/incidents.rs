//! The queue of incidents, one of them, what was taken in, and a person's page.

use postern::actions::close_finding::{Which, close_finding};
use reqwest::Method;
use serde_json::json;

use crate::on_both::on_both;
use crate::steps::{PLACEHOLDER_REASON, declined, fatigue, jsonl, send_log, signed_in};
use crate::test_app::{TestApp, eventually};

const HOSTILE: &str = "<script>alert(1)</script>\u{1b}[2J\u{202e}<img src=x>";

on_both! {
    async fn the_queue_shows_what_is_open_and_empties(db) {
        let app = TestApp::start(db).await;
        let sol = app.browser_with_planted_session("sol").await;
        sol.get("/desk/incidents").await.ok().shows("Nothing is open");
        sol.get("/desk/incidents?closed=true").await.ok().shows("Nothing has been closed yet");
        sol.get("/desk/incidents?severity=incident").await.ok().shows("Nothing of this severity is open");
        app.import("okta.jsonl", fatigue("ana@demo.postern.invalid", 5, app.clock.now())).await;
        let finding = app.finding("mfa_fatigue").await;
        sol.get("/desk/incidents").await.ok().shows("MFA Fatigue").shows("Ana Ferreira");
        // The head counts a moment after the finding is kept.
        eventually("the head says so", async || {
            sol.get("/desk/incidents").await.body.contains("1<span class=\"sr\"> open")
        })
        .await;
        sol.get("/desk/incidents?severity=incident").await.ok().shows("MFA Fatigue");
        sol.get("/desk/incidents?severity=notice").await.ok().does_not_show("MFA Fatigue");

        let path = format!("/desk/incidents/{}", finding.id);
        let page = sol.get(&path).await;
        page.ok().shows("okta.jsonl, line 1").shows("okta.jsonl, line 5").shows("ana@demo.postern.invalid at okta");
        assert_eq!(page.body.matches("The MFA prompt was declined.").count(), 5, "each record says what it was");
        assert!(page.body.contains(r#"href="/desk/runbook#mfa-fatigue""#));
        sol.get("/desk/runbook").await.ok().shows("Never hurry").shows("MFA fatigue");
        page.shows(&finding.threshold).shows(&finding.remediation).shows("mfa_fatigue").shows(&finding.confidence);
        let version = finding.version.to_string();
        let form = |reason: &'static str| [("reason", reason), ("version", version.as_str())];
        sol.post(&format!("{path}/close"), &form(" ")).await.status(422).shows("Give a reason");
        sol.post(&format!("{path}/close"), &form(PLACEHOLDER_REASON)).await.leads_to("/desk/incidents");
        sol.get("/desk/incidents").await.ok().does_not_show("MFA Fatigue").does_not_show("1 open");
        sol.get("/desk/incidents?closed=true").await.ok().shows(PLACEHOLDER_REASON).shows("Sol Marchetti");
        sol.get(&path).await.ok().shows("Closed").shows(PLACEHOLDER_REASON);
    }

    async fn a_long_queue_has_pages(db) {
        let app = TestApp::start(db).await;
        let now = app.clock.now();
        let log: String = (0..130).map(|n| fatigue(&format!("p{n}"), 5, now)).collect();
        app.import("okta.jsonl", log).await;
        crate::test_app::eventually("all of them are open", async || {
            app.count("SELECT COUNT(*) FROM findings WHERE severity_rank = 2").await == 130
        })
        .await;
        let sol = app.browser_with_planted_session("sol").await;
        let first = sol.get("/desk/incidents?severity=incident").await.ok().body.clone();
        let (_, rest) = first.split_once("<p><a href=\"").expect("a link to the next page");
        let next = rest.split('"').next().unwrap().replace("&#x2f;", "/").replace("&amp;", "&");
        let second = sol.get(&next).await.ok().body.clone();
        let count = |page: &str| page.matches("href=\"/desk/incidents/").count();
        assert_eq!((count(&first), count(&second)), (100, 30));
        assert!(!second.contains("More findings"));
        let ids = |page: &str| -> std::collections::BTreeSet<String> {
            page.split("href=\"/desk/incidents/").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
        };
        assert_eq!(ids(&first).union(&ids(&second)).count(), 130);

        let token = app.token(&["findings:read", "findings:close"]).await;
        let program = app.browser();
        let list = async |query: &str| {
            let request = program.request(Method::GET, &format!("/api/v1/findings?severity=incident{query}"));
            program.send(request.bearer_auth(&token)).await.ok().json()
        };
        assert_eq!((list("").await["findings"].as_array().unwrap().len(), list("").await["next"].is_null()), (130, true));
        let id = list("").await["findings"][99]["id"].as_str().unwrap().to_owned();
        assert_eq!(list(&format!("&after={id}")).await["findings"].as_array().unwrap().len(), 30);
    }

    async fn a_password_in_the_wrong_field_is_neither_kept_in_a_finding_nor_shown(db) {
        let app = TestApp::start(db).await;
        let now = app.clock.now();
        let password = "Correct-Horse-77";
        let mut records: Vec<_> = (0..5).map(|n| declined(password, now - jiff::SignedDuration::from_secs(200 - n * 30))).collect();
        records[0]["detail"] = format!("no such user: {password}").into();
        records[1]["detail"] = "the clock is off".into();
        app.import("okta.jsonl", jsonl(&records)).await;
        app.import("known.jsonl", fatigue("ANA@demo.postern.invalid", 5, now)).await;
        let finding = app.finding_where("mfa_fatigue", |row| row.subject_label.starts_with("unknown-")).await;
        app.finding_where("mfa_fatigue", |row| row.subject_label == "ana@demo.postern.invalid").await;
        assert_eq!(finding.subject_label.len(), "unknown-".len() + 12);
        let row = [&finding.subject, &finding.subject_label, &finding.people, &finding.description, &finding.evidence].map(|text| text.to_lowercase()).concat();
        assert!(!row.contains("correct-horse"), "{row}");
        let sql = "SELECT COUNT(*) FROM finding_people WHERE login_key LIKE 'unknown-%'";
        assert_eq!((app.count(sql).await, app.count("SELECT COUNT(*) FROM finding_people WHERE login_key LIKE '%horse%'").await), (2, 0));
        let sol = app.browser_with_planted_session("sol").await;
        for path in ["/desk/incidents".to_owned(), format!("/desk/incidents/{}", finding.id), format!("/api/v1/findings/{}", finding.id)] {
            let page = sol.get(&path).await;
            page.ok();
            assert!(!page.body.to_lowercase().contains("correct-horse"), "{path}");
            assert!(page.body.contains(&finding.subject_label), "{path}");
        }
sol.get(&format!("/desk/incidents/{}", finding.id)).await.shows("clock is off").does_not_show("no such user");
        // Our own records say the same of the same name.
        app.browser().post("/sign-in", &[("login", password), ("password", "x")]).await.status(422);
        let (login,): (String,) = sqlx::query_as(app.own("SELECT login FROM sign_ins WHERE login LIKE 'unknown-%'")).fetch_one(app.db.reader()).await.unwrap();
        assert_eq!(login, finding.subject_label);
    }

    async fn our_own_sign_ins_are_evidence_in_words(db) {
        let app = TestApp::start(db).await;
        app.spray_from("127.0.0.66").await;
        let finding = app.finding_where("password_spray", |row| row.people_count >= 12).await;
        let page = app.browser_with_planted_session("sol").await.get(&format!("/desk/incidents/{}", finding.id)).await;
        page.ok().shows("The user name or password was not accepted").shows("from 127.0.0.66").shows("carl at postern").shows("Our own sign-in");
        // The stranger's wrong passwords lock nobody out.
        let carl = app.person("carl").await.id;
        let page = app.browser_with_planted_session("ben").await.get(&format!("/desk/people/{carl}")).await;
        page.ok().shows("only a stranger's wrong passwords").shows("Also named in").does_not_show("Locked out");
    }

    async fn the_evidence_is_filtered_by_address_and_outcome_on_the_page_and_for_programs(db) {
        let app = TestApp::start(db).await;
        let now = app.clock.now();
        let mut elsewhere = declined("ana@demo.postern.invalid", now - jiff::SignedDuration::from_secs(2));
        elsewhere["ip"] = "198.51.100.99".into();
        elsewhere["cause"] = "mfa_no_response".into();
        app.import("okta.jsonl", fatigue("ana@demo.postern.invalid", 6, now) + &jsonl(&[elsewhere])).await;
        let finding = app.finding_where("mfa_fatigue", |row| row.record_count >= 6).await;
        let sol = app.browser_with_planted_session("sol").await;
        let path = format!("/desk/incidents/{}", finding.id);
        let records = async |query: &str| sol.get(&format!("{path}{query}")).await.ok().body.matches("okta.jsonl, line").count();
        let all = records("").await;
        assert!(all >= 6, "{all}");
        assert_eq!(records("?address=198.51.100.7&outcome=failure").await, 6);
        assert_eq!(records("?address=203.0.113.1").await, 0);
        sol.get(&format!("{path}?outcome=success")).await.ok().shows("No record of the first").shows("Clear");
        let token = app.token(&["findings:read"]).await;
        let program = app.browser();
        let ask = async |query: &str| {
            let request = program.request(Method::GET, &format!("/api/v1/findings/{}{query}", finding.id));
            program.send(request.bearer_auth(&token)).await
        };
        let answer = ask("?address=198.51.100.7").await.ok().json();
        assert_eq!(answer["evidence"].as_array().unwrap().len(), 6);
        assert_eq!(answer["evidence"][0]["attempts"][0]["ip"], "198.51.100.7");
        assert_eq!(answer["finding"]["evidence"].as_array().unwrap().len(), all, "what was found stays whole");
        ask("?adress=198.51.100.7").await.status(400);
    }

    async fn an_incident_leads_to_the_person_their_cases_and_what_else_is_found(db) {
        let app = TestApp::start(db).await;
        let case = app.open("ana").await;
        let reference = app.row(&case).await.reference;
        app.import("okta.jsonl", fatigue("ana@demo.postern.invalid", 5, app.clock.now())).await;
        app.import("other.jsonl", fatigue("ana", 5, app.clock.now())).await;
        let finding = app.finding_where("mfa_fatigue", |row| row.subject_label == "ana").await;
        let other = app.finding_where("mfa_fatigue", |row| row.subject_label == "ana@demo.postern.invalid").await;
        let ana = app.person("ana").await.id;
        let sol = app.browser_with_planted_session("sol").await;
        let at_once = sol.get(&format!("/desk/incidents/{}", finding.id)).await;
        at_once.ok().shows("Nobody is signed in as them").shows("Nothing to do");
        let _signed_in = app.browser_with_planted_session("ana").await;
        let page = sol.get(&format!("/desk/incidents/{}", finding.id)).await;
        page.ok().shows("MFA Fatigue: Ana Ferreira").shows("What to do, in this order").shows("One is live");
        page.shows("Open Ana Ferreira").shows(&format!("Decide case {reference}")).shows("Also about Ana Ferreira");
        for link in [format!("/desk/people/{ana}"), format!("/desk/cases/{case}"), format!("/desk/people/{ana}/end-sessions"),
            format!("/desk/incidents/{}", other.id)] {
            let body = page.body.replace("&#x2f;", "/");
            assert!(body.contains(&format!("href=\"{link}\"")), "no way to {link}");
        }
        // A program sees the cases if it may read cases.
        let program = app.browser();
        for (scopes, cases) in [(&["findings:read", "cases:read"][..], 1), (&["findings:read"][..], 0)] {
            let token = app.token(scopes).await;
            let request = program.request(Method::GET, &format!("/api/v1/findings/{}", finding.id));
            let answer = program.send(request.bearer_auth(token)).await.ok().json();
            assert_eq!(answer["subject"]["cases"].as_array().unwrap().len(), cases, "{scopes:?}");
            assert_eq!(answer["subject"]["other_findings"][0]["id"], other.id.as_str());
            // It reads no people, so it is told no number; and it may end no session and close nothing.
            assert!(answer["subject"]["numbers"].is_null());
            let kinds: Vec<_> = answer["steps"].as_array().unwrap().iter().map(|step| step["kind"].as_str().unwrap()).collect();
            assert_eq!(kinds, [&["reach"][..], &["decide_case"][..cases]].concat(), "{scopes:?}");
        }
        // An auditor ends nobody's sessions, and may not close it.
        let otto = app.browser_with_planted_session("otto").await;
        otto.get(&format!("/desk/incidents/{}", finding.id)).await.ok().does_not_show("End every session").does_not_show("Close it Reason");
    }

    async fn who_may_not_close_is_told_why_and_sees_no_form(db) {
        let app = TestApp::start(db).await;
        app.import("okta.jsonl", fatigue("ana", 5, app.clock.now())).await;
        let path = format!("/desk/incidents/{}", app.finding("mfa_fatigue").await.id);
        for (login, words) in [("ben", "closed by a senior or an admin"), ("otto", "closed by a senior or an admin")] {
            let browser = app.browser_with_planted_session(login).await;
            let page = browser.get(&path).await;
            page.ok().shows(words);
            assert!(!page.body.contains("/close\""));
            browser.post(&format!("{path}/close"), &[("reason", PLACEHOLDER_REASON)]).await.status(403);
        }
        let ana = app.browser_with_planted_session("ana").await;
        for path in ["/desk/incidents", &path, "/desk/imports", "/desk/runbook"] {
            ana.get(path).await.status(403);
        }
        app.browser_with_planted_session("sol").await.get("/desk/incidents/nowhere").await.status(404);
    }

    async fn a_hostile_log_is_text_and_nothing_else(db) {
        let app = TestApp::start(db).await;
        let now = app.clock.now();
        let mut records: Vec<_> = (0..5).map(|n| declined(HOSTILE, now - jiff::SignedDuration::from_secs(200 - n * 30))).collect();
        records.push(json!({ "postern": "signin/v1", "at": now.to_string(), "person": "ana@demo.postern.invalid", "provider": "okta",
            "result": "failure", "cause": "unknown", "detail": HOSTILE, "app": HOSTILE, "policy": HOSTILE, "user_agent": HOSTILE }));
        records.push(declined("a\u{0}b", now));
        records.push(declined(&"x".repeat(30_000), now));
        // A name with control characters is refused; what is in the log is the log's.
        let token = app.token(&["signins:import"]).await;
        send_log(&app.browser(), &token, HOSTILE, jsonl(&records)).await.status(422);
        app.import(&HOSTILE.replace(char::is_control, ""), jsonl(&records)).await;
        let finding = app.finding("mfa_fatigue").await;
        let sol = app.browser_with_planted_session("sol").await;
        let ana = app.person("ana").await.id;
        let case = app.open("ana").await;
        for path in ["/desk/incidents".to_owned(), format!("/desk/incidents/{}", finding.id), "/desk/imports".to_owned(),
            format!("/desk/people/{ana}"), format!("/desk/cases/{case}")] {
            let page = sol.get(&path).await;
            page.ok();
            for raw in ["<script>alert", "<img src=x", "\u{1b}", "\u{202e}", "\u{0}"] {
                assert!(!page.body.contains(raw), "{raw:?} is on {path}");
            }
        }
        sol.get(&format!("/desk/people/{ana}")).await.shows("&lt;script&gt;alert(1)");
    }

    async fn the_imports_page_takes_a_file_without_a_script(db) {
        let app = TestApp::start(db).await;
        let ada = app.browser_with_planted_session("ada").await;
        ada.get("/desk/imports").await.ok().shows("Nothing was taken in yet").shows("Import the log");
        let upload = async |name: &str, log: String| {
            let boundary = "postern-test-boundary";
            let body = format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n{log}\r\n--{boundary}--\r\n"
            );
            let request = ada.request(Method::POST, "/desk/imports").header("origin", app.origin());
            ada.send(request.header("content-type", format!("multipart/form-data; boundary={boundary}")).body(body)).await
        };
        upload("okta.jsonl", fatigue("ana", 5, app.clock.now()) + "{\"broken\n").await.leads_to("/desk/imports");
        let page = ada.get("/desk/imports").await;
        page.ok().shows("okta.jsonl").shows("5 of 6 records").shows("1 malformed").shows("line 6: ends in the middle");
        page.shows("Ada Lindqvist");
        upload("other.txt", "nothing of use".to_owned()).await.status(422).shows("No sign-in record that Postern knows was found: 1 record,");
        upload("", String::new()).await.status(422).shows("Choose a file");
        app.finding("mfa_fatigue").await;
        // The others may look.
        let ben = app.browser_with_planted_session("ben").await;
        ben.get("/desk/imports").await.ok().shows("okta.jsonl").does_not_show("Take it in");
        ben.post("/desk/imports", &[("file", "x")]).await.status(403);
        // And another site may not send one in an admin's name.
        let request = ada.request(Method::POST, "/desk/imports").header("origin", "https://evil.example.com");
        ada.send(request.body("x")).await.status(403);
    }

    async fn a_persons_page_says_why_and_what_would_help(db) {
        let app = TestApp::start(db).await;
        let ben = app.browser_with_planted_session("ben").await;
        let ana = app.person("ana").await.id;
        let page = ben.get(&format!("/desk/people/{ana}")).await;
        page.ok().shows("Locked out").shows("The one-time code was wrong").shows("only if the factor is lost").shows("rung 2");
        let gus = app.person("gus").await.id;
        ben.get(&format!("/desk/people/{gus}")).await.ok().shows("No sign-in on record").shows("None.");
        app.import("okta.jsonl", jsonl(&[signed_in("GUS@demo.postern.invalid", app.clock.now())])).await;
        ben.get(&format!("/desk/people/{gus}")).await.ok().shows("Can sign in").shows("gus@demo.postern.invalid at okta");
        app.import("okta.jsonl", fatigue("ana", 5, app.clock.now())).await;
        app.finding("mfa_fatigue").await;
        let page = ben.get(&format!("/desk/people/{ana}")).await;
        page.ok().shows("It looks like an attack on this account").shows("MFA Fatigue").shows("rung 7").does_not_show("only if the factor");
        let case = app.open("ana").await;
        ben.get(&format!("/desk/cases/{case}")).await.ok().shows("It looks like an attack on this account").shows("risk 1");
        // It leads with the attack, and with no call.
        let page = ben.get(&format!("/desk/cases/{case}")).await;
        page.ok().shows("Next: no reset").shows("Open the incident").shows("End every session").does_not_show("Next: call");
        assert!(page.body.find("Open the incident").unwrap() < page.body.find("The call, once the incident").unwrap());
        ben.get("/desk/people").await.ok().shows("Ana Ferreira");
        ben.get("/desk/people/nobody").await.status(404);
    }

    async fn programs_see_and_close_the_same(db) {
        let app = TestApp::start(db).await;
        let token = app.token(&["findings:read", "findings:close", "signins:import"]).await;
        let program = app.browser();
        send_log(&program, &token, "okta.jsonl", fatigue("ana", 5, app.clock.now())).await.status(201);
        app.finding("mfa_fatigue").await;
        let get = async |path: &str| program.send(program.request(Method::GET, path).bearer_auth(&token)).await;
        let list = get("/api/v1/findings?severity=incident").await.ok().json();
        let finding = &list["findings"][0];
        assert_eq!((&finding["rule"], &finding["about"]["kind"]), (&"mfa_fatigue".into(), &"person".into()));
        assert_eq!(finding["people"][0]["person"]["name"], "Ana Ferreira");
        assert_eq!(finding["evidence"][4], json!({ "source": "okta.jsonl", "import": finding["evidence"][4]["import"], "line": 5, "sign_in": null, "at": null }));
        get("/api/v1/findings?severity=awful").await.status(400);
        let ana = app.person("ana").await.id;
        let diagnosis = get(&format!("/api/v1/people/{ana}/diagnosis")).await.ok().json();
        assert_eq!((&diagnosis["attacked"], &diagnosis["accounts"][0]["rung"]), (&true.into(), &7.into()));
        assert_eq!(get("/api/v1/sign-ins/imports").await.ok().json()["imports"][0]["source"], "okta.jsonl");

        let path = format!("/api/v1/findings/{}", finding["id"].as_str().unwrap());
        assert_eq!(get(&path).await.ok().json()["finding"]["id"], finding["id"]);
        let close = async |body: serde_json::Value| {
            let request = program.request(Method::POST, &format!("{path}/close")).bearer_auth(&token);
            program.send(request.json(&body)).await
        };
        close(json!({ "reason": PLACEHOLDER_REASON, "version": 0 })).await.status(409);
        close(json!({ "reason": "" })).await.status(422);
        let closed = close(json!({ "reason": PLACEHOLDER_REASON, "version": finding["version"] })).await.ok().json();
        assert_eq!(closed["finding"]["closed"]["why"], PLACEHOLDER_REASON);
        assert_eq!(get("/api/v1/findings?closed=true").await.ok().json()["findings"][0]["id"], finding["id"]);
        assert_eq!(app.events("incident.closed").await[0]["actor"]["type"], "token");
        // Other scopes open none of it.
        let other = app.token(&["cases:read", "people:read", "audit:read"]).await;
        for path in ["/api/v1/findings", &path, &format!("/api/v1/people/{ana}/diagnosis"), "/api/v1/sign-ins/imports"] {
            program.send(program.request(Method::GET, path).bearer_auth(&other)).await.status(403);
        }
    }

    async fn another_organisations_records_and_findings_are_not_there(db) {
        let app = TestApp::start(db).await;
        app.import("okta.jsonl", fatigue("ana", 5, app.clock.now())).await;
        let id = app.finding("mfa_fatigue").await.id;
        app.move_to_another_tenant(&["finding_people", "findings", "imported_sign_ins", "imports"]).await;
        let sol = app.browser_with_planted_session("sol").await;
        sol.get("/desk/incidents").await.ok().shows("Nothing is open");
        sol.get(&format!("/desk/incidents/{id}")).await.status(404);
        sol.post(&format!("/desk/incidents/{id}/close"), &[("reason", PLACEHOLDER_REASON)]).await.status(404);
        sol.get("/desk/imports").await.ok().shows("Nothing was taken in yet");
        let caller = app.caller("sol").await;
        let which = Which { id: &id, version: None };
        assert!(close_finding(&app.scope(), &caller, which, PLACEHOLDER_REASON).await.is_err());
        let ana = app.person("ana").await.id;
        // That one was opened stays in the log, and in its timeline.
        sol.get(&format!("/desk/people/{ana}")).await.ok().does_not_show("It looks like an attack").does_not_show("okta");
        sol.get(&format!("/api/v1/people/{ana}/diagnosis")).await.ok().does_not_show("attack on").does_not_show("okta");
        // The same record again is this organisation's own.
        let again = app.import("okta.jsonl", fatigue("ana", 5, app.clock.now())).await;
        assert_eq!(again["repeated"], 0);
    }
}
