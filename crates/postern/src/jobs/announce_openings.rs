//! Tells owners of openings that were gathered.

use jiff::Timestamp;

use crate::actions::ActionError;
use crate::actions::announce_openings::announce_openings as announce_due;
use crate::config::Config;
use crate::scope::Scope;
use crate::store::cases::openings;

/// Sends the digests that are due. The answer: when the next one is.
pub async fn announce_openings(scope: &Scope) -> Result<Option<Timestamp>, ActionError> {
    announce_due(scope).await?;
    let waits = (Config::DIGEST_AFTER, Config::OPENINGS_GATHERED);
    Ok(openings::find_next_digest(&scope.app.db, &scope.tenant.id, waits).await?)
}
