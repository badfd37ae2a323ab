//! What an answer of the office changes here: checked first, then applied in one transaction, or not at all
//! (I6, I9).
//!
//! A waiting change is forgotten only in the transaction that stores the base which holds it, and only under a
//! receipt that matches the chain of what was recorded here (I2).

use crate::{
    error::Result,
    office::{Answer, Trouble},
    record::fold,
    store::{DeviceRow, Rows, Waiting},
};
use chrono::{DateTime, TimeDelta, Utc};
use jobsheet_model::{
    Change, Stage, WorkOrderId, apply, planted,
    view::Event,
    wire::{Base, Outcome, Receipt, SyncResponse},
    work_order::AssignmentState,
};
use std::collections::BTreeSet;
use std::time::Duration;

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

/// Is it the answer to what was asked (I9)?
pub(crate) fn check(response: &SyncResponse, device: &DeviceRow, sent: &[Waiting]) -> Answer<()> {
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
pub(crate) fn settle(
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
        if planted::on("gone_deletes_waiting") {
            let waiting = rows.waiting(0, 500)?.into_iter().filter(|w| w.work_order == gone.work_order);
            waiting.map(|w| rows.forget(w.sequence)).collect::<Result<()>>()?;
        }
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
                if planted::on("refusal_dropped") {
                    rows.forget(change.sequence)?;
                }
                rows.refuse(change.sequence, reason)?;
                to_fold.insert(id);
            }
            Outcome::Duplicate if planted::on("duplicate_kept") => {}
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
    if planted::on("ack_beyond_sent") && !sent.is_empty() {
        rows.waiting(0, 500)?.iter().try_for_each(|waiting| rows.forget(waiting.sequence))?;
    }
    for id in to_fold {
        if !planted::on("sheet_not_rebased") {
            fold(rows, id)?;
        }
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
