//! Folders of `locales/` beside `en`: nothing but messages that English has, with the same arguments, and no markup of their own.

use std::fs;
use std::path::Path;

use postern_core::text_message::{beyond_one_piece, in_default_alphabet};

use super::by_id;
use super::messages::{self, FluentMessage};

/// What is wrong with a translation. What it lacks is shown in English.
fn problems(translated: &[FluentMessage]) -> Vec<String> {
    let english = messages::all();
    let known = by_id(&english);
    let mut found = Vec::new();
    for message in translated {
        let at = format!("{} in {}", message.id, message.file);
        let Some(original) = known.get(message.id.as_str()) else {
            found.push(format!("{at}: English has no such message"));
            continue;
        };
        if !message.arguments.is_subset(&original.arguments) {
            found.push(format!("{at}: English has the arguments {:?}", original.arguments));
        }
        found.extend(message.check_markup().err().map(|why| format!("{at}: {why}")));
        if message.has_markup() && !original.has_markup() {
            found.push(format!("{at}: English has no markup there"));
        }
        found.extend(
            too_long(message).map(|form| format!("{at}: no room for a name and a link beside {form:?}")),
        );
    }
    found
}

/// A short sentence that leaves no room in a text message. Other scripts are sent in pieces whatever is said.
fn too_long(message: &FluentMessage) -> Option<&String> {
    let of_text_message = message.id.starts_with("notice-") && message.id.ends_with("-short");
    message.forms().iter().filter(|_| of_text_message).find(|form| {
        let text = format!("{form}{}", "x".repeat(117));
        in_default_alphabet(form).is_some_and(|plain| plain == **form) && beyond_one_piece(&text) > 0
    })
}

#[test]
fn translations_fit() {
    for folder in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("locales")).unwrap() {
        let name = folder.unwrap().file_name().to_string_lossy().into_owned();
        assert_eq!(problems(&messages::of(&name)), Vec::<String>::new(), "locales/{name}");
    }
}

#[test]
fn a_translation_that_does_not_fit_is_found() {
    let found = |text: &str| problems(&messages::parse("de.ftl", text)).len();
    assert_eq!(found("sign-in = Anmelden\nvouch-for = Für { $name } bürgen\n"), 0);
    assert_eq!(found("sign-in-now = Anmelden\n"), 1, "unknown");
    assert_eq!(found("vouch-for = Für { $nmae } bürgen\n"), 1, "another argument");
    assert_eq!(found("sign-in = <strong>Anmelden</strong>\n"), 1, "markup where English has none");
    assert_eq!(found("codes-shown-only-now = <b>Nur jetzt</b>\n"), 1, "other markup");
    assert_eq!(found("notice-case-opened-short = Jemand hat die Wiederherstellung verlangt.\n"), 0);
    assert_eq!(
        found("notice-case-opened-short = Jemand hat darum gebeten, Ihr Konto wiederherzustellen.\n"),
        1,
        "long"
    );
}
