use postern::config::{Mode, Typed};
use postern::hashing::HashCost;

fn typed(toml: &str) -> Typed {
    toml::from_str(toml).unwrap()
}

#[test]
fn all_problems_are_gathered_before_it_stops() {
    let problems = typed(
        r#"
        listen = "everywhere"
        origin = "http://postern.example.com/desk"
        database_url = "mysql://root:hunter2secret@db/postern"
        smtp_url = "smtp://mail.example.com"
        "#,
    )
    .into_config(Mode::Production)
    .unwrap_err()
    .to_string();
    for field in ["listen", "origin", "database_url", "smtp_from"] {
        assert!(problems.contains(&format!("- {field}: ")), "{field} is not in:\n{problems}");
    }
    assert!(problems.contains("https://"), "{problems}");
    assert!(!problems.contains("hunter2secret"), "a password in an error: {problems}");
}

#[test]
fn a_name_that_is_not_a_setting_is_an_error() {
    let unknown = toml::from_str::<Typed>("listne = \"127.0.0.1:1\"").unwrap_err();
    assert!(unknown.to_string().contains("listne"));
}

/// A line of the file may hold a password, whatever is wrong with it.
#[test]
fn a_mistake_in_the_file_is_told_by_line_and_key_alone() {
    let file = std::env::temp_dir().join(format!("postern-mistake-{}.toml", std::process::id()));
    let read = |text: &str| {
        std::fs::write(&file, text).unwrap();
        let said = Typed::read(&file).unwrap_err().to_string();
        assert!(!said.contains("hunter2"), "{said}");
        said
    };
    let wrong = [
        ("origin = \"https://x.example\"\nsmtp_url = [\"smtp://u:hunter2@mail\"]", "line 2, smtp_url: "),
        ("\n\nsmtp_url = smtp://u:hunter2@mail", "line 3, smtp_url: "),
        ("requests_per_minute = \"hunter2\"", "line 1, requests_per_minute: expected i64"),
        ("smtp_url = \"smtp://u:hunter2@mail", "line 1, smtp_url: "),
        ("smtp-url = \"smtp://u:hunter2@mail\"", "line 1, smtp-url: not a setting"),
        ("hunter2", "line 1: "),
        ("hunter2 hunter2 = 1", "line 1: "),
        ("[signals]\nmax_import_bytes = \"hunter2\"", "line 2, max_import_bytes: expected i64"),
    ];
    for (text, place) in wrong {
        let said = read(text);
        assert!(said.contains(place), "{text}\n{said}");
    }
    std::fs::remove_file(file).unwrap();
    let origin = typed("origin = \"http://u:hunter2@postern.example.com\"").into_config(Mode::Production);
    let said = origin.unwrap_err().to_string();
    assert!(said.contains("origin: ") && !said.contains("hunter2"), "{said}");
}

#[test]
fn a_network_that_may_hold_clients_is_trusted_by_force_alone() {
    let trust = |net: &str, force: bool| {
        let typed = Typed { trusted_proxies: vec![net.to_owned()], force, ..Typed::default() };
        typed.into_config(Mode::Production)
    };
    for wide in
        ["10.0.0.0/8", "192.168.1.0/24", "10.0.3.0/27", "0.0.0.0/0", "fd00::/64", "2001:db8::/123", "::/0"]
    {
        let problems = trust(wide, false).unwrap_err().to_string();
        assert!(problems.contains("may hold clients") && problems.contains("--force"), "{problems}");
        assert_eq!(trust(wide, true).unwrap().trusted_proxies.len(), 1);
    }
    for fine in [
        "127.0.0.1",
        "127.0.0.0/8",
        "::1",
        "10.0.3.7",
        "10.0.3.7/32",
        "10.0.3.0/28",
        "fd00::10",
        "fd00::10/124",
    ] {
        assert_eq!(trust(fine, false).unwrap().trusted_proxies.len(), 1, "{fine}");
    }
    assert!(trust("my-proxy", true).unwrap_err().to_string().contains("is not an address"));
    assert!(toml::from_str::<Typed>("force = true").is_err(), "not for a file: force is said at each start");
}

#[test]
fn nothing_typed_is_a_working_loopback_server() {
    let config = Typed::default().into_config(Mode::Production).unwrap();
    assert!(config.listen.ip().is_loopback());
    assert_eq!(config.origin.as_str(), "http://localhost:8787/");
    assert!(config.database_url.starts_with("sqlite:"));
}

#[test]
fn development_stays_on_loopback() {
    for listen in ["0.0.0.0:8787", "192.0.2.1:80", "[::]:8787"] {
        let settings = || Typed {
            listen: Some(listen.to_owned()),
            origin: Some("https://postern.example.com".to_owned()),
            ..Typed::default()
        };
        let problems = settings().into_config(Mode::Development).unwrap_err().to_string();
        assert!(problems.contains("can be reached from outside"), "{problems}");
        settings().into_config(Mode::Production).unwrap();
    }
    for listen in ["127.0.0.1:8787", "127.0.0.9:1", "[::1]:8787"] {
        typed(&format!("listen = {listen:?}")).into_config(Mode::Development).unwrap();
    }
}

#[test]
fn production_wants_https_but_on_localhost() {
    let origin = |origin: &str| typed(&format!("origin = {origin:?}")).into_config(Mode::Production);
    assert!(origin("http://postern.example.com").is_err());
    assert!(origin("https://postern.example.com").is_ok());
    assert!(origin("http://localhost:8787").is_ok());
    assert!(origin("http://localhost.example.com").is_err());
}

#[test]
fn the_edges_of_the_numbers() {
    let requests =
        |count: i64| typed(&format!("requests_per_minute = {count}")).into_config(Mode::Production).is_ok();
    assert_eq!([9, 10, 100_000, 100_001].map(requests), [false, true, true, false]);
}

/// The floor holds for each of both, and all of it is told at once.
#[test]
fn a_hash_costs_the_floor_at_least() {
    let argon2 = |text: &str| typed(&format!("[argon2]\n{text}")).into_config(Mode::Production);
    let fine = [
        ("", (19, 2)),
        ("memory_mib = 19\npasses = 2", (19, 2)),
        ("memory_mib = 256\npasses = 10", (256, 10)),
    ];
    for (text, (memory, passes)) in fine {
        assert_eq!(argon2(text).unwrap().argon2, HashCost { memory: memory << 10, passes }, "{text}");
    }
    let far = ["18", "257", "0", "-1", "4194304", "9223372036854775807"];
    for memory in far {
        let said = argon2(&format!("memory_mib = {memory}\npasses = 1")).unwrap_err().to_string();
        assert!(said.contains(&format!("argon2.memory_mib: {memory} is not between 19 and 256")), "{said}");
        assert!(said.contains("argon2.passes: 1 is not between 2 and 10"), "{said}");
    }
    assert!(argon2("passes = 11").is_err());
    assert!(toml::from_str::<Typed>("[argon2]\nlanes = 4").is_err());
}

#[test]
fn the_table_of_signals_is_checked_with_the_rest() {
    let folder = std::env::temp_dir().join(format!("postern-config-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("rules")).unwrap();
    std::fs::write(folder.join("settings.toml"), "[outage]\nshare = 7.0\n[rules.mfa_fatigue]\ncount = 0\n")
        .unwrap();
    std::fs::write(folder.join("rules/bad.yml"), "title: Nothing\n").unwrap();
    let at = |name: &str| folder.join(name).display().to_string();
    let toml = format!(
        "data = {:?}\n[signals]\nimport_folder = {:?}\nmax_import_bytes = 0\n\
         settings = {:?}\nrules = {:?}\n",
        at("rules"),
        at(""),
        at("settings.toml"),
        at("rules"),
    );
    let problems = typed(&toml).into_config(Mode::Production).unwrap_err().to_string();
    for problem in [
        "signals.import_folder: ",
        "signals.max_import_bytes: ",
        "settings.toml: settings.outage.share",
        "mfa_fatigue",
        "signals.rules: ",
    ] {
        assert!(problems.contains(problem), "{problem} is not in:\n{problems}");
    }
    assert!(problems.contains("holds the data folder"), "{problems}");
    assert!(typed("[signals]\nimport_folder = \"/nowhere/at/all\"").into_config(Mode::Production).is_err());
    assert!(toml::from_str::<Typed>("[signals]\nmax_import_bites = 1").is_err());
    std::fs::write(folder.join("settings.toml"), "[rules.mfa_fatigue]\ncount = 8\n").unwrap();
    let toml = format!("[signals]\nsettings = {:?}", at("settings.toml"));
    assert!(typed(&toml).into_config(Mode::Production).is_ok());
    std::fs::remove_dir_all(folder).unwrap();
}
