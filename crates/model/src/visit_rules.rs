//! What of a standard whoever goes there keeps to. It travels with the work order, so that a phone without signal goes by
//! the version that the work order began under.

use crate::{Sheet, Text, WorkOrder, change::Rating, closing::Acceptance, sheet::Stage, times::SpanKind};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A kind of job: the professional type of what is to be done (A10), with what it asks of whoever does it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct JobKind {
    pub key: String,
    pub name: Text,
    /// Keys of the problem types that lead to it (A9).
    pub problem_types: Vec<String>,
    /// When the customer is called (X13).
    #[serde(default)]
    pub calls: Vec<Call>,
    /// The forms of acceptance that it allows (X14); none: those of the close rule.
    #[serde(default)]
    pub accepted: Vec<Acceptance>,
}

/// A call to the customer on the way there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// Time and manner of the visit are agreed (E6).
    BeforeLeaving,
    /// Ten minutes ahead (A23).
    BeforeArriving,
}

/// One answer of a scale of satisfaction (B13, E14, X16).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Mark {
    pub rating: Rating,
    pub name: Text,
    pub points: u32,
}

/// What goes with the work order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitRules {
    /// The kind of job; nothing where the standard tells none apart.
    pub job: Option<Text>,
    /// When the customer hears how it goes, in per cent of the estimate (B11, X20).
    pub progress_percent: u32,
    pub calls: Vec<Call>,
    /// The forms of acceptance that close it (X14).
    pub accepted: Vec<Acceptance>,
    /// What the customer chooses from (X16).
    pub scale: Vec<Mark>,
}

impl Default for VisitRules {
    /// For what was made before standards said it, and on site, where none says anything.
    fn default() -> Self {
        Self {
            job: None,
            progress_percent: 50,
            calls: Vec::new(),
            accepted: Vec::new(),
            scale: usual_scale(),
        }
    }
}

impl VisitRules {
    /// As they are where no standard says anything: such a work order travels without them.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    pub fn mark(&self, rating: Rating) -> Option<&Mark> {
        self.scale.iter().find(|mark| mark.rating == rating)
    }
}

/// E's four answers with their points, which are not evenly spaced (E14).
pub fn usual_scale() -> Vec<Mark> {
    let mark = |rating, en, zh, points| Mark { rating, name: Text::new(en, zh), points };
    vec![
        mark(Rating::VerySatisfied, "Very satisfied", "很满意", 5),
        mark(Rating::Satisfied, "Satisfied", "满意", 3),
        mark(Rating::Average, "Average", "一般", 2),
        mark(Rating::NotSatisfied, "Not satisfied", "不满意", 0),
    ]
}

impl WorkOrder {
    /// Minutes of work after which the customer hears how it goes (B11); nothing once they have.
    pub fn tell_after(&self, sheet: &Sheet) -> Option<u32> {
        let percent = self.rules.progress_percent;
        let is_told = progress_due(self.estimate, percent, sheet).is_some_and(|due| sheet.is_told_since(due));
        let share = u64::from(self.estimate) * u64::from(percent) / 100;
        (!is_told).then(|| u32::try_from(share).unwrap_or(u32::MAX))
    }

    /// The calls that the kind of job asks for and that nobody has made: somebody was reached, or a message was left (X13).
    /// Whoever has not accepted yet need not call, nor who is there.
    pub fn calls_due(&self, sheet: &Sheet) -> Vec<Call> {
        if !matches!(sheet.stage, Stage::Accepted | Stage::Departed) {
            return Vec::new();
        }
        let left = sheet.spans.iter().find(|span| span.kind == SpanKind::Travel).map(|span| span.from);
        let made = |call| {
            sheet.told().any(|contact| match (call, left) {
                (Call::BeforeLeaving, left) => left.is_none_or(|left| contact.at <= left),
                (Call::BeforeArriving, left) => left.is_some_and(|left| contact.at >= left),
            })
        };
        // What was not done before leaving cannot be done any more.
        let in_time = |call| (call == Call::BeforeLeaving) == left.is_none();
        self.rules.calls.iter().copied().filter(|call| in_time(*call) && !made(*call)).collect()
    }
}

/// When so many per cent of the estimate are worked: a moment to come while the clock runs, none while it stands before
/// that (B11).
pub fn progress_due(estimate: u32, percent: u32, sheet: &Sheet) -> Option<DateTime<Utc>> {
    let share = (i64::from(estimate) * 60_000).saturating_mul(i64::from(percent)) / 100;
    let mut left = TimeDelta::milliseconds(share);
    for span in sheet.spans.iter().filter(|span| span.kind == SpanKind::Work) {
        let worked = span.to.map(|to| (to - span.from).max(TimeDelta::zero()));
        match worked {
            Some(worked) if worked <= left => left -= worked,
            _ => return span.from.checked_add_signed(left),
        }
    }
    None
}

#[cfg(test)]
mod tests;
