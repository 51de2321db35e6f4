//! What runs beside the requests.

mod deliver_message;
mod deliver_push;
mod detect;
mod find_floods;
mod keep_running;
mod publish_checkpoint;
mod runner;
mod sequence_audit;
mod start_holds;
mod tampered_log;
mod watch_folder;
