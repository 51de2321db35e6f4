//! Changes to a record that leave it JSON. Bytes changed at random nearly always break it, and then only the outermost
//! layer of a reader is tried.

use libfuzzer_sys::fuzzer_mutate;
use serde_json::{Map, Value, json};

/// Changes `data[..size]`: the bytes in one case of four, or if they are no JSON; else what the JSON says.
pub fn record(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut random = Random::new(seed);
    if random.below(4) > 0
        && let Some(changed) = changed(&data[..size], &mut random)
        && changed.len() <= max_size
    {
        data[..changed.len()].copy_from_slice(&changed);
        return changed.len();
    }
    fuzzer_mutate(data, size, max_size)
}

/// The same behind so many bytes, which are changed in one case of eight.
pub fn record_behind(head: usize, data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    if size <= head || Random::new(seed ^ 1).below(8) == 0 {
        return fuzzer_mutate(data, size, max_size);
    }
    head + record(&mut data[head..], size - head, max_size - head, seed)
}

/// `None`: no JSON of several values.
fn changed(record: &[u8], random: &mut Random) -> Option<Vec<u8>> {
    let mut value: Value =
        serde_json::from_slice(record).ok().filter(|value: &Value| value.is_object() || value.is_array())?;
    for _ in 0..=random.below(3) {
        change(&mut value, random);
    }
    serde_json::to_vec(&value).ok()
}

/// Changes `data[..size]`: the bytes in one case of two; else its lines, of which one document is made of another.
pub fn lines(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    pieces('\n', data, size, max_size, seed)
}

/// The same with the tags of XML.
pub fn tags(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    pieces('>', data, size, max_size, seed)
}

fn pieces(end: char, data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut random = Random::new(seed);
    if random.below(2) > 0
        && let Ok(text) = str::from_utf8(&data[..size])
    {
        let mut lines: Vec<_> = text.split_inclusive(end).map(str::to_owned).collect();
        change_lines(&mut lines, &mut random);
        let changed = lines.concat();
        if changed.len() <= max_size {
            data[..changed.len()].copy_from_slice(changed.as_bytes());
            return changed.len();
        }
    }
    fuzzer_mutate(data, size, max_size)
}

fn change_lines(lines: &mut Vec<String>, random: &mut Random) {
    for _ in 0..=random.below(3) {
        if lines.is_empty() {
            return;
        }
        let (at, other) = (random.below(lines.len()), random.below(lines.len()));
        let text = lines[other].clone();
        match random.below(6) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(at, text),
            2 => lines.swap(at, other),
            3 => lines[at] = changed_text(&lines[at]),
            // The value of another.
            4 => {
                if let (Some((key, _)), Some((_, value))) =
                    (lines[at].split_once([':', '=']), text.split_once([':', '=']))
                {
                    let between = lines[at][key.len()..].chars().next().unwrap_or(':');
                    lines[at] = format!("{key}{between}{value}");
                }
            }
            _ => lines[at] = format!("    {}", lines[at]),
        }
    }
}

fn change(root: &mut Value, random: &mut Random) {
    let other = pick(root, random).clone();
    let value = pick(root, random);
    match (random.below(8), &mut *value) {
        (0, _) => *value = odd(random),
        (1, _) => *value = other,
        (2, Value::Object(members)) => change_member(members, other, random),
        (3, Value::Array(list)) => list.push(other),
        (3, Value::Object(members)) => {
            members.insert(random.letter(), other);
        }
        // What a table's cell or another export makes of it.
        (4, Value::String(text)) => {
            if let Ok(inner) = serde_json::from_str(text) {
                *value = inner;
            }
        }
        (4, _) => *value = Value::String(value.to_string()),
        (5, Value::Object(_)) => *value = Value::Array(vec![value.take(), other]),
        (_, Value::String(text)) => *text = changed_text(text),
        (_, Value::Number(number)) => {
            let text = changed_text(&number.to_string());
            *value = serde_json::from_str(&text).unwrap_or(Value::String(text));
        }
        _ => *value = odd(random),
    }
}

fn change_member(members: &mut Map<String, Value>, other: Value, random: &mut Random) {
    let at = random.below(members.len().max(1));
    let Some(key) = members.keys().nth(at).cloned() else { return };
    match random.below(5) {
        0 => drop(members.remove(&key)),
        1 => drop(members.insert(key, other)),
        2 => {
            let value = members.remove(&key).unwrap_or_default();
            members.insert(changed_text(&key), value);
        }
        3 => drop(members.insert(format!("{key}_s"), other)),
        _ => {
            let value = members.remove(&key).unwrap_or_default();
            members.insert(key.to_uppercase(), value);
        }
    }
}

/// By the fuzzer itself, which has a dictionary and knows what was compared with what.
fn changed_text(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes.resize(text.len() + 48, 0);
    let room = bytes.len();
    let len = fuzzer_mutate(&mut bytes, text.len(), room);
    String::from_utf8_lossy(&bytes[..len]).into_owned()
}

/// What exports write for nothing, and what no export should write.
fn odd(random: &mut Random) -> Value {
    let odd = [
        json!(null),
        json!(""),
        json!("null"),
        json!(" "),
        json!("-"),
        json!("Unknown"),
        json!("HIDDEN_DUE_TO_SECURITY"),
        json!("0.0.0.0"),
        json!("::ffff:198.51.100.7"),
        json!("[2001:db8::1]:443"),
        json!("2026-03-02T08:14:11.204Z"),
        json!("2026-03-02 09:14:11,2+0100"),
        json!("-009999-01-02T01:59:59Z"),
        json!("mia\u{0}\n\u{202e}@corp.example"),
        json!("\u{130}\u{3a3}\u{1e9e}\u{212a}"),
        json!("k".repeat(300)),
        json!(true),
        json!("false"),
        json!(0),
        json!(-1),
        json!("50126.0"),
        json!(50126),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(0.5),
        json!(1e-300),
        json!(1e300),
        json!([]),
        json!({}),
        json!([null, {}, [], "a", 1]),
        json!("[{\"a\":1}]"),
        json!("{\"a\":\"b\"}"),
    ];
    odd[random.below(odd.len())].clone()
}

fn pick<'v>(root: &'v mut Value, random: &mut Random) -> &'v mut Value {
    let mut left = random.below(count(root));
    let mut value = root;
    while left > 0 {
        left -= 1;
        let inside: Vec<&mut Value> = match value {
            Value::Array(list) => list.iter_mut().collect(),
            Value::Object(members) => members.values_mut().collect(),
            _ => unreachable!("it was counted as having something inside"),
        };
        let mut inside = inside.into_iter();
        value = loop {
            let next = inside.next().expect("it was counted");
            let size = count(next);
            if left < size {
                break next;
            }
            left -= size;
        };
    }
    value
}

fn count(value: &Value) -> usize {
    match value {
        Value::Array(list) => 1 + list.iter().map(count).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(count).sum::<usize>(),
        _ => 1,
    }
}

/// Numbers that follow from a seed.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u32) -> Self {
        Self(u64::from(seed) << 1 | 1)
    }

    /// Less than `limit`, which is not 0.
    pub fn below(&mut self, limit: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).unwrap_or(0)
    }

    fn letter(&mut self) -> String {
        char::from(b"abcdefgh"[self.below(8)]).to_string()
    }
}
