//! Every way to tamper with an exported log, and what the verifier says about it.
#![cfg(test)]

#[path = "tamper/bytes.rs"]
mod bytes;
#[path = "tamper/folder.rs"]
mod folder;
#[path = "tamper/log.rs"]
mod log;
#[path = "tamper/program.rs"]
mod program;
#[path = "tamper/records.rs"]
mod records;
#[path = "tamper/tree.rs"]
mod tree;
