//! `/recover/options`: what can you still use? Only who has shown the password sees what the account really has.

use axum::response::Response;
use postern_core::factor::FactorKind;
use postern_core::signin::Flow;
use postern_core::text::without_hidden;
use serde_json::{Value, json};

use crate::scope::Scope;
use crate::store::{backup_codes, factors, persons};
use crate::web::extract::CurrentFlow;
use crate::web::problem::Problem;
use crate::web::router::render;

/// `GET /recover/options`
pub async fn show(scope: Scope, flow: Result<CurrentFlow, Problem>) -> Result<Response, Problem> {
    let Ok(CurrentFlow(row)) = flow else {
        return render(&scope, None, "portal/recover.html", json!({}));
    };
    let Flow::SecondStep { person } = row.flow()? else {
        return render(&scope, None, "portal/recover.html", json!({}));
    };
    let person = persons::load(&scope.app.db, &scope.tenant.id, &person).await?;
    let factors = factors::list(&scope.app.db, &scope.tenant.id, &person.id).await?;
    let has = |kind| factors.iter().any(|f| f.is(kind) && f.works(scope.now));
    let values = json!({
        "login": person.login,
        "certain": true,
        "totp": has(FactorKind::Totp),
        "passkey": has(FactorKind::Webauthn),
        "codes_left": backup_codes::count_left(&scope.app.db, &scope.tenant.id, &person.id, scope.now).await?,
    });
    page(&scope, &values)
}

/// What is said to anybody who typed a login.
pub fn anybody(login: &str) -> Value {
    let login: String = without_hidden(login).chars().take(100).collect();
    json!({ "login": login, "certain": false, "totp": true, "passkey": true, "codes_left": 1 })
}

/// The page.
pub fn page(scope: &Scope, values: &Value) -> Result<Response, Problem> {
    render(scope, None, "portal/options.html", values)
}
