//! Who comes, and when: what the customer is to know of a visit that lies ahead (A14), and again when it changes (A16).

use crate::{Sheet, Stage, TechnicianId, WorkOrder, moment::millis, work_order::AssignmentState};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Expected {
    pub technician: TechnicianId,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub from: DateTime<Utc>,
    /// The end of the window; none where one moment was named.
    #[ts(type = "string | null")]
    #[serde(with = "millis::option")]
    pub to: Option<DateTime<Utc>>,
    /// Later than was agreed.
    pub late: bool,
}

/// How the customer was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ToldBy {
    Telephone,
    Message,
    Email,
}

/// What the customer is to know by now; nothing while nobody has accepted, and once somebody is there. Nothing either where
/// the technician has agreed on a time with the customer and said nothing else since (A23).
pub fn expected(order: &WorkOrder, sheet: &Sheet) -> Option<Expected> {
    let is_coming = order.assignment.state == AssignmentState::Assigned
        && matches!(sheet.stage, Stage::Accepted | Stage::Departed)
        && order.cancelled.is_none();
    if !is_coming {
        return None;
    }
    let technician = order.assignment.technician;
    let agreed = sheet.contacts.iter().filter(|one| one.agreed.is_some()).map(|one| one.at).max();
    match (&sheet.delay, agreed) {
        (Some(delay), agreed) if agreed.is_none_or(|at| at < delay.at) => {
            Some(Expected { technician, from: delay.new_eta, to: None, late: true })
        }
        (_, Some(_)) => None,
        (_, None) => Some(Expected { technician, from: order.from, to: Some(order.to), late: false }),
    }
}
