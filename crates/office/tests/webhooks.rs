//! Others are told what happens, by signed messages. Who is told here is a small server of the test's own.

use crate::{
    console::{OWN, ask},
    requests::{Desk, whole},
    roles::staff,
    world::{Answer, World, note, open},
};
use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use jobsheet_model::{
    role::Role,
    view::{AuditEntry, Page, RequestTaken},
    webhook::{MOST_TRIES, TryResult, Webhook, WebhookMade},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};
use tokio::{io::AsyncReadExt, net::TcpListener, sync::Notify};

/// What came, as it came.
#[derive(Clone)]
struct Told {
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Told {
    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// HMAC as RFC 2104 writes it, without the office's code for it.
    fn is_signed_with(&self, secret: &str) -> bool {
        let mut key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        assert!((24..=64).contains(&key.len()));
        key.resize(64, 0);
        let padded = |with: u8| key.iter().map(|byte| byte ^ with).collect::<Vec<u8>>();
        let mut signed =
            format!("{}.{}.", self.header("webhook-id"), self.header("webhook-timestamp")).into_bytes();
        signed.extend_from_slice(&self.body);
        let inner = Sha256::digest([padded(0x36), signed].concat());
        let outer = Sha256::digest([padded(0x5c), inner.to_vec()].concat());
        self.header("webhook-signature") == format!("v1,{}", STANDARD.encode(outer))
    }
}

/// The next answer, which is kept back.
#[derive(Clone, Default)]
struct Held {
    began: Arc<Notify>,
    goes_on: Arc<Notify>,
}

/// Somebody who is told, and answers as the test says: `200` when it says nothing.
#[derive(Clone, Default)]
struct Receiver {
    told: Arc<Mutex<Vec<Told>>>,
    answers: Arc<Mutex<VecDeque<Response>>>,
    held: Arc<Mutex<Option<Held>>>,
    url: String,
}

impl Receiver {
    async fn begin() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver =
            Self { url: format!("http://{}/hooks", listener.local_addr().unwrap()), ..Self::default() };
        let take = async |State(receiver): State<Receiver>, request: Request| {
            let (parts, body) = request.into_parts();
            let body = to_bytes(body, usize::MAX).await.unwrap();
            let told = Told { path: parts.uri.path().to_owned(), headers: parts.headers, body };
            receiver.told.lock().unwrap().push(told);
            let held = receiver.held.lock().unwrap().take();
            if let Some(held) = held {
                held.began.notify_one();
                held.goes_on.notified().await;
                return StatusCode::OK.into_response();
            }
            receiver.answers.lock().unwrap().pop_front().unwrap_or_else(|| StatusCode::OK.into_response())
        };
        let router = Router::new().fallback(take).with_state(receiver.clone());
        tokio::spawn(axum::serve(listener, router).into_future());
        receiver
    }

    fn answers(&self, answer: impl IntoResponse) {
        self.answers.lock().unwrap().push_back(answer.into_response());
    }

    fn holds(&self) -> Held {
        let held = Held::default();
        *self.held.lock().unwrap() = Some(held.clone());
        held
    }

    fn told(&self) -> Vec<Told> {
        self.told.lock().unwrap().clone()
    }
}

struct Admin<'a> {
    world: &'a World,
    cookie: String,
}

impl<'a> Admin<'a> {
    async fn of(world: &'a World) -> Self {
        Self { world, cookie: staff(world, Role::Admin).await }
    }

    async fn try_add(&self, url: &str, events: &[&str]) -> Answer {
        let body = json!({ "url": url, "events": events }).to_string();
        ask(self.world, Method::POST, "/webhooks", &self.cookie, &body, OWN).await
    }

    async fn adds(&self, url: &str, events: &[&str]) -> WebhookMade {
        let answer = self.try_add(url, events).await;
        assert_eq!(answer.status, 201);
        answer.json()
    }

    async fn list(&self) -> Vec<Webhook> {
        ask(self.world, Method::GET, "/webhooks", &self.cookie, "", "").await.json()
    }
}

/// Something that is raised on a work order: a record that comes too late.
async fn something_is_raised(world: &World) -> jobsheet_model::WorkOrder {
    let mut phone = world.phone("ana.li").await;
    let job = phone.a_job().await;
    let late = phone.change(&job, note("Valve closed at Mrs Tang's"));
    world.office.reassign(job.id, "sun.hao", "Nearer", "周莉").unwrap();
    phone.sync(&[late]).await;
    job
}

#[tokio::test]
async fn what_happens_is_told_signed_once_and_names_nobody() {
    let world = World::new();
    let (admin, receiver) = (Admin::of(&world).await, Receiver::begin().await);
    let made =
        admin.adds(&receiver.url, &["attention.raised", "work_order.dispatched", "request.taken"]).await;
    assert_eq!(made.webhook.made_by, "A admin");
    let job = something_is_raised(&world).await;
    let desk = Desk::of(&world).await;
    let taken: RequestTaken = desk.takes_at(&world.office, "k", &whole()).await.json();
    assert_eq!(admin.list().await[0].waiting, 3);
    assert_eq!(world.office.tell_others().await.unwrap(), 3);

    let told = receiver.told();
    let kinds: Vec<_> = told.iter().map(|one| one.json()["type"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kinds, ["work_order.dispatched", "attention.raised", "request.taken"]);
    let sun = world.office.technicians().unwrap().into_iter().find(|one| one.login == "sun.hao").unwrap();
    let of = |n: usize| told[n].json()["data"].clone();
    assert_eq!(of(0)["work_order"], json!(job.id));
    assert_eq!(of(0)["technician"], json!(sun.id));
    assert_eq!((of(1)["number"].clone(), of(1)["attention"].clone()), (json!(job.number), json!("late")));
    assert_eq!((of(2)["request"].clone(), of(2)["number"].clone()), (json!(taken.id), json!(taken.number)));
    for one in &told {
        assert_eq!(one.path, "/hooks");
        assert!(one.is_signed_with(&made.secret));
        assert!(!one.is_signed_with("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
        assert_eq!(one.header("webhook-timestamp"), world.clock.now().timestamp().to_string());
        assert_eq!(one.header("content-type"), "application/json");
        let text = String::from_utf8(one.body.to_vec()).unwrap();
        for name in
            [job.customer.name.as_str(), job.site.address.as_str(), sun.name.as_str(), "Tang", "周莉", "Ana"]
        {
            assert!(!text.contains(name), "{name} in {text}");
        }
    }

    // What arrived is over, also for whoever looks later and at another office.
    world.clock.advance(TimeDelta::days(3));
    let other = open(&world.folder, &world.clock);
    assert_eq!((world.office.tell_others().await.unwrap(), other.tell_others().await.unwrap()), (0, 0));
    assert_eq!(receiver.told().len(), 3);
    let [hook] = &world.office.webhooks().unwrap()[..] else { panic!() };
    assert_eq!((hook.waiting, hook.given_up), (0, 0));
    assert_eq!(hook.tried.as_ref().unwrap().result, TryResult::Arrived);
}

#[tokio::test]
async fn only_what_was_asked_for_is_told_and_nothing_of_what_did_not_happen() {
    let world = World::new();
    let (admin, receiver) = (Admin::of(&world).await, Receiver::begin().await);
    admin.adds(&receiver.url, &["work_order.closed"]).await;
    let job = something_is_raised(&world).await;
    // An act that fails says nothing, for its message is gone with it.
    world.office.close(job.id, "Not over at all", "周莉").unwrap_err();
    assert_eq!((admin.list().await[0].waiting, world.office.tell_others().await.unwrap()), (0, 0));
    world.office.cancel(job.id, "The customer called", "周莉").unwrap();
    // Unless the rule does it.
    let _ = world.office.close(job.id, "Cancelled", "周莉");
    world.office.tell_others().await.unwrap();
    let [told] = &receiver.told()[..] else { panic!() };
    assert_eq!(
        (&told.json()["type"], &told.json()["data"]["number"]),
        (&json!("work_order.closed"), &json!(job.number))
    );
}

#[tokio::test]
async fn what_did_not_arrive_is_tried_again_later_under_the_same_id() {
    let world = World::new();
    let (admin, receiver) = (Admin::of(&world).await, Receiver::begin().await);
    let made = admin.adds(&receiver.url, &["attention.raised"]).await;
    something_is_raised(&world).await;
    receiver.answers(StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(world.office.tell_others().await.unwrap(), 0);
    let [hook] = &admin.list().await[..] else { panic!() };
    let tried = hook.tried.clone().unwrap();
    assert_eq!((hook.waiting, tried.result, tried.status), (1, TryResult::Refused, 500));
    // Not before its time.
    world.clock.advance(TimeDelta::seconds(59));
    world.office.tell_others().await.unwrap();
    assert_eq!(receiver.told().len(), 1);
    world.clock.advance(TimeDelta::seconds(1));
    assert_eq!(world.office.tell_others().await.unwrap(), 1);
    let told = receiver.told();
    let [first, second] = &told[..] else { panic!() };
    assert_eq!(first.header("webhook-id"), second.header("webhook-id"));
    assert_eq!(first.body, second.body);
    assert_ne!(first.header("webhook-timestamp"), second.header("webhook-timestamp"));
    assert!(first.is_signed_with(&made.secret) && second.is_signed_with(&made.secret));
    assert_eq!(admin.list().await[0].waiting, 0);
}

#[tokio::test]
async fn a_link_that_breaks_is_no_answer_and_nobody_is_followed_elsewhere() {
    let world = World::new();
    let (admin, receiver) = (Admin::of(&world).await, Receiver::begin().await);
    // Takes all that is said, and hangs up.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut link, _)) = listener.accept().await {
            let mut some = [0; 16];
            let _ = link.read(&mut some).await;
        }
    });
    let broken = admin.adds(&url, &["attention.raised"]).await.webhook.id;
    let moved = admin.adds(&receiver.url, &["attention.raised"]).await.webhook.id;
    let elsewhere = Receiver::begin().await;
    receiver.answers((StatusCode::TEMPORARY_REDIRECT, [("location", elsewhere.url.clone())]));
    something_is_raised(&world).await;
    assert_eq!(world.office.tell_others().await.unwrap(), 0);
    let list = admin.list().await;
    let tried = |id| list.iter().find(|one| one.id == id).unwrap().tried.clone().unwrap();
    assert_eq!((tried(broken).result, tried(broken).status), (TryResult::Unreachable, 0));
    assert_eq!((tried(moved).result, tried(moved).status), (TryResult::Refused, 307));
    assert_eq!(elsewhere.told().len(), 0);
    // The one that hangs up keeps nobody else waiting.
    world.clock.advance(TimeDelta::minutes(1));
    assert_eq!(world.office.tell_others().await.unwrap(), 1);
    assert_eq!(list.iter().map(|one| one.waiting).sum::<u32>(), 2);
    assert_eq!(admin.list().await.iter().map(|one| one.waiting).sum::<u32>(), 1);
}

#[tokio::test]
async fn a_message_is_given_up_after_its_last_try_and_that_is_seen() {
    let world = World::new();
    let (admin, receiver) = (Admin::of(&world).await, Receiver::begin().await);
    admin.adds(&receiver.url, &["attention.raised"]).await;
    something_is_raised(&world).await;
    for _ in 0..MOST_TRIES {
        receiver.answers(StatusCode::BAD_GATEWAY);
        let hook = &world.office.webhooks().unwrap()[0];
        assert_eq!((hook.waiting, hook.given_up), (1, 0));
        world.office.tell_others().await.unwrap();
        world.clock.advance(TimeDelta::hours(24));
    }
    assert_eq!(receiver.told().len(), MOST_TRIES as usize);
    assert_eq!(world.office.tell_others().await.unwrap(), 0);
    assert_eq!(receiver.told().len(), MOST_TRIES as usize);
    let [hook] = &world.office.webhooks().unwrap()[..] else { panic!() };
    assert_eq!((hook.waiting, hook.given_up), (0, 1));
    let metrics = world.office.metrics_router();
    let page = tower::ServiceExt::oneshot(
        metrics,
        axum::http::Request::get("/metrics").body(Body::empty()).unwrap(),
    )
    .await
    .unwrap();
    let page = to_bytes(page.into_body(), usize::MAX).await.unwrap();
    assert!(String::from_utf8_lossy(&page).contains("\njobsheet_webhook_messages_given_up 1\n"));
    // It is forgotten a week later, by the office that tidies up.
    world.clock.advance(TimeDelta::days(8));
    let world = world.again();
    assert_eq!(world.office.webhooks().unwrap()[0].given_up, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_offices_make_each_try_once() {
    let world = World::new();
    let (admin, receiver) = (Admin::of(&world).await, Receiver::begin().await);
    admin.adds(&receiver.url, &["request.taken"]).await;
    let desk = Desk::of(&world).await;
    for n in 0..5 {
        desk.takes_at(&world.office, &format!("k{n}"), &whole()).await;
    }
    let offices: Vec<_> = (0..4).map(|_| open(&world.folder, &world.clock)).collect();
    let all = offices.iter().map(|office| {
        let office = office.clone();
        tokio::spawn(async move { office.tell_others().await.unwrap() })
    });
    let mut arrived = 0;
    for one in all.collect::<Vec<_>>() {
        arrived += one.await.unwrap();
    }
    assert_eq!(arrived, 5);
    let mut ids: Vec<_> = receiver.told().iter().map(|one| one.header("webhook-id").to_owned()).collect();
    assert_eq!(ids.len(), 5);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 5);
}

/// What an office read as due is not its own: while it waited for an answer, another one has tried it.
#[tokio::test]
async fn what_another_office_has_tried_meanwhile_waits_for_its_time() {
    let world = World::new();
    let (admin, receiver) = (Admin::of(&world).await, Receiver::begin().await);
    admin.adds(&receiver.url, &["request.taken"]).await;
    let desk = Desk::of(&world).await;
    for n in 0..2 {
        desk.takes_at(&world.office, &format!("k{n}"), &whole()).await;
    }
    let held = receiver.holds();
    let slow = world.office.clone();
    let slow = tokio::spawn(async move { slow.tell_others().await.unwrap() });
    held.began.notified().await;
    receiver.answers(StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(open(&world.folder, &world.clock).tell_others().await.unwrap(), 0);
    held.goes_on.notify_one();
    assert_eq!(slow.await.unwrap(), 1);
    assert_eq!(receiver.told().len(), 2);
}

#[tokio::test]
async fn an_office_that_ends_in_the_middle_of_a_try_makes_the_next_one_when_it_is_due() {
    let world = World::new();
    let admin = Admin::of(&world).await;
    // Nobody answers there: the try hangs until the process ends.
    let deaf = TcpListener::bind("127.0.0.1:0").await.unwrap();
    admin.adds(&format!("http://{}/", deaf.local_addr().unwrap()), &["request.taken"]).await;
    Desk::of(&world).await.takes_at(&world.office, "k", &whole()).await;
    let tells = || {
        let office = world.office.clone();
        tokio::spawn(async move { office.tell_others().await })
    };
    let telling = tells();
    let (link, _) = deaf.accept().await.unwrap();
    telling.abort();
    let _ = telling.await;
    drop(link);
    // It counts as one try, and the next is not made before its time.
    assert_eq!(admin.list().await[0].waiting, 1);
    assert_eq!(world.office.tell_others().await.unwrap(), 0);
    world.clock.advance(TimeDelta::minutes(1));
    let telling = tells();
    drop((deaf.accept().await.unwrap(), deaf));
    assert_eq!(telling.await.unwrap().unwrap(), 0);
    let [hook] = &admin.list().await[..] else { panic!() };
    assert_eq!((hook.waiting, hook.tried.as_ref().unwrap().result), (1, TryResult::Unreachable));
}

#[tokio::test]
async fn administrators_alone_look_after_them_and_the_secret_is_shown_once() {
    let world = World::new();
    let admin = Admin::of(&world).await;
    for (url, events, kind) in [
        ("http://erp.example.com/", &["request.taken"][..], "unfit-url"),
        ("http://169.254.169.254/latest", &["request.taken"][..], "unfit-url"),
        ("https://u:p@example.com/", &["request.taken"][..], "unfit-url"),
        ("https://erp.example.com/", &[][..], "unfit-events"),
    ] {
        let answer = admin.try_add(url, events).await;
        assert_eq!((answer.status.as_u16(), answer.problem()), (422, format!("/problems/{kind}")), "{url}");
    }
    assert_eq!(admin.try_add("https://erp.example.com/", &["everything"]).await.status, 400);
    let made = admin.adds("https://erp.example.com/a", &["request.taken", "request.taken"]).await;
    assert!(made.secret.starts_with("whsec_"));
    let list = ask(&world, Method::GET, "/webhooks", &admin.cookie, "", "").await;
    assert!(!String::from_utf8_lossy(&list.body).contains("secret"));
    assert_eq!(list.json::<Vec<Webhook>>(), std::slice::from_ref(&made.webhook));
    for n in 1..20 {
        let one = admin.adds(&format!("https://erp.example.com/{n}"), &["request.taken"]).await;
        assert_ne!(one.secret, made.secret);
    }
    let more = admin.try_add("https://erp.example.com/more", &["request.taken"]).await;
    assert_eq!((more.status.as_u16(), more.problem().as_str()), (409, "/problems/too-many-webhooks"));
    Desk::of(&world).await.takes_at(&world.office, "k", &whole()).await;
    let path = format!("/webhooks/{}", made.webhook.id);
    let remove = async || ask(&world, Method::DELETE, &path, &admin.cookie, "", OWN).await.status.as_u16();
    assert_eq!((remove().await, remove().await), (204, 404));
    assert_eq!(admin.list().await.len(), 19);
    let audit: Page<AuditEntry> = ask(&world, Method::GET, "/audit", &admin.cookie, "", "").await.json();
    let done: Vec<_> = audit.items.iter().map(|one| one.act.as_str()).collect();
    assert!(done.contains(&format!("DELETE /console/api{path}").as_str()), "{done:?}");
    assert!(done.contains(&"POST /console/api/webhooks"), "{done:?}");
}
