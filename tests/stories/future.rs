//! What this release leaves behind, frozen in tests/fixtures, and what a newer one may say: both are read (P6, P25).

use chrono::{DateTime, Utc};
use jobsheet_model::change::{KnownWhat, OpenedSheet, PhotoSubject};
use jobsheet_model::enrol::{Challenge, Enrol, EnrolBy, Enrolled, Given, SessionAsked};
use jobsheet_model::place::Position;
use jobsheet_model::sign::SecretKey;
use jobsheet_model::step::{Answer, KnownAnswer, Verdict};
use jobsheet_model::wire::{Outcome, PROTOCOL, PROTOCOL_HEADER, ProblemDetails, SyncRequest, SyncResponse};
use jobsheet_model::work_order::AssignmentState;
use jobsheet_model::{Change, Refusal, StepKey, What, WorkOrder, WorkOrderId};
use jobsheet_office::{HandClock, NewTechnician, Office};
use jobsheet_phone::{Ask, Clock, Heard, Options, Phone, TestClock};
use jobsheet_tests::carry::{carry, pass, unpacked};
use jobsheet_tests::copy;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::TcpListener;

/// The morning on which the fixtures of 0.1 were made; the tests go on from a later one.
const MADE: &str = "2026-11-23T01:30:00Z";
const LATER: &str = "2026-11-24T01:30:00Z";

fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/0.1")
}

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

fn office_in(folder: &Path, at: &str) -> Office {
    let clock = HandClock::at(utc(at)).clock();
    Office::open(jobsheet_office::Options { clock, ..jobsheet_office::Options::in_tests(folder) })
        .expect("the office opens")
}

fn phone_in(folder: &Path, clock: &Arc<TestClock>) -> Phone {
    let clock: Arc<dyn Clock> = clock.clone();
    Phone::open(Options { data: folder.into(), office: None, version: "0.1.0".into(), clock })
        .expect("the phone opens")
}

/// A small firm's job, with a step of a kind that this version does not know.
fn job(technician: &jobsheet_model::work_order::Technician, n: u128) -> WorkOrder {
    let opened = OpenedSheet {
        customer: format!("Customer {n}"),
        contact: "Ms Lin".into(),
        phone: "+86 28 5550 0100".into(),
        address: "1 Jinli Road".into(),
        equipment: "Chiller".into(),
        serial: "SN1".into(),
        symptom: "It leaks".into(),
    };
    let id = WorkOrderId(uuid::Uuid::from_u128(n));
    let mut order = WorkOrder::opened_on_site(id, &opened, technician, utc(MADE));
    order.number = format!("JS-2611-{n:04}");
    order.version = 1;
    order.assignment.state = AssignmentState::Assigned;
    order.template.steps = serde_json::from_value(json!([
        {"key":"power","title":{"en":"Power","zh":"电源"},"required":true,"kind":{"kind":"check"}},
        {"key":"holo","title":{"en":"Hologram","zh":"全息"},"required":false,
         "kind":{"kind":"hologram","shows":[{"a":1}]}}
    ]))
    .expect("steps");
    order
}

/// What the phone and the office hold, as anybody sees it.
fn seen(phone: &Phone, office: &Office, ids: &[WorkOrderId]) -> Value {
    let outbox = phone.outbox().expect("an outbox");
    let (sync, ledger) = (outbox.sync, outbox.ledger);
    let refused: Vec<_> = outbox.groups.iter().flat_map(|group| &group.refused).collect();
    let jobs = ids.iter().map(|id| {
        let job = phone.job(*id).expect("a job");
        let journal = office.journal(*id).expect("a journal");
        json!({
            "id": id, "order": job.order, "sheet": job.sheet,
            "at_office": office.sheet(*id).expect("a store"),
            "journal": journal,
        })
    });
    json!({
        "waiting": sync.waiting_changes, "photos": sync.waiting_photos, "refused": refused,
        "recorded": ledger.recorded, "held": ledger.held, "kept": ledger.kept,
        "draft": phone.draft("note").expect("a draft"),
        "jobs": jobs.collect::<Vec<_>>(),
    })
}

/// Everything that was said then is said now, and whatever a newer version adds.
fn says_at_least(now: &Value, then: &Value, place: &str) {
    match (now, then) {
        (Value::Object(now), Value::Object(then)) => {
            for (name, value) in then {
                let now = now.get(name).unwrap_or_else(|| panic!("{place}.{name} is gone"));
                says_at_least(now, value, &format!("{place}.{name}"));
            }
        }
        (Value::Array(now), Value::Array(then)) => {
            assert_eq!(now.len(), then.len(), "{place}");
            for (n, (now, then)) in now.iter().zip(then).enumerate() {
                says_at_least(now, then, &format!("{place}[{n}]"));
            }
        }
        _ => assert_eq!(now, then, "{place}"),
    }
}

/// P6: the databases of this release open with the present code, show what they showed, and what waited in them is sent.
#[tokio::test(flavor = "multi_thread")]
async fn p6_the_databases_of_0_1_open_with_all_that_is_in_them() {
    let folder = tempfile::tempdir().expect("a folder");
    copy(&fixtures(), folder.path());
    let then: Value =
        serde_json::from_slice(&std::fs::read(fixtures().join("seen.json")).expect("a file")).expect("JSON");
    let ids: Vec<WorkOrderId> = serde_json::from_value(then["ids"].clone()).expect("ids");

    let clock = Arc::new(TestClock::at(LATER));
    let office = office_in(&folder.path().join("office"), LATER);
    let phone = phone_in(&folder.path().join("phone"), &clock);
    says_at_least(&seen(&phone, &office, &ids), &then["seen"], "seen");
    assert!(then["seen"]["waiting"].as_u64() > Some(2), "an outbox worth the name");

    phone
        .record(ids[0], KnownWhat::NoteWritten { text: "after the update".into() }.into())
        .expect("recorded");
    pass(&phone, &office, &*clock, |_, heard| heard).await.expect("sent");
    let status = phone.outbox().expect("an outbox").sync;
    assert_eq!((status.waiting_changes, status.waiting_photos, status.problem), (0, 0, None));
    for id in &ids {
        let sheet = phone.job(*id).expect("a job").sheet;
        assert_eq!(office.sheet(*id).expect("a store"), Some(sheet.clone()));
        assert!(sheet.photos.iter().all(|photo| office.photo(&photo.digest).is_some()));
    }
    let sheet = phone.job(ids[0]).expect("a job").sheet;
    assert!(sheet.notes.iter().any(|note| note.text == "after the update"));
    assert_eq!(sheet.unknown.len(), 1, "what only a newer version knows is still in sight");
}

fn message(name: &str) -> Value {
    let bytes =
        std::fs::read(fixtures().join("messages").join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    serde_json::from_slice(&bytes).expect("JSON")
}

/// Reads and writes.
fn through<T: Serialize + DeserializeOwned>(name: &str, value: &Value) -> Value {
    let text = value.to_string();
    let read: T = serde_json::from_str(&text).unwrap_or_else(|why| panic!("{name}: {why} in {text}"));
    serde_json::to_value(read).expect("JSON")
}

/// Adds a member that nobody knows to every object but those that are maps and those that are signed or hashed whole.
fn with_more(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut more: serde_json::Map<_, _> = members
                .iter()
                .map(|(name, value)| {
                    let as_it_is = matches!(name.as_str(), "changes" | "params");
                    let map = |value: &Value| match value {
                        Value::Object(of) => of.iter().map(|(k, v)| (k.clone(), with_more(v))).collect(),
                        other => other.clone(),
                    };
                    let value = match name.as_str() {
                        "answers" => map(value),
                        _ if as_it_is => value.clone(),
                        _ => with_more(value),
                    };
                    (name.clone(), value)
                })
                .collect();
            more.insert("of_tomorrow".into(), json!({ "deep": [1, null, {"x": "y"}] }));
            Value::Object(more)
        }
        Value::Array(all) => Value::Array(all.iter().map(with_more).collect()),
        other => other.clone(),
    }
}

fn is_read<T: Serialize + DeserializeOwned>(name: &str) {
    let value = message(name);
    // Why something was refused is kept as nothing but "a reason of a newer version".
    let text = value.to_string().replace("\"not_on_sundays\"", "\"newer\"");
    let then = serde_json::from_str(&text).expect("JSON");
    says_at_least(&through::<T>(name, &value), &then, name);
    says_at_least(&through::<T>(name, &with_more(&value)), &then, name);
}

/// P25: every message of this release is read as it was, and with members in it that only a newer version knows.
#[test]
fn p25_the_messages_of_0_1_are_read_whatever_is_added_to_them() {
    is_read::<Enrol>("enrol.request.json");
    is_read::<Enrolled>("enrol.response.json");
    is_read::<SessionAsked>("session.challenge.request.json");
    is_read::<Challenge>("session.challenge.response.json");
    is_read::<SessionAsked>("session.answer.request.json");
    is_read::<Given>("session.answer.response.json");
    is_read::<SyncRequest>("sync.request.json");
    is_read::<SyncResponse>("sync.response.json");
    is_read::<SyncResponse>("sync.first.response.json");
    for name in ["problem.signed-out.json", "problem.app-too-old.json"] {
        is_read::<ProblemDetails>(name);
    }
    assert_eq!(
        serde_json::from_value::<ProblemDetails>(message("problem.app-too-old.json"))
            .expect("a problem")
            .extra
            .minimum
            .as_deref(),
        Some("9.0.0")
    );
}

/// P25: changes, answers and kinds of steps from the future keep every byte of theirs; a refusal says that it is newer.
#[test]
fn p25_what_only_a_newer_version_knows_survives_this_one() {
    // In the recorded request is a change of an unknown kind.
    let request: SyncRequest = serde_json::from_value(message("sync.request.json")).expect("a request");
    let changes: Vec<Change> =
        request.changes.iter().map(|raw| serde_json::from_str(raw.get()).expect("a change")).collect();
    let unknown = changes.iter().find(|change| matches!(change.what, What::Unknown(_))).expect("one");
    assert_eq!(unknown.what.name(), "hologram_shown");
    let raw = request.changes.iter().find(|raw| raw.get().contains("hologram_shown")).expect("one");
    let then: Value = serde_json::from_str(raw.get()).expect("JSON");
    assert_eq!(serde_json::to_value(unknown).expect("JSON"), then);

    // An answer to a step of an unknown kind, and an unknown answer to a known one.
    let mut answered = then.clone();
    answered["what"] = json!({"what": "step_answered", "step": "holo", "verdict": "pass", "note": "",
        "answer": {"kind": "hologram", "seen": [1, 2, {"deep": null}]}});
    let back = through::<Change>("a change", &answered);
    assert_eq!(back, answered);

    // The order in the recorded answer has a step of an unknown kind.
    let mut response = message("sync.first.response.json");
    let kind = response["bases"][0]["order"]["template"]["steps"][1]["kind"].clone();
    assert_eq!(kind["kind"], "hologram");
    let back = through::<SyncResponse>("an answer", &response);
    assert_eq!(back["bases"][0]["order"]["template"]["steps"][1]["kind"], kind);

    // A word for a refusal that nobody knows yet makes no answer unreadable.
    let id = uuid::Uuid::from_u128(7);
    response["results"] = json!([{"id": id, "outcome": "refused", "reason": "not_on_sundays"}]);
    let read: SyncResponse = serde_json::from_value(response).expect("an answer");
    assert_eq!(read.results[0].outcome, Outcome::Refused { reason: Refusal::Newer });
}

// --- Making them -----------------------------------------------------------------------------------

fn save(name: &str, bytes: &[u8]) {
    let value: Value = serde_json::from_slice(bytes).unwrap_or_else(|why| panic!("{name}: {why}"));
    let text = serde_json::to_string_pretty(&value).expect("JSON") + "\n";
    std::fs::write(fixtures().join("messages").join(name), text).expect("written");
}

fn of(ask: &Ask) -> Vec<u8> {
    let headers: Vec<_> =
        ask.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    unpacked(&headers, &ask.body)
}

fn said(heard: &Heard) -> Vec<u8> {
    let reply = heard.as_ref().expect("a reply");
    unpacked(&reply.headers, &reply.body)
}

/// An answer to what the request says, as bytes.
async fn asked(
    office: &Office,
    clock: &TestClock,
    path: &str,
    body: &impl Serialize,
    token: &str,
) -> Vec<u8> {
    let headers = vec![
        (PROTOCOL_HEADER, PROTOCOL.to_owned()),
        ("content-type", "application/json".to_owned()),
        ("authorization", format!("Bearer {token}")),
    ];
    let body = serde_json::to_vec(body).expect("JSON");
    said(&carry(office, Ask { method: "POST", path: path.into(), headers, body }, clock).await)
}

async fn record_enrolment(office: &Office, clock: &TestClock) {
    let key = SecretKey::from_bytes([7; 32]);
    let by = EnrolBy::Password { login: "ines".into(), password: "cellar door".into() };
    let enrol = Enrol::signed(by, "linux x86_64".into(), &key);
    save("enrol.request.json", &serde_json::to_vec(&enrol).expect("JSON"));
    let bytes = asked(office, clock, "/v1/enrol", &enrol, "").await;
    save("enrol.response.json", &bytes);
    let enrolled: Enrolled = serde_json::from_slice(&bytes).expect("enrolled");
    let ask = SessionAsked::challenge(enrolled.phone);
    save("session.challenge.request.json", &serde_json::to_vec(&ask).expect("JSON"));
    let bytes = asked(office, clock, "/v1/session", &ask, "").await;
    save("session.challenge.response.json", &bytes);
    let Challenge { challenge } = serde_json::from_slice(&bytes).expect("a challenge");
    let answer = SessionAsked::answered(enrolled.phone, &key, &enrolled.office_key, challenge);
    save("session.answer.request.json", &serde_json::to_vec(&answer).expect("JSON"));
    save("session.answer.response.json", &asked(office, clock, "/v1/session", &answer, "").await);
    save("problem.signed-out.json", &asked(office, clock, "/v1/sync", &json!({}), "none").await);
}

/// Makes the fixtures of this release anew, where they are: only before it is released (tests/fixtures/README.md).
#[tokio::test(flavor = "multi_thread")]
#[ignore = "writes into the sources"]
async fn make_the_fixtures_of_this_release() {
    let _ = std::fs::remove_dir_all(fixtures());
    std::fs::create_dir_all(fixtures().join("messages")).expect("a folder");
    let clock = Arc::new(TestClock::at(MADE));
    let office = office_in(&fixtures().join("office"), MADE);
    office.set_company("Lin & Daughters").expect("named");
    let new = NewTechnician {
        login: "ines".into(),
        name: "Ines Weber".into(),
        phone: "1".into(),
        base: Position::new(30.657_4, 104.065_8),
        password: "cellar door".into(),
    };
    office.add_technician(new).expect("added");
    let ines = office.technician("ines").expect("a store").expect("a technician");
    let orders = [job(&ines, 1), job(&ines, 2)];
    let ids = orders.each_ref().map(|order| order.id);
    office.take_in_work_orders(&orders, "import").expect("taken in");
    record_enrolment(&office, &clock).await;

    // Signing in goes over HTTP; all else without a network.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let serving = office.clone();
    let server = tokio::spawn(async move {
        let _ = serving.serve(listener, std::future::pending::<()>()).await;
    });
    let phone = phone_in(&fixtures().join("phone"), &clock);
    phone.sign_in(&address, "ines", "cellar door").await.expect("signed in");
    server.abort();
    let _ = server.await;

    let note = |text: &str| {
        phone.record(ids[0], KnownWhat::NoteWritten { text: text.into() }.into()).expect("recorded")
    };
    pass(&phone, &office, &*clock, |ask, heard| {
        if ask.path == "/v1/sync" {
            save("sync.first.response.json", &said(&heard));
        }
        heard
    })
    .await
    .expect("the day");
    phone.record(ids[0], KnownWhat::WorkStarted {}.into()).expect("recorded");
    note("received");
    phone
        .record(
            ids[0],
            What::Unknown(json!({"what": "hologram_shown", "frames": [1, {"deep": null}], "by": "它"})),
        )
        .expect("recorded");
    let picture = |seed: u8| {
        let pixels = image::RgbImage::from_fn(64, 48, |x, y| image::Rgb([x as u8 * 3, y as u8 * 5, seed]));
        let mut bytes = std::io::Cursor::new(Vec::new());
        pixels.write_to(&mut bytes, image::ImageFormat::Png).expect("a picture");
        bytes.into_inner()
    };
    phone.add_photo(ids[0], PhotoSubject::Before, None, &picture(1)).expect("kept");
    note("refused for a reason of tomorrow");
    pass(&phone, &office, &*clock, |ask, heard| {
        if ask.path != "/v1/sync" {
            return heard;
        }
        save("sync.request.json", &of(ask));
        let mut answer: Value = serde_json::from_slice(&said(&heard)).expect("JSON");
        if let Some(last) = answer["results"].as_array_mut().and_then(|all| all.last_mut()) {
            last["outcome"] = "refused".into();
            last["reason"] = "not_on_sundays".into();
        }
        let bytes = serde_json::to_vec(&answer).expect("JSON");
        save("sync.response.json", &bytes);
        heard.map(|mut reply| {
            reply.headers.retain(|(name, _)| name != "content-encoding");
            reply.body = bytes;
            reply
        })
    })
    .await
    .expect("sent");

    // What waits.
    let answer = Answer::Known(KnownAnswer::Check { result: Verdict::Pass });
    let step = StepKey::new("power");
    phone
        .record(ids[0], KnownWhat::StepAnswered { step, answer, verdict: None, note: String::new() }.into())
        .expect("recorded");
    note("not sent");
    phone.add_photo(ids[1], PhotoSubject::During, None, &picture(2)).expect("kept");
    phone.record(ids[1], KnownWhat::Departed {}.into()).expect("recorded");
    phone.save_draft("note", &json!({ "text": "half a sen" })).expect("saved");

    let seen = seen(&phone, &office, &ids);
    let text = serde_json::to_string_pretty(&json!({ "ids": ids, "seen": seen })).expect("JSON") + "\n";
    std::fs::write(fixtures().join("seen.json"), text).expect("written");
    office.set_minimum_app("9.0.0").expect("set");
    let problem = pass(&phone, &office, &*clock, |ask, heard| {
        if ask.path == "/v1/sync" {
            save("problem.app-too-old.json", &said(&heard));
        }
        heard
    })
    .await;
    assert_eq!(problem.expect_err("too old").code, "app_too_old");
    office.set_minimum_app("0.0.0").expect("set");
}
