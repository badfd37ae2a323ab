//! Rescue files: whose count, and who of the office may give them in.

use crate::console::{OWN, act, ask, sign_in};
use crate::world::{Answer, Phone, World, a_key, note};
use axum::{
    body::Body,
    http::{Method, Request},
};
use jobsheet_model::{
    DeviceId, Digest, WorkOrder,
    act::Attention,
    change::{KnownWhat, PhotoSubject},
    enrol::{PhoneId, Wipe},
    rescue::{Head, Writer},
    sign::SecretKey,
    view::RescueTaken,
    wire::Outcome,
};
use jobsheet_office::{NewStaff, NoRescue, Role};
use serde_json::{json, value::RawValue};
use std::io::Write;
use uuid::Uuid;

/// A rescue file of this phone, as its core would write it.
#[derive(Clone)]
struct Rescue {
    phone: PhoneId,
    key: SecretKey,
    head: Head,
    changes: Vec<(DeviceId, Box<RawValue>)>,
    photos: Vec<Vec<u8>>,
}

impl Rescue {
    fn of(phone: &Phone<'_>, changes: Vec<Box<RawValue>>) -> Self {
        let head =
            Head { device: phone.device, technician: phone.me.id, app: "test".into(), at: phone.moment() };
        let changes = changes.into_iter().map(|change| (phone.device, change)).collect();
        Self { phone: phone.id, key: phone.key.clone(), head, changes, photos: Vec::new() }
    }

    fn bytes(&self, world: &World) -> Vec<u8> {
        let office = world.office.key();
        let mut file = Writer::begin(Vec::new(), &office, self.phone, &self.head, &mut rand::rng()).unwrap();
        for (device, change) in &self.changes {
            file.change(*device, change.get()).unwrap();
        }
        for photo in &self.photos {
            file.photo(photo).unwrap();
        }
        file.end(&self.key).unwrap()
    }

    fn taken(&self, world: &World, stolen: bool) -> Result<RescueTaken, NoRescue> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&self.bytes(world)).unwrap();
        world.office.take_rescue(&file, "周莉", stolen)
    }
}

fn counts(taken: &RescueTaken) -> [u32; 6] {
    let RescueTaken { accepted, duplicates, refused, photos, photos_held, photos_refused, .. } = *taken;
    [accepted, duplicates, refused, photos, photos_held, photos_refused]
}

fn notes(world: &World, order: &WorkOrder) -> Vec<String> {
    world.office.sheet(order.id).unwrap().unwrap().notes.into_iter().map(|note| note.text).collect()
}

fn photo_taken(bytes: &[u8]) -> KnownWhat {
    let (digest, bytes) = (Digest::of(bytes), bytes.len() as u32);
    KnownWhat::PhotoTaken { digest, subject: PhotoSubject::During, step: None, bytes, drawn_on: None }
}

fn jpeg(n: u8) -> Vec<u8> {
    [&[0xff, 0xd8, 0xff, 0xe0][..], &[n; 5000]].concat()
}

#[tokio::test]
async fn a_file_does_what_a_push_does_and_the_phone_goes_on_after_it() {
    let world = World::new();
    let mut phone = world.phone("ana.li").await;
    let order = phone.a_job().await;
    let first = phone.change(&order, note("by itself"));
    phone.sync(std::slice::from_ref(&first)).await;
    let changes = vec![
        first,
        phone.change(&order, note("by hand")),
        phone.change(&order, photo_taken(&jpeg(1))),
        phone.raw("{\"a newer app's\":1}".into()),
        phone.change(&order, note("after it")),
    ];
    let mut file = Rescue::of(&phone, changes.clone());
    file.photos = vec![jpeg(1), jpeg(2), b"no picture".to_vec()];
    assert_eq!(counts(&file.taken(&world, false).unwrap()), [3, 1, 1, 1, 0, 2]);
    assert_eq!(counts(&file.taken(&world, false).unwrap()), [0, 4, 1, 0, 1, 2]);
    assert_eq!(notes(&world, &order), ["by itself", "by hand", "after it"]);
    assert_eq!(world.office.photo(&Digest::of(&jpeg(1))), Some(jpeg(1)));

    // With the incarnation it had: a file is no push.
    let response = phone.sync(&changes[1..]).await;
    let outcomes: Vec<_> = response.results.into_iter().map(|one| one.outcome).collect();
    assert!(matches!(
        outcomes[..],
        [Outcome::Duplicate, Outcome::Duplicate, Outcome::Refused { .. }, Outcome::Duplicate]
    ));
    assert_eq!(response.receipt.unwrap().sequence, 5);
}

#[tokio::test]
async fn a_photo_that_is_not_what_it_was_named_is_not_kept() {
    let world = World::new();
    let mut phone = world.phone("ana.li").await;
    let order = phone.a_job().await;
    let change = phone.change(&order, photo_taken(b"no picture"));
    let mut file = Rescue::of(&phone, vec![change]);
    file.photos = vec![b"no picture".to_vec()];
    assert_eq!(counts(&file.taken(&world, false).unwrap()), [1, 0, 0, 0, 0, 1]);
    assert_eq!(world.office.photo(&Digest::of(b"no picture")), None);
    let left = std::fs::read_dir(world.folder.path().join("photos/partial")).unwrap().count();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn a_file_counts_only_when_the_phone_it_names_made_it_and_only_for_its_own_technician() {
    let world = World::new();
    let (mut ana, wang) = (world.phone("ana.li").await, world.phone("wang.lei").await);
    let order = ana.a_job().await;
    let change = ana.change(&order, note("forged"));
    let genuine = Rescue::of(&ana, vec![change.clone()]);

    let unknown = Rescue { phone: PhoneId(Uuid::from_u128(1)), ..genuine.clone() };
    assert!(matches!(unknown.taken(&world, false), Err(NoRescue::UnknownPhone)));
    let forged = Rescue { key: a_key(), ..genuine.clone() };
    assert!(forged.taken(&world, false).unwrap_err().to_string().contains("not made by the phone"));
    let other = Rescue { phone: wang.id, ..genuine.clone() };
    assert!(other.taken(&world, false).unwrap_err().to_string().contains("not made by the phone"));
    // A genuine phone that brings somebody else's records.
    let theirs = Rescue { phone: wang.id, key: wang.key.clone(), ..genuine.clone() };
    assert!(matches!(theirs.taken(&world, false), Err(NoRescue::NotItsOwn)));
    assert_eq!(notes(&world, &order), [""; 0]);

    let mut foreign = Rescue::of(&wang, vec![change.clone()]);
    assert_eq!(counts(&foreign.taken(&world, false).unwrap()), [0, 0, 1, 0, 0, 0], "not his to record");
    genuine.taken(&world, false).unwrap();
    foreign.changes = vec![(ana.device, change.clone())];
    assert!(matches!(foreign.taken(&world, false), Err(NoRescue::NotItsOwn)), "not his phone's chain");
    assert_eq!(notes(&world, &order), ["forged"]);
}

#[tokio::test]
async fn late_facts_of_a_file_are_raised_as_those_of_a_sync_are() {
    let world = World::new();
    let mut phone = world.phone("ana.li").await;
    let order = phone.a_job().await;
    let change = phone.change(&order, note("in the cellar"));
    let cookie = sign_in(&world).await;
    let body = json!({"technician": "sun.hao", "reason": "Nearer"});
    assert_eq!(act(&world, &cookie, order.id, "reassign", &body).await.status, 204);
    let file = Rescue::of(&phone, vec![change]);
    assert_eq!(counts(&file.taken(&world, false).unwrap())[0], 1);
    let kinds: Vec<_> = world.office.raised(order.id).unwrap().into_iter().map(|one| one.attention).collect();
    assert_eq!(kinds, [Attention::Late]);
}

/// The phone was copied, and the copy went on: a file cannot take a new identity, and its facts are kept all the same.
#[tokio::test]
async fn facts_of_a_chain_that_forked_are_kept_and_raised() {
    let world = World::new();
    let mut phone = world.phone("ana.li").await;
    let order = phone.a_job().await;
    let (sequence, previous) = (phone.sequence, phone.previous.clone());
    let copys = phone.change(&order, note("the copy's"));
    phone.sync(&[copys]).await;
    (phone.sequence, phone.previous) = (sequence, previous);
    let changes = vec![phone.change(&order, note("one")), phone.change(&order, note("two"))];
    let file = Rescue::of(&phone, changes);
    assert_eq!(counts(&file.taken(&world, false).unwrap())[..3], [2, 0, 0]);
    assert_eq!(counts(&file.taken(&world, false).unwrap())[..3], [0, 2, 0]);
    assert_eq!(notes(&world, &order), ["the copy's", "one", "two"]);
    let kinds: Vec<_> = world.office.raised(order.id).unwrap().into_iter().map(|one| one.attention).collect();
    assert_eq!(kinds, [Attention::Forked]);
}

#[tokio::test]
async fn a_leavers_and_a_revoked_phones_file_is_taken_and_marked_and_a_stolen_ones_only_on_an_admins_word() {
    for (wipe, free) in [(None, true), (Some(Wipe::Leaver), true), (Some(Wipe::Thief), false)] {
        let world = World::new();
        let mut phone = world.phone("ana.li").await;
        let order = phone.a_job().await;
        let change = phone.change(&order, note("the last of it"));
        world.office.revoke(phone.id, wipe).unwrap();
        let file = Rescue::of(&phone, vec![change]);
        if !free {
            assert!(matches!(file.taken(&world, false), Err(NoRescue::Stolen)));
            assert_eq!(notes(&world, &order), [""; 0]);
        }
        let taken = file.taken(&world, !free).unwrap();
        assert_eq!((taken.accepted, taken.revoked), (1, true));
        let raised = world.office.raised(order.id).unwrap();
        assert_eq!((raised.len(), raised[0].attention), (1, Attention::Late));
        assert_eq!(raised[0].about, "rescue file of a revoked phone");
    }
}

async fn give_in(world: &World, cookie: &str, path: &str, file: Vec<u8>) -> Answer {
    let request = Request::post(format!("/console/api/rescue{path}"))
        .header("host", "office.test")
        .header("origin", OWN)
        .header("cookie", cookie);
    world.send(request.body(Body::from(file)).unwrap()).await
}

#[tokio::test]
async fn i10_supervisors_give_files_in_and_administrators_those_of_stolen_phones() {
    let world = World::new();
    let mut cookies = Vec::new();
    for (login, role) in
        [("he.ping", Role::Dispatcher), ("qian.wei", Role::Supervisor), ("lin.na", Role::Admin)]
    {
        let (name, password) = (login.to_owned(), "a long password".to_owned());
        world.office.add_staff(NewStaff { login: login.into(), name, role, password }).unwrap();
        let body = format!(r#"{{"login":"{login}","password":"a long password"}}"#);
        let signed = ask(&world, Method::POST, "/sign-in", "", &body, OWN).await;
        cookies.push(signed.header("set-cookie").split(';').next().unwrap().to_owned());
    }
    let mut phone = world.phone("ana.li").await;
    let order = phone.a_job().await;
    let change = phone.change(&order, note("by hand"));
    let file = Rescue::of(&phone, vec![change]).bytes(&world);

    assert_eq!(give_in(&world, &cookies[0], "", file.clone()).await.problem(), "/problems/not-allowed");
    let taken: RescueTaken = give_in(&world, &cookies[1], "", file.clone()).await.json();
    assert_eq!((taken.technician_name.as_str(), taken.accepted), ("Ana Li", 1));
    let taken: RescueTaken = give_in(&world, &cookies[2], "", file.clone()).await.json();
    assert_eq!((taken.accepted, taken.duplicates), (0, 1));

    for (bad, problem) in [
        (b"no file of ours".to_vec(), "rescue-not-one"),
        (Vec::new(), "rescue-not-one"),
        (file[..file.len() - 1].to_vec(), "rescue-damaged"),
    ] {
        let answer = give_in(&world, &cookies[1], "", bad).await;
        assert_eq!((answer.status.as_u16(), answer.problem()), (422, format!("/problems/{problem}")));
    }

    world.office.revoke(phone.id, Some(Wipe::Thief)).unwrap();
    for (who, path, status) in [
        (1, "", 403),
        (2, "", 403),
        (0, "?stolen=true", 403),
        (1, "?stolen=true", 403),
        (2, "?stolen=x", 400),
    ] {
        assert_eq!(
            give_in(&world, &cookies[who], path, file.clone()).await.status.as_u16(),
            status,
            "{path}"
        );
    }
    assert_eq!(give_in(&world, &cookies[1], "", file.clone()).await.problem(), "/problems/rescue-stolen");
    assert_eq!(give_in(&world, &cookies[2], "?stolen=true", file).await.status, 200);
}
