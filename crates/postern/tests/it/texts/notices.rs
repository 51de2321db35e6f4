//! What goes out by mail, text message and voice: messages alone, and text messages of one piece.

use postern::actions::rename_tenant::rename_tenant;
use postern::actions::set_tenant_settings::set_tenant_settings;
use postern::notify::{self, Notice};
use postern::store::outbox::Message;
use postern::texts::{Language, MessageId};
use postern_core::id::CaseId;
use postern_core::text_message::beyond_one_piece;

use crate::on_both::on_both;
use crate::test_app::TestApp;

/// Writes a notice to Ana, and gives what went to each of her contacts.
async fn told(app: &TestApp, case: Option<&CaseId>, notice: Notice) -> Vec<Message> {
    let scope = app.scope();
    let before = app.count("SELECT COUNT(*) FROM outbox").await;
    let ana = app.person("ana").await.id;
    let mut change = scope.begin().await.unwrap();
    notify::announce(&scope, &mut change, &ana, case, notice).await.unwrap();
    change.commit_unrecorded("a test writes every notice").await.unwrap();
    let new = app.count("SELECT COUNT(*) FROM outbox").await - before;
    app.advance_seconds(1);
    app.messages().await.into_iter().take(usize::try_from(new).unwrap()).collect()
}

/// English words that stand there although the language is the pseudo one, but for links and data.
fn english_words(text: &str, data: &[&str]) -> Vec<String> {
    let text = data.iter().fold(text.to_owned(), |text, data| text.replace(data, ""));
    // No vowel is left plain by a message.
    let is_plain = |word: &&str| {
        !word.contains("://") && word.contains(['a', 'e', 'i', 'o', 'u', 'A', 'E', 'I', 'O', 'U'])
    };
    text.split_whitespace().filter(is_plain).map(str::to_owned).collect()
}

#[track_caller]
fn all_said(message: &Message, data: &[&str]) {
    for text in [&message.subject, &message.body] {
        assert_eq!(english_words(text, data), Vec::<String>::new(), "in {text}");
        assert!(
            !text.contains("{$") && !text.contains("{ $") && !text.contains(['\u{E000}', '\u{E001}']),
            "{text}"
        );
    }
}

#[test]
fn the_test_sees_english() {
    assert_eq!(english_words("[Ŵĥêñ: Halden] https://x.example/not-me#a", &["Halden"]), Vec::<String>::new());
    assert_eq!(english_words("[Ŵĥêñ…] was it", &[]), ["was", "it"]);
}

on_both! {
    async fn every_notice_is_messages(db) {
        let app = TestApp::start_pseudo(db).await;
        let case = app.open("ana").await;
        let organisation = app.scope().tenant.name.clone();
        for notice in Notice::ALL {
            for case in [None, Some(&case)] {
                let messages = told(&app, case, *notice).await;
                assert!(messages.iter().any(|message| message.channel == "sms"), "{notice:?}");
                for message in messages {
                    all_said(&message, &[&organisation]);
                    let links = message.body.matches("://").count();
                    assert_eq!(links, usize::from(message.channel != "voice"), "one link: {}", message.body);
                }
            }
        }
    }

    async fn so_are_the_digest_and_what_a_manager_is_asked(db) {
        let app = TestApp::start_pseudo(db).await;
        let id = app.open("ana").await;
        for _ in 0..3 {
            app.open("ana").await;
        }
        app.bind("ben", &id).await;
        app.advance(jiff::SignedDuration::from_hours(25));
        app.jobs.due.notify_one();
        crate::test_app::eventually("the digest went out", async || {
            app.messages().await.iter().any(|message| message.subject.starts_with("[Môŕê"))
        })
        .await;
        let organisation = app.scope().tenant.name.clone();
        // What watches over the desk is mailed in English.
        let is_read_outside = |message: &&Message| ["ana@", "mona@", "+44"].iter().any(|start| message.recipient.starts_with(start));
        let messages = app.messages().await;
        let mut read_outside = messages.iter().filter(is_read_outside).peekable();
        assert!(read_outside.peek().is_some());
        for message in read_outside {
            all_said(message, &[&organisation, "Ana Ferreira"]);
        }
    }

    async fn a_text_message_is_one_piece(db) {
        let app = TestApp::start(db).await;
        let case = app.open("ana").await;
        let longest = "The Royal Benevolent Institution for Shipwrecked Mariners’ Families – Aberdeen & Łódź";
        let phone = [("desk_phone".to_owned(), "+44 20 7946 0100".to_owned())];
        set_tenant_settings(&app.scope(), &phone, "a number that takes room").await.unwrap();
        for name in [longest, "Halden", "Банк"] {
            rename_tenant(&app.scope(), name).await.unwrap();
            for notice in Notice::ALL {
                let messages = told(&app, Some(&case), *notice).await;
                let text = messages.iter().find(|message| message.channel == "sms");
                let body = &text.unwrap().body;
                assert_eq!(beyond_one_piece(body), 0, "{notice:?} is {} letters long: {body}", body.chars().count());
                assert!(body.contains("/not-me#"), "{body}");
            }
        }
    }
}

/// With a link of ninety letters there is room for the sentence and a dozen letters of the organisation's name.
#[test]
fn a_short_sentence_leaves_room_for_a_long_link() {
    let link = format!("https://recovery.department.example.co.uk/not-me#{}", "x".repeat(43));
    assert!(link.len() >= 90);
    let openings = MessageId("openings-short").with("count", 99_usize).in_language(Language::English);
    let shorts = Notice::ALL.iter().map(|notice| notice.short().in_language(Language::English));
    for short in shorts.chain([openings]) {
        let text = format!("Halden plc.: {short} Not you? {link}");
        assert_eq!(beyond_one_piece(&text), 0, "{text}");
    }
}
