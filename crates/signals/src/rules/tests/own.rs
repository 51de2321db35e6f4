//! Rules of the user's own, and settings.

use super::*;

/// A detection with these lines under `selection`.
fn detection(name: &str, selection: &str) -> String {
    format!(
        "title: Own {name}\nname: {name}\nlogsource:\n    category: authentication\n    product: postern\n\
         detection:\n    selection:\n        {selection}\n    condition: selection\n"
    )
}

fn correlation(name: &str, lines: &str) -> String {
    format!("title: Own {name}\nname: {name}\ncorrelation:\n    {}\n", lines.replace('\n', "\n    "))
}

fn error(yaml: &str) -> String {
    with_own(yaml).unwrap_err().to_string()
}

fn own_names(rules: &Rules, sent: impl IntoIterator<Item = Sent>) -> BTreeSet<String> {
    let mut run = Run::of(rules);
    let fired = run.all(sent);
    let own = fired.iter().filter(|fired| rules.info(fired.rule).source == RuleSource::Own);
    own.map(|fired| rules.info(fired.rule).name.to_string()).collect()
}

#[test]
fn a_folder_of_rules_is_read_to_the_bottom() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("deeper")).unwrap();
    let vpn = detection("from_vpn", "ip|cidr: 198.51.100.0/24").replace("Own from_vpn", "From the VPN");
    fs::write(folder.path().join("vpn.yml"), format!("# ours\n---\n{vpn}level: high\n")).unwrap();
    let words = detection("blocked_jailbroken", "detail|contains: jailbroken");
    fs::write(folder.path().join("deeper/words.yaml"), words).unwrap();
    fs::write(folder.path().join("README.md"), "not a rule").unwrap();
    let mut set = RuleSet::default();
    set.add_dir(folder.path()).unwrap();
    assert_eq!(
        set.names().collect::<Vec<_>>(),
        ["blocked_jailbroken", "from_vpn"],
        "in the order of the paths"
    );
    let rules = set.compile().unwrap();
    let mut run = Run::of(&rules);
    let fired = run.take(&sent(0, Success).ip("198.51.100.7"));
    assert_eq!((run.names(&fired), lines(&fired[0])), (set_of("from_vpn"), vec![1]));
    assert_eq!(fired[0].group, [("person".to_owned(), "mia".to_owned())]);
    let info = rules.info(fired[0].rule);
    assert_eq!((info.source, info.severity), (RuleSource::Own, Severity::Incident));
    assert_eq!((info.confidence, &*info.title), (crate::finding::Confidence::Medium, "From the VPN"));
    assert!(run.take(&sent(1, Success).ip("198.51.101.7")).is_empty());
    let blocked = sent(2, Failure(Cause::DeviceBlock))
        .with(|sent| sent.record.detail = Some("A Jailbroken phone".into()));
    assert_eq!(
        {
            let fired = run.take(&blocked);
            run.names(&fired)
        },
        set_of("blocked_jailbroken")
    );
}

fn set_of(name: &str) -> BTreeSet<String> {
    set([name])
}

#[test]
fn a_folder_that_cannot_be_used_adds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut set = RuleSet::default();
    let nothing = set.add_dir(folder.path()).unwrap_err().to_string();
    assert!(nothing.contains("no file here ends in .yml"), "{nothing}");
    let missing = set.add_dir(&folder.path().join("none")).unwrap_err().to_string();
    assert!(missing.contains("none: ") && missing.contains("Give a folder"), "{missing}");
    fs::write(folder.path().join("a_good.yml"), detection("good", "result: failure")).unwrap();
    fs::write(folder.path().join("b_bad.yml"), "title: [").unwrap();
    assert!(set.add_dir(folder.path()).is_err());
    fs::write(folder.path().join("b_bad.yml"), b"title: \xff\xfe\n").unwrap();
    let binary = set.add_dir(folder.path()).unwrap_err().to_string();
    assert!(binary.contains("b_bad.yml: ") && binary.contains("UTF-8"), "{binary}");
    assert_eq!(set.names().count(), 0);
}

#[test]
fn an_error_says_where() {
    let good = detection("good", "result: failure");
    let broken = error(&format!("{good}---\n# second\ntitle: x\ndetection:\n  a: [1\nlogsource: {{}}\n"));
    assert!(broken.starts_with("own.yml:14: ") || broken.starts_with("own.yml:15: "), "{broken}");
    let bad = detection("bad", "colour: blue");
    let unknown = error(&format!("{good}---\n{bad}"));
    assert!(
        unknown.starts_with("own.yml:18: no field is named `colour`. The fields are: actor, "),
        "{unknown}"
    );
    for field in View::WORDS.into_iter().chain(View::TEXTS) {
        assert!(unknown.contains(field), "{field}");
    }
    assert_eq!(error("- a\n- b\n"), "own.yml:1: Document is not a YAML mapping");
    assert!(error("title: x\n").contains("own.yml:1: Missing required field 'detection'"));
    let condition = good.replace("condition: selection", "condition: selection and");
    assert!(error(&condition).contains("Condition parse error"), "{}", error(&condition));
    let other = good.replace("condition: selection", "condition: other");
    assert!(error(&other).contains("other"), "{}", error(&other));
}

#[test]
fn a_problem_is_at_its_own_line() {
    let good = detection("good", "result: failure");
    let selection = |text: &str| detection("good", text);
    let counted = "type: event_count\nrules: [wrong_password]\ngroup-by:\n    - person\n    - colour\ntimespan: 5m\ncondition:\n    gte: 3";
    for (yaml, line) in [
        (selection("colour|contains: blue"), 8),
        (selection("result: failure\n        \"colour\": blue"), 9),
        (selection("- result: success\n        - title: x"), 9),
        (selection("cause:\n            - bad_password\n            - bad_pasword"), 10),
        (selection("person: ada\n        device: 00ff"), 9),
        (good.replace("product: postern", "product: windows"), 3),
        (good.replace("detection:\n", "detection:\n    timeframe: 5m\n"), 7),
        (good.replace("name: good", "name: Good Rule"), 2),
        (format!("{good}postern:\n    message: x\n    confidense: high\n"), 12),
        (format!("{good}postern:\n    remediation: >-\n    runbook: x.md\n"), 11),
        (correlation("counted", counted), 8),
        (
            correlation(
                "counted",
                &counted.replace("colour", "ip").replace("5m", "5m\naliases:\n    a:\n        b: c"),
            ),
            10,
        ),
    ] {
        let yaml = format!("---\n{}---\n{yaml}", detection("first", "result: failure"));
        let error = error(&yaml);
        assert!(error.starts_with(&format!("own.yml:{}: ", line + 11)), "{line}: {error}\n{yaml}");
    }
}

#[test]
fn what_can_never_match_is_an_error() {
    let selection = |selection| error(&detection("own", selection));
    let wrong = selection("cause: bad_pasword");
    assert!(wrong.contains("`cause` is never `bad_pasword`. It is one of: bad_password, "), "{wrong}");
    assert!(selection("result: Succes").contains("success, failure, interrupt, push_sent, change"));
    assert!(selection("legacy: maybe").contains("true, false"));
    assert!(selection("network_seen:\n            - known\n            - old").contains("never `old`"));
    assert!(selection("device: 00ff").contains("|exists"));
    assert!(selection("phone|contains: 33").contains("keyed hash"));
    assert!(selection("person|fieldref: owner").contains("`owner`"));
    assert!(selection("person|expand: '%admins%'").contains("|expand"));
    for fine in [
        "cause: Bad_Password",
        "cause: bad_*",
        "cause|startswith: mfa_",
        "legacy: 'true'",
        "cause: null",
        "phone|exists: true",
        "person|fieldref: actor",
        "method|re: ^push$",
    ] {
        assert!(with_own(&detection("own", fine)).is_ok(), "{fine}");
    }
}

#[test]
fn what_is_not_supported_is_an_error() {
    let good = detection("good", "result: failure");
    let sources = [
        ("product: postern", "product: windows"),
        ("category: authentication", "category: process_creation"),
        ("product: postern", "product: postern\n    service: okta"),
    ];
    for (ours, other) in sources {
        assert!(error(&good.replace(ours, other)).contains("logsource"));
    }
    let has = |yaml: &str, words: &str| {
        let error = error(yaml);
        assert!(error.contains(words), "{error}");
    };
    has("title: x\ndetection:\n    a:\n        result: failure\n    condition: a\n", "logsource");
    has(&good.replace("detection:\n", "detection:\n    timeframe: 5m\n"), "Write a correlation");
    has(&format!("action: global\nlevel: high\n---\n{good}"), "Write each rule out");
    has(&format!("{good}status: deprecated\n"), "its own status");
    has(&format!("{good}sigma-version: 9\n"), "newer");
    has(&format!("{good}rsigma.suppress: 5m\n"), "`rsigma.suppress`");
    has(&format!("{good}postern:\n    confidense: high\n"), "`postern: confidense`");
    has(&format!("{good}postern:\n    confidence: certain\n"), "low, medium, high");
    has(&format!("{good}postern: high\n"), "postern: ");
    has(
        &format!("{good}postern:\n    remediation: >-\n    runbook: x.md\n"),
        "`postern: remediation` is empty",
    );
    has(&good.replace("name: good", "name: Good Rule"), "`Good Rule` is no name");
    has(
        "title: Not mine\nlogsource:\n    category: authentication\nfilter:\n    rules: any\n    selection:\n        ip: 1.2.3.4\n    condition: not selection\n",
        "filters",
    );
    let counted = |lines: &str| correlation("counted", lines);
    let count = "type: event_count\nrules: [wrong_password]\ngroup-by: [person]\ntimespan: 5m\ncondition:\n    gte: 3";
    assert!(with_own(&counted(count)).is_ok());
    has(&counted(&count.replace("group-by: [person]\n", "")), "Group by person");
    has(&counted(&count.replace("[person]", "[user]")), "`user`");
    has(&counted(&count.replace("gte: 3", "gte: 20000")), "10,000");
    has(&counted(&count.replace("5m", "0m")), "from 1s to 366d");
    has(&counted(&count.replace("5m", "367d")), "from 1s to 366d");
    has(&counted(&count.replace("5m", "5x")), "Invalid timespan");
    has(&counted(&count.replace("[wrong_password]", "[]")), "refers to no rules");
    has(&counted(&count.replace("wrong_password", "wrong_pass")), "`wrong_pass`, which is no rule");
    has(&counted(&count.replace("event_count", "value_count")), "Name the `field`");
    has(&counted(&count.replace("event_count", "value_sum")), "quantities");
    has(&counted(&count.replace("event_count", "temporal")), "more rules than it names");
    has(&counted(&count.replace("event_count", "temporal_ordered").replace("gte: 3", "gte: 1")), "two rules");
    has(&counted(&format!("{count}\naliases:\n    who:\n        wrong_password: person")), "aliases");
    has(&counted(&count.replace("gte: 3", "gte: 3\n    field: [colour]")), "`colour`");
    let all = "type: temporal\nrules: [wrong_password, wrong_code]\ngroup-by: [person]\ntimespan: 5m\ncondition: all of wrong_*";
    has(&counted(all), "Name the rules");
    has(&counted(&all.replace("all of wrong_*", "wrong_password and signed_in")), "`signed_in`");
}

#[test]
fn names_and_ids_are_used_once() {
    let good = detection("brute_force", "result: failure");
    let twice = error(&good);
    assert!(
        twice.starts_with("own.yml:1: `brute_force` is a rule already, at password_and_code_guessing.yml:"),
        "{twice}"
    );
    let id = "id: 5638f7c0-ac70-491d-8465-2a65075e0d86\n";
    let twice = error(&format!(
        "{}{id}---\n{}{id}",
        detection("one", "result: failure"),
        detection("two", "result: failure")
    ));
    assert!(
        twice.contains("`5638f7c0-ac70-491d-8465-2a65075e0d86` is a rule already, at own.yml:1"),
        "{twice}"
    );
    let untitled = detection("one", "result: failure").replace("name: one\n", "");
    let rules = with_own(&untitled).unwrap();
    assert!(rules.infos().iter().any(|info| &*info.name == "own_one"), "the title is its name");
}

#[test]
fn circles_and_crossings_are_refused() {
    let chain = |name: &str, of: &str, by: &str| {
        correlation(
            name,
            &format!(
                "type: event_count\nrules: [{of}]\ngroup-by: [{by}]\ntimespan: 5m\ncondition:\n    gte: 2"
            ),
        )
    };
    let circle = error(&format!("{}---\n{}", chain("a", "b", "person"), chain("b", "a", "person")));
    assert!(circle.contains("refers to itself by way of"), "{circle}");
    assert!(error(&chain("a", "a", "person")).contains("`a`"));
    let crossing = error(&chain("a", "brute_force", "ip"));
    assert!(crossing.contains("it and `brute_force` must both group by person"), "{crossing}");
    assert!(error(&chain("a", "password_spray", "person")).contains("`password_spray`"));
    assert!(with_own(&chain("a", "brute_force", "person")).is_ok());
    assert!(with_own(&chain("a", "password_spray", "ip")).is_ok());
}

#[test]
fn own_correlations_build_on_shipped_rules() {
    let rules = with_own(&correlation(
        "two_wrong_then_in",
        "type: temporal_ordered\nrules: [wrong_password, wrong_code, signed_in]\ngroup-by: [person, ip]\ntimespan: 1m",
    ));
    let rules = rules.unwrap();
    let steps = |ips: [&str; 3]| {
        let results = [Failure(Cause::BadPassword), Failure(Cause::MfaWrongCode), Success];
        let steps = results.into_iter().zip(ips).zip(0..);
        own_names(&rules, steps.map(|((result, ip), second)| sent(second, result).ip(ip)))
    };
    let here = "198.51.100.7";
    assert_eq!(steps([here; 3]), set_of("two_wrong_then_in"));
    assert_eq!(steps([here, "198.51.100.8", here]), set([]), "not all from one address");
    let sent = |second, result| sent(second, result).ip(here);
    let order =
        [sent(0, Failure(Cause::MfaWrongCode)), sent(1, Failure(Cause::BadPassword)), sent(2, Success)];
    assert_eq!(own_names(&rules, order), set([]));
    let slow =
        [sent(0, Failure(Cause::BadPassword)), sent(1, Failure(Cause::MfaWrongCode)), sent(61, Success)];
    assert_eq!(own_names(&rules, slow), set([]));
}

#[test]
fn settings_change_counts_and_spans() {
    let mut set = RuleSet::shipped();
    set.set_threshold("mfa_fatigue", Some(2), Some(SignedDuration::from_secs(30))).unwrap();
    set.set_threshold("mfa_fatigue_success", None, Some(SignedDuration::from_mins(2))).unwrap();
    set.set_threshold("password_spray", Some(3), None).unwrap();
    let rules = set.compile().unwrap();
    let refused = |second| sent(second, Failure(Cause::MfaDenied));
    let found = |sent: Vec<Sent>| {
        let mut run = Run::of(&rules);
        let fired = run.all(sent);
        run.names(&fired)
    };
    assert_eq!(found(vec![refused(0), refused(30)]), set_of("mfa_fatigue"));
    assert_eq!(found(vec![refused(0), refused(31)]), super::set([]));
    let then = |second| found(vec![refused(0), refused(60), refused(120), sent(second, Success)]);
    assert!(then(240).contains("mfa_fatigue_success") && !then(241).contains("mfa_fatigue_success"));
    let from_new_network =
        |index: i64| sent(index, Failure(Cause::BadPassword)).person(&format!("p{index}")).ip("203.0.113.9");
    assert_eq!(found((0..3).map(from_new_network).collect()), set_of("password_spray"));
    assert_eq!(found((0..2).map(from_new_network).collect()), super::set([]));
    let threshold = |name: &str| set.list().find(|rule| rule.name == name).unwrap().threshold;
    assert_eq!(threshold("mfa_fatigue"), "2 or more prompts refused or not answered within 30 seconds");
    assert!(threshold("spray_success").starts_with("3 or more people"), "a chain tells it too");
}

#[test]
fn settings_that_fit_no_rule_are_refused() {
    let mut set = RuleSet::shipped();
    let mut refuse = |rule: &str, count, seconds: Option<i64>| {
        set.set_threshold(rule, count, seconds.map(SignedDuration::from_secs)).unwrap_err().to_string()
    };
    let unknown = refuse("mfa_fatique", Some(5), None);
    assert!(unknown.starts_with("no rule is named `mfa_fatique`. The rules are: signed_in, "), "{unknown}");
    assert!(unknown.contains("mfa_fatigue") && unknown.contains("account_lockouts"));
    assert_eq!(
        refuse("fraud_report", Some(2), None),
        "rule `fraud_report` is about one record; it has no threshold"
    );
    assert!(refuse("mfa_fatigue_success", Some(2), None).contains("counts nothing itself"));
    assert!(refuse("reset_pair", Some(2), None).contains("counts nothing itself"));
    assert!(refuse("mfa_fatigue", Some(0), None).contains("at least 1"));
    for seconds in [0, -5] {
        assert!(refuse("mfa_fatigue", None, Some(seconds)).contains("at least a second"));
    }
}

#[test]
fn the_list_tells_building_blocks_and_other_tellings_apart() {
    let set = RuleSet::shipped();
    let rule = |name: &str| set.list().find(|rule| rule.name == name).unwrap();
    assert!(rule("refused_prompt").is_building_block && rule("spray_people_by_asn").is_building_block);
    assert!(!rule("mfa_fatigue_warning").is_building_block, "it stands for itself, too");
    assert_eq!(rule("mfa_fatigue_slow_success").finding, "mfa_fatigue_success");
    let text = super::super::shipped::FILES[1].1;
    let name = text.lines().position(|line| line == "name: mfa_fatigue").unwrap();
    assert_eq!(rule("mfa_fatigue").place.to_string(), format!("mfa_prompt_fatigue.yml:{}", name - 1));
    let count = set.list().filter(|rule| !rule.is_building_block && rule.finding == rule.name).count();
    assert_eq!(count, set.compile().unwrap().infos().len());
}
