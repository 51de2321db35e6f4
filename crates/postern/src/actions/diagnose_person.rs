//! Why a person cannot sign in, from the records of the last weeks: our own, and those of other providers that name
//! them by login or by a mail address on file. Reads only.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::{Arc, LazyLock};

use jiff::{SignedDuration, Timestamp};
use postern_signals::report::printable;
use postern_signals::rules::{RuleSet, Rules};
use postern_signals::{
    AttemptResult, Cause, Diagnosis, Method, Options, PersonReport, PersonState, Position, Provider,
    ResetHelps, SignIn,
};

use super::ActionError;
use crate::scope::Scope;
use crate::store::findings::{self, FindingRow, INCIDENT};
use crate::store::persons::Person;
use crate::store::{imported_sign_ins, micros, persons, sign_ins};

/// Records that are looked at, of each login: the newest.
const MOST: i64 = 2_000;
/// So many records take less time than a thread for them.
const FEW: usize = 100;
/// Attempts that are listed.
const LISTED: usize = 20;
/// A failure of everybody's explains what began so long around it.
const AROUND: SignedDuration = SignedDuration::from_hours(1);

/// What a failing provider says of its failures.
const OUTAGE: [Cause; 5] = [
    Cause::ProviderOutage,
    Cause::ExternalIdp,
    Cause::MfaDeliveryFailed,
    Cause::MfaNoResponse,
    Cause::Unknown,
];

const ATTACK: &str = "It looks like an attack: do not reset. Suspend, revoke sessions, reach the owner through \
                      contacts on file, open an incident.";

/// What is known of a person's sign-ins.
pub struct PersonDiagnosis {
    /// One for each provider and login, those that need care first.
    pub accounts: Vec<Account>,
    /// Open findings about the person, worst first.
    pub findings: Vec<FindingRow>,
    /// Open findings about an address or a provider that name the person among others: no verdict on this account.
    pub also_named_in: Vec<FindingRow>,
    /// The latest attempts, newest first.
    pub attempts: Vec<AttemptLine>,
    /// From when on records were looked at.
    pub since: Timestamp,
}

impl PersonDiagnosis {
    /// The worst open attack on the person's account.
    pub fn incident(&self) -> Option<&FindingRow> {
        self.findings.iter().find(|row| row.is_attack_on_those_named())
    }
}

/// One account of a person.
pub struct Account {
    /// Whose.
    pub provider: Provider,
    /// The login there.
    pub login: String,
    /// Locked out or not.
    pub state: PersonState,
    /// Why.
    pub cause: Option<Cause>,
    /// Why, in plain words.
    pub why: String,
    /// What to do.
    pub remediation: String,
    /// Would an MFA reset help?
    pub reset_helps: ResetHelps,
    /// First rung of the ladder that applies; 0 when nothing is wrong.
    pub rung: u8,
    /// The newest success.
    pub last_success: Option<Timestamp>,
    /// The newest attempt.
    pub last_attempt: Option<Timestamp>,
    /// The open finding that explains it for the whole organisation.
    pub organisation_wide: Option<String>,
}

/// One attempt, of any provider.
pub struct AttemptLine {
    /// When.
    pub at: Timestamp,
    /// Whose log.
    pub provider: Provider,
    /// Who, as the log writes it.
    pub login: Option<String>,
    /// What was shown.
    pub method: Method,
    /// What became of it.
    pub result: AttemptResult,
    /// From where.
    pub ip: Option<String>,
    /// To what.
    pub app: Option<String>,
    /// The log's own words.
    pub detail: Option<String>,
}

/// Looks at a person's records.
pub async fn diagnose_person(scope: &Scope, person: &Person) -> Result<PersonDiagnosis, ActionError> {
    let now = scope.now;
    let since = now.saturating_sub(scope.tenant.settings.look_back).unwrap_or(Timestamp::MIN);
    let keys = persons::list_login_keys(&scope.app.db, person).await?;
    let own = sign_ins::list_of_person(&scope.app.db, &scope.tenant.id, &person.id, MOST).await?;
    let imported =
        imported_sign_ins::list_of_logins(&scope.app.db, &scope.tenant.id, &keys, since, MOST).await?;
    let open = findings::list_open_of(&scope.app.db, &scope.tenant.id, &keys).await?;
    let wide = findings::list_open_wide(&scope.app.db, &scope.tenant.id).await?;
    let engine = scope.app.config.signals.engine.clone();
    let strangers = strange_addresses(&open);
    let are_few = own.len() + imported.len() <= FEW;
    let work = move || -> Result<_, ActionError> {
        let recent = own.iter().filter(|row| row.at >= micros(since));
        let own = recent.map(|row| row.record(Position::default()));
        let records: Vec<SignIn<'_>> =
            own.chain(imported.iter().filter_map(|row| row.record(Position::default()))).collect();
        let attempts = newest(&records);
        let theirs = records.into_iter().filter(|record| !is_guess(record, &strangers)).collect();
        Ok((analyse(engine, theirs, now)?, attempts))
    };
    let (reports, attempts) = if are_few {
        work()?
    } else {
        let analysed = tokio::task::spawn_blocking(work).await;
        analysed.map_err(|error| ActionError::Internal(error.to_string()))??
    };
    let (findings, also_named_in): (Vec<_>, Vec<_>) =
        open.into_iter().partition(FindingRow::is_about_those_named);
    let mut diagnosis = PersonDiagnosis { accounts: Vec::new(), findings, also_named_in, attempts, since };
    let incident = diagnosis.incident().is_some();
    diagnosis.accounts = reports.into_iter().map(|report| account(report, incident, &wide)).collect();
    Ok(diagnosis)
}

/// The addresses that open incidents about addresses name: somebody tried many people from there.
fn strange_addresses(open: &[FindingRow]) -> HashSet<IpAddr> {
    let about_addresses =
        open.iter().filter(|row| row.severity_rank >= INCIDENT && row.subject_kind == "address");
    about_addresses.filter_map(|row| row.subject_label.parse().ok()).collect()
}

/// A stranger's wrong password locks the person out of nothing.
fn is_guess(record: &SignIn<'_>, strangers: &HashSet<IpAddr>) -> bool {
    let is_wrong = record.result == AttemptResult::Failure(Cause::BadPassword);
    is_wrong && record.ip.is_some_and(|ip| strangers.contains(&ip))
}

/// Compiled once: that there are none takes as long as a few do.
static NO_RULES: LazyLock<Result<Arc<Rules>, String>> =
    LazyLock::new(|| RuleSet::default().compile().map(Arc::new).map_err(|error| error.to_string()));

/// No rule is asked: what they found in all the records is on file, and what staff closed stays closed.
fn analyse(
    engine: Options,
    records: Vec<SignIn<'_>>,
    now: Timestamp,
) -> Result<Vec<PersonReport>, ActionError> {
    let internal = |error: &dyn std::fmt::Display| ActionError::Internal(format!("a diagnosis: {error}"));
    let rules = NO_RULES.as_ref().map(Arc::clone).map_err(|error| internal(error))?;
    let mut diagnosis = Diagnosis::new(Options { rules, as_of: Some(now), ..engine });
    for record in records {
        diagnosis.observe(record);
    }
    Ok(diagnosis.finish().map_err(|error| internal(&error))?.people)
}

fn newest(records: &[SignIn<'_>]) -> Vec<AttemptLine> {
    let mut dated: Vec<_> = records.iter().filter_map(|record| Some((record.at?, record))).collect();
    dated.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    dated.into_iter().take(LISTED).filter_map(|(_, record)| AttemptLine::of(record)).collect()
}

impl AttemptLine {
    /// `None`: the record has no time.
    pub fn of(record: &SignIn<'_>) -> Option<Self> {
        Some(Self {
            at: record.at?,
            provider: record.provider,
            login: record.person.as_deref().map(printable),
            method: record.method,
            result: record.result,
            ip: record.ip.map(|ip| ip.to_string()),
            app: record.app.as_deref().map(printable),
            detail: record.detail.as_deref().map(printable),
        })
    }
}

fn account(report: PersonReport, incident: bool, wide: &[FindingRow]) -> Account {
    let explained = wide.iter().find(|row| !incident && explains(row, &report));
    let mut account = Account {
        provider: report.provider,
        login: printable(&report.person),
        state: report.state,
        cause: report.cause,
        why: printable(&report.why),
        remediation: report.remediation.into_owned(),
        reset_helps: report.reset_helps,
        rung: report.rung,
        last_success: report.last_success,
        last_attempt: report.last_attempt,
        organisation_wide: explained.map(|row| row.id.clone()),
    };
    if incident {
        ATTACK.clone_into(&mut account.remediation);
        (account.rung, account.reset_helps) = (7, ResetHelps::No);
    } else if let Some(row) = explained {
        account.why = format!("It is not only this person: {} {}", row.description, account.why);
        account.remediation.clone_from(&row.remediation);
        (account.rung, account.reset_helps) = (1, ResetHelps::No);
    }
    account
}

/// Does what happened to everybody at this provider explain what this person meets?
fn explains(row: &FindingRow, report: &PersonReport) -> bool {
    let (PersonState::LockedOut { since } | PersonState::Unfinished { since }) = report.state else {
        return false;
    };
    let around = i64::try_from(AROUND.as_micros()).unwrap_or(0);
    let (since, until) = (micros(since), report.last_attempt.map_or(i64::MIN, micros));
    let of_its_kind = match row.rule.as_str() {
        "outage" => OUTAGE.as_slice(),
        "policy_misconfiguration" => &[Cause::PolicyBlock, Cause::DeviceBlock, Cause::MfaNotEnrolled],
        "sms_trouble" => &[Cause::MfaDeliveryFailed, Cause::MfaRateLimited, Cause::MfaNoResponse],
        _ => &[],
    };
    row.subject_provider.as_deref() == Some(report.provider.as_str())
        && report.cause.is_some_and(|cause| of_its_kind.contains(&cause))
        && since <= row.until_at.saturating_add(around)
        && until >= row.since_at.saturating_sub(around)
}
