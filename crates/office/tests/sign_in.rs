use crate::world::World;
use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use chrono::TimeDelta;
use jobsheet_model::{enrol::Enrolled, wire::PROTOCOL_HEADER};

#[tokio::test]
async fn the_right_password_gives_a_token_that_works() {
    let world = World::new();
    let answer = world.try_password("wang.lei", "demo-wang-lei").await;
    assert_eq!((answer.status, answer.header(PROTOCOL_HEADER)), (StatusCode::OK, "1"));
    let signed_in: Enrolled = answer.json();
    assert_eq!(signed_in.technician.name, "王磊");
    assert_eq!(world.app(Method::GET, "/v1/events", &signed_in.session.token[1..], "").await.status, 401);
    assert_eq!(world.app(Method::POST, "/v1/sync", &signed_in.session.token, "{").await.status, 400);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_answered_alike() {
    let world = World::new();
    let wrong = world.try_password("wang.lei", "nonsense").await;
    let unknown = world.try_password("nobody", "nonsense").await;
    assert_eq!(wrong.problem(), "/problems/wrong-password");
    assert_eq!((wrong.status, wrong.body), (unknown.status, unknown.body));
}

#[tokio::test]
async fn after_five_wrong_tries_even_the_right_password_waits() {
    let world = World::new();
    for _ in 0..5 {
        assert_eq!(world.try_password("chen.chen", "guess").await.status, StatusCode::UNAUTHORIZED);
    }
    let answer = world.try_password("chen.chen", "demo-chen-chen").await;
    assert_eq!(answer.problem(), "/problems/too-many-tries");
    assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "11"));

    world.clock.advance(TimeDelta::seconds(11));
    assert_eq!(world.try_password("chen.chen", "demo-chen-chen").await.status, StatusCode::OK);
    assert_eq!(world.try_password("zhao.min", "demo-zhao-min").await.status, StatusCode::OK);
}

#[tokio::test]
async fn every_route_of_a_phone_but_those_to_sign_in_wants_a_session() {
    let world = World::new();
    let digest = "0".repeat(64);
    for (method, path) in [
        (Method::POST, "/v1/sync".to_owned()),
        (Method::GET, "/v1/events".to_owned()),
        (Method::POST, "/v1/quarantine".to_owned()),
        (Method::GET, format!("/v1/photos/{digest}")),
        (Method::PUT, format!("/v1/photos/{digest}")),
        (Method::GET, format!("/v1/reference/{digest}")),
    ] {
        let answer = world.app(method.clone(), &path, "nonsense", "{}").await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem().as_str()),
            (401, "/problems/signed-out"),
            "{method} {path}"
        );
    }
    assert_eq!(world.app(Method::HEAD, &format!("/v1/photos/{digest}"), "", "").await.status, 401);
}

#[tokio::test]
async fn what_goes_wrong_is_told_as_a_problem_with_the_protocol_header() {
    let world = World::new();
    let phone = world.phone("wang.lei").await;
    let bare = |protocol: &str| {
        let request =
            Request::builder().method(Method::POST).uri("/v1/sync").header(PROTOCOL_HEADER, protocol);
        request.body(Body::empty()).unwrap()
    };
    let without = Request::builder().uri("/v1/events").body(Body::empty()).unwrap();
    for (answer, status, kind) in [
        (world.app(Method::POST, "/v1/sync", &phone.token, "{\"device\":").await, 400, "bad-request"),
        (world.app(Method::POST, "/v1/sync", &phone.token, vec![0; 33 << 20]).await, 413, "too-large"),
        (world.app(Method::GET, "/v1/nowhere", &phone.token, "").await, 404, "not-found"),
        (world.app(Method::GET, "/v1/sync", &phone.token, "").await, 405, "method-not-allowed"),
        (world.app(Method::GET, "/v1/photos/..%2fetc", &phone.token, "").await, 404, "not-found"),
        (world.send(without).await, 400, "no-protocol"),
        (world.send(bare("2")).await, 426, "unknown-protocol"),
        (world.send(bare("x")).await, 400, "no-protocol"),
    ] {
        assert_eq!((answer.problem(), answer.status.as_u16()), (format!("/problems/{kind}"), status));
        assert_eq!(answer.header(PROTOCOL_HEADER), "1");
    }
}

/// Names tried one after the other from one place: no name is ever tried twice.
#[tokio::test]
async fn who_tries_one_name_after_the_other_is_slowed_down_by_where_that_comes_from() {
    let world = World::new();
    let tries = async |n: usize, from: &str, login: &str, password: &str| {
        let body = format!(r#"{{"login":"{login}","password":"{password}"}}"#);
        let mut request = Request::post("/console/api/sign-in")
            .header("host", "office.test")
            .body(Body::from(body))
            .unwrap();
        let peer: std::net::SocketAddr = format!("{from}:{}", 1000 + n).parse().unwrap();
        request.extensions_mut().insert(axum::extract::ConnectInfo(peer));
        world.send(request).await
    };
    for n in 0..50 {
        assert_eq!(tries(n, "203.0.113.7", &format!("name-{n}"), "guess").await.status, 401, "{n}");
    }
    // Also the right one waits, and only there.
    let waits = tries(50, "203.0.113.7", "office", "demo-office").await;
    assert_eq!((waits.status.as_u16(), waits.problem().as_str()), (429, "/problems/too-many-tries"));
    assert_eq!(waits.header("retry-after"), "31");
    assert_eq!(tries(51, "203.0.113.8", "office", "demo-office").await.status, 200);
    world.clock.advance(TimeDelta::seconds(31));
    assert_eq!(tries(52, "203.0.113.7", "office", "demo-office").await.status, 200);
    // One more, and it waits again: whoever signs in meanwhile changes nothing of that.
    assert_eq!(tries(53, "203.0.113.7", "name-0", "guess").await.status, 401);
    assert_eq!(tries(54, "203.0.113.7", "office", "demo-office").await.status, 429);
    // After a day without a wrong one it is forgotten.
    world.clock.advance(TimeDelta::hours(25));
    assert_eq!(tries(55, "203.0.113.8", "office", "demo-office").await.status, 200);
    assert_eq!(tries(56, "203.0.113.7", "name-0", "guess").await.status, 401);
    assert_eq!(tries(57, "203.0.113.7", "office", "demo-office").await.status, 200);
}
