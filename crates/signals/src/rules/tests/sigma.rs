//! The shipped files as Sigma.

use rsigma_parser::{LintRule, SigmaCollection, lint_yaml_str, parse_sigma_yaml};

use super::*;

fn parsed() -> impl Iterator<Item = (&'static str, &'static str, SigmaCollection)> {
    super::super::shipped::FILES.into_iter().map(|(name, text)| {
        let parsed = parse_sigma_yaml(text).unwrap();
        assert_eq!(parsed.errors, [""; 0], "{name}");
        (name, text, parsed)
    })
}

#[test]
fn the_linter_finds_nothing_but_our_own_key() {
    for (name, text, _) in parsed() {
        let found: Vec<_> = lint_yaml_str(text)
            .into_iter()
            .filter(|warning| !(warning.rule == LintRule::UnknownKey && warning.path == "/postern"))
            .map(|warning| format!("{name}{}: {}", warning.path, warning.message))
            .collect();
        assert_eq!(found, [""; 0]);
    }
}

#[test]
fn files_are_named_and_written_as_sigma_wants_it() {
    let mut names: Vec<_> = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/rules"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    let mut listed: Vec<_> = super::super::shipped::FILES.iter().map(|(name, _)| *name).collect();
    listed.sort_unstable();
    assert_eq!(names, listed, "each file in the folder is built in");
    for (name, text, _) in parsed() {
        let stem = name.strip_suffix(".yml").unwrap();
        assert!((10..=70).contains(&name.len()), "{name}");
        assert!(stem.chars().all(|char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '_'));
        assert!(!text.contains(['\t', '\r']) && text.ends_with('\n') && !text.ends_with("\n\n"), "{name}");
        for (number, line) in text.lines().enumerate() {
            let indent = line.len() - line.trim_start().len();
            assert_eq!(indent % 4, 0, "{name}:{}", number + 1);
            assert_eq!(line, line.trim_end(), "{name}:{}", number + 1);
        }
    }
}

/// What both kinds of rules must say.
#[test]
fn every_rule_says_all_that_sigma_asks_for() {
    for (name, _, parsed) in parsed() {
        assert!(parsed.filters.is_empty());
        for rule in &parsed.rules {
            let head = (&rule.id, &rule.name, &rule.description, &rule.author, &rule.date);
            complete(name, &rule.title, head, [&rule.references, &rule.tags, &rule.falsepositives]);
            assert!(rule.status.is_some() && rule.level.is_some(), "{name}: {}", rule.title);
            let source = &rule.logsource;
            assert_eq!(source.category.as_deref(), Some("authentication"));
            assert_eq!((source.product.as_deref(), &source.service), (Some("postern"), &None));
        }
        for rule in &parsed.correlations {
            let head = (&rule.id, &rule.name, &rule.description, &rule.author, &rule.date);
            complete(name, &rule.title, head, [&rule.references, &rule.tags, &rule.falsepositives]);
            assert!(rule.status.is_some() && rule.level.is_some(), "{name}: {}", rule.title);
            assert!(!rule.group_by.is_empty() && rule.timespan.original.ends_with(['s', 'm', 'h', 'd']));
        }
    }
}

type RuleHead<'r> =
    (&'r Option<String>, &'r Option<String>, &'r Option<String>, &'r Option<String>, &'r Option<String>);

fn complete(file: &str, title: &str, head: RuleHead<'_>, lists: [&Vec<String>; 3]) {
    let (id, name, description, author, date) = head;
    let id = id.as_deref().unwrap();
    let parts: Vec<_> = id.split('-').collect();
    assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12], "{file}: {title}");
    assert!(
        parts[2].starts_with('4') && parts[3].starts_with(['8', '9', 'a', 'b']),
        "{file}: {id} is no UUIDv4"
    );
    assert!(name.is_some() && author.as_deref() == Some("Postern") && date.as_deref() == Some("2026-11-22"));
    assert!(description.as_deref().is_some_and(|text| text.len() > 30), "{file}: {title}");
    assert!(title.len() <= 256);
    let [references, tags, falsepositives] = lists;
    assert!(
        !references.is_empty() && references.iter().all(|url| url.starts_with("https://")),
        "{file}: {title}"
    );
    assert!(tags.iter().any(|tag| tag.starts_with("attack.t1")), "{file}: {title}");
    assert!(!falsepositives.is_empty(), "{file}: {title}");
}

#[test]
fn every_finding_says_what_to_do() {
    for info in SHIPPED.infos() {
        assert!(
            info.remediation.len() > 20 && info.runbook.starts_with("agent-runbook.md#"),
            "{}",
            info.name
        );
        assert!(!info.message(7).contains('{') && info.message(7) != *info.title, "{}", info.name);
        if info.severity >= Severity::Incident && info.name.contains("success") {
            assert_eq!(info.severity, Severity::LikelyBreach, "{}", info.name);
            assert!(info.remediation.starts_with("Do not reset"), "{}", info.name);
        }
    }
}

#[test]
fn thresholds_in_words() {
    let rules = &*SHIPPED;
    let threshold =
        |name: &str| rules.infos().iter().find(|info| &*info.name == name).unwrap().threshold.to_string();
    assert_eq!(threshold("mfa_fatigue"), "5 or more prompts refused or not answered within 10 minutes");
    assert_eq!(
        threshold("mfa_fatigue_success"),
        "3 or more prompts refused or not answered within 10 minutes, then a sign-in that succeeds from no network known to be the person's, within 1 hour; or 3 or more prompts declined within 10 minutes, then a sign-in that succeeds from a known network, within 1 hour; or 10 or more prompts refused or not answered within 24 hours, then a sign-in that succeeds from a new network, within 24 hours"
    );
    assert_eq!(
        threshold("reset_pair"),
        "a password reset and a factor reset or removed, in any order within 1 hour"
    );
    assert_eq!(
        threshold("password_spray"),
        "10 or more people with a wrong password from one strange address within 1 hour"
    );
    assert_eq!(threshold("fraud_report"), "one record is enough");
}
