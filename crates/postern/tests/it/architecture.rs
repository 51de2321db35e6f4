//! Who may use whom, read from the `use` lines: an arrow back is a failure, and so is SQL outside the store.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A layer, and what it must not know of.
const FORBIDDEN: [(&str, &[&str]); 8] = [
    ("app", &["web", "cli", "jobs", "actions", "notify", "demo", "scope"]),
    ("scope", &["web", "cli", "jobs", "actions", "notify", "demo"]),
    ("tenants", &["web", "cli", "jobs", "actions", "notify", "demo", "scope", "app", "config"]),
    ("store", &["web", "cli", "jobs", "actions", "app", "notify", "config", "demo", "scope", "tenants"]),
    ("actions", &["web", "cli", "jobs", "demo"]),
    ("notify", &["web", "cli", "jobs", "actions"]),
    ("jobs", &["web", "cli"]),
    ("web", &["cli", "demo"]),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// Every file under `src/`, with its path from there.
pub fn all() -> Vec<(String, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let name = |path: &Path| path.strip_prefix(&src).unwrap().to_string_lossy().into_owned();
    sources(&src).iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}

/// Modules of this crate that a text names: by `crate::…`, in a `use` or in place, one by one or in braces.
fn named_modules(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let (_, rest) = text.split_at(at + "crate::".len());
        let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        if let Some(list) = rest.strip_prefix('{') {
            let inside = list.split('}').next().unwrap();
            found.extend(inside.split(',').map(|part| word(part.trim())));
        } else {
            found.push(word(rest));
        }
    }
    found
}

#[test]
fn no_layer_uses_one_above_it() {
    let mut arrows = Vec::new();
    for (file, text) in all() {
        let layer = file.split(['/', '.']).next().unwrap().to_owned();
        let Some((_, forbidden)) = FORBIDDEN.iter().find(|(name, _)| *name == layer) else { continue };
        for module in named_modules(&text) {
            if forbidden.contains(&module.as_str()) {
                arrows.push(format!("{file} uses crate::{module}"));
            }
        }
    }
    assert!(arrows.is_empty(), "arrows back:\n{}", arrows.join("\n"));
}

#[test]
fn sql_is_in_the_store_only() {
    let marks = ["sqlx::query", "query_as(", "QueryBuilder", "raw_sql", ".conn()"];
    for (file, text) in all().into_iter().filter(|(file, _)| !file.starts_with("store")) {
        for mark in marks {
            assert!(!text.contains(mark), "{file} has {mark}");
        }
    }
}

#[test]
fn what_is_random_comes_from_one_file() {
    for (file, text) in all().into_iter().filter(|(file, _)| file != "rng.rs") {
        for mark in ["OsRng", "rand::", "thread_rng", "getrandom"] {
            assert!(!text.contains(mark), "{file} has {mark}");
        }
    }
}

#[test]
fn pages_and_jobs_write_through_actions_and_the_one_door() {
    for (file, text) in all().into_iter().filter(|(file, _)| file.starts_with("web/")) {
        // The two exceptions keep no state that anybody could ask about: when a session was last used.
        let commits = text.matches(".commit(").count();
        assert_eq!(commits, 0, "{file} writes a record: that is an action's work");
        let unrecorded = text.matches(".commit_unrecorded(").count();
        assert!(unrecorded == 0 || file == "web/extract.rs", "{file} writes without an action");
    }
}

/// What costs runs in the slots of `hashing.rs`, off the threads that serve requests.
#[test]
fn what_costs_is_in_the_slots() {
    for (file, text) in all().into_iter().filter(|(file, _)| file != "hashing.rs") {
        for mark in ["zxcvbn::", "argon2::", "Argon2::"] {
            assert!(!text.contains(mark), "{file} has {mark}");
        }
    }
}

#[test]
fn no_test_stands_where_none_runs() {
    for (file, text) in all() {
        assert!(
            !text.contains("#[test]") && !text.contains("cfg(test)"),
            "{file}: [lib] test = false, so its tests never run: put them into tests/it"
        );
    }
}

#[test]
fn the_test_finds_what_it_looks_for() {
    let text = "use crate::web::cookies;\nuse crate::{jobs, store::{Db}};\nlet x = crate::cli::say();";
    assert_eq!(named_modules(text), ["web", "jobs", "store", "cli"]);
    assert!(all().iter().any(|(file, _)| file == "store/change.rs"));
}

/// Type names that stand twice in the workspace, and why. At most 20.
const TWICE: [(&str, &str); 12] = [
    ("Tenant", "an organisation here, and one at a provider whose log is read"),
    ("Person", "the directory's, and the analysis of logs, which knows no directory"),
    ("Finding", "about sign-ins, and about a log that was exported: two products' words for one thing"),
    ("Problem", "RFC 9457, and what is wrong with an exported log"),
    ("Subject", "whom a case, and whom a finding is about"),
    ("Outcome", "of a case, and of a command"),
    ("Event", "on the audit log, and in somebody's sign-in log"),
    ("Evidence", "of identity, and the records behind a finding"),
    ("Change", "to the database, and to an account in a report"),
    ("Moment", "while it is analysed, and in the report"),
    ("Failing", "a run of failures; a reader in a test"),
    ("Field", "of a record, and of JSON"),
];

/// The types that a source declares outside of functions and implementations.
fn declared_types(text: &str) -> Vec<String> {
    let kinds = ["struct ", "enum ", "trait ", "type "];
    let name = |line: &str| {
        let line = if let Some(rest) = line.strip_prefix("pub") {
            rest.strip_prefix('(').map_or(rest, |scoped| scoped.split_once(')').unwrap().1).trim_start()
        } else {
            line
        };
        let rest = kinds.iter().find_map(|kind| line.strip_prefix(kind))?;
        Some(rest.chars().take_while(|c| c.is_alphanumeric()).collect())
    };
    text.lines().filter_map(name).collect()
}

#[test]
fn a_type_name_has_one_meaning() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in ["core", "audit", "signals", "postern", "testkit"] {
        for path in sources(&crates.join(name).join("src")) {
            let file = path.strip_prefix(crates).unwrap().to_string_lossy().into_owned();
            if !file.contains("tests") {
                for declared in declared_types(&fs::read_to_string(&path).unwrap()) {
                    places.entry(declared).or_default().push(file.clone());
                }
            }
        }
    }
    assert!(places.len() > 600, "{}", places.len());
    let is_excepted = |name: &str| TWICE.iter().any(|(excepted, _)| *excepted == name);
    let several: Vec<_> =
        places.iter().filter(|(name, files)| files.len() > 1 && !is_excepted(name)).collect();
    assert!(several.is_empty(), "say of what each is: {several:#?}");
    assert!(TWICE.len() <= 20);
}

/// What the next verb that wants nothing but a reason will cost: page, link, twin in the API, its description and what is said when it is done
/// are made from one row. `EndSessions` is such a verb; a step of a remedy has that name too.
#[test]
fn a_verb_is_named_in_six_files() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let policy = crates.parent().unwrap().join("policy");
    let of = |name: &str| sources(&crates.join(name).join("src"));
    let mut places: Vec<PathBuf> = ["core", "postern"].into_iter().flat_map(of).collect();
    places.extend(["staff.cedar", "postern.cedarschema"].map(|file| policy.join(file)));
    // A step of a plan has the same name; a test of the policies asks it; and pages about an attack lead to it by name.
    let others = [
        "core/src/remedy.rs",
        "core/src/policy.rs",
        "incident_view/steps.rs",
        "case_view/effects.rs",
        "case_view/detail.rs",
    ];
    places.retain(|path| !others.iter().any(|other| path.ends_with(other)));
    let names = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap().replace("PlanStep::EndSessions", "");
        ["EndSessions", "end_sessions"].iter().any(|name| text.contains(name))
    };
    let files: Vec<PathBuf> = places.into_iter().filter(names).collect();
    assert_eq!(files.len(), 6, "{files:#?}");
}

/// What the next remedy will cost: the files that name the second one, and the table of its notices. Tests and the model of
/// an adversary name all of them.
#[test]
fn the_second_remedy_is_named_in_five_files() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let names = |text: &str| text.contains("FreshBackupCodes") || text.contains("CodesVerified =>");
    let mut files = Vec::new();
    for path in ["core", "postern"].into_iter().flat_map(|name| sources(&crates.join(name).join("src"))) {
        let file = path.strip_prefix(crates).unwrap().to_string_lossy().into_owned();
        let is_of_all = file.contains("tests") || file.contains("/case/model");
        if !is_of_all && names(&fs::read_to_string(&path).unwrap()) {
            files.push(file);
        }
    }
    assert!((4..=5).contains(&files.len()), "{files:#?}");
}
