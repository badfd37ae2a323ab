//! JSON of which there is one spelling (RFC 8785), so that equal contents have equal bytes, and equal digests.
//!
//! What is signed holds text and whole numbers below 2^53 only: a float would be written as the RFC says, but two
//! programs that round differently would sign two contents. `tests/vectors.rs` holds the published vectors against it.

use serde::Serialize;

/// Empty for what cannot be written, such as a float that is no number: nothing that is signed holds one.
pub fn canonical(value: &impl Serialize) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value).unwrap_or_default()
}

/// The same as text.
pub fn canonical_text(value: &impl Serialize) -> String {
    String::from_utf8(canonical(value)).unwrap_or_default()
}
