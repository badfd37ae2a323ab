//! One sync: what a phone pushes is judged and kept, what it may see is answered.
//!
//! Facts are never refused for being late, and one bad change never holds up the next: a refusal is as durably
//! held as an accepted change, so both move the phone's chain on (I5). Everything may arrive twice (I3): a
//! change that is known by its id and bytes gets the answer it got the first time.

use crate::store::Tx;
use crate::{
    Office, accounts,
    closing::{close_if_all_is_there, reopen},
    decide::answered,
    dispatch::given_on,
    rule, standards,
    store::{self, Held, Line, clocks, phones, sync as held, vans},
};
use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use jobsheet_model::{
    Change, ChangeId, DeviceId, Digest, Moment, Refusal, Sheet, Stage, What, WorkOrder, WorkOrderId,
    act::{Act, Attention, Entry},
    attention::Choice,
    change::{KnownWhat, PartSource, Rating},
    charges::{Consent, consent},
    due::{self, Settled},
    moment::{CLOCK_OFF, other_zone, zone_text},
    planted,
    prepare::prepare,
    reference::beyond_stock,
    sheet::apply,
    standard::{Standard, Verdict},
    wire::{
        Base, BaseSheet, ChangeResult, Gone, HeldMark, MAX_PUSH, Outcome, Receipt, Safe, SyncRequest,
        SyncResponse, reference_digest, scope_digest,
    },
    work_order::{AssignmentState, Technician},
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

mod pull;
mod rescue;

/// The largest number that a phone may name: the store keeps no larger ones, and some are counted on from.
const MOST: u64 = u32::MAX as u64;
/// How often it is written down that a phone was heard of which has nothing to say.
const HEARD_EVERY: TimeDelta = TimeDelta::minutes(2);
/// Who acts when nobody does.
pub const AUTOMATIC: &str = "Jobsheet";

/// Why a whole sync cannot be answered. Nothing of it was kept.
#[derive(Debug, thiserror::Error)]
pub enum Halt {
    #[error("this phone is known as somebody else's")]
    NotYourDevice,
    /// It is a copy of a phone that went on without it, or its chain is not the one that is held.
    #[error("this phone must take a new identity")]
    Superseded,
    /// This office does not know the phone's cursor: what it lost must come before what is new.
    #[error("the phone must ask for news before it sends")]
    AskFirst,
    #[error("more than {MAX_PUSH} changes")]
    TooMany,
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

impl From<store::Error> for Halt {
    fn from(why: store::Error) -> Self {
        Halt::Failed(why.into())
    }
}

impl Office {
    pub(crate) fn sync(&self, me: &Technician, request: &SyncRequest) -> Result<SyncResponse, Halt> {
        if request.changes.len() > MAX_PUSH {
            return Err(Halt::TooMany);
        }
        let now = self.now();
        // A sync that brings nothing and proves nothing costs no write, or one in minutes: where somebody said to be
        // back by now, that the phone is heard is word enough.
        let quiet = self.0.store.read(|db| -> Result<_, Halt> {
            let cursor = Cursor::read(db, request.cursor.as_deref())?;
            let device = held::device(db, request.device)?.filter(|device| device.technician == me.id);
            let heard = device.and_then(|device| device.heard);
            let known = heard.is_some_and(|heard| now - heard.last < HEARD_EVERY);
            if !request.changes.is_empty()
                || !known
                || request.differed
                || request.mismatch
                || !held::offers_delivered(db, me.id, cursor.position)?.is_empty()
            {
                return Ok(None);
            }
            self.answer(db, me, request, cursor, Vec::new(), &BTreeSet::new(), now).map(Some)
        })?;
        if let Some(response) = quiet {
            return Ok(response);
        }
        let answered = self.write(|tx| {
            let cursor = Cursor::read(tx, request.cursor.as_deref())?;
            if cursor.afresh && !request.changes.is_empty() {
                return Err(Halt::AskFirst);
            }
            note_deliveries(tx, me, cursor.position, now)?;
            let mut push = Push::begin(tx, me, request, now)?;
            let mut results = Vec::with_capacity(request.changes.len());
            for raw in &request.changes {
                results.push(push.take(raw.get())?);
            }
            let belongs = push.end(request)?;
            // The answer's cursor carries the name of where the counter stands now.
            store::mark(tx, store::counter(tx)?)?;
            self.answer(tx, me, request, cursor, results, &belongs, now)
        });
        if let Err(Halt::Superseded) = &answered {
            tracing::warn!(device = %request.device, "a phone was told to take a new identity");
            let about = format!("phone {}", request.device);
            let first = request.changes.iter().find_map(|raw| Head::read(raw.get()).work_order);
            self.write(|tx| match first.map(|id| raise_once(tx, id, me, Attention::Copied, &about, now)) {
                Some(raised) => raised,
                None => Ok(()),
            })?;
        }
        answered
    }
}

/// How far a phone has pulled, from a text that only the office understands: `epoch.position.marker`. The
/// marker is the name that the position got when it was reached: an office restored from a backup holds the old
/// epoch and may have counted past the phone's position again, but it gave other names.
struct Cursor {
    epoch: String,
    position: u64,
    /// The phone had a cursor, and it is none of this office's: everything is sent afresh.
    afresh: bool,
}

impl Cursor {
    fn read(db: &dyn Tx, text: Option<&str>) -> anyhow::Result<Self> {
        let epoch = store::fact(db, "epoch")?.context("The office has no epoch")?;
        let position = match text {
            Some(text) => Self::position(db, text, &epoch)?,
            None => None,
        };
        Ok(Self { epoch, position: position.unwrap_or(0), afresh: text.is_some() && position.is_none() })
    }

    fn position(db: &dyn Tx, text: &str, epoch: &str) -> anyhow::Result<Option<u64>> {
        let mut parts = text.split('.');
        let (Some(theirs), Some(position), Some(marker), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Ok(None);
        };
        let position = position.parse().ok().filter(|position| theirs == epoch && *position <= MOST);
        if planted::on("no_epoch") {
            return Ok(text.split('.').nth(1).and_then(|position| position.parse().ok()));
        }
        let Some(position) = position else { return Ok(None) };
        let is_ours = store::marker(db, position)?.as_deref() == Some(marker);
        Ok(is_ours.then_some(position))
    }
}

fn note_deliveries(tx: &dyn Tx, me: &Technician, position: u64, now: DateTime<Utc>) -> anyhow::Result<()> {
    for id in held::offers_delivered(tx, me.id, position)? {
        held::set_delivered(tx, id, me.id, now)?;
        journal_act(tx, id, now, &me.name, Act::Delivered { technician: me.id })?;
        let answer = (Choice::Reached, "It has reached the phone · 已送达手机");
        answered(tx, id, |one, _| one == Attention::Undelivered, answer, AUTOMATIC, now)?;
    }
    Ok(())
}

/// Notes an act of the office.
pub fn journal_act(
    tx: &dyn Tx,
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

/// Something new is here: the sheet may be back, and all there that the work order lacked to be closed.
pub fn note_back(tx: &dyn Tx, id: WorkOrderId, now: DateTime<Utc>) -> anyhow::Result<()> {
    note_returned(tx, id, now)?;
    close_if_all_is_there(tx, id, now)
}

/// The signed sheet is back when its last photo is (E10); once for each revision.
fn note_returned(tx: &dyn Tx, id: WorkOrderId, now: DateTime<Utc>) -> anyhow::Result<()> {
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

/// Raises what a phone may bring up again and again once for each work order of this technician's.
fn raise_once(
    tx: &dyn Tx,
    id: WorkOrderId,
    me: &Technician,
    attention: Attention,
    about: &str,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let theirs = store::access(tx, id, me.id)?.is_some();
    let raised = store::console::raised(tx, id)?;
    if !theirs || raised.iter().any(|one| one.attention == attention && one.about == about) {
        return Ok(());
    }
    journal_act(tx, id, now, &me.name, Act::Raised { attention, about: about.to_owned() })
}

// --- The push --------------------------------------------------------------------------------------

struct Push<'a> {
    tx: &'a dyn Tx,
    me: &'a Technician,
    now: DateTime<Utc>,
    id: DeviceId,
    device: held::Device,
    /// Work orders that the sent changes belong to.
    belongs: BTreeSet<WorkOrderId>,
    /// What was recorded too late, by work order: one line of attention for each push.
    late: BTreeMap<WorkOrderId, Vec<String>>,
    /// What was recorded on a work order that was closed before: likewise.
    after_closing: BTreeMap<WorkOrderId, Vec<String>>,
    accepted: BTreeSet<WorkOrderId>,
}

/// The work order and sheet a change is for.
struct Place {
    order: WorkOrder,
    sheet: Sheet,
    /// Still this technician's.
    mine: bool,
    /// Again: it had been taken away for want of an answer, which comes now.
    returns: bool,
    /// A sheet opened on site, not at the office yet (E11).
    new: bool,
    closed: bool,
}

/// What can be told of a change even when the rest of it cannot be read.
#[derive(Default)]
struct Head {
    id: Option<ChangeId>,
    sequence: Option<u64>,
    previous: Option<Digest>,
    work_order: Option<WorkOrderId>,
}

impl Head {
    fn read(raw: &str) -> Self {
        let Ok(value) = serde_json::from_str::<Value>(raw) else { return Self::default() };
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        Self {
            id: text("id").and_then(|id| id.parse().ok()),
            sequence: value.get("sequence").and_then(Value::as_u64).filter(|sequence| *sequence <= MOST),
            previous: text("previous").and_then(Digest::parse),
            work_order: text("work_order").and_then(|id| id.parse().ok()),
        }
    }
}

impl<'a> Push<'a> {
    fn begin(
        tx: &'a dyn Tx,
        me: &'a Technician,
        request: &SyncRequest,
        now: DateTime<Utc>,
    ) -> Result<Self, Halt> {
        let device = match held::device(tx, request.device)? {
            Some(device) => device,
            None => {
                let device = held::Device::new(me.id);
                held::save_device(tx, request.device, &device, &request.app, now)?;
                device
            }
        };
        if device.technician != me.id {
            return Err(Halt::NotYourDevice);
        }
        let mut push = Self {
            tx,
            me,
            now,
            id: request.device,
            device,
            belongs: BTreeSet::new(),
            late: BTreeMap::new(),
            after_closing: BTreeMap::new(),
            accepted: BTreeSet::new(),
        };
        if !request.changes.is_empty() {
            push.incarnate(request)?;
        }
        Ok(push)
    }

    /// Tells a phone from its copy: each push gets a new incarnation, and a push must present the last one, or
    /// the one before if that answer was lost. An office that was restored says which one it knows ([`Halt::AskFirst`]).
    /// The same push doubled on its way gets the one it got: the phone may have heard either answer.
    fn incarnate(&mut self, request: &SyncRequest) -> Result<(), Halt> {
        if planted::on("incarnation_ignored") {
            return Ok(());
        }
        let presented = request.incarnation.as_ref();
        let device = &mut self.device;
        let current = device.incarnation.as_ref() == presented;
        if !current && device.incarnation_before.as_ref() != presented {
            return Err(Halt::Superseded);
        }
        let of_this_push = format!("{:x}.", request.nonce);
        if !current && device.incarnation.as_ref().is_some_and(|last| last.starts_with(&of_this_push)) {
            return Ok(());
        }
        device.incarnation_before = presented.cloned();
        device.incarnation = Some(of_this_push + &accounts::random_text(9));
        Ok(())
    }

    fn take(&mut self, raw: &str) -> Result<ChangeResult, Halt> {
        let head = Head::read(raw);
        let digest = Digest::of(raw.as_bytes());
        let change = serde_json::from_str::<Change>(raw).ok().filter(|change| change.sequence <= MOST);
        self.belongs.extend(head.work_order);
        let known = match head.id {
            Some(id) => held::known_change(self.tx, id)?,
            None => None,
        };
        let is_known =
            |known: &held::KnownChange| known.digest == digest || is_same_fact(known, change.as_ref());
        let mine = |change: &Change| change.author == self.me.id && change.device == self.id;
        let forged = change.as_ref().is_some_and(|change| !mine(change));
        let other = known.as_ref().filter(|known| !forged && !is_known(known));
        if let (Some(id), Some(known)) = (head.id, other) {
            self.same_id_other_body(known, id, raw)?;
            return Ok(ChangeResult { id, outcome: Outcome::Refused { reason: Refusal::Malformed } });
        }
        if let Some(sequence) = head.sequence {
            self.link(sequence, &head, &digest)?;
        }
        let Some(id) = head.id else {
            held::quarantine(self.tx, self.me.id, "malformed", raw.as_bytes(), self.now)?;
            self.advance()?;
            let outcome = Outcome::Refused { reason: Refusal::Malformed };
            return Ok(ChangeResult { id: ChangeId(uuid::Uuid::nil()), outcome });
        };
        let outcome = match change {
            Some(_) if forged => {
                held::quarantine(self.tx, self.me.id, "not_yours", raw.as_bytes(), self.now)?;
                Outcome::Refused { reason: Refusal::NotYours }
            }
            change => match known {
                Some(known) if known.refused.is_none() && planted::on("duplicate_as_refused") => {
                    Outcome::Refused { reason: Refusal::AlreadyOpened }
                }
                Some(known) => {
                    if let Some(change) = change.filter(|_| planted::on("applied_twice")) {
                        let _ = self.judge(&change)?;
                    }
                    known.refused.map_or(Outcome::Duplicate, |reason| Outcome::Refused { reason })
                }
                None => self.take_new(id, change.as_ref(), &head, raw, &digest)?,
            },
        };
        self.advance()?;
        Ok(ChangeResult { id, outcome })
    }

    /// Takes the change into the phone's chain, in its place. Another one in that place, or a neighbour that says
    /// otherwise, means that this is a copy of the phone, or not its chain.
    fn link(&mut self, sequence: u64, head: &Head, digest: &Digest) -> Result<(), Halt> {
        if let Some(held) = held::link(self.tx, self.id, sequence)? {
            return if held.digest == *digest { Ok(()) } else { Err(Halt::Superseded) };
        }
        let before = match sequence.checked_sub(1) {
            None | Some(0) => None,
            Some(before) => held::link(self.tx, self.id, before)?.map(|link| link.digest),
        };
        let after = held::link(self.tx, self.id, sequence.saturating_add(1))?.and_then(|link| link.previous);
        let fits = sequence > self.device.sequence
            && (before.is_none() || before == head.previous)
            && (sequence > 1 || head.previous.is_none())
            && after.is_none_or(|says| says == *digest);
        if !fits {
            return Err(Halt::Superseded);
        }
        let link = held::Link { digest: digest.clone(), previous: head.previous.clone(), change: head.id };
        held::add_link(self.tx, self.id, sequence, &link)?;
        Ok(())
    }

    /// How far the chain is whole now. A link that was kept aside (`/v1/quarantine`) is known by its digest alone.
    fn advance(&mut self) -> anyhow::Result<()> {
        loop {
            let next = self.device.sequence.saturating_add(1);
            let link = match held::link(self.tx, self.id, next)? {
                Some(link) => link,
                None => {
                    let after = held::link(self.tx, self.id, next.saturating_add(1))?;
                    let Some(aside) = after.and_then(|after| after.previous) else { return Ok(()) };
                    if !held::is_quarantined(self.tx, &aside, self.me.id)? {
                        return Ok(());
                    }
                    let link = held::Link { digest: aside, previous: self.device.hash.clone(), change: None };
                    held::add_link(self.tx, self.id, next, &link)?;
                    link
                }
            };
            if link.previous != self.device.hash {
                return Ok(());
            }
            self.device.sequence = next;
            self.device.hash = Some(link.digest);
        }
    }

    fn same_id_other_body(&mut self, known: &held::KnownChange, id: ChangeId, raw: &str) -> Result<(), Halt> {
        let fresh = held::quarantine(self.tx, self.me.id, "same_id_other_body", raw.as_bytes(), self.now)?;
        if fresh && let Some(work_order) = known.work_order {
            self.raise(work_order, Attention::SameIdOtherBody, format!("change {id}"))?;
        }
        Ok(())
    }

    fn take_new(
        &mut self,
        id: ChangeId,
        change: Option<&Change>,
        head: &Head,
        raw: &str,
        digest: &Digest,
    ) -> Result<Outcome, Halt> {
        let verdict = match change {
            Some(change) => self.judge(change)?,
            None => Err(Refusal::Malformed),
        };
        held::keep_change(
            self.tx,
            &held::Received {
                id,
                digest,
                device: self.id,
                sequence: head.sequence.unwrap_or(0),
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
        match verdict {
            Ok(()) => Ok(Outcome::Accepted),
            Err(_) if planted::on("refusal_blocks") => Err(Halt::Failed(anyhow::anyhow!("planted"))),
            Err(reason) => {
                if let Some(work_order) = head.work_order {
                    let name = change.map_or("unreadable".to_owned(), |c| c.what.name());
                    self.raise(work_order, Attention::Refused, format!("{name}: {reason}"))?;
                }
                Ok(Outcome::Refused { reason })
            }
        }
    }

    /// Says of the promises that a record settles whether they were kept (A7, B4, B5, B9).
    fn settle(&self, order: &WorkOrder, sheets: (&Sheet, &Sheet), at: &Moment) -> anyhow::Result<()> {
        let Some(standard) = standards::of(self.tx, order.under.as_ref())? else { return Ok(()) };
        let standard = &*standard;
        let given = clocks::delivered(self.tx, order.id)?;
        let settled = due::settled(order, standard, given, sheets, at, self.now);
        if settled.is_empty() {
            return Ok(());
        }
        note_settled(self.tx, order.id, standard, settled, self.now)
    }

    /// Accepts the change into journal and sheet, or says why it does not fit. The outer error is the store's.
    fn judge(&mut self, change: &Change) -> anyhow::Result<Result<(), Refusal>> {
        let Some(Place { order, mut sheet, mine, returns, new, closed }) = self.place_of(change)? else {
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
        let before = sheet.clone();
        if folded && let Err(reason) = apply(&mut sheet, change) {
            return Ok(Err(reason));
        }
        if returns {
            store::give_back(self.tx, order.id, self.me.id, self.now)?;
            given_on(self.tx, order.id, self.me, AUTOMATIC, self.now)?;
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
        if before.parts != sheet.parts {
            vans::note(self.tx, &sheet, self.me.id)?;
        }
        self.accepted.insert(order.id);
        self.note_clock(order.id, &change.at)?;
        self.settle(&order, (&before, &sheet), &change.at)?;
        self.look_at(&seen, (&before, &sheet), &change.what, change.at.best())?;
        if prepared != change.what {
            self.raise(order.id, Attention::Differs, change.what.name())?;
        }
        if closed {
            // It is kept; what was closed is not changed in silence.
            self.after_closing.entry(order.id).or_default().push(change.what.name());
            if let What::Known(KnownWhat::Amended { reason }) = &change.what {
                reopen(self.tx, order.id, reason, &self.me.name, false, self.now)?;
            }
        }
        if !mine || order.cancelled.is_some() {
            self.late.entry(order.id).or_default().push(change.what.name());
        } else if !closed {
            self.answer_offer(order, &change.what)?;
        }
        Ok(Ok(()))
    }

    /// What a person has to look at although the record is right in itself. `order` is the one that the technician saw.
    fn look_at(
        &self,
        order: &WorkOrder,
        (before, sheet): (&Sheet, &Sheet),
        what: &What,
        at: DateTime<Utc>,
    ) -> anyhow::Result<()> {
        let What::Known(known) = what else { return Ok(()) };
        if let KnownWhat::SignedOff { act, phone: Some(phone), .. } = known {
            let known = phones::phone_by_key(self.tx, self.me.id, &phone.key)?.is_some();
            if !(known && phone.is_genuine(sheet.work_order, act)) {
                self.raise(sheet.work_order, Attention::Differs, "signed_off: the phone's signature".into())?;
            }
        }
        match known {
            // Who cannot keep the promise is helped by who is nearest (A16).
            KnownWhat::DelayReported { reason, new_eta, .. } if *new_eta > order.respond_by => {
                // Who no longer has it holds nobody up.
                let access = store::access(self.tx, sheet.work_order, self.me.id)?;
                if !access.is_some_and(|access| access.active) {
                    return Ok(());
                }
                let help = rule::nearest(self.tx, sheet.work_order, self.now)?.unwrap_or_default();
                let eta = new_eta.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
                let about = format!("{} · {eta} · {help}", word(reason));
                let is_older = |one, _: &str| one == Attention::HeldUp;
                let answer = (Choice::Noted, "A later word came · 已有新的说明");
                answered(self.tx, sheet.work_order, is_older, answer, &self.me.name, self.now)?;
                self.raise(sheet.work_order, Attention::HeldUp, about)
            }
            KnownWhat::SignOffRefused { reason, .. } => {
                self.raise(sheet.work_order, Attention::AcceptanceFailed, word(reason))
            }
            KnownWhat::SignedOff { act, .. } if act.rating == Rating::NotSatisfied => {
                let reasons: Vec<_> = act.rating_reasons.iter().map(word).collect();
                self.raise(sheet.work_order, Attention::NotSatisfied, reasons.join(", "))
            }
            KnownWhat::CouldNotFinish { reason, .. } => {
                self.raise(sheet.work_order, Attention::Unfinished, word(reason))
            }
            KnownWhat::PartFitted { line, part, from: PartSource::Van, .. } => {
                let stock = held::van(self.tx, self.me.id)?;
                // By what the office has, or by what the phone knew when it was fitted.
                let said = sheet.parts.iter().find(|one| one.line == *line);
                let said = said.and_then(|one| Some((one.quantity, one.beyond_van()?)));
                let beyond = stock.and_then(|stock| beyond_stock(&stock, sheet, &part.number)).or(said);
                let Some((taken, carried)) = beyond else { return Ok(()) };
                let about = format!("{}: {taken} / {carried}", part.number);
                raise_once(self.tx, sheet.work_order, self.me, Attention::BeyondStock, &about, self.now)
            }
            KnownWhat::PartRequested { request, .. } => {
                let Some(asked) = sheet.requests.iter().find(|one| one.request == *request) else {
                    return Ok(());
                };
                let about = asked.about();
                let raised = store::console::raised(self.tx, sheet.work_order)?;
                let waits = raised
                    .iter()
                    .any(|one| one.decided.is_none() && is_request(one.attention, &one.about, &about));
                if waits { Ok(()) } else { self.raise(sheet.work_order, Attention::PartRequested, about) }
            }
            KnownWhat::PartRequestWithdrawn { request } => {
                let Some(one) = before.requests.iter().find(|one| one.request == *request) else {
                    return Ok(());
                };
                let about = one.about();
                if sheet.requests.iter().any(|other| other.about() == about) {
                    return Ok(());
                }
                let is_it = |attention, of: &str| is_request(attention, of, &about);
                let answer = (Choice::Noted, "It was withdrawn · 已撤回申请");
                answered(self.tx, sheet.work_order, is_it, answer, &self.me.name, self.now)
            }
            KnownWhat::GoodwillGiven { reason, agreed_by, .. } => {
                let about = format!("{agreed_by}: {reason}");
                raise_once(self.tx, sheet.work_order, self.me, Attention::Goodwill, &about, self.now)
            }
            KnownWhat::WorkStarted {} if consent(order, before, at) == Consent::Missing => {
                raise_once(self.tx, sheet.work_order, self.me, Attention::NoQuote, "", self.now)
            }
            KnownWhat::FollowUpSuggested { kind, text, .. } => {
                let about = format!("{}: {text}", word(kind));
                raise_once(self.tx, sheet.work_order, self.me, Attention::Suggested, &about, self.now)
            }
            _ => Ok(()),
        }
    }

    /// Says so once for each work order when the phone's clock or time zone is not what it should be (P23).
    fn note_clock(&mut self, work_order: WorkOrderId, at: &Moment) -> anyhow::Result<()> {
        let before = self.device.zone.replace(at.offset);
        let raise = |attention, about: String| -> anyhow::Result<()> {
            let raised = store::console::raised(self.tx, work_order)?;
            if raised.iter().any(|one| one.attention == attention) {
                return Ok(());
            }
            self.raise(work_order, attention, about)
        };
        if let Some(ahead) = at.ahead.filter(|ahead| ahead.unsigned_abs() >= CLOCK_OFF) {
            raise(Attention::Clock, format!("{:+} min", ahead / 60_000))?;
        }
        if let Some(zone) = other_zone(at.offset, store::zone(self.tx, self.now)?, before) {
            let [found, expected] = [zone.offset, zone.expected].map(zone_text);
            raise(Attention::Zone, format!("{found} / {expected}"))?;
        }
        Ok(())
    }

    /// Where a change belongs; `None` when that never was this technician's.
    fn place_of(&self, change: &Change) -> anyhow::Result<Option<Place>> {
        if let Some(Held { order, sheet, closed, .. }) = store::held(self.tx, change.work_order)? {
            let closed = closed.is_some();
            let access = store::access(self.tx, change.work_order, self.me.id)?;
            let Some(access) = access.filter(|access| access.active || !planted::on("late_refused")) else {
                return Ok(None);
            };
            let accepts = matches!(change.what, What::Known(KnownWhat::OfferAccepted {}));
            let returns = accepts
                && !access.active
                && due::accepted_in_time(&order, self.me.id, access.delivered_at, change.at.best());
            return Ok(Some(Place {
                order,
                sheet,
                mine: access.active || access.released || returns,
                returns,
                new: false,
                closed,
            }));
        }
        let What::Known(KnownWhat::SheetOpened { opened }) = &change.what else { return Ok(None) };
        let order = WorkOrder::opened_on_site(change.work_order, opened, self.me, change.at.best());
        let sheet = Sheet::empty(order.id);
        Ok(Some(Place { order, sheet, mine: true, returns: false, new: true, closed: false }))
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

    fn end(mut self, request: &SyncRequest) -> anyhow::Result<BTreeSet<WorkOrderId>> {
        for (work_order, names) in std::mem::take(&mut self.late) {
            // Said once, in the words that fit best.
            self.after_closing.remove(&work_order);
            self.raise(work_order, Attention::Late, names.join(", "))?;
        }
        for (work_order, names) in std::mem::take(&mut self.after_closing) {
            self.raise(work_order, Attention::AfterClosing, names.join(", "))?;
        }
        for work_order in &self.accepted {
            note_back(self.tx, *work_order, self.now)?;
        }
        if request.differed || request.mismatch {
            let about = if request.mismatch { "receipt" } else { "scope" };
            tracing::warn!(device = %self.id, about, "a phone holds something else than the office says");
            if let Some(id) = held::last_work_order(self.tx, self.id)? {
                let about = format!("{about} of phone {}", self.id);
                raise_once(self.tx, id, self.me, Attention::Forked, &about, self.now)?;
            }
        }
        held::save_device(self.tx, self.id, &self.device, &request.app, self.now)?;
        Ok(self.belongs)
    }
}

/// Numbered anew by a phone that took a new identity, and otherwise the same.
fn is_same_fact(known: &held::KnownChange, change: Option<&Change>) -> bool {
    let known = serde_json::from_str::<Change>(&known.body).ok();
    known.zip(change).is_some_and(|(known, change)| known.is_same_fact(change))
}

fn is_request(attention: Attention, of: &str, about: &str) -> bool {
    attention == Attention::PartRequested && of == about
}

/// A plain enum as it stands in JSON.
pub fn word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|word| Some(word.as_str()?.to_owned())).unwrap_or_default()
}

/// Writes down what was settled and was not before, and raises what was not kept.
pub fn note_settled(
    tx: &dyn Tx,
    id: WorkOrderId,
    standard: &Standard,
    settled: Vec<Settled>,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let (raised, judged) = clocks::said(tx, id)?;
    for Settled { duty, due, verdict } in settled {
        if judged.contains(&duty) {
            continue;
        }
        let act = Act::Judged { duty, verdict, due };
        journal_act(tx, id, now, AUTOMATIC, act)?;
        if verdict == Verdict::Met {
            // Nobody knew of it when the promise passed.
            let is_it = |one, of: &str| one == Attention::Breached && of == due::about(standard, duty);
            let answer = (Choice::Met, "It was in time, and heard of later · 当时已按时，后来才得知");
            answered(tx, id, is_it, answer, AUTOMATIC, now)?;
        }
        let attention = match verdict {
            Verdict::Breached => Attention::Breached,
            Verdict::Undetermined => Attention::Undetermined,
            Verdict::Running | Verdict::Paused | Verdict::Met => continue,
        };
        let about = match attention {
            Attention::Breached => due::about(standard, duty),
            _ => duty.word(),
        };
        if !raised.iter().any(|said| said.attention == attention && said.about == about) {
            let act = Act::Raised { attention, about: about.to_owned() };
            journal_act(tx, id, now, AUTOMATIC, act)?;
        }
    }
    Ok(())
}

fn answers_offer(what: &What) -> bool {
    matches!(
        what,
        What::Known(
            KnownWhat::OfferAccepted {} | KnownWhat::OfferDeclined { .. } | KnownWhat::MoreTimeAsked { .. }
        )
    )
}
