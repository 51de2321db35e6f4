//! Every shape of every provider, as it is exported and as it gets on the way: what the reader makes of it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::format_collect,
    clippy::ref_option,
    clippy::string_slice,
    reason = "helpers of tests fail by panicking, and are read more often than run"
)]

mod alone;
mod claims;
mod converted;
mod cut;
mod forged;
mod mixed;
mod samples;
mod unknown;
mod values;
mod wrapped;
