//! Standard input and other pipes, read in a thread of their own: somebody at a keyboard, or a program that writes
//! nothing for an hour, must not keep the reading from being stopped.

use std::{
    io::{self, Read},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

/// Bytes that are read in one go, as many as a pipe holds.
const BLOCK: usize = 64 * 1024;
/// Blocks that wait to be taken.
const WAITING: usize = 8;
/// So often is looked whether the reading is to stop.
const LOOK: Duration = Duration::from_millis(50);

/// Ends when the input ends, or soon after `stop` is set.
pub(super) struct Stoppable {
    blocks: Receiver<io::Result<Vec<u8>>>,
    block: io::Cursor<Vec<u8>>,
    stop: Arc<AtomicBool>,
}

impl Stoppable {
    /// The thread ends with the input, or with the next block once nobody takes it any more.
    pub(super) fn new(input: impl Read + Send + 'static, stop: &Arc<AtomicBool>) -> Self {
        let (to_take, blocks) = sync_channel(WAITING);
        thread::spawn(move || forward(input, &to_take));
        Self { blocks, block: io::Cursor::default(), stop: Arc::clone(stop) }
    }

    /// `None`: nothing comes any more.
    fn next_block(&self) -> Option<io::Result<Vec<u8>>> {
        while !self.stop.load(Ordering::Relaxed) {
            match self.blocks.recv_timeout(LOOK) {
                Ok(block) => return Some(block),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
        None
    }
}

impl Read for Stoppable {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let got = self.block.read(buffer)?;
            if got > 0 || buffer.is_empty() {
                return Ok(got);
            }
            match self.next_block() {
                None => return Ok(0),
                Some(block) => self.block = io::Cursor::new(block?),
            }
        }
    }
}

fn forward(mut input: impl Read, to_take: &SyncSender<io::Result<Vec<u8>>>) {
    loop {
        let mut block = vec![0; BLOCK];
        let read = match input.read(&mut block) {
            Ok(0) => return,
            Ok(got) => {
                block.truncate(got);
                Ok(block)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
        let is_over = read.is_err();
        if to_take.send(read).is_err() || is_over {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives what it has, and then waits for what never comes.
    struct Waiting(&'static [u8], Receiver<()>);

    impl Read for Waiting {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let got = self.0.read(buffer)?;
            if got == 0 {
                self.1.recv().ok();
            }
            Ok(got)
        }
    }

    #[test]
    fn an_input_that_waits_can_be_stopped() {
        let (_open, never) = sync_channel(0);
        let stop = Arc::new(AtomicBool::new(false));
        let mut reader = Stoppable::new(Waiting(b"so far", never), &stop);
        let mut read = [0; 6];
        reader.read_exact(&mut read).unwrap();
        assert_eq!(&read, b"so far");
        stop.store(true, Ordering::Relaxed);
        assert_eq!(reader.read(&mut read).unwrap(), 0);
    }

    #[test]
    fn everything_comes_in_order_and_then_the_error() {
        struct Failing(u8);
        impl Read for Failing {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                self.0 += 1;
                buffer.fill(self.0);
                if self.0 < 100 { Ok(buffer.len()) } else { Err(io::Error::other("gone")) }
            }
        }
        let mut reader = Stoppable::new(Failing(0), &Arc::default());
        let mut read = Vec::new();
        assert_eq!(reader.read_to_end(&mut read).unwrap_err().to_string(), "gone");
        assert_eq!(read.len(), 99 * BLOCK);
        assert!(read.chunks(BLOCK).zip(1..).all(|(block, number)| block.iter().all(|byte| *byte == number)));
    }
}
