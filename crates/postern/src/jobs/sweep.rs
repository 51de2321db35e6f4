//! Clears away what has run out and tells nothing: ceremonies and flows. Records are never swept.

use jiff::SignedDuration;

use crate::app::App;
use crate::store::{StoreError, ceremonies, flows};

/// Deletes what ran out more than a day ago.
pub async fn sweep(app: &App) -> Result<(), StoreError> {
    let mut change = app.change().await?;
    let before = change.at() - SignedDuration::from_hours(24);
    ceremonies::delete_expired(&mut change, before).await?;
    flows::delete_expired(&mut change, before).await?;
    change.commit_unrecorded("what ran out a day ago").await
}
