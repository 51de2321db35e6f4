//! From what a person names to the files that are meant.

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
};

use super::{Origin, Skipped, SourceError};

/// Files that are not opened when a folder or a pattern is named: their names say that they hold no log.
const NO_LOGS: [(&str, &str); 5] = [
    ("a text for people", "md markdown rst html htm pdf doc docx odt rtf"),
    ("a picture", "png jpg jpeg gif svg webp ico"),
    ("a spreadsheet; save it as CSV", "xls xlsx xlsm ods"),
    ("an archive; unpack it and name the log files in it", "zip tar tgz 7z rar xz bz2"),
    ("a program or its settings", "exe dll so ps1 sh py toml yml yaml ini conf"),
];

/// What was found so far.
#[derive(Debug, Default)]
pub(super) struct FoundSources {
    pub(super) origins: Vec<Origin>,
    pub(super) skipped: Vec<Skipped>,
    /// Files and folders that were reached, by what they really are.
    visited: HashSet<PathBuf>,
}

impl FoundSources {
    pub(super) fn add(&mut self, arg: &Path) -> Result<(), SourceError> {
        if arg == Path::new("-") {
            if !self.origins.contains(&Origin::StandardInput) {
                self.origins.push(Origin::StandardInput);
            }
            return Ok(());
        }
        if arg.is_dir() {
            self.add_folder(arg);
            return Ok(());
        }
        match arg.to_str() {
            // What exists is meant, even if it looks like a pattern.
            Some(pattern) if pattern.contains(['*', '?', '[']) && fs::symlink_metadata(arg).is_err() => {
                self.add_fitting(pattern)
            }
            _ => {
                self.add_file(arg);
                Ok(())
            }
        }
    }

    fn add_fitting(&mut self, pattern: &str) -> Result<(), SourceError> {
        // As in a shell: hidden files are named by their dot.
        let options = glob::MatchOptions { require_literal_leading_dot: true, ..glob::MatchOptions::new() };
        // A shell takes `logs/**` for everything in there; here it alone fits only folders.
        let every = if pattern.ends_with("**") { "/*" } else { "" };
        let paths = glob::glob_with(&format!("{pattern}{every}"), options).map_err(|error| {
            SourceError::BadPattern { pattern: pattern.to_owned(), why: error.to_string() }
        })?;
        let mut fits = false;
        for path in paths {
            fits = true;
            match path {
                Ok(path) if path.is_dir() => self.add_folder(&path),
                Ok(path) => self.add_by_name(&path),
                Err(error) => self.skip(error.path(), error.error().to_string()),
            }
        }
        if !fits {
            self.skip(Path::new(pattern), "nothing fits this pattern".to_owned());
        }
        Ok(())
    }

    /// Everything in it. Folders are put off, not entered at once: no depth of them can use up the stack.
    fn add_folder(&mut self, folder: &Path) {
        let before = self.visited.len() + self.skipped.len();
        let mut ahead = vec![folder.to_owned()];
        while let Some(path) = ahead.pop() {
            if !path.is_dir() {
                self.add_by_name(&path);
                continue;
            }
            // A link back to a folder above would never end.
            if !self.is_new(&path) {
                continue;
            }
            match visible_in(&path) {
                // The last is taken first.
                Ok(inside) => ahead.extend(inside.into_iter().rev()),
                Err(error) => self.skip(&path, error.to_string()),
            }
        }
        if self.visited.len() + self.skipped.len() == before + 1 {
            self.skip(folder, "no file in it".to_owned());
        }
    }

    /// A file that was not named itself.
    fn add_by_name(&mut self, path: &Path) {
        match fs::metadata(path) {
            Err(error) => return self.skip(path, error.to_string()),
            // Reading one may wait for ever.
            Ok(about) if !about.is_file() => return self.skip(path, "no file".to_owned()),
            Ok(_) => {}
        }
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or("");
        let is_so =
            |(_, endings): &&(&str, &str)| endings.split(' ').any(|one| one.eq_ignore_ascii_case(ending));
        match NO_LOGS.iter().find(is_so) {
            Some((what, _)) => self.skip(path, (*what).to_owned()),
            None => self.add_file(path),
        }
    }

    fn add_file(&mut self, path: &Path) {
        if self.is_new(path) {
            self.origins.push(Origin::Path(path.to_owned()));
        }
    }

    fn is_new(&mut self, path: &Path) -> bool {
        let really = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        self.visited.insert(really)
    }

    fn skip(&mut self, path: &Path, why: String) {
        self.skipped.push(Skipped { path: path.to_owned(), why });
    }
}

/// What is in a folder, in the order of names, without what is hidden.
fn visible_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_name().as_encoded_bytes().starts_with(b".") {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}
