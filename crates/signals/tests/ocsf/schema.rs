//! The rules of OCSF 1.8.0 for the attributes that are written, from `ocsf/ocsf-schema`, tag v1.8.0:
//! `events/base_event.json`, `events/iam/{iam,authentication,account_change}.json`, `profiles/host.json`,
//! `dictionary.json`, and `objects/` of the names below. An attribute that is not here counts as unknown.

/// What a value may be.
pub enum Kind {
    Text,
    Integer,
    Number,
    Bool,
    Address,
    Mail,
    /// An enumeration: its sibling with the caption, and its values.
    Coded(&'static str, &'static [(i64, &'static str)]),
    Object(&'static Schema),
    Objects(&'static Schema),
    Texts,
    /// `unmapped`: any object.
    Free,
}
use Kind::{Address, Bool, Coded, Free, Integer, Mail, Number, Object, Objects, Text, Texts};

pub struct Schema {
    pub attributes: &'static [(&'static str, Kind)],
    pub required: &'static [&'static str],
    pub at_least_one: &'static [&'static str],
}

const SEVERITY: &[(i64, &str)] = &[
    (0, "Unknown"),
    (1, "Informational"),
    (2, "Low"),
    (3, "Medium"),
    (4, "High"),
    (5, "Critical"),
    (6, "Fatal"),
];
const STATUS: &[(i64, &str)] = &[(0, "Unknown"), (1, "Success"), (2, "Failure")];
const PROTOCOL: &[(i64, &str)] = &[
    (0, "Unknown"),
    (1, "NTLM"),
    (2, "Kerberos"),
    (3, "Digest"),
    (4, "OpenID"),
    (5, "SAML"),
    (6, "OAUTH 2.0"),
    (7, "PAP"),
    (8, "CHAP"),
    (9, "EAP"),
    (10, "RADIUS"),
    (11, "Basic Authentication"),
    (12, "LDAP"),
];
const FACTOR: &[(i64, &str)] = &[
    (0, "Unknown"),
    (1, "SMS"),
    (2, "Security Question"),
    (3, "Phone Call"),
    (4, "Biometric"),
    (5, "Push Notification"),
    (6, "Hardware Token"),
    (7, "OTP"),
    (8, "Email"),
    (9, "U2F"),
    (10, "WebAuthn"),
    (11, "Password"),
];
const LOGON: &[(i64, &str)] = &[
    (0, "Unknown"),
    (1, "Logon"),
    (2, "Logoff"),
    (3, "Authentication Ticket"),
    (4, "Service Ticket Request"),
    (5, "Service Ticket Renew"),
    (6, "Preauth"),
    (7, "Account Switch"),
];
const CHANGE: &[(i64, &str)] = &[
    (0, "Unknown"),
    (1, "Create"),
    (2, "Enable"),
    (3, "Password Change"),
    (4, "Password Reset"),
    (5, "Disable"),
    (6, "Delete"),
    (7, "Attach Policy"),
    (8, "Detach Policy"),
    (9, "Lock"),
    (10, "MFA Factor Enable"),
    (11, "MFA Factor Disable"),
    (12, "Unlock"),
];
const OBSERVABLE: &[(i64, &str)] =
    &[(0, "Unknown"), (2, "IP Address"), (4, "User Name"), (5, "Email Address")];
const DEVICE_TYPE: &[(i64, &str)] = &[(0, "Unknown"), (2, "Desktop"), (3, "Laptop"), (5, "Mobile")];

const fn plain(attributes: &'static [(&'static str, Kind)], at_least_one: &'static [&'static str]) -> Schema {
    Schema { attributes, required: &[], at_least_one }
}

static USER: Schema = plain(
    &[("name", Text), ("uid", Text), ("email_addr", Mail), ("display_name", Text), ("account", Free)],
    &["account", "name", "uid"],
);
static SESSION: Schema = plain(&[("uid", Text)], &[]);
static ACTOR: Schema = plain(
    &[("user", Object(&USER)), ("session", Object(&SESSION)), ("app_name", Text)],
    &["process", "user", "invoked_by", "session", "app_name", "app_uid"],
);
static LOCATION: Schema = plain(
    &[("city", Text), ("country", Text), ("lat", Number), ("long", Number)],
    &["city", "country", "postal_code", "region"],
);
static AUTONOMOUS_SYSTEM: Schema = plain(&[("number", Integer), ("name", Text)], &["number", "name"]);
static ENDPOINT: Schema = plain(
    &[
        ("ip", Address),
        ("name", Text),
        ("uid", Text),
        ("location", Object(&LOCATION)),
        ("autonomous_system", Object(&AUTONOMOUS_SYSTEM)),
    ],
    &[
        "ip",
        "uid",
        "name",
        "hostname",
        "svc_name",
        "instance_uid",
        "interface_uid",
        "interface_name",
        "domain",
    ],
);
static DEVICE: Schema = Schema {
    attributes: &[("uid", Text), ("type_id", Coded("type", DEVICE_TYPE)), ("type", Text)],
    required: &["type_id"],
    at_least_one: &[],
};
static REQUEST: Schema = plain(&[("user_agent", Text)], &[]);
static ENTITY: Schema = plain(&[("name", Text), ("uid", Text)], &["name", "uid"]);
static AUTH_FACTOR: Schema = Schema {
    attributes: &[
        ("factor_type_id", Coded("factor_type", FACTOR)),
        ("factor_type", Text),
        ("is_totp", Bool),
        ("is_hotp", Bool),
        ("phone_number", Text),
    ],
    required: &["factor_type_id"],
    at_least_one: &[],
};
static PRODUCT: Schema = plain(&[("name", Text), ("vendor_name", Text), ("version", Text)], &["name", "uid"]);
static METADATA: Schema = Schema {
    attributes: &[
        ("version", Text),
        ("product", Object(&PRODUCT)),
        ("uid", Text),
        ("log_provider", Text),
        ("original_time", Text),
        ("profiles", Texts),
    ],
    required: &["version", "product"],
    at_least_one: &[],
};
static OBSERVED: Schema = Schema {
    attributes: &[("name", Text), ("type_id", Coded("type", OBSERVABLE)), ("type", Text), ("value", Text)],
    required: &["type_id"],
    at_least_one: &[],
};

/// The attributes of the base event and of `iam`, and those of the class.
macro_rules! class {
    ($activities:expr, $($own:expr),*) => {
        &[
            ("class_uid", Integer),
            ("class_name", Text),
            ("category_uid", Integer),
            ("category_name", Text),
            ("activity_id", Coded("activity_name", $activities)),
            ("activity_name", Text),
            ("type_uid", Integer),
            ("type_name", Text),
            ("time", Integer),
            ("severity_id", Coded("severity", SEVERITY)),
            ("severity", Text),
            ("status_id", Coded("status", STATUS)),
            ("status", Text),
            ("status_code", Text),
            ("status_detail", Text),
            ("message", Text),
            ("metadata", Object(&METADATA)),
            ("observables", Objects(&OBSERVED)),
            ("unmapped", Free),
            ("actor", Object(&ACTOR)),
            ("src_endpoint", Object(&ENDPOINT)),
            ("http_request", Object(&REQUEST)),
            ("device", Object(&DEVICE)),
            ("user", Object(&USER)),
            ("auth_factors", Objects(&AUTH_FACTOR)),
            $($own),*
        ]
    };
}
const REQUIRED: &[&str] =
    &["activity_id", "category_uid", "class_uid", "type_uid", "severity_id", "time", "metadata", "user"];

pub static AUTHENTICATION: Schema = Schema {
    attributes: class!(
        LOGON,
        ("service", Object(&ENTITY)),
        ("dst_endpoint", Object(&ENDPOINT)),
        ("session", Object(&SESSION)),
        ("is_mfa", Bool),
        ("auth_protocol_id", Coded("auth_protocol", PROTOCOL)),
        ("auth_protocol", Text)
    ),
    required: REQUIRED,
    at_least_one: &["service", "dst_endpoint"],
};
pub static ACCOUNT_CHANGE: Schema = Schema {
    attributes: class!(CHANGE, ("policies", Objects(&ENTITY)), ("user_result", Object(&USER))),
    required: REQUIRED,
    at_least_one: &[],
};
