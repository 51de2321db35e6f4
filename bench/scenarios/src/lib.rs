//! Labelled sign-in logs: stories of lockouts, outages, attacks and innocent look-alikes in an organisation's everyday
//! life, each with what is true about it; and how well Postern's diagnosis answers them.
#![warn(missing_docs)]

pub mod act;
pub mod analysis;
pub mod answer;
mod background;
mod cast;
pub mod log;
pub mod organisation;
pub mod rules;
pub mod score;
pub mod seeded;
pub mod stage;
pub mod stories;
pub mod time;
pub mod windows;
pub mod wire;
pub mod world;

pub use organisation::{Organisation, Told};
pub use score::Scores;
