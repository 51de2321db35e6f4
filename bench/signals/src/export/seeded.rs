//! Chance that repeats: `SplitMix64` (Steele, Lea, Flood, 2014). Not a library's generator, because those may change
//! their output between versions, and the log must not.

/// The generator.
pub(super) struct Seeded(u64);

impl Seeded {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// 0 to `end`, without it. The bias towards low numbers is below one in four thousand million.
    pub(super) fn small(&mut self, end: u32) -> u32 {
        let high = ((self.next() >> 32) * u64::from(end)) >> 32;
        u32::try_from(high).unwrap_or(0)
    }

    /// The same for indices.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let end = u32::try_from(end).unwrap_or(u32::MAX);
        usize::try_from(self.small(end)).unwrap_or(0)
    }

    /// The same for large numbers.
    pub(super) fn long(&mut self, end: u64) -> u64 {
        let high = (u128::from(self.next()) * u128::from(end)) >> 64;
        u64::try_from(high).unwrap_or(0)
    }

    /// One of them.
    pub(super) fn pick<T: Copy + Default>(&mut self, of: &[T]) -> T {
        of.get(self.below(of.len())).copied().unwrap_or_default()
    }

    /// Writes what looks like a random GUID.
    pub(super) fn guid(&mut self, out: &mut Vec<u8>) {
        let bits = u128::from(self.next()) << 64 | u128::from(self.next());
        for nibble in 0..32_u32 {
            if matches!(nibble, 8 | 12 | 16 | 20) {
                out.push(b'-');
            }
            let digit = match nibble {
                12 => 4,
                16 => 0xa,
                _ => (bits >> (nibble * 4)) & 0xF,
            };
            let digit = u8::try_from(digit).unwrap_or(0);
            out.push(if digit < 10 { b'0' + digit } else { b'a' - 10 + digit });
        }
    }
}
