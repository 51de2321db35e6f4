//! The download of the audit log: `'12','2026-03-02T08:14:11.204000','OK','OK','POST /validate/check','REJECT',…`.
//! It has no header. What stands where has changed with the versions; the number of values tells.

use std::borrow::Cow;

use super::PrivacyIdeaEntry;
use crate::{record::address, wire::Scalar};

/// `None`: not such a line, or one in which nobody can tell what stands where: quotes in a value are written as they
/// are, so that a name may hold what looks like the next values.
pub(super) fn entry(line: &str) -> Option<PrivacyIdeaEntry<'_>> {
    let values: Vec<_> = line.strip_prefix('\'')?.strip_suffix('\'')?.split("','").collect();
    let (has_verdict, has_program, has_container) = match values.len() {
        19..=22 => (false, false, false),
        23 => (true, false, false),
        25 => (true, true, false),
        27 => (true, true, true),
        _ => return None,
    };
    let mut values = values.into_iter();
    let mut next = || match values.next() {
        None | Some("" | "None") => Scalar::Absent,
        Some(value) => Scalar::Text(Cow::Borrowed(value)),
    };
    let mut entry =
        PrivacyIdeaEntry { number: next(), at: next(), signature: next(), ..PrivacyIdeaEntry::default() };
    let follows = next();
    if [&entry.signature, &follows].into_iter().any(|check| !matches!(check.text(), Some("OK" | "FAIL"))) {
        return None;
    }
    entry.action = next();
    if has_verdict {
        entry.authentication = next();
    }
    (entry.success, entry.serial, entry.token) = (next(), next(), next());
    if has_container {
        let _serial_and_type = (next(), next());
    }
    entry.user = next();
    let _realm_and_resolver = (next(), next());
    (entry.administrator, entry.action_detail, entry.info) = (next(), next(), next());
    (entry.server, entry.policies, entry.client) = (next(), next(), next());
    if has_program {
        entry.user_agent = next();
    }
    entry.client.text().is_none_or(|client| address(client).is_some()).then_some(entry)
}
