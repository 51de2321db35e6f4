//! A reader for tests.

use std::io::{self, Read};

/// Gives out one byte at a time.
pub(super) struct Slow<'b>(pub(super) &'b [u8]);

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = buffer.len().min(1);
        self.0.read(&mut buffer[..room])
    }
}
