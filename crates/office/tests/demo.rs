use crate::world::{World, monday, open};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt;
use jobsheet_model::{
    WorkOrder,
    reference::{FaultCode, Part, VanStock},
    step::{Answer, KnownAnswer, StepKind, judge},
    work_order::AssignmentState,
};
use jobsheet_office::{NewStaff, Office, Options, Role};
use std::{collections::BTreeSet, time::Duration};

fn is_on(order: &WorkOrder, day: DateTime<Utc>) -> bool {
    let local = |at: DateTime<Utc>| at.with_timezone(&chrono::Local).date_naive();
    local(order.from) == local(day)
}

#[test]
fn the_demo_company_has_what_it_promises() {
    let world = World::new();
    let orders = world.office.work_orders().unwrap();
    assert_eq!(orders.len(), 60);
    assert_eq!(orders.iter().map(|order| &order.customer.name).collect::<BTreeSet<_>>().len(), 40);
    assert_eq!(orders.iter().map(|order| order.level.rank).collect::<BTreeSet<_>>(), [1, 2, 3].into());
    assert_eq!(orders.iter().map(|order| &order.request.problem_type.en).collect::<BTreeSet<_>>().len(), 4);
    assert_eq!(orders[0].number, "JS-2611-0401");
    let technicians = world.office.technicians().unwrap();
    assert_eq!(technicians.len(), 6);
    for technician in &technicians {
        let mine: Vec<_> = orders.iter().filter(|o| o.assignment.technician == technician.id).collect();
        let today = mine.iter().filter(|order| is_on(order, monday())).count();
        let offered = mine.iter().filter(|order| order.assignment.state == AssignmentState::Offered).count();
        let tomorrow = mine.iter().filter(|order| is_on(order, monday() + TimeDelta::days(1))).count();
        assert!((5..=6).contains(&today), "{}: {today}", technician.login);
        assert_eq!((offered, tomorrow > 0), (1, true), "{}", technician.login);
    }
    assert_eq!(orders.iter().filter(|o| o.assignment.state == AssignmentState::Withdrawn).count(), 22);
    for order in &orders {
        assert!(order.request.received_at <= monday() && order.respond_by >= order.to, "{}", order.number);
        assert!(order.ceiling >= order.respond_by && order.from < order.to, "{}", order.number);
        assert!(order.bring.iter().all(|part| part.quantity >= 2), "{}", order.number);
        assert!(order.tools.len() >= 6);
    }
}

#[test]
fn every_work_order_survives_a_round_trip_as_json() {
    for order in World::new().office.work_orders().unwrap() {
        let json = serde_json::to_string(&order).unwrap();
        assert_eq!(serde_json::from_str::<WorkOrder>(&json).unwrap(), order);
    }
}

#[test]
fn checklists_use_every_step_kind_begin_with_safety_and_ask_on_only_where_it_is_needed() {
    let (mut kinds, mut conditions) = (BTreeSet::new(), BTreeSet::new());
    for order in World::new().office.work_orders().unwrap() {
        let steps = &order.template.steps;
        let always = steps.iter().filter(|step| step.when.is_empty()).count();
        assert!((8..=14).contains(&always), "{}", order.template.id);
        assert_eq!(order.template.flaws(), [], "{}", order.template.id);
        conditions.extend(steps.iter().filter(|step| !step.when.is_empty()).map(|step| step.key.clone()));
        let last_safety = steps.iter().rposition(|step| step.safety).unwrap();
        assert!(steps[..last_safety].iter().all(|step| step.safety), "{}", order.template.id);
        for step in steps {
            assert!(!step.title.en.is_empty() && !step.title.zh.is_empty());
            let json = serde_json::to_value(&step.kind).unwrap();
            assert!(matches!(step.kind, StepKind::Known(_)), "{json}");
            if order.template.id == "chiller" {
                kinds.insert(json["kind"].as_str().unwrap().to_owned());
            }
            let skipped = Answer::Known(KnownAnswer::Skipped {});
            assert!(judge(&step.kind, &skipped).is_ok());
        }
    }
    let all = ["check", "choice", "number", "pairs", "photo", "script", "serial", "text"];
    assert_eq!(kinds, all.map(str::to_owned).into());
    assert!(conditions.len() >= 6, "some are asked only where earlier answers say so: {conditions:?}");
}

#[tokio::test]
async fn phones_get_a_catalogue_of_ten_thousand_parts_fault_codes_and_a_van() {
    let world = World::new();
    let mut phone = world.phone("wang.lei").await;
    let orders = phone.pull().await;
    let response = phone.sync(&[]).await;
    let mut bodies = Vec::new();
    for set in response.reference.unwrap() {
        let path = format!("/v1/reference/{}", set.digest);
        bodies.push(world.app(axum::http::Method::GET, &path, &phone.token, "").await);
    }
    let (faults, parts, van) = (
        bodies[0].json::<Vec<FaultCode>>(),
        bodies[1].json::<Vec<Part>>(),
        bodies[2].json::<Vec<VanStock>>(),
    );
    assert!(faults.len() >= 60);
    assert_eq!((parts.len(), van.len()), (10_000, 80));
    let numbers: BTreeSet<_> = parts.iter().map(|part| part.number.as_str()).collect();
    let carried: BTreeSet<_> = van.iter().map(|one| one.number.as_str()).collect();
    for part in orders.iter().flat_map(|base| &base.order.bring) {
        assert!(numbers.contains(part.number.as_str()) && carried.contains(part.number.as_str()));
    }
}

#[test]
fn a_newcomer_on_a_later_day_finds_a_days_work() {
    let world = World::new();
    let before = world.office.by_number("JS-2611-0401").unwrap().unwrap();
    world.clock.advance(TimeDelta::days(9));
    let office = open(&world.folder, &world.clock);
    let orders = office.work_orders().unwrap();
    let today = orders
        .iter()
        .filter(|order| order.assignment.state != AssignmentState::Withdrawn)
        .filter(|order| is_on(order, world.clock.now()));
    assert!(today.count() >= 30);
    let after = office.by_number("JS-2611-0401").unwrap().unwrap();
    assert_eq!((after.from - before.from, after.version), (TimeDelta::days(9), before.version + 1));
    // Once a day is enough.
    assert_eq!(open(&world.folder, &world.clock).work_orders().unwrap(), orders);
}

#[test]
fn without_demo_nobody_is_let_in_before_somebody_was_added() {
    let folder = tempfile::tempdir().unwrap();
    let office = Office::open(Options::in_tests(folder.path())).unwrap();
    assert!(office.technicians().unwrap().is_empty() && office.work_orders().unwrap().is_empty());
    let staff = |password: &str| NewStaff {
        login: "zhou".into(),
        name: "周莉".into(),
        role: Role::Admin,
        password: password.into(),
    };
    assert!(office.add_staff(staff("short")).is_err());
    office.add_staff(staff("a long enough one")).unwrap();
    assert!(office.add_staff(staff("a long enough one")).is_err());
    assert!(office.demo_offer("wang.lei", None).is_err());
}

/// On a real port, with a second office on the same database, as `jobsheet-office demo offer` is one.
#[tokio::test(flavor = "multi_thread")]
async fn an_offer_made_by_another_process_is_hinted_within_a_second_or_so() {
    let world = World::new();
    let phone = world.phone("wang.lei").await;
    let request = axum::http::Request::get("/v1/events")
        .header("jobsheet-protocol", "1")
        .header("authorization", format!("Bearer {}", phone.token))
        .body(axum::body::Body::empty())
        .unwrap();
    let response = tower::ServiceExt::oneshot(world.office.router(), request).await.unwrap();
    let mut events = response.into_body().into_data_stream();
    let first = events.next().await.unwrap().unwrap();
    assert_eq!(&first[..], b"data: {\"work_order\":null}\n\n");

    let other =
        Office::open(Options { clock: world.clock.clock(), ..Options::in_tests(world.folder.path()) })
            .unwrap();
    other.demo_offer("ana.li", None).unwrap();
    let silence = tokio::time::timeout(Duration::from_millis(900), events.next()).await;
    assert!(silence.is_err(), "another's offer is no hint");
    other.demo_offer("wang.lei", None).unwrap();
    let hint = tokio::time::timeout(Duration::from_secs(5), events.next()).await.unwrap().unwrap().unwrap();
    assert_eq!(&hint[..], b"data: {\"work_order\":null}\n\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn serving_ends_when_it_is_told_to_even_while_somebody_listens() {
    let world = World::new();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let office = world.office.clone();
    let serving = tokio::spawn(async move {
        office
            .serve(listener, async {
                let _ = stopped.await;
            })
            .await
    });
    let _open = tokio::net::TcpStream::connect(address).await.unwrap();
    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(8), serving).await.unwrap().unwrap().unwrap();
}
