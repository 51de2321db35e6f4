//! The people of one provider by small numbers, and who has ever signed in.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use super::window::{u32, usize};
use crate::event::PersonKey;

#[derive(Debug, Default)]
pub(super) struct Roster {
    numbers: HashMap<PersonKey, u32, BuildHasherDefault<AlreadyHashed>>,
    signed_in: Vec<bool>,
    /// Who signed in now. They count from the next moment on: of two records with one time, neither is before the other.
    now: Vec<u32>,
}

impl Roster {
    pub(super) fn number(&mut self, person: PersonKey) -> u32 {
        let new = u32(self.signed_in.len());
        let number = *self.numbers.entry(person).or_insert(new);
        if number == new {
            self.signed_in.push(false);
        }
        number
    }

    pub(super) fn has_signed_in(&self, who: u32) -> bool {
        self.signed_in.get(usize(who)).is_some_and(|signed_in| *signed_in)
    }

    pub(super) fn sign_in(&mut self, who: u32) {
        if !self.has_signed_in(who) {
            self.now.push(who);
        }
    }

    /// Time has moved on.
    pub(super) fn settle(&mut self) {
        for who in self.now.drain(..) {
            if let Some(signed_in) = self.signed_in.get_mut(usize(who)) {
                *signed_in = true;
            }
        }
    }
}

/// A person's key is a hash already, and one that nobody outside can steer.
#[derive(Debug, Default)]
struct AlreadyHashed(u64);

impl Hasher for AlreadyHashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = self.0.rotate_left(8) ^ number;
    }
}
