//! What is written, and that it verifies.

use super::log::*;
use postern_audit::{ExportEntry, Problem, WriteError, write_folder};
use std::path::Path;
use tempfile::TempDir;

#[test]
fn a_log_that_nobody_touched_is_whole() {
    let verified = verify(WHOLE.path()).unwrap();
    assert_eq!((verified.size, verified.origin.as_str(), verified.erased), (SIZE, ORIGIN, ERASED.to_vec()));
    let names: Vec<_> = files(WHOLE.path())
        .iter()
        .map(|file| file.strip_prefix(WHOLE.path()).unwrap().to_str().unwrap().to_owned())
        .collect();
    let tiles =
        ["0/000", "0/001", "0/002.p/88", "1/000.p/2", "entries/000", "entries/001", "entries/002.p/88"];
    let expected: Vec<String> = ["checkpoint", "entries.jsonl", "key"]
        .map(String::from)
        .into_iter()
        .chain(tiles.map(|tile| format!("tile/{tile}")))
        .collect();
    assert_eq!(names, expected);
}

#[test]
fn logs_of_every_size_at_the_edges_are_whole() {
    for size in [0, 1, 2, 255, 256, 257, 511, 512, 513] {
        let dir = folder_of(&entries(size));
        assert_eq!(verify(dir.path()).unwrap().size, size);
    }
}

/// Three levels of tiles: 66,000 entries are 257 full tiles and one level-1 tile is full.
#[test]
fn a_log_of_three_levels_is_whole_and_its_upper_tiles_count() {
    let mut all: Vec<_> =
        (0..65_999).map(|seq| ExportEntry { content: None, ..entry(seq, "entry") }).collect();
    all.push(erasure(65_999, &(0..65_999).collect::<Vec<_>>()));
    let dir = folder_of(&all);
    assert_eq!(verify(dir.path()).unwrap().size, 66_000);
    bytes(&dir, "tile/1/000", |bytes| bytes[32 * 3] ^= 1);
    let expected = on(768, 1023, Problem::HashReplaced { path: "tile/1/000".into() });
    assert_eq!(said(&findings(dir.path())), std::slice::from_ref(&expected));
    bytes(&dir, "tile/2/000.p/1", |bytes| bytes[0] ^= 1);
    let top = on(0, 65_535, Problem::HashReplaced { path: "tile/2/000.p/1".into() });
    assert_eq!(said(&findings(dir.path())), [top, expected]);
}

#[test]
fn a_store_that_was_edited_exports_and_the_verifier_names_the_entry() {
    let mut all = entries(SIZE);
    let signed = checkpoint(&all);
    all[123].content = Some(content(123, "edited in the store"));
    let dir = TempDir::new().unwrap();
    write_folder(dir.path(), &signed, &signer().vkey(), all).unwrap();
    assert_eq!(said(&findings(dir.path())), [on(123, 123, Problem::Altered)]);
}

#[test]
fn a_writer_refuses_gaps_old_folders_and_records_that_would_not_read_back() {
    let all = entries(3);
    let write = |dir: &Path, entries: Vec<ExportEntry>| write_folder(dir, &checkpoint(&all), "key", entries);
    let dir = TempDir::new().unwrap();
    let gap = write(dir.path(), vec![all[0].clone(), all[2].clone()]);
    assert!(matches!(gap, Err(WriteError::Gap { expected: 1, found: 2 })));
    assert!(matches!(write(dir.path(), all.clone()), Err(WriteError::NotEmpty(_))));
    let mut torn = all.clone();
    torn[1].content.as_mut().unwrap().json.push('\n');
    assert!(matches!(write(TempDir::new().unwrap().path(), torn), Err(WriteError::NotOneLine(1))));
}
