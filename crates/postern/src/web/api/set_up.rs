//! What an organisation has, and still lacks, before anybody can be recovered.

use axum::Json;
use postern_core::person::Role;
use postern_core::policy::ManagePeople;
use postern_core::tier::Tier;
use serde::Serialize;
use utoipa::ToSchema;

use super::errors::ReadErrors;
use super::input::PersonOnly;
use crate::actions::{Caller, permit_on_tenant};
use crate::scope::Scope;
use crate::store::persons::DirectoryReadiness;
use crate::store::{StoreError, factors, imports, persons};
use crate::web::problem::Problem;

/// So many people are looked at: the page costs no more where there are more.
const LOOKED_AT: i64 = 2_000;

/// How far the set-up is.
#[derive(Serialize, ToSchema)]
pub struct SetUpView {
    /// In the order that makes sense.
    pub steps: Vec<SetUpStep>,
    /// People who were looked at: everybody, or in a larger directory the 2,000 who were added last.
    pub people: i64,
    /// Whether that is everybody.
    pub is_everybody: bool,
    /// Of them: a number on file could be called, in a case that is opened now.
    pub callable: i64,
    /// Of them: somebody is on file who can vouch.
    pub with_manager: i64,
    /// What the organisation decides for itself, as it is now.
    pub settings: Vec<SettingView>,
}

/// Something to be done once.
#[derive(Serialize, ToSchema)]
pub struct SetUpStep {
    /// What it is.
    pub title: &'static str,
    /// Whether it is done.
    pub done: bool,
    /// Whether the desk is not to be relied on before it is.
    pub blocks_recovery: bool,
    /// What it is for, and how it is done.
    pub detail: &'static str,
    /// Where it is done, if at the desk.
    pub href: Option<&'static str>,
}

/// A setting.
#[derive(Serialize, ToSchema)]
pub struct SettingView {
    /// Its name, for `postern tenant settings`.
    pub name: &'static str,
    pub value: String,
    /// What it does.
    pub help: &'static str,
}

impl SetUpView {
    /// Of this moment.
    pub async fn load(scope: &Scope) -> Result<Self, Problem> {
        let (db, tenant) = (&scope.app.db, &scope.tenant.id);
        let latest = scope.tenant.settings.callable_if_filed_by(scope.now);
        let readiness = persons::load_readiness(db, tenant, latest, LOOKED_AT).await?;
        let DirectoryReadiness { people, callable, with_manager } = readiness;
        let staff = Staffing::load(scope).await?;
        let has_imports = !imports::list(db, tenant).await?.is_empty();
        let steps = STEPS.map(|(title, blocks_recovery, detail, href, is_done)| {
            let known =
                SetUpFacts { has_mail: has_mail(scope), has_imports, people, callable, staff: &staff };
            SetUpStep { title, done: is_done(&known), blocks_recovery, detail, href }
        });
        let is_everybody = people < LOOKED_AT;
        Ok(Self {
            steps: steps.into(),
            people,
            is_everybody,
            callable,
            with_manager,
            settings: settings(scope),
        })
    }
}

/// What the steps look at.
struct SetUpFacts<'a> {
    has_mail: bool,
    has_imports: bool,
    people: i64,
    callable: i64,
    staff: &'a Staffing,
}

/// Title, whether nobody can be recovered before it, what it is for, where it is done, and whether it is.
type Step = (&'static str, bool, &'static str, Option<&'static str>, fn(&SetUpFacts<'_>) -> bool);

const STEPS: [Step; 7] = [
    (
        "A mail server",
        true,
        "Nobody is told of anything without it, and no waiting period begins. The operator sets smtp_url and smtp_from.",
        None,
        |known| known.has_mail,
    ),
    (
        "A second admin",
        true,
        "One is never enough: power is given by two, and nobody helps an admin who is alone.",
        Some("/desk/people/new"),
        |known| known.staff.admins > 1,
    ),
    (
        "Somebody who works cases, and somebody else who says yes",
        true,
        "An agent, and at least two seniors or admins beside them. A role waits for a second admin, or for 72 hours.",
        Some("/desk/people/new"),
        |known| known.staff.agents > 0 && known.staff.seniors > 1,
    ),
    (
        "A passkey for everybody at the desk",
        true,
        "The desk opens to a passkey only. Each adds one on their account page.",
        Some("/desk/people"),
        |known| known.staff.without_passkey == 0,
    ),
    ("Your people", true, "Managers before their reports.", Some("/desk/people/new"), |known| {
        known.people > known.staff.all
    }),
    (
        "Numbers that can be called",
        true,
        "A number is called once it has been on file for as long as contact_min_age_days says. Nine of ten people should have one.",
        Some("/desk/people"),
        |known| known.people > 0 && known.callable * 10 >= known.people * 9,
    ),
    (
        "Sign-in records of your provider",
        false,
        "With them the desk says why somebody is locked out, and sees attacks.",
        Some("/desk/imports"),
        |known| known.has_imports,
    ),
];

/// What blocks recovery and is cheap to know, in a few words each; nothing for whoever sets nothing up.
pub async fn lacks(scope: &Scope, caller: &Caller) -> Result<Vec<&'static str>, Problem> {
    if caller.person.role != Role::Admin {
        return Ok(Vec::new());
    }
    let staff = Staffing::load(scope).await?;
    let lacks = [
        (!has_mail(scope), "no mail server, so nobody is told of anything"),
        (staff.admins < 2, "no second admin"),
        (staff.agents == 0, "no agent"),
        (staff.seniors < 2, "nobody who could say a second yes"),
        (staff.without_passkey > 0, "staff without a passkey, to whom the desk is closed"),
    ];
    Ok(lacks.into_iter().filter(|(is_lacking, _)| *is_lacking).map(|(_, what)| what).collect())
}

fn has_mail(scope: &Scope) -> bool {
    // In the demo every message stays on this machine.
    scope.tenant.settings.smtp.is_some() || scope.app.config.smtp.is_some() || scope.app.is_development()
}

/// Who works at the desk.
struct Staffing {
    all: i64,
    admins: usize,
    /// Seniors and admins.
    seniors: usize,
    agents: usize,
    without_passkey: i64,
}

impl Staffing {
    async fn load(scope: &Scope) -> Result<Self, StoreError> {
        let (db, tenant) = (&scope.app.db, &scope.tenant.id);
        let staff =
            persons::list_with_roles(db, tenant, &[Role::Admin, Role::Senior, Role::Agent, Role::Auditor])
                .await?;
        let of = |role: Role| staff.iter().filter(|person| person.role == role).count();
        Ok(Self {
            all: i64::try_from(staff.len()).unwrap_or(i64::MAX),
            admins: of(Role::Admin),
            seniors: of(Role::Admin) + of(Role::Senior),
            agents: of(Role::Agent),
            without_passkey: factors::count_staff_without_passkey(db, tenant).await?,
        })
    }
}

fn settings(scope: &Scope) -> Vec<SettingView> {
    let set = &scope.tenant.settings;
    let days = |span: jiff::SignedDuration| format!("{} days", span.as_hours() / 24);
    let own = |is: bool, else_it_is: &str| if is { "its own".to_owned() } else { else_it_is.to_owned() };
    let switch = |is_on| if is_on { "on" } else { "off" }.to_owned();
    let row = |name, value, help| SettingView { name, value, help };
    vec![
        row(
            "contact_min_age_days",
            days(set.contact_min_age),
            "A number must have been on file for so long before a case to be called.",
        ),
        row(
            "desk_phone",
            set.desk_phone.clone().unwrap_or_else(|| "not said".to_owned()),
            "The help desk's number, on every page that people outside the desk see, and in notices.",
        ),
        row(
            "desk_hours",
            set.desk_hours.clone().unwrap_or_else(|| "not said".to_owned()),
            "When the help desk is there.",
        ),
        row(
            "enrolment_pass_minutes",
            format!("{} minutes", set.enrolment_pass_life.as_mins()),
            "How long a pass works.",
        ),
        row("smtp_url", own(set.smtp.is_some(), "the server's"), "The relay that mail goes by."),
        row(
            "gateway_url",
            own(set.gateway.is_some(), "none: texts and calls wait"),
            "Where texts and calls are posted.",
        ),
        row(
            "text_codes",
            switch(set.sent_codes.by_text),
            "Whether codes by text or call may be a second step.",
        ),
        row(
            "mail_codes",
            switch(set.sent_codes.by_mail),
            "Whether codes by mail may be one, on the lowest tier and without a desk role.",
        ),
        row(
            "password_by_mail",
            switch(set.password_by_mail),
            "Whether a mailed link and a code replace a forgotten password, after 24 hours.",
        ),
        row("keep_days", days(set.keep), "How long imported sign-in records are kept."),
        row("look_back_days", days(set.look_back), "How far back sign-in records are analysed together."),
        row(
            "tiers",
            set.tiers.iter().map(Tier::as_str).collect::<Vec<_>>().join(", "),
            "From the least at stake to the most.",
        ),
    ]
}

/// `GET /api/v1/set-up`
#[utoipa::path(get, path = "/api/v1/set-up", tag = "people", operation_id = "show_set_up",
    summary = "How far the set-up is", description = "What blocks recovery, how many people could be recovered today, and the settings. An admin's session only.",
    security(("session" = [])),
    responses((status = 200, description = "The set-up.", body = SetUpView), ReadErrors))]
pub async fn show(scope: Scope, PersonOnly(caller): PersonOnly) -> Result<Json<SetUpView>, Problem> {
    permit_on_tenant::<ManagePeople>(&scope, &caller).await?;
    Ok(Json(SetUpView::load(&scope).await?))
}
