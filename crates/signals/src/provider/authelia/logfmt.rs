//! `key=value` lines as Go's logrus writes them: `time="…" level=error msg="say \"hi\"" remote_ip=198.51.100.7`.

use std::borrow::Cow;

use super::AutheliaLine;
use crate::wire::{Field, Scalar};

/// `None`: not such a line. Of repeated keys the first counts.
pub(super) fn read(text: &str) -> Option<AutheliaLine<'_>> {
    let mut line = AutheliaLine::default();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=')?;
        if key.is_empty() || key.contains([' ', '"']) {
            return None;
        }
        let (value, after) = value(after)?;
        if let Some(field) = line.field(key).filter(|field| field.is_absent()) {
            *field = Scalar::of(value);
        }
        rest = after.trim_start();
    }
    Some(line)
}

impl<'a> AutheliaLine<'a> {
    fn field(&mut self, key: &str) -> Option<&mut Scalar<'a>> {
        Some(match key {
            "time" => &mut self.time,
            "level" => &mut self.level,
            "msg" => &mut self.message,
            "error" => &mut self.error,
            "method" => &mut self.method,
            "path" => &mut self.path,
            "remote_ip" => &mut self.ip,
            _ => return None,
        })
    }
}

/// The value at the start of the text, and what follows it. `None`: a quote that does not end.
fn value(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(' ').unwrap_or(text.len());
        return text.split_at_checked(end).map(|(value, rest)| (value.into(), rest));
    };
    let mut from = 0;
    loop {
        let at = from + quoted.get(from..)?.find(['"', '\\'])?;
        let (value, rest) = quoted.split_at_checked(at)?;
        if let Some(rest) = rest.strip_prefix('"') {
            return Some((unescaped(value), rest));
        }
        // The backslash and what it escapes, which may be a quote.
        from = at + 1 + rest.chars().nth(1)?.len_utf8();
    }
}

/// What Go's `%q` wrote. An escape that is none of its own stays as it is.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once('\\') {
        plain.push_str(before);
        let mut chars = escape.chars();
        let digits = |count: usize| {
            let code = u32::from_str_radix(escape.get(1..=count)?, 16).ok()?;
            Some((char::from_u32(code)?, escape.get(count + 1..)?))
        };
        let long = match chars.next() {
            Some('x') => digits(2),
            Some('u') => digits(4),
            Some('U') => digits(8),
            _ => None,
        };
        let short = |plain: &str| match plain.chars().next()? {
            'n' => Some('\n'),
            't' => Some('\t'),
            'r' => Some('\r'),
            'a' => Some('\u{7}'),
            'b' => Some('\u{8}'),
            'f' => Some('\u{c}'),
            'v' => Some('\u{b}'),
            quoted @ ('"' | '\\' | '\'') => Some(quoted),
            _ => None,
        };
        let (char, after) = long.or_else(|| Some((short(escape)?, chars.as_str()))).unwrap_or(('\\', escape));
        plain.push(char);
        rest = after;
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_escapes() {
        let line = read(r#"time="t 1" level=error msg="say \"hi\" \\ \u00e9 \x41 \n \q" remote_ip=198.51.100.7 stack="a""#).unwrap();
        assert_eq!((line.time.text(), line.level.text()), (Some("t 1"), Some("error")));
        assert_eq!(line.message.text(), Some("say \"hi\" \\ é A \n \\q"));
        assert_eq!(line.ip.text(), Some("198.51.100.7"));
        assert!(matches!(read(r#"msg="plain""#).unwrap().message, Scalar::Text(Cow::Borrowed("plain"))));
    }

    #[test]
    fn what_is_quoted_is_no_field() {
        let line = read(r#"msg="x' remote_ip=203.0.113.9 \" level=info" remote_ip=198.51.100.7"#).unwrap();
        assert_eq!((line.ip.text(), line.level.text()), (Some("198.51.100.7"), None));
        assert_eq!(
            read("remote_ip=198.51.100.7 remote_ip=203.0.113.9").unwrap().ip.text(),
            Some("198.51.100.7")
        );
    }

    #[test]
    fn broken_lines_are_none() {
        for text in ["time", "time=\"x", "a b=c", "=x", r#"msg="a\"#, "x=1 \"y\"=2"] {
            assert!(read(text).is_none(), "{text}");
        }
    }
}
