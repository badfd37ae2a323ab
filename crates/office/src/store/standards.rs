//! Standards: published versions, which are never changed, drafts, and what was done with them.

use super::tx::{Error, Optional, Row, Tx, params};
use super::{At, Json, fact, next, set_fact};
use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use jobsheet_model::{
    Digest,
    standard::{Standard, StandardAct, StandardEntry, Under},
    view::{DraftOfStandard, PublishedStandard},
};
use std::sync::{Arc, Mutex, PoisonError};

/// Versions that were read lately, by the digest of their text: whichever office and transaction asks, the same digest is
/// the same standard.
static READ: Mutex<Vec<(String, Arc<Standard>)>> = Mutex::new(Vec::new());
const MOST_READ: usize = 64;

/// A published version.
pub fn of(db: &dyn Tx, under: &Under) -> Result<Option<Arc<Standard>>> {
    let of = params![under.standard, under.version];
    let sql = "SELECT digest FROM standard WHERE key = ?1 AND version = ?2";
    let Some(digest) = db.one(sql, of, |row| row.get::<String>(0)).optional()? else { return Ok(None) };
    let read = || READ.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, known)) = read().iter().find(|(one, _)| *one == digest) {
        return Ok(Some(known.clone()));
    }
    let sql = "SELECT body FROM standard WHERE key = ?1 AND version = ?2";
    let body = db.one(sql, of, |row| Ok(row.get::<Json<_>>(0)?.0));
    let standard: Arc<Standard> = Arc::new(body.with_context(|| format!("Reading standard {under:?}"))?);
    let mut all = read();
    if all.len() >= MOST_READ {
        all.remove(0);
    }
    all.push((digest, standard.clone()));
    Ok(Some(standard))
}

/// What new requests are taken under.
pub fn in_use(db: &dyn Tx) -> Result<Under> {
    let Some(text) = fact(db, "standard")? else { return Ok(Under { standard: "A".into(), version: 1 }) };
    let read = match text.split_once(' ') {
        Some((key, version)) => version.parse().ok().map(|version| (key, version)),
        // From before there were versions.
        None => Some((text.as_str(), 1)),
    };
    let (key, version) = read.context("Which standard is in use cannot be read")?;
    Ok(Under { standard: key.to_owned(), version })
}

pub fn use_from_now(tx: &dyn Tx, under: &Under) -> Result<()> {
    set_fact(tx, "standard", &format!("{} {}", under.standard, under.version))
}

/// Keeps a version for ever; one that is there stays as it is.
pub fn publish(tx: &dyn Tx, standard: &Standard, at: DateTime<Utc>, by: &str) -> Result<()> {
    let body = serde_json::to_string(standard).context("Writing a standard")?;
    let digest = Digest::of(body.as_bytes());
    tx.run(
        "INSERT INTO standard (key, version, digest, body, published_at, actor) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (key, version) DO NOTHING",
        params![standard.key, standard.version, digest.as_str(), body, At(at), by],
    )?;
    Ok(())
}

/// Every key with its published versions, the newest first.
pub fn published(db: &dyn Tx) -> Result<Vec<(String, PublishedStandard)>> {
    let sql = "SELECT key, version, published_at, actor FROM standard ORDER BY key, version DESC";
    Ok(db.all(sql, [], |row| {
        let one = PublishedStandard { version: row.get(1)?, at: row.get::<At>(2)?.0, by: row.get(3)? };
        Ok((row.get(0)?, one))
    })?)
}

/// The newest version of a key.
pub fn newest(db: &dyn Tx, key: &str) -> Result<Option<u32>> {
    let sql = "SELECT version FROM standard WHERE key = ?1 ORDER BY version DESC LIMIT 1";
    Ok(db.one(sql, [key], |row| row.get(0)).optional()?)
}

// --- Drafts ----------------------------------------------------------------------------------------

pub struct Draft {
    pub about: DraftOfStandard,
    pub body: Standard,
}

fn draft_row(row: &Row<'_>) -> Result<Draft, Error> {
    let about = DraftOfStandard { version: row.get(0)?, at: row.get::<At>(1)?.0, by: row.get(2)? };
    Ok(Draft { about, body: row.get::<Json<_>>(3)?.0 })
}

pub fn draft(db: &dyn Tx, key: &str) -> Result<Option<Draft>> {
    let sql = "SELECT version, at, actor, body FROM standard_draft WHERE key = ?1";
    db.one(sql, [key], draft_row).optional().with_context(|| format!("Reading the draft of standard {key}"))
}

pub fn drafts(db: &dyn Tx) -> Result<Vec<Draft>> {
    let sql = "SELECT version, at, actor, body FROM standard_draft ORDER BY key";
    Ok(db.all(sql, [], draft_row)?)
}

pub fn keep_draft(tx: &dyn Tx, draft: &Draft) -> Result<()> {
    let Draft { about, body } = draft;
    tx.run(
        "INSERT INTO standard_draft (key, version, body, at, actor) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (key) DO UPDATE SET version = excluded.version, body = excluded.body, at = excluded.at,
             actor = excluded.actor",
        params![body.key, about.version, Json(body), At(about.at), about.by],
    )?;
    Ok(())
}

pub fn drop_draft(tx: &dyn Tx, key: &str) -> Result<()> {
    tx.run("DELETE FROM standard_draft WHERE key = ?1", [key])?;
    Ok(())
}

// --- What was done ---------------------------------------------------------------------------------

/// Writes a line under the next number.
pub fn journal(tx: &dyn Tx, key: &str, at: DateTime<Utc>, actor: &str, act: &StandardAct) -> Result<()> {
    let n = next(tx)?;
    tx.run(
        "INSERT INTO standard_entry (n, standard, at, actor, body) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![n, key, At(at), actor, Json(act)],
    )?;
    Ok(())
}

pub fn entries(db: &dyn Tx, key: &str) -> Result<Vec<StandardEntry>> {
    let sql = "SELECT n, at, actor, body FROM standard_entry WHERE standard = ?1 ORDER BY n";
    Ok(db.all(sql, [key], |row| {
        let (at, act) = (row.get::<At>(1)?.0, row.get::<Json<_>>(3)?.0);
        Ok(StandardEntry { n: row.get(0)?, at, actor: row.get(2)?, act })
    })?)
}

/// What is open just now, and keeps the version that it began under: requests, work orders.
pub fn open(db: &dyn Tx) -> Result<(u32, u32)> {
    let count = |sql| db.one(sql, [], |row| row.get(0));
    let requests = count("SELECT count(*) FROM request WHERE state IN ('new', 'awaiting_info')")?;
    Ok((requests, count("SELECT count(*) FROM work_order WHERE open = 1")?))
}
