//! Standards at the console's doors: written, checked, published, put to use; and what began under one keeps it.

use crate::{
    console::{OWN, ask, sign_in},
    requests::whole,
    world::{Answer, World, monday},
};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use chrono::TimeDelta;
use jobsheet_model::{
    WorkOrder,
    change::Rating,
    closing::Acceptance,
    intake::RequestAct,
    standard::{StandardAct, Under, Verdict},
    view::{ConsoleRequest, ConsoleStandard, ConsoleStandards, RequestTaken, StandardLook, StandardSaved},
    visit_rules::{Call, VisitRules},
    work_order::Visit,
};
use jobsheet_office::{NewStaff, Role};
use serde_json::{Value, json};

/// Somebody of the office, at a desk.
struct Desk<'a> {
    world: &'a World,
    cookie: String,
}

impl<'a> Desk<'a> {
    async fn of(world: &'a World, role: Role) -> Desk<'a> {
        let (login, password) = (format!("{role:?}").to_lowercase(), "a long password".to_owned());
        let body = format!(r#"{{"login":"{login}","password":"{password}"}}"#);
        world.office.add_staff(NewStaff { login: login.clone(), name: login, role, password }).unwrap();
        let signed = ask(world, Method::POST, "/sign-in", "", &body, OWN).await;
        Desk { world, cookie: signed.header("set-cookie").split(';').next().unwrap().to_owned() }
    }

    async fn asks(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/console/api{path}"))
            .header("host", "office.test")
            .header("origin", OWN)
            .header("cookie", &self.cookie);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.world.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    async fn draft(&self, key: &str) -> ConsoleStandard {
        self.asks(Method::GET, &format!("/standards/{key}/draft"), &[], "").await.json()
    }

    async fn list(&self) -> ConsoleStandards {
        self.asks(Method::GET, "/standards", &[], "").await.json()
    }

    async fn saves(&self, key: &str, seen: u32, body: &Value) -> Answer {
        let path = format!("/standards/{key}/draft");
        self.asks(Method::PUT, &path, &[("if-match", &format!("\"{seen}\""))], &body.to_string()).await
    }

    async fn publishes(&self, key: &str, seen: u32, confirmed: bool, use_now: bool) -> Answer {
        let path = format!("/standards/{key}/draft/publish");
        let body = json!({"confirmed": confirmed, "use_now": use_now}).to_string();
        self.asks(Method::POST, &path, &[("if-match", &format!("\"{seen}\""))], &body).await
    }

    /// The draft of a standard with these changes.
    async fn with(&self, key: &str, changes: &[(&str, Value)]) -> Value {
        let mut body = serde_json::to_value(self.draft(key).await.body).unwrap();
        for (path, to) in changes {
            *body.pointer_mut(path).unwrap() = to.clone();
        }
        body
    }

    async fn takes(&self, key: &str) -> RequestTaken {
        let body = whole().to_string();
        self.asks(Method::POST, "/requests", &[("idempotency-key", key)], &body).await.json()
    }

    async fn orders(&self, taken: &RequestTaken) -> WorkOrder {
        let path = format!("/requests/{}/work-order", taken.id);
        let visit: Visit = self.asks(Method::POST, &path, &[("idempotency-key", &path)], "").await.json();
        self.world.office.work_order(visit.work_order).unwrap().unwrap()
    }
}

/// A version of A with these changes, in use from now on.
async fn uses(desk: &Desk<'_>, changes: &[(&str, Value)]) {
    let body = desk.with("A", changes).await;
    let saved: StandardSaved = desk.saves("A", 0, &body).await.json();
    desk.publishes("A", saved.version, true, true).await;
}

const AN_HOUR: (&str, fn() -> Value) = ("/levels/0/clocks/0/within", || json!({"minutes": 60}));

#[tokio::test]
async fn what_ships_is_published_from_the_first_start_and_read_by_everybody_of_the_office() {
    let world = World::new();
    let desk = Desk::of(&world, Role::Dispatcher).await;
    let list = desk.list().await;
    assert_eq!(list.in_use, Under { standard: "A".into(), version: 1 });
    assert!(!list.may_edit);
    let rows: Vec<_> = list.rows.iter().map(|row| (row.key.as_str(), row.versions.len())).collect();
    assert_eq!(rows, [("A", 1), ("B", 1)]);
    assert_eq!(list.rows[0].versions[0].by, "", "it came with the office");
    let b: ConsoleStandard = desk.asks(Method::GET, "/standards/B/versions/1", &[], "").await.json();
    assert_eq!((b.body.key.as_str(), b.look.findings.len()), ("B", 3));
    for path in [
        "/standards/A/versions/2",
        "/standards/C/versions/1",
        "/standards/A/versions/x",
        "/standards/C/draft",
    ] {
        assert_eq!(desk.asks(Method::GET, path, &[], "").await.status, StatusCode::NOT_FOUND, "{path}");
    }
    // Opened again, it is the same.
    drop(crate::world::open(&world.folder, &world.clock));
    assert_eq!(desk.list().await.rows[0].versions.len(), 1);
}

#[tokio::test]
async fn only_a_supervisor_writes_publishes_and_puts_to_use() {
    let world = World::new();
    let desk = Desk::of(&world, Role::Dispatcher).await;
    let body = desk.with("A", &[]).await.to_string();
    let seen = [("if-match", "\"0\"")];
    for (method, path, body) in [
        (Method::PUT, "/standards/A/draft", body.as_str()),
        (Method::POST, "/standards/A/draft/holidays/cn", "2027-01-01,off"),
        (Method::POST, "/standards/A/draft/discard", ""),
        (Method::POST, "/standards/A/draft/publish", r#"{"confirmed":true,"use_now":true}"#),
        (Method::POST, "/standards/B/versions/1/use", ""),
    ] {
        let answer = desk.asks(method, path, &seen, body).await;
        assert_eq!(answer.problem(), "/problems/not-allowed", "{path}");
    }
    // What it would come to may be asked by anybody: nothing is kept.
    let look: StandardLook = desk.asks(Method::POST, "/standards/look", &[], &body).await.json();
    assert_eq!((look.findings.len(), look.differences.len()), (0, 0));
    assert_eq!(look.open_requests, 0);
    assert!(look.open_work_orders > 0);
    let admin = Desk::of(&world, Role::Admin).await;
    assert!(admin.list().await.may_edit);
    assert_eq!(admin.saves("A", 0, &admin.with("A", &[]).await).await.status, StatusCode::OK);
}

#[tokio::test]
async fn x2_what_began_under_a_version_keeps_it_and_what_is_new_has_the_new_one() {
    let world = World::new();
    let desk = Desk::of(&world, Role::Supervisor).await;
    let before = desk.takes("k1").await;
    let old = desk.orders(&before).await;
    let waits = desk.takes("k2").await;

    let (path, an_hour) = AN_HOUR;
    let body = desk.with("A", &[(path, an_hour()), ("/accept_minutes", json!(5))]).await;
    let saved: StandardSaved = desk.saves("A", 0, &body).await.json();
    assert_eq!(saved.version, 1);
    let paths: Vec<_> = saved.look.differences.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(paths, ["accept_minutes", "levels[0].clocks[0].within"]);
    // Published, it is not in use yet.
    let published: Under = desk.publishes("A", 1, false, false).await.json();
    assert_eq!(published, Under { standard: "A".into(), version: 2 });
    let third = desk.takes("k3").await;
    let due = async |taken: &RequestTaken| {
        let path = format!("/requests/{}", taken.id);
        let page: ConsoleRequest = desk.asks(Method::GET, &path, &[], "").await.json();
        page.row.respond_by.map(|by| by - monday())
    };
    assert_eq!(due(&third).await, Some(TimeDelta::hours(2)));
    let used = desk.asks(Method::POST, "/standards/A/versions/2/use", &[], "").await;
    assert_eq!(used.status, StatusCode::NO_CONTENT);

    let fourth = desk.takes("k4").await;
    assert_eq!(due(&fourth).await, Some(TimeDelta::hours(1)));
    assert_eq!(due(&waits).await, Some(TimeDelta::hours(2)), "a request keeps it");
    // Its work order is made later, and keeps what the request began under.
    for (order, hours, version, accept) in
        [(old, 2, 1, 10), (desk.orders(&waits).await, 2, 1, 10), (desk.orders(&fourth).await, 1, 2, 5)]
    {
        assert_eq!(order.respond_by - monday(), TimeDelta::hours(hours));
        assert_eq!(order.ceiling - monday(), TimeDelta::minutes(hours * 90));
        assert_eq!((order.under.unwrap().version, order.level.accept), (version, accept));
    }
    let who: Vec<_> =
        desk.draft("A").await.journal.into_iter().map(|entry| (entry.actor, entry.act)).collect();
    let by = |act| ("supervisor".to_owned(), act);
    assert_eq!(who[0], by(StandardAct::DraftSaved {}));
    assert_eq!(
        who[1..],
        [by(StandardAct::Published { version: 2 }), by(StandardAct::PutToUse { version: 2 })]
    );
}

#[tokio::test]
async fn e18_what_is_charged_is_of_the_standard_and_what_began_keeps_its_prices() {
    let world = World::new();
    let desk = Desk::of(&world, Role::Supervisor).await;
    let old = desk.orders(&desk.takes("k1").await).await.tariff;
    let tariff = |labour: u32| {
        json!({"version": "as typed", "currency": "CNY", "labour_per_hour": labour, "labour_step": 30,
            "call_out": 12_000, "out_of_hours_percent": 100, "opens": 510, "closes": 1080})
    };
    let puts = async |seen: u32, labour: u32| {
        let body = desk.with("A", &[("/tariff", tariff(labour))]).await;
        let saved: StandardSaved = desk.saves("A", seen, &body).await.json();
        desk.publishes("A", saved.version, true, true).await.json::<Under>().version
    };
    assert_eq!(puts(0, 18_000).await, 2);
    let waits = desk.takes("k2").await;
    let dearer = desk.orders(&desk.takes("k3").await).await.tariff;
    assert_eq!((dearer.labour_per_hour, dearer.call_out, dearer.version.as_str()), (18_000, 12_000, "A-2"));
    assert_ne!(old, dearer);
    // Published again as it was, it is the same tariff; changed, it is another.
    let seen = desk.draft("A").await.draft.map_or(0, |draft| draft.version);
    assert_eq!(puts(seen, 18_000).await, 3);
    assert_eq!(desk.orders(&desk.takes("k4").await).await.tariff, dearer);
    let seen = desk.draft("A").await.draft.map_or(0, |draft| draft.version);
    assert_eq!(puts(seen, 19_000).await, 4);
    assert_eq!(desk.orders(&desk.takes("k5").await).await.tariff.version, "A-4");
    assert_eq!(desk.orders(&waits).await.tariff, dearer, "as the request began");
}

#[tokio::test]
async fn x3_what_is_wrong_is_not_published_and_what_is_odd_only_when_it_was_read() {
    let world = World::new();
    let desk = Desk::of(&world, Role::Supervisor).await;
    // What cannot be read at all is said by its path, and a draft with faults is kept.
    let unread = desk.with("A", &[("/accept_minutes", json!("soon"))]).await;
    let answer = desk.saves("A", 0, &unread).await;
    assert_eq!(answer.problem(), "/problems/unfit-standard");
    assert_eq!(answer.json::<Value>()["fields"][0]["path"], "accept_minutes");
    let bad = desk.with("A", &[("/levels/1/clocks/0/calendar", json!("lunar"))]).await;
    let saved: StandardSaved = desk.saves("A", 0, &bad).await.json();
    assert_eq!(saved.look.findings[0].path, "levels[1].clocks[0].calendar");
    let refused = desk.publishes("A", 1, true, true).await;
    assert_eq!(refused.problem(), "/problems/unfit-standard");
    assert_eq!(desk.list().await.in_use.version, 1);

    // B is odd, as its source is.
    let saved: StandardSaved = desk.saves("B", 0, &desk.with("B", &[]).await).await.json();
    let unconfirmed = desk.publishes("B", saved.version, false, true).await;
    assert_eq!(unconfirmed.status, StatusCode::CONFLICT);
    assert_eq!(unconfirmed.problem(), "/problems/standard-unconfirmed");
    assert_eq!(unconfirmed.json::<Value>()["fields"][0]["path"], "levels[2].clocks[2].within");
    let published: Under = desk.publishes("B", saved.version, true, true).await.json();
    assert_eq!(desk.list().await.in_use, published);
    assert_eq!(published.version, 2);

    // A standard of one's own, under a key that can stand in an address.
    let mut own = desk.with("A", &[]).await;
    own["key"] = json!("own");
    own["levels"][1]["clocks"][0]["calendar"] = json!("always");
    assert_eq!(desk.saves("own", 0, &own).await.status, StatusCode::OK);
    assert_eq!(desk.publishes("own", 1, false, false).await.json::<Under>().version, 1);
    own["key"] = json!("o%20n");
    assert_eq!(desk.saves("o%2520n", 0, &own).await.problem(), "/problems/unfit-standard");
    assert_eq!(desk.saves("other", 0, &own).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn nobodys_draft_is_written_over() {
    let world = World::new();
    let desk = Desk::of(&world, Role::Supervisor).await;
    let body = desk.with("A", &[("/accept_minutes", json!(7))]).await;
    let unsaid = desk.asks(Method::PUT, "/standards/A/draft", &[], &body.to_string()).await;
    assert_eq!(unsaid.status, StatusCode::PRECONDITION_REQUIRED);
    assert_eq!(desk.saves("A", 0, &body).await.json::<StandardSaved>().version, 1);
    // Who began at the same time is told, whatever he does.
    assert_eq!(desk.saves("A", 0, &body).await.problem(), "/problems/standard-changed");
    assert_eq!(desk.publishes("A", 0, true, true).await.problem(), "/problems/standard-changed");
    let discard = async |seen| {
        desk.asks(Method::POST, "/standards/A/draft/discard", &[("if-match", seen)], "").await.status
    };
    assert_eq!(discard("\"0\"").await, StatusCode::PRECONDITION_FAILED);
    assert_eq!(desk.saves("A", 1, &body).await.json::<StandardSaved>().version, 2);
    assert_eq!(desk.draft("A").await.draft.unwrap().version, 2);
    assert_eq!(discard("\"2\"").await, StatusCode::NO_CONTENT);
    let begun_anew = desk.draft("A").await;
    assert_eq!((begun_anew.draft, begun_anew.body.accept_minutes), (None, 10));
    assert_eq!(discard("\"0\"").await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn x4_holidays_are_taken_from_a_file_all_or_none() {
    let world = World::new();
    let desk = Desk::of(&world, Role::Supervisor).await;
    let gives = async |list: &str, seen: &str, file: &str| {
        let path = format!("/standards/A/draft/holidays/{list}");
        desk.asks(Method::POST, &path, &[("if-match", seen)], file).await
    };
    assert_eq!(gives("cn", "\"0\"", "2027-01-01,off").await.status, StatusCode::NOT_FOUND, "no draft");
    desk.saves("A", 0, &desk.with("A", &[]).await).await;
    let wrong = gives("cn", "\"1\"", "2027-01-01,off\n2027-01-99,off").await;
    assert_eq!(wrong.problem(), "/problems/unfit-standard");
    assert_eq!(wrong.json::<Value>()["fields"][0]["path"], "line 2");
    assert_eq!(gives("cn", "\"1\"", "2029-01-01,off").await.problem(), "/problems/unfit-standard");
    assert_eq!(gives("fr", "\"1\"", "2027-01-01,off").await.status, StatusCode::NOT_FOUND);
    assert_eq!(desk.draft("A").await.draft.unwrap().version, 1, "nothing was taken");
    let taken: StandardSaved = gives("cn", "\"1\"", "2027-01-01,off\n2027-01-09,work").await.json();
    assert_eq!(taken.version, 2);
    let draft = desk.draft("A").await;
    assert_eq!(draft.body.holidays[0].to.to_string(), "2027-12-31");
    let last = draft.journal.last().unwrap();
    assert_eq!(last.act, StandardAct::HolidaysTaken { list: "cn".into(), days: 2 });
    assert_eq!(draft.look.differences.len(), 3, "its end, days off, workdays");
}

#[tokio::test]
async fn a_standard_that_is_none_is_refused_whatever_it_is() {
    let world = World::new();
    let desk = Desk { cookie: sign_in(&world).await, world: &world };
    for body in ["", "null", "[]", "{}", r#"{"key":3}"#, "\u{0}"] {
        let answer = desk.asks(Method::POST, "/standards/look", &[], body).await;
        assert_eq!(answer.problem(), "/problems/unfit-standard", "{body}");
    }
    let huge = "x".repeat(2 * 1024 * 1024);
    let answer = desk.asks(Method::POST, "/standards/look", &[], &huge).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn x13_x14_x16_x20_what_a_standard_asks_of_a_visit_goes_with_the_work_order_and_stays() {
    let world = World::new();
    let desk = Desk::of(&world, Role::Supervisor).await;
    let before = desk.takes("k1").await;
    let old = desk.orders(&before).await;
    let words = |rules: &VisitRules| rules.job.as_ref().map(|job| job.en.clone());
    assert_eq!((words(&old.rules).as_deref(), old.rules.progress_percent), (Some("Technical support"), 50));
    assert_eq!(old.rules.calls, [Call::BeforeArriving], "A23");
    uses(
        &desk,
        &[
            ("/progress_percent", json!(70)),
            ("/jobs/0/calls", json!(["before_leaving"])),
            ("/jobs/0/accepted", json!(["signed"])),
            ("/scale/0/points", json!(10)),
        ],
    )
    .await;
    let taken = desk.takes("k2").await;
    let new = desk.orders(&taken).await.rules;
    assert_eq!((new.progress_percent, &new.calls[..]), (70, &[Call::BeforeLeaving][..]));
    assert_eq!(new.accepted, [Acceptance::Signed]);
    assert_eq!(new.mark(Rating::VerySatisfied).unwrap().points, 10);
    // What began before keeps what it began under.
    assert_eq!(world.office.work_order(old.id).unwrap().unwrap().rules, old.rules);
    assert_eq!(old.rules.accepted.len(), 4);
}

#[tokio::test]
async fn x1_x8_d2_what_the_customer_calls_it_proposes_a_level_and_goes_with_the_work_order() {
    let world = World::new();
    let desk = Desk::of(&world, Role::Dispatcher).await;
    let takes = async |key: &str, impact: Value, declared: Value| {
        let mut body = whole();
        (body["impact"], body["declared"], body["without"]) = (impact, declared, json!("He rang off"));
        (body["symptom_kind"], body["answers"]) = (json!(""), json!({}));
        desk.asks(Method::POST, "/requests", &[("idempotency-key", key)], &body.to_string()).await
    };
    let urgent = json!({"set": "two", "level": "urgent"});
    let taken: RequestTaken = takes("k1", json!(null), urgent.clone()).await.json();
    let order = desk.orders(&taken).await;
    assert_eq!((order.level.key.as_str(), order.request.declared.unwrap().zh.as_str()), ("level_1", "紧急"));
    // What is the case counts for more, and nobody has to say why.
    let said: RequestTaken = takes("k2", json!("partial"), urgent).await.json();
    let path = format!("/requests/{}", said.id);
    let page: ConsoleRequest = desk.asks(Method::GET, &path, &[], "").await.json();
    assert_eq!(page.look.grade.proposed, "level_2");
    let odd = takes("k3", json!(null), json!({"set": "two", "level": "medium"})).await;
    assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn x2_solved_at_the_desk_is_judged_by_the_time_that_was_promised_for_it() {
    let world = World::new();
    let desk = Desk::of(&world, Role::Supervisor).await;
    let clocks = desk.draft("A").await.body.levels[0].clocks.clone();
    let mut clocks = serde_json::to_value(clocks).unwrap();
    let arrive = clocks[0].clone();
    let mut solve = arrive.clone();
    (solve["duty"], solve["within"]) = (json!("solve"), json!({"minutes": 240}));
    clocks.as_array_mut().unwrap().push(solve);
    uses(&desk, &[("/levels/0/clocks", clocks)]).await;
    let due = Some(monday() + TimeDelta::hours(4));
    let (in_time, late) = (desk.takes("k1").await, desk.takes("k2").await);
    for (taken, minutes, expected) in [(in_time, 240, Verdict::Met), (late, 1, Verdict::Breached)] {
        world.clock.advance(TimeDelta::minutes(minutes));
        let path = format!("/requests/{}/solve", taken.id);
        desk.asks(Method::POST, &path, &[], r#"{"what":"Reset the breaker together"}"#).await;
        let path = format!("/requests/{}", taken.id);
        let page: ConsoleRequest = desk.asks(Method::GET, &path, &[], "").await.json();
        let RequestAct::Solved { due: by, verdict, .. } = &page.journal.last().unwrap().act else { panic!() };
        assert_eq!((*by, *verdict), (due, Some(expected)));
    }
}
