//! The signed tree head, C2SP tlog-checkpoint in a C2SP signed note.

use std::fmt;

use data_encoding::BASE64;
use ed25519_dalek::{Signer as _, SigningKey};
use signed_note::{Note, NoteError, StandardVerifier, Verifier as _, VerifierError, VerifierList};

use crate::tree::Hash;

/// What a log says of itself at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name, the same as the name of its key.
    pub origin: String,
    /// Entries in the log.
    pub size: u64,
    /// RFC 6962 root of their tree.
    pub root: Hash,
}

impl Checkpoint {
    /// The root as it stands in the checkpoint.
    pub fn root_base64(&self) -> String {
        BASE64.encode(&self.root)
    }
}

/// The key of one log. It signs that log's checkpoints and nothing else, wipes itself when dropped, and does
/// not print.
pub struct Signer {
    origin: String,
    key: SigningKey,
}

/// Why a signer could not be made, or would not sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignerError {
    /// A name is not empty and has no white space, plus sign or control character.
    #[error("the log's name must not be empty or hold white space, '+' or control characters")]
    Name,
    /// The checkpoint belongs to another log.
    #[error("this key does not sign for that log")]
    OtherLog,
}

/// Why a text is not a checkpoint of the log whose key was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckpointError {
    /// The key cannot be read.
    #[error("the verifier key is malformed")]
    Key,
    /// The text is not a signed note, or not a checkpoint.
    #[error("it is not a well-formed signed checkpoint")]
    Malformed,
    /// No signature claims to be by the key.
    #[error("it is not signed by the given key")]
    NotSigned,
    /// A signature claims to be by the key and is not.
    #[error("its signature is wrong: it was altered, or forged")]
    Forged,
    /// The key is good, but the checkpoint names another log.
    #[error("it names another log than its key")]
    OtherLog,
}

impl Signer {
    /// The signer of the log `origin`, from the 32 bytes of an Ed25519 secret key.
    pub fn new(origin: &str, seed: &[u8; 32]) -> Result<Self, SignerError> {
        if !signed_note::is_key_name_valid(origin) || origin.chars().any(char::is_control) {
            return Err(SignerError::Name);
        }
        Ok(Self { origin: origin.to_owned(), key: SigningKey::from_bytes(seed) })
    }

    /// The name of the log.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The public half, `<name>+<key id>+<key>`. Whoever checks the log gets it on another way than the log.
    pub fn vkey(&self) -> String {
        signed_note::new_ed25519_verifier_key(&self.origin, &self.key.verifying_key())
    }

    /// The checkpoint as a signed note. The caller has made sure that it continues the last one signed.
    pub fn sign(&self, checkpoint: &Checkpoint) -> Result<String, SignerError> {
        if checkpoint.origin != self.origin {
            return Err(SignerError::OtherLog);
        }
        let Checkpoint { origin, size, .. } = checkpoint;
        let text = format!("{origin}\n{size}\n{}\n", checkpoint.root_base64());
        Ok(self.note(&text))
    }

    fn note(&self, text: &str) -> String {
        let public = [&[1], self.key.verifying_key().as_bytes().as_slice()].concat();
        let id = signed_note::key_id(&self.origin, &public).to_be_bytes();
        let signature = self.key.sign(text.as_bytes()).to_bytes();
        let signature = BASE64.encode(&[id.as_slice(), signature.as_slice()].concat());
        format!("{text}\n\u{2014} {} {signature}\n", self.origin)
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// Reads a checkpoint and checks that the key `vkey` signed it, for the log of the key's name. Signatures of
/// others, such as witnesses, may stand beside it.
pub fn verify_checkpoint(text: &str, vkey: &str) -> Result<Checkpoint, CheckpointError> {
    let verifier = StandardVerifier::new(vkey).map_err(|_: VerifierError| CheckpointError::Key)?;
    let origin = verifier.name().to_owned();
    let body = verified_text(text, verifier)?;
    let checkpoint = parse(&body).ok_or(CheckpointError::Malformed)?;
    if checkpoint.origin == origin { Ok(checkpoint) } else { Err(CheckpointError::OtherLog) }
}

/// What a checkpoint claims, whoever wrote it. Good for going on after a finding, and for nothing else.
pub(crate) fn claimed(text: &str) -> Option<Checkpoint> {
    parse(Note::from_bytes(text.as_bytes()).ok()?.text())
}

/// Whether `vkey` is a verifier key of a kind that checkpoints are signed with.
pub fn is_verifier_key(vkey: &str) -> bool {
    StandardVerifier::new(vkey).is_ok()
}

fn verified_text(text: &str, verifier: StandardVerifier) -> Result<Vec<u8>, CheckpointError> {
    let note = Note::from_bytes(text.as_bytes()).map_err(|_| CheckpointError::Malformed)?;
    match note.verify(&VerifierList::new(vec![Box::new(verifier)])) {
        Ok(_) => Ok(note.text().to_owned()),
        Err(NoteError::InvalidSignature { .. }) => Err(CheckpointError::Forged),
        Err(_) => Err(CheckpointError::NotSigned),
    }
}

fn parse(body: &[u8]) -> Option<Checkpoint> {
    let read = tlog_tiles::Checkpoint::from_bytes(body).ok()?;
    Some(Checkpoint { origin: read.origin().to_owned(), size: read.size(), root: read.hash().0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "example.com/log";

    fn signer() -> Signer {
        Signer::new(ORIGIN, &[7; 32]).unwrap()
    }

    fn checkpoint() -> Checkpoint {
        Checkpoint { origin: ORIGIN.into(), size: 42, root: [3; 32] }
    }

    /// The vector of the C2SP signed-note specification.
    #[test]
    fn the_published_note_verifies() {
        let vkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
        let signature =
            "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=";
        let note = format!("This is an example message.\n\n\u{2014} example.com/foo {signature}\n");
        let text = verified_text(&note, StandardVerifier::new(vkey).unwrap()).unwrap();
        assert_eq!(text, b"This is an example message.\n");
        let altered = note.replace("example message", "Example message");
        let refused = verified_text(&altered, StandardVerifier::new(vkey).unwrap());
        assert_eq!(refused, Err(CheckpointError::Forged));
        assert_eq!(verify_checkpoint(&note, vkey), Err(CheckpointError::Malformed));
    }

    #[test]
    fn what_is_signed_reads_back_and_verifies_with_the_library_too() {
        let text = signer().sign(&checkpoint()).unwrap();
        assert_eq!(verify_checkpoint(&text, &signer().vkey()), Ok(checkpoint()));
        assert_eq!(claimed(&text), Some(checkpoint()));
        assert!(text.starts_with("example.com/log\n42\nAwMDAwMD"));
    }

    #[test]
    fn every_way_to_be_wrong_has_its_own_word() {
        let text = signer().sign(&checkpoint()).unwrap();
        let vkey = signer().vkey();
        assert_eq!(verify_checkpoint(&text.replace("\n42\n", "\n43\n"), &vkey), Err(CheckpointError::Forged));
        assert_eq!(verify_checkpoint("nonsense", &vkey), Err(CheckpointError::Malformed));
        assert_eq!(verify_checkpoint(&text, "nonsense"), Err(CheckpointError::Key));
        let other = Signer::new(ORIGIN, &[8; 32]).unwrap();
        assert_eq!(verify_checkpoint(&text, &other.vkey()), Err(CheckpointError::NotSigned));
        let foreign = signer().note(&format!("example.com/other\n42\n{}\n", checkpoint().root_base64()));
        assert_eq!(verify_checkpoint(&foreign, &vkey), Err(CheckpointError::OtherLog));
        assert_eq!(
            other.sign(&Checkpoint { origin: "a".into(), ..checkpoint() }),
            Err(SignerError::OtherLog)
        );
        for name in ["", "two words", "a+b", "a\u{7}b", "a\nb"] {
            assert_eq!(Signer::new(name, &[0; 32]).unwrap_err(), SignerError::Name);
        }
    }

    #[test]
    fn a_signer_does_not_print_its_key() {
        assert_eq!(format!("{:?}", signer()), r#"Signer { origin: "example.com/log", .. }"#);
    }
}
