//! What the ticker looks at: work orders that are still open, and what was said of them before.

use super::tx::{Optional, Tx, params};
use super::{At, Id, Json};
use anyhow::Result;
use chrono::{DateTime, Utc};
use jobsheet_model::{
    Sheet, TechnicianId, WorkOrder, WorkOrderId,
    act::Act,
    due::{Entered, Heard, Holder, Said},
    standard::Duty,
};

/// A work order whose sheet is not back.
pub struct Open {
    pub order: WorkOrder,
    pub sheet: Sheet,
    /// Who has it now.
    pub holder: Option<Holder>,
    /// When it was last given to or taken from anybody.
    pub changed_hands: Option<Entered>,
}

pub fn open(db: &dyn Tx) -> Result<Vec<Open>> {
    let sql = "SELECT w.body, w.sheet, a.technician, a.n, a.at, a.delivered_at,
                (SELECT max(n) FROM access h WHERE h.work_order = w.id),
                (SELECT max(at) FROM access h WHERE h.work_order = w.id)
         FROM work_order w INDEXED BY work_order_open LEFT JOIN access a ON a.work_order = w.id AND a.active = 1
         WHERE w.open = 1";
    Ok(db.all(sql, [], |row| {
        let technician = row.get::<Option<Id<_>>>(2)?.map(|id| id.0);
        let holder = match technician {
            Some(technician) => Some(Holder {
                technician,
                given: Entered { n: row.get(3)?, at: row.get::<At>(4)?.0 },
                delivered_at: row.get::<Option<At>>(5)?.map(|at| at.0),
            }),
            None => None,
        };
        let n = row.get::<Option<u64>>(6)?;
        let at = row.get::<Option<At>>(7)?.map(|at| at.0);
        Ok(Open {
            order: row.get::<Json<_>>(0)?.0,
            sheet: row.get::<Json<_>>(1)?.0,
            holder,
            changed_hands: n.zip(at).map(|(n, at)| Entered { n, at }),
        })
    })?)
}

/// What was raised on a work order, and which of its promises have their verdict.
pub fn said(db: &dyn Tx, id: WorkOrderId) -> Result<(Vec<Said>, Vec<Duty>)> {
    let sql = "SELECT n, body FROM journal WHERE work_order = ?1 AND kind = 'act'
                   AND what IN ('raised', 'judged') ORDER BY n";
    let (mut raised, mut judged) = (Vec::new(), Vec::new());
    let acts: Vec<_> = db.all(sql, [Id(id)], |row| Ok((row.get(0)?, row.get::<Json<_>>(1)?.0)))?;
    for act in acts {
        match act {
            (n, Act::Raised { attention, about }) => raised.push(Said { n, attention, about }),
            (_, Act::Judged { duty, .. }) => judged.push(duty),
            _ => {}
        }
    }
    Ok((raised, judged))
}

/// The latest change on a work order, where that says that the phone goes dark.
pub fn dark(db: &dyn Tx, id: WorkOrderId) -> Result<Option<Entered>> {
    let sql = "SELECT n, received_at, what = 'went_dark' FROM journal
         WHERE work_order = ?1 AND kind = 'change' ORDER BY n DESC LIMIT 1";
    let found = db.one(sql, [Id(id)], |row| {
        let entered = Entered { n: row.get(0)?, at: row.get::<At>(1)?.0 };
        Ok(row.get::<bool>(2)?.then_some(entered))
    });
    Ok(found.optional()?.flatten())
}

/// When a phone of this technician was last heard of.
pub fn heard(db: &dyn Tx, technician: TechnicianId) -> Result<Option<Heard>> {
    let sql = "SELECT max(last_seen), max(heard_again) FROM device WHERE technician = ?1";
    let at = |at: Option<At>| at.map(|at| at.0);
    let (last, again) = db.one(sql, [Id(technician)], |row| Ok((at(row.get(0)?), at(row.get(1)?))))?;
    Ok(last.map(|last| Heard { last, again }))
}

/// When whoever has the work order received it.
pub fn delivered(db: &dyn Tx, id: WorkOrderId) -> Result<Option<DateTime<Utc>>> {
    let sql =
        "SELECT delivered_at FROM access WHERE work_order = ?1 AND active = 1 AND delivered_at IS NOT NULL";
    let found = db.one(sql, params![Id(id)], |row| Ok(row.get::<At>(0)?.0));
    Ok(found.optional()?)
}
