//! What happens at the office because time passes, with a clock moved by hand.

use crate::world::{Phone, World, note, open};
use chrono::TimeDelta;
use jobsheet_model::{
    Change, Digest, Stage, WorkOrder, WorkOrderId,
    act::{Act, Attention, Entry, JournalEntry},
    change::{ContactOutcome, KnownWhat},
    standard::{self, Duty, Verdict},
    work_order::AssignmentState,
};
use std::sync::Barrier;

fn minutes(minutes: i64) -> TimeDelta {
    TimeDelta::minutes(minutes)
}

fn times(world: &World, id: WorkOrderId, attention: Attention) -> usize {
    world.office.raised(id).unwrap().iter().filter(|one| one.attention == attention).count()
}

fn expired(world: &World, id: WorkOrderId) -> usize {
    let journal = world.office.journal(id).unwrap();
    journal.iter().filter(|line| matches!(line.entry, Entry::Act(Act::Expired { .. }))).count()
}

fn order(world: &World, id: WorkOrderId) -> WorkOrder {
    world.office.work_order(id).unwrap().unwrap()
}

fn offered(world: &World, login: &str) -> WorkOrder {
    let number = world.office.demo_offer(login, None).unwrap().number;
    world.office.by_number(&number).unwrap().unwrap()
}

/// Liu Yang's phone, which has just been told of an offer.
async fn with_an_offer(world: &World) -> (Phone<'_>, WorkOrder) {
    let mut phone = world.phone("liu.yang").await;
    phone.pull().await;
    let job = offered(world, "liu.yang");
    phone.pull().await;
    (phone, job)
}

#[tokio::test]
async fn a15_an_offer_expires_ten_minutes_after_it_reached_the_phone_and_not_after_it_was_made() {
    let world = World::new();
    let mut phone = world.phone("liu.yang").await;
    phone.pull().await;
    let id = offered(&world, "liu.yang").id;
    world.clock.advance(minutes(2));
    phone.pull().await; // and with the next sync its cursor proves the delivery
    phone.sync(&[]).await;
    world.clock.advance(minutes(10) - TimeDelta::milliseconds(1));
    // Until nothing is left to do: from now on it looks again only when something falls due.
    while world.office.tick().unwrap() > 0 {}
    assert_eq!((expired(&world, id), order(&world, id).assignment.state), (0, AssignmentState::Offered));
    world.clock.advance(TimeDelta::milliseconds(1));
    world.office.tick().unwrap();
    assert_eq!((expired(&world, id), order(&world, id).assignment.state), (1, AssignmentState::Withdrawn));
    assert_eq!(times(&world, id, Attention::OfferExpired), 1);
    // Another that fell due at the same moment may be told of first.
    assert!(phone.sync(&[]).await.gone.iter().any(|gone| gone.work_order == id));
    for _ in 0..3 {
        world.clock.advance(minutes(1));
        world.office.tick().unwrap();
    }
    assert_eq!((expired(&world, id), times(&world, id, Attention::OfferExpired)), (1, 1));
}

#[tokio::test]
async fn a15_who_asked_for_more_time_has_it_and_who_accepted_keeps_the_job() {
    let world = World::new();
    let (mut phone, job) = with_an_offer(&world).await;
    let ask = phone.change(&job, KnownWhat::MoreTimeAsked { minutes: 5 });
    phone.sync(&[ask]).await;
    world.clock.advance(minutes(12));
    world.office.tick().unwrap();
    assert_eq!(expired(&world, job.id), 0);
    let accept = phone.change(&job, KnownWhat::OfferAccepted {});
    phone.sync(&[accept]).await;
    world.clock.advance(minutes(60));
    world.office.tick().unwrap();
    assert_eq!(expired(&world, job.id), 0);
    assert_eq!(order(&world, job.id).assignment.state, AssignmentState::Assigned);
}

#[tokio::test]
async fn a15_an_acceptance_that_comes_after_the_expiry_is_kept_and_the_next_one_answers_for_himself() {
    let world = World::new();
    let (mut phone, job) = with_an_offer(&world).await;
    phone.sync(&[]).await;
    world.clock.advance(minutes(10));
    world.office.tick().unwrap();
    let accept = phone.change(&job, KnownWhat::OfferAccepted {});
    phone.sync(&[accept]).await;
    assert_eq!(times(&world, job.id, Attention::Late), 1);
    world.office.offer(job.id, "sun.hao", "周莉").unwrap();
    assert_eq!(world.office.sheet(job.id).unwrap().unwrap().stage, Stage::Offered);
    assert_eq!(order(&world, job.id).assignment.state, AssignmentState::Offered);
}

/// In the basement: he accepts after five minutes, and is heard half an hour later.
#[tokio::test]
async fn a15_an_acceptance_in_time_that_is_heard_of_late_stands_unless_somebody_else_was_asked() {
    for given_on in [false, true] {
        let world = World::new();
        let (mut phone, job) = with_an_offer(&world).await;
        phone.sync(&[]).await;
        world.clock.advance(minutes(5));
        let accept = phone.change(&job, KnownWhat::OfferAccepted {});
        world.clock.advance(minutes(25));
        world.office.tick().unwrap();
        assert_eq!((expired(&world, job.id), times(&world, job.id, Attention::OfferExpired)), (1, 1));
        if given_on {
            world.office.offer(job.id, "sun.hao", "周莉").unwrap();
        }
        let heard = phone.sync(&[accept]).await;
        let now = order(&world, job.id);
        assert_eq!(times(&world, job.id, Attention::Late), usize::from(given_on));
        assert_eq!(heard.gone.iter().any(|gone| gone.work_order == job.id), given_on);
        if given_on {
            assert_eq!(
                (now.assignment.state, now.assignment.technician_name.as_str()),
                (AssignmentState::Offered, "孙浩")
            );
            continue;
        }
        assert_eq!(
            (now.assignment.state, now.assignment.technician),
            (AssignmentState::Assigned, phone.me.id)
        );
        assert_eq!(world.office.sheet(job.id).unwrap().unwrap().stage, Stage::Accepted);
        let raised = world.office.raised(job.id).unwrap();
        let expiry = raised.iter().find(|one| one.attention == Attention::OfferExpired).unwrap();
        assert!(expiry.decided.is_some(), "nobody has to look at it any more");
        // It goes on being his, and what follows is part of the sheet.
        let leave = phone.change(&now, KnownWhat::Departed {});
        phone.sync(&[leave]).await;
        assert_eq!(world.office.sheet(job.id).unwrap().unwrap().stage, Stage::Departed);
        assert_eq!(times(&world, job.id, Attention::Late), 0);
    }
}

/// What a dispatcher took back does not come back by itself.
#[tokio::test]
async fn a15_an_offer_that_was_taken_back_is_not_accepted_afterwards() {
    let world = World::new();
    let (mut phone, job) = with_an_offer(&world).await;
    phone.sync(&[]).await;
    let accept = phone.change(&job, KnownWhat::OfferAccepted {});
    world.office.cancel(job.id, "客户取消", "周莉").unwrap();
    phone.sync(&[accept]).await;
    assert_ne!(order(&world, job.id).assignment.state, AssignmentState::Assigned);
    assert_eq!(times(&world, job.id, Attention::Late), 1);
}

#[tokio::test]
async fn a15_exactly_one_expiry_however_many_processes_tick_at_once() {
    let world = World::new();
    let (mut phone, WorkOrder { id, .. }) = with_an_offer(&world).await;
    phone.sync(&[]).await;
    world.clock.advance(minutes(10));
    let offices: Vec<_> = (0..4).map(|_| open(&world.folder, &world.clock)).collect();
    let together = Barrier::new(offices.len());
    std::thread::scope(|scope| {
        for office in &offices {
            scope.spawn(|| {
                together.wait();
                for _ in 0..5 {
                    office.tick().unwrap();
                }
            });
        }
    });
    assert_eq!((expired(&world, id), times(&world, id, Attention::OfferExpired)), (1, 1));
}

#[tokio::test]
async fn a14_an_offer_that_does_not_reach_the_phone_and_a_job_that_nobody_has_are_said_once_each() {
    let world = World::new();
    let job = offered(&world, "liu.yang");
    let standard = standard::shipped_one("A").unwrap();
    world.clock.advance(minutes(standard.undelivered_minutes.into()) - TimeDelta::milliseconds(1));
    world.office.tick().unwrap();
    assert_eq!(times(&world, job.id, Attention::Undelivered), 0);
    world.clock.advance(TimeDelta::milliseconds(1));
    for _ in 0..3 {
        world.office.tick().unwrap();
    }
    assert_eq!((times(&world, job.id, Attention::Undelivered), expired(&world, job.id)), (1, 0));
    // Given to another, it is a new offer.
    world.office.reassign(job.id, "sun.hao", "No signal", "周莉").unwrap();
    world.clock.advance(minutes(3));
    for _ in 0..3 {
        world.office.tick().unwrap();
    }
    assert_eq!(times(&world, job.id, Attention::Undelivered), 2);

    let waiting = world.office.work_orders().unwrap();
    let waiting = waiting.iter().find(|o| o.assignment.state == AssignmentState::Withdrawn).unwrap().id;
    assert_eq!(times(&world, waiting, Attention::Unassigned), 0);
    world.clock.advance(minutes(30));
    for _ in 0..3 {
        world.office.tick().unwrap();
    }
    assert_eq!(times(&world, waiting, Attention::Unassigned), 1);
}

#[tokio::test]
async fn a7_a17_a_promise_and_its_ceiling_that_pass_without_an_arrival_are_said_once_each() {
    let world = World::new();
    let job = offered(&world, "liu.yang");
    world.clock.set(job.respond_by);
    world.office.tick().unwrap();
    assert_eq!(times(&world, job.id, Attention::Breached), 0);
    world.clock.advance(TimeDelta::milliseconds(1));
    for _ in 0..3 {
        world.office.tick().unwrap();
    }
    let both =
        || (times(&world, job.id, Attention::Breached), times(&world, job.id, Attention::CeilingPassed));
    assert_eq!(both(), (1, 0));
    world.clock.set(job.ceiling + TimeDelta::milliseconds(1));
    for _ in 0..3 {
        world.office.tick().unwrap();
    }
    assert_eq!(both(), (1, 1));
}

#[tokio::test]
async fn b11_half_of_the_estimate_gone_is_said_once_to_tell_the_customer() {
    let world = World::new();
    let mut phone = world.phone("ana.li").await;
    let job = phone.a_job().await;
    let arrived =
        KnownWhat::Arrived { position: None, distance_m: None, on_site: None, note: "No signal".into() };
    let changes = [phone.change(&job, arrived), phone.change(&job, KnownWhat::WorkStarted {})];
    phone.sync(&changes).await;
    world.clock.advance(minutes(i64::from(job.estimate) / 2));
    world.office.tick().unwrap();
    assert_eq!(times(&world, job.id, Attention::ProgressDue), 0);
    world.clock.advance(minutes(2));
    for _ in 0..3 {
        world.office.tick().unwrap();
    }
    assert_eq!(times(&world, job.id, Attention::ProgressDue), 1);
    // Whom the technician tells himself the office need not call.
    let mut phone = world.phone("wang.lei").await;
    let other = phone.a_job().await;
    let arrived =
        KnownWhat::Arrived { position: None, distance_m: None, on_site: None, note: "No signal".into() };
    let changes = [phone.change(&other, arrived), phone.change(&other, KnownWhat::WorkStarted {})];
    phone.sync(&changes).await;
    world.clock.advance(minutes(i64::from(other.estimate) / 2));
    let told =
        KnownWhat::CustomerContacted { outcome: ContactOutcome::Reached, agreed: None, note: String::new() };
    let change = phone.change(&other, told);
    phone.sync(&[change]).await;
    world.clock.advance(minutes(2));
    world.office.tick().unwrap();
    assert_eq!(times(&world, other.id, Attention::ProgressDue), 0);
    // Who is on site has responded, whatever the hour.
    world.clock.set(job.ceiling + minutes(60));
    world.office.tick().unwrap();
    assert_eq!(times(&world, job.id, Attention::Breached), 0);
}

#[tokio::test]
async fn the_office_raises_the_alarm_when_there_is_no_word_by_the_time_agreed() {
    let world = World::new();
    let mut phone = world.phone("ana.li").await;
    let mut jobs = phone.pull().await;
    let (job, other) = (jobs.remove(0).order, jobs.remove(0).order);
    let dark = |back_by| KnownWhat::WentDark { back_by };
    let back_by = world.clock.now() + minutes(20);
    let change = phone.change(&job, dark(back_by));
    phone.sync(&[change]).await;
    // Still in reach on the stairs: that is no word from below.
    world.clock.advance(minutes(2));
    phone.sync(&[]).await;
    world.clock.set(back_by);
    world.office.tick().unwrap();
    assert_eq!(times(&world, job.id, Attention::StillDark), 0);
    world.clock.advance(TimeDelta::milliseconds(1));
    for _ in 0..3 {
        world.office.tick().unwrap();
    }
    assert_eq!(times(&world, job.id, Attention::StillDark), 1);
    // Back, and down again: another silence is another alarm; anything he records in time, here or elsewhere, is word.
    let back_by = world.clock.now() + minutes(10);
    let change = phone.change(&job, dark(back_by));
    phone.sync(&[change]).await;
    world.clock.set(back_by + minutes(1));
    let word = phone.change(&other, note("Back upstairs"));
    phone.sync(&[word]).await;
    world.office.tick().unwrap();
    assert_eq!(times(&world, job.id, Attention::StillDark), 1);
    let back_by = world.clock.now() + minutes(10);
    let change = phone.change(&job, dark(back_by));
    phone.sync(&[change]).await;
    world.clock.set(back_by + minutes(1));
    world.office.tick().unwrap();
    assert_eq!(times(&world, job.id, Attention::StillDark), 2);
}

#[tokio::test]
async fn a_phone_that_is_back_and_has_nothing_to_say_gives_no_alarm() {
    let world = World::new();
    let mut phone = world.phone("ana.li").await;
    let job = phone.a_job().await;
    let back_by = world.clock.now() + minutes(40);
    let change = phone.change(&job, KnownWhat::WentDark { back_by });
    phone.sync(&[change]).await;
    // Upstairs again after a quarter of an hour: it only asks for news.
    world.clock.advance(minutes(15));
    phone.sync(&[]).await;
    world.clock.set(back_by + minutes(1));
    world.office.tick().unwrap();
    assert_eq!(times(&world, job.id, Attention::StillDark), 0);
    // Down once more, and this time nobody comes back.
    let back_by = world.clock.now() + minutes(10);
    let change = phone.change(&job, KnownWhat::WentDark { back_by });
    phone.sync(&[change]).await;
    world.clock.set(back_by + minutes(1));
    world.office.tick().unwrap();
    assert_eq!(times(&world, job.id, Attention::StillDark), 1);
}

fn judged(world: &World, id: WorkOrderId) -> Vec<(Duty, Verdict)> {
    let journal = world.office.journal(id).unwrap().into_iter();
    let verdict = |line: JournalEntry| match line.entry {
        Entry::Act(Act::Judged { duty, verdict, .. }) => Some((duty, verdict)),
        _ => None,
    };
    journal.filter_map(verdict).collect()
}

fn arrived() -> KnownWhat {
    KnownWhat::Arrived { position: None, distance_m: None, on_site: None, note: "No signal".into() }
}

#[tokio::test]
async fn a7_an_arrival_that_is_heard_of_late_is_judged_by_when_it_was() {
    let world = World::new();
    let mut phone = world.phone("ana.li").await;
    let mut jobs = phone.pull().await.into_iter().map(|base| base.order);
    let (job, late, unsure) = (jobs.next().unwrap(), jobs.next().unwrap(), jobs.next().unwrap());
    // In time in the basement, and nobody hears of it before the promise has passed.
    world.clock.set(job.respond_by - minutes(1));
    let there = phone.change(&job, arrived());
    world.clock.set(late.respond_by + minutes(2));
    let too_late = phone.change(&late, arrived());
    let mut change: Change = serde_json::from_str(phone.change(&unsure, arrived()).get()).unwrap();
    (change.at.utc, change.at.ahead) = (unsure.respond_by - minutes(1), None);
    phone.sequence -= 1;
    phone.previous = Some(Digest::of(too_late.get().as_bytes()));
    let unproved = phone.raw(serde_json::to_string(&change).unwrap());
    world.clock.set(late.respond_by.max(unsure.respond_by).max(job.respond_by) + minutes(5));
    world.office.tick().unwrap();
    assert_eq!(times(&world, job.id, Attention::Breached), 1);
    phone.renews().await;
    for _ in 0..2 {
        phone.sync(&[there.clone(), too_late.clone(), unproved.clone()]).await;
    }
    assert_eq!(judged(&world, job.id), [(Duty::Arrive, Verdict::Met)]);
    assert_eq!(judged(&world, late.id), [(Duty::Arrive, Verdict::Breached)]);
    assert_eq!(judged(&world, unsure.id), [(Duty::Arrive, Verdict::Undetermined)]);
    assert_eq!(times(&world, late.id, Attention::Breached), 1, "said before, by the clock");
    assert_eq!(times(&world, unsure.id, Attention::Undetermined), 1);
}

#[tokio::test]
async fn b4_b9_b5_first_response_plan_and_start_are_kept_at_the_office() {
    let world = World::new();
    let b = standard::shipped_one("B").unwrap();
    let registered = |n: u128| {
        let mut order = world.office.work_orders().unwrap().remove(0);
        order.id = WorkOrderId(uuid::Uuid::from_u128(n));
        order.number = format!("B-{n}");
        order.under = Some(b.under());
        order.level = b.on_a_work_order("p1").unwrap();
        order.request.received_at = world.clock.now();
        let promise = b.promise("p1", world.clock.now(), world.clock.now()).unwrap();
        (order.respond_by, order.ceiling) = (promise.due, promise.ceiling);
        world.office.register(order.clone(), "周莉").unwrap();
        order
    };
    let (silent, spoken) = (registered(1), registered(2));
    let mut phone = world.phone("ana.li").await;
    for order in [&silent, &spoken] {
        world.office.offer(order.id, "ana.li", "周莉").unwrap();
    }
    phone.pull().await;
    let order = |id| self::order(&world, id);
    let contacted = |agreed| KnownWhat::CustomerContacted {
        outcome: ContactOutcome::Reached,
        agreed,
        note: String::new(),
    };
    let spoke = phone.change(&order(spoken.id), contacted(None));
    let accepts = [silent.id, spoken.id].map(|id| phone.change(&order(id), KnownWhat::OfferAccepted {}));
    phone.sync(&[vec![spoke], accepts.to_vec()].concat()).await;
    let breaches = |id| -> Vec<String> {
        let raised = world.office.raised(id).unwrap().into_iter();
        raised.filter(|one| one.attention == Attention::Breached).map(|one| one.about).collect()
    };
    world.clock.advance(minutes(16));
    world.office.tick().unwrap();
    assert_eq!((breaches(silent.id), breaches(spoken.id)), (vec!["first_response".to_owned()], vec![]));
    let planned = phone.change(&order(spoken.id), contacted(Some(world.clock.now() + minutes(60))));
    phone.sync(&[planned]).await;
    world.clock.advance(minutes(46));
    world.office.tick().unwrap();
    assert_eq!(breaches(silent.id), ["first_response", "plan"]);
    phone.renews().await;
    let changes = [arrived(), KnownWhat::WorkStarted {}].map(|what| phone.change(&order(spoken.id), what));
    phone.sync(&changes).await;
    world.clock.set(spoken.respond_by + minutes(1));
    world.office.tick().unwrap();
    assert_eq!(breaches(silent.id), ["first_response", "plan", ""]);
    assert_eq!(breaches(spoken.id), [""; 0]);
    let met = [Duty::FirstResponse, Duty::Plan, Duty::Start].map(|duty| (duty, Verdict::Met));
    assert_eq!(judged(&world, spoken.id), met);
}

#[tokio::test]
async fn what_is_cancelled_or_back_has_no_clocks_any_more() {
    let world = World::new();
    let job = offered(&world, "liu.yang");
    world.office.tick().unwrap();
    world.office.cancel(job.id, "Mended by themselves", "周莉").unwrap();
    world.clock.set(job.ceiling + minutes(60));
    world.office.tick().unwrap();
    assert!(world.office.raised(job.id).unwrap().is_empty());
}
