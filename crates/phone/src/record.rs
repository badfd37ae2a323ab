//! How a change becomes durable, and how sheets are folded.
//!
//! Everything that belongs to one change is one transaction: the outbox row, the new sheet, the photo, the
//! phone's chain (I1). It waits for nothing but the disk (I7).

use crate::{
    error::{Error, Result},
    moment::uuid_at,
    phone::{Core, Signed},
    photos::Developed,
    store::{FromVan, Rows, lay, no_such_job},
};
use chrono::SecondsFormat;
use jobsheet_model::{
    Change, ChangeId, Digest, Moment, Problem, Sheet, What, WorkOrder, WorkOrderId, apply,
    change::{KnownWhat, PartSource},
    planted,
    prepare::prepare,
    sheet::{OnPaper, voids_the_paper},
    sign_off::PhoneSignature,
    times::SpanKind,
    view::{Event, Job, Review},
};

/// So many changes of a sheet are laid on its row when it is read, before the row is written anew.
const LATER: usize = 16;

/// What may become of a paper that the customer has signed (E11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedPaper {
    /// What would void it is not recorded: whoever is at work is asked first.
    Stands,
    /// They were asked, or nobody is there to be asked.
    MayBeVoided,
}

impl From<bool> for SignedPaper {
    /// Whether it may be voided.
    fn from(may: bool) -> Self {
        if may { Self::MayBeVoided } else { Self::Stands }
    }
}

fn voids_paper(paper: &OnPaper) -> Problem {
    Problem::new("voids_paper", "The customer signed on paper; with this change that no longer counts.")
        .with("name", &paper.signatory)
        .with("at", paper.at.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// Says what is so: it was saved, and need not be entered again.
fn saved_not_shown(why: Error) -> Error {
    tracing::error!("a record was saved and its job cannot be shown: {:?}", Problem::from(why).code);
    Problem::new("saved_not_shown", "This was saved, but the job cannot be shown. Open the app anew.").into()
}

impl Core {
    /// Records what happened, and shows the job as it is then.
    pub fn record(
        &self,
        id: WorkOrderId,
        what: What,
        photo: Option<&Developed>,
        paper: SignedPaper,
    ) -> Result<Job> {
        let signed = self.signed()?;
        self.put_down(id, what, photo, paper)?;
        // From here on it is saved, whatever becomes of showing it, and whoever signs out meanwhile.
        let shown = signed
            .store
            .read_written(id, |rows, row| self.job_of(rows, &signed.account.technician, row))
            .or_else(|_| self.job(id));
        shown.map_err(saved_not_shown)
    }

    /// Records what happened: it is on the disk when this returns. A work order that is gone or cancelled takes it like
    /// any other (P15).
    pub fn put_down(
        &self,
        id: WorkOrderId,
        what: What,
        photo: Option<&Developed>,
        paper: SignedPaper,
    ) -> Result<()> {
        let signed = self.signed()?;
        let technician = &signed.account.technician;
        signed.store.write_job(id, |rows, known| {
            let device = rows.device()?;
            let at = self.moment(device.ahead.as_ref());
            let now = at.best();
            if let What::Known(KnownWhat::SheetOpened { opened }) = &what
                && known.is_none()
                && rows.base(id)?.is_none()
            {
                let order = WorkOrder::opened_on_site(id, opened, technician, now);
                rows.put_base(0, &order, &Sheet::empty(id), now)?;
            }
            let mut row = match known {
                Some(row) => row,
                None => rows.work_order(id)?.ok_or_else(no_such_job)?,
            };
            let (order, sheet) = (&row.order, &mut row.sheet);
            if let (SignedPaper::Stands, What::Known(known), Some(signed)) = (paper, &what, &sheet.on_paper)
                && voids_the_paper(sheet, known)
            {
                return Err(voids_paper(signed).into());
            }
            let change = Change {
                id: ChangeId(uuid_at(at.utc)),
                device: device.id,
                sequence: device.sequence + 1,
                previous: device.hash,
                author: technician.id,
                work_order: id,
                base: order.version,
                template: format!("{}/{}", order.template.id, order.template.version),
                what: witnessed(&signed, id, prepare(order, sheet, with_stock(rows, what)?)?, &at),
                at,
            };
            let body = serde_json::to_string(&change)?;
            // What is applied here is what the office will read: the bytes, not the value they were made from.
            let change: Change = serde_json::from_str(&body)?;
            let from_van = FromVan::of(sheet);
            apply(sheet, &change)?;

            if planted::on("two_transactions") {
                rows.save_sheet(sheet, Some(&from_van))?;
                rows.commit_early()?;
            }
            if let Some(photo) = photo.filter(|_| !planted::on("photo_apart")) {
                rows.add_photo(&photo.digest, id, now, &photo.thumb, &photo.bytes)?;
            }
            // The whole sheet is many pages, and each is sealed anew: it is written once in a while.
            let later = row.later + 1 < LATER && !planted::on("two_transactions");
            rows.add_change(&change, &body, &Digest::of(body.as_bytes()), photo.map(|p| &p.digest), later)?;
            if let Some(photo) = photo.filter(|_| planted::on("photo_apart")) {
                rows.save_sheet(sheet, Some(&from_van))?;
                rows.commit_early()?;
                rows.add_photo(&photo.digest, id, now, &photo.thumb, &photo.bytes)?;
            }
            if later {
                rows.save_listed(sheet, Some(&from_van))?;
                row.later += 1;
            } else {
                rows.save_sheet(sheet, Some(&from_van))?;
                row.later = 0;
            }
            Ok(row)
        })?;
        self.tell(Event::Job { work_order: id });
        self.nudge.notify_one();
        Ok(())
    }

    pub fn review(&self, id: WorkOrderId, language: jobsheet_model::Language) -> Result<Review> {
        let store = &self.signed()?.store;
        let sheet = store.read(|rows| rows.work_order(id))?.ok_or_else(no_such_job)?.sheet;
        let runs =
            sheet.spans.iter().any(|s| s.to.is_none() && matches!(s.kind, SpanKind::Work | SpanKind::Pause));
        if runs && !sheet.is_locked() {
            self.put_down(id, KnownWhat::WorkFinished {}.into(), None, SignedPaper::MayBeVoided)?;
        }
        store.read(|rows| {
            let known = rows.work_order(id)?.ok_or_else(no_such_job)?;
            let document = jobsheet_model::document::document(&known.order, &known.sheet, language);
            let digest = document.digest();
            Ok(Review {
                code: digest.code(),
                digest,
                document,
                total: jobsheet_model::charges::charges(&known.order, &known.sheet, None).total,
                missing: crate::views::missing(&known.order, &known.sheet),
            })
        })
    }
}

/// A sign-off with this phone's signature under it, whatever came with it; everything else as it is.
fn witnessed(signed: &Signed, id: WorkOrderId, mut what: What, at: &Moment) -> What {
    if let What::Known(KnownWhat::SignedOff { act, phone, .. }) = &mut what {
        *phone = signed.proof.as_ref().map(|proof| PhoneSignature::under(&proof.key, id, act, at).into());
    }
    what
}

/// Beside a part from the van, how many of it that was known to carry (P12).
fn with_stock(rows: &Rows<'_>, what: What) -> Result<What> {
    Ok(match what {
        What::Known(KnownWhat::PartFitted {
            line,
            part,
            quantity,
            serial_in,
            serial_out,
            from,
            old_part,
            on_van: _,
        }) => {
            let on_van = match from {
                PartSource::Van => rows.van_without(&part.number, line)?,
                PartSource::Office | PartSource::Customer | PartSource::Bought => None,
            };
            KnownWhat::PartFitted { line, part, quantity, serial_in, serial_out, from, old_part, on_van }
                .into()
        }
        other => other,
    })
}

/// Sheet = base + waiting changes (I4).
pub(crate) fn fold(rows: &Rows<'_>, id: WorkOrderId) -> Result<()> {
    let Some(mut sheet) = rows.base(id)? else { return Ok(()) };
    rows.to_lay(id)?.iter().for_each(|change| lay(&mut sheet, change));
    rows.save_sheet(&sheet, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        device::Account,
        moment::TestClock,
        phone::{Options, Phone, Signed},
        store::Store,
    };
    use jobsheet_model::{
        DeviceId, TechnicianId, change::OpenedSheet, change::PhotoSubject, place::Position,
        work_order::Technician,
    };
    use std::sync::Arc;

    const ID: WorkOrderId = WorkOrderId(uuid::Uuid::from_u128(1));

    fn note(text: &str) -> What {
        KnownWhat::NoteWritten { text: text.into() }.into()
    }

    fn signed_in(folder: &std::path::Path) -> (Phone, Arc<Signed>) {
        let clock = Arc::new(TestClock::at("2026-11-22T04:00:00Z"));
        let phone =
            Phone::open(Options { data: folder.into(), office: None, version: "0".into(), clock }).unwrap();
        let core = phone.core();
        let id = TechnicianId(uuid::Uuid::from_u128(2));
        let account = Account {
            technician: Technician {
                id,
                login: "ines".into(),
                name: "Ines".into(),
                phone: String::new(),
                base: Position::new(30.0, 104.0),
            },
            login: "ines".into(),
            office: "http://127.0.0.1:1".into(),
            company: String::new(),
            file: format!("{id}.db"),
            enrolment: None,
            locks: Default::default(),
        };
        let signed = Arc::new(core.signed_with(account, crate::keys::fresh()).unwrap());
        core.seat(Some(signed.clone()));
        let opened = OpenedSheet {
            customer: "Walk-in".into(),
            contact: String::new(),
            phone: String::new(),
            address: String::new(),
            equipment: String::new(),
            serial: "S1".into(),
            symptom: String::new(),
        };
        phone.record(ID, KnownWhat::SheetOpened { opened }.into()).unwrap();
        (phone, signed)
    }

    #[test]
    fn p3_a_full_disk_is_said_and_takes_nothing_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let (phone, signed) = signed_in(folder.path());
        phone.record(ID, note("before")).unwrap();
        let photo = image::RgbImage::from_fn(600, 600, |x, y| {
            let n = x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503_001);
            image::Rgb([n as u8, (n >> 8) as u8, (n >> 16) as u8])
        });
        let mut png = std::io::Cursor::new(Vec::new());
        photo.write_to(&mut png, image::ImageFormat::Png).unwrap();

        signed.store.limit_pages(1);
        let before = phone.job(ID).unwrap().sheet;
        let full: Vec<Problem> = [
            phone.record(ID, note(&"x".repeat(3_900))).err(),
            phone.add_photo(ID, PhotoSubject::Before, None, png.get_ref()).err(),
        ]
        .into_iter()
        .flatten()
        .collect();
        assert_eq!(full.iter().map(|p| p.code.as_str()).collect::<Vec<_>>(), ["disk_full"; 2]);
        assert_eq!(phone.job(ID).unwrap().sheet, before);
        assert_eq!(phone.outbox().unwrap().sync.waiting_changes, 2);
        assert_eq!(phone.outbox().unwrap().sync.waiting_photos, 0);

        signed.store.limit_pages(1_000_000);
        phone.record(ID, note("after")).unwrap();
        phone.add_photo(ID, PhotoSubject::Before, None, png.get_ref()).unwrap();
        let sequences: Vec<u64> =
            signed.store.read(|rows| Ok(rows.sendable()?.iter().map(|w| w.sequence).collect())).unwrap();
        assert_eq!(sequences, [1, 2, 3, 4], "no gap in the chain");
    }

    #[test]
    fn p25_a_change_that_only_a_newer_version_knows_is_recorded_whole() {
        let folder = tempfile::tempdir().unwrap();
        let (phone, signed) = signed_in(folder.path());
        let future = serde_json::json!({"what":"robot_sent","legs":4});
        let job = phone.record(ID, serde_json::from_value(future).unwrap()).unwrap();
        assert_eq!(job.sheet.unknown.len(), 1);
        let waiting = signed.store.read(|rows| rows.waiting(2)).unwrap().unwrap();
        assert!(waiting.body.contains(r#""what":{"legs":4,"what":"robot_sent"}"#), "{}", waiting.body);
    }

    #[test]
    fn a_thread_that_died_holding_the_database_stops_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let (phone, signed) = signed_in(folder.path());
        let store = signed.store.clone();
        let died = std::thread::spawn(move || store.write::<()>(|_| panic!("a bug")));
        assert!(died.join().is_err());
        phone.record(ID, note("after")).unwrap();
        assert_eq!(phone.job(ID).unwrap().sheet.notes.len(), 1);
    }

    #[test]
    fn a_waiting_change_that_no_longer_fits_is_kept_and_sent() {
        let folder = tempfile::tempdir().unwrap();
        let (phone, signed) = signed_in(folder.path());
        phone.record(ID, note("mine")).unwrap();
        // The office's sheet has been opened already, so opening it again does not fit.
        let sheet = phone.job(ID).unwrap().sheet;
        let order = phone.job(ID).unwrap().order;
        signed
            .store
            .write(|rows| {
                rows.put_base(1, &order, &sheet, order.from)?;
                fold(rows, ID)
            })
            .unwrap();
        assert_eq!(phone.outbox().unwrap().sync.waiting_changes, 2);
        assert_eq!(phone.job(ID).unwrap().sheet.notes.len(), 2, "the one that fits is laid on top");
    }

    /// Texts of the notes, as every reader sees them: a screen, a list, and the database opened anew.
    fn notes(phone: &Phone, signed: &Signed, folder: &std::path::Path) -> Vec<String> {
        let texts = |sheet: &Sheet| sheet.notes.iter().map(|note| note.text.clone()).collect::<Vec<_>>();
        let shown = texts(&phone.job(ID).unwrap().sheet);
        let listed = signed.store.read(|rows| rows.of_equipment("", "S1")).unwrap();
        assert_eq!(texts(&listed[0].1), shown);
        let worked_on = signed.store.read(|rows| rows.sheets_since(chrono::DateTime::UNIX_EPOCH)).unwrap();
        assert_eq!(worked_on.iter().map(texts).collect::<Vec<_>>(), std::slice::from_ref(&shown));
        let file = folder.join("technicians").join(&signed.account.file);
        let anew = Store::open(&file, &signed.database, DeviceId(uuid::Uuid::nil())).unwrap();
        let row = anew.read(|rows| rows.work_order(ID)).unwrap().unwrap();
        assert_eq!(texts(&row.sheet), shown);
        // Whatever lies in the row, it is the base with the waiting changes on it (I4).
        let mut folded = anew.read(|rows| rows.base(ID)).unwrap().unwrap();
        anew.read(|rows| rows.to_lay(ID)).unwrap().iter().for_each(|change| lay(&mut folded, change));
        assert_eq!(folded, row.sheet);
        shown
    }

    #[test]
    fn i4_what_was_recorded_since_the_row_was_written_is_on_the_sheet_of_every_reader() {
        let folder = tempfile::tempdir().unwrap();
        let (phone, signed) = signed_in(folder.path());
        phone.record(ID, KnownWhat::WorkStarted {}.into()).unwrap();
        let mut written: Vec<String> = Vec::new();
        for nth in 0..2 * LATER + 3 {
            written.push(format!("note {nth}"));
            let job = phone.record(ID, note(&written[nth])).unwrap();
            assert_eq!(job.sheet.notes.len(), written.len());
            assert_eq!(notes(&phone, &signed, folder.path()), written);
        }
        let later = signed.store.read(|rows| rows.work_order(ID)).unwrap().unwrap().later;
        assert!(later > 0 && later < LATER, "{later} are read each time");
    }

    #[test]
    fn i4_a_base_a_refusal_and_a_new_identity_reach_what_was_recorded_since_the_row_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let (phone, signed) = signed_in(folder.path());
        phone.record(ID, KnownWhat::WorkStarted {}.into()).unwrap();
        phone.record(ID, note("one")).unwrap();
        let base = phone.job(ID).unwrap();
        phone.record(ID, note("two")).unwrap();
        // The office holds the first three records, and sends the sheet that they make.
        let store = &signed.store;
        store
            .write(|rows| {
                rows.put_base(1, &base.order, &base.sheet, base.order.from)?;
                rows.rebase(ID, |sequence| sequence <= 3)?;
                fold(rows, ID)
            })
            .unwrap();
        phone.record(ID, note("three")).unwrap();
        assert_eq!(notes(&phone, &signed, folder.path()), ["one", "two", "three"]);

        store
            .write(|rows| {
                rows.refuse(5, jobsheet_model::Refusal::Malformed)?;
                fold(rows, ID)
            })
            .unwrap();
        phone.record(ID, note("four")).unwrap();
        assert_eq!(notes(&phone, &signed, folder.path()), ["one", "two", "four"]);

        // Numbered anew, from one; and the next records take up numbers that were others' before.
        store.write(|rows| rows.renew(DeviceId(uuid::Uuid::from_u128(7)))).unwrap();
        phone.record(ID, note("five")).unwrap();
        assert_eq!(notes(&phone, &signed, folder.path()), ["one", "two", "four", "five"]);
    }

    #[test]
    fn what_is_saved_and_cannot_be_shown_is_told_to_be_saved() {
        let folder = tempfile::tempdir().unwrap();
        let (phone, signed) = signed_in(folder.path());
        phone.record(ID, note("one")).unwrap();
        // A request for a part that cannot be read: nothing can say what of the job still waits.
        let file = folder.path().join("technicians").join(&signed.account.file);
        let db = jobsheet_sqlite::open_sealed_reader(&file, &signed.database).unwrap();
        db.pragma_update(None, "query_only", false).unwrap();
        let put = |what: &str, body: &str| {
            db.execute("UPDATE outbox SET what = ?1, body = ?2 WHERE sequence = 2", [what, body]).unwrap();
        };
        let body: String =
            db.query_row("SELECT body FROM outbox WHERE sequence = 2", [], |row| row.get(0)).unwrap();
        put("part_requested", "{");
        assert_eq!(phone.record(ID, note("two")).unwrap_err().code, "saved_not_shown");
        put("note_written", &body);
        let texts: Vec<String> =
            phone.job(ID).unwrap().sheet.notes.into_iter().map(|note| note.text).collect();
        assert_eq!(texts, ["one", "two"]);
    }

    #[test]
    fn what_is_known_of_a_job_is_forgotten_when_anything_else_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let (phone, signed) = signed_in(folder.path());
        phone.record(ID, KnownWhat::WorkStarted {}.into()).unwrap();
        let order = phone.record(ID, note("one")).unwrap().order;
        let renamed = |name: &str| {
            let mut order = order.clone();
            order.customer.name = name.into();
            order
        };
        let shown = |text: &str| phone.record(ID, note(text)).unwrap().order.customer.name;
        let empty = Sheet::empty(ID);
        signed.store.write(|rows| rows.put_base(1, &renamed("by the office"), &empty, order.from)).unwrap();
        assert_eq!(shown("two"), "by the office");

        // By another handle on the same file.
        let file = folder.path().join("technicians").join(&signed.account.file);
        let other = Store::open(&file, &signed.database, DeviceId(uuid::Uuid::nil())).unwrap();
        other.write(|rows| rows.put_base(2, &renamed("by another"), &empty, order.from)).unwrap();
        assert_eq!(shown("three"), "by another");

        // A record that was not kept is not known either.
        signed.store.limit_pages(1);
        assert!(phone.record(ID, note(&"x".repeat(3_900))).is_err());
        signed.store.limit_pages(1_000_000);
        let job = phone.record(ID, note("four")).unwrap();
        assert_eq!(job.sheet.notes.len(), 4);
        assert_eq!(notes(&phone, &signed, folder.path()).len(), 4);
    }
}
