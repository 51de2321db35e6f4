//! The icons that pages show are in the sprite, and the sprite holds no other.

use std::collections::BTreeSet;

fn words<'a>(text: &'a str, before: &str, after: char) -> BTreeSet<&'a str> {
    text.split(before).skip(1).map(|rest| rest.split(after).next().unwrap()).collect()
}

#[test]
fn every_icon_is_there_and_every_one_is_used() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut templates = String::new();
    let mut folders = vec![root.join("templates")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                templates += &std::fs::read_to_string(path).unwrap();
            }
        }
    }
    let sprite = std::fs::read_to_string(root.join("static/icons.svg")).unwrap();
    let there = words(&sprite, "<symbol id=\"", '"');
    let mut used = words(&templates, "icon(\"", '"');
    // Places of the desk name theirs after their address: `place(path, "/desk", "inbox", …)`.
    for place in templates.split("parts.place(path, \"").skip(1) {
        used.insert(place.split('"').nth(2).unwrap());
    }
    // So do the parts of a plan: `part("What goes", "trash-2", …)`.
    for part in templates.split("part(\"").skip(1) {
        used.extend(part.split('"').nth(2));
    }
    assert_eq!(used.difference(&there).collect::<Vec<_>>(), Vec::<&&str>::new(), "not in the sprite");
    assert_eq!(there.difference(&used).collect::<Vec<_>>(), Vec::<&&str>::new(), "in the sprite for nothing");
}
