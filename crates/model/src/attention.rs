//! What a person at the office may decide of an attention, and which one to look at first. A decision says what was
//! done about it; the record itself is never changed.

use crate::act::Attention;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// The record is right as it is.
    Stands,
    /// It is put right: recorded anew, or agreed with whoever recorded it.
    PutRight,
    /// It was looked into, and nothing is missing.
    Checked,
    /// The phone's clock or zone is set right.
    PhoneSet,
    /// The technician was reached.
    Reached,
    HelpSent,
    /// Given, or given again, to a technician or whoever it concerns.
    GivenOn,
    /// Ordered, or on its way.
    Ordered,
    /// It is not given: the technician is told why.
    NotGiven,
    CustomerTold,
    /// Another visit, linked with this one (D13, E13).
    AnotherVisit,
    /// Settled with a customer who was not content.
    Settled,
    /// The promise was kept.
    Met,
    /// It was not.
    Missed,
    /// Seen, and nothing to do.
    Noted,
    /// Somebody deals with it once more, until a deadline (B14).
    SecondHandling,
    /// It goes to the director, until a deadline (B14).
    ToDirector,
    /// The customer stays discontent; the director ends it.
    LeftOpen,
    /// What was done without asking is agreed to.
    Granted,
    /// It is not.
    NotGranted,
    /// What came late is no part of the sheet. The journal keeps it.
    NotAccepted,
    /// The closed work order is opened again.
    Reopen,
}

/// Who deals with something until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Handling {
    pub person: String,
    #[ts(type = "string")]
    #[serde(with = "crate::moment::millis")]
    pub until: DateTime<Utc>,
}

impl Choice {
    /// Needs somebody who deals with it, and a deadline.
    pub fn is_handed_on(self) -> bool {
        matches!(self, Choice::SecondHandling | Choice::ToDirector)
    }

    /// What is raised by deciding so, for whoever deals with it.
    pub fn raises(self) -> Option<Attention> {
        match self {
            Choice::SecondHandling => Some(Attention::SecondHandling),
            Choice::ToDirector => Some(Attention::WithDirector),
            _ => None,
        }
    }
}

impl Attention {
    /// What fits this one, the likeliest first.
    pub fn choices(self) -> &'static [Choice] {
        use Choice::*;
        match self {
            Attention::Late => &[Stands, NotAccepted, PutRight],
            Attention::Differs => &[Stands, PutRight],
            Attention::AfterClosing => &[Stands, Reopen],
            Attention::Refused => &[PutRight, Noted],
            Attention::SameIdOtherBody | Attention::Forked | Attention::Copied => &[Checked, PutRight],
            Attention::Clock | Attention::Zone => &[PhoneSet, Noted],
            Attention::Undelivered
            | Attention::OfferExpired
            | Attention::Unassigned
            | Attention::NobodyFits => &[GivenOn, Reached, Noted],
            Attention::HeldUp => &[HelpSent, CustomerTold, GivenOn, Noted],
            Attention::ProgressDue => &[CustomerTold, Noted],
            Attention::StillDark => &[Reached, HelpSent],
            Attention::Breached | Attention::CeilingPassed => &[CustomerTold, Met, Noted],
            Attention::Undetermined => &[Met, Missed],
            Attention::AcceptanceFailed => &[AnotherVisit, SecondHandling, Settled, CustomerTold],
            Attention::NotSatisfied => &[SecondHandling, AnotherVisit, Settled],
            Attention::SecondHandling => &[Settled, AnotherVisit, ToDirector],
            Attention::WithDirector => &[Settled, AnotherVisit, LeftOpen],
            Attention::Unfinished => &[AnotherVisit, Settled, CustomerTold],
            Attention::BeyondStock => &[Granted, NotGranted, Checked],
            Attention::PartRequested => &[Ordered, NotGiven, CustomerTold, Noted],
            Attention::Goodwill => &[Stands, PutRight],
            Attention::NoQuote => &[CustomerTold, Settled, Noted],
            Attention::Suggested => &[GivenOn, Noted],
        }
    }

    /// 0 is looked at first: somebody may be in need; then a customer waits; then a record is in doubt.
    pub fn urgency(self) -> u8 {
        match self {
            Attention::StillDark => 0,
            Attention::CeilingPassed
            | Attention::AcceptanceFailed
            | Attention::NotSatisfied
            | Attention::SecondHandling
            | Attention::WithDirector
            | Attention::Unfinished
            | Attention::Breached
            | Attention::Undelivered
            | Attention::OfferExpired
            | Attention::PartRequested
            | Attention::Unassigned
            | Attention::NobodyFits
            | Attention::HeldUp => 1,
            Attention::Late
            | Attention::Refused
            | Attention::Differs
            | Attention::SameIdOtherBody
            | Attention::Forked
            | Attention::Copied
            | Attention::BeyondStock
            | Attention::AfterClosing
            | Attention::Goodwill
            | Attention::NoQuote
            | Attention::Undetermined => 2,
            Attention::ProgressDue | Attention::Clock | Attention::Zone | Attention::Suggested => 3,
        }
    }
}
