//! The secret of a new code app, as pages and the API show it: to be scanned, or typed by hand.

use fast_qr::QRBuilder;
use fast_qr::convert::svg::SvgBuilder;
use postern_core::factor::totp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::scope::Scope;

/// What a code app is given.
#[derive(Serialize, ToSchema)]
pub struct CodeAppView {
    /// The secret in Base32, in groups of four, to type by hand.
    #[schema(example = "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ")]
    pub key: String,
    /// `otpauth://…`: what a QR code of it holds.
    pub url: Option<String>,
}

impl CodeAppView {
    /// Of a secret for this login.
    pub fn of(scope: &Scope, login: &str, secret: &[u8]) -> Self {
        let url = totp::enrolment_url(secret, &scope.tenant.name, login);
        Self { key: totp::text_key(secret), url }
    }

    /// The QR code, as SVG.
    pub fn qr(&self) -> Option<String> {
        qr_code(self.url.as_deref()?)
    }
}

/// A text as a QR code: SVG.
pub fn qr_code(text: &str) -> Option<String> {
    let qr = QRBuilder::new(text).build().ok()?;
    Some(SvgBuilder::default().to_str(&qr))
}
