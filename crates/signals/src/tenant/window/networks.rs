//! On which networks people are.

use std::collections::HashMap;

use super::{u32, usize};

/// How many people are on each network, and on the fullest.
#[derive(Debug, Default)]
pub(in crate::tenant) struct Networks {
    people: HashMap<u64, u32>,
    /// How many networks have one person more than the index.
    sizes: Vec<u32>,
}

impl Networks {
    pub(in crate::tenant) fn count(&self) -> u32 {
        u32(self.people.len())
    }

    /// People on the fullest.
    pub(in crate::tenant) fn largest(&self) -> u32 {
        u32(self.sizes.len())
    }

    pub(super) fn add(&mut self, network: u64) {
        if network == 0 {
            return;
        }
        let people = self.people.entry(network).or_default();
        *people += 1;
        let size = *people;
        if self.sizes.len() < usize(size) {
            self.sizes.push(0);
        }
        self.resize(size, |count| count + 1);
        self.resize(size - 1, |count| count - 1);
    }

    pub(super) fn remove(&mut self, network: u64) {
        let Some(people) = self.people.get_mut(&network) else { return };
        let size = *people;
        *people -= 1;
        if size == 1 {
            self.people.remove(&network);
        }
        self.resize(size, |count| count - 1);
        self.resize(size - 1, |count| count + 1);
        if self.sizes.last() == Some(&0) {
            self.sizes.pop();
        }
    }

    fn resize(&mut self, size: u32, change: impl FnOnce(u32) -> u32) {
        if let Some(count) = usize(size).checked_sub(1).and_then(|index| self.sizes.get_mut(index)) {
            *count = change(*count);
        }
    }
}
