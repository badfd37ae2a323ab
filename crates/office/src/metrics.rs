//! What a monitor asks: how many requests of which kind were answered how, and how long they took. Prometheus' text
//! format; addresses are those of the doors, so that nothing of a person and no endless list comes of it.

use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

/// Upper bounds in milliseconds.
const BUCKETS: [u64; 9] = [5, 10, 25, 50, 100, 250, 1000, 5000, 30_000];

#[derive(Default)]
pub struct Metrics {
    answered: Mutex<BTreeMap<(String, String, u16), Counted>>,
    under_way: AtomicI64,
}

#[derive(Default)]
struct Counted {
    count: u64,
    millis: u64,
    within: [u64; BUCKETS.len()],
}

/// A request that has not been answered yet; also when nobody waits for the answer any more.
pub struct UnderWay<'a>(&'a Metrics);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Metrics {
    pub fn begins(&self) -> UnderWay<'_> {
        self.under_way.fetch_add(1, Ordering::Relaxed);
        UnderWay(self)
    }

    /// `path` is a door's, not what was asked for.
    pub fn answered(&self, method: &str, path: &str, status: u16, took: Duration) {
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let mut all = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = all.entry((method.to_owned(), path.to_owned(), status)).or_default();
        counted.count += 1;
        counted.millis = counted.millis.saturating_add(millis);
        for (within, bound) in counted.within.iter_mut().zip(BUCKETS) {
            *within += u64::from(millis <= bound);
        }
    }

    /// The page; `gauges` are numbers as they are now, by name and meaning.
    pub fn page(&self, gauges: &[(&str, &str, u64)]) -> String {
        let mut page = String::new();
        self.write(&mut page, gauges).unwrap_or_default();
        page
    }

    fn write(&self, page: &mut String, gauges: &[(&str, &str, u64)]) -> std::fmt::Result {
        let all = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        let name = "jobsheet_request_duration_seconds";
        writeln!(page, "# HELP {name} Requests by door and answer.\n# TYPE {name} histogram")?;
        for ((method, path, status), counted) in all.iter() {
            let labels = format!("method=\"{method}\",path=\"{path}\",status=\"{status}\"");
            for (within, bound) in counted.within.iter().zip(BUCKETS) {
                let bound = bound as f64 / 1000.0;
                writeln!(page, "{name}_bucket{{{labels},le=\"{bound}\"}} {within}")?;
            }
            writeln!(page, "{name}_bucket{{{labels},le=\"+Inf\"}} {}", counted.count)?;
            writeln!(page, "{name}_sum{{{labels}}} {}", counted.millis as f64 / 1000.0)?;
            writeln!(page, "{name}_count{{{labels}}} {}", counted.count)?;
        }
        let under_way = u64::try_from(self.under_way.load(Ordering::Relaxed)).unwrap_or(0);
        let own = ("jobsheet_requests_under_way", "Requests that are not answered yet.", under_way);
        for (name, help, value) in gauges.iter().copied().chain([own]) {
            writeln!(page, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_adds_up() {
        let metrics = Metrics::default();
        metrics.answered("GET", "/a/{id}", 200, Duration::from_millis(7));
        metrics.answered("GET", "/a/{id}", 200, Duration::from_millis(70));
        metrics.answered("GET", "/a/{id}", 404, Duration::from_secs(60));
        let _one = metrics.begins();
        let page = metrics.page(&[("jobsheet_x", "X.", 3)]);
        for line in [
            "jobsheet_request_duration_seconds_bucket{method=\"GET\",path=\"/a/{id}\",status=\"200\",le=\"0.005\"} 0",
            "jobsheet_request_duration_seconds_bucket{method=\"GET\",path=\"/a/{id}\",status=\"200\",le=\"0.01\"} 1",
            "jobsheet_request_duration_seconds_bucket{method=\"GET\",path=\"/a/{id}\",status=\"200\",le=\"0.1\"} 2",
            "jobsheet_request_duration_seconds_sum{method=\"GET\",path=\"/a/{id}\",status=\"200\"} 0.077",
            "jobsheet_request_duration_seconds_bucket{method=\"GET\",path=\"/a/{id}\",status=\"404\",le=\"30\"} 0",
            "jobsheet_request_duration_seconds_count{method=\"GET\",path=\"/a/{id}\",status=\"404\"} 1",
            "jobsheet_x 3",
            "jobsheet_requests_under_way 1",
        ] {
            assert!(page.lines().any(|one| one == line), "{line} is not in\n{page}");
        }
    }
}
