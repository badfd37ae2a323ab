//! Holidays and make-up workdays as authorities and calendars publish them: JSON, CSV or ICS. Each mistake is said by its
//! line, and nothing is taken over while there is one.

use super::Finding;
use crate::{Text, calendar::Holidays};
use chrono::{Datelike, Days, NaiveDate};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Days that are not what their weekday says: `true` where it is worked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadDays(pub BTreeMap<NaiveDate, bool>);

/// More than this is no list of holidays.
const MOST_DAYS: usize = 5000;
/// An entry of a calendar that lasts longer is no holiday.
const LONGEST: u64 = 60;

struct Reading {
    /// With the line that said it.
    days: BTreeMap<NaiveDate, (bool, usize)>,
    found: Vec<Finding>,
}

fn at_line(line: usize, en: &str, zh: &str) -> Finding {
    Finding {
        path: format!("line {line}"),
        is_error: true,
        text: Text::new(format!("Line {line}: {en}"), format!("第 {line} 行：{zh}")),
    }
}

impl Reading {
    fn wrong(&mut self, line: usize, en: &str, zh: &str) {
        self.found.push(at_line(line, en, zh));
    }

    fn day(&mut self, line: usize, day: NaiveDate, works: bool) {
        match self.days.get(&day) {
            Some((other, first)) if *other != works => {
                let (en, zh) = (
                    format!("{day} is off and a workday; line {first} says otherwise."),
                    format!("{day} 既是休息日又是工作日，与第 {first} 行矛盾。"),
                );
                self.wrong(line, &en, &zh);
            }
            Some(_) => {}
            None => {
                self.days.insert(day, (works, line));
            }
        }
    }
}

/// Reads such a file. What it is shows by how it begins.
pub fn read_days(file: &str) -> Result<ReadDays, Vec<Finding>> {
    let file = file.trim_start_matches('\u{feff}');
    let mut reading = Reading { days: BTreeMap::new(), found: Vec::new() };
    match file.trim_start() {
        json if json.starts_with(['{', '[']) => from_json(file, &mut reading),
        ics if ics.get(..15).is_some_and(|begin| begin.eq_ignore_ascii_case("BEGIN:VCALENDAR")) => {
            from_ics(file, &mut reading);
        }
        _ => from_csv(file, &mut reading),
    }
    if reading.found.is_empty() && reading.days.is_empty() {
        reading.wrong(1, "there is no day in this file.", "文件中没有任何日期。");
    }
    if reading.days.len() > MOST_DAYS {
        reading.wrong(1, "these are more days than a list of holidays has.", "日期过多，不像节假日表。");
    }
    if reading.found.is_empty() {
        Ok(ReadDays(reading.days.into_iter().map(|(day, (works, _))| (day, works)).collect()))
    } else {
        Err(reading.found)
    }
}

fn day(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    let date = ["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d"]
        .iter()
        .find_map(|as_| NaiveDate::parse_from_str(text, as_).ok())?;
    (1990..2200).contains(&date.year()).then_some(date)
}

/// Whether a word says that it is worked.
fn works(word: &str) -> Option<bool> {
    match word.trim().to_lowercase().as_str() {
        "off" | "holiday" | "closed" | "休" | "放假" | "休息" | "节假日" => Some(false),
        "work" | "workday" | "working" | "open" | "班" | "上班" | "补班" | "工作日" | "调休上班" => {
            Some(true)
        }
        _ => None,
    }
}

// --- CSV -------------------------------------------------------------------------------------------

fn from_csv(file: &str, reading: &mut Reading) {
    for (n, line) in file.lines().enumerate() {
        let cells: Vec<_> =
            line.split([',', ';', '\t', '，']).map(|cell| cell.trim().trim_matches('"')).collect();
        if line.trim().is_empty() || (n == 0 && cells.iter().all(|cell| day(cell).is_none())) {
            // Blank, or the heading.
            continue;
        }
        let Some(date) = cells.first().and_then(|cell| day(cell)) else {
            let first = cells.first().copied().unwrap_or_default();
            reading.wrong(
                n + 1,
                &format!("“{first}” is no date like 2027-01-01."),
                &format!("“{first}”不是 2027-01-01 这样的日期。"),
            );
            continue;
        };
        match cells.get(1).and_then(|cell| works(cell)) {
            Some(works) => reading.day(n + 1, date, works),
            None => {
                let word = cells.get(1).copied().unwrap_or_default();
                reading.wrong(
                    n + 1,
                    &format!("“{word}” is neither “off” nor “work”."),
                    &format!("“{word}”既不是“休”也不是“班”。"),
                );
            }
        }
    }
}

// --- ICS -------------------------------------------------------------------------------------------

/// Entries of whole days. Its last day is the one before `DTEND` (RFC 5545); a make-up workday says so in its summary.
fn from_ics(file: &str, reading: &mut Reading) {
    let mut event: Option<(usize, Option<NaiveDate>, Option<NaiveDate>, String)> = None;
    for (n, line) in unfolded(file) {
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        let name = name.split(';').next().unwrap_or_default().to_uppercase();
        // With a time after it, it is an appointment: its day counts.
        let date = value.get(..8).and_then(day);
        match (name.as_str(), &mut event) {
            ("BEGIN", _) if value.trim().eq_ignore_ascii_case("VEVENT") => {
                event = Some((n, None, None, String::new()));
            }
            ("DTSTART" | "DTEND", Some(_)) if date.is_none() => {
                reading.wrong(n, &format!("“{value}” is no date."), &format!("“{value}”不是日期。"));
            }
            ("DTSTART", Some((_, start, ..))) => *start = date,
            ("DTEND", Some((_, _, end, _))) => *end = date,
            ("SUMMARY", Some((.., summary))) => value.clone_into(summary),
            ("RRULE", Some(_)) => {
                reading.wrong(n, "an entry that repeats is not taken.", "不支持重复事件。");
            }
            ("END", Some(_)) if value.trim().eq_ignore_ascii_case("VEVENT") => {
                let Some((begun, start, end, summary)) = event.take() else { continue };
                let Some(start) = start else {
                    reading.wrong(begun, "this entry has no day.", "该事件没有日期。");
                    continue;
                };
                let works = summary.contains('班') || summary.to_lowercase().contains("work");
                let length = end.map_or(1, |end| (end - start).num_days().max(1));
                let length = u64::try_from(length).unwrap_or(1);
                if length > LONGEST {
                    reading.wrong(begun, "this entry lasts for months.", "该事件持续数月，不是节假日。");
                    continue;
                }
                for date in (0..length).filter_map(|n| start.checked_add_days(Days::new(n))) {
                    reading.day(begun, date, works);
                }
            }
            _ => {}
        }
    }
    if event.is_some() {
        reading.wrong(file.lines().count(), "the file ends in the middle.", "文件不完整。");
    }
}

/// Lines that go on with a blank belong to the one before.
fn unfolded(file: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (n, line) in file.lines().enumerate() {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some((_, last))) => last.push_str(rest),
            _ => lines.push((n + 1, line.trim_end().to_owned())),
        }
    }
    lines
}

// --- JSON ------------------------------------------------------------------------------------------

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    /// As it stands in a standard.
    Own {
        off: Vec<String>,
        work: Vec<String>,
    },
    /// As `holiday-cn` has it.
    Year {
        days: Vec<Day>,
    },
    Days(Vec<Day>),
}

#[derive(Deserialize)]
struct Day {
    date: String,
    #[serde(alias = "isOffDay")]
    off: bool,
}

fn from_json(file: &str, reading: &mut Reading) {
    let written: Written = match serde_json::from_str(file) {
        Ok(written) => written,
        Err(why) => {
            let en = "this is no list of days: {\"off\": [...], \"work\": [...]}, or days with date and off.";
            let zh = "这不是日期表：应为 {\"off\": [...], \"work\": [...]}，或含 date 和 off 的列表。";
            return reading.wrong(why.line().max(1), en, zh);
        }
    };
    let days: Vec<(String, bool)> = match written {
        Written::Own { off, work } => {
            let off = off.into_iter().map(|date| (date, false));
            off.chain(work.into_iter().map(|date| (date, true))).collect()
        }
        Written::Year { days } | Written::Days(days) => {
            days.into_iter().map(|day| (day.date, !day.off)).collect()
        }
    };
    for (date, works) in days {
        // JSON says nothing of lines; the text does.
        let quoted = format!("\"{date}\"");
        let line = file.lines().position(|line| line.contains(&quoted)).map_or(1, |n| n + 1);
        match day(&date) {
            Some(date) => reading.day(line, date, works),
            None => reading.wrong(line, &format!("“{date}” is no date."), &format!("“{date}”不是日期。")),
        }
    }
}

impl Holidays {
    /// Takes over what a file says of its years, first to last; what the list said of these years is gone. A year that
    /// nobody has spoken of may not lie between.
    pub fn take(&mut self, days: &ReadDays) -> Result<(), Finding> {
        let year = |day: &NaiveDate| day.year();
        let (Some(first), Some(last)) = (days.0.keys().next().map(year), days.0.keys().next_back().map(year))
        else {
            return Ok(());
        };
        if first > self.to.year() + 1 || last < self.from.year() - 1 {
            let (from, to) = (self.from.year(), self.to.year());
            let en = format!("The list knows {from} to {to}; the years between are missing.");
            let zh = format!("节假日表现有 {from} 至 {to} 年，中间年份缺失。");
            return Err(Finding::error("holidays", en, zh));
        }
        let spoken_of = |day: &NaiveDate| (first..=last).contains(&day.year());
        self.off.retain(|day| !spoken_of(day));
        self.work.retain(|day| !spoken_of(day));
        for (day, works) in &days.0 {
            if *works {
                self.work.insert(*day)
            } else {
                self.off.insert(*day)
            };
        }
        let (from, to) = (NaiveDate::from_ymd_opt(first, 1, 1), NaiveDate::from_ymd_opt(last, 12, 31));
        self.from = from.map_or(self.from, |from| self.from.min(from));
        self.to = to.map_or(self.to, |to| self.to.max(to));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standard::chinese_holidays;

    fn lines(file: &str) -> Vec<String> {
        read_days(file).unwrap_err().into_iter().map(|one| one.path).collect()
    }

    #[test]
    fn x4_the_same_days_are_read_from_csv_ics_and_json() {
        let wanted = ReadDays(BTreeMap::from([
            (NaiveDate::from_ymd_opt(2027, 1, 1).unwrap(), false),
            (NaiveDate::from_ymd_opt(2027, 1, 2).unwrap(), false),
            (NaiveDate::from_ymd_opt(2027, 1, 9).unwrap(), true),
        ]));
        let files = [
            "\u{feff}date,kind,name\n2027-01-01,off,New Year\n2027/1/2,休\n\n20270109,班,元旦补班\n",
            "2027-01-01;holiday\n2027-01-02;off\n2027-01-09;work\n",
            "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:元旦（休）\r\nDTSTART;VALUE=DATE:20270101\r\nDTEND;VALUE=DATE:20270103\r\n\
             END:VEVENT\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:2027\r\n 0109\r\nSUMMARY:元旦（班）\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
            r#"{"off": ["2027-01-01", "2027-01-02"], "work": ["2027-01-09"]}"#,
            r#"{"year": 2027, "papers": [], "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": true},
                {"name": "元旦", "date": "2027-01-02", "isOffDay": true}, {"name": "元旦", "date": "2027-01-09", "isOffDay": false}]}"#,
            r#"[{"date": "2027-01-01", "off": true}, {"date": "2027-01-02", "off": true}, {"date": "2027-01-09", "off": false}]"#,
        ];
        for file in files {
            assert_eq!(read_days(file), Ok(wanted.clone()), "{file}");
        }
    }

    #[test]
    fn x4_each_mistake_in_a_list_of_holidays_is_said_by_its_line() {
        let files: [(&str, &[&str]); 10] = [
            ("", &["line 1"]),
            ("date,kind\n", &["line 1"]),
            (
                "2027-01-01,off\n2027-02-30,off\n2027-01-03,perhaps\n2027-01-04\n",
                &["line 2", "line 3", "line 4"],
            ),
            ("2027-01-01,off\n2027-01-01,work\n", &["line 2"]),
            ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT\n", &["line 2"]),
            (
                "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:soon\nRRULE:FREQ=YEARLY\n",
                &["line 3", "line 4", "line 4"],
            ),
            ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20270101\nDTEND:20290101\nEND:VEVENT\n", &["line 2"]),
            ("{\n  \"off\": 3\n}", &["line 1"]),
            ("{\"off\": [\n\"2027-01-01\",\n\"2027-13-01\"], \"work\": []}", &["line 3"]),
            ("[{\"date\": \"9999-01-01\", \"off\": true}]", &["line 1"]),
        ];
        for (file, wanted) in files {
            assert_eq!(lines(file), wanted, "{file}");
        }
    }

    #[test]
    fn x4_a_new_year_is_added_and_an_old_one_said_anew() {
        let mut list = chinese_holidays();
        let before = list.off.len();
        list.take(&read_days("2027-01-01,off\n2027-01-09,work").unwrap()).unwrap();
        assert_eq!((list.off.len(), list.to), (before + 1, NaiveDate::from_ymd_opt(2027, 12, 31).unwrap()));
        list.take(&read_days("2027-01-02,off").unwrap()).unwrap();
        assert_eq!(list.off.len(), before + 1);
        assert!(!list.off.contains(&NaiveDate::from_ymd_opt(2027, 1, 1).unwrap()));
        assert!(list.work.iter().all(|day| day.year() < 2027));
        // Nobody has said anything of 2028.
        let unchanged = list.clone();
        assert_eq!(list.take(&read_days("2029-01-01,off").unwrap()).unwrap_err().path, "holidays");
        assert_eq!(list, unchanged);
    }
}
