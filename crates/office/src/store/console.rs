//! What the console is shown.

use super::tx::{Error, Optional, Row, Tx, params};
use super::{At, Id, Json};
use anyhow::Result;
use chrono::{DateTime, Utc};
use jobsheet_model::{
    Digest, Sheet, WorkOrder, WorkOrderId,
    act::{Act, Entry, JournalEntry},
    view::{Decision, Raised},
};
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

fn listed_row(row: &Row<'_>) -> Result<Listed, Error> {
    Ok(Listed {
        order: row.get::<Json<_>>(0)?.0,
        sheet: row.get::<Json<_>>(1)?.0,
        returned: row.get(2)?,
        last_word: row.get::<Option<At>>(3)?.map(|at| at.0),
        attention: row.get(4)?,
    })
}

pub fn listed(db: &dyn Tx) -> Result<Vec<Listed>> {
    let sql = &format!("{LISTED} ORDER BY w.number");
    Ok(db.all(sql, [], listed_row)?)
}

/// The next by number.
pub fn listed_after(db: &dyn Tx, number: &str, limit: u32) -> Result<Vec<Listed>> {
    let sql = &format!("{LISTED} WHERE w.number > ?1 ORDER BY w.number LIMIT ?2");
    Ok(db.all(sql, params![number, limit], listed_row)?)
}

pub fn listed_one(db: &dyn Tx, id: WorkOrderId) -> Result<Option<Listed>> {
    let sql = &format!("{LISTED} WHERE w.id = ?1");
    let found = db.one(sql, [Id(id)], listed_row);
    Ok(found.optional()?)
}

/// Photos that are here whole.
pub fn whole_photos(db: &dyn Tx) -> Result<HashSet<String>> {
    let sql = "SELECT digest FROM photo WHERE whole_at IS NOT NULL";
    Ok(db.all(sql, [], |row| row.get(0))?)
}

pub fn photo_sizes(db: &dyn Tx, id: WorkOrderId) -> Result<HashMap<String, u64>> {
    let sql = "SELECT DISTINCT p.digest, p.bytes FROM photo_use u JOIN photo p ON p.digest = u.digest
         WHERE u.work_order = ?1";
    Ok(db.all(sql, [Id(id)], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

pub fn thumb(db: &dyn Tx, digest: &Digest) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT bytes FROM thumb WHERE photo = ?1";
    Ok(db.one(sql, [digest.as_str()], |row| row.get(0)).optional()?)
}

/// Photos of a work order that a thumbnail has come ahead of.
pub fn thumbs(db: &dyn Tx, id: WorkOrderId) -> Result<HashSet<String>> {
    let sql = "SELECT t.photo FROM photo_use u JOIN thumb t ON t.photo = u.digest WHERE u.work_order = ?1";
    Ok(db.all(sql, [Id(id)], |row| row.get(0))?)
}

/// Does any work order use this photo?
pub fn photo_is_known(db: &dyn Tx, digest: &Digest) -> Result<bool> {
    let sql = "SELECT 1 FROM photo WHERE digest = ?1";
    Ok(db.exists(sql, [digest.as_str()])?)
}

pub fn journal(db: &dyn Tx, id: WorkOrderId) -> Result<Vec<JournalEntry>> {
    let sql = "SELECT n, at, received_at, actor, kind, body FROM journal WHERE work_order = ?1 ORDER BY n";
    Ok(db.all(sql, [Id(id)], |row| {
        let entry = match row.get::<String>(4)?.as_str() {
            "act" => Entry::Act(row.get::<Json<_>>(5)?.0),
            _ => Entry::Change(row.get::<Json<_>>(5)?.0),
        };
        Ok(JournalEntry {
            n: row.get(0)?,
            at: row.get::<At>(1)?.0,
            received_at: row.get::<At>(2)?.0,
            actor: row.get(3)?,
            entry,
        })
    })?)
}

/// What was raised on a work order, with what was decided of it.
pub fn raised(db: &dyn Tx, id: WorkOrderId) -> Result<Vec<Raised>> {
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
pub fn signed_base(db: &dyn Tx, id: WorkOrderId) -> Result<Option<u32>> {
    let sql = "SELECT base FROM journal WHERE work_order = ?1 AND kind = 'change' AND folded = 1
             AND what = 'signed_off' ORDER BY n DESC LIMIT 1";
    let found = db.one(sql, params![Id(id)], |row| row.get(0));
    Ok(found.optional()?.flatten())
}
