//! The office's own people: who looks after whom, and what becomes of sessions.

use crate::{
    console::{OWN, ask},
    roles::{signs_in, staff},
    world::{Answer, World},
};
use axum::{
    body::Body,
    http::{Method, Request},
};
use chrono::TimeDelta;
use jobsheet_model::{role::Role, view::Account};
use serde_json::json;

async fn puts(world: &World, cookie: &str, login: &str, version: &str, body: &str) -> Answer {
    let request = Request::put(format!("/console/api/accounts/{login}"))
        .header("host", "office.test")
        .header("origin", OWN)
        .header("cookie", cookie)
        .header("if-match", version);
    world.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

#[tokio::test]
async fn an_admin_adds_somebody_who_signs_in_is_promoted_and_leaves() {
    let world = World::new();
    let admin = staff(&world, Role::Admin).await;
    let new =
        json!({ "login": "He.Ping", "name": " 何平 ", "role": "dispatcher", "password": "eight or more" });
    let add = async |body: serde_json::Value| {
        ask(&world, Method::POST, "/accounts", &admin, &body.to_string(), OWN).await
    };
    let added = add(new.clone()).await;
    assert_eq!(added.status, 201);
    let he: Account = added.json();
    assert_eq!((he.login.as_str(), he.name.as_str(), he.version), ("he.ping", "何平", 1));
    assert_eq!(add(new).await.problem(), "/problems/login-taken");
    for (field, value, kind) in [
        ("login", "no spaces", "unfit-login"),
        ("login", "", "unfit-login"),
        ("name", "  ", "unfit-name"),
        ("password", "short", "unfit-password"),
    ] {
        let mut body = json!({ "login": "x", "name": "X", "role": "admin", "password": "eight or more" });
        body[field] = value.into();
        assert_eq!(add(body).await.problem(), format!("/problems/{kind}"), "{field}");
    }

    let session = signs_in(&world, "he.ping", "eight or more").await;
    let audit = async || ask(&world, Method::GET, "/audit", &session, "", "").await.status.as_u16();
    assert_eq!(audit().await, 403);
    let promoted = json!({ "name": "何平", "role": "supervisor", "disabled": false }).to_string();
    let answer = puts(&world, &admin, "he.ping", "\"1\"", &promoted).await;
    assert_eq!((answer.status.as_u16(), answer.header("etag")), (200, "\"2\""));
    assert_eq!(audit().await, 200, "at once, in the session that there is");

    // Two who change the same: the second is told.
    assert_eq!(
        puts(&world, &admin, "he.ping", "\"1\"", &promoted).await.problem(),
        "/problems/account-changed"
    );
    assert_eq!(puts(&world, &admin, "he.ping", "", &promoted).await.problem(), "/problems/if-match-needed");
    assert_eq!(puts(&world, &admin, "nobody", "\"1\"", &promoted).await.problem(), "/problems/not-found");

    let left = json!({ "name": "何平", "role": "supervisor", "disabled": true }).to_string();
    assert_eq!(puts(&world, &admin, "he.ping", "\"2\"", &left).await.status, 200);
    assert_eq!(audit().await, 401, "at once");
    let again = json!({ "login": "he.ping", "password": "eight or more" }).to_string();
    let answer = ask(&world, Method::POST, "/sign-in", "", &again, OWN).await;
    assert_eq!(answer.problem(), "/problems/wrong-password");
}

#[tokio::test]
async fn a_new_password_ends_what_the_old_one_began() {
    let world = World::new();
    let admin = staff(&world, Role::Admin).await;
    let session = staff(&world, Role::Dispatcher).await;
    let reset = async |login: &str, password: &str| {
        let body = json!({ "password": password }).to_string();
        ask(&world, Method::POST, &format!("/accounts/{login}/password"), &admin, &body, OWN).await
    };
    assert_eq!(reset("a.dispatcher", "short").await.problem(), "/problems/unfit-password");
    assert_eq!(reset("nobody", "another one").await.problem(), "/problems/not-found");
    assert_eq!(ask(&world, Method::GET, "/session", &session, "", "").await.status, 200);
    assert_eq!(reset("a.dispatcher", "another one").await.status, 204);
    assert_eq!(ask(&world, Method::GET, "/session", &session, "", "").await.status, 401);
    signs_in(&world, "a.dispatcher", "another one").await;
}

#[tokio::test]
async fn somebody_can_always_look_after_the_accounts() {
    let world = World::new();
    let admin = staff(&world, Role::Admin).await;
    let as_admin = json!({ "name": "A", "role": "admin", "disabled": false });
    for (field, value) in [("role", json!("supervisor")), ("disabled", json!(true))] {
        let mut body = as_admin.clone();
        body[field] = value;
        let answer = puts(&world, &admin, "a.admin", "\"1\"", &body.to_string()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem().as_str()),
            (409, "/problems/last-admin"),
            "{field}"
        );
    }
    assert_eq!(puts(&world, &admin, "a.admin", "\"1\"", &as_admin.to_string()).await.status, 200);
}

#[tokio::test]
async fn a_session_lasts_a_shift() {
    let world = World::new();
    let session = staff(&world, Role::Dispatcher).await;
    let status = async || ask(&world, Method::GET, "/session", &session, "", "").await.status.as_u16();
    world.clock.advance(TimeDelta::hours(11));
    assert_eq!(status().await, 200);
    world.clock.advance(TimeDelta::hours(1));
    assert_eq!(status().await, 401, "used or not");
}

#[tokio::test]
async fn over_tls_only_a_cookie_that_no_neighbour_could_set_counts() {
    let world = World::new();
    staff(&world, Role::Dispatcher).await;
    let body = json!({ "login": "a.dispatcher", "password": "eight or more" }).to_string();
    let answer = ask(&world, Method::POST, "/sign-in", "", &body, "https://office.test").await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-jobsheet_console="), "{cookie}");
    for part in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"));
    let token = cookie.split(';').next().unwrap().split_once('=').unwrap().1;
    let asks = async |cookie: String| {
        let request = Request::get("/console/api/session")
            .header("host", "office.test")
            .header("x-forwarded-proto", "https")
            .header("cookie", cookie);
        world.send(request.body(Body::empty()).unwrap()).await.status.as_u16()
    };
    assert_eq!(asks(format!("__Host-jobsheet_console={token}")).await, 200);
    assert_eq!(asks(format!("jobsheet_console={token}")).await, 401);
}

/// Wrong tries are in the database: another process knows of them.
#[tokio::test]
async fn whoever_guesses_the_offices_passwords_waits_also_after_a_restart() {
    let world = World::new();
    staff(&world, Role::Admin).await;
    let body = |password: &str| json!({ "login": "a.admin", "password": password }).to_string();
    for _ in 0..5 {
        let answer = ask(&world, Method::POST, "/sign-in", "", &body("guess"), OWN).await;
        assert_eq!(answer.problem(), "/problems/wrong-password");
    }
    let world = world.again();
    let answer = ask(&world, Method::POST, "/sign-in", "", &body("eight or more"), OWN).await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (429, "11"));
}
