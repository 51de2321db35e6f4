//! What Duo's results, reasons and factors mean. The second version writes `user_marked_fraud`, the first
//! `User marked fraud`.

use crate::{
    cause::Cause,
    record::{Flag, Method, Network},
};

/// The same words, whatever case they are in and whatever stands between them?
pub(super) fn same(text: &str, words: &str) -> bool {
    let plain = |byte: u8| if matches!(byte, b' ' | b'-') { b'_' } else { byte.to_ascii_lowercase() };
    text.len() == words.len() && text.bytes().zip(words.bytes()).all(|(one, other)| plain(one) == other)
}

fn is_one_of(text: &str, words: &[&str]) -> bool {
    words.iter().any(|words| same(text, words))
}

const CAUSES: [(Cause, &[&str]); 11] = [
    (Cause::MfaFraudReported, &["user_marked_fraud"]),
    // A mistake is a decline, and no report of anything.
    (Cause::MfaDenied, &["user_denied", "user_mistake"]),
    (Cause::MfaWrongCode, &["invalid_passcode", "verification_code_incorrect", "verification_code_missing"]),
    (Cause::MfaNoResponse, &["no_response", "no_keys_pressed", "call_timed_out"]),
    // Duo itself stopped it: several prompts in quick succession.
    (Cause::MfaRateLimited, &["anomalous_push", "frequent_attempts"]),
    (Cause::AccountLocked, &["locked_out"]),
    (Cause::AccountDisabled, &["user_disabled"]),
    (Cause::MfaNotEnrolled, &["deny_unenrolled_user", "no_activated_duo_mobile_account"]),
    (
        Cause::DeviceBlock,
        &[
            "could_not_determine_if_endpoint_was_trusted",
            "endpoint_failed_google_verification",
            "endpoint_is_not_in_management_system",
            "endpoint_is_not_trusted",
            "invalid_device",
            "invalid_management_certificate_collection_state",
            "no_disk_encryption",
            "no_duo_certificate_present",
            "no_screen_lock",
            "out_of_date",
            "platform_restricted",
            "rooted_device",
            "software_restricted",
            "touch_id_disabled",
            "touchid_disabled",
            "user_provided_invalid_certificate",
            "version_restricted",
        ],
    ),
    (
        Cause::PolicyBlock,
        &[
            "anonymous_ip",
            "denied_by_policy",
            "denied_network",
            "factor_restricted",
            "location_restricted",
            "invalid_referring_hostname_provided",
            "no_referring_hostname_provided",
            "no_web_referer_match",
            "user_not_in_permitted_group",
        ],
    ),
    (Cause::ProviderOutage, &["error"]),
];

/// `None`: not a reason for a failure that we know.
pub(super) fn cause_of(reason: &str) -> Option<Cause> {
    CAUSES.iter().find(|(_, words)| is_one_of(reason, words)).map(|(cause, _)| *cause)
}

/// Whoever asked for the prompt gave it up, or chose another factor. The phone neither declined it nor let it run out.
pub(super) fn is_given_up(reason: &str) -> bool {
    same(reason, "user_cancelled")
}

/// Duo's own verdict.
pub(super) fn flag_of(reason: &str) -> Option<Flag> {
    same(reason, "anomalous_push").then_some(Flag::Risk)
}

pub(super) fn network_of(reason: &str) -> Network {
    match reason {
        _ if same(reason, "anonymous_ip") => Network::Proxy,
        _ if is_one_of(reason, &["trusted_network", "allow_unenrolled_user_on_trusted_network"]) => {
            Network::Trusted
        }
        _ => Network::Unknown,
    }
}

/// Duo asked for nothing, so whatever factor the record names was not used.
pub(super) fn asked_nothing(reason: &str) -> bool {
    is_one_of(
        reason,
        &[
            "allow_unenrolled_user",
            "allow_unenrolled_user_on_trusted_network",
            "allowed_by_policy",
            "bypass_user",
            "remembered_device",
            "trusted_location",
            "trusted_network",
        ],
    )
}

const METHODS: [(&str, Method); 19] = [
    ("push", Method::Push),
    ("phone_call", Method::Voice),
    ("phone call", Method::Voice),
    ("sms", Method::Sms),
    ("bypass", Method::BackupCode),
    ("remembered", Method::Session),
    ("trusted_network", Method::Session),
    ("trusted network", Method::Session),
    ("u2f", Method::Webauthn),
    ("webauthn", Method::Webauthn),
    ("security key", Method::Webauthn),
    ("security_key", Method::Webauthn),
    ("touch", Method::Webauthn),
    ("authenticator", Method::Webauthn),
    ("duo_desktop", Method::DeviceKey),
    ("passcode", Method::Totp),
    ("yubikey", Method::Totp),
    ("token", Method::Totp),
    ("digipass", Method::Totp),
];

pub(super) fn method_of(factor: &str) -> Method {
    crate::provider::text_search::first_in(&METHODS, factor).unwrap_or_default()
}
