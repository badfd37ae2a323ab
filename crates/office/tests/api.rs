//! What the office says of itself, and how it says no.

use crate::{
    console::OWN,
    roles::staff,
    world::{Answer, World},
};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use jobsheet_model::{
    role::Role,
    wire::{PROTOCOL, PROTOCOL_HEADER},
};
use serde_json::Value;
use std::collections::BTreeSet;

async fn described(world: &World) -> Value {
    world.send(Request::get("/v1/openapi.json").body(Body::empty()).unwrap()).await.json()
}

#[tokio::test]
async fn the_description_has_every_door_and_no_other() {
    let world = World::new();
    let api = described(&world).await;
    assert!(api["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut said = BTreeSet::new();
    for (path, item) in api["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            said.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    let doors: BTreeSet<String> =
        world.office.doors().iter().map(|door| format!("{} {}", door.method, door.path)).collect();
    assert_eq!(said, doors);
}

/// Each name that is used is there, and each operation has a name of its own.
#[tokio::test]
async fn the_description_is_whole() {
    let world = World::new();
    let api = described(&world).await;
    fn references<'a>(value: &'a Value, all: &mut Vec<&'a str>) {
        match value {
            Value::Object(map) => {
                all.extend(map.get("$ref").and_then(Value::as_str));
                map.values().for_each(|value| references(value, all));
            }
            Value::Array(list) => list.iter().for_each(|value| references(value, all)),
            _ => {}
        }
    }
    let mut all = Vec::new();
    references(&api, &mut all);
    assert!(all.len() > 100, "{}", all.len());
    let missing: BTreeSet<&str> =
        all.into_iter().filter(|name| api.pointer(name.trim_start_matches('#')).is_none()).collect();
    assert_eq!(missing, BTreeSet::new());
    let mut names = BTreeSet::new();
    for item in api["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            assert!(names.insert(operation["operationId"].as_str().unwrap()), "{}", operation["operationId"]);
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.keys().any(|status| status.starts_with('2')), "{}", operation["operationId"]);
        }
    }
}

/// Every way in which something can be asked wrongly, at every kind of door.
#[tokio::test]
async fn whatever_is_asked_wrongly_is_answered_with_a_problem() {
    let world = World::new();
    let cookie = staff(&world, Role::Admin).await;
    let phone = world.phone("wang.lei").await;
    struct Ask<'a>(&'a str, &'a str, &'a [(&'a str, &'a str)], Vec<u8>);
    let json: &[(&str, &str)] = &[("content-type", "application/json")];
    let seen: &[(&str, &str)] = &[("content-type", "application/json"), ("if-match", "\"1\"")];
    let id = "01890000-0000-7000-8000-000000000001";
    let decide = "/console/api/attention/1/decide";
    let offer = format!("/console/api/work-orders/{id}/offer");
    let cases = [
        // Bad JSON, other JSON, none.
        (Ask("POST", "/console/api/sign-in", json, b"{".to_vec()), 400, "bad-request"),
        (Ask("POST", "/console/api/sign-in", json, b"[]".to_vec()), 400, "bad-request"),
        (Ask("POST", "/console/api/sign-in", json, b"".to_vec()), 400, "bad-request"),
        (Ask("POST", "/console/api/sign-in", json, vec![0xff, 0xfe]), 400, "bad-request"),
        (Ask("POST", "/v1/sync", json, b"{\"device\":".to_vec()), 400, "bad-request"),
        (Ask("POST", decide, json, b"{\"choice\":\"fly\",\"reason\":\"\"}".to_vec()), 400, "bad-request"),
        // Wrong media type, wrong coding.
        (
            Ask("POST", "/console/api/sign-in", &[("content-type", "text/plain")], b"{}".to_vec()),
            415,
            "unknown-media-type",
        ),
        (
            Ask("POST", "/console/api/requests", &[("content-type", "application/xml")], b"{}".to_vec()),
            415,
            "unknown-media-type",
        ),
        (Ask("POST", "/v1/sync", &[("content-encoding", "br")], b"{}".to_vec()), 415, "unknown-encoding"),
        // Too large.
        (Ask("POST", "/console/api/sign-in", json, vec![b' '; 3 << 20]), 413, "too-large"),
        (Ask("POST", "/console/api/requests", json, vec![b' '; 300 << 10]), 413, "too-large"),
        (Ask("POST", "/v1/quarantine", &[], vec![b' '; 2 << 20]), 413, "too-large"),
        // Ids that are none, and numbers beyond all.
        (Ask("GET", "/console/api/work-orders/7", &[], vec![]), 404, "not-found"),
        (Ask("GET", "/console/api/work-orders/%ff", &[], vec![]), 404, "not-found"),
        (Ask("POST", "/console/api/phones/7/revoke", &[], vec![]), 404, "not-found"),
        (Ask("POST", "/console/api/technicians/7/code", &[], vec![]), 404, "not-found"),
        (Ask("GET", "/console/api/requests/7", &[], vec![]), 404, "not-found"),
        (Ask("GET", "/console/api/photos/7", &[], vec![]), 404, "not-found"),
        (Ask("GET", "/v1/photos/..%2f..%2fetc", &[], vec![]), 404, "not-found"),
        (
            Ask(
                "POST",
                "/console/api/attention/99999999999999999999/decide",
                json,
                b"{\"choice\":\"noted\",\"reason\":\"\"}".to_vec(),
            ),
            404,
            "not-found",
        ),
        (Ask("POST", &offer, seen, b"{\"technician\":\"wang.lei\"}".to_vec()), 404, "not-found"),
        (Ask("POST", &offer, json, b"{\"technician\":\"wang.lei\"}".to_vec()), 428, "if-match-needed"),
        // Queries.
        (Ask("GET", "/console/api/customers", &[], vec![]), 400, "bad-request"),
        (Ask("GET", "/console/api/customers?find=a&find=b", &[], vec![]), 400, "bad-request"),
        (Ask("POST", "/console/api/rescue?stolen=maybe", &[], vec![]), 400, "bad-request"),
        (Ask("GET", "/check?c=a&c=b", &[], vec![]), 400, "bad-request"),
        // Nowhere, and not so.
        (Ask("GET", "/v1/nowhere", &[], vec![]), 404, "not-found"),
        (Ask("GET", "/console/api/nowhere", &[], vec![]), 404, "not-found"),
        (Ask("POST", "/nowhere", &[], vec![]), 404, "not-found"),
        (Ask("POST", "/health", &[], vec![]), 405, "method-not-allowed"),
        (Ask("DELETE", "/v1/sync", &[], vec![]), 405, "method-not-allowed"),
        (Ask("DELETE", "/console/api/work-orders", &[], vec![]), 405, "method-not-allowed"),
        // Without what a change needs.
        (
            Ask(
                "PUT",
                "/console/api/accounts/a.admin",
                json,
                b"{\"name\":\"A\",\"role\":\"admin\",\"disabled\":false}".to_vec(),
            ),
            428,
            "if-match-needed",
        ),
    ];
    for (Ask(method, path, headers, body), status, kind) in cases {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "office.test")
            .header("origin", OWN)
            .header("cookie", &cookie)
            .header("authorization", format!("Bearer {}", phone.token))
            .header(PROTOCOL_HEADER, PROTOCOL);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer: Answer = world.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem()),
            (status, format!("/problems/{kind}")),
            "{method} {path}"
        );
        let said: Value = answer.json();
        assert!(said["title"].as_str().is_some_and(|title| !title.is_empty()), "{method} {path}");
        if status == 405 {
            assert!(!answer.header("allow").is_empty(), "{method} {path}");
        }
    }
    // HEAD is answered by the headers of GET.
    let head = Request::builder().method(Method::HEAD).uri("/health").body(Body::empty()).unwrap();
    assert_eq!(world.send(head).await.status, StatusCode::OK);
}

/// By door, never by what was asked for.
#[tokio::test]
async fn a_monitor_sees_how_much_is_asked_and_nothing_of_what() {
    let world = World::new();
    let cookie = staff(&world, Role::Admin).await;
    let id = world.office.work_orders().unwrap()[0].id;
    for (path, status) in [
        (format!("/console/api/work-orders/{id}"), 200),
        ("/console/api/work-orders/01890000-0000-7000-8000-000000000001".to_owned(), 404),
        ("/console/api/customers?find=%E7%8E%8B".to_owned(), 200),
        ("/console/api/nowhere/else".to_owned(), 404),
    ] {
        let request = Request::get(&path).header("host", "office.test").header("cookie", &cookie);
        let answer = world.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        assert_eq!(answer.header("x-request-id").len(), 32, "{path}");
    }
    let request = Request::get("/metrics").body(Body::empty()).unwrap();
    let page = tower::ServiceExt::oneshot(world.office.metrics_router(), request).await.unwrap();
    let page = axum::body::to_bytes(page.into_body(), usize::MAX).await.unwrap();
    let page = String::from_utf8(page.to_vec()).unwrap();
    let count = |path: &str, status: u16| {
        let line = format!(
            "jobsheet_request_duration_seconds_count{{method=\"GET\",path=\"{path}\",status=\"{status}\"}} "
        );
        page.lines().find_map(|one| one.strip_prefix(&line)).map(str::to_owned)
    };
    assert_eq!(count("/console/api/work-orders/{id}", 200).as_deref(), Some("1"), "{page}");
    assert_eq!(count("/console/api/work-orders/{id}", 404).as_deref(), Some("1"));
    assert_eq!(count("/console/api/customers", 200).as_deref(), Some("1"));
    assert!(page.contains("jobsheet_attention_undecided ") && page.contains("jobsheet_entries "));
    assert!(!page.contains(&id.to_string()) && !page.contains("find") && !page.contains("nowhere"));
    // Not among what everybody reaches.
    let world_page = world.send(Request::get("/metrics").body(Body::empty()).unwrap()).await;
    assert!(!String::from_utf8_lossy(&world_page.body).contains("jobsheet_entries"));
}
