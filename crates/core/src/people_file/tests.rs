use std::collections::HashSet;

use super::*;
use crate::tier::Tiers;

const HEADER: &str = "login,name,email,mobile,office_phone,manager,tier,role\n";

fn check(text: &str) -> PeopleImport {
    let file = PeopleFile::parse(text).unwrap();
    let logins: HashSet<String> =
        file.login_keys().into_iter().filter(|key| ["ada", "mona"].contains(&key.as_str())).collect();
    let tiers = Tiers::parse("finance=sensitive").unwrap();
    let is_mail_address = |address: &str| address.contains('@');
    file.check(&DirectoryFacts { logins: &logins, tiers: &tiers, is_mail_address })
}

/// What is wrong with rows below the whole header, as `line column message`.
#[track_caller]
fn wrong(rows: &str, expected: &[&str]) {
    let found: Vec<String> = check(&format!("{HEADER}{rows}"))
        .problems
        .iter()
        .map(|p| format!("{} {} {}", p.line, p.column.map_or("-", PeopleColumn::as_str), p.message))
        .collect();
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found} is not {expected}");
    }
}

#[test]
fn rows_are_read_by_the_names_in_the_header() {
    let import = check(
        "E-Mail,Name,LOGIN,phone,Manager\nivy@halden.example,\"Moreau, Ivy\",ivy,+447700900120,Mona\n\n,,,,\nx@y.example,Max,max,,IVY\n",
    );
    assert!(import.problems.is_empty(), "{:?}", import.problems);
    let [ivy, max] = import.newcomers.as_slice() else { panic!("{:?}", import.newcomers) };
    assert_eq!((ivy.line, ivy.login.as_str(), ivy.name.as_str()), (2, "ivy", "Moreau, Ivy"));
    assert_eq!((ivy.mobile.as_deref(), ivy.manager.as_deref()), (Some("+44 7700 900120"), Some("mona")));
    assert_eq!((ivy.tier.as_str(), &ivy.office_phone), ("standard", &None));
    assert_eq!((max.line, max.manager.as_deref()), (5, Some("ivy")), "blank lines count as lines");
}

/// `аda` with a Cyrillic а would stand beside `ada` in every list.
#[test]
fn a_login_that_only_looks_like_another_is_a_problem() {
    wrong(
        "\u{430}da,Ada,ada@x.example,,,,,\nivy,Ivy,i@x.example,,,,,\n\u{456}vy,Ivy,i@x.example,,,,,\nmüller,Eva Müller,e@x.example,,,,,\n",
        &["2 login It looks the same as ada", "4 login It looks the same as ivy"],
    );
}

#[test]
fn files_of_spreadsheets_are_read() {
    for text in [
        "login;name;email\r\nivy;Ivy Moreau;ivy@halden.example\r\n",
        "\u{feff}login,name,email\nivy,Ivy Moreau,ivy@halden.example",
        "login\tname\temail\rivy\tIvy Moreau\tivy@halden.example\r",
        "\"login\";\"name\";\"email\"\n\"ivy\";\"Ivy Moreau\";\"ivy@halden.example\"\n",
        "login,name,email,mobile\nivy,Ivy Moreau,ivy@halden.example,'+44 7700 900120\n",
    ] {
        let import = check(&decode(text.as_bytes()).unwrap());
        assert!(import.problems.is_empty(), "{text:?}: {:?}", import.problems);
        assert_eq!(import.newcomers[0].name, "Ivy Moreau", "{text:?}");
    }
}

#[test]
fn what_a_form_carries_has_the_same_hash() {
    let unix = decode(b"login,name,email\nivy,Ivy,ivy@halden.example\n").unwrap();
    let form = decode(unix.replace('\n', "\r\n").as_bytes()).unwrap();
    assert_eq!(unix, form);
    assert_eq!(check(&unix).plan_hash(), check(&form).plan_hash());
    let other = unix.replace("Ivy,", "Ivo,");
    assert_ne!(check(&unix).plan_hash(), check(&other).plan_hash());
}

#[test]
fn a_file_that_does_not_read_says_why() {
    let of = |text: &str| PeopleFile::parse(text).unwrap_err();
    assert_eq!(of(""), PeopleFileError::Empty);
    assert_eq!(of("login,name,email\n"), PeopleFileError::Empty);
    assert_eq!(of("login,name\nivy,Ivy\n"), PeopleFileError::Lacks("email"));
    assert_eq!(of("ivy,Ivy Moreau,ivy@halden.example\n"), PeopleFileError::Lacks("login"));
    assert_eq!(of("login,name,email,team\nx,x,x,x\n"), PeopleFileError::UnknownColumn("team".to_owned()));
    assert_eq!(of("login,name,email,mail\nx,x,x,x\n"), PeopleFileError::TwiceColumn("email"));
    let many = format!("{HEADER}{}", "x,x,x,,,,,\n".repeat(MAX_ROWS + 1));
    assert_eq!(of(&many), PeopleFileError::TooManyRows);
    assert!(of(&many).to_string().contains("5000 people"));
    let latin = decode(b"login,name,email\nivy,Ivy,i@x.example\nemil,\xc9mil,e@x.example\n").unwrap_err();
    assert_eq!(latin, PeopleFileError::NotUtf8 { line: 3, byte: 0xc9 });
    assert!(latin.to_string().contains("Windows-1252, where this would be \"É\""), "{latin}");
    assert_eq!(decode(b"\xff\xfel\0o\0"), Err(PeopleFileError::Utf16));
    assert_eq!(decode(&vec![b'x'; MAX_BYTES + 1]), Err(PeopleFileError::TooLarge));
    assert!(PeopleFileError::TooLarge.to_string().contains("2 MiB"));
}

#[test]
fn each_problem_says_where_it_is() {
    let long = "x".repeat(MAX_CHARS + 1);
    wrong(",Ivy,i@x.example,,,,,\n", &["2 login Wanted"]);
    wrong("ivy,,i@x.example,,,,,\n", &["2 name Wanted"]);
    wrong(&format!("ivy,{long},i@x.example,,,,,\n"), &["2 name Wanted, up to 100"]);
    wrong("ivy,Ivy,,,,,,\n", &["2 email Wanted: notices"]);
    wrong("ivy,Ivy,nothing,,,,,\n", &["2 email This is no mail address"]);
    wrong("ivy,Ivy,i@x.example,020 7946 0102,,,,\n", &["2 mobile Type the number with + and the country"]);
    wrong("ivy,Ivy,i@x.example,,+44 20,,,\n", &["2 office_phone No number of that country"]);
    wrong("ivy,Ivy,i@x.example,,,nobody,,\n", &["2 manager Nobody signs in"]);
    wrong("ivy,Ivy,i@x.example,,,,gold,\n", &["2 tier There is no such tier. Write one of standard,"]);
    wrong("ivy,Ivy,i@x.example,,,,finance,person\n", &[]);
    wrong(
        "ivy,Ivy,i@x.example,,,,,Agent\n",
        &["2 role No file gives a desk role. Leave it empty, and make them an agent"],
    );
    wrong("ivy,Ivy,i@x.example,,,,,root\n", &["2 role No file gives a role"]);
    wrong("ivy,Ivy,i@x.example\n", &["2 - There are 3 fields where the first line names 8"]);
    wrong("ivy,I\u{202e}vy,i@x.example,,,,,\n", &["2 name Type it anew"]);
    // The quote runs to the end of the file.
    wrong("ivy,\"Ivy,i@x.example,,,,,\nmax,Max,m@x.example,,,,,\n", &["4 name A line ends inside"]);
    wrong("ivy,\"I\nvy\",i@x.example,,,,,\n", &["3 name A line ends inside"]);
    wrong("ivy,Ivy,i@x.example,,,,,\nIVY ,Ivo,o@x.example,,,,,\n", &["3 login Line 2 has the same login"]);
    wrong(
        "ivy,,nothing,12,,x,y,admin\n",
        &["2 role", "2 name", "2 email", "2 mobile", "2 manager", "2 tier"],
    );
}

#[test]
fn who_is_there_is_left_alone_whatever_the_row_says() {
    let import = check(&format!("{HEADER}Ada,Somebody else,nothing,12,12,x,y,admin\n"));
    assert!(import.problems.is_empty() && import.newcomers.is_empty());
    assert_eq!((import.known[0].line, import.known[0].login.as_str()), (2, "Ada"));
}

#[test]
fn managers_may_stand_anywhere_but_in_a_ring() {
    let row = |login: &str, manager: &str| format!("{login},X,{login}@x.example,,,{manager},,\n");
    let of = |pairs: &[(&str, &str)]| pairs.iter().map(|(l, m)| row(l, m)).collect::<String>();
    wrong(&of(&[("a", "b"), ("b", "c"), ("c", "mona"), ("d", "a")]), &[]);
    wrong(&of(&[("a", "a")]), &["2 manager Nobody is their own manager"]);
    wrong(
        &of(&[("d", "a"), ("a", "b"), ("b", "c"), ("c", "a"), ("e", "c")]),
        &["3 manager Their manager", "4 manager Their manager", "5 manager Their manager"],
    );
}
