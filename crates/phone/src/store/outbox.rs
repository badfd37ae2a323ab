//! What waits to be sent: changes in the order they were recorded, and the photos they name.

use super::*;

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

    /// Photos the office does not hold whole, whose `PhotoTaken` it has received: those of signed sheets first, for
    /// their customers wait; then in the order they were taken.
    pub fn photos_to_send(&self, now: DateTime<Utc>) -> Result<Vec<WaitingPhoto>> {
        let mut statement = self.0.prepare_cached(
            "SELECT p.digest, p.work_order, p.size, p.sent FROM photo p JOIN work_order w ON w.id = p.work_order
             WHERE held_at IS NULL AND (retry_at IS NULL OR retry_at <= ?1)
               AND NOT EXISTS (SELECT 1 FROM outbox o
                               WHERE o.photo = p.digest AND o.state = 'waiting' AND o.in_base = 0)
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
