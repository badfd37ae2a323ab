//! When a pass runs: at the start, after a record, on a hint from the office, when asked, and by a timer. There
//! is no "running" flag that could outlive a crash (P9), and no number of failures stops it (P10).

use crate::{
    office::{Office, Trouble, chunk},
    pass::Failed,
    phone::{Core, lock},
};
use chrono::TimeDelta;
use jobsheet_model::view::Event;
use std::sync::Arc;
use std::time::{Duration, Instant};

const IDLE: Duration = Duration::from_secs(60);
const FIRST_WAIT: Duration = Duration::from_secs(2);
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// A stream of hints is dead when not even a sign of life came for so long.
const SILENCE: Duration = Duration::from_secs(75);

/// The sync loop.
pub(crate) async fn run(core: Arc<Core>) {
    let mut failures = 0;
    let mut asked: Option<Instant> = None;
    loop {
        // A stolen phone is a locked one: it asks too whether it is to be emptied.
        if asked.is_none_or(|at| at.elapsed() >= LONGEST_WAIT) {
            asked = Some(Instant::now());
            if let Err(why) = core.heed_for_others().await {
                tracing::warn!("asking for those who are not at work: {why:#}");
            }
        }
        let wait = if !core.is_signed_in() {
            LONGEST_WAIT
        } else {
            let outcome = core.sync_once().await;
            let progressed = std::mem::take(&mut lock(&core.live).progressed);
            failures = failed_passes(failures, outcome.is_ok(), progressed);
            match outcome {
                Ok(()) => IDLE,
                Err(Failed::Office(
                    Trouble::SignInNeeded | Trouble::AppTooOld(_) | Trouble::Revoked | Trouble::Wipe(_),
                )) => LONGEST_WAIT,
                Err(_) => jittered(backoff(failures)),
            }
        };
        let next = core.clock.utc() + TimeDelta::from_std(wait).unwrap_or_default();
        lock(&core.live).next_try = core.is_signed_in().then_some(next);
        core.tell(Event::Sync {});
        tokio::select! {
            () = core.nudge.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Keeps a stream of hints open while somebody is signed in and the office is there. A hint, or the stream
/// being there again, means that a pass is worth it.
pub(crate) async fn listen(core: Arc<Core>) {
    let mut failures = 0;
    loop {
        let begun = Instant::now();
        let wait = match hear(&core).await {
            // Some proxies end every stream at once.
            Some(Ok(())) if begun.elapsed() > Duration::from_secs(20) => {
                failures = 0;
                jittered(FIRST_WAIT)
            }
            Some(ended) => {
                failures += 1;
                tracing::debug!("no hints: {ended:?}");
                jittered(backoff(failures))
            }
            None => LONGEST_WAIT,
        };
        tokio::select! {
            () = core.listen.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Listens until the stream ends. `None`: nobody is signed in here.
async fn hear(core: &Arc<Core>) -> Option<Result<(), Trouble>> {
    let signed = core.signed().ok()?;
    // The next pass makes a session, and wakes this.
    let token = signed.token()?;
    let stream = async {
        let mut response = match Office::at(&signed.account.office)?.events(&token).await {
            Err(Trouble::SignInNeeded) => {
                // The session is over: a pass renews it.
                signed.forget_token();
                core.nudge.notify_one();
                return Err(Trouble::SignInNeeded);
            }
            response => response?,
        };
        core.nudge.notify_one();
        loop {
            tokio::select! {
                bytes = chunk(&mut response, SILENCE) => match bytes.map_err(Trouble::Unreachable)? {
                    Some(bytes) if has_hint(&bytes) => core.nudge.notify_one(),
                    Some(_) => {}
                    None => return Ok(()),
                },
                () = core.listen.notified() => {
                    // Somebody else signed in: their hints are not these.
                    if !core.signed().is_ok_and(|now| Arc::ptr_eq(&now, &signed)) {
                        return Ok(());
                    }
                }
            }
        }
    };
    Some(stream.await)
}

/// Lines that begin with a colon are signs of life.
fn has_hint(bytes: &[u8]) -> bool {
    bytes.split(|b| *b == b'\n').any(|line| line.starts_with(b"data"))
}

/// How many passes have failed in a row. A link that breaks again and again but carries something each time is
/// used as soon as it is there.
fn failed_passes(before: u32, whole: bool, progressed: bool) -> u32 {
    match (whole, progressed) {
        (true, _) => 0,
        (false, true) => 1,
        (false, false) => before.saturating_add(1),
    }
}

fn backoff(failures: u32) -> Duration {
    FIRST_WAIT.saturating_mul(1 << (failures.max(1) - 1).min(8)).min(LONGEST_WAIT)
}

/// Between three quarters of it and all of it, so that phones that lost the office together don't come back together.
fn jittered(wait: Duration) -> Duration {
    wait.mul_f64(0.75 + rand::random::<f64>() / 4.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_from_two_seconds_to_five_minutes() {
        let waits: Vec<u64> = (1..=10).map(|n| backoff(n).as_secs()).collect();
        assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        for _ in 0..100 {
            let wait = jittered(IDLE);
            assert!(wait >= IDLE.mul_f64(0.75) && wait <= IDLE);
        }
    }

    #[test]
    fn p10_a_link_that_carries_something_each_time_is_not_waited_for_longer() {
        let mut failures = 0;
        for _ in 0..50 {
            failures = failed_passes(failures, false, true);
            assert_eq!(backoff(failures), FIRST_WAIT);
        }
        failures = failed_passes(failures, false, false);
        assert!(backoff(failures) > FIRST_WAIT);
        assert_eq!(failed_passes(failures, true, false), 0);
        assert_eq!(failed_passes(u32::MAX, false, false), u32::MAX);
    }

    #[test]
    fn a_sign_of_life_is_no_hint() {
        assert!(has_hint(b"event: hint\ndata: {}\n\n"));
        assert!(!has_hint(b": alive\n\n"));
    }
}
