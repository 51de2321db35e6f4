//! A person asks a colleague to be a trusted contact. A factor proves that it is them, and everybody on file is told. Whether what they
//! typed means somebody who can be asked, they learn from that colleague alone: the answer, the list, the bounds, the notices and
//! the time are the same, so that it is no directory of logins.

use std::time::Duration;

use jiff::SignedDuration;
use postern_core::event::Event;
use postern_core::event::payload::TrustedContactAsked;
use postern_core::id::PersonId;
use postern_core::login;
use postern_core::trusted_contact::{MOST_ASKED, MOST_CHOSEN, MOST_SERVED};

use super::ceremony::Challenge;
use super::factor_proof::{self, FactorProof};
use super::like_time::in_like_time;
use super::on_record::Attempt;
use super::{ActionError, Caller, CountedTry, RateLimit, refuse_hidden};
use crate::notify::{self, Notice};
use crate::rng::token_hash;
use crate::scope::Scope;
use crate::store::ceremonies::{CeremonyKey, CeremonyKind};
use crate::store::persons::{self, Person};
use crate::store::trusted_contacts::{self, NewTrustedContact};
use crate::store::{Change, contacts, outbox};
use crate::texts::MessageId;

const STEP: &str = "choose_trusted_contact";
/// Every answer takes at least so long.
const FLOOR: Duration = Duration::from_millis(200);
/// The longest mail address. Unit: characters.
const LONGEST: usize = 254;

/// What was typed, with what proves that it is its owner who types.
#[derive(Clone, Copy)]
pub struct TypedColleague<'a> {
    /// A login, or a mail address on file.
    pub who: &'a str,
    /// Where none was shown within the last five minutes.
    pub proof: Option<&'a FactorProof>,
}

/// Asks a passkey for the proof that a change of trusted contacts wants.
pub async fn start(scope: &Scope, caller: &Caller) -> Result<Challenge, ActionError> {
    factor_proof::ask(scope, caller, CeremonyKind::ChangeTrustedContacts).await
}

/// Asks whoever was typed. `token` names the ceremony, where a passkey proves it.
pub async fn choose_trusted_contact(
    scope: &Scope,
    caller: &Caller,
    token: &str,
    typed: TypedColleague<'_>,
) -> Result<(), ActionError> {
    let person = Some(&caller.person.id);
    let attempt = Attempt { actor: caller.actor(), step: STEP, case: None, person };
    in_like_time(FLOOR, attempt.run(scope, || ask(scope, caller, token, typed))).await
}

async fn ask(
    scope: &Scope,
    caller: &Caller,
    token: &str,
    typed: TypedColleague<'_>,
) -> Result<(), ActionError> {
    let (person, who) = (&caller.person, typed.who.trim());
    expect_typed(who)?;
    let id = token_hash(token);
    let key = CeremonyKey { id: &id, kind: CeremonyKind::ChangeTrustedContacts, person: Some(&person.id) };
    let fresh = factor_proof::check_unless_fresh(scope, caller, STEP, (key, typed.proof)).await?;
    // What goes out to whoever is named costs: a few are free, then each waits longer. One count for all devices: only who has a
    // factor comes so far, and another browser buys no more.
    let day = CountedTry::in_window("asked", scope.now, SignedDuration::from_hours(24));
    RateLimit::of_resource("trusted_contacts", person.id.as_str(), day).acquire(scope).await?;
    // After the proof: a session alone does not learn which addresses its owner has.
    expect_somebody_else(scope, person, who).await?;
    let meant = find_colleague(scope, person, who).await?;
    let mut change = caller.change_on(scope, meant.as_ref().map_or(&person.id, |meant| &meant.id)).await?;
    expect_room(&mut change, person, who).await?;
    if let Some(fresh) = fresh {
        fresh.use_up(scope, &mut change, key).await?;
    }
    // What would keep a colleague from being told fails for every name.
    outbox::rehearse(&mut change).await?;
    let (asked, is_mailed) = match meant {
        Some(meant) => match may_be_asked(&mut change, person, &meant).await? {
            MayBeAsked::No => (None, false),
            MayBeAsked::Again => (Some(meant), false),
            MayBeAsked::Yes => (Some(meant), true),
        },
        None => (None, false),
    };
    let trusted = asked.as_ref().map(|asked| &asked.id);
    let new = NewTrustedContact { person: &person.id, trusted, typed: who };
    let id = trusted_contacts::insert(&mut change, &new).await?;
    if let Some(asked) = asked.as_ref().filter(|_| is_mailed) {
        notify::ask_to_be_trusted(scope, &mut change, asked, &person.name).await?;
    }
    notify::announce(scope, &mut change, &person.id, None, Notice::TrustedContactAsked).await?;
    let event = TrustedContactAsked { trusted_contact: &id, colleague: trusted.map(PersonId::as_str) };
    Ok(change.commit(&Event::new(caller.actor(), event).person(&person.id)).await?)
}

fn expect_typed(who: &str) -> Result<(), ActionError> {
    if who.is_empty() || who.chars().count() > LONGEST {
        return Err(ActionError::invalid("who", MessageId("type-a-colleague")));
    }
    refuse_hidden("who", who)
}

async fn expect_somebody_else(scope: &Scope, person: &Person, who: &str) -> Result<(), ActionError> {
    let own = persons::list_login_keys(&scope.app.db, person).await?;
    if own.contains(&login::normalise(who)) {
        return Err(ActionError::invalid("who", MessageId("trusted-contact-is-you")));
    }
    Ok(())
}

/// Whose login it is; else whose mail address, where it is one person's. Not the caller, and nobody whose account is shut.
async fn find_colleague(scope: &Scope, person: &Person, who: &str) -> Result<Option<Person>, ActionError> {
    let key = login::normalise(who);
    let meant = persons::list_meant_by(&scope.app.db, &scope.tenant.id, std::slice::from_ref(&key)).await?;
    let mut meant: Vec<Person> = meant.into_iter().map(|(_, meant)| meant).collect();
    let by_login = meant.iter().position(|meant| login::normalise(&meant.login) == key);
    let one = match (by_login, meant.len()) {
        (Some(place), _) => Some(meant.swap_remove(place)),
        // An address of several says of nobody that it is them.
        (None, 1) => with_sure_address(scope, meant.pop(), &key).await?,
        (None, _) => None,
    };
    Ok(one.filter(|one| one.id != person.id && one.suspended_at.is_none()))
}

/// Them, if it is certain that the address is theirs: an imported one that nobody attested, and one that is lost, means nobody.
async fn with_sure_address(
    scope: &Scope,
    one: Option<Person>,
    key: &str,
) -> Result<Option<Person>, ActionError> {
    let Some(one) = one else { return Ok(None) };
    let on_file = contacts::list(&scope.app.db, &scope.tenant.id, &one.id).await?;
    let is_sure = on_file.iter().any(|contact| {
        contact.kind == "email"
            && contact.confirmed_at.is_some()
            && contact.lost_at.is_none()
            && login::normalise(&contact.value) == key
    });
    Ok(is_sure.then_some(one))
}

/// By what the caller sees on their own list, and by nothing else.
async fn expect_room(change: &mut Change<'_>, person: &Person, who: &str) -> Result<(), ActionError> {
    let chosen = trusted_contacts::list_chosen_locked(change, &person.id).await?;
    if i64::try_from(chosen.len()).is_ok_and(|count| count >= MOST_CHOSEN) {
        let full = MessageId("trusted-contacts-full").with("count", MOST_CHOSEN);
        return Err(ActionError::refused(full));
    }
    if trusted_contacts::count_asked_locked(change, &person.id).await? >= MOST_ASKED {
        let enough = MessageId("trusted-contacts-asked-enough").with("count", MOST_ASKED);
        return Err(ActionError::refused(enough));
    }
    let key = login::normalise(who);
    if chosen.iter().any(|one| login::normalise(&one.typed) == key) {
        return Err(ActionError::invalid("who", MessageId("trusted-contact-on-list")));
    }
    Ok(())
}

enum MayBeAsked {
    /// They are on the list in another spelling, or too many asks wait for them.
    No,
    /// They hear of it on their account page alone: a mail went out not long ago.
    Again,
    Yes,
}

async fn may_be_asked(
    change: &mut Change<'_>,
    person: &Person,
    meant: &Person,
) -> Result<MayBeAsked, ActionError> {
    let (is_pair, was_asked) = trusted_contacts::look_at_pair(change, (&person.id, &meant.id)).await?;
    let (_, waiting) = trusted_contacts::count_served_locked(change, &meant.id).await?;
    Ok(match (is_pair || waiting >= MOST_SERVED, was_asked) {
        (true, _) => MayBeAsked::No,
        (false, true) => MayBeAsked::Again,
        (false, false) => MayBeAsked::Yes,
    })
}
