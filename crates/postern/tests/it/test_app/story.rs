//! The tables against the log: every change of state has its event, and was announced (P3, P4).

mod announcements;

pub use announcements::every_change_was_announced;

use super::TestApp;
use postern_core::case::{Case, ClaimantPage, Outcome, Stage};
use postern_core::event::{EventKind, ReasonWanted};
use postern_core::evidence::{Evidence, EvidenceOutcome};
use serde_json::Value;
use sqlx::Row as _;

/// An audit entry.
struct Entry {
    id: String,
    at: i64,
    event: String,
    person: Option<String>,
    case: Option<String>,
    body: Value,
}

/// Enrolled by `demo::fill`, with no event but `user.added`: a code app each, and backup codes for Ana.
const DEMO_FACTORS: i64 = 12;
const DEMO_CODE_SETS: i64 = 1;

/// Counts what the tables hold against what the log says.
pub async fn every_change_has_its_event(app: &TestApp) {
    let log = entries(app).await;
    let said = |event: &str| i64::try_from(log.iter().filter(|e| e.event == event).count()).unwrap();
    // One event may speak of all tokens of an owner.
    let revoked = log.iter().filter(|e| e.event == "service_token.revoked");
    let revoked: i64 = revoked.map(|e| e.body["detail"]["tokens"].as_i64().unwrap_or(1)).sum();
    let demo = log.iter().any(|e| e.event == "user.added" && e.body["detail"]["by"] == "demo");
    let (demo_factors, demo_sets) = if demo { (DEMO_FACTORS, DEMO_CODE_SETS) } else { (0, 0) };
    let planted = app.count("SELECT COUNT(*) FROM sessions WHERE user_agent = 'planted by a test'").await;
    let pairs: [(&str, i64, i64); 11] = [
        ("SELECT COUNT(*) FROM persons", said("user.added"), 0),
        ("SELECT COUNT(*) FROM factors", said("mfa.factor_enrolled"), demo_factors),
        ("SELECT COUNT(*) FROM backup_code_sets", said("mfa.backup_codes_generated"), demo_sets),
        ("SELECT COUNT(*) FROM backup_codes WHERE used_at IS NOT NULL", said("mfa.backup_code_used"), 0),
        ("SELECT COUNT(*) FROM sessions", said("signin.succeeded"), planted),
        (
            "SELECT COUNT(*) FROM ceremonies WHERE kind = 'step_up' AND used_at IS NOT NULL",
            said("session.stepped_up"),
            0,
        ),
        ("SELECT COUNT(*) FROM cases", said("case.opened"), 0),
        (
            "SELECT COUNT(*) FROM enrolment_passes WHERE purpose = 'enrolment-pass' AND used_at IS NOT NULL",
            said("pass.used"),
            0,
        ),
        (
            "SELECT (SELECT COUNT(*) FROM contests WHERE used_at IS NOT NULL) \
             + (SELECT COUNT(*) FROM contest_choices WHERE used_at IS NOT NULL)",
            log.iter()
                .filter(|e| e.event == "case.contested" && e.body["actor"]["type"] == "anonymous")
                .count()
                .try_into()
                .unwrap(),
            0,
        ),
        ("SELECT COUNT(*) FROM service_tokens", said("service_token.created"), 0),
        ("SELECT COUNT(*) FROM service_tokens WHERE revoked_at IS NOT NULL", revoked, 0),
    ];
    for (sql, events, without) in pairs {
        assert_eq!(app.count(sql).await, events + without, "{sql} against the log");
    }
    people_and_sessions(app, &log).await;
    cases(app, &log).await;
    reasons(&log);
}

/// Whoever is suspended, or signed out before their time, has an event that says so.
async fn people_and_sessions(app: &TestApp, log: &[Entry]) {
    let about = |person: &str, events: &[&str]| {
        log.iter().any(|e| e.person.as_deref() == Some(person) && events.contains(&e.event.as_str()))
    };
    let suspended = sqlx::query(app.own("SELECT id FROM persons WHERE suspended_at IS NOT NULL"));
    for row in suspended.fetch_all(app.db.reader()).await.unwrap() {
        assert!(about(row.get("id"), &["user.suspended"]), "a suspended account without its event");
    }
    let ended = sqlx::query(app.own("SELECT person_id, ended_at FROM sessions WHERE ended_at IS NOT NULL"));
    for row in ended.fetch_all(app.db.reader()).await.unwrap() {
        let (person, at): (String, i64) = (row.get("person_id"), row.get("ended_at"));
        let said = log.iter().any(|e| {
            let ended = ["session.ended", "session.revoked"].contains(&e.event.as_str());
            ended && e.at == at && e.person.as_deref() == Some(&person)
        });
        assert!(said, "a session ended in silence: neither session.ended nor session.revoked");
    }
    let disabled = sqlx::query(app.own("SELECT person_id FROM factors WHERE disabled_at IS NOT NULL"));
    for row in disabled.fetch_all(app.db.reader()).await.unwrap() {
        assert!(about(row.get("person_id"), &["mfa.factor_disabled"]), "a factor stopped in silence");
    }
    let removed = sqlx::query(app.own("SELECT person_id FROM factors WHERE removed_at IS NOT NULL"));
    for row in removed.fetch_all(app.db.reader()).await.unwrap() {
        let events = ["mfa.factor_admin_reset", "mfa.factor_removed"];
        assert!(about(row.get("person_id"), &events), "a factor was removed in silence");
    }
}

/// The case with the rows of its evidence; the columns of each say what is in its document.
async fn with_evidence(app: &TestApp, case: Case) -> Case {
    let columns = "case_id, number, kind, class, channel, attested_by, outcome, recorded_at, document";
    let sql = format!("SELECT {columns} FROM evidence ORDER BY number");
    let rows = sqlx::query(app.own(&sql)).fetch_all(app.db.reader()).await.unwrap();
    let of_case = rows.iter().filter(|row| row.get::<String, _>("case_id") == case.id().as_str());
    let pieces = (1..).zip(of_case).map(|(number, row)| {
        let text = |column: &str| row.get::<String, _>(column);
        let piece: Evidence = serde_json::from_str(&text("document")).unwrap();
        let kind = piece.kind();
        let said = [text("kind"), text("class"), text("channel"), text("attested_by"), text("outcome")];
        let by = piece.attested_by.as_str();
        assert_eq!(said, [kind.as_str(), kind.class().as_str(), kind.channel(), by, piece.outcome.as_str()]);
        assert_eq!((row.get("number"), row.get("recorded_at")), (number, piece.at.as_microsecond()));
        piece
    });
    let pieces = pieces.collect();
    case.with_evidence(pieces)
}

/// Every case tells the same story in its document and in the log.
async fn cases(app: &TestApp, log: &[Entry]) {
    let mut remedied = 0;
    let rows = sqlx::query(app.own("SELECT id, document, closed_at FROM cases"));
    for row in rows.fetch_all(app.db.reader()).await.unwrap() {
        let (id, document): (String, Option<String>) = (row.get("id"), row.get("document"));
        let closed: Option<i64> = row.get("closed_at");
        let said =
            |event: &str| log.iter().filter(|e| e.case.as_deref() == Some(&id) && e.event == event).count();
        assert_eq!(said("case.opened"), 1, "case {id}");
        let endings = said("case.closed") + said("case.refused");
        let Some(document) = document else {
            assert_eq!(endings, usize::from(closed.is_some()), "case {id}");
            continue;
        };
        let case = with_evidence(app, serde_json::from_str(&document).unwrap()).await;
        // A case that was closed can still be contested, and is open again then.
        let reopened = matches!(case.stage(), Stage::Contested { .. }) && endings == 1;
        assert_eq!(endings, usize::from(closed.is_some() || reopened), "case {id}");
        let kept = |outcome: fn(EvidenceOutcome) -> bool| {
            case.evidence().iter().filter(|piece| outcome(piece.outcome)).count()
        };
        let (added, rejected) = (said("case.evidence_added"), said("case.evidence_rejected"));
        assert_eq!(kept(|outcome| outcome == EvidenceOutcome::Confirmed), added, "evidence of case {id}");
        assert_eq!(kept(|outcome| outcome == EvidenceOutcome::Rejected), rejected, "evidence of case {id}");
        assert_eq!(
            case.evidence().len() - added - rejected,
            said("case.evidence_failed"),
            "evidence of case {id}"
        );
        assert_eq!(
            case.risk(),
            i64::try_from(kept(EvidenceOutcome::raises_risk)).unwrap(),
            "risk of case {id}"
        );
        // What was over already was contested, and nothing came of it.
        let last_stop = last_stop(log, &id);
        let stopped = last_stop.is_some_and(|at| case.remedied_at().is_none() || !goes_on(log, &id, at));
        assert_eq!(
            case.marks().iter().filter(|mark| mark.kind.escalates()).count(),
            said("case.refused") + usize::from(stopped),
            "marks of case {id}"
        );
        assert_eq!(case.is_escalated(), said("case.escalated") > 0 || last_stop.is_some(), "case {id}");
        if matches!(case.claimant_page(), ClaimantPage::Bound { .. }) {
            assert!(said("case.claimant_page_bound") > 0, "a page bound in silence, case {id}");
        }
        let lapsed = matches!(case.stage(), Stage::Closed { outcome: Outcome::Lapsed, .. });
        assert!(!lapsed || said("case.closed") == 1, "case {id} lapsed in silence");
        story_of_stage(&case, &id, &said);
        let applied: usize = REMEDIES.into_iter().map(said).sum();
        remedied += applied;
        assert!(applied <= 1, "case {id}: a remedy was applied twice");
    }
    // The desk resets in a case; without one, only the operator does, on the command line.
    let by_desk =
        log.iter().filter(|e| REMEDIES.contains(&e.event.as_str()) && e.body["actor"]["type"] != "system");
    assert_eq!(by_desk.count(), remedied, "a remedy outside any case");
}

/// When a case was stopped last.
fn last_stop(log: &[Entry], case: &str) -> Option<i64> {
    let own = log.iter().filter(|e| e.case.as_deref() == Some(case));
    let stops = own.filter(|e| e.event == "case.contested" && e.body["detail"]["stopped"] == true);
    stops.map(|e| e.at).max()
}

/// Whether a senior's yes let it go on afterwards.
fn goes_on(log: &[Entry], case: &str, since: i64) -> bool {
    log.iter().any(|e| e.case.as_deref() == Some(case) && e.event == "case.approved" && e.at >= since)
}

/// What says that a remedy was applied.
const REMEDIES: [&str; 2] = ["mfa.factor_admin_reset", "mfa.backup_codes_admin_generated"];

fn story_of_stage(case: &Case, id: &str, said: &impl Fn(&str) -> usize) {
    let reset: usize = REMEDIES.into_iter().map(said).sum();
    match case.stage() {
        Stage::Verifying => assert_eq!(reset, 0, "case {id}"),
        Stage::AwaitingApproval { .. } | Stage::AwaitingNotice { .. } | Stage::Ready { .. } => {
            assert!(said("case.verified") > 0 && reset == 0, "case {id}");
        }
        Stage::OnHold { approvals, .. } => {
            assert!(said("case.verified") > 0 && said("case.hold_started") > 0 && reset == 0, "case {id}");
            assert!(approvals.is_empty() || said("case.approved") > 0, "case {id}");
        }
        Stage::Remedied { .. } | Stage::Closed { outcome: Outcome::Proven, .. } => {
            assert!(said("case.verified") > 0 && reset == 1, "case {id}");
        }
        Stage::Contested { after_remedy, .. } => {
            assert!(said("case.contested") > 0, "case {id}");
            assert_eq!(reset, usize::from(*after_remedy), "case {id}");
        }
        // A reset case can be overtaken by another of the same person.
        Stage::Closed { outcome: Outcome::Superseded, .. } => {}
        // One that was refused after a reset was stopped first.
        Stage::Closed { outcome: Outcome::Lapsed | Outcome::Refused | Outcome::Withdrawn, .. } => {
            assert_eq!(reset, usize::from(case.remedied_at().is_some()), "case {id}");
        }
    }
}

/// A record carries what its kind must say; what staff did has their name.
fn reasons(log: &[Entry]) {
    for entry in log {
        let kind = EventKind::parse(&entry.event).unwrap();
        let actor = entry.body["actor"]["type"].as_str().unwrap();
        let is_of_people = ["person", "token"].contains(&actor);
        let wanted = match kind.reason_wanted() {
            Some(ReasonWanted::Always) => true,
            Some(ReasonWanted::OfPeople) => is_of_people,
            None => false,
        };
        let reason = entry.body["reason"].as_str().unwrap_or_default();
        assert!(!wanted || reason.len() >= 3, "no reason: {}", entry.body);
        assert!(
            !kind.is_with_state_before() || !entry.body["before"].is_null(),
            "no state before: {}",
            entry.body
        );
        // A case begins with a senior, by itself, where an earlier one was refused or contested: the record names that one.
        let by_itself = entry.event == "case.escalated" && entry.body["detail"]["of"].is_string();
        let by_operator = entry.event == "mfa.factor_admin_reset" && entry.case.is_none();
        let of_staff = [
            "case.hold_wanted",
            "contact.reported_lost",
            "mfa.factor_admin_reset",
            "case.refused",
            "case.escalated",
            "case.approved",
            "case.evidence_added",
        ];
        let is_named = is_of_people || by_itself || by_operator;
        assert!(is_named || !of_staff.contains(&entry.event.as_str()), "{}", entry.body);
    }
    for entry in log.iter().filter(|e| e.event == "mfa.factor_admin_reset") {
        assert!(entry.body["before"]["factors"].is_array(), "no state before: {}", entry.body);
    }
}

async fn entries(app: &TestApp) -> Vec<Entry> {
    let rows =
        sqlx::query(app.own("SELECT id, at, event, person_id, case_id, body FROM audit_entries ORDER BY id"));
    let rows = rows.fetch_all(app.db.reader()).await.unwrap();
    rows.into_iter()
        .map(|row| Entry {
            id: row.get("id"),
            at: row.get::<String, _>("at").parse::<jiff::Timestamp>().unwrap().as_microsecond(),
            event: row.get("event"),
            person: row.get("person_id"),
            case: row.get("case_id"),
            body: serde_json::from_str(row.get("body")).unwrap(),
        })
        .collect()
}
