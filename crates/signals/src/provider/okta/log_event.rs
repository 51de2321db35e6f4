//! The System Log's record, as far as it is read. The console's download has other names for the same
//! (`actor.alternate_id`), and the first targets side by side.

use crate::wire::{Field, List, Scalar, wire};

wire! {
    struct OktaParty<'a> {
        "id" => id: Scalar<'a>,
        "type" => kind: Scalar<'a>,
        "alternateid" | "alternate_id" => login: Scalar<'a>,
        "displayname" | "display_name" => name: Scalar<'a>,
        "detailentry" | "detail_entry" => detail: Detail<'a>,
    }
}
wire! {
    struct Detail<'a> { "policyname" => policy: Scalar<'a>, "methodtypeused" => method: Scalar<'a>, }
}
wire! {
    struct Client<'a> {
        "ipaddress" | "ip_address" => ip: Scalar<'a>,
        "useragent" | "user_agent" => agent: Agent<'a>,
        "geographicalcontext" | "geographical_context" => place: OktaPlace<'a>,
    }
}
wire! {
    struct Agent<'a> { "rawuseragent" | "raw_user_agent" => raw: Scalar<'a>, "browser" => browser: Scalar<'a>, }
}
wire! {
    struct OktaPlace<'a> {
        "city" => city: Scalar<'a>,
        "country" => country: Scalar<'a>,
        "geolocation" => point: Geolocation<'a>,
    }
}
wire! {
    struct Geolocation<'a> { "lat" => latitude: Scalar<'a>, "lon" => longitude: Scalar<'a>, }
}
wire! {
    struct Security<'a> { "asnumber" | "as_number" => asn: Scalar<'a>, "isproxy" | "is_proxy" => proxy: Scalar<'a>, }
}
wire! {
    /// The registered device that took part, if any.
    struct OktaDevice<'a> { "id" => id: Scalar<'a>, }
}
wire! {
    struct OktaEnding<'a> { "result" => result: Scalar<'a>, "reason" => reason: Scalar<'a>, }
}
wire! {
    struct OktaContext<'a> {
        "externalsessionid" | "external_session_id" => session: Scalar<'a>,
        "rootsessionid" | "root_session_id" => root_session: Scalar<'a>,
        "credentialtype" | "credential_type" => credential: Scalar<'a>,
    }
}
wire! {
    struct Debug<'a> { "debugdata" | "debug_data" => data: DebugData<'a>, }
}
wire! {
    struct DebugData<'a> {
        "factor" => factor: Scalar<'a>,
        "pushonlyresponsetype" => push_response: Scalar<'a>,
        "pushwithnumberchallengeresponsetype" => number_response: Scalar<'a>,
        "phonenumber" => phone: Scalar<'a>,
        "dthash" | "dt_hash" => device_token: Scalar<'a>,
        "devicefingerprint" | "device_fingerprint" => fingerprint: Scalar<'a>,
        "requesturi" | "request_uri" => request: Scalar<'a>,
    }
}
wire! {
    struct OktaRecord<'a> {
        "uuid" => id: Scalar<'a>,
        "published" | "timestamp" => published: Scalar<'a>,
        "eventtype" | "event_type" => event: Scalar<'a>,
        "legacyeventtype" | "legacy_event_type" => legacy_event: Scalar<'a>,
        "displaymessage" | "display_message" => message: Scalar<'a>,
        "actor" => actor: OktaParty<'a>,
        "client" => client: Client<'a>,
        "outcome" => ending: OktaEnding<'a>,
        "authenticationcontext" | "authentication_context" => context: OktaContext<'a>,
        "debugcontext" | "debug_context" => debug: Debug<'a>,
        "target" | "target0" => targets: List<OktaParty<'a>>,
        "target1" => second_target: List<OktaParty<'a>>,
        "target2" => third_target: List<OktaParty<'a>>,
        "target3" => fourth_target: List<OktaParty<'a>>,
        "securitycontext" | "security_context" => security: Security<'a>,
        "device" => device: OktaDevice<'a>,
    }
}

impl<'a> OktaRecord<'a> {
    /// Puts the targets that stand side by side where the others have theirs.
    pub(super) fn gathered(mut self) -> Self {
        for more in [&mut self.second_target, &mut self.third_target, &mut self.fourth_target] {
            self.targets.0.append(&mut more.0);
        }
        self
    }

    pub(super) fn event(&self) -> Option<&str> {
        let is_described =
            !self.actor.is_absent() || !self.ending.is_absent() || !self.legacy_event.is_absent();
        self.event.text().filter(|event| is_described && event.contains('.'))
    }

    pub(super) fn target(&self, kind: &str) -> Option<&OktaParty<'a>> {
        self.targets
            .0
            .iter()
            .find(|target| target.kind.text().is_some_and(|text| text.eq_ignore_ascii_case(kind)))
    }

    /// The person who acts, if the actor is one.
    pub(super) fn acting_person(&self) -> Option<&OktaParty<'a>> {
        let is_system =
            self.actor.kind.text().is_some_and(|kind| kind.eq_ignore_ascii_case("SystemPrincipal"))
                || self.actor.login.text().is_some_and(|login| login.eq_ignore_ascii_case("system@okta.com"));
        (!is_system && !self.actor.is_absent()).then_some(&self.actor)
    }
}
