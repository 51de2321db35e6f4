//! The limiter: what a guess costs.

use jiff::SignedDuration;
use postern::actions::Lane;

use crate::on_both::on_both;
use crate::test_app::TestApp;

on_both! {
    /// Of two in the same millisecond one waits for the other's row, and its own time is then the earlier one.
    async fn a_guess_that_had_to_queue_is_as_free_as_the_one_before(db) {
        let app = TestApp::start(db).await;
        let lane = Lane::of_thing("a test");
        lane.spend(&app).await.unwrap();
        app.advance(SignedDuration::from_secs(-10));
        lane.spend(&app).await.unwrap();
    }
}
