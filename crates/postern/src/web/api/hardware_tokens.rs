//! Hardware tokens: imported, listed and retired by an admin in person; made theirs by people.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest as _, Multipart, Path, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use postern_core::factor::hardware_token::{MovingFactor, TokenModel};
use postern_core::policy::ManagePeople;
use postern_core::token_file::TokenFileError;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use zeroize::Zeroizing;

use super::errors::{ReadErrors, StepErrors};
use super::input::{Body, PersonOnly};
use crate::actions::add_hardware_token::{self, TokenAnswer};
use crate::actions::factor_proof::FactorProof;
use crate::actions::import_hardware_tokens::{SentTokenFile, import_hardware_tokens};
use crate::actions::retire_hardware_token::retire_hardware_token;
use crate::actions::{ActionError, permit_on_tenant};
use crate::scope::Scope;
use crate::store::hardware_tokens::{self, ListedToken};
use crate::store::time;
use crate::web::cookies;
use crate::web::desk::hardware_tokens::read_form;
use crate::web::plain::incomplete;
use crate::web::problem::Problem;

/// Tokens, newest file first, at most 500.
#[derive(Serialize, ToSchema)]
pub struct HardwareTokenList {
    /// The tokens.
    pub tokens: Vec<HardwareTokenLine>,
    /// How many there are.
    pub count: i64,
}

/// A hardware token. Its seed is nowhere to be read.
#[derive(Serialize, ToSchema)]
pub struct HardwareTokenLine {
    pub id: String,
    /// What stands on its back.
    pub serial: String,
    /// `unbound`, `bound` to somebody, or `retired`.
    pub state: &'static str,
    /// How long a code is shown, in seconds; null where a press of its button makes the next one.
    pub period: Option<i64>,
    pub digits: u8,
    /// `SHA1`, `SHA256` or `SHA512`.
    pub algorithm: &'static str,
    #[schema(value_type = String, format = DateTime)]
    pub imported_at: Timestamp,
    /// The name of the admin.
    pub imported_by: String,
    /// Whose it is, or was.
    pub person_id: Option<String>,
    /// Their name.
    pub person: Option<String>,
}

/// A hardware token in the path.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct HardwareTokenPath {
    /// Its `id`, as `GET /api/v1/hardware-tokens` gives it.
    id: String,
}

/// A file of hardware tokens, and what opens it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it describes a form, which is read field by field")]
pub struct HardwareTokenForm {
    /// CSV or PSKC.
    #[schema(format = Binary)]
    file: String,
    /// The key of an encrypted PSKC file, in hexadecimal, or its passphrase.
    key: Option<String>,
}

/// What an import did.
#[derive(Serialize, ToSchema)]
pub struct ImportedHardwareTokens {
    /// How many tokens were imported.
    imported: usize,
}

/// A token to make one's own.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishAddHardwareToken {
    /// What stands on its back.
    #[schema(example = "FT-0042")]
    serial: String,
    /// A code of the token.
    #[schema(example = "123456")]
    first_code: String,
    /// The code that it showed next.
    #[schema(example = "654321")]
    second_code: String,
    /// What its owner calls it, in up to 60 characters; empty for a plain name.
    #[serde(default)]
    label: String,
    /// `{"code": "123456"}` of an app or another token, or `{"assertion": …}` with the credential as `toJSON()` gives it.
    #[schema(value_type = Object, example = json!({ "code": "123456" }))]
    proof: FactorProof,
}

impl HardwareTokenList {
    /// The organisation's.
    pub async fn load(scope: &Scope) -> Result<Self, Problem> {
        let (tokens, count) = hardware_tokens::list(&scope.app.db, &scope.tenant.id).await?;
        let tokens = tokens.into_iter().map(HardwareTokenLine::of).collect::<Result<_, _>>()?;
        Ok(Self { tokens, count })
    }
}

impl HardwareTokenLine {
    fn of(token: ListedToken) -> Result<Self, ActionError> {
        let model: TokenModel = serde_json::from_str(&token.model)?;
        let period = match model.moved_by {
            MovingFactor::Time { period } => Some(period),
            MovingFactor::Count => None,
        };
        Ok(Self {
            state: token.state(),
            id: token.id,
            serial: token.serial,
            period,
            digits: model.codes.digits,
            algorithm: model.codes.algorithm.as_str(),
            imported_at: time(token.imported_at),
            imported_by: token.imported_by,
            person_id: token.person_id,
            person: token.person,
        })
    }
}

/// `GET /api/v1/hardware-tokens`
#[utoipa::path(get, path = "/api/v1/hardware-tokens", tag = "people", operation_id = "list_hardware_tokens",
    summary = "List hardware tokens", description = "An admin's session only.",
    security(("session" = [])),
    responses((status = 200, description = "The tokens.", body = HardwareTokenList), ReadErrors))]
pub async fn list(scope: Scope, PersonOnly(caller): PersonOnly) -> Result<Json<HardwareTokenList>, Problem> {
    permit_on_tenant::<ManagePeople>(&scope, &caller).await?;
    Ok(Json(HardwareTokenList::load(&scope).await?))
}

/// `POST /api/v1/hardware-tokens/import`
#[utoipa::path(post, path = "/api/v1/hardware-tokens/import", tag = "people", operation_id = "import_hardware_tokens",
    summary = "Import hardware tokens by a file",
    description = "In an admin's session with a passkey touch of the last five minutes: the whole file, or nothing. Up to 5,000 tokens, in UTF-8: \
        PSKC (RFC 6030) up to 10 MiB, or CSV up to 1 MiB, of which the first line names the columns: `serial`, `seed` (hexadecimal or Base32) and \
        `type` (HOTP or TOTP); and `digits`, `algorithm`, `period`, `counter`. Which one it is, the content says. An encrypted file is sent as a \
        form, with its `key`. No seed is ever shown again.",
    request_body(description = "The file as it is, or a form with it and its key.",
        content((String = "text/csv"), (String = "application/pskc+xml"), (HardwareTokenForm = "multipart/form-data"))),
    security(("session" = [])),
    responses((status = 201, description = "They are imported.", body = ImportedHardwareTokens), StepErrors))]
pub async fn import(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    request: Request,
) -> Result<(StatusCode, Json<ImportedHardwareTokens>), Problem> {
    // Before the file is read.
    permit_on_tenant::<ManagePeople>(&scope, &caller).await?;
    let file = sent_file(request).await?;
    let imported = import_hardware_tokens(&scope, &caller, file).await?;
    Ok((StatusCode::CREATED, Json(ImportedHardwareTokens { imported })))
}

/// The file itself, or a form with it and what opens it.
async fn sent_file(request: Request) -> Result<SentTokenFile, Problem> {
    let too_large = || ActionError::from(TokenFileError::TooLarge).into();
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.to_ascii_lowercase().starts_with("multipart/form-data") {
        let form = Multipart::from_request(request, &()).await;
        let form =
            form.map_err(|_| Problem::bad_request("The form is not one: its parts have no boundary."))?;
        return Ok(read_form(form).await?);
    }
    let bytes = Bytes::from_request(request, &()).await.map_err(|why| match why.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => incomplete(&why),
    })?;
    Ok(SentTokenFile { bytes: Zeroizing::new(bytes.to_vec()), key: None })
}

/// `POST /api/v1/hardware-tokens/{id}/retire`
#[utoipa::path(post, path = "/api/v1/hardware-tokens/{id}/retire", tag = "people", operation_id = "retire_hardware_token",
    summary = "Retire a hardware token",
    description = "It is dead for good. Whose it is loses it, is told, and is signed out; where it is their last way in, it is refused. Wants a passkey \
        touch of the last five minutes.",
    params(HardwareTokenPath), security(("session" = [])),
    responses((status = 204, description = "It is dead."), StepErrors))]
pub async fn retire(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    Path(path): Path<HardwareTokenPath>,
) -> Result<StatusCode, Problem> {
    retire_hardware_token(&scope, &caller, &path.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/v1/account/hardware-token/start`
#[utoipa::path(post, path = "/api/v1/account/hardware-token/start", tag = "account", operation_id = "start_add_hardware_token",
    summary = "Ask a passkey before a hardware token is added",
    description = "Not needed where a code proves it. Answers with the options for `navigator.credentials.get`, and a cookie that names the ceremony for five minutes.",
    security(("session" = [])),
    responses((status = 200, description = "The options.", body = Object), StepErrors))]
pub async fn start(scope: Scope, PersonOnly(caller): PersonOnly) -> Result<Response, Problem> {
    let challenge = add_hardware_token::start(&scope, &caller).await?;
    let mut response = Json(challenge.options).into_response();
    cookies::CEREMONY.set(response.headers_mut(), &challenge.token);
    Ok(response)
}

/// `POST /api/v1/account/hardware-token/finish`
#[utoipa::path(post, path = "/api/v1/account/hardware-token/finish", tag = "account", operation_id = "finish_add_hardware_token",
    summary = "Add a hardware token",
    description = "Its serial number and two codes of it, one after the other, with proof by a factor that the person has. Wrong ones count with those at sign-in.",
    request_body = FinishAddHardwareToken, security(("session" = [])),
    responses((status = 204, description = "It works from now on."), StepErrors))]
pub async fn finish(
    scope: Scope,
    PersonOnly(caller): PersonOnly,
    headers: HeaderMap,
    Body(sent): Body<FinishAddHardwareToken>,
) -> Result<Response, Problem> {
    let token = cookies::CEREMONY.read(&headers).unwrap_or_default();
    let answer = TokenAnswer {
        serial: &sent.serial,
        first: &sent.first_code,
        second: &sent.second_code,
        label: &sent.label,
        proof: &sent.proof,
    };
    add_hardware_token::add_hardware_token(&scope, &caller, (&token, answer)).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    cookies::CEREMONY.clear(response.headers_mut());
    Ok(response)
}
