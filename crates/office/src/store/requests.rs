//! Requests, their journal, and the keys by which something sent twice is done once.

use super::tx::{Error, Optional, Row, Tx, params};
use super::{At, Id, Json, Word, next};
use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use jobsheet_model::{
    Digest,
    ids::RequestId,
    intake::{Intake, RequestAct, RequestEntry, RequestState},
    reference::FaultCode,
    standard::Under,
};

/// As many as a page shows.
const MOST: u32 = 500;
const KEYS_KEPT: TimeDelta = TimeDelta::hours(24);

pub struct Held {
    pub id: RequestId,
    pub number: String,
    pub version: u32,
    pub received_at: DateTime<Utc>,
    pub state: RequestState,
    pub under: Under,
    pub intake: Intake,
}

const HELD: &str = "SELECT id, number, version, received_at, state, standard, body FROM request";

fn held_row(row: &Row<'_>) -> Result<Held, Error> {
    Ok(Held {
        id: row.get::<Id<_>>(0)?.0,
        number: row.get(1)?,
        version: row.get(2)?,
        received_at: row.get::<At>(3)?.0,
        state: row.get::<Word<_>>(4)?.0,
        under: row.get::<Json<_>>(5)?.0,
        intake: row.get::<Json<_>>(6)?.0,
    })
}

pub fn held(db: &dyn Tx, id: RequestId) -> Result<Option<Held>> {
    Ok(db.one(&format!("{HELD} WHERE id = ?1"), [Id(id)], held_row).optional()?)
}

/// How many are open; and the open ones, then the latest of the others.
pub fn listed(db: &dyn Tx) -> Result<(u32, Vec<Held>)> {
    let open = "state IN ('new', 'awaiting_info')";
    let count = db.one(&format!("SELECT count(*) FROM request WHERE {open}"), [], |row| row.get(0))?;
    let mut all: Vec<Held> = Vec::new();
    for sql in [
        format!("{HELD} INDEXED BY request_open WHERE {open} ORDER BY n DESC LIMIT ?1"),
        format!("{HELD} INDEXED BY request_latest WHERE NOT {open} ORDER BY n DESC LIMIT ?1"),
    ] {
        all.extend(db.all::<_, Vec<_>>(&sql, [MOST], held_row)?);
    }
    all.truncate(MOST as usize);
    Ok((count, all))
}

/// All for which something is still to be done, the oldest first.
pub fn open(db: &dyn Tx) -> Result<Vec<Held>> {
    let sql =
        format!("{HELD} INDEXED BY request_open WHERE state IN ('new', 'awaiting_info') ORDER BY number");
    Ok(db.all(&sql, [], held_row)?)
}

pub fn insert(tx: &dyn Tx, held: &Held) -> Result<()> {
    tx.run(
        "INSERT INTO request (id, number, version, received_at, state, standard, body, n)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0)",
        params![
            Id(held.id),
            held.number,
            held.version,
            At(held.received_at),
            Word(held.state),
            Json(&held.under),
            Json(&held.intake),
        ],
    )?;
    Ok(())
}

/// Keeps what was written down anew; the caller has given it a new version.
pub fn update(tx: &dyn Tx, held: &Held) -> Result<()> {
    tx.run(
        "UPDATE request SET version = ?2, state = ?3, body = ?4 WHERE id = ?1",
        params![Id(held.id), held.version, Word(held.state), Json(&held.intake)],
    )?;
    Ok(())
}

/// Writes a line under the next number.
pub fn journal(tx: &dyn Tx, id: RequestId, at: DateTime<Utc>, actor: &str, act: &RequestAct) -> Result<()> {
    let n = next(tx)?;
    tx.run(
        "INSERT INTO request_entry (n, request, at, actor, body) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![n, Id(id), At(at), actor, Json(act)],
    )?;
    tx.run("UPDATE request SET n = ?2 WHERE id = ?1", params![Id(id), n])?;
    Ok(())
}

pub fn entries(db: &dyn Tx, id: RequestId) -> Result<Vec<RequestEntry>> {
    let sql = "SELECT n, at, actor, body FROM request_entry WHERE request = ?1 ORDER BY n";
    Ok(db.all(sql, [Id(id)], |row| {
        Ok(RequestEntry {
            n: row.get(0)?,
            at: row.get::<At>(1)?.0,
            actor: row.get(2)?,
            act: row.get::<Json<_>>(3)?.0,
        })
    })?)
}

/// What is known of faults, as phones have it.
pub fn faults(db: &dyn Tx) -> Result<Vec<FaultCode>> {
    let sql = "SELECT body FROM reference_set WHERE name = 'faults' AND technician = ''";
    let packed: Option<Vec<u8>> = db.one(sql, [], |row| row.get(0)).optional()?;
    match packed {
        Some(packed) => Ok(serde_json::from_slice(&zstd::decode_all(packed.as_slice())?)?),
        None => Ok(Vec::new()),
    }
}

// --- Once ------------------------------------------------------------------------------------------

/// What was answered to the same key, and what had been asked with it.
pub struct Answered {
    pub digest: Digest,
    pub answer: String,
}

pub fn answered(db: &dyn Tx, actor: &str, key: &str) -> Result<Option<Answered>> {
    let sql = "SELECT digest, answer FROM idempotency WHERE actor = ?1 AND key = ?2";
    let found = db.one(sql, [actor, key], |row| {
        Ok(Answered { digest: row.get::<super::Sha>(0)?.0, answer: row.get(1)? })
    });
    Ok(found.optional()?)
}

pub fn keep_answer(
    tx: &dyn Tx,
    (actor, key): (&str, &str),
    digest: &Digest,
    answer: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.run("DELETE FROM idempotency WHERE at < ?1", [At(now - KEYS_KEPT)])?;
    tx.run(
        "INSERT INTO idempotency (actor, key, digest, answer, at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![actor, key, digest.as_str(), answer, At(now)],
    )?;
    Ok(())
}
