//! What other systems are told of what happens at the office, and how often it is tried.

use crate::act::Act;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What others can hear of. A message names things by their numbers and ids, and nobody by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum HookEvent {
    /// A request was taken at intake.
    #[serde(rename = "request.taken")]
    RequestTaken,
    /// A work order was offered to a technician, or given to another one.
    #[serde(rename = "work_order.dispatched")]
    WorkOrderDispatched,
    /// The signed sheet is at the office, complete; again after an amendment.
    #[serde(rename = "work_order.returned")]
    WorkOrderReturned,
    /// It is over for the firm; again after it was opened again.
    #[serde(rename = "work_order.closed")]
    WorkOrderClosed,
    /// Something waits for a person's decision.
    #[serde(rename = "attention.raised")]
    AttentionRaised,
}

impl HookEvent {
    pub const ALL: [HookEvent; 5] = [
        HookEvent::RequestTaken,
        HookEvent::WorkOrderDispatched,
        HookEvent::WorkOrderReturned,
        HookEvent::WorkOrderClosed,
        HookEvent::AttentionRaised,
    ];

    /// What an act on a work order is to others, if it is anything.
    pub fn of(act: &Act) -> Option<Self> {
        match act {
            Act::Offered { .. } | Act::Reassigned { .. } => Some(HookEvent::WorkOrderDispatched),
            Act::Returned {} => Some(HookEvent::WorkOrderReturned),
            Act::Closed { .. } => Some(HookEvent::WorkOrderClosed),
            Act::Raised { .. } => Some(HookEvent::AttentionRaised),
            _ => None,
        }
    }
}

/// Minutes from one try to the next.
const WAITS: [i64; 7] = [1, 5, 30, 2 * 60, 6 * 60, 12 * 60, 24 * 60];

/// So often a message is tried before it is given up, in the course of almost two days.
pub const MOST_TRIES: u32 = WAITS.len() as u32 + 1;

/// When the try after this many is due; `None` when there is no other.
pub fn next_try(tries: u32, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let waits = usize::try_from(tries).ok()?.checked_sub(1)?;
    Some(now + TimeDelta::minutes(*WAITS.get(waits)?))
}

/// What became of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TryResult {
    Arrived,
    /// Another answer than one of success; a redirect is one.
    Refused,
    Unreachable,
    /// No answer in time.
    Silence,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HookTry {
    #[ts(type = "string")]
    #[serde(with = "crate::moment::millis")]
    pub at: DateTime<Utc>,
    pub result: TryResult,
    /// HTTP status; 0 without an answer.
    pub status: u16,
}

/// Somebody who is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Webhook {
    pub id: uuid::Uuid,
    pub url: String,
    pub events: Vec<HookEvent>,
    #[ts(type = "string")]
    #[serde(with = "crate::moment::millis")]
    pub made_at: DateTime<Utc>,
    pub made_by: String,
    /// The latest try of any message.
    pub tried: Option<HookTry>,
    /// Messages that are still to arrive.
    pub waiting: u32,
    /// Messages that never arrived, of the last days.
    pub given_up: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewWebhook {
    pub url: String,
    pub events: Vec<HookEvent>,
}

/// With the secret that its messages are signed with, which is not shown again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookMade {
    pub webhook: Webhook,
    pub secret: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_tried_eight_times_in_two_days_and_each_wait_is_longer() {
        let mut at = DateTime::<Utc>::UNIX_EPOCH;
        let (mut tries, mut before) = (1, TimeDelta::zero());
        while let Some(next) = next_try(tries, at) {
            assert!(next - at > before);
            (before, at, tries) = (next - at, next, tries + 1);
        }
        assert_eq!(tries, MOST_TRIES);
        let took = at - DateTime::UNIX_EPOCH;
        assert!(took > TimeDelta::hours(40) && took < TimeDelta::hours(48), "{took}");
        assert_eq!(next_try(0, at), None);
    }
}
