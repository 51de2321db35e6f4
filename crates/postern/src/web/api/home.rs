//! What needs the desk now, and how it has been: for the home page and for programs.

use axum::Json;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use postern_core::event::EventKind;
use postern_core::policy::ViewDesk;
use serde::Serialize;
use utoipa::ToSchema;

use super::errors::ReadErrors;
use super::set_up::lacks;
use crate::actions::{Caller, permit_on_tenant};
use crate::scope::Scope;
use crate::store::cases::queue::{CaseFilter, CaseListing, DeskList, NextMove};
use crate::store::cases::totals::{self, EndedCase};
use crate::store::findings::{self, Filter};
use crate::store::{audit, time};
use crate::web::case_line::{CaseLine, load_page};
use crate::web::extract::ApiCaller;
use crate::web::finding_view::{FindingView, views};
use crate::web::problem::Problem;

/// Cases and findings that are shown.
const MOST_CASES: i64 = 50;
const MOST_FINDINGS: i64 = 5;
const MOST_NOT_RECOVERED: i64 = 10;
/// Days in the diagram.
const DAYS: i64 = 14;

/// The desk, now.
#[derive(Serialize, ToSchema)]
pub struct HomeView {
    /// The moment that it shows.
    #[schema(value_type = String, format = DateTime)]
    pub as_of: Timestamp,
    /// Open cases that are somebody's, or were taken up.
    pub waiting: i64,
    /// When the oldest of them was opened.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub oldest_at: Option<Timestamp>,
    /// Open cases that the caller has taken up.
    pub yours: i64,
    /// Open cases of strangers that nobody has taken up.
    pub strangers: i64,
    /// The last seven days.
    pub this_week: WeekTotals,
    /// The seven days before.
    pub week_before: WeekTotals,
    /// Open cases that wait for the desk: what its owner contested first, then the oldest. At most 50.
    pub needs_desk: Vec<CaseLine>,
    /// Open cases that wait for somebody else, or for the clock, the oldest first. At most 50.
    pub waits_for_others: Vec<CaseLine>,
    /// Cases that ended in the last 24 hours without the person back in, the latest first. At most ten.
    pub not_recovered: Vec<CaseLine>,
    /// The worst open findings, at most five.
    pub findings: Vec<FindingView>,
    /// Open findings that say that a provider, or something of it, is down for many: a reset helps nobody then.
    pub outages: Vec<FindingView>,
    /// What a new installation still lacks; told to admins.
    pub set_up_lacks: Vec<&'static str>,
    /// How cases ended on each of the last 14 days, in UTC, the oldest first.
    pub days: Vec<DayTotals>,
}

/// How cases of somebody ended in a week.
#[derive(Default, Serialize, ToSchema)]
pub struct WeekTotals {
    /// The person signed in again.
    pub recovered: usize,
    /// Median time from the request to that sign-in. Unit: minutes.
    pub median_minutes: Option<i64>,
    /// Of those that ended: a remedy was applied.
    pub remedied: usize,
    /// Refused.
    pub refused: usize,
    /// Sign-ins with a backup code: whoever has one needs nobody.
    pub self_served: i64,
    /// Their share of those and of the cases that recovered. Unit: per cent; null where there was neither.
    pub self_served_share: Option<i64>,
}

/// How cases ended on a day.
#[derive(Serialize, ToSchema)]
pub struct DayTotals {
    /// `2026-03-02`.
    pub day: String,
    /// The person signed in again.
    pub recovered: usize,
    /// Refused.
    pub refused: usize,
    /// Withdrawn, lapsed, or overtaken by another case.
    pub other: usize,
}

impl HomeView {
    /// Of this moment, for this caller.
    pub async fn load(scope: &Scope, caller: &Caller) -> Result<Self, Problem> {
        let (db, tenant, now) = (&scope.app.db, &scope.tenant.id, scope.now);
        let open = totals::count_open(db, tenant, &caller.person.id).await?;
        let week = SignedDuration::from_hours(7 * 24);
        let (week_ago, before) = (back(now, week), back(now, week * 2));
        let ended = totals::list_ended(db, tenant, before).await?;
        let (new, old): (Vec<_>, Vec<_>) = ended.iter().partition(|case| time(case.closed_at) >= week_ago);
        let in_queue = |step| {
            let filter = CaseFilter { step: Some(step), ..CaseFilter::default() };
            CaseListing { filter, ..CaseListing::of(DeskList::Queue, now) }
        };
        // What is contested comes first: however long the queue is, what burns is on the page.
        let needs_desk = load_page(scope, caller, &in_queue(NextMove::Desk), (None, MOST_CASES)).await?;
        let ended_lately = CaseFilter {
            not_recovered_since: Some(back(now, SignedDuration::from_hours(24))),
            ..CaseFilter::default()
        };
        let ended_lately = CaseListing { filter: ended_lately, ..CaseListing::of(DeskList::Closed, now) };
        let not_recovered = load_page(scope, caller, &ended_lately, (None, MOST_NOT_RECOVERED)).await?;
        let [codes, codes_before] = [(week_ago, now), (before, week_ago)]
            .map(|week| audit::count_of_event(db, tenant, EventKind::MfaBackupCodeUsed, week));
        let others = load_page(scope, caller, &in_queue(NextMove::Others), (None, MOST_CASES)).await?;
        let rows = findings::list_page(db, tenant, &Filter::default(), ("", MOST_FINDINGS)).await?;
        Ok(Self {
            waiting: open.waiting,
            oldest_at: open.oldest_at.map(time),
            yours: open.taken,
            strangers: open.strangers,
            as_of: now,
            this_week: WeekTotals::of(&new, codes.await?),
            week_before: WeekTotals::of(&old, codes_before.await?),
            not_recovered: not_recovered.cases,
            needs_desk: needs_desk.cases,
            waits_for_others: others.cases,
            findings: views(scope, rows).await?,
            outages: views(scope, findings::list_open_of_rule(db, tenant, "outage").await?).await?,
            set_up_lacks: lacks(scope, caller).await?,
            days: days(&ended, now),
        })
    }
}

impl WeekTotals {
    fn of(ended: &[&EndedCase], self_served: i64) -> Self {
        let proven = || ended.iter().filter(|case| case.outcome == "proven");
        let mut minutes: Vec<i64> =
            proven().map(|case| (case.closed_at - case.opened_at) / 60_000_000).collect();
        minutes.sort_unstable();
        let recovered = i64::try_from(minutes.len()).unwrap_or(i64::MAX);
        Self {
            self_served,
            self_served_share: (self_served * 100).checked_div(self_served.saturating_add(recovered)),
            recovered: minutes.len(),
            median_minutes: minutes.get(minutes.len() / 2).copied(),
            remedied: ended.iter().filter(|case| case.remedied_at.is_some()).count(),
            refused: ended.iter().filter(|case| case.outcome == "refused").count(),
        }
    }
}

fn back(from: Timestamp, by: SignedDuration) -> Timestamp {
    from.saturating_sub(by).unwrap_or(Timestamp::MIN)
}

fn days(ended: &[EndedCase], now: Timestamp) -> Vec<DayTotals> {
    let date = |at: Timestamp| TimeZone::UTC.to_datetime(at).date();
    (0..DAYS)
        .rev()
        .map(|ago| {
            let day = date(back(now, SignedDuration::from_hours(24 * ago)));
            let on_it = ended.iter().filter(|case| date(time(case.closed_at)) == day);
            let mut totals = DayTotals { day: day.to_string(), recovered: 0, refused: 0, other: 0 };
            for case in on_it {
                match case.outcome.as_str() {
                    "proven" => totals.recovered += 1,
                    "refused" => totals.refused += 1,
                    _ => totals.other += 1,
                }
            }
            totals
        })
        .collect()
}

/// `GET /api/v1/home`
#[utoipa::path(get, path = "/api/v1/home", tag = "cases", operation_id = "show_home",
    summary = "What needs the desk now",
    description = "Numbers of the last two weeks, the open cases that wait for the desk and those that wait for others, and \
        the worst open findings.",
    security(("service_token" = ["cases:read", "findings:read"]), ("session" = [])),
    responses((status = 200, description = "The desk, now.", body = HomeView), ReadErrors))]
pub async fn show(scope: Scope, caller: ApiCaller) -> Result<Json<HomeView>, Problem> {
    let caller = ApiCaller(caller.with_scope(&scope, "cases:read").await?);
    let caller = caller.with_scope(&scope, "findings:read").await?;
    permit_on_tenant::<ViewDesk>(&scope, &caller).await?;
    Ok(Json(HomeView::load(&scope, &caller).await?))
}
