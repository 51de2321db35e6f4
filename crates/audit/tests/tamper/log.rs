//! A log of 600 entries, and the tools to do harm to it.

use data_encoding::HEXLOWER;
use postern_audit::{
    Checkpoint, ExportEntry, Finding, Hash, LineContent, Problem, Signer, Verified, append, commitment,
    verify_folder, write_folder,
};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use tempfile::TempDir;

pub(crate) const ORIGIN: &str = "example.com/acme";
pub(crate) const SIZE: u64 = 600;
pub(crate) const ERASED: [u64; 2] = [7, 400];

pub(crate) fn signer() -> Signer {
    Signer::new(ORIGIN, &[42; 32]).unwrap()
}

pub(crate) fn content(seq: u64, word: &str) -> LineContent {
    // The entry after an erased one names it.
    let (event, detail) = match ERASED.into_iter().find(|erased| erased + 1 == seq) {
        Some(erased) => {
            (postern_audit::ERASURE_EVENT, format!(r#"{{"seqs":[{erased}],"why":"{word} {seq}"}}"#))
        }
        None => ("case.opened", format!(r#""{word} {seq}""#)),
    };
    let json = format!(
        r#"{{"time":"2026-03-02T08:{:02}:{:02}Z","event":"{event}","stream":"main","number":{},"detail":{detail}}}"#,
        seq / 60 % 60,
        seq % 60,
        seq + 1
    );
    let mut nonce = [0x5a; 16];
    nonce[..8].copy_from_slice(&seq.to_be_bytes());
    LineContent { nonce, json }
}

pub(crate) fn entry(seq: u64, word: &str) -> ExportEntry {
    let content = content(seq, word);
    ExportEntry { seq, commitment: commitment(&content.nonce, &content.json), content: Some(content) }
}

pub(crate) fn entries(size: u64) -> Vec<ExportEntry> {
    let mut entries: Vec<_> = (0..size).map(|seq| entry(seq, "entry")).collect();
    for seq in ERASED.into_iter().filter(|seq| seq + 1 < size) {
        if let Some(entry) = entries.get_mut(usize::try_from(seq).unwrap()) {
            entry.content = None;
        }
    }
    entries
}

pub(crate) fn checkpoint(entries: &[ExportEntry]) -> String {
    let commitments: Vec<Hash> = entries.iter().map(|entry| entry.commitment).collect();
    let tree = append(0, &HashMap::new(), &commitments).unwrap();
    signer().sign(&Checkpoint { origin: ORIGIN.into(), size: tree.size, root: tree.root }).unwrap()
}

pub(crate) fn folder_of(entries: &[ExportEntry]) -> TempDir {
    let dir = TempDir::new().unwrap();
    write_folder(dir.path(), &checkpoint(entries), &signer().vkey(), entries.iter().cloned()).unwrap();
    dir
}

pub(crate) static WHOLE: LazyLock<TempDir> = LazyLock::new(|| folder_of(&entries(SIZE)));

pub(crate) fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for item in fs::read_dir(dir).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A copy of the log of 600 entries to do harm to.
pub(crate) fn copy() -> TempDir {
    let dir = TempDir::new().unwrap();
    for file in files(WHOLE.path()) {
        let to = dir.path().join(file.strip_prefix(WHOLE.path()).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(&file, to).unwrap();
    }
    dir
}

pub(crate) fn verify(dir: &Path) -> Result<Verified, Vec<Finding>> {
    verify_folder(dir, &signer().vkey(), None)
}

pub(crate) fn findings(dir: &Path) -> Vec<Finding> {
    verify(dir).unwrap_err()
}

/// Where and what, without the words of the record.
pub(crate) fn said(findings: &[Finding]) -> Vec<(Option<u64>, Option<u64>, Problem)> {
    findings.iter().map(|finding| (finding.seq, finding.last, finding.problem.clone())).collect()
}

pub(crate) fn on(seq: u64, last: u64, problem: Problem) -> (Option<u64>, Option<u64>, Problem) {
    (Some(seq), Some(last), problem)
}

pub(crate) fn whole(problem: Problem) -> (Option<u64>, Option<u64>, Problem) {
    (None, None, problem)
}

/// Rewrites the lines of `entries.jsonl`.
pub(crate) fn lines(dir: &TempDir, change: impl FnOnce(&mut Vec<String>)) {
    let path = dir.path().join("entries.jsonl");
    let mut lines: Vec<String> = fs::read_to_string(&path).unwrap().lines().map(str::to_owned).collect();
    change(&mut lines);
    fs::write(&path, lines.join("\n") + "\n").unwrap();
}

pub(crate) fn renumber(lines: &mut [String]) {
    for (seq, line) in lines.iter_mut().enumerate() {
        let (_, rest) = line.split_once(',').unwrap();
        *line = format!("{{\"seq\":{seq},{rest}");
    }
}

pub(crate) fn bytes(dir: &TempDir, path: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let path = dir.path().join(path);
    let mut bytes = fs::read(&path).unwrap();
    change(&mut bytes);
    fs::write(&path, bytes).unwrap();
}

pub(crate) fn forged_line(seq: u64) -> String {
    let LineContent { nonce, json } = content(seq, "forged");
    let nonce = HEXLOWER.encode(&nonce);
    format!(r#"{{"seq":{seq},"nonce":"{nonce}","entry":{json}}}"#)
}

/// The same records in the places 0, 1, 2, …: as a log signs what it is given.
pub(crate) fn in_places(entries: Vec<ExportEntry>) -> Vec<ExportEntry> {
    (0..).zip(entries).map(|(seq, entry)| ExportEntry { seq, ..entry }).collect()
}

/// A record without a number.
pub(crate) fn unnumbered(seq: u64) -> ExportEntry {
    let content = LineContent { nonce: [7; 16], json: r#"{"event":"case.opened"}"#.into() };
    ExportEntry { seq, commitment: commitment(&content.nonce, &content.json), content: Some(content) }
}

/// A record that names erased ones.
pub(crate) fn erasure(seq: u64, erased: &[u64]) -> ExportEntry {
    let number = seq + 1;
    let json = format!(
        r#"{{"event":"{}","stream":"main","number":{number},"detail":{{"seqs":{erased:?}}}}}"#,
        postern_audit::ERASURE_EVENT
    );
    let content = LineContent { nonce: [9; 16], json };
    ExportEntry { seq, commitment: commitment(&content.nonce, &content.json), content: Some(content) }
}
