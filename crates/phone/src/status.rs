//! How sending goes: what is kept in memory only, and what the screens are told of it.
//!
//! Nothing of this is written down. A phone that was killed in the middle of a pass begins with "not tried
//! yet" and tries (P9).

use crate::{
    error::Result,
    phone::{Core, lock},
    store::{Rows, Tally},
};
use chrono::{DateTime, Utc};
use jobsheet_model::{
    Problem, WorkOrderId,
    moment::{CLOCK_OFF, other_zone},
    view::{Link, Standing, SyncStatus},
};
use std::collections::{HashMap, HashSet};

pub(crate) struct Live {
    pub link: Link,
    pub problem: Option<Problem>,
    pub next_try: Option<DateTime<Utc>>,
    /// What each job had to send when the pass began; `None` between passes.
    pub sending: Option<HashMap<WorkOrderId, u32>>,
    /// The office has answered in this pass: before that, "sending" would only be a hope.
    pub heard: bool,
    /// Bytes of the next segment of a photo.
    pub segment: usize,
    /// Times in a row that the office failed at what was sent to it.
    pub push_failures: u32,
    /// When the last whole pass ended; it is written down only now and then.
    pub last_sync: Option<DateTime<Utc>>,
    /// Bytes of work orders that the next answer may hold, when answers were cut; `None`: as the office likes.
    pub room: Option<u64>,
    /// A pass brought the office something that it did not have. Taken by the loop.
    pub progressed: bool,
    /// Bytes of the reference sets that the office has, by name.
    pub sets: HashMap<String, u64>,
    /// Offers that were told of outside the app, by when they were made: each is told once.
    pub said: HashSet<(WorkOrderId, DateTime<Utc>)>,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            link: Link::Unknown,
            problem: None,
            next_try: None,
            sending: None,
            heard: false,
            segment: 64 * 1024,
            push_failures: 0,
            last_sync: None,
            room: None,
            progressed: false,
            sets: HashMap::new(),
            said: HashSet::new(),
        }
    }
}

impl Live {
    pub fn is_sending(&self, tallies: &HashMap<WorkOrderId, Tally>) -> bool {
        let heard = self.heard || self.link == Link::Online;
        self.sending.is_some() && heard && tallies.values().any(|t| t.changes + t.photos > 0)
    }

    /// Where the records of one job are.
    pub fn standing(&self, id: WorkOrderId, tally: Tally, received_at: Option<DateTime<Utc>>) -> Standing {
        let waiting = tally.changes + tally.photos;
        let heard = self.heard || self.link == Link::Online;
        if tally.refused > 0 {
            Standing::Refused { count: tally.refused }
        } else if waiting > 0
            && heard
            && let Some(totals) = &self.sending
        {
            let total = totals.get(&id).copied().unwrap_or(0).max(waiting);
            Standing::Sending { done: total - waiting, total }
        } else if tally.changes > 0 {
            Standing::Local { changes: tally.changes, photos: tally.photos }
        } else if tally.photos > 0 {
            Standing::ReceivedPart { photos: tally.photos }
        } else if let Some(at) = received_at {
            Standing::Received { at }
        } else {
            Standing::Untouched {}
        }
    }
}

impl Core {
    pub fn sync_status(&self, rows: &Rows<'_>, tallies: &HashMap<WorkOrderId, Tally>) -> Result<SyncStatus> {
        let device = rows.device()?;
        let live = lock(&self.live);
        let sum = |of: fn(&Tally) -> u32| tallies.values().map(of).sum();
        let boot = self.clock.boot();
        let ahead = device.ahead.filter(|(_, measured)| *measured == boot).map_or(0, |(ahead, _)| ahead);
        let mismatch = device.receipt_mismatch.then(|| {
            Problem::new(
                "receipt_mismatch",
                "The office's receipt does not match this phone's records. Nothing was deleted here; tell the office.",
            )
        });
        Ok(SyncStatus {
            link: if live.is_sending(tallies) { Link::Sending } else { live.link },
            waiting_changes: sum(|t| t.changes),
            waiting_photos: sum(|t| t.photos),
            waiting_jobs: sum(|t| u32::from(t.changes + t.photos > 0)),
            waiting_bytes: tallies.values().map(|t| t.bytes).sum(),
            refused: sum(|t| t.refused),
            last_received: device.receipt_at,
            last_sync: live.last_sync.or(device.last_sync),
            next_try: live.next_try,
            problem: live.problem.clone().or(mismatch),
            clock_off: if ahead.unsigned_abs() >= CLOCK_OFF {
                i32::try_from(ahead / 1000).unwrap_or(i32::MAX)
            } else {
                0
            },
            zone: other_zone(self.clock.offset(), device.office_zone, device.zone),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standing_of_a_job_is_what_weighs_most() {
        let id = WorkOrderId(uuid::Uuid::from_u128(1));
        let at = DateTime::<Utc>::default();
        let live = Live::default();
        let sending = Live { sending: Some(HashMap::from([(id, 5)])), heard: true, ..Live::default() };
        let unheard = Live { sending: Some(HashMap::from([(id, 5)])), ..Live::default() };
        let tally = |changes, refused, photos| Tally { changes, refused, photos, bytes: 0 };
        for (live, tally, received, standing) in [
            (&live, tally(0, 0, 0), None, Standing::Untouched {}),
            (&live, tally(2, 0, 1), None, Standing::Local { changes: 2, photos: 1 }),
            (&sending, tally(2, 0, 1), None, Standing::Sending { done: 2, total: 5 }),
            (&unheard, tally(2, 0, 1), None, Standing::Local { changes: 2, photos: 1 }),
            (&sending, tally(0, 0, 0), Some(at), Standing::Received { at }),
            (&live, tally(0, 0, 3), Some(at), Standing::ReceivedPart { photos: 3 }),
            (&sending, tally(1, 1, 0), Some(at), Standing::Refused { count: 1 }),
        ] {
            assert_eq!(live.standing(id, tally, received), standing);
        }
    }
}
