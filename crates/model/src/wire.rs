//! What phone and office say to each other over HTTP. Both sides link these types.
//!
//! Every message carries the header [`PROTOCOL_HEADER`]; an answer without it is not the office's (I9).
//! Fields may be added; an older side leaves out what it does not know.

use crate::{
    ChangeId, DeviceId, Digest, Moment, Refusal, Sheet, WorkOrder, WorkOrderId, moment::millis,
    work_order::Technician,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub const PROTOCOL_HEADER: &str = "jobsheet-protocol";
pub const PROTOCOL: &str = "1";
/// Upload headers, named as in the IETF resumable-upload draft.
pub const UPLOAD_OFFSET: &str = "upload-offset";
pub const UPLOAD_COMPLETE: &str = "upload-complete";
/// In every answer about an upload: the digest of the photo it is about (I9).
pub const UPLOAD_PHOTO: &str = "upload-photo";
/// Most changes in one push.
pub const MAX_PUSH: usize = 500;
/// Largest photo in bytes that the office takes.
pub const MAX_PHOTO: u64 = 20 * 1024 * 1024;

/// `POST /v1/sign-in`
#[derive(Clone, Serialize, Deserialize)]
pub struct SignIn {
    pub login: String,
    pub password: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignedIn {
    /// Opaque; goes into `Authorization: Bearer`.
    pub token: String,
    pub technician: Technician,
    /// The firm's name, as the sign-in screen shows it.
    pub company: String,
    #[serde(with = "millis")]
    pub office_time: DateTime<Utc>,
}

/// `POST /v1/sync`: changes up, bases and receipts down, in one round trip.
#[derive(Debug, Serialize, Deserialize)]
pub struct SyncRequest {
    pub device: DeviceId,
    pub app: String,
    /// Opaque to the phone; `null` asks for everything.
    pub cursor: Option<String>,
    pub at: Moment,
    /// In order of their sequence, as the exact bytes that were hashed.
    pub changes: Vec<Box<RawValue>>,
    /// Digest of the list of reference sets that this phone holds whole.
    pub reference: Option<Digest>,
    /// The phone lays its changes on the bases it has: where that makes the office's sheet, a [`Same`] is enough.
    #[serde(default)]
    pub folds: bool,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct SyncResponse {
    /// The phone this answers; another's answer is no answer (I9).
    pub device: DeviceId,
    /// One for each change sent, in order.
    pub results: Vec<ChangeResult>,
    /// How far the office durably holds this phone's changes; `null` while it holds none.
    pub receipt: Option<Receipt>,
    /// Work orders that are new or changed, and every one that a sent change belongs to.
    pub bases: Vec<Base>,
    /// Bases that the phone can make itself; only for one that [`SyncRequest::folds`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub same: Vec<Same>,
    /// Work orders that are no longer this technician's.
    pub gone: Vec<Gone>,
    /// Present when the phone's reference sets are not the current ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Vec<ReferenceSet>>,
    /// Photos named by changes the office holds, whose bytes it does not have (whole).
    pub photos_missing: Vec<Digest>,
    #[serde(with = "millis")]
    pub office_time: DateTime<Utc>,
    pub cursor: String,
    /// There is more to pull; ask again at once.
    pub more: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeResult {
    pub id: ChangeId,
    #[serde(flatten)]
    pub outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    Accepted,
    /// Held since an earlier push; the same answer as then.
    Duplicate,
    /// Kept at the office for a person to decide; not part of the sheet.
    Refused {
        reason: Refusal,
    },
}

/// The office's statement of how far it durably holds a phone's changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    pub device: DeviceId,
    pub sequence: u64,
    /// Digest of the change with that sequence, as received.
    pub hash: Digest,
    #[serde(with = "millis")]
    pub at: DateTime<Utc>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Base {
    pub order: WorkOrder,
    pub sheet: Sheet,
    /// Photos of this sheet that the office holds whole.
    pub photos_held: Vec<Digest>,
}

/// In place of a [`Base`]: the phone's own, with the changes that it has just sent, if it comes to this digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Same {
    pub work_order: WorkOrderId,
    pub digest: Digest,
    pub photos_held: Vec<Digest>,
}

impl Base {
    /// Of order and sheet together, as JSON.
    pub fn digest(&self) -> Digest {
        // Types of ours: nothing in them could fail to serialise.
        Digest::of(&serde_json::to_vec(&(&self.order, &self.sheet)).unwrap_or_default())
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    pub work_order: WorkOrderId,
    /// Whose it is now, by name; empty when nobody's.
    pub to: String,
    pub reason: String,
    #[serde(with = "millis")]
    pub at: DateTime<Utc>,
}

/// A set of reference data, fetched whole by its digest at `GET /v1/reference/{digest}` (JSON, zstd).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferenceSet {
    /// `parts`, `faults` or `van`.
    pub name: String,
    /// Digest of the uncompressed JSON.
    pub digest: Digest,
    pub bytes: u64,
}

/// What [`SyncRequest::reference`] holds: the digest of the list as the office sends it.
pub fn reference_digest(list: &[ReferenceSet]) -> Digest {
    // Names, digests and numbers: nothing in a list could fail to serialise.
    Digest::of(&serde_json::to_vec(list).unwrap_or_default())
}

/// RFC 9457 problem details.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProblemDetails {
    /// `/problems/wrong-password`
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// One work order's id and what became of it, for `GET /v1/events` hints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hint {
    pub work_order: Option<WorkOrderId>,
}
