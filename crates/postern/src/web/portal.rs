//! The locked-out person's pages: no session, a case cookie, and plain words.

pub mod case;
pub mod expected_call;
pub mod join;
pub mod messages;
pub mod not_me;
pub mod options;
pub mod recover;
