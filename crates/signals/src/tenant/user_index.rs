//! The people of one provider by small numbers, and who has ever signed in.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use super::window::u32;
use crate::event::PersonKey;

#[derive(Debug, Default)]
pub(super) struct UserIndex {
    people: HashMap<PersonKey, Person, BuildHasherDefault<AlreadyHashed>>,
    /// Who signed in now for the first time. Of two records with one time, neither is before the other.
    now: Vec<PersonKey>,
}

/// What is remembered of a person for good.
#[derive(Debug)]
pub(super) struct Person {
    /// Counted from 0.
    pub(super) number: u32,
    /// The serial number of the chart's bucket that they were last counted in.
    pub(super) counted: u32,
    /// Before now.
    pub(super) signed_in: bool,
}

impl UserIndex {
    pub(super) fn person(&mut self, key: PersonKey) -> &mut Person {
        let number = u32(self.people.len());
        self.people.entry(key).or_insert(Person { number, counted: 0, signed_in: false })
    }

    /// The person's first sign-in, or not the first.
    pub(super) fn sign_in(&mut self, key: PersonKey) {
        self.now.push(key);
    }

    /// Time has moved on.
    pub(super) fn settle(&mut self) {
        for key in self.now.drain(..) {
            if let Some(person) = self.people.get_mut(&key) {
                person.signed_in = true;
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
