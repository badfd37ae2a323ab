//! What happens at the office because time passes.
//!
//! One pass looks at every open work order and asks `model::due` what has fallen due. It is asked again inside the
//! transaction that acts on it, and what was done is seen by the next pass: however many processes tick at once,
//! an offer expires once and each thing is raised once.

use crate::store::Tx;
use crate::{
    Office,
    decide::escalate,
    requests, rule, standards,
    store::{
        self, attention,
        clocks::{self, Open},
    },
    sync::{AUTOMATIC, journal_act},
};
use anyhow::Result;
use chrono::{DateTime, Utc};
use jobsheet_model::{
    WorkOrder,
    act::{Act, Attention},
    closing::STAYS_ON_PHONES,
    due::{Case, Falls, Look, look},
    work_order::AssignmentState,
};
use std::{future::Future, sync::PoisonError, time::Duration};

/// How often the office looks at its clocks; no promise is shorter than minutes.
const EVERY: Duration = Duration::from_secs(5);

/// Shown on the phone that had the offer, beside the words of people.
const NOT_ANSWERED: &str = "Not answered in time · 未在时限内接单";

/// Where the counter stood when nothing was due, and when something will be unless it moves.
#[derive(Clone, Copy)]
pub struct Quiet {
    n: u64,
    until: Option<DateTime<Utc>>,
}

impl Office {
    /// Does what has fallen due by now. Returns how much that was.
    pub fn tick(&self) -> Result<usize> {
        let now = self.now();
        // Mostly there is nothing: nobody is kept from writing, and nothing is read as long as nothing happens.
        let quiet = self.quiet();
        let due = self.read(|db| {
            let n = store::counter(db)?;
            if quiet.is_some_and(|quiet| quiet.n == n && quiet.until.is_none_or(|until| now < until)) {
                return Ok(false);
            }
            let looks = looks(db, now)?;
            let (passed, next) = attention::overdue(db, now)?;
            let (late, is_late) = requests::passed(db, now)?;
            let (over, leaves) = store::over_since(db, now - STAYS_ON_PHONES)?;
            let leaves = leaves.map(|since| since + STAYS_ON_PHONES);
            let fallen = looks.iter().any(|(_, look)| !look.fallen.is_empty())
                || !passed.is_empty()
                || !late.is_empty()
                || !over.is_empty()
                || rule::anything_waits(db)?;
            let until =
                looks.iter().filter_map(|(_, look)| look.next).chain(next).chain(is_late).chain(leaves).min();
            self.set_quiet((!fallen).then_some(Quiet { n, until }));
            Ok(fallen)
        })?;
        if !due {
            return Ok(0);
        }
        self.write(|tx| {
            let mut count = 0;
            for (order, look) in looks(tx, now)? {
                for one in look.fallen {
                    act_on(tx, order.clone(), one.what, now)?;
                    count += 1;
                }
            }
            for n in attention::overdue(tx, now)?.0 {
                escalate(tx, n, now)?;
                count += 1;
            }
            for (id, act) in requests::passed(tx, now)?.0 {
                requests::note_passed(tx, id, &act, now)?;
                count += 1;
            }
            for (id, technician) in store::over_since(tx, now - STAYS_ON_PHONES)?.0 {
                store::release(tx, id, technician, now)?;
                count += 1;
            }
            // What has just come back goes to the next one.
            Ok(count + rule::dispatch_all(tx, now)?)
        })
    }

    fn quiet(&self) -> Option<Quiet> {
        *self.0.quiet.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_quiet(&self, quiet: Option<Quiet>) {
        *self.0.quiet.lock().unwrap_or_else(PoisonError::into_inner) = quiet;
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
        // Apart: whoever is told may be slow to answer, and no clock waits for that.
        let telling = async {
            let mut every = tokio::time::interval(EVERY);
            every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                every.tick().await;
                if let Err(why) = self.tell_others().await {
                    tracing::error!("telling others: {why:#}");
                }
            }
        };
        tokio::select! {
            () = ticking => {}
            () = telling => {}
            () = shutdown => {}
        }
    }
}

fn act_on(tx: &dyn Tx, mut order: WorkOrder, what: Falls, now: DateTime<Utc>) -> Result<()> {
    match what {
        Falls::Expired { technician } => {
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
        Falls::Raised { attention: Attention::Unassigned, .. } if rule::is_waiting(tx, order.id)? => Ok(()),
        Falls::Raised { attention, about } => {
            journal_act(tx, order.id, now, AUTOMATIC, Act::Raised { attention, about })?;
            if attention == Attention::Undelivered { rule::pass_on(tx, order, now) } else { Ok(()) }
        }
    }
}

/// Every open work order, and what the clocks say of it.
fn looks(db: &dyn Tx, now: DateTime<Utc>) -> Result<Vec<(WorkOrder, Look)>> {
    let mut all = Vec::new();
    for Open { order, sheet, holder, changed_hands } in clocks::open(db)? {
        let (raised, judged) = clocks::said(db, order.id)?;
        let dark = match sheet.dark_until {
            Some(_) => clocks::dark(db, order.id)?,
            None => None,
        };
        let heard = match (dark, holder) {
            (Some(_), Some(holder)) => clocks::heard(db, holder.technician)?,
            _ => None,
        };
        let standard = standards::of(db, order.under.as_ref())?;
        let case = Case {
            order: &order,
            sheet: &sheet,
            standard: standard.as_deref(),
            holder,
            changed_hands,
            dark,
            heard,
            raised: &raised,
            judged: &judged,
        };
        let look = look(&case, now);
        all.push((order, look));
    }
    Ok(all)
}
