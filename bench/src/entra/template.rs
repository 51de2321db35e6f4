//! The record with its gaps: `@{name}` stands for a value.

/// What stands in the file, cut at the gaps.
pub(super) struct Template {
    /// Text before a gap, and the gap's name.
    parts: Vec<(String, String)>,
    end: String,
}

impl Template {
    /// `record.json`, without the line breaks that make it readable.
    pub(super) fn of_record() -> Self {
        let mut rest: String = include_str!("record.json").lines().map(str::trim).collect();
        let mut parts = Vec::new();
        while let Some((text, after)) = rest.split_once("@{")
            && let Some((name, after)) = after.split_once('}')
        {
            parts.push((text.to_owned(), name.to_owned()));
            rest = after.to_owned();
        }
        Self { parts, end: rest }
    }

    /// The record with every gap filled.
    pub(super) fn fill(&self, mut value: impl FnMut(&str) -> String) -> String {
        let mut filled = String::with_capacity(4096);
        for (text, name) in &self.parts {
            filled.push_str(text);
            filled.push_str(&value(name));
        }
        filled.push_str(&self.end);
        filled
    }
}
