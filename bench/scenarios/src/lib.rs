//! Labelled sign-in logs: scenarios of lockouts, outages, attacks and innocent look-alikes in an organisation's
//! everyday life, each with what is true about it; and how well Postern's diagnosis answers them.
#![warn(missing_docs)]

pub mod analysis;
pub mod answer;
mod background;
pub mod builder;
pub mod event;
pub mod log;
pub mod organisation;
pub mod rules;
pub mod scenarios;
pub mod score;
pub mod seeded;
pub mod time;
mod users;
pub mod windows;
pub mod wire;
pub mod world;

pub use organisation::{Organisation, RecordedScenarios};
pub use score::Scores;
