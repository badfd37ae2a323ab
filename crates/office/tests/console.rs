use crate::world::{Answer, World, note};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use jobsheet_model::{
    WorkOrderId,
    view::{ConsoleJob, ConsoleRow, ConsoleSession, Status},
};
use serde_json::{Value, json};

pub async fn ask(
    world: &World,
    method: Method,
    path: &str,
    cookie: &str,
    body: &str,
    origin: &str,
) -> Answer {
    ask_with(world, method, path, cookie, body, origin, &[]).await
}

/// Acts on a work order as it is by now.
pub async fn act(world: &World, cookie: &str, id: WorkOrderId, what: &str, body: &Value) -> Answer {
    let orders = world.office.work_orders().unwrap();
    let version = orders.iter().find(|order| order.id == id).unwrap().version;
    act_on(world, cookie, id, what, body, &format!("\"{version}\"")).await
}

/// Acts on a work order as somebody saw it.
pub async fn act_on(
    world: &World,
    cookie: &str,
    id: WorkOrderId,
    what: &str,
    body: &Value,
    seen: &str,
) -> Answer {
    let path = format!("/work-orders/{id}/{what}");
    let headers: &[_] = if seen.is_empty() { &[] } else { &[("if-match", seen)] };
    ask_with(world, Method::POST, &path, cookie, &body.to_string(), OWN, headers).await
}

pub async fn ask_with(
    world: &World,
    method: Method,
    path: &str,
    cookie: &str,
    body: &str,
    origin: &str,
    headers: &[(&str, &str)],
) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/console/api{path}"))
        .header("host", "office.test")
        .header("cookie", cookie);
    if !origin.is_empty() {
        request = request.header("origin", origin);
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    world.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

pub const OWN: &str = "http://office.test";

pub async fn sign_in(world: &World) -> String {
    let body = r#"{"login":"office","password":"demo-office"}"#;
    let answer = ask(world, Method::POST, "/sign-in", "", body, OWN).await;
    assert_eq!(answer.status, StatusCode::OK);
    let session: ConsoleSession = answer.json();
    assert_eq!((session.name.as_str(), session.technicians.len()), ("周莉", 6));
    let cookie = answer.header("set-cookie");
    for part in ["jobsheet_console=", "HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"));
    cookie.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn every_route_of_the_console_but_sign_in_wants_the_cookie() {
    let world = World::new();
    let id = world.office.work_orders().unwrap()[0].id;
    for (method, path) in [
        (Method::GET, "/session".to_owned()),
        (Method::POST, "/sign-out".to_owned()),
        (Method::GET, "/work-orders".to_owned()),
        (Method::GET, format!("/work-orders/{id}")),
        (Method::POST, format!("/work-orders/{id}/offer")),
        (Method::POST, format!("/work-orders/{id}/reassign")),
        (Method::POST, format!("/work-orders/{id}/cancel")),
        (Method::GET, "/attention".to_owned()),
        (Method::POST, "/attention/1/decide".to_owned()),
        (Method::GET, format!("/photos/{}", "a".repeat(64))),
        (Method::GET, "/events".to_owned()),
        (Method::GET, "/phones".to_owned()),
        (Method::POST, format!("/technicians/{id}/code")),
        (Method::POST, format!("/phones/{id}/revoke")),
        (Method::POST, format!("/phones/{id}/wipe")),
        (Method::POST, "/rescue".to_owned()),
    ] {
        let answer = ask(&world, method.clone(), &path, "jobsheet_console=nonsense", "{}", OWN).await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem().as_str()),
            (401, "/problems/signed-out"),
            "{method} {path}"
        );
    }
    // A technician's session opens nothing here.
    let phone = world.phone("wang.lei").await;
    let cookie = format!("jobsheet_console={}", phone.token);
    assert_eq!(ask(&world, Method::GET, "/session", &cookie, "", "").await.status, 401);
}

#[tokio::test]
async fn another_page_cannot_act_in_the_name_of_who_is_signed_in() {
    let world = World::new();
    let cookie = sign_in(&world).await;
    let answer = ask(&world, Method::POST, "/sign-out", &cookie, "", "http://evil.test").await;
    assert_eq!(answer.problem(), "/problems/foreign-origin");
    assert_eq!(ask(&world, Method::GET, "/session", &cookie, "", "").await.status, StatusCode::OK);
    assert_eq!(ask(&world, Method::POST, "/sign-out", &cookie, "", OWN).await.status, StatusCode::NO_CONTENT);
    assert_eq!(ask(&world, Method::GET, "/session", &cookie, "", "").await.status, 401);
}

#[tokio::test]
async fn behind_tls_the_cookie_is_secure() {
    let world = World::new();
    let body = r#"{"login":"office","password":"demo-office"}"#;
    let answer = ask(&world, Method::POST, "/sign-in", "", body, "https://office.test").await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-jobsheet_console=") && cookie.ends_with("; Secure"), "{cookie}");
}

#[tokio::test]
async fn the_console_shows_what_phones_recorded_and_the_office_did() {
    let world = World::new();
    let cookie = sign_in(&world).await;
    let rows: Vec<ConsoleRow> = ask(&world, Method::GET, "/work-orders", &cookie, "", "").await.json();
    assert_eq!(rows.len(), 60);
    let waiting = rows.iter().find(|row| row.status == Status::Dispatching).unwrap();

    let acts = async |what: &str, body: Value| act(&world, &cookie, waiting.id, what, &body).await;
    assert_eq!(
        acts("offer", json!({"technician": "nobody"})).await.problem(),
        "/problems/no-such-technician"
    );
    assert_eq!(acts("offer", json!({"technician": "sun.hao", "reason": "Knows it"})).await.status, 204);
    assert_eq!(acts("offer", json!({"technician": "ana.li"})).await.problem(), "/problems/taken");
    let nearer = json!({"technician": "ana.li", "reason": "Nearer"});
    assert_eq!(acts("reassign", nearer).await.status, 204);

    let mut phone = world.phone("ana.li").await;
    let order = phone.pull().await.into_iter().find(|base| base.order.id == waiting.id).unwrap().order;
    let change = phone.change(&order, note("Called the customer"));
    phone.sync(&[change]).await;
    assert_eq!(acts("cancel", json!({"reason": " "})).await.problem(), "/problems/reason-needed");
    assert_eq!(acts("cancel", json!({"reason": "Mended by themselves"})).await.status, 204);

    let path = format!("/work-orders/{}?language=zh", waiting.id);
    let job: ConsoleJob = ask(&world, Method::GET, &path, &cookie, "", "").await.json();
    assert_eq!((job.row.status, job.row.technician.as_str()), (Status::Cancelled, "Ana Li"));
    assert_eq!(job.digest, job.document.digest());
    assert_eq!((job.signed_as_shown, job.sheet.notes.len()), (None, 1));
    assert!(job.row.last_word.is_some());
    let actors: Vec<_> = job.journal.iter().map(|line| line.actor.as_str()).collect();
    // Registered, graded, offered, reassigned, delivered, the note, cancelled, and closed by the rule.
    assert_eq!(actors, ["周莉", "周莉", "周莉", "周莉", "Ana Li", "Ana Li", "周莉", "Jobsheet"]);

    for path in ["/work-orders/1", "/work-orders/01890000-0000-7000-8000-000000000001", "/nowhere"] {
        assert_eq!(ask(&world, Method::GET, path, &cookie, "", "").await.problem(), "/problems/not-found");
    }
    let path = format!("/work-orders/{}?language=fr", waiting.id);
    assert_eq!(ask(&world, Method::GET, &path, &cookie, "", "").await.problem(), "/problems/bad-request");
}

#[tokio::test]
async fn the_page_allows_nothing_from_elsewhere() {
    let world = World::new();
    let answer = world.send(Request::get("/orders/42").body(Body::empty()).unwrap()).await;
    assert!(matches!(answer.status.as_u16(), 200 | 503), "built or not");
    assert!(answer.header("content-security-policy").contains("script-src 'self'"));
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    for path in ["/health", "/ready"] {
        assert_eq!(world.send(Request::get(path).body(Body::empty()).unwrap()).await.status, 200);
    }
}

#[tokio::test]
async fn the_list_of_work_orders_comes_page_by_page_for_who_asks_so() {
    let world = World::new();
    let cookie = sign_in(&world).await;
    let all: Vec<ConsoleRow> = ask(&world, Method::GET, "/work-orders", &cookie, "", "").await.json();
    let (mut paged, mut path) = (Vec::<ConsoleRow>::new(), "/work-orders?limit=25".to_owned());
    loop {
        let answer = ask(&world, Method::GET, &path, &cookie, "", "").await;
        let rows: Vec<ConsoleRow> = answer.json();
        assert!((1..=25).contains(&rows.len()));
        paged.extend(rows);
        let Some(next) = answer.header("link").strip_suffix(">; rel=\"next\"") else { break };
        path = next.strip_prefix("</console/api").unwrap().to_owned();
    }
    let numbers = |rows: &[ConsoleRow]| rows.iter().map(|row| row.number.clone()).collect::<Vec<_>>();
    assert_eq!(numbers(&paged), numbers(&all));
    for bad in ["limit=0", "limit=201", "limit=x", "after=a&after=b"] {
        let answer = ask(&world, Method::GET, &format!("/work-orders?{bad}"), &cookie, "", "").await;
        assert_eq!(answer.problem(), "/problems/bad-request", "{bad}");
    }
}
