//! The words and the rules of Postern: what a case, a proof, a factor and a sign-in are, and what may follow what.
//!
//! Nothing here reads a clock, draws a random number, opens a socket or a database. Time, ids and random bytes come in
//! as parameters, so every rule can be tested at its edge and walked by the model checker (`case/model.rs`).
#![warn(missing_docs)]

pub mod case;
pub mod contact;
pub mod event;
pub mod evidence;
pub mod factor;
pub mod id;
pub mod login;
pub mod people_file;
pub mod person;
pub mod policy;
pub mod readiness;
pub mod reason;
pub mod remedy;
pub mod search_words;
pub mod sent_text;
pub mod session_limits;
pub mod signin;
pub mod spreadsheet;
pub mod text;
pub mod text_message;
pub mod throttle;
pub mod tier;
pub mod token_file;
pub mod trusted_contact;
