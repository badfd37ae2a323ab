//! Saying briefly what a phone can make itself. A phone that has just sent a whole job knows its order and can fold
//! its sheet; a digest tells it that the office came to the same, at a tenth of the bytes.

use jobsheet_model::{
    WorkOrderId,
    wire::{Base, Same, SyncRequest, SyncResponse},
};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
struct Seen {
    work_order: WorkOrderId,
    base: u32,
}

/// Puts a [`Same`] in place of each base whose order the phone has seen as it is now, as its changes say. A guess: the
/// phone checks the digest, and asks for the whole when it comes to another.
pub fn brief(request: &SyncRequest, mut response: SyncResponse) -> SyncResponse {
    if !request.folds {
        return response;
    }
    let mut seen: BTreeMap<WorkOrderId, BTreeSet<u32>> = BTreeMap::new();
    for change in &request.changes {
        if let Ok(Seen { work_order, base }) = serde_json::from_str(change.get()) {
            seen.entry(work_order).or_default().insert(base);
        }
    }
    let is_known =
        |base: &Base| seen.get(&base.order.id).and_then(BTreeSet::last) == Some(&base.order.version);
    let (known, bases) = std::mem::take(&mut response.bases).into_iter().partition(is_known);
    response.bases = bases;
    response.same = Vec::from_iter(known).into_iter().map(same).collect();
    response
}

fn same(base: Base) -> Same {
    Same { n: base.n, work_order: base.order.id, digest: base.digest(), photos_held: base.photos_held }
}
