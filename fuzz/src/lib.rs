//! What the fuzz targets share: how an input is made, and what must hold of what is read from it.
//!
//! A failed check panics: that is how a target says that it found something.

pub mod detections;
pub mod forms;
pub mod history;
pub mod id_token;
#[path = "../../crates/postern/src/identity_provider.rs"]
pub mod identity_provider;
pub mod input;
pub mod line;
pub mod literals;
pub mod logins;
pub mod logout_token;
pub mod mutate;
pub mod otp_codes;
pub mod packed;
pub mod people_file;
#[path = "../../crates/postern/src/proven_identity.rs"]
pub mod proven_identity;
pub mod push;
#[path = "../../crates/postern/src/saml.rs"]
pub mod saml;
pub mod saml_answer;
#[path = "../../crates/testkit/src/saml_provider.rs"]
pub mod saml_provider;
pub mod table;
pub mod text_message;
pub mod thresholds;
pub mod token_file;
pub mod webauthn;

/// The target of one provider's reader.
#[macro_export]
macro_rules! reader {
    ($provider:ident) => {
        libfuzzer_sys::fuzz_target!(|bytes: &[u8]| -> libfuzzer_sys::Corpus {
            $crate::line::check(postern_signals::Provider::$provider, bytes)
        });
        libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
            $crate::mutate::record(data, size, max_size, seed)
        });
    };
}
