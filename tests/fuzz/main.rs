//! What reads messages, on both sides, meets anything: real messages bent in some places. Nothing panics, what was read
//! can be read again, nothing is taken for done that is not, and memory is bounded (docs/FUZZ.md).
//!
//! `JOBSHEET_FUZZ` is how many inputs the decoders get together (4,000 if it is not set), `JOBSHEET_FUZZ_SEED` where
//! they begin. Whole round trips get a fiftieth of it.

mod bend;
#[path = "../../crates/model/tests/cast/mod.rs"]
#[allow(dead_code)]
mod cast;
mod decoders;
mod office;
mod phone;

use jobsheet_tests::copy;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use std::path::PathBuf;

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect("a number"))
}

/// Inputs for all decoders together.
fn inputs() -> u64 {
    number("JOBSHEET_FUZZ", 4_000)
}

/// Runs `test` on so many inputs; the smallest one that fails is shown.
fn fuzz<S: Strategy>(
    name: &str,
    inputs: u64,
    strategy: &S,
    test: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let cases = u32::try_from(inputs.max(1)).expect("fewer inputs");
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 2_000, ..Config::default() };
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&number("JOBSHEET_FUZZ_SEED", 1).to_be_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let begun = std::time::Instant::now();
    if let Err(why) = TestRunner::new_with_rng(config, rng).run(strategy, test) {
        panic!("{name}: {why}");
    }
    println!("{name}: {cases} inputs, {} s, peak {} MiB", begun.elapsed().as_secs(), peak());
}

/// The most memory that this process has had, in MiB; 0 where the system does not say.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/0.1")
}

fn message(name: &str) -> Vec<u8> {
    let pretty = std::fs::read(fixtures().join("messages").join(name)).expect("a message");
    let value: serde_json::Value = serde_json::from_slice(&pretty).expect("JSON");
    value.to_string().into_bytes()
}
