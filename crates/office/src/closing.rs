//! Closing: what came back whole is over for the firm, and goes into the archive. What is enough is the rule of the
//! standard that the work order began under (`model::closing`); a person may close and open again, with a reason.

use crate::{
    Office,
    dispatch::{Cannot, Seen},
    standards::close_rule,
    store::{self, Held, Tx, archive, attention, sync as held},
    sync::{AUTOMATIC, journal_act},
};
use anyhow::Result;
use chrono::{DateTime, Utc};
use jobsheet_model::{
    WorkOrderId,
    act::{Act, Attention},
    attention::Choice,
    closing::{Back, CloseRule, Lack, is_over, lacks},
    view::Closing,
};

/// Longest reason, in characters.
const MAX_REASON: usize = 500;
/// As many are looked at in one transaction when the archive is made anew.
const AT_ONCE: u32 = 200;

impl Office {
    /// Closes a work order by hand, whatever the rule still waits for.
    pub fn close(&self, seen: impl Into<Seen>, reason: &str, by: &str) -> Result<(), Cannot> {
        let (now, seen) = (self.now(), seen.into());
        self.write(|tx| {
            let held = seen.held(tx)?;
            if held.closed.is_some() {
                return Err(Cannot::Closed);
            }
            if !is_over(&held.order, &held.sheet) {
                return Err(Cannot::NotOver);
            }
            let reason = said(reason)?;
            let lacked = lacking(tx, &held, &close_rule(tx, &held.order)?)?;
            Ok(close(tx, &held, now, by, Act::Closed { lacked, reason })?)
        })
    }

    /// Takes a work order out of the archive again. The rule leaves it alone from then on.
    pub fn reopen(&self, seen: impl Into<Seen>, reason: &str, by: &str) -> Result<(), Cannot> {
        let (now, seen) = (self.now(), seen.into());
        self.write(|tx| {
            let held = seen.held(tx)?;
            if held.closed.is_none() {
                return Err(Cannot::NotClosed);
            }
            Ok(reopen(tx, seen.id, &said(reason)?, by, true, now)?)
        })
    }

    /// Closes what the rule would close and makes all words of the archive anew. Returns how many are in it.
    pub fn rebuild_archive(&self) -> Result<u32> {
        let now = self.now();
        let mut after = String::new();
        loop {
            let some = self.read(|db| archive::some_open(db, &after, AT_ONCE))?;
            let Some(last) = some.last() else { break };
            after = last.to_string();
            self.write(|tx| some.iter().try_for_each(|id| close_if_all_is_there(tx, *id, now)))?;
        }
        let (mut after, mut count) = (String::new(), 0);
        loop {
            let some = self.read(|db| archive::some(db, &after, AT_ONCE))?;
            let Some(last) = some.last() else { return Ok(count) };
            after = last.to_string();
            count += u32::try_from(some.len()).unwrap_or(u32::MAX);
            self.write(|tx| some.iter().try_for_each(|id| archive::refile(tx, *id)))?;
        }
    }
}

fn said(reason: &str) -> Result<String, Cannot> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Cannot::Reason);
    }
    if reason.chars().count() > MAX_REASON {
        return Err(Cannot::TooLong);
    }
    Ok(reason.to_owned())
}

fn close(tx: &dyn Tx, held: &Held, now: DateTime<Utc>, by: &str, act: Act) -> Result<()> {
    journal_act(tx, held.order.id, now, by, act)?;
    store::visit_over(tx, held.order.id, now)?;
    archive::close(tx, held, now)
}

pub fn reopen(
    tx: &dyn Tx,
    id: WorkOrderId,
    reason: &str,
    by: &str,
    kept_open: bool,
    now: DateTime<Utc>,
) -> Result<()> {
    journal_act(tx, id, now, by, Act::Reopened { reason: reason.to_owned() })?;
    store::visit_goes_on(tx, id, now)?;
    archive::reopen(tx, id, kept_open)
}

/// What is new on a work order may be the last that it lacked. One that is in the archive is found by what is new.
pub fn close_if_all_is_there(tx: &dyn Tx, id: WorkOrderId, now: DateTime<Utc>) -> Result<()> {
    let Some(held) = store::held(tx, id)? else { return Ok(()) };
    if held.closed.is_some() {
        return archive::refile(tx, id);
    }
    let rule = close_rule(tx, &held.order)?;
    if !rule.by_itself || held.kept_open || !is_over(&held.order, &held.sheet) {
        return Ok(());
    }
    if lacking(tx, &held, &rule)?.is_empty() {
        let act = Act::Closed { lacked: Vec::new(), reason: String::new() };
        close(tx, &held, now, AUTOMATIC, act)?;
    }
    Ok(())
}

fn lacking(db: &dyn Tx, held: &Held, rule: &CloseRule) -> Result<Vec<Lack>> {
    let Held { order, sheet, .. } = held;
    let mut photos_missing = false;
    for photo in &sheet.photos {
        photos_missing |= !held::photo_is_whole(db, &photo.digest)?;
    }
    let discontent =
        |one| matches!(one, Attention::NotSatisfied | Attention::SecondHandling | Attention::WithDirector);
    let raised = store::console::raised(db, order.id)?;
    let settled = raised.iter().filter(|one| discontent(one.attention));
    let settled =
        settled.filter_map(|one| one.decided.as_ref()).any(|decided| decided.choice == Choice::Settled);
    let undecided = attention::undecided_of(db, order.id)?;
    Ok(lacks(rule, &Back { order, sheet, photos_missing, undecided, settled }))
}

/// How it stands, for the console.
pub fn standing(db: &dyn Tx, id: WorkOrderId) -> Result<Option<Closing>> {
    let Some(held) = store::held(db, id)? else { return Ok(None) };
    let rule = close_rule(db, &held.order)?;
    let lacks = if held.closed.is_some() { Vec::new() } else { lacking(db, &held, &rule)? };
    Ok(Some(Closing {
        closed_at: held.closed,
        is_over: is_over(&held.order, &held.sheet),
        lacks,
        is_kept_open: held.kept_open,
        second_handling: rule.second_handling(),
    }))
}
