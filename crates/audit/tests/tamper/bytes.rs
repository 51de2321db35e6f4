//! No byte of a folder can change unnoticed.

use super::log::*;
use proptest::prelude::*;
use std::fs;

/// Every byte of every file of a small log, one bit of each; each file has all eight bits hit many times.
#[test]
fn no_byte_of_a_small_log_can_change_unnoticed() {
    let mut few = entries(4);
    few[2].content = None;
    few[3] = erasure(3, &[2]);
    let dir = folder_of(&few);
    for file in files(dir.path()) {
        let good = fs::read(&file).unwrap();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1 << (at % 8);
            fs::write(&file, &bad).unwrap();
            assert!(verify(dir.path()).is_err(), "{} byte {at}", file.display());
        }
        fs::write(&file, &good).unwrap();
    }
    assert!(verify(dir.path()).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_byte_can_change_unnoticed(file in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), mask in 1_u8..) {
        let dir = copy();
        let files = files(dir.path());
        let file = file.get(&files);
        let mut bytes = fs::read(file).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= mask;
        fs::write(file, bytes).unwrap();
        prop_assert!(verify(dir.path()).is_err(), "{} byte {} mask {}", file.display(), at, mask);
    }

    /// A changed byte of a record is not only noticed: the first entry named is the right one, or one whose erasure
    /// that record named.
    #[test]
    fn a_changed_byte_of_a_record_names_its_entry(seq in 0..SIZE, at in any::<prop::sample::Index>(), mask in 1_u8..) {
        let dir = copy();
        let path = dir.path().join("entries.jsonl");
        let mut bytes = fs::read(&path).unwrap();
        let starts: Vec<usize> = std::iter::once(0)
            .chain(bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1))
            .collect();
        let seq_index = usize::try_from(seq).unwrap();
        let (start, end) = (starts[seq_index], starts[seq_index + 1]);
        bytes[start + at.index(end - start)] ^= mask;
        fs::write(&path, bytes).unwrap();
        let first = findings(dir.path()).iter().find_map(|finding| finding.seq).unwrap();
        let erased = ERASED.into_iter().any(|erased| erased == first && erased + 1 == seq);
        prop_assert!(first == seq || erased, "{} instead of {}", first, seq);
    }
}
