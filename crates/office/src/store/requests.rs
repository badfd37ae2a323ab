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

const HELD: &str = "SELECT id, number, version, received_at, state, standard, body, n FROM request";
const OPEN: &str = "state IN ('new', 'awaiting_info')";

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

/// A place in the list: among the open ones, or those that are settled; and the number of the latest entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub is_open: bool,
    pub n: u64,
}

impl Place {
    const FIRST: Self = Self { is_open: true, n: i64::MAX as u64 };

    pub fn read(text: &str) -> Option<Self> {
        let (among, n) = text.split_once('.')?;
        let is_open = match among {
            "open" => true,
            "settled" => false,
            _ => return None,
        };
        let n = n.parse().ok().filter(|n| i64::try_from(*n).is_ok())?;
        Some(Self { is_open, n })
    }

    pub fn text(self) -> String {
        format!("{}.{}", if self.is_open { "open" } else { "settled" }, self.n)
    }
}

/// How many are open, and whether there are any at all.
pub fn counts(db: &dyn Tx) -> Result<(u32, bool)> {
    let sql = format!("SELECT count(*) FROM request WHERE {OPEN}");
    Ok((db.one(&sql, [], |row| row.get(0))?, db.exists("SELECT 1 FROM request LIMIT 1", [])?))
}

/// A page: the open ones first, then the others, the latest first; each with its place.
pub fn page(
    db: &dyn Tx,
    state: Option<RequestState>,
    after: Option<Place>,
    limit: u32,
) -> Result<Vec<(Place, Held)>> {
    let after = after.unwrap_or(Place::FIRST);
    let with_place = |is_open| {
        move |row: &Row<'_>| -> Result<_, Error> { Ok((Place { is_open, n: row.get(7)? }, held_row(row)?)) }
    };
    if let Some(state) = state {
        // One alone is wholly on one side.
        let is_open = state.is_open();
        let from = match after.is_open == is_open {
            true => after.n,
            false if is_open => return Ok(Vec::new()),
            false => Place::FIRST.n,
        };
        let sql = format!(
            "{HELD} INDEXED BY request_of_state WHERE state = ?1 AND n < ?2 ORDER BY n DESC LIMIT ?3"
        );
        return Ok(db.all(&sql, params![Word(state), from, limit], with_place(is_open))?);
    }
    let mut all: Vec<(Place, Held)> = Vec::new();
    if after.is_open {
        let sql = format!("{HELD} INDEXED BY request_open WHERE {OPEN} AND n < ?1 ORDER BY n DESC LIMIT ?2");
        all = db.all(&sql, params![after.n, limit], with_place(true))?;
    }
    let left = limit.saturating_sub(u32::try_from(all.len())?);
    if left > 0 {
        let from = if after.is_open { Place::FIRST.n } else { after.n };
        let sql =
            format!("{HELD} INDEXED BY request_latest WHERE NOT {OPEN} AND n < ?1 ORDER BY n DESC LIMIT ?2");
        let settled: Vec<_> = db.all(&sql, params![from, left], with_place(false))?;
        all.extend(settled);
    }
    Ok(all)
}

/// All for which something is still to be done, the oldest first.
pub fn open(db: &dyn Tx) -> Result<Vec<Held>> {
    let sql = format!("{HELD} INDEXED BY request_open WHERE {OPEN} ORDER BY number");
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
