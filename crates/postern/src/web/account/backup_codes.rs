//! `/account/backup-codes`: fresh backup codes, for whoever shows a factor that they have.

use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::actions::confirm_backup_codes::{KeptBy, confirm_backup_codes};
use crate::actions::factor_proof::FactorProof;
use crate::actions::renew_backup_codes::{self, ShownCodes};
use crate::actions::{ActionError, Caller};
use crate::scope::Scope;
use crate::store::{backup_codes, factors};
use crate::texts::{ErrorText, MessageId};
use crate::web::cookies;
use crate::web::extract::{Form, Signed};
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_outcome, render, render_with};
use crate::web::toast::Toast;

/// Proof by a factor that is there.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ProofForm {
    code: String,
    assertion: String,
}

/// The person's word that the codes are kept.
#[derive(Deserialize)]
pub struct KeptForm {
    /// Ticked.
    pub kept: Option<String>,
}

/// What the page shows.
#[derive(Serialize)]
pub struct RenewBackupCodesPage {
    pub codes_left: i64,
    /// Whether a code app works.
    pub has_code: bool,
    /// Whether a passkey works.
    pub has_passkey: bool,
    pub error: Option<ErrorText>,
}

impl PageView for RenewBackupCodesPage {
    const TEMPLATE: &'static str = "account/backup_codes.html";
}

/// The new codes, this once.
#[derive(Serialize)]
pub struct RenewedBackupCodesPage {
    pub codes: Vec<String>,
}

impl PageView for RenewedBackupCodesPage {
    const TEMPLATE: &'static str = "account/backup_codes_shown.html";
}

/// `GET /account/backup-codes`
pub async fn show(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    page(&scope, &caller, None).await
}

/// `POST /account/backup-codes`
pub async fn submit(
    scope: Scope,
    Signed(caller): Signed,
    headers: HeaderMap,
    Form(form): Form<ProofForm>,
) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    let made = match FactorProof::of_form(&form.code, &form.assertion) {
        Ok(proof) => renew_backup_codes::renew_backup_codes(&scope, &caller, (&token, &proof)).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(ShownCodes { codes, token }) => {
            let mut response = render(&scope, Some(&caller), RenewedBackupCodesPage { codes })?;
            cookies::CEREMONY.set(response.headers_mut(), &token);
            Ok(response)
        }
        Err(error) => page(&scope, &caller, Some(error)).await,
    }
}

/// `POST /account/backup-codes/confirm`
pub async fn confirm(
    scope: Scope,
    Signed(caller): Signed,
    headers: HeaderMap,
    Form(form): Form<KeptForm>,
) -> Result<Response, Problem> {
    if form.kept.is_none() {
        let error = ActionError::refused(MessageId("say-codes-are-kept"));
        return page(&scope, &caller, Some(error)).await;
    }
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    match confirm_backup_codes(&scope, KeptBy::Owner(&caller), &token).await {
        Ok(()) => {
            let mut response = Toast::CodesKept.redirect("/account");
            cookies::CEREMONY.clear(response.headers_mut());
            Ok(response)
        }
        Err(error) => page(&scope, &caller, Some(error)).await,
    }
}

async fn page(scope: &Scope, caller: &Caller, error: Option<ActionError>) -> Result<Response, Problem> {
    let (status, _, message) = form_outcome(error)?;
    let person = &caller.person.id;
    let own = factors::list(&scope.app.db, &scope.tenant.id, person).await?;
    let (has_code, has_passkey) = factors::which_prove(&own, scope.now);
    let shown = RenewBackupCodesPage {
        codes_left: backup_codes::count_left(&scope.app.db, &scope.tenant.id, person, scope.now).await?,
        has_code,
        has_passkey,
        error: message,
    };
    render_with(scope, Some(caller), status, shown)
}
