//! What concerns the technician and the phone: what the office changed, working hours, a machine's history, and what may
//! be sent when something does not work.

use crate::{Pocket, id, picture, stub::*};
use chrono::TimeDelta;
use jobsheet_model::{
    Stage, WorkOrder,
    change::{ContactOutcome, KnownWhat, PhotoSubject, UnfinishedReason},
    changed::{Edited, Field, Told},
    hours::Worked,
    view::Job,
    wire::Gone,
    work_order::{AssignmentState, PastVisit},
};

/// The office changes the plan of a job, and the phone hears of it.
async fn replans(office: &Stub, pocket: &Pocket, edit: impl FnOnce(&mut WorkOrder)) -> Job {
    {
        let mut state = office.office();
        let order = state.orders.get_mut(&id(1)).unwrap();
        edit(order);
        order.version += 1;
        // It is sent, whatever the phone asks for.
        state.pages = true;
    }
    pocket.phone.sync_once().await.unwrap();
    pocket.phone.job(id(1)).unwrap()
}

/// A job that was accepted and is known at the office.
async fn accepted() -> (Stub, Pocket) {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    pocket.phone.record(id(1), KnownWhat::OfferAccepted {}.into()).unwrap();
    office.office().orders.get_mut(&id(1)).unwrap().assignment.state = AssignmentState::Assigned;
    pocket.phone.sync_once().await.unwrap();
    (office, pocket)
}

#[tokio::test]
async fn p14_what_the_office_changed_is_shown_beside_what_was_recorded_until_it_is_seen() {
    let (office, pocket) = accepted().await;
    let call = KnownWhat::CustomerContacted {
        outcome: ContactOutcome::Reached,
        agreed: Some("2026-11-22T07:00:00Z".parse().unwrap()),
        note: String::new(),
    };
    pocket.phone.record(id(1), call.into()).unwrap();
    let job = pocket.phone.job(id(1)).unwrap();
    assert_eq!((job.changed, job.card.changed_at), (None, None), "an answer of his own is no change");

    let edited = Edited { at: "2026-11-22T04:10:00Z".parse().unwrap(), by: "Zhou Li".into() };
    let told = edited.clone();
    let job = replans(&office, &pocket, |order| {
        order.from += TimeDelta::hours(3);
        order.edited = Some(told);
    })
    .await;
    let changed = job.changed.expect("something changed");
    assert_eq!((changed.edited, changed.fields.len()), (edited, 1));
    assert_eq!(changed.fields[0].field, Field::Window);
    assert!(matches!(changed.fields[0].yours, Some(Told::Moment { .. })), "his own record stands beside it");
    assert!(job.card.changed_at.is_some());
    assert_eq!(job.sheet.contacts.len(), 1);

    // A second change before he looked is compared with what he last saw; and it survives the app.
    let job = replans(&office, &pocket, |order| order.site.landmark = "Gate 3".into()).await;
    let fields = |job: &Job| job.changed.as_ref().map_or(0, |changed| changed.fields.len());
    assert_eq!(fields(&job), 2);
    let pocket = pocket.reopen();
    pocket.phone.sync_once().await.unwrap();
    assert_eq!(fields(&pocket.phone.job(id(1)).unwrap()), 2);
    assert_eq!(pocket.phone.changes_seen(id(1)).unwrap().changed, None);

    // What was seen is not told again, and what is taken back is nothing to be told of.
    let job = replans(&office, &pocket, |order| order.request.symptom = "It burns".into()).await;
    assert_eq!(job.changed.unwrap().fields[0].before, Told::Typed { text: "It leaks".into() });
    let job = replans(&office, &pocket, |order| order.request.symptom = "It leaks".into()).await;
    assert_eq!((job.changed, job.card.changed_at), (None, None));
}

#[tokio::test]
async fn p14_nobody_is_told_of_changes_of_an_offer_that_waits_and_nothing_of_them_outlives_the_job() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    let job = replans(&office, &pocket, |order| order.site.landmark = "Gate 3".into()).await;
    assert_eq!(job.changed, None);

    let (office, pocket) = accepted().await;
    let job = replans(&office, &pocket, |order| order.customer.phone = "028-5555".into()).await;
    assert!(job.changed.is_some());
    office.office().gone.push(Gone {
        work_order: id(1),
        to: "Omar".into(),
        reason: "nearer".into(),
        at: "2026-11-22T04:20:00Z".parse().unwrap(),
        closed: false,
    });
    pocket.phone.sync_once().await.unwrap();
    pocket.phone.dismiss_gone(id(1)).unwrap();
    assert_eq!(pocket.phone.job(id(1)).unwrap().changed, None, "the old plan had the customer's number");
}

#[tokio::test]
async fn hours_are_counted_over_all_jobs_and_grow_while_work_runs() {
    let office = Stub::open([offered(1), offered(2)]).await;
    let pocket = Pocket::at(&office).await;
    let record = |n, what: KnownWhat| drop(pocket.phone.record(id(n), what.into()).unwrap());
    let minutes = |n: u64| pocket.clock.pass(std::time::Duration::from_secs(n * 60));
    let today = || pocket.phone.hours().unwrap().today;
    assert_eq!(today(), Worked::default());
    record(1, KnownWhat::Departed {});
    minutes(20);
    record(1, KnownWhat::Arrived { position: None, distance_m: None, on_site: None, note: "x".into() });
    record(1, KnownWhat::WorkStarted {});
    minutes(30);
    let gives_up = KnownWhat::CouldNotFinish {
        reason: UnfinishedReason::NoAccess,
        parts: vec![],
        next: "tomorrow".into(),
        note: String::new(),
    };
    record(1, gives_up);
    record(2, KnownWhat::Departed {});
    minutes(10);
    assert_eq!(today(), Worked { travel: 30, work: 30, pause: 0 });
    assert_eq!(pocket.phone.hours().unwrap().week, today());
}

#[tokio::test]
async fn a_machines_last_visits_are_there_without_signal_with_their_parts_and_photos() {
    let mut again = offered(2);
    again.history = vec![PastVisit {
        on: "2026-11-22".parse().unwrap(),
        number: "JS-2611-0001".into(),
        technician: "Ines Weber".into(),
        summary: "Tightened it".into(),
    }];
    let mut other = offered(3);
    other.equipment.as_mut().unwrap().serial = "SN2".into();
    let office = Stub::open([offered(1), again, other]).await;
    let pocket = Pocket::at(&office).await;
    assert_eq!(pocket.phone.asset(id(3)).unwrap().visits, [], "the first visit to this one");
    pocket.phone.add_photo(id(1), PhotoSubject::After, None, &picture(1)).unwrap();
    pocket.phone.add_photo(id(3), PhotoSubject::After, None, &picture(2)).unwrap();
    let asset = pocket.phone.asset(id(2)).unwrap();
    assert_eq!(asset.visits.len(), 1);
    let sheet = asset.visits[0].sheet.as_ref().expect("its sheet is on this phone");
    assert_eq!((sheet.work_order, sheet.photos.len(), sheet.photos[0].here), (id(1), 1, true));
    assert!(pocket.phone.asset(id(9)).is_err());
}

#[tokio::test]
async fn the_diagnostics_hold_counts_and_codes_and_nothing_of_a_person() {
    let mut order = offered(1);
    order.customer.name = "Greenleaf Hotel".into();
    order.customer.contact = "周建国".into();
    order.customer.phone = "13900000128".into();
    order.customer.second_phone = "028-8555-0128".into();
    order.site.address = "88 Tianfu Avenue".into();
    order.equipment.as_mut().unwrap().serial = "SN-SECRET-8842".into();
    let office = Stub::open([order]).await;
    let pocket = Pocket::at(&office).await;
    pocket.note(id(1), "The key lies under the mat");
    pocket.phone.save_draft("note", &serde_json::json!("He asked for Ms Lin")).unwrap();
    pocket.phone.add_photo(id(1), PhotoSubject::Before, None, &picture(1)).unwrap();
    office.is(Mood::Failing);
    pocket.phone.sync_once().await.unwrap_err();
    pocket.phone.sync_once().await.unwrap_err();
    // A problem with words of somebody in it: only the code is ours.
    let strange = jobsheet_model::Problem::new("Greenleaf Hotel", "周建国").with("phone", "13900000128");
    pocket.phone.note(&strange);

    let told = pocket.phone.diagnostics().unwrap();
    let records = told.records.as_ref().expect("somebody is signed in");
    assert_eq!((records.jobs, records.photos, records.drafts, records.waiting_changes), (1, 1, 1, 2));
    assert!(records.photo_bytes > 0 && told.folder > records.photo_bytes && told.free.is_some());
    let troubles: Vec<(&str, u32)> = told.troubles.iter().map(|one| (one.code.as_str(), one.times)).collect();
    assert_eq!(troubles, [("office_error", 2), ("other", 1)]);

    let text = serde_json::to_string(&told).unwrap();
    let session = pocket.phone.session().unwrap();
    let ines = session.technician.unwrap();
    for word in [
        "Greenleaf",
        "周建国",
        "13900000128",
        "8555",
        "Tianfu",
        "SECRET",
        "under the mat",
        "Ms Lin",
        "It leaks",
        "JS-2611",
        &ines.name,
        &ines.login,
        &ines.id.to_string(),
        &session.office,
        &id(1).to_string(),
        &pocket.folder.path().to_string_lossy(),
    ] {
        assert!(!word.is_empty() && !text.contains(word), "{word} in {text}");
    }

    // Also behind the lock, where nothing can be read.
    pocket.phone.sign_out().unwrap();
    assert_eq!(pocket.phone.diagnostics().unwrap().records, None);
}

#[tokio::test]
async fn until_everything_is_here_it_is_said_what_is_still_fetched() {
    let office = Stub::open([offered(1)]).await;
    office.office().reference.insert("parts".into(), b"[]".to_vec());
    office.office().reference.insert("van".into(), b"[]".to_vec());
    office.office().reference.insert("faults".into(), b"[]".to_vec());
    let pocket = Pocket::fresh();
    office.office().clock = Some(pocket.clock.clone());
    pocket.phone.sign_in(&office.address, "ines", "cellar").await.unwrap();
    let told = || pocket.phone.today().unwrap().preparing.map(|p| (p.done, p.total, p.what, p.bytes));
    assert_eq!(told(), Some((1, 5, "jobs".into(), None)));
    office.office().elsewhere = Mood::Failing;
    let _ = pocket.phone.sync_once().await;
    assert_eq!(told(), Some((2, 5, "parts".into(), Some(2))), "with its size, once the office has said so");
    office.office().elsewhere = Mood::Honest;
    pocket.phone.sync_once().await.unwrap();
    assert_eq!(told(), None);
    assert_eq!(pocket.phone.job(id(1)).unwrap().sheet.stage, Stage::Offered);
}
