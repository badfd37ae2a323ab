//! What is true of the phone: the real core on a real database, against a stub of an office.

mod keys;
mod me;
mod outside;
mod photos;
mod recording;
mod rescue;
mod stub;
mod syncing;

use jobsheet_model::{WorkOrderId, change::KnownWhat};
use jobsheet_phone::{Options, Phone, TestClock};
use std::path::Path;
use std::sync::Arc;
use stub::{NOON, Stub};

/// A phone in a folder of its own, with a clock moved by hand.
pub struct Pocket {
    pub phone: Phone,
    pub clock: Arc<TestClock>,
    pub folder: tempfile::TempDir,
}

pub fn open(folder: &Path, clock: &Arc<TestClock>) -> Phone {
    Phone::open(Options {
        data: folder.to_owned(),
        office: None,
        version: "0.1.0".into(),
        clock: clock.clone(),
    })
    .unwrap()
}

impl Pocket {
    pub fn fresh() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock::at(NOON));
        Self { phone: open(folder.path(), &clock), clock, folder }
    }

    /// Ines is signed in and has pulled once.
    pub async fn at(office: &Stub) -> Self {
        let pocket = Self::fresh();
        office.office().clock = Some(pocket.clock.clone());
        pocket.phone.sign_in(&office.address, "ines", "cellar").await.unwrap();
        pocket.phone.sync_once().await.unwrap();
        pocket
    }

    /// The app is closed and opened again.
    pub fn reopen(self) -> Self {
        drop(self.phone);
        Self { phone: open(self.folder.path(), &self.clock), clock: self.clock, folder: self.folder }
    }

    /// A copy of its folder as it is now, as a system's backup makes it.
    pub fn copied(&self) -> tempfile::TempDir {
        fn copy(from: &Path, to: &Path) {
            std::fs::create_dir_all(to).unwrap();
            for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
                let to = to.join(entry.file_name());
                match entry.file_type().unwrap().is_dir() {
                    true => copy(&entry.path(), &to),
                    // What SQLite keeps in shared memory is no part of a file system.
                    false if entry.file_name().to_string_lossy().ends_with("-shm") => {}
                    false => drop(std::fs::copy(entry.path(), to).unwrap()),
                }
            }
        }
        let folder = tempfile::tempdir().unwrap();
        copy(self.folder.path(), folder.path());
        folder
    }

    pub fn note(&self, id: WorkOrderId, text: &str) {
        self.phone.record(id, KnownWhat::NoteWritten { text: text.into() }.into()).unwrap();
    }

    pub fn notes(&self, id: WorkOrderId) -> Vec<String> {
        self.phone.job(id).unwrap().sheet.notes.into_iter().map(|n| n.text).collect()
    }

    pub fn waiting(&self) -> u32 {
        self.phone.outbox().unwrap().sync.waiting_changes
    }

    /// Recorded, held by the office, kept here all the same.
    pub fn ledger(&self) -> (u64, u64, u64) {
        let ledger = self.phone.outbox().unwrap().ledger;
        (ledger.recorded, ledger.held, ledger.kept)
    }

    pub fn problem(&self) -> String {
        self.phone.outbox().unwrap().sync.problem.map(|p| p.code).unwrap_or_default()
    }
}

pub fn id(n: u128) -> WorkOrderId {
    WorkOrderId(uuid::Uuid::from_u128(n))
}

/// A photograph nobody has seen before.
pub fn picture(seed: u8) -> Vec<u8> {
    let pixels = image::RgbImage::from_fn(400, 300, |x, y| {
        let n = x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503).wrapping_add(u32::from(seed) * 7919);
        image::Rgb([n as u8, (n >> 8) as u8, (n >> 16) as u8])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    pixels.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}
