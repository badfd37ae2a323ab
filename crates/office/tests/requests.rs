//! Requests at the console's doors: taken once, completed, solved, made into work orders.

use crate::{
    console::{OWN, sign_in},
    world::{Answer, World, monday, open, send_to},
};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use chrono::TimeDelta;
use jobsheet_model::{
    act::{Act, Attention, Entry},
    customer::{CustomerFile, Phase},
    ids::RequestId,
    intake::{RequestAct, RequestState, ResponseMode},
    standard::{Duty, Verdict},
    view::{ConsoleJob, ConsoleLane, ConsoleRequest, ConsoleRequests, IntakeForm, IntakeLook, RequestTaken},
    work_order::{AssignmentState, Visit},
};
use jobsheet_office::Office;
use serde_json::{Value, json};
use std::slice;

pub struct Desk<'a> {
    pub world: &'a World,
    pub cookie: String,
}

impl Desk<'_> {
    pub async fn of(world: &World) -> Desk<'_> {
        Desk { world, cookie: sign_in(world).await }
    }

    pub async fn asks(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        self.asks_at(&self.world.office, method, path, headers, body).await
    }

    async fn asks_at(
        &self,
        office: &Office,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/console/api{path}"))
            .header("host", "office.test")
            .header("origin", OWN)
            .header("cookie", &self.cookie);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        send_to(office, request.body(Body::from(body.to_string())).unwrap()).await
    }

    pub async fn takes(&self, key: &str, intake: &Value) -> Answer {
        self.takes_at(&self.world.office, key, intake).await
    }

    /// At another office of the same database.
    pub async fn takes_at(&self, office: &Office, key: &str, intake: &Value) -> Answer {
        self.asks_at(office, Method::POST, "/requests", &[("idempotency-key", key)], intake).await
    }

    pub async fn reads(&self, id: RequestId) -> ConsoleRequest {
        self.asks(Method::GET, &format!("/requests/{id}"), &[], &json!(null)).await.json()
    }

    pub async fn list(&self) -> ConsoleRequests {
        self.asks(Method::GET, "/requests", &[], &json!(null)).await.json()
    }

    async fn finds(&self, typed: &str) -> Vec<CustomerFile> {
        let path = format!("/customers?find={}", typed.replace(' ', "%20"));
        self.asks(Method::GET, &path, &[], &json!(null)).await.json()
    }

    pub async fn makes(&self, id: RequestId, key: &str) -> Answer {
        let path = format!("/requests/{id}/work-order");
        self.asks(Method::POST, &path, &[("idempotency-key", key)], &json!({})).await
    }
}

/// All that standard A asks for, from a customer nobody knows.
pub fn whole() -> Value {
    json!({
        "channel": "phone",
        "customer": {"id": "", "name": "East Cold Store", "contact": "Mr. He", "phone": "139 8077 9001", "second_phone": "028-8555 9001"},
        "site": {"id": "", "name": "Plant room 1", "address": "8 Erxianqiao North Road, 3-1-02", "landmark": ""},
        "equipment": {"id": "", "kind": "chiller", "name": "Water chiller", "model": "LSBLG-380", "serial": "CHL-77", "purchased": "2025-03-01"},
        "reference": "", "problem_type": "fault", "symptom_kind": "no_start", "symptom": "Nothing happens, it says CH-01",
        "answers": {"lamp": "no", "noise": "no"}, "occurred_at": "2026-11-23T00:30:00Z", "impact": "full_stop",
        "tried": "", "wants": "visit", "criteria": [], "level": "", "level_reason": "", "appointment": null,
        "without": ""
    })
}

fn with(changes: &[(&str, Value)]) -> Value {
    let mut value = whole();
    for (path, to) in changes {
        *value.pointer_mut(path).unwrap() = to.clone();
    }
    value
}

#[tokio::test]
async fn a5_b1_a_request_is_taken_once_however_often_it_is_sent() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let first = desk.takes("k1", &whole()).await;
    assert_eq!(first.status, StatusCode::CREATED);
    let first: RequestTaken = first.json();
    assert_eq!((first.number.as_str(), first.state), ("SR-2611-0461", RequestState::New));
    let again: RequestTaken = desk.takes("k1", &whole()).await.json();
    assert_eq!(again, first);
    assert_eq!(desk.list().await.rows.len(), 1);
    // The same key for something else, and none.
    let other = with(&[("/symptom", json!("Something else"))]);
    assert_eq!(desk.takes("k1", &other).await.problem(), "/problems/key-reused");
    assert_eq!(desk.takes("", &whole()).await.problem(), "/problems/bad-request");
    assert_eq!(desk.list().await.open, 1);
    // The next number follows without a gap, whatever was refused between.
    let next: RequestTaken = desk.takes("k2", &other).await.json();
    assert_eq!(next.number, "SR-2611-0462");
    let page = desk.reads(first.id).await;
    assert_eq!((page.row.by.as_str(), page.journal[0].at), ("周莉", monday()));
    assert_eq!(page.row.respond_by, Some(monday() + TimeDelta::hours(2)));
}

#[tokio::test]
async fn what_cannot_be_kept_is_said_by_field_and_nothing_is_kept() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let bad = with(&[("/level", json!("level_3")), ("/answers/lamp", json!("perhaps"))]);
    let answer = desk.takes("k1", &bad).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.problem(), "/problems/unfit-request");
    let fields: Value = answer.json();
    let paths: Vec<_> = fields["fields"].as_array().unwrap().iter().map(|one| &one["path"]).collect();
    assert_eq!(paths, ["answers.lamp", "level_reason"]);
    assert_eq!(desk.list().await.rows.len(), 0);
    assert!(desk.finds("East Cold").await.is_empty());
    for (path, to) in [("/customer/id", "C9999"), ("/channel", "carrier_pigeon")] {
        let status = desk.takes("k2", &with(&[(path, json!(to))])).await.status;
        assert!(matches!(status.as_u16(), 400 | 422), "{path}: {status}");
    }
    // A site or machine of somebody else's is as absent as one that is not there.
    for path in ["/site/id", "/equipment/id"] {
        let id = if path == "/site/id" { "S1001" } else { "E1001-1" };
        let foreign = with(&[("/customer/id", json!("C1002")), (path, json!(id))]);
        assert_eq!(desk.takes("k3", &foreign).await.problem(), "/problems/unfit-request", "{path}");
    }
    let huge = with(&[("/symptom", json!("x".repeat(300_000)))]);
    assert_eq!(desk.takes("k4", &huge).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn d4_a_request_that_lacks_something_waits_and_makes_no_work_order_until_it_is_complete() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let lacks = with(&[("/equipment/serial", json!("")), ("/customer/second_phone", json!(""))]);
    let taken: RequestTaken = desk.takes("k1", &lacks).await.json();
    assert_eq!(taken.state, RequestState::AwaitingInfo);
    assert_eq!(desk.makes(taken.id, "w1").await.problem(), "/problems/awaiting-info");
    let list = desk.list().await;
    assert_eq!((list.open, list.rows[0].missing.len()), (1, 2));

    world.clock.advance(TimeDelta::minutes(20));
    let page = desk.reads(taken.id).await;
    let mut whole = serde_json::to_value(&page.intake).unwrap();
    whole["equipment"]["serial"] = json!("CHL-77");
    whole["customer"]["second_phone"] = json!("028-8555 9001");
    let path = format!("/requests/{}", taken.id);
    let edit = |seen: &'static str| {
        let (desk, path, whole) = (&desk, &path, &whole);
        async move { desk.asks(Method::PUT, path, &[("if-match", seen)], whole).await }
    };
    assert_eq!(desk.asks(Method::PUT, &path, &[], &whole).await.status, 428);
    assert_eq!(edit("\"7\"").await.problem(), "/problems/request-changed");
    let done: RequestTaken = edit("\"1\"").await.json();
    assert_eq!(done.state, RequestState::New);
    assert_eq!(edit("\"1\"").await.problem(), "/problems/request-changed");
    let acts: Vec<_> = desk.reads(taken.id).await.journal.into_iter().map(|entry| entry.act).collect();
    assert!(
        matches!(acts.last(), Some(RequestAct::InfoComplete { without }) if without.is_empty()),
        "{acts:?}"
    );
    // Under standard A the clocks ran on.
    assert_eq!(desk.list().await.rows[0].respond_by, Some(monday() + TimeDelta::hours(2)));
}

#[tokio::test]
async fn a_complete_request_becomes_one_work_order_with_all_that_was_said() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let taken: RequestTaken = desk.takes("k1", &whole()).await.json();
    world.clock.advance(TimeDelta::minutes(3));
    let made = desk.makes(taken.id, "w1").await;
    assert_eq!(made.status, StatusCode::CREATED);
    let made: Visit = made.json();
    assert_eq!(desk.makes(taken.id, "w1").await.json::<Visit>(), made, "pressed twice it is one");
    assert_eq!(desk.makes(taken.id, "w2").await.problem(), "/problems/request-settled");
    assert_eq!(made.number, "JS-2611-0461");

    let order = world.office.work_order(made.work_order).unwrap().unwrap();
    assert_eq!((order.request.id, order.request.number.as_str()), (taken.id, "SR-2611-0461"));
    assert_eq!(order.assignment.state, AssignmentState::Withdrawn);
    assert_eq!((order.level.key.as_str(), order.request.received_at), ("level_1", monday()));
    assert_eq!(order.respond_by - monday(), TimeDelta::hours(2));
    assert_eq!(order.request.asked.len(), 2);
    // As a visit to a chiller is planned, with the serial that the plate must show.
    assert_eq!(order.template.id, "chiller");
    assert!(order.tools.iter().any(|tool| tool.key == "gauges") && order.tariff.labour_per_hour > 0);
    assert!(serde_json::to_string(&order.template).unwrap().contains("CHL-77"));
    let page = desk.reads(taken.id).await;
    assert_eq!((page.row.state, page.row.work_order), (RequestState::OrderMade, Some(made)));
    assert_eq!(desk.list().await.open, 0);
}

#[tokio::test]
async fn c4_solved_at_the_desk_closes_it_with_what_was_done() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let taken: RequestTaken = desk.takes("k1", &whole()).await.json();
    let path = |verb: &str| format!("/requests/{}/{verb}", taken.id);
    let solve = |what: &str| json!({"what": what});
    assert_eq!(
        desk.asks(Method::POST, &path("solve"), &[], &solve(" ")).await.problem(),
        "/problems/reason-needed"
    );
    let long = solve(&"x".repeat(2001));
    assert_eq!(
        desk.asks(Method::POST, &path("solve"), &[], &long).await.problem(),
        "/problems/reason-too-long"
    );
    let done: RequestTaken =
        desk.asks(Method::POST, &path("solve"), &[], &solve("Reset the breaker together")).await.json();
    assert_eq!(done.state, RequestState::Solved);
    let again = desk.asks(Method::POST, &path("withdraw"), &[], &json!({"reason": "Twice"})).await;
    assert_eq!(again.problem(), "/problems/request-settled");
    let page = desk.reads(taken.id).await;
    let last = page.journal.last().unwrap();
    assert_eq!(
        last.act,
        RequestAct::Solved { what: "Reset the breaker together".into(), due: None, verdict: None }
    );
    assert_eq!((last.actor.as_str(), page.row.respond_by), ("周莉", None));
    assert_eq!(desk.makes(taken.id, "w1").await.problem(), "/problems/request-settled");
}

#[tokio::test]
async fn e1_e2_e3_customers_are_found_by_what_callers_say_and_entered_when_new() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    for typed in ["Greenleaf", "greenl", "CHL-380-20219", "HT-2025-032", "Greenleaf chiller"] {
        let found = desk.finds(typed).await;
        assert_eq!(found.len(), 1, "{typed}");
        assert_eq!(found[0].customer.name, "Greenleaf Hotel");
    }
    let hospital = &desk.finds("检验科").await[0];
    let phone: String = hospital.customer.phone.chars().filter(char::is_ascii_digit).collect();
    assert_eq!(desk.finds(&phone).await[0].customer.id, hospital.customer.id);
    assert_eq!(desk.finds(&hospital.customer.phone).await[0].customer.id, hospital.customer.id);
    assert!(desk.finds("nobody of that name").await.is_empty() && desk.finds(" , ").await.is_empty());

    // Contract and phase are shown before anybody is sent.
    let hotel = &desk.finds("Greenleaf").await[0];
    assert_eq!((hotel.phase, hotel.contracts.len(), hotel.equipment.len()), (Phase::Maintained, 1, 2));
    let known = with(&[
        ("/customer", serde_json::to_value(&hotel.customer).unwrap()),
        ("/equipment/id", json!(hotel.equipment[0].equipment.id)),
    ]);
    let look: IntakeLook = desk.asks(Method::POST, "/intake/look", &[], &known).await.json();
    assert!(look.standing.in_force && look.standing.cover.is_free());

    // Who is new is found by the next who asks; what the register lacks is filled in, what it has stays.
    let first = with(&[("/customer/contact", json!("")), ("/customer/second_phone", json!(""))]);
    let taken: RequestTaken = desk.takes("k1", &first).await.json();
    let new = desk.finds("east cold").await;
    assert_eq!((new.len(), new[0].sites.len(), new[0].equipment[0].kind.as_str()), (1, 1, "chiller"));
    let mut known = serde_json::to_value(desk.reads(taken.id).await.intake).unwrap();
    known["customer"]["contact"] = json!("Mr. He");
    known["customer"]["phone"] = json!("139 0000 0000");
    let taken: RequestTaken = desk.takes("k2", &known).await.json();
    let file = &desk.finds("east cold").await[0];
    assert_eq!((file.customer.contact.as_str(), file.customer.phone.as_str()), ("Mr. He", "139 8077 9001"));
    assert_eq!((file.sites.len(), file.equipment.len()), (1, 1), "nobody is entered twice");
    assert_eq!(desk.reads(taken.id).await.intake.customer.phone, "139 0000 0000", "said today");
}

#[tokio::test]
async fn a1_a6_a8_a9_c4_while_it_is_written_down_the_rules_say_what_follows() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let form: IntakeForm = desk.asks(Method::GET, "/intake", &[], &json!(null)).await.json();
    assert_eq!((form.channels.len(), form.levels.len(), form.kinds.len()), (6, 3, 7));
    assert!(form.channels.iter().all(|channel| channel.is_staffed && !channel.required.is_empty()));
    assert!(form.symptoms.iter().any(|symptom| symptom.questions.len() == 2));
    let look = |intake: Value| {
        let desk = &desk;
        async move { desk.asks(Method::POST, "/intake/look", &[], &intake).await.json::<IntakeLook>() }
    };
    let now = look(whole()).await;
    assert_eq!((now.grade.level.as_str(), now.missing.len()), ("level_1", 0));
    assert_eq!(now.respond_by, Some(monday() + TimeDelta::hours(2)));
    assert_eq!(now.hits[0].code, "CH-01");
    // Nothing is kept by looking.
    assert_eq!(desk.list().await.rows.len(), 0);
    world.clock.advance(TimeDelta::hours(12));
    let desk = Desk::of(&world).await;
    let look = |intake: Value| {
        let desk = &desk;
        async move { desk.asks(Method::POST, "/intake/look", &[], &intake).await.json::<IntakeLook>() }
    };
    let night = look(with(&[("/channel", json!("chat"))])).await.channel.unwrap();
    assert!(!night.is_staffed);
    assert_eq!(night.answer_by, Some("2026-11-24T01:00:00Z".parse().unwrap()));
}

#[tokio::test]
async fn d4_under_standard_b_the_clocks_stand_still_while_it_waits_and_the_work_order_knows() {
    let world = World::new();
    world.office.set_standard("B").unwrap();
    assert!(world.office.set_standard("Z").is_err());
    let desk = Desk::of(&world).await;
    let lacks = with(&[("/reference", json!("HT-1"))]);
    let taken: RequestTaken = desk.takes("k1", &lacks).await.json();
    assert_eq!(taken.state, RequestState::AwaitingInfo, "B asks what was tried");
    world.clock.advance(TimeDelta::minutes(30));
    assert!(desk.list().await.rows[0].is_paused);
    assert_eq!(desk.list().await.rows[0].respond_by, Some(monday() + TimeDelta::minutes(150)));
    let mut whole = serde_json::to_value(desk.reads(taken.id).await.intake).unwrap();
    whole["tried"] = json!("Switched it off and on");
    let path = format!("/requests/{}", taken.id);
    desk.asks(Method::PUT, &path, &[("if-match", "\"1\"")], &whole).await.json::<RequestTaken>();
    world.clock.advance(TimeDelta::minutes(5));
    let made: Visit = desk.makes(taken.id, "w1").await.json();
    let order = world.office.work_order(made.work_order).unwrap().unwrap();
    assert_eq!((order.level.key.as_str(), order.request.pauses.len()), ("p1", 1));
    assert_eq!(order.respond_by, monday() + TimeDelta::minutes(150));
}

#[tokio::test]
async fn every_route_of_intake_wants_the_cookie_and_our_own_page() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let taken: RequestTaken = desk.takes("k1", &whole()).await.json();
    let id = taken.id;
    let nobody = Desk { world: &world, cookie: "jobsheet_console=nonsense".into() };
    for (method, path) in [
        (Method::GET, "/intake".to_owned()),
        (Method::POST, "/intake/look".to_owned()),
        (Method::GET, "/customers?find=a".to_owned()),
        (Method::GET, "/requests".to_owned()),
        (Method::POST, "/requests".to_owned()),
        (Method::GET, format!("/requests/{id}")),
        (Method::PUT, format!("/requests/{id}")),
        (Method::POST, format!("/requests/{id}/solve")),
        (Method::POST, format!("/requests/{id}/withdraw")),
        (Method::POST, format!("/requests/{id}/work-order")),
    ] {
        let answer = nobody.asks(method.clone(), &path, &[], &whole()).await;
        assert_eq!(answer.problem(), "/problems/signed-out", "{method} {path}");
        if method == Method::GET {
            continue;
        }
        let request = Request::builder()
            .method(method.clone())
            .uri(format!("/console/api{path}"))
            .header("host", "office.test")
            .header("origin", "http://evil.test")
            .header("cookie", &desk.cookie);
        let answer = world.send(request.body(Body::from(whole().to_string())).unwrap()).await;
        assert_eq!(answer.problem(), "/problems/foreign-origin", "{method} {path}");
    }
    for path in ["/requests/1", "/requests/01890000-0000-7000-8000-000000000001"] {
        assert_eq!(desk.asks(Method::GET, path, &[], &json!(null)).await.problem(), "/problems/not-found");
    }
    assert_eq!(
        desk.asks(Method::POST, "/requests", &[("idempotency-key", "k")], &json!({})).await.status,
        400
    );
}

#[tokio::test]
async fn a7_d3_a_request_that_nobody_was_sent_for_in_time_is_raised_once_and_stands_in_the_lane_until_somebody_is()
 {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let taken: RequestTaken = desk.takes("k1", &whole()).await.json();
    let lane = async || desk.asks(Method::GET, "/attention", &[], &json!(null)).await.json::<ConsoleLane>();
    let acts = async || {
        let journal = desk.reads(taken.id).await.journal.into_iter();
        journal.filter(|line| line.actor == "Jobsheet").map(|line| line.act).collect::<Vec<_>>()
    };
    let ticks = || while world.office.tick().unwrap() > 0 {};
    world.clock.advance(TimeDelta::hours(2));
    ticks();
    // D3: whoever is to send somebody was reminded, once, and sees it in the lane.
    assert_eq!(acts().await, [RequestAct::Reminded { duty: Duty::Arrive }]);
    let soon = desk.list().await.rows.remove(0);
    assert!(soon.is_due_soon && !soon.is_late && lane().await.late[0].id == taken.id);
    // Nothing else happens meanwhile: the office looks by itself when the promise passes.
    world.clock.advance(TimeDelta::milliseconds(1));
    let others: Vec<_> = (0..3).map(|_| open(&world.folder, &world.clock)).collect();
    std::thread::scope(|scope| {
        for office in others.iter().chain([&world.office]) {
            scope.spawn(|| while office.tick().unwrap() > 0 {});
        }
    });
    let reminded = RequestAct::Reminded { duty: Duty::Arrive };
    assert_eq!(acts().await, [reminded.clone(), RequestAct::Breached {}], "once, however many look");
    let [row] = &lane().await.late[..] else { panic!() };
    assert!(row.id == taken.id && row.is_late && !row.is_due_soon && desk.reads(taken.id).await.row.is_late);
    world.clock.advance(TimeDelta::hours(2));
    ticks();
    assert_eq!(acts().await, [reminded, RequestAct::Breached {}, RequestAct::CeilingPassed {}]);
    // Somebody is sent: from here on it is the work order that is late.
    let visit: Visit = desk.makes(taken.id, "w1").await.json();
    ticks();
    assert!(lane().await.late.is_empty() && !desk.reads(taken.id).await.row.is_late);
    let raised = world.office.raised(visit.work_order).unwrap();
    assert!(raised.iter().any(|one| one.attention == Attention::Breached), "{raised:?}");
    assert_eq!(acts().await.len(), 3);
}

/// Standard B: a first response within fifteen minutes, by the telephone as it was agreed.
#[tokio::test]
async fn b4_d3_somebody_is_reminded_of_the_first_response_and_its_clock_is_met_or_breached_by_it() {
    let world = World::new();
    world.office.set_standard("B").unwrap();
    let desk = Desk::of(&world).await;
    let urgent = with(&[("/reference", json!("HT-1")), ("/tried", json!("Off and on"))]);
    let ticks = || while world.office.tick().unwrap() > 0 {};
    let by_itself = async |id| {
        let journal = desk.reads(id).await.journal.into_iter();
        journal.filter(|line| line.actor == "Jobsheet").map(|line| line.act).collect::<Vec<_>>()
    };
    let answers = async |path: String, mode: &str| {
        let body = json!({"mode": mode, "note": "He turns it off until somebody comes"});
        desk.asks(Method::POST, &path, &[], &body).await
    };
    let met: RequestTaken = desk.takes("k1", &urgent).await.json();
    let late: RequestTaken = desk.takes("k2", &urgent).await.json();
    let none: RequestTaken = desk.takes("k3", &urgent).await.json();
    assert_eq!(desk.reads(met.id).await.row.answer_by, Some(monday() + TimeDelta::minutes(15)));
    world.clock.advance(TimeDelta::minutes(12));
    ticks();
    ticks();
    let reminded = RequestAct::Reminded { duty: Duty::FirstResponse };
    assert_eq!(by_itself(met.id).await, slice::from_ref(&reminded), "once");
    assert!(desk.reads(met.id).await.row.is_due_soon);
    assert_eq!(answers(format!("/requests/{}/response", met.id), "phone").await.status, 200);
    let row = desk.reads(met.id).await.row;
    assert_eq!((row.answer_by, row.is_due_soon, row.is_late), (None, false, false));
    let given = row.response.unwrap();
    assert_eq!((given.mode, given.at), (ResponseMode::Phone, world.clock.now()));
    let act = desk.reads(met.id).await.journal.pop().unwrap();
    assert_eq!(act.actor, "周莉");
    let RequestAct::Responded { verdict, due, .. } = act.act else { panic!() };
    assert_eq!((verdict, due), (Some(Verdict::Met), Some(monday() + TimeDelta::minutes(15))));
    let twice = answers(format!("/requests/{}/response", met.id), "email").await;
    assert_eq!((twice.status.as_u16(), twice.problem()), (409, "/problems/response-given".into()));
    assert_eq!(answers(format!("/requests/{}/response", met.id), "pigeon").await.status, 400);

    world.clock.advance(TimeDelta::minutes(4));
    ticks();
    assert_eq!(by_itself(met.id).await, slice::from_ref(&reminded));
    assert_eq!(by_itself(late.id).await, [reminded.clone(), RequestAct::ResponseMissed {}]);
    assert!(desk.reads(late.id).await.row.is_late);
    answers(format!("/requests/{}/response", late.id), "remote").await;
    assert!(!desk.reads(late.id).await.row.is_late);

    // Work orders take it over: what was answered is answered, and what was not can still be.
    let visit = async |id, key| desk.makes(id, key).await.json::<Visit>().work_order;
    let (met, late, none) =
        (visit(met.id, "o1").await, visit(late.id, "o2").await, visit(none.id, "o3").await);
    ticks();
    let verdicts = |id| -> Vec<_> {
        let judged = |entry| match entry {
            Entry::Act(Act::Judged { duty: Duty::FirstResponse, verdict, .. }) => Some(verdict),
            _ => None,
        };
        world.office.journal(id).unwrap().into_iter().filter_map(|line| judged(line.entry)).collect()
    };
    let breached = |id| {
        let raised = world.office.raised(id).unwrap().into_iter();
        raised.filter(|one| one.attention == Attention::Breached && one.about == "first_response").count()
    };
    assert_eq!((verdicts(met), breached(met)), (vec![Verdict::Met], 0));
    assert_eq!((verdicts(late), breached(late)), (vec![Verdict::Breached], 1));
    assert_eq!((verdicts(none), breached(none)), (vec![], 1));
    let job = |id| format!("/work-orders/{id}");
    let shown = async |id| -> ConsoleJob { desk.asks(Method::GET, &job(id), &[], &json!(null)).await.json() };
    assert_eq!(shown(met).await.answer_by, None);
    assert_eq!(shown(none).await.answer_by, Some(monday() + TimeDelta::minutes(15)));
    let on_order = async |id| {
        let body = json!({"mode": "message", "note": ""});
        crate::console::act(&world, &desk.cookie, id, "response", &body).await
    };
    assert_eq!(on_order(none).await.status, 204);
    assert_eq!((verdicts(none), breached(none)), (vec![Verdict::Breached], 1), "said once");
    assert_eq!(shown(none).await.answer_by, None);
    for id in [met, none] {
        assert_eq!(on_order(id).await.problem(), "/problems/response-given");
    }
}

/// Sixty open ones and five that are settled: none is cut off, and none is told twice.
#[tokio::test]
async fn requests_are_read_page_by_page_the_open_ones_first_and_found_by_words() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let mut taken = Vec::new();
    for n in 0..65 {
        let named = with(&[("/customer/name", json!(format!("Customer-{n:02}")))]);
        taken.push(desk.takes(&format!("k{n}"), &named).await.json::<RequestTaken>());
    }
    for one in &taken[..5] {
        let path = format!("/requests/{}/withdraw", one.id);
        desk.asks(Method::POST, &path, &[], &json!({"reason": "Called twice"})).await;
    }
    let get = async |asked: &str| -> ConsoleRequests {
        desk.asks(Method::GET, &format!("/requests?{asked}"), &[], &json!(null)).await.json()
    };
    let all = async |asked: &str| {
        let (mut all, mut after, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let page = get(&format!("{asked}{after}")).await;
            assert_eq!((page.open, page.is_empty), (60, false));
            all.extend(page.rows);
            pages += 1;
            match page.next {
                Some(next) => after = format!("&after={next}"),
                None => return (all, pages),
            }
        }
    };
    let usual = get("").await;
    assert_eq!((usual.rows.len(), usual.next.is_some()), (50, true));
    let (rows, pages) = all("limit=7").await;
    assert_eq!((rows.len(), pages), (65, 10));
    let ids: std::collections::BTreeSet<_> = rows.iter().map(|row| row.id).collect();
    assert_eq!(ids.len(), 65);
    let open = rows.iter().take_while(|row| row.state.is_open()).count();
    assert_eq!(open, 60, "the open ones come first");
    assert_eq!((rows[0].customer.as_str(), rows[59].customer.as_str()), ("Customer-64", "Customer-05"));
    assert_eq!(rows[60].customer, "Customer-04", "the one that was withdrawn last");

    let (withdrawn, pages) = all("limit=2&state=withdrawn").await;
    assert_eq!((withdrawn.len(), pages), (5, 3));
    let (new, _) = all("limit=11&state=new").await;
    assert_eq!(new.len(), 60);
    let (solved, _) = all("state=solved").await;
    assert_eq!(solved.len(), 0);
    // Past the end of the open ones nothing of them follows.
    assert_eq!(get("state=new&after=settled.999").await.rows.len(), 0);

    // Among all of them, by words in any order and any case; also by telephone and by number.
    for asked in ["find=room%20CUSTOMER-64", &format!("find={}", taken[64].number)] {
        let (found, _) = all(&format!("limit=5&{asked}")).await;
        let found: Vec<_> = found.iter().map(|row| row.customer.as_str()).collect();
        assert_eq!(found, ["Customer-64"], "{asked}");
    }
    assert_eq!(all("limit=5&find=9001&state=withdrawn").await.0.len(), 5);
    assert_eq!(all("limit=5&find=nobody").await.0.len(), 0);
    for bad in ["limit=0", "limit=201", "after=open", "after=open.x", "after=both.1", "state=lost"] {
        let answer = desk.asks(Method::GET, &format!("/requests?{bad}"), &[], &json!(null)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem()),
            (400, "/problems/bad-request".into()),
            "{bad}"
        );
    }
}
