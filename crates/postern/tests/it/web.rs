//! The edge: what browsers see, and what they are kept from.

mod api;
mod dev;
mod incidents;
mod pages;
mod portal;
mod problem;
mod queue;
mod router;
mod security;
mod signin;
