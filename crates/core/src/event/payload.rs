//! What each event says in `detail`: one type per event, of the event's name. An event without more to say has a unit
//! struct, whose detail is null.
//!
//! Integrators read these fields: a name or the shape of a value never changes; a field may be added. Times are UTC, RFC
//! 3339. Words whose list is the server's own are texts here.

mod account;
mod case;
mod desk;
mod factor;
mod operator;

pub use account::*;
pub use case::*;
pub use desk::*;
pub use factor::*;
pub use operator::*;

use serde::{Serialize, Serializer};

/// `true`: for a field that stands only where it is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlwaysTrue;

impl Serialize for AlwaysTrue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(true)
    }
}
