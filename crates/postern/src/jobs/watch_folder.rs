//! Takes in the files of a folder.

use std::sync::Arc;

use tokio::sync::watch;

use crate::app::App;

/// Runs until `stop` turns true.
pub async fn run(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let _ = (app, stop.wait_for(|stop| *stop).await);
}
