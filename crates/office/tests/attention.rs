//! What waits for a person's decision, and how it is decided.

use crate::{
    console::{OWN, ask, sign_in},
    world::{Answer, Phone, World, note, open},
};
use axum::http::Method;
use chrono::TimeDelta;
use jobsheet_model::{
    Language, LineId, Sheet, Stage, Text, WorkOrder, WorkOrderId,
    act::{Act, Attention, Entry},
    attention::Choice,
    change::{
        ChargeRef, FollowUpKind, KnownWhat, OldPart, PartBrief, PartSource, PartWanted, Rating, RatingReason,
        RefusalReason, SignOffAct, UnfinishedReason,
    },
    charges::{Consent, consent},
    reference::VanStock,
    view::{ConsoleJob, ConsoleLane, ConsoleRow, Status},
    wire::ReferenceSet,
};
use jobsheet_office::Undecided;
use serde_json::{Value, json};
use std::sync::Barrier;

struct Desk<'a> {
    world: &'a World,
    cookie: String,
}

impl<'a> Desk<'a> {
    async fn of(world: &'a World) -> Self {
        Self { world, cookie: sign_in(world).await }
    }

    async fn lane(&self) -> ConsoleLane {
        ask(self.world, Method::GET, "/attention", &self.cookie, "", "").await.json()
    }

    async fn decides(&self, n: impl ToString, body: Value) -> Answer {
        let path = format!("/attention/{}/decide", n.to_string());
        ask(self.world, Method::POST, &path, &self.cookie, &body.to_string(), OWN).await
    }

    async fn job(&self, id: WorkOrderId) -> ConsoleJob {
        ask(self.world, Method::GET, &format!("/work-orders/{id}"), &self.cookie, "", "").await.json()
    }
}

/// Ana's record that came after the work order had been given to somebody else.
async fn a_late_fact(world: &World) -> WorkOrder {
    let mut phone = world.phone("ana.li").await;
    let job = phone.a_job().await;
    let late = phone.change(&job, note("Valve closed"));
    world.office.reassign(job.id, "sun.hao", "Nearer", "周莉").unwrap();
    phone.sync(&[late]).await;
    job
}

#[tokio::test]
async fn a_late_fact_waits_until_somebody_decides_and_the_journal_keeps_who_and_why() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    assert_eq!((desk.lane().await.total, desk.lane().await.entries.len()), (0, 0));
    let job = a_late_fact(&world).await;
    let lane = desk.lane().await;
    let [one] = &lane.entries[..] else { panic!("{lane:?}") };
    assert_eq!(
        (one.attention, one.about.as_str(), one.by.as_str()),
        (Attention::Late, "note_written", "Ana Li")
    );
    assert_eq!((one.number.as_str(), one.technician.as_str()), (job.number.as_str(), "孙浩"));
    assert_eq!(one.choices, [Choice::Stands, Choice::NotAccepted, Choice::PutRight]);

    let reason = json!({"choice": "stands", "reason": " "});
    assert_eq!(desk.decides(one.n, reason).await.problem(), "/problems/reason-needed");
    let unfit = json!({"choice": "help_sent", "reason": "x"});
    assert_eq!(desk.decides(one.n, unfit).await.problem(), "/problems/unfit-choice");
    let long = json!({"choice": "stands", "reason": "x".repeat(501)});
    assert_eq!(desk.decides(one.n, long).await.problem(), "/problems/reason-too-long");
    let unknown = json!({"choice": "shrug", "reason": "x"});
    assert_eq!(desk.decides(one.n, unknown).await.status, 400);
    assert_eq!(desk.lane().await.total, 1, "nothing was decided by that");

    let stands = json!({"choice": "stands", "reason": " Done before the call "});
    assert_eq!(desk.decides(one.n, stands.clone()).await.status, 204);
    assert_eq!(desk.lane().await.total, 0);
    let shown = desk.job(job.id).await;
    assert_eq!(shown.row.attention, 0);
    let decided = shown.attention[0].decided.as_ref().unwrap();
    assert_eq!((decided.choice, decided.by.as_str()), (Choice::Stands, "周莉"));
    assert_eq!(decided.reason, "Done before the call");
    let acts: Vec<_> =
        shown.journal.iter().filter(|line| matches!(line.entry, Entry::Act(Act::Decided { .. }))).collect();
    assert_eq!(acts.len(), 1);
    assert!(shown.journal.iter().any(|line| line.n == one.n), "what was raised is there as before");

    // Once is enough, and whoever comes second hears who was first.
    let again = desk.decides(one.n, stands).await;
    assert_eq!((again.status.as_u16(), again.problem().as_str()), (409, "/problems/decided"));
    assert_eq!(again.json::<Value>()["by"], "周莉");
    assert_eq!(world.office.journal(job.id).unwrap().len(), shown.journal.len());
}

#[tokio::test]
async fn what_is_no_attention_reads_as_absent_and_only_the_offices_people_decide() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let job = a_late_fact(&world).await;
    let n = desk.lane().await.entries[0].n;
    let other = world.office.journal(job.id).unwrap()[0].n;
    let stands = json!({"choice": "stands", "reason": "x"});
    let absent = desk.decides(987_654, stands.clone()).await;
    for n in [other.to_string(), u64::MAX.to_string(), "x".into(), "-1".into()] {
        let answer = desk.decides(&n, stands.clone()).await;
        assert_eq!((answer.status, &answer.body), (absent.status, &absent.body), "{n}");
    }
    assert_eq!(absent.problem(), "/problems/not-found");
    // A technician's session, and another page's request.
    let phone = world.phone("ana.li").await;
    let theirs = format!("jobsheet_console={}", phone.token);
    let path = format!("/attention/{n}/decide");
    let body = stands.to_string();
    assert_eq!(ask(&world, Method::POST, &path, &theirs, &body, OWN).await.status, 401);
    assert_eq!(ask(&world, Method::GET, "/attention", &theirs, "", "").await.status, 401);
    let evil = ask(&world, Method::POST, &path, &desk.cookie, &body, "http://evil.test").await;
    assert_eq!(evil.problem(), "/problems/foreign-origin");
    assert_eq!(desk.lane().await.total, 1);
}

#[tokio::test]
async fn two_who_decide_at_once_leave_one_decision() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let job = a_late_fact(&world).await;
    let n = desk.lane().await.entries[0].n;
    let offices: Vec<_> = (0..4).map(|_| open(&world.folder, &world.clock)).collect();
    let together = Barrier::new(offices.len());
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let deciding = offices.iter().enumerate().map(|(i, office)| {
            let (together, by) = (&together, format!("Person {i}"));
            scope.spawn(move || {
                together.wait();
                let done = office.decide(n, Choice::Stands, "Seen", &by);
                (by, done)
            })
        });
        deciding.collect::<Vec<_>>().into_iter().map(|one| one.join().unwrap()).collect()
    });
    let (first, rest): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(|(_, done)| done.is_ok());
    let [(winner, _)] = &first[..] else { panic!("{first:?}") };
    for (_, done) in rest {
        assert!(matches!(done, Err(Undecided::Already { by }) if by == *winner));
    }
    let journal = world.office.journal(job.id).unwrap();
    assert_eq!(journal.iter().filter(|l| matches!(l.entry, Entry::Act(Act::Decided { .. }))).count(), 1);
}

#[tokio::test]
async fn a14_a15_who_gives_the_job_to_somebody_has_answered_that_nobody_had_it() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let mut phone = world.phone("liu.yang").await;
    phone.pull().await;
    let number = world.office.demo_offer("liu.yang", None).unwrap().number;
    let id = world.office.by_number(&number).unwrap().unwrap().id;
    world.clock.advance(TimeDelta::minutes(4));
    world.office.tick().unwrap();
    let kinds = async || -> Vec<_> {
        let lane = desk.lane().await.entries.into_iter();
        lane.filter(|one| one.work_order == id).map(|one| one.attention).collect()
    };
    assert_eq!(kinds().await, [Attention::Undelivered]);
    // It arrives after all; then nobody answers.
    phone.pull().await;
    phone.sync(&[]).await;
    assert_eq!(kinds().await, []);
    world.clock.advance(TimeDelta::minutes(10));
    world.office.tick().unwrap();
    assert_eq!(kinds().await, [Attention::OfferExpired]);
    world.office.offer(id, "sun.hao", "周莉").unwrap();
    assert_eq!(kinds().await, []);
    let raised = world.office.raised(id).unwrap();
    let by: Vec<_> = raised.iter().map(|one| one.decided.as_ref().unwrap().by.as_str()).collect();
    assert_eq!(by, ["Jobsheet", "周莉"]);
    // A breach that was none is answered by the arrival that proves it.
    let mut sun = world.phone("sun.hao").await;
    let job = sun.pull().await.into_iter().find(|base| base.order.id == id).unwrap().order;
    world.clock.set(job.respond_by - TimeDelta::minutes(1));
    let arrived =
        KnownWhat::Arrived { position: None, distance_m: None, on_site: None, note: "No signal".into() };
    let accepted = sun.change(&job, KnownWhat::OfferAccepted {});
    let there = sun.change(&job, arrived);
    world.clock.set(job.respond_by + TimeDelta::minutes(1));
    sun.renews().await;
    sun.sync(&[accepted]).await;
    world.office.tick().unwrap();
    assert_eq!(kinds().await, [Attention::Breached]);
    sun.sync(&[there]).await;
    assert_eq!(kinds().await, []);
}

#[tokio::test]
async fn d13_b14_a_customer_who_does_not_sign_or_is_not_satisfied_and_a_part_beyond_stock_wait() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let mut phone = world.phone("wang.lei").await;
    let mut jobs = phone.pull().await.into_iter().map(|base| base.order);
    let (refused, unhappy) = (jobs.next().unwrap(), jobs.next().unwrap());
    let VanStock { number, quantity: carried } = van_of(&world, &mut phone).await.swap_remove(0);
    let line = LineId(uuid::Uuid::now_v7());
    let fitted = |quantity, from| KnownWhat::PartFitted {
        line,
        part: PartBrief { number: number.clone(), name: Text::new("Bearing", "轴承"), price: None },
        quantity,
        serial_in: None,
        serial_out: None,
        from,
        old_part: OldPart::Scrapped,
        on_van: None,
    };
    let kinds = async |id| -> Vec<(Attention, String)> {
        let lane = desk.lane().await.entries.into_iter();
        lane.filter(|one| one.work_order == id).map(|one| (one.attention, one.about)).collect()
    };
    let enough = [
        phone.change(&refused, fitted(carried, PartSource::Van)),
        phone.change(&refused, fitted(carried + 1, PartSource::Office)),
    ];
    phone.sync(&enough).await;
    assert_eq!(kinds(refused.id).await, []);
    let too_many = phone.change(&refused, fitted(carried + 1, PartSource::Van));
    phone.sync(&[too_many]).await;
    let beyond = (Attention::BeyondStock, format!("{number}: {} / {carried}", carried + 1));
    assert_eq!(kinds(refused.id).await, std::slice::from_ref(&beyond));
    let refusal = KnownWhat::SignOffRefused { reason: RefusalReason::Price, note: String::new() };
    let refusal = phone.change(&refused, refusal);
    phone.sync(&[refusal]).await;
    let found = kinds(refused.id).await;
    assert_eq!((found[0].0, &found[1]), (Attention::AcceptanceFailed, &beyond));
    assert_eq!(found[0].1, "price");
    // In one go: decided, and another visit opened that anybody may be given.
    let n =
        desk.lane().await.entries.iter().find(|one| one.attention == Attention::AcceptanceFailed).unwrap().n;
    world.clock.advance(TimeDelta::minutes(5));
    let another = json!({"choice": "another_visit", "reason": "Seal leaks again"});
    assert_eq!(desk.decides(n, another.clone()).await.status, 204);
    assert_eq!(desk.decides(n, another).await.problem(), "/problems/decided");
    let journal = desk.job(refused.id).await.journal;
    let visit = journal.iter().filter_map(|line| match &line.entry {
        Entry::Act(Act::FollowedBy { visit }) => Some(visit.clone()),
        _ => None,
    });
    let [visit] = &visit.collect::<Vec<_>>()[..] else { panic!("one visit: {journal:?}") };
    assert_eq!(visit.number, format!("{}-2", refused.number));
    let second = desk.job(visit.work_order).await;
    let follows = second.order.follows.as_ref().unwrap();
    assert_eq!((follows.work_order, &follows.number), (refused.id, &refused.number));
    assert_eq!((follows.stage, follows.why.as_str()), (Stage::SignOffRefused, "Seal leaks again"));
    assert_eq!(follows.refused.as_ref().unwrap().reason, RefusalReason::Price);
    assert_eq!((follows.fitted[0].number.as_str(), follows.fitted[0].quantity), (&number[..], carried + 1));
    assert_eq!(second.row.status, Status::Dispatching);
    assert_eq!((&second.order.customer, &second.order.request.id), (&refused.customer, &refused.request.id));
    assert_eq!((second.order.history[0].summary.as_str(), second.sheet.changes), ("Seal leaks again", 0));
    let respond = TimeDelta::minutes(refused.level.respond.into());
    assert!(second.order.respond_by >= world.clock.now() + respond, "its promise begins anew");
    world.office.offer(visit.work_order, "wang.lei", "周莉").unwrap();
    let sent = phone.pull().await.into_iter().find(|base| base.order.id == visit.work_order).unwrap();
    assert_eq!(sent.order.follows.unwrap().number, refused.number);

    let act = SignOffAct {
        digest: desk.job(unhappy.id).await.digest,
        language: Language::En,
        ink: None,
        signatory: "Zhou Jian".into(),
        capacity: String::new(),
        saw_it_work: false,
        rating: Rating::NotSatisfied,
        rating_reasons: vec![RatingReason::NotSolved, RatingReason::Late],
        remark: String::new(),
    };
    let signed =
        KnownWhat::SignedOff { act, ink: vec![vec![[100, 200, 0, 500], [800, 260, 160, 500]]], phone: None };
    let signed = phone.change(&unhappy, signed);
    phone.sync(&[signed]).await;
    // This phone filled in nothing of what it signs for, which is another matter.
    let found = kinds(unhappy.id).await;
    assert_eq!(found[0], (Attention::NotSatisfied, "not_solved, late".into()));
    assert_eq!(found.len(), 2);
    let rows: Vec<ConsoleRow> = ask(&world, Method::GET, "/work-orders", &desk.cookie, "", "").await.json();
    let attention = |id| rows.iter().find(|row| row.id == id).unwrap().attention;
    assert_eq!((attention(refused.id), attention(unhappy.id)), (1, 2));
}

/// What the phone is told that its van carries.
async fn van_of(world: &World, phone: &mut Phone<'_>) -> Vec<VanStock> {
    let sets: Vec<ReferenceSet> = phone.sync(&[]).await.reference.unwrap();
    let set = sets.iter().find(|set| set.name == "van").unwrap();
    world.app(Method::GET, &format!("/v1/reference/{}", set.digest), &phone.token, "").await.json()
}

#[tokio::test]
async fn e13_what_could_not_be_finished_waits_and_gets_another_visit_and_that_one_a_third() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let mut phone = world.phone("wang.lei").await;
    let first = phone.a_job().await;
    let mut job = first.clone();
    for visit in 2..4 {
        let unfinished = KnownWhat::CouldNotFinish {
            reason: UnfinishedReason::PartsMissing,
            parts: vec![],
            next: String::new(),
            note: String::new(),
        };
        let unfinished = phone.change(&job, unfinished);
        phone.sync(&[unfinished]).await;
        let lane = desk.lane().await;
        let [one] = &lane.entries[..] else { panic!("{lane:?}") };
        assert_eq!((one.attention, one.about.as_str()), (Attention::Unfinished, "parts_missing"));
        let another = json!({"choice": "another_visit", "reason": "The seal has come"});
        assert_eq!(desk.decides(one.n, another).await.status, 204);
        let number = format!("{}-{visit}", first.number);
        let next = world.office.by_number(&number).unwrap().unwrap();
        assert_eq!(next.follows.as_ref().unwrap().number, job.number);
        assert_eq!(next.request.id, first.request.id);
        // The phone of whoever was there hears that it goes on.
        let before = phone.pull().await.into_iter().find(|base| base.order.id == job.id).unwrap().order;
        let followed_by = before.followed_by.unwrap();
        assert_eq!((followed_by.work_order, &followed_by.number), (next.id, &next.number));
        world.office.offer(next.id, "wang.lei", "周莉").unwrap();
        job = phone.pull().await.into_iter().find(|base| base.order.id == next.id).unwrap().order;
    }
}

#[tokio::test]
async fn parts_asked_for_goodwill_work_without_a_quote_and_suggestions_wait_for_somebody() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let mut phone = world.phone("wang.lei").await;
    let jobs: Vec<_> = phone.pull().await.into_iter().map(|base| base.order).collect();
    let sheet = |job: &WorkOrder| Sheet::empty(job.id);
    let pays = |job: &&WorkOrder| consent(job, &sheet(job), job.from) == Consent::Missing;
    let free = |job: &&WorkOrder| consent(job, &sheet(job), job.from) == Consent::NotNeeded;
    let (paid, covered) = (jobs.iter().find(pays).unwrap(), jobs.iter().find(free).unwrap());
    let kinds = async |id| -> Vec<(Attention, String)> {
        let lane = desk.lane().await.entries.into_iter();
        lane.filter(|one| one.work_order == id).map(|one| (one.attention, one.about)).collect()
    };
    // E7, E18: it is chargeable, and nobody has agreed to a price. Under a contract or warranty nothing is said.
    for job in [paid, covered] {
        let began = phone.change(job, KnownWhat::WorkStarted {});
        phone.sync(&[began]).await;
    }
    assert_eq!(kinds(paid.id).await, [(Attention::NoQuote, String::new())]);
    assert_eq!(kinds(covered.id).await, []);

    let request = LineId(uuid::Uuid::now_v7());
    let part = PartWanted { number: "P100001".into(), name: Text::new("Seal", "密封圈"), quantity: 2 };
    let wanted = phone.change(covered, KnownWhat::PartRequested { request, part, note: String::new() });
    phone.sync(&[wanted]).await;
    assert_eq!(kinds(covered.id).await, [(Attention::PartRequested, "P100001 ×2".into())]);
    // Withdrawn, it waits for nobody any more.
    let withdrawn = phone.change(covered, KnownWhat::PartRequestWithdrawn { request });
    phone.sync(&[withdrawn]).await;
    assert_eq!(kinds(covered.id).await, []);
    // The withdrawal was a slip: asked for again, it waits again.
    let part = PartWanted { number: "P100001".into(), name: Text::new("Seal", "密封圈"), quantity: 2 };
    let again = phone.change(covered, KnownWhat::PartRequested { request, part, note: String::new() });
    phone.sync(&[again]).await;
    let waits = desk.lane().await.entries.into_iter().find(|one| one.work_order == covered.id).unwrap();
    assert_eq!(
        (waits.attention, waits.choices.contains(&Choice::NotGiven)),
        (Attention::PartRequested, true)
    );
    // What is decided travels back to whoever asked: it stands on the work order.
    world.office.decide(waits.n, Choice::NotGiven, "Take the one of job 17", "Zhou Li").unwrap();
    let order =
        phone.sync(&[]).await.bases.into_iter().find(|base| base.order.id == covered.id).unwrap().order;
    let said: Vec<_> =
        order.parts_decided.iter().map(|d| (d.request, d.quantity, d.choice, &*d.reason, &*d.by)).collect();
    assert_eq!(said, [(request, 2, Choice::NotGiven, "Take the one of job 17", "Zhou Li")]);

    let given = KnownWhat::GoodwillGiven {
        charge: ChargeRef::CallOut {},
        reason: "Second visit".into(),
        agreed_by: "Li Na".into(),
    };
    let suggested = KnownWhat::FollowUpSuggested { kind: FollowUpKind::Contract, text: "Every year".into() };
    let both = [phone.change(covered, given), phone.change(covered, suggested)];
    phone.sync(&both).await;
    let found = kinds(covered.id).await;
    assert!(found.contains(&(Attention::Goodwill, "Li Na: Second visit".into())), "{found:?}");
    assert!(found.contains(&(Attention::Suggested, "contract: Every year".into())), "{found:?}");
}

/// The office cannot have forgotten what the phone knew of its van when the part was fitted.
#[tokio::test]
async fn p12_a_part_that_the_phone_knew_to_be_beyond_the_vans_stock_waits_even_when_the_stock_came_later() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    let VanStock { number, quantity } = van_of(&world, &mut phone).await.swap_remove(0);
    let fitted = KnownWhat::PartFitted {
        line: LineId(uuid::Uuid::now_v7()),
        part: PartBrief { number: number.clone(), name: Text::new("Bearing", "轴承"), price: None },
        quantity,
        serial_in: None,
        serial_out: None,
        from: PartSource::Van,
        old_part: OldPart::None,
        on_van: Some(0),
    };
    let fitted = phone.change(&job, fitted);
    phone.sync(&[fitted]).await;
    let lane = desk.lane().await;
    let [one] = &lane.entries[..] else { panic!("{lane:?}") };
    assert_eq!((one.attention, &one.about), (Attention::BeyondStock, &format!("{number}: {quantity} / 0")));
}
