//! When a work order is over for the firm (E10, B15, D13): what must be there is data of the service standard, so a work
//! order is closed by the rule that it began under. A person may close one that lacks something, and says why.

use crate::{Sheet, Stage, WorkOrder, change::Rating};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// So long a visit that is over stays on its technician's phone: to look at, and to amend.
pub const STAYS_ON_PHONES: TimeDelta = TimeDelta::days(14);

/// What must be there before a work order is closed (X15).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CloseRule {
    /// Any one of these.
    pub accepted: Vec<Acceptance>,
    /// All photos are at the office.
    pub photos: bool,
    /// Nothing waits for a decision.
    pub decided: bool,
    /// The customer is content, or was made so (B15).
    pub satisfied: bool,
    /// The customer was called back (E12). Nobody can record that yet: such work orders are closed by hand.
    #[serde(default)]
    pub call_back: bool,
    /// It is closed as soon as all is there; otherwise a person does it.
    pub by_itself: bool,
    /// Hours that a second handling may take before it is the director's (B14), and the director after that.
    pub second_handling_hours: u32,
    /// Who handles what a customer is not content with, and who after that (X18); empty: it is said each time, and the
    /// director has no name.
    #[serde(default)]
    pub handled_by: String,
    #[serde(default)]
    pub director: String,
}

/// What the rule gives whoever handles what a customer is not content with (B14, X18).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecondHandlingRule {
    pub hours: u32,
    /// Who does it, and who after that; empty where nobody is named.
    pub by: String,
    pub director: String,
}

impl CloseRule {
    pub fn second_handling(&self) -> SecondHandlingRule {
        let (by, director) = (self.handled_by.clone(), self.director.clone());
        SecondHandlingRule { hours: self.second_handling_hours, by, director }
    }
}

/// A form of acceptance (X14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Acceptance {
    Signed,
    /// Not signed, with the reason, and a photo shows how it was left (D13).
    RefusedWithPhoto,
    /// Signed on paper, by whom is named, and photos show it (E11).
    Paper,
    /// Another visit goes on with it (E13).
    GoesOn,
}

/// What is not there yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    Acceptance,
    Photos,
    Decisions,
    Satisfaction,
    CallBack,
}

impl Default for CloseRule {
    /// Where no standard says otherwise, such as for a sheet opened on site.
    fn default() -> Self {
        use Acceptance::*;
        Self {
            accepted: vec![Signed, RefusedWithPhoto, Paper, GoesOn],
            photos: true,
            decided: true,
            satisfied: false,
            call_back: false,
            by_itself: true,
            second_handling_hours: 24,
            handled_by: String::new(),
            director: String::new(),
        }
    }
}

/// What is known of a work order that came back.
pub struct Back<'a> {
    pub order: &'a WorkOrder,
    pub sheet: &'a Sheet,
    pub photos_missing: bool,
    /// How much waits for a decision.
    pub undecided: u32,
    /// A customer who was not content has been made so.
    pub settled: bool,
}

/// Nothing more is expected of a technician: it may be closed, by the rule or by hand.
pub fn is_over(order: &WorkOrder, sheet: &Sheet) -> bool {
    order.cancelled.is_some() || sheet.stage == Stage::WorkDone || visited_and_over(sheet)
}

fn visited_and_over(sheet: &Sheet) -> bool {
    sheet.stage.is_over() && sheet.stage != Stage::Declined
}

/// What a work order lacks to be closed by the rule.
pub fn lacks(rule: &CloseRule, back: &Back<'_>) -> Vec<Lack> {
    let Back { order, sheet, photos_missing, undecided, settled } = back;
    let mut lacks = Vec::new();
    // Nobody accepts what was called off.
    if order.cancelled.is_none() {
        // What was made before there were kinds of jobs goes by the rule alone.
        let of_job = if order.rules.is_default() { &rule.accepted } else { &order.rules.accepted };
        if !of_job.iter().any(|form| is_accepted(*form, order, sheet)) {
            lacks.push(Lack::Acceptance);
        }
        let unhappy = sheet.sign_off.as_ref().is_some_and(|one| one.act.rating == Rating::NotSatisfied);
        if rule.satisfied && unhappy && !settled && order.followed_by.is_none() {
            lacks.push(Lack::Satisfaction);
        }
        if rule.call_back {
            lacks.push(Lack::CallBack);
        }
    }
    if rule.photos && *photos_missing {
        lacks.push(Lack::Photos);
    }
    if rule.decided && *undecided > 0 {
        lacks.push(Lack::Decisions);
    }
    lacks.sort_unstable();
    lacks
}

fn is_accepted(form: Acceptance, order: &WorkOrder, sheet: &Sheet) -> bool {
    match form {
        Acceptance::Signed => sheet.stage == Stage::SignedOff && sheet.sign_off.is_some(),
        Acceptance::RefusedWithPhoto => sheet.stage == Stage::SignOffRefused && !sheet.photos.is_empty(),
        Acceptance::Paper => sheet.stage == Stage::SignedOnPaper && sheet.on_paper.is_some(),
        Acceptance::GoesOn => visited_and_over(sheet) && order.followed_by.is_some(),
    }
}

#[cfg(test)]
mod tests;
