//! The people who sign in and who are reset: each with a password, a code app, ten backup codes, a mailbox and an
//! office number that was filed a year ago.

use jiff::SignedDuration;
use postern::actions::Caller;
use postern::clock::Clock;
use postern::rng::token_hash;
use postern::scope::Scope;
use postern::store::backup_codes::NewCodeSet;
use postern::store::contacts::NewContact;
use postern::store::factors::{Factor, NewFactor};
use postern::store::persons::{self, NewPerson, Person};
use postern::store::sessions::NewSession;
use postern::store::{Change, backup_codes, contacts, factors, sessions, tenants};
use postern_core::factor::{FactorKind, totp};
use postern_core::id::PersonId;
use postern_core::person::Role;
use postern_core::session_limits::SessionLimits;
use postern_core::signin::Assurance;
use zeroize::Zeroizing;

use crate::Outcome;
use crate::http::Connection;
use crate::server::cause;

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery staple";
/// The cookie of a session.
pub const SESSION: &str = "__Host-postern-session";
/// The cookie of a sign-in under way.
pub const FLOW: &str = "__Host-postern-flow";
/// The cookie of a claimant page.
pub const CASE: &str = "__Host-postern-case";

/// Somebody, and what only they have.
pub struct Somebody {
    /// What they sign in with.
    pub login: String,
    /// The secret in their code app.
    pub secret: Zeroizing<[u8; totp::SECRET_BYTES]>,
    /// The number that the desk may call.
    pub office_phone: String,
}

impl Somebody {
    /// Password, then the code that the phone shows now, as the two pages send them. `device`: a cookie, or nothing.
    pub async fn sign_in_over(&self, connection: &mut Connection, device: &str) -> Outcome<()> {
        let form = [("login", self.login.as_str()), ("password", PASSWORD)];
        let answer = connection.post("/sign-in", &form, device).await?;
        let flow = answer.cookie(FLOW).ok_or_else(|| format!("the password led to {}", answer.status))?;
        let flow = format!("{FLOW}={flow}");
        let cookies = if device.is_empty() { flow } else { format!("{device}; {flow}") };
        let code = totp::code_at(&*self.secret, Clock::default().now().as_second()).ok_or("no code")?;
        let answer = connection.post("/sign-in/second-step", &[("code", &code)], &cookies).await?;
        answer.cookie(SESSION).ok_or_else(|| format!("the code led to {}", answer.status))?;
        Ok(())
    }
}

/// Adds people. They share a hash, because checking it takes as long as checking their own.
pub async fn add(scope: &Scope, count: usize, manager: Option<&PersonId>) -> Outcome<Vec<Somebody>> {
    let salt = *scope.app.rng.bytes::<16>()?;
    let hash = scope.app.hashing.hash(Zeroizing::new(PASSWORD.to_owned()), salt).await?;
    let mut people = Vec::with_capacity(count);
    let mut change = scope.begin().await?;
    for index in 0..count {
        let login = format!("person{index}");
        let id = insert(scope, &mut change, &login, Role::Person, (manager, Some(&hash))).await?;
        let secret = enrol(scope, &mut change, &id).await?;
        let office_phone = file_contacts(scope, &mut change, &id, &login).await?;
        people.push(Somebody { login, secret, office_phone });
    }
    change.commit_unrecorded("people for the bench").await?;
    Ok(people)
}

/// Somebody signed in with a passkey, who works at the desk or vouches. Their session's token is their login.
pub async fn caller(scope: &Scope, login: &str, role: Role) -> Outcome<Caller> {
    let mut change = scope.begin().await?;
    let id = insert(scope, &mut change, login, role, (None, None)).await?;
    // In an organisation of this week each recovery would wait for a day.
    tenants::backdate(&mut change, scope.now - SignedDuration::from_hours(24 * 365)).await?;
    let session = add_session(&mut change, login, &id).await?;
    change.commit_unrecorded("people for the bench").await?;
    let person: Person = persons::load(&scope.app.db, &scope.tenant.id, &id).await?;
    Ok(Caller {
        person,
        session,
        phishing_resistant: true,
        stepped_up_at: None,
        factor_shown_at: None,
        session_ends_at: None,
        waiting_cases: 0,
        scopes: None,
    })
}

/// Somebody signs in with a passkey. Returns the session's id.
pub async fn add_session(change: &mut Change<'_>, token: &str, person: &PersonId) -> Outcome<String> {
    let assurance =
        Assurance { aal: 2, phishing_resistant: true, amr: vec!["swk".to_owned()], provider_session: None };
    let expires_at = change.at() + SessionLimits::DESK.overall;
    let session = NewSession {
        token_hash: &token_hash(token),
        person,
        assurance: &assurance,
        ip: "127.0.0.1",
        user_agent: "bench",
        expires_at,
    };
    Ok(sessions::insert(change, &session).await?)
}

/// What the directory calls them.
pub async fn ids(scope: &Scope, people: &[Somebody]) -> Outcome<Vec<PersonId>> {
    let mut ids = Vec::with_capacity(people.len());
    for somebody in people {
        let person = persons::find_by_login(&scope.app.db, &scope.tenant.id, &somebody.login).await?;
        ids.push(person.ok_or("nobody")?.id);
    }
    Ok(ids)
}

async fn insert(
    scope: &Scope,
    change: &mut Change<'_>,
    login: &str,
    role: Role,
    (manager, password_hash): (Option<&PersonId>, Option<&str>),
) -> Outcome<PersonId> {
    let id = PersonId::new(scope.app.rng.id(change.at())?);
    let new = NewPerson { id: &id, login, name: login, tier: "standard", role, manager, password_hash };
    persons::insert(change, &new).await?;
    Ok(id)
}

async fn enrol(
    scope: &Scope,
    change: &mut Change<'_>,
    person: &PersonId,
) -> Outcome<Zeroizing<[u8; totp::SECRET_BYTES]>> {
    let id = change.id()?;
    let secret = scope.app.rng.bytes::<{ totp::SECRET_BYTES }>()?;
    let place = Factor::place(&scope.tenant.id, person, &id);
    let sealed = scope.tenant.keys.seal(&scope.app.rng, &place, secret.as_slice()).map_err(cause)?;
    let factor = NewFactor {
        id: &id,
        person,
        kind: FactorKind::Totp,
        label: "Code app",
        sealed: &sealed,
        credential_id: None,
        last_step: None,
        clock: totp::PhoneClock::default(),
        second_step_only: true,
        usable_at: None,
    };
    factors::insert(change, &factor).await?;
    // Random bytes instead of hashes: nobody uses these codes, and a reset only counts and revokes them.
    let mut codes = Vec::with_capacity(10);
    for _ in 0..10 {
        codes.push(scope.app.rng.bytes::<32>()?.to_vec());
    }
    let set =
        backup_codes::insert(change, person, &NewCodeSet { salt: &[0; 16], hashes: &codes, of_case: None })
            .await?;
    backup_codes::confirm(change, person, &set).await?;
    Ok(secret)
}

/// Returns the id of the number that the desk may call.
async fn file_contacts(
    scope: &Scope,
    change: &mut Change<'_>,
    person: &PersonId,
    login: &str,
) -> Outcome<String> {
    let filed_at = scope.now - SignedDuration::from_hours(24 * 365);
    let email = format!("{login}@bench.postern.invalid");
    contacts::insert(change, person, &NewContact::of_nobody("email", &email, filed_at)).await?;
    let phone = contacts::insert(
        change,
        person,
        &NewContact::of_nobody("office_phone", "+44 20 7946 0100", filed_at),
    )
    .await?;
    Ok(phone.as_str().to_owned())
}
