//! What the fuzz targets share: how an input is made, and what must hold of what is read from it.
//!
//! A failed check panics: that is how a target says that it found something.

pub mod detections;
pub mod history;
pub mod input;
pub mod line;
pub mod literals;
pub mod mutate;
pub mod packed;
pub mod table;
pub mod thresholds;

/// The target of one provider's reader.
#[macro_export]
macro_rules! reader {
    ($provider:ident) => {
        libfuzzer_sys::fuzz_target!(|bytes: &[u8]| -> libfuzzer_sys::Corpus {
            $crate::line::check(postern_signals::Provider::$provider, bytes)
        });
        libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
            $crate::mutate::record(data, size, max_size, seed)
        });
    };
}
