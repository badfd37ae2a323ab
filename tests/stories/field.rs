//! Wang Lei in the field: his phone with the day on it, and the office that he may or may not reach.

use chrono::Utc;
use jobsheet_model::change::*;
use jobsheet_model::{What, WorkOrderId};
use jobsheet_office::Office;
use jobsheet_phone::{Options, Phone, TestClock};
use jobsheet_tests::carry::pass;
use jobsheet_tests::company::Company;
use std::sync::Arc;

pub struct Field {
    pub company: Arc<Company>,
    pub clock: Arc<TestClock>,
    pub phone: Phone,
    pub id: WorkOrderId,
    _folder: tempfile::TempDir,
}

/// Wang Lei has his day on a phone; another phone of his may follow.
pub async fn at(company: &Arc<Company>) -> Field {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = Arc::new(TestClock::at(&Utc::now().to_rfc3339()));
    let options =
        Options { data: folder.path().into(), office: None, version: "test".into(), clock: clock.clone() };
    let phone = Phone::open(options).expect("the phone opens");
    let address = format!("http://{}", company.address);
    phone.sign_in(&address, "wang.lei", "demo-wang-lei").await.expect("signed in");
    pass(&phone, &company.office, &*clock, |_, heard| heard).await.expect("the day");
    let id = phone.today().expect("today").jobs[0].id;
    Field { company: company.clone(), clock, phone, id, _folder: folder }
}

pub async fn alone() -> Field {
    at(&Arc::new(Company::opens().await)).await
}

impl Field {
    pub fn office(&self) -> &Office {
        &self.company.office
    }

    pub fn records(&self, what: impl Into<What>) {
        self.phone.record(self.id, what.into()).expect("recorded");
    }

    pub fn note(&self, text: &str) {
        self.records(KnownWhat::NoteWritten { text: text.into() });
    }

    pub async fn sends(&self) {
        pass(&self.phone, self.office(), &*self.clock, |_, heard| heard).await.expect("a pass");
    }

    pub async fn fails_to_send(&self) {
        let cut = pass(&self.phone, self.office(), &*self.clock, |_, _| Err("no signal".into())).await;
        assert_eq!(cut.expect_err("no signal").code, "office_unreachable");
    }

    pub fn waiting(&self) -> (u32, u32) {
        let sync = self.phone.outbox().expect("an outbox").sync;
        (sync.waiting_changes, sync.waiting_photos)
    }

    pub fn picture(&self) {
        let bytes = std::fs::read(jobsheet_tests::photo("part")).expect("a picture");
        self.phone.add_photo(self.id, PhotoSubject::During, None, &bytes).expect("kept");
    }

    /// Both sides say the same, and nothing is left.
    pub fn all_is_there(&self) {
        assert_eq!(self.waiting(), (0, 0));
        let sheet = self.phone.job(self.id).expect("a job").sheet;
        assert_eq!(self.office().sheet(self.id).expect("a store"), Some(sheet));
    }
}
