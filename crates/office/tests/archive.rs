//! What comes back: closed by the rule or by hand, searched in the archive, and never changed in silence.

use crate::{
    console::{act, ask, sign_in},
    world::{Answer, Phone, World, note},
};
use axum::http::Method;
use chrono::TimeDelta;
use jobsheet_model::{
    Digest, Language, LineId, Text, WorkOrder, WorkOrderId,
    act::{Act, Attention, Entry},
    archive::{Field, Outcome},
    attention::{Choice, Handling},
    change::{
        FollowUpKind, KnownWhat, OldPart, PartBrief, PartSource, PhotoSubject, Rating, RefusalReason,
        SignOffAct,
    },
    closing::Lack,
    document::document,
    standard::{Under, shipped_one},
    table::Register,
    view::{ConsoleArchive, ConsoleJob, ConsoleLane, ConsoleRow, Status},
};
use jobsheet_office::{Cannot, Decided, Undecided};
use serde_json::{Value, json};
use uuid::Uuid;

const ZHOU: &str = "周莉";

struct Desk<'a> {
    world: &'a World,
    cookie: String,
}

impl<'a> Desk<'a> {
    async fn of(world: &'a World) -> Self {
        Self { world, cookie: sign_in(world).await }
    }

    async fn reads(&self, path: &str) -> Answer {
        ask(self.world, Method::GET, path, &self.cookie, "", "").await
    }

    async fn acts(&self, job: &WorkOrder, what: &str, body: Value) -> Answer {
        act(self.world, &self.cookie, job.id, what, &body).await
    }

    async fn job(&self, id: WorkOrderId) -> ConsoleJob {
        self.reads(&format!("/work-orders/{id}")).await.json()
    }

    /// Numbers found, the latest first.
    async fn finds(&self, query: &[(&str, &str)]) -> Vec<String> {
        self.archive(query).await.rows.into_iter().map(|row| row.number).collect()
    }

    async fn archive(&self, query: &[(&str, &str)]) -> ConsoleArchive {
        let query: Vec<_> = query.iter().map(|(name, value)| format!("{name}={}", typed(value))).collect();
        self.reads(&format!("/archive?{}", query.join("&"))).await.json()
    }
}

/// As a browser writes it into an address.
pub fn typed(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn remedy(text: &str) -> KnownWhat {
    KnownWhat::Diagnosed { fault_code: Some("E42".into()), cause: "轴封磨损".into(), remedy: text.into() }
}

/// The customer's acceptance of what the sheet says now, in the plan that the technician knows.
fn acceptance(world: &World, job: &WorkOrder, rating: Rating) -> KnownWhat {
    let sheet = world.office.sheet(job.id).unwrap().unwrap();
    let act = SignOffAct {
        digest: document(job, &sheet, Language::Zh).digest(),
        language: Language::Zh,
        ink: None,
        signatory: "何护士长".into(),
        capacity: String::new(),
        saw_it_work: true,
        rating,
        rating_reasons: Vec::new(),
        remark: String::new(),
    };
    KnownWhat::SignedOff { act, ink: vec![vec![[100, 200, 0, 500], [800, 260, 160, 500]]], phone: None }
}

/// Everything that was said to a phone at once, and signed.
async fn signs(world: &World, phone: &mut Phone<'_>, job: &WorkOrder, done: &str, rating: Rating) {
    let diagnosed = phone.change(job, remedy(done));
    phone.sync(&[diagnosed]).await;
    let signed = acceptance(world, job, rating);
    let signed = phone.change(job, signed);
    phone.sync(&[signed]).await;
    settle(world, job.id);
}

/// What a phone of the tests leaves out is seen by somebody, so that it stands in nobody's way.
fn settle(world: &World, id: WorkOrderId) {
    for one in world.office.raised(id).unwrap() {
        if one.decided.is_none() && one.attention == Attention::Differs {
            world.office.decide(one.n, Choice::Stands, "Seen", ZHOU).unwrap();
        }
    }
}

/// May be recorded on a signed sheet too.
fn suggested(text: &str) -> KnownWhat {
    KnownWhat::FollowUpSuggested { kind: FollowUpKind::Inspection, text: text.into() }
}

fn acts(world: &World, id: WorkOrderId) -> Vec<Act> {
    let acts = world.office.journal(id).unwrap().into_iter().filter_map(|line| match line.entry {
        Entry::Act(act) => Some(act),
        Entry::Change(_) => None,
    });
    acts.collect()
}

fn waiting(world: &World, id: WorkOrderId) -> Vec<(u64, Attention)> {
    let raised = world.office.raised(id).unwrap().into_iter();
    raised.filter(|one| one.decided.is_none()).map(|one| (one.n, one.attention)).collect()
}

#[tokio::test]
async fn b15_d16_x15_what_is_signed_and_whole_is_closed_by_the_rule_and_found_in_both_languages() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    assert!(desk.archive(&[]).await.is_empty);
    let mut phone = world.phone("wang.lei").await;
    let mut jobs = phone.pull().await.into_iter().map(|base| base.order);
    let (first, second) = (jobs.next().unwrap(), jobs.next().unwrap());
    signs(&world, &mut phone, &first, "更换电源模块, replaced the power module", Rating::Satisfied).await;
    world.clock.advance(TimeDelta::minutes(50));
    signs(&world, &mut phone, &second, "漏水，紧固接头", Rating::NotSatisfied).await;

    let job = desk.job(first.id).await;
    assert_eq!((job.row.status, job.closing.closed_at.is_some()), (Status::Closed, true));
    assert!(matches!(&acts(&world, first.id)[..], [.., Act::Closed { lacked, reason }]
        if lacked.is_empty() && reason.is_empty()));
    // A customer who is not content waits for a decision: that is not over.
    let job = desk.job(second.id).await;
    assert_eq!((job.row.status, job.closing.lacks), (Status::SheetReturned, vec![Lack::Decisions]));
    assert_eq!(desk.finds(&[]).await, [first.number.as_str()]);
    let [(n, Attention::NotSatisfied)] = waiting(&world, second.id)[..] else { panic!() };
    world.office.decide(n, Choice::Settled, "致歉并减免上门费", ZHOU).unwrap();
    assert_eq!(desk.finds(&[]).await, [second.number.clone(), first.number.clone()]);

    let serial = first.equipment.as_ref().unwrap().serial.clone();
    for (query, found) in [
        ("电源", &first),
        ("漏", &second),
        ("power mod", &first),
        ("POWER", &first),
        (first.number.as_str(), &first),
        (serial.as_str(), &first),
        (second.customer.name.as_str(), &second),
    ] {
        assert_eq!(desk.finds(&[("find", query)]).await, [found.number.as_str()], "{query}");
    }
    for nothing in ["电漏", "ower", "不存在", "power 漏"] {
        assert_eq!(desk.finds(&[("find", nothing)]).await, Vec::<String>::new(), "{nothing}");
    }
    assert_eq!(desk.finds(&[("find", "e42")]).await.len(), 2, "both have the fault");
    // Shown where it stands.
    let row = desk.archive(&[("find", "电源")]).await.rows.remove(0);
    assert_eq!((row.outcome, row.matches[0].field), (Outcome::Accepted, Field::Done));
    assert!(row.matches[0].pieces.iter().any(|piece| piece.hit && piece.text == "电源"));

    // By result, technician, level and time.
    let me = phone.me.id.to_string();
    let between = row.visited_at + TimeDelta::minutes(30);
    let between = between.to_rfc3339();
    for (filter, found) in [
        (("outcome", "unhappy"), vec![&second]),
        (("outcome", "accepted"), vec![&first]),
        (("technician", me.as_str()), vec![&second, &first]),
        (("technician", "01890000-0000-7000-8000-000000000000"), vec![]),
        (("from", between.as_str()), vec![&second]),
        (("to", between.as_str()), vec![&first]),
        (("level", "nothing"), vec![]),
    ] {
        let found: Vec<_> = found.into_iter().map(|job| job.number.clone()).collect();
        assert_eq!(desk.finds(&[filter]).await, found, "{filter:?}");
        assert_eq!(desk.finds(&[filter, ("find", "E42")]).await, found, "{filter:?}");
    }
    for unread in [("outcome", "maybe"), ("from", "yesterday"), ("technician", "me"), ("after", "x")] {
        let path = format!("/archive?{}={}", unread.0, unread.1);
        assert_eq!(desk.reads(&path).await.problem(), "/problems/bad-request");
    }
}

#[tokio::test]
async fn d16_the_archive_is_read_page_by_page_without_a_gap_or_a_repeat() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let orders = world.office.work_orders().unwrap();
    for order in &orders {
        world.office.cancel(order.id, "Called off, 客户自行修好", ZHOU).unwrap();
    }
    for query in ["", "客户自行", "called"] {
        let (mut all, mut after) = (Vec::new(), String::new());
        loop {
            let page = desk.archive(&[("find", query), ("after", &after)]).await;
            assert!(page.rows.len() <= 30);
            all.extend(page.rows.iter().map(|row| row.number.clone()));
            let Some(next) = page.next else { break };
            after = next;
        }
        let mut numbers: Vec<_> = orders.iter().rev().map(|order| order.number.clone()).collect();
        assert_eq!(all.len(), orders.len(), "{query}");
        all.sort();
        numbers.sort();
        assert_eq!(all, numbers, "{query}");
    }
    assert!(orders.len() > 30, "more than a page");
    assert_eq!(desk.finds(&[("outcome", "cancelled"), ("find", &orders[0].number)]).await.len(), 1);
}

#[tokio::test]
async fn what_comes_after_closing_is_kept_and_raised_and_opening_again_has_an_actor_and_a_reason() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    signs(&world, &mut phone, &job, "更换接触器", Rating::Satisfied).await;
    let changes = world.office.sheet(job.id).unwrap().unwrap().changes;
    let later = [phone.change(&job, suggested("客户来电：夜里又跳闸"))];
    phone.sync(&later).await;
    // It is there, it is found, and it is said.
    assert_eq!(world.office.sheet(job.id).unwrap().unwrap().changes, changes + 1);
    assert_eq!(desk.finds(&[("find", "跳闸")]).await, [job.number.as_str()]);
    let waits = waiting(&world, job.id);
    let [(_, Attention::Suggested), (n, Attention::AfterClosing)] = waits[..] else { panic!("{waits:?}") };
    assert_eq!(desk.job(job.id).await.row.status, Status::Closed);

    // Closed is closed for the office too.
    for (path, body) in [
        ("offer", json!({"technician": "wang.lei"})),
        ("reassign", json!({"technician": "sun.hao", "reason": "x"})),
        ("cancel", json!({"reason": "x"})),
        ("close", json!({"reason": "x"})),
    ] {
        let answer = desk.acts(&job, path, body).await;
        assert_eq!(answer.problem(), "/problems/closed", "{path}");
    }
    assert_eq!(desk.acts(&job, "reopen", json!({"reason": " "})).await.problem(), "/problems/reason-needed");
    world.office.decide(n, Choice::Reopen, "再查一次", ZHOU).unwrap();
    let line = world.office.journal(job.id).unwrap().pop().unwrap();
    assert_eq!(line.actor, ZHOU);
    assert!(matches!(line.entry, Entry::Act(Act::Reopened { reason }) if reason == "再查一次"));
    assert_eq!(desk.finds(&[]).await, Vec::<String>::new());
    assert_eq!(desk.acts(&job, "reopen", json!({"reason": "x"})).await.problem(), "/problems/not-closed");
    // The rule has nothing to say any more where a person opened it again.
    let more = [phone.change(&job, suggested("已复查，正常"))];
    phone.sync(&more).await;
    for (n, _) in waiting(&world, job.id) {
        world.office.decide(n, Choice::Noted, "看过", ZHOU).unwrap();
    }
    world.office.rebuild_archive().unwrap();
    let found = desk.job(job.id).await;
    assert_eq!(found.closing.lacks, [], "nothing but that somebody opened it");
    assert!(found.closing.is_kept_open && found.closing.closed_at.is_none());
    assert_eq!(desk.acts(&job, "close", json!({"reason": "复查正常"})).await.status, 204);
    assert_eq!(desk.finds(&[("find", "复查")]).await, [job.number.as_str()]);
    assert!(matches!(&acts(&world, job.id)[..], [.., Act::Closed { reason, .. }] if reason == "复查正常"));
}

#[tokio::test]
async fn p24_a_technician_who_amends_a_closed_sheet_opens_it_again_and_signed_anew_it_closes() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    signs(&world, &mut phone, &job, "更换接触器", Rating::Satisfied).await;
    let amended = [phone.change(&job, KnownWhat::Amended { reason: "序列号写错".into() })];
    phone.sync(&amended).await;
    assert!(acts(&world, job.id).contains(&Act::Reopened { reason: "序列号写错".into() }));
    assert_eq!(desk.finds(&[]).await, Vec::<String>::new());
    let [(n, Attention::AfterClosing)] = waiting(&world, job.id)[..] else { panic!() };
    world.office.decide(n, Choice::Stands, "序列号以铭牌为准", ZHOU).unwrap();
    signs(&world, &mut phone, &job, "更换接触器，序列号更正", Rating::Satisfied).await;
    assert_eq!(desk.finds(&[("find", "更正")]).await, [job.number]);
}

#[tokio::test]
async fn a_person_closes_what_the_rule_would_not_with_a_reason_and_what_it_lacked() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    let why = json!({"reason": "客户拒签，电话确认已能使用"});
    assert_eq!(desk.acts(&job, "close", why.clone()).await.problem(), "/problems/not-over");
    // Not signed and no photo of how it was left; the photo that is named has not come.
    let digest = Digest::of(b"not here");
    let photo =
        KnownWhat::PhotoTaken { digest, subject: PhotoSubject::After, step: None, bytes: 8, drawn_on: None };
    let refused = KnownWhat::SignOffRefused { reason: RefusalReason::Price, note: "嫌贵".into() };
    let both = [phone.change(&job, photo), phone.change(&job, refused)];
    phone.sync(&both).await;
    let found = desk.job(job.id).await;
    assert!(found.closing.is_over);
    assert_eq!(found.closing.lacks, [Lack::Photos, Lack::Decisions]);
    assert_eq!(desk.acts(&job, "close", why).await.status, 204);
    assert!(matches!(&acts(&world, job.id)[..], [.., Act::Closed { lacked, reason }]
        if lacked == &[Lack::Photos, Lack::Decisions] && reason.starts_with("客户拒签")));
    assert_eq!(desk.archive(&[("find", "嫌贵")]).await.rows[0].outcome, Outcome::NotAccepted);
}

#[tokio::test]
async fn b14_not_satisfied_gets_a_second_handling_by_a_person_until_a_deadline_then_it_is_the_directors() {
    let world = World::new();
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    signs(&world, &mut phone, &job, "更换接触器", Rating::NotSatisfied).await;
    let [(n, Attention::NotSatisfied)] = waiting(&world, job.id)[..] else { panic!() };
    let until = world.clock.now() + TimeDelta::hours(8);
    let hand = |person: &str, until| {
        let handling = Some(Handling { person: person.into(), until });
        Decided { choice: Choice::SecondHandling, reason: "客户说没修好", handling }
    };
    // Somebody, and a deadline that lies ahead.
    for decided in [
        hand(" ", until),
        hand("刘主管", world.clock.now()),
        Decided { choice: Choice::SecondHandling, reason: "客户说没修好", handling: None },
    ] {
        assert!(matches!(world.office.decide_on(n, decided, ZHOU), Err(Undecided::Handling)));
    }
    world.office.decide_on(n, hand("刘主管", until), ZHOU).unwrap();
    let raised = world.office.raised(job.id).unwrap();
    let second = raised.iter().find(|one| one.attention == Attention::SecondHandling).unwrap();
    assert_eq!(second.handling, Some(Handling { person: "刘主管".into(), until }));
    world.clock.advance(TimeDelta::hours(7));
    world.office.tick().unwrap();
    assert!(matches!(waiting(&world, job.id)[..], [(_, Attention::SecondHandling)]), "there is still time");
    world.clock.advance(TimeDelta::hours(1));
    world.office.tick().unwrap();
    let [(n, Attention::WithDirector)] = waiting(&world, job.id)[..] else {
        panic!("{:?}", waiting(&world, job.id))
    };
    world.office.tick().unwrap();
    assert_eq!(waiting(&world, job.id).len(), 1, "said once");
    // Her word ends it, and it is over.
    world.office.decide(n, Choice::LeftOpen, "已退款，客户仍不满意", "沈总监").unwrap();
    assert_eq!(waiting(&world, job.id), []);
    assert!(matches!(acts(&world, job.id).last(), Some(Act::Closed { .. })));
}

#[tokio::test]
async fn x18_the_standard_names_who_handles_it_and_whose_it_is_after_that() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let mut draft = shipped_one("A").unwrap();
    (draft.closing.handled_by, draft.closing.director) = ("刘主管".into(), "沈总监".into());
    draft.closing.second_handling_hours = 5;
    let saved = world.office.save_standard(&draft, 0, ZHOU).unwrap();
    world.office.publish_standard("A", saved.version, true, true, ZHOU).unwrap();
    let mut phone = world.phone("wang.lei").await;
    // It was made under the first version, and is handled by the one that it keeps.
    let job = phone.a_job().await;
    signs(&world, &mut phone, &job, "更换接触器", Rating::NotSatisfied).await;
    assert_eq!(desk.job(job.id).await.closing.second_handling.director, "");
    let mut new = job.clone();
    (new.id, new.number) = (WorkOrderId(Uuid::now_v7()), "JS-2611-9001".into());
    new.under = Some(Under { standard: "A".into(), version: 2 });
    world.office.register(new.clone(), ZHOU).unwrap();
    world.office.offer(new.id, "wang.lei", ZHOU).unwrap();
    // As the office has it by then: what is signed names its version.
    phone.pull().await;
    let offered = world.office.work_order(new.id).unwrap().unwrap();
    let accepted = phone.change(&offered, KnownWhat::OfferAccepted {});
    phone.sync(&[accepted]).await;
    let new = world.office.work_order(new.id).unwrap().unwrap();
    signs(&world, &mut phone, &new, "更换接触器", Rating::NotSatisfied).await;
    let rule = desk.job(new.id).await.closing.second_handling;
    assert_eq!((rule.hours, rule.by.as_str(), rule.director.as_str()), (5, "刘主管", "沈总监"));
    for (id, director, hours) in [(job.id, "总监 · Director", 24), (new.id, "沈总监", 5)] {
        let [(n, Attention::NotSatisfied)] = waiting(&world, id)[..] else {
            panic!("{:?}", waiting(&world, id))
        };
        let until = world.clock.now() + TimeDelta::hours(1);
        let handling = Some(Handling { person: "刘主管".into(), until });
        let decided = Decided { choice: Choice::SecondHandling, reason: "没修好", handling };
        world.office.decide_on(n, decided, ZHOU).unwrap();
        world.clock.advance(TimeDelta::hours(1));
        world.office.tick().unwrap();
        let raised = world.office.raised(id).unwrap();
        let with = raised.iter().find(|one| one.attention == Attention::WithDirector).unwrap();
        let until = world.clock.now() + TimeDelta::hours(hours);
        assert_eq!(with.handling, Some(Handling { person: director.into(), until }));
    }
}

#[tokio::test]
async fn p15_late_facts_that_are_not_accepted_are_no_part_of_the_sheet_and_stay_in_the_journal() {
    let world = World::new();
    let mut phone = world.phone("ana.li").await;
    let job = phone.a_job().await;
    let (before, late) = (phone.change(&job, note("Valve closed")), phone.change(&job, note("Valve open")));
    phone.sync(&[before]).await;
    world.office.reassign(job.id, "sun.hao", "Nearer", ZHOU).unwrap();
    world.clock.advance(TimeDelta::minutes(1));
    phone.sync(&[late]).await;
    let notes = || {
        let sheet = world.office.sheet(job.id).unwrap().unwrap();
        sheet.notes.into_iter().map(|note| note.text).collect::<Vec<_>>()
    };
    assert_eq!(notes(), ["Valve closed", "Valve open"]);
    let [(n, Attention::Late)] = waiting(&world, job.id)[..] else { panic!() };
    world.office.decide(n, Choice::NotAccepted, "It was Sun Hao's by then", ZHOU).unwrap();
    assert_eq!(notes(), ["Valve closed"]);
    assert!(world.office.journal(job.id).unwrap().iter().any(|line| matches!(&line.entry,
        Entry::Change(what) if serde_json::to_string(what).unwrap().contains("Valve open"))));

    // Not where somebody has signed for it since.
    let mut other = world.phone("wang.lei").await;
    let job = other.a_job().await;
    let late = other.change(&job, note("Fan checked"));
    world.office.reassign(job.id, "sun.hao", "Nearer", ZHOU).unwrap();
    other.sync(&[late]).await;
    let signed = acceptance(&world, &job, Rating::Satisfied);
    let signed = other.change(&job, signed);
    other.sync(&[signed]).await;
    let late = waiting(&world, job.id).into_iter().find(|(_, one)| *one == Attention::Late).unwrap();
    let decided = world.office.decide(late.0, Choice::NotAccepted, "No", ZHOU);
    assert!(matches!(decided, Err(Undecided::Signed)), "{decided:?}");
}

#[tokio::test]
async fn the_lane_is_read_page_by_page_the_urgent_first_without_a_gap_or_a_repeat() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let mut phone = world.phone("wang.lei").await;
    let jobs: Vec<_> = phone.pull().await.into_iter().map(|base| base.order).collect();
    let mut sent = Vec::new();
    for job in jobs.iter().take(3) {
        let reason = "Sale".to_owned();
        let suggested = KnownWhat::FollowUpSuggested { kind: FollowUpKind::Sale, text: reason };
        sent.push(phone.change(job, suggested));
        let refused = KnownWhat::SignOffRefused { reason: RefusalReason::Absent, note: String::new() };
        sent.push(phone.change(job, refused));
    }
    phone.sync(&sent).await;
    for (order, wanted) in [("urgent", [1, 1, 1, 3, 3, 3]), ("newest", [1, 3, 1, 3, 1, 3])] {
        let (mut urgencies, mut all, mut after) = (Vec::new(), Vec::new(), String::new());
        loop {
            let path = format!("/attention?order={order}&limit=2{after}");
            let page: ConsoleLane = desk.reads(&path).await.json();
            assert_eq!(page.total, 6);
            urgencies.extend(page.entries.iter().map(|one| one.urgency));
            all.extend(page.entries.iter().map(|one| one.n));
            let Some(next) = page.next else { break };
            after = format!("&after={next}");
        }
        assert_eq!(urgencies, wanted, "{order}");
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 6, "{order}");
    }
    let page: ConsoleLane = desk.reads("/attention?kind=suggested").await.json();
    assert!(page.entries.iter().all(|one| one.attention == Attention::Suggested));
    assert_eq!((page.entries.len(), page.next), (3, None));
    for bad in ["order=oldest", "after=1", "after=1.x", "kind=nothing", "limit=x"] {
        assert_eq!(desk.reads(&format!("/attention?{bad}")).await.problem(), "/problems/bad-request");
    }
}

#[tokio::test]
async fn the_archive_is_made_anew_by_a_command_and_says_the_same() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    signs(&world, &mut phone, &job, "更换接触器", Rating::Satisfied).await;
    let before = desk.finds(&[("find", "接触器")]).await;
    let file = world.folder.path().join("office.db");
    // In PostgreSQL it is made anew from what is there.
    if file.is_file() {
        let db = rusqlite::Connection::open(file).unwrap();
        db.execute("DELETE FROM archive_term", []).unwrap();
        assert_eq!(desk.finds(&[("find", "接触器")]).await, Vec::<String>::new());
    }
    assert_eq!(world.office.rebuild_archive().unwrap(), 1);
    assert_eq!(desk.finds(&[("find", "接触器")]).await, before);
}

#[tokio::test]
async fn what_is_closed_leaves_the_board_after_a_day_and_every_page_wants_the_cookie() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let order = world.office.work_orders().unwrap().remove(0);
    world.office.cancel(order.id, "Called off", ZHOU).unwrap();
    let on_board = async || {
        let rows: Vec<ConsoleRow> = desk.reads("/work-orders").await.json();
        rows.iter().any(|row| row.id == order.id)
    };
    assert!(on_board().await);
    world.clock.advance(TimeDelta::hours(11));
    let desk = Desk::of(&world).await;
    world.clock.advance(TimeDelta::hours(11));
    let desk = Desk { cookie: sign_in(&world).await, ..desk };
    world.clock.advance(TimeDelta::hours(3));
    let rows: Vec<ConsoleRow> = desk.reads("/work-orders").await.json();
    assert!(!rows.iter().any(|row| row.id == order.id));
    let table = world.office.take_out(Register::WorkOrders).unwrap();
    assert!(String::from_utf8(table).unwrap().contains(&order.number), "the table still has it");
    assert!(matches!(world.office.close(order.id, "x", ZHOU), Err(Cannot::Closed)));
    for path in ["/archive", "/register", "/register/C1", "/equipment/E1", "/vans"] {
        let answer = ask(&world, Method::GET, path, "", "", "").await;
        assert_eq!(answer.problem(), "/problems/signed-out", "{path}");
    }
}

#[tokio::test]
async fn the_vans_page_says_what_the_office_put_in_and_what_phones_took_out() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    let vans = async || -> jobsheet_model::view::ConsoleVans { desk.reads("/vans").await.json() };
    let me = phone.me.id;
    let of = |vans: &jobsheet_model::view::ConsoleVans| {
        vans.vans.iter().find(|van| van.technician == me).unwrap().clone()
    };
    let before = of(&vans().await);
    let part = before.parts[0].clone();
    assert!(part.counted > 0 && part.fitted == 0 && part.name.is_some());
    let line = LineId(uuid::Uuid::now_v7());
    let fitted = |quantity| KnownWhat::PartFitted {
        line,
        part: PartBrief { number: part.number.clone(), name: Text::new("x", "x"), price: None },
        quantity,
        serial_in: None,
        serial_out: None,
        from: PartSource::Van,
        old_part: OldPart::Scrapped,
        on_van: Some(part.counted),
    };
    let (one, two) = (phone.change(&job, fitted(1)), phone.change(&job, fitted(2)));
    let gone = phone.change(&job, KnownWhat::PartLineRemoved { line });
    phone.sync(&[one, two]).await;
    let after = of(&vans().await);
    let now = after.parts.iter().find(|one| one.number == part.number).unwrap();
    assert_eq!((now.counted, now.fitted, now.phone), (part.counted, 2, Some(part.counted)));
    phone.sync(&[gone]).await;
    assert_eq!(of(&vans().await).parts, before.parts);
}

#[tokio::test]
async fn what_was_closed_two_weeks_ago_leaves_the_phone_and_one_that_begins_is_not_told_of_it() {
    let world = World::new();
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    signs(&world, &mut phone, &job, "Seal replaced", Rating::Satisfied).await;
    assert!(world.office.find_closed(&job.number).unwrap().contains(&job.number));
    phone.pull().await;
    let has = |all: &[jobsheet_model::wire::Base]| all.iter().any(|base| base.order.id == job.id);
    let leaves = async |phone: &mut Phone<'_>| {
        let gone = phone.sync(&[]).await.gone.into_iter();
        gone.filter(|one| one.work_order == job.id).map(|one| (one.closed, one.to)).collect::<Vec<_>>()
    };
    // Until nothing is left to do: it looks again by itself when the two weeks are over.
    let ticks = || while world.office.tick().unwrap() > 0 {};
    let before = phone.cursor.clone();
    world.clock.advance(TimeDelta::days(14) - TimeDelta::milliseconds(1));
    ticks();
    phone.renews().await;
    assert!(leaves(&mut phone).await.is_empty());
    world.clock.advance(TimeDelta::milliseconds(1));
    ticks();
    assert_eq!(leaves(&mut phone).await, [(true, String::new())]);
    assert!(leaves(&mut phone).await.is_empty(), "once");
    // A phone that has nothing begins without the years before, page by page or after little has happened.
    phone.cursor = None;
    assert!(leaves(&mut phone).await.is_empty());
    phone.cursor = None;
    let rest = phone.pull().await;
    assert!(!has(&rest));
    // The same after much has happened: the office looks another way then. One that was away all the time is told.
    let other = rest.into_iter().next().unwrap().order;
    for _ in 0..11 {
        let notes: Vec<_> = (0..100).map(|_| phone.change(&other, note("Reading taken"))).collect();
        phone.sync(&notes).await;
    }
    phone.cursor = None;
    assert!(leaves(&mut phone).await.is_empty());
    phone.cursor = before;
    assert_eq!(leaves(&mut phone).await, [(true, String::new())]);
    // Whoever had it can add to it, and no other.
    let late = phone.change(&job, suggested("Next year the bearing"));
    let answer = phone.sync(&[late]).await;
    assert!(answer.gone.iter().any(|one| one.work_order == job.id && one.closed), "asked after, it is said");
    let raised = world.office.raised(job.id).unwrap();
    let open: Vec<_> = raised.iter().filter(|one| one.decided.is_none()).map(|one| one.attention).collect();
    assert_eq!(open, [Attention::Suggested, Attention::AfterClosing]);
    world.office.reopen(job.id, "They called", ZHOU).unwrap();
    assert!(has(&phone.pull().await));
    phone.cursor = None;
    assert!(has(&phone.pull().await));
    ticks();
    assert!(world.office.raised(job.id).unwrap().iter().all(|one| one.attention != Attention::Undelivered));
}

#[tokio::test]
async fn x15_what_began_under_a_version_is_closed_by_the_rule_of_that_version() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let levels = desk.archive(&[]).await.levels.len();
    let mut draft = shipped_one("A").unwrap();
    draft.closing.by_itself = false;
    draft.closing.second_handling_hours = 7;
    draft.levels[0].name = Text::new("At once", "立即");
    let saved = world.office.save_standard(&draft, 0, ZHOU).unwrap();
    world.office.publish_standard("A", saved.version, true, true, ZHOU).unwrap();

    let mut phone = world.phone("wang.lei").await;
    let job = phone.pull().await.remove(0).order;
    signs(&world, &mut phone, &job, "更换电源模块", Rating::Satisfied).await;
    let closing = desk.job(job.id).await.closing;
    assert!(closing.closed_at.is_some(), "the new rule would leave it to a person");
    assert_ne!(closing.second_handling.hours, 7);
    // The archive is searched by every level that a version ever had, each once, by its newest name.
    let now = desk.archive(&[]).await.levels;
    assert_eq!(now.len(), levels);
    assert!(now.iter().any(|one| one.name.en == "At once"));
}
