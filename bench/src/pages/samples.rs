//! A case at every stage, each brought there through the actions; then copies of them.

use postern::actions::Caller;
use postern::actions::add_evidence::{Verification, add_evidence};
use postern::actions::apply_remedy::apply_remedy;
use postern::actions::bind_claimant_page::bind_claimant_page;
use postern::actions::escalate_case::escalate_case;
use postern::actions::open_case::{open_case, open_case_after_password};
use postern::actions::refuse_case::refuse_case;
use postern::actions::vouch::{ManagersWord, vouch};
use postern::actions::withdraw_case::withdraw_case;
use postern::request::RequestInfo;
use postern::scope::Scope;
use postern::store::cases;
use postern_core::case::{Case, CaseError};
use postern_core::evidence::{EvidenceOutcome, Kind};
use postern_core::id::CaseId;

use super::fill::run;
use crate::people::Somebody;
use crate::server::{Server, cause};
use crate::{Outcome, say};

/// What is said where a reason is wanted.
const REASON: &str = "lost phone, verified by call and manager";

/// How an open sample stands.
pub const OPEN: [&str; 9] = [
    "fresh",
    "opened by a stranger",
    "with proof",
    "with proof that failed",
    "escalated",
    "that wants another yes",
    "ready",
    "remedied",
    "contested",
];
/// How a closed one ended.
pub const CLOSED: [&str; 5] = ["refused", "withdrawn", "lapsed", "superseded", "recovered"];

/// A case of which copies are made.
pub struct SampleCase {
    /// How it stands.
    pub name: &'static str,
    pub id: CaseId,
    /// The cookie of the claimant page.
    pub page: String,
}

/// Who works on them.
pub struct SampleStaff {
    pub agent: Caller,
    pub manager: Caller,
}

impl SampleStaff {
    /// One of each, each somebody else's.
    pub async fn sample_cases(&self, server: &Server, people: &[Somebody]) -> Outcome<Vec<SampleCase>> {
        let mut made = Vec::new();
        for ((name, somebody), number) in OPEN.into_iter().chain(CLOSED).zip(people).zip(1..) {
            let request = RequestInfo {
                // Each from an address of its own: one address may open a handful of cases an hour.
                ip: format!("2001:db8:{number:x}:5::1"),
                user_agent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/131.0.0.0 Safari/537.36".to_owned(),
                ..RequestInfo::none()
            };
            let Scope { app, tenant, .. } = server.scope()?;
            let scope = Scope::of_request(app, tenant, request);
            made.push(Box::pin(self.sample(&scope, name, somebody)).await?);
        }
        Ok(made)
    }

    async fn sample(&self, scope: &Scope, name: &'static str, whose: &Somebody) -> Outcome<SampleCase> {
        let opened = if name == "opened by a stranger" {
            open_case(&scope.later(), &whose.login, None).await
        } else {
            open_case_after_password(&scope.later(), &whose.login, None).await
        };
        let opened = opened.map_err(cause)?;
        let id = &opened.id;
        match name {
            "with proof" => self.call(scope, id, whose).await?,
            "with proof that failed" => {
                let said = Verification {
                    kind: Kind::CallPlaced,
                    outcome: EvidenceOutcome::WrongPerson,
                    contact: Some(&whose.office_phone),
                    reference: "HD-1, recorded",
                };
                add_evidence(&scope.later(), &self.agent, id, said).await.map_err(cause)?;
            }
            "escalated" => escalate_case(&scope.later(), &self.agent, id, REASON).await.map_err(cause)?,
            "that wants another yes" | "ready" => self.verify(scope, id, whose).await?,
            "remedied" => self.remedy(scope, id, whose).await?,
            "recovered" => {
                self.remedy(scope, id, whose).await?;
                save(scope, id, Case::prove).await?;
            }
            "contested" => save(scope, id, Case::contest).await?,
            "refused" => refuse_case(&scope.later(), &self.agent, id, REASON).await.map_err(cause)?,
            "withdrawn" => {
                let row = cases::load(&scope.app.db, &scope.tenant.id, id).await?;
                withdraw_case(&scope.later(), &row).await.map_err(cause)?;
            }
            "lapsed" => save(scope, id, |case, now| Ok(case.lapse(now))).await?,
            "superseded" => save(scope, id, Case::supersede).await?,
            _ => {}
        }
        Ok(SampleCase { name, id: opened.id, page: opened.claimant_page_token.to_string() })
    }

    async fn call(&self, scope: &Scope, id: &CaseId, whose: &Somebody) -> Outcome<()> {
        let phrase = cases::load(&scope.app.db, &scope.tenant.id, id).await?.phrase;
        bind_claimant_page(&scope.later(), &self.agent, id, &whose.office_phone, &phrase)
            .await
            .map_err(cause)?;
        let said = Verification::confirmed(Kind::CallPlaced, "HD-1, recorded");
        add_evidence(&scope.later(), &self.agent, id, said).await.map_err(cause)?;
        Ok(())
    }

    async fn verify(&self, scope: &Scope, id: &CaseId, whose: &Somebody) -> Outcome<()> {
        self.call(scope, id, whose).await?;
        let phrase = cases::load(&scope.app.db, &scope.tenant.id, id).await?.phrase;
        let word = ManagersWord::yes(&phrase, "I know the voice and saw them today");
        vouch(&scope.later(), &self.manager, id, word).await.map_err(cause)?;
        Ok(())
    }

    async fn remedy(&self, scope: &Scope, id: &CaseId, whose: &Somebody) -> Outcome<()> {
        self.verify(scope, id, whose).await?;
        apply_remedy(&scope.later(), &self.agent, id, (None, REASON)).await.map_err(cause)
    }
}

/// Where only a case's own person, or time, moves it.
async fn save(
    scope: &Scope,
    id: &CaseId,
    step: impl Fn(Case, jiff::Timestamp) -> Result<Case, CaseError>,
) -> Outcome<()> {
    let scope = scope.later();
    let row = cases::load(&scope.app.db, &scope.tenant.id, id).await?;
    let case = row.case(scope.now)?.ok_or("a case of an unknown login")?;
    let mut change = scope.begin().await?;
    cases::save(&mut change, &row, &step(case, scope.now)?).await?;
    Ok(change.commit_unrecorded("cases for the bench").await?)
}

/// Makes `count` copies of them, in turns, each somebody else's of the directory, and opened so many seconds before the last.
/// `first`: the number of the first copy.
pub async fn copy(
    server: &Server,
    samples: &[&SampleCase],
    (first, count): (usize, usize),
    (people, seconds): (usize, usize),
) -> Outcome<()> {
    let each = count / samples.len();
    for (sample, turn) in samples.iter().zip(0..) {
        say(&format!("pages: {each} cases {}", sample.name));
        let (from, until) = (first + turn * each, first + (turn + 1) * each);
        run(server, &copy_sql(sample.id.as_str(), (from, until), people, seconds)).await?;
    }
    Ok(())
}

/// Both databases have recursive queries, and neither has the other's series.
fn copy_sql(sample: &str, (from, until): (usize, usize), people: usize, seconds: usize) -> String {
    // The end of an id becomes the number of the copy.
    let id = format!("substr('{sample}', 1, 24) || substr(CAST(1000000000000 + n.i AS TEXT), 2)");
    let numbers = format!(
        "WITH RECURSIVE n(i) AS (SELECT CAST({from} AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {until})"
    );
    let ago = format!("(n.i - {from}) * {seconds} * CAST(1000000 AS BIGINT)");
    format!(
        "INSERT INTO cases (tenant_id, id, reference, person_id, claimed_login, claimed_key, claimant_page_token_hash, \
         claimant_page_expires_at, phrase, stage, document, version, opened_with, opened_by, ip, user_agent, opened_at, \
         changed_at, closed_at, outcome, remedied_at, announced_at, taken_by, stranger_since, lapses_at, marked_at, tier, \
         queue_rank, negative_risk, escalated, desk_from, handled_by) {numbers} \
         SELECT c.tenant_id, {id}, 'C-' || n.i, p.id, p.login, p.login_key, 'copy-' || n.i, c.claimant_page_expires_at, c.phrase, c.stage, \
         replace(replace(c.document, c.id, {id}), c.person_id, p.id), c.version, c.opened_with, c.opened_by, c.ip, c.user_agent, \
         c.opened_at - {ago}, c.changed_at - {ago}, c.closed_at - {ago}, c.outcome, c.remedied_at - {ago}, c.announced_at, \
         CASE WHEN c.stranger_since IS NULL AND c.closed_at IS NULL AND n.i % 3 > 0 THEN \
         (SELECT id FROM persons WHERE login_key = CASE n.i % 3 WHEN 1 THEN 'agent' ELSE 'admin' END) END, \
         c.stranger_since - {ago}, c.lapses_at, c.marked_at - {ago}, c.tier, c.queue_rank, c.negative_risk, c.escalated, \
         c.desk_from - {ago}, c.handled_by FROM n CROSS JOIN cases c \
         JOIN persons p ON p.tenant_id = c.tenant_id AND p.login_key = 'login' || (n.i * 7 % {people}) \
         WHERE c.id = '{sample}'; \
         INSERT INTO evidence (tenant_id, case_id, number, kind, class, channel, attested_by, outcome, recorded_at, document) \
         {numbers} SELECT e.tenant_id, {id}, e.number, e.kind, e.class, e.channel, e.attested_by, e.outcome, \
         e.recorded_at - {ago}, e.document FROM n CROSS JOIN evidence e WHERE e.case_id = '{sample}'"
    )
}
