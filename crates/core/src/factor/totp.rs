//! Time-based one-time passwords, RFC 6238: six digits, 30 s, SHA-1 (what every app understands); or as a hardware token makes them.

use super::otp_codes::{CodeSequence, OtpCodes, TypedCode};

/// Length of a secret. Unit: bytes (160 bits, RFC 4226 §4).
pub const SECRET_BYTES: usize = 20;
/// Length of a time step. Unit: seconds.
pub const STEP_SECONDS: i64 = 30;
/// How far a clock is searched for when a code is not accepted. Unit: steps either way. A chance hit has odds of
/// 41 in a million and signs nobody in: it only words the error.
const DIAGNOSED_STEPS: i64 = 20;
/// How far off a clock may be that is set right by two codes. Unit: steps either way: an hour, which is what a clock without
/// summer time is off by, and five minutes. A chance hit of both codes has odds of 261 in 10¹².
const RESYNC_STEPS: i64 = 130;
/// What a code app makes.
const APP: OtpCodes = OtpCodes::APP;
/// So many codes in a row at the far edge of what is accepted say that the clock is slow, and not the typing.
const LATE_IN_A_ROW: i64 = 3;

/// What a code turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Right, for this step. The caller stores the step and accepts none at or below it again.
    Accepted {
        /// The matched time step since 1970.
        step: i64,
        /// The clock as it is known now.
        clock: PhoneClock,
    },
    /// Right, but its step was accepted before.
    Reused,
    /// Right for a phone whose clock is off by so many steps; negative = slow. Never accepted.
    ClockOff {
        /// The distance. Unit: steps of 30 s.
        steps: i64,
    },
    /// Wrong.
    Wrong,
}

/// How the clock of the device that shows the codes stands, as far as its codes have shown (RFC 6238 §6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PhoneClock {
    /// How far it is off; negative = slow. Unit: steps of 30 s.
    pub steps: i64,
    /// Codes in a row, so far, that came at the far edge of what is accepted.
    pub late: i64,
}

impl PhoneClock {
    /// Distances from our clock at which a code is accepted: where this one stands, a step less for the time that typing
    /// takes (RFC 6238 §5.2), and none, for a clock that was set right meanwhile. At most three steps.
    fn accepted(self) -> [i64; 3] {
        [self.steps, self.steps - 1, 0]
    }

    /// After a code was accepted so far from our clock.
    fn after(self, distance: i64) -> Self {
        match distance {
            _ if distance == self.steps => Self { late: 0, ..self },
            _ if distance == self.steps - 1 && self.late + 1 < LATE_IN_A_ROW => {
                Self { late: self.late + 1, ..self }
            }
            _ if distance == self.steps - 1 => {
                Self { steps: distance.clamp(-RESYNC_STEPS, RESYNC_STEPS), late: 0 }
            }
            // The clock was set right.
            _ => Self::default(),
        }
    }
}

/// Checks a code: of the steps around now that the device's clock allows (D10), and later than the last one that was
/// accepted. Units: `now` in seconds since 1970.
pub fn check(secret: &[u8], code: &str, now: i64, known: (Option<i64>, PhoneClock)) -> Check {
    APP.sequence(secret, STEP_SECONDS)
        .map_or(Check::Wrong, |codes| check_at(&codes, code, now.div_euclid(STEP_SECONDS), known))
}

/// The same for any device whose codes go by time. `current`: the time step that it is now.
pub(super) fn check_at(
    codes: &CodeSequence,
    code: &str,
    current: i64,
    (last_step, clock): (Option<i64>, PhoneClock),
) -> Check {
    let code = TypedCode::new(code);
    let matches = |distance: &i64| codes.has(&code, current.saturating_add(*distance));
    let near = clock.accepted().into_iter().find(matches);
    match near {
        Some(distance) if last_step.is_some_and(|last| current.saturating_add(distance) <= last) => {
            Check::Reused
        }
        Some(distance) => {
            Check::Accepted { step: current.saturating_add(distance), clock: clock.after(distance) }
        }
        None => match nearest_first(DIAGNOSED_STEPS).find(matches) {
            Some(steps) => Check::ClockOff { steps },
            None => Check::Wrong,
        },
    }
}

/// Where the clock of a device stands that showed these two codes one after the other, the second just now; `None` when no clock
/// up to an hour off does. The answer: the step of the second code, and the clock. Units: `now` in seconds since 1970.
pub fn resync(secret: &[u8], (first, second): (&str, &str), now: i64) -> Option<(i64, PhoneClock)> {
    resync_at(&APP.sequence(secret, STEP_SECONDS)?, (first, second), now.div_euclid(STEP_SECONDS))
}

/// The same for any device whose codes go by time. `current`: the time step that it is now.
pub(super) fn resync_at(
    codes: &CodeSequence,
    (first, second): (&str, &str),
    current: i64,
) -> Option<(i64, PhoneClock)> {
    let (first, second) = (TypedCode::new(first), TypedCode::new(second));
    let shown = |distance: &i64| {
        let step = current.saturating_add(*distance);
        codes.has(&second, step) && codes.has(&first, step.saturating_sub(1))
    };
    let distance = std::iter::once(0).chain(nearest_first(RESYNC_STEPS)).find(shown)?;
    // One step back is the time that typing took.
    let steps = if distance == -1 { 0 } else { distance };
    Some((current.saturating_add(distance), PhoneClock { steps, late: 0 }))
}

/// −1, 1, −2, 2 and so on.
fn nearest_first(most: i64) -> impl Iterator<Item = i64> {
    (1..=most).flat_map(|distance| [-distance, distance])
}

/// The code of a secret at a moment: for the stand-in phone and for tests.
pub fn code_at(secret: &[u8], now: i64) -> Option<String> {
    APP.sequence(secret, STEP_SECONDS)?.code(now.div_euclid(STEP_SECONDS))
}

/// "about 4 minutes slow"
pub fn clock_drift(steps: i64) -> String {
    let seconds = steps.unsigned_abs() * 30;
    let side = if steps < 0 { "slow" } else { "fast" };
    match seconds {
        0..=89 => format!("about {seconds} seconds {side}"),
        90..=119 => format!("about 2 minutes {side}"),
        _ => format!("about {} minutes {side}", (seconds + 30) / 60),
    }
}

/// The secret as apps take it by hand: Base32 in groups of four.
pub fn text_key(secret: &[u8]) -> String {
    let key = data_encoding::BASE32_NOPAD.encode(secret);
    let groups: Vec<String> =
        key.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    groups.join(" ")
}

/// The `otpauth://` address behind the QR code.
pub fn enrolment_url(secret: &[u8], issuer: &str, login: &str) -> Option<String> {
    let clean = |text: &str| text.replace(':', " ");
    APP.builder(secret, STEP_SECONDS)?
        .with_issuer(Some(clean(issuer)))
        .with_account_name(clean(login))
        .build()
        .ok()?
        .to_url()
        .ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";
    const NOW: i64 = 1_700_000_000;
    /// No code was used, and nothing is known of the clock.
    const FRESH: (Option<i64>, PhoneClock) = (None, PhoneClock { steps: 0, late: 0 });

    fn clock(steps: i64) -> PhoneClock {
        PhoneClock { steps, late: 0 }
    }

    fn code(steps: i64) -> String {
        code_at(SECRET, NOW + steps * 30).unwrap()
    }

    #[test]
    fn rfc_6238_vectors() {
        // Appendix B, SHA-1, cut to six digits.
        for (now, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924")] {
            assert_eq!(code_at(SECRET, now).unwrap(), code);
            let accepted = Check::Accepted { step: now / 30, clock: PhoneClock::default() };
            assert_eq!(check(SECRET, code, now, FRESH), accepted);
        }
    }

    #[test]
    fn this_step_and_the_one_before_and_no_other() {
        let at = |steps: i64| check(SECRET, &code(steps), NOW, FRESH);
        assert!(matches!(at(0), Check::Accepted { .. }));
        assert!(matches!(at(-1), Check::Accepted { .. }));
        assert_eq!(at(1), Check::ClockOff { steps: 1 });
        assert_eq!(at(-2), Check::ClockOff { steps: -2 });
        assert_eq!(at(-21), Check::Wrong);
    }

    #[test]
    fn a_step_is_accepted_once() {
        let step = NOW / 30;
        let after = |last| check(SECRET, &code(0), NOW, (Some(last), clock(0)));
        assert_eq!(after(step), Check::Reused);
        assert_eq!(after(step + 5), Check::Reused);
        assert_eq!(after(step - 1), Check::Accepted { step, clock: clock(0) });
    }

    #[test]
    fn a_slow_phone_is_told_by_how_much() {
        assert_eq!(clock_drift(-8), "about 4 minutes slow");
        assert_eq!(clock_drift(2), "about 60 seconds fast");
        assert_eq!(clock_drift(3), "about 2 minutes fast");
    }

    #[test]
    fn spaces_are_fine_and_junk_is_wrong() {
        let code = code(0);
        let (front, back) = code.split_at(3);
        let spaced = format!("{front} {back}");
        assert!(matches!(check(SECRET, &spaced, NOW, FRESH), Check::Accepted { .. }));
        for junk in ["", "12345", "1234567", "abcdef", "+12345", "١٢٣٤٥٦"] {
            assert_eq!(check(SECRET, junk, NOW, FRESH), Check::Wrong, "{junk}");
        }
        assert_eq!(check(b"short", &code, NOW, FRESH), Check::Wrong);
    }

    #[test]
    fn a_known_clock_is_followed_and_one_that_was_set_right_is_too() {
        let at = |known: i64, steps: i64| check(SECRET, &code(steps), NOW, (None, clock(known)));
        for known in [-8, -2, -1, 2, 7] {
            let accepted: Vec<i64> =
                (-20..=20).filter(|steps| matches!(at(known, *steps), Check::Accepted { .. })).collect();
            let mut expected = vec![known, known - 1, 0];
            expected.sort_unstable();
            expected.dedup();
            assert_eq!(accepted, expected, "{known}");
        }
        assert_eq!(at(-8, 0), Check::Accepted { step: NOW / 30, clock: clock(0) });
        assert_eq!(at(-8, -7), Check::ClockOff { steps: -7 });
    }

    #[test]
    fn three_late_codes_in_a_row_say_that_the_clock_is_slow() {
        let mut known = PhoneClock::default();
        let mut show = |steps: i64| {
            let Check::Accepted { clock, .. } = check(SECRET, &code(steps), NOW, (None, known)) else {
                panic!("{steps} was refused");
            };
            known = clock;
            known
        };
        assert_eq!(show(-1), PhoneClock { steps: 0, late: 1 });
        assert_eq!(show(-1), PhoneClock { steps: 0, late: 2 });
        // Whoever types slowly at times has a right clock.
        assert_eq!(show(0), clock(0));
        show(-1);
        show(-1);
        assert_eq!(show(-1), clock(-1));
        assert_eq!(show(-2), PhoneClock { steps: -1, late: 1 });
        assert_eq!(show(0), clock(0));
    }

    #[test]
    fn two_codes_in_a_row_set_a_clock_right_and_no_others_do() {
        for off in [-130, -120, -9, -2, 0, 1, 44, 120, 130] {
            let set = resync(SECRET, (&code(off - 1), &code(off)), NOW);
            assert_eq!(set, Some((NOW / 30 + off, clock(off))), "{off}");
        }
        assert_eq!(resync(SECRET, (&code(-2), &code(-1)), NOW), Some((NOW / 30 - 1, clock(0))));
        for (first, second) in [(-132, -131), (130, 131), (-9, -9), (-9, -7), (-8, -9), (-90, 40)] {
            assert_eq!(resync(SECRET, (&code(first), &code(second)), NOW), None, "{first} {second}");
        }
        assert_eq!(resync(SECRET, ("", ""), NOW), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        /// Whatever is known of a clock, at most three codes of all open a sign-in, none of them far from where the clock
        /// is known to be or ought to be, and none that is not later than the last.
        #[test]
        fn few_codes_are_accepted(now in 0_i64..4_000_000_000, known in -130_i64..=130, late in 0_i64..3, last in -140_i64..140) {
            let current = now / 30;
            let clock = PhoneClock { steps: known, late };
            let mut accepted = 0;
            for distance in -135_i64..=135 {
                let Some(code) = code_at(SECRET, (current + distance) * 30) else { continue };
                match check(SECRET, &code, now, (Some(current + last), clock)) {
                    Check::Accepted { step, clock } => {
                        accepted += 1;
                        // Two steps may have one code: then it counts for the one that is accepted.
                        prop_assert_eq!(code_at(SECRET, step * 30), Some(code));
                        let distance = step - current;
                        prop_assert!([known, known - 1, 0].contains(&distance));
                        prop_assert!(step > current + last);
                        prop_assert!([known, known - 1, 0].contains(&clock.steps) && (0..3).contains(&clock.late));
                    }
                    Check::Reused | Check::ClockOff { .. } | Check::Wrong => {}
                }
            }
            prop_assert!(accepted <= 4, "{} codes", accepted);
        }

        /// No text, and no moment, is more than wrong.
        #[test]
        fn nothing_that_is_typed_breaks_it(code in ".{0,40}", now: i64, last: Option<i64>, steps: i64, late in 0_i64..3) {
            check(SECRET, &code, now, (last, PhoneClock { steps: steps.clamp(-130, 130), late }));
            resync(SECRET, (&code, &code), now);
        }
    }
}
