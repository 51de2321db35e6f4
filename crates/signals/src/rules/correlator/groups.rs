//! Something for each person, address or other group, and how it is forgotten.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

/// What can be forgotten.
pub(super) trait Forgettable: Default {
    /// When it was last added to, in microseconds.
    fn newest(&self) -> i64;
    /// Bytes on the heap, about.
    fn bytes(&self) -> usize;
}

/// What an allocation of this size takes.
pub(super) fn heap(size: usize) -> usize {
    if size == 0 { 0 } else { (size + 8).next_multiple_of(16).max(32) }
}

/// Something for each group.
#[derive(Debug)]
pub(super) struct Groups<T> {
    of: HashMap<u64, T, BuildHasherDefault<Number>>,
    /// Bytes on the heap.
    bytes: usize,
}

impl<T> Default for Groups<T> {
    fn default() -> Self {
        Self { of: HashMap::default(), bytes: 0 }
    }
}

impl<T: Forgettable> Groups<T> {
    pub(super) fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    pub(super) fn get(&self, group: u64) -> Option<&T> {
        self.of.get(&group)
    }

    /// For changes that need no more room.
    pub(super) fn get_mut(&mut self, group: u64) -> Option<&mut T> {
        self.of.get_mut(&group)
    }

    /// Changes what is kept of a group. What is older than `oldest` makes room for it.
    pub(super) fn change<R>(&mut self, group: u64, oldest: i64, change: impl FnOnce(&mut T) -> R) -> R {
        if self.of.len() == self.of.capacity() && !self.of.contains_key(&group) {
            self.forget(oldest);
            // Looking through all of them must pay for a while.
            if self.of.len() > self.of.capacity() / 2 {
                self.of.reserve(self.of.capacity());
            }
        }
        let kept = self.of.entry(group).or_default();
        let before = kept.bytes();
        let result = change(kept);
        self.bytes = self.bytes + kept.bytes() - before;
        result
    }
}

/// Groups of whatever.
pub(super) trait GroupMemory {
    /// Bytes that they take, about.
    fn bytes(&self) -> usize;
    /// Forgets what was last added to before this time, in microseconds.
    fn forget(&mut self, before: i64);
    /// Gives back what is free.
    fn shrink(&mut self);
    /// Adds when each was last added to.
    fn times(&self, times: &mut Vec<i64>);
}

impl<T: Forgettable> GroupMemory for Groups<T> {
    fn bytes(&self) -> usize {
        self.bytes + self.of.capacity() * (size_of::<(u64, T)>() + 1) * 8 / 7
    }

    fn forget(&mut self, before: i64) {
        let bytes = &mut self.bytes;
        self.of.retain(|_, kept| {
            let stays = kept.newest() >= before;
            *bytes -= if stays { 0 } else { kept.bytes() };
            stays
        });
    }

    fn shrink(&mut self) {
        self.of.shrink_to(self.of.len());
    }

    fn times(&self, times: &mut Vec<i64>) {
        times.extend(self.of.values().map(Forgettable::newest));
    }
}

/// Groups are hashes already, under a key that nobody outside knows.
#[derive(Debug, Default)]
pub(super) struct Number(u64);

impl Hasher for Number {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}
