//! The progress bar, and Ctrl-C.

use std::{
    io::{self, IsTerminal},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use postern_signals::{scan::Progress, source::Sources};

const TICK: Duration = Duration::from_millis(100);
const TEMPLATE: &str = "{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta} left · {msg}";
const TEMPLATE_OPEN: &str = "{spinner} {bytes} {bytes_per_sec} · {msg}";

/// Watches a scan: shows how far it is on a terminal, and stops it at the first Ctrl-C.
pub(in crate::cli) struct Watcher {
    progress: Arc<Progress>,
    done: Arc<AtomicBool>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Watcher {
    /// Starts to watch the reading of these files.
    pub(in crate::cli) fn start(sources: &Sources) -> Self {
        let progress = Arc::new(Progress::default());
        let done = Arc::new(AtomicBool::new(false));
        stop_at_interrupt(&progress);
        let thread = io::stderr().is_terminal().then(|| {
            let (progress, done, bar) = (Arc::clone(&progress), Arc::clone(&done), bar(sources));
            let read = sources.bytes_read();
            thread::spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    bar.set_position(read.load(Ordering::Relaxed));
                    let records = progress.records.load(Ordering::Relaxed);
                    let seconds = bar.elapsed().as_secs().max(1);
                    bar.set_message(format!("{records} records, {} a second", records / seconds));
                    thread::sleep(TICK);
                }
                bar.finish_and_clear();
            })
        });
        Self { progress, done, thread }
    }

    pub(in crate::cli) fn progress(&self) -> &Progress {
        &self.progress
    }

    /// True: it was stopped.
    pub(in crate::cli) fn finish(self) -> bool {
        self.done.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread {
            // A bar that failed to draw is no reason to lose the report.
            thread.join().ok();
        }
        self.progress.stop.load(Ordering::Relaxed)
    }
}

/// The first Ctrl-C stops the reading; the second ends the program.
fn stop_at_interrupt(progress: &Arc<Progress>) {
    let progress = Arc::clone(progress);
    let handler = move || {
        if progress.stop.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    };
    // Only one handler can be set; without one, Ctrl-C ends the program as usual.
    ctrlc::set_handler(handler).ok();
}

fn bar(sources: &Sources) -> ProgressBar {
    let (bar, template) = match sources.size() {
        Some(size) => (ProgressBar::new(size), TEMPLATE),
        None => (ProgressBar::new_spinner(), TEMPLATE_OPEN),
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}
