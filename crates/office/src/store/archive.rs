//! Closed work orders, and the words they are found by.

use super::tx::{Optional, ToValue, Tx, params};
use super::{At, Held, Id, Json, Word, counter};
use anyhow::Result;
use chrono::{DateTime, Utc};
use jobsheet_model::{
    Sheet, TechnicianId, WorkOrder, WorkOrderId,
    act::Act,
    archive::{Outcome, terms, visited_at},
    moment::millis,
    search::is_beginning,
};

/// Words looked at to find the rarest: more often than this, one is as good as another.
const RARE: u32 = 1000;

/// Keeps beside a work order what lists ask for.
pub fn note_order(tx: &dyn Tx, order: &WorkOrder) -> Result<()> {
    tx.run(
        "UPDATE work_order SET customer = ?2, planned = ?3 WHERE id = ?1",
        params![Id(order.id), order.customer.id, At(order.from)],
    )?;
    Ok(())
}

/// The entry that closes it was written just now: from here on it is found in the archive.
pub fn close(tx: &dyn Tx, held: &Held, at: DateTime<Utc>) -> Result<()> {
    let id = held.order.id;
    let n = counter(tx)?;
    tx.run("UPDATE work_order SET closed = ?2, open = 0 WHERE id = ?1", params![Id(id), At(at)])?;
    tx.run(
        "INSERT INTO archive (n, work_order, closed_at, visited_at, technician, level, outcome)
         VALUES (?1, ?2, ?3, '', '', '', '')",
        params![n, Id(id), At(at)],
    )?;
    file(tx, n, &held.order, &held.sheet)
}

pub fn reopen(tx: &dyn Tx, id: WorkOrderId, kept_open: bool) -> Result<()> {
    if let Some(n) = place(tx, id)? {
        tx.run("DELETE FROM archive_term WHERE n = ?1", [n])?;
        tx.run("DELETE FROM archive WHERE n = ?1", [n])?;
    }
    tx.run(
        "UPDATE work_order SET closed = NULL, kept_open = ?2 WHERE id = ?1",
        params![Id(id), i64::from(kept_open)],
    )?;
    Ok(())
}

fn place(db: &dyn Tx, id: WorkOrderId) -> Result<Option<u64>> {
    let sql = "SELECT n FROM archive WHERE work_order = ?1";
    Ok(db.one(sql, [Id(id)], |row| row.get(0)).optional()?)
}

/// Makes a closed work order found by what it says now; nothing for one that is not closed.
pub fn refile(tx: &dyn Tx, id: WorkOrderId) -> Result<()> {
    let (Some(n), Some(held)) = (place(tx, id)?, super::held(tx, id)?) else { return Ok(()) };
    file(tx, n, &held.order, &held.sheet)
}

fn file(tx: &dyn Tx, n: u64, order: &WorkOrder, sheet: &Sheet) -> Result<()> {
    tx.run(
        "UPDATE archive SET visited_at = ?2, technician = ?3, level = ?4, outcome = ?5 WHERE n = ?1",
        params![
            n,
            At(visited_at(order, sheet)),
            Id(order.assignment.technician),
            order.level.key,
            Word(Outcome::of(order, sheet)),
        ],
    )?;
    tx.run("DELETE FROM archive_term WHERE n = ?1", [n])?;
    let terms: Vec<String> = terms(order, sheet).into_iter().collect();
    // Several at once: as many as any database takes parameters, with room to spare.
    for some in terms.chunks(200) {
        let rows: Vec<String> = (0..some.len()).map(|i| format!("(?{}, ?1)", i + 2)).collect();
        let sql = format!("INSERT INTO archive_term (term, n) VALUES {}", rows.join(", "));
        let mut values: Vec<&dyn ToValue> = vec![&n];
        values.extend(some.iter().map(|term| term as &dyn ToValue));
        tx.run(&sql, &values[..])?;
    }
    Ok(())
}

/// What is asked of the archive.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Terms that must all be found.
    pub terms: Vec<String>,
    pub from: Option<DateTime<Utc>>,
    /// The first moment that is too late.
    pub to: Option<DateTime<Utc>>,
    pub technician: Option<TechnicianId>,
    pub level: Option<String>,
    pub outcome: Option<Outcome>,
    /// Only what was closed before this entry.
    pub before: Option<u64>,
}

/// The latest that fit, at most `limit`.
pub fn find(db: &dyn Tx, asked: &Asked, limit: u32) -> Result<Vec<(u64, WorkOrderId, DateTime<Utc>)>> {
    let mut values: Vec<Box<dyn ToValue>> = Vec::new();
    let mut bind = |value: Box<dyn ToValue>| {
        values.push(value);
        format!("?{}", values.len())
    };
    let mut wheres = Vec::new();
    let mut from = String::from("archive a");
    let rarest = rarest(db, &asked.terms)?;
    for (i, term) in asked.terms.iter().enumerate() {
        let low = bind(Box::new(term.clone()));
        if is_beginning(&asked.terms, i) {
            let high = bind(Box::new(format!("{term}\u{10ffff}")));
            if rarest == Some(i) {
                // Each once, although it may stand under several words.
                from = format!(
                    "(SELECT DISTINCT n FROM archive_term WHERE term >= {low} AND term <= {high}) t
                     JOIN archive a ON a.n = t.n"
                );
            } else {
                wheres.push(format!(
                    "EXISTS (SELECT 1 FROM archive_term o WHERE o.n = a.n AND o.term >= {low} AND o.term <= {high})"
                ));
            }
        } else if rarest == Some(i) {
            from = "archive_term t JOIN archive a ON a.n = t.n".into();
            wheres.push(format!("t.term = {low}"));
        } else {
            wheres.push(format!("EXISTS (SELECT 1 FROM archive_term o WHERE o.n = a.n AND o.term = {low})"));
        }
    }
    if let Some(at) = asked.from {
        let at = bind(Box::new(millis::text(&at)));
        wheres.push(format!("a.visited_at >= {at}"));
    }
    if let Some(at) = asked.to {
        let at = bind(Box::new(millis::text(&at)));
        wheres.push(format!("a.visited_at < {at}"));
    }
    if let Some(technician) = asked.technician {
        let technician = bind(Box::new(technician.to_string()));
        wheres.push(format!("a.technician = {technician}"));
    }
    if let Some(level) = &asked.level {
        let level = bind(Box::new(level.clone()));
        wheres.push(format!("a.level = {level}"));
    }
    if let Some(outcome) = asked.outcome {
        let outcome = bind(Box::new(Word(outcome)));
        wheres.push(format!("a.outcome = {outcome}"));
    }
    if let Some(before) = asked.before {
        let before = bind(Box::new(before));
        wheres.push(format!("a.n < {before}"));
    }
    let limit = bind(Box::new(limit));
    let wheres = if wheres.is_empty() { String::from("1 = 1") } else { wheres.join(" AND ") };
    let sql = format!(
        "SELECT a.n, a.work_order, a.closed_at FROM {from} WHERE {wheres} ORDER BY a.n DESC LIMIT {limit}"
    );
    let values: Vec<&dyn ToValue> = values.iter().map(AsRef::as_ref).collect();
    let found =
        db.all(&sql, &values[..], |row| Ok((row.get(0)?, row.get::<Id<_>>(1)?.0, row.get::<At>(2)?.0)))?;
    Ok(found)
}

/// Which of the terms to begin with: the one that the fewest stand under.
fn rarest(db: &dyn Tx, terms: &[String]) -> Result<Option<usize>> {
    let mut rarest: Option<(u32, usize)> = None;
    for (i, term) in terms.iter().enumerate() {
        let (low, high) = match is_beginning(terms, i) {
            true => (term.clone(), format!("{term}\u{10ffff}")),
            false => (term.clone(), term.clone()),
        };
        let sql = "SELECT count(*) FROM (SELECT 1 AS one FROM archive_term WHERE term >= ?1 AND term <= ?2 LIMIT ?3) few";
        let count: u32 = db.one(sql, params![low, high, RARE], |row| row.get(0))?;
        if rarest.is_none_or(|(fewest, _)| count < fewest) {
            rarest = Some((count, i));
        }
    }
    Ok(rarest.map(|(_, i)| i))
}

pub fn is_empty(db: &dyn Tx) -> Result<bool> {
    Ok(!db.exists("SELECT 1 FROM archive LIMIT 1", [])?)
}

/// Some closed work orders, in the order of their ids, after `after`.
pub fn some(db: &dyn Tx, after: &str, limit: u32) -> Result<Vec<WorkOrderId>> {
    let sql = "SELECT work_order FROM archive WHERE work_order > ?1 ORDER BY work_order LIMIT ?2";
    Ok(db.all(sql, params![after, limit], |row| Ok(row.get::<Id<_>>(0)?.0))?)
}

/// Work orders that are not closed, in the order of their ids, after `after`.
pub fn some_open(db: &dyn Tx, after: &str, limit: u32) -> Result<Vec<WorkOrderId>> {
    let sql = "SELECT id FROM work_order WHERE closed IS NULL AND id > ?1 ORDER BY id LIMIT ?2";
    Ok(db.all(sql, params![after, limit], |row| Ok(row.get::<Id<_>>(0)?.0))?)
}

/// Fills in, once, what older databases have in bodies only.
pub fn fill_in(tx: &dyn Tx) -> Result<()> {
    if super::fact(tx, "filed")?.is_some() {
        return Ok(());
    }
    for order in super::work_orders(tx)? {
        note_order(tx, &order)?;
    }
    let sql = "SELECT a.n, j.body FROM attention a JOIN journal j ON j.n = a.n WHERE a.kind = ''";
    let raised: Vec<(u64, Act)> = tx.all(sql, [], |row| Ok((row.get(0)?, row.get::<Json<_>>(1)?.0)))?;
    for one in raised {
        if let (n, Act::Raised { attention, .. }) = one {
            let sql = "UPDATE attention SET kind = ?2, urgency = ?3 WHERE n = ?1";
            tx.run(sql, params![n, Word(attention), u32::from(attention.urgency())])?;
        }
    }
    super::set_fact(tx, "filed", "1")
}
