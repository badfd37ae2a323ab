//! Reference data: keeping it, and searching it. Search needs no network.

use crate::{
    error::{Error, Result},
    office::Trouble,
    phone::Core,
    store::Store,
};
use chrono::{DateTime, Utc};
use jobsheet_model::{
    reference::{FaultCode, Part, VanStock},
    search::{index_terms, query_terms},
    view::{FaultsFound, PartFound, PartsFound},
    wire::ReferenceSet,
};
use std::collections::BTreeSet;

/// Faults shown at once.
const MAX_FAULTS: usize = 50;

impl Core {
    pub fn search_parts(&self, query: &str, on_van: bool, offset: u32, limit: u32) -> Result<PartsFound> {
        self.signed()?.store.read(|rows| {
            let van = rows.van()?;
            let mut found: Option<BTreeSet<i64>> = None;
            let terms = query_terms(query);
            for (index, term) in terms.iter().enumerate() {
                let under = rows.parts_under(term, index + 1 == terms.len())?;
                found = Some(match found {
                    Some(found) => found.intersection(&under).copied().collect(),
                    None => under,
                });
            }
            let found = match found {
                Some(found) => found,
                None => rows.all_parts()?,
            };
            let on_hand = |id: &i64| van.get(id).copied().unwrap_or(0);
            let mut ids: Vec<i64> = found.into_iter().filter(|id| !on_van || on_hand(id) > 0).collect();
            // The very number first, then what is at hand, then by number.
            let exact = rows.part_numbered(&query.trim().to_uppercase())?;
            ids.sort_by_key(|id| (Some(*id) != exact, on_hand(id) <= 0, *id));
            let total = u32::try_from(ids.len()).unwrap_or(u32::MAX);
            let mut items = Vec::new();
            for id in ids.iter().skip(offset as usize).take(limit.min(200) as usize) {
                if let Some(part) = rows.part(*id)? {
                    items.push(PartFound { part, on_van: on_hand(id) });
                }
            }
            Ok(PartsFound { total, items, as_of: rows.device()?.van_as_of })
        })
    }

    pub fn search_faults(&self, query: &str) -> Result<FaultsFound> {
        let faults = self.signed()?.store.read(|rows| rows.faults())?;
        let terms = query_terms(query);
        let items = faults.into_iter().filter(|fault| is_found(fault, &terms)).take(MAX_FAULTS).collect();
        Ok(FaultsFound { items })
    }
}

fn is_found(fault: &FaultCode, terms: &[String]) -> bool {
    let FaultCode { code, name, cause, remedy } = fault;
    let index = index_terms(
        &[code, &name.en, &name.zh, &cause.en, &cause.zh, &remedy.en, &remedy.zh]
            .map(String::as_str)
            .join(" "),
    );
    terms.iter().enumerate().all(|(i, term)| {
        let last = i + 1 == terms.len();
        index.iter().any(|t| t == term || (last && t.starts_with(term.as_str())))
    })
}

/// Replaces a set and its index in one transaction.
pub(crate) fn keep(store: &Store, set: &ReferenceSet, bytes: &[u8], as_of: DateTime<Utc>) -> Result<()> {
    fn read<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<Vec<T>> {
        serde_json::from_slice(bytes)
            .map_err(|e| Error::Problem(Trouble::NotAnOffice(format!("reference data: {e}")).problem()))
    }
    store.write(|rows| {
        match set.name.as_str() {
            "parts" => rows.replace_parts(read::<Part>(bytes)?)?,
            "faults" => rows.replace_faults(&read::<FaultCode>(bytes)?)?,
            "van" => rows.replace_van(&read::<VanStock>(bytes)?, as_of)?,
            _ => {}
        }
        rows.save_reference_digest(&set.name, &set.digest)
    })
}
