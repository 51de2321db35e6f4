//! Sign-in records: what is taken in, how long it is kept, how it is judged.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::SignedDuration;
use postern_signals::Options;
use serde::Deserialize;

use super::typed::within;

/// As typed, in the table `[signals]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TypedSignals {
    /// A folder whose files are taken in.
    pub import_folder: Option<PathBuf>,
    /// Most bytes of one import by the API or the page.
    pub max_import_bytes: Option<i64>,
    /// Days that imported records are kept.
    pub keep_days: Option<i64>,
    /// Days of records that are judged together.
    pub look_back_days: Option<i64>,
    /// A TOML file with other thresholds.
    pub settings: Option<PathBuf>,
    /// A folder with Sigma rules of one's own, beside the shipped ones.
    pub rules: Option<PathBuf>,
}

/// As needed.
#[derive(Clone, Debug)]
pub struct Signals {
    /// The watched folder, without symlinks in its path.
    pub import_folder: Option<PathBuf>,
    /// Most bytes of one import by the API or the page.
    pub max_import_bytes: usize,
    /// How long imported records are kept.
    pub keep: SignedDuration,
    /// How far back records are judged together.
    pub look_back: SignedDuration,
    /// Rules and thresholds.
    pub engine: Options,
}

impl TypedSignals {
    pub(super) fn into_signals(self, problems: &mut Vec<String>) -> Signals {
        let bytes = self.max_import_bytes.unwrap_or(64 << 20);
        let bytes = within("signals.max_import_bytes", bytes, 1 << 10, 4 << 30, problems);
        let keep = within("signals.keep_days", self.keep_days.unwrap_or(90), 1, 3650, problems);
        let default = keep.min(30);
        let look_back = self.look_back_days.unwrap_or(default);
        let look_back = within("signals.look_back_days", look_back, 1, keep.max(1), problems);
        let import_folder = self.import_folder.as_ref().and_then(|folder| match folder.canonicalize() {
            Ok(path) if path.is_dir() => Some(path),
            Ok(_) => {
                problems.push(format!("signals.import_folder: {} is not a folder", folder.display()));
                None
            }
            Err(why) => {
                problems.push(format!("signals.import_folder: {}: {why}", folder.display()));
                None
            }
        });
        Signals {
            import_folder,
            max_import_bytes: usize::try_from(bytes).unwrap_or(usize::MAX),
            keep: SignedDuration::from_hours(24 * keep),
            look_back: SignedDuration::from_hours(24 * look_back),
            engine: self.engine(problems),
        }
    }

    fn engine(&self, _problems: &mut Vec<String>) -> Options {
        Options { parallel: false, settings: Arc::default(), ..Options::shipped() }
    }
}
