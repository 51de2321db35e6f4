//! Takes in the sign-in log of another provider.

use axum::Json;
use axum::extract::Request;
use axum::http::StatusCode;
use postern_core::policy::ImportSignIns;
use serde::Deserialize;
use utoipa::IntoParams;

use super::errors::ImportErrors;
use super::imports::ImportLine;
use super::input::Params;
use crate::actions::import_sign_ins::{Upload, Via, admit_import, import_sign_ins as import};
use crate::actions::permit_on_tenant;
use crate::scope::Scope;
use crate::web::extract::ApiCaller;
use crate::web::problem::Problem;
use crate::web::upload::body_to_file;

/// What it is called.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub struct Named {
    /// What to call it in lists and as evidence, in up to 100 characters; `upload` when left out.
    #[param(required = false, example = "okta-2026-03-02.jsonl")]
    source: String,
}

/// `POST /api/v1/sign-ins/import`
#[utoipa::path(post, path = "/api/v1/sign-ins/import", tag = "sign-ins", operation_id = "import_sign_ins",
    summary = "Take in sign-in records",
    description = "The body is a log as the provider exports it: JSON Lines, a JSON document, CSV or log lines, plain or \
        compressed with gzip or zstd. Each record is kept once, however often it is sent; damaged lines are named by number \
        and never quoted. What it shows appears under findings within a second.",
    params(Named),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The log."),
    security(("service_token" = ["signins:import"]), ("session" = [])),
    responses((status = 201, description = "What was taken in.", body = ImportLine), ImportErrors))]
pub async fn import_sign_ins(
    scope: Scope,
    caller: ApiCaller,
    Params(named): Params<Named>,
    request: Request,
) -> Result<(StatusCode, Json<ImportLine>), Problem> {
    let caller = caller.with_scope(&scope, "signins:import").await?;
    // Before the body is read: who may not import, or has no slot, sends nothing to our disk.
    let permit = permit_on_tenant::<ImportSignIns>(&scope, &caller).await?;
    let admission = admit_import(&scope, &caller, permit).await?;
    let file = body_to_file(&scope, request.into_body()).await?;
    let upload = Upload::new(&named.source, Via::Api, file.path().to_owned());
    let imported = import(&scope, &caller, admission, &upload).await?;
    Ok((StatusCode::CREATED, Json(ImportLine::load(&scope, &imported.id).await?)))
}
