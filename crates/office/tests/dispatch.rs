//! Who is sent: by rule and by hand, with a clock moved by hand.

use crate::{
    console::{OWN, act, act_on, ask, sign_in},
    requests::{Desk, whole},
    world::{Answer, Phone, World, note, open},
};
use axum::http::Method;
use chrono::{DateTime, TimeDelta, Utc};
use jobsheet_model::{
    TechnicianId, WorkOrder, WorkOrderId,
    act::{Act, Attention, Entry},
    area::Area,
    board::{ConsoleArea, ConsoleBoard, ConsoleCandidates, ConsoleCrew, ConsoleRota},
    change::{ContactOutcome, DeclineReason, DelayReason, KnownWhat},
    dispatch::{ByHand, How, KeptOut, Measure, TurnKind},
    expected::{Expected, ToldBy},
    view::{AuditEntry, ConsoleJob, Page, Raised, RequestTaken},
    work_order::{AssignmentState, Visit},
};
use jobsheet_office::{Cannot, NewStaff, Role};
use serde_json::{Value, json};
use std::sync::Barrier;

const ZHOU_LI: &str = "周莉";

fn minutes(minutes: i64) -> TimeDelta {
    TimeDelta::minutes(minutes)
}

/// A world in which only one work order waits, and nobody has anything else to do.
fn with_one(world: &World, is_it: impl Fn(&WorkOrder) -> bool) -> WorkOrder {
    let orders = world.office.work_orders().unwrap();
    let waits = |order: &&WorkOrder| order.assignment.state == AssignmentState::Withdrawn && is_it(order);
    let one = orders.iter().find(waits).expect("a request that waits").clone();
    for order in orders.iter().filter(|order| order.id != one.id) {
        world.office.cancel(order.id, "Not in this story", ZHOU_LI).unwrap();
    }
    one
}

/// The chiller in the High-tech Zone: first level, an area that touches three others.
fn the_chiller(world: &World) -> WorkOrder {
    with_one(world, |order| order.level.rank == 1 && order.template.id == "chiller")
}

fn by_rule(world: &World) {
    world.office.set_by_rule(true, ZHOU_LI).unwrap();
    tick(world);
}

fn tick(world: &World) {
    while world.office.tick().unwrap() > 0 {}
}

fn order(world: &World, id: WorkOrderId) -> WorkOrder {
    world.office.work_order(id).unwrap().unwrap()
}

/// Who has the offer.
fn has(world: &World, id: WorkOrderId) -> String {
    let assignment = order(world, id).assignment;
    match assignment.state {
        AssignmentState::Offered => assignment.technician_name,
        other => format!("{other:?}"),
    }
}

fn acts(world: &World, id: WorkOrderId) -> Vec<(String, Act)> {
    let journal = world.office.journal(id).unwrap().into_iter();
    journal
        .filter_map(|line| if let Entry::Act(act) = line.entry { Some((line.actor, act)) } else { None })
        .collect()
}

fn raised(world: &World, id: WorkOrderId, attention: Attention) -> Vec<Raised> {
    world.office.raised(id).unwrap().into_iter().filter(|one| one.attention == attention).collect()
}

fn candidates(world: &World, id: WorkOrderId) -> ConsoleCandidates {
    world.office.candidates(id, Role::Supervisor).unwrap().unwrap()
}

fn kept_out(found: &ConsoleCandidates, login: &str) -> Vec<KeptOut> {
    found.candidates.iter().find(|one| one.login == login).unwrap().kept_out.clone()
}

/// The phone has the offer, and the office knows.
async fn receives(phone: &mut Phone<'_>) {
    phone.pull().await;
    phone.sync(&[]).await;
}

async fn declines(phone: &mut Phone<'_>, order: &WorkOrder, colleague: &str) {
    let what = KnownWhat::OfferDeclined {
        reason: DeclineReason::OnAnotherJob,
        note: String::new(),
        suggested: Some(colleague.to_owned()).filter(|name| !name.is_empty()),
    };
    let change = phone.change(order, what);
    phone.sync(&[change]).await;
}

#[tokio::test]
async fn a11_a13_a15_offered_to_the_best_and_to_the_next_until_nobody_is_left_and_a_supervisor_has_thirty_minutes()
 {
    let world = World::new();
    let id = the_chiller(&world).id;
    let (mut ana, mut zhao, mut wang) =
        (world.phone("ana.li").await, world.phone("zhao.min").await, world.phone("wang.lei").await);
    by_rule(&world);
    // Her own area comes before a grade that fits better elsewhere.
    assert_eq!(has(&world, id), "Ana Li");
    let offered = acts(&world, id).into_iter().find(|(_, act)| matches!(act, Act::Offered { .. })).unwrap();
    let Act::Offered { ahead, .. } = &offered.1 else { unreachable!() };
    assert_eq!((offered.0.as_str(), *ahead), ("Jobsheet", Some(Measure::Area)));

    receives(&mut ana).await;
    world.clock.advance(minutes(10));
    tick(&world);
    assert_eq!(has(&world, id), "赵敏", "of the neighbours the grade that is asked for comes first");
    let expired = raised(&world, id, Attention::OfferExpired);
    assert_eq!((expired.len(), expired[0].decided.as_ref().unwrap().by.as_str()), (1, "Jobsheet"));

    receives(&mut zhao).await;
    declines(&mut zhao, &order(&world, id), "王磊").await;
    tick(&world);
    assert_eq!(has(&world, id), "王磊");
    let found = candidates(&world, id);
    assert_eq!((found.suggested[0].text.as_str(), found.suggested[0].by.as_str()), ("王磊", "赵敏"));
    assert_eq!(found.suggested[0].technician, Some(wang.me.id));
    assert_eq!(kept_out(&found, "ana.li"), [KeptOut::Expired]);
    assert_eq!(kept_out(&found, "zhao.min"), [KeptOut::Declined]);
    assert_eq!(kept_out(&found, "wang.lei"), [KeptOut::Has]);
    assert_eq!(kept_out(&found, "liu.yang"), [KeptOut::Grade]);

    receives(&mut wang).await;
    declines(&mut wang, &order(&world, id), "").await;
    let empty = world.clock.now();
    tick(&world);
    assert_eq!(has(&world, id), "Declined");
    let nobody = raised(&world, id, Attention::NobodyFits);
    assert_eq!((nobody.len(), nobody[0].about.as_str()), (1, "declined, expired, skill, grade, area"));
    assert_eq!(candidates(&world, id).how, How::Hand, "it is a person's from here on");

    // Nothing more is done by itself; after thirty minutes it is said that nobody did anything.
    let dispatch = i64::from(world_standard_minutes(&world, id));
    world.clock.advance(minutes(dispatch) - TimeDelta::milliseconds(1));
    tick(&world);
    assert_eq!(raised(&world, id, Attention::Unassigned).len(), 0);
    world.clock.advance(TimeDelta::milliseconds(1));
    tick(&world);
    assert_eq!(raised(&world, id, Attention::Unassigned).len(), 1);
    assert_eq!(world.clock.now() - empty, minutes(30));
    world.office.offer_ranked(id, "wang.lei", "Talked to him", ZHOU_LI).unwrap();
    assert!(raised(&world, id, Attention::NobodyFits)[0].decided.is_some());
    assert!(raised(&world, id, Attention::Unassigned)[0].decided.is_some());
}

fn world_standard_minutes(world: &World, id: WorkOrderId) -> u32 {
    let under = order(world, id).under.unwrap();
    jobsheet_model::standard::shipped_one(&under.standard).unwrap().dispatch_minutes
}

#[tokio::test]
async fn a11_a14_what_does_not_reach_a_phone_in_three_minutes_goes_to_the_next_where_the_level_says_so() {
    let world = World::new();
    let id = the_chiller(&world).id;
    by_rule(&world);
    assert_eq!(has(&world, id), "Ana Li");
    world.clock.advance(minutes(3) - TimeDelta::milliseconds(1));
    tick(&world);
    assert_eq!(has(&world, id), "Ana Li");
    world.clock.advance(TimeDelta::milliseconds(1));
    tick(&world);
    assert_eq!(has(&world, id), "赵敏");
    assert!(raised(&world, id, Attention::Undelivered)[0].decided.is_some());
    // The last who fits keeps it: taken back, it would be nobody's.
    world.clock.advance(minutes(3));
    tick(&world);
    assert_eq!(has(&world, id), "王磊");
    world.clock.advance(minutes(3));
    tick(&world);
    assert_eq!(has(&world, id), "王磊");
    assert_eq!(raised(&world, id, Attention::Undelivered).len(), 3);
    let not_reached =
        acts(&world, id).iter().filter(|(_, act)| matches!(act, Act::NotReached { .. })).count();
    assert_eq!(not_reached, 2);
    // The phone that was not reached comes back, and has nothing of it.
    let bases = world.phone("ana.li").await.pull().await;
    assert!(bases.iter().all(|base| base.order.id != id));
}

#[tokio::test]
async fn a11_at_the_second_level_an_offer_waits_for_the_phone() {
    let world = World::new();
    let id = with_one(&world, |order| order.level.rank == 2 && order.template.id == "chiller").id;
    by_rule(&world);
    let first = has(&world, id);
    world.clock.advance(minutes(5));
    tick(&world);
    assert_eq!((has(&world, id), raised(&world, id, Attention::Undelivered).len()), (first, 1));
}

#[tokio::test]
async fn a11_nothing_is_offered_by_rule_until_the_firm_says_so_and_however_many_tick_it_is_offered_once() {
    let world = World::new();
    let id = the_chiller(&world).id;
    tick(&world);
    assert_eq!(has(&world, id), "Withdrawn");
    world.office.set_by_rule(true, ZHOU_LI).unwrap();
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
    let offers = acts(&world, id).iter().filter(|(_, act)| matches!(act, Act::Offered { .. })).count();
    assert_eq!((offers, has(&world, id).as_str()), (1, "Ana Li"));
    // Off again: what comes back waits for a person.
    world.office.set_by_rule(false, ZHOU_LI).unwrap();
    let mut ana = world.phone("ana.li").await;
    receives(&mut ana).await;
    declines(&mut ana, &order(&world, id), "").await;
    tick(&world);
    assert_eq!(has(&world, id), "Declined");
}

#[tokio::test]
async fn a12_the_third_level_goes_to_whose_turn_at_the_desk_it_is() {
    let world = World::new();
    let one = with_one(&world, |order| order.level.rank == 3 && order.template.id == "purifier");
    let found = candidates(&world, one.id);
    by_rule(&world);
    let rota = world.office.rota(world.clock.now(), world.clock.now() + minutes(1)).unwrap();
    let desk: Vec<_> = rota.turns.iter().filter(|turn| turn.kind == TurnKind::Desk).collect();
    assert_eq!((desk.len(), found.how), (1, How::Hand));
    let there = candidates(&world, one.id);
    assert_eq!(there.how, How::Desk);
    for one in there.candidates.iter().filter(|one| one.technician != desk[0].technician) {
        assert!(one.kept_out.contains(&KeptOut::NotAtDesk), "{}", one.name);
    }
}

#[tokio::test]
async fn e17_at_night_only_who_is_on_call_is_asked_and_a_turn_may_be_given_to_another() {
    let world = World::new();
    let id = the_chiller(&world).id;
    world.clock.advance(TimeDelta::hours(13)); // half past ten in the evening
    let now = world.clock.now();
    let on_call = |world: &World| {
        let rota = world.office.rota(now, now + minutes(1)).unwrap();
        let turns: Vec<_> = rota.turns.into_iter().filter(|turn| turn.kind == TurnKind::OnCall).collect();
        assert_eq!(turns.len(), 1);
        turns[0].clone()
    };
    let turn = on_call(&world);
    for one in candidates(&world, id).candidates {
        let is_out = one.kept_out.contains(&KeptOut::OffDuty);
        assert_eq!(is_out, one.technician != turn.technician, "{}", one.name);
    }
    let to = id_of(&world, "zhao.min");
    world.office.give_turn(turn.id, to, ZHOU_LI).unwrap();
    assert_eq!(on_call(&world).technician, to);
    assert_eq!(kept_out(&candidates(&world, id), "zhao.min"), []);
    by_rule(&world);
    assert_eq!(has(&world, id), "赵敏");
}

fn id_of(world: &World, login: &str) -> TechnicianId {
    world.office.technicians().unwrap().into_iter().find(|one| one.login == login).unwrap().id
}

#[tokio::test]
async fn a13_where_nobody_knows_the_place_a_person_decides() {
    let world = World::new();
    let id = the_chiller(&world).id;
    // Areas that are elsewhere: the site lies in none of them.
    let away = json!({"type": "FeatureCollection", "features": [{
        "type": "Feature", "properties": {"name": "Elsewhere"},
        "geometry": {"type": "Polygon", "coordinates": [[[10, 50], [11, 50], [11, 51], [10, 51], [10, 50]]]}
    }]});
    assert_eq!(world.office.import_areas(&away.to_string(), ZHOU_LI).unwrap(), 1);
    by_rule(&world);
    assert_eq!(has(&world, id), "Withdrawn");
    assert_eq!(raised(&world, id, Attention::NobodyFits)[0].about, "outside");
    assert!(!candidates(&world, id).area_known);
    // She puts the areas right and lets the rule go on.
    let areas = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/areas.json")).unwrap();
    world.office.import_areas(&areas, ZHOU_LI).unwrap();
    tick(&world);
    assert_eq!(has(&world, id), "Withdrawn", "it is still a person's");
    world.office.set_dispatch(id, true, "", ZHOU_LI).unwrap();
    assert_eq!(has(&world, id), "Ana Li");
}

#[tokio::test]
async fn a13_a_supervisor_keeps_a_work_order_to_decide_by_hand_and_says_why() {
    let world = World::new();
    let id = the_chiller(&world).id;
    let refused = world.office.set_dispatch(id, false, " ", ZHOU_LI);
    assert!(matches!(refused, Err(Cannot::Reason)));
    world.office.set_dispatch(id, false, "The customer asks for Sun Hao", ZHOU_LI).unwrap();
    by_rule(&world);
    assert_eq!(has(&world, id), "Withdrawn");
    let said = acts(&world, id).into_iter().any(|(by, act)| {
        by == ZHOU_LI
            && matches!(act, Act::DispatchSet { how: How::Hand, reason, .. } if reason.contains("Sun Hao"))
    });
    assert!(said);
}

#[tokio::test]
async fn a13_some_are_asked_one_after_the_other_as_they_were_named() {
    let world = World::new();
    let id = the_chiller(&world).id;
    let named = ["wang.lei", "zhao.min", "wang.lei"].map(str::to_owned);
    assert!(matches!(world.office.offer_in_turn(id, &[], "", ZHOU_LI), Err(Cannot::Nobody)));
    world.office.offer_in_turn(id, &named, "", ZHOU_LI).unwrap();
    assert_eq!(has(&world, id), "王磊");
    assert_eq!(candidates(&world, id).in_turn, [id_of(&world, "zhao.min")]);
    assert!(matches!(world.office.offer_in_turn(id, &named, "", ZHOU_LI), Err(Cannot::Taken)));
    let mut wang = world.phone("wang.lei").await;
    receives(&mut wang).await;
    world.clock.advance(minutes(10));
    tick(&world);
    assert_eq!(has(&world, id), "赵敏");
    let mut zhao = world.phone("zhao.min").await;
    receives(&mut zhao).await;
    declines(&mut zhao, &order(&world, id), "").await;
    tick(&world);
    assert_eq!(raised(&world, id, Attention::NobodyFits)[0].about, "in_turn");
    // Somebody whom the rules are against is named with a reason only.
    let named = ["liu.yang".to_owned()];
    let refused = world.office.offer_in_turn(id, &named, "", ZHOU_LI);
    assert!(matches!(refused, Err(Cannot::Against(against)) if against == [KeptOut::Grade]));
    world.office.offer_in_turn(id, &named, "With help by telephone", ZHOU_LI).unwrap();
    assert_eq!(has(&world, id), "刘洋");
}

#[tokio::test]
async fn a14_a16_the_customer_is_told_who_comes_and_when_and_again_when_it_gets_later() {
    let world = World::new();
    let cookie = sign_in(&world).await;
    let id = the_chiller(&world).id;
    let path = format!("/work-orders/{id}");
    let stands = async || {
        let job: ConsoleJob = ask(&world, Method::GET, &path, &cookie, "", "").await.json();
        let board: ConsoleBoard = ask(&world, Method::GET, "/board", &cookie, "", "").await.json();
        let untold = board.lanes.iter().flat_map(|lane| &lane.jobs).any(|job| job.id == id && job.is_untold);
        assert_eq!(untold, job.expected.as_ref().is_some_and(|one| !one.is_told));
        job.expected
    };
    let tells = async |expected: &Expected, text: &str| {
        let body = json!({ "expected": expected, "told_by": "telephone", "text": text });
        let answer = act(&world, &cookie, id, "customer-told", &body).await;
        if answer.status == 204 { String::new() } else { answer.problem() }
    };
    world.office.offer_ranked(id, "ana.li", "", ZHOU_LI).unwrap();
    let mut ana = world.phone("ana.li").await;
    receives(&mut ana).await;
    assert_eq!(stands().await, None, "nobody has accepted yet");
    let job = order(&world, id);
    let accepted = ana.change(&job, KnownWhat::OfferAccepted {});
    ana.sync(&[accepted]).await;
    let coming = stands().await.unwrap();
    assert_eq!((&coming.technician.name, coming.told), (&ana.me.name, None));
    let window = Expected { technician: ana.me.id, from: job.from, to: Some(job.to), late: false };
    assert_eq!(coming.expected, window);
    assert_eq!(tells(&window, " ").await, "/problems/nothing-said");
    assert_eq!(tells(&window, &"长".repeat(501)).await, "/problems/reason-too-long");
    let said = "Ana Li 将于 14:00 到 16:00 之间到达";
    assert_eq!(tells(&window, said).await, "");
    let told = stands().await.unwrap();
    assert!(told.is_told);
    let by = told.told.unwrap();
    assert_eq!((by.actor.as_str(), by.told_by), (ZHOU_LI, ToldBy::Telephone));
    let line = world.office.journal(id).unwrap().pop().unwrap();
    assert!(matches!(line.entry, Entry::Act(Act::CustomerTold { text, .. }) if text == said));

    // Held up: the customer has to know, and what was true before is not said any more.
    let new_eta = job.to + minutes(45);
    let late = KnownWhat::DelayReported { reason: DelayReason::Traffic, new_eta, note: String::new() };
    let late = ana.change(&job, late);
    ana.sync(&[late]).await;
    let later = stands().await.unwrap();
    assert_eq!((later.expected.from, later.expected.to, later.expected.late), (new_eta, None, true));
    assert!(!later.is_told && later.told.is_some());
    assert_eq!(tells(&window, said).await, "/problems/other-expected");
    assert_eq!(tells(&later.expected, "Ana Li 会晚到约 45 分钟").await, "");
    assert!(stands().await.unwrap().is_told);
    // Whoever calls the customer himself has told them.
    world.clock.advance(minutes(1));
    let agreed = Some(new_eta + minutes(5));
    let called =
        KnownWhat::CustomerContacted { outcome: ContactOutcome::Reached, agreed, note: String::new() };
    let called = ana.change(&job, called);
    ana.sync(&[called]).await;
    assert_eq!(stands().await, None);
    assert_eq!(tells(&later.expected, "late").await, "/problems/other-expected");
}

#[tokio::test]
async fn a16_who_cannot_be_there_in_time_is_put_up_with_who_is_nearest() {
    let world = World::new();
    let one = the_chiller(&world);
    world.office.offer_ranked(one.id, "ana.li", "", ZHOU_LI).unwrap();
    let mut ana = world.phone("ana.li").await;
    receives(&mut ana).await;
    let job = order(&world, one.id);
    let late = |eta: DateTime<Utc>| KnownWhat::DelayReported {
        reason: DelayReason::Traffic,
        new_eta: eta,
        note: String::new(),
    };
    let accepted = ana.change(&job, KnownWhat::OfferAccepted {});
    let in_time = ana.change(&job, late(job.respond_by));
    ana.sync(&[accepted, in_time]).await;
    assert_eq!(raised(&world, one.id, Attention::HeldUp).len(), 0, "within the promise");
    for by in [20, 40] {
        let too_late = ana.change(&job, late(job.respond_by + minutes(by)));
        ana.sync(&[too_late]).await;
    }
    let held_up = raised(&world, one.id, Attention::HeldUp);
    assert_eq!(held_up.len(), 2);
    assert!(held_up[0].decided.is_some() && held_up[1].decided.is_none(), "the later word counts");
    let said: Vec<_> = held_up[1].about.split(" · ").collect();
    assert_eq!(said[0], "traffic");
    assert!(said[2].starts_with("赵敏, "), "{said:?}");
    world.office.reassign(one.id, "zhao.min", "Nearest", ZHOU_LI).unwrap();
    assert!(raised(&world, one.id, Attention::HeldUp)[1].decided.is_some());
    assert_eq!(kept_out(&candidates(&world, one.id), "ana.li"), [KeptOut::Taken]);
}

#[tokio::test]
async fn d7_what_somebody_has_to_do_already_counts() {
    let world = World::new();
    let orders = world.office.work_orders().unwrap();
    let waiting = orders.iter().find(|one| one.assignment.state == AssignmentState::Withdrawn).unwrap();
    let found = candidates(&world, waiting.id);
    for one in &found.candidates {
        let theirs = orders.iter().filter(|order| order.assignment.technician == one.technician);
        let all: u32 = theirs.map(|order| order.estimate).sum();
        assert!(one.open_minutes > 0 && one.open_minutes <= all, "{}", one.name);
    }
}

#[tokio::test]
async fn d8_the_most_urgent_is_offered_first_and_who_is_sent_must_be_on_duty_at_the_appointment() {
    let world = World::new();
    let urgent = the_chiller(&world);
    let copy = |n: u128, number: &str, from: DateTime<Utc>| WorkOrder {
        id: WorkOrderId(uuid::Uuid::from_u128(n)),
        number: number.into(),
        version: 1,
        from,
        ..urgent.clone()
    };
    // At three in the night, with the customer: she is on duty now, and not then.
    let night = "2026-11-24T19:00:00Z".parse().unwrap();
    let at_night = copy(1, "JS-2611-0901", night);
    world.office.register(at_night.clone(), ZHOU_LI).unwrap();
    let rota = world.office.rota(night, night + minutes(1)).unwrap();
    for one in candidates(&world, at_night.id).candidates {
        let on_call = rota.turns.iter().any(|turn| turn.technician == one.technician);
        assert_eq!(one.kept_out.contains(&KeptOut::OffDutyThen), !on_call, "{}", one.name);
    }
    world.office.cancel(at_night.id, "Seen", ZHOU_LI).unwrap();
    // Two of the same kind, one more urgent: it is offered first, and what is offered counts as work for the next.
    let mut calm = copy(2, "JS-2611-0902", urgent.from);
    calm.level = jobsheet_model::standard::shipped_one("A").unwrap().on_a_work_order("level_2").unwrap();
    world.office.register(calm.clone(), ZHOU_LI).unwrap();
    by_rule(&world);
    let first = |id| {
        let journal = world.office.journal(id).unwrap();
        journal.iter().find(|line| matches!(line.entry, Entry::Act(Act::Offered { .. }))).unwrap().n
    };
    assert!(first(urgent.id) < first(calm.id));
    assert_eq!(candidates(&world, calm.id).candidates[0].kept_out, []);
}

async fn sends(world: &World, cookie: &str, method: Method, path: &str, body: Value) -> Answer {
    ask(world, method, path, cookie, &body.to_string(), OWN).await
}

async fn dispatcher(world: &World) -> String {
    let (login, name, password) = ("lily".into(), "Lily".into(), "a long password".into());
    world.office.add_staff(NewStaff { login, name, role: Role::Dispatcher, password }).unwrap();
    let body = json!({"login": "lily", "password": "a long password"});
    let answer = sends(world, "", Method::POST, "/sign-in", body).await;
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn e5_at_the_console_whoever_goes_against_a_rule_says_why() {
    let world = World::new();
    let cookie = sign_in(&world).await;
    let id = the_chiller(&world).id;
    let path = format!("/work-orders/{id}/candidates");
    let found: ConsoleCandidates = ask(&world, Method::GET, &path, &cookie, "", "").await.json();
    assert_eq!((found.grade, found.chosen), (2, Some(id_of(&world, "ana.li"))));
    assert_eq!(found.skill.as_ref().unwrap().zh, "冷水机组");
    assert_eq!(found.areas[0].zh, "城南：高新区");
    let order: Vec<_> = found.candidates.iter().map(|one| one.login.as_str()).collect();
    assert_eq!(order[..3], ["ana.li", "zhao.min", "wang.lei"]);
    assert_eq!(found.candidates[0].ahead, Some(Measure::Area));
    assert_eq!(found.candidates[1].ahead, Some(Measure::Grade));

    let answer = act(&world, &cookie, id, "offer", &json!({"technician": "sun.hao"})).await;
    assert_eq!(answer.problem(), "/problems/against-the-rules");
    let body = json!({"technician": "sun.hao", "reason": "The customer asks for him"});
    assert_eq!(act(&world, &cookie, id, "offer", &body).await.status, 204);
    let against = acts(&world, id).into_iter().find_map(|(_, act)| match act {
        Act::Offered { against, reason, .. } => Some((against, reason)),
        _ => None,
    });
    assert_eq!(against, Some((vec![KeptOut::Area], "The customer asks for him".to_owned())));
    let path = "/work-orders/01890000-0000-7000-8000-000000000001/candidates";
    assert_eq!(ask(&world, Method::GET, path, &cookie, "", "").await.problem(), "/problems/not-found");
}

#[tokio::test]
async fn nobody_acts_on_a_work_order_that_somebody_has_changed_since() {
    let world = World::new();
    let cookie = sign_in(&world).await;
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    let path = format!("/work-orders/{}", job.id);
    let seen = async || ask(&world, Method::GET, &path, &cookie, "", "").await.header("etag").to_owned();
    let at_nine = seen().await;
    // What the technician writes down changes nothing about whose it is.
    let dusty = phone.change(&job, note("Fan is dusty"));
    phone.sync(&[dusty]).await;
    assert_eq!(seen().await, at_nine);
    world.office.reassign(job.id, "sun.hao", "Nearer", ZHOU_LI).unwrap();
    assert_ne!(seen().await, at_nine);
    let before = world.office.journal(job.id).unwrap().len();
    let why = "Seen at nine";
    for (what, body) in [
        ("offer", json!({"technician": "ana.li", "reason": why})),
        ("offer-in-turn", json!({"technicians": ["ana.li"], "reason": why})),
        ("dispatch", json!({"by_rule": false, "reason": why})),
        ("reassign", json!({"technician": "ana.li", "reason": why})),
        ("cancel", json!({"reason": why})),
        ("close", json!({"reason": why})),
        ("reopen", json!({"reason": why})),
    ] {
        let acts = async |seen: &str| act_on(&world, &cookie, job.id, what, &body, seen).await;
        let blind = acts("").await;
        assert_eq!(
            (blind.status.as_u16(), blind.problem().as_str()),
            (428, "/problems/if-match-needed"),
            "{what}"
        );
        let late = acts(&at_nine).await;
        assert_eq!(
            (late.status.as_u16(), late.problem().as_str()),
            (412, "/problems/work-order-changed"),
            "{what}"
        );
    }
    assert_eq!(world.office.journal(job.id).unwrap().len(), before);
    let again = json!({"technician": "ana.li", "reason": "Looked again"});
    assert_eq!(act_on(&world, &cookie, job.id, "reassign", &again, &seen().await).await.status, 204);
}

#[tokio::test]
async fn a11_skills_grade_area_and_absence_are_kept_by_supervisors_and_nothing_is_overwritten_unseen() {
    let world = World::new();
    let cookie = sign_in(&world).await;
    let lily = dispatcher(&world).await;
    let crew: ConsoleCrew = ask(&world, Method::GET, "/people", &lily, "", "").await.json();
    assert_eq!((crew.people.len(), crew.skills.len(), crew.areas.len(), crew.by_rule), (6, 7, 6, false));
    let zhao = crew.people.iter().find(|one| one.technician.login == "zhao.min").unwrap();
    assert_eq!((zhao.version, zhao.areas.clone(), zhao.on_duty), (1, vec!["south_west".to_owned()], true));
    let path = format!("/people/{}", zhao.technician.id);
    let put = |cookie: String, version: &'static str, body: Value| {
        let (world, path) = (&world, path.clone());
        async move {
            let request = axum::http::Request::builder()
                .method(Method::PUT)
                .uri(format!("/console/api{path}"))
                .header("host", "office.test")
                .header("origin", OWN)
                .header("cookie", cookie)
                .header("if-match", version);
            world.send(request.body(axum::body::Body::from(body.to_string())).unwrap()).await
        }
    };
    let whole = json!({"skills": ["chiller"], "grade": 2, "area": "south", "away": null});
    assert_eq!(put(lily, "\"1\"", whole.clone()).await.status, 403);
    assert_eq!(put(cookie.clone(), "", whole.clone()).await.problem(), "/problems/if-match-needed");
    for (field, value) in [
        ("grade", json!(0)),
        ("skills", json!(["rocket"])),
        ("area", json!("moon")),
        ("away", json!({"until": null, "reason": " "})),
    ] {
        let mut odd = whole.clone();
        odd[field] = value;
        let answer = put(cookie.clone(), "\"1\"", odd).await;
        assert_eq!(answer.json::<Value>()["fields"][0]["path"], field);
    }
    assert_eq!(put(cookie.clone(), "\"1\"", whole.clone()).await.json::<Value>()["version"], 2);
    assert_eq!(put(cookie.clone(), "\"1\"", whole.clone()).await.problem(), "/problems/crew-changed");
    let ill = json!({"skills": ["chiller"], "grade": 2, "area": "south", "away": {"until": "2026-11-23", "reason": "Ill"}});
    assert_eq!(put(cookie.clone(), "\"2\"", ill).await.status, 200);
    let id = the_chiller(&world).id;
    assert_eq!(kept_out(&candidates(&world, id), "zhao.min"), [KeptOut::Away]);
}

#[tokio::test]
async fn a11_e17_areas_and_the_rota_at_the_console() {
    let world = World::new();
    let (cookie, lily) = (sign_in(&world).await, dispatcher(&world).await);
    let areas: Vec<ConsoleArea> = ask(&world, Method::GET, "/areas", &lily, "", "").await.json();
    let south = areas.iter().find(|one| one.area.key == "south").unwrap();
    assert_eq!(south.people, ["Ana Li"]);
    assert_eq!(south.area.neighbours, ["east", "south_west", "west"]);
    let far: &Area = &areas.iter().find(|one| one.area.key == "far_east").unwrap().area;
    assert_eq!(far.shape.len(), 2);
    let answer = sends(&world, &lily, Method::PUT, "/areas", json!({})).await;
    assert_eq!(answer.status, 403);
    let answer = sends(&world, &cookie, Method::PUT, "/areas", json!({"type": "Feature"})).await;
    assert_eq!(answer.json::<Value>()["fields"][0]["path"], "type");
    assert_eq!(world.office.areas().unwrap().len(), 6, "nothing of it was taken");
    let answer = sends(&world, &lily, Method::PUT, "/dispatch", json!({"by_rule": true})).await;
    assert_eq!(answer.status, 403);
    assert_eq!(sends(&world, &cookie, Method::PUT, "/dispatch", json!({"by_rule": true})).await.status, 204);

    let week = "/rota?from=2026-11-23T00:00:00Z&to=2026-11-30T00:00:00Z";
    let rota: ConsoleRota = ask(&world, Method::GET, week, &lily, "", "").await.json();
    assert_eq!((rota.turns.len(), rota.hours.len(), rota.people.len()), (14, 7, 6));
    let bad = "/rota?from=2026-11-23T00:00:00Z&to=2027-11-30T00:00:00Z";
    assert_eq!(ask(&world, Method::GET, bad, &lily, "", "").await.status, 400);
    let turn = |from: &str, to: &str| json!({"technician": id_of(&world, "ana.li"), "kind": "on_call", "from": from, "to": to});
    // She has the rota of another week.
    let body = turn("2027-03-01T12:00:00Z", "2027-03-02T00:00:00Z");
    let added = sends(&world, &lily, Method::POST, "/rota", body.clone()).await;
    assert_eq!(added.status, 201);
    let id = added.json::<Value>()["id"].as_str().unwrap().to_owned();
    assert_eq!(sends(&world, &lily, Method::POST, "/rota", body).await.problem(), "/problems/turn-overlaps");
    let body = turn("2027-03-02T12:00:00Z", "2027-03-02T00:00:00Z");
    assert_eq!(sends(&world, &lily, Method::POST, "/rota", body).await.problem(), "/problems/turn-length");
    let give = json!({"technician": id_of(&world, "wang.lei")});
    let path = format!("/rota/{id}/give");
    assert_eq!(sends(&world, &lily, Method::POST, &path, give.clone()).await.status, 204);
    let path = format!("/rota/{id}");
    assert_eq!(sends(&world, &lily, Method::DELETE, &path, json!({})).await.status, 204);
    assert_eq!(sends(&world, &lily, Method::DELETE, &path, json!({})).await.problem(), "/problems/not-found");
}

#[tokio::test]
async fn a15_the_board_shows_each_lane_with_its_offers_and_what_is_nobodys() {
    let world = World::new();
    let cookie = sign_in(&world).await;
    let board = async |world: &World| -> ConsoleBoard {
        ask(world, Method::GET, "/board", &cookie, "", "").await.json()
    };
    let before = board(&world).await;
    assert_eq!((before.lanes.len(), before.by_rule), (6, false));
    assert!(before.unassigned.windows(2).all(|two| two[0].level.rank <= two[1].level.rank));
    let id = before.unassigned[0].id;
    world.office.offer_ranked(id, "ana.li", "So that she has it", ZHOU_LI).unwrap();
    let lane = |board: &ConsoleBoard| board.lanes.iter().find(|lane| lane.login == "ana.li").unwrap().clone();
    let there = lane(&board(&world).await);
    let offer = there.jobs.iter().find(|job| job.id == id).unwrap().offer.clone().unwrap();
    assert_eq!((offer.offered_at, offer.expires_at), (world.clock.now(), None));
    assert!(there.jobs.windows(2).all(|two| two[0].from <= two[1].from));
    assert_eq!(there.heard, None);

    let mut ana = world.phone("ana.li").await;
    receives(&mut ana).await;
    let there = lane(&board(&world).await);
    let offer = there.jobs.iter().find(|job| job.id == id).unwrap().offer.clone().unwrap();
    assert_eq!(offer.expires_at, Some(world.clock.now() + minutes(10)));
    assert_eq!(there.heard, Some(world.clock.now()));

    let job = order(&world, id);
    let back_by = world.clock.now() + minutes(40);
    let accepted = ana.change(&job, KnownWhat::OfferAccepted {});
    let dark = ana.change(&job, KnownWhat::WentDark { back_by });
    ana.sync(&[accepted, dark]).await;
    let there = lane(&board(&world).await);
    assert!(there.jobs.iter().find(|job| job.id == id).unwrap().offer.is_none());
    assert_eq!(there.dark_until, Some(back_by));
}

/// A request for the demo firm's second level, of which the rules would send somebody at once.
async fn made(desk: &Desk<'_>, key: &str, says: impl Fn(&mut Value)) -> WorkOrderId {
    let mut intake = whole();
    says(&mut intake);
    let taken: RequestTaken = desk.takes(key, &intake).await.json();
    desk.makes(taken.id, &format!("{key}-made")).await.json::<Visit>().work_order
}

#[tokio::test]
async fn a13_whom_the_customer_wants_and_what_is_confidential_waits_for_whom_the_standard_names() {
    let world = World::new();
    with_one(&world, |_| true);
    let desk = Desk::of(&world).await;
    let lily = dispatcher(&world).await;
    by_rule(&world);
    let sun = id_of(&world, "sun.hao");
    let plain = made(&desk, "plain", |_| {}).await;
    let id = made(&desk, "wished", |intake| {
        intake["wished"] = json!(sun);
        intake["confidential"] = json!(true);
    })
    .await;
    tick(&world);
    // What nothing speaks against was given by rule, or given up by it; this one waits.
    assert!(
        acts(&world, plain)
            .iter()
            .any(|(_, act)| matches!(act, Act::Offered { .. } | Act::DispatchSet { .. }))
    );
    assert!(
        !acts(&world, id).iter().any(|(_, act)| matches!(act, Act::Offered { .. } | Act::DispatchSet { .. }))
    );
    let reasons = [ByHand::Wished, ByHand::Confidential];
    let board: ConsoleBoard = ask(&world, Method::GET, "/board", &lily, "", "").await.json();
    let job = board.unassigned.iter().find(|job| job.id == id).unwrap();
    assert_eq!((job.how, job.by_hand.as_slice(), job.wished.as_str()), (How::Hand, &reasons[..], "孙浩"));
    let path = format!("/work-orders/{id}/candidates");
    let found: ConsoleCandidates = ask(&world, Method::GET, &path, &lily, "", "").await.json();
    assert_eq!(
        (found.may, found.hand_role, found.by_hand.as_slice()),
        (false, Role::Supervisor, &reasons[..])
    );
    assert_eq!((found.wished, found.candidates[0].login.as_str()), (Some(sun), "sun.hao"));
    assert_eq!(found.candidates.iter().filter(|one| one.technician == sun).count(), 1);

    // A dispatcher gives it to nobody, whichever way; each try is in the audit.
    let why = "He was here last time";
    for (door, body) in [
        ("offer", json!({"technician": "sun.hao", "reason": why})),
        ("offer-in-turn", json!({"technicians": ["sun.hao"], "reason": why})),
        ("dispatch", json!({"by_rule": true, "reason": why})),
        ("reassign", json!({"technician": "sun.hao", "reason": why})),
    ] {
        let refused = act(&world, &lily, id, door, &body).await;
        assert_eq!(refused.status, 403, "{door}");
        assert_eq!(refused.problem(), "/problems/not-yours-to-give");
        let said: Value = refused.json();
        assert_eq!(said["by"], "supervisor");
        assert!(said["detail"].as_str().unwrap().contains("confidential"), "{said}");
    }
    let cookie = sign_in(&world).await;
    let audit: Page<AuditEntry> = ask(&world, Method::GET, "/audit", &cookie, "", "").await.json();
    let tries = audit.items.iter().filter(|one| one.actor == "lily" && one.refused).count();
    assert_eq!(tries, 4);

    // The thirty minutes run as for any that nobody has; then a supervisor decides.
    world.clock.advance(minutes(29));
    tick(&world);
    assert_eq!(raised(&world, id, Attention::Unassigned).len(), 0);
    world.clock.advance(minutes(2));
    tick(&world);
    assert_eq!(raised(&world, id, Attention::Unassigned).len(), 1);
    let offer = json!({"technician": "sun.hao", "reason": why});
    let answer = act(&world, &cookie, id, "offer", &offer).await;
    assert_eq!(answer.status, 204);
    assert_eq!(has(&world, id), "孙浩");

    // The machine is confidential from here on, whoever calls and whatever they say of it.
    let known = world.office.work_order(id).unwrap().unwrap();
    let next = made(&desk, "next", |intake| {
        intake["customer"]["id"] = json!(known.customer.id);
        intake["site"]["id"] = json!(known.site.id);
        intake["equipment"]["id"] = json!(known.equipment.as_ref().unwrap().id);
    })
    .await;
    tick(&world);
    assert!(order(&world, next).request.confidential);
    assert_eq!(candidates(&world, next).by_hand, [ByHand::Confidential]);
    assert_eq!(has(&world, next), "Withdrawn");
    // And where nobody fits it is a supervisor's as well.
    let nobody = made(&desk, "nobody", |intake| {
        intake["site"]["address"] = json!("Nowhere that anybody knows");
    })
    .await;
    tick(&world);
    assert_eq!(candidates(&world, nobody).by_hand, [ByHand::NobodyFits]);
    let body = json!({"technician": "sun.hao", "reason": why});
    let refused = act(&world, &lily, nobody, "offer", &body).await;
    assert_eq!(refused.problem(), "/problems/not-yours-to-give");
    // Nobody whom the firm does not have is wished for.
    let mut intake = whole();
    intake["wished"] = json!("01890000-0000-7000-8000-000000000001");
    let refused: Value = desk.takes("none", &intake).await.json();
    assert_eq!(refused["fields"][0]["path"], "wished");
}
