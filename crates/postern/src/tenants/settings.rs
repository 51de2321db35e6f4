//! What an organisation decides for itself. Each version is a row; the newest one whose time has come counts.

use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};
use postern_core::contact::{NumberError, parse_number};
use postern_core::policy::{Policies, PolicyError};
use postern_core::text::has_hidden;
use postern_core::tier::{TierError, Tiers};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::gateway::{Gateway, GatewayMistake, TypedGateway};
use crate::identity_provider::{IdentityProvider, ProviderMistake, parse_providers};
use crate::smtp::{Smtp, SmtpMistake};

/// As typed, and as it is kept: what is not there has its default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TypedSettings {
    /// Hours that a number or an address must have been on file before a code to sign in goes there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_contact_min_age_hours: Option<i64>,
    /// Days that a number must have been on file before a case to be called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_min_age_days: Option<i64>,
    /// When the help desk is there, as people read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desk_hours: Option<String>,
    /// The help desk's number, as people read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desk_phone: Option<String>,
    /// Minutes that an enrolment pass lives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enrolment_pass_minutes: Option<i64>,
    /// The account at the gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway_account: Option<String>,
    /// The number that texts and calls come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway_from: Option<String>,
    /// How the gateway is spoken to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway_kind: Option<String>,
    /// The account's secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway_token: Option<String>,
    /// Where text and voice messages are posted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway_url: Option<String>,
    /// Identity providers, in TOML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_providers: Option<String>,
    /// Days that imported sign-in records are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_days: Option<i64>,
    /// Days of sign-in records that are analysed together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub look_back_days: Option<i64>,
    /// Whether codes by mail may be a second step: `on` or `off`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail_codes: Option<String>,
    /// Whether a link by mail, with a code of a device, replaces a forgotten password after a day: `on` or `off`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_by_mail: Option<String>,
    /// Which proof suffices for which remedy, in Cedar: in place of what is shipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery_policy: Option<String>,
    /// Who its mail comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smtp_from: Option<String>,
    /// A mail relay of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smtp_url: Option<String>,
    /// Whether codes by text or call may be a second step: `on` or `off`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_codes: Option<String>,
    /// Its own tiers, beside the shipped ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tiers: Option<String>,
}

/// Which codes may be sent as a second step.
#[derive(Clone, Copy, Debug)]
pub struct SentCodeRules {
    /// By text or call.
    pub by_text: bool,
    /// By mail, for whom the least is at stake.
    pub by_mail: bool,
    /// What is on file for less gets none.
    pub contact_min_age: SignedDuration,
}

/// As needed.
#[derive(Clone, Debug)]
pub struct TenantSettings {
    /// Which codes may be sent as a second step.
    pub sent_codes: SentCodeRules,
    /// A number must have been on file for so long before a case to be called.
    pub contact_min_age: SignedDuration,
    /// When the help desk is there, such as "Mon to Fri 07:00 to 19:00 UTC".
    pub desk_hours: Option<String>,
    /// The help desk's number.
    pub desk_phone: Option<String>,
    /// How long an enrolment pass lives.
    pub enrolment_pass_life: SignedDuration,
    /// Where text and voice messages go. Without it they wait in the outbox.
    pub gateway: Option<Gateway>,
    /// Where its people may sign in besides, with an account that they have linked.
    pub identity_providers: Vec<IdentityProvider>,
    /// How long imported sign-in records are kept.
    pub keep: SignedDuration,
    /// How far back sign-in records are analysed together.
    pub look_back: SignedDuration,
    /// Whether a link by mail, with a code of a device, replaces a forgotten password after a day.
    pub password_by_mail: bool,
    /// A mail relay of its own. Without it, its mail goes by the server's.
    pub smtp: Option<Smtp>,
    /// The shipped tiers, and its own.
    pub tiers: Tiers,
}

/// A setting that does not do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// There is none of this name.
    #[error("there is no setting of the name {0}; there are: {names}", names = TypedSettings::NAMES.join(", "))]
    Unknown(String),
    /// A number outside of its bounds, or no number at all.
    #[error("{name}: {typed} is not a number from {least} to {most}")]
    Number {
        /// Of the setting.
        name: &'static str,
        /// What was typed.
        typed: String,
        /// The smallest that does.
        least: i64,
        /// The largest that does.
        most: i64,
    },
    /// Neither on nor off.
    #[error("{0}: on or off is wanted")]
    Switch(&'static str),
    /// No gateway.
    #[error(transparent)]
    Gateway(#[from] GatewayMistake),
    /// A line that people could not read.
    #[error("{0}: one line of at most {LONGEST_LINE} characters is wanted")]
    Line(&'static str),
    /// No number that anybody could call.
    #[error("desk_phone: {0}")]
    Phone(#[from] NumberError),
    /// No relay, or nobody that mail could come from.
    #[error(transparent)]
    Mail(#[from] SmtpMistake),
    /// No policy, or a weak one.
    #[error("recovery_policy: {0}")]
    Policy(#[from] PolicyError),
    /// No provider.
    #[error("identity_providers: {0}")]
    Provider(#[from] ProviderMistake),
    /// No tiers.
    #[error("tiers: {0}")]
    Tiers(#[from] TierError),
    /// More text than anybody reads.
    #[error("recovery_policy: longer than {} KiB", LONGEST_POLICY / 1024)]
    LongPolicy,
}

impl TenantSettings {
    /// By when a number has to be on file, and certain to be theirs, to be called in a case that is opened then.
    pub fn callable_if_filed_by(&self, opened_at: Timestamp) -> Timestamp {
        opened_at.saturating_sub(self.contact_min_age).unwrap_or(Timestamp::MIN)
    }
}

impl TypedSettings {
    /// Every name, in the order of the guide.
    pub const NAMES: [&str; 20] = [
        "code_contact_min_age_hours",
        "contact_min_age_days",
        "desk_hours",
        "desk_phone",
        "enrolment_pass_minutes",
        "gateway_account",
        "gateway_from",
        "gateway_kind",
        "gateway_token",
        "gateway_url",
        "identity_providers",
        "keep_days",
        "look_back_days",
        "mail_codes",
        "password_by_mail",
        "recovery_policy",
        "smtp_from",
        "smtp_url",
        "text_codes",
        "tiers",
    ];

    /// Sets one by its name; an empty value gives the default back.
    pub fn set(&mut self, name: &str, typed: &str) -> Result<(), SettingError> {
        let text = (!typed.is_empty()).then(|| typed.to_owned());
        match name {
            "code_contact_min_age_hours" => {
                self.code_contact_min_age_hours = number("code_contact_min_age_hours", typed, 8760)?;
            }
            "contact_min_age_days" => {
                self.contact_min_age_days = number("contact_min_age_days", typed, 3650)?;
            }
            "desk_hours" => self.desk_hours = text,
            "desk_phone" => self.desk_phone = text,
            "enrolment_pass_minutes" => {
                self.enrolment_pass_minutes = number("enrolment_pass_minutes", typed, 10)?;
            }
            "gateway_account" => self.gateway_account = text,
            "gateway_from" => self.gateway_from = text,
            "gateway_kind" => self.gateway_kind = text,
            "gateway_token" => self.gateway_token = text,
            "gateway_url" => self.gateway_url = text,
            "identity_providers" => self.identity_providers = text,
            "keep_days" => self.keep_days = number("keep_days", typed, 3650)?,
            "look_back_days" => self.look_back_days = number("look_back_days", typed, 3650)?,
            "mail_codes" => self.mail_codes = text,
            "password_by_mail" => self.password_by_mail = text,
            "recovery_policy" => self.recovery_policy = text,
            "smtp_from" => self.smtp_from = text,
            "smtp_url" => self.smtp_url = text,
            "text_codes" => self.text_codes = text,
            "tiers" => self.tiers = text,
            _ => return Err(SettingError::Unknown(name.to_owned())),
        }
        Ok(())
    }

    /// Names and values for people and for the record: of an address its host alone, for a password may stand in it.
    pub fn shown(&self) -> Vec<(&'static str, String)> {
        let number = |value: Option<i64>, default: i64| {
            value.map_or_else(|| format!("{default} (default)"), |value| value.to_string())
        };
        let keep = self.keep_days.unwrap_or(KEEP_DAYS);
        let host = |address: &Option<String>| {
            let url = address.as_deref().map(Url::parse);
            let host = url.map(|url| url.ok().and_then(|url| url.host_str().map(str::to_owned)));
            host.map(|host| host.unwrap_or_else(|| "-".to_owned()))
        };
        let digest = |text: &String| format!("its own, SHA-256 {}", HEXLOWER.encode(&Sha256::digest(text)));
        let own = |text: &Option<String>, default: &str| {
            text.clone().unwrap_or_else(|| format!("{default} (default)"))
        };
        let secret = if self.gateway_token.is_some() { "kept" } else { "none (default)" };
        vec![
            (
                "code_contact_min_age_hours",
                number(self.code_contact_min_age_hours, CODE_CONTACT_MIN_AGE_HOURS),
            ),
            ("contact_min_age_days", number(self.contact_min_age_days, CONTACT_MIN_AGE_DAYS)),
            ("desk_hours", self.desk_hours.clone().unwrap_or_else(|| "not said (default)".to_owned())),
            ("desk_phone", self.desk_phone.clone().unwrap_or_else(|| "not said (default)".to_owned())),
            ("enrolment_pass_minutes", number(self.enrolment_pass_minutes, ENROLMENT_PASS_MINUTES)),
            ("gateway_account", own(&self.gateway_account, "none")),
            ("gateway_from", own(&self.gateway_from, "none")),
            ("gateway_kind", own(&self.gateway_kind, "postern")),
            ("gateway_token", secret.to_owned()),
            ("gateway_url", host(&self.gateway_url).unwrap_or_else(|| "none (default)".to_owned())),
            ("identity_providers", self.shown_providers()),
            ("keep_days", number(self.keep_days, KEEP_DAYS)),
            ("look_back_days", number(self.look_back_days, keep.min(LOOK_BACK_DAYS))),
            ("mail_codes", own(&self.mail_codes, "off")),
            ("password_by_mail", own(&self.password_by_mail, "off")),
            (
                "recovery_policy",
                self.recovery_policy.as_ref().map_or_else(|| "the shipped one (default)".to_owned(), digest),
            ),
            ("smtp_from", self.smtp_from.clone().unwrap_or_else(|| "the server's (default)".to_owned())),
            ("smtp_url", host(&self.smtp_url).unwrap_or_else(|| "the server's (default)".to_owned())),
            ("text_codes", own(&self.text_codes, "off")),
            ("tiers", self.tiers.clone().unwrap_or_else(|| "the shipped ones (default)".to_owned())),
        ]
    }

    /// Names and issuers: a secret stands in the text.
    fn shown_providers(&self) -> String {
        let Some(text) = &self.identity_providers else { return "none (default)".to_owned() };
        let all = parse_providers(text).unwrap_or_default();
        let lines = all.iter().map(|provider| format!("{} at {}", provider.name, provider.issuer()));
        lines.collect::<Vec<_>>().join(", ")
    }

    /// Which proof suffices: the whole text.
    pub fn recovery_policy(&self) -> &str {
        self.recovery_policy.as_deref().unwrap_or(Policies::RECOVERY)
    }

    /// The shipped tiers, and its own.
    fn tiers(&self) -> Result<Tiers, TierError> {
        Tiers::parse(self.tiers.as_deref().unwrap_or_default())
    }

    /// The policies with its own text. `None`: it has none, and the shipped ones count.
    pub fn own_policies(&self) -> Result<Option<Policies>, SettingError> {
        let Some(text) = &self.recovery_policy else { return Ok(None) };
        if text.len() > LONGEST_POLICY {
            return Err(SettingError::LongPolicy);
        }
        Ok(Some(Policies::with_recovery(text, &self.tiers()?)?))
    }

    /// The settings that the program needs, or the first one that does not do. The policy stands apart: a text that a later
    /// release can't read takes nothing else with it.
    pub fn needed(&self) -> Result<TenantSettings, SettingError> {
        let days = |days: i64| SignedDuration::from_hours(24 * days);
        let age = self.contact_min_age_days.unwrap_or(CONTACT_MIN_AGE_DAYS);
        let minutes = self.enrolment_pass_minutes.unwrap_or(ENROLMENT_PASS_MINUTES);
        let keep = within("keep_days", self.keep_days.unwrap_or(KEEP_DAYS), 3650)?;
        let look_back = self.look_back_days.unwrap_or(keep.min(LOOK_BACK_DAYS));
        Ok(TenantSettings {
            sent_codes: self.sent_codes()?,
            contact_min_age: days(within("contact_min_age_days", age, 3650)?),
            desk_hours: self.desk_hours.as_deref().map(line).transpose()?,
            desk_phone: self.desk_phone.as_deref().map(phone).transpose()?,
            enrolment_pass_life: SignedDuration::from_mins(within("enrolment_pass_minutes", minutes, 10)?),
            gateway: self.gateway()?,
            identity_providers: parse_providers(self.identity_providers.as_deref().unwrap_or_default())?,
            keep: days(keep),
            password_by_mail: switch("password_by_mail", self.password_by_mail.as_deref())?,
            look_back: days(within("look_back_days", look_back, keep)?),
            tiers: self.tiers()?,
            smtp: relay(self.smtp_url.as_deref(), self.smtp_from.as_deref())?,
        })
    }
}

impl TypedSettings {
    fn sent_codes(&self) -> Result<SentCodeRules, SettingError> {
        let hours = self.code_contact_min_age_hours.unwrap_or(CODE_CONTACT_MIN_AGE_HOURS);
        Ok(SentCodeRules {
            by_text: switch("text_codes", self.text_codes.as_deref())?,
            by_mail: switch("mail_codes", self.mail_codes.as_deref())?,
            contact_min_age: SignedDuration::from_hours(within("code_contact_min_age_hours", hours, 8760)?),
        })
    }

    fn gateway(&self) -> Result<Option<Gateway>, GatewayMistake> {
        Gateway::parse(&TypedGateway {
            kind: self.gateway_kind.as_deref(),
            url: self.gateway_url.as_deref(),
            account: self.gateway_account.as_deref(),
            token: self.gateway_token.as_deref(),
            from: self.gateway_from.as_deref(),
        })
    }
}

const CODE_CONTACT_MIN_AGE_HOURS: i64 = 24;
const CONTACT_MIN_AGE_DAYS: i64 = 30;
const ENROLMENT_PASS_MINUTES: i64 = 10;
const KEEP_DAYS: i64 = 90;
const LOOK_BACK_DAYS: i64 = 30;
/// As much as fits beside the organisation's name. Unit: characters.
const LONGEST_LINE: usize = 80;
/// It stands in the audit log whenever it changes. Unit: bytes.
const LONGEST_POLICY: usize = 64 * 1024;

fn number(name: &'static str, typed: &str, most: i64) -> Result<Option<i64>, SettingError> {
    if typed.is_empty() {
        return Ok(None);
    }
    let wrong = |_| SettingError::Number { name, typed: typed.to_owned(), least: 1, most };
    within(name, typed.trim().parse().map_err(wrong)?, most).map(Some)
}

fn within(name: &'static str, value: i64, most: i64) -> Result<i64, SettingError> {
    if (1..=most).contains(&value) {
        return Ok(value);
    }
    Err(SettingError::Number { name, typed: value.to_string(), least: 1, most })
}

/// Relay and sender: both, or neither.
fn relay(url: Option<&str>, from: Option<&str>) -> Result<Option<Smtp>, SettingError> {
    match (url, from) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(SmtpMistake::Url.into()),
        (Some(url), from) => Ok(Some(Smtp::parse(url, from.unwrap_or_default())?)),
    }
}

fn line(text: &str) -> Result<String, SettingError> {
    let text = text.trim();
    let is_readable =
        text.chars().count() <= LONGEST_LINE && !has_hidden(text) && !text.chars().any(char::is_control);
    if is_readable { Ok(text.to_owned()) } else { Err(SettingError::Line("desk_hours")) }
}

/// Kept as it was typed: people write it down like that.
fn phone(text: &str) -> Result<String, SettingError> {
    parse_number(text)?;
    Ok(text.trim().to_owned())
}

fn switch(name: &'static str, typed: Option<&str>) -> Result<bool, SettingError> {
    match typed {
        None | Some("off") => Ok(false),
        Some("on") => Ok(true),
        Some(_) => Err(SettingError::Switch(name)),
    }
}
