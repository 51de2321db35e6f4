//! zstd: all frames of a stream, one after the other.

use std::io::{self, Read};

use ruzstd::decoding::{
    BlockDecodingStrategy, FrameDecoder,
    errors::{FrameDecoderError, ReadFrameHeaderError},
};

/// The largest window that is held in memory: what `zstd` itself accepts without being told.
const WINDOW: u64 = 128 << 20;
/// An empty block, the last of its frame, and room for a checksum.
const LAST_BLOCK: [u8; 7] = [1, 0, 0, 0, 0, 0, 0];

/// Unpacks a stream of frames.
pub(super) struct Frames<R> {
    source: Remembering<R>,
    decoder: FrameDecoder,
    /// In a frame.
    is_open: bool,
    /// To be said when everything that was unpacked before has been read.
    failed: Option<io::Error>,
}

impl<R: Read> Frames<R> {
    pub(super) fn new(source: R) -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(WINDOW);
        Self {
            source: Remembering { reader: source, error: None, ahead: None },
            decoder,
            is_open: false,
            failed: None,
        }
    }

    /// Goes to the next frame that holds something. False: there is none.
    fn next_frame(&mut self) -> io::Result<bool> {
        while self.source.has_more()? {
            match self.decoder.reset(&mut self.source) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    let length = u64::from(length);
                    let skipped = io::copy(&mut (&mut self.source).take(length), &mut io::sink())?;
                    if skipped < length {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                Err(error) => return Err(self.source.reason(&error)),
            }
        }
        Ok(false)
    }

    /// Ends the frame here. The decoder holds back what later blocks may refer to; there will be none.
    fn give_up(&mut self, error: io::Error) {
        self.failed = Some(error);
        let ended = self.decoder.decode_blocks(&LAST_BLOCK[..], BlockDecodingStrategy::UptoBlocks(1));
        self.is_open = ended.is_ok();
    }

    fn checksum_is_wrong(&self) -> bool {
        let stored = self.decoder.get_checksum_from_data();
        stored.is_some() && stored != self.decoder.get_calculated_checksum()
    }
}

impl<R: Read> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.is_open {
                let got = self.decoder.read(buffer)?;
                if got > 0 || buffer.is_empty() {
                    return Ok(got);
                }
            }
            if let Some(error) = self.failed.take() {
                self.is_open = false;
                return Err(error);
            }
            if self.is_open && !self.decoder.is_finished() {
                let blocks = BlockDecodingStrategy::UptoBlocks(1);
                if let Err(error) = self.decoder.decode_blocks(&mut self.source, blocks) {
                    let reason = self.source.reason(&error);
                    self.give_up(reason);
                }
                continue;
            }
            if self.is_open && self.checksum_is_wrong() {
                self.is_open = false;
                return Err(io::Error::new(io::ErrorKind::InvalidData, "wrong checksum"));
            }
            self.is_open = self.next_frame()?;
            if !self.is_open {
                return Ok(0);
            }
        }
    }
}

/// Keeps the error that the decoder only mentions.
struct Remembering<R> {
    reader: R,
    error: Option<io::Error>,
    /// Read to see whether there is more.
    ahead: Option<u8>,
}

impl<R: Read> Remembering<R> {
    fn has_more(&mut self) -> io::Result<bool> {
        let mut byte = [0];
        if self.ahead.is_none() && self.reader.read(&mut byte)? > 0 {
            let [first] = byte;
            self.ahead = Some(first);
        }
        Ok(self.ahead.is_some())
    }

    /// What is behind the decoder's error.
    fn reason(&mut self, error: &FrameDecoderError) -> io::Error {
        self.error.take().unwrap_or_else(|| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))
    }
}

impl<R: Read> Read for Remembering<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(first) = buffer.first_mut()
            && let Some(ahead) = self.ahead.take()
        {
            *first = ahead;
            return Ok(1);
        }
        let got = self.reader.read(buffer);
        match &got {
            // The decoder asks only for what must be there.
            Ok(0) if !buffer.is_empty() => self.error = Some(io::ErrorKind::UnexpectedEof.into()),
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                let kind = error.kind();
                self.error = got.err();
                return Err(kind.into());
            }
            _ => {}
        }
        got
    }
}
