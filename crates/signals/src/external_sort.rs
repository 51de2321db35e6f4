//! Events in the order of time, however many there are and however the log orders them: sorted runs in memory, then
//! in unnamed temporary files, then one merge.

use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
    fs::File,
    io::{self, Read, Seek, Write},
    vec,
};

use crate::event::Event;

/// Events sorted in memory before they go to a file: about 60 MB.
const RUN: usize = 500_000;
/// Events read back from a file at a time.
const BLOCK: usize = 4_096;

/// Takes events in any order.
#[derive(Debug)]
pub struct ExternalSort {
    run: Vec<Event>,
    files: Vec<File>,
    most: usize,
}

impl Default for ExternalSort {
    fn default() -> Self {
        Self::with_run(RUN)
    }
}

impl ExternalSort {
    /// With runs of `most` events.
    pub(crate) fn with_run(most: usize) -> Self {
        Self { run: Vec::new(), files: Vec::new(), most: most.max(1) }
    }

    /// Takes some more. Err: the temporary file cannot be written (no space in the temporary folder).
    pub fn push(&mut self, mut events: &[Event]) -> io::Result<()> {
        while !events.is_empty() {
            let (now, later) = events.split_at(events.len().min(self.most - self.run.len()));
            self.run.extend_from_slice(now);
            events = later;
            if self.run.len() >= self.most {
                self.spill()?;
            }
        }
        Ok(())
    }

    fn spill(&mut self) -> io::Result<()> {
        self.run.sort_unstable_by(by_time);
        let mut file = tempfile::tempfile()?;
        file.write_all(bytemuck::cast_slice(&self.run))?;
        file.rewind()?;
        self.files.push(file);
        self.run.clear();
        Ok(())
    }

    /// All of them, the earliest first; those without a time before all others.
    pub fn into_sorted(mut self) -> io::Result<Sorted> {
        if self.files.is_empty() {
            self.run.sort_unstable_by(by_time);
            return Ok(Sorted {
                runs: vec![SortedRun::of_memory(self.run)],
                heads: BinaryHeap::new(),
                begun: false,
            });
        }
        if !self.run.is_empty() {
            self.spill()?;
        }
        let runs = self.files.into_iter().map(SortedRun::of_file).collect();
        Ok(Sorted { runs, heads: BinaryHeap::new(), begun: false })
    }
}

/// Nearly always the time alone decides.
fn by_time(one: &Event, other: &Event) -> Ordering {
    one.micros().cmp(&other.micros()).then_with(|| one.order().cmp(&other.order()))
}

/// Events in the order of time.
#[derive(Debug)]
pub struct Sorted {
    runs: Vec<SortedRun>,
    heads: BinaryHeap<Reverse<Head>>,
    begun: bool,
}

#[derive(Debug)]
struct Head {
    event: Event,
    run: usize,
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Head {}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        by_time(&self.event, &other.event).then_with(|| self.run.cmp(&other.run))
    }
}

impl Sorted {
    /// The next; `None` at the end. Err: a temporary file cannot be read back.
    pub fn next(&mut self) -> io::Result<Option<Event>> {
        if let [only] = self.runs.as_mut_slice() {
            return only.next();
        }
        if !self.begun {
            self.begun = true;
            for run in 0..self.runs.len() {
                self.advance(run)?;
            }
        }
        let Some(Reverse(head)) = self.heads.pop() else { return Ok(None) };
        self.advance(head.run)?;
        Ok(Some(head.event))
    }

    fn advance(&mut self, run: usize) -> io::Result<()> {
        if let Some(source) = self.runs.get_mut(run)
            && let Some(event) = source.next()?
        {
            self.heads.push(Reverse(Head { event, run }));
        }
        Ok(())
    }
}

#[derive(Debug)]
struct SortedRun {
    block: vec::IntoIter<Event>,
    file: Option<File>,
}

impl SortedRun {
    fn of_memory(events: Vec<Event>) -> Self {
        Self { block: events.into_iter(), file: None }
    }

    fn of_file(file: File) -> Self {
        Self { block: Vec::new().into_iter(), file: Some(file) }
    }

    fn next(&mut self) -> io::Result<Option<Event>> {
        if self.block.as_slice().is_empty()
            && let Some(file) = &mut self.file
        {
            let mut bytes = bytemuck::zeroed_vec::<Event>(BLOCK);
            let read = read_whole(file, bytemuck::cast_slice_mut(&mut bytes))?;
            bytes.truncate(read / size_of::<Event>());
            self.block = bytes.into_iter();
        }
        Ok(self.block.next())
    }
}

/// Fills the buffer as far as the file goes.
fn read_whole(file: &mut File, mut buffer: &mut [u8]) -> io::Result<usize> {
    let mut all = 0;
    while !buffer.is_empty() {
        match file.read(buffer) {
            Ok(0) => break,
            Ok(read) => {
                all += read;
                buffer = buffer.get_mut(read..).unwrap_or_default();
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        event::{Texts, Writer},
        record::{AttemptResult, Position, Provider, SignIn},
    };

    fn events(seconds: &[i64]) -> Vec<Event> {
        let texts = Texts::default();
        let mut writer = Writer::new(&texts);
        let one = |(line, second): (u64, &i64)| {
            let mut record = SignIn::new(Provider::Okta, AttemptResult::Success);
            record.at = jiff::Timestamp::from_second(*second).ok().filter(|_| *second > 0);
            record.position = Position { file: 0, line };
            Event::of(&record, &mut writer)
        };
        (1..).zip(seconds).map(one).collect()
    }

    fn sorted(run: usize, events: &[Event]) -> Vec<(i64, u64)> {
        let mut sort = ExternalSort::with_run(run);
        events.chunks(7).for_each(|chunk| sort.push(chunk).unwrap());
        let mut sorted = sort.into_sorted().unwrap();
        let mut found = Vec::new();
        while let Some(event) = sorted.next().unwrap() {
            found.push((event.micros(), event.position().line));
        }
        found
    }

    #[test]
    fn runs_on_disk_give_the_order_that_memory_gives() {
        let seconds: Vec<i64> = (0..5_000).map(|n| (n * 7_919) % 3_001).collect();
        let events = events(&seconds);
        let expected = sorted(1_000_000, &events);
        assert_eq!(expected.len(), 5_000);
        assert!(expected.is_sorted());
        assert_eq!(expected[0].0, i64::MIN, "without a time first");
        for run in [1_000, 999, 5_000, 4_999] {
            assert_eq!(sorted(run, &events), expected, "runs of {run}");
        }
    }

    #[test]
    fn nothing_in_nothing_out() {
        assert_eq!(sorted(10, &[]), []);
    }
}
