use super::*;
use crate::{
    TechnicianId,
    standard::shipped_one,
    step::Template,
    work_order::{AssignmentState, Colour},
};
use serde_json::{Value, json};

fn one(key: &str) -> Standard {
    shipped_one(key).unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Half past nine on a Monday in Shanghai.
fn monday() -> DateTime<Utc> {
    at("2026-11-23T01:30:00Z")
}

/// All that standard A asks for.
fn whole() -> Intake {
    serde_json::from_value(json!({
        "channel": "phone",
        "customer": {"id": "", "name": "东郊冷库", "contact": "何主管", "phone": "139 8077 9001", "second_phone": "028-8555 9001"},
        "site": {"id": "", "name": "1 号机房", "address": "成都市成华区二仙桥北路 8 号 3 栋 1-02", "landmark": ""},
        "equipment": {"id": "", "kind": "", "name": "冷水机组", "model": "LSBLG-380", "serial": "CHL-1", "purchased": "2025-03-01"},
        "reference": "", "problem_type": "fault", "symptom_kind": "no_start", "symptom": "早上开机没有反应",
        "answers": {"lamp": "no", "noise": "no"}, "occurred_at": "2026-11-23T00:30:00Z", "impact": "partial",
        "tried": "", "wants": "visit", "criteria": [], "level": "", "level_reason": "", "appointment": null,
        "without": ""
    }))
    .unwrap()
}

/// A path, and what stands there instead.
type Change = (&'static str, Value);

/// The same with other values at these paths.
fn with(changes: &[Change]) -> Intake {
    let mut value = serde_json::to_value(whole()).unwrap();
    for (path, to) in changes {
        *value.pointer_mut(path).unwrap_or_else(|| panic!("no {path}")) = to.clone();
    }
    serde_json::from_value(value).unwrap()
}

fn words(missing: &[MissingInfo]) -> Vec<String> {
    let word = |one: &MissingInfo| match one.question.as_str() {
        "" => serde_json::to_value(one.field).unwrap().as_str().unwrap().to_owned(),
        question => question.to_owned(),
    };
    missing.iter().map(word).collect()
}

#[test]
fn a5_b2_d4_what_is_missing_follows_from_the_channel_and_the_symptom() {
    let (a, b) = (one("A"), one("B"));
    let empty = json!("");
    let table: [(&Standard, &[Change], &[&str]); 10] = [
        (&a, &[], &[]),
        (&a, &[("/customer/second_phone", empty.clone())], &["second_phone"]),
        (
            &a,
            &[("/equipment/serial", json!("  ")), ("/equipment/purchased", json!(null))],
            &["purchased", "serial"],
        ),
        (&a, &[("/occurred_at", json!(null)), ("/impact", json!(null))], &["occurred_at", "impact"]),
        (&a, &[("/wants", json!(null))], &["wants"]),
        // The symptom brings questions, and each wants an answer (A6).
        (&a, &[("/answers", json!({}))], &["lamp", "noise"]),
        (&a, &[("/symptom_kind", json!("use")), ("/answers", json!({}))], &[]),
        (&a, &[("/channel", json!("email")), ("/site/address", empty.clone())], &["address"]),
        // B asks for the order or contract, and for what was tried; not for a second telephone.
        (&b, &[("/customer/second_phone", empty.clone())], &["reference", "tried"]),
        (&b, &[("/channel", json!("walk_in"))], &[]),
    ];
    for (standard, changes, expected) in table {
        assert_eq!(words(&with(changes).missing(standard)), expected, "{} {changes:?}", standard.key);
    }
}

#[test]
fn d4_it_waits_for_what_is_missing_unless_somebody_says_why_not_and_a_visit_has_somewhere_to_go() {
    let a = one("A");
    let no_serial = ("/equipment/serial", json!(""));
    let because = ("/without", json!("铭牌看不清，冷库在升温"));
    assert!(!whole().awaits_info(&a));
    assert!(with(std::slice::from_ref(&no_serial)).awaits_info(&a));
    assert!(!with(&[no_serial, because.clone()]).awaits_info(&a));
    for path in ["/customer/name", "/customer/phone", "/site/address", "/symptom"] {
        let lacks = with(&[(path, json!("")), because.clone()]);
        assert!(lacks.awaits_info(&a), "{path}");
        assert_eq!(lacks.lacks_to_go().len(), 1, "{path}");
    }
}

#[test]
fn a8_b3_impact_answers_and_ticks_propose_the_level() {
    let (a, b) = (one("A"), one("B"));
    let table: [(&Standard, &[Change], &str, bool); 8] = [
        (&a, &[], "level_2", false),
        (&a, &[("/impact", json!("full_stop"))], "level_1", false),
        (&a, &[("/impact", json!("none"))], "level_3", false),
        (
            &a,
            &[("/impact", json!(null)), ("/criteria", json!(["how_to", "parameter_off"]))],
            "level_2",
            false,
        ),
        // Hot, or smells burnt: somebody may come to harm.
        (&a, &[("/symptom_kind", json!("stops")), ("/answers", json!({"hot": "yes"}))], "level_1", true),
        (&a, &[("/symptom_kind", json!("stops")), ("/answers", json!({"hot": "no"}))], "level_2", false),
        (&b, &[("/symptom_kind", json!("leak")), ("/answers", json!({"what": "current"}))], "p1", true),
        (&b, &[("/impact", json!("none"))], "p3", false),
    ];
    for (standard, changes, level, is_unsafe) in table {
        let intake = with(changes);
        assert_eq!(intake.check(standard, monday()), [], "{changes:?}");
        let grade = intake.grade(standard);
        assert_eq!((grade.level.as_str(), grade.proposed.as_str()), (level, level), "{changes:?}");
        assert_eq!(intake.is_unsafe(standard), is_unsafe, "{changes:?}");
    }
}

#[test]
fn x8_another_level_than_proposed_needs_a_reason() {
    let a = one("A");
    let higher = [("/level", json!("level_1"))];
    let found = with(&higher).check(&a, monday());
    assert_eq!(found.iter().map(|one| one.path.as_str()).collect::<Vec<_>>(), ["level_reason"]);
    assert!(found[0].is_error && !found[0].text.zh.is_empty());
    let said = with(&[higher[0].clone(), ("/level_reason", json!("手术中"))]);
    assert_eq!(said.check(&a, monday()), []);
    let grade = said.grade(&a);
    assert_eq!(
        (grade.level.as_str(), grade.proposed.as_str(), grade.reason.as_str()),
        ("level_1", "level_2", "手术中")
    );
    // The level that is proposed anyway is nobody's decision.
    let same = with(&[("/level", json!("level_2")), ("/level_reason", json!("因为"))]);
    assert_eq!(same.grade(&a).reason, "");
}

#[test]
fn what_cannot_be_kept_is_said_by_its_field() {
    let a = one("A");
    let long = |n: usize| json!("长".repeat(n));
    let table: [(&[Change], &[&str]); 13] = [
        (&[("/channel", json!("on_site"))], &["channel"]),
        (&[("/problem_type", json!("weather"))], &["problem_type"]),
        (&[("/symptom_kind", json!("sings"))], &["symptom_kind", "answers.lamp", "answers.noise"]),
        (&[("/answers", json!({"lamp": "perhaps", "noise": "no"}))], &["answers.lamp"]),
        (&[("/criteria", json!(["full_moon"]))], &["criteria"]),
        (&[("/level", json!("level_9")), ("/level_reason", json!("why not"))], &["level"]),
        (&[("/occurred_at", json!("2026-11-23T01:36:00Z"))], &["occurred_at"]),
        (&[("/equipment/purchased", json!("2026-12-24"))], &["purchased"]),
        (
            &[("/appointment", json!({"from": "2026-11-23T03:00:00Z", "to": "2026-11-23T02:00:00Z"}))],
            &["appointment"],
        ),
        (
            &[("/appointment", json!({"from": "2026-11-22T03:00:00Z", "to": "2026-11-22T04:00:00Z"}))],
            &["appointment"],
        ),
        (
            &[("/appointment", json!({"from": "2026-11-24T03:00:00Z", "to": "9999-11-24T04:00:00Z"}))],
            &["appointment"],
        ),
        (&[("/customer/name", long(201)), ("/symptom", long(2001))], &["customer", "symptom"]),
        (&[("/symptom", long(2000))], &[]),
    ];
    for (changes, expected) in table {
        let found = with(changes).check(&a, monday());
        assert_eq!(found.iter().map(|one| one.path.as_str()).collect::<Vec<_>>(), expected, "{changes:?}");
    }
}

#[test]
fn a1_a2_a3_a4_a_channel_says_what_to_tell_the_customer_and_by_when_somebody_answers() {
    let a = one("A");
    let now = |channel, time| a.channel_at(channel, at(time)).unwrap();
    let by = |time: &str| Some(at(time));
    let nobody = "Nobody is here just now. Your message is kept; a reply comes before 09:00 next day.";
    let table = [
        // 22:00, and 02:00 of the next day: before 09:00 when somebody is there again.
        (
            Channel::Chat,
            "2026-11-23T14:00:00Z",
            false,
            nobody,
            by("2026-11-24T01:00:00Z"),
            by("2026-11-24T01:00:00Z"),
        ),
        (
            Channel::App,
            "2026-11-23T18:00:00Z",
            false,
            nobody,
            by("2026-11-24T01:00:00Z"),
            by("2026-11-24T01:00:00Z"),
        ),
        (Channel::MiniProgram, "2026-11-23T11:59:00Z", true, "We take this up now.", None, None),
        (Channel::Phone, "2026-11-23T18:00:00Z", true, "We take this up now.", None, None),
        // Promised 2 hours, 4 at most: two numbers.
        (
            Channel::Email,
            "2026-11-23T18:00:00Z",
            true,
            "Somebody answers within 2 hours.",
            by("2026-11-23T20:00:00Z"),
            by("2026-11-23T22:00:00Z"),
        ),
        (
            Channel::WalkIn,
            "2026-11-23T01:30:00Z",
            true,
            "Registered within 5 minutes of arriving.",
            by("2026-11-23T01:35:00Z"),
            by("2026-11-23T01:35:00Z"),
        ),
        (
            Channel::WalkIn,
            "2026-11-22T01:30:00Z",
            false,
            "The outlet is closed. It opens on working days 09:00–18:00.",
            by("2026-11-23T01:05:00Z"),
            by("2026-11-23T01:05:00Z"),
        ),
    ];
    for (channel, time, is_staffed, says, answer_by, limit) in table {
        let said = now(channel, time);
        assert_eq!((said.is_staffed, said.says.en.as_str()), (is_staffed, says), "{channel:?} {time}");
        assert_eq!((said.answer_by, said.answer_limit), (answer_by, limit), "{channel:?} {time}");
    }
    assert_eq!(a.channel_at(Channel::OnSite, monday()), None);
}

/// Saves one after the other, a minute between them; the acts with their times.
fn saved(standard: &Standard, versions: &[Intake]) -> Vec<(DateTime<Utc>, RequestAct)> {
    let mut acts: Vec<(DateTime<Utc>, RequestAct)> = Vec::new();
    let mut before: Option<&Intake> = None;
    for (version, now) in versions.iter().zip((0..).map(|n| monday() + TimeDelta::minutes(n))) {
        let so_far = walk(acts.iter().map(|(at, act)| (*at, act)));
        let new = acts_of(before.map(|before| (before, &so_far)), version, standard);
        acts.extend(new.into_iter().map(|act| (now, act)));
        before = Some(version);
    }
    acts
}

#[test]
fn d4_a_request_that_lacks_something_waits_until_it_is_there_and_the_clocks_with_it_where_the_standard_says_so()
 {
    let b = one("B");
    let lacks = with(&[("/reference", json!("HT-1"))]);
    let half = with(&[("/reference", json!("HT-1")), ("/customer/contact", json!("何"))]);
    let all = with(&[("/reference", json!("HT-1")), ("/tried", json!("重启"))]);
    let acts = saved(&b, &[lacks.clone(), half, all.clone(), all.clone()]);
    let names: Vec<_> =
        acts.iter().map(|(_, act)| serde_json::to_value(act).unwrap()["act"].clone()).collect();
    // What still lacks the same is not said again, and saving what nobody changed is nothing.
    assert_eq!(names, ["registered", "graded", "info_awaited", "edited", "edited", "info_complete"]);
    let done = walk(acts.iter().map(|(at, act)| (*at, act)));
    let pause = Pause { from: monday(), to: Some(monday() + TimeDelta::minutes(2)) };
    assert_eq!((done.state, done.awaited.as_slice()), (RequestState::New, [pause].as_slice()));
    assert_eq!(done.pauses(&b), [pause]);
    assert_eq!(done.pauses(&one("A")), []);

    let registered = |pauses| Registered {
        id: RequestId(uuid::Uuid::nil()),
        number: "SR-1".into(),
        received_at: monday(),
        intake: &all,
        pauses,
    };
    let (level, without, _) = registered(Vec::new()).promised(&b, monday()).unwrap();
    let (_, paused, _) = registered(vec![pause]).promised(&b, monday() + TimeDelta::minutes(3)).unwrap();
    assert_eq!((level.key.as_str(), paused - without), ("p2", TimeDelta::minutes(2)));
    // While it still waits, the promise moves with the clock.
    let open = Pause { from: monday(), to: None };
    let (_, later, _) = registered(vec![open]).promised(&b, monday() + TimeDelta::hours(1)).unwrap();
    assert_eq!(later - without, TimeDelta::hours(1));
}

#[test]
fn a_request_ends_solved_withdrawn_or_with_a_work_order() {
    let visit = Visit { work_order: WorkOrderId(uuid::Uuid::nil()), number: "JS-1".into() };
    for (act, state) in [
        (RequestAct::Solved { what: "指导重启".into(), due: None, verdict: None }, RequestState::Solved),
        (RequestAct::OrderMade { visit }, RequestState::OrderMade),
        (RequestAct::Withdrawn { reason: "重复报修".into() }, RequestState::Withdrawn),
    ] {
        let awaited = RequestAct::InfoAwaited { missing: Vec::new() };
        let acts = [
            (monday(), &RequestAct::Registered {}),
            (monday(), &awaited),
            (monday() + TimeDelta::hours(1), &act),
        ];
        let walk = walk(acts);
        assert_eq!((walk.state, walk.state.is_open()), (state, false));
        assert_eq!(walk.awaited[0].to, Some(monday() + TimeDelta::hours(1)), "it waits no longer");
    }
}

#[test]
fn an_emergency_goes_on_without_what_is_missing_and_says_why() {
    let a = one("A");
    let urgent = with(&[("/equipment/serial", json!("")), ("/without", json!("冷库在升温"))]);
    let acts = saved(&a, &[urgent]);
    assert_eq!(acts.last().unwrap().1, RequestAct::InfoComplete { without: "冷库在升温".into() });
    assert_eq!(saved(&a, &[whole()]).len(), 2, "where all is there, nothing is said of it");
}

fn planned(intake: &Intake, standard: &Standard) -> WorkOrder {
    let registered = Registered {
        id: RequestId(uuid::Uuid::nil()),
        number: "SR-2611-0001".into(),
        received_at: monday(),
        intake,
        pauses: Vec::new(),
    };
    let site = Site {
        id: "S1".into(),
        name: intake.site.name.clone(),
        address: intake.site.address.clone(),
        landmark: String::new(),
        position: None,
        radius_m: 150,
    };
    let known = Known {
        site,
        equipment: None,
        contract: None,
        history: Vec::new(),
        photos: Vec::new(),
        wished: None,
        confidential: false,
    };
    let assignment = Assignment {
        technician: TechnicianId(uuid::Uuid::nil()),
        technician_name: String::new(),
        state: AssignmentState::Withdrawn,
        offered_at: monday(),
    };
    let plan = Plan { template: Template { id: "t".into(), ..Plan::plain().template }, ..Plan::plain() };
    let id = (WorkOrderId(uuid::Uuid::nil()), "JS-2611-0001".into());
    registered.work_order(id, standard, known, plan, assignment, monday()).unwrap()
}

#[test]
fn a7_d8_the_work_order_says_what_was_said_and_promises_what_the_standard_does() {
    let a = one("A");
    let order = planned(&with(&[("/impact", json!("full_stop"))]), &a);
    assert_eq!(
        (order.level.colour, order.level.rank, order.under.clone()),
        (Colour::Red, 1, Some(a.under()))
    );
    assert_eq!(order.respond_by - monday(), TimeDelta::hours(2));
    assert_eq!(order.ceiling - monday(), TimeDelta::hours(3));
    assert_eq!((order.from, order.to), (monday(), order.respond_by));
    let asked: Vec<_> =
        order.request.asked.iter().map(|one| (one.question.en.as_str(), one.answer.zh.as_str())).collect();
    assert_eq!(asked, [("Is the power lamp lit?", "否"), ("Is there an abnormal noise?", "否")]);
    assert_eq!((order.request.problem_type.zh.as_str(), order.request.safety_risk), ("产品故障", false));
    // Agreed for tomorrow: then that is the promise (D8).
    let tomorrow = json!({"from": "2026-11-24T01:00:00Z", "to": "2026-11-24T02:00:00Z"});
    let agreed = planned(&with(&[("/appointment", tomorrow)]), &a);
    assert_eq!((agreed.from, agreed.respond_by), (at("2026-11-24T01:00:00Z"), at("2026-11-24T02:00:00Z")));
}

#[test]
fn a9_c4_what_was_said_finds_what_is_known_of_it() {
    let fault = |code: &str, en: &str, zh: &str| FaultCode {
        code: code.into(),
        name: Text::new(en, zh),
        cause: Text::default(),
        remedy: Text::default(),
    };
    let faults = [
        fault("E03", "Rotor imbalance", "转子不平衡"),
        fault("E30", "Lid open", "门盖未锁"),
        fault("CH-01", "High discharge pressure", "排气压力过高"),
        fault("CH-02", "Low suction pressure", "吸气压力过低"),
    ];
    let codes = |said: &str| hits(&faults, said).into_iter().map(|one| one.code).collect::<Vec<_>>();
    for (said, expected) in [
        ("离心机报错 e03，转到 3000 转就停机", &["E03"][..]),
        ("报错E03。", &["E03"]),
        ("Tripped on high discharge pressure", &["CH-01"]),
        ("排气压力偏高", &["CH-01", "CH-02"]),
        ("It is XE03Y", &[]),
        ("pressure", &[]),
        ("", &[]),
    ] {
        assert_eq!(codes(said), expected, "{said}");
    }
}

#[test]
fn typed_blanks_are_no_answer() {
    let blank =
        with(&[("/customer/name", json!("  东郊冷库 ")), ("/answers", json!({"lamp": "  ", "noise": "no"}))])
            .tidied();
    assert_eq!((blank.customer.name.as_str(), blank.answers.len()), ("东郊冷库", 1));
}

#[test]
fn a7_a17_the_clock_runs_from_the_call_and_each_promise_that_passes_is_said_once() {
    let a = one("A");
    let intake = whole();
    let registered = |pauses: Vec<Pause>| Registered {
        id: RequestId(uuid::Uuid::nil()),
        number: "SR-2611-0001".into(),
        received_at: monday(),
        intake: &intake,
        pauses,
    };
    let entry = |n: u64, act: RequestAct| RequestEntry { n, at: monday(), actor: "A".into(), act };
    let (_, due, ceiling) = registered(Vec::new()).promised(&a, monday()).unwrap();
    let mut journal = vec![entry(1, RequestAct::Registered {})];
    let moment = TimeDelta::milliseconds(1);
    let passed = |journal: &[RequestEntry], now| registered(Vec::new()).passed(&a, journal, now);
    // D3: when three quarters of it have gone, once; what has passed already is not reminded of.
    let soon = monday() + (due - monday()) * 3 / 4;
    let reminded = RequestAct::Reminded { duty: Duty::Arrive };
    assert_eq!(passed(&journal, soon), (vec![], Some(soon + moment)));
    assert_eq!(passed(&journal, soon + moment), (vec![reminded.clone()], Some(due + moment)));
    assert_eq!(passed(&journal, due + moment), (vec![RequestAct::Breached {}], Some(ceiling + moment)));
    journal.push(entry(2, reminded));
    assert_eq!(passed(&journal, due), (vec![], Some(due + moment)), "in time is in time");
    assert_eq!(passed(&journal, due + moment), (vec![RequestAct::Breached {}], Some(ceiling + moment)));
    journal.push(entry(2, RequestAct::Breached {}));
    assert_eq!(passed(&journal, ceiling), (vec![], Some(ceiling + moment)));
    assert_eq!(passed(&journal, ceiling + moment), (vec![RequestAct::CeilingPassed {}], None));
    journal.push(entry(3, RequestAct::CeilingPassed {}));
    assert_eq!(passed(&journal, ceiling + TimeDelta::days(9)), (vec![], None));
    // Once somebody is sent, it is the work order's.
    for over in [
        RequestAct::Withdrawn { reason: "x".into() },
        RequestAct::Solved { what: "x".into(), due: None, verdict: None },
        RequestAct::OrderMade {
            visit: Visit { work_order: WorkOrderId(uuid::Uuid::nil()), number: "JS".into() },
        },
    ] {
        let journal = [entry(1, RequestAct::Registered {}), entry(2, over)];
        assert_eq!(passed(&journal, ceiling + TimeDelta::days(9)), (vec![], None));
    }
    // Nothing passes while it waits for the customer, where the standard says so.
    let waits = [entry(1, RequestAct::Registered {}), entry(2, RequestAct::InfoAwaited { missing: vec![] })];
    for standard in [one("A"), one("B")] {
        let so_far = walk(waits.iter().map(|entry| (entry.at, &entry.act)));
        let pauses = so_far.pauses(&standard).to_vec();
        let later = monday() + TimeDelta::days(2);
        let (passed, next) = registered(pauses).passed(&standard, &waits, later);
        assert_eq!(passed.is_empty(), standard.awaiting_pauses, "{}", standard.key);
        assert_eq!(next, None);
    }
}

#[test]
fn b4_d3_a_first_response_is_reminded_of_and_missed_until_somebody_has_answered() {
    let mut b = one("B");
    let intake = with(&[
        ("/symptom_kind", json!("")),
        ("/answers", json!({})),
        ("/criteria", json!(["core_stopped"])),
    ]);
    let registered = Registered {
        id: RequestId(uuid::Uuid::nil()),
        number: "SR-2611-0001".into(),
        received_at: monday(),
        intake: &intake,
        pauses: Vec::new(),
    };
    let minutes = |n: i64| monday() + TimeDelta::minutes(n);
    let entry = |n, act| RequestEntry { n, at: monday(), actor: "x".into(), act };
    let begun = vec![entry(1, RequestAct::Registered {})];
    assert_eq!(registered.response_promise(&b, monday()).map(|one| one.due), Some(minutes(15)));
    let reminded = RequestAct::Reminded { duty: Duty::FirstResponse };
    assert_eq!(registered.passed(&b, &begun, minutes(11)).0, []);
    assert_eq!(registered.passed(&b, &begun, minutes(12)).0, std::slice::from_ref(&reminded));
    assert_eq!(registered.passed(&b, &begun, minutes(16)).0, [RequestAct::ResponseMissed {}]);
    // The visit is promised as well, and has its own reminder.
    let due = registered.promised(&b, monday()).map(|(_, due, _)| due).unwrap();
    let later = vec![entry(2, reminded), entry(3, RequestAct::ResponseMissed {})];
    let missed = [begun.clone(), later].concat();
    let start = RequestAct::Reminded { duty: b.shown };
    assert_eq!(registered.passed(&b, &missed, due).0, [start]);
    // Somebody has answered: nothing of it is due any more.
    let given = RequestAct::Responded {
        mode: ResponseMode::Phone,
        note: String::new(),
        due: None,
        verdict: Some(Verdict::Met),
    };
    let answered = [begun.clone(), vec![entry(2, given)]].concat();
    assert_eq!(registered.passed(&b, &answered, minutes(16)).0, []);
    assert_eq!(responded(&answered).map(|(_, mode)| mode), Some(ResponseMode::Phone));
    // A standard may have nobody reminded.
    b.remind_percent = 0;
    assert_eq!(registered.passed(&b, &begun, minutes(12)).0, []);
    b.remind_percent = 100;
    assert!(b.check().iter().any(|one| one.is_error && one.path == "remind_percent"));
}
