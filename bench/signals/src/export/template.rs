//! The record with its gaps: `@{name}` stands for a value.

/// A gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// When the row was written.
    Logged,
    /// When the person tried.
    Created,
    Tenant,
    /// Another GUID each time.
    Guid,
    /// The same in all rows of one sign-in.
    Correlation,
    Code,
    Reason,
    Detail,
    Method,
    Steps,
    Policies,
    App,
    Ip,
    Login,
    Shown,
    Person,
    Network,
    City,
    State,
    Country,
    Coordinates,
    Agent,
    System,
    Browser,
}

const NAMES: [(&str, Slot); 24] = [
    ("logged", Slot::Logged),
    ("created", Slot::Created),
    ("tenant", Slot::Tenant),
    ("guid", Slot::Guid),
    ("correlation", Slot::Correlation),
    ("code", Slot::Code),
    ("reason", Slot::Reason),
    ("detail", Slot::Detail),
    ("method", Slot::Method),
    ("steps", Slot::Steps),
    ("policies", Slot::Policies),
    ("app", Slot::App),
    ("ip", Slot::Ip),
    ("login", Slot::Login),
    ("shown", Slot::Shown),
    ("person", Slot::Person),
    ("network", Slot::Network),
    ("city", Slot::City),
    ("state", Slot::State),
    ("country", Slot::Country),
    ("coordinates", Slot::Coordinates),
    ("agent", Slot::Agent),
    ("system", Slot::System),
    ("browser", Slot::Browser),
];

/// What stands in the file, cut at the gaps.
pub(super) struct Template {
    /// Text before a gap, and the gap.
    parts: Vec<(String, Slot)>,
    end: String,
}

impl Template {
    /// `record.json`, without the line breaks that make it readable.
    pub(super) fn of_record() -> Self {
        let mut rest: String = include_str!("record.json").lines().map(str::trim).collect();
        let mut parts = Vec::new();
        while let Some((text, after)) = rest.split_once("@{")
            && let Some((name, after)) = after.split_once('}')
            && let Some((_, slot)) = NAMES.iter().find(|(known, _)| *known == name)
        {
            parts.push((text.to_owned(), *slot));
            rest = after.to_owned();
        }
        Self { parts, end: rest }
    }

    /// Writes the record, with every gap filled.
    pub(super) fn fill(&self, out: &mut Vec<u8>, mut value: impl FnMut(Slot, &mut Vec<u8>)) {
        for (text, slot) in &self.parts {
            out.extend_from_slice(text.as_bytes());
            value(*slot, out);
        }
        out.extend_from_slice(self.end.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_gap_has_a_name_that_is_known() {
        let template = Template::of_record();
        assert!(!template.end.contains("@{"), "{}", template.end);
        for (name, slot) in NAMES {
            assert!(template.parts.iter().any(|(_, other)| *other == slot), "{name} is never used");
        }
    }
}
