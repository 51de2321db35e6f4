//! Each record alone.

use postern_signals::{Parsed, Provider};

use crate::samples::{IP, NAME, all, code, look, person, read_as};

#[test]
fn every_provider_has_a_sample() {
    for provider in Provider::ALL {
        assert!(all().any(|sample| sample.provider == provider), "{provider:?}");
    }
}

#[test]
fn each_is_read_right_whether_found_or_named() {
    let mut failures = Vec::new();
    for sample in all() {
        let found = look(&sample.record());
        let named = read_as(&sample.record(), sample.provider);
        if found != named {
            failures.push(format!("{}: found {found:?}, named {named:?}", sample.shape));
        }
        let Parsed::Attempt(record) = found else {
            failures.push(format!("{}: {found:?}", sample.shape));
            continue;
        };
        let seen = (
            record.provider,
            person(&record).unwrap_or_default(),
            record.at,
            record.ip.map(|ip| ip.to_string()),
            record.method,
            record.result,
            code(&record),
        );
        let expected = (
            sample.provider,
            &*sample.login(NAME),
            Some(sample.at()),
            Some(IP.to_owned()),
            sample.method,
            sample.result(),
            sample.code,
        );
        if seen != expected {
            failures.push(format!("{}: {seen:?}, expected {expected:?}", sample.shape));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
