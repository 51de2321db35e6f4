//! What stands before a line of a log: the words of a journal, a container or a logger.

/// Can it be that? Such words have no quote and no sign between a key and its value; the lines in which somebody's
/// words stand have one before them, so that nobody can type what looks like a line of another log.
pub(super) fn is_head(text: &str) -> bool {
    !text.contains(['"', '\'', '=', '{', '}'])
}

/// The line without `keycloak-1  | `, which Compose puts before each.
pub(crate) fn without_container(line: &str) -> &str {
    let name = line.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(byte)).count();
    let rest = line.get(name..).filter(|rest| name > 0 && rest.starts_with(' '));
    rest.and_then(|rest| rest.trim_start_matches(' ').strip_prefix("| ")).unwrap_or(line)
}

/// The line without `Mar 02 08:14:11 host keycloak[9]: ` or `[pod/keycloak-0/keycloak] `, which have a bracket.
pub(super) fn without_tag(line: &str) -> &str {
    if let Some((_, rest)) = line.strip_prefix("[pod/").and_then(|tag| tag.split_once("] ")) {
        return rest;
    }
    let Some((tag, rest)) = line.split_once("]: ") else { return line };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_tag = tag
        .split_once('[')
        .is_some_and(|(program, number)| !program.is_empty() && is_number(number) && is_head(program));
    if is_tag { rest } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compose_names_the_container() {
        for (line, rest) in [
            ("keycloak-1  | 2026-03-02 [x] y", "2026-03-02 [x] y"),
            ("my_app.2 | {}", "{}"),
            ("x | y | z", "y | z"),
            ("x| y", "x| y"),
            (" | y", " | y"),
            ("x  |y", "x  |y"),
            ("x y | z", "x y | z"),
            ("x", "x"),
            ("", ""),
        ] {
            assert_eq!(without_container(line), rest, "{line}");
        }
    }

    #[test]
    fn a_tag_stands_before_everything_else() {
        for (line, rest) in [
            ("Mar 02 08:14:11 host kc[9]: 2026-03-02 [x] y", "2026-03-02 [x] y"),
            ("[pod/kc-0/kc] 2026-03-02 [x] y", "2026-03-02 [x] y"),
            ("2026-03-02 [x] y[9]: z", "2026-03-02 [x] y[9]: z"),
            ("type=x, username=y[9]: z", "type=x, username=y[9]: z"),
            ("[9]: x", "[9]: x"),
            ("host kc[]: x", "host kc[]: x"),
            ("x", "x"),
        ] {
            assert_eq!(without_tag(line), rest, "{line}");
        }
    }
}
