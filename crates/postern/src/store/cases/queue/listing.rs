//! Which cases a list shows, in which order, and where a page of it begins; and how SQL says so. Each order has an index that
//! ends in what the list is filtered by.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use postern_core::case::Outcome;
use postern_core::id::{PersonId, TenantId};

use super::ListedCase;
use crate::store::micros;

/// Which cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeskList {
    /// Open, and somebody's or taken up.
    Queue,
    /// Open, and opened by somebody who had nothing to show and whom nobody has taken up.
    Strangers,
    /// Closed: the newest first.
    Closed,
    /// Open and closed ones whose reference begins so, whose login does, or whose person has each of these words: the newest
    /// first.
    Search(String),
}

/// In which order. Closed ones and what was searched for come the newest first, whatever it says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CaseOrder {
    /// What is contested, then the oldest.
    #[default]
    Oldest,
    /// The newest.
    Newest,
    /// Those with the highest risk of their own, then the oldest.
    Riskiest,
}

/// Whose move it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextMove {
    /// The desk's.
    Desk,
    /// The person's, somebody else's, or the clock's.
    Others,
    /// A senior's: the owner said that it was not them.
    Contested,
}

/// Who has it; of a closed one, who worked on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseHolder {
    /// Nobody.
    Nobody,
    /// Somebody.
    Person(PersonId),
}

/// What narrows a list down. Empty fields match everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseFilter {
    /// Whose move it is.
    pub step: Option<NextMove>,
    /// The person's tier of today, by name.
    pub tier: Option<String>,
    /// The least risk of its own.
    pub least_risk: Option<i64>,
    /// Who has it.
    pub holder: Option<CaseHolder>,
    /// Only what a senior has to work on.
    pub is_escalated: bool,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// That ended at this moment or later without the person back in.
    pub not_recovered_since: Option<Timestamp>,
}

/// A list, narrowed down, in an order, at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseListing {
    /// Which cases.
    pub list: DeskList,
    /// What narrows it down.
    pub filter: CaseFilter,
    /// In which order.
    pub order: CaseOrder,
    /// When.
    pub now: Timestamp,
}

/// Where a case stood in a list when its page was made: the next page begins behind it, whatever became of the case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CasePlace {
    /// What comes before the time in the order, where something does.
    rank: i64,
    at: i64,
    id: String,
}

/// What stands for `$n`.
pub(super) enum SqlValue {
    Text(String),
    Number(i64),
}

/// The columns of an order, from the first to the last.
struct SqlOrder {
    /// What comes before the time, if anything does.
    rank: Option<&'static str>,
    at: &'static str,
    is_descending: bool,
}

impl CaseListing {
    /// A whole list, in its own order.
    pub fn of(list: DeskList, now: Timestamp) -> Self {
        Self { list, filter: CaseFilter::default(), order: CaseOrder::default(), now }
    }

    /// The place of a case that stands in it.
    pub fn place_of(&self, case: &ListedCase) -> CasePlace {
        let order = self.sql_order();
        CasePlace {
            rank: match order.rank {
                Some("queue_rank") => case.queue_rank,
                Some(_) => case.negative_risk,
                None => 0,
            },
            at: match order.at {
                "closed_at" => case.row.closed_at.unwrap_or_default(),
                _ => case.row.opened_at,
            },
            id: case.row.id.clone(),
        }
    }

    fn sql_order(&self) -> SqlOrder {
        let (rank, at, is_descending) = match (&self.list, self.order) {
            (DeskList::Closed, _) => (None, "closed_at", true),
            (DeskList::Search(_), _) | (_, CaseOrder::Newest) => (None, "opened_at", true),
            (_, CaseOrder::Riskiest) => (Some("negative_risk"), "opened_at", false),
            (DeskList::Strangers, CaseOrder::Oldest) => (None, "opened_at", false),
            (DeskList::Queue, CaseOrder::Oldest) => (Some("queue_rank"), "opened_at", false),
        };
        SqlOrder { rank, at, is_descending }
    }

    /// Condition, order, and what is bound in them.
    pub(super) fn sql(
        &self,
        tenant: &TenantId,
        after: Option<&CasePlace>,
    ) -> (String, String, Vec<SqlValue>) {
        let mut wheres = Conditions::of(tenant);
        self.add_list(&mut wheres);
        self.add_filter(&mut wheres);
        let order = self.sql_order();
        if let Some(place) = after {
            let values = [SqlValue::Number(place.at), SqlValue::Text(place.id.clone())];
            let rank = order.rank.map(|_| SqlValue::Number(place.rank));
            let follows = if order.is_descending { "<" } else { ">" };
            let places = if rank.is_some() { "?, ?, ?" } else { "?, ?" };
            let columns = order.columns().join(", ");
            wheres.add(&format!("({columns}) {follows} ({places})"), rank.into_iter().chain(values));
        }
        (wheres.texts.join(" AND "), order.sql(), wheres.values)
    }

    /// The same for cases that were found before.
    pub(super) fn sql_of(&self, tenant: &TenantId, found: &[CasePlace]) -> (String, String, Vec<SqlValue>) {
        let mut wheres = Conditions::of(tenant);
        let places = vec!["?"; found.len()].join(", ");
        let ids = found.iter().map(|place| SqlValue::Text(place.id.clone()));
        wheres.add(&format!("cases.id IN ({places})"), ids);
        // The plus keeps SQLite from walking along every case in this order, to look for these few.
        (wheres.texts.join(" AND "), format!("+{}", self.sql_order().sql()), wheres.values)
    }

    fn add_list(&self, wheres: &mut Conditions) {
        match &self.list {
            DeskList::Queue => wheres.add("cases.closed_at IS NULL AND cases.stranger_since IS NULL", []),
            DeskList::Strangers => {
                wheres.add("cases.closed_at IS NULL AND cases.stranger_since IS NOT NULL", []);
            }
            DeskList::Closed => wheres.add("cases.closed_at IS NOT NULL", []),
            // Its cases were found before, and are named.
            DeskList::Search(_) => {}
        }
    }

    fn add_filter(&self, wheres: &mut Conditions) {
        let CaseFilter { step, tier, least_risk, holder, is_escalated, outcome, not_recovered_since } =
            &self.filter;
        if let Some(since) = not_recovered_since {
            let since = [SqlValue::Number(micros(*since))];
            wheres.add("cases.closed_at >= ? AND cases.outcome <> 'proven'", since);
        }
        let now = || [SqlValue::Number(micros(self.now))];
        match step {
            None => {}
            Some(NextMove::Desk) => wheres.add("cases.desk_from <= ?", now()),
            Some(NextMove::Others) => wheres.add("(cases.desk_from IS NULL OR cases.desk_from > ?)", now()),
            Some(NextMove::Contested) => wheres.add("cases.queue_rank = 0", []),
        }
        if let Some(tier) = tier {
            wheres.add("cases.tier = ?", [SqlValue::Text(tier.clone())]);
        }
        if let Some(least) = least_risk {
            // The plus keeps SQLite from the index of another order, which would have to be sorted by hand.
            let sign = if self.order == CaseOrder::Riskiest { "" } else { "+" };
            let condition = format!("{sign}cases.negative_risk <= ?");
            wheres.add(&condition, [SqlValue::Number(least.saturating_neg())]);
        }
        let whose = if self.list == DeskList::Closed { "cases.handled_by" } else { "cases.taken_by" };
        match holder {
            None => {}
            Some(CaseHolder::Nobody) => wheres.add(&format!("{whose} IS NULL"), []),
            Some(CaseHolder::Person(id)) => {
                wheres.add(&format!("{whose} = ?"), [SqlValue::Text(id.as_str().to_owned())]);
            }
        }
        if *is_escalated {
            wheres.add("cases.escalated = 1", []);
        }
        if let Some(outcome) = outcome {
            wheres.add("cases.outcome = ?", [SqlValue::Text(outcome.as_str().to_owned())]);
        }
    }
}

impl CasePlace {
    /// The place of a case in a list that goes by the time alone.
    pub(super) fn at(at: i64, id: String) -> Self {
        Self { rank: 0, at, id }
    }

    /// Before every case of a list whose newest come first.
    pub(super) fn before_all() -> Self {
        Self::at(i64::MAX, String::new())
    }

    /// What a list that goes by the time alone goes by.
    pub(super) fn time_and_id(&self) -> (i64, &str) {
        (self.at, &self.id)
    }
}

impl SqlOrder {
    fn sql(&self) -> String {
        let descending = if self.is_descending { " DESC" } else { "" };
        let columns: Vec<String> =
            self.columns().into_iter().map(|column| format!("{column}{descending}")).collect();
        columns.join(", ")
    }

    fn columns(&self) -> Vec<String> {
        let columns = self.rank.into_iter().chain([self.at, "id"]);
        columns.map(|column| format!("cases.{column}")).collect()
    }
}

/// Conditions that all hold.
#[derive(Default)]
struct Conditions {
    texts: Vec<String>,
    values: Vec<SqlValue>,
}

impl Conditions {
    fn of(tenant: &TenantId) -> Self {
        let mut wheres = Self::default();
        wheres.add("cases.tenant_id = ?", [SqlValue::Text(tenant.as_str().to_owned())]);
        wheres
    }

    /// One more, with a value for each of its question marks.
    fn add(&mut self, condition: &str, values: impl IntoIterator<Item = SqlValue>) {
        let mut parts = condition.split('?');
        let mut text = parts.next().unwrap_or_default().to_owned();
        for (part, value) in parts.zip(values) {
            self.values.push(value);
            text.extend(["$", &self.values.len().to_string(), part]);
        }
        self.texts.push(text);
    }
}

impl fmt::Display for CasePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.rank, self.at, self.id)
    }
}

/// It is no place in a list.
#[derive(Debug)]
pub struct CasePlaceError;

impl FromStr for CasePlace {
    type Err = CasePlaceError;

    fn from_str(text: &str) -> Result<Self, CasePlaceError> {
        let mut parts = text.splitn(3, '.');
        let mut number = || parts.next().and_then(|part| part.parse().ok()).ok_or(CasePlaceError);
        let (rank, at) = (number()?, number()?);
        let id = parts.next().filter(|id| !id.is_empty() && id.len() <= 64).ok_or(CasePlaceError)?;
        Ok(Self { rank, at, id: id.to_owned() })
    }
}
