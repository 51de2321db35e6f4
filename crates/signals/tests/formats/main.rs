//! Every shape of every provider, as it is exported and as it gets on the way: what the reader makes of it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a helper of tests fails by panicking"
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
