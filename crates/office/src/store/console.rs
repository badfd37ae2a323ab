//! What the console is shown.

use super::{At, Id, Json};
use anyhow::Result;
use chrono::{DateTime, Utc};
use jobsheet_model::{
    Digest, Sheet, WorkOrder, WorkOrderId,
    act::{Act, Entry, JournalEntry},
    view::{Decision, Raised},
};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::{HashMap, HashSet};

/// A work order with what a list says of it.
pub struct Listed {
    pub order: WorkOrder,
    pub sheet: Sheet,
    pub returned: u32,
    pub attention: u32,
    pub last_word: Option<DateTime<Utc>>,
}

const LISTED: &str = "SELECT w.body, w.sheet, w.returned, w.last_word,
        (SELECT count(*) FROM attention t WHERE t.work_order = w.id AND t.decided IS NULL)
     FROM work_order w";

fn listed_row(row: &Row<'_>) -> rusqlite::Result<Listed> {
    Ok(Listed {
        order: row.get::<_, Json<_>>(0)?.0,
        sheet: row.get::<_, Json<_>>(1)?.0,
        returned: row.get(2)?,
        last_word: row.get::<_, Option<At>>(3)?.map(|at| at.0),
        attention: row.get(4)?,
    })
}

pub fn listed(db: &Connection) -> Result<Vec<Listed>> {
    let mut rows = db.prepare_cached(&format!("{LISTED} ORDER BY w.number"))?;
    let all = rows.query_map([], listed_row)?;
    Ok(all.collect::<Result<_, _>>()?)
}

pub fn listed_one(db: &Connection, id: WorkOrderId) -> Result<Option<Listed>> {
    let mut rows = db.prepare_cached(&format!("{LISTED} WHERE w.id = ?1"))?;
    let mut found = rows.query_map([Id(id)], listed_row)?;
    Ok(found.next().transpose()?)
}

/// Photos that are here whole.
pub fn whole_photos(db: &Connection) -> Result<HashSet<String>> {
    let mut rows = db.prepare_cached("SELECT digest FROM photo WHERE whole_at IS NOT NULL")?;
    let all = rows.query_map([], |row| row.get(0))?;
    Ok(all.collect::<Result<_, _>>()?)
}

pub fn photo_sizes(db: &Connection, id: WorkOrderId) -> Result<HashMap<String, u64>> {
    let mut rows = db.prepare_cached(
        "SELECT DISTINCT p.digest, p.bytes FROM photo_use u JOIN photo p ON p.digest = u.digest
         WHERE u.work_order = ?1",
    )?;
    let all = rows.query_map([Id(id)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(all.collect::<Result<_, _>>()?)
}

pub fn thumb(db: &Connection, digest: &Digest) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT bytes FROM thumb WHERE photo = ?1";
    Ok(db.query_row(sql, [digest.as_str()], |row| row.get(0)).optional()?)
}

/// Photos of a work order that a thumbnail has come ahead of.
pub fn thumbs(db: &Connection, id: WorkOrderId) -> Result<HashSet<String>> {
    let mut rows = db.prepare_cached(
        "SELECT t.photo FROM photo_use u JOIN thumb t ON t.photo = u.digest WHERE u.work_order = ?1",
    )?;
    let all = rows.query_map([Id(id)], |row| row.get(0))?;
    Ok(all.collect::<Result<_, _>>()?)
}

/// Does any work order use this photo?
pub fn photo_is_known(db: &Connection, digest: &Digest) -> Result<bool> {
    let mut rows = db.prepare_cached("SELECT 1 FROM photo WHERE digest = ?1")?;
    Ok(rows.exists([digest.as_str()])?)
}

pub fn journal(db: &Connection, id: WorkOrderId) -> Result<Vec<JournalEntry>> {
    let mut rows = db.prepare_cached(
        "SELECT n, at, received_at, actor, kind, body FROM journal WHERE work_order = ?1 ORDER BY n",
    )?;
    let entries = rows.query_map([Id(id)], |row| {
        let entry = match row.get::<_, String>(4)?.as_str() {
            "act" => Entry::Act(row.get::<_, Json<_>>(5)?.0),
            _ => Entry::Change(row.get::<_, Json<_>>(5)?.0),
        };
        Ok(JournalEntry {
            n: row.get(0)?,
            at: row.get::<_, At>(1)?.0,
            received_at: row.get::<_, At>(2)?.0,
            actor: row.get(3)?,
            entry,
        })
    })?;
    Ok(entries.collect::<Result<_, _>>()?)
}

/// What was raised on a work order, with what was decided of it.
pub fn raised(db: &Connection, id: WorkOrderId) -> Result<Vec<Raised>> {
    let mut all: Vec<Raised> = Vec::new();
    for JournalEntry { n, received_at: at, actor, entry, .. } in journal(db, id)? {
        match entry {
            Entry::Act(Act::Raised { attention, about }) => {
                let choices = attention.choices().to_vec();
                all.push(Raised { n, attention, about, at, choices, decided: None });
            }
            Entry::Act(Act::Decided { n: raised, choice, reason }) => {
                if let Some(one) = all.iter_mut().find(|one| one.n == raised) {
                    one.decided = Some(Decision { choice, reason, by: actor, at });
                }
            }
            _ => {}
        }
    }
    Ok(all)
}

/// The version of the work order that the signature on the sheet was given for.
pub fn signed_base(db: &Connection, id: WorkOrderId) -> Result<Option<u32>> {
    let mut rows = db.prepare_cached(
        "SELECT base FROM journal WHERE work_order = ?1 AND kind = 'change' AND folded = 1
             AND json_extract(body, '$.what') = 'signed_off' ORDER BY n DESC LIMIT 1",
    )?;
    let mut found = rows.query_map(params![Id(id)], |row| row.get(0))?;
    Ok(found.next().transpose()?.flatten())
}
