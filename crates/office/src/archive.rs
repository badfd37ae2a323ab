//! The archive as the console searches it.

use crate::{
    Office, standards,
    store::{
        self, Tx,
        archive::{self, Asked},
    },
};
use anyhow::Result;
use jobsheet_model::{
    archive::{Outcome, matches, visited_at},
    intake::Named,
    search::query_terms,
    view::{ArchiveRow, ConsoleArchive},
};

/// As many as a page shows.
const PAGE: u32 = 30;

impl Office {
    /// Numbers of closed work orders that hold all words, the latest first: a page of them.
    pub fn find_closed(&self, words: &str) -> Result<Vec<String>> {
        let asked = Asked { terms: query_terms(words), ..Asked::default() };
        Ok(self.archive(&asked)?.rows.into_iter().map(|row| row.number).collect())
    }

    pub(crate) fn archive(&self, asked: &Asked) -> Result<ConsoleArchive> {
        self.read(|db| {
            let mut found = archive::find(db, asked, PAGE + 1)?;
            let more = found.len() > PAGE as usize;
            found.truncate(PAGE as usize);
            let next = found.last().map(|(n, ..)| n.to_string()).filter(|_| more);
            let mut rows = Vec::with_capacity(found.len());
            for (_, id, closed_at) in found {
                let Some(held) = store::held(db, id)? else { continue };
                let (order, sheet) = (held.order, held.sheet);
                rows.push(ArchiveRow {
                    matches: matches(&order, &sheet, &asked.terms),
                    outcome: Outcome::of(&order, &sheet),
                    visited_at: visited_at(&order, &sheet),
                    remedy: sheet.diagnosis.map(|one| one.remedy).unwrap_or_default(),
                    id,
                    number: order.number,
                    level: order.level,
                    customer: order.customer.name,
                    site: order.site.name,
                    equipment: order.equipment,
                    symptom: order.request.symptom,
                    technician: order.assignment.technician_name,
                    closed_at,
                });
            }
            Ok(ConsoleArchive { is_empty: archive::is_empty(db)?, rows, next, levels: levels(db)? })
        })
    }
}

/// Every level that a work order may have had, by the name that the newest version gives it.
fn levels(db: &dyn Tx) -> Result<Vec<Named>> {
    let mut levels: Vec<Named> = Vec::new();
    for standard in standards::all(db)? {
        for level in &standard.levels {
            if levels.iter().all(|known| known.key != level.key) {
                levels.push(Named { key: level.key.clone(), name: level.name.clone() });
            }
        }
    }
    Ok(levels)
}
