//! Every planted fault is found. Only with the feature `planted-bugs`:
//! `cargo test --workspace --features jobsheet-sim/planted-bugs --test planted`.
#![cfg(feature = "planted-bugs")]

use jobsheet_model::planted::plant;
use jobsheet_sim::{
    bugs::{self, Bug},
    day, run,
    world::Rules,
};

/// Days within which each must be found.
const MOST_DAYS: u64 = 1_000;

/// The seed of the day that showed the fault, and how. The day that showed it last is looked at first, since that is
/// quick; when the programs have changed and it does not any more, all of them are.
fn hunt(bug: &Bug, rules: Rules) -> Option<(u64, String)> {
    plant(Some(bug.name));
    let lived = run::days(bug.day, 1, rules).and_then(|_| run::days(1, MOST_DAYS, rules));
    plant(None);
    lived.err().map(|broken| (broken.seed, broken.why))
}

#[test]
fn every_planted_fault_is_found_and_without_it_the_same_day_stands() {
    let only = std::env::var("JOBSHEET_SIM_BUG").ok();
    let mut missed = Vec::new();
    for bug in bugs::ALL.iter().filter(|bug| only.as_ref().is_none_or(|only| only == bug.name)) {
        let rules = Rules { restores: bug.restores, ..Rules::default() };
        match hunt(bug, rules) {
            Some((seed, why)) => {
                println!("{:24} day {seed:>4}: {}", bug.name, why.lines().next().unwrap_or_default());
                day::live(seed, rules)
                    .unwrap_or_else(|broken| panic!("{} is not to blame: {broken}", bug.name));
            }
            None => {
                println!("{:24} not found", bug.name);
                missed.push(bug.name);
            }
        }
    }
    assert!(bugs::ALL.len() >= 12 && missed.is_empty(), "not found in {MOST_DAYS} days: {missed:?}");
}
