//! What must hold for any input.
#![expect(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

use jiff::Timestamp;
use postern_signals::{
    AttemptResult, Cause, Diagnosis, Flag, Lifecycle, Method, Parsed, Position, Provider, ReadOptions,
    Report, SignIn, parse_line, read,
};
use proptest::{collection::vec, prelude::*, sample::select};

fn read_all(input: &[u8], options: ReadOptions) -> Report {
    let mut diagnosis = Diagnosis::default();
    let mut seen = 0;
    let summary = read(input, options, |position, parsed| {
        seen += 1;
        diagnosis.take(position, parsed);
    })
    .unwrap();
    let report = diagnosis.finish().unwrap();
    assert_eq!((summary.records, report.totals.records), (seen, seen));
    assert_eq!(summary.attempts + summary.unrecognised + summary.malformed, summary.records);
    assert_eq!(report.totals.attempts + report.totals.repeated, summary.attempts);
    assert_eq!(report.malformed.len() as u64 + report.malformed_more, summary.malformed);
    serde_json::to_string(&report).unwrap();
    assert_eq!(report.table_rows().count() as u64, report.totals.people);
    report
}

const ENTRA: &str = r#"{"time":"2026-03-02T08:14:11.2041234Z","category":"SignInLogs","resultType":"500121","properties":{"id":"s-1","userPrincipalName":"mia@corp.example","status":"{\"errorCode\":500121,\"additionalDetails\":\"MFA denied; user declined\"}","authenticationDetails":[{"succeeded":false}]}}"#;
const OKTA: &str = r#"[{"uuid":"u","published":"2026-03-02 08:14:11.204000000","eventtype":"user.session.start","actor":{"alternateId":"mia@corp.example","type":"User"},"outcome":{"result":"FAILURE","reason":"LOCKED_OUT"},"target":[{"type":"User"}]}]"#;
const POSTERN: &str =
    r#"{"postern":"signin/v1","at":"2026-03-02T08:14:11Z","person":"ana","result":"success"}"#;

fn result() -> impl Strategy<Value = AttemptResult> {
    prop_oneof![
        3 => Just(AttemptResult::Success),
        5 => select(&Cause::ALL[..]).prop_map(AttemptResult::Failure),
        1 => proptest::option::of(select(&Cause::ALL[..])).prop_map(AttemptResult::Interrupt),
        2 => Just(AttemptResult::PushSent),
        1 => select(vec![Lifecycle::Lockout, Lifecycle::Unlock, Lifecycle::Disabled, Lifecycle::Enabled, Lifecycle::FactorReset])
            .prop_map(AttemptResult::Lifecycle),
    ]
}

prop_compose! {
    fn record()(
        second in 0_i64..2000,
        dated in proptest::bool::weighted(0.95),
        person in select(vec!["mia", "Mia", "eve", "", "9b117c67-170e"]),
        person_id in proptest::option::of(select(vec!["9b117c67-170e", "0000-0000", "id-of-eve"])),
        result in result(),
        method in select(vec![Method::Push, Method::Session, Method::Unknown]),
        interactive in any::<bool>(),
        flag in proptest::option::weighted(0.05, select(vec![Flag::Risk, Flag::Phishing])),
        detail in proptest::option::of(select(vec!["a", "b"])),
    ) -> SignIn<'static> {
        let mut record = SignIn::new(Provider::Entra, result);
        record.at = dated.then(|| Timestamp::from_second(1_772_439_251 + second).unwrap());
        record.set_person(Some(person.into()));
        record.person_id = person_id.map(Into::into);
        record.method = method;
        record.interactive = interactive;
        record.flag = flag;
        record.detail = detail.map(Into::into);
        record
    }
}

fn diagnose(records: &[SignIn<'static>]) -> Report {
    let mut diagnosis = Diagnosis::default();
    for record in records {
        diagnosis.observe(record.clone());
    }
    diagnosis.finish().unwrap()
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(input in vec(any::<u8>(), 0..2000), max_line in 1_usize..500) {
        read_all(&input, ReadOptions { max_line, ..ReadOptions::default() });
    }

    #[test]
    fn bytes_that_look_like_json_never_panic(input in "[\\[\\]{}\",:\\\\a1 \n]{0,300}", max_line in 1_usize..200) {
        read_all(input.as_bytes(), ReadOptions { max_line, ..ReadOptions::default() });
    }

    #[test]
    fn a_record_with_one_byte_changed_never_panics(which in 0_usize..3, at in 0_usize..300, byte in any::<u8>()) {
        let mut line = [ENTRA, OKTA, POSTERN][which].as_bytes().to_vec();
        let at = at % line.len();
        line[at] = byte;
        read_all(&line, ReadOptions::default());
    }

    #[test]
    fn a_damaged_line_hurts_no_other(noise in "[^\r\n]{0,40}", cut in 1_usize..80) {
        let noise = format!("x{noise}");
        let input = format!("{POSTERN}\n{noise}\n{}\n{POSTERN}\n", ENTRA.get(..cut).unwrap());
        let report = read_all(input.as_bytes(), ReadOptions::default());
        prop_assert_eq!((report.totals.attempts, report.totals.malformed), (2, 2));
        prop_assert_eq!(report.malformed[0].position.line, 2);
    }

    #[test]
    fn the_order_of_records_does_not_matter((sorted, shuffled) in vec(record(), 0..120).prop_flat_map(|records| {
        let numbered: Vec<_> = records.into_iter().zip(1..).map(|(mut record, line)| {
            record.position = Position { file: 0, line };
            record
        }).collect();
        (Just(numbered.clone()), Just(numbered).prop_shuffle())
    })) {
        prop_assert_eq!(diagnose(&sorted), diagnose(&shuffled));
    }
}

#[test]
fn the_samples_of_the_mutation_test_are_sound() {
    for (line, cause) in [(ENTRA, Cause::MfaDenied), (OKTA.trim_matches(['[', ']']), Cause::AccountLocked)] {
        let Parsed::Attempt(record) = parse_line(line, None, Position::default()) else { panic!("{line}") };
        assert_eq!(record.result, AttemptResult::Failure(cause));
    }
}
