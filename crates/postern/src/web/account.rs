//! A signed-in person's own pages.

pub mod activity;
pub mod add_contact;
pub mod backup_codes;
pub mod choose_trusted_contact;
pub mod code_apps;
pub mod confirm_contact;
pub mod end_session;
pub mod factors;
pub mod hardware_token;
pub mod linked_accounts;
pub mod not_me;
pub mod notices;
pub mod overview;
pub mod passkeys;
pub mod password;
pub mod push;
pub mod remove_contact;
pub mod remove_trusted_contact;
pub mod replace_password;
pub mod resync;
pub mod sent_codes;
pub mod step_up;
pub mod trusted_contacts;
pub mod vouch;
pub mod waiting_password;
