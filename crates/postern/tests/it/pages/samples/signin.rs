//! Sign-in, set-up and enrolment.

use postern::web::api::linked_accounts::ProviderView;
use postern::web::code_app_view::CodeAppView;
use postern::web::signin::enrol::EnrolPage;
use postern::web::signin::enrol_code_app::{EnrolCodeAppPage, EnrolledCodesPage};
use postern::web::signin::enrolled::EnrolledPage;
use postern::web::signin::federated::ToProviderPage;
use postern::web::signin::forgotten_password::ForgottenPasswordPage;
use postern::web::signin::pass::EnrolmentPassPage;
use postern::web::signin::password_link::PasswordLinkPage;
use postern::web::signin::phone::PhoneAppPage;
use postern::web::signin::push::PushPage;
use postern::web::signin::saml::FromProviderPage;
use postern::web::signin::second_step::SecondStepPage;
use postern::web::signin::second_step::SecondStepWay::{
    BackupCode, CodeApp, HardwareToken, Passkey, Push, SentCode,
};
use postern::web::signin::sent_code::{CodeWay, SentCodePage};
use postern::web::signin::set_up::SetUpPage;
use postern::web::signin::sign_in::SignInPage;

use super::{
    LONG, LONG_LOGIN, MARKUP, PageSample, PageSamples, RIGHT_TO_LEFT, SeenBy, id, micros, minutes_ago, of,
    some, texts, wrong_text,
};

pub fn all() -> Vec<PageSample> {
    [
        of::<SignInPage<'static>>(),
        of::<ToProviderPage>(),
        of::<FromProviderPage>(),
        of::<SecondStepPage>(),
        of::<EnrolmentPassPage>(),
        of::<PushPage>(),
        of::<SentCodePage>(),
        of::<PhoneAppPage>(),
        of::<SetUpPage>(),
        of::<ForgottenPasswordPage>(),
        of::<PasswordLinkPage>(),
        of::<EnrolPage>(),
        of::<EnrolCodeAppPage>(),
        of::<EnrolledCodesPage>(),
        of::<EnrolledPage>(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Ten, as people write them down.
pub fn codes() -> Vec<String> {
    texts(&[
        "7K3M-9QTV",
        "2XWD-H4RN",
        "P8CZ-6JFB",
        "MV5G-Y0SA",
        "E1NQ-TK7W",
        "4HRD-XC2P",
        "B6ZJ-0G9M",
        "SA3Y-5VFK",
        "WN8T-Q1EH",
        "G2PX-D7CR",
    ])
}

pub fn code_app() -> CodeAppView {
    CodeAppView {
        key: "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ".to_owned(),
        url: some("otpauth://totp/Harbour%20Works:ana?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
    }
}

impl PageSamples for SignInPage<'static> {
    const SEEN_BY: SeenBy = SeenBy::Nobody;

    fn samples() -> Vec<(&'static str, Self)> {
        vec![
            ("empty", Self { login: "", pass: "", providers: Vec::new(), error: None }),
            (
                "wrong",
                Self {
                    login: "ana",
                    pass: "",
                    providers: providers(),
                    error: wrong_text("Login or password is wrong."),
                },
            ),
            (
                "with-pass",
                Self {
                    login: LONG_LOGIN,
                    pass: "7K3M-9QTV-2XWD",
                    providers: providers(),
                    error: wrong_text(LONG),
                },
            ),
        ]
    }
}

/// As many as there may be.
pub fn providers() -> Vec<ProviderView> {
    let all =
        [("quay", "Quay Clinic account"), ("a-b-1", RIGHT_TO_LEFT), ("c", MARKUP), ("d", "D"), ("e", "E")];
    all.map(|(name, title)| ProviderView { name: name.to_owned(), title: title.to_owned() }).into()
}

impl PageSamples for ToProviderPage {
    const SEEN_BY: SeenBy = SeenBy::Nobody;

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |title: &str, url: &str| Self { title: title.to_owned(), url: url.to_owned() };
        let url = "https://login.example.com/authorize?client_id=postern&scope=openid+profile&state=x%22%3E";
        vec![("usual", page("Quay Clinic account", url)), ("markup", page(MARKUP, url))]
    }
}

impl PageSamples for FromProviderPage {
    const SEEN_BY: SeenBy = SeenBy::Nobody;

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |title: &str, response: &str| Self {
            provider: "quay".to_owned(),
            title: title.to_owned(),
            response: response.to_owned(),
            relay_state: "kqV2lG3n0Q".to_owned(),
        };
        vec![("usual", page("Quay Clinic account", "PHNhbWxwOlJlc3BvbnNl")), ("markup", page(MARKUP, MARKUP))]
    }
}

impl PageSamples for ForgottenPasswordPage {
    const SEEN_BY: SeenBy = SeenBy::Nobody;

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |by_mail, is_asked, error| Self { by_mail, is_asked, error };
        vec![
            ("usual", page(false, false, None)),
            ("by mail", page(true, false, None)),
            ("no login", page(true, false, wrong_text("Type the name you sign in with."))),
            ("off", page(false, false, wrong_text("Your organisation does not replace passwords by mail."))),
            ("asked", page(true, true, None)),
        ]
    }
}

impl PageSamples for PasswordLinkPage {
    const SEEN_BY: SeenBy = SeenBy::Nobody;

    fn samples() -> Vec<(&'static str, Self)> {
        let page =
            |token: &str, field, error| Self { counts_from: None, token: token.to_owned(), field, error };
        let wrong = |field, text| page(MARKUP, Some(field), wrong_text(text));
        let done = Self { counts_from: Some(micros(minutes_ago(20))), ..page("", None, None) };
        vec![
            ("usual", page("", None, None)),
            ("old link", wrong("token", "This link was used, or it is too old. Ask for a new one.")),
            ("short password", wrong("new_password", "This password is too short.")),
            ("wrong code", wrong("code", "This code is wrong.")),
            ("done", done),
        ]
    }
}

impl PageSamples for SecondStepPage {
    const SEEN_BY: SeenBy = SeenBy::Nobody;

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |first, others| Self {
            first,
            others,
            login: "ana".to_owned(),
            until: micros(minutes_ago(-4)),
            is_wrong: false,
            error: None,
        };
        let all = || {
            let mut ways = vec![CodeApp, HardwareToken, Passkey, Push];
            ways.extend(code_ways().into_iter().map(SentCode));
            ways.push(BackupCode);
            ways
        };
        let alone = |way| page(Some(way), Vec::new());
        let wrong =
            |way| Self { is_wrong: true, error: wrong_text("This code is wrong."), ..page(Some(way), all()) };
        vec![
            ("code-app", page(Some(CodeApp), vec![Passkey, BackupCode])),
            ("every-way", page(Some(BackupCode), all())),
            ("passkey", alone(Passkey)),
            ("push", alone(Push)),
            ("sent-code", Self { first: code_ways().pop().map(SentCode), ..page(None, vec![BackupCode]) }),
            ("none-works", page(None, Vec::new())),
            ("wrong-code", wrong(CodeApp)),
            ("wrong-token-code", wrong(HardwareToken)),
            ("wrong-backup-code", wrong(BackupCode)),
            ("phone-refused", Self { is_wrong: false, ..wrong(CodeApp) }),
        ]
    }
}

fn code_ways() -> Vec<CodeWay> {
    let way = |kind: &str, to: &str| CodeWay { factor: id(7), kind: kind.to_owned(), to: to.to_owned() };
    vec![way("sms", "…20"), way("voice", "…46"), way("email", "a…@demo.postern.invalid")]
}

impl PageSamples for SentCodePage {
    const SEEN_BY: SeenBy = SeenBy::Nobody;

    fn samples() -> Vec<(&'static str, Self)> {
        let until = Some(micros(minutes_ago(-8)));
        let page = |way, delivery| Self { way, delivery, until, error: None };
        let mut ways = code_ways().into_iter();
        let mut next = || ways.next();
        let wrong = wrong_text("This is not the code that was sent last.");
        vec![
            ("text", page(next(), "sent")),
            ("call", page(next(), "on_its_way")),
            ("mail", page(next(), "sent")),
            ("late", page(code_ways().pop(), "late")),
            ("failed", page(code_ways().pop(), "failed")),
            ("wrong", Self { error: wrong, ..page(code_ways().pop(), "sent") }),
            ("over", Self { until: None, ..page(code_ways().pop(), "sent") }),
            ("nowhere", page(None, "sent")),
        ]
    }
}

impl PageSamples for PushPage {
    const SEEN_BY: SeenBy = SeenBy::Nobody;

    fn samples() -> Vec<(&'static str, Self)> {
        let app = "https://recover.harbour-works.example.com/phone";
        let page = |state| Self { state, number: None, until: None, app: app.to_owned() };
        vec![
            (
                "waits",
                Self { number: some("482 913"), until: Some(micros(minutes_ago(-2))), ..page("waits") },
            ),
            ("approved", page("approved")),
            ("denied", page("denied")),
            ("wrong-numbers", page("wrong_numbers")),
            ("over", page("over")),
        ]
    }
}

impl PageSamples for PhoneAppPage {
    const SEEN_BY: SeenBy = SeenBy::Nobody;

    fn samples() -> Vec<(&'static str, Self)> {
        let vapid =
            some("BLn9b-VR0ca83knDNZ32dCHGyjJp-1riX9ZTN40MqV8K_LpQmLqxC_DoHvqvFXO_nGdAB4W9dogZb_sM-uV4JbY");
        vec![("any", Self { now: 1_780_000_000_000, vapid }), ("cannot-wake", Self { now: 0, vapid: None })]
    }
}

impl PageSamples for EnrolmentPassPage {
    const SEEN_BY: SeenBy = SeenBy::Nobody;

    fn samples() -> Vec<(&'static str, Self)> {
        vec![
            ("empty", Self { error: None }),
            ("wrong", Self { error: wrong_text("This pass does not work.") }),
        ]
    }
}

impl PageSamples for SetUpPage {
    const SEEN_BY: SeenBy = SeenBy::Nobody;

    fn samples() -> Vec<(&'static str, Self)> {
        let wrong = |field| Self {
            first: true,
            login: LONG_LOGIN.to_owned(),
            name: MARKUP.to_owned(),
            email: "ada@demo.postern.invalid".to_owned(),
            field: Some(field),
            error: wrong_text("Put this right."),
        };
        vec![
            ("empty", Self::default()),
            ("first-admin", Self { first: true, ..Self::default() }),
            ("wrong-code", wrong("code")),
            ("wrong-login", wrong("login")),
            ("wrong-name", wrong("name")),
            ("wrong-address", wrong("email")),
            ("wrong-password", wrong("password")),
        ]
    }
}

impl PageSamples for EnrolPage {
    const SEEN_BY: SeenBy = SeenBy::Nobody;

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |error| Self { login: "ana".to_owned(), host: some("harbour.example"), error };
        vec![("usual", page(None)), ("failed", page(wrong_text(LONG)))]
    }
}

impl PageSamples for EnrolCodeAppPage {
    const SEEN_BY: SeenBy = SeenBy::Nobody;

    fn samples() -> Vec<(&'static str, Self)> {
        let app = code_app();
        let qr = app.qr();
        let by_hand = CodeAppView { url: None, ..code_app() };
        vec![
            ("usual", Self { login: "ana".to_owned(), app, qr, passkey: true, error: None }),
            (
                "by-hand",
                Self {
                    login: LONG_LOGIN.to_owned(),
                    app: by_hand,
                    qr: None,
                    passkey: false,
                    error: wrong_text("This code is wrong."),
                },
            ),
        ]
    }
}

impl PageSamples for EnrolledCodesPage {
    const SEEN_BY: SeenBy = SeenBy::Nobody;

    fn samples() -> Vec<(&'static str, Self)> {
        vec![("usual", Self { codes: codes() })]
    }
}

impl PageSamples for EnrolledPage {
    const SEEN_BY: SeenBy = SeenBy::Nobody;

    fn samples() -> Vec<(&'static str, Self)> {
        vec![
            ("code-app", Self { login: "ana".to_owned(), with_passkey: false }),
            ("passkey", Self { login: LONG_LOGIN.to_owned(), with_passkey: true }),
        ]
    }
}
