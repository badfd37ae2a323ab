//! What the office does to work orders: offer, reassign, cancel. Each gives the work order a new version and
//! is journalled with its actor; nothing of what technicians recorded is touched.

use crate::store::Tx;
use crate::{
    Office,
    closing::close_if_all_is_there,
    decide::answered,
    rule,
    store::{self, Held, dispatch::CustomerTold, people},
    sync::{AUTOMATIC, journal_act, word},
};
use anyhow::Context;
use chrono::{DateTime, Utc};
use jobsheet_model::{
    Stage, TechnicianId, WorkOrder, WorkOrderId,
    act::{Act, Attention},
    attention::Choice,
    changed::Edited,
    dispatch::{ByHand, KeptOut},
    expected::{Expected, ToldBy, expected},
    role::Role,
    view::ToldCustomer,
    work_order::{Assignment, AssignmentState, Cancelled, Technician},
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Why the office cannot do that.
#[derive(Debug, thiserror::Error)]
pub enum Cannot {
    #[error("there is no such work order")]
    NoSuchWorkOrder,
    #[error("there is no such technician")]
    NoSuchTechnician,
    #[error("somebody has changed the work order meanwhile")]
    Changed,
    #[error("the work order is cancelled")]
    Cancelled,
    #[error("the work order is closed")]
    Closed,
    #[error("the work order is not closed")]
    NotClosed,
    #[error("somebody is still at it")]
    NotOver,
    #[error("somebody has this work order; reassign it instead")]
    Taken,
    #[error("nobody has this work order; offer it instead")]
    NotTaken,
    #[error("it is this technician's already")]
    Same,
    #[error("the visit is over")]
    Over,
    #[error("a reason is needed")]
    Reason,
    /// These rules are against it: whoever does it all the same says why.
    #[error("the rules are against it: {}", words(.0))]
    Against(Vec<KeptOut>),
    #[error("the customer was answered already")]
    Responded,
    #[error("nobody is named")]
    Nobody,
    #[error("the customer is to know something else by now")]
    OtherExpected,
    #[error("what was said is missing")]
    NothingSaid,
    /// Somebody with this role gives it, for these reasons (A13).
    #[error("for a {} to give: {}", .0.word(), .1.iter().map(word).collect::<Vec<_>>().join(", "))]
    NotYours(Role, Vec<ByHand>),
    #[error("the reason is too long")]
    TooLong,
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

impl From<store::Error> for Cannot {
    fn from(why: store::Error) -> Self {
        Cannot::Failed(why.into())
    }
}

fn words(against: &[KeptOut]) -> String {
    against.iter().map(word).collect::<Vec<_>>().join(", ")
}

/// The work order that somebody acts on, in the version that they saw. Who names none acts on whatever it is by now.
#[derive(Clone, Copy)]
pub struct Seen {
    pub id: WorkOrderId,
    pub version: Option<u32>,
}

impl From<WorkOrderId> for Seen {
    fn from(id: WorkOrderId) -> Self {
        Self { id, version: None }
    }
}

impl Seen {
    pub fn held(self, tx: &dyn Tx) -> Result<Held, Cannot> {
        let held = store::held(tx, self.id)?.ok_or(Cannot::NoSuchWorkOrder)?;
        match self.version {
            Some(version) if version != held.order.version => Err(Cannot::Changed),
            _ => Ok(held),
        }
    }

    pub fn open(self, tx: &dyn Tx) -> Result<Held, Cannot> {
        match self.held(tx)? {
            held if held.order.cancelled.is_some() => Err(Cannot::Cancelled),
            held if held.closed.is_some() => Err(Cannot::Closed),
            held => Ok(held),
        }
    }
}

/// Longest thing that is said to a customer, in characters.
const MAX_SAID: usize = 500;

/// What somebody says to have told the customer.
#[derive(Deserialize, ToSchema)]
pub struct CustomerIsTold {
    pub expected: Expected,
    pub told_by: ToldBy,
    /// At most 500 characters.
    pub text: String,
}

/// The assignment of a work order that is nobody's.
pub fn unassigned(at: DateTime<Utc>) -> Assignment {
    Assignment {
        technician: TechnicianId(Uuid::nil()),
        technician_name: String::new(),
        state: AssignmentState::Withdrawn,
        offered_at: at,
    }
}

impl Office {
    /// Takes up a work order that was planned elsewhere; it is nobody's until it is offered.
    pub fn register(&self, mut order: WorkOrder, by: &str) -> anyhow::Result<()> {
        let now = self.now();
        order.assignment = unassigned(now);
        self.write(|tx| {
            store::insert_order(tx, &order)?;
            store::customers::remember(tx, &order, None)?;
            journal_act(tx, order.id, now, actor(by), Act::Registered {})
        })
    }

    /// Offers a work order that is nobody's to a technician. `by` is who does it.
    pub fn offer(&self, id: WorkOrderId, to_login: &str, by: &str) -> Result<(), Cannot> {
        let now = self.now();
        self.write(|tx| {
            let to = people::technician_by_login(tx, to_login)?.ok_or(Cannot::NoSuchTechnician)?;
            offer_in(tx, id, Act::offered(to.id), &to, by, now, |_| {})
        })
    }

    /// The same from the ranked list: whoever goes against a rule says why.
    pub fn offer_ranked(
        &self,
        seen: impl Into<Seen>,
        to_login: &str,
        reason: &str,
        by: &str,
    ) -> Result<(), Cannot> {
        let (now, reason, seen) = (self.now(), reason.trim(), seen.into());
        self.write(|tx| {
            let to = people::technician_by_login(tx, to_login)?.ok_or(Cannot::NoSuchTechnician)?;
            let order = seen.open(tx)?.order;
            if is_taken(&order) {
                return Err(Cannot::Taken);
            }
            let against = rule::against(tx, &order, to.id, now)?;
            if !against.is_empty() && reason.is_empty() {
                return Err(Cannot::Against(against));
            }
            let act = Act::Offered { technician: to.id, ahead: None, against, reason: reason.to_owned() };
            offer_in(tx, order.id, act, &to, by, now, |_| {})
        })
    }

    /// Takes a work order from whoever has it and offers it to somebody else (A16).
    pub fn reassign(
        &self,
        seen: impl Into<Seen>,
        to_login: &str,
        reason: &str,
        by: &str,
    ) -> Result<(), Cannot> {
        let (now, reason, seen) = (self.now(), reason.trim(), seen.into());
        let id = seen.id;
        self.write(|tx| {
            let to = people::technician_by_login(tx, to_login)?.ok_or(Cannot::NoSuchTechnician)?;
            let Held { order, sheet, .. } = seen.open(tx)?;
            if !is_taken(&order) {
                return Err(Cannot::NotTaken);
            }
            if order.assignment.technician == to.id {
                return Err(Cannot::Same);
            }
            if sheet.stage.is_over() {
                return Err(Cannot::Over);
            }
            if reason.is_empty() {
                return Err(Cannot::Reason);
            }
            let from = order.assignment.technician;
            store::revoke(tx, id, from, now, reason, &to.name)?;
            let act = Act::Reassigned { from, to: to.id, reason: reason.to_owned() };
            journal_act(tx, id, now, actor(by), act)?;
            given_on(tx, id, &to, by, now)?;
            assign(tx, order, &to, now)
        })
    }

    /// The customer was told who comes and when (A14), or that it gets later (A16).
    pub fn customer_told(
        &self,
        seen: impl Into<Seen>,
        asked: &CustomerIsTold,
        by: &str,
    ) -> Result<(), Cannot> {
        let (now, text, seen) = (self.now(), asked.text.trim(), seen.into());
        self.write(|tx| {
            let Held { order, sheet, .. } = seen.open(tx)?;
            // The technician may have said something else meanwhile.
            if expected(&order, &sheet).as_ref() != Some(&asked.expected) {
                return Err(Cannot::OtherExpected);
            }
            if text.is_empty() {
                return Err(Cannot::NothingSaid);
            }
            if text.chars().count() > MAX_SAID {
                return Err(Cannot::TooLong);
            }
            let (expected, told_by) = (asked.expected.clone(), asked.told_by);
            let told = ToldCustomer { at: now, actor: actor(by).to_owned(), told_by };
            let told = CustomerTold { expected: expected.clone(), told };
            store::dispatch::tell_customer(tx, seen.id, &told)?;
            let act = Act::CustomerTold { expected, told_by, text: text.to_owned() };
            Ok(journal_act(tx, seen.id, now, actor(by), act)?)
        })
    }

    /// The technician keeps the work order, marked as cancelled: what was recorded stays his to send.
    pub fn cancel(&self, seen: impl Into<Seen>, reason: &str, by: &str) -> Result<(), Cannot> {
        let (now, reason, seen) = (self.now(), reason.trim(), seen.into());
        let id = seen.id;
        self.write(|tx| {
            let Held { mut order, .. } = seen.open(tx)?;
            if reason.is_empty() {
                return Err(Cannot::Reason);
            }
            order.cancelled = Some(Cancelled { at: now, reason: reason.to_owned() });
            order.edited = Some(Edited { at: now, by: by.to_owned() });
            order.version += 1;
            store::update_order(tx, &order)?;
            journal_act(tx, id, now, actor(by), Act::Cancelled { reason: reason.to_owned() })?;
            Ok(close_if_all_is_there(tx, id, now)?)
        })
    }
}

/// Offers a work order within a transaction, as `act` says; `plan` may give it new times first.
pub fn offer_in(
    tx: &dyn Tx,
    id: WorkOrderId,
    act: Act,
    to: &Technician,
    by: &str,
    now: DateTime<Utc>,
    plan: impl FnOnce(&mut WorkOrder),
) -> Result<(), Cannot> {
    let Held { mut order, sheet, .. } = Seen::from(id).open(tx)?;
    if is_taken(&order) {
        return Err(Cannot::Taken);
    }
    // Also where an acceptance came after the offer had expired: the next one answers for himself.
    if matches!(sheet.stage, Stage::Declined | Stage::Accepted) {
        store::clear_sheet(tx, id)?;
    }
    plan(&mut order);
    journal_act(tx, id, now, actor(by), act)?;
    given_on(tx, id, to, by, now)?;
    assign(tx, order, to, now)
}

/// Who gives a work order to somebody has answered that nobody had it.
pub fn given_on(
    tx: &dyn Tx,
    id: WorkOrderId,
    to: &Technician,
    by: &str,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let was_waiting = |one, _: &str| {
        matches!(
            one,
            Attention::Undelivered
                | Attention::OfferExpired
                | Attention::Unassigned
                | Attention::NobodyFits
                | Attention::HeldUp
        )
    };
    answered(tx, id, was_waiting, (Choice::GivenOn, &to.name), actor(by), now)
}

pub fn is_taken(order: &WorkOrder) -> bool {
    matches!(order.assignment.state, AssignmentState::Offered | AssignmentState::Assigned)
}

fn assign(tx: &dyn Tx, mut order: WorkOrder, to: &Technician, now: DateTime<Utc>) -> Result<(), Cannot> {
    order.assignment = Assignment {
        technician: to.id,
        technician_name: to.name.clone(),
        state: AssignmentState::Offered,
        offered_at: now,
    };
    order.version += 1;
    store::update_order(tx, &order).context("Keeping the assignment")?;
    store::grant(tx, order.id, to.id, now, true)?;
    store::dispatch::note_offer(tx, to.id, now)?;
    Ok(())
}

pub fn actor(by: &str) -> &str {
    if by.is_empty() { AUTOMATIC } else { by }
}
