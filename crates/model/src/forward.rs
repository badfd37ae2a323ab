//! Forward compatibility: what only a newer version knows is kept whole and sent on (P25).
//!
//! A value whose kind (or a word inside it) this version has never heard of becomes `Unknown`. A value of a
//! known kind that is merely malformed stays an error: it must not slip in as "something newer".

use serde::de::{DeserializeOwned, Error};
use serde_json::Value;

/// Levels of something newer. JSON is read to 128 levels, and a change's answer stands further down in a sheet, and
/// that in an answer to a phone: what were deeper would make these unreadable.
const DEEPEST: usize = 32;

fn is_deeper(value: &Value, than: usize) -> bool {
    let deeper = |inner: &Value| than == 0 || is_deeper(inner, than - 1);
    match value {
        Value::Array(all) => all.iter().any(deeper),
        Value::Object(all) => all.values().any(deeper),
        _ => false,
    }
}

pub enum KnownOr<K> {
    Known(K),
    Unknown(Value),
}

pub fn known_or_value<K: DeserializeOwned, E: Error>(value: Value) -> Result<KnownOr<K>, E> {
    match serde_json::from_value::<K>(value.clone()) {
        Ok(known) => Ok(KnownOr::Known(known)),
        Err(why) if value.is_object() && why.to_string().starts_with("unknown variant") => {
            if is_deeper(&value, DEEPEST) {
                return Err(E::custom("something newer, and too deep"));
            }
            Ok(KnownOr::Unknown(value))
        }
        Err(why) => Err(E::custom(why)),
    }
}

/// Writes `Deserialize` for an enum of `Known(K)` and `Unknown(Value)`.
macro_rules! keeps_unknown {
    ($name:ident, $known:ty) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = serde_json::Value::deserialize(deserializer)?;
                Ok(match $crate::forward::known_or_value::<$known, D::Error>(value)? {
                    $crate::forward::KnownOr::Known(known) => Self::Known(known),
                    $crate::forward::KnownOr::Unknown(value) => Self::Unknown(value),
                })
            }
        }
    };
}
pub(crate) use keeps_unknown;
