//! One-time codes that people read and type. Each kind is a type, and the kind and the person are part of what is
//! hashed: a backup code is never valid as a pass, nor Ana's as Ben's (Keycloak CVE-2026-4282, authentik CVE-2023-26481).

use std::marker::PhantomData;

use crate::id::PersonId;

/// Crockford's Base32: no I, L, O or U, so that a code survives being read aloud.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A kind of one-time code.
pub trait CodeKind {
    /// Separates the kinds from each other in the hash.
    const PURPOSE: &'static str;
    /// Characters, five bits each.
    const CHARS: usize;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $purpose:literal, $chars:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl CodeKind for $name {
            const PURPOSE: &'static str = $purpose;
            const CHARS: usize = $chars;
        }
    )+};
}

kinds! {
    /// Saved by the person for the day the phone is gone. 80 bits; NIST SP 800-63B-4 §4.2.1.1 wants 64.
    BackupCode = "backup-code", 16;
    /// Leads a verified person, with their password, to enrolment. 60 bits, ten minutes; §4.1.2.2 wants 40.
    EnrolmentPass = "enrolment-pass", 12;
    /// Sets up a new account: the first admin, or a person the admin added. 80 bits.
    SetUpCode = "set-up-code", 16;
}

/// A code in the clear. Does not print; [`PlainCode::reveal`] is the one way out, for the page it is shown on.
pub struct PlainCode<K> {
    symbols: String,
    kind: PhantomData<K>,
}

impl<K: CodeKind> PlainCode<K> {
    /// A code from random bytes: the low five bits of each make one character.
    pub fn from_random(random: &[u8; 16]) -> Self {
        let symbols = random
            .iter()
            .take(K::CHARS)
            .filter_map(|byte| ALPHABET.get(usize::from(byte & 31)))
            .map(|symbol| char::from(*symbol))
            .collect();
        Self { symbols, kind: PhantomData }
    }

    /// What somebody typed, if it has the form of a code: case, spaces and dashes do not matter, O is 0, I and L are 1.
    pub fn parse(typed: &str) -> Option<Self> {
        let symbols: String = typed
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            })
            .collect();
        let fits = symbols.len() == K::CHARS && symbols.bytes().all(|b| ALPHABET.contains(&b));
        fits.then_some(Self { symbols, kind: PhantomData })
    }

    /// The code in groups of four, for the person's eyes.
    pub fn reveal(&self) -> String {
        let groups: Vec<&str> =
            self.symbols.as_bytes().chunks(4).filter_map(|group| std::str::from_utf8(group).ok()).collect();
        groups.join("-")
    }

    /// What is hashed.
    pub fn hash_input(&self, person: &PersonId) -> String {
        format!("postern/{}/v1\n{person}\n{}", K::PURPOSE, self.symbols)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_typed_back() {
        let bytes: [u8; 16] = std::array::from_fn(|i| u8::try_from(i * 17 % 256).unwrap());
        let code = PlainCode::<BackupCode>::from_random(&bytes);
        let shown = code.reveal();
        assert_eq!(shown.len(), 19);
        let person = PersonId::new("ana");
        for typed in [
            shown.clone(),
            shown.to_lowercase(),
            shown.replace('-', " "),
            shown.replace('1', "l").replace('0', "o"),
        ] {
            let back = PlainCode::<BackupCode>::parse(&typed).unwrap();
            assert_eq!(back.hash_input(&person), code.hash_input(&person));
        }
    }

    #[test]
    fn kinds_and_persons_never_hash_alike() {
        let bytes = [7; 16];
        let backup = PlainCode::<BackupCode>::from_random(&bytes);
        let set_up = PlainCode::<SetUpCode>::from_random(&bytes);
        let (ana, ben) = (PersonId::new("ana"), PersonId::new("ben"));
        assert_ne!(backup.hash_input(&ana), set_up.hash_input(&ana));
        assert_ne!(backup.hash_input(&ana), backup.hash_input(&ben));
    }

    #[test]
    fn each_kind_has_the_bits_that_nist_wants() {
        const { assert!(BackupCode::CHARS * 5 >= 64) };
        const { assert!(EnrolmentPass::CHARS * 5 >= 40) };
    }

    #[test]
    fn junk_is_not_a_code() {
        for typed in ["", "ABCD", "ABCD-EFGH-JKMU", "ABCD-EFGH-JKMN-P", "é".repeat(6).as_str()] {
            assert!(PlainCode::<EnrolmentPass>::parse(typed).is_none(), "{typed}");
        }
    }
}
