//! Rules: what is accepted can be listed and run, and what is refused says why.

use std::{cell::RefCell, fs, sync::Arc};

use jiff::SignedDuration;
use libfuzzer_sys::Corpus;
use postern_signals::{
    Options,
    rules::{RuleError, RuleSet, Rules},
};
use tempfile::TempDir;

use crate::history;

/// Reads a file of rules and runs them.
pub fn check(bytes: &[u8]) -> Corpus {
    thread_local!(static FOLDER: RefCell<TempDir> = RefCell::new(TempDir::new().unwrap()));
    FOLDER.with_borrow(|folder| {
        let mut set = RuleSet::default();
        fs::write(folder.path().join("own.yml"), bytes).unwrap();
        match set.add_dir(folder.path()) {
            Ok(()) => check_set(&mut set),
            Err(error) => {
                check_error(&error);
                assert_eq!(set.names().count(), 0, "of rules that cannot be used none is added");
            }
        }
    });
    Corpus::Keep
}

fn check_set(set: &mut RuleSet) {
    let names: Vec<_> = set.names().map(str::to_owned).collect();
    assert!(set.list().map(|rule| rule.name).eq(&names), "all are listed");
    for rule in set.list() {
        assert!((1..=64).contains(&rule.name.len()) && rule.place.line > 0, "{rule:?}");
    }
    compile(set);
    let within = SignedDuration::from_secs(90);
    let mut changed = |name: &String| match set.set_threshold(name, Some(2), Some(within)) {
        Ok(()) => true,
        Err(error) => {
            check_error(&error);
            false
        }
    };
    if names.iter().filter(|name| changed(name)).count() > 0 {
        compile(set);
    }
}

fn compile(set: &RuleSet) {
    match set.compile() {
        Ok(rules) => run(rules),
        Err(error) => check_error(&error),
    }
}

/// Over what happened somewhere once.
fn run(rules: Rules) {
    let infos = rules.infos();
    assert!(infos.iter().all(|info| !info.name.is_empty() && info.within >= 0), "{infos:?}");
    let options = Options { rules: Arc::new(rules), parallel: false, ..history::shipped() };
    history::check_records(history::example(), options);
}

fn check_error(error: &RuleError) {
    assert!(!error.to_string().is_empty());
}
