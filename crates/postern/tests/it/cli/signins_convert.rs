use std::fs;

use serde_json::Value;

use super::{Folder, bombed, postern, text};

#[test]
fn a_log_becomes_ocsf_or_parquet() {
    let folder = Folder::new("convert");
    let log = folder.write("log.jsonl", &bombed());
    let output = postern(&["signins", "convert", &log]);
    assert_eq!(output.status.code(), Some(0));
    let lines = text(&output.stdout);
    assert_eq!(lines.lines().count(), 5);
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!((&first["class_uid"], &first["status_id"]), (&3002.into(), &2.into()));
    assert!(text(&output.stderr).contains("5 records written"));
    // What was written is read as the same people.
    let ocsf = folder.write("ocsf.jsonl", &lines);
    let again: Value = serde_json::from_slice(&postern(&["diagnose", "--json", &ocsf]).stdout).unwrap();
    assert_eq!(again["people"][0]["person"], "<b>mia</b>");
    assert_eq!(
        postern(&["signins", "convert", "--to", "parquet", &log]).status.code(),
        Some(2),
        "it wants a file"
    );
    let parquet = folder.0.join("out.parquet");
    let arguments = ["signins", "convert", "--to", "parquet", "-o", parquet.to_str().unwrap(), &log];
    assert_eq!(postern(&arguments).status.code(), Some(0));
    assert!(fs::read(parquet).unwrap().starts_with(b"PAR1"));
}

#[test]
fn one_file_of_no_use_among_several_is_told_by_the_exit_code() {
    let folder = Folder::new("convert-unfit");
    let (log, wrong) = (folder.write("log.jsonl", &bombed()), folder.write("wrong.jsonl", "{}\n"));
    for inputs in [[&log, &wrong], [&wrong, &log]] {
        let output = postern(&["signins", "convert", inputs[0], inputs[1]]);
        assert_eq!((output.status.code(), text(&output.stdout).lines().count()), (Some(1), 5));
        let said = text(&output.stderr);
        assert!(said.contains("nothing to convert in") && said.contains("wrong.jsonl"), "{said}");
    }
}
