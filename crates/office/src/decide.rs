//! What people decide of what was put up to look at. A decision is an entry of the journal like any other: nothing is
//! changed, nothing is deleted, and the first one counts.

use crate::store::Tx;
use crate::{
    Office, closing, requests, standards,
    store::{self, Held, attention as lane},
    sync::{AUTOMATIC, journal_act},
};
use anyhow::{Context, Result};
use chrono::{DateTime, TimeDelta, Utc};
use jobsheet_model::{
    Sheet, WorkOrderId,
    act::{Act, Attention, Entry},
    apply,
    attention::{Choice, Handling},
    standard::Verdict,
    view::ConsoleLane,
    work_order::{Earlier, PastVisit, Visit},
};
use uuid::Uuid;

/// Longest reason, in characters.
const MAX_REASON: usize = 500;
/// Longest name of a person, in characters.
const MAX_PERSON: usize = 100;
/// Where nobody was named.
const DIRECTOR: &str = "总监 · Director";

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
    #[error("who deals with it, and until when, must be said; the deadline lies ahead")]
    Handling,
    #[error("the customer has signed for it since")]
    Signed,
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

impl From<store::Error> for Undecided {
    fn from(why: store::Error) -> Self {
        Undecided::Failed(why.into())
    }
}

/// What somebody decides.
pub struct Decided<'a> {
    pub choice: Choice,
    pub reason: &'a str,
    /// Who deals with it from here on, where the choice hands it on.
    pub handling: Option<Handling>,
}

impl Office {
    /// A page of what waits for a decision.
    pub(crate) fn lane(&self, asked: &lane::Asked, limit: u32) -> Result<ConsoleLane> {
        let now = self.now();
        self.read(|db| {
            let kinds = lane::kinds(db)?;
            let (entries, next) = lane::waiting(db, asked, limit)?;
            let second_handling = standards::in_use(db)?.closing.second_handling();
            let total = kinds.iter().map(|one| one.count).sum();
            let late = requests::late(db, now)?;
            Ok(ConsoleLane { total, kinds, entries, late, next, second_handling })
        })
    }

    /// Decides what was raised as entry `n`, where nobody has to deal with it any further; `by` is who does it.
    pub fn decide(&self, n: u64, choice: Choice, reason: &str, by: &str) -> Result<(), Undecided> {
        self.decide_on(n, Decided { choice, reason, handling: None }, by)
    }

    /// Decides what was raised as entry `n`, and does what follows from it; `by` is who does it.
    pub fn decide_on(&self, n: u64, decided: Decided<'_>, by: &str) -> Result<(), Undecided> {
        let now = self.now();
        let reason = decided.reason.trim();
        self.write(|tx| {
            let one = lane::one(tx, n)?.ok_or(Undecided::NoSuch)?;
            if let Some(decided) = one.decided {
                return Err(Undecided::Already { by: decided.by });
            }
            let choice = decided.choice;
            if !one.attention.choices().contains(&choice) {
                return Err(Undecided::Unfit);
            }
            if reason.is_empty() {
                return Err(Undecided::Reason);
            }
            if reason.chars().count() > MAX_REASON {
                return Err(Undecided::TooLong);
            }
            let handling = match (choice.is_handed_on(), decided.handling.clone()) {
                (true, Some(Handling { person, until })) => {
                    let person = person.trim().to_owned();
                    if person.is_empty() || person.chars().count() > MAX_PERSON || until <= now {
                        return Err(Undecided::Handling);
                    }
                    Some(Handling { person, until })
                }
                (true, None) => return Err(Undecided::Handling),
                (false, _) => None,
            };
            act_on(tx, n, &one, (choice, reason, handling), by, now)
        })
    }
}

/// Writes a decision down and does what it says.
fn act_on(
    tx: &dyn Tx,
    n: u64,
    one: &lane::One,
    (choice, reason, handling): (Choice, &str, Option<Handling>),
    by: &str,
    now: DateTime<Utc>,
) -> Result<(), Undecided> {
    let id = one.work_order;
    if one.attention == Attention::PartRequested {
        tell_of_parts(tx, id, &one.about, (choice, reason), by, now)?;
    }
    let act = Act::Decided { n, choice, reason: reason.to_owned(), handling: handling.clone() };
    journal_act(tx, id, now, by, act)?;
    if let (Some(attention), Some(handling)) = (choice.raises(), &handling) {
        let about = handling.person.clone();
        journal_act(tx, id, now, by, Act::Raised { attention, about })?;
        lane::hand_to(tx, store::counter(tx)?, handling)?;
    }
    match (one.attention, choice) {
        (_, Choice::AnotherVisit) => another_visit(tx, id, reason, by, now)?,
        (Attention::AfterClosing, Choice::Reopen)
            if store::held(tx, id)?.is_some_and(|held| held.closed.is_some()) =>
        {
            closing::reopen(tx, id, reason, by, true, now)?;
        }
        (Attention::Late, Choice::NotAccepted) => take_out(tx, one)?,
        (Attention::Undetermined, Choice::Met | Choice::Missed) => settle_clock(tx, one, choice, by, now)?,
        _ => {}
    }
    Ok(closing::close_if_all_is_there(tx, id, now)?)
}

/// A second handling that was not settled by its deadline is the director's (B14).
pub fn escalate(tx: &dyn Tx, n: u64, now: DateTime<Utc>) -> Result<()> {
    let Some(one) = lane::one(tx, n)?.filter(|one| one.decided.is_none()) else { return Ok(()) };
    let Some(held) = store::held(tx, one.work_order)? else { return Ok(()) };
    let rule = standards::close_rule(tx, &held.order)?.second_handling();
    let until = now + TimeDelta::hours(i64::from(rule.hours));
    let person = Some(rule.director).filter(|name| !name.is_empty()).unwrap_or_else(|| DIRECTOR.into());
    let handling = Handling { person, until };
    let why = "Not settled by the deadline · 未在期限内解决";
    match act_on(tx, n, &one, (Choice::ToDirector, why, Some(handling)), AUTOMATIC, now) {
        Err(Undecided::Failed(why)) => Err(why),
        Err(why) => Err(anyhow::anyhow!(why)),
        Ok(()) => Ok(()),
    }
}

/// What came late is taken out of the sheet; the journal keeps it (P15). Not where somebody has signed for it since.
fn take_out(tx: &dyn Tx, one: &lane::One) -> Result<(), Undecided> {
    let Held { sheet, .. } = store::held(tx, one.work_order)?.context("There is no such work order")?;
    if sheet.is_locked() {
        return Err(Undecided::Signed);
    }
    store::unfold(tx, one.work_order, &one.by, one.at)?;
    let mut fresh = Sheet::empty(one.work_order);
    for change in store::folded(tx, one.work_order)? {
        // What rests on a record that is gone stays in the journal too.
        let _ = apply(&mut fresh, &change);
    }
    let word = store::last_word(tx, one.work_order)?.unwrap_or(one.at);
    store::update_sheet(tx, &fresh, word)?;
    Ok(store::touch(tx, one.work_order)?)
}

/// Whoever asked for a part sees on the phone what became of it.
fn tell_of_parts(
    tx: &dyn Tx,
    id: WorkOrderId,
    about: &str,
    decision: (Choice, &str),
    by: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let Held { mut order, sheet, .. } = store::held(tx, id)?.context("There is no such work order")?;
    order.decide_parts(&sheet, about, decision, by, now);
    order.version += 1;
    store::update_order(tx, &order)?;
    store::touch(tx, id)?;
    Ok(())
}

/// A person says of a promise what the phone's clock could not prove (P23).
fn settle_clock(
    tx: &dyn Tx,
    one: &lane::One,
    choice: Choice,
    by: &str,
    now: DateTime<Utc>,
) -> Result<(), Undecided> {
    let judged =
        store::console::journal(tx, one.work_order)?.into_iter().rev().find_map(|line| match line.entry {
            Entry::Act(Act::Judged { duty, due, .. }) if duty.word() == one.about => Some((duty, due)),
            _ => None,
        });
    let Some((duty, due)) = judged else { return Ok(()) };
    let verdict = if choice == Choice::Met { Verdict::Met } else { Verdict::Breached };
    Ok(journal_act(tx, one.work_order, now, by, Act::Judged { duty, verdict, due })?)
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
    let promise =
        standards::of(tx, order.under.as_ref())?.and_then(|s| s.promise(&order.level.key, now, now));
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
            let act = Act::Decided { n: one.n, choice, reason: reason.to_owned(), handling: None };
            journal_act(tx, id, now, by, act)?;
        }
    }
    Ok(())
}
