//! Whom the table of events says a change is announced to, they were told of it, in the same change (P3).

use postern_core::event::{Audience, EventKind};
use sqlx::Row as _;

use super::{Entry, TestApp, entries};

/// Every change to a way in was told to every contact that was on file before it. Openings that were gathered are told in
/// writing.
pub async fn every_change_was_announced(app: &TestApp) {
    let log = entries(app).await;
    openings(app, &log).await;
    staff_were_notified(app, &log).await;
    for entry in log {
        let is_announced = entry.is_announced_to(Audience::Owner);
        let Some(person) = entry.person.as_deref().filter(|_| is_announced) else { continue };
        // Ids sort by time: a contact with a larger one came later, whatever day it says it was filed.
        // One that was taken off the file hears of it for 30 days.
        let contacts = sqlx::query(app.own(
            "SELECT kind, value FROM contacts WHERE person_id = $1 AND id < $2 AND filed_at <> $3 \
             AND (removed_at IS NULL OR removed_at > $4)",
        ));
        let contacts =
            contacts.bind(person).bind(&entry.id).bind(entry.at).bind(entry.at - 30 * 86_400_000_000);
        for contact in contacts.fetch_all(app.db.reader()).await.unwrap() {
            let in_writing = [
                "case.openings_announced",
                "case.refused",
                "case.joined",
                "user.changed",
                "session.revoked",
                "user.lock_lifted",
            ]
            .contains(&entry.event.as_str());
            if in_writing && contact.get::<String, _>("kind") == "office_phone" {
                continue;
            }
            let notified =
                sqlx::query(app.own("SELECT id FROM outbox WHERE recipient = $1 AND created_at = $2"));
            let notified = notified.bind(contact.get::<String, _>("value")).bind(entry.at);
            let notified = notified.fetch_optional(app.db.reader()).await.unwrap();
            assert!(
                notified.is_some(),
                "{} was not told to {}",
                entry.event,
                contact.get::<String, _>("value")
            );
        }
    }
}

/// Of every opening the owner was told, or will be: one that is gathered has another of the same person before it, and
/// nobody has worked on it.
async fn openings(app: &TestApp, log: &[Entry]) {
    let sql = "SELECT id, reference, person_id, opened_at, announced_at, taken_by, document FROM cases \
               WHERE person_id IS NOT NULL ORDER BY id";
    let rows = sqlx::query(app.own(sql)).fetch_all(app.db.reader()).await.unwrap();
    for row in &rows {
        let (id, reference): (String, String) = (row.get("id"), row.get("reference"));
        let opened = log.iter().find(|e| e.event == "case.opened" && e.case.as_deref() == Some(&id)).unwrap();
        let gathered = opened.body["detail"]["told"] == "gathered";
        let names = |e: &&Entry| {
            e.body["detail"]["references"].as_array().unwrap().iter().any(|r| *r == reference.as_str())
        };
        let notified: Vec<&Entry> =
            log.iter().filter(|e| e.event == "case.openings_announced").filter(names).collect();
        let announced: Option<i64> = row.get("announced_at");
        assert_eq!(
            notified.len(),
            usize::from(gathered && announced.is_some()),
            "case {id} was told of twice, or never"
        );
        assert_eq!(
            announced,
            if gathered { notified.first().map(|e| e.at) } else { Some(row.get("opened_at")) }
        );
        let person: String = row.get("person_id");
        // Two at once may have their ids in another order than that in which they were written.
        let opened_at: i64 = row.get("opened_at");
        let is_before = |other: &sqlx::any::AnyRow| {
            other.get::<String, _>("person_id") == person
                && other.get::<String, _>("id") != id
                && other.get::<i64, _>("opened_at") <= opened_at + 1_000_000
        };
        let is_first = !rows.iter().any(is_before);
        assert!(!(gathered && is_first), "case {id} is the first of its person, and was gathered");
        let case = super::with_evidence(app, serde_json::from_str(row.get("document")).unwrap()).await;
        let worked_on = case.is_attended() || row.get::<Option<String>, _>("taken_by").is_some();
        assert!(
            !worked_on || announced.is_some(),
            "somebody worked on case {id}, and the owner was not told of it"
        );
        let steps = ["case.claimant_page_bound", "case.taken", "case.evidence_added", "case.evidence_failed"];
        for step in log.iter().filter(|e| e.case.as_deref() == Some(&id) && steps.contains(&e.event.as_str()))
        {
            assert!(announced.unwrap() <= step.at, "{} before the opening of case {id} was told", step.event);
        }
    }
}

impl Entry {
    /// Whether the table of events says that such a record is announced to them.
    fn is_announced_to(&self, audience: Audience) -> bool {
        let kind = EventKind::parse(&self.event).unwrap();
        // What a test put in through the store was told to nobody.
        let is_planted = self.body["before"]["planted"] == true;
        !is_planted && kind.announced_to(&self.body["detail"]).any(|announced| announced == audience)
    }
}

const OVERSEERS: &str = "'admin', 'auditor'";

/// Staff are told by mail of what the table says: above all, whoever watches over the desk, of everything that gives
/// somebody power there.
async fn staff_were_notified(app: &TestApp, log: &[Entry]) {
    for entry in log {
        let person = entry.person.as_deref().unwrap_or_default();
        let audiences = [
            (Audience::Overseers, OVERSEERS, ""),
            (Audience::Admins, "'admin'", person),
            (Audience::Seniors, "'senior', 'admin'", ""),
        ];
        for (audience, roles, but) in audiences {
            if entry.is_announced_to(audience) {
                was_mailed(app, entry, roles, but).await;
            }
        }
        // By the request that stands beside it, which the record itself does not name.
        let with_a_role = entry.event == "user.added"
            && entry.body["detail"]["role"] != "person"
            && entry.body["actor"]["type"] != "system";
        if with_a_role {
            was_mailed(app, entry, OVERSEERS, "").await;
        }
    }
}

/// Whoever had one of the roles when it happened, but one, has a mail of that moment.
async fn was_mailed(app: &TestApp, entry: &Entry, roles: &str, but: &str) {
    let sql = format!(
        "SELECT c.value FROM contacts c JOIN persons p ON p.id = c.person_id \
         WHERE p.role IN ({roles}) AND p.id <> $3 AND c.kind = 'email' AND c.id < $1 \
         AND NOT EXISTS (SELECT 1 FROM person_changes c WHERE c.person_id = p.id AND c.changed_at >= $2) AND (p.suspended_at IS NULL OR p.suspended_at > $2)"
    );
    let mails = sqlx::query(app.own(&sql)).bind(&entry.id).bind(entry.at).bind(but);
    for mail in
        mails.fetch_all(app.db.reader()).await.unwrap().iter().map(|row| row.get::<String, _>("value"))
    {
        let notified = sqlx::query(app.own("SELECT id FROM outbox WHERE recipient = $1 AND created_at = $2"));
        let notified = notified.bind(&mail).bind(entry.at).fetch_optional(app.db.reader()).await.unwrap();
        assert!(notified.is_some(), "{} was not told to {mail}", entry.event);
    }
}
