//! What phone and office say to each other over HTTP. Both sides link these types.
//!
//! Every message carries the header [`PROTOCOL_HEADER`]; an answer without it is not the office's (I9).
//! Fields may be added; an older side leaves out what it does not know.

use crate::{
    ChangeId, DeviceId, Digest, Refusal, Sheet, WorkOrder, WorkOrderId,
    enrol::Extra,
    moment::millis,
    sign::{PublicKey, SecretKey, Signature, sign, verify},
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
/// Of a request that carries changes: the beginning of its body's SHA-256, as sent. Something on the way may end a body
/// early and pass it on as whole.
pub const BODY_DIGEST: &str = "body-digest";
/// What the office calls a body that is not the one of [`BODY_DIGEST`]: the link's fault, and not that of what was sent.
pub const NOT_WHOLE: &str = "not-whole";

pub fn body_digest(body: &[u8]) -> String {
    Digest::of(body).as_str().chars().take(16).collect()
}

/// Most changes in one push.
pub const MAX_PUSH: usize = 500;
/// Largest photo in bytes that the office takes.
pub const MAX_PHOTO: u64 = 20 * 1024 * 1024;
/// Largest thumbnail that goes ahead of a photo: bytes, and pixels of an edge. Most of them in one request.
pub const MAX_THUMB: usize = 6 * 1024;
pub const THUMB_EDGE: u32 = 160;
pub const MAX_THUMBS: usize = 16;

/// `POST /console/api/sign-in`
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignIn {
    pub login: String,
    pub password: String,
}

/// `POST /v1/sync`: changes up, bases and receipts down, in one round trip.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SyncRequest {
    /// Of this request alone, random; the answer repeats it (I9).
    pub nonce: u64,
    pub device: DeviceId,
    pub app: String,
    /// Opaque to the phone; `null` asks for everything.
    pub cursor: Option<String>,
    /// Sequence of the last change recorded on this device; 0 for none.
    pub recorded: u64,
    /// What the phone has a verified receipt for.
    pub held: HeldMark,
    /// The incarnation that the office last gave this device. A copy of the phone presents an old one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incarnation: Option<String>,
    /// In order of their sequence within each work order, as the exact bytes that were hashed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::change::Change>))]
    pub changes: Vec<Box<RawValue>>,
    /// Digest of the list of reference sets that this phone holds whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Digest>,
    /// Asks for the digest of the scope, also when nothing moved.
    #[serde(default, skip_serializing_if = "is_false")]
    pub check: bool,
    /// The scope differed after the last pull, and everything is asked for again: for the office to know.
    #[serde(default, skip_serializing_if = "is_false")]
    pub differed: bool,
    /// The last receipt did not match what was recorded here; nothing was deleted. For the office to know.
    #[serde(default, skip_serializing_if = "is_false")]
    pub mismatch: bool,
    /// The phone lays its changes on the bases it has: where that makes the office's sheet, a [`Same`] is enough.
    #[serde(default, skip_serializing_if = "is_false")]
    pub folds: bool,
    /// Bytes of work orders that the answer may hold, before it is packed; less gets through a link that is cut again
    /// and again. Absent when the office may decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<u64>,
}

fn is_false(value: &bool) -> bool {
    !*value
}

/// How far a phone knows that its changes are held, and which backup it has heard of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HeldMark {
    pub sequence: u64,
    /// [`Safe::position`].
    pub safe: u64,
}

#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SyncResponse {
    /// The request's; an answer to another request is no answer (I9).
    pub nonce: u64,
    /// One for each change sent, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub results: Vec<ChangeResult>,
    /// How far the office durably holds this phone's changes. Absent when that is what the phone knows, and
    /// while there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
    /// To be presented with the next push.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incarnation: Option<String>,
    /// The first change that the office does not hold of those that were recorded: it is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing_from: Option<u64>,
    /// Sequences after that one which it holds all the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beyond: Vec<u64>,
    /// The office does not know the cursor (it was restored, or is another one): everything follows from the
    /// start, and what does not come is no longer there.
    #[serde(default, skip_serializing_if = "is_false")]
    pub afresh: bool,
    /// Work orders that are new or changed, and every one that a sent change belongs to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bases: Vec<Base>,
    /// Bases whose work order the phone has; only for one that [`SyncRequest::folds`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sheets: Vec<BaseSheet>,
    /// Bases that the phone can make itself; only for one that [`SyncRequest::folds`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub same: Vec<Same>,
    /// Work orders that are no longer this technician's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<Gone>,
    /// Present when the phone's reference sets are not the current ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Vec<ReferenceSet>>,
    /// Photos named by changes the office holds, whose bytes it does not have (whole).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos_missing: Vec<Digest>,
    /// With the last page of a pull that brought something: what this technician has now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Digest>,
    #[serde(with = "millis")]
    pub office_time: DateTime<Utc>,
    /// The office's offset from UTC in minutes, when it is known and not the one that the phone last recorded in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<i32>,
    pub cursor: String,
    /// There is more to pull; ask again at once.
    #[serde(default, skip_serializing_if = "is_false")]
    pub more: bool,
}

impl SyncResponse {
    /// Does the office say that it holds the change with this sequence?
    pub fn holds(&self, sequence: u64) -> bool {
        self.missing_from.is_none_or(|missing| sequence < missing) || self.beyond.contains(&sequence)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeResult {
    /// Nil for one whose id could not be read.
    pub id: ChangeId,
    #[serde(flatten)]
    pub outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", schema(as = ChangeOutcome))]
pub enum Outcome {
    Accepted,
    /// Held since an earlier push; the same answer as then.
    Duplicate,
    /// Kept at the office for a person to decide; not part of the sheet.
    Refused {
        reason: Refusal,
    },
}

/// The office's signed statement of how far it durably holds a phone's changes: every one up to `sequence`,
/// whose digest is `hash`; the chain of hashes says which those are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Receipt {
    pub device: DeviceId,
    pub sequence: u64,
    /// Digest of the change with that sequence, as received; absent for 0.
    pub hash: Option<Digest>,
    #[serde(with = "millis")]
    pub at: DateTime<Utc>,
    pub safe: Safe,
    pub signature: Signature,
}

/// What a verified backup of the office contains. Until then phones keep what they have a receipt for (I12).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Safe {
    /// The office's counter in that backup; 0 while there is none.
    pub position: u64,
    /// This device's changes in it.
    pub sequence: u64,
    /// When it was made: every photo that the office held whole before is in it.
    #[serde(with = "millis::option")]
    pub at: Option<DateTime<Utc>>,
}

const RECEIPT: &str = "jobsheet/receipt/v1";

impl Receipt {
    pub fn sign(
        key: &SecretKey,
        device: DeviceId,
        (sequence, hash): (u64, Option<Digest>),
        at: DateTime<Utc>,
        safe: Safe,
    ) -> Self {
        let signature = sign(key, RECEIPT, &statement(device, sequence, hash.as_ref(), at, safe));
        Self { device, sequence, hash, at, safe, signature }
    }

    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        let Receipt { device, sequence, hash, at, safe, signature } = self;
        verify(key, RECEIPT, &statement(*device, *sequence, hash.as_ref(), *at, *safe), signature)
    }
}

/// One line for each fact, so that no two receipts have the same bytes.
fn statement(
    device: DeviceId,
    sequence: u64,
    hash: Option<&Digest>,
    at: DateTime<Utc>,
    safe: Safe,
) -> Vec<u8> {
    let hash = hash.map_or("-", Digest::as_str);
    let safe_at = safe.at.map_or("-".to_owned(), |at| millis::text(&at));
    let at = millis::text(&at);
    format!("{device}\n{sequence}\n{hash}\n{at}\n{}\n{}\n{safe_at}", safe.position, safe.sequence)
        .into_bytes()
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Base {
    /// Where it stands in the office's order of everything; see [`scope_digest`].
    pub n: u64,
    pub order: WorkOrder,
    pub sheet: Sheet,
    /// Photos of this sheet that the office holds whole.
    pub photos_held: Vec<Digest>,
}

/// In place of a [`Base`] whose work order has not changed since the phone's cursor: what was recorded on it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BaseSheet {
    pub n: u64,
    /// Of the work order. A phone that has another asks for the whole.
    pub version: u32,
    pub sheet: Sheet,
    pub photos_held: Vec<Digest>,
}

/// In place of a [`Base`]: the phone's own, with the changes that it has just sent, if it comes to this digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Same {
    pub n: u64,
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

/// Fingerprint of what a technician has: of the positions of their work orders, which no two share.
pub fn scope_digest(mut positions: Vec<u64>) -> Digest {
    positions.sort_unstable();
    let lines: Vec<String> = positions.iter().map(u64::to_string).collect();
    Digest::of(lines.join("\n").as_bytes())
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Gone {
    pub work_order: WorkOrderId,
    /// Whose it is now, by name; empty when nobody's.
    pub to: String,
    pub reason: String,
    #[serde(with = "millis")]
    pub at: DateTime<Utc>,
    /// It was closed long enough ago: nobody needs to be told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
}

/// A set of reference data, fetched whole by its digest at `GET /v1/reference/{digest}` (JSON, zstd).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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

/// `POST /v1/thumbs`: what is on photos that are still on their way. Nothing depends on it: the answer says only
/// that the office heard.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Thumbs {
    pub thumbs: Vec<Thumb>,
}

#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Thumb {
    pub photo: Digest,
    #[serde(with = "base64_bytes")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub jpeg: Vec<u8>,
}

mod base64_bytes {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        URL_SAFE_NO_PAD.decode(String::deserialize(deserializer)?).map_err(|_| D::Error::custom("not base64"))
    }
}

/// RFC 9457 problem details.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProblemDetails {
    /// `/problems/wrong-password`
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// What some problems carry besides.
    #[serde(flatten, default)]
    pub extra: Extra,
}

/// One work order's id and what became of it, for `GET /v1/events` hints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hint {
    pub work_order: Option<WorkOrderId>,
}
