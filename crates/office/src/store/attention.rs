//! What waits for a person's decision.

use super::tx::{Error, Optional, Row, Tx};
use super::{At, Id, Json};
use anyhow::Result;
use jobsheet_model::{
    WorkOrder, WorkOrderId,
    act::{Act, Attention},
    view::{ConsoleAttention, ConsoleLane, Decision},
};
use std::collections::HashMap;

/// As many as a page shows; what is decided makes room for the rest.
const MOST: u64 = 500;

/// Something that was raised, and what became of it.
pub struct One {
    pub work_order: WorkOrderId,
    pub attention: Attention,
    pub decided: Option<Decision>,
}

pub fn one(db: &dyn Tx, n: u64) -> Result<Option<One>> {
    let sql = "SELECT a.work_order, j.body, d.body, d.actor, d.received_at FROM attention a JOIN journal j ON j.n = a.n
         LEFT JOIN journal d ON d.n = a.decided WHERE a.n = ?1";
    let found =
        db.one(sql, [n], |row| Ok((row.get::<Id<_>>(0)?.0, row.get::<Json<Act>>(1)?.0, decision(row, 2)?)));
    Ok(found.optional()?.and_then(|(work_order, act, decided)| match act {
        Act::Raised { attention, .. } => Some(One { work_order, attention, decided }),
        _ => None,
    }))
}

/// From the body, actor and time of the act, in columns `from` and the next two.
fn decision(row: &Row<'_>, from: usize) -> Result<Option<Decision>, Error> {
    let Some(Json(Act::Decided { choice, reason, .. })) = row.get::<Option<Json<Act>>>(from)? else {
        return Ok(None);
    };
    Ok(Some(Decision { choice, reason, by: row.get(from + 1)?, at: row.get::<At>(from + 2)?.0 }))
}

/// How much waits for a decision on each work order.
pub fn by_work_order(db: &dyn Tx) -> Result<HashMap<WorkOrderId, u32>> {
    let sql = "SELECT work_order, count(*) FROM attention WHERE decided IS NULL GROUP BY work_order";
    Ok(db.all(sql, [], |row| Ok((row.get::<Id<_>>(0)?.0, row.get(1)?)))?)
}

pub fn waiting(db: &dyn Tx) -> Result<ConsoleLane> {
    let total = db.one("SELECT count(*) FROM attention WHERE decided IS NULL", [], |row| row.get(0))?;
    let sql = "SELECT a.n, j.body, j.actor, j.received_at, w.body FROM attention a INDEXED BY attention_open
               JOIN journal j ON j.n = a.n JOIN work_order w ON w.id = a.work_order
               WHERE a.decided IS NULL ORDER BY a.n DESC LIMIT ?1";
    let entries: Vec<_> = db.all(sql, [MOST], |row| {
        let Json(Act::Raised { attention, about }) = row.get(1)? else { return Ok(None) };
        let order = row.get::<Json<WorkOrder>>(4)?.0;
        Ok(Some(ConsoleAttention {
            n: row.get(0)?,
            attention,
            about,
            by: row.get(2)?,
            at: row.get::<At>(3)?.0,
            urgency: attention.urgency(),
            choices: attention.choices().to_vec(),
            work_order: order.id,
            number: order.number,
            level: order.level,
            customer: order.customer.name,
            site: order.site.name,
            technician: order.assignment.technician_name,
        }))
    })?;
    Ok(ConsoleLane { total, entries: entries.into_iter().flatten().collect() })
}

pub fn undecided(db: &dyn Tx) -> Result<u64> {
    Ok(db.one("SELECT count(*) FROM attention WHERE decided IS NULL", [], |row| row.get(0))?)
}
