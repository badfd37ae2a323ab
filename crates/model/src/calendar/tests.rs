use super::*;
use crate::standard;
use chrono::Datelike;
use proptest::prelude::*;

fn calendar(zone: &str, days: &[Weekday], open: &[[&str; 2]], holidays: Option<&str>) -> Calendar {
    let open = open.iter().map(|pair| pair.map(String::from)).collect();
    Calendar {
        key: "test".into(),
        name: Text::default(),
        zone: zone.into(),
        week: vec![Opening { days: days.to_vec(), open }],
        holidays: holidays.map(Into::into),
    }
}

use Weekday::*;
const ALL: [Weekday; 7] = [Mon, Tue, Wed, Thu, Fri, Sat, Sun];
const SHANGHAI: &str = "Asia/Shanghai";

fn twelve() -> Calendar {
    calendar(SHANGHAI, &ALL, &[["08:00", "20:00"]], None)
}

fn day_and_night(zone: &str) -> Calendar {
    calendar(zone, &ALL, &[["00:00", "24:00"]], None)
}

fn office() -> Calendar {
    calendar(SHANGHAI, &ALL[..5], &[["09:00", "18:00"]], Some("cn"))
}

fn lunch() -> Calendar {
    calendar(SHANGHAI, &ALL[..5], &[["09:00", "12:00"], ["13:00", "18:00"]], Some("cn"))
}

/// A local time, `2026-11-20 17:59`.
fn at(zone: &str, local: &str) -> DateTime<Utc> {
    let zone: Tz = zone.parse().unwrap();
    let local = chrono::NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").unwrap();
    zone.from_local_datetime(&local).unwrap().with_timezone(&Utc)
}

fn open(calendar: &Calendar, start: DateTime<Utc>) -> Hours {
    calendar.open(&[standard::chinese_holidays()], start, start).unwrap()
}

fn due(calendar: &Calendar, start: &str, budget: Budget) -> String {
    let start = at(&calendar.zone, start);
    said(calendar, open(calendar, start).due(start, budget).unwrap())
}

fn said(calendar: &Calendar, at: DateTime<Utc>) -> String {
    at.with_timezone(&calendar.zone.parse::<Tz>().unwrap()).format("%a %Y-%m-%d %H:%M %:z").to_string()
}

fn hours(hours: u32) -> Budget {
    Budget::Minutes(hours * 60)
}

#[test]
fn a7_b4_b5_due_moments_by_the_calendar() {
    let days = Budget::WorkingDays;
    let table = [
        (twelve(), "2026-11-20 19:30", hours(2), "Sat 2026-11-21 09:30 +08:00"),
        (twelve(), "2026-11-20 21:00", hours(2), "Sat 2026-11-21 10:00 +08:00"),
        // The closing moment belongs to the day that ends.
        (twelve(), "2026-11-20 18:00", hours(2), "Fri 2026-11-20 20:00 +08:00"),
        (day_and_night(SHANGHAI), "2026-11-20 23:30", hours(2), "Sat 2026-11-21 01:30 +08:00"),
        (office(), "2026-11-20 17:00", hours(4), "Mon 2026-11-23 12:00 +08:00"),
        (lunch(), "2026-11-20 11:30", hours(1), "Fri 2026-11-20 13:30 +08:00"),
        (office(), "2026-11-20 17:59", days(2), "Tue 2026-11-24 18:00 +08:00"),
        (office(), "2026-09-30 10:00", days(2), "Fri 2026-10-09 18:00 +08:00"),
        (office(), "2026-09-30 10:00", days(3), "Sat 2026-10-10 18:00 +08:00"),
        (office(), "2026-09-30 17:00", hours(8), "Thu 2026-10-08 16:00 +08:00"),
        (office(), "2026-11-21 11:00", days(1), "Mon 2026-11-23 18:00 +08:00"),
        (office(), "2026-11-20 18:00", days(1), "Mon 2026-11-23 18:00 +08:00"),
        (office(), "2026-11-20 23:00", hours(1), "Mon 2026-11-23 10:00 +08:00"),
    ];
    for (calendar, start, budget, expected) in table {
        assert_eq!(due(&calendar, start, budget), expected, "{start} + {budget:?}");
    }
}

#[test]
fn a7_summer_time_neither_gives_nor_takes_an_hour() {
    let new_york = "America/New_York";
    let whole = day_and_night(new_york);
    assert_eq!(due(&whole, "2026-03-07 12:00", hours(24)), "Sun 2026-03-08 13:00 -04:00");
    assert_eq!(due(&whole, "2026-10-31 12:00", hours(24)), "Sun 2026-11-01 11:00 -05:00");
    let early = calendar(new_york, &ALL, &[["01:00", "10:00"]], None);
    for (day, length) in [("2026-03-08", 8), ("2026-11-01", 10), ("2026-11-02", 9)] {
        let from = at(new_york, &format!("{day} 00:00"));
        let to = at(new_york, &format!("{day} 12:00"));
        assert_eq!(open(&early, from).between(from, to), TimeDelta::hours(length), "{day}");
    }
    // A calendar that opens in the hour that is left out opens when that hour would have ended.
    let gap = calendar(new_york, &ALL, &[["02:30", "04:00"]], None);
    let midnight = at(new_york, "2026-03-08 00:00");
    assert_eq!(open(&gap, midnight).between(midnight, midnight + TimeDelta::hours(12)), TimeDelta::hours(1));
    // Lord Howe changes by thirty minutes.
    let lord_howe = day_and_night("Australia/Lord_Howe");
    assert_eq!(due(&lord_howe, "2026-10-03 12:00", hours(24)), "Sun 2026-10-04 12:30 +11:00");
}

#[test]
fn b11_time_that_does_not_count() {
    let office = office();
    let with = |start: &str, pauses: &[(&str, Option<&str>)], now: &str| {
        let [start, now] = [start, now].map(|text| at(SHANGHAI, text));
        let pauses: Vec<_> = pauses
            .iter()
            .map(|(from, to)| Pause { from: at(SHANGHAI, from), to: to.map(|to| at(SHANGHAI, to)) })
            .collect();
        let open = office.open(&[standard::chinese_holidays()], start, now).unwrap();
        said(&office, open.due_with(start, hours(4), &pauses, now).unwrap())
    };
    let now = "2026-11-20 09:00";
    let (ten, noon) = ("2026-11-19 10:00", "2026-11-19 12:00");
    assert_eq!(with("2026-11-19 09:00", &[(ten, Some(noon))], now), "Thu 2026-11-19 15:00 +08:00");
    // Only open hours of a pause count.
    let night = [("2026-11-19 17:00", Some("2026-11-20 10:00"))];
    assert_eq!(with("2026-11-19 15:00", &night, now), "Fri 2026-11-20 12:00 +08:00");
    // What begins after the due moment comes too late.
    let late = [("2026-11-19 14:00", Some("2026-11-19 16:00"))];
    assert_eq!(with("2026-11-19 09:00", &late, now), "Thu 2026-11-19 13:00 +08:00");
    // Twice the same time is once.
    let twice = [(ten, Some(noon)), ("2026-11-19 11:00", Some(noon))];
    assert_eq!(with("2026-11-19 09:00", &twice, now), "Thu 2026-11-19 15:00 +08:00");
    // One still going on moves the due moment with it.
    assert_eq!(with("2026-11-19 09:00", &[(ten, None)], "2026-11-19 16:00"), "Fri 2026-11-20 10:00 +08:00");
}

#[test]
fn a17_the_ceiling_and_half_way_are_the_same_formula() {
    let calendar = twelve();
    let start = at(SHANGHAI, "2026-11-20 19:30");
    let open = open(&calendar, start);
    for (level, ceiling) in [(2, "10:30"), (4, "13:30"), (8, "19:30")] {
        let due = open.due(start, hours(level)).unwrap();
        let expected = format!("Sat 2026-11-21 {ceiling} +08:00");
        assert_eq!(said(&calendar, open.share(start, due, 150).unwrap()), expected);
        assert_eq!(open.share(start, due, 100), Some(due));
    }
    let due = open.due(start, hours(2)).unwrap();
    assert_eq!(said(&calendar, open.share(start, due, 50).unwrap()), "Sat 2026-11-21 08:30 +08:00");
    assert_eq!(open.ahead_of(due, TimeDelta::minutes(90)), Some(at(SHANGHAI, "2026-11-21 08:00")));
    assert_eq!(open.ahead_of(due, TimeDelta::hours(2)), Some(start));
}

/// Each day of 2026 as PyPI's `chinesecalendar` 1.11.0 answers `is_workday`: 1 is a working day.
const WORKDAYS_2026: [&str; 12] = [
    "...111111..11111..11111..11111.",
    ".11111..111111.........11111",
    ".11111..11111..11111..11111..11",
    "111...1111..11111..11111..1111",
    ".....1111.11111..11111..11111..",
    "11111..11111..1111...11111..11",
    "111..11111..11111..11111..11111",
    "..11111..11111..11111..11111..1",
    "1111..11111..11111.11111...111",
    ".......111.11111..11111..11111.",
    ".11111..11111..11111..11111..1",
    "1111..11111..11111..11111..1111",
];

#[test]
fn x4_the_working_days_of_2026_are_those_of_chinesecalendar() {
    let holidays = [standard::chinese_holidays()];
    for (month, days) in (1..).zip(WORKDAYS_2026) {
        for (day, expected) in (1..).zip(days.chars()) {
            let date = NaiveDate::from_ymd_opt(2026, month, day).unwrap();
            assert_eq!(office().is_working_day(date, &holidays), expected == '1', "{date}");
        }
        let length = NaiveDate::from_ymd_opt(2026, month, 1).unwrap().num_days_in_month();
        assert_eq!(days.len(), usize::from(length));
    }
    let made_up = ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"];
    let of_2026 = holidays[0].work.iter().filter(|day| day.year() == 2026).map(ToString::to_string);
    assert_eq!(of_2026.collect::<Vec<_>>(), made_up);
}

#[test]
fn x4_a_due_moment_beyond_the_known_holidays_says_so() {
    let start = at(SHANGHAI, "2026-12-31 17:00");
    let open = open(&office(), start);
    assert!(open.is_known(open.due(start, hours(1)).unwrap()));
    assert!(!open.is_known(open.due(start, Budget::WorkingDays(1)).unwrap()));
    // Holidays that are named and not there are not "no holidays".
    assert!(office().open(&[], start, start).is_none());
}

#[test]
fn a_calendar_without_an_open_hour_promises_nothing() {
    let never = calendar(SHANGHAI, &[], &[], None);
    let start = at(SHANGHAI, "2026-11-20 09:00");
    let open = open(&never, start);
    assert_eq!(open.due(start, hours(1)), None);
    assert_eq!(open.due(start, Budget::WorkingDays(1)), None);
    assert_eq!(open.ahead_of(start, TimeDelta::hours(1)), None);
    // Nor does one far beyond any promise, or of a zone that is none.
    let office = calendar("Asia/Nowhere", &ALL, &[["09:00", "18:00"]], None);
    assert!(office.open(&[], start, start).is_none());
    assert!(twelve().open(&[], DateTime::UNIX_EPOCH, start).is_none());
    assert!(twelve().open(&[], DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC).is_none());
    assert_eq!(self::open(&twelve(), start).due(start, Budget::Minutes(u32::MAX)), None);
    assert_eq!(self::open(&twelve(), start).due(start, Budget::WorkingDays(u32::MAX)), None);
}

#[test]
fn the_hours_of_a_day_as_people_write_them() {
    for (text, minutes) in [("00:00", Some(0)), ("09:30", Some(570)), ("24:00", Some(1440))] {
        assert_eq!(minutes_of_day(text), minutes);
    }
    for text in ["", "9:30", "24:01", "12:60", "ab:cd", "+1:00", "99:99", "1２:00"] {
        assert_eq!(minutes_of_day(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn working_time_and_its_inverse_agree(which in 0usize..4, offset in 0i64..86_400 * 900, minutes in 1u32..6000) {
        let calendar = [office(), lunch(), day_and_night("America/New_York"), calendar("Australia/Lord_Howe", &ALL, &[["01:45", "02:10"], ["08:00", "24:00"]], None)][which].clone();
        let start = DateTime::from_timestamp(1_710_000_000 + offset, 0).unwrap();
        let hours = open(&calendar, start);
        let time = TimeDelta::minutes(i64::from(minutes));
        let due = hours.due(start, Budget::Minutes(minutes)).unwrap();
        prop_assert_eq!(hours.between(start, due), time);
        // One moment sooner it was not yet due, and time never runs backward.
        prop_assert!(hours.between(start, due - TimeDelta::milliseconds(1)) < time);
        prop_assert!(hours.worked(start) <= hours.worked(due));
        let latest = hours.ahead_of(due, time).unwrap();
        prop_assert!(latest >= start && hours.between(latest, due) == time);
        // Two promises one after the other are one of both together.
        let (first, rest) = (minutes / 3, minutes - minutes / 3);
        let first = hours.due(start, Budget::Minutes(first)).unwrap();
        prop_assert_eq!(hours.due(first, Budget::Minutes(rest)), Some(due));
    }
}
