use proptest::prelude::*;

use super::*;
use crate::read::{Parsed, ReadOptions, ReadSummary, read, tests::lines};

fn objects(text: &str) -> Vec<(u64, String)> {
    let (header, len) = Header::find(text.as_bytes()).unwrap();
    let (head, rows) = text.as_bytes().split_at(len);
    let mut found = Vec::new();
    for_each_row(rows, 1 + newlines(Some(head)), &header, |line, row| {
        found.push((line, row.map_or_else(|defect| defect.to_string(), str::to_owned)));
    });
    found
}

#[test]
fn a_header_is_known_by_its_names() {
    for (head, is_table) in [
        ("Date (UTC),Request ID,User", true),
        ("\"TimeGenerated [UTC]\";\"Identity\";\"ResultType\"\r\n", true),
        ("sep=;\r\nUsername;b;c\n", true),
        ("#TYPE Selected.Object\n\"CreationDate\",\"UserIds\",\"AuditData\"", true),
        ("number\taction\tserial\tsuccess", true),
        ("number,action,serial,result", false),
        ("timestamp,event_type,actor.alternate_id", true),
        ("Username,b", false),
        ("2026-03-02 08:14:11 login failed, username, published, eventtype", false),
        ("login,username=\"x,published,y\"", false),
        ("a,b,c", false),
        ("{\"username\":1,\"b\":2,\"c\":3}", false),
        ("Mar  2 08:14:11 host sshd[1]: Failed password for mia, username, eve, port 22", false),
        ("", false),
    ] {
        assert_eq!(Header::find(head.as_bytes()).is_some(), is_table, "{head}");
    }
}

#[test]
fn a_row_becomes_an_object() {
    let text = "published,actor.alternateId,actor.type,outcome.result,Note \u{1f5dd},@a.,x.b c\n\
                t1,mia@example.com,User,SUCCESS,\"said \"\"hi\"\"\n\tback\\\",1,2\n\
                ,,,,,,\n\
                t2,,,FAILURE\n\
                published,actor.alternateId,actor.type,outcome.result,Note \u{1f5dd},@a.,x.b c\n\
                t3,1,2,3,4,5,6,7\n";
    let expected = [
        (
            2,
            "{\"published\":\"t1\",\"actor\":{\"alternateId\":\"mia@example.com\",\"type\":\"User\"},\
             \"outcome\":{\"result\":\"SUCCESS\"},\"Note \u{1f5dd}\":\"said \\\"hi\\\"\\n\\tback\\\\\",\
             \"@a.\":\"1\",\"x.b c\":\"2\"}",
        ),
        (5, "{\"published\":\"t2\",\"outcome\":{\"result\":\"FAILURE\"}}"),
        (7, "more cells than the header has names (7)"),
    ];
    let found = objects(text);
    assert_eq!(found, expected.map(|(line, object)| (line, object.to_owned())));
    assert!(serde_json::from_str::<serde_json::Value>(&found[0].1).is_ok());
}

#[test]
fn json_in_a_cell_stays_text() {
    let found =
        objects("CreationDate,UserIds,AuditData\n2026,mia,\"{\"\"Operation\"\":\"\"UserLoggedIn\"\"}\"\n");
    assert_eq!(
        found[0].1,
        r#"{"CreationDate":"2026","UserIds":"mia","AuditData":"{\"Operation\":\"UserLoggedIn\"}"}"#
    );
}

#[test]
fn rows_are_cut_where_they_end() {
    let cut = |text: &str, block| cut(text.as_bytes(), b',', block, 20);
    assert_eq!(cut("a,b\nc,d\ne", 100), Cut::Rows(8));
    assert_eq!(cut("a,b\nc,d\ne", 4), Cut::Rows(4));
    assert_eq!(cut("a,b\nc,d\ne", 1), Cut::Rows(4));
    assert_eq!(cut("a,\"b\nc\",d\ne", 100), Cut::Rows(10));
    assert_eq!(cut("a,\"b\"\"\nc\",\"\"\ne", 100), Cut::Rows(13));
    // A quote within an open cell is a letter.
    assert_eq!(cut("5\" disk,a\"\"b\ne", 100), Cut::Rows(13));
    assert_eq!(cut("\"a\"\"b\nc", 100), Cut::More { quoted: true });
    assert_eq!(cut("a,b", 100), Cut::More { quoted: false });
    assert_eq!(cut(&format!("{}\nb", "a".repeat(20)), 100), Cut::Rows(21));
    assert_eq!(cut(&format!("{}\nb", "a".repeat(21)), 100), Cut::TooLong(21));
    assert_eq!(cut(&format!("\"{}", "a\n".repeat(21)), 100), Cut::TooLong(21));
}

const ENTRA: &str = "userPrincipalName,createdDateTime,status,id\r\n";

#[test]
fn a_table_is_read_like_lines() {
    let row = |id: u32| {
        format!(
            "mia@example.com,2026-03-02T08:14:11Z,\"{{\"\"errorCode\"\":\"\"50126\"\",\n\"\"failureReason\"\":\"\"a b\"\"}}\",{id}\r\n"
        )
    };
    let text = format!("\u{feff}{ENTRA}{}{}\r\n{}", row(1), row(2), row(3));
    for options in [ReadOptions::default(), ReadOptions { batch: 1, ..ReadOptions::default() }] {
        let (seen, summary) = lines(text.as_bytes(), options);
        assert_eq!(summary, ReadSummary { records: 3, attempts: 3, unrecognised: 0, malformed: 0 });
        assert_eq!(seen.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 4, 7]);
    }
}

#[test]
fn what_spreadsheets_write_is_read() {
    let rows = "userPrincipalName,createdDateTime,resultType,id\r\nmia@example.com,2026-03-02T08:14:11Z,50126,1\r\n\r\n\
                \"eve@example.com\",2026-03-02T08:14:12Z,0,2";
    for (before, delimiter, expected) in [
        ("", ",", [2, 4]),
        ("", ";", [2, 4]),
        ("sep=;\r\n", ";", [3, 5]),
        ("\u{feff}sep=\t\r\n", "\t", [3, 5]),
        ("#TYPE Selected.System.Object\r\n", ",", [3, 5]),
        ("\r\n\n", ",", [4, 6]),
    ] {
        let text = format!("{before}{}", rows.replace(',', delimiter));
        let (seen, summary) = lines(text.as_bytes(), ReadOptions::default());
        assert_eq!(
            summary,
            ReadSummary { records: 2, attempts: 2, unrecognised: 0, malformed: 0 },
            "{text}: {seen:?}"
        );
        assert_eq!(seen.iter().map(|(line, _)| *line).collect::<Vec<_>>(), expected);
        let wide: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect();
        if !text.starts_with('\u{feff}') {
            assert_eq!(lines(&wide, ReadOptions::default()), (seen, summary));
        }
    }
    let parsed = &lines(rows.as_bytes(), ReadOptions::default()).0[1].1;
    let Parsed::Attempt(eve) = parsed else { panic!("{parsed:?}") };
    assert_eq!(eve.person.as_deref(), Some("eve@example.com"));
}

#[test]
fn tables_put_one_behind_the_other_are_one() {
    let table = "\u{feff}\"username\",\"b\",\"c\"\n1,2,3\n";
    let found = objects(&format!("username,b,c\n{table}{}", table.replace('"', "")));
    assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 5]);
}

#[test]
fn a_row_that_is_not_utf_8_hurts_no_other() {
    let text = [b"username,b,c\n1,\xff,3\n\xc3,\xa9,x\n1,2,3\n".as_slice()].concat();
    let (seen, _) = lines(&text, ReadOptions::default());
    assert_eq!(seen[0], (2, Parsed::Malformed(RecordDefect::NotUtf8 { valid_up_to: 1 })));
    assert_eq!(seen[1], (3, Parsed::Malformed(RecordDefect::NotUtf8 { valid_up_to: 0 })));
    assert!(matches!(seen[2], (4, Parsed::Unrecognised(_))));
}

fn defect(text: &str, max_line: usize) -> Vec<(u64, RecordDefect)> {
    let (seen, _) = lines(text.as_bytes(), ReadOptions { max_line, ..ReadOptions::default() });
    let defect = |parsed| if let Parsed::Malformed(defect) = parsed { Some(defect) } else { None };
    seen.into_iter().filter_map(|(line, parsed)| Some((line, defect(parsed)?))).collect()
}

#[test]
fn what_is_cut_off_or_too_long_is_named() {
    for cut_off in ["a,b", "a,b,\"c\n"] {
        let found = defect(&format!("{ENTRA}a,b,c,1\n{cut_off}"), 1000);
        assert_eq!(found.last(), Some(&(3, RecordDefect::CutOff)), "{cut_off}");
    }
    // A quote that is never closed swallows rows up to the limit, and no more.
    let text = format!("{ENTRA}\"{}a,b,c,d,e\n", "x\n".repeat(100));
    let found = defect(&text, 150);
    assert_eq!(found.first(), Some(&(2, RecordDefect::TooLong { limit: 150 })));
    assert_eq!(found.last(), Some(&(102, RecordDefect::TooManyCells { names: 4 })));
}

proptest! {
    /// The rows that are cut apart are the rows that the `csv` crate finds in the whole.
    #[test]
    fn cutting_changes_nothing(text in "[a\",;\r\n]{0,60}", block in 1_usize..20) {
        let rows = |bytes: &[u8]| {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
            reader.byte_records().map(|row| row.unwrap().iter().map(<[u8]>::to_vec).collect::<Vec<_>>()).collect::<Vec<_>>()
        };
        let (mut found, mut rest) = (Vec::new(), text.as_bytes());
        while let Cut::Rows(len) = cut(rest, b',', block, 1000) {
            prop_assert!(len > 0);
            found.extend(rows(&rest[..len]));
            rest = &rest[len..];
        }
        found.extend(rows(rest));
        prop_assert_eq!(found, rows(text.as_bytes()));
    }

    #[test]
    fn any_rows_give_sound_objects(text in "[a1.\",;\r\n\\\\]{0,80}") {
        let text = format!("username,a.b,a.c\n{text}");
        read(text.as_bytes(), ReadOptions::default(), |_, parsed| {
            assert!(!matches!(parsed, Parsed::Malformed(RecordDefect::NotJson { .. })));
        }).unwrap();
    }
}
