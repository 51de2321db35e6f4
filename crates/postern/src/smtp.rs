//! Where mail goes: the server's relay, or an organisation's own.

use url::Url;

/// Where mail goes.
#[derive(Clone, Debug)]
pub struct Smtp {
    /// `smtp://` or `smtps://`, with user and password if wanted.
    pub url: Url,
    /// Who it comes from.
    pub from: lettre::message::Mailbox,
}
