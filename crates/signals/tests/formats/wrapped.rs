//! Records in files: as lines, lists, envelopes and tables, packed and in other encodings.

use std::io::{Read, Write};

use postern_signals::{
    Parsed, Position, ReadOptions, SignIn, read,
    source::{Source, Sources},
};

use crate::samples::{NAME, RECORDS, Sample, all};

/// What is read of some bytes, in order, without where it stood.
pub fn records(bytes: impl Read, options: ReadOptions) -> Vec<Parsed<'static>> {
    let mut found = Vec::new();
    let summary = read(bytes, options, |_, parsed| found.push(placeless(parsed.into_owned()))).unwrap();
    assert_eq!(summary.records, found.len() as u64);
    found
}

fn placeless(parsed: Parsed<'static>) -> Parsed<'static> {
    let bare = |record: SignIn<'static>| SignIn { position: Position::default(), ..record };
    match parsed {
        Parsed::Attempt(record) => Parsed::Attempt(bare(record)),
        Parsed::Several(records) => Parsed::Several(records.into_iter().map(bare).collect()),
        other => other,
    }
}

fn pretty(json: &str) -> String {
    serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(json).unwrap()).unwrap()
}

/// The records as rows below the names of their members.
fn answer(records: &[&str]) -> String {
    let records: Vec<serde_json::Map<String, serde_json::Value>> =
        records.iter().map(|record| serde_json::from_str(record).unwrap()).collect();
    let names = records.first().into_iter().flat_map(|record| record.keys());
    let columns: Vec<_> = names.map(|name| serde_json::json!({ "name": name, "type": "x" })).collect();
    let rows: Vec<Vec<_>> = records.iter().map(|record| record.values().collect()).collect();
    // The members of a `json!` object are in the order of their names, as they are in an answer.
    serde_json::json!({ "tables": [{ "columns": columns, "name": "PrimaryResult", "rows": rows }] })
        .to_string()
}

/// Two records of the sample: its own, and one with another name.
fn pair(sample: &Sample) -> [String; 2] {
    [sample.text.to_owned(), sample.with(NAME, "eve@corp.example")]
}

/// The rows with something else than commas between their cells.
fn separated(rows: &[&str], delimiter: u8) -> String {
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    let text = rows.join("\n");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.byte_records().for_each(|row| writer.write_byte_record(&row.unwrap()).unwrap());
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

/// The files that hold these two and nothing else.
fn files(sample: &Sample) -> Vec<(String, String)> {
    let [mia, eve] = pair(sample);
    if let Some(header) = sample.header() {
        return vec![
            ("rows".into(), format!("{header}\n{mia}\n{eve}\n")),
            ("rows of a spreadsheet".into(), format!("{header}\r\n{mia}\r\n{eve}\r\n\r\n")),
            ("rows without an end".into(), format!("{header}\n{mia}\n{eve}")),
            ("a header twice".into(), format!("{header}\n{mia}\n{header}\n{eve}\n")),
            ("semicolons".into(), separated(&[header, &mia, &eve], b';')),
            (
                "semicolons, as Excel says".into(),
                format!("sep=;\r\n{}", separated(&[header, &mia, &eve], b';')),
            ),
            ("tabs".into(), separated(&[header, &mia, &eve], b'\t')),
        ];
    }
    let mut files = vec![
        ("lines".into(), format!("{mia}\n{eve}\n")),
        ("blank lines and line breaks of two kinds".into(), format!("\r\n\n{mia}\r\n\r\n \n{eve}\n\r\n")),
        ("lines without an end".into(), format!("{mia}\n{eve}")),
        ("the output of Compose".into(), format!("some-service-1  | {mia}\nother_1         | {eve}\n")),
    ];
    if sample.is_json() {
        let list = format!("[{mia},{eve}]");
        let document = format!("[\n{mia},\n{eve}\n]\n");
        files.extend([("an array".into(), list.clone()), ("an array by lines".into(), document)]);
        files.push(("an array over many lines".into(), pretty(&list)));
        files.push(("one after the other".into(), format!("{}\n{}", pretty(&mia), pretty(&eve))));
        files.push(("in one line".into(), format!("{mia}{eve}")));
        files.push(("the answer of a query".into(), answer(&[&mia, &eve])));
        files.push(("the answer of a query over many lines".into(), pretty(&answer(&[&mia, &eve]))));
        let [one, other] = [&mia, &eve].map(|record| {
            format!(
                r#"{{"version":"0","id":"6f07-1","detail-type":"x","source":"aws.partner/x","account":"123456789012","time":"2026-03-02T08:14:11Z","region":"eu-west-1","resources":[],"detail":{record}}}"#
            )
        });
        files.push(("events of a bus".into(), format!("{one}\n{other}\n")));
        files.push((
            "events of a bus over many lines".into(),
            format!("{}\n{}", pretty(&one), pretty(&other)),
        ));
        for envelope in sample.envelopes {
            let whole = envelope.replace(RECORDS, &format!("{mia},{eve}"));
            let each = [&mia, &eve].map(|record| envelope.replace(RECORDS, record));
            files.push((format!("an envelope {envelope}"), whole.clone()));
            files.push((format!("an envelope over many lines {envelope}"), pretty(&whole)));
            files.push((format!("an envelope on each line {envelope}"), each.join("\n")));
            files.push((format!("envelopes in an array {envelope}"), format!("[{}]", each.join(","))));
        }
    }
    files
}

fn wide(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(to_bytes).collect()
}

#[test]
fn each_file_gives_the_records_that_are_in_it() {
    for sample in all() {
        let [mia, eve] = pair(sample).map(|text| crate::samples::look(&sample.as_record(&text)));
        assert_ne!(mia, eve, "{}", sample.shape);
        let expected = [mia, eve];
        for (kind, file) in files(sample) {
            let small = ReadOptions { batch: 100, ..ReadOptions::default() };
            let forced = ReadOptions { format: Some(sample.provider), ..ReadOptions::default() };
            for options in [ReadOptions::default(), small, forced] {
                let found = records(file.as_bytes(), options);
                assert_eq!(found, expected, "{} as {kind}", sample.shape);
            }
            let marked = format!("\u{feff}{file}");
            let [little, big] = [u16::to_le_bytes, u16::to_be_bytes].map(|order| wide(&marked, order));
            let unmarked = wide(&file, u16::to_le_bytes);
            for bytes in [marked.into_bytes(), little, big, unmarked] {
                let found = records(&bytes[..], ReadOptions::default());
                assert_eq!(found, expected, "{} as {kind}, in another encoding", sample.shape);
            }
        }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

fn open(folder: &tempfile::TempDir, bytes: &[u8]) -> Vec<Parsed<'static>> {
    // A name that says nothing: what it is packed in is seen by its bytes.
    let path = folder.path().join("log");
    std::fs::write(&path, bytes).unwrap();
    let sources = Sources::find(&[path]).unwrap();
    let [source]: &[Source] = &sources.files else { panic!() };
    records(source.open().unwrap(), ReadOptions::default())
}

#[test]
fn packed_files_are_unpacked() {
    let folder = tempfile::tempdir().unwrap();
    for sample in all() {
        let expected = pair(sample).map(|text| crate::samples::look(&sample.as_record(&text)));
        let file = sample.file(&pair(sample));
        let halves = file.as_bytes().split_at(file.len() / 2);
        let members = [gzip(halves.0), gzip(halves.1)].concat();
        for packed in [gzip(file.as_bytes()), zstd(file.as_bytes()), gzip(&zstd(file.as_bytes())), members] {
            assert_eq!(open(&folder, &packed), expected, "{}", sample.shape);
        }
    }
}
