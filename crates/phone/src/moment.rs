//! The phone's clocks. The wall clock may be wrong or changed at any time; what counts is kept beside it (P23).

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

pub trait Clock: Send + Sync {
    /// The wall clock.
    fn utc(&self) -> DateTime<Utc>;
    /// Minutes that local time is ahead of UTC.
    fn offset(&self) -> i32;
    /// Milliseconds since `boot`; does not jump when the clock is set.
    fn elapsed(&self) -> u64;
    /// Which start of the phone `elapsed` counts from.
    fn boot(&self) -> String;
}

/// The phone's own clock.
pub struct SystemClock;

/// Where the kernel does not say which start it was, the process's start counts.
struct Started {
    at: Instant,
    boot: String,
    kernel: bool,
}

fn started() -> &'static Started {
    static STARTED: OnceLock<Started> = OnceLock::new();
    STARTED.get_or_init(|| {
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok();
        let kernel = boot.is_some() && uptime().is_some();
        let boot = boot.filter(|_| kernel).map(|b| b.trim().to_owned());
        Started { at: Instant::now(), boot: boot.unwrap_or_else(|| uuid::Uuid::now_v7().to_string()), kernel }
    })
}

/// Milliseconds since the kernel started, suspended time included.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn uptime() -> Option<u64> {
    let since = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Some(u64::try_from(since.tv_sec).ok()? * 1000 + u64::try_from(since.tv_nsec).ok()? / 1_000_000)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn uptime() -> Option<u64> {
    None
}

impl Clock for SystemClock {
    fn utc(&self) -> DateTime<Utc> {
        Utc::now()
    }
    fn offset(&self) -> i32 {
        chrono::Local::now().offset().local_minus_utc() / 60
    }
    fn elapsed(&self) -> u64 {
        let started = started();
        let since = || u64::try_from(started.at.elapsed().as_millis()).unwrap_or(u64::MAX);
        if started.kernel { uptime().unwrap_or_else(since) } else { since() }
    }
    fn boot(&self) -> String {
        started().boot.clone()
    }
}

/// A clock moved by hand.
pub struct TestClock(Mutex<Hands>);

struct Hands {
    utc: DateTime<Utc>,
    offset: i32,
    elapsed: u64,
    boot: u32,
}

impl TestClock {
    /// At `utc`, in Chengdu.
    pub fn at(utc: &str) -> Self {
        let utc = DateTime::parse_from_rfc3339(utc).map(|t| t.with_timezone(&Utc)).unwrap_or_default();
        Self(Mutex::new(Hands { utc, offset: 480, elapsed: 1_000, boot: 1 }))
    }

    fn hands(&self) -> std::sync::MutexGuard<'_, Hands> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Time passes.
    pub fn pass(&self, time: Duration) {
        let mut hands = self.hands();
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        hands.utc += TimeDelta::milliseconds(i64::try_from(millis).unwrap_or(i64::MAX));
        hands.elapsed += millis;
    }

    /// Somebody sets the clock; no time passes.
    pub fn set(&self, utc: DateTime<Utc>) {
        self.hands().utc = utc;
    }

    pub fn set_offset(&self, minutes: i32) {
        self.hands().offset = minutes;
    }

    /// The phone is started again.
    pub fn reboot(&self) {
        let mut hands = self.hands();
        hands.boot += 1;
        hands.elapsed = 0;
    }
}

impl Clock for TestClock {
    fn utc(&self) -> DateTime<Utc> {
        self.hands().utc
    }
    fn offset(&self) -> i32 {
        self.hands().offset
    }
    fn elapsed(&self) -> u64 {
        self.hands().elapsed
    }
    fn boot(&self) -> String {
        format!("boot-{}", self.hands().boot)
    }
}

/// Now, as a change carries it. `ahead` counts only for the start of the phone it was measured in.
pub(crate) fn moment(clock: &dyn Clock, ahead: Option<&(i64, String)>) -> jobsheet_model::Moment {
    let boot = clock.boot();
    jobsheet_model::Moment {
        utc: clock.utc().trunc_subsecs(3),
        offset: clock.offset(),
        elapsed: clock.elapsed(),
        ahead: ahead.filter(|(_, measured)| *measured == boot).map(|(ahead, _)| *ahead),
        boot,
    }
}

/// A UUIDv7 of that instant.
pub(crate) fn uuid_at(utc: DateTime<Utc>) -> uuid::Uuid {
    let seconds = u64::try_from(utc.timestamp()).unwrap_or(0);
    uuid::Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, utc.timestamp_subsec_nanos()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_clock_was_ahead_is_forgotten_with_the_next_start() {
        let clock = TestClock::at("2026-11-22T09:00:00Z");
        let measured = (720_000, clock.boot());
        assert_eq!(moment(&clock, Some(&measured)).ahead, Some(720_000));
        clock.reboot();
        assert_eq!(moment(&clock, Some(&measured)).ahead, None);
    }

    #[test]
    fn the_system_clock_counts_on_from_one_start() {
        let before = SystemClock.elapsed();
        std::thread::sleep(Duration::from_millis(25));
        assert!(SystemClock.elapsed() > before);
        assert_eq!(SystemClock.boot(), SystemClock.boot());
    }
}
