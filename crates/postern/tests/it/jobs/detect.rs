use std::sync::atomic::Ordering;

use jiff::SignedDuration;
use postern::scope::Scope;
use postern::store::imported_sign_ins;
use serde_json::Value;

use crate::on_both::on_both;
use crate::steps::{declined, fatigue, jsonl, signed_in};
use crate::test_app::{TestApp, eventually};

fn evidence(finding: &postern::store::findings::FindingRow) -> Vec<Value> {
    serde_json::from_str(&finding.evidence).unwrap()
}

on_both! {
    async fn prompts_that_were_taken_in_become_an_incident_on_the_record(db) {
        let app = TestApp::start(db).await;
        let counts = app.import("okta.jsonl", fatigue("ana@corp.example", 5, app.clock.now())).await;
        assert_eq!((&counts["attempts"], &counts["stored"]), (&5.into(), &5.into()), "{counts}");
        let finding = app.finding("mfa_fatigue").await;
        assert_eq!((finding.severity.as_str(), finding.record_count), ("incident", 5));
        let evidence = evidence(&finding);
        let lines: Vec<_> = evidence.iter().map(|piece| piece["line"].as_u64().unwrap()).collect();
        assert_eq!(lines, [1, 2, 3, 4, 5]);
        assert!(evidence.iter().all(|piece| piece["source"] == "okta.jsonl" && piece["import"] == counts["id"]));
        let opened = app.events("incident.opened").await;
        assert_eq!(opened.len(), 1);
        assert_eq!(opened[0]["detail"]["finding"], finding.id.as_str());
        // The record of the import stands before that of the incident.
        let imported = app.events("signins.imported").await;
        assert!(imported[0]["id"].as_str().unwrap() < opened[0]["id"].as_str().unwrap());
    }

    async fn wrong_passwords_at_our_own_gate_are_analysed_as_they_come(db) {
        let app = TestApp::start(db).await;
        app.spray_from("127.0.0.66").await;
        let finding = app.finding_where("password_spray", |row| row.people_count >= 12).await;
        assert_eq!((finding.subject_kind.as_str(), finding.subject_label.as_str()), ("address", "127.0.0.66"));
        let evidence = evidence(&finding);
        assert!(evidence.len() >= 10 && evidence.iter().all(|piece| piece["sign_in"].is_string()), "{evidence:?}");
    }

    async fn what_grows_is_one_finding_and_one_event(db) {
        let app = TestApp::start(db).await;
        let now = app.clock.now();
        app.import("1.jsonl", fatigue("ana", 5, now)).await;
        let first = app.finding("mfa_fatigue").await;
        app.import("2.jsonl", jsonl(&[declined("ana", now), declined("ana", now + SignedDuration::from_secs(20))])).await;
        let grown = app.finding_where("mfa_fatigue", |row| row.record_count >= 7).await;
        assert_eq!((&grown.id, grown.first_seen_at), (&first.id, first.first_seen_at));
        assert!(grown.version > first.version && grown.until_at > first.until_at);
        let sources: Vec<_> = evidence(&grown).iter().map(|piece| piece["source"].clone()).collect();
        assert_eq!((&sources[0], &sources[6]), (&"1.jsonl".into(), &"2.jsonl".into()));
        assert_eq!(app.events("incident.opened").await.len(), 1);
    }

    async fn a_severity_of_a_newer_node_stays_and_counts_as_the_worst(db) {
        let app = TestApp::start(db).await;
        let now = app.clock.now();
        app.import("1.jsonl", fatigue("ana", 5, now)).await;
        app.finding("mfa_fatigue").await;
        let sql = "UPDATE findings SET severity = 'catastrophe', severity_rank = 4, confidence = 'proven' WHERE rule = 'mfa_fatigue'";
        sqlx::query(app.own(sql)).execute(app.db.reader()).await.unwrap();
        app.import("2.jsonl", jsonl(&[declined("ana", now), declined("ana", now + SignedDuration::from_secs(20))])).await;
        let grown = app.finding_where("mfa_fatigue", |row| row.record_count >= 7).await;
        assert_eq!((&*grown.severity, grown.severity_rank, &*grown.confidence), ("catastrophe", 4, "proven"));
        let sol = app.browser_with_planted_session("sol").await;
        let page = sol.get(&format!("/desk/incidents/{}", grown.id)).await;
        assert!(page.ok().body.contains("panel alarm") && page.body.contains("tag solid"), "{}", page.body);
    }

    async fn a_log_that_comes_late_and_backwards_is_analysed_in_the_order_of_time(db) {
        let app = TestApp::start(db).await;
        let now = app.clock.now();
        // Something recent is analysed first, then what was hours before it, newest first.
        app.import("recent.jsonl", jsonl(&[signed_in("gus", now)])).await;
        let earlier = now - SignedDuration::from_hours(5);
        let mut lines: Vec<String> = fatigue("ana", 6, earlier).lines().map(str::to_owned).collect();
        lines.reverse();
        app.import("late.jsonl", lines.join("\n")).await;
        let finding = app.finding_where("mfa_fatigue", |row| row.record_count == 6).await;
        assert!(finding.until_at < earlier.as_microsecond());
    }

    async fn a_record_from_the_future_keeps_nothing_from_being_analysed(db) {
        let app = TestApp::start(db).await;
        let now = app.clock.now();
        let ahead = signed_in("gus", now + SignedDuration::from_hours(20));
        let counts = app.import("ahead.jsonl", jsonl(&[ahead, signed_in("gus", now + SignedDuration::from_hours(999))])).await;
        assert_eq!((&counts["stored"], &counts["out_of_time"]), (&1.into(), &1.into()));
        app.import("okta.jsonl", fatigue("ana", 5, now)).await;
        app.finding("mfa_fatigue").await;
    }

    async fn records_from_the_future_are_analysed_when_their_time_has_come(db) {
        let app = TestApp::start(db).await;
        let (now, hours) = (app.clock.now(), SignedDuration::from_hours);
        // A node that has analysed all before it sees them, and one that is made when they are there.
        app.import("okta.jsonl", fatigue("gus", 5, now)).await;
        app.finding_where("mfa_fatigue", |row| row.subject_label == "gus").await;
        let counts = app.import("local.jsonl", fatigue("ana", 5, now + hours(2))).await;
        assert_eq!((&counts["stored"], &counts["ahead"]), (&5.into(), &5.into()));
        assert!(counts["hint"].as_str().unwrap().contains("is the log in local time?"));
        app.import("later.jsonl", fatigue("fay", 5, now + hours(4))).await;
        let admin = app.browser_with_planted_session("ada").await;
        admin.get("/desk/imports").await.ok().shows("is the log in local time?").shows("5 ahead of our clock");
        app.advance(hours(2) - SignedDuration::from_mins(5));
        app.import("okta.jsonl", jsonl(&[signed_in("emil", app.clock.now())])).await;
        tokio::time::sleep(std::time::Duration::from_millis(700)).await;
        assert_eq!(app.open_findings().await.iter().filter(|row| row.rule == "mfa_fatigue").count(), 1);
        app.advance(SignedDuration::from_mins(5));
        app.finding_where("mfa_fatigue", |row| row.subject_label == "ana" && row.record_count == 5).await;
        let app = TestApp::start_at(app.stop().await, |_| {}).await;
        app.advance(hours(4));
        app.finding_where("mfa_fatigue", |row| row.subject_label == "fay" && row.record_count == 5).await;
    }

    async fn a_restart_keeps_what_was_found_and_finds_nothing_twice(db) {
        let app = TestApp::start(db).await;
        app.import("okta.jsonl", fatigue("ana", 5, app.clock.now())).await;
        let before = app.finding("mfa_fatigue").await;
        let app = TestApp::start_at(app.stop().await, |_| {}).await;
        // The next one shows that all of it was analysed anew.
        app.import("more.jsonl", fatigue("gus", 5, app.clock.now())).await;
        app.finding_where("mfa_fatigue", |row| row.subject_label == "gus").await;
        let kept = app.finding_where("mfa_fatigue", |row| row.subject_label == "ana").await;
        assert_eq!((kept.id, kept.version), (before.id, before.version));
        assert_eq!(app.events("incident.opened").await.len(), 2);
    }

    async fn two_nodes_find_one_thing(db) {
        let app = TestApp::start(db).await;
        let others = [app.second_node().await, app.second_node().await];
        for who in ["ana", "gus", "fay"] {
            app.import("okta.jsonl", fatigue(who, 5, app.clock.now())).await;
        }
        for who in ["ana", "gus", "fay"] {
            app.finding_where("mfa_fatigue", |row| row.subject_label == who).await;
        }
        eventually("every node counts the same", async || {
            let count = |scope: Scope| scope.tenant.activity.open_incidents.load(Ordering::Relaxed);
            count(app.scope()) == 3 && others.iter().all(|node| count(node.scope()) == 3)
        })
        .await;
        // A node that tells the same a moment later than the others changes nothing.
        for node in others {
            node.stop().await;
        }
        assert_eq!(app.open_findings().await.iter().filter(|row| row.rule == "mfa_fatigue").count(), 3);
        assert_eq!(app.events("incident.opened").await.len(), 3);
    }

    async fn seniors_are_told_of_what_is_fresh_and_nothing_of_what_a_log_says(db) {
        let app = TestApp::start(db).await;
        let now = app.clock.now();
        app.import("old.jsonl", fatigue("gus", 5, now - SignedDuration::from_hours(48))).await;
        app.finding_where("mfa_fatigue", |row| row.subject_label == "gus").await;
        let about_incidents = async || {
            app.messages().await.into_iter().filter(|m| m.subject.contains("incident")).collect::<Vec<_>>()
        };
        assert_eq!(about_incidents().await.len(), 0, "an attack of the day before yesterday wakes nobody");
        app.import("new.jsonl", fatigue("Call-0900-555-now", 5, now)).await;
        app.finding_where("mfa_fatigue", |row| row.subject_label != "gus").await;
        let mut notified = about_incidents().await;
        notified.sort_by(|one, other| one.recipient.cmp(&other.recipient));
        let to: Vec<&str> = notified.iter().map(|message| message.recipient.as_str()).collect();
        assert_eq!(to, ["ada@demo.postern.invalid", "sol@demo.postern.invalid"]);
        assert!(notified[0].body.contains("/desk/incidents/") && !notified[0].body.contains("0900"), "{}", notified[0].body);
    }

    async fn long_records_are_kept_and_analysed_a_few_at_a_time(db) {
        let app = TestApp::start(db).await;
        let now = app.clock.now();
        let long = "x".repeat(50_000);
        let mut records: Vec<Value> = (0..200).map(|n| signed_in(&format!("p{n}"), now)).collect();
        records.extend(fatigue("ana", 5, now).lines().map(|line| serde_json::from_str(line).unwrap()));
        for record in &mut records {
            record["detail"] = long.as_str().into();
        }
        let counts = app.import("long.jsonl", jsonl(&records)).await;
        assert_eq!(counts["stored"], 205, "{counts}");
        // As many changes as there are moments in the ids.
        assert!(app.count("SELECT COUNT(DISTINCT substr(id, 1, 13)) FROM imported_sign_ins").await >= 3);
        let (mut after, mut pages) = (String::new(), Vec::new());
        loop {
            let page = imported_sign_ins::list_after(&app.db, &app.tenant, &after, 2_000).await.unwrap();
            let Some(last) = page.last() else { break };
            after.clone_from(&last.id);
            assert!(page.iter().map(|row| row.record.len()).sum::<usize>() < (4 << 20) + (64 << 10));
            pages.push(page.len());
        }
        assert!(pages.len() >= 3 && pages.iter().sum::<usize>() == 205, "{pages:?}");
        app.finding("mfa_fatigue").await;
        // And when it is analysed anew.
        let app = TestApp::start_at(app.stop().await, |_| {}).await;
        sqlx::query(app.own("DELETE FROM finding_people")).execute(app.db.reader()).await.unwrap();
        sqlx::query(app.own("DELETE FROM findings")).execute(app.db.reader()).await.unwrap();
        app.import("more.jsonl", jsonl(&[declined("ana", app.clock.now())])).await;
        app.finding_where("mfa_fatigue", |row| row.record_count == 6).await;
    }

    async fn imported_ids_sort_as_they_were_committed(db) {
        let app = TestApp::start(db).await;
        let now = app.clock.now();
        let token = app.token(&["signins:import"]).await;
        let sent = (0..6).map(|n| {
            let (program, token) = (app.browser(), token.clone());
            let log = jsonl(&(0..40).map(|k| signed_in(&format!("p{n}-{k}"), now)).collect::<Vec<_>>());
            async move { crate::steps::send_log(&program, &token, "x", log).await.status(201).json() }
        });
        let mut seen: Vec<String> = Vec::new();
        let mut tasks = tokio::task::JoinSet::new();
        sent.for_each(|task| { tasks.spawn(task); });
        // A reader that only ever asks for what is newer than what it has seen misses nothing.
        while seen.len() < 240 {
            // One that failed would be waited for without end.
            while let Some(ended) = tasks.try_join_next() {
                ended.unwrap();
            }
            let after = seen.last().cloned().unwrap_or_default();
            let page = imported_sign_ins::list_after(&app.db, &app.tenant, &after, 7).await.unwrap();
            seen.extend(page.into_iter().map(|row| row.id));
        }
        tasks.join_all().await;
        assert_eq!(app.count("SELECT COUNT(*) FROM imported_sign_ins").await, 240);
    }
}
