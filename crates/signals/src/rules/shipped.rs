//! The rules that ship with Postern.

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        [$(($name, include_str!(concat!("../../rules/", $name)))),+]
    };
}

/// File names and texts.
pub(super) const FILES: [(&str, &str); 10] = files![
    "signed_in_with_proof.yml",
    "mfa_prompt_fatigue.yml",
    "verdicts_of_person_and_provider.yml",
    "password_and_code_guessing.yml",
    "password_spray_and_stuffing.yml",
    "resets_and_what_follows.yml",
    "new_device_and_network.yml",
    "phone_shared_by_people.yml",
    "legacy_protocol_refused.yml",
    "account_lockouts_of_many.yml",
];
