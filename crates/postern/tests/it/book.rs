//! What the book says of the program is made from the program.

use std::fs;
use std::path::Path;

use postern_core::event::{
    AnnouncedWhen, Announcement, EventKind, OcsfActivity, ReasonWanted, SecurityEventType,
};

const HEAD: &str = "| event | when | reason | state before | announced to | OCSF | CAEP or RISC |\n\
                    | --- | --- | --- | --- | --- | --- | --- |\n";

fn table() -> String {
    let row = |kind: &EventKind| {
        let reason = match kind.reason_wanted() {
            Some(ReasonWanted::Always) => "always",
            Some(ReasonWanted::OfPeople) => "a person's",
            None => "",
        };
        let before = if kind.is_with_state_before() { "yes" } else { "" };
        let (name, meaning, told) = (kind.as_str(), kind.meaning(), announced_to(*kind));
        let ocsf = kind.ocsf().map(ocsf).unwrap_or_default();
        let security_event = kind.security_event().map(SecurityEventType::title).unwrap_or_default();
        format!("| `{name}` | {meaning} | {reason} | {before} | {told} | {ocsf} | {security_event} |\n")
    };
    EventKind::ALL.iter().map(row).collect()
}

fn announced_to(kind: EventKind) -> String {
    let one = |Announcement { to, when }: &Announcement| match when {
        AnnouncedWhen::Always => to.title().to_owned(),
        AnnouncedWhen::Circumstances(words) => format!("{}, {words}", to.title()),
        _ => format!("{} {when}", to.title()),
    };
    kind.announcements().iter().map(one).collect::<Vec<_>>().join("; ")
}

fn ocsf(activity: OcsfActivity) -> String {
    format!("{}: {} ({})", activity.class_name(), activity.activity_name(), activity.type_uid())
}

/// What writes OCSF, and what names events in it, speak of one version.
#[test]
fn the_version_of_ocsf_is_one() {
    assert_eq!(OcsfActivity::VERSION, postern_signals::ocsf::VERSION);
}

/// With `POSTERN_WRITE_BOOK=1` the table is written instead.
#[test]
fn the_events_in_the_book_are_the_programs() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/audit.md");
    let book = fs::read_to_string(&path).unwrap();
    let (before, rest) = book.split_once(HEAD).expect("the head of the table of events");
    let (stands, after) = rest.split_once("\n\n").unwrap();
    let table = table();
    if std::env::var_os("POSTERN_WRITE_BOOK").is_some() {
        fs::write(&path, format!("{before}{HEAD}{table}\n{after}")).unwrap();
        return;
    }
    assert_eq!(format!("{stands}\n"), table, "POSTERN_WRITE_BOOK=1 writes it");
}
