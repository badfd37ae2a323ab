//! What the office did to a work order: journalled beside the technicians' changes, with actor and time.

use crate::{
    TechnicianId,
    attention::{Choice, Handling},
    closing::Lack,
    dispatch::{How, KeptOut, Measure},
    expected::{Expected, ToldBy},
    intake::ResponseMode,
    standard::{Duty, Verdict},
    work_order::Visit,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    Registered {},
    Graded {
        level: String,
        reason: String,
    },
    Offered {
        technician: TechnicianId,
        /// By the rules: the first measure in which he was ahead of the next one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        ahead: Option<Measure>,
        /// By a person, although these rules were against it; the reason says why.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[ts(as = "Option<Vec<KeptOut>>", optional)]
        against: Vec<KeptOut>,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        #[ts(as = "Option<String>", optional)]
        reason: String,
    },
    /// The phone has the offer; the ten minutes run from here (A15).
    Delivered {
        technician: TechnicianId,
    },
    /// Nobody answered within the minutes of the level (A15); the work order is nobody's again.
    Expired {
        technician: TechnicianId,
    },
    /// The offer did not reach the phone in time; somebody else is asked.
    NotReached {
        technician: TechnicianId,
    },
    /// How the work order finds its technician from here on; `people`: who is asked, one after the other.
    DispatchSet {
        how: How,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[ts(as = "Option<Vec<TechnicianId>>", optional)]
        people: Vec<TechnicianId>,
        reason: String,
    },
    Reassigned {
        from: TechnicianId,
        to: TechnicianId,
        reason: String,
    },
    Cancelled {
        reason: String,
    },
    /// The customer was told who comes and when (A14), or that it gets later (A16).
    CustomerTold {
        expected: Expected,
        told_by: ToldBy,
        /// As it was said.
        text: String,
    },
    /// Something to look at: a late fact, a refusal, a difference. The record stands.
    Raised {
        attention: Attention,
        about: String,
    },
    /// Somebody has decided of what was raised as entry `n`; the first decision counts.
    Decided {
        #[ts(type = "number")]
        n: u64,
        choice: Choice,
        reason: String,
        /// Who deals with it from here on, and until when.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        handling: Option<Handling>,
    },
    /// Another visit for the same request was opened after this one.
    FollowedBy {
        visit: Visit,
    },
    /// A record shows that a promise was kept or not, however late it came. Once for each promise.
    Judged {
        duty: Duty,
        verdict: Verdict,
        #[ts(type = "string")]
        #[serde(with = "crate::moment::millis")]
        due: DateTime<Utc>,
    },
    /// Somebody of the office has answered the customer, in the way that was agreed (B4).
    Responded {
        mode: ResponseMode,
        note: String,
    },
    /// Records came in a phone's rescue file; the actor gave it in.
    Rescued {},
    /// The signed sheet is at the office, complete with its photos (E10).
    Returned {},
    /// It is over for the firm, and in the archive (B15, D16). Whoever closed one by hand says why, and what it lacked.
    Closed {
        lacked: Vec<Lack>,
        reason: String,
    },
    /// Taken out of the archive again.
    Reopened {
        reason: String,
    },
}

impl Act {
    /// Offered by somebody who need not say why.
    pub fn offered(technician: TechnicianId) -> Self {
        Act::Offered { technician, ahead: None, against: Vec::new(), reason: String::new() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Attention {
    Refused,
    /// Recorded after the work order was given to someone else or cancelled (P15).
    Late,
    /// The office judges a recorded fact otherwise than the phone did.
    Differs,
    SameIdOtherBody,
    /// The chain of a phone's changes does not close: two different ones for one place, or a link that is no
    /// link. Everything is kept.
    Forked,
    /// A phone presented itself as a copy of one that went on without it, and has taken a new identity.
    Copied,
    /// Recorded on a phone whose clock is off by a minute or more; once for each work order.
    Clock,
    /// Recorded on a phone in another time zone than the office's, or than before; once for each work order.
    Zone,
    /// An offer has not reached the phone while the promise runs.
    Undelivered,
    /// An offer was not answered in time (A15).
    OfferExpired,
    /// Nobody has the work order for longer than a dispatcher may take (A14).
    Unassigned,
    /// The rules found nobody to offer it to: a person decides, within the minutes of the standard (A13).
    NobodyFits,
    /// The technician cannot be there in time (A16). It says why, until when, and who is nearest.
    HeldUp,
    /// So much of the estimate has gone that the customer should hear how it goes (B11).
    ProgressDue,
    /// No word by when the technician said to be back in reach.
    StillDark,
    /// A promise has passed and nothing shows that it was kept (A7, B4, B5, B9). It says which (a [`Duty`]), and
    /// nothing where it is the one on the work order.
    Breached,
    /// A promise may have been kept or not: the phone's clock proves neither. A person decides.
    Undetermined,
    /// The hard limit has passed too (A17).
    CeilingPassed,
    /// The customer did not sign (D13).
    AcceptanceFailed,
    /// The customer signed and is not satisfied (B14).
    NotSatisfied,
    /// A second handling is under way; it says who does it (B14).
    SecondHandling,
    /// The second handling did not settle it either: it is the director's (B14).
    WithDirector,
    /// Recorded after the work order was closed.
    AfterClosing,
    /// The technician could not finish (E13).
    Unfinished,
    /// More of a part was fitted from the van than it carries.
    BeyondStock,
    /// A part was asked for.
    PartRequested,
    /// A line of the charges was made free as goodwill.
    Goodwill,
    /// Work that the customer pays for began before the price was agreed (E7, E18).
    NoQuote,
    /// The technician suggests what could come next for this customer (E1).
    Suggested,
}

/// One line of a work order's journal, as the console shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JournalEntry {
    /// Place in the office's one gap-free order.
    #[ts(type = "number")]
    pub n: u64,
    /// When it happened, by the phone's moment or the office's clock.
    #[ts(type = "string")]
    #[serde(with = "crate::moment::millis")]
    pub at: DateTime<Utc>,
    #[ts(type = "string")]
    #[serde(with = "crate::moment::millis")]
    pub received_at: DateTime<Utc>,
    /// Name of the person.
    pub actor: String,
    pub entry: Entry,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    Change(crate::What),
    Act(Act),
}
