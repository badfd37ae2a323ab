//! What a command says: one JSON line.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::io::Write;
use std::time::{Duration, Instant};

pub fn say(line: &Value) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).context("Writing to standard output")
}

/// Says that all is ready and waits for a line on standard input, when that was asked for.
pub fn ready(sync: bool, prepared: usize) -> Result<()> {
    if sync {
        say(&json!({ "prepared": prepared }))?;
        std::io::stdin().read_line(&mut String::new()).context("Waiting for a line")?;
    }
    Ok(())
}

pub fn millis(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

pub fn since(begun: Instant) -> f64 {
    millis(begun.elapsed())
}

/// The time that `part` (0 to 1) of all stay within.
pub fn percentile(times: &mut [Duration], part: f64) -> f64 {
    times.sort_unstable();
    let last = times.len().saturating_sub(1);
    let place = (last as f64 * part).round() as usize;
    times.get(place).copied().map_or(0.0, millis)
}

/// The most memory this process has held, in KiB; 0 where the system does not say.
pub fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_times() {
        let mut times: Vec<Duration> = (1..=101).rev().map(Duration::from_millis).collect();
        assert_eq!(percentile(&mut times, 0.5), 51.0);
        assert_eq!(percentile(&mut times, 0.99), 100.0);
        assert_eq!(percentile(&mut times, 1.0), 101.0);
        assert_eq!(percentile(&mut [], 0.5), 0.0);
    }
}
