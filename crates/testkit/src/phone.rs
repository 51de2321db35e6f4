//! A phone with a code app.

use totp_rs::Builder;

/// A code app that holds one account.
#[derive(Clone)]
pub struct TestPhone {
    secret: Vec<u8>,
}

impl TestPhone {
    /// From the text key that an enrolment page shows: Base32, in groups, in any case.
    pub fn from_key(key: &str) -> Self {
        let clean: String = key.chars().filter(|c| !c.is_whitespace()).collect();
        let secret = data_encoding::BASE32_NOPAD.decode(clean.to_uppercase().as_bytes());
        Self { secret: secret.expect("the key is Base32") }
    }

    /// From the secret's bytes.
    pub fn from_secret(secret: &[u8]) -> Self {
        Self { secret: secret.to_vec() }
    }

    /// The secret, for tests that look for it where it must not be.
    pub fn secret(&self) -> &[u8] {
        &self.secret
    }

    /// The code it shows. Unit: seconds since 1970, on the phone's own clock.
    pub fn code(&self, now: i64) -> String {
        let secret = self.secret.clone().into_boxed_slice();
        let totp = Builder::new().with_secret(secret).with_account_name("person").build_noncompliant();
        totp.generate(u64::try_from(now).unwrap()).to_string()
    }

    /// Six digits that are no code of this phone within the hour around `now`, nor of any clock that is a bit off.
    pub fn wrong_code(&self, now: i64) -> String {
        let near: Vec<String> = (-60..=60).map(|step| self.code(now + step * 30)).collect();
        let wrong = (0..1_000_000).map(|n| format!("{n:06}")).find(|code| !near.contains(code));
        wrong.expect("121 of a million codes are taken")
    }
}
