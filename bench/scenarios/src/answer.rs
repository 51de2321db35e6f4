//! What is true about a scenario: what must be found, what may, and how its people are.

use std::{collections::BTreeSet, net::IpAddr};

use postern_signals::{Cause, Provider};
use serde_json::{Value, json};

use crate::{
    rules::{self, Weight},
    windows::Reached,
    world::Account,
};

/// Whom or what a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum About {
    /// A person at a provider.
    Person(Provider, String),
    /// An address.
    Address(IpAddr),
    /// A policy.
    Policy(Provider, String),
    /// The whole organisation at a provider.
    Tenant(Provider),
    /// These people together, by whatever a rule groups them.
    Group(BTreeSet<String>),
}

impl About {
    /// This person.
    pub fn person(who: &Account) -> Self {
        Self::Person(who.provider, who.person())
    }

    /// These people.
    pub fn group<'a>(people: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Group(people.into_iter().map(str::to_lowercase).collect())
    }
}

/// A finding that is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Its rule.
    pub rule: &'static str,
    /// Its subject.
    pub about: About,
    /// Missing it is a miss; else it is right either way.
    pub must: bool,
}

/// Can the person sign in?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The newest attempts failed.
    LockedOut,
    /// The newest attempt succeeded.
    NotLockedOut,
    /// More was asked for.
    Unfinished,
}

impl State {
    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LockedOut => "locked_out",
            Self::NotLockedOut => "not_locked_out",
            Self::Unfinished => "unfinished",
        }
    }
}

/// How a person is at the end. What is `None` is not asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Whose log.
    pub provider: Provider,
    /// Login in lower case.
    pub login: String,
    /// Can the person sign in?
    pub state: State,
    /// Why not.
    pub cause: Option<Cause>,
    /// Would an MFA reset help? In Postern's words.
    pub reset_helps: Option<&'static str>,
    /// The rung of the ladder; 0: nothing to do.
    pub rung: Option<u8>,
}

impl Person {
    /// Locked out for this cause.
    pub fn locked_out(who: &Account, cause: Cause) -> Self {
        Self::with(who, State::LockedOut, Some(cause))
    }

    /// Able to sign in.
    pub fn fine(who: &Account) -> Self {
        Self::with(who, State::NotLockedOut, None)
    }

    /// In the middle of signing in.
    pub fn unfinished(who: &Account, cause: Option<Cause>) -> Self {
        Self::with(who, State::Unfinished, cause)
    }

    fn with(who: &Account, state: State, cause: Option<Cause>) -> Self {
        Self {
            provider: who.provider,
            login: who.person(),
            state,
            cause,
            reset_helps: Some(cause.map_or("no", reset_helps)),
            rung: Some(cause.map_or(0, rung)),
        }
    }
}

/// Written down here again, so that the answers do not come from the program that they analyse.
fn reset_helps(cause: Cause) -> &'static str {
    match cause {
        Cause::MfaNotEnrolled | Cause::FactorDisabled => "yes",
        Cause::MfaWrongCode | Cause::MfaNoResponse | Cause::MfaDeliveryFailed => "only_if_factor_lost",
        _ => "no",
    }
}

fn rung(cause: Cause) -> u8 {
    match cause {
        Cause::MfaWrongCode | Cause::MfaNoResponse => 2,
        Cause::MfaNotEnrolled | Cause::FactorDisabled => 4,
        Cause::MfaDenied => 6,
        Cause::MfaFraudReported => 7,
        _ => 1,
    }
}

/// Everything that is true about a scenario. Empty: nothing is to be found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// Findings that are right. Any other about the scenario's people and addresses is wrong.
    pub claims: Vec<Claim>,
    /// The rules that this scenario is made to tempt.
    pub traps: Vec<&'static str>,
    /// How people are at the end.
    pub people: Vec<Person>,
}

impl Answer {
    /// Nothing is to be found.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// This must be found.
    pub fn must(&mut self, rule: &'static str, about: About) -> &mut Self {
        self.claims.push(Claim { rule, about, must: true });
        self
    }

    /// This is right, but nobody misses it: it follows from the letter of a rule, or repeats another finding.
    pub fn may(&mut self, rule: &'static str, about: About) -> &mut Self {
        self.claims.push(Claim { rule, about, must: false });
        self
    }

    /// Must, may or must not, as far as the threshold was reached.
    pub fn as_reached(&mut self, reached: Reached, rule: &'static str, about: About) -> &mut Self {
        match reached {
            Reached::Yes => self.must(rule, about),
            Reached::Close => self.may(rule, about),
            Reached::No => self,
        }
    }

    /// These must not be found; said by name because the scenario looks like them.
    pub fn must_not(&mut self, rules: &[&'static str]) -> &mut Self {
        self.traps.extend_from_slice(rules);
        self
    }

    /// How this person is at the end.
    pub fn person(&mut self, person: Person) -> &mut Self {
        self.people.push(person);
        self
    }

    /// Under an incident nobody resets anything. Called when all claims are known.
    #[must_use]
    pub fn settle(mut self) -> Self {
        for person in &mut self.people {
            let about = About::Person(person.provider, person.login.clone());
            let under = |must: bool, weight: fn(&str) -> Option<Weight>| {
                self.claims.iter().any(|claim| {
                    claim.must == must
                        && claim.about == about
                        && weight(claim.rule).is_some_and(|weight| weight >= Weight::Incident)
                })
            };
            if under(true, rules::weight) {
                (person.reset_helps, person.rung) = (Some("no"), Some(7));
            } else if under(false, rules::worst) {
                (person.reset_helps, person.rung) = (None, None);
            }
        }
        self
    }

    /// For those who keep the logs.
    pub fn as_json(&self) -> Value {
        let claims = |must: bool| -> Value {
            let of = self.claims.iter().filter(|claim| claim.must == must);
            of.map(|claim| json!({"rule": claim.rule, "about": claim.about.as_json()})).collect()
        };
        let people: Value = self.people.iter().map(Person::as_json).collect();
        json!({"must": claims(true), "may": claims(false), "must_not": self.traps, "people": people})
    }
}

impl Person {
    fn as_json(&self) -> Value {
        json!({
            "provider": self.provider.as_str(),
            "person": self.login,
            "state": self.state.as_str(),
            "cause": self.cause.map(Cause::as_str),
            "reset_helps": self.reset_helps,
            "rung": self.rung,
        })
    }
}

impl About {
    /// In words.
    pub fn as_json(&self) -> Value {
        match self {
            Self::Person(provider, person) => json!({"provider": provider.as_str(), "person": person}),
            Self::Address(ip) => json!({"address": ip.to_string()}),
            Self::Policy(provider, policy) => json!({"provider": provider.as_str(), "policy": policy}),
            Self::Tenant(provider) => json!({"tenant": provider.as_str()}),
            Self::Group(people) => json!({"people": people}),
        }
    }
}
