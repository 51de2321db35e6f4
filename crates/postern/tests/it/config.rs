//! Settings.

mod typed;
