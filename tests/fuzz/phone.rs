//! The real phone under real replies of the office that were bent in any of their parts: the pass goes on, or ends with a
//! problem, and nothing stops waiting that the office does not hold.

use crate::bend::{Bend, bends, bent};
use crate::{copy, fixtures, fuzz, inputs};
use jobsheet_model::WorkOrderId;
use jobsheet_office::{HandClock, Office};
use jobsheet_phone::{Clock, Heard, Options, Phone, Step, TestClock};
use jobsheet_tests::carry::{carry, unpacked};
use proptest::prelude::*;
use proptest::sample::Index;
use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;
use tokio::runtime::Runtime;
use uuid::Uuid;

const DAY: &str = "2026-11-24T01:30:00Z";

fn phone_in(folder: &Path, clock: &Arc<TestClock>) -> Phone {
    let clock: Arc<dyn Clock> = clock.clone();
    Phone::open(Options { data: folder.into(), office: None, version: "0.1.0".into(), clock })
        .expect("the phone opens")
}

fn office_in(folder: &Path) -> Office {
    let clock = HandClock::at(DAY.parse().expect("an instant")).clock();
    Office::open(jobsheet_office::Options { clock, ..jobsheet_office::Options::new(folder) })
        .expect("the office opens")
}

/// What became of a reply on its way.
#[derive(Clone, Debug)]
struct Meddled {
    /// Which reply of the pass.
    which: usize,
    bends: Option<Vec<Bend>>,
    status: Option<u16>,
    /// A header that is dropped, or has another's value.
    header: Option<(Index, Option<Index>)>,
    /// The office never got the question; this is its answer to an earlier one, with the right nonce.
    forged: bool,
}

fn meddled() -> impl Strategy<Value = Meddled> {
    let status = prop_oneof![
        Just(200u16),
        Just(204),
        Just(302),
        Just(400),
        Just(401),
        Just(403),
        Just(404),
        Just(409),
        Just(413),
        Just(422),
        Just(426),
        Just(429),
        Just(500),
        Just(503),
        0..1000u16
    ];
    (
        0..7usize,
        prop::option::weighted(0.8, bends()),
        prop::option::weighted(0.3, status),
        prop::option::weighted(0.2, (any::<Index>(), any::<Option<Index>>())),
        any::<bool>(),
    )
        .prop_map(|(which, bends, status, header, forged)| Meddled {
            which,
            bends,
            status,
            header,
            forged,
        })
}

impl Meddled {
    fn act(&self, heard: Heard) -> Heard {
        let mut reply = heard?;
        if let Some(bends) = &self.bends {
            // Under the packing, which would only make it unreadable.
            let plain = unpacked(&reply.headers, &reply.body);
            let was_packed = plain != reply.body;
            let bent = bent(&plain, bends);
            reply.body =
                if was_packed { zstd::encode_all(bent.as_slice(), 1).expect("packed") } else { bent };
        }
        if let Some(status) = self.status {
            reply.status = status;
        }
        if let Some((at, other)) = &self.header
            && !reply.headers.is_empty()
        {
            let at = at.index(reply.headers.len());
            match other {
                None => drop(reply.headers.remove(at)),
                Some(other) => reply.headers[at].1 = other.get::<(String, String)>(&reply.headers).1.clone(),
            }
        }
        Ok(reply)
    }
}

/// A phone that has work waiting; anew from the same files whenever it has taken something in.
struct Pocket {
    folder: tempfile::TempDir,
    phone: Phone,
}

struct World {
    office: Office,
    image: tempfile::TempDir,
    clock: Arc<TestClock>,
    runtime: Runtime,
    _data: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let (image, data) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        copy(&fixtures().join("phone"), image.path());
        copy(&fixtures().join("office"), data.path());
        let clock = Arc::new(TestClock::at(DAY));
        let runtime = Runtime::new().expect("a runtime");
        Self { office: office_in(data.path()), image, clock, runtime, _data: data }
    }

    fn pocket(&self) -> Pocket {
        let folder = tempfile::tempdir().expect("a folder");
        copy(self.image.path(), folder.path());
        let phone = phone_in(folder.path(), &self.clock);
        Pocket { folder, phone }
    }

    /// How many changes of the phone's chain the office holds, as its tables say.
    fn held(&self) -> u64 {
        let notes = [1, 2].map(|n| {
            let sheet = self.office.sheet(WorkOrderId(Uuid::from_u128(n))).expect("a store");
            sheet.map_or(0, |sheet| u64::from(sheet.changes))
        });
        notes.iter().sum()
    }
}

/// Changes that are counted as only here, and those that are shown as refused.
fn counted(phone: &Phone) -> (u32, u32, u32) {
    let sync = phone.outbox().expect("an outbox").sync;
    (sync.waiting_changes, sync.refused, sync.waiting_photos)
}

#[test]
fn nothing_stops_waiting_that_the_office_does_not_hold() {
    let world = World::new();
    let pocket = RefCell::new(world.pocket());
    let (waiting, _, photos) = counted(&pocket.borrow().phone);
    assert!(waiting > 2 && photos > 0, "{waiting} {photos}");
    let before_all = world.held();
    fuzz("phone: replies, nothing carried", inputs() / 100, &meddled(), |meddled| {
        let phone = pocket.borrow().phone.clone();
        let before = counted(&phone);
        let result = run(&world, &phone, &Meddled { forged: true, ..meddled });
        prop_assert!(result.is_ok(), "{:?}", result);
        let after = counted(&phone);
        prop_assert!(after.0 + after.1 >= before.0 + before.1, "{before:?} became {after:?}");
        prop_assert!(after.2 >= before.2, "{before:?} became {after:?}");
        prop_assert_eq!(world.held(), before_all);
        if after != before || result != Ok(false) {
            drop(phone);
            pocket.replace(world.pocket());
        }
        Ok(())
    });
}

#[test]
fn what_the_office_has_taken_is_there_whatever_the_phone_hears_of_it() {
    let world = World::new();
    fuzz("phone: replies, carried", inputs() / 200, &meddled(), |meddled| {
        let pocket = world.pocket();
        let before = counted(&pocket.phone);
        let result = run(&world, &pocket.phone, &Meddled { forged: false, ..meddled });
        prop_assert!(result.is_ok(), "{:?}", result);
        let after = counted(&pocket.phone);
        let ledger = pocket.phone.outbox().expect("an outbox").ledger;
        if after.0 + after.1 < before.0 + before.1 {
            // All that is not counted any more is at the office, and all at once.
            prop_assert!(ledger.held > 5 && world.held() >= 8, "{:?} {}", ledger, world.held());
        }
        prop_assert!(pocket.folder.path().exists());
        // The app opens again on what is there.
        let Pocket { folder, phone } = pocket;
        drop(phone);
        let phone = phone_in(folder.path(), &world.clock);
        prop_assert_eq!(counted(&phone), after);
        Ok(())
    });
}

/// A pass in which one reply is not what the office said. Did the phone take all of it for good?
fn run(world: &World, phone: &Phone, meddled: &Meddled) -> Result<bool, String> {
    let mut pass = phone.pass().map_err(|why| why.to_string())?;
    let mut heard = None;
    for n in 0..200 {
        let ask = match pass.step(heard.take()) {
            Ok(Step::Ask(ask)) => ask,
            Ok(Step::Done) => return Ok(true),
            Err(_) => return Ok(false),
        };
        let is_sync = ask.path == "/v1/sync";
        let says_something_new = is_sync || ask.method == "PUT" || ask.path == "/v1/quarantine";
        if meddled.forged && says_something_new {
            // Earlier this day the office had said this to this phone.
            let mut earlier = crate::message("sync.first.response.json");
            if is_sync {
                let headers: Vec<_> = ask.headers.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
                let asked: serde_json::Value =
                    serde_json::from_slice(&unpacked(&headers, &ask.body)).expect("a request");
                earlier = forged(&asked);
            }
            let reply = jobsheet_phone::Reply {
                status: 200,
                headers: vec![
                    ("jobsheet-protocol".into(), "1".into()),
                    ("content-type".into(), "application/json".into()),
                ],
                body: earlier,
                at: (world.clock.utc(), world.clock.elapsed()),
            };
            heard = Some(meddled.act(Ok(reply)));
            continue;
        }
        let answer = world.runtime.block_on(carry(&world.office, ask, &*world.clock));
        heard = Some(if n == meddled.which { meddled.act(answer) } else { answer });
    }
    Err("a pass without end".into())
}

/// An answer that says yes to everything, under the last receipt that the office gave this phone.
fn forged(asked: &serde_json::Value) -> Vec<u8> {
    let mut answer: serde_json::Value =
        serde_json::from_slice(&crate::message("sync.response.json")).expect("JSON");
    answer["nonce"] = asked["nonce"].clone();
    let none = Vec::new();
    let changes = asked["changes"].as_array().unwrap_or(&none);
    let yes = changes.iter().map(|c| serde_json::json!({ "id": c["id"], "outcome": "accepted" }));
    answer["results"] = yes.collect();
    answer.to_string().into_bytes()
}
