//! What stands in for the outside world in tests: a mail server, a text gateway, one with Twilio's API, a push service, two
//! kinds of identity provider, a phone with a code app, one that approves sign-ins, a passkey, and a database of addresses.
//!
//! They do as little as the real things do on a good day, keep what they were given, and can be told to fail.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    clippy::indexing_slicing,
    reason = "a test's stand-in has nobody to report to"
)]

mod gateway;
mod geoip;
mod identity_provider;
mod passkey;
mod phone;
mod push_phone;
mod push_service;
pub mod saml_provider;
mod smtp;
mod twilio;

pub use gateway::{FakeGateway, SentText};
pub use geoip::geoip_database;
pub use identity_provider::{FakeIdentityProvider, LogoutAtProvider, SignInAtProvider};
pub use passkey::SoftPasskey;
pub use phone::TestPhone;
pub use push_phone::PushPhone;
pub use push_service::{FakePushService, ReceivedPush};
pub use smtp::{FakeSmtp, Mail};
pub use twilio::{FakeTwilio, TwilioForm};
