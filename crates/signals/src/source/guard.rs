//! Readers that count, and that end what must not go on.

use std::{
    io::{self, Read},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use super::SourceStopped;

/// A file up to the length it had when it was opened.
pub(super) struct Bounded<R> {
    reader: R,
    length: u64,
    read: u64,
}

impl<R> Bounded<R> {
    pub(super) fn new(reader: R, length: u64) -> Self {
        Self { reader, length, read: 0 }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.length - self.read).unwrap_or(usize::MAX).min(buffer.len());
        let room = buffer.get_mut(..left).unwrap_or_default();
        if room.is_empty() {
            return Ok(0);
        }
        let got = self.reader.read(room)?;
        if got == 0 {
            return Err(SourceStopped::Shrunk { length: self.length, read: self.read }.into());
        }
        self.read = self.length.min(self.read + got as u64);
        Ok(got)
    }
}

/// Counts what is read, for this file and for all of them.
pub(super) struct CountingReader<R> {
    reader: R,
    own: Arc<AtomicU64>,
    all: Arc<AtomicU64>,
}

impl<R> CountingReader<R> {
    pub(super) fn new(reader: R, all: &Arc<AtomicU64>) -> Self {
        Self { reader, own: Arc::default(), all: Arc::clone(all) }
    }

    /// Bytes read from this file.
    pub(super) fn own(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.own)
    }
}

impl<R: Read> Read for CountingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let got = self.reader.read(buffer)?;
        self.own.fetch_add(got as u64, Ordering::Relaxed);
        self.all.fetch_add(got as u64, Ordering::Relaxed);
        Ok(got)
    }
}

/// Unpacked bytes: ends a bomb, and says in one way what each unpacker says in its own.
pub(super) struct Guard<R> {
    pub(super) reader: R,
    pub(super) packing: &'static str,
    pub(super) stored: Arc<AtomicU64>,
    pub(super) unpacked: u64,
    pub(super) limits: super::UnpackLimits,
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let packing = self.packing;
        let got = self.reader.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => SourceStopped::CutOff { packing }.into(),
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
                SourceStopped::Corrupt { packing, why: error.to_string() }.into()
            }
            _ => error,
        })?;
        self.unpacked += got as u64;
        let stored = self.stored.load(Ordering::Relaxed);
        if self.unpacked > self.limits.unpacked && self.unpacked / self.limits.ratio > stored {
            return Err(SourceStopped::Bomb { stored, unpacked: self.unpacked }.into());
        }
        Ok(got)
    }
}
