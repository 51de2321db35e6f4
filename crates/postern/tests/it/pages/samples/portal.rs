//! The pages of somebody who can't sign in.

use postern::texts::MessageId;
use postern::web::portal::case::{ClaimantBackupCodesPage, ClaimantCasePage, PassOnPage};
use postern::web::portal::expected_call::{ExpectedCall, MaskedNumber};
use postern::web::portal::join::{JoinForm, JoinPage};
use postern::web::portal::messages::CaseProgress;
use postern::web::portal::not_me::{NotMePage, OtherRequest, StoppedPage};
use postern::web::portal::options::RecoveryOptionsPage;
use postern::web::portal::recover::RecoverPage;

use super::signin::codes;
use super::{
    IPV6, LONG, LONG_LOGIN, MARKUP, PageSample, PageSamples, SeenBy, days_ago, micros, minutes_ago, of, some,
    texts, wrong_text,
};

pub fn all() -> Vec<PageSample> {
    [
        of::<RecoverPage>(),
        of::<RecoveryOptionsPage>(),
        of::<JoinPage>(),
        of::<ClaimantCasePage>(),
        of::<ClaimantBackupCodesPage>(),
        of::<NotMePage>(),
        of::<StoppedPage>(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

impl PageSamples for RecoverPage {
    const SEEN_BY: SeenBy = SeenBy::Nobody;

    fn samples() -> Vec<(&'static str, Self)> {
        vec![("usual", Self {})]
    }
}

/// `numbers`: how many may be called, for whoever may know it.
fn expected_call(numbers: Option<usize>) -> ExpectedCall {
    let number = |kind: &str| MaskedNumber { kind: kind.to_owned(), last_digits: "20".to_owned() };
    ExpectedCall {
        numbers: numbers.map(|many| ["mobile", "office_phone"].into_iter().take(many).map(number).collect()),
        desk_hours: some("Mon to Fri 07:00 to 19:00 UTC"),
        desk_phone: some("+44 20 7946 0199"),
    }
}

impl PageSamples for RecoveryOptionsPage {
    const SEEN_BY: SeenBy = SeenBy::Nobody;

    fn samples() -> Vec<(&'static str, Self)> {
        let page = |login: &str, certain: bool, everything: bool, codes_left| Self {
            login: login.to_owned(),
            call: expected_call(certain.then(|| usize::from(everything) * 2)),
            certain,
            totp: everything,
            passkey: everything,
            push: everything,
            hardware_token: everything,
            sent_code: everything,
            codes_left,
        };
        vec![
            ("anybody", page(MARKUP, false, true, 1)),
            ("everything-left", page(LONG_LOGIN, true, true, 10)),
            ("nothing-left", page("ana", true, false, 0)),
        ]
    }
}

impl PageSamples for JoinPage {
    const SEEN_BY: SeenBy = SeenBy::Nobody;

    fn samples() -> Vec<(&'static str, Self)> {
        let form = JoinForm { login: MARKUP.to_owned(), reference: "C-7K3M9Q".to_owned() };
        vec![("empty", Self::default()), ("wrong", Self { form, error: wrong_text(LONG) })]
    }
}

impl PageSamples for ClaimantCasePage {
    const SEEN_BY: SeenBy = SeenBy::Nobody;

    fn samples() -> Vec<(&'static str, Self)> {
        let progress = |now, next, done| CaseProgress {
            now: MessageId(now),
            next: MessageId(next),
            done,
            until: None,
            can_show: None,
            over: false,
            can_withdraw: done < 3,
        };
        let page = |progress| Self {
            reference: "C-7K3M9Q".to_owned(),
            login: "ana".to_owned(),
            phrase: "amber otter violin".to_owned(),
            version: 3,
            opened_at: micros(minutes_ago(12)),
            call: None,
            progress,
            steps: ["step-received", "step-identity-checked", "step-factors-removed", "step-signed-in-again"]
                .map(MessageId),
            pass: None,
            error: None,
        };
        let pass = |left| {
            let expires_at = micros(minutes_ago(-14));
            Some(PassOnPage { code: "7K3M-9QTV-2XWD".to_owned(), left, expires_at, seconds_left: 840 })
        };
        let remedied =
            |shows| CaseProgress { can_show: Some(shows), ..progress("reset-now", "reset-next", 3) };
        let over =
            |now, next, done| CaseProgress { over: true, can_withdraw: false, ..progress(now, next, done) };
        let on_hold =
            CaseProgress { until: Some(micros(days_ago(-3))), ..progress("on-hold-now", "checked-next", 2) };
        vec![
            ("received", page(progress("received-now", "received-next", 1))),
            (
                "waits-for-the-call",
                Self {
                    call: Some(expected_call(Some(2))),
                    ..page(progress("received-now", "received-next", 1))
                },
            ),
            (
                "waits-for-a-desk-that-says-nothing",
                Self {
                    call: Some(ExpectedCall { desk_hours: None, desk_phone: None, ..expected_call(Some(0)) }),
                    ..page(progress("received-now", "received-next", 1))
                },
            ),
            ("bound", Self { login: LONG_LOGIN.to_owned(), ..page(progress("bound-now", "bound-next", 1)) }),
            ("on-hold", page(on_hold)),
            ("pass-can-be-shown", page(remedied("pass"))),
            ("codes-can-be-shown", page(remedied("backup_codes"))),
            ("pass-shown", Self { pass: pass(2), ..page(remedied("pass")) }),
            ("last-pass-shown", Self { pass: pass(0), ..page(remedied("pass")) }),
            (
                "failed",
                Self { error: wrong_text(LONG), ..page(progress("received-now", "received-next", 1)) },
            ),
            ("proven", page(over("proven-now", "proven-next", 4))),
            ("refused", page(over("refused-now", "refused-next", 0))),
        ]
    }
}

impl PageSamples for ClaimantBackupCodesPage {
    const SEEN_BY: SeenBy = SeenBy::Nobody;

    fn samples() -> Vec<(&'static str, Self)> {
        vec![("usual", Self { codes: codes(), reference: "C-7K3M9Q".to_owned() })]
    }
}

impl PageSamples for NotMePage {
    const SEEN_BY: SeenBy = SeenBy::Nobody;

    fn samples() -> Vec<(&'static str, Self)> {
        vec![("empty", Self { error: None }), ("wrong", Self { error: wrong_text(LONG) })]
    }
}

impl PageSamples for StoppedPage {
    const SEEN_BY: SeenBy = SeenBy::Nobody;

    fn samples() -> Vec<(&'static str, Self)> {
        let other = |reference: &str, done| OtherRequest {
            reference: reference.to_owned(),
            opened_at: micros(minutes_ago(90)),
            device: "a Windows computer".to_owned(),
            ip: IPV6.to_owned(),
            done,
        };
        let page = |references: &[&str], account_suspended, others: Vec<OtherRequest>| Self {
            references: texts(references),
            account_suspended,
            password_stopped: false,
            code: (!others.is_empty()).then(|| "the-code-of-the-others".to_owned()),
            others,
        };
        let done = Some(MessageId("reset-done"));
        vec![
            ("nothing-left", page(&[], false, Vec::new())),
            ("password-stopped", Self { password_stopped: true, ..page(&[], false, Vec::new()) }),
            ("two-stopped", page(&["C-7K3M9Q", "C-P8CZ6J"], false, Vec::new())),
            ("one-stopped", page(&["C-7K3M9Q"], false, Vec::new())),
            ("one-of-two", page(&["C-7K3M9Q"], false, vec![other("C-2XWDH4", None)])),
            (
                "suspended",
                page(&["C-7K3M9Q", "C-P8CZ6J"], true, vec![other("C-2XWDH4", done), other("C-MV5GY0", None)]),
            ),
            ("only-suspended", page(&[], true, Vec::new())),
            ("which-of-two", page(&[], false, vec![other("C-2XWDH4", None), other("C-MV5GY0", None)])),
        ]
    }
}
