//! `/dev` and the page of a problem.

use postern::texts::MessageId;
use postern::web::dev::{ClockPage, OutboxLine, OutboxPage, PhonePage, StoriesPage};
use postern::web::form_again::{FieldAgain, FormAgain};
use postern::web::problem::ProblemPage;

use super::{LONG, LONG_LOGIN, MARKUP, PageSample, PageSamples, SeenBy, micros, minutes_ago, now, of, some};

pub fn all() -> Vec<PageSample> {
    [of::<OutboxPage>(), of::<PhonePage>(), of::<ClockPage>(), of::<StoriesPage>(), of::<ProblemPage>()]
        .into_iter()
        .flatten()
        .collect()
}

impl PageSamples for OutboxPage {
    const SEEN_BY: SeenBy = SeenBy::Nobody;

    fn samples() -> Vec<(&'static str, Self)> {
        let message = |subject: &str, recipient: &str| OutboxLine {
            channel: "email".to_owned(),
            recipient: recipient.to_owned(),
            subject: subject.to_owned(),
            body: format!("{LONG}.\n\n{LONG_LOGIN}\n"),
            created_at: micros(minutes_ago(3)),
            delivered_at: None,
        };
        vec![
            ("empty", Self { messages: Vec::new() }),
            (
                "full",
                Self {
                    messages: vec![
                        message("Somebody asked", "ana@demo.postern.invalid"),
                        message(MARKUP, LONG_LOGIN),
                    ],
                },
            ),
        ]
    }
}

impl PageSamples for PhonePage {
    const SEEN_BY: SeenBy = SeenBy::Nobody;

    fn samples() -> Vec<(&'static str, Self)> {
        let codes =
            [("ana", "492 039"), ("ben", "110 447")].map(|(who, code)| (who.to_owned(), code.to_owned()));
        vec![
            ("empty", Self { codes: std::collections::BTreeMap::new(), seconds_left: 30 }),
            ("usual", Self { codes: codes.into(), seconds_left: 7 }),
        ]
    }
}

impl PageSamples for ClockPage {
    const SEEN_BY: SeenBy = SeenBy::Nobody;

    fn samples() -> Vec<(&'static str, Self)> {
        vec![("usual", Self { now: micros(now()) })]
    }
}

impl PageSamples for StoriesPage {
    const SEEN_BY: SeenBy = SeenBy::Nobody;

    fn samples() -> Vec<(&'static str, Self)> {
        vec![("usual", Self {})]
    }
}

impl PageSamples for ProblemPage {
    const SEEN_BY: SeenBy = SeenBy::Anybody;

    fn samples() -> Vec<(&'static str, Self)> {
        let plain = || Self {
            title: MessageId("problem-nothing-here"),
            detail: "Nothing is at this address. Check it for a typing error.".to_owned().into(),
            request_id: "7Q4TMZ0K".to_owned(),
            step_up: false,
            is_read: false,
            form_page: None,
            form: None,
        };
        let field = |name: &str, value: &str, kind: &'static str| FieldAgain {
            name: name.to_owned(),
            label: name.replace('_', " ").into(),
            value: value.to_owned(),
            kind,
        };
        let fields = vec![
            field("kept", "kept as it was", "kept"),
            field("reason", "A line\nand another one", "typed"),
            field("name", MARKUP, "typed"),
            field("current_password", "", "secret"),
            field("new_password", "", "secret"),
            field("code", "", "secret"),
        ];
        let form = FormAgain { action: "/desk/people/new".to_owned(), fields };
        vec![
            ("not-found", plain()),
            ("wants-a-touch", Self { step_up: true, is_read: true, ..plain() }),
            ("wants-a-touch-for-a-form", Self { step_up: true, ..plain() }),
            ("only-a-form", Self { form_page: some("/desk/people"), ..plain() }),
            ("form-again", Self { detail: LONG.to_owned().into(), form: Some(form), ..plain() }),
        ]
    }
}
