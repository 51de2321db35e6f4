//! `/account`: how I sign in, where I am signed in, who needs my word.

use axum::response::{IntoResponse as _, Redirect, Response};
use data_encoding::BASE64URL_NOPAD;
use postern_core::case::{Case, Stage};
use postern_core::factor::FactorKind;
use serde::Serialize;

use crate::actions::choose_notices::{self, NoticeChoice};
use crate::actions::end_session::sign_out as end_own_session;
use crate::actions::end_waiting_password::find_own;
use crate::actions::{ActionError, Caller, passkeys};
use crate::scope::Scope;
use crate::store::cases::CaseRow;
use crate::store::factors::Factor;
use crate::store::sessions::Session;
use crate::store::{cases, factors, micros, persons, sessions};
use crate::texts::MessageId;
use crate::web::api::activity::{ActivityEntry, ActivityView};
use crate::web::api::contacts::OwnContactView;
use crate::web::api::linked_accounts::ProviderView;
use crate::web::api::readiness::ReadinessView;
use crate::web::api::trusted_contacts::TrustedContactsView;
use crate::web::cookies;
use crate::web::extract::Signed;
use crate::web::factor_view::FactorView;
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::render;

/// What the page shows.
#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is the answer to a question of its own")]
pub struct AccountPage {
    pub name: String,
    pub login: String,
    pub factors: Vec<FactorView>,
    /// Whether a code app works.
    pub has_code: bool,
    /// Whether a passkey works.
    pub has_passkey: bool,
    /// Whether codes by text, call or mail are a second step of theirs.
    pub has_sent_codes: bool,
    /// Whether the organisation allows some.
    pub offers_sent_codes: bool,
    /// Where an account can be linked.
    pub providers: Vec<ProviderView>,
    /// When a new password counts that waits, where one does. Microseconds.
    pub new_password_at: Option<i64>,
    /// Whether a first passkey waits before it opens the desk.
    pub first_waits: bool,
    pub codes_left: i64,
    /// What they could lose, and what would be left.
    pub readiness: ReadinessView,
    pub sessions: Vec<OwnSession>,
    /// Whether a factor was shown a moment ago: sessions end at one press then.
    pub has_shown_factor: bool,
    /// Where they are told of what happens.
    pub contacts: Vec<OwnContactView>,
    /// Whom they trust to confirm that it is them, and who trusts them.
    pub trusted: TrustedContactsView,
    /// What happened last.
    pub activity: Vec<ActivityEntry>,
    /// Reports of theirs who wait for their word.
    pub requests: Vec<VouchRequest>,
    pub notices: Vec<NoticeSwitch>,
    /// Whether a passkey opened this session.
    pub phishing_resistant: bool,
    pub is_staff: bool,
    pub passkeys: PasskeysOnFile,
}

/// What the browser is told of the passkeys that count here, so that it offers no others: the signal API of `WebAuthn`. In
/// base64url.
#[derive(Serialize)]
pub struct PasskeysOnFile {
    /// What a passkey knows its owner by.
    pub user: String,
    /// All that are on file, those that wait or are switched off too: a removed one is not.
    pub credentials: Vec<String>,
}

impl PasskeysOnFile {
    fn of(caller: &Caller, own: &[Factor]) -> Result<Self, ActionError> {
        let passkeys = own.iter().filter(|factor| factor.is(FactorKind::Webauthn));
        Ok(Self {
            user: BASE64URL_NOPAD.encode(passkeys::user_handle(&caller.person.id)?.as_bytes()),
            credentials: passkeys.filter_map(|passkey| passkey.credential_id.clone()).collect(),
        })
    }
}

impl PageView for AccountPage {
    const TEMPLATE: &'static str = "account/overview.html";
}

/// Where they are signed in.
#[derive(Serialize)]
pub struct OwnSession {
    pub id: String,
    pub ip: String,
    pub user_agent: String,
    /// Microseconds.
    pub created_at: i64,
    /// Whether it is the one that looks.
    pub is_this: bool,
}

impl OwnSession {
    /// As its owner sees it, from the session of `caller`.
    pub(super) fn of(live: Session, caller: &Caller) -> Self {
        Self {
            is_this: live.id == caller.session,
            id: live.id,
            ip: live.ip,
            user_agent: live.user_agent,
            created_at: live.created_at,
        }
    }
}

/// Somebody who waits for their manager's word.
#[derive(Serialize)]
pub struct VouchRequest {
    pub id: String,
    pub name: String,
    pub reference: String,
    /// Microseconds.
    pub opened_at: i64,
    /// Whether the remedy is done, and a no still stops it.
    pub is_done: bool,
}

/// A kind of mail, on or off.
#[derive(Serialize)]
pub struct NoticeSwitch {
    pub word: &'static str,
    pub label: MessageId,
    pub on: bool,
}

/// `GET /account`
pub async fn show(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    let id = &caller.person.id;
    let now = scope.now;
    let own = factors::list(&scope.app.db, &scope.tenant.id, id).await?;
    let (has_code, has_passkey) = factors::which_prove(&own, now);
    let factors: Vec<FactorView> = own.iter().map(|factor| FactorView::of(factor, now)).collect();
    let live = sessions::list(&scope.app.db, &scope.tenant.id, id, now).await?;
    let when = (now, scope.tenant.settings.callable_if_filed_by(now));
    let summary = persons::load_summary(&scope.app.db, &scope.tenant.id, id, when).await?;
    let rules = scope.tenant.settings.sent_codes;
    let shown = AccountPage {
        name: caller.person.name.clone(),
        login: caller.person.login.clone(),
        has_sent_codes: own
            .iter()
            .any(|factor| FactorKind::parse(&factor.kind).is_some_and(FactorKind::is_sent)),
        offers_sent_codes: rules.by_text || rules.by_mail,
        factors,
        has_code,
        has_passkey,
        providers: ProviderView::list(&scope),
        new_password_at: find_own(&scope, &caller).await?.map(micros),
        first_waits: caller.person.role.is_staff()
            && !own.iter().any(|factor| factor.opens_alone() && factor.works(now))
            && !summary.first_passkey_granted,
        codes_left: summary.codes_left,
        readiness: ReadinessView::load(&scope, &caller, &own, &summary).await?,
        sessions: live.into_iter().map(|live| OwnSession::of(live, &caller)).collect(),
        has_shown_factor: caller.has_just_shown_factor(now),
        contacts: OwnContactView::list(&scope, &caller).await?,
        trusted: TrustedContactsView::load(&scope, &caller).await?,
        activity: ActivityView::load_latest(&scope, &caller).await?,
        requests: if summary.leads_somebody { requests(&scope, &caller).await? } else { Vec::new() },
        notices: notices(&scope, &caller, summary.leads_somebody).await?,
        phishing_resistant: caller.phishing_resistant,
        is_staff: caller.person.role.is_staff(),
        passkeys: PasskeysOnFile::of(&caller, &own)?,
    };
    render(&scope, Some(&caller), shown)
}

/// What can be mailed to them, with its switch.
async fn notices(scope: &Scope, caller: &Caller, leads: bool) -> Result<Vec<NoticeSwitch>, Problem> {
    let choices = choose_notices::list_choices_of(scope, caller, leads).await?;
    let line = |choice: &NoticeChoice| NoticeSwitch {
        word: choice.notice.as_str(),
        label: choice.notice.label(),
        on: choice.on,
    };
    Ok(choices.iter().map(line).collect())
}

/// Reports of this person who wait for their manager's word, and whose recovery a word of theirs still stops.
async fn requests(scope: &Scope, caller: &Caller) -> Result<Vec<VouchRequest>, Problem> {
    let (db, tenant) = (&scope.app.db, &scope.tenant.id);
    let wants_word = |case: &Case| {
        *case.stage() == Stage::Verifying
            && case.evidence_for_page().all(|e| !e.is_confirmed() || e.attested_by != caller.person.id)
    };
    let mut wanted = Vec::new();
    for row in cases::list_open_of_reports(db, tenant, &caller.person.id).await? {
        let Some(case) = row.case(scope.now)? else { continue };
        let is_done = case.can_be_stopped_after_remedy();
        if is_done || wants_word(&case) {
            wanted.push((row, is_done));
        }
    }
    let ids = wanted.iter().filter_map(|(row, _)| row.person_id.as_deref()).collect();
    let names = persons::list_names(db, tenant, &ids).await?;
    let name = |id: Option<&str>| id.and_then(|id| names.get(id)).cloned().unwrap_or_default();
    let request = |(row, is_done): (CaseRow, bool)| VouchRequest {
        name: name(row.person_id.as_deref()),
        id: row.id,
        reference: row.reference,
        opened_at: row.opened_at,
        is_done,
    };
    Ok(wanted.into_iter().map(request).collect())
}

/// `POST /sign-out`
pub async fn sign_out(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    end_own_session(&scope, &caller).await?;
    let mut response = Redirect::to("/sign-in").into_response();
    cookies::SESSION.clear(response.headers_mut());
    Ok(response)
}
