use super::*;

fn problems(text: &str) -> Vec<String> {
    Settings::from_toml(text).unwrap_err().problems().to_vec()
}

#[test]
fn nothing_written_is_the_defaults_and_they_are_sound() {
    let settings = Settings::from_toml("").unwrap();
    assert_eq!(settings, Settings::default());
    assert_eq!(settings.validate(), Ok(()));
    assert_eq!((settings.outage.share, settings.outage.people, settings.outage.networks), (0.2, 10, 5));
    assert_eq!(settings.policy.window, SignedDuration::from_hours(1));
}

#[test]
fn what_is_written_counts_and_the_rest_keeps_its_default() {
    let text = r#"
        [outage]
        share = 0.3
        window = "15m"
        [rules.mfa_fatigue]
        count = 8
        within = "1h 30m"
        [rules.code_guessing]
        count = 20
    "#;
    let settings = Settings::from_toml(text).unwrap();
    assert_eq!((settings.outage.share, settings.outage.people), (0.3, 10));
    assert_eq!(settings.outage.window, SignedDuration::from_mins(15));
    let fatigue = RuleLimits { count: Some(8), within: Some(SignedDuration::from_mins(90)) };
    assert_eq!(settings.rules["mfa_fatigue"], fatigue);
    assert_eq!(settings.rules["code_guessing"], RuleLimits { count: Some(20), within: None });
}

#[test]
fn what_is_printed_reads_back() {
    let mut settings = Settings::default();
    settings.rules.insert("a".to_owned(), RuleLimits { count: Some(3), within: None });
    let within = Some(SignedDuration::from_mins(5));
    settings.rules.insert("b".to_owned(), RuleLimits { count: None, within });
    let text = toml::to_string(&settings).unwrap();
    assert!(text.contains("window = \"10m\""), "{text}");
    assert_eq!(Settings::from_toml(&text), Ok(settings));
}

#[test]
fn every_wrong_field_is_named_and_no_other() {
    let text = r#"
        [outage]
        share = 1.5
        people = 0
        window = "-5m"
        networks = -1
        shares = 0.5
        [policy]
        window = 60
        signed_in_before = "most"
        people = 7
        [sms]
        window = "ten minutes"
        [impossible_travel]
        speed_kmh = nan
        [outages]
        share = 0.1
        people = 3
        [rules.mfa_fatigue]
        count = 0
        hours = 3
        within = "0s"
    "#;
    let found = problems(text);
    let fields = [
        "outage.networks:",
        "outage.shares:",
        "policy.window:",
        "policy.signed_in_before:",
        "sms.window:",
        "outages:",
        "rules.mfa_fatigue.hours:",
        "outage.share must lie between 0 and 1",
        "outage.people must be at least 1",
        "outage.window must be longer than 0 and at most a year",
        "impossible_travel.speed_kmh must lie between 1 and 20000",
        "rules.mfa_fatigue.count must be at least 1",
        "rules.mfa_fatigue.within must",
    ];
    for field in fields {
        let named = |problem: &&String| problem.starts_with(&format!("settings.{field}"));
        assert_eq!(found.iter().filter(named).count(), 1, "{field}\n{found:#?}");
    }
    assert_eq!(found.len(), fields.len(), "{found:#?}");
    assert!(found.iter().any(|problem| problem.contains(r#"such as "10m" or "24h""#)), "{found:#?}");
    assert!(found.iter().any(|problem| problem.contains("unknown field `shares`, expected one of `share`")));
}

#[test]
fn what_is_no_toml_is_one_problem() {
    assert_eq!(problems("[outage\nshare = 0.1").len(), 1);
    assert_eq!(problems("outage = 5").len(), 1);
    assert!(problems("[rules]\nmfa_fatigue = 8")[0].starts_with("settings.rules.mfa_fatigue:"));
}

#[test]
fn the_ends_of_the_ranges_are_in() {
    for share in ["0", "0.0", "1.0", "1"] {
        assert!(Settings::from_toml(&format!("outage.share = {share}")).is_ok(), "{share}");
    }
    for share in ["-0.001", "1.001", "inf"] {
        let found = problems(&format!("outage.share = {share}"));
        assert_eq!(found, ["settings.outage.share must lie between 0 and 1"], "{share}");
    }
    assert!(Settings::from_toml("sms.window = \"8784h\"").is_ok());
    assert!(Settings::from_toml("sms.window = \"8785h\"").is_err());
}
