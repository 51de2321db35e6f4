//! Every link from a rule or a detector leads to a section of the runbook, and every link in the guide somewhere.
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

fn anchors(page: &str) -> BTreeSet<String> {
    let headings = page.lines().filter(|line| line.starts_with('#'));
    headings.map(|line| anchor(line.trim_start_matches('#'))).collect()
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
    let anchors = anchors(&runbook);
    let mut texts = vec![read("../../docs/guide/diagnose.md")];
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    sources(&root.join("src"), &mut texts);
    sources(&root.join("rules"), &mut texts);
    let linked: BTreeSet<_> = texts.iter().flat_map(|text| links(text)).collect();
    assert!(linked.len() > 15, "{linked:?}");
    let lost: Vec<_> = linked.iter().filter(|link| !link.is_empty() && !anchors.contains(**link)).collect();
    assert_eq!(lost, Vec::<&&str>::new());
}

#[test]
fn every_link_in_the_guide_leads_to_a_page_and_its_heading() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide");
    let (mut lost, mut followed) = (Vec::new(), 0);
    for page in fs::read_dir(&guide).unwrap() {
        let page = page.unwrap().path();
        let text = fs::read_to_string(&page).unwrap();
        let targets = text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap());
        for target in targets.filter(|target| !target.contains("://")) {
            let (file, section) = target.split_once('#').unwrap_or((target, ""));
            let to = if file.is_empty() { page.clone() } else { guide.join(file) };
            let has = |text: String| section.is_empty() || anchors(&text).contains(section);
            followed += 1;
            if !(to.is_dir() || fs::read_to_string(to).is_ok_and(has)) {
                lost.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(followed > 30, "{followed}");
    assert_eq!(lost, Vec::<String>::new());
}
