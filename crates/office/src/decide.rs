//! What people decide of what was put up to look at. A decision is an entry of the journal like any other: nothing is
//! changed, nothing is deleted, and the first one counts.

use crate::store::Tx;
use crate::{
    Office,
    store::{self, Held, attention as lane},
    sync::journal_act,
};
use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use jobsheet_model::{
    WorkOrderId,
    act::{Act, Attention},
    attention::Choice,
    standard,
    view::ConsoleLane,
    work_order::{Earlier, PastVisit, Visit},
};
use uuid::Uuid;

/// Longest reason, in characters.
const MAX_REASON: usize = 500;

/// Why it cannot be decided.
#[derive(Debug, thiserror::Error)]
pub enum Undecided {
    #[error("there is no such attention")]
    NoSuch,
    #[error("{by} decided it already")]
    Already { by: String },
    #[error("this cannot be decided so")]
    Unfit,
    #[error("a reason is needed")]
    Reason,
    #[error("the reason is too long")]
    TooLong,
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

impl From<store::Error> for Undecided {
    fn from(why: store::Error) -> Self {
        Undecided::Failed(why.into())
    }
}

impl Office {
    /// What waits for a decision, the newest first.
    pub(crate) fn lane(&self) -> Result<ConsoleLane> {
        self.read(|db| lane::waiting(db))
    }

    /// Decides what was raised as entry `n`; `by` is who does it.
    pub fn decide(&self, n: u64, choice: Choice, reason: &str, by: &str) -> Result<(), Undecided> {
        let (now, reason) = (self.now(), reason.trim());
        self.write(|tx| {
            let one = lane::one(tx, n)?.ok_or(Undecided::NoSuch)?;
            if let Some(decided) = one.decided {
                return Err(Undecided::Already { by: decided.by });
            }
            if !one.attention.choices().contains(&choice) {
                return Err(Undecided::Unfit);
            }
            if reason.is_empty() {
                return Err(Undecided::Reason);
            }
            if reason.chars().count() > MAX_REASON {
                return Err(Undecided::TooLong);
            }
            if one.attention == Attention::PartRequested {
                tell_of_parts(tx, one.work_order, n, (choice, reason), by, now)?;
            }
            let act = Act::Decided { n, choice, reason: reason.to_owned() };
            journal_act(tx, one.work_order, now, by, act)?;
            if choice == Choice::AnotherVisit {
                another_visit(tx, one.work_order, reason, by, now)?;
            }
            Ok(())
        })
    }
}

/// Whoever asked for a part sees on the phone what became of it.
fn tell_of_parts(
    tx: &dyn Tx,
    id: WorkOrderId,
    n: u64,
    decision: (Choice, &str),
    by: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let raised = store::console::raised(tx, id)?;
    let Some(one) = raised.iter().find(|one| one.n == n) else { return Ok(()) };
    let Held { mut order, sheet, .. } = store::held(tx, id)?.context("There is no such work order")?;
    order.decide_parts(&sheet, &one.about, decision, by, now);
    order.version += 1;
    store::update_order(tx, &order)?;
    store::touch(tx, id)?;
    Ok(())
}

/// Opens another visit for the request of a work order, to be given to somebody; both say so (D13, E13).
fn another_visit(tx: &dyn Tx, id: WorkOrderId, reason: &str, by: &str, now: DateTime<Utc>) -> Result<()> {
    let Held { mut order, sheet, .. } = store::held(tx, id)?.context("There is no such work order")?;
    let past = PastVisit {
        on: now.date_naive(),
        number: order.number.clone(),
        technician: order.assignment.technician_name.clone(),
        summary: reason.to_owned(),
    };
    let earlier = Earlier::of(&order, &sheet, reason, now);
    let promise = standard::of(order.under.as_ref()).and_then(|s| s.promise(&order.level.key, now, now));
    let promised = promise.map(|promise| (promise.due, promise.ceiling));
    let number = store::next_number(tx, &order.number)?;
    let next = order.another_visit(WorkOrderId(Uuid::now_v7()), number, (past, earlier), now, promised);
    store::insert_order(tx, &next)?;
    journal_act(tx, next.id, now, by, Act::Registered {})?;
    let visit = Visit { work_order: next.id, number: next.number };
    // Whoever was there sees on the phone that it goes on.
    order.followed_by = Some(visit.clone());
    order.version += 1;
    store::update_order(tx, &order)?;
    journal_act(tx, id, now, by, Act::FollowedBy { visit })
}

/// What was done has answered what was raised of these kinds.
pub fn answered(
    tx: &dyn Tx,
    id: WorkOrderId,
    is_answered: impl Fn(Attention, &str) -> bool,
    (choice, reason): (Choice, &str),
    by: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    for one in store::console::raised(tx, id)? {
        if one.decided.is_none() && is_answered(one.attention, &one.about) {
            journal_act(tx, id, now, by, Act::Decided { n: one.n, choice, reason: reason.to_owned() })?;
        }
    }
    Ok(())
}
