//! Every planted fault is found. Only with the feature `planted-bugs`:
//! `cargo test --workspace --features jobsheet-sim/planted-bugs --test planted`.
#![cfg(feature = "planted-bugs")]

use jobsheet_model::planted::plant;
use jobsheet_sim::{bugs, run, world::Rules};

/// Days within which each must be found.
const MOST_DAYS: u64 = 1_000;

#[test]
fn every_planted_fault_is_found_and_without_one_all_days_stand() {
    run::days(1, 20, Rules::default()).unwrap_or_else(|broken| panic!("without a fault: {broken}"));
    let missed: Vec<&str> = bugs::ALL
        .iter()
        .filter(|bug| {
            plant(Some(bug.name));
            let lived = run::days(1, MOST_DAYS, Rules::default());
            plant(None);
            match &lived {
                Ok(_) => println!("{:24} not found in {MOST_DAYS} days", bug.name),
                Err(broken) => println!(
                    "{:24} day {:>4}: {}",
                    bug.name,
                    broken.seed,
                    broken.why.lines().next().unwrap_or_default()
                ),
            }
            lived.is_ok()
        })
        .map(|bug| bug.name)
        .collect();
    assert!(bugs::ALL.len() >= 12);
    assert!(missed.is_empty(), "not found: {missed:?}");
}
