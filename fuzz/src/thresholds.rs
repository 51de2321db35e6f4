//! Settings: what is accepted is sound, and reads back as it was written.

use libfuzzer_sys::Corpus;
use postern_signals::settings::Settings;

/// Reads settings from TOML.
pub fn check(bytes: &[u8]) -> Corpus {
    let Ok(text) = str::from_utf8(bytes) else { return Corpus::Reject };
    match Settings::from_toml(text) {
        Ok(settings) => {
            assert_eq!(settings.validate(), Ok(()));
            let written = toml::to_string(&settings).expect("settings can be printed");
            assert_eq!(Settings::from_toml(&written), Ok(settings), "{written}");
        }
        Err(error) => {
            assert!(!error.problems().is_empty());
            for problem in error.problems() {
                assert!(problem.starts_with("settings"), "a problem names its field: {problem}");
            }
        }
    }
    Corpus::Keep
}
