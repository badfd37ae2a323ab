//! The phone and the office, killed a hundred times each while they work, on real files.
//!
//! What counts as saved: the phone's process said so, one line after `record` returned. What it was told to record and
//! had not answered when it was killed may be there or not; but whole, once, and for good once it was seen.

use crate::job;
use jobsheet_model::act::Entry;
use jobsheet_model::{Change, Digest, Sheet, WorkOrderId};
use jobsheet_office::Office;
use jobsheet_tests::company::Company;
use jobsheet_tests::link::Link;
use jobsheet_tests::pocket::Pocket;
use jobsheet_tests::premises::Premises;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::time::{Duration, Instant};

const KILLS: u32 = 100;
/// How long a test waits for what must happen; never how long something takes.
const PATIENCE: Duration = Duration::from_secs(60);
/// Passes that a phone may need at the end.
const PASSES: u32 = 20;

fn seed() -> u64 {
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    println!("SEED={seed}");
    seed
}

/// A moment that no timer would hit.
fn a_moment(random: &mut StdRng) {
    let (begun, moment) = (Instant::now(), Duration::from_micros(random.random_range(0..3_000)));
    while begun.elapsed() < moment {
        std::hint::spin_loop();
    }
}

/// What a record holds and no other record does.
#[derive(Clone, Debug)]
enum Mark {
    /// The text of a note, or the line of a part: on the sheet as it was recorded.
    Text(String),
    /// The note beside an answer: a later answer to the same step replaces it.
    Answer(String),
    /// A photo, by its digest once the phone has said it.
    Photo(Option<String>),
}

/// A technician with a phone, who remembers what it said.
struct Worker {
    login: &'static str,
    phone: Pocket,
    jobs: Vec<Value>,
    random: StdRng,
    pictures: tempfile::TempDir,
    given: u32,
    /// Told to the phone and not answered yet, oldest first.
    open: VecDeque<Mark>,
    saved: Vec<Mark>,
    /// Told and never answered.
    unsure: Vec<Mark>,
    caught: Caught,
}

/// What the kills fell into.
#[derive(Clone, Copy, Debug, Default)]
struct Caught {
    records_unanswered: u32,
    changes_unsent: u32,
    photos_half_sent: u32,
}

impl Worker {
    /// Signs in, pulls the day, and does the work of up to three jobs but for the signature.
    async fn begins(login: &'static str, office: &str, seed: u64) -> Worker {
        let mut phone = Pocket::with_a_new_phone().await;
        let password = format!("demo-{}", login.replace('.', "-"));
        phone.does(json!({ "do": "sign_in", "office": office, "login": login, "password": password })).await;
        assert_eq!(phone.does(json!({ "do": "sync" })).await, Value::Null);
        let today = phone.does(json!({ "do": "today" })).await;
        let day = today["jobs"].as_array().expect("jobs");
        let mine = day.iter().filter(|job| job["offer"].is_null() && job["stage"] == "offered").take(3);
        let mut jobs = Vec::new();
        for card in mine {
            let job = phone.does(json!({ "do": "job", "work_order": card["id"] })).await;
            for what in job::work(&job) {
                phone.does(json!({ "do": "record", "work_order": card["id"], "what": what })).await;
            }
            jobs.push(job);
        }
        assert!(!jobs.is_empty(), "{login} has work today");
        let mut worker = Worker {
            login,
            phone,
            jobs,
            random: StdRng::seed_from_u64(seed),
            pictures: tempfile::tempdir().expect("a folder"),
            given: 0,
            open: VecDeque::new(),
            saved: Vec::new(),
            unsure: Vec::new(),
            caught: Caught::default(),
        };
        worker.wakes().await;
        worker
    }

    /// The loop runs as in the app; answers are short.
    async fn wakes(&mut self) {
        self.phone.does(json!({ "do": "brief" })).await;
        self.phone.does(json!({ "do": "start" })).await;
    }

    /// Tells the phone to record so many things, without waiting for any of them.
    async fn is_busy(&mut self, records: u32, photo: bool) {
        if photo {
            self.tells_of_a_photo().await;
        }
        for _ in 0..records {
            let job = &self.jobs[self.random.random_range(0..self.jobs.len())];
            let text = format!("{}/{:05}", self.login, self.given);
            self.given += 1;
            let mut checks = job["order"]["template"]["steps"].as_array().expect("a checklist").iter();
            let check = checks.find(|step| step["kind"]["kind"] == "check");
            let (what, mark) = match (self.random.random_range(0..10), check) {
                (0..2, Some(step)) => {
                    let answer = json!({ "kind": "check", "result": "pass" });
                    let what = json!({ "what": "step_answered", "step": step["key"], "answer": answer, "note": text });
                    (what, Mark::Answer(text))
                }
                (2..4, _) => {
                    let line = uuid::Uuid::from_u128(self.random.random()).to_string();
                    let part = json!({ "number": "PT-420", "name": { "en": "Sensor", "zh": "传感器" }, "price": null });
                    let what = json!({
                        "what": "part_fitted", "line": line, "part": part, "quantity": 1, "serial_in": null,
                        "serial_out": null, "from": "van", "old_part": "returned"
                    });
                    (what, Mark::Text(line))
                }
                _ => (json!({ "what": "note_written", "text": text }), Mark::Text(text)),
            };
            let id = job["order"]["id"].clone();
            self.phone.begins(&json!({ "do": "record", "work_order": id, "what": what })).await;
            self.open.push_back(mark);
        }
    }

    async fn tells_of_a_photo(&mut self) {
        self.given += 1;
        let file = self.pictures.path().join(format!("{}.png", self.given));
        std::fs::write(&file, job::picture(self.random.random(), 300)).expect("a picture");
        let id = self.jobs[self.random.random_range(0..self.jobs.len())]["order"]["id"].clone();
        let order =
            json!({ "do": "photo", "work_order": id, "subject": "during", "step": null, "file": file });
        self.phone.begins(&order).await;
        self.open.push_back(Mark::Photo(None));
    }

    fn hears(&mut self, answer: &Value) {
        assert!(answer.get("problem").is_none(), "a record met {answer}");
        let mark = self.open.pop_front().expect("an answer to something");
        self.saved.push(match mark {
            Mark::Photo(_) => Mark::Photo(answer["ok"].as_str().map(str::to_owned)),
            mark => mark,
        });
    }

    /// Hears so many of the answers that are open.
    async fn listens_to(&mut self, answers: usize) {
        for _ in 0..answers {
            let answer = self.phone.answer().await;
            self.hears(&answer);
        }
    }

    /// Hears what is answered, for ever.
    async fn listens(&mut self) {
        while !self.open.is_empty() {
            self.listens_to(1).await;
        }
        std::future::pending().await
    }

    async fn is_killed(&mut self) {
        for answer in self.phone.is_killed().await {
            self.hears(&answer);
        }
        self.caught.records_unanswered += u32::from(!self.open.is_empty());
        self.unsure.extend(self.open.drain(..));
    }

    /// Opens the phone again and looks whether everything that was saved is there, once, and nothing that nobody recorded.
    async fn comes_back(&mut self) {
        self.phone.reopens().await;
        let mut seen: BTreeMap<String, u32> = BTreeMap::new();
        for sheet in self.sheets().await.values() {
            let notes = sheet.notes.iter().map(|note| note.text.clone());
            let parts = sheet.parts.iter().map(|part| part.line.to_string());
            let photos = sheet.photos.iter().map(|photo| photo.digest.to_string());
            for mark in notes.chain(parts).chain(photos) {
                *seen.entry(mark).or_default() += 1;
            }
        }
        for mark in &self.saved {
            if let Mark::Text(text) | Mark::Photo(Some(text)) = mark {
                assert_eq!(seen.get(text), Some(&1), "{}: {mark:?} was saved", self.login);
            }
        }
        // What is there now was saved: it may not go away again.
        let (there, still): (Vec<_>, Vec<_>) = std::mem::take(&mut self.unsure)
            .into_iter()
            .partition(|mark| matches!(mark, Mark::Text(text) if seen.contains_key(text)));
        self.saved.extend(there);
        self.unsure = still;

        let outbox = self.phone.does(json!({ "do": "outbox" })).await;
        self.caught.changes_unsent += u32::from(outbox["sync"]["waiting_changes"] != 0);
        let groups = outbox["groups"].as_array().expect("groups").iter();
        let mut photos = groups.flat_map(|group| group["photos"].as_array().expect("photos"));
        let half = |photo: &Value| photo["sent"] != 0 && photo["sent"].as_u64() < photo["bytes"].as_u64();
        self.caught.photos_half_sent += u32::from(photos.any(half));
        self.wakes().await;
    }

    /// The sheets of the jobs as the phone shows them.
    async fn sheets(&mut self) -> BTreeMap<WorkOrderId, Sheet> {
        let mut sheets = BTreeMap::new();
        for job in &self.jobs {
            let shown = self.phone.does(json!({ "do": "job", "work_order": job["order"]["id"] })).await;
            let sheet: Sheet = serde_json::from_value(shown["sheet"].clone()).expect("a sheet");
            sheets.insert(sheet.work_order, sheet);
        }
        sheets
    }

    /// Has every job signed, and sends until nothing waits.
    async fn ends_the_day(&mut self) {
        self.is_killed().await;
        self.phone.reopens().await;
        for job in &self.jobs {
            let id = &job["order"]["id"];
            let review = json!({ "do": "review", "work_order": id, "language": "zh" });
            let signature = job::signature(&self.phone.does(review).await);
            self.phone.does(json!({ "do": "record", "work_order": id, "what": signature })).await;
        }
        for _ in 0..PASSES {
            let problem = self.phone.does(json!({ "do": "sync" })).await;
            let outbox = self.phone.does(json!({ "do": "outbox" })).await;
            if problem.is_null() && outbox["groups"] == json!([]) {
                return;
            }
        }
        let outbox = self.phone.does(json!({ "do": "outbox" })).await;
        panic!("{}: after {PASSES} passes something still waits: {outbox}", self.login);
    }
}

/// What the office has kept: in order, once, whole, and the same as the phones show.
async fn everything_is_there(office: &Office, folder: &Path, workers: &mut [Worker]) {
    let recorded = changes(folder);
    let mut marks: BTreeMap<String, u32> = BTreeMap::new();
    for change in &recorded {
        let what = serde_json::to_value(&change.what).expect("JSON");
        let mark = match what["what"].as_str().expect("a name") {
            "note_written" => &what["text"],
            "step_answered" => &what["note"],
            "part_fitted" => &what["line"],
            "photo_taken" => &what["digest"],
            _ => &Value::Null,
        };
        if let Some(mark) = mark.as_str().filter(|mark| !mark.is_empty()) {
            *marks.entry(mark.to_owned()).or_default() += 1;
        }
    }
    // The demo jobs' own part is fitted once on each job.
    let own_part = uuid::Uuid::from_u128(1).to_string();
    marks.remove(&own_part);
    assert!(marks.values().all(|n| *n == 1), "nothing is there twice: {marks:?}");
    for worker in workers.iter() {
        for mark in &worker.saved {
            let (Mark::Text(text) | Mark::Answer(text) | Mark::Photo(Some(text))) = mark else { continue };
            assert!(
                marks.contains_key(text),
                "{}: {mark:?} was saved, and the office has it not",
                worker.login
            );
        }
    }
    let told: usize = workers.iter().map(|worker| worker.saved.len() + worker.unsure.len()).sum();
    assert!(marks.len() <= told, "{} of {told} records", marks.len());

    for worker in workers.iter_mut() {
        for (id, on_phone) in worker.sheets().await {
            let at_office = office.sheet(id).expect("a store").expect("a sheet");
            let json = |sheet: &Sheet| serde_json::to_string(sheet).expect("JSON");
            assert_eq!(json(&at_office), json(&on_phone), "{}", worker.login);
            assert!(at_office.sign_off.is_some());
            for photo in &at_office.photos {
                let bytes = office.photo(&photo.digest).expect("the photo is at the office");
                assert_eq!(Digest::of(&bytes), photo.digest);
            }
            let journal = office.journal(id).expect("a journal");
            let changes = journal.iter().filter(|line| matches!(line.entry, Entry::Change(_))).count();
            assert_eq!(changes as u32, at_office.changes, "each change is folded once");
        }
    }
    let partial = std::fs::read_dir(folder.join("photos/partial")).expect("a folder").count();
    assert_eq!(partial, 0, "no photo is half there");
}

/// Every change that the office holds, after checking that each phone's are a chain without gaps.
fn changes(folder: &Path) -> Vec<Change> {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let db = rusqlite::Connection::open_with_flags(folder.join("office.db"), flags).expect("the database");
    let mut rows = db
        .prepare("SELECT device, sequence, digest, refused, body FROM change ORDER BY device, sequence")
        .expect("changes");
    let rows = rows.query_map([], |r| {
        let refused: Option<String> = r.get(3)?;
        Ok((
            r.get::<_, String>(0)?,
            r.get::<_, u64>(1)?,
            r.get::<_, String>(2)?,
            refused,
            r.get::<_, String>(4)?,
        ))
    });
    let mut last: BTreeMap<String, (u64, Digest)> = BTreeMap::new();
    let mut ids = BTreeSet::new();
    let mut changes = Vec::new();
    for row in rows.expect("changes") {
        let (device, sequence, digest, refused, body) = row.expect("a change");
        assert_eq!((digest, refused), (Digest::of(body.as_bytes()).to_string(), None));
        let change: Change = serde_json::from_str(&body).expect("a change");
        let (before, hash) = last.remove(&device).unzip();
        assert_eq!(sequence, before.unwrap_or(0) + 1, "no gap in the changes of {device}");
        assert_eq!((change.sequence, &change.previous), (sequence, &hash), "the chain of {device}");
        assert!(ids.insert(change.id), "{} twice", change.id);
        last.insert(device, (sequence, Digest::of(body.as_bytes())));
        changes.push(change);
    }
    let quarantined: u32 =
        db.query_row("SELECT count(*) FROM quarantine", [], |r| r.get(0)).expect("a count");
    assert_eq!(quarantined, 0);
    changes
}

#[tokio::test(flavor = "multi_thread")]
async fn p1_a_phone_killed_a_hundred_times_loses_nothing_it_said_was_saved() {
    let seed = seed();
    let mut random = StdRng::seed_from_u64(seed);
    let company = Company::opens().await;
    let link = Link::to(company.address).await.expect("a link");
    let mut worker = Worker::begins("wang.lei", &link.url(), seed).await;
    for round in 0..KILLS {
        let (records, photo) = (random.random_range(3..8), random.random_range(0..3) == 0);
        let before = link.carried();
        worker.is_busy(records, photo).await;
        let round = async {
            if round % 2 == 0 {
                // While it records.
                worker.listens_to(random.random_range(0..records) as usize).await;
            } else {
                // While it sends.
                let bytes = random.random_range(0..if photo { 60_000 } else { 1_500 });
                tokio::select! {
                    () = worker.listens() => {}
                    () = link.until_carried(before + bytes) => {}
                }
            }
        };
        tokio::time::timeout(PATIENCE, round).await.expect("the phone records and sends");
        a_moment(&mut random);
        worker.is_killed().await;
        worker.comes_back().await;
    }
    let caught = worker.caught;
    println!(
        "{KILLS} kills of the phone: {} saved, {} unanswered, {caught:?}",
        worker.saved.len(),
        worker.unsure.len()
    );
    assert!(caught.records_unanswered > 10 && caught.changes_unsent > 10, "it was killed while it worked");
    assert!(caught.photos_half_sent > 0, "it was killed while it sent photos");
    worker.ends_the_day().await;
    everything_is_there(&company.office, company.folder(), &mut [worker]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p1_an_office_killed_a_hundred_times_loses_nothing_a_phone_said_was_saved() {
    let seed = seed();
    let mut random = StdRng::seed_from_u64(seed);
    let mut premises = Premises::new().expect("a folder");
    let link = Link::to(premises.opens().await).await.expect("a link");
    let mut workers = Vec::new();
    for (login, n) in [("wang.lei", 1), ("ana.li", 2)] {
        workers.push(Worker::begins(login, &link.url(), seed + n).await);
    }
    let mut in_photo = 0;
    for _ in 0..KILLS {
        let before = link.carried();
        let mut reach = 1_000;
        for worker in &mut workers {
            let photo = random.random_range(0..4) == 0;
            reach += if photo { 60_000 } else { 0 };
            worker.is_busy(random.random_range(1..5), photo).await;
        }
        let bytes = before + random.random_range(0..reach);
        let round = async {
            tokio::select! {
                _ = futures_util::future::join_all(workers.iter_mut().map(Worker::listens)) => {}
                () = link.until_carried(bytes) => {}
            }
        };
        tokio::time::timeout(PATIENCE, round).await.expect("the phones send to the office");
        a_moment(&mut random);
        premises.is_killed().await;
        let partial = std::fs::read_dir(premises.folder().join("photos/partial")).expect("a folder");
        in_photo += u32::from(partial.count() > 0);
        link.redirect(premises.opens().await);
    }
    for worker in &mut workers {
        worker.ends_the_day().await;
    }
    let saved: usize = workers.iter().map(|worker| worker.saved.len()).sum();
    println!("{KILLS} kills of the office: {saved} saved, a photo half there at {in_photo} kills");
    assert!(in_photo > 0, "it was killed while it received photos");
    premises.is_killed().await;
    everything_is_there(&premises.looked_at(), premises.folder(), &mut workers).await;
}
