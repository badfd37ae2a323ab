//! What the screens are shown: the technician's over IPC, the console's over HTTP. Read-only answers, made
//! from orders and sheets by `crates/phone` and `crates/office`.

use crate::{
    Digest, Language, LineId, Money, Problem, Sheet, Stage, TechnicianId, Text, WorkOrder, WorkOrderId,
    act::{Attention, JournalEntry},
    archive::{Match, Outcome},
    asked::AskedStep,
    attention::{Choice, Handling},
    change::PartSource,
    changed::OfficeChange,
    charges::{Charges, Consent, Cover},
    closing::Lack,
    customer::{CustomerFile, CustomerStanding, Owned, Phase},
    document::Document,
    enrol::{PhoneId, Wipe},
    ids::RequestId,
    intake::{ChannelNow, Grade, Intake, MissingInfo, Named, RequestEntry, RequestState, Symptom},
    moment::{OtherZone, millis},
    reference::{FaultCode, Part},
    role::Role,
    standard::{Criterion, Finding},
    work_order::{Channel, Colour, Contract, Customer, Equipment, Level, Site, Technician, Visit},
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Who is signed in on this phone, and what the app should look like.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    pub technician: Option<Technician>,
    /// The firm's name, once known.
    pub company: String,
    /// Address of the office, as last used or preset.
    pub office: String,
    /// Logins that have a sealed database on this phone.
    pub known: Vec<String>,
    pub settings: Settings,
    /// Version of the app.
    pub version: String,
    /// Somebody is signed in behind a PIN that is asked for now; the first of `known`.
    pub locked: bool,
    /// Whoever is signed in, or locked, has a PIN.
    pub pin: bool,
    /// Until when a PIN or a password opens without the office being heard.
    #[ts(type = "string | null")]
    #[serde(with = "millis::option")]
    pub lease_until: Option<DateTime<Utc>>,
    pub key_store: KeyStore,
    /// Seconds until the next PIN or password is looked at, after wrong ones.
    pub unlock_wait: u32,
    /// Nobody has chosen how this phone looks and speaks yet: it begins in the language of the system.
    pub fresh: bool,
}

/// What a link from outside opens (`link`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "opens", rename_all = "snake_case")]
pub enum Opens {
    /// The sign-in screen, filled in. Whoever holds the phone sees where it leads, and says yes.
    SignIn { office: String, code: String },
    Job {
        work_order: WorkOrderId,
        /// An offer waits for its answer.
        offer: bool,
    },
    /// The job is none of this phone's; `number` is empty where the link had an id.
    NotHere { number: String },
    /// Nobody is at work: the link waits until somebody is.
    Locked {},
    /// No link of this app.
    Nothing {},
}

/// Where this phone keeps its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum KeyStore {
    /// The system's key store.
    System,
    /// Files that only their owner may read, because the system has no key store.
    File,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Settings {
    pub language: Language,
    pub theme: Theme,
    /// Percent of the normal text size, 100 to 200.
    pub text_size: u32,
    /// Longest edge of a photo in pixels: 640, 1024, 2048 or 3072.
    pub photo_edge: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { language: Language::En, theme: Theme::Auto, text_size: 100, photo_edge: 2048 }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    Auto,
    Light,
    Sun,
    Dark,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignedOut {
    /// Work orders with something that only this phone has; it stays sealed here.
    pub waiting: u32,
}

/// A rescue file that lies on this phone (`rescue`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RescueFile {
    pub name: String,
    /// Where it lies.
    pub path: String,
    #[ts(type = "number")]
    pub bytes: u64,
    /// Changes that wait to be sent.
    pub waiting: u32,
    /// Changes the office has signed for that no backup holds yet.
    pub kept: u32,
    pub photos: u32,
}

/// Where the bytes of a photo are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PhotoPlace {
    /// Taken on this phone, and still here.
    Here,
    /// It came from the office, and may be removed from this phone.
    Fetched,
    /// At most a small picture of it is here.
    Away,
}

/// What is made for paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PaperKind {
    /// The customer's copy of what was signed.
    Copy,
    /// The sheet of the visit, to be printed and written on.
    Sheet,
}

/// One HTML file, in the clear.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaperFile {
    pub name: String,
    /// Where it lies, until nobody is at work any more.
    pub path: String,
    #[ts(type = "number")]
    pub bytes: u64,
}

/// What the customer asks the office with.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CopyCode {
    pub link: String,
    /// The link as a QR code, SVG.
    pub qr: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Today {
    /// Offers first, then by window; finished ones last.
    pub jobs: Vec<JobCard>,
    pub sync: SyncStatus,
    /// The next planned day when there is nothing today.
    #[ts(type = "string | null")]
    pub next_day: Option<NaiveDate>,
    /// The first download is not complete yet.
    pub loading: bool,
    /// Until this phone has everything that it needs without a signal.
    pub preparing: Option<Preparing>,
}

/// "Preparing your phone, 3 of 5".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Preparing {
    pub done: u32,
    pub total: u32,
    /// What is fetched now: `jobs`, `parts`, `faults` or `van`.
    pub what: String,
    /// How much that is, where the office has said so.
    #[ts(type = "number | null")]
    pub bytes: Option<u64>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobCard {
    pub id: WorkOrderId,
    pub number: String,
    pub level: Level,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub from: DateTime<Utc>,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub to: DateTime<Utc>,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub respond_by: DateTime<Utc>,
    pub customer: String,
    pub site: String,
    pub address: String,
    pub symptom: String,
    pub stage: Stage,
    /// Present while an offer waits for an answer.
    pub offer: Option<Offer>,
    /// From the last known position, or from where the day starts.
    pub distance_m: Option<u32>,
    pub standing: Standing,
    /// The office took this job away; it stays until seen.
    pub gone: Option<GoneNotice>,
    pub cancelled: bool,
    /// When this phone heard that the office changed the plan, until that was seen.
    #[ts(type = "string | null")]
    #[serde(with = "millis::option")]
    pub changed_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Offer {
    /// The minutes run from when the offer reached this phone (A15).
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub expires: DateTime<Utc>,
    /// Seconds left when this was made; below zero when late.
    pub left: i32,
    /// Whole length in seconds, for the bar.
    pub length: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GoneNotice {
    pub to: String,
    pub reason: String,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub at: DateTime<Utc>,
}

/// Where the records of one job are. "Received" only after the office's receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Standing {
    /// Nothing recorded here yet.
    Untouched {},
    /// Only on this phone.
    Local {
        changes: u32,
        photos: u32,
    },
    Sending {
        done: u32,
        total: u32,
    },
    /// The office has the changes; photos still follow.
    ReceivedPart {
        photos: u32,
    },
    Received {
        #[ts(type = "string")]
        #[serde(with = "millis")]
        at: DateTime<Utc>,
    },
    /// The office could not accept something; kept on both sides.
    Refused {
        count: u32,
    },
}

/// Everything the job's screens need, in one answer.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Job {
    pub card: JobCard,
    pub order: WorkOrder,
    pub sheet: Sheet,
    pub charges: Charges,
    /// What the customer is asked to agree to, and whether that was done.
    pub estimate: Charges,
    pub consent: Consent,
    /// The checklist in the order in which it is asked.
    pub asked: Vec<AskedStep>,
    pub waiting: Waiting,
    /// The visit before this one is on this phone too.
    pub earlier_here: bool,
    /// The visit after this one is.
    pub next_here: bool,
    /// What a part that is not on the sheet yet would be covered by, for each place it may come from.
    #[ts(type = "Record<PartSource, Cover>")]
    pub part_cover: BTreeMap<PartSource, Cover>,
    /// The day whose warranty and contract count.
    #[ts(type = "string")]
    pub service_day: NaiveDate,
    pub times: Times,
    pub missing: Missing,
    pub refused: Vec<RefusedChange>,
    /// What the office changed since the plan was last seen.
    pub changed: Option<OfficeChange>,
    /// Of the parts to bring, by number; without those of a van that is not known.
    pub bring_on_van: BTreeMap<String, i32>,
    /// When this was made, by the phone's corrected clock: where running timers count from.
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub now: DateTime<Utc>,
}

/// What of a job's lists the office has not received yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Waiting {
    /// Requests for parts.
    pub requests: Vec<LineId>,
    /// The last so many notes, and suggestions.
    pub notes: u32,
    pub follow_ups: u32,
}

/// Minutes so far, running ones included.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Times {
    pub travel: u32,
    pub work: u32,
    pub pause: u32,
}

/// What still stands between this sheet and the customer's review.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Missing {
    /// Required steps without an answer.
    pub steps: Vec<crate::StepKey>,
    /// Steps that this app is too old for.
    pub too_new: Vec<crate::StepKey>,
    pub before_photo: bool,
    pub after_photo: bool,
    pub diagnosis: bool,
    pub function_test: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefusedChange {
    pub id: crate::ChangeId,
    pub what: String,
    pub reason: crate::Refusal,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Review {
    pub document: Document,
    pub digest: Digest,
    /// Eight characters of the digest for people: `7F3A-91C2`.
    pub code: String,
    pub total: Money,
    pub missing: Missing,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartsFound {
    pub total: u32,
    pub items: Vec<PartFound>,
    /// As of when the van's stock is known.
    #[ts(type = "string | null")]
    #[serde(with = "millis::option")]
    pub as_of: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartFound {
    pub part: Part,
    /// On the van, less what was fitted since.
    pub on_van: i32,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FaultsFound {
    pub items: Vec<FaultCode>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Outbox {
    pub groups: Vec<OutboxGroup>,
    pub received_today: Vec<ReceivedJob>,
    pub sync: SyncStatus,
    pub ledger: Ledger,
    /// Bytes free on this phone.
    #[ts(type = "number | null")]
    pub free: Option<u64>,
    /// About how many more photos fit.
    pub photos_fit: Option<u32>,
}

/// How much of what was recorded with this phone the office holds, and by what it is proved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ledger {
    /// Changes recorded since this phone has its identity.
    #[ts(type = "number")]
    pub recorded: u64,
    /// The first so many are held: the office has signed for them.
    #[ts(type = "number")]
    pub held: u64,
    /// Of those, still kept here because no backup of the office has them yet.
    #[ts(type = "number")]
    pub kept: u64,
    /// The last receipt: eight characters of the digest it is for, as the office shows them, and when it was given.
    pub code: Option<String>,
    #[ts(type = "string | null")]
    #[serde(with = "millis::option")]
    pub at: Option<DateTime<Utc>>,
}

/// What one job still holds only here.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OutboxGroup {
    pub work_order: WorkOrderId,
    pub number: String,
    pub customer: String,
    pub standing: Standing,
    pub answers: u32,
    pub parts: u32,
    /// Changes that are none of the others.
    pub other: u32,
    pub signature: bool,
    pub photos: Vec<OutboxPhoto>,
    pub refused: Vec<RefusedChange>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OutboxPhoto {
    pub digest: Digest,
    pub bytes: u32,
    /// Bytes the office has said it holds.
    pub sent: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReceivedJob {
    pub work_order: WorkOrderId,
    pub number: String,
    pub customer: String,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SyncStatus {
    pub link: Link,
    /// Changes and photos that only this phone has.
    pub waiting_changes: u32,
    pub waiting_photos: u32,
    /// Jobs these belong to.
    pub waiting_jobs: u32,
    #[ts(type = "number")]
    pub waiting_bytes: u64,
    /// Changes the office could not accept.
    pub refused: u32,
    #[ts(type = "string | null")]
    #[serde(with = "millis::option")]
    pub last_received: Option<DateTime<Utc>>,
    #[ts(type = "string | null")]
    #[serde(with = "millis::option")]
    pub last_sync: Option<DateTime<Utc>>,
    /// When it tries next by itself.
    #[ts(type = "string | null")]
    #[serde(with = "millis::option")]
    pub next_try: Option<DateTime<Utc>>,
    pub problem: Option<Problem>,
    /// The phone's clock is off by this many seconds, fast positive; shown from one minute on.
    pub clock_off: i32,
    pub zone: Option<OtherZone>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Link {
    /// Not tried yet since the app was opened.
    Unknown,
    Sending,
    Online,
    /// No way to the office.
    Offline,
    /// Something answered that is not the office, or it could not answer properly.
    Trouble,
    /// The sign-in lapsed; recording goes on.
    SignInNeeded,
}

/// Tells a screen which of its answers are stale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "topic", rename_all = "snake_case")]
pub enum Event {
    /// A job's records or plan changed.
    Job {
        work_order: WorkOrderId,
    },
    /// Something about sending changed.
    Sync {},
    Session {},
    Reference {},
    /// An offer arrived.
    Offered {
        work_order: WorkOrderId,
    },
}

// --- The console -----------------------------------------------------------------------------------

/// A phone that was enrolled, in the office's list.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsolePhone {
    pub id: PhoneId,
    pub technician: TechnicianId,
    pub technician_name: String,
    /// As the phone calls itself.
    pub name: String,
    #[serde(with = "millis")]
    #[ts(type = "string")]
    pub enrolled_at: DateTime<Utc>,
    #[serde(with = "millis")]
    #[ts(type = "string")]
    pub last_seen: DateTime<Utc>,
    #[serde(with = "millis::option")]
    #[ts(type = "string | null")]
    pub revoked_at: Option<DateTime<Utc>>,
    /// Ordered to empty itself.
    pub wipe: Option<Wipe>,
    /// When it said that it did.
    #[serde(with = "millis::option")]
    #[ts(type = "string | null")]
    pub wiped_at: Option<DateTime<Utc>>,
}

/// What became of a rescue file at the office.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RescueTaken {
    pub technician_name: String,
    /// When the phone made the file, as far as it knew.
    #[serde(with = "millis")]
    #[ts(type = "string")]
    pub made_at: DateTime<Utc>,
    /// The phone is revoked; what was new is marked for a person to look at.
    pub revoked: bool,
    pub accepted: u32,
    /// Changes that the office held already.
    pub duplicates: u32,
    pub refused: u32,
    /// Photos that were new here.
    pub photos: u32,
    pub photos_held: u32,
    /// Photos that no change names, or that are no pictures.
    pub photos_refused: u32,
}

/// A one-time code for a new phone. It is shown once: the office keeps only its digest.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrolmentCode {
    /// For typing: `K7QF-92MD-XP4T-8WVA`.
    pub code: String,
    /// For the camera: `jobsheet:enrol?office=…&code=…`.
    pub link: String,
    /// The link as a QR code: an SVG picture.
    pub qr: String,
    #[serde(with = "millis")]
    #[ts(type = "string")]
    pub expires_at: DateTime<Utc>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsoleSession {
    pub name: String,
    /// What is not for this role is not shown.
    pub role: Role,
    pub company: String,
    pub technicians: Vec<Technician>,
}

/// An account of somebody of the office.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Account {
    pub login: String,
    pub name: String,
    pub role: Role,
    /// Cannot sign in. Nobody is deleted: the journals name them.
    pub disabled: bool,
    /// Grows by one with each change.
    pub version: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewAccount {
    pub login: String,
    pub name: String,
    pub role: Role,
    pub password: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountEdit {
    pub name: String,
    pub role: Role,
    pub disabled: bool,
}

/// What somebody of the office did, or was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditEntry {
    pub id: String,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub at: DateTime<Utc>,
    /// Login of who it was.
    pub actor: String,
    pub role: String,
    /// Method and address: `POST /console/api/phones/0192.../wipe`.
    pub act: String,
    /// It was asked for, and was not allowed.
    pub refused: bool,
}

/// A page of a long list, and what to ask with for the next one.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsoleRow {
    pub id: WorkOrderId,
    pub number: String,
    pub level: Level,
    pub customer: String,
    pub site: String,
    pub symptom: String,
    pub technician: String,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub respond_by: DateTime<Utc>,
    pub status: Status,
    pub photos: u32,
    pub photos_held: u32,
    pub attention: u32,
    #[ts(type = "string | null")]
    #[serde(with = "millis::option")]
    pub last_word: Option<DateTime<Utc>>,
}

/// The request's walk, derived from the journal (requirements.md, statuses).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Dispatching,
    Dispatched,
    Accepted,
    Refused,
    Departed,
    Arrived,
    Working,
    Paused,
    WorkDone,
    AcceptancePassed,
    AcceptanceFailed,
    SheetReturned,
    Unfinished,
    Cancelled,
    Closed,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsoleJob {
    pub row: ConsoleRow,
    pub order: WorkOrder,
    pub sheet: Sheet,
    /// The checklist in the order in which it is asked.
    pub asked: Vec<AskedStep>,
    pub charges: Charges,
    /// The document as it stands, in the console's language.
    pub document: Document,
    pub digest: Digest,
    /// Is what was signed what the office folds? `null` while unsigned.
    pub signed_as_shown: Option<bool>,
    pub photos: Vec<ConsolePhoto>,
    pub journal: Vec<JournalEntry>,
    pub attention: Vec<Raised>,
    pub closing: Closing,
}

/// How a work order stands towards the archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Closing {
    #[ts(type = "string | null")]
    #[serde(with = "millis::option")]
    pub closed_at: Option<DateTime<Utc>>,
    /// Nothing more is expected of a technician: a person may close it.
    pub is_over: bool,
    /// What the rule still waits for.
    pub lacks: Vec<Lack>,
    /// Somebody opened it again: the rule does not close it by itself any more.
    pub is_kept_open: bool,
    /// Hours that the rule gives a second handling.
    pub second_handling_hours: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsolePhoto {
    pub digest: Digest,
    #[ts(type = "number")]
    pub bytes: u64,
    /// Bytes the office holds.
    #[ts(type = "number")]
    pub held: u64,
    /// A thumbnail came ahead of it.
    pub thumb: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Raised {
    /// The journal's entry.
    #[ts(type = "number")]
    pub n: u64,
    pub attention: Attention,
    pub about: String,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub at: DateTime<Utc>,
    pub choices: Vec<Choice>,
    pub handling: Option<Handling>,
    pub decided: Option<Decision>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Decision {
    pub choice: Choice,
    pub reason: String,
    /// Name of the person.
    pub by: String,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub at: DateTime<Utc>,
}

/// What waits for a decision, a page of it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsoleLane {
    /// Of all that waits.
    pub total: u32,
    /// How much of each kind waits.
    pub kinds: Vec<LaneKind>,
    pub entries: Vec<ConsoleAttention>,
    /// Where the next page begins; nothing on the last.
    pub next: Option<String>,
    /// Hours that the standard gives a second handling.
    pub second_handling_hours: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LaneKind {
    pub kind: Attention,
    pub count: u32,
}

/// In which order the lane is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LaneOrder {
    #[default]
    Urgent,
    Newest,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsoleAttention {
    /// The journal's entry.
    #[ts(type = "number")]
    pub n: u64,
    pub attention: Attention,
    pub about: String,
    /// Who brought it up.
    pub by: String,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub at: DateTime<Utc>,
    /// 0 is looked at first.
    pub urgency: u8,
    pub choices: Vec<Choice>,
    /// Who deals with it, and until when.
    pub handling: Option<Handling>,
    pub work_order: WorkOrderId,
    pub number: String,
    pub level: Level,
    pub customer: String,
    pub site: String,
    pub technician: String,
}

/// What the form for a request is made of: what the firm's standard asks, and how each channel stands just now.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IntakeForm {
    pub channels: Vec<ChannelNow>,
    pub problem_types: Vec<Named>,
    pub symptoms: Vec<Symptom>,
    /// The most urgent first.
    pub levels: Vec<LevelChoice>,
    /// Kinds of equipment.
    pub kinds: Vec<Named>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LevelChoice {
    pub key: String,
    pub name: Text,
    pub colour: Colour,
    pub criteria: Vec<Criterion>,
}

/// What the rules say of a request that is being written down.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IntakeLook {
    pub findings: Vec<Finding>,
    pub missing: Vec<MissingInfo>,
    /// Nobody can be sent without these.
    pub lacks_to_go: Vec<MissingInfo>,
    pub grade: Grade,
    /// Criteria that are met, ticked or not.
    pub ticked: Vec<String>,
    pub channel: Option<ChannelNow>,
    /// What is promised if somebody is to go there (A7), and the ceiling (A17).
    #[ts(type = "string | null")]
    #[serde(with = "millis::option")]
    pub respond_by: Option<DateTime<Utc>>,
    #[ts(type = "string | null")]
    #[serde(with = "millis::option")]
    pub ceiling: Option<DateTime<Utc>>,
    pub standing: CustomerStanding,
    /// What is known of such faults, the likeliest first.
    pub hits: Vec<FaultCode>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RequestRow {
    pub id: RequestId,
    pub number: String,
    pub state: RequestState,
    pub channel: Channel,
    pub customer: String,
    pub site: String,
    pub symptom: String,
    pub level: Level,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub received_at: DateTime<Utc>,
    /// Nothing once it is settled.
    #[ts(type = "string | null")]
    #[serde(with = "millis::option")]
    pub respond_by: Option<DateTime<Utc>>,
    /// The clocks stand still: it waits for the customer.
    pub is_paused: bool,
    pub missing: Vec<MissingInfo>,
    pub work_order: Option<Visit>,
    /// Name of who registered it.
    pub by: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsoleRequests {
    /// Of all that are open.
    pub open: u32,
    /// The open ones first, then the latest.
    pub rows: Vec<RequestRow>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsoleRequest {
    pub row: RequestRow,
    /// Given back with a change, so that nobody's is written over.
    pub version: u32,
    pub intake: Intake,
    pub form: IntakeForm,
    pub look: IntakeLook,
    pub journal: Vec<RequestEntry>,
}

/// What was taken up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RequestTaken {
    pub id: RequestId,
    pub number: String,
    pub state: RequestState,
}

// --- The archive, the register and the vans ---------------------------------------------------------

/// A page of closed work orders, the latest first.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsoleArchive {
    /// Nothing was ever closed.
    pub is_empty: bool,
    pub rows: Vec<ArchiveRow>,
    /// Where the next page begins; nothing on the last.
    pub next: Option<String>,
    /// Levels that can be asked for.
    pub levels: Vec<Named>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArchiveRow {
    pub id: WorkOrderId,
    pub number: String,
    pub level: Level,
    pub customer: String,
    pub site: String,
    pub equipment: Option<Equipment>,
    pub symptom: String,
    /// What was done.
    pub remedy: String,
    pub technician: String,
    pub outcome: Outcome,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub visited_at: DateTime<Utc>,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub closed_at: DateTime<Utc>,
    /// Where the words that were searched for stand.
    pub matches: Vec<Match>,
}

/// A page of the register.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsoleCustomers {
    /// The register has nobody at all.
    pub is_empty: bool,
    pub rows: Vec<CustomerRow>,
    pub next: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomerRow {
    pub customer: Customer,
    pub phase: Phase,
    pub sites: u32,
    pub equipment: u32,
    /// The contract that runs longest; it may have ended.
    pub contract: Option<Contract>,
    pub in_force: bool,
}

/// A customer as the register has them.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsoleCustomer {
    /// Given back with a change, so that nobody's is written over.
    pub version: u32,
    pub file: CustomerFile,
    /// Of each machine, in the order of the file.
    pub standing: Vec<CustomerStanding>,
    /// Kinds of equipment.
    pub kinds: Vec<Named>,
    pub visits: VisitPage,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsoleMachine {
    pub customer: Customer,
    pub owned: Owned,
    pub site: Option<Site>,
    pub standing: CustomerStanding,
    pub kind: Option<Text>,
    pub visits: VisitPage,
}

/// A page of visits, the latest first.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VisitPage {
    pub rows: Vec<Visited>,
    pub next: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Visited {
    pub row: ConsoleRow,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub at: DateTime<Utc>,
    pub equipment: Option<Text>,
    pub remedy: String,
}

/// What the vans carry.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsoleVans {
    pub vans: Vec<Van>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Van {
    pub technician: TechnicianId,
    pub name: String,
    /// When one of their phones was last heard of.
    #[ts(type = "string | null")]
    #[serde(with = "millis::option")]
    pub heard: Option<DateTime<Utc>>,
    pub parts: Vec<VanPart>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VanPart {
    pub number: String,
    pub name: Option<Text>,
    /// What the office put into the van, as far as it knows.
    pub counted: u32,
    /// Fitted from it since, as phones reported.
    pub fitted: u32,
    /// How many the phone knew to be there when the last one was fitted, without that one.
    pub phone: Option<u32>,
}
