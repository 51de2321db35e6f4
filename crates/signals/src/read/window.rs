//! The range of input that is being cut.

use std::io::{self, Read};

/// Buffers kept for reuse; more would only be memory.
const SPARE: usize = 16;

/// The range of input that is being cut: filled at its end, handed out and begun anew from its front.
#[derive(Debug)]
pub(super) struct Window<R> {
    reader: R,
    /// The first `filled` bytes are input. The rest has been written before, so that a reader can write to it.
    buffer: Vec<u8>,
    filled: usize,
    end: End,
    spare: Vec<Vec<u8>>,
    /// Length of a new buffer, where nothing asks for a longer one.
    usual: usize,
}

#[derive(Debug)]
enum End {
    Ahead,
    Reached,
    Failed(Option<io::Error>),
}

impl<R: Read> Window<R> {
    pub(super) fn new(reader: R, usual: usize) -> Self {
        Self { reader, buffer: Vec::new(), filled: 0, end: End::Ahead, spare: Vec::new(), usual }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.buffer.get(..self.filled).unwrap_or_default()
    }

    /// Nothing comes after these bytes.
    pub(super) fn is_last(&self) -> bool {
        !matches!(self.end, End::Ahead)
    }

    /// What comes after these bytes cannot be read.
    pub(super) fn is_broken(&self) -> bool {
        matches!(self.end, End::Failed(_))
    }

    /// The error that ended the input, once.
    pub(super) fn take_error(&mut self) -> Option<io::Error> {
        if let End::Failed(error) = &mut self.end { error.take() } else { None }
    }

    /// Ends the input here. What is held is dropped.
    pub(super) fn fail(&mut self, error: io::Error) {
        self.end = End::Failed(Some(error));
        self.filled = 0;
    }

    /// Reads until so many bytes are held or the input ends. False: nothing came.
    pub(super) fn fill(&mut self, wanted: usize) -> bool {
        if self.buffer.len() < wanted && !self.is_last() {
            self.buffer = with_front(vec![0; wanted], self.bytes());
        }
        let before = self.filled;
        while self.filled < wanted && !self.is_last() {
            let Some(room) = self.buffer.get_mut(self.filled..wanted) else { break };
            match self.reader.read(room) {
                Ok(0) => self.end = End::Reached,
                Ok(got) => self.filled += got.min(room.len()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => self.end = End::Failed(Some(error)),
            }
        }
        self.filled > before
    }

    /// Gives the buffer away, the first `len` bytes being for the taker, and begins a new one with the rest.
    pub(super) fn hand_out(&mut self, len: usize) -> Vec<u8> {
        let rest = self.buffer.get(len..self.filled).unwrap_or_default();
        let spare = self.spare.pop().filter(|spare| spare.len() >= rest.len());
        let next = with_front(spare.unwrap_or_else(|| vec![0; rest.len().max(self.usual)]), rest);
        self.filled = rest.len();
        std::mem::replace(&mut self.buffer, next)
    }

    /// Lets the first bytes go.
    pub(super) fn drop_front(&mut self, len: usize) {
        let len = len.min(self.filled);
        self.buffer.copy_within(len..self.filled, 0);
        self.filled -= len;
    }

    /// Takes a buffer back.
    pub(super) fn reuse(&mut self, buffer: Vec<u8>) {
        if self.spare.len() < SPARE && buffer.len() >= self.usual {
            self.spare.push(buffer);
        }
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.buffer.capacity()
    }
}

fn with_front(mut buffer: Vec<u8>, front: &[u8]) -> Vec<u8> {
    if let Some(room) = buffer.get_mut(..front.len()) {
        room.copy_from_slice(front);
    }
    buffer
}
