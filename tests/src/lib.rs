//! The cast of the stories: the real office on loopback, real phones, and the link between them.

pub mod carry;
pub mod company;
pub mod link;
pub mod pocket;
pub mod premises;
pub mod slow_link;

use std::path::{Path, PathBuf};

/// A real photograph with orientation and GPS tags (tests/photos/README.md).
pub fn photo(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("photos").join(format!("{name}.jpg"))
}

/// A folder with all that is in it, so that a test may change it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("copied");
        }
    }
}
