mod pskc;

use proptest::prelude::*;

use super::*;
use crate::factor::otp_codes::{OtpAlgorithm, OtpCodes};

const HEX: &str = "3132333435363738393031323334353637383930";
const BASE32: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
/// Another seed than theirs.
const OTHER: &str = "3132333435363738393031323334353637383931";

/// A day on which what RFC 6030 lets end in 2006 has ended.
fn now() -> Timestamp {
    "2026-12-02T09:00:00Z".parse().unwrap()
}

fn parse(text: &str) -> Result<Vec<TokenRow>, TokenFileError> {
    parse_tokens(text.as_bytes(), None, now())
}

/// The line of each token with which something is wrong, and what.
fn problems(read: Result<Vec<TokenRow>, TokenFileError>) -> Vec<(u64, String)> {
    let Err(TokenFileError::Rows(problems)) = read else { panic!("{read:?}") };
    problems.into_iter().map(|problem| (problem.line, problem.message)).collect()
}

#[test]
fn hexadecimal_and_base32_are_one_seed() {
    let text = format!(
        "Serial;Seed;Type;Digits;Algorithm;Period;Counter\r\nab 1;{HEX};HOTP;8;HMAC-SHA256;;17\r\nB-2;{OTHER};totp;;;60;\r\n;;;;;;\r\n"
    );
    let tokens = parse(&text).unwrap();
    let [first, second] = tokens.as_slice() else { panic!("{} tokens", tokens.len()) };
    assert_eq!((first.serial.as_str(), first.line, first.counter), ("AB1", 2, 17));
    assert_eq!((second.serial.as_str(), second.line, second.counter), ("B-2", 3, 0));
    assert_eq!(first.seed.as_bytes(), b"12345678901234567890");
    assert_eq!(first.model.codes, OtpCodes { algorithm: OtpAlgorithm::Sha256, digits: 8 });
    assert_eq!(second.model.moved_by, MovingFactor::Time { period: 60 });
    assert_eq!(format!("{:?}", first.seed), "TokenSeed");
    assert_eq!(parse(&text.replace(HEX, BASE32)).unwrap(), tokens);
}

#[test]
fn each_problem_has_its_line_and_no_seed() {
    let text = format!(
        "serial,seed,type,digits,period,counter\nA1,{HEX},hotp,6,,\nA1,{OTHER},hotp,6,,\nA3,31323334,hotp,6,,\nA4,{HEX},hotp,7,,\n\
         A5,{HEX},hotp,6,30,\nA6,{HEX},totp,6,45,\nA7,{HEX},hotp,6,,-1\nA8,{HEX},yubi,6,,\nA 9!,{HEX},hotp,6,,\nA10,{HEX}\n"
    );
    let Err(TokenFileError::Rows(problems)) = parse(&text) else { panic!("it was read") };
    let lines: Vec<u64> = problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [3, 4, 5, 6, 7, 8, 9, 10, 11]);
    let said = TokenFileError::Rows(problems).to_string();
    assert!(said.starts_with("Nothing was imported. Line 3: This serial number"), "{said}");
    assert!(!said.contains("3132333"), "{said}");
}

#[test]
fn a_seed_that_is_there_twice_or_is_no_secret_is_refused() {
    let text = format!(
        "serial,seed,type\nA1,{HEX},hotp\nA2,{BASE32},totp\nA3,{},hotp\nA4,{},hotp\nA5,{OTHER},hotp\n",
        "00".repeat(20),
        "A".repeat(32)
    );
    let problems = problems(parse(&text));
    let lines: Vec<u64> = problems.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [3, 4, 5]);
    assert!(problems[0].1.contains("Another token of the file has this seed"), "{problems:?}");
    assert!(problems[1].1.contains("All bytes of the seed are the same"), "{problems:?}");
}

#[test]
fn a_file_that_does_not_read_says_why() {
    assert_eq!(parse(""), Err(TokenFileError::Empty));
    assert_eq!(parse("serial,seed,type\n"), Err(TokenFileError::Empty));
    assert_eq!(parse("serial,seed\nA,B\n"), Err(TokenFileError::Lacks("type")));
    assert_eq!(parse("serial,seed,type,pin\n"), Err(TokenFileError::Column(4)));
    assert_eq!(parse("serial,seed,type,seed\n"), Err(TokenFileError::Column(4)));
    assert_eq!(parse(&format!("{HEX},A1,hotp\n")), Err(TokenFileError::Lacks("serial")));
    assert_eq!(parse_tokens(b"serial,seed,type\n\xff", None, now()), Err(TokenFileError::NotUtf8));
    assert_eq!(parse(&" ".repeat(MAX_TOKEN_BYTES + 1)), Err(TokenFileError::TooLarge));
    let rows: Vec<String> = (0..=MAX_TOKENS).map(|n| format!("{n},{n:040},hotp")).collect();
    let rows: Vec<String> = rows.into_iter().map(|row| row.replacen(",0", ",1", 1)).collect();
    assert_eq!(parse(&format!("serial,seed,type\n{}", rows.join("\n"))), Err(TokenFileError::TooMany));
}

/// Tokens as a file may have them, no two alike.
fn tokens() -> impl Strategy<Value = Vec<TokenRow>> {
    let algorithm = proptest::sample::select(OtpAlgorithm::ALL.to_vec());
    let moved = prop_oneof![
        (0..=MOST_COUNT).prop_map(|count| (MovingFactor::Count, count)),
        prop_oneof![Just(30), Just(60)].prop_map(|period| (MovingFactor::Time { period }, 0)),
    ];
    let eight_digits = any::<bool>();
    let token = (proptest::collection::vec(any::<u8>(), 16..=64), algorithm, moved, eight_digits);
    proptest::collection::btree_map("[A-Z0-9._-]{1,40}", token, 1..6).prop_filter_map("alike", |made| {
        let mut seeds = HashSet::new();
        let made = made.into_iter().map(|(serial, (seed, algorithm, (moved_by, counter), eight))| {
            let is_new = seeds.insert(seed.clone());
            let seed = TokenSeed::new(Zeroizing::new(seed)).ok().filter(|_| is_new)?;
            let codes = OtpCodes { algorithm, digits: if eight { 8 } else { 6 } };
            Some(TokenRow { line: 0, serial, seed, model: TokenModel { moved_by, codes }, counter })
        });
        made.collect()
    })
}

/// What is the same in every file of these tokens.
fn without_lines(tokens: Vec<TokenRow>) -> Vec<TokenRow> {
    tokens.into_iter().map(|token| TokenRow { line: 0, ..token }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Nothing that is sent breaks it.
    #[test]
    fn whatever_is_sent(bytes in proptest::collection::vec(any::<u8>(), 0..400), rows in "[a-z0-9,;\"\n\t -]{0,200}") {
        drop(parse_tokens(&bytes, None, now()));
        drop(parse(&format!("serial,seed,type,period\n{rows}")));
    }

    /// What is written as CSV is read as it was.
    #[test]
    fn a_table_reads_back(tokens in tokens()) {
        let mut text = "serial,seed,type,digits,algorithm,period,counter\n".to_owned();
        for token in &tokens {
            let (kind, period, counter) = match token.model.moved_by {
                MovingFactor::Count => ("HOTP", String::new(), token.counter.to_string()),
                MovingFactor::Time { period } => ("TOTP", period.to_string(), String::new()),
            };
            let (seed, codes) = (data_encoding::HEXLOWER.encode(token.seed.as_bytes()), token.model.codes);
            let (digits, algorithm) = (codes.digits, codes.algorithm.as_str());
            let row = format!("{},{seed},{kind},{digits},{algorithm},{period},{counter}\n", token.serial);
            text.push_str(&row);
        }
        prop_assert_eq!(parse(&text).map(without_lines), Ok(tokens));
    }
}
