//! Tables whose columns nobody knows, such as a console's spreadsheet: told for what they are, instead of as so many
//! broken lines.

use std::sync::Arc;

use super::header::{FirstRow, is_a_name};

/// Letters of a name that may be repeated.
const LONGEST_NAME: usize = 40;
/// Names that are repeated.
const NAMED: usize = 4;

/// Looks for the header of such a table. Returns the bytes that it takes, and what to call the rows.
///
/// Rows are told from a header by what no name has in it. A text with commas in it is not taken for one: the columns
/// would have to go on being as many, and no name begins with a space.
pub(crate) fn find(head: &[u8]) -> Option<(usize, Arc<str>)> {
    let first = FirstRow::of(head)?;
    let named = first.names.iter().filter(|name| !name.is_empty()).count();
    let rest = head.get(first.len..)?;
    let second = super::first_row(rest, first.delimiter)?;
    let is_table = named > 2
        && first.names.iter().all(|name| name.is_empty() || may_be_a_name(name))
        && second.len() == first.names.len()
        && second.iter().any(|cell| !cell.is_empty() && !may_be_a_name(cell));
    is_table.then(|| (first.len, kind_of(&first.names)))
}

/// What to call a row below these names.
pub(super) fn kind_of(names: &[String]) -> Arc<str> {
    let plain = |name: &&str| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b" _-.()/".contains(&byte);
        !name.is_empty() && name.len() <= LONGEST_NAME && name.bytes().all(is_plain)
    };
    let shown: Vec<_> = names.iter().map(|name| name.trim()).filter(plain).take(NAMED).collect();
    let more = if names.len() > shown.len() { ", …" } else { "" };
    let shown = if shown.is_empty() { String::new() } else { format!(" ({}{more})", shown.join(", ")) };
    format!(
        "row of a table whose columns Postern does not know{shown}: take the answer of the provider's API instead"
    )
    .into()
}

fn may_be_a_name(cell: &str) -> bool {
    cell.starts_with(char::is_alphabetic)
        && cell.len() <= LONGEST_NAME
        && !cell.contains('@')
        && is_a_name(cell)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::{Parsed, ReadOptions, RecordDefect, tests::lines};

    #[test]
    fn an_unknown_table_is_told_by_its_columns() {
        let console =
            "Time;User;Result;Länge\n2026-03-02 08:14;mia;\"no\nanswer\";3\n2026-03-02 08:15;eve;yes;4\n";
        let (_, kind) = find(console.as_bytes()).unwrap();
        assert!(
            kind.starts_with(
                "row of a table whose columns Postern does not know (Time, User, Result, …): take"
            )
        );
        for text in [
            "",
            "Time,User,Result\n",
            "Time,User,Result\nmia,eve,no\n",
            "Time,User\n2026,mia\n",
            "Time,User,Result\n2026,mia\n",
            "mia@example.com,1,2\n2026,3,4\n",
            "Well, it began, so they say\nat 8, mia, at home\n",
            "Time=1,User,Result\n2026,mia,no\n",
            "{\"a\":1,\"b\":2,\"c\":3}\n1,2,3\n",
        ] {
            assert_eq!(find(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn names_that_may_say_more_than_a_name_are_not_repeated() {
        let long = "x".repeat(41);
        let names = ["a\u{1b}[2J", &long, "<b>", "User id"].map(str::to_owned);
        assert!(kind_of(&names).contains("know (User id, …):"));
        assert!(kind_of(&names[..3]).contains("know: take"));
    }

    #[test]
    fn its_rows_are_of_another_kind_and_what_is_known_among_them_is_read() {
        let record =
            r#"{"postern":"signin/v1","at":"2026-03-02T08:14:11Z","person":"ana","result":"success"}"#;
        let text = format!("Time,User,Result\n2026-03-02,mia,no\n{record}\n-\n{{\"cut\":\n");
        let (seen, summary) = lines(text.as_bytes(), ReadOptions::default());
        assert_eq!((summary.attempts, summary.unrecognised, summary.malformed), (1, 2, 1), "{seen:?}");
        assert!(matches!(&seen[0], (2, Parsed::Unrecognised(kind)) if kind.contains("(Time, User, Result)")));
        assert_eq!(seen[3], (5, Parsed::Malformed(RecordDefect::CutOff)));
    }

    #[test]
    fn rows_of_a_known_header_that_nobody_knows_are_told_alike() {
        let text = "User name,When,How\nmia,2026-03-02,badly\n";
        let (seen, _) = lines(text.as_bytes(), ReadOptions::default());
        assert!(
            matches!(&seen[0], (2, Parsed::Unrecognised(kind)) if kind.contains("(User name, When, How)")),
            "{seen:?}"
        );
    }
}
