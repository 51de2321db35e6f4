//! Where text and voice messages go: a gateway that takes what Postern posts, or one that speaks the API of Twilio.

use std::fmt;

use postern_core::contact::parse_number;
use url::{Host, Url};

/// Where Twilio's API is, where the settings name no other address.
const TWILIO: &str = "https://api.twilio.com";

/// An organisation's gateway.
#[derive(Clone, Debug)]
pub enum Gateway {
    /// It takes a POST of `{id, channel, to, text}`.
    Plain(Url),
    /// It takes forms as Twilio does, and dials by itself.
    Twilio(TwilioAccount),
}

/// An account at Twilio, or at whoever speaks its API.
#[derive(Clone)]
pub struct TwilioAccount {
    base: Url,
    /// The account's id.
    pub account: String,
    /// Its secret.
    pub token: String,
    /// The number that texts and calls come from.
    pub from: String,
}

/// As typed.
#[derive(Clone, Copy, Default)]
pub struct TypedGateway<'a> {
    pub kind: Option<&'a str>,
    pub url: Option<&'a str>,
    pub account: Option<&'a str>,
    pub token: Option<&'a str>,
    pub from: Option<&'a str>,
}

/// No gateway. What was typed is not said again: it may hold a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GatewayMistake {
    /// No such kind.
    #[error("gateway_kind: postern or twilio is wanted")]
    Kind,
    /// No address.
    #[error("gateway_url: this is no http:// or https:// URL")]
    Address,
    /// The account's secret goes with each message.
    #[error("gateway_url: https:// is wanted for a gateway_kind of twilio, except on this machine")]
    Insecure,
    /// It stands beside a gateway that has no use for it.
    #[error("{0}: only a gateway_kind of twilio has one")]
    NotWanted(&'static str),
    /// No account.
    #[error("gateway_account: the account's id is wanted, letters and digits alone, such as AC and 32 more")]
    Account,
    /// No secret.
    #[error("gateway_token: the account's secret is wanted; gateway_token=@FILE takes it from a file")]
    Token,
    /// No number.
    #[error("gateway_from: the number that texts and calls come from is wanted, with + and the country")]
    From,
}

impl Gateway {
    /// The gateway that is meant; `None`: there is none.
    pub fn parse(typed: &TypedGateway<'_>) -> Result<Option<Self>, GatewayMistake> {
        match typed.kind {
            None | Some("postern") => plain(typed),
            Some("twilio") => twilio(typed).map(|account| Some(Self::Twilio(account))),
            Some(_) => Err(GatewayMistake::Kind),
        }
    }

    /// What it is known by, so that organisations that share one know of each other's trouble with it.
    pub fn name(&self) -> String {
        match self {
            Self::Plain(url) => url.to_string(),
            Self::Twilio(account) => format!("{} {}", account.base, account.account),
        }
    }
}

impl TwilioAccount {
    /// Where a resource of the account is, such as `Messages.json`.
    pub fn resource(&self, name: &str) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["2010-04-01", "Accounts", &self.account, name]);
        }
        url
    }
}

impl fmt::Debug for TwilioAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TwilioAccount").field("account", &self.account).finish_non_exhaustive()
    }
}

fn plain(typed: &TypedGateway<'_>) -> Result<Option<Gateway>, GatewayMistake> {
    let unwanted =
        [("gateway_account", typed.account), ("gateway_token", typed.token), ("gateway_from", typed.from)];
    if let Some((name, _)) = unwanted.iter().find(|(_, value)| value.is_some()) {
        return Err(GatewayMistake::NotWanted(name));
    }
    Ok(typed.url.map(address).transpose()?.map(Gateway::Plain))
}

fn twilio(typed: &TypedGateway<'_>) -> Result<TwilioAccount, GatewayMistake> {
    let base = address(typed.url.unwrap_or(TWILIO))?;
    if base.scheme() != "https" && !is_loopback(&base) {
        return Err(GatewayMistake::Insecure);
    }
    let is_id = |text: &&str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric());
    let account = typed.account.filter(is_id).ok_or(GatewayMistake::Account)?;
    let is_secret = |text: &&str| !text.trim().is_empty() && !text.chars().any(char::is_control);
    let token = typed.token.filter(is_secret).ok_or(GatewayMistake::Token)?;
    let from = parse_number(typed.from.unwrap_or_default()).map_err(|_| GatewayMistake::From)?;
    Ok(TwilioAccount { base, account: account.to_owned(), token: token.to_owned(), from: dialled(&from) })
}

/// A number without what is for the eye: E.164.
pub fn dialled(number: &str) -> String {
    number.chars().filter(|c| *c == '+' || c.is_ascii_digit()).collect()
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn address(text: &str) -> Result<Url, GatewayMistake> {
    let url = Url::parse(text).ok().filter(|url| ["http", "https"].contains(&url.scheme()) && url.has_host());
    url.ok_or(GatewayMistake::Address)
}
