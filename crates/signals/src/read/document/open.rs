//! A record while its end is looked for.

use super::{DocumentSlice, SliceOutcome};
use crate::read::envelope::{MEMBERS, Member, member_at_end_of};

/// A record that is not at its end yet, or an envelope that is not known as one yet.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) start: usize,
    line: u64,
    /// Too long to be held: only its end is looked for.
    pub(super) skipped: bool,
    /// What is known of an envelope's members at depth `members_depth`.
    members: Members,
    pub(super) members_depth: u32,
    /// An array of records would begin with the next bracket.
    pub(super) waiting: bool,
    pub(super) hollow: bool,
}

impl Open {
    /// It opens with the last of `bytes`; its members are at this depth.
    pub(super) fn new(bytes: &[u8], line: u64, depth: u32) -> Self {
        Self {
            start: bytes.len().saturating_sub(1),
            line,
            skipped: false,
            members: Members::ALL,
            members_depth: depth,
            waiting: false,
            hollow: false,
        }
    }

    /// The member whose value begins with the bracket that ends `bytes`.
    pub(super) fn member(&self, bytes: &[u8], depth: u32) -> Option<&'static Member> {
        if self.skipped || depth != self.members_depth {
            return None;
        }
        let before = bytes.get(self.start..bytes.len().saturating_sub(1))?;
        member_at_end_of(before, self.members.known())
    }

    pub(super) fn look_into(&mut self, bytes: &[u8], depth: u32) {
        let member = self.member(bytes, depth).filter(|member| !member.members.is_empty());
        if member.is_some_and(|member| self.members.enter(member.members)) {
            self.members_depth += 1;
        }
    }

    pub(super) fn look_out(&mut self) {
        if self.members.leave() {
            self.members_depth -= 1;
        }
    }

    pub(super) fn ended(&self, end: usize, outcome: SliceOutcome) -> DocumentSlice {
        let outcome = if self.skipped { SliceOutcome::TooLong } else { outcome };
        DocumentSlice { start: self.start, end, line: self.line, outcome }
    }
}

/// The members known at each depth of an envelope that is being looked into.
#[derive(Debug)]
struct Members {
    path: [&'static [Member]; 3],
    len: usize,
}

impl Members {
    const ALL: Self = Self { path: [MEMBERS, &[], &[]], len: 1 };

    fn known(&self) -> &'static [Member] {
        self.path.get(self.len.wrapping_sub(1)).copied().unwrap_or_default()
    }

    /// False: there is no room to look deeper, and nothing known that is so deep.
    fn enter(&mut self, members: &'static [Member]) -> bool {
        let room = self.path.get_mut(self.len).map(|place| *place = members).is_some();
        self.len += usize::from(room);
        room
    }

    /// False: this is the envelope itself.
    fn leave(&mut self) -> bool {
        let inside = self.len > 1;
        self.len -= usize::from(inside);
        inside
    }
}

/// Whether there is nothing between the last byte and the bracket of the array that it is in.
pub(super) fn follows_bracket(bytes: &[u8]) -> bool {
    let before = bytes.get(..bytes.len().saturating_sub(1)).unwrap_or_default();
    before.trim_ascii_end().ends_with(b"[")
}
