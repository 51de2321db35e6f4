//! The directory as a file, sent while it is read: it is never whole in memory.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use postern_core::people_file::PeopleColumn;
use postern_core::spreadsheet::defused;
use tokio::sync::mpsc::{Sender, channel};

use super::channel_body::ChannelBody;
use crate::scope::Scope;
use crate::store::persons::{self, ExportRow};
use crate::store::{StoreError, contacts};

/// People in one read.
const READ_AT_ONCE: i64 = 512;

/// The answer that is everybody's row, in the columns that an import reads. If a read fails on the way, the answer breaks off, so
/// that nobody takes a part for the whole.
pub fn download(scope: Scope) -> Response {
    let (out, parts) = channel(2);
    tokio::spawn(async move {
        if let Err(error) = send(&scope, &out).await {
            tracing::error!(%error, "an export of the directory broke off");
            // Whoever has gone by now needs no word of it.
            let _ = out.send(Err(error)).await;
        }
    });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"people.csv\""),
    ];
    (headers, ChannelBody::of(parts)).into_response()
}

async fn send(scope: &Scope, out: &Sender<Result<Bytes, StoreError>>) -> Result<(), StoreError> {
    let (db, tenant) = (&scope.app.db, &scope.tenant.id);
    let header = PeopleColumn::ALL.map(|column| column.as_str().to_owned());
    let mut lines = vec![header];
    let mut after = String::new();
    loop {
        let people = persons::list_for_export(db, tenant, &after, READ_AT_ONCE).await?;
        let ids: Vec<&str> = people.iter().map(|person| person.id.as_str()).collect();
        let mut on_file: HashMap<(String, String), String> = HashMap::new();
        for (person, kind, value) in contacts::list_values_of(db, tenant, &ids).await? {
            // The oldest of a kind: an import reads one.
            on_file.entry((person, kind)).or_insert(value);
        }
        lines.extend(people.iter().map(|person| line(person, &mut on_file)));
        let part = written(&lines)?;
        lines.clear();
        // Nobody reads it any more: there is no error.
        if out.send(Ok(part)).await.is_err() {
            return Ok(());
        }
        let Some(last) = people.last() else { return Ok(()) };
        last.login_key.clone_into(&mut after);
    }
}

fn line(
    person: &ExportRow,
    on_file: &mut HashMap<(String, String), String>,
) -> [String; PeopleColumn::ALL.len()] {
    let mut contact = |kind: &str| {
        let value = on_file.remove(&(person.id.clone(), kind.to_owned())).unwrap_or_default();
        // A number begins with a plus and holds nothing that could be run.
        let is_number = value.chars().all(|c| c.is_ascii_digit() || "+ -".contains(c));
        if is_number { value } else { defused(&value).into_owned() }
    };
    PeopleColumn::ALL.map(|column| match column {
        PeopleColumn::Login => defused(&person.login).into_owned(),
        PeopleColumn::Name => defused(&person.name).into_owned(),
        PeopleColumn::Email => contact("email"),
        PeopleColumn::Mobile => contact("mobile"),
        PeopleColumn::OfficePhone => contact("office_phone"),
        PeopleColumn::Manager => defused(person.manager.as_deref().unwrap_or_default()).into_owned(),
        PeopleColumn::Tier => person.tier.clone(),
        PeopleColumn::Role => person.role.clone(),
    })
}

fn written(lines: &[[String; PeopleColumn::ALL.len()]]) -> Result<Bytes, StoreError> {
    let failed = || StoreError::Corrupt("row of the directory");
    let mut out = csv::Writer::from_writer(Vec::new());
    for line in lines {
        out.write_record(line).map_err(|_| failed())?;
    }
    Ok(Bytes::from(out.into_inner().map_err(|_| failed())?))
}
