//! Sign-in records: what is taken in, and how it is analysed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use postern_signals::Options;
use postern_signals::rules::{RuleError, RuleSet, Rules};
use postern_signals::settings::Settings;
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
    /// Rules and thresholds.
    pub engine: Options,
}

impl TypedSignals {
    pub(super) fn into_signals(self, data: &Path, problems: &mut Vec<String>) -> Signals {
        let bytes = self.max_import_bytes.unwrap_or(64 << 20);
        let bytes = within("signals.max_import_bytes", bytes, 1 << 10, 4 << 30, problems);
        Signals {
            import_folder: self.folder(data, problems),
            max_import_bytes: usize::try_from(bytes).unwrap_or(usize::MAX),
            engine: self.engine(problems),
        }
    }

    fn folder(&self, data: &Path, problems: &mut Vec<String>) -> Option<PathBuf> {
        let folder = self.import_folder.as_ref()?;
        let mut wrong = |why: &dyn std::fmt::Display| {
            problems.push(format!("signals.import_folder: {}: {why}", folder.display()));
            None
        };
        match folder.canonicalize() {
            Err(why) => wrong(&why),
            Ok(path) if !path.is_dir() => wrong(&"is not a folder"),
            // Uploads on their way lie in the data folder, and so does the database.
            Ok(path) if data.canonicalize().is_ok_and(|data| data.starts_with(&path)) => {
                wrong(&"holds the data folder; choose one for logs alone")
            }
            Ok(path) => Some(path),
        }
    }

    /// What cannot be used is told, and the shipped rules and thresholds stand in until everything was told.
    fn engine(&self, problems: &mut Vec<String>) -> Options {
        let settings = self.settings.as_deref().map(read_settings).transpose().unwrap_or_else(|wrong| {
            problems.extend(wrong.into_iter().map(|why| format!("signals.settings: {why}")));
            None
        });
        let settings = settings.unwrap_or_default();
        let rules = rules(self.rules.as_deref(), &settings).and_then(|rules| rules.compile());
        let rules = rules.unwrap_or_else(|why| {
            problems.push(format!("signals.rules: {why}"));
            Rules::shipped()
        });
        Options {
            settings: Arc::new(settings),
            rules: Arc::new(rules),
            since: None,
            as_of: None,
            parallel: false,
        }
    }
}

fn read_settings(path: &Path) -> Result<Settings, Vec<String>> {
    let named = |why: &dyn std::fmt::Display| format!("{}: {why}", path.display());
    let text = std::fs::read_to_string(path).map_err(|why| vec![named(&why)])?;
    Settings::from_toml(&text).map_err(|wrong| wrong.problems().iter().map(|why| named(why)).collect())
}

fn rules(folder: Option<&Path>, settings: &Settings) -> Result<RuleSet, RuleError> {
    let mut rules = RuleSet::shipped();
    if let Some(folder) = folder {
        rules.add_dir(folder)?;
    }
    for (rule, limits) in &settings.rules {
        rules.set_threshold(rule, limits.count, limits.within)?;
    }
    Ok(rules)
}
