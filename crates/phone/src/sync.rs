//! One pass of sending and fetching. The only place that knows both the office and the store.
//!
//! First the waiting changes go up in order, and what changed comes down; each answer is checked and then
//! applied in one transaction, or not at all (I6, I9). Then reference data. Then photos, in segments; a change
//! that is recorded meanwhile goes before the next segment.
//!
//! A waiting change is forgotten only in the transaction that stores the base which holds it, and only under a
//! receipt that matches the chain of what was recorded here (I2).

use crate::{
    error::{Error, Result},
    office::{Answer, Office, Sent, Trouble, Upload},
    phone::{Core, Signed, lock},
    record::fold,
    store::{DeviceRow, Rows, Waiting, WaitingPhoto},
};
use chrono::{DateTime, TimeDelta, Utc};
use jobsheet_model::{
    Change, Digest, Problem, Stage, WorkOrderId, apply,
    view::{Event, Link},
    wire::{Base, MAX_PUSH, Outcome, Receipt, ReferenceSet, SyncRequest, SyncResponse},
    work_order::AssignmentState,
};
use serde_json::value::RawValue;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// Bytes of changes in one request, before they are packed.
const MAX_BODY: usize = 4 * 1024 * 1024;
const SEGMENTS: std::ops::RangeInclusive<usize> = 64 * 1024..=1024 * 1024;

/// Why a pass ended early.
#[derive(Debug)]
pub(crate) enum Failed {
    Office(Trouble),
    Phone(Problem),
}

impl From<Trouble> for Failed {
    fn from(trouble: Trouble) -> Self {
        Failed::Office(trouble)
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Failed::Phone(error.into())
    }
}

impl Failed {
    pub fn problem(&self) -> Problem {
        match self {
            Failed::Office(trouble) => trouble.problem(),
            Failed::Phone(problem) => problem.clone(),
        }
    }

    fn link(&self) -> Link {
        match self {
            Failed::Office(Trouble::Unreachable(_)) => Link::Offline,
            Failed::Office(Trouble::SignInNeeded) => Link::SignInNeeded,
            _ => Link::Trouble,
        }
    }
}

/// The database is not touched on the runtime's own threads.
pub(crate) async fn blocking<T: Send + 'static>(
    act: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(act).await.map_err(|e| Error::Other(e.into()))?
}

/// Ends "sending" however the pass ends, also when it is dropped.
struct Sending<'a>(&'a Core);

impl Drop for Sending<'_> {
    fn drop(&mut self) {
        let mut live = lock(&self.0.live);
        (live.sending, live.heard) = (None, false);
    }
}

/// Reference data to be fetched, as of an office time.
type Wanted = (Vec<ReferenceSet>, DateTime<Utc>);

/// One pass, for one technician.
struct Pass<'a> {
    core: &'a Core,
    signed: Arc<Signed>,
    office: Office,
    token: String,
    /// The last change that this pass has sent.
    after: u64,
}

impl Core {
    pub async fn sync_once(&self) -> Result<(), Failed> {
        let _one_at_a_time = self.pass.lock().await;
        let signed = self.signed()?;
        let outcome = {
            let store = signed.store.clone();
            let tallies = blocking(move || store.read(|rows| rows.tallies())).await?;
            lock(&self.live).sending =
                Some(tallies.iter().map(|(id, t)| (*id, t.changes + t.photos)).collect());
            let _sending = Sending(self);
            self.tell(Event::Sync {});
            self.pass(&signed).await
        };
        // Somebody else may have signed in meanwhile: this outcome is not theirs.
        if self.signed().is_ok_and(|now| Arc::ptr_eq(&now, &signed)) {
            let mut live = lock(&self.live);
            if outcome.is_ok() && live.link != Link::Online {
                self.listen.notify_one();
            }
            (live.link, live.problem) = match &outcome {
                Ok(()) => (Link::Online, None),
                Err(failed) => (failed.link(), Some(failed.problem())),
            };
        }
        match &outcome {
            Ok(()) => {}
            Err(Failed::Office(trouble)) => tracing::info!("a pass ended: {trouble}"),
            Err(Failed::Phone(problem)) => tracing::warn!("a pass ended: {problem}"),
        }
        self.tell(Event::Sync {});
        outcome
    }

    async fn pass(&self, signed: &Arc<Signed>) -> Result<(), Failed> {
        let token = signed.account.token.clone().ok_or(Trouble::SignInNeeded)?;
        let office = Office::at(&signed.account.office)?;
        let mut pass = Pass { core: self, signed: signed.clone(), office, token, after: 0 };
        // What went wrong with one thing and must not keep the others waiting (I5).
        let mut apart = None;
        loop {
            if let Some((list, as_of)) = pass.exchange().await? {
                match self.fetch_reference(signed, &pass.office, &pass.token, list, as_of).await {
                    Err(Failed::Office(Trouble::Status(_))) => apart = Some(Trouble::Status(500)),
                    other => other?,
                }
            }
            match pass.photos().await? {
                Photos::Interrupted => {}
                Photos::Done(trouble) => {
                    apart = apart.or(trouble);
                    break;
                }
            }
        }
        let store = signed.store.clone();
        let now = self.clock.utc();
        let boot = self.clock.boot();
        blocking(move || {
            store.write(|rows| {
                let ahead = rows.device()?.ahead.filter(|(_, b)| *b == boot).map_or(0, |(ahead, _)| ahead);
                rows.save_last_sync(now - TimeDelta::milliseconds(ahead))
            })
        })
        .await?;
        apart.map_or(Ok(()), |trouble| Err(trouble.into()))
    }
}

impl Pass<'_> {
    /// Sends all waiting changes and fetches until there is no more.
    async fn exchange(&mut self) -> Result<Option<Wanted>, Failed> {
        let mut wanted = None;
        loop {
            let store = self.signed.store.clone();
            let after = self.after;
            let (device, sent) =
                blocking(move || store.read(|rows| Ok((rows.device()?, rows.waiting(after, MAX_PUSH)?))))
                    .await?;
            let (request, sent) = self.request(&device, sent)?;
            let begun = (self.core.clock.utc(), self.core.clock.elapsed());
            let mut answered = begun;
            let heard = || {
                answered = (self.core.clock.utc(), self.core.clock.elapsed());
                lock(&self.core.live).heard = true;
            };
            let response = self.office.sync(&self.token, &request, heard).await?;
            check(&response, &device, &sent)?;
            let ahead = Ahead::measured(begun, answered, response.office_time, self.core.clock.boot());

            self.after = sent.last().map_or(self.after, |last| last.sequence);
            let store = self.signed.store.clone();
            let (more, reference, as_of) = (response.more, response.reference.clone(), response.office_time);
            let now = self.core.now(device.ahead.as_ref());
            let (events, waits) = blocking(move || {
                let last = sent.last().map_or(after, |last| last.sequence);
                store.write(|rows| {
                    let events = settle(rows, &sent, response, &ahead, now)?;
                    Ok((events, rows.is_waiting_after(last)?))
                })
            })
            .await?;
            events.into_iter().for_each(|event| self.core.tell(event));
            self.core.tell(Event::Sync {});
            wanted = reference.map(|list| (list, as_of)).or(wanted);
            if !more && !waits {
                return Ok(wanted);
            }
        }
    }

    fn request(&self, device: &DeviceRow, waiting: Vec<Waiting>) -> Result<(SyncRequest, Vec<Waiting>)> {
        let mut sent = Vec::new();
        let mut changes = Vec::new();
        let mut bytes = 0;
        for change in waiting {
            bytes += change.body.len();
            if bytes > MAX_BODY && !sent.is_empty() {
                break;
            }
            changes.push(RawValue::from_string(change.body.clone())?);
            sent.push(change);
        }
        let request = SyncRequest {
            device: device.id,
            app: self.core.version.clone(),
            cursor: device.cursor.clone(),
            at: self.core.moment(device.ahead.as_ref()),
            changes,
            reference: device.reference.clone(),
        };
        Ok((request, sent))
    }
}

/// How far the phone's clock is ahead of the office's, measured by one round trip.
struct Ahead {
    millis: i64,
    boot: String,
    /// Of the round trip: half of it is what the measure may be off.
    trip: Duration,
}

impl Ahead {
    fn measured(
        begun: (DateTime<Utc>, u64),
        answered: (DateTime<Utc>, u64),
        office: DateTime<Utc>,
        boot: String,
    ) -> Self {
        // By the counter: the clock itself may be set in the middle.
        let trip = answered.1.saturating_sub(begun.1);
        let midpoint = answered.0 - TimeDelta::milliseconds(i64::try_from(trip / 2).unwrap_or(0));
        Self { millis: (midpoint - office).num_milliseconds(), boot, trip: Duration::from_millis(trip) }
    }
}

/// Is it the answer to what was asked (I9)?
fn check(response: &SyncResponse, device: &DeviceRow, sent: &[Waiting]) -> Answer<()> {
    let no = |why: &str| Err(Trouble::NotAnOffice(why.into()));
    if response.device != device.id {
        return no("an answer for another phone");
    }
    if !response.results.iter().map(|r| r.id).eq(sent.iter().map(|s| s.id)) {
        return no("results for other changes");
    }
    if response.bases.iter().any(|b| b.sheet.work_order != b.order.id) {
        return no("a sheet of another work order");
    }
    Ok(())
}

/// Applies an answer that was checked, inside one transaction. Returns what the screens must be told.
fn settle(
    rows: &Rows<'_>,
    sent: &[Waiting],
    response: SyncResponse,
    ahead: &Ahead,
    now: DateTime<Utc>,
) -> Result<Vec<Event>> {
    let mut events = Vec::new();
    let mut to_fold = BTreeSet::new();
    let device = rows.device()?;
    let covered = covered(rows, &device, response.receipt.as_ref())?;

    for base in &response.bases {
        events.extend(store_base(rows, base, now)?);
        to_fold.insert(base.order.id);
    }
    for gone in &response.gone {
        let Some(known) = rows.work_order(gone.work_order)? else { continue };
        // Who declined an offer need not be told that it went to somebody else.
        rows.save_gone(gone, known.sheet.stage == Stage::Declined)?;
        events.push(Event::Job { work_order: gone.work_order });
    }
    let based: BTreeSet<WorkOrderId> = response.bases.iter().map(|b| b.order.id).collect();
    let gone: BTreeSet<WorkOrderId> = response.gone.iter().map(|g| g.work_order).collect();
    for (change, result) in sent.iter().zip(&response.results) {
        let id = change.work_order;
        match result.outcome {
            Outcome::Refused { reason } => {
                rows.refuse(change.sequence, reason)?;
                to_fold.insert(id);
            }
            Outcome::Accepted | Outcome::Duplicate if based.contains(&id) || gone.contains(&id) => {
                if !based.contains(&id) {
                    // Taken away and received late: the office sends no base any more, so ours takes it up.
                    lay_on_base(rows, change)?;
                    to_fold.insert(id);
                }
                if covered.is_some_and(|up_to| change.sequence <= up_to) {
                    rows.forget(change.sequence)?;
                    rows.save_received(id, response.office_time)?;
                } else {
                    rows.mark_in_base(change.sequence)?;
                }
            }
            // Without the base that holds it, it goes on waiting.
            Outcome::Accepted | Outcome::Duplicate => {}
        }
    }
    for id in to_fold {
        fold(rows, id)?;
        events.push(Event::Job { work_order: id });
    }
    for digest in response.bases.iter().flat_map(|b| &b.photos_held) {
        rows.photo_held(digest, now)?;
    }
    for digest in &response.photos_missing {
        rows.photo_missing(digest)?;
    }
    match (covered, &response.receipt) {
        (Some(_), Some(receipt)) => {
            rows.save_receipt(receipt)?;
            rows.save_receipt_mismatch(false)?;
        }
        (Some(_), None) => rows.save_receipt_mismatch(false)?,
        (None, _) => rows.save_receipt_mismatch(true)?,
    }
    // A slow answer says little about the time, but more than nothing.
    let known = device.ahead.is_some_and(|(_, boot)| boot == ahead.boot);
    if ahead.trip < Duration::from_secs(5) || !known {
        rows.save_ahead(ahead.millis, &ahead.boot)?;
    }
    rows.save_pull(&response.cursor, !response.more)?;
    Ok(events)
}

/// Up to which sequence the office holds this phone's changes; `None` when its receipt does not match what was
/// recorded here, and then nothing may be forgotten.
fn covered(rows: &Rows<'_>, device: &DeviceRow, receipt: Option<&Receipt>) -> Result<Option<u64>> {
    let Some(receipt) = receipt else {
        // It never had any: fine. It had some and knows of none: not fine.
        return Ok((device.receipt_sequence == 0).then_some(0));
    };
    let ours = if receipt.device != device.id || receipt.sequence < device.receipt_sequence {
        None
    } else if receipt.sequence == device.receipt_sequence {
        device.receipt_hash.clone()
    } else {
        rows.hash_of(receipt.sequence)?
    };
    Ok((ours.as_ref() == Some(&receipt.hash)).then_some(receipt.sequence))
}

fn store_base(rows: &Rows<'_>, base: &Base, now: DateTime<Utc>) -> Result<Option<Event>> {
    let before = rows.work_order(base.order.id)?;
    rows.put_base(&base.order, &base.sheet, now)?;
    let assignment = &base.order.assignment;
    let is_new = before.is_none_or(|before| {
        before.gone.is_some()
            || before.order.assignment.offered_at != assignment.offered_at
            || before.order.assignment.state != AssignmentState::Offered
    });
    let waits = assignment.state == AssignmentState::Offered
        && base.sheet.stage == Stage::Offered
        && base.order.cancelled.is_none();
    Ok((is_new && waits).then_some(Event::Offered { work_order: base.order.id }))
}

fn lay_on_base(rows: &Rows<'_>, change: &Waiting) -> Result<()> {
    if let (Some(mut base), Ok(change)) =
        (rows.base(change.work_order)?, serde_json::from_str::<Change>(&change.body))
        && apply(&mut base, &change).is_ok()
    {
        rows.save_base(&base)?;
    }
    Ok(())
}

// --- Photos -------------------------------------------------------------------------------------------

enum Photos {
    /// All that could be sent was; the trouble is one of the others'.
    Done(Option<Trouble>),
    /// Something was recorded: it goes first.
    Interrupted,
}

impl Pass<'_> {
    async fn photos(&self) -> Result<Photos, Failed> {
        let now = self.core.clock.utc();
        let store = self.signed.store.clone();
        let list = blocking(move || store.read(|rows| rows.photos_to_send(now))).await?;
        let mut trouble = None;
        let mut failures = 0;
        for photo in list {
            match self.photo(&photo).await {
                Ok(true) => failures = 0,
                Ok(false) => return Ok(Photos::Interrupted),
                Err(Failed::Office(Trouble::Status(status))) => {
                    if status < 500 {
                        let (store, digest) = (self.signed.store.clone(), photo.digest.clone());
                        let why = status.to_string();
                        blocking(move || store.write(|rows| rows.photo_trouble(&digest, &why, now))).await?;
                    } else {
                        failures += 1;
                    }
                    trouble = Some(Trouble::Status(status));
                    if failures == 3 {
                        break;
                    }
                }
                Err(failed) => {
                    let mut live = lock(&self.core.live);
                    live.segment = (live.segment / 2).max(*SEGMENTS.start());
                    return Err(failed);
                }
            }
        }
        Ok(Photos::Done(trouble))
    }

    /// Sends one photo from where the office has it. `false`: something else must go first.
    async fn photo(&self, photo: &WaitingPhoto) -> Result<bool, Failed> {
        let (store, digest) = (self.signed.store.clone(), photo.digest.clone());
        let Some(bytes) = blocking(move || store.read(|rows| rows.photo(&digest, false))).await? else {
            return Ok(true);
        };
        let size = bytes.len() as u64;
        // A new photo is sent straight away; the office says when it has more of it than that.
        let mut held = match photo.sent {
            0 => Upload { offset: 0, complete: false },
            _ => self.office.photo(&self.token, &photo.digest).await?,
        };
        let mut without_progress = 0;
        while !held.complete {
            self.sent(photo, held.offset.min(size)).await?;
            if self.must_yield().await? {
                return Ok(false);
            }
            let from = usize::try_from(held.offset).unwrap_or(usize::MAX).min(bytes.len());
            let to = from.saturating_add(lock(&self.core.live).segment).min(bytes.len());
            let segment = bytes.get(from..to).unwrap_or_default().to_vec();
            let begun = self.core.clock.elapsed();
            let sent = self
                .office
                .send_photo(&self.token, &photo.digest, from as u64, to == bytes.len(), segment)
                .await?;
            let before = held.offset;
            held = match sent {
                Sent::Taken(held) => held,
                Sent::Elsewhere(_) => self.office.photo(&self.token, &photo.digest).await?,
            };
            self.pace(self.core.clock.elapsed().saturating_sub(begun));
            without_progress = if held.offset > before { 0 } else { without_progress + 1 };
            if !held.complete && (without_progress == 4 || held.offset > size) {
                return Err(Trouble::Status(409).into());
            }
        }
        let (store, digest, id) = (self.signed.store.clone(), photo.digest.clone(), photo.work_order);
        let ahead = blocking({
            let store = store.clone();
            move || store.read(|rows| Ok(rows.device()?.ahead))
        })
        .await?;
        let now = self.core.now(ahead.as_ref());
        blocking(move || {
            store.write(|rows| {
                rows.photo_held(&digest, now)?;
                rows.save_received(id, now)
            })
        })
        .await?;
        self.core.tell(Event::Sync {});
        self.core.tell(Event::Job { work_order: id });
        Ok(true)
    }

    async fn sent(&self, photo: &WaitingPhoto, sent: u64) -> Result<()> {
        if sent == photo.sent {
            return Ok(());
        }
        let (store, digest): (_, Digest) = (self.signed.store.clone(), photo.digest.clone());
        blocking(move || store.write(|rows| rows.photo_sent(&digest, sent))).await?;
        self.core.tell(Event::Sync {});
        Ok(())
    }

    async fn must_yield(&self) -> Result<bool> {
        let (store, after) = (self.signed.store.clone(), self.after);
        blocking(move || store.read(|rows| rows.is_waiting_after(after))).await
    }

    /// Larger segments while they are quick, smaller ones when they are slow.
    fn pace(&self, millis: u64) {
        let mut live = lock(&self.core.live);
        live.segment = match millis {
            0..5_000 => live.segment.saturating_mul(2),
            5_000..20_000 => live.segment,
            _ => live.segment / 2,
        }
        .clamp(*SEGMENTS.start(), *SEGMENTS.end());
    }
}
