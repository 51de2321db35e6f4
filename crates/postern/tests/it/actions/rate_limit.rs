//! The limiter: what a guess costs.

use postern::actions::RateLimit;
use postern::store::throttles::{Cap, Guess, RateLimitKey, acquire};

use crate::on_both::on_both;
use crate::test_app::TestApp;

on_both! {
    async fn a_guess_that_had_to_queue_is_as_free_as_the_one_before(db) {
        if db == Database::Sqlite {
            // There a change waits before it has a time.
            return;
        }
        let app = TestApp::start(db).await;
        let scope = app.scope();
        let mut earlier = scope.begin().await.unwrap();
        RateLimit::of_resource("a test", "1", "try").acquire(&app.scope()).await.unwrap();
        let key = RateLimitKey::of_resource("a test", "1", "try");
        assert_eq!(acquire(&mut earlier, &key, "open", Cap::Together).await.unwrap(), Guess::Granted);
        earlier.commit_unrecorded("a test").await.unwrap();
    }
}
