//! `/account`: how I sign in, where I am signed in, who needs my word.

use axum::extract::Path;
use axum::response::{IntoResponse as _, Redirect, Response};
use postern_core::case::{Case, Stage};
use postern_core::factor::FactorKind;
use serde_json::{Value, json};

use crate::actions::Caller;
use crate::actions::choose_notices::{self, NoticeChoice};
use crate::actions::end_session;
use crate::config::Config;
use crate::scope::Scope;
use crate::store::persons::first_passkey;
use crate::store::{backup_codes, cases, factors, persons, sessions};
use crate::web::cookies;
use crate::web::extract::Signed;
use crate::web::factor_view::FactorView;
use crate::web::problem::Problem;
use crate::web::router::render;
use crate::web::toast::Toast;
use postern_core::id::PersonId;

/// `GET /account`
pub async fn show(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    let id = &caller.person.id;
    let now = scope.now;
    let own = factors::list(&scope.app.db, &scope.tenant.id, id).await?;
    let works = |kind: FactorKind| own.iter().any(|factor| factor.is(kind) && factor.works(now));
    let factors: Vec<FactorView> = own.iter().map(|factor| FactorView::of(factor, now)).collect();
    let sessions: Vec<Value> = sessions::list(&scope.app.db, &scope.tenant.id, id, now, Config::SESSION_IDLE)
        .await?
        .iter()
        .map(|s| {
            json!({
                "id": s.id, "ip": s.ip, "user_agent": s.user_agent, "created_at": s.created_at,
                "last_seen_at": s.last_seen_at, "is_this": s.id == caller.session,
            })
        })
        .collect();
    let values = json!({
        "name": caller.person.name,
        "login": caller.person.login,
        "factors": factors,
        "has_code": works(FactorKind::Totp),
        "has_passkey": works(FactorKind::Webauthn),
        "first_waits": caller.person.role.is_staff()
            && !own.iter().any(|factor| factor.opens_alone() && factor.works(now))
            && !first_passkey::is_granted(&scope.app.db, &scope.tenant.id, id, now).await?,
        "codes_left": backup_codes::count_left(&scope.app.db, &scope.tenant.id, id, now).await?,
        "sessions": sessions,
        "requests": requests(&scope, &caller).await?,
        "notices": notices(&scope, &caller).await?,
        "phishing_resistant": caller.phishing_resistant,
        "is_staff": caller.person.role.is_staff(),
    });
    render(&scope, Some(&caller), "account/overview.html", values)
}

/// What can be mailed to them, with its switch.
async fn notices(scope: &Scope, caller: &Caller) -> Result<Vec<Value>, Problem> {
    let choices = choose_notices::list_choices(scope, caller).await?;
    let line = |choice: &NoticeChoice| json!({ "word": choice.notice.as_str(), "label": choice.notice.label(), "on": choice.on });
    Ok(choices.iter().map(line).collect())
}

/// Reports of this person who wait for their manager's word.
async fn requests(scope: &Scope, caller: &Caller) -> Result<Vec<Value>, Problem> {
    let mut found = Vec::new();
    for row in cases::list_open_of_reports(&scope.app.db, &scope.tenant.id, &caller.person.id).await? {
        let Some(person) = &row.person_id else { continue };
        let wants_word = |case: &Case| {
            *case.stage() == Stage::Verifying
                && case.evidence_for_page().all(|e| !e.is_confirmed() || e.attested_by != caller.person.id)
        };
        if !row.case(scope.now)?.as_ref().is_some_and(wants_word) {
            continue;
        }
        let person = persons::load(&scope.app.db, &scope.tenant.id, &PersonId::new(person)).await?;
        found.push(json!({
            "id": row.id, "name": person.name, "reference": row.reference, "opened_at": row.opened_at,
        }));
    }
    Ok(found)
}

/// `POST /account/sessions/{id}/end`
pub async fn end_session(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    end_session::end_session(&scope, &caller, &id).await?;
    Ok(Toast::SessionEnded.redirect("/account"))
}

/// `POST /sign-out`
pub async fn sign_out(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    end_session::end_session(&scope, &caller, &caller.session).await?;
    let mut response = Redirect::to("/sign-in").into_response();
    cookies::SESSION.clear(response.headers_mut());
    Ok(response)
}
