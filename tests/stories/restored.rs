//! "The server can burn down at five; the day is still on the phones."

use jobsheet_model::change::{KnownWhat, PhotoSubject};
use jobsheet_model::{Digest, WorkOrderId};
use jobsheet_phone::{Options, Phone};
use jobsheet_tests::company::Company;
use jobsheet_tests::link::Link;
use jobsheet_tests::photo;

fn note(phone: &Phone, id: WorkOrderId, text: &str) {
    phone.record(id, KnownWhat::NoteWritten { text: text.into() }.into()).expect("recorded");
}

fn picture(phone: &Phone, id: WorkOrderId, name: &str) -> Digest {
    let bytes = std::fs::read(photo(name)).expect("a picture");
    let job = phone.add_photo(id, PhotoSubject::During, None, &bytes).expect("kept");
    job.sheet.photos.last().expect("a photo").digest.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn i12_an_office_restored_from_yesterdays_backup_gets_the_day_again_from_the_phones() {
    let mut company = Company::opens().await;
    let link = Link::to(company.address).await.expect("a link");
    let (folder, backups) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let phone = Phone::open(Options::new(folder.path().into(), None, "test".into())).expect("a phone");
    phone.sign_in(&link.url(), "wang.lei", "demo-wang-lei").await.expect("signed in");
    phone.sync_once().await.expect("the day arrives");
    let id = phone.today().expect("today").jobs[0].id;

    note(&phone, id, "yesterday");
    let early = picture(&phone, id, "before");
    phone.sync_once().await.expect("received");
    let backup = backups.path().join("yesterday");
    let made = company.office.back_up(&backup).expect("backed up");
    assert_eq!(made.photos, 1);
    phone.sync_once().await.expect("told of the backup");
    assert_eq!(phone.outbox().expect("an outbox").ledger.kept, 0, "what the backup holds is not kept twice");

    for n in 0..5 {
        note(&phone, id, &format!("today {n}"));
    }
    let late = picture(&phone, id, "after");
    phone.sync_once().await.expect("received");
    let before = company.office.sheet(id).expect("a store").expect("a sheet");
    let ledger = phone.outbox().expect("an outbox").ledger;
    assert_eq!((ledger.recorded, ledger.held, ledger.kept), (8, 8, 6));

    company.burns_down_and_is_restored(&backup).await;
    link.redirect(company.address);
    let lost = company.office.sheet(id).expect("a store").expect("a sheet");
    assert_eq!((lost.notes.len(), lost.photos.len()), (1, 1));
    assert!(company.office.photo(&early).is_some() && company.office.photo(&late).is_none());

    phone.sign_in(&link.url(), "wang.lei", "demo-wang-lei").await.expect("signed in");
    phone.sync_once().await.expect("sent again");
    assert_eq!(company.office.sheet(id).expect("a store").expect("a sheet"), before);
    assert_eq!(phone.job(id).expect("a job").sheet, before);
    assert!(company.office.photo(&early).is_some() && company.office.photo(&late).is_some());
    let outbox = phone.outbox().expect("an outbox");
    assert_eq!((outbox.ledger.held, outbox.sync.waiting_changes, outbox.sync.waiting_photos), (8, 0, 0));
    assert_eq!(outbox.sync.problem, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_damaged_or_in_the_way_is_said_and_changes_nothing() {
    let company = Company::opens().await;
    let phone_folder = tempfile::tempdir().expect("a folder");
    let link = Link::to(company.address).await.expect("a link");
    let phone = Phone::open(Options::new(phone_folder.path().into(), None, "test".into())).expect("a phone");
    phone.sign_in(&link.url(), "wang.lei", "demo-wang-lei").await.expect("signed in");
    phone.sync_once().await.expect("the day arrives");
    let digest = picture(&phone, phone.today().expect("today").jobs[0].id, "before");
    phone.sync_once().await.expect("received");

    let folder = tempfile::tempdir().expect("a folder");
    let backup = folder.path().join("b");
    company.office.back_up(&backup).expect("backed up");
    assert!(company.office.back_up(&backup).is_err(), "a backup is not overwritten");
    let office = folder.path().join("office");
    jobsheet_office::restore(&backup, &office).expect("restored");
    assert!(jobsheet_office::restore(&backup, &office).is_err(), "an office is not overwritten");

    let file = backup.join("photos").join(&digest.as_str()[..2]).join(digest.as_str());
    let mut bytes = std::fs::read(&file).expect("the photo");
    bytes[100] ^= 1;
    std::fs::write(&file, bytes).expect("damaged");
    let elsewhere = folder.path().join("elsewhere");
    assert!(
        jobsheet_office::restore(&backup, &elsewhere).is_err_and(|why| why.to_string().contains("damaged"))
    );
    assert!(!elsewhere.exists());
    assert!(jobsheet_office::restore(&folder.path().join("none"), &elsewhere).is_err());
}
