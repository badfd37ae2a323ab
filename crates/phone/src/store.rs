//! A technician's database: all of its SQL is here, and nothing but SQL.
//!
//! [`Store::write`] runs a closure in one immediate transaction on the one writing connection and commits it
//! to the disk (`synchronous=FULL`) before it returns (I1); [`Store::read`] shows one consistent state to a
//! screen and never waits for a writer. What belongs together is decided by the callers (`record`, `sync`).

use crate::error::{Error, Result, word};
use chrono::{DateTime, Utc};
use jobsheet_model::{
    Change, ChangeId, DeviceId, Digest, Refusal, Sheet, WorkOrder, WorkOrderId,
    change::PartSource,
    moment::millis,
    place::Position,
    reference::{FaultCode, Part, VanStock},
    search::index_terms,
    view::{ReceivedJob, RefusedChange},
    wire::{Gone, Receipt},
    work_order::AssignmentState,
};
use jobsheet_sqlite::Migration;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

const MIGRATIONS: &[Migration] =
    &[Migration { name: "0001_first", sql: include_str!("../../../migrations/phone/0001_first.sql") }];

pub(crate) struct Store {
    writer: Mutex<Connection>,
    reader: Mutex<Connection>,
}

/// The database inside a transaction.
pub(crate) struct Rows<'a>(&'a Connection);

/// The one row about this database itself.
pub(crate) struct DeviceRow {
    pub id: DeviceId,
    pub sequence: u64,
    pub hash: Option<Digest>,
    pub cursor: Option<String>,
    pub complete: bool,
    pub reference: Option<Digest>,
    pub van_as_of: Option<DateTime<Utc>>,
    pub receipt_sequence: u64,
    pub receipt_hash: Option<Digest>,
    pub receipt_at: Option<DateTime<Utc>>,
    pub receipt_mismatch: bool,
    pub ahead: Option<(i64, String)>,
    pub last_sync: Option<DateTime<Utc>>,
    pub position: Option<Position>,
}

pub(crate) struct WorkOrderRow {
    pub order: WorkOrder,
    pub sheet: Sheet,
    pub seen_at: DateTime<Utc>,
    pub received_at: Option<DateTime<Utc>>,
    pub gone: Option<Gone>,
    pub dismissed: bool,
}

/// A change that waits for its receipt.
#[derive(Clone)]
pub(crate) struct Waiting {
    pub sequence: u64,
    pub id: ChangeId,
    pub work_order: WorkOrderId,
    pub body: String,
}

/// What only this phone has of one work order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub changes: u32,
    pub refused: u32,
    pub photos: u32,
    pub bytes: u64,
}

pub(crate) struct WaitingPhoto {
    pub digest: Digest,
    pub work_order: WorkOrderId,
    pub size: u64,
    pub sent: u64,
}

impl Store {
    /// Opens the database, making it and its device id when it is new.
    pub fn open(file: &Path, device: DeviceId) -> Result<Self> {
        let writer = jobsheet_sqlite::open(file, MIGRATIONS)?;
        // Once; a database that is there keeps the id that its chain of changes was made with.
        writer.execute(
            "INSERT INTO device (one, id) VALUES (1, ?1) ON CONFLICT (one) DO NOTHING",
            [device.to_string()],
        )?;
        let reader = jobsheet_sqlite::open_reader(file)?;
        Ok(Self { writer: Mutex::new(writer), reader: Mutex::new(reader) })
    }

    pub fn write<T>(&self, act: impl FnOnce(&Rows<'_>) -> Result<T>) -> Result<T> {
        let mut db = lock(&self.writer);
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = act(&Rows(&tx))?;
        tx.commit()?;
        Ok(done)
    }

    pub fn read<T>(&self, look: impl FnOnce(&Rows<'_>) -> Result<T>) -> Result<T> {
        let db = lock(&self.reader);
        let tx = Transaction::new_unchecked(&db, TransactionBehavior::Deferred)?;
        look(&Rows(&tx))
    }

    /// As if the disk had room for `pages` pages only.
    #[cfg(test)]
    pub fn limit_pages(&self, pages: u32) -> u32 {
        let db = lock(&self.writer);
        db.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |r| r.get(0)).unwrap()
    }
}

/// A thread that died while it held the lock left a transaction that was rolled back: nothing is half done.
fn lock(db: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    db.lock().unwrap_or_else(PoisonError::into_inner)
}

// --- The device ---------------------------------------------------------------------------------------

impl Rows<'_> {
    pub fn device(&self) -> Result<DeviceRow> {
        let row = self.0.query_row(
            "SELECT id, sequence, hash, cursor, complete, reference, van_as_of, receipt_sequence, receipt_hash,
                    receipt_at, receipt_mismatch, ahead, ahead_boot, last_sync, position
             FROM device WHERE one = 1",
            [],
            |r| {
                Ok(DeviceRow {
                    id: parsed(r, 0)?,
                    sequence: r.get(1)?,
                    hash: digest_or_null(r, 2)?,
                    cursor: r.get(3)?,
                    complete: r.get(4)?,
                    reference: digest_or_null(r, 5)?,
                    van_as_of: instant_or_null(r, 6)?,
                    receipt_sequence: r.get(7)?,
                    receipt_hash: digest_or_null(r, 8)?,
                    receipt_at: instant_or_null(r, 9)?,
                    receipt_mismatch: r.get(10)?,
                    ahead: r.get::<_, Option<i64>>(11)?.zip(r.get(12)?),
                    last_sync: instant_or_null(r, 13)?,
                    position: json_or_null(r, 14)?,
                })
            },
        )?;
        Ok(row)
    }

    pub fn save_pull(&self, cursor: &str, complete: bool) -> Result<()> {
        self.0.execute(
            "UPDATE device SET cursor = ?1, complete = max(complete, ?2) WHERE one = 1",
            params![cursor, complete],
        )?;
        Ok(())
    }

    pub fn save_last_sync(&self, at: DateTime<Utc>) -> Result<()> {
        self.0.execute("UPDATE device SET last_sync = ?1 WHERE one = 1", [millis::text(&at)])?;
        Ok(())
    }

    pub fn save_receipt(&self, receipt: &Receipt) -> Result<()> {
        self.0.execute(
            "UPDATE device SET receipt_sequence = ?1, receipt_hash = ?2, receipt_at = ?3 WHERE one = 1",
            params![receipt.sequence, receipt.hash.as_str(), millis::text(&receipt.at)],
        )?;
        Ok(())
    }

    pub fn save_receipt_mismatch(&self, mismatch: bool) -> Result<()> {
        self.0.execute("UPDATE device SET receipt_mismatch = ?1 WHERE one = 1", [mismatch])?;
        Ok(())
    }

    pub fn save_ahead(&self, ahead: i64, boot: &str) -> Result<()> {
        self.0
            .execute("UPDATE device SET ahead = ?1, ahead_boot = ?2 WHERE one = 1", params![ahead, boot])?;
        Ok(())
    }

    pub fn save_position(&self, position: &Position) -> Result<()> {
        self.0
            .execute("UPDATE device SET position = ?1 WHERE one = 1", [serde_json::to_string(position)?])?;
        Ok(())
    }

    pub fn draft(&self, key: &str) -> Result<Option<serde_json::Value>> {
        let text: Option<String> =
            self.0.query_row("SELECT value FROM draft WHERE key = ?1", [key], |r| r.get(0)).optional()?;
        Ok(text.map(|t| serde_json::from_str(&t)).transpose()?)
    }

    pub fn save_draft(&self, key: &str, value: &serde_json::Value) -> Result<()> {
        if value.is_null() {
            self.0.execute("DELETE FROM draft WHERE key = ?1", [key])?;
        } else {
            self.0.execute(
                "INSERT INTO draft (key, value) VALUES (?1, ?2)
                 ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                [key, &value.to_string()],
            )?;
        }
        Ok(())
    }
}

// --- Work orders --------------------------------------------------------------------------------------

impl Rows<'_> {
    pub fn work_order(&self, id: WorkOrderId) -> Result<Option<WorkOrderRow>> {
        let row = self.0.query_row(
            "SELECT plan, sheet, seen_at, received_at, gone, dismissed FROM work_order WHERE id = ?1",
            [id.to_string()],
            |r| {
                Ok(WorkOrderRow {
                    order: json(r, 0)?,
                    sheet: json(r, 1)?,
                    seen_at: instant(r, 2)?,
                    received_at: instant_or_null(r, 3)?,
                    gone: json_or_null(r, 4)?,
                    dismissed: r.get(5)?,
                })
            },
        );
        Ok(row.optional()?)
    }

    /// The sheet as the office last sent it.
    pub fn base(&self, id: WorkOrderId) -> Result<Option<Sheet>> {
        let row =
            self.0.query_row("SELECT base FROM work_order WHERE id = ?1", [id.to_string()], |r| json(r, 0));
        Ok(row.optional()?)
    }

    /// Plan and sheet as the office sent them. An offer made anew is seen anew; whatever had been taken away is back.
    pub fn put_base(&self, order: &WorkOrder, base: &Sheet, seen_at: DateTime<Utc>) -> Result<()> {
        let base = serde_json::to_string(base)?;
        self.0.execute(
            "INSERT INTO work_order
                 (id, plan, base, sheet, number, customer, starts, stage, offered, cancelled, seen_at)
             VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, 'offered', ?7, ?8, ?9)
             ON CONFLICT (id) DO UPDATE SET
                 seen_at = CASE
                     WHEN json_extract(plan, '$.assignment.offered_at')
                        = json_extract(excluded.plan, '$.assignment.offered_at') THEN seen_at
                     ELSE excluded.seen_at END,
                 plan = excluded.plan, base = excluded.base, number = excluded.number,
                 customer = excluded.customer, starts = excluded.starts, offered = excluded.offered,
                 cancelled = excluded.cancelled, gone = NULL, dismissed = 0",
            params![
                order.id.to_string(),
                serde_json::to_string(order)?,
                base,
                order.number,
                order.customer.name,
                millis::text(&order.from),
                order.assignment.state == AssignmentState::Offered,
                order.cancelled.is_some(),
                millis::text(&seen_at),
            ],
        )?;
        Ok(())
    }

    pub fn save_base(&self, base: &Sheet) -> Result<()> {
        self.0.execute(
            "UPDATE work_order SET base = ?2 WHERE id = ?1",
            [base.work_order.to_string(), serde_json::to_string(base)?],
        )?;
        Ok(())
    }

    /// The sheet as it stands now, and what lists and stock need of it.
    pub fn save_sheet(&self, sheet: &Sheet) -> Result<()> {
        let id = sheet.work_order.to_string();
        let over_at = (sheet.sign_off.as_ref().map(|s| s.at))
            .or(sheet.sign_off_refused.as_ref().map(|s| s.at))
            .or(sheet.unfinished.as_ref().map(|u| u.at))
            .or(sheet.declined.as_ref().map(|d| d.at))
            .filter(|_| sheet.stage.is_over());
        self.0.execute(
            "UPDATE work_order SET sheet = ?2, stage = ?3, over_at = ?4 WHERE id = ?1",
            params![id, serde_json::to_string(sheet)?, word(&sheet.stage), over_at.map(|t| millis::text(&t))],
        )?;
        self.0.execute("DELETE FROM fitted WHERE work_order = ?1", [&id])?;
        for line in sheet.parts.iter().filter(|p| p.from == PartSource::Van) {
            self.0.execute(
                "INSERT OR REPLACE INTO fitted (work_order, line, number, quantity, at) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![id, line.line.to_string(), line.part.number, line.quantity, millis::text(&line.at)],
            )?;
        }
        Ok(())
    }

    /// The same notice again stays as seen as it was.
    pub fn save_gone(&self, gone: &Gone, dismissed: bool) -> Result<()> {
        self.0.execute(
            "UPDATE work_order SET gone = ?2, dismissed = CASE WHEN gone = ?2 THEN dismissed ELSE ?3 END
             WHERE id = ?1",
            params![gone.work_order.to_string(), serde_json::to_string(gone)?, dismissed],
        )?;
        Ok(())
    }

    pub fn dismiss(&self, id: WorkOrderId) -> Result<()> {
        self.0.execute(
            "UPDATE work_order SET dismissed = 1 WHERE id = ?1 AND (gone IS NOT NULL OR cancelled = 1)",
            [id.to_string()],
        )?;
        Ok(())
    }

    pub fn save_received(&self, id: WorkOrderId, at: DateTime<Utc>) -> Result<()> {
        self.0.execute(
            "UPDATE work_order SET received_at = ?2 WHERE id = ?1",
            [id.to_string(), millis::text(&at)],
        )?;
        Ok(())
    }

    /// What belongs on the list of the day `from`..`to`.
    pub fn listed(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Vec<WorkOrderId>> {
        let mut statement = self.0.prepare_cached(
            "SELECT id FROM work_order
             WHERE dismissed = 0 AND (
                 gone IS NOT NULL
                 OR (starts >= ?1 AND starts < ?2)
                 OR over_at >= ?1
                 OR stage IN ('departed', 'on_site', 'working', 'paused', 'work_done')
                 OR (cancelled = 0 AND stage IN ('offered', 'accepted') AND (starts < ?1 OR (offered = 1 AND stage = 'offered')))
             )
             ORDER BY starts, id",
        )?;
        let rows = statement.query_map([millis::text(&from), millis::text(&to)], |r| parsed(r, 0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// When the first visit after the list's day begins.
    pub fn next_start(&self, from: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
        let row = self.0.query_row(
            "SELECT starts FROM work_order
             WHERE starts >= ?1 AND gone IS NULL AND cancelled = 0 AND stage IN ('offered', 'accepted')
             ORDER BY starts LIMIT 1",
            [millis::text(&from)],
            |r| instant(r, 0),
        );
        Ok(row.optional()?)
    }

    /// Work orders whose records the office received since `from`, the latest first.
    pub fn received_since(&self, from: DateTime<Utc>) -> Result<Vec<ReceivedJob>> {
        let mut statement = self.0.prepare_cached(
            "SELECT id, number, customer, received_at FROM work_order
             WHERE received_at >= ?1 ORDER BY received_at DESC, id",
        )?;
        let rows = statement.query_map([millis::text(&from)], |r| {
            Ok(ReceivedJob {
                work_order: parsed(r, 0)?,
                number: r.get(1)?,
                customer: r.get(2)?,
                at: instant(r, 3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

// --- The outbox ---------------------------------------------------------------------------------------

impl Rows<'_> {
    /// Adds a change and moves the chain on to it.
    pub fn add_change(
        &self,
        change: &Change,
        body: &str,
        hash: &Digest,
        photo: Option<&Digest>,
    ) -> Result<()> {
        self.0.execute(
            "INSERT INTO outbox (sequence, id, work_order, what, body, hash, photo)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                change.sequence,
                change.id.to_string(),
                change.work_order.to_string(),
                change.what.name(),
                body,
                hash.as_str(),
                photo.map(Digest::as_str),
            ],
        )?;
        self.0.execute(
            "UPDATE device SET sequence = ?1, hash = ?2 WHERE one = 1",
            params![change.sequence, hash.as_str()],
        )?;
        Ok(())
    }

    /// The next waiting changes after `after`, in the order they were recorded.
    pub fn waiting(&self, after: u64, limit: usize) -> Result<Vec<Waiting>> {
        let mut statement = self.0.prepare_cached(
            "SELECT sequence, id, work_order, body FROM outbox
             WHERE state = 'waiting' AND sequence > ?1 ORDER BY sequence LIMIT ?2",
        )?;
        let rows = statement.query_map(params![after, limit], |r| {
            Ok(Waiting { sequence: r.get(0)?, id: parsed(r, 1)?, work_order: parsed(r, 2)?, body: r.get(3)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn is_waiting_after(&self, after: u64) -> Result<bool> {
        let found = self.0.query_row(
            "SELECT EXISTS (SELECT 1 FROM outbox WHERE state = 'waiting' AND sequence > ?1)",
            [after],
            |r| r.get(0),
        )?;
        Ok(found)
    }

    /// The changes that are to be laid on a work order's base, in order.
    pub fn to_lay(&self, id: WorkOrderId) -> Result<Vec<Change>> {
        let mut statement = self.0.prepare_cached(
            "SELECT body FROM outbox WHERE work_order = ?1 AND state = 'waiting' AND in_base = 0 ORDER BY sequence",
        )?;
        let rows = statement.query_map([id.to_string()], |r| r.get(0))?;
        let bodies: Vec<String> = rows.collect::<Result<_, _>>()?;
        // One that this version cannot read any more is sent all the same: the office decides.
        Ok(bodies.iter().filter_map(|body| serde_json::from_str(body).ok()).collect())
    }

    pub fn hash_of(&self, sequence: u64) -> Result<Option<Digest>> {
        let row =
            self.0.query_row("SELECT hash FROM outbox WHERE sequence = ?1", [sequence], |r| digest(r, 0));
        Ok(row.optional()?)
    }

    /// The office has the change and said so with a receipt that was checked (I2).
    pub fn forget(&self, sequence: u64) -> Result<()> {
        self.0.execute("DELETE FROM outbox WHERE sequence = ?1 AND state = 'waiting'", [sequence])?;
        Ok(())
    }

    /// The base holds the change; it goes on waiting for its receipt.
    pub fn mark_in_base(&self, sequence: u64) -> Result<()> {
        self.0.execute("UPDATE outbox SET in_base = 1 WHERE sequence = ?1", [sequence])?;
        Ok(())
    }

    pub fn refuse(&self, sequence: u64, reason: Refusal) -> Result<()> {
        self.0.execute(
            "UPDATE outbox SET state = 'refused', reason = ?2 WHERE sequence = ?1",
            params![sequence, word(&reason)],
        )?;
        Ok(())
    }

    pub fn refused(&self, id: WorkOrderId) -> Result<Vec<RefusedChange>> {
        let mut statement = self.0.prepare_cached(
            "SELECT id, what, reason FROM outbox WHERE work_order = ?1 AND state = 'refused' ORDER BY sequence",
        )?;
        let rows = statement.query_map([id.to_string()], |r| {
            let reason: String = r.get(2)?;
            // A word of a newer version: it is shown as one that could not be read.
            let reason = serde_json::from_value(reason.into()).unwrap_or(Refusal::Malformed);
            Ok(RefusedChange { id: parsed(r, 0)?, what: r.get(1)?, reason })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many waiting changes of each name a work order has.
    pub fn waiting_names(&self, id: WorkOrderId) -> Result<Vec<(String, u32)>> {
        let mut statement = self.0.prepare_cached(
            "SELECT what, count(*) FROM outbox WHERE work_order = ?1 AND state = 'waiting' GROUP BY what",
        )?;
        let rows = statement.query_map([id.to_string()], |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What only this phone has, by work order.
    pub fn tallies(&self) -> Result<HashMap<WorkOrderId, Tally>> {
        let mut tallies: HashMap<WorkOrderId, Tally> = HashMap::new();
        let mut statement = self.0.prepare_cached(
            "SELECT work_order, sum(state = 'waiting'), sum(state = 'refused'),
                    sum(CASE WHEN state = 'waiting' THEN octet_length(body) ELSE 0 END)
             FROM outbox GROUP BY work_order",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let tally = tallies.entry(parsed(row, 0)?).or_default();
            (tally.changes, tally.refused, tally.bytes) = (row.get(1)?, row.get(2)?, row.get(3)?);
        }
        let mut statement = self.0.prepare_cached(
            "SELECT work_order, count(*), sum(size - sent) FROM photo WHERE held_at IS NULL GROUP BY work_order",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let tally = tallies.entry(parsed(row, 0)?).or_default();
            tally.photos = row.get(1)?;
            tally.bytes += row.get::<_, u64>(2)?;
        }
        Ok(tallies)
    }
}

// --- Photos -------------------------------------------------------------------------------------------

impl Rows<'_> {
    /// The same photo again is the one that is there.
    pub fn add_photo(
        &self,
        digest: &Digest,
        order: WorkOrderId,
        at: DateTime<Utc>,
        thumb: &[u8],
        bytes: &[u8],
    ) -> Result<()> {
        self.0.execute(
            "INSERT INTO photo (digest, work_order, size, taken_at, thumb, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (digest) DO NOTHING",
            params![digest.as_str(), order.to_string(), bytes.len(), millis::text(&at), thumb, bytes],
        )?;
        Ok(())
    }

    pub fn photo(&self, digest: &Digest, thumb: bool) -> Result<Option<Vec<u8>>> {
        let sql = if thumb {
            "SELECT thumb FROM photo WHERE digest = ?1"
        } else {
            "SELECT bytes FROM photo WHERE digest = ?1"
        };
        Ok(self.0.query_row(sql, [digest.as_str()], |r| r.get(0)).optional()?)
    }

    /// Photos the office does not hold whole, whose `PhotoTaken` it has received, in the order they were taken.
    pub fn photos_to_send(&self, now: DateTime<Utc>) -> Result<Vec<WaitingPhoto>> {
        let mut statement = self.0.prepare_cached(
            "SELECT digest, work_order, size, sent FROM photo p
             WHERE held_at IS NULL AND (retry_at IS NULL OR retry_at <= ?1)
               AND NOT EXISTS (SELECT 1 FROM outbox o
                               WHERE o.photo = p.digest AND o.state = 'waiting' AND o.in_base = 0)
             ORDER BY taken_at, digest",
        )?;
        let rows = statement.query_map([millis::text(&now)], waiting_photo)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn unsent_photos(&self, id: WorkOrderId) -> Result<Vec<WaitingPhoto>> {
        let mut statement = self.0.prepare_cached(
            "SELECT digest, work_order, size, sent FROM photo
             WHERE work_order = ?1 AND held_at IS NULL ORDER BY taken_at, digest",
        )?;
        let rows = statement.query_map([id.to_string()], waiting_photo)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The office said that it holds so many bytes.
    pub fn photo_sent(&self, digest: &Digest, sent: u64) -> Result<()> {
        self.0.execute("UPDATE photo SET sent = ?2 WHERE digest = ?1", params![digest.as_str(), sent])?;
        Ok(())
    }

    /// The office said that it holds the photo whole.
    pub fn photo_held(&self, digest: &Digest, at: DateTime<Utc>) -> Result<()> {
        self.0.execute(
            "UPDATE photo SET sent = size, held_at = ?2, trouble = NULL, tries = 0, retry_at = NULL
             WHERE digest = ?1 AND held_at IS NULL",
            [digest.as_str(), &millis::text(&at)],
        )?;
        Ok(())
    }

    /// The office misses a photo that it once held: it is sent again.
    pub fn photo_missing(&self, digest: &Digest) -> Result<()> {
        self.0.execute(
            "UPDATE photo SET sent = 0, held_at = NULL WHERE digest = ?1 AND held_at IS NOT NULL",
            [digest.as_str()],
        )?;
        Ok(())
    }

    /// The office does not want it as it is: others go first, and it is offered again later (I5).
    pub fn photo_trouble(&self, digest: &Digest, why: &str, now: DateTime<Utc>) -> Result<()> {
        let tries: u32 = self
            .0
            .query_row("SELECT tries FROM photo WHERE digest = ?1", [digest.as_str()], |r| r.get(0))
            .optional()?
            .unwrap_or(0);
        let minutes = 1_i64 << tries.min(6);
        self.0.execute(
            "UPDATE photo SET sent = 0, trouble = ?2, tries = tries + 1, retry_at = ?3 WHERE digest = ?1",
            params![digest.as_str(), why, millis::text(&(now + chrono::TimeDelta::minutes(minutes)))],
        )?;
        Ok(())
    }

    /// Average bytes of a photo here; `None` when there is none.
    pub fn photo_size(&self) -> Result<Option<u64>> {
        let average: Option<f64> =
            self.0.query_row("SELECT avg(size) FROM (SELECT size FROM photo LIMIT 50)", [], |r| r.get(0))?;
        Ok(average.map(|a| a as u64))
    }
}

// --- Reference data -----------------------------------------------------------------------------------

impl Rows<'_> {
    pub fn reference_digest(&self, name: &str) -> Result<Option<Digest>> {
        let row = self
            .0
            .query_row("SELECT digest FROM reference_set WHERE name = ?1", [name], |r| digest(r, 0))
            .optional()?;
        Ok(row)
    }

    pub fn save_reference_digest(&self, name: &str, digest: &Digest) -> Result<()> {
        self.0.execute(
            "INSERT INTO reference_set (name, digest) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET digest = excluded.digest",
            [name, digest.as_str()],
        )?;
        Ok(())
    }

    /// The whole list is held.
    pub fn save_reference_list(&self, list: &Digest) -> Result<()> {
        self.0.execute("UPDATE device SET reference = ?1 WHERE one = 1", [list.as_str()])?;
        Ok(())
    }

    /// The catalogue and its index, replaced.
    pub fn replace_parts(&self, mut parts: Vec<Part>) -> Result<()> {
        self.0.execute_batch("DELETE FROM term; DELETE FROM part;")?;
        parts.sort_by(|a, b| a.number.cmp(&b.number));
        let mut terms = BTreeSet::new();
        let mut add =
            self.0.prepare_cached("INSERT OR REPLACE INTO part (id, number, body) VALUES (?1, ?2, ?3)")?;
        for (id, part) in (1_i64..).zip(&parts) {
            add.execute(params![id, part.number, serde_json::to_string(part)?])?;
            terms.extend(part_terms(part).into_iter().map(|term| (term, id)));
        }
        // In the index's own order: four times as fast as part by part.
        let mut add = self.0.prepare_cached("INSERT INTO term (term, part) VALUES (?1, ?2)")?;
        for (term, id) in terms {
            add.execute(params![term, id])?;
        }
        Ok(())
    }

    pub fn replace_faults(&self, faults: &[FaultCode]) -> Result<()> {
        self.0.execute("DELETE FROM fault", [])?;
        for fault in faults {
            self.0.execute(
                "INSERT OR REPLACE INTO fault (code, body) VALUES (?1, ?2)",
                [&fault.code, &serde_json::to_string(fault)?],
            )?;
        }
        Ok(())
    }

    pub fn replace_van(&self, stock: &[VanStock], as_of: DateTime<Utc>) -> Result<()> {
        self.0.execute("DELETE FROM van", [])?;
        for part in stock {
            self.0.execute(
                "INSERT OR REPLACE INTO van (number, quantity) VALUES (?1, ?2)",
                params![part.number, part.quantity],
            )?;
        }
        self.0.execute("UPDATE device SET van_as_of = ?1 WHERE one = 1", [millis::text(&as_of)])?;
        Ok(())
    }

    /// Parts under `term`, or under every term that begins with it.
    pub fn parts_under(&self, term: &str, beginning: bool) -> Result<BTreeSet<i64>> {
        let (sql, end) = if beginning {
            ("SELECT part FROM term WHERE term >= ?1 AND term < ?2", format!("{term}\u{10ffff}"))
        } else {
            ("SELECT part FROM term WHERE term = ?1 AND ?2 = ?1", term.to_owned())
        };
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([term, &end], |r| r.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn all_parts(&self) -> Result<BTreeSet<i64>> {
        let mut statement = self.0.prepare_cached("SELECT id FROM part")?;
        let rows = statement.query_map([], |r| r.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn part(&self, id: i64) -> Result<Option<Part>> {
        let mut statement = self.0.prepare_cached("SELECT body FROM part WHERE id = ?1")?;
        Ok(statement.query_row([id], |r| json(r, 0)).optional()?)
    }

    /// The part with exactly this number.
    pub fn part_numbered(&self, number: &str) -> Result<Option<i64>> {
        let row = self.0.query_row("SELECT id FROM part WHERE number = ?1", [number], |r| r.get(0));
        Ok(row.optional()?)
    }

    /// Parts that are still on the van, less what was fitted since the stock was counted and what the office
    /// does not know of yet.
    pub fn van(&self) -> Result<HashMap<i64, i32>> {
        let mut statement = self.0.prepare_cached(
            "SELECT p.id, v.quantity - coalesce(
                 (SELECT sum(f.quantity) FROM fitted f, device d
                  WHERE f.number = v.number AND (f.at > d.van_as_of OR EXISTS (
                      SELECT 1 FROM outbox o
                      WHERE o.work_order = f.work_order AND o.state = 'waiting' AND o.what = 'part_fitted'
                        AND json_extract(o.body, '$.what.line') = f.line))), 0)
             FROM van v JOIN part p ON p.number = v.number",
        )?;
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn faults(&self) -> Result<Vec<FaultCode>> {
        let mut statement = self.0.prepare_cached("SELECT body FROM fault ORDER BY code")?;
        let rows = statement.query_map([], |r| json(r, 0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// A part is found by its number (also written in one word), its names and their initials from any character
/// on: `zc` finds 深沟球轴承.
fn part_terms(part: &Part) -> Vec<String> {
    let plain: String =
        part.number.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let mut terms =
        index_terms(&format!("{} {} {} {}", part.number, part.name.en, part.name.zh, part.initials));
    terms.push(plain);
    let initials = part.initials.to_lowercase();
    let later = initials.char_indices().skip(1).map(|(at, _)| initials[at..].to_owned());
    terms.extend(later.filter(|rest| rest.chars().nth(1).is_some()));
    terms.retain(|t| !t.is_empty());
    terms
}

// --- Columns ------------------------------------------------------------------------------------------

fn waiting_photo(row: &Row<'_>) -> rusqlite::Result<WaitingPhoto> {
    Ok(WaitingPhoto {
        digest: digest(row, 0)?,
        work_order: parsed(row, 1)?,
        size: row.get(2)?,
        sent: row.get(3)?,
    })
}

fn unreadable(column: usize, why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, why.into())
}

fn parsed<T: std::str::FromStr>(row: &Row<'_>, column: usize) -> rusqlite::Result<T>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    row.get_ref(column)?
        .as_str()
        .map_err(|e| unreadable(column, e))?
        .parse()
        .map_err(|e: T::Err| unreadable(column, e))
}

fn json<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str().map_err(|e| unreadable(column, e))?;
    serde_json::from_str(text).map_err(|e| unreadable(column, e))
}

fn json_or_null<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<T>> {
    if row.get_ref(column)? == rusqlite::types::ValueRef::Null {
        Ok(None)
    } else {
        json(row, column).map(Some)
    }
}

fn digest(row: &Row<'_>, column: usize) -> rusqlite::Result<Digest> {
    let text: String = row.get(column)?;
    Digest::parse(&text).ok_or_else(|| unreadable(column, "not a digest"))
}

fn digest_or_null(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Digest>> {
    let text: Option<String> = row.get(column)?;
    text.map(|t| Digest::parse(&t).ok_or_else(|| unreadable(column, "not a digest"))).transpose()
}

fn instant(row: &Row<'_>, column: usize) -> rusqlite::Result<DateTime<Utc>> {
    instant_or_null(row, column)?.ok_or_else(|| unreadable(column, "no instant"))
}

fn instant_or_null(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<DateTime<Utc>>> {
    let text: Option<String> = row.get(column)?;
    text.map(|t| {
        DateTime::parse_from_rfc3339(&t).map(|t| t.with_timezone(&Utc)).map_err(|e| unreadable(column, e))
    })
    .transpose()
}

/// For callers that need a work order to be here.
pub(crate) fn no_such_job() -> Error {
    jobsheet_model::Problem::new("no_such_job", "This job is not on this phone.").into()
}
