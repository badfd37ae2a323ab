//! Bending a real message in a few places: its bytes, or the tree it is as JSON.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use std::sync::LazyLock;

#[derive(Clone, Debug)]
pub enum Bend {
    Flip(Index, u8),
    /// The end is missing.
    Cut(Index),
    Remove(Index, u8),
    /// A piece stands somewhere else once more.
    Repeat(Index, Index, u8),
    Insert(Index, Index),
    /// A node of the tree becomes an odd value, or goes.
    Node(Index, Index),
    /// A node of the tree becomes another one.
    Swap(Index, Index),
}

pub fn bends() -> impl Strategy<Value = Vec<Bend>> {
    let index = any::<Index>;
    let one = prop_oneof![
        2 => (index(), any::<u8>()).prop_map(|(at, with)| Bend::Flip(at, with)),
        1 => index().prop_map(Bend::Cut),
        1 => (index(), any::<u8>()).prop_map(|(at, count)| Bend::Remove(at, count)),
        1 => (index(), index(), any::<u8>()).prop_map(|(from, to, count)| Bend::Repeat(from, to, count)),
        1 => (index(), index()).prop_map(|(at, what)| Bend::Insert(at, what)),
        9 => (index(), index()).prop_map(|(at, what)| Bend::Node(at, what)),
        4 => (index(), index()).prop_map(|(at, other)| Bend::Swap(at, other)),
    ];
    prop::collection::vec(one, 1..4)
}

/// Numbers at their ends, instants that no calendar has, trees without end.
static ODD: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let mut odd = vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1),
        json!(0.5),
        json!(1e300),
        json!(u64::MAX),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(i32::MAX),
        json!(i32::MIN),
        json!(u32::MAX),
        json!(""),
        json!("\u{0}"),
        json!("\u{fdfa}\u{202e}'\"\\"),
        json!("x".repeat(70_000)),
        json!("+12000-01-01T00:00:00Z"),
        json!("-0001-01-01T00:00:00Z"),
        json!("9999-12-31T23:59:59.999-23:59"),
        json!("0000-01-01T00:00:00+23:59"),
        json!("0000-01-01T00:00:00Z"),
        json!("9999-12-31T23:59:60Z"),
        json!("79228162514264337593543950335"),
        json!("0.0000000000000000000000000001"),
        json!("00000000-0000-0000-0000-000000000000"),
        json!("hologram"),
        json!({}),
        json!([]),
        json!({ "kind": "hologram", "what": "hologram_shown" }),
        json!([[i32::MIN, i32::MAX, 0, 0], [i32::MAX, i32::MIN, 0, 0]]),
    ];
    odd.extend([20, 60, 90, 110, 118, 121, 122, 123, 124, 125].map(deep));
    odd
});

/// A value of a kind that nobody knows, so many levels deep.
pub fn deep(levels: usize) -> Value {
    let tree = (0..levels).fold(json!(1), |inner, _| json!([inner]));
    json!({ "kind": "hologram", "what": "hologram_shown", "tree": tree })
}

fn nodes(value: &Value) -> usize {
    1 + match value {
        Value::Array(all) => all.iter().map(nodes).sum(),
        Value::Object(all) => all.values().map(nodes).sum(),
        _ => 0,
    }
}

fn node(value: &mut Value, mut at: usize) -> Option<&mut Value> {
    if at == 0 {
        return Some(value);
    }
    at -= 1;
    let inner: Vec<&mut Value> = match value {
        Value::Array(all) => all.iter_mut().collect(),
        Value::Object(all) => all.values_mut().collect(),
        _ => return None,
    };
    for one in inner {
        let count = nodes(one);
        if at < count {
            return node(one, at);
        }
        at -= count;
    }
    None
}

fn in_tree(bytes: &[u8], act: impl FnOnce(&mut Value, usize)) -> Option<Vec<u8>> {
    let mut tree: Value = serde_json::from_slice(bytes).ok()?;
    let count = nodes(&tree);
    act(&mut tree, count);
    serde_json::to_vec(&tree).ok()
}

pub fn bent(message: &[u8], bends: &[Bend]) -> Vec<u8> {
    let mut bytes = message.to_vec();
    for bend in bends {
        if bytes.is_empty() {
            return bytes;
        }
        let length = bytes.len();
        match bend {
            Bend::Flip(at, with) => bytes[at.index(length)] ^= with,
            Bend::Cut(at) => bytes.truncate(at.index(length)),
            Bend::Remove(at, count) => {
                let from = at.index(length);
                bytes.drain(from..(from + usize::from(*count)).min(length));
            }
            Bend::Repeat(from, to, count) => {
                let from = from.index(length);
                let piece = bytes[from..(from + usize::from(*count)).min(length)].to_vec();
                let to = to.index(length);
                bytes.splice(to..to, piece);
            }
            Bend::Insert(at, what) => {
                let what = what.get::<Value>(&ODD).to_string();
                let at = at.index(length);
                bytes.splice(at..at, what.bytes());
            }
            Bend::Node(at, what) => {
                let done = in_tree(&bytes, |tree, count| {
                    if let Some(node) = node(tree, at.index(count)) {
                        *node = what.get::<Value>(&ODD).clone();
                    }
                });
                bytes = done.unwrap_or(bytes);
            }
            Bend::Swap(at, other) => {
                let done = in_tree(&bytes, |tree, count| {
                    let other = node(tree, other.index(count)).map(|node| node.clone());
                    if let (Some(node), Some(other)) = (node(tree, at.index(count)), other) {
                        *node = other;
                    }
                });
                // A tree that grew beyond what is read is kept as it was.
                bytes = done.filter(|bytes| bytes.len() < 1_000_000).unwrap_or(bytes);
            }
        }
    }
    bytes
}
