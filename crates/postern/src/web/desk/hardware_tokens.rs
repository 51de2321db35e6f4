//! `/desk/hardware-tokens`: an admin imports the seeds of hardware tokens by a file, and sees whose each token is.

use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest as _, Multipart, Path, Request};
use axum::http::StatusCode;
use axum::response::Response;
use postern_core::policy::ManagePeople;
use postern_core::token_file::{FileKey, MAX_TOKENS, TokenFileError};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::actions::import_hardware_tokens::{SentTokenFile, import_hardware_tokens};
use crate::actions::retire_hardware_token::retire_hardware_token;
use crate::actions::{ActionError, Caller, permit_on_tenant};
use crate::scope::Scope;
use crate::web::api::hardware_tokens::HardwareTokenList;
use crate::web::extract::Signed;
use crate::web::page::PageView;
use crate::web::problem::Problem;
use crate::web::router::{form_error, render_with};
use crate::web::toast::Toast;

/// What the page shows. What was sent is never shown again.
#[derive(Serialize)]
pub struct HardwareTokensPage {
    #[serde(flatten)]
    pub list: HardwareTokenList,
    pub error: Option<String>,
    pub field: Option<&'static str>,
    /// Most tokens of one file.
    pub rows: usize,
}

impl PageView for HardwareTokensPage {
    const TEMPLATE: &'static str = "desk/hardware_tokens.html";
}

/// `GET /desk/hardware-tokens`
pub async fn show(scope: Scope, Signed(caller): Signed) -> Result<Response, Problem> {
    permit_on_tenant::<ManagePeople>(&scope, &caller).await?;
    page(&scope, &caller, StatusCode::OK, (None, None)).await
}

/// `POST /desk/hardware-tokens`
pub async fn submit(scope: Scope, Signed(caller): Signed, request: Request) -> Result<Response, Problem> {
    // Before the file is read.
    permit_on_tenant::<ManagePeople>(&scope, &caller).await?;
    let form = Multipart::from_request(request, &()).await;
    let form = form.map_err(|_| Problem::bad_request("Send the form of this page, with a file."))?;
    let file = match read_form(form).await {
        Ok(file) => file,
        Err(TokenFormError::TooLarge) => {
            let said = (None, Some(TokenFileError::TooLarge.to_string()));
            return page(&scope, &caller, StatusCode::PAYLOAD_TOO_LARGE, said).await;
        }
        Err(error) => return Err(error.into()),
    };
    match import_hardware_tokens(&scope, &caller, file).await {
        Ok(_) => Ok(Toast::HardwareTokensImported.redirect("/desk/hardware-tokens")),
        Err(error) => refused(&scope, &caller, error).await,
    }
}

/// `POST /desk/hardware-tokens/{id}/retire`
pub async fn retire(
    scope: Scope,
    Signed(caller): Signed,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    match retire_hardware_token(&scope, &caller, &id).await {
        Ok(()) => Ok(Toast::HardwareTokenRetired.redirect("/desk/hardware-tokens")),
        Err(error) => refused(&scope, &caller, error).await,
    }
}

async fn refused(scope: &Scope, caller: &Caller, error: ActionError) -> Result<Response, Problem> {
    let (status, field, message) = form_error(error)?;
    page(scope, caller, status, (field, Some(message))).await
}

/// A form that brings no file that could be read.
#[derive(Debug)]
pub enum TokenFormError {
    TooLarge,
    Incomplete,
    /// One of two files or keys would be left out, and nobody would know.
    SentTwice,
    UnknownPart,
}

impl From<MultipartError> for TokenFormError {
    fn from(error: MultipartError) -> Self {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE { Self::TooLarge } else { Self::Incomplete }
    }
}

impl From<TokenFormError> for Problem {
    fn from(error: TokenFormError) -> Self {
        match error {
            TokenFormError::TooLarge => ActionError::from(TokenFileError::TooLarge).into(),
            TokenFormError::Incomplete => Self::bad_request("The file did not arrive whole. Send it again."),
            TokenFormError::SentTwice => Self::bad_request(
                "Two files or two keys came at once. Nothing was imported. Send the files one after the other.",
            ),
            TokenFormError::UnknownPart => Self::bad_request(
                "The form has a part that is none of file, csv and key. Nothing was imported.",
            ),
        }
    }
}

/// The chosen file, or what was pasted; and what opens it.
pub async fn read_form(mut form: Multipart) -> Result<SentTokenFile, TokenFormError> {
    let mut file = SentTokenFile { bytes: Zeroizing::default(), key: None };
    while let Some(field) = form.next_field().await? {
        match field.name() {
            Some("file" | "csv") => {
                let bytes = Zeroizing::new(field.bytes().await?.to_vec());
                if !bytes.is_empty() && !file.bytes.is_empty() {
                    return Err(TokenFormError::SentTwice);
                }
                if !bytes.is_empty() {
                    file.bytes = bytes;
                }
            }
            Some("key") if file.key.is_some() => return Err(TokenFormError::SentTwice),
            Some("key") => file.key = FileKey::typed(Zeroizing::new(field.text().await?)),
            _ => return Err(TokenFormError::UnknownPart),
        }
    }
    Ok(file)
}

async fn page(
    scope: &Scope,
    caller: &Caller,
    status: StatusCode,
    (field, error): (Option<&'static str>, Option<String>),
) -> Result<Response, Problem> {
    let list = HardwareTokenList::load(scope).await?;
    render_with(scope, Some(caller), status, HardwareTokensPage { list, error, field, rows: MAX_TOKENS })
}
