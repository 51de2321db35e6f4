use ::parquet::{
    basic::{ConvertedType, Encoding},
    file::reader::{FileReader, SerializedFileReader},
    record::{Field, Row},
};
use bytes::Bytes;
use proptest::{option::of, prelude::*, sample::select};

use super::*;
use crate::{
    cause::Cause,
    record::{AttemptResult, Flag, Lifecycle, Method, Network, Point, Position, Provider},
};

fn denied(line: u64) -> SignIn<'static> {
    let mut record = SignIn::new(Provider::Okta, AttemptResult::Failure(Cause::MfaDenied));
    record.at = Some("2026-03-02T08:14:11.2041234Z".parse().unwrap());
    record.set_person(Some("Mia@corp.example".into()));
    record.set_ip(Some("2001:db8::1"));
    record.place = Point::new(45.76, 4.83);
    record.asn = Some(u32::MAX);
    record.method = Method::Push;
    record.flag = Some(Flag::Phishing);
    record.position = Position { file: 3, line };
    record
}

fn file(records: &[SignIn<'_>], limits: ParquetLimits) -> SerializedFileReader<Bytes> {
    let mut writer = ParquetWriter::with_limits(Vec::new(), limits).unwrap();
    for record in records {
        writer.push(record).unwrap();
    }
    SerializedFileReader::new(writer.finish().unwrap().into()).unwrap()
}

fn rows(file: &SerializedFileReader<Bytes>) -> Vec<Row> {
    file.get_row_iter(None).unwrap().map(Result::unwrap).collect()
}

fn cell<'r>(row: &'r Row, name: &str) -> &'r Field {
    row.get_column_iter().find_map(|(column, field)| (column == name).then_some(field)).unwrap()
}

fn text(value: Option<&str>) -> Field {
    value.map_or(Field::Null, |value| Field::Str(value.to_owned()))
}

#[test]
fn every_column_has_its_cell() {
    let expected = [
        ("time", Field::TimestampMillis(1_772_439_251_204)),
        ("class_uid", Field::Int(3002)),
        ("activity_id", Field::Int(1)),
        ("type_uid", Field::Long(300_201)),
        ("severity_id", Field::Int(4)),
        ("status_id", Field::Int(2)),
        ("user_name", text(Some("mia@corp.example"))),
        ("user_display_name", text(Some("Mia@corp.example"))),
        ("src_ip", text(Some("2001:db8::1"))),
        ("src_lat", Field::Float(45.76)),
        ("src_lon", Field::Float(4.83)),
        ("src_asn", Field::Long(4_294_967_295)),
        ("src_network", text(Some("unknown"))),
        ("is_mfa", Field::Bool(true)),
        ("auth_method", text(Some("push"))),
        ("provider", text(Some("okta"))),
        ("cause", text(Some("mfa_denied"))),
        ("result", text(Some("failure"))),
        ("flag", text(Some("phishing"))),
        ("interactive", Field::Bool(true)),
        ("legacy", Field::Bool(false)),
        ("file", Field::Long(3)),
        ("line", Field::Long(7)),
    ];
    let rows = rows(&file(&[denied(7)], LIMITS));
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].len(), COLUMNS.len());
    for (name, cell) in rows[0].get_column_iter() {
        let expected =
            expected.iter().find(|(column, _)| column == name).map_or(&Field::Null, |(_, cell)| cell);
        assert_eq!(cell, expected, "{name}");
    }
}

#[test]
fn the_schema_is_plain_and_the_footer_says_who_wrote_it() {
    let file = file(&[denied(1)], LIMITS);
    let metadata = file.metadata().file_metadata();
    let schema = metadata.schema_descr();
    let time = schema.column(0);
    assert_eq!(time.name(), "time");
    assert_eq!(
        time.logical_type_ref(),
        Some(&::parquet::basic::LogicalType::timestamp(true, ::parquet::basic::TimeUnit::MILLIS))
    );
    // What older readers look at.
    assert_eq!(time.converted_type(), ConvertedType::TIMESTAMP_MILLIS);
    assert!(schema.columns().iter().all(|column| column.path().parts().len() == 1));
    let required: Vec<_> = schema
        .columns()
        .iter()
        .filter(|column| !column.self_type().is_optional())
        .map(|column| column.name())
        .collect();
    assert_eq!(required.len(), 13, "{required:?}");
    let versions: Vec<_> = metadata
        .key_value_metadata()
        .unwrap()
        .iter()
        .map(|pair| (pair.key.as_str(), pair.value.as_deref()))
        .collect();
    assert_eq!(
        versions,
        [("ocsf.version", Some("1.8.0")), ("postern.version", Some(env!("CARGO_PKG_VERSION")))]
    );
    assert!(metadata.created_by().unwrap().starts_with("postern version "));
}

#[test]
fn texts_that_repeat_are_a_dictionary_and_ids_are_not() {
    let records: Vec<_> = (1..2000)
        .map(|line| {
            let mut record = denied(line);
            record.record_id = Some(format!("id-{line}").into());
            record
        })
        .collect();
    let file = file(&records, LIMITS);
    let group = file.metadata().row_group(0);
    let encodings = |name: &str| {
        let chunk = group.columns().iter().find(|chunk| chunk.column_path().string() == name).unwrap();
        chunk.encodings().collect::<Vec<_>>()
    };
    assert!(encodings("user_name").contains(&Encoding::RLE_DICTIONARY));
    assert!(!encodings("record_uid").contains(&Encoding::RLE_DICTIONARY));
    assert!(encodings("line").contains(&Encoding::DELTA_BINARY_PACKED));
    let size = group
        .columns()
        .iter()
        .map(::parquet::file::metadata::ColumnChunkMetaData::compressed_size)
        .sum::<i64>();
    assert!(size < 40_000, "{size}");
}

#[test]
fn a_group_ends_at_its_rows_or_its_bytes() {
    let records: Vec<_> = (1..=25).map(denied).collect();
    let groups = |limits| {
        let file = file(&records, limits);
        let lines: Vec<_> = rows(&file).iter().map(|row| cell(row, "line").clone()).collect();
        assert_eq!(lines, (1..=25).map(Field::Long).collect::<Vec<_>>());
        file.metadata()
            .row_groups()
            .iter()
            .map(::parquet::file::metadata::RowGroupMetaData::num_rows)
            .collect::<Vec<_>>()
    };
    assert_eq!(groups(ParquetLimits { rows: 10, bytes: usize::MAX }), [10, 10, 5]);
    assert_eq!(groups(ParquetLimits { rows: 25, bytes: usize::MAX }), [25]);
    assert_eq!(groups(ParquetLimits { rows: 10, bytes: 1 }), [1; 25]);
    let bytes = denied(1).person.unwrap().len() * 2;
    assert!(groups(ParquetLimits { rows: 100, bytes: bytes * 10 })[0] < 10);
}

#[test]
fn no_records_are_a_file_without_rows() {
    let file = file(&[], LIMITS);
    assert_eq!(rows(&file).len(), 0);
    assert_eq!(file.metadata().file_metadata().schema_descr().num_columns(), COLUMNS.len());
}

#[test]
fn a_writer_that_fails_is_told() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("no space left"))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut writer = ParquetWriter::new(Full).unwrap();
    writer.push(&denied(1)).unwrap();
    let error = writer.finish().err().unwrap();
    assert!(error.to_string().contains("no space left"), "{error}");
}

prop_compose! {
    fn record()(
        result in prop_oneof![
            Just(AttemptResult::Success),
            select(&Cause::ALL[..]).prop_map(AttemptResult::Failure),
            of(select(&Cause::ALL[..])).prop_map(AttemptResult::Interrupt),
            select(&Lifecycle::ALL[..]).prop_map(AttemptResult::Lifecycle),
        ],
        provider in select(&Provider::ALL[..]),
        method in select(&Method::ALL[..]),
        network in select(&Network::ALL[..]),
        flag in of(select(&Flag::ALL[..])),
        second in of(-9_000_000_000_i64..9_000_000_000),
        texts in prop::array::uniform14(of(prop_oneof![any::<String>(), "[ab]{0,2}"])),
        ip in of(any::<std::net::IpAddr>()),
        asn in of(any::<u32>()),
        place in of((-90.0..90.0, -180.0..180.0)),
        (interactive, legacy) in any::<(bool, bool)>(),
    ) -> SignIn<'static> {
        let mut record = SignIn::new(provider, result);
        let [person, display, person_id, record_id, user_agent, device, phone, country, city, app, code, session, policy, detail] =
            texts.map(|text| text.map(Into::into));
        (record.person, record.display, record.person_id, record.record_id) = (person, display, person_id, record_id);
        (record.user_agent, record.device, record.phone, record.country) = (user_agent, device, phone, country);
        (record.city, record.app, record.code, record.session) = (city, app, code, session);
        (record.policy, record.detail) = (policy, detail);
        (record.method, record.network, record.flag) = (method, network, flag);
        record.at = second.and_then(|second| jiff::Timestamp::from_second(second).ok());
        (record.ip, record.asn, record.interactive, record.legacy) = (ip, asn, interactive, legacy);
        record.place = place.and_then(|(latitude, longitude)| Point::new(latitude, longitude));
        record.phone_place = record.place;
        record
    }
}

/// What the columns of a record should say, for those whose cells are its fields.
fn check(record: &SignIn<'_>, row: &Row) -> Result<(), TestCaseError> {
    let place = |of: fn(Point) -> f32| record.place.map_or(Field::Null, |place| Field::Float(of(place)));
    let time = record.at.map_or(Field::Null, |at| Field::TimestampMillis(at.as_millisecond()));
    for (name, expected) in [
        ("time", time),
        ("status_code", text(record.code.as_deref())),
        ("user_name", text(record.person.as_deref())),
        ("user_uid", text(record.person_id.as_deref())),
        ("user_display_name", text(record.display.as_deref())),
        ("src_ip", text(record.ip.map(|ip| ip.to_string()).as_deref())),
        ("src_country", text(record.country.as_deref())),
        ("src_city", text(record.city.as_deref())),
        ("src_lat", place(|place| place.latitude)),
        ("src_lon", place(|place| place.longitude)),
        ("phone_lat", place(|place| place.latitude)),
        ("src_asn", record.asn.map_or(Field::Null, |asn| Field::Long(asn.into()))),
        ("src_network", text(Some(record.network.as_str()))),
        ("user_agent", text(record.user_agent.as_deref())),
        ("service_name", text(record.app.as_deref())),
        ("session_uid", text(record.session.as_deref())),
        ("device_uid", text(record.device.as_deref())),
        ("phone", text(record.phone.as_deref())),
        ("auth_method", text(Some(record.method.as_str()))),
        ("provider", text(Some(record.provider.as_str()))),
        ("cause", text(record.cause().map(Cause::as_str))),
        ("flag", text(record.flag.map(Flag::as_str))),
        ("interactive", Field::Bool(record.interactive)),
        ("legacy", Field::Bool(record.legacy)),
        ("policy", text(record.policy.as_deref())),
        ("detail", text(record.detail.as_deref())),
        ("record_uid", text(record.record_id.as_deref())),
    ] {
        prop_assert_eq!(cell(row, name), &expected, "{}", name);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_records_come_back_cell_by_cell(records in prop::collection::vec(record(), 0..60), group in 1_usize..30) {
        let rows = rows(&file(&records, ParquetLimits { rows: group, bytes: 4000 }));
        prop_assert_eq!(rows.len(), records.len());
        for (record, row) in records.iter().zip(&rows) {
            check(record, row)?;
        }
    }
}
