//! A few lines of office: takes changes, gives receipts, holds photos; and can be told to misbehave.

use chrono::{DateTime, Utc};
use jobsheet_model::{
    Change, DeviceId, Digest, Refusal, Sheet, TechnicianId, Text, WorkOrder, WorkOrderId, apply,
    change::OpenedSheet,
    enrol::{
        Challenge, Enrol, EnrolBy, Enrolled, Extra, Given, PhoneId, SessionAsked, Wipe, WipeOrder, Wiped,
    },
    pack::{PACKED, unpack},
    place::Position,
    sign::{PublicKey, SecretKey},
    wire::*,
    work_order::{AssignmentState, Technician},
};
use jobsheet_phone::{Ask, Clock, Heard, Reply, TestClock};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub const NOON: &str = "2026-11-22T04:00:00Z";

/// What the stub answers to `POST /v1/sync`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Mood {
    #[default]
    Honest,
    /// A hotel's sign-in page.
    Portal,
    BadGateway,
    /// The right JSON, but nothing says it is ours.
    NoHeader,
    NotJson,
    /// An answer to another request.
    OtherNonce,
    OtherIds,
    /// The connection breaks in the middle of the answer.
    Truncated,
    /// Everything is taken, and the answer is lost.
    LostReply,
    WrongHash,
    /// Signed, but not by this office.
    ForgedReceipt,
    ReceiptOfOther,
    NoReceipt,
    NoBase,
    SignInLapsed,
    /// The office has revoked this phone.
    Revoked,
    TooOld,
    Failing,
    /// It takes the phone for a copy.
    Superseded,
    /// An answer to something that was asked earlier.
    Late,
    /// What it says of a photo, or gives as reference data, is another's.
    Other,
}

#[derive(Default)]
pub struct Office {
    pub mood: Mood,
    /// What it answers to everything but a sync.
    pub elsewhere: Mood,
    /// The last answer to a sync.
    last: Vec<u8>,
    pub orders: BTreeMap<WorkOrderId, WorkOrder>,
    pub changes: Vec<Change>,
    pub refused: BTreeMap<String, Refusal>,
    /// Changes by name that make it fail, whatever else is sent with them.
    pub poison: BTreeSet<String>,
    pub aside: Vec<Vec<u8>>,
    /// By device and sequence: the chains, as digests.
    chains: BTreeMap<DeviceId, BTreeMap<u64, Digest>>,
    pub safe: Safe,
    pub afresh: bool,
    pub scope: Option<Digest>,
    /// The last sync asked for everything.
    pub from_the_start: bool,
    pub gone: Vec<Gone>,
    pub photos: BTreeMap<Digest, Vec<u8>>,
    pub whole: BTreeSet<Digest>,
    /// It keeps thumbnails, by request; one from before there were any answers 404.
    pub knows_thumbs: bool,
    pub thumbs: Vec<Vec<(Digest, Vec<u8>)>>,
    pub missing: Vec<Digest>,
    /// Photos it does not want.
    pub spurned: BTreeSet<Digest>,
    /// Photo connections break after so many segments.
    pub segments_left: Option<u32>,
    pub reference: BTreeMap<String, Vec<u8>>,
    /// Its clock, when not the technician's.
    pub time: Option<DateTime<Utc>>,
    /// The technician's.
    pub clock: Option<Arc<TestClock>>,
    /// Its zone, when it says so.
    pub zone: Option<i32>,
    /// What was asked, in order.
    pub asked: Vec<String>,
    /// Phones that were enrolled, by their number.
    pub phones: Vec<PublicKey>,
    /// Sessions are numbered; the last one is good.
    pub session: u32,
    challenge: Option<String>,
    pub wipe: Option<Wipe>,
    /// A wipe is signed by somebody else.
    pub forges: bool,
    pub wiped: Vec<PhoneId>,
    /// Does not hear that a phone is empty.
    pub deaf_to_wiped: bool,
    told: tokio::sync::watch::Sender<usize>,
    /// Its key, when it is not the office it was.
    pub other: bool,
    pub pages: bool,
    /// Names of the changes of each sync.
    pub pushes: Vec<Vec<String>>,
    /// It says briefly what a phone can fold; `false`: with a digest that the phone does not come to.
    pub brief: Option<bool>,
    /// It sends sheets without their work orders, of versions so much later than it has.
    pub alone: Option<u32>,
}

#[derive(Clone)]
pub struct Stub {
    pub address: String,
    state: Arc<Mutex<Office>>,
}

pub fn ines() -> Technician {
    Technician {
        id: TechnicianId(uuid::Uuid::from_u128(0x17e5)),
        login: "ines".into(),
        name: "Ines Weber".into(),
        phone: "1".into(),
        base: Position::new(30.657_4, 104.065_8),
    }
}

pub fn omar() -> Technician {
    Technician {
        id: TechnicianId(uuid::Uuid::from_u128(0x03a7)),
        login: "omar".into(),
        name: "Omar Haddad".into(),
        ..ines()
    }
}

/// A job offered to Ines, today from 14:00 in Chengdu.
pub fn offered(n: u128) -> WorkOrder {
    let opened = OpenedSheet {
        customer: format!("Customer {n}"),
        contact: "Ms Lin".into(),
        phone: "1".into(),
        address: "1 Jinli Road".into(),
        equipment: "Chiller".into(),
        serial: "SN1".into(),
        symptom: "It leaks".into(),
    };
    let at: DateTime<Utc> = "2026-11-22T06:00:00Z".parse().unwrap();
    let mut order = WorkOrder::opened_on_site(WorkOrderId(uuid::Uuid::from_u128(n)), &opened, &ines(), at);
    order.number = format!("JS-2611-{n:04}");
    order.version = 1;
    order.assignment.state = AssignmentState::Offered;
    order.site.position = Some(Position::new(30.645_3, 104.049_5));
    order.template.steps = serde_json::from_value(json!([
        {"key":"power","title":{"en":"Power","zh":"电源"},"required":true,"kind":{"kind":"check"}},
        {"key":"temp","title":{"en":"Temperature","zh":"温度"},"required":false,"kind":{"kind":"number","unit":"°C","min":"2","max":"12"}},
        {"key":"holo","title":{"en":"Hologram","zh":"全息"},"required":true,"kind":{"kind":"hologram"}}
    ]))
    .unwrap();
    order.template.name = Text::new("Chiller", "冷水机");
    order
}

impl Stub {
    pub async fn open(orders: impl IntoIterator<Item = WorkOrder>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let office = Office { orders: orders.into_iter().map(|o| (o.id, o)).collect(), ..Office::default() };
        let stub = Self { address, state: Arc::new(Mutex::new(office)) };
        let state = stub.state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, state.clone()));
            }
        });
        stub
    }

    pub fn office(&self) -> std::sync::MutexGuard<'_, Office> {
        self.state.lock().unwrap()
    }

    /// Changes when a phone says that it is empty.
    pub fn told_wiped(&self) -> tokio::sync::watch::Receiver<usize> {
        self.office().told.subscribe()
    }

    pub fn is(&self, mood: Mood) {
        self.office().mood = mood;
    }

    /// What the office answers, without a network.
    pub fn ask(&self, ask: Ask) -> Heard {
        let headers = ask.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let asked = Asked { method: ask.method.into(), path: ask.path, headers, body: ask.body };
        let answer = self.office().answer(&asked).bytes;
        let end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let headers = head.lines().filter_map(|l| l.split_once(": "));
        let headers = headers.map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
        Ok(Reply { status, headers, body: answer[end + 4..].to_vec(), at: (NOON.parse().unwrap(), 0) })
    }

    /// The sheet as the office folds it.
    pub fn sheet(&self, id: WorkOrderId) -> Sheet {
        self.office().sheet(id)
    }
}

struct Asked {
    method: String,
    path: String,
    headers: HashMap<String, String>,
    body: Vec<u8>,
}

async fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break end;
        }
        let mut part = [0; 8192];
        match stream.read(&mut part).await {
            Ok(n) if n > 0 => bytes.extend_from_slice(&part[..n]),
            _ => return None,
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: HashMap<String, String> = lines
        .filter_map(|l| l.split_once(':'))
        .map(|(k, v)| (k.to_lowercase(), v.trim().to_owned()))
        .collect();
    let length: usize = headers.get("content-length").and_then(|l| l.parse().ok()).unwrap_or(0);
    let mut body = bytes[end + 4..].to_vec();
    while body.len() < length {
        let mut part = [0; 65536];
        match stream.read(&mut part).await {
            Ok(n) if n > 0 => body.extend_from_slice(&part[..n]),
            _ => return None,
        }
    }
    Some(Asked { method, path, headers, body })
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<Office>>) {
    while let Some(asked) = read(&mut stream).await {
        let answer = state.lock().unwrap().answer(&asked);
        if stream.write_all(&answer.bytes).await.is_err() || answer.hang_up {
            return;
        }
    }
}

struct Answer {
    bytes: Vec<u8>,
    hang_up: bool,
}

fn answer(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut bytes = format!("HTTP/1.1 {status}\r\n").into_bytes();
    for (name, value) in headers {
        bytes.extend(format!("{name}: {value}\r\n").bytes());
    }
    bytes.extend(format!("content-length: {}\r\n\r\n", body.len()).bytes());
    bytes.extend(body);
    Answer { bytes, hang_up: false }
}

fn problem(status: &str, kind: &str, wipe: Option<WipeOrder>) -> Answer {
    let body = ProblemDetails {
        kind: format!("/problems/{kind}"),
        title: String::new(),
        status: status[..3].parse().unwrap(),
        detail: String::new(),
        extra: Extra { wipe, ..Extra::default() },
    };
    let kind = ("content-type", "application/problem+json");
    answer(status, &[OURS, kind], &serde_json::to_vec(&body).unwrap())
}

fn too_old() -> Answer {
    let body = br#"{"type":"/problems/app-too-old","title":"","status":426,"minimum":"0.3.0"}"#;
    answer("426 Upgrade Required", &[OURS, ("content-type", "application/problem+json")], body)
}

fn phone(number: usize) -> PhoneId {
    PhoneId(uuid::Uuid::from_u128(number as u128))
}

fn number(phone: PhoneId) -> usize {
    phone.0.as_u128() as usize
}

impl Asked {
    fn json<T: serde::de::DeserializeOwned>(&self) -> T {
        match self.headers.get("content-encoding").map(String::as_str) {
            Some(PACKED) => serde_json::from_slice(&unpack(&self.body, 1 << 24).unwrap()),
            _ => serde_json::from_slice(&self.body),
        }
        .unwrap()
    }
}

const OURS: (&str, &str) = (PROTOCOL_HEADER, PROTOCOL);
const JSON: (&str, &str) = ("content-type", "application/json");

impl Office {
    /// As if restored from a backup in which the first `changes` were.
    pub fn restore(&mut self, changes: usize) {
        self.changes.truncate(changes);
        for (device, chain) in &mut self.chains {
            chain.retain(|sequence, _| {
                self.changes.iter().any(|c| c.device == *device && c.sequence == *sequence)
            });
        }
        self.afresh = true;
    }

    fn sheet(&self, id: WorkOrderId) -> Sheet {
        let mut sheet = Sheet::empty(id);
        for change in self.changes.iter().filter(|c| c.work_order == id) {
            let _ = apply(&mut sheet, change);
        }
        sheet
    }

    fn answer(&mut self, asked: &Asked) -> Answer {
        self.asked.push(format!("{} {}", asked.method, asked.path));
        match self.mood {
            Mood::Portal => {
                return answer("200 OK", &[("content-type", "text/html")], b"<html>Welcome to our hotel");
            }
            Mood::BadGateway => {
                return answer("502 Bad Gateway", &[("content-type", "text/html")], b"<h1>502");
            }
            Mood::SignInLapsed if asked.path != "/v1/enrol" => {
                return answer("401 Unauthorized", &[OURS], b"");
            }
            Mood::Revoked if asked.path == "/v1/session" => {
                return problem("403 Forbidden", "phone-revoked", None);
            }
            Mood::Revoked => return answer("401 Unauthorized", &[OURS], b""),
            Mood::TooOld => return too_old(),
            Mood::Failing => return answer("500 Internal Server Error", &[OURS], b""),
            _ => {}
        }
        match asked.path.as_str() {
            "/v1/enrol" => return self.enrol(&asked.json()),
            "/v1/session" => return self.session(&asked.json()),
            "/v1/wiped" => {
                let done: Wiped = asked.json();
                assert!(done.is_genuine(&self.phones[number(done.phone)]));
                if self.deaf_to_wiped {
                    return answer("503 Service Unavailable", &[OURS], b"");
                }
                self.wiped.push(done.phone);
                self.told.send_replace(self.wiped.len());
                return answer("204 No Content", &[OURS], b"");
            }
            _ => {}
        }
        if asked.headers["authorization"] != format!("Bearer {}", self.token()) {
            return answer("401 Unauthorized", &[OURS], b"");
        }
        if asked.path == "/v1/sync" {
            return self.sync(asked);
        }
        if asked.path == "/v1/quarantine" {
            self.aside.push(asked.body.clone());
            return answer("204 No Content", &[OURS], b"");
        }
        match self.elsewhere {
            Mood::Portal => {
                return answer("200 OK", &[("content-type", "text/html")], b"<html>Welcome to our hotel");
            }
            Mood::BadGateway => {
                return answer("502 Bad Gateway", &[("content-type", "text/html")], b"<h1>502");
            }
            Mood::Truncated => {
                let mut half = answer("200 OK", &[OURS, JSON], &[b'['; 1000]);
                half.bytes.truncate(half.bytes.len() - 500);
                return Answer { hang_up: true, ..half };
            }
            Mood::Failing => return answer("500 Internal Server Error", &[OURS], b""),
            _ => {}
        }
        if asked.path == "/v1/thumbs" && self.knows_thumbs {
            if self.elsewhere == Mood::LostReply {
                return Answer { bytes: Vec::new(), hang_up: true };
            }
            let Thumbs { thumbs } = asked.json();
            self.thumbs.push(thumbs.into_iter().map(|thumb| (thumb.photo, thumb.jpeg)).collect());
            return answer("204 No Content", &[OURS], b"");
        }
        if let Some(digest) = asked.path.strip_prefix("/v1/photos/") {
            return self.photo(asked, Digest::parse(digest).unwrap());
        }
        if let Some(digest) = asked.path.strip_prefix("/v1/reference/") {
            let body = self.reference.values().find(|b| Digest::of(b).as_str() == digest).unwrap();
            let other = b"[]".to_vec();
            let body = if self.elsewhere == Mood::Other { &other } else { body };
            if self.elsewhere == Mood::NoHeader {
                return answer("200 OK", &[JSON], body);
            }
            let packed = zstd::encode_all(body.as_slice(), 3).unwrap();
            return answer("200 OK", &[OURS, JSON, ("content-encoding", "zstd")], &packed);
        }
        answer("404 Not Found", &[OURS], b"")
    }

    pub fn key(&self) -> SecretKey {
        SecretKey::from_bytes([if self.other { 9 } else { 1 }; 32])
    }

    fn token(&self) -> String {
        format!("t{}", self.session)
    }

    fn enrol(&mut self, asked: &Enrol) -> Answer {
        assert!(asked.is_genuine());
        let technician = match &asked.by {
            EnrolBy::Password { login, password } => match (login.as_str(), password.as_str()) {
                ("ines", "cellar") => ines(),
                ("omar", "attic") => omar(),
                _ => return answer("401 Unauthorized", &[OURS], b""),
            },
            EnrolBy::Code { code }
                if jobsheet_model::enrol::code(code).as_deref() == Some("1NESC0DE1NESC0DE") =>
            {
                ines()
            }
            EnrolBy::Code { .. } => return answer("401 Unauthorized", &[OURS], b""),
        };
        let known = self.phones.iter().position(|key| *key == asked.key).unwrap_or(self.phones.len());
        if known == self.phones.len() {
            self.phones.push(asked.key);
        }
        let enrolled = Enrolled {
            phone: phone(known),
            recovery: format!("the office's half for {}", technician.login),
            technician,
            company: "Kaltwerk".into(),
            office_key: self.key().public(),
            session: self.give(phone(known), None),
        };
        answer("200 OK", &[OURS, JSON], &serde_json::to_vec(&enrolled).unwrap())
    }

    fn give(&mut self, phone: PhoneId, wipe: Option<WipeOrder>) -> Given {
        self.session += 1;
        let at: DateTime<Utc> = NOON.parse().unwrap();
        Given { given_to: phone, token: self.token(), expires: at, office_time: at, wipe }
    }

    fn session(&mut self, asked: &SessionAsked) -> Answer {
        let Some(met) = &asked.answer else {
            let challenge = format!("challenge {}", self.asked.len());
            self.challenge = Some(challenge.clone());
            return answer("200 OK", &[OURS, JSON], &serde_json::to_vec(&Challenge { challenge }).unwrap());
        };
        let fresh = self.challenge.take().is_some_and(|waits| waits == met.challenge);
        if !fresh || !met.is_genuine(&self.key().public(), asked.phone, &self.phones[number(asked.phone)]) {
            return answer("401 Unauthorized", &[OURS], b"");
        }
        let signer = if self.forges { SecretKey::from_bytes([5; 32]) } else { self.key() };
        let order = self.wipe.map(|kind| WipeOrder::signed(kind, asked.phone, &signer));
        if self.wipe == Some(Wipe::Thief) {
            return problem("403 Forbidden", "phone-wiped", order);
        }
        answer("200 OK", &[OURS, JSON], &serde_json::to_vec(&self.give(asked.phone, order)).unwrap())
    }

    fn sync(&mut self, asked: &Asked) -> Answer {
        let request: SyncRequest = asked.json();
        let afresh = self.afresh;
        if afresh && !request.changes.is_empty() {
            let body = br#"{"type":"/problems/ask-first","title":"","status":409}"#;
            return answer("409 Conflict", &[OURS, ("content-type", "application/problem+json")], body);
        }
        self.afresh = false;
        let mut touched = BTreeSet::new();
        let mut results = Vec::new();
        let changes: Vec<Change> =
            request.changes.iter().map(|raw| serde_json::from_str(raw.get()).unwrap()).collect();
        if changes.iter().any(|change| self.poison.contains(&change.what.name())) {
            return answer("500 Internal Server Error", &[OURS], b"");
        }
        if self.mood == Mood::Superseded && !changes.is_empty() {
            self.mood = Mood::Honest;
            let body = br#"{"type":"/problems/superseded","title":"","status":409}"#;
            return answer("409 Conflict", &[OURS, ("content-type", "application/problem+json")], body);
        }
        self.pushes.push(changes.iter().map(|change| change.what.name()).collect());
        for (raw, change) in request.changes.iter().zip(changes) {
            touched.insert(change.work_order);
            let outcome = if self.changes.iter().any(|c| c.id == change.id) {
                Outcome::Duplicate
            } else if let Some(reason) = self.refused.get(&change.what.name()).copied() {
                Outcome::Refused { reason }
            } else {
                Outcome::Accepted
            };
            if let jobsheet_model::What::Known(jobsheet_model::change::KnownWhat::SheetOpened { opened }) =
                &change.what
            {
                let order = WorkOrder::opened_on_site(change.work_order, opened, &ines(), change.at.best());
                self.orders.entry(order.id).or_insert(order);
            }
            results.push(ChangeResult { id: change.id, outcome: outcome.clone() });
            let digest = Digest::of(raw.get().as_bytes());
            self.chains.entry(change.device).or_default().insert(change.sequence, digest);
            if outcome == Outcome::Accepted {
                self.changes.push(change);
            }
        }
        let is_gone = |id: &WorkOrderId| self.gone.iter().any(|g| g.work_order == *id);
        let aside: Vec<u64> = self
            .aside
            .iter()
            .filter_map(|body| Some(serde_json::from_slice::<Change>(body).ok()?.sequence))
            .collect();
        let key = self.key();
        let chain = self.chains.entry(request.device).or_default();
        let mut whole = 0;
        while chain.contains_key(&(whole + 1)) || aside.contains(&(whole + 1)) {
            whole += 1;
        }
        let beyond = chain.range(whole + 1..).map(|(sequence, _)| *sequence).collect();
        let held = HeldMark { sequence: whole, safe: self.safe.position };
        let receipt = (whole > 0 && held != request.held).then(|| {
            let hash = chain.get(&whole).cloned();
            Receipt::sign(&key, request.device, (whole, hash), NOON.parse().unwrap(), self.safe)
        });
        self.from_the_start = request.cursor.is_none();
        let all = request.cursor.is_none() || self.pages || afresh;
        let bases = self.orders.values().filter(|o| (all || touched.contains(&o.id)) && !is_gone(&o.id));
        let list: Vec<ReferenceSet> = self
            .reference
            .iter()
            .map(|(name, b)| ReferenceSet {
                name: name.clone(),
                digest: Digest::of(b),
                bytes: b.len() as u64,
            })
            .collect();
        let mut response = SyncResponse {
            nonce: request.nonce,
            results,
            receipt,
            incarnation: (!request.changes.is_empty()).then(|| "i".into()),
            missing_from: (request.recorded > whole).then_some(whole + 1),
            beyond,
            afresh,
            scope: self.scope.clone(),
            bases: bases
                .map(|order| {
                    let sheet = self.sheet(order.id);
                    let held = |p: &&jobsheet_model::sheet::SheetPhoto| self.whole.contains(&p.digest);
                    let photos_held = sheet.photos.iter().filter(held).map(|p| p.digest.clone()).collect();
                    Base { n: u64::from(order.version), order: order.clone(), sheet, photos_held }
                })
                .collect(),
            sheets: Vec::new(),
            same: Vec::new(),
            gone: self.gone.clone(),
            reference: (!list.is_empty() && request.reference != Some(reference_digest(&list)))
                .then_some(list),
            photos_missing: self.missing.clone(),
            office_time: self.time.unwrap_or_else(|| match &self.clock {
                Some(clock) => clock.utc(),
                None => NOON.parse().unwrap(),
            }),
            zone: self.zone,
            cursor: "c1".into(),
            more: std::mem::take(&mut self.pages),
        };
        if let Some(honest) = self.brief.filter(|_| request.folds) {
            let (known, bases) = response.bases.into_iter().partition(|b| touched.contains(&b.order.id));
            response.bases = bases;
            let digest = |base: &Base| if honest { base.digest() } else { Digest::of(b"other") };
            let same = |base: Base| Same {
                n: base.n,
                work_order: base.order.id,
                digest: digest(&base),
                photos_held: base.photos_held,
            };
            response.same = Vec::from_iter(known).into_iter().map(same).collect();
        }
        if let Some(later) = self.alone.filter(|_| request.folds) {
            let alone = |Base { n, order, sheet, photos_held }| BaseSheet {
                n,
                version: order.version + later,
                sheet,
                photos_held,
            };
            response.sheets = std::mem::take(&mut response.bases).into_iter().map(alone).collect();
        }
        let mut headers = vec![OURS, JSON, ("content-encoding", "zstd")];
        match self.mood {
            Mood::NoHeader => headers.retain(|h| *h != OURS),
            Mood::NotJson => headers[1] = ("content-type", "text/plain"),
            Mood::OtherNonce => response.nonce ^= 1,
            Mood::OtherIds => response.results.reverse(),
            Mood::NoBase => response.bases.clear(),
            Mood::NoReceipt => response.receipt = None,
            Mood::WrongHash | Mood::ForgedReceipt | Mood::ReceiptOfOther => {
                if let Some(Receipt { device, sequence, hash, at, safe, .. }) = response.receipt.take() {
                    let other = DeviceId(uuid::Uuid::from_u128(9));
                    let (key, device, hash) = match self.mood {
                        Mood::WrongHash => (key, device, Some(Digest::of(b"other"))),
                        Mood::ForgedReceipt => (SecretKey::from_bytes([9; 32]), device, hash),
                        _ => (key, other, hash),
                    };
                    response.receipt = Some(Receipt::sign(&key, device, (sequence, hash), at, safe));
                }
            }
            _ => {}
        }
        let packed = zstd::encode_all(serde_json::to_vec(&response).unwrap().as_slice(), 3).unwrap();
        let mut whole = answer("200 OK", &headers, &packed);
        match self.mood {
            Mood::Truncated => {
                whole.bytes.truncate(whole.bytes.len() - packed.len() / 2);
                whole.hang_up = true;
            }
            Mood::LostReply => whole = Answer { bytes: Vec::new(), hang_up: true },
            Mood::Late => whole.bytes = self.last.clone(),
            _ => self.last = whole.bytes.clone(),
        }
        whole
    }

    fn photo(&mut self, asked: &Asked, digest: Digest) -> Answer {
        if self.spurned.contains(&digest) {
            return answer("422 Unprocessable Content", &[OURS], b"");
        }
        let other = Digest::of(b"another photo");
        let named = if self.elsewhere == Mood::Other { &other } else { &digest };
        let named = (UPLOAD_PHOTO, named.to_string());
        if let Some(left) = &mut self.segments_left
            && asked.method == "PUT"
        {
            if *left == 0 {
                return Answer { bytes: Vec::new(), hang_up: true };
            }
            *left -= 1;
        }
        let held = self.photos.entry(digest.clone()).or_default();
        let mut status = "200 OK";
        if asked.method == "PUT" {
            if asked.headers[UPLOAD_OFFSET].parse::<usize>().unwrap() != held.len()
                || self.whole.contains(&digest)
            {
                status = "409 Conflict";
            } else {
                held.extend(&asked.body);
                if asked.headers[UPLOAD_COMPLETE] == "?1" {
                    assert_eq!(Digest::of(held), digest);
                    self.whole.insert(digest.clone());
                }
            }
        }
        if self.elsewhere == Mood::LostReply && asked.method == "PUT" {
            return Answer { bytes: Vec::new(), hang_up: true };
        }
        let mut complete = if self.whole.contains(&digest) { "?1" } else { "?0" };
        let mut offset = held.len().to_string();
        if self.elsewhere == Mood::Other {
            // The other one is held whole.
            (complete, offset) = ("?1", "7".into());
        }
        if self.elsewhere == Mood::Late && asked.method == "HEAD" {
            (complete, offset) = ("?0", "0".into());
        }
        let mut headers =
            vec![OURS, (UPLOAD_OFFSET, &offset), (UPLOAD_COMPLETE, complete), (named.0, &named.1)];
        if self.elsewhere == Mood::NoHeader {
            headers.retain(|header| *header != OURS);
        }
        answer(status, &headers, b"")
    }
}
