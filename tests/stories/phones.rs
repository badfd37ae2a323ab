//! Phones come, are lost, and go: the real phone core and the real office.

use jobsheet_model::change::KnownWhat;
use jobsheet_model::enrol::Wipe;
use jobsheet_phone::{Options, Phone};
use jobsheet_tests::company::Company;
use jobsheet_tests::link::{Break, Link};
use jobsheet_tests::photo;

fn phone_in(folder: &tempfile::TempDir) -> Phone {
    Phone::open(Options::new(folder.path().into(), None, "test".into())).expect("the phone opens")
}

fn note(text: &str) -> jobsheet_model::What {
    KnownWhat::NoteWritten { text: text.into() }.into()
}

/// A new phone by the office's code; the app is ended and started again, and sends without asking anybody.
#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_enrolled_by_code_and_needs_nobody_afterwards() {
    let company = Company::opens().await;
    let link = Link::to(company.address).await.expect("a link");
    let folder = tempfile::tempdir().expect("a folder");
    let phone = phone_in(&folder);
    let (code, _) = company.office.code_for("wang.lei").expect("a code");
    let session = phone.enrol(&link.url(), &code).await.expect("enrolled");
    assert_eq!(session.technician.expect("somebody").login, "wang.lei");
    phone.sync_once().await.expect("the day");
    assert_eq!(phone.enrol(&link.url(), &code).await.expect_err("used").code, "old_code");

    drop(phone);
    let phone = phone_in(&folder);
    let id = phone.today().expect("today").jobs[0].id;
    phone.record(id, note("after a restart")).expect("recorded");
    phone.sync_once().await.expect("sent under a new session");
    assert_eq!(company.office.sheet(id).expect("a store").expect("a sheet").notes.len(), 1);
}

/// P17: the office was started anew and remembers no challenge; a revoked phone records on, and a new code lets it send.
#[tokio::test(flavor = "multi_thread")]
async fn p17_neither_a_new_start_of_the_office_nor_being_revoked_costs_a_record() {
    let mut company = Company::opens().await;
    let link = Link::to(company.address).await.expect("a link");
    let folder = tempfile::tempdir().expect("a folder");
    let phone = phone_in(&folder);
    phone.sign_in(&link.url(), "wang.lei", "demo-wang-lei").await.expect("signed in");
    phone.sync_once().await.expect("the day");
    let id = phone.today().expect("today").jobs[0].id;
    company.goes_dark().await;
    company.comes_back().await;
    link.redirect(company.address);
    phone.sync_once().await.expect("the same session");

    let enrolled = company.office.phones().expect("a store");
    assert!(company.office.revoke(enrolled[0].id, None).expect("a store"));
    phone.record(id, note("recorded all the same")).expect("recorded");
    assert_eq!(phone.sync_once().await.expect_err("revoked").code, "phone_revoked");
    assert_eq!(phone.outbox().expect("an outbox").sync.waiting_changes, 1);

    let (code, _) = company.office.code_for("wang.lei").expect("a code");
    phone.enrol(&link.url(), &code).await.expect("enrolled again");
    phone.sync_once().await.expect("sent");
    assert_eq!(company.office.sheet(id).expect("a store").expect("a sheet").notes.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leavers_work_arrives_before_the_phone_is_emptied_and_a_thiefs_phone_gives_nothing() {
    let company = Company::opens().await;
    let link = Link::to(company.address).await.expect("a link");
    let (leaver, stolen) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let (leaves, taken) = (phone_in(&leaver), phone_in(&stolen));
    leaves.sign_in(&link.url(), "wang.lei", "demo-wang-lei").await.expect("signed in");
    taken.sign_in(&link.url(), "chen.chen", "demo-chen-chen").await.expect("signed in");
    leaves.sync_once().await.expect("the day");
    taken.sync_once().await.expect("the day");
    let (last, lost) = (leaves.today().expect("today").jobs[0].id, taken.today().expect("today").jobs[0].id);
    link.set(Break::Now);
    leaves.record(last, note("my last day")).expect("recorded");
    let picture = std::fs::read(photo("part")).expect("a photo");
    let job =
        leaves.add_photo(last, jobsheet_model::change::PhotoSubject::Part, None, &picture).expect("kept");
    let digest = job.sheet.photos[0].digest.clone();
    taken.record(lost, note("never sent")).expect("recorded");
    for phone in company.office.phones().expect("a store") {
        let kind = if phone.technician_name == "王磊" { Wipe::Leaver } else { Wipe::Thief };
        company.office.revoke(phone.id, Some(kind)).expect("a store");
    }
    link.set(Break::Never);

    leaves.sync_once().await.expect("sent, then emptied");
    assert_eq!(taken.sync_once().await.expect_err("emptied").code, "phone_wiped");
    for (phone, folder) in [(&leaves, &leaver), (&taken, &stolen)] {
        assert!(phone.session().expect("a session").known.is_empty());
        for left in ["technicians", "keys"] {
            let left = std::fs::read_dir(folder.path().join(left)).expect("a folder");
            assert_eq!(left.count(), 0);
        }
    }
    assert_eq!(company.office.sheet(last).expect("a store").expect("a sheet").notes.len(), 1);
    assert!(company.office.photo(&digest).is_some(), "its photo too");
    assert_eq!(company.office.sheet(lost).expect("a store").expect("a sheet").notes.len(), 0);
    assert!(company.office.phones().expect("a store").iter().all(|phone| phone.wiped_at.is_some()));
}

/// The PIN is forgotten in a cellar, and no password was ever typed: the office reads a code out over a telephone.
#[tokio::test(flavor = "multi_thread")]
async fn p5_a_phone_that_nobody_can_open_is_opened_by_telephone_without_signal() {
    let company = Company::opens().await;
    let link = Link::to(company.address).await.expect("a link");
    let folder = tempfile::tempdir().expect("a folder");
    let phone = phone_in(&folder);
    let (code, _) = company.office.code_for("wang.lei").expect("a code");
    phone.enrol(&link.url(), &code).await.expect("enrolled");
    phone.sync_once().await.expect("the day");
    link.set(Break::Now);
    let id = phone.today().expect("today").jobs[0].id;
    phone.record(id, note("in the cellar")).expect("recorded");
    phone.set_pin("482916", "").await.expect("a PIN");
    phone.lock().expect("locked");
    let asked = phone.session().expect("a session").question.expect("a question");

    let known = company.office.phones().expect("a store")[0].id;
    let given = company.office.unlock_code(known, &asked, "Forgot the PIN", "Zhou").expect("a code");
    let session = phone.unlock_by_code("wang.lei", &given.code).await.expect("open");
    assert!(session.technician.is_some() && !session.pin);
    link.set(Break::Never);
    phone.sync_once().await.expect("sent");
    assert_eq!(company.office.sheet(id).expect("a store").expect("a sheet").notes.len(), 1);
    // The next enrolment's questions are not those that were answered.
    phone.sign_out().expect("out");
    assert_ne!(phone.session().expect("a session").question, Some(asked));
}
