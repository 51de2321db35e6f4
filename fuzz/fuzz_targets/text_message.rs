#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use postern_fuzz::text_message::check;

fuzz_target!(|bytes: &[u8]| -> Corpus { check(bytes) });
