//! Working hours, from the taps of travel, work and pause. A minute counts once, however many jobs it was tapped in.

use crate::times::{Span, SpanKind};
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Whole minutes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Worked {
    pub travel: u32,
    pub work: u32,
    pub pause: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkedDay {
    #[ts(type = "string")]
    pub day: NaiveDate,
    #[serde(flatten)]
    pub worked: Worked,
}

/// Of today, and of this week from Monday on, as far as it has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hours {
    pub today: Worked,
    pub week: Worked,
    /// Monday to today.
    pub days: Vec<WorkedDay>,
}

/// The day that this is where the clock is `offset` minutes ahead of UTC.
fn day_at(at: DateTime<Utc>, offset: i32) -> NaiveDate {
    (at + TimeDelta::minutes(i64::from(offset))).date_naive()
}

/// When that day begins.
fn midnight(day: NaiveDate, offset: i32) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc() - TimeDelta::minutes(i64::from(offset))
}

/// When the week that `now` is in began: what ended before does not count.
pub fn week_begins(now: DateTime<Utc>, offset: i32) -> DateTime<Utc> {
    let today = day_at(now, offset);
    let monday = today - Days::new(u64::from(today.weekday().num_days_from_monday()));
    midnight(monday, offset)
}

/// Where stretches of several jobs overlap, work counts before travel, and travel before pause: who pauses one job for
/// another works. One that was never ended counts to the end of the day that it began on.
pub fn hours<'a>(spans: impl IntoIterator<Item = &'a Span>, now: DateTime<Utc>, offset: i32) -> Hours {
    let stretches: Vec<(SpanKind, DateTime<Utc>, DateTime<Utc>)> = spans
        .into_iter()
        .map(|span| {
            let day_over = midnight(day_at(span.from, span.offset) + Days::new(1), span.offset);
            (span.kind, span.from, span.to.unwrap_or(now.min(day_over)))
        })
        .filter(|(_, from, to)| from < to)
        .collect();
    let monday = day_at(week_begins(now, offset), offset);
    let days: Vec<WorkedDay> = monday
        .iter_days()
        .take_while(|day| *day <= day_at(now, offset))
        .map(|day| WorkedDay {
            day,
            worked: worked(&stretches, midnight(day, offset), midnight(day + Days::new(1), offset)),
        })
        .collect();
    let today = days.last().map(|day| day.worked).unwrap_or_default();
    let week = days.iter().fold(Worked::default(), |sum, WorkedDay { worked: day, .. }| Worked {
        travel: sum.travel + day.travel,
        work: sum.work + day.work,
        pause: sum.pause + day.pause,
    });
    Hours { today, week, days }
}

/// From `begin` to `end`, between each two moments where something begins or ends.
fn worked(
    stretches: &[(SpanKind, DateTime<Utc>, DateTime<Utc>)],
    begin: DateTime<Utc>,
    end: DateTime<Utc>,
) -> Worked {
    let inside = |at: &DateTime<Utc>| *at > begin && *at < end;
    let mut turns: Vec<DateTime<Utc>> =
        stretches.iter().flat_map(|(_, from, to)| [*from, *to]).filter(inside).chain([begin, end]).collect();
    turns.sort_unstable();
    let mut seconds = [0_i64; 3];
    for pair in turns.windows(2) {
        let [from, to] = [pair[0], pair[1]];
        let runs = |kind| stretches.iter().any(|(k, f, t)| *k == kind && *f <= from && *t >= to);
        if let Some(place) = [SpanKind::Work, SpanKind::Travel, SpanKind::Pause].into_iter().position(runs) {
            seconds[place] += (to - from).num_seconds();
        }
    }
    let [work, travel, pause] = seconds.map(|s| u32::try_from((s + 30) / 60).unwrap_or(u32::MAX));
    Worked { travel, work, pause }
}
