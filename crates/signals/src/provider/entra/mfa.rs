//! What the MFA result texts of Entra mean. Wording varies between logs, so words are matched, not sentences.

use memchr::memmem;

use crate::{
    cause::Cause,
    record::{AttemptResult, Method},
};

/// The rows are tried in order: "verification code already used once" must not be read as a wrong code.
const RESULTS: [(&str, Cause); 28] = [
    ("fraud", Cause::MfaFraudReported),
    ("declined", Cause::MfaDenied),
    ("already used", Cause::MfaCodeReused),
    ("didn't respond", Cause::MfaNoResponse),
    ("did not respond", Cause::MfaNoResponse),
    ("no response", Cause::MfaNoResponse),
    ("timed out", Cause::MfaNoResponse),
    ("never entered", Cause::MfaNoResponse),
    ("voicemail", Cause::MfaNoResponse),
    ("hung up", Cause::MfaNoResponse),
    // A second attempt while a first prompt lies unanswered; public rules count it with the unanswered ones.
    ("duplicate authentication", Cause::MfaNoResponse),
    ("unable to send", Cause::MfaDeliveryFailed),
    ("unable to reach", Cause::MfaDeliveryFailed),
    ("invalid format", Cause::MfaDeliveryFailed),
    ("any verification method", Cause::MfaNotEnrolled),
    ("any authentication method", Cause::MfaNotEnrolled),
    ("user not found", Cause::MfaNotEnrolled),
    // Somebody blocked this person's MFA, often after a fraud report: a reset would undo that.
    ("is blocked", Cause::AccountLocked),
    ("incorrect code", Cause::MfaWrongCode),
    ("incorrect pin", Cause::MfaWrongCode),
    ("incorrect verification code", Cause::MfaWrongCode),
    ("wrong code", Cause::MfaWrongCode),
    ("wrong pin", Cause::MfaWrongCode),
    ("invalid mobile app verification code", Cause::MfaWrongCode),
    ("invalid verification code", Cause::MfaWrongCode),
    ("too many times", Cause::MfaWrongCode),
    ("misconfiguration", Cause::ProviderOutage),
    ("service error", Cause::ProviderOutage),
];

/// `None`: the text is no MFA result, or one that we do not know.
pub(super) fn result_of(detail: &str) -> Option<AttemptResult> {
    in_lower_case(detail, |detail| {
        if has(detail, "authentication in-progress") || has(detail, "authentication in progress") {
            return Some(AttemptResult::Interrupt(None));
        }
        let row = RESULTS.iter().find(|(words, _)| has(detail, words));
        row.map(|(_, cause)| AttemptResult::Failure(*cause))
    })
}

fn has(text: &[u8], words: &str) -> bool {
    memmem::find(text, words.as_bytes()).is_some()
}

/// Hands on the text in lower case (ASCII), with a plain apostrophe for the typographic one that documents and
/// portals put into "didn't". What is as short as all known texts stays off the heap.
fn in_lower_case<T>(text: &str, then: impl FnOnce(&[u8]) -> T) -> T {
    let mut room = [0; 128];
    match room.get_mut(..text.len()) {
        Some(room) if !text.contains('\u{2019}') => {
            room.copy_from_slice(text.as_bytes());
            room.make_ascii_lowercase();
            then(room)
        }
        _ => then(text.replace('\u{2019}', "'").to_ascii_lowercase().as_bytes()),
    }
}

const METHODS: [(&str, Method); 22] = [
    ("previously satisfied", Method::Session),
    ("temporary access pass", Method::Pass),
    ("mobile app notification", Method::Push),
    ("push notification", Method::Push),
    ("phone sign-in", Method::Push),
    ("verification code", Method::Totp),
    ("oath", Method::Totp),
    ("software token", Method::Totp),
    ("hardware token", Method::Totp),
    ("text message", Method::Sms),
    ("sms", Method::Sms),
    ("phone call", Method::Voice),
    ("mobile phone", Method::Voice),
    ("voice", Method::Voice),
    ("fido", Method::Webauthn),
    ("passkey", Method::Webauthn),
    ("windows hello", Method::Webauthn),
    ("certificate", Method::Certificate),
    ("email", Method::Email),
    ("federat", Method::Federated),
    ("external", Method::Federated),
    ("password", Method::Password),
];

pub(super) fn method(name: &str) -> Method {
    in_lower_case(name, |name| {
        METHODS.iter().find(|(words, _)| has(name, words)).map_or(Method::Unknown, |(_, method)| *method)
    })
}

/// The method in what the audit log says of a registration.
pub(super) fn registered(words: &str) -> Method {
    in_lower_case(words, |lower| match () {
        () if has(lower, "authenticator app") && has(lower, "notification") => Method::Push,
        () if has(lower, "authenticator app") => Method::Totp,
        () if has(lower, "password") && !has(lower, "passwordless") => Method::Unknown,
        () if has(lower, "phone") && !has(lower, "sign-in") => Method::Sms,
        () => method(words),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXTS: [(&str, Cause); 20] = [
        ("MFA denied; Phone App Reported Fraud", Cause::MfaFraudReported),
        ("MFA denied; Fraud Code Entered", Cause::MfaFraudReported),
        ("MFA denied; user declined the authentication", Cause::MfaDenied),
        ("MFA denied; user did not respond to mobile app notification", Cause::MfaNoResponse),
        ("MFA denied; user didn\u{2019}t respond to mobile app notification", Cause::MfaNoResponse),
        ("MFA denied; user never entered the verification code", Cause::MfaNoResponse),
        ("MFA denied; phone call went to voicemail", Cause::MfaNoResponse),
        ("MFA denied; user hung up the phone call", Cause::MfaNoResponse),
        ("MFA denied; user entered incorrect code", Cause::MfaWrongCode),
        ("MFA denied; user entered incorrect PIN", Cause::MfaWrongCode),
        ("MFA denied; invalid mobile app verification code", Cause::MfaWrongCode),
        ("MFA denied; user entered incorrect code too many times", Cause::MfaWrongCode),
        ("MFA denied; verification code already used once", Cause::MfaCodeReused),
        ("MFA denied; unable to send the mobile app notification to the device", Cause::MfaDeliveryFailed),
        ("MFA denied; unable to reach the user's phone", Cause::MfaDeliveryFailed),
        ("MFA denied; phone number has an invalid format", Cause::MfaDeliveryFailed),
        ("MFA denied; user doesn't have any verification methods registered", Cause::MfaNotEnrolled),
        ("MFA denied; user is blocked", Cause::AccountLocked),
        ("MFA denied; duplicate authentication attempt", Cause::MfaNoResponse),
        ("MFA denied; service error", Cause::ProviderOutage),
    ];

    #[test]
    fn every_text_of_the_reference() {
        for (detail, cause) in TEXTS {
            assert_eq!(result_of(detail), Some(AttemptResult::Failure(cause)), "{detail}");
        }
        assert_eq!(result_of("MFA denied; authentication in-progress"), Some(AttemptResult::Interrupt(None)));
        for detail in
            ["MFA denied", "", "MFA requirement satisfied by claim in the token", "MFA required in Azure AD"]
        {
            assert_eq!(result_of(detail), None, "{detail}");
        }
    }

    #[test]
    fn a_code_by_text_message_is_no_totp() {
        assert_eq!(method("Mobile app verification code"), Method::Totp);
        assert_eq!(method("Text message"), Method::Sms);
        assert_eq!(method("Mobile app notification"), Method::Push);
        assert_eq!(method("FIDO2 security key"), Method::Webauthn);
        assert_eq!(method("Previously satisfied"), Method::Session);
    }
}
