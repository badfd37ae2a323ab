//! What the console shows of dispatch: the board with its lanes, who fits a work order, people, areas, the rota.

use crate::{
    TechnicianId, Text, WorkOrderId,
    area::Area,
    dispatch::{ByHand, Candidate, How, Measure, Profile, Turn},
    intake::Named,
    moment::millis,
    role::Role,
    view::Status,
    work_order::{Level, Technician},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Everybody measured for one work order, who fits first.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsoleCandidates {
    pub how: How,
    /// The office offers by rule at all.
    pub by_rule: bool,
    /// What is compared, in this order.
    pub order: Vec<Measure>,
    /// The kind of equipment, where it is known.
    pub skill: Option<Text>,
    /// The lowest grade that is sent.
    pub grade: u8,
    /// Where the site lies.
    pub areas: Vec<Text>,
    /// It has no position, and its address names no area; or it lies in none of them.
    pub area_known: bool,
    pub candidates: Vec<Candidate>,
    /// Whom the rules would choose.
    pub chosen: Option<TechnicianId>,
    /// Who is still to be asked, one after the other.
    pub in_turn: Vec<TechnicianId>,
    /// Colleagues that technicians named when they declined.
    pub suggested: Vec<Suggested>,
    /// Why it is a person's to give; empty where the rules may.
    pub by_hand: Vec<ByHand>,
    /// The least role of who gives it then, and whether whoever asks has it.
    pub hand_role: Role,
    pub may: bool,
    /// Whom the customer wants: the first of the candidates.
    pub wished: Option<TechnicianId>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Suggested {
    /// As it was said.
    pub text: String,
    /// Who that is, where it names one of the firm.
    pub technician: Option<TechnicianId>,
    /// Name of who said so.
    pub by: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsoleCrew {
    pub people: Vec<ConsolePerson>,
    /// Kinds of equipment that somebody can be trained for.
    pub skills: Vec<Named>,
    pub areas: Vec<Named>,
    /// Work orders are offered by rule.
    pub by_rule: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsolePerson {
    pub technician: Technician,
    pub profile: Profile,
    /// Grows by one each time it is changed; 0 as long as nobody has.
    pub version: u32,
    /// Keys of the areas that count as theirs.
    pub areas: Vec<String>,
    pub away: bool,
    pub on_duty: bool,
    /// Open minutes of work today.
    pub open_minutes: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsoleArea {
    pub area: Area,
    /// Names of those whose area it is.
    pub people: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsoleRota {
    pub turns: Vec<Turn>,
    /// The hours in which everybody works, within what was asked for.
    pub hours: Vec<Span>,
    pub people: Vec<Technician>,
    /// Who is away in these days, all of them or until one of them.
    pub away: Vec<TechnicianId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[ts(rename = "RotaSpan")]
#[cfg_attr(feature = "openapi", schema(as = RotaSpan))]
pub struct Span {
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub from: DateTime<Utc>,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub to: DateTime<Utc>,
}

/// Today: a lane for each technician, and what is nobody's.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsoleBoard {
    pub lanes: Vec<Lane>,
    /// Nobody has it; the most urgent first.
    pub unassigned: Vec<BoardJob>,
    pub by_rule: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Lane {
    pub technician: TechnicianId,
    pub login: String,
    pub name: String,
    pub away: bool,
    pub on_duty: bool,
    pub on_call: bool,
    /// When a phone of theirs was last heard of.
    #[ts(type = "string | null")]
    #[serde(with = "millis::option")]
    pub heard: Option<DateTime<Utc>>,
    /// Said to be out of reach until then.
    #[ts(type = "string | null")]
    #[serde(with = "millis::option")]
    pub dark_until: Option<DateTime<Utc>>,
    /// Photos that the phone still holds, as far as the office knows.
    pub photos_held_back: u32,
    /// By the time at which they are to begin.
    pub jobs: Vec<BoardJob>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BoardJob {
    pub id: WorkOrderId,
    /// What a change of it names as seen.
    pub version: u32,
    pub number: String,
    pub level: Level,
    pub customer: String,
    pub site: String,
    pub symptom: String,
    pub status: Status,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub from: DateTime<Utc>,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub to: DateTime<Utc>,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub respond_by: DateTime<Utc>,
    /// An offer that nobody has answered yet.
    pub offer: Option<OpenOffer>,
    /// The technician said to be late: when they will be there.
    #[ts(type = "string | null")]
    #[serde(with = "millis::option")]
    pub late_until: Option<DateTime<Utc>>,
    /// The customer does not know yet who comes and when (A14, A16).
    pub is_untold: bool,
    /// What waits for a decision.
    pub attention: u32,
    pub how: How,
    /// Why it is a person's to give.
    pub by_hand: Vec<ByHand>,
    /// Name of whom the customer wants; else empty.
    pub wished: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenOffer {
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub offered_at: DateTime<Utc>,
    /// It has reached the phone, and runs out then; before that no minute of it runs.
    #[ts(type = "string | null")]
    #[serde(with = "millis::option")]
    pub expires_at: Option<DateTime<Utc>>,
}
