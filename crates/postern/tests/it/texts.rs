//! What people outside the desk read: every message is used, every id is there, and no page of theirs has English of its own.

mod code;
mod messages;
mod notices;
mod pseudo;
mod pseudo_errors;
mod scripts;
mod templates;
mod translations;

use std::collections::{BTreeMap, BTreeSet};

use postern::texts::pseudo;

use code::CodeCall;
use messages::FluentMessage;
use templates::{Call, PageTemplate};

/// Calls whose id comes from code, where it is a `MessageId` or a toast's `Message`.
const FROM_CODE: [&str; 9] = [
    "contact.refusal",
    "page.progress.now",
    "page.progress.next",
    "step",
    "other.done",
    "toast.message",
    "page.title",
    "notice.label",
    "entry.message_id",
];

/// Attributes that people read and that are the same in every language.
const SAME_EVERYWHERE: [(&str, &str); 1] = [("C-7K3M9Q", "what a reference looks like")];

fn by_id(messages: &[FluentMessage]) -> BTreeMap<&str, &FluentMessage> {
    messages.iter().map(|message| (message.id.as_str(), message)).collect()
}

#[test]
fn no_id_stands_twice() {
    let messages = messages::all();
    let mut seen = BTreeSet::new();
    for FluentMessage { file, id, .. } in &messages {
        assert!(seen.insert(id), "{file}: {id} is there twice");
        assert!(id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{file}: {id}");
    }
    assert!(messages.len() > 200, "{} messages", messages.len());
}

#[test]
fn every_message_is_used_and_every_id_is_there() {
    let messages = messages::all();
    let known = by_id(&messages);
    let mut used = BTreeSet::new();
    for CodeCall { file, id, .. } in code::all_calls() {
        assert!(known.contains_key(id.as_str()), "{file} names {id}, which is not there");
        used.insert(id);
    }
    assert!(used.contains("received-now") && used.contains("toast-vouched"), "{used:?}");
    for Call { file, id, .. } in templates::all_calls() {
        match id {
            Ok(id) => {
                assert!(known.contains_key(id.as_str()), "{file} names {id}, which is not there");
                used.insert(id);
            }
            Err(expression) => assert!(FROM_CODE.contains(&expression.as_str()), "{file}: {expression}"),
        }
    }
    let unused: Vec<&&str> = known.keys().filter(|id| !used.contains(**id)).collect();
    assert!(unused.is_empty(), "nobody uses {unused:?}");
}

#[test]
fn every_message_gets_exactly_its_arguments() {
    let messages = messages::all();
    let known = by_id(&messages);
    for Call { file, id, arguments, is_rich } in templates::all_calls() {
        let Ok(id) = id else {
            assert!(arguments.is_empty() && !is_rich, "{file}: what code names is a plain message");
            continue;
        };
        let given: BTreeSet<String> = arguments.keys().cloned().collect();
        let message = known[id.as_str()];
        assert_eq!(given, message.arguments, "{file}: {id}");
        for link in message.links() {
            assert!(
                arguments[&link].starts_with("\"/"),
                "{file}: the link {link} of {id} is no address of ours"
            );
        }
        let has_html = arguments.values().any(|value| value.contains("|when"));
        assert!(is_rich || !has_html, "{file}: {id} is given a time, so it is rich");
        assert!(is_rich || !message.has_markup(), "{file}: {id} has markup, so it is rich");
    }
    for CodeCall { file, id, arguments } in code::all_calls() {
        let message = known[id.as_str()];
        assert_eq!(arguments, message.arguments, "{file}: {id}");
        // What code names may be mailed, or be what a program reads: nothing there reads markup. A template may be given one that has it.
        assert!(!message.has_markup(), "{file}: {id} has markup");
    }
}

#[test]
fn markup_in_messages_is_what_is_allowed() {
    for message in messages::all() {
        message.check_markup().unwrap_or_else(|why| panic!("{} in {}: {why}", message.id, message.file));
    }
    for bad in [
        "<b>x</b>",
        "<strong>x",
        "x</strong>",
        "<strong>x</em>",
        "<a href=\"/x\">x</a>",
        "<a href=\"{ $x }\" onclick=\"y\">x</a>",
        "<{ $x }>",
        "<strong { $x }>x</strong>",
        "<script>x</script>",
        "x &amp; y",
        "1 > 0",
    ] {
        assert!(messages::parse("bad.ftl", &format!("bad = {bad}\n"))[0].check_markup().is_err(), "{bad}");
    }
    let good = "good = <a href=\"{ $x }\">x</a> <strong>{ $y }</strong> <em>z</em>\n";
    messages::parse("good.ftl", good)[0].check_markup().unwrap();
}

#[test]
fn pages_have_no_english_of_their_own() {
    let same = |text: &str| SAME_EVERYWHERE.iter().any(|(known, _)| *known == text);
    let mut found = Vec::new();
    for PageTemplate { name, text } in templates::of_people() {
        found.extend(
            templates::english(&text).into_iter().filter(|t| !same(t)).map(|t| format!("{name}: {t}")),
        );
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    // The desk has, so the scan sees it.
    assert!(!templates::english(&templates::read("desk/queue.html")).is_empty());
    let hidden =
        r#"<p aria-label="Some words">{{ parts.f("Two words") }} one {# no words #}{% if x == "a" %}"#;
    assert_eq!(templates::english(hidden), ["Two words", "Some words", "one"]);
}

#[test]
fn pseudo_leaves_markup_and_shows_the_rest() {
    assert_eq!(pseudo("Sign in"), "[Šîĝñ îñ……]");
    let rich = "Open <a href=\"\u{E000}/recover\u{E001}\">it</a>, \u{E000}Ana <em>F</em>\u{E001}";
    assert_eq!(pseudo(rich), "[Ôpêñ <a href=\"/recover\">îţ</a>, Ana <em>F</em>……]");
}
