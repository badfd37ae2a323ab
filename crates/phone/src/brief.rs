//! Making whole again what the office said briefly.

use crate::{
    error::Result,
    store::{Rows, Waiting},
};
use jobsheet_model::{
    Change, apply,
    wire::{Base, BaseSheet, Outcome, SyncResponse},
};

/// Folds each base that the office only gave the digest of, and gives each sheet that came alone its work order.
/// `None`: this phone comes to another, for somebody else recorded something too, or one of the two is newer; then only
/// the whole will do.
pub(crate) fn filled(
    rows: &Rows<'_>,
    sent: &[Waiting],
    mut response: SyncResponse,
) -> Result<Option<SyncResponse>> {
    for same in std::mem::take(&mut response.same) {
        let (Some(known), Some(mut sheet)) = (rows.work_order(same.work_order)?, rows.base(same.work_order)?)
        else {
            return Ok(None);
        };
        for (change, result) in sent.iter().zip(&response.results) {
            if change.work_order != same.work_order || matches!(result.outcome, Outcome::Refused { .. }) {
                continue;
            }
            if let Ok(change) = serde_json::from_str::<Change>(&change.body) {
                // One that does not fit leads to another digest.
                let _ = apply(&mut sheet, &change);
            }
        }
        let base = Base { n: same.n, order: known.order, sheet, photos_held: same.photos_held };
        if base.digest() != same.digest {
            return Ok(None);
        }
        response.bases.push(base);
    }
    for BaseSheet { n, version, sheet, photos_held } in std::mem::take(&mut response.sheets) {
        match rows.work_order(sheet.work_order)? {
            Some(known) if known.order.version == version => {
                response.bases.push(Base { n, order: known.order, sheet, photos_held });
            }
            _ => return Ok(None),
        }
    }
    Ok(Some(response))
}
