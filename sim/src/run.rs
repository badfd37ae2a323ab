//! Many days, on all cores.

pub use crate::day::Report;
use crate::{
    day::{Broken, live},
    template::Template,
    world::Rules,
};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Lives `days` days, from seed `first` on, and returns those that stood in order of their seeds, or the first that
/// broke a rule (others of a lower seed may still have been under way).
pub fn days(first: u64, days: u64, rules: Rules) -> Result<Vec<Report>, Broken> {
    let made = Template::get();
    made.map_err(|why| Broken { seed: first, why: format!("{why:#}"), tail: String::new() })?;
    let (next, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    let results = Mutex::new((Vec::new(), Vec::<Broken>::new()));
    let workers =
        std::thread::available_parallelism().map_or(1, |n| n.get()).min(usize::try_from(days).unwrap_or(1));
    std::thread::scope(|scope| {
        for _ in 0..workers.max(1) {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let day = next.fetch_add(1, Ordering::Relaxed);
                    if day >= days {
                        break;
                    }
                    let lived = live(first.wrapping_add(day), rules);
                    let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
                    match lived {
                        Ok(report) => results.0.push(report),
                        Err(broken) => {
                            stop.store(true, Ordering::Relaxed);
                            results.1.push(broken);
                        }
                    }
                }
            });
        }
    });
    let (mut reports, mut broken) = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    broken.sort_by_key(|broken| broken.seed);
    match broken.into_iter().next() {
        Some(broken) => Err(broken),
        None => {
            reports.sort_by_key(|report| report.seed);
            Ok(reports)
        }
    }
}
