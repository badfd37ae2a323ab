//! One sync: what a phone pushes is judged and kept, what it may see is answered.
//!
//! Facts are never refused for being late, and one bad change never holds up the next: a refusal is as durably
//! held as an accepted change, so both move the phone's chain on (I5). Everything may arrive twice (I3): a
//! change that is known by its id and bytes gets the answer it got the first time.

use crate::{
    Office,
    store::{self, Held, Line, sync as held},
};
use anyhow::Context;
use chrono::{DateTime, Utc};
use jobsheet_model::{
    Change, ChangeId, DeviceId, Digest, Refusal, Sheet, Stage, What, WorkOrder, WorkOrderId,
    act::{Act, Attention, Entry},
    change::KnownWhat,
    planted,
    prepare::prepare,
    sheet::apply,
    wire::{
        Base, ChangeResult, Gone, MAX_PUSH, Outcome, Receipt, SyncRequest, SyncResponse, reference_digest,
    },
    work_order::{AssignmentState, Technician},
};
use rusqlite::Connection;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Work orders in one answer.
const PAGE: usize = 50;
/// Who acts when nobody does.
pub const AUTOMATIC: &str = "Jobsheet";

/// Why a whole sync cannot be answered. Nothing of it was kept.
#[derive(Debug, thiserror::Error)]
pub enum Halt {
    #[error("this phone is known as somebody else's")]
    NotYourDevice,
    #[error("the office holds this phone's changes up to {held}")]
    Gap { held: u64 },
    #[error("the chain of this phone's changes does not fit after {held}")]
    ChainBroken { held: u64 },
    #[error("the change at place {0} has no readable id")]
    Unreadable(usize),
    #[error("more than {MAX_PUSH} changes")]
    TooMany,
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

impl From<rusqlite::Error> for Halt {
    fn from(why: rusqlite::Error) -> Self {
        Halt::Failed(why.into())
    }
}

impl Office {
    pub(crate) fn sync(&self, me: &Technician, request: &SyncRequest) -> Result<SyncResponse, Halt> {
        if request.changes.len() > MAX_PUSH {
            return Err(Halt::TooMany);
        }
        let now = self.now();
        // A sync that brings nothing and proves nothing costs no write.
        let quiet = self.0.store.read(|db| -> Result<_, Halt> {
            let cursor = Cursor::read(db, request.cursor.as_deref())?;
            let known = held::device(db, request.device)?.is_some_and(|device| device.technician == me.id);
            if !request.changes.is_empty()
                || !known
                || !held::offers_delivered(db, me.id, cursor.position)?.is_empty()
            {
                return Ok(None);
            }
            answer(db, me, request, cursor, Vec::new(), &BTreeSet::new(), now).map(Some)
        })?;
        match quiet {
            Some(response) => Ok(response),
            None => self.write(|tx| {
                let cursor = Cursor::read(tx, request.cursor.as_deref())?;
                note_deliveries(tx, me, cursor.position, now)?;
                let mut push = Push::begin(tx, me, request, now)?;
                let mut results = Vec::with_capacity(request.changes.len());
                for (place, raw) in request.changes.iter().enumerate() {
                    results.push(push.take(place, raw.get())?);
                }
                let belongs = push.end(&request.app)?;
                answer(tx, me, request, cursor, results, &belongs, now)
            }),
        }
    }
}

/// How far a phone has pulled, from a text that only the office understands: `epoch.position`.
struct Cursor {
    epoch: String,
    position: u64,
}

impl Cursor {
    /// A cursor of another office, or of a future this one does not have (a restored backup), means from the start.
    fn read(db: &Connection, text: Option<&str>) -> anyhow::Result<Self> {
        let epoch = store::fact(db, "epoch")?.context("The office has no epoch")?;
        let position = text
            .and_then(|text| text.rsplit_once('.'))
            .filter(|(theirs, _)| *theirs == epoch)
            .and_then(|(_, position)| position.parse().ok());
        let position = match position {
            Some(position) if position <= store::counter(db)? + u64::from(planted::on("cursor_ahead")) => {
                position
            }
            _ => 0,
        };
        Ok(Self { epoch, position })
    }
}

fn note_deliveries(
    tx: &Connection,
    me: &Technician,
    position: u64,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    for id in held::offers_delivered(tx, me.id, position)? {
        held::set_delivered(tx, id, me.id, now)?;
        journal_act(tx, id, now, &me.name, Act::Delivered { technician: me.id })?;
    }
    Ok(())
}

/// Notes an act of the office.
pub fn journal_act(
    tx: &Connection,
    work_order: WorkOrderId,
    now: DateTime<Utc>,
    actor: &str,
    act: Act,
) -> anyhow::Result<()> {
    let entry = Entry::Act(act);
    store::journal(
        tx,
        Line { work_order, at: now, received_at: now, actor, entry, change: None, folded: false },
    )?;
    Ok(())
}

/// The signed sheet is back when its last photo is (E10); once for each revision.
pub fn note_returned(tx: &Connection, id: WorkOrderId, now: DateTime<Utc>) -> anyhow::Result<()> {
    let Some(Held { sheet, returned, .. }) = store::held(tx, id)? else { return Ok(()) };
    if sheet.stage != Stage::SignedOff || returned >= sheet.revision {
        return Ok(());
    }
    for photo in &sheet.photos {
        if !held::photo_is_whole(tx, &photo.digest)? {
            return Ok(());
        }
    }
    store::set_returned(tx, id, sheet.revision)?;
    journal_act(tx, id, now, AUTOMATIC, Act::Returned {})
}

// --- The push --------------------------------------------------------------------------------------

struct Push<'a> {
    tx: &'a Connection,
    me: &'a Technician,
    now: DateTime<Utc>,
    id: DeviceId,
    device: held::Device,
    /// Work orders that the sent changes belong to.
    belongs: BTreeSet<WorkOrderId>,
    /// What was recorded too late, by work order: one line of attention for each push.
    late: BTreeMap<WorkOrderId, Vec<String>>,
    accepted: BTreeSet<WorkOrderId>,
}

/// The work order and sheet a change is for.
struct Place {
    order: WorkOrder,
    sheet: Sheet,
    /// Still this technician's.
    mine: bool,
    /// A sheet opened on site, not at the office yet (E11).
    new: bool,
}

/// What can be told of a change even when the rest of it cannot be read.
struct Head {
    id: ChangeId,
    sequence: Option<u64>,
    work_order: Option<WorkOrderId>,
}

impl Head {
    fn read(raw: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(raw).ok()?;
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        Some(Self {
            id: text("id")?.parse().ok()?,
            sequence: value.get("sequence").and_then(Value::as_u64),
            work_order: text("work_order").and_then(|id| id.parse().ok()),
        })
    }
}

impl<'a> Push<'a> {
    fn begin(
        tx: &'a Connection,
        me: &'a Technician,
        request: &SyncRequest,
        now: DateTime<Utc>,
    ) -> Result<Self, Halt> {
        let device = match held::device(tx, request.device)? {
            Some(device) => device,
            None => {
                let device = held::Device { technician: me.id, sequence: 0, hash: None };
                held::save_device(tx, request.device, &device, &request.app, now)?;
                device
            }
        };
        if device.technician != me.id {
            return Err(Halt::NotYourDevice);
        }
        Ok(Self {
            tx,
            me,
            now,
            id: request.device,
            device,
            belongs: BTreeSet::new(),
            late: BTreeMap::new(),
            accepted: BTreeSet::new(),
        })
    }

    fn take(&mut self, place: usize, raw: &str) -> Result<ChangeResult, Halt> {
        let head = Head::read(raw).ok_or(Halt::Unreadable(place))?;
        let digest = Digest::of(raw.as_bytes());
        let change = serde_json::from_str::<Change>(raw).ok();
        self.belongs.extend(head.work_order);
        let outcome = match change {
            Some(change) if change.author != self.me.id || change.device != self.id => {
                held::quarantine(self.tx, self.me.id, "not_yours", raw.as_bytes(), self.now)?;
                self.advance_if_next(change.sequence, change.previous.as_ref(), &digest);
                Outcome::Refused { reason: Refusal::NotYours }
            }
            change => match held::known_change(self.tx, head.id)? {
                Some(known) if known.digest == digest => match known.refused {
                    Some(reason) => Outcome::Refused { reason },
                    None if planted::on("duplicate_as_refused") => {
                        Outcome::Refused { reason: Refusal::Malformed }
                    }
                    None => {
                        if let Some(change) = change.as_ref().filter(|_| planted::on("applied_twice")) {
                            let _ = self.judge(change)?;
                        }
                        Outcome::Duplicate
                    }
                },
                Some(known) => self.same_id_other_body(&known, change.as_ref(), &head, raw, &digest)?,
                None => self.take_new(change.as_ref(), &head, raw, &digest)?,
            },
        };
        Ok(ChangeResult { id: head.id, outcome })
    }

    fn same_id_other_body(
        &mut self,
        known: &held::KnownChange,
        change: Option<&Change>,
        head: &Head,
        raw: &str,
        digest: &Digest,
    ) -> Result<Outcome, Halt> {
        let fresh = held::quarantine(self.tx, self.me.id, "same_id_other_body", raw.as_bytes(), self.now)?;
        if fresh && let Some(work_order) = known.work_order {
            self.raise(work_order, Attention::SameIdOtherBody, format!("change {}", head.id))?;
        }
        if let Some(change) = change {
            self.advance_if_next(change.sequence, change.previous.as_ref(), digest);
        }
        Ok(Outcome::Refused { reason: Refusal::Malformed })
    }

    fn take_new(
        &mut self,
        change: Option<&Change>,
        head: &Head,
        raw: &str,
        digest: &Digest,
    ) -> Result<Outcome, Halt> {
        let next = self.device.sequence + 1;
        // What cannot be read stands where it came.
        let sequence = change.map(|c| c.sequence).or(head.sequence).unwrap_or(next);
        if sequence > next {
            return Err(Halt::Gap { held: self.device.sequence });
        }
        let fits = change.is_none_or(|change| change.previous == self.device.hash);
        if sequence < next || !fits {
            return Err(Halt::ChainBroken { held: self.device.sequence });
        }
        let verdict = match change {
            Some(change) => self.judge(change)?,
            None => Err(Refusal::Malformed),
        };
        held::keep_change(
            self.tx,
            &held::Received {
                id: head.id,
                digest,
                device: self.id,
                sequence,
                technician: self.me.id,
                work_order: head.work_order,
                at: self.now,
                refused: verdict.err(),
                body: raw,
            },
        )?;
        if let (Some(work_order), Some(What::Known(KnownWhat::PhotoTaken { digest, bytes, .. }))) =
            (head.work_order, change.map(|c| &c.what))
        {
            held::name_photo(self.tx, digest, *bytes, self.me.id, work_order)?;
        }
        self.device.sequence = sequence;
        self.device.hash = Some(digest.clone());
        match verdict {
            Ok(()) => Ok(Outcome::Accepted),
            Err(_) if planted::on("refusal_blocks") => Err(Halt::ChainBroken { held: self.device.sequence }),
            Err(reason) => {
                if let Some(work_order) = head.work_order {
                    let name = change.map_or("unreadable".to_owned(), |c| c.what.name());
                    self.raise(work_order, Attention::Refused, format!("{name}: {reason}"))?;
                }
                Ok(Outcome::Refused { reason })
            }
        }
    }

    /// Accepts the change into journal and sheet, or says why it does not fit. The outer error is the store's.
    fn judge(&mut self, change: &Change) -> anyhow::Result<Result<(), Refusal>> {
        let Some(Place { order, mut sheet, mine, new }) = self.place_of(change)? else {
            return Ok(Err(Refusal::WrongWorkOrder));
        };
        let seen = match store::order_version(self.tx, order.id, change.base)? {
            Some(seen) => seen,
            None => order.clone(),
        };
        let prepared = match prepare(&seen, &sheet, change.what.clone()) {
            Ok(prepared) => prepared,
            Err(reason) => return Ok(Err(reason)),
        };
        // Somebody's answer to an offer that is no longer theirs must not answer it for its new owner.
        let folded = mine || !answers_offer(&change.what);
        if folded && let Err(reason) = apply(&mut sheet, change) {
            return Ok(Err(reason));
        }
        if new {
            store::insert_order(self.tx, &order)?;
            store::grant(self.tx, order.id, self.me.id, self.now, false)?;
        }
        store::journal(
            self.tx,
            Line {
                work_order: order.id,
                at: change.at.best(),
                received_at: self.now,
                actor: &self.me.name,
                entry: Entry::Change(change.what.clone()),
                change: Some((change.id, change.base)),
                folded,
            },
        )?;
        store::update_sheet(self.tx, &sheet, self.now)?;
        self.accepted.insert(order.id);
        if prepared != change.what {
            self.raise(order.id, Attention::Differs, change.what.name())?;
        }
        if !mine || order.cancelled.is_some() {
            self.late.entry(order.id).or_default().push(change.what.name());
        } else {
            self.answer_offer(order, &change.what)?;
        }
        Ok(Ok(()))
    }

    /// Where a change belongs; `None` when that never was this technician's.
    fn place_of(&self, change: &Change) -> anyhow::Result<Option<Place>> {
        if let Some(Held { order, sheet, .. }) = store::held(self.tx, change.work_order)? {
            let access = store::access(self.tx, change.work_order, self.me.id)?;
            let access = access.filter(|access| access.active || !planted::on("late_refused"));
            return Ok(access.map(|access| Place { order, sheet, mine: access.active, new: false }));
        }
        let What::Known(KnownWhat::SheetOpened { opened }) = &change.what else { return Ok(None) };
        let order = WorkOrder::opened_on_site(change.work_order, opened, self.me, change.at.best());
        let sheet = Sheet::empty(order.id);
        Ok(Some(Place { order, sheet, mine: true, new: true }))
    }

    /// What an accepted answer to an offer changes at the office.
    fn answer_offer(&self, mut order: WorkOrder, what: &What) -> anyhow::Result<()> {
        let state = match what {
            What::Known(KnownWhat::OfferAccepted {}) => AssignmentState::Assigned,
            What::Known(KnownWhat::OfferDeclined { .. }) => AssignmentState::Declined,
            _ => return Ok(()),
        };
        if order.assignment.technician != self.me.id || order.assignment.state == state {
            return Ok(());
        }
        order.assignment.state = state;
        order.version += 1;
        store::update_order(self.tx, &order)?;
        if state == AssignmentState::Declined {
            store::revoke(self.tx, order.id, self.me.id, self.now, "declined", "")?;
        }
        Ok(())
    }

    fn raise(&self, work_order: WorkOrderId, attention: Attention, about: String) -> anyhow::Result<()> {
        if store::held(self.tx, work_order)?.is_none() {
            return Ok(()); // Nothing to hang it on; the change itself is kept as refused.
        }
        journal_act(self.tx, work_order, self.now, &self.me.name, Act::Raised { attention, about })
    }

    /// Another phone's bytes, or a known id, are held as well: the chain goes on where it fits.
    fn advance_if_next(&mut self, sequence: u64, previous: Option<&Digest>, digest: &Digest) {
        if sequence == self.device.sequence + 1 && previous == self.device.hash.as_ref() {
            self.device.sequence = sequence;
            self.device.hash = Some(digest.clone());
        }
    }

    fn end(mut self, app: &str) -> anyhow::Result<BTreeSet<WorkOrderId>> {
        for (work_order, names) in std::mem::take(&mut self.late) {
            self.raise(work_order, Attention::Late, names.join(", "))?;
        }
        for work_order in &self.accepted {
            note_returned(self.tx, *work_order, self.now)?;
        }
        held::save_device(self.tx, self.id, &self.device, app, self.now)?;
        Ok(self.belongs)
    }
}

fn answers_offer(what: &What) -> bool {
    matches!(
        what,
        What::Known(
            KnownWhat::OfferAccepted {} | KnownWhat::OfferDeclined { .. } | KnownWhat::MoreTimeAsked { .. }
        )
    )
}

// --- The pull --------------------------------------------------------------------------------------

fn answer(
    db: &Connection,
    me: &Technician,
    request: &SyncRequest,
    cursor: Cursor,
    results: Vec<ChangeResult>,
    belongs: &BTreeSet<WorkOrderId>,
    now: DateTime<Utc>,
) -> Result<SyncResponse, Halt> {
    let mut moved = held::moved(db, me.id, cursor.position, PAGE + 1)?;
    let more = moved.len() > PAGE;
    moved.truncate(PAGE);
    let position = match moved.last() {
        Some(last) if more => last.position,
        _ => store::counter(db)? + u64::from(planted::on("cursor_ahead")),
    };

    let mut bases: Vec<Base> = Vec::new();
    let mut gone: Vec<Gone> = Vec::new();
    let mut add = |id: WorkOrderId, active: bool| -> anyhow::Result<()> {
        if active {
            bases.extend(held::base(db, id)?);
        } else {
            gone.extend(held::gone(db, id, me.id)?);
        }
        Ok(())
    };
    for one in &moved {
        add(one.work_order, one.active)?;
    }
    for id in belongs.iter().filter(|id| !moved.iter().any(|one| one.work_order == **id)) {
        if let Some(access) = store::access(db, *id, me.id)? {
            add(*id, access.active)?;
        }
    }

    let reference = held::reference_list(db, me.id)?;
    let current = Some(reference_digest(&reference)) == request.reference;
    let receipt = held::device(db, request.device)?.and_then(|device| {
        let hash = device.hash?;
        let sequence = device.sequence + u64::from(planted::on("receipt_ahead"));
        Some(Receipt { device: request.device, sequence, hash, at: now })
    });
    Ok(SyncResponse {
        device: request.device,
        results,
        receipt,
        bases,
        gone,
        reference: (!current).then_some(reference),
        photos_missing: held::photos_missing(db, me.id)?,
        office_time: now,
        cursor: format!("{}.{position}", cursor.epoch),
        more,
    })
}
