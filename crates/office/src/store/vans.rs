//! What vans carry: as the office put it in, and what phones reported since.

use super::tx::{Optional, Tx, params};
use super::{Id, counter, people};
use anyhow::Result;
use chrono::{DateTime, Utc};
use jobsheet_model::{
    Sheet, TechnicianId,
    change::PartSource,
    reference::Part,
    view::{Van, VanPart},
};
use std::collections::{BTreeMap, HashMap};

/// Keeps what a sheet took from the van. Lines that are there stay those of whoever recorded them.
pub fn note(tx: &dyn Tx, sheet: &Sheet, technician: TechnicianId) -> Result<()> {
    let taken: Vec<_> = sheet.parts.iter().filter(|line| line.from == PartSource::Van).collect();
    let sql = "SELECT line FROM van_part WHERE work_order = ?1";
    let known: Vec<String> = tx.all(sql, [Id(sheet.work_order)], |row| row.get(0))?;
    for line in known {
        if !taken.iter().any(|one| one.line.to_string() == line) {
            tx.run(
                "DELETE FROM van_part WHERE work_order = ?1 AND line = ?2",
                params![Id(sheet.work_order), line],
            )?;
        }
    }
    let n = counter(tx)?;
    for line in taken {
        tx.run(
            "INSERT INTO van_part (work_order, line, technician, part, quantity, on_van, n)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (work_order, line) DO UPDATE SET part = excluded.part, quantity = excluded.quantity,
                 on_van = excluded.on_van",
            params![
                Id(sheet.work_order),
                line.line.to_string(),
                Id(technician),
                line.part.number,
                line.quantity,
                line.on_van,
                n,
            ],
        )?;
    }
    Ok(())
}

/// Where the counter stood when this technician's van was counted.
fn counted_at(db: &dyn Tx, technician: TechnicianId) -> Result<u64> {
    let sql = "SELECT n FROM reference_set WHERE name = 'van' AND technician = ?1";
    Ok(db.one(sql, [Id(technician)], |row| row.get(0)).optional()?.unwrap_or(0))
}

pub fn all(db: &dyn Tx) -> Result<Vec<Van>> {
    let names: HashMap<String, _> = catalogue(db)?.into_iter().map(|part| (part.number, part.name)).collect();
    let mut vans = Vec::new();
    for technician in people::technicians(db)? {
        let mut parts: BTreeMap<String, VanPart> = BTreeMap::new();
        let fresh = |number: &str| VanPart {
            number: number.to_owned(),
            name: names.get(number).cloned(),
            counted: 0,
            fitted: 0,
            phone: None,
        };
        for stock in super::sync::van(db, technician.id)?.unwrap_or_default() {
            parts.entry(stock.number.clone()).or_insert_with(|| fresh(&stock.number)).counted +=
                stock.quantity;
        }
        let sql = "SELECT part, quantity, on_van FROM van_part WHERE technician = ?1 AND n >= ?2 ORDER BY n";
        let since = counted_at(db, technician.id)?;
        let fitted: Vec<(String, u32, Option<u32>)> =
            db.all(sql, params![Id(technician.id), since], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
        for (number, quantity, on_van) in fitted {
            let part = parts.entry(number.clone()).or_insert_with(|| fresh(&number));
            part.fitted = part.fitted.saturating_add(quantity);
            part.phone = on_van.or(part.phone);
        }
        vans.push(Van {
            technician: technician.id,
            name: technician.name,
            heard: heard(db, technician.id)?,
            parts: parts.into_values().collect(),
        });
    }
    Ok(vans)
}

fn heard(db: &dyn Tx, technician: TechnicianId) -> Result<Option<DateTime<Utc>>> {
    Ok(super::clocks::heard(db, technician)?.map(|heard| heard.last))
}

/// The parts that every phone keeps.
fn catalogue(db: &dyn Tx) -> Result<Vec<Part>> {
    let sql = "SELECT body FROM reference_set WHERE name = 'parts' AND technician = ''";
    let packed: Option<Vec<u8>> = db.one(sql, [], |row| row.get(0)).optional()?;
    match packed {
        Some(packed) => Ok(serde_json::from_slice(&zstd::decode_all(packed.as_slice())?)?),
        None => Ok(Vec::new()),
    }
}
