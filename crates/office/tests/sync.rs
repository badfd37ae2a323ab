use crate::world::{Phone, World, note};
use axum::http::{Method, StatusCode};
use chrono::TimeDelta;
use jobsheet_model::{
    Refusal, Stage, WorkOrderId,
    act::{Act, Attention, Entry},
    change::{DeclineReason, KnownWhat, OpenedSheet},
    step::{Answer, KnownAnswer, Verdict},
    wire::{
        Base, HeldMark, Outcome, Receipt, ReferenceSet, Safe, SyncRequest, SyncResponse, reference_digest,
        scope_digest,
    },
    work_order::AssignmentState,
};
use serde_json::{Value, json, value::RawValue};
use std::collections::BTreeSet;
use uuid::Uuid;

fn outcomes(response: &SyncResponse) -> Vec<Outcome> {
    response.results.iter().map(|one| one.outcome.clone()).collect()
}

fn refused(reason: Refusal) -> Outcome {
    Outcome::Refused { reason }
}

fn kinds(world: &World, id: WorkOrderId) -> Vec<Attention> {
    world.office.raised(id).unwrap().into_iter().map(|one| one.attention).collect()
}

#[tokio::test]
async fn i10_the_first_pull_brings_the_technicians_own_work_orders_and_no_other() {
    let world = World::new();
    let mut phone = world.phone("ana.li").await;
    let pulled: BTreeSet<_> = phone.pull().await.into_iter().map(|base| base.order.number).collect();
    let mine =
        world.office.work_orders().unwrap().into_iter().filter(|o| o.assignment.technician == phone.me.id);
    assert_eq!(pulled, mine.map(|order| order.number).collect());
    assert_eq!(pulled.len(), 6);
    assert!(phone.sync(&[]).await.bases.is_empty());
}

/// A sync of a phone that folds.
async fn folding(phone: &Phone<'_>, changes: Vec<Box<RawValue>>) -> SyncResponse {
    asking(phone, r#""folds":true,"#, changes).await
}

/// A sync of a phone that asks for more than it must.
async fn asking(phone: &Phone<'_>, more: &str, changes: Vec<Box<RawValue>>) -> SyncResponse {
    let request = phone.request(&changes).replacen('{', &format!("{{{more}"), 1);
    phone.world.app(Method::POST, "/v1/sync", &phone.token, request).await.json()
}

#[tokio::test]
async fn what_a_phone_can_fold_is_said_briefly_and_only_to_one_that_can() {
    let world = World::new();
    let mut phone = world.phone("ana.li").await;
    let job = phone.a_job().await;
    let change = phone.change(&job, note("a"));
    let whole = phone.sync(std::slice::from_ref(&change)).await;
    assert_eq!((whole.bases.len(), whole.same.len()), (1, 0), "this phone does not fold");

    let change = phone.change(&job, note("b"));
    let brief = folding(&phone, vec![change]).await;
    let sheet = world.office.sheet(job.id).unwrap().unwrap();
    assert_eq!(sheet.notes.len(), 2);
    let base = Base { n: 0, order: job.clone(), sheet, photos_held: Vec::new() };
    assert!(brief.bases.is_empty());
    assert_eq!((brief.same[0].work_order, &brief.same[0].digest), (job.id, &base.digest()));

    // It has not seen the order as it is now, or sent nothing of it: then only the whole will do.
    let unseen = phone.change_on(job.id, job.version + 1, note("c"));
    assert_eq!(folding(&phone, vec![unseen]).await.bases.len(), 1);
    phone.cursor = None;
    assert_eq!(folding(&phone, vec![]).await.same, []);
}

#[tokio::test]
async fn a_pull_goes_page_by_page_to_the_end() {
    let world = World::new();
    let mut phone = world.phone("ana.li").await;
    let opened: Vec<_> = (0..70)
        .map(|n| {
            let opened = OpenedSheet {
                customer: format!("Customer {n}"),
                contact: String::new(),
                phone: String::new(),
                address: String::new(),
                equipment: String::new(),
                serial: String::new(),
                symptom: String::new(),
            };
            phone.change_on(WorkOrderId(Uuid::now_v7()), 0, KnownWhat::SheetOpened { opened })
        })
        .collect();
    let response = phone.sync(&opened).await;
    assert!(outcomes(&response).iter().all(|one| *one == Outcome::Accepted));

    // Whoever has a bad link says how much may come at once, and gets at least one each time.
    phone.cursor = None;
    let (mut pages, mut all) = (Vec::new(), BTreeSet::new());
    loop {
        let page =
            asking(&phone, &format!(r#""room":{},"#, if pages.is_empty() { 1 } else { 16 * 1024 }), vec![])
                .await;
        phone.cursor = Some(page.cursor.clone());
        pages.push(page.bases.len());
        all.extend(page.bases.iter().map(|base| base.order.id));
        if !page.more {
            break;
        }
    }
    assert_eq!((pages[0], pages.iter().sum::<usize>(), all.len()), (1, 76, 76));
    assert!(pages.len() > 3 && pages[1] > 1, "{pages:?}");
    phone.cursor = None;
    assert_eq!(phone.pull().await.len(), 76);
    // Nobody gets more than the office likes.
    phone.cursor = None;
    let first = asking(&phone, "", vec![]).await;
    let more = asking(&phone, r#""room":18446744073709551615,"#, vec![]).await;
    assert_eq!((more.bases.len(), more.more), (first.bases.len(), true));
}

#[tokio::test]
async fn a_phone_that_has_the_work_order_is_sent_its_sheet_alone() {
    let world = World::new();
    let (mut one, mut two) = (world.phone("ana.li").await, world.phone("ana.li").await);
    let (job, all) = (one.a_job().await, two.pull().await.len());
    let change = one.change(&job, note("a"));
    one.sync(&[change]).await;
    let brief = folding(&two, vec![]).await;
    let [alone] = brief.sheets.as_slice() else { panic!("{brief:?}") };
    assert_eq!((brief.bases.len(), alone.version), (0, job.version));
    assert_eq!(alone.sheet, world.office.sheet(job.id).unwrap().unwrap());
    assert_eq!(two.sync(&[]).await.bases.len(), 1, "one that does not fold gets it whole");
    let change = one.change(&job, note("b"));
    one.sync(&[change]).await;
    assert_eq!(folding(&two, vec![]).await.sheets.len(), 1);

    // The order itself changed, or was taken away and given again, or the phone begins anew: then it comes whole.
    world.office.cancel(job.id, "The customer has mended it", "周莉").unwrap();
    let whole = folding(&two, vec![]).await;
    assert_eq!((whole.sheets.len(), whole.bases.len()), (0, 1));
    assert!(whole.bases[0].order.cancelled.is_some());
    two.cursor = Some(whole.cursor);
    let other = two.pull().await;
    assert!(other.is_empty());
    two.cursor = None;
    let whole = folding(&two, vec![]).await;
    assert_eq!((whole.sheets.len(), whole.bases.len()), (0, all));
    let given = whole.bases.iter().map(|base| &base.order).find(|order| order.id != job.id).unwrap();
    two.cursor = Some(whole.cursor);
    world.office.reassign(given.id, "chen.chen", "Nearer", "周莉").unwrap();
    world.office.reassign(given.id, "ana.li", "After all", "周莉").unwrap();
    let whole = folding(&two, vec![]).await;
    assert_eq!((whole.sheets.len(), whole.bases.len()), (0, 1));
}

/// What moved is found in two ways, by how much happened since; both find the same.
#[tokio::test]
async fn a_phone_that_was_away_for_long_hears_the_same() {
    let world = World::new();
    let (mut one, mut two) = (world.phone("wang.lei").await, world.phone("wang.lei").await);
    let job = one.a_job().await;
    two.pull().await;
    let away = two.cursor.clone();
    let other = world.office.work_orders().unwrap().into_iter().find(|order| {
        order.assignment.technician == one.me.id && order.id != job.id && order.cancelled.is_none()
    });
    world.office.reassign(other.unwrap().id, "chen.chen", "Nearer", "周莉").unwrap();
    let mut last = None;
    for n in 0..1010 / 400 + 1 {
        let changes: Vec<_> = (0..400).map(|m| one.change(&job, note(&format!("{n} {m}")))).collect();
        one.sync(&changes).await;
        two.cursor = away.clone();
        let heard = two.sync(&[]).await;
        let ids = |heard: &SyncResponse| {
            let bases = heard.bases.iter().map(|base| base.order.id);
            bases.chain(heard.gone.iter().map(|gone| gone.work_order)).collect::<BTreeSet<_>>()
        };
        assert_eq!((heard.bases.len(), heard.gone.len()), (1, 1), "{n}");
        assert_eq!(*last.get_or_insert(ids(&heard)), ids(&heard));
    }
}

#[tokio::test]
async fn i3_pushed_twice_is_once_with_the_same_answers() {
    let world = World::new();
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    let changes = [
        phone.change(&job, KnownWhat::Departed {}),
        phone.change(&job, note("")), // empty: refused
        phone.change(&job, note("Fuse F2 was loose")),
    ];
    let first = phone.sync(&changes).await;
    assert_eq!(outcomes(&first), [Outcome::Accepted, refused(Refusal::Empty), Outcome::Accepted]);
    let second = phone.sync(&changes).await;
    assert_eq!(outcomes(&second), [Outcome::Duplicate, refused(Refusal::Empty), Outcome::Duplicate]);
    assert_eq!(first.receipt, second.receipt);
    let receipt = second.receipt.unwrap();
    assert_eq!((receipt.sequence, receipt.hash), (3, phone.previous.clone()));
    let sheet = world.office.sheet(job.id).unwrap().unwrap();
    assert_eq!((sheet.notes.len(), sheet.changes, sheet.stage), (1, 2, Stage::Departed));
    // Every sync of a change brings the base that contains it, also when it was known.
    assert_eq!(second.bases.len(), 1);
    assert_eq!(second.bases[0].sheet, sheet);
    assert_eq!(kinds(&world, job.id), [Attention::Refused]);
}

#[tokio::test]
async fn i5_a_change_that_cannot_be_read_is_kept_and_holds_nothing_up() {
    let world = World::new();
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    let strange = json!({"id": Uuid::now_v7(), "sequence": 1, "work_order": job.id, "what": 7});
    let changes = [phone.raw(strange.to_string()), phone.change(&job, note("Still here"))];
    let response = phone.sync(&changes).await;
    assert_eq!(outcomes(&response), [refused(Refusal::Malformed), Outcome::Accepted]);
    assert_eq!(response.receipt.unwrap().sequence, 2);
    assert_eq!(kinds(&world, job.id), [Attention::Refused]);
}

#[tokio::test]
async fn what_is_no_answer_to_the_step_is_refused_and_what_the_office_judges_otherwise_is_raised() {
    let world = World::new();
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    let answer = |result| Answer::Known(KnownAnswer::Check { result });
    let step = job.template.steps[0].key.clone();
    let answered = |verdict, result| KnownWhat::StepAnswered {
        step: step.clone(),
        answer: answer(result),
        verdict: Some(verdict),
        note: String::new(),
    };
    let nowhere = KnownWhat::StepAnswered {
        step: jobsheet_model::StepKey::new("nowhere"),
        answer: answer(Verdict::Pass),
        verdict: Some(Verdict::Pass),
        note: String::new(),
    };
    let changes = [
        phone.change(&job, nowhere),
        phone.change(&job, answered(Verdict::Pass, Verdict::Pass)),
        phone.change(&job, answered(Verdict::Pass, Verdict::Fail)),
    ];
    let response = phone.sync(&changes).await;
    assert_eq!(outcomes(&response), [refused(Refusal::NoSuchStep), Outcome::Accepted, Outcome::Accepted]);
    assert_eq!(kinds(&world, job.id), [Attention::Refused, Attention::Differs]);
    // What the phone settled stands.
    let sheet = world.office.sheet(job.id).unwrap().unwrap();
    assert_eq!(sheet.answers[&step].verdict, Verdict::Pass);
}

#[tokio::test]
async fn i10_a_foreign_work_order_is_refused_like_one_that_does_not_exist() {
    let world = World::new();
    let foreign = world.phone("ana.li").await.a_job().await;
    let mut phone = world.phone("wang.lei").await;
    phone.pull().await;
    let changes = [
        phone.change(&foreign, note("Not mine")),
        phone.change_on(WorkOrderId(Uuid::now_v7()), 1, note("Nobody's")),
    ];
    let response = phone.sync(&changes).await;
    assert_eq!(outcomes(&response), [refused(Refusal::WrongWorkOrder), refused(Refusal::WrongWorkOrder)]);
    assert!(response.bases.is_empty() && response.gone.is_empty());
    assert_eq!(world.office.sheet(foreign.id).unwrap().unwrap().changes, 0);
}

#[tokio::test]
async fn a_change_in_somebody_elses_name_is_refused_and_a_phone_belongs_to_one_technician() {
    let world = World::new();
    let other = world.phone("ana.li").await;
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    let me = std::mem::replace(&mut phone.me, other.me.clone());
    let forged = phone.change(&job, note("Ana was never here"));
    phone.me = me;
    let own = phone.change(&job, note("I was"));
    let response = phone.sync(&[forged, own]).await;
    assert_eq!(outcomes(&response), [refused(Refusal::NotYours), Outcome::Accepted]);

    let mut thief = world.phone("ana.li").await;
    thief.device = phone.device;
    assert_eq!(thief.try_sync(&[]).await.problem(), "/problems/not-your-device");
}

#[tokio::test]
async fn a_gap_in_a_phones_changes_is_asked_for_and_holds_nothing_up() {
    let world = World::new();
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    let first = phone.change(&job, note("one"));
    let second = phone.change(&job, note("two"));
    let third = phone.change(&job, note("three"));
    let response = phone.sync(std::slice::from_ref(&first)).await;
    assert_eq!((response.missing_from, response.receipt.unwrap().sequence), (Some(2), 1));
    // What overtakes is taken; the receipt says only what is whole.
    let response = phone.sync(std::slice::from_ref(&third)).await;
    assert_eq!(outcomes(&response), [Outcome::Accepted]);
    assert_eq!((response.missing_from, &response.beyond[..]), (Some(2), &[3][..]));
    assert_eq!(response.receipt.as_ref().unwrap().sequence, 1);
    assert!(response.holds(1) && !response.holds(2) && response.holds(3));
    let response = phone.sync(&[first, second, third]).await;
    assert_eq!(outcomes(&response), [Outcome::Duplicate, Outcome::Accepted, Outcome::Duplicate]);
    assert_eq!((response.missing_from, response.receipt.unwrap().sequence), (None, 3));
    assert!(response.beyond.is_empty());

    let answer = phone.try_sync(&vec![note_raw(); 501]).await;
    assert_eq!(answer.problem(), "/problems/too-many-changes");
}

#[tokio::test]
async fn a_receipt_is_signed_and_is_not_repeated_to_a_phone_that_knows_it() {
    let world = World::new();
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    let change = phone.change(&job, note("one"));
    let receipt = phone.sync(&[change]).await.receipt.unwrap();
    assert!(receipt.is_signed_by(&phone.office_key));
    for forged in [
        Receipt { sequence: 2, ..receipt.clone() },
        Receipt { hash: Some(jobsheet_model::Digest::of(b"other")), ..receipt.clone() },
        Receipt { device: jobsheet_model::DeviceId(Uuid::now_v7()), ..receipt.clone() },
        Receipt { at: receipt.at + TimeDelta::milliseconds(1), ..receipt.clone() },
        Receipt { safe: Safe { sequence: 1, ..receipt.safe }, ..receipt.clone() },
    ] {
        assert!(!forged.is_signed_by(&phone.office_key), "{forged:?}");
    }
    phone.held = HeldMark { sequence: 1, safe: 0 };
    assert_eq!(phone.sync(&[]).await.receipt, None);
    phone.held = HeldMark { sequence: 9, safe: 0 };
    assert_eq!(phone.sync(&[]).await.receipt.unwrap().sequence, 1, "it claims more than there is");
    // The key is the office's own, and stays with it.
    drop(phone);
    let again = crate::world::open(&world.folder, &world.clock);
    assert!(receipt.is_signed_by(&again.key()));
}

#[tokio::test]
async fn a_chain_that_does_not_fit_is_not_taken_and_raised_once() {
    let world = World::new();
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    let one = phone.change(&job, note("one"));
    phone.sync(&[one]).await;
    phone.previous = Some(jobsheet_model::Digest::of(b"another history"));
    let two = phone.change(&job, note("two"));
    for _ in 0..2 {
        let answer = phone.try_sync(std::slice::from_ref(&two)).await;
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (StatusCode::CONFLICT, "/problems/superseded")
        );
    }
    assert_eq!(kinds(&world, job.id), [Attention::Copied]);
    assert_eq!(world.office.sheet(job.id).unwrap().unwrap().notes.len(), 1);
    // A receipt that the phone cannot match is raised too.
    let mut request: SyncRequest = serde_json::from_str(&phone.request(&[])).unwrap();
    request.mismatch = true;
    for _ in 0..2 {
        let body = serde_json::to_string(&request).unwrap();
        assert_eq!(world.app(Method::POST, "/v1/sync", &phone.token, body).await.status, StatusCode::OK);
    }
    assert_eq!(kinds(&world, job.id), [Attention::Copied, Attention::Forked]);
}

#[tokio::test]
async fn a_copy_of_a_phone_is_told_to_take_a_new_identity_and_its_facts_are_held_once() {
    let world = World::new();
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    let first = phone.change(&job, note("one"));
    phone.sync(&[first]).await;
    let mut copy = world.phone("wang.lei").await;
    copy.device = phone.device;
    (copy.sequence, copy.previous) = (phone.sequence, phone.previous.clone());
    (copy.cursor, copy.incarnation) = (phone.cursor.clone(), phone.incarnation.clone());
    // The phone goes on twice; the copy has the token of before.
    for text in ["two", "three"] {
        let change = phone.change(&job, note(text));
        phone.sync(&[change]).await;
    }
    let late = copy.change(&job, note("from the copy"));
    assert_eq!(copy.try_sync(std::slice::from_ref(&late)).await.problem(), "/problems/superseded");
    // As another phone it sends the same fact, numbered anew; twice is once.
    copy.device = jobsheet_model::DeviceId(Uuid::now_v7());
    (copy.sequence, copy.previous, copy.incarnation) = (0, None, None);
    let mut fact: Value = serde_json::from_str(late.get()).unwrap();
    fact["device"] = json!(copy.device);
    fact["sequence"] = json!(1);
    fact["previous"] = Value::Null;
    let renewed = copy.raw(fact.to_string());
    assert_eq!(outcomes(&copy.sync(std::slice::from_ref(&renewed)).await), [Outcome::Accepted]);
    assert_eq!(outcomes(&copy.sync(&[renewed]).await), [Outcome::Duplicate]);
    let notes = world.office.sheet(job.id).unwrap().unwrap().notes;
    assert_eq!(
        notes.iter().map(|n| n.text.as_str()).collect::<Vec<_>>(),
        ["one", "two", "three", "from the copy"]
    );
}

#[tokio::test]
async fn a_push_whose_answer_was_lost_is_not_taken_for_a_copys() {
    let world = World::new();
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    let one = phone.change(&job, note("one"));
    phone.sync(std::slice::from_ref(&one)).await;
    let two = phone.change(&job, note("two"));
    for _ in 0..3 {
        let lost: SyncResponse = phone.try_sync(std::slice::from_ref(&two)).await.json();
        assert!(lost.incarnation.is_some());
    }
    assert_eq!(outcomes(&phone.sync(&[two]).await), [Outcome::Duplicate]);
}

#[tokio::test]
async fn i5_a_change_kept_aside_as_bytes_does_not_break_the_chain() {
    let world = World::new();
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    let one = phone.change(&job, note("one"));
    let poison = phone.change(&job, note("what the office cannot take"));
    let three = phone.change(&job, note("three"));
    let response = phone.sync(&[one, three]).await;
    assert_eq!((response.missing_from, response.receipt.unwrap().sequence), (Some(2), 1));
    let body = poison.get().to_owned();
    let answer = world.app(Method::POST, "/v1/quarantine", &phone.token, body).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    let four = phone.change(&job, note("four"));
    let response = phone.sync(&[four]).await;
    assert_eq!((response.missing_from, response.receipt.unwrap().sequence), (None, 4));
}

#[tokio::test]
async fn a_known_id_with_another_body_is_kept_aside_and_raised_once() {
    let world = World::new();
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    let one = phone.change(&job, note("The truth"));
    let response = phone.sync(std::slice::from_ref(&one)).await;
    assert_eq!(outcomes(&response), [Outcome::Accepted]);
    let other = serde_json::value::RawValue::from_string(one.get().replace("truth", "lie")).unwrap();
    for _ in 0..2 {
        let response = phone.sync(std::slice::from_ref(&other)).await;
        assert_eq!(outcomes(&response), [refused(Refusal::Malformed)]);
    }
    assert_eq!(kinds(&world, job.id), [Attention::SameIdOtherBody]);
    assert_eq!(world.office.sheet(job.id).unwrap().unwrap().notes[0].text, "The truth");
}

#[tokio::test]
async fn p15_what_was_recorded_after_a_reassignment_is_accepted_and_raised() {
    let world = World::new();
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    let changes = [phone.change(&job, KnownWhat::Departed {}), phone.change(&job, note("On my way"))];
    world.office.reassign(job.id, "chen.chen", "王磊 is stuck in traffic", "周莉").unwrap();

    let response = phone.sync(&changes).await;
    assert_eq!(outcomes(&response), [Outcome::Accepted, Outcome::Accepted]);
    assert!(response.bases.is_empty());
    assert_eq!((response.gone[0].work_order, response.gone[0].to.as_str()), (job.id, "陈晨"));
    assert_eq!(response.gone[0].reason, "王磊 is stuck in traffic");
    assert_eq!(kinds(&world, job.id), [Attention::Late]);
    assert_eq!(world.office.raised(job.id).unwrap()[0].about, "departed, note_written");

    let mut next = world.phone("chen.chen").await;
    let base = next.pull().await.into_iter().find(|base| base.order.id == job.id).unwrap();
    assert_eq!((base.sheet.stage, base.sheet.notes.len()), (Stage::Departed, 1));
    // Somebody's answer to an offer that was never his to give does not answer it for her.
    let late = phone.change(
        &job,
        KnownWhat::OfferDeclined { reason: DeclineReason::TooFar, note: String::new(), suggested: None },
    );
    assert_eq!(outcomes(&phone.sync(&[late]).await), [Outcome::Accepted]);
    let order = world.office.work_order(job.id).unwrap().unwrap();
    assert_eq!(order.assignment.state, AssignmentState::Offered);
    assert_eq!(world.office.sheet(job.id).unwrap().unwrap().stage, Stage::Departed);
}

#[tokio::test]
async fn p15_a_cancelled_job_stays_with_its_technician_and_takes_what_he_recorded() {
    let world = World::new();
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    world.office.cancel(job.id, "The customer has mended it", "周莉").unwrap();
    let base = phone.sync(&[]).await.bases.remove(0);
    assert_eq!(base.order.cancelled.unwrap().reason, "The customer has mended it");
    let change = phone.change(&job, note("I had begun already"));
    assert_eq!(outcomes(&phone.sync(&[change]).await), [Outcome::Accepted]);
    assert_eq!(kinds(&world, job.id), [Attention::Late]);
}

#[tokio::test]
async fn a_job_offered_later_arrives_and_its_delivery_is_noted_when_the_cursor_proves_it() {
    let world = World::new();
    let mut phone = world.phone("liu.yang").await;
    phone.pull().await;
    world.clock.advance(TimeDelta::minutes(5));
    let number = world.office.demo_offer("liu.yang", None).unwrap().number;
    let arrived = phone.sync(&[]).await.bases;
    assert_eq!(arrived.len(), 1);
    let order = &arrived[0].order;
    assert_eq!((&order.number, order.assignment.state), (&number, AssignmentState::Offered));
    let delivered = || {
        let journal = world.office.journal(order.id).unwrap();
        journal.iter().filter(|line| matches!(line.entry, Entry::Act(Act::Delivered { .. }))).count()
    };
    assert_eq!(delivered(), 0);
    for _ in 0..3 {
        phone.sync(&[]).await;
        assert_eq!(delivered(), 1);
    }

    let accepted = phone.change(order, KnownWhat::OfferAccepted {});
    let base = phone.sync(&[accepted]).await.bases.remove(0);
    assert_eq!((base.order.assignment.state, base.sheet.stage), (AssignmentState::Assigned, Stage::Accepted));
    assert_eq!(base.order.version, order.version + 1);
}

#[tokio::test]
async fn a_declined_offer_is_gone_from_the_phone_and_fresh_for_the_next() {
    let world = World::new();
    let mut phone = world.phone("liu.yang").await;
    phone.pull().await;
    let number = world.office.demo_offer("liu.yang", None).unwrap().number;
    let order = phone.sync(&[]).await.bases.remove(0).order;
    let declined = phone.change(
        &order,
        KnownWhat::OfferDeclined { reason: DeclineReason::Skill, note: String::new(), suggested: None },
    );
    let response = phone.sync(&[declined]).await;
    assert_eq!((response.bases.len(), response.gone[0].reason.as_str()), (0, "declined"));

    world.office.demo_offer("sun.hao", Some(&number)).unwrap();
    let mut next = world.phone("sun.hao").await;
    let base = next.pull().await.into_iter().find(|base| base.order.id == order.id).unwrap();
    assert_eq!((base.sheet.stage, base.order.assignment.state), (Stage::Offered, AssignmentState::Offered));
    assert_eq!(base.order.assignment.technician_name, "孙浩");
}

#[tokio::test]
async fn a_job_given_away_is_gone_and_comes_back_whole_when_it_is_given_back() {
    let world = World::new();
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    world.office.reassign(job.id, "chen.chen", "Nearer", "周莉").unwrap();
    let response = phone.sync(&[]).await;
    assert_eq!((response.bases.len(), response.gone.len()), (0, 1));
    world.office.reassign(job.id, "wang.lei", "After all", "周莉").unwrap();
    let response = phone.sync(&[]).await;
    assert_eq!((response.bases.len(), response.gone.len()), (1, 0));
}

#[tokio::test]
async fn a_sheet_opened_on_site_becomes_a_work_order_of_its_technician() {
    let world = World::new();
    let mut phone = world.phone("zhao.min").await;
    phone.pull().await;
    let opened = OpenedSheet {
        customer: "周记火锅".into(),
        contact: "周师傅".into(),
        phone: "139 0000 0000".into(),
        address: "武侯区玉林西路 7 号".into(),
        equipment: "Ice machine".into(),
        serial: String::new(),
        symptom: "不制冰".into(),
    };
    let id = WorkOrderId(Uuid::now_v7());
    let changes = [
        phone.change_on(id, 0, KnownWhat::SheetOpened { opened: opened.clone() }),
        phone.change_on(id, 0, KnownWhat::WorkStarted {}),
    ];
    let response = phone.sync(&changes).await;
    assert_eq!(outcomes(&response), [Outcome::Accepted, Outcome::Accepted]);
    assert_eq!(response.bases[0].order.customer.name, "周记火锅");
    assert_eq!(response.bases[0].sheet.stage, Stage::Working);

    let mut other = world.phone("ana.li").await;
    let change = other.change_on(id, 0, KnownWhat::SheetOpened { opened });
    assert_eq!(outcomes(&other.sync(&[change]).await), [refused(Refusal::WrongWorkOrder)]);
}

#[tokio::test]
async fn bodies_travel_compressed_both_ways() {
    let world = World::new();
    let phone = world.phone("wang.lei").await;
    let packed = zstd::encode_all(phone.request(&[]).as_bytes(), 3).unwrap();
    let request = axum::http::Request::post("/v1/sync")
        .header("jobsheet-protocol", "1")
        .header("authorization", format!("Bearer {}", phone.token))
        .header("content-encoding", "zstd")
        .header("accept-encoding", "gzip, zstd")
        .body(packed.into())
        .unwrap();
    let mut answer = world.send(request).await;
    assert_eq!((answer.status, answer.header("content-encoding")), (StatusCode::OK, "zstd"));
    answer.body = zstd::decode_all(answer.body.as_slice()).unwrap();
    assert_eq!(answer.json::<SyncResponse>().bases.len(), 8);

    let bomb = zstd::encode_all(vec![b' '; 40 << 20].as_slice(), 3).unwrap();
    let request = axum::http::Request::post("/v1/sync")
        .header("jobsheet-protocol", "1")
        .header("authorization", format!("Bearer {}", phone.token))
        .header("content-encoding", "zstd")
        .body(bomb.into())
        .unwrap();
    assert_eq!(world.send(request).await.problem(), "/problems/too-large");
}

#[tokio::test]
async fn reference_data_is_named_once_and_fetched_by_digest() {
    let world = World::new();
    let mut phone = world.phone("wang.lei").await;
    let sets: Vec<ReferenceSet> = phone.sync(&[]).await.reference.unwrap();
    assert_eq!(sets.iter().map(|set| set.name.as_str()).collect::<Vec<_>>(), ["faults", "parts", "van"]);
    for set in &sets {
        let path = format!("/v1/reference/{}", set.digest);
        let answer = world.app(Method::GET, &path, &phone.token, "").await;
        assert_eq!(jobsheet_model::Digest::of(&answer.body), set.digest);
        assert_eq!(answer.body.len() as u64, set.bytes);
    }
    let mut request: SyncRequest = serde_json::from_str(&phone.request(&[])).unwrap();
    request.reference = Some(reference_digest(&sets));
    let body = serde_json::to_string(&request).unwrap();
    let response: SyncResponse = world.app(Method::POST, "/v1/sync", &phone.token, body).await.json();
    assert_eq!(response.reference, None);

    // Another's van is as absent.
    let other = world.phone("ana.li").await;
    let path = format!("/v1/reference/{}", sets[2].digest);
    assert_eq!(world.app(Method::GET, &path, &other.token, "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_cursor_of_another_office_means_from_the_start() {
    let world = World::new();
    let mut phone = world.phone("wang.lei").await;
    let all = phone.pull().await.len();
    let cursor = phone.cursor.clone().unwrap();
    let (place, marker) = cursor.rsplit_once('.').unwrap();
    let (epoch, position) = place.split_once('.').unwrap();
    for foreign in [
        format!("other.{position}.{marker}"),
        format!("{epoch}.999999.{marker}"),
        // An office restored from a backup: as far as that, but it gave the place another name (I12).
        format!("{epoch}.{position}.AAAAAAAA"),
        format!("{epoch}.{position}"),
        "nonsense".into(),
    ] {
        phone.cursor = Some(foreign);
        let response = phone.sync(&[]).await;
        assert_eq!((response.bases.len(), response.afresh), (all, true));
        let positions = response.bases.iter().map(|base| base.n).collect();
        assert_eq!(response.scope, Some(scope_digest(positions)));
    }
    phone.cursor = Some(cursor);
    let response = phone.sync(&[]).await;
    assert!(response.bases.is_empty() && !response.afresh && response.scope.is_none());
}

#[tokio::test]
async fn what_cannot_be_parsed_at_all_is_kept_as_bytes() {
    let world = World::new();
    let phone = world.phone("wang.lei").await;
    for (size, status) in [(3, 204), (3, 204), (2 << 20, 413)] {
        let answer = world.app(Method::POST, "/v1/quarantine", &phone.token, vec![0xff; size]).await;
        assert_eq!(answer.status, status);
    }
}

fn note_raw() -> Box<serde_json::value::RawValue> {
    serde_json::value::RawValue::from_string("{}".into()).unwrap()
}

#[tokio::test]
async fn p23_a_wrong_clock_and_an_unexpected_zone_are_raised_once_for_each_work_order() {
    let world = World::new();
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    let raised = || {
        let raised = world.office.raised(job.id).unwrap().into_iter();
        raised.map(|one| (one.attention, one.about)).collect::<Vec<_>>()
    };
    let at = |phone: &mut Phone<'_>, text: &str, offset: i32, ahead: i64| {
        let change = phone.change(&job, note(text));
        let mut change: Value = serde_json::from_str(change.get()).unwrap();
        (change["at"]["offset"], change["at"]["ahead"]) = (offset.into(), ahead.into());
        phone.sequence -= 1;
        phone.raw(change.to_string())
    };
    let (a, b) = (at(&mut phone, "a", 480, 0), at(&mut phone, "b", 480, 59_999));
    assert_eq!(phone.sync(&[a, b]).await.zone, None);
    assert!(raised().is_empty(), "as it should be");
    let (c, d) = (at(&mut phone, "c", 540, -7_200_000), at(&mut phone, "d", 540, -7_260_000));
    phone.sync(&[c, d]).await;
    let clock = (Attention::Clock, "-120 min".to_owned());
    let zone = (Attention::Zone, "UTC+09:00 / UTC+08:00".to_owned());
    assert_eq!(raised(), [clock.clone(), zone.clone()]);

    // An office that knows its zone says so to a phone that last recorded in another, and to no other.
    world.office.set_zone("+09:30").unwrap();
    assert_eq!(phone.sync(&[]).await.zone, Some(570));
    world.office.set_zone("+08:00").unwrap();
    assert_eq!(phone.sync(&[]).await.zone, Some(480));
    assert!(world.office.set_zone("Chengdu").is_err());
    let e = at(&mut phone, "e", 540, 0);
    phone.sync(&[e]).await;
    assert_eq!(raised(), [clock, zone], "once");
    let f = at(&mut phone, "f", 480, 0);
    assert_eq!(phone.sync(&[f]).await.zone, None);
    let notes = world.office.sheet(job.id).unwrap().unwrap().notes;
    let texts: Vec<_> = notes.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(texts, ["a", "b", "c", "d", "e", "f"], "in the order of the chain");
}
