//! A code of the person's hardware token: the second step of a sign-in. Its story is the one of a code app.

use postern_core::factor::FactorKind;

use super::ActionError;
use super::on_record::Attempt;
use super::signed_in::SignedIn;
use super::use_totp::spend_code;
use crate::scope::Scope;
use crate::store::flows::FlowRow;

/// Checks a code against the person's hardware tokens.
pub async fn use_hardware_token(
    scope: &Scope,
    row: &FlowRow,
    code: &str,
    device: Option<&str>,
) -> Result<SignedIn, ActionError> {
    let typed = (FactorKind::HardwareToken, code);
    let attempt = Attempt::of_flow("use_hardware_token", &row.flow);
    attempt.run(scope, || spend_code(scope, row, typed, device)).await
}
