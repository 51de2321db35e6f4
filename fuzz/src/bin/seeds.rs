//! Writes what the fuzzer begins with: `seeds/<target>/` from the records in our own tests, `dictionaries/<target>.dict`
//! from the words that each reader looks for. Both are made anew each time, so that they are never behind the code.

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};
use postern_fuzz::{id_token, literals, logout_token, mutate::Random, push, saml_answer, webauthn};
use postern_signals::{Parsed, Position, Provider, ocsf, parse_line, postern, settings::Settings};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

/// Seeds of one kind of outcome: more would only be tried for longer.
const ALIKE: usize = 2;
/// So many ways to fill a template in are tried.
const FILLED: usize = 5_000;

fn main() -> io::Result<()> {
    let out = Out { root: Path::new(env!("CARGO_MANIFEST_DIR")).to_owned() };
    let signals = out.root.join("../crates/signals");
    let shared = texts(&sources(&signals.join("tests"), false)?)?;
    let (mut samples, mut own, mut ocsf) = (Vec::new(), Vec::new(), Vec::new());
    for provider in Provider::ALL {
        let folder = signals.join("src/provider").join(provider.as_str());
        let mut files = sources(&folder, true)?;
        files.push(folder.with_extension("rs"));
        let sources = texts(&files)?;
        let records = records(provider, sources.iter().chain(&shared));
        samples.extend(records.first().cloned());
        for line in &records {
            let Parsed::Attempt(record) = parse_line(line, Some(provider), Position::default()) else {
                continue;
            };
            own.extend(postern::to_line(&record));
            ocsf.extend(ocsf::to_line(&record));
        }
        out.seeds(provider.as_str(), records.iter().map(String::as_bytes))?;
        out.dictionary(provider.as_str(), words(&sources))?;
    }
    // What is written of every record.
    out.more_seeds("postern", own)?;
    out.more_seeds("ocsf", ocsf)?;
    let reading = texts(&sources(&signals.join("src/read"), true)?)?;
    out.seeds("document", documents(&samples, &reading))?;
    out.dictionary("document", words(&reading))?;
    out.seeds("csv", noise())?;
    out.dictionary("csv", [])?;
    out.seeds("unpack", packed(&samples).chain(noise()))?;
    out.dictionary("unpack", [])?;
    out.seeds("diagnosis", noise())?;
    out.dictionary("diagnosis", [])?;
    rules(&out, &signals)?;
    sent(&out)?;
    thresholds(&out, &texts(&sources(&signals.join("src/settings"), true)?)?)
}

struct Out {
    root: PathBuf,
}

impl Out {
    fn seeds(&self, target: &str, seeds: impl IntoIterator<Item = impl AsRef<[u8]>>) -> io::Result<()> {
        let folder = self.root.join("seeds").join(target);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        self.more_seeds(target, seeds)?;
        assert!(fs::read_dir(folder)?.next().is_some(), "there is no seed for {target}");
        Ok(())
    }

    fn more_seeds(&self, target: &str, seeds: impl IntoIterator<Item = impl AsRef<[u8]>>) -> io::Result<()> {
        let folder = self.root.join("seeds").join(target);
        fs::create_dir_all(&folder)?;
        let before = fs::read_dir(&folder)?.count();
        for (count, seed) in seeds.into_iter().enumerate() {
            fs::write(folder.join(format!("{:04}", before + count)), seed)?;
        }
        Ok(())
    }

    fn dictionary(&self, target: &str, words: impl IntoIterator<Item = String>) -> io::Result<()> {
        let folder = self.root.join("dictionaries");
        fs::create_dir_all(&folder)?;
        let lines: String = words.into_iter().map(|word| format!("\"{}\"\n", escaped(&word))).collect();
        fs::write(folder.join(target).with_extension("dict"), lines)
    }
}

fn escaped(word: &str) -> String {
    let escaped = |byte: u8| match byte {
        b'"' | b'\\' => format!("\\{}", char::from(byte)),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\x{byte:02X}"),
    };
    word.bytes().map(escaped).collect()
}

/// The Rust files of a folder that may not be there.
fn sources(folder: &Path, within: bool) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry?.path();
        if path.is_dir() && within {
            found.extend(sources(&path, true)?);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn texts(files: &[PathBuf]) -> io::Result<Vec<String>> {
    files.iter().map(fs::read_to_string).collect()
}

/// What the reader's own code compares with: keys and values of the vendor.
fn words(sources: &[String]) -> BTreeSet<String> {
    let code = sources.iter().filter(|source| !source.starts_with("use super::*")).map(|source| {
        // The tests are at the foot of a file.
        source.split("#[cfg(test)]").next().unwrap_or_default()
    });
    let all = code
        .flat_map(literals::of)
        .flat_map(|literal| literal.split('|').map(str::to_owned).collect::<Vec<_>>());
    all.filter(|word| (2..=48).contains(&word.len()) && !word.contains('{')).collect()
}

/// The texts that the reader takes for its own, those that are read alike only a few times.
fn records<'s>(provider: Provider, sources: impl Iterator<Item = &'s String>) -> Vec<String> {
    let mut alike: HashMap<String, usize> = HashMap::new();
    let mut found = Vec::new();
    let mut random = Random::new(1);
    for source in sources {
        let literals = literals::of(source);
        for literal in &literals {
            let parts = literals::parts(literal);
            let tries = if parts.len() > 1 { FILLED } else { 1 };
            for _ in 0..tries {
                let line = filled(&parts, &literals, &mut random);
                let Some(kind) = kind(provider, line.trim()) else { continue };
                let count = alike.entry(kind).or_default();
                *count += 1;
                if *count <= ALIKE {
                    found.push(line.trim().to_owned());
                }
            }
        }
    }
    found
}

/// With any of the other texts at every second place, and nothing at the others.
fn filled(parts: &[String], fillings: &[String], random: &mut Random) -> String {
    let mut line = String::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 && random.below(2) == 0 {
            line.push_str(&fillings[random.below(fillings.len())]);
        }
        line.push_str(part);
    }
    line
}

/// `None`: not this provider's.
fn kind(provider: Provider, line: &str) -> Option<String> {
    let of = |record: &postern_signals::SignIn<'_>| {
        format!(
            "{:?} {:?} {:?} {:?} {:?}",
            record.result, record.method, record.flag, record.legacy, record.code
        )
    };
    match parse_line(line, Some(provider), Position::default()) {
        Parsed::Attempt(record) => Some(of(&record)),
        Parsed::Several(records) => Some(records.iter().map(of).collect::<Vec<_>>().join("; ")),
        Parsed::Unrecognised(kind) if !kind.starts_with("not a record of") => Some("unrecognised".to_owned()),
        Parsed::Unrecognised(_) | Parsed::Malformed(_) => None,
    }
}

fn documents(samples: &[String], reading: &[String]) -> Vec<Vec<u8>> {
    let objects: Vec<_> = samples.iter().filter(|sample| sample.starts_with('{')).cloned().collect();
    let mut texts = vec![samples.join("\n"), format!("[{}]", objects.join(",\n")), objects.concat()];
    for pair in objects.chunks(2) {
        let list = pair.join(",");
        for envelope in
            ["value", "records", "Records", "Events", "items", "entries", "logs", "authlogs", "results"]
        {
            texts.push(format!("{{\"a\":1,\n\"{envelope}\":[\n{list}]}}"));
        }
        texts.push(format!("{{\"data\":{{\"events\":[{list}]}}}}\n{{\"response\":{{\"items\":[{list}]}}}}"));
        texts.push(format!("{{\"result\":{{\"value\":{{\"auditdata\":[{list}]}}}}}}"));
        texts.push(format!("{{\"detail-type\":\"x\",\"detail\":{},\"resources\":[]}}", pair[0]));
    }
    texts.extend(objects.iter().filter_map(|object| answer(object)));
    texts.extend(samples.chunks(2).map(|pair| format!("some-1  | {}\nother | {}", pair[0], pair[pair.len() - 1])));
    texts.extend(reading.iter().flat_map(|source| literals::of(source)).filter(|text| text.len() > 8));
    let pretty = objects.iter().filter_map(|object| serde_json::from_str::<serde_json::Value>(object).ok());
    texts.extend(pretty.filter_map(|value| serde_json::to_string_pretty(&value).ok()));
    let wide = objects.iter().map(|text| {
        format!("\u{feff}{text}\n").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()
    });
    let texts = texts.into_iter().map(String::into_bytes).chain(wide);
    texts.map(|text| [&[0x40, 0x20, 0, 0xff], &text[..]].concat()).collect()
}

/// The record as a row below the names of its members.
fn answer(object: &str) -> Option<String> {
    let members: serde_json::Map<String, serde_json::Value> = serde_json::from_str(object).ok()?;
    let columns: Vec<_> = members.keys().map(|name| serde_json::json!({ "name": name })).collect();
    let row = serde_json::to_string(&members.values().collect::<Vec<_>>()).ok()?;
    let columns = serde_json::to_string(&columns).ok()?;
    Some(format!("{{\"tables\":[{{\"name\":\"x\",\"columns\":{columns},\"rows\":[{row},{row}]}}]}}\n{object}"))
}

fn packed(samples: &[String]) -> impl Iterator<Item = Vec<u8>> {
    let gzip = |bytes: &[u8]| {
        let mut writer = GzEncoder::new(Vec::new(), Compression::default());
        writer.write_all(bytes).and_then(|()| writer.finish()).unwrap_or_default()
    };
    let zstd = |bytes: &[u8]| compress_to_vec(bytes, CompressionLevel::Fastest);
    let files = samples.iter().take(4).flat_map(move |sample| {
        let bytes = sample.as_bytes();
        [gzip(bytes), zstd(bytes), zstd(&gzip(bytes)), gzip(&zstd(bytes)), bytes.to_vec()]
    });
    files.map(|file| [b"=", &file[..]].concat()).collect::<Vec<_>>().into_iter()
}

/// For targets that make their input from any bytes.
fn noise() -> impl Iterator<Item = Vec<u8>> {
    (0..40).map(|seed| {
        let mut random = Random::new(seed);
        let len = 32 << random.below(6);
        (0..len).map(|_| u8::try_from(random.below(256)).unwrap_or(0)).collect()
    })
}

/// What browsers, phones, identity providers and admins send.
fn sent(out: &Out) -> io::Result<()> {
    let core = out.root.join("../crates/core/src");
    let texts_of = |path: &str| -> io::Result<Vec<String>> {
        let mut files = sources(&core.join(path), true)?;
        files.push(core.join(path).with_extension("rs"));
        texts(&files)
    };
    let literals_of = |sources: &[String]| sources.iter().flat_map(|source| literals::of(source)).collect::<Vec<_>>();
    out.seeds("webauthn", webauthn::seeds())?;
    out.dictionary("webauthn", webauthn::words())?;
    out.seeds("id_token", id_token::seeds())?;
    out.dictionary("id_token", id_token::words())?;
    out.seeds("logout_token", logout_token::seeds())?;
    out.dictionary("logout_token", logout_token::words())?;
    out.seeds("saml_answer", saml_answer::seeds())?;
    out.dictionary("saml_answer", saml_answer::words())?;
    out.seeds("push", push::seeds())?;
    out.dictionary("push", [])?;
    let mut files = Vec::new();
    for entry in fs::read_dir(core.join("token_file/rfc_6030"))? {
        let figure = fs::read(entry?.path())?;
        files.extend((0..4).map(|key| [&[key], &figure[..]].concat()));
    }
    files.sort();
    let token_file = texts_of("token_file")?;
    let tables = literals_of(&token_file).into_iter().filter(|text| text.contains(',') || text.contains(';'));
    out.seeds("token_file", files.into_iter().chain(tables.map(|text| format!("\0{text}").into_bytes())))?;
    out.dictionary("token_file", words(&token_file))?;
    let people_file = texts_of("people_file")?;
    let header = "login,name,email,mobile,office_phone,manager,tier,role\n";
    let rows = literals_of(&people_file).into_iter().filter(|text| text.contains(',') || text.contains(';'));
    out.seeds("people_file", rows.flat_map(|text| [format!("{header}{text}"), text]))?;
    out.dictionary("people_file", words(&people_file))?;
    for target in ["logins", "text_message", "otp_codes", "forms"] {
        out.dictionary(target, [])?;
    }
    out.seeds("logins", literals_of(&texts_of("login")?))?;
    out.seeds("text_message", literals_of(&[texts_of("contact")?, texts_of("text_message")?].concat()))?;
    out.seeds("otp_codes", noise().map(|bytes| [&bytes[..20], b"123 456"].concat()))?;
    let forms = [
        "login=ana&password=a+b%20c&then=%2Fdesk",
        "login=ana&login=mona",
        "login=%00&a=%ff&=&&b",
        "{\"login\":\"ana\",\"a\":[1,{\"b\":\"\\u0000\"}]}",
    ];
    out.seeds("forms", forms)
}

fn thresholds(out: &Out, sources: &[String]) -> io::Result<()> {
    let printed = toml::to_string(&Settings::default()).unwrap_or_default();
    let name = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '"' || letter == '.';
    let words: BTreeSet<_> =
        printed.split(|letter| !name(letter)).filter(|word| word.len() > 1).map(str::to_owned).collect();
    out.dictionary("settings", words)?;
    let written =
        sources.iter().flat_map(|source| literals::of(source)).filter(|text| text.contains(['=', '[']));
    out.seeds("settings", written.chain([printed]))
}

/// The shipped rules, each with the ones that it refers to in its file; and those of the tests.
fn rules(out: &Out, signals: &Path) -> io::Result<()> {
    let mut seeds = Vec::new();
    for entry in fs::read_dir(signals.join("rules"))? {
        let text = fs::read_to_string(entry?.path())?;
        seeds.extend(text.split("---\n").map(str::to_owned));
        seeds.push(text);
    }
    seeds.sort();
    let sources = texts(&sources(&signals.join("src/rules"), true)?)?;
    let mut words = words(&sources);
    let key = |word: &&str| word.len() > 2 && word.len() < 32;
    words.extend(seeds.iter().flat_map(|seed| seed.split_whitespace()).filter(key).map(str::to_owned));
    seeds.extend(sources.iter().flat_map(|source| literals::of(source)).filter(|text| text.contains(":\n")));
    out.dictionary("rules", words)?;
    out.seeds("rules", seeds)
}
