//! The cast: an office with the demo company and a clock moved by hand, phones, a browser.

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use chrono::{DateTime, Utc};
use jobsheet_model::{
    ChangeId, DeviceId, Digest, Moment, WorkOrder, WorkOrderId,
    change::{Change, KnownWhat},
    enrol::{Enrol, EnrolBy, Enrolled, PhoneId, SessionAsked},
    sign::{PublicKey, SecretKey},
    wire::{Base, HeldMark, PROTOCOL, PROTOCOL_HEADER, ReferenceSet, SyncRequest, SyncResponse},
    work_order::Technician,
};
use jobsheet_office::{HandClock, Office, Options};
use serde::de::DeserializeOwned;
use serde_json::{Value, value::RawValue};
use std::sync::LazyLock;
use tower::ServiceExt;
use uuid::Uuid;

pub struct World {
    pub office: Office,
    pub clock: HandClock,
    pub folder: tempfile::TempDir,
    router: axum::Router,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|why| panic!("{why}: {} {}", self.status, String::from_utf8_lossy(&self.body)))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }

    /// The problem's type, after checking that it is one.
    pub fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.status);
        let problem: Value = self.json();
        assert_eq!(problem["status"], self.status.as_u16());
        problem["type"].as_str().unwrap().to_owned()
    }
}

/// Half past nine on a Monday in Chengdu.
pub fn monday() -> DateTime<Utc> {
    "2026-11-23T01:30:00Z".parse().unwrap()
}

/// The demo company's database on that Monday, made once: every world begins with a copy.
static SEEDED: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    drop(open(&folder, &HandClock::at(monday()))); // closing puts everything into the one file
    std::fs::read(folder.path().join("office.db")).unwrap()
});

impl World {
    pub fn new() -> Self {
        // RUST_LOG=error shows why something went wrong inside.
        let filter = tracing_subscriber::EnvFilter::from_default_env();
        let _ = tracing_subscriber::fmt().with_env_filter(filter).try_init();
        let folder = tempfile::tempdir().unwrap();
        if !on_a_server() {
            std::fs::write(folder.path().join("office.db"), &*SEEDED).unwrap();
        }
        let clock = HandClock::at(monday());
        let office = open(&folder, &clock);
        let router = office.router();
        Self { office, clock, folder, router }
    }

    /// The same office after its process has ended and another has begun.
    pub fn again(self) -> Self {
        let Self { office, clock, folder, router } = self;
        drop((office, router));
        let office = open(&folder, &clock);
        let router = office.router();
        Self { office, clock, folder, router }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        sent(self.router.clone(), request).await
    }

    /// A request of an app: with the protocol header.
    pub async fn app(&self, method: Method, path: &str, token: &str, body: impl Into<Body>) -> Answer {
        self.send(of_an_app(method, path, token, body)).await
    }
}

pub async fn send_to(office: &Office, request: Request<Body>) -> Answer {
    sent(office.router(), request).await
}

async fn sent(router: axum::Router, request: Request<Body>) -> Answer {
    let response = router.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    // Events have no end.
    let endless = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
    let body = if endless { Vec::new() } else { to_bytes(body, usize::MAX).await.unwrap().to_vec() };
    Answer { status: parts.status, headers: parts.headers, body }
}

fn of_an_app(method: Method, path: &str, token: &str, body: impl Into<Body>) -> Request<Body> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(PROTOCOL_HEADER, PROTOCOL)
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    request.body(body.into()).unwrap()
}

/// A request of an app to one of several offices.
async fn app_at(office: &Office, method: Method, path: &str, token: &str, body: impl Into<Body>) -> Answer {
    send_to(office, of_an_app(method, path, token, body)).await
}

impl World {
    pub async fn try_password(&self, login: &str, password: &str) -> Answer {
        self.try_password_at(&self.office, login, password).await
    }

    pub async fn try_password_at(&self, office: &Office, login: &str, password: &str) -> Answer {
        let by = EnrolBy::Password { login: login.into(), password: password.into() };
        let asked = serde_json::to_string(&Enrol::signed(by, "A phone".into(), &a_key())).unwrap();
        app_at(office, Method::POST, "/v1/enrol", "", asked).await
    }

    pub async fn try_enrol(&self, by: EnrolBy, key: &SecretKey) -> Answer {
        self.post("/v1/enrol", &Enrol::signed(by, "A phone".into(), key)).await
    }

    pub async fn post(&self, path: &str, body: &impl serde::Serialize) -> Answer {
        self.app(Method::POST, path, "", serde_json::to_string(body).unwrap()).await
    }

    /// A phone on which this technician has just signed in.
    pub async fn phone(&self, login: &str) -> Phone<'_> {
        let password = format!("demo-{}", login.replace('.', "-"));
        let by = EnrolBy::Password { login: login.into(), password };
        let key = a_key();
        let Enrolled { phone, session, technician, office_key, .. } = self.try_enrol(by, &key).await.json();
        Phone {
            world: self,
            id: phone,
            key,
            office_key,
            token: session.token,
            me: technician,
            device: DeviceId(Uuid::now_v7()),
            sequence: 0,
            previous: None,
            cursor: None,
            held: HeldMark::default(),
            incarnation: None,
        }
    }
}

/// A key nobody has seen before.
pub fn a_key() -> SecretKey {
    SecretKey::from_bytes(rand::random())
}

/// Are the tests run on PostgreSQL (scripts/with-postgres)?
pub fn on_a_server() -> bool {
    Options::in_tests("").database.is_some()
}

pub fn open(folder: &tempfile::TempDir, clock: &HandClock) -> Office {
    Office::open(Options { demo: true, clock: clock.clock(), ..Options::in_tests(folder.path()) }).unwrap()
}

pub struct Phone<'a> {
    pub world: &'a World,
    pub id: PhoneId,
    pub key: SecretKey,
    pub office_key: PublicKey,
    pub token: String,
    pub me: Technician,
    pub device: DeviceId,
    pub sequence: u64,
    pub previous: Option<Digest>,
    pub cursor: Option<String>,
    pub held: HeldMark,
    pub incarnation: Option<String>,
}

impl Phone<'_> {
    pub fn moment(&self) -> Moment {
        Moment { utc: self.world.clock.now(), offset: 480, elapsed: 1, boot: "b".into(), ahead: Some(0) }
    }

    /// Asks for a challenge, and answers it.
    pub async fn try_session(&self) -> Answer {
        self.answer(&self.asks_for_a_challenge().await).await
    }

    pub async fn asks_for_a_challenge(&self) -> Value {
        let asked = self.world.post("/v1/session", &SessionAsked::challenge(self.id)).await;
        asked.json::<Value>()["challenge"].clone()
    }

    /// A new session after the hour that one lasts.
    pub async fn renews(&mut self) {
        let given: Value = self.try_session().await.json();
        self.token = given["token"].as_str().unwrap().to_owned();
    }

    pub async fn answer(&self, challenge: &Value) -> Answer {
        self.answer_at(&self.world.office, challenge).await
    }

    pub async fn answer_at(&self, office: &Office, challenge: &Value) -> Answer {
        let challenge = challenge.as_str().unwrap().to_owned();
        let answer = SessionAsked::answered(self.id, &self.key, &self.office_key, challenge);
        app_at(office, Method::POST, "/v1/session", "", serde_json::to_string(&answer).unwrap()).await
    }

    /// The next change of this phone's chain.
    pub fn change(&mut self, order: &WorkOrder, what: impl Into<jobsheet_model::What>) -> Box<RawValue> {
        self.change_on(order.id, order.version, what)
    }

    pub fn change_on(
        &mut self,
        work_order: WorkOrderId,
        base: u32,
        what: impl Into<jobsheet_model::What>,
    ) -> Box<RawValue> {
        let change = Change {
            id: ChangeId(Uuid::now_v7()),
            device: self.device,
            sequence: self.sequence + 1,
            previous: self.previous.clone(),
            author: self.me.id,
            work_order,
            base,
            template: String::new(),
            at: self.moment(),
            what: what.into(),
        };
        self.raw(serde_json::to_string(&change).unwrap())
    }

    /// Bytes of any kind, as the next of the chain.
    pub fn raw(&mut self, json: String) -> Box<RawValue> {
        self.sequence += 1;
        self.previous = Some(Digest::of(json.as_bytes()));
        RawValue::from_string(json).unwrap()
    }

    pub fn request(&self, changes: &[Box<RawValue>]) -> String {
        let request = SyncRequest {
            nonce: 7,
            device: self.device,
            app: "test".into(),
            cursor: self.cursor.clone(),
            recorded: self.sequence,
            held: self.held,
            incarnation: self.incarnation.clone(),
            changes: changes.to_vec(),
            reference: None,
            check: false,
            differed: false,
            mismatch: false,
            folds: false,
            room: None,
        };
        serde_json::to_string(&request).unwrap()
    }

    pub async fn try_sync(&self, changes: &[Box<RawValue>]) -> Answer {
        self.world.app(Method::POST, "/v1/sync", &self.token, self.request(changes)).await
    }

    pub async fn sync(&mut self, changes: &[Box<RawValue>]) -> SyncResponse {
        let answer = self.try_sync(changes).await;
        self.heard(&answer)
    }

    /// At another office of the same database.
    pub async fn sync_at(&mut self, office: &Office, changes: &[Box<RawValue>]) -> SyncResponse {
        let request = of_an_app(Method::POST, "/v1/sync", &self.token, self.request(changes));
        let answer = send_to(office, request).await;
        self.heard(&answer)
    }

    fn heard(&mut self, answer: &Answer) -> SyncResponse {
        let response: SyncResponse = answer.json();
        assert_eq!(response.nonce, 7);
        self.cursor = Some(response.cursor.clone());
        if response.incarnation.is_some() || response.afresh {
            self.incarnation.clone_from(&response.incarnation);
        }
        if let Some(receipt) = &response.receipt {
            assert!(receipt.is_signed_by(&self.office_key));
            assert_eq!(receipt.device, self.device);
        }
        response
    }

    /// Everything this technician has, page by page.
    pub async fn pull(&mut self) -> Vec<Base> {
        let mut bases = Vec::new();
        loop {
            let response = self.sync(&[]).await;
            bases.extend(response.bases);
            if !response.more {
                return bases;
            }
        }
    }

    /// Which sets of reference data this technician is told of.
    pub async fn sync_for_reference(&mut self) -> Vec<ReferenceSet> {
        self.cursor = None;
        self.sync(&[]).await.reference.unwrap()
    }

    /// A job of today that nobody has begun.
    pub async fn a_job(&mut self) -> WorkOrder {
        self.pull().await.swap_remove(0).order
    }
}

pub fn note(text: &str) -> KnownWhat {
    KnownWhat::NoteWritten { text: text.into() }
}
