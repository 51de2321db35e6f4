use std::{io, sync::mpsc, thread};

use proptest::{collection::vec, prelude::*, sample::select};

use super::*;
use crate::{read::tests::*, source::SourceStopped};

/// Gives out as much at a time as it is told, then fails if it is told to.
struct Chunks<'b> {
    bytes: &'b [u8],
    sizes: Vec<usize>,
    fails: bool,
}

impl Read for Chunks<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.bytes.is_empty() && self.fails {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        if !self.sizes.is_empty() {
            self.sizes.rotate_left(1);
        }
        let size = self.sizes.last().copied().unwrap_or(usize::MAX);
        if size == 0 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let room = buffer.len().min(size);
        self.bytes.read(&mut buffer[..room])
    }
}

type ReadRecords = Vec<(u64, String)>;

fn read_all<R: Read>(batcher: &mut Batcher<R>) -> (ReadRecords, Option<io::Error>) {
    let (mut seen, mut likely) = (Vec::new(), Provider::Entra);
    loop {
        match batcher.next() {
            Ok(Some(batch)) => {
                batch.for_each(None, &mut likely, |position, parsed| {
                    seen.push((position.line, format!("{parsed:?}")));
                });
                batcher.reuse(batch.into_buffer());
            }
            Ok(None) => return (seen, None),
            Err(error) => {
                assert!(batcher.next().unwrap().is_none(), "after an error comes the end");
                return (seen, Some(error));
            }
        }
    }
}

fn records_in(bytes: &[u8], sizes: Vec<usize>, options: ReadOptions) -> ReadRecords {
    let (seen, error) = read_all(&mut Batcher::new(Chunks { bytes, sizes, fails: false }, options));
    assert!(error.is_none());
    seen
}

/// Whatever may be in a log, and what may not.
fn pieces() -> impl Strategy<Value = String> {
    let piece = select(vec![
        OKTA,
        ENTRA,
        "\n",
        "\n",
        "\n",
        "\r\n",
        "\r",
        " ",
        "{",
        "}",
        "[",
        "]",
        ",",
        "\"",
        "\\",
        "\0",
        "{\n",
        "[\n",
        "{\"value\":[",
        "{\"stat\":\"OK\",\"response\":{\"authlogs\":[",
        "]}",
        "{\"a\":1}",
        "{\"a\":\"b c\"}",
        "a,b;c\n",
        "user name,action,é\n",
        "\"x\ny\",\"\"\"\"",
        "7",
        "\u{1f5dd}",
        "garbage",
        "\u{feff}",
    ]);
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn how_it_is_read_and_cut_changes_nothing(
        text in pieces(),
        batch in 1_usize..200,
        sizes in vec(0_usize..30, 1..5).prop_filter("goes on", |sizes| sizes.iter().any(|size| *size > 0)),
        max_line in prop_oneof![1_usize..500, Just(crate::read::MAX_LINE)],
    ) {
        let options = ReadOptions { max_line, ..ReadOptions::default() };
        let whole = records_in(text.as_bytes(), Vec::new(), options);
        prop_assert_eq!(&records_in(text.as_bytes(), sizes, ReadOptions { batch, ..options }), &whole);
        // Positions do not go back, and stay within the text.
        prop_assert!(whole.is_sorted_by_key(|(line, _)| *line));
        let lines = text.split('\n').count() as u64;
        prop_assert!(whole.iter().all(|(line, _)| (1..=lines).contains(line)));
    }

    #[test]
    fn every_line_has_its_number(lines in vec("[a-z]{0,9}\r?", 0..60), batch in 1_usize..50) {
        let expected: Vec<_> =
            (1..).zip(&lines).filter(|(_, line)| !line.trim().is_empty()).map(|(number, _)| number).collect();
        let found = records_in(lines.join("\n").as_bytes(), Vec::new(), ReadOptions { batch, ..ReadOptions::default() });
        prop_assert_eq!(found.into_iter().map(|(line, _)| line).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn several_threads_read_what_one_cuts() {
    let lines = 5000;
    for (before, between, after) in [("", "\n", ""), ("[", ",", "]"), ("{\"value\":[\n", ",\n", "]}")] {
        let input = [before, &vec![ENTRA; 5000].join(between), after].concat();
        let options = ReadOptions { file: 3, batch: 10_000, ..ReadOptions::default() };
        let (sender, receiver) = mpsc::channel::<Batch>();
        let receiver = std::sync::Mutex::new(receiver);
        let summaries = thread::scope(|scope| {
            let work = || {
                let (mut summary, mut likely) = (ReadSummary::default(), Provider::Okta);
                while let Ok(batch) = { receiver.lock().unwrap().recv() } {
                    assert_eq!(batch.file(), 3);
                    summary += batch.for_each(None, &mut likely, |position, _| assert_eq!(position.file, 3));
                }
                summary
            };
            let workers = [scope.spawn(work), scope.spawn(work)];
            let mut batcher = Batcher::new(input.as_bytes(), options);
            let mut count = 0;
            while let Some(batch) = batcher.next().unwrap() {
                count += 1;
                sender.send(batch).unwrap();
            }
            assert!(count > 50, "{count}");
            drop(sender);
            workers.map(|worker| worker.join().unwrap())
        });
        assert_eq!(summaries.map(|summary| summary.attempts).iter().sum::<u64>(), lines, "{before}");
    }
}

/// One letter many times, then the rest.
struct Endless<'b> {
    letter: u8,
    times: u64,
    rest: &'b [u8],
}

impl Read for Endless<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.times == 0 {
            return self.rest.read(buffer);
        }
        let got = usize::try_from(self.times).unwrap().min(buffer.len());
        buffer[..got].fill(self.letter);
        self.times -= got as u64;
        Ok(got)
    }
}

#[test]
fn a_line_of_a_gigabyte_is_let_go() {
    for (first, rest) in
        [("", "\n{\"a\":1}"), ("[{\"a\":\"", "\"},{\"a\":1}]"), ("username,b,c\n\"", "\n1,2,3")]
    {
        let endless = Endless { letter: b'x', times: 1 << 30, rest: rest.as_bytes() };
        let reader = first.as_bytes().chain(endless);
        let mut batcher = Batcher::new(reader, ReadOptions::default());
        let mut seen: ReadRecords = Vec::new();
        let mut likely = Provider::Entra;
        while let Some(batch) = batcher.next().unwrap() {
            assert!(batch.buffer.capacity() <= crate::read::MAX_LINE + 2 * crate::read::BATCH);
            assert!(batcher.window.capacity() <= crate::read::MAX_LINE + 2 * crate::read::BATCH);
            batch.for_each(None, &mut likely, |position, parsed| {
                seen.push((position.line, format!("{parsed:?}")));
            });
        }
        assert_eq!(seen[0].1, "Malformed(TooLong { limit: 4194304 })", "{first}");
        assert!(seen[1].1.starts_with("Unrecognised") && seen.len() == 2, "{seen:?}");
    }
}

#[test]
fn a_line_without_end_ends_the_input() {
    for first in ["{\"a\":1}\n", "[{\"a\":1},\n", "username,b,c\n1,2,3\n"] {
        let endless = Endless { letter: b' ', times: u64::MAX, rest: b"" };
        let mut batcher = Batcher::new(first.as_bytes().chain(endless), ReadOptions::default());
        batcher.endless = 20 << 20;
        let (seen, error) = read_all(&mut batcher);
        assert!(seen.len() > 1 && seen[0].1.contains("Unrecognised"), "{seen:?}");
        let why = error.unwrap().downcast::<SourceStopped>().unwrap();
        assert_eq!(why, SourceStopped::EndlessLine { limit: 20 << 20 });
        assert!(batcher.position().line >= 2);
    }
}

#[test]
fn what_was_read_before_an_error_counts() {
    for (text, line) in [
        (format!("{ENTRA}\n{ENTRA}\n{{\"a\":"), 3),
        (format!("[{ENTRA},\n{ENTRA},\n{{\"a\":"), 3),
        ("username,createdDateTime,userPrincipalName,status\n,,mia,7\n,,mia,7\n,x".to_owned(), 4),
    ] {
        let reader = Chunks { bytes: text.as_bytes(), sizes: Vec::new(), fails: true };
        let mut batcher = Batcher::new(reader, ReadOptions { file: 7, ..ReadOptions::default() });
        let (seen, error) = read_all(&mut batcher);
        assert_eq!(error.unwrap().kind(), io::ErrorKind::ConnectionReset);
        assert_eq!(seen.len(), 3, "{seen:?}");
        assert_eq!(seen[2], (line, "Malformed(CutOff)".to_owned()));
        assert_eq!(batcher.position(), Position { file: 7, line });
    }
}

#[test]
fn a_long_line_that_is_a_list_is_read_record_by_record() {
    let list = format!("{{\"Records\":[{}]}}", [ENTRA; 50].join(","));
    let text = format!("{ENTRA}\n{list}\n{list}\n{ENTRA}\n");
    let options = ReadOptions { max_line: 1000, ..ReadOptions::default() };
    let found = records_in(text.as_bytes(), Vec::new(), options);
    assert_eq!(found.len(), 102);
    assert!(found.iter().all(|(_, parsed)| parsed.starts_with("Attempt")));
    assert_eq!((found[0].0, found[1].0, found[51].0, found[101].0), (1, 2, 3, 4));
}

#[test]
fn memory_comes_back() {
    let input = [ENTRA; 100].join("\n");
    let mut batcher = Batcher::new(input.as_bytes(), ReadOptions { batch: 1000, ..ReadOptions::default() });
    let first = batcher.next().unwrap().unwrap().into_buffer();
    let address = first.as_ptr();
    batcher.reuse(first);
    let taken = (0..3)
        .map(|_| batcher.next().unwrap().unwrap().into_buffer())
        .any(|buffer| buffer.as_ptr() == address);
    assert!(taken);
}
