//! What waits to be sent: changes in the order they were recorded, and the photos they name.

use super::*;
use jobsheet_model::{apply, planted, view::Waiting as WaitingOf};

impl Rows<'_> {
    /// Adds a change and moves the chain on to it. One that comes `later` than the sheet's row is laid on that whenever
    /// it is read.
    pub fn add_change(
        &self,
        change: &Change,
        body: &str,
        hash: &Digest,
        photo: Option<&Digest>,
        later: bool,
    ) -> Result<()> {
        if planted::on("sequence_first") {
            self.count(change, hash)?;
            self.commit_early()?;
        }
        self.0.run(
            "INSERT INTO outbox (sequence, id, work_order, what, body, hash, photo, later)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                change.sequence,
                change.id.to_string(),
                change.work_order.to_string(),
                change.what.name(),
                body,
                hash.as_str(),
                photo.map(Digest::as_str),
                later,
            ],
        )?;
        // One that is somebody else's takes records all the same (P15), and is closed again when they are received.
        self.0.run(
            "UPDATE work_order SET closed = 0 WHERE id = ?1 AND closed > 0",
            [change.work_order.to_string()],
        )?;
        self.count(change, hash)
    }

    fn count(&self, change: &Change, hash: &Digest) -> Result<()> {
        self.0.run(
            "UPDATE device SET sequence = ?1, hash = ?2, zone = ?3 WHERE one = 1",
            params![change.sequence, hash.as_str(), change.at.offset],
        )?;
        Ok(())
    }

    /// What is to be sent: waiting and not known to be held, or to be answered again. In the order it was recorded.
    pub fn sendable(&self) -> Result<Vec<Sendable>> {
        let mut statement = self.0.prepare_cached(
            "SELECT sequence, work_order, what, octet_length(body) FROM outbox
             WHERE held = 0 AND (state = 'waiting' OR again = 1) ORDER BY sequence",
        )?;
        let rows = statement.query_map([], |r| {
            let what: String = r.get(2)?;
            Ok(Sendable {
                sequence: r.get(0)?,
                work_order: parsed(r, 1)?,
                urgency: Urgency::of(&what),
                bytes: r.get(3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn waiting(&self, sequence: u64) -> Result<Option<Waiting>> {
        let mut statement = self.0.prepare_cached(
            "SELECT sequence, id, work_order, body FROM outbox WHERE sequence = ?1
               AND (state = 'waiting' OR again = 1)",
        )?;
        let row = statement.query_row([sequence], |r| {
            Ok(Waiting { sequence: r.get(0)?, id: parsed(r, 1)?, work_order: parsed(r, 2)?, body: r.get(3)? })
        });
        Ok(row.optional()?)
    }

    /// Is there anything to be sent that is not in `sent`?
    pub fn is_sendable_besides(&self, sent: &BTreeSet<u64>) -> Result<bool> {
        let mut statement = self.0.prepare_cached(
            "SELECT sequence FROM outbox WHERE held = 0 AND (state = 'waiting' OR again = 1)",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            if !sent.contains(&row.get(0)?) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The changes that are to be laid on a work order's base, in order.
    pub fn to_lay(&self, id: WorkOrderId) -> Result<Vec<Change>> {
        self.changes(
            "SELECT body FROM outbox WHERE work_order = ?1 AND state = 'waiting' AND in_base = 0 ORDER BY sequence",
            id,
        )
    }

    /// Lays on a sheet's row what was recorded since that was written, and says how much.
    pub fn lay_later(&self, sheet: &mut Sheet) -> Result<usize> {
        let later = self.changes(
            "SELECT body FROM outbox WHERE work_order = ?1 AND state = 'waiting' AND again = 0 AND later = 1
                 AND in_base = 0 ORDER BY sequence",
            sheet.work_order,
        )?;
        later.iter().for_each(|change| lay(sheet, change));
        Ok(later.len())
    }

    fn changes(&self, sql: &str, id: WorkOrderId) -> Result<Vec<Change>> {
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([id.to_string()], |r| r.get(0))?;
        let bodies: Vec<String> = rows.collect::<Result<_, _>>()?;
        // One that this version cannot read any more is sent all the same: the office decides.
        Ok(bodies.iter().filter_map(|body| serde_json::from_str(body).ok()).collect())
    }

    /// Of a change of the chain that this phone goes on with, waiting or held.
    pub fn hash_of(&self, sequence: u64) -> Result<Option<Digest>> {
        let row = self.0.one(
            "SELECT hash FROM outbox WHERE sequence = ?1
             UNION ALL
             SELECT hash FROM kept WHERE sequence = ?1",
            [sequence],
            |r| digest(r, 0),
        );
        Ok(row.optional()?)
    }

    /// Is the change laid on its base, because the base does not hold it?
    pub fn is_laid(&self, sequence: u64) -> Result<bool> {
        let found = self.0.one(
            "SELECT EXISTS (SELECT 1 FROM outbox
                            WHERE sequence = ?1 AND in_base = 0 AND (state = 'waiting' OR again = 1))",
            [sequence],
            |r| r.get(0),
        )?;
        Ok(found)
    }

    /// The office says that it holds the change, and so does the base: only a receipt is waited for.
    pub fn mark_held(&self, sequence: u64) -> Result<()> {
        self.0.run(
            "UPDATE outbox SET state = 'waiting', reason = NULL, in_base = 1, held = 1,
                 again = (again = 1 AND state = 'waiting') WHERE sequence = ?1",
            [sequence],
        )?;
        Ok(())
    }

    /// A base of this work order has come. It holds what the office holds; the rest is laid on it.
    pub fn rebase(&self, id: WorkOrderId, holds: impl Fn(u64) -> bool) -> Result<()> {
        for (sequence, in_base) in self.flags(
            "SELECT sequence, in_base FROM outbox WHERE work_order = ?1 AND state = 'waiting' AND again = 0",
            [id.to_string()],
        )? {
            if holds(sequence) != in_base {
                let sql = "UPDATE outbox SET in_base = ?2 WHERE sequence = ?1";
                self.0.run(sql, params![sequence, !in_base])?;
            }
        }
        Ok(())
    }

    /// The office does not hold what it once did: it is sent again. So is what it refused: a restored office has lost
    /// that too, and without it the chain never becomes whole again. What it keeps aside it knows in another way, unless
    /// it was restored (`afresh`).
    pub fn release_lost(&self, afresh: bool, holds: impl Fn(u64) -> bool) -> Result<()> {
        for (sequence, _) in self.flags(
            "SELECT sequence, held FROM outbox
             WHERE held = 1 OR (state = 'refused' AND (?1 OR reason <> 'quarantined'))",
            [afresh],
        )? {
            if !holds(sequence) {
                let sql = "UPDATE outbox SET held = 0, again = state = 'refused' WHERE sequence = ?1";
                self.0.run(sql, [sequence])?;
            }
        }
        Ok(())
    }

    fn flags(&self, sql: &str, params: impl rusqlite::Params) -> Result<Vec<(u64, bool)>> {
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map(params, |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The office has signed for everything up to `up_to`: what the base holds too waits no longer. It is kept
    /// until a backup of the office has it (I12). Returns the work orders it belongs to.
    pub fn keep_up_to(&self, up_to: u64, at: DateTime<Utc>) -> Result<BTreeSet<WorkOrderId>> {
        self.0.run(
            "INSERT OR REPLACE INTO kept (sequence, id, work_order, what, body, hash, photo, recorded, at)
             SELECT sequence, id, work_order, what, body, hash, photo, recorded, ?2
             FROM outbox WHERE state = 'waiting' AND held = 1 AND sequence <= ?1",
            params![if planted::on("no_retained") { 0 } else { up_to }, millis::text(&at)],
        )?;
        let mut statement = self.0.prepare_cached(
            "DELETE FROM outbox WHERE state = 'waiting' AND held = 1 AND sequence <= ?1 RETURNING work_order",
        )?;
        let rows = statement.query_map([up_to], |r| parsed(r, 0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The office may have lost what it had signed for: it waits again. Our base holds it until another comes; with
    /// `again` it is taken to be in that one too, until the office has answered to it.
    pub fn requeue_from(&self, sequence: u64, again: bool) -> Result<()> {
        self.0.run(
            "INSERT INTO outbox (sequence, id, work_order, what, body, hash, photo, recorded, in_base, again)
             SELECT sequence, id, work_order, what, body, hash, photo, recorded, 1, ?2 FROM kept WHERE sequence >= ?1",
            params![sequence, again],
        )?;
        self.0.run("DELETE FROM kept WHERE sequence >= ?1", [sequence])?;
        Ok(())
    }

    /// Gives this phone a new identity. Everything it still has, waiting, refused or kept, becomes the beginning of its
    /// chain, in the order it was recorded: the same facts, numbered anew; the bytes as first recorded are kept beside.
    /// For an office that holds them they are duplicates, and one that was restored to before gets them again (I12).
    pub fn renew(&self, id: DeviceId) -> Result<()> {
        self.requeue_from(1, true)?;
        let mut statement = self.0.prepare("SELECT sequence FROM outbox ORDER BY sequence")?;
        let sequences = statement.query_map([], |r| r.get(0))?.collect::<Result<Vec<u64>, _>>()?;
        let (mut last, mut hash) = (0, None::<Digest>);
        for sequence in sequences {
            let sql = "SELECT body FROM outbox WHERE sequence = ?1";
            let body: String = self.0.one(sql, [sequence], |r| r.get(0))?;
            let (renewed, digest) = numbered(&body, id, last + 1, hash.as_ref())?;
            // Never upwards: no number is taken by one that is still to come.
            self.0.run(
                "UPDATE outbox SET sequence = ?2, body = ?3, hash = ?4, recorded = coalesce(recorded, body), held = 0,
                     again = max(again, state = 'refused') WHERE sequence = ?1",
                params![sequence, last + 1, renewed, digest.as_str()],
            )?;
            (last, hash) = (last + 1, Some(digest));
        }
        self.0.run(
            "UPDATE device SET id = ?1, sequence = ?2, hash = ?3, incarnation = NULL, safe_sequence = 0,
                 receipt_sequence = 0, receipt_hash = NULL, receipt_mismatch = 0 WHERE one = 1",
            params![id.to_string(), last, hash.as_ref().map(Digest::as_str)],
        )?;
        Ok(())
    }

    /// Only for faults that are planted: nothing else forgets a change like this (I2).
    pub fn forget(&self, sequence: u64) -> Result<()> {
        self.0.run("DELETE FROM outbox WHERE sequence = ?1", [sequence])?;
        Ok(())
    }

    pub fn count_kept(&self) -> Result<u64> {
        Ok(self.0.one("SELECT count(*) FROM kept", [], |r| r.get(0))?)
    }

    /// Drops what a backup of the office holds, and what was kept for so long that one must.
    pub fn drop_kept(&self, before: DateTime<Utc>) -> Result<()> {
        self.0.run("DELETE FROM kept WHERE at < ?1", [millis::text(&before)])?;
        self.0
            .run("DELETE FROM kept WHERE sequence <= (SELECT safe_sequence FROM device WHERE one = 1)", [])?;
        Ok(())
    }

    /// Everything that this phone still has of what was recorded here, in order: kept or in the outbox. `true` for
    /// what waits.
    pub fn to_rescue(&self) -> Result<Vec<(String, bool)>> {
        let mut statement = self.0.prepare(
            "SELECT body, waiting FROM (
                 SELECT sequence, body, 0 AS waiting FROM kept
                 UNION ALL
                 SELECT sequence, body, state = 'waiting' AND again = 0 FROM outbox)
             ORDER BY sequence",
        )?;
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn refuse(&self, sequence: u64, reason: Refusal) -> Result<()> {
        self.0.run(
            "UPDATE outbox SET state = 'refused', reason = ?2, again = 0 WHERE sequence = ?1",
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
            "SELECT what, count(*) FROM outbox WHERE work_order = ?1 AND state = 'waiting' AND again = 0
             GROUP BY what",
        )?;
        let rows = statement.query_map([id.to_string()], |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What of a sheet's lists the office is not known to have.
    pub fn waiting_of(&self, id: WorkOrderId) -> Result<WaitingOf> {
        // The change itself is read only where what the index holds does not say enough.
        let mut statement = self.0.prepare_cached(
            "SELECT what, iif(what = 'part_requested', json_extract(body, '$.what.request'), NULL) FROM outbox
             WHERE work_order = ?1 AND state = 'waiting' AND again = 0
                 AND what IN ('part_requested', 'note_written', 'follow_up_suggested')",
        )?;
        let mut found = statement.query([id.to_string()])?;
        let (mut waiting, mut requests) = (WaitingOf::default(), BTreeSet::new());
        while let Some(row) = found.next()? {
            match row.get_ref(0)?.as_str() {
                Ok("note_written") => waiting.notes += 1,
                Ok("follow_up_suggested") => waiting.follow_ups += 1,
                _ => drop(requests.insert(parsed::<LineId>(row, 1)?)),
            }
        }
        waiting.requests = requests.into_iter().collect();
        Ok(waiting)
    }

    /// What only this phone has of one work order.
    pub fn tally(&self, id: WorkOrderId) -> Result<Tally> {
        let id = id.to_string();
        let mut tally = self.0.one(
            "SELECT coalesce(sum(state = 'waiting' AND again = 0), 0), coalesce(sum(state = 'refused'), 0),
                    coalesce(sum(CASE WHEN state = 'waiting' AND again = 0 THEN octet_length(body) ELSE 0 END), 0)
             FROM outbox WHERE work_order = ?1",
            [&id],
            |r| Ok(Tally { changes: r.get(0)?, refused: r.get(1)?, bytes: r.get(2)?, photos: 0 }),
        )?;
        let (photos, bytes): (u32, u64) = self.0.one(
            "SELECT count(*), coalesce(sum(size - sent), 0) FROM photo WHERE work_order = ?1 AND held_at IS NULL",
            [&id],
            |r| Ok((r.get(0)?, r.get(1)?)),
        )?;
        tally.photos = photos;
        tally.bytes += bytes;
        Ok(tally)
    }

    /// What only this phone has, by work order.
    pub fn tallies(&self) -> Result<HashMap<WorkOrderId, Tally>> {
        let mut tallies: HashMap<WorkOrderId, Tally> = HashMap::new();
        let mut statement = self.0.prepare_cached(
            "SELECT work_order, sum(state = 'waiting' AND again = 0), sum(state = 'refused'),
                    sum(CASE WHEN state = 'waiting' AND again = 0 THEN octet_length(body) ELSE 0 END)
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
        let new = self.0.run(
            "INSERT INTO photo (digest, work_order, size, taken_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (digest) DO NOTHING",
            params![digest.as_str(), order.to_string(), bytes.len(), millis::text(&at)],
        )?;
        if new == 1 {
            let sql = "INSERT INTO picture (digest, thumb, bytes) VALUES (?1, ?2, ?3)";
            self.0.run(sql, params![digest.as_str(), thumb, bytes])?;
        }
        Ok(())
    }

    /// The thumbnail also stands for a photo whose bytes were given up.
    pub fn photo(&self, digest: &Digest, thumb: bool) -> Result<Option<Vec<u8>>> {
        let sql = if thumb {
            "SELECT thumb FROM picture WHERE digest = ?1"
        } else {
            "SELECT iif(octet_length(bytes) > 0, bytes, thumb) FROM picture WHERE digest = ?1"
        };
        Ok(self.0.one(sql, [digest.as_str()], |r| r.get(0)).optional()?)
    }

    /// Gives up photos of visits that are over, once a backup of the office holds them or they were kept for so long
    /// that one must; of work orders that are gone, the thumbnail too. The space goes back to the phone.
    pub fn drop_photos(&self, safe_at: Option<DateTime<Utc>>, before: DateTime<Utc>) -> Result<()> {
        // The phone's clock says when the office held it: an hour is left for what it may be off.
        let safe = safe_at.map(|at| at - chrono::TimeDelta::hours(1)).unwrap_or(before).max(before);
        let gone = self.0.run(
            "DELETE FROM photo WHERE held_at <= ?1
                 AND work_order IN (SELECT id FROM work_order WHERE gone IS NOT NULL AND closed > 0)",
            [millis::text(&safe)],
        )?;
        let mut statement = self.0.prepare_cached(
            "UPDATE photo INDEXED BY photo_kept SET kept = 0 WHERE held_at <= ?1 AND kept = 1
                 AND EXISTS (SELECT 1 FROM work_order w WHERE w.id = photo.work_order AND w.over_at IS NOT NULL)
             RETURNING digest",
        )?;
        let rows = statement.query_map([millis::text(&safe)], |r| r.get(0))?;
        let given_up: Vec<String> = rows.collect::<Result<_, _>>()?;
        for digest in &given_up {
            self.0.run("UPDATE picture SET bytes = x'' WHERE digest = ?1", [digest])?;
            self.0.run("DELETE FROM fetched WHERE photo = ?1", [digest])?;
        }
        let over = given_up.len();
        if gone + over > 0 {
            self.give_back_space()?;
        }
        Ok(())
    }

    /// Photos the office does not hold whole, whose `PhotoTaken` it has received: those of signed sheets first, for
    /// their customers wait; then in the order they were taken.
    pub fn photos_to_send(&self, now: DateTime<Utc>) -> Result<Vec<WaitingPhoto>> {
        let mut statement = self.0.prepare_cached(
            "SELECT p.digest, p.work_order, p.size, p.sent FROM photo p JOIN work_order w ON w.id = p.work_order
             WHERE held_at IS NULL AND (retry_at IS NULL OR retry_at <= ?1)
               AND NOT EXISTS (SELECT 1 FROM outbox o
                               WHERE o.photo = p.digest AND o.state = 'waiting' AND o.held = 0)
             ORDER BY w.stage <> 'signed_off', p.taken_at, p.digest",
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

    /// Photos that the office does not hold whole, whatever else is known of them.
    pub fn photos_to_rescue(&self) -> Result<Vec<Digest>> {
        let mut statement = self.0.prepare(
            "SELECT digest FROM photo WHERE held_at IS NULL AND kept = 1 ORDER BY taken_at, digest",
        )?;
        let rows = statement.query_map([], |r| digest(r, 0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The office said that it holds so many bytes.
    pub fn photo_sent(&self, digest: &Digest, sent: u64) -> Result<()> {
        self.0.run("UPDATE photo SET sent = ?2 WHERE digest = ?1", params![digest.as_str(), sent])?;
        Ok(())
    }

    /// Times that the photo's thumbnail was sent ahead.
    pub fn thumb_tries(&self, digest: &Digest) -> Result<u32> {
        let mut statement = self.0.prepare_cached("SELECT tries FROM thumb_ahead WHERE photo = ?1")?;
        Ok(statement.query_row([digest.as_str()], |r| r.get(0)).optional()?.unwrap_or(0))
    }

    pub fn thumb_tried(&self, digest: &Digest, tries: u32) -> Result<()> {
        self.0.execute(
            "INSERT INTO thumb_ahead (photo, tries) VALUES (?1, ?2)
             ON CONFLICT (photo) DO UPDATE SET tries = excluded.tries",
            params![digest.as_str(), tries],
        )?;
        Ok(())
    }

    /// The office said that it holds the photo whole.
    pub fn photo_held(&self, digest: &Digest, at: DateTime<Utc>) -> Result<()> {
        self.0.run(
            "UPDATE photo SET sent = size, held_at = ?2, trouble = NULL, tries = 0, retry_at = NULL
             WHERE digest = ?1 AND held_at IS NULL",
            [digest.as_str(), &millis::text(&at)],
        )?;
        Ok(())
    }

    /// The office misses a photo that it once held: it is sent again, if we have it still.
    pub fn photo_missing(&self, digest: &Digest) -> Result<()> {
        self.0.run(
            "DELETE FROM thumb_ahead
             WHERE photo = (SELECT digest FROM photo WHERE digest = ?1 AND held_at IS NOT NULL)",
            [digest.as_str()],
        )?;
        self.0.run(
            "UPDATE photo SET sent = 0, held_at = NULL
             WHERE digest = ?1 AND held_at IS NOT NULL AND kept = 1",
            [digest.as_str()],
        )?;
        Ok(())
    }

    /// The office does not want it as it is: others go first, and it is offered again later (I5).
    pub fn photo_trouble(&self, digest: &Digest, why: &str, now: DateTime<Utc>) -> Result<()> {
        let tries: u32 = self
            .0
            .one("SELECT tries FROM photo WHERE digest = ?1", [digest.as_str()], |r| r.get(0))
            .optional()?
            .unwrap_or(0);
        let minutes = 1_i64 << tries.min(6);
        self.0.run(
            "UPDATE photo SET sent = 0, trouble = ?2, tries = tries + 1, retry_at = ?3 WHERE digest = ?1",
            params![digest.as_str(), why, millis::text(&(now + chrono::TimeDelta::minutes(minutes)))],
        )?;
        Ok(())
    }

    /// Average bytes of a photo here; `None` when there is none.
    pub fn photo_size(&self) -> Result<Option<u64>> {
        let average: Option<f64> =
            self.0.one("SELECT avg(size) FROM (SELECT size FROM photo LIMIT 50)", [], |r| r.get(0))?;
        Ok(average.map(|a| a as u64))
    }
}

/// Lays a change on a sheet. One that no longer fits is left out here and sent all the same.
pub(crate) fn lay(sheet: &mut Sheet, change: &Change) {
    if let Err(refusal) = apply(sheet, change) {
        tracing::info!(change = %change.id, "no longer fits: {refusal}");
    }
}

/// The same fact at another place of another chain: its bytes, and their digest.
fn numbered(
    body: &str,
    device: DeviceId,
    sequence: u64,
    previous: Option<&Digest>,
) -> Result<(String, Digest)> {
    let mut value: serde_json::Value = serde_json::from_str(body)?;
    if let Some(change) = value.as_object_mut() {
        change.insert("device".into(), device.to_string().into());
        change.insert("sequence".into(), sequence.into());
        change.insert("previous".into(), serde_json::to_value(previous)?);
    }
    let numbered = value.to_string();
    let digest = Digest::of(numbered.as_bytes());
    Ok((numbered, digest))
}
