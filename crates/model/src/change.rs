//! The one way to write: a technician's change, in the past tense.
//!
//! The same value is the IPC argument, the outbox row, the request body and the office's journal. A new
//! thing to record is a variant of [`KnownWhat`], an arm in `sheet::apply`, and a screen.

use crate::{
    ChangeId, DeviceId, Digest, LineId, Moment, Money, StepKey, TechnicianId, Text, WorkOrderId,
    moment::millis,
    place::Position,
    sign_off::PhoneSignature,
    step::{Answer, Verdict},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// A change as it travels. `previous` chains a phone's changes: the digest of the exact bytes of the one before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Change {
    pub id: ChangeId,
    pub device: DeviceId,
    /// 1, 2, 3 ... without gaps, per device.
    #[ts(type = "number")]
    pub sequence: u64,
    /// `null` for the first.
    pub previous: Option<Digest>,
    pub author: TechnicianId,
    pub work_order: WorkOrderId,
    /// Version of the work order that the technician saw.
    pub base: u32,
    /// Checklist and version that the technician saw: `chiller/3`.
    pub template: String,
    pub at: Moment,
    pub what: What,
}

/// What happened, or something that only a newer version knows: kept whole (P25).
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum What {
    Known(KnownWhat),
    Unknown(#[ts(type = "{ what: string }")] Value),
}

crate::forward::keeps_unknown!(What, KnownWhat);

impl From<KnownWhat> for What {
    fn from(what: KnownWhat) -> Self {
        Self::Known(what)
    }
}

impl What {
    /// The change's name as it stands in JSON: `part_fitted`.
    pub fn name(&self) -> String {
        let value = match self {
            What::Known(known) => serde_json::to_value(known).unwrap_or_default(),
            What::Unknown(value) => value.clone(),
        };
        value.get("what").and_then(Value::as_str).unwrap_or("unknown").to_owned()
    }
}

/// How soon a change should reach the office when little gets through: what others wait for goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Answers to offers, and where the technician is.
    Status,
    SignOff,
    Record,
}

impl Urgency {
    /// By the change's name ([`What::name`]).
    pub fn of(name: &str) -> Self {
        match name {
            "offer_accepted" | "offer_declined" | "more_time_asked" | "delay_reported" | "departed"
            | "went_dark" | "arrived" => Urgency::Status,
            "signed_off" | "signed_on_paper" | "sign_off_refused" | "could_not_finish" => Urgency::SignOff,
            _ => Urgency::Record,
        }
    }
}

impl Change {
    /// Is it the same fact, if recorded in another chain? A phone that takes a new identity numbers anew what
    /// waits.
    pub fn is_same_fact(&self, other: &Change) -> bool {
        let mut other = other.clone();
        other.device = self.device;
        other.sequence = self.sequence;
        other.previous.clone_from(&self.previous);
        *self == other
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum KnownWhat {
    /// A15.
    OfferAccepted {},
    OfferDeclined {
        reason: DeclineReason,
        note: String,
        /// A colleague who could take it, by name: picked from those the phone knows, or typed. The office decides.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional = nullable)]
        suggested: Option<String>,
    },
    /// The technician asked for more time to answer an offer (WCAG 2.2.1).
    MoreTimeAsked {
        minutes: u32,
    },
    /// A16.
    DelayReported {
        reason: DelayReason,
        #[ts(type = "string")]
        #[serde(deserialize_with = "millis::deserialize")]
        new_eta: DateTime<Utc>,
        note: String,
    },
    /// A23, E6.
    CustomerContacted {
        outcome: ContactOutcome,
        #[ts(type = "string | null")]
        #[serde(default, deserialize_with = "millis::option::deserialize")]
        agreed: Option<DateTime<Utc>>,
        note: String,
    },
    /// A20, A21: the keys of the tools, and the numbers of the parts, that are on board.
    KitChecked {
        tools: Vec<String>,
        parts: Vec<String>,
        note: String,
    },
    Departed {},
    /// "No signal until 15:30": the office holds the timer.
    WentDark {
        #[ts(type = "string")]
        #[serde(deserialize_with = "millis::deserialize")]
        back_by: DateTime<Utc>,
    },
    /// `distance_m` and `on_site` are filled in by `prepare`; without a position a note says why.
    Arrived {
        position: Option<Position>,
        #[serde(default)]
        #[ts(optional = nullable)]
        distance_m: Option<u32>,
        #[serde(default)]
        #[ts(optional = nullable)]
        on_site: Option<bool>,
        note: String,
    },
    /// A25: what customer and technician saw together, beside what was reported.
    FaultConfirmed {
        as_reported: bool,
        fault: String,
        with: String,
    },
    WorkStarted {},
    WorkPaused {
        reason: PauseReason,
        note: String,
    },
    WorkResumed {},
    /// Work on site is done; the clock stops. The customer's review follows.
    WorkFinished {},
    /// `verdict` is filled in by `prepare` and settled: every fold uses it.
    StepAnswered {
        step: StepKey,
        answer: Answer,
        #[serde(default)]
        #[ts(optional = nullable)]
        verdict: Option<Verdict>,
        note: String,
    },
    PhotoTaken {
        digest: Digest,
        subject: PhotoSubject,
        step: Option<StepKey>,
        bytes: u32,
        /// The photo of this sheet that marks were drawn on to make this one. That one stays as it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional = nullable)]
        drawn_on: Option<Digest>,
    },
    PhotoRemoved {
        digest: Digest,
    },
    /// E8. The same line recorded again replaces the earlier one.
    PartFitted {
        line: LineId,
        part: PartBrief,
        quantity: u32,
        serial_in: Option<String>,
        serial_out: Option<String>,
        from: PartSource,
        old_part: OldPart,
        /// How many of it the van was known to carry then, without this line; filled in by the phone. Fitting more is
        /// an exception that is seen, and stops nobody (P12).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional = nullable)]
        on_van: Option<u32>,
    },
    PartLineRemoved {
        line: LineId,
    },
    /// A part is needed here. `request` names it; the same one again replaces the earlier one.
    PartRequested {
        request: LineId,
        part: PartWanted,
        note: String,
    },
    PartRequestWithdrawn {
        request: LineId,
    },
    /// `span` is the id of the change that began it.
    TimeCorrected {
        span: ChangeId,
        #[ts(type = "string")]
        #[serde(deserialize_with = "millis::deserialize")]
        from: DateTime<Utc>,
        #[ts(type = "string")]
        #[serde(deserialize_with = "millis::deserialize")]
        to: DateTime<Utc>,
        reason: String,
    },
    /// B12, D10.
    Diagnosed {
        fault_code: Option<String>,
        cause: String,
        remedy: String,
    },
    /// E18: agreed before chargeable work; by which tariff is filled in by `prepare`.
    QuoteAgreed {
        total: Money,
        agreed_by: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional = nullable)]
        tariff: Option<String>,
    },
    /// The firm gives what this line would cost: why, and who of the firm agreed to it.
    GoodwillGiven {
        charge: ChargeRef,
        reason: String,
        agreed_by: String,
    },
    GoodwillWithdrawn {
        charge: ChargeRef,
    },
    /// D11.
    FunctionTested {
        passed: bool,
        note: String,
    },
    NoteWritten {
        text: String,
    },
    /// E9, D12: the customer's acceptance of exactly what was shown.
    SignedOff {
        act: SignOffAct,
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<Vec<i32>>))]
        ink: Vec<Stroke>,
        /// Made by the core when it is recorded; none from a phone without a key of its own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional = nullable)]
        phone: Option<Box<PhoneSignature>>,
    },
    /// E11: the customer signed the same on paper, which was photographed: who, and which photos show it.
    SignedOnPaper {
        signatory: String,
        capacity: String,
        pages: Vec<Digest>,
    },
    SignOffRefused {
        reason: RefusalReason,
        note: String,
    },
    /// E13.
    CouldNotFinish {
        reason: UnfinishedReason,
        parts: Vec<PartWanted>,
        next: String,
        note: String,
    },
    /// QYBS "S" (E1).
    FollowUpSuggested {
        kind: FollowUpKind,
        text: String,
    },
    /// A blank sheet made on site (E11).
    SheetOpened {
        opened: OpenedSheet,
    },
    /// Opens an unsigned revision of a signed sheet (P24).
    Amended {
        reason: String,
    },
}

/// A stroke of ink: `[x, y, t, pressure]` a point; x 0..=1000 and y 0..=400 in paper units, t in
/// milliseconds since the first touch, pressure 0..=1000.
pub type Stroke = Vec<[i32; 4]>;

/// What the customer accepted (I8): bound to the digest of exactly what was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignOffAct {
    /// Digest of the document shown.
    pub digest: Digest,
    /// Language it was shown in.
    pub language: crate::Language,
    /// Digest of the ink's canonical JSON; filled in by `prepare`.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub ink: Option<Digest>,
    /// The signatory's name, as given on the review screen.
    pub signatory: String,
    /// In what capacity: "lab manager".
    pub capacity: String,
    /// "I saw the machine working" was ticked.
    pub saw_it_work: bool,
    pub rating: Rating,
    pub rating_reasons: Vec<RatingReason>,
    pub remark: String,
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($variant),* }

        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$variant),*];
        }
    )*};
}

words! {
    DeclineReason { TooFar, Skill, ShiftEnding, OnAnotherJob, PartsMissing, Unwell, Other }
    DelayReason { Traffic, Breakdown, PreviousJob, Weather, Other }
    ContactOutcome { Reached, NoAnswer, MessageSent, WrongNumber }
    PauseReason { Break, WaitingForParts, WaitingForCustomer, OtherJob, Safety, Other }
    PhotoSubject { Before, During, After, Part, Document, Other }
    PartSource { Van, Office, Customer, Bought }
    /// What became of the part taken out.
    OldPart { None, Returned, LeftWithCustomer, Scrapped }
    /// E9, E14: 5, 3, 2 and 0 points.
    Rating { VerySatisfied, Satisfied, Average, NotSatisfied }
    RatingReason { NotSolved, Late, Price, Attitude, Mess }
    RefusalReason { NotSatisfied, Price, NotAuthorised, Absent, Other }
    UnfinishedReason { PartsMissing, NeedsSpecialist, CustomerAsked, NoAccess, Unsafe, Other }
    FollowUpKind { Sale, Contract, Replacement, Training, Inspection }
}

/// As much of a catalogue part as a sheet keeps, so that a later catalogue changes no earlier sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartBrief {
    pub number: String,
    pub name: Text,
    /// `null`: the office prices this line.
    pub price: Option<Money>,
}

/// One line of the charges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum ChargeRef {
    CallOut {},
    Labour {},
    OutOfHours {},
    Part { line: LineId },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartWanted {
    pub number: String,
    pub name: Text,
    pub quantity: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenedSheet {
    pub customer: String,
    pub contact: String,
    pub phone: String,
    pub address: String,
    pub equipment: String,
    pub serial: String,
    pub symptom: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn p25_a_change_from_the_future_survives_a_round_trip() {
        let json = json!({"what":"robot_sent","model":"R2","legs":4});
        let what: What = serde_json::from_value(json.clone()).unwrap();
        assert!(matches!(what, What::Unknown(_)));
        assert_eq!(what.name(), "robot_sent");
        assert_eq!(serde_json::to_value(what).unwrap(), json);
    }

    #[test]
    fn a_malformed_known_change_is_an_error_not_something_newer() {
        for bad in
            [json!({"what":"work_finished2"}), json!({"what":"work_paused","reason":"volcano","note":""})]
        {
            assert!(matches!(serde_json::from_value(bad), Ok(What::Unknown(_))));
        }
        for bad in [
            json!({"what":"work_paused"}),
            json!({"what":"more_time_asked","minutes":-1}),
            json!({"minutes":1}),
            json!("note"),
        ] {
            assert!(serde_json::from_value::<What>(bad.clone()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_known_change_reads_as_it_is_said() {
        let what =
            What::from(KnownWhat::WorkPaused { reason: PauseReason::WaitingForParts, note: String::new() });
        assert_eq!(
            serde_json::to_value(&what).unwrap(),
            json!({"what":"work_paused","reason":"waiting_for_parts","note":""})
        );
        assert_eq!(what.name(), "work_paused");
    }
}
