//! The System Log's record, as far as it is read.

use crate::wire::{Field, List, Scalar, wire};

wire! {
    struct Party<'a> {
        "id" => id: Scalar<'a>,
        "type" => kind: Scalar<'a>,
        "alternateid" => login: Scalar<'a>,
        "displayname" => name: Scalar<'a>,
        "detailentry" => detail: Detail<'a>,
    }
}
wire! {
    struct Detail<'a> { "policyname" => policy: Scalar<'a>, "methodtypeused" => method: Scalar<'a>, }
}
wire! {
    struct Client<'a> {
        "ipaddress" => ip: Scalar<'a>,
        "useragent" => agent: Agent<'a>,
        "geographicalcontext" => place: Place<'a>,
    }
}
wire! {
    struct Agent<'a> { "rawuseragent" => raw: Scalar<'a>, "browser" => browser: Scalar<'a>, }
}
wire! {
    struct Place<'a> {
        "city" => city: Scalar<'a>,
        "country" => country: Scalar<'a>,
        "geolocation" => point: Geolocation<'a>,
    }
}
wire! {
    struct Geolocation<'a> { "lat" => latitude: Scalar<'a>, "lon" => longitude: Scalar<'a>, }
}
wire! {
    struct Security<'a> { "asnumber" => asn: Scalar<'a>, "isproxy" => proxy: Scalar<'a>, }
}
wire! {
    /// The registered device that took part, if any.
    struct Device<'a> { "id" => id: Scalar<'a>, }
}
wire! {
    struct Ending<'a> { "result" => result: Scalar<'a>, "reason" => reason: Scalar<'a>, }
}
wire! {
    struct Context<'a> {
        "externalsessionid" => session: Scalar<'a>,
        "rootsessionid" => root_session: Scalar<'a>,
        "credentialtype" => credential: Scalar<'a>,
    }
}
wire! {
    struct Debug<'a> { "debugdata" => data: DebugData<'a>, }
}
wire! {
    struct DebugData<'a> {
        "factor" => factor: Scalar<'a>,
        "pushonlyresponsetype" => push_response: Scalar<'a>,
        "pushwithnumberchallengeresponsetype" => number_response: Scalar<'a>,
        "phonenumber" => phone: Scalar<'a>,
        "dthash" => device_token: Scalar<'a>,
        "devicefingerprint" => fingerprint: Scalar<'a>,
        "requesturi" => request: Scalar<'a>,
    }
}
wire! {
    struct Record<'a> {
        "uuid" => id: Scalar<'a>,
        "published" => published: Scalar<'a>,
        "eventtype" => event: Scalar<'a>,
        "legacyeventtype" => legacy_event: Scalar<'a>,
        "displaymessage" => message: Scalar<'a>,
        "actor" => actor: Party<'a>,
        "client" => client: Client<'a>,
        "outcome" => ending: Ending<'a>,
        "authenticationcontext" => context: Context<'a>,
        "debugcontext" => debug: Debug<'a>,
        "target" => targets: List<Party<'a>>,
        "securitycontext" => security: Security<'a>,
        "device" => device: Device<'a>,
    }
}

impl<'a> Record<'a> {
    pub(super) fn event(&self) -> Option<&str> {
        let told = !self.actor.is_absent() || !self.ending.is_absent() || !self.legacy_event.is_absent();
        self.event.text().filter(|event| told && event.contains('.'))
    }

    pub(super) fn target(&self, kind: &str) -> Option<&Party<'a>> {
        self.targets
            .0
            .iter()
            .find(|target| target.kind.text().is_some_and(|said| said.eq_ignore_ascii_case(kind)))
    }

    /// The person who acts, if the actor is one.
    pub(super) fn acting_person(&self) -> Option<&Party<'a>> {
        let is_system =
            self.actor.kind.text().is_some_and(|kind| kind.eq_ignore_ascii_case("SystemPrincipal"))
                || self.actor.login.text().is_some_and(|login| login.eq_ignore_ascii_case("system@okta.com"));
        (!is_system && !self.actor.is_absent()).then_some(&self.actor)
    }
}
