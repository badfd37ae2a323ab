//! The sheet: everything recorded on a work order, and the one function that adds a change to it.
//!
//! *Sheet on screen = base + waiting changes* (I4): the phone lays its waiting changes on the sheet the
//! office last sent; the office lays every change it accepted on an empty sheet. Both call [`apply`], so
//! both get the same bytes. [`apply`] is total: it changes the sheet or says why not, and never both.

use crate::{
    Change, ChangeId, Digest, LineId, Money, StepKey, WorkOrderId,
    change::*,
    moment::millis,
    place::Position,
    sign_off::PhoneSignature,
    step::{Answer, Verdict},
    text::tidy,
    times::{self, Span, SpanKind},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// How far the visit is. Derived from the changes, never set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    #[default]
    Offered,
    Declined,
    Accepted,
    Departed,
    OnSite,
    Working,
    Paused,
    WorkDone,
    SignedOff,
    SignedOnPaper,
    SignOffRefused,
    CouldNotFinish,
}

impl Stage {
    /// Nothing more is expected of the technician here.
    pub fn is_over(self) -> bool {
        use Stage::*;
        matches!(self, Declined | SignedOff | SignedOnPaper | SignOffRefused | CouldNotFinish)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sheet {
    pub work_order: WorkOrderId,
    pub stage: Stage,
    /// 1, and one more for each amendment of a signed sheet.
    pub revision: u32,
    #[ts(type = "string | null")]
    #[serde(with = "millis::option")]
    pub accepted_at: Option<DateTime<Utc>>,
    pub declined: Option<Declined>,
    /// Minutes more that were asked for to answer the offer.
    pub more_time: u32,
    pub delay: Option<Delay>,
    pub contacts: Vec<Contact>,
    pub kit: Option<Kit>,
    #[ts(type = "string | null")]
    #[serde(with = "millis::option")]
    pub dark_until: Option<DateTime<Utc>>,
    pub arrival: Option<Arrival>,
    pub fault: Option<Fault>,
    #[ts(type = "Record<StepKey, Answered>")]
    pub answers: BTreeMap<StepKey, Answered>,
    pub photos: Vec<SheetPhoto>,
    pub parts: Vec<PartLine>,
    /// Parts asked for and not withdrawn.
    #[serde(default)]
    pub requests: Vec<PartRequest>,
    pub spans: Vec<Span>,
    pub diagnosis: Option<Diagnosis>,
    pub quote: Option<Quote>,
    #[serde(default)]
    pub goodwill: Vec<Goodwill>,
    pub function_test: Option<FunctionTest>,
    pub notes: Vec<Note>,
    pub sign_off: Option<SignOff>,
    /// The paper that was signed, while it counts.
    #[serde(default)]
    pub on_paper: Option<OnPaper>,
    pub sign_off_refused: Option<SignOffRefused>,
    pub unfinished: Option<Unfinished>,
    pub follow_ups: Vec<FollowUp>,
    pub opened: Option<OpenedSheet>,
    /// Sign-offs of earlier revisions, with the reason they were reopened.
    pub superseded: Vec<Superseded>,
    /// Papers that were signed and no longer count, each with what voided it (E11).
    #[serde(default)]
    pub voided: Vec<VoidedPaper>,
    /// Changes that only a newer version understands.
    pub unknown: Vec<ChangeId>,
    /// How many changes this sheet is made of.
    pub changes: u32,
}

macro_rules! facts {
    ($($name:ident { $($(#[$meta:meta])* $field:ident: $type:ty),* $(,)? })*) => {$(
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name {
            /// When, by the phone's corrected clock.
            #[ts(type = "string")]
            #[serde(with = "millis")]
            pub at: DateTime<Utc>,
            $($(#[$meta])* pub $field: $type),*
        }
    )*};
}

facts! {
    Declined {
        reason: DeclineReason,
        note: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional = nullable)]
        suggested: Option<String>,
    }
    Delay {
        reason: DelayReason,
        #[ts(type = "string")]
        #[serde(with = "millis")]
        new_eta: DateTime<Utc>,
        note: String,
    }
    Contact {
        outcome: ContactOutcome,
        #[ts(type = "string | null")]
        #[serde(with = "millis::option")]
        agreed: Option<DateTime<Utc>>,
        note: String,
    }
    Kit { tools: Vec<String>, parts: Vec<String>, note: String }
    Arrival { position: Option<Position>, distance_m: Option<u32>, on_site: Option<bool>, note: String }
    Fault { as_reported: bool, fault: String, with: String }
    Answered { answer: Answer, verdict: Verdict, note: String }
    SheetPhoto {
        digest: Digest,
        subject: PhotoSubject,
        step: Option<StepKey>,
        bytes: u32,
        /// Of the photo that this one is, with marks on it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional = nullable)]
        drawn_on: Option<Digest>,
    }
    PartLine {
        line: LineId,
        part: PartBrief,
        quantity: u32,
        serial_in: Option<String>,
        serial_out: Option<String>,
        from: PartSource,
        old_part: OldPart,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional = nullable)]
        on_van: Option<u32>,
    }
    PartRequest { request: LineId, part: PartWanted, note: String }
    Diagnosis { fault_code: Option<String>, cause: String, remedy: String }
    Quote {
        total: Money,
        agreed_by: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional = nullable)]
        tariff: Option<String>,
    }
    Goodwill { charge: ChargeRef, reason: String, agreed_by: String }
    FunctionTest { passed: bool, note: String }
    Note { text: String }
    SignOff {
        act: SignOffAct,
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<Vec<i32>>))]
        ink: Vec<Stroke>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional = nullable)]
        phone: Option<Box<PhoneSignature>>,
    }
    OnPaper { signatory: String, capacity: String, pages: Vec<Digest> }
    SignOffRefused { reason: RefusalReason, note: String }
    Unfinished { reason: UnfinishedReason, parts: Vec<PartWanted>, next: String, note: String }
    FollowUp { kind: FollowUpKind, text: String }
    Superseded { act: SignOffAct, reason: String }
    VoidedPaper {
        paper: OnPaper,
        /// The name of the change that voided it: `note_written`.
        by: String,
    }
}

impl PartLine {
    /// How many the van carried, as the phone knew it, where more than that was taken from it (P12).
    pub fn beyond_van(&self) -> Option<u32> {
        self.on_van.filter(|carried| self.from == PartSource::Van && self.quantity > *carried)
    }
}

impl PartRequest {
    /// How it is told of: `P100001 ×2`.
    pub fn about(&self) -> String {
        format!("{} ×{}", self.part.number, self.part.quantity)
    }
}

/// Why a change does not fit (WORDS: refusal). Each reason has its sentence on the screens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    #[error("the sheet is signed; amend it first")]
    Locked,
    #[error("the sheet is not signed")]
    NotSigned,
    #[error("the quantity must be between 1 and 9999")]
    Quantity,
    #[error("there is no such line")]
    NoSuchLine,
    #[error("there is no such photo")]
    NoSuchPhoto,
    #[error("there is no such stretch of time")]
    NoSuchSpan,
    #[error("the end lies before the beginning")]
    EndsBeforeItBegins,
    #[error("something that must be filled in is empty")]
    Empty,
    #[error("the text is too long")]
    TooLong,
    #[error("there is no such step on this checklist")]
    NoSuchStep,
    #[error("the answer does not belong to this step")]
    WrongAnswer,
    #[error("the signature is empty")]
    NoInk,
    #[error("the sheet was changed after it was shown")]
    DigestDiffers,
    #[error("the change is for another work order")]
    WrongWorkOrder,
    #[error("this change could not be read")]
    Malformed,
    #[error("this sheet was opened before")]
    AlreadyOpened,
    #[error("the change was recorded by somebody else")]
    NotYours,
    #[error("the office could not take this change and keeps it aside")]
    Quarantined,
    /// A reason that only a newer version knows.
    #[error("the reason needs a newer version of the app")]
    #[serde(other)]
    Newer,
}

/// Longest typed text, in characters.
pub const MAX_TEXT: usize = 4_000;
/// Largest quantity on a part line.
pub const MAX_QUANTITY: u32 = 9_999;
/// Shortest ink that counts as a signature, in paper units.
pub const MIN_INK: f64 = 60.0;

impl Sheet {
    /// When the customer was told something: reached, or left a message (A23).
    pub fn told(&self) -> impl Iterator<Item = &Contact> {
        let is_told = |outcome| matches!(outcome, ContactOutcome::Reached | ContactOutcome::MessageSent);
        self.contacts.iter().filter(move |contact| is_told(contact.outcome))
    }

    pub fn is_told_since(&self, since: DateTime<Utc>) -> bool {
        self.told().any(|contact| contact.at >= since)
    }

    pub fn empty(work_order: WorkOrderId) -> Self {
        Self {
            work_order,
            stage: Stage::Offered,
            revision: 1,
            accepted_at: None,
            declined: None,
            more_time: 0,
            delay: None,
            contacts: Vec::new(),
            kit: None,
            dark_until: None,
            arrival: None,
            fault: None,
            answers: BTreeMap::new(),
            photos: Vec::new(),
            parts: Vec::new(),
            requests: Vec::new(),
            spans: Vec::new(),
            diagnosis: None,
            quote: None,
            goodwill: Vec::new(),
            function_test: None,
            notes: Vec::new(),
            sign_off: None,
            on_paper: None,
            sign_off_refused: None,
            unfinished: None,
            follow_ups: Vec::new(),
            opened: None,
            superseded: Vec::new(),
            voided: Vec::new(),
            unknown: Vec::new(),
            changes: 0,
        }
    }

    /// Signed, and not amended since: nothing of what was signed may change (I8).
    pub fn is_locked(&self) -> bool {
        self.sign_off.is_some()
    }

    /// A photo of a document is on this sheet under that digest.
    fn shows_a_paper(&self, page: &Digest) -> bool {
        self.photos.iter().any(|photo| photo.digest == *page && photo.subject == PhotoSubject::Document)
    }

    /// When the visit ended, if it has.
    pub fn over_at(&self) -> Option<DateTime<Utc>> {
        (self.sign_off.as_ref().map(|s| s.at))
            .or(self.on_paper.as_ref().map(|s| s.at))
            .or(self.sign_off_refused.as_ref().map(|s| s.at))
            .or(self.unfinished.as_ref().map(|u| u.at))
            .or(self.declined.as_ref().map(|d| d.at))
            .filter(|_| self.stage.is_over())
    }
}

/// Adds `change` to `sheet`, or leaves it as it was and says why.
pub fn apply(sheet: &mut Sheet, change: &Change) -> Result<(), Refusal> {
    if change.work_order != sheet.work_order {
        return Err(Refusal::WrongWorkOrder);
    }
    let at = change.at.best();
    let what = match &change.what {
        What::Known(known) => known,
        What::Unknown(_) => {
            sheet.unknown.push(change.id);
            sheet.changes += 1;
            return Ok(());
        }
    };
    if sheet.is_locked() && touches_what_was_signed(what) {
        return Err(Refusal::Locked);
    }
    let begin = |kind, pause| Span {
        id: change.id,
        kind,
        from: at,
        to: None,
        offset: change.at.offset,
        pause,
        corrected: None,
    };
    let signed_paper = sheet.on_paper.clone();
    use KnownWhat::*;
    match what {
        OfferAccepted {} => {
            sheet.accepted_at.get_or_insert(at);
            sheet.declined = None;
            if matches!(sheet.stage, Stage::Offered | Stage::Declined) {
                sheet.stage = Stage::Accepted;
            }
        }
        OfferDeclined { reason, note, suggested } => {
            let suggested = suggested.as_deref().map(typed).transpose()?.filter(|name| !name.is_empty());
            sheet.declined = Some(Declined { at, reason: *reason, note: typed(note)?, suggested });
            sheet.stage = Stage::Declined;
        }
        MoreTimeAsked { minutes } => {
            if !(1..=60).contains(minutes) {
                return Err(Refusal::Quantity);
            }
            sheet.more_time = *minutes;
        }
        DelayReported { reason, new_eta, note } => {
            sheet.delay = Some(Delay { at, reason: *reason, new_eta: *new_eta, note: typed(note)? });
        }
        CustomerContacted { outcome, agreed, note } => {
            sheet.contacts.push(Contact { at, outcome: *outcome, agreed: *agreed, note: typed(note)? });
        }
        KitChecked { tools, parts, note } => {
            sheet.kit = Some(Kit { at, tools: tools.clone(), parts: parts.clone(), note: typed(note)? });
        }
        Departed {} => {
            times::begin(&mut sheet.spans, begin(SpanKind::Travel, None));
            sheet.stage = Stage::Departed;
        }
        WentDark { back_by } => sheet.dark_until = Some(*back_by),
        Arrived { position, distance_m, on_site, note } => {
            let note = typed(note)?;
            times::end(&mut sheet.spans, at);
            sheet.arrival =
                Some(Arrival { at, position: *position, distance_m: *distance_m, on_site: *on_site, note });
            sheet.stage = Stage::OnSite;
        }
        FaultConfirmed { as_reported, fault, with } => {
            sheet.fault =
                Some(Fault { at, as_reported: *as_reported, fault: filled(fault)?, with: typed(with)? });
        }
        WorkStarted {} | WorkResumed {} => {
            times::begin(&mut sheet.spans, begin(SpanKind::Work, None));
            sheet.stage = Stage::Working;
        }
        WorkPaused { reason, note } => {
            typed(note)?;
            times::begin(&mut sheet.spans, begin(SpanKind::Pause, Some(*reason)));
            sheet.stage = Stage::Paused;
        }
        WorkFinished {} => {
            times::end(&mut sheet.spans, at);
            sheet.stage = Stage::WorkDone;
        }
        StepAnswered { step, answer, verdict, note } => {
            let answered = Answered {
                at,
                answer: answer.clone(),
                verdict: verdict.unwrap_or(Verdict::Noted),
                note: typed(note)?,
            };
            sheet.answers.insert(step.clone(), answered);
        }
        PhotoTaken { digest, subject, step, bytes, drawn_on } => {
            let is_here = |wanted| sheet.photos.iter().any(|p| &p.digest == wanted);
            if drawn_on.as_ref().is_some_and(|below| below == digest || !is_here(below)) {
                return Err(Refusal::NoSuchPhoto);
            }
            // The same picture taken twice is one photo.
            if !is_here(digest) {
                sheet.photos.push(SheetPhoto {
                    at,
                    digest: digest.clone(),
                    subject: *subject,
                    step: step.clone(),
                    bytes: *bytes,
                    drawn_on: drawn_on.clone(),
                });
            }
        }
        PhotoRemoved { digest } => {
            let index = sheet.photos.iter().position(|p| &p.digest == digest).ok_or(Refusal::NoSuchPhoto)?;
            sheet.photos.remove(index);
        }
        PartFitted { line, part, quantity, serial_in, serial_out, from, old_part, on_van } => {
            if !(1..=MAX_QUANTITY).contains(quantity) {
                return Err(Refusal::Quantity);
            }
            let fitted = PartLine {
                at,
                line: *line,
                part: part.clone(),
                quantity: *quantity,
                serial_in: serial_in.as_deref().map(typed).transpose()?,
                serial_out: serial_out.as_deref().map(typed).transpose()?,
                from: *from,
                old_part: *old_part,
                on_van: *on_van,
            };
            match sheet.parts.iter_mut().find(|p| p.line == *line) {
                Some(existing) => *existing = fitted,
                None => sheet.parts.push(fitted),
            }
        }
        PartLineRemoved { line } => {
            let index = sheet.parts.iter().position(|p| p.line == *line).ok_or(Refusal::NoSuchLine)?;
            sheet.parts.remove(index);
        }
        PartRequested { request, part, note } => {
            if !(1..=MAX_QUANTITY).contains(&part.quantity) {
                return Err(Refusal::Quantity);
            }
            let wanted = PartRequest { at, request: *request, part: part.clone(), note: typed(note)? };
            match sheet.requests.iter_mut().find(|one| one.request == *request) {
                Some(existing) => *existing = wanted,
                None => sheet.requests.push(wanted),
            }
        }
        PartRequestWithdrawn { request } => {
            let index =
                sheet.requests.iter().position(|one| one.request == *request).ok_or(Refusal::NoSuchLine)?;
            sheet.requests.remove(index);
        }
        TimeCorrected { span, from, to, reason } => {
            let reason = filled(reason)?;
            if to < from {
                return Err(Refusal::EndsBeforeItBegins);
            }
            let span = sheet.spans.iter_mut().find(|s| s.id == *span).ok_or(Refusal::NoSuchSpan)?;
            span.from = *from;
            span.to = Some(*to);
            span.corrected = Some(reason);
        }
        Diagnosed { fault_code, cause, remedy } => {
            sheet.diagnosis = Some(Diagnosis {
                at,
                fault_code: fault_code.clone(),
                cause: filled(cause)?,
                remedy: filled(remedy)?,
            });
        }
        QuoteAgreed { total, agreed_by, tariff } => {
            let (total, agreed_by, tariff) = (total.clone(), filled(agreed_by)?, tariff.clone());
            sheet.quote = Some(Quote { at, total, agreed_by, tariff });
        }
        GoodwillGiven { charge, reason, agreed_by } => {
            if let ChargeRef::Part { line } = charge
                && !sheet.parts.iter().any(|part| part.line == *line)
            {
                return Err(Refusal::NoSuchLine);
            }
            let (reason, agreed_by) = (filled(reason)?, filled(agreed_by)?);
            sheet.goodwill.retain(|one| one.charge != *charge);
            sheet.goodwill.push(Goodwill { at, charge: *charge, reason, agreed_by });
        }
        GoodwillWithdrawn { charge } => {
            let index =
                sheet.goodwill.iter().position(|one| one.charge == *charge).ok_or(Refusal::NoSuchLine)?;
            sheet.goodwill.remove(index);
        }
        FunctionTested { passed, note } => {
            sheet.function_test = Some(FunctionTest { at, passed: *passed, note: typed(note)? });
        }
        NoteWritten { text } => sheet.notes.push(Note { at, text: filled(text)? }),
        SignedOff { act, ink, phone } => {
            if ink_length(ink) < MIN_INK {
                return Err(Refusal::NoInk);
            }
            let signatory = filled(&act.signatory)?;
            times::end(&mut sheet.spans, at);
            sheet.sign_off = Some(SignOff {
                at,
                act: SignOffAct { signatory, ..act.clone() },
                ink: ink.clone(),
                phone: phone.clone(),
            });
            sheet.sign_off_refused = None;
            sheet.stage = Stage::SignedOff;
        }
        SignedOnPaper { signatory, capacity, pages } => {
            let (signatory, capacity) = (filled(signatory)?, typed(capacity)?);
            if pages.is_empty() {
                return Err(Refusal::Empty);
            }
            if !pages.iter().all(|page| sheet.shows_a_paper(page)) {
                return Err(Refusal::NoSuchPhoto);
            }
            times::end(&mut sheet.spans, at);
            sheet.on_paper = Some(OnPaper { at, signatory, capacity, pages: pages.clone() });
            sheet.sign_off_refused = None;
            sheet.stage = Stage::SignedOnPaper;
        }
        SignOffRefused { reason, note } => {
            let note = typed(note)?;
            times::end(&mut sheet.spans, at);
            sheet.sign_off_refused = Some(self::SignOffRefused { at, reason: *reason, note });
            sheet.stage = Stage::SignOffRefused;
        }
        CouldNotFinish { reason, parts, next, note } => {
            let (next, note) = (typed(next)?, typed(note)?);
            times::end(&mut sheet.spans, at);
            sheet.unfinished = Some(Unfinished { at, reason: *reason, parts: parts.clone(), next, note });
            sheet.stage = Stage::CouldNotFinish;
        }
        FollowUpSuggested { kind, text } => {
            sheet.follow_ups.push(FollowUp { at, kind: *kind, text: filled(text)? });
        }
        SheetOpened { opened } => {
            if sheet.changes > 0 {
                return Err(Refusal::AlreadyOpened);
            }
            filled(&opened.customer)?;
            sheet.opened = Some(opened.clone());
            sheet.accepted_at = Some(at);
            sheet.stage = Stage::Accepted;
        }
        Amended { reason } => {
            let reason = filled(reason)?;
            let signed = sheet.sign_off.take().ok_or(Refusal::NotSigned)?;
            sheet.superseded.push(Superseded { at, act: signed.act, reason });
            sheet.revision += 1;
            sheet.stage = Stage::WorkDone;
        }
    }
    if let Some(paper) = signed_paper {
        if sheet.stage == Stage::SignedOnPaper && touches_what_is_on_the_paper(what) {
            sheet.stage = Stage::WorkDone;
        }
        if sheet.stage != Stage::SignedOnPaper {
            sheet.on_paper = None;
        }
        // Or another one was signed in its place.
        if sheet.on_paper.as_ref() != Some(&paper) {
            sheet.voided.push(VoidedPaper { at, paper, by: change.what.name() });
        }
    }
    sheet.changes += 1;
    Ok(())
}

/// What the customer signed may not change; what comes after a visit (a suggestion, a part for the next one, an
/// amendment) may.
fn touches_what_was_signed(what: &KnownWhat) -> bool {
    !matches!(
        what,
        KnownWhat::Amended { .. }
            | KnownWhat::FollowUpSuggested { .. }
            | KnownWhat::PartRequested { .. }
            | KnownWhat::PartRequestWithdrawn { .. }
            | KnownWhat::WentDark { .. }
    )
}

/// Would this change take away what the customer signed on paper (E11)? Nobody does that unasked.
pub fn voids_the_paper(sheet: &Sheet, what: &KnownWhat) -> bool {
    sheet.on_paper.is_some() && touches_what_is_on_the_paper(what)
}

/// A paper cannot follow what is changed after it was signed: it is kept among what no longer counts. Who signs again,
/// or photographs another page, changes nothing of what was signed.
fn touches_what_is_on_the_paper(what: &KnownWhat) -> bool {
    let of_the_paper = matches!(
        what,
        KnownWhat::SignedOnPaper { .. } | KnownWhat::PhotoTaken { subject: PhotoSubject::Document, .. }
    );
    !of_the_paper && touches_what_was_signed(what)
}

fn typed(text: &str) -> Result<String, Refusal> {
    if text.chars().count() > MAX_TEXT {
        return Err(Refusal::TooLong);
    }
    Ok(tidy(text))
}

fn filled(text: &str) -> Result<String, Refusal> {
    let text = typed(text)?;
    if text.is_empty() { Err(Refusal::Empty) } else { Ok(text) }
}

/// Length of the ink in paper units (the paper is 1000 x 400).
pub fn ink_length(ink: &[Stroke]) -> f64 {
    ink.iter()
        .flat_map(|stroke| stroke.windows(2))
        .map(|pair| {
            let [from, to] = pair else { return 0.0 };
            (f64::from(to[0]) - f64::from(from[0])).hypot(f64::from(to[1]) - f64::from(from[1]))
        })
        .sum()
}
