//! `/desk`: who is waiting; strangers' cases in a list of their own; and a search.

use axum::response::Response;
use postern_core::policy::ViewDesk;
use serde::Deserialize;
use serde_json::json;

use crate::actions::permit_on_tenant;
use crate::scope::Scope;
use crate::store::cases::queue::{self, DeskList};
use crate::web::case_line::load_page;
use crate::web::extract::{Query, Signed};
use crate::web::problem::Problem;
use crate::web::router::render;

const PAGE_SIZE: i64 = 100;

/// Which cases.
#[derive(Deserialize)]
pub struct QueueQuery {
    /// `queue` when empty, `strangers` or `closed`.
    #[serde(default)]
    list: String,
    /// What is searched for.
    #[serde(default)]
    q: String,
    /// The last case of the page before.
    #[serde(default)]
    after: String,
}

/// `GET /desk`
pub async fn show(
    scope: Scope,
    Signed(caller): Signed,
    Query(which): Query<QueueQuery>,
) -> Result<Response, Problem> {
    if caller.person.role.is_staff() && !caller.phishing_resistant {
        return render(&scope, Some(&caller), "desk/passkey_wanted.html", json!({}));
    }
    permit_on_tenant::<ViewDesk>(&scope, &caller).await?;
    let list = parse(&which.list, &which.q)
        .ok_or_else(|| Problem::bad_request("list must be queue, strangers or closed."))?;
    let page = load_page(&scope, &list, (&which.after, PAGE_SIZE)).await?;
    let tab = match list {
        DeskList::Queue | DeskList::Contested => "queue",
        DeskList::Strangers => "strangers",
        DeskList::Closed => "closed",
        DeskList::Search(_) => "search",
    };
    let values = json!({
        "cases": page.cases, "tab": tab, "q": which.q.trim(), "is_first": which.after.is_empty(),
        "query": query(&which, &which.after), "next": page.next.map(|next| query(&which, &next)),
        "strangers": queue::count_strangers(&scope.app.db, &scope.tenant.id).await?,
    });
    render(&scope, Some(&caller), "desk/queue.html", values)
}

/// The list that is meant. `None`: there is no such list.
pub(in crate::web) fn parse(list: &str, search: &str) -> Option<DeskList> {
    match (search.trim(), list) {
        ("", "" | "queue") => Some(DeskList::Queue),
        ("", "strangers") => Some(DeskList::Strangers),
        ("", "closed") => Some(DeskList::Closed),
        ("", _) => None,
        (search, _) => Some(DeskList::Search(search.to_owned())),
    }
}

/// The page after a case, as a query string.
fn query(which: &QueueQuery, after: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in [("list", which.list.as_str()), ("q", which.q.trim()), ("after", after)] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    query.finish()
}
