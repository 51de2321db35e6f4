//! Changes in the directory: who may sign in, and with what.

pub(crate) mod change;

use std::borrow::Cow;

use super::{mfa, row::Enveloped, time_of};
use crate::{
    read::{Parsed, RecordDefect},
    record::{AttemptResult, Lifecycle, Method, Position, Provider, SignIn},
    wire::{Field, List, Scalar, wire},
};

wire! {
    struct Initiator<'a> { "user" => user: EntraAuditParty<'a>, "app" => app: EntraAuditParty<'a>, }
}
wire! {
    struct EntraAuditParty<'a> {
        "id" => id: Scalar<'a>,
        "userprincipalname" => login: Scalar<'a>,
        "displayname" => name: Scalar<'a>,
        "ipaddress" => ip: Scalar<'a>,
    }
}
wire! {
    struct EntraAuditTarget<'a> {
        "id" => id: Scalar<'a>,
        "type" => kind: Scalar<'a>,
        "userprincipalname" => login: Scalar<'a>,
        "displayname" => name: Scalar<'a>,
        "modifiedproperties" => properties: List<Property<'a>>,
    }
}
wire! {
    /// What an update changed.
    struct Property<'a> {
        "displayname" | "name" => name: Scalar<'a>,
        "oldvalue" => old: Scalar<'a>,
        "newvalue" => new: Scalar<'a>,
    }
}
wire! {
    struct EntraAuditEvent<'a> {
        "id" => id: Scalar<'a>,
        "activitydatetime" => happened: Scalar<'a>,
        "time" | "timegenerated" | "date (utc)" => logged: Scalar<'a>,
        "activitydisplayname" | "operationname" | "activity" => activity: Scalar<'a>,
        "result" => result: Scalar<'a>,
        "resultreason" => reason: Scalar<'a>,
        "resultdescription" => description: Scalar<'a>,
        "correlationid" => correlation: Scalar<'a>,
        "calleripaddress" | "ipaddress" => ip: Scalar<'a>,
        "initiatedby" => initiator: Initiator<'a>,
        "targetresources" => targets: List<EntraAuditTarget<'a>>,
        // The portal's download, which is flat.
        "actoruserprincipalname" => actor_login: Scalar<'a>,
        "actordisplayname" => actor_name: Scalar<'a>,
        "actorobjectid" => actor_id: Scalar<'a>,
        "target1type" => target_kind: Scalar<'a>,
        "target1userprincipalname" => target_login: Scalar<'a>,
        "target1displayname" => target_name: Scalar<'a>,
        "target1objectid" => target_id: Scalar<'a>,
    }
}

/// `None`: it bears on no sign-in, failed, or names nobody.
pub(super) fn parse(line: &str, position: Position) -> Result<Option<Parsed<'_>>, serde_json::Error> {
    let event: Audit<'_> = serde_json::from_str(line)?;
    let Some(change) = event.change() else {
        return Ok(None);
    };
    let happened = event.pick(|event| &event.happened);
    let Ok(at) = time_of(happened, event.pick(|event| &event.logged)) else {
        return Ok(Some(Parsed::Malformed(RecordDefect::BadTime)));
    };
    let mut sign_in = SignIn::new(Provider::Entra, AttemptResult::Lifecycle(change));
    sign_in.at = at;
    sign_in.position = position;
    if change == Lifecycle::PolicyChanged {
        sign_in.policy = event.target_name().cow();
    } else {
        event.set_person(&mut sign_in, change);
        if sign_in.person.is_none() && sign_in.person_id.is_none() {
            return Ok(None);
        }
    }
    sign_in.actor = event.actor(&sign_in);
    sign_in.set_ip(event.address());
    if change == Lifecycle::PasswordChanged && sign_in.actor.is_some() {
        sign_in.result = AttemptResult::Lifecycle(Lifecycle::PasswordReset);
    }
    sign_in.record_id = event.pick(|event| &event.id).cow();
    sign_in.session = event.pick(|event| &event.correlation).cow();
    sign_in.method = event.method();
    sign_in.phone = event.phone();
    let words = [event.reason(), event.pick(|event| &event.activity)];
    sign_in.detail = words.into_iter().find_map(Scalar::cow);
    Ok(Some(Parsed::Attempt(sign_in)))
}

type Audit<'a> = Enveloped<EntraAuditEvent<'a>>;

impl<'a> Audit<'a> {
    fn change(&self) -> Option<Lifecycle> {
        let failed = |result: &str| !result.eq_ignore_ascii_case("success");
        if self.pick(|event| &event.result).text().is_some_and(failed) {
            return None;
        }
        let activity = self.pick(|event| &event.activity).text()?;
        change::of(activity, self.reason().text().unwrap_or(""), self.properties())
    }

    fn reason(&self) -> &Scalar<'a> {
        let reason = self.pick(|event| &event.reason);
        if reason.is_absent() { self.pick(|event| &event.description) } else { reason }
    }

    fn targets(&self) -> &[EntraAuditTarget<'a>] {
        &self.layer_with(|event| &event.targets).targets.0
    }

    /// The person it was done to.
    fn target(&self) -> Option<&EntraAuditTarget<'a>> {
        let is_user = |target: &&EntraAuditTarget<'_>| {
            !target.login.is_absent()
                || target.kind.text().is_some_and(|kind| kind.eq_ignore_ascii_case("User"))
        };
        self.targets().iter().find(is_user)
    }

    fn properties(&self) -> &[Property<'a>] {
        self.target().map_or(&[], |target| &target.properties.0)
    }

    fn target_name(&self) -> &Scalar<'a> {
        let named = self.targets().iter().map(|target| &target.name).find(|name| !name.is_absent());
        named.unwrap_or_else(|| self.pick(|event| &event.target_name))
    }

    fn initiator(&self) -> &Initiator<'a> {
        &self.layer_with(|event| &event.initiator).initiator
    }

    fn set_person(&self, sign_in: &mut SignIn<'a>, change: Lifecycle) {
        let target = self.target();
        let or = |inner: Option<&Scalar<'a>>, flat: &Scalar<'a>| {
            inner.and_then(Scalar::cow).or_else(|| flat.cow())
        };
        let login = self.pick(|event| &event.target_login);
        sign_in.set_person(or(target.map(|target| &target.login), login));
        let id = self.pick(|event| &event.target_id);
        sign_in.person_id = or(target.map(|target| &target.id), id);
        // Who reports something, reports it of the own account.
        if sign_in.person.is_none() && change == Lifecycle::SuspiciousReported {
            let reporter = &self.initiator().user;
            sign_in.set_person(reporter.login.cow());
            sign_in.person_id = reporter.id.cow();
        }
    }

    /// Who did it, if that was not the person.
    fn actor(&self, done_to: &SignIn<'a>) -> Option<Cow<'a, str>> {
        let Initiator { user, app } = self.initiator();
        let or = |inner: &'_ Scalar<'a>, flat: &'_ Scalar<'a>| inner.cow().or_else(|| flat.cow());
        let login = or(&user.login, self.pick(|event| &event.actor_login));
        let id = or(&user.id, self.pick(|event| &event.actor_id));
        let same = |one: &Option<Cow<'_, str>>, other: &Option<Cow<'_, str>>| {
            one.as_deref().zip(other.as_deref()).is_some_and(|(one, other)| one.eq_ignore_ascii_case(other))
        };
        if same(&id, &done_to.person_id) || same(&login, &done_to.person) {
            return None;
        }
        login.or_else(|| or(&app.name, self.pick(|event| &event.actor_name)))
    }

    fn address(&self) -> Option<&str> {
        let Initiator { user, app } = self.initiator();
        [&user.ip, &app.ip, self.pick(|event| &event.ip)].into_iter().find_map(Scalar::text)
    }

    /// "User registered Authenticator App with Notification and Code".
    fn method(&self) -> Method {
        let words = [self.reason(), self.pick(|event| &event.activity)];
        let methods = words.into_iter().filter_map(Scalar::text).map(mfa::registered);
        methods.into_iter().find(|method| *method != Method::Unknown).unwrap_or_default()
    }

    /// The number that is on file from now on.
    fn phone(&self) -> Option<Cow<'a, str>> {
        let lists = self.properties().iter().filter_map(|property| property.new.text());
        lists.into_iter().find_map(|list| {
            let (_, rest) = list.split_once("\"PhoneNumber\":\"")?;
            rest.split_once('"').map(|(number, _)| number.to_owned().into())
        })
    }
}
