//! Where mail goes: the server's relay, or an organisation's own.

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use url::Url;

/// A relay that can be used.
pub type Relay = AsyncSmtpTransport<Tokio1Executor>;

/// Where mail goes.
#[derive(Clone, Debug)]
pub struct Smtp {
    /// `smtp://` or `smtps://`, with user and password if wanted.
    pub url: Url,
    /// Who it comes from.
    pub from: Mailbox,
}

/// What is wrong with it. The address is not repeated: a password may stand in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SmtpMistake {
    /// Nothing that mail could go by.
    #[error(
        "smtp_url: wanted an address such as smtp://mail.example.com:587?tls=required, or smtps://user:password@mail.example.com"
    )]
    Url,
    /// No sender.
    #[error("smtp_from: wanted with smtp_url, such as \"Postern <postern@example.com>\"")]
    From,
}

impl Smtp {
    /// As typed. Err: what the program could not use either.
    pub fn parse(url: &str, from: &str) -> Result<Self, SmtpMistake> {
        let url = Url::parse(url).ok().filter(Url::has_host).ok_or(SmtpMistake::Url)?;
        Relay::from_url(url.as_str()).map_err(|_| SmtpMistake::Url)?;
        Ok(Self { url, from: from.parse().map_err(|_| SmtpMistake::From)? })
    }

    /// The relay. `patience`: how long connecting to it may take.
    pub fn relay(&self, patience: Duration) -> Result<Relay, SmtpMistake> {
        let builder = Relay::from_url(self.url.as_str()).map_err(|_| SmtpMistake::Url)?;
        Ok(builder.timeout(Some(patience)).build())
    }
}
