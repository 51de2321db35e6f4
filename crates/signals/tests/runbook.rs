//! Every link from a rule or a detector leads to a section of the runbook.
#![expect(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

use std::{collections::BTreeSet, fs, path::Path};

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// As the forges make them: lower case, spaces to hyphens, other marks dropped.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|char| char.is_alphanumeric() || " -_".contains(*char));
    kept.collect::<String>().trim().to_lowercase().replace(' ', "-")
}

fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("agent-runbook.md#").skip(1).map(|rest| {
        let end = rest.find(|char: char| !(char.is_ascii_lowercase() || char == '-')).unwrap_or(rest.len());
        rest.get(..end).unwrap()
    })
}

fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push(fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_link_leads_somewhere() {
    let runbook = read("../../docs/guide/agent-runbook.md");
    let headings = runbook.lines().filter(|line| line.starts_with('#'));
    let anchors: BTreeSet<_> = headings.map(|line| anchor(line.trim_start_matches('#'))).collect();
    let mut texts = vec![read("../../docs/guide/diagnose.md")];
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    sources(&root.join("src"), &mut texts);
    sources(&root.join("rules"), &mut texts);
    let linked: BTreeSet<_> = texts.iter().flat_map(|text| links(text)).collect();
    assert!(linked.len() > 15, "{linked:?}");
    let lost: Vec<_> = linked.iter().filter(|link| !link.is_empty() && !anchors.contains(**link)).collect();
    assert_eq!(lost, Vec::<&&str>::new());
}
