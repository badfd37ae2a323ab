//! When something happened, as far as a phone can know (P23).
//!
//! A phone's clock may be wrong and may be changed at any time. A moment therefore keeps the wall clock
//! *and* what does not follow it: the time since the phone was started, which start that was, and the
//! last office time this phone saw.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Moment {
    /// The phone's clock, in UTC, to the millisecond.
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub utc: DateTime<Utc>,
    /// The phone's offset from UTC in minutes, east positive.
    pub offset: i32,
    /// Milliseconds since the phone was started; does not jump when the clock is set.
    #[ts(type = "number")]
    pub elapsed: u64,
    /// Which start of the phone `elapsed` counts from.
    pub boot: String,
    /// How far the phone's clock was ahead of the office's when they last met, in milliseconds; `null`
    /// when they never met since this start.
    #[ts(type = "number | null")]
    pub ahead: Option<i64>,
}

impl Moment {
    /// The best guess at the true instant: the phone's clock less the difference it knows of, unless that leads
    /// to no instant that can be written.
    pub fn best(&self) -> DateTime<Utc> {
        let ahead = TimeDelta::try_milliseconds(self.ahead.unwrap_or(0));
        let best = ahead.and_then(|ahead| self.utc.checked_sub_signed(ahead));
        best.filter(millis::can_be_written).unwrap_or(self.utc)
    }
}

/// A phone whose time zone is not the one that was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OtherZone {
    /// Minutes from UTC, east positive.
    pub offset: i32,
    pub expected: i32,
    /// Expected is the office's zone, not the one of the record before.
    pub by_office: bool,
}

/// Is a phone in another zone than the office, or, where that is not known, than it was in when it last recorded
/// something? Instants are kept in UTC, so nothing but what is shown depends on it (P23).
pub fn other_zone(offset: i32, office: Option<i32>, before: Option<i32>) -> Option<OtherZone> {
    let expected = office.or(before)?;
    (offset != expected).then_some(OtherZone { offset, expected, by_office: office.is_some() })
}

/// `UTC+08:00`
pub fn zone_text(offset: i32) -> String {
    let (sign, minutes) = (if offset < 0 { '-' } else { '+' }, offset.unsigned_abs());
    format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// A clock that is off by this many milliseconds is worth telling somebody.
pub const CLOCK_OFF: u64 = 60_000;

/// RFC 3339 with exactly three decimals and `Z`, so that equal instants have equal bytes.
pub mod millis {
    use chrono::{DateTime, Datelike, SecondsFormat, SubsecRound, Utc};
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn text(instant: &DateTime<Utc>) -> String {
        instant.to_rfc3339_opts(SecondsFormat::Millis, true)
    }

    /// RFC 3339 has years of four digits. What was written otherwise could not be read again.
    pub fn can_be_written(instant: &DateTime<Utc>) -> bool {
        (0..=9999).contains(&instant.year())
    }

    /// What is finer than a millisecond goes here, and not when it is written again: what was read is what is kept.
    fn read<E: serde::de::Error>(text: &str) -> Result<DateTime<Utc>, E> {
        let instant =
            DateTime::parse_from_rfc3339(text).map_err(E::custom)?.with_timezone(&Utc).trunc_subsecs(3);
        if can_be_written(&instant) { Ok(instant) } else { Err(E::custom("a year beyond four digits")) }
    }

    pub fn serialize<S: Serializer>(instant: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&text(instant))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
        let text = String::deserialize(deserializer)?;
        read(&text)
    }

    /// The same for an instant that may be absent.
    pub mod option {
        use super::*;

        pub fn serialize<S: Serializer>(
            instant: &Option<DateTime<Utc>>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            match instant {
                Some(instant) => serializer.serialize_some(&text(instant)),
                None => serializer.serialize_none(),
            }
        }

        pub fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<DateTime<Utc>>, D::Error> {
            let text = Option::<String>::deserialize(deserializer)?;
            text.map(|text| read(&text)).transpose()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fast_clock_is_taken_back_by_what_it_is_ahead() {
        let utc: DateTime<Utc> = "2026-11-22T09:12:00Z".parse().unwrap();
        let moment = Moment { utc, offset: 480, elapsed: 5, boot: "b".into(), ahead: Some(720_000) };
        assert_eq!(moment.best().to_rfc3339(), "2026-11-22T09:00:00+00:00");
        let json = serde_json::to_value(&moment).unwrap();
        assert_eq!(json["utc"], "2026-11-22T09:12:00.000Z");
        assert_eq!(serde_json::from_value::<Moment>(json).unwrap(), moment);
    }

    #[test]
    fn p23_a_zone_is_compared_with_the_offices_or_else_with_the_record_before() {
        let other = |offset, expected, by_office| Some(OtherZone { offset, expected, by_office });
        for (offset, office, before, found) in [
            (480, None, None, None),
            (480, None, Some(480), None),
            (540, None, Some(480), other(540, 480, false)),
            (480, Some(480), Some(540), None),
            (540, Some(480), Some(540), other(540, 480, true)),
            (-300, Some(0), None, other(-300, 0, true)),
        ] {
            assert_eq!(other_zone(offset, office, before), found, "{offset} {office:?} {before:?}");
        }
        let texts = [480, 0, -210, 345, i32::MIN].map(zone_text);
        assert_eq!(texts[..4], ["UTC+08:00", "UTC+00:00", "UTC-03:30", "UTC+05:45"]);
    }

    #[test]
    fn an_instant_that_could_not_be_written_is_none() {
        let utc: DateTime<Utc> = "2026-11-22T09:12:00Z".parse().unwrap();
        for ahead in [i64::MIN, i64::MAX, -300_000_000_000_000, 70_000_000_000_000] {
            let moment = Moment { utc, offset: 0, elapsed: 5, boot: "b".into(), ahead: Some(ahead) };
            assert_eq!(moment.best(), utc, "{ahead}");
        }
        let mut json =
            serde_json::json!({ "utc": "", "offset": 0, "elapsed": 5, "boot": "b", "ahead": null });
        for text in ["+12000-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "0000-01-01T00:00:00+23:59"] {
            json["utc"] = text.into();
            assert!(serde_json::from_value::<Moment>(json.clone()).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_finer_than_a_millisecond_is_not_kept_in_memory_only() {
        let json = serde_json::json!({ "utc": "2026-11-22T09:12:00.1239Z", "offset": 0, "elapsed": 5, "boot": "b", "ahead": null });
        let read: Moment = serde_json::from_value(json).unwrap();
        let again: Moment = serde_json::from_value(serde_json::to_value(&read).unwrap()).unwrap();
        assert_eq!(again, read);
    }
}
