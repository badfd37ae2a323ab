//! Pains that no other test has by its number, and the check that docs/PAINS.md names tests that are there.

use crate::field::{alone, at};
use crate::sources::{files, named, root, rows, tests_there};
use jobsheet_model::act::Entry;
use jobsheet_model::change::*;
use jobsheet_model::wire::SyncRequest;
use jobsheet_model::{Digest, LineId, Money, What, WorkOrderId};
use jobsheet_office::Office;
use jobsheet_phone::{Ask, Step};
use jobsheet_tests::carry::{carry, pass, unpacked};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// P4: no amount of time takes away what the office has not signed for.
#[tokio::test(flavor = "multi_thread")]
async fn p4_what_waits_outlives_every_limit_of_time() {
    let field = alone().await;
    field.note("a year ago");
    field.picture();
    for _ in 0..13 {
        field.clock.pass(30 * DAY);
        field.fails_to_send().await;
        assert_eq!(field.waiting(), (2, 1), "the photo is a change too");
    }
    field.clock.reboot();
    field.sends().await;
    field.all_is_there();
    let sheet = field.office().sheet(field.id).expect("a store").expect("a sheet");
    assert!(field.office().photo(&sheet.photos[0].digest).is_some());
}

/// P10: passes that fail drop nothing and lock nothing, however many there are.
#[tokio::test(flavor = "multi_thread")]
async fn p10_five_hundred_failed_passes_drop_nothing_and_the_next_one_sends() {
    let field = alone().await;
    field.note("once");
    for _ in 0..500 {
        field.fails_to_send().await;
    }
    assert_eq!(field.waiting(), (1, 0));
    field.sends().await;
    field.all_is_there();
}

/// A push that something on the way ends early and passes on as whole is the link's fault, however often that happens:
/// no change is looked for, none is set aside.
#[tokio::test(flavor = "multi_thread")]
async fn p11_a_push_cut_short_and_passed_on_as_whole_sets_nothing_aside() {
    let field = alone().await;
    for n in 0..40 {
        field.note(&format!("number {n}, {}", Digest::of(&[n]).as_str()));
    }
    for round in 1..=12 {
        let mut pass = field.phone.pass().expect("a pass");
        let mut heard = None;
        let ended = loop {
            match pass.step(heard) {
                Ok(Step::Ask(mut ask)) => {
                    assert_ne!(ask.path, "/v1/quarantine");
                    if ask.body.len() > 500 {
                        ask.body.truncate(ask.body.len() * round / 13);
                    }
                    heard = Some(carry(field.office(), ask, &*field.clock).await);
                }
                Ok(Step::Done) => panic!("it was sent"),
                Err(problem) => break problem,
            }
        };
        assert_eq!(ended.code, "office_unreachable", "round {round}");
        assert_eq!(field.waiting(), (40, 0));
    }
    field.sends().await;
    field.all_is_there();
    assert_eq!(field.phone.outbox().expect("an outbox").sync.refused, 0);
}

/// P12: what was fitted is fitted once, also when the push that says so comes fifty times.
#[tokio::test(flavor = "multi_thread")]
async fn p12_a_part_that_is_pushed_fifty_times_is_fitted_once() {
    let field = alone().await;
    let part = field.phone.search_parts("", false, 0, 1).expect("parts").items[0].part.clone();
    field.records(KnownWhat::WorkStarted {});
    field.records(KnownWhat::PartFitted {
        line: LineId(uuid::Uuid::from_u128(1)),
        part: PartBrief { number: part.number, name: part.name, price: part.price },
        quantity: 2,
        serial_in: None,
        serial_out: None,
        from: PartSource::Van,
        old_part: OldPart::None,
        on_van: None,
    });
    let mut pushes: Vec<Ask> = Vec::new();
    pass(&field.phone, field.office(), &*field.clock, |ask, heard| {
        if ask.path == "/v1/sync" {
            pushes.push(ask.clone());
        }
        heard
    })
    .await
    .expect("sent");
    let sheet = field.office().sheet(field.id).expect("a store").expect("a sheet");
    assert_eq!((sheet.parts.len(), sheet.parts[0].quantity), (1, 2));
    let journal = field.office().journal(field.id).expect("a journal").len();
    for _ in 0..50 {
        let reply = carry(field.office(), pushes[0].clone(), &*field.clock).await.expect("a reply");
        assert!(matches!(reply.status, 200 | 409), "{}", reply.status);
    }
    assert_eq!(field.office().sheet(field.id).expect("a store"), Some(sheet));
    assert_eq!(field.office().journal(field.id).expect("a journal").len(), journal, "and told once");
    field.sends().await;
    field.all_is_there();
}

/// What technicians wrote as a diagnosis, in the office's journal.
fn diagnoses(office: &Office, id: WorkOrderId) -> Vec<String> {
    let journal = office.journal(id).expect("a journal").into_iter();
    let causes = journal.filter_map(|line| match line.entry {
        Entry::Change(What::Known(KnownWhat::Diagnosed { cause, .. })) => Some(cause),
        _ => None,
    });
    causes.collect()
}

/// P13, P14: two phones of one technician write to the same job without each other. What differs stands side by side,
/// what is the same field has one value and both in its history, and no technician is asked to choose.
#[tokio::test(flavor = "multi_thread")]
async fn p13_both_sides_stand_field_by_field_and_p14_nobody_is_made_the_conflict_clerk() {
    let one = alone().await;
    let two = at(&one.company).await;
    let diagnosed = |cause: &str| KnownWhat::Diagnosed {
        fault_code: None,
        cause: cause.into(),
        remedy: "replaced".into(),
    };
    one.note("from the first");
    one.records(diagnosed("the fuse"));
    two.note("from the second");
    two.records(KnownWhat::QuoteAgreed {
        total: Money::new(10_000, "CNY"),
        agreed_by: "Ms Lin".into(),
        tariff: None,
    });
    two.records(diagnosed("the pump"));
    one.sends().await;
    two.sends().await;
    one.sends().await;
    for field in [&one, &two] {
        field.all_is_there();
        let outbox = field.phone.outbox().expect("an outbox");
        assert_eq!((outbox.sync.refused, outbox.sync.problem), (0, None));
    }
    let sheet = one.office().sheet(one.id).expect("a store").expect("a sheet");
    let notes: Vec<_> = sheet.notes.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(notes, ["from the first", "from the second"]);
    assert!(sheet.quote.is_some());
    assert_eq!(sheet.diagnosis.expect("one").cause, "the pump");
    assert_eq!(diagnoses(one.office(), one.id), ["the fuse", "the pump"]);
}

/// P22: the first page is enough to work with, and after a cut the rest comes from where it was.
#[tokio::test(flavor = "multi_thread")]
async fn p22_the_first_page_is_worked_with_and_the_rest_goes_on_from_there() {
    let field = alone().await;
    let template = field.phone.job(field.id).expect("a job").order;
    let more: Vec<_> = (0..700u128)
        .map(|n| {
            let mut order = template.clone();
            order.id = WorkOrderId(uuid::Uuid::from_u128(1000 + n));
            order.number = format!("JS-0001-{n:04}");
            order
        })
        .collect();
    field.office().take_in_work_orders(&more, "import").expect("taken in");
    let mut answers = 0;
    let cut = pass(&field.phone, field.office(), &*field.clock, |ask, heard| {
        answers += usize::from(ask.path == "/v1/sync");
        if answers > 1 { Err("no signal".into()) } else { heard }
    })
    .await;
    assert!(cut.is_err());
    let held = || more.iter().filter(|order| field.phone.job(order.id).is_ok()).count();
    let first = held();
    assert!((1..700).contains(&first), "{first}");
    let id = more.iter().find(|order| field.phone.job(order.id).is_ok()).expect("one").id;
    field
        .phone
        .record(id, KnownWhat::NoteWritten { text: "worked on meanwhile".into() }.into())
        .expect("recorded");

    let mut cursors = Vec::new();
    pass(&field.phone, field.office(), &*field.clock, |ask, heard| {
        if ask.path == "/v1/sync" {
            let headers: Vec<_> = ask.headers.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
            let request: SyncRequest =
                serde_json::from_slice(&unpacked(&headers, &ask.body)).expect("a request");
            cursors.push(request.cursor);
        }
        heard
    })
    .await
    .expect("the rest");
    assert_eq!(held(), 700);
    assert!(cursors.len() > 1 && cursors.iter().all(Option::is_some), "never from the start: {cursors:?}");
    assert_eq!(field.waiting(), (0, 0));
}

// --- Of the sources --------------------------------------------------------------------------------

/// P7: nothing of record is kept where the web view may drop it.
#[test]
fn p7_the_screens_keep_nothing_in_web_storage() {
    let mut sources = Vec::new();
    for folder in ["ui/src", "kit/src"] {
        files(&root().join(folder), &[".ts", ".vue", ".html", ".mjs"], &mut sources);
    }
    assert!(sources.len() > 20, "these are the screens");
    for path in sources {
        let text = std::fs::read_to_string(&path).expect("a text");
        for word in ["localStorage", "sessionStorage", "indexedDB", "document.cookie", "caches.open"] {
            assert!(!text.contains(word), "{} uses {word}", path.display());
        }
    }
}

#[test]
fn the_pains_are_all_named_and_their_tests_are_there() {
    let rows = rows("docs/PAINS.md", |first| first.starts_with('P'));
    let pains: Vec<&str> = rows.iter().map(|cells| cells[0].as_str()).collect();
    let all: Vec<String> = (1..=25).map(|n| format!("P{n}")).collect();
    assert_eq!(pains, all);
    let there = tests_there();
    for cells in &rows {
        let names = named(cells.last().expect("cells"));
        assert!(!names.is_empty(), "{} names no test", cells[0]);
        for name in names {
            assert!(there.contains(name), "{} names {name}, which is not there", cells[0]);
        }
    }
}
