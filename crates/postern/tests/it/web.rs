//! The edge: what browsers see, and what they are kept from.

mod api;
mod api_twins;
mod audit;
mod connections;
mod dev;
mod export_cases;
mod hand_over;
mod home;
mod icons;
mod incidents;
mod live;
mod matrix;
mod metrics;
mod open_routes;
mod openapi;
mod pages;
mod plain;
mod portal;
mod problem;
mod queue;
mod readiness;
mod router;
mod search;
mod security;
mod set_up;
pub mod signin;
mod tenants;
