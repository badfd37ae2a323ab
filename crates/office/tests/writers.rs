//! Several offices on one database, writing at once: on PostgreSQL two servers, on SQLite two processes beside each other.
//! What happens is decided by chance; what must be true afterwards is not.

use crate::{
    requests::{Desk, whole},
    world::{World, on_a_server, open},
};
use chrono::TimeDelta;
use jobsheet_model::{
    TechnicianId, WorkOrder, WorkOrderId,
    act::{Act, Entry, JournalEntry},
    dispatch::TurnKind,
    view::RequestTaken,
    wire::Base,
    work_order::AssignmentState,
};
use jobsheet_office::Office;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use std::{
    collections::BTreeSet,
    sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering},
    },
};
use uuid::Uuid;

const LOGINS: [&str; 4] = ["wang.lei", "liu.yang", "ana.li", "chen.chen"];

/// The same office twice.
struct Pair {
    world: World,
    other: Office,
}

impl Pair {
    fn open() -> Self {
        let world = World::new();
        let other = open(&world.folder, &world.clock);
        Self { world, other }
    }

    fn one(&self, n: usize) -> &Office {
        if n.is_multiple_of(2) { &self.world.office } else { &self.other }
    }

    /// Work orders that nobody has.
    fn registers(&self, count: u128) -> Vec<WorkOrderId> {
        let first = self.world.office.work_orders().unwrap().remove(0);
        let new = (1..=count).map(|n| {
            let id = WorkOrderId(Uuid::from_u128(n));
            let order = WorkOrder { id, number: format!("W-{n:03}"), ..first.clone() };
            self.one(usize::try_from(n).unwrap()).register(order, "周莉").unwrap();
            id
        });
        new.collect()
    }

    fn order(&self, id: WorkOrderId) -> WorkOrder {
        self.world.office.work_order(id).unwrap().unwrap()
    }

    fn journal(&self, id: WorkOrderId) -> Vec<JournalEntry> {
        self.world.office.journal(id).unwrap()
    }
}

/// `count` threads that begin together.
fn at_once(count: usize, work: impl Fn(usize) + Sync) {
    let (begin, work) = (Barrier::new(count), &work);
    std::thread::scope(|scope| {
        for n in 0..count {
            let begin = &begin;
            scope.spawn(move || {
                begin.wait();
                work(n);
            });
        }
    });
}

/// Who has the work order after these acts; the acts must be possible one after the other.
fn follows(journal: &[JournalEntry], id: WorkOrderId) -> Option<TechnicianId> {
    let (mut holder, mut cancelled) = (None, false);
    for line in journal {
        let Entry::Act(act) = &line.entry else { continue };
        match act {
            Act::Offered { technician, .. } => {
                assert!(holder.is_none() && !cancelled, "{id}: offered twice\n{journal:#?}");
                holder = Some(*technician);
            }
            Act::Reassigned { from, to, .. } => {
                assert!(holder == Some(*from) && !cancelled, "{id}: taken from who has it not\n{journal:#?}");
                holder = Some(*to);
            }
            Act::Expired { technician, .. } => {
                assert_eq!(holder, Some(*technician), "{id}: expired twice\n{journal:#?}");
                holder = None;
            }
            Act::Cancelled { .. } => {
                assert!(!cancelled, "{id}: cancelled twice\n{journal:#?}");
                cancelled = true;
            }
            _ => {}
        }
    }
    holder
}

#[tokio::test(flavor = "multi_thread")]
async fn a11_a_work_order_is_offered_to_one_however_many_offer_it_at_once() {
    let pair = Pair::open();
    for id in pair.registers(12) {
        let offered = AtomicUsize::new(0);
        at_once(LOGINS.len(), |n| {
            if pair.one(n).offer(id, LOGINS[n], "周莉").is_ok() {
                offered.fetch_add(1, Ordering::Relaxed);
            }
        });
        assert_eq!(offered.into_inner(), 1);
        let order = pair.order(id);
        assert_eq!(follows(&pair.journal(id), id), Some(order.assignment.technician));
        assert_eq!((order.version, order.assignment.state), (2, AssignmentState::Offered));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a15_an_offer_expires_once_however_many_look_at_the_clock_at_once() {
    let pair = Pair::open();
    let ids = pair.registers(6);
    let mut phone = pair.world.phone("wang.lei").await;
    for id in &ids {
        pair.other.offer(*id, "wang.lei", "周莉").unwrap();
    }
    phone.pull().await;
    phone.sync(&[]).await;
    pair.world.clock.advance(TimeDelta::minutes(11));
    at_once(4, |n| {
        pair.one(n).tick().unwrap();
    });
    for id in ids {
        let of = |is: fn(&Act) -> bool| {
            let is = |line: &JournalEntry| matches!(&line.entry, Entry::Act(act) if is(act));
            pair.journal(id).iter().filter(|line| is(line)).count()
        };
        assert_eq!(of(|act| matches!(act, Act::Expired { .. })), 1);
        assert_eq!(follows(&pair.journal(id), id), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_many_do_at_once_each_act_was_possible_when_it_was_done() {
    for seed in 0..3 {
        let pair = Pair::open();
        let ids = pair.registers(4);
        at_once(4, |n| {
            let mut dice = StdRng::seed_from_u64(seed * 100 + n as u64);
            for _ in 0..15 {
                let (office, id) = (pair.one(n), ids[dice.random_range(0..ids.len())]);
                let to = LOGINS[dice.random_range(0..LOGINS.len())];
                // Most of it is refused, and that is as it should be.
                let _ = match dice.random_range(0..10) {
                    0..5 => office.offer(id, to, "周莉"),
                    5..8 => office.reassign(id, to, "closer", "周莉"),
                    8 if dice.random_range(0..4) == 0 => office.cancel(id, "not needed", "周莉"),
                    _ => office.tick().map(|_| ()).map_err(Into::into),
                };
            }
        });
        let mut numbers = BTreeSet::new();
        for id in ids {
            let (order, journal) = (pair.order(id), pair.journal(id));
            let holder = follows(&journal, id);
            let taken = order.assignment.state != AssignmentState::Withdrawn;
            assert_eq!(holder, taken.then_some(order.assignment.technician), "seed {seed}");
            let changes = journal.iter().filter(|line| {
                matches!(
                    &line.entry,
                    Entry::Act(
                        Act::Offered { .. }
                            | Act::Reassigned { .. }
                            | Act::Expired { .. }
                            | Act::Cancelled { .. }
                    )
                )
            });
            assert_eq!(order.version as usize, 1 + changes.count(), "seed {seed}: each act made one version");
            for line in journal {
                assert!(numbers.insert(line.n), "seed {seed}: {} is given twice", line.n);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn e17_nobody_is_on_duty_twice_however_many_write_the_rota_at_once() {
    let pair = Pair::open();
    let people: Vec<_> = pair.world.office.technicians().unwrap().into_iter().take(2).collect();
    let begins = pair.world.clock.now();
    at_once(4, |n| {
        let mut dice = StdRng::seed_from_u64(n as u64);
        for _ in 0..10 {
            let from = begins + TimeDelta::hours(dice.random_range(0..20));
            let to = from + TimeDelta::hours(dice.random_range(1..8));
            let who = people[dice.random_range(0..people.len())].id;
            // Most of it is in the way of another turn, and refused.
            let _ = pair.one(n).add_turn(who, TurnKind::OnCall, (from, to), "周莉");
        }
    });
    let turns = pair.other.rota(begins, begins + TimeDelta::days(2)).unwrap().turns;
    assert!(turns.len() >= people.len());
    for (n, turn) in turns.iter().enumerate() {
        for other in turns.iter().skip(n + 1).filter(|other| other.technician == turn.technician) {
            assert!(turn.to <= other.from || other.to <= turn.from, "{turn:?} and {other:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_sent_to_two_offices_at_once_is_taken_once() {
    let pair = Pair::open();
    let desk = Desk::of(&pair.world).await;
    let mut numbers = BTreeSet::new();
    for n in 0..6 {
        let (key, intake) = (format!("k{n}"), whole());
        let twice = tokio::join!(
            desk.takes_at(&pair.world.office, &key, &intake),
            desk.takes_at(&pair.other, &key, &intake)
        );
        let [one, two] = [twice.0, twice.1].map(|answer| answer.json::<RequestTaken>());
        assert_eq!(one, two);
        numbers.insert(one.number);
    }
    assert_eq!(numbers.len(), 6);
    assert_eq!(desk.list().await.open, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_are_counted_at_all_offices_together() {
    let pair = Pair::open();
    let held = AtomicUsize::new(0);
    for round in 0..4 {
        let tries = tokio::join!(
            pair.world.try_password("wang.lei", "wrong"),
            pair.world.try_password_at(&pair.other, "wang.lei", "wrong")
        );
        for answer in [tries.0, tries.1] {
            if answer.status.as_u16() == 429 {
                held.fetch_add(1, Ordering::Relaxed);
            }
        }
        // Five are free: the third round brings the sixth at the latest.
        assert!(round < 3 || held.load(Ordering::Relaxed) > 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_of_one_office_is_answered_at_the_other_and_once() {
    let pair = Pair::open();
    let phone = pair.world.phone("wang.lei").await;
    for _ in 0..4 {
        let challenge = phone.asks_for_a_challenge().await;
        let twice = tokio::join!(
            phone.answer_at(&pair.other, &challenge),
            phone.answer_at(&pair.world.office, &challenge)
        );
        let good = [twice.0, twice.1].iter().filter(|answer| answer.status.is_success()).count();
        assert_eq!(good, 1);
    }
}

/// I6: who has seen a number has seen all before it, although several write and commit in any order.
#[tokio::test(flavor = "multi_thread")]
async fn i6_no_readers_cursor_ever_skips_an_entry() {
    let pair = Pair::open();
    let mut phone = pair.world.phone("wang.lei").await;
    let had: BTreeSet<_> = phone.pull().await.into_iter().map(|base| base.order.id).collect();
    let ids = pair.registers(40);
    let seen = std::thread::scope(|scope| {
        for n in 0..4 {
            let (pair, ids) = (&pair, &ids);
            scope.spawn(move || {
                for id in ids.iter().skip(n).step_by(4) {
                    pair.one(n).offer(*id, "wang.lei", "周莉").unwrap();
                }
            });
        }
        // The phone asks at both offices in turn, for what is after its cursor and for nothing else.
        let reading = async {
            let (mut seen, mut asked) = (Vec::<Base>::new(), 0);
            loop {
                let all_written = ids.iter().all(|id| follows(&pair.journal(*id), *id).is_some());
                let response = phone.sync_at(pair.one(asked), &[]).await;
                asked += 1;
                let more = response.more;
                seen.extend(response.bases);
                if all_written && !more {
                    return seen;
                }
            }
        };
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(reading))
    });
    let seen: BTreeSet<_> = seen.into_iter().map(|base| base.order.id).collect();
    let missing: Vec<_> = ids.iter().filter(|id| !seen.contains(id) && !had.contains(id)).collect();
    assert!(missing.is_empty(), "{missing:?} were stored and never sent");
}

#[tokio::test]
async fn an_office_in_postgresql_says_how_it_is_backed_up_and_makes_no_half_backup() {
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    let to = folder.path().join("backup");
    match world.office.back_up(&to) {
        Ok(_) => assert!(!on_a_server() && to.is_dir()),
        Err(why) => {
            assert!(on_a_server() && why.to_string().contains("pg_dump"), "{why:#}");
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        }
    }
}
