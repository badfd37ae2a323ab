//! Travel, work and pause, from the taps that were made anyway.

use crate::{ChangeId, change::PauseReason, moment::millis};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SpanKind {
    Travel,
    Work,
    Pause,
}

/// One stretch of time; `to` is open while it runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Span {
    /// The change that began it.
    pub id: ChangeId,
    pub kind: SpanKind,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub from: DateTime<Utc>,
    #[ts(type = "string | null")]
    #[serde(with = "millis::option")]
    pub to: Option<DateTime<Utc>>,
    /// Offset from UTC where it began, in minutes.
    pub offset: i32,
    #[serde(default)]
    pub pause: Option<PauseReason>,
    /// Why it was corrected by hand, if it was.
    #[serde(default)]
    pub corrected: Option<String>,
}

impl Span {
    /// Whole minutes, an open span counted up to `now`; a span that would be negative is none.
    pub fn minutes(&self, now: DateTime<Utc>) -> u32 {
        let seconds = (self.to.unwrap_or(now) - self.from).num_seconds().max(0);
        u32::try_from((seconds + 30) / 60).unwrap_or(u32::MAX)
    }
}

/// Whole minutes of one kind.
pub fn minutes_of(spans: &[Span], kind: SpanKind, now: DateTime<Utc>) -> u32 {
    spans.iter().filter(|s| s.kind == kind).map(|s| s.minutes(now)).fold(0, u32::saturating_add)
}

/// Ends what runs and begins a stretch of `kind`.
pub(crate) fn begin(spans: &mut Vec<Span>, span: Span) {
    if let Some(last) = spans.last()
        && last.to.is_none()
        && last.kind == span.kind
    {
        return; // pressed twice
    }
    end(spans, span.from);
    spans.push(span);
}

pub(crate) fn end(spans: &mut [Span], at: DateTime<Utc>) {
    if let Some(last) = spans.last_mut()
        && last.to.is_none()
    {
        last.to = Some(at.max(last.from));
    }
}
