//! `/desk/people`: the directory.

use axum::response::Response;
use postern_core::policy::ViewDesk;
use serde::{Deserialize, Serialize};

use crate::actions::permit_on_tenant;
use crate::scope::Scope;
use crate::web::api::people::PeopleList;
use crate::web::extract::{Query, Signed};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::render;

const PAGE_SIZE: i64 = 50;

/// What to look for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct PeopleSearch {
    q: String,
    /// Where the page before ended.
    after: String,
}

/// What the page shows.
#[derive(Serialize)]
pub struct PeoplePage {
    #[serde(flatten)]
    pub list: PeopleList,
    pub q: String,
    pub is_first: bool,
    /// The query of the next page, and of the first one.
    pub next_page: Option<String>,
    pub first_page: String,
}

impl PageView for PeoplePage {
    const TEMPLATE: &'static str = "desk/people.html";
}

/// `GET /desk/people`
pub async fn show(
    scope: Scope,
    Signed(caller): Signed,
    Query(search): Query<PeopleSearch>,
) -> Result<Response, Problem> {
    permit_on_tenant::<ViewDesk>(&scope, &caller).await?;
    let list = PeopleList::load(&scope, &search.q, (&search.after, PAGE_SIZE)).await?;
    let shown = PeoplePage {
        is_first: search.after.is_empty(),
        next_page: list.next.as_deref().map(|next| query(&search, next)),
        first_page: query(&search, ""),
        list,
        q: search.q,
    };
    render(&scope, Some(&caller), shown)
}

fn query(search: &PeopleSearch, after: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in [("q", search.q.trim()), ("after", after)] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    query.finish()
}
