//! The office's memory: one SQLite database. All SQL of the office stands here and in the modules below.
//!
//! One connection writes, two read. A write is one transaction; what takes a number from the counter takes it
//! in the transaction of its own row, so a reader that has seen number *n* has seen everything up to *n*.
//! Functions take a `&dyn Tx`, which is a transaction whenever they write.

pub mod archive;
pub mod attention;
pub mod audit;
pub mod clocks;
pub mod console;
pub mod crew;
pub mod customers;
pub mod dispatch;
pub mod people;
pub mod phones;
mod postgres;
pub mod requests;
mod sqlite;
pub mod standards;
pub mod sync;
pub mod tx;
pub mod vans;
pub mod webhooks;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use jobsheet_model::{
    Change, ChangeId, Digest, Sheet, TechnicianId, WorkOrder, WorkOrderId,
    act::{Act, Entry},
    moment::millis,
    planted,
};
use jobsheet_sqlite::Migration;
use postgres::Postgres;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use sqlite::{Sqlite, Within};
use std::{fmt::Display, path::Path, str::FromStr};
use tx::{FromValue, ToValue, Value as Column, params};

pub use tx::{Error, Optional, Tx};

const MIGRATIONS: &[Migration] = &[
    Migration { name: "first", sql: include_str!("../../../migrations/office/0001_first.sql") },
    Migration { name: "phones", sql: include_str!("../../../migrations/office/0002_phones.sql") },
    Migration { name: "ledger", sql: include_str!("../../../migrations/office/0003_ledger.sql") },
    Migration { name: "positions", sql: include_str!("../../../migrations/office/0004_positions.sql") },
    Migration { name: "thumbs", sql: include_str!("../../../migrations/office/0005_thumbs.sql") },
    Migration { name: "zone", sql: include_str!("../../../migrations/office/0006_zone.sql") },
    Migration { name: "clocks", sql: include_str!("../../../migrations/office/0007_clocks.sql") },
    Migration { name: "attention", sql: include_str!("../../../migrations/office/0008_attention.sql") },
    Migration { name: "intake", sql: include_str!("../../../migrations/office/0009_intake.sql") },
    Migration { name: "dispatch", sql: include_str!("../../../migrations/office/0010_dispatch.sql") },
    Migration { name: "archive", sql: include_str!("../../../migrations/office/0011_archive.sql") },
    Migration { name: "api", sql: include_str!("../../../migrations/office/0012_api.sql") },
    Migration { name: "portable", sql: include_str!("../../../migrations/office/0013_portable.sql") },
    Migration { name: "standards", sql: include_str!("../../../migrations/office/0014_standards.sql") },
    Migration { name: "webhooks", sql: include_str!("../../../migrations/office/0015_webhooks.sql") },
    Migration { name: "released", sql: include_str!("../../../migrations/office/0016_released.sql") },
    Migration { name: "unlock", sql: include_str!("../../../migrations/office/0018_unlock.sql") },
    Migration { name: "places", sql: include_str!("../../../migrations/office/0019_places.sql") },
    Migration {
        name: "request_photos",
        sql: include_str!("../../../migrations/office/0020_request_photos.sql"),
    },
    Migration {
        name: "request_pages",
        sql: include_str!("../../../migrations/office/0021_request_pages.sql"),
    },
    Migration {
        name: "customer_told",
        sql: include_str!("../../../migrations/office/0023_customer_told.sql"),
    },
];

pub enum Store {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Store {
    pub fn in_file(file: &Path) -> Result<Self> {
        Ok(Self::Sqlite(Sqlite::open(file, MIGRATIONS)?))
    }

    pub fn at(url: &str) -> Result<Self> {
        Ok(Self::Postgres(Postgres::open(url, MIGRATIONS)?))
    }

    /// One transaction, on disk before this returns; nothing of it when `work` fails. Where several offices write to one
    /// database, `work` may be done again from the beginning: it changes nothing but through its [`Tx`].
    pub fn write<T, E: From<Error>>(&self, work: impl Fn(&dyn Tx) -> Result<T, E>) -> Result<T, E> {
        match self {
            Self::Sqlite(store) => store.write(work),
            Self::Postgres(store) => store.write(work),
        }
    }

    /// Like [`write`](Self::write), for rows that nothing else is judged by: one office need not wait for the other. Each
    /// statement must be right by itself whatever others do meanwhile, and no number is taken.
    pub fn note<T, E: From<Error>>(&self, work: impl Fn(&dyn Tx) -> Result<T, E>) -> Result<T, E> {
        match self {
            Self::Sqlite(store) => store.write(work),
            Self::Postgres(store) => store.note(work),
        }
    }

    /// Reads that belong together see one state of the database.
    pub fn read<T, E: From<Error>>(&self, work: impl Fn(&dyn Tx) -> Result<T, E>) -> Result<T, E> {
        match self {
            Self::Sqlite(store) => store.read(work),
            Self::Postgres(store) => store.read(work),
        }
    }

    pub fn is_a_file(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    /// Writes the database as it is now into a new file; writing goes on meanwhile.
    pub fn copy_to(&self, file: &Path) -> Result<()> {
        match self {
            Self::Sqlite(store) => store.copy_to(file),
            Self::Postgres(_) => anyhow::bail!("a database of PostgreSQL is no file"),
        }
    }
}

/// A database of SQLite that is not the office's own: a backup.
pub fn of_file(db: &rusqlite::Connection) -> Within<'_> {
    Within(db)
}

// --- Values as they stand in columns ---------------------------------------------------------------

/// JSON in a `TEXT` column.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromValue for Json<T> {
    fn from_value(value: Column<'_>) -> Result<Self, Error> {
        serde_json::from_str(value.text()?).map(Json).map_err(Error::value)
    }
}

impl<T: Serialize> ToValue for Json<T> {
    fn to_value(&self) -> Result<Column<'_>, Error> {
        serde_json::to_string(&self.0).map(|text| Column::Text(text.into())).map_err(Error::value)
    }
}

/// A plain enum as its word in a `TEXT` column.
pub struct Word<T>(pub T);

impl<T: DeserializeOwned> FromValue for Word<T> {
    fn from_value(value: Column<'_>) -> Result<Self, Error> {
        let word = Value::String(value.text()?.to_owned());
        serde_json::from_value(word).map(Word).map_err(Error::value)
    }
}

impl<T: Serialize> ToValue for Word<T> {
    fn to_value(&self) -> Result<Column<'_>, Error> {
        match serde_json::to_value(&self.0) {
            Ok(Value::String(word)) => Ok(Column::Text(word.into())),
            _ => Err(Error::value("not a word")),
        }
    }
}

/// An identifier in a `TEXT` column.
pub struct Id<T>(pub T);

impl<T: FromStr<Err: std::error::Error + Send + Sync + 'static>> FromValue for Id<T> {
    fn from_value(value: Column<'_>) -> Result<Self, Error> {
        value.text()?.parse().map(Id).map_err(Error::value)
    }
}

impl<T: Display> ToValue for Id<T> {
    fn to_value(&self) -> Result<Column<'_>, Error> {
        Ok(Column::Text(self.0.to_string().into()))
    }
}

/// An instant in a `TEXT` column: RFC 3339, UTC, milliseconds.
pub struct At(pub DateTime<Utc>);

impl FromValue for At {
    fn from_value(value: Column<'_>) -> Result<Self, Error> {
        value.text()?.parse().map(At).map_err(Error::value)
    }
}

impl ToValue for At {
    fn to_value(&self) -> Result<Column<'_>, Error> {
        Ok(Column::Text(millis::text(&self.0).into()))
    }
}

/// A digest in a `TEXT` column.
pub struct Sha(pub Digest);

impl FromValue for Sha {
    fn from_value(value: Column<'_>) -> Result<Self, Error> {
        Digest::parse(value.text()?).map(Sha).ok_or_else(|| Error::value("no digest"))
    }
}

// --- The counter and the office itself -------------------------------------------------------------

/// Takes the next number. Only inside the transaction that writes what the number is for.
pub fn next(tx: &dyn Tx) -> Result<u64> {
    let sql = "UPDATE counter SET n = n + 1 WHERE stream = 'office' RETURNING n";
    Ok(tx.one(sql, [], |row| row.get(0))?)
}

pub fn counter(db: &dyn Tx) -> Result<u64> {
    Ok(db.one("SELECT n FROM counter WHERE stream = 'office'", [], |row| row.get(0))?)
}

/// Gives the place where the counter stands a name, if it has none.
pub fn mark(tx: &dyn Tx, n: u64) -> Result<()> {
    let id = crate::accounts::random_text(6);
    tx.run("INSERT INTO marker (n, id) VALUES (?1, ?2) ON CONFLICT (n) DO NOTHING", params![n, id])?;
    Ok(())
}

/// The name of the first marked place at or after `n`; `None` when the counter never stood there.
pub fn marker(db: &dyn Tx, n: u64) -> Result<Option<String>> {
    let sql = "SELECT id FROM marker WHERE n >= ?1 ORDER BY n LIMIT 1";
    Ok(db.one(sql, [n], |row| row.get(0)).optional()?)
}

/// A fact about the office itself: `epoch`, `company`, `demo_day`.
pub fn fact(db: &dyn Tx, name: &str) -> Result<Option<String>> {
    let sql = "SELECT value FROM office WHERE name = ?1";
    Ok(db.one(sql, [name], |row| row.get(0)).optional()?)
}

pub fn set_fact(tx: &dyn Tx, name: &str, value: &str) -> Result<()> {
    tx.run(
        "INSERT INTO office (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [name, value],
    )?;
    Ok(())
}

/// The last verified backup: where the counter stood in it, and when it was made.
pub fn backup(db: &dyn Tx) -> Result<Option<(u64, DateTime<Utc>)>> {
    let Some(text) = fact(db, "backup")? else { return Ok(None) };
    let read = text.split_once(' ').and_then(|(n, at)| Some((n.parse().ok()?, at.parse().ok()?)));
    Ok(Some(read.context("What is known of the last backup cannot be read")?))
}

/// A verified backup holds what `backup` holds: phones need not keep it any longer.
pub fn note_backup(tx: &dyn Tx, backup: &dyn Tx, position: u64, at: DateTime<Utc>) -> Result<()> {
    set_fact(tx, "backup", &format!("{position} {}", millis::text(&at)))?;
    let sql = "SELECT id, sequence FROM device";
    let held: Vec<(String, u64)> = backup.all(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (id, sequence) in held {
        tx.run("UPDATE device SET safe_sequence = ?2 WHERE id = ?1", params![id, sequence])?;
    }
    Ok(())
}

/// Everybody signs in again.
pub fn end_sessions(tx: &dyn Tx) -> Result<()> {
    tx.run("DELETE FROM session", [])?;
    Ok(())
}

// --- Work orders and their journal -----------------------------------------------------------------

/// A work order and what is recorded on it.
pub struct Held {
    pub order: WorkOrder,
    pub sheet: Sheet,
    /// Revision that is back complete (E10); 0 for none.
    pub returned: u32,
    /// Whoever has seen this number of the counter has this version of the order.
    pub body_n: u64,
    /// Of order and sheet as JSON.
    pub bytes: usize,
    /// When it was closed, if it is.
    pub closed: Option<DateTime<Utc>>,
    /// A person opened it again: the rule does not close it any more.
    pub kept_open: bool,
}

pub fn held(db: &dyn Tx, id: WorkOrderId) -> Result<Option<Held>> {
    let sql =
        "SELECT body, sheet, returned, body_n, octet_length(body) + octet_length(sheet), closed, kept_open
               FROM work_order WHERE id = ?1";
    let held = db.one(sql, [Id(id)], |row| {
        Ok(Held {
            order: row.get::<Json<_>>(0)?.0,
            sheet: row.get::<Json<_>>(1)?.0,
            returned: row.get(2)?,
            body_n: row.get(3)?,
            bytes: row.get(4)?,
            closed: row.get::<Option<At>>(5)?.map(|at| at.0),
            kept_open: row.get(6)?,
        })
    });
    held.optional().with_context(|| format!("Reading work order {id}"))
}

pub fn work_orders(db: &dyn Tx) -> Result<Vec<WorkOrder>> {
    let sql = "SELECT body FROM work_order ORDER BY number";
    db.all(sql, [], |row| Ok(row.get::<Json<_>>(0)?.0)).context("Reading the work orders")
}

pub fn order_by_number(db: &dyn Tx, number: &str) -> Result<Option<WorkOrder>> {
    let sql = "SELECT body FROM work_order WHERE number = ?1";
    Ok(db.one(sql, [number], |row| Ok(row.get::<Json<_>>(0)?.0)).optional()?)
}

/// The next number for another visit after the work order with this one: `JS-2611-0419-2`.
pub fn next_number(db: &dyn Tx, number: &str) -> Result<String> {
    let first = match number.rsplit_once('-') {
        Some((first, visit)) if visit.len() < 3 && visit.parse::<u32>().is_ok() => first,
        _ => number,
    };
    for visit in 2..100 {
        let number = format!("{first}-{visit}");
        if !db.exists("SELECT 1 FROM work_order WHERE number = ?1", [&number])? {
            return Ok(number);
        }
    }
    anyhow::bail!("{number} was visited a hundred times")
}

/// The next number of a kind in its month, gap-free: `SR-2611-0001`. Only inside the transaction that writes what it is for.
pub fn next_in_month(tx: &dyn Tx, kind: &str, month: &str) -> Result<String> {
    let stream = format!("{kind}-{month}");
    let taken = || {
        let sql = "UPDATE counter SET n = n + 1 WHERE stream = ?1 RETURNING n";
        tx.one(sql, [&stream], |row| row.get::<u64>(0))
    };
    let n = match taken().optional()? {
        Some(n) => n,
        None => {
            // Where work orders were numbered elsewhere, it goes on after theirs.
            let sql = "SELECT number FROM work_order WHERE number >= ?1 AND number < ?2
                       UNION ALL SELECT request FROM work_order WHERE request >= ?1 AND request < ?2";
            let numbers: Vec<String> =
                tx.all(sql, [format!("{stream}-0"), format!("{stream}-:")], |row| row.get(0))?;
            let digits =
                |number: &String| number.get(stream.len() + 1..stream.len() + 5)?.parse::<u64>().ok();
            let last = numbers.iter().filter_map(digits).max().unwrap_or(0);
            let sql = "INSERT INTO counter (stream, n) VALUES (?1, ?2) ON CONFLICT (stream) DO NOTHING";
            tx.run(sql, params![stream, last])?;
            taken()?
        }
    };
    Ok(format!("{stream}-{n:04}"))
}

/// The work order as it was when it had this version.
pub fn order_version(db: &dyn Tx, id: WorkOrderId, version: u32) -> Result<Option<WorkOrder>> {
    let sql = "SELECT body FROM work_order_version WHERE work_order = ?1 AND version = ?2";
    Ok(db.one(sql, params![Id(id), version], |row| Ok(row.get::<Json<_>>(0)?.0)).optional()?)
}

pub fn insert_order(tx: &dyn Tx, order: &WorkOrder) -> Result<()> {
    tx.run(
        "INSERT INTO work_order (id, number, version, body, sheet, n, body_n, equipment, request)
         VALUES (?1, ?2, ?3, ?4, ?5, 0, (SELECT n + 1 FROM counter WHERE stream = 'office'), ?6, ?7)",
        params![
            Id(order.id),
            order.number,
            order.version,
            Json(order),
            Json(Sheet::empty(order.id)),
            machine(order),
            order.request.number,
        ],
    )?;
    archive::note_order(tx, order)?;
    insert_version(tx, order)
}

/// Keeps a changed work order; the caller has given it a new version.
pub fn update_order(tx: &dyn Tx, order: &WorkOrder) -> Result<()> {
    tx.run(
        "UPDATE work_order SET version = ?2, body = ?3, open = CASE WHEN ?4 OR returned > 0 THEN 0 ELSE 1 END,
             body_n = (SELECT n + 1 FROM counter WHERE stream = 'office'), equipment = ?5, request = ?6
         WHERE id = ?1",
        params![
            Id(order.id),
            order.version,
            Json(order),
            order.cancelled.is_some(),
            machine(order),
            order.request.number,
        ],
    )?;
    archive::note_order(tx, order)?;
    insert_version(tx, order)
}

fn machine(order: &WorkOrder) -> &str {
    order.equipment.as_ref().map_or("", |one| one.id.as_str())
}

fn insert_version(tx: &dyn Tx, order: &WorkOrder) -> Result<()> {
    tx.run(
        "INSERT INTO work_order_version (work_order, version, body) VALUES (?1, ?2, ?3)",
        params![Id(order.id), order.version, Json(order)],
    )?;
    Ok(())
}

pub fn update_sheet(tx: &dyn Tx, sheet: &Sheet, last_word: DateTime<Utc>) -> Result<()> {
    tx.run(
        "UPDATE work_order SET sheet = ?2, last_word = ?3 WHERE id = ?1",
        params![Id(sheet.work_order), Json(sheet), At(last_word)],
    )?;
    Ok(())
}

/// A declined offer goes to somebody else with an empty sheet; the journal keeps the answer, and says only
/// that it is not part of the sheet any more.
pub fn clear_sheet(tx: &dyn Tx, id: WorkOrderId) -> Result<()> {
    tx.run("UPDATE work_order SET sheet = ?2 WHERE id = ?1", params![Id(id), Json(Sheet::empty(id))])?;
    tx.run("UPDATE journal SET folded = 0 WHERE work_order = ?1", [Id(id)])?;
    Ok(())
}

/// Takes out of the sheet what came in with one push: `by` whom and when the office received it.
pub fn unfold(tx: &dyn Tx, id: WorkOrderId, by: &str, received_at: DateTime<Utc>) -> Result<()> {
    tx.run(
        "UPDATE journal SET folded = 0
         WHERE work_order = ?1 AND kind = 'change' AND actor = ?2 AND received_at = ?3",
        params![Id(id), by, At(received_at)],
    )?;
    Ok(())
}

/// The changes that a sheet is made of, in order.
pub fn folded(db: &dyn Tx, id: WorkOrderId) -> Result<Vec<Change>> {
    let sql = "SELECT c.body FROM journal j JOIN change c ON c.id = j.change_id
         WHERE j.work_order = ?1 AND j.folded = 1 ORDER BY j.n";
    Ok(db.all(sql, [Id(id)], |row| Ok(row.get::<Json<_>>(0)?.0))?)
}

/// When the technician was last heard of.
pub fn last_word(db: &dyn Tx, id: WorkOrderId) -> Result<Option<DateTime<Utc>>> {
    let sql = "SELECT last_word FROM work_order WHERE id = ?1";
    Ok(db.one(sql, [Id(id)], |row| Ok(row.get::<Option<At>>(0)?.map(|at| at.0))).optional()?.flatten())
}

pub fn set_returned(tx: &dyn Tx, id: WorkOrderId, revision: u32) -> Result<()> {
    tx.run("UPDATE work_order SET returned = ?2, open = 0 WHERE id = ?1", params![Id(id), revision])?;
    Ok(())
}

/// Takes a number for a work order that changed without an entry in its journal.
/// The office's offset from UTC in minutes, if it was told: `local` is the machine's zone, summer time included.
pub fn zone(db: &dyn Tx, now: DateTime<Utc>) -> Result<Option<i32>> {
    Ok(fact(db, "zone")?.and_then(|zone| match zone.as_str() {
        "local" => Some(now.with_timezone(&chrono::Local).offset().local_minus_utc() / 60),
        fixed => Some(fixed.parse::<chrono::FixedOffset>().ok()?.local_minus_utc() / 60),
    }))
}

pub fn touch(tx: &dyn Tx, id: WorkOrderId) -> Result<()> {
    let n = next(tx)?;
    tx.run("UPDATE work_order SET n = ?2 WHERE id = ?1", params![Id(id), n])?;
    Ok(())
}

/// A line for the journal.
pub struct Line<'a> {
    pub work_order: WorkOrderId,
    pub at: DateTime<Utc>,
    pub received_at: DateTime<Utc>,
    pub actor: &'a str,
    pub entry: Entry,
    pub change: Option<(ChangeId, u32)>,
    pub folded: bool,
}

/// Which act or change a body is.
#[derive(Deserialize)]
struct Tag {
    #[serde(alias = "act")]
    what: String,
}

/// Writes a line under the next number.
pub fn journal(tx: &dyn Tx, line: Line<'_>) -> Result<()> {
    let n = next(tx)?;
    let (kind, body) = match &line.entry {
        Entry::Change(what) => ("change", serde_json::to_string(what)?),
        Entry::Act(act) => ("act", serde_json::to_string(act)?),
    };
    // An app that is newer may send what has none.
    let what = serde_json::from_str::<Tag>(&body).map(|tag| tag.what).unwrap_or_default();
    tx.run(
        "INSERT INTO journal (n, work_order, at, received_at, actor, kind, body, change_id, base, folded,
             what)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![
            n,
            Id(line.work_order),
            At(line.at),
            At(line.received_at),
            line.actor,
            kind,
            body,
            line.change.map(|(id, _)| id.to_string()),
            line.change.map(|(_, base)| base),
            line.folded,
            what,
        ],
    )?;
    match &line.entry {
        Entry::Act(Act::Raised { attention, .. }) => {
            let sql = "INSERT INTO attention (n, work_order, kind, urgency) VALUES (?1, ?2, ?3, ?4)";
            tx.run(sql, params![n, Id(line.work_order), Word(attention), u32::from(attention.urgency())])?;
        }
        Entry::Act(Act::Decided { n: raised, .. }) => {
            let sql = "UPDATE attention SET decided = ?2 WHERE n = ?1 AND decided IS NULL";
            anyhow::ensure!(tx.run(sql, params![raised, n])? == 1, "entry {raised} was decided before");
        }
        _ => {}
    }
    if let Entry::Act(act) = &line.entry {
        webhooks::note_act(tx, line.work_order, act, n, line.received_at)?;
    }
    if moves_work_order(&line.entry) {
        tx.run("UPDATE work_order SET n = ?2 WHERE id = ?1", params![Id(line.work_order), n])?;
    }
    Ok(())
}

/// Does its technician's phone need the work order again? Not for what only the office looks at.
fn moves_work_order(entry: &Entry) -> bool {
    match entry {
        Entry::Change(_) => true,
        Entry::Act(_) if planted::on("scope_without_history") => false,
        Entry::Act(act) => match act {
            Act::Offered { .. }
            | Act::Expired { .. }
            | Act::NotReached { .. }
            | Act::Reassigned { .. }
            | Act::FollowedBy { .. }
            | Act::Cancelled { .. } => true,
            Act::Registered {}
            | Act::Graded { .. }
            | Act::Delivered { .. }
            | Act::DispatchSet { .. }
            | Act::CustomerTold { .. }
            | Act::Responded { .. }
            | Act::Raised { .. }
            | Act::Judged { .. }
            | Act::Decided { .. }
            | Act::Rescued {}
            | Act::Closed { .. }
            | Act::Reopened { .. }
            | Act::Returned {} => false,
        },
    }
}

// --- Who may see which work order (I10) ------------------------------------------------------------

pub struct Access {
    pub active: bool,
    /// When the phone was known to have what was offered.
    pub delivered_at: Option<DateTime<Utc>>,
    /// It left this technician's phone because it is over, and is theirs all the same.
    pub released: bool,
}

pub fn access(db: &dyn Tx, id: WorkOrderId, technician: TechnicianId) -> Result<Option<Access>> {
    let sql = "SELECT active, delivered_at, released FROM access WHERE work_order = ?1 AND technician = ?2";
    let found = db.one(sql, params![Id(id), Id(technician)], |row| {
        Ok(Access {
            active: row.get(0)?,
            delivered_at: row.get::<Option<At>>(1)?.map(|at| at.0),
            released: row.get(2)?,
        })
    });
    Ok(found.optional()?)
}

/// Gives back what was taken away by mistake: as it was, but with a number of its own, so that the phone hears of it.
pub fn give_back(tx: &dyn Tx, id: WorkOrderId, technician: TechnicianId, at: DateTime<Utc>) -> Result<()> {
    let n = next(tx)?;
    tx.run(
        "UPDATE access SET n = ?3, active = 1, at = ?4, reason = '', given_to = ''
         WHERE work_order = ?1 AND technician = ?2",
        params![Id(id), Id(technician), n, At(at)],
    )?;
    Ok(())
}

pub fn grant(
    tx: &dyn Tx,
    id: WorkOrderId,
    technician: TechnicianId,
    at: DateTime<Utc>,
    offered: bool,
) -> Result<()> {
    let n = if planted::on("scope_without_history") { 0 } else { next(tx)? };
    tx.run(
        "INSERT INTO access (work_order, technician, n, active, at, offered) VALUES (?1, ?2, ?3, 1, ?4, ?5)
         ON CONFLICT (work_order, technician) DO UPDATE SET n = excluded.n, active = 1, at = excluded.at,
             reason = '', given_to = '', offered = excluded.offered, delivered_at = NULL, closed = NULL,
             released = 0",
        params![Id(id), Id(technician), n, At(at), offered],
    )?;
    Ok(())
}

pub fn revoke(
    tx: &dyn Tx,
    id: WorkOrderId,
    technician: TechnicianId,
    at: DateTime<Utc>,
    reason: &str,
    given_to: &str,
) -> Result<()> {
    let n = next(tx)?;
    tx.run(
        "UPDATE access SET n = ?3, active = 0, at = ?4, reason = ?5, given_to = ?6, closed = NULL
         WHERE work_order = ?1 AND technician = ?2 AND active = 1",
        params![Id(id), Id(technician), n, At(at), reason, given_to],
    )?;
    Ok(())
}

/// The visit is over: it leaves the phone of whoever has it when it was so for a while.
pub fn visit_over(tx: &dyn Tx, id: WorkOrderId, at: DateTime<Utc>) -> Result<()> {
    tx.run("UPDATE access SET closed = ?2 WHERE work_order = ?1 AND active = 1", params![Id(id), At(at)])?;
    Ok(())
}

/// It is not over after all: whoever it had left has it again.
pub fn visit_goes_on(tx: &dyn Tx, id: WorkOrderId, at: DateTime<Utc>) -> Result<()> {
    tx.run("UPDATE access SET closed = NULL WHERE work_order = ?1", [Id(id)])?;
    let sql = "SELECT technician FROM access WHERE work_order = ?1 AND released = 1";
    let left: Vec<TechnicianId> = tx.all(sql, [Id(id)], |row| Ok(row.get::<Id<_>>(0)?.0))?;
    for technician in left {
        let n = next(tx)?;
        // No offer that would have to be answered, nor one that was not delivered.
        tx.run(
            "UPDATE access SET n = ?3, active = 1, released = 0, at = ?4, offered = 0
             WHERE work_order = ?1 AND technician = ?2",
            params![Id(id), Id(technician), n, At(at)],
        )?;
    }
    Ok(())
}

/// A visit, and whose phone it is on.
pub type OnPhone = (WorkOrderId, TechnicianId);

/// Visits that have been over since `since` and are still on a phone, some at once; and since when the next one is.
pub fn over_since(db: &dyn Tx, since: DateTime<Utc>) -> Result<(Vec<OnPhone>, Option<DateTime<Utc>>)> {
    let sql = "SELECT work_order, technician FROM access WHERE closed <= ?1 ORDER BY closed LIMIT 200";
    let over = db.all(sql, [At(since)], |row| Ok((row.get::<Id<_>>(0)?.0, row.get::<Id<_>>(1)?.0)))?;
    let sql = "SELECT closed FROM access WHERE closed > ?1 ORDER BY closed LIMIT 1";
    Ok((over, db.one(sql, [At(since)], |row| Ok(row.get::<At>(0)?.0)).optional()?))
}

/// It leaves the phone. What the phone still has to say of it is taken as before.
pub fn release(tx: &dyn Tx, id: WorkOrderId, technician: TechnicianId, at: DateTime<Utc>) -> Result<()> {
    let n = next(tx)?;
    tx.run(
        "UPDATE access SET n = ?3, active = 0, released = 1, at = ?4, reason = '', given_to = '', closed = NULL
         WHERE work_order = ?1 AND technician = ?2 AND active = 1",
        params![Id(id), Id(technician), n, At(at)],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// At every schema that ever shipped, before the next one.
    #[test]
    fn p6_the_offices_database_is_copied_before_it_is_migrated() {
        let next = "CREATE TABLE tomorrow (x INTEGER NOT NULL) STRICT";
        let all: Vec<Migration> = MIGRATIONS
            .iter()
            .map(|m| Migration { name: m.name, sql: m.sql })
            .chain([Migration { name: "tomorrow", sql: next }])
            .collect();
        for known in 1..all.len() {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("office.db");
            let copy = jobsheet_sqlite::copy_path(&file, known);
            let old = jobsheet_sqlite::open(&file, &all[..known]).unwrap();
            old.execute_batch("CREATE TABLE kept (x); INSERT INTO kept VALUES (7)").unwrap();
            assert!(!copy.exists(), "nothing is copied that is not migrated");
            drop(old);
            drop(jobsheet_sqlite::open(&file, &all).unwrap());
            let copy = rusqlite::Connection::open(copy).unwrap();
            let version: usize = copy.query_row("PRAGMA user_version", [], |r| r.get(0)).unwrap();
            let kept: i64 = copy.query_row("SELECT x FROM kept", [], |r| r.get(0)).unwrap();
            assert_eq!((version, kept), (known, 7));
        }
    }
}
