//! A technician's database: all of its SQL is here, and nothing but SQL.
//!
//! [`Store::write`] runs a closure in one immediate transaction on the one writing connection and commits it
//! to the disk (`synchronous=FULL`) before it returns (I1); [`Store::read`] shows one consistent state to a
//! screen and never waits for a writer. What belongs together is decided by the callers (`record`, `sync`).

use crate::error::{Error, Result, place, word};
use crate::keys::Secret;
use chrono::{DateTime, Utc};
use jobsheet_model::{
    Change, ChangeId, DeviceId, Digest, LineId, Refusal, Sheet, WorkOrder, WorkOrderId,
    change::{PartSource, Urgency},
    moment::millis,
    place::Position,
    reference::{FaultCode, Part, VanStock},
    search::index_terms,
    view::{ReceivedJob, RefusedChange},
    wire::{Gone, Receipt, Safe},
    work_order::AssignmentState,
};
use jobsheet_sqlite::{Kept, Migration};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub(crate) mod fetched;
mod me;
mod outbox;
mod reference;

pub(crate) use outbox::lay;

const MIGRATIONS: &[Migration] = &[
    Migration { name: "0001_first", sql: include_str!("../../../migrations/phone/0001_first.sql") },
    Migration { name: "0002_ledger", sql: include_str!("../../../migrations/phone/0002_ledger.sql") },
    Migration { name: "0003_indexes", sql: include_str!("../../../migrations/phone/0003_indexes.sql") },
    Migration { name: "0004_thumbs", sql: include_str!("../../../migrations/phone/0004_thumbs.sql") },
    Migration { name: "0005_zone", sql: include_str!("../../../migrations/phone/0005_zone.sql") },
    Migration { name: "0006_sheet", sql: include_str!("../../../migrations/phone/0006_sheet.sql") },
    Migration { name: "0007_changed", sql: include_str!("../../../migrations/phone/0007_changed.sql") },
    Migration { name: "0008_fetched", sql: include_str!("../../../migrations/phone/0008_fetched.sql") },
    Migration { name: "0009_later", sql: include_str!("../../../migrations/phone/0009_later.sql") },
    Migration {
        name: "0010_one_index_less",
        sql: include_str!("../../../migrations/phone/0010_one_index_less.sql"),
    },
];

pub(crate) struct Store {
    writer: Mutex<Writer>,
    reader: Mutex<Connection>,
}

struct Writer {
    db: Connection,
    known: Known,
}

/// The jobs that were last recorded on, as they stand in the database: nothing but records was written since.
#[derive(Default)]
pub(crate) struct Known {
    jobs: HashMap<WorkOrderId, WorkOrderRow>,
    /// Of the database when the last of them was put here: another one when somebody else has written.
    version: i64,
}

/// Jobs of a day, about.
const KNOWN: usize = 16;

/// Pages of the log before they are put in their places and it is written from its beginning again: a file that grows
/// with each record asks more of the disk than one that is written over.
const LOG_PAGES: u32 = 200;

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
    pub incarnation: Option<String>,
    pub safe: Safe,
    pub differed: bool,
    /// Offset from UTC in minutes of the last change, and of the office if it said so.
    pub zone: Option<i32>,
    pub office_zone: Option<i32>,
}

#[derive(Clone)]
pub(crate) struct WorkOrderRow {
    pub order: WorkOrder,
    pub sheet: Sheet,
    /// How many of its changes are not in the sheet's row yet.
    pub later: usize,
    pub seen_at: DateTime<Utc>,
    pub received_at: Option<DateTime<Utc>>,
    pub gone: Option<Gone>,
    pub dismissed: bool,
    /// The plan as it was last seen, where the office has changed it since, and when this phone heard of that.
    pub seen_plan: Option<WorkOrder>,
    pub changed_at: Option<DateTime<Utc>>,
}

/// What a sheet takes out of the van's stock.
#[derive(PartialEq)]
pub(crate) struct FromVan(Vec<(LineId, String, u32, DateTime<Utc>)>);

impl FromVan {
    pub fn of(sheet: &Sheet) -> Self {
        let parts = sheet.parts.iter().filter(|part| part.from == PartSource::Van);
        Self(parts.map(|part| (part.line, part.part.number.clone(), part.quantity, part.at)).collect())
    }
}

/// A change that waits for its receipt.
#[derive(Clone)]
pub(crate) struct Waiting {
    pub sequence: u64,
    pub id: ChangeId,
    pub work_order: WorkOrderId,
    pub body: String,
}

/// What there is to know of a change for deciding when it goes.
#[derive(Clone, Copy)]
pub(crate) struct Sendable {
    pub sequence: u64,
    pub work_order: WorkOrderId,
    pub urgency: Urgency,
    pub bytes: usize,
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
    /// Opens the database under its key, making it and its device id when it is new.
    pub fn open(file: &Path, key: &Secret, device: DeviceId) -> Result<Self> {
        let writer = jobsheet_sqlite::open_sealed(file, key, MIGRATIONS)?;
        // Once; a database that is there keeps the id that its chain of changes was made with.
        writer.execute(
            "INSERT INTO device (one, id) VALUES (1, ?1) ON CONFLICT (one) DO NOTHING",
            [device.to_string()],
        )?;
        writer.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
        let reader = jobsheet_sqlite::open_sealed_reader(file, key)?;
        let writer = Writer { db: writer, known: Known::default() };
        Ok(Self { writer: Mutex::new(writer), reader: Mutex::new(reader) })
    }

    pub fn write<T>(&self, act: impl FnOnce(&Rows<'_>) -> Result<T>) -> Result<T> {
        let mut writer = lock(&self.writer);
        writer.known.jobs.clear();
        writer.write(|rows, _| act(rows))
    }

    /// For what touches no job.
    pub fn write_beside<T>(&self, act: impl FnOnce(&Rows<'_>) -> Result<T>) -> Result<T> {
        lock(&self.writer).write(|rows, _| act(rows))
    }

    /// Writes one job: `act` is given it as it is known here, `None` if it must be read, and hands back how it stands
    /// then.
    pub fn write_job(
        &self,
        id: WorkOrderId,
        act: impl FnOnce(&Rows<'_>, Option<WorkOrderRow>) -> Result<WorkOrderRow>,
    ) -> Result<()> {
        let mut writer = lock(&self.writer);
        let (job, version) = writer.write(|rows, known| {
            let version = rows.version()?;
            if known.version != version {
                known.jobs.clear();
            }
            // Taken out: should anything fail from here on, it is read anew.
            Ok((act(rows, known.jobs.remove(&id))?, version))
        })?;
        let known = &mut writer.known;
        known.version = version;
        if known.jobs.len() >= KNOWN {
            known.jobs.clear();
        }
        known.jobs.insert(id, job);
        Ok(())
    }

    /// Looks at a job that was just written, where what was written is at hand: the other connection would have to read
    /// all of it anew.
    pub fn read_written<T>(
        &self,
        id: WorkOrderId,
        look: impl FnOnce(&Rows<'_>, &WorkOrderRow) -> Result<T>,
    ) -> Result<T> {
        let writer = lock(&self.writer);
        let tx = Transaction::new_unchecked(&writer.db, TransactionBehavior::Deferred)?;
        let rows = Rows(&tx);
        match writer.known.jobs.get(&id) {
            Some(job) if writer.known.version == rows.version()? => look(&rows, job),
            _ => look(&rows, &rows.work_order(id)?.ok_or_else(no_such_job)?),
        }
    }

    pub fn read<T>(&self, look: impl FnOnce(&Rows<'_>) -> Result<T>) -> Result<T> {
        let db = lock(&self.reader);
        let tx = Transaction::new_unchecked(&db, TransactionBehavior::Deferred)?;
        look(&Rows(&tx))
    }

    /// As if the disk had room for `pages` pages only, and none of those that are there were free.
    #[cfg(test)]
    pub fn limit_pages(&self, pages: u32) -> u32 {
        let writer = lock(&self.writer);
        let mut vacuum = writer.db.prepare("PRAGMA incremental_vacuum").unwrap();
        let mut rows = vacuum.query([]).unwrap();
        while rows.next().unwrap().is_some() {}
        writer.db.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |r| r.get(0)).unwrap()
    }
}

impl Writer {
    fn write<T>(&mut self, act: impl FnOnce(&Rows<'_>, &mut Known) -> Result<T>) -> Result<T> {
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = act(&Rows(&tx), &mut self.known)?;
        tx.commit()?;
        Ok(done)
    }
}

/// A thread that died while it held the lock left a transaction that was rolled back: nothing is half done.
fn lock<T>(db: &Mutex<T>) -> MutexGuard<'_, T> {
    db.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Rows<'_> {
    /// Another one when another connection has written.
    fn version(&self) -> Result<i64> {
        Ok(self.0.one("PRAGMA data_version", [], |r| r.get(0))?)
    }

    /// Only for faults that are planted: the half that was written so far stays, whatever becomes of the rest.
    pub fn commit_early(&self) -> Result<()> {
        Ok(self.0.execute_batch("COMMIT; BEGIN IMMEDIATE")?)
    }
}

// --- The device ---------------------------------------------------------------------------------------

impl Rows<'_> {
    pub fn device(&self) -> Result<DeviceRow> {
        let row = self.0.one(
            "SELECT id, sequence, hash, cursor, complete, reference, van_as_of, receipt_sequence, receipt_hash,
                    receipt_at, receipt_mismatch, ahead, ahead_boot, last_sync, position, incarnation,
                    safe_position, safe_sequence, safe_at, differed, zone, office_zone
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
                    incarnation: r.get(15)?,
                    safe: Safe { position: r.get(16)?, sequence: r.get(17)?, at: instant_or_null(r, 18)? },
                    differed: r.get(19)?,
                    zone: r.get(20)?,
                    office_zone: r.get(21)?,
                })
            },
        )?;
        Ok(row)
    }

    pub fn save_pull(&self, cursor: &str, complete: bool) -> Result<()> {
        self.0.run(
            "UPDATE device SET cursor = ?1, complete = max(complete, ?2)
             WHERE one = 1 AND (cursor IS NOT ?1 OR complete < ?2)",
            params![cursor, complete],
        )?;
        Ok(())
    }

    pub fn save_last_sync(&self, at: DateTime<Utc>) -> Result<()> {
        self.0.run("UPDATE device SET last_sync = ?1 WHERE one = 1", [millis::text(&at)])?;
        Ok(())
    }

    // A pass that changes nothing writes nothing, and asks nothing of the disk.

    /// How far the office holds our chain, by a receipt that was checked; it may be less than before.
    pub fn save_receipt(&self, receipt: &Receipt) -> Result<()> {
        let Receipt { sequence, hash, at, safe, .. } = receipt;
        self.0.run(
            "UPDATE device SET receipt_sequence = ?1, receipt_hash = ?2, receipt_at = ?3, safe_position = ?4,
                safe_sequence = ?5, safe_at = ?6 WHERE one = 1",
            params![
                sequence,
                hash.as_ref().map(Digest::as_str),
                millis::text(at),
                safe.position,
                safe.sequence,
                safe.at.map(|at| millis::text(&at)),
            ],
        )?;
        Ok(())
    }

    /// The office holds less than it had signed for.
    pub fn lower_receipt(&self, sequence: u64) -> Result<()> {
        let hash = self.hash_of(sequence)?;
        self.0.run(
            "UPDATE device SET receipt_sequence = ?1, receipt_hash = ?2 WHERE one = 1",
            params![sequence, hash.as_ref().map(Digest::as_str)],
        )?;
        Ok(())
    }

    pub fn save_incarnation(&self, incarnation: Option<&str>) -> Result<()> {
        self.0.run("UPDATE device SET incarnation = ?1 WHERE one = 1", [incarnation])?;
        Ok(())
    }

    /// What we hold is not what the office says we have. The first time, everything is asked for again; what
    /// does not come then is gone.
    pub fn save_differed(&self, differed: bool) -> Result<()> {
        let before = self.device()?.differed;
        if differed && !before {
            self.mark_stale()?;
            self.0.run("UPDATE device SET cursor = NULL WHERE one = 1", [])?;
        }
        self.0.run("UPDATE device SET differed = ?1 WHERE one = 1 AND differed <> ?1", [differed])?;
        Ok(())
    }

    pub fn save_receipt_mismatch(&self, mismatch: bool) -> Result<()> {
        let sql = "UPDATE device SET receipt_mismatch = ?1 WHERE one = 1 AND receipt_mismatch <> ?1";
        self.0.run(sql, [mismatch])?;
        Ok(())
    }

    pub fn save_ahead(&self, ahead: i64, boot: &str) -> Result<()> {
        self.0.run("UPDATE device SET ahead = ?1, ahead_boot = ?2 WHERE one = 1", params![ahead, boot])?;
        Ok(())
    }

    pub fn save_office_zone(&self, offset: Option<i32>) -> Result<()> {
        self.0.execute("UPDATE device SET office_zone = ?1 WHERE one = 1", [offset])?;
        Ok(())
    }

    pub fn save_position(&self, position: &Position) -> Result<()> {
        self.0.run("UPDATE device SET position = ?1 WHERE one = 1", [serde_json::to_string(position)?])?;
        Ok(())
    }

    pub fn draft(&self, key: &str) -> Result<Option<serde_json::Value>> {
        let text: Option<String> =
            self.0.one("SELECT value FROM draft WHERE key = ?1", [key], |r| r.get(0)).optional()?;
        Ok(text.map(|t| serde_json::from_str(&t)).transpose()?)
    }

    pub fn save_draft(&self, key: &str, value: &serde_json::Value) -> Result<()> {
        if value.is_null() {
            self.0.run("DELETE FROM draft WHERE key = ?1", [key])?;
        } else {
            self.0.run(
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
        let row = self.0.one(
            "SELECT w.plan, s.body, w.seen_at, w.received_at, w.gone, w.dismissed, w.seen_plan, w.changed_at
             FROM work_order w JOIN sheet s ON s.work_order = w.id WHERE w.id = ?1",
            [id.to_string()],
            |r| {
                Ok(WorkOrderRow {
                    order: json(r, 0)?,
                    sheet: json(r, 1)?,
                    later: 0,
                    seen_at: instant(r, 2)?,
                    received_at: instant_or_null(r, 3)?,
                    gone: json_or_null(r, 4)?,
                    dismissed: r.get(5)?,
                    seen_plan: json_or_null(r, 6)?,
                    changed_at: instant_or_null(r, 7)?,
                })
            },
        );
        let Some(mut row) = row.optional()? else { return Ok(None) };
        row.later = self.lay_later(&mut row.sheet)?;
        Ok(Some(row))
    }

    /// The job that bears this number: the newest, should a firm have given one twice.
    pub fn by_number(&self, number: &str) -> Result<Option<WorkOrderId>> {
        let row = self.0.one(
            "SELECT id FROM work_order WHERE number = ?1 COLLATE NOCASE ORDER BY n DESC LIMIT 1",
            [number],
            |r| parsed(r, 0),
        );
        Ok(row.optional()?)
    }

    /// The sheet as the office last sent it.
    pub fn base(&self, id: WorkOrderId) -> Result<Option<Sheet>> {
        let row = self.0.one("SELECT base FROM work_order WHERE id = ?1", [id.to_string()], |r| json(r, 0));
        Ok(row.optional()?)
    }

    /// Plan and sheet as the office sent them, with their place in its order (0 for a sheet opened here). An offer
    /// made anew is seen anew; whatever had been taken away is back.
    pub fn put_base(&self, n: u64, order: &WorkOrder, base: &Sheet, seen_at: DateTime<Utc>) -> Result<()> {
        let (id, base) = (order.id.to_string(), serde_json::to_string(base)?);
        self.0.run(
            "INSERT INTO work_order
                 (id, plan, base, number, customer, starts, stage, offered, cancelled, seen_at, n)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'offered', ?7, ?8, ?9, ?10)
             ON CONFLICT (id) DO UPDATE SET
                 seen_at = CASE
                     WHEN json_extract(plan, '$.assignment.offered_at')
                        = json_extract(excluded.plan, '$.assignment.offered_at') THEN seen_at
                     ELSE excluded.seen_at END,
                 plan = excluded.plan, base = excluded.base, number = excluded.number,
                 customer = excluded.customer, starts = excluded.starts, offered = excluded.offered,
                 cancelled = excluded.cancelled, gone = NULL, dismissed = 0, n = excluded.n, stale = 0,
                 closed = 0",
            params![
                id,
                serde_json::to_string(order)?,
                base,
                order.number,
                order.customer.name,
                millis::text(&order.from),
                order.assignment.state == AssignmentState::Offered,
                order.cancelled.is_some(),
                millis::text(&seen_at),
                n,
            ],
        )?;
        self.0.run(
            "INSERT INTO sheet (work_order, body) VALUES (?1, ?2) ON CONFLICT (work_order) DO NOTHING",
            [&id, &base],
        )?;
        Ok(())
    }

    /// Places of what the office says is ours, for the digest of the scope.
    pub fn scope(&self) -> Result<Vec<u64>> {
        let mut statement = self.0.prepare_cached("SELECT n FROM work_order WHERE n > 0 AND gone IS NULL")?;
        let rows = statement.query_map([], |r| r.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Everything is sent afresh: what does not come is no longer there.
    pub fn mark_stale(&self) -> Result<()> {
        self.0.run("UPDATE work_order SET stale = 1 WHERE n > 0 AND gone IS NULL", [])?;
        Ok(())
    }

    /// What did not come although everything came; and nothing is stale any more. One that has something to
    /// send is not gone: the office may have lost it, and gets it from us.
    pub fn take_stale(&self) -> Result<Vec<WorkOrderId>> {
        self.0.run(
            "UPDATE work_order INDEXED BY work_order_stale SET stale = 0, n = 0
             WHERE stale = 1 AND id IN (SELECT work_order FROM outbox WHERE state = 'waiting' OR again = 1)",
            [],
        )?;
        let mut statement =
            self.0.prepare_cached("UPDATE work_order SET stale = 0 WHERE stale = 1 RETURNING id")?;
        let rows = statement.query_map([], |r| parsed(r, 0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn save_base(&self, base: &Sheet) -> Result<()> {
        self.0.run(
            "UPDATE work_order SET base = ?2 WHERE id = ?1",
            [base.work_order.to_string(), serde_json::to_string(base)?],
        )?;
        Ok(())
    }

    /// The whole sheet as it stands now: nothing is to be laid on its row any more.
    pub fn save_sheet(&self, sheet: &Sheet, before: Option<&FromVan>) -> Result<()> {
        let id = sheet.work_order.to_string();
        self.0
            .run("UPDATE sheet SET body = ?2 WHERE work_order = ?1", [&id, &serde_json::to_string(sheet)?])?;
        self.0.run("UPDATE outbox SET later = 0 WHERE work_order = ?1 AND later = 1", [&id])?;
        self.save_listed(sheet, before)
    }

    /// What lists and stock need of a sheet; not the stock when what is taken from it is what was `before`.
    pub fn save_listed(&self, sheet: &Sheet, before: Option<&FromVan>) -> Result<()> {
        let id = sheet.work_order.to_string();
        // Most records change neither, and a row that is written is written with plan and base.
        self.0.run(
            "UPDATE work_order SET stage = ?2, over_at = ?3 WHERE id = ?1 AND (stage <> ?2 OR over_at IS NOT ?3)",
            params![id, word(&sheet.stage), sheet.over_at().map(|at| millis::text(&at))],
        )?;
        let fitted = FromVan::of(sheet);
        if before == Some(&fitted) {
            return Ok(());
        }
        self.0.run("DELETE FROM fitted WHERE work_order = ?1", [&id])?;
        for (line, number, quantity, at) in &fitted.0 {
            self.0.run(
                "INSERT OR REPLACE INTO fitted (work_order, line, number, quantity, at) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![id, line.to_string(), number, quantity, millis::text(at)],
            )?;
        }
        Ok(())
    }

    /// Is it here, with what was recorded on it?
    pub fn has_whole(&self, id: WorkOrderId) -> Result<bool> {
        let found = self.0.one(
            "SELECT EXISTS (SELECT 1 FROM work_order WHERE id = ?1 AND closed = 0)",
            [id.to_string()],
            |r| r.get(0),
        )?;
        Ok(found)
    }

    /// The same notice again stays as seen as it was.
    pub fn save_gone(&self, gone: &Gone, dismissed: bool) -> Result<()> {
        self.0.run(
            "UPDATE work_order SET gone = ?2, dismissed = CASE WHEN gone = ?2 THEN dismissed ELSE ?3 END
             WHERE id = ?1",
            params![gone.work_order.to_string(), serde_json::to_string(gone)?, dismissed],
        )?;
        Ok(())
    }

    pub fn dismiss(&self, id: WorkOrderId) -> Result<()> {
        self.0.run(
            "UPDATE work_order SET dismissed = 1 WHERE id = ?1 AND (gone IS NOT NULL OR cancelled = 1)",
            [id.to_string()],
        )?;
        if self.to_close()?.contains(&id) {
            self.close(id)?;
        }
        Ok(())
    }

    /// Work orders that were taken away and have nothing more to send.
    pub fn to_close(&self) -> Result<Vec<WorkOrderId>> {
        let mut statement = self.0.prepare_cached(
            "SELECT id FROM work_order w WHERE gone IS NOT NULL
                 AND (closed < 2 AND dismissed = 1 OR closed = 0)
                 AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.work_order = w.id)
                 AND NOT EXISTS (SELECT 1 FROM photo p WHERE p.work_order = w.id AND p.held_at IS NULL)",
        )?;
        let rows = statement.query_map([], |r| parsed(r, 0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Removes the customer's data of a work order that is somebody else's: all but the name for the notice, and
    /// with the notice that too. What the office has signed for stays beside it until a backup has it (`kept`).
    pub fn close(&self, id: WorkOrderId) -> Result<()> {
        let Some(known) = self.work_order(id)? else { return Ok(()) };
        let plan = known.order.without_customer(!known.dismissed);
        let sheet = serde_json::to_string(&Sheet::empty(id))?;
        self.0.run(
            "UPDATE work_order SET plan = ?2, customer = ?3, base = ?4, closed = ?5, seen_plan = NULL,
                 changed_at = NULL
             WHERE id = ?1",
            params![
                id.to_string(),
                serde_json::to_string(&plan)?,
                plan.customer.name,
                &sheet,
                if known.dismissed { 2 } else { 1 },
            ],
        )?;
        self.0.run("UPDATE sheet SET body = ?2 WHERE work_order = ?1", [&id.to_string(), &sheet])?;
        self.0.run("DELETE FROM fitted WHERE work_order = ?1", [id.to_string()])?;
        self.0.run("DELETE FROM draft WHERE instr(key, ?1) > 0", [id.to_string()])?;
        Ok(())
    }

    pub fn save_received(&self, id: WorkOrderId, at: DateTime<Utc>) -> Result<()> {
        self.0.run(
            "UPDATE work_order SET received_at = ?2 WHERE id = ?1",
            [id.to_string(), millis::text(&at)],
        )?;
        Ok(())
    }

    /// What belongs on the list of the day `from`..`to`.
    pub fn listed(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Vec<WorkOrderId>> {
        let mut statement = self.0.prepare_cached(
            "SELECT id FROM work_order INDEXED BY work_order_day
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
        let row = self.0.one(
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
    serde_json::from_str(text).map_err(|e| unreadable(column, place(&e)))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Both databases of a phone, at every schema that ever shipped, before the next one.
    #[test]
    fn p6_each_database_is_copied_before_it_is_migrated() {
        let next = "CREATE TABLE tomorrow (x INTEGER NOT NULL) STRICT";
        for shipped in [MIGRATIONS, crate::device::MIGRATIONS] {
            let all: Vec<Migration> = shipped
                .iter()
                .map(|m| Migration { name: m.name, sql: m.sql })
                .chain([Migration { name: "tomorrow", sql: next }])
                .collect();
            for known in 1..all.len() {
                let folder = tempfile::tempdir().unwrap();
                let file = folder.path().join("a.db");
                let copy = jobsheet_sqlite::copy_path(&file, known);
                let old = jobsheet_sqlite::open(&file, &all[..known]).unwrap();
                old.execute_batch("CREATE TABLE probe (x); INSERT INTO probe VALUES (7)").unwrap();
                assert!(!copy.exists(), "nothing is copied that is not migrated");
                drop(old);
                drop(jobsheet_sqlite::open(&file, &all).unwrap());
                let copy = Connection::open(copy).unwrap();
                let version: usize = copy.query_row("PRAGMA user_version", [], |r| r.get(0)).unwrap();
                let kept: i64 = copy.query_row("SELECT x FROM probe", [], |r| r.get(0)).unwrap();
                assert_eq!((version, kept), (known, 7));
            }
        }
    }
}
