//! What happens at the office because time passes.
//!
//! One pass looks at every open work order and says what has fallen due. It is worked out again inside the
//! transaction that acts on it, and what was done is seen by the next pass: however many processes tick at once,
//! an offer expires once and each thing is raised once.

use crate::{
    Office,
    store::{
        self,
        clocks::{self, Open},
    },
    sync::{AUTOMATIC, journal_act},
};
use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use jobsheet_model::{
    Stage, TechnicianId, WorkOrder,
    act::{Act, Attention},
    standard,
    times::{SpanKind, minutes_of},
    work_order::AssignmentState,
};
use rusqlite::Connection;
use std::{future::Future, time::Duration};

/// How often the office looks at its clocks; no promise is shorter than minutes.
const EVERY: Duration = Duration::from_secs(5);

/// Shown on the phone that had the offer, beside the words of people.
const NOT_ANSWERED: &str = "Not answered in time · 未在时限内接单";

/// Something that fell due.
struct Due {
    order: WorkOrder,
    what: Fell,
}

enum Fell {
    Expired { technician: TechnicianId },
    Raised { attention: Attention, about: String },
}

impl Office {
    /// Does what has fallen due by now. Returns how much that was.
    pub fn tick(&self) -> Result<usize> {
        let now = self.now();
        // Mostly there is nothing, and nobody is kept from writing.
        if self.read(|db| due(db, now))?.is_empty() {
            return Ok(0);
        }
        self.write(|tx| {
            let all = due(tx, now)?;
            let count = all.len();
            for one in all {
                act_on(tx, one, now)?;
            }
            Ok(count)
        })
    }

    /// Ticks until `shutdown`. A pass that fails is said and tried again.
    pub async fn keep_time(&self, shutdown: impl Future<Output = ()>) {
        let ticking = async {
            let mut every = tokio::time::interval(EVERY);
            every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                every.tick().await;
                if let Err(why) = self.run(|office| office.tick()).await {
                    tracing::error!("looking at the clocks: {why:#}");
                }
            }
        };
        tokio::select! {
            () = ticking => {}
            () = shutdown => {}
        }
    }
}

fn act_on(tx: &Connection, due: Due, now: DateTime<Utc>) -> Result<()> {
    let Due { mut order, what } = due;
    match what {
        Fell::Expired { technician } => {
            let about = order.assignment.technician_name.clone();
            order.assignment.state = AssignmentState::Withdrawn;
            order.assignment.offered_at = now;
            order.version += 1;
            store::update_order(tx, &order)?;
            store::revoke(tx, order.id, technician, now, NOT_ANSWERED, "")?;
            // The next one answers on an empty sheet.
            store::clear_sheet(tx, order.id)?;
            journal_act(tx, order.id, now, AUTOMATIC, Act::Expired { technician })?;
            let raised = Act::Raised { attention: Attention::OfferExpired, about };
            journal_act(tx, order.id, now, AUTOMATIC, raised)
        }
        Fell::Raised { attention, about } => {
            journal_act(tx, order.id, now, AUTOMATIC, Act::Raised { attention, about })
        }
    }
}

fn due(db: &Connection, now: DateTime<Utc>) -> Result<Vec<Due>> {
    let mut all = Vec::new();
    for open in clocks::open(db)? {
        for what in of_one(db, &open, now)? {
            all.push(Due { order: open.order.clone(), what });
        }
    }
    Ok(all)
}

fn minutes(minutes: u32) -> TimeDelta {
    TimeDelta::minutes(i64::from(minutes))
}

fn of_one(db: &Connection, open: &Open, now: DateTime<Utc>) -> Result<Vec<Fell>> {
    let Open { order, sheet, held, changed_hands } = open;
    let mut fell = Vec::new();
    let mut raise = |attention, since: u64, about: String| -> Result<()> {
        if !clocks::is_raised(db, order.id, attention, since)? {
            fell.push(Fell::Raised { attention, about });
        }
        Ok(())
    };
    let standard = standard::of(order.under.as_ref());
    let technician = || order.assignment.technician_name.clone();
    let mut expired = None;
    match (order.assignment.state, held) {
        (AssignmentState::Offered, Some(grant)) if sheet.stage == Stage::Offered => {
            match grant.delivered_at {
                Some(delivered)
                    if now >= delivered + minutes(order.level.accept) + minutes(sheet.more_time) =>
                {
                    expired = Some(Fell::Expired { technician: grant.technician });
                }
                None if standard.is_some_and(|s| now >= grant.at + minutes(s.undelivered_minutes)) => {
                    raise(Attention::Undelivered, grant.n, technician())?;
                }
                _ => {}
            }
        }
        (AssignmentState::Withdrawn | AssignmentState::Declined, None) => {
            let (n, at) = changed_hands.unwrap_or((0, order.assignment.offered_at));
            if standard.is_some_and(|s| now >= at + minutes(s.dispatch_minutes)) {
                raise(Attention::Unassigned, n, String::new())?;
            }
        }
        _ => {}
    }
    if sheet.arrival.is_none()
        && !matches!(sheet.stage, Stage::SignedOff | Stage::SignOffRefused | Stage::CouldNotFinish)
        && order.under.is_some()
    {
        if now > order.respond_by {
            raise(Attention::Breached, 0, String::new())?;
        }
        if now > order.ceiling {
            raise(Attention::CeilingPassed, 0, String::new())?;
        }
    }
    if let Some(standard) = standard
        && matches!(sheet.stage, Stage::Working | Stage::Paused)
    {
        let worked = u64::from(minutes_of(&sheet.spans, SpanKind::Work, now));
        if worked * 100 > u64::from(order.estimate) * u64::from(standard.progress_percent) {
            raise(Attention::ProgressDue, 0, String::new())?;
        }
    }
    if let (Some(back_by), Some(grant)) = (sheet.dark_until, held)
        && now > back_by
        && !sheet.stage.is_over()
        && let Some((n, true)) = clocks::latest_change(db, order.id)?
        && clocks::last_sent(db, grant.technician)?.is_none_or(|sent| sent < back_by)
    {
        raise(Attention::StillDark, n, technician())?;
    }
    fell.extend(expired);
    Ok(fell)
}
