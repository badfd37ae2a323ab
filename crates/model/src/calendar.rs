//! When the service is open, and working time as a function that only grows.
//!
//! A calendar is opened once into sorted spans with the open time before each of them. `worked(t)` is the open
//! time up to `t`; a due moment is the first instant at which it has grown by what was promised. Pauses, a
//! share of the time and "overdue by" are the same two functions.

use crate::Text;
use chrono::{DateTime, Days, LocalResult, NaiveDate, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Opening hours of a week in one time zone, with the holidays they follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    pub key: String,
    pub name: Text,
    /// A name such as `Asia/Shanghai`, never an offset: summer time comes from the name.
    pub zone: String,
    /// The first entry is also the hours of a make-up workday that falls on a closed weekday.
    pub week: Vec<Opening>,
    /// Key of the [`Holidays`] that close it; `null` for one that does not know holidays.
    #[serde(default)]
    pub holidays: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Opening {
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub days: Vec<Weekday>,
    /// `["09:00", "18:00"]`, up to `24:00`; what lasts over midnight is two.
    pub open: Vec<[String; 2]>,
}

/// Days that are not what their weekday says, imported and named by their source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Holidays {
    pub key: String,
    pub name: Text,
    pub source: String,
    /// The days this list speaks of; a due moment beyond them is only provisional.
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// Closed although the weekday is open.
    pub off: BTreeSet<NaiveDate>,
    /// Open although the weekday is closed (make-up workdays).
    pub work: BTreeSet<NaiveDate>,
}

/// What is promised: open time, or a number of working days of which the day it began does not count and the
/// last ends at its closing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Budget {
    Minutes(u32),
    WorkingDays(u32),
}

/// Time that does not count. One without an end is still going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pause {
    #[ts(type = "string")]
    #[serde(with = "crate::moment::millis")]
    pub from: DateTime<Utc>,
    #[ts(type = "string | null")]
    #[serde(with = "crate::moment::millis::option")]
    pub to: Option<DateTime<Utc>>,
}

/// A calendar opened over a range of days.
#[derive(Clone, Debug)]
pub struct Hours {
    zone: Tz,
    /// Sorted, apart from each other, in milliseconds since 1970.
    spans: Vec<(i64, i64)>,
    /// Open time before each span, and through its end.
    before: Vec<i64>,
    through: Vec<i64>,
    /// Each working day with its closing moment.
    closes: Vec<(NaiveDate, i64)>,
    /// The last day whose holidays are known.
    known_to: Option<NaiveDate>,
}

/// Minutes after midnight of `09:30` or `24:00`.
pub fn minutes_of_day(text: &str) -> Option<u32> {
    let (hour, minute) = text.split_once(':')?;
    let two =
        |t: &str| (t.len() == 2 && t.bytes().all(|b| b.is_ascii_digit())).then(|| t.parse::<u32>().ok())?;
    let (hour, minute) = (two(hour)?, two(minute)?);
    (minute < 60 && hour * 60 + minute <= 24 * 60).then_some(hour * 60 + minute)
}

/// A range longer than this is not opened: no promise lasts so long.
const MOST_DAYS: i64 = 3660;
/// How far ahead of the last instant asked about the calendar is opened.
const AHEAD: TimeDelta = TimeDelta::days(400);

impl Calendar {
    fn openings(&self, day: NaiveDate, holidays: Option<&Holidays>) -> &[[String; 2]] {
        use chrono::Datelike;
        let regular = self.week.iter().find(|opening| opening.days.contains(&day.weekday()));
        let made_up = holidays.is_some_and(|h| h.work.contains(&day));
        match (regular, self.week.first()) {
            _ if holidays.is_some_and(|h| h.off.contains(&day)) => &[],
            (Some(opening), _) => &opening.open,
            (None, Some(first)) if made_up => &first.open,
            _ => &[],
        }
    }

    pub fn is_working_day(&self, day: NaiveDate, holidays: &[Holidays]) -> bool {
        !self.openings(day, self.list(holidays)).is_empty()
    }

    fn list<'a>(&self, holidays: &'a [Holidays]) -> Option<&'a Holidays> {
        let key = self.holidays.as_deref()?;
        holidays.iter().find(|list| list.key == key)
    }

    /// Opens the calendar from the day before `from` to well after `to`; nothing where it cannot be read (see
    /// `Standard::check`) or the range is beyond reason.
    pub fn open(&self, holidays: &[Holidays], from: DateTime<Utc>, to: DateTime<Utc>) -> Option<Hours> {
        let zone: Tz = self.zone.parse().ok()?;
        let list = self.list(holidays);
        if self.holidays.is_some() && list.is_none() {
            return None;
        }
        let mut day = from.with_timezone(&zone).date_naive().checked_sub_days(Days::new(1))?;
        let last = to.max(from).checked_add_signed(AHEAD)?.with_timezone(&zone).date_naive();
        if (last - day).num_days() > MOST_DAYS {
            return None;
        }
        let mut hours = Hours {
            zone,
            spans: Vec::new(),
            before: Vec::new(),
            through: Vec::new(),
            closes: Vec::new(),
            known_to: list.map(|list| list.to),
        };
        let mut total = 0;
        while day <= last {
            for [opens, closes] in self.openings(day, list) {
                let opens = instant(zone, day, minutes_of_day(opens)?, Edge::Opening)?;
                let closes = instant(zone, day, minutes_of_day(closes)?, Edge::Closing)?;
                let opens = opens.max(hours.spans.last().map_or(i64::MIN, |&(_, end)| end));
                if closes > opens {
                    hours.spans.push((opens, closes));
                    hours.before.push(total);
                    total += closes - opens;
                    hours.through.push(total);
                    match hours.closes.last_mut() {
                        Some((same, close)) if *same == day => *close = closes,
                        _ => hours.closes.push((day, closes)),
                    }
                }
            }
            day = day.checked_add_days(Days::new(1))?;
        }
        Some(hours)
    }
}

enum Edge {
    Opening,
    Closing,
}

/// The instant of a local time. One that exists twice opens at the first and closes at the second; one that a
/// change of the clocks leaves out is the first that exists after it.
fn instant(zone: Tz, day: NaiveDate, minutes: u32, edge: Edge) -> Option<i64> {
    let midnight = day.and_hms_opt(0, 0, 0)?;
    // A whole day has been left out before (Samoa, 2011).
    for later in 0..=25 * 60 {
        let local = midnight.checked_add_signed(TimeDelta::minutes(i64::from(minutes) + later))?;
        match (zone.from_local_datetime(&local), &edge) {
            (LocalResult::Single(at), _)
            | (LocalResult::Ambiguous(at, _), Edge::Opening)
            | (LocalResult::Ambiguous(_, at), Edge::Closing) => return Some(at.timestamp_millis()),
            (LocalResult::None, _) => {}
        }
    }
    None
}

impl Hours {
    /// Open time up to `at`, in milliseconds.
    pub fn worked(&self, at: DateTime<Utc>) -> i64 {
        let at = at.timestamp_millis();
        let next = self.spans.partition_point(|&(opens, _)| opens <= at);
        match next.checked_sub(1).and_then(|i| Some((self.spans.get(i)?, self.before.get(i)?))) {
            Some((&(opens, closes), before)) => before + at.min(closes) - opens,
            None => 0,
        }
    }

    /// Open time between two instants; negative where `to` is the earlier.
    pub fn between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        TimeDelta::milliseconds(self.worked(to) - self.worked(from))
    }

    /// The first instant at which `worked` has come to `worked`.
    fn first_at(&self, worked: i64) -> Option<DateTime<Utc>> {
        let i = self.through.partition_point(|&through| through < worked);
        millis(self.spans.get(i)?.0 + (worked - self.before.get(i)?).max(0))
    }

    /// The last instant at which `worked` is still no more than `worked`.
    fn last_at(&self, worked: i64) -> Option<DateTime<Utc>> {
        let i = self.before.partition_point(|&before| before <= worked).checked_sub(1)?;
        let (opens, closes) = *self.spans.get(i)?;
        let at = opens + worked - self.before.get(i)?;
        // At a closing moment it stands still until the next opening.
        if at < closes { millis(at) } else { millis(self.spans.get(i + 1)?.0) }
    }

    /// `time` of open time after `at`; `at` itself for none.
    pub fn after(&self, at: DateTime<Utc>, time: TimeDelta) -> Option<DateTime<Utc>> {
        if time <= TimeDelta::zero() {
            return Some(at);
        }
        self.first_at(self.worked(at).checked_add(time.num_milliseconds())?)
    }

    /// The last moment to begin what takes `time` of open time and must be done at `at`.
    pub fn ahead_of(&self, at: DateTime<Utc>, time: TimeDelta) -> Option<DateTime<Utc>> {
        let worked = self.worked(at).checked_sub(time.num_milliseconds())?;
        if worked < 0 { None } else { Some(self.last_at(worked)?.min(at)) }
    }

    /// When `budget` runs out, without pauses.
    pub fn due(&self, start: DateTime<Utc>, budget: Budget) -> Option<DateTime<Utc>> {
        match budget {
            Budget::Minutes(minutes) => self.after(start, TimeDelta::minutes(i64::from(minutes))),
            Budget::WorkingDays(days) => {
                let began = start.with_timezone(&self.zone).date_naive();
                let next = self.closes.partition_point(|(day, _)| *day <= began);
                let last = usize::try_from(days).ok()?.checked_sub(1)?;
                millis(self.closes.get(next.checked_add(last)?)?.1)
            }
        }
    }

    /// When `budget` runs out if `pauses` do not count; a pause still going on lasts until `now`.
    pub fn due_with(
        &self,
        start: DateTime<Utc>,
        budget: Budget,
        pauses: &[Pause],
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let mut due = self.due(start, budget)?;
        let mut pauses: Vec<_> = pauses
            .iter()
            .map(|pause| (pause.from.max(start), pause.to.unwrap_or(now.max(pause.from))))
            .collect();
        pauses.sort();
        let mut counted_to = start;
        for (from, to) in pauses {
            // Pauses may overlap; what began after the due moment changes nothing.
            let from = from.max(counted_to);
            if from >= due {
                break;
            }
            if to > from {
                due = self.after(due, self.between(from, to))?;
                counted_to = to;
            }
        }
        Some(due)
    }

    /// The moment at which `percent` of the open time from `start` to `due` has gone: 50 for half-way, 150 for
    /// the ceiling. Whole milliseconds, rounded down.
    pub fn share(&self, start: DateTime<Utc>, due: DateTime<Utc>, percent: u32) -> Option<DateTime<Utc>> {
        let whole = self.between(start, due).num_milliseconds();
        let part = i128::from(whole) * i128::from(percent) / 100;
        self.after(start, TimeDelta::try_milliseconds(i64::try_from(part).ok()?)?)
    }

    /// The open spans, as far as they lie between `from` and `to`.
    pub fn spans(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
        let (first, last) = (from.timestamp_millis(), to.timestamp_millis());
        let within = self.spans.iter().filter(|&&(opens, closes)| opens < last && closes > first);
        within
            .filter_map(|&(opens, closes)| Some((millis(opens.max(first))?, millis(closes.min(last))?)))
            .collect()
    }

    /// Is it open at `at`?
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        let at = at.timestamp_millis();
        self.spans.iter().any(|&(opens, closes)| (opens..closes).contains(&at))
    }

    /// The next opening after `at`.
    pub fn opens(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let at = at.timestamp_millis();
        millis(self.spans.iter().find(|&&(opens, _)| opens > at)?.0)
    }

    /// A time of the day on which `at` lies.
    pub fn on_the_day_of(&self, at: DateTime<Utc>, minutes: u32) -> Option<DateTime<Utc>> {
        millis(instant(self.zone, at.with_timezone(&self.zone).date_naive(), minutes, Edge::Opening)?)
    }

    /// Whether holidays up to `at` are known: otherwise a due moment there may move when they are imported.
    pub fn is_known(&self, at: DateTime<Utc>) -> bool {
        self.known_to.is_none_or(|to| at.with_timezone(&self.zone).date_naive() <= to)
    }
}

fn millis(at: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(at)
}

#[cfg(test)]
mod tests;
