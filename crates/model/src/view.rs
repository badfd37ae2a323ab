//! What the screens are shown: the technician's over IPC (here), the console's over HTTP ([`console`]). Read-only
//! answers, made from orders and sheets by `crates/phone` and `crates/office`.

mod console;

pub use console::*;

use crate::{
    Digest, Language, LineId, Money, Problem, Sheet, Stage, WorkOrder, WorkOrderId,
    asked::AskedStep,
    change::PartSource,
    changed::OfficeChange,
    charges::{Charges, Consent, Cover},
    document::Document,
    moment::{OtherZone, millis},
    reference::{FaultCode, Part},
    visit_rules::{Call, VisitRules},
    work_order::{Level, Technician},
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// What a start of the app shows, in one answer: on a slow phone each question costs as much as what it asks for.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Opening {
    pub session: Session,
    /// The job whose customer has the phone in their hands; null where the technician has it.
    pub customer: Option<WorkOrderId>,
    /// Null where nobody is at work, and where it cannot be read: who asks for it then hears why.
    pub today: Option<Today>,
}

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
    /// Nobody is at work: what the office has to hear for a code that opens this phone by telephone (`unlock`).
    pub question: Option<String>,
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
    /// Lines whose new serial is none of those reserved for this job (A21).
    pub other_serials: Vec<LineId>,
    /// Minutes of work after which the customer hears how it goes (B11); null once they have.
    pub tell_after: Option<u32>,
    /// Calls that the kind of job asks for and that nobody has made yet (A23, E6, X13).
    pub calls: Vec<Call>,
    pub rules: VisitRules,
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
