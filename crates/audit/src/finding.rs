//! What a verification found.

use serde::Serialize;

use crate::checkpoint::CheckpointError;

/// Findings past this many are counted, not kept: a log that is all wrong needs no longer list.
const MOST: usize = 1000;

/// One thing that is wrong with a log. Neighbouring entries with the same problem are one finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The first entry it concerns; `None` when it concerns the log as a whole.
    pub seq: Option<u64>,
    /// The last entry it concerns.
    pub last: Option<u64>,
    /// What is wrong.
    #[serde(flatten)]
    pub problem: Problem,
    /// When the first entry says that it happened.
    pub time: Option<String>,
    /// What the first entry says that happened.
    pub event: Option<String>,
}

/// Which of two checkpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WhichCheckpoint {
    /// The one in the folder.
    Folder,
    /// The earlier one that the caller kept.
    Earlier,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "problem", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Problem {
    /// A checkpoint is not what its key signed.
    #[error("the {} checkpoint can't be trusted: {error}", match .which { WhichCheckpoint::Folder => "folder's", WhichCheckpoint::Earlier => "earlier" })]
    Checkpoint {
        /// Which one.
        which: WhichCheckpoint,
        /// Why.
        error: CheckpointError,
    },
    /// The key in the folder is another than the one given.
    #[error("the key in the folder is not the key that was given")]
    KeyDiffers,
    /// A file is not there or can't be read.
    #[error("the file {path} is missing or can't be read: {why}")]
    Unreadable {
        /// Its path in the folder.
        path: String,
        /// What the system said.
        why: String,
    },
    /// The log had more entries once.
    #[error("the log was cut: an earlier checkpoint has {older} entries, this one {newer}")]
    Shrunk {
        /// Entries then.
        older: u64,
        /// Entries now.
        newer: u64,
    },
    /// The entries that an earlier checkpoint covers are not what they were.
    #[error("the log was rewritten: its first {older} entries are not those of the earlier checkpoint")]
    Forked {
        /// Entries in the earlier checkpoint.
        older: u64,
    },
    /// The hashes in the folder make another tree than the signed one.
    #[error(
        "the hashes in the folder do not make the signed root{}",
        .sound_before.map(|size| format!("; the first {size} entries are as the earlier checkpoint has them")).unwrap_or_default()
    )]
    RootDiffers {
        /// Entries proven sound by the earlier checkpoint all the same.
        sound_before: Option<u64>,
    },
    /// A tile or bundle has the wrong size or shape here.
    #[error("the file {path} is damaged here")]
    Damaged {
        /// Its path in the folder.
        path: String,
    },
    /// The bundle holds another commitment than the signed tree.
    #[error("the commitment in {path} was replaced: it is not the one in the signed tree")]
    CommitmentReplaced {
        /// Path of the bundle.
        path: String,
    },
    /// The tile holds another hash than the signed tree.
    #[error("the hash in {path} was replaced: it is not the one in the signed tree")]
    HashReplaced {
        /// Path of the tile.
        path: String,
    },
    /// Bundle and tile disagree, and neither leads to the signed root.
    #[error("{path} and the tile of hashes disagree, and neither leads to the signed root")]
    Disagree {
        /// Path of the bundle.
        path: String,
    },
    /// The line can't be read, or is not written as an export writes it.
    #[error("its line can't be read or was reformatted")]
    Malformed,
    /// The record is not the one that was committed to.
    #[error("its record was altered: it does not match its commitment in the log")]
    Altered,
    /// The record is genuine, but another entry's.
    #[error("it holds the record of the entry {} {}", .by.unsigned_abs(), if *.by > 0 { "later" } else { "earlier" })]
    Moved {
        /// How far from home.
        by: i64,
    },
    /// The record is genuine and in place, but its number was changed.
    #[error("its number was changed by {by:+}")]
    Misnumbered {
        /// Number on the line less the true one.
        by: i64,
    },
    /// There is no such line.
    #[error("its record is missing")]
    Missing,
    /// The record is genuine but stands too late, or a second time.
    #[error("its record stands out of order, or twice")]
    OutOfOrder,
    /// A record that was never in the log claims this number beside the true one.
    #[error("a foreign record was put in under this number")]
    Inserted,
    /// The record stands after the end of the signed log.
    #[error("it stands after the end of the signed log")]
    NotSigned,
    /// The record is gone, and no later record says that it was erased.
    #[error("its record was erased, and no later record says so")]
    ErasedUnnamed,
    /// Records were written that are not in the log.
    #[error(
        "before it, records {from} to {to} of the stream {stream} are left out: they were deleted before they had their place"
    )]
    NumbersMissing {
        /// Which of the log's streams of numbers.
        stream: String,
        /// The first number that is missing.
        from: u64,
        /// The last one.
        to: u64,
    },
    /// Two records claim one number: one of them was put in before the log was signed.
    #[error("it repeats the number {number} of the stream {stream}: it was put in before the log was signed")]
    NumberRepeated {
        /// Which of the log's streams of numbers.
        stream: String,
        /// The number.
        number: u64,
    },
    /// The log numbers its records, and this one has no number.
    #[error("it has no number, as all records of this log have: it was put in before the log was signed")]
    Unnumbered,
    /// Whoever exported the log, and has its key file, found something wrong with the store.
    #[error("the store was tampered with: {message}")]
    StoreTampered {
        /// In the exporter's words.
        message: String,
    },
    /// There was more than could be listed.
    #[error("and {count} more findings")]
    More {
        /// How many.
        count: u64,
    },
}

impl Finding {
    /// What the entries are called in a sentence.
    pub fn subject(&self) -> String {
        match (self.seq, self.last) {
            (None, _) => "the log".into(),
            (Some(seq), Some(last)) if last > seq => format!("entries {seq} to {last}"),
            (Some(seq), _) => format!("entry {seq}"),
        }
    }
}

/// Findings as they come up.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    list: Vec<Finding>,
    dropped: u64,
}

impl Findings {
    /// Something about the log as a whole.
    pub(crate) fn whole(&mut self, problem: Problem) {
        self.push(Finding { seq: None, last: None, problem, time: None, event: None });
    }

    /// Something about the entries from `seq` to `last`.
    pub(crate) fn entries(&mut self, seq: u64, last: u64, problem: Problem) {
        self.push(Finding { seq: Some(seq), last: Some(last), problem, time: None, event: None });
    }

    pub(crate) fn push(&mut self, finding: Finding) {
        if let Some(previous) = self.list.last_mut()
            && previous.problem == finding.problem
            && let (Some(last), Some(seq)) = (previous.last, finding.seq)
            && (seq == last || last.checked_add(1) == Some(seq))
        {
            previous.last = finding.last;
        } else if self.list.len() < MOST {
            self.list.push(finding);
        } else {
            self.dropped += 1;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Takes over what `other` found, each problem as `renamed` has it.
    pub(crate) fn absorb(&mut self, other: Self, renamed: impl Fn(Problem) -> Problem) {
        for finding in other.list {
            self.push(Finding { problem: renamed(finding.problem), ..finding });
        }
        self.dropped += other.dropped;
    }

    /// The log as a whole first, then by entry.
    pub(crate) fn into_sorted(mut self) -> Vec<Finding> {
        self.list.sort_by_key(|finding| finding.seq);
        if self.dropped > 0 {
            let problem = Problem::More { count: self.dropped };
            self.list.push(Finding { seq: None, last: None, problem, time: None, event: None });
        }
        self.list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_with_one_problem_are_one_finding_and_the_list_has_an_end() {
        let mut findings = Findings::default();
        for seq in 5..9 {
            findings.entries(seq, seq, Problem::Altered);
        }
        findings.whole(Problem::KeyDiffers);
        for seq in 0..2000 {
            findings.entries(seq * 2 + 20, seq * 2 + 20, Problem::Missing);
        }
        let sorted = findings.into_sorted();
        assert_eq!(sorted[0].subject(), "the log");
        assert_eq!(sorted[1].subject(), "entries 5 to 8");
        assert_eq!(sorted[2].subject(), "entry 20");
        assert_eq!(sorted.last().unwrap().problem, Problem::More { count: 1002 });
    }

    #[test]
    fn problems_read_as_sentences_and_as_json() {
        let moved = Problem::Moved { by: -1 };
        assert_eq!(moved.to_string(), "it holds the record of the entry 1 earlier");
        let finding = Finding { seq: Some(5), last: Some(5), problem: moved, time: None, event: None };
        let json = serde_json::to_value(&finding).unwrap();
        assert_eq!((&json["problem"], &json["by"], &json["seq"]), (&"moved".into(), &(-1).into(), &5.into()));
    }
}
