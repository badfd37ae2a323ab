//! What an answer of the office changes here: checked first, then applied in one transaction, or not at all
//! (I6, I9).
//!
//! A waiting change stops waiting only in the transaction that stores the base which holds it, and only under a
//! receipt that the office has signed and that matches the chain of what was recorded here (I2). Even then its bytes
//! are kept until a backup of the office holds them (I12).

use crate::{
    error::Result,
    office::{Answer, Trouble},
    record::fold,
    store::{DeviceRow, Rows, Waiting, WorkOrderRow},
};
use chrono::{DateTime, TimeDelta, Utc};
use jobsheet_model::{
    Change, Stage, WorkOrderId, apply,
    changed::changed_fields,
    planted,
    sign::PublicKey,
    view::Event,
    wire::{Base, ChangeResult, Gone, Outcome, Receipt, SyncResponse, scope_digest},
    work_order::AssignmentState,
};
use std::collections::BTreeSet;
use std::time::Duration;

/// Milliseconds that two measures of a clock may differ by without being worth a write.
const DRIFT: u64 = 50;

/// How far the phone's clock is ahead of the office's, measured by one round trip.
pub(crate) struct Ahead {
    millis: i64,
    boot: String,
    /// Of the round trip: half of it is what the measure may be off.
    trip: Duration,
}

impl Ahead {
    pub fn measured(
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

/// What was asked with a sync.
pub(crate) struct Asked {
    pub nonce: u64,
    /// As it was then.
    pub device: DeviceRow,
    pub sent: Vec<Waiting>,
    /// What its receipts must be signed with.
    pub office_key: Option<PublicKey>,
}

/// Is it the answer to what was asked (I9)?
pub(crate) fn check(response: &SyncResponse, asked: &Asked) -> Answer<()> {
    let no = |why: &str| Err(Trouble::NotAnOffice(why.into()));
    if response.nonce != asked.nonce {
        return no("an answer to something else");
    }
    let same = |result: &ChangeResult, sent: &Waiting| {
        // The office could not even read whose answer it is: by its place.
        result.id == sent.id || (result.id.0.is_nil() && matches!(result.outcome, Outcome::Refused { .. }))
    };
    let results = &response.results;
    if results.len() != asked.sent.len() || !results.iter().zip(&asked.sent).all(|(r, s)| same(r, s)) {
        return no("results for other changes");
    }
    if response.bases.iter().any(|b| b.sheet.work_order != b.order.id) {
        return no("a sheet of another work order");
    }
    Ok(())
}

/// Applies an answer that was checked, inside one transaction. Returns what the screens must be told.
pub(crate) fn settle(
    rows: &Rows<'_>,
    asked: &Asked,
    response: SyncResponse,
    ahead: &Ahead,
    now: DateTime<Utc>,
) -> Result<Vec<Event>> {
    let mut events = Vec::new();
    let mut to_fold = BTreeSet::new();
    let device = rows.device()?;
    if device.id != asked.device.id {
        // Another identity was taken meanwhile: this answer is for the one before.
        return Ok(events);
    }
    // What was recorded after it was asked, the office cannot hold.
    let holds = |sequence| sequence <= asked.device.sequence && response.holds(sequence);
    restart(rows, &device, &response, holds)?;
    let proof = proof(rows, asked.office_key.as_ref(), response.receipt.as_ref())?;

    for base in &response.bases {
        events.extend(store_base(rows, base, now)?);
        rows.rebase(base.order.id, holds)?;
        to_fold.insert(base.order.id);
    }
    for gone in &response.gone {
        events.extend(take_away(rows, gone)?);
    }
    let based: BTreeSet<WorkOrderId> = response.bases.iter().map(|b| b.order.id).collect();
    let gone: BTreeSet<WorkOrderId> = response.gone.iter().map(|g| g.work_order).collect();
    for (change, result) in asked.sent.iter().zip(&response.results) {
        let id = change.work_order;
        match result.outcome {
            Outcome::Refused { reason } => {
                if planted::on("refusal_dropped") {
                    rows.forget(change.sequence)?;
                }
                rows.refuse(change.sequence, reason)?;
                to_fold.insert(id);
            }
            Outcome::Duplicate if planted::on("duplicate_kept") => {}
            Outcome::Accepted | Outcome::Duplicate if based.contains(&id) => {
                rows.mark_held(change.sequence)?;
            }
            Outcome::Accepted | Outcome::Duplicate if gone.contains(&id) => {
                // Taken away and received late: the office sends no base any more, so ours takes it up.
                if rows.is_laid(change.sequence)? {
                    lay_on_base(rows, change)?;
                }
                rows.mark_held(change.sequence)?;
                to_fold.insert(id);
            }
            // Without the base that holds it, it goes on waiting.
            Outcome::Accepted | Outcome::Duplicate => {}
        }
    }
    if planted::on("ack_beyond_sent") && !asked.sent.is_empty() {
        rows.sendable()?.iter().try_for_each(|waiting| rows.forget(waiting.sequence))?;
    }
    for id in to_fold {
        if !planted::on("sheet_not_rebased") {
            fold(rows, id)?;
        }
        events.push(Event::Job { work_order: id });
    }
    match (&proof, &response.receipt) {
        (Proof::Holds(up_to), receipt) => {
            if let Some(receipt) = receipt {
                rows.save_receipt(receipt)?;
            }
            rows.save_receipt_mismatch(false)?;
            for id in rows.keep_up_to(*up_to, response.office_time)? {
                rows.save_received(id, response.office_time)?;
            }
        }
        (Proof::Mismatch, _) => rows.save_receipt_mismatch(true)?,
    }
    for digest in response.bases.iter().flat_map(|b| &b.photos_held) {
        // By the office's clock: what is dropped here is compared with the time of its backups.
        rows.photo_held(digest, response.office_time)?;
    }
    for digest in &response.photos_missing {
        rows.photo_missing(digest)?;
    }
    // A slow answer says little about the time, but more than nothing.
    let known = device.ahead.filter(|(_, boot)| *boot == ahead.boot).map(|(millis, _)| millis);
    let moved = known.is_none_or(|known| known.abs_diff(ahead.millis) >= DRIFT);
    if moved && (ahead.trip < Duration::from_secs(5) || known.is_none()) {
        rows.save_ahead(ahead.millis, &ahead.boot)?;
    }
    if device.office_zone != response.zone {
        rows.save_office_zone(response.zone)?;
    }
    rows.save_pull(&response.cursor, !response.more)?;
    if !response.more {
        for id in rows.take_stale()? {
            // The office does not speak of a visit that it closed long ago.
            let closed = rows.work_order(id)?.is_some_and(|known| known.sheet.stage.is_over());
            let (to, reason) = Default::default();
            let gone = Gone { work_order: id, to, reason, at: response.office_time, closed };
            events.extend(take_away(rows, &gone)?);
        }
        for id in rows.to_close()? {
            rows.close(id)?;
        }
        if let Some(theirs) = &response.scope {
            let differs = scope_digest(rows.scope()?) != *theirs;
            rows.save_differed(differs && !planted::on("cursor_before_apply"))?;
        }
    }
    Ok(events)
}

/// An office that was restored from a backup, or is another one, has lost some of what it held: that waits
/// again (I12). Nothing is deleted for it.
fn restart(
    rows: &Rows<'_>,
    device: &DeviceRow,
    response: &SyncResponse,
    holds: impl Fn(u64) -> bool,
) -> Result<()> {
    if response.incarnation.is_some() || response.afresh {
        rows.save_incarnation(response.incarnation.as_deref())?;
    }
    if response.afresh {
        rows.mark_stale()?;
    }
    let Some(missing) = response.missing_from else { return Ok(()) };
    rows.release_lost(response.afresh, holds)?;
    if missing <= device.receipt_sequence {
        tracing::warn!(
            missing,
            held = device.receipt_sequence,
            "the office has lost changes it had signed for"
        );
        rows.requeue_from(missing, false)?;
        // Unsigned as this is, it only takes back what we took for proved.
        rows.lower_receipt(missing.saturating_sub(1))?;
    }
    Ok(())
}

/// What is proved about the chain of this phone.
enum Proof {
    /// The office holds everything up to here.
    Holds(u64),
    /// What it says is not signed by it, or is not what was recorded here. Nothing may be forgotten for it.
    Mismatch,
}

/// The office has signed for more of this phone's chain than the phone has recorded: it was put back to an earlier
/// state (or is a copy), and what it records next would be a fork.
pub(crate) fn is_behind(asked: &Asked, response: &SyncResponse) -> bool {
    let (Some(key), Some(receipt)) = (&asked.office_key, &response.receipt) else { return false };
    receipt.device == asked.device.id
        && receipt.sequence > asked.device.sequence
        && receipt.is_signed_by(key)
        && !planted::on("put_back_unseen")
        && !planted::on("incarnation_ignored")
}

fn proof(rows: &Rows<'_>, key: Option<&PublicKey>, receipt: Option<&Receipt>) -> Result<Proof> {
    let device = rows.device()?;
    // None: nothing that we do not have a receipt for already.
    let Some(receipt) = receipt else { return Ok(Proof::Holds(device.receipt_sequence)) };
    if planted::on("receipt_unchecked") {
        return Ok(Proof::Holds(receipt.sequence));
    }
    let signed = key.is_some_and(|key| receipt.is_signed_by(key));
    let ours = match receipt.sequence {
        0 => None,
        sequence if sequence == device.receipt_sequence => device.receipt_hash.clone(),
        sequence => rows.hash_of(sequence)?,
    };
    let matches = receipt.device == device.id
        && receipt.hash == ours
        && receipt.hash.is_some() == (receipt.sequence > 0);
    Ok(if signed && matches { Proof::Holds(receipt.sequence) } else { Proof::Mismatch })
}

fn take_away(rows: &Rows<'_>, gone: &Gone) -> Result<Option<Event>> {
    let Some(known) = rows.work_order(gone.work_order)? else { return Ok(None) };
    if planted::on("gone_deletes_waiting") {
        let mut waiting = rows.sendable()?.into_iter().filter(|one| one.work_order == gone.work_order);
        waiting.try_for_each(|one| rows.forget(one.sequence))?;
    }
    // Who declined an offer need not be told that it went to somebody else, nor anybody that a visit of weeks ago went.
    rows.save_gone(gone, gone.closed || known.sheet.stage == Stage::Declined)?;
    Ok(Some(Event::Job { work_order: gone.work_order }))
}

fn store_base(rows: &Rows<'_>, base: &Base, now: DateTime<Utc>) -> Result<Option<Event>> {
    let before = rows.work_order(base.order.id)?;
    rows.put_base(base.n, &base.order, &base.sheet, now)?;
    if let Some(before) = &before {
        note_changes(rows, before, base, now)?;
    }
    let assignment = &base.order.assignment;
    let is_new = before.as_ref().is_none_or(|before| {
        before.gone.is_some()
            || before.order.assignment.offered_at != assignment.offered_at
            || before.order.assignment.state != AssignmentState::Offered
    });
    let waits = assignment.state == AssignmentState::Offered
        && base.sheet.stage == Stage::Offered
        && base.order.cancelled.is_none();
    Ok((is_new && waits).then_some(Event::Offered { work_order: base.order.id }))
}

/// What the office changed in a plan that was worked by is shown until it was seen, compared with what was seen last:
/// two changes that cancel each other out are none.
fn note_changes(rows: &Rows<'_>, before: &WorkOrderRow, base: &Base, now: DateTime<Utc>) -> Result<()> {
    let id = base.order.id;
    // Nobody has gone by a plan of an offer that is open, nor by one that was taken away or declined.
    let worked_by =
        before.sheet.changes > 0 && before.sheet.stage != Stage::Declined && before.gone.is_none();
    if !worked_by {
        return if before.seen_plan.is_some() { rows.save_seen_plan(id, None) } else { Ok(()) };
    }
    let seen = before.seen_plan.as_ref().unwrap_or(&before.order);
    let differs = !changed_fields(seen, &base.order, &before.sheet).is_empty();
    let moved = !changed_fields(&before.order, &base.order, &before.sheet).is_empty();
    match (differs, moved) {
        (true, true) => rows.save_seen_plan(id, Some((seen, now))),
        (false, _) if before.seen_plan.is_some() => rows.save_seen_plan(id, None),
        _ => Ok(()),
    }
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
