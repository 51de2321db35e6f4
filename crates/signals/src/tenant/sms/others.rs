//! How the methods fare that need no message.

use std::collections::VecDeque;

use super::super::normal::minute;

/// Sign-ins by all other methods within the window, to the minute. Whose they are does not matter.
#[derive(Debug)]
pub(super) struct Others {
    span: i64,
    minutes: VecDeque<(i64, u64)>,
}

impl Others {
    pub(super) fn new(span: i64) -> Self {
        Self { span, minutes: VecDeque::new() }
    }

    pub(super) fn sign_in(&mut self, at: i64) {
        let now = minute(at);
        if let Some((_, sign_ins)) = self.minutes.back_mut().filter(|(last, _)| *last == now) {
            *sign_ins += 1;
            return;
        }
        let end = minute(at.saturating_sub(self.span));
        while self.minutes.front().is_some_and(|(first, _)| *first < end) {
            self.minutes.pop_front();
        }
        self.minutes.push_back((now, 1));
    }

    pub(super) fn sign_ins(&self, now: i64) -> u64 {
        let end = minute(now.saturating_sub(self.span));
        let within = self.minutes.iter().filter(|(minute, _)| *minute >= end);
        within.map(|(_, sign_ins)| sign_ins).sum()
    }
}
