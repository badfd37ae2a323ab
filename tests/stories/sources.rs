//! What the sources hold, for the checks that a document says what is so.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().expect("the sources").into()
}

/// Files below `folder` with one of these endings, but for what is built or fetched.
pub fn files(folder: &Path, endings: &[&str], into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if path.is_dir() {
            if !matches!(name.as_str(), "target" | "node_modules" | "dist" | ".git") {
                files(&path, endings, into);
            }
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            into.push(path);
        }
    }
}

/// The cells of the rows of a document's tables whose first cell is one that is `wanted`.
pub fn rows(document: &str, wanted: impl Fn(&str) -> bool) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(root().join(document)).expect("the document");
    let rows = text.lines().filter(|line| line.starts_with("| "));
    let rows =
        rows.map(|row| row.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect());
    rows.filter(|cells: &Vec<String>| wanted(&cells[0])).collect()
}

/// The names in back quotes.
pub fn named(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// The tests that run: functions of Rust, titles of the others.
pub fn tests_there() -> BTreeSet<String> {
    let mut sources = Vec::new();
    for folder in ["crates", "sim", "tests", "src-tauri", "ui/test", "kit/test", "console/test"] {
        files(&root().join(folder), &[".rs", ".mjs", ".test.ts"], &mut sources);
    }
    let mut there = BTreeSet::new();
    for path in sources {
        tests_of(&std::fs::read_to_string(path).expect("a text"), &mut there);
    }
    there
}

fn tests_of(text: &str, into: &mut BTreeSet<String>) {
    let (mut marked, mut left_out) = (false, false);
    for line in text.lines().map(str::trim_start) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            marked = true;
        } else if line.starts_with("#[ignore") {
            left_out = true;
        } else if let Some(name) = line.trim_start_matches("async ").strip_prefix("fn ") {
            if marked && !left_out {
                into.extend(name.split('(').next().map(str::to_owned));
            }
            (marked, left_out) = (false, false);
        } else if let Some(title) = ["test(", "it("].iter().find_map(|word| line.strip_prefix(word)) {
            let quote = title.chars().next().filter(|c| matches!(c, '\'' | '"'));
            into.extend(quote.and_then(|quote| title[1..].split(quote).next()).map(str::to_owned));
        }
    }
}

#[test]
fn a_test_that_is_left_out_or_no_test_at_all_does_not_count() {
    let text = "
        #[test]
        fn runs() {}
        #[test]
        #[ignore = \"by hand\"]
        fn ignored() {}
        #[ignore]
        #[test]
        fn ignored_too() {}
        fn helps() {}
        #[tokio::test(flavor = \"multi_thread\")]
        async fn waits() {}
        test('a day', async () => {});
        it(\"isn't long\", () => {});
        test(title, () => {});
        test.skip('left out', () => {});
    ";
    let mut there = BTreeSet::new();
    tests_of(text, &mut there);
    assert_eq!(there, ["runs", "waits", "a day", "isn't long"].map(str::to_owned).into());
}
