//! What concerns the technician and the phone rather than one job: working hours, what a machine has been through, and
//! what may be sent when something does not work.

use crate::{
    error::Result,
    phone::{Core, lock},
    store::{Rows, no_such_job},
};
use jobsheet_model::{
    Problem, WorkOrderId,
    asset::{Asset, asset, is_same},
    diagnostics::{self, Diagnostics, Records},
    hours::{Hours, hours, week_begins},
    view::{Event, Preparing},
    wire::PROTOCOL,
};
use std::{fs, path::Path};

impl Core {
    /// Today and this week, by the taps of every job on this phone.
    pub fn hours(&self) -> Result<Hours> {
        let offset = self.clock.offset();
        self.signed()?.store.read(|rows| {
            let now = self.now(rows.device()?.ahead.as_ref());
            let sheets = rows.sheets_since(week_begins(now, offset))?;
            Ok(hours(sheets.iter().flat_map(|sheet| &sheet.spans), now, offset))
        })
    }

    /// The machine of a job, and its last visits, with what this phone holds of them.
    pub fn asset(&self, id: WorkOrderId) -> Result<Asset> {
        let offset = self.clock.offset();
        self.signed()?.store.read(|rows| {
            let order = rows.work_order(id)?.ok_or_else(no_such_job)?.order;
            let mut held = match &order.equipment {
                Some(machine) => rows.of_equipment(&machine.id, &machine.serial)?,
                None => Vec::new(),
            };
            held.retain(|(other, _)| {
                order.equipment.as_ref().zip(other.equipment.as_ref()).is_some_and(|(a, b)| is_same(a, b))
            });
            let mut here = std::collections::BTreeSet::new();
            for (other, _) in &held {
                here.extend(rows.photos_here(other.id)?);
            }
            Ok(asset(&order, &held, offset, |digest| here.contains(digest)))
        })
    }

    /// The technician has seen what the office changed in a plan.
    pub fn changes_seen(&self, id: WorkOrderId) -> Result<()> {
        self.signed()?.store.write(|rows| rows.save_seen_plan(id, None))?;
        self.tell(Event::Job { work_order: id });
        Ok(())
    }

    /// Remembers what went wrong, by its code, until the app is closed.
    pub fn note(&self, problem: &Problem) {
        diagnostics::note(&mut lock(&self.troubles), &problem.code, self.clock.utc());
    }

    /// Also when nobody is signed in, or when the records cannot be read: then that is what it tells.
    pub fn diagnostics(&self) -> Result<Diagnostics> {
        let session = self.session()?;
        let records = self.records().inspect_err(|why| tracing::info!("diagnostics without records: {why}"));
        Ok(Diagnostics {
            made_at: self.clock.utc(),
            app: self.version.clone(),
            protocol: PROTOCOL.to_owned(),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            offset: self.clock.offset(),
            language: session.settings.language,
            theme: session.settings.theme,
            text_size: session.settings.text_size,
            photo_edge: session.settings.photo_edge,
            key_store: session.key_store,
            pin: session.pin,
            locked: session.locked,
            technicians: u32::try_from(session.known.len()).unwrap_or(u32::MAX),
            free: fs4::available_space(&self.data).ok(),
            folder: bytes_in(&self.data),
            records: records.ok(),
            troubles: lock(&self.troubles).clone(),
        })
    }

    fn records(&self) -> Result<Records> {
        self.signed()?.store.read(|rows| {
            let sync = self.sync_status(rows, &rows.tallies()?)?;
            let (device, counts) = (rows.device()?, rows.counts()?);
            Ok(Records {
                link: sync.link,
                last_sync: sync.last_sync,
                last_received: sync.last_received,
                clock_off: sync.clock_off,
                complete: device.complete,
                jobs: counts.jobs,
                recorded: device.sequence,
                held: device.receipt_sequence,
                kept: rows.count_kept()?,
                waiting_changes: sync.waiting_changes,
                waiting_photos: sync.waiting_photos,
                waiting_bytes: sync.waiting_bytes,
                refused: sync.refused,
                photos: counts.photos,
                photo_bytes: counts.photo_bytes,
                parts: counts.parts,
                faults: counts.faults,
                drafts: counts.drafts,
            })
        })
    }

    /// How far the phone is from working anywhere: signed in, its jobs, and the three sets of reference data.
    pub(crate) fn preparing(&self, rows: &Rows<'_>) -> Result<Option<Preparing>> {
        const SETS: [&str; 3] = ["parts", "faults", "van"];
        let device = rows.device()?;
        if device.complete && device.reference.is_some() {
            return Ok(None);
        }
        let held = rows.sets_held()?;
        let open: Vec<&str> = SETS.into_iter().filter(|set| !held.iter().any(|name| name == set)).collect();
        let sizes = lock(&self.live).sets.clone();
        let (what, bytes) = match open.first() {
            _ if !device.complete => ("jobs", None),
            Some(set) => (*set, sizes.get(*set).copied()),
            None => return Ok(None),
        };
        let done = 1 + usize::from(device.complete) + SETS.len() - open.len();
        Ok(Some(Preparing {
            done: u32::try_from(done).unwrap_or(0),
            total: 2 + u32::try_from(SETS.len()).unwrap_or(0),
            what: what.to_owned(),
            bytes,
        }))
    }
}

/// What a folder holds, as far as it can be read.
fn bytes_in(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let size = |entry: fs::DirEntry| match entry.metadata() {
        Ok(meta) if meta.is_dir() => bytes_in(&entry.path()),
        Ok(meta) => meta.len(),
        Err(_) => 0,
    };
    entries.flatten().map(size).sum()
}
