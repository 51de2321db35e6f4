//! Postern, started and used: one binary, its modules named like those of `src/`.
//!
//! Each test has a server of its own on a free port, with the demo's people, and runs on SQLite and, where
//! `POSTERN_TEST_POSTGRES` names a server, on PostgreSQL. When it ends, `test_app/ending.rs` checks what people forget.
#![cfg(test)]

mod actions;
mod architecture;
mod book;
mod browser;
mod cli;
mod config;
mod gateway;
mod hashing;
mod jobs;
mod journey;
mod oidc;
mod on_both;
mod pages;
mod places;
mod rng;
mod runbook;
#[cfg(feature = "saml")]
mod saml;
mod sender_limits;
mod standards;
mod steps;
mod store;
mod test_app;
mod texts;
mod web;
