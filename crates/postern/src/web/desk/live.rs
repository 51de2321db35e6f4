//! `/desk/live`, `/desk/cases/{id}/live`: a page that is open hears that something has changed, as a stream of server-sent events, and
//! asks for it as it always does. The stream itself says nothing of any case. It keeps no session going, and ends with it.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use postern_core::id::CaseId;
use postern_core::policy::{Request, ViewCase, ViewDesk};
use tokio::sync::mpsc::{Sender, channel, error::TrySendError};
use tokio::time::{Instant, interval_at};
use tracing::Instrument as _;
use zeroize::Zeroizing;

use crate::actions::{ActionError, case_for, permit_on_case, permit_on_tenant};
use crate::case_feed::{CaseFeed, FeedNews, TouchedByRecords};
use crate::scope::Scope;
use crate::store::StoreError;
use crate::web::channel_body::ChannelBody;
use crate::web::cookies;
use crate::web::extract::{Signed, by_session};
use crate::web::problem::Problem;

/// A proxy closes what is silent for a minute. Whether the session still goes on is looked at as often.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Parts that may wait for a reader. Who reads so slowly asks anew.
const PARTS: usize = 4;
const OPENED: &str = "retry: 5000\n\n";
const CHANGED: &str = "event: changed\ndata: {}\n\n";
const STILL_HERE: &str = ": still here\n\n";

/// What a page shows.
enum LivePage {
    /// A list of cases.
    List,
    /// A case.
    Case(CaseId),
}

impl LivePage {
    fn is_touched_by(&self, touched: &TouchedByRecords) -> bool {
        touched.is_anything
            || match self {
                Self::List => !touched.cases.is_empty(),
                Self::Case(id) => touched.cases.contains(id.as_str()),
            }
    }
}

/// `GET /desk/live`
pub async fn list(scope: Scope, signed: Signed, headers: HeaderMap) -> Result<Response, Problem> {
    permit_on_tenant::<ViewDesk>(&scope, &signed.0).await?;
    stream(scope, signed, &headers, LivePage::List).await
}

/// `GET /desk/cases/{id}/live`
pub async fn case(
    scope: Scope,
    signed: Signed,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = CaseId::new(id);
    let (_, case, _) = case_for(&scope, &signed.0, &id).await?;
    permit_on_case::<ViewCase>(&scope, &signed.0, &case).await?;
    stream(scope, signed, &headers, LivePage::Case(id)).await
}

async fn stream(
    scope: Scope,
    Signed(caller): Signed,
    headers: &HeaderMap,
    page: LivePage,
) -> Result<Response, Problem> {
    let Some(token) = cookies::SESSION.read(headers).filter(|_| asks_for_stream(headers)) else {
        return Err(Problem::bad_request(
            "A page asks here by itself: it wants a stream of events (Accept: text/event-stream).",
        ));
    };
    let feeds = &scope.app.case_feeds;
    let Some(feed) = feeds.listen(&scope.app.db, &scope.tenant.id, &caller.session).await? else {
        let message = "Enough pages are told by themselves what changes. This one asks now and then instead.";
        return Err(ActionError::Busy(message).into());
    };
    let (out, parts) = channel(PARTS);
    let listener =
        LiveListener { scope, token: Zeroizing::new(token), person: caller.person.id.to_string(), page };
    tokio::spawn(listener.tell(feed, out).in_current_span());
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    // A proxy that gathers answers before it sends them on would gather this one for ever.
    Ok((headers, [("x-accel-buffering", "no")], ChannelBody::of(parts)).into_response())
}

/// Whether it is a script that opened a stream.
pub fn asks_for_stream(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).is_some_and(|accept| accept == "text/event-stream")
}

/// Somebody's open page.
struct LiveListener {
    scope: Scope,
    /// Names the session.
    token: Zeroizing<String>,
    person: String,
    page: LivePage,
}

type Parts = Sender<Result<Bytes, StoreError>>;

impl LiveListener {
    async fn tell(self, mut feed: CaseFeed, out: Parts) {
        let mut heartbeat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
        let mut next = Some(OPENED);
        loop {
            if let Some(part) = next.take()
                && !say(&out, part)
            {
                return;
            }
            next = tokio::select! {
                news = feed.next() => match news {
                    FeedNews::Over => return,
                    FeedNews::Missed => Some(CHANGED),
                    FeedNews::Records(touched) => {
                        // Their session, their role or their account may be what changed.
                        if touched.people.contains(&self.person) && !self.may_still_look(&feed).await {
                            return;
                        }
                        self.page.is_touched_by(&touched).then_some(CHANGED)
                    }
                },
                _ = heartbeat.tick() => {
                    if !self.may_still_look(&feed).await {
                        return;
                    }
                    Some(STILL_HERE)
                }
                () = out.closed() => return,
            };
        }
    }

    /// Whether the session still goes on, and its person may still see the desk. Nothing of it is on the record: nobody asks.
    async fn may_still_look(&self, feed: &CaseFeed) -> bool {
        let Some(tenant) = self.scope.app.tenants.of_id(&self.scope.tenant.id) else { return false };
        if tenant.suspended_at.is_some() {
            return false;
        }
        let scope = self.scope.of_tenant(tenant).later();
        match by_session(&scope, &self.token, true).await {
            Ok(Some(caller)) => {
                let staff = caller.staff();
                let request = Request::<ViewDesk>::on_tenant(&staff, &scope.tenant.id);
                caller.session == feed.session() && scope.tenant.policies.authorize(&request).is_ok()
            }
            // Where the database fails, the page asks again and is told so.
            Ok(None) | Err(_) => false,
        }
    }
}

/// Whether it can go on.
fn say(out: &Parts, part: &'static str) -> bool {
    match out.try_send(Ok(Bytes::from_static(part.as_bytes()))) {
        Ok(()) => true,
        Err(TrySendError::Full(_) | TrySendError::Closed(_)) => false,
    }
}
