//! A list of cases as a file, sent while it is read: it is never whole in memory.

use axum::body::Bytes;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use postern_core::spreadsheet::defused;
use tokio::sync::mpsc::{Sender, channel};

use super::{CaseLine, load_page};
use crate::actions::Caller;
use crate::scope::Scope;
use crate::store::StoreError;
use crate::store::cases::queue::CaseListing;
use crate::web::channel_body::ChannelBody;

/// Cases in one read.
const READ_AT_ONCE: i64 = 500;

const COLUMNS: [&str; 17] = [
    "reference",
    "login",
    "name",
    "tier",
    "stage",
    "next_step",
    "next_at",
    "escalated",
    "risk",
    "opened_with",
    "stranger",
    "taken_by",
    "handled_by",
    "outcome",
    "ip",
    "opened_at",
    "closed_at",
];

/// The answer that is each case's row, in the order of the list, from its beginning. If a read fails on the way, the answer breaks
/// off, so that nobody takes a part for the whole.
pub fn download(scope: Scope, caller: Caller, listing: CaseListing) -> Response {
    let (out, parts) = channel(2);
    tokio::spawn(async move {
        if let Err(error) = send(&scope, &caller, &listing, &out).await {
            tracing::error!(%error, "an export of cases broke off");
            // Whoever has gone by now needs no word of it.
            let _ = out.send(Err(error)).await;
        }
    });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"cases.csv\""),
    ];
    (headers, ChannelBody::of(parts)).into_response()
}

async fn send(
    scope: &Scope,
    caller: &Caller,
    listing: &CaseListing,
    out: &Sender<Result<Bytes, StoreError>>,
) -> Result<(), StoreError> {
    let mut lines = vec![COLUMNS.map(str::to_owned)];
    let mut after = None;
    loop {
        let page = load_page(scope, caller, listing, (after.as_ref(), READ_AT_ONCE)).await;
        // Why is in the log by now.
        let page = page.map_err(|_| StoreError::Corrupt("case in a list"))?;
        lines.extend(page.cases.iter().map(line));
        let part = written(&lines)?;
        lines.clear();
        // Nobody reads it any more: there is no error.
        if out.send(Ok(part)).await.is_err() {
            return Ok(());
        }
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}

fn line(case: &CaseLine) -> [String; COLUMNS.len()] {
    let text = |text: Option<&str>| defused(text.unwrap_or_default()).into_owned();
    let at = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
    [
        case.reference.clone(),
        text(Some(&case.claimed_login)),
        text(case.name.as_deref()),
        text(case.tier.as_deref()),
        case.stage.clone(),
        text(case.next_step.as_deref()),
        at(case.next_at),
        yes(case.escalated),
        case.risk.to_string(),
        case.opened_with.clone(),
        yes(case.stranger),
        text(case.taken_by.as_deref()),
        text(case.handled_by.as_deref()),
        text(case.outcome.as_deref()),
        text(Some(&case.ip)),
        at(Some(case.opened_at)),
        at(case.closed_at),
    ]
}

fn written(lines: &[[String; COLUMNS.len()]]) -> Result<Bytes, StoreError> {
    let failed = || StoreError::Corrupt("row of a list of cases");
    let mut out = csv::Writer::from_writer(Vec::new());
    for line in lines {
        out.write_record(line).map_err(|_| failed())?;
    }
    Ok(Bytes::from(out.into_inner().map_err(|_| failed())?))
}
