//! The day in the basement: pull the day, lose the signal, do two jobs to the signature, be killed five times
//! on the way, come back up, and find the office with the same sheets, every photo, nothing twice.

use jobsheet_model::act::Entry;
use jobsheet_model::{Digest, Sheet, WorkOrderId};
use jobsheet_tests::company::Company;
use jobsheet_tests::link::{Break, Link};
use jobsheet_tests::photo;
use jobsheet_tests::pocket::Pocket;
use serde_json::{Value, json};

/// One job as Wang Lei does it, one record at a time.
struct Visit {
    work_order: String,
}

impl Visit {
    fn record(&self, what: Value) -> Value {
        json!({ "do": "record", "work_order": self.work_order, "what": what })
    }

    fn photo(&self, subject: &str, file: &str) -> Value {
        json!({ "do": "photo", "work_order": self.work_order, "subject": subject, "step": null, "file": photo(file) })
    }

    async fn job(&self, phone: &mut Pocket) -> Value {
        phone.does(json!({ "do": "job", "work_order": self.work_order })).await
    }

    /// An answer that fits each step of the checklist.
    fn answers(&self, job: &Value) -> Vec<Value> {
        let steps = job["order"]["template"]["steps"].as_array().expect("a checklist").clone();
        steps
            .iter()
            .map(|step| {
                let kind = &step["kind"];
                let answer = match kind["kind"].as_str().expect("a kind") {
                    "check" => json!({ "kind": "check", "result": "pass" }),
                    "number" => json!({ "kind": "number", "value": kind["min"].as_str().unwrap_or("7.1") }),
                    "choice" => json!({ "kind": "choice", "value": kind["options"][0]["value"] }),
                    "text" => json!({ "kind": "text", "text": "一切正常 all fine" }),
                    "serial" => json!({ "kind": "serial", "code": kind["expected"].as_str().unwrap_or("SN-1"), "scanned": false }),
                    "pairs" => {
                        let pairs = kind["labels"].as_array().expect("labels").iter();
                        let after = kind["target"].as_str().unwrap_or("25");
                        json!({ "kind": "pairs", "pairs": pairs.map(|_| json!({ "before": "18", "after": after })).collect::<Vec<_>>() })
                    }
                    "script" => json!({ "kind": "script", "said": true }),
                    "photo" => json!({ "kind": "photo", "photos": [Digest::of(b"none")] }),
                    other => panic!("a step kind without an answer here: {other}"),
                };
                self.record(json!({ "what": "step_answered", "step": step["key"], "answer": answer, "note": "" }))
            })
            .collect()
    }

    fn part(&self, line: u128, found: &Value) -> Value {
        let part = &found["items"][0]["part"];
        self.record(json!({
            "what": "part_fitted", "line": uuid::Uuid::from_u128(line),
            "part": { "number": part["number"], "name": part["name"], "price": part["price"] },
            "quantity": 2, "serial_in": "SN-NEW-1", "serial_out": null, "from": "van", "old_part": "returned"
        }))
    }

    async fn sign(&self, phone: &mut Pocket) -> Value {
        let review =
            phone.does(json!({ "do": "review", "work_order": self.work_order, "language": "zh" })).await;
        self.record(json!({
            "what": "signed_off",
            "act": {
                "digest": review["digest"], "language": "zh", "signatory": "周建国", "capacity": "设备科长",
                "saw_it_work": true, "rating": "very_satisfied", "rating_reasons": [], "remark": ""
            },
            "ink": [[[100, 200, 0, 500], [400, 120, 80, 600], [800, 260, 160, 500]]]
        }))
    }
}

/// What the phone said it has, by work order: the sheet and its bytes.
async fn sheet_bytes(visit: &Visit, phone: &mut Pocket) -> String {
    let job = visit.job(phone).await;
    let sheet: Sheet = serde_json::from_value(job["sheet"].clone()).expect("a sheet");
    serde_json::to_string(&sheet).expect("JSON")
}

fn same_as_before(before: &Value, after: &Value, moment: &str) {
    assert_eq!(before["sheet"], after["sheet"], "killed {moment}: what was saved is there, and nothing else");
}

#[tokio::test(flavor = "multi_thread")]
async fn p2_a_day_in_the_basement_reaches_the_office_whole_whatever_is_killed() {
    let mut company = Company::opens().await;
    let link = Link::to(company.address).await.expect("a link");
    let mut phone = Pocket::with_a_new_phone().await;

    // The morning: sign in and pull the day.
    phone
        .does(json!({ "do": "sign_in", "office": link.url(), "login": "wang.lei", "password": "demo-wang-lei" }))
        .await;
    assert_eq!(phone.does(json!({ "do": "sync" })).await, Value::Null);
    let today = phone.does(json!({ "do": "today" })).await;
    let jobs: Vec<String> = today["jobs"]
        .as_array()
        .expect("jobs")
        .iter()
        .filter(|job| job["offer"].is_null() && job["stage"] == "offered")
        .map(|job| job["id"].as_str().expect("an id").to_owned())
        .collect();
    assert!(jobs.len() >= 2, "the demo day holds at least two assigned jobs");
    let (first, second) = (Visit { work_order: jobs[0].clone() }, Visit { work_order: jobs[1].clone() });

    // Down to the basement.
    link.set(Break::Now);
    company.goes_dark().await;

    // Kill 1: right after something was saved.
    phone.does(first.record(json!({ "what": "offer_accepted" }))).await;
    phone.does(first.record(json!({ "what": "departed" }))).await;
    phone
        .does(first.record(json!({ "what": "arrived", "position": null, "note": "no fix in the basement" })))
        .await;
    let before = first.job(&mut phone).await;
    phone.is_killed().await;
    phone.reopens().await;
    same_as_before(&before, &first.job(&mut phone).await, "after a save");

    // Kill 2: with a record under way. It is there or it is not; never half.
    phone
        .does(first.record(
            json!({ "what": "fault_confirmed", "as_reported": true, "fault": "流量低报警", "with": "周工" }),
        ))
        .await;
    phone.does(first.record(json!({ "what": "work_started" }))).await;
    let before = first.job(&mut phone).await["sheet"]["changes"].as_u64();
    phone.begins(&first.record(json!({ "what": "note_written", "text": "过滤器堵塞" }))).await;
    phone.is_killed().await;
    phone.reopens().await;
    let after = first.job(&mut phone).await;
    let noted = after["sheet"]["notes"].as_array().expect("notes").len() as u64;
    assert_eq!(
        after["sheet"]["changes"].as_u64(),
        before.map(|n| n + noted),
        "the note counts once or not at all"
    );

    // Kill 3: with a photo being worked on.
    phone.does(first.photo("before", "before")).await;
    let before = first.job(&mut phone).await;
    phone.begins(&first.photo("during", "during")).await;
    phone.is_killed().await;
    phone.reopens().await;
    let after = first.job(&mut phone).await;
    let photos = |job: &Value| job["sheet"]["photos"].as_array().expect("photos").len();
    assert!((photos(&before)..=photos(&before) + 1).contains(&photos(&after)));

    // The rest of the first job.
    let job = first.job(&mut phone).await;
    for answer in first.answers(&job) {
        phone.does(answer).await;
    }
    phone.does(first.photo("during", "during")).await;
    phone.does(first.photo("after", "after")).await;
    let found = phone.does(json!({ "do": "parts", "query": "压力传感器" })).await;
    phone.does(first.part(1, &found)).await;
    phone
        .does(first.record(
            json!({ "what": "diagnosed", "fault_code": null, "cause": "堵塞", "remedy": "清洗并更换传感器" }),
        ))
        .await;
    phone.does(first.record(json!({ "what": "function_tested", "passed": true, "note": "" }))).await;
    let signed = first.sign(&mut phone).await;
    phone.does(signed).await;

    // The second job, on the same dark afternoon.
    phone.does(second.record(json!({ "what": "offer_accepted" }))).await;
    phone.does(second.record(json!({ "what": "arrived", "position": { "lat_e6": 30_657_400, "lon_e6": 104_065_800, "accuracy_m": 20 }, "note": "" }))).await;
    phone.does(second.record(json!({ "what": "work_started" }))).await;
    let job = second.job(&mut phone).await;
    for answer in second.answers(&job) {
        phone.does(answer).await;
    }
    phone.does(second.photo("before", "part")).await;
    phone.does(second.part(2, &found)).await;
    let signed = second.sign(&mut phone).await;
    phone.does(signed).await;
    let on_phone = [sheet_bytes(&first, &mut phone).await, sheet_bytes(&second, &mut phone).await];

    // Up again. Kill 4: the office has taken the changes, and its answer is lost.
    company.comes_back().await;
    link.redirect(company.address);
    link.set(Break::AfterDown(60));
    phone.begins(&json!({ "do": "sync" })).await;
    link.until_broken().await;
    phone.is_killed().await;
    phone.reopens().await;
    assert_eq!(
        sheet_bytes(&first, &mut phone).await,
        on_phone[0],
        "nothing is forgotten without its receipt"
    );

    // Kill 5: in the middle of a photo.
    link.set(Break::AfterUp(200_000));
    phone.begins(&json!({ "do": "sync" })).await;
    link.until_broken().await;
    phone.is_killed().await;
    phone.reopens().await;
    let sent_before = link.up();

    link.set(Break::Never);
    assert_eq!(phone.does(json!({ "do": "sync" })).await, Value::Null);
    let all_photos: u64 = outbox_and_photos(&company, [&first, &second]);
    assert!(
        link.up() - sent_before < all_photos,
        "the photo that was cut goes on where it stopped ({} of {all_photos} bytes)",
        link.up() - sent_before
    );

    // The outbox is empty, and says so.
    let outbox = phone.does(json!({ "do": "outbox" })).await;
    assert_eq!(outbox["groups"], json!([]), "everything has its receipt");
    assert_eq!(outbox["received_today"].as_array().map(Vec::len), Some(2));

    // The office's sheets equal the phone's byte for byte; every photo is whole; nothing came twice.
    for (visit, on_phone) in [&first, &second].into_iter().zip(&on_phone) {
        let id: WorkOrderId = visit.work_order.parse().expect("an id");
        let at_office = company.office.sheet(id).expect("a store").expect("a sheet");
        assert_eq!(&serde_json::to_string(&at_office).expect("JSON"), on_phone);
        assert_eq!(&sheet_bytes(visit, &mut phone).await, on_phone, "after the rebase as before");
        for photo in &at_office.photos {
            let bytes = company.office.photo(&photo.digest).expect("the photo is at the office");
            assert_eq!(Digest::of(&bytes), photo.digest);
            let picture = image::load_from_memory(&bytes).expect("a picture");
            assert!(picture.width().max(picture.height()) <= 2048);
            assert!(!bytes.windows(6).any(|w| w == b"Exif\0\0"), "no position travels in a photo");
        }
        let journal = company.office.journal(id).expect("a journal");
        let recorded = journal.iter().filter(|line| matches!(line.entry, Entry::Change(_))).count();
        assert_eq!(recorded as u32, at_office.changes, "nothing twice, nothing left out");
    }
}

fn outbox_and_photos(company: &Company, visits: [&Visit; 2]) -> u64 {
    visits
        .iter()
        .filter_map(|visit| company.office.sheet(visit.work_order.parse().ok()?).ok()?)
        .flat_map(|sheet| sheet.photos.into_iter().map(|photo| u64::from(photo.bytes)))
        .sum()
}
