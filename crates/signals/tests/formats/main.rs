//! Every shape of every provider, as it is exported and as it gets on the way: what the reader makes of it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::string_slice,
    reason = "helpers of tests fail by panicking"
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
