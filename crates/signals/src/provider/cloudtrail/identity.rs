//! Whose record it is.
//!
//! A user name is unique within one AWS account only: the `admin` of one account and that of another have a password
//! each, and a success of the one must not hide the lockout of the other. So a person is `name@account`, and the
//! owner of an account, who has no name, `root@account`. Names from beyond the account (an e-mail address as the
//! name of a role's session, the users of Identity Center) stay as they are.

use std::borrow::Cow;

use super::CloudTrailRecord;
use crate::{
    record::is_a_name,
    wire::{Field, Scalar, wire},
};

wire! {
    struct Identity<'a> {
        "type" => kind: Scalar<'a>,
        "username" => name: Scalar<'a>,
        "arn" => arn: Scalar<'a>,
        "accountid" => account: Scalar<'a>,
        "principalid" => principal: Scalar<'a>,
        "onbehalfof" => behalf: Behalf<'a>,
    }
}
wire! {
    /// The user of Identity Center.
    struct Behalf<'a> { "userid" => id: Scalar<'a>, }
}

/// How a change of the owner's own MFA names them.
const ROOT: &str = "AWS ROOT USER";

#[derive(Debug, Default)]
pub(super) struct Who<'a> {
    pub(super) login: Option<Cow<'a, str>>,
    pub(super) display: Option<Cow<'a, str>>,
    pub(super) id: Option<Cow<'a, str>>,
}

impl<'a> Who<'a> {
    pub(super) fn is(&self, other: &Who<'_>) -> bool {
        match (&self.login, &other.login) {
            (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
            _ => self.id.is_some() && self.id == other.id,
        }
    }

    /// Nobody, where the name is a placeholder: with an account behind it, it would look like one.
    fn named(name: Cow<'a, str>, account: Option<&str>) -> Self {
        if !is_a_name(&name.to_lowercase()) {
            return Who::default();
        }
        let login = account.map(|account| format!("{name}@{account}").into());
        Who { login: login.or_else(|| Some(name.clone())), display: Some(name), id: None }
    }
}

/// Who asked.
pub(super) fn acting<'a>(record: &CloudTrailRecord<'a>) -> Who<'a> {
    let identity = &record.identity;
    let account = identity.account.cow().or_else(|| record.recipient.cow());
    let account = account.as_deref();
    let name = identity.name.text();
    let mut who = match identity.kind.text() {
        Some("Root") => root(account),
        // The name was mistyped, and may be a password.
        _ if name.is_some_and(|name| name.starts_with("HIDDEN_DUE_TO")) => return Who::default(),
        Some("IAMUser") => match identity.name.cow() {
            Some(name) => Who::named(name, account),
            None => of_arn(&identity.arn).unwrap_or_default(),
        },
        Some("AssumedRole" | "FederatedUser") => of_arn(&identity.arn).unwrap_or_default(),
        _ => Who { login: identity.name.cow(), display: identity.name.cow(), id: None },
    };
    who.id = identity.behalf.id.cow().or_else(|| principal(identity));
    who
}

/// The principal's id, where it is one: for the owner and for users of Identity Center it is the account's.
fn principal<'a>(identity: &Identity<'a>) -> Option<Cow<'a, str>> {
    let is_persons = matches!(identity.kind.text(), Some("IAMUser" | "AssumedRole" | "FederatedUser"));
    identity.principal.cow().filter(|_| is_persons)
}

/// Whose account a request changes: the user it names, or else the one who asks.
pub(super) fn requested<'a>(record: &CloudTrailRecord<'a>) -> Who<'a> {
    let account = record.recipient.cow().or_else(|| record.identity.account.cow());
    match (record.request.user.cow(), record.request.user_id.cow()) {
        (Some(name), _) if name == ROOT => root(account.as_deref()),
        (Some(name), None) => Who::named(name, account.as_deref()),
        // Identity Center knows its users by id.
        (name, Some(id)) => Who { id: Some(id), login: name, ..Who::default() },
        (None, None) => acting(record),
    }
}

/// Who switched: the record's identity is the role, which many may take.
pub(super) fn switched<'a>(record: &CloudTrailRecord<'a>) -> Who<'a> {
    of_arn(&record.additional.switched_from).unwrap_or_else(|| acting(record))
}

fn root<'a>(account: Option<&str>) -> Who<'a> {
    Who::named("root".into(), account)
}

/// `arn:aws:iam::123456789012:user/team/mia`, `arn:aws:sts::123456789012:assumed-role/Admin/mia@corp.example`.
fn of_arn<'a>(arn: &Scalar<'_>) -> Option<Who<'a>> {
    let mut parts = arn.text()?.splitn(6, ':').skip(4);
    let account = parts.next().filter(|account| !account.is_empty());
    let resource = parts.next()?;
    let (kind, path) = resource.split_once('/').unwrap_or((resource, ""));
    let name = path.rsplit('/').next().filter(|name| !name.is_empty());
    match (kind, name) {
        ("root", _) => Some(root(account)),
        ("assumed-role" | "federated-user", Some(session)) if session.contains('@') => {
            Some(Who::named(session.to_owned().into(), None))
        }
        (_, Some(name)) => Some(Who::named(name.to_owned().into(), account)),
        (_, None) => None,
    }
}

/// Signed in at another provider, which knows what was shown.
pub(super) fn is_federated(record: &CloudTrailRecord<'_>) -> bool {
    !record.additional.saml_provider.is_absent()
        || matches!(
            record.identity.kind.text(),
            Some("AssumedRole" | "FederatedUser" | "SAMLUser" | "WebIdentityUser")
        )
}
