//! What concerns the technician and the phone rather than one job.

use super::*;

/// Counted for the diagnostics.
pub(crate) struct Counts {
    pub jobs: u32,
    pub photos: u32,
    pub photo_bytes: u64,
    pub parts: u32,
    pub faults: u32,
    pub drafts: u32,
}

impl Rows<'_> {
    /// Remembers the plan as it was seen; `None` when all that the office changed has been.
    pub fn save_seen_plan(&self, id: WorkOrderId, seen: Option<(&WorkOrder, DateTime<Utc>)>) -> Result<()> {
        let (plan, at) = match seen {
            Some((plan, at)) => (Some(serde_json::to_string(plan)?), Some(millis::text(&at))),
            None => (None, None),
        };
        self.0.run(
            "UPDATE work_order SET seen_plan = ?2, changed_at = ?3 WHERE id = ?1",
            params![id.to_string(), plan, at],
        )?;
        Ok(())
    }

    /// Sheets on which something may have been tapped since `from`.
    pub fn sheets_since(&self, from: DateTime<Utc>) -> Result<Vec<Sheet>> {
        let mut statement = self.0.prepare_cached(
            "SELECT s.body FROM work_order w JOIN sheet s ON s.work_order = w.id
             WHERE w.stage NOT IN ('offered', 'declined', 'accepted')
                 AND (w.over_at IS NULL OR w.over_at >= ?1)",
        )?;
        let rows = statement.query_map([millis::text(&from)], |r| json(r, 0))?;
        let mut sheets: Vec<Sheet> = rows.collect::<Result<_, _>>()?;
        sheets.iter_mut().try_for_each(|sheet| self.lay_later(sheet).map(drop))?;
        Ok(sheets)
    }

    /// Orders and sheets of the machine with this number or serial at the office.
    pub fn of_equipment(&self, id: &str, serial: &str) -> Result<Vec<(WorkOrder, Sheet)>> {
        let mut statement = self.0.prepare_cached(
            "SELECT w.plan, s.body FROM work_order w JOIN sheet s ON s.work_order = w.id
             WHERE w.gone IS NULL AND (json_extract(w.plan, '$.equipment.id') = ?1
                 OR json_extract(w.plan, '$.equipment.serial') = ?2)",
        )?;
        let rows = statement.query_map([id, serial], |r| Ok((json(r, 0)?, json(r, 1)?)))?;
        let mut visits: Vec<(WorkOrder, Sheet)> = rows.collect::<Result<_, _>>()?;
        visits.iter_mut().try_for_each(|(_, sheet)| self.lay_later(sheet).map(drop))?;
        Ok(visits)
    }

    /// Photos of one sheet whose bytes are here.
    pub fn photos_here(&self, id: WorkOrderId) -> Result<BTreeSet<Digest>> {
        let mut statement =
            self.0.prepare_cached("SELECT digest FROM photo WHERE work_order = ?1 AND kept = 1")?;
        let rows = statement.query_map([id.to_string()], |r| digest(r, 0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn counts(&self) -> Result<Counts> {
        let counts = self.0.one(
            "SELECT (SELECT count(*) FROM work_order), (SELECT count(*) FROM photo),
                 (SELECT coalesce(sum(size), 0) FROM photo WHERE kept = 1), (SELECT count(*) FROM part),
                 (SELECT count(*) FROM fault), (SELECT count(*) FROM draft)",
            [],
            |r| {
                Ok(Counts {
                    jobs: r.get(0)?,
                    photos: r.get(1)?,
                    photo_bytes: r.get(2)?,
                    parts: r.get(3)?,
                    faults: r.get(4)?,
                    drafts: r.get(5)?,
                })
            },
        )?;
        Ok(counts)
    }

    /// Names of the sets of reference data that are held whole.
    pub fn sets_held(&self) -> Result<Vec<String>> {
        let mut statement = self.0.prepare_cached("SELECT name FROM reference_set")?;
        let rows = statement.query_map([], |r| r.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
