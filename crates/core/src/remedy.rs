//! Remedies: the rungs of the ladder that the desk applies, and what each of them will do, exactly.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::id::{CaseId, PersonId};

macro_rules! remedies {
    ($($(#[$doc:meta])* $name:ident => $word:literal, $rung:literal, $title:literal, [$($step:ident),+];)+) => {
        /// What the desk can do for a locked-out person, gentlest first.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Remedy {
            $($(#[$doc])* $name,)+
        }

        impl Remedy {
            /// Every remedy, gentlest first.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The word used in the database, the API and policies.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// Which rung of the ladder it is.
            pub fn rung(self) -> u8 {
                match self { $(Self::$name => $rung,)+ }
            }

            /// What the desk calls it.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)+ }
            }

            /// What it does, in order.
            pub fn steps(self) -> &'static [PlanStep] {
                match self { $(Self::$name => &[$(PlanStep::$step),+],)+ }
            }
        }
    };
}

remedies! {
    /// The person has a factor that they cannot use now, and no backup codes: they get new ones, on their own page.
    FreshBackupCodes => "fresh_backup_codes", 3, "Fresh backup codes",
        [RevokeBackupCodes, ShowBackupCodes, TellContacts];
    /// Every factor goes, and the person enrols anew with a pass that is shown on their own page.
    FactorReset => "factor_reset", 4, "Force MFA reset",
        [RemoveFactors, RevokeBackupCodes, EndSessions, RevokePower, ShowEnrolmentPass, TellContacts];
}

impl Remedy {
    /// Reads the word back; `None` for anything else.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|remedy| remedy.as_str() == word)
    }
}

/// One thing that a remedy does to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanStep {
    /// Removes passkeys, security keys and code apps.
    RemoveFactors,
    /// Backup codes from before open nothing any more.
    RevokeBackupCodes,
    /// Ends sessions, sign-ins under way and remembered devices.
    EndSessions,
    /// Revokes service tokens, and stops desk roles that wait.
    RevokePower,
    /// Shows a one-use enrolment pass on the bound claimant page.
    ShowEnrolmentPass,
    /// Shows ten backup codes on the bound claimant page.
    ShowBackupCodes,
    /// Tells every contact on file.
    TellContacts,
}

impl PlanStep {
    /// The word in the plan that is signed, and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RemoveFactors => "remove_factors",
            Self::RevokeBackupCodes => "revoke_backup_codes",
            Self::EndSessions => "end_sessions",
            Self::RevokePower => "revoke_power",
            Self::ShowEnrolmentPass => "show_enrolment_pass",
            Self::ShowBackupCodes => "show_backup_codes",
            Self::TellContacts => "tell_contacts",
        }
    }

    /// What the desk reads.
    pub fn description(self) -> &'static str {
        match self {
            Self::RemoveFactors => "Every passkey, security key and code app is removed.",
            Self::RevokeBackupCodes => "Backup codes from before open nothing any more.",
            Self::EndSessions => "Every session and sign-in under way ends, and no device is remembered.",
            Self::RevokePower => {
                "Service tokens of the person are revoked, and desk roles that wait are stopped."
            }
            Self::ShowEnrolmentPass => {
                "The person's own page shows a one-use pass, with which, and their password, they enrol anew."
            }
            Self::ShowBackupCodes => {
                "The person's own page shows ten new backup codes; each opens the account once, after the password."
            }
            Self::TellContacts => "Every contact on file is told, each with a way to stop it.",
        }
    }
}

/// What a remedy will do to whom, exactly. Whoever says yes signs its hash: a yes to one plan is none to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RemedyPlan {
    case: CaseId,
    person: PersonId,
    remedy: Remedy,
    steps: &'static [PlanStep],
}

/// SHA-256 of a plan, as lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlanHash(String);

impl RemedyPlan {
    /// What this remedy will do to this person in this case.
    pub(crate) fn new(case: CaseId, person: PersonId, remedy: Remedy) -> Self {
        Self { case, person, remedy, steps: remedy.steps() }
    }

    /// The remedy.
    pub fn remedy(&self) -> Remedy {
        self.remedy
    }

    /// What it does, in order.
    pub fn steps(&self) -> &'static [PlanStep] {
        self.steps
    }

    /// What an approval signs.
    pub fn hash(&self) -> PlanHash {
        let mut hasher = Sha256::new();
        let steps: Vec<&str> = self.steps.iter().map(|step| step.as_str()).collect();
        // Each part with its length in front: no two plans have the same bytes.
        let parts = [self.case.as_str(), self.person.as_str(), self.remedy.as_str(), &steps.join(",")];
        for part in parts {
            hasher.update(part.len().to_be_bytes());
            hasher.update(part.as_bytes());
        }
        PlanHash(data_encoding::HEXLOWER.encode(&hasher.finalize()))
    }
}

impl PlanHash {
    /// As it stands in the database, the API and a form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What somebody says they looked at. It need not be the hash of anything.
    pub fn claimed(text: &str) -> Self {
        Self(text.trim().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back_and_the_gentler_one_stands_lower_on_the_ladder() {
        for remedy in Remedy::ALL {
            assert_eq!(Remedy::parse(remedy.as_str()), Some(*remedy));
            assert!(remedy.steps().contains(&PlanStep::TellContacts), "P3: {remedy:?} is told of");
        }
        assert!(Remedy::ALL.windows(2).all(|pair| pair[0].rung() < pair[1].rung()));
    }

    #[test]
    fn each_plan_has_a_hash_of_its_own() {
        let plan = |case: &str, person: &str, remedy| {
            RemedyPlan::new(CaseId::new(case), PersonId::new(person), remedy).hash()
        };
        let ana = plan("c", "ana", Remedy::FactorReset);
        assert_eq!(ana, plan("c", "ana", Remedy::FactorReset));
        for other in [
            plan("c", "ana", Remedy::FreshBackupCodes),
            plan("c", "ben", Remedy::FactorReset),
            plan("d", "ana", Remedy::FactorReset),
            plan("ca", "na", Remedy::FactorReset),
        ] {
            assert_ne!(ana, other);
        }
        assert_eq!(ana.as_str().len(), 64);
    }
}
