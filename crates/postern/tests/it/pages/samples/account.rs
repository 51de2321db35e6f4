//! A person's own account.

use postern::texts::MessageId;
use postern::web::account::activity::ActivityPage;
use postern::web::account::add_contact::AddOwnContactPage;
use postern::web::account::backup_codes::{RenewBackupCodesPage, RenewedBackupCodesPage};
use postern::web::account::choose_trusted_contact::ChooseTrustedContactPage;
use postern::web::account::code_apps::AddTotpPage;
use postern::web::account::confirm_contact::ConfirmContactPage;
use postern::web::account::end_session::EndSessionPage;
use postern::web::account::factors::RemoveFactorPage;
use postern::web::account::hardware_token::AddHardwareTokenPage;
use postern::web::account::linked_accounts::LinkAccountPage;
use postern::web::account::not_me::{DisownPage, DisownedPage};
use postern::web::account::overview::{AccountPage, NoticeSwitch, OwnSession, PasskeysOnFile, VouchRequest};
use postern::web::account::password::ChangePasswordPage;
use postern::web::account::push::{AddPushPage, PushLinkPage};
use postern::web::account::remove_contact::RemoveContactPage;
use postern::web::account::remove_trusted_contact::RemoveTrustedContactPage;
use postern::web::account::replace_password::ReplacePasswordPage;
use postern::web::account::resync::ResyncPage;
use postern::web::account::sent_codes::AddSentCodePage;
use postern::web::account::vouch::{SaidBefore, VouchPage, VouchWantsPasskeyPage};
use postern::web::api::activity::{ActivityEntry, DisownedView};
use postern::web::api::contacts::OwnContactView;
use postern::web::api::readiness::{FactorAtHand, LossView, ReadinessView};
use postern::web::api::sent_codes::CodeContactView;
use postern::web::api::trusted_contacts::{ChoosingPersonView, ChosenContactView, TrustedContactsView};
use postern::web::factor_view::{ClockOff, FactorView};

use super::signin::{code_app, codes, providers};
use super::{
    CHROME, IPV6, LONG, LONG_LOGIN, MARKUP, PageSample, PageSamples, RIGHT_TO_LEFT, SeenBy, days_ago, id,
    micros, minutes_ago, of, wrong_text,
};

pub fn all() -> Vec<PageSample> {
    [
        of::<AccountPage>(),
        of::<ActivityPage>(),
        of::<AddOwnContactPage>(),
        of::<ConfirmContactPage>(),
        of::<RemoveContactPage>(),
        of::<ChooseTrustedContactPage>(),
        of::<RemoveTrustedContactPage>(),
        of::<DisownPage>(),
        of::<DisownedPage>(),
        of::<EndSessionPage>(),
        of::<RemoveFactorPage>(),
        of::<AddTotpPage>(),
        of::<AddHardwareTokenPage>(),
        of::<LinkAccountPage>(),
        of::<AddPushPage>(),
        of::<PushLinkPage>(),
        of::<AddSentCodePage>(),
        of::<RenewBackupCodesPage>(),
        of::<RenewedBackupCodesPage>(),
        of::<ChangePasswordPage>(),
        of::<ResyncPage>(),
        of::<ReplacePasswordPage>(),
        of::<VouchPage>(),
        of::<VouchWantsPasskeyPage>(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn slow(seconds: i64) -> Option<ClockOff> {
    Some(ClockOff { is_slow: true, seconds })
}

fn fast(seconds: i64) -> Option<ClockOff> {
    Some(ClockOff { is_slow: false, seconds })
}

/// Code apps with right and wrong clocks, a passkey, a key after the password, a phone and codes that are sent, in all states.
pub fn factors() -> Vec<FactorView> {
    let factor = |number, kind: &str, title, label: &str| FactorView {
        id: id(number),
        kind: kind.to_owned(),
        title,
        label: label.to_owned(),
        second_step_only: false,
        created_at: days_ago(200),
        last_used_at: None,
        waits_until: None,
        disabled: false,
        clock: None,
        out_of_step: false,
    };
    vec![
        FactorView { last_used_at: Some(minutes_ago(70)), ..factor(301, "totp", "Code app", "Code app") },
        FactorView { waits_until: Some(days_ago(-1)), ..factor(302, "webauthn", "Passkey", RIGHT_TO_LEFT) },
        FactorView { clock: slow(30), ..factor(315, "totp", "Code app", "Old phone") },
        FactorView { clock: slow(240), ..factor(316, "totp", "Code app", "Older phone") },
        FactorView { clock: fast(60), ..factor(317, "totp", "Code app", "Tablet") },
        FactorView { clock: fast(3600), ..factor(318, "totp", "Code app", "Watch") },
        FactorView { disabled: true, ..factor(303, "totp", "Code app", MARKUP) },
        FactorView {
            second_step_only: true,
            ..factor(304, "webauthn", "Security key, after the password", "Blue security key")
        },
        factor(305, "push", "Phone app", "Red phone"),
        factor(324, "federated", "Linked account", "Quay Clinic account"),
        factor(322, "hardware_token", "Hardware token", "Hardware token FT-0042"),
        FactorView { out_of_step: true, ..factor(323, "hardware_token", "Hardware token", "Key ring") },
        factor(319, "sms", "Code by text", "…20"),
        factor(320, "voice", "Code by call", "…46"),
        factor(321, "email", "Code by mail", MARKUP),
    ]
}

fn readiness(state: &'static str, losses: Vec<LossView>) -> ReadinessView {
    ReadinessView { state, losses, callable_numbers: 0, has_manager: false }
}

/// One of each kind.
fn at_hand() -> Vec<FactorAtHand> {
    let kinds = [
        ("code_app", "Code app"),
        ("passkey", RIGHT_TO_LEFT),
        ("synced_passkey", MARKUP),
        ("security_key", "Blue security key"),
        ("phone_app", "Red phone"),
        ("hardware_token", "Key ring"),
        ("sent_code", "…20"),
    ];
    let factor = |(number, (kind, label)): (u32, (&'static str, &str))| FactorAtHand {
        id: id(301 + number),
        kind,
        label: label.to_owned(),
    };
    (0..).zip(kinds).map(factor).collect()
}

/// A loss that the other factors make good.
fn leaves(loss: &'static str, place: Option<usize>, codes_left: u32) -> LossView {
    let mut factors_left = at_hand();
    let factor = place.map(|place| factors_left.remove(place));
    LossView { loss, factor, factors_left, codes_left, locks_out: false, advice: None }
}

fn all_lock_out() -> Vec<LossView> {
    let out = |loss, factor, advice| LossView {
        loss,
        factor,
        factors_left: Vec::new(),
        codes_left: 0,
        locks_out: true,
        advice: Some(advice),
    };
    vec![
        out("factor", at_hand().pop(), "second_device"),
        out("password", None, "passkey"),
        out("backup_codes", None, "second_device"),
        out("every_device", None, "backup_codes"),
    ]
}

fn session(number: u32, is_this: bool) -> OwnSession {
    OwnSession {
        id: id(number),
        ip: IPV6.to_owned(),
        user_agent: if is_this { CHROME.to_owned() } else { MARKUP.to_owned() },
        created_at: micros(days_ago(2)),
        is_this,
    }
}

impl PageSamples for EndSessionPage {
    const SEEN_BY: SeenBy = SeenBy::Owner;

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |sessions, has_code, has_passkey| Self {
            sessions,
            one: None,
            has_shown_factor: false,
            has_code,
            has_passkey,
            field: None,
            error: None,
        };
        let one = || Some(id(312));
        vec![
            ("none", page(Vec::new(), true, false)),
            ("at-once", Self { has_shown_factor: true, ..page(vec![session(312, false)], true, true) }),
            (
                "one-at-once",
                Self { one: one(), has_shown_factor: true, ..page(vec![session(312, false)], true, true) },
            ),
            ("no-method", page(vec![session(312, false)], false, false)),
            ("one", Self { one: one(), ..page(vec![session(312, false)], false, true) }),
            (
                "wrong-code",
                Self {
                    one: one(),
                    field: Some("code"),
                    error: wrong_text("This code is wrong."),
                    ..page(vec![session(312, false)], true, false)
                },
            ),
            ("others", page(vec![session(312, false), session(313, false)], true, true)),
        ]
    }
}

impl PageSamples for AccountPage {
    const SEEN_BY: SeenBy = SeenBy::Owner;

    fn samples() -> Vec<(&'static str, Self)> {
        let empty = || Self {
            name: "Ana Ferreira".to_owned(),
            login: "ana".to_owned(),
            factors: Vec::new(),
            has_code: false,
            has_passkey: false,
            providers: Vec::new(),
            has_sent_codes: false,
            offers_sent_codes: false,
            new_password_at: None,
            first_waits: false,
            codes_left: 0,
            readiness: readiness("nothing", Vec::new()),
            sessions: vec![session(311, true)],
            has_shown_factor: false,
            contacts: Vec::new(),
            trusted: trusted(Vec::new(), Vec::new()),
            activity: Vec::new(),
            requests: Vec::new(),
            notices: Vec::new(),
            phishing_resistant: false,
            is_staff: false,
            passkeys: PasskeysOnFile { user: "AAAAAAAAQACAAAAAAAAAAQ".to_owned(), credentials: Vec::new() },
        };
        let request = |name: &str| VouchRequest {
            id: id(321),
            name: name.to_owned(),
            reference: "C-7K3M9Q".to_owned(),
            opened_at: micros(minutes_ago(20)),
            is_done: name == RIGHT_TO_LEFT,
        };
        let notice = |word, label, on| NoticeSwitch { word, label, on };
        vec![
            ("empty", empty()),
            ("new-password-waits", Self { new_password_at: Some(micros(minutes_ago(20))), ..empty() }),
            (
                "code-app",
                Self {
                    factors: factors().into_iter().take(1).collect(),
                    has_code: true,
                    codes_left: 10,
                    readiness: ReadinessView {
                        callable_numbers: 1,
                        ..readiness("safe", vec![leaves("password", None, 1), leaves("factor", Some(0), 10)])
                    },
                    ..empty()
                },
            ),
            (
                "trusted-contacts-full",
                Self { trusted: TrustedContactsView { most: 4, ..trusted(chosen(), Vec::new()) }, ..empty() },
            ),
            (
                "staff-without-passkey",
                Self {
                    is_staff: true,
                    has_code: true,
                    first_waits: true,
                    readiness: ReadinessView { has_manager: true, ..readiness("at_risk", all_lock_out()) },
                    ..empty()
                },
            ),
            (
                "full",
                Self {
                    name: LONG.to_owned(),
                    login: LONG_LOGIN.to_owned(),
                    factors: factors(),
                    has_sent_codes: true,
                    offers_sent_codes: true,
                    has_code: true,
                    has_passkey: true,
                    passkeys: PasskeysOnFile {
                        user: "AAAAAAAAQACAAAAAAAAAAQ".to_owned(),
                        credentials: vec!["AQIDBA".to_owned(), "BQYHCA".to_owned()],
                    },
                    providers: providers(),
                    codes_left: 3,
                    readiness: ReadinessView {
                        callable_numbers: 2,
                        has_manager: true,
                        ..readiness("safe", (0..7).map(|place| leaves("factor", Some(place), 3)).collect())
                    },
                    sessions: vec![session(311, true), session(312, false)],
                    has_shown_factor: true,
                    contacts: contacts(),
                    trusted: trusted(chosen(), chosen_by()),
                    activity: activity(),
                    requests: vec![request("Fay Delgado"), request(RIGHT_TO_LEFT)],
                    notices: vec![
                        notice("vouch_asked", MessageId("staff-vouch-asked-label"), true),
                        notice("case_escalated", MessageId("staff-case-escalated-label"), false),
                    ],
                    is_staff: true,
                    ..empty()
                },
            ),
        ]
    }
}

impl PageSamples for RemoveFactorPage {
    const SEEN_BY: SeenBy = SeenBy::Owner;

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |kind: &str, has_code, has_passkey| Self {
            id: id(301),
            kind: kind.to_owned(),
            second_step_only: false,
            label: "Old phone".to_owned(),
            created_at: micros(days_ago(400)),
            is_last: false,
            shuts_desk: false,
            has_code,
            has_passkey,
            error: None,
        };
        vec![
            ("last", Self { is_last: true, ..page("totp", true, false) }),
            ("code-app", page("totp", true, false)),
            ("passkey", Self { shuts_desk: true, label: MARKUP.to_owned(), ..page("webauthn", false, true) }),
            (
                "wrong-code",
                Self {
                    second_step_only: true,
                    label: LONG.to_owned(),
                    error: wrong_text(LONG),
                    ..page("webauthn", true, true)
                },
            ),
        ]
    }
}

impl PageSamples for AddHardwareTokenPage {
    const SEEN_BY: SeenBy = SeenBy::Owner;

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |has_code, has_passkey| Self {
            serial: String::new(),
            label: String::new(),
            has_code,
            has_passkey,
            field: None,
            error: None,
        };
        let wrong = |field| Self {
            serial: MARKUP.to_owned(),
            label: LONG.to_owned(),
            field: Some(field),
            error: wrong_text("This code is wrong."),
            ..page(true, true)
        };
        vec![
            ("code-app", page(true, false)),
            ("passkey", page(false, true)),
            ("nothing", page(false, false)),
            ("wrong-code", wrong("code")),
            ("wrong-serial", wrong("serial")),
        ]
    }
}

impl PageSamples for LinkAccountPage {
    const SEEN_BY: SeenBy = SeenBy::Owner;

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |has_code, has_passkey| Self {
            provider: "quay".to_owned(),
            title: MARKUP.to_owned(),
            has_code,
            has_passkey,
            field: None,
            error: None,
        };
        let wrong =
            Self { field: Some("code"), error: wrong_text("This code is wrong."), ..page(true, true) };
        vec![
            ("code-app", page(true, false)),
            ("passkey", page(false, true)),
            ("nothing", page(false, false)),
            ("wrong-code", wrong),
        ]
    }
}

impl PageSamples for AddPushPage {
    const SEEN_BY: SeenBy = SeenBy::Owner;

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |has_code, has_passkey| Self { has_code, has_passkey, field: None, error: None };
        let wrong =
            Self { field: Some("code"), error: wrong_text("This code is wrong."), ..page(true, true) };
        vec![
            ("code-app", page(true, false)),
            ("passkey", page(false, true)),
            ("nothing", page(false, false)),
            ("wrong", wrong),
        ]
    }
}

impl PageSamples for AddSentCodePage {
    const SEEN_BY: SeenBy = SeenBy::Owner;

    fn samples() -> Vec<(&'static str, Self)> {
        let contact = |number, kind, value: &str| CodeContactView {
            id: id(number),
            kind,
            value: value.to_owned(),
            is_on: false,
            refusal: None,
            usable_at: None,
        };
        let contacts = || {
            vec![
                contact(331, "sms", "…20"),
                CodeContactView { is_on: true, ..contact(332, "voice", "…46") },
                CodeContactView {
                    refusal: Some(MessageId("codes-not-by-mail-for-you")),
                    ..contact(333, "email", MARKUP)
                },
                CodeContactView {
                    refusal: Some(MessageId("codes-want-an-older-contact")),
                    usable_at: Some(days_ago(-1)),
                    ..contact(334, "sms", "…55")
                },
            ]
        };
        let page = |contacts, has_code, has_passkey| Self {
            contacts,
            can_choose: true,
            has_code,
            has_passkey,
            field: None,
            error: None,
        };
        let wrong = wrong_text("This code is wrong.");
        vec![
            ("code-app", page(contacts(), true, false)),
            ("passkey", page(contacts(), false, true)),
            ("wrong", Self { field: Some("code"), error: wrong, ..page(contacts(), true, true) }),
            ("nothing-to-choose", Self { can_choose: false, ..page(contacts(), true, true) }),
            ("no-contacts", page(Vec::new(), true, true)),
            ("no-method", page(contacts(), false, false)),
        ]
    }
}

impl PageSamples for PushLinkPage {
    const SEEN_BY: SeenBy = SeenBy::Owner;

    fn samples() -> Vec<(&'static str, Self)> {
        let link = "https://recover.harbour.example/phone#enrol=Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE";
        vec![
            ("shown", Self { link: link.to_owned(), qr: code_app().qr() }),
            ("without-picture", Self { link: link.to_owned(), qr: None }),
        ]
    }
}

impl PageSamples for AddTotpPage {
    const SEEN_BY: SeenBy = SeenBy::Owner;

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |get: Option<&str>, takes_code| Self {
            login: "ana".to_owned(),
            qr: code_app().qr(),
            app: code_app(),
            label: String::new(),
            first_code: String::new(),
            get: get.map(str::to_owned),
            takes_code,
            field: None,
            error: None,
        };
        let wrong = |field, get, takes_code| Self {
            field: Some(field),
            error: wrong_text("This code is wrong."),
            label: MARKUP.to_owned(),
            first_code: "123456".to_owned(),
            ..page(get, takes_code)
        };
        vec![
            ("code-proves", page(None, true)),
            ("passkey-proves", page(Some("{\"publicKey\":{}}"), false)),
            ("wrong-first-code", Self { qr: None, ..wrong("first_code", Some("{\"publicKey\":{}}"), true) }),
            ("wrong-proof", wrong("code", None, true)),
        ]
    }
}

impl PageSamples for RenewBackupCodesPage {
    const SEEN_BY: SeenBy = SeenBy::Owner;

    fn samples() -> Vec<(&'static str, Self)> {
        let page =
            |codes_left, has_code, has_passkey| Self { codes_left, has_code, has_passkey, error: None };
        vec![
            ("nothing-works", page(0, false, false)),
            ("code-app", page(10, true, false)),
            ("passkey", page(1, false, true)),
            ("wrong", Self { error: wrong_text(LONG), ..page(3, true, true) }),
        ]
    }
}

impl PageSamples for RenewedBackupCodesPage {
    const SEEN_BY: SeenBy = SeenBy::Owner;

    fn samples() -> Vec<(&'static str, Self)> {
        vec![("usual", Self { codes: codes() })]
    }
}

impl PageSamples for ChangePasswordPage {
    const SEEN_BY: SeenBy = SeenBy::Owner;

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |has_code, has_passkey| Self {
            has_password: true,
            has_code,
            has_passkey,
            field: None,
            error: None,
        };
        let wrong = |field| Self { field: Some(field), error: wrong_text(LONG), ..page(true, true) };
        vec![
            ("no-password", Self { has_password: false, ..page(false, true) }),
            ("nothing-works", page(false, false)),
            ("code-app", page(true, false)),
            ("passkey", page(false, true)),
            ("wrong-current", wrong("current_password")),
            ("wrong-new", wrong("new_password")),
            ("wrong-code", wrong("code")),
        ]
    }
}

impl PageSamples for ResyncPage {
    const SEEN_BY: SeenBy = SeenBy::Owner;

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |has_code, has_passkey| Self {
            id: id(301),
            label: MARKUP.to_owned(),
            is_token: false,
            clock: None,
            has_code,
            has_passkey,
            field: None,
            error: None,
        };
        let wrong = |field| Self { field: Some(field), error: wrong_text(LONG), ..page(true, true) };
        vec![
            ("no-other", page(false, false)),
            ("code-app", Self { clock: slow(240), ..page(true, false) }),
            ("passkey", page(false, true)),
            ("token", Self { is_token: true, ..page(true, true) }),
            ("wrong-first", wrong("first_code")),
            ("wrong-second", wrong("second_code")),
            ("wrong-code", wrong("code")),
        ]
    }
}

impl PageSamples for ReplacePasswordPage {
    const SEEN_BY: SeenBy = SeenBy::Owner;

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |field, error| Self { refused: None, field, error };
        vec![
            ("usual", page(None, None)),
            ("refused", Self { refused: wrong_text(LONG), ..page(None, None) }),
            ("wrong-new", page(Some("new_password"), wrong_text(LONG))),
            ("wrong-proof", page(None, wrong_text("This is not a passkey of yours."))),
        ]
    }
}

impl PageSamples for VouchPage {
    const SEEN_BY: SeenBy = SeenBy::Owner;

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |can_say_yes, can_say_no, gave_word| Self {
            id: id(1),
            reference: "C-7K3M9Q".to_owned(),
            name: "Ana Ferreira".to_owned(),
            login: "ana".to_owned(),
            opened_at: micros(minutes_ago(20)),
            user_agent: CHROME.to_owned(),
            ip: "192.0.2.10".to_owned(),
            known_device: true,
            can_say_yes,
            can_say_no,
            gave_word,
            after_remedy: false,
            said: None,
            field: None,
            error: None,
            phrase: String::new(),
            how: String::new(),
        };
        let said = |outcome| Some(SaidBefore { outcome, at: micros(minutes_ago(5)) });
        let wrong = |field| Self {
            field: Some(field),
            error: wrong_text("Put this right."),
            phrase: "amber otter".to_owned(),
            how: MARKUP.to_owned(),
            ..page(true, true, false)
        };
        vec![
            ("asked", page(true, true, false)),
            ("after-the-remedy", Self { after_remedy: true, ..page(false, true, true) }),
            (
                "asked-of-a-stranger",
                Self {
                    known_device: false,
                    name: LONG.to_owned(),
                    login: LONG_LOGIN.to_owned(),
                    ip: IPV6.to_owned(),
                    said: said("wrong_person"),
                    ..page(true, true, false)
                },
            ),
            ("could-not-tell", Self { said: said("unsure"), ..page(true, true, false) }),
            ("wrong-phrase", wrong("phrase")),
            ("wrong-how", wrong("how")),
            ("gave-word", page(false, true, true)),
            ("not-needed", Self { error: wrong_text(LONG), ..page(false, false, false) }),
        ]
    }
}

impl PageSamples for VouchWantsPasskeyPage {
    const SEEN_BY: SeenBy = SeenBy::Owner;

    fn samples() -> Vec<(&'static str, Self)> {
        vec![("usual", Self {})]
    }
}

fn entry(number: u32, message: &'static str, by: &'static str) -> ActivityEntry {
    let own = by == "anybody" || by == "you";
    ActivityEntry {
        id: id(number),
        at: minutes_ago(70),
        event: "signin.failed".to_owned(),
        message_id: MessageId(message),
        text: "Not shown on pages".to_owned(),
        by,
        ip: own.then(|| IPV6.to_owned()),
        user_agent: None,
        disowned: false,
        can_disown: own,
    }
}

/// One of each kind of line.
fn activity() -> Vec<ActivityEntry> {
    vec![
        ActivityEntry {
            user_agent: Some(MARKUP.to_owned()),
            ..entry(331, "activity-second-step-failed", "anybody")
        },
        entry(332, "activity-factor-added", "you"),
        ActivityEntry {
            disowned: true,
            can_disown: false,
            ..entry(333, "activity-request-opened", "anybody")
        },
        entry(334, "activity-contact-added", "desk"),
        entry(335, "activity-request-closed", "server"),
        entry(357, "activity-trusted-accepted", "colleague"),
    ]
}

impl PageSamples for ActivityPage {
    const SEEN_BY: SeenBy = SeenBy::Owner;

    fn samples() -> Vec<(&'static str, Self)> {
        vec![
            ("empty", Self { entries: Vec::new(), next: None }),
            ("full", Self { entries: activity(), next: Some(format!("1.{}", id(335))) }),
        ]
    }
}

impl PageSamples for DisownPage {
    const SEEN_BY: SeenBy = SeenBy::Owner;

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |stays, has_code, has_passkey| Self {
            entry: entry(331, "activity-second-step-failed", "anybody"),
            stays,
            has_code,
            has_passkey,
            field: None,
            error: None,
        };
        vec![
            ("stays", page(true, true, true)),
            ("nothing-to-show", page(false, false, false)),
            ("both", page(false, true, true)),
            (
                "wrong-code",
                Self {
                    field: Some("code"),
                    error: wrong_text("This code is wrong."),
                    ..page(false, true, false)
                },
            ),
        ]
    }
}

impl PageSamples for DisownedPage {
    const SEEN_BY: SeenBy = SeenBy::Owner;

    fn samples() -> Vec<(&'static str, Self)> {
        let done = |sessions, requests: &[&str], account_suspended, stays| Self {
            done: DisownedView {
                sessions,
                requests: requests.iter().map(|&reference| reference.to_owned()).collect(),
                account_suspended,
                stays,
            },
        };
        vec![
            ("stays", done(0, &[], false, true)),
            ("out", done(3, &["C-7K3M9Q", "C-2WPD9X"], false, false)),
            ("suspended", done(1, &["C-7K3M9Q"], true, false)),
        ]
    }
}

fn contact(number: u32, kind: &str, value: &str) -> OwnContactView {
    OwnContactView {
        id: id(number),
        kind: kind.to_owned(),
        value: value.to_owned(),
        filed_at: days_ago(200),
        own: kind == "email",
        lost: kind == "mobile",
    }
}

fn contacts() -> Vec<OwnContactView> {
    vec![
        contact(341, "email", LONG_LOGIN),
        contact(342, "mobile", "…20"),
        contact(343, "office_phone", "+44 20 7946 0102"),
    ]
}

fn trusted(chosen: Vec<ChosenContactView>, chosen_by: Vec<ChoosingPersonView>) -> TrustedContactsView {
    TrustedContactsView { chosen, chosen_by, most: 10, most_served: 25 }
}

fn chosen_contact(number: u32, typed: &str, name: Option<&str>) -> ChosenContactView {
    ChosenContactView {
        id: id(number),
        typed: typed.to_owned(),
        name: name.map(str::to_owned),
        asked_at: days_ago(4),
        accepted_at: name.map(|_| days_ago(3)),
        lapses_at: if name.is_some() { None } else { Some(days_ago(-10)) },
        counts: name.is_some(),
    }
}

/// Those who accepted, one of them suspended, and two who have not answered.
fn chosen() -> Vec<ChosenContactView> {
    vec![
        chosen_contact(351, "fay", Some("Fay Delgado")),
        ChosenContactView { counts: false, ..chosen_contact(352, LONG_LOGIN, Some(RIGHT_TO_LEFT)) },
        chosen_contact(353, LONG_LOGIN, None),
        chosen_contact(354, MARKUP, None),
    ]
}

fn chosen_by() -> Vec<ChoosingPersonView> {
    let person = |number, name: &str, is_accepted: bool| ChoosingPersonView {
        id: id(number),
        name: name.to_owned(),
        asked_at: days_ago(4),
        accepted_at: is_accepted.then(|| days_ago(3)),
        lapses_at: (!is_accepted).then(|| days_ago(-10)),
    };
    vec![person(355, LONG, true), person(356, "Gus Petrov", false)]
}

impl PageSamples for ChooseTrustedContactPage {
    const SEEN_BY: SeenBy = SeenBy::Owner;

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |has_shown_factor, has_code, has_passkey| Self {
            most: 10,
            has_shown_factor,
            has_code,
            has_passkey,
            ..Self::default()
        };
        let wrong = |field, page| Self { field: Some(field), error: wrong_text("Look at it again."), ..page };
        vec![
            ("no-method", page(false, false, false)),
            ("at-once", page(true, true, true)),
            ("passkey", page(false, false, true)),
            ("wrong-colleague", wrong("who", Self { who: MARKUP.to_owned(), ..page(false, true, true) })),
            ("wrong-code", wrong("code", page(true, true, false))),
            ("too-late", wrong("proof", page(true, true, false))),
        ]
    }
}

impl PageSamples for RemoveTrustedContactPage {
    const SEEN_BY: SeenBy = SeenBy::Owner;

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |has_shown_factor, has_code, has_passkey| Self {
            contact: chosen_contact(351, "fay", Some("Fay Delgado")),
            has_shown_factor,
            has_code,
            has_passkey,
            field: None,
            error: None,
        };
        let wrong = |field, page| Self { field: Some(field), error: wrong_text("Look at it again."), ..page };
        vec![
            ("no-method", page(false, false, false)),
            ("an-ask", Self { contact: chosen_contact(353, LONG_LOGIN, None), ..page(true, true, true) }),
            ("passkey", page(false, false, true)),
            ("both", page(false, true, true)),
            ("wrong-code", wrong("code", page(true, true, false))),
            ("too-late", wrong("proof", page(true, true, false))),
        ]
    }
}

impl PageSamples for AddOwnContactPage {
    const SEEN_BY: SeenBy = SeenBy::Owner;

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |kind: &str, has_shown_factor, has_code, has_passkey| Self {
            kind: kind.to_owned(),
            has_shown_factor,
            has_code,
            has_passkey,
            ..Self::default()
        };
        let wrong = |field| (Some(field), wrong_text("Look at it again."));
        let (value, value_error) = wrong("value");
        let (code, code_error) = wrong("code");
        let (proof, proof_error) = wrong("proof");
        vec![
            ("no-method", page("", false, false, false)),
            ("at-once", page("mobile", true, true, true)),
            ("passkey", page("office_phone", false, false, true)),
            (
                "wrong-value",
                Self {
                    value: MARKUP.to_owned(),
                    field: value,
                    error: value_error,
                    ..page("email", false, true, true)
                },
            ),
            ("wrong-code", Self { field: code, error: code_error, ..page("email", true, true, false) }),
            ("too-late", Self { field: proof, error: proof_error, ..page("email", true, true, false) }),
        ]
    }
}

impl PageSamples for ConfirmContactPage {
    const SEEN_BY: SeenBy = SeenBy::Owner;

    fn samples() -> Vec<(&'static str, Self)> {
        vec![
            ("first", Self { error: None }),
            ("wrong", Self { error: wrong_text("This is not the code that we sent.") }),
        ]
    }
}

impl PageSamples for RemoveContactPage {
    const SEEN_BY: SeenBy = SeenBy::Owner;

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |has_shown_factor, has_code, has_passkey| Self {
            contact: contact(341, "email", LONG_LOGIN),
            has_shown_factor,
            has_code,
            has_passkey,
            field: None,
            error: None,
        };
        let wrong = |field, page| Self { field: Some(field), error: wrong_text("Look at it again."), ..page };
        vec![
            ("no-method", page(false, false, false)),
            (
                "a-number",
                Self { contact: contact(342, "mobile", "+44 20 7946 0102"), ..page(true, true, true) },
            ),
            ("at-once", page(true, true, true)),
            ("passkey", page(false, false, true)),
            ("both", page(false, true, true)),
            ("wrong-code", wrong("code", page(true, true, false))),
            ("too-late", wrong("proof", page(true, true, false))),
        ]
    }
}
