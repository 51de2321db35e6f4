//! What somebody can lose, and what would still let them in: told while they have it, so that nobody finds out when it is gone.
//!
//! A passkey lets its owner in alone, and stands in for a password that is forgotten: a new one is set by it. A code app, a
//! hardware token, a phone app, a security key, a code that is sent and a backup code let them in after the password or a
//! linked account, and not without one of them. So only who has neither a passkey nor a linked account is locked out by
//! forgetting.

/// A factor that works now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkingFactor {
    /// In a phone.
    CodeApp,
    /// One that verifies its user.
    Passkey {
        /// Whether a copy is kept outside the device, so that the device can be lost without it.
        is_synced: bool,
    },
    /// For after the password only.
    SecurityKey,
    /// A phone that approves: its key is nowhere else.
    PhoneApp,
    /// A device that shows codes, and does nothing else.
    HardwareToken,
    /// A code that goes to a number or an address.
    SentCode {
        /// Whether it goes to a mobile phone.
        is_text: bool,
    },
}

impl WorkingFactor {
    /// Whether it lets its owner in without the password.
    fn opens_alone(self) -> bool {
        matches!(self, Self::Passkey { .. })
    }

    /// Whether it is gone with the device that it is in.
    fn goes_with_its_device(self) -> bool {
        !matches!(self, Self::Passkey { is_synced: true } | Self::SentCode { is_text: false })
    }
}

/// What somebody has.
#[derive(Clone, Debug, Default)]
pub struct ReadinessFacts {
    /// Whether they have a password.
    pub has_password: bool,
    /// Whether an account at an identity provider is linked: it stands where the password stands.
    pub has_linked_account: bool,
    /// What works now: not what waits or is switched off.
    pub factors: Vec<WorkingFactor>,
    /// Backup codes that were not used yet.
    pub codes_left: u32,
}

/// What can be lost at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// One factor, by its place in the facts.
    Factor(usize),
    /// The password is forgotten.
    Password,
    /// The backup codes, all of them: they are kept in one place.
    BackupCodes,
    /// Every device at once, as when a bag is stolen.
    EveryDevice,
}

/// What would help before it comes to that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadinessAdvice {
    /// A factor in another device.
    SecondDevice,
    /// A way in that wants no password.
    Passkey,
    /// Codes on paper.
    BackupCodes,
}

/// One loss, and what is left after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LossOutcome {
    /// What is lost.
    pub loss: Loss,
    /// The factors that would still let them in, by their place in the facts.
    pub factors: Vec<usize>,
    /// The backup codes that would.
    pub codes: u32,
    /// What keeps it from locking them out. `None`: it does not.
    pub advice: Option<ReadinessAdvice>,
}

impl LossOutcome {
    /// Whether nobody but the help desk could let them in.
    pub fn locks_out(&self) -> bool {
        self.factors.is_empty() && self.codes == 0
    }

    /// Whether it is one thing, and not several at once.
    pub fn is_of_one_thing(&self) -> bool {
        self.loss != Loss::EveryDevice
    }
}

impl ReadinessFacts {
    /// For each thing that they can lose, what is left: factors in their order, the password, the codes, all devices.
    pub fn losses(&self) -> Vec<LossOutcome> {
        let mut losses: Vec<Loss> = (0..self.factors.len()).map(Loss::Factor).collect();
        let lets_in = !self.factors.is_empty() || self.codes_left > 0;
        losses.extend((self.has_password && lets_in).then_some(Loss::Password));
        losses.extend((self.has_first_step() && self.codes_left > 0).then_some(Loss::BackupCodes));
        let devices = self.factors.iter().filter(|factor| factor.goes_with_its_device()).count();
        losses.extend((devices > 1).then_some(Loss::EveryDevice));
        losses.into_iter().map(|loss| self.after(loss)).collect()
    }

    /// Whether there is a password, or what stands in its place.
    fn has_first_step(&self) -> bool {
        self.has_password || self.has_linked_account
    }

    fn after(&self, loss: Loss) -> LossOutcome {
        let has_first_step = self.has_linked_account || (self.has_password && loss != Loss::Password);
        let is_left = |(place, factor): (usize, &WorkingFactor)| {
            let is_lost = match loss {
                Loss::Factor(gone) => gone == place,
                Loss::EveryDevice => factor.goes_with_its_device(),
                Loss::Password | Loss::BackupCodes => false,
            };
            (!is_lost && (factor.opens_alone() || has_first_step)).then_some(place)
        };
        let codes = if has_first_step && loss != Loss::BackupCodes { self.codes_left } else { 0 };
        let factors = self.factors.iter().enumerate().filter_map(is_left).collect();
        let mut outcome = LossOutcome { loss, factors, codes, advice: None };
        outcome.advice = outcome.locks_out().then(|| self.advice(loss));
        outcome
    }

    fn advice(&self, loss: Loss) -> ReadinessAdvice {
        match loss {
            Loss::Password => ReadinessAdvice::Passkey,
            Loss::EveryDevice if self.has_first_step() => ReadinessAdvice::BackupCodes,
            Loss::Factor(_) | Loss::BackupCodes | Loss::EveryDevice => ReadinessAdvice::SecondDevice,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::WorkingFactor::{CodeApp, HardwareToken, Passkey, PhoneApp, SecurityKey, SentCode};
    use super::*;

    const ONE_DEVICE: WorkingFactor = Passkey { is_synced: false };
    const SYNCED: WorkingFactor = Passkey { is_synced: true };
    const TO_A_PHONE: WorkingFactor = SentCode { is_text: true };
    const TO_A_DESK: WorkingFactor = SentCode { is_text: false };

    fn facts(has_password: bool, factors: &[WorkingFactor], codes_left: u32) -> ReadinessFacts {
        ReadinessFacts { has_password, has_linked_account: false, factors: factors.to_vec(), codes_left }
    }

    fn left(facts: &ReadinessFacts, loss: Loss) -> (Vec<usize>, u32, Option<ReadinessAdvice>) {
        let outcome = facts.losses().into_iter().find(|outcome| outcome.loss == loss).unwrap();
        (outcome.factors, outcome.codes, outcome.advice)
    }

    #[test]
    fn a_lost_phone_leaves_the_laptop_and_the_codes() {
        let ana = facts(true, &[CodeApp, ONE_DEVICE], 9);
        assert_eq!(left(&ana, Loss::Factor(0)), (vec![1], 9, None));
        assert_eq!(left(&ana, Loss::Factor(1)), (vec![0], 9, None));
        assert_eq!(left(&ana, Loss::Password), (vec![1], 0, None));
        assert_eq!(left(&ana, Loss::BackupCodes), (vec![0, 1], 0, None));
        assert_eq!(left(&ana, Loss::EveryDevice), (vec![], 9, None));
    }

    #[test]
    fn a_phone_alone_locks_out_and_so_does_its_password() {
        let ana = facts(true, &[CodeApp], 0);
        assert_eq!(left(&ana, Loss::Factor(0)), (vec![], 0, Some(ReadinessAdvice::SecondDevice)));
        assert_eq!(left(&ana, Loss::Password), (vec![], 0, Some(ReadinessAdvice::Passkey)));
        assert_eq!(ana.losses().len(), 2, "there are no codes to lose, and one device is not several");
    }

    #[test]
    fn a_forgotten_password_locks_out_only_who_has_no_passkey() {
        for factors in [&[CodeApp][..], &[SecurityKey], &[CodeApp, SecurityKey], &[]] {
            let outcome = left(&facts(true, factors, 10), Loss::Password);
            assert_eq!(outcome, (vec![], 0, Some(ReadinessAdvice::Passkey)), "{factors:?}");
        }
        for factors in [&[ONE_DEVICE][..], &[SYNCED], &[ONE_DEVICE, CodeApp, SecurityKey]] {
            assert_eq!(left(&facts(true, factors, 0), Loss::Password), (vec![0], 0, None), "{factors:?}");
        }
    }

    #[test]
    fn a_phone_that_approves_is_lost_with_the_phone() {
        let ana = facts(true, &[PhoneApp, SYNCED], 0);
        assert_eq!(left(&ana, Loss::Factor(0)), (vec![1], 0, None));
        assert_eq!(left(&ana, Loss::Password), (vec![1], 0, None));
        assert_eq!(
            left(&facts(true, &[PhoneApp], 0), Loss::Factor(0)).2,
            Some(ReadinessAdvice::SecondDevice)
        );
        assert_eq!(
            left(&facts(true, &[PhoneApp, CodeApp], 0), Loss::EveryDevice),
            (vec![], 0, Some(ReadinessAdvice::BackupCodes))
        );
    }

    #[test]
    fn a_texted_code_goes_with_the_phone_and_a_call_to_the_office_does_not() {
        let bag = Loss::EveryDevice;
        let texted = facts(true, &[CodeApp, TO_A_PHONE], 0);
        assert_eq!(left(&texted, bag), (vec![], 0, Some(ReadinessAdvice::BackupCodes)));
        assert_eq!(left(&facts(true, &[CodeApp, SecurityKey, TO_A_DESK], 0), bag), (vec![2], 0, None));
        assert_eq!(left(&texted, Loss::Password), (vec![], 0, Some(ReadinessAdvice::Passkey)));
    }

    #[test]
    fn all_devices_at_once_leave_what_is_kept_elsewhere() {
        let bag = Loss::EveryDevice;
        assert_eq!(left(&facts(true, &[CodeApp, SecurityKey, SYNCED], 0), bag), (vec![2], 0, None));
        let without = facts(true, &[CodeApp, SecurityKey], 0);
        assert_eq!(left(&without, bag), (vec![], 0, Some(ReadinessAdvice::BackupCodes)));
        let passkeys = facts(false, &[ONE_DEVICE, ONE_DEVICE], 0);
        assert_eq!(left(&passkeys, bag), (vec![], 0, Some(ReadinessAdvice::SecondDevice)));
        assert!(facts(true, &[SYNCED, SYNCED], 0).losses().iter().all(LossOutcome::is_of_one_thing));
    }

    #[test]
    fn codes_and_keys_are_nothing_without_a_password() {
        let fay = facts(false, &[SYNCED, SecurityKey, CodeApp], 10);
        assert_eq!(left(&fay, Loss::Factor(0)), (vec![], 0, Some(ReadinessAdvice::SecondDevice)));
        assert!(fay.losses().iter().all(|outcome| outcome.loss != Loss::Password));
        assert!(fay.losses().iter().all(|outcome| outcome.loss != Loss::BackupCodes));
    }

    #[test]
    fn a_linked_account_stands_where_the_password_stands() {
        let linked = |has_password, factors: &[WorkingFactor], codes| ReadinessFacts {
            has_linked_account: true,
            ..facts(has_password, factors, codes)
        };
        assert_eq!(left(&linked(true, &[CodeApp], 9), Loss::Password), (vec![0], 9, None));
        assert_eq!(left(&linked(false, &[CodeApp], 9), Loss::Factor(0)), (vec![], 9, None));
        assert_eq!(linked(true, &[], 0).losses(), [], "alone it lets nobody in");
    }

    #[test]
    fn who_has_nothing_can_lose_nothing() {
        assert_eq!(facts(true, &[], 0).losses(), []);
        assert_eq!(facts(false, &[], 0).losses(), []);
    }

    /// Said again in another way: what is gone, then whether anything of the rest opens.
    fn opens(facts: &ReadinessFacts) -> bool {
        let alone = facts.factors.iter().any(|factor| matches!(factor, Passkey { .. }));
        alone || facts.has_first_step() && (!facts.factors.is_empty() || facts.codes_left > 0)
    }

    fn without(mut facts: ReadinessFacts, loss: Loss) -> ReadinessFacts {
        match loss {
            Loss::Factor(place) => {
                facts.factors.remove(place);
            }
            Loss::Password => facts.has_password = false,
            Loss::BackupCodes => facts.codes_left = 0,
            Loss::EveryDevice => facts.factors.retain(|factor| [SYNCED, TO_A_DESK].contains(factor)),
        }
        facts
    }

    fn any_facts() -> impl Strategy<Value = ReadinessFacts> {
        let kinds =
            [CodeApp, ONE_DEVICE, SYNCED, SecurityKey, PhoneApp, HardwareToken, TO_A_PHONE, TO_A_DESK];
        let factor = prop::sample::select(kinds.to_vec());
        let flags = (any::<bool>(), any::<bool>());
        (flags, prop::collection::vec(factor, 0..6), 0_u32..4).prop_map(
            |((has_password, has_linked_account), factors, codes_left)| ReadinessFacts {
                has_password,
                has_linked_account,
                factors,
                codes_left,
            },
        )
    }

    proptest! {
        #[test]
        fn a_loss_locks_out_where_nothing_of_the_rest_opens(facts in any_facts()) {
            for outcome in facts.losses() {
                prop_assert_eq!(outcome.locks_out(), !opens(&without(facts.clone(), outcome.loss)));
                prop_assert_eq!(outcome.advice.is_some(), outcome.locks_out());
                if let Loss::Factor(gone) = outcome.loss {
                    prop_assert!(!outcome.factors.contains(&gone));
                }
            }
        }

        #[test]
        fn what_is_added_takes_no_way_in_away(facts in any_facts(), codes in 1_u32..10) {
            let mut more = facts.clone();
            more.factors.push(ONE_DEVICE);
            more.codes_left += codes;
            for outcome in facts.losses() {
                let after = more.losses().into_iter().find(|other| other.loss == outcome.loss).unwrap();
                prop_assert!(outcome.factors.iter().all(|place| after.factors.contains(place)));
                prop_assert!(after.codes >= outcome.codes);
            }
        }

        /// Whoever follows the advice is not locked out by that loss any more.
        #[test]
        fn the_advice_helps(facts in any_facts()) {
            for outcome in facts.losses() {
                let mut more = facts.clone();
                match outcome.advice {
                    Some(ReadinessAdvice::BackupCodes) => more.codes_left = 10,
                    Some(_) => more.factors.push(SYNCED),
                    None => continue,
                }
                prop_assert!(!more.losses().iter().any(|o| o.loss == outcome.loss && o.locks_out()));
            }
        }
    }
}
