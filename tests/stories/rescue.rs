//! The phone's radio is broken, or the office lets it in no more: its work comes by hand, as one file.

use jobsheet_model::act::{Act, Entry};
use jobsheet_model::change::{KnownWhat, PhotoSubject};
use jobsheet_model::view::{RescueFile, RescueTaken};
use jobsheet_model::{Digest, Sheet, WorkOrderId};
use jobsheet_office::NoRescue;
use jobsheet_phone::{Options, Phone};
use jobsheet_tests::company::Company;
use jobsheet_tests::link::{Break, Link};
use jobsheet_tests::photo;
use std::fs::File;

struct Field {
    company: Company,
    link: Link,
    phone: Phone,
    id: WorkOrderId,
    _folder: tempfile::TempDir,
}

/// Wang Lei has his day on the phone; then there is no way to the office any more.
async fn cut_off() -> Field {
    let company = Company::opens().await;
    let link = Link::to(company.address).await.expect("a link");
    let folder = tempfile::tempdir().expect("a folder");
    let phone = Phone::open(Options::new(folder.path().into(), None, "test".into())).expect("a phone");
    phone.sign_in(&link.url(), "wang.lei", "demo-wang-lei").await.expect("signed in");
    phone.sync_once().await.expect("the day arrives");
    let id = phone.today().expect("today").jobs[0].id;
    link.set(Break::Now);
    Field { company, link, phone, id, _folder: folder }
}

impl Field {
    fn note(&self, text: &str) {
        self.phone.record(self.id, KnownWhat::NoteWritten { text: text.into() }.into()).expect("recorded");
    }

    fn picture(&self, name: &str) -> Digest {
        let bytes = std::fs::read(photo(name)).expect("a picture");
        let job = self.phone.add_photo(self.id, PhotoSubject::During, None, &bytes).expect("kept");
        job.sheet.photos.last().expect("a photo").digest.clone()
    }

    /// Three notes and two photos.
    fn works(&self) -> Vec<Digest> {
        self.note("no signal");
        let first = self.picture("before");
        self.note("still none");
        let second = self.picture("after");
        self.note("gave up");
        vec![first, second]
    }

    fn exports(&self) -> RescueFile {
        self.phone.rescue_export().expect("a file")
    }

    fn imports(&self, file: &RescueFile) -> Result<RescueTaken, NoRescue> {
        self.company.office.take_rescue(&File::open(&file.path).expect("the file"), "周莉", false)
    }

    /// What technicians did, in the office's journal.
    fn journalled(&self) -> Vec<Entry> {
        let journal = self.company.office.journal(self.id).expect("a journal");
        journal.into_iter().map(|line| line.entry).filter(|one| matches!(one, Entry::Change(_))).collect()
    }

    fn at_office(&self) -> Sheet {
        self.company.office.sheet(self.id).expect("a store").expect("a sheet")
    }

    fn on_phone(&self) -> Sheet {
        self.phone.job(self.id).expect("a job").sheet
    }

    fn waiting(&self) -> (u32, u32) {
        let sync = self.phone.outbox().expect("an outbox").sync;
        (sync.waiting_changes, sync.waiting_photos)
    }

    async fn signal_returns(&self) {
        self.link.set(Break::Never);
        self.phone.sync_once().await.expect("sent");
    }

    fn all_is_well(&self, photos: &[Digest]) {
        assert_eq!(self.waiting(), (0, 0));
        assert_eq!(self.at_office(), self.on_phone());
        for digest in photos {
            let bytes = self.company.office.photo(digest).expect("whole at the office");
            assert_eq!(&Digest::of(&bytes), digest);
        }
        assert_eq!(self.phone.outbox().expect("an outbox").sync.problem, None);
        assert!(self.company.office.raised(self.id).expect("a store").is_empty());
    }
}

fn counts(taken: &RescueTaken) -> [u32; 6] {
    let RescueTaken { accepted, duplicates, refused, photos, photos_held, photos_refused, .. } = *taken;
    [accepted, duplicates, refused, photos, photos_held, photos_refused]
}

/// P1, P8: the file arrives, then it arrives again, then the phone itself: everything is there once.
#[tokio::test(flavor = "multi_thread")]
async fn work_that_came_as_a_file_is_there_once_whatever_comes_after_it() {
    let field = cut_off().await;
    let photos = field.works();
    let file = field.exports();
    assert_eq!((file.waiting, file.kept, file.photos), (5, 0, 2));
    assert_eq!(field.waiting(), (5, 2), "a file is no receipt");

    let taken = field.imports(&file).expect("taken");
    assert_eq!(counts(&taken), [5, 0, 0, 2, 0, 0]);
    assert_eq!((taken.technician_name.as_str(), taken.revoked), ("王磊", false));
    assert_eq!(field.at_office(), field.on_phone());
    assert_eq!(field.journalled().len(), 5);
    let given_in = || {
        let journal = field.company.office.journal(field.id).expect("a journal").into_iter();
        let acts = journal.filter(|line| matches!(line.entry, Entry::Act(Act::Rescued {})));
        acts.map(|line| line.actor).collect::<Vec<_>>()
    };
    assert_eq!(given_in(), ["周莉"]);

    assert_eq!(counts(&field.imports(&file).expect("taken again")), [0, 5, 0, 0, 2, 0]);
    // Another one, with more in it: only what is more is new.
    field.note("and one more");
    assert_eq!(counts(&field.imports(&field.exports()).expect("taken")), [1, 5, 0, 0, 2, 0]);

    field.signal_returns().await;
    field.all_is_well(&photos);
    assert_eq!(field.journalled().len(), 6);
    assert_eq!(given_in(), ["周莉", "周莉"], "once for each file that brought something");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_comes_after_the_phone_has_sent_brings_nothing_and_changes_nothing() {
    let field = cut_off().await;
    let photos = field.works();
    let file = field.exports();
    field.signal_returns().await;
    field.all_is_well(&photos);
    assert_eq!(field.journalled().len(), 5);

    assert_eq!(counts(&field.imports(&file).expect("taken")), [0, 5, 0, 0, 2, 0]);
    assert_eq!(field.journalled().len(), 5);
    field.note("the phone goes on as ever");
    field.phone.sync_once().await.expect("sent");
    field.all_is_well(&photos);
}

/// P3: half of it went by itself, with a photo cut in the middle; the file brings the rest.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_completes_what_was_cut_off_in_the_middle() {
    let field = cut_off().await;
    let photos = field.works();
    field.link.set(Break::AfterUp(60_000));
    assert!(field.phone.sync_once().await.is_err());
    field.link.set(Break::Now);
    let file = field.exports();
    let taken = field.imports(&file).expect("taken");
    assert_eq!((taken.accepted + taken.duplicates, taken.refused, taken.photos_refused), (5, 0, 0));
    for digest in &photos {
        assert!(field.company.office.photo(digest).is_some());
    }
    field.signal_returns().await;
    field.all_is_well(&photos);
}

/// P17: the office lets the phone in no more, and it can still hand over what it has.
#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_phones_work_is_taken_and_marked() {
    let field = cut_off().await;
    let photos = field.works();
    let office = &field.company.office;
    let phone = office.phones().expect("phones")[0].id;
    assert!(office.revoke(phone, None).expect("revoked"));
    field.link.set(Break::Never);
    assert!(field.phone.sync_once().await.is_err());
    assert_eq!(field.waiting(), (5, 2));

    let file = field.exports();
    let taken = field.imports(&file).expect("taken");
    assert_eq!((counts(&taken), taken.revoked), ([5, 0, 0, 2, 0, 0], true));
    assert_eq!(field.at_office(), field.on_phone());
    assert!(photos.iter().all(|digest| office.photo(digest).is_some()));
    assert_eq!(office.raised(field.id).expect("a store").len(), 1);
    field.imports(&file).expect("taken again");
    assert_eq!(office.raised(field.id).expect("a store").len(), 1, "not raised twice");
}

/// I12: what had its receipt and was lost with the office comes back by a file too.
#[tokio::test(flavor = "multi_thread")]
async fn an_office_that_was_restored_gets_from_a_file_what_it_had_signed_for() {
    let mut field = cut_off().await;
    let backups = tempfile::tempdir().expect("a folder");
    let backup = backups.path().join("yesterday");
    field.company.office.back_up(&backup).expect("backed up");
    field.note("received");
    field.signal_returns().await;
    field.link.set(Break::Now);
    field.note("not sent");
    field.company.burns_down_and_is_restored(&backup).await;
    assert_eq!(field.at_office().notes.len(), 0);

    let file = field.exports();
    assert_eq!((file.waiting, file.kept), (1, 1));
    assert_eq!(counts(&field.imports(&file).expect("taken")), [2, 0, 0, 0, 0, 0]);
    assert_eq!(field.at_office(), field.on_phone());
    field.link.redirect(field.company.address);
    field.signal_returns().await;
    field.all_is_well(&[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_for_another_office_or_one_that_was_bent_changes_nothing() {
    let field = cut_off().await;
    field.works();
    let file = field.exports();
    let other = Company::opens().await;
    let taken = other.office.take_rescue(&File::open(&file.path).expect("the file"), "周莉", true);
    assert!(matches!(taken, Err(NoRescue::Unreadable(jobsheet_model::rescue::Unreadable::OtherOffice))));

    let mut bytes = std::fs::read(&file.path).expect("the file");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file.path, &bytes).expect("bent");
    assert!(field.imports(&file).is_err());
    bytes[middle] ^= 1;
    std::fs::write(&file.path, &bytes[..bytes.len() - 1]).expect("cut");
    assert!(field.imports(&file).is_err());
    assert_eq!((field.at_office().notes.len(), field.at_office().photos.len()), (0, 0));
    std::fs::write(&file.path, &bytes).expect("whole again");
    assert_eq!(counts(&field.imports(&file).expect("taken"))[..2], [5, 0]);
}
