//! What the console is shown.

use super::tx::{Error, Optional, Row, Tx, params};
use super::{At, Id, Json};
use anyhow::Result;
use chrono::{DateTime, Utc};
use jobsheet_model::{
    Digest, Sheet, WorkOrder, WorkOrderId,
    act::{Act, Entry, JournalEntry},
    moment::millis,
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
    pub closed: Option<DateTime<Utc>>,
}

const LISTED: &str = "SELECT w.body, w.sheet, w.returned, w.last_word,
        (SELECT count(*) FROM attention t WHERE t.work_order = w.id AND t.decided IS NULL), w.closed
     FROM work_order w";

fn listed_row(row: &Row<'_>) -> Result<Listed, Error> {
    Ok(Listed {
        order: row.get::<Json<_>>(0)?.0,
        sheet: row.get::<Json<_>>(1)?.0,
        returned: row.get(2)?,
        last_word: row.get::<Option<At>>(3)?.map(|at| at.0),
        attention: row.get(4)?,
        closed: row.get::<Option<At>>(5)?.map(|at| at.0),
    })
}

/// Those that are not closed, or were not before `since`.
pub fn listed(db: &dyn Tx, since: DateTime<Utc>) -> Result<Vec<Listed>> {
    let sql = &format!("{LISTED} WHERE w.closed IS NULL OR w.closed > ?1 ORDER BY w.number");
    Ok(db.all(sql, [At(since)], listed_row)?)
}

/// Whose visits are asked for.
#[derive(Clone, Copy)]
pub enum VisitsOf<'a> {
    Customer(&'a str),
    Machine(&'a str),
}

/// Visits to a customer or a machine, the latest first, from before a place on.
pub fn visits(
    db: &dyn Tx,
    of: VisitsOf<'_>,
    before: Option<(DateTime<Utc>, WorkOrderId)>,
    limit: u32,
) -> Result<Vec<Listed>> {
    let (column, whose) = match of {
        VisitsOf::Customer(id) => ("customer", id),
        VisitsOf::Machine(id) => ("equipment", id),
    };
    let (at, id) = match before {
        Some((at, id)) => (millis::text(&at), id.to_string()),
        None => (String::from("9999"), String::new()),
    };
    let sql = &format!(
        "{LISTED} WHERE w.{column} = ?1 AND (w.planned < ?2 OR (w.planned = ?2 AND w.id < ?3))
         ORDER BY w.planned DESC, w.id DESC LIMIT ?4"
    );
    Ok(db.all(sql, params![whose, at, id, limit], listed_row)?)
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

/// Those of some sheets that are here whole.
pub fn whole_of(db: &dyn Tx, all: &[Listed]) -> Result<HashSet<String>> {
    let mut whole = HashSet::new();
    for photo in all.iter().flat_map(|one| &one.sheet.photos) {
        if super::sync::photo_is_whole(db, &photo.digest)? {
            whole.insert(photo.digest.as_str().to_owned());
        }
    }
    Ok(whole)
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
    let handlings = super::attention::handlings(db, id)?;
    for JournalEntry { n, received_at: at, actor, entry, .. } in journal(db, id)? {
        match entry {
            Entry::Act(Act::Raised { attention, about }) => {
                let choices = attention.choices().to_vec();
                let handling = handlings.iter().find(|(of, _)| *of == n).map(|(_, one)| one.clone());
                all.push(Raised { n, attention, about, at, choices, handling, decided: None });
            }
            Entry::Act(Act::Decided { n: raised, choice, reason, .. }) => {
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
