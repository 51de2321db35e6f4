//! `/recover/options`: what can you still use? Only who has shown the password sees what the account really has.

use axum::response::Response;
use postern_core::factor::FactorKind;
use postern_core::signin::FlowStep;
use postern_core::text::without_hidden;
use serde::Serialize;

use super::expected_call::ExpectedCall;
use super::recover::RecoverPage;
use crate::actions::sent_code_rules::list_usable;
use crate::scope::Scope;
use crate::store::{backup_codes, factors, persons};
use crate::web::extract::CurrentFlow;
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::render;

/// What the page shows.
#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is the answer to a question of its own")]
pub struct RecoveryOptionsPage {
    pub login: String,
    /// Whether the password was shown, and this is what the account really has.
    pub call: ExpectedCall,
    pub certain: bool,
    pub totp: bool,
    pub passkey: bool,
    pub push: bool,
    pub hardware_token: bool,
    pub sent_code: bool,
    pub codes_left: i64,
}

impl PageView for RecoveryOptionsPage {
    const TEMPLATE: &'static str = "portal/options.html";
}

/// `GET /recover/options`
pub async fn show(scope: Scope, flow: Result<CurrentFlow, Problem>) -> Result<Response, Problem> {
    let Ok(CurrentFlow(row)) = flow else {
        return render(&scope, None, RecoverPage {});
    };
    // After a reset there is no factor, and a pass is wanted: the password was right all the same.
    if !matches!(row.flow.step(), FlowStep::Second | FlowStep::Pass) {
        return render(&scope, None, RecoverPage {});
    }
    let person = persons::load(&scope.app.db, &scope.tenant.id, row.flow.person()).await?;
    let factors = factors::list(&scope.app.db, &scope.tenant.id, &person.id).await?;
    let has = |kind| factors.iter().any(|f| f.is(kind) && f.works(scope.now));
    let codes_left = backup_codes::count_left(&scope.app.db, &scope.tenant.id, &person.id, scope.now).await?;
    let call = ExpectedCall::load(&scope, Some(&person.id), scope.now).await?;
    let sent_code = !list_usable(&scope, &person).await?.is_empty();
    let shown = RecoveryOptionsPage {
        login: person.login,
        call,
        certain: true,
        totp: has(FactorKind::Totp),
        passkey: has(FactorKind::Webauthn),
        push: has(FactorKind::Push),
        hardware_token: has(FactorKind::HardwareToken),
        sent_code,
        codes_left,
    };
    render(&scope, None, shown)
}

/// What is said to anybody who typed a login.
pub async fn anybody(scope: &Scope, login: &str) -> Result<RecoveryOptionsPage, Problem> {
    let login: String = without_hidden(login).chars().take(100).collect();
    let call = ExpectedCall::load(scope, None, scope.now).await?;
    let rules = scope.tenant.settings.sent_codes;
    Ok(RecoveryOptionsPage {
        login,
        call,
        certain: false,
        totp: true,
        passkey: true,
        push: true,
        hardware_token: true,
        sent_code: rules.by_text || rules.by_mail,
        codes_left: 1,
    })
}
