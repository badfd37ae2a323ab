//! The cast of the stories: the real office on loopback, real phones, and the link between them.

pub mod carry;
pub mod company;
pub mod link;
pub mod pocket;
pub mod premises;
pub mod slow_link;

use std::path::PathBuf;

/// A real photograph with orientation and GPS tags (tests/photos/README.md).
pub fn photo(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("photos").join(format!("{name}.jpg"))
}
