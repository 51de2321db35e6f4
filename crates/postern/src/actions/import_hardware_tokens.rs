//! An admin imports the seeds of hardware tokens by a file: all of it, or nothing. No seed is ever shown again.

use std::sync::Arc;

use postern_core::event::Event;
use postern_core::event::payload::MfaHardwareTokensImported;
use postern_core::factor::hardware_token::MovingFactor;
use postern_core::policy::ManagePeople;
use postern_core::token_file::{FileKey, TokenFileError, TokenRow, TokenRowProblem, parse_tokens};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::import_sign_ins::acquire_slots;
use super::on_record::Attempt;
use super::{ActionError, Caller, permit_on_tenant};
use crate::notify;
use crate::scope::Scope;
use crate::store::hardware_tokens::{self, HardwareToken, NewHardwareToken};

/// A file as it was sent, and what opens it where it is encrypted. It does not print, and is wiped.
pub struct SentTokenFile {
    pub bytes: Zeroizing<Vec<u8>>,
    pub key: Option<FileKey>,
}

/// Imports them. The answer: how many.
pub async fn import_hardware_tokens(
    scope: &Scope,
    caller: &Caller,
    file: SentTokenFile,
) -> Result<usize, ActionError> {
    let attempt = Attempt { actor: caller.actor(), step: "import_hardware_tokens", case: None, person: None };
    let file = Arc::new(file);
    attempt.run(scope, || import(scope, caller, Arc::clone(&file))).await
}

async fn import(scope: &Scope, caller: &Caller, file: Arc<SentTokenFile>) -> Result<usize, ActionError> {
    let permit = permit_on_tenant::<ManagePeople>(scope, caller).await?;
    let file_sha256 = &data_encoding::HEXLOWER.encode(&Sha256::digest(&file.bytes));
    let now = scope.now;
    // Before the file is looked at: what is said of it tells which seeds are known.
    caller.expect_step_up(scope.now)?;
    // A passphrase costs as much as its file says, up to a bound: not where passwords are hashed, or nobody could sign in meanwhile.
    // The place goes with the work: hanging up gives none back.
    let slots = acquire_slots(scope).await?;
    let read = move || {
        let tokens = parse_tokens(&file.bytes, file.key.as_ref(), now);
        drop(slots);
        tokens
    };
    let read = tokio::task::spawn_blocking(read).await;
    let tokens = read.map_err(|error| ActionError::Internal(error.to_string()))??;
    expect_new(scope, &tokens).await?;
    let rows = tokens.iter().map(|token| sealed(scope, token)).collect::<Result<Vec<_>, _>>()?;
    let mut change = caller.change(scope).await?;
    hardware_tokens::insert_all(&mut change, &caller.person.id, &rows).await?;
    let count = rows.len();
    let said = if count == 1 { "a hardware token".to_owned() } else { format!("{count} hardware tokens") };
    let text = format!("{} imported {said} by a file.", caller.person.name);
    notify::notify_overseers(
        scope,
        &mut change,
        ("Hardware tokens were imported", &text, "/desk/hardware-tokens"),
    )
    .await?;
    let imported = MfaHardwareTokensImported { tokens: count, file_sha256 };
    change.commit(&Event::new(caller.actor(), imported).policies(permit.policies())).await?;
    Ok(count)
}

/// None was imported before: a seed that took another's place would let in whoever wrote the file, and whoever holds one of two
/// tokens with the same seed has the codes of both.
async fn expect_new(scope: &Scope, tokens: &[TokenRow]) -> Result<(), ActionError> {
    let known = hardware_tokens::list_imported(&scope.app.db, &scope.tenant.id).await?;
    let again = tokens.iter().filter_map(|token| {
        let what = if known.serials.contains(&token.serial) {
            "serial number"
        } else if known.seed_hashes.contains(&scope.tenant.keys.hash_of_seed(token.seed.as_bytes())) {
            "seed"
        } else {
            return None;
        };
        Some(TokenRowProblem {
            line: token.line,
            message: format!("A token with this {what} was imported before."),
        })
    });
    let problems: Vec<TokenRowProblem> = again.take(50).collect();
    if problems.is_empty() { Ok(()) } else { Err(TokenFileError::Rows(problems).into()) }
}

fn sealed<'a>(scope: &Scope, token: &'a TokenRow) -> Result<NewHardwareToken<'a>, ActionError> {
    let id = scope.app.rng.id(scope.now)?;
    let place = HardwareToken::place(&scope.tenant.id, &id);
    // The last count before the first code; a clock has no such thing.
    let last_step = match token.model.moved_by {
        MovingFactor::Count => token.counter.checked_sub(1).filter(|last| *last >= 0),
        MovingFactor::Time { .. } => None,
    };
    Ok(NewHardwareToken {
        serial: &token.serial,
        model: serde_json::to_string(&token.model)?,
        sealed: scope.tenant.keys.seal(&scope.app.rng, &place, token.seed.as_bytes())?,
        seed_hash: scope.tenant.keys.hash_of_seed(token.seed.as_bytes()),
        last_step,
        id,
    })
}

impl From<TokenFileError> for ActionError {
    fn from(error: TokenFileError) -> Self {
        Self::invalid(if error.is_about_key() { "key" } else { "file" }, error.to_string())
    }
}
