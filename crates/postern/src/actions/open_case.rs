//! Somebody asks to be let back in. A stranger gets a case too: the same page, and a line in the desk's queue.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use postern_core::case::Case;
use postern_core::event::payload::{CaseOpened, OpeningNotice};
use postern_core::event::{Actor, Event};
use postern_core::factor::phrase;
use postern_core::id::CaseId;
use postern_core::text::without_hidden;
use zeroize::Zeroizing;

use super::like_time::in_like_time;
use super::retry::retry;
use super::{ActionError, CountedTry, RateLimit, earlier_cases};
use crate::config::Config;
use crate::job::Job;
use crate::notify::{self, Notice};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::cases::{self, NewCase, OpenedWith, openings};
use crate::store::persons::{self, Person};
use crate::store::{Change, known_devices, outbox};
use crate::texts::MessageId;

/// A case that was opened: the token of its claimant page.
pub struct Opened {
    /// Names the page; in the claimant's cookie.
    pub claimant_page_token: Zeroizing<String>,
    /// The case.
    pub id: CaseId,
}

/// Every answer takes at least so long.
const FLOOR: Duration = Duration::from_millis(200);

/// Opens a case for whoever `login` names. A known `device` of the owner has a bucket of its own.
pub async fn open_case(scope: &Scope, login: &str, device: Option<&str>) -> Result<Opened, ActionError> {
    open_with(scope, login, device, OpenedWith::Nothing).await
}

/// The same for somebody who has just shown the password of this login.
pub async fn open_case_after_password(
    scope: &Scope,
    login: &str,
    device: Option<&str>,
) -> Result<Opened, ActionError> {
    open_with(scope, login, device, OpenedWith::Password).await
}

async fn open_with(
    scope: &Scope,
    login: &str,
    device: Option<&str>,
    shown: OpenedWith,
) -> Result<Opened, ActionError> {
    in_like_time(FLOOR, retry(|| open(scope, login, device, shown))).await
}

async fn open(
    scope: &Scope,
    login: &str,
    device: Option<&str>,
    shown: OpenedWith,
) -> Result<Opened, ActionError> {
    if login.trim().is_empty() {
        return Err(ActionError::invalid("login", MessageId("type-your-login")));
    }
    let person = persons::find_by_login(&scope.app.db, &scope.tenant.id, login).await?;
    limit(scope, login, person.as_ref(), device).await?;
    let opened_with = shown_by(scope, person.as_ref(), device, shown).await?;
    // Locked before earlier cases are looked at: a refusal at this moment raises what this one needs, or comes after it.
    let (mut change, announced) = begin(scope, person.as_ref()).await?;
    let now = change.at();
    let id = CaseId::new(scope.app.rng.id(now)?);
    let claimant_page_token = scope.app.rng.token()?;
    let (case, escalated) = match &person {
        Some(person) => {
            let case = Case::open(id.clone(), person.subject(&scope.tenant.settings.tiers, scope.now), now);
            let (case, escalated) = earlier_cases::begin(scope, case, opened_with).await?;
            (Some(case), escalated)
        }
        None => (None, None),
    };
    let claimed: String = without_hidden(login.trim()).chars().take(100).collect();
    let new = NewCase {
        id: &id,
        reference: &reference(scope)?,
        claimed_login: &claimed,
        claimant_page_token_hash: &token_hash(&claimant_page_token),
        phrase: &phrase::from_random(*scope.app.rng.bytes::<3>()?),
        case: case.as_ref(),
        opened_with,
        after_password: person.is_some() && shown == OpenedWith::Password,
        opened_by: None,
        ip: &scope.request.ip,
        user_agent: &scope.request.user_agent,
        announced,
    };
    cases::insert(&mut change, &new).await?;
    let opened = CaseOpened {
        claimed: &claimed,
        reference: new.reference,
        known: person.is_some(),
        opened_with: opened_with.as_str(),
        told: if announced { OpeningNotice::AtOnce } else { OpeningNotice::Gathered },
    };
    let mut event = Event::new(Actor::Anonymous, opened).case(&id);
    if let Some(person) = &person {
        event = event.person(&person.id);
        if announced {
            notify::announce(scope, &mut change, &person.id, Some(&id), Notice::CaseOpened).await?;
        }
    }
    if !announced {
        outbox::rehearse(&mut change).await?;
        // For a name that nobody has too: both leave the same behind.
        change.enqueue(Job::AnnounceOpenings, now + Config::DIGEST_AFTER);
    }
    // Those that come within a second are looked at together.
    change.enqueue(Job::FindFloods, now + SignedDuration::from_secs(1));
    if let Some(escalated) = escalated {
        change.record(escalated);
    }
    change.commit(&event).await?;
    Ok(Opened { claimant_page_token, id })
}

/// The change, and whether the person is told in it.
async fn begin<'a>(scope: &'a Scope, person: Option<&Person>) -> Result<(Change<'a>, bool), ActionError> {
    let Some(person) = person else { return Ok((scope.begin().await?, false)) };
    // Locked: of two requests at the same time one is the first.
    let mut change = scope.begin_for(&person.id).await?;
    let announced = is_announced_at_once(&mut change, person).await?;
    Ok((change, announced))
}

/// The first opening is told at once. Another one within a day, or beside an open one, is gathered with those that
/// follow, so that a flood of requests is no flood of messages; it is told before anybody works on it.
async fn is_announced_at_once(change: &mut Change<'_>, person: &Person) -> Result<bool, ActionError> {
    let since = change.at().saturating_sub(Config::OPENINGS_GATHERED).unwrap_or(Timestamp::MIN);
    Ok(!openings::has_another(change, &person.id, since).await?)
}

/// What whoever asks has to show for it. A name that nobody has can show nothing.
pub(super) async fn shown_by(
    scope: &Scope,
    person: Option<&Person>,
    device: Option<&str>,
    shown: OpenedWith,
) -> Result<OpenedWith, ActionError> {
    let Some(person) = person else { return Ok(OpenedWith::Nothing) };
    let (request, now) = (&scope.request, scope.now);
    if let Some(device) = device.or(request.device.as_deref())
        && known_devices::is_known(&scope.app.db, &scope.tenant.id, &person.id, &token_hash(device), now)
            .await?
    {
        return Ok(OpenedWith::KnownDevice);
    }
    Ok(shown)
}

/// A name can open a handful an hour: enough for a person, not for a flood of notices. An address can open a handful
/// in five minutes: an office behind one address must still get through on a bad morning.
async fn limit(
    scope: &Scope,
    login: &str,
    person: Option<&Person>,
    device: Option<&str>,
) -> Result<(), ActionError> {
    let in_window = |length| CountedTry::in_window("open_case", scope.now, length);
    RateLimit::of_sender(scope, in_window(SignedDuration::from_mins(5))).await?.acquire(scope).await?;
    let hour = in_window(SignedDuration::from_hours(1));
    match person {
        Some(person) => RateLimit::of_person(scope, &person.id, hour, device).await?.acquire(scope).await,
        None => RateLimit::of_unknown_login(login, hour).acquire(scope).await,
    }
}

/// `C-7K3M9Q`: short enough to say, 30 bits; the unique key refuses a repeat.
pub(super) fn reference(scope: &Scope) -> Result<String, ActionError> {
    use postern_core::factor::code::{EnrolmentPass, PlainCode};
    let symbols = PlainCode::<EnrolmentPass>::from_random(&*scope.app.rng.bytes::<16>()?).reveal();
    let six: String = symbols.chars().filter(char::is_ascii_alphanumeric).take(6).collect();
    Ok(format!("C-{six}"))
}
