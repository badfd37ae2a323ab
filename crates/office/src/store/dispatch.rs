//! How work orders find their technicians.

use super::tx::{Optional, Tx, params};
use super::{At, Id, Json, Word};
use anyhow::Result;
use chrono::{DateTime, Utc};
use jobsheet_model::{TechnicianId, WorkOrderId, dispatch::How, expected::Expected, view::ToldCustomer};
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

/// What the customer was told last, and how.
pub struct CustomerTold {
    pub expected: Expected,
    pub told: ToldCustomer,
}

pub fn customer_told(db: &dyn Tx, id: WorkOrderId) -> Result<Option<CustomerTold>> {
    let sql = "SELECT expected, at, actor, told_by FROM customer_told WHERE work_order = ?1";
    let found = db.one(sql, [Id(id)], |row| {
        let told =
            ToldCustomer { at: row.get::<At>(1)?.0, actor: row.get(2)?, told_by: row.get::<Word<_>>(3)?.0 };
        Ok(CustomerTold { expected: row.get::<Json<_>>(0)?.0, told })
    });
    Ok(found.optional()?)
}

/// What the customers of open work orders were told last.
pub fn told_of_open(db: &dyn Tx) -> Result<HashMap<WorkOrderId, Expected>> {
    let sql = "SELECT t.work_order, t.expected FROM work_order w JOIN customer_told t ON t.work_order = w.id
               WHERE w.open = 1";
    Ok(db.all(sql, [], |row| Ok((row.get::<Id<_>>(0)?.0, row.get::<Json<_>>(1)?.0)))?)
}

pub fn tell_customer(
    tx: &dyn Tx,
    id: WorkOrderId,
    CustomerTold { expected, told }: &CustomerTold,
) -> Result<()> {
    tx.run(
        "INSERT INTO customer_told (work_order, expected, at, actor, told_by) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (work_order) DO UPDATE SET expected = excluded.expected, at = excluded.at,
             actor = excluded.actor, told_by = excluded.told_by",
        params![Id(id), Json(expected), At(told.at), told.actor, Word(told.told_by)],
    )?;
    Ok(())
}
