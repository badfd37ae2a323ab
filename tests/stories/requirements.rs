//! The check that docs/REQUIREMENTS.md is true: every requirement once, and every test that it names is there.

use crate::sources::{named, root, rows, tests_there};
use std::collections::BTreeSet;

/// The sources, how many requirements each has, and the settings where they contradict each other.
const GROUPS: [(char, usize); 6] = [('A', 25), ('B', 21), ('C', 15), ('D', 23), ('E', 18), ('X', 20)];

const PARTS: [&str; 4] = ["phone", "office", "console", "model"];

/// Shorter than this is no reason.
const A_REASON: usize = 20;

#[derive(Debug, PartialEq)]
enum State {
    Met,
    Partly,
    NotYet,
}

/// What the last cell says, or why it says nothing.
fn state(cell: &str, there: &BTreeSet<String>) -> Result<State, String> {
    if !cell.matches('`').count().is_multiple_of(2) {
        return Err("a back quote is left open".into());
    }
    if let Some(name) = named(cell).into_iter().find(|name| !there.contains(*name)) {
        return Err(format!("names {name}, which is not there"));
    }
    let reason = |text: &str| {
        if text.chars().count() < A_REASON { Err("no reason why not yet".to_owned()) } else { Ok(()) }
    };
    if let Some(rest) = cell.strip_prefix("not yet: ") {
        reason(rest)?;
        return Ok(State::NotYet);
    }
    if let Some(rest) = cell.strip_prefix("partly: ") {
        let (is, is_not) = rest.split_once("; not yet: ").ok_or("does not say what is not yet there")?;
        if named(is).is_empty() {
            return Err("names no test of what is there".into());
        }
        reason(is_not)?;
        return Ok(State::Partly);
    }
    if let Some(rest) = cell.strip_prefix("met: ") {
        if named(rest).is_empty() {
            return Err("names no test".into());
        }
        if rest.contains("not yet") {
            return Err("is met or not yet".into());
        }
        return Ok(State::Met);
    }
    Err("neither met, nor partly, nor not yet".into())
}

fn is_a_number(cell: &str) -> bool {
    let mut chars = cell.chars();
    chars.next().is_some_and(|first| first.is_ascii_uppercase())
        && !chars.as_str().is_empty()
        && chars.all(|c| c.is_ascii_digit())
}

#[test]
fn the_102_requirements_are_all_listed_and_their_tests_are_there() {
    assert_eq!(GROUPS.iter().filter(|(source, _)| *source != 'X').map(|(_, n)| n).sum::<usize>(), 102);
    let rows = rows("docs/REQUIREMENTS.md", is_a_number);
    let listed: Vec<&str> = rows.iter().map(|cells| cells[0].as_str()).collect();
    let all: Vec<String> =
        GROUPS.iter().flat_map(|(source, n)| (1..=*n).map(move |i| format!("{source}{i}"))).collect();
    assert_eq!(listed, all, "each once and in order");

    let there = tests_there();
    let mut wrong = Vec::new();
    let mut counts = [0; 3];
    for cells in &rows {
        let [number, what, parts, met] = cells.as_slice() else {
            wrong.push(format!("{}: {} cells", cells[0], cells.len()));
            continue;
        };
        if what.is_empty() || !parts.split(", ").all(|part| PARTS.contains(&part)) {
            wrong.push(format!("{number}: what is asked, and of which part"));
        }
        match state(met, &there) {
            Ok(state) if !number.starts_with('X') => counts[state as usize] += 1,
            Ok(_) => {}
            Err(why) => wrong.push(format!("{number}: {why}")),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");

    let [met, partly, not_yet] = counts;
    let said = format!("Of the 102, {met} are met, {partly} partly, {not_yet} not yet.");
    let text = std::fs::read_to_string(root().join("docs/REQUIREMENTS.md")).expect("the document");
    assert!(text.contains(&said), "it should say: {said}");
}

#[test]
fn a_row_says_met_with_a_test_or_not_yet_with_a_reason() {
    let there: BTreeSet<String> = ["a7_the_test".to_owned()].into();
    let good = [
        ("met: `a7_the_test`", State::Met),
        ("partly: the clock runs (`a7_the_test`); not yet: nobody is told of it by message", State::Partly),
        ("not yet: the office has no intake of its own", State::NotYet),
    ];
    for (cell, expected) in good {
        assert_eq!(state(cell, &there), Ok(expected));
    }
    for cell in [
        "",
        "yes",
        "`a7_the_test`",
        "met: on the screen",
        "met: `a7_another_test`",
        "met: `a7_the_test",
        "met: `a7_the_test`; not yet: and something that is missing here",
        "not yet: ",
        "not yet: later",
        "partly: `a7_the_test`",
        "partly: on the screen; not yet: nobody is told of it by message",
        "partly: `a7_the_test`; not yet: rest",
    ] {
        assert!(state(cell, &there).is_err(), "{cell}");
    }
    for (cell, is) in [("A1", true), ("X20", true), ("A", false), ("A-gap", false), ("number", false)] {
        assert_eq!(is_a_number(cell), is, "{cell}");
    }
}
