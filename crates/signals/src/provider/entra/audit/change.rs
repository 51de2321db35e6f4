//! What a change in the directory means for a person's sign-in. Microsoft 365 logs the same changes by the same names.

use super::Property;
use crate::{
    provider::entra::{contains, starts_with},
    record::Lifecycle,
    wire::{Field, Scalar},
};

/// Activities as the audit log names them.
const CHANGES: [(&str, Lifecycle); 41] = [
    ("Reset user password", Lifecycle::PasswordReset),
    ("Reset password (by admin)", Lifecycle::PasswordReset),
    ("Set force change user password", Lifecycle::PasswordReset),
    // The person did it, over a factor of their own.
    ("Reset password (self-service)", Lifecycle::PasswordChanged),
    ("Change password (self-service)", Lifecycle::PasswordChanged),
    ("Change user password", Lifecycle::PasswordChanged),
    ("Unlock user account (self-service)", Lifecycle::Unlock),
    ("User registered security info", Lifecycle::FactorEnrolled),
    ("User registered all required security info", Lifecycle::FactorEnrolled),
    ("Admin registered security info", Lifecycle::FactorEnrolled),
    ("Admin updated security info", Lifecycle::FactorEnrolled),
    ("User updated security info", Lifecycle::FactorEnrolled),
    // Another factor is asked for from now on, which is what a new one would bring about.
    ("User changed default security info", Lifecycle::FactorEnrolled),
    ("Add FIDO2 security key", Lifecycle::FactorEnrolled),
    ("Add Passkey (device-bound)", Lifecycle::FactorEnrolled),
    ("Add Windows Hello for Business credential", Lifecycle::FactorEnrolled),
    ("Add passwordless phone sign-in credential", Lifecycle::FactorEnrolled),
    ("User deleted security info", Lifecycle::FactorRemoved),
    ("Admin deleted security info", Lifecycle::FactorRemoved),
    ("Delete FIDO2 security key", Lifecycle::FactorRemoved),
    ("Delete Passkey (device-bound)", Lifecycle::FactorRemoved),
    ("Delete Windows Hello for Business credential", Lifecycle::FactorRemoved),
    ("Delete passwordless phone sign-in credential", Lifecycle::FactorRemoved),
    ("Disable account", Lifecycle::Disabled),
    ("Delete user", Lifecycle::Disabled),
    ("Enable account", Lifecycle::Enabled),
    ("Restore user", Lifecycle::Enabled),
    // MFA is no longer asked of this person.
    ("Disable Strong Authentication", Lifecycle::BypassCreated),
    ("Fraud reported - user is blocked for MFA", Lifecycle::SuspiciousReported),
    ("Fraud reported - no action taken", Lifecycle::SuspiciousReported),
    ("Suspicious activity reported", Lifecycle::SuspiciousReported),
    ("Add policy", Lifecycle::PolicyChanged),
    ("Update policy", Lifecycle::PolicyChanged),
    ("Delete policy", Lifecycle::PolicyChanged),
    ("Update authorization policy", Lifecycle::PolicyChanged),
    ("Authentication Methods Policy Update", Lifecycle::PolicyChanged),
    ("Authentication Methods Policy Reset", Lifecycle::PolicyChanged),
    ("Update security defaults", Lifecycle::PolicyChanged),
    ("Disable security defaults", Lifecycle::PolicyChanged),
    ("Set domain authentication", Lifecycle::PolicyChanged),
    ("Set federation settings on domain", Lifecycle::PolicyChanged),
];

/// `None`: it bears on no sign-in.
pub(crate) fn of(activity: &str, reason: &str, properties: &[Property<'_>]) -> Option<Lifecycle> {
    let activity = activity.trim_end_matches('.');
    if contains(activity, "conditional access policy") || contains(activity, "named location") {
        return Some(Lifecycle::PolicyChanged);
    }
    if activity.eq_ignore_ascii_case("Update user") {
        return by_properties(properties);
    }
    if contains(activity, "temporary access pass") {
        return (!contains(activity, "delete")).then_some(Lifecycle::BypassCreated);
    }
    let (_, change) = CHANGES.iter().find(|(name, _)| activity.eq_ignore_ascii_case(name))?;
    let is_pass = contains(reason, "temporary access pass")
        || properties.iter().any(|property| property.is("TemporaryAccessPass"));
    Some(if is_pass && *change == Lifecycle::FactorEnrolled { Lifecycle::BypassCreated } else { *change })
}

/// That all factors went says more than that one of their details did.
fn by_properties(properties: &[Property<'_>]) -> Option<Lifecycle> {
    let changes = || properties.iter().filter_map(by_property);
    changes().find(|change| *change == Lifecycle::FactorReset).or_else(|| changes().next())
}

/// The directory's own copy of a person's factors, a list before and after.
fn by_property(property: &Property<'_>) -> Option<Lifecycle> {
    let (old, new) = (entries(&property.old), entries(&property.new));
    if property.is("StrongAuthenticationRequirement") {
        // The list of what MFA is required for.
        return (old > 0 && new == 0).then_some(Lifecycle::BypassCreated);
    }
    let is_numbers = property.is("StrongAuthenticationUserDetails");
    let is_factors = is_numbers
        || property.is("StrongAuthenticationMethod")
        || property.is("StrongAuthenticationPhoneAppDetail")
        || property.is("SearchableDeviceKey");
    match () {
        () if !is_factors => None,
        () if property.is("StrongAuthenticationMethod") && property.is_emptied() => {
            Some(Lifecycle::FactorReset)
        }
        () if new > old => Some(Lifecycle::FactorEnrolled),
        () if new < old => Some(Lifecycle::FactorRemoved),
        // One number in the place of another.
        () if is_numbers && property.old != property.new => Some(Lifecycle::FactorEnrolled),
        () => None,
    }
}

impl Property<'_> {
    fn is(&self, name: &str) -> bool {
        self.name.text().is_some_and(|written| starts_with(written, name))
    }

    /// Where nothing tells what was there before, it was something: the property did change.
    fn is_emptied(&self) -> bool {
        let was_something = self.old.is_absent() || entries(&self.old) > 0;
        was_something && !self.new.is_absent() && entries(&self.new) == 0
    }
}

/// How many objects are in a list that is written as text.
fn entries(list: &Scalar<'_>) -> usize {
    list.text().map_or(0, |text| memchr::memchr_iter(b'{', text.as_bytes()).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(name: &str, old: &str, new: &str) -> Option<Lifecycle> {
        let property = format!(
            r#"{{"displayName":"{name}","oldValue":"{}","newValue":"{}"}}"#,
            old.replace('"', "\\\""),
            new.replace('"', "\\\"")
        );
        of("Update user", "", &[serde_json::from_str(&property).unwrap()])
    }

    #[test]
    fn an_update_of_a_person_counts_by_what_it_changed() {
        let (one, two) = (r#"[{"MethodType":6}]"#, r#"[{"MethodType":6},{"MethodType":7}]"#);
        assert_eq!(update("StrongAuthenticationMethod", "[]", one), Some(Lifecycle::FactorEnrolled));
        assert_eq!(update("StrongAuthenticationMethod", two, one), Some(Lifecycle::FactorRemoved));
        assert_eq!(update("StrongAuthenticationMethod", two, "[]"), Some(Lifecycle::FactorReset));
        assert_eq!(update("StrongAuthenticationMethod", one, one), None);
        assert_eq!(update("StrongAuthenticationMethod", "", "[]"), Some(Lifecycle::FactorReset));
        assert_eq!(update("StrongAuthenticationMethod", "[]", "[]"), None);
        assert_eq!(update("StrongAuthenticationRequirement", one, "[]"), Some(Lifecycle::BypassCreated));
        assert_eq!(update("StrongAuthenticationRequirement", "[]", one), None);
        assert_eq!(update("SearchableDeviceKey", "[]", one), Some(Lifecycle::FactorEnrolled));
        let (old, new) = (r#"[{"PhoneNumber":"+33 1"}]"#, r#"[{"PhoneNumber":"+33 2"}]"#);
        assert_eq!(update("StrongAuthenticationUserDetails", old, new), Some(Lifecycle::FactorEnrolled));
        assert_eq!(update("DisplayName", "[\"{a\"]", "[\"b\"]"), None);
        assert_eq!(update("StrongAuthenticationMethod", "", ""), None);
    }

    #[test]
    fn all_factors_gone_says_more_than_one_detail_gone() {
        let gone = |name: &str| {
            let property = format!(r#"{{"Name":"{name}","OldValue":"[{{}}]","NewValue":"[]"}}"#);
            serde_json::from_str::<Property<'_>>(&property).map(Field::into_static).unwrap()
        };
        let properties = [gone("StrongAuthenticationPhoneAppDetail"), gone("StrongAuthenticationMethod")];
        assert_eq!(of("Update user", "", &properties), Some(Lifecycle::FactorReset));
        assert_eq!(of("Update user", "", &properties[..1]), Some(Lifecycle::FactorRemoved));
    }

    #[test]
    fn a_pass_is_a_way_around_whatever_the_activity_is_called() {
        let reason = "Admin registered temporary access pass method for user";
        assert_eq!(of("Admin registered security info", reason, &[]), Some(Lifecycle::BypassCreated));
        assert_eq!(of("Admin registered security info", "phone", &[]), Some(Lifecycle::FactorEnrolled));
        assert_eq!(of(reason, "", &[]), Some(Lifecycle::BypassCreated));
        assert_eq!(
            of("Create Temporary Access Pass method for user", "", &[]),
            Some(Lifecycle::BypassCreated)
        );
        assert_eq!(of("Admin deleted security info", reason, &[]), Some(Lifecycle::FactorRemoved));
    }

    #[test]
    fn policies_are_found_by_their_kind() {
        for activity in ["Add conditional access policy", "Update policy.", "Delete named location"] {
            assert_eq!(of(activity, "", &[]), Some(Lifecycle::PolicyChanged), "{activity}");
        }
        assert_eq!(of("Add member to group", "", &[]), None);
    }
}
