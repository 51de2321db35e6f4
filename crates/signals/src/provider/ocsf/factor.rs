//! What was shown: OCSF's authentication factors and protocols.

use std::borrow::Cow;

use super::{OcsfLogEvent, OcsfLogNamed};
use crate::{
    record::Method,
    wire::{Scalar, wire},
};

wire! {
    struct OcsfLogFactor<'a> {
        "factor_type_id" => kind: Scalar<'a>,
        "factor_type" => label: Scalar<'a>,
        "phone_number" => phone: Scalar<'a>,
        "device" => device: OcsfLogNamed<'a>,
    }
}

impl<'a> OcsfLogFactor<'a> {
    fn method(&self) -> Method {
        match self.kind.int() {
            Some(1) => Method::Sms,
            Some(3) => Method::Voice,
            Some(5) => Method::Push,
            // Biometrics count here as the platform's key that they unlock.
            Some(4 | 9 | 10) => Method::Webauthn,
            Some(6 | 7) => Method::Totp,
            Some(8) => Method::Email,
            Some(11) => Method::Password,
            Some(2) => Method::Unknown,
            _ => by_label(self.label.text().unwrap_or("")),
        }
    }

    pub(super) fn phone(&self) -> Option<Cow<'a, str>> {
        self.phone.cow().or_else(|| self.device.id.cow())
    }
}

fn by_label(label: &str) -> Method {
    let label = label.to_ascii_lowercase();
    let has = |word: &str| label.contains(word);
    match () {
        () if has("recovery") || has("backup") => Method::BackupCode,
        () if has("certificate") || has("smart") => Method::Certificate,
        () if has("password") => Method::Password,
        () => Method::Unknown,
    }
}

/// The second factor, where one is named; OCSF knows no value for the user's own step of a protocol.
pub(super) fn method(event: &OcsfLogEvent<'_>) -> Method {
    let shown: Vec<_> = event.factors.0.iter().rev().map(OcsfLogFactor::method).collect();
    let second = shown.iter().find(|method| !matches!(method, Method::Password | Method::Unknown));
    let first = shown.iter().find(|method| **method != Method::Unknown);
    second.or(first).copied().unwrap_or_else(|| by_protocol(event.protocol.int()))
}

fn by_protocol(protocol: Option<i64>) -> Method {
    match protocol {
        // NTLM, Kerberos, Digest, PAP, CHAP, Basic, LDAP: each proves a password.
        Some(1..=3 | 7 | 8 | 11 | 12) => Method::Password,
        Some(4 | 5) => Method::Federated,
        _ => Method::Unknown,
    }
}

/// Digest, PAP, CHAP, Basic and LDAP carry a name and a password, and nothing else.
pub(super) fn is_legacy(protocol: Option<i64>) -> bool {
    matches!(protocol, Some(3 | 7 | 8 | 11 | 12))
}
