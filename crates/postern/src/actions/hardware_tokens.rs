//! What a hardware token keeps once it is somebody's, and what a code of it turns out to be.

use data_encoding::BASE64;
use postern_core::factor::FactorKind;
use postern_core::factor::hardware_token::{TokenCheck, TokenModel};
use postern_core::factor::totp::PhoneClock;
use postern_core::id::PersonId;
use serde::{Deserialize, Serialize};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::ActionError;
use crate::scope::Scope;
use crate::store::factors::Factor;

/// What is sealed in the factor's row.
#[derive(Serialize, Deserialize, ZeroizeOnDrop)]
pub(super) struct TokenSecret {
    #[zeroize(skip)]
    pub model: TokenModel,
    /// Base64.
    seed: String,
}

impl TokenSecret {
    pub(super) fn new(model: TokenModel, seed: &[u8]) -> Self {
        Self { model, seed: BASE64.encode(seed) }
    }

    /// Sealed for a factor of a person's.
    pub(super) fn seal(&self, scope: &Scope, person: &PersonId, id: &str) -> Result<Vec<u8>, ActionError> {
        let text = Zeroizing::new(serde_json::to_vec(self)?);
        Ok(scope.tenant.keys.seal(&scope.app.rng, &Factor::place(&scope.tenant.id, person, id), &text)?)
    }

    pub(super) fn open(scope: &Scope, person: &PersonId, factor: &Factor) -> Result<Self, ActionError> {
        let place = Factor::place(&scope.tenant.id, person, &factor.id);
        Ok(serde_json::from_slice(&scope.tenant.keys.unseal(&place, &factor.sealed)?)?)
    }

    pub(super) fn seed(&self) -> Result<Zeroizing<Vec<u8>>, ActionError> {
        let seed = BASE64.decode(self.seed.as_bytes());
        seed.map(Zeroizing::new).map_err(|_| ActionError::Internal("the seed of a token".to_owned()))
    }

    /// Where it stands that showed two codes one after the other.
    pub(super) fn resync(
        &self,
        scope: &Scope,
        codes: (&str, &str),
        last: Option<i64>,
    ) -> Result<Option<(i64, PhoneClock)>, ActionError> {
        Ok(self.model.resync(&self.seed()?, codes, scope.now.as_second(), last))
    }
}

/// The best that any of the person's working tokens makes of the code, and which token that is. Without one it is wrong.
pub(super) fn check(
    scope: &Scope,
    person: &PersonId,
    (held, code): (&[Factor], &str),
) -> Result<(String, TokenCheck), ActionError> {
    let mut best = (String::new(), TokenCheck::Wrong);
    for factor in held {
        if !factor.is(FactorKind::HardwareToken) || !factor.works(scope.now) {
            continue;
        }
        let secret = TokenSecret::open(scope, person, factor)?;
        let known = (factor.last_step, factor.clock());
        match secret.model.check(&secret.seed()?, code, scope.now.as_second(), known) {
            TokenCheck::Wrong => {}
            accepted @ TokenCheck::Accepted { .. } => return Ok((factor.id.clone(), accepted)),
            other => best = (factor.id.clone(), other),
        }
    }
    Ok(best)
}
