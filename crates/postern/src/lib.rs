//! Postern: lets a locked-out person back in without letting anyone else in.
//!
//! A request goes one way: `web`, `cli` or `jobs` parse it and call one action; `actions` ask the policies and write
//! through one door (`store::Change`); jobs deliver what the change left in the outbox.

pub mod actions;
pub mod app;
pub mod assets;
pub mod audit_health;
pub mod audit_log;
pub mod audit_memory;
pub mod browser_label;
pub mod case_feed;
pub mod case_query;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod gateway;
pub mod hashing;
pub mod identity_provider;
pub mod job;
pub mod job_signal;
pub mod jobs;
pub mod keys;
pub mod leaked_passwords;
pub mod metrics;
pub mod notify;
pub mod oidc;
pub mod pages;
pub mod places;
pub mod private_files;
pub mod proven_identity;
pub mod public_address;
pub mod public_resolver;
pub mod request;
pub mod rng;
pub mod runbook;
#[cfg(feature = "saml")]
pub mod saml;
#[cfg(not(feature = "saml"))]
#[path = "no_saml.rs"]
pub mod saml;
pub mod scope;
pub mod sender_limits;
pub mod smtp;
pub mod store;
pub mod tenants;
pub mod texts;
pub mod vapid;
pub mod web;
