//! The edge: parse, call one action, render. `router.rs` names every URL.

pub mod account;
pub mod api;
pub mod assets;
pub mod case_line;
mod case_step;
mod channel_body;
pub mod code_app_view;
pub mod connections;
mod cookies;
pub mod desk;
pub mod dev;
pub mod extract;
pub mod factor_view;
pub mod finding_view;
pub mod form_again;
pub mod health;
pub mod metrics;
pub mod page;
mod people_csv;
pub mod plain;
pub mod portal;
pub mod problem;
mod read_out;
pub mod router;
pub mod security;
pub mod serve;
pub mod signin;
pub mod toast;
pub mod upload;

pub use router::router;
