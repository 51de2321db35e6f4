//! What else stands in the server's log: lines of the libraries in it, and the traces of its errors. They tell of no
//! sign-in, but they are sound.

use std::borrow::Cow;

use crate::{provider::head::without_carrier, time::parse_time};

const LEVELS: [&str; 6] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];

/// The kind of such a line. `None`: none of Keycloak's server.
pub(super) fn kind_of(text: &str) -> Option<Cow<'static, str>> {
    let text = without_carrier(text).trim_start();
    if is_of_a_trace(text) {
        return Some(Cow::Borrowed("keycloak stack trace"));
    }
    let logger = logger_of(text)?;
    Some(format!("keycloak log of {logger}").into())
}

/// `2026-03-02 08:14:11,204 INFO  [io.quarkus] (main) …`: exactly so and from its start, because nothing else tells
/// whose line it is, and somebody may type the like into a line of another log.
fn logger_of(text: &str) -> Option<&str> {
    let (time, rest) = text.split_at_checked(TIME.len())?;
    let (level, rest) = rest.strip_prefix(' ')?.split_once(" [")?;
    let (level, is_dated) = (level.trim_end(), is_time(time));
    let (logger, rest) = rest.split_once("] (")?;
    let is_whole = is_dated
        && LEVELS.contains(&level)
        && is_class(logger)
        && (rest.contains(") ") || rest.ends_with(')'));
    is_whole.then_some(logger)
}

const TIME: &str = "2026-03-02 08:14:11,204";

fn is_time(text: &str) -> bool {
    let fits = |(byte, like): (u8, u8)| {
        if like.is_ascii_digit() { byte.is_ascii_digit() } else { byte == like }
    };
    text.len() == TIME.len() && text.bytes().zip(TIME.bytes()).all(fits) && parse_time(text).is_some()
}

/// The name of a class or package: `org.hibernate.orm.deprecation`.
fn is_class(name: &str) -> bool {
    (1..=200).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_$.-".contains(&byte))
}

/// `at org.keycloak.services.Xy.run(Xy.java:12)`, `Caused by: java.io.IOException: …`, `... 12 more`.
fn is_of_a_trace(text: &str) -> bool {
    if let Some(frame) = text.strip_prefix("at ") {
        return is_frame(frame);
    }
    if let Some(rest) = text.strip_prefix("... ") {
        let (number, rest) = rest.split_once(' ').unwrap_or(("", ""));
        return rest == "more" && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    }
    let cause = ["Caused by: ", "Suppressed: "].iter().find_map(|start| text.strip_prefix(start));
    let class = cause.map(|cause| cause.split_once(": ").map_or(cause, |(class, _)| class));
    class.is_some_and(|class| class.contains('.') && is_class(class))
}

/// `java.base/java.lang.Thread.run(Thread.java:840)`
fn is_frame(frame: &str) -> bool {
    let Some((method, place)) = frame.split_once('(') else { return false };
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_$./@<>-".contains(&byte);
    place.ends_with(')') && method.contains('.') && method.bytes().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_libraries_are_named_after_their_logger() {
        let line = "2026-03-02 08:14:11,204 INFO  [io.quarkus] (main) Keycloak 26.0 on JVM started";
        let syslog = "<14>1 2026-03-02T08:14:11.204Z host keycloak 9 io.quarkus - \u{feff}";
        for before in ["", "Mar 02 08:14:11 host kc[9]: ", "[pod/kc-0/keycloak] ", syslog] {
            assert_eq!(kind_of(&format!("{before}{line}")).as_deref(), Some("keycloak log of io.quarkus"));
        }
        let orm = "2026-03-02 08:14:11,204 WARN  [org.hibernate.orm.deprecation] (t-1 (x)) HHH90000025: x";
        assert_eq!(kind_of(orm).as_deref(), Some("keycloak log of org.hibernate.orm.deprecation"));
    }

    #[test]
    fn lines_of_other_programs_are_not_keycloaks() {
        for line in [
            "",
            "2026-03-02 08:14:11 INFO  [io.quarkus] (main) x",
            "2026-03-02 08:14:11.204 INFO  [io.quarkus] (main) x",
            "2026-13-02 08:14:11,204 INFO  [io.quarkus] (main) x",
            "2026-03-02 08:14:11,204 NOTE  [io.quarkus] (main) x",
            "2026-03-02 08:14:11,204 INFO  [io quarkus] (main) x",
            "2026-03-02 08:14:11,204 INFO  [io.quarkus] main x",
            "2026-03-02 08:14:11,204 INFO  [io.quarkus] (main",
            "2026-03-02 08:14:11,204 INFO  io.quarkus (main) x",
            "x 2026-03-02 08:14:11,204 INFO  [io.quarkus] (main) x",
            "<14>1 x 2026-03-02T08:14:11.204Z host other 9 x - \u{feff}2026-03-02 08:14:11,204 INFO  [io.quarkus] (main) x",
            "user='x 2026-03-02 08:14:11,204 INFO  [io.quarkus] (main) x",
            "[2026-03-02 08:14:11,204][9][14][INFO][privacyidea.lib.auditmodules.loggeraudit:70] {}",
        ] {
            assert_eq!(kind_of(line), None, "{line}");
        }
    }

    #[test]
    fn a_trace_is_told_by_its_frames_and_causes() {
        for line in [
            "\tat org.keycloak.services.Xy$1.lambda$run$0(Xy.java:12)",
            "at java.base/java.lang.Thread.run(Thread.java:840)",
            "at io.quarkus.Main.<init>(Unknown Source)",
            "Caused by: java.io.IOException: closed",
            "Caused by: org.postgresql.util.PSQLException",
            "\tSuppressed: java.lang.Exception: x",
            "\t... 12 more",
            "Mar 02 08:14:11 host kc[9]: \tat org.keycloak.Xy.run(Xy.java:12)",
        ] {
            assert_eq!(kind_of(line).as_deref(), Some("keycloak stack trace"), "{line}");
        }
        for line in [
            "at noon (x)",
            "at run(Thread.java:840)",
            "at org.x.y",
            "at org.x y.z(Xy.java)",
            "Caused by: somebody",
            "Caused by: a wrong. password",
            "... many more",
            "... more",
            "... 12",
        ] {
            assert_eq!(kind_of(line), None, "{line}");
        }
    }
}
