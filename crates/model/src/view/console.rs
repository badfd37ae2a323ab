//! What the office's page shows.

use crate::{
    Digest, Sheet, TechnicianId, Text, WorkOrder, WorkOrderId,
    act::{Attention, JournalEntry},
    archive::{Match, Outcome},
    asked::AskedStep,
    attention::{Choice, Handling},
    charges::Charges,
    closing::{Lack, SecondHandlingRule},
    customer::{CustomerFile, CustomerStanding, Owned, Phase},
    document::Document,
    enrol::{PhoneId, Wipe},
    expected::{Expected, ToldBy},
    ids::RequestId,
    intake::{
        ChannelNow, Grade, Intake, MissingInfo, Named, RequestEntry, RequestState, ResponseMode, Symptom,
    },
    moment::millis,
    reference::FaultCode,
    role::Role,
    standard::{Criterion, Finding, LevelSet, Standard, StandardEntry, Under, differences::Difference},
    work_order::{Channel, Colour, Contract, Customer, Equipment, Level, Site, Technician, Visit},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

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
    /// Codes that opened it by telephone, the latest first.
    pub codes: Vec<CodeGiven>,
}

/// A code that somebody of the office read out for a locked phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CodeGiven {
    #[serde(with = "millis")]
    #[ts(type = "string")]
    pub at: DateTime<Utc>,
    pub by: String,
    pub reason: String,
}

/// The answer to a locked phone's question. The office does not keep it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnlockCode {
    /// For reading out: `K7QF-92MD-XP4T-8WVA`.
    pub code: String,
    /// How many more may be given for this phone within a day.
    pub left: u32,
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
    /// What a change of it names as seen.
    pub version: u32,
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
    /// When the customer is to have a first response that nobody has given yet (B4).
    #[ts(type = "string | null")]
    #[serde(with = "millis::option")]
    pub answer_by: Option<DateTime<Utc>>,
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
    /// What the customer is to know of a visit that lies ahead.
    pub expected: Option<ConsoleExpected>,
}

/// Who comes and when, and whether the customer knows (A14, A16).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsoleExpected {
    pub expected: Expected,
    pub technician: Technician,
    /// The last time; of just this only where `is_told`.
    pub told: Option<ToldCustomer>,
    pub is_told: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ToldCustomer {
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub at: DateTime<Utc>,
    pub actor: String,
    pub told_by: ToldBy,
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
    pub second_handling: SecondHandlingRule,
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
    /// Requests whose promise has passed and for which nobody was sent yet; not among the total.
    pub late: Vec<RequestRow>,
    /// Where the next page begins; nothing on the last.
    pub next: Option<String>,
    pub second_handling: SecondHandlingRule,
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
    /// What else levels are called, by the customer or in another set (X1).
    pub level_sets: Vec<LevelSet>,
    /// Kinds of equipment.
    pub kinds: Vec<Named>,
    pub photos: PhotoLimits,
}

/// What is taken of the customer's photos.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PhotoLimits {
    /// With one request.
    pub most: u32,
    /// Of one file.
    pub bytes: u32,
}

/// A photo as the office keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PhotoKept {
    pub digest: Digest,
    pub bytes: u32,
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
    /// What it promises has passed: nobody was sent yet, or nobody has answered.
    pub is_late: bool,
    /// Somebody was reminded of a promise that is still to be kept (D3).
    pub is_due_soon: bool,
    /// When the first response is due; nothing once it was given, or where none is promised (B4).
    #[ts(type = "string | null")]
    #[serde(with = "millis::option")]
    pub answer_by: Option<DateTime<Utc>>,
    /// When the customer was answered, and how.
    pub response: Option<ResponseGiven>,
    pub missing: Vec<MissingInfo>,
    pub work_order: Option<Visit>,
    /// Name of who registered it.
    pub by: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResponseGiven {
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub at: DateTime<Utc>,
    pub mode: ResponseMode,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsoleRequests {
    /// Nothing was ever asked for.
    pub is_empty: bool,
    /// Of all that are open.
    pub open: u32,
    /// The open ones first, then the latest.
    pub rows: Vec<RequestRow>,
    /// Where the next page begins; `null` when there is none. There may be one behind a page on which nothing was found.
    pub next: Option<String>,
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

// --- Standards -------------------------------------------------------------------------------------

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsoleStandards {
    /// What new requests are taken under.
    pub in_use: Under,
    /// Whoever asks may write, publish and put to use.
    pub may_edit: bool,
    pub rows: Vec<StandardRow>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StandardRow {
    pub key: String,
    pub name: Text,
    /// The newest first.
    pub versions: Vec<PublishedStandard>,
    pub draft: Option<DraftOfStandard>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublishedStandard {
    pub version: u32,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub at: DateTime<Utc>,
    /// Who published it; empty for one that came with the office.
    pub by: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DraftOfStandard {
    /// Given back with a change, so that nobody's is written over.
    pub version: u32,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub at: DateTime<Utc>,
    pub by: String,
}

/// A version of a standard, or its draft.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsoleStandard {
    /// Read and written by path (`standard::check` names them).
    #[ts(type = "Record<string, unknown>")]
    pub body: Standard,
    /// Nothing for a draft.
    pub published: Option<PublishedStandard>,
    /// The draft that it is; nothing for a version, and for a draft that nobody has begun.
    pub draft: Option<DraftOfStandard>,
    pub in_use: Under,
    pub may_edit: bool,
    pub look: StandardLook,
    pub journal: Vec<StandardEntry>,
    /// Kinds of equipment that may have a checklist.
    pub kinds: Vec<Named>,
}

/// What is to be said of a standard before it is published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StandardLook {
    pub findings: Vec<Finding>,
    /// What it is compared with: the version in use of the same key, else the newest one.
    pub against: Option<Under>,
    pub differences: Vec<Difference>,
    /// These keep the version that they began under.
    pub open_requests: u32,
    pub open_work_orders: u32,
}

/// A draft as it was kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StandardSaved {
    pub version: u32,
    pub look: StandardLook,
}
