//! Whose is which door: every one of them, tried by everybody.

use crate::{
    console::OWN,
    world::{Answer, World, note},
};
use axum::{
    body::Body,
    http::{Method, Request, header},
};
use jobsheet_model::{
    Digest,
    change::{KnownWhat, PhotoSubject},
    role::Role,
    view::{AuditEntry, ConsolePhone, ConsoleSession, NewAccount, Page},
    wire::{PROTOCOL, PROTOCOL_HEADER},
};
use jobsheet_office::{Door, Needs};
use std::collections::BTreeSet;

/// As it is meant to be. Whoever changes a door changes this line too, on purpose.
const MEANT: &str = "
nobody     GET  /check
nobody     GET  /health
nobody     GET  /ready
nobody     GET  /v1/openapi.json
nobody     POST /v1/enrol
nobody     POST /v1/session
nobody     POST /v1/wiped
nobody     POST /console/api/sign-in
technician GET  /v1/events
technician GET  /v1/photos/{digest}
technician HEAD /v1/photos/{digest}
technician GET  /v1/photos/{digest}/thumb
technician PUT  /v1/photos/{digest}
technician POST /v1/quarantine
technician GET  /v1/reference/{digest}
technician POST /v1/sync
technician POST /v1/thumbs
dispatcher GET  /console/api/attention
dispatcher POST /console/api/attention/{n}/decide
dispatcher GET  /console/api/customers
dispatcher GET  /console/api/events
dispatcher GET  /console/api/intake
dispatcher POST /console/api/intake/look
dispatcher GET  /console/api/phones
dispatcher POST /console/api/phones/{id}/revoke
dispatcher POST /console/api/photos
dispatcher GET  /console/api/photos/{digest}
dispatcher GET  /console/api/photos/{digest}/thumb
dispatcher GET  /console/api/requests
dispatcher POST /console/api/requests
dispatcher GET  /console/api/requests/{id}
dispatcher PUT  /console/api/requests/{id}
dispatcher POST /console/api/requests/{id}/response
dispatcher POST /console/api/requests/{id}/solve
dispatcher POST /console/api/requests/{id}/withdraw
dispatcher POST /console/api/requests/{id}/work-order
dispatcher GET  /console/api/archive
dispatcher GET  /console/api/equipment/{machine}
dispatcher GET  /console/api/equipment/{machine}/visits
dispatcher GET  /console/api/register
dispatcher GET  /console/api/register/{customer}
dispatcher PUT  /console/api/register/{customer}
dispatcher GET  /console/api/register/{customer}/visits
dispatcher GET  /console/api/vans
dispatcher POST /console/api/work-orders/{id}/close
dispatcher POST /console/api/work-orders/{id}/reopen
dispatcher GET  /console/api/session
dispatcher POST /console/api/sign-out
dispatcher POST /console/api/technicians/{id}/code
dispatcher GET  /console/api/work-orders
dispatcher GET  /console/api/work-orders/{id}
dispatcher POST /console/api/work-orders/{id}/cancel
dispatcher POST /console/api/work-orders/{id}/response
dispatcher POST /console/api/work-orders/{id}/offer
dispatcher POST /console/api/work-orders/{id}/reassign
dispatcher GET  /console/api/board
dispatcher GET  /console/api/work-orders/{id}/candidates
dispatcher POST /console/api/work-orders/{id}/offer-in-turn
dispatcher POST /console/api/work-orders/{id}/dispatch
dispatcher POST /console/api/work-orders/{id}/customer-told
dispatcher GET  /console/api/people
dispatcher GET  /console/api/areas
dispatcher GET  /console/api/rota
dispatcher POST /console/api/rota
dispatcher DELETE /console/api/rota/{id}
dispatcher POST /console/api/rota/{id}/give
dispatcher GET  /console/api/standards
dispatcher POST /console/api/standards/look
dispatcher GET  /console/api/standards/{key}/draft
dispatcher GET  /console/api/standards/{key}/versions/{version}
supervisor PUT  /console/api/standards/{key}/draft
supervisor POST /console/api/standards/{key}/draft/discard
supervisor POST /console/api/standards/{key}/draft/holidays/{list}
supervisor POST /console/api/standards/{key}/draft/publish
supervisor POST /console/api/standards/{key}/versions/{version}/use
supervisor POST /console/api/checklists/{kind}
supervisor PUT  /console/api/dispatch
supervisor PUT  /console/api/people/{id}
supervisor PUT  /console/api/areas
supervisor GET  /console/api/audit
supervisor POST /console/api/phones/{id}/unlock
supervisor POST /console/api/phones/{id}/wipe
supervisor POST /console/api/rescue
supervisor GET  /console/api/export/{register}
admin      POST /console/api/import/{register}
admin      GET  /console/api/accounts
admin      POST /console/api/accounts
admin      GET  /console/api/accounts/{login}
admin      PUT  /console/api/accounts/{login}
admin      POST /console/api/accounts/{login}/password
admin      GET  /console/api/webhooks
admin      POST /console/api/webhooks
admin      DELETE /console/api/webhooks/{id}
";

fn word(needs: Needs) -> &'static str {
    match needs {
        Needs::Nobody => "nobody",
        Needs::Technician => "technician",
        Needs::Office(role) => role.word(),
    }
}

#[tokio::test]
async fn every_door_is_whose_it_is_meant_to_be() {
    let world = World::new();
    let meant: BTreeSet<String> =
        MEANT.lines().filter(|line| !line.is_empty()).map(|line| words(line).join(" ")).collect();
    let doors = world.office.doors();
    let are: BTreeSet<String> =
        doors.iter().map(|door| format!("{} {} {}", word(door.needs), door.method, door.path)).collect();
    assert_eq!(are.difference(&meant).collect::<Vec<_>>(), Vec::<&String>::new(), "not meant so");
    assert_eq!(meant.difference(&are).collect::<Vec<_>>(), Vec::<&String>::new(), "not there");
    assert_eq!(doors.len(), are.len(), "each once");
}

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

pub async fn staff(world: &World, role: Role) -> String {
    let login = format!("a.{}", role.word());
    let password = "eight or more".to_owned();
    let new = NewAccount { login: login.clone(), name: format!("A {}", role.word()), role, password };
    world.office.add_staff(new).unwrap();
    signs_in(world, &login, "eight or more").await
}

pub async fn signs_in(world: &World, login: &str, password: &str) -> String {
    let body = serde_json::json!({ "login": login, "password": password }).to_string();
    let answer = crate::console::ask(world, Method::POST, "/sign-in", "", &body, OWN).await;
    assert_eq!(answer.status, 200, "{login}");
    let session: ConsoleSession = answer.json();
    assert!(!session.name.is_empty());
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

/// What a door is asked for that exists nowhere.
fn absent(path: &str) -> String {
    path.replace("{digest}", &"a".repeat(64))
        .replace("{id}", "01890000-0000-7000-8000-000000000001")
        .replace("{n}", "999999")
        .replace("{register}", "customers")
        .replace("{customer}", "nobody-at-all")
        .replace("{machine}", "nothing-at-all")
        .replace("{key}", "none")
        .replace("{list}", "none")
        .replace("{kind}", "none")
        .replace("{version}", "1")
        .replace("{login}", "nobody.at.all")
}

async fn goes(world: &World, door: &Door, path: &str, cookie: &str, token: &str) -> Answer {
    let mut request = Request::builder()
        .method(door.method)
        .uri(path)
        .header("host", "office.test")
        .header("origin", OWN)
        .header(PROTOCOL_HEADER, PROTOCOL)
        .header(header::COOKIE, cookie);
    if !token.is_empty() {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    world.send(request.body(Body::from("{}")).unwrap()).await
}

#[tokio::test]
async fn every_door_lets_through_whose_it_is_and_nobody_else() {
    let world = World::new();
    let phone = world.phone("wang.lei").await;
    let mut cookies = Vec::new();
    for role in Role::ALL {
        cookies.push((role, staff(&world, role).await));
    }
    for door in world.office.doors() {
        let path = absent(&door.path);
        let what = format!("{} {path}", door.method);
        let is_out = |answer: &Answer| {
            assert_eq!(answer.status, 401, "{what}");
            if door.method != "HEAD" {
                assert_eq!(answer.problem(), "/problems/signed-out", "{what}");
            }
        };
        let is_in = |answer: &Answer| {
            let out = door.method != "HEAD"
                && answer.header("content-type") == "application/problem+json"
                && ["/problems/signed-out", "/problems/not-allowed"].contains(&answer.problem().as_str());
            assert!(!out, "{what}: {}", answer.status);
            assert!(answer.status.as_u16() < 500, "{what}: {}", answer.status);
        };
        let bare = goes(&world, &door, &path, "", "").await;
        let nonsense = goes(&world, &door, &path, "jobsheet_console=nonsense", "nonsense").await;
        // What is a phone's opens nothing of the office, and the other way round.
        let as_cookie = goes(&world, &door, &path, &format!("jobsheet_console={}", phone.token), "").await;
        let as_phone = goes(&world, &door, &path, "", &phone.token).await;
        match door.needs {
            Needs::Nobody => {
                for answer in [&bare, &nonsense, &as_cookie, &as_phone] {
                    is_in(answer);
                }
            }
            Needs::Technician => {
                for answer in [&bare, &nonsense, &as_cookie] {
                    is_out(answer);
                }
                is_in(&as_phone);
                for (_, cookie) in &cookies {
                    let token = cookie.split_once('=').unwrap().1;
                    is_out(&goes(&world, &door, &path, cookie, token).await);
                }
            }
            Needs::Office(least) => {
                for answer in [&bare, &nonsense, &as_cookie, &as_phone] {
                    is_out(answer);
                }
                for (role, cookie) in &cookies {
                    if door.path.ends_with("/sign-out") {
                        continue; // It works for whoever it is for: see below.
                    }
                    let answer = goes(&world, &door, &path, cookie, "").await;
                    if role.may(least) {
                        is_in(&answer);
                    } else {
                        assert_eq!(
                            (answer.status.as_u16(), answer.problem()),
                            (403, "/problems/not-allowed".to_owned()),
                            "{role:?} {what}"
                        );
                    }
                }
            }
        }
    }
    for (_, cookie) in &cookies {
        let out = crate::console::ask(&world, Method::POST, "/sign-out", cookie, "", OWN).await;
        assert_eq!(out.status, 204);
        assert_eq!(crate::console::ask(&world, Method::GET, "/session", cookie, "", "").await.status, 401);
    }
}

/// What is somebody else's reads exactly as what is not there.
#[tokio::test]
async fn a_technician_cannot_tell_what_is_anothers_from_what_is_not_there() {
    let world = World::new();
    let (mut wang, mut chen) = (world.phone("wang.lei").await, world.phone("chen.chen").await);
    let order = wang.a_job().await;
    let picture: &[u8] = include_bytes!("../../../tests/photos/part.jpg");
    let photo = Digest::of(picture);
    let taken = KnownWhat::PhotoTaken {
        digest: photo.clone(),
        subject: PhotoSubject::Before,
        step: None,
        bytes: u32::try_from(picture.len()).unwrap(),
        drawn_on: None,
    };
    let changes = [wang.change(&order, taken)];
    wang.sync(&changes).await;
    let own = format!("/v1/photos/{photo}");
    let none = format!("/v1/photos/{}", "a".repeat(64));
    let put = world.app(Method::PUT, &own, &wang.token, picture.to_vec()).await;
    assert_eq!(put.status, 204);
    let held = world.app(Method::GET, &own, &wang.token, "").await;
    assert_eq!((held.status.as_u16(), held.body.as_slice()), (200, picture));

    for method in [Method::GET, Method::HEAD, Method::PUT] {
        let foreign = world.app(method.clone(), &own, &chen.token, picture.to_vec()).await;
        let absent = world.app(method.clone(), &none, &chen.token, picture.to_vec()).await;
        assert_eq!((foreign.status, &foreign.body), (absent.status, &absent.body), "{method}");
        assert_eq!(foreign.status, 404, "{method}");
    }
    let (own, none) = (format!("{own}/thumb"), format!("{none}/thumb"));
    let foreign = world.app(Method::GET, &own, &chen.token, "").await;
    let absent = world.app(Method::GET, &none, &chen.token, "").await;
    assert_eq!((foreign.status.as_u16(), &foreign.body), (404, &absent.body), "a thumbnail");
    let thumb = serde_json::json!({ "thumbs": [{ "photo": photo, "jpeg": "AAAA" }] }).to_string();
    let other = serde_json::json!({ "thumbs": [{ "photo": "a".repeat(64), "jpeg": "AAAA" }] }).to_string();
    let foreign = world.app(Method::POST, "/v1/thumbs", &chen.token, thumb).await;
    let absent = world.app(Method::POST, "/v1/thumbs", &chen.token, other).await;
    assert_eq!((foreign.status, &foreign.body), (absent.status, &absent.body));

    // The van's stock is one technician's; the catalogue is everybody's.
    let sets = wang.sync_for_reference().await;
    let of_chen = chen.sync_for_reference().await;
    for set in &sets {
        let path = format!("/v1/reference/{}", set.digest);
        assert_eq!(world.app(Method::GET, &path, &wang.token, "").await.status, 200, "{}", set.name);
        let answer = world.app(Method::GET, &path, &chen.token, "").await;
        let none =
            world.app(Method::GET, &format!("/v1/reference/{}", "a".repeat(64)), &chen.token, "").await;
        if of_chen.iter().any(|own| own.digest == set.digest) {
            assert_eq!(answer.status, 200, "{}", set.name);
        } else {
            assert_eq!((answer.status, &answer.body), (none.status, &none.body), "{}", set.name);
        }
    }

    // A change to somebody else's work order is refused as one to none.
    let results = async |phone: &mut crate::world::Phone<'_>, id| {
        let change = phone.change_on(id, 1, note("Mine?"));
        let response = phone.sync(&[change]).await;
        (serde_json::to_value(&response.results[0].outcome).unwrap(), response.bases.len())
    };
    let foreign = results(&mut chen, order.id).await;
    let absent = results(&mut chen, "01890000-0000-7000-8000-000000000001".parse().unwrap()).await;
    assert_eq!(foreign, absent);
}

#[tokio::test]
async fn every_act_of_the_office_is_in_the_audit_and_so_is_what_was_refused() {
    let world = World::new();
    let phone = world.phone("wang.lei").await;
    let admin = staff(&world, Role::Admin).await;
    let dispatcher = staff(&world, Role::Dispatcher).await;
    let ask = async |cookie: &str, method: Method, path: &str, body: &str| {
        crate::console::ask(&world, method, path, cookie, body, OWN).await
    };
    let phones: Vec<ConsolePhone> = ask(&admin, Method::GET, "/phones", "").await.json();
    let path = format!("/phones/{}", phones.iter().find(|one| one.id == phone.id).unwrap().id);
    assert_eq!(
        ask(&dispatcher, Method::POST, &format!("{path}/wipe"), r#"{"kind":"thief"}"#).await.status,
        403
    );
    assert_eq!(ask(&dispatcher, Method::POST, &format!("{path}/revoke"), "").await.status, 204);
    // What finds nothing to do is no act.
    let none = "/phones/01890000-0000-7000-8000-000000000001/revoke";
    assert_eq!(ask(&dispatcher, Method::POST, none, "").await.status, 404);

    assert_eq!(ask(&dispatcher, Method::GET, "/audit", "").await.status, 403);
    let page: Page<AuditEntry> = ask(&admin, Method::GET, "/audit", "").await.json();
    let said: Vec<_> = page
        .items
        .iter()
        .rev()
        .map(|entry| (entry.actor.as_str(), entry.act.clone(), entry.refused))
        .collect();
    let console = format!("/console/api{path}");
    let expected = [
        ("a.admin", "sign-in".to_owned(), false),
        ("a.dispatcher", "sign-in".to_owned(), false),
        ("a.dispatcher", format!("POST {console}/wipe"), true),
        ("a.dispatcher", format!("POST {console}/revoke"), false),
        ("a.dispatcher", format!("POST /console/api{none}"), false),
        ("a.dispatcher", "GET /console/api/audit".to_owned(), true),
    ];
    assert_eq!(said, expected);

    // Page by page it is the same.
    let mut paged = Vec::new();
    let mut after = String::new();
    loop {
        let page: Page<AuditEntry> =
            ask(&admin, Method::GET, &format!("/audit?limit=2{after}"), "").await.json();
        assert!(page.items.len() <= 2);
        paged.extend(page.items);
        let Some(next) = page.next else { break };
        after = format!("&after={next}");
    }
    assert_eq!(paged, page.items);
    for bad in ["limit=0", "limit=201", "limit=many"] {
        let answer = ask(&admin, Method::GET, &format!("/audit?{bad}"), "").await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem().as_str()),
            (400, "/problems/bad-request"),
            "{bad}"
        );
    }
}
