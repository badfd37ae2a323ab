//! One job as a technician does it, as JSON of `What`.

use jobsheet_model::Digest;
use serde_json::{Value, json};

/// From accepting to the function test: everything but photos and the signature. `job` is what the phone shows of it.
pub fn work(job: &Value) -> Vec<Value> {
    let mut whats = vec![
        json!({ "what": "offer_accepted" }),
        json!({ "what": "departed" }),
        json!({ "what": "arrived", "position": null, "note": "no fix in the basement" }),
        json!({ "what": "fault_confirmed", "as_reported": true, "fault": "流量低报警", "with": "周工" }),
        json!({ "what": "work_started" }),
    ];
    whats.extend(answers(job));
    whats.extend([
        json!({
            "what": "part_fitted", "line": uuid::Uuid::from_u128(1),
            "part": { "number": "PT-420", "name": { "en": "Pressure sensor", "zh": "压力传感器" }, "price": null },
            "quantity": 2, "serial_in": "SN-NEW-1", "serial_out": null, "from": "van", "old_part": "returned"
        }),
        json!({ "what": "diagnosed", "fault_code": null, "cause": "堵塞", "remedy": "清洗并更换传感器" }),
        json!({ "what": "function_tested", "passed": true, "note": "" }),
    ]);
    whats
}

/// An answer that fits each step of the checklist.
fn answers(job: &Value) -> Vec<Value> {
    let steps = job["order"]["template"]["steps"].as_array().expect("a checklist");
    let answer = |step: &Value| {
        let kind = &step["kind"];
        let answer = match kind["kind"].as_str().expect("a kind") {
            "check" => json!({ "kind": "check", "result": "pass" }),
            "number" => json!({ "kind": "number", "value": kind["min"].as_str().unwrap_or("7.1") }),
            "choice" => json!({ "kind": "choice", "value": kind["options"][0]["value"] }),
            "text" => json!({ "kind": "text", "text": "一切正常 all fine" }),
            "serial" => {
                json!({ "kind": "serial", "code": kind["expected"].as_str().unwrap_or("SN-1"), "scanned": false })
            }
            "pairs" => {
                let pairs = kind["labels"].as_array().expect("labels").iter();
                let after = kind["target"].as_str().unwrap_or("25");
                json!({ "kind": "pairs", "pairs": pairs.map(|_| json!({ "before": "18", "after": after })).collect::<Vec<_>>() })
            }
            "script" => json!({ "kind": "script", "said": true }),
            "photo" => json!({ "kind": "photo", "photos": [Digest::of(b"none")] }),
            other => panic!("a step kind without an answer here: {other}"),
        };
        json!({ "what": "step_answered", "step": step["key"], "answer": answer, "note": "" })
    };
    steps.iter().map(answer).collect()
}

/// The customer's signature under a review, three strokes of forty points each.
pub fn signature(review: &Value) -> Value {
    let stroke = |n: i32| -> Vec<[i32; 4]> {
        let wave = |i: i32| ((f64::from(i * 7 + n) / 5.0).sin() * 80.0) as i32;
        (0..40).map(|i| [100 + n * 250 + i * 5, 200 + wave(i), n * 900 + i * 16, 500 + wave(i + 3)]).collect()
    };
    json!({
        "what": "signed_off",
        "act": {
            "digest": review["digest"], "language": "zh", "signatory": "周建国", "capacity": "设备科长",
            "saw_it_work": true, "rating": "very_satisfied", "rating_reasons": [], "remark": ""
        },
        "ink": (0..3).map(stroke).collect::<Vec<_>>()
    })
}

/// A picture that nobody has taken before: nothing in it can be packed, so that its size follows from its edge.
pub fn picture(seed: u64, edge: u32) -> Vec<u8> {
    use rand::{Rng, SeedableRng};
    let mut pixels = vec![0; (edge * edge * 3) as usize];
    rand::rngs::StdRng::seed_from_u64(seed).fill_bytes(&mut pixels);
    let picture = image::RgbImage::from_raw(edge, edge, pixels).expect("so many pixels");
    let mut png = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut png, image::ImageFormat::Png).expect("a picture");
    png.into_inner()
}
