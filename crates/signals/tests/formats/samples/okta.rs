//! Okta and Auth0.

use postern_signals::{Cause, Method, Provider};

use super::{Form, Sample};

/// As the console downloads it: other names than in the API, and the targets side by side.
const CONSOLE: &str = "timestamp,uuid,event_type,legacy_event_type,display_message,severity,version,outcome.result,outcome.reason,actor.id,actor.type,actor.alternate_id,actor.display_name,client.ip_address,client.user_agent.raw_user_agent,client.user_agent.os,client.user_agent.browser,client.device,client.zone,client.geographical_context.country,client.geographical_context.city,client.geographical_context.postal_code,client.geographical_context.geolocation.lat,client.geographical_context.geolocation.lon,authentication_context.authentication_provider,authentication_context.credential_type,authentication_context.external_session_id,security_context.as_number,security_context.is_proxy,transaction.id,debug_context.debug_data.request_uri,target0.id,target0.type,target0.alternate_id,target0.display_name,target1.id,target1.type,target1.alternate_id,target1.display_name";
/// As the API's names come out of a program that flattens them.
const FLAT: &str = "published,uuid,eventType,outcome.result,outcome.reason,actor.id,actor.type,actor.alternateId,actor.displayName,client.ipAddress,client.userAgent.rawUserAgent,client.geographicalContext.country,debugContext.debugData.factor";

pub const SAMPLES: &[Sample] = &[
    Sample {
        shape: "Okta, Classic",
        provider: Provider::Okta,
        form: Form::Json,
        text: r#"{"actor":{"id":"00u1","type":"User","alternateId":"mia@corp.example","displayName":"Mia B","detailEntry":null},"client":{"userAgent":{"rawUserAgent":"Mozilla/5.0","os":"Windows 10","browser":"CHROME"},"zone":"null","device":"Computer","id":null,"ipAddress":"198.51.100.7","geographicalContext":{"city":"Lyon","state":"Auvergne","country":"France","postalCode":"69001","geolocation":{"lat":45.76,"lon":4.83}}},"device":null,"authenticationContext":{"authenticationProvider":null,"credentialProvider":null,"credentialType":null,"issuer":null,"interface":null,"authenticationStep":0,"rootSessionId":"unknown","externalSessionId":"unknown"},"displayMessage":"User login to Okta","eventType":"user.session.start","outcome":{"result":"FAILURE","reason":"INVALID_CREDENTIALS"},"published":"2026-03-02T08:14:11.204Z","securityContext":{"asNumber":64500,"asOrg":"example","isp":"example","domain":".","isProxy":false},"severity":"INFO","debugContext":{"debugData":{"requestId":"r-1","dtHash":"ab12","requestUri":"/api/v1/authn","threatSuspected":"false","url":"/api/v1/authn?"}},"legacyEventType":"core.user_auth.login_failed","transaction":{"type":"WEB","id":"tx-1","detail":{}},"uuid":"6a0f-1","version":"0","request":{"ipChain":[{"ip":"198.51.100.7","version":"V4","source":null}]},"target":null}"#,
        time: "2026-03-02T08:14:11.204Z",
        at: "2026-03-02T08:14:11.204Z",
        method: Method::Password,
        cause: Cause::BadPassword,
        code: "INVALID_CREDENTIALS",
        unknown: (&[("INVALID_CREDENTIALS", "SOMETHING_NEW")], "SOMETHING_NEW"),
        envelopes: &[
            r#"{"eventType":"com.okta.event_hook","eventTypeVersion":"1.0","cloudEventsVersion":"0.1","source":"https://corp.example/api/v1/eventHooks/w1","eventId":"e-1","data":{"events":[RECORDS]},"eventTime":"2026-03-02T08:14:12.000Z","contentType":"application/json"}"#,
        ],
    },
    Sample {
        shape: "Okta, Identity Engine",
        provider: Provider::Okta,
        form: Form::Json,
        text: r#"{"actor":{"id":"00u1","type":"User","alternateId":"mia@corp.example","displayName":"Mia B","detailEntry":null},"client":{"userAgent":{"rawUserAgent":"Mozilla/5.0","os":"Windows 10","browser":"CHROME"},"zone":"null","device":"Computer","id":null,"ipAddress":"198.51.100.7","geographicalContext":{"city":"Lyon","country":"France","geolocation":{"lat":45.76,"lon":4.83}}},"device":null,"authenticationContext":{"authenticationProvider":"FACTOR_PROVIDER","credentialProvider":"OKTA_CREDENTIAL_PROVIDER","credentialType":null,"rootSessionId":"idx1","externalSessionId":"idx1"},"displayMessage":"Authentication of user via MFA","eventType":"user.authentication.auth_via_mfa","outcome":{"result":"FAILURE","reason":"INVALID_CREDENTIALS"},"published":"2026-03-02T08:14:11.204Z","securityContext":{"asNumber":64500,"isProxy":false},"severity":"WARN","debugContext":{"debugData":{"factor":"OKTA_VERIFY_PUSH","pushOnlyResponseType":"OV_RESPONSE_DENY","risk":"{level=HIGH}","behaviors":"{New IP=POSITIVE}","dtHash":"ab12","requestUri":"/idp/idx/authenticators/poll"}},"legacyEventType":"core.user.factor.attempt_fail","transaction":{"type":"WEB","id":"tx-1","detail":{}},"uuid":"6a0f-2","version":"0","request":{"ipChain":[]},"target":[{"id":"opf1","type":"AuthenticatorEnrollment","alternateId":"unknown","displayName":"Okta Verify","detailEntry":{"methodTypeUsed":"Push","methodUsedVerifiedProperties":"[]"}}]}"#,
        time: "2026-03-02T08:14:11.204Z",
        at: "2026-03-02T08:14:11.204Z",
        method: Method::Push,
        cause: Cause::MfaDenied,
        code: "INVALID_CREDENTIALS",
        unknown: (
            &[("INVALID_CREDENTIALS", "SOMETHING_NEW"), ("OV_RESPONSE_DENY", "OV_RESPONSE_NEW")],
            "SOMETHING_NEW",
        ),
        envelopes: &[],
    },
    Sample {
        shape: "Okta, console CSV",
        provider: Provider::Okta,
        form: Form::Row(CONSOLE),
        text: r#"2026-03-02T08:14:11.204Z,6a0f-3,user.session.start,core.user_auth.login_failed,"User login to Okta",INFO,0,FAILURE,LOCKED_OUT,00u1,User,"mia@corp.example","Mia B",198.51.100.7,"Mozilla/5.0",Windows 10,CHROME,Computer,null,France,Lyon,69001,45.76,4.83,,,unknown,64500,false,tx-1,/api/v1/authn,00u1,AppUser,"x@corp.example",X,0oa1,AppInstance,"Portal","Portal""#,
        time: "2026-03-02T08:14:11.204Z",
        at: "2026-03-02T08:14:11.204Z",
        method: Method::Unknown,
        cause: Cause::AccountLocked,
        code: "LOCKED_OUT",
        unknown: (&[("LOCKED_OUT", "SOMETHING_NEW")], "SOMETHING_NEW"),
        envelopes: &[],
    },
    Sample {
        shape: "Okta, flattened CSV",
        provider: Provider::Okta,
        form: Form::Row(FLAT),
        text: r#"2026-03-02T08:14:11.204Z,6a0f-4,user.authentication.auth_via_mfa,FAILURE,INVALID_CREDENTIALS,00u1,User,"mia@corp.example","Mia B",198.51.100.7,"Mozilla/5.0",France,OKTA_SOFT_TOKEN"#,
        time: "2026-03-02T08:14:11.204Z",
        at: "2026-03-02T08:14:11.204Z",
        method: Method::Totp,
        cause: Cause::MfaWrongCode,
        code: "INVALID_CREDENTIALS",
        unknown: (&[("INVALID_CREDENTIALS", "SOMETHING_NEW")], "SOMETHING_NEW"),
        envelopes: &[],
    },
    Sample {
        shape: "Auth0, stream",
        provider: Provider::Auth0,
        form: Form::Json,
        text: r#"{"log_id":"90020260302","data":{"date":"2026-03-02T08:14:11.204Z","type":"gd_auth_rejected","description":"Guardian - Second factor authentication rejected","connection":"Users","client_id":"c1","client_name":"Portal","ip":"198.51.100.7","user_agent":"Mozilla/5.0","user_id":"auth0|1","user_name":"mia@corp.example","hostname":"corp.eu.auth0.com","tenant_name":"corp","details":{"session_id":"x","authenticator":{"id":"push|dev_1","type":"push"}},"location_info":{"country_code":"FR","city_name":"Lyon","latitude":45.76,"longitude":4.83},"$event_schema":{"version":"1.0.0"},"log_id":"90020260302"}}"#,
        time: "2026-03-02T08:14:11.204Z",
        at: "2026-03-02T08:14:11.204Z",
        method: Method::Push,
        cause: Cause::MfaDenied,
        code: "gd_auth_rejected",
        unknown: (
            &[
                ("gd_auth_rejected", "f"),
                ("Guardian - Second factor authentication rejected", "Something new"),
            ],
            "f",
        ),
        envelopes: &[],
    },
    Sample {
        shape: "Auth0, Management API",
        provider: Provider::Auth0,
        form: Form::Json,
        text: r#"{"date":"2026-03-02T08:14:11.204Z","type":"fp","description":"Wrong email or password.","connection":"Users","connection_id":"con_1","client_id":"c1","client_name":"Portal","ip":"198.51.100.7","user_agent":"Mozilla/5.0","details":{"error":{"message":"Wrong email or password."}},"user_id":"auth0|1","user_name":"mia@corp.example","strategy":"auth0","strategy_type":"database","log_id":"90020260302","_id":"90020260302","isMobile":false,"location_info":{"country_code":"FR"}}"#,
        time: "2026-03-02T08:14:11.204Z",
        at: "2026-03-02T08:14:11.204Z",
        method: Method::Password,
        cause: Cause::BadPassword,
        code: "fp",
        unknown: (&[("\"fp\"", "\"f\""), ("Wrong email or password.", "Something new")], "f"),
        envelopes: &[r#"{"start":0,"limit":50,"length":1,"total":1,"logs":[RECORDS]}"#],
    },
];
