//! Reference data: the parts catalogue with its search terms, fault codes, the van's stock.

use super::*;

/// What is left of `v`, a line of the van's stock.
macro_rules! on_van {
    ($select:literal, $from:literal) => {
        concat!(
            $select,
            "v.quantity - coalesce(
                 (SELECT sum(f.quantity) FROM fitted f, device d
                  WHERE f.number = v.number AND (f.at > d.van_as_of OR EXISTS (
                      SELECT 1 FROM outbox o
                      WHERE o.work_order = f.work_order AND o.state = 'waiting' AND o.what = 'part_fitted'
                        AND json_extract(o.body, '$.what.line') = f.line))), 0)",
            $from
        )
    };
}

impl Rows<'_> {
    pub fn reference_digest(&self, name: &str) -> Result<Option<Digest>> {
        let row = self
            .0
            .one("SELECT digest FROM reference_set WHERE name = ?1", [name], |r| digest(r, 0))
            .optional()?;
        Ok(row)
    }

    pub fn save_reference_digest(&self, name: &str, digest: &Digest) -> Result<()> {
        self.0.run(
            "INSERT INTO reference_set (name, digest) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET digest = excluded.digest",
            [name, digest.as_str()],
        )?;
        Ok(())
    }

    /// The whole list is held.
    pub fn save_reference_list(&self, list: &Digest) -> Result<()> {
        self.0.run("UPDATE device SET reference = ?1 WHERE one = 1", [list.as_str()])?;
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
        self.0.run("DELETE FROM fault", [])?;
        for fault in faults {
            self.0.run(
                "INSERT OR REPLACE INTO fault (code, body) VALUES (?1, ?2)",
                [&fault.code, &serde_json::to_string(fault)?],
            )?;
        }
        Ok(())
    }

    pub fn replace_van(&self, stock: &[VanStock], as_of: DateTime<Utc>) -> Result<()> {
        self.0.run("DELETE FROM van", [])?;
        for part in stock {
            self.0.run(
                "INSERT OR REPLACE INTO van (number, quantity) VALUES (?1, ?2)",
                params![part.number, part.quantity],
            )?;
        }
        self.0.run("UPDATE device SET van_as_of = ?1 WHERE one = 1", [millis::text(&as_of)])?;
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
        let row = self.0.one("SELECT id FROM part WHERE number = ?1", [number], |r| r.get(0));
        Ok(row.optional()?)
    }

    /// Parts that are still on the van, less what was fitted since the stock was counted and what the office
    /// does not know of yet.
    pub fn van(&self) -> Result<HashMap<i64, i32>> {
        let sql = on_van!("SELECT p.id, ", " FROM van v JOIN part p ON p.number = v.number");
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The same of one part; `None` while nobody has told what the van carries.
    pub fn on_van(&self, number: &str) -> Result<Option<i32>> {
        let sql = on_van!("SELECT ", " FROM van v WHERE v.number = ?1");
        let left = self.0.one(sql, [number], |r| r.get(0)).optional()?;
        let is_known = || Ok::<_, Error>(self.device()?.van_as_of.is_some());
        Ok(match left {
            Some(left) => Some(left),
            None => is_known()?.then_some(0),
        })
    }

    /// As [`Rows::van`], of one part and without what stands on `line`; nothing where the stock is not known.
    pub fn van_without(&self, number: &str, line: LineId) -> Result<Option<u32>> {
        let carried: Option<i64> = self.0.one(
            "SELECT CASE WHEN d.van_as_of IS NOT NULL THEN
                 coalesce((SELECT quantity FROM van WHERE number = ?1), 0) - coalesce(
                     (SELECT sum(f.quantity) FROM fitted f
                      WHERE f.number = ?1 AND f.line <> ?2 AND (f.at > d.van_as_of OR EXISTS (
                          SELECT 1 FROM outbox o
                          WHERE o.work_order = f.work_order AND o.state = 'waiting' AND o.what = 'part_fitted'
                            AND json_extract(o.body, '$.what.line') = f.line))), 0)
             END FROM device d WHERE d.one = 1",
            [number, &line.to_string()],
            |r| r.get(0),
        )?;
        Ok(carried.map(|carried| u32::try_from(carried.max(0)).unwrap_or(u32::MAX)))
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
