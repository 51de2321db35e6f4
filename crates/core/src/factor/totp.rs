//! Time-based one-time passwords, RFC 6238: six digits, 30 s, SHA-1 (what every app understands).

use totp_rs::{Builder, Totp};

/// Length of a secret. Unit: bytes (160 bits, RFC 4226 §4).
pub const SECRET_BYTES: usize = 20;
/// Length of a time step. Unit: seconds.
pub const STEP_SECONDS: i64 = 30;
/// How far a clock is searched for when a code is not accepted. Unit: steps either way. A chance hit has odds of
/// 41 in a million and signs nobody in: it only words the error.
const DIAGNOSED_STEPS: i64 = 20;

/// What a code turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Right, for this step. The caller stores the step and accepts none at or below it again.
    Accepted {
        /// The matched time step since 1970.
        step: i64,
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

/// Checks a code. Accepted steps: the current one and the one before (D10). Units: `now` in seconds since 1970.
pub fn check(secret: &[u8], code: &str, now: i64, last_step: Option<i64>) -> Check {
    let Some(totp) = totp(secret) else {
        return Check::Wrong;
    };
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let current = now.div_euclid(STEP_SECONDS);
    let matches = |step: i64| {
        let at = u64::try_from(step.saturating_mul(STEP_SECONDS)).unwrap_or(0);
        totp.check(&digits, at).is_some()
    };
    let near = [current, current - 1].into_iter().find(|step| matches(*step));
    match near {
        Some(step) if last_step.is_some_and(|last| step <= last) => Check::Reused,
        Some(step) => Check::Accepted { step },
        None => match (1..=DIAGNOSED_STEPS).flat_map(|d| [-d, d]).find(|d| matches(current + d)) {
            Some(steps) => Check::ClockOff { steps },
            None => Check::Wrong,
        },
    }
}

/// The code of a secret at a moment: for the stand-in phone and for tests.
pub fn code_at(secret: &[u8], now: i64) -> Option<String> {
    Some(totp(secret)?.generate(u64::try_from(now).ok()?).to_string())
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
    builder(secret)?
        .with_issuer(Some(clean(issuer)))
        .with_account_name(clean(login))
        .build()
        .ok()?
        .to_url()
        .ok()
}

fn builder(secret: &[u8]) -> Option<Builder> {
    // RFC 4226 asks for 128 bits at least; a shorter secret is a broken row, and proves nothing.
    (secret.len() >= 16).then(|| Builder::new().with_secret(secret.to_vec().into_boxed_slice()).with_skew(0))
}

fn totp(secret: &[u8]) -> Option<Totp> {
    Some(builder(secret)?.with_account_name("person").build_noncompliant())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn rfc_6238_vectors() {
        // Appendix B, SHA-1, cut to six digits.
        for (now, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924")] {
            assert_eq!(code_at(SECRET, now).unwrap(), code);
            assert_eq!(check(SECRET, code, now, None), Check::Accepted { step: now / 30 });
        }
    }

    #[test]
    fn this_step_and_the_one_before_and_no_other() {
        let now = 1_700_000_000;
        let at = |steps: i64| check(SECRET, &code_at(SECRET, now + steps * 30).unwrap(), now, None);
        assert!(matches!(at(0), Check::Accepted { .. }));
        assert!(matches!(at(-1), Check::Accepted { .. }));
        assert_eq!(at(1), Check::ClockOff { steps: 1 });
        assert_eq!(at(-2), Check::ClockOff { steps: -2 });
        assert_eq!(at(-21), Check::Wrong);
    }

    #[test]
    fn a_step_is_accepted_once() {
        let now = 1_700_000_000;
        let step = now / 30;
        let code = code_at(SECRET, now).unwrap();
        assert_eq!(check(SECRET, &code, now, Some(step)), Check::Reused);
        assert_eq!(check(SECRET, &code, now, Some(step + 5)), Check::Reused);
        assert_eq!(check(SECRET, &code, now, Some(step - 1)), Check::Accepted { step });
    }

    #[test]
    fn a_slow_phone_is_told_by_how_much() {
        assert_eq!(clock_drift(-8), "about 4 minutes slow");
        assert_eq!(clock_drift(2), "about 60 seconds fast");
        assert_eq!(clock_drift(3), "about 2 minutes fast");
    }

    #[test]
    fn spaces_are_fine_and_junk_is_wrong() {
        let now = 1_700_000_000;
        let code = code_at(SECRET, now).unwrap();
        let (front, back) = code.split_at(3);
        let spaced = format!("{front} {back}");
        assert!(matches!(check(SECRET, &spaced, now, None), Check::Accepted { .. }));
        for junk in ["", "12345", "1234567", "abcdef", "+12345", "١٢٣٤٥٦"] {
            assert_eq!(check(SECRET, junk, now, None), Check::Wrong, "{junk}");
        }
        assert_eq!(check(b"short", &code, now, None), Check::Wrong);
    }
}
