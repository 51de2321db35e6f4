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
use crate::actions::{Caller, permit_on_tenant, server_clock};
use crate::scope::Scope;
use crate::store::cases::queue::{CaseFilter, CaseListing, DeskList, NextMove};
use crate::store::cases::totals::{self, EndedCases};
use crate::store::findings::{self, Filter};
use crate::store::{StoreError, audit, time};
use crate::web::case_line::{CaseLine, load_page};
use crate::web::extract::ApiCaller;
use crate::web::finding_view::{FindingView, views};
use crate::web::problem::Problem;

/// Cases of a list: ten are shown, and one more says that there are others.
const MOST_CASES: i64 = 11;
/// Findings that are shown.
const MOST_FINDINGS: i64 = 5;
const MOST_NOT_RECOVERED: i64 = 10;
/// Days in the diagram.
const DAYS: i64 = 14;
/// Unit: seconds.
const DAY: i64 = 24 * 3600;

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
    /// Open cases that wait for the desk: what its owner contested first, then the oldest. At most eleven: the queue has the rest.
    pub needs_desk: Vec<CaseLine>,
    /// Open cases that wait for somebody else, or for the clock, the oldest first. At most eleven.
    pub waits_for_others: Vec<CaseLine>,
    /// Cases that ended in the last 24 hours without the person back in, the latest first. At most ten.
    pub not_recovered: Vec<CaseLine>,
    /// The worst open findings, at most five.
    pub findings: Vec<FindingView>,
    /// Open findings that say that a provider, or something of it, is down for many: a reset helps nobody then.
    pub outages: Vec<FindingView>,
    /// Where this server's clock seems to be wrong, and right codes of code apps are refused for it.
    pub server_clock: Option<ServerClockView>,
    /// What a new installation still lacks; told to admins.
    pub set_up_lacks: Vec<&'static str>,
    /// How cases ended on each of the last 14 days, in UTC, the oldest first.
    pub days: Vec<DayTotals>,
}

/// What the codes of the last hour say of this server's clock.
#[derive(Serialize, ToSchema)]
pub struct ServerClockView {
    /// `about 4 minutes fast`.
    pub off: String,
    /// People whose codes were right for that other time: five or more.
    pub people: usize,
}

/// How cases of somebody ended in a week.
#[derive(Default, Serialize, ToSchema)]
pub struct WeekTotals {
    /// The person signed in again.
    pub recovered: i64,
    /// Median time from the request to that sign-in. Unit: minutes.
    pub median_minutes: Option<i64>,
    /// Of those that ended: a remedy was applied.
    pub remedied: i64,
    /// Refused.
    pub refused: i64,
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
    pub recovered: i64,
    /// Refused.
    pub refused: i64,
    /// Withdrawn, lapsed, or overtaken by another case.
    pub other: i64,
}

impl HomeView {
    /// Of this moment, for this caller.
    pub async fn load(scope: &Scope, caller: &Caller) -> Result<Self, Problem> {
        let (db, tenant, now) = (&scope.app.db, &scope.tenant.id, scope.now);
        let open = totals::count_open(db, tenant, &caller.person.id).await?;
        let week = SignedDuration::from_hours(7 * 24);
        let (week_ago, before) = (back(now, week), back(now, week * 2));
        let ended = totals::count_ended(db, tenant, (before, week_ago)).await?;
        let medians = totals::list_median_times(db, tenant, (before, week_ago)).await?;
        let median_of =
            |week: i64| medians.iter().find(|median| median.week == week).map(|median| median.took);
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
            this_week: WeekTotals::of((&ended, 1), median_of(1), codes.await?),
            week_before: WeekTotals::of((&ended, 0), median_of(0), codes_before.await?),
            not_recovered: not_recovered.cases,
            needs_desk: needs_desk.cases,
            waits_for_others: others.cases,
            findings: views(scope, rows).await?,
            outages: views(scope, findings::list_open_of_rule(db, tenant, "outage").await?).await?,
            server_clock: ServerClockView::load(scope).await?,
            set_up_lacks: lacks(scope, caller).await?,
            days: days(&ended, now),
        })
    }
}

impl ServerClockView {
    async fn load(scope: &Scope) -> Result<Option<Self>, StoreError> {
        let alarm = server_clock::find_alarm(scope).await?;
        Ok(alarm.map(|alarm| Self { off: server_clock::server_is_off(alarm), people: alarm.people }))
    }
}

impl WeekTotals {
    fn of((ended, week): (&[EndedCases], i64), median: Option<i64>, self_served: i64) -> Self {
        let of_week = || ended.iter().filter(|day| day.week == week);
        let count = |outcome: &str| of_week().filter(|day| day.outcome == outcome).map(|day| day.cases).sum();
        let recovered: i64 = count("proven");
        Self {
            self_served,
            self_served_share: (self_served * 100).checked_div(self_served.saturating_add(recovered)),
            recovered,
            median_minutes: median.map(|micros| micros / 60_000_000),
            remedied: of_week().map(|day| day.remedied).sum(),
            refused: count("refused"),
        }
    }
}

fn back(from: Timestamp, by: SignedDuration) -> Timestamp {
    from.saturating_sub(by).unwrap_or(Timestamp::MIN)
}

fn days(ended: &[EndedCases], now: Timestamp) -> Vec<DayTotals> {
    let today = now.as_second().div_euclid(DAY);
    let name = |day: i64| {
        Timestamp::from_second(day * DAY).map(|at| TimeZone::UTC.to_datetime(at).date().to_string())
    };
    (today - DAYS + 1..=today)
        .map(|day| {
            let mut totals =
                DayTotals { day: name(day).unwrap_or_default(), recovered: 0, refused: 0, other: 0 };
            for ended in ended.iter().filter(|ended| ended.day == day) {
                match ended.outcome.as_str() {
                    "proven" => totals.recovered += ended.cases,
                    "refused" => totals.refused += ended.cases,
                    _ => totals.other += ended.cases,
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
