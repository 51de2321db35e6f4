//! The demo: two organisations with a dozen people each, of the same names, with managers, numbers and tiers; everybody has
//! a password and a code app.

use jiff::{SignedDuration, Timestamp};
use postern_core::event::payload::UserAdded;
use postern_core::event::{Actor, Event};
use postern_core::factor::{FactorKind, totp};
use postern_core::id::PersonId;
use postern_core::person::Role;
use postern_core::tier::TierFloor;
use zeroize::Zeroizing;

use crate::actions::ActionError;
use crate::actions::renew_backup_codes::new_codes;
use crate::actions::set_tenant_settings::set_tenant_settings;
use crate::scope::Scope;
use crate::store::contacts::NewContact;
use crate::store::factors::{Factor, NewFactor};
use crate::store::persons::NewPerson;
use crate::store::persons::first_passkey;
use crate::store::sign_ins::NewSignIn;
use crate::store::{Change, backup_codes, contacts, factors, persons, sign_ins, tenants};

/// Somebody in the demo.
pub struct DemoPerson {
    /// What they sign in with.
    pub login: &'static str,
    name: &'static str,
    tier: TierFloor,
    role: Role,
    manager: Option<&'static str>,
    extension: u32,
    /// What they are good for.
    pub about: &'static str,
}

const fn person(
    login: &'static str,
    name: &'static str,
    (tier, role): (TierFloor, Role),
    (manager, extension): (Option<&'static str>, u32),
    about: &'static str,
) -> DemoPerson {
    DemoPerson { login, name, tier, role, manager, extension, about }
}

/// Managers stand before their reports.
pub const PEOPLE: [DemoPerson; 12] = [
    person("mona", "Mona Okafor", (TierFloor::Standard, Role::Person), (None, 110), "Ana's manager: vouches"),
    person(
        "ada",
        "Ada Lindqvist",
        (TierFloor::Privileged, Role::Admin),
        (None, 100),
        "admin: sets up the tenant",
    ),
    person(
        "sol",
        "Sol Marchetti",
        (TierFloor::Sensitive, Role::Senior),
        (Some("ada"), 101),
        "senior: escalations, second yes",
    ),
    person(
        "ben",
        "Ben Adeyemi",
        (TierFloor::Sensitive, Role::Agent),
        (Some("sol"), 102),
        "agent: works cases",
    ),
    person("bea", "Bea Novak", (TierFloor::Sensitive, Role::Agent), (Some("sol"), 103), "agent: works cases"),
    person(
        "otto",
        "Otto Haas",
        (TierFloor::Sensitive, Role::Auditor),
        (Some("ada"), 104),
        "auditor: reads the log",
    ),
    person(
        "ana",
        "Ana Ferreira",
        (TierFloor::Standard, Role::Person),
        (Some("mona"), 120),
        "has lost her phone",
    ),
    person(
        "carl",
        "Carl Brandt",
        (TierFloor::Sensitive, Role::Person),
        (Some("mona"), 121),
        "payroll: sensitive tier",
    ),
    person(
        "dina",
        "Dina Rahman",
        (TierFloor::Privileged, Role::Person),
        (Some("mona"), 122),
        "domain admin: privileged tier",
    ),
    person("emil", "Emil Kovacs", (TierFloor::Standard, Role::Person), (None, 123), "has no manager on file"),
    person("fay", "Fay Delgado", (TierFloor::Standard, Role::Person), (Some("mona"), 124), "sales"),
    person("gus", "Gus Petrov", (TierFloor::Standard, Role::Person), (Some("mona"), 125), "warehouse"),
];

/// An organisation of the demo.
pub struct DemoTenant {
    /// What commands call it.
    pub slug: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// Where it is served; the port is the server's.
    pub host: &'static str,
    /// What ends the passwords of its people.
    password: &'static str,
    /// Where its people get mail.
    mail_host: &'static str,
    /// What its office numbers begin with. Numbering plans keep them free for fiction.
    office: &'static str,
}

/// Browsers take both hosts to this machine.
pub const TENANTS: [DemoTenant; 2] = [
    DemoTenant {
        slug: "harbour-works",
        name: "Harbour Works",
        host: "localhost",
        password: "has-a-long-demo-password",
        mail_host: "demo.postern.invalid",
        office: "+44 20 7946 0",
    },
    DemoTenant {
        slug: "quay-clinic",
        name: "Quay Clinic",
        host: "quay.localhost",
        password: "walks-along-the-quay-wall",
        mail_host: "quay.postern.invalid",
        office: "+44 161 496 0",
    },
];

impl DemoTenant {
    /// The password of somebody in it.
    pub fn password(&self, login: &str) -> String {
        format!("{login}-{}", self.password)
    }
}

/// The password of somebody in the first one.
pub fn password(login: &str) -> String {
    let [first, _] = &TENANTS;
    first.password(login)
}

/// The number and the hours that the demo's people read of the help desk.
pub async fn say_where_the_desk_is(scope: &Scope, tenant: &DemoTenant) -> Result<(), ActionError> {
    let named = [
        ("desk_phone".to_owned(), format!("{}199", tenant.office)),
        ("desk_hours".to_owned(), "Mon to Fri 07:00 to 19:00 UTC".to_owned()),
    ];
    set_tenant_settings(scope, &named, "The demo's help desk").await.map(drop)
}

/// Fills an empty organisation. Does nothing to one that has people.
pub async fn fill(scope: &Scope, tenant: &DemoTenant) -> Result<(), ActionError> {
    if !persons::is_empty(&scope.app.db, &scope.tenant.id).await? {
        return Ok(());
    }
    let filed_at = scope.now - SignedDuration::from_hours(24 * 400);
    // As old as its contacts: in an organisation of this week each recovery would wait for a day.
    let mut change = scope.begin().await?;
    tenants::backdate(&mut change, filed_at).await?;
    change.commit_unrecorded("the demo's organisation is as old as its contacts").await?;
    for demo in &PEOPLE {
        add(scope, tenant, demo, filed_at).await?;
    }
    past_sign_ins(scope).await
}

async fn add(
    scope: &Scope,
    tenant: &DemoTenant,
    demo: &DemoPerson,
    filed_at: Timestamp,
) -> Result<(), ActionError> {
    let id = PersonId::new(scope.app.rng.id(scope.now)?);
    let manager = match demo.manager {
        Some(login) => persons::find_by_login(&scope.app.db, &scope.tenant.id, login).await?,
        None => None,
    };
    let hash = scope
        .app
        .hashing
        .hash(Zeroizing::new(tenant.password(demo.login)), *scope.app.rng.bytes::<16>()?)
        .await?;
    let codes = if demo.login == "ana" { Some(new_codes(scope, &id).await?) } else { None };
    let mut change = scope.begin().await?;
    let row = NewPerson {
        id: &id,
        login: demo.login,
        name: demo.name,
        tier: demo.tier.as_str(),
        role: demo.role,
        manager: manager.as_ref().map(|m| &m.id),
        password_hash: Some(&hash),
    };
    persons::insert(&mut change, &row).await?;
    if demo.role.is_staff() {
        // The demo begins with a desk at work: its staff add their first passkey at once.
        let until = change.at() + SignedDuration::from_hours(24 * 3650);
        first_passkey::grant(&mut change, &id, until).await?;
    }
    add_contacts(&mut change, &id, (tenant, demo), filed_at).await?;
    add_totp(scope, &mut change, &id).await?;
    if let Some(codes) = codes {
        let set = backup_codes::insert(&mut change, &id, &codes.set()).await?;
        backup_codes::confirm(&mut change, &id, &set).await?;
    }
    let added = UserAdded::InDirectory {
        login: demo.login,
        role: demo.role,
        tier: demo.tier.as_str(),
        by: Some("demo"),
    };
    Ok(change.commit(&Event::new(Actor::System, added).person(&id)).await?)
}

async fn add_contacts(
    change: &mut Change<'_>,
    id: &PersonId,
    (tenant, demo): (&DemoTenant, &DemoPerson),
    filed_at: Timestamp,
) -> Result<(), ActionError> {
    let email = format!("{}@{}", demo.login, tenant.mail_host);
    contacts::insert(change, id, &NewContact::of_nobody("email", &email, filed_at)).await?;
    let office = format!("{}{}", tenant.office, demo.extension);
    contacts::insert(change, id, &NewContact::of_nobody("office_phone", &office, filed_at)).await?;
    if demo.login == "ana" {
        // Too fresh to be called: the desk must not offer it.
        let fresh = change.at() - SignedDuration::from_hours(24 * 3);
        contacts::insert(change, id, &NewContact::of_nobody("mobile", "+44 7700 900120", fresh)).await?;
    }
    Ok(())
}

async fn add_totp(scope: &Scope, change: &mut Change<'_>, person: &PersonId) -> Result<(), ActionError> {
    let id = change.id()?;
    let secret = scope.app.rng.bytes::<{ totp::SECRET_BYTES }>()?;
    let sealed = scope.tenant.keys.seal(
        &scope.app.rng,
        &Factor::place(&scope.tenant.id, person, &id),
        secret.as_slice(),
    )?;
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
    Ok(factors::insert(change, &factor).await?)
}

/// Ana's last days, so that her page in the desk has something to say.
async fn past_sign_ins(scope: &Scope) -> Result<(), ActionError> {
    let Some(ana) = persons::find_by_login(&scope.app.db, &scope.tenant.id, "ana").await? else {
        return Ok(());
    };
    let story: [(i64, &str, &str, Option<&str>); 4] = [
        (72, "totp", "success", None),
        (30, "totp", "success", None),
        (3, "password", "failure", Some("bad_password")),
        (2, "totp", "failure", Some("mfa_wrong_code")),
    ];
    for (hours_ago, method, result, cause) in story {
        let then = scope.at(scope.now - SignedDuration::from_hours(hours_ago));
        let mut change = then.begin().await?;
        let row = NewSignIn {
            person: Some(&ana.id),
            login: &ana.login,
            ip: "192.0.2.44",
            user_agent: "Mozilla/5.0 (demo)",
            method,
            result,
            cause,
            detail: None,
            clock_steps: None,
        };
        sign_ins::insert(&mut change, &row).await?;
        change.commit_unrecorded("the demo's invented past").await?;
    }
    Ok(())
}
