//! What the ticker looks at: work orders that are still open, and what was said of them before.

use super::{At, Id, Json, Word};
use anyhow::Result;
use chrono::{DateTime, Utc};
use jobsheet_model::{Sheet, TechnicianId, WorkOrder, WorkOrderId, act::Attention};
use rusqlite::{Connection, params};

/// A work order whose sheet is not back.
pub struct Open {
    pub order: WorkOrder,
    pub sheet: Sheet,
    /// Who has it now.
    pub held: Option<Grant>,
    /// When it was last given to or taken from anybody.
    pub changed_hands: Option<(u64, DateTime<Utc>)>,
}

pub struct Grant {
    pub technician: TechnicianId,
    pub n: u64,
    pub at: DateTime<Utc>,
    pub delivered_at: Option<DateTime<Utc>>,
}

pub fn open(db: &Connection) -> Result<Vec<Open>> {
    let mut rows = db.prepare_cached(
        "SELECT w.body, w.sheet, a.technician, a.n, a.at, a.delivered_at,
                (SELECT max(n) FROM access h WHERE h.work_order = w.id),
                (SELECT max(at) FROM access h WHERE h.work_order = w.id)
         FROM work_order w LEFT JOIN access a ON a.work_order = w.id AND a.active = 1
         WHERE w.returned = 0 AND json_extract(w.body, '$.cancelled') IS NULL",
    )?;
    let all = rows.query_map([], |row| {
        let technician = row.get::<_, Option<Id<_>>>(2)?.map(|id| id.0);
        let held = match technician {
            Some(technician) => Some(Grant {
                technician,
                n: row.get(3)?,
                at: row.get::<_, At>(4)?.0,
                delivered_at: row.get::<_, Option<At>>(5)?.map(|at| at.0),
            }),
            None => None,
        };
        let n = row.get::<_, Option<u64>>(6)?;
        let at = row.get::<_, Option<At>>(7)?.map(|at| at.0);
        Ok(Open {
            order: row.get::<_, Json<_>>(0)?.0,
            sheet: row.get::<_, Json<_>>(1)?.0,
            held,
            changed_hands: n.zip(at),
        })
    })?;
    Ok(all.collect::<Result<_, _>>()?)
}

/// Was this raised after entry `since`?
pub fn is_raised(db: &Connection, id: WorkOrderId, attention: Attention, since: u64) -> Result<bool> {
    let mut rows = db.prepare_cached(
        "SELECT 1 FROM journal WHERE work_order = ?1 AND n > ?2 AND kind = 'act'
             AND json_extract(body, '$.act') = 'raised' AND json_extract(body, '$.attention') = ?3",
    )?;
    Ok(rows.exists(params![Id(id), since, Word(attention)])?)
}

/// The latest change on a work order: its number, and whether it said that the phone goes dark.
pub fn latest_change(db: &Connection, id: WorkOrderId) -> Result<Option<(u64, bool)>> {
    let mut rows = db.prepare_cached(
        "SELECT n, json_extract(body, '$.what') = 'went_dark' FROM journal
         WHERE work_order = ?1 AND kind = 'change' ORDER BY n DESC LIMIT 1",
    )?;
    let mut found = rows.query_map([Id(id)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(found.next().transpose()?)
}

/// When a phone of this technician last sent something; one that only asks is not written down each time.
pub fn last_sent(db: &Connection, technician: TechnicianId) -> Result<Option<DateTime<Utc>>> {
    let mut rows = db.prepare_cached("SELECT max(last_seen) FROM device WHERE technician = ?1")?;
    let seen = rows.query_row([Id(technician)], |row| row.get::<_, Option<At>>(0))?;
    Ok(seen.map(|at| at.0))
}
