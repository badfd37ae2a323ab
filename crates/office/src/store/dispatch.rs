//! How work orders find their technicians.

use super::tx::{Optional, Tx, params};
use super::{At, Id, Json, Word};
use anyhow::Result;
use chrono::{DateTime, Utc};
use jobsheet_model::{TechnicianId, WorkOrderId, dispatch::How};
use std::collections::HashMap;

/// How, and who is still to be asked in turn.
#[derive(Clone)]
pub struct Set {
    pub how: How,
    pub people: Vec<TechnicianId>,
}

pub fn of(db: &dyn Tx, id: WorkOrderId) -> Result<Option<Set>> {
    let sql = "SELECT how, people FROM dispatch WHERE work_order = ?1";
    let found = db.one(sql, params![Id(id)], |row| {
        Ok(Set { how: row.get::<Word<How>>(0)?.0, people: row.get::<Json<_>>(1)?.0 })
    });
    Ok(found.optional()?)
}

/// Of open work orders that do not follow their level.
pub fn of_open(db: &dyn Tx) -> Result<HashMap<WorkOrderId, Set>> {
    let sql = "SELECT d.work_order, d.how, d.people FROM work_order w JOIN dispatch d ON d.work_order = w.id
               WHERE w.open = 1";
    Ok(db.all(sql, [], |row| {
        let set = Set { how: row.get::<Word<How>>(1)?.0, people: row.get::<Json<_>>(2)?.0 };
        Ok((row.get::<Id<_>>(0)?.0, set))
    })?)
}

pub fn set(tx: &dyn Tx, id: WorkOrderId, set: &Set) -> Result<()> {
    tx.run(
        "INSERT INTO dispatch (work_order, how, people) VALUES (?1, ?2, ?3)
         ON CONFLICT (work_order) DO UPDATE SET how = excluded.how, people = excluded.people",
        params![Id(id), Word(set.how), Json(&set.people)],
    )?;
    Ok(())
}

pub fn last_offers(db: &dyn Tx) -> Result<HashMap<TechnicianId, DateTime<Utc>>> {
    let sql = "SELECT technician, at FROM last_offer";
    Ok(db.all(sql, [], |row| Ok((row.get::<Id<_>>(0)?.0, row.get::<At>(1)?.0)))?)
}

pub fn note_offer(tx: &dyn Tx, technician: TechnicianId, at: DateTime<Utc>) -> Result<()> {
    tx.run(
        "INSERT INTO last_offer (technician, at) VALUES (?1, ?2)
         ON CONFLICT (technician) DO UPDATE SET at = excluded.at",
        params![Id(technician), At(at)],
    )?;
    Ok(())
}

/// The kind of a piece of equipment in the register; '' for none of them.
pub fn kind(db: &dyn Tx, equipment: &str) -> Result<Option<String>> {
    let sql = "SELECT kind FROM equipment WHERE id = ?1";
    Ok(db.one(sql, [equipment], |row| row.get(0)).optional()?)
}

/// When each technician's phones were last heard of.
pub fn heard(db: &dyn Tx) -> Result<HashMap<TechnicianId, DateTime<Utc>>> {
    let sql = "SELECT technician, max(last_seen) FROM device GROUP BY technician";
    Ok(db.all(sql, [], |row| Ok((row.get::<Id<_>>(0)?.0, row.get::<At>(1)?.0)))?)
}
