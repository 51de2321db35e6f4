//! The demo lets something happen: records are made for this moment and taken in by the same reading, checks, change and record
//! as any log. What the pages then show, the detectors have found.

mod records;

use std::io::Write as _;

use jiff::SignedDuration;
use serde::Deserialize;

use self::records::{RecordedPerson, STRANGER, attack, history, outage};
use super::ActionError;
use super::import_sign_ins::{By, UPLOAD_PREFIX, Upload, Via, read_and_record};
use super::open_case::{open_case, open_case_after_password};
use super::withdraw_case::withdraw_case;
use crate::request::RequestInfo;
use crate::scope::Scope;
use crate::store::{cases, contacts, outbox, persons};

/// Whose phone the attacker rings.
const VICTIM: &str = "fay";
/// Who lost a phone, and found it again.
const FINDER: &str = "emil";

/// The demo has a dozen.
const MOST_PEOPLE: i64 = 100;

/// What can happen.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum DemoStory {
    /// Somebody is sent prompt after prompt, and a stranger asks for recovery in their name.
    Attack,
    /// The provider fails for everybody.
    Outage,
}

/// Lets it happen, now.
pub async fn begin_story(scope: &Scope, story: DemoStory) -> Result<(), ActionError> {
    let people = people(scope).await?;
    match story {
        DemoStory::Attack => {
            let victim = people.iter().find(|person| person.login == VICTIM).ok_or(ActionError::NotFound)?;
            take_in(scope, "Demo records: an attack", &attack(victim, scope.now)).await?;
            open_case(&sent_from(scope, &STRANGER.to_string()), VICTIM, None).await?;
            Ok(())
        }
        DemoStory::Outage => {
            // It is told from an attack by networks that people are known at.
            let records = history(&scope.tenant.slug, &people, scope.now) + &outage(&people, scope.now);
            take_in(scope, "Demo records: an outage", &records).await
        }
    }
}

/// Two weeks of sign-ins, and a request that was taken back.
pub async fn fill_past(scope: &Scope) -> Result<(), ActionError> {
    let records = history(&scope.tenant.slug, &people(scope).await?, scope.now);
    take_in(scope, "Demo records: two weeks of work", &records).await?;
    let opened_at = scope.now - SignedDuration::from_hours(24 * 3 + 2);
    let then = sent_from(scope, "2001:db8:10b::10").at(opened_at);
    let opened = open_case_after_password(&then, FINDER, None).await?;
    let row = cases::load(&scope.app.db, &scope.tenant.id, &opened.id).await?;
    let over = opened_at + SignedDuration::from_mins(25);
    withdraw_case(&then.at(over), &row).await?;
    // Its messages went out three days ago: a desk that begins now must not hear that they wait since then.
    let mut change = scope.begin().await?;
    outbox::deliver_past(&mut change, over + SignedDuration::from_secs(1)).await?;
    Ok(change.commit_unrecorded("the messages of the demo's past were delivered in it").await?)
}

/// Everybody in the directory, as another provider would write them: by their mail address.
async fn people(scope: &Scope) -> Result<Vec<RecordedPerson>, ActionError> {
    let mut people = Vec::new();
    for person in persons::list(&scope.app.db, &scope.tenant.id, "", (None, MOST_PEOPLE)).await?.people {
        let filed = contacts::list(&scope.app.db, &scope.tenant.id, &person.id).await?;
        let mail = filed.into_iter().find(|contact| contact.kind == "email").map(|contact| contact.value);
        people
            .push(RecordedPerson { mail: mail.unwrap_or_else(|| person.login.clone()), login: person.login });
    }
    Ok(people)
}

async fn take_in(scope: &Scope, source: &str, lines: &str) -> Result<(), ActionError> {
    let failed = |error: std::io::Error| ActionError::Internal(format!("the demo's records: {error}"));
    let folder = &scope.app.config.data;
    let mut file = tempfile::Builder::new().prefix(UPLOAD_PREFIX).tempfile_in(folder).map_err(failed)?;
    file.write_all(lines.as_bytes()).map_err(failed)?;
    let upload = Upload::new(source, Via::Demo, file.path().to_owned());
    read_and_record(scope, &By::System, &upload, None).await?;
    Ok(())
}

/// As if a browser there had asked.
fn sent_from(scope: &Scope, ip: &str) -> Scope {
    let request = RequestInfo {
        ip: ip.to_owned(),
        user_agent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/131.0.0.0 Safari/537.36".to_owned(),
        ..RequestInfo::none()
    };
    Scope::of_request(scope.app.clone(), scope.tenant.clone(), request).at(scope.now)
}
