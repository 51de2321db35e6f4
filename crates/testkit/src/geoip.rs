use std::net::IpAddr;

use serde_json::{Value, json};

/// A database of addresses in the `MaxMind` DB format 2.0, as an operator brings one. `networks`: `192.0.2.0/24` or `2001:db8::/32`, none
/// inside another, each with what is said of it: objects, strings and numbers.
pub fn geoip_database(kind: &str, networks: &[(&str, Value)]) -> Vec<u8> {
    let (mut tree, mut data) = (vec![[Branch::Nothing; 2]], Vec::new());
    for (network, said) in networks {
        let at = data.len();
        encode(said, &mut data);
        plant(&mut tree, network, at);
    }
    let nodes = tree.len();
    let mut file = Vec::new();
    for branch in tree.iter().flatten() {
        let record = match branch {
            Branch::Nothing => nodes,
            Branch::Node(node) => *node,
            // The separator's sixteen bytes count.
            Branch::Said(at) => nodes + 16 + at,
        };
        file.extend(&u32::try_from(record).unwrap().to_be_bytes()[1..]);
    }
    file.extend([0; 16]);
    file.extend(data);
    file.extend(b"\xab\xcd\xefMaxMind.com");
    encode_metadata(kind, nodes, &mut file);
    file
}

#[derive(Clone, Copy)]
enum Branch {
    Nothing,
    Node(usize),
    /// Where in the data it is said.
    Said(usize),
}

fn plant(tree: &mut Vec<[Branch; 2]>, network: &str, said_at: usize) {
    let (address, length) = network.split_once('/').expect("address/length");
    let length: u32 = length.parse().unwrap();
    // An IPv4 address is the last 32 bits of an IPv6 one whose others are 0.
    let (bits, length) = match address.parse().unwrap() {
        IpAddr::V4(ip) => (u128::from(ip.to_bits()), length + 96),
        IpAddr::V6(ip) => (ip.to_bits(), length),
    };
    let mut node = 0;
    for depth in 0..length {
        let side = usize::from(bits >> (127 - depth) & 1 == 1);
        if depth + 1 == length {
            tree[node][side] = Branch::Said(said_at);
        } else if let Branch::Node(next) = tree[node][side] {
            node = next;
        } else {
            tree.push([Branch::Nothing; 2]);
            let next = tree.len() - 1;
            tree[node][side] = Branch::Node(next);
            node = next;
        }
    }
}

/// Readers want each number in its own width.
fn encode_metadata(kind: &str, nodes: usize, out: &mut Vec<u8>) {
    control(7, 9, out);
    let small: [(&str, u16); 4] = [
        ("binary_format_major_version", 2),
        ("binary_format_minor_version", 0),
        ("ip_version", 6),
        ("record_size", 24),
    ];
    for (name, number) in small {
        encode(&json!(name), out);
        control(5, 2, out);
        out.extend(number.to_be_bytes());
    }
    encode(&json!("build_epoch"), out);
    out.extend([8, 9 - 7]);
    out.extend(1_790_000_000_u64.to_be_bytes());
    let others = [
        ("database_type", json!(kind)),
        ("description", json!({})),
        ("languages", json!(["en"])),
        ("node_count", json!(nodes)),
    ];
    for (name, value) in others {
        encode(&json!(name), out);
        encode(&value, out);
    }
}

fn encode(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Object(fields) => {
            control(7, fields.len(), out);
            for (name, value) in fields {
                encode(&json!(name), out);
                encode(value, out);
            }
        }
        Value::String(text) => {
            control(2, text.len(), out);
            out.extend(text.as_bytes());
        }
        Value::Array(items) => {
            // An array is of the second kind of types: 0, and then its number less 7.
            out.extend([u8::try_from(items.len()).unwrap(), 11 - 7]);
            for item in items {
                encode(item, out);
            }
        }
        number => {
            control(6, 4, out);
            out.extend(u32::try_from(number.as_u64().expect("a number")).unwrap().to_be_bytes());
        }
    }
}

fn control(kind: u8, length: usize, out: &mut Vec<u8>) {
    let length = u8::try_from(length).unwrap();
    if length < 29 {
        out.push(kind << 5 | length);
    } else {
        out.extend([kind << 5 | 0b1_1101, length - 29]);
    }
}
