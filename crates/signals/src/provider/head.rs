//! What stands before a line of a log: the words of a journal, of syslog, or of a container.

use jiff::Timestamp;

/// The line without `keycloak-1  | `, which Compose puts before each.
pub(crate) fn without_container(line: &str) -> &str {
    let name = line.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(byte)).count();
    let rest = line.get(name..).filter(|rest| name > 0 && rest.starts_with(' '));
    rest.and_then(|rest| rest.trim_start_matches(' ').strip_prefix("| ")).unwrap_or(line)
}

/// The line without what carried it here. Each of them has its exact shape, and stands at the very front: what somebody
/// types into a line of another program, or of this one, never begins there.
/// - `[pod/keycloak-0/keycloak] `, of `kubectl logs --prefix`
/// - `Mar 02 08:14:11 host keycloak[9]: `, `2026-03-02T08:14:11Z host keycloak: `, of a journal
/// - `<14>1 2026-03-02T08:14:11Z host keycloak 9 x - `, of syslog
/// - `2026-03-02T08:14:11.204Z `, of a container, where the line has a time of its own
pub(super) fn without_carrier(line: &str) -> &str {
    let line = without_container(line);
    let line = line.strip_prefix("[pod/").and_then(|pod| pod.split_once("] ")).map_or(line, |(_, rest)| rest);
    without_time(journal(line).or_else(|| syslog(line)).unwrap_or(line))
}

fn journal(line: &str) -> Option<&str> {
    let (tag, rest) = line.split_once(": ")?;
    let mut words = tag.split_ascii_whitespace().rev();
    let program = words.next()?;
    let name = program.split_once('[').map_or(Some(program), |(name, number)| {
        let number = number.strip_suffix(']')?;
        (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(name)
    })?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./@".contains(&byte);
    let is_program = !name.is_empty() && name.bytes().all(is_name);
    let is_host = words.next().is_some_and(|host| host.bytes().all(is_name));
    // Month, day and time; or the time in one word.
    let times: Vec<_> = words.collect();
    let is_timed = match times.as_slice() {
        [time, day, month] => is_clock(time) && is_day(day) && is_month(month),
        [time] => time.parse::<Timestamp>().is_ok(),
        _ => false,
    };
    (is_program && is_host && is_timed).then_some(rest)
}

fn is_clock(word: &str) -> bool {
    word.len() == "08:14:11".len() && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b':')
}

fn is_day(word: &str) -> bool {
    word.len() <= 2 && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// `Mar`, with the priority before it that an older syslog writes: `<30>Mar`.
fn is_month(word: &str) -> bool {
    let word = word.strip_prefix('<').and_then(|word| word.split_once('>')).map_or(word, |(_, month)| month);
    word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Seven words, and the mark of UTF-8 before the message.
fn syslog(line: &str) -> Option<&str> {
    let (priority, mut rest) = line.split_once(' ')?;
    let is_ours = priority.strip_prefix('<').and_then(|number| number.strip_suffix(">1"));
    is_ours.filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()))?;
    for _ in 0..5 {
        (_, rest) = rest.split_once(' ')?;
    }
    let rest = rest.strip_prefix("- ")?;
    Some(rest.strip_prefix('\u{feff}').unwrap_or(rest))
}

fn without_time(line: &str) -> &str {
    let Some((time, rest)) = line.split_once(' ') else { return line };
    let has_its_own = rest.starts_with(|first: char| first.is_ascii_digit() || first == '[');
    if has_its_own && time.contains('T') && time.parse::<Timestamp>().is_ok() { rest } else { line }
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
    fn what_carried_a_line_has_its_exact_shape() {
        let line = "2026-03-02 08:14:11,204 WARN  [x] y";
        for carrier in [
            "",
            "kc-1  | ",
            "[pod/kc-0/kc] ",
            "Mar 02 08:14:11 host kc[9]: ",
            "Mar  2 08:14:11 host.example kc: ",
            "<30>Mar 02 08:14:11 host kc[9]: ",
            "2026-03-02T08:14:11+01:00 host kc[9]: ",
            "<14>1 2026-03-02T08:14:11.591+02:00 host kc 9 org.x - \u{feff}",
            "<14>1 - host kc 9 - - ",
            "2026-03-02T08:14:11.204000001Z ",
            "kc-1  | 2026-03-02T08:14:11Z ",
        ] {
            assert_eq!(without_carrier(&format!("{carrier}{line}")), line, "{carrier}");
        }
        for other in [
            "login failed for ",
            "Mar 02 08:14:11 host sshd[9]: Invalid user ",
            "Mar 02 08:14:11 host kc[x]: ",
            "Mar 02 host kc[9]: ",
            "Mar 02 08:14:11 host user kc[9]: ",
            "x 2026-03-02T08:14:11Z ",
            "<14>1 2026-03-02T08:14:11Z host kc 9 x [y] ",
            "user 'x' host kc[9]: ",
        ] {
            assert_ne!(without_carrier(&format!("{other}{line}")), line, "{other}");
        }
        let own = "2026-03-02T08:14:11Z WARN  [x] y";
        assert_eq!(without_carrier(own), own, "it has no other time");
    }
}
