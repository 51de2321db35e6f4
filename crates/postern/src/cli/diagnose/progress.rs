//! The progress bar, and Ctrl-C.

use std::{
    fs,
    io::{self, IsTerminal},
    path::PathBuf,
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
pub(in crate::cli) struct ProgressWatcher {
    progress: Arc<Progress>,
    done: Arc<AtomicBool>,
    thread: Option<thread::JoinHandle<()>>,
}

impl ProgressWatcher {
    /// Starts to watch the reading of these files. `unfinished`: a file that is of no use if the program ends at once.
    pub(in crate::cli) fn start(sources: &Sources, unfinished: Option<PathBuf>) -> Self {
        let progress = Arc::new(Progress::default());
        let done = Arc::new(AtomicBool::new(false));
        stop_at_interrupt(&progress, unfinished);
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

    pub(in crate::cli) fn is_stopped(&self) -> bool {
        self.progress.stop.load(Ordering::Relaxed)
    }

    /// True: it was stopped.
    pub(in crate::cli) fn finish(mut self) -> bool {
        self.done.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A bar that failed to draw is no reason to lose the report.
            thread.join().ok();
        }
        self.is_stopped()
    }
}

/// The first Ctrl-C stops the reading; the second ends the program.
fn stop_at_interrupt(progress: &Arc<Progress>, unfinished: Option<PathBuf>) {
    let progress = Arc::clone(progress);
    let handler = move || {
        if progress.stop.swap(true, Ordering::Relaxed) {
            if let Some(path) = &unfinished {
                fs::remove_file(path).ok();
            }
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
