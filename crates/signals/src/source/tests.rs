use std::{fs, io::Write, sync::atomic::Ordering, thread};

use flate2::{Compression, write::GzEncoder};
use tempfile::TempDir;

use super::*;
use crate::{ReadOptions, ReadSummary, read::Batcher};

const LINE: &str =
    "{\"postern\":\"signin/v1\",\"at\":\"2026-03-02T08:14:11Z\",\"person\":\"ana\",\"result\":\"success\"}\n";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

/// What is found, by the names within the folder; then what is skipped.
fn found(folder: &TempDir, args: &[&str]) -> (Vec<String>, Vec<String>) {
    let args: Vec<_> = args.iter().map(|arg| folder.path().join(arg)).collect();
    let sources = Sources::find(&args).unwrap();
    let within = |path: &Path| path.strip_prefix(folder.path()).unwrap_or(path).display().to_string();
    let files = sources.files.iter().map(|source| source.path().map_or("-".to_owned(), within)).collect();
    (
        files,
        sources.skipped.iter().map(|skipped| format!("{}: {}", within(&skipped.path), skipped.why)).collect(),
    )
}

fn one(path: &Path) -> Source {
    Sources::find(&[path.to_owned()]).unwrap().files.remove(0)
}

/// Everything that can be read, and why that is not all.
fn read_all(source: &Source) -> (Vec<u8>, Option<SourceError>) {
    read_within(source, UnpackLimits::default())
}

fn read_within(source: &Source, limits: UnpackLimits) -> (Vec<u8>, Option<SourceError>) {
    let mut bytes = Vec::new();
    let error = source
        .open_within(limits, &Arc::default())
        .and_then(|mut reader| reader.read_to_end(&mut bytes))
        .err();
    (bytes, error.map(|error| source.error(error, None)))
}

fn why(error: Option<SourceError>) -> SourceStopped {
    match error {
        Some(SourceError::Stopped { why, .. }) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_folder_stands_for_the_logs_in_it() {
    let folder = folder(&[
        ("b.log", b""),
        ("a/2.jsonl.gz", b""),
        ("a/1.txt", b""),
        ("a/deep/er/x", b""),
        ("a/.hidden", b""),
        (".git/config", b""),
        ("README.MD", b""),
        ("c/page.html", b""),
        ("c/old.zip", b""),
    ]);
    let (files, skipped) = found(&folder, &["."]);
    assert_eq!(files, ["a/1.txt", "a/2.jsonl.gz", "a/deep/er/x", "b.log"]);
    assert_eq!(
        skipped,
        [
            "README.MD: a text for people",
            "c/old.zip: an archive; unpack it and name the log files in it",
            "c/page.html: a text for people",
        ]
    );
    // What is named itself is meant.
    assert_eq!(found(&folder, &["README.MD", "a/.hidden"]).0, ["README.MD", "a/.hidden"]);
}

#[test]
fn a_pattern_stands_for_what_fits() {
    let folder = folder(&[
        ("logs/a.jsonl.gz", b""),
        ("logs/b.jsonl.gz", b""),
        ("logs/c.log", b""),
        ("logs/.d.jsonl.gz", b""),
        ("logs/more/e.jsonl.gz", b""),
        ("logs/notes.md", b""),
        ("[1].log", b""),
    ]);
    assert_eq!(found(&folder, &["logs/*.jsonl.gz"]).0, ["logs/a.jsonl.gz", "logs/b.jsonl.gz"]);
    assert_eq!(found(&folder, &["logs/**/?.jsonl.gz"]).0.len(), 3);
    assert_eq!(found(&folder, &["logs/[a-b]*"]).0.len(), 2);
    assert_eq!(found(&folder, &["logs/**"]).0.len(), 4);
    assert_eq!(found(&folder, &["[1].log"]).0, ["[1].log"], "what exists is no pattern");
    let (files, skipped) = found(&folder, &["logs/*.x", "logs/c.log", "logs/n*"]);
    assert_eq!(files, ["logs/c.log"]);
    assert_eq!(skipped, ["logs/*.x: nothing fits this pattern", "logs/notes.md: a text for people"]);
    let error = Sources::find(&[folder.path().join("a***b")]).unwrap_err();
    assert!(matches!(error, SourceError::BadPattern { .. }), "{error}");
}

#[cfg(unix)]
#[test]
fn a_file_is_read_once_and_links_do_not_go_round() {
    use std::os::unix::fs::symlink;
    let folder = folder(&[("a/x.log", b""), ("y.log", b"")]);
    symlink("..", folder.path().join("a/up")).unwrap();
    symlink("../y.log", folder.path().join("a/same.log")).unwrap();
    symlink("nowhere", folder.path().join("a/lost.log")).unwrap();
    let (files, skipped) = found(&folder, &["y.log", "a", ".", "./y.log", "a/../y.log"]);
    assert_eq!(files, ["y.log", "a/x.log"]);
    assert_eq!(skipped.len(), 1);
    assert!(skipped[0].starts_with("a/lost.log: "), "{skipped:?}");
    let twice = Sources::find(&["-".into(), "-".into()]).unwrap();
    assert_eq!((twice.files.len(), twice.files[0].name()), (1, "standard input".to_owned()));
}

#[test]
fn nothing_found_says_so() {
    let folder = folder(&[("empty/.keep", b""), ("docs/a.pdf", b"")]);
    let find = |arg: &str| Sources::find(&[folder.path().join(arg)]).unwrap_err().to_string();
    assert!(find("empty").contains("nothing to read at") && find("empty").contains("no file in it"));
    assert!(find("docs").contains("a.pdf: a text for people"));
    assert!(find("*.log").contains("nothing fits this pattern"));
    assert!(Sources::find(&[]).is_err());
    // A path that is misspelt comes up when it is opened, and keeps no other from being read.
    let source = one(&folder.path().join("missing.log"));
    let (bytes, error) = read_all(&source);
    assert!(bytes.is_empty() && source.size().is_none());
    assert!(error.unwrap().to_string().contains("missing.log"));
}

#[test]
fn what_a_file_is_packed_in_is_seen() {
    let text = LINE.repeat(10_000).into_bytes();
    let skip = [&[0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3][..]].concat();
    let (half, rest) = text.split_at(1234);
    for (name, stored) in [
        ("plain", text.clone()),
        ("gzip.zst", gzip(&text)),
        ("zstd.gz", zstd(&text)),
        ("members", [gzip(half), gzip(b""), gzip(rest)].concat()),
        ("frames", [&skip, &zstd(half), &skip[..], &zstd(b""), &zstd(rest), &skip].concat()),
        ("both", gzip(&zstd(&text))),
        ("both the other way", zstd(&gzip(&text))),
        ("twice", gzip(&gzip(&text))),
    ] {
        let folder = folder(&[(name, &stored)]);
        let sources = Sources::find(&[folder.path().join(name)]).unwrap();
        let (bytes, error) = read_all(&sources.files[0]);
        assert!(error.is_none() && bytes == text, "{name}: {error:?}");
        // What is counted are the bytes on the disk.
        assert_eq!(sources.size(), Some(stored.len() as u64));
        assert_eq!(sources.bytes_read().load(Ordering::Relaxed), stored.len() as u64, "{name}");
    }
    let folder = folder(&[("x", &gzip(&gzip(&gzip(&text)))), ("empty", b""), ("short", b"\x1f")]);
    assert_eq!(why(read_all(&one(&folder.path().join("x"))).1), SourceStopped::PackedTooDeep);
    assert_eq!(read_all(&one(&folder.path().join("empty"))).0, b"");
    assert_eq!(read_all(&one(&folder.path().join("short"))).0, b"\x1f");
}

#[test]
fn what_is_not_read_here_is_named() {
    let mut tar = vec![0; 512];
    tar[257..262].copy_from_slice(b"ustar");
    for (kind, bytes) in [
        ("zip", b"PK\x03\x04rest".to_vec()),
        ("xz", b"\xfd7zXZ\0\0".to_vec()),
        ("bzip2", b"BZh91AY&SY".to_vec()),
        ("7z", b"7z\xbc\xaf\x27\x1c".to_vec()),
        ("tar", gzip(&tar)),
    ] {
        let folder = folder(&[("x.log", &bytes)]);
        let error = read_all(&one(&folder.path().join("x.log"))).1.unwrap();
        let text = error.to_string();
        assert!(text.contains("x.log is not read: ") && text.contains(&format!("a {kind} file")), "{text}");
    }
}

#[test]
fn what_came_before_the_damage_is_kept() {
    // Lines that do not pack well, so that a part of the packed bytes is a part of the lines.
    let numbers: Vec<_> =
        (0_u64..20_000).map(|i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_string()).collect();
    let text = numbers.join("\n");
    for (packing, stored) in [("gzip", gzip(text.as_bytes())), ("zstd", zstd(text.as_bytes()))] {
        let cut = &stored[..stored.len() / 2];
        let mut bent = stored.clone();
        bent[stored.len() / 2..][..40].fill(0xff);
        let folder = folder(&[("cut", cut), ("bent", &bent)]);
        let (bytes, error) = read_all(&one(&folder.path().join("cut")));
        assert!(
            bytes.len() > text.len() / 4 && text.as_bytes().starts_with(&bytes),
            "{packing} {}",
            bytes.len()
        );
        assert_eq!(why(error), SourceStopped::CutOff { packing });
        let (bytes, error) = read_all(&one(&folder.path().join("bent")));
        assert!(bytes.len() > text.len() / 4, "{packing} {}", bytes.len());
        assert!(matches!(why(error), SourceStopped::Corrupt { packing: found, .. } if found == packing));
    }
    // Damage that only the sum shows.
    let mut stored = zstd(text.as_bytes());
    *stored.last_mut().unwrap() ^= 1;
    let folder = folder(&[("x", &stored)]);
    let (bytes, error) = read_all(&one(&folder.path().join("x")));
    assert!(bytes == text.as_bytes() && matches!(why(error), SourceStopped::Corrupt { .. }));
}

#[test]
fn records_before_a_cut_count_and_the_error_names_file_and_line() {
    let text: String =
        (0..5000_u32).map(|i| LINE.replace("ana", &format!("a{}", i.wrapping_mul(2_654_435_761)))).collect();
    let stored = gzip(text.as_bytes());
    let folder = folder(&[("cut.gz", &stored[..stored.len() / 2])]);
    let source = one(&folder.path().join("cut.gz"));
    let mut batcher = Batcher::new(source.open().unwrap(), ReadOptions::default());
    let (mut summary, mut likely) = (ReadSummary::default(), crate::Provider::Postern);
    let error = loop {
        match batcher.next() {
            Ok(batch) => summary += batch.unwrap().for_each(None, &mut likely, |_, _| {}),
            Err(error) => break source.error(error, Some(batcher.position())),
        }
    };
    assert!(summary.attempts > 1000 && summary.malformed <= 1, "{summary:?}");
    let text = error.to_string();
    let line = summary.records;
    assert!(text.contains("cut.gz") && text.contains(&format!("from line {line} on")), "{text}");
}

#[test]
fn a_bomb_is_ended() {
    // 64 MiB of zeros, packed twice: about 300 bytes.
    let bomb = gzip(&gzip(&vec![0; 64 << 20]));
    let folder = folder(&[("bomb.gz", &bomb), ("zeros.gz", &gzip(&vec![b'\n'; 4 << 20]))]);
    let source = one(&folder.path().join("bomb.gz"));
    let limits = UnpackLimits { ratio: 1000, unpacked: 1 << 20 };
    let (bytes, error) = read_within(&source, limits);
    assert!(bytes.len() < 2 << 20, "{}", bytes.len());
    let SourceStopped::Bomb { stored, unpacked } = why(error) else { panic!() };
    assert!(stored <= bomb.len() as u64 && unpacked > 1 << 20);
    // Small, or well packed, is no bomb.
    assert_eq!(read_all(&source).0.len(), 64 << 20);
    let (bytes, error) =
        read_within(&one(&folder.path().join("zeros.gz")), UnpackLimits { ratio: 2000, ..limits });
    assert!(bytes.len() == 4 << 20 && error.is_none());
    assert_eq!((UnpackLimits::default().ratio, UnpackLimits::default().unpacked), (1000, 1 << 30));
}

#[test]
fn a_file_is_read_up_to_the_length_it_had() {
    let folder = folder(&[("x.log", LINE.as_bytes())]);
    let path = folder.path().join("x.log");
    let mut reader = one(&path).open().unwrap();
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(LINE.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes, LINE.as_bytes());
}

#[test]
fn a_file_that_becomes_shorter_is_named() {
    let text = LINE.repeat(1000);
    let folder = folder(&[("x.log", text.as_bytes()), ("x.gz", &gzip(text.as_bytes()))]);
    for (name, left) in [("x.log", 5000), ("x.gz", 300)] {
        let path = folder.path().join(name);
        let source = one(&path);
        let length = source.size().unwrap();
        let mut reader = source.open().unwrap();
        fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(left).unwrap();
        let mut bytes = Vec::new();
        let error = source.error(reader.read_to_end(&mut bytes).unwrap_err(), None);
        assert!(error.to_string().contains(name), "{error}");
        assert_eq!(why(Some(error)), SourceStopped::Shrunk { length, read: left });
        assert!(bytes.len() >= 300, "{name}: {}", bytes.len());
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_is_read_to_its_end() {
    let folder = folder(&[]);
    let path = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let packed = gzip(LINE.repeat(1000).as_bytes());
    let writer = thread::spawn({
        let path = path.clone();
        move || {
            let mut pipe = fs::OpenOptions::new().write(true).open(path).unwrap();
            for piece in packed.chunks(7) {
                pipe.write_all(piece).unwrap();
            }
        }
    });
    let source = one(&path);
    assert_eq!(source.size(), None);
    let (bytes, error) = read_all(&source);
    writer.join().unwrap();
    assert!(error.is_none() && bytes.len() == LINE.len() * 1000);
    // In a folder it is left alone: nobody may ever write to it.
    let error = Sources::find(&[folder.path().to_owned()]).unwrap_err().to_string();
    assert!(error.contains("pipe: no file"), "{error}");
}
