//! Comparing the words of a log without regard to case (ASCII), and without allocating.

/// Is `part` somewhere in `text`?
pub(super) fn contains(text: &str, part: &str) -> bool {
    text.as_bytes().windows(part.len()).any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
}

/// The value of the first row whose words are in `text`.
pub(super) fn first_in<T: Copy>(rows: &[(&str, T)], text: &str) -> Option<T> {
    rows.iter().find(|(words, _)| contains(text, words)).map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_row_that_is_in_the_text_counts() {
        let rows = [("wrong code", 1), ("code", 2)];
        assert_eq!(first_in(&rows, "A Wrong CODE"), Some(1));
        assert_eq!(first_in(&rows, "the code"), Some(2));
        assert_eq!(first_in(&rows, "cod"), None);
        assert!(!contains("", "a"));
    }
}
