//! Which cases a list shows, as an address says it: read alike where somebody looks, where a program asks, and in the views that
//! staff keep.

use jiff::Timestamp;
use postern_core::case::Outcome;
use postern_core::id::PersonId;
use postern_core::search_words::typed_words;
use postern_core::tier::{Tier, Tiers};

use crate::store::cases::queue::{
    CaseFilter, CaseHolder, CaseListing, CaseOrder, CasePlace, DeskList, NextMove,
};

/// Words that are searched for are no longer.
const LONGEST_SEARCH: usize = 200;

/// The parameters as they were typed, each empty where it was left out. Those that nobody knows are dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseQuery {
    pub list: String,
    pub q: String,
    pub step: String,
    pub tier: String,
    pub risk: String,
    pub who: String,
    pub escalated: String,
    pub outcome: String,
    pub sort: String,
    pub after: String,
}

/// A parameter that can't be read: its name, and what it takes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} must be {1}.")]
pub struct CaseQueryError(pub &'static str, pub String);

impl CaseQuery {
    /// What narrows a list down.
    pub const FILTERS: [&str; 6] = ["step", "tier", "risk", "who", "escalated", "outcome"];

    /// Reads a query string.
    pub fn read(query: &str) -> Self {
        let mut read = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            if let Some(field) = read.field(&name) {
                value.trim().clone_into(field);
            }
        }
        // What is meant when nothing is said.
        if read.list == "queue" {
            read.list.clear();
        }
        if read.sort == "oldest" {
            read.sort.clear();
        }
        read
    }

    /// The query string, the parameters always in one order.
    pub fn write(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.pairs() {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        query.finish()
    }

    /// The same cases under another value of a parameter; empty for none. A list under other parameters begins at its first page.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut other = Self { after: String::new(), ..self.clone() };
        if let Some(field) = other.field(name) {
            value.clone_into(field);
        }
        other
    }

    /// The whole list, in the same order.
    #[must_use]
    pub fn without_filters(&self) -> Self {
        Self::FILTERS.into_iter().fold(self.clone(), |query, name| query.with(name, ""))
    }

    /// What is kept of it under a name: not the page, and no words that somebody searched for.
    #[must_use]
    pub fn as_view(&self) -> Self {
        self.with("q", "")
    }

    /// The filters that are set, each with its value.
    pub fn filters(&self) -> Vec<(&'static str, &str)> {
        let pairs = self.pairs().into_iter();
        pairs.filter(|(name, value)| Self::FILTERS.contains(name) && !value.is_empty()).collect()
    }

    /// The list that is meant, for somebody in an organisation that has these tiers.
    pub fn listing(
        &self,
        tiers: &Tiers,
        me: &PersonId,
        now: Timestamp,
    ) -> Result<CaseListing, CaseQueryError> {
        let list = self.read_list()?;
        self.expect_fitting(&list)?;
        let order = match self.sort.as_str() {
            "" | "oldest" => CaseOrder::Oldest,
            "newest" => CaseOrder::Newest,
            "risk" => CaseOrder::Riskiest,
            _ => return Err(wrong("sort", "oldest, newest or risk")),
        };
        Ok(CaseListing { filter: self.read_filter(tiers, me)?, list, order, now })
    }

    /// Where the page begins. `None`: at the first case.
    pub fn place(&self) -> Result<Option<CasePlace>, CaseQueryError> {
        if self.after.is_empty() {
            return Ok(None);
        }
        self.after.parse().map(Some).map_err(|_| wrong("after", "the next of the page before"))
    }

    fn read_list(&self) -> Result<DeskList, CaseQueryError> {
        if self.q.chars().count() > LONGEST_SEARCH {
            return Err(wrong("q", &format!("at most {LONGEST_SEARCH} characters")));
        }
        // What can't be seen looks for nothing.
        let search = if typed_words(&self.q).is_empty() { "" } else { self.q.trim() };
        match (search, self.list.as_str()) {
            ("", "" | "queue") => Ok(DeskList::Queue),
            ("", "strangers") => Ok(DeskList::Strangers),
            ("", "closed") => Ok(DeskList::Closed),
            (search, "" | "queue" | "strangers" | "closed") => Ok(DeskList::Search(search.to_owned())),
            _ => Err(wrong("list", "queue, strangers or closed")),
        }
    }

    /// Each list has an index for what can narrow it down; what has none is refused rather than slow.
    fn expect_fitting(&self, list: &DeskList) -> Result<(), CaseQueryError> {
        let (fitting, name): (&[&str], _) = match list {
            DeskList::Queue => (&["step", "tier", "risk", "who", "escalated", "sort"], "open cases"),
            DeskList::Strangers => (&["sort"], "strangers' cases"),
            DeskList::Closed => (&["who", "outcome"], "closed cases"),
            DeskList::Search(_) => (&[], "a search"),
        };
        let given = self
            .pairs()
            .into_iter()
            .filter(|(name, value)| (Self::FILTERS.contains(name) || *name == "sort") && !value.is_empty());
        for (given, _) in given {
            if !fitting.contains(&given) {
                return Err(wrong(given, &format!("left out: it does not go with {name}")));
            }
        }
        if *list == DeskList::Strangers && self.sort == "risk" {
            return Err(wrong("sort", "oldest or newest, for strangers' cases"));
        }
        Ok(())
    }

    fn read_filter(&self, tiers: &Tiers, me: &PersonId) -> Result<CaseFilter, CaseQueryError> {
        let step = match self.step.as_str() {
            "" => None,
            "desk" => Some(NextMove::Desk),
            "others" => Some(NextMove::Others),
            "contested" => Some(NextMove::Contested),
            _ => return Err(wrong("step", "desk, others or contested")),
        };
        if !self.tier.is_empty() && tiers.find(&self.tier).is_none() {
            let names: Vec<&str> = tiers.iter().map(Tier::as_str).collect();
            return Err(wrong("tier", &format!("one of {}", names.join(", "))));
        }
        let least_risk = match self.risk.as_str() {
            "" => None,
            text => {
                let risk = text.parse().ok().filter(|risk| (1..=9).contains(risk));
                Some(risk.ok_or_else(|| wrong("risk", "a number from 1 to 9"))?)
            }
        };
        let holder = match self.who.as_str() {
            "" => None,
            "me" => Some(CaseHolder::Person(me.clone())),
            "nobody" => Some(CaseHolder::Nobody),
            id => Some(CaseHolder::Person(PersonId::new(id))),
        };
        if !["", "yes"].contains(&self.escalated.as_str()) {
            return Err(wrong("escalated", "yes, or left out"));
        }
        Ok(CaseFilter {
            step,
            tier: Some(self.tier.clone()).filter(|tier| !tier.is_empty()),
            least_risk,
            holder,
            is_escalated: self.escalated == "yes",
            outcome: self.read_outcome()?,
            not_recovered_since: None,
        })
    }

    fn read_outcome(&self) -> Result<Option<Outcome>, CaseQueryError> {
        if self.outcome.is_empty() {
            return Ok(None);
        }
        let found = Outcome::ALL.into_iter().find(|outcome| outcome.as_str() == self.outcome);
        found.map(Some).ok_or_else(|| {
            wrong("outcome", &format!("one of {}", Outcome::ALL.map(Outcome::as_str).join(", ")))
        })
    }

    fn pairs(&self) -> [(&'static str, &str); 10] {
        [
            ("list", &self.list),
            ("q", &self.q),
            ("step", &self.step),
            ("tier", &self.tier),
            ("risk", &self.risk),
            ("who", &self.who),
            ("escalated", &self.escalated),
            ("outcome", &self.outcome),
            ("sort", &self.sort),
            ("after", &self.after),
        ]
    }

    fn field(&mut self, name: &str) -> Option<&mut String> {
        Some(match name {
            "list" => &mut self.list,
            "q" => &mut self.q,
            "step" => &mut self.step,
            "tier" => &mut self.tier,
            "risk" => &mut self.risk,
            "who" => &mut self.who,
            "escalated" => &mut self.escalated,
            "outcome" => &mut self.outcome,
            "sort" => &mut self.sort,
            "after" => &mut self.after,
            _ => return None,
        })
    }
}

fn wrong(name: &'static str, takes: &str) -> CaseQueryError {
    CaseQueryError(name, takes.to_owned())
}
