//! What a notice says on each channel: whole sentences, each a message, in paragraphs.

use jiff::Timestamp;
use postern_core::text_message::{beyond_one_piece, in_default_alphabet};

use super::{Notice, channel};
use crate::browser_label::browser_label;
use crate::scope::Scope;
use crate::store::cases::CaseSource;
use crate::store::contacts::Contact;
use crate::texts::{FilledMessage, MessageId};

/// What a message tells of.
pub(super) struct NoticeContext<'a> {
    pub notice: Notice,
    /// The case, where it is one's.
    pub case: Option<&'a CaseSource>,
    pub at: Timestamp,
}

/// A message in the language of the organisation's people.
pub(super) fn say(scope: &Scope, message: impl Into<FilledMessage>) -> String {
    message.into().in_language(scope.app.pages.language())
}

/// One notice, as it goes to this contact. `token` opens the page that stops what it tells of.
pub(super) fn notice_body(
    scope: &Scope,
    contact: &Contact,
    context: &NoticeContext<'_>,
    token: &str,
) -> String {
    let link = not_me_link(scope, token);
    match channel(contact) {
        "voice" => spoken(scope, &say(scope, context.notice.text())),
        "sms" => short_text(scope, context.notice.short(), &link),
        _ => mail_body(scope, context, &link),
    }
}

/// In the fragment: browsers never send it, so it stands in no server's log.
pub(super) fn not_me_link(scope: &Scope, token: &str) -> String {
    scope.tenant.link(&format!("/not-me#{token}"))
}

fn mail_body(scope: &Scope, context: &NoticeContext<'_>, link: &str) -> String {
    let effect = match (context.case, context.notice) {
        (Some(_), _) => MessageId("mail-link-stops"),
        (None, Notice::PasswordWaits) => MessageId("mail-link-stops-password"),
        (None, _) => MessageId("mail-link-suspends"),
    };
    let when = MessageId("mail-when").with("at", moment(scope, context.at));
    let mut facts = say(scope, when);
    // No reference: with a login it would be enough to take the page over, and this goes where others may read.
    if let Some(case) = context.case.filter(|case| !case.ip.is_empty()) {
        let browser = browser_label(scope.app.pages.language(), &case.user_agent);
        let held_on = MessageId("mail-page-held-on")
            .with("browser", browser)
            .with("ip", scope.app.config.places.address_label(&case.ip));
        facts = format!("{facts}\n{}", say(scope, held_on));
    }
    paragraphs(&[
        opening(scope, &say(scope, context.notice.text())),
        facts,
        say(scope, MessageId("mail-nothing-to-do")),
        format!("{}\n{link}", say(scope, MessageId("mail-not-me"))),
        say(scope, effect),
        without_link(scope),
    ])
}

/// The first paragraph of a mail: who writes, and what happened.
pub(super) fn opening(scope: &Scope, text: &str) -> String {
    let organisation = scope.tenant.name.as_str();
    say(scope, MessageId("mail-opening").with("organisation", organisation).with("text", text))
}

/// What is left to whoever can't open the link: the desk's number, where the organisation says one.
pub(super) fn without_link(scope: &Scope) -> String {
    match &scope.tenant.settings.desk_phone {
        Some(phone) => say(scope, MessageId("mail-no-link-phone").with("phone", phone.as_str())),
        None => say(scope, MessageId("mail-no-link")),
    }
}

/// A mail's paragraphs.
pub(super) fn paragraphs(texts: &[String]) -> String {
    format!("{}\n", texts.join("\n\n"))
}

/// A moment as a mail says it: where it is read, no script shows it in the reader's zone.
pub(super) fn moment(scope: &Scope, at: Timestamp) -> String {
    // Of a month only the number chooses a word; the others are shown as they are.
    let moment = MessageId("moment")
        .with("day", at.strftime("%-d").to_string())
        .with("month", at.strftime("%-m").to_string().parse().unwrap_or(0_i64))
        .with("year", at.strftime("%Y").to_string())
        .with("clock", at.strftime("%H:%M").to_string());
    say(scope, moment)
}

/// What a voice says.
pub(super) fn spoken(scope: &Scope, text: &str) -> String {
    let organisation = scope.tenant.name.as_str();
    match &scope.tenant.settings.desk_phone {
        Some(phone) => say(
            scope,
            MessageId("voice-phone")
                .with("organisation", organisation)
                .with("text", text)
                .with("phone", phone.as_str()),
        ),
        None => say(scope, MessageId("voice").with("organisation", organisation).with("text", text)),
    }
}

/// A text message: what happened, the way to stop it, and the desk's number where there is room. It is sent and paid for in pieces, so
/// a long name of the organisation is cut to make it one; the link never is.
pub(super) fn short_text(scope: &Scope, short: impl Into<FilledMessage>, link: &str) -> String {
    let short = say(scope, short);
    let name = sender(scope);
    if let Some(phone) = scope.tenant.settings.desk_phone.as_deref().and_then(in_default_alphabet) {
        let message = MessageId("sms-phone")
            .with("organisation", name.as_str())
            .with("short", short.as_str())
            .with("link", link)
            .with("phone", phone);
        let text = say(scope, message);
        if beyond_one_piece(&text) == 0 {
            return text;
        }
    }
    let with = |name: &str| {
        let message =
            MessageId("sms").with("organisation", name).with("short", short.as_str()).with("link", link);
        say(scope, message)
    };
    let whole = with(&name);
    match beyond_one_piece(&whole) {
        0 => whole,
        over => {
            let room = name.chars().count().saturating_sub(over).max(1);
            let cut: String = name.chars().take(room).collect();
            with(cut.trim_end())
        }
    }
}

/// The organisation's name in letters that make no message longer; in other scripts, the host of the link.
fn sender(scope: &Scope) -> String {
    let host = || scope.tenant.origin.host_str().unwrap_or_default().to_owned();
    in_default_alphabet(&scope.tenant.name).unwrap_or_else(host)
}
