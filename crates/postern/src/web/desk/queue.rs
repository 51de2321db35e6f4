//! `/desk`: who is waiting; strangers' and closed cases in lists of their own; what narrows a list down; views that are kept; and a
//! search.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use postern_core::case::Outcome;
use postern_core::policy::{ExportCases, Request, ViewDesk};
use postern_core::tier::Tier;
use serde::Serialize;

use crate::actions::{ActionError, Caller, permit_on_tenant};
use crate::case_query::CaseQuery;
use crate::scope::Scope;
use crate::store::cases::queue::{CaseCounts, DeskList, MOST_COUNTED, count_all};
use crate::store::{persons, saved_views};
use crate::web::case_line::{CaseLine, load_page, read_query};
use crate::web::desk::outcome_label;
use crate::web::extract::Signed;
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_error, render, render_with};

const PAGE_SIZE: i64 = 50;

/// What the page shows.
#[derive(Serialize)]
pub struct QueuePage {
    /// `queue`, `strangers`, `closed` or `search`.
    pub tab: &'static str,
    pub cases: Vec<CaseLine>,
    /// The query of the next page.
    pub next: Option<String>,
    pub is_first: bool,
    /// The query of this page, and of the first one of the whole list.
    pub here: String,
    pub whole: String,
    pub q: String,
    pub views: Vec<ViewTab>,
    /// The name of the caller's own view that this is.
    pub own_view: Option<String>,
    pub filters: Filters,
    pub strangers: i64,
    /// Whether the caller may take the list away as a file.
    pub may_export: bool,
    pub now: Timestamp,
    pub save: SaveViewForm,
}

impl PageView for QueuePage {
    const TEMPLATE: &'static str = "desk/queue.html";
}

/// A view: built in, or somebody's own.
#[derive(Serialize)]
pub struct ViewTab {
    pub label: String,
    pub query: String,
    pub count: Option<String>,
    pub is_current: bool,
}

/// What narrows the list down, and what could.
#[derive(Serialize)]
pub struct Filters {
    /// The parameters as they are.
    pub list: String,
    pub step: String,
    pub tier: String,
    pub risk: String,
    pub who: String,
    pub escalated: String,
    pub outcome: String,
    pub sort: String,
    pub tiers: Vec<String>,
    pub colleagues: Vec<FilterChoice>,
    pub outcomes: Vec<FilterChoice>,
    /// Those that are set, each with the query of the list without it.
    pub set: Vec<FilterChoice>,
}

/// Something to choose: its word, or its query, and what it is called.
#[derive(Serialize)]
pub struct FilterChoice {
    pub value: String,
    pub label: String,
}

/// What is kept under a name, and what was wrong with the name.
#[derive(Default, Serialize)]
pub struct SaveViewForm {
    pub query: String,
    pub name: String,
    pub error: Option<String>,
}

/// A form about views that came back.
pub(super) struct ViewForm {
    pub error: ActionError,
    /// The name that was typed.
    pub name: String,
}

/// Staff who are signed in without a passkey are told to use one.
#[derive(Serialize)]
pub struct PasskeyWantedPage {}

impl PageView for PasskeyWantedPage {
    const TEMPLATE: &'static str = "desk/passkey_wanted.html";
}

/// `GET /desk`
pub async fn show(
    scope: Scope,
    Signed(caller): Signed,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    if caller.person.role.is_staff() && !caller.phishing_resistant {
        return render(&scope, Some(&caller), PasskeyWantedPage {});
    }
    page(&scope, &caller, CaseQuery::read(query.as_deref().unwrap_or_default()), None).await
}

/// The address of a list.
pub(super) fn address(query: &CaseQuery) -> String {
    match query.write() {
        query if query.is_empty() => "/desk".to_owned(),
        query => format!("/desk?{query}"),
    }
}

/// The page; after a form that came back, with what was wrong.
pub(super) async fn page(
    scope: &Scope,
    caller: &Caller,
    query: CaseQuery,
    failed: Option<ViewForm>,
) -> Result<Response, Problem> {
    permit_on_tenant::<ViewDesk>(scope, caller).await?;
    let (listing, after) = read_query(scope, caller, &query).await?;
    let lines = load_page(scope, caller, &listing, (after.as_ref(), PAGE_SIZE)).await?;
    let counts = count_all(&scope.app.db, &scope.tenant.id, &caller.person.id).await?;
    let mut status = StatusCode::OK;
    let mut save = SaveViewForm { query: query.as_view().write(), ..SaveViewForm::default() };
    if let Some(failed) = failed {
        let (answer, _, message) = form_error(failed.error)?;
        (status, save.error, save.name) = (answer, Some(message), failed.name);
    }
    let (views, own_view) = views(scope, caller, &query, &counts).await?;
    let shown = QueuePage {
        tab: match listing.list {
            DeskList::Queue => "queue",
            DeskList::Strangers => "strangers",
            DeskList::Closed => "closed",
            DeskList::Search(_) => "search",
        },
        cases: lines.cases,
        next: lines.next.map(|next| query.with("after", &next.to_string()).write()),
        is_first: after.is_none(),
        here: query.write(),
        whole: query.without_filters().write(),
        q: query.q.clone(),
        views,
        own_view,
        filters: filters(scope, &query).await?,
        strangers: counts.strangers,
        may_export: may_export(scope, caller),
        now: scope.now,
        save,
    };
    render_with(scope, Some(caller), status, shown)
}

fn may_export(scope: &Scope, caller: &Caller) -> bool {
    let staff = caller.staff();
    let request = Request::<ExportCases>::on_tenant(&staff, &scope.tenant.id);
    scope.tenant.policies.authorize(&request).is_ok()
}

/// The views that everybody has, and those that the caller keeps; and which of their own this is.
async fn views(
    scope: &Scope,
    caller: &Caller,
    query: &CaseQuery,
    counts: &CaseCounts,
) -> Result<(Vec<ViewTab>, Option<String>), Problem> {
    let built_in = [
        ("Queue", "", Some(counts.queue)),
        ("Mine", "who=me", Some(counts.mine)),
        ("Unassigned", "who=nobody", Some(counts.unassigned)),
        ("Needs a senior", "escalated=yes", Some(counts.escalated)),
        ("Strangers", "list=strangers", Some(counts.strangers)),
        ("Closed", "list=closed", None),
    ];
    let current = query.with("after", "");
    let tab = |label: &str, view: &CaseQuery, count: Option<i64>| ViewTab {
        label: label.to_owned(),
        query: view.write(),
        count: count.filter(|count| *count > 0).map(count_label),
        is_current: *view == current,
    };
    let mut tabs: Vec<ViewTab> =
        built_in.map(|(label, view, count)| tab(label, &CaseQuery::read(view), count)).into();
    let mut own_view = None;
    for row in saved_views::list_of(&scope.app.db, &scope.tenant.id, &caller.person.id).await? {
        // Read anew, as if it had been typed: whatever stands there leads to this list and nowhere else.
        let tab = tab(&row.name, &CaseQuery::read(&row.query).as_view(), None);
        if tab.is_current {
            own_view = Some(row.name);
        }
        tabs.push(tab);
    }
    Ok((tabs, own_view))
}

fn count_label(count: i64) -> String {
    if count < MOST_COUNTED { count.to_string() } else { format!("{}+", MOST_COUNTED - 1) }
}

async fn filters(scope: &Scope, query: &CaseQuery) -> Result<Filters, Problem> {
    let at_desk = persons::list_at_desk(&scope.app.db, &scope.tenant.id).await?;
    let choice = |value: &str, label: &str| FilterChoice { value: value.to_owned(), label: label.to_owned() };
    let mut colleagues: Vec<FilterChoice> =
        at_desk.iter().map(|person| choice(person.id.as_str(), &person.name)).collect();
    // Somebody who is not at the desk any more may still have a case.
    if !["", "me", "nobody"].contains(&query.who.as_str())
        && !colleagues.iter().any(|colleague| colleague.value == query.who)
    {
        let ids = [query.who.as_str()].into_iter().collect();
        let names = persons::list_names(&scope.app.db, &scope.tenant.id, &ids).await?;
        colleagues.extend(names.iter().map(|(id, name)| choice(id, name)));
    }
    let name_of = |id: &str| colleagues.iter().find(|colleague| colleague.value == id);
    let set = query.filters().into_iter().map(|(name, value)| {
        let label = filter_label(name, value, name_of(value).map_or(value, |colleague| &colleague.label));
        FilterChoice { value: query.with(name, "").write(), label }
    });
    Ok(Filters {
        set: set.collect(),
        list: query.list.clone(),
        step: query.step.clone(),
        tier: query.tier.clone(),
        risk: query.risk.clone(),
        who: query.who.clone(),
        escalated: query.escalated.clone(),
        outcome: query.outcome.clone(),
        sort: query.sort.clone(),
        tiers: scope.tenant.settings.tiers.iter().map(Tier::as_str).map(str::to_owned).collect(),
        outcomes: Outcome::ALL.map(|one| choice(one.as_str(), outcome_label(one.as_str()))).into(),
        colleagues,
    })
}

/// What a filter that is set says. `person` is the name, where its value is somebody's id.
fn filter_label(name: &str, value: &str, person: &str) -> String {
    match (name, value) {
        ("step", "desk") => "Needs the desk".to_owned(),
        ("step", "others") => "Waits for others".to_owned(),
        ("step", _) => "Contested".to_owned(),
        ("risk", least) => format!("Risk {least} or more"),
        ("who", "me") => "Yours".to_owned(),
        ("who", "nobody") => "Nobody's".to_owned(),
        ("who", _) => person.to_owned(),
        ("escalated", _) => "Needs a senior".to_owned(),
        ("outcome", outcome) => outcome_label(outcome).to_owned(),
        ("tier", tier) => format!("Tier {tier}"),
        (name, value) => format!("{name}: {value}"),
    }
}
