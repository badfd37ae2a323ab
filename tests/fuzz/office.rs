//! The real office under real requests that were bent: an answer or a refusal, never a failure; what is refused leaves
//! nothing, and what is held stays held.

use crate::bend::{bends, bent, deep};
use crate::{cast, copy, fixtures, fuzz, inputs, peak};
use chrono::{DateTime, Utc};
use jobsheet_model::enrol::{Enrol, EnrolBy, Enrolled};
use jobsheet_model::pack::{PACKED, pack};
use jobsheet_model::sign::SecretKey;
use jobsheet_model::wire::{
    Outcome, PROTOCOL, PROTOCOL_HEADER, SyncResponse, UPLOAD_COMPLETE, UPLOAD_OFFSET,
};
use jobsheet_model::{ChangeId, DeviceId, Digest, Refusal, WorkOrderId};
use jobsheet_office::{HandClock, Office};
use jobsheet_phone::{Ask, Reply, TestClock};
use jobsheet_tests::carry::{carry, unpacked};
use proptest::prelude::*;
use proptest::sample::Index;
use rusqlite::Connection;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use uuid::Uuid;

const DAY: &str = "2026-11-24T01:30:00Z";

struct World {
    office: Office,
    /// Looks at the tables from outside.
    eyes: Connection,
    clock: TestClock,
    runtime: Runtime,
    enrolled: Enrolled,
    /// The fixtures' first work order: this technician's.
    job: WorkOrderId,
    _folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        copy(&fixtures().join("office"), folder.path());
        let now: DateTime<Utc> = DAY.parse().expect("an instant");
        let clock = HandClock::at(now).clock();
        let options = jobsheet_office::Options { clock, ..jobsheet_office::Options::new(folder.path()) };
        let office = Office::open(options).expect("the office opens");
        let eyes = Connection::open(folder.path().join("office.db")).expect("the tables");
        let runtime = Runtime::new().expect("a runtime");
        let clock = TestClock::at(DAY);
        let by = EnrolBy::Password { login: "ines".into(), password: "cellar door".into() };
        let enrol = Enrol::signed(by, "a phone".into(), &SecretKey::from_bytes([9; 32]));
        let ask = ask("POST", "/v1/enrol", "", serde_json::to_vec(&enrol).expect("JSON"));
        let reply = runtime.block_on(carry(&office, ask, &clock)).expect("a reply");
        let enrolled = serde_json::from_slice(&unpacked(&reply.headers, &reply.body)).expect("enrolled");
        let job = WorkOrderId(Uuid::from_u128(1));
        Self { office, eyes, clock, runtime, enrolled, job, _folder: folder }
    }

    fn hears(&self, ask: Ask) -> Reply {
        self.runtime.block_on(carry(&self.office, ask, &self.clock)).expect("a reply")
    }

    fn asks(
        &self,
        method: &'static str,
        path: &str,
        body: Vec<u8>,
        more: &[(&'static str, String)],
    ) -> Reply {
        let mut ask = ask(method, path, &self.enrolled.session.token, body);
        ask.headers.extend_from_slice(more);
        self.hears(ask)
    }

    /// Rows of everything that must never become less.
    fn held(&self) -> Vec<u64> {
        ["change", "journal", "work_order", "link", "quarantine"]
            .into_iter()
            .filter_map(|table| {
                let sql = format!("SELECT count(*) FROM {table}");
                self.eyes.query_row(&sql, [], |row| row.get::<_, i64>(0)).ok()
            })
            .map(|count| u64::try_from(count).expect("a count"))
            .collect()
    }

    /// Changes with every commit of the office.
    fn version(&self) -> i64 {
        self.eyes.query_row("PRAGMA data_version", [], |row| row.get(0)).expect("a number")
    }

    /// A first request of a phone that nobody knows yet: one change, with ids of their own.
    fn request(&self, what: Value) -> Value {
        let device = DeviceId(Uuid::now_v7());
        let mut change =
            serde_json::to_value(cast::change(1, cast::one_of_each().remove(0).into())).expect("JSON");
        change["id"] = json!(ChangeId(Uuid::now_v7()));
        change["device"] = json!(device);
        change["author"] = json!(self.enrolled.technician.id);
        change["work_order"] = json!(self.job);
        let at = change["at"].clone();
        change["what"] = what;
        json!({
            "nonce": 7, "device": device, "app": "0.1.0", "cursor": null, "at": at, "recorded": 1,
            "held": {"sequence": 0, "safe": 0}, "changes": [change], "folds": true,
        })
    }

    /// The technician's own pull is answered, whole and readable.
    fn can_be_pulled(&self) -> Result<SyncResponse, String> {
        let mut request = self.request(Value::Null);
        request["changes"] = json!([]);
        let reply = self.asks("POST", "/v1/sync", request.to_string().into_bytes(), &[]);
        let body = unpacked(&reply.headers, &reply.body);
        if reply.status != 200 {
            return Err(format!("{}: {}", reply.status, String::from_utf8_lossy(&body)));
        }
        serde_json::from_slice(&body).map_err(|why| format!("an answer that cannot be read: {why}"))
    }
}

fn ask(method: &'static str, path: &str, token: &str, body: Vec<u8>) -> Ask {
    let headers = vec![
        (PROTOCOL_HEADER, PROTOCOL.to_owned()),
        ("content-type", "application/json".to_owned()),
        ("accept-encoding", "zstd".to_owned()),
        ("authorization", format!("Bearer {token}")),
    ];
    Ask { method, path: path.into(), headers, body }
}

#[test]
fn a_request_is_answered_or_refused_and_a_refused_one_leaves_nothing() {
    let world = World::new();
    let real: Vec<Value> =
        cast::one_of_each().iter().map(|what| serde_json::to_value(what).expect("JSON")).collect();
    let some = (
        any::<Index>(),
        bends(),
        prop::option::of(any::<bool>()),
        prop::option::weighted(0.1, (any::<Index>(), any::<u8>())),
    );
    fuzz("office: sync", inputs() / 50, &some, |(which, bends, packed, broken)| {
        let request = world.request(which.get::<Value>(&real).clone()).to_string();
        let mut body = bent(request.as_bytes(), &bends);
        let mut more = Vec::new();
        match packed {
            Some(true) => {
                body = pack(&body, 9).expect("packed");
                more.push(("content-encoding", PACKED.to_owned()));
            }
            Some(false) => {
                body = zstd::encode_all(body.as_slice(), 1).expect("packed");
                more.push(("content-encoding", "zstd".to_owned()));
            }
            None => {}
        }
        if let Some((at, with)) = broken
            && !body.is_empty()
        {
            let at = at.index(body.len());
            body[at] ^= with;
        }
        let (before, version) = (world.held(), world.version());
        let reply = world.asks("POST", "/v1/sync", body, &more);
        prop_assert!(reply.status < 500, "{}", reply.status);
        if matches!(reply.status, 400 | 403 | 413 | 415 | 422 | 426) {
            prop_assert_eq!(world.version(), version, "something was kept of what was refused");
        }
        let after = world.held();
        prop_assert!(before.iter().zip(&after).all(|(before, after)| before <= after));
        // Whatever was taken, nobody is kept from their work by it.
        let pulled = world.can_be_pulled();
        prop_assert!(pulled.is_ok(), "{:?}", pulled.err());
        Ok(())
    });
}

/// A cursor is a text that only the office understands; any other one is one of another office.
#[test]
fn any_cursor_is_answered() {
    let world = World::new();
    let real = world.can_be_pulled().expect("pulled").cursor;
    fuzz("office: cursor", inputs() / 50, &bends(), |bends| {
        let cursor = String::from_utf8_lossy(&bent(real.as_bytes(), &bends)).into_owned();
        let mut request = world.request(Value::Null);
        (request["changes"], request["cursor"]) = (json!([]), json!(cursor));
        let reply = world.asks("POST", "/v1/sync", request.to_string().into_bytes(), &[]);
        prop_assert_eq!(reply.status, 200);
        let answer: SyncResponse =
            serde_json::from_slice(&unpacked(&reply.headers, &reply.body)).expect("an answer");
        prop_assert!(cursor == real || answer.afresh);
        Ok(())
    });
}

/// An uploaded photo is whole under its own digest or not at all, whatever is said of offsets and lengths.
#[test]
fn a_photo_is_whole_under_its_digest_or_not_at_all() {
    let world = World::new();
    let real = std::fs::read(jobsheet_tests::photo("part")).expect("a photo");
    let real = &real[..8_000];
    // The office takes what a change names; each input is another photo.
    let named = |photo: &[u8]| {
        let digest = Digest::of(photo);
        let what = json!({"what": "photo_taken", "digest": digest, "subject": "before", "step": null,
            "bytes": photo.len()});
        let reply = world.asks("POST", "/v1/sync", world.request(what).to_string().into_bytes(), &[]);
        assert_eq!(reply.status, 200);
        digest
    };
    let offset = prop_oneof![
        4 => (0..9_000u64).prop_map(|at| at.to_string()),
        1 => any::<u64>().prop_map(|at| at.to_string()),
        1 => "[-+0-9a-z]{0,24}",
    ];
    let complete = prop_oneof![4 => Just("?1"), 4 => Just("?0"), 1 => Just("1"), 1 => Just("")];
    let put = (offset, complete, 0..9_000usize, 0..9_000usize, any::<bool>());
    let some = prop::collection::vec(put, 1..6);
    let count = std::cell::Cell::new(0u32);
    fuzz("office: photo", inputs() / 50, &some, |puts| {
        count.set(count.get() + 1);
        let mut photo = real.to_vec();
        photo.extend(count.get().to_be_bytes());
        let digest = named(&photo);
        let path = format!("/v1/photos/{digest}");
        for (offset, complete, from, length, honest) in puts {
            let from = match honest {
                // From where the office says it is.
                true => {
                    let head = world.asks("HEAD", &path, Vec::new(), &[]);
                    let at = head.headers.iter().find(|(name, _)| name == UPLOAD_OFFSET);
                    at.and_then(|(_, at)| at.parse().ok()).unwrap_or(0)
                }
                false => from,
            };
            let offset = if honest { from.to_string() } else { offset };
            let piece = photo.iter().skip(from).take(length).copied().collect();
            let more = [(UPLOAD_OFFSET, offset), (UPLOAD_COMPLETE, complete.to_owned())];
            let reply = world.asks("PUT", &path, piece, &more);
            prop_assert!(reply.status < 500, "{}", reply.status);
            if let Some(bytes) = world.office.photo(&digest) {
                prop_assert_eq!(Digest::of(&bytes), digest.clone());
            }
        }
        Ok(())
    });
}

/// A few bytes that say they are very many, and trees without end: refused, in bounded memory.
#[test]
fn bombs_are_refused_in_bounded_memory() {
    let world = World::new();
    let before = world.held();
    let zeros =
        |count: u64| zstd::encode_all(std::io::Read::take(std::io::repeat(b' '), count), 1).expect("packed");
    let packed = [("content-encoding", "zstd".to_owned())];
    let spaces = pack(&vec![b' '; 64 << 20], 9).expect("packed");
    let reply = world.asks("POST", "/v1/sync", spaces, &[("content-encoding", PACKED.to_owned())]);
    assert_eq!(reply.status, 413);
    for (name, body) in [
        ("spaces", zeros(4 << 30)),
        // A window of 2 GiB, and nothing in it.
        ("a window", vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0x00, 0x00]),
        ("a whole of 2^60 bytes", vec![0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0x10, 1, 0, 0]),
    ] {
        let reply = world.asks("POST", "/v1/sync", body, &packed);
        assert!(matches!(reply.status, 400 | 413), "{name}: {}", reply.status);
    }
    for levels in [200, 100_000, 4_000_000] {
        let mut request = world.request(Value::Null).to_string();
        let tree = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        request = request.replace("\"what\":null", &format!("\"what\":{tree}"));
        let reply = world.asks("POST", "/v1/sync", request.into_bytes(), &[]);
        assert!(matches!(reply.status, 200 | 400), "{levels}: {}", reply.status);
        let reply = world.asks("POST", "/v1/enrol", tree.into_bytes(), &[]);
        assert!(matches!(reply.status, 400 | 413), "{levels}: {}", reply.status);
    }
    let large = world.asks("POST", "/v1/sync", vec![b' '; 33 << 20], &[]);
    assert_eq!(large.status, 413);
    let large = world.asks("POST", "/v1/quarantine", vec![b' '; 2 << 20], &[]);
    assert_eq!(large.status, 413);
    assert!(world.can_be_pulled().is_ok());
    assert!(world.held().iter().zip(&before).all(|(after, before)| after >= before));
    assert!(peak() < 1024, "{} MiB", peak());
}

/// A change whose unknown part is a tree keeps nobody from pulling the sheet it is on.
#[test]
fn an_answer_of_any_depth_leaves_the_sheet_readable() {
    let world = World::new();
    for levels in 10..126 {
        let what = json!({"what": "step_answered", "step": "holo", "verdict": "pass", "note": "",
            "answer": deep(levels)});
        let reply = world.asks("POST", "/v1/sync", world.request(what).to_string().into_bytes(), &[]);
        assert!(reply.status == 200, "{levels}: {}", reply.status);
        let pulled = world.can_be_pulled();
        assert!(pulled.is_ok(), "{levels}: {:?}", pulled.err());
    }
}

/// Numbers that the store cannot keep are refused like anything else that cannot be read.
#[test]
fn a_number_beyond_what_is_kept_is_no_failure() {
    let world = World::new();
    let note = json!({"what": "note_written", "text": "a"});
    for number in [u64::MAX, i64::MAX as u64 + 1, i64::MAX as u64, u64::from(u32::MAX) + 1] {
        let mut request = world.request(note.clone());
        request["changes"][0]["sequence"] = json!(number);
        let reply = world.asks("POST", "/v1/sync", request.to_string().into_bytes(), &[]);
        assert_eq!(reply.status, 200, "{number}");
        let answer: SyncResponse =
            serde_json::from_slice(&unpacked(&reply.headers, &reply.body)).expect("an answer");
        assert!(matches!(answer.results[0].outcome, Outcome::Refused { reason: Refusal::Malformed }));
        let cursor = world.can_be_pulled().expect("pulled").cursor;
        let parts: Vec<&str> = cursor.split('.').collect();
        (request["changes"], request["cursor"]) =
            (json!([]), json!(format!("{}.{number}.{}", parts[0], parts[2])));
        (request["recorded"], request["held"]["sequence"]) = (json!(number), json!(number));
        let reply = world.asks("POST", "/v1/sync", request.to_string().into_bytes(), &[]);
        assert_eq!(reply.status, 200, "{number}");
    }
}
