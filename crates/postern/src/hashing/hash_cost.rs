//! How much work one Argon2id hash is, and which hashes this program takes.

/// Memory and passes of Argon2id, with one lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashCost {
    /// Unit: KiB.
    pub memory: u32,
    /// How often all of it is gone through.
    pub passes: u32,
}

impl HashCost {
    /// The least that OWASP's cheat sheet on password storage lets pass, and what is used where nothing else is set.
    pub const FLOOR: Self = Self { memory: 19 << 10, passes: 2 };
    /// The most. A slot keeps so much memory, and there is one for each core.
    pub const CEILING: Self = Self { memory: 256 << 10, passes: 10 };

    /// Whether a hash of this cost is weaker in memory or passes than one of `wanted`.
    pub fn is_below(self, wanted: Self) -> bool {
        self.memory < wanted.memory || self.passes < wanted.passes
    }

    /// What is left to do after a hash of this cost, so that both together take as long as one of `wanted`: time grows with
    /// memory and passes alike. `None`: nothing that Argon2id could do.
    pub fn rest_of(self, wanted: Self) -> Option<Self> {
        let rest = wanted.work().saturating_sub(self.work());
        let memory = u32::try_from(rest / u64::from(wanted.passes.max(1))).ok()?;
        (memory >= LEAST_MEMORY).then_some(Self { memory, passes: wanted.passes })
    }

    fn work(self) -> u64 {
        u64::from(self.memory) * u64::from(self.passes)
    }
}

/// Argon2's own limit for one lane. Unit: KiB.
const LEAST_MEMORY: u32 = 8;
