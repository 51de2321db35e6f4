//! A signed-in person's own pages.

pub mod factors;
pub mod overview;
pub mod passkeys;
pub mod step_up;
pub mod vouch;
