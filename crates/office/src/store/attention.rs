//! What waits for a person's decision.

use super::tx::{Error, Optional, Row, Tx, params};
use super::{At, Id, Json, Word};
use anyhow::Result;
use chrono::{DateTime, Utc};
use jobsheet_model::{
    WorkOrder, WorkOrderId,
    act::{Act, Attention},
    attention::Handling,
    view::{ConsoleAttention, Decision, LaneKind, LaneOrder},
};
use std::collections::{HashMap, HashSet};

/// Something that was raised, and what became of it.
pub struct One {
    pub work_order: WorkOrderId,
    pub attention: Attention,
    pub about: String,
    pub by: String,
    pub at: DateTime<Utc>,
    pub decided: Option<Decision>,
}

pub fn one(db: &dyn Tx, n: u64) -> Result<Option<One>> {
    let sql =
        "SELECT a.work_order, j.body, d.body, d.actor, d.received_at, j.actor, j.received_at FROM attention a
         JOIN journal j ON j.n = a.n LEFT JOIN journal d ON d.n = a.decided WHERE a.n = ?1";
    let found = db.one(sql, [n], |row| {
        let Json(Act::Raised { attention, about }) = row.get(1)? else { return Ok(None) };
        Ok(Some(One {
            work_order: row.get::<Id<_>>(0)?.0,
            attention,
            about,
            by: row.get(5)?,
            at: row.get::<At>(6)?.0,
            decided: decision(row, 2)?,
        }))
    });
    Ok(found.optional()?.flatten())
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

/// A place in the lane: how urgent, and which entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub urgency: u8,
    pub n: u64,
}

impl Place {
    pub fn read(text: &str) -> Option<Self> {
        let (urgency, n) = text.split_once('.')?;
        let n = n.parse().ok().filter(|n| i64::try_from(*n).is_ok())?;
        Some(Self { urgency: urgency.parse().ok()?, n })
    }

    pub fn text(self) -> String {
        format!("{}.{}", self.urgency, self.n)
    }
}

/// What is asked of the lane.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked {
    pub order: LaneOrder,
    pub kind: Option<Attention>,
    pub after: Option<Place>,
}

/// How much of each kind waits.
pub fn kinds(db: &dyn Tx) -> Result<Vec<LaneKind>> {
    let sql = "SELECT kind, count(*) FROM attention WHERE decided IS NULL GROUP BY kind ORDER BY kind";
    Ok(db.all(sql, [], |row| Ok(LaneKind { kind: row.get::<Word<_>>(0)?.0, count: row.get(1)? }))?)
}

/// A page of what waits, and where the next one begins.
pub fn waiting(db: &dyn Tx, asked: &Asked, limit: u32) -> Result<(Vec<ConsoleAttention>, Option<String>)> {
    let kind = asked.kind.map(Word);
    let after = asked.after.unwrap_or(Place { urgency: 0, n: i64::MAX as u64 });
    let (order, past) = match asked.order {
        LaneOrder::Urgent => ("a.urgency, a.n DESC", "(a.urgency > ?2 OR (a.urgency = ?2 AND a.n < ?3))"),
        LaneOrder::Newest => ("a.n DESC", "(?2 >= 0 AND a.n < ?3)"),
    };
    // A parameter that is not used is none that every database knows the kind of.
    let of_kind = if kind.is_some() { "AND a.kind = ?4" } else { "" };
    let sql = format!(
        "SELECT a.n, j.body, j.actor, j.received_at, w.body, a.person, a.until FROM attention a
         JOIN journal j ON j.n = a.n JOIN work_order w ON w.id = a.work_order
         WHERE a.decided IS NULL AND {past} {of_kind} ORDER BY {order} LIMIT ?1"
    );
    let (limit_and_one, urgency) = (limit + 1, u32::from(after.urgency));
    let all = params![limit_and_one, urgency, after.n, kind];
    let values = if kind.is_some() { all } else { &all[..3] };
    let entries: Vec<_> = db.all(&sql, values, |row| {
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
            handling: handling(row, 5)?,
            work_order: order.id,
            number: order.number,
            level: order.level,
            customer: order.customer.name,
            site: order.site.name,
            technician: order.assignment.technician_name,
        }))
    })?;
    let mut entries: Vec<_> = entries.into_iter().flatten().collect();
    let more = entries.len() > limit as usize;
    entries.truncate(limit as usize);
    let last = entries.last().map(|one| Place { urgency: one.urgency, n: one.n }.text());
    Ok((entries, last.filter(|_| more)))
}

fn handling(row: &Row<'_>, from: usize) -> Result<Option<Handling>, Error> {
    let (person, until) = (row.get::<Option<String>>(from)?, row.get::<Option<At>>(from + 1)?);
    Ok(person.zip(until).map(|(person, until)| Handling { person, until: until.0 }))
}

/// Whose each of a work order's attentions is.
pub fn handlings(db: &dyn Tx, id: WorkOrderId) -> Result<Vec<(u64, Handling)>> {
    let sql = "SELECT n, person, until FROM attention WHERE work_order = ?1 AND until IS NOT NULL ORDER BY n";
    let all: Vec<_> = db.all(sql, [Id(id)], |row| Ok((row.get(0)?, handling(row, 1)?)))?;
    Ok(all.into_iter().filter_map(|(n, handling)| Some((n, handling?))).collect())
}

/// What was raised as entry `n` is somebody's until then.
pub fn hand_to(tx: &dyn Tx, n: u64, handling: &Handling) -> Result<()> {
    let sql = "UPDATE attention SET person = ?2, until = ?3 WHERE n = ?1";
    tx.run(sql, params![n, handling.person, At(handling.until)])?;
    Ok(())
}

/// Second handlings whose deadline has passed by `now`, and when the next one's does.
pub fn overdue(db: &dyn Tx, now: DateTime<Utc>) -> Result<(Vec<u64>, Option<DateTime<Utc>>)> {
    let sql = "SELECT n, until FROM attention WHERE decided IS NULL AND until IS NOT NULL AND kind = ?1 ORDER BY until";
    let all: Vec<(u64, DateTime<Utc>)> =
        db.all(sql, [Word(Attention::SecondHandling)], |row| Ok((row.get(0)?, row.get::<At>(1)?.0)))?;
    let next = all.iter().map(|(_, until)| *until).find(|until| *until > now);
    Ok((all.into_iter().filter(|(_, until)| *until <= now).map(|(n, _)| n).collect(), next))
}

/// Work orders on which something of this kind waits for a decision.
pub fn of_kind(db: &dyn Tx, kind: Attention) -> Result<HashSet<WorkOrderId>> {
    let sql = "SELECT work_order FROM attention WHERE decided IS NULL AND kind = ?1";
    Ok(db.all(sql, [Word(kind)], |row| Ok(row.get::<Id<_>>(0)?.0))?)
}

/// Of one work order.
pub fn undecided_of(db: &dyn Tx, id: WorkOrderId) -> Result<u32> {
    let sql = "SELECT count(*) FROM attention WHERE work_order = ?1 AND decided IS NULL";
    Ok(db.one(sql, [Id(id)], |row| row.get(0))?)
}

pub fn undecided(db: &dyn Tx) -> Result<u64> {
    Ok(db.one("SELECT count(*) FROM attention WHERE decided IS NULL", [], |row| row.get(0))?)
}
