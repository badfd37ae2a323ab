//! The register at the console: found, read, edited by one at a time, with the visits that each customer and machine had.

use crate::{
    archive::typed,
    console::{OWN, ask_with, sign_in},
    world::{Answer, World},
};
use axum::http::Method;
use jobsheet_model::{
    customer::CustomerFile,
    view::{ConsoleCustomer, ConsoleCustomers, ConsoleMachine},
};
use serde_json::{Value, json};

struct Desk<'a> {
    world: &'a World,
    cookie: String,
}

impl<'a> Desk<'a> {
    async fn of(world: &'a World) -> Self {
        Self { world, cookie: sign_in(world).await }
    }

    async fn reads(&self, path: &str) -> Answer {
        ask_with(self.world, Method::GET, path, &self.cookie, "", "", &[]).await
    }

    async fn list(&self, find: &str) -> ConsoleCustomers {
        self.reads(&format!("/register?find={}", typed(find))).await.json()
    }

    async fn writes(&self, id: &str, version: &str, file: &Value) -> Answer {
        let headers: &[_] = if version.is_empty() { &[] } else { &[("if-match", version)] };
        let path = format!("/register/{id}");
        ask_with(self.world, Method::PUT, &path, &self.cookie, &file.to_string(), OWN, headers).await
    }
}

#[tokio::test]
async fn e1_e2_a_customers_file_is_found_and_edited_by_one_at_a_time_and_what_it_was_is_kept() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let all = desk.list("").await;
    assert!(!all.is_empty && all.rows.len() > 3);
    let some = &all.rows[0].customer;
    let found = desk.list(&some.name).await;
    assert!(found.rows.iter().any(|row| row.customer == *some));
    assert!(desk.list("不存在的客户").await.rows.is_empty());

    let answer = desk.reads(&format!("/register/{}", some.id)).await;
    let read: ConsoleCustomer = answer.json();
    assert_eq!(answer.header("etag"), format!("\"{}\"", read.version));
    assert!(!read.visits.rows.is_empty(), "with what was done for them");
    assert_eq!(read.standing.len(), read.file.equipment.len());
    let mut file = serde_json::to_value(&read.file).unwrap();
    file["customer"]["contact"] = json!(" 钱主任 ");
    file["contracts"].as_array_mut().unwrap().push(json!({
        "number": "HT-2026-777", "until": "2027-12-31", "covers_labour": true, "covers_parts": false,
        "covers_call_out": true}));
    file["equipment"].as_array_mut().unwrap().push(json!({"site": "", "kind": "", "equipment": {
        "id": "", "name": {"en": "Pump", "zh": "水泵"}, "model": "", "serial": "P-1", "purchased": null,
        "warranty_until": null}}));
    // Which version was seen must be said, and be the one that there is.
    assert_eq!(desk.writes(&some.id, "", &file).await.problem(), "/problems/if-match-needed");
    assert_eq!(desk.writes(&some.id, "\"0\"", &file).await.problem(), "/problems/request-changed");
    let seen = format!("\"{}\"", read.version);
    let written = desk.writes(&some.id, &seen, &file).await;
    assert_eq!(written.status, 200);
    assert_ne!(written.header("etag"), seen);
    assert_eq!(desk.writes(&some.id, &seen, &file).await.problem(), "/problems/request-changed");
    let now: ConsoleCustomer = desk.reads(&format!("/register/{}", some.id)).await.json();
    assert_eq!(now.file.customer.contact, "钱主任");
    assert!(now.file.contracts.iter().any(|one| one.number == "HT-2026-777"));
    let pump = now.file.equipment.iter().find(|one| one.equipment.serial == "P-1").unwrap();
    assert!(!pump.equipment.id.is_empty());
    // And is found by it from now on.
    assert_eq!(desk.list("HT-2026-777").await.rows[0].customer.id, some.id);
    // No page shows it yet: it is looked up where it lies, which a file allows.
    let file = world.folder.path().join("office.db");
    if !file.is_file() {
        return;
    }
    let db = rusqlite::Connection::open(file).unwrap();
    let kept: (String, String) = db
        .query_row("SELECT actor, body FROM customer_version WHERE customer = ?1", [&some.id], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert_eq!(serde_json::from_str::<CustomerFile>(&kept.1).unwrap(), read.file);
    assert!(!kept.0.is_empty());
}

#[tokio::test]
async fn what_cannot_be_kept_of_a_customer_is_said_by_its_field_and_nothing_is_kept() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let rows = desk.list("").await.rows;
    let (one, other) = (&rows[0].customer.id, &rows[1].customer.id);
    let mine: ConsoleCustomer = desk.reads(&format!("/register/{one}")).await.json();
    let theirs: ConsoleCustomer = desk.reads(&format!("/register/{other}")).await.json();
    let seen = format!("\"{}\"", mine.version);
    let good = serde_json::to_value(&mine.file).unwrap();
    for (path, value, field) in [
        ("/customer/name", json!(""), "customer.name"),
        ("/sites/0/id", json!(theirs.file.sites[0].id), "sites[0].id"),
        ("/equipment/0/equipment/id", json!(theirs.file.equipment[0].equipment.id), "equipment[0].id"),
        ("/equipment/0/site", json!(theirs.file.sites[0].id), "equipment[0].site"),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(path).unwrap() = value;
        let answer = desk.writes(one, &seen, &bad).await;
        assert_eq!(answer.problem(), "/problems/unfit-request", "{path}");
        assert_eq!(answer.json::<Value>()["fields"][0]["path"], field);
    }
    assert_eq!(desk.writes("C-nobody", &seen, &good).await.status, 404);
    let now: ConsoleCustomer = desk.reads(&format!("/register/{one}")).await.json();
    assert_eq!((now.version, now.file), (mine.version, mine.file));
}

#[tokio::test]
async fn a18_e3_a_machine_shows_whose_it_is_what_covers_it_and_what_it_has_been_through() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let orders = world.office.work_orders().unwrap();
    let order = orders.iter().find(|order| order.equipment.as_ref().is_some_and(|one| !one.id.is_empty()));
    let order = order.unwrap();
    let id = &order.equipment.as_ref().unwrap().id;
    let machine: ConsoleMachine = desk.reads(&format!("/equipment/{id}")).await.json();
    assert_eq!(machine.customer.id, order.customer.id);
    assert_eq!(machine.owned.equipment.id, *id);
    assert!(machine.visits.rows.iter().any(|visit| visit.row.id == order.id));
    assert_eq!(desk.reads("/equipment/E-nothing").await.status, 404);
    let bad = desk.reads(&format!("/equipment/{id}/visits?after=x")).await;
    assert_eq!(bad.problem(), "/problems/bad-request");
}
