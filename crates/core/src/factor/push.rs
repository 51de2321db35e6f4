//! A sign-in approved on a phone that has a key pair of its own (NIST SP 800-63B-4 §3.1.3, RFC 8176 `mca`). The sign-in page
//! shows a number, its reader types it into the phone, and the phone signs what it showed, with that number.
//!
//! What is signed is text: a line for each value, and last what may be of any form. A statement of one kind is none of
//! another, and none at another address.

use data_encoding::BASE64URL_NOPAD;
use jiff::SignedDuration;
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use sha2::{Digest as _, Sha256};

/// How long a phone is asked.
pub const REQUEST_LIFE: SignedDuration = SignedDuration::from_mins(2);

/// Wrong numbers after which a request is dead.
pub const MOST_TRIES: i64 = 3;

/// An approval is taken up by the page that asked within so long.
pub const APPROVAL_LIFE: SignedDuration = SignedDuration::from_secs(60);

/// A phone's clock may be off by so much.
pub const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(2);

/// After somebody said that a request was not theirs, their phones are asked nothing for so long.
pub const PAUSE_AFTER_NOT_ME: SignedDuration = SignedDuration::from_mins(15);

/// First line of everything that is signed.
const PROTOCOL: &str = "postern-push 1";

/// Bytes of a point of P-256 that is not compressed.
const KEY_BYTES: usize = 65;

const DIGITS: usize = 6;

/// What a phone says, and signs.
#[derive(Clone, Copy, Debug)]
pub enum PushStatement<'a> {
    /// A new phone: its key is the one that signed.
    Enrol {
        /// The one-time secret of the link.
        secret: &'a str,
        /// Its public key.
        public_key: &'a str,
        /// What its owner calls it.
        label: &'a str,
    },
    /// Is anything asked of me?
    List {
        /// Its key's hash.
        device: &'a str,
        /// When it says so. Unit: milliseconds since 1970; more than the last time.
        at: i64,
    },
    /// Where it can be woken: a subscription of Web Push.
    Subscribe {
        /// Its key's hash.
        device: &'a str,
        /// As above.
        at: i64,
        /// The address at the push service; empty for nowhere.
        endpoint: &'a str,
        /// The browser's key for what is sent there.
        p256dh: &'a str,
        /// The browser's secret for it.
        auth: &'a str,
    },
    /// The answer to a request.
    Answer {
        /// Its key's hash.
        device: &'a str,
        /// Which request.
        request: &'a str,
        /// What of it.
        answer: PushAnswer,
        /// What its owner typed; empty where it is no approval.
        number: &'a str,
        /// What it showed, letter for letter.
        shown: &'a str,
    },
}

/// What somebody answers on their phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushAnswer {
    /// Let it sign in.
    Approve,
    /// Not now.
    Deny,
    /// Somebody else asked.
    NotMe,
}

/// The public key of a phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushKey(VerifyingKey);

/// Six digits that the sign-in page shows.
#[derive(Clone, PartialEq, Eq)]
pub struct PushNumber(String);

impl PushStatement<'_> {
    /// What is signed at the service of this origin, such as `https://postern.example`.
    pub fn text(&self, origin: &str) -> String {
        let at_text;
        let fields: Vec<&str> = match *self {
            Self::Enrol { secret, public_key, label } => vec!["enrol", secret, public_key, label],
            Self::List { device, at } => {
                at_text = at.to_string();
                vec!["list", device, &at_text]
            }
            Self::Subscribe { device, at, endpoint, p256dh, auth } => {
                at_text = at.to_string();
                vec!["subscribe", device, &at_text, p256dh, auth, endpoint]
            }
            Self::Answer { device, request, answer, number, shown } => {
                vec!["answer", device, request, answer.as_str(), number, shown]
            }
        };
        format!("{PROTOCOL}\n{origin}\n{}", fields.join("\n"))
    }
}

impl PushAnswer {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Approve, Self::Deny, Self::NotMe];

    /// The word of the protocol.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Deny => "deny",
            Self::NotMe => "not_me",
        }
    }

    /// Reads the word back; `None` for anything else.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|answer| answer.as_str() == word)
    }
}

impl PushKey {
    /// From the uncompressed point in base64url, as `WebCrypto` exports it as `raw`. `None`: it is no key of P-256.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok().filter(|bytes| bytes.len() == KEY_BYTES)?;
        VerifyingKey::from_sec1_bytes(&bytes).ok().map(Self)
    }

    /// Names the key: the SHA-256 of its point, in base64url.
    pub fn device(&self) -> String {
        BASE64URL_NOPAD.encode(&Sha256::digest(self.point()))
    }

    /// The uncompressed point in base64url.
    pub fn text(&self) -> String {
        BASE64URL_NOPAD.encode(&self.point())
    }

    /// Whether it signed this text: ECDSA with SHA-256, `r` and `s` of 32 bytes each, in base64url.
    pub fn signed(&self, text: &str, signature: &str) -> bool {
        let bytes = BASE64URL_NOPAD.decode(signature.as_bytes()).ok();
        let signature = bytes.and_then(|bytes| Signature::from_slice(&bytes).ok());
        signature.is_some_and(|signature| self.0.verify(text.as_bytes(), &signature).is_ok())
    }

    fn point(&self) -> Vec<u8> {
        self.0.to_sec1_point(false).as_bytes().to_vec()
    }
}

impl PushNumber {
    /// From eight random bytes: each of a million is as likely as any other, to one in 10^13.
    pub fn from_random(random: [u8; 8]) -> Self {
        Self(format!("{:0width$}", u64::from_be_bytes(random) % 1_000_000, width = DIGITS))
    }

    /// From what was typed or kept; spaces do not matter. `None`: not six digits.
    pub fn parse(typed: &str) -> Option<Self> {
        let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        let is_one = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_one.then_some(Self(digits))
    }

    /// The digits alone, as they are signed.
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// As it is shown: `482 913`.
    pub fn grouped(&self) -> String {
        let (first, second) = self.0.split_at_checked(DIGITS / 2).unwrap_or((&self.0, ""));
        format!("{first} {second}")
    }
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::SigningKey;
    use p256::ecdsa::signature::Signer as _;
    use proptest::prelude::*;

    use super::*;

    const ORIGIN: &str = "https://postern.example";

    fn key(seed: u8) -> (SigningKey, PushKey) {
        let signing = SigningKey::from_slice(&[seed; 32]).unwrap();
        let point = signing.verifying_key().to_sec1_point(false);
        let public = PushKey::parse(&BASE64URL_NOPAD.encode(point.as_bytes())).unwrap();
        (signing, public)
    }

    fn sign(key: &SigningKey, text: &str) -> String {
        let signature: Signature = key.sign(text.as_bytes());
        BASE64URL_NOPAD.encode(&signature.to_bytes())
    }

    fn answer<'a>(number: &'a str, shown: &'a str) -> PushStatement<'a> {
        PushStatement::Answer { device: "d", request: "r", answer: PushAnswer::Approve, number, shown }
    }

    #[test]
    fn a_key_knows_what_it_signed_and_nothing_else() {
        let ((signing, public), (_, other)) = (key(7), key(8));
        let text = answer("482913", r#"{"organisation":"Halden"}"#).text(ORIGIN);
        let signature = sign(&signing, &text);
        assert!(public.signed(&text, &signature));
        assert!(!other.signed(&text, &signature));
        let others = [
            answer("482914", r#"{"organisation":"Halden"}"#).text(ORIGIN),
            answer("482913", r#"{"organisation":"Quay"}"#).text(ORIGIN),
            answer("482913", r#"{"organisation":"Halden"}"#).text("https://other.example"),
            PushStatement::List { device: "d", at: 1 }.text(ORIGIN),
        ];
        assert!(others.iter().all(|other| !public.signed(other, &signature)));
        for broken in
            ["", "AAAA", "not base64!", signature.trim_end_matches(|_| true), &format!("{signature}AA")]
        {
            assert!(!public.signed(&text, broken), "{broken}");
        }
    }

    #[test]
    fn a_statement_is_lines_of_text() {
        assert_eq!(
            answer("482913", "{}").text(ORIGIN),
            "postern-push 1\nhttps://postern.example\nanswer\nd\nr\napprove\n482913\n{}"
        );
        let enrol = PushStatement::Enrol { secret: "s", public_key: "k", label: "Ana's phone" };
        assert_eq!(enrol.text(ORIGIN), "postern-push 1\nhttps://postern.example\nenrol\ns\nk\nAna's phone");
    }

    #[test]
    fn what_is_no_key_is_none() {
        let (_, public) = key(7);
        assert_eq!(PushKey::parse(&public.text()).unwrap().device(), public.device());
        let compressed = BASE64URL_NOPAD.encode(public.0.to_sec1_point(true).as_bytes());
        let off_the_curve = BASE64URL_NOPAD.encode(&[4; KEY_BYTES]);
        let identity = BASE64URL_NOPAD.encode(&[0]);
        for wrong in ["", "AA", compressed.as_str(), off_the_curve.as_str(), identity.as_str(), "%%"] {
            assert_eq!(PushKey::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_number_is_six_digits_however_it_is_typed() {
        let number = PushNumber::from_random(482_913_u64.to_be_bytes());
        assert_eq!((number.digits(), number.grouped().as_str()), ("482913", "482 913"));
        assert!(PushNumber::parse(" 482 913 ").is_some_and(|typed| typed == number));
        assert!(PushNumber::from_random([0; 8]).digits() == "000000");
        for wrong in ["", "48291", "4829133", "48291a", "４８２９１３"] {
            assert!(PushNumber::parse(wrong).is_none(), "{wrong}");
        }
    }

    proptest! {
        /// Whatever a stranger sends: it is read or it is not, and no signature is right by chance.
        #[test]
        fn anything_may_come(text in ".*", signature in "[A-Za-z0-9_-]{0,100}") {
            let (_, public) = key(7);
            prop_assert!(PushKey::parse(&text).is_none_or(|key| key.text() == text));
            prop_assert!(!public.signed(&text, &text) && !public.signed(&text, &signature));
            prop_assert!(PushNumber::parse(&text).is_none_or(|number| number.digits().len() == DIGITS));
            prop_assert!(PushAnswer::parse(&text).is_none_or(|answer| answer.as_str() == text));
        }
    }

    #[test]
    fn answers_read_back() {
        assert!(PushAnswer::ALL.iter().all(|answer| PushAnswer::parse(answer.as_str()) == Some(*answer)));
        assert_eq!(PushAnswer::parse("yes"), None);
    }
}
