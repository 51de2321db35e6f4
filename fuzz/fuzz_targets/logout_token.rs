#![no_main]

use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target};
use postern_fuzz::{logout_token::check, mutate};

fuzz_target!(|bytes: &[u8]| -> Corpus { check(bytes) });
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::record_behind(2, data, size, max_size, seed)
});
