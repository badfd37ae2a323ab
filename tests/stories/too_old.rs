//! The office asks for a newer app than the technician has.

use jobsheet_model::change::KnownWhat;
use jobsheet_phone::{Options, Phone};
use jobsheet_tests::company::Company;

fn phone_in(folder: &tempfile::TempDir, version: &str) -> Phone {
    Phone::open(Options::new(folder.path().into(), None, version.into())).expect("the phone opens")
}

/// P6: an app that is too old says which version it takes, sends nothing and loses nothing; once it is updated, all goes.
#[tokio::test(flavor = "multi_thread")]
async fn p6_an_app_that_is_too_old_records_on_and_sends_once_it_is_updated() {
    let company = Company::opens().await;
    let address = format!("http://{}", company.address);
    let folder = tempfile::tempdir().expect("a folder");
    let phone = phone_in(&folder, "0.1.9");
    phone.sign_in(&address, "wang.lei", "demo-wang-lei").await.expect("signed in");
    phone.sync_once().await.expect("the day");
    let id = phone.today().expect("today").jobs[0].id;
    let note = |phone: &Phone, text: &str| {
        phone.record(id, KnownWhat::NoteWritten { text: text.into() }.into()).expect("recorded");
    };
    note(&phone, "before");
    company.office.set_minimum_app("0.1.10").expect("kept");

    let problem = phone.sync_once().await.expect_err("too old");
    assert_eq!(problem.code, "app_too_old");
    assert_eq!(problem.params["minimum"], "0.1.10");
    note(&phone, "after");
    let status = phone.outbox().expect("an outbox").sync;
    assert_eq!(status.waiting_changes, 2, "recording goes on, and nothing was taken for sent");
    let at_office = || company.office.sheet(id).expect("a store").expect("a sheet").notes.len();
    assert_eq!(at_office(), 0);

    // The store updates the app: the same folder under a newer version.
    drop(phone);
    let phone = phone_in(&folder, "0.1.10");
    phone.sync_once().await.expect("sent");
    assert_eq!((phone.outbox().expect("an outbox").sync.waiting_changes, at_office()), (0, 2));
}

/// A version of a working copy is no release, and no one is kept out by a typing error.
#[tokio::test(flavor = "multi_thread")]
async fn a_minimum_is_a_version_and_may_be_taken_back() {
    let company = Company::opens().await;
    let address = format!("http://{}", company.address);
    let folder = tempfile::tempdir().expect("a folder");
    for wrong in ["", "2", "latest", "0.2.x"] {
        assert!(company.office.set_minimum_app(wrong).is_err(), "{wrong}");
    }
    let phone = phone_in(&folder, "0.1.0");
    phone.sign_in(&address, "wang.lei", "demo-wang-lei").await.expect("signed in");
    company.office.set_minimum_app("0.2.0").expect("kept");
    assert!(phone.sync_once().await.is_err());
    company.office.set_minimum_app("0.0.0").expect("kept");
    phone.sync_once().await.expect("any version will do");
}
