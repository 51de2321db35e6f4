//! What an event is called in the formats of others: OCSF 1.8.0, and CAEP 1.0 and RISC 1.0, whose events travel as
//! security event tokens.

macro_rules! ocsf_activities {
    ($($variant:ident = $class:literal $class_name:literal, $activity:literal $activity_name:literal;)+) => {
        /// A class of OCSF and one of its activities.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum OcsfActivity {
            $(#[doc = concat!($class_name, ": ", $activity_name, ".")] $variant,)+
        }

        impl OcsfActivity {
            /// Every one that an event uses.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// `class_uid`.
            pub fn class_uid(self) -> u32 {
                match self { $(Self::$variant => $class,)+ }
            }

            /// `class_name`.
            pub fn class_name(self) -> &'static str {
                match self { $(Self::$variant => $class_name,)+ }
            }

            /// `activity_id`, within its class.
            pub fn activity_id(self) -> u32 {
                match self { $(Self::$variant => $activity,)+ }
            }

            /// `activity_name`.
            pub fn activity_name(self) -> &'static str {
                match self { $(Self::$variant => $activity_name,)+ }
            }
        }
    };
}

ocsf_activities! {
    FindingCreate = 2004 "Detection Finding", 1 "Create";
    FindingClose = 2004 "Detection Finding", 3 "Close";
    AccountCreate = 3001 "Account Change", 1 "Create";
    AccountEnable = 3001 "Account Change", 2 "Enable";
    PasswordChange = 3001 "Account Change", 3 "Password Change";
    AccountDisable = 3001 "Account Change", 5 "Disable";
    FactorEnable = 3001 "Account Change", 10 "MFA Factor Enable";
    FactorDisable = 3001 "Account Change", 11 "MFA Factor Disable";
    Logon = 3002 "Authentication", 1 "Logon";
    Logoff = 3002 "Authentication", 2 "Logoff";
    EntityCreate = 3004 "Entity Management", 1 "Create";
    EntityUpdate = 3004 "Entity Management", 3 "Update";
    EntitySuspend = 3004 "Entity Management", 12 "Suspend";
    EntityResume = 3004 "Entity Management", 13 "Resume";
}

impl OcsfActivity {
    /// The version of OCSF whose numbers these are.
    pub const VERSION: &'static str = "1.8.0";

    /// `type_uid`: class and activity in one number.
    pub fn type_uid(self) -> u32 {
        self.class_uid() * 100 + self.activity_id()
    }
}

macro_rules! security_event_types {
    ($($variant:ident = $family:literal $title:literal $name:literal : $doc:literal;)+) => {
        /// An event type of CAEP or RISC.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum SecurityEventType {
            $(#[doc = $doc] $variant,)+
        }

        impl SecurityEventType {
            /// Every one that an event uses.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The key under `events` in a security event token.
            pub fn uri(self) -> &'static str {
                match self {
                    $(Self::$variant => {
                        concat!("https://schemas.openid.net/secevent/", $family, "/event-type/", $name)
                    })+
                }
            }

            /// The specification and its word, for people.
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => concat!($title, " ", $name),)+ }
            }
        }
    };
}

security_event_types! {
    SessionEstablished = "caep" "CAEP" "session-established": "A session began.";
    SessionRevoked = "caep" "CAEP" "session-revoked": "A session ended before its time.";
    CredentialChange = "caep" "CAEP" "credential-change": "A password or factor was made, changed or taken away.";
    AccountDisabled = "risc" "RISC" "account-disabled": "An account was suspended.";
    AccountEnabled = "risc" "RISC" "account-enabled": "An account was enabled again.";
    RecoveryActivated = "risc" "RISC" "recovery-activated": "The recovery of an account is under way.";
    RecoveryInformationChanged = "risc" "RISC" "recovery-information-changed": "A contact, or backup codes, changed.";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Class, its name, and how many activities it has: they are numbered from 1 without a gap (OCSF 1.8.0).
    const CLASSES: [(u32, &str, u32); 4] = [
        (2004, "Detection Finding", 3),
        (3001, "Account Change", 12),
        (3002, "Authentication", 7),
        (3004, "Entity Management", 13),
    ];

    #[test]
    fn classes_and_activities_are_ocsfs() {
        let mut types = HashSet::new();
        for activity in OcsfActivity::ALL {
            let class = CLASSES.iter().find(|(uid, ..)| *uid == activity.class_uid());
            let (_, name, activities) = class.expect("a class of the list");
            assert_eq!(activity.class_name(), *name);
            assert!((1..=*activities).contains(&activity.activity_id()), "{activity:?}");
            assert!(types.insert(activity.type_uid()), "{activity:?} stands twice");
        }
        assert_eq!(OcsfActivity::FactorDisable.type_uid(), 300_111);
    }

    #[test]
    fn security_event_types_are_caeps_and_riscs() {
        let base = "https://schemas.openid.net/secevent/";
        let uris: HashSet<_> = SecurityEventType::ALL.iter().map(|kind| kind.uri()).collect();
        assert_eq!(uris.len(), SecurityEventType::ALL.len());
        for kind in SecurityEventType::ALL {
            let (family, word) = kind.title().split_once(' ').unwrap();
            assert_eq!(kind.uri(), format!("{base}{}/event-type/{word}", family.to_lowercase()));
        }
    }
}
