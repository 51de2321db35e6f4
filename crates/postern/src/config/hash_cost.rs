//! What hashing a password costs.

use serde::Deserialize;

use super::typed::within;
use crate::hashing::HashCost;

/// As typed, in the table `[argon2]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TypedHashCost {
    /// Memory of one hash. Unit: MiB.
    pub memory_mib: Option<i64>,
    /// How often it is gone through.
    pub passes: Option<i64>,
}

impl TypedHashCost {
    pub(super) fn into_cost(self, problems: &mut Vec<String>) -> HashCost {
        let (floor, ceiling) = (HashCost::FLOOR, HashCost::CEILING);
        let mib = |kib: u32| i64::from(kib >> 10);
        let memory = self.memory_mib.unwrap_or_else(|| mib(floor.memory));
        let memory = within("argon2.memory_mib", memory, mib(floor.memory), mib(ceiling.memory), problems);
        let passes = self.passes.unwrap_or_else(|| floor.passes.into());
        let passes = within("argon2.passes", passes, floor.passes.into(), ceiling.passes.into(), problems);
        // What is out of bounds stops the start; until everything was told the floor stands in.
        HashCost {
            memory: u32::try_from(memory << 10).unwrap_or(floor.memory),
            passes: u32::try_from(passes).unwrap_or(floor.passes),
        }
    }
}
