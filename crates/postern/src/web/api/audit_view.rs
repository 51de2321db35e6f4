//! The audit log as it is read: the page and the API's answer are made of it.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use postern_core::event::{Audience, EventKind, OcsfActivity, SecurityEventType};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::case_view::about;
use crate::actions::Caller;
use crate::audit_health::LogCheck;
use crate::scope::Scope;
use crate::store::audit::{self, AuditFilter, EntryRow, find_checkpoint};
use crate::store::{cases, persons};
use crate::web::finding_view::NamedPerson;
use crate::web::problem::Problem;

/// Entries, newest first.
#[derive(Serialize, ToSchema)]
pub struct AuditPage {
    /// The entries.
    pub entries: Vec<AuditEntry>,
    /// Send it as `before` for the entries that follow; null at the end.
    pub next: Option<String>,
    /// Entries under the newest signed checkpoint; null before the first.
    pub signed: Option<i64>,
    /// What the server's newest look at every entry found; null where it has not looked since its start.
    pub check: Option<LogCheckView>,
    /// What is asked often.
    pub questions: Vec<SavedQuestion>,
}

/// A look at every entry.
#[derive(Serialize, ToSchema)]
pub struct LogCheckView {
    /// Entries that were looked at: all that were signed by then.
    pub entries: u64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What is wrong; empty when each entry is this installation's, none is missing, and together they are what was signed.
    pub problems: Vec<String>,
}

/// A question to the log, as its filter.
#[derive(Serialize, ToSchema)]
pub struct SavedQuestion {
    /// The question.
    #[schema(example = "Every reset this month")]
    pub title: &'static str,
    /// The event's name.
    pub event: Option<&'static str>,
    /// To whom: a login.
    pub person: Option<String>,
    /// Not before.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
}

/// One entry of the log.
#[derive(Serialize, ToSchema)]
pub struct AuditEntry {
    /// Its place in the tamper-evident log; null within the first second.
    pub seq: Option<i64>,
    #[schema(value_type = String, format = DateTime)]
    pub at: String,
    /// The event's name.
    pub event: String,
    /// What that means.
    pub meaning: Option<&'static str>,
    /// The same after who did it, for a list: `{person}` stands for whom it concerns.
    pub phrase: Option<&'static str>,
    /// What it was about, where the event does not say it: the kind of proof, the remedy.
    pub about: Option<String>,
    /// Who did it.
    pub actor: ActorOfEntry,
    /// To whom.
    pub person: Option<NamedPerson>,
    /// In which case.
    pub case: Option<NamedCase>,
    /// What they wrote.
    pub reason: Option<String>,
    /// Whom such an entry is announced to: `owner` (the person whom it concerns), `admins`, `overseers` (admins and
    /// auditors), `seniors` (and admins). Empty for nobody, and where that depends on more than the entry says.
    pub announced_to: Vec<&'static str>,
    /// The same in words.
    pub announced_to_titles: Vec<&'static str>,
    /// What the event is in OCSF; null where nothing fits.
    pub ocsf: Option<OcsfEntry>,
    /// The event type in CAEP or RISC; null where none fits.
    #[schema(example = "https://schemas.openid.net/secevent/caep/event-type/credential-change")]
    pub security_event: Option<&'static str>,
    /// The same in words.
    pub security_event_title: Option<&'static str>,
    /// What is proven: `id`, `at`, `tenant`, `event`, `actor`, `person`, `case`, `reason`, `before`, `detail`,
    /// `policies`, `request`.
    #[schema(value_type = Object)]
    pub entry: Value,
}

/// Who did what an entry tells.
#[derive(Serialize, ToSchema)]
pub struct ActorOfEntry {
    /// `person`, `token` (for the person who owns it), `anonymous` or `system`.
    pub kind: String,
    /// The person's id.
    pub id: Option<String>,
    /// The person's name, as it is now.
    pub name: Option<String>,
}

/// A case.
#[derive(Serialize, ToSchema)]
pub struct NamedCase {
    pub id: String,
    /// Its name in talk: `C-7K3M9Q`.
    pub reference: String,
}

/// What an event is in OCSF 1.8.0.
#[derive(Serialize, ToSchema)]
pub struct OcsfEntry {
    /// The class.
    #[schema(example = 3001)]
    pub class_uid: u32,
    /// Its name.
    #[schema(example = "Account Change")]
    pub class: &'static str,
    /// The activity within it.
    #[schema(example = 11)]
    pub activity_id: u32,
    /// Its name.
    #[schema(example = "MFA Factor Disable")]
    pub activity: &'static str,
    /// Both in one number.
    #[schema(example = 300_111)]
    pub type_uid: u32,
}

/// What entries name, looked up together.
struct EntryNames {
    people: HashMap<String, String>,
    cases: HashMap<String, String>,
}

impl AuditPage {
    /// The newest entries that match, at most `most`.
    pub async fn load(
        scope: &Scope,
        caller: &Caller,
        filter: &AuditFilter,
        most: i64,
    ) -> Result<Self, Problem> {
        let (db, tenant) = (&scope.app.db, &scope.tenant.id);
        // One more than asked for says whether there is more.
        let mut rows = audit::list(db, tenant, filter, most + 1).await?;
        let wanted = usize::try_from(most).unwrap_or(usize::MAX);
        let has_more = rows.len() > wanted;
        rows.truncate(wanted);
        let names = EntryNames::of(scope, &rows).await?;
        Ok(Self {
            next: rows.last().filter(|_| has_more).map(|row| row.id.clone()),
            entries: rows.into_iter().map(|row| AuditEntry::of(row, &names)).collect(),
            signed: find_checkpoint(db, tenant).await?.map(|(size, _)| size),
            check: scope.tenant.activity.audit_health.newest_check().map(LogCheckView::from),
            questions: SavedQuestion::all(scope, caller),
        })
    }
}

impl SavedQuestion {
    fn all(scope: &Scope, caller: &Caller) -> Vec<Self> {
        let day = scope.now.strftime("%Y-%m-01T00:00:00Z").to_string();
        let month_began = day.parse().ok();
        let of = |title, event| Self { title, event: Some(event), person: None, from: None };
        vec![
            Self { from: month_began, ..of("Every reset this month", "mfa.factor_admin_reset") },
            of("Who was given power", "power.granted"),
            of("Refused acts", "access.denied"),
            of("Refused recoveries", "case.refused"),
            of("Contacts that were filed", "contact.added"),
            of("Who read the log out", "audit.exported"),
            Self {
                title: "What touched my own account",
                event: None,
                person: Some(caller.person.login.clone()),
                from: None,
            },
        ]
    }
}

impl EntryNames {
    async fn of(scope: &Scope, rows: &[EntryRow]) -> Result<Self, Problem> {
        let (db, tenant) = (&scope.app.db, &scope.tenant.id);
        let people: BTreeSet<&str> = rows
            .iter()
            .flat_map(|row| [&row.actor_id, &row.person_id])
            .flatten()
            .map(String::as_str)
            .collect();
        let ids: BTreeSet<&str> = rows.iter().filter_map(|row| row.case_id.as_deref()).collect();
        Ok(Self {
            people: persons::list_names(db, tenant, &people).await?,
            cases: cases::list_references(db, tenant, &ids).await?,
        })
    }
}

impl AuditEntry {
    fn of(row: EntryRow, names: &EntryNames) -> Self {
        let entry: Value = serde_json::from_str(&row.body).unwrap_or_default();
        let text = |pointer| entry.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let kind = EventKind::parse(&row.event);
        let announced: Vec<Audience> = announced_to(kind, &entry).collect();
        let security_event = kind.and_then(EventKind::security_event);
        Self {
            seq: row.seq,
            meaning: kind.map(EventKind::meaning),
            phrase: kind.map(EventKind::phrase),
            about: entry.get("detail").and_then(about),
            actor: ActorOfEntry {
                kind: text("/actor/type").unwrap_or_else(|| "system".to_owned()),
                name: row.actor_id.as_ref().map(|id| names.people.get(id).unwrap_or(id).clone()),
                id: row.actor_id,
            },
            person: row
                .person_id
                .map(|id| NamedPerson { name: names.people.get(&id).unwrap_or(&id).clone(), id }),
            case: row
                .case_id
                .map(|id| NamedCase { reference: names.cases.get(&id).unwrap_or(&id).clone(), id }),
            reason: text("/reason"),
            announced_to: announced.iter().map(|audience| audience.as_str()).collect(),
            announced_to_titles: announced.iter().map(|audience| audience.title()).collect(),
            ocsf: kind.and_then(EventKind::ocsf).map(OcsfEntry::from),
            security_event: security_event.map(SecurityEventType::uri),
            security_event_title: security_event.map(SecurityEventType::title),
            at: row.at,
            event: row.event,
            entry,
        }
    }
}

impl From<LogCheck> for LogCheckView {
    fn from(check: LogCheck) -> Self {
        Self { entries: check.entries, at: check.at, problems: check.problems }
    }
}

impl From<OcsfActivity> for OcsfEntry {
    fn from(ocsf: OcsfActivity) -> Self {
        Self {
            class_uid: ocsf.class_uid(),
            class: ocsf.class_name(),
            activity_id: ocsf.activity_id(),
            activity: ocsf.activity_name(),
            type_uid: ocsf.type_uid(),
        }
    }
}

/// Whom a record is announced to, as far as it says. One about a login that nobody has has no owner.
fn announced_to(kind: Option<EventKind>, record: &Value) -> impl Iterator<Item = Audience> {
    let detail = record.get("detail").unwrap_or(&Value::Null);
    let has_owner = record.get("person").is_some_and(Value::is_string);
    let announced = kind.into_iter().flat_map(move |kind| kind.announced_to(detail));
    announced.filter(move |audience| has_owner || *audience != Audience::Owner)
}
