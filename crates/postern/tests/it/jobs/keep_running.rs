use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use postern::jobs::keep_running;
use tokio::sync::watch;

use crate::on_both::on_both;
use crate::test_app::{TestApp, eventually};

on_both! {
    async fn a_job_that_breaks_begins_anew_and_the_server_is_not_ready_meanwhile(db) {
        let app = TestApp::start(db).await;
        let readyz = format!("http://{}/readyz", app.address());
        let status = async || reqwest::get(&readyz).await.unwrap().status().as_u16();
        assert_eq!(status().await, 200);
        let begun = Arc::new(AtomicUsize::new(0));
        let (stop, stopped) = watch::channel(false);
        let (counted, own) = (Arc::clone(&begun), app.app());
        let job = tokio::spawn(async move {
            keep_running(&own, "a test", &stopped, |_, mut stop| {
                let before = counted.fetch_add(1, Ordering::Relaxed);
                async move {
                    assert_ne!(before, 0, "the first one panics");
                    // The second one ends, the third one works.
                    if before > 1 {
                        let _ = stop.wait_for(|stop| *stop).await;
                    }
                }
            })
            .await;
        });
        for broken in [1, 2] {
            eventually("it is down", async || begun.load(Ordering::Relaxed) == broken && status().await == 503).await;
        }
        eventually("it is up again", async || begun.load(Ordering::Relaxed) == 3 && status().await == 200).await;
        stop.send(true).unwrap();
        job.await.unwrap();
        assert_eq!((begun.load(Ordering::Relaxed), status().await), (3, 200));
    }
}
