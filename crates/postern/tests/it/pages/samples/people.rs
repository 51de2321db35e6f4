//! People: the one, those who are added, and what is on file.

use postern::web::api::case_view::TimelineEntry;
use postern::web::api::diagnosis::DiagnosisView;
use postern::web::api::person_view::{
    CaseOfPerson, ContactOnFile, LockOfPerson, ManagerOfPerson, MayOnPerson, PersonDetail, SessionOfPerson,
    TierBefore,
};
use postern::web::desk::add_contact::{AddContactPage, ContactForm};
use postern::web::desk::add_person::{AddPersonPage, PersonAddedPage, PersonForm};
use postern::web::desk::edit_person::{EditForm, EditPersonPage};
use postern::web::desk::import_people::{ImportPeoplePage, NewcomerLine, PlannedImport, RowProblemLine};
use postern::web::desk::person::PersonDetailPage;
use postern::web::desk::verb::VerbOffer;
use postern_core::people_file::KnownRow;

use super::account::factors;
use super::findings::{attacked, locked_out, lost_factor, many_attempts, no_diagnosis, only_strangers};
use super::{
    IPV6, LONG, LONG_LOGIN, MARKUP, PageSample, PageSamples, RIGHT_TO_LEFT, SeenBy, days_ago, id,
    minutes_ago, of, some, texts,
};

pub fn all() -> Vec<PageSample> {
    [
        of::<PersonDetailPage>(),
        of::<AddPersonPage>(),
        of::<PersonAddedPage>(),
        of::<EditPersonPage>(),
        of::<AddContactPage>(),
        of::<ImportPeoplePage>(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// One entry of each kind that looks different.
pub fn timeline() -> Vec<TimelineEntry> {
    let entry = |event: &str, title| TimelineEntry {
        at: minutes_ago(11),
        event: event.to_owned(),
        title,
        sentence: title.to_lowercase(),
        about: None,
        actor: None,
        is_anonymous: event == "case.opened",
        reason: None,
    };
    let by = |name: &str, entry: TimelineEntry| TimelineEntry { actor: some(name), ..entry };
    let proof = || by("Ben Adeyemi", entry("case.evidence_added", "Proof was recorded"));
    vec![
        entry("case.contested", "The owner said that it was not them"),
        TimelineEntry { reason: some(MARKUP), ..by(LONG, entry("case.refused", "A case was refused")) },
        TimelineEntry { about: some("Live video: It was them"), reason: some("HW-4711"), ..proof() },
        TimelineEntry {
            about: some("Remove all factors"),
            ..by("Sol Marchetti", entry("case.approved", "A second yes"))
        },
        proof(),
        entry("case.hold_started", "The waiting period began"),
        by(RIGHT_TO_LEFT, entry("case.taken", "A case was taken up")),
        entry("case.opened", "A case was opened"),
        TimelineEntry {
            reason: some(LONG_LOGIN),
            ..by("Ben Adeyemi", entry("user.note_added", "A note was written"))
        },
        entry("session.revoked", "Sessions were ended"),
    ]
}

pub fn case_of(number: u32, stage: &str, stage_label: &'static str) -> CaseOfPerson {
    CaseOfPerson {
        id: id(number),
        reference: "C-7K3M9Q".to_owned(),
        stage: stage.to_owned(),
        stage_label,
        opened_at: days_ago(3),
        closed_at: (stage == "closed").then(|| days_ago(1)),
    }
}

pub fn end_sessions() -> VerbOffer {
    VerbOffer { word: "end-sessions", label: "End every session" }
}

fn contacts() -> Vec<ContactOnFile> {
    let contact = |number, kind: &str, value: &str, desk_may| ContactOnFile {
        id: id(number),
        kind: kind.to_owned(),
        value: value.to_owned(),
        filed_at: days_ago(200),
        days: 200,
        filed_by: some("Ada Lindqvist"),
        confirmed_at: Some(days_ago(200)),
        attested_by: None,
        lost_at: None,
        removed_at: None,
        desk_may,
        callable_from: None,
    };
    vec![
        ContactOnFile { filed_by: None, ..contact(201, "mobile", "+44 7700 900123", "call_and_notify") },
        contact(202, "email", LONG_LOGIN, "notify"),
        ContactOnFile {
            days: 1,
            callable_from: Some(days_ago(-6)),
            attested_by: some(LONG),
            ..contact(203, "office_phone", "+44 20 7946 0102", "too_fresh")
        },
        ContactOnFile { confirmed_at: None, ..contact(204, "mobile", "+44 7700 900124", "unattested") },
        ContactOnFile { lost_at: Some(days_ago(1)), ..contact(205, "mobile", "+44 7700 900125", "lost") },
        ContactOnFile {
            removed_at: Some(days_ago(2)),
            ..contact(206, "mobile", "+44 7700 900126", "removed")
        },
    ]
}

fn person() -> PersonDetail {
    PersonDetail {
        id: id(21),
        name: "Fay Delgado".to_owned(),
        login: "fay".to_owned(),
        tier: "standard".to_owned(),
        tier_floor: "standard",
        tier_before: None,
        role: "person",
        role_that_waits: None,
        manager: None,
        suspended_at: None,
        suspended_why: None,
        suspended_by: None,
        locks: Vec::new(),
        is_enrolled: false,
        factors: Vec::new(),
        backup_codes_left: 0,
        trusted_contacts: 0,
        sessions: Vec::new(),
        contacts: Vec::new(),
        cases: Vec::new(),
        diagnosis: no_diagnosis(),
        timeline: Vec::new(),
        may: MayOnPerson { change: false, open_case: false, add_note: false },
        verbs: Vec::new(),
    }
}

fn everything() -> PersonDetail {
    let session = |by_passkey| SessionOfPerson {
        browser: "Chrome on Windows".to_owned(),
        ip: IPV6.to_owned(),
        by_passkey,
        created_at: days_ago(1),
        last_seen_at: minutes_ago(4),
    };
    PersonDetail {
        name: LONG.to_owned(),
        login: LONG_LOGIN.to_owned(),
        tier: "vip".to_owned(),
        tier_floor: "privileged",
        tier_before: Some(TierBefore { tier: "sensitive".to_owned(), counts_until: days_ago(-5) }),
        role: "agent",
        role_that_waits: Some("senior"),
        manager: Some(ManagerOfPerson { id: id(22), name: RIGHT_TO_LEFT.to_owned() }),
        is_enrolled: true,
        factors: factors(),
        locks: vec![
            LockOfPerson { kind: "password", title: "Password", until: Some(days_ago(-1)) },
            LockOfPerson { kind: "totp", title: "Code app", until: None },
        ],
        backup_codes_left: 7,
        trusted_contacts: 1,
        sessions: vec![session(true), session(false)],
        contacts: contacts(),
        cases: vec![case_of(1, "verifying", "Gathering proof"), case_of(2, "closed", "Recovered")],
        diagnosis: attacked(),
        timeline: timeline(),
        may: MayOnPerson { change: true, open_case: true, add_note: true },
        verbs: vec![end_sessions()],
        ..person()
    }
}

impl PageSamples for PersonDetailPage {
    const SEEN_BY: SeenBy = SeenBy::Desk;

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |person| Self { person, note: String::new(), note_error: None };
        let usual = PersonDetail {
            is_enrolled: true,
            diagnosis: locked_out(),
            cases: vec![case_of(1, "ready", "Ready")],
            ..person()
        };
        let suspended = PersonDetail {
            name: MARKUP.to_owned(),
            suspended_at: Some(days_ago(1)),
            suspended_why: some("They said that it was not them"),
            ..everything()
        };
        let shut_by_desk = PersonDetail {
            suspended_at: Some(days_ago(1)),
            suspended_why: some(MARKUP),
            suspended_by: some(RIGHT_TO_LEFT),
            ..person()
        };
        let mistaken = DiagnosisView { attempts: locked_out().attempts, ..no_diagnosis() };
        let mistaken = PersonDetail { diagnosis: mistaken, ..person() };
        let many = PersonDetail { diagnosis: lost_factor(many_attempts()), ..person() };
        let tried = PersonDetail { diagnosis: only_strangers(), ..person() };
        let new = PersonDetail { may: everything().may, contacts: contacts(), ..person() };
        vec![
            ("empty", page(person())),
            ("usual", page(usual)),
            ("strangers-guesses", page(mistaken)),
            ("only-strangers", page(tried)),
            ("two-weeks", page(many)),
            ("never-enrolled", page(new)),
            ("suspended", page(suspended)),
            ("suspended-by-the-desk", page(shut_by_desk)),
            (
                "full",
                Self {
                    note: MARKUP.to_owned(),
                    note_error: some("Write a few words."),
                    ..page(everything())
                },
            ),
        ]
    }
}

fn tiers() -> Vec<String> {
    texts(&["standard", "sensitive", "privileged"])
}

const ROLES: [&str; 5] = ["person", "auditor", "agent", "senior", "admin"];

impl PageSamples for AddPersonPage {
    const SEEN_BY: SeenBy = SeenBy::Admins;

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |form, field: Option<&'static str>| Self {
            form,
            field,
            error: field.map(|_| "Put this right.".to_owned()),
            tiers: tiers(),
            roles: ROLES.into(),
        };
        let form = || PersonForm {
            login: LONG_LOGIN.to_owned(),
            name: MARKUP.to_owned(),
            tier: "sensitive".to_owned(),
            role: "agent".to_owned(),
            manager: "mona".to_owned(),
            email: "gus@demo.postern.invalid".to_owned(),
            office_phone: "12".to_owned(),
        };
        vec![
            ("empty", page(PersonForm::default(), None)),
            ("wrong", page(form(), Some("office_phone"))),
            ("wants-a-touch", page(form(), Some("step_up"))),
        ]
    }
}

impl PageSamples for PersonAddedPage {
    const SEEN_BY: SeenBy = SeenBy::Admins;

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |is_new, name: &str| Self {
            name: name.to_owned(),
            login: LONG_LOGIN.to_owned(),
            code: "7K3M-9QTV-2XWD".to_owned(),
            link: "https://harbour.example/set-up".to_owned(),
            role: "agent".to_owned(),
            is_new,
            role_waits_until: is_new.then(|| days_ago(-3)),
        };
        vec![("added", page(true, LONG)), ("new-code", page(false, "Gus Petrov"))]
    }
}

impl PageSamples for EditPersonPage {
    const SEEN_BY: SeenBy = SeenBy::Admins;

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |form, field: Option<&'static str>| Self {
            id: id(21),
            name: LONG.to_owned(),
            form,
            field,
            error: field.map(|_| "Put this right.".to_owned()),
            tiers: tiers(),
            roles: ROLES.into(),
        };
        let form = |manager: &str| EditForm {
            name: MARKUP.to_owned(),
            manager: manager.to_owned(),
            tier: "standard".to_owned(),
            role: "person".to_owned(),
            reason: RIGHT_TO_LEFT.to_owned(),
            seen: "what-was-shown".to_owned(),
        };
        vec![
            ("usual", page(form(""), None)),
            ("wrong-manager", page(form("nobody"), Some("manager"))),
            ("wrong-role", page(form("mona"), Some("role"))),
            ("wrong-reason", page(form("mona"), Some("reason"))),
            ("wants-a-touch", page(form("mona"), Some("step_up"))),
        ]
    }
}

impl PageSamples for AddContactPage {
    const SEEN_BY: SeenBy = SeenBy::Admins;

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |form, field: Option<&'static str>| Self {
            id: id(21),
            name: LONG.to_owned(),
            form,
            field,
            error: field.map(|_| "Put this right.".to_owned()),
            min_age_days: 7,
        };
        let form = || ContactForm {
            kind: "email".to_owned(),
            value: MARKUP.to_owned(),
            reason: RIGHT_TO_LEFT.to_owned(),
        };
        vec![
            ("empty", page(ContactForm::default(), None)),
            ("wrong-value", page(form(), Some("value"))),
            ("wrong-reason", page(form(), Some("reason"))),
            ("wants-a-touch", page(form(), Some("step_up"))),
        ]
    }
}

impl PageSamples for ImportPeoplePage {
    const SEEN_BY: SeenBy = SeenBy::Admins;

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |plan| Self {
            csv: "login,name,email\ngus,Gus Petrov,gus@demo.postern.invalid\n".to_owned(),
            error: None,
            field: None,
            plan,
            tiers: tiers(),
            rows: 2_000,
            mib: 1,
        };
        let newcomer = |line, name: &str, manager| NewcomerLine {
            line,
            login: LONG_LOGIN.to_owned(),
            name: name.to_owned(),
            contacts: texts(&[LONG_LOGIN, "+44 7700 900123"]),
            manager,
            tier: "standard".to_owned(),
        };
        let known = |count: u64| {
            (0..count).map(|line| KnownRow { line: line + 9, login: "ana".to_owned() }).collect()
        };
        let plan = |newcomers, count| {
            let known = known(count);
            Some(PlannedImport {
                hash: "9f86d081884c7d65".to_owned(),
                newcomers,
                known,
                problems: Vec::new(),
            })
        };
        let problem = |column, message: &str| RowProblemLine { line: 3, column, message: message.to_owned() };
        let problems = |problems| {
            Some(PlannedImport { hash: String::new(), newcomers: Vec::new(), known: Vec::new(), problems })
        };
        let two = || vec![newcomer(2, LONG, some("mona")), newcomer(3, RIGHT_TO_LEFT, None)];
        vec![
            ("empty", Self { csv: String::new(), ..page(None) }),
            ("too-large", Self { error: some(LONG), ..page(None) }),
            ("one-newcomer", page(plan(vec![newcomer(2, "Gus Petrov", None)], 0))),
            ("two-newcomers", page(plan(two(), 1))),
            ("all-known", page(plan(Vec::new(), 2))),
            (
                "wants-a-touch",
                Self { field: Some("step_up"), error: some("Touch your passkey."), ..page(plan(two(), 2)) },
            ),
            ("one-problem", page(problems(vec![problem(Some("tier"), MARKUP)]))),
            (
                "two-problems",
                page(problems(vec![problem(Some("email"), LONG), problem(None, "The row is empty.")])),
            ),
        ]
    }
}
