//! Tampering with the tree, its signature, and its past.

use super::log::*;
use postern_audit::{
    Checkpoint, CheckpointError, Problem, Signer, WhichCheckpoint, WriteError, leaf_hash, verify_folder,
    write_folder,
};
use std::fs;
use tempfile::TempDir;

#[test]
fn a_replaced_commitment_or_hash_is_blamed_on_the_right_file() {
    let dir = copy();
    bytes(&dir, "tile/entries/001", |bytes| bytes[34 * 44 + 5] ^= 1);
    let path = || "tile/entries/001".to_owned();
    assert_eq!(said(&findings(dir.path())), [on(300, 300, Problem::CommitmentReplaced { path: path() })]);
    let dir = copy();
    bytes(&dir, "tile/0/001", |bytes| bytes[32 * 44 + 5] ^= 1);
    let expected = on(300, 300, Problem::HashReplaced { path: "tile/0/001".into() });
    assert_eq!(said(&findings(dir.path())), [expected]);
    let dir = copy();
    bytes(&dir, "tile/1/000.p/2", |bytes| bytes[32] ^= 1);
    let expected = on(256, 511, Problem::HashReplaced { path: "tile/1/000.p/2".into() });
    assert_eq!(said(&findings(dir.path())), [expected]);
    let dir = copy();
    bytes(&dir, "tile/entries/001", |bytes| bytes[34 * 44 + 5] ^= 1);
    bytes(&dir, "tile/0/000", |bytes| bytes[32 * 10] ^= 1);
    let expected = [
        whole(Problem::RootDiffers { sound_before: None }),
        on(10, 10, Problem::Disagree { path: "tile/entries/000".into() }),
        on(300, 300, Problem::Disagree { path: path() }),
    ];
    assert_eq!(said(&findings(dir.path())), expected);
}

#[test]
fn an_edit_that_takes_its_commitment_along_is_still_named() {
    let dir = copy();
    let forged = entry(300, "forged");
    lines(&dir, |lines| lines[300] = forged_line(300));
    bytes(&dir, "tile/entries/001", |bytes| {
        bytes[34 * 44 + 2..34 * 45].copy_from_slice(&forged.commitment);
    });
    let expected = on(300, 300, Problem::CommitmentReplaced { path: "tile/entries/001".into() });
    assert_eq!(said(&findings(dir.path())), std::slice::from_ref(&expected));
    // With the tile of hashes too, only the tile above and the root are left to object.
    bytes(&dir, "tile/0/001", |bytes| {
        bytes[32 * 44..32 * 45].copy_from_slice(&leaf_hash(&forged.commitment));
    });
    let expected = [
        whole(Problem::RootDiffers { sound_before: None }),
        on(256, 511, Problem::HashReplaced { path: "tile/1/000.p/2".into() }),
    ];
    assert_eq!(said(&findings(dir.path())), expected);
}

#[test]
fn damaged_and_missing_tiles_are_named_by_their_first_entry() {
    for (path, seq, last) in
        [("tile/0/001", 256, 511), ("tile/entries/002.p/88", 512, 599), ("tile/1/000.p/2", 0, 511)]
    {
        let dir = copy();
        fs::remove_file(dir.path().join(path)).unwrap();
        let found = findings(dir.path());
        assert_eq!((found.len(), found[0].seq, found[0].last), (1, Some(seq), Some(last)), "{path}");
        assert!(matches!(&found[0].problem, Problem::Unreadable { path: named, .. } if named == path));
    }
    let dir = copy();
    bytes(&dir, "tile/entries/001", |bytes| bytes.truncate(34 * 20 + 3));
    assert_eq!(
        said(&findings(dir.path())),
        [on(276, 511, Problem::Damaged { path: "tile/entries/001".into() })]
    );
    let dir = copy();
    bytes(&dir, "tile/entries/000", |bytes| bytes[34 * 9] = 1);
    assert_eq!(said(&findings(dir.path())), [on(9, 9, Problem::Damaged { path: "tile/entries/000".into() })]);
    let dir = copy();
    fs::remove_file(dir.path().join("entries.jsonl")).unwrap();
    assert_eq!(findings(dir.path()).last().unwrap().last, Some(599));
}

#[test]
fn a_wrong_signature_is_found_and_the_entries_are_still_checked() {
    let dir = copy();
    let other = Signer::new(ORIGIN, &[43; 32]).unwrap();
    let found = verify_folder(dir.path(), &other.vkey(), None).unwrap_err();
    let which = WhichCheckpoint::Folder;
    let not_signed = whole(Problem::Checkpoint { which, error: CheckpointError::NotSigned });
    assert_eq!(said(&found), [whole(Problem::KeyDiffers), not_signed]);
    bytes(&dir, "checkpoint", |bytes| {
        let last = bytes.len() - 20;
        bytes[last] = if bytes[last] == b'A' { b'B' } else { b'A' };
    });
    lines(&dir, |lines| drop(lines.remove(100)));
    let forged = whole(Problem::Checkpoint { which, error: CheckpointError::Forged });
    assert_eq!(said(&findings(dir.path())), [forged, on(100, 100, Problem::Missing)]);
    fs::write(dir.path().join("checkpoint"), "no checkpoint\n").unwrap();
    let found = findings(dir.path());
    assert_eq!(found[0].problem, Problem::Checkpoint { which, error: CheckpointError::Malformed });
}

#[test]
fn a_huge_claim_costs_nothing_and_is_not_believed() {
    for size in [1 << 40, u64::MAX] {
        let dir = copy();
        let claim = signer().sign(&Checkpoint { origin: ORIGIN.into(), size, root: [0; 32] }).unwrap();
        fs::write(dir.path().join("checkpoint"), claim).unwrap();
        assert!(!findings(dir.path()).is_empty());
    }
}

#[test]
fn an_earlier_checkpoint_shows_a_log_that_its_own_key_rewrote() {
    let all = entries(SIZE);
    let vkey = signer().vkey();
    for older in [0_usize, 1, 255, 256, 257, 300, 600] {
        let earlier = checkpoint(&all[..older]);
        let verified = verify_folder(WHOLE.path(), &vkey, Some(&earlier)).unwrap();
        assert_eq!(verified.continues, Some(older as u64));
    }
    let mut rewritten = all.clone();
    rewritten[299] = entry(299, "rewritten");
    let fork = folder_of(&rewritten);
    assert!(verify(fork.path()).is_ok(), "without an earlier checkpoint it can't be seen");
    let found = verify_folder(fork.path(), &vkey, Some(&checkpoint(&all[..300]))).unwrap_err();
    assert_eq!(said(&found), [whole(Problem::Forked { older: 300 })]);
    assert!(verify_folder(fork.path(), &vkey, Some(&checkpoint(&all[..299]))).is_ok());
    let cut = folder_of(&all[..500]);
    let found = verify_folder(cut.path(), &vkey, Some(&checkpoint(&all))).unwrap_err();
    assert_eq!(said(&found), [whole(Problem::Shrunk { older: 600, newer: 500 })]);
    let found = verify_folder(WHOLE.path(), &vkey, Some("torn paper")).unwrap_err();
    let error = CheckpointError::Malformed;
    assert_eq!(said(&found), [whole(Problem::Checkpoint { which: WhichCheckpoint::Earlier, error })]);
}

#[test]
fn an_earlier_checkpoint_narrows_down_a_root_that_differs() {
    let all = entries(SIZE);
    let mut forged = all.clone();
    forged[450] = entry(450, "forged");
    let dir = TempDir::new().unwrap();
    let written = write_folder(dir.path(), &checkpoint(&all), &signer().vkey(), forged);
    assert!(matches!(written, Err(WriteError::OtherTree { written: SIZE })));
    let found = verify_folder(dir.path(), &signer().vkey(), Some(&checkpoint(&all[..450]))).unwrap_err();
    assert_eq!(said(&found), [whole(Problem::RootDiffers { sound_before: Some(450) })]);
}

#[test]
fn the_log_of_another_tenant_is_not_this_log() {
    let other = Signer::new("example.com/other", &[42; 32]).unwrap();
    let found = verify_folder(WHOLE.path(), &other.vkey(), None).unwrap_err();
    assert!(said(&found).contains(&whole(Problem::Checkpoint {
        which: WhichCheckpoint::Folder,
        error: CheckpointError::NotSigned
    })));
}
