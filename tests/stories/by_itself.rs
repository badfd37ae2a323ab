//! Nobody has to think about the network: what waits is sent without a tap, when the link returns and when the
//! app is opened.

use jobsheet_model::WorkOrderId;
use jobsheet_model::change::KnownWhat;
use jobsheet_phone::{Options, Phone, next_event};
use jobsheet_tests::company::Company;
use jobsheet_tests::link::{Break, Link};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Duration;

/// How long the story waits for what must happen by itself; never how long it takes.
const PATIENCE: Duration = Duration::from_secs(60);

fn opened(folder: &tempfile::TempDir) -> Phone {
    let phone =
        Phone::open(Options::new(folder.path().into(), None, "test".into())).expect("the phone opens");
    phone.start();
    phone
}

/// Waits for the core's own events, as a screen does, until `is` holds.
async fn until(phone: &Phone, what: &str, is: impl Fn() -> bool) {
    let mut events = phone.events();
    let wait = async {
        while !is() {
            next_event(&mut events).await.expect("the phone is there");
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect(what);
}

fn waiting(phone: &Phone) -> u32 {
    phone.outbox().expect("an outbox").sync.waiting_changes
}

fn note(phone: &Phone, id: WorkOrderId, text: &str) {
    phone.record(id, KnownWhat::NoteWritten { text: text.into() }.into()).expect("recorded");
}

#[tokio::test(flavor = "multi_thread")]
async fn p9_what_waits_is_sent_when_the_link_returns_and_when_the_app_is_opened() {
    let company = Company::opens().await;
    let link = Link::to(company.address).await.expect("a link");
    let folder = tempfile::tempdir().expect("a folder");
    let phone = opened(&folder);
    phone.sign_in(&link.url(), "wang.lei", "demo-wang-lei").await.expect("signed in");
    until(&phone, "the day arrives", || phone.today().is_ok_and(|day| !day.jobs.is_empty())).await;
    let id = phone.today().expect("today").jobs[0].id;

    link.set(Break::Now);
    note(&phone, id, "in the basement");
    // Every nudge that was under way is used up by the third try; from then on only its own patience drives it.
    let tries = RefCell::new(BTreeSet::new());
    let tried = || {
        let sync = phone.outbox().expect("an outbox").sync;
        tries.borrow_mut().extend(sync.next_try.filter(|_| sync.problem.is_some()));
        tries.borrow().len() > 3
    };
    until(&phone, "it tries again by itself, and says when", tried).await;
    assert_eq!(waiting(&phone), 1);
    link.set(Break::Never);
    until(&phone, "sent when the link returned", || waiting(&phone) == 0).await;

    link.set(Break::Now);
    note(&phone, id, "and switched off");
    drop(phone);
    link.set(Break::Never);
    let phone = opened(&folder);
    until(&phone, "sent when the app was opened", || waiting(&phone) == 0).await;

    let sheet = company.office.sheet(id).expect("a store").expect("a sheet");
    let notes: Vec<_> = sheet.notes.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(notes, ["in the basement", "and switched off"]);
}
